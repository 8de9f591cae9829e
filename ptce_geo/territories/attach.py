"""Join members to the territories they lie in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ptce_geo import schema
from ptce_geo.checks import has_point, require_columns, require_points
from ptce_geo.errors import UnknownTerritoryError
from ptce_geo.territories.boundaries import read_territories, territory_table
from ptce_geo.territories.catalogue import CURRENT_YEAR, LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

NO_POSITION: Final = "no_position"
OUTSIDE: Final = "outside_every_commune"
UNKNOWN_CODE: Final = "unknown_commune_code"


def attach_territories(
    members: gpd.GeoDataFrame,
    *,
    levels: str | Sequence[str] = ("commune", "epci", "departement", "region"),
    year: int = CURRENT_YEAR,
) -> gpd.GeoDataFrame:
    """Add the code and name of the territories that each member lies in.

    By ``code_commune`` where the member has one, by its point otherwise. A point on a border goes
    to the commune of the lower code. A municipal arrondissement is always found by the point.

    Parameters
    ----------
    members : GeoDataFrame, EPSG:4326
        Located members, as `geocode` returns them.
    levels : str or sequence of str
        Level or levels to attach, any of those of `read_territories`.
    year : int
        Vintage of the territories.

    Returns
    -------
    GeoDataFrame
        A copy: same rows, order and index, with ``code_<level>`` and ``nom_<level>`` for each
        level (missing where there is none: an island commune has no EPCI) and ``attach_reason``,
        missing where a commune was found, else "no_position", "outside_every_commune" or
        "unknown_commune_code" followed by ": " and what was found.

    Raises
    ------
    MissingColumnError
        When the frame has neither points nor a ``code_commune``.
    UnknownTerritoryError
        For an unknown level or year.
    CrsError
        When the frame is not in EPSG:4326.
    InputError
        When it holds other shapes than points.

    Examples
    --------
    >>> point = gpd.points_from_xy([4.3873], [45.4397])
    >>> members = gpd.GeoDataFrame({"member_id": ["a"]}, geometry=point, crs="EPSG:4326")
    >>> attached = attach_territories(members, levels=["commune", "departement"])
    >>> attached[["code_commune", "nom_commune", "nom_departement"]]
      code_commune    nom_commune nom_departement
    0        42218  Saint-Étienne           Loire
    """
    levels = [levels] if isinstance(levels, str) else list(levels)
    if unknown := [level for level in levels if level not in LEVELS]:
        msg = f"unknown level {', '.join(unknown)}; known: {', '.join(LEVELS)}"
        raise UnknownTerritoryError(msg)
    if isinstance(members, gpd.GeoDataFrame) and members.active_geometry_name is not None:
        require_points(members, what="attach_territories")
        points = members.geometry
    else:
        require_columns(members, [schema.CODE_COMMUNE], what="attach_territories (no geometry)")
        points = gpd.GeoSeries([None] * len(members), index=members.index, crs=schema.WGS84)

    communes = territory_table("commune", year=year)
    code, reason = _communes_of(members, points, communes, year=year)
    attached = members.copy()
    attached[schema.CODE_COMMUNE] = code
    for level in levels:
        attached[schema.code_column(level)] = _codes_at(level, code, points, communes, year=year)
        names = territory_table(level, year=year)[schema.NAME]
        attached[schema.name_column(level)] = attached[schema.code_column(level)].map(names)
    attached[schema.ATTACH_REASON] = reason
    return attached


def _communes_of(
    members: gpd.GeoDataFrame, points: gpd.GeoSeries, communes: pd.DataFrame, *, year: int
) -> tuple[pd.Series, pd.Series]:
    """Return the commune code of each member and the reason where there is none."""
    if schema.CODE_COMMUNE in members:
        declared = members[schema.CODE_COMMUNE].astype("str")
    else:
        declared = pd.Series(np.nan, index=members.index, dtype="str")
    code = declared.where(declared.isin(communes.index))
    placed = has_point(points)
    by_point = (code.isna() & placed).to_numpy()
    if by_point.any():
        code[by_point] = _containing(points[by_point], "commune", year=year)

    reason = pd.Series(np.nan, index=members.index, dtype="str")
    missing = code.isna()
    reason[missing & declared.isna() & ~placed] = NO_POSITION
    reason[missing & placed] = OUTSIDE
    unknown = missing & declared.notna() & ~placed
    reason[unknown] = UNKNOWN_CODE + ": " + declared[unknown]
    return code, reason


def _codes_at(
    level: str, code: pd.Series, points: gpd.GeoSeries, communes: pd.DataFrame, *, year: int
) -> pd.Series:
    """Return the codes at `level` for members in the communes `code`."""
    if level == "commune":
        return code
    if level != "arrondissement_municipal":
        return code.map(communes[schema.code_column(level)])
    divided = territory_table(level, year=year)[schema.CODE_COMMUNE]
    inside = (code.isin(divided) & has_point(points)).to_numpy()
    found = pd.Series(np.nan, index=code.index, dtype="str")
    if inside.any():
        found[inside] = _containing(points[inside], level, year=year)
    return found


def _containing(points: gpd.GeoSeries, level: str, *, year: int) -> np.ndarray:
    """Return the code of the territory each point lies in or on the border of; NaN outside all."""
    territories = read_territories(level, year=year).sort_index()
    tree = shapely.STRtree(territories.geometry.to_numpy())
    point, territory = tree.query(points.to_numpy(), predicate="intersects")
    lowest = pd.Series(territory).groupby(point).min()
    found = np.full(len(points), np.nan, dtype=object)
    found[lowest.index] = territories.index[lowest]
    return found
