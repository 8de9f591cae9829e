"""Which share of the territories, and of their inhabitants, the members reach."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ptce_geo.checks import require_columns
from ptce_geo.errors import InputError
from ptce_geo.indicators.counts import count_members
from ptce_geo.indicators.distances import sorted_km
from ptce_geo.indicators.inputs import (
    MEMBERS_SET_ASIDE,
    amounts,
    each_once,
    require_whole,
    study_area,
)
from ptce_geo.indicators.reached import (
    POPULATION_UNATTACHED,
    THRESHOLDS_KM,
    Goal,
    Reach,
    demand_points,
    reach_of,
    supply_points,
    unattached,
)
from ptce_geo.schema import (
    COVERAGE_COLUMNS,
    LEVEL,
    POPULATION,
    POPULATION_COVERED,
    SHARE_POPULATION,
    SHARE_TERRITORIES,
    TERRITORIES,
    TERRITORIES_COVERED,
    THRESHOLD_KM,
)
from ptce_geo.territories import CURRENT_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


def coverage_by_presence(
    members: pd.DataFrame,
    *,
    level: str | Sequence[str],
    minimum: int = 1,
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
    territories: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Measure the share of territories, and of inhabitants, with at least `minimum` members.

    Territory i is covered when x_i ≥ k; shares are Σ 1[x_i ≥ k] / n and
    Σ p_i 1[x_i ≥ k] / Σ p_i, with x_i from `count_members`, p_i the population.

    Parameters
    ----------
    members : DataFrame
        Attached members, with ``code_<level>`` for each level; the accepted ones count.
    level : str or sequence of str
        One level of territory or several, each once.
    minimum : int
        k, at least 1.
    year : int
        Vintage of the territories.
    departements : sequence of str, optional
        Study area: only its territories and the members in them.
    territories : DataFrame, optional
        Territories of your own, indexed by code, with the column ``population``, in place of
        the embedded France; with one level only.

    Returns
    -------
    DataFrame
        One row for each level (index "level"): territories, territories_covered,
        share_territories, population, population_covered, share_population (shares 0…1, NaN
        where the whole is 0). ``attrs["members_set_aside"]``: for each level, how many members
        were not counted, by reason.

    Raises
    ------
    MissingColumnError
        If the members are not attached to a level, or `territories` has no population.
    InputError
        If `minimum` is no whole number of at least 1, a level stands twice, a code is that of no
        territory, or a population is negative or missing.

    Examples
    --------
    Two of three zones hold a member; 900 of 1,000 inhabitants live there.

    >>> zones = pd.DataFrame({"population": [600, 300, 100]}, index=["A", "B", "C"])
    >>> members = pd.DataFrame({"code_zone": ["A", "A", "B"]})
    >>> covered = coverage_by_presence(members, level="zone", territories=zones)
    >>> covered.loc["zone", ["territories_covered", "share_population"]].to_dict()
    {'territories_covered': 2.0, 'share_population': 0.9}
    """
    levels = each_once(level, what="level")
    require_whole(minimum, least=1, what="minimum")
    if territories is not None and len(levels) != 1:
        msg = f"territories= holds one level, found {len(levels)} levels; ask one at a time"
        raise InputError(msg)
    rows, set_aside = [], {}
    for name in levels:
        area, _ = study_area(name, year=year, departements=departements, territories=territories)
        counts = count_members(
            members, level=name, year=year, departements=departements, territories=territories
        )
        rows.append(_coverage(area, (counts >= minimum).to_numpy()))
        set_aside[name] = counts.attrs[MEMBERS_SET_ASIDE]
    table = pd.DataFrame(
        rows, index=pd.Index(levels, name=LEVEL, dtype="str"), columns=list(COVERAGE_COLUMNS)
    )
    table.attrs = {MEMBERS_SET_ASIDE: set_aside}
    return table


