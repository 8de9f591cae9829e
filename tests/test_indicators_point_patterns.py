"""Clark–Evans, Ripley's K and L: against R spatstat, against slow double loops, by properties."""

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist
from shapely import affinity

from ptce_geo.errors import CrsError, InputError
from ptce_geo.indicators.edge_corrections import (
    Window,
    _raster_overlap,
    bin_finder,
    close_pairs,
    exact_overlap,
    pair_weights,
)
from ptce_geo.indicators.point_patterns import clark_evans, k_values, ripley_k, ripley_l
from ptce_geo.territories import read_territories

# redwood and cells are the data sets of R spatstat.data: x and y in a unit square.
DATA = Path(__file__).parent / "data"
SQUARES = {"redwood": shapely.box(0, -1000, 1000, 0), "cells": shapely.box(0, 0, 1000, 1000)}
CORRECTIONS = ("translation", "isotropic", "border", "none")
# An L with a hole, of which no edge falls on a raster; and an island.
LAND = shapely.MultiPolygon(
    [
        shapely.Polygon(
            [(0, 0), (1, 0), (1, 0.37), (0.41, 0.43), (0.41, 1), (0, 1)],
            [[(0.1, 0.1), (0.1, 0.23), (0.3, 0.23), (0.31, 0.1)]],
        ),
        shapely.box(0.6, 0.6, 0.8, 0.9),
    ]
)


def spatstat(name):
    """Return a pattern of R spatstat, a thousand times as large, and its window."""
    table = pd.read_csv(DATA / f"{name}.csv") * 1000
    return gpd.GeoSeries.from_xy(table["x"], table["y"], crs=2154), SQUARES[name]


def scattered(n, shape, seed):
    """Return n points at random in a shape (n × 2)."""
    rng = np.random.default_rng(seed)
    west, south, east, north = shape.bounds
    xy = rng.uniform((west, south), (east, north), (20 * n, 2))
    return xy[shapely.intersects_xy(shape, *xy.T)][:n]


def in_metres(xy):
    return gpd.GeoSeries.from_xy(*xy.T, crs=2154)


@pytest.mark.parametrize(
    ("name", "correction", "expected"),
    [
        ("redwood", "none", 0.6186501572912),
        ("redwood", "donnelly", 0.5849906265899),
        ("redwood", "cdf", 0.5835880375537),
        ("cells", "none", 1.671679514841),
        ("cells", "donnelly", 1.560425606114),
        ("cells", "cdf", 1.624456349724),
    ],
)
def test_clark_evans_as_r_spatstat(name, correction, expected):
    points, window = spatstat(name)
    found = clark_evans(points, window=window, correction=correction)
    assert found.statistic == pytest.approx(expected, abs=1e-12)
    assert (found.n, found.correction) == (len(points), correction)
    assert math.isnan(found.p_sim)


def test_clark_evans_p_value_as_r_spatstat():
    # clarkevans.test(redwood, correction = "none") prints 9.223e-09.
    points, window = spatstat("redwood")
    assert clark_evans(points, window=window).p_value == pytest.approx(9.223e-09, rel=1e-4)


@pytest.mark.parametrize(
    ("correction", "expected"),
    [
        ("none", [0.004759386567953, 0.02644103648863]),
        ("border", [0.004759386567953, 0.02706396938218]),
        ("isotropic", [0.004759386567953, 0.02644103648863]),
        ("translation", [0.004856516906075, 0.02767489646222]),
    ],
)
def test_k_as_r_spatstat(correction, expected):
    # Kest(redwood, correction = ...); r and K in the unit of the square, here 1 km.
    points, window = spatstat("redwood")
    table = ripley_k(points, window=window, radii_km=[0.025, 0.05], correction=correction)
    assert table["value"].to_numpy() == pytest.approx(expected, abs=1e-13)
    assert table["expected"].to_numpy() == pytest.approx([math.pi / 1600, math.pi / 400])
    roots = ripley_l(points, window=window, radii_km=[0.025, 0.05], correction=correction)
    assert roots["value"].to_numpy() == pytest.approx(np.sqrt(np.array(expected) / math.pi))
    assert roots["expected"].to_numpy() == pytest.approx([0.025, 0.05])


