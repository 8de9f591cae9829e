"""What a study may publish: no amount of a structure, and nothing that gives one back."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from ptce_geo.indicators import pole_summary
from ptce_geo.indicators.published import PUBLIC_COLUMNS, published
from ptce_geo.indicators.tables import economic_weights

SHARES = ("share_fte_pole", "share_fte_pole_low", "share_fte_pole_high")


def listed(**poles):
    """Members of poles by their (fte, fte_pole)."""
    rows = [(pole, *amounts) for pole, its in poles.items() for amounts in its]
    frame = pd.DataFrame(rows, columns=["pole_id", "fte", "fte_pole"])
    return gpd.GeoDataFrame(
        frame.assign(
            pole_name=frame["pole_id"],
            member_name=[f"m{row}" for row in range(len(frame))],
            member_kind="SARL",
            code_commune="42218",
            code_epci="244200770",
            code_departement="42",
            code_region="84",
        ),
        geometry=gpd.points_from_xy([4.39] * len(frame), [45.44] * len(frame)),
        crs=4326,
    )


def tables_of(members):
    return {"poles": pole_summary(members), "economic_weight": economic_weights(members)}


def totals(members):
    return published(members, tables_of(members)).tables["poles"]["fte"].to_dict()


@pytest.fixture(scope="module")
def four_poles():
    # a and b are of four and five alike; c of two structures; d of three, one with 90 of 100.
    return listed(
        a=[(10, 1), (11, 2), (12, 1), (13, 2)],
        b=[(20, 2), (21, 2), (22, 2), (23, 2), (24, 3)],
        c=[(5, 1), (6, 1)],
        d=[(90, 3), (6, 2), (4, 2)],
    )


def test_two_structures_and_one_that_dominates_are_secret(four_poles):
    found = published(four_poles, tables_of(four_poles))
    # c: 2 of them; d: 90 of 100 is over 85 %. As two are hidden, the total does not give one back;
    # but of the invested FTE (6, 11, 2, 7; 26 in all) only that of c is, and a hides it.
    fte = found.tables["poles"]["fte"].to_dict()
    assert fte == {"a": "secret", "b": 110.0, "c": "secret", "d": "secret"}
    of_fte = found.log[found.log["measure"] == "fte"].set_index("pole_id")["rule"].to_dict()
    assert of_fte == {"c": "minimum", "d": "dominance", "a": "complementary"}


def test_a_share_is_a_whole_percent_and_has_bounds_from_ten_answers_on(four_poles):
    found = published(four_poles, tables_of(four_poles)).tables["poles"]
    assert found["share_fte_pole"].to_dict() == {
        "a": "secret", "b": 0.1, "c": "secret", "d": "secret",
    }  # fmt: skip
    # b: 11 of 110, of five answers: its bounds would be ratios of single structures.
    assert (found[["share_fte_pole_low", "share_fte_pole_high"]] == "secret").all(axis=None)


def test_the_figures_of_all_poles_stand(four_poles):
    plain = tables_of(four_poles)["economic_weight"].query("measure == 'fte'").iloc[0]
    found = published(four_poles, tables_of(four_poles)).tables["economic_weight"]
    both, *poles = found.query("measure == 'fte'").itertuples()
    assert both.total == 46 + 110 + 11 + 100
    assert both.share == 0.1  # 26 / 267
    assert (both.part, both.whole) == ("secret", "secret")
    # Bounds outside those computed, to whole percents.
    assert both.low <= plain["low"] < plain["high"] <= both.high
    assert both.high - both.low <= plain["high"] - plain["low"] + 0.02
    c = poles[2]
    assert (c.pole_id, c.answers) == ("c", 2)  # how many answered is not secret
    assert (c.total, c.whole, c.part, c.share, c.low, c.high) == ("secret",) * 6


def test_one_secret_pole_takes_another_with_it():
    members = listed(a=[(10, 1)] * 4, b=[(3, 1)] * 3, c=[(5, 1), (6, 1)])
    # c alone would be 60 - 40 - 9; b is the least that hides it.
    assert totals(members) == {"a": 40.0, "b": "secret", "c": "secret"}


def test_poles_that_share_a_structure_tell_no_sum_of_their_own():
    members = listed(a=[(9, 1)] * 4, b=[(9, 1)] * 5, c=[(7, 1)] * 4)
    members.loc[[0, 4], "member_name"] = "in both"
    # a + b - what both hold would be the one in both.
    found = published(members, tables_of(members))
    assert found.tables["poles"]["fte"].to_dict() == {"a": "secret", "b": "secret", "c": 28.0}
    assert found.tables["economic_weight"]["total"].iloc[0] == 9 * 8 + 28
    assert ("a, b", "shared") in set(found.log[["pole_id", "rule"]].itertuples(index=False))


def test_a_pole_that_holds_all_of_the_other_may_tell_its_sum():
    members = listed(a=[(9, 1)] * 5, b=[(9, 1)] * 2, c=[(7, 1)] * 4)
    members.loc[5:6, "member_name"] = ["m0", "m1"]
    assert totals(members) == {"a": 45.0, "b": "secret", "c": 28.0}


def test_an_enterprise_is_one_by_its_siren_or_its_name():
    members = listed(a=[(9, 1)] * 3, b=[(9, 1)] * 3, c=[(7, 3)] * 9, d=[(2, 1)] * 9)
    members["siret"] = None
    members.loc[:2, "siret"] = ["73282932000074", "73282932000066", "73282932000058"]
    members.loc[4, "member_name"] = members.loc[5, "member_name"].upper()
    members.loc[4, "code_commune"] = "69123"
    # a is one enterprise and b two; d keeps the one in a from computing b.
    assert totals(members) == {"a": "secret", "b": "secret", "c": 63.0, "d": "secret"}


def test_a_structure_listed_again_counts_once():
    # 90 of 98; the five rows of 5 are one structure.
    members = listed(a=[(90, 1), *[(5, 1)] * 5, (3, 1)], b=[(7, 1)] * 9, c=[(8, 1)] * 9)
    members.loc[1:5, "member_name"] = "again"
    assert totals(members)["a"] == "secret"


def test_those_that_gave_nothing_are_no_cover_for_the_others():
    assert (
        totals(listed(a=[(0, 0), (3, 1), (5, 2)], b=[(7, 1)] * 9, c=[(8, 1)] * 9))["a"] == "secret"
    )


@pytest.mark.parametrize("part", [0, 9])
def test_a_share_of_none_or_all_would_tell_of_each(part):
    members = listed(a=[(9, part)] * 12, b=[(7, 1)] * 12)
    found = published(members, tables_of(members)).tables["poles"]
    assert found["fte"].to_dict() == {"a": 108.0, "b": 84.0}
    assert found["share_fte_pole"].to_dict() == {"a": "secret", "b": 0.14}


def test_a_pole_may_be_called_total_and_ids_be_numbers():
    members = listed(total=[(10, 1)] * 4, b=[(3, 1)] * 2, c=[(5, 1)] * 3)
    assert totals(members) == {"total": 40.0, "b": "secret", "c": "secret"}
    members["pole_id"] = members["pole_id"].map({"total": 1, "b": 2, "c": 3})
    assert totals(members) == {1: 40.0, 2: "secret", 3: "secret"}


def test_no_amount_of_a_structure_is_written_and_columns_that_may_hold_anything_are_left_out(
    four_poles,
):
    members = four_poles.assign(
        email="x@y.fr", turnover=np.where(four_poles.index == 0, 9.5, np.nan)
    )
    found = published(members, {})
    assert found.columns_left_out == ["email"]
    assert set(found.members.columns) <= PUBLIC_COLUMNS | {"fte", "fte_pole", "turnover"}
    assert (found.members[["fte", "fte_pole"]] == "secret").all(axis=None)
    # What was not given is not secret but unknown.
    assert found.members["turnover"].tolist()[:2] == ["secret", pytest.approx(np.nan, nan_ok=True)]
    assert members.loc[0, "turnover"] == 9.5  # a copy


def test_remarks_on_amounts_and_foreign_columns_are_not_published(four_poles):
    remarks = pd.DataFrame({"column": ["fte", "email", "city", None], "value": list("abcd")})
    found = published(four_poles, {"problems": remarks}).tables["problems"]
    assert found["value"].tolist() == ["c", "d"]


def test_nothing_given_nothing_secret():
    members = listed(a=[(np.nan, np.nan)] * 3)
    found = published(members, tables_of(members))
    assert found.log.empty
    assert found.tables["poles"]["fte"].isna().all()
    told, weight = (its["economic_weight"] for its in (found.tables, tables_of(members)))
    pd.testing.assert_frame_equal(told, weight)


def test_of_a_measure_that_nobody_answered_the_sums_say_so_beside_secret_ones():
    """How many answered is published: a sum of none of them tells nothing more."""
    members = listed(a=[(10, np.nan)] * 4, b=[(5, 1)] * 4, c=[(7, 1)] * 2)
    weights = published(members, tables_of(members)).tables["economic_weight"]
    told = weights.set_index(["measure", "pole_id"])
    assert told.loc[("fte", "a"), ["answers", "part", "whole"]].tolist() == [0, 0, 0]
    assert told.loc[("turnover", ""), ["answers", "part", "whole"]].tolist() == [0, 0, 0]
    assert told.loc["turnover"][["total", "share", "low", "high"]].isna().all(axis=None)
    answered = told[told["answers"] > 0]
    assert len(answered) == 3  # all, b and c
    assert (answered[["part", "whole"]] == "secret").all(axis=None)


def test_that_all_gave_nothing_is_not_told_by_a_missing_share():
    members = listed(a=[(0, 0)] * 4, b=[(9, 2)] * 4, c=[(np.nan, np.nan)] * 2)
    composition = pd.DataFrame({"share_fte_commune": [np.nan, 0.5, np.nan]}, index=["a", "b", "c"])
    tables = {**tables_of(members), "composition": composition}
    assert np.isnan(tables["poles"].loc["a", "share_fte_pole"])  # 0 / 0
    found = published(members, tables).tables
    assert found["poles"].loc["a", ["fte", *SHARES]].tolist() == ["secret"] * 4
    weight = found["economic_weight"].query("measure == 'fte' and pole_id == 'a'")
    assert (weight[["share", "low", "high"]] == "secret").all(axis=None)
    assert found["composition"]["share_fte_commune"].tolist()[:2] == ["secret", "secret"]
    assert found["composition"]["share_fte_commune"].isna().tolist() == [False, False, True]


def test_amounts_without_the_part_of_the_pole():
    members = listed(a=[(10, np.nan)] * 4, b=[(5, np.nan)] * 2, c=[(7, np.nan)] * 3)
    found = published(members, tables_of(members)).tables
    assert found["poles"]["fte"].to_dict() == {"a": 40.0, "b": "secret", "c": "secret"}
    assert found["poles"]["share_fte_pole"].isna().all()


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_no_amount_is_given_back_by_what_is_published(random):
    """What a reader can compute: each structure's FTE and each secret sum stays wide open."""
    names = [f"s{number}" for number in range(random.randint(3, 22))]
    fte = {name: random.randint(1, 40) for name in names}
    rows = []
    for name in names:
        for pole in random.sample("pqrst", random.choice([1, 1, 1, 1, 2])):
            rows.append(
                (pole, name, fte[name], random.choice([None, random.randint(0, fte[name])]))
            )
    columns = ["pole_id", "member_name", "fte", "fte_pole"]
    members = pd.DataFrame(rows, columns=columns).assign(code_commune="42218")
    weights = published(members, {"economic_weight": economic_weights(members)}).tables
    told = weights["economic_weight"].query("measure == 'fte'").set_index("pole_id")
    held = members.groupby("pole_id")["member_name"].agg(set).to_dict() | {"": set(names)}
    sums = {pole: np.isin(names, list(its)).astype(float) for pole, its in held.items()}
    known = [pole for pole in told.index if told.loc[pole, "total"] != "secret"]
    published_sums = np.array([sums[pole] for pole in known]).reshape(-1, len(names))
    values = [told.loc[pole, "total"] for pole in known]

    def bounds(aim):
        found = [
            linprog(sign * aim, A_eq=published_sums, b_eq=values) if known else None
            for sign in (1, -1)
        ]
        if not known or found[1].status == 3:
            return 0, np.inf
        return found[0].fun, -found[1].fun

    for position in range(len(names)):
        low, high = bounds(np.eye(len(names))[position])
        assert high - low > 0.5
    for pole in told.index.difference(known):
        low, high = bounds(sums[pole])
        true = sum(fte[name] for name in held[pole])
        assert low <= true - 0.05 * true
        # A pole is no larger than one that is told and holds all of it; the reader knows no more.
        within = [
            sums[one] @ list(fte.values()) for one in known if one and held[pole] <= held[one]
        ]
        assert high == pytest.approx(min(within)) if within else high >= true + 0.05 * true
    answered = told["answers"] > 0
    assert (told.loc[answered, ["whole", "part"]] == "secret").all(axis=None)
    assert (told.loc[~answered, ["whole", "part"]] == 0).all(axis=None)
