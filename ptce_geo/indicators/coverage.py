"""Which share of the territories, and of their inhabitants, the members reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ptce_geo.checks import require_columns
from ptce_geo.errors import InputError
from ptce_geo.indicators.counts import count_members
from ptce_geo.indicators.distances import nearest_km, point_coordinates, reference_points
from ptce_geo.indicators.inputs import (
    MEMBERS_SET_ASIDE,
    amounts,
    reasons_set_aside,
    study_area,
    tally,
)
from ptce_geo.metric import NO_CRS, legal_crs
from ptce_geo.schema import (
    COVERAGE_COLUMNS,
    LEVEL,
    POPULATION,
    THRESHOLD_KM,
    code_column,
)
from ptce_geo.territories import CURRENT_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

_DEPARTEMENT = code_column("departement")


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
        One level of territory or several.
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
        If `minimum` is below 1, a code is that of no territory, or a population is negative
        or missing.

    Examples
    --------
    Two of three zones hold a member; 900 of 1,000 inhabitants live there.

    >>> zones = pd.DataFrame({"population": [600, 300, 100]}, index=["A", "B", "C"])
    >>> members = pd.DataFrame({"code_zone": ["A", "A", "B"]})
    >>> covered = coverage_by_presence(members, level="zone", territories=zones)
    >>> covered.loc["zone", ["territories_covered", "share_population"]].to_dict()
    {'territories_covered': 2.0, 'share_population': 0.9}
    """
    levels = [level] if isinstance(level, str) else list(level)
    if not levels:
        msg = "level: expected at least one level of territory, found none"
        raise InputError(msg)
    if minimum < 1:
        msg = f"minimum: expected at least 1 member, found {minimum}"
        raise InputError(msg)
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
    thresholds_km: float | Sequence[float] = (5, 10, 20, 30),
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
    territories: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Measure the share of communes, and of inhabitants, within a distance of a member.

    Commune i is covered at r when min_j d_ij ≤ r, d_ij the straight distance from its reference
    point to accepted member j, in the legal CRS of the territory. A member and a commune in two
    legal CRS (an ocean apart) never reach each other.

    Parameters
    ----------
    members : GeoDataFrame
        Geocoded members (points, EPSG:4326). Without the column ``geocode_status``, every
        member with a point counts. ``code_departement`` chooses the CRS of a member where it
        is given, else its point does.
    thresholds_km : float or sequence of float
        r in km, above 0, each once; in any order, the result is sorted.
    year : int
        Vintage of the communes.
    departements : sequence of str, optional
        Study area. It restricts the communes, not the members: a member across its border
        still reaches into it.
    territories : DataFrame, optional
        Demand points of your own in place of the communes, indexed by code, with ``longitude``,
        ``latitude`` (deg) and ``population``, and ``code_departement`` if it is known.

    Returns
    -------
    DataFrame
        One row for each threshold (index "threshold_km"), the columns of
        `coverage_by_presence`; territories are communes. ``attrs["members_counted"]`` and
        ``attrs["members_set_aside"]`` (by reason: "review", "rejected", "without a point",
        "without a legal CRS") say what the result rests on.

    Raises
    ------
    MissingColumnError
        If the members have no points, or `territories` lacks a column.
    InputError
        If a threshold is not a number above 0 or stands twice, or a population is negative or
        missing.
    CrsError
        If the members are not in EPSG:4326, or a demand point lies in no legal CRS.

    Examples
    --------
    Two points 0.1° of latitude (11.1 km) apart, a member on the first.

    >>> import geopandas as gpd
    >>> zones = pd.DataFrame(
    ...     {"longitude": [3.0, 3.0], "latitude": [46.5, 46.6], "population": [700, 300]},
    ...     index=["A", "B"],
    ... )
    >>> members = gpd.GeoDataFrame(geometry=gpd.points_from_xy([3.0], [46.5]), crs=4326)
    >>> coverage_by_reach(members, thresholds_km=(5, 20), territories=zones)["share_population"]
    threshold_km
    5.0     0.7
    20.0    1.0
    Name: share_population, dtype: float64
    """
    thresholds = _sorted_thresholds(thresholds_km)
    lonlat = point_coordinates(members, what="members")
    area, _ = study_area("commune", year=year, departements=departements, territories=territories)
    demand, demand_crs = reference_points(area, what="territories")

    crs = legal_crs(lonlat, members.get(_DEPARTEMENT))
    reasons = reasons_set_aside(members)
    reasons = reasons.mask((reasons == "") & np.isnan(lonlat[:, 0]), "without a point")
    reasons = reasons.mask((reasons == "") & (crs == NO_CRS), "without a legal CRS")
    counted = (reasons == "").to_numpy()

    nearest = nearest_km(demand, demand_crs, lonlat[counted], crs[counted])
    table = pd.DataFrame(
        [_coverage(area, nearest <= threshold) for threshold in thresholds],
        index=pd.Index(thresholds, name=THRESHOLD_KM),
        columns=list(COVERAGE_COLUMNS),
    )
    table.attrs = tally(reasons)
    return table


def _coverage(area: pd.DataFrame, covered: npt.NDArray[np.bool_]) -> tuple[float, ...]:
    """Return one row of `COVERAGE_COLUMNS`."""
    require_columns(area, [POPULATION], what="territories")
    amounts(area[POPULATION], what="population")
    part, whole = area.loc[covered, POPULATION].sum(), area[POPULATION].sum()
    share = covered.mean() if len(area) else np.nan
    return (len(area), covered.sum(), share, whole, part, part / whole if whole else np.nan)


def _sorted_thresholds(thresholds_km: float | Sequence[float]) -> npt.NDArray[np.float64]:
    try:
        thresholds = np.sort(np.atleast_1d(np.asarray(thresholds_km, dtype="float64")))
    except (TypeError, ValueError):
        thresholds = np.array([np.nan])
    usable = np.isfinite(thresholds) & (thresholds > 0)
    if not (len(thresholds) and usable.all() and (np.diff(thresholds) > 0).all()):
        msg = f"thresholds_km: expected distances in km above 0, each once; found {thresholds_km}"
        raise InputError(msg)
    return thresholds