def slow_weight(correction, shape, a, b):
    """Return w_ij by shapely: one intersection, or one circle of 100,000 chords."""
    if correction == "none":
        return 1
    if correction == "translation":
        moved = affinity.translate(shape, *(a - b))
        return shape.area / shape.intersection(moved).area
    angle = np.linspace(0, 2 * math.pi, 100_001)[:-1]
    circle = a + math.dist(a, b) * np.column_stack([np.cos(angle), np.sin(angle)])
    return 1 / shapely.intersects_xy(shape, *circle.T).mean()


@pytest.mark.parametrize(
    ("correction", "tolerance"),
    [("none", 1e-10), ("translation", 1e-10), ("isotropic", 2e-4), ("border", 1e-10)],
)
@pytest.mark.parametrize("shape", [LAND, shapely.box(0, 0, 1, 0.7)])
def test_k_as_a_slow_double_loop(correction, tolerance, shape):
    xy = scattered(10, shape, seed=7)
    radii = np.array([0.0, 0.11, 0.23, 0.4, 0.55])
    n, pairs, centres = len(xy), np.zeros(5), np.zeros(5)
    shapely.prepare(shape)
    for i in range(n):
        edge = shape.boundary.distance(shapely.Point(xy[i]))
        centres += edge >= radii
        for j in range(n):
            within = math.dist(xy[i], xy[j]) <= radii
            if i == j or not within.any():
                continue
            if correction == "border":
                pairs += within & (edge >= radii)
            else:
                pairs += within * slow_weight(correction, shape, xy[i], xy[j])
    with np.errstate(invalid="ignore"):
        expected = (
            shape.area / n * pairs / centres
            if correction == "border"
            else shape.area / (n * (n - 1)) * pairs
        )
    found = k_values(xy, Window(shape), radii, correction)
    assert found == pytest.approx(expected, rel=tolerance, nan_ok=True)


def test_arcs_in_a_polygon_as_the_boundary_of_intersected_circles():
    # To the last digits, where the chords above stop at 1e-4: exact crossings with every edge.
    xy = scattered(40, LAND, seed=3)
    window = Window(LAND)
    i, j = (np.array(k) for k in np.triu_indices(40, 1))
    distance = np.hypot(*(xy[i] - xy[j]).T)
    found = pair_weights("isotropic", window, xy, distance.max())(i, j, distance)
    expected = [
        sum(min(2 * math.pi / slow_arc(xy[centre], d), 100) for centre in pair)
        for *pair, d in zip(i, j, distance, strict=True)
    ]
    assert found == pytest.approx(expected, rel=1e-9)


def slow_arc(centre, radius):
    """Return the angle in LAND of a circle: cut it at every edge, keep the pieces inside."""
    cuts = []
    for start, end in zip(*Window(LAND).edges, strict=True):
        along, offset = end - start, start - centre
        a, b, c = along @ along, 2 * offset @ along, offset @ offset - radius**2
        if b * b > 4 * a * c:
            for sign in (-1, 1):
                t = (-b + sign * math.sqrt(b * b - 4 * a * c)) / (2 * a)
                if 0 <= t < 1:
                    x, y = offset + t * along
                    cuts.append(math.atan2(y, x))
    cuts = sorted(cuts) or [0.0]
    total = 0.0
    for begin, end in zip(cuts, [*cuts[1:], cuts[0] + 2 * math.pi], strict=True):
        middle = (begin + end) / 2
        spot = centre + radius * np.array([math.cos(middle), math.sin(middle)])
        total += (end - begin) * shapely.intersects_xy(LAND, *spot)
    return total


def test_a_rectangle_has_the_same_arcs_as_a_polygon_and_as_a_rectangle():
    # The closed form, for radii beyond half of the sides too, against the crossings of edges:
    # a fifth corner on one side changes nothing but the way.
    box = shapely.box(0, 0, 2, 1)
    fifth = shapely.Polygon([(0, 0), (0.7, -1e-15), (2, 0), (2, 1), (0, 1)])
    xy = scattered(80, box, seed=1)
    assert Window(box).is_rectangle
    assert not Window(fifth).is_rectangle
    radii = np.linspace(0.05, 1.9, 12)
    as_box, as_polygon = (k_values(xy, Window(s), radii, "isotropic") for s in (box, fifth))
    assert as_box == pytest.approx(as_polygon, rel=1e-10)


