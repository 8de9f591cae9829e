"""What measures by distance start from: the points of a frame, and the nearest of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from ptce_geo.checks import listing, require_columns, require_points
from ptce_geo.crs import LEGAL_CRS
from ptce_geo.errors import CrsError, InputError, MissingColumnError
from ptce_geo.indicators.inputs import reasons_set_aside
from ptce_geo.metric import NO_CRS, by_legal_crs, coordinates, legal_crs, project
from ptce_geo.schema import LATITUDE, LONGITUDE, SEAT_SOURCE, WGS84, code_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from ptce_geo.metric import Codes, Coordinates

_DEPARTEMENT = code_column("departement")
# Why a row has no place to measure from.
WITHOUT_POINT: Final = "without a point"
WITHOUT_CRS: Final = "without a legal CRS"
APART: Final = "point and code_departement apart"


def point_coordinates(frame: pd.DataFrame, *, what: str) -> Coordinates:
    """Return longitude and latitude of the points of `frame` (n × 2, deg), NaN where none."""
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        msg = f"{what}: no points, expected a GeoDataFrame; call geocode(...) first"
        raise MissingColumnError(msg)
    require_points(frame, what=what)
    return coordinates(frame.geometry)


class Placed(NamedTuple):
    """Where the rows of a frame are, and why those that do not count do not.

    Attributes
    ----------
    lonlat : array of float
        Longitude and latitude of each row that counts (n × 2, deg), NaN of the others.
    crs : array of int
        EPSG code of the legal CRS that its point lies in, `NO_CRS` of the others.
    reasons : Series
        Why a row is set aside, "" where it counts.
    """

    lonlat: Coordinates
    crs: Codes
    reasons: pd.Series


def placed(frame: pd.DataFrame, lonlat: Coordinates) -> Placed:
    """Return where each row of `frame` is, with its point at `lonlat` (n × 2, deg).

    A row counts when it is accepted (`reasons_set_aside`) and its point lies in a legal CRS, in
    that of its ``code_departement`` where there is one. A seat (``seat_source``) goes by its point
    only: the code may be that of the declared town, and the point that of the leading member.
    """
    crs, told = _by_point_and_code(lonlat, None if SEAT_SOURCE in frame.columns else frame)
    reasons = reasons_set_aside(frame)
    for why, where in {
        WITHOUT_POINT: np.isnan(lonlat).any(axis=1),
        WITHOUT_CRS: (crs == NO_CRS) | (told == NO_CRS),
        APART: crs != told,
    }.items():
        reasons = reasons.mask((reasons == "") & where, why)
    counts = (reasons == "").to_numpy()
    lonlat = np.where(counts[:, np.newaxis], lonlat, np.nan)
    return Placed(lonlat, np.where(counts, crs, NO_CRS), reasons)


def _by_point_and_code(lonlat: Coordinates, frame: pd.DataFrame | None) -> tuple[Codes, Codes]:
    """Return the legal CRS that each point lies in, and that of its département where it has one.

    Both are needed: coordinates far from the plane that a code names have no place in it.
    """
    departements = frame.get(_DEPARTEMENT) if isinstance(frame, pd.DataFrame) else None
    crs = legal_crs(lonlat)
    return crs, crs if departements is None else legal_crs(lonlat, departements)


def reference_points(
    places: gpd.GeoSeries | pd.DataFrame, *, what: str
) -> tuple[Coordinates, Codes]:
    """Return longitude and latitude (n × 2, deg) of places and the legal CRS of each.

    Their columns ``longitude`` and ``latitude`` tell, else their points. A place in no legal CRS,
    or in another than that of its ``code_departement``, raises `CrsError`.
    """
    named = isinstance(places, pd.DataFrame) and LONGITUDE in places.columns
    if isinstance(places, gpd.GeoSeries | gpd.GeoDataFrame) and not named:
        require_points(places, what=what)
        lonlat = coordinates(places.geometry)
    else:
        require_columns(places, [LONGITUDE, LATITUDE], what=what)
        lonlat = places[[LONGITUDE, LATITUDE]].to_numpy(dtype="float64")
    crs, told = _by_point_and_code(lonlat, places)
    nowhere = places.index[(crs == NO_CRS) | (told == NO_CRS)]
    if len(nowhere):
        msg = (
            f"{what}: {listing(nowhere)} lie in no legal CRS of France (missing point, overseas "
            "collectivity or abroad); leave them out or correct longitude and latitude"
        )
        raise CrsError(msg)
    apart = places.index[crs != told]
    if len(apart):
        msg = (
            f"{what}: {listing(apart)} lie in another legal CRS than their {_DEPARTEMENT}; "
            "correct the one or the other"
        )
        raise CrsError(msg)
    return lonlat, crs


def centres(places: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Return `places` with the centroid of each polygon, in the legal CRS, in its place.

    What tells its points by the columns ``longitude`` and ``latitude``, or has points only, is
    returned as it is.
    """
    if not isinstance(places, gpd.GeoDataFrame) or LONGITUDE in places.columns:
        return places
    kinds = set(places.geom_type.dropna())
    if other := sorted(kinds - {"Point", "Polygon", "MultiPolygon"}):
        msg = f"{what}: expected points or polygons, found {listing(other)}; leave them out"
        raise InputError(msg)
    if kinds <= {"Point"}:
        return places
    shapes = places.geometry.reset_index(drop=True)
    parts = [part.centroid.to_crs(WGS84) for _, part in by_legal_crs(shapes)]
    return places.set_geometry(pd.concat(parts).reindex(shapes.index).to_numpy(), crs=WGS84)


