"""Ellison–Glaeser and Litzenberger: against R, by every possible throw, by their properties."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptce_geo.errors import DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators.agglomeration import ellison_glaeser, litzenberger_index

# The example of R REAT ellison.a.
PLANTS = pd.DataFrame(
    {
        "territory": ["Wien"] * 5 + ["Linz"] * 4 + ["Graz"],
        "size": [200, 650, 12000, 100, 50, 16000, 13000, 1500, 1500, 25000],
    }
)
REGIONS = pd.Series({"Graz": 100_000, "Linz": 400_000, "Wien": 500_000})


def test_ellison_glaeser_as_r_reat():
    found = ellison_glaeser(PLANTS, reference=REGIONS)
    assert found.gamma == pytest.approx(0.05990628412, abs=1e-8)
    assert found.g == pytest.approx(0.1681632653, abs=1e-8)
    assert found.herfindahl == pytest.approx(0.2446887755, abs=1e-8)
    assert found.z == pytest.approx(0.195900197, abs=1e-8)
    assert found.n == 10


@pytest.mark.parametrize("sizes", [[1, 1], [5, 3, 1, 1], [4, 2, 2, 1, 1]])
def test_over_every_throw_of_the_dart_gamma_is_0_and_z_standardised(sizes):
    # Each plant falls on A, B or C with probability p, all throws enumerated.
    reference = pd.Series({"A": 5, "B": 3, "C": 2})
    throws = list(itertools.product("ABC", repeat=len(sizes)))
    found = [
        ellison_glaeser(pd.DataFrame({"territory": throw, "size": sizes}), reference=reference)
        for throw in throws
    ]
    odds = [math.prod(reference[code] / 10 for code in throw) for throw in throws]
    assert np.average([one.gamma for one in found], weights=odds) == pytest.approx(0, abs=1e-12)
    z = np.array([one.z for one in found])
    assert np.average(z, weights=odds) == pytest.approx(0, abs=1e-12)
    assert np.average(z**2, weights=odds) == pytest.approx(1, abs=1e-12)


@given(
    st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(1, 1000)), min_size=2, max_size=20),
    st.floats(0.001, 1000),
    st.randoms(),
)
def test_scale_and_order_do_not_matter(rows, scale, random):
    reference = pd.Series({"A": 1, "B": 2, "C": 3, "D": 0.5})
    plants = pd.DataFrame(rows, columns=["code_epci", "fte"])
    first, second = (
        ellison_glaeser(table, reference=base, territory="code_epci", size="fte")
        for table, base in (
            (plants, reference),
            (
                plants.sample(frac=1, random_state=random.randrange(99)).assign(
                    fte=lambda table: table["fte"] * scale
                ),
                reference[::-1] * scale,
            ),
        )
    )
    for name in ("gamma", "g", "herfindahl", "z", "n"):
        assert getattr(second, name) == pytest.approx(getattr(first, name), rel=1e-7, abs=1e-9)
    # G is largest when all share D, the smallest: (1 - p_D)² plus the squares of the others.
    p = reference / reference.sum()
    free = (1 - (p**2).sum()) * (1 - first.herfindahl)
    assert first.gamma <= 1 + 2 * ((p**2).sum() - p["D"]) / free + 1e-9


def test_all_together_is_1_for_equal_plants_on_average():
    # G = Σ (s - p)² = 1 - 2 p_A + Σ p²; with p = 1/2 each it is 1/2, so gamma = 1 whatever H.
    reference = pd.Series({"A": 1, "B": 1})
    for sizes in ([1, 1], [5, 2, 1]):
        plants = pd.DataFrame({"territory": "B", "size": sizes})
        assert ellison_glaeser(plants, reference=reference).gamma == pytest.approx(1, abs=1e-15)


def test_ellison_glaeser_undefined_is_nan():
    one = ellison_glaeser(PLANTS[-1:], reference=REGIONS)
    assert (one.herfindahl, one.n) == (1, 1)
    assert math.isnan(one.gamma)
    # A plant in one of three equal territories: G is 2/3 wherever it falls.
    even = ellison_glaeser(PLANTS[-1:], reference=REGIONS * 0 + 1)
    assert even.g == pytest.approx(2 / 3, abs=1e-15)
    assert math.isnan(even.z)
    alone = ellison_glaeser(PLANTS[-1:], reference=REGIONS[["Graz"]])
    assert (alone.g, alone.herfindahl) == (0, 1)
    for plants, reference in (
        (PLANTS.assign(size=0), REGIONS),
        (PLANTS, REGIONS * 0),
        (PLANTS[:0], REGIONS),
    ):
        found = ellison_glaeser(plants, reference=reference)
        assert math.isnan(found.gamma)
        assert math.isnan(found.z)
        assert math.isnan(found.g)


def test_ellison_glaeser_refuses_what_does_not_match():
    with pytest.raises(InputError, match="plants: Graz is no territory of the reference"):
        ellison_glaeser(PLANTS, reference=REGIONS.drop("Graz"))
    with pytest.raises(InputError, match="nan is no territory of the reference"):
        ellison_glaeser(PLANTS.assign(territory=np.nan), reference=REGIONS)
    with pytest.raises(MissingColumnError, match="plants: no column fte"):
        ellison_glaeser(PLANTS, reference=REGIONS, size="fte")
    with pytest.raises(DuplicateIdError, match="reference: code must be unique; Graz"):
        ellison_glaeser(PLANTS, reference=pd.concat([REGIONS, REGIONS[["Graz"]]]))
    with pytest.raises(InputError, match=r"plants: size: .* found -200 for 0"):
        ellison_glaeser(PLANTS.replace(200, -200), reference=REGIONS)
    with pytest.raises(InputError, match=r"reference: .* found inf for Linz"):
        ellison_glaeser(PLANTS, reference=REGIONS.replace(400_000, math.inf))


# Litzenberger

TOTALS = {"employment_total": 5740, "area_total": 576, "population_total": 4621, "firms_total": 53}


def test_litzenberger_as_r_reat():
    # R REAT litzenberger(1743, 5740, 50, 576, 488, 4621, 35, 53).
    found = litzenberger_index(1743, area=50, population=488, firms=35, **TOTALS)
    assert found == pytest.approx(21.87491102, abs=1e-7)
    assert isinstance(found, float)


@given(
    st.lists(st.tuples(*(st.integers(1, 10_000) for _ in range(4))), min_size=1, max_size=8),
    st.randoms(),
)
def test_litzenberger_as_its_three_factors(rows, random):
    codes = [f"{i:02}" for i in range(len(rows))]
    table = pd.DataFrame(rows, codes, ["employment", "area", "population", "firms"])
    totals = {f"{name}_total": total for name, total in table.sum().items()}
    order = random.sample(codes, len(codes))
    found = litzenberger_index(
        table["employment"],
        area=table["area"][order],
        population=table["population"],
        firms=table["firms"][order],
        **totals,
    )
    assert found.index.to_list() == codes
    employment = table["employment"]
    whole = totals["employment_total"]
    by_area = (employment / table["area"]) / (whole / totals["area_total"])
    by_head = (employment / table["population"]) / (whole / totals["population_total"])
    by_firm = (employment / table["firms"]) / (whole / totals["firms_total"])
    expected = (by_area * by_head / by_firm).rename("litzenberger_index")
    pd.testing.assert_series_equal(found, expected, rtol=1e-12)


def test_litzenberger_of_nothing():
    # No employment, or none of the firms: 0. No area or nobody: NaN, and so is no total.
    values = {"area": 50, "population": 488, "firms": 35}
    assert litzenberger_index(0, **values, **TOTALS) == 0
    assert litzenberger_index(10, **values | {"firms": 0}, **TOTALS) == 0
    assert math.isnan(litzenberger_index(10, **values | {"area": 0}, **TOTALS))
    assert math.isnan(litzenberger_index(10, **values | {"population": 0}, **TOTALS))
    for total in TOTALS:
        assert math.isnan(litzenberger_index(10, **values, **TOTALS | {total: 0}))


def test_litzenberger_refuses_what_does_not_match():
    values = {"area": 50, "population": 488, "firms": 35}
    with pytest.raises(InputError, match=r"employment: .* found -1"):
        litzenberger_index(-1, **values, **TOTALS)
    with pytest.raises(InputError, match=r"firms_total: .* found nan"):
        litzenberger_index(10, **values, **TOTALS | {"firms_total": math.nan})
    series = {name: pd.Series({"A": value}) for name, value in values.items()}
    with pytest.raises(InputError, match="employment and area: the indexes differ"):
        litzenberger_index(pd.Series({"B": 1}), **series, **TOTALS)
    with pytest.raises(InputError, match="employment and area: the indexes differ"):
        litzenberger_index(pd.Series({"B": 1}), **values, **TOTALS)
