"""The ground: the map of France of any vintage, and what joins members to it.

Where to look:

- what is at hand, and reading it: `catalogue`, `boundaries`;
- a value for each territory, from a table: `value_files`;
- which territory a point lies in: `locate`, on the grid of `cell_index`; members: `attach`;
- which commune a name or code is: `names`, `commune_index`, `commune_search`, `register`;
- which commune became which: `history`, `crosswalk`, `vintages`, `vintage_fit`;
- zones that are no level of the embedded France: `zonings`, read by `zoning_files` with
  `zoning_headings`, joined by `zoning_attach`;
- the borders that territories share, for maps: `topology`, on the arrays of `topology_build`, the
  embedded ones known by `topology_fingerprints`;
- other boundaries: `install`, from `contour_files`, verified by `contour_checks`, fetched by
  `download` over `session`.
"""

from typing import TYPE_CHECKING

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
from ptce_geo.territories.locate import locate, locate_with_distance
from ptce_geo.territories.register import CommuneInfo, commune_info
from ptce_geo.territories.topology import (
    Topology,
    at_resolution,
    build_topology,
    dissolve,
    territory_topology,
    topology_polygons,
)
from ptce_geo.territories.value_files import read_values
from ptce_geo.territories.vintage_fit import VintageFit, detect_vintage
from ptce_geo.territories.vintages import Conversion, convert_codes
from ptce_geo.territories.zoning_attach import attach_zoning
from ptce_geo.territories.zoning_files import read_zoning
from ptce_geo.territories.zonings import (
    Zoning,
    ZoningCoverage,
    zoning_coverage,
    zoning_problems,
    zoning_territories,
)

if TYPE_CHECKING:
    from ptce_geo.territories.install import (
        Installation,
        install_boundaries,
        installed_boundaries,
    )

__all__ = [
    "CURRENT_YEAR",
    "LEVELS",
    "Catalogue",
    "CommuneInfo",
    "Conversion",
    "Installation",
    "Topology",
    "VintageFit",
    "Zoning",
    "ZoningCoverage",
    "at_resolution",
    "attach_territories",
    "attach_zoning",
    "build_topology",
    "catalogue",
    "commune_crosswalk",
    "commune_history",
    "commune_info",
    "commune_names",
    "commune_populations",
    "convert_codes",
    "detect_vintage",
    "dissolve",
    "find_communes",
    "install_boundaries",
    "installed_boundaries",
    "locate",
    "locate_with_distance",
    "read_territories",
    "read_values",
    "read_zoning",
    "simplify_territories",
    "territory_table",
    "territory_topology",
    "topology_polygons",
    "zoning_coverage",
    "zoning_problems",
    "zoning_territories",
]


def __getattr__(name: str) -> object:
    """Load `install` when it is first asked for: only who installs waits for the network's."""
    if name in {"Installation", "install_boundaries", "installed_boundaries"}:
        from ptce_geo.territories import install

        return getattr(install, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
