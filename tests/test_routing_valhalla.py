"""Travel times by road: what a made network says is what can be worked out by hand."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import math
import os
import shutil
import sys
import tempfile
import warnings
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
import routing_network as made
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_network import lonlat
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from ptce_geo.errors import (
    EngineNotInstalledError,
    InputError,
    OutputError,
    PtceGeoWarning,
    UnreadableFileError,
)
from ptce_geo.routing import (
    CrowFlies,
    ValhallaTravelTime,
    build_tiles,
)
from ptce_geo.routing import build as build_module

# Turns take a few seconds, and valhalla's sphere is not the ellipsoid.
SECONDS = 8
# An hour and a half: longer than any way of the network.
LONG = 90


@pytest.fixture(scope="module", autouse=True)
def installed():
    made.require("osmium", "valhalla")


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    return made.write_extract(tmp_path_factory.mktemp("extract") / made.EXTRACT)


@pytest.fixture(scope="module")
def network(extract, tmp_path_factory):
    return build_tiles(extract, tmp_path_factory.mktemp("network") / "roads")


@pytest.fixture(scope="module")
def car(network):
    return ValhallaTravelTime(network.folder)


def seconds(travel, origins, destinations, *, minutes=LONG):
    """Origin and destination → seconds."""
    pairs = travel.pairs(lonlat(*origins), lonlat(*destinations), minutes=minutes)
    return {
        (origins[row], destinations[column]): 60 * took
        for row, column, took in zip(*pairs, strict=True)
    }


# --- times worked out by hand ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "destination", "expected"),
    [
        ((0, 0), (8, 0), 480),  # 8 km at a kilometre a minute
        ((4, 3), (0, 0), 600),  # the dead end, 3 km at 30 km/h: 360, and 4 km: 240
        ((6, 0), (6, -2), 120),  # down the one way
        ((6, -2), (6, 0), 600),  # not up: 4 km east, 2 km north, 4 km west
        ((0, 1.5), (0, 0), 690),  # 5 km to the bridge, 1.5 km over it, 5 km back
        ((30, 30), (32, 30), 120),  # on the island
        ((3, 0), (3, 0), 0),
    ],
)
def test_the_way_takes_as_long_as_it_is(car, origin, destination, expected):
    took = seconds(car, [origin], [destination])
    assert took == {(origin, destination): pytest.approx(expected, abs=SECONDS)}


def test_what_is_over_the_limit_is_no_pair(car):
    # 8 km are 480 s and the river 690 s: of the two, the first within ten minutes.
    assert [*seconds(car, [(8, 0), (0, 1.5)], [(0, 0)], minutes=10)] == [((8, 0), (0, 0))]
    banks = lonlat((0, 1.5)), lonlat((0, 0))
    assert len(CrowFlies().pairs(*banks, minutes=10).minutes) == 1


def test_a_walker_goes_up_the_one_way(car, network):
    walker = ValhallaTravelTime(network.folder, profile="pedestrian")
    cyclist = ValhallaTravelTime(network.folder, profile="bicycle")
    way = [(6, -2)], [(6, 0)]
    # 2 km at valhalla's 5.1 km/h; by car it is 10 km.
    assert [*seconds(walker, *way).values()] == [pytest.approx(2 / 5.1 * 3600, abs=SECONDS)]
    (by_bicycle,) = seconds(cyclist, [(0, 0)], [(8, 0)]).values()
    (by_car,) = seconds(car, [(0, 0)], [(8, 0)]).values()
    assert by_car < by_bicycle < 8 / 5.1 * 3600


# --- places without a road, and roads without a way -----------------------------------------------


def lost(network, count, *, within="5"):
    """What is told of places without a road: how many of how many, and what to do."""
    return (
        f"{network.folder}: {count} places have no road within {within} km and count as near to "
        "none; build from an extract that covers them, or set a larger snap_km"
    )


def told(call, *arguments, **options):
    """What a call returns, and what it warns of."""
    with pytest.warns(PtceGeoWarning) as caught:
        result = call(*arguments, **options)
    # It is the caller who is told, not a module of ours.
    assert {warning.filename for warning in caught} == {__file__}
    return result, [str(warning.message) for warning in caught]


def test_a_place_that_is_near_no_road_loses_no_other(car):
    places = np.vstack(
        [
            lonlat((0, 0), (0, -40), (31, 30)),  # on a road, 38 km from any, on the island
            [[np.nan, np.nan], [3.0, np.nan], [-70.0, 46.5]],  # without place, in Canada
            lonlat((2, 0.5)),  # 500 m off the road
        ]
    )
    # Of the four with a point in France, one has no road; asked as origin and destination, once.
    pairs, lines = told(car.pairs, places, places, minutes=LONG)
    assert lines == [lost(car.network, "1 of 4")]
    near = {(0, 0), (0, 6), (6, 0), (6, 6), (2, 2)}
    assert {*zip(pairs.origin.tolist(), pairs.destination.tolist(), strict=True)} == near
    drawn, lines = told(car.isochrones, places, minutes=[5, 10])
    assert lines == [lost(car.network, "1 of 4")]
    assert drawn.shape == (7, 2)
    assert [shape is not None for shape in drawn[:, 0]] == [True, False, True, *[False] * 3, True]


def test_how_far_a_road_may_be_is_told(network):
    place = [(0, -3)], [(0, 0)]  # 3 km from the road: the way to it takes no time
    assert [*seconds(ValhallaTravelTime(network.folder), *place).values()] == [
        pytest.approx(0, abs=SECONDS)
    ]
    took, lines = told(seconds, ValhallaTravelTime(network.folder, snap_km=2.5), *place)
    assert (took, lines) == ({}, [lost(network, "1 of 2", within="2.5")])


def test_places_without_a_road_are_counted_and_what_has_no_point_is_not(car):
    # Beside the network: 15 to 60 km south of it. Two places are asked twice, one has no point.
    roadless = [(0, -15), (0, -20), (0, -60)]
    start = np.vstack([lonlat((0, 0), *roadless, (0, 0), (0, -15)), [[np.nan, np.nan]]])
    pairs, lines = told(car.pairs, start, lonlat((1, 0)), minutes=LONG)
    assert pairs.origin.tolist() == [0, 4]
    assert lines == [lost(car.network, "3 of 5")]
    # In 10 minutes a car goes 130 / 6 = 21.7 km, and 2 snaps of 5 km: what lies 60 km off is no
    # pair, whatever the roads, and is not looked at.
    _, lines = told(car.pairs, start, lonlat((1, 0)), minutes=10)
    assert lines == [lost(car.network, "2 of 4")]
    _, lines = told(car.pairs, lonlat((1, 0)), start, minutes=10)
    assert lines == [lost(car.network, "2 of 4")]
    drawn, lines = told(car.isochrones, start, minutes=[3, 5])
    assert lines == [lost(car.network, "3 of 4")]
    assert [shape is not None for shape in drawn[:, 0]] == [True, *[False] * 3, True, False, False]


@settings(max_examples=12)
@given(
    origins=st.lists(st.integers(-60, 20), max_size=8),
    destinations=st.lists(st.integers(-60, 20), max_size=8),
)
def test_what_is_told_lost_is_what_reaches_not_even_itself(car, origins, destinations):
    # South of the main road or on it, every place but those 3 to 7 km off: near the 5 of the snap.
    sides = [[y for y in side if not -7 <= y <= -3] for side in (origins, destinations)]
    start, end = (lonlat(*((0, min(y, 0)) for y in side)) for side in sides)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        car.pairs(start, end, minutes=LONG)
        both = {(0, min(y, 0)) for side in sides for y in side} if all(sides) else set()
        alone = [car.pairs(lonlat(place), lonlat(place), minutes=1) for place in both]
    messages = [str(warning.message) for warning in caught]
    without = sum(len(pairs.minutes) == 0 for pairs in alone)
    expected = [lost(car.network, f"{without} of {len(both)}")] if without else []
    assert messages == expected + [lost(car.network, "1 of 1")] * without


def test_nothing_asked_is_nothing(car):
    for origins, destinations in ([(), ()], [[(0, 0)], ()], [(), [(0, 0)]]):
        assert seconds(car, origins, destinations) == {}
    assert car.isochrones(lonlat(), minutes=[5]).shape == (0, 1)


def test_only_ways_that_do_not_join(car):
    assert seconds(car, [(0, 0), (8, 0)], [(31, 30)]) == {}


# --- against a shortest path of our own -----------------------------------------------------------


def shortest_paths():
    """The nodes of the network, and the seconds between them by Dijkstra's algorithm."""
    nodes = [*dict.fromkeys(node for way, _ in made.ROADS for node in way)]
    number = {node: place for place, node in enumerate(nodes)}
    edges = {}
    for way, tags in made.ROADS:
        for one, other in itertools.pairwise(way):
            took = 3600 * math.dist(one, other) / int(tags["maxspeed"])
            edges[number[one], number[other]] = took
            if tags.get("oneway") != "yes":
                edges[number[other], number[one]] = took
    rows, columns = zip(*edges, strict=True)
    graph = coo_array(([*edges.values()], (rows, columns)), shape=(len(nodes), len(nodes)))
    return nodes, dijkstra(graph.tocsr())


