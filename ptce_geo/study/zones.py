"""The zones of further zonings that a study counts in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ptce_geo import schema
from ptce_geo.territories import (
    CURRENT_YEAR,
    read_territories,
    territory_table,
    zoning_territories,
)
from ptce_geo.territories.zonings import commune_zones

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from ptce_geo.territories import Zoning


def zones_studied(zoning: Zoning, area: Sequence[str] | None) -> gpd.GeoDataFrame:
    """Return the zones that lie in the study area, whole where they reach beyond it.

    Parameters
    ----------
    zoning : Zoning
        From `read_zoning`.
    area : sequence of str or None
        Codes of the départements studied; None for all of France.
    """
    zones = zoning_territories(zoning)
    if area is None:
        return zones
    if zoning.polygons is not None:
        studied = read_territories("departement", departements=area).union_all()
        return zones[zones.intersects(studied)]
    communes = territory_table("commune", departements=area).index
    inside = commune_zones(zoning, year=CURRENT_YEAR).zones.reindex(communes)
    return zones[zones.index.isin(inside)]


def within_zones(
    members: gpd.GeoDataFrame, zones: Mapping[str, gpd.GeoDataFrame]
) -> gpd.GeoDataFrame:
    """Return members without the codes of zones that are not studied."""
    studied = {}
    for level, frame in zones.items():
        codes = members[schema.code_column(level)]
        studied[schema.code_column(level)] = codes.where(codes.isin(frame.index))
    return members.assign(**studied)
