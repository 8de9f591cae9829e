"""The ground: catalogue of vintages, boundaries of the territories, joining members to them."""

from ptce_geo.territories.attach import attach_territories
from ptce_geo.territories.boundaries import (
    commune_names,
    read_territories,
    simplify_territories,
    territory_table,
)
from ptce_geo.territories.catalogue import CURRENT_YEAR, LEVELS, Catalogue, catalogue
from ptce_geo.territories.commune_search import find_communes
from ptce_geo.territories.crosswalk import commune_crosswalk
from ptce_geo.territories.history import commune_history, commune_populations
from ptce_geo.territories.install import (
    Installation,
    install_boundaries,
    installed_boundaries,
)
from ptce_geo.territories.locate import locate, locate_with_distance
from ptce_geo.territories.register import CommuneInfo, commune_info
from ptce_geo.territories.vintages import Conversion, VintageFit, convert_codes, detect_vintage
from ptce_geo.territories.zoning_attach import attach_zoning
from ptce_geo.territories.zoning_files import read_zoning
from ptce_geo.territories.zonings import (
    Zoning,
    ZoningCoverage,
    zoning_coverage,
    zoning_problems,
    zoning_territories,
)

__all__ = [
    "CURRENT_YEAR",
    "LEVELS",
    "Catalogue",
    "CommuneInfo",
    "Conversion",
    "Installation",
    "VintageFit",
    "Zoning",
    "ZoningCoverage",
    "attach_territories",
    "attach_zoning",
    "catalogue",
    "commune_crosswalk",
    "commune_history",
    "commune_info",
    "commune_names",
    "commune_populations",
    "convert_codes",
    "detect_vintage",
    "find_communes",
    "install_boundaries",
    "installed_boundaries",
    "locate",
    "locate_with_distance",
    "read_territories",
    "read_zoning",
    "simplify_territories",
    "territory_table",
    "zoning_coverage",
    "zoning_problems",
    "zoning_territories",
]
