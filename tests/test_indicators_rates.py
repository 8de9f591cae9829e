"""Rates: against R spdep and PySAL esda, by hand, and by their limits."""

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

from ptce_geo.errors import InputError
from ptce_geo.indicators.rates import empirical_bayes, local_moran_rate, moran_rate

COLUMBUS = json.loads(Path(__file__).with_name("data").joinpath("columbus.json").read_text())
ROWS = Graph.from_dicts(dict(enumerate(COLUMBUS["neighbours"]))).transform("r")
EVENTS = pd.Series(COLUMBUS["values"]).round()
POPULATION = pd.Series(100 + 37 * (np.arange(49) % 11))

tables = st.lists(st.tuples(st.integers(0, 50), st.integers(50, 10_000)), min_size=2, max_size=30)


@pytest.fixture(scope="module")
def esda():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("esda")
        import esda.moran
        import esda.smoothing
    return esda


def test_as_r_spdep():
    # spdep 1.2-7: EBest(EVENTS, POPULATION)$estmm, and EBImoran.mc(EVENTS, POPULATION, W).
    smooth = empirical_bayes(EVENTS, POPULATION)
    first = [0.1797321340404745, 0.2201605219136173, 0.2091027210862840, 0.0111641673524221]
    assert smooth[:4].to_list() == pytest.approx(first, rel=1e-12)
    result = moran_rate(EVENTS, POPULATION, ROWS, seed=1)
    assert result.statistic == pytest.approx(0.073560402503581881, rel=1e-12)
    assert result.variance == pytest.approx(0.0071836203943562516, rel=1e-12)


def test_as_esda(esda):
    peer = esda.smoothing.Empirical_Bayes(EVENTS, POPULATION).r.ravel()
    assert empirical_bayes(EVENTS, POPULATION).to_numpy() == pytest.approx(peer, rel=1e-12)
    peer = esda.moran.Moran_Rate(EVENTS, POPULATION, ROWS, permutations=0)
    ours = moran_rate(EVENTS, POPULATION, ROWS, permutations=0)
    assert [ours.statistic, ours.z] == pytest.approx([peer.I, peer.z_rand], rel=1e-10)
    peer = esda.moran.Moran_Local_Rate(EVENTS, POPULATION, ROWS, permutations=0)
    ours = local_moran_rate(EVENTS, POPULATION, ROWS, permutations=0)
    assert ours["statistic"].to_numpy() == pytest.approx(peer.Is * 49 / 48, rel=1e-10)


def test_empirical_bayes_by_hand_aligned_by_code():
    # b = 30/300; s² = (100 · 0.1² + 0 + 100 · 0.1²) / 300 = 0.02/3, less b / 100 = 0.001 is
    # a = 0.017/3. The weight of each is a / (a + 0.001) = 0.017/0.02 = 0.85.
    events = pd.Series({"A": 20, "B": 10, "C": 0})
    population = pd.Series({"C": 100, "B": 100, "A": 100})
    expected = pd.Series({"A": 0.185, "B": 0.1, "C": 0.015}, name="empirical_bayes")
    pd.testing.assert_series_equal(empirical_bayes(events, population), expected)


def test_rates_no_more_different_than_by_chance_are_the_overall_rate(esda):
    # 10, 11 and 9 in 100: s² = 0.0002/3 is less than b / n̄ = 0.001. The standardised rates then
    # take b / n_i for the v_i that would be negative: (e - 10) / √10.
    events, population = pd.Series([10, 11, 9, 10]), pd.Series([100, 100, 100, 100])
    assert empirical_bayes(events, population).to_list() == pytest.approx([0.1] * 4, rel=1e-12)
    row = Graph.from_dicts({0: [1], 1: [0, 2], 2: [1, 3], 3: [2]})
    ours = moran_rate(events, population, row.transform("r"), permutations=0)
    peer = esda.moran.Moran_Rate(events, population, row, permutations=0)
    assert ours.statistic == pytest.approx(peer.I, rel=1e-12)


@given(tables, st.floats(0.1, 10))
def test_smoothed_rates_lie_between_the_rate_and_the_overall_one(table, scale):
    events, population = (pd.Series(column, dtype="float64") for column in zip(*table, strict=True))
    smooth, rate = empirical_bayes(events, population), events / population
    overall = events.sum() / population.sum()
    assert (smooth >= np.minimum(rate, overall) - 1e-12).all()
    assert (smooth <= np.maximum(rate, overall) + 1e-12).all()
    # Of two territories with the same rate, the more populous keeps more of it.
    assume(rate[0] != overall)
    doubled = empirical_bayes(
        pd.concat([events, events[:1] * 2]).reset_index(drop=True),
        pd.concat([population, population[:1] * 2]).reset_index(drop=True),
    )
    pooled = (events.sum() + 2 * events[0]) / (population.sum() + 2 * population[0])
    assert abs(doubled.iloc[-1] - pooled) >= abs(doubled[0] - pooled) - 1e-12


@settings(max_examples=25)
@given(st.randoms())
def test_order_does_not_matter(random):
    shuffled = POPULATION.sample(frac=1, random_state=random.randrange(2**32))
    pd.testing.assert_series_equal(
        empirical_bayes(EVENTS, shuffled), empirical_bayes(EVENTS, POPULATION)
    )
    turned = EVENTS[shuffled.index]
    found = local_moran_rate(turned, POPULATION, ROWS, permutations=9, seed=1)
    again = local_moran_rate(EVENTS, shuffled, ROWS, permutations=9, seed=1)
    assert found.index.equals(turned.index)
    pd.testing.assert_frame_equal(found.loc[EVENTS.index], again, rtol=1e-9)


def test_nobody_there_is_the_limit_of_nearly_nobody():
    events = EVENTS.where(EVENTS.index != 7, 0)
    none, few = (POPULATION.astype("float64").where(EVENTS.index != 7, n) for n in (0, 1e-9))
    b = events.sum() / none.sum()
    assert empirical_bayes(events, none)[7] == b
    assert empirical_bayes(events, few).to_numpy() == pytest.approx(
        empirical_bayes(events, none).to_numpy(), rel=1e-8
    )
    assert moran_rate(events, few, ROWS, permutations=0).statistic == pytest.approx(
        moran_rate(events, none, ROWS, permutations=0).statistic, abs=1e-4
    )


def test_undefined_is_nan():
    zeros = EVENTS * 0
    assert empirical_bayes(zeros, zeros).isna().all()
    assert empirical_bayes(zeros, POPULATION).eq(0).all()
    assert math.isnan(moran_rate(zeros, POPULATION, ROWS).statistic)
    assert local_moran_rate(zeros, POPULATION, ROWS)["statistic"].isna().all()


@pytest.mark.parametrize(
    "measure",
    [
        empirical_bayes,
        lambda e, n: moran_rate(e, n, ROWS),
        lambda e, n: local_moran_rate(e, n, ROWS),
    ],
)
def test_bad_input(measure):
    with pytest.raises(InputError, match="in one of the two only: 48"):
        measure(EVENTS[:-1], POPULATION)
    with pytest.raises(InputError, match="found some in 3, where the population is 0"):
        measure(EVENTS.clip(1), POPULATION.where(POPULATION.index != 3, 0))
    for bad in (-1.0, math.nan, math.inf):
        with pytest.raises(InputError, match="events: expected numbers of at least 0"):
            measure(EVENTS.where(EVENTS.index != 3, bad), POPULATION)
        with pytest.raises(InputError, match="population: expected numbers of at least 0"):
            measure(EVENTS, POPULATION.astype("float64").where(POPULATION.index != 3, bad))
