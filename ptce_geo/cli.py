"""The command ``ptce-geo``: parses, calls the study, prints."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

import ptce_geo
from ptce_geo.checks import listing
from ptce_geo.errors import PtceGeoError
from ptce_geo.labels import (
    LANGUAGES,
    Language,
    check_language,
    format_number,
    label,
    label_if_known,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import TaskID

    from ptce_geo.territories.download import Progress
    from ptce_geo.territories.install import Installation

DONE, UNUSABLE = 0, 1

app = typer.Typer(
    name="ptce-geo",
    help="Map and measure the pôles territoriaux de coopération économique (PTCE) of France.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


boundaries = typer.Typer(
    help="List and install the boundaries of the territories.", no_args_is_help=True
)
app.add_typer(boundaries, name="boundaries")

_Lang = Annotated[str, typer.Option(help="Language of the outputs: fr or en.")]


@app.callback(invoke_without_command=True)
def version(
    *, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    """Map and measure the pôles territoriaux de coopération économique (PTCE) of France."""
    if version:
        typer.echo(f"ptce-geo {ptce_geo.__version__}")
        raise typer.Exit


@app.command()
def run(
    members: Annotated[
        Path, typer.Argument(help="List of members: CSV, XLSX, GeoJSON, GeoPackage or Parquet.")
    ],
    *,
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    poles: Annotated[Path | None, typer.Option(help="List of poles.")] = None,
    lang: _Lang = "fr",
    departements: Annotated[
        str | None, typer.Option(help="Study area of the indicators, as in 42,69,01.")
    ] = None,
    regions: Annotated[
        str | None, typer.Option(help="The same by région, as in 76 for Occitanie.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=HEADING",
            help="Heading of the list of members, where it is not recognised, as in "
            "city=Localisation; repeat for more.",
        ),
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the map.")] = None,
    source: Annotated[str | None, typer.Option(help="Where the lists come from.")] = None,
) -> None:
    """Locate the members of a list, measure and map them."""
    language = _language(lang)
    study = ptce_geo.Study(
        members,
        out=out,
        poles=poles,
        lang=lang,
        columns=_columns(column),
        departements=_codes(departements),
        regions=_codes(regions),
        title=title,
        source=source,
    )
    console = _console()
    with console.status("") as status:
        result = ptce_geo.run_study(
            study, progress=lambda stage: status.update(label(f"stage_{stage}", language))
        )
    _print_summary(console, result, language)


@boundaries.command("list")
def list_boundaries(*, lang: _Lang = "fr") -> None:
    """List the boundaries at hand: year, resolution, communes, size, folder."""
    from ptce_geo.territories import installed_boundaries  # the command starts faster without it

    language = _language(lang)
    console = _console()
    columns = ("year", "resolution", "communes", "size", "folder")
    rows = [[label(f"boundaries_{column}", language) for column in columns]]
    for row in installed_boundaries().itertuples():
        resolution = label_if_known("boundaries", row.resolution, language)
        communes = format_number(row.communes, language)
        size = _megabytes(row.bytes, language)
        folder = str(row.folder)
        if row.departements:
            folder += "  " + label("boundaries_only", language).format(
                departements=listing(row.departements.split())
            )
        if row.missing:
            folder += "  " + label("boundaries_lost", language).format(count=row.missing)
        rows.append([str(row.year), resolution, communes, size, folder])
    for year, resolution, communes, size, folder in rows:
        line = f"{year:7}{resolution:15}{communes:>9}{size:>12}   {folder}"
        console.print(line, soft_wrap=True)
    console.print()
    console.print(label("boundaries_to_install", language), soft_wrap=True)
    console.print("ptce-geo boundaries install --resolution 50m", soft_wrap=True)


@boundaries.command()
def install(
    *,
    year: Annotated[
        int | None,
        typer.Option(
            help="Vintage of the communes (1 January); if not given, the embedded one, or that "
            "of the communes in the file."
        ),
    ] = None,
    resolution: Annotated[
        str | None,
        typer.Option(help="5m, 50m, 100m or 1000m; if not given, 50m or that of the file."),
    ] = None,
    source: Annotated[
        str,
        typer.Option(
            metavar="etalab|FILE",
            help="etalab to download them; or a file: a GeoPackage of ADMIN EXPRESS COG, "
            "or Etalab's communes (GeoJSON).",
        ),
    ] = "etalab",
    lang: _Lang = "fr",
) -> None:
    """Install finer boundaries, or those of another year, for use without a network."""
    from ptce_geo.territories import install_boundaries  # the command starts faster without it
    from ptce_geo.territories.catalogue import user_folder
    from ptce_geo.territories.install import ETALAB, planned_downloads

    language = _language(lang)
    console = _console()
    if source == ETALAB:
        plan = planned_downloads(year=year, resolution=resolution)
        told = [size for size in plan.values() if size is not None]
        size = _megabytes(sum(told), language) if len(told) == len(plan) else None
        size = size or label("boundaries_unknown_size", language)
        download = label("boundaries_download", language).format(files=len(plan), size=size)
        origin = next(iter(plan)).rpartition("/")[0]
        console.print(download)
        console.print(label("boundaries_from", language), origin, soft_wrap=True)
        console.print(label("boundaries_to", language), str(user_folder()), soft_wrap=True)
    with _progress(console, language) as progress:
        done = install_boundaries(
            year=year, resolution=resolution, source=source, progress=progress
        )
    _print_installation(console, done, language)


def _print_installation(console: Console, done: Installation, lang: Language) -> None:
    heading = label("boundaries_installed", lang)
    console.print(heading.format(year=done.year, resolution=done.resolution))
    for level, rows in done.rows.items():
        console.print(f"  {label(level, lang):27}{format_number(rows, lang):>7}")
    for word, details in done.remarks:
        words = {
            key: format_number(value, lang) if isinstance(value, int) else value
            for key, value in details.items()
        }
        if "level" in words:
            words["level"] = label(words["level"], lang)
        console.print("  " + label(f"boundaries_{word}", lang).format(**words), soft_wrap=True)
    console.print(f"  {_megabytes(done.bytes, lang)}, {done.folder}", soft_wrap=True)
    console.print(label("boundaries_credit", lang))
    for name in done.attribution:
        console.print(f"  {name}", soft_wrap=True)


@contextmanager
def _progress(console: Console, lang: Language) -> Iterator[Progress]:
    """Yield what shows how far a download is; it shows nothing where nobody watches."""
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Bars(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, so_far: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(label_if_known("boundaries", what, lang), total=total)
            bars.update(tasks[what], completed=so_far, total=total)

        yield show


def _console() -> Console:
    return Console(markup=False, highlight=False)


def _language(lang: str) -> Language:
    if lang not in LANGUAGES:
        msg = f"{lang!r} is not one of {', '.join(LANGUAGES)}."
        raise typer.BadParameter(msg, param_hint="--lang")
    return check_language(lang)


def _megabytes(size: int, lang: Language) -> str:
    number = format_number(size / 1e6, lang, decimals=1)
    return label("boundaries_megabytes", lang).format(size=number)


def _codes(text: str | None) -> list[str] | None:
    return None if text is None else text.split(",")


def _columns(pairs: list[str] | None) -> dict[str, str] | None:
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


def _print_summary(console: Console, result: ptce_geo.StudyResult, lang: Language) -> None:
    from ptce_geo.reports import summary_rows  # the command starts faster without pandas

    table = Table(show_header=False, box=None, pad_edge=False)
    for justify in ("left", "right", "right", "left"):
        table.add_column(justify=justify, overflow="fold")
    for row in summary_rows(result.record, result.tables, lang=lang):
        table.add_row(*row.written(lang))
    console.print(table)
    console.print()
    for file in result.files:
        console.print(str(file), soft_wrap=True)


def main() -> None:
    """Run the command; 0 done, 1 the input cannot be used, 2 the command line is wrong."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A console that lacks a letter shows another one; that is no reason to fail.
            stream.reconfigure(errors="replace")
    # A run that is told to stop clears away what it had begun to write.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        app()
    except PtceGeoError as error:
        line = " ".join(str(error).split())
        typer.echo(f"ptce-geo: {line}", err=True)
        sys.exit(UNUSABLE)


if __name__ == "__main__":
    main()
