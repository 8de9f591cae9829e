"""Areas, distances and hulls, each in the legal CRS of its territory; across two, refused.

In and out EPSG:4326. The legal CRS are those of `ptce_geo.crs`; the territories that have one lie
degrees apart, so a place tells its own. Where a frame has the column ``code_departement``, the
code has to agree.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from scipy.spatial import cKDTree

from ptce_geo.checks import (
    listing,
    require_points,
    require_same_index,
    require_unique,
    require_wgs84,
)
from ptce_geo.crs import LEGAL_CRS, crs_label, metric_crs
from ptce_geo.errors import CrsError, InputError
from ptce_geo.schema import AREA_KM2, DISTANCE_KM, WGS84, code_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Coordinates = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.int64]
    Shapes: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries

NO_CRS: Final = 0
_DEPARTEMENT: Final = code_column("departement")
_A_DEPARTEMENT: Final = re.compile(r"0[1-9]|[1-8][0-9]|9[0-5]|2[AB]|9[78][0-9]")
_ANTILLES: Final = 5490
# PROJ's area of use of EPSG:2972 stops at 54° W, the towns on the Maroni lie beyond; the areas of
# the five legal CRS are several degrees apart, so a margin makes no point fall in two of them.
_MARGIN_DEG: Final = 1.0
# PROJ's area of use of EPSG:5490 takes in Saint-Barthélemy and Saint-Martin (17.8° N and beyond):
# collectivities, without a legal CRS here. Guadeloupe ends at 16.6° N.
_NORTH_OF_GUADELOUPE_DEG: Final = 17.0


def areas_km2(shapes: Shapes) -> pd.Series:
    """Return the area of each shape, in the legal CRS of where it lies.

    Parameters
    ----------
    shapes : GeoSeries or GeoDataFrame, EPSG:4326
        Territories, or other shapes of which none spans two legal CRS.

    Returns
    -------
    Series
        "area_km2" (km²) on the index of `shapes`; 0 for an empty shape, NaN for a missing one.

    Raises
    ------
    CrsError
        When `shapes` is not in EPSG:4326; when a shape spans two legal CRS or lies in none
        (overseas collectivity, abroad), or its ``code_departement`` is that of elsewhere.
    InputError
        When ``code_departement`` holds something else than such codes.

    References
    ----------
    Décret n° 2000-1276 as amended, and arrêté of 5 March 2019: the legal systems.

    Examples
    --------
    >>> from shapely import box
    >>> places = ["Loire", "La Réunion"]
    >>> shapes = gpd.GeoSeries([box(4, 45, 4.1, 45.1), box(55.4, -21, 55.5, -20.9)], places)
    >>> areas_km2(shapes.set_crs(4326)).round(1).to_dict()
    {'Loire': 87.4, 'La Réunion': 115.1}
    """
    geometry = shapes.geometry
    crs = _crs_of_each(shapes, what="areas_km2")
    areas = np.where(geometry.is_empty, 0.0, np.nan)
    for epsg in _present(crs):
        areas[crs == epsg] = geometry[crs == epsg].to_crs(epsg).area / 1e6
    return pd.Series(areas, index=geometry.index, name=AREA_KM2)


def distances_km(start: Shapes, end: Shapes) -> pd.Series:
    """Return the straight distance between the two points of each pair, in their legal CRS.

    Parameters
    ----------
    start, end : GeoSeries or GeoDataFrame, EPSG:4326
        Points; those of one index label make a pair.

    Returns
    -------
    Series
        "distance_km" (km) on the index of `start`; NaN where one of the two points is missing.

    Raises
    ------
    CrsError
        When a pair lies in two legal CRS, which share no plane; when a point lies in none; when
        `start` or `end` is not in EPSG:4326.
    InputError
        When something else than a point is found, or the indexes differ.
    DuplicateIdError
        When a label stands twice and the indexes are not in the same order.

    References
    ----------
    Décret n° 2000-1276 as amended, and arrêté of 5 March 2019: the legal systems.

    Examples
    --------
    >>> members = gpd.GeoSeries.from_xy([4.39, 4.51], [45.44, 45.47], crs=4326)
    >>> seats = gpd.GeoSeries.from_xy([4.39, 4.39], [45.44, 45.44], crs=4326)
    >>> distances_km(members, seats).round(2).to_list()
    [0.0, 9.95]
    """
    what = "distances_km"
    for points in (start, end):
        require_points(points, what=what)
    if not start.index.equals(end.index):
        for points in (start, end):
            require_unique(points.index.to_series(name="index"), what=what)
        require_same_index(start.geometry, end.geometry, what=what)
        end = end.loc[start.index]
    here, there = _crs_of_each(start, what=what), _crs_of_each(end, what=what)
    across = (here != there) & (here != NO_CRS) & (there != NO_CRS)
    if across.any():
        first = int(np.argmax(across))
        msg = (
            f"{what}: row {start.index[first]} goes from {crs_label(here[first])} to "
            f"{crs_label(there[first])}, which share no plane (pairs like it: {across.sum()}); "
            "leave it out, or measure along the ellipsoid with pyproj.Geod"
        )
        raise CrsError(msg)
    distance = paired_km(coordinates(start.geometry), here, coordinates(end.geometry), there)
    return pd.Series(distance, index=start.index, name=DISTANCE_KM)


def to_metric(frame: Shapes) -> Shapes:
    """Project what lies in one legal CRS to it, ready for buffers, hulls and ellipses.

    Parameters
    ----------
    frame : GeoSeries or GeoDataFrame, EPSG:4326
        Shapes or points of one territory.

    Returns
    -------
    GeoSeries or GeoDataFrame
        The same rows in the legal CRS (m); a row without geometry stays without.

    Raises
    ------
    CrsError
        When the rows lie in several legal CRS, one of them in none, or none has a geometry; when
        `frame` is not in EPSG:4326.

    References
    ----------
    Décret n° 2000-1276 as amended, and arrêté of 5 March 2019: the legal systems.

    Examples
    --------
    >>> to_metric(gpd.GeoSeries.from_xy([4.39], [45.44], crs=4326)).crs.to_epsg()
    2154
    """
    crs = _crs_of_each(frame, what="to_metric")
    found = _present(crs)
    if not found:
        msg = "to_metric: no row has a geometry, so no legal CRS is told; geocode or fill it first"
        raise CrsError(msg)
    if len(found) > 1:
        rows = listing(f"{(crs == epsg).sum()} in {crs_label(epsg)}" for epsg in found)
        msg = (
            f"to_metric: rows lie {rows}, which share no plane; "
            "compute each apart, see by_legal_crs"
        )
        raise CrsError(msg)
    return frame.to_crs(found[0])


def by_legal_crs(frame: Shapes) -> Iterator[tuple[int, Shapes]]:
    """Split what lies in several legal CRS, each part projected to its own.

    Parameters
    ----------
    frame : GeoSeries or GeoDataFrame, EPSG:4326
        Shapes or points.

    Yields
    ------
    tuple of (int, GeoSeries or GeoDataFrame)
        EPSG code, and the rows that lie there, in that CRS (m). A row without geometry lies
        nowhere and is in no part.

    Raises
    ------
    CrsError
        As `areas_km2`, when the first part is asked for.

    Examples
    --------
    >>> points = gpd.GeoSeries.from_xy([4.39, 55.5, 4.51], [45.44, -20.9, 45.47], crs=4326)
    >>> [(epsg, len(part)) for epsg, part in by_legal_crs(points)]
    [(2154, 2), (2975, 1)]
    """
    crs = _crs_of_each(frame, what="by_legal_crs")
    for epsg in _present(crs):
        yield epsg, frame[crs == epsg].to_crs(epsg)


def convex_hull(frame: Shapes) -> gpd.GeoSeries:
    """Return the convex hull of what lies in one legal CRS, drawn in that plane.

    Parameters
    ----------
    frame : GeoSeries or GeoDataFrame, EPSG:4326
        Points or shapes, of which those without geometry are passed over.

    Returns
    -------
    GeoSeries of one row, EPSG:4326
        A polygon; the segment or point itself where they lie on one.

    Raises
    ------
    CrsError
        As `to_metric`: there is no hull across two legal CRS.

    Examples
    --------
    >>> corners = gpd.GeoSeries.from_xy([4, 4.1, 4, 4.01], [45, 45, 45.1, 45.01], crs=4326)
    >>> convex_hull(corners).count_coordinates().item() - 1
    3
    """
    metric = to_metric(frame).geometry
    return gpd.GeoSeries([metric.union_all().convex_hull], crs=metric.crs).to_crs(WGS84)


def coordinates(points: gpd.GeoSeries) -> Coordinates:
    """Return longitude and latitude of `points` (n × 2, deg), NaN where there is none."""
    return shapely.bounds(points.to_numpy())[:, :2]  # get_x refuses an empty point


def legal_crs(lonlat: Coordinates, departements: pd.Series | None = None) -> Codes:
    """Return the EPSG code of the legal CRS of each point, `NO_CRS` where there is none.

    The code of the département decides; without one, the area of use that holds the point. What
    is no such code raises `InputError`.
    """
    longitude, latitude = lonlat.T
    found = np.full(len(lonlat), NO_CRS, dtype="int64")
    for epsg in LEGAL_CRS:
        west, south, east, north = _area(epsg)
        found[
            (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
        ] = epsg
    if departements is not None:
        place, codes = pd.factorize(departements)
        named = np.array([_crs_of(code) for code in codes], dtype="int64")
        found[place >= 0] = named[place[place >= 0]]
    found[np.isnan(lonlat).any(axis=1)] = NO_CRS
    return found


def crs_of_shapes(shapes: gpd.GeoSeries) -> Codes:
    """Return the legal CRS that each shape lies in, `NO_CRS` for none, several or no geometry."""
    corners = shapely.bounds(shapes.to_numpy())
    southwest, northeast = legal_crs(corners[:, :2]), legal_crs(corners[:, 2:])
    return np.where(southwest == northeast, southwest, NO_CRS)


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
            span = project(start[pair], epsg) - project(end[pair], epsg)
            distance[pair] = np.hypot(span[:, 0], span[:, 1]) / 1000
    return distance


def pairs_within_km(
    start: Coordinates, end: Coordinates, *, km: float
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Return the rows of the pairs at most `km` apart, and how far (km), by start and then end.

    Each distance is in the legal CRS that both share; pairs across two, or in none, are not there.
    """
    start_crs, end_crs = legal_crs(start), legal_crs(end)
    rows, columns, distances = [], [], []
    for epsg in LEGAL_CRS:
        here, there = np.flatnonzero(start_crs == epsg), np.flatnonzero(end_crs == epsg)
        if len(here) and len(there):
            near = cKDTree(project(start[here], epsg)).sparse_distance_matrix(
                cKDTree(project(end[there], epsg)), 1000 * km, output_type="ndarray"
            )
            rows.append(here[near["i"]].astype("int32"))
            columns.append(there[near["j"]].astype("int32"))
            distances.append(near["v"] / 1000)
    if not rows:
        return np.empty(0, "int32"), np.empty(0, "int32"), np.empty(0)
    row, column, distance = map(np.concatenate, (rows, columns, distances))
    order = np.lexsort((column, row))
    return row[order], column[order], distance[order]


