"""Shared borders: cases worked by hand, the embedded France, and grids of cells at random."""

from __future__ import annotations

import itertools
import json

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from geopandas import GeoDataFrame
from hypothesis import given, settings

from ptce_geo.errors import CrsError, DuplicateIdError, InputError, PtceGeoWarning
from ptce_geo.territories import (
    CURRENT_YEAR,
    Zoning,
    at_resolution,
    build_topology,
    catalogue,
    dissolve,
    read_territories,
    territory_topology,
    topology_polygons,
)
from ptce_geo.territories.topology import RESOLUTIONS, Topology
from ptce_geo.territories.topology_build import arcs_of_shapes, ranked
from ptce_geo.territories.topology_fingerprints import shape_fingerprints

UPPER = ("epci", "arrondissement", "departement", "region")
# Corse and overseas: no neighbour has a say in how their borders are drawn.
ISLANDS = ["2A", "2B", "971", "972", "973", "974", "976"]


@pytest.fixture(scope="module")
def communes():
    return read_territories()


@pytest.fixture(scope="module")
def islands(communes):
    return communes[communes["code_departement"].isin(ISLANDS)]


@pytest.fixture(scope="module")
def topology(communes):
    return territory_topology(communes)


@pytest.fixture(scope="module")
def whole(topology):
    """The communes, as they are drawn at the fine resolution."""
    return topology_polygons(topology)


def frame(**shapes):
    return GeoDataFrame(geometry=list(shapes.values()), index=list(shapes), crs=4326)


def sides(topology):
    """The codes on the left and right of each arc, and how many vertices it has."""
    names = [*topology.codes, None]
    return [
        (names[left], names[right], size)
        for left, right, size in zip(
            topology.left, topology.right, np.diff(topology.starts).tolist(), strict=True
        )
    ]


def drawn(topology, resolution="fine"):
    return topology_polygons(topology, resolution=resolution).to_numpy()


def same_land(one, other):
    return shapely.area(shapely.symmetric_difference(one, other)).max() < 1e-9


def assert_sound(topology, whole=None):
    """Neither gap nor overlap at any resolution; arcs that end at nodes; each border walked."""
    ends = np.append(topology.starts[:-1], topology.starts[1:] - 1)
    assert (topology.ranks[ends] == 0).all()
    assert (topology.left >= 0).all()
    assert ((topology.right == -1) | (topology.right > topology.left)).all()
    assert not any(array.flags.writeable for array in topology.arcs)
    whole = drawn(topology) if whole is None else whole
    for resolution in RESOLUTIONS:
        shapes = drawn(topology, resolution) if resolution != "fine" else whole
        assert shapely.is_valid(shapes).all(), resolution
        assert (shapely.get_num_geometries(shapes) == shapely.get_num_geometries(whole)).all()
        assert (shapely.is_empty(shapes) == shapely.is_empty(whole)).all(), resolution
        assert shapely.coverage_is_valid(shapes), resolution


