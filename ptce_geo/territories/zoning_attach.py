"""Join members to the zones they lie in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ptce_geo import schema
from ptce_geo.checks import has_point, listing, require_points
from ptce_geo.errors import InputError, MissingColumnError
from ptce_geo.territories.attach import NO_POSITION, attach_territories
from ptce_geo.territories.catalogue import CURRENT_YEAR
from ptce_geo.territories.zonings import Zoning, commune_zones

if TYPE_CHECKING:
    from collections.abc import Sequence

WITHOUT_ZONE: Final = "commune_without_zone"
OUTSIDE: Final = "outside_every_zone"
TOO_COARSE: Final = "position_too_coarse"
REASONS: Final = (WITHOUT_ZONE, OUTSIDE, TOO_COARSE)


def attach_zoning(
    members: gpd.GeoDataFrame,
    zonings: Zoning | Sequence[Zoning],
    *,
    year: int = CURRENT_YEAR,
) -> gpd.GeoDataFrame:
    """Add the code and name of the zone that each member lies in, for one zoning or several.

    A zoning by commune goes by the member's commune, found as `attach_territories` finds it. A
    zoning by polygon goes by the point; on a border and where zones overlap, the lowest code. It
    leaves a member out whose point stands for a whole commune (``geocode_precision``
    "municipality"): a town hall tells nothing about a part of the commune.

    Parameters
    ----------
    members : GeoDataFrame, EPSG:4326
        Located members, attached to their communes or not.
    zonings : Zoning or sequence of Zoning
        From `read_zoning`; no two of the same level.
    year : int
        Vintage of the communes; a table of another vintage is converted.

    Returns
    -------
    GeoDataFrame
        A copy: same rows, order and index, with ``code_<level>``, ``nom_<level>`` and
        ``reason_<level>`` for each zoning (`Zoning.level`: "ze2020" for "ZE2020"). The reason is
        missing where there is a zone, else "commune_without_zone", "outside_every_zone",
        "position_too_coarse" or a reason of `attach_territories`. Columns of these names are
        written over.

    Raises
    ------
    MissingColumnError
        When the frame has neither points nor a ``code_commune``, or no points for a zoning by
        polygon.
    InputError
        When `zonings` holds something else than zonings or two of the same level, or the frame
        other shapes than points.
    CrsError
        When the frame is not in EPSG:4326.
    UnknownTerritoryError
        For an unknown year.

    Examples
    --------
    >>> import geopandas as gpd
    >>> table = pd.DataFrame(
    ...     {"code": ["8413"], "nom": ["Saint-Étienne"]}, index=pd.Index(["42218"])
    ... )
    >>> zoning = Zoning("ZE2020", 2026, table, None, "by hand")
    >>> point = gpd.points_from_xy([4.3873], [45.4397])
    >>> members = gpd.GeoDataFrame({"member_id": ["a"]}, geometry=point, crs="EPSG:4326")
    >>> attach_zoning(members, zoning)[["code_ze2020", "nom_ze2020"]]
      code_ze2020     nom_ze2020
    0        8413  Saint-Étienne
    """
    chosen: list[Any] = [*zonings] if isinstance(zonings, list | tuple) else [zonings]
    if odd := [zoning for zoning in chosen if not isinstance(zoning, Zoning)]:
        msg = f"attach_zoning: expected what read_zoning returns, found {listing(map(repr, odd))}"
        raise InputError(msg)
    levels = [zoning.level for zoning in chosen]
    if doubled := {level for level in levels if levels.count(level) > 1}:
        msg = f"attach_zoning: several zonings are called {listing(doubled)}; name them apart"
        raise InputError(msg)
    attached = members.copy()
    located = None
    for zoning in chosen:
        if zoning.polygons is not None:
            code, reason = _zones_of_points(members, zoning.polygons)
        else:
            if located is None:
                located = attach_territories(members, levels=["commune"], year=year)
            code, reason = _zones_of_communes(located, zoning, year=year)
        attached[schema.code_column(zoning.level)] = code
        attached[schema.name_column(zoning.level)] = code.map(zoning.names)
        attached[schema.reason_column(zoning.level)] = reason
    return attached


def _zones_of_communes(
    located: gpd.GeoDataFrame, zoning: Zoning, *, year: int
) -> tuple[pd.Series, pd.Series]:
    """Return the zone of each member's commune, and the reason where there is none."""
    commune = located[schema.CODE_COMMUNE]
    code = commune.map(commune_zones(zoning, year=year).zones).astype("str")
    reason = located[schema.ATTACH_REASON].astype("str")
    return code, reason.mask(commune.notna() & code.isna(), WITHOUT_ZONE).where(code.isna())


def _zones_of_points(
    members: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame
) -> tuple[pd.Series, pd.Series]:
    """Return the zone that each member's point lies in, and the reason where there is none."""
    what = "attach_zoning (a zoning by polygon)"
    if not isinstance(members, gpd.GeoDataFrame) or members.active_geometry_name is None:
        msg = f"{what}: the frame has no geometry, only points tell the zone; geocode it first"
        raise MissingColumnError(msg)
    require_points(members, what=what)
    placed = has_point(members.geometry).to_numpy()
    coarse = np.zeros(len(members), dtype=bool)
    if schema.GEOCODE_PRECISION in members:
        coarse = placed & (members[schema.GEOCODE_PRECISION] == schema.PRECISIONS[-1]).to_numpy()
    zones = polygons.sort_index()
    points = members.geometry.to_numpy()
    member, zone = shapely.STRtree(zones.geometry.to_numpy()).query(points, predicate="intersects")
    lowest = pd.Series(zone).groupby(member).min()
    found = np.full(len(members), np.nan, dtype=object)
    found[lowest.index] = zones.index[lowest]
    found[coarse] = np.nan

    code = pd.Series(found, index=members.index, dtype="str")
    reason = np.select([~placed, coarse], [NO_POSITION, TOO_COARSE], OUTSIDE)
    return code, pd.Series(reason, index=members.index, dtype="str").where(code.isna())
