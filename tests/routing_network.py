"""A small road network whose times can be worked out by hand, written as an OpenStreetMap extract.

Places are x km east and y km north of 3.0° E, 46.5° N. All roads but one are of 60 km/h, a
kilometre a minute; nodes stand a kilometre apart or less.

    N ----- north bank ----- 5 km ---- (0, 1.5)
    |                                                   (4, 3)
  bridge, 1.5 km       the river                          | dead end of 3 km, 30 km/h
    |                                                     |
 (-5, 0) ------------- (0, 0) --------- main road ---- (4, 0) ------ (6, 0) ---------- (10, 0)
                                                                       | one way, down    |
                                                                     (6, -2) -- 4 km -- (10, -2)

and a road of 2 km from (30, 30) to (32, 30) that none joins: the island.
"""

from __future__ import annotations

import math
import os
from importlib.util import find_spec

import numpy as np
import pytest
from pyproj import Geod

ORIGIN = (3.0, 46.5)
_ROAD = {"highway": "primary", "maxspeed": "60"}
ROADS = (
    ([(x, 0) for x in range(-5, 11)], _ROAD),
    ([(4, y) for y in range(4)], {"highway": "unclassified", "maxspeed": "30"}),
    ([(6, 0), (6, -1), (6, -2)], {**_ROAD, "oneway": "yes"}),
    ([(6, -2), (7, -2), (8, -2), (9, -2), (10, -2), (10, -1), (10, 0)], _ROAD),
    ([(-5, 0), (-5, 1.5)], {**_ROAD, "bridge": "yes"}),
    ([(x, 1.5) for x in range(-5, 1)], _ROAD),
    ([(30, 30), (31, 30), (32, 30)], _ROAD),
)
EXTRACT = "made.osm.pbf"
REPLICATED_AT = "2025-06-01T20:21:22Z"


def require(*modules):
    """Skip, or fail where all is required, unless `modules` are installed."""
    if missing := [name for name in modules if find_spec(name) is None]:
        advice = f'no {", ".join(missing)} here: pip install "ptce_geo[dev]"'
        if os.environ.get("PTCE_GEO_REQUIRE_ALL") == "1":
            pytest.fail(advice)
        pytest.skip(advice)


def lonlat(*places):
    """Longitude and latitude (n × 2) of places given in km."""
    return np.array([_lonlat(*place) for place in places]).reshape(-1, 2)


def _lonlat(x, y):
    bearing = math.degrees(math.atan2(x, y))
    return Geod(ellps="GRS80").fwd(*ORIGIN, bearing, 1000 * math.hypot(x, y))[:2]


def write_extract(path, roads=ROADS, *, replicated_at=REPLICATED_AT):
    """Write `roads` (nodes, tags) as an extract; nodes of the same place are one."""
    import osmium
    from osmium.osm.mutable import Node, Way

    header = osmium.io.Header()
    if replicated_at:
        header.set("osmosis_replication_timestamp", replicated_at)
    numbers = {}
    for nodes, _ in roads:
        for node in nodes:
            numbers.setdefault(node, len(numbers) + 1)
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for node, number in numbers.items():
            writer.add_node(Node(id=number, location=_lonlat(*node), version=1))
        for number, (nodes, tags) in enumerate(roads, 1):
            refs = [numbers[node] for node in nodes]
            writer.add_way(Way(id=number, nodes=refs, tags=tags, version=1))
    return path
