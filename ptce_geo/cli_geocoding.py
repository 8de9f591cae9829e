"""The commands about geocoding: ``geocode``, ``review``, ``ban`` and ``store``."""

from __future__ import annotations

import shlex
from itertools import chain
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.table import Table

from ptce_geo import cli_shared as shared
from ptce_geo import schema
from ptce_geo.errors import InputError, UnreadableFileError
from ptce_geo.labels import Language, format_date, format_number, format_share, label_if_known
from ptce_geo.labels import label as words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    import pandas as pd
    from rich.console import Console

    from ptce_geo.geocoding.store import AnswerStore
    from ptce_geo.placing import Placer

_Geocoded = Annotated[Path, typer.Argument(help="What ptce-geo geocode wrote.")]
_Out = Annotated[Path, typer.Option(help="File to write: .csv, .gpkg, .geojson or .parquet.")]

# From this many sources on it is told which placed how many.
_SEVERAL: Final = 2
# Beside it there is room for the numbers on a line of 80.
_HEADING_WIDTH: Final = 38

review_app = typer.Typer(
    help="Have doubtful places checked by a person, and take over what was corrected.",
    no_args_is_help=True,
)
ban_app = typer.Typer(help="Build an index of addresses, for use offline.", no_args_is_help=True)
store_app = typer.Typer(
    help="See and delete the answers of geocoders that are kept.", no_args_is_help=True
)


def geocode(
    members: shared.Members,
    *,
    out: _Out,
    geocoder: shared.Geocoders = None,
    store: shared.Store = None,
    offline: shared.Offline = False,
    review: shared.Review = None,
    poles: shared.Poles = None,
    column: shared.Column = None,
    min_score: shared.MinScore = None,
    min_precision: shared.MinPrecision = None,
    lang: shared.Lang = "fr",
) -> None:
    """Place the members of a list; every row comes out, with a point or the reason for none."""
    language, columns = shared.language(lang), shared.columns_of(column)
    specs, policy = shared.specs_of(geocoder), shared.policy_of(min_score, min_precision)
    from ptce_geo.geocoding.geocoded_file import check_out, write_geocoded
    from ptce_geo.members import member_problems
    from ptce_geo.placing import Placing, opened_placer, read_lists

    placing = Placing(specs, store, offline, review, policy)
    check_out(out, inputs=(members, poles, *placing.files))
    console = shared.open_console()
    with (
        _placing_bars(console, language) as show,
        opened_placer(placing, progress=show) as placer,
    ):
        table, listed = read_lists(members, poles, columns=columns, by_siret=placer.by_siret)
        located = placer.members(table, poles=listed)
        write_geocoded(located, out)
    _print_placed(console, located, placer, language)
    _print_remarks(console, member_problems(table, by_siret=placer.by_siret), language)
    _print_files(console, located, out, language)


@review_app.command("export")
def export_review(
    geocoded: _Geocoded,
    to: Annotated[Path, typer.Argument(metavar="REVIEW", help="File to write: .xlsx or .csv.")],
    *,
    lang: shared.Lang = "fr",
) -> None:
    """Write the members whose place is doubtful, for a person to fill in what is right.

    What is filled in already in the file stays.
    """
    language = shared.language(lang)
    from ptce_geo.geocoding.geocoded_file import read_geocoded
    from ptce_geo.geocoding.review.review import write_review

    if to.resolve() == geocoded.resolve():
        msg = f"{to} is the geocoded list; choose another name for the review"
        raise InputError(msg)
    count = write_review(read_geocoded(geocoded), to, lang=language)
    console = shared.open_console()
    number = format_number(count, language)
    _print(console, words("review_written", language).format(count=number, path=to))
    if count:
        out = geocoded.with_stem(f"{geocoded.stem}-{'verifie' if lang == 'fr' else 'checked'}")
        _print(console, words("review_next", language))
        _print(console, _command("review", "apply", geocoded, to, "--out", out, lang=lang))


