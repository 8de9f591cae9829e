"""Latent poles: planted concentrations, the rule of coverage, and what a row says."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo.errors import InputError, MissingColumnError
from ptce_geo.indicators.clusters import latent_poles
from ptce_geo.territories import territory_table

COLUMNS = [
    *("nom", "centre", "radius_km", "territories", "establishments", "expected"),
    *("relative_risk", "p_value", "method", "population", "share_covered"),
    *("territory_codes", "commune_codes"),
]


def zones(**population):
    """Return zones on a line, 0.1° of longitude (7.7 km) apart."""
    return pd.DataFrame(
        {
            "longitude": 3 + 0.1 * np.arange(len(population)),
            "latitude": 46.5,
            "population": list(population.values()),
            "nom": [f"Zone {code}" for code in population],
        },
        index=list(population),
    )


def rows(**counts):
    return pd.DataFrame({"code_zone": np.repeat(list(counts), list(counts.values()))})


def find(establishments, poles, territories, **options):
    return latent_poles(
        establishments,
        poles,
        level="zone",
        territories=territories,
        **{"replicates": 99, "seed": 1, **options},
    )


def test_by_hand():
    # 60 establishments for 1,000 inhabitants: 6 expected in A, B, C each. A has a pole.
    # B: 22 found, (22/6) / (38/54) = 5.21 times the risk. C: 5 found, no excess.
    area = zones(A=100, B=100, C=100, D=700)
    found = find(rows(A=20, B=22, C=5, D=13), rows(A=1), area)
    assert found.columns.to_list() == COLUMNS
    assert found.index.to_list() == [1]
    row = found.loc[1]
    assert (row["nom"], row["centre"], row["radius_km"]) == ("Zone B", "B", 0)
    assert (row["establishments"], row["expected"]) == (22, pytest.approx(6, abs=1e-12))
    assert row["relative_risk"] == pytest.approx((22 / 6) / (38 / 54), abs=1e-12)
    assert (row["territories"], row["population"], row["share_covered"]) == (1, 100, 0)
    assert row["territory_codes"] == row["commune_codes"] == "B"
    assert (row["p_value"], row["method"]) == (0.01, "monte_carlo_rank")
    assert found.attrs["territories_covered"] == 1
    assert found.attrs["members_counted"] == 60
    # With a pole in B too, nothing is left that stands out.
    nothing = find(rows(A=20, B=22, C=5, D=13), rows(A=1, B=1), area)
    assert nothing.empty
    assert nothing.columns.to_list() == COLUMNS


def test_a_covered_town_does_not_carry_its_surroundings_along():
    # B is dense and covered; A and C round it hold exactly what is expected of them: 250
    # establishments for 1,000 inhabitants, 25 each.
    area = zones(A=100, B=100, C=100, D=700)
    ess = rows(A=25, B=100, C=25, D=100)
    assert find(ess, rows(B=1), area).empty
    # Nor do they stand out against what is left without B, 150 for 900 inhabitants: 16.7 each.
    uncovered = find(rows(A=25, C=25, D=100), rows(A=0), area.drop(index="B"))
    assert uncovered["territory_codes"].to_list() == ["A C"]


def test_the_ring_round_a_pole_says_so():
    # A, C have an excess, B between them a pole: of 30 + 40 + 30 in the circle, 40 are covered.
    area = zones(A=100, B=100, C=100, D=2000)
    found = find(rows(A=30, B=40, C=30, D=100), rows(B=1), area)
    assert found["territory_codes"].to_list() == ["A C"]
    row = found.loc[1]
    assert (row["establishments"], row["territories"], row["population"]) == (60, 2, 200)
    assert row["share_covered"] == pytest.approx(40 / 100, abs=1e-12)
    assert row["radius_km"] == pytest.approx(15.3, abs=0.1)


def test_the_rule_of_coverage():
    area = zones(A=100, B=100, C=100, D=700)
    ess = rows(A=20, B=22, C=5, D=13)
    poles = gpd.GeoDataFrame(rows(A=1), geometry=gpd.points_from_xy([3.0], [46.5]), crs="EPSG:4326")
    # B lies 7.7 km from the member in A.
    assert find(ess, poles, area, within_km=5)["centre"].to_list() == ["B"]
    assert find(ess, poles, area, within_km=10).attrs["territories_covered"] == 2
    assert find(ess, poles, area, within_km=10).empty
    # Two members are asked for, or the member is yet to be reviewed: A is not covered.
    assert find(ess, poles, area, minimum=2)["territory_codes"].to_list() == ["A B"]
    doubtful = poles.assign(geocode_status="review")
    for options in ({}, {"within_km": 10}):
        assert find(ess, doubtful, area, **options)["territory_codes"].to_list() == ["A B"]


def test_counts_in_a_column_and_a_reference():
    area = zones(A=100, B=100, C=100, D=700)
    ess, poles = rows(A=20, B=22, C=5, D=13), rows(A=1)
    table = ess.value_counts().rename("number").reset_index()
    pd.testing.assert_frame_equal(find(table, poles, area, count="number"), find(ess, poles, area))
    # Where B holds that share of all establishments, nothing is latent there.
    every = pd.Series({"D": 130, "C": 50, "B": 220, "A": 200})
    assert find(ess, poles, area, reference=every).empty


def test_no_establishment_that_is_not_accepted_counts():
    area = zones(A=100, B=100, C=100, D=700)
    ess = rows(A=20, B=22, C=5, D=13)
    ess["geocode_status"] = ["accepted" if code != "B" else "review" for code in ess["code_zone"]]
    found = find(ess, rows(A=1), area)
    assert found.empty
    assert found.attrs["members_set_aside"] == {"review": 22}


@given(seed=st.integers(0, 10**6), covered=st.integers(0, 15))
@settings(max_examples=15, deadline=None)
def test_concentrations_add_up(seed, covered):
    random = np.random.default_rng(seed)
    area = zones(**{f"z{code:02d}": n for code, n in enumerate(random.integers(50, 500, 15))})
    counts = pd.Series(random.negative_binomial(1, 0.1, 15), area.index)
    counts.iloc[0] += 1
    poles = pd.DataFrame({"code_zone": area.index[random.permutation(15)[:covered]]})
    found = find(rows(**counts), poles, area, replicates=19, alpha=1.0)
    assert found.attrs["territories_covered"] == covered
    codes = [code for text in found["territory_codes"] for code in text.split()]
    assert len(codes) == len(set(codes)) == found["territories"].sum()
    assert not set(codes) & set(poles["code_zone"])
    for _, row in found.iterrows():
        inside = row["territory_codes"].split()
        assert row["establishments"] == counts[inside].sum()
        assert row["population"] == area.loc[inside, "population"].sum()
        assert row["expected"] == pytest.approx(
            counts.sum() * row["population"] / area["population"].sum()
        )
        assert row["relative_risk"] > 1 or math.isnan(row["relative_risk"])
        assert row["radius_km"] <= 30
        assert 0 <= row["share_covered"] <= 1
    again = find(rows(**counts), poles, area[::-1], replicates=19, alpha=1.0)
    pd.testing.assert_frame_equal(found, again)


def test_planted_in_the_embedded_france():
    # Drôme and Ille-et-Vilaine: 300 establishments too many in Die and in Redon, a pole in Redon.
    communes = territory_table("commune", departements=["26", "35"])
    random = np.random.default_rng(0)
    shares = communes["population"] / communes["population"].sum()
    codes = [*random.choice(communes.index, 4000, p=shares), *["26113"] * 300, *["35236"] * 300]
    ess, poles = pd.DataFrame({"code_commune": codes}), pd.DataFrame({"code_commune": ["35236"]})
    options = {"departements": ["26", "35"], "replicates": 99, "seed": 1}

    for level in ("epci", "commune"):
        found = latent_poles(ess, poles, level=level, **options)
        assert "26113" in found.loc[1, "commune_codes"].split()
        assert not any("35236" in text.split() for text in found["commune_codes"])
        assert found.loc[1, "p_value"] == 0.01
    assert found.loc[1, "nom"] == "Die"

    epci = communes.loc["26113", "code_epci"]
    by_epci = latent_poles(ess, poles, level="epci", **options)
    inside = territory_table("commune").query("code_epci == @epci")
    assert by_epci.loc[1, "centre"] == epci
    assert by_epci.loc[1, "commune_codes"].split() == inside.index.to_list()
    without = latent_poles(ess, poles[:0], level="epci", **options)
    assert communes.loc["35236", "code_epci"] in " ".join(without["territory_codes"])


def test_the_point_of_an_epci_is_where_its_inhabitants_live_on_average():
    # Too many in Die and in Crest, of neighbouring EPCI: the radius is the distance of the means.
    communes = territory_table("commune", departements=["26"])
    codes = [*communes.index.repeat(communes["population"] // 200), *["26113", "26108"] * 400]
    found = latent_poles(
        pd.DataFrame({"code_commune": codes}),
        pd.DataFrame({"code_commune": []}, dtype="str"),
        departements=["26"],
        max_radius_km=50,
        replicates=19,
        seed=1,
    )
    pair = found.loc[1, "territory_codes"].split()
    assert pair == sorted(communes.loc[["26113", "26108"], "code_epci"])
    every = territory_table("commune")
    means = []
    for code in pair:
        part = every[every["code_epci"] == code]
        metric = gpd.GeoSeries.from_xy(part["longitude"], part["latitude"], crs=4326).to_crs(2154)
        means.append(np.average([metric.x, metric.y], axis=1, weights=part["population"]))
    distance = math.dist(*means) / 1000
    assert found.loc[1, "radius_km"] == pytest.approx(distance, abs=2e-6)


def test_bad_input_is_refused():
    area = zones(A=100, B=100)
    ess, poles = rows(A=3, B=1), rows(A=1)
    for options, message in (
        ({"minimum": 0}, "minimum: expected at least 1 member, found 0"),
        ({"within_km": 0}, "within_km: expected km above 0, or None, found 0"),
        ({"alpha": 0}, "alpha: expected a p-value above 0 and up to 1, found 0"),
        ({"max_radius_km": -1}, "max_radius_km: expected km above 0"),
        ({"reference": pd.Series({"A": 1})}, "in one of the two only: B"),
    ):
        with pytest.raises(InputError, match=message):
            find(ess, poles, area, **options)
    with pytest.raises(InputError, match="expected whole numbers in jobs"):
        find(ess.assign(jobs=0.5), poles, area, count="jobs")
    with pytest.raises(InputError, match="at least 0, found -1 for 0"):
        find(ess.assign(jobs=-1), poles, area, count="jobs")
    with pytest.raises(InputError, match="code_zone Z is no zone"):
        find(rows(A=1, Z=1), poles, area)
    with pytest.raises(InputError, match="expected at least one case"):
        find(ess[:0], poles, area)
    with pytest.raises(MissingColumnError, match="poles: no points"):
        find(ess, poles, area, within_km=10)
    with pytest.raises(MissingColumnError, match="no column code_zone"):
        find(ess.rename(columns={"code_zone": "zone"}), poles, area)
    with pytest.raises(MissingColumnError, match="establishments: no column jobs"):
        find(ess, poles, area, count="jobs")
    with pytest.raises(MissingColumnError, match="territories: no column population"):
        find(ess, poles, area.drop(columns="population"))
