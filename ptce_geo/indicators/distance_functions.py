"""How near establishments are to each other, by distance and whatever the borders.

Both functions compare establishments with establishments, not with empty land, so the edge of
the territory needs no correction: Duranton and Overman's Kd tells an absolute density of
distances, Marcon and Puech's M a relative concentration, as the location quotient does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from ptce_geo.checks import listing, require_same_index, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators.edge_corrections import bin_finder, close_pairs
from ptce_geo.indicators.envelopes import (
    curve_frame,
    envelopes,
    require_simulations,
)
from ptce_geo.indicators.inputs import amounts
from ptce_geo.indicators.observed_points import (
    counted_points,
    increasing_radii,
    observed,
    random_places,
)
from ptce_geo.metric import coordinates
from ptce_geo.schema import BANDWIDTH_KM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from ptce_geo.indicators.edge_corrections import Floats, Whole
    from ptce_geo.indicators.observed_points import Shapes, WindowShape

NullHypothesis: TypeAlias = Literal["labelling", "location"]

# Up to so many pairs, each distance is kept.
_EXACT_PAIRS: Final = 1 << 16
# Cells of the histogram of distances: so many for the bandwidth, then 1,000 to a bandwidth.
_CELLS: Final = 1 << 19
_CELLS_PER_BANDWIDTH: Final = 1000
# A Gaussian so far out is below 1e-18 of its peak.
_TAIL: Final = 9.2
_BLOCK: Final = 1 << 20


def kd(
    points: Shapes,
    *,
    radii_km: Sequence[float],
    weights: pd.Series | None = None,
    bandwidth_km: float | None = None,
    window: WindowShape | None = None,
    surface: gpd.GeoDataFrame | None = None,
    simulations: int = 0,
    confidence: float = 0.95,
    seed: int | None = None,
) -> pd.DataFrame:
    """Return the density of the distances between establishments (Duranton–Overman).

    Kd(r) = Σ_{i<j} w_i w_j [φ((r - d_ij)/h) + φ((r + d_ij)/h)] / (h Σ_{i<j} w_i w_j), with φ the
    standard normal density; the second term folds back what would fall below 0. The bandwidth h
    is Silverman's rule on the n(n - 1)/2 distances (R ``bw.nrd0``):
    0.9 min(sd, IQR/1.34) (n(n - 1)/2)^(-1/5). Up to 362 points the sum is over every pair. Of
    more, distances are spread linearly over cells: quartiles are then exact to 1/500,000 of the
    longest distance, and Kd to 1e-7/h, the cells being of at most h/1,000.

    The null hypothesis of the simulations is random labelling of the weights over the points;
    with `surface` or `window`, random location. h stays that of the points observed.

    Parameters
    ----------
    points : GeoSeries or GeoDataFrame, EPSG:4326 or a projected CRS in metres
        n establishments. Of members with ``geocode_status``, the accepted ones.
    radii_km : sequence of float
        r (km), at least 0 and increasing.
    weights : Series, optional
        w, at least 0, on the index of `points`: jobs (FTE). All 1 without.
    bandwidth_km : float, optional
        h (km) in place of Silverman's.
    window : polygon, GeoSeries or GeoDataFrame, optional
        Where the simulations draw uniformly; it has to hold the points.
    surface : GeoDataFrame, optional
        Points or polygons with the column ``population`` that the simulations draw over, with
        replacement, within `window` if that is given.
    simulations : int
        Number of simulated patterns; 0 for no envelopes.
    confidence : float
        Of the envelopes.
    seed : int, optional
        The same seed gives the same envelopes.

    Returns
    -------
    DataFrame
        Indexed by "radius_km": "value" (Kd, per km), "expected" (the mean of the simulations,
        NaN without), and with simulations "low", "high", "global_low", "global_high" as in
        `ripley_k`. NaN for fewer than 2 points, for no weight, and where all distances are
        equal and no bandwidth is given. ``attrs["bandwidth_km"]`` is h.

    Raises
    ------
    InputError
        If a radius, weight or bandwidth is not what it should be, the indexes differ, points lie
        outside the window, or random labelling has no weights to label with.
    CrsError
        As `ripley_k`.

    References
    ----------
    Duranton, G. & Overman, H. G. (2005). Testing for localization using micro-geographic data.
    Review of Economic Studies 72(4), 1077–1106, equations 1 and 2.
    Silverman, B. W. (1986). Density Estimation, equation 3.31 and section 2.10 (reflection).

    Examples
    --------
    Two establishments 1 km apart, seen with a bandwidth of 0.1 km: 1/(0.1 √2π) = 3.9894.

    >>> import geopandas as gpd
    >>> points = gpd.GeoSeries.from_xy([0, 1000], [0, 0], crs=2154)
    >>> kd(points, radii_km=[0.5, 1], bandwidth_km=0.1)["value"].round(4).to_list()
    [0.0, 3.9894]
    """
    radii = increasing_radii(radii_km)
    require_simulations(simulations, confidence)
    if bandwidth_km is not None and not 0 < bandwidth_km < np.inf:
        msg = f"bandwidth_km: expected a number above 0, found {bandwidth_km}; leave it out"
        raise InputError(msg)
    labelling = window is None and surface is None
    if simulations and labelling and weights is None:
        msg = (
            "simulations: without weights there is nothing to label at random; give weights=, or "
            "surface= or window= for random location"
        )
        raise InputError(msg)
    placed, attrs = counted_points(points)
    xy, n = coordinates(placed) / 1000, len(placed)
    jobs = None
    if weights is not None:
        jobs = amounts(_aligned(weights, points, placed, what="weights"), what="weights")
    h, value = _kd(xy, radii, bandwidth=bandwidth_km, weights=jobs)
    spans = None
    if simulations and n >= 2:
        plane = None if window is None else observed(points, window=window)[1]
        locate = None if labelling else random_places(points, n, window=plane, surface=surface)

        def simulate(rng: np.random.Generator) -> tuple[Floats, Floats | None]:
            if locate is None:
                assert jobs is not None  # checked above: there is something to label with
                return xy, rng.permutation(jobs)
            return locate(rng) / 1000, jobs

        spans = envelopes(
            value,
            lambda pattern: _kd(pattern[0], radii, bandwidth=h, weights=pattern[1])[1],
            simulate=simulate,
            simulations=simulations,
            confidence=confidence,
            seed=seed,
        )
    attrs = {**attrs, BANDWIDTH_KM: h}
    return curve_frame(radii, value, expected=None, spans=spans, attrs=attrs)


def m_function(
    points: Shapes,
    *,
    kind: pd.Series,
    target: str,
    radii_km: Sequence[float],
    weights: pd.Series | None = None,
    neighbours: str | None = None,
    null: NullHypothesis = "labelling",
    simulations: int = 0,
    confidence: float = 0.95,
    seed: int | None = None,
) -> pd.DataFrame:
    """Compare the share of a kind around its own establishments with its share in all (M).

    M(r) = Σ_i a_i / Σ_i g_i over the establishments i of kind T with others within r:
    a_i is the weight of kind T over that of all kinds, among the others within r of i, and
    g_i = (W_T - w_i)/(W - w_i) the same among all others. Above 1: kind T is nearer to itself than
    establishments in general are. With `neighbours` N ≠ T, a_i is the share of N, and
    g_i = W_N/(W - w_i). At a radius that takes in every pair, M = 1. Steps lie exactly
    at the distances between points, which count as within: put no radius on one.

    Parameters
    ----------
    points : GeoSeries or GeoDataFrame, EPSG:4326 or a projected CRS in metres
        All establishments, of every kind. Of members with ``geocode_status``, the accepted ones.
    kind : Series
        Kind of each ("sector"), on the index of `points`.
    target : str
        T, the kind looked from.
    radii_km : sequence of float
        r (km), at least 0 and increasing.
    weights : Series, optional
        w, at least 0, on the index of `points`: jobs (FTE). All 1 without.
    neighbours : str, optional
        N, the kind looked at; T without.
    null : {"labelling", "location"}
        What simulations deal out over the points: the kinds, each point keeping its weight; or
        kind and weight together, as if establishments had swapped places.
    simulations : int
        Number of simulations; 0 for no envelopes.
    confidence : float
        Of the envelopes.
    seed : int, optional
        The same seed gives the same envelopes.

    Returns
    -------
    DataFrame
        Indexed by "radius_km": "value" (M, without unit), "expected" (1), and with simulations
        "low", "high", "global_low", "global_high" as in `ripley_k`. NaN where no T has others
        within r (or only others of weight 0), and where N has no weight elsewhere.

    Raises
    ------
    InputError
        If a kind is unknown or missing, a radius or weight is not what it should be, or the
        indexes differ.
    CrsError
        As `ripley_k`.

    References
    ----------
    Marcon, E. & Puech, F. (2010). Measures of the geographic concentration of industries:
    improving distance-based methods. Journal of Economic Geography 10(5), 745–762, equation 1.
    Marcon, E., Traissac, S., Puech, F. & Lang, G. (2015). Tools to characterize point patterns:
    dbmss for R. Journal of Statistical Software 67(3) (M as a ratio of sums, null hypotheses).

    Examples
    --------
    Two a at 1 km, one b far off. Around each a, all is a; among all others, half is.

    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> points = gpd.GeoSeries.from_xy([0, 1000, 9000], [0, 0, 0], crs=2154)
    >>> kind = pd.Series(["a", "a", "b"])
    >>> m_function(points, kind=kind, target="a", radii_km=[2, 20])["value"].to_list()
    [2.0, 1.0]
    """
    radii = increasing_radii(radii_km)
    require_simulations(simulations, confidence)
    if null not in ("labelling", "location"):
        msg = f"null: unknown {null!r}; known: labelling, location"
        raise InputError(msg)
    placed, attrs = counted_points(points)
    kinds = _aligned(kind, points, placed, what="kind")
    other = target if neighbours is None else neighbours
    if unknown := [name for name in dict.fromkeys((target, other)) if not (kinds == name).any()]:
        msg = f"kind: no {listing(unknown)} among the points; found {listing(kinds.unique())}"
        raise InputError(msg)
    if kinds.isna().any():
        msg = f"kind: missing for {listing(kinds.index[kinds.isna()])}; fill it, or leave them out"
        raise InputError(msg)
    every = np.ones(len(placed))
    if weights is not None:
        every = amounts(_aligned(weights, points, placed, what="weights"), what="weights")
    is_target, is_other = (kinds == target).to_numpy(), (kinds == other).to_numpy()
    xy = coordinates(placed) / 1000
    position = bin_finder(radii)

    def binned() -> Iterable[tuple[Whole, Whole, Whole]]:
        for first, second, distance in close_pairs(xy, radii[-1]):
            yield first, second, position(distance)

    # Simulations deal out anew what points carry: the pairs stay, and are kept.
    pairs = list(binned()) if simulations else binned()

    def curve(carried: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], Floats]) -> Floats:
        return _m(pairs, *carried, size=len(radii))

    def deal(
        rng: np.random.Generator,
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], Floats]:
        order = rng.permutation(len(xy))
        return is_target[order], is_other[order], every if null == "labelling" else every[order]

    value = curve((is_target, is_other, every))
    spans = None
    if simulations:
        spans = envelopes(
            value,
            curve,
            simulate=deal,
            simulations=simulations,
            confidence=confidence,
            seed=seed,
        )
    return curve_frame(radii, value, expected=np.ones(len(radii)), spans=spans, attrs=attrs)


def _m(
    pairs: Iterable[tuple[Whole, Whole, Whole]],
    is_target: npt.NDArray[np.bool_],
    is_other: npt.NDArray[np.bool_],
    weights: Floats,
    *,
    size: int,
) -> Floats:
    """Return M at the `size` radii whose positions stand in `pairs`."""
    row = np.cumsum(is_target) - 1
    shape = (int(is_target.sum()), size + 1)
    around, alike = np.zeros(shape), np.zeros(shape)
    of_other = np.where(is_other, weights, 0.0)
    for first, second, position in pairs:
        for centre, neighbour in ((first, second), (second, first)):
            seen = np.flatnonzero(is_target[centre])
            cell = row[centre[seen]] * (size + 1) + position[seen]
            near = neighbour[seen]
            around += np.bincount(cell, weights[near], around.size).reshape(shape)
            alike += np.bincount(cell, of_other[near], alike.size).reshape(shape)
    around, alike = np.cumsum(around, axis=1)[:, :-1], np.cumsum(alike, axis=1)[:, :-1]
    elsewhere = (of_other.sum() - of_other[is_target], weights.sum() - weights[is_target])
    seen_any = around > 0
    shares = np.where(seen_any, alike / np.where(seen_any, around, 1), 0).sum(axis=0)
    overall = elsewhere[0] / np.where(elsewhere[1] > 0, elsewhere[1], 1)
    chance = overall @ seen_any
    return shares / np.where(chance > 0, chance, np.nan)


def _kd(
    xy: Floats, radii: Floats, *, bandwidth: float | None, weights: Floats | None
) -> tuple[float, Floats]:
    """Return the bandwidth, Silverman's without one, and Kd at `radii`, all in the unit of `xy`."""
    undefined = np.full(len(radii), np.nan)
    pairs = len(xy) * (len(xy) - 1) // 2
    if not pairs:
        return (np.nan if bandwidth is None else bandwidth), undefined
    distance, mass = np.empty(0), None
    if bandwidth is None:
        distance, mass = _distances(xy, None, cells=_CELLS)
        bandwidth = _silverman(distance, mass, pairs)
        if np.isnan(bandwidth):
            return bandwidth, undefined
    # The distances that gave the bandwidth will do, unless they lack weights or are too coarse.
    longest = float(np.hypot(*np.ptp(xy, axis=0)))
    cells = int(np.ceil(longest / bandwidth * _CELLS_PER_BANDWIDTH)) + 1
    if mass is None or weights is not None or (pairs > _EXACT_PAIRS and cells > _CELLS):
        distance, mass = _distances(xy, weights, cells=cells)
    return bandwidth, _density(distance, mass, radii, bandwidth)


