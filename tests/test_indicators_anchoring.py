"""Anchoring: two poles and five communes by hand, loops over dictionaries, properties."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo.errors import DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators.anchoring import pole_anchoring

# Five communes in three EPCI (E is in none) and two départements.
EPCI = {"A": "e", "B": "e", "C": "f", "D": "g", "E": None}
DEPARTEMENT = {"A": "58", "B": "58", "C": "58", "D": "18", "E": "18"}
LEVELS = ["commune", "epci", "departement"]


def attached(frame):
    """The frame with the codes of the EPCI and département of its communes."""
    commune = frame["code_commune"].astype("str")
    return frame.assign(
        code_commune=commune,
        code_epci=commune.map(EPCI).astype("str"),
        code_departement=commune.map(DEPARTEMENT).astype("str"),
    )


def member_frame(rows):
    frame = pd.DataFrame(rows, columns=["pole_id", "geocode_status", "code_commune", "fte"])
    return attached(frame.astype({"pole_id": "str", "geocode_status": "str", "fte": "float64"}))


@pytest.fixture
def members():
    return member_frame(
        [
            ("p", "accepted", "A", 6),
            ("p", "accepted", "B", 2),
            ("p", "accepted", "B", None),
            ("p", "accepted", "C", None),
            ("p", "accepted", "D", 2),
            ("p", "accepted", "E", 10),  # in no EPCI: it tells nothing at that level
            ("p", "review", "A", 50),
            ("p", "accepted", None, 30),
            ("q", "accepted", "D", None),
            ("q", "accepted", "C", 0),
            ("s", "accepted", "A", 1),  # of a pole whose seat is not known
            (None, "accepted", "A", 1),
        ]
    )


@pytest.fixture
def poles():
    return attached(
        pd.DataFrame(
            {"pole_id": ["r", "q", "p"], "code_commune": list("ADA"), "status": ["x", "x", "y"]}
        )
    )


def test_anchoring_by_hand(members, poles):
    found = pole_anchoring(members, poles, levels=LEVELS)
    assert found.index.name == "pole_id"
    assert found.index.to_list() == ["r", "q", "p", "s"]
    # A; A, B, B; A, B, B, C. FTE of the members that gave them.
    assert found.loc["p"].to_dict() == {
        "accepted": 7,
        "fte_answers": 5,
        "share_commune": 1 / 6,
        "share_fte_commune": 6 / 20,
        "share_epci": 3 / 5,
        "share_fte_epci": 8 / 10,
        "share_departement": 4 / 6,
        "share_fte_departement": 8 / 20,
    }
    # D of D and C; the FTE add up to 0.
    q = found.loc["q"]
    assert q[["accepted", "fte_answers"]].to_list() == [2, 1]
    assert q[[f"share_{level}" for level in LEVELS]].to_list() == [0.5] * 3
    assert q[[f"share_fte_{level}" for level in LEVELS]].isna().all()
    shares = found.columns.drop(["accepted", "fte_answers"])
    assert found.loc[["r", "s"], shares].isna().all(axis=None)
    assert found["accepted"].to_list() == [0, 2, 7, 1]


def test_who_is_not_counted_is_said_for_each_level(members, poles):
    found = pole_anchoring(members, poles, levels=["commune", "epci"])
    always = {"review": 1, "without pole_id": 1}
    assert found.attrs == {
        "members_set_aside": {
            "commune": always | {"without code_commune": 1, "seat without code_commune": 1},
            "epci": always | {"without code_epci": 2, "seat without code_epci": 1},
        }
    }


def test_a_zoning_that_is_not_attached_is_nan_and_said(members, poles):
    found = pole_anchoring(members, poles)
    assert found["share_zone_emploi"].isna().all()
    assert found["share_fte_zone_emploi"].isna().all()
    assert found["share_commune"].notna().any()
    reason = {"review": 1, "without pole_id": 1, "no code_zone_emploi in members": 10}
    assert found.attrs["members_set_aside"]["zone_emploi"] == reason
    zones = {"A": "8413", "B": "8413", "C": "8413", "D": "2401", "E": "2401"}
    members["code_zone_emploi"] = members["code_commune"].map(zones)
    found = pole_anchoring(members, poles)
    assert found["share_zone_emploi"].isna().all()
    assert found.attrs["members_set_aside"]["zone_emploi"]["no code_zone_emploi in poles"] == 10
    poles["code_zone_emploi"] = poles["code_commune"].map(zones)
    found = pole_anchoring(members, poles)
    # A zoning of one's own in one of the frames is known, and told to be missing in the other.
    own = pole_anchoring(members, poles.assign(code_canton="x"), levels=["canton"])
    assert own["share_canton"].isna().all()
    assert own.attrs["members_set_aside"]["canton"]["no code_canton in members"] == 10
    # Here the zones are the départements.
    assert found["share_zone_emploi"].equals(found["share_departement"].rename("share_zone_emploi"))


def test_poles_together_are_a_ratio_of_sums(members, poles):
    together = pole_anchoring(members, poles, levels=LEVELS, by=None)
    # Of the poles with a seat: A of p's six, D of q's two; 6 of 20 FTE, q's 0 among them.
    assert together.index.to_list() == ["all"]
    row = together.loc["all"]
    assert row["share_commune"] == 2 / 8
    assert row["share_fte_commune"] == 6 / 20
    assert row[["accepted", "fte_answers"]].to_list() == [10, 7]
    by_status = pole_anchoring(members, poles, levels=LEVELS, by="status")
    assert by_status.index.to_list() == ["x", "y"]
    assert by_status.index.name == "status"
    alone = pole_anchoring(members, poles, levels=LEVELS)
    np.testing.assert_array_equal(by_status, alone.loc[["q", "p"]])
    aside = by_status.attrs["members_set_aside"]["commune"]
    assert aside == {
        "review": 1,
        "without pole_id": 1,
        "without status": 1,
        "without code_commune": 1,
    }


def test_without_fte_there_are_shares_of_members_only(members, poles):
    found = pole_anchoring(members.drop(columns="fte"), poles, levels=LEVELS)
    asked = pole_anchoring(members, poles, levels=LEVELS)
    assert found["fte_answers"].eq(0).all()
    assert found.filter(like="share_fte_").isna().all(axis=None)
    for level in LEVELS:
        pd.testing.assert_series_equal(found[f"share_{level}"], asked[f"share_{level}"])


def test_without_a_status_every_member_counts(members, poles):
    found = pole_anchoring(members.drop(columns="geocode_status"), poles, levels=["commune"])
    assert found.loc["p", ["accepted", "share_commune"]].to_list() == [8, 2 / 7]


some_members = st.lists(
    st.tuples(
        st.sampled_from(["p", "q", "s", None]),
        st.sampled_from(["accepted", "accepted", "rejected"]),
        st.sampled_from([*"ABCDE", None]),
        st.one_of(st.none(), st.integers(0, 50)),
    ),
    max_size=25,
)
some_seats = st.tuples(*[st.sampled_from([*"ABCDE", None])] * 2)


@settings(max_examples=25)
@given(some_members, some_seats, st.randoms())
def test_as_loops_over_dictionaries_and_bounded(rows, seats, random):
    poles = attached(pd.DataFrame({"pole_id": ["p", "q"], "code_commune": list(seats)}))
    members = member_frame(rows)
    found = pole_anchoring(members, poles, levels=LEVELS)
    parents = {
        "commune": {code: code for code in "ABCDE"},
        "epci": EPCI,
        "departement": DEPARTEMENT,
    }
    for pole, seat in zip("pq", seats, strict=True):
        for level, parent in parents.items():
            whole, part = [0, 0], [0, 0]
            for of, status, commune, fte in rows:
                territory, home = parent.get(commune), parent.get(seat)
                if of == pole and status == "accepted" and territory and home:
                    for kind, weight in enumerate((1, fte or 0)):
                        whole[kind] += weight
                        part[kind] += weight * (territory == home)
            for kind, column in enumerate((f"share_{level}", f"share_fte_{level}")):
                expected = part[kind] / whole[kind] if whole[kind] else math.nan
                assert found.loc[pole, column] == pytest.approx(expected, nan_ok=True, abs=1e-15)
    shares = found.filter(like="share_")
    assert (shares.isna() | shares.ge(0) & shares.le(1)).all(axis=None)
    # A commune is part of its département: no less is in the larger one.
    both = found[["share_commune", "share_departement"]].dropna()
    assert (both["share_commune"] <= both["share_departement"]).all()
    mixed = member_frame(random.sample(rows, len(rows)))
    again = pole_anchoring(mixed, poles.iloc[::-1], levels=LEVELS)
    pd.testing.assert_frame_equal(again.reindex(found.index), found)
    assert again.attrs.keys() == found.attrs.keys()


def test_what_cannot_be_measured_is_refused(members, poles):
    for levels in ([], ["epci", "epci"]):
        with pytest.raises(InputError, match=r"^levels: expected one or more levels, each once;"):
            pole_anchoring(members, poles, levels=levels)
    for frames in ((members, poles), (members.assign(code_zone="x"), poles)):
        embedded = "commune, arrondissement_municipal, epci, arrondissement, departement, region"
        zone = ", zone" if "code_zone" in frames[0] else ""
        message = f"levels: found canton; known: {embedded}, zone_emploi{zone}"
        with pytest.raises(InputError, match=f"^{message}$"):
            pole_anchoring(*frames, levels=["epci", "canton"])
    message = "not attached, call attach_territories: no column code_epci; found pole_id"
    with pytest.raises(MissingColumnError, match=f"^members {message}"):
        pole_anchoring(members.drop(columns="code_epci"), poles)
    with pytest.raises(MissingColumnError, match=f"^poles {message}"):
        pole_anchoring(members, poles.drop(columns="code_epci"))
    with pytest.raises(MissingColumnError, match=r"^members: no column pole_id; found"):
        pole_anchoring(members.drop(columns="pole_id"), poles)
    with pytest.raises(MissingColumnError, match=r"^poles: no column sector; found pole_id"):
        pole_anchoring(members, poles, by="sector")
    with pytest.raises(DuplicateIdError, match=r"^poles: pole_id must be unique; p stand more"):
        pole_anchoring(members, poles.assign(pole_id="p"))
    with pytest.raises(InputError, match=r"^poles: 3 rows have no pole_id; fill it$"):
        pole_anchoring(members, poles.assign(pole_id=None))
    with pytest.raises(InputError, match=r"^fte: .* found -1.0 for 0; correct or fill them$"):
        pole_anchoring(members.assign(fte=[-1.0] + [1.0] * 11), poles)
