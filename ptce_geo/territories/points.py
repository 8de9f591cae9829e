"""Check that the places of members are points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ptce_geo.checks import listing, require_wgs84
from ptce_geo.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd


def require_points(frame: gpd.GeoDataFrame, *, what: str) -> None:
    """Raise `CrsError` unless `frame` is in EPSG:4326, `InputError` unless it holds points only.

    Missing and empty geometries are let through.
    """
    require_wgs84(frame, what=what)
    placed = frame.geometry[~(frame.geometry.isna() | frame.geometry.is_empty)]
    if other := sorted(set(placed.geom_type) - {"Point"}):
        msg = f"{what}: expected points, found {listing(other)}; use representative_point()"
        raise InputError(msg)