def _density(distance: Floats, mass: Floats, radii: Floats, bandwidth: float) -> Floats:
    """Return the reflected Gaussian density at `radii` of increasing distances."""
    reach = _TAIL * bandwidth
    begins = np.searchsorted(distance, radii - reach)
    ends = np.searchsorted(distance, radii + reach)
    value = np.empty(len(radii))
    for k, (radius, begin, end) in enumerate(zip(radii, begins, ends, strict=True)):
        near = np.exp(-0.5 * ((radius - distance[begin:end]) / bandwidth) ** 2)
        if radius < reach:
            near += np.exp(-0.5 * ((radius + distance[begin:end]) / bandwidth) ** 2)
        value[k] = near @ mass[begin:end]
    total = mass.sum()
    return value / (np.sqrt(2 * np.pi) * bandwidth * (total if total > 0 else np.nan))


def _silverman(distance: Floats, mass: Floats, n: int) -> float:
    """Return Silverman's bandwidth for `n` distances, NaN if all are equal."""
    mean = distance @ mass / n
    deviation = np.sqrt((distance - mean) ** 2 @ mass / max(n - 1, 1))
    # Quartiles between the order statistics around (n - 1)p, as R and NumPy have them.
    ranks = (n - 1) * np.array([0.25, 0.75])
    whole = np.floor(ranks)
    cumulated = np.cumsum(mass)
    below = distance[np.searchsorted(cumulated, whole + 0.5)]
    above = distance[np.searchsorted(cumulated, np.ceil(ranks) + 0.5)]
    low, high = below + (ranks - whole) * (above - below)
    # What a step of the histogram, or rounding, makes of equal distances is no spread.
    least = distance[-1] * (1e-12 if n <= _EXACT_PAIRS else 1 / _CELLS)
    spread = min(deviation, (high - low) / 1.34) if high - low > least else deviation
    return float(0.9 * spread * n**-0.2) if spread > least else np.nan