@review_app.command("apply")
def apply(
    geocoded: _Geocoded,
    review: Annotated[Path, typer.Argument(help="The review, filled in.")],
    *,
    out: _Out,
    geocoder: shared.Geocoders = None,
    store: shared.Store = None,
    offline: shared.Offline = False,
    poles: shared.Poles = None,
    min_score: shared.MinScore = None,
    min_precision: shared.MinPrecision = None,
    lang: shared.Lang = "fr",
) -> None:
    """Put what a person corrected in the geocoded list; corrected addresses are placed again."""
    language = shared.language(lang)
    specs, policy = shared.specs_of(geocoder), shared.policy_of(min_score, min_precision)
    from ptce_geo.geocoding.geocoded_file import check_out, read_geocoded, write_geocoded
    from ptce_geo.members import read_poles
    from ptce_geo.placing import Placing, opened_placer

    placing = Placing(specs, store, offline, review, policy)
    check_out(out, inputs=(geocoded, poles, *placing.files))
    located = read_geocoded(geocoded)
    if schema.ATTACH_REASON in located:
        msg = (
            f"{geocoded.name} has territories already, which would stay as they are; "
            f"use ptce-geo run --review on the list itself"
        )
        raise InputError(msg)
    console = shared.open_console()
    with opened_placer(placing) as placer:
        listed = None if poles is None else read_poles(poles)
        corrected = placer.corrected(located, review, poles=listed)
        write_geocoded(corrected, out)
    _print_placed(console, corrected, placer, language)
    changed = _changed(located, corrected)
    text = words("review_applied", language)
    _print(console, text.format(count=format_number(changed, language)))
    _print_files(console, corrected, out, language)


@ban_app.command()
def build(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="CSV files of the Base Adresse Nationale, as adresses-42.csv.gz, unpacked or not."
        ),
    ],
    *,
    out: Annotated[Path, typer.Option(help="Index to write, as ban.idx.")],
    lang: shared.Lang = "fr",
) -> None:
    """Build an index of addresses: house numbers without a network."""
    language = shared.language(lang)
    from rich.progress import TaskProgressColumn

    from ptce_geo.geocoding import build_ban_index

    console = shared.open_console()

    def named(what: str) -> str:
        return label_if_known("ban_index", what, language).removeprefix("ban_index_")

    with shared.bars(console, named, TaskProgressColumn()) as show:
        summary = build_ban_index(files, out, progress=show)
    for line in summary.lines(language):
        _print(console, line)
    _print(console, words("ban_build_next", language))
    members, result = (words(f"command_{name}", language) for name in ("list", "result"))
    typed = ("geocode", members, "--geocoder", f"index={out}", "--out", result)
    _print(console, _command(*typed, lang=lang))


@store_app.command("list")
def list_store(
    path: Annotated[Path, typer.Argument(help="The store.")], *, lang: shared.Lang = "fr"
) -> None:
    """Tell how many answers a store keeps, of whom, from when to when."""
    language = shared.language(lang)
    with _existing_store(path) as opened:
        summary = opened.describe()
    console = shared.open_console()
    size = shared.megabytes(summary.size_bytes, language)
    answers = format_number(summary.answers, language)
    _print(console, words("store_file", language).format(path=path, answers=answers, size=size))
    if not summary.answers:
        return
    table = Table(box=None, pad_edge=False, header_style="")
    for heading in ("provider", "answers", "oldest", "newest", "version"):
        table.add_column(words(f"store_{heading}", language), overflow="fold")
    table.columns[1].justify = "right"
    for row in summary.providers.itertuples():
        table.add_row(
            row.provider,
            format_number(row.answers, language),
            format_date(row.oldest, language),
            format_date(row.newest, language),
            row.version,
        )
    console.print(table)


@store_app.command()
def delete(
    path: Annotated[Path, typer.Argument(help="The store.")],
    *,
    older_than: Annotated[
        int | None,
        typer.Option(min=0, metavar="DAYS", help="Only answers that are as old; 0 for all."),
    ] = None,
    provider: Annotated[
        str | None, typer.Option(help="Only answers of this source, as ptce-geo store list has it.")
    ] = None,
    lang: shared.Lang = "fr",
) -> None:
    """Delete answers from a store, and wipe them from the file."""
    language = shared.language(lang)
    if older_than is None and provider is None:
        msg = "which answers? Give --older-than DAYS, --provider NAME or both."
        raise typer.BadParameter(msg, param_hint="--older-than")
    from datetime import timedelta

    age = None if older_than is None else timedelta(days=older_than)
    with _existing_store(path) as opened:
        if provider is not None:
            held = sorted(set(opened.describe().providers["provider"]))
            if provider not in held:
                msg = f"the store {path} has no answer of {provider!r}; it has: "
                raise InputError(msg + (", ".join(held) or "none at all"))
        deleted = opened.delete(older_than=age, provider=provider)
    text = words("store_deleted", language).format(count=format_number(deleted, language))
    _print(shared.open_console(), text)


def _existing_store(path: Path) -> AnswerStore:
    from ptce_geo.geocoding.store import AnswerStore

    if not path.exists():  # it would be made
        msg = f"no such store: {path}"
        raise UnreadableFileError(msg)
    return AnswerStore(path)


