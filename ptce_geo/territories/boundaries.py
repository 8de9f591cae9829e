"""Read the territories of France: shapes, names, parents, population, area."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

from ptce_geo.checks import listing, require_wgs84
from ptce_geo.crs import METROPOLE
from ptce_geo.errors import InputError, UnknownTerritoryError
from ptce_geo.schema import code_column
from ptce_geo.territories.catalogue import CURRENT_YEAR, catalogue, reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

_SOUTH_OF_THE_METROPOLE = 40  # degrees of latitude; overseas lies south of it
_METRES_A_DEGREE = 111_320


def read_territories(
    level: str = "commune",
    *,
    year: int = CURRENT_YEAR,
    departements: str | Sequence[str] | None = None,
    resolution: str | None = None,
) -> gpd.GeoDataFrame:
    """Return the territories of one level, with their shapes.

    Parameters
    ----------
    level : str
        "commune", "arrondissement_municipal", "epci", "arrondissement", "departement" or "region".
    year : int
        Vintage of the code officiel géographique (1 January).
    departements : str or sequence of str, optional
        Only territories that lie at least partly in these départements (INSEE codes).
    resolution : str, optional
        "admin-express", "5m", "50m", "100m" or "1000m", once ``ptce-geo boundaries install`` has
        fetched it. None for the embedded boundaries of `year`, or, where there are none, for the
        finest that are installed for all France.

    Returns
    -------
    GeoDataFrame, one row a territory, EPSG:4326
        Index ``code``. Columns: ``nom``, the codes of the parents (``code_epci``,
        ``code_arrondissement``, ``code_departement``, ``code_region`` where the level has one),
        ``population`` (inhabitants), ``area_km2`` (in the legal CRS) and ``geometry``. Communes
        and municipal arrondissements also have ``longitude``, ``latitude`` (degrees) of their
        reference point, ``reference_point`` ("town_hall" or "point_on_surface") and
        ``postcodes`` (separated by spaces); communes ``old_codes`` (of the communes that became
        part of it, separated by spaces; "" for none) and ``siren``; municipal arrondissements
        ``code_commune``; EPCI ``type`` and ``code_departements`` (separated by spaces). What is
        installed has of these what its source has, see `install_boundaries`.

    Notes
    -----
    Not every level covers all France. Mayotte has no arrondissement: its people are in none. Four
    island communes (Bréhat, Sein, Ouessant, Yeu) have no EPCI.

    Raises
    ------
    UnknownTerritoryError
        For a level, year, resolution or département that is not known; the message lists those
        that are.
    InputError
        When `departements` is empty.

    Examples
    --------
    >>> read_territories("departement", departements=["42"]).loc["42", "nom"]
    'Loire'
    """
    path = catalogue().territories(level, year, resolution=resolution)
    if departements is None:
        return _territories(path, path.stat().st_mtime_ns).copy()
    column, codes = _touching(departements, level=level, year=year, resolution=resolution)
    with reading(path):
        return gpd.read_parquet(path, filters=[(column, "in", codes)])


def territory_table(
    level: str = "commune",
    *,
    year: int = CURRENT_YEAR,
    departements: str | Sequence[str] | None = None,
    resolution: str | None = None,
) -> pd.DataFrame:
    """Return what `read_territories` does, without the shapes: a matter of milliseconds.

    Parameters
    ----------
    level, year, departements, resolution
        As for `read_territories`.

    Returns
    -------
    DataFrame, one row a territory
        Its index and columns but ``geometry``; a copy, yours to change.

    Raises
    ------
    UnknownTerritoryError
        For a level, year, resolution or département that is not known; the message lists those
        that are.
    InputError
        When `departements` is empty.

    Examples
    --------
    >>> table = territory_table("region")
    >>> len(table), table.loc["84", "nom"]
    (18, 'Auvergne-Rhône-Alpes')
    """
    table = _table_of(level, year, resolution)
    if departements is None:
        return table.copy()
    column, codes = _touching(departements, level=level, year=year, resolution=resolution)
    return table[table.reset_index()[column].isin(codes).to_numpy()].copy()


def commune_names(*, year: int = CURRENT_YEAR) -> pd.DataFrame:
    """Return every name that the communes of `year` go or went by since 1943.

    Parameters
    ----------
    year : int
        Vintage of the communes.

    Returns
    -------
    DataFrame, one row a name and commune
        ``name``; ``kind``: "current", "arrondissement_municipal", "deleguee", "associee" or
        "former"; ``code`` of what bears or bore the name; ``code_commune`` it belongs to in
        `year`; ``code_departement``; ``postcodes`` (separated by spaces; "" but for current
        communes and municipal arrondissements); ``embedded``: whether the commune has a shape
        here (the overseas collectivities have none).

    Raises
    ------
    UnknownTerritoryError
        For a year that is not known; the message lists those that are.

    Examples
    --------
    >>> names = commune_names()
    >>> names.loc[names["name"] == "Ancenis", "code_commune"].item()
    '44003'
    """
    path = catalogue().names(year)
    with reading(path):
        return pd.read_parquet(path)


def simplify_territories(
    territories: gpd.GeoDataFrame, *, tolerance_m: float = 1000
) -> gpd.GeoDataFrame:
    """Return territories drawn with fewer points, neighbours still sharing their border.

    Parameters
    ----------
    territories : GeoDataFrame, EPSG:4326
        Territories of one level, indexed by code.
    tolerance_m : float
        Square root of the area that a corner may lose (m): about the detail that disappears.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        For drawing, never for measuring. Same index and columns.

    Raises
    ------
    CrsError
        When the territories are not in EPSG:4326.
    InputError
        When `tolerance_m` is not positive.

    References
    ----------
    Visvalingam and Whyatt (1993), on the edges of the coverage (GEOS CoverageSimplifier).

    Examples
    --------
    >>> region = read_territories("region", departements=["84"])
    >>> drawn = simplify_territories(region, tolerance_m=5000)
    >>> bool((drawn.count_coordinates() < region.count_coordinates() / 5).all())
    True
    """
    require_wgs84(territories, what="simplify_territories")
    if not tolerance_m > 0:
        msg = f"simplify_territories: tolerance_m must be positive, found {tolerance_m}"
        raise InputError(msg)
    # The métropole is simplified in its plane, where a metre is a metre both ways. So near the
    # equator as the overseas départements are, degrees do as well, and there is no one plane.
    shapes = territories.geometry
    overseas = shapes.bounds["maxy"] < _SOUTH_OF_THE_METROPOLE
    metropole = shapes[~overseas].to_crs(METROPOLE)
    drawn = pd.concat(
        [
            _simplified(metropole, tolerance_m).to_crs(shapes.crs),
            _simplified(shapes[overseas], tolerance_m / _METRES_A_DEGREE),
        ]
    )
    return territories.set_geometry(drawn[territories.index])


def dissolved(shapes: gpd.GeoSeries, *, by: pd.Series, embedded: bool = False) -> gpd.GeoSeries:
    """Return one shape for each value of `by`, aligned with `shapes`, sorted.

    `embedded` shapes are known to share their borders exactly; of others it is found out.
    """
    return gpd.GeoSeries(
        shapes.groupby(by).agg(lambda parts: _union(parts.to_numpy(), shared=embedded)),
        crs=shapes.crs,
    )


def _union(parts: npt.NDArray[np.object_], *, shared: bool) -> shapely.Geometry:
    # Ten times as fast, but right only where neighbours share their borders exactly.
    if shared or shapely.coverage_is_valid(parts):
        return shapely.coverage_union_all(parts)
    return shapely.union_all(parts)


def _simplified(shapes: gpd.GeoSeries, tolerance: float) -> gpd.GeoSeries:
    thinned = shapely.coverage_simplify(shapes.to_numpy(), tolerance)
    return gpd.GeoSeries(thinned, index=shapes.index, crs=shapes.crs)


def parent_codes(level: str, *, year: int, resolution: str | None = None) -> pd.Series:
    """Return the code of the territory of `level` that each commune is in, by commune code.

    Of the contours asked for; where these do not tell, of the others of that year.
    """
    for contours in dict.fromkeys((resolution, None)):
        communes = _table_of("commune", year, contours)
        if code_column(level) in communes:
            return communes[code_column(level)]
    msg = f"the communes of {year} that are at hand do not tell their {level}"
    raise UnknownTerritoryError(msg)


def _table_of(level: str, year: int, resolution: str | None) -> pd.DataFrame:
    """Return what `territory_table` copies."""
    path = catalogue().territories(level, year, resolution=resolution)
    return _table(path, path.stat().st_mtime_ns)


# Each level of one vintage: a study asks for the same shapes at every stage.
@lru_cache(maxsize=4)
def _territories(path: Path, modified: int) -> gpd.GeoDataFrame:  # noqa: ARG001 - as below
    with reading(path):
        return gpd.read_parquet(path)


@lru_cache(maxsize=12)
def _table(path: Path, modified: int) -> pd.DataFrame:  # noqa: ARG001 - a changed file is read again
    with reading(path):
        columns = [name for name in pq.read_schema(path).names if name != "geometry"]
        return pq.read_table(path, columns=columns).to_pandas()


def _touching(
    departements: str | Sequence[str], *, level: str, year: int, resolution: str | None
) -> tuple[str, list[str]]:
    """Return a column and the values it has in the territories that touch `departements`."""
    known = _table_of("departement", year, resolution)
    asked = [str(code) for code in np.atleast_1d(departements)]
    if not asked:
        msg = "departements is empty; give at least one département, or leave it out for all"
        raise InputError(msg)
    if unknown := [code for code in asked if code not in known.index]:
        msg = (
            f"unknown département {listing(unknown)}; "
            f"known: {listing(known.index, most=len(known))}"
        )
        raise UnknownTerritoryError(msg)
    if level == "departement":
        return "code", asked
    if level == "region":
        return "code", known.loc[asked, "code_region"].unique().tolist()
    if level == "epci":
        epci = _table_of(level, year, resolution)
        apart = epci["code_departements"].str.split().map(set(asked).isdisjoint)
        return "code", epci.index[~apart.astype(bool)].tolist()
    return "code_departement", asked
