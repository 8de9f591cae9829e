"""Find the territory that each of many points lies in, or the nearest one."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import lru_cache
from numbers import Real
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from ptce_geo.crs import metric_crs
from ptce_geo.errors import CrsError, InputError, PtceGeoWarning, UnknownTerritoryError
from ptce_geo.metric import NO_CRS, legal_crs, project
from ptce_geo.schema import CODE_COMMUNE, WGS84
from ptce_geo.territories.boundaries import parent_codes, read_territories, territory_table
from ptce_geo.territories.catalogue import CURRENT_YEAR, LEVELS, catalogue
from ptce_geo.territories.cell_index import NOBODY, CellIndex, cell_index

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    Codes = npt.NDArray[np.object_]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int32]

_COMMUNE: Final = "commune"
_MUNICIPAL: Final = "arrondissement_municipal"
# What is projected is bent a little: a point outside may lie on or inside a projected border.
_LEAST_SNAP_M: Final = 0.001


def locate(
    longitude: npt.ArrayLike,
    latitude: npt.ArrayLike,
    *,
    level: str = "commune",
    year: int = CURRENT_YEAR,
    resolution: str | None = None,
    max_distance_m: float = 0,
) -> Codes:
    """Return the code of the territory that each point lies in.

    A point on a border goes to the commune of the lower code. Made for many points: the first call
    builds an index (under a second), the next ones place a million points in a fifth of one.

    Parameters
    ----------
    longitude, latitude : array-like of float, or float
        Points in degrees, EPSG:4326. A missing coordinate (NaN, None) is no point.
    level : str
        "commune" and "arrondissement_municipal" are found by their shapes, "epci",
        "arrondissement", "departement" and "region" as those of the commune.
    year : int
        Vintage of the territories.
    resolution : str, optional
        Contours to take instead of the embedded ones, as for `read_territories`.
    max_distance_m : float
        A point outside every commune gets the nearest commune up to this distance (m, in the
        legal CRS), the lower code where two are as near; 0 for none.

    Returns
    -------
    array of object, one item a point
        Codes; None where there is no point, no territory, or no such distance in a legal CRS
        (abroad, overseas collectivities).

    Warns
    -----
    PtceGeoWarning
        When points are not on Earth (longitude beyond ±180, latitude beyond ±90): metres, it may
        be, or swapped columns. They get None.

    Raises
    ------
    InputError
        When the coordinates are not numbers, not two columns of one length, or `max_distance_m`
        is negative or not finite.
    UnknownTerritoryError
        For a level, year or resolution that is not known.

    Examples
    --------
    >>> locate([4.3873, 55.4481, -30], [45.4397, -20.8789, 45]).tolist()
    ['42218', '97411', None]
    >>> locate(4.3873, 45.4397, level="departement").tolist()
    ['42']
    """
    return _located(longitude, latitude, level, year, resolution, max_distance_m)[0]


def locate_with_distance(
    longitude: npt.ArrayLike,
    latitude: npt.ArrayLike,
    *,
    level: str = "commune",
    year: int = CURRENT_YEAR,
    resolution: str | None = None,
    max_distance_m: float = 0,
) -> tuple[Codes, Floats]:
    """Return what `locate` does, and how far each point is from its territory.

    Parameters
    ----------
    longitude, latitude, level, year, resolution, max_distance_m
        As for `locate`.

    Returns
    -------
    codes : array of object, one item a point
        As `locate`.
    distance_m : array of float, one item a point
        0 for a point inside or on the border, at least 0.001 (m, in the legal CRS) for one that
        was given the nearest commune, NaN where there is no code.

    Warns
    -----
    PtceGeoWarning
        As `locate`.

    Raises
    ------
    InputError, UnknownTerritoryError
        As `locate`.

    Examples
    --------
    In the sea off Le Havre, and far from everything:

    >>> codes, distance = locate_with_distance([0.05, -30], [49.5, 45], max_distance_m=5000)
    >>> codes.tolist(), distance.round(-2).tolist()
    (['76552', None], [1600.0, nan])
    """
    return _located(longitude, latitude, level, year, resolution, max_distance_m)


def _located(
    longitude: npt.ArrayLike,
    latitude: npt.ArrayLike,
    level: str,
    year: int,
    resolution: str | None,
    max_distance_m: float,
) -> tuple[Codes, Floats]:
    if level not in LEVELS:
        msg = f"unknown level {level}; known: {', '.join(LEVELS)}"
        raise UnknownTerritoryError(msg)
    if not (isinstance(max_distance_m, Real) and 0 <= max_distance_m < math.inf):
        msg = f"locate: max_distance_m must be 0 or more metres, found {max_distance_m!r}"
        raise InputError(msg)
    lonlat = _points(longitude, latitude)
    shapes = _shapes(level if level == _MUNICIPAL else _COMMUNE, year, resolution)
    number, distance = shapes.find(*lonlat, max_distance_m)
    codes = shapes.codes
    if level == _MUNICIPAL:
        number = _in_their_commune(number, lonlat, year, resolution, max_distance_m)
    elif level != _COMMUNE:
        parents = parent_codes(level, year=year, resolution=resolution).reindex(codes)
        codes = parents.astype(object).where(parents.notna(), None).to_numpy()
    distance[pd.isna(codes)[number]] = np.nan
    return codes[number], distance


@dataclass(frozen=True, eq=False)
class _Shapes:
    """The territories of one file, in the order of their codes, and how to find them.

    The last of the codes is None: that of `NOBODY`, which is -1.
    """

    codes: Codes
    index: CellIndex

    def find(
        self, longitude: Floats, latitude: Floats, max_distance_m: float
    ) -> tuple[Integers, Floats]:
        """Return the number of the territory of each point or `NOBODY`, and the distance (m)."""
        number = self.index.find(longitude, latitude)
        distance = np.zeros(len(number))
        outside = np.flatnonzero(number == NOBODY)
        if max_distance_m > 0 and len(outside):
            number[outside], distance[outside] = self._nearest(
                np.column_stack([longitude[outside], latitude[outside]]), max_distance_m
            )
        return number, distance

    def _nearest(self, lonlat: Floats, max_distance_m: float) -> tuple[Integers, Floats]:
        number = np.full(len(lonlat), NOBODY, dtype=np.int32)
        distance = np.zeros(len(lonlat))
        crs = legal_crs(lonlat)
        for epsg in set(crs.tolist()) - {NO_CRS}:
            there = np.flatnonzero(crs == epsg)
            numbers, tree = _metric_tree(self, epsg)
            (point, near), metres = tree.query_nearest(
                shapely.points(project(lonlat[there], epsg)),
                max_distance=max_distance_m,
                return_distance=True,
            )
            # As near as each other: the last that is written stays, the lowest number.
            order = np.argsort(-near)
            number[there[point[order]]] = numbers[near[order]]
            distance[there[point]] = np.maximum(metres, _LEAST_SNAP_M)
        return number, distance


def _points(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    try:
        lon, lat = (_column(values) for values in (longitude, latitude))
    except (TypeError, ValueError) as error:
        msg = f"locate: longitude and latitude must be numbers in degrees; {error}"
        raise InputError(msg) from None
    if lon.shape != lat.shape or lon.ndim != 1:
        msg = (
            "locate: longitude and latitude must be two columns of one length, "
            f"found shapes {lon.shape} and {lat.shape}"
        )
        raise InputError(msg)
    off = np.flatnonzero((np.abs(lon) > 180) | (np.abs(lat) > 90))
    if len(off):
        first = off[0]
        warnings.warn(
            f"locate: {len(off)} of {len(lon)} points are not on Earth, they get no territory; "
            f"the first: longitude {lon[first]}, latitude {lat[first]}; "
            "degrees (EPSG:4326) are expected, see to_crs(4326)",
            PtceGeoWarning,
            stacklevel=4,
        )
    return lon, lat


def _column(values: npt.ArrayLike) -> Floats:
    """Return numbers, NaN where they are missing or masked."""
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(float), np.nan)
    return np.atleast_1d(np.asarray(values, dtype=float))


def _shapes(level: str, year: int, resolution: str | None) -> _Shapes:
    path = catalogue().territories(level, year, resolution=resolution)
    return _indexed(path, path.stat().st_mtime_ns, level, year, resolution)


@lru_cache(maxsize=4)
def _indexed(
    path: Path,  # noqa: ARG001 - a file that changes, or that another one replaces, is read again
    modified: int,  # noqa: ARG001
    level: str,
    year: int,
    resolution: str | None,
) -> _Shapes:
    territories = read_territories(level, year=year, resolution=resolution).sort_index()
    codes, polygons = territories.index.tolist(), territories.geometry.to_numpy()
    # Before the index takes its share of memory: what else was read, and what reading it took.
    del territories
    pa.default_memory_pool().release_unused()
    lands = [code[:3] if code.startswith(("97", "98")) else "" for code in codes]
    index = cell_index(polygons, lands)
    return _Shapes(np.array([*codes, None], dtype=object), index)


@lru_cache(maxsize=8)
def _metric_tree(shapes: _Shapes, epsg: int) -> tuple[Integers, shapely.STRtree]:
    """Return the numbers and a tree of the territories whose legal CRS is `epsg`, projected."""
    prefixes = [code[:3] for code in shapes.codes[:-1]]
    crs = {prefix: _crs_of(prefix) for prefix in set(prefixes)}
    numbers = np.flatnonzero([crs[prefix] == epsg for prefix in prefixes]).astype(np.int32)
    projected = gpd.GeoSeries(shapes.index.polygons[numbers], crs=WGS84).to_crs(epsg)
    return numbers, shapely.STRtree(projected.to_numpy())


def _crs_of(code: str) -> int:
    try:
        return metric_crs(code)
    except CrsError:  # an overseas collectivity
        return NO_CRS


def _in_their_commune(
    number: Integers,
    lonlat: tuple[Floats, Floats],
    year: int,
    resolution: str | None,
    max_distance_m: float,
) -> Integers:
    """Leave out the municipal arrondissement of points that lie in, or nearest to, another commune.

    It is one of those on its outer border, or beyond.
    """
    found = np.flatnonzero(number != NOBODY)
    longitude, latitude = lonlat
    commune = locate(
        longitude[found],
        latitude[found],
        year=year,
        resolution=resolution,
        max_distance_m=max_distance_m,
    )
    divided = territory_table(_MUNICIPAL, year=year, resolution=resolution)[CODE_COMMUNE]
    own = divided.sort_index().to_numpy(dtype=object)[number[found]]
    number[found[own != commune]] = NOBODY
    return number