@pytest.mark.parametrize("code", ["84", "53"])
def test_overlaps_from_a_raster_as_exact_ones(code):
    # Auvergne-Rhône-Alpes, and Bretagne with its islands.
    shape = read_territories("region").geometry[[code]].to_crs(2154).make_valid().iloc[0]
    window, rng = Window(shape), np.random.default_rng(5)
    distance = np.concatenate([rng.uniform(500, 5000, 15), rng.uniform(5000, 40_000, 15)])
    angle = rng.uniform(0, 2 * math.pi, 30)
    shift = distance[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    found = _raster_overlap(window, 40_000)(*shift.T)
    error = np.abs(found / exact_overlap(window, shift) - 1)
    assert error[:15].max() < 5e-4
    assert error[15:].max() < 1e-4


def test_k_of_many_points_by_raster_as_by_exact_overlaps(monkeypatch):
    xy, radii = scattered(200, LAND, seed=2), np.linspace(0.05, 0.25, 5)
    by_raster = k_values(xy, Window(LAND), radii, "translation")
    monkeypatch.setattr("ptce_geo.indicators.edge_corrections._EXACT_OVERLAPS", 10**9)
    exact = k_values(xy, Window(LAND), radii, "translation")
    assert not np.array_equal(by_raster, exact)
    assert by_raster == pytest.approx(exact, rel=5e-4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.floats(1e-3, 3), st.sampled_from([1.0, 0.1]), st.integers(0, 2**31))
def test_close_pairs_and_bins_by_brute_force(n, radius, grain, seed):
    # Rounded coordinates give coincident points and distances that are exactly the radius.
    xy = np.random.default_rng(seed).uniform(0, 3, (n, 2))
    xy = np.round(xy / grain) * grain if seed % 2 else xy
    radius = round(radius) or 1.0 if seed % 2 else radius
    i, j = np.triu_indices(n, 1)
    distance = np.sqrt(((xy[i] - xy[j]) ** 2).sum(axis=1))
    near = distance <= radius
    expected = sorted(zip(i[near].tolist(), j[near].tolist(), strict=True))
    found = [
        (min(a, b), max(a, b), d)
        for pairs in close_pairs(xy, radius, most=7)
        for a, b, d in zip(*(column.tolist() for column in pairs), strict=True)
        if d <= radius
    ]
    assert sorted(pair[:2] for pair in found) == expected
    assert sorted(pair[2] for pair in found) == pytest.approx(np.sort(distance[near]))
    for radii in (np.linspace(0, 3, 7), np.array([0.0, 1.0, 1.0 + 1e-12, 2.5]), np.zeros(1)):
        assert (bin_finder(radii)(distance) == np.searchsorted(radii, distance)).all()


def test_coincident_points_count_at_distance_0():
    xy = np.array([[1.0, 1.0], [1.0, 1.0], [3.0, 1.0]])
    # Of 3 × 2 ordered pairs 2 are at 0; all 6 within 2; the window has 16.
    found = k_values(xy, Window(shapely.box(0, 0, 4, 4)), np.array([0.0, 2.0]), "none")
    assert found == pytest.approx([16 / 6 * 2, 16])
    for correction in ("translation", "isotropic", "border"):
        for shape in (shapely.box(0, 0, 4, 4), shapely.Point(2, 1).buffer(2)):
            k = k_values(xy, Window(shape), np.array([0.0, 0.5]), correction)
            assert k == pytest.approx(shape.area / (9 if correction == "border" else 6) * 2)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(2, 30),
    st.floats(0.2, 50),
    st.floats(0, 360),
    st.sampled_from(CORRECTIONS),
    st.integers(0, 2**31),
)
def test_k_grows_with_the_radius_and_moves_with_the_window(n, scale, turn, correction, seed):
    xy, radii = scattered(n, LAND, seed), np.array([0.05, 0.13, 0.29])
    k = k_values(xy, Window(LAND), radii, correction)
    if correction != "border":
        assert (np.diff(k) >= 0).all()
    points = affinity.rotate(shapely.MultiPoint(xy), turn, origin=(0, 0))
    shape = affinity.rotate(LAND, turn, origin=(0, 0))
    points, shape = (
        affinity.translate(affinity.scale(g, scale, scale, origin=(0, 0)), 7, -3)
        for g in (points, shape)
    )
    moved = shapely.get_coordinates(points)
    again = k_values(moved, Window(shape), radii * scale, correction)
    assert again == pytest.approx(k * scale**2, rel=1e-6, nan_ok=True)