@pytest.mark.parametrize("minutes", [5, 12, LONG])
def test_all_pairs_are_those_of_dijkstra(car, minutes):
    nodes, shortest = shortest_paths()
    took = np.full(shortest.shape, np.inf)
    pairs = car.pairs(lonlat(*nodes), lonlat(*nodes), minutes=minutes)
    took[pairs.origin, pairs.destination] = 60 * pairs.minutes
    assert (pairs.minutes <= minutes).all()
    inside = shortest <= 60 * minutes - 2 * SECONDS
    assert np.abs(took[inside] - shortest[inside]).max() <= 2 * SECONDS
    assert np.isinf(took[shortest > 60 * minutes + 2 * SECONDS]).all()


def test_more_places_than_a_block_holds(car):
    # On the straight road, every way takes as many minutes as it is long in km.
    rng = np.random.default_rng(0)
    east, west = rng.uniform(-5, 10, 130), rng.uniform(-5, 10, 70)
    start, end = (lonlat(*((x, 0) for x in xs)) for xs in (east, west))
    pairs = car.pairs(start, end, minutes=4)
    apart = np.abs(east[:, np.newaxis] - west)
    np.testing.assert_allclose(
        pairs.minutes, apart[pairs.origin, pairs.destination], atol=SECONDS / 60
    )
    found = np.zeros(apart.shape, dtype=bool)
    found[pairs.origin, pairs.destination] = True
    sure = np.abs(apart - 4) > SECONDS / 60
    assert (found == (apart <= 4))[sure].all()
    assert found.sum() == len(pairs.minutes) > 2500


