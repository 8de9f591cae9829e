"""How far the geocoding lets a figure be trusted: intervals, and the share of each precision."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import floor
from numbers import Real
from typing import TYPE_CHECKING, Final, overload

import numpy as np
import pandas as pd
import shapely

from ptce_geo.checks import (
    listing,
    require_columns,
    require_same_index,
    require_unique,
)
from ptce_geo.errors import InputError
from ptce_geo.indicators.distances import point_coordinates
from ptce_geo.indicators.drawn_points import Surface, surface_of
from ptce_geo.indicators.inputs import reasons_set_aside, tally
from ptce_geo.schema import (
    CODE_COMMUNE,
    GEOCODE_PRECISION,
    HIGH,
    LATITUDE,
    LONGITUDE,
    LOW,
    MEMBERS,
    PRECISIONS,
    VALUE,
    WITHOUT_IMPRECISE,
    N,
)
from ptce_geo.territories import CURRENT_YEAR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import geopandas as gpd
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.intp]
    Geometries = npt.NDArray[np.object_]

# How the imprecise members were drawn, or that they were not.
UNIFORM: Final = "uniform"
BY_POPULATION: Final = "population"
NOT_MOVED: Final = "not moved"
# The entry of `attrs` that counts them.
MEMBERS_IMPRECISE: Final = "members_imprecise"

_MUNICIPALITY: Final = PRECISIONS[-1]


@dataclass(frozen=True)
class Interval:
    """A figure, and where it lies once the members known by commune only may be anywhere in it.

    Attributes
    ----------
    value : float
        The figure with every member at the point that geocoding gave.
    low, high : float
        Between them it lies in `confidence` of the draws.
    without_imprecise : float
        The figure without the imprecise members; NaN when no other is counted.
    confidence : float
        Of the interval, between 0 and 1.
    n_draws : int
        Draws made: 0 when no member could move.
    method : str
        "uniform", or "population" when a population surface was given.
    members_counted : int
        Accepted members.
    members_imprecise : mapping of str to int
        The accepted members at precision "municipality", by what was done with them: drawn
        "uniform" or by "population"; "not moved" for want of a commune or a point.
    members_set_aside : mapping of str to int
        Members not accepted, by reason.
    """

    value: float
    low: float
    high: float
    without_imprecise: float
    confidence: float
    n_draws: int
    method: str
    members_counted: int
    members_imprecise: Mapping[str, int]
    members_set_aside: Mapping[str, int]


@overload
def indicator_interval(
    function: Callable[[gpd.GeoDataFrame], float],
    members: gpd.GeoDataFrame,
    *,
    n: int = 199,
    seed: int | None = None,
    confidence: float = 0.95,
    population: gpd.GeoDataFrame | None = None,
    year: int = CURRENT_YEAR,
    territories: gpd.GeoDataFrame | None = None,
) -> Interval: ...
@overload
def indicator_interval(
    function: Callable[[gpd.GeoDataFrame], pd.Series],
    members: gpd.GeoDataFrame,
    *,
    n: int = 199,
    seed: int | None = None,
    confidence: float = 0.95,
    population: gpd.GeoDataFrame | None = None,
    year: int = CURRENT_YEAR,
    territories: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame: ...
def indicator_interval(
    function: Callable[[gpd.GeoDataFrame], float | pd.Series],
    members: gpd.GeoDataFrame,
    *,
    n: int = 199,
    seed: int | None = None,
    confidence: float = 0.95,
    population: gpd.GeoDataFrame | None = None,
    year: int = CURRENT_YEAR,
    territories: gpd.GeoDataFrame | None = None,
) -> Interval | pd.DataFrame:
    """Give an indicator the interval that comes from members of which only the commune is known.

    An accepted member at precision "municipality" may be anywhere in its commune. In each of n
    draws every such member gets a point of its commune, each on its own, and the indicator is
    computed anew: f_(1) ≤ … ≤ f_(n). With k = ⌊(n + 1)(1 - confidence)/2⌋, at least 1,
    low = f_(k) and high = f_(n + 1 - k).

    Parameters
    ----------
    function : callable
        members → a number, or a Series of numbers with the same codes whatever the points, as
        those of the library do. It gets a copy of `members` with other points (and other
        ``longitude``, ``latitude``, where it has them).
    members : GeoDataFrame, EPSG:4326
        Geocoded and attached members, with ``geocode_precision`` and ``code_commune``. Without
        the column ``geocode_status``, every one is accepted.
    n : int
        Draws, at least 1. With 199 and 0.95, k is 5; with fewer than 39, the interval is from the
        least to the greatest of the draws and holds less than 0.95.
    seed : int, optional
        The same seed and the same rows in the same order give the same bytes.
    confidence : float
        Between 0 and 1.
    population : GeoDataFrame, EPSG:4326, optional
        Population surface: points or polygons (the 200 m squares of INSEE) with the column
        ``population``. A commune is drawn from in proportion to it; what a polygon has in a
        commune is in proportion to the area there. A commune where it has nobody is drawn from
        uniformly.
    year : int
        Vintage of ``code_commune``.
    territories : GeoDataFrame, optional
        Communes of your own, indexed by code, in place of the embedded France.

    Returns
    -------
    Interval or DataFrame
        `Interval` for a number. For a Series, on its index: value, low, high, without_imprecise;
        the other attributes of `Interval` are in ``attrs``. In the unit of the indicator; low and
        high are NaN where it is NaN in one of the draws.

    Notes
    -----
    Without `population` the draws are uniform over the commune. People and firms gather in a part
    of it, so that this is as a rule the wider interval: it claims less than is known.

    Members at "street" or "locality" stay where they are: their points are wrong by some hundred
    metres, a commune by kilometres. One known by its arrondissement of Paris, Lyon or Marseille is
    drawn over the whole commune. Members that are not accepted stay as well; `function` sets
    them aside.

    An indicator that counts by commune or by what is made of communes does not change: low, high
    and value are the same, as they should be. Codes are not drawn: `function` has to find anew,
    from the points, those of zones that are finer than a commune or cut it (`attach_zoning`).

    The value may lie outside: geocoding puts such members at the town hall, which is no ordinary
    point of a commune, and all those of a commune at the same. The interval is about places
    only, not about who answered or is listed.

    Raises
    ------
    MissingColumnError
        If the members have no points, no ``geocode_precision`` or no ``code_commune``, or
        `population` has no column of that name.
    InputError
        If `n` or `confidence` is out of range; a precision or commune is unknown; `function`
        returns something else, or other codes in a draw; `population` or `territories` has
        shapes that cannot be drawn from, or a population is negative or missing.
    CrsError
        If one of the frames is not in EPSG:4326.

    References
    ----------
    Henry, K. A. and Boscoe, F. P. (2008). Estimating the accuracy of geographical imputation.
    International Journal of Health Geographics 7, 3.
    Hyndman, R. J. and Fan, Y. (1996). Sample quantiles in statistical packages. The American
    Statistician 50(4), 361-365 (definition 6, without interpolation).

    Examples
    --------
    The share of members in the east of a commune. One is known to be there; of the other only
    the commune is known, its town hall is in the west: a half, or all of them.

    >>> import geopandas as gpd
    >>> commune = gpd.GeoDataFrame(geometry=[shapely.box(4, 45, 4.2, 45.2)], index=["A"], crs=4326)
    >>> members = gpd.GeoDataFrame(
    ...     {"geocode_precision": ["housenumber", "municipality"], "code_commune": ["A", "A"]},
    ...     geometry=gpd.points_from_xy([4.15, 4.05], [45.1, 45.1]),
    ...     crs=4326,
    ... )
    >>> def share_east(members):
    ...     return (members.geometry.x > 4.1).mean()
    >>> east = indicator_interval(share_east, members, seed=1, territories=commune)
    >>> east.value, east.low, east.high, east.without_imprecise
    (0.5, 0.5, 1.0, 1.0)
    >>> east.n_draws, east.members_counted, east.members_imprecise
    (199, 2, {'uniform': 1})
    """
    if n < 1 or not 0 < confidence < 1:
        msg = (
            "indicator_interval: expected n of at least 1 and confidence between 0 and 1, "
            f"found n={n}, confidence={confidence}"
        )
        raise InputError(msg)
    require_columns(members, [GEOCODE_PRECISION, CODE_COMMUNE], what="members")
    has_point = ~np.isnan(point_coordinates(members, what="members")[:, 0])
    reasons = reasons_set_aside(members)
    imprecise = ((reasons == "") & (_precisions(members) == _MUNICIPALITY)).to_numpy()
    rows = np.flatnonzero(imprecise & has_point & members[CODE_COMMUNE].notna())
    surface = surface_of(
        members[CODE_COMMUNE].iloc[rows], year=year, territories=territories, population=population
    )

    result = function(members)
    value = _numbers(result)
    without = value * np.nan
    if (reasons[~imprecise] == "").any():
        without = _numbers(function(members[~imprecise]), like=value)
    draws = [value]
    if len(rows):
        frames = _drawn(members, rows, surface, n=n, seed=seed)
        draws = [_numbers(function(frame), like=value) for frame in frames]
    low, high = _bounds(np.array(draws), confidence)
    table = pd.DataFrame({VALUE: value, LOW: low, HIGH: high, WITHOUT_IMPRECISE: without})
    ways = np.where(surface.peopled[surface.owner], BY_POPULATION, UNIFORM).tolist()
    ways += [NOT_MOVED] * (imprecise.sum() - len(rows))
    table.attrs = {
        "confidence": confidence,
        "n_draws": len(draws) if len(rows) else 0,
        "method": UNIFORM if population is None else BY_POPULATION,
        **tally(reasons),
        MEMBERS_IMPRECISE: dict(Counter(ways)),
    }
    if isinstance(result, pd.Series):
        return table
    return Interval(**table.iloc[0].to_dict(), **table.attrs)


def share_of_precision(members: pd.DataFrame, *, by: str | None = None) -> pd.DataFrame:
    """Give the share of the accepted members at each precision of their geocoding.

    s_p = n_p / n, with n the accepted members and n_p those at precision p.

    Parameters
    ----------
    members : DataFrame
        Geocoded members, with ``geocode_precision``. Without the column ``geocode_status``, every
        one is accepted.
    by : str, optional
        A column of `members` ("pole_id", "code_epci"): one row for each of its values.

    Returns
    -------
    DataFrame
        housenumber, street, locality, municipality: shares, 0…1, which add up to 1, NaN where
        no member is accepted; n: how many they are shares of. Index: the values of `by`, sorted;
        "members" for all of them together. ``attrs["members_counted"]`` is the total,
        ``attrs["members_set_aside"]`` the number of members not counted, by reason: "review",
        "rejected", "without geocode_precision", "without <by>".

    Raises
    ------
    MissingColumnError
        If the members have no ``geocode_precision`` or no column `by`.
    InputError
        If a precision or status is unknown.

    Examples
    --------
    >>> members = pd.DataFrame(
    ...     {
    ...         "pole_id": ["p", "p", "p", "p", "q"],
    ...         "geocode_precision": ["street", "municipality", "street", "housenumber", None],
    ...         "geocode_status": ["accepted"] * 4 + ["rejected"],
    ...     }
    ... )
    >>> share_of_precision(members, by="pole_id").reset_index()
      pole_id  housenumber  street  locality  municipality  n
    0       p         0.25     0.5       0.0          0.25  4
    1       q          NaN     NaN       NaN           NaN  0
    """
    require_columns(members, [GEOCODE_PRECISION, *([] if by is None else [by])], what="members")
    reasons = reasons_set_aside(members)
    precisions = _precisions(members)
    reasons = reasons.mask((reasons == "") & precisions.isna(), f"without {GEOCODE_PRECISION}")
    group = pd.Series(MEMBERS, index=members.index) if by is None else members[by]
    reasons = reasons.mask((reasons == "") & group.isna(), f"without {by}")

    groups = pd.Index([MEMBERS]) if by is None else pd.Index(group.dropna().unique(), name=by)
    counted = (reasons == "").to_numpy()
    at = pd.DataFrame({precision: (precisions == precision)[counted] for precision in PRECISIONS})
    grouped = at.groupby(group[counted].to_numpy())
    table = grouped.mean().reindex(groups.sort_values())
    table[N] = grouped.size().reindex(table.index, fill_value=0)
    table.attrs = tally(reasons)
    return table


def _precisions(members: pd.DataFrame) -> pd.Series:
    precisions = members[GEOCODE_PRECISION].astype("str")
    odd = set(precisions.dropna()) - set(PRECISIONS)
    if odd:
        known = ", ".join(PRECISIONS)
        msg = f"members: unknown {GEOCODE_PRECISION} {listing(sorted(odd))}; known: {known}"
        raise InputError(msg)
    return precisions


def _numbers(result: object, *, like: pd.Series | None = None) -> pd.Series:
    """Return what the function gave as floats, a number as one row, in the order of `like`."""
    if isinstance(result, Real):
        result = pd.Series([float(result)], index=[VALUE])
    if not isinstance(result, pd.Series) or not pd.api.types.is_numeric_dtype(result):
        found = f"Series of {result.dtype}" if isinstance(result, pd.Series) else type(result)
        msg = (
            "indicator_interval: expected function to return a number or a Series of numbers, "
            f"found {found}; take one column of a table"
        )
        raise InputError(msg)
    numbers = pd.Series(result.to_numpy(dtype="float64", na_value=np.nan), index=result.index)
    if like is not None and numbers.index.equals(like.index):
        return numbers
    what = "indicator_interval: what function returned"
    require_unique(numbers.index.to_series(name="code"), what=what)
    if like is None:
        return numbers
    require_same_index(numbers, like, what=f"{what} for other points")
    return numbers.reindex(like.index)


def _bounds(draws: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Return the k-th least and the k-th greatest of each column, NaN where a draw is NaN."""
    n = len(draws)
    # 1 - 0.9 is a little less than 0.1, and must not cost a rank.
    k = max(1, floor((n + 1) * (1 - confidence) / 2 + 1e-9))
    ordered = np.sort(draws, axis=0)
    ordered[:, np.isnan(draws).any(axis=0)] = np.nan
    return ordered[k - 1], ordered[n - k]


def _drawn(
    members: gpd.GeoDataFrame, rows: Integers, surface: Surface, *, n: int, seed: int | None
) -> Iterator[gpd.GeoDataFrame]:
    """Yield `members` n times, each time with other points in `rows`."""
    rng = np.random.default_rng(seed)
    columns = {
        name: members[name].to_numpy(dtype="float64", na_value=np.nan)
        for name in (LONGITUDE, LATITUDE)
        if name in members.columns
    }
    columns[members.geometry.name] = members.geometry.array
    for _ in range(n):
        lonlat = surface.draw(rng)
        drawn = {LONGITUDE: lonlat[:, 0], LATITUDE: lonlat[:, 1]}
        moved = {}
        for name, column in columns.items():
            moved[name] = column.copy()
            moved[name][rows] = drawn[name] if name in drawn else shapely.points(lonlat)
        yield members.assign(**moved)
