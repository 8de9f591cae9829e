"""Kd and M: against R dbmss, by hand, against direct sums and double loops, by properties."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist
from scipy.stats import norm

from ptce_geo.errors import CrsError, DuplicateIdError, InputError
from ptce_geo.indicators.distance_functions import kd, m_function

# Six establishments of R dbmss's note on M: x and y (km), kind, weight.
TOY = pd.DataFrame(
    [
        (0, 0, "A", 1),
        (1, 0, "A", 2),
        (2, 1, "A", 1),
        (3, 1, "B", 1),
        (10, 5, "B", 3),
        (11, 5, "B", 1),
    ],
    columns=["x", "y", "kind", "weight"],
)


def at(xy):
    """Return points whose coordinates are given in km (n × 2)."""
    return gpd.GeoSeries.from_xy(*np.asarray(xy, dtype=float).T * 1000, crs=2154)


def nrd0(distance):
    """Return R's bw.nrd0."""
    low, high = np.quantile(distance, [0.25, 0.75])
    return 0.9 * min(distance.std(ddof=1), (high - low) / 1.34) * len(distance) ** -0.2


def slow_kd(xy, radii, weights, h):
    """Return Kd by the sum over all pairs."""
    i, j = np.triu_indices(len(xy), 1)
    distance, pair = pdist(xy), weights[i] * weights[j]
    kernel = [norm.pdf(r, distance, h) + norm.pdf(r, -distance, h) for r in radii]
    return np.array(kernel) @ pair / pair.sum()


def slow_m(xy, kind, weights, radii, target, other):
    """Return M by its definition, point by point."""
    curve = []
    for radius in radii:
        shares, chance = 0.0, 0.0
        for i in np.flatnonzero(kind == target):
            others = np.arange(len(xy)) != i
            within = others & (np.hypot(*(xy - xy[i]).T) <= radius)
            if within.any():
                shares += weights[within & (kind == other)].sum() / weights[within].sum()
                chance += weights[others & (kind == other)].sum() / weights[others].sum()
        curve.append(shares / chance if chance else math.nan)
    return curve


def test_kd_as_r_dbmss():
    # Kdhat evaluates on 512 points and interpolates between them: it is right to 0.002.
    found = kd(at([(0, 0), (1, 0), (2, 1)]), radii_km=[0, 1, 2, 3])["value"]
    expected = [0.00902927957, 0.583467595, 0.400301869, 0.0290834768]
    assert found.to_numpy() == pytest.approx(expected, abs=0.002)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n", [3, 20, 300])
def test_kd_as_the_direct_sum(n, weighted):
    rng = np.random.default_rng(n)
    xy, radii = rng.normal(0, 30, (n, 2)), np.array([0, 0.5, 10, 40, 90, 500])
    weights = rng.integers(0, 50, n).astype(float) if weighted else np.ones(n)
    jobs = pd.Series(weights) if weighted else None
    table = kd(at(xy), radii_km=radii, weights=jobs)
    h = nrd0(pdist(xy))
    assert table.attrs["bandwidth_km"] == pytest.approx(h, rel=2e-5)
    h = table.attrs["bandwidth_km"]
    expected = slow_kd(xy, radii, weights, h)
    assert table["value"].to_numpy() == pytest.approx(expected, abs=1e-7 / h)
    # A bandwidth a thousand times as small asks for a finer histogram.
    fine = kd(at(xy), radii_km=radii, weights=jobs, bandwidth_km=h / 1000)["value"].to_numpy()
    expected = slow_kd(xy, radii, weights, h / 1000)
    assert fine == pytest.approx(expected, abs=1e-7 / (h / 1000))


@settings(max_examples=25, deadline=None)
@given(st.integers(3, 40), st.floats(0.1, 20), st.integers(0, 2**31))
def test_kd_integrates_to_one_and_scales(n, scale, seed):
    rng = np.random.default_rng(seed)
    xy, weights = rng.normal(0, 5, (n, 2)), pd.Series(rng.uniform(1, 9, n))
    radii = np.linspace(0, 60, 600)
    table = kd(at(xy), radii_km=radii, weights=weights, bandwidth_km=1)
    assert np.trapezoid(table["value"], radii) == pytest.approx(1, abs=1e-3)
    assert (table["value"] >= 0).all()
    order = rng.permutation(n)
    again = kd(
        at(xy * scale).iloc[order], radii_km=radii * scale, weights=weights, bandwidth_km=scale
    )
    assert again["value"].to_numpy() * scale == pytest.approx(table["value"].to_numpy(), abs=2e-7)


def test_kd_is_nan_where_it_is_undefined():
    two = at([(0, 0), (1, 0)])
    assert kd(two[:1], radii_km=[1])["value"].isna().all()
    assert kd(two, radii_km=[1])["value"].isna().all()
    assert kd(at([(0, 0)] * 3), radii_km=[1])["value"].isna().all()
    zero = pd.Series([0, 5])
    assert kd(two, radii_km=[1], weights=zero, bandwidth_km=1)["value"].isna().all()
    # Coincident points with a bandwidth of 1 km: twice the normal density.
    same = kd(at([(3, 3)] * 3), radii_km=[0, 1], bandwidth_km=1)["value"]
    assert same.to_numpy() == pytest.approx(2 * norm.pdf([0, 1]), abs=1e-9)


