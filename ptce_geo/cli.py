"""The command ``ptce-geo``: parses, calls the study, prints."""

from __future__ import annotations

import atexit
import gc
import signal
import sys
import warnings
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated, Final

import typer

import ptce_geo
from ptce_geo import cli_shared as shared
from ptce_geo.checks import listing
from ptce_geo.cli_geocoding import ban_app, geocode, review_app, store_app
from ptce_geo.cli_indicators import indicators_app
from ptce_geo.cli_maps import map_app
from ptce_geo.cli_routing import routing_app
from ptce_geo.cli_study import compare, explain, init, run, sheet
from ptce_geo.errors import PtceGeoError, PtceGeoWarning
from ptce_geo.labels import Language, format_number, label, label_if_known

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.console import Console

    from ptce_geo.territories.install import Installation

_as_python_does: Final = warnings.formatwarning

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
app.add_typer(review_app, name="review")
app.add_typer(ban_app, name="ban")
app.add_typer(store_app, name="store")
app.add_typer(indicators_app, name="indicators")
app.add_typer(map_app, name="map")
app.add_typer(routing_app, name="routing")


@app.callback(invoke_without_command=True)
def version(
    *, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    """Map and measure the pôles territoriaux de coopération économique (PTCE) of France."""
    if version:
        typer.echo(f"ptce-geo {ptce_geo.__version__}")
        raise typer.Exit


app.command()(run)
app.command()(init)
app.command()(sheet)
app.command()(explain)
app.command()(compare)
app.command()(geocode)


@boundaries.command("list")
def list_boundaries(*, lang: shared.Lang = "fr") -> None:
    """List the boundaries at hand: year, resolution, communes, size, folder."""
    from ptce_geo.territories import installed_boundaries  # the command starts faster without it

    language = shared.language(lang)
    console = shared.open_console()
    columns = ("year", "resolution", "communes", "size", "folder")
    rows = [[label(f"boundaries_{column}", language) for column in columns]]
    for row in installed_boundaries().itertuples():
        resolution = label_if_known("boundaries", row.resolution, language)
        communes = format_number(row.communes, language)
        size = shared.megabytes(row.bytes, language)
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
    lang: shared.Lang = "fr",
) -> None:
    """Install finer boundaries, or those of another year, for use without a network."""
    from ptce_geo.territories import install_boundaries  # the command starts faster without it
    from ptce_geo.territories.catalogue import user_folder
    from ptce_geo.territories.install import ETALAB, planned_downloads

    language = shared.language(lang)
    console = shared.open_console()
    if source == ETALAB:
        plan = planned_downloads(year=year, resolution=resolution)
        told = [size for size in plan.values() if size is not None]
        size = shared.megabytes(sum(told), language) if len(told) == len(plan) else None
        size = size or label("boundaries_unknown_size", language)
        download = label("boundaries_download", language).format(files=len(plan), size=size)
        origin = next(iter(plan)).rpartition("/")[0]
        console.print(download)
        console.print(label("boundaries_from", language), origin, soft_wrap=True)
        console.print(label("boundaries_to", language), str(user_folder()), soft_wrap=True)
    with _download_bars(console, language) as progress:
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
    console.print(f"  {shared.megabytes(done.bytes, lang)}, {done.folder}", soft_wrap=True)
    console.print(label("boundaries_credit", lang))
    for name in done.attribution:
        console.print(f"  {name}", soft_wrap=True)


def _download_bars(console: Console, lang: Language) -> AbstractContextManager[shared.Show]:
    """Show how far downloads are."""
    from rich.progress import DownloadColumn

    def named(what: str) -> str:
        return label_if_known("boundaries", what, lang)

    return shared.bars(console, named, DownloadColumn())


def main() -> None:
    """Run the command; 0 done, 1 the input cannot be used, 2 the command line is wrong."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A console that lacks a letter shows another one; that is no reason to fail.
            stream.reconfigure(errors="replace")
    # The communes of France are objects by the hundred thousand that all stay: looking for rubbish
    # among them again and again would take a third of the time.
    gc.set_threshold(100_000, 50, 100)
    atexit.register(gc.freeze)  # nor at the end, half a second long
    warnings.formatwarning = _format_warning
    warnings.simplefilter("always", PtceGeoWarning)
    # A run that is told to stop clears away what it had begun to write.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        app()
    except PtceGeoError as error:
        typer.echo(_one_line(error), err=True)
        sys.exit(shared.UNUSABLE)


def _one_line(what: Warning | PtceGeoError | str) -> str:
    return f"ptce-geo: {' '.join(str(what).split())}"


def _format_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    line: str | None = None,
) -> str:
    """Return a warning of ours as one line, as errors are; another one as Python does."""
    if issubclass(category, PtceGeoWarning):
        return f"{_one_line(message)}\n"
    return _as_python_does(message, category, filename, lineno, line)


if __name__ == "__main__":
    main()
