"""The commands about roads: ``routing build``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ptce_geo import cli_shared as shared
from ptce_geo.labels import format_date, format_number
from ptce_geo.labels import label as words

routing_app = typer.Typer(
    help="Build a road network, for travel times by road without a server.", no_args_is_help=True
)


@routing_app.callback()
def routing() -> None:
    """Build a road network, for travel times by road without a server."""


@routing_app.command()
def build(
    extract: Annotated[
        Path,
        typer.Argument(metavar="EXTRACT", help="Extract of OpenStreetMap, as EXTRACT.osm.pbf."),
    ],
    *,
    out: Annotated[Path, typer.Option(help="Folder to make; a network there is replaced.")],
    lang: shared.Lang = "fr",
) -> None:
    """Build a road network from an extract of OpenStreetMap."""
    language = shared.language(lang)
    from ptce_geo.routing import build_tiles  # the command starts faster without it

    console = shared.open_console()
    with console.status(words("routing_building", language).format(extract=extract.name)):
        network = build_tiles(extract, out)
    date = network.extract_date
    told = (
        words("routing_built", language).format(
            folder=network.folder,
            roads=format_number(network.roads, language),
            size=shared.megabytes(network.bytes, language),
            seconds=format_number(network.seconds, language, decimals=1),
        ),
        words("routing_extract" if date else "routing_undated", language).format(
            extract=network.extract, date=date and format_date(date, language)
        ),
        words("routing_credit", language),
    )
    for line in told:
        console.print(line, soft_wrap=True)
