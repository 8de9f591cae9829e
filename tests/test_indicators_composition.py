"""Composition of poles: five kinds and two poles by hand, and a slow reading of the rule."""

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo.errors import DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators.composition import pole_composition
from ptce_geo.indicators.member_kinds import member_kind
from ptce_geo.schema import FAMILIES, family_column

COUNTS = [family_column(family) for family in FAMILIES]
NAMED = ("ess_enterprise", "other_enterprise", "local_authority")
LINKED = ("research", "higher_education", "training")


def listed(**poles):
    rows = [(pole, kind) for pole, kinds in poles.items() for kind in kinds]
    return pd.DataFrame(rows, columns=["pole_id", "member_kind"], dtype="str")


def test_two_poles_by_hand():
    members = listed(
        p=["association", "SCIC", "SARL", "commune", "université", None],
        q=["association", "association", "EPCI", None],
    )
    found = pole_composition(members)
    p, q = found.loc["p"], found.loc["q"]
    # ESS, other enterprises, authorities, research, higher education, training, other, unknown.
    assert p[COUNTS].to_list() == [2, 1, 1, 0, 1, 0, 0, 1]
    assert q[COUNTS].to_list() == [2, 0, 1, 0, 0, 0, 0, 1]
    assert p[["members", "members_known"]].to_list() == [6, 5]
    assert p["article_9_present"] == (
        "ess_enterprise, other_enterprise, local_authority, higher_education"
    )
    assert p["article_9_missing"] == "research, training"
    assert q["article_9_present"] == "ess_enterprise, local_authority"
    assert q["article_9_missing"] == "other_enterprise, research, higher_education, training"
    # p: shares 2/5, 1/5, 1/5, 1/5. q: 2/3, 1/3.
    assert p["blau"] == pytest.approx(1 - (4 + 1 + 1 + 1) / 25)
    assert p["shannon"] == pytest.approx(0.4 * math.log(5 / 2) + 0.6 * math.log(5))
    assert q["blau"] == pytest.approx(4 / 9)
    assert q["shannon"] == pytest.approx(2 / 3 * math.log(3 / 2) + 1 / 3 * math.log(3))
    # p joins an enterprise, an authority and a university; 2 of the 3 known of q are enterprises.
    assert found["pole_type"].to_list() == ["multi_stakeholder", "entrepreneurial"]
    assert found.attrs == {"members_counted": 10, "members_set_aside": {}}


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["association"], "entrepreneurial"),
        (["association", "commune"], "entrepreneurial"),  # just half
        (["association", "commune", "EPCI"], None),  # below half, no knowledge
        (["réseau", "fédération", "association", "SARL"], "inter_network"),
        (["réseau", "association", "SARL"], "entrepreneurial"),  # one network only
        (["réseau", "réseau", "commune", "SARL", "GRETA"], "multi_stakeholder"),
        (["commune", "université"], None),  # no enterprise
        (["association", None], "entrepreneurial"),  # half is known
        (["association", None, None], None),  # below half
        ([None], None),
    ],
)
def test_types_by_hand(kinds, expected):
    found = pole_composition(listed(p=kinds)).loc["p", "pole_type"]
    assert pd.isna(found) if expected is None else found == expected


def test_poles_without_members_and_members_without_a_pole():
    members = listed(p=["SARL"], lost=["commune"])
    members.loc[1, "pole_id"] = None
    poles = pd.DataFrame({"pole_id": ["z", "p"]})
    found = pole_composition(members, poles=poles)
    assert found.index.to_list() == ["z", "p"]
    assert found.loc["z", ["members", "members_known", *COUNTS]].eq(0).all()
    told = ["shannon", "blau", "pole_type", "article_9_present", "article_9_missing"]
    assert found.loc["z", told].isna().all()
    assert found.loc["p", ["shannon", "blau"]].to_list() == [0, 0]
    assert found.attrs == {"members_counted": 1, "members_set_aside": {"without pole_id": 1}}
    assert pole_composition(members.head(0)).empty
    # Placed or not, a member is a member.
    unplaced = members.assign(geocode_status="rejected")
    pd.testing.assert_frame_equal(pole_composition(unplaced, poles=poles), found)