def in_legal_crs(lonlat: Coordinates, crs: Codes) -> Coordinates:
    """Return easting and northing of each point in its own legal CRS (n × 2, m), NaN in none."""
    metric = np.full((len(lonlat), 2), np.nan)
    for epsg in LEGAL_CRS:
        here = crs == epsg
        if here.any():
            metric[here] = project(lonlat[here], epsg)
    return metric


class Nearest(NamedTuple):
    """The nearest supply point of each demand point.

    Attributes
    ----------
    km : array of float
        How far it is; infinite where none lies in the same legal CRS.
    row : array of int
        Its position; -1 where there is none.
    """

    km: npt.NDArray[np.float64]
    row: npt.NDArray[np.intp]


def nearest(
    demand: Coordinates, demand_crs: Codes, supply: Coordinates, supply_crs: Codes
) -> Nearest:
    """Return the nearest supply point of each demand point, both as `in_legal_crs` (m)."""
    km, row = np.full(len(demand), np.inf), np.full(len(demand), -1, dtype=np.intp)
    for epsg in LEGAL_CRS:
        here, there = demand_crs == epsg, np.flatnonzero(supply_crs == epsg)
        if here.any() and len(there):
            metres, found = cKDTree(supply[there]).query(demand[here])
            km[here], row[here] = metres / 1000, there[found]
    return Nearest(km, row)


def nearest_km(
    demand: Coordinates, demand_crs: Codes, supply: Coordinates, supply_crs: Codes
) -> npt.NDArray[np.float64]:
    """Return the distance of each demand point to the nearest supply point (km), both in degrees.

    It is infinite where no supply point lies in the same legal CRS.
    """
    return nearest(
        in_legal_crs(demand, demand_crs), demand_crs, in_legal_crs(supply, supply_crs), supply_crs
    ).km


def sorted_km(
    distances: float | Sequence[float], *, what: str = "thresholds_km"
) -> npt.NDArray[np.float64]:
    """Return distances in ascending order; raise `InputError` unless each is above 0, once."""
    try:
        km = np.sort(np.atleast_1d(np.asarray(distances, dtype="float64")))
    except (TypeError, ValueError):
        km = np.array([np.nan])
    usable = km.ndim == 1 and len(km) and np.isfinite(km).all()
    if not (usable and km[0] > 0 and (np.diff(km) > 0).all()):
        msg = f"{what}: expected distances in km above 0, each once; found {distances}"
        raise InputError(msg)
    return km
