"""Whether points gather or keep apart, judged in the window that they were observed in.

Members of one row each, the accepted ones; several at one address are several points, whose
distance of 0 counts. Everything is computed in one plane, the legal metric CRS of the territory.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

import numpy as np
from scipy.spatial import cKDTree

from ptce_geo.errors import InputError
from ptce_geo.indicators.edge_corrections import (
    Window,
    bin_finder,
    close_pairs,
    pair_weights,
)
from ptce_geo.indicators.envelopes import (
    curve_frame,
    envelopes,
    require_simulations,
    uniform_in,
)
from ptce_geo.indicators.observed_points import (
    Shapes,
    WindowShape,
    increasing_radii,
    observed,
    random_places,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    import pandas as pd

    from ptce_geo.indicators.edge_corrections import Floats, PairWeights, Whole

EdgeCorrection: TypeAlias = Literal["translation", "isotropic", "border", "none"]
ClarkEvansCorrection: TypeAlias = Literal["none", "donnelly", "cdf"]

# Pairs to a portion: few stay in the processor's cache.
_FEW, _MANY = 1 << 13, 1 << 21
# Steps of distance in the cdf correction, as in R spatstat, whose figures it gives.
_STEPS: Final = 512


@dataclass(frozen=True)
class ClarkEvans:
    """The index of Clark and Evans.

    Attributes
    ----------
    statistic : float
        Below 1: gathered. 1: at random. Above 1, up to 2.149: spaced.
    z : float
        Deviation of the mean distance from its expectation, in standard errors; NaN for "cdf".
    p_value : float
        Two-sided, from z; NaN for "cdf".
    p_sim : float
        Two-sided, from simulations; NaN without.
    n : int
        Number of points.
    correction : str
        The edge correction.
    """

    statistic: float
    z: float
    p_value: float
    p_sim: float
    n: int
    correction: ClarkEvansCorrection


def clark_evans(
    points: Shapes,
    *,
    window: WindowShape,
    correction: ClarkEvansCorrection = "none",
    simulations: int = 0,
    seed: int | None = None,
) -> ClarkEvans:
    """Compare the mean distance to the nearest other point with that of points at random.

    R = mean_i min_j d_ij / E, with E = ½ √(|W|/n), which takes the window for endless. Near an
    edge the nearest point may lie beyond it, unseen, which makes R too high. Donnelly adds
    (0.0514 + 0.0412/√n) P/n to E, P being the perimeter of a rectangle; "cdf" replaces the mean
    by that of the Kaplan–Meier estimate, in which a distance longer than that to the edge is
    censored.

    z = (mean - E)/SE, with SE = √((4 - π)|W|/(4π))/n; for Donnelly
    SE = √(0.070 |W|/n² + 0.037 P √(|W|/n⁵)). In a window without correction, z and its p-value
    inherit the bias; simulations do not.

    Parameters
    ----------
    points : GeoSeries or GeoDataFrame, EPSG:4326 or a projected CRS in metres
        n points. Of members with ``geocode_status``, the accepted ones.
    window : polygon, GeoSeries or GeoDataFrame, in the CRS of `points`
        Where points could have been: a territory, with its islands and holes.
    correction : {"none", "donnelly", "cdf"}
        Donnelly's is for rectangles along the axes.
    simulations : int
        Number of patterns of n points drawn uniformly in the window.
    seed : int, optional
        The same seed gives the same `p_sim`.

    Returns
    -------
    ClarkEvans
        Without unit; NaN for fewer than 2 points, and for "cdf" where every distance is censored.

    Raises
    ------
    InputError
        If points lie outside the window, the window has no area or is no rectangle for Donnelly.
    CrsError
        If the two are not in one CRS that is EPSG:4326 or projected, or span two legal CRS.

    References
    ----------
    Clark, P. J. & Evans, F. C. (1954). Distance to nearest neighbor as a measure of spatial
    relationships in populations. Ecology 35(4), 445–453.
    Donnelly, K. (1978). Simulations to determine the variance and edge-effect of total nearest
    neighbour distance. In Hodder, I., Simulation Studies in Archaeology, 91–95. Cambridge UP.
    Baddeley, A., Rubak, E. & Turner, R. (2015). Spatial Point Patterns, section 8.2 (cdf).

    Examples
    --------
    Three points in 12 km²: nearest at 2, 1 and 1 km, expected ½ √(12/3) = 1 km.

    >>> import geopandas as gpd, shapely
    >>> points = gpd.GeoSeries.from_xy([0, 2000, 3000], [0, 0, 0], crs=2154)
    >>> round(clark_evans(points, window=shapely.box(0, 0, 4000, 3000)).statistic, 4)
    1.3333
    """
    _require_choice(correction, ClarkEvansCorrection)
    _require_count(simulations)
    xy, plane, _ = observed(points, window=window)
    if correction == "donnelly" and not plane.is_rectangle:
        msg = (
            "window: Donnelly's correction holds for rectangles along the axes, found another "
            'shape; use correction="cdf", or "none" with simulations='
        )
        raise InputError(msg)
    n = len(xy)
    if n < 2:
        return ClarkEvans(math.nan, math.nan, math.nan, math.nan, n, correction)
    statistic, z = _clark_evans(xy, plane, correction)
    p_sim = math.nan
    if simulations and not math.isnan(statistic):
        rng, draw = np.random.default_rng(seed), uniform_in(plane, n)
        chance = np.array(
            [_clark_evans(draw(rng), plane, correction)[0] for _ in range(simulations)]
        )
        tail = min((chance <= statistic).sum(), (chance >= statistic).sum())
        p_sim = min(1.0, float(2 * (1 + tail) / (1 + simulations)))
    return ClarkEvans(statistic, z, math.erfc(abs(z) / math.sqrt(2)), p_sim, n, correction)


def ripley_k(
    points: Shapes,
    *,
    window: WindowShape,
    radii_km: Sequence[float],
    correction: EdgeCorrection = "translation",
    simulations: int = 0,
    surface: gpd.GeoDataFrame | None = None,
    confidence: float = 0.95,
    seed: int | None = None,
) -> pd.DataFrame:
    """Count the further points within each radius of a point, per point expected in 1 km².

    K(r) = |W| / (n(n - 1)) Σ_{i≠j} w_ij 1[d_ij ≤ r]; for points at random, π r².

    - "translation": w_ij = |W| / |W ∩ (W + x_i - x_j)|, fast in any window. It is exact in
      rectangles, and where pairs times corners are at most 50,000; otherwise from a raster of
      2048 × 2048 cells, which in French régions gave weights within 0.05 % of the exact ones
      (within 0.01 % at distances beyond 1 % of the window's width).
    - "isotropic" (Ripley): w_ij = 2πd_ij over the length, inside the window, of the circle around
      i through j; exact in any window.
    - "border": only points farther than r from the edge are centres:
      K(r) = |W|/n Σ_{i≠j} 1[d_ij ≤ r ≤ b_i] / #{i: b_i ≥ r}, b_i being the distance to the edge.
      It need not increase with r.
    - "none": w_ij = 1, too low by what lies beyond the edge.

    Weights stop at 100. Radii beyond a quarter of the window's width say little.

    Parameters
    ----------
    points : GeoSeries or GeoDataFrame, EPSG:4326 or a projected CRS in metres
        n points. Of members with ``geocode_status``, the accepted ones.
    window : polygon, GeoSeries or GeoDataFrame, in the CRS of `points`
        Where points could have been: a territory, with its islands and holes.
    radii_km : sequence of float
        r (km), at least 0 and increasing.
    correction : {"translation", "isotropic", "border", "none"}
        How the edge is allowed for.
    simulations : int
        Number of patterns of n points drawn in the window; 0 for no envelopes.
    surface : GeoDataFrame, optional
        Points or polygons with the column ``population``, in the CRS of `points`, to draw over
        instead of uniformly: do members gather more than people do?
    confidence : float
        Of the envelopes.
    seed : int, optional
        The same seed gives the same envelopes.

    Returns
    -------
    DataFrame
        Indexed by "radius_km": "value" (K, km²) and "expected" (π r²; with `surface`, the mean of
        the simulations). With simulations, "low" and "high", the pointwise envelope, and
        "global_low" and "global_high", the global one; ``attrs["p_sim"]`` is its p-value: see
        `ptce_geo.indicators.envelopes`. NaN for fewer than 2 points, and for "border" where no
        point is that far from the edge. ``attrs["members_counted"]`` and
        ``attrs["members_set_aside"]`` say what it rests on.

    Raises
    ------
    InputError
        If points lie outside the window, radii are negative or do not increase, or the
        simulations are too few for `confidence`.
    CrsError
        If the two are not in one CRS that is EPSG:4326 or projected, or span two legal CRS.

    References
    ----------
    Ripley, B. D. (1977). Modelling spatial patterns. JRSS B 39(2), 172–212.
    Ohser, J. (1983). On estimators for the reduced second moment measure of point processes.
    Baddeley, A., Rubak, E. & Turner, R. (2015). Spatial Point Patterns, chapter 7 (n(n - 1)).

    Examples
    --------
    Three points in 12 km²: of 3 × 2 ordered pairs, 2 are within 1 km, so 12/6 × 2 = 4 km².

    >>> import geopandas as gpd, shapely
    >>> points = gpd.GeoSeries.from_xy([0, 2000, 3000], [0, 0, 0], crs=2154)
    >>> box = shapely.box(0, 0, 4000, 3000)
    >>> ripley_k(points, window=box, radii_km=[0.5, 1], correction="none")["value"].to_list()
    [0.0, 4.0]
    """
    return _second_order(
        points,
        window=window,
        radii_km=radii_km,
        correction=correction,
        simulations=simulations,
        surface=surface,
        confidence=confidence,
        seed=seed,
        scale=lambda k: k,
    )


def ripley_l(
    points: Shapes,
    *,
    window: WindowShape,
    radii_km: Sequence[float],
    correction: EdgeCorrection = "translation",
    simulations: int = 0,
    surface: gpd.GeoDataFrame | None = None,
    confidence: float = 0.95,
    seed: int | None = None,
) -> pd.DataFrame:
    """Return Ripley's K as a distance, whose variance hardly depends on the radius.

    L(r) = √(K(r)/π); for points at random, r. Its global envelope is more telling than K's.

    Parameters
    ----------
    points, window, radii_km, correction, simulations, surface, confidence, seed
        As `ripley_k`.

    Returns
    -------
    DataFrame
        As `ripley_k`, with L (km) for K (km²); "expected" is r.

    Raises
    ------
    InputError, CrsError
        As `ripley_k`.

    References
    ----------
    Besag, J. (1977). Contribution to the discussion of Dr Ripley's paper. JRSS B 39(2), 193–195.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> points = gpd.GeoSeries.from_xy([0, 2000, 3000], [0, 0, 0], crs=2154)
    >>> box = shapely.box(0, 0, 4000, 3000)
    >>> ripley_l(points, window=box, radii_km=[1], correction="none")["value"].round(4).to_list()
    [1.1284]
    """
    return _second_order(
        points,
        window=window,
        radii_km=radii_km,
        correction=correction,
        simulations=simulations,
        surface=surface,
        confidence=confidence,
        seed=seed,
        scale=lambda k: np.sqrt(k / np.pi),
    )


def _second_order(
    points: Shapes,
    *,
    window: WindowShape,
    radii_km: Sequence[float],
    correction: EdgeCorrection,
    simulations: int,
    surface: gpd.GeoDataFrame | None,
    confidence: float,
    seed: int | None,
    scale: Callable[[Floats], Floats],
) -> pd.DataFrame:
    """Return the frame of a function of K, with its envelopes."""
    _require_choice(correction, EdgeCorrection)
    radii = increasing_radii(radii_km)
    require_simulations(simulations, confidence)
    xy, plane, attrs = observed(points, window=window)
    n = len(xy)
    if n < 2:
        simulations = 0

    def curve(pattern: Floats) -> Floats:
        return scale(k_values(pattern, plane, radii * 1000, correction) / 1e6)

    value = curve(xy)
    spans = None
    if simulations:
        simulate = random_places(points, n, window=plane, surface=surface)
        spans = envelopes(
            value,
            curve,
            simulate=simulate,
            simulations=simulations,
            confidence=confidence,
            seed=seed,
        )
    expected = scale(np.pi * radii**2) if surface is None or spans is None else None
    return curve_frame(radii, value, expected=expected, spans=spans, attrs=attrs)


def k_values(xy: Floats, window: Window, radii: Floats, correction: EdgeCorrection) -> Floats:
    """Return K at increasing `radii` of points in a window, all in the unit of one plane."""
    n = len(xy)
    if n < 2:
        return np.full(len(radii), np.nan)
    if correction == "border":
        return _border_k(xy, window, radii)
    position = bin_finder(radii)
    weights: PairWeights = pair_weights(correction, window, xy, radii[-1])
    # In a polygon, the circles around one point are cheaper together.
    together = correction == "isotropic" and not window.is_rectangle
    total = np.zeros(len(radii) + 1)
    for first, second, distance in close_pairs(xy, radii[-1], most=_MANY if together else _FEW):
        total += np.bincount(position(distance), weights(first, second, distance), len(total))
    return window.area / (n * (n - 1)) * np.cumsum(total[:-1])


def _border_k(xy: Floats, window: Window, radii: Floats) -> Floats:
    """Return the ratio of the pairs around points farther than r from the edge, to these points."""
    # A pair counts from the first radius ≥ d up to the last ≤ b, and not at all if d > b.
    position = bin_finder(radii)
    last = np.searchsorted(radii, window.edge_distance(xy), side="right")
    size = len(radii) + 1
    change = np.zeros(size, dtype=np.int64)
    for first, second, distance in close_pairs(xy, radii[-1]):
        begin = position(distance)
        for centre in (first, second):
            end: Whole = last[centre]
            counts = begin < end
            change += np.bincount(begin[counts], minlength=size)
            change -= np.bincount(end[counts], minlength=size)
    centres = len(xy) - np.cumsum(np.bincount(last, minlength=size))[:-1]
    pairs = np.cumsum(change)[:-1]
    return window.area / len(xy) * pairs / np.where(centres > 0, centres, np.nan)


def _clark_evans(
    xy: Floats, window: Window, correction: ClarkEvansCorrection
) -> tuple[float, float]:
    """Return R and its z of at least 2 points in a window."""
    n, area = len(xy), window.area
    nearest = cKDTree(xy).query(xy, k=2)[0][:, 1]
    expected = 0.5 * math.sqrt(area / n)
    if correction == "cdf":
        return _censored_mean(nearest, window, xy) / expected, math.nan
    mean = float(nearest.mean())
    error = math.sqrt((4 - math.pi) * area / (4 * math.pi)) / n
    if correction == "donnelly":
        perimeter = window.shape.length
        expected += (0.0514 + 0.0412 / math.sqrt(n)) * perimeter / n
        error = math.sqrt(0.070 * area / n**2 + 0.037 * perimeter * math.sqrt(area / n**5))
    return mean / expected, (mean - expected) / error


def _censored_mean(nearest: Floats, window: Window, xy: Floats) -> float:
    """Return the mean of the Kaplan–Meier estimate of the distances to the nearest point.

    As R spatstat has it: distances are rounded down to 512 steps up to the one that a random
    pattern exceeds with a probability of 1e-5.
    """
    west, south, east, north = window.shape.bounds
    furthest = min(
        math.hypot(east - west, north - south) / 2,
        math.sqrt(math.log(1e5) * window.area / (math.pi * len(xy))),
    )
    edge = window.edge_distance(xy)
    seen = np.minimum(nearest, edge)
    steps = np.linspace(0, furthest, _STEPS + 1)
    # The last step takes in its end; what lies beyond stays at risk throughout.
    step = np.searchsorted(steps, seen, side="right") - 1 - (seen == furthest)
    left = np.bincount(step, minlength=_STEPS + 1)[:_STEPS]
    events = np.bincount(step[nearest <= edge], minlength=_STEPS + 1)[:_STEPS]
    at_risk = len(xy) - np.concatenate([[0], np.cumsum(left)[:-1]])
    survival = np.cumprod(1 - events / np.maximum(at_risk, 1))
    mass = -np.diff(survival, prepend=1.0)
    return float(steps[:-1] @ mass / mass.sum()) if mass.sum() > 0 else math.nan


def _require_choice(correction: str, known: Any) -> None:  # noqa: ANN401 - a Literal has no type
    if correction not in get_args(known):
        msg = f"correction: unknown {correction!r}; known: {', '.join(get_args(known))}"
        raise InputError(msg)


def _require_count(simulations: int) -> None:
    if simulations < 0:
        msg = f"simulations: expected a number of at least 0, found {simulations}; 999 is usual"
        raise InputError(msg)
