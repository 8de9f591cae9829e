"""Members counted by territory: what counts, what is set aside, and what is an error."""

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptce_geo.errors import DuplicateIdError, InputError, MissingColumnError, UnknownTerritoryError
from ptce_geo.indicators import count_members
from ptce_geo.territories import attach_territories, territory_table

ZONES = pd.DataFrame(index=pd.Index(["A", "B", "C"], name="code"))


def test_counts_accepted_members_and_says_what_was_set_aside():
    members = pd.DataFrame(
        {
            "code_zone": ["C", "A", "C", "B", "B", None, None],
            "geocode_status": ["accepted"] * 3 + ["review", "rejected", "accepted", "rejected"],
        }
    )
    counts = count_members(members, level="zone", territories=ZONES)
    # A: row 1. C: rows 0 and 2. B: one under review, one rejected, so none.
    expected = pd.Series([1, 0, 2], index=ZONES.index, name="members", dtype="int64")
    pd.testing.assert_series_equal(counts, expected)
    assert counts.attrs == {
        "members_counted": 3,
        "members_set_aside": {"rejected": 2, "review": 1, "without code_zone": 1},
    }


def test_without_a_status_every_row_with_a_code_counts():
    members = pd.DataFrame({"code_zone": ["A", "A", None]})
    counts = count_members(members, level="zone", territories=pd.DataFrame(index=["A", "B"]))
    assert counts.to_dict() == {"A": 2, "B": 0}
    assert counts.index.name == "code"


def test_a_missing_status_is_not_accepted_and_an_unknown_one_is_an_error():
    members = pd.DataFrame({"code_zone": ["A", "A"], "geocode_status": ["accepted", None]})
    counts = count_members(members, level="zone", territories=ZONES)
    assert counts.attrs["members_set_aside"] == {"without geocode_status": 1}
    members["geocode_status"] = ["accepted", "ok"]
    with pytest.raises(InputError, match="unknown geocode_status ok; known: accepted, review"):
        count_members(members, level="zone", territories=ZONES)


def test_no_member_is_zero_everywhere():
    nobody = pd.DataFrame({"code_zone": [], "geocode_status": [], "sector": []})
    assert count_members(nobody, level="zone", territories=ZONES).to_list() == [0, 0, 0]
    assert count_members(nobody, level="zone", by="sector", territories=ZONES).shape == (3, 0)


def test_by_a_column():
    members = pd.DataFrame(
        {"code_zone": ["A", "A", "C", "C"], "sector": ["food", "reuse", "food", None]}
    )
    counts = count_members(members, level="zone", by="sector", territories=ZONES)
    expected = pd.DataFrame({"food": [1, 0, 1], "reuse": [1, 0, 0]}, index=ZONES.index)
    pd.testing.assert_frame_equal(counts, expected.rename_axis(columns="sector"))
    assert counts.attrs["members_set_aside"] == {"without sector": 1}
    with pytest.raises(MissingColumnError, match="no column pole_id"):
        count_members(members, level="zone", by="pole_id", territories=ZONES)


def test_over_the_embedded_france():
    members = pd.DataFrame(
        {
            "code_commune": ["42218", "42218", "69123", "97411"],
            "code_departement": ["42", "42", "69", "974"],
        }
    )
    counts = count_members(members, level="commune")
    assert counts.index.name == "code"
    assert len(counts) == 34_875
    assert counts[counts > 0].to_dict() == {"42218": 2, "69123": 1, "97411": 1}
    assert count_members(members, level="departement").sum() == 4


def test_a_study_area_sets_the_others_aside():
    members = pd.DataFrame({"code_commune": ["42218", "69123", "97411"]})
    counts = count_members(members, level="commune", departements=["42"])
    assert counts.index.equals(territory_table("commune", departements=["42"]).index)
    assert counts.sum() == 1
    assert counts.attrs["members_set_aside"] == {"outside the study area": 2}


@pytest.mark.parametrize("departements", [None, ["42"]])
def test_a_code_of_no_territory_is_an_error_in_a_study_area_too(departements):
    # Even where only one département is studied: the members are of another vintage.
    members = pd.DataFrame({"code_commune": ["42218", "99999"]})
    with pytest.raises(InputError, match="code_commune 99999 is no commune"):
        count_members(members, level="commune", departements=departements)


def test_members_that_are_not_attached_are_told_what_to_call():
    with pytest.raises(MissingColumnError, match=r'attach_territories\(members, levels=\("epci",'):
        count_members(pd.DataFrame({"code_commune": ["42218"]}), level="epci")


def test_unknown_level_vintage_or_departement():
    members = pd.DataFrame({"code_commune": ["42218"]})
    for options in ({"level": "canton"}, {"level": "commune", "year": 1789}):
        with pytest.raises(UnknownTerritoryError):
            count_members(members, **options)
    with pytest.raises(UnknownTerritoryError):
        count_members(members, level="commune", departements=["20"])


def test_territories_of_ones_own_are_checked():
    members = pd.DataFrame({"code_zone": ["A"]})
    with pytest.raises(InputError, match="give one of them"):
        count_members(members, level="zone", departements=["42"], territories=ZONES)
    with pytest.raises(DuplicateIdError, match="A stand more than once"):
        count_members(members, level="zone", territories=pd.concat([ZONES, ZONES.head(1)]))
    with pytest.raises(InputError, match="code_zone D is no zone"):
        count_members(pd.DataFrame({"code_zone": ["D"]}), level="zone", territories=ZONES)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B", "C", None]),
            st.sampled_from(["accepted", "review", "rejected", None]),
            st.sampled_from(["p", "q", None]),
        )
    ),
    st.randoms(),
)
def test_every_member_is_counted_or_set_aside_in_any_order(rows, random):
    def frame():
        columns = ["code_zone", "geocode_status", "pole_id"]
        return pd.DataFrame(rows, columns=columns, dtype="str")

    counts = count_members(frame(), level="zone", territories=ZONES)
    aside = counts.attrs["members_set_aside"]
    assert counts.sum() == counts.attrs["members_counted"] == len(rows) - sum(aside.values())

    by_pole = count_members(frame(), level="zone", by="pole_id", territories=ZONES)
    without = by_pole.attrs["members_set_aside"].get("without pole_id", 0)
    assert by_pole.to_numpy().sum() + without == counts.sum()

    random.shuffle(rows)
    pd.testing.assert_series_equal(count_members(frame(), level="zone", territories=ZONES), counts)


def test_members_as_attaching_leaves_them():
    # Saint-Étienne; Saint-Laurent-du-Maroni; at sea; Saint-Pierre-et-Miquelon; no point.
    x, y = [4.39, -54.03, -6, -56.2], [45.44, 5.49, 46, 46.8]
    located = gpd.GeoDataFrame(
        {"geocode_status": ["accepted"] * 4 + ["rejected"]},
        geometry=[*gpd.points_from_xy(x, y), None],
        crs=4326,
    )
    members = attach_territories(located)
    for level in ("commune", "epci", "departement", "region"):
        counts = count_members(members, level=level)
        assert counts.attrs == {
            "members_counted": 2,
            "members_set_aside": {f"without code_{level}": 2, "rejected": 1},
        }
    assert count_members(members, level="departement")[["42", "973"]].to_list() == [1, 1]