@pytest.mark.parametrize("correction", ["translation", "isotropic", "border"])
def test_k_of_random_points_is_pi_r2_in_the_mean(correction):
    # 60 patterns of 80 points: the mean is within 4 standard errors of π r², which without a
    # correction it is not.
    radii, window = np.array([0.05, 0.1, 0.15]), Window(LAND)
    sets = [scattered(80, LAND, seed) for seed in range(60)]
    for method in (correction, "none"):
        curves = np.array([k_values(xy, window, radii, method) for xy in sets])
        error = curves.std(axis=0, ddof=1) / math.sqrt(60)
        off = np.abs(curves.mean(axis=0) - math.pi * radii**2) / error
        assert (off < 4).all() if method == correction else (off > 4).any()


def test_geographic_points_are_measured_in_the_legal_crs():
    shape = read_territories("departement", departements=["42"]).geometry
    rng = np.random.default_rng(4)
    xy = scattered(60, shape.iloc[0], seed=4)
    points = gpd.GeoSeries.from_xy(*xy.T, crs=4326)
    options = {"radii_km": [2, 5, 10], "correction": "isotropic"}
    found = ripley_k(points, window=shape, **options)
    metric = ripley_k(points.to_crs(2154), window=shape.to_crs(2154), **options)
    assert found["value"].to_numpy() == pytest.approx(metric["value"].to_numpy(), rel=1e-4)
    shuffled = points.iloc[rng.permutation(60)]
    again = ripley_k(shuffled, window=shape.iloc[0], **options)
    assert again["value"].to_numpy() == pytest.approx(found["value"].to_numpy(), rel=1e-12)


def test_a_window_that_projecting_makes_invalid_is_repaired():
    # Bretagne is valid in degrees, not in Lambert-93.
    shape = read_territories("region").geometry[["53"]]
    assert shape.is_valid.all()
    assert not shape.to_crs(2154).is_valid.any()
    points = gpd.GeoSeries.from_xy(*scattered(20, shape.iloc[0], seed=1).T, crs=4326)
    found = ripley_k(points, window=shape, radii_km=[20], correction="none")["value"].iloc[0]
    near = (pdist(np.column_stack([(m := points.to_crs(2154)).x, m.y])) <= 20_000).sum()
    area = shape.to_crs(2154).area.iloc[0] / 1e6
    assert found == pytest.approx(area / (20 * 19) * 2 * near, rel=1e-6)
    with pytest.raises(InputError, match="repair it with make_valid"):
        ripley_k(points.to_crs(2154), window=shape.to_crs(2154), radii_km=[20])


def test_edges_along_a_parallel_are_bent_with_it():
    # The middle of the southern edge lies 230 m from its chord in Lambert-93.
    window = shapely.box(4, 45, 5, 46)
    points = gpd.GeoSeries.from_xy([4.5, 4.5], [45.0001, 45.9999], crs=4326)
    assert clark_evans(points, window=window).n == 2


def test_members_not_accepted_or_without_a_point_are_set_aside():
    frame = gpd.GeoDataFrame(
        {"geocode_status": ["accepted", "review", "accepted", "accepted", "rejected"]},
        geometry=[shapely.Point(1, 1), shapely.Point(2, 2), None, shapely.Point(2, 1), None],
        crs=2154,
    )
    table = ripley_k(frame, window=shapely.box(0, 0, 9, 9), radii_km=[0.001])
    assert table.attrs["members_counted"] == 2
    assert table.attrs["members_set_aside"] == {"review": 1, "without a point": 1, "rejected": 1}


