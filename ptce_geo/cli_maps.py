"""The commands that draw: ``map poles``, ``map coverage`` and the others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ptce_geo import cli_map_options as options
from ptce_geo import cli_shared as shared
from ptce_geo.cli_value_maps import choropleth, circles, clusters, compare

if TYPE_CHECKING:
    import geopandas as gpd

    from ptce_geo.maps.element import FoliumMap

map_app = typer.Typer(
    help="Draw maps: one page that opens without a network (.html), or a picture (.png, .svg, "
    ".pdf).",
    no_args_is_help=True,
)


def _member_command(kind: str, words: str, *, needs_poles: bool) -> None:
    """Make the command of a kind of map that is drawn from the two lists alone."""

    def command(
        members: shared.Members,
        *,
        out: options.Out,
        poles: shared.Poles = None,
        title: options.Title = None,
        source: options.Source = None,
        date: options.Date = None,
        column: shared.Column = None,
        geocoder: shared.Geocoders = None,
        store: shared.Store = None,
        offline: shared.Offline = False,
        review: shared.Review = None,
        min_score: shared.MinScore = None,
        min_precision: shared.MinPrecision = None,
        lang: shared.Lang = "fr",
    ) -> None:
        if needs_poles and poles is None:
            msg = "the years are those of a list of poles: give --poles."
            raise typer.BadParameter(msg, param_hint="--poles")
        settings = options.settings_of(title, source, date, lang)
        placing = _placing(geocoder, store, offline, review, min_score, min_precision)
        options.check_out(out, members, poles, *placing.files)
        located, seats = shared.located(members, poles, shared.columns_of(column), placing)
        options.save(_of_lists(kind, located, seats, settings), out)

    command.__doc__ = words
    map_app.command(kind)(command)


_member_command(
    "poles",
    "Draw the poles, their members and their footprints; search and filters in the page.",
    needs_poles=False,
)
_member_command(
    "timeline",
    "Draw the poles year by year; the list of poles (--poles) tells the years.",
    needs_poles=True,
)
_member_command(
    "overlap",
    "Draw which poles share members: the more they share, the wider the line.",
    needs_poles=False,
)


def _of_lists(
    kind: str, members: gpd.GeoDataFrame, seats: gpd.GeoDataFrame, settings: dict[str, Any]
) -> FoliumMap:
    from ptce_geo import maps
    from ptce_geo.indicators import pole_footprint, pole_overlap_pairs, pole_summary

    if kind == "timeline":
        return maps.timeline_map(members, seats, **settings)
    footprints = pole_footprint(members, poles=seats)
    if kind == "overlap":
        pairs = pole_overlap_pairs(members, poles=seats)
        return maps.overlap_map(members, pairs, poles=seats, footprints=footprints, **settings)
    summary = pole_summary(members, poles=seats)
    return maps.pole_map(members, poles=seats, summary=summary, footprints=footprints, **settings)


@map_app.command()
def points(
    members: shared.Members,
    *,
    out: options.Out,
    by: Annotated[
        str | None,
        typer.Option(help="Column that gives the colour: sector, pole_name, member_kind, …"),
    ] = None,
    title: options.Title = None,
    source: options.Source = None,
    date: options.Date = None,
    column: shared.Column = None,
    geocoder: shared.Geocoders = None,
    store: shared.Store = None,
    offline: shared.Offline = False,
    review: shared.Review = None,
    min_score: shared.MinScore = None,
    min_precision: shared.MinPrecision = None,
    lang: shared.Lang = "fr",
) -> None:
    """Draw many members or establishments: clusters with their number, dots where there is room."""
    settings = options.settings_of(title, source, date, lang)
    placing = _placing(geocoder, store, offline, review, min_score, min_precision)
    options.check_out(out, members, *placing.files)
    located, _ = shared.located(members, None, shared.columns_of(column), placing)
    from ptce_geo import schema
    from ptce_geo.maps import points_map

    told = [schema.POLE_NAME, schema.SECTOR, schema.name_column("commune")]
    columns = [each for each in told if each in located and each != by]
    map_ = points_map(located, name=schema.MEMBER_NAME, by=by, columns=columns, **settings)
    options.save(map_, out)


@map_app.command()
def coverage(
    members: shared.Members,
    *,
    out: options.Out,
    reach: Annotated[
        list[float] | None,
        typer.Option(
            metavar="KM", min=0.1, help="Distance drawn; repeat for more (default: 5, 10, 20)."
        ),
    ] = None,
    white_zone: Annotated[
        float,
        typer.Option(
            metavar="KM", min=0.1, help="Distance from which a commune is in a white zone."
        ),
    ] = 20,
    to: Annotated[
        str,
        typer.Option(
            metavar="member|seat", help="What is to be reached; seats are those of --poles."
        ),
    ] = "member",
    level: Annotated[
        str | None,
        typer.Option(
            help="Territories to colour by the share of their inhabitants within the distance of "
            "--white-zone: commune, epci, departement, region ..."
        ),
    ] = None,
    departements: shared.Departements = None,
    regions: shared.Regions = None,
    poles: shared.Poles = None,
    title: options.Title = None,
    source: options.Source = None,
    date: options.Date = None,
    column: shared.Column = None,
    geocoder: shared.Geocoders = None,
    store: shared.Store = None,
    offline: shared.Offline = False,
    review: shared.Review = None,
    min_score: shared.MinScore = None,
    min_precision: shared.MinPrecision = None,
    lang: shared.Lang = "fr",
) -> None:
    """Draw who is within reach of a member or a seat, and the white zones, with inhabitants."""
    if to not in {"member", "seat"}:
        msg = f"{to!r} is not one of member, seat."
        raise typer.BadParameter(msg, param_hint="--to")
    if to == "seat" and poles is None:
        msg = "seats are those of a list of poles: give --poles with it."
        raise typer.BadParameter(msg, param_hint="--to")
    distances = reach or [5.0, 10.0, 20.0]
    if len(set(distances)) < len(distances):
        msg = "each number once."
        raise typer.BadParameter(msg, param_hint="--reach")
    settings = options.settings_of(title, source, date, lang)
    placing = _placing(geocoder, store, offline, review, min_score, min_precision)
    options.check_out(out, members, poles, *placing.files)
    from ptce_geo.indicators import coverage_by_reach, reached_population, white_zones
    from ptce_geo.maps import coverage_map
    from ptce_geo.study import study_area
    from ptce_geo.territories import read_territories

    area = study_area(shared.codes_of(departements), shared.codes_of(regions))
    if level is not None:  # one that is not known is told before anything is located
        settings["territories"] = read_territories(level, departements=area)
    located, seats = shared.located(members, poles, shared.columns_of(column), placing)
    goal: dict[str, Any] = {"to": to, "poles": seats, "departements": area}
    if level is not None:
        settings["reached"] = reached_population(
            located, level=level, thresholds_km=white_zone, **goal
        )
    map_ = coverage_map(
        located,
        to=goal["to"],
        poles=seats,
        reach=distances,
        coverage=coverage_by_reach(located, thresholds_km=distances, **goal),
        white_zones=white_zones(located, threshold_km=white_zone, **goal),
        threshold_km=white_zone,
        **settings,
    )
    options.save(map_, out)


for _command in (choropleth, circles, clusters, compare):
    map_app.command()(_command)


def _placing(
    geocoder: list[str] | None,
    store: Path | None,
    offline: bool,  # noqa: FBT001 - an option of the command line, handed on
    review: Path | None,
    min_score: float | None,
    min_precision: str | None,
) -> Any:  # noqa: ANN401 - ptce_geo.placing.Placing, loaded when needed
    from ptce_geo.placing import Placing

    policy = shared.policy_of(min_score, min_precision)
    return Placing(shared.specs_of(geocoder), store, offline, review, policy)
