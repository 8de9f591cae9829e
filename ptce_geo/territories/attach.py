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
from ptce_geo.territories.boundaries import territory_table
from ptce_geo.territories.catalogue import CURRENT_YEAR, LEVELS
from ptce_geo.territories.crosswalk import tidy_codes
from ptce_geo.territories.locate import locate_with_distance
from ptce_geo.territories.vintages import convert_codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

NO_POSITION: Final = "no_position"
OUTSIDE: Final = "outside_every_commune"
OUTSIDE_EMBEDDED: Final = "outside_embedded_france"
UNKNOWN_CODE: Final = "unknown_commune_code"
OLD_CODE: Final = "old_commune_code"
AMBIGUOUS_CODE: Final = "ambiguous_commune_code"
SNAPPED: Final = "snapped"
REASONS: Final = (
    NO_POSITION,
    OUTSIDE,
    OUTSIDE_EMBEDDED,
    UNKNOWN_CODE,
    OLD_CODE,
    AMBIGUOUS_CODE,
    SNAPPED,
)


def attach_territories(
    members: gpd.GeoDataFrame,
    *,
    levels: str | Sequence[str] = ("commune", "epci", "departement", "region"),
    year: int = CURRENT_YEAR,
    max_distance_m: float = 0,
) -> gpd.GeoDataFrame:
    """Add the code and name of the territories that each member lies in.

    By ``code_commune`` where the member has one, by its point otherwise (`locate`). A code of
    another vintage is brought to `year`; one that became several goes by the point, else to the
    most peopled of them. A municipal arrondissement is found by the point, else by its code.

    Parameters
    ----------
    members : GeoDataFrame, EPSG:4326
        Located members, as `geocode` returns them.
    levels : str or sequence of str
        Level or levels to attach, any of those of `read_territories`.
    year : int
        Vintage of the territories.
    max_distance_m : float
        A point outside every commune, off shore or over a generalised border, goes to the nearest
        commune up to this distance (m); 0 for none.

    Returns
    -------
    GeoDataFrame
        A copy: same rows, order and index, with ``code_<level>`` and ``nom_<level>`` for each
        level (missing where there is none: an island commune has no EPCI) and ``attach_reason``,
        missing where there is nothing to say. Why there is no commune: "no_position",
        "outside_every_commune", "outside_embedded_france: <code>", "unknown_commune_code: <code>".
        What was done to find one: "old_commune_code: <code>", "ambiguous_commune_code: <code>"
        with what it became, "snapped: <distance>".

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

    code, reason = _communes_of(members, points, year=year, max_distance_m=max_distance_m)
    attached = members.copy()
    attached[schema.CODE_COMMUNE] = code
    for level in levels:
        attached[schema.code_column(level)] = _codes_at(level, code, members, points, year=year)
        names = territory_table(level, year=year)[schema.NAME]
        attached[schema.name_column(level)] = attached[schema.code_column(level)].map(names)
    attached[schema.ATTACH_REASON] = reason
    return attached


def _communes_of(
    members: gpd.GeoDataFrame, points: gpd.GeoSeries, *, year: int, max_distance_m: float
) -> tuple[pd.Series, pd.Series]:
    """Return the commune code of each member, and what there is to say of it."""
    declared = _declared_codes(members)
    code, reason = _by_code(declared, points, year=year)
    if schema.ATTACH_REASON in members:
        # What was said when this code was found still holds.
        earlier = members[schema.ATTACH_REASON].astype("str")
        reason = reason.fillna(earlier.where(code.notna()))
    placed = has_point(points)
    by_point = (code.isna() & placed).to_numpy()
    found, metres = _located(points[by_point], "commune", year, max_distance_m)
    code[by_point] = found
    snapped = pd.Series(metres, index=code.index[by_point]).map(f"{SNAPPED}: {{:.0f}} m".format)
    reason[by_point] = reason[by_point].where(metres == 0, snapped.to_numpy())
    reason[(code.isna() & placed).to_numpy()] = OUTSIDE
    reason[(code.isna() & declared.isna() & ~placed).to_numpy()] = NO_POSITION
    return code, reason


def _declared_codes(members: gpd.GeoDataFrame) -> pd.Series:
    if schema.CODE_COMMUNE in members:
        return tidy_codes(members[schema.CODE_COMMUNE])
    return pd.Series(np.nan, index=members.index, dtype="str")


def _by_code(
    declared: pd.Series, points: gpd.GeoSeries, *, year: int
) -> tuple[pd.Series, pd.Series]:
    """Return the commune of each declared code in `year`, and what was done to find it."""
    conversion = convert_codes(declared, from_year=None, to_year=year)
    code = conversion.data.where(conversion.data.isin(territory_table(year=year).index))
    words = dict.fromkeys(conversion.unknown, UNKNOWN_CODE)
    words |= dict.fromkeys(conversion.other_year["code_from"], OLD_CODE)
    words |= dict.fromkeys(conversion.ambiguous["code_from"], AMBIGUOUS_CODE)
    word = declared.map(words).astype("str")
    word = word.mask(
        conversion.data.notna() & code.isna() & word.ne(UNKNOWN_CODE), OUTSIDE_EMBEDDED
    )
    told = declared.copy()
    for old, links in conversion.ambiguous.groupby("code_from"):
        became = links["code_to"].tolist()
        rows = np.flatnonzero(declared == old)
        located, _ = _located(points.iloc[rows], "commune", year, 0)
        inside = np.isin(located.astype(str), became)
        code.iloc[rows[inside]] = located[inside]
        word.iloc[rows[inside]] = OLD_CODE
        told.iloc[rows[~inside]] += f" (now {', '.join(became)})"
    return code, word + ": " + told


def _codes_at(
    level: str, code: pd.Series, members: gpd.GeoDataFrame, points: gpd.GeoSeries, *, year: int
) -> pd.Series:
    """Return the codes at `level` for members in the communes `code`."""
    if level == "commune":
        return code
    if level != "arrondissement_municipal":
        return code.map(territory_table(year=year)[schema.code_column(level)])
    divided = territory_table(level, year=year)[schema.CODE_COMMUNE]
    declared = _declared_codes(members)
    found = declared.where(declared.isin(divided.index))
    inside = (code.isin(divided) & has_point(points)).to_numpy()
    found[inside] = _located(points[inside], level, year, 0)[0]
    return found


def _located(
    points: gpd.GeoSeries, level: str, year: int, max_distance_m: float
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    """Return the code and the distance (m) of the territory of each point."""
    places = points.to_numpy()
    longitude, latitude = shapely.get_x(places), shapely.get_y(places)
    return locate_with_distance(
        longitude, latitude, level=level, year=year, max_distance_m=max_distance_m
    )
