"""Local autocorrelation: against R spdep, PySAL esda, scipy, and every draw there is."""

import itertools
import json
import math
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph
from scipy import sparse
from scipy.stats import false_discovery_control

from ptce_geo.errors import DuplicateIdError, InputError
from ptce_geo.indicators import local_autocorrelation
from ptce_geo.indicators.autocorrelation import moran
from ptce_geo.indicators.local_autocorrelation import (
    benjamini_hochberg,
    local_getis_ord,
    local_moran,
)
from ptce_geo.indicators.weights import links_of, spatial_weights
from ptce_geo.territories import read_territories

COLUMBUS = json.loads(Path(__file__).with_name("data").joinpath("columbus.json").read_text())
CRIME = pd.Series(COLUMBUS["values"])
CONTIGUOUS = Graph.from_dicts(dict(enumerate(COLUMBUS["neighbours"])))
ROWS = CONTIGUOUS.transform("r")
# Zone 0 cut off from its neighbours 1, 4 and 5.
CUT_OFF = Graph.from_dicts(
    {i: [j for j in near if 0 not in (i, j)] for i, near in enumerate(COLUMBUS["neighbours"])}
).transform("r")

COLUMNS = ["statistic", "expected", "variance", "z", "p_sim", "p_fdr", "quadrant"]
MOMENTS = COLUMNS[:4]
MEASURES = (local_moran, local_getis_ord, lambda *a, **k: local_getis_ord(*a, star=True, **k))


def graph_of(matrix):
    return Graph.from_sparse(sparse.csr_array(matrix), ids=[f"T{i}" for i in range(len(matrix))])


def random_matrix(n, seed, *, density=0.5, equal=False):
    random = np.random.default_rng(seed)
    matrix = random.random((n, n)) * (random.random((n, n)) < density)
    np.fill_diagonal(matrix, 0)
    matrix[0, 1] = 0.5
    return (matrix > 0).astype("float64") if equal else matrix


def series(values):
    return pd.Series(np.asarray(values), index=[f"T{i}" for i in range(len(values))])


@pytest.fixture(scope="module")
def epci():
    frame = read_territories("epci")
    return frame["population"] / frame["area_km2"], spatial_weights(frame)


@pytest.fixture(scope="module")
def esda():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("esda")


def test_local_moran_as_r_spdep():
    # spdep 1.2-7, localmoran(CRIME, W): Ii, E.Ii, Var.Ii, Z.Ii of the first four, and sums.
    found = local_moran(CRIME, ROWS, permutations=0)
    assert found["statistic"].to_numpy() == pytest.approx(COLUMBUS["local_moran_W"], rel=1e-11)
    first = [
        [0.528777013265967, -0.0202502139893887, 0.310266063292296, 0.985659120261526],
        [0.00482096662821632, -0.000570757243919693, 0.00654175676101155, 0.0666623234486721],
        [0.0765840179164837, -0.000825771692608145, 0.00602139998395537, 0.997578656158759],
        [-1.86058737557164, -0.0927942921851812, 0.965423674700308, -1.79917106522192],
    ]
    assert found.loc[:3, MOMENTS].to_numpy() == pytest.approx(np.array(first), rel=1e-11)
    sums = [-1.02083333333333, 10.5388825086097, 59.8758208285078]
    assert found[MOMENTS[1:]].sum().to_list() == pytest.approx(sums, rel=1e-12)


def test_local_getis_ord_as_r_spdep():
    # spdep 1.2-7, localG(CRIME, B); with include.self(nb), styles B and W.
    for graph in (CONTIGUOUS, ROWS):
        z = local_getis_ord(CRIME, graph, permutations=0)["z"]
        assert z.to_numpy() == pytest.approx(COLUMBUS["local_G_B_z"], rel=1e-11)
        z = local_getis_ord(CRIME, graph, star=True, permutations=0)["z"]
        first = [-1.34000809746416, -0.131733364490507, 1.01302395061662, 0.661364837747861]
        assert z[:4].to_list() == pytest.approx(first, rel=1e-12)
        assert z.abs().sum() == pytest.approx(76.650016326706, rel=1e-12)


