"""Envelopes: by hand, for their level, over windows and populations, by bad input."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo.errors import InputError, MissingColumnError
from ptce_geo.indicators.distance_functions import kd, m_function
from ptce_geo.indicators.edge_corrections import Window
from ptce_geo.indicators.envelopes import envelopes, over_surface, uniform_in
from ptce_geo.indicators.point_patterns import ripley_k, ripley_l

COLUMNS = ["value", "expected", "low", "high", "global_low", "global_high"]
RING = shapely.Point(0, 0).buffer(1000) - shapely.Point(0, 0).buffer(600)


def some_points(n, seed):
    xy = uniform_in(Window(RING), n)(np.random.default_rng(seed))
    return gpd.GeoSeries.from_xy(*xy.T, crs=2154)


def test_by_hand_at_one_radius():
    # Simulated 1 … 39, observed 100. At 95 %, ranks ⌊0.025 × 40⌋ = 1 and ⌊0.05 × 40⌋ = 2: the
    # extremes, and the second largest deviation. Mean (780 + 100)/40 = 22; deviations from it
    # are 21 (of 1), 20 (of 2), …: t sd = 20. Nothing deviates as much as 78: p = 1/40.
    values = iter(range(1, 40))
    spans = envelopes(
        np.array([100.0]),
        lambda x: np.array([float(x)]),
        simulate=lambda rng: next(values),
        simulations=39,
    )
    assert (spans.low[0], spans.high[0], spans.mean[0]) == (1, 39, 20)
    assert (spans.global_low[0], spans.global_high[0]) == pytest.approx((2, 42))
    assert spans.p_value == 1 / 40


def test_undefined_radii_are_nan_and_judged_by_the_others():
    spans = envelopes(
        np.array([1.0, math.nan, 0.0, 9.0]),
        lambda x: np.array([1.0, x, math.nan if x < 0 else 0.0, x]),
        simulate=lambda rng: rng.normal(),
        simulations=39,
        seed=1,
    )
    for curve in (spans.low, spans.high, spans.global_low, spans.global_high):
        assert np.isnan(curve).tolist() == [False, True, True, False]
    # Where every curve is 1, the envelope is 1.
    assert spans.low[0] == spans.high[0] == spans.global_low[0] == spans.global_high[0] == 1
    assert spans.p_value == 1 / 40
    none = envelopes(
        np.array([math.nan]), lambda x: x, simulate=lambda rng: np.zeros(1), simulations=39
    )
    assert math.isnan(none.p_value)


def test_the_level_is_what_it_says():
    # 400 curves from the null hypothesis: 5 % leave the global envelope somewhere (binomial,
    # within 4 standard errors), and they are exactly those with p ≤ 0.05. Pointwise, each of
    # twenty independent radii has its own 5 %, so most curves leave at least once.
    rng = np.random.default_rng(11)
    outside, pointwise = 0, 0
    for _ in range(400):
        observed = rng.normal(size=20)
        spans = envelopes(
            observed,
            lambda x: x,
            simulate=lambda own: own.normal(size=20),
            simulations=39,
            seed=int(rng.integers(2**31)),
        )
        leaves = bool(((observed < spans.global_low) | (observed > spans.global_high)).any())
        assert leaves == (spans.p_value <= 0.05)
        outside += leaves
        pointwise += bool(((observed < spans.low) | (observed > spans.high)).any())
    assert abs(outside - 20) < 4 * math.sqrt(400 * 0.05 * 0.95)
    assert pointwise > 200


@settings(max_examples=30, deadline=None)
@given(st.integers(39, 120), st.floats(0.5, 0.95), st.floats(0.1, 10), st.integers(0, 2**31))
def test_order_scale_and_seed(simulations, confidence, scale, seed):
    observed = np.array([0.3, 0.5])
    options = {"simulations": simulations, "confidence": confidence, "seed": seed}
    spans = envelopes(observed, lambda x: x, simulate=lambda rng: rng.random(2), **options)
    assert (spans.low <= spans.high).all()
    assert (spans.global_low <= spans.global_high).all()
    again = envelopes(
        observed * scale, lambda x: x * scale, simulate=lambda rng: rng.random(2), **options
    )
    for name in ("low", "high", "global_low", "global_high"):
        assert getattr(again, name) == pytest.approx(getattr(spans, name) * scale)
    assert again.p_value == spans.p_value


def test_random_location_is_uniform_in_a_window_with_a_hole():
    xy = uniform_in(Window(RING), 4000)(np.random.default_rng(2))
    assert len(xy) == 4000
    assert shapely.intersects_xy(RING, *xy.T).all()
    # A quarter of the area lies between 600 and √(600² + (1000² - 600²)/4) = 721 m.
    share = (np.hypot(*xy.T) < math.sqrt(600**2 + 640_000 / 4)).mean()
    assert abs(share - 0.25) < 4 * math.sqrt(0.25 * 0.75 / 4000)


def test_random_location_over_a_population_of_points_and_polygons():
    shapes = [shapely.Point(1, 1), shapely.box(2, 0, 4, 2), shapely.Point(9, 9).buffer(0.5)]
    surface = gpd.GeoDataFrame({"population": [1, 3, 0]}, geometry=shapes, crs=2154)
    xy = over_surface(surface, 2000)(np.random.default_rng(3))
    at_point = (xy == 1).all(axis=1)
    assert abs(at_point.mean() - 0.25) < 4 * math.sqrt(0.25 * 0.75 / 2000)
    assert shapely.intersects_xy(shapes[1], *xy[~at_point].T).all()
    # A window that holds half of the square and no point: all fall there.
    half = Window(shapely.box(3, -1, 9, 9))
    xy = over_surface(surface, 500, window=half)(np.random.default_rng(3))
    assert (xy[:, 0] >= 3).all()
    assert len(xy) == 500


def test_bad_surfaces_are_refused():
    squares = gpd.GeoDataFrame({"population": [1.0]}, geometry=[shapely.box(0, 0, 1, 1)], crs=2154)
    with pytest.raises(MissingColumnError, match="surface: no column population"):
        over_surface(squares[["geometry"]], 5)
    with pytest.raises(InputError, match="surface: the population adds up to 0"):
        over_surface(squares.assign(population=0), 5)
    with pytest.raises(InputError, match="surface: population: expected numbers of at least 0"):
        over_surface(squares.assign(population=-1), 5)
    with pytest.raises(InputError, match="expected points or polygons, found LineString"):
        over_surface(squares.set_geometry(squares.boundary), 5)
    with pytest.raises(InputError, match="found nothing"):
        over_surface(squares.set_geometry(gpd.GeoSeries([None], crs=2154)), 5)
    draw = over_surface(squares, 5, window=Window(shapely.box(2, 2, 3, 3)))
    with pytest.raises(InputError, match="of 5000 places drawn, 0 lie in the window"):
        draw(np.random.default_rng(1))


def test_all_functions_carry_envelopes_and_the_seed_decides():
    points = some_points(40, seed=5)
    weights = pd.Series(np.random.default_rng(1).integers(1, 9, 40))
    kind = pd.Series(["a", "b"] * 20)
    surface = gpd.GeoDataFrame({"population": [1]}, geometry=[RING.convex_hull], crs=2154)
    options = {"radii_km": [0.1, 0.2, 0.4], "simulations": 39}
    calls = {
        "K": lambda seed: ripley_k(points, window=RING, seed=seed, **options),
        "L": lambda seed: ripley_l(points, window=RING, surface=surface, seed=seed, **options),
        "Kd of labels": lambda seed: kd(points, weights=weights, seed=seed, **options),
        "Kd in a window": lambda seed: kd(points, window=RING, seed=seed, **options),
        "Kd over people": lambda seed: kd(points, surface=surface, seed=seed, **options),
        "M": lambda seed: m_function(
            points, kind=kind, target="a", weights=weights, seed=seed, **options
        ),
        "M of couples": lambda seed: m_function(
            points, kind=kind, target="a", weights=weights, null="location", seed=seed, **options
        ),
    }
    for name, call in calls.items():
        table = call(1)
        assert table.columns.to_list() == COLUMNS, name
        assert table.index.name == "radius_km"
        assert (table["low"] <= table["high"]).all(), name
        assert 1 / 40 <= table.attrs["p_sim"] <= 1
        pd.testing.assert_frame_equal(table, call(1))
        assert not table["low"].equals(call(2)["low"]), name


def test_random_points_stay_inside_and_gathered_ones_do_not():
    options = {"window": RING, "radii_km": [0.05, 0.1, 0.2], "simulations": 99, "seed": 3}
    chance = ripley_l(some_points(60, seed=6), **options)
    assert chance["value"].between(chance["global_low"], chance["global_high"]).all()
    assert chance.attrs["p_sim"] > 0.05
    xy = np.random.default_rng(1).normal((800, 0), 40, (60, 2))
    gathered = ripley_l(gpd.GeoSeries.from_xy(*xy.T, crs=2154), **options)
    assert (gathered["value"] > gathered["global_high"]).all()
    assert gathered.attrs["p_sim"] == 0.01
    # Where the people are as gathered, nothing is left to explain.
    place = shapely.Point(800, 0).buffer(90)
    people = gpd.GeoDataFrame({"population": [1]}, geometry=[place], crs=2154)
    compared = ripley_l(gpd.GeoSeries.from_xy(*xy.T, crs=2154), surface=people, **options)
    assert (compared["expected"] > 2 * gathered["expected"]).all()
