"""Distances between points, each in the legal CRS of the territory it lies in.

Two points in different legal CRS have no distance here: it is never computed in one plane.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from scipy.spatial import cKDTree

from ptce_geo.checks import require_points
from ptce_geo.crs import LEGAL_CRS, metric_crs
from ptce_geo.errors import CrsError, MissingColumnError
from ptce_geo.schema import WGS84

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Coordinates = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.int64]

NO_CRS: Final = 0
# PROJ's area of use of EPSG:2972 stops at 54° W, the towns on the Maroni lie beyond; the areas of
# the five legal CRS are several degrees apart, so a margin makes no point fall in two of them.
_MARGIN_DEG: Final = 1.0


def point_coordinates(frame: pd.DataFrame, *, what: str) -> Coordinates:
    """Return longitude and latitude of the points of `frame` (n × 2, deg), NaN where none."""
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        msg = f"{what}: no points, expected a GeoDataFrame; call geocode(...) first"
        raise MissingColumnError(msg)
    require_points(frame, what=what)
    geometry = frame.geometry.to_numpy()
    return np.column_stack([shapely.get_x(geometry), shapely.get_y(geometry)])


def legal_crs(lonlat: Coordinates, departements: pd.Series | None = None) -> Codes:
    """Return the EPSG code of the legal CRS of each point, `NO_CRS` where there is none.

    The code of the département decides; without one, the area of use that holds the point.
    """
    longitude, latitude = lonlat.T
    found = np.full(len(lonlat), NO_CRS, dtype="int64")
    for epsg in LEGAL_CRS:
        area = CRS.from_epsg(epsg).area_of_use
        assert area is not None  # PROJ knows the area of every EPSG code
        found[
            (longitude >= area.west - _MARGIN_DEG)
            & (longitude <= area.east + _MARGIN_DEG)
            & (latitude >= area.south - _MARGIN_DEG)
            & (latitude <= area.north + _MARGIN_DEG)
        ] = epsg
    if departements is not None:
        for code in departements.dropna().unique():
            found[(departements == code).to_numpy(dtype=bool, na_value=False)] = _crs_of(code)
    found[np.isnan(lonlat).any(axis=1)] = NO_CRS
    return found


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
            tree = cKDTree(_project(supply[there], epsg))
            nearest[here] = tree.query(_project(demand[here], epsg))[0] / 1000
    return nearest


def paired_km(
    start: Coordinates, start_crs: Codes, end: Coordinates, end_crs: Codes
) -> npt.NDArray[np.float64]:
    """Return the distance of each point to its partner in the same row (km).

    It is NaN where one of the two is missing or they do not share a legal CRS.
    """
    distance = np.full(len(start), np.nan)
    for epsg in LEGAL_CRS:
        pair = (start_crs == epsg) & (end_crs == epsg)
        if pair.any():
            span = _project(start[pair], epsg) - _project(end[pair], epsg)
            distance[pair] = np.hypot(span[:, 0], span[:, 1]) / 1000
    return distance


def _crs_of(code_departement: str) -> int:
    try:
        return metric_crs(code_departement)
    except CrsError:  # an overseas collectivity
        return NO_CRS


def _project(lonlat: Coordinates, epsg: int) -> Coordinates:
    """Return easting and northing in `epsg` (n × 2, m)."""
    transformer = Transformer.from_crs(WGS84, epsg, always_xy=True)
    return np.column_stack(transformer.transform(lonlat[:, 0], lonlat[:, 1]))
