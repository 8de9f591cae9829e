"""Global autocorrelation: against R spdep, PySAL esda, and every order of the values there is."""

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
from scipy.stats import norm

from ptce_geo.errors import DuplicateIdError, InputError
from ptce_geo.indicators.autocorrelation import geary, getis_ord, join_counts, lee, moran
from ptce_geo.indicators.weights import spatial_weights
from ptce_geo.territories import read_territories

COLUMBUS = json.loads(Path(__file__).with_name("data").joinpath("columbus.json").read_text())
CRIME = pd.Series(COLUMBUS["values"])
CONTIGUOUS = Graph.from_dicts(dict(enumerate(COLUMBUS["neighbours"])))
ROWS = CONTIGUOUS.transform("r")
# Zone 0 cut off from its neighbours 1, 4 and 5.
CUT_OFF = Graph.from_dicts(
    {i: [j for j in near if 0 not in (i, j)] for i, near in enumerate(COLUMBUS["neighbours"])}
).transform("r")

MEASURES = (moran, geary, getis_ord, lambda x, w, **options: lee(x, x, w, **options))
whole_numbers = st.lists(st.integers(0, 50), min_size=4, max_size=12)


def random_graph(n, seed, *, density=0.5, island=False):
    """Unequal, one-sided weights; the worst that a formula has to bear."""
    random = np.random.default_rng(seed)
    matrix = random.random((n, n)) * (random.random((n, n)) < density)
    np.fill_diagonal(matrix, 0)
    matrix[0, 1] = matrix[1, 2] = 0.5
    if island:
        matrix[-1] = matrix[:, -1] = 0
    return Graph.from_sparse(sparse.csr_array(matrix), ids=[f"T{i}" for i in range(n)])


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


def found(result):
    return [result.statistic, result.expected, result.variance, result.z]


def test_as_r_spdep():
    # spdep 1.2-7: moran.test, geary.test (whose z has the other sign), globalG.test, on CRIME.
    expected = [0.510951264078793, -0.0208333333333333, 0.00890876155987795, 5.63413289417872]
    assert found(moran(CRIME, ROWS)) == pytest.approx(expected, rel=1e-12)
    expected = [0.52986993059816, 1, 0.00975277962263871, -4.76051375144184]
    assert found(geary(CRIME, ROWS)) == pytest.approx(expected, rel=1e-12)
    expected = [0.126281496441079, 0.0986394557823129, 3.43867543570724e-05, 4.71383642862767]
    assert found(getis_ord(CRIME, CONTIGUOUS)) == pytest.approx(expected, rel=1e-12)


def test_join_counts_as_r_spdep():
    # joincount.multi(factor(CRIME > 35), B).
    joins = join_counts(CRIME > 35, ROWS)
    expected = [34, 29.5918367346939, 18.8954956711299, 1.01409473201387]
    assert found(joins.low_low) == pytest.approx(expected, rel=1e-12)
    expected = [54, 27.2244897959184, 17.8883798417327, 6.33070754137235]
    assert found(joins.high_high) == pytest.approx(expected, rel=1e-12)
    expected = [28, 59.1836734693878, 26.2333070440509, -6.08836601392438]
    assert found(joins.mixed) == pytest.approx(expected, rel=1e-12)
    assert COLUMBUS["join_counts_B"] == {"low_low": 34, "high_high": 54, "mixed": 28}


def test_lee_as_r_spdep():
    # lee.test(x, x) and, with CRIME shifted by one zone, L and its expectation. The variance of
    # spdep is that of a symmetric pair of variables; with two different ones, see the orders below.
    expected = [0.547064218523396, 0.239417989417989, 0.00345445888431488, 5.23433581905399]
    assert found(lee(CRIME, CRIME, ROWS)) == pytest.approx(expected, rel=1e-12)
    shifted = pd.Series(np.roll(CRIME, -1))
    expected = [0.444180005599509, 0.156022397139402]
    assert found(lee(CRIME, shifted, ROWS))[:2] == pytest.approx(expected, rel=1e-12)


