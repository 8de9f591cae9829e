"""What measures by distance start from: the points of a frame, and the nearest of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from ptce_geo.checks import listing, require_columns, require_points
from ptce_geo.crs import LEGAL_CRS
from ptce_geo.errors import CrsError, MissingColumnError
from ptce_geo.metric import NO_CRS, coordinates, legal_crs, project
from ptce_geo.schema import LATITUDE, LONGITUDE, code_column

if TYPE_CHECKING:
    import numpy.typing as npt

    from ptce_geo.metric import Codes, Coordinates

_DEPARTEMENT = code_column("departement")


def point_coordinates(frame: pd.DataFrame, *, what: str) -> Coordinates:
    """Return longitude and latitude of the points of `frame` (n × 2, deg), NaN where none."""
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        msg = f"{what}: no points, expected a GeoDataFrame; call geocode(...) first"
        raise MissingColumnError(msg)
    require_points(frame, what=what)
    return coordinates(frame.geometry)


def reference_points(
    places: gpd.GeoSeries | pd.DataFrame, *, what: str
) -> tuple[Coordinates, Codes]:
    """Return longitude and latitude (n × 2, deg) of places and the legal CRS of each.

    Their columns ``longitude`` and ``latitude`` tell, else their points. A place in no legal CRS
    raises `CrsError`.
    """
    named = isinstance(places, pd.DataFrame) and LONGITUDE in places.columns
    if isinstance(places, gpd.GeoSeries | gpd.GeoDataFrame) and not named:
        require_points(places, what=what)
        lonlat = coordinates(places.geometry)
    else:
        require_columns(places, [LONGITUDE, LATITUDE], what=what)
        lonlat = places[[LONGITUDE, LATITUDE]].to_numpy(dtype="float64")
    departements = places.get(_DEPARTEMENT) if isinstance(places, pd.DataFrame) else None
    crs = legal_crs(lonlat, departements)
    nowhere = places.index[crs == NO_CRS]
    if len(nowhere):
        msg = (
            f"{what}: {listing(nowhere)} lie in no legal CRS of France (missing point, overseas "
            "collectivity or abroad); leave them out or correct longitude and latitude"
        )
        raise CrsError(msg)
    return lonlat, crs


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
