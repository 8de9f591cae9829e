"""Location quotients, locational Gini, Krugman, stars: against R, by hand, by their properties."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from ptce_geo.errors import DuplicateIdError, InputError
from ptce_geo.indicators.inequality import gini
from ptce_geo.indicators.specialisation import (
    concentration_stars,
    krugman_specialisation,
    location_quotient,
    location_quotient_interval,
    locational_gini,
)

# Regions × sectors, the matrix of the examples of R EconGeo 2.
REGION_BY_SECTOR = pd.DataFrame(
    [
        [100, 0, 0, 0, 0],
        [0, 15, 5, 70, 10],
        [0, 20, 10, 20, 50],
        [0, 25, 30, 5, 40],
        [0, 40, 55, 5, 0],
    ],
    index=[f"region {i}" for i in range(1, 6)],
    columns=list("ABCDE"),
)
counts_of_territories = st.lists(st.integers(0, 10**6), min_size=1, max_size=30)
# A count and a reference for each territory.
counts_and_reference = st.lists(
    st.tuples(st.integers(0, 1000), st.integers(1, 10**6)), min_size=1, max_size=30
)
matrices = (
    st.integers(1, 5)
    .flatmap(
        lambda sectors: st.lists(
            st.lists(st.integers(0, 100), min_size=sectors, max_size=sectors),
            min_size=1,
            max_size=12,
        )
    )
    .map(lambda rows: pd.DataFrame(rows, index=[f"{i:05}" for i in range(len(rows))]))
)


def test_location_quotient_as_r_reat():
    # R REAT locq(1714, 79006, 879213, 15593224): one region, and the rest of the country.
    counts = pd.Series({"region": 1714, "rest": 879_213 - 1714})
    reference = pd.Series({"region": 79_006, "rest": 15_593_224 - 79_006})
    quotient = location_quotient(counts, reference=reference)
    assert quotient["region"] == pytest.approx(0.3847623423, abs=1e-9)


def test_location_quotient_as_r_econgeo():
    # R EconGeo location.quotient: from the margins of the matrix.
    quotients = location_quotient(REGION_BY_SECTOR)
    assert quotients.loc["region 2"].to_list() == pytest.approx(
        [0, 0.75, 0.25, 3.5, 0.5], abs=1e-12
    )
    assert quotients.loc["region 5"].to_list() == pytest.approx([0, 2, 2.75, 0.25, 0], abs=1e-12)


def test_each_sector_against_its_own_reference():
    # As a Series does, sector by sector, whatever the order of rows and columns.
    totals = REGION_BY_SECTOR.sum(axis=1)
    wider = REGION_BY_SECTOR * [1, 2, 3, 4, 5] + np.arange(5)[:, None]
    by_total = location_quotient(REGION_BY_SECTOR, reference=totals[::-1])
    by_sector = location_quotient(REGION_BY_SECTOR, reference=wider.iloc[::-1, ::-1])
    for found, reference in ((by_total, dict.fromkeys("ABCDE", totals)), (by_sector, wider)):
        expected = pd.DataFrame(
            {
                sector: location_quotient(counts, reference=reference[sector])
                for sector, counts in REGION_BY_SECTOR.items()
            }
        )
        pd.testing.assert_frame_equal(found, expected, rtol=1e-14)
    pd.testing.assert_frame_equal(by_total, location_quotient(REGION_BY_SECTOR), rtol=1e-14)


def test_a_territory_or_sector_with_nothing_has_no_quotient():
    # B holds nothing, nobody is in trade. A: all of the crafts, all of everything.
    matrix = pd.DataFrame({"crafts": [2, 0], "trade": [0, 0]}, index=["A", "B"])
    expected = pd.DataFrame({"crafts": [1, math.nan], "trade": math.nan}, index=["A", "B"])
    pd.testing.assert_frame_equal(location_quotient(matrix), expected)


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
    with pytest.raises(InputError, match="a Series needs a reference="):
        location_quotient(counts)
    with pytest.raises(
        InputError, match=r"reference: expected a Series, or each column .* found y"
    ):
        location_quotient(pd.DataFrame({"x": counts}), reference=pd.DataFrame({"y": counts}))
    with pytest.raises(InputError, match="reference: expected a Series"):
        location_quotient(counts, reference=pd.DataFrame({"y": counts}))


@pytest.mark.parametrize("bad", [-1, math.nan, math.inf])
@pytest.mark.parametrize(
    "measure", [location_quotient, location_quotient_interval, locational_gini]
)
def test_negative_missing_and_infinite_values_are_refused(measure, bad):
    wrong, right = pd.Series({"A": 1.0, "B": bad}), pd.Series({"A": 1, "B": 2})
    message = f"expected numbers of at least 0, found {float(bad)} for B"
    with pytest.raises(InputError, match=message):
        measure(wrong, reference=right)
    with pytest.raises(InputError, match=f"reference: {message}"):
        measure(right, reference=wrong)


@given(counts_of_territories, st.floats(0.001, 1000))
def test_location_quotient_of_the_reference_against_itself_is_one(values, scale):
    assume(sum(values) > 0)
    reference = pd.Series(values)
    quotient = location_quotient(reference * scale, reference=reference)
    assert quotient[reference > 0].to_numpy() == pytest.approx(1, abs=1e-9)
    assert quotient[reference == 0].isna().all()


@given(counts_and_reference)
def test_location_quotients_average_to_one_over_the_reference(pairs):
    # Σ (r_i / R) LQ_i = Σ x_i / X = 1.
    counts, reference = (pd.Series(column) for column in zip(*pairs, strict=True))
    assume(counts.sum() > 0)
    quotient = location_quotient(counts, reference=reference)
    assert np.average(quotient, weights=reference) == pytest.approx(1, abs=1e-9)


# The interval of a location quotient


@given(counts_and_reference, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_interval_is_where_the_tails_of_the_poisson_law_are_equal(pairs, confidence):
    counts, reference = (pd.Series(column) for column in zip(*pairs, strict=True))
    assume(counts.sum() > 0)
    table = location_quotient_interval(counts, reference=reference, confidence=confidence)
    assert table["value"].to_list() == location_quotient(counts, reference=reference).to_list()
    assert table["expected"].sum() == pytest.approx(counts.sum(), rel=1e-12)
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] < table["high"]).all()
    # With a mean at the lower end, x or more has this probability; at the upper end, x or less.
    tail = (1 - confidence) / 2
    low, high = table["low"] * table["expected"], table["high"] * table["expected"]
    assert stats.poisson.cdf(counts, high) == pytest.approx(tail, rel=1e-8)
    some = counts > 0
    assert stats.poisson.sf(counts[some] - 1, low[some]) == pytest.approx(tail, rel=1e-8)
    assert (low[~some] == 0).all()
    # Garwood's quantiles of the chi-squared law.
    assert high.to_numpy() == pytest.approx(stats.chi2.isf(tail, 2 * counts + 2) / 2, rel=1e-12)
    assert low[some].to_numpy() == pytest.approx(stats.chi2.ppf(tail, 2 * counts[some]) / 2)


def test_interval_covers_at_least_as_often_as_it_says():
    # One territory of two, 7.3 expected: which of the counts 0…60 give an interval that holds 1?
    counts = np.arange(61)
    upper = stats.chi2.isf(0.05, 2 * counts + 2) / 2
    covered = 0.0
    for count in counts:
        rest = 1000 - count
        table = location_quotient_interval(
            pd.Series({"A": count, "B": rest}),
            reference=pd.Series({"A": 7.3, "B": 992.7}),
            confidence=0.9,
        )
        low, high = table.loc["A", ["low", "high"]]
        assert high == pytest.approx(upper[count] / 7.3, rel=1e-12)
        covered += stats.poisson.pmf(count, 7.3) * (low <= 1 <= high)
    assert 0.9 <= covered < 1


def test_interval_flags():
    # Of 12, A expects 6, B 5, C 1, D 0: D, where nobody lives, has no quotient.
    counts = pd.Series({"A": 6, "B": 4, "C": 1, "D": 1})
    reference = pd.Series({"D": 0, "C": 1, "B": 5, "A": 6})
    table = location_quotient_interval(counts, reference=reference)
    assert table["flag"].to_list() == ["", "", "small_number", "undefined"]
    assert table["expected"].to_list() == [6, 5, 1, 0]
    assert table.loc["D", ["value", "low", "high"]].isna().all()
    more = location_quotient_interval(counts, reference=reference, small=5.5)
    assert more["flag"].to_list() == ["", "small_number", "small_number", "undefined"]
    nothing = location_quotient_interval(counts * 0, reference=reference)
    assert (nothing["flag"] == "undefined").all()
    assert nothing[["value", "low", "high"]].isna().all(axis=None)


def test_interval_refuses_amounts_that_are_no_counts():
    reference = pd.Series({"A": 1, "B": 2})
    with pytest.raises(InputError, match=r"counts: .* whole numbers of things, found 0.5 for B"):
        location_quotient_interval(pd.Series({"A": 1, "B": 0.5}), reference=reference)
    with pytest.raises(InputError, match="counts: expected one column of amounts"):
        location_quotient_interval(reference.to_frame(), reference=reference)
    for confidence in (0, 1, 95, math.nan):
        with pytest.raises(InputError, match=f"confidence: .* found {confidence}"):
            location_quotient_interval(reference, reference=reference, confidence=confidence)


# The locational Gini


def test_locational_gini_as_r_reat():
    # R REAT gini.conc.
    values = pd.Series([500, 500, 1000, 7000, 1000])
    reference = pd.Series([20000, 15000, 20000, 40000, 5000])
    assert locational_gini(values, reference=reference) == pytest.approx(0.4068965517, abs=1e-9)


@given(counts_and_reference, st.randoms())
def test_locational_gini_is_the_gini_of_the_location_quotients(pairs, random):
    counts, reference = (pd.Series(column) for column in zip(*pairs, strict=True))
    assume(counts.sum() > 0)
    found = locational_gini(counts, reference=reference)
    quotients = location_quotient(counts, reference=reference)
    assert found == pytest.approx(gini(quotients), abs=1e-12)
    assert -1e-12 <= found <= 1 - 1 / len(counts) + 1e-12
    assert locational_gini(reference, reference=reference) == pytest.approx(0, abs=1e-12)
    shuffled = counts.loc[random.sample(list(counts.index), len(counts))] * 3
    assert locational_gini(shuffled, reference=reference) == pytest.approx(found, abs=1e-12)


def test_locational_gini_where_there_is_no_reference():
    # D has neither: left out, as if it were not there. C holds one of `more` without reference.
    table = pd.DataFrame({"some": [3, 1, 0, 0], "more": [3, 1, 1, 0], "none": 0}, list("ABCD"))
    found = locational_gini(table, reference=pd.Series({"D": 0, "C": 0, "B": 1, "A": 1}))
    assert found.name == "locational_gini"
    assert found.to_dict() == pytest.approx(
        {"some": 0.25, "more": math.nan, "none": math.nan}, nan_ok=True
    )
    assert math.isnan(locational_gini([0, 0], reference=pd.Series([0, 0])))
    with pytest.raises(InputError, match="reference: expected one column of amounts"):
        locational_gini(table, reference=table)


# Krugman


def test_krugman_specialisation_as_r_reat_and_econgeo():
    # R REAT krugman.spec: nothing in common.
    pair = pd.DataFrame([[20, 10, 70, 0, 0]], index=["region"], columns=list("ABCDE"))
    reference = pd.Series([40, 60, 0, 0, 0], index=list("EDCBA"))
    assert krugman_specialisation(pair, reference=reference).to_list() == [2.0]
    # R EconGeo Krugman.index: against the whole.
    found = krugman_specialisation(REGION_BY_SECTOR)
    assert found.index.equals(REGION_BY_SECTOR.index)
    assert found.to_list() == pytest.approx([1.6, 1.0, 0.6, 0.7, 1.1], abs=1e-12)


@given(matrices, st.floats(0.001, 1000))
def test_krugman_specialisation_by_loops(matrix, scale):
    found = krugman_specialisation(matrix * scale)
    total = matrix.to_numpy().sum()
    for code, row in matrix.iterrows():
        if row.sum() == 0:
            assert math.isnan(found[code])
            continue
        gaps = [abs(row[j] / row.sum() - matrix[j].sum() / total) for j in matrix.columns]
        assert found[code] == pytest.approx(sum(gaps), abs=1e-9)
        assert -1e-12 <= found[code] <= 2 + 1e-12
    as_the_whole = krugman_specialisation(matrix, reference=matrix.sum())
    pd.testing.assert_series_equal(found, as_the_whole, rtol=1e-9, atol=1e-9)


def test_krugman_specialisation_refuses_what_does_not_match():
    with pytest.raises(InputError, match=r"matrix: expected a DataFrame, .* found a Series"):
        krugman_specialisation(REGION_BY_SECTOR["A"])
    with pytest.raises(InputError, match="without sector"):
        krugman_specialisation(REGION_BY_SECTOR[[]])
    with pytest.raises(InputError, match=r"matrix: A: .* found -1 for region 1"):
        krugman_specialisation(REGION_BY_SECTOR.replace(100, -1))
    with pytest.raises(InputError, match="in one of the two only: A, F"):
        krugman_specialisation(REGION_BY_SECTOR, reference=pd.Series(1, index=list("BCDEF")))
    nothing = krugman_specialisation(
        REGION_BY_SECTOR, reference=pd.Series(0, index=REGION_BY_SECTOR.columns)
    )
    assert nothing.isna().all()


# Stars


def test_stars_by_hand():
    # Ten territories, so the top tenth is one. All have 100 in all; 40 of 1,000 are in crafts.
    # A: 20, the largest, LQ 5. B: 10, second, LQ 2.5. C: 8, LQ 2 exactly. D: 2, LQ 0.5.
    crafts = pd.Series([20, 10, 8, 2, 0, 0, 0, 0, 0, 0], index=list("ABCDEFGHIJ"))
    totals = pd.Series(100, index=list("JIHGFEDCBA"))
    table = concentration_stars(crafts.to_frame("crafts"), reference=totals)
    assert table.columns.to_list() == [
        "territory", "sector", "size", "specialisation", "focus", "stars",
    ]  # fmt: skip
    assert table["territory"].to_list() == crafts.index.to_list()
    assert table["stars"].to_list() == [3, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    assert table["specialisation"].to_list() == [True] * 3 + [False] * 7
    stricter = concentration_stars(crafts.to_frame("crafts"), reference=totals, lq=2.4, top=0.2)
    assert stricter["stars"].to_list() == [3, 3, 0, 0, 0, 0, 0, 0, 0, 0]
    # A is small now, and lives on crafts: LQ (20 / 40) / (25 / 925); B is 100 of 925.
    totals["A"] = 25
    focused = concentration_stars(crafts.to_frame("crafts"), reference=totals, top=0.1)
    assert focused.loc[0, ["size", "specialisation", "focus"]].all()
    # H: 30 in 3,000 is the largest and neither special nor focused.
    crafts["H"], totals["H"] = 30, 3000
    large = concentration_stars(crafts.to_frame("crafts"), reference=totals).set_index("territory")
    flags = large.loc[["A", "H"], ["size", "specialisation", "focus"]].to_numpy().tolist()
    assert flags == [[False, True, True], [True, False, False]]


def test_the_threshold_is_met_exactly():
    # 99 of 1,794 for 20,471 of 556,439 is a quotient of 1.5, in floats a digit less.
    matrix = pd.DataFrame({"crafts": [99, 1794 - 99]}, index=["A", "B"])
    reference = pd.Series({"A": 20471, "B": 556439 - 20471})
    assert location_quotient(matrix, reference=reference).loc["A", "crafts"] < 1.5
    table = concentration_stars(matrix, reference=reference, lq=1.5)
    assert table["specialisation"].to_list() == [True, False]


@given(matrices, st.sampled_from([0.1, 0.3, 1]), st.sampled_from([0.5, 1, 2]))
def test_stars_by_loops(matrix, top, lq):
    table = concentration_stars(matrix, top=top, lq=lq).set_index(["territory", "sector"])
    assert len(table) == matrix.size
    places = {0.1: -(-len(matrix) // 10), 0.3: -(-3 * len(matrix) // 10), 1: len(matrix)}[top]
    own, all_ = matrix.sum(axis=1), matrix.to_numpy().sum()
    for (territory, sector), row in table.iterrows():
        x, total = matrix.loc[territory, sector], matrix[sector].sum()
        assert row["size"] == (x > 0 and (matrix[sector] > x).sum() < places)
        assert row["specialisation"] == (x > 0 and x * all_ >= lq * total * own[territory])
        focus = (matrix[sector] * own[territory] > x * own).sum()
        assert row["focus"] == (x > 0 and focus < places)
        assert row["stars"] == row["size"] + row["specialisation"] + row["focus"]


def test_stars_of_nothing_and_bad_input():
    nothing = concentration_stars(REGION_BY_SECTOR * 0)
    assert (nothing["stars"] == 0).all()
    assert concentration_stars(REGION_BY_SECTOR[:0]).empty
    for top in (0, 1.1, 10):
        with pytest.raises(InputError, match=f"top: .* found {top}"):
            concentration_stars(REGION_BY_SECTOR, top=top)
    with pytest.raises(InputError, match="matrix: expected a DataFrame"):
        concentration_stars(REGION_BY_SECTOR["A"])
    with pytest.raises(InputError, match="counts and reference: the indexes differ"):
        concentration_stars(REGION_BY_SECTOR, reference=pd.Series({"region 1": 1}))
