"""Maps: one page that opens anywhere, or a picture. The only room that knows folium.

Where to look:

- poles: `pole_map` (and year by year), of the records of `pole_records`; what they share:
  `overlap_map`; who is near them: `coverage_map`, its ground within reach: `reach_rings`; many
  points: `points_map`;
- values of territories: `choropleth_map`, `comparison_map`, `proportional_circles_map`,
  `local_autocorrelation_map`, each over its `ground` (the territories and what is told of each,
  checked); their colours: `value_layer`, of the `classes` (the best ones by `optimal_classes`) and
  the `palettes`;
- how large circles are: `circle_sizes`;
- what all share: `frame` (the land, the views of France of `views`, the footer); what a map shows,
  as plain data: `content`;
- the page: `page` writes the `element` with what `page_data` says, packed by `packing`; what it
  would load from elsewhere: `remote`; what the reader may turn on: `base_maps`; its scripts and
  styles: ``assets/``, begun by ``map.js``;
- the picture: `stills`.
"""

from ptce_geo.maps.choropleth_map import choropleth_map
from ptce_geo.maps.comparison_map import comparison_map
from ptce_geo.maps.coverage_map import coverage_map
from ptce_geo.maps.local_autocorrelation_map import local_autocorrelation_map
from ptce_geo.maps.overlap_map import overlap_map
from ptce_geo.maps.page import save_map
from ptce_geo.maps.points_map import points_map
from ptce_geo.maps.pole_map import pole_map, timeline_map
from ptce_geo.maps.proportional_circles_map import proportional_circles_map
from ptce_geo.maps.stills import save_image

__all__ = [
    "choropleth_map",
    "comparison_map",
    "coverage_map",
    "local_autocorrelation_map",
    "overlap_map",
    "points_map",
    "pole_map",
    "proportional_circles_map",
    "save_image",
    "save_map",
    "timeline_map",
]