def test_islands_as_r_spdep_with_all_of_n():
    # moran.test and geary.test(zero.policy = TRUE, adjust.n = FALSE).
    result = moran(CRIME, CUT_OFF)
    expected = [0.499555945789353, -0.0208333333333333, 0.00938633812726826]
    assert found(result)[:3] == pytest.approx(expected, rel=1e-12)
    assert (result.islands, result.n) == ((0,), 49)
    result = geary(CRIME, CUT_OFF)
    assert found(result)[:3] == pytest.approx([0.54082241612103, 1, 0.0109431448281971], rel=1e-12)
    assert join_counts(CRIME > 35, CUT_OFF).mixed.islands == (0,)


@pytest.mark.filterwarnings("ignore")  # the peer's own
@pytest.mark.parametrize("where", ["epci", "random"])
def test_as_esda(where, epci, esda):
    x, weights = epci
    if where == "random":
        weights = random_graph(60, seed=1, density=0.1, island=True).transform("r")
        x = series(np.random.default_rng(2).exponential(size=60))
    y, binary = np.sqrt(x), weights.transform("b")
    peer, ours = esda.Moran(x, weights, permutations=0), moran(x, weights)
    expected = [peer.I, peer.EI, peer.VI_rand, peer.z_rand]
    assert found(ours) == pytest.approx(expected, rel=1e-10)
    assert ours.p_value == pytest.approx(peer.p_rand, rel=1e-8)
    # Of a Graph with islands esda 2.9 makes no Geary.
    peer = esda.Geary(x.to_numpy(), weights.to_W(), permutations=0)
    expected = [peer.C, peer.EC, peer.VC_rand, peer.z_rand]
    assert found(geary(x, weights)) == pytest.approx(expected, rel=1e-9)
    peer = esda.G(x.to_numpy(), binary, permutations=0)
    expected = [peer.G, peer.EG, peer.VG, peer.z_norm]
    assert found(getis_ord(x, binary)) == pytest.approx(expected, rel=1e-9)
    dense = (x > x.median()).astype("int64")
    peer, ours = (
        esda.Join_Counts(dense.to_numpy(), binary, permutations=0),
        join_counts(dense, weights),
    )
    assert (ours.low_low.statistic, ours.high_high.statistic) == (peer.ww, peer.bb)
    assert ours.mixed.statistic == peer.bw
    peer = esda.Spatial_Pearson(weights.sparse, permutations=0)
    peer.fit(x.to_numpy()[:, None], y.to_numpy()[:, None])
    assert lee(x, y, weights).statistic == pytest.approx(peer.association_[0, 1], rel=1e-10)


def by_definition(matrix, x, y):
    """Every statistic from its formula, with plain dense arrays."""
    z, u, n = x - x.mean(), y - y.mean(), len(x)
    joins, b = (matrix > 0).astype("float64"), (x > np.median(x)).astype("float64")
    spread = math.sqrt((z @ z) * (u @ u))
    return {
        "moran": n / matrix.sum() * (z @ matrix @ z) / (z @ z),
        "geary": (n - 1) / 2 / matrix.sum() * (matrix * (x[:, None] - x) ** 2).sum() / (z @ z),
        "getis_ord": (x @ matrix @ x) / (x.sum() ** 2 - x @ x),
        "lee": n / (matrix.sum(1) ** 2).sum() * ((matrix @ z) @ (matrix @ u)) / spread,
        "low_low": (1 - b) @ joins @ (1 - b) / 2,
        "high_high": b @ joins @ b / 2,
        "mixed": (joins * (b[:, None] != b)).sum() / 2,
    }


def by_our_measures(graph, x, y, **options):
    joins = join_counts(x > x.median(), graph, **options)
    return {
        "moran": moran(x, graph, **options),
        "geary": geary(x, graph, **options),
        "getis_ord": getis_ord(x, graph, **options),
        "lee": lee(x, y, graph, **options),
        "low_low": joins.low_low,
        "high_high": joins.high_high,
        "mixed": joins.mixed,
    }


