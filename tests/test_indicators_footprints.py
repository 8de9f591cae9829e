"""Footprints: by hand, against pointpats and the ellipsoid, by their properties."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pointpats.centrography import ellipse, std_distance
from pyproj import Geod

from ptce_geo.errors import CrsError, DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators.footprints import pole_footprint
from ptce_geo.indicators.poles import pole_summary
from ptce_geo.metric import areas_km2, convex_hull

EAST, NORTH = 700_000, 6_600_000  # on the meridian of 3°, where grid north is the true one
CODES = ["code_commune", "code_epci", "code_departement", "code_region"]
# Five communes: two in one EPCI, two in another, and one in La Réunion.
A, B = ("A", "e", "58", "27"), ("B", "e", "58", "27")
C, D = ("C", "f", "58", "27"), ("D", "f", "18", "24")
OVERSEAS = ("R", "r", "974", "04")
COMMUNES = pd.DataFrame({"population": [1000, 200, 30, 4, 50_000]}, index=list("ABCDR"))
NOWHERE = (None,) * 4
SPREAD = ["standard_distance_km", "semi_major_km", "semi_minor_km", "hull_area_km2"]


def at(x_km, y_km, crs=2154, origin=(EAST, NORTH)):
    """A point so many kilometres east and north of the origin, in degrees."""
    point = shapely.Point(origin[0] + 1000 * x_km, origin[1] + 1000 * y_km)
    return gpd.GeoSeries([point], crs=crs).to_crs(4326).iloc[0]


def island(x_km, y_km):
    return at(x_km, y_km, crs=2975, origin=(340_000, 7_650_000))


def member_frame(rows):
    columns = ["pole_id", "geocode_status", *CODES, "geometry"]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=4326)
    return frame.astype(dict.fromkeys(columns[:-1], "str"))


def of_points(xy_km, *, pole_id="p", origin=(EAST, NORTH)):
    """Accepted members of one pole at these places (n × 2, km)."""
    points = gpd.points_from_xy(*(np.asarray(xy_km, float) * 1000 + origin).T, crs=2154)
    frame = gpd.GeoDataFrame({"pole_id": [pole_id] * len(points)}, geometry=points).to_crs(4326)
    return frame.assign(**dict.fromkeys(CODES)).astype(dict.fromkeys(CODES, "str"))


@pytest.fixture
def members():
    return member_frame(
        [
            # Pole p: the corners of 8 km × 6 km round the origin, and what does not count.
            ("p", "accepted", *A, at(-4, -3)),
            ("p", "accepted", *A, at(4, -3)),
            ("p", "accepted", *B, at(4, 3)),
            ("p", "accepted", *C, at(-4, 3)),
            ("p", "review", *D, at(90, 90)),
            ("p", "accepted", *OVERSEAS, island(0, 0)),
            # Pole q: one member. Pole s: none accepted. And members of no pole.
            ("q", "accepted", *D, at(0, 0)),
            ("s", "rejected", *NOWHERE, None),
            ("s", "review", *A, at(0, 0)),
            (None, "accepted", *A, at(0, 0)),
            (None, "rejected", *NOWHERE, None),
        ]
    )


@pytest.fixture
def poles():
    return gpd.GeoDataFrame({"pole_id": ["r", "p"]}, geometry=[None, at(-4, -3)], crs=4326)


def test_footprint_by_hand(members, poles):
    found = pole_footprint(members, poles=poles, territories=COMMUNES)
    assert found.index.name == "pole_id"
    assert found.index.to_list() == ["r", "p", "q", "s"]
    p = found.loc["p"].drop("geometry").to_dict()
    # The mean centre is the origin: mean u² = 16, mean v² = 9.
    expected = {
        "accepted": 5,
        "members_outside": 1,
        "legal_crs": "EPSG:2154",
        "longitude": at(0, 0).x,
        "latitude": at(0, 0).y,
        "hull_area_km2": 48,
        "ellipse_area_km2": np.pi * np.sqrt(32 * 18),
        "standard_distance_km": 5,
        "semi_major_km": np.sqrt(32),
        "semi_minor_km": np.sqrt(18),
        "rotation_deg": 90,
        "distance_to_centre_mean_km": 5,
        "distance_to_centre_max_km": 5,
        "distance_to_seat_mean_km": (0 + 8 + 10 + 6) / 4,
        "distance_to_seat_max_km": 10,
        "communes": 4,  # A, B, C and the one overseas
        "epci": 3,
        "departements": 2,
        "regions": 2,
        "population": 1000 + 200 + 30 + 50_000,
    }
    assert pd.isna(p.pop("footprint_reason"))
    assert p == pytest.approx(expected, abs=1e-7)
    drawn = found.loc[["p"]].to_crs(2154).geometry.item()
    corners = shapely.box(EAST - 4000, NORTH - 3000, EAST + 4000, NORTH + 3000)
    assert drawn.hausdorff_distance(corners) < 1e-3  # metres
    assert found.attrs == {
        "members_counted": 5,
        "members_set_aside": {
            "review": 2,
            "rejected": 2,
            "without pole_id": 1,
            "in another legal CRS than the footprint": 1,
        },
    }


@pytest.mark.parametrize("shape", ["hull", "ellipse"])
def test_one_member_is_a_point_and_no_member_nothing(members, poles, shape):
    found = pole_footprint(members, poles=poles, shape=shape, territories=COMMUNES)
    q = found.loc["q"]
    assert q.geometry.equals_exact(at(0, 0), 1e-9)
    assert (q[SPREAD] == 0).all()
    assert q[["accepted", "communes", "population"]].to_list() == [1, 1, 4]
    assert q[["rotation_deg", "distance_to_seat_mean_km"]].isna().all()
    assert found.loc[["r", "s"], "geometry"].isna().all()
    assert found.loc[["r", "s"], [*SPREAD, "longitude", "legal_crs"]].isna().all(axis=None)
    assert found.loc[["r", "s"], ["accepted", "communes", "population"]].eq(0).all(axis=None)
    reasons = found["footprint_reason"].dropna().to_dict()
    assert reasons == {"r": "without members", "s": "rejected, review"}


def test_members_at_one_place_and_on_one_line():
    places = [(0, 0)] * 3
    found = pole_footprint(
        pd.concat([of_points(places), of_points(places + 0.1 * np.ones((3, 2)))])
    )
    assert found.loc["p", "semi_minor_km"] == 0  # six members at two places
    for shape in ("hull", "ellipse"):
        found = pole_footprint(of_points(places), shape=shape).loc["p"]
        assert found.geometry.geom_type == "Point"
        assert (found[SPREAD] == 0).all()
        # Two members 10 km apart: mean of the squares 25, SD 5, semi-axis 5√2.
        found = pole_footprint(of_points([(-3, -4), (3, 4)]), shape=shape).loc["p"]
        assert found.geometry.geom_type == "LineString"
        assert found[SPREAD].to_list() == pytest.approx([5, 5 * np.sqrt(2), 0, 0], abs=1e-9)
        assert found["rotation_deg"] == pytest.approx(np.degrees(np.arctan2(3, 4)), abs=1e-7)
        length = {"hull": 10, "ellipse": 10 * np.sqrt(2)}[shape]
        drawn = gpd.GeoSeries([found.geometry], crs=4326).to_crs(2154).length.item()
        assert drawn == pytest.approx(1000 * length, abs=1e-3)


def test_a_square_is_a_circle_without_rotation():
    found = pole_footprint(of_points([(-1, -1), (1, -1), (1, 1), (-1, 1)])).loc["p"]
    assert np.isnan(found["rotation_deg"])
    # The circle of standard distance: √(1 + 1).
    assert found[SPREAD].to_list() == pytest.approx([np.sqrt(2)] * 3 + [4], abs=1e-9)


def test_many_poles_as_pointpats_and_shapely():
    rng = np.random.default_rng(1)
    skew = rng.normal(0, 12, (40, 2, 2))
    places = [rng.normal(0, 1, (rng.integers(3, 30), 2)) @ one for one in skew]
    parts = [of_points(xy, pole_id=f"p{i:02}") for i, xy in enumerate(places)]
    members = pd.concat(parts).sample(frac=1, random_state=2)
    found = pole_footprint(members, territories=COMMUNES)
    hulls = pd.concat([convex_hull(part) for part in parts])
    np.testing.assert_allclose(found["hull_area_km2"], areas_km2(hulls), rtol=1e-9)
    for xy, row in zip(places, found.itertuples(), strict=True):
        assert row.standard_distance_km == pytest.approx(std_distance(xy), rel=1e-8)
        # pointpats turns counter-clockwise from the east.
        major, minor, angle = ellipse(xy, method="yuill", degfreedCorr=False)
        assert (row.semi_major_km, row.semi_minor_km) == pytest.approx((major, minor), rel=1e-8)
        # Grid north is up to 0.3° from the true one, some 30 km from the meridian of 3°.
        assert abs((row.rotation_deg - 90 + np.degrees(angle) + 90) % 180 - 90) < 0.4
        from_centre = np.hypot(*(xy - xy.mean(axis=0)).T)
        assert row.distance_to_centre_mean_km == pytest.approx(from_centre.mean(), rel=1e-8)
        assert row.distance_to_centre_max_km == pytest.approx(from_centre.max(), rel=1e-8)


def test_a_long_edge_is_drawn_where_the_plane_has_it():
    # Straight in degrees, an edge of 600 km would pass hundreds of metres from its middle.
    members = of_points([(-300, 0), (300, 0), (0, 100), (0, 0.01)])
    drawn = pole_footprint(members, territories=COMMUNES).geometry.item()
    assert drawn.buffer(1e-9).covers(members.geometry.union_all())
    straight = members.geometry.union_all().convex_hull
    assert straight.hausdorff_distance(drawn) > 1e-3


def test_the_drawn_ellipse_is_that_of_pointpats():
    xy = np.random.default_rng(3).normal(0, 10, (20, 2)) @ [[2, 1], [0, 1]]
    drawn = pole_footprint(of_points(xy), shape="ellipse").to_crs(2154).geometry.item()
    points = gpd.GeoSeries.from_xy(*(1000 * xy + [EAST, NORTH]).T)
    peer = ellipse(points, method="yuill", degfreedCorr=False)
    assert drawn.symmetric_difference(peer).area / peer.area < 0.01  # corners: 72 and 64


@pytest.mark.parametrize(
    ("start", "end"),
    [((-4.6, 48.2), (-4.2, 48.6)), ((9.0, 41.6), (9.3, 42.4)), ((55.3, -21.1), (55.7, -21.0))],
)
def test_rotation_is_from_the_geographic_north(start, end):
    # In Brest, grid north is 5° west of it.
    points = gpd.points_from_xy([start[0], end[0]], [start[1], end[1]], crs=4326)
    members = gpd.GeoDataFrame({"pole_id": ["p", "p"]}, geometry=points)
    found = pole_footprint(members.assign(**dict.fromkeys(CODES))).loc["p"]
    # The azimuth of the geodesic where it passes the middle.
    azimuth = Geod(ellps="GRS80").inv(found["longitude"], found["latitude"], *end)[0] % 180
    assert found["rotation_deg"] == pytest.approx(azimuth, abs=0.05)


coordinate = st.integers(-200_000, 200_000)
some_places = st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=12)


@settings(max_examples=25)
@given(some_places, st.randoms())
def test_properties(places, random):
    members = of_points(np.array(places) / 1000)
    hull = pole_footprint(members, territories=COMMUNES)
    drawn = pole_footprint(members, shape="ellipse")
    row = hull.loc["p"]
    assert row["semi_major_km"] >= row["semi_minor_km"] >= 0
    squares = row["semi_major_km"] ** 2 + row["semi_minor_km"] ** 2
    assert squares == pytest.approx(2 * row["standard_distance_km"] ** 2, rel=1e-9)
    assert row["distance_to_centre_mean_km"] <= row["standard_distance_km"] * (1 + 1e-9)
    assert row["standard_distance_km"] <= row["distance_to_centre_max_km"] * (1 + 1e-9)
    pd.testing.assert_frame_equal(hull[SPREAD], drawn[SPREAD])
    # Within a metre, as drawn in degrees, though an edge may be 400 km long.
    assert row.geometry.buffer(1e-5).covers(members.geometry.union_all())
    # A polygon of 72 corners has sin(5°) / 5° of the area of its ellipse.
    area = drawn.to_crs(2154).area.item() / 1e6
    part = np.sin(np.radians(5)) / np.radians(5)
    assert area == pytest.approx(part * row["ellipse_area_km2"], rel=1e-6, abs=1e-6)
    shuffled = random.sample(places, len(places))
    again = pole_footprint(of_points(np.array(shuffled) / 1000))
    np.testing.assert_allclose(again[SPREAD], hull[SPREAD], rtol=1e-9, atol=1e-9)


@settings(max_examples=10)
@given(some_places, st.integers(-200, 200), st.integers(-200, 200))
def test_moved_in_the_plane_it_keeps_its_figures(places, east, north):
    here = of_points(np.array(places) / 1000)
    there = of_points(np.array(places) / 1000, origin=(EAST + 1000 * east, NORTH + 1000 * north))
    np.testing.assert_allclose(
        pole_footprint(there)[SPREAD], pole_footprint(here)[SPREAD], rtol=1e-7, atol=1e-7
    )


def test_the_footprint_lies_where_most_members_are(members, poles):
    # Two of three members overseas, seat in the métropole: a segment there, one is outside.
    rows = members.iloc[[0, 5, 5]].copy()
    rows.geometry = [at(-4, 1), island(0, 0), island(0, 7)]
    found = pole_footprint(rows, poles=poles, territories=COMMUNES).loc["p"]
    assert (found["legal_crs"], found["members_outside"]) == ("EPSG:2975", 1)
    assert found["distance_to_centre_max_km"] == pytest.approx(3.5, abs=1e-7)
    # The distance to the seat is that of who shares its plane.
    assert found["distance_to_seat_max_km"] == pytest.approx(4, abs=1e-7)
    # As many here as there: where the seat is; without a seat, the métropole.
    for seat, crs in ((island(9, 9), "EPSG:2975"), (None, "EPSG:2154"), (at(9, 9), "EPSG:2154")):
        seats = gpd.GeoDataFrame({"pole_id": ["p"]}, geometry=[seat], crs=4326)
        tied = pole_footprint(rows.iloc[:2], poles=seats, territories=COMMUNES)
        assert (tied.loc["p", "legal_crs"], tied.loc["p", "members_outside"]) == (crs, 1)


def test_members_without_a_plane_are_counted(members):
    rows = members.iloc[[0, 0, 0, 0]].copy()
    swapped = shapely.Point(45.44, 4.39)
    rows.geometry = [shapely.Point(-56.2, 46.8), at(0, 0), None, swapped]  # Saint-Pierre
    rows["code_departement"] = ["975", "974", "58", "42"]
    found = pole_footprint(rows, territories=COMMUNES)
    assert found.attrs["members_set_aside"] == {
        "without a legal CRS": 2,
        "point and code_departement apart": 1,
        "without a point": 1,
    }
    reason = "point and code_departement apart, without a legal CRS, without a point"
    assert found.loc["p", ["footprint_reason", "members_outside"]].to_list() == [reason, 3]
    # Nor is how far they are from a seat on the island measured in its plane.
    seats = gpd.GeoDataFrame({"pole_id": ["p"]}, geometry=[island(0, 0)], crs=4326)
    found = pole_footprint(rows, poles=seats, territories=COMMUNES)
    assert np.isnan(found.loc["p", "distance_to_seat_max_km"])


def test_what_both_say_is_what_the_summary_says(members, poles):
    poles = poles.assign(pole_name=["R", "P"])
    summary = pole_summary(members.assign(pole_name="x"), poles=poles)
    both = ["accepted", "communes", "epci", "departements", "regions"]
    both += ["distance_to_seat_mean_km", "distance_to_seat_max_km"]
    found = pd.DataFrame(pole_footprint(members, poles=poles, territories=COMMUNES)[both])
    found.attrs = summary.attrs
    pd.testing.assert_frame_equal(found, summary[both])


def test_population_of_the_embedded_communes_and_where_it_is_unknown(members):
    found = pole_footprint(of_points([(0, 0)]).assign(code_commune="42218"))
    assert found["population"].item() > 100_000  # Saint-Étienne
    unknown = COMMUNES.astype("float64").replace({200.0: np.nan})
    found = pole_footprint(members, territories=unknown)
    assert found["population"].isna().to_list() == [True, False, False]


def test_no_member_at_all(members):
    found = pole_footprint(members.iloc[:0], territories=COMMUNES)
    assert found.empty
    assert found.crs == 4326
    assert found.attrs == {"members_counted": 0, "members_set_aside": {}}
    nobody = pole_footprint(members.assign(pole_id=None), territories=COMMUNES)
    assert nobody.empty
    assert nobody.attrs["members_set_aside"]["without pole_id"] == 7


def test_what_cannot_be_drawn_is_refused(members, poles):
    with pytest.raises(InputError, match=r"^shape: expected one of hull, ellipse, found 'box'$"):
        pole_footprint(members, shape="box")
    with pytest.raises(MissingColumnError, match=r"^members: no points, .* call geocode"):
        pole_footprint(pd.DataFrame(members.drop(columns="geometry")))
    not_attached = r"^members not attached, call attach_territories: no column code_epci; found"
    with pytest.raises(MissingColumnError, match=not_attached):
        pole_footprint(members.drop(columns="code_epci"))
    with pytest.raises(MissingColumnError, match=r"^members: no column pole_id; found"):
        pole_footprint(members.drop(columns="pole_id"))
    with pytest.raises(MissingColumnError, match=r"^territories: no column population; found"):
        pole_footprint(members, territories=COMMUNES[[]])
    unknown = r"^members: code_commune R is no commune of the territories; attach the members to"
    with pytest.raises(InputError, match=unknown):
        pole_footprint(members, territories=COMMUNES.drop("R"))
    with pytest.raises(InputError, match=r"^population: .* found -200 for B; correct or fill them"):
        pole_footprint(members, territories=COMMUNES.replace(200, -200))
    with pytest.raises(
        CrsError, match=r"^members: expected EPSG:4326, found EPSG:2154; use to_crs"
    ):
        pole_footprint(members.to_crs(2154))
    with pytest.raises(CrsError, match=r"^poles: expected EPSG:4326"):
        pole_footprint(members, poles=poles.to_crs(2154))
    with pytest.raises(DuplicateIdError, match=r"^poles: pole_id must be unique; p stand more"):
        pole_footprint(members, poles=poles.assign(pole_id="p"))
    with pytest.raises(InputError, match=r"^poles: 1 rows have no pole_id; fill it$"):
        pole_footprint(members, poles=poles.replace({"pole_id": {"r": None}}))
