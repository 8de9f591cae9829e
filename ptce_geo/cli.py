"""The command ``ptce-geo``: parses, calls the study, prints."""

from __future__ import annotations

import signal
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

import ptce_geo
from ptce_geo.errors import PtceGeoError
from ptce_geo.labels import Language, check_language, label

DONE, UNUSABLE = 0, 1

app = typer.Typer(
    name="ptce-geo",
    help="Map and measure the pôles territoriaux de coopération économique (PTCE) of France.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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
    lang: Annotated[str, typer.Option(help="Language of the outputs: fr or en.")] = "fr",
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
    if lang not in ("fr", "en"):
        msg = f"{lang!r} is not one of fr, en."
        raise typer.BadParameter(msg, param_hint="--lang")
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
    console = Console(markup=False, highlight=False)
    language = check_language(lang)
    with console.status("") as status:
        result = ptce_geo.run_study(
            study, progress=lambda stage: status.update(label(f"stage_{stage}", language))
        )
    _print_summary(console, result, language)


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
