"""What became of poles and members: each rule by hand, every list kept whole, bad input."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo.errors import CrsError, DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators.changed_figures import indicator_changes, levels_of, tables_at
from ptce_geo.indicators.changes import (
    MEMBER_CHANGES,
    POLE_CHANGES,
    member_changes,
    members_at,
    pole_changes,
    territory_moves,
)
from ptce_geo.territories import territory_table

# Two SIRETs of one enterprise (the first nine digits), and one of another.
SIRET, SAME_SIREN, OTHER = "73282932000074", "73282932000082", "44306184100047"
PLACES = {"42218": (4.39, 45.44), "69123": (4.835, 45.758), "01033": (5.82, 46.11)}


def members(*rows, crs=4326):
    """Return located members from dicts, of what is not said a usual one."""
    usual = {
        "pole_id": "p",
        "pole_name": "P",
        "siret": None,
        "code_commune": "42218",
        "geocode_status": "accepted",
        "geocode_precision": "municipality",
        "address": None,
        "postcode": None,
        "city": None,
    }
    full = [{**usual, "member_id": f"{row}", **each} for row, each in enumerate(rows)]
    for each in full:
        each.setdefault("member_name", f"Member {each['member_id']}")
        each.setdefault("at", PLACES.get(each["code_commune"], (np.nan, np.nan)))
    frame = pd.DataFrame(full, columns=[*usual, "member_id", "member_name", "at"])
    points = gpd.points_from_xy(*zip(*frame["at"], strict=True)) if len(frame) else []
    frame = frame.drop(columns="at").astype("str")
    frame["nom_commune"] = frame["code_commune"]
    frame["code_departement"] = frame["code_commune"].str[:2]
    frame.loc[frame["geocode_status"] == "rejected", "code_departement"] = np.nan
    return gpd.GeoDataFrame(frame, geometry=points, crs=crs)


def poles(*rows):
    frame = pd.DataFrame(list(rows)).astype("str")
    frame = frame.reindex(columns=["pole_id", "pole_name", "code_commune", "geocode_precision"])
    points = [PLACES.get(code, (np.nan, np.nan)) for code in frame["code_commune"]]
    shapes = gpd.points_from_xy(*zip(*points, strict=True))
    return gpd.GeoDataFrame(frame.astype("str"), geometry=shapes, crs=4326)


def words(found):
    return found["change"].to_list()


# How members are matched.


def test_by_siret_whatever_else_differs():
    before = members({"member_name": "Le Fil", "siret": SIRET, "member_id": "a"})
    after = members({"member_name": "Autre nom", "siret": SIRET, "member_id": "b"})
    found = member_changes(before, after)
    assert found.loc[0, ["change", "matched_by"]].to_list() == ["stayed", "siret"]
    assert found.loc[0, ["member_id_before", "member_id_after"]].to_list() == ["a", "b"]


def test_a_siret_of_two_poles_is_matched_within_each():
    rows = [{"siret": SIRET, "pole_id": pole, "member_id": pole} for pole in ("p", "q")]
    more = {"siret": SIRET, "pole_id": "r", "member_id": "r"}
    found = member_changes(members(*rows), members(more, *rows[::-1]))
    assert words(found) == ["come", "stayed", "stayed"]
    assert found["pole_id_before"].to_list()[1:] == ["q", "p"]


def test_by_the_identifier_that_the_list_gave():
    before = members({"member_id": "A1", "member_name": "Le Fil", "code_commune": "69123"})
    after = members({"member_id": "A1", "member_name": "Filature", "code_commune": "42218"})
    found = member_changes(before, after)
    assert found.loc[0, ["change", "matched_by"]].to_list() == ["moved", "member_id"]


def test_a_made_identifier_is_content():
    made = {"member_id": "m-2121bd7490cb", "member_name": "Le Fil"}
    found = member_changes(members(made), members(made))
    assert found["matched_by"].to_list() == ["content"]


def test_by_name_within_the_pole_then_with_the_commune():
    before = members(
        {"member_id": "1", "member_name": "L'Écrou", "code_commune": "69123"},
        {"member_id": "2", "member_name": "Le Clou", "pole_id": "q"},
    )
    after = members(
        {"member_id": "3", "member_name": "LE CLOU"},
        {"member_id": "4", "member_name": "l’ecrou"},
    )
    found = member_changes(before, after)
    assert found["matched_by"].to_list() == ["name_and_commune", "name_and_pole"]
    assert words(found) == ["changed_pole", "moved"]


def test_two_of_one_name_are_not_guessed():
    before = members(*({"member_id": each, "member_name": "Le Fil"} for each in "ab"))
    after = members({"member_id": "c", "member_name": "Le Fil"})
    found = member_changes(before, after)
    assert words(found) == ["come", "gone", "gone"]
    assert set(found["ambiguous"]) == {"name_and_pole"}
    # A SIRET settles it.
    sure = member_changes(before.assign(siret=[SIRET, None]), after.assign(siret=SIRET))
    assert words(sure) == ["stayed", "gone"]
    assert sure["ambiguous"].to_list() == ["", ""]


def test_enterprises_of_one_name_are_two():
    before = members({"member_id": "1", "member_name": "Le Fil", "siret": SIRET})
    other = members({"member_id": "2", "member_name": "Le Fil", "siret": OTHER})
    assert words(member_changes(before, other)) == ["come", "gone"]
    # One that moved has another SIRET of the same enterprise.
    moved = other.assign(siret=SAME_SIREN)
    assert member_changes(before, moved)["matched_by"].to_list() == ["name_and_pole"]
    # An identifier that was given to somebody else is none.
    reused = members({"member_id": "1", "member_name": "Autre", "siret": OTHER})
    assert words(member_changes(before, reused)) == ["come", "gone"]


# What became of their place.


def test_moved_to_another_commune_or_far_enough():
    fine = {"geocode_precision": "housenumber"}
    start = (4.39, 45.44)
    here = members(*({"member_id": each, **fine, "at": start} for each in "abcd"))
    there = members(
        {"member_id": "a", **fine, "at": (4.39, 45.4485)},  # 945 m to the north
        {"member_id": "b", **fine, "at": (4.39, 45.4495)},  # 1056 m
        {"member_id": "c", "geocode_precision": "locality", "at": (4.39, 45.46)},
        {"member_id": "d", "code_commune": "69123"},
    )
    found = member_changes(here, there)
    assert words(found) == ["stayed", "moved", "stayed", "moved"]
    # A degree of latitude is 111.14 km there, on the ellipsoid; the plane is within 2 m of it.
    expected = [0.0085 * 111.14, 0.0095 * 111.14]
    assert found["distance_km"].to_list()[:2] == pytest.approx(expected, abs=0.002)
    assert found["distance_km"].isna().to_list()[2:] == [True, True]
    assert words(member_changes(here, there, moved_km=2)) == ["stayed"] * 3 + ["moved"]


def test_across_two_legal_crs_there_is_no_distance_but_a_move():
    fine = {"member_id": "a", "geocode_precision": "street"}
    before = members({**fine})
    after = members({**fine, "code_commune": "97411", "at": (55.45, -20.88)})
    found = member_changes(before, after)
    assert words(found) == ["moved"]
    assert found["distance_km"].isna().all()


def test_what_the_placing_changed_is_neither_come_nor_gone():
    lost = {"geocode_status": "rejected", "code_commune": None}
    to_check = {"geocode_status": "review"}
    address = {"address": "1 rue Haute", "city": "Saint-Étienne"}
    before = members({**lost, **address}, {}, {**to_check}, {**lost})
    after = members({"address": "1, Rue HAUTE", "city": "SAINT ETIENNE"}, {**lost}, {}, {**lost})
    found = member_changes(before, after)
    assert words(found) == ["newly_located", "no_longer_located", "newly_located", "stayed"]
    assert found["same_address"].to_list() == [True, False, False, False]


def test_changing_pole_goes_before_moving_which_is_told_too():
    before = members({"member_id": "a"})
    after = members({"member_id": "a", "pole_id": "q", "code_commune": "69123"})
    found = member_changes(before, after)
    assert found.loc[0, ["change", "place_change"]].to_list() == ["changed_pole", "moved"]


def test_a_pole_of_another_identifier_is_the_same_by_its_name():
    now = {"pole_id": "new", "pole_name": "Le FIL vert"}
    before, after = members({"pole_name": "Le fil vert"}), members(now)
    was = poles({"pole_id": "p", "pole_name": "Le fil vert"})
    found = pole_changes(was, poles(now), members_before=before, members_after=after)
    assert found.loc[0, ["change", "matched_by"]].to_list() == ["stayed", "name"]
    assert words(member_changes(before, after)) == ["changed_pole"]
    assert words(member_changes(before, after, poles=found)) == ["stayed"]


# Poles.


def test_what_became_of_poles():
    seat = {"code_commune": "42218"}
    before = poles(
        {"pole_id": "same", "pole_name": "Même", **seat},
        {"pole_id": "named", "pole_name": "Ancien", **seat},
        {"pole_id": "seat", "pole_name": "Siège", **seat},
        {"pole_id": "both", "pole_name": "Un", **seat},
        {"pole_id": "gone", "pole_name": "Parti"},
        {"pole_id": "unknown", "pole_name": "Sans siège"},
    )
    after = poles(
        {"pole_id": "come", "pole_name": "Venu"},
        {"pole_id": "unknown", "pole_name": "SANS SIEGE", **seat},
        {"pole_id": "both", "pole_name": "Deux", "code_commune": "69123"},
        {"pole_id": "seat", "pole_name": "Siège", "code_commune": "69123"},
        {"pole_id": "named", "pole_name": "Nouveau", **seat},
        {"pole_id": "same", "pole_name": "Même", **seat},
    )
    was, now = members({"pole_id": "gone"}, {"pole_id": "unlisted"}), members({"pole_id": "same"})
    found = pole_changes(before, after, members_before=was, members_after=now)
    kinds = ["come", "stayed", "renamed_and_moved", "seat_moved", "renamed", "stayed"]
    assert words(found) == [*kinds, "gone", "gone"]
    assert found["pole_id_before"].to_list()[-2:] == ["gone", "unlisted"]
    assert found["members_before"].to_list() == [0] * 6 + [1, 1]
    assert found["members_after"].to_list() == [0] * 5 + [1, 0, 0]


# Nothing is lost.

names = st.sampled_from(["Le Fil", "Le Clou", "La Roue", "L'Écrou"])
rows = st.lists(
    st.fixed_dictionaries(
        {
            "member_name": names,
            "pole_id": st.sampled_from(["p", "q"]),
            "siret": st.sampled_from([None, SIRET, SAME_SIREN, OTHER]),
            "code_commune": st.sampled_from([*PLACES, None]),
            "geocode_status": st.sampled_from(["accepted", "review"]),
        }
    ),
    max_size=20,
)


@settings(max_examples=15)
@given(rows, rows)
def test_both_lists_come_out_whole(one, other):
    before, after = members(*one), members(*other)
    after["member_id"] = "x" + after["member_id"]
    found = member_changes(before, after)
    assert set(found["change"]) <= set(MEMBER_CHANGES)
    counts = found["change"].value_counts()
    assert counts.sum() - counts.get("come", 0) == len(before)
    assert counts.sum() - counts.get("gone", 0) == len(after)
    for side, frame in (("before", before), ("after", after)):
        ids = found[f"member_id_{side}"].dropna()
        assert sorted(ids) == sorted(frame["member_id"])  # one to one
    # Turned round, who came went.
    back = member_changes(after, before)["change"].value_counts()
    assert back.get("come", 0) == counts.get("gone", 0)
    assert back.get("newly_located", 0) == counts.get("no_longer_located", 0)
    # The members of each territory follow from those who came and went.
    moves = territory_moves(found, before, after, level="departement")
    was, now = (
        frame.loc[frame["geocode_status"] == "accepted", "code_departement"].value_counts()
        for frame in (before, after)
    )
    codes = was.index.union(now.index).union(moves.index)
    was, now = was.reindex(codes, fill_value=0), now.reindex(codes, fill_value=0)
    moves = moves.reindex(codes, fill_value=0)
    net = moves["come"] - moves["gone"] + moves["newly_located"] - moves["no_longer_located"]
    assert (was + net == now).all()


@settings(max_examples=8)
@given(rows)
def test_a_list_has_not_changed_from_itself(one):
    frame = members(*one)
    found = member_changes(frame, frame.sample(frac=1, random_state=1))
    assert set(found["change"]) <= {"stayed"}


# Another vintage: Châtillon-en-Michaille (01091) and Lancrans (01205) are of Valserhône (01033)
# since 2019; a part of Troarn (14712) was of Saline (14666) until it was divided in 2020.


def test_a_merged_commune_is_no_move():
    codes = ("01033", "01091", "01205")
    before = members(*({"code_commune": code, "at": (5.8, 46.1)} for code in codes))
    after = members(*({"code_commune": "01033"} for _ in codes))
    found = member_changes(before, after, from_year=2018, to_year=2026)
    assert words(found) == ["stayed"] * 3
    assert found["code_commune_before"].to_list() == ["01033"] * 3
    assert words(member_changes(before, after)) == ["stayed", "moved", "moved"]
    # The same from the newer to the older list.
    assert words(member_changes(after, before, from_year=2026, to_year=2018)) == ["stayed"] * 3


def test_either_part_of_a_divided_commune_is_no_move():
    before = members(*({"code_commune": "14712", "at": (-0.18, 49.18)} for _ in range(2)))
    after = members({"code_commune": "14712"}, {"code_commune": "14666"})
    assert words(member_changes(before, after, from_year=2019, to_year=2026)) == ["stayed"] * 2


def test_what_cannot_be_brought_has_no_territory():
    frame = members({"code_commune": "99999"}, {"code_commune": "01205"}, {"code_commune": None})
    brought, conversion = members_at(frame, from_year=2018, to_year=2026)
    assert brought["code_commune"].fillna("").to_list() == ["", "01033", ""]
    assert brought["code_departement"].fillna("").to_list() == ["", "01", ""]
    assert conversion.unknown == ("99999",)
    assert members_at(frame, from_year=2026, to_year=2026) == (frame, None)


def test_tables_are_brought_to_the_newer_communes():
    # Three members in what is one commune now; 9,000 + 5,000 + 1,000 inhabitants.
    table = pd.DataFrame(
        {"nom": "", "population": [9000, 5000, 1000], "members": [1, 1, 1]},
        index=["01033", "01091", "01205"],
    ).assign(members_per_100k=0.0, location_quotient=1.0)
    table = table.assign(location_quotient_low=0.0, location_quotient_high=9.0)
    like = territory_table("commune")[["nom", "population"]].loc[["01033", "01004"]]
    like = table.reindex(like.index).assign(nom=like["nom"], members=2)
    frame, _ = members_at(
        members(*({"code_commune": code} for code in table.index)), from_year=2018, to_year=2026
    )
    brought = tables_at(
        {"commune": table}, frame, like={"commune": like}, from_year=2018, to_year=2026
    )["commune"]
    assert brought.loc["01033", ["population", "members"]].to_list() == [15000, 3]
    assert brought.loc["01033", "members_per_100k"] == pytest.approx(20)
    assert brought.index.to_list() == ["01033"]  # 01004 is not among what is known


# Figures.


def tables(counts, *, areas=None, coverage=()):
    """Return a table of départements, and shares reached: (territory, group, km, value)."""
    population = pd.Series({"01": 100_000, "42": 200_000, "69": 400_000})[
        list(areas or ["01", "42", "69"])
    ]
    held = pd.Series(counts).reindex(population.index, fill_value=0)
    table = pd.DataFrame(
        {
            "nom": population.index,
            "population": population,
            "members": held,
            "members_per_100k": 1e5 * held / population,
            "location_quotient": 1.0 * (held > 0),
            "location_quotient_low": 0.0,
            "location_quotient_high": 9.0,
        }
    )
    columns = ["territory", "group", "threshold_km", "value"]
    shares = pd.DataFrame(list(coverage), columns=columns).assign(
        level="departement", indicator="share_population", low=np.nan, high=np.nan, n=1, flag="",
        method="",
    )  # fmt: skip
    return {"departement": table, "coverage": shares}


def test_figures_by_hand():
    found = indicator_changes(tables({"01": 1, "42": 3}), tables({"01": 10, "42": 3}))
    ain = found[(found["territory"] == "01") & (found["indicator"] == "members")].iloc[0]
    # Garwood: 1 lies in 0.0253 … 5.5716, 10 in 4.7954 … 18.3904.
    low = 9 - np.hypot(10 - 4.7954, 5.5716 - 1)
    high = 9 + np.hypot(18.3904 - 10, 1 - 0.0253)
    assert ain[["before", "after", "difference"]].to_list() == [1, 10, 9]
    assert ain[["low", "high"]].to_list() == pytest.approx([low, high], abs=1e-3)
    assert (ain["flag"], ain["n_before"], ain["n_after"]) == ("higher", 1, 10)
    rate = found[(found["territory"] == "01") & (found["indicator"] == "members_per_100k")].iloc[0]
    # In the Ain with 100,000 inhabitants the rate is the count.
    assert rate[["low", "high"]].to_list() == pytest.approx([low, high], abs=1e-3)
    assert set(found["territory"]) == {"01", "42"}  # the Rhône has nobody in either


def test_what_cannot_be_compared_is_said():
    before = tables({"01": 1}, coverage=[("", "member", 5, 0.1), ("", "member", 10, 0.2)])
    after = tables(
        {"01": 1},
        coverage=[("", "member", 5, 0.1), ("", "member", 20, 0.3), ("", "seat", 5, 0.4)],
    )
    after["region"] = after["departement"].rename(index={"01": "84"})
    found = indicator_changes(before, after, same_reference=False)
    left = found[found["reason"] != ""]
    assert (left["flag"] == "not_comparable").all()
    assert left[["difference", "low", "high"]].isna().all(axis=None)
    told = {
        (row.level, row.group, row.indicator, row.threshold_km): row.reason
        for row in left.fillna({"threshold_km": 0}).itertuples()
    }
    assert told == {
        ("region", "", "members", 0): "level",
        ("region", "", "members_per_100k", 0): "level",
        ("region", "", "location_quotient", 0): "level",
        ("departement", "member", "share_population", 10): "threshold",
        ("departement", "member", "share_population", 20): "threshold",
        ("departement", "seat", "share_population", 5): "group",
        ("departement", "", "location_quotient", 0): "reference",
    }


def test_other_study_areas_share_their_territories_only():
    before = tables({"01": 1, "42": 2}, areas=["01", "42"], coverage=[("", "member", 5, 0.5)])
    after = tables({"42": 4, "69": 1}, areas=["42", "69"], coverage=[("", "member", 5, 0.6)])
    found = indicator_changes(before, after).set_index(["indicator", "territory"])
    assert found.loc[("members", "42"), "difference"] == 2
    assert found.loc[("members_per_100k", "42"), "reason"] == ""
    assert found.loc[("location_quotient", "42"), "reason"] == "study_area"
    assert found.loc[("share_population", ""), "reason"] == "study_area"
    assert found.loc[("members", "01"), ["reason", "before"]].to_list() == ["territory", 1]
    assert found.loc[("members", "69"), ["reason", "after"]].to_list() == ["territory", 1]


def test_other_vintages_compare_what_lasts():
    share = [("", "member", 5, 0.5), ("42", "member", 5, 0.5)]
    before, after = (tables({"42": 2}, coverage=share) for _ in range(2))
    for study in (before, after):
        study["coverage"] = pd.concat(
            [study["coverage"], study["coverage"].assign(level="epci", territory=["", "244200770"])]
        )
        study["epci"] = study["departement"].rename(index={"42": "244200770"})
    found = indicator_changes(before, after, same_vintage=False)
    left = found[found["reason"] != ""]
    assert left[["level", "territory", "reason"]].to_numpy().tolist() == [
        ["epci", "244200770", "vintage"]
    ]
    assert left["indicator"].to_list() == ["share_population"]


def test_secret_cells_are_not_compared():
    after = tables({"42": 2})
    for name in ("members", "members_per_100k"):
        after["departement"][name] = after["departement"][name].astype("object")
        after["departement"].loc["42", name] = "secret"
    found = indicator_changes(tables({"42": 2}), after).set_index("indicator")
    assert found["reason"].to_dict() == {
        "members": "secret",
        "members_per_100k": "secret",
        "location_quotient": "",
    }


def test_a_drawn_interval_that_leaves_its_figure_out_reaches_it():
    share = [("42", "member", 5, 0.5)]
    before, after = (tables({}, coverage=share) for _ in range(2))
    after["coverage"] = after["coverage"].assign(low=0.55, high=0.6)
    before["coverage"] = before["coverage"].assign(low=0.4, high=0.5)
    found = indicator_changes(before, after).iloc[0]
    assert found[["difference", "low", "high"]].to_list() == pytest.approx(
        [0, 0, np.hypot(0.1, 0.1)]
    )


def test_who_came_and_went_stands_beside_the_counts():
    moves = pd.DataFrame(
        {"come": [7], "gone": [0], "newly_located": [1], "no_longer_located": [0]}, index=["42"]
    )
    found = indicator_changes(
        tables({"01": 2, "42": 2}), tables({"01": 2, "42": 10}), moves={"departement": moves}
    )
    counted = found[found["indicator"] == "members"].set_index("territory")
    assert counted.loc["42", ["come", "newly_located"]].to_list() == [7, 1]
    assert counted.loc["42", ["p_value", "paired_flag"]].to_list() == [2 / 2**7, "higher"]
    assert counted.loc["01", ["come", "p_value", "paired_flag"]].to_list() == [
        0,
        1,
        "not_distinguishable",
    ]
    assert found.loc[found["indicator"] != "members", "come"].isna().all()


@given(
    st.dictionaries(st.sampled_from(["01", "42", "69"]), st.integers(0, 9)),
    st.dictionaries(st.sampled_from(["01", "42", "69"]), st.integers(0, 9)),
)
@settings(max_examples=5)
def test_every_figure_has_one_row(one, other):
    before, after = tables(one), tables(other)
    found = indicator_changes(before, after)
    assert not found.duplicated(["level", "territory", "group", "indicator", "threshold_km"]).any()
    counted = found[found["indicator"] == "members"]
    for side, study in (("before", before), ("after", after)):
        assert counted[side].sum() == study["departement"]["members"].sum()
    back = indicator_changes(after, before)
    assert sorted(back["difference"].fillna(0)) == sorted(-found["difference"].fillna(0))
    assert levels_of(before) == ["departement"]


def test_nothing_at_all():
    assert indicator_changes({}, {}).empty
    none = members()
    assert member_changes(none, none).empty
    found = member_changes(none, members({}))
    assert words(found) == ["come"]
    assert set(POLE_CHANGES) >= {"come", "gone", "stayed"}


def test_what_cannot_be_matched_is_refused():
    one = members({})
    with pytest.raises(MissingColumnError, match="members after: no column member_id"):
        member_changes(one, one.drop(columns="member_id"))
    with pytest.raises(DuplicateIdError, match="members before: member_id must be unique; 0"):
        member_changes(pd.concat([one, one]), one)
    with pytest.raises(InputError, match="moved_km: expected a distance above 0 km, found -1"):
        member_changes(one, one, moved_km=-1)
    with pytest.raises(CrsError, match="expected EPSG:4326"):
        member_changes(one.to_crs(2154), one)
    with pytest.raises(MissingColumnError, match="poles before: no column pole_name"):
        pole_changes(
            poles({"pole_id": "p"}).drop(columns="pole_name"),
            poles({"pole_id": "p"}),
            members_before=one,
            members_after=one,
        )
