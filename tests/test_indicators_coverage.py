"""Coverage by presence and by reach: by hand, beside GeoPandas, overseas, and its properties."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from ptce_geo.errors import (
    CrsError,
    DuplicateIdError,
    InputError,
    MissingColumnError,
    UnknownTerritoryError,
)
from ptce_geo.indicators.accessibility import isochrones, population_within_minutes
from ptce_geo.indicators.coverage import coverage_by_presence, coverage_by_reach
from ptce_geo.indicators.distances import in_legal_crs, nearest_km, placed, point_coordinates
from ptce_geo.indicators.footprints import pole_footprint
from ptce_geo.indicators.reached import reached_population
from ptce_geo.indicators.siting import site_next_poles
from ptce_geo.indicators.white_zones import white_zones
from ptce_geo.metric import legal_crs
from ptce_geo.territories import read_territories, territory_table

COLUMNS = [
    "territories",
    "territories_covered",
    "share_territories",
    "population",
    "population_covered",
    "share_population",
]


def points(easting_northing, crs=2154, **columns):
    """Members at metric coordinates, in EPSG:4326 as geocoding leaves them."""
    x, y = np.array(easting_northing, dtype="float64").reshape(-1, 2).T
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(x, y), crs=crs).to_crs(4326)


def demand(easting_northing, population, crs=2154, **columns):
    frame = points(easting_northing, crs=crs)
    return pd.DataFrame(
        {
            "longitude": frame.geometry.x,
            "latitude": frame.geometry.y,
            "population": population,
            **columns,
        }
    )


def said(error, function, *args, **options):
    with pytest.raises(error) as raised:
        function(*args, **options)
    assert "\n" not in str(raised.value)
    return str(raised.value)


# Four communes on a line in Lambert-93, 6 km apart, 1000 inhabitants in all.
LINE = demand(
    [(700_000 + 6_000 * i, 6_600_000) for i in range(4)],
    [400, 300, 200, 100],
    code_commune=["03001", "03002", "03003", "03004"],
)


# --- by presence


def test_presence_by_hand():
    zones = pd.DataFrame({"population": [600, 300, 100]}, index=["A", "B", "C"])
    members = pd.DataFrame(
        {
            "code_zone": ["A", "A", "B", "C"],
            "geocode_status": ["accepted", "accepted", "accepted", "review"],
        }
    )
    one = coverage_by_presence(members, level="zone", territories=zones)
    # A and B hold accepted members: 2 of 3 zones, 900 of 1000 inhabitants.
    assert one.columns.to_list() == COLUMNS
    assert one.loc["zone"].to_list() == pytest.approx([3, 2, 2 / 3, 1000, 900, 0.9])
    assert one.index.name == "level"
    assert one.attrs["members_set_aside"] == {"zone": {"review": 1}}
    two = coverage_by_presence(members, level="zone", minimum=2, territories=zones)
    # Only A holds two: 600 of 1000.
    assert two.loc["zone"].to_list() == pytest.approx([3, 1, 1 / 3, 1000, 600, 0.6])


def test_presence_at_several_levels_of_the_embedded_france():
    members = pd.DataFrame(
        {
            "code_commune": ["42218", "69123"],
            "code_departement": ["42", "69"],
            "code_region": ["84", "84"],
        }
    )
    levels = ["commune", "departement", "region"]
    table = coverage_by_presence(members, level=levels)
    assert table.index.to_list() == levels
    assert table["territories"].to_list() == [34_875, 101, 18]
    assert table["territories_covered"].to_list() == [2, 2, 1]
    # Each level is the same France, and Auvergne-Rhône-Alpes holds the Loire and the Rhône.
    assert (table["population"] == table.loc["region", "population"]).all()
    assert table["population_covered"].is_monotonic_increasing
    region = territory_table("region").loc["84", "population"]
    assert table.loc["region", "population_covered"] == region


def test_presence_in_a_study_area():
    members = pd.DataFrame({"code_commune": ["42218", "69123"]})
    table = coverage_by_presence(members, level="commune", departements=["42"])
    communes = territory_table("commune", departements=["42"])
    assert table.loc["commune"].to_list() == pytest.approx(
        [
            len(communes),
            1,
            1 / len(communes),
            communes["population"].sum(),
            communes.loc["42218", "population"],
            communes.loc["42218", "population"] / communes["population"].sum(),
        ]
    )
    assert table.attrs["members_set_aside"] == {"commune": {"outside the study area": 1}}


def test_presence_refuses_what_makes_no_sense():
    zones = pd.DataFrame({"population": [1]}, index=["A"])
    members = pd.DataFrame({"code_zone": ["A"]})
    for minimum in (0, 1.5, np.nan, "2", True, None):
        assert said(InputError, coverage_by_presence, members, level="zone", minimum=minimum) == (
            f"minimum: expected a whole number of at least 1, found {minimum!r}"
        )
    with pytest.raises(InputError, match="found 2 levels"):
        coverage_by_presence(members, level=("zone", "commune"), territories=zones)
    for level, found in ((), "none"), (("zone", "zone"), "zone, zone"):
        for function in (coverage_by_presence, coverage_by_reach):
            assert said(InputError, function, members, level=level) == (
                f"level: expected at least one, each once; found {found}"
            )
    with pytest.raises(MissingColumnError, match="territories: no column population"):
        coverage_by_presence(members, level="zone", territories=zones[[]])
    with pytest.raises(InputError, match=r"population: .* found nan for A"):
        coverage_by_presence(members, level="zone", territories=zones * np.nan)


# --- by reach


def test_reach_by_hand():
    # A member 3 km east and 4 km north of the first commune: 5 km from it; from the second
    # (6 km east of the first) also 5 km; the third is 9.8 km away, the fourth 15.5 km.
    members = points([(703_000, 6_604_000)])
    table = coverage_by_reach(members, thresholds_km=(4.9, 5.1, 10, 20), demand=LINE)
    assert table.columns.to_list() == COLUMNS
    assert table.index.name == "threshold_km"
    assert table["territories_covered"].to_list() == [0, 2, 3, 4]
    assert table["population_covered"].to_list() == [0, 700, 900, 1000]
    assert table["share_territories"].to_list() == [0, 0.5, 0.75, 1]
    assert table["share_population"].to_list() == [0, 0.7, 0.9, 1]


def test_reach_includes_the_threshold_itself():
    member = points([(703_000, 6_604_000)])
    lonlat = LINE[["longitude", "latitude"]].to_numpy()
    at = point_coordinates(member, what="members")
    exact = nearest_km(lonlat, legal_crs(lonlat), at, legal_crs(at))[2]
    assert exact == pytest.approx(np.hypot(9, 4), abs=1e-6)
    table = coverage_by_reach(member, thresholds_km=(np.nextafter(exact, 0), exact), demand=LINE)
    assert table["territories_covered"].to_list() == [2, 3]


def test_reach_counts_accepted_members_with_a_point():
    members = points(
        [(700_000, 6_600_000)] * 5,
        geocode_status=["review", "rejected", "accepted", "accepted", None],
    )
    members.loc[2, "geometry"] = None
    members.loc[3, "geometry"] = gpd.points_from_xy([-56.2], [46.8])[0]  # Saint-Pierre
    table = coverage_by_reach(members, thresholds_km=30, demand=LINE)
    assert table["territories_covered"].to_list() == [0]
    assert table["share_population"].to_list() == [0]
    assert table.attrs == {
        "members_counted": 0,
        "members_set_aside": {
            "review": 1,
            "rejected": 1,
            "without a point": 1,
            "without a legal CRS": 1,
            "without geocode_status": 1,
        },
        "population_unattached": {},
    }


APART = "point and code_departement apart"
NOWHERE = "without a legal CRS"


@pytest.mark.parametrize(
    ("longitude", "latitude", "code", "reason"),
    [
        (4.39, 45.44, "42", None),
        (4.39, 45.44, None, None),
        (4.39, 45.44, "974", APART),
        (4.39, 45.44, "975", NOWHERE),
        (45.44, 4.39, "42", NOWHERE),  # swapped
        (45.44, 4.39, "973", NOWHERE),
        (4.39, 91, "42", NOWHERE),
        (-56.2, 46.8, "975", NOWHERE),  # Saint-Pierre
        (np.nan, np.nan, "42", "without a point"),
    ],
)
def test_every_measure_counts_the_same_members(longitude, latitude, code, reason):
    members = gpd.GeoDataFrame(
        {"pole_id": ["p"], "code_departement": [code]},
        geometry=gpd.points_from_xy([longitude], [latitude]),
        crs=4326,
    ).assign(code_commune=None, code_epci=None, code_region=None)
    homes = pd.DataFrame({"longitude": 4.39, "latitude": 45.44, "population": [7]}, index=["A"])
    reach = coverage_by_reach(members, thresholds_km=20, demand=homes)
    minutes = population_within_minutes(members, minutes=15, demand=homes)
    siting = site_next_poles(1, candidates=homes, demand=homes, existing=members)
    footprint = pole_footprint(members)
    shapes = isochrones(members, minutes=15)
    zones = white_zones(
        members,
        communes=gpd.GeoDataFrame(
            {"population": [7]}, geometry=[box(4.38, 45.43, 4.4, 45.45)], index=["A"], crs=4326
        ),
    )

    aside = {} if reason is None else {reason: 1}
    assert shapes.attrs["points_set_aside"] == aside
    for attrs in (frame.attrs for frame in (reach, minutes, siting.chosen, footprint, zones)):
        assert attrs["members_set_aside"] == aside
        assert attrs["members_counted"] == 1 - len(aside)
    covered = 0 if aside else 7
    assert reach["population_covered"].to_list() == [covered]
    assert minutes["population_covered"].to_list() == [covered]
    assert (siting.covered_before, len(zones)) == (covered, len(aside))
    assert shapes.geometry.isna().to_list() == footprint.geometry.isna().to_list() == [bool(aside)]


def test_a_seat_goes_by_its_point_since_its_code_may_be_that_of_the_declared_town():
    poles = points(
        [(700_000, 6_600_000)],
        pole_id=["p"],
        code_departement=["974"],
        seat_source=["lead_member"],
        geocode_status=["accepted"],
    )
    seats = coverage_by_reach(poles, thresholds_km=1, to="seat", poles=poles, demand=LINE)
    assert (seats.attrs["poles_counted"], seats.attrs["poles_set_aside"]) == (1, {})
    assert seats["population_covered"].to_list() == [400]
    assert isochrones(poles).attrs["points_set_aside"] == {}
    ask = {"candidates": LINE, "demand": LINE, "reach": 1}
    assert site_next_poles(1, existing=poles, **ask).covered_before == 400
    members = poles.drop(columns="seat_source")
    found = site_next_poles(1, existing=members, **ask)
    assert found.chosen.attrs["members_set_aside"] == {APART: 1}
    # Whatever stands in its other columns, a seat has a point or none.
    moved = gpd.points_from_xy([45.44, np.nan], [4.39, np.nan])
    poles = pd.concat([poles, poles.assign(pole_id="q")]).set_geometry(moved, crs=4326)
    seats = coverage_by_reach(poles, thresholds_km=1, to="seat", poles=poles, demand=LINE)
    assert seats.attrs["poles_set_aside"] == {NOWHERE: 1, "without a seat": 1}


anywhere = st.one_of(
    st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
    st.sampled_from([(4.39, 45.44), (55.5, -21.1), (-61.5, 16.2), (np.nan, 45), (4.39, np.inf)]),
)


@given(
    st.lists(
        st.tuples(
            anywhere,
            st.sampled_from(["42", "974", "971", "975", None]),
            st.sampled_from(["accepted", "review", None]),
        ),
        min_size=1,
    )
)
def test_what_counts_has_a_place_in_the_plane_of_its_point(rows):
    lonlat = np.array([where for where, _, _ in rows])
    codes, statuses = [code for _, code, _ in rows], [status for _, _, status in rows]
    frame = pd.DataFrame({"code_departement": codes, "geocode_status": statuses}, dtype="str")
    found = placed(frame, lonlat)
    counts = (found.reasons == "").to_numpy()
    alone = placed(pd.DataFrame(index=frame.index), lonlat)
    assert not (counts & (alone.reasons != "").to_numpy()).any()
    assert (found.crs[counts] == alone.crs[counts]).all()
    assert (found.lonlat[counts] == lonlat[counts]).all()
    metric = in_legal_crs(found.lonlat, found.crs)
    assert (np.isfinite(metric).all(axis=1) == counts).all()
    planes = {"42": 2154, "974": 2975, "971": 5490, "975": 0}
    for row, (code, status) in enumerate(zip(codes, statuses, strict=True)):
        right = alone.crs[row] != 0 and planes.get(code, alone.crs[row]) == alone.crs[row]
        assert counts[row] == (status == "accepted" and right)


def test_demand_lies_where_its_code_says():
    members = points([(700_000, 6_600_000)])
    homes = LINE.assign(code_departement=["03", "974", "03", "973"])
    assert said(CrsError, coverage_by_reach, members, demand=homes) == (
        "demand: 1, 3 lie in another legal CRS than their code_departement; "
        "correct the one or the other"
    )
    north = LINE.assign(code_departement="03", latitude=[46, 91, 46, 46])
    assert said(CrsError, coverage_by_reach, members, demand=north).startswith(
        "demand: 1 lie in no legal CRS of France"
    )


def test_a_share_of_nothing_is_nan():
    members = points([(700_000, 6_600_000)])
    deserted = coverage_by_reach(members, thresholds_km=7, demand=LINE.assign(population=0))
    assert deserted.iloc[0].to_list() == pytest.approx([4, 2, 0.5, 0, 0, np.nan], nan_ok=True)
    nowhere = coverage_by_reach(members, thresholds_km=7, demand=LINE.head(0))
    assert nowhere.iloc[0].to_list() == pytest.approx([0, 0, np.nan, 0, 0, np.nan], nan_ok=True)


def test_no_member_at_all_covers_nothing():
    table = coverage_by_reach(points([]), demand=LINE)
    assert table.index.to_list() == [5, 10, 20, 30]
    assert (table[["territories_covered", "population_covered"]] == 0).all(axis=None)


def test_thresholds_are_sorted_and_must_be_distances():
    members = points([(700_000, 6_600_000)])
    table = coverage_by_reach(members, thresholds_km=(20, 5), demand=LINE)
    assert table.index.to_list() == [5, 20]
    for bad in ((5, 5), (0, 5), (-1,), (), (np.nan,), (np.inf,), ("far",), None):
        with pytest.raises(InputError, match="expected distances in km above 0, each once"):
            coverage_by_reach(members, thresholds_km=bad, demand=LINE)


def test_reach_refuses_frames_it_cannot_measure():
    members = points([(700_000, 6_600_000)])
    with pytest.raises(MissingColumnError, match=r"members: no points, .* geocode"):
        coverage_by_reach(pd.DataFrame({"city": ["Lyon"]}), demand=LINE)
    with pytest.raises(CrsError, match="expected EPSG:4326, found EPSG:2154"):
        coverage_by_reach(members.to_crs(2154), demand=LINE)
    with pytest.raises(InputError, match="expected points, found Polygon"):
        coverage_by_reach(members.set_geometry([box(2, 46, 3, 47)]), demand=LINE)
    with pytest.raises(MissingColumnError, match="no column latitude"):
        coverage_by_reach(members, demand=LINE.drop(columns="latitude"))
    with pytest.raises(CrsError, match=r"demand: 1 lie in no legal CRS"):
        coverage_by_reach(members, demand=LINE.assign(longitude=[2.3, np.nan, 2.4, 2.5]))
    with pytest.raises(CrsError, match=r"demand: 3 lie in no legal CRS"):
        coverage_by_reach(members, demand=LINE.assign(code_departement=["01", "01", "01", "975"]))


def test_an_ocean_apart_never_reaches():
    # A member of Martinique and one of Guadeloupe share EPSG:5490: 200 km apart, measured.
    # La Réunion and the métropole are no part of it at any threshold.
    antilles = demand([(640_000, 1_790_000)], [10], crs=5490)
    reunion = demand([(340_000, 7_650_000)], [20], crs=2975)
    homes = pd.concat([antilles, reunion, LINE], ignore_index=True)
    members = points([(640_000, 1_590_000)], crs=5490)
    table = coverage_by_reach(members, thresholds_km=(199.9, 200.1, 20_000), demand=homes)
    assert table["population_covered"].to_list() == [0, 10, 10]


@pytest.mark.parametrize(
    ("departements", "crs"), [(["42", "69"], 2154), (["971", "972"], 5490), (["973"], 2972)]
)
def test_reach_as_geopandas_computes_every_distance(departements, crs):
    communes = territory_table("commune", departements=departements)
    rng = np.random.default_rng(1)
    some = communes.sample(25, random_state=1, replace=True)
    members = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(
            some["longitude"] + rng.normal(0, 0.1, 25), some["latitude"] + rng.normal(0, 0.1, 25)
        ),
        crs=4326,
    )
    places = gpd.GeoSeries.from_xy(communes["longitude"], communes["latitude"], crs=4326)
    metric, supply = places.to_crs(crs), members.to_crs(crs)
    nearest = pd.concat([metric.distance(p) for p in supply.geometry], axis=1).min(axis=1)

    thresholds = (0.5, 3, 5, 10, 20, 30)
    table = coverage_by_reach(members, thresholds_km=thresholds, departements=departements)
    for threshold in thresholds:
        covered = nearest <= threshold * 1000
        population = communes.loc[covered, "population"].sum()
        assert table.loc[threshold].to_list() == pytest.approx(
            [
                len(communes),
                covered.sum(),
                covered.mean(),
                communes["population"].sum(),
                population,
                population / communes["population"].sum(),
            ]
        )


def test_a_member_across_the_border_reaches_into_the_study_area():
    # Givors (Rhône) lies 3 km from the Loire.
    members = gpd.GeoDataFrame(
        {"code_departement": ["69"]}, geometry=gpd.points_from_xy([4.77], [45.59]), crs=4326
    )
    table = coverage_by_reach(members, thresholds_km=10, departements=["42"])
    assert table["territories_covered"].item() > 0
    assert table.attrs["members_counted"] == 1


places = st.lists(
    st.tuples(st.integers(680_000, 740_000), st.integers(6_580_000, 6_620_000)), max_size=6
)


@settings(deadline=None, max_examples=40)
@given(places, places)
def test_reach_grows_with_radius_and_the_union_covers_at_least_each(first, second):
    covered = {}
    for name, where in (("first", first), ("second", second), ("both", first + second)):
        table = coverage_by_reach(points(where), thresholds_km=(2, 8, 20, 60), demand=LINE)
        assert table["territories_covered"].is_monotonic_increasing
        assert table["population_covered"].is_monotonic_increasing
        assert table["share_population"].between(0, 1).all()
        covered[name] = table["population_covered"]
    assert (covered["both"] >= covered["first"]).all()
    assert (covered["both"] >= covered["second"]).all()
    assert (covered["both"] <= covered["first"] + covered["second"]).all()


# --- at several levels, of a demand of one's own, to seats

# Five communes in a row, 10 km apart; the first three are the zone "west", the others "east".
FIVE = demand(
    [(700_000 + 10_000 * i, 6_600_000) for i in range(5)],
    [100, 200, 300, 250, 150],
    code_commune=["03001", "03002", "03003", "03004", "03005"],
    code_zone=["west", "west", "west", "east", "east"],
)


def two_poles():
    """Members of two poles at the first commune and 4 km beyond the fourth; the seat of the
    first pole is at the second commune, the other pole has none."""
    members = points([(700_000, 6_600_000), (734_000, 6_600_000)], pole_id=["p", "q"])
    poles = points([(710_000, 6_600_000), (0, 0)], pole_id=["p", "q"], pole_name=["P", "Q"])
    poles.loc[1, "geometry"] = None
    return members, poles


def test_five_communes_two_poles_by_hand():
    members, poles = two_poles()
    # To the nearest member: 0, 10, 14 (from the fourth: 734 - 720), 4, 6 km.
    by_member = coverage_by_reach(
        members, thresholds_km=(5, 12), level=["commune", "zone"], demand=FIVE
    )
    assert by_member.index.to_list() == [
        ("commune", 5), ("commune", 12), ("zone", 5), ("zone", 12)
    ]  # fmt: skip
    assert by_member.index.names == ["level", "threshold_km"]
    # Within 5 km the first and the fourth, 350 of 1000; within 12 km all but the third, 700.
    assert by_member.loc["commune"].to_numpy().tolist() == [
        [5, 2, 0.4, 1000, 350, 0.35],
        [5, 4, 0.8, 1000, 700, 0.7],
    ]
    # At 5 km the west has 100 of 600 within reach, the east 250 of 400: the east is covered. At
    # 12 km the west has 300 of 600, which is half. The inhabitants are the same.
    assert by_member.loc["zone"].to_numpy().tolist() == [
        [2, 1, 0.5, 1000, 350, 0.35],
        [2, 2, 1.0, 1000, 700, 0.7],
    ]
    shares = reached_population(members, level="zone", thresholds_km=(5, 12), demand=FIVE)
    assert shares.loc["west"].to_list() == [100 / 600, 300 / 600]
    assert shares.loc["east"].to_list() == [250 / 400, 1]

    # The one seat is at the second commune: 10, 0, 10, 20, 30 km.
    by_seat = coverage_by_reach(
        members, thresholds_km=(5, 12), level="zone", to="seat", poles=poles, demand=FIVE
    )
    assert by_seat["population_covered"].to_list() == [200, 600]
    assert by_seat["territories_covered"].to_list() == [0, 1]
    assert by_seat.attrs == {
        "poles_counted": 1,
        "poles_set_aside": {"without a seat": 1},
        "population_unattached": {},
    }


def test_the_share_that_covers_a_territory_is_a_parameter():
    members, _ = two_poles()
    covered = {
        share: coverage_by_reach(members, thresholds_km=5, level="zone", demand=FIVE, share=share)
        for share in (1e-9, 100 / 600, 0.17, 0.625, 0.63, 1)
    }
    # The west has 1/6 = 0.1667 within reach, the east 5/8 = 0.625; reaching it is enough.
    assert [table["territories_covered"].item() for table in covered.values()] == [2, 2, 1, 1, 0, 0]
    assert {table["population_covered"].item() for table in covered.values()} == {350}


def test_half_of_fractions_of_people_is_half():
    # 0.1 + 0.2 of 0.6 is, in floats, not what 0.3 is.
    homes = FIVE.assign(population=[0.1, 0.2, 0.3, 0.0, 0.0], code_zone="all")
    members = points([(705_000, 6_600_000)])
    table = coverage_by_reach(members, thresholds_km=6, level="zone", demand=homes)
    assert table["territories_covered"].item() == 1
    assert table["share_population"].item() == pytest.approx(0.5, rel=1e-12)


def test_a_territory_where_nobody_lives_goes_by_its_points():
    homes = FIVE.assign(population=[100, 200, 300, 0, 0])
    members, _ = two_poles()
    table = coverage_by_reach(members, thresholds_km=(3, 5, 12), level="zone", demand=homes)
    # Of the two points of the east none is within 3 km, one, which is half, within 5 km.
    assert table["territories_covered"].to_list() == [0, 1, 2]
    shares = reached_population(members, level="zone", thresholds_km=5, demand=homes)
    assert shares[5].to_list() == pytest.approx([np.nan, 100 / 600], nan_ok=True)
    assert shares.index.to_list() == ["east", "west"]


def test_one_level_has_the_rows_of_several():
    members = gpd.GeoDataFrame(geometry=gpd.points_from_xy([4.39, 8.74], [45.44, 41.92]), crs=4326)
    levels = ["commune", "epci", "departement", "region"]
    several = coverage_by_reach(members, level=levels)
    for level in levels:
        one = coverage_by_reach(members, level=level)
        assert one.index.name == "threshold_km"
        pd.testing.assert_frame_equal(several.loc[level], one)
        territories = territory_table(level)
        assert (one["territories"] == len(territories)).all()
        assert (one["population"] == territory_table("commune")["population"].sum()).all()
    # The communes of four islands have no EPCI; they count among the inhabitants.
    communes = territory_table("commune")
    islands = communes.loc[communes["code_epci"].isna(), "population"]
    assert several.attrs["population_unattached"] == {"epci": islands.sum()}


def test_squares_stand_at_their_centroid_in_the_commune_they_lie_in():
    # Squares of 200 m about the town hall of Saint-Étienne, and one in the sea off Oléron.
    commune = territory_table("commune").loc["42218"]
    home = gpd.GeoSeries.from_xy([commune["longitude"]], [commune["latitude"]], crs=4326)
    x, y = home.to_crs(2154).get_coordinates().iloc[0]
    corners = [(x, y), (x + 200, y), (x + 1_000, y), (340_000, 6_540_000)]
    squares = gpd.GeoDataFrame(
        {"population": [10.5, 20.0, 4.5, 5.0], "code_commune": [None, "42218", "99999", None]},
        geometry=[box(east, north, east + 200, north + 200) for east, north in corners],
        crs=2154,
    ).to_crs(4326)
    # From the corner where the first two meet their centroids are 141 m away, the third 906 m.
    members = points([(x + 200, y)])
    table = coverage_by_reach(members, thresholds_km=(0.1413, 0.1415, 0.9, 0.91), demand=squares)
    assert table["population_covered"].to_list() == [0, 30.5, 30.5, 35]
    assert (table["population"] == 40).all()
    assert (table["territories"] == 1).all()
    assert table["territories_covered"].to_list() == [0, 1, 1, 1]
    assert table.attrs["population_unattached"] == {"commune": 5}
    # As points the same.
    at_centroids = squares.set_geometry(squares.to_crs(2154).centroid.to_crs(4326))
    pd.testing.assert_frame_equal(
        table,
        coverage_by_reach(members, thresholds_km=(0.1413, 0.1415, 0.9, 0.91), demand=at_centroids),
    )


def test_territories_that_touch_the_study_area_are_whole():
    members = gpd.GeoDataFrame(geometry=gpd.points_from_xy([4.77], [45.59]), crs=4326)
    epci = territory_table("epci", departements=["42"])
    communes = territory_table("commune")
    table = coverage_by_reach(members, thresholds_km=5, level="epci", departements=["42"])
    assert table["territories"].item() == len(epci)
    assert table["population"].item() == epci["population"].sum()
    inside = communes[communes["code_epci"].isin(epci.index)]
    assert set(inside["code_departement"]) > {"42"}
    region = reached_population(members, level="region", departements=["42"])
    assert region.index.to_list() == ["84"]
    # A commune without EPCI counts where its département is studied, and only there.
    for departement, unattached in (("29", True), ("42", False)):
        found = coverage_by_reach(members, level="epci", departements=[departement])
        assert bool(found.attrs["population_unattached"]) == unattached


@pytest.mark.parametrize("level", ["commune", "epci", "departement"])
def test_reach_of_territories_beside_a_slow_count(level):
    # Squares scattered over two départements, fractions of people, communes told or not.
    rng = np.random.default_rng(3)
    communes = territory_table("commune", departements=["42", "69"])
    some = communes.sample(400, random_state=3, replace=True)
    homes = gpd.GeoDataFrame(
        {
            "population": rng.choice([0, 1.5, 40, 7.25], 400),
            "code_commune": np.where(rng.random(400) < 0.5, some.index, None),
        },
        geometry=gpd.points_from_xy(some["longitude"], some["latitude"]),
        crs=4326,
    )
    members = homes.iloc[:12][["geometry"]]
    table = coverage_by_reach(
        members, thresholds_km=(3, 8, 15), level=[level], demand=homes, share=0.4
    )
    shares = reached_population(members, level=level, thresholds_km=(3, 8, 15), demand=homes)
    code = some.index if level == "commune" else some[f"code_{level}"]
    metric, supply = homes.to_crs(2154).geometry, members.to_crs(2154).geometry
    km = pd.concat([metric.distance(place) for place in supply], axis=1).min(axis=1) / 1000
    for threshold in (3, 8, 15):
        covered = 0
        for territory, rows in homes.groupby(np.asarray(code)):
            within = km[rows.index] <= threshold
            people, reached = rows["population"].sum(), rows["population"][within].sum()
            share = reached / people if people else within.mean()
            covered += share >= 0.4
            assert shares.loc[territory, threshold] == pytest.approx(
                share if people else np.nan, nan_ok=True
            )
        people = homes["population"][km <= threshold].sum()
        assert table.loc[(level, threshold)].to_list() == pytest.approx(
            [
                len(set(code)),
                covered,
                covered / len(set(code)),
                homes["population"].sum(),
                people,
                people / homes["population"].sum(),
            ]
        )


@settings(deadline=None, max_examples=25)
@given(places, places, st.floats(0.01, 1))
def test_every_territory_is_reached_more_with_radius_and_members(first, second, share):
    tables = {}
    for name, where in (("first", first), ("both", first + second)):
        members = points(where)
        shares = reached_population(members, level="zone", thresholds_km=(4, 9, 30), demand=FIVE)
        assert shares.to_numpy().min() >= 0
        assert shares.to_numpy().max() <= 1
        assert (shares.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
        covered = coverage_by_reach(
            members, thresholds_km=(4, 9, 30), level="zone", demand=FIVE, share=share
        )
        people = (shares.mul(FIVE.groupby("code_zone")["population"].sum(), axis=0)).sum()
        assert covered["population_covered"].to_numpy() == pytest.approx(people.to_numpy())
        assert covered["territories_covered"].to_list() == (shares >= share).sum().to_list()
        tables[name] = shares
    assert (tables["both"] >= tables["first"]).all(axis=None)


def test_a_seat_overseas_reaches_its_own_land_only():
    members = points([(700_000, 6_600_000)], pole_id=["p"])
    poles = points([(340_000, 7_650_000)], crs=2975, pole_id=["p"])
    table = coverage_by_reach(
        members, thresholds_km=20_000, level="departement", to="seat", poles=poles
    )
    assert table["territories_covered"].item() == 1
    reunion = territory_table("departement").loc["974", "population"]
    assert table["population_covered"].item() == reunion
    metropole = coverage_by_reach(members, thresholds_km=20_000, level="departement")
    assert metropole["territories_covered"].item() == 96


def test_seats_count_whatever_members_their_poles_have():
    # A pole without members, and a member without a pole.
    members = points([(740_000, 6_600_000)], pole_id=[None])
    _, poles = two_poles()
    table = coverage_by_reach(members, thresholds_km=1, to="seat", poles=poles, demand=FIVE)
    assert table["population_covered"].item() == 200
    table = coverage_by_reach(members, thresholds_km=1, demand=FIVE)
    assert table["population_covered"].item() == 150


@pytest.mark.parametrize("function", [coverage_by_reach, reached_population])
def test_bad_input_is_told_in_one_line(function):
    members, poles = two_poles()
    ask = {"level": "zone", "demand": FIVE}
    assert said(InputError, function, members, **ask, to="seat") == (
        'to="seat": expected poles=, a GeoDataFrame with the seats as its points, found none; '
        'give it, see locate_seats, or take to="member"'
    )
    assert said(InputError, function, members, **ask, to="town") == (
        "to: expected one of member, seat; found 'town'"
    )
    assert said(MissingColumnError, function, members, **ask, to="seat", poles=LINE) == (
        "poles: no column pole_id; found longitude, latitude, population, code_commune"
    )
    twice = pd.concat([poles, poles])
    assert said(DuplicateIdError, function, members, **ask, to="seat", poles=twice) == (
        "poles: pole_id must be unique; p, q stand more than once"
    )
    nameless = FIVE.drop(columns="population")
    assert said(MissingColumnError, function, members, **ask | {"demand": nameless}) == (
        "demand: no column population; found longitude, latitude, code_commune, code_zone"
    )
    for bad in (-1.0, np.inf, np.nan):
        homes = FIVE.assign(population=[1, 2, bad, 4, 5])
        assert said(InputError, function, members, **ask | {"demand": homes}) == (
            f"demand: population: expected numbers of at least 0, found {bad} for 2; "
            "correct or fill them"
        )
    roads = gpd.GeoDataFrame(
        {"population": [1]}, geometry=[LineString([(2, 46), (3, 46)])], crs=4326
    )
    assert said(InputError, function, members, **ask | {"demand": roads}) == (
        "demand: expected points or polygons, found LineString; leave them out"
    )
    assert "no level 'zone' of 2026; known: commune" in said(
        UnknownTerritoryError, function, members, level="zone"
    )
    assert "arrondissement_municipal" in said(
        UnknownTerritoryError, function, members, level="arrondissement_municipal"
    )


def test_a_share_that_covers_is_above_0_and_up_to_1():
    members, _ = two_poles()
    for share in (0, -0.1, 1.1, np.nan, "a", None):
        assert said(InputError, coverage_by_reach, members, demand=FIVE, share=share) == (
            f"share: expected a share of the inhabitants above 0 and up to 1, found {share!r}"
        )


def test_communes_as_polygons_stand_at_their_reference_points():
    members = gpd.GeoDataFrame(geometry=gpd.points_from_xy([4.39], [45.44]), crs=4326)
    communes = read_territories("commune", departements=["42"]).rename_axis("code_commune")
    given = coverage_by_reach(members, demand=communes.reset_index())
    pd.testing.assert_frame_equal(given, coverage_by_reach(members, departements=["42"]))
