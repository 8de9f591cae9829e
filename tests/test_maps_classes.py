"""Classes: what a legend says holds, and they are those of mapclassify."""

import re
import warnings

import mapclassify
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ptce_geo.errors import InputError
from ptce_geo.maps.classes import (
    SCHEMES,
    check_scheme,
    make_classes,
    scheme_named,
)
from ptce_geo.maps.optimal_classes import optimal_bounds
from ptce_geo.maps.told_numbers import check_decimals, decimals_of, told_decimals

NARROW = "\u202f"
OPTIMAL = ("fisher_jenks", "fisher_jenks_sampled", "natural_breaks")


def labels(values, **options):
    return make_classes(np.asarray(values, dtype=float), **options).labels()


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        # Zero apart; 2 and 3 cut where a third of the six others are: 1 1 | 2 3 | 5 9.
        ([0, 1, 1, 2, 3, 5, 9], {"k": 3}, ["0", "1", "2 à 3", "4 à 9"]),
        # No zero, no class for it.
        ([1, 1, 2, 3, 5, 9], {"k": 3}, ["1", "2 à 3", "4 à 9"]),
        # As many values as classes, or fewer: each is a class, none of what lies between them.
        ([0, 1, 7, 7], {"k": 3}, ["0", "1", "7"]),
        ([0.5, 0.5, 2.25], {"k": 30}, ["0,50", "2,25"]),
        ([4, 4, 4], {}, ["4"]),
        ([0, 0], {}, ["0"]),
        ([-3.5], {}, ["-3,5"]),
        # The median 1.75 parts 1.5 from 2.0: the roundest number between the two is 2.
        ([0.5, 1.5, 2.0, 3.1], {"k": 2}, ["de 0,5 à moins de 2,0", "de 2,0 à 3,1"]),
        # An equal interval ends where it ends: (0.5 + 3.1) / 2 = 1.8.
        (
            [0.5, 1.5, 2.0, 3.1],
            {"k": 2, "scheme": "equal_interval"},
            ["de 0,5 à moins de 1,8", "de 1,8 à 3,1"],
        ),
        # Negative and large whole numbers; the roundest numbers between them.
        (
            [-40, -12, 3, 1234567],
            {"k": 2},
            ["-40 à -1", f"0 à 1{NARROW}234{NARROW}567"],
        ),
        ([-0.2, 0.3, 7.6], {"k": 2, "decimals": 0}, ["0", "8"]),
        # A bound holds its value, as in mapclassify; no class is left out, empty or not.
        (
            [1, 3, 4, 8],
            {"scheme": "user_defined", "bins": [3, 5, 20, 30]},
            ["1 à 3", "4 à 5", "6 à 20", "21 à 30"],
        ),
        (
            [1.5, 8.5],
            {"scheme": "user_defined", "bins": [1, 2.5, 5]},
            ["moins de 1,0", "de 1,0 à moins de 2,5", "de 2,5 à moins de 5,0", "de 5,0 à 8,5"],
        ),
        # Bounds have the decimals they need.
        (
            [1, 2],
            {"scheme": "user_defined", "bins": [1.25, 2]},
            ["de 1,00 à moins de 1,25", "de 1,25 à 2,00"],
        ),
        # One value on each side of the midpoint, one at it.
        (
            [0.5, 1, 2],
            {"midpoint": 1, "k": 3},
            ["de 0,5 à moins de 1,0", "1,0", "de 1,1 à 2,0"],
        ),
        # In differences, since one is negative: |-2|, |-1|, |1|, |4| cut at their median 1.5.
        (
            [-2, -1, 1, 4],
            {"midpoint": 0, "k": 3},
            ["-2", "-1 à 1", "2 à 4"],
        ),
    ],
)
def test_labels_worked_out_by_hand(values, options, expected):
    assert labels(values, **options) == expected


def test_labels_in_english():
    classes = make_classes(np.array([0, 1500, 2500, 3500]), k=2)
    assert classes.labels("en") == ["0", "1 to 2,999", "3,000 to 3,500"]
    classes = make_classes(np.array([0.5, 1.5, 2.0, 3.1]), k=2)
    assert classes.labels("en") == ["0.5 to under 2.0", "2.0 to 3.1"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 2, 30], 0), ([0.5, 1.5], 1), ([1 / 3, 2 / 3, 1], 3), ([1000.123, 9000.456], 0), ([], 0)],
)
def test_decimals_are_those_that_tell_values_apart(values, expected):
    assert decimals_of(np.asarray(values, dtype=float)) == expected


# ----- against mapclassify ------------------------------------------------------------------------


def counts(values, **options):
    """Values in each class of ours that has any."""
    classes = make_classes(values, **options)
    found = np.bincount(classes.of(values), minlength=len(classes))
    return found[found > 0].tolist()


