"""What a study may publish: no amount of a structure, and nothing that gives one back."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from ptce_geo.indicators import economic_weight, pole_summary
from ptce_geo.indicators.published import PUBLIC_COLUMNS, published

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
    together = economic_weight(members).reset_index().assign(pole_id="")
    apart = economic_weight(members, by="pole_id").reset_index()
    return {
        "poles": pole_summary(members),
        "economic_weight": pd.concat([together, apart], ignore_index=True)[apart.columns],
    }


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
    fte = found.tables["poles"]["fte"]
    # c: 2 of them; d: 90 of 100 is over 85 %. As two are hidden, the total does not give one back.
    assert fte.to_dict() == {"a": 46.0, "b": 110.0, "c": "secret", "d": "secret"}
    log = found.tables["secret"]
    of_fte = log[log["table"] == "fte"].set_index("pole_id")["rule"]
    assert of_fte.to_dict() == {"c": "minimum", "d": "dominance"}


def test_a_share_is_secret_with_either_of_its_sides(four_poles):
    found = published(four_poles, tables_of(four_poles)).tables["poles"]
    # Of the parts (6, 11, 2, 7; 26 in all) that of c is secret, and a hides it at the least loss;
    # the whole of d is secret.
    for share in SHARES:
        assert found.index[found[share] == "secret"].to_list() == ["a", "c", "d"]
    assert found.loc["b", "share_fte_pole"] == pytest.approx(11 / 110)


def test_the_figures_of_all_poles_stand(four_poles):
    found = published(four_poles, tables_of(four_poles)).tables["economic_weight"]
    both = found[(found["pole_id"] == "") & (found["measure"] == "fte")].iloc[0]
    assert both["total"] == 46 + 110 + 11 + 100
    assert both["share"] == pytest.approx(26 / 267)
    c = found[(found["pole_id"] == "c") & (found["measure"] == "fte")].iloc[0]
    assert c[["total", "whole", "part", "share", "low", "high"]].tolist() == ["secret"] * 6
    assert c["answers"] == 2  # how many answered is not secret


def test_one_secret_pole_takes_another_with_it():
    members = listed(a=[(10, 1)] * 4, b=[(3, 1)] * 3, c=[(5, 1), (6, 1)])
    fte = published(members, tables_of(members)).tables["poles"]["fte"]
    # c alone would be 60 - 40 - 9; b is the least that hides it.
    assert fte.to_dict() == {"a": 40.0, "b": "secret", "c": "secret"}


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
    assert found.tables["secret"].empty
    assert found.tables["poles"]["fte"].isna().all()


def test_amounts_without_the_part_of_the_pole():
    members = listed(a=[(10, np.nan)] * 4, b=[(5, np.nan)] * 2, c=[(7, np.nan)] * 3)
    found = published(members, tables_of(members)).tables
    assert found["poles"]["fte"].to_dict() == {"a": 40.0, "b": "secret", "c": "secret"}
    assert found["poles"]["share_fte_pole"].isna().all()


AMOUNT = st.integers(1, 40)


@settings(max_examples=15)
@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.lists(
            AMOUNT.flatmap(lambda a: st.tuples(st.just(a), st.integers(0, a))),
            min_size=1,
            max_size=6,
        ),
        min_size=2,
    )
)
def test_no_secret_sum_is_given_back_by_what_is_published(poles):
    members = listed(**poles)
    weight = published(members, tables_of(members)).tables["economic_weight"]
    weight = weight[weight["measure"] == "fte"].set_index("pole_id")
    for column in ("total", "whole", "part"):
        told = weight[column]
        hidden = told[told == "secret"].index.drop("", errors="ignore")
        if told[""] == "secret":
            continue
        rest = told[""] - pd.to_numeric(told.drop(["", *hidden])).sum()
        for position in range(len(hidden)):
            aim = np.eye(len(hidden))[position]
            low, high = (
                linprog(sign * aim, A_eq=np.ones((1, len(hidden))), b_eq=[rest]).fun * sign
                for sign in (1, -1)
            )
            assert high - low > 1e-6 or rest == 0
    # A pole of fewer than three answers is never told.
    few = weight.drop("")["total_answers"] < 3
    assert (weight.drop("").loc[few, "total"] == "secret").all()
