"""How long it takes from one place to another: in a straight line, by road, or asked of a service.

- what every one of them gives, and the straight line: `travel_time`.
"""

from ptce_geo.routing.travel_time import CrowFlies, Pairs, TravelTime

__all__ = ["CrowFlies", "Pairs", "TravelTime"]
