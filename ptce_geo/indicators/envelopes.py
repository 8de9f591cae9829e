"""What a curve would look like by chance: simulations of a null hypothesis, and their envelopes.

Two null hypotheses. Random location: as many points, anywhere in a window or over a population.
Random labelling: the same points, what they carry (kind, weight) dealt out anew.

References
----------
Ripley, B. D. (1981). Spatial Statistics, section 8.1. Wiley (envelopes, maximum deviation).
Myllymäki, M., Grabarnik, P., Seijo, H. & Stoyan, D. (2015). Deviation test construction and power
comparison for marked spatial point patterns. Spatial Statistics 11, 19–34 (studentised).
Myllymäki, M., Mrkvička, T., Grabarnik, P., Seijo, H. & Hahn, U. (2017). Global envelope tests for
spatial processes. JRSS B 79(2), 381–404 (global envelopes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import numpy as np
import pandas as pd
import shapely

from ptce_geo.checks import listing, require_columns
from ptce_geo.errors import InputError
from ptce_geo.indicators.inputs import amounts
from ptce_geo.schema import (
    EXPECTED,
    GLOBAL_HIGH,
    GLOBAL_LOW,
    HIGH,
    LOW,
    P_SIM,
    POPULATION,
    RADIUS_KM,
    VALUE,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any

    import geopandas as gpd

    from ptce_geo.indicators.edge_corrections import Floats, Window

    Simulate: TypeAlias = Callable[[np.random.Generator], Floats]

Simulated = TypeVar("Simulated")

# What is drawn outside is drawn again, so often before the surface is said to miss the window.
_TRIES: Final = 1000


@dataclass(frozen=True)
class Envelopes:
    """What simulated curves span, at each radius and over all.

    Attributes
    ----------
    mean : array
        Mean of the simulated curves.
    low, high : array
        Pointwise: at one radius given beforehand, a curve leaves them by chance with a
        probability of 1 - confidence.
    global_low, global_high : array
        Global: a curve leaves them anywhere with a probability of 1 - confidence.
    p_value : float
        Of the observed curve, over all radii.
    """

    mean: Floats
    low: Floats
    high: Floats
    global_low: Floats
    global_high: Floats
    p_value: float


def envelopes(
    observed: Floats,
    function: Callable[[Simulated], Floats],
    *,
    simulate: Callable[[np.random.Generator], Simulated],
    simulations: int,
    confidence: float = 0.95,
    seed: int | None = None,
) -> Envelopes:
    """Set a curve against the curves of simulations of a null hypothesis.

    Pointwise: the k-th smallest and largest of s simulated values, k = ⌊(1 - c)(s + 1)/2⌋.
    Global: T = max_r |F(r) - m(r)| / sd(r), with mean m and standard deviation sd over the s
    simulated curves and the observed one; the envelope is m ± t sd, with t the ⌊(1 - c)(s + 1)⌋-th
    largest T of the simulations, and p = (1 + #{T ≥ T_observed}) / (s + 1). Under the null
    hypothesis the s + 1 curves are exchangeable, which makes both tests exact.

    Parameters
    ----------
    observed : array of m
        The curve, at m radii.
    function : callable
        Gives the curve of a simulated pattern.
    simulate : callable
        Draws a pattern with a `numpy.random.Generator`.
    simulations : int
        s, at least 2/(1 - c) - 1: 39 for 95 %.
    confidence : float
        c, between 0 and 1.
    seed : int, optional
        The same seed gives the same envelopes.

    Returns
    -------
    Envelopes
        NaN at a radius where the observed or a simulated value is NaN; the global test is over
        the other radii, and its p-value NaN where there are none.

    Raises
    ------
    InputError
        If `confidence` is not between 0 and 1, or there are too few simulations for it.

    Examples
    --------
    The means of ten numbers: 9 does not look like chance.

    >>> observed = np.array([9.0])
    >>> spans = envelopes(observed, lambda x: x.mean(keepdims=True),
    ...     simulate=lambda rng: rng.uniform(0, 10, size=10), simulations=99, seed=1)
    >>> bool(spans.high[0] < 9), bool(spans.global_high[0] < 9), spans.p_value
    (True, True, 0.01)
    """
    require_simulations(simulations, confidence)
    rng = np.random.default_rng(seed)
    curves = np.array([function(simulate(rng)) for _ in range(simulations)])
    both = np.vstack([curves, observed])
    defined = ~np.isnan(both).any(axis=0)
    ordered = np.sort(curves, axis=0)
    # Rounded first: 0.05 × 20 must not be a hair below 1.
    rank = int(round((1 - confidence) / 2 * (simulations + 1), 9))
    centre, spread = both.mean(axis=0), both.std(axis=0, ddof=1)
    # Where all curves agree, rounding apart, nothing deviates.
    tight = spread <= 1e-12 * np.abs(centre)
    with np.errstate(invalid="ignore"):
        deviations = np.abs(both - centre) / np.where(tight, np.inf, spread)
    furthest = deviations[:, defined].max(axis=1, initial=0.0)
    furthest, own = furthest[:-1], furthest[-1]
    beyond = int(round((1 - confidence) * (simulations + 1), 9))
    reach = np.sort(furthest)[-beyond]
    blank = np.where(defined, 0.0, np.nan)
    return Envelopes(
        mean=curves.mean(axis=0),
        low=ordered[rank - 1] + blank,
        high=ordered[-rank] + blank,
        global_low=centre - reach * spread + blank,
        global_high=centre + reach * spread + blank,
        p_value=float((1 + (furthest >= own).sum()) / (simulations + 1))
        if defined.any()
        else float("nan"),
    )


def require_simulations(simulations: int, confidence: float) -> None:
    """Raise `InputError` unless `simulations` are 0 or enough for `confidence`."""
    if not 0 < confidence < 1:
        msg = f"confidence: expected a number between 0 and 1, found {confidence}; 0.95 is usual"
        raise InputError(msg)
    least = int(np.ceil(round(2 / (1 - confidence), 9))) - 1
    if simulations != 0 and simulations < least:
        msg = (
            f"simulations: found {simulations}, too few for envelopes at {confidence:.0%}; "
            f"ask for at least {least}, or 0 for none"
        )
        raise InputError(msg)


def uniform_in(window: Window, n: int) -> Simulate:
    """Return the function that draws `n` points uniformly in `window` (n × 2)."""
    west, south, east, north = window.shape.bounds

    def draw(rng: np.random.Generator, size: int) -> Floats:
        return rng.uniform((west, south), (east, north), (size, 2))

    return _kept_inside(draw, window, n)


def over_surface(surface: gpd.GeoDataFrame, n: int, *, window: Window | None = None) -> Simulate:
    """Return the function that draws `n` points over a population (n × 2).

    Parameters
    ----------
    surface : GeoDataFrame
        Points or polygons in the plane, with the column ``population``. A row is drawn in
        proportion to it, with replacement; then the point, or a place anywhere in the polygon.
    n : int
        How many points.
    window : Window, optional
        What falls outside is drawn again.

    Raises
    ------
    InputError
        If a shape is missing or neither point nor polygon, or the population adds up to 0.
    """
    require_columns(surface, [POPULATION], what="surface")
    shapes = surface.geometry.to_numpy()
    population = amounts(surface[POPULATION], what="surface: population")
    odd = set(surface.geom_type.fillna("nothing")) - {"Point", "Polygon", "MultiPolygon"}
    if odd or surface.geometry.is_empty.any():
        msg = (
            f"surface: expected points or polygons, found {listing(odd) or 'empty shapes'}; "
            "leave those rows out"
        )
        raise InputError(msg)
    if not population.sum() > 0:
        msg = "surface: the population adds up to 0, so nowhere can be drawn; give another column"
        raise InputError(msg)
    share = population / population.sum()
    shapely.prepare(shapes)
    bounds = shapely.bounds(shapes)

    def draw(rng: np.random.Generator, size: int) -> Floats:
        row = rng.choice(len(share), size=size, p=share)
        xy = np.empty((size, 2))
        waiting = np.arange(size)
        while len(waiting):
            box = bounds[row[waiting]]
            xy[waiting] = rng.uniform(box[:, :2], box[:, 2:])
            inside = shapely.intersects_xy(shapes[row[waiting]], *xy[waiting].T)
            waiting = waiting[~inside]
        return xy

    return (lambda rng: draw(rng, n)) if window is None else _kept_inside(draw, window, n)


def _kept_inside(
    draw: Callable[[np.random.Generator, int], Floats], window: Window, n: int
) -> Simulate:
    """Return the function that draws `n` points, again and again until they lie in `window`."""

    def simulate(rng: np.random.Generator) -> Floats:
        xy = np.empty((0, 2))
        for _ in range(_TRIES):
            drawn = draw(rng, n)
            xy = np.concatenate([xy, drawn[window.holds(drawn)]])
            if len(xy) >= n:
                return xy[:n]
        msg = (
            f"surface: of {_TRIES * n} places drawn, {len(xy)} lie in the window; "
            "give a surface that covers the window"
        )
        raise InputError(msg)

    return simulate


def curve_frame(
    radii_km: Floats,
    value: Floats,
    *,
    expected: Floats | None,
    spans: Envelopes | None,
    attrs: dict[Hashable | None, Any],
) -> pd.DataFrame:
    """Return a curve on ``radius_km``: value, expected, and the envelopes where there are any.

    Without `expected`, it is the mean of the simulations, NaN without them.
    """
    if expected is None:
        expected = np.full(len(radii_km), np.nan) if spans is None else spans.mean
    columns = {VALUE: value, EXPECTED: expected}
    if spans is not None:
        columns |= {
            LOW: spans.low,
            HIGH: spans.high,
            GLOBAL_LOW: spans.global_low,
            GLOBAL_HIGH: spans.global_high,
        }
        attrs = {**attrs, P_SIM: spans.p_value}
    frame = pd.DataFrame(columns, index=pd.Index(radii_km, name=RADIUS_KM))
    frame.attrs = attrs
    return frame
