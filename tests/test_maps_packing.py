"""What a page unpacks is what was packed, in a real browser; its rings are those of Python."""

from __future__ import annotations

import base64
import json
import zlib
from importlib.resources import files

import geopandas as gpd
import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis.extra import numpy as hnp

from ptce_geo.errors import InputError
from ptce_geo.maps.packing import pack
from ptce_geo.territories import (
    CURRENT_YEAR,
    Zoning,
    at_resolution,
    build_topology,
    read_territories,
    territory_table,
    territory_topology,
    topology_polygons,
)

# What came out, with the kind of each array told, every key kept, and NaN to be seen.
TOLD = """
const told = (value) => {
  if (ArrayBuffer.isView(value)) {
    return {kind: value.constructor.name, numbers: Array.from(value, told)};
  }
  if (Array.isArray(value)) return {items: value.map(told)};
  if (typeof value === "object" && value !== null) {
    const keys = Object.keys(value).sort(); // "0" comes first in JavaScript
    return {entries: keys.map((key) => [key, told(value[key])])};
  }
  return Number.isNaN(value) ? "NaN" : value;
};
const areas = (topology) => ringsOf(topology).map((rings) => {
  let doubled = 0;
  for (const ring of rings) {
    let before = null;
    for (const [arc, forward] of ring) {
      const size = topology.starts[arc + 1] - topology.starts[arc];
      for (let i = 0; i < size; i++) {
        const at = forward ? topology.starts[arc] + i : topology.starts[arc + 1] - 1 - i;
        if (before !== null) {
          doubled += topology.x[before] * topology.y[at] - topology.x[at] * topology.y[before];
        }
        before = at;
      }
    }
  }
  return doubled / 2;
});
"""
HOSTILE = ["</script><script>alert(1)</script>", "{{ 7*7 }}", "`${x}`", "\u202eRTL", "é" * 2000, ""]


@pytest.fixture(scope="module")
def page(browser):
    """A page with unpack.js; fails on any message of its console."""
    context = browser.new_context()
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("request", lambda request: wrong.append(request.url))
    script = (files("ptce_geo.maps") / "assets" / "unpack.js").read_text(encoding="utf-8")
    opened.add_script_tag(content=script + TOLD)
    yield opened
    context.close()
    assert wrong == []


def unpacked(page, data):
    # As one text: playwright takes minutes over a million numbers.
    text = page.evaluate("async (text) => JSON.stringify(told(await unpack(text)))", pack(data))
    return json.loads(text, parse_int=float)


def utf_16(text):
    """What JavaScript sorts a text by."""
    return text.encode("utf-16-be")