@settings(max_examples=12)
@given(
    places=st.lists(
        st.tuples(st.integers(-6, 11), st.integers(-3, 4)).filter(lambda xy: xy[1] != 1),
        min_size=1,
        max_size=12,
    ),
    minutes=st.floats(0.5, 20),
)
def test_a_shorter_limit_leaves_the_same_times_and_doubles_are_as_their_twin(car, places, minutes):
    points = lonlat(*places)
    whole = car.pairs(points, points, minutes=25)
    short = car.pairs(points, points, minutes=minutes)
    rows = [*zip(*(part.tolist() for part in whole), strict=True)]
    kept = [(*row, took) for *row, took in rows if took <= minutes]
    assert [*zip(*(part.tolist() for part in short), strict=True)] == kept
    assert [row[:2] for row in rows] == sorted({row[:2] for row in rows})
    by_place = {}
    for row, column, took in rows:
        by_place.setdefault((places[row], places[column]), set()).add(took)
    assert all(len(times) == 1 for times in by_place.values())


# --- isochrones -----------------------------------------------------------------------------------


def test_an_isochrone_is_from_where_the_place_is_reached(car):
    # At the end of the one way: from 1 km up it in a minute, from (10, -2) in four, from the
    # main road at (5, 0) in three.
    two, five = car.isochrones(lonlat((6, -2)), minutes=[2.2, 5])[0]
    points = {place: shapely.Point(*lonlat(place)[0]) for place in [(6, -0.5), (9, -2), (5, 0)]}
    assert [two.contains(point) for point in points.values()] == [True, False, False]
    assert [five.contains(point) for point in points.values()] == [True, True, True]
    # Where the one way begins, its end is far: ten minutes to come from there.
    (near,) = car.isochrones(lonlat((6, 0)), minutes=[2.2])[0]
    assert not near.contains(points[6, -0.5])