@pytest.mark.parametrize(("n", "island"), [(3, False), (4, False), (4, True), (6, True)])
def test_moments_are_those_of_every_order_of_the_values(n, island):
    graph = random_graph(n, seed=n, island=island)
    random = np.random.default_rng(n)
    x, y, matrix = random.random(n), random.random(n), graph.sparse.toarray()
    every = pd.DataFrame(
        [by_definition(matrix, x[list(p)], y[list(p)]) for p in itertools.permutations(range(n))]
    )
    for name, ours in by_our_measures(graph, series(x), series(y), permutations=0).items():
        assert ours.statistic == pytest.approx(every[name][0], abs=1e-12)
        assert ours.expected == pytest.approx(every[name].mean(), abs=1e-12)
        assert ours.variance == pytest.approx(every[name].var(ddof=0), rel=1e-9, abs=1e-14)


def test_pseudo_p_values_are_those_of_every_order_of_the_values():
    # 5 territories, 120 orders: the shares at least as high, and at least as low, are known. A
    # share estimated from 4,999 draws errs by less than 0.04 (five standard errors); p is twice it.
    graph = random_graph(5, seed=3)
    x, y, matrix = np.array([0, 1, 1, 3, 7.0]), np.array([2, 0, 1, 1, 5.0]), graph.sparse.toarray()
    every = pd.DataFrame(
        [by_definition(matrix, x[list(p)], y[list(p)]) for p in itertools.permutations(range(5))]
    )
    for name, ours in by_our_measures(
        graph, series(x), series(y), permutations=4999, seed=1
    ).items():
        higher = (every[name] >= every[name][0] - 1e-9).mean()
        lower = (every[name] <= every[name][0] + 1e-9).mean()
        assert ours.p_sim == pytest.approx(min(1, 2 * min(higher, lower)), abs=0.08), name
        assert ours.permutations == 4999


def test_pseudo_p_agrees_with_the_normal_one_on_a_large_map(epci):
    # Both tails of a nearly normal statistic; 9,999 draws err by less than 0.05 on a p-value.
    x, weights = epci
    random = pd.Series(np.random.default_rng(5).normal(size=len(x)), index=x.index)
    for measure in (moran, geary):
        result = measure(random, weights, permutations=9_999, seed=1)
        assert result.p_sim == pytest.approx(result.p_value, abs=0.05)
        assert result.p_value == pytest.approx(2 * norm.sf(abs(result.z)), rel=1e-12)
    assert moran(x, weights, permutations=99, seed=1).p_sim == 2 / 100


def test_the_same_seed_gives_the_same_and_none_gives_none():
    for measure in MEASURES:
        first, second = (measure(CRIME, ROWS, permutations=99, seed=4) for _ in range(2))
        assert first == second
        without = measure(CRIME, ROWS, permutations=0)
        assert math.isnan(without.p_sim)
        assert found(without) == found(first)


@settings(max_examples=20)
@given(whole_numbers, st.floats(0.1, 100), st.floats(-100, 100), st.randoms())
def test_invariance_to_scale_origin_and_order(values, scale, origin, random):
    assume(len(set(values)) > 1)
    x, graph = series(values).astype("float64"), random_graph(len(values), seed=len(values))
    shuffled = x.sample(frac=1, random_state=random.randrange(2**32))
    for measure in (moran, geary, lambda x, w, **options: lee(x, -x, w, **options)):
        result = measure(x, graph, permutations=49, seed=1)
        moved = measure(shuffled * scale + origin, graph, permutations=49, seed=1)
        assert found(moved) == pytest.approx(found(result), rel=1e-6, abs=1e-9)
        assert moved.p_sim == result.p_sim
    assert getis_ord(x * scale, graph, permutations=0).statistic == pytest.approx(
        getis_ord(x, graph, permutations=0).statistic, rel=1e-9, nan_ok=True
    )


