"""Summary and seat of a pole, on two poles small enough to be worked by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from ptce_geo.errors import CrsError, DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators import locate_seats, pole_summary
from ptce_geo.indicators.composition import pole_composition
from ptce_geo.indicators.economic_weight import economic_weight
from ptce_geo.schema import FAMILIES, POLE_SUMMARY_COLUMNS, family_column

KINDS = [family_column(family) for family in FAMILIES]
SHARES = [column for column in POLE_SUMMARY_COLUMNS if column.startswith("share_")]
WEIGHT_AND_KINDS = [
    *SHARES,
    *("fte_pole_answers", "turnover", "turnover_answers", "turnover_pole_answers"),
    *KINDS,
]


def lambert(easting, northing, crs=2154):
    """A point at metric coordinates, in degrees."""
    return gpd.GeoSeries([Point(easting, northing)], crs=crs).to_crs(4326).iloc[0]


SEAT = lambert(800_000, 6_500_000)
REUNION = lambert(340_000, 7_650_000, crs=2975)


def member_frame(rows):
    columns = ["pole_id", "pole_name", "role", "fte", "geocode_status"]
    columns += ["code_commune", "code_epci", "code_departement", "code_region", "geometry"]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=4326)
    return frame.astype({"fte": "float64"} | dict.fromkeys([*columns[:3], *columns[4:9]], "str"))


LOIRE, RHONE = ("42218", "244200770", "42", "84"), ("69123", "200046977", "69", "84")
PARIS = ("75056", "200054781", "75", "11")
OVERSEAS, NOWHERE = ("97411", "249740119", "974", "04"), (None, None, None, None)


@pytest.fixture
def members():
    return member_frame(
        [
            # Pole p: members 5 km (3-4-5) and 10 km (6-8-10) from the seat, and one overseas.
            ("p", None, "membre", 4, "accepted", *LOIRE, lambert(803_000, 6_504_000)),
            ("p", "Pole P", "Porteur ", None, "accepted", *RHONE, lambert(806_000, 6_508_000)),
            ("p", "Pole P", "lead", 1.5, "accepted", *OVERSEAS, REUNION),
            ("p", "Pole P", "membre", None, "review", *PARIS, lambert(900_000, 6_600_000)),
            ("p", "Pole P", "membre", 2, "rejected", *NOWHERE, None),
            # Pole q: one member, not placed. And a member of no pole.
            ("q", "Pole Q", "lead", None, "rejected", *NOWHERE, None),
            (None, None, "membre", 7, "accepted", *LOIRE, SEAT),
        ]
    )


@pytest.fixture
def poles():
    return gpd.GeoDataFrame(
        {"pole_id": ["r", "p"], "pole_name": ["Pole R", "PTCE P"]}, geometry=[None, SEAT], crs=4326
    )


def test_summary_by_hand(members, poles):
    summary = pole_summary(members, poles=poles)
    assert summary.index.name == "pole_id"
    assert summary.index.to_list() == ["r", "p", "q"]
    assert summary.columns.to_list() == list(POLE_SUMMARY_COLUMNS)
    placed = summary.loc["p"].drop(WEIGHT_AND_KINDS)
    assert placed.to_dict() == {
        "pole_name": "PTCE P",
        "members": 5,
        "located": 4,
        "accepted": 3,
        "to_review": 1,
        "communes": 3,
        "epci": 3,
        "departements": 3,
        "regions": 2,
        "fte": 7.5,  # 4 + 1.5 + 2, placed or not
        "fte_answers": 3,
        "distance_to_seat_mean_km": pytest.approx(7.5, abs=1e-6),  # of 5 and 10
        "distance_to_seat_max_km": pytest.approx(10, abs=1e-6),
        "members_other_crs": 1,
    }
    assert summary.attrs["members_without_pole"] == 1


def test_poles_without_members_or_without_placed_members(members, poles):
    summary = pole_summary(members, poles=poles)
    counts = summary.drop(columns=["pole_name"]).select_dtypes("int64")
    assert counts.loc["r"].eq(0).all()
    assert counts.loc["q"].drop(["members", "members_unknown"]).eq(0).all()
    assert summary.loc["q", ["members", "members_unknown"]].to_list() == [1, 1]
    assert summary["pole_name"].to_list() == ["Pole R", "PTCE P", "Pole Q"]
    unknown = ["fte", "turnover", "distance_to_seat_mean_km", "distance_to_seat_max_km"]
    shares = ["share_fte_pole", "share_fte_pole_low", "share_turnover_pole_high"]
    assert summary.loc[["q", "r"], [*unknown, *shares]].isna().all(axis=None)


def test_without_poles_there_are_no_seats(members):
    summary = pole_summary(members)
    assert summary.index.to_list() == ["p", "q"]
    assert summary["pole_name"].to_list() == ["Pole P", "Pole Q"]
    assert summary["distance_to_seat_mean_km"].isna().all()
    assert summary["members_other_crs"].to_list() == [0, 0]


def test_poles_without_geometry_give_their_names_only(members, poles):
    summary = pole_summary(members, poles=pd.DataFrame(poles.drop(columns="geometry")))
    assert summary.loc["p", "pole_name"] == "PTCE P"
    assert summary["distance_to_seat_max_km"].isna().all()


def test_a_seat_overseas_measures_its_own_island_only(members, poles):
    # The seat moves to La Réunion, onto its member: 0 km there, two members across the sea.
    poles.loc[1, "geometry"] = REUNION
    p = pole_summary(members, poles=poles).loc["p"]
    assert p["distance_to_seat_max_km"] == 0
    assert p["members_other_crs"] == 2


def test_without_a_status_every_member_with_a_point_counts(members, poles):
    p = pole_summary(members.drop(columns="geocode_status"), poles=poles).loc["p"]
    assert (p["located"], p["accepted"], p["to_review"]) == (4, 4, 0)


def test_no_member_at_all(members, poles):
    summary = pole_summary(members.head(0), poles=poles)
    assert summary["members"].to_list() == [0, 0]
    assert pole_summary(members.head(0)).empty


def test_bad_input_of_a_summary(members, poles):
    with pytest.raises(MissingColumnError, match=r"attach_territories: no column code_epci"):
        pole_summary(members.drop(columns="code_epci"))
    with pytest.raises(MissingColumnError, match="no points"):
        pole_summary(pd.DataFrame(members.drop(columns="geometry")))
    with pytest.raises(CrsError):
        pole_summary(members.to_crs(2154))
    with pytest.raises(InputError, match=r"fte: expected numbers of at least 0, found -1.0 for 0"):
        pole_summary(members.assign(fte=-1.0))
    with pytest.raises(DuplicateIdError, match="poles: pole_id must be unique; p"):
        pole_summary(members, poles=poles.assign(pole_id="p"))
    with pytest.raises(MissingColumnError, match="poles: no column pole_name"):
        pole_summary(members, poles=poles.drop(columns="pole_name"))
    with pytest.raises(InputError, match="poles: 1 rows have no pole_id"):
        pole_summary(members, poles=poles.assign(pole_id=["p", None]))


def test_seats_come_from_the_pole_or_from_its_leading_member(members, poles):
    more = pd.DataFrame({"pole_id": ["q", "s"], "pole_name": ["Pole Q", "Pole S"]})
    poles = pd.concat([poles.assign(geometry=[None, None]), more], ignore_index=True)
    poles = gpd.GeoDataFrame(poles, geometry=[None, None, None, SEAT], crs=4326)
    seats = locate_seats(poles, members)
    # r has no member; p is led by its second, before the one overseas; the leader of q is not
    # placed; s has its own.
    assert seats["seat_source"].fillna("none").to_list() == [
        "none",
        "lead_member",
        "none",
        "declared",
    ]
    assert seats.geometry.to_list() == [None, members.geometry.iloc[1], None, SEAT]
    assert seats.crs == 4326
    assert poles.geometry.to_list() == [None, None, None, SEAT]
    p = pole_summary(members, poles=seats).loc["p"]
    # From the leader to itself 0, to the first member 5 (3-4-5).
    assert p["distance_to_seat_mean_km"] == pytest.approx(2.5, abs=1e-6)


def test_a_declared_seat_stays_though_the_pole_has_a_leader(members, poles):
    seats = locate_seats(poles, members)
    assert seats.loc[1, "seat_source"] == "declared"
    assert seats.loc[1, "geometry"] == SEAT


def test_an_accepted_leader_without_a_point_leaves_the_lead_to_the_next(members, poles):
    poles = poles.set_geometry(gpd.GeoSeries([None, None], crs=4326))
    members.loc[1, "geometry"] = None
    assert locate_seats(poles, members).loc[1, "geometry"] == REUNION


def test_a_seat_from_a_member_takes_its_coordinates_and_commune(members, poles):
    members = members.assign(longitude=members.geometry.x, latitude=members.geometry.y)
    poles = poles.assign(
        longitude=[np.nan, SEAT.x],
        latitude=[np.nan, SEAT.y],
        code_commune=pd.Series([None, "01001"], dtype="str"),
    )
    members["pole_id"] = members["pole_id"].replace("p", "r")
    seats = locate_seats(poles, members)
    lead = members.iloc[1]
    assert seats.loc[0, ["longitude", "latitude", "code_commune"]].to_list() == [
        lead["longitude"],
        lead["latitude"],
        "69123",
    ]
    assert seats.loc[1, "code_commune"] == "01001"


def test_a_leader_under_review_or_of_no_pole_is_no_seat(members, poles):
    members["geocode_status"] = "review"
    poles = poles.set_geometry(gpd.GeoSeries([None, None], crs=4326))
    assert locate_seats(poles, members)["seat_source"].isna().all()
    orphan = members.assign(pole_id=None, geocode_status="accepted", role="porteur")
    assert locate_seats(poles, orphan)["seat_source"].isna().all()


def test_bad_input_of_seats(members, poles):
    with pytest.raises(MissingColumnError, match="members: no column role"):
        locate_seats(poles, members.drop(columns="role"))
    with pytest.raises(MissingColumnError, match="poles: no points"):
        locate_seats(pd.DataFrame(poles.drop(columns="geometry")), members)
    with pytest.raises(DuplicateIdError):
        locate_seats(poles.assign(pole_id="p"), members)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["p", "q", None]),
            st.sampled_from(["accepted", "review", "rejected"]),
            st.integers(0, 40),
            st.one_of(st.none(), st.floats(0, 500)),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_the_poles_add_up_to_the_members(rows):
    members = member_frame(
        [
            (
                pole,
                pole,
                "membre",
                fte,
                status,
                *(NOWHERE if status == "rejected" else LOIRE),
                None if status == "rejected" else lambert(800_000 + 1_000 * step, 6_500_000),
            )
            for pole, status, step, fte in rows
        ]
    )
    poles = gpd.GeoDataFrame(
        {"pole_id": ["p", "q"], "pole_name": ["P", "Q"]}, geometry=[SEAT, SEAT], crs=4326
    )
    summary = pole_summary(members, poles=poles)
    assert summary["members"].sum() + summary.attrs["members_without_pole"] == len(members)
    assert (summary["accepted"] + summary["to_review"] == summary["located"]).all()
    of_poles = members[members["pole_id"].notna()]
    assert summary["fte"].sum() == pytest.approx(of_poles["fte"].sum())
    for pole in ("p", "q"):
        # The seat and the members lie on one parallel of Lambert-93, the step is the distance.
        steps = [step for name, status, step, _ in rows if (name, status) == (pole, "accepted")]
        expected = max(steps, default=np.nan)
        found = summary.loc[pole, "distance_to_seat_max_km"]
        assert found == pytest.approx(expected, abs=1e-6, nan_ok=True)
        mean = summary.loc[pole, "distance_to_seat_mean_km"]
        assert mean == pytest.approx(np.mean(steps) if steps else np.nan, abs=1e-6, nan_ok=True)


def test_names_and_jobs_may_be_absent(members):
    bare = members.drop(columns=["pole_name", "fte"])
    summary, whole = pole_summary(bare), pole_summary(members)
    assert summary["members"].to_dict() == whole["members"].to_dict()
    assert summary["fte"].isna().all()
    assert (summary["fte_answers"] == 0).all()
    assert summary["pole_name"].isna().all()
    listed = pd.DataFrame({"pole_id": ["p", "q"], "pole_name": ["Pole P", "Pole Q"]})
    assert pole_summary(bare, poles=listed)["pole_name"].tolist() == ["Pole P", "Pole Q"]


def told(members):
    """What the fixture's members say of their jobs and kinds."""
    return members.assign(
        fte=[4, 10, 1.5, None, 2, None, 7],
        fte_pole=[1, 1, None, 3, None, None, 7],
        turnover=[None, 100_000, None, None, None, None, 1],
        turnover_pole=[None, 5_000, None, None, None, None, 1],
        member_kind=["association", "SARL", "commune", "SCIC", None, "université", "association"],
    )