def _placing_bars(console: Console, lang: Language) -> AbstractContextManager[shared.Show]:
    from rich.progress import MofNCompleteColumn

    def named(name: str) -> str:
        return label_if_known("provider", name, lang)

    return shared.bars(console, named, MofNCompleteColumn())


def _print_remarks(console: Console, problems: pd.DataFrame, lang: Language) -> None:
    """Print how much of the list was repaired, lost or doubtful when it was read."""
    from ptce_geo.reports.summary import counts_in_words

    if len(problems):
        counts = problems["kind"].value_counts().to_dict()
        told = counts_in_words(counts, "summary_problem_", lang)
        _print(console, f"{words('summary_problems', lang)}{_colon(lang)}{told}")


def _print_placed(console: Console, located: pd.DataFrame, placer: Placer, lang: Language) -> None:
    """Print the rules, how many members were placed how and why, and where answers are kept."""
    from ptce_geo.placing import placing_counts

    _print(console, placer.policy.describe(lang))
    console.print()
    console.print(_table(placing_counts(located), lang))
    console.print()
    if placer.store is not None:
        counts = (placer.store.known, placer.store.added)
        known, added = (format_number(count.total(), lang) for count in counts)
        text = words("placing_store", lang)
        _print(console, text.format(path=placer.store.path, known=known, added=added))
        if placer.unanswered():
            count = format_number(placer.unanswered(), lang)
            _print(console, words("placing_unanswered", lang).format(count=count))


def _table(counts: Mapping[str, Any], lang: Language) -> Table:
    """Return how many members have which status, in all, and by precision, source and reason."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="fold")
    for _ in schema.STATUSES:
        table.add_column(justify="right", no_wrap=True)
    table.add_row("", *(words(f"placing_{status}", lang) for status in schema.STATUSES))

    def row(heading: str, numbers: Mapping[str, int]) -> None:
        told = [numbers.get(status, 0) for status in schema.STATUSES]
        table.add_row(heading, *(format_number(n, lang) if n else "–" for n in told))

    figure = words("summary_members", lang)
    row(f"{figure}{_colon(lang)}{format_number(counts['members'], lang)}", counts["status"])
    shares = [counts["status"][status] / (counts["members"] or 1) for status in schema.STATUSES]
    table.add_row(words("placing_share", lang), *(format_share(one, lang) for one in shares))
    for part, prefix in (("precision", ""), ("provider", "provider"), ("reason", "reason")):
        if part == "provider" and len({*chain.from_iterable(counts[part].values())}) < _SEVERAL:
            continue
        table.add_row(words(f"placing_{part}", lang))
        for word, numbers in _by_word(counts[part], part):
            heading = label_if_known(prefix, word, lang) if prefix else words(word, lang)
            row(_indented(heading), numbers)
    return table


def _indented(text: str) -> str:
    return fill(text, _HEADING_WIDTH, initial_indent="  ", subsequent_indent="    ")


def _by_word(
    counts: Mapping[str, Mapping[str, int]], part: str
) -> list[tuple[str, dict[str, int]]]:
    """Return word → number by status, the finest precision or the most frequent word first."""
    found: dict[str, dict[str, int]] = {}
    for status, numbers in counts.items():
        for word, number in numbers.items():
            found.setdefault(word, {})[status] = number
    if part == "precision":
        return sorted(found.items(), key=lambda item: schema.PRECISIONS.index(item[0]))
    return sorted(found.items(), key=lambda item: -sum(item[1].values()))


def _print_files(console: Console, located: pd.DataFrame, out: Path, lang: Language) -> None:
    """Print what was written and, where something is to check, what to do next."""
    from ptce_geo.geocoding.review.review import doubtful

    _print(console, str(out))
    if doubtful(located).any():
        name = "a-verifier" if lang == "fr" else "to-check"
        _print(console, words("placing_next", lang))
        _print(console, _command("review", "export", out, out.with_name(f"{name}.xlsx"), lang=lang))


def _changed(before: pd.DataFrame, after: pd.DataFrame) -> int:
    """Return how many members have another place, status or reason than before."""
    one, other = (
        frame[list(schema.GEOCODE_COLUMNS)].reset_index(drop=True) for frame in (before, after)
    )
    same = (one == other) | (one.isna() & other.isna())
    return int((~same.all(axis=1)).sum())


def _command(*parts: object, lang: str = "fr") -> str:
    """Return a command as it is typed."""
    typed = ["ptce-geo", *map(str, parts), *(["--lang", lang] if lang != "fr" else [])]
    return f"  {shlex.join(typed)}"


def _colon(lang: Language) -> str:
    return " : " if lang == "fr" else ": "


def _print(console: Console, text: str) -> None:
    console.print(text, soft_wrap=True)
