"""Whom the members reach in minutes: the pairs that are near, isochrones, and inhabitants.

How long a way takes is told by a `TravelTime` of `ptce_geo.routing`: in a straight line by
default, by road where that is installed. Every result says which. Access that weighs members
against inhabitants stands in `floating_catchment`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ptce_geo.checks import has_point, require_columns, require_unique
from ptce_geo.indicators.distances import centres, placed, point_coordinates, reference_points
from ptce_geo.indicators.inputs import MEMBERS_SET_ASIDE, require_one_area, tally
from ptce_geo.indicators.reached import inhabitants
from ptce_geo.routing.travel_time import CrowFlies, Pairs, checked_minutes
from ptce_geo.schema import (
    DESTINATION,
    LATITUDE,
    LONGITUDE,
    MEMBERS,
    METHOD,
    MINUTES,
    ORIGIN,
    POPULATION,
    POPULATION_COVERED,
    SHARE_POPULATION,
    WGS84,
)
from ptce_geo.territories import CURRENT_YEAR, territory_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from ptce_geo.indicators.reached import Amounts
    from ptce_geo.metric import Coordinates
    from ptce_geo.routing.travel_time import TravelTime

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

# The entry of `attrs` that says which points have no isochrone, by reason.
POINTS_SET_ASIDE: Final = "points_set_aside"
_CROW_FLIES: Final = CrowFlies()
# Demand points whose pairs are held at a time, so that those of fine squares fit into memory.
_BATCH: Final = 50_000


@dataclass(frozen=True, eq=False)
class TravelTimeMatrix:
    """How long it takes between places that are near enough; the other pairs are not held.

    Attributes
    ----------
    origins, destinations : Index
        Codes of all places asked about.
    pairs : Pairs
        Positions in `origins` and `destinations`, and minutes; by origin, then destination.
    limit : float
        The minutes within which all pairs are there.
    method : str
        What the times rest on.
    origins_set_aside, destinations_set_aside : Series
        Why a place is near to none, by code: "review", "rejected" (its ``geocode_status``),
        "without a point", "without a legal CRS", "point and code_departement apart" (in two legal
        CRS; a seat, with ``seat_source``, goes by its point). Places not named there count.
    """

    origins: pd.Index
    destinations: pd.Index
    pairs: Pairs
    limit: float
    method: str
    origins_set_aside: pd.Series
    destinations_set_aside: pd.Series

    def to_frame(self) -> pd.DataFrame:
        """Return one row a pair: origin, destination (codes), minutes; ``attrs["method"]``."""
        frame = pd.DataFrame(
            {
                ORIGIN: self.origins.take(self.pairs.origin),
                DESTINATION: self.destinations.take(self.pairs.destination),
                MINUTES: self.pairs.minutes,
            }
        )
        frame.attrs = {METHOD: self.method}
        return frame

    def nearest(self) -> pd.Series:
        """Return the minutes to the nearest destination, by origin; NaN beyond the limit."""
        least = np.full(len(self.origins), np.inf)
        np.minimum.at(least, self.pairs.origin, self.pairs.minutes)
        least[np.isinf(least)] = np.nan
        series = pd.Series(least, index=self.origins, name=MINUTES)
        series.attrs = {METHOD: self.method}
        return series


def travel_time_matrix(
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    minutes: float = 60,
    travel_time: TravelTime = _CROW_FLIES,
) -> TravelTimeMatrix:
    """Return how long it takes from origins to destinations, where it is `minutes` at most.

    Only the pairs with t_ij ≤ `minutes` are held, t_ij the time from origin i to destination j
    as `travel_time` tells it. Places in two legal CRS (an ocean apart) are never a pair.

    Parameters
    ----------
    origins, destinations : DataFrame or GeoDataFrame
        Places on a unique index: points in EPSG:4326 (geocoded members), else the columns
        ``longitude`` and ``latitude`` (deg; a table of territories). Of a frame with
        ``geocode_status``, the accepted rows count.
    minutes : float
        The limit, above 0.
    travel_time : TravelTime
        What tells the times; a straight line with a detour by default.

    Returns
    -------
    TravelTimeMatrix
        The pairs, by position; all places stay in its indexes, and those that do not count are
        named with the reason.

    Raises
    ------
    MissingColumnError
        If a frame has neither points nor ``longitude`` and ``latitude``.
    DuplicateIdError
        If an index holds a code twice.
    InputError
        If `minutes` is not a number above 0, or a ``geocode_status`` or ``code_departement`` is
        none that there is.
    CrsError
        If points are not in EPSG:4326.

    Examples
    --------
    B lies 0.1° of latitude (11.1 km) from the member, C 0.2°; the way is 1.3 times as long, at
    50 km/h.

    >>> places = pd.DataFrame({"longitude": 3.0, "latitude": [46.5, 46.6, 46.7]}, list("ABC"))
    >>> members = pd.DataFrame({"longitude": [3.0], "latitude": [46.5]}, ["m"])
    >>> times = travel_time_matrix(places, members, minutes=30)
    >>> times.nearest().round(1).to_dict()
    {'A': 0.0, 'B': 17.3, 'C': nan}
    >>> times.method
    'straight line, detour 1.3, 50 km/h'
    """
    (limit,) = checked_minutes([minutes]).tolist()
    start, why_not_start = _places(origins, what="origins")
    end, why_not_end = _places(destinations, what="destinations")
    return TravelTimeMatrix(
        origins=origins.index,
        destinations=destinations.index,
        pairs=travel_time.pairs(start, end, minutes=limit),
        limit=limit,
        method=travel_time.method,
        origins_set_aside=why_not_start[why_not_start != ""],
        destinations_set_aside=why_not_end[why_not_end != ""],
    )


def isochrones(
    points: pd.DataFrame,
    *,
    minutes: float | Sequence[float] = (15, 30, 45, 60),
    travel_time: TravelTime = _CROW_FLIES,
) -> gpd.GeoDataFrame:
    """Draw from where each point is reached within each number of minutes.

    Parameters
    ----------
    points : DataFrame or GeoDataFrame
        Places on a unique index, as for `travel_time_matrix`: members, seats, communes.
    minutes : float or sequence of float
        Thresholds above 0, each once; in any order, the result is sorted.
    travel_time : TravelTime
        What tells the times; a straight line with a detour by default: circles.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        One row for each point and threshold, on the index of `points` repeated: minutes, method,
        geometry (polygons; missing for a point that does not count, or that no way leads to).
        ``attrs["points_set_aside"]`` counts those by reason, as `TravelTimeMatrix`, or "without a
        way".

    Raises
    ------
    MissingColumnError, DuplicateIdError, InputError, CrsError
        As `travel_time_matrix`.

    Examples
    --------
    A quarter of an hour is 9.6 km, 290 km² of circle.

    >>> member = pd.DataFrame({"longitude": [3.0], "latitude": [46.5]}, ["m"])
    >>> reached = isochrones(member, minutes=(15, 30))
    >>> (reached.to_crs(2154).area / 1e6).round().to_list()
    [290.0, 1160.0]
    """
    thresholds = np.sort(checked_minutes(minutes))
    lonlat, reasons = _places(points, what="points")
    shapes = travel_time.isochrones(lonlat, minutes=thresholds.tolist())
    nowhere_near = shapely.is_missing(shapes).all(axis=1)
    reasons = reasons.mask((reasons == "") & nowhere_near, "without a way")
    frame = gpd.GeoDataFrame(
        {MINUTES: np.tile(thresholds, len(points)), METHOD: travel_time.method},
        geometry=shapes.ravel(),
        index=points.index.repeat(len(thresholds)),
        crs=WGS84,
    )
    frame.attrs = {METHOD: travel_time.method, POINTS_SET_ASIDE: tally(reasons)[MEMBERS_SET_ASIDE]}
    return frame


def population_within_minutes(
    members: pd.DataFrame,
    *,
    minutes: float | Sequence[float] = (15, 30, 45, 60),
    travel_time: TravelTime = _CROW_FLIES,
    by: str | None = None,
    demand: pd.DataFrame | None = None,
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Count the inhabitants within some minutes of at least one member.

    P(t) = Σ_i p_i 1[min_j t_ij ≤ t], with p_i the inhabitants of demand point i and t_ij the time
    from there to accepted member j. With `by`, j runs over the members of each group apart; an
    inhabitant near two members of a group counts once, near two groups in each.

    Parameters
    ----------
    members : DataFrame or GeoDataFrame
        Places as for `travel_time_matrix`; one row is one membership, on any index.
    minutes : float or sequence of float
        t, above 0, each once; in any order, the result is sorted.
    travel_time : TravelTime
        What tells the times; a straight line with a detour by default.
    by : str, optional
        A column of `members` that names their group: "pole_id", "sector".
    demand : DataFrame or GeoDataFrame, optional
        Where people live, in place of the communes, with ``population``: points or polygons (the
        200 m squares of INSEE) in EPSG:4326, or ``longitude`` and ``latitude`` (deg). A polygon
        stands at its centroid.
    year : int
        Vintage of the communes.
    departements : sequence of str, optional
        Study area. It restricts the communes, not the members: a member across its border still
        reaches into it.

    Returns
    -------
    DataFrame
        One row for each threshold (index "minutes"), or each group and threshold (index `by`,
        "minutes"; a group without a member that counts is reached from nowhere): members
        (counted), population (of all demand points), population_covered, share_population (0…1,
        NaN where nobody lives), method. ``attrs["members_counted"]`` and
        ``attrs["members_set_aside"]`` (by reason, as `TravelTimeMatrix`, or "without <by>") say
        what it rests on.

    Raises
    ------
    MissingColumnError
        If the members have no place or no column `by`, or `demand` lacks a column.
    InputError
        If `minutes` are not numbers above 0, each once; a population is negative or missing; or
        `demand` and `departements` are both given.
    CrsError
        If points are not in EPSG:4326, or a demand point lies in no legal CRS, or in another than
        its ``code_departement``.

    Examples
    --------
    A member of p in A and one of q in B, 17.3 minutes from there.

    >>> zones = pd.DataFrame(
    ...     {"longitude": 3.0, "latitude": [46.5, 46.6], "population": [700, 300]}, list("AB")
    ... )
    >>> members = zones[["longitude", "latitude"]].assign(pole_id=["p", "q"])
    >>> reached = population_within_minutes(members, minutes=(15, 20), by="pole_id", demand=zones)
    >>> reached["population_covered"].unstack().to_dict("index")
    {'p': {15.0: 700, 20.0: 1000}, 'q': {15.0: 300, 20.0: 1000}}
    """
    thresholds = np.sort(checked_minutes(minutes))
    lonlat, reasons = _places(members.reset_index(drop=True), what="members")
    group, names = np.zeros(len(members), dtype="int64"), pd.Index(["all"])
    if by is not None:
        require_columns(members, [by], what="members")
        group, names = pd.factorize(members[by], sort=True)
        reasons = reasons.mask((reasons == "") & (group < 0), f"without {by}")
    counted = (reasons == "").to_numpy()
    group = group[counted]
    where, population = _demand_points(demand, year=year, departements=departements)

    reached = np.zeros((len(names), len(thresholds)))
    for first in range(0, len(where), _BATCH):
        batch = slice(first, first + _BATCH)
        pairs = travel_time.pairs(where[batch], lonlat[counted], minutes=thresholds[-1].item())
        reached += _population_reached(
            pairs, group, population[batch], thresholds=thresholds, groups=len(names)
        )

    index = pd.MultiIndex.from_product([names, thresholds], names=[by, MINUTES])
    covered, whole = reached.ravel().astype(population.dtype), population.sum()
    table = pd.DataFrame(
        {
            MEMBERS: np.bincount(group, minlength=len(names)).repeat(len(thresholds)),
            POPULATION: whole,
            POPULATION_COVERED: covered,
            SHARE_POPULATION: covered / whole if whole else np.nan,
            METHOD: travel_time.method,
        },
        index=index if by is not None else index.droplevel(0),
    )
    table.attrs = {METHOD: travel_time.method, **tally(reasons)}
    return table


