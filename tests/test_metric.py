"""Areas, distances and hulls in the legal CRS, against the ellipsoid and figures by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Proj
from shapely import MultiPolygon, Point, Polygon, box

from ptce_geo import (
    areas_km2,
    by_legal_crs,
    convex_hull,
    distances_km,
    metric_crs,
    read_territories,
    territory_table,
    to_metric,
)
from ptce_geo.crs import LEGAL_CRS
from ptce_geo.errors import CrsError, DuplicateIdError, InputError
from ptce_geo.metric import legal_crs

ELLIPSOID = Geod(ellps="GRS80")
# How far the scale of a projection strays from 1 over the land it serves: Lambert-93 between
# 0.99905 (46.5° N) and 1.0031 (Bonifacio); UTM 0.9996 on its meridian, 1.0015 at 3.5° from it
# (the west of Guyane). An area strays twice as much.
SCALE_ERROR = {2154: 0.0031, 2972: 0.0015, 2975: 0.0005, 4471: 0.0005, 5490: 0.0005}
# Easting and northing, in each legal CRS, of a place on land.
ON_LAND = {
    2154: (809_000, 6_482_000),
    2972: (300_000, 560_000),
    2975: (340_000, 7_660_000),
    4471: (522_000, 8_586_000),
    5490: (650_000, 1_790_000),
}
SAINT_ETIENNE, SAINT_DENIS, SAINT_MARTIN = (4.39, 45.44), (55.45, -20.88), (-63.06, 18.07)


def shapes(*geometries, crs=4326, **options):
    return gpd.GeoSeries(list(geometries), crs=crs, **options).to_crs(4326)


def points(*lonlats, **options):
    return shapes(*(None if lonlat is None else Point(lonlat) for lonlat in lonlats), **options)


@pytest.fixture(scope="module")
def communes():
    return read_territories("commune")


@pytest.mark.parametrize("epsg", LEGAL_CRS)
def test_a_square_of_one_kilometre(epsg):
    x, y = ON_LAND[epsg]
    square = shapes(box(x, y, x + 1000, y + 1000), crs=epsg, index=["square"])
    area = areas_km2(square)
    assert (area.name, area.index.to_list()) == ("area_km2", ["square"])
    assert area.item() == pytest.approx(1, rel=1e-9)
    # The ellipsoid's own area is the plane's over the scale there: an oracle to six figures.
    centre = square.item().centroid
    scale = Proj(epsg).get_factors(centre.x, centre.y).areal_scale
    ellipsoid = abs(ELLIPSOID.geometry_area_perimeter(square.item())[0]) / 1e6
    assert area.item() == pytest.approx(scale * ellipsoid, rel=1e-6)
    assert abs(scale - 1) <= 2 * SCALE_ERROR[epsg]
    # Along its diagonals √2 km, along its sides 1 km.
    corners = to_metric(square).item().exterior.coords[:4]
    start = shapes(*(Point(corners[i]) for i in (0, 1, 0)), crs=epsg)
    end = shapes(*(Point(corners[i]) for i in (2, 3, 1)), crs=epsg)
    assert distances_km(start, end).to_list() == pytest.approx([2**0.5, 2**0.5, 1], rel=1e-9)


def test_areas_are_those_of_the_embedded_communes_and_of_the_ellipsoid(communes):
    areas = areas_km2(communes)
    np.testing.assert_allclose(areas, communes["area_km2"], rtol=1e-9)
    some = communes.sample(300, random_state=1)
    some = pd.concat([some, communes[communes["code_departement"].str.startswith("97")]])
    error = 2 * some["code_departement"].map(metric_crs).map(SCALE_ERROR)
    ellipsoid = some.geometry.map(lambda g: abs(ELLIPSOID.geometry_area_perimeter(g)[0]) / 1e6)
    assert ((areas_km2(some) / ellipsoid - 1).abs() <= error).all()


def test_regions_are_not_taken_for_the_departements_of_the_same_code():
    # Region "01" is Guadeloupe, département "01" the Ain: the place decides.
    regions = read_territories("region")
    np.testing.assert_allclose(areas_km2(regions), regions["area_km2"], rtol=1e-9)
    assert areas_km2(regions.loc[["01"], "geometry"]).item() == pytest.approx(1632, rel=0.01)


@pytest.mark.parametrize("departement", ["42", "971"])
def test_areas_add_up_over_a_dissolve_and_do_not_depend_on_order(communes, departement):
    some = communes.loc[communes["code_departement"] == departement, ["code_epci", "geometry"]]
    summed = areas_km2(some).groupby(some["code_epci"]).sum()
    whole = areas_km2(some.dissolve("code_epci", method="coverage"))
    pd.testing.assert_series_equal(whole, summed, rtol=1e-9)
    shuffled = some.sample(frac=1, random_state=1)
    pd.testing.assert_series_equal(areas_km2(shuffled)[some.index], areas_km2(some))


def test_empty_and_missing_geometries():
    frame = shapes(box(4, 45, 4.1, 45.1), None, Polygon(), index=["a", "a", "b"])
    areas = areas_km2(frame)
    assert areas.index.to_list() == ["a", "a", "b"]
    assert areas.isna().to_list() == [False, True, False]
    assert areas.iloc[2] == 0
    assert len(to_metric(frame)) == 3
    assert [(epsg, len(part)) for epsg, part in by_legal_crs(frame)] == [(2154, 1)]
    away = distances_km(points(SAINT_ETIENNE, None), shapes(None, Point()))
    assert away.isna().all()
    for nothing in (frame[:0], frame[1:]):
        assert list(by_legal_crs(nothing)) == []
        with pytest.raises(CrsError, match="no row has a geometry"):
            to_metric(nothing)
    assert areas_km2(frame[:0]).empty


@pytest.mark.parametrize("departement", ["29", "2A", "973", "974"])
def test_distances_follow_the_ellipsoid_within_the_scale_error(departement):
    towns = territory_table("commune", departements=departement)
    start = gpd.GeoSeries.from_xy(towns["longitude"], towns["latitude"], crs=4326)
    end = gpd.GeoSeries(np.roll(start.to_numpy(), 1), index=start.index, crs=4326)
    _, _, metres = ELLIPSOID.inv(start.x, start.y, end.x, end.y)
    ratio = distances_km(start, end) / (metres / 1000)
    assert ((ratio - 1).abs() <= SCALE_ERROR[metric_crs(departement)]).all()


PLACE = st.tuples(st.floats(-4, 8), st.floats(42.5, 51))


@given(PLACE, PLACE, PLACE)
def test_distance_is_a_distance(a, b, c):
    ab, ba, aa, bc, ac = distances_km(points(a, b, a, b, a), points(b, a, a, c, c))
    assert ab == ba
    assert aa == 0
    assert ac <= ab + bc + 1e-9


def test_pairs_are_those_of_one_label():
    here = points(SAINT_ETIENNE, (4.51, 45.47), index=["a", "b"])
    there = points((4.51, 45.47), SAINT_ETIENNE, index=["b", "a"])
    distance = distances_km(here, there)
    assert distance.to_dict() == {"a": 0, "b": 0}
    assert distance.name == "distance_km"
    with pytest.raises(InputError, match="in one of the two only: b"):
        distances_km(here, there[1:])
    with pytest.raises(DuplicateIdError, match="index must be unique; a stand more"):
        distances_km(here, points(SAINT_ETIENNE, SAINT_ETIENNE, index=["a", "a"]))
    with pytest.raises(InputError, match="expected points, found Polygon"):
        distances_km(here, here.to_crs(2154).buffer(10).to_crs(4326))


def refusal(function, *arguments):
    with pytest.raises(CrsError) as refused:
        function(*arguments)
    return str(refused.value)


def test_two_legal_crs_are_refused():
    both = points(SAINT_ETIENNE, SAINT_ETIENNE, SAINT_DENIS)
    assert refusal(distances_km, points(*[SAINT_ETIENNE] * 3), both) == (
        "distances_km: row 2 goes from EPSG:2154 (métropole) to EPSG:2975 (La Réunion), which "
        "share no plane (pairs like it: 1); leave it out, or measure along the ellipsoid with "
        "pyproj.Geod"
    )
    rows = (
        "to_metric: rows lie 2 in EPSG:2154 (métropole), 1 in EPSG:2975 (La Réunion), which share "
        "no plane; compute each apart, see by_legal_crs"
    )
    assert refusal(to_metric, both) == rows
    assert refusal(convex_hull, both) == rows
    parts = [Point(place).buffer(0.1) for place in (SAINT_ETIENNE, SAINT_DENIS)]
    across = (
        "areas_km2: row a spans EPSG:2154 (métropole) and EPSG:2975 (La Réunion), which share no "
        "plane; explode() it and compute each part apart (rows like it: 1)"
    )
    assert refusal(areas_km2, shapes(MultiPolygon(parts), index=["a"])) == across
    # Its south-west lies in one legal CRS and its north-east in another.
    antilles = MultiPolygon([box(-61.6, 16, -61.5, 16.1), box(4, 45, 4.1, 45.1)])
    assert "row 0 spans EPSG:2154 (métropole) and EPSG:5490 (Guad" in refusal(
        areas_km2, shapes(antilles)
    )
    exploded = shapes(MultiPolygon(parts), index=["a"]).explode()
    # Two ellipses of half axes 0.1° of latitude (11.1 km) and 0.1° of longitude: π a b km².
    by_hand = [np.pi * 11.1**2 * np.cos(np.radians(lat)) for _, lat in (SAINT_ETIENNE, SAINT_DENIS)]
    assert areas_km2(exploded).to_list() == pytest.approx(by_hand, rel=0.02)


@pytest.mark.parametrize(
    "place",
    [SAINT_MARTIN, (-62.83, 17.9), (-56.18, 46.78), (165, -21.5), (13.4, 52.5), (45.44, 4.39)],
    ids=["Saint-Martin", "Saint-Barthélemy", "Saint-Pierre", "Nouméa", "Berlin", "swapped"],
)
def test_what_has_no_legal_crs_is_refused(place):
    reason = (
        "row 1 lies, at least partly, in no legal CRS of France (overseas collectivity, abroad, "
        "or longitude and latitude swapped); leave it out or correct it (rows like it: 1)"
    )
    frame = points(SAINT_ETIENNE, place)
    for function in (areas_km2, to_metric, convex_hull):
        assert refusal(function, frame).endswith(reason)
    assert refusal(distances_km, frame, frame) == f"distances_km: {reason}"
    assert refusal(list, by_legal_crs(frame)) == f"by_legal_crs: {reason}"


def test_a_code_of_elsewhere_is_refused():
    frame = gpd.GeoDataFrame(
        {"code_departement": ["42", "974", None]}, geometry=points(*[SAINT_ETIENNE] * 3)
    )
    assert refusal(to_metric, frame) == (
        "to_metric: row 1 lies in EPSG:2154 (métropole), where its code_departement '974' is not; "
        "correct the one or the other (rows like it: 1)"
    )
    assert len(to_metric(frame.drop(1))) == 2


@pytest.mark.parametrize("code", [42, "zz", "2a", "42218", "Loire", "96", ""])
def test_what_is_no_code_of_a_departement_is_refused(code):
    frame = gpd.GeoDataFrame({"code_departement": [code]}, geometry=points(SAINT_ETIENNE))
    with pytest.raises(InputError) as refused:
        areas_km2(frame)
    assert str(refused.value) == (
        "code_departement must hold the codes of départements as text ('01', '2A', '974'), "
        f"found {code!r}"
    )


def test_a_frame_in_another_crs_is_refused():
    projected = points(SAINT_ETIENNE).to_crs(2154)
    for function in (areas_km2, to_metric, convex_hull):
        assert "found EPSG:2154; use to_crs(4326)" in refusal(function, projected)


def test_the_parts_hold_every_row_in_its_legal_crs(communes):
    some = communes.sample(500, random_state=2)
    parts = dict(by_legal_crs(some))
    assert list(parts) == [epsg for epsg in LEGAL_CRS if epsg in parts]
    assert sorted(pd.concat([pd.Series(part.index) for part in parts.values()])) == sorted(
        some.index
    )
    for epsg, part in parts.items():
        assert part.crs.to_epsg() == epsg
        assert part["code_departement"].map(metric_crs).eq(epsg).all()
        assert part["nom"].equals(some.loc[part.index, "nom"])


def test_a_hull_is_drawn_in_the_plane():
    # A square of 2 km and a point inside: 4 km².
    x, y = ON_LAND[2975]
    at = [Point(x + east, y + north) for east in (0, 2000) for north in (0, 2000)]
    hull = convex_hull(shapes(*at, Point(x + 700, y + 900), None, crs=2975))
    assert hull.crs.to_epsg() == 4326
    assert areas_km2(hull).item() == pytest.approx(4, rel=1e-9)
    # On a line of Lambert-93 the hull is the line; one point is its own.
    line = convex_hull(shapes(*(Point(700_000, 6_600_000 + n) for n in (0, 1, 2)), crs=2154))
    assert line.to_crs(2154).length.item() == pytest.approx(2, rel=1e-6)
    assert shapely.equals_exact(
        convex_hull(points(SAINT_ETIENNE)).item(), Point(SAINT_ETIENNE), 1e-9
    )


def test_the_place_tells_the_crs_that_the_code_prescribes_all_over_france():
    # Also west of 54° W (Saint-Laurent-du-Maroni), where PROJ's area of use of 2972 ends.
    towns = territory_table("commune")
    lonlat = towns[["longitude", "latitude"]].to_numpy()
    assert (lonlat[towns.index == "97311", 0] < -54).all()
    by_code = towns["code_departement"].map(metric_crs).to_numpy()
    assert (legal_crs(lonlat) == by_code).all()
    assert (legal_crs(lonlat, towns["code_departement"]) == by_code).all()


def test_the_departement_decides_the_crs_and_a_missing_point_has_none():
    lonlat = np.array([[4.4, 45.4], [4.4, 45.4], [4.4, 45.4], [np.nan, np.nan]])
    codes = pd.Series(["974", None, "975", "42"], dtype="str")
    assert legal_crs(lonlat, codes).tolist() == [2975, 2154, 0, 0]