def _distances(xy: Floats, weights: Floats | None, *, cells: int) -> tuple[Floats, Floats]:
    """Return the increasing distances of all pairs and the weight of each, or their histogram."""
    if len(xy) * (len(xy) - 1) // 2 > _EXACT_PAIRS:
        return _histogram(xy, weights, cells=cells)
    first, second = np.triu_indices(len(xy), 1)
    distance: Floats = np.hypot(*(xy[first] - xy[second]).T)
    order = np.argsort(distance)
    mass = np.ones(len(order)) if weights is None else (weights[first] * weights[second])[order]
    return distance[order], mass


def _histogram(xy: Floats, weights: Floats | None, *, cells: int) -> tuple[Floats, Floats]:
    """Return the multiples of a step up to the longest distance, and how much pairs weigh there.

    Each pair is spread over the two multiples around its distance, in proportion.
    """
    span = np.ptp(xy, axis=0)
    step = float(np.hypot(*span)) / cells if span.any() else 1.0
    x, y = (xy / step).T.copy()
    whole, part = np.zeros(cells + 4), np.zeros(cells + 4)
    rows = max(_BLOCK // len(xy), 1)
    for top in range(0, len(xy), rows):
        bottom = min(top + rows, len(xy))
        place = x[top:] - x[top:bottom, None]
        place *= place
        northing = y[top:] - y[top:bottom, None]
        northing *= northing
        place += northing
        np.sqrt(place, out=place)
        # Each pair once: of the block, only what lies above its diagonal; the rest goes last.
        place[:, : bottom - top][np.tri(bottom - top) > 0] = cells + 3
        place = place.ravel()
        cell = place.astype(np.int64)
        place -= cell
        if weights is None:
            whole += np.bincount(cell, minlength=len(whole))
        else:
            product = np.outer(weights[top:bottom], weights[top:]).ravel()
            whole += np.bincount(cell, product, len(whole))
            place *= product
        part += np.bincount(cell, place, len(part))
    whole -= part
    whole[1:] += part[:-1]
    distance: Floats = np.arange(len(whole) - 1, dtype=np.float64) * step
    return distance, whole[:-1]


def _aligned(values: pd.Series, points: Shapes, placed: gpd.GeoSeries, *, what: str) -> pd.Series:
    """Return `values` in the order of `placed`; raise `InputError` unless on the points' index."""
    for index, name in ((points.index, "points"), (values.index, what)):
        require_unique(index.to_series(name="index"), what=name)
    require_same_index(values, points.geometry, what=f"{what} and points")
    return values.loc[placed.index]