def _places(frame: pd.DataFrame, *, what: str) -> tuple[Coordinates, pd.Series]:
    """Return longitude and latitude of the places that count (n × 2, deg), NaN for the others.

    And why each is set aside, "" where it counts.
    """
    require_unique(frame.index.to_series(name=frame.index.name or "index"), what=what)
    # Territories have columns beside their shapes; where members have both, the points tell.
    drawn = isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None
    if drawn and not (LONGITUDE in frame and _other_than_points(frame.geometry)):
        lonlat = point_coordinates(frame, what=what)
    else:
        require_columns(frame, [LONGITUDE, LATITUDE], what=what)
        lonlat = frame[[LONGITUDE, LATITUDE]].to_numpy(dtype="float64", na_value=np.nan)
    found = placed(frame, lonlat)
    return found.lonlat, found.reasons


def _other_than_points(shapes: gpd.GeoSeries) -> bool:
    return bool((shapes[has_point(shapes)].geom_type != "Point").any())


def _demand_points(
    demand: pd.DataFrame | None, *, year: int, departements: Sequence[str] | None
) -> tuple[Coordinates, Amounts]:
    """Return longitude and latitude (n × 2, deg) and the inhabitants of each demand point."""
    require_one_area(departements, demand, name="demand")
    if demand is None:
        demand, what = territory_table("commune", year=year, departements=departements), "communes"
    else:
        demand, what = centres(demand, what="demand"), "demand"
    people = inhabitants(demand, what=what)
    where, _ = reference_points(demand, what=what)
    return where, people


def _population_reached(
    pairs: Pairs, group: Integers, population: Amounts, *, thresholds: Floats, groups: int
) -> Floats:
    """Return the inhabitants that each group reaches within each threshold (both ascending)."""
    width = len(thresholds)
    meeting = pairs.origin.astype("int64") * groups + group[pairs.destination]
    # Of each meeting of a demand point with a group, the first is the soonest.
    meeting, band = np.divmod(
        np.sort(meeting * width + np.searchsorted(thresholds, pairs.minutes)), width
    )
    soonest = np.diff(meeting, prepend=-1) > 0
    origin, target = np.divmod(meeting[soonest], groups)
    sums = np.bincount(
        target * width + band[soonest], weights=population[origin], minlength=groups * width
    )
    return sums.reshape(groups, width).cumsum(axis=1)
