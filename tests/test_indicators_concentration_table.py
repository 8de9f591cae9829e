"""The tidy table of concentration: each figure is its measure, and what chance gives is beside."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ptce_geo.errors import InputError, MissingColumnError
from ptce_geo.indicators.concentration import equivalent_number, herfindahl, hoover, top_share
from ptce_geo.indicators.concentration_table import TABLE_COLUMNS, concentration_table
from ptce_geo.indicators.counts import count_members
from ptce_geo.indicators.inequality import gini, theil
from ptce_geo.indicators.specialisation import location_quotient_interval, locational_gini
from ptce_geo.territories import territory_table

CODES = [*["42218"] * 6, "42207", "69123", "69123", "01053", "2A004"]
SECTORS = [*["culture"] * 4, *["recyclage"] * 5, "culture", None]


@pytest.fixture(scope="module")
def members():
    communes = territory_table().loc[CODES]
    return pd.DataFrame(
        {
            "code_commune": CODES,
            "code_epci": communes["code_epci"].to_numpy(),
            "code_departement": communes["code_departement"].to_numpy(),
            "code_region": communes["code_region"].to_numpy(),
            "sector": SECTORS,
            "geocode_status": [*["accepted"] * 10, "review"],
        }
    )


def figures(table, level, group=""):
    rows = table[(table["level"] == level) & (table["group"] == group) & (table["territory"] == "")]
    return rows.set_index("indicator")


def test_each_figure_is_that_of_its_measure(members):
    table = concentration_table(members, levels=["departement"], draws=0)
    assert list(table.columns) == list(TABLE_COLUMNS)
    counts = count_members(members, level="departement")
    people = territory_table("departement")["population"]
    assert figures(table, "departement")["value"].to_dict() == pytest.approx(
        {
            "gini": gini(counts),
            "herfindahl": herfindahl(counts),
            "equivalent_number": equivalent_number(counts),
            "top_share": top_share(counts),
            "hoover": hoover(counts, reference=people),
            "locational_gini": locational_gini(counts, reference=people),
            "theil_t": theil(counts, weights=people),
        }
    )
    # 7 in the Loire, 2 in the Rhône, 1 in the Ain: 49 + 4 + 1 hundredths.
    assert figures(table, "departement").loc["herfindahl", "value"] == pytest.approx(0.54)
    assert figures(table, "departement")["n"].unique().tolist() == [10]
    assert table.attrs["members_set_aside"] == {"review": 1}


def test_the_quotients_of_the_territories_that_hold_members(members):
    table = concentration_table(members, levels=["departement"], draws=0)
    quotients = table[table["indicator"] == "location_quotient"].set_index("territory")
    assert quotients["n"].to_dict() == {"01": 1, "42": 7, "69": 2}
    people = territory_table("departement")["population"]
    counts = count_members(members, level="departement")
    wanted = location_quotient_interval(counts, reference=people).loc[["01", "42", "69"]]
    assert quotients[["value", "low", "high"]].to_numpy() == pytest.approx(
        wanted[["value", "low", "high"]].to_numpy()
    )
    assert (quotients["low"] < quotients["value"]).all()
    # Of 10 members 0.1 is expected in each of a hundred départements.
    assert quotients["flag"].unique().tolist() == ["small_number"]


def test_by_sector_each_group_is_measured_as_if_alone(members):
    table = concentration_table(members, levels=["epci", "region"], by="sector", draws=0)
    culture = members[members["sector"] == "culture"]
    alone = concentration_table(culture, levels=["epci", "region"], draws=0)
    for level in ("epci", "region"):
        assert figures(table, level, "culture")["value"].to_dict() == pytest.approx(
            figures(alone, level)["value"].to_dict()
        )
    assert table.attrs["members_set_aside"] == {"review": 1}
    assert sorted(table["group"].unique()) == ["culture", "recyclage"]


def test_what_falls_at_random_is_within_chance():
    departements = territory_table("departement")
    share = departements["population"] / departements["population"].sum()
    rng = np.random.default_rng(11)
    flags = []
    for seed in range(12):
        fallen = rng.choice(share.index, size=150, p=share)
        members = pd.DataFrame({"code_departement": fallen})
        table = concentration_table(members, levels=["departement"], seed=seed)
        flags += figures(table, "departement")["flag"].tolist()
    # 84 flags of which 5 % are expected outside; they go together within a table.
    assert flags.count("within_chance") >= 65
    together = pd.DataFrame({"code_departement": ["42"] * 50 + ["69"] * 100})
    table = figures(concentration_table(together, levels=["departement"]), "departement")
    assert table.loc["gini", "flag"] == table.loc["theil_t", "flag"] == "above_chance"
    assert table.loc["equivalent_number", "flag"] == "below_chance"
    assert (table["chance_low"] <= table["chance_high"]).all()


def test_the_same_seed_gives_the_same_table(members):
    one, other = (concentration_table(members, levels=["region"], seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)
    changed = concentration_table(members, levels=["region"], seed=5)
    assert not one["chance_low"].equals(changed["chance_low"])
    pd.testing.assert_series_equal(one["value"], changed["value"])


def test_a_reference_of_its_own_is_summed_to_each_level(members):
    establishments = territory_table()["population"].rename("establishments") * 0.0
    establishments[["42218", "69123", "01053"]] = [60, 30, 10]
    table = concentration_table(
        members, reference=establishments[establishments > 0], levels=["departement"], draws=0
    )
    quotients = table[table["indicator"] == "location_quotient"].set_index("territory")["value"]
    # 7 of 10 members over 60 of 100 establishments.
    assert quotients.to_dict() == pytest.approx({"42": 7 / 6, "69": 2 / 3, "01": 1.0})
    assert figures(table, "departement").loc["hoover", "value"] == pytest.approx(0.1)


def test_the_study_area_bounds_the_figures(members):
    table = concentration_table(members, levels=["commune"], departements=["42"], draws=0)
    assert figures(table, "commune")["n"].unique().tolist() == [7]
    assert table.attrs["members_set_aside"] == {"outside the study area": 3, "review": 1}


def test_no_member_leaves_every_figure_undefined(members):
    table = concentration_table(members[:0], levels=["region"])
    assert table["value"].isna().all()
    assert table["flag"].unique().tolist() == ["undefined"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"reference": pd.Series({"42218": -1.0})}, "expected numbers of at least 0"),
        ({"reference": pd.Series({"42218": np.nan})}, "expected numbers of at least 0"),
        ({"reference": pd.Series({"14712X": 3.0})}, "14712X is no commune of 2026; bring it"),
        ({"reference": pd.Series({"42218": 0.0})}, "adds up to 0 over the study area"),
        ({"draws": -1}, "draws= is a number of at least 0"),
        (
            {"by": "geocode_status", "departements": ["75"]},
            "none of those counted has a geocode_st",
        ),
        ({"confidence": 1.0}, "confidence= lies between 0 and 1"),
    ],
)
def test_bad_input_is_told_in_one_line(members, asked, said):
    with pytest.raises(InputError, match=said) as raised:
        concentration_table(members, levels=["region"], **asked)
    assert "\n" not in str(raised.value)


def test_members_that_are_not_attached(members):
    with pytest.raises(MissingColumnError, match="no column code_region"):
        concentration_table(members.drop(columns="code_region"), levels=["region"])
    with pytest.raises(MissingColumnError, match="no column branch"):
        concentration_table(members, levels=["region"], by="branch")
