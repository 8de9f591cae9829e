"""Spatial weights: against libpysal on the embedded France, and on grids known by their cells."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph

from ptce_geo.errors import CrsError, DuplicateIdError, InputError
from ptce_geo.indicators.weights import links_of, spatial_weights
from ptce_geo.metric import to_metric
from ptce_geo.territories import read_territories

# Cells of a grid of 0.01°, in the Loire.
cells = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, unique=True)


def zones(cells):
    squares = [
        shapely.box(4 + x / 100, 45 + y / 100, 4.01 + x / 100, 45.01 + y / 100) for x, y in cells
    ]
    # The corners of one cell and the next must be the same number: rounded to the grid.
    squares = shapely.set_precision(squares, 1e-6)
    return gpd.GeoDataFrame(index=[f"{x}-{y}" for x, y in cells], geometry=squares, crs=4326)


@pytest.fixture(scope="module")
def epci():
    return read_territories("epci")


@pytest.fixture(scope="module")
def loire():
    return read_territories("commune", departements=["42"])


@pytest.mark.parametrize("kind", ["queen", "rook"])
@pytest.mark.parametrize("level", ["epci", "commune"])
def test_contiguity_as_libpysal(kind, level, epci):
    # Corsica, Finistère (islands), La Réunion and the Vaucluse (an exclave) among the communes.
    frame = epci
    if level == "commune":
        frame = read_territories("commune", departements=["2A", "29", "974", "84"])
    ours = spatial_weights(frame, kind=kind, transform="b")
    peer = Graph.build_contiguity(frame, rook=kind == "rook", strict=True).transform("b")
    pd.testing.assert_series_equal(ours.adjacency, peer.adjacency)
    assert len(ours.isolates) > 0
    assert ours.unique_ids.equals(frame.index)


@settings(max_examples=30)
@given(cells)
def test_contiguity_of_a_grid(cells):
    queen, rook = (
        spatial_weights(zones(cells), kind=kind, transform="b") for kind in ("queen", "rook")
    )
    for x, y in cells:
        apart = [(abs(x - a), abs(y - b), f"{a}-{b}") for a, b in cells if (a, b) != (x, y)]
        around = {code for dx, dy, code in apart if max(dx, dy) == 1}
        beside = {code for dx, dy, code in apart if dx + dy == 1}
        for graph, expected in ((queen, around), (rook, beside)):
            found = graph[f"{x}-{y}"]
            assert set(found[found > 0].index) == expected


def test_a_hole_and_a_part_are_no_phantom_border():
    # The hole of A holds B; the two parts of C touch D each. Nothing joins a ring to the next.
    a = shapely.box(0, 45, 3, 48).difference(shapely.box(1, 46, 2, 47))
    c = shapely.union(shapely.box(5, 45, 6, 46), shapely.box(7, 45, 8, 46))
    shapes = [a, shapely.box(1, 46, 2, 47), c, shapely.box(6, 45, 7, 46)]
    frame = gpd.GeoDataFrame(index=list("ABCD"), geometry=shapes, crs=4326)
    for kind in ("queen", "rook"):
        graph = spatial_weights(frame, kind=kind, transform="b")
        assert {code: set(graph[code].index) for code in "ABCD"} == {
            "A": {"B"}, "B": {"A"}, "C": {"D"}, "D": {"C"},
        }  # fmt: skip


def test_nearest_and_distance_as_libpysal(loire):
    points = to_metric(loire).geometry.centroid
    ours = spatial_weights(loire, kind="knn", k=4, transform="b")
    peer = Graph.build_knn(points, k=4).transform("b")
    pd.testing.assert_series_equal(ours.adjacency, peer.adjacency)
    ours = spatial_weights(loire, kind="distance", distance_km=6.5, transform="b")
    peer = Graph.build_distance_band(points, 6500, binary=True)
    pd.testing.assert_series_equal(ours.adjacency, peer.transform("b").adjacency)


def test_between_town_halls(loire):
    halls = loire.set_geometry(gpd.points_from_xy(loire["longitude"], loire["latitude"], crs=4326))
    nearest = spatial_weights(halls, kind="knn", k=1)["42218"].index[0]
    away = to_metric(halls).geometry
    others = away.drop("42218").distance(away["42218"])
    assert nearest == others.idxmin()


def test_rows_add_up_to_one_and_isolates_stay(epci):
    graph = spatial_weights(epci)
    totals = graph.adjacency.groupby(level=0, sort=False).sum()
    assert totals.index.equals(epci.index)
    assert totals[graph.isolates].eq(0).all()
    assert totals.drop(graph.isolates).to_numpy() == pytest.approx(1, abs=1e-12)
    # Corsica touches nobody on the continent.
    codes = epci.index[epci["code_departements"].map(lambda codes: "2A" in codes or "2B" in codes)]
    corsica = graph.adjacency[codes]
    assert set(corsica[corsica > 0].index.get_level_values("neighbor")) <= set(codes)


def test_nobody_is_a_neighbour_across_two_legal_crs():
    # Two communes of Mayotte's size next to five of the Loire: k is cut to what a plane holds.
    lonlat = {"A": (4, 45), "B": (4.1, 45), "C": (4.3, 45), "M": (45.1, -12.8), "N": (45.2, -12.9)}
    points = gpd.GeoSeries.from_xy(
        *zip(*lonlat.values(), strict=True), index=list(lonlat), crs=4326
    )
    frame = gpd.GeoDataFrame(geometry=points)
    nearest = spatial_weights(frame, kind="knn", k=3, transform="b")
    assert {code: set(nearest[code].index) for code in lonlat} == {
        "A": {"B", "C"}, "B": {"A", "C"}, "C": {"A", "B"}, "M": {"N"}, "N": {"M"},
    }  # fmt: skip
    one = spatial_weights(frame, kind="knn", k=1, transform="b")
    assert one["C"].index.to_list() == ["B"]
    far = spatial_weights(frame, kind="distance", distance_km=20_000, transform="b")
    assert set(far["A"].index) == {"B", "C"}
    alone = spatial_weights(frame.loc[["A", "M"]], kind="knn", k=2)
    assert alone.isolates.to_list() == ["A", "M"]


def test_distance_is_that_of_the_legal_crs():
    # 0.1° of longitude at 45° N is about 7.88 km, of latitude 11.1 km.
    points = gpd.GeoSeries.from_xy([3, 3.1, 3], [45, 45, 45.1], index=list("ABC"), crs=4326)
    frame = gpd.GeoDataFrame(geometry=points)
    metric = to_metric(frame).geometry
    exact = metric["A"].distance(metric["B"]) / 1000
    assert exact == pytest.approx(7.88, abs=0.02)
    at = spatial_weights(frame, kind="distance", distance_km=exact + 1e-9, transform="b")
    assert at["A"].index.to_list() == ["B"]
    below = spatial_weights(frame, kind="distance", distance_km=exact - 1e-6)
    assert len(below.isolates) == 3


def test_points_in_one_place_are_each_others_nearest():
    points = gpd.GeoSeries.from_xy([4.0] * 5, [45.0] * 5, index=list("ABCDE"), crs=4326)
    graph = spatial_weights(gpd.GeoDataFrame(geometry=points), kind="knn", k=2, transform="b")
    for code in "ABCDE":
        assert len(graph[code]) == 2
        assert code not in graph[code].index


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "king"}, "unknown kind 'king'; known: queen, rook, knn, distance"),
        ({"transform": "x"}, "unknown transform 'x'; known: r, b"),
        ({"kind": "knn"}, 'k= goes with kind="knn"'),
        ({"k": 3}, 'k= goes with kind="knn"'),
        ({"kind": "distance"}, 'distance_km= goes with kind="distance"'),
        ({"kind": "knn", "k": 2, "distance_km": 3}, 'distance_km= goes with kind="distance"'),
        ({"kind": "knn", "k": 0}, "k=0; expected a number above 0"),
        ({"kind": "knn", "k": 1.5}, "k=1.5; expected"),
        ({"kind": "distance", "distance_km": -1}, "distance_km=-1; expected"),
        ({"kind": "distance", "distance_km": float("nan")}, "distance_km=nan; expected"),
        ({"kind": "distance", "distance_km": float("inf")}, "distance_km=inf; expected"),
    ],
)
def test_options_that_make_no_sense(options, message):
    with pytest.raises(InputError, match=message):
        spatial_weights(zones([(0, 0), (0, 1)]), **options)


def test_territories_that_make_no_sense():
    frame = zones([(0, 0), (0, 1)])
    with pytest.raises(InputError, match="expected at least one, found none"):
        spatial_weights(frame[:0])
    with pytest.raises(CrsError, match="expected EPSG:4326, found EPSG:2154"):
        spatial_weights(frame.to_crs(2154))
    with pytest.raises(DuplicateIdError, match="0-0"):
        spatial_weights(pd.concat([frame, frame]))
    with pytest.raises(InputError, match="contiguity needs polygons, found Point"):
        spatial_weights(frame.set_geometry(frame.representative_point()))
    frame.loc["0-1", "geometry"] = None
    with pytest.raises(InputError, match="no geometry for 0-1"):
        spatial_weights(frame)
    abroad = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_xy([100], [45], index=["X"], crs=4326))
    with pytest.raises(CrsError, match="no legal CRS"):
        spatial_weights(abroad, kind="knn", k=1)


def test_weights_that_measures_cannot_use():
    with pytest.raises(InputError, match=r"expected a libpysal.graph.Graph, found W; .*from_W"):
        links_of(Graph.from_dicts({"A": ["B"], "B": ["A"]}).to_W())
    negative = Graph.from_weights_dict({"A": {"B": -1.0}, "B": {"A": 1.0}})
    with pytest.raises(InputError, match="found some negative or infinite"):
        links_of(negative)
    itself = Graph.from_weights_dict({"A": {"A": 1.0, "B": 1.0}, "B": {"A": 1.0}})
    with pytest.raises(InputError, match="A stand among their own neighbours"):
        links_of(itself)


def test_links_are_a_copy():
    graph = Graph.from_dicts({"A": ["B"], "B": ["A"], "C": []})
    links = links_of(graph)
    links.matrix.data[:] = 7
    assert graph.sparse.data.max() == 1
    assert links.islands == ("C",)
    assert np.array_equal(links.sizes, [1, 1, 0])