def coverage_by_reach(
    members: pd.DataFrame,
    *,
    thresholds_km: float | Sequence[float] = THRESHOLDS_KM,
    level: str | Sequence[str] = "commune",
    to: Goal = "member",
    poles: pd.DataFrame | None = None,
    demand: pd.DataFrame | None = None,
    share: float = 0.5,
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Measure the share of territories, and of inhabitants, within a distance of a member.

    Demand point k is reached at r when min_j d_kj ≤ r, d_kj the straight distance to accepted
    member j, in the legal CRS of the territory. What lies in two legal CRS (an ocean apart) never
    reaches each other. Territory i is covered when Σ_k p_k 1[k reached] / Σ_k p_k ≥ `share` over
    its points, p_k their inhabitants; the points are counted where nobody lives. The inhabitants
    covered are those of the points reached, whether or not their territory is covered.

    Parameters
    ----------
    members : GeoDataFrame
        Geocoded members (points, EPSG:4326). Without the column ``geocode_status``, every
        member with a point counts, unless that lies in another legal CRS than its
        ``code_departement``, where there is one. Members without a pole count.
    thresholds_km : float or sequence of float
        r in km, above 0, each once; in any order, the result is sorted.
    level : str or sequence of str
        One level of territory or several; also zones of your own (``zone``) for which `demand`
        has the codes (``code_zone``).
    to : {"member", "seat"}
        What is to be reached. The seats are those of all `poles`, with or without members.
    poles : GeoDataFrame, optional
        Poles, ``pole_id`` unique, the geometry (points, EPSG:4326) their seats; for "seat" only.
    demand : DataFrame or GeoDataFrame, optional
        Where people live, with ``population`` (fractions allowed): points or polygons (the 200 m
        squares of INSEE) in EPSG:4326, or ``longitude`` and ``latitude`` (deg). A polygon
        stands at its centroid. A row is in the commune of its ``code_commune``, else, or where
        that is no commune of `year`, in the commune of its point, up to 500 m beside it. By
        default each commune, at its reference point: it is covered when that is reached.
    share : float
        Share of its inhabitants that makes a territory covered, above 0 and up to 1.
    year : int
        Vintage of the territories.
    departements : sequence of str, optional
        Study area: the territories that touch it, whole. It does not restrict the members: one
        across its border still reaches into it.

    Returns
    -------
    DataFrame
        The columns of `coverage_by_presence`, one row for each threshold (index "threshold_km")
        when `level` is one level as a str; for each level and threshold (index "level",
        "threshold_km") when it is a sequence. Territories are those that hold a demand point;
        demand in none (off shore; communes without EPCI) counts in the population only.
        ``attrs["population_unattached"]`` says how many that are, by level.
        ``attrs["members_counted"]`` and ``attrs["members_set_aside"]`` (by reason: "review",
        "rejected", "without a point", "without a legal CRS", "point and code_departement apart")
        say what the result rests on; for seats ``attrs["poles_counted"]`` and
        ``attrs["poles_set_aside"]`` ("without a seat", "without a legal CRS").

    Raises
    ------
    MissingColumnError
        If the members (or `poles`) have no points, or `demand` lacks a column.
    InputError
        If a threshold is not a number above 0, a threshold or level stands twice, `share` or `to`
        is none of those known, seats are asked for without `poles`, or a population is negative
        or missing.
    CrsError
        If a frame is not in EPSG:4326, or a demand point lies in no legal CRS, or in another than
        its ``code_departement``.
    UnknownTerritoryError
        If a level, the year or a département is unknown.

    Examples
    --------
    Two points 0.1° of latitude (11.1 km) apart, a member on the first.

    >>> import geopandas as gpd
    >>> homes = pd.DataFrame(
    ...     {"longitude": [3.0, 3.0], "latitude": [46.5, 46.6], "population": [700, 300]}
    ... )
    >>> members = gpd.GeoDataFrame(geometry=gpd.points_from_xy([3.0], [46.5]), crs=4326)
    >>> coverage_by_reach(members, thresholds_km=(5, 20), demand=homes)["share_population"]
    threshold_km
    5.0     0.7
    20.0    1.0
    Name: share_population, dtype: float64
    """
    thresholds, levels = sorted_km(thresholds_km), each_once(level, what="level")
    require_share(share)
    supply = supply_points(members, to=to, poles=poles)
    points = demand_points(demand, year=year)
    km = supply.nearest_to(points).km
    rows = pd.Index(thresholds, name=THRESHOLD_KM)
    grounds = {name: points.ground(name, departements) for name in levels}
    tables = {
        name: coverage_of(reach_of(ground, km, thresholds), share=share).set_axis(rows)
        for name, ground in grounds.items()
    }
    table = tables[level] if isinstance(level, str) else pd.concat(tables, names=[LEVEL])
    table.attrs = {**supply.attrs, POPULATION_UNATTACHED: unattached(grounds)}
    return table


def require_share(share: float) -> None:
    """Raise `InputError` unless `share` can be what makes a territory covered."""
    if not (isinstance(share, Real) and 0 < share <= 1):
        msg = f"share: expected a share of the inhabitants above 0 and up to 1, found {share!r}"
        raise InputError(msg)


def coverage_of(reach: Reach, *, share: float) -> pd.DataFrame:
    """Return `COVERAGE_COLUMNS` for each threshold of `reach`."""
    # Sums of fractions of people are rounded: a half is a half all the same.
    covered = (reach.shares >= share * (1 - 1e-12)).sum(axis=0)
    territories = int((reach.points[:-1, -1] > 0).sum())
    people = reach.people.sum(axis=0)
    part, whole = people[:-1], people[-1]
    return pd.DataFrame(
        {
            TERRITORIES: territories,
            TERRITORIES_COVERED: covered,
            SHARE_TERRITORIES: covered / territories if territories else np.nan,
            POPULATION: whole,
            POPULATION_COVERED: part,
            SHARE_POPULATION: part / whole if whole else np.nan,
        }
    )


def _coverage(area: pd.DataFrame, covered: npt.NDArray[np.bool_]) -> tuple[float, ...]:
    """Return one row of `COVERAGE_COLUMNS`."""
    require_columns(area, [POPULATION], what="territories")
    amounts(area[POPULATION], what="population")
    part, whole = area.loc[covered, POPULATION].sum(), area[POPULATION].sum()
    share = covered.mean() if len(area) else np.nan
    return (len(area), covered.sum(), share, whole, part, part / whole if whole else np.nan)
