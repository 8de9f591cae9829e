"""The commands about reach: ``indicators coverage`` and ``indicators siting``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args

import typer
from rich.table import Table

from ptce_geo import cli_shared as shared
from ptce_geo import schema
from ptce_geo.labels import Language, format_given, format_number, format_share
from ptce_geo.labels import label as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from rich.console import Console

    from ptce_geo.routing import TravelTime

Roads = Annotated[
    Path | None,
    typer.Option(
        help="Road network that ptce-geo routing build made; without it minutes are those of a "
        "straight line."
    ),
]
_COVERAGE_SHARES: Final = (schema.SHARE_TERRITORIES, schema.SHARE_POPULATION)


def coverage(
    members: shared.Members,
    *,
    out: Annotated[Path, typer.Option(help="File to write: .csv or .xlsx.")],
    threshold: Annotated[
        list[float] | None,
        typer.Option(
            metavar="KM", min=0.1, help="Distance; repeat for more (default: 5, 10, 20, 30)."
        ),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="member|seat",
            help="What is to be reached (default: member); seats are those of --poles.",
        ),
    ] = None,
    white_zone: Annotated[
        float,
        typer.Option(
            metavar="KM",
            min=0.1,
            help="Distance from which a commune is in a white zone (listed in .xlsx).",
        ),
    ] = 20,
    minutes: Annotated[
        list[float] | None,
        typer.Option(
            metavar="MIN",
            min=0.1,
            help="Count the inhabitants within minutes too (listed in .xlsx); repeat for more.",
        ),
    ] = None,
    roads: Roads = None,
    draws: Annotated[
        int,
        typer.Option(min=0, help="Random draws for what imprecise places do to the figures."),
    ] = 0,
    seed: Annotated[int, typer.Option(help="Of the draws.")] = 0,
    departements: shared.Departements = None,
    regions: shared.Regions = None,
    poles: shared.Poles = None,
    column: shared.Column = None,
    geocoder: shared.Geocoders = None,
    store: shared.Store = None,
    offline: shared.Offline = False,
    review: shared.Review = None,
    min_score: shared.MinScore = None,
    min_precision: shared.MinPrecision = None,
    lang: shared.Lang = "fr",
) -> None:
    """Measure whom the members reach, at several levels and distances, and who is left out."""
    language = shared.language(lang)
    if roads is not None and not minutes:
        msg = "roads tell minutes: give --minutes with it."
        raise typer.BadParameter(msg, param_hint="--roads")
    from ptce_geo.indicators.reached import POLES_SET_ASIDE, THRESHOLDS_KM, Goal

    goals: list[Any] = list(dict.fromkeys(to or ["member"]))
    if odd := [goal for goal in goals if goal not in get_args(Goal)]:
        msg = f"{odd[0]!r} is not one of {', '.join(get_args(Goal))}."
        raise typer.BadParameter(msg, param_hint="--to")
    if "seat" in goals and poles is None:
        msg = "seats are those of a list of poles: give --poles with it."
        raise typer.BadParameter(msg, param_hint="--to")
    for option, given in (("--threshold", threshold), ("--minutes", minutes)):
        if given and len(set(given)) < len(given):
            msg = "each number once."
            raise typer.BadParameter(msg, param_hint=option)
    specs, policy = shared.specs_of(geocoder), shared.policy_of(min_score, min_precision)
    columns = shared.columns_of(column)
    from ptce_geo.indicators import coverage_table, population_within_minutes, white_zones
    from ptce_geo.indicators.concentration_table import LEVELS_MEASURED
    from ptce_geo.indicators.coverage_table import PRESENCE_SET_ASIDE
    from ptce_geo.indicators.inputs import MEMBERS_SET_ASIDE
    from ptce_geo.indicators.tables import levels_within
    from ptce_geo.placing import Placing
    from ptce_geo.reports.coverage import coverage_by_level, way_in_words, write_coverage
    from ptce_geo.study import study_area

    placing = Placing(specs, store, offline, review, policy)
    shared.check_out(out, inputs=(members, poles, *placing.files))
    area = study_area(shared.codes_of(departements), shared.codes_of(regions))
    by_time = _travel_time(roads) if minutes else None
    located, seats = shared.located(members, poles, columns, placing)
    table = coverage_table(
        located,
        poles=seats,
        levels=levels_within(LEVELS_MEASURED, area),
        thresholds_km=threshold or THRESHOLDS_KM,
        to=goals,
        draws=draws,
        seed=seed,
        departements=area,
    )
    zones = white_zones(
        located, threshold_km=white_zone, to=goals[0], poles=seats, departements=area
    )
    reached = None
    if minutes and by_time is not None:
        reached = population_within_minutes(
            located, minutes=minutes, travel_time=by_time, departements=area
        )
    way = way_in_words(by_time, language)
    write_coverage(
        table, zones, out, white_zone_km=white_zone, minutes=reached, way=way, lang=language
    )
    console = shared.open_console()
    _print_coverage(console, coverage_by_level(table, language), language)
    console.print(words("note_coverage", language))
    if reached is not None:
        _print_minutes(console, reached, way, language)
    told = words("white_zones_found", language).format(
        km=format_given(white_zone, language),
        zones=format_number(len(zones), language),
        people=format_number(zones[schema.POPULATION].sum(), language),
    )
    console.print()
    console.print(told, soft_wrap=True)
    aside = table.attrs.get(MEMBERS_SET_ASIDE, table.attrs[PRESENCE_SET_ASIDE]["commune"])
    shared.print_set_aside(console, aside, language)
    shared.print_set_aside(
        console, table.attrs.get(POLES_SET_ASIDE, {}), language, key="poles_aside"
    )
    console.print()
    console.print(str(out), soft_wrap=True)


def siting(
    members: shared.Members,
    *,
    out: Annotated[Path, typer.Option(help="File to write: .csv or .xlsx.")],
    new: Annotated[int, typer.Option(min=1, help="How many poles to place.")] = 5,
    reach: Annotated[
        float, typer.Option(min=0.1, help="How far a pole reaches: km, or minutes with --by-time.")
    ] = 20,
    by_time: Annotated[
        bool, typer.Option("--by-time", help="Reach in minutes, in a straight line or by --roads.")
    ] = False,
    roads: Roads = None,
    departements: shared.Departements = None,
    regions: shared.Regions = None,
    poles: shared.Poles = None,
    column: shared.Column = None,
    geocoder: shared.Geocoders = None,
    store: shared.Store = None,
    offline: shared.Offline = False,
    review: shared.Review = None,
    min_score: shared.MinScore = None,
    min_precision: shared.MinPrecision = None,
    lang: shared.Lang = "fr",
) -> None:
    """Find where the next poles would reach most inhabitants that no member reaches yet."""
    language = shared.language(lang)
    if roads is not None and not by_time:
        msg = "roads tell minutes: give --by-time with it."
        raise typer.BadParameter(msg, param_hint="--roads")
    specs, policy = shared.specs_of(geocoder), shared.policy_of(min_score, min_precision)
    columns = shared.columns_of(column)
    from ptce_geo.indicators import epci_main_communes, gain_curve, site_next_poles
    from ptce_geo.indicators.inputs import MEMBERS_SET_ASIDE
    from ptce_geo.placing import Placing
    from ptce_geo.reports.coverage import places_listed, reach_in_words, write_siting
    from ptce_geo.study import study_area

    placing = Placing(specs, store, offline, review, policy)
    shared.check_out(out, inputs=(members, poles, *placing.files))
    area = study_area(shared.codes_of(departements), shared.codes_of(regions))
    if new > (candidates := len(epci_main_communes(departements=area))):
        msg = f"there are {candidates} EPCI to choose from, not {new}."
        raise typer.BadParameter(msg, param_hint="--new")
    travel_time = _travel_time(roads) if by_time else None
    located, _ = shared.located(members, poles, columns, placing)
    settings: dict[str, Any] = {
        "reach": reach,
        "existing": located,
        "travel_time": travel_time,
        "departements": area,
    }
    within = reach_in_words(reach, travel_time, language)
    console = shared.open_console()
    with console.status(words("siting_search", language)):
        found = site_next_poles(new, **settings)
        write_siting(
            found,
            lambda: gain_curve(p=range(1, new + 1), **settings),
            out,
            reach=within,
            lang=language,
        )
    _print_places(console, places_listed(found), language)
    told = words("siting_found", language).format(
        before=format_share(found.covered_before / found.population, language),
        after=format_share(found.covered_after / found.population, language),
        gap=format_share(found.gap, language),
        reach=within,
    )
    console.print()
    console.print(told, soft_wrap=True)
    if len(found.chosen) < new:
        fewer = words("siting_fewer", language)
        console.print(fewer.format(found=len(found.chosen), asked=new), soft_wrap=True)
    shared.print_set_aside(console, found.chosen.attrs[MEMBERS_SET_ASIDE], language)
    console.print()
    console.print(str(out), soft_wrap=True)


def _travel_time(roads: Path | None) -> TravelTime:
    from ptce_geo.routing import CrowFlies, ValhallaTravelTime

    return CrowFlies() if roads is None else ValhallaTravelTime(roads)


def _print_coverage(console: Console, shown: pd.DataFrame, lang: Language) -> None:
    """Print the shares of whole levels, under the name of the level."""
    table = Table(box=None, pad_edge=False)
    table.add_column(words("column_coverage", lang))
    for heading in _COVERAGE_SHARES:
        table.add_column(words(f"column_{heading}", lang), justify="right")
    for level, rows in shown.groupby(schema.LEVEL, sort=False):
        table.add_row(str(level))
        for row in rows.to_dict("records"):
            shares = [_share_with_bounds(row, name, lang) for name in _COVERAGE_SHARES]
            table.add_row(f"  {row['coverage']}", *shares)
    console.print(table)


def _share_with_bounds(row: Mapping[str, Any], name: str, lang: Language) -> str:
    share = format_share(row[name], lang)
    low, high = (row.get(f"{name}_{end}", math.nan) for end in ("low", "high"))
    if math.isnan(low):
        return share
    return f"{share} ({format_share(low, lang)} – {format_share(high, lang)})"


def _print_minutes(console: Console, reached: pd.DataFrame, way: str, lang: Language) -> None:
    """Print the inhabitants within each number of minutes, and what the minutes rest on."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for justify in ("left", "right", "right"):
        table.add_column(justify=justify)
    for minutes, row in reached.iterrows():
        table.add_row(
            words("within_minutes", lang).format(minutes=format_given(float(str(minutes)), lang)),
            format_number(row[schema.POPULATION_COVERED], lang),
            format_share(row[schema.SHARE_POPULATION], lang),
        )
    console.print()
    console.print(words("minutes_rest_on", lang).format(way=way), soft_wrap=True)
    console.print(table)


def _print_places(console: Console, shown: pd.DataFrame, lang: Language) -> None:
    """Print the places chosen, the one that gains most first."""
    table = Table(box=None, pad_edge=False)
    table.add_column(words("column_nom", lang))
    table.add_column(words("column_nom_epci", lang))
    for heading in (schema.POPULATION_GAINED, "share_so_far"):
        table.add_column(words(f"column_{heading}", lang), justify="right")
    for row in shown.itertuples():
        table.add_row(
            row.nom,
            row.nom_epci,
            format_number(row.population_gained, lang),
            format_share(row.share_so_far, lang),
        )
    console.print(table)
