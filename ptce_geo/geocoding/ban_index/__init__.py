"""House numbers offline: an index of the Base Adresse Nationale, and the geocoder over it.

- building it: `build`, from the files that `csv_files` reads, put in the order of départements by
  `spill`, made into communes, streets and numbers by `grouping`, packed by `packing`;
- asking it: `reader` opens it, `readings` says where an address may lie, `match` finds its street
  there, `geocoder` its number.
"""

from ptce_geo.geocoding.ban_index.build import BanIndexSummary, build_ban_index
from ptce_geo.geocoding.ban_index.geocoder import BanIndexGeocoder
from ptce_geo.geocoding.ban_index.reader import BanIndex, open_ban_index

__all__ = ["BanIndex", "BanIndexGeocoder", "BanIndexSummary", "build_ban_index", "open_ban_index"]
