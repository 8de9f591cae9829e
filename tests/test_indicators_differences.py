"""The difference of two figures: as published, by hand, by its properties, bad input."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from ptce_geo.errors import DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators.differences import (
    count_interval,
    difference_interval,
    paired_difference,
)

BOUNDS = ["value", "low", "high"]


def frame(*rows, index=None):
    return pd.DataFrame(list(rows), columns=BOUNDS, index=index, dtype="float64")


# A figure within its bounds.
figures = st.tuples(
    st.floats(-1e6, 1e6), st.floats(0, 1e6), st.floats(0, 1e6)
).map(lambda each: (each[0], each[0] - each[1], each[0] + each[2]))  # fmt: skip
counts = st.integers(0, 500)


def wilson(successes, n):
    """The score interval (Wilson 1927), without continuity correction, of one proportion."""
    found = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    return successes / n, found.low, found.high


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_as_newcombe_published(first, second, low, high):
    # Newcombe (1998), table II, method 10: (a) to (h), first minus second.
    found = difference_interval(frame(wilson(*second)), frame(wilson(*first))).iloc[0]
    assert found["low"] == pytest.approx(low, abs=5e-5)
    assert found["high"] == pytest.approx(high, abs=5e-5)


def test_by_hand():
    # 12 - 8 = 4; down √(3² + 4²) = 5, up √(6² + 2.5²) = 6.5. Rows by label, not by place.
    before = frame((8, 5.5, 12), (1, 0, 2), index=["A", "B"])
    after = frame((1, 0, 2), (12, 9, 18), index=["B", "A"])
    found = difference_interval(before, after)
    assert found.index.to_list() == ["B", "A"]
    assert found.loc["A"].to_list() == [4, -1, 10.5, "not_distinguishable"]
    assert found.loc["B", "difference"] == 0


def test_the_words_of_the_flag():
    before = frame((1, 0, 2), (9, 8, 10), (1, 0, 2), (1, np.nan, 2), (np.nan,) * 3, (1, 0, 1))
    after = frame((9, 8, 10), (1, 0, 2), (1, 0, 2), (1, 0, 2), (1, 0, 2), (2, 1, 2))
    assert difference_interval(before, after)["flag"].to_list() == [
        "higher",
        "lower",
        "not_distinguishable",
        "no_interval",
        "undefined",
        "not_distinguishable",  # an interval that ends at 0 holds it
    ]


@given(st.lists(st.tuples(figures, figures), min_size=1, max_size=8), st.floats(0, 10))
def test_properties(pairs, wider):
    before, after = (frame(*side) for side in zip(*pairs, strict=True))
    found = difference_interval(before, after)
    assert (found["low"] <= found["difference"]).all()
    assert (found["difference"] <= found["high"]).all()
    # Turned round it is the same with the other sign.
    back = difference_interval(after, before)
    np.testing.assert_array_equal(back["difference"], -found["difference"])
    np.testing.assert_array_equal(back["low"], -found["high"])
    swapped = {"higher": "lower", "lower": "higher"}
    assert back["flag"].to_list() == [swapped.get(flag, flag) for flag in found["flag"]]
    # What is known less well never makes the difference better known.
    for one, other in ((before, after), (after, before)):
        loose = one.assign(low=one["low"] - wider, high=one["high"] + wider)
        tight, wide = difference_interval(one, other), difference_interval(loose, other)
        assert (wide["low"] <= tight["low"]).all()
        assert (wide["high"] >= tight["high"]).all()


@given(counts, st.floats(0.5, 0.999))
def test_counts_against_the_tails_of_poisson(count, confidence):
    # Garwood's bounds are the rates for which the count, or more (less), has that tail.
    found = count_interval(pd.Series([count]), confidence=confidence).iloc[0]
    tail = (1 - confidence) / 2
    if count == 0:
        assert found["low"] == 0
    else:
        assert stats.poisson.sf(count - 1, found["low"]) == pytest.approx(tail, rel=1e-6)
    assert stats.poisson.cdf(count, found["high"]) == pytest.approx(tail, rel=1e-6)


def test_counts_cover_what_they_say():
    # All pairs of Poisson numbers of means 6 and 11: the true difference, 5, lies inside in at
    # least 95 of 100, by summing their probabilities and not by drawing.
    x, y = np.meshgrid(np.arange(60), np.arange(60), indexing="ij")
    ends = [count_interval(pd.Series(each.ravel())) for each in (x, y)]
    found = difference_interval(*ends)
    inside = ((found["low"] <= 5) & (found["high"] >= 5)).to_numpy()
    chance = stats.poisson.pmf(x, 6) * stats.poisson.pmf(y, 11)
    assert chance.sum() == pytest.approx(1, abs=1e-9)
    assert 0.95 <= chance.ravel()[inside].sum() <= 0.99


@given(st.integers(0, 60), st.integers(0, 60))
def test_paired_against_the_binomial_test(come, gone):
    found = paired_difference(pd.Series([come]), pd.Series([gone])).iloc[0]
    assert found["difference"] == come - gone
    assert found["low"] <= found["difference"] <= found["high"]
    if come + gone == 0:
        assert (found["p_value"], found["low"], found["high"]) == (1, 0, 0)
        return
    oracle = stats.binomtest(come, come + gone)
    assert found["p_value"] == pytest.approx(oracle.pvalue, rel=1e-9)
    exact = oracle.proportion_ci(0.95, method="exact")
    expected = [(come + gone) * (2 * end - 1) for end in (exact.low, exact.high)]
    assert [found["low"], found["high"]] == pytest.approx(expected, abs=1e-6)
    # The interval and the test never say two things.
    assert (found["flag"] == "not_distinguishable") == (found["p_value"] >= 0.05)


def test_paired_bounds_by_their_definition():
    # The bound of p is where 7 of 9 or more has a chance of 2.5 %: found by search, not by beta.
    root = optimize.brentq(lambda p: stats.binom.sf(6, 9, p) - 0.025, 1e-9, 1 - 1e-9)
    found = paired_difference(pd.Series({"A": 7}), pd.Series({"A": 2}))
    assert found.loc["A", "low"] == pytest.approx(9 * (2 * root - 1), abs=1e-9)


@given(counts, counts)
def test_paired_turned_round(come, gone):
    one = paired_difference(pd.Series([come]), pd.Series([gone])).iloc[0]
    other = paired_difference(pd.Series([gone]), pd.Series([come])).iloc[0]
    assert one["p_value"] == other["p_value"]
    assert one["low"] == pytest.approx(-other["high"], abs=1e-9)


def test_paired_by_label():
    found = paired_difference(pd.Series({"A": 6, "B": 0}), pd.Series({"B": 6, "A": 0}))
    assert found["flag"].to_dict() == {"A": "higher", "B": "lower"}


def test_nothing_to_compare():
    none = frame().astype("float64")
    assert difference_interval(none, none).empty
    empty = pd.Series([], dtype="int64")
    assert count_interval(empty).empty
    assert paired_difference(empty, empty).empty


@pytest.mark.parametrize(
    ("before", "after", "error", "message"),
    [
        (frame((1, 0, 2))[["value"]], frame((1, 0, 2)), MissingColumnError, "before: no column"),
        (frame((1, 0, 2), index=["A"]), frame((1, 0, 2)), InputError, "in one of the two only"),
        (frame((1, 2, 3)), frame((1, 0, 2)), InputError, "value 1, low 2, high 3 for 0"),
        (frame((1, 0, 2)), frame((3, 0, 2)), InputError, "after: a figure must"),
        (frame((1, -math.inf, 2)), frame((1, 0, 2)), InputError, "finite"),
        (frame((1, 0, 2)).astype("str"), frame((1, 0, 2)), InputError, "to_numeric"),
        (frame(*[(1, 0, 2)] * 2, index=["A"] * 2), frame((1, 0, 2)), DuplicateIdError, "A stand"),
    ],
)
def test_what_is_no_figure_is_refused(before, after, error, message):
    with pytest.raises(error, match=message):
        difference_interval(before, after)


def test_what_is_no_count_is_refused():
    one = pd.Series({"A": 1})
    with pytest.raises(InputError, match=r"come: expected whole numbers .* 1.5 for A"):
        paired_difference(one * 1.5, one)
    with pytest.raises(InputError, match="gone: expected numbers of at least 0, found -1"):
        paired_difference(one, -one)
    with pytest.raises(InputError, match="in one of the two only: B"):
        paired_difference(one, pd.Series({"A": 1, "B": 2}))
    with pytest.raises(DuplicateIdError, match="A stand more"):
        paired_difference(pd.Series([1, 2], index=["A", "A"]), one)
    with pytest.raises(InputError, match="counts: expected numbers of at least 0"):
        count_interval(-one)
    for measure in (lambda: count_interval(one, confidence=1), lambda: paired_difference(
        one, one, confidence=0
    )):  # fmt: skip
        with pytest.raises(InputError, match=r"confidence: expected a number in \]0, 1\["):
            measure()