def test_islands_stay_listed_with_nan():
    # spdep localmoran(zero.policy = TRUE): the mean and n are those of all zones.
    found = local_moran(CRIME, CUT_OFF, seed=1)
    assert len(found) == 49
    assert found.loc[0, COLUMNS[:-1]].isna().all()
    assert found.loc[0, "quadrant"] == ""
    second = [-0.0479672356369704, -0.000570757243919693, 0.00892057740137939, -0.501821878052585]
    assert found.loc[1, MOMENTS].to_list() == pytest.approx(second, rel=1e-11)
    assert found.drop(0).notna().all(axis=None)
    for star in (False, True):
        g = local_getis_ord(CRIME, CUT_OFF, star=star, seed=1)
        assert g.loc[0, COLUMNS[:-1]].isna().all()
        assert g.drop(0).notna().all(axis=None)


@pytest.mark.filterwarnings("ignore")  # the peer's own
@pytest.mark.parametrize("where", ["epci", "random"])
def test_as_esda(where, epci, esda):
    x, weights = epci
    if where == "random":
        weights = graph_of(random_matrix(60, seed=1, density=0.1, equal=True)).transform("r")
        x = series(np.random.default_rng(2).exponential(size=60))
    n, joined = len(x), ~x.index.isin(weights.isolates)
    ours = local_moran(x, weights, permutations=0)[joined]
    peer = esda.Moran_Local(x, weights, permutations=0)
    factor = n / (n - 1)  # of esda's statistic alone: its moments are those of spdep's
    assert ours["statistic"].to_numpy() == pytest.approx(peer.Is[joined] * factor, rel=1e-12)
    assert ours["expected"].to_numpy() == pytest.approx(peer.EIc[joined], rel=1e-9)
    assert ours["variance"].to_numpy() == pytest.approx(peer.VIc[joined], rel=1e-9)
    names = dict(enumerate(("HH", "LH", "LL", "HL"), start=1))
    assert ours["quadrant"].to_list() == [names[q] for q in peer.q[joined]]
    for star in (False, True):
        ours = local_getis_ord(x, weights.transform("b"), star=star, permutations=0)[joined]
        peer = esda.G_Local(x, weights.transform("b"), transform="B", star=star, permutations=0)
        for column, expected in zip(MOMENTS, (peer.Gs, peer.EGs, peer.VGs, peer.Zs), strict=True):
            assert ours[column].to_numpy() == pytest.approx(expected[joined], rel=1e-9)
        ours = local_getis_ord(x, weights, star=star, permutations=0)[joined]
        peer = esda.G_Local(x, weights, transform="R", star=star, permutations=0)
        assert ours["statistic"].to_numpy() == pytest.approx(peer.Gs[joined], rel=1e-12)


@pytest.mark.filterwarnings("ignore")  # the peer's own
def test_pseudo_p_values_as_esda(epci, esda):
    # esda reports the smaller tail, half of ours. Two tails from 9,999 draws each differ with a
    # standard deviation of at most √(2 · ¼ / 9,999) = 0.0071, by 0.8 of it on average; territories
    # with as many neighbours share their draws, so that the average over them is no steadier.
    x, weights = epci
    codes = x.index[~x.index.isin(weights.isolates)]
    x, weights = x[codes], Graph(weights.adjacency.drop(weights.isolates), "R")
    peer = esda.Moran_Local(x, weights, permutations=9_999, seed=1)
    ours = local_moran(x, weights, permutations=9_999, seed=1)["p_sim"]
    difference = (ours / 2 - peer.p_sim).abs()
    assert difference.mean() < 0.8 * 0.0071
    assert difference.max() < 5 * 0.0071