def test_weight_and_kinds_by_hand(members, poles):
    summary = pole_summary(told(members), poles=poles)
    p = summary.loc["p"]
    # 4, 10, 1.5 and 2 are given; both numbers by the first two: (1 + 1) / (4 + 10).
    assert p[["fte", "fte_answers", "fte_pole_answers"]].to_list() == [17.5, 4, 2]
    assert p[["share_fte_answered", "share_fte_pole"]].to_list() == [2 / 5, 2 / 14]
    # Two answers drawn twice: all ¼, all 1/10, or one of each.
    assert p["share_fte_pole_low"] == pytest.approx(1 / 10)
    assert p["share_fte_pole_high"] == pytest.approx(1 / 4)
    turnover = ["turnover", "turnover_answers", "turnover_pole_answers", "share_turnover_pole"]
    assert p[turnover].to_list() == [100_000, 1, 1, 0.05]
    assert p[["share_turnover_pole_low", "share_turnover_pole_high"]].isna().all()
    assert p["share_turnover_answered"] == 1 / 5
    assert p[KINDS].to_list() == [2, 1, 1, 0, 0, 0, 0, 1]
    assert summary.loc["q", KINDS].to_list() == [0, 0, 0, 0, 1, 0, 0, 0]
    assert summary.attrs["answers_set_aside"]["fte"] == {
        "without fte_pole": 2,
        "without fte": 1,
        "no answer": 1,
    }