def expected(value):
    """What `unpacked` gives of `value`."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        small = value.dtype.kind != "f" and (value.astype(np.int32) == value).all()
        numbers = ["NaN" if item != item else item for item in value.tolist()]
        return {"kind": "Int32Array" if small else "Float64Array", "numbers": numbers}
    if isinstance(value, (list, tuple, np.ndarray)):
        return {"items": [expected(item) for item in value]}
    if isinstance(value, dict):
        return {"entries": [[key, expected(value[key])] for key in sorted(value, key=utf_16)]}
    return None if value != value else value


arrays = st.one_of(
    hnp.arrays(st.sampled_from(["i1", "u2", "i4", "u4", "bool"]), st.integers(0, 30)),
    hnp.arrays("i8", st.integers(0, 30), elements=st.integers(-(2**53), 2**53)),
    hnp.arrays("f8", st.integers(0, 30), elements=st.floats(allow_infinity=False)),
    st.lists(st.decimals(-9999, 9999, places=2).map(float) | st.just(np.nan)).map(np.array),
)
keys = st.text(max_size=5) | st.sampled_from(["__proto__", "constructor", "toString", *HOSTILE])
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_infinity=False),
    st.text() | st.sampled_from(HOSTILE),
    arrays,
)
trees = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.dictionaries(keys, trees, max_size=5))
def test_what_is_packed_comes_out_the_same(page, data):
    assert unpacked(page, data) == expected(data)


def test_arrays_of_every_way_to_write_them(page):
    rng = np.random.default_rng(7)
    data = {
        "steps": np.arange(100_000, 300_000, dtype=np.int32),
        "values": rng.integers(-500, 500, 3000),
        "whole range": np.array([-(2**31), 2**31 - 1, 0, 2**31 - 1, -(2**31)]),
        "fours": rng.integers(0, 4, 1001),
        "large": np.array([2**53, -(2**53), 0]),
        "decimals": np.round(rng.normal(0, 50, 3000), 2),
        "some missing": np.array([np.nan, 0.1, -0.25, np.nan]),
        "all missing": np.array([np.nan, np.nan]),
        "floats": rng.normal(size=300),
        "tiny": np.array([1e-300, 5e-324, 1e300]),
        "codes": territory_table()[:5000].index.to_numpy(),
        "lower case": ["2a004"] * 1000,
        "none": np.array([]),
        "no whole": np.array([], np.int64),
        "texts": np.array(HOSTILE, dtype=object),
        "scalars": [np.int64(3), np.float32(0.5), np.bool_(True), np.nan, np.str_("é")],
    }
    assert unpacked(page, data) == expected(
        data | {"scalars": [3, 0.5, True, np.nan, "é"], "codes": list(data["codes"])}
    )
    written = header(pack(data))
    assert {line["as"] for line in written["arrays"]} == {"steps", "values", "fours", "floats"}


def header(text):
    content = zlib.decompress(base64.b64decode(text))
    return json.loads(content[4 : 4 + int.from_bytes(content[:4], "little")])


def test_the_same_data_give_the_same_text():
    data = {"a": np.arange(50), "topology": territory_topology(read_territories("region"))}
    assert pack(data) == pack(data)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (np.inf, "inf"),
        (-np.inf, "inf"),
        (2**53 + 1, "2**53"),
        (np.array([1.0, np.inf]), "infinite"),
        (np.array([2**60]), "2**53"),
        (np.array([2**64 - 1], np.uint64), "2**53"),
        (np.zeros((2, 2)), "2 dimensions"),
        ({1: "a"}, "the key 1"),
        ({"a", "b"}, "set"),
        (pd.Series([1]), "Series"),
        (np.array(["2024-01-01"], "M8[D]"), "date"),
        (b"bytes", "bytes"),
    ],
)
def test_what_a_page_cannot_carry_is_refused_where_it_is(value, said):
    with pytest.raises(InputError) as raised:
        pack({"layers": [{"ok": 1}, {"values": value}]})
    assert "layers.1.values" in str(raised.value)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def zoning():
    table = territory_table()[["code_departement"]].rename(columns={"code_departement": "code"})
    return Zoning("zones", CURRENT_YEAR, table.assign(nom=table["code"]), None, "by hand")


def touching():
    """A ring of land, an island in its lake that touches it, and two squares that touch."""
    ring = shapely.box(0, 0, 3, 3) - shapely.Polygon([(1, 1), (2, 1), (2, 2)])
    island = shapely.Polygon([(1, 1), (1.8, 1.1), (1.8, 1.5)])
    squares = shapely.MultiPolygon([shapely.box(4, 0, 5, 1), shapely.box(5, 1, 6, 2)])
    return gpd.GeoDataFrame(geometry=[ring, island, squares], index=["a", "b", "c"], crs=4326)


TOPOLOGIES = {
    "communes": lambda: territory_topology(read_territories()),
    "communes, coarse": lambda: at_resolution(territory_topology(read_territories()), "coarse"),
    "a departement": lambda: territory_topology(read_territories(departements="29")),
    "epci": lambda: territory_topology(read_territories("epci")),
    "zoning": lambda: territory_topology(zoning()),
    "touching": lambda: build_topology(touching()),
    "each its own": lambda: build_topology(touching(), shared=False),
    "nothing": lambda: build_topology(touching()[:0]),
    "without shape": lambda: build_topology(touching().assign(geometry=[None] * 3).set_crs(4326)),
}


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_a_topology_comes_out_with_rings_around_the_same_land(page, name):
    topology = TOPOLOGIES[name]()
    got = page.evaluate(
        """async (text) => {
            const {topology} = await unpack(text);
            const lists = Object.entries(topology).map(
                ([key, value]) => [key, ArrayBuffer.isView(value) ? Array.from(value) : value]);
            const used = ringsOf(topology).flat(2).length;
            return JSON.stringify({...Object.fromEntries(lists), areas: areas(topology), used});
        }""",
        pack({"topology": topology}),
    )
    got = json.loads(got)
    assert got["codes"] == list(topology.codes)
    assert got["grid"] == topology.grid
    for array in ("x", "y", "starts", "left", "right", "ranks"):
        assert got[array] == getattr(topology, array).tolist(), array
    assert got["used"] == (topology.left >= 0).sum() + (topology.right >= 0).sum()
    drawn = shapely.area(topology_polygons(topology).to_numpy()) / topology.grid**2
    np.testing.assert_allclose(got["areas"], drawn, rtol=1e-6, atol=1e-3)


def test_the_size_of_a_page_of_all_communes():
    communes = read_territories()
    whole = {"topology": territory_topology(communes), "names": communes["nom"].to_list()}
    assert len(pack(whole)) <= 2_400_000
    epci = read_territories("epci")
    whole = {"topology": territory_topology(epci), "names": epci["nom"].to_list()}
    assert len(pack(whole)) <= 500_000


def test_layers_that_share_a_topology_carry_it_once(page):
    topology = build_topology(touching())
    shared = pack({"layers": [{"topology": topology}, {"topology": topology}]})
    alike = pack({"layers": [{"topology": topology}, {"topology": build_topology(touching())}]})
    assert len(shared) < len(alike)
    same = """async (text) => {
        const [one, other] = (await unpack(text)).layers;
        return [one.topology === other.topology, other.topology.codes.length];
    }"""
    assert page.evaluate(same, shared) == [True, 3]
    assert page.evaluate(same, alike) == [False, 3]