def slow_row(kinds):
    """One row by plain loops, from the kinds and families of the members of one pole."""
    families = Counter(family for _, family in kinds)
    known = [family for _, family in kinds if family != "unknown"]
    shannon = blau = math.nan
    if known:
        shares = [known.count(family) / len(known) for family in set(known)]
        shannon, blau = -sum(s * math.log(s) for s in shares), 1 - sum(s * s for s in shares)
    enterprises = families["ess_enterprise"] + families["other_enterprise"]
    kind = None
    if known and len(known) >= len(kinds) / 2:
        if enterprises and families["local_authority"] and any(families[f] for f in LINKED):
            kind = "multi_stakeholder"
        elif sum(one == "network" for one, _ in kinds) > 1:
            kind = "inter_network"
        elif enterprises >= len(known) / 2:
            kind = "entrepreneurial"
    there = [family for family in (*NAMED, *LINKED) if families[family]]
    return {
        **{family_column(family): families[family] for family in FAMILIES},
        "article_9_present": ", ".join(there) if known else None,
        "shannon": shannon,
        "blau": blau,
        "pole_type": kind,
    }


KINDS = [None, "association", "SARL", "commune", "laboratoire", "université", "GRETA", "réseau"]


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from(["p", "q"]), st.sampled_from(KINDS)), min_size=1, max_size=14
    )
)
def test_against_plain_loops_and_what_must_hold(rows):
    members = pd.DataFrame(rows, columns=["pole_id", "member_kind"], dtype="str")
    found = pole_composition(members)
    told = member_kind(members)
    for pole in found.index:
        its = told[members["pole_id"] == pole]
        expected = slow_row(list(zip(its["kind"], its["family"], strict=True)))
        for column, value in expected.items():
            if value is None:
                assert pd.isna(found.loc[pole, column])
            elif isinstance(value, float):
                assert found.loc[pole, column] == pytest.approx(value, abs=1e-12, nan_ok=True)
            else:
                assert found.loc[pole, column] == value
    assert found["members"].sum() == len(members)
    assert (found[COUNTS].sum(axis="columns") == found["members"]).all()
    known = found["members_known"] > 0
    assert found.loc[known, "shannon"].between(0, math.log(7) + 1e-12).all()
    assert found.loc[known, "blau"].between(0, 1 - 1 / 7 + 1e-12).all()
    both = found["article_9_present"] + ", " + found["article_9_missing"]
    assert all(set(one.strip(", ").split(", ")) == {*NAMED, *LINKED} for one in both[known])
    # Nothing known, nothing told.
    for column in ("article_9_present", "article_9_missing"):
        assert (found[column].isna() == ~known).all()
    # The order of the list does not count.
    pd.testing.assert_frame_equal(pole_composition(members[::-1]), found)


def test_an_even_mix_is_the_most_diverse():
    kinds = ["association", "SARL", "commune", "laboratoire", "université", "GRETA", "réseau"]
    found = pole_composition(listed(p=kinds)).loc["p"]
    np.testing.assert_allclose(found[["shannon", "blau"]].astype("float64"), [math.log(7), 6 / 7])


def test_bad_input():
    members = listed(p=["SARL"])
    with pytest.raises(
        MissingColumnError, match=r"^members: no column pole_id; found member_kind$"
    ):
        pole_composition(members.drop(columns="pole_id"))
    with pytest.raises(
        MissingColumnError, match=r"^members: no column that tells the kind; found "
    ):
        pole_composition(members.drop(columns="member_kind"))
    with pytest.raises(InputError, match=r"^poles: 1 rows have no pole_id; fill it$"):
        pole_composition(members, poles=pd.DataFrame({"pole_id": ["p", None]}))
    with pytest.raises(
        DuplicateIdError, match=r"^poles: pole_id must be unique; p stand more than once$"
    ):
        pole_composition(members, poles=pd.DataFrame({"pole_id": ["p", "p"]}))
