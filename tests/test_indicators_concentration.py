"""Herfindahl, Hoover, Krugman, top shares, levels: against R, by hand, by their properties."""

import functools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ptce_geo.errors import DuplicateIdError, InputError, UnknownTerritoryError
from ptce_geo.indicators.concentration import (
    at_levels,
    equivalent_number,
    herfindahl,
    hoover,
    krugman_concentration,
    top_share,
)
from ptce_geo.indicators.inequality import gini, lorenz_curve, theil, theil_decomposition
from ptce_geo.indicators.specialisation import krugman_specialisation, location_quotient
from ptce_geo.territories import territory_table

counts_of_territories = st.lists(st.integers(0, 10**6), min_size=1, max_size=30)
measures = pytest.mark.parametrize("measure", [herfindahl, equivalent_number, hoover, top_share])


def test_herfindahl_as_r_reat():
    # R REAT herf(c(20, 50, 20, 10)).
    values = pd.Series([20, 50, 20, 10])
    assert herfindahl(values) == pytest.approx(0.34, abs=1e-9)
    assert herfindahl(values, normalised=True) == pytest.approx(0.12, abs=1e-9)
    assert equivalent_number(values) == pytest.approx(2.941176471, abs=1e-9)


def test_hoover_as_r_econgeo():
    # R EconGeo Hoover.index, which prints percent.
    values, reference = pd.Series([0, 10, 10, 30, 50]), pd.Series([10, 15, 20, 25, 30])
    assert hoover(values, reference=reference) == pytest.approx(0.25, abs=1e-12)


def test_all_in_one_of_four_territories_and_evenly_spread():
    one, even = pd.Series([0, 0, 8, 0]), pd.Series([3, 3, 3, 3])
    assert herfindahl(one) == herfindahl(one, normalised=True) == equivalent_number(one) == 1
    assert hoover(one) == 0.75
    assert top_share(one) == 0.4  # a tenth of four territories is 0.4 of the first
    assert top_share(one, top=1) == 1
    assert herfindahl(even) == 0.25
    assert herfindahl(even, normalised=True) == hoover(even) == 0
    assert equivalent_number(even) == 4
    assert top_share(even, top=0.3) == 0.3


@given(counts_of_territories, st.floats(0.001, 1000), st.floats(0.01, 1), st.randoms())
def test_bounds_and_invariance_to_order_and_scale(values, scale, top, random):
    assume(sum(values) > 0)
    series, n = pd.Series(values), len(values)
    assert 1 / n - 1e-12 <= herfindahl(series) <= 1 + 1e-12
    assert 1 - 1e-9 <= equivalent_number(series) <= n + 1e-9
    assert -1e-12 <= hoover(series) <= 1 - 1 / n + 1e-12
    assert top - 1e-9 <= top_share(series, top=top) <= 1 + 1e-12
    if n > 1:
        assert -1e-9 <= herfindahl(series, normalised=True) <= 1 + 1e-9
    shuffled = pd.Series(random.sample(values, n)) * scale
    for measure in (herfindahl, equivalent_number, hoover, functools.partial(top_share, top=top)):
        assert measure(shuffled) == pytest.approx(measure(series), rel=1e-9, abs=1e-9)


@given(counts_of_territories, st.data())
def test_hoover_is_the_widest_gap_below_the_lorenz_curve(values, data):
    weights = data.draw(st.lists(st.integers(1, 1000), min_size=len(values), max_size=len(values)))
    assume(sum(values) > 0)
    curve = lorenz_curve(values, weights=pd.Series(weights))
    gap = (curve["share_weights"] - curve["share_values"]).max()
    assert hoover(values, reference=pd.Series(weights)) == pytest.approx(gap, abs=1e-12)


@given(counts_of_territories, st.floats(0.01, 1), st.integers(1, 40))
def test_top_share_is_read_off_the_lorenz_curve(values, top, number):
    assume(sum(values) > 0)
    curve = lorenz_curve(values)
    for asked, share in ((top, top), (number, min(number / len(values), 1))):
        below = np.interp(1 - share, curve["share_weights"], curve["share_values"])
        assert top_share(values, top=asked) == pytest.approx(1 - below, abs=1e-9)


