"""The indicators of one study side by side: what a run writes and a workbook shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.beside import beside
from ptce_geo.indicators.anchoring import pole_anchoring
from ptce_geo.indicators.composition import pole_composition
from ptce_geo.indicators.concentration_table import LEVELS_MEASURED, concentration_table
from ptce_geo.indicators.counts import count_members
from ptce_geo.indicators.coverage import coverage_by_presence, coverage_by_reach
from ptce_geo.indicators.coverage_table import coverage_table
from ptce_geo.indicators.economic_weight import economic_weight
from ptce_geo.indicators.poles import pole_summary
from ptce_geo.indicators.specialisation import location_quotient_interval
from ptce_geo.indicators.white_zones import white_zones
from ptce_geo.territories import CURRENT_YEAR, territory_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

_INHABITANTS = 100_000
_ANCHORING = ("commune", "epci", "departement")


def indicator_tables(
    members: gpd.GeoDataFrame,
    *,
    poles: gpd.GeoDataFrame | None = None,
    levels: Sequence[str] = LEVELS_MEASURED,
    zones: Mapping[str, pd.DataFrame] | None = None,
    reference: pd.Series | None = None,
    thresholds_km: Sequence[float] = (5, 10, 20, 30),
    white_zone_km: float = 20,
    seed: int | None = 0,
    departements: Sequence[str] | None = None,
    year: int = CURRENT_YEAR,
    processes: int = 1,
) -> dict[str, pd.DataFrame]:
    """Compute every indicator for located and attached members.

    Parameters
    ----------
    members : GeoDataFrame, EPSG:4326
        Members, geocoded and attached to `levels`.
    poles : GeoDataFrame, optional
        Poles with their seat as geometry.
    levels : sequence of str
        Levels of territory to measure at: figures change with the level.
    zones : mapping of str to DataFrame, optional
        Further zones to count in: level (``zoning.level``) → what `zoning_territories` returns.
    reference : Series, optional
        Amounts by commune that members are compared with (`concentration_table`); the inhabitants
        by default.
    thresholds_km : sequence of float
        Distances of the coverage by reach (km).
    white_zone_km : float
        Distance from which a commune is in a white zone (km).
    seed : int, optional
        Of the draws of `concentration_table`.
    departements : sequence of str, optional
        Study area, INSEE codes; all of France by default. A level that reaches beyond it is left
        out (a région of which some départements are not studied); EPCI astride its border are
        measured whole.
    year : int
        Vintage of the territories.
    processes : int
        2 measures the coverage in a process of its own, where `beside` can; figures are the same.

    Returns
    -------
    dict of DataFrame
        - one table for each level and each zoning, by its name: every territory of the study area
          with ``nom``, ``population``, ``members``, ``members_per_100k`` (for 100,000 inhabitants)
          and ``location_quotient`` (against the reference) with its bounds; ``attrs`` as of
          `count_members`;
        - "concentration": see `concentration_table`;
        - "coverage_by_presence" and "coverage_by_reach": see the functions of these names;
        - "coverage": see `coverage_table`; "white_zones": a GeoDataFrame, see `white_zones`;
        - "poles": see `pole_summary`; "composition": see `pole_composition`, with the shares of
          `pole_anchoring` where the poles have a seat; "economic_weight": one row for each measure
          of all poles together (``pole_id`` ""), then of each pole that gave a number, in the
          columns of `economic_weight`.

    Raises
    ------
    MissingColumnError
        When the members are not geocoded, or not attached to `levels`.
    UnknownTerritoryError
        For an unknown level, year or département.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from ptce_geo.territories import attach_territories
    >>> members = gpd.GeoDataFrame(
    ...     {"pole_id": "p", "pole_name": "P", "member_name": ["Le Fil", "Le Clou"], "fte": 1.0},
    ...     geometry=gpd.points_from_xy([4.39, 4.51], [45.44, 45.47]),
    ...     crs="EPSG:4326",
    ... )
    >>> tables = indicator_tables(attach_territories(members), thresholds_km=[10])
    >>> tables["departement"].loc["42", "members"]
    np.int64(2)
    """
    levels = levels_within(levels, departements, year=year)

    def covered() -> dict[str, pd.DataFrame]:
        return {
            "coverage_by_presence": coverage_by_presence(
                members, level=levels, year=year, departements=departements
            ),
            "coverage_by_reach": coverage_by_reach(
                members, thresholds_km=thresholds_km, year=year, departements=departements
            ),
            "coverage": coverage_table(
                members,
                poles=poles,
                levels=levels,
                thresholds_km=thresholds_km,
                to=("member",) if poles is None else ("member", "seat"),
                year=year,
                departements=departements,
            ),
            "white_zones": white_zones(
                members, threshold_km=white_zone_km, year=year, departements=departements
            ),
        }

    with beside(covered, processes=processes) as coverage:
        tables = _territory_tables(
            members, levels, zones or {}, reference, year=year, departements=departements
        )
        tables["concentration"] = concentration_table(
            members,
            reference=reference,
            levels=levels,
            seed=seed,
            year=year,
            departements=departements,
        )
        of_poles = _pole_tables(members, poles)
        return {**tables, **coverage(), **of_poles}


def _territory_tables(
    members: gpd.GeoDataFrame,
    levels: Sequence[str],
    zones: Mapping[str, pd.DataFrame],
    reference: pd.Series | None,
    *,
    year: int,
    departements: Sequence[str] | None,
) -> dict[str, pd.DataFrame]:
    """Return the figures of the territories of each level, then those of the further zones."""
    tables = {}
    for level in levels:
        counts = count_members(members, level=level, year=year, departements=departements)
        territories = territory_table(level, year=year, departements=departements)
        compared = territories[schema.POPULATION]
        if reference is not None:
            compared = _by_level(reference, level, year=year).reindex(territories.index)
        tables[level] = _by_territory(counts, territories, compared)
    for level, territories in zones.items():
        counts = count_members(members, level=level, territories=territories)
        tables[level] = _by_territory(counts, territories, territories[schema.POPULATION])
    return tables


def _pole_tables(members: pd.DataFrame, poles: gpd.GeoDataFrame | None) -> dict[str, pd.DataFrame]:
    """Return what there is to say of each pole."""
    # A column that the list lacks is one that nobody filled.
    absent = [column for column in (schema.MEMBER_KIND, schema.FTE) if column not in members]
    members = members.assign(**dict.fromkeys(absent, np.nan))
    return {
        "poles": pole_summary(members, poles=poles),
        "composition": _composition(members, poles),
        "economic_weight": economic_weights(members),
    }


def _composition(members: pd.DataFrame, poles: pd.DataFrame | None) -> pd.DataFrame:
    """Return who makes up each pole and how near its seat they are."""
    composition = pole_composition(members, poles=poles)
    if poles is not None and schema.CODE_COMMUNE in poles.columns:
        anchoring = pole_anchoring(members, poles, levels=_ANCHORING)
        shares = [column for column in anchoring if column.startswith("share_")]
        composition = composition.join(anchoring[shares])
    return composition


def economic_weights(members: pd.DataFrame) -> pd.DataFrame:
    """Return the weight of all poles together (``pole_id`` ""), then of each that gave a number.

    A list of no poles at all is taken as one of them.
    """
    if members[schema.POLE_ID].isna().all():
        members = members.drop(columns=schema.POLE_ID)
    together = economic_weight(members).reset_index().assign(**{schema.POLE_ID: ""})
    if schema.POLE_ID not in members:
        return together[[schema.POLE_ID, *together.columns[:-1]]]
    apart = economic_weight(members, by=schema.POLE_ID).reset_index()
    apart = apart[apart[schema.TOTAL_ANSWERS] > 0]
    return pd.concat([together, apart], ignore_index=True)[apart.columns]


def levels_within(
    levels: Sequence[str], departements: Sequence[str] | None, *, year: int = CURRENT_YEAR
) -> list[str]:
    """Return the levels whose territories do not reach beyond the study area."""
    if departements is None:
        return list(levels)
    regions = territory_table("departement", year=year)["code_region"]
    touched = regions[regions.isin(regions[list(departements)])]
    whole = set(touched.index) == set(departements)
    return [level for level in levels if whole or level != "region"]


def _by_level(reference: pd.Series, level: str, *, year: int) -> pd.Series:
    """Return amounts by commune as amounts by territory of `level`; 0 where there are none."""
    communes = territory_table("commune", year=year)
    known = reference.groupby(level=0).sum().reindex(communes.index, fill_value=0.0)
    return known if level == "commune" else known.groupby(communes[schema.code_column(level)]).sum()


def _by_territory(
    counts: pd.Series, territories: pd.DataFrame, compared: pd.Series
) -> pd.DataFrame:
    """Return the figures of each territory; quotients only where all amounts are known."""
    population = territories[schema.POPULATION]
    if compared.notna().all() and compared.sum() > 0:
        quotient = location_quotient_interval(counts, reference=compared)
    else:
        figures = [schema.VALUE, schema.LOW, schema.HIGH]
        quotient = pd.DataFrame(np.nan, index=counts.index, columns=figures)
    table = pd.DataFrame(
        {
            schema.NAME: territories[schema.NAME],
            schema.POPULATION: population,
            schema.MEMBERS: counts,
            schema.MEMBERS_PER_100K: _INHABITANTS * counts / population.where(population > 0),
            schema.LOCATION_QUOTIENT: quotient[schema.VALUE],
            schema.LOCATION_QUOTIENT_LOW: quotient[schema.LOW],
            schema.LOCATION_QUOTIENT_HIGH: quotient[schema.HIGH],
        }
    )
    table.attrs = counts.attrs
    return table
