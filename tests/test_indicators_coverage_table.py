"""The tidy table of coverage: each figure is that of its measure, and where the draws put it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo.errors import InputError, MissingColumnError
from ptce_geo.indicators.coverage import coverage_by_presence, coverage_by_reach
from ptce_geo.indicators.coverage_table import COVERAGE_TABLE_COLUMNS, coverage_table
from ptce_geo.indicators.reached import reached_population
from ptce_geo.indicators.uncertainty import indicator_interval
from ptce_geo.indicators.white_zones import white_zones
from ptce_geo.territories import territory_table

LEVELS = ["commune", "epci", "departement"]
AREA = ["42", "43"]
THRESHOLDS = [5, 15]


def members_at(codes, **columns):
    """Members at the town halls of communes, attached."""
    communes = territory_table().loc[codes]
    attached = {
        f"code_{level}": communes[f"code_{level}"].to_numpy()
        for level in ("epci", "departement", "region")
    }
    return gpd.GeoDataFrame(
        {"code_commune": codes, **attached, **columns},
        geometry=gpd.points_from_xy(communes["longitude"], communes["latitude"]),
        crs=4326,
    )


@pytest.fixture(scope="module")
def members():
    # Saint-Étienne twice, Roanne, Le Puy-en-Velay, and Lyon across the border.
    return members_at(
        ["42218", "42218", "42187", "43157", "69123"],
        pole_id=["p", "q", "q", None, "q"],
        geocode_precision=["street", "municipality", "municipality", "housenumber", "street"],
        geocode_status=["accepted"] * 4 + ["review"],
    )


@pytest.fixture(scope="module")
def poles():
    return gpd.GeoDataFrame(
        {"pole_id": ["p", "q", "r"], "pole_name": ["P", "Q", "R"]},
        geometry=gpd.points_from_xy([4.39, 3.88, np.nan], [45.44, 45.04, np.nan]),
        crs=4326,
    )


@pytest.fixture(scope="module")
def table(members, poles):
    return coverage_table(
        members,
        poles=poles,
        levels=LEVELS,
        thresholds_km=THRESHOLDS,
        to=("member", "seat"),
        departements=AREA,
    )


def figures(table, group, level):
    rows = table[(table["group"] == group) & (table["level"] == level) & (table["territory"] == "")]
    return rows.set_index(["indicator", "threshold_km"])["value"]


def test_five_members_in_three_departements_by_hand():
    # Four in the Loire and one in the Haute-Loire: 2 of 3 départements hold one, 1 of 3 two. The
    # towns of the Loire and of the Haute-Loire lie within 100 km of Saint-Étienne.
    members = members_at(["42218"] * 4 + ["43157"])
    people = territory_table("departement").loc[["42", "43", "974"], "population"]
    held = {1: people[["42", "43"]], 2: people[["42"]]}
    for minimum, territories in held.items():
        table = coverage_table(
            members,
            levels=["departement"],
            thresholds_km=100,
            minimum=minimum,
            departements=["42", "43", "974"],
        )
        assert figures(table, "presence", "departement").to_list() == pytest.approx(
            [len(territories) / 3, territories.sum() / people.sum()]
        )
        of_each = table[table["territory"] != ""].set_index("territory")["value"]
        assert of_each.to_dict() == {"42": 1, "43": 1, "974": 0}
        # La Réunion is the one white zone.
        whites = figures(table, "member", "commune").droplevel("threshold_km")
        assert whites.to_dict() == {"white_zones": 1, "white_zones_population": people["974"]}


def test_each_figure_is_that_of_its_measure(table, members, poles):
    assert table.columns.to_list() == list(COVERAGE_TABLE_COLUMNS)
    presence = coverage_by_presence(members, level=LEVELS, departements=AREA)
    shares = ["share_territories", "share_population"]
    for level in LEVELS:
        found = figures(table, "presence", level).droplevel("threshold_km")
        assert found.to_dict() == presence.loc[level, shares].to_dict()
    for to in ("member", "seat"):
        ask = {"to": to, "poles": poles, "departements": AREA}
        reach = coverage_by_reach(members, thresholds_km=THRESHOLDS, level=LEVELS, **ask)
        for level in LEVELS:
            found = figures(table, to, level)
            for share in shares:
                assert found[share].to_dict() == reach.loc[level, share].to_dict()
        for level in ("epci", "departement"):
            wanted = reached_population(members, level=level, thresholds_km=THRESHOLDS, **ask)
            rows = table[(table["group"] == to) & (table["level"] == level)]
            rows = rows[rows["territory"] != ""]
            assert rows["indicator"].unique().tolist() == ["share_population"]
            found = rows.pivot_table(values="value", index="territory", columns="threshold_km")
            pd.testing.assert_frame_equal(found, wanted, check_names=False)
        for threshold in THRESHOLDS:
            zones = white_zones(members, threshold_km=threshold, **ask)
            found = figures(table, to, "commune")
            assert found["white_zones", threshold] == len(zones) > 0
            assert found["white_zones_population", threshold] == zones["population"].sum()


def test_what_the_figures_rest_on(table):
    assert table.groupby("group")["n"].unique().map(list).to_dict() == {
        "member": [4],
        "presence": [4],
        "seat": [2],
    }
    assert table.groupby("group")["method"].unique().map(list).to_dict() == {
        "member": ["straight line, legal CRS"],
        "presence": ["members in the territory, at least 1"],
        "seat": ["straight line, legal CRS"],
    }
    assert table[["low", "high"]].isna().all(axis=None)
    assert table["flag"].unique().tolist() == [""]
    assert table.attrs == {
        "presence_set_aside": {level: {"review": 1} for level in LEVELS},
        "members_counted": 4,
        "members_set_aside": {"review": 1},
        "poles_counted": 2,
        "poles_set_aside": {"without a seat": 1},
        "population_unattached": {},
    }
    keys = ["territory", "level", "group", "indicator", "threshold_km"]
    assert not table.duplicated(keys).any()


def test_the_interval_is_that_of_the_places_drawn(members, table):
    options = {"levels": ["commune", "epci"], "thresholds_km": [5], "departements": AREA}
    drawn = coverage_table(members, draws=9, seed=2, confidence=0.8, **options)
    wanted = indicator_interval(
        lambda some: coverage_by_reach(some, thresholds_km=5, departements=AREA)[
            "share_population"
        ].item(),
        members,
        n=9,
        seed=2,
        confidence=0.8,
    )
    rows = drawn[drawn["territory"] == ""].set_index(["group", "level", "indicator"])
    found = rows.loc[("member", "commune", "share_population")]
    assert (found["value"], found["low"], found["high"]) == (wanted.value, wanted.low, wanted.high)
    assert found["low"] < found["high"]
    assert found["method"] == (
        "straight line, legal CRS; place uniform in the commune 80%, 9 draws"
    )
    zones = rows.loc[("member", "commune", "white_zones")]
    assert zones["low"] <= zones["high"]
    assert rows.loc["presence", ["low", "high"]].isna().all(axis=None)
    # The values are those without draws.
    plain = coverage_table(members, **options)
    pd.testing.assert_series_equal(drawn["value"], plain["value"])
    again = coverage_table(members, draws=9, seed=2, confidence=0.8, **options)
    pd.testing.assert_frame_equal(drawn, again)
    other = coverage_table(members, draws=9, seed=3, confidence=0.8, **options)
    assert not drawn["low"].equals(other["low"])


def test_no_member_covers_nothing(members):
    table = coverage_table(members[:0], levels=["departement"], departements=AREA)
    whole = table[table["territory"] == ""].set_index(["group", "indicator"])["value"]
    assert (whole["presence"] == 0).all()
    assert (whole.loc[("member", ["share_territories", "share_population"])] == 0).all()
    # The Loire and the Haute-Loire are one zone, with the enclaves that lie in neither apart.
    people = territory_table("departement").loc[AREA, "population"].sum()
    assert (whole["member", "white_zones_population"] == people).all()
    assert (whole["member", "white_zones"] >= 1).all()


codes = st.lists(
    st.sampled_from(territory_table(departements=AREA).index.to_list()), min_size=1, max_size=6
)


@settings(deadline=None, max_examples=8)
@given(codes)
def test_the_figures_agree_with_each_other(some):
    table = coverage_table(
        members_at(some), levels=LEVELS, thresholds_km=(4, 12, 40), departements=AREA
    )
    assert table["value"].notna().all()
    by_threshold = table.dropna(subset="threshold_km").pivot_table(
        values="value", index=["territory", "level", "indicator"], columns="threshold_km"
    )
    shares = by_threshold.drop("white_zones", level="indicator")
    lost = shares.xs("white_zones_population", level="indicator")
    assert (lost.diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)
    shares = shares.drop("white_zones_population", level="indicator")
    assert (shares.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert shares.to_numpy().max() <= 1
    people = territory_table("departement").loc[AREA, "population"]
    left = people.sum() * (1 - shares.loc[("", "commune", "share_population")])
    assert lost.loc[("", "commune")].to_list() == pytest.approx(left.to_list())
    # What the two départements have within reach is what both together have.
    of_each = shares.xs("departement", level="level").xs("share_population", level="indicator")
    reached = of_each.loc[AREA].mul(people, axis=0).sum() / people.sum()
    assert reached.to_list() == pytest.approx(of_each.loc[""].to_list())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"levels": []}, "levels: expected at least one, each once; found none"),
        (
            {"levels": ["commune"] * 2},
            "levels: expected at least one, each once; found commune, commune",
        ),
        ({"to": []}, "to: expected at least one, each once; found none"),
        (
            {"to": ("member", "member")},
            "to: expected at least one, each once; found member, member",
        ),
        ({"to": "town"}, "to: expected one of member, seat; found 'town'"),
        ({"draws": -1}, "draws: expected a whole number of at least 0, found -1"),
        ({"draws": 1.5}, "draws: expected a whole number of at least 0, found 1.5"),
        ({"confidence": 1.0}, "coverage_table: confidence= lies between 0 and 1, not 1.0"),
        ({"confidence": "a"}, "coverage_table: confidence= lies between 0 and 1, not a"),
        (
            {"share": 0},
            "share: expected a share of the inhabitants above 0 and up to 1, found 0",
        ),
        (
            {"thresholds_km": (0, 5)},
            "thresholds_km: expected distances in km above 0, each once; found (0, 5)",
        ),
        ({"minimum": 1.5}, "minimum: expected a whole number of at least 1, found 1.5"),
        (
            {"share": "a"},
            "share: expected a share of the inhabitants above 0 and up to 1, found 'a'",
        ),
        (
            {"to": "seat"},
            'to="seat": expected poles=, a GeoDataFrame with the seats as its points, found none; '
            'give it, see locate_seats, or take to="member"',
        ),
    ],
)
def test_bad_input_is_told_in_one_line(members, asked, said):
    with pytest.raises(InputError) as raised:
        coverage_table(members, **{"levels": ["departement"], "departements": AREA} | asked)
    assert str(raised.value) == said


def test_one_level_needs_no_list(members):
    ask = {"thresholds_km": 5, "departements": AREA}
    alone = coverage_table(members, levels="departement", **ask)
    pd.testing.assert_frame_equal(alone, coverage_table(members, levels=["departement"], **ask))


def test_members_that_lack_a_column(members):
    with pytest.raises(MissingColumnError, match="no column code_region"):
        coverage_table(members.drop(columns="code_region"), levels=["region"])
    with pytest.raises(MissingColumnError, match="no column geocode_precision"):
        coverage_table(members.drop(columns="geocode_precision"), levels=["departement"], draws=1)