def test_isochrones_and_pairs_agree(car):
    assert _drawn_as_timed(car, 7, minutes=4)
    assert _drawn_as_timed(car, 7, minutes=8)
    assert _drawn_as_timed(car, 4, minutes=2)


@pytest.mark.xfail(reason="the wrong end of a section that takes longer than asked is drawn")
def test_an_isochrone_within_one_section_of_road(car):
    assert _drawn_as_timed(car, 2, minutes=4)


def _drawn_as_timed(car, place, *, minutes):
    """Whether an isochrone holds what lies so many km along the main road, but for its grid."""
    along = np.arange(-4.75, 9.8, 0.25)
    (shape,) = car.isochrones(lonlat((place, 0)), minutes=[minutes])[0]
    inside = shapely.contains_xy(shape, *lonlat(*((x, 0) for x in along)).T)
    pairs = car.pairs(lonlat(*((x, 0) for x in along)), lonlat((place, 0)), minutes=LONG)
    assert len(pairs.minutes) == len(along)
    sure = np.abs(pairs.minutes - minutes) > 0.3
    return (inside == (pairs.minutes <= minutes))[sure].all()


def test_isochrones_stand_in_the_order_of_their_minutes_and_are_valid(car):
    minutes = [12, 3, 7.5, 1, 20]
    shapes = car.isochrones(lonlat((0, 0), (4, 3)), minutes=minutes)
    assert shapely.is_valid(shapes).all()
    assert set(shapely.get_type_id(shapes).ravel()) <= {3, 6}  # polygons, multipolygons
    order = np.argsort(minutes)
    assert (np.diff(shapely.area(shapes[:, order])) > 0).all()


def test_parts_that_stand_apart_are_kept_unless_told(network):
    place = lonlat((0, 0))
    whole = ValhallaTravelTime(network.folder).isochrones(place, minutes=[2])[0, 0]
    largest = ValhallaTravelTime(network.folder, denoise=1).isochrones(place, minutes=[2])[0, 0]
    assert shapely.get_num_geometries(largest) == 1
    assert largest.area == max(part.area for part in shapely.get_parts(whole))


# --- the network ----------------------------------------------------------------------------------


def test_what_was_built_is_told(network, extract, car):
    assert (network.extract, network.extract_date) == ("made.osm.pbf", "2025-06-01")
    assert network.sha256 == hashlib.sha256(extract.read_bytes()).hexdigest()
    assert network.roads == len(made.ROADS)
    files = [path for path in network.folder.rglob("*") if path.is_file()]
    written = sum(path.stat().st_size for path in files if path.name != "manifest.json")
    assert network.bytes == written
    assert build_module.read_network(network.folder) == network
    assert car.method == "by road (auto), OpenStreetMap made.osm.pbf (2025-06-01)"
    assert [*network.folder.parent.iterdir()] == [network.folder]


