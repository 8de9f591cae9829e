"""Coverage by presence and by reach: by hand, beside GeoPandas, overseas, and its properties."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from ptce_geo.errors import CrsError, DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators import coverage_by_presence, coverage_by_reach
from ptce_geo.indicators.distances import nearest_km, point_coordinates
from ptce_geo.metric import legal_crs
from ptce_geo.territories import territory_table

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


# Four communes on a line in Lambert-93, 6 km apart, 1000 inhabitants in all.
LINE = demand([(700_000 + 6_000 * i, 6_600_000) for i in range(4)], [400, 300, 200, 100])


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
    with pytest.raises(InputError, match="expected at least 1 member, found 0"):
        coverage_by_presence(members, level="zone", minimum=0, territories=zones)
    with pytest.raises(InputError, match="found 2 levels"):
        coverage_by_presence(members, level=("zone", "commune"), territories=zones)
    with pytest.raises(InputError, match="at least one level"):
        coverage_by_presence(members, level=())
    with pytest.raises(MissingColumnError, match="territories: no column population"):
        coverage_by_presence(members, level="zone", territories=zones[[]])
    with pytest.raises(InputError, match=r"population: .* found nan for A"):
        coverage_by_presence(members, level="zone", territories=zones * np.nan)


# --- by reach


def test_reach_by_hand():
    # A member 3 km east and 4 km north of the first commune: 5 km from it; from the second
    # (6 km east of the first) also 5 km; the third is 9.8 km away, the fourth 15.5 km.
    members = points([(703_000, 6_604_000)])
    table = coverage_by_reach(members, thresholds_km=(4.9, 5.1, 10, 20), territories=LINE)
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
    table = coverage_by_reach(
        member, thresholds_km=(np.nextafter(exact, 0), exact), territories=LINE
    )
    assert table["territories_covered"].to_list() == [2, 3]


def test_reach_counts_accepted_members_with_a_point():
    members = points(
        [(700_000, 6_600_000)] * 5,
        geocode_status=["review", "rejected", "accepted", "accepted", None],
    )
    members.loc[2, "geometry"] = None
    members.loc[3, "geometry"] = gpd.points_from_xy([-56.2], [46.8])[0]  # Saint-Pierre
    table = coverage_by_reach(members, thresholds_km=30, territories=LINE)
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
    }


def test_the_departement_of_a_member_chooses_its_crs_before_its_point_does():
    members = points([(700_000, 6_600_000)] * 2, code_departement=["975", None])
    table = coverage_by_reach(members, thresholds_km=30, territories=LINE)
    assert table.attrs == {"members_counted": 1, "members_set_aside": {"without a legal CRS": 1}}


def test_a_share_of_nothing_is_nan():
    members = points([(700_000, 6_600_000)])
    deserted = coverage_by_reach(members, thresholds_km=7, territories=LINE.assign(population=0))
    assert deserted.iloc[0].to_list() == pytest.approx([4, 2, 0.5, 0, 0, np.nan], nan_ok=True)
    nowhere = coverage_by_reach(members, thresholds_km=7, territories=LINE.head(0))
    assert nowhere.iloc[0].to_list() == pytest.approx([0, 0, np.nan, 0, 0, np.nan], nan_ok=True)


def test_no_member_at_all_covers_nothing():
    table = coverage_by_reach(points([]), territories=LINE)
    assert table.index.to_list() == [5, 10, 20, 30]
    assert (table[["territories_covered", "population_covered"]] == 0).all(axis=None)


def test_thresholds_are_sorted_and_must_be_distances():
    members = points([(700_000, 6_600_000)])
    table = coverage_by_reach(members, thresholds_km=(20, 5), territories=LINE)
    assert table.index.to_list() == [5, 20]
    for bad in ((5, 5), (0, 5), (-1,), (), (np.nan,), (np.inf,), ("far",), None):
        with pytest.raises(InputError, match="expected distances in km above 0, each once"):
            coverage_by_reach(members, thresholds_km=bad, territories=LINE)


def test_reach_refuses_frames_it_cannot_measure():
    members = points([(700_000, 6_600_000)])
    with pytest.raises(MissingColumnError, match=r"members: no points, .* geocode"):
        coverage_by_reach(pd.DataFrame({"city": ["Lyon"]}), territories=LINE)
    with pytest.raises(CrsError, match="expected EPSG:4326, found EPSG:2154"):
        coverage_by_reach(members.to_crs(2154), territories=LINE)
    with pytest.raises(InputError, match="expected points, found Polygon"):
        coverage_by_reach(members.set_geometry([box(2, 46, 3, 47)]), territories=LINE)
    with pytest.raises(MissingColumnError, match="no column latitude"):
        coverage_by_reach(members, territories=LINE.drop(columns="latitude"))
    with pytest.raises(CrsError, match=r"territories: 1 lie in no legal CRS"):
        coverage_by_reach(members, territories=LINE.assign(longitude=[2.3, np.nan, 2.4, 2.5]))
    with pytest.raises(CrsError, match=r"territories: 3 lie in no legal CRS"):
        coverage_by_reach(
            members, territories=LINE.assign(code_departement=["01", "01", "01", "975"])
        )
    with pytest.raises(DuplicateIdError):
        coverage_by_reach(members, territories=pd.concat([LINE, LINE]))


def test_an_ocean_apart_never_reaches():
    # A member of Martinique and one of Guadeloupe share EPSG:5490: 200 km apart, measured.
    # La Réunion and the métropole are no part of it at any threshold.
    antilles = demand([(640_000, 1_790_000)], [10], crs=5490)
    reunion = demand([(340_000, 7_650_000)], [20], crs=2975)
    territories = pd.concat([antilles, reunion, LINE], ignore_index=True)
    members = points([(640_000, 1_590_000)], crs=5490)
    table = coverage_by_reach(
        members, thresholds_km=(199.9, 200.1, 20_000), territories=territories
    )
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
        table = coverage_by_reach(points(where), thresholds_km=(2, 8, 20, 60), territories=LINE)
        assert table["territories_covered"].is_monotonic_increasing
        assert table["population_covered"].is_monotonic_increasing
        assert table["share_population"].between(0, 1).all()
        covered[name] = table["population_covered"]
    assert (covered["both"] >= covered["first"]).all()
    assert (covered["both"] >= covered["second"]).all()
    assert (covered["both"] <= covered["first"] + covered["second"]).all()