class TestByHand:
    def test_two_squares_and_an_island(self):
        # B is east of A. The border between them is an arc from (1, 0) to (1, 1): 2 vertices. The
        # rest of A's border goes from (1, 1) over (0, 1), (0, 0) to (1, 0): 4 vertices, and the
        # rest of B's as well. The island C is one closed arc: 4 corners, the first once more.
        topology = build_topology(
            frame(
                A=shapely.box(0, 0, 1, 1), B=shapely.box(1, 0, 2, 1), C=shapely.box(3, 0, 3.1, 0.1)
            )
        )
        assert sorted(sides(topology), key=str) == [
            ("A", "B", 2),
            ("A", None, 4),
            ("B", None, 4),
            ("C", None, 5),
        ]
        between = topology.right == 1
        start = topology.starts[:-1][between].item()
        # A is on the left of who walks north.
        assert topology.x[start : start + 2].tolist() == [100_000, 100_000]
        assert topology.y[start : start + 2].tolist() == [0, 100_000]
        assert_sound(topology)

    def test_an_enclave_is_one_arc_and_a_hole(self):
        # D lies inside E: the outside of E and the border between them, both closed.
        hole = shapely.box(1, 1, 2, 2)
        topology = build_topology(frame(E=shapely.box(0, 0, 3, 3) - hole, D=hole))
        assert sorted(sides(topology), key=str) == [("E", "D", 5), ("E", None, 5)]
        shapes = topology_polygons(topology)
        assert len(shapes["E"].interiors) == 1
        assert shapes["E"].area == pytest.approx(8)
        assert shapes["D"].area == pytest.approx(1)
        assert_sound(topology)

    def test_a_territory_of_two_parts_with_a_lake_in_the_second(self):
        # Three rings: two parts, and the lake, which is nobody's.
        second = shapely.box(2, 0, 5, 3) - shapely.box(3, 1, 4, 2)
        shape = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), second])
        topology = build_topology(frame(F=shape))
        assert sides(topology) == [("F", None, 5)] * 3
        assert same_land(drawn(topology), [shape])
        assert_sound(topology)

    def test_parts_and_holes_that_touch_at_a_point(self):
        ring = shapely.box(0, 0, 3, 3) - shapely.Polygon([(1, 1), (2, 1), (2, 2)])
        island = shapely.Polygon([(1, 1), (1.8, 1.1), (1.8, 1.5)])
        squares = shapely.MultiPolygon([shapely.box(4, 0, 5, 1), shapely.box(5, 1, 6, 2)])
        notch = shapely.Polygon([(7, 0), (10, 0), (10, 3), (8, 1), (9, 2.5), (7, 3)])
        pinched = shapely.box(11, 0, 14, 3) - shapely.Polygon([(11, 1), (12, 0.5), (12, 2)])
        shapes = frame(a=ring, b=island, c=squares, d=notch, e=pinched)
        for shared in (True, False):
            topology = build_topology(shapes, shared=shared)
            assert same_land(drawn(topology), shapes.geometry.to_numpy())
            assert shapely.is_valid(drawn(topology)).all()

    def test_shapes_that_overlap_keep_a_border_each(self):
        # B is the northern half of A: two closed borders, of which they share none.
        shapes = frame(A=shapely.box(0, 0, 1, 2), B=shapely.box(0, 1, 1, 2))
        topology = build_topology(shapes, shared=False)
        assert sides(topology) == [("A", None, 5), ("B", None, 5)]
        assert same_land(drawn(topology), shapes.geometry.to_numpy())

    def test_the_grid_rounds_and_what_is_narrower_closes(self):
        # A needle of 0.2 cells at the right of a square, between it and its neighbour's corner.
        needle = [(0, 0), (10, 0), (10, 4.9), (20, 5), (10, 5.1), (10, 10), (0, 10)]
        topology = build_topology(frame(A=shapely.Polygon(needle)), grid=1)
        assert drawn(topology)[0].equals(shapely.box(0, 0, 10, 10))
        assert topology.grid == 1

    def test_what_is_smaller_than_the_grid_vanishes_and_is_named(self):
        # 0.4 cells wide, around a corner of the grid; of C, one of two parts is left.
        dust = shapely.box(9.8, 9.8, 10.2, 10.2)
        shapes = frame(
            A=shapely.box(0, 0, 5, 5), B=dust, C=dust.union(shapely.box(20, 20, 25, 25)), D=None
        )
        with pytest.warns(PtceGeoWarning, match=r"build_topology: B are smaller .* 1 degree"):
            topology = build_topology(shapes, grid=1)
        assert shapely.is_empty(drawn(topology)).tolist() == [False, True, False, True]

    @pytest.mark.parametrize("shared", [True, False])
    def test_small_squares_stay_squares(self, shared):
        # 0.002 degree is some 200 m. A is alone; B and C are side by side, and so are the corners
        # of a field of 2 x 2, of which only the middles of the sides are ends of arcs.
        side, corners = 0.002, [(3.0, 46.0), (3.1, 46.0), (3.102, 46.0)]
        corners += [(3.2 + side * i, 46 + side * j) for i in range(2) for j in range(2)]
        squares = [shapely.box(x, y, x + side, y + side) for x, y in corners]
        shapes = frame(**dict(zip("ABCDEFG", squares, strict=True)))
        topology = build_topology(shapes, shared=shared)
        for resolution in RESOLUTIONS:
            assert same_land(drawn(topology, resolution), squares), resolution

    def test_small_islands_keep_four_corners(self):
        discs = [shapely.Point(x, 46).buffer(0.001) for x in (3.0, 3.1)]
        topology = build_topology(frame(A=discs[0], B=discs[1]))
        coarse = drawn(topology, "coarse")
        assert shapely.get_num_coordinates(coarse).tolist() == [5, 5]
        assert shapely.is_valid(coarse).all()

    def test_a_corner_that_the_grid_moves_over_a_border_does_not_cross_it(self):
        # The corner (5.6, 2.4) of A is below the line from (0, 0) to (9, 4), and goes to (6, 2);
        # that of B at (4.6, 2.4) is above it and goes to (5, 2), which is below.
        low = shapely.Polygon([(0, 0), (9, -3), (9, 4)])
        high = shapely.Polygon([(0, 9), (4.6, 2.4), (9, 9)])
        codes = ("low", "high")
        assert not low.intersects(high)
        for snapped in (False, True):
            arcs = arcs_of_shapes(np.array([low, high]), codes, grid=1, snapped=snapped)
            shapes = drawn(Topology(codes, *arcs, 1))
            assert bool(shapely.coverage_is_valid(shapes)) is snapped

    def test_a_dissolve_leaves_no_trace_of_what_it_joined(self):
        # Four squares in a row, joined two and two: of the north and south borders one arc each
        # side is left, and the middle one.
        cells = frame(**{code: shapely.box(k, 0, k + 1, 1) for k, code in enumerate("abcd")})
        groups = pd.Series({"d": "Y", "c": "Y", "b": "X", "a": "X"})
        topology = dissolve(build_topology(cells), groups)
        assert topology.codes == ("X", "Y")
        assert sorted(sides(topology), key=str) == [("X", "Y", 2), ("X", None, 6), ("Y", None, 6)]

    def test_a_dissolve_without_some(self):
        cells = frame(**{code: shapely.box(k, 0, k + 1, 1) for k, code in enumerate("abcd")})
        topology = dissolve(build_topology(cells), pd.Series({"a": "X", "b": None, "d": "X"}))
        assert sides(topology) == [("X", None, 5), ("X", None, 5)]
        assert drawn(topology)[0].area == pytest.approx(2)


