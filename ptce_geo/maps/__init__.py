"""Maps: one page that opens anywhere. The only room that knows folium."""

from ptce_geo.maps.page import save_map
from ptce_geo.maps.pole_map import pole_map

__all__ = ["pole_map", "save_map"]
