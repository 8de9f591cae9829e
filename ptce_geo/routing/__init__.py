"""How long it takes from one place to another: in a straight line, by road, or asked of a service.

- what every one of them gives, and the straight line: `travel_time`;
- by road, on this machine: `valhalla`, over a network that `build` makes from OpenStreetMap;
- asked of the national service: `ign`.
"""

from ptce_geo.routing.build import RoadNetwork, build_tiles
from ptce_geo.routing.ign import IgnIsochrones
from ptce_geo.routing.travel_time import CrowFlies, Pairs, TravelTime
from ptce_geo.routing.valhalla import ValhallaTravelTime

__all__ = [
    "CrowFlies",
    "IgnIsochrones",
    "Pairs",
    "RoadNetwork",
    "TravelTime",
    "ValhallaTravelTime",
    "build_tiles",
]
