"""What the commands of ``ptce-geo`` share: options, the console, how far it is."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from ptce_geo.checks import require_writable
from ptce_geo.errors import InputError
from ptce_geo.labels import (
    LANGUAGES,
    Language,
    check_language,
    format_number,
    label,
)
from ptce_geo.schema import PRECISIONS

# Exit code where the input cannot be used; 2 is a wrong command line.
UNUSABLE = 1

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import geopandas as gpd
    from rich.progress import ProgressColumn, TaskID

    from ptce_geo.geocoding import AcceptancePolicy
    from ptce_geo.placing import Placing

    Show = Callable[[str, int, int | None], None]

Lang = Annotated[str, typer.Option(help="Language of the outputs: fr or en.")]
Members = Annotated[
    Path, typer.Argument(help="List of members: CSV, XLSX, GeoJSON, GeoPackage or Parquet.")
]
Poles = Annotated[Path | None, typer.Option(help="List of poles.")]
Column = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMN=HEADING",
        help="Heading of the list of members, where it is not recognised, as in "
        "city=Localisation; repeat for more.",
    ),
]
Departements = Annotated[
    str | None, typer.Option(help="Study area of the indicators, as in 42,69,01.")
]
Regions = Annotated[str | None, typer.Option(help="The same by région, as in 76 for Occitanie.")]
Geocoders = Annotated[
    list[str] | None,
    typer.Option(
        "--geocoder",
        metavar="SOURCE",
        help="Who places the members: commune (embedded, the default), index=PATH (made by "
        "ptce-geo ban build), ban (national service), addok=URL, sirene or sirene=PATH (by "
        "SIRET). Repeat for more, in the order in which they are asked; commune comes last where "
        "it is not named.",
    ),
]
Store = Annotated[
    Path | None,
    typer.Option(help="File that keeps every answer: what it knows is not asked again."),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Answer from the store only, ask nothing of the network.")
]
Review = Annotated[
    Path | None, typer.Option(help="Review with what a person corrected, applied at the end.")
]
MinScore = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="Least score of an answer that is accepted, 0.8 by default."),
]
MinPrecision = Annotated[
    str | None,
    typer.Option(
        metavar="PRECISION",
        help=f"Coarsest precision that is accepted: {', '.join(PRECISIONS)} (the default).",
    ),
]


def open_console() -> Console:
    """Return the console that results go to."""
    return Console(markup=False, highlight=False)


def language(lang: str) -> Language:
    """Return a language that we know; another one is a wrong command line."""
    if lang not in LANGUAGES:
        msg = f"{lang!r} is not one of {', '.join(LANGUAGES)}."
        raise typer.BadParameter(msg, param_hint="--lang")
    return check_language(lang)


def columns_of(pairs: list[str] | None) -> dict[str, str] | None:
    """Return column → heading for the pairs typed as COLUMN=HEADING."""
    columns: dict[str, str] = {}
    for pair in pairs or ():
        column, heading = (part.strip() for part in pair.partition("=")[::2])
        if not column or not heading:
            msg = f"{pair!r} is not COLUMN=HEADING."
            raise typer.BadParameter(msg, param_hint="--column")
        if column in columns:
            msg = f"{column} is given twice."
            raise typer.BadParameter(msg, param_hint="--column")
        columns[column] = heading
    return columns or None


def codes_of(text: str | None) -> list[str] | None:
    """Return the codes typed with commas between them."""
    return None if text is None else text.split(",")


def specs_of(typed: list[str] | None) -> tuple[str, ...]:
    """Return the geocoders typed, `commune` for none; what is no geocoder is a wrong command."""
    from ptce_geo.geocoding.specs import check_specs  # the command starts faster without it

    try:
        return check_specs(typed or ["commune"])
    except InputError as error:
        msg = f"{error}."
        raise typer.BadParameter(msg, param_hint="--geocoder") from error


def policy_of(min_score: float | None, min_precision: str | None) -> AcceptancePolicy | None:
    """Return the policy with what was typed of it, None where nothing was."""
    if min_precision is not None and min_precision not in PRECISIONS:
        msg = f"{min_precision!r} is not one of {', '.join(PRECISIONS)}."
        raise typer.BadParameter(msg, param_hint="--min-precision")
    typed = {"min_score": min_score, "min_precision": min_precision}
    settings = {name: value for name, value in typed.items() if value is not None}
    if not settings:
        return None
    from ptce_geo.geocoding import AcceptancePolicy

    return AcceptancePolicy(**settings)  # type: ignore[arg-type]


def check_out(out: Path, *, inputs: Iterable[Path | None]) -> None:
    """Refuse a file that cannot be written, before anything is computed."""
    from ptce_geo.reports.table_file import check_suffix

    check_suffix(out)
    require_writable(out, inputs=inputs)


def located(
    members: Path, poles: Path | None, columns: Mapping[str, str] | None, placing: Placing
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the members of a list, located and attached, and their poles with their seats."""
    from ptce_geo.indicators import locate_seats
    from ptce_geo.placing import opened_placer, read_lists

    with opened_placer(placing) as placer:
        table, listed = read_lists(members, poles, columns=columns, by_siret=placer.by_siret)
        located = placer.attached(table, poles=listed)
        return located, locate_seats(placer.seats(listed), located)


def print_set_aside(
    console: Console, aside: Mapping[str, int], lang: Language, *, key: str = "aside"
) -> None:
    """Print how many members, or poles, were not counted, by reason."""
    from ptce_geo.reports.summary import aside_in_words  # the command starts faster without it

    told = [f"{aside_in_words(word, lang)} {format_number(n, lang)}" for word, n in aside.items()]
    if told:
        console.print()
        console.print(label(key, lang).format(reasons=", ".join(told)), soft_wrap=True)


def megabytes(size: int, lang: Language) -> str:
    """Return a size as a reader of `lang` expects it."""
    number = format_number(size / 1e6, lang, decimals=1)
    return label("boundaries_megabytes", lang).format(size=number)


@contextmanager
def bars(console: Console, words: Callable[[str], str], *columns: ProgressColumn) -> Iterator[Show]:
    """Yield what shows how far something is; it shows nothing where nobody watches.

    Parameters
    ----------
    console : Console
        Where it is shown.
    words : callable
        Name of what is under way → words for a reader.
    *columns : ProgressColumn
        What tells how much is done.
    """
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as shown:
        tasks: dict[str, TaskID] = {}

        def show(what: str, so_far: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(words(what), total=total)
            shown.update(tasks[what], completed=so_far, total=total)

        yield show
