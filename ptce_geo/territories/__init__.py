"""The ground: catalogue of vintages, boundaries of the territories, joining members to them."""

from ptce_geo.territories.attach import attach_territories
from ptce_geo.territories.boundaries import (
    commune_names,
    read_territories,
    simplify_territories,
    territory_table,
)
from ptce_geo.territories.catalogue import CURRENT_YEAR, LEVELS, Catalogue, catalogue

__all__ = [
    "CURRENT_YEAR",
    "LEVELS",
    "Catalogue",
    "attach_territories",
    "catalogue",
    "commune_names",
    "read_territories",
    "simplify_territories",
    "territory_table",
]