def test_m_as_r_dbmss():
    found = m_function(
        at(TOY[["x", "y"]]),
        kind=TOY["kind"],
        weights=TOY["weight"],
        target="A",
        radii_km=[1, 2, 3, 12],
    )
    # At 1 km by hand: of the A, the first two are neighbours, all A around them: Σ a = 2, and
    # the third has the B: 0. Σ g = 3/8 + 2/7 + 3/8, so M = 2/(29/28) = 1.931.
    expected = [1.9310344827586208, 2.574712643678161, 2.3333333333333335, 1.0517241379310345]
    assert found["value"].to_numpy() == pytest.approx(expected, abs=1e-12)
    assert (found["expected"] == 1).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(4, 40), st.sampled_from([None, "b", "c"]), st.booleans(), st.integers(0, 2**31))
def test_m_as_a_slow_loop_and_one_in_the_end(n, neighbours, weighted, seed):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 10, (n, 2))
    kind = np.array(["a", "a", "b", "c", *rng.choice(["a", "b", "c"], n - 4)])
    weights = rng.uniform(0.5, 20, n) if weighted else np.ones(n)
    radii = [0.5, 2.0, 5.0, 15.0]
    order = rng.permutation(n)
    found = m_function(
        at(xy),
        kind=pd.Series(kind)[order],
        target="a",
        neighbours=neighbours,
        radii_km=radii,
        weights=pd.Series(weights)[order] if weighted else None,
    )["value"].to_numpy()
    expected = slow_m(xy, kind, weights, radii, "a", neighbours or "a")
    assert found == pytest.approx(expected, rel=1e-10, nan_ok=True)
    # A radius of 15 km takes in every pair: each share is the overall share.
    assert found[-1] == pytest.approx(1, abs=1e-12)
    moved = m_function(
        at(xy * 3 + 7),
        kind=pd.Series(kind),
        target="a",
        neighbours=neighbours,
        radii_km=np.array(radii) * 3,
        weights=pd.Series(weights * 5),
    )["value"].to_numpy()
    assert moved == pytest.approx(found, rel=1e-9, nan_ok=True)


def test_m_is_nan_where_no_target_has_others_around():
    found = m_function(
        at([(0, 0), (5, 0), (5.1, 0)]), kind=pd.Series(["a", "b", "b"]), target="a", radii_km=[1, 9]
    )
    # One a, so none elsewhere: 0 over 0 at 9 km too.
    assert found["value"].isna().all()


def test_labels_are_dealt_over_the_members_that_count():
    frame = gpd.GeoDataFrame(
        {"geocode_status": ["accepted"] * 6 + ["review"]},
        geometry=[*at(TOY[["x", "y"]]), shapely.Point(1500, 500)],
        crs=2154,
    )
    kind = pd.Series([*TOY["kind"], "B"])
    weights = pd.Series([*TOY["weight"], 99])
    options = {"target": "A", "radii_km": [1.5, 3], "simulations": 39, "seed": 1}
    found = m_function(frame, kind=kind, weights=weights, **options)
    alone = m_function(frame[:6], kind=kind[:6], weights=weights[:6], **options)
    pd.testing.assert_frame_equal(found, alone)
    assert found.attrs["members_set_aside"] == {"review": 1}


def test_bad_input_is_refused():
    points, kind = at(TOY[["x", "y"]]), TOY["kind"]
    with pytest.raises(InputError, match="kind: no C among the points; found A, B"):
        m_function(points, kind=kind, target="C", radii_km=[1])
    with pytest.raises(InputError, match="kind: no C among the points"):
        m_function(points, kind=kind, target="A", neighbours="C", radii_km=[1])
    with pytest.raises(InputError, match="kind: missing for 2; fill it"):
        m_function(points, kind=kind.mask(kind.index == 2), target="A", radii_km=[1])
    with pytest.raises(InputError, match="kind and points: the indexes differ"):
        m_function(points, kind=kind[1:], target="A", radii_km=[1])
    with pytest.raises(InputError, match="null: unknown 'random'; known: labelling, location"):
        m_function(points, kind=kind, target="A", radii_km=[1], null="random")
    doubled = pd.Series(1.0, index=[0, 1, 2, 3, 4, 4])
    with pytest.raises(DuplicateIdError, match="weights: index must be unique"):
        kd(points, radii_km=[1], weights=doubled)
    with pytest.raises(InputError, match="weights: expected numbers of at least 0, found -1"):
        kd(points, radii_km=[1], weights=pd.Series([-1, 1, 1, 1, 1, 1]))
    with pytest.raises(InputError, match="radii_km: expected numbers of at least 0"):
        kd(points, radii_km=[2, 2])
    for bad in (0, -1, math.inf, math.nan):
        with pytest.raises(InputError, match="bandwidth_km: expected a number above 0"):
            kd(points, radii_km=[1], bandwidth_km=bad)
    with pytest.raises(InputError, match="without weights there is nothing to label"):
        kd(points, radii_km=[1], simulations=39)
    with pytest.raises(InputError, match="outside the window"):
        kd(points, radii_km=[1], simulations=39, window=shapely.box(0, 0, 1, 1))
    surface = gpd.GeoDataFrame({"population": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    with pytest.raises(CrsError, match="surface: found EPSG:4326, expected that of the points"):
        kd(points, radii_km=[1], simulations=39, surface=surface)
