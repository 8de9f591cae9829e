"""Location quotient, Gini, Herfindahl: against R, by hand, and by their properties."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ptce_geo.errors import DuplicateIdError, InputError
from ptce_geo.indicators import gini, herfindahl, location_quotient

# Regions × sectors, the matrix of the examples of R EconGeo 2.
REGION_BY_SECTOR = np.array(
    [
        [100, 0, 0, 0, 0],
        [0, 15, 5, 70, 10],
        [0, 20, 10, 20, 50],
        [0, 25, 30, 5, 40],
        [0, 40, 55, 5, 0],
    ]
)
counts_of_territories = st.lists(st.integers(0, 10**6), min_size=1, max_size=30)


def test_location_quotient_as_r_reat():
    # R REAT locq(1714, 79006, 879213, 15593224): one region, and the rest of the country.
    counts = pd.Series({"region": 1714, "rest": 879_213 - 1714})
    reference = pd.Series({"region": 79_006, "rest": 15_593_224 - 79_006})
    quotient = location_quotient(counts, reference=reference)
    assert quotient["region"] == pytest.approx(0.3847623423, abs=1e-9)


def test_location_quotient_as_r_econgeo():
    # R EconGeo location.quotient: one column for each sector, the regions' totals as reference.
    totals = pd.Series(REGION_BY_SECTOR.sum(axis=1))
    quotients = np.column_stack(
        [location_quotient(pd.Series(column), reference=totals) for column in REGION_BY_SECTOR.T]
    )
    assert quotients[1] == pytest.approx([0, 0.75, 0.25, 3.5, 0.5], abs=1e-12)
    assert quotients[4] == pytest.approx([0, 2, 2.75, 0.25, 0], abs=1e-12)


def test_location_quotient_by_hand_aligned_by_code():
    # 4 members for 400 inhabitants, 1 in 100. A: 3 in 100, so 3. B: 1 in 200, so a half.
    counts = pd.Series({"A": 3, "B": 1, "C": 0})
    population = pd.Series({"C": 100, "A": 100, "B": 200})
    expected = pd.Series({"A": 3.0, "B": 0.5, "C": 0.0}, name="location_quotient")
    pd.testing.assert_series_equal(location_quotient(counts, reference=population), expected)


def test_location_quotient_is_nan_where_it_is_undefined():
    # 0/0 in B, 1/0 in C (a village without inhabitants): NaN, never inf. A: (1/10)/(2/10).
    counts = pd.Series({"A": 1, "B": 0, "C": 1})
    reference = pd.Series({"A": 10, "B": 0, "C": 0})
    assert location_quotient(counts, reference=reference).to_list() == pytest.approx(
        [0.5, math.nan, math.nan], nan_ok=True
    )
    zeros = counts * 0
    assert location_quotient(zeros, reference=reference).isna().all()
    assert location_quotient(counts, reference=zeros).isna().all()


def test_location_quotient_refuses_what_does_not_match():
    counts = pd.Series({"A": 1, "B": 2})
    with pytest.raises(InputError, match="in one of the two only: B, C"):
        location_quotient(counts, reference=pd.Series({"A": 1, "C": 1}))
    doubled = pd.Series([1, 2, 3], index=["A", "B", "B"])
    with pytest.raises(DuplicateIdError, match="reference: code must be unique; B"):
        location_quotient(counts, reference=doubled)
    with pytest.raises(DuplicateIdError, match="counts: code must be unique; B"):
        location_quotient(doubled, reference=counts)


@pytest.mark.parametrize("bad", [-1, math.nan, math.inf])
def test_negative_missing_and_infinite_values_are_refused(bad):
    wrong, right = pd.Series({"A": 1.0, "B": bad}), pd.Series({"A": 1, "B": 2})
    message = f"expected numbers of at least 0, found {float(bad)} for B"
    for measure in (
        lambda: gini(wrong),
        lambda: herfindahl(wrong),
        lambda: location_quotient(wrong, reference=right),
        lambda: location_quotient(right, reference=wrong),
    ):
        with pytest.raises(InputError, match=message):
            measure()


def test_nullable_numbers_work_and_text_is_refused():
    assert gini(pd.Series([0, 4], dtype="Int64")) == 0.5
    with pytest.raises(InputError, match="found <NA> for 1"):
        gini(pd.Series([1, None], dtype="Int64"))
    with pytest.raises(InputError, match=r"expected numbers, found str; .* pandas.to_numeric"):
        gini(pd.Series(["1", "2"]))


def test_gini_and_herfindahl_as_r_reat():
    # R REAT gini(c(20, 50, 20, 10)) and herf().
    values = pd.Series([20, 50, 20, 10])
    assert gini(values) == pytest.approx(0.3, abs=1e-12)
    assert gini(values, normalised=True) == pytest.approx(0.4, abs=1e-12)
    assert herfindahl(values) == pytest.approx(0.34, abs=1e-9)
    assert herfindahl(values, normalised=True) == pytest.approx(0.12, abs=1e-9)


def test_all_in_one_of_four_territories():
    # Gini (n-1)/n = 3/4, Herfindahl 1; both 1 once normalised.
    values = pd.Series([0, 0, 8, 0])
    assert gini(values) == 0.75
    assert herfindahl(values) == 1
    assert gini(values, normalised=True) == herfindahl(values, normalised=True) == 1


def test_evenly_spread():
    values = pd.Series([3, 3, 3, 3])
    assert gini(values) == gini(values, normalised=True) == 0
    assert herfindahl(values) == 0.25
    assert herfindahl(values, normalised=True) == 0


@pytest.mark.parametrize("measure", [gini, herfindahl])
def test_undefined_is_nan(measure):
    assert math.isnan(measure(pd.Series([0, 0])))
    assert math.isnan(measure(pd.Series([], dtype="float64")))
    assert math.isnan(measure(pd.Series([5]), normalised=True))
    assert isinstance(measure(pd.Series([1, 2])), float)


def test_one_territory():
    assert gini(pd.Series([5])) == 0
    assert herfindahl(pd.Series([5])) == 1


@given(counts_of_territories)
def test_gini_is_half_the_relative_mean_difference(values):
    # The definition by pairs, as independent of the sorted form as can be.
    x = np.array(values, dtype="float64")
    assume(x.sum() > 0)
    by_pairs = np.abs(x[:, None] - x).sum() / (2 * len(x) * x.sum())
    assert gini(pd.Series(x)) == pytest.approx(by_pairs, abs=1e-12)


@given(counts_of_territories, st.floats(0.001, 1000), st.randoms())
def test_bounds_and_invariance_to_order_and_scale(values, scale, random):
    assume(sum(values) > 0)
    series, n = pd.Series(values), len(values)
    assert -1e-12 <= gini(series) <= (n - 1) / n + 1e-12
    assert 1 / n - 1e-12 <= herfindahl(series) <= 1 + 1e-12
    shuffled = random.sample(values, n)
    for measure in (gini, herfindahl):
        assert measure(pd.Series(shuffled) * scale) == pytest.approx(measure(series), abs=1e-9)
        if n > 1:
            assert -1e-9 <= measure(series, normalised=True) <= 1 + 1e-9


@given(counts_of_territories, st.floats(0.001, 1000))
def test_location_quotient_of_the_reference_against_itself_is_one(values, scale):
    assume(sum(values) > 0)
    reference = pd.Series(values)
    quotient = location_quotient(reference * scale, reference=reference)
    assert quotient[reference > 0].to_numpy() == pytest.approx(1, abs=1e-9)
    assert quotient[reference == 0].isna().all()


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 10**6)), min_size=1, max_size=30))
def test_location_quotients_average_to_one_over_the_reference(pairs):
    # Σ (r_i / R) LQ_i = Σ x_i / X = 1.
    counts, reference = (pd.Series(column) for column in zip(*pairs, strict=True))
    assume(counts.sum() > 0)
    quotient = location_quotient(counts, reference=reference)
    assert np.average(quotient, weights=reference) == pytest.approx(1, abs=1e-9)


def test_any_sequence_of_amounts_will_do_but_no_frame():
    values = [20, 50, 20, 10]
    for measure in (gini, herfindahl):
        assert measure(values) == measure(np.array(values)) == measure(pd.Series(values))
        with pytest.raises(InputError, match="expected one column of amounts, found a DataFrame"):
            measure(pd.DataFrame({"a": values}))
