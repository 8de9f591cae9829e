"""Coverage, white zones and places for the next poles, as a planner reads them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ptce_geo import schema
from ptce_geo.indicators.coverage_table import PRESENCE
from ptce_geo.labels import Language, format_given, format_share, label
from ptce_geo.reports.columns import column_of
from ptce_geo.reports.table_file import write_table
from ptce_geo.routing import CrowFlies, ValhallaTravelTime
from ptce_geo.territories import CURRENT_YEAR, territory_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    from ptce_geo.indicators import Siting
    from ptce_geo.reports.columns import Column
    from ptce_geo.routing import TravelTime

_SHARES = (schema.SHARE_TERRITORIES, schema.SHARE_POPULATION)


def coverage_by_level(table: pd.DataFrame, lang: Language = "fr") -> pd.DataFrame:
    """Return the shares of whole levels in words: what a sheet or a console shows.

    Parameters
    ----------
    table : DataFrame
        What `coverage_table` returned.
    lang : {"fr", "en"}
        Language of the words.

    Returns
    -------
    DataFrame
        ``level``, ``coverage`` (by presence, or within which distance of what),
        ``share_territories``, ``share_population``, each with ``_low`` and ``_high`` where there
        are intervals, ``n`` (members, or seats).
    """
    whole = table[(table[schema.TERRITORY] == "") & table[schema.INDICATOR].isin(_SHARES)]
    of_territories, of_people = (
        whole[whole[schema.INDICATOR] == share].sort_values(
            schema.LEVEL, key=_as_they_come, kind="stable", ignore_index=True
        )
        for share in _SHARES
    )
    shown = of_territories.assign(**_words(of_territories, lang))
    shares = []
    for share, rows in zip(_SHARES, (of_territories, of_people), strict=True):
        shown[share] = rows[schema.VALUE]
        shares.append(share)
        if rows[schema.LOW].notna().any():
            shown[f"{share}_low"], shown[f"{share}_high"] = rows[schema.LOW], rows[schema.HIGH]
            shares += [f"{share}_low", f"{share}_high"]
    return shown[[schema.LEVEL, "coverage", *shares, schema.N]]


def coverage_by_territory(
    table: pd.DataFrame, lang: Language = "fr", *, year: int = CURRENT_YEAR
) -> pd.DataFrame:
    """Return the share of the inhabitants of each territory within each distance, in words.

    Parameters
    ----------
    table : DataFrame
        What `coverage_table` returned.
    lang : {"fr", "en"}
        Language of the words.
    year : int
        Vintage of the territories, whose names are told.

    Returns
    -------
    DataFrame
        ``level``, ``code``, ``nom``, ``coverage``, ``share_population``.
    """
    single = table[table[schema.TERRITORY] != ""]
    names = {
        level: territory_table(level, year=year)[schema.NAME]
        for level in single[schema.LEVEL].unique()
    }
    of_level = zip(single[schema.TERRITORY], single[schema.LEVEL], strict=True)
    return pd.DataFrame(
        {
            **_words(single, lang),
            schema.CODE: single[schema.TERRITORY],
            schema.NAME: [names[level][code] for code, level in of_level],
            schema.SHARE_POPULATION: single[schema.VALUE],
        }
    )[[schema.LEVEL, schema.CODE, schema.NAME, "coverage", schema.SHARE_POPULATION]]


def shares_within(
    table: pd.DataFrame | None, level: str, lang: Language = "fr"
) -> tuple[pd.DataFrame, dict[str, Column]]:
    """Return the share of the inhabitants of each territory within each distance of a member.

    Parameters
    ----------
    table : DataFrame or None
        What `coverage_table` returned; without it there are no columns.
    level : str
        The territories to tell of.
    lang : {"fr", "en"}
        Language of the titles of the columns.

    Returns
    -------
    DataFrame
        One column for each distance ("share_population_5km"), index the codes.
    dict
        What each of these columns is, by its name.
    """
    if table is None:
        return pd.DataFrame(), {}
    rows = table[table[schema.LEVEL] == level]
    rows = rows[(rows[schema.GROUP] == "member") & (rows[schema.TERRITORY] != "")]
    rows = rows[rows[schema.INDICATOR] == schema.SHARE_POPULATION]
    shares, columns = {}, {}
    for km, within in rows.groupby(schema.THRESHOLD_KM):
        name = f"{schema.SHARE_POPULATION}_{km:g}km".replace(".", "_")
        told = format_given(float(str(km)), lang)
        shares[name] = within.set_index(schema.TERRITORY)[schema.VALUE]
        columns[name] = replace(
            column_of(schema.SHARE_POPULATION, lang),
            name=name,
            title=label("column_share_within", lang).format(km=told),
            description=label("about_share_within", lang).format(km=told),
        )
    return pd.DataFrame(shares), columns


def zones_listed(zones: gpd.GeoDataFrame, *, year: int = CURRENT_YEAR) -> pd.DataFrame:
    """Return white zones as a sheet lists them: their largest commune for their shape."""
    communes = territory_table("commune", year=year)
    names = territory_table("departement", year=year)[schema.NAME]
    codes = zones[schema.COMMUNE_CODES].str.split().explode()
    codes = codes.to_frame().assign(people=codes.map(communes[schema.POPULATION]))
    # Of communes of as many inhabitants, that of the first code.
    ranked = codes.sort_values(["people", schema.COMMUNE_CODES], ascending=[False, True])
    largest = ranked.groupby(level=0)[schema.COMMUNE_CODES].first().reindex(zones.index)
    departements = largest.map(communes[schema.code_column("departement")]).map(names)
    listed = pd.DataFrame(zones.drop(columns=["geometry", schema.COMMUNE_CODES, schema.POLE_ID]))
    listed.insert(1, schema.name_column("departement"), departements)
    return listed.rename(columns={schema.NAME: "largest_commune"}).reset_index()


def places_listed(siting: Siting) -> pd.DataFrame:
    """Return the places chosen for the next poles as a sheet lists them, in their order."""
    chosen = siting.chosen.rename(columns={schema.SHARE_POPULATION: "share_so_far"}).reset_index()
    chosen.insert(0, schema.RANK, range(1, len(chosen) + 1))
    return chosen


def write_coverage(
    table: pd.DataFrame,
    zones: gpd.GeoDataFrame,
    path: Path,
    *,
    white_zone_km: float,
    minutes: pd.DataFrame | None = None,
    way: str = "",
    lang: Language = "fr",
) -> None:
    """Write what `coverage_table` returned, and in a workbook what belongs to it.

    Parameters
    ----------
    table : DataFrame
        The table.
    zones : GeoDataFrame
        What `white_zones` returned.
    path : Path
        ``.csv``: the table as it is; ``.xlsx``: levels, territories, minutes, white zones.
    white_zone_km : float
        What the zones are beyond (km).
    minutes : DataFrame, optional
        What `population_within_minutes` returned, of all members.
    way : str
        What the minutes rest on, in words (`way_in_words`).
    lang : {"fr", "en"}
        Language of the workbook.

    Raises
    ------
    InputError
        When the name ends otherwise.
    OutputError
        When the file cannot be written.
    """
    write_table(
        table,
        path,
        sheets=lambda: {
            "coverage": coverage_by_level(table, lang),
            "coverage_territories": coverage_by_territory(table, lang),
            **(
                {}
                if minutes is None
                else {"minutes": minutes.drop(columns=schema.METHOD).reset_index()}
            ),
            "white_zones": zones_listed(zones),
        },
        filled={
            "white_zones": {"km": format_given(white_zone_km, lang)},
            "minutes": {"way": way},
        },
        lang=lang,
    )


def write_siting(
    siting: Siting,
    curve: Callable[[], pd.DataFrame],
    path: Path,
    *,
    reach: str,
    lang: Language = "fr",
) -> None:
    """Write the places of the next poles, and in a workbook what each further one gains.

    Parameters
    ----------
    siting : Siting
        What `site_next_poles` returned.
    curve : callable
        Called for ``.xlsx``: what `gain_curve` returns.
    path : Path
        ``.csv``: the places; ``.xlsx``: the places and the curve, in words.
    reach : str
        How far a pole reaches, in words (`reach_in_words`).
    lang : {"fr", "en"}
        Language of the workbook.

    Raises
    ------
    InputError
        When the name ends otherwise.
    OutputError
        When the file cannot be written.
    """
    gap = format_share(siting.gap, lang)
    write_table(
        places_listed(siting),
        path,
        sheets=lambda: {
            "siting": places_listed(siting),
            "gain_curve": curve().drop(columns=schema.OPTIMAL).reset_index(),
        },
        filled={"siting": {"reach": reach, "gap": gap}},
        lang=lang,
    )


def way_in_words(travel_time: TravelTime | None, lang: Language = "fr") -> str:
    """Return what minutes rest on, as a reader of `lang` expects it; in its own words at worst."""
    if isinstance(travel_time, ValhallaTravelTime):
        return label(f"minutes_by_road_{travel_time.profile}", lang).format(
            extract=travel_time.network.extract
        )
    if travel_time is not None and not isinstance(travel_time, CrowFlies):
        return travel_time.method
    straight = travel_time or CrowFlies()
    return label("minutes_straight", lang).format(
        detour=format_given(straight.detour, lang), speed=format_given(straight.speed_km_h, lang)
    )


def reach_in_words(reach: float, travel_time: TravelTime | None, lang: Language = "fr") -> str:
    """Return how far a pole reaches: in km, or in minutes where there is a `travel_time`."""
    number = format_given(reach, lang)
    if travel_time is None:
        return label("reach_km", lang).format(reach=number)
    way = way_in_words(travel_time, lang)
    return label("reach_minutes", lang).format(reach=number, way=way)


def _words(table: pd.DataFrame, lang: Language) -> dict[str, pd.Series]:
    """Return the level of each row and how it is covered, in words."""
    rows = zip(table[schema.GROUP], table[schema.THRESHOLD_KM], strict=True)
    coverage = [
        label("by_presence", lang)
        if group == PRESENCE
        else label(f"within_km_of_{group}", lang).format(km=format_given(km, lang))
        for group, km in rows
    ]
    levels = table[schema.LEVEL].map(lambda level: label(level, lang))
    return {schema.LEVEL: levels, "coverage": pd.Series(coverage, index=table.index, dtype="str")}


def _as_they_come(levels: pd.Series) -> pd.Series:
    """Return what sorts levels as they come first, and keeps the rows of one together."""
    return pd.Series(pd.factorize(levels)[0], index=levels.index)