def test_fewer_than_two_points_and_no_centre_are_nan():
    window = shapely.box(0, 0, 1000, 1000)
    for n in (0, 1):
        points = in_metres(np.full((n, 2), 500.0))
        assert math.isnan(clark_evans(points, window=window).statistic)
        table = ripley_k(points, window=window, radii_km=[0.1], simulations=39)
        assert table["value"].isna().all()
    two = in_metres(np.array([[500.0, 500.0], [400.0, 500.0]]))
    table = ripley_k(two, window=window, radii_km=[0.1, 0.45, 0.6], correction="border")
    assert table["value"].isna().to_list() == [False, False, True]
    # Both nearest distances are longer than those to the edge: nothing is seen uncensored.
    far = in_metres(np.array([[10.0, 500.0], [990.0, 500.0]]))
    assert math.isnan(clark_evans(far, window=window, correction="cdf").statistic)


def test_simulations_judge_clark_evans():
    points, window = spatstat("redwood")
    for correction in ("none", "cdf"):
        found = clark_evans(points, window=window, correction=correction, simulations=99, seed=1)
        assert found.p_sim == 0.02  # the least there is, 2 × 1/100
    chance = in_metres(scattered(60, window, seed=8))
    found = clark_evans(chance, window=window, simulations=99, seed=1)
    assert found.p_sim > 0.05
    assert found == clark_evans(chance, window=window, simulations=99, seed=1)


SQUARE = shapely.box(0, 0, 10, 10)
POINTS = in_metres(np.array([[1.0, 1.0], [2.0, 2.0], [12.0, 2.0]]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, r"points: 1 of 3 lie outside the window \(2\); leave them out"),
        ({"window": shapely.LineString([(0, 0), (20, 20)])}, "expected a polygon or several"),
        (
            {"window": shapely.Polygon([(0, 0), (20, 20), (20, 0), (0, 20)])},
            "Self-intersection.*; repair it with make_valid",
        ),
        ({"radii_km": [2, 1]}, "at least 0 that increase, found 2.0, 1.0"),
        ({"radii_km": [-1, 1]}, "at least 0 that increase"),
        ({"radii_km": []}, "found none"),
        ({"radii_km": [1, math.nan]}, "at least 0 that increase"),
        ({"correction": "ripley"}, "unknown 'ripley'; known: translation, isotropic"),
        ({"simulations": 20}, "found 20, too few for envelopes at 95%; ask for at least 39"),
        ({"confidence": 95}, "between 0 and 1, found 95"),
    ],
)
def test_bad_input_is_refused(change, message):
    options = {"window": SQUARE, "radii_km": [1], **change}
    with pytest.raises(InputError, match=message):
        ripley_k(POINTS, **options)


def test_bad_points_and_crs_are_refused():
    options = {"window": SQUARE, "radii_km": [1]}
    with pytest.raises(InputError, match="expected points, found LineString"):
        ripley_k(gpd.GeoSeries([SQUARE.exterior], crs=2154).line_merge(), **options)
    with pytest.raises(InputError, match="expected a GeoSeries or GeoDataFrame, found list"):
        ripley_k([(1, 1)], **options)
    with pytest.raises(CrsError, match="found no CRS"):
        ripley_k(gpd.GeoSeries([shapely.Point(1, 1)]), **options)
    with pytest.raises(CrsError, match="window: found EPSG:4326, expected that of the points"):
        ripley_k(POINTS[:2], window=gpd.GeoSeries([SQUARE], crs=4326), radii_km=[1])
    with pytest.raises(CrsError, match="EPSG:3857 does not measure in metres"):
        ripley_k(POINTS.set_crs(3857, allow_override=True), **options)
    across = gpd.GeoSeries.from_xy([4.4, 55.5], [45.4, -21.1], crs=4326)
    with pytest.raises(CrsError, match="which share no plane"):
        ripley_k(across, window=shapely.box(-180, -90, 180, 90), radii_km=[1])
    with pytest.raises(InputError, match="Donnelly's correction holds for rectangles"):
        clark_evans(POINTS[:2], window=shapely.Point(5, 5).buffer(9), correction="donnelly")
    with pytest.raises(InputError, match="simulations: expected a number of at least 0"):
        clark_evans(POINTS[:2], window=SQUARE, simulations=-1)