def their_counts(values, scheme, k):
    name = "fisherjenks" if scheme in OPTIMAL else scheme.replace("_", "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # few values, no numba
        found = mapclassify.classify(values, name, k=k).counts
    return found[found > 0].tolist()


@pytest.mark.parametrize("scheme", [name for name in SCHEMES if name != "user_defined"])
@pytest.mark.parametrize("k", [2, 5, 7])
@pytest.mark.parametrize("kind", ["real", "whole", "negative"])
def test_counts_are_those_of_mapclassify(scheme, k, kind):
    random = np.random.default_rng(7)
    values = {
        "real": np.round(random.lognormal(0, 1, 150), 2),
        "whole": random.geometric(0.05, 150).astype(float),
        "negative": np.round(random.normal(0, 50, 150)),
    }[kind]
    expected = their_counts(values, scheme, k)
    if scheme == "head_tail_breaks":
        expected = [*expected[:8], *([sum(expected[8:])] if expected[8:] else [])]
    decimals = 2 if kind == "real" else 0
    assert counts(values, scheme=scheme, k=k, decimals=decimals) == expected


def test_counts_of_bins_are_those_of_mapclassify():
    values = np.round(np.random.default_rng(3).normal(50, 20, 200), 1)
    bins = [10, 40.5, 41, 60, 90]
    found = mapclassify.UserDefined(values, bins).counts
    classes = make_classes(values, scheme="user_defined", bins=bins)
    assert np.bincount(classes.of(values), minlength=len(classes)).tolist() == found.tolist()


def test_zero_is_apart_and_the_scheme_cuts_the_others():
    values = np.random.default_rng(5).poisson(3, 300).astype(float)
    zeros = int((values == 0).sum())
    assert counts(values, k=4) == [zeros, *their_counts(values[values > 0], "quantiles", 4)]


@given(
    st.lists(st.integers(-50, 50).map(float), min_size=3, max_size=25),
    st.integers(1, 6),
)
def test_fisher_jenks_finds_the_least_squares(values, k):
    values = np.array(values)
    assume(len(np.unique(values)) > k)

    def squares(bounds):
        parts = np.searchsorted(bounds, values)
        return sum(len(values[parts == i]) * values[parts == i].var() for i in np.unique(parts))

    bounds = optimal_bounds(values, k)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        theirs = mapclassify.FisherJenks(values, k).bins
    assert len(bounds) == k
    assert squares(bounds) == pytest.approx(squares(theirs), abs=1e-6)


def test_fisher_jenks_is_that_of_mapclassify_where_there_is_one_best():
    values = np.random.default_rng(1).lognormal(0, 2, 120)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        theirs = mapclassify.FisherJenks(values, 6).bins
    np.testing.assert_array_equal(optimal_bounds(values, 6), theirs)


# ----- what the legend says holds -----------------------------------------------------------------

NUMBER = r"(-?[\d,]*\.?\d+)"


def holds(text, value):
    """Whether a value is what the legend says of a class, in English."""
    if found := re.fullmatch(f"{NUMBER} to under {NUMBER}", text):
        low, high = (float(part.replace(",", "")) for part in found.groups())
        return low <= value < high
    if found := re.fullmatch(f"{NUMBER} to {NUMBER}", text):
        low, high = (float(part.replace(",", "")) for part in found.groups())
        return low <= value <= high
    if found := re.fullmatch(f"under {NUMBER}", text):
        return value < float(found[1].replace(",", ""))
    return value == float(text.replace(",", ""))


NUMBERS = st.one_of(
    st.lists(st.integers(-20, 2000).map(float), min_size=1, max_size=60),
    st.lists(st.floats(0, 10), min_size=1, max_size=60),
    st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=60),
)


@given(
    values=NUMBERS,
    scheme=st.sampled_from([name for name in SCHEMES if name != "user_defined"]),
    k=st.integers(2, 9),
    midpoint=st.none() | st.sampled_from([0.0, 1.0, -3.5]),
)
def test_each_value_is_in_the_class_whose_label_holds_it_and_in_no_other(
    values, scheme, k, midpoint
):
    values = np.array(values)
    classes = make_classes(values, scheme=scheme, k=k, midpoint=midpoint)
    told = classes.labels("en")
    assert len(set(told)) == len(told) == len(classes)
    for value, rank in zip(values, classes.of(values), strict=True):
        seen = float(f"{value:.{classes.decimals}f}")
        if seen != np.round(value * 10**classes.decimals) / 10**classes.decimals:
            continue  # a half, that text and numpy round to different sides
        assert [holds(text, seen) for text in told] == [i == rank for i in range(len(told))]