def test_the_summary_repeats_composition_and_weight(members, poles):
    members = told(members)
    summary = pole_summary(members, poles=poles, confidence=0.8, draws=50, seed=3)
    pd.testing.assert_frame_equal(summary[KINDS], pole_composition(members, poles=poles)[KINDS])
    weight = economic_weight(members, by="pole_id", confidence=0.8, draws=50, seed=3)
    for pole, measure in weight.index:
        its = weight.loc[(pole, measure)]
        found = summary.loc[pole, [f"share_{measure}_pole{end}" for end in ("", "_low", "_high")]]
        np.testing.assert_array_equal(
            found.to_numpy("float64"), its[["share", "low", "high"]].to_numpy("float64")
        )


def test_jobs_missing_for_half_are_computed_where_they_are_given(members):
    half = told(members).assign(fte=[4, None, 1.5, None, 2, None, None], fte_pole=[1] * 7)
    summary = pole_summary(half)
    # (1 + 1 + 1) / (4 + 1.5 + 2), three of five.
    assert summary.loc["p", "share_fte_pole"] == 3 / 7.5
    assert summary.loc["p", "share_fte_answered"] == 3 / 5
    assert summary.attrs["answers_set_aside"]["fte"] == {"without fte": 3}
    assert summary.attrs["members_without_pole"] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"turnover_pole": -5.0}, r"turnover_pole: .* found -5.0 for 0, .* correct or fill them"),
        ({"fte_pole": np.inf}, r"fte_pole: expected numbers of at least 0, found inf for 0"),
    ],
)
def test_amounts_that_cannot_be(members, change, message):
    with pytest.raises(InputError, match=message):
        pole_summary(members.assign(**change))
    with pytest.raises(InputError, match=r"confidence: .* found 2; try 0.95"):
        pole_summary(members, confidence=2)