def test_a_network_may_be_moved_and_knows_no_other_folder(network, tmp_path):
    moved = tmp_path / "elsewhere"
    shutil.copytree(network.folder, moved)
    config = json.loads((moved / "valhalla.json").read_text())
    assert config["mjolnir"]["tile_dir"] == "tiles"
    used = {"admin", "timezone", "traffic_extract", "transit_dir", "tile_extract"}
    assert {config["mjolnir"][key] for key in used} == {""}
    travel = ValhallaTravelTime(str(moved))
    assert seconds(travel, [(0, 0)], [(8, 0)]) == seconds(
        ValhallaTravelTime(network.folder), [(0, 0)], [(8, 0)]
    )


def test_two_networks_at_once(car, tmp_path):
    roads = [([(0, 0), (4, 0), (8, 0)], {"highway": "primary", "maxspeed": "30"})]
    made.write_extract(tmp_path / "slow.osm.pbf", roads, replicated_at=None)
    network = build_tiles(tmp_path / "slow.osm.pbf", tmp_path / "slow")
    slow = ValhallaTravelTime(network.folder)
    assert slow.method == "by road (auto), OpenStreetMap slow.osm.pbf (without date)"
    (there,) = seconds(slow, [(0, 0)], [(8, 0)]).values()
    (again,) = seconds(car, [(0, 0)], [(8, 0)]).values()
    assert (there, again) == (pytest.approx(960, abs=SECONDS), pytest.approx(480, abs=SECONDS))


def test_a_network_is_replaced_by_a_whole_one_only(extract, tmp_path, monkeypatch):
    out = tmp_path / "roads"
    first = build_tiles(extract, out)
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(extract.read_bytes()[:300])
    with pytest.raises(UnreadableFileError):
        build_tiles(cut, out)
    assert build_module.read_network(out) == first
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", _but_for("built", Path.rename))
        told = f"cannot make {out}: Permission denied; choose another folder"
        assert refused(OutputError, build_tiles, extract, out) == told
    assert build_module.read_network(out) == first
    made.write_extract(tmp_path / "other.osm.pbf", made.ROADS[:2])
    build_tiles(tmp_path / "other.osm.pbf", out)
    assert build_module.read_network(out).extract == "other.osm.pbf"
    assert {path.name for path in tmp_path.iterdir()} == {"cut.osm.pbf", "other.osm.pbf", "roads"}


def test_what_is_no_network_alone_is_never_replaced(extract, network, tmp_path, monkeypatch):
    monkeypatch.setattr(build_module, "_run_engine", _never)
    whole = tmp_path / "whole"
    shutil.copytree(network.folder, whole)
    cases = {
        "map": {"manifest.json": '{"vintage": "2025"}', "communes.parquet": "all of France"},
        "web": {"manifest.json": '{"name": "app", "icons": []}'},
        "old": {"manifest.json": (whole / "manifest.json").read_text(), "valhalla.json": "{}"},
    }
    for name, files in cases.items():
        (tmp_path / name).mkdir()
        for file, content in files.items():
            (tmp_path / name / file).write_text(content)
    for name, file in (("notes", "notes.txt"), ("source", "france.osm.pbf")):
        shutil.copytree(whole, tmp_path / name)
        (tmp_path / name / file).write_text("mine")
    for name in (*cases, "notes", "source"):
        out = tmp_path / name
        before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
        assert refused(OutputError, build_tiles, extract, out) == (
            f"{out} holds something else than a road network; choose another folder"
        )
        assert before == {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_what_cannot_be_replaced_is_refused_before_anything_is_built(
    extract, network, tmp_path, monkeypatch
):
    def built(out):
        told = f"cannot make {out}: it is a mounted disk, the current folder or one above it"
        assert refused(OutputError, build_tiles, extract, out) == f"{told}; choose another folder"

    here = tmp_path / "here"
    shutil.copytree(network.folder, here)
    with monkeypatch.context() as patched:
        patched.setattr(build_module, "_run_engine", _never)
        (tmp_path / "void").mkdir()
        patched.chdir(tmp_path / "void")
        for out in (".", "..", "/", tmp_path, tmp_path / "void", "../void", "../here/../void"):
            built(out)
        patched.chdir(here / "tiles")
        for out in ("..", here, here / "tiles"):
            built(out)
        patched.chdir("/")
        patched.setattr(os.path, "ismount", lambda path: str(path) == str(tmp_path / "void"))
        built(tmp_path / "void")
    assert {path.name for path in tmp_path.iterdir()} == {"here", "void"}
    # From elsewhere, the same folders serve.
    monkeypatch.chdir(here / "tiles")
    assert build_tiles(extract, "../../void").folder == Path("../../void")
    assert build_module.read_network(tmp_path / "void").roads == len(made.ROADS)


def test_a_link_to_a_network_stays_one(extract, network, tmp_path):
    shutil.copytree(network.folder, tmp_path / "disk")
    link, new = tmp_path / "link", tmp_path / "new"
    link.symlink_to("disk")
    new.symlink_to("none")
    for out in (link, new):
        built = build_tiles(extract, out)
        assert out.is_symlink()
        assert build_module.read_network(out.resolve()).built_at == built.built_at
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"disk", "link", "new", "none"}