@given(st.lists(st.integers(0, 400), min_size=1, max_size=120), st.integers(2, 6))
def test_classes_of_counts_cover_every_count_once_and_zero_is_apart(counts, k):
    classes = make_classes(np.array(counts, dtype=float), k=k)
    assert len(classes) <= k + (0 in counts)
    told = classes.labels("en")
    assert [text for text in told if holds(text, 0)] == ["0"] * (0 in counts)
    if not classes.single:  # no gap: counts that no territory has are covered too
        counts = range(min(set(counts) - {0}), max(counts) + 1)
    for count in counts:
        assert sum(holds(text, count) for text in told) == 1


@given(values=NUMBERS, k=st.integers(2, 9), seed=st.integers(0, 99))
def test_order_does_not_matter(values, k, seed):
    values = np.array(values)
    shuffled = np.random.default_rng(seed).permutation(values)
    assert make_classes(values, k=k) == make_classes(shuffled, k=k)


@pytest.mark.parametrize("k", [3, 5, 7, 8])
@pytest.mark.parametrize("scheme", ["quantiles", "fisher_jenks", "equal_interval"])
def test_classes_around_a_midpoint_are_symmetric_in_ratios(k, scheme):
    quotients = np.random.default_rng(2).lognormal(0, 0.6, 400)
    # In pairs v, 1 / v: as many below as above, but for roundings at a bound.
    values = np.concatenate([quotients, 1 / quotients])
    classes = make_classes(values, scheme=scheme, k=k, midpoint=1, decimals=3)
    sizes = np.bincount(classes.of(values), minlength=len(classes))
    assert (len(classes), classes.below, classes.neutral) == (2 * (k // 2) + 1, k // 2, True)
    assert np.abs(sizes - sizes[::-1]).max() <= 2
    cuts = np.array(classes.lows[1:]) / 1000
    np.testing.assert_allclose(cuts * cuts[::-1], 1, rtol=0.02)


def test_classes_around_a_midpoint_are_symmetric_in_differences():
    changes = np.round(np.random.default_rng(2).normal(0, 10, 400), 1)
    classes = make_classes(np.concatenate([changes, -changes]), k=5, midpoint=0)
    cuts = np.array(classes.lows[1:])
    assert (len(classes), classes.below, classes.decimals) == (5, 2, 1)
    # Both sides hold the bound: below a class begins with it, above the next begins after it.
    assert np.abs(cuts + cuts[::-1]).max() <= 1


def test_midpoint_in_bins_parts_two_sides_without_a_class_around_it():
    values = np.array([0.3, 0.7, 1.3, 4.0])
    classes = make_classes(values, scheme="user_defined", bins=[0.5, 1, 2, 5], midpoint=1)
    assert (classes.below, classes.neutral, len(classes)) == (2, False, 4)
    classes = make_classes(values, scheme="user_defined", bins=[0.5, 0.9, 1.1, 5], midpoint=1)
    assert (classes.below, classes.neutral, len(classes)) == (2, True, 4)
    classes = make_classes(values, scheme="user_defined", bins=[2, 5], midpoint=7)
    assert (classes.below, classes.neutral, len(classes)) == (2, False, 2)


def test_all_on_one_side_of_the_midpoint_is_of_that_side():
    classes = make_classes(np.array([2.0, 3, 4, 9, 12, 30]), midpoint=1, k=5)
    assert classes.below == 0
    zeros = make_classes(np.zeros(4), midpoint=1)
    assert (zeros.below, zeros.neutral, len(zeros)) == (1, False, 1)
    ones = make_classes(np.ones(4), midpoint=1)
    assert (ones.below, ones.neutral, ones.labels()) == (0, True, ["1"])


@pytest.mark.parametrize(
    ("values", "below", "neutral"),
    [
        ([1.0, 2.0], 0, False),
        ([-1.0, -2.0], 1, False),
        ([-1.0, 2.0], 0, True),
        ([0.0, 1, 2], 0, True),
    ],
)
def test_a_scheme_that_makes_one_class_has_it_around_the_midpoint_if_its_values_are(
    values, below, neutral
):
    # The round bounds of |1| and |2| are 2 alone.
    classes = make_classes(np.array(values), scheme="pretty_breaks", k=2, midpoint=0)
    assert (len(classes), classes.below, classes.neutral) == (1, below, neutral)


@pytest.mark.parametrize(("sign", "below"), [(1, 0), (-1, 2)])
def test_values_far_from_the_midpoint_are_not_around_it(sign, below):
    values = sign * np.linspace(5, 15, 101)
    classes = make_classes(values, midpoint=0, k=3)
    assert (len(classes), classes.below, classes.neutral) == (2, below, False)


@pytest.mark.parametrize(("midpoint", "below"), [(1, 0), (20, 3)])
def test_bins_on_one_side_of_the_midpoint_are_not_around_it(midpoint, below):
    values = np.linspace(5, 15, 101)
    classes = make_classes(values, scheme="user_defined", bins=[8, 10], midpoint=midpoint)
    assert (len(classes), classes.below, classes.neutral) == (3, below, False)


@pytest.mark.parametrize("bins", [np.array([3.0, 9.5]), pd.Series([3, 9.5]), (3, 9.5)])
def test_bins_are_any_sequence(bins):
    check_scheme(**{**RIGHT, "scheme": "user_defined", "bins": bins})
    classes = make_classes(np.array([1.0, 8.0]), scheme="user_defined", bins=bins)
    assert classes.labels() == ["de 1,0 à moins de 3,0", "de 3,0 à 9,5"]


def test_numbers_of_numpy_are_numbers():
    assert check_decimals(np.int64(2)) == 2
    given = {"scheme": "quantiles", "bins": None, "midpoint": np.float64(1), "decimals": np.int8(2)}
    check_scheme(**given, k=np.int64(4))


@pytest.mark.parametrize(
    ("values", "decimals", "message"),
    [
        (
            [*[1e-8] * 9, 2e-8, 2e-8, 2e-8, 3e-8, 5e-5],
            None,
            "values: 1e-08 and 2e-08 would be told as 0.000000; give them per 1 000 or 100 000 "
            "inhabitants, or in a smaller unit",
        ),
        ([1e-9, 1e-9], None, "values: 1e-09 would be told as 0; give them per 1 000"),
        ([0.1, 0.4], 0, "values: 0.1 and 0.4 would be told as 0; give more decimals="),
    ],
)
def test_values_that_would_be_told_as_the_same_are_refused(values, decimals, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}"):
        told_decimals(np.array(values), decimals)


@pytest.mark.parametrize(
    "values", [[], [0, 0], [2.5, 2.5], [0.1 + 0.2, 0.3], [0, 1e-17], [0, 2, 2, 3]]
)
def test_values_that_are_the_same_but_for_noise_are_told(values):
    assert told_decimals(np.array(values, dtype=float), None) <= 6


def test_missing_values_are_in_no_class():
    classes = make_classes(np.array([1.0, 2.0]))
    assert classes.of(np.array([np.nan, 2.0])).tolist() == [-1, 1]


# ----- wrong input --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Fisher Jenks", "FISHERJENKS", "fisher-jenks", "fisher_jenks"])
def test_schemes_are_found_whatever_their_case(name):
    assert scheme_named(name) == "fisher_jenks"


RIGHT = {"scheme": "quantiles", "k": 5, "bins": None, "midpoint": None, "decimals": None}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"scheme": "jenks"},
            "unknown scheme 'jenks'; known: quantiles, fisher_jenks, fisher_jenks_sampled, "
            "natural_breaks, maximum_breaks, head_tail_breaks, equal_interval, pretty_breaks, "
            "percentiles, box_plot, std_mean, user_defined",
        ),
        ({"k": 1}, "k= must be a whole number of at least 2, found 1"),
        ({"k": 2.5}, "k= must be a whole number of at least 2, found 2.5"),
        ({"k": True}, "k= must be a whole number of at least 2, found True"),
        (
            {"bins": [1, 2]},
            'scheme="user_defined" and bins= (upper bounds) go together; give both or neither',
        ),
        (
            {"scheme": "user_defined"},
            'scheme="user_defined" and bins= (upper bounds) go together; give both or neither',
        ),
        (
            {"scheme": "user_defined", "bins": [2, 1]},
            "bins= must be finite upper bounds, each above the one before, found 2, 1",
        ),
        (
            {"scheme": "user_defined", "bins": []},
            "bins= must be finite upper bounds, each above the one before, found []",
        ),
        (
            {"scheme": "user_defined", "bins": 5},
            "bins= must be finite upper bounds, each above the one before, found 5",
        ),
        (
            {"scheme": "user_defined", "bins": [1, "2"]},
            "bins= must be finite upper bounds, each above the one before, found 1, 2",
        ),
        ({"midpoint": "1"}, "midpoint= must be a finite number, found '1'"),
        ({"midpoint": float("inf")}, "midpoint= must be a finite number, found inf"),
        ({"decimals": -1}, "decimals= must be a whole number from 0 to 6, found -1"),
        ({"decimals": 1.5}, "decimals= must be a whole number from 0 to 6, found 1.5"),
    ],
)
def test_what_cannot_be_cut_is_refused(wrong, message):
    options = {**RIGHT, **wrong}
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        check_scheme(options.pop("scheme"), **options)