def test_top_share_counts_a_fraction_of_a_territory():
    # 0.3 of five is one and a half: 6 and half of 2, of 10. Whole numbers are territories.
    values = pd.Series([1, 6, 2, 1, 0])
    assert top_share(values, top=0.3) == pytest.approx(0.7, abs=1e-15)
    assert top_share(values, top=2) == top_share(values, top=np.int64(2)) == pytest.approx(0.8)
    assert top_share(values, top=9) == top_share(values, top=1.0) == pytest.approx(1, abs=1e-15)
    for top in (0, 0.0, -1, 1.5, math.nan, True):
        with pytest.raises(InputError, match=f"top: .* found {top}"):
            top_share(values, top=top)


@measures
def test_each_column_of_a_frame_is_measured(measure):
    rng = np.random.default_rng(2)
    table = pd.DataFrame(rng.poisson(2, (40, 3)), columns=["a", "b", "c"])
    table["nothing"] = 0
    expected = {name: measure(column) for name, column in table.items()}
    pd.testing.assert_series_equal(
        measure(table), pd.Series(expected, name=measure.__name__), rtol=1e-13
    )
    assert math.isnan(expected["nothing"])


@measures
def test_undefined_is_nan(measure):
    assert math.isnan(measure(pd.Series([0, 0])))
    assert math.isnan(measure(pd.Series([], dtype="float64")))
    assert math.isnan(herfindahl(pd.Series([5]), normalised=True))
    assert math.isnan(hoover([1, 2], reference=pd.Series([0, 0])))
    assert isinstance(measure(pd.Series([1, 2])), float)
    assert measure([20, 50]) == measure(np.array([20, 50])) == measure(pd.Series([20, 50]))


@measures
@pytest.mark.parametrize("bad", [-1, math.nan, math.inf])
def test_negative_missing_and_infinite_values_are_refused(measure, bad):
    wrong, right = pd.Series({"A": 1.0, "B": bad}), pd.Series({"A": 1, "B": 2})
    message = f"expected numbers of at least 0, found {float(bad)} for B"
    with pytest.raises(InputError, match=f"values: {message}"):
        measure(wrong)
    with pytest.raises(InputError, match=f"values: crafts: {message}"):
        measure(pd.DataFrame({"trade": right, "crafts": wrong}))
    with pytest.raises(InputError, match=f"reference: {message}"):
        hoover(right, reference=wrong)


def test_krugman_concentration_by_hand_and_across():
    # A holds 4 of 6 crafts, none of the trade, and half of all.
    matrix = pd.DataFrame({"crafts": [4, 2], "trade": [0, 2], "none": [0, 0]}, index=["A", "B"])
    found = krugman_concentration(matrix)
    assert found.to_dict() == pytest.approx(
        {"crafts": 1 / 3, "trade": 1, "none": math.nan}, abs=1e-15, nan_ok=True
    )
    population = pd.Series({"B": 0, "A": 7})
    against = krugman_concentration(matrix, reference=population)
    assert against.to_dict() == pytest.approx(
        {"crafts": 2 / 3, "trade": 2, "none": math.nan}, nan_ok=True
    )
    half = hoover(matrix, reference=population)
    pd.testing.assert_series_equal(against / 2, half, check_names=False)
    with pytest.raises(InputError, match="matrix: expected a DataFrame"):
        krugman_concentration(matrix["crafts"])
    with pytest.raises(InputError, match="in one of the two only: B"):
        krugman_concentration(matrix, reference=pd.Series({"A": 1}))


@given(st.lists(st.lists(st.integers(0, 100), min_size=3, max_size=3), min_size=1, max_size=12))
def test_krugman_measures_sectors_as_it_does_territories(rows):
    matrix = pd.DataFrame(rows)
    pd.testing.assert_series_equal(
        krugman_concentration(matrix),
        krugman_specialisation(matrix.T),
        check_names=False,
        check_index_type=False,
    )


# Levels


@pytest.fixture(scope="module")
def communes():
    return territory_table("commune")


@pytest.fixture(scope="module")
def counts(communes):
    rng = np.random.default_rng(3)
    some = communes.sample(2000, random_state=4).index
    return pd.DataFrame(rng.poisson(1.5, (2000, 2)), index=some, columns=["crafts", "trade"])


