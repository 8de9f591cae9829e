"""White zones: by hand, beside a slow search of neighbours, their shapes, and overseas."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from ptce_geo.errors import CrsError, DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators.coverage import coverage_by_reach
from ptce_geo.indicators.white_zones import white_zones
from ptce_geo.metric import areas_km2
from ptce_geo.territories import read_territories, territory_table

COLUMNS = [
    "nom",
    "communes",
    "population",
    "area_km2",
    "pole_id",
    "pole_name",
    "nearest_km",
    "mean_km",
    "farthest_km",
    "commune_codes",
    "geometry",
]
EAST, NORTH = 700_000, 6_600_000


def at(*km, crs=2154, **columns):
    """Points so many km east and north of an origin in Lambert-93."""
    x, y = np.array(km, dtype="float64").reshape(-1, 2).T * 1000
    found = gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(EAST + x, NORTH + y), crs=crs)
    return found.to_crs(4326)


def squares(corners, population, **columns):
    """Square communes of 10 km, called A, B, C …, by their lower left corner (km)."""
    shapes = [
        box(EAST + 1000 * x, NORTH + 1000 * y, EAST + 1000 * x + 1e4, NORTH + 1000 * y + 1e4)
        for x, y in corners
    ]
    index = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(shapes)])
    frame = gpd.GeoDataFrame(
        {"population": population, **columns}, geometry=shapes, index=index, crs=2154
    )
    return frame.to_crs(4326)


FIVE = squares([(10 * i, 0) for i in range(5)], [100, 300, 250, 200, 150])


def test_five_communes_two_poles_by_hand():
    # The centroids are 5, 15, 25, 35, 45 km east. Pole p is at D, 35 km, pole q at -20 km.
    members = at((35, 5), (-20, 5), pole_id=["p", "q"], pole_name=["P", "Q"])
    zones = white_zones(members, threshold_km=12, communes=FIVE)
    # C, D and E are at most 10 km from p. A is 25 km from q and 30 km from p, B 20 km from p and
    # 35 km from q: one zone, nearest to p by B; its inhabitants (100 × 25 + 300 × 20) / 400.
    assert zones.columns.to_list() == COLUMNS
    assert zones.index.to_list() == [1]
    assert zones.index.name == "rank"
    zone = zones.loc[1]
    assert zone[["nom", "communes", "population", "pole_id", "pole_name"]].to_list() == [
        "B", 2, 400, "p", "P"
    ]  # fmt: skip
    assert zone[["nearest_km", "mean_km", "farthest_km"]].to_list() == pytest.approx(
        [20, 21.25, 25], abs=1e-6
    )
    assert zone["area_km2"] == pytest.approx(200, abs=1e-6)
    assert zone["commune_codes"] == "A B"
    assert zones.crs.to_epsg() == 4326
    # The corners of both, and the border between them is gone.
    assert shapely.get_num_coordinates(zone["geometry"]) == 7
    assert zones.attrs == {
        "members_counted": 2,
        "members_set_aside": {},
        "zones_without_nearest": 0,
    }


def test_the_threshold_itself_is_reached():
    members = at((35, 5))
    exact = white_zones(members, threshold_km=1, communes=FIVE).loc[1, "farthest_km"]
    assert exact == pytest.approx(30, abs=1e-6)
    beyond = white_zones(members, threshold_km=np.nextafter(exact, 0), communes=FIVE)
    assert beyond["commune_codes"].to_list() == ["A"]
    assert white_zones(members, threshold_km=exact, communes=FIVE).empty


def test_a_corner_is_no_border_and_the_most_populous_zone_comes_first():
    # A and D of a chessboard; B and C, with members, cover themselves.
    board = squares([(0, 0), (10, 0), (0, 10), (10, 10)], [10, 20, 30, 40])
    zones = white_zones(at((15, 5), (5, 15)), threshold_km=2, communes=board)
    assert zones["commune_codes"].to_list() == ["D", "A"]
    assert zones["population"].to_list() == [40, 10]


def test_names_areas_and_reference_points_of_the_communes_given():
    lonlat = at((0, 5), (20, 5)).geometry
    given_ = squares([(0, 0), (10, 0)], [5, 5]).assign(
        nom=["Ici", "Là"], area_km2=[1.5, 2.25], longitude=lonlat.x.to_numpy(),
        latitude=lonlat.y.to_numpy(),
    )  # fmt: skip
    zone = white_zones(at((-9, 5)), threshold_km=1, communes=given_).loc[1]
    # Of two as populous, the lower code gives its name.
    assert zone[["nom", "area_km2"]].to_list() == ["Ici", 3.75]
    assert zone[["nearest_km", "farthest_km"]].to_list() == pytest.approx([9, 29], abs=1e-6)


def test_where_nobody_lives_there_is_no_mean():
    zones = white_zones(at((35, 5)), threshold_km=25, communes=FIVE.assign(population=0))
    assert zones["population"].to_list() == [0]
    assert zones["mean_km"].isna().all()
    assert zones["nearest_km"].to_list() == pytest.approx([30], abs=1e-6)


def test_nothing_white_is_a_frame_without_rows():
    some = white_zones(at((35, 5), pole_id=["p"]), threshold_km=12, communes=FIVE)
    none = white_zones(at((35, 5), pole_id=["p"]), threshold_km=100, communes=FIVE)
    assert none.empty
    assert none.crs == some.crs
    assert none.columns.to_list() == COLUMNS
    assert none.attrs["zones_without_nearest"] == 0


def test_the_nearest_pole_does_not_depend_on_the_order_of_the_members():
    members = at((35, 5), (35, 5), (35, 5), pole_id=[None, "q", "p"])
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        zones = white_zones(members.iloc[order], threshold_km=12, communes=FIVE)
        assert zones["pole_id"].to_list() == ["p"]


def test_a_member_without_pole_is_near_all_the_same():
    zones = white_zones(
        at((35, 5), (-100, 5), pole_id=[None, "q"], pole_name=[None, "Q"]),
        threshold_km=12,
        communes=FIVE,
    )
    assert zones["pole_id"].isna().all()
    assert zones["nearest_km"].to_list() == pytest.approx([20], abs=1e-6)
    plain = white_zones(at((35, 5)), threshold_km=12, communes=FIVE)
    assert plain["pole_id"].isna().all()


def test_to_the_seats():
    members = at((5, 5), pole_id=["p"])
    poles = at((45, 5), (0, 0), pole_id=["p", "q"], pole_name=["P", "Q"])
    poles.loc[1, "geometry"] = None
    zones = white_zones(members, threshold_km=15, to="seat", poles=poles, communes=FIVE)
    # From the seat at E the centroids are 40, 30, 20, 10, 0 km away.
    assert zones[["commune_codes", "pole_name"]].to_numpy().tolist() == [["A B C", "P"]]
    assert zones["nearest_km"].item() == pytest.approx(20, abs=1e-6)
    assert zones.attrs == {
        "poles_counted": 1,
        "poles_set_aside": {"without a seat": 1},
        "zones_without_nearest": 0,
    }


def test_members_set_aside_cover_nothing():
    members = at((5, 5), (15, 5), (25, 5), geocode_status=["review", "rejected", "accepted"])
    members.loc[2, "geometry"] = None
    zones = white_zones(members, threshold_km=50, communes=FIVE)
    assert zones["communes"].to_list() == [5]
    assert zones[["nearest_km", "mean_km", "farthest_km"]].isna().all(axis=None)
    assert zones.attrs == {
        "members_counted": 0,
        "members_set_aside": {"review": 1, "rejected": 1, "without a point": 1},
        "zones_without_nearest": 1,
    }


# --- the embedded France


def members_among(departements, number, seed):
    communes = territory_table("commune", departements=departements)
    some = communes.sample(number, random_state=seed)
    return gpd.GeoDataFrame(
        {"pole_id": [f"p{i % 5}" for i in range(number)]},
        geometry=gpd.points_from_xy(some["longitude"], some["latitude"]),
        crs=4326,
    )


def test_zones_beside_a_slow_search():
    departements = ["42", "43"]
    members = members_among(departements, 12, seed=5)
    zones = white_zones(members, threshold_km=12, departements=departements)
    communes = read_territories("commune", departements=departements)
    towns = gpd.GeoSeries.from_xy(
        communes["longitude"], communes["latitude"], index=communes.index, crs=4326
    ).to_crs(2154)
    far = pd.concat([towns.distance(p) for p in members.to_crs(2154).geometry], axis=1) / 1000
    white = far.index[far.min(axis=1) > 12]

    # Walk from commune to commune over borders that have a length.
    shapes = communes.loc[white, "geometry"].to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    lengths = shapely.length(shapely.intersection(shapes[one], shapes[other]))
    beside = pd.DataFrame({"one": white[one], "other": white[other]})
    beside = beside[(lengths > 0) & (one != other)]
    beside = beside.groupby("one")["other"].agg(list)
    groups, left = [], set(white)
    while left:
        group, waiting = set(), [min(left)]
        while waiting:
            code = waiting.pop()
            if code not in group:
                group.add(code)
                waiting += beside.get(code, [])
        groups.append(group)
        left -= group
    assert len(groups) > 3
    assert {frozenset(codes.split()) for codes in zones["commune_codes"]} == {
        frozenset(group) for group in groups
    }
    for zone in zones.itertuples():
        codes = zone.commune_codes.split()
        people, km = communes.loc[codes, "population"], far.loc[codes].min(axis=1)
        assert zone.communes == len(codes)
        assert zone.population == people.sum()
        assert zone.nom == communes.loc[people.idxmax(), "nom"]
        assert [zone.nearest_km, zone.mean_km, zone.farthest_km] == pytest.approx(
            [km.min(), np.average(km, weights=people), km.max()]
        )
        nearest = far.loc[km.idxmin()].idxmin()
        assert zone.pole_id == members["pole_id"].iloc[nearest]
    assert zones["population"].is_monotonic_decreasing


def test_shapes_are_the_unions_of_their_communes_without_slivers():
    departements = ["42", "43"]
    zones = white_zones(
        members_among(departements, 12, seed=5), threshold_km=12, departements=departements
    )
    communes = read_territories("commune", departements=departements)
    assert zones.geometry.is_valid.all()
    assert zones["area_km2"].to_numpy() == pytest.approx(areas_km2(zones).to_numpy(), rel=1e-6)
    inside = communes.representative_point()
    for zone in zones.itertuples():
        codes = set(zone.commune_codes.split())
        assert set(inside.index[inside.within(zone.geometry)]) == codes
        # A hole is the place of communes that are covered, never a gap between two borders.
        holes = [hole for part in shapely.get_parts(zone.geometry) for hole in part.interiors]
        least = shapely.area(communes.geometry.to_numpy()).min()
        assert all(shapely.Polygon(hole).area >= least for hole in holes)
    pairs = zones.sindex.query(zones.geometry, predicate="overlaps")
    assert pairs.size == 0


def test_overseas_without_a_member_is_white_with_nothing_near():
    members = gpd.GeoDataFrame(
        {"pole_id": ["p"], "pole_name": ["P"]},
        geometry=gpd.points_from_xy([4.39], [45.44]),
        crs=4326,
    )
    zones = white_zones(members, departements=["971", "974", "976"])
    missing = ["pole_id", "pole_name", "nearest_km", "mean_km", "farthest_km"]
    assert zones[missing].isna().all(axis=None)
    assert zones.attrs["zones_without_nearest"] == len(zones)
    table = territory_table("departement")["population"]
    assert zones["population"].sum() == table[["971", "974", "976"]].sum()
    # La Réunion is one island; of Guadeloupe, Les Saintes, Marie-Galante and La Désirade lie apart.
    reunion = zones[zones["commune_codes"].str.startswith("974")]
    assert reunion["population"].to_list() == [table["974"]]
    guadeloupe = zones[zones["commune_codes"].str.startswith("971")]
    assert "97110" in guadeloupe["commune_codes"].to_list()
    assert (
        guadeloupe["commune_codes"]
        .str.split()
        .map(set)
        .map({"97112", "97126", "97108"}.__eq__)
        .any()
    )


def test_a_seat_overseas_is_near_to_no_commune_of_the_metropole():
    seats = gpd.GeoDataFrame(
        {"pole_id": ["r", "p"]},
        geometry=gpd.points_from_xy([55.45, 4.39], [-20.88, 45.44]),
        crs=4326,
    )
    members = members_among(["42"], 3, seed=1)
    zones = white_zones(members, threshold_km=9, to="seat", poles=seats, departements=["42", "974"])
    on_reunion = zones["commune_codes"].str.startswith("974")
    assert on_reunion.any()
    assert (~on_reunion).any()
    assert (zones["pole_id"] == np.where(on_reunion, "r", "p")).all()
    assert zones["farthest_km"].max() < 120
    assert zones.attrs["zones_without_nearest"] == 0


def test_members_beyond_the_study_area_reach_into_it():
    # Givors (Rhône) lies 3 km from the Loire.
    givors = gpd.GeoDataFrame(geometry=gpd.points_from_xy([4.77], [45.59]), crs=4326)
    zones = white_zones(givors, threshold_km=20, departements=["42"])
    assert zones["communes"].sum() < len(territory_table("commune", departements=["42"]))
    assert zones["communes"].sum() > 0


# --- properties

GRID = squares(
    [(10 * i, 10 * j) for i in range(5) for j in range(5)],
    [7 * i % 11 for i in range(25)],
    area_km2=100.0,
)
spots = st.lists(st.tuples(st.integers(-20, 70), st.integers(-20, 70)), max_size=5)


@settings(deadline=None, max_examples=12)
@given(spots, spots, st.floats(1, 60))
def test_zones_share_out_what_is_not_reached_and_shrink(first, second, threshold):
    white = {}
    for name, where, km in (
        ("first", first, threshold),
        ("both", first + second, threshold),
        ("farther", first, threshold + 5),
    ):
        members = at(*where)
        zones = white_zones(members, threshold_km=km, communes=GRID)
        codes = " ".join(zones["commune_codes"]).split()
        assert len(codes) == len(set(codes)) == zones["communes"].sum()
        assert zones["population"].sum() == GRID.loc[codes, "population"].sum()
        if where:
            assert (zones["nearest_km"] > km).all()
            assert (zones["nearest_km"] <= zones["farthest_km"]).all()
            within = zones.dropna(subset="mean_km")
            assert (within["mean_km"] >= within["nearest_km"] * (1 - 1e-12)).all()
            assert (within["mean_km"] <= within["farthest_km"] * (1 + 1e-12)).all()
        # No two zones share a border.
        borders = shapely.intersection(
            zones.geometry.to_numpy()[:, None], zones.geometry.to_numpy()[None]
        )
        apart = ~np.eye(len(zones), dtype=bool)
        assert (shapely.length(borders)[apart] == 0).all()
        white[name] = set(codes)
    homes = GRID.assign(code_zone="all")
    reach = coverage_by_reach(at(*first), thresholds_km=threshold, level="zone", demand=homes)
    left_out = reach["population"].item() - reach["population_covered"].item()
    assert left_out == GRID.loc[list(white["first"]), "population"].sum()
    assert white["both"] <= white["first"]
    assert white["farther"] <= white["first"]


# --- what makes no sense


def said(error, *args, **options):
    with pytest.raises(error) as raised:
        white_zones(*args, **options)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_bad_input_is_told_in_one_line():
    members = at((35, 5))
    for bad in (0, -1, np.nan, "far", (5, 10), None):
        assert said(InputError, members, threshold_km=bad, communes=FIVE) == (
            f"threshold_km: expected distances in km above 0, each once; found {[bad]}"
        )
    for bad in (None, shapely.Polygon(), shapely.Point(2, 46)):
        shapes = FIVE.geometry.to_numpy().copy()
        shapes[[0, 2]] = bad
        assert said(InputError, members, communes=FIVE.set_geometry(shapes, crs=4326)) == (
            "communes: A, C have no polygon; give their shapes or leave them out"
        )
    assert said(InputError, members, to="seat", communes=FIVE).startswith(
        'to="seat": expected pole'
    )
    assert said(InputError, members, departements=["42"], communes=FIVE) == (
        "departements= and communes= both say what is studied; give one of them"
    )
    assert said(MissingColumnError, pd.DataFrame({"city": ["Lyon"]}), communes=FIVE) == (
        "members: no points, expected a GeoDataFrame; call geocode(...) first"
    )
    assert said(MissingColumnError, members, communes=FIVE.drop(columns="population")) == (
        "communes: no column population; found geometry"
    )
    assert said(InputError, members, communes=FIVE.assign(population=[1, 2, -3, 4, 5])) == (
        "communes: population: expected numbers of at least 0, found -3 for C; correct or fill them"
    )
    assert said(DuplicateIdError, members, communes=pd.concat([FIVE, FIVE.head(1)])) == (
        "communes: code must be unique; A stand more than once"
    )
    assert said(CrsError, members, communes=FIVE.to_crs(2154)) == (
        "communes: expected EPSG:4326, found EPSG:2154; use to_crs(4326)"
    )
