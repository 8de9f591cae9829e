"""The commands about a study: ``run``, ``init``, ``sheet``, ``explain``, ``compare``."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer
from rich.table import Table

import ptce_geo
from ptce_geo import cli_shared as shared
from ptce_geo.checks import require_writable
from ptce_geo.errors import InputError, OutputError
from ptce_geo.labels import Language, check_language, format_number, label, label_if_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd
    from rich.console import Console

    from ptce_geo.reports import SummaryRow

STUDY_SUFFIXES: Final = (".toml", ".yaml", ".yml")
# What may be said otherwise than in the study file, for once.
_OTHERWISE: Final = ("out", "lang", "publish")
_MOST_ROWS: Final = 40

Sheets = Annotated[list[str] | None, typer.Option(metavar="CODE", help="Territory, by its code.")]
StudyFolder = Annotated[
    Path, typer.Argument(metavar="STUDY", help="Folder that ptce-geo run wrote.")
]


def run(
    context: typer.Context,
    members: Annotated[
        Path,
        typer.Argument(
            metavar="STUDY|MEMBERS",
            help="Study file (.toml, .yaml) that says everything, as ptce-geo init writes one; or "
            "a list of members: CSV, XLSX, GeoJSON, GeoPackage or Parquet.",
        ),
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to write to; not needed where a study file says it."),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Only say all that is wrong with a study file."),
    ] = False,
    poles: shared.Poles = None,
    lang: shared.Lang = "fr",
    departements: shared.Departements = None,
    regions: shared.Regions = None,
    column: shared.Column = None,
    title: Annotated[str | None, typer.Option(help="Title of the map and of the report.")] = None,
    source: Annotated[str | None, typer.Option(help="Where the lists come from.")] = None,
    geocoder: shared.Geocoders = None,
    store: shared.Store = None,
    offline: shared.Offline = False,
    review: shared.Review = None,
    min_score: shared.MinScore = None,
    min_precision: shared.MinPrecision = None,
    white_zone: Annotated[
        float,
        typer.Option(
            metavar="KM", min=0.1, help="Distance from which a commune is in a white zone."
        ),
    ] = 20,
    publish: Annotated[
        bool,
        typer.Option(
            "--publish",
            help="Write what may be published: amounts that tell of few structures are secret.",
        ),
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OUTPUT",
            help="Write only this: workbook, map, report, geopackage or package; repeat for more "
            "(default: all).",
        ),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(
            help="Folder that keeps what each stage found: what has not changed is not done again."
        ),
    ] = None,
) -> None:
    """Locate the members of a list, measure, map and report them."""
    if members.suffix.lower() in STUDY_SUFFIXES:
        _refuse_options(context)
        if check:
            _check(members, out=out, lang=lang)
            return
        study = _of_file(context, members)
    else:
        if check:
            msg = "a list has no settings to check: give a study file (.toml, .yaml)."
            raise typer.BadParameter(msg, param_hint="--check")
        if out is None:
            msg = "say which folder to write to: --out FOLDER."
            raise typer.BadParameter(msg, param_hint="--out")
        study = ptce_geo.Study(
            members,
            out=out,
            poles=poles,
            lang=shared.language(lang),
            columns=shared.columns_of(column),
            departements=shared.codes_of(departements),
            regions=shared.codes_of(regions),
            title=title,
            source=source,
            geocoders=shared.specs_of(geocoder),
            store=store,
            offline=offline,
            review=review,
            policy=shared.policy_of(min_score, min_precision),
            white_zone_km=white_zone,
            publish=publish,
            outputs=_outputs_of(only),
            cache=cache,
        )
    _run(study)


def _outputs_of(only: list[str] | None) -> tuple[str, ...]:
    """Return the outputs typed, all of them for none; what is none is a wrong command line."""
    from ptce_geo.study.settings import OUTPUT_KINDS  # the command starts faster without it

    for kind in only or ():
        if kind not in OUTPUT_KINDS:
            msg = f"{kind!r} is not one of {', '.join(OUTPUT_KINDS)}."
            raise typer.BadParameter(msg, param_hint="--only")
    return tuple(only or OUTPUT_KINDS)


def _refuse_options(context: typer.Context) -> None:
    """Refuse options that a study file says: two answers to one question are one too many."""
    for parameter in context.command.params:
        name = str(parameter.name)
        if name not in {"members", "check", *_OTHERWISE} and _is_typed(context, name):
            option = parameter.opts[0]
            msg = f"the study file says it: write it there, not as {option}."
            raise typer.BadParameter(msg, param_hint=option)


def _of_file(context: typer.Context, path: Path) -> ptce_geo.Study:
    """Return the study of a file, but for what was typed; tell all that is wrong, a line each."""
    from ptce_geo.study.study_file import read_study_file

    try:
        study = read_study_file(path)
    except InputError as error:
        _tell_problems(str(error).splitlines())
    typed = {name: context.params[name] for name in _OTHERWISE if _is_typed(context, name)}
    if "lang" in typed:
        shared.language(typed["lang"])
    return replace(study, **typed)


def _is_typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _check(path: Path, *, out: Path | None, lang: str) -> None:
    """Say all that is wrong with a study file and the files it names."""
    from ptce_geo.study.study_file import study_file_problems

    problems = study_file_problems(path, out=out)
    if problems:
        _tell_problems(f"{path.name}, {problem}" for problem in problems)
    said = label("study_right", shared.language(lang)).format(name=path.name)
    shared.open_console().print(said, soft_wrap=True)


def _tell_problems(lines: Iterable[str]) -> NoReturn:
    for line in lines:
        typer.echo(f"ptce-geo: {line}", err=True)
    sys.exit(shared.UNUSABLE)


def _run(study: ptce_geo.Study) -> None:
    """Run a study, and print what it found."""
    language = check_language(study.lang)
    console = shared.open_console()
    with console.status("") as status:

        def answered(name: str, done: int, total: int) -> None:
            status.update(_answered(name, done, total, language))

        result = ptce_geo.run_study(
            study,
            progress=lambda stage: status.update(label(f"stage_{stage}", language)),
            answered=answered,
        )
    _print_summary(console, result, language)
    if result.taken:
        stages = ", ".join(label(f"kept_{stage}", language) for stage in result.taken)
        console.print(label("study_kept", language).format(stages=stages), soft_wrap=True)


def init(
    members: shared.Members,
    *,
    out: Annotated[
        Path | None,
        typer.Option(help="Study file to write, .toml or .yaml (default: NAME.toml beside it)."),
    ] = None,
    poles: shared.Poles = None,
    lang: shared.Lang = "fr",
) -> None:
    """Write a study file, commented, by looking at a list of members."""
    from ptce_geo.files.whole import write_whole
    from ptce_geo.study.study_template import study_template

    language = shared.language(lang)
    target = out or members.with_suffix(".toml")
    if target.suffix.lower() not in STUDY_SUFFIXES:
        msg = f"a study file is .toml or .yaml, not {target.name!r}."
        raise typer.BadParameter(msg, param_hint="--out")
    if target.exists():
        msg = f"{target} is there already; remove it, or give another name with --out"
        raise OutputError(msg)
    require_writable(target, inputs=[members, poles])
    text = study_template(members, poles=poles, lang=language, out=target)
    write_whole(target, text.encode(), what="the study file")
    console = shared.open_console()
    console.print(label("study_written", language).format(path=target), soft_wrap=True)
    console.print(f"ptce-geo run {shlex.quote(str(target))}", soft_wrap=True)


def sheet(
    study: StudyFolder,
    *,
    region: Sheets = None,
    departement: Sheets = None,
    epci: Sheets = None,
    commune: Sheets = None,
    pole: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Pole, by its identifier.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path(),
    lang: Annotated[
        str | None, typer.Option(help="Language, fr or en; that of the study by default.")
    ] = None,
) -> None:
    """Write one page for each territory or pole asked, with the figures of the study."""
    asked = {
        "region": region,
        "departement": departement,
        "epci": epci,
        "commune": commune,
        "pole": pole,
    }
    sheets = [f"{kind}:{code.strip()}" for kind, codes in asked.items() for code in codes or ()]
    if not sheets:
        msg = "say what the sheet is of: --epci, --departement, --region, --commune or --pole."
        raise typer.BadParameter(msg)
    from ptce_geo.study.outputs import write_sheets
    from ptce_geo.study.results import read_study

    language = None if lang is None else shared.language(lang)
    console = shared.open_console()
    for path in write_sheets(read_study(study), sheets, out, lang=language):
        console.print(str(path), soft_wrap=True)


def compare(
    before: StudyFolder,
    after: StudyFolder,
    *,
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    lang: Annotated[
        str | None, typer.Option(help="Language, fr or en; that of the later study by default.")
    ] = None,
) -> None:
    """Say what changed from one study to a later one: poles, members, figures."""
    from ptce_geo.reports.changes import comparison_notes, comparison_summary
    from ptce_geo.study.compare import compare_studies, write_comparison

    comparison = compare_studies(before, after)
    language = comparison.lang if lang is None else shared.language(lang)
    files = write_comparison(comparison, out, lang=language)
    colon = " : " if language == "fr" else ": "
    console = shared.open_console()
    _print_rows(console, comparison_summary(comparison, language), language)
    for kind, text in comparison_notes(comparison, language):
        console.print(f"{kind}{colon}{text}", soft_wrap=True)
    console.print()
    for file in files:
        console.print(str(file), soft_wrap=True)


def explain(
    study: StudyFolder,
    indicator: Annotated[
        str,
        typer.Argument(help="As the tables name it: members, location_quotient, gini, …"),
    ],
    territory: Annotated[
        str,
        typer.Argument(
            help="Code (42218, 244200770), region:84 where two levels have it, a level (epci) "
            "for the whole of it, or the identifier of a pole."
        ),
    ],
    *,
    out: Annotated[Path | None, typer.Option(help="File for the members: .csv or .xlsx.")] = None,
    lang: shared.Lang = "fr",
) -> None:
    """List the members behind a figure of a study."""
    from ptce_geo.reports.explanation import explain as explained
    from ptce_geo.reports.explanation import figure_lines, members_listed, write_explanation
    from ptce_geo.study.results import read_study

    language = shared.language(lang)
    if out is not None:
        shared.check_out(out, inputs=[])
    found = explained(read_study(study), indicator, territory)
    console = shared.open_console()
    for line in figure_lines(found, language):
        console.print(line, soft_wrap=True)
    for heading, part in {"counted": found.members, "aside": found.aside}.items():
        if len(part):
            console.print(f"\n{label(f'explain_{heading}', language)}")
            _print_members(console, members_listed(part, language), language)
    if out is not None:
        write_explanation(found, out, lang=language)
        console.print(str(out), soft_wrap=True)


def _answered(name: str, done: int, total: int, lang: Language) -> str:
    """Return how far a geocoder is, in words."""
    told = label("placing_answered", lang).format(
        name=label_if_known("provider", name, lang),
        done=format_number(done, lang),
        total=format_number(total, lang),
    )
    return f"{label('stage_locate', lang)} {told}"


def _print_summary(console: Console, result: ptce_geo.StudyResult, lang: Language) -> None:
    from ptce_geo.reports import summary_rows  # the command starts faster without pandas

    _print_rows(console, summary_rows(result.record, result.tables, lang=lang), lang)
    console.print()
    for file in _files_shown(result.files):
        console.print(file, soft_wrap=True)


def _print_members(console: Console, members: pd.DataFrame, lang: Language) -> None:
    """Print members as a table, the first of them where they are many."""
    from ptce_geo.reports.columns import column_of, written

    columns = [column_of(str(name), lang) for name in members.columns]
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column.title, overflow="fold")
    for row in members.head(_MOST_ROWS).itertuples(index=False):
        table.add_row(
            *(written(cell, column, lang) for cell, column in zip(row, columns, strict=True))
        )
    console.print(table)
    if len(members) > _MOST_ROWS:
        count = format_number(len(members) - _MOST_ROWS, lang)
        console.print(label("explain_more", lang).format(count=count), soft_wrap=True)


def _files_shown(files: Sequence[Path]) -> Iterator[str]:
    """Yield the files at the top of the folder, and the folders in it with how many they hold."""
    top = files[-1].parent
    folders: dict[Path, int] = {}
    for file in files:
        if file.parent == top:
            yield str(file)
        else:
            folders[file.parent] = folders.get(file.parent, 0) + 1
    yield from (f"{folder}  ({count})" for folder, count in folders.items())


def _print_rows(console: Console, rows: Iterable[SummaryRow], lang: Language) -> None:
    """Print figures: what, how much, which share, made of what."""
    table = Table(show_header=False, box=None, pad_edge=False)
    for justify in ("left", "right", "right", "left"):
        table.add_column(justify=justify, overflow="fold")
    for row in rows:
        table.add_row(*row.written(lang))
    console.print(table)
