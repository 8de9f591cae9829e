"""Finding the territory of a point: by hand on small ones, against a spatial join on all."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo.errors import InputError, PtceGeoWarning, UnknownTerritoryError
from ptce_geo.territories import locate, locate_with_distance, read_territories, territory_table
from ptce_geo.territories.cell_index import CROWDED, NOBODY, cell_index

SAINT_ETIENNE = (4.3873, 45.4397)
PARIS_11 = (2.3795, 48.8594)
OUESSANT = (-5.0966, 48.4577)
SAINT_DENIS_REUNION = (55.4481, -20.8789)
LLIVIA = (1.982, 42.464)
ATLANTIC = (-30.0, 45.0)


@pytest.fixture(scope="module")
def communes():
    return read_territories("commune").sort_index()


@pytest.fixture
def make_boundaries(tmp_path, monkeypatch):
    """Make communes of shapes by code those of 2026 (at a resolution), until the test ends."""

    def make(shapes, *, level="commune", resolution=None, **columns):
        folder = tmp_path / "boundaries"
        folder.mkdir(exist_ok=True)
        frame = gpd.GeoDataFrame(
            {"nom": list(shapes), **columns},
            index=pd.Index(list(shapes), name="code"),
            geometry=list(shapes.values()),
            crs=4326,
        )
        frame.to_parquet(folder / f"{level}.parquet")
        line = {"path": f"{level}.parquet", "rows": len(frame), "bytes": 0}
        vintage = {"levels": {level: line}}
        if resolution is not None:
            vintage = {"resolutions": {resolution: vintage}}
        manifest = {"vintages": {"2026": vintage}}
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        monkeypatch.setenv("PTCE_GEO_BOUNDARIES", str(folder))

    return make


def lowest_touching(polygons, longitude, latitude):
    """Return the rule in one line: the lowest polygon that intersects the point, or -1."""
    tree = shapely.STRtree(polygons)
    point, polygon = tree.query(shapely.points(longitude, latitude), predicate="intersects")
    lowest = np.full(len(longitude), -1)
    order = np.argsort(-polygon)
    lowest[point[order]] = polygon[order]
    return lowest


def joined(communes, longitude, latitude):
    """Return what `geopandas.sjoin` finds strictly within; the point must be in one at most."""
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(longitude, latitude), crs=4326)
    found = gpd.sjoin(points, communes[["geometry"]], predicate="within")["code"]
    assert found.index.is_unique
    codes = np.full(len(points), None, dtype=object)
    codes[found.index] = found
    return codes


# By hand


def test_neighbours_holes_parts_and_borders(make_boundaries):
    # Six tenths of a degree from west to east at 46-46.1° N: 01002 | 01001 | 01003 around 01004,
    # and 01002 again beyond a gap.
    ring = shapely.box(2.2, 46, 2.3, 46.1).difference(shapely.box(2.24, 46.04, 2.26, 46.06))
    two = shapely.MultiPolygon([shapely.box(2, 46, 2.1, 46.1), shapely.box(2.4, 46, 2.5, 46.1)])
    make_boundaries(
        {
            "01002": two,
            "01001": shapely.box(2.1, 46, 2.2, 46.1),
            "01003": ring,
            "01004": shapely.box(2.24, 46.04, 2.26, 46.06),
        }
    )
    answers = {
        (2.05, 46.05): "01002",
        (2.45, 46.05): "01002",  # its other part
        (2.15, 46.05): "01001",
        (2.21, 46.05): "01003",
        (2.25, 46.05): "01004",  # in the hole of 01003
        (2.1, 46.05): "01001",  # on the border of 01001 and 01002
        (2.1, 46.1): "01001",  # their common corner
        (2.0, 46.0): "01002",  # a corner of 01002 alone
        (2.24, 46.05): "01003",  # on the border of the enclave
        (2.35, 46.05): None,  # in the gap
        (2.0, 45.9999999): None,
        (2.5000001, 46.05): None,
    }
    longitude, latitude = zip(*answers, strict=True)
    assert locate(longitude, latitude).tolist() == list(answers.values())


def test_where_communes_overlap_it_is_the_lower_code(make_boundaries):
    # 01003 lies over the eastern half of 01001 and reaches 0.1° further; the small 01002 lies on
    # both. Whole cells are under two or three of them, with or without a border.
    make_boundaries(
        {
            "01001": shapely.box(2, 46, 2.2, 46.1),
            "01003": shapely.box(2.1, 46, 2.3, 46.1),
            "01002": shapely.box(2.15, 46.04, 2.25, 46.06),
        }
    )
    assert locate(
        [2.05, 2.12, 2.17, 2.22, 2.28, 2.201, 2.199],
        [46.05, 46.05, 46.05, 46.05, 46.05, 46.05, 46.039],
    ).tolist() == ["01001", "01001", "01001", "01002", "01003", "01002", "01001"]


def test_parents_are_those_of_the_commune(make_boundaries):
    make_boundaries(
        {"01001": shapely.box(2, 46, 2.1, 46.1), "29155": shapely.box(2.1, 46, 2.2, 46.1)},
        code_epci=["200000001", None],
        code_departement=["01", "29"],
    )
    points = [2.05, 2.15, 2.25], [46.05, 46.05, 46.05]
    assert locate(*points, level="departement").tolist() == ["01", "29", None]
    codes, distance = locate_with_distance(*points, level="epci")
    assert codes.tolist() == ["200000001", None, None]
    assert np.array_equal(distance, [0, np.nan, np.nan], equal_nan=True)
    with pytest.raises(UnknownTerritoryError, match="do not tell their region"):
        locate(*points, level="region")


def test_the_nearest_commune_and_how_far_it_is(make_boundaries):
    # Squares of one kilometre in Lambert 93, 01002 from x = 700 km to 701, 01001 from 702 to 703.
    squares = gpd.GeoSeries(
        [shapely.box(700e3, 6600e3, 701e3, 6601e3), shapely.box(702e3, 6600e3, 703e3, 6601e3)],
        crs=2154,
    ).to_crs(4326)
    make_boundaries({"01002": squares[0], "01001": squares[1]})
    # 300 m east of 01002; 400 m west of 01001; 300 and 400 m past a corner, so 500 m; inside.
    points = gpd.GeoSeries.from_xy(
        [701_300, 701_600, 699_700, 702_500], [6600_500, 6600_500, 6601_400, 6600_500], crs=2154
    ).to_crs(4326)
    codes, distance = locate_with_distance(points.x, points.y, max_distance_m=450)
    assert codes.tolist() == ["01002", "01001", None, "01001"]
    assert distance[:2] == pytest.approx([300, 400], abs=1e-3)
    assert np.isnan(distance[2])
    assert distance[3] == 0
    assert locate(points.x, points.y, max_distance_m=501).tolist()[2] == "01002"
    assert locate(points.x, points.y).tolist() == [None, None, None, "01001"]


def test_as_near_as_each_other_it_is_the_lower_code(make_boundaries):
    # Two triangles that meet in a tip, and a point straight before the tip: the nearest of both.
    north = shapely.Polygon([(2, 46), (1.9, 46.1), (1.9, 46.01)])
    south = shapely.Polygon([(2, 46), (1.9, 45.9), (1.9, 45.99)])
    for codes in (["01001", "01002"], ["01002", "01001"]):
        make_boundaries(dict(zip(codes, [north, south], strict=True)))
        assert locate(2.001, 46, max_distance_m=100).tolist() == ["01001"]


def test_a_point_just_outside_is_told_from_one_on_the_border(make_boundaries):
    make_boundaries({"01001": shapely.box(2, 46, 2.1, 46.1)})
    codes, distance = locate_with_distance(
        [2.1, np.nextafter(2.1, 3)], [46.05, 46.05], max_distance_m=10
    )
    assert codes.tolist() == ["01001", "01001"]
    assert distance[0] == 0
    # Its southern and northern sides are straight in degrees: a projected parallel sags by
    # metres over 0.1°, but this is a meridian, straight in Lambert 93 as well.
    assert distance[1] == pytest.approx(0.001)


def test_a_commune_that_is_not_embedded_is_never_the_nearest():
    # Saint-Barthélemy is 200 km from Guadeloupe; Pointe-à-Pitre lies in it.
    points = [-62.83, -61.53], [17.9, 16.24]
    assert locate(*points, max_distance_m=300_000).tolist() == [None, "97120"]


def test_other_contours_on_request(make_boundaries):
    # Saint-Étienne, moved to the Creuse in contours of 5 m: its département stays the Loire.
    make_boundaries({"42218": shapely.box(2, 46, 2.1, 46.1)}, resolution="5m")
    assert locate(2.05, 46.05, resolution="5m").tolist() == ["42218"]
    assert locate(2.05, 46.05, resolution="5m", level="departement").tolist() == ["42"]
    assert locate(2.05, 46.05, level="departement").tolist() == ["23"]


def test_the_upper_levels_are_those_of_the_contours_asked_for(make_boundaries):
    # A commune that only these contours know, in a département of their own.
    shapes = {"42999": shapely.box(2, 46, 2.1, 46.1)}
    make_boundaries(shapes, resolution="5m", code_departement=["99"])
    assert locate(2.05, 46.05, resolution="5m", level="departement").tolist() == ["99"]


def test_a_changed_table_is_read_again(make_boundaries):
    shapes = {"42999": shapely.box(2, 46, 2.1, 46.1)}
    make_boundaries(shapes, code_departement=["98"])
    assert locate(2.05, 46.05, level="departement").tolist() == ["98"]
    make_boundaries(shapes, code_departement=["99"])
    assert locate(2.05, 46.05, level="departement").tolist() == ["99"]


def test_a_municipal_arrondissement_lies_in_the_commune_of_the_point():
    # On the outer border of Marseille, Lyon and Paris the lower code may be the neighbour's.
    divided = read_territories("arrondissement_municipal")
    longitude, latitude = shapely.get_coordinates(divided.geometry.to_numpy()).T
    commune = locate(longitude, latitude)
    found = locate(longitude, latitude, level="arrondissement_municipal")
    outside = commune != divided["code_commune"].reindex(found).to_numpy(dtype=object)
    assert all(code is None for code in found[outside])
    assert outside.any()
    assert not outside.all()


def test_masked_and_text_arguments():
    masked = np.ma.masked_array([4.3873, 4.3873], mask=[False, True])
    assert locate(masked, [45.4397, 45.4397]).tolist() == ["42218", None]
    with pytest.raises(InputError, match="max_distance_m must be 0 or more metres, found '100'"):
        locate(4.3873, 45.4397, max_distance_m="100")


def test_boundaries_that_change_are_read_again(make_boundaries):
    make_boundaries({"01001": shapely.box(2, 46, 2.1, 46.1)})
    assert locate(2.05, 46.05).tolist() == ["01001"]
    make_boundaries({"01002": shapely.box(2, 46, 2.1, 46.1)})
    assert locate(2.05, 46.05).tolist() == ["01002"]


# The embedded France


def test_known_places_at_every_level():
    points = np.transpose([SAINT_ETIENNE, PARIS_11, OUESSANT, SAINT_DENIS_REUNION, LLIVIA])
    expected = {
        "commune": ["42218", "75056", "29155", "97411", None],
        "arrondissement_municipal": [None, "75111", None, None, None],
        "epci": ["244200770", "200054781", None, "249740119", None],
        "arrondissement": ["423", "751", "291", "9741", None],
        "departement": ["42", "75", "29", "974", None],
        "region": ["84", "11", "53", "04", None],
    }
    assert {level: locate(*points, level=level).tolist() for level in expected} == expected


def test_a_municipal_arrondissement_is_the_nearest_only_within_its_commune():
    villeurbanne, off_marseille = (4.8795, 45.7717), (5.285, 43.27)
    points = np.transpose([villeurbanne, off_marseille, ATLANTIC])
    nearest = {"level": "arrondissement_municipal", "max_distance_m": 20_000}
    assert locate(*points, max_distance_m=20_000).tolist() == ["69266", "13055", None]
    codes, distance = locate_with_distance(*points, **nearest)
    assert [code and code[:4] for code in codes] == [None, "1320", None]
    assert np.isnan(distance[[0, 2]]).all()
    assert distance[1] > 0


def adversarial_points(communes, random):
    """Return points uniform, among people, and as near to trouble as they come (n × 2)."""
    polygons = communes.geometry.to_numpy()
    lines = [(-63, 14, -51, 19), (-55, 2, -51, 6), (-5.5, 41, 10, 51.5), (45, -22, 56, -12)]
    uniform = np.vstack(
        [
            random.uniform((west, south), (east, north), (20_000, 2))
            for west, south, east, north in lines
        ]
    )
    share = communes["population"] / communes["population"].sum()
    home = communes.sample(40_000, weights=share, replace=True, random_state=1)
    people = home[["longitude", "latitude"]].to_numpy() + random.normal(0, 0.02, (40_000, 2))

    vertices = shapely.get_coordinates(polygons)
    middles = (vertices[1:] + vertices[:-1]) / 2  # some of them are those of no edge
    some_vertices, some_middles = random.choice(vertices, 30_000), random.choice(middles, 20_000)
    near = np.repeat([1e-9, 1e-8, 1e-7, 1e-6], 15_000)[:, None] * random.normal(size=(60_000, 2))
    near += random.choice(np.vstack([some_vertices, some_middles]), 60_000)
    tight = some_vertices[:5000] + random.integers(-2, 3, (5000, 2)) * np.spacing(
        some_vertices[:5000]
    )
    # Enclaves, exclaves and coasts: where a commune is more than one ring.
    shapes = communes.geometry
    odd = shapes[(shapes.count_interior_rings() > 0) | (shapes.count_geometries() > 1)]
    odd_vertices = shapely.get_coordinates(odd.to_numpy())
    return np.vstack(
        [uniform, people, some_vertices, some_middles, near, tight, odd_vertices, [LLIVIA]]
    )


def test_the_same_as_a_spatial_join_and_the_lowest_code_on_borders(communes):
    longitude, latitude = adversarial_points(communes, np.random.default_rng(3)).T
    assert len(longitude) > 200_000
    found = locate(longitude, latitude)

    polygons = communes.geometry.to_numpy()
    lowest = lowest_touching(polygons, longitude, latitude)
    codes = np.append(communes.index.to_numpy(dtype=object), None)
    assert np.array_equal(found, codes[lowest])

    strictly = joined(communes, longitude, latitude)
    within = np.not_equal(strictly, None)
    assert np.array_equal(found[within], strictly[within])
    on_border = ~within & np.not_equal(found, None)
    assert on_border.sum() > 20_000
    assert shapely.touches(
        polygons[lowest[on_border]], shapely.points(longitude, latitude)[on_border]
    ).all()


def test_points_on_the_lines_of_the_cells(communes):
    polygons = communes.geometry.to_numpy()
    index = cell_index(polygons, [code[:3] if code[:2] == "97" else "" for code in communes.index])
    # Communes that fit together are all told by the cells: none is left to a slower look-up.
    assert not any((grid.cells == CROWDED).any() for grid in index.grids)
    random = np.random.default_rng(4)
    points = []
    for grid in index.grids:
        frame = grid.frame
        column, row = random.integers(0, (frame.columns + 1, frame.rows + 1), (8000, 2)).T
        longitude = frame.west + frame.width * column
        latitude = frame.south + frame.height * row
        free = random.uniform(0, frame.rows, 8000) * frame.height + frame.south
        points += [np.column_stack([longitude, latitude]), np.column_stack([longitude, free])]
    longitude, latitude = np.vstack(points).T
    expected = lowest_touching(polygons, longitude, latitude)
    assert (expected >= 0).sum() > 20_000
    assert np.array_equal(index.find(longitude, latitude), expected)


@pytest.mark.parametrize(
    ("column", "row", "across", "up", "corners", "nudges"),
    [
        (7, 4, 2, 3, 46, (4, 6, -6, 1)),
        (7, 7, 3, 3, 46, (3, 1, 3, 0)),
        (3, 7, 2, 3, 46, (6, -3, 1, 0)),
        (6, 7, 1, 5, 28, (1, 6, -1, 3)),
    ],
)
def test_a_border_by_the_corners_of_cells(column, row, across, up, corners, nudges):
    # Two triangles in a frame, their common border by the corner of one cell in so many, up to
    # some units in the last place beside it. By its rounded coordinates a point next to a corner
    # may lie in a cell that the border, rounded too, misses: here it would, were it not thickened.
    around = shapely.box(0.01, 3, 0.81, 3.6)
    frame = cell_index(np.array([around]), [0]).grids[0].frame
    number = np.arange(corners + 1)
    x = frame.west + (column + across * number) * frame.width
    y = frame.south + (row + up * number) * frame.height
    west, east, south, north = (
        place + nudge * np.spacing(place)
        for place, nudge in zip((x[0], x[-1], y[0], y[-1]), nudges, strict=True)
    )
    rest = around.difference(shapely.box(west, south, east, north))
    steps = np.stack(np.meshgrid(*[np.arange(-6, 7)] * 2), axis=-1).reshape(-1, 1, 2)
    for start, end, y_of_x in (
        ((west, south), (east, north), y),
        ((west, north), (east, south), y[::-1]),
    ):
        above = shapely.Polygon([start, end, (end[0], north), (start[0], north)])
        below = shapely.Polygon([start, end, (end[0], south), (start[0], south)])
        polygons = np.array([rest, above, below])
        places = np.column_stack([x, y_of_x])
        longitude, latitude = (places + steps * np.spacing(places)).reshape(-1, 2).T
        expected = lowest_touching(polygons, longitude, latitude)
        assert np.bincount(expected, minlength=3).min() > 30
        index = cell_index(polygons, [0, 0, 0])
        assert index.grids[0].frame == frame
        assert np.array_equal(index.find(longitude, latitude), expected)


def test_boundaries_that_overlap_and_leave_gaps(communes):
    # Six times the vertices, each moved by up to 200 m, in each commune another way.
    random = np.random.default_rng(5)

    def shake(vertices):
        phase, sway = random.uniform(0, 7, 2), np.array([0.0026, 0.0018])
        return vertices + sway * np.sin(3e3 * vertices[:, ::-1] + phase)

    fine = communes[communes.index.str.startswith("42")].geometry.segmentize(1e-3)
    shaken = shapely.make_valid(np.array([shapely.transform(shape, shake) for shape in fine]))
    shaken = shaken[np.isin(shapely.get_type_id(shaken), (3, 6))]  # Polygon, MultiPolygon
    assert len(shaken) > 300
    assert not shapely.coverage_is_valid(shaken)
    west, south, east, north = shapely.total_bounds(shaken)
    longitude, latitude = random.uniform((west, south), (east, north), (60_000, 2)).T
    expected = lowest_touching(shaken, longitude, latitude)
    found = cell_index(shaken, [0] * len(shaken)).find(longitude, latitude)
    assert np.array_equal(found, expected)
    # Any piece of land does, even ones that lie on each other.
    found = cell_index(shaken, random.integers(0, 3, len(shaken)).tolist()).find(
        longitude, latitude
    )
    assert np.array_equal(found, expected)


def test_few_points_are_found_as_many_are(communes):
    """The tree that answers the first points, and the grid that answers the rest."""
    polygons = communes.geometry.to_numpy()
    index = cell_index(polygons, [0] * len(polygons))
    random = np.random.default_rng(6)
    vertices = shapely.get_coordinates(polygons[::50])  # on borders: the lowest of those that touch
    somewhere = random.uniform((-5, 41), (10, 51), (3000, 2))
    nowhere = np.full((3, 2), np.nan)
    drawn = np.concatenate([random.permutation(vertices)[:3000], somewhere, nowhere])
    few = index.find(*drawn.T)
    assert "grids" not in vars(index)
    many = index.find(*np.tile(drawn, (4, 1)).T)
    assert "grids" in vars(index)
    assert np.array_equal(np.tile(few, 4), many)
    assert len(set(few)) > 1500
    assert (few[-3:] == NOBODY).all()


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_point_of_every_commune_is_found_in_it(communes, seed):
    polygons = communes.geometry.to_numpy()
    west, south, east, north = shapely.bounds(polygons).T
    points = shapely.get_coordinates(shapely.point_on_surface(polygons))
    random = np.random.default_rng(seed)
    for _ in range(3):  # a point drawn in the box of the commune, where it is in the commune
        drawn = random.uniform(np.column_stack([west, south]), np.column_stack([east, north]))
        inside = shapely.contains_xy(polygons, *drawn.T)
        points[inside] = drawn[inside]
    found = locate(*points.T)
    assert np.array_equal(found, communes.index.to_numpy(dtype=object))

    # In any order, and by parts: the same.
    order = random.permutation(len(points))
    assert np.array_equal(locate(*points[order].T), found[order])
    few = order[:30]
    one_by_one = [locate(*points[at]).item() for at in few]
    assert one_by_one == found[few].tolist()


def test_the_nearest_is_that_of_a_measure_of_all(communes):
    # 5 km around the ends of France, on sea and land, in the five legal CRS.
    ends = {"29": 2154, "97": 5490, "973": 2972, "974": 2975, "976": 4471}
    random = np.random.default_rng(6)
    for prefix, epsg in ends.items():
        shapes = communes[communes.index.str.startswith(prefix)].geometry
        if prefix == "97":
            shapes = shapes[shapes.index.str.startswith(("971", "972"))]
        coast = random.choice(shapely.get_coordinates(shapes.to_numpy()), 60)
        points = coast + random.normal(0, 0.03, coast.shape)
        codes, distance = locate_with_distance(*points.T, max_distance_m=3000)
        near = communes.cx[
            points[:, 0].min() - 0.1 : points[:, 0].max() + 0.1,
            points[:, 1].min() - 0.1 : points[:, 1].max() + 0.1,
        ].to_crs(epsg)
        for point, code, metres in zip(
            gpd.GeoSeries.from_xy(*points.T, crs=4326).to_crs(epsg), codes, distance, strict=True
        ):
            measured = near.distance(point)
            if code is None:
                assert measured.min() > 3000
            else:
                assert metres == pytest.approx(measured.min(), abs=0.5)
                assert measured[code] == pytest.approx(measured.min(), abs=0.5)
        assert (distance > 0).any()


# At the door


def test_what_is_no_point_gets_none():
    nan, inf = float("nan"), float("inf")
    longitude = [nan, 2.35, nan, None, 2.35]
    latitude = [48.85, nan, nan, 48.85, 48.85]
    codes, distance = locate_with_distance(longitude, latitude, max_distance_m=1e6)
    assert codes.tolist() == [None, None, None, None, "75056"]
    assert np.isnan(distance).tolist() == [True, True, True, True, False]
    with pytest.warns(PtceGeoWarning, match="2 of 3 points are not on Earth.* longitude inf"):
        codes = locate([inf, 652_000, 2.35], [48.85, 6_862_000, 48.85], max_distance_m=1e6)
    assert codes.tolist() == [None, None, "75056"]


def test_columns_of_any_kind_and_none_at_all():
    frame = pd.DataFrame({"x": [2.35, 4.3873], "y": [48.85, 45.4397]}, index=["b", "a"])
    assert locate(frame["x"], frame["y"]).tolist() == ["75056", "42218"]
    assert locate(*SAINT_ETIENNE).tolist() == ["42218"]
    codes, distance = locate_with_distance([], [])
    assert codes.dtype == object
    assert codes.shape == distance.shape == (0,)
    assert locate([], [], level="region", max_distance_m=5).shape == (0,)


def test_bad_input_has_one_clear_line():
    with pytest.raises(InputError, match=r"one length, found shapes \(2,\) and \(1,\)"):
        locate([2.35, 2.36], [48.85])
    with pytest.raises(InputError, match=r"found shapes \(1, 2\) and \(1, 2\)"):
        locate([[2.35, 2.36]], [[48.85, 48.85]])
    with pytest.raises(InputError, match="must be numbers in degrees; could not convert"):
        locate(["2,35"], ["48,85"])
    for metres in (-1, float("nan"), float("inf")):
        with pytest.raises(InputError, match="max_distance_m must be 0 or more metres, found"):
            locate(*PARIS_11, max_distance_m=metres)
    with pytest.raises(UnknownTerritoryError, match="unknown level canton; known: commune"):
        locate(*PARIS_11, level="canton")
    with pytest.raises(UnknownTerritoryError, match="no boundaries of 1999; known years"):
        locate(*PARIS_11, year=1999)
    with pytest.raises(UnknownTerritoryError, match="unknown resolution '1m'"):
        locate(*PARIS_11, resolution="1m")


def test_several_threads_get_the_same_answers(communes):
    table = territory_table()
    longitude, latitude = table["longitude"].to_numpy(), table["latitude"].to_numpy()
    expected = locate(longitude, latitude)
    index = cell_index(communes.geometry.to_numpy(), [0] * len(communes))  # nothing asked of it yet
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: index.find(longitude, latitude), range(8)))
    codes = np.append(communes.index.to_numpy(dtype=object), None)
    assert all(np.array_equal(codes[answer], expected) for answer in answers)