@settings(max_examples=20)
@given(st.lists(st.booleans(), min_size=3, max_size=12))
def test_joins_add_up(values):
    x, graph = series(values), random_graph(len(values), seed=len(values))
    joins = join_counts(x, graph, permutations=19, seed=1)
    kinds = (joins.low_low, joins.high_high, joins.mixed)
    every = (graph.sparse.toarray() > 0).sum() / 2
    assert sum(kind.statistic for kind in kinds) == pytest.approx(every)
    assert sum(kind.expected for kind in kinds) == pytest.approx(every)
    flipped = join_counts(~x, graph, permutations=19, seed=1)
    assert found(flipped.low_low) == pytest.approx(found(joins.high_high), nan_ok=True)
    assert flipped.low_low.p_sim == pytest.approx(joins.high_high.p_sim, nan_ok=True)


@pytest.mark.parametrize("measure", MEASURES)
def test_undefined_is_nan(measure):
    graph = random_graph(5, seed=1)
    # 0.1 three times does not average to 0.1 in binary: a constant must be seen all the same.
    constant = measure(series([0.1] * 5), graph, permutations=9)
    assert all(map(math.isnan, [*found(constant), constant.p_value, constant.p_sim]))
    alone = Graph.from_dicts({"T0": []})
    one = measure(series([3.0]), alone, permutations=9)
    assert all(map(math.isnan, [*found(one), one.p_value, one.p_sim]))
    assert (one.islands, one.n) == (("T0",), 1)
    isolates = Graph.from_dicts({f"T{i}": [] for i in range(5)})
    nobody = measure(series([1.0, 2, 3, 4, 6]), isolates, permutations=9)
    assert all(map(math.isnan, [*found(nobody), nobody.p_value, nobody.p_sim]))
    assert len(nobody.islands) == 5


def test_where_every_order_gives_the_same_there_is_no_test():
    everybody = Graph.from_sparse(sparse.csr_array(1 - np.eye(6)), ids=[f"T{i}" for i in range(6)])
    for measure in MEASURES[:3]:
        result = measure(series([1.0, 2, 4, 8, 9, 11]), everybody)
        assert result.statistic == pytest.approx(result.expected, abs=1e-12)
        assert result.variance == pytest.approx(0, abs=1e-14)
        assert math.isnan(result.z)
        assert math.isnan(result.p_sim)
    constant = join_counts(series([1, 1, 1, 1, 1, 1]), everybody)
    assert constant.high_high.statistic == 15
    assert math.isnan(constant.high_high.p_sim)


@pytest.mark.parametrize("measure", [*MEASURES, join_counts])
def test_bad_input(measure):
    graph = Graph.from_dicts({"A": ["B"], "B": ["A", "C"], "C": ["B"]})
    values = pd.Series({"A": 0, "B": 1, "C": 1})
    with pytest.raises(InputError, match="in one of the two only: C, D"):
        measure(values.rename({"C": "D"}), graph)
    with pytest.raises(InputError, match="values: missing or infinite for B"):
        measure(values.where(values.index != "B"), graph)
    with pytest.raises(InputError, match="missing or infinite for A"):
        measure(values.replace(0, math.inf), graph)
    with pytest.raises(InputError, match=r"values: expected numbers, found str"):
        measure(pd.Series(["1", "2", "3"], index=list("ABC")), graph)
    with pytest.raises(DuplicateIdError, match="C stand more than once"):
        measure(pd.concat([values, values["C":]]), graph)
    with pytest.raises(InputError, match=r"expected a libpysal.graph.Graph, found list"):
        measure(values, [[0, 1], [1, 0]])
    for wrong in (-1, 2.5, None):
        with pytest.raises(InputError, match="permutations: expected a whole number"):
            measure(values, graph, permutations=wrong)


def test_values_a_measure_is_not_made_for():
    graph = Graph.from_dicts({"A": ["B"], "B": ["A"]})
    with pytest.raises(InputError, match="expected numbers of at least 0, found -1 for B"):
        getis_ord(pd.Series({"A": 1, "B": -1}), graph)
    with pytest.raises(InputError, match="expected 0 or 1 everywhere, found others for B"):
        join_counts(pd.Series({"A": 1, "B": 2}), graph)