def project(lonlat: Coordinates, epsg: int) -> Coordinates:
    """Return easting and northing in `epsg` (n × 2, m)."""
    return np.column_stack(_transformer(WGS84, epsg).transform(lonlat[:, 0], lonlat[:, 1]))


def unproject(metric: Coordinates, epsg: int) -> Coordinates:
    """Return longitude and latitude (n × 2, deg) of easting and northing in `epsg` (m)."""
    return np.column_stack(_transformer(epsg, WGS84).transform(metric[:, 0], metric[:, 1]))


def _crs_of_each(frame: Shapes, *, what: str) -> Codes:
    """Return the legal CRS of each row, `NO_CRS` without geometry; refuse what lies not in one."""
    require_wgs84(frame, what=what)
    southwest = coordinates(frame.geometry)
    departements = frame.get(_DEPARTEMENT) if isinstance(frame, gpd.GeoDataFrame) else None
    crs = crs_of_shapes(frame.geometry)
    astray = ~np.isnan(southwest[:, 0]) & (
        (crs == NO_CRS) | (crs != legal_crs(southwest, departements))
    )
    if astray.any():
        first = int(np.argmax(astray))
        code = None if departements is None else departements.iloc[first]
        reason = _why_astray(frame.geometry.iloc[first], code)
        msg = f"{what}: row {frame.index[first]} {reason} (rows like it: {astray.sum()})"
        raise CrsError(msg)
    return crs