def test_each_level_is_measured_over_all_of_its_territories(communes, counts):
    levels = ["commune", "epci", "departement", "region"]
    found = at_levels(gini, counts["crafts"], levels=levels)
    assert (found.name, found.index.name, found.index.to_list()) == ("gini", "level", levels)
    for level in levels:
        parents = communes["code_" + level] if level != "commune" else communes.index
        sums = dict.fromkeys(territory_table(level).index, 0)
        for code, number in counts["crafts"].items():
            parent = code if level == "commune" else parents[code]
            if parent in sums:
                sums[parent] += number
        assert found[level] == pytest.approx(gini(list(sums.values())), abs=1e-12)


def test_levels_of_columns_with_a_reference(communes, counts):
    levels, population = ("departement", "region"), communes["population"]
    found = at_levels(hoover, counts, levels=levels, reference=population)
    assert found.columns.equals(counts.columns)
    weighted = at_levels(theil, counts["trade"], levels=levels, weights=population)
    for level in levels:
        parents = communes["code_" + level]
        sums = counts.groupby(parents[counts.index]).sum().reindex(parents.unique(), fill_value=0)
        people = population.groupby(parents).sum()
        pd.testing.assert_series_equal(
            found.loc[level], hoover(sums, reference=people), check_names=False
        )
        assert weighted[level] == pytest.approx(theil(sums["trade"], weights=people), abs=1e-12)


def test_theil_by_departement_is_the_between_of_communes(communes, counts):
    # Coarser levels hide inequality: what is lost is what lies within.
    population = communes["population"]
    whole = counts["crafts"].reindex(communes.index, fill_value=0)
    split = theil_decomposition(whole, parents=communes["code_departement"], weights=population)
    levels = ["commune", "departement"]
    found = at_levels(theil, counts["crafts"], levels=levels, weights=population)
    assert found["departement"] == pytest.approx(split.between, abs=1e-12)
    assert found["commune"] == pytest.approx(split.total, abs=1e-12)


def test_study_area_and_what_is_set_aside(communes):
    # Ajaccio and Bastia in Corsica, Lyon elsewhere; the island of Sein is in no EPCI.
    counts = pd.Series({"2A004": 1.5, "2B033": 1, "69123": 4, "29083": 2})
    assert communes.loc["29083", ["nom"]].to_list() == ["Île-de-Sein"]
    levels = ["epci", "departement"]
    found = at_levels(gini, counts, levels=levels, departements=["2A", "2B"])
    assert found["departement"] == pytest.approx(0.1, abs=1e-15)  # 1.5 and 1
    assert found.attrs == {"amount_set_aside": {"epci": 6, "departement": 6}}
    assert at_levels(gini, counts, levels=levels).attrs == {"amount_set_aside": {"epci": 2}}
    normalised = functools.partial(gini, normalised=True)
    found = at_levels(normalised, counts, levels=levels, departements=["2A", "2B"])
    assert found.name == "value"
    assert found["departement"] == pytest.approx(0.2, abs=1e-15)


def test_levels_refuse_what_they_cannot_measure():
    counts = pd.Series({"2A004": 1, "2B033": 1})
    with pytest.raises(InputError, match=r"counts: 99999 is no commune of \d+; .* convert_codes"):
        at_levels(gini, pd.Series({"99999": 1}), levels=["region"])
    with pytest.raises(InputError, match="reference: 99999 is no commune"):
        at_levels(hoover, counts, levels=["region"], reference=pd.Series({"99999": 1}))
    with pytest.raises(InputError, match=r"counts: .* found -1 for 2A004"):
        at_levels(gini, -counts, levels=["region"])
    with pytest.raises(InputError, match=r"weights: .* found nan for 2A004, nan for 2B033"):
        at_levels(gini, counts, levels=["region"], weights=counts * math.nan)
    with pytest.raises(DuplicateIdError, match="counts: code must be unique; 2A004"):
        at_levels(gini, pd.Series([1, 1], index=["2A004", "2A004"]), levels=["region"])
    with pytest.raises(InputError, match="arrondissement_municipal is not made of communes"):
        at_levels(gini, counts, levels=["arrondissement_municipal"])
    with pytest.raises(UnknownTerritoryError, match="canton"):
        at_levels(gini, counts, levels=["canton"])
    for measured in (counts, counts.to_frame("crafts")):
        with pytest.raises(InputError, match="measure: expected one number for each column"):
            at_levels(location_quotient, measured, levels=["region"], reference=counts)
