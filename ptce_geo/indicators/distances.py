"""What measures by distance start from: the points of a frame, and the nearest of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
from scipy.spatial import cKDTree

from ptce_geo.checks import require_points
from ptce_geo.crs import LEGAL_CRS
from ptce_geo.errors import MissingColumnError
from ptce_geo.metric import coordinates, project

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from ptce_geo.metric import Codes, Coordinates


def point_coordinates(frame: pd.DataFrame, *, what: str) -> Coordinates:
    """Return longitude and latitude of the points of `frame` (n × 2, deg), NaN where none."""
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        msg = f"{what}: no points, expected a GeoDataFrame; call geocode(...) first"
        raise MissingColumnError(msg)
    require_points(frame, what=what)
    return coordinates(frame.geometry)


def nearest_km(
    demand: Coordinates, demand_crs: Codes, supply: Coordinates, supply_crs: Codes
) -> npt.NDArray[np.float64]:
    """Return the distance of each demand point to the nearest supply point (km).

    It is infinite where no supply point lies in the same legal CRS.
    """
    nearest = np.full(len(demand), np.inf)
    for epsg in LEGAL_CRS:
        here, there = demand_crs == epsg, supply_crs == epsg
        if here.any() and there.any():
            tree = cKDTree(project(supply[there], epsg))
            nearest[here] = tree.query(project(demand[here], epsg))[0] / 1000
    return nearest