class TestTheEmbeddedFrance:
    def test_is_sound_at_every_resolution(self, communes, topology, whole):
        assert topology.codes == tuple(communes.index)
        assert topology.grid == 1e-4
        assert_sound(topology, whole.to_numpy())
        sizes = [len(at_resolution(topology, resolution).x) for resolution in RESOLUTIONS]
        assert sizes[0] < sizes[1] / 1.5 < sizes[2] / 2

    def test_is_the_communes_rounded_to_the_grid(self, communes, whole):
        rounded = shapely.transform(communes.geometry.to_numpy(), lambda xy: np.rint(xy / 1e-4))
        off = shapely.area(whole.to_numpy()) / 1e-8 - shapely.area(rounded)
        # But for the few where a border turns at a corner that was moved onto it or across.
        apart = np.abs(off) > 1e-3
        assert apart.sum() < 200
        small = np.abs(off) < shapely.length(rounded) / 2
        assert (small | ~shapely.is_valid(rounded)).all()

    def test_is_what_the_tool_builds(self, communes, islands):
        # Bretagne has neighbours: near them, other corners are cut.
        bretagne = communes[communes["code_region"] == "53"]
        for some, same_ranks in ((islands, 1), (bretagne, 0.995)):
            codes = tuple(some.index)
            arcs = arcs_of_shapes(some.geometry.to_numpy(), codes, grid=1e-4, snapped=True)
            (*built, ranks), (*embedded, known) = (
                ranked(arcs, grid=1e-4),
                territory_topology(some).arcs,
            )
            for one, other in zip(built, embedded, strict=True):
                np.testing.assert_array_equal(one, other)
            assert (ranks == known).mean() >= same_ranks

    def test_the_file_is_small_and_named(self):
        arcs, fingerprints = catalogue().topology
        assert arcs.name == "topology.parquet"
        assert arcs.stat().st_size + fingerprints.stat().st_size < 2_500_000
        told = catalogue().embedded.manifest["vintages"][str(CURRENT_YEAR)]
        assert told["topology"]["rows"] == pq.read_metadata(arcs).num_rows
        assert told["fingerprints"]["rows"] == pq.read_metadata(fingerprints).num_rows

    @pytest.mark.parametrize("level", UPPER)
    def test_upper_levels_dissolve_from_it(self, level):
        territories = read_territories(level)
        topology = territory_topology(territories)
        assert topology.codes == tuple(territories.index)
        assert topology.grid == 1e-4  # not built from the shapes
        whole = drawn(topology)
        assert_sound(topology, whole)
        land = territories.geometry.to_numpy()
        apart = np.abs(shapely.area(whole) - shapely.area(land))
        assert (apart <= shapely.length(land) * topology.grid / 2).all()
        if level == "region":
            apart = shapely.area(shapely.symmetric_difference(whole, land))
            assert (apart <= shapely.length(land) * topology.grid).all()

    def test_some_of_them_in_any_order(self, communes, whole):
        some = communes[communes["code_departement"].isin(["29", "2A", "974"])]
        some = some.sample(frac=0.5, random_state=3)
        of_some = territory_topology(some)
        assert of_some.codes == tuple(some.index)
        assert shapely.equals(drawn(of_some), whole.loc[some.index].to_numpy()).all()
        assert of_some.grid == 1e-4
        inner = set(of_some.left[of_some.right >= 0]) | set(of_some.right[of_some.right >= 0])
        assert len(inner) > 100

    def test_a_shape_that_was_changed_is_drawn_as_it_is(self):
        departements = read_territories("departement")
        changed = departements.copy()
        moved = [
            shape if code != "42" else _moved(shape) for code, shape in changed.geometry.items()
        ]
        changed["geometry"] = moved
        topology = territory_topology(changed)
        assert topology.grid == 1e-5
        assert shapely.hausdorff_distance(drawn(topology)[42], moved[42]) < 1e-5

    def test_shapes_that_went_to_another_crs_and_back_are_known(self, communes):
        departements = read_territories("departement")
        again = departements.to_crs(2154).to_crs(4326)
        before, after = (shapely.get_coordinates(each.geometry) for each in (departements, again))
        moved = np.abs(after - before).max()
        assert moved > 0
        assert territory_topology(again).grid == 1e-4
        # No vertex lies so near a half of what fingerprints round to that ten times as much would
        # change it. Those of the upper levels are of communes.
        steps = shapely.get_coordinates(communes.geometry) / 1e-6
        assert np.abs(steps - np.floor(steps) - 0.5).min() * 1e-6 > 10 * moved

    def test_other_codes_on_the_same_shapes_are_not_known(self):
        regions = read_territories("region")
        named = regions.set_index("nom")
        assert territory_topology(named).codes == tuple(regions["nom"])
        swapped = regions.set_axis(regions.index[::-1])
        assert territory_topology(swapped).grid == 1e-5

    def test_a_zoning_dissolves_from_it(self, islands):
        table = islands[["code_arrondissement"]].set_axis(["code"], axis=1).dropna()
        zoning = Zoning("zones", CURRENT_YEAR, table.assign(nom="Zone"), None, "by hand")
        topology = territory_topology(zoning)
        arrondissements = read_territories("arrondissement")
        of_level = territory_topology(arrondissements.loc[sorted(set(table["code"]))])
        assert topology.codes == of_level.codes
        for one, other in zip(topology.arcs, of_level.arcs, strict=True):
            np.testing.assert_array_equal(one, other)

    def test_a_zoning_of_polygons_is_built(self):
        polygons = frame(z=shapely.box(2, 46, 3, 47), y=shapely.box(4, 46, 5, 47))
        polygons.insert(0, "nom", ["Z", "Y"])
        polygons.insert(1, "population", [1, 2])
        zoning = Zoning("zones", None, pd.DataFrame(), polygons, "by hand")
        assert territory_topology(zoning).codes == ("y", "z")

    def test_without_its_file_all_is_built(self, tmp_path, monkeypatch):
        # A folder that someone made from an older one: it has the regions, and no more.
        regions = read_territories("region")
        embedded = catalogue().embedded
        line = embedded.manifest["vintages"][str(CURRENT_YEAR)]["levels"]["region"]
        (tmp_path / line["path"]).parent.mkdir()
        (tmp_path / line["path"]).write_bytes((embedded.path / line["path"]).read_bytes())
        manifest = {"vintages": {str(CURRENT_YEAR): {"levels": {"region": line}}}}
        (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        monkeypatch.setenv("PTCE_GEO_BOUNDARIES", str(tmp_path))
        assert territory_topology(regions).grid == 1e-5


def _moved(shape):
    return shapely.transform(shape, lambda xy: xy + np.array([2e-6, 0]))


class TestFingerprints:
    HOLES = tuple(shapely.box(x, 1, x + 1, 2).exterior.coords[:] for x in (1, 3))
    SHELL = shapely.box(0, 0, 6, 3).exterior.coords[:]
    HOLED = shapely.Polygon(SHELL, HOLES)

    @staticmethod
    def same(*shapes):
        return len(np.unique(shape_fingerprints(np.array(shapes, object)))) == 1

    def test_one_shape_has_one(self):
        moved = shapely.transform(self.HOLED, lambda xy: xy + 4e-7)
        assert self.same(self.HOLED, shapely.MultiPolygon([self.HOLED]), moved)

    def test_a_vertex_that_was_moved(self):
        for ring, corner in itertools.product(range(3), range(4)):
            rings = [np.array(each) for each in (self.SHELL, *self.HOLES)]
            rings[ring][[corner, 4] if corner == 0 else corner] += [1e-5, 0]
            assert not self.same(self.HOLED, shapely.Polygon(rings[0], rings[1:]))

    def test_the_order_of_vertices(self):
        loire = read_territories("departement").geometry["42"]
        vertices = np.array(loire.exterior.coords)
        swapped = vertices.copy()
        swapped[[10, 11]] = swapped[[11, 10]]
        in_order = vertices[np.lexsort(vertices[:-1].T)]
        for changed in (swapped, in_order, vertices[::-1], np.roll(vertices[:-1], 1, axis=0)):
            assert not self.same(loire, shapely.Polygon(changed))

    def test_rings_and_parts(self):
        # The same vertices in the same order: as holes, as parts, as a hole and a part, as a line.
        shell, first, second = (shapely.Polygon(ring) for ring in (self.SHELL, *self.HOLES))
        kinds = [
            self.HOLED,
            shapely.MultiPolygon([shell, first, second]),
            shapely.MultiPolygon([shapely.Polygon(self.SHELL, self.HOLES[:1]), second]),
            shapely.MultiPolygon([shell, shapely.Polygon(self.HOLES[0], self.HOLES[1:])]),
            shapely.Polygon([*self.SHELL, *self.HOLES[0], *self.HOLES[1]]),
        ]
        assert len(np.unique(shape_fingerprints(np.array(kinds, object)))) == len(kinds)

    def test_a_commune_whose_enclave_was_made_a_part_is_drawn_as_it_is(self):
        commune = read_territories(departements="05").loc[["05052"]]
        assert territory_topology(commune).grid == 1e-4
        rings = shapely.get_rings(commune.geometry.item())
        parts = shapely.multipolygons(shapely.polygons(rings))
        # Not a valid shape: what lies in two parts is in neither.
        assert territory_topology(commune.set_geometry([parts])).grid == 1e-5

    def test_no_shape_nor_vertex(self):
        empty = [None, shapely.Polygon(), shapely.MultiPolygon()]
        between = [self.HOLED, *empty, shapely.box(0, 0, 1, 1)]
        found = shape_fingerprints(np.array(between, object))
        assert found[1:4].tolist() == [0, 0, 0]
        assert found[0] == shape_fingerprints(np.array([self.HOLED], object)).item()
        assert len(shape_fingerprints(np.array([], object))) == 0


@st.composite
def cells(draw):
    """Cells of about 2 km with crooked borders, and a group for each (or none)."""
    size = draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    # Every second place of the lattice is a corner, those between them a bend of a border.
    x, y = np.meshgrid(np.arange(2 * size + 1), np.arange(2 * size + 1), indexing="ij")
    lattice = np.stack([x, y], axis=-1) + rng.uniform(-0.3, 0.3, (*x.shape, 2))
    lattice = lattice * draw(st.sampled_from([0.001, 0.01, 0.05])) + [3, 46]
    around = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
    shapes = {
        f"{i}-{j}": shapely.Polygon([lattice[2 * i + di, 2 * j + dj] for di, dj in around])
        for i in range(size)
        for j in range(size)
    }
    groups = rng.choice([None, "P", "Q", "R", "S"][: draw(st.integers(2, 5))], len(shapes))
    return frame(**shapes), pd.Series(groups, index=list(shapes))


@settings(max_examples=30)
@given(made=cells())
def test_cells_dissolved_at_random(made):
    land, groups = made
    topology = build_topology(land)
    assert_sound(topology)
    shapes = topology_polygons(topology)
    rounded = shapely.transform(land.geometry.to_numpy(), lambda xy: np.rint(xy / 1e-5) * 1e-5)
    np.testing.assert_allclose(shapely.area(shapes.to_numpy()), shapely.area(rounded))
    # Each border is walked once by each that has it: the sides are as long as the borders.
    long = shapely.length(_lines(topology))
    walked = np.bincount(topology.left, long, len(land))
    walked += np.bincount(topology.right[topology.right >= 0], long[topology.right >= 0], len(land))
    np.testing.assert_allclose(walked, shapely.length(drawn(topology)))

    if groups.notna().any():
        dissolved = dissolve(topology, groups)
        assert_sound(dissolved)
        joined = shapes.groupby(groups).agg(lambda parts: shapely.union_all(parts.to_numpy()))
        assert dissolved.codes == tuple(joined.index)
        assert same_land(drawn(dissolved), joined.to_numpy())
        # As few arcs as from the joined shapes themselves.
        again = build_topology(GeoDataFrame(geometry=joined, crs=4326))
        assert len(again.left) == len(dissolved.left)


def _lines(topology):
    arc = np.repeat(np.arange(len(topology.left)), np.diff(topology.starts))
    xy = np.stack([topology.x, topology.y], axis=1) * topology.grid
    return shapely.linestrings(xy, indices=arc)


class TestWrongInput:
    SQUARES = frame(A=shapely.box(0, 0, 1, 1), B=shapely.box(1, 0, 2, 1))

    def test_overlap_names_both_and_the_cure(self):
        shapes = frame(
            A=shapely.box(0, 0, 1, 1), B=shapely.box(0, 0, 1, 1), C=shapely.box(5, 5, 6, 6)
        )
        with pytest.raises(InputError, match=r"overlap: A, B .*shared=False"):
            build_topology(shapes)

    @pytest.mark.parametrize("function", [build_topology, territory_topology])
    def test_frames(self, function):
        with pytest.raises(CrsError):
            function(self.SQUARES.to_crs(2154))
        with pytest.raises(DuplicateIdError):
            function(self.SQUARES.set_axis(["A", "A"]))
        points = self.SQUARES.set_geometry(self.SQUARES.representative_point())
        with pytest.raises(InputError, match="A, B must be polygons, found Point"):
            function(points)

    @pytest.mark.parametrize("grid", [0, -1e-5, 1e-9, 2, float("nan")])
    def test_grid(self, grid):
        with pytest.raises(InputError, match="grid must be between"):
            build_topology(self.SQUARES, grid=grid)

    def test_resolution(self):
        with pytest.raises(InputError, match="'finest'; known: coarse, medium, fine"):
            topology_polygons(build_topology(self.SQUARES), resolution="finest")

    def test_groups(self):
        topology = build_topology(self.SQUARES)
        with pytest.raises(InputError, match="no territory Z in the topology"):
            dissolve(topology, pd.Series({"A": "X", "Z": "X"}))
        with pytest.raises(DuplicateIdError):
            dissolve(topology, pd.Series(["X", "Y"], index=["A", "A"]))

    def test_nothing_and_no_shape(self):
        nothing = build_topology(self.SQUARES[:0])
        assert (nothing.codes, len(nothing.left), nothing.starts.tolist()) == ((), 0, [0])
        assert len(topology_polygons(nothing)) == 0
        without = self.SQUARES.copy()
        without.loc["A", "geometry"] = None
        shapes = topology_polygons(build_topology(without))
        assert shapes["A"].is_empty
        assert shapes["B"].area == pytest.approx(1)