@pytest.mark.parametrize("equal", [True, False])
def test_pseudo_p_values_are_those_of_every_draw(equal):
    # 6 territories: the 5 other values in every order. Shares from 9,999 draws err by less than
    # 0.025 (five standard errors); p is twice the smaller. Small whole numbers make many ties.
    matrix = random_matrix(6, seed=8, equal=equal)
    x = np.array([0, 1, 1, 2, 5, 9.0])
    exact = []
    for i in range(6):
        others = np.delete(np.arange(6), i)
        lag = matrix[i] @ x
        lags = np.array([matrix[i, others] @ x[list(p)] for p in itertools.permutations(others)])
        tails = (lags >= lag - 1e-9).mean(), (lags <= lag + 1e-9).mean()
        exact.append(min(1, 2 * min(tails)) if matrix[i].any() else math.nan)
    for measure in MEASURES:
        p = measure(series(x), graph_of(matrix), permutations=9_999, seed=1)["p_sim"]
        assert p.to_numpy() == pytest.approx(np.array(exact), abs=0.05, nan_ok=True)


@pytest.mark.parametrize("n", [3, 5, 6])
def test_moments_are_those_of_every_draw(n):
    matrix, x = random_matrix(n, seed=n), np.random.default_rng(n).random(n)
    z = x - x.mean()
    moran_i, g = (measure(series(x), graph_of(matrix), permutations=0) for measure in MEASURES[:2])
    for i in np.flatnonzero(matrix.sum(axis=1)):
        others = np.delete(np.arange(n), i)
        orders = [list(p) for p in itertools.permutations(others)]
        lags = np.array([matrix[i, others] @ z[p] for p in orders])
        every = z[i] * lags / (z @ z / n)
        assert moran_i["expected"].iloc[i] == pytest.approx(every.mean(), abs=1e-12)
        assert moran_i["variance"].iloc[i] == pytest.approx(every.var(), rel=1e-9, abs=1e-15)
        every = np.array([matrix[i, others] @ x[p] for p in orders]) / x[others].sum()
        assert g["expected"].iloc[i] == pytest.approx(every.mean(), abs=1e-12)
        assert g["variance"].iloc[i] == pytest.approx(every.var(), rel=1e-9, abs=1e-15)
    star = local_getis_ord(series(x), graph_of(matrix), star=True, permutations=0)
    for i in np.flatnonzero(matrix.sum(axis=1)):
        row = matrix[i].copy()
        row[i] = row.max()
        every = [row @ x[list(p)] / x.sum() for p in itertools.permutations(range(n))]
        assert star["statistic"].iloc[i] == pytest.approx(row @ x / x.sum(), rel=1e-12)
        assert star["expected"].iloc[i] == pytest.approx(np.mean(every), rel=1e-12)
        assert star["variance"].iloc[i] == pytest.approx(np.var(every), rel=1e-9, abs=1e-15)


@settings(max_examples=40)
@given(
    st.integers(2, 15).flatmap(
        lambda n: st.tuples(
            st.lists(st.integers(0, 9), min_size=n, max_size=n), st.integers(0, 10**6)
        )
    )
)
def test_both_ways_of_counting_draws_agree(drawn):
    # With equal weights, the look-up in sorted sums and the plain comparison of every draw.
    values, seed = drawn
    n, random = len(values), np.random.default_rng(seed)
    links = links_of(graph_of(random_matrix(n, seed, equal=True)).transform("r"))
    x = np.array(values) + random.choice([0, 0.1])
    width = links.sizes.max() + 1
    table = np.array([random.permutation(n)[:width] for _ in range(50)])
    quick = local_autocorrelation._count_equal(x, links, table)
    plain = local_autocorrelation._count_any(x, links, table)
    # Both, and a third one as slow as can be: the first s of a row, the next for the territory.
    for i in range(n):
        size = links.sizes[i]
        sums = [x[[j if j != i else row[size] for j in row[:size]]].sum() for row in table]
        own = x[links.matrix[[i]].indices].sum()
        larger, smaller = np.sum(sums >= own - 1e-9), np.sum(sums <= own + 1e-9)
        if size:
            assert (quick[0][i], quick[1][i]) == (plain[0][i], plain[1][i]) == (larger, smaller)


