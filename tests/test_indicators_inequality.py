"""Gini, Lorenz, Theil, Atkinson: against R and PySAL, by hand, and by their properties."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from inequality.atkinson import atkinson as pysal_atkinson
from inequality.gini import Gini
from inequality.theil import Theil, TheilD

from ptce_geo.errors import DuplicateIdError, InputError
from ptce_geo.indicators.inequality import (
    atkinson,
    gini,
    lorenz_curve,
    theil,
    theil_decomposition,
)

amounts_of_territories = st.lists(st.integers(0, 10**6), min_size=1, max_size=30)
# x and a weight for each territory.
weighted_territories = st.lists(
    st.tuples(st.integers(0, 1000), st.integers(1, 8)), min_size=1, max_size=15
)
measures = pytest.mark.parametrize("measure", [gini, theil, atkinson])


def random_table(columns=3, n=50):
    rng = np.random.default_rng(1)
    codes = [f"{i:05}" for i in range(n)]
    names = [f"sector {j}" for j in range(columns)]
    return pd.DataFrame(rng.gamma(0.7, 100, (n, columns)), index=codes, columns=names)


def test_gini_as_r_reat():
    # R REAT gini(c(20, 50, 20, 10)).
    values = pd.Series([20, 50, 20, 10])
    assert gini(values) == pytest.approx(0.3, abs=1e-12)
    assert gini(values, normalised=True) == pytest.approx(0.4, abs=1e-12)


def test_theil_as_r_reat_and_pysal():
    # R REAT theil() is L, PySAL Theil is T.
    values = pd.Series([10, 10, 10, 20, 50])
    assert theil(values, kind="L") == pytest.approx(0.232630162, abs=1e-9)
    assert theil(values, kind="T") == theil(values) == pytest.approx(0.2502012118, abs=1e-9)


def test_theil_decomposition_as_pysal():
    split = theil_decomposition([0, 0, 0, 10, 10, 10], parents=pd.Series(list("aaabbb")))
    assert split.total == pytest.approx(0.6931471805599453, abs=1e-12)
    assert split.between == pytest.approx(0.6931471805599453, abs=1e-12)
    assert split.within == 0


def test_atkinson_as_pysal():
    values = pd.Series([10, 20, 30, 40, 50])
    assert atkinson(values) == pytest.approx(0.06315, abs=5e-6)
    assert atkinson(values, epsilon=1) == pytest.approx(0.1316096, abs=5e-6)


def test_pysal_on_random_amounts():
    table = random_table()
    parents = pd.Series(np.resize(list("abcd"), len(table)), index=table.index)
    for name, values in table.items():
        x = values.to_numpy()
        assert gini(table)[name] == pytest.approx(Gini(x).g, abs=1e-10)
        assert theil(table)[name] == pytest.approx(Theil(x).T, abs=1e-10)
        for epsilon in (0, 0.3, 0.5, 0.999, 1, 1.5, 4):
            expected = pysal_atkinson(x, epsilon)
            assert atkinson(table, epsilon=epsilon)[name] == pytest.approx(expected, abs=1e-10)
        split, pysal = theil_decomposition(values, parents=parents), TheilD(x, parents.to_numpy())
        found = (split.total, split.between, split.within)
        assert found == pytest.approx((pysal.T, pysal.bg.item(), pysal.wg.item()), abs=1e-10)


@given(amounts_of_territories)
def test_gini_is_half_the_relative_mean_difference(values):
    # The definition by pairs, as independent of the sorted form as can be.
    x = np.array(values, dtype="float64")
    assume(x.sum() > 0)
    by_pairs = np.abs(x[:, None] - x).sum() / (2 * len(x) * x.sum())
    assert gini(pd.Series(x)) == pytest.approx(by_pairs, abs=1e-12)


@given(weighted_territories)
def test_a_weight_is_as_many_heads_with_an_equal_part(pairs):
    values, weights = (pd.Series(column) for column in zip(*pairs, strict=True))
    assume(values.sum() > 0)
    heads = pd.Series(np.repeat(values / weights, weights).to_numpy())
    for measure in (gini, theil, atkinson):
        assert measure(values, weights=weights) == pytest.approx(measure(heads), abs=1e-10)
    weighted, of_heads = theil(values, weights=weights, kind="L"), theil(heads, kind="L")
    assert weighted == pytest.approx(of_heads, abs=1e-10, nan_ok=True)


@given(amounts_of_territories, st.integers(1, 9))
def test_equal_weights_weigh_nothing(values, weight):
    weights = pd.Series([weight] * len(values))
    for measure in (gini, theil, atkinson):
        plain, weighted = measure(values), measure(values, weights=weights)
        assert weighted == pytest.approx(plain, abs=1e-10, nan_ok=True)


@given(weighted_territories, st.floats(0.001, 1000), st.randoms())
def test_bounds_and_invariance_to_order_and_scale(pairs, scale, random):
    values, weights = (pd.Series(column) for column in zip(*pairs, strict=True))
    assume(values.sum() > 0)
    n, least = len(values), (weights / weights.sum()).min()
    assert -1e-12 <= gini(values) <= (n - 1) / n + 1e-12
    assert -1e-12 <= gini(values, weights=weights) <= 1 - least + 1e-12
    assert -1e-12 <= theil(values) <= math.log(n) + 1e-12
    assert -1e-12 <= theil(values, weights=weights) <= -math.log(least) + 1e-12
    assert -1e-12 <= atkinson(values, weights=weights) <= 1
    if n > 1:
        assert -1e-9 <= gini(values, normalised=True) <= 1 + 1e-9
    shuffled = pd.Series(random.sample(list(values.items()), n))
    shuffled = pd.Series([x for _, x in shuffled], index=[i for i, _ in shuffled]) * scale
    for measure in (gini, theil, atkinson):
        expected = measure(values, weights=weights)
        assert measure(shuffled, weights=weights) == pytest.approx(expected, abs=1e-9)


@measures
def test_each_column_of_a_frame_is_measured(measure):
    table = random_table().round()
    table["nothing"] = 0
    weights = pd.Series(np.arange(len(table)), index=table.index)
    for weight in (None, weights.sample(frac=1, random_state=0)):
        found = measure(table, weights=weight)
        expected = {name: measure(column, weights=weight) for name, column in table.items()}
        pd.testing.assert_series_equal(
            found, pd.Series(expected, name=measure.__name__), check_exact=False, rtol=1e-12
        )
    assert math.isnan(found["nothing"])


def test_gini_by_hand():
    # All in one of four: (n - 1)/n. Evenly spread: 0. One territory: 0.
    assert gini(pd.Series([0, 0, 8, 0])) == 0.75
    assert gini(pd.Series([0, 0, 8, 0]), normalised=True) == 1
    assert gini(pd.Series([3, 3, 3, 3])) == gini([3, 3, 3, 3], normalised=True) == 0
    assert gini(pd.Series([5])) == 0
    # All in the territory with 1 of 10 heads: 1 - 1/10. A territory without heads ranks last.
    values, weights = pd.Series({"A": 0, "B": 7}), pd.Series({"B": 1, "A": 9})
    assert gini(values, weights=weights) == pytest.approx(0.9, abs=1e-15)
    assert gini(values, weights=pd.Series({"A": 9, "B": 0})) == pytest.approx(1, abs=1e-15)


@measures
def test_undefined_is_nan(measure):
    assert math.isnan(measure(pd.Series([0, 0])))
    assert math.isnan(measure(pd.Series([], dtype="float64")))
    assert measure(pd.DataFrame({"a": [], "b": []}, dtype="float64")).isna().all()
    assert math.isnan(measure(pd.Series([1, 2]), weights=pd.Series([0, 0])))
    assert math.isnan(gini(pd.Series([5]), normalised=True))
    assert isinstance(measure(pd.Series([1, 2])), float)


@measures
@pytest.mark.parametrize("bad", [-1, math.nan, math.inf])
def test_negative_missing_and_infinite_amounts_are_refused(measure, bad):
    wrong, right = pd.Series({"A": 1.0, "B": bad}), pd.Series({"A": 1, "B": 2})
    with pytest.raises(InputError, match=f"values: expected .* at least 0, found {float(bad)} for"):
        measure(wrong)
    with pytest.raises(InputError, match=f"values: crafts: .* found {float(bad)} for B"):
        measure(pd.DataFrame({"trade": right, "crafts": wrong}))
    with pytest.raises(InputError, match=f"weights: .* found {float(bad)} for B"):
        measure(right, weights=wrong)


@measures
def test_text_other_codes_and_doubled_codes_are_refused(measure):
    with pytest.raises(InputError, match=r"expected numbers, found str; .* pandas.to_numeric"):
        measure(pd.Series(["1", "2"]))
    with pytest.raises(InputError, match="values: a: expected numbers, found str"):
        measure(pd.DataFrame({"a": ["1"]}))
    with pytest.raises(InputError, match="found <NA> for 1"):
        measure(pd.DataFrame({"a": pd.Series([1, None], dtype="Int64")}))
    values = pd.Series({"A": 1, "B": 2})
    with pytest.raises(InputError, match=r"values and weights: .* in one of the two only: B, C"):
        measure(values, weights=pd.Series({"A": 1, "C": 1}))
    doubled = pd.Series([1, 2, 3], index=["A", "B", "B"])
    with pytest.raises(DuplicateIdError, match="weights: code must be unique; B"):
        measure(values, weights=doubled)
    with pytest.raises(DuplicateIdError, match="values: code must be unique; B"):
        measure(doubled, weights=values)


def test_any_sequence_of_amounts_will_do():
    values = [20, 50, 20, 10]
    for measure in (gini, theil, atkinson):
        assert measure(values) == measure(np.array(values)) == measure(pd.Series(values))
    assert gini(pd.Series([0, 4], dtype="Int64")) == 0.5


def test_normalised_and_weights_exclude_each_other():
    with pytest.raises(InputError, match="normalised=True has no meaning with weights"):
        gini(pd.Series([1, 2]), normalised=True, weights=pd.Series([1, 2]))


# Lorenz


def test_lorenz_curve_by_hand():
    # Per head: B 0, C 1 (0.5 of 2 heads), A 3.
    values = pd.Series({"A": 3, "B": 0, "C": 2})
    weights = pd.Series({"C": 2, "B": 1, "A": 1})
    expected = pd.DataFrame(
        {"share_weights": [0, 0.25, 0.75, 1], "share_values": [0, 0, 0.4, 1]}, dtype="float64"
    )
    pd.testing.assert_frame_equal(lorenz_curve(values, weights=weights), expected)


@given(weighted_territories)
def test_twice_the_area_above_the_lorenz_curve_is_the_gini(pairs):
    values, weights = (pd.Series(column) for column in zip(*pairs, strict=True))
    assume(values.sum() > 0)
    for weight in (None, weights):
        curve = lorenz_curve(values, weights=weight)
        assert curve.iloc[0].to_list() == [0, 0]
        assert curve.iloc[-1].to_list() == [1, 1]
        area = np.trapezoid(curve["share_values"], curve["share_weights"])
        assert 1 - 2 * area == pytest.approx(gini(values, weights=weight), abs=1e-12)
        slopes = curve["share_values"].diff()[1:] / curve["share_weights"].diff()[1:]
        assert (slopes.diff()[1:] >= -1e-9).all()


def test_lorenz_curve_of_nothing_and_of_a_frame():
    curve = lorenz_curve(pd.Series([0, 0]))
    assert curve["share_weights"].to_list() == [0, 0.5, 1]
    assert curve["share_values"].isna().to_list() == [False, True, True]
    with pytest.raises(InputError, match="expected one column of amounts, found a DataFrame"):
        lorenz_curve(pd.DataFrame({"a": [1, 2]}))


# Theil


def test_theil_with_zeros():
    # T: 0 ln 0 is 0. L is infinite with a 0, T with something held where there is no weight.
    values = pd.Series([0, 1, 1])
    assert theil(values) == pytest.approx(math.log(3 / 2), abs=1e-15)
    assert math.isnan(theil(values, kind="L"))
    weights = pd.Series([0, 3, 1])
    # L against weights 3/4 and 1/4: 3/4 ln (3/2) + 1/4 ln (1/2). The first holds and weighs 0.
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert theil(values, weights=weights, kind="L") == pytest.approx(expected, abs=1e-15)
    assert math.isnan(theil(pd.Series([1, 1, 1]), weights=weights))
    with pytest.raises(InputError, match=r'theil: unknown kind \'t\'; known: "T", "L"'):
        theil(values, kind="t")


@given(weighted_territories, st.randoms(), st.sampled_from("TL"))
def test_theil_is_between_plus_within(pairs, random, kind):
    values, weights = (pd.Series(column) for column in zip(*pairs, strict=True))
    if kind == "L":
        values += 1
    assume(values.sum() > 0)
    parents = pd.Series([random.choice("abc") for _ in values], name="code_region")
    split = theil_decomposition(values, parents=parents, weights=weights, kind=kind)
    assert split.total == theil(values, weights=weights, kind=kind)
    assert split.between + split.within == pytest.approx(split.total, abs=1e-12)

    # Each part from `theil` itself: over the parents' sums, and over the territories of each.
    sums, heads = (x.groupby(parents).sum() for x in (values, weights))
    assert split.between == pytest.approx(theil(sums, weights=heads, kind=kind), abs=1e-12)
    own = {
        code: theil(group, weights=weights[group.index], kind=kind)
        for code, group in values.groupby(parents)
    }
    table = split.parents
    assert table.index.name == "code_region"
    assert table["theil"].to_dict() == pytest.approx(own, abs=1e-12, nan_ok=True)
    assert table["territories"].to_dict() == parents.value_counts().to_dict()
    assert table["share_values"].to_numpy() == pytest.approx(sums / sums.sum(), abs=1e-12)
    assert table["share_weights"].to_numpy() == pytest.approx(heads / heads.sum(), abs=1e-12)
    assert table["between"].sum() == pytest.approx(split.between, abs=1e-12)
    assert table["within"].sum() == pytest.approx(split.within, abs=1e-12)


def test_decomposition_by_hand():
    # X holds 4 as 1 + 3, Y 4 as 2 + 2: nothing between, X: 1/4 ln(1/2) + 3/4 ln(3/2), half of all.
    values = pd.Series({"A": 1, "B": 3, "C": 2, "D": 2})
    parents = pd.Series({"D": "Y", "C": "Y", "B": "X", "A": "X"})
    split = theil_decomposition(values, parents=parents)
    own = math.log(1 / 2) / 4 + 3 * math.log(3 / 2) / 4
    assert split.parents["theil"].to_list() == pytest.approx([own, 0], abs=1e-15)
    assert (split.between, split.within) == pytest.approx((0, own / 2), abs=1e-15)


def test_decomposition_undefined_is_nan():
    parents = pd.Series(list("XXY"))
    nothing = theil_decomposition([0, 0, 0], parents=parents)
    assert np.isnan([nothing.total, nothing.between, nothing.within]).all()
    none = theil_decomposition(pd.Series([], dtype="float64"), parents=parents[:0])
    assert np.isnan([none.total, none.between, none.within]).all()
    assert none.parents.empty
    # Y holds nothing: T has no index of its own there, and adds 0; L is infinite.
    split = theil_decomposition([1, 1, 0], parents=parents)
    assert math.isnan(split.parents.loc["Y", "theil"])
    assert split.parents.loc["Y", ["between", "within"]].to_list() == [0, 0]
    infinite = theil_decomposition([1, 1, 0], parents=parents, kind="L")
    assert math.isnan(infinite.total)
    assert math.isnan(infinite.between)
    one = theil_decomposition([4], parents=pd.Series(["X"]))
    assert (one.total, one.between, one.within) == (0, 0, 0)


def test_decomposition_refuses_what_does_not_match():
    values = pd.Series({"A": 1, "B": 2})
    parents = pd.Series({"A": "X", "B": None})
    with pytest.raises(InputError, match="parents: missing for 1 territories"):
        theil_decomposition(values, parents=parents)
    with pytest.raises(InputError, match=r"values and parents: .* in one of the two only: B, C"):
        theil_decomposition(values, parents=pd.Series({"A": "X", "C": "X"}))
    with pytest.raises(InputError, match="unknown kind 'X'"):
        theil_decomposition(values, parents=parents.fillna("Y"), kind="X")
    with pytest.raises(InputError, match="expected one column of amounts, found a DataFrame"):
        theil_decomposition(values.to_frame(), parents=parents)


# Atkinson


@given(weighted_territories)
def test_atkinson_and_theil_l_know_each_other(pairs):
    # A(1) = 1 - exp(-L); and A grows with the aversion, from 0, without a jump at 1.
    values, weights = (pd.Series(column) for column in zip(*pairs, strict=True))
    values += 1
    at = {e: atkinson(values, epsilon=e, weights=weights) for e in (0, 0.5, 1 - 1e-7, 1, 2, 1000)}
    expected = -math.expm1(-theil(values, weights=weights, kind="L"))
    assert at[1] == pytest.approx(expected, abs=1e-12)
    assert at[1 - 1e-7] == pytest.approx(at[1], abs=1e-5)
    assert at[0] == pytest.approx(0, abs=1e-12)
    assert (np.diff([at[0], at[0.5], at[1], at[2], at[1000]]) >= -1e-12).all()
    assert at[1000] <= 1


def test_atkinson_with_zeros():
    # Half of the territories hold all: for 1/2, 1 - (1/2 · √2)² = 1/2; from 1 on, all is lost.
    values = pd.Series([0, 2])
    assert atkinson(values) == pytest.approx(0.5, abs=1e-15)
    assert atkinson(values, epsilon=1) == atkinson(values, epsilon=2.5) == 1
    # The first has no weight, what it holds is lost to the other: 1 - (√(1/3))².
    weighted = pd.Series([2, 1]), pd.Series([0, 5])
    assert atkinson(weighted[0], weights=weighted[1]) == pytest.approx(2 / 3, abs=1e-15)


@pytest.mark.parametrize("epsilon", [-0.1, math.inf, math.nan])
def test_aversion_is_a_number_of_at_least_0(epsilon):
    with pytest.raises(InputError, match=f"expected an epsilon of at least 0, found {epsilon}"):
        atkinson(pd.Series([1, 2]), epsilon=epsilon)