@pytest.mark.parametrize("day", ["1970-01-01", "2025-12-31", "2051-02-28"])
def test_the_day_of_an_extract_is_the_one_that_osmium_reads(day, tmp_path):
    import osmium

    path = made.write_extract(tmp_path / "a.osm.pbf", replicated_at=f"{day}T23:59:59Z")
    told = osmium.io.Reader(str(path)).header().get("osmosis_replication_timestamp")
    expected = dt.datetime.fromisoformat(told).date().isoformat()
    assert build_module._extract_date(path) == expected == day


@settings(max_examples=60)
@given(place=st.integers(0, 90), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_beginning_is_refused_or_has_no_other_day(place, byte, cut, extract):
    content = bytearray(extract.read_bytes())
    content[place] = byte
    with tempfile.NamedTemporaryFile(suffix=".osm.pbf") as file:
        file.write(content[:place] if cut else content)
        file.flush()
        try:
            found = build_module._extract_date(Path(file.name))
        except UnreadableFileError:
            return
    # A byte of the packed header that is another one does not unpack.
    assert found in (None, "2025-06-01")


# --- what cannot be used --------------------------------------------------------------------------


def refused(error, call, *arguments, **options):
    with pytest.raises(error) as caught:
        call(*arguments, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_what_is_no_extract_is_refused(extract, tmp_path):
    def built(name, content=None):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        return refused(UnreadableFileError, build_tiles, tmp_path / name, tmp_path / "out")

    missing = tmp_path / "missing.osm.pbf"
    told = "cannot be read: No such file or directory; give an .osm.pbf"
    assert built(missing.name) == f"{missing} {told}"
    told = "is no extract of OpenStreetMap; give an .osm.pbf"
    assert built("text.osm.pbf", b"<osm></osm>") == f"text.osm.pbf {told}"
    assert built("void.osm.pbf", b"") == f"void.osm.pbf {told}"
    told = "is a damaged extract of OpenStreetMap; fetch it again"
    assert built("head.osm.pbf", extract.read_bytes()[:17]) == f"head.osm.pbf {told}"
    told = "valhalla_build_tiles stopped (PBF error: unexpected EOF); fetch the extract again"
    assert built("cut.osm.pbf", extract.read_bytes()[:300]) == f"cut.osm.pbf: {told}"
    told = "the extract holds no road; give one of the place of the study"
    made.write_extract(tmp_path / "empty.osm.pbf", [])
    assert built("empty.osm.pbf") == f"empty.osm.pbf: {told}"
    made.write_extract(tmp_path / "river.osm.pbf", [([(0, 0), (1, 0)], {"waterway": "river"})])
    assert built("river.osm.pbf") == f"river.osm.pbf: {told}"
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_where_no_network_can_be_made(extract, tmp_path, monkeypatch):
    def built(out):
        return refused(OutputError, build_tiles, extract, out)

    file = tmp_path / "file"
    file.write_text("mine")
    assert built(file) == f"cannot make {file}: it is a file; choose another name"
    assert built(tmp_path) == (
        f"{tmp_path} holds something else than a road network; choose another folder"
    )
    far = tmp_path / "no" / "where"
    assert built(far) == f"cannot make {far}: no such folder: {far.parent}; make it first"
    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr(build_module, "TemporaryDirectory", _forbidden)
        assert built(out) == f"cannot make {out}: Permission denied; choose another folder"
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(extract.read_bytes()[:300])
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(build_module.shutil, "disk_usage", lambda _: usage(10, 9, 1))
    assert refused(OutputError, build_tiles, cut, out) == (
        "cut.osm.pbf: valhalla_build_tiles stopped with 0 MB left on the disk "
        "(PBF error: unexpected EOF); free some, or build on another"
    )
    assert file.read_text() == "mine"
    assert not out.exists()


def _but_for(name, rename):
    """Rename every file but the one of that name."""

    def renamed(path, target):
        return _forbidden() if path.name == name else rename(path, target)

    return renamed


def _never(*_):
    pytest.fail("built, and then refused")


def _forbidden(**_):
    raise PermissionError(13, "Permission denied")


def test_without_the_engine_the_command_that_installs_it_is_told(network, extract, monkeypatch):
    monkeypatch.setitem(sys.modules, "valhalla", None)
    for call in (
        lambda: ValhallaTravelTime(network.folder),
        lambda: build_tiles(extract, network.folder.parent / "new"),
    ):
        message = refused(EngineNotInstalledError, call)
        assert message.startswith("routing needs pyvalhalla (")
        assert message.endswith('); pip install "ptce_geo[routing]"')
    assert issubclass(EngineNotInstalledError, ImportError)


def test_what_is_no_setting_is_refused(network, car, tmp_path):
    def set_to(**settings):
        return refused(InputError, ValhallaTravelTime, network.folder, **settings)

    known = "profile: expected one of auto, bicycle, pedestrian, found 'horse'"
    assert set_to(profile="horse") == known
    assert set_to(snap_km=0) == "snap_km: expected a distance above 0 km, found 0"
    assert set_to(snap_km="a") == "snap_km: expected a distance above 0 km, found a"
    assert set_to(denoise=1.5) == "denoise: expected a share from 0 to 1, found 1.5"
    assert set_to(denoise=None) == "denoise: expected a share from 0 to 1, found None"
    place = lonlat((0, 0))
    told = "minutes: expected numbers above 0, each once; found "
    assert refused(InputError, car.pairs, place, place, minutes=0) == f"{told}[0]"
    assert refused(InputError, car.isochrones, place, minutes=[5, 5]) == f"{told}[5, 5]"
    told = f"{tmp_path} holds no road network; build one with ptce-geo routing build"
    assert refused(UnreadableFileError, ValhallaTravelTime, tmp_path) == told
    for content in ("[]", "{}", "{"):
        (tmp_path / "manifest.json").write_text(content)
        assert refused(UnreadableFileError, ValhallaTravelTime, tmp_path) == told


def test_a_network_that_has_lost_its_tiles_is_none(network, tmp_path):
    roads = tmp_path / "roads"
    shutil.copytree(network.folder, roads)
    travel = ValhallaTravelTime(roads)
    told = f"{roads} holds no road network; build one with ptce-geo routing build"
    for tile in (roads / "tiles").rglob("*.gph"):
        tile.unlink()
    assert refused(UnreadableFileError, ValhallaTravelTime, roads) == told
    shutil.rmtree(roads / "tiles")
    assert refused(UnreadableFileError, ValhallaTravelTime, roads) == told
    place = lonlat((0, 0))
    assert refused(UnreadableFileError, travel.pairs, place, place, minutes=5) == told
    assert refused(UnreadableFileError, travel.isochrones, place, minutes=[5]) == told