def test_equal_weights_are_told_row_by_row():
    islands = [[0, 0, 0, 0], [0.5, 0, 0.5, 0], [0, 0, 0, 0], [1 / 3, 1 / 3, 1 / 3, 0]]
    equal = np.array(islands)
    assert local_autocorrelation._equal_within_rows(sparse.csr_array(equal))
    equal[3, 0] = 0.4
    assert not local_autocorrelation._equal_within_rows(sparse.csr_array(equal))
    assert local_autocorrelation._equal_within_rows(sparse.csr_array((4, 4)))


@settings(max_examples=25)
@given(
    st.lists(st.integers(0, 50), min_size=3, max_size=12),
    st.floats(0.1, 100),
    st.floats(0, 100),
    st.randoms(),
)
def test_invariance_and_sum(values, scale, origin, random):
    assume(len(set(values)) > 1)
    x, matrix = series(values).astype("float64"), random_matrix(len(values), len(values))
    graph = graph_of(matrix)
    found = local_moran(x, graph, permutations=49, seed=1)
    shuffled = x.sample(frac=1, random_state=random.randrange(2**32))
    moved = local_moran(shuffled * scale + origin, graph, permutations=49, seed=1)
    assert moved.index.equals(shuffled.index)
    moved = moved.loc[x.index]
    for column in MOMENTS[:3]:
        assert moved[column].to_numpy() == pytest.approx(
            found[column].to_numpy(), rel=1e-6, abs=1e-9, nan_ok=True
        )
    # Σ I_i = S0 · I; a territory at the mean may be off it by rounding once moved.
    assert found["statistic"].sum() == pytest.approx(
        matrix.sum() * moran(x, graph, permutations=0).statistic, abs=1e-9
    )
    away = (x - x.mean()).abs() > 1e-9
    pd.testing.assert_series_equal(moved["p_sim"][away], found["p_sim"][away])
    # Given x_i, I_i is the sum over neighbours but for sign and scale: so are z and p of G_i.
    g = local_getis_ord(x, graph, permutations=49, seed=1)
    sign = np.sign(x - x.mean())[away]
    assert g["z"][away].to_numpy() == pytest.approx(
        (found["z"][away] * sign).to_numpy(), rel=1e-6, abs=1e-6, nan_ok=True
    )
    pd.testing.assert_series_equal(g["p_sim"][away], found["p_sim"][away])


def test_row_standardised_the_sum_is_n_times_moran():
    found = local_moran(CRIME, ROWS, permutations=0)["statistic"].sum()
    assert found == pytest.approx(49 * moran(CRIME, ROWS, permutations=0).statistic, rel=1e-12)
    found = local_moran(CRIME, CUT_OFF, permutations=0)["statistic"].sum()
    assert found == pytest.approx(48 * moran(CRIME, CUT_OFF, permutations=0).statistic, rel=1e-12)


def test_shape_and_seed():
    for measure in MEASURES:
        first, second = (measure(CRIME, ROWS, permutations=99, seed=3) for _ in range(2))
        pd.testing.assert_frame_equal(first, second)
        assert list(first.columns) == COLUMNS
        assert first.index.equals(CRIME.index)
        pd.testing.assert_series_equal(
            first["p_fdr"], benjamini_hochberg(first["p_sim"]), check_names=False
        )
        without = measure(CRIME, ROWS, permutations=0)
        assert without[["p_sim", "p_fdr"]].isna().all(axis=None)
        pd.testing.assert_frame_equal(without[MOMENTS], first[MOMENTS])