def _why_astray(shape: shapely.Geometry, code_departement: str | None) -> str:
    corners = shapely.bounds(shapely.get_parts(shape)).reshape(-1, 2)
    crs = legal_crs(corners)
    found = _present(crs)
    if len(found) > 1:
        names = " and ".join(map(crs_label, found))
        return f"spans {names}, which share no plane; explode() it and compute each part apart"
    if NO_CRS in crs:
        return (
            "lies, at least partly, in no legal CRS of France (overseas collectivity, abroad, or "
            "longitude and latitude swapped); leave it out or correct it"
        )
    return (
        f"lies in {crs_label(found[0])}, where its {_DEPARTEMENT} {code_departement!r} is not; "
        "correct the one or the other"
    )


def _present(crs: Codes) -> list[int]:
    return [epsg for epsg in LEGAL_CRS if epsg in crs]


@cache  # making one takes longer than moving a thousand points
def _transformer(start: str | int, end: str | int) -> Transformer:
    return Transformer.from_crs(start, end, always_xy=True)


@cache
def _area(epsg: int) -> tuple[float, float, float, float]:
    """Return west, south, east and north (deg) of where `epsg` is the legal CRS, with a margin."""
    area = CRS.from_epsg(epsg).area_of_use
    assert area is not None  # PROJ knows the area of every EPSG code
    north = _NORTH_OF_GUADELOUPE_DEG if epsg == _ANTILLES else area.north + _MARGIN_DEG
    return area.west - _MARGIN_DEG, area.south - _MARGIN_DEG, area.east + _MARGIN_DEG, north


def _crs_of(code_departement: object) -> int:
    if not isinstance(code_departement, str) or not _A_DEPARTEMENT.fullmatch(code_departement):
        msg = (
            f"{_DEPARTEMENT} must hold the codes of départements as text ('01', '2A', '974'), "
            f"found {code_departement!r}"
        )
        raise InputError(msg)
    try:
        return metric_crs(code_departement)
    except CrsError:  # an overseas collectivity
        return NO_CRS