def test_at_the_mean_nothing_stands_out():
    # z = (-1, 0, 1, 0): I of B and D is 0 in every draw.
    x = pd.Series({"A": 1, "B": 2, "C": 3, "D": 2})
    ring = Graph.from_dicts({"A": ["B", "D"], "B": ["A", "C"], "C": ["B", "D"], "D": ["C", "A"]})
    found = local_moran(x, ring, permutations=99, seed=1).loc[["B", "D"]]
    assert found["statistic"].eq(0).all()
    assert found["z"].isna().all()
    assert found["p_sim"].eq(1).all()


def test_undefined_is_nan():
    graph = graph_of(random_matrix(5, seed=1))
    alone = Graph.from_dicts({"T0": []})
    for measure in MEASURES:
        # 0.1 does not average to 0.1 in binary: a constant must be seen all the same.
        for x, weights in ((series([0.1] * 5), graph), (series([3.0]), alone)):
            found = measure(x, weights, permutations=9, seed=1)
            assert found[COLUMNS[:-1]].isna().all(axis=None)
            assert found["quadrant"].eq("").all()
    # All others are 0: their share is 0/0, with the territory itself it is not.
    x = series([4, 0, 0, 0, 0])
    assert math.isnan(local_getis_ord(x, graph, permutations=0)["statistic"]["T0"])
    assert local_getis_ord(x, graph, star=True, permutations=0)["statistic"]["T0"] > 0


@pytest.mark.parametrize("measure", MEASURES)
def test_bad_input(measure):
    graph = Graph.from_dicts({"A": ["B"], "B": ["A", "C"], "C": ["B"]})
    values = pd.Series({"A": 1, "B": 2, "C": 3})
    with pytest.raises(InputError, match="in one of the two only: C, D"):
        measure(values.rename({"C": "D"}), graph)
    with pytest.raises(InputError, match="values: missing or infinite for B"):
        measure(values.where(values.index != "B"), graph)
    with pytest.raises(DuplicateIdError, match="C stand more than once"):
        measure(pd.concat([values, values["C":]]), graph)
    with pytest.raises(InputError, match=r"expected a libpysal.graph.Graph, found list"):
        measure(values, [[0, 1], [1, 0]])
    with pytest.raises(InputError, match="permutations: expected a whole number"):
        measure(values, graph, permutations=-1)


def test_local_getis_ord_refuses_what_is_negative():
    graph = Graph.from_dicts({"A": ["B"], "B": ["A"]})
    with pytest.raises(InputError, match="expected numbers of at least 0, found -1 for B"):
        local_getis_ord(pd.Series({"A": 1, "B": -1}), graph)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.randoms())
def test_benjamini_hochberg_as_scipy(values, random):
    p = series(values)
    adjusted = benjamini_hochberg(p)
    assert adjusted.to_numpy() == pytest.approx(false_discovery_control(values, method="bh"))
    assert (adjusted >= p - 1e-15).all()
    assert (adjusted <= 1).all()
    assert adjusted[p.sort_values().index].is_monotonic_increasing
    # What is no test does not count.
    longer = pd.concat([p, pd.Series({"U": math.nan})]).sample(
        frac=1, random_state=random.randrange(2**32)
    )
    again = benjamini_hochberg(longer)
    assert again.index.equals(longer.index)
    assert math.isnan(again["U"])
    pd.testing.assert_series_equal(again[p.index], adjusted)


def test_benjamini_hochberg_refuses_what_is_no_p_value():
    with pytest.raises(InputError, match=r"expected numbers from 0 to 1, found 1\.5"):
        benjamini_hochberg(pd.Series([0.5, 1.5]))
    with pytest.raises(InputError, match=r"expected numbers of at least 0, found -0\.5 for 1"):
        benjamini_hochberg(pd.Series([0.5, -0.5]))
