"""Join members to the territories they lie in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import are_in, has_point, require_columns, require_points
from ptce_geo.crs import metric_crs
from ptce_geo.errors import UnknownTerritoryError
from ptce_geo.metric import coordinates
from ptce_geo.territories.boundaries import parent_codes, read_territories, territory_table
from ptce_geo.territories.catalogue import CURRENT_YEAR, LEVELS
from ptce_geo.territories.crosswalk import codes_inside_communes, tidy_codes
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
ELSEWHERE: Final = "point_elsewhere"
REASONS: Final = (
    NO_POSITION,
    OUTSIDE,
    OUTSIDE_EMBEDDED,
    UNKNOWN_CODE,
    OLD_CODE,
    AMBIGUOUS_CODE,
    SNAPPED,
    ELSEWHERE,
)
# Borders are generalised, and a town hall may stand beside its commune: no contradiction.
BESIDE_M: Final = 500


def attach_territories(
    members: gpd.GeoDataFrame,
    *,
    levels: str | Sequence[str] = ("commune", "epci", "departement", "region"),
    year: int = CURRENT_YEAR,
    from_year: int | None = None,
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
    from_year : int, optional
        Vintage of ``code_commune``, as for `convert_codes`; each code in its own where not said.
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
        with what it became, "snapped: <distance>". What does not fit: "point_elsewhere: <code>",
        the commune of a point that lies over 500 m from that of the code.

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

    code, reason = _communes_of(
        members, points, from_year=from_year, year=year, max_distance_m=max_distance_m
    )
    attached = members.copy()
    attached[schema.CODE_COMMUNE] = code
    for level in levels:
        attached[schema.code_column(level)] = _codes_at(level, code, members, points, year=year)
        names = territory_table(level, year=year)[schema.NAME]
        attached[schema.name_column(level)] = attached[schema.code_column(level)].map(names)
    attached[schema.ATTACH_REASON] = reason
    return attached


def _communes_of(
    members: gpd.GeoDataFrame,
    points: gpd.GeoSeries,
    *,
    from_year: int | None,
    year: int,
    max_distance_m: float,
) -> tuple[pd.Series, pd.Series]:
    """Return the commune code of each member, and what there is to say of it."""
    declared = _declared_codes(members)
    located, metres = _located(points, "commune", year, max_distance_m)
    within = pd.Series(located, index=members.index, dtype="str").where(metres == 0)
    code, reason = _by_code(declared, within, from_year=from_year, year=year)
    if schema.ATTACH_REASON in members:
        # What was said when this code was found still holds.
        earlier = members[schema.ATTACH_REASON].astype("str")
        holds = code.notna() & ~earlier.str.startswith(ELSEWHERE, na=True)
        reason = reason.fillna(earlier.where(holds))
    reason = _contradictions(code, within, points, year=year).fillna(reason)

    placed = has_point(points)
    by_point = (code.isna() & placed).to_numpy()
    snapped = by_point & (metres > 0)
    code[by_point] = located[by_point]
    reason[snapped] = [f"{SNAPPED}: {distance:.0f} m" for distance in metres[snapped]]
    reason = reason.mask(reason.isna() & code.isna() & placed, OUTSIDE)
    return code, reason.mask(code.isna() & declared.isna() & ~placed, NO_POSITION)


def _declared_codes(members: gpd.GeoDataFrame) -> pd.Series:
    if schema.CODE_COMMUNE in members:
        return tidy_codes(members[schema.CODE_COMMUNE])
    return pd.Series(np.nan, index=members.index, dtype="str")


def _by_code(
    declared: pd.Series, within: pd.Series, *, from_year: int | None, year: int
) -> tuple[pd.Series, pd.Series]:
    """Return the commune of each declared code in `year`, and what was done to find it.

    `within` is the commune that each point lies in: it decides where a code became several.
    """
    communes = territory_table(year=year).index
    # The code of a commune of `year` needs no history, which takes its time.
    current = are_in(declared, communes) & (from_year is None or from_year == year)
    other = declared.mask(current)
    if other.isna().all():
        return declared.copy(), pd.Series(np.nan, index=declared.index, dtype="str")
    conversion = convert_codes(other, from_year=from_year, to_year=year)
    found = conversion.data.fillna(declared.where(current))
    code = found.where(are_in(found, communes))
    words = dict.fromkeys(conversion.unknown, UNKNOWN_CODE)
    inside = conversion.links["code_from"].isin(codes_inside_communes().index)
    renewed = conversion.links["code_from"].ne(conversion.links["code_to"]) & ~inside
    words |= dict.fromkeys(conversion.links.loc[renewed, "code_from"], OLD_CODE)
    words |= dict.fromkeys(conversion.ambiguous["code_from"], AMBIGUOUS_CODE)
    word = declared.map(words).astype("str")
    word = word.mask(found.notna() & code.isna() & word.ne(UNKNOWN_CODE), OUTSIDE_EMBEDDED)
    told = declared.copy()
    for old, links in conversion.ambiguous.groupby("code_from"):
        became = links["code_to"].tolist()
        asked = declared == old
        decided = asked & within.isin(became)
        code = code.mask(decided, within)
        word = word.mask(decided, OLD_CODE).mask(decided & (within == old))
        told = told.mask(asked & ~decided, f"{old} (now {', '.join(became)})")
    return code, word + ": " + told


def _contradictions(
    code: pd.Series, within: pd.Series, points: gpd.GeoSeries, *, year: int
) -> pd.Series:
    """Return a reason where the point lies in another commune than `code`, and not beside it."""
    other = code.notna() & within.notna() & (code != within)
    far = pd.Series(data=False, index=code.index)
    far[other] = lies_elsewhere(code[other], points[other], year=year)
    return (f"{ELSEWHERE}: " + within).where(far)


def lies_elsewhere(code: pd.Series, points: gpd.GeoSeries, *, year: int) -> pd.Series:
    """Return which points lie away from their commune: outside it, by over 500 m.

    Parameters
    ----------
    code : Series of str
        Codes of communes of `year`.
    points : GeoSeries, EPSG:4326
        Row by row with `code`.
    year : int
        Vintage of the communes.

    Returns
    -------
    Series of bool
        On the index of `code`; the distance is measured in the legal CRS of the commune.
    """
    far = np.zeros(len(code), dtype=bool)
    if len(code):
        departements = parent_codes("departement", year=year)[code].unique()
        communes = read_territories(year=year, departements=departements).geometry
        shapes = communes[code].reset_index(drop=True)
        places = points.reset_index(drop=True)
        for epsg, group in shapes.groupby(code.map(metric_crs).to_numpy()):
            metres = group.to_crs(epsg).distance(places[group.index].to_crs(epsg))
            # A point that the CRS cannot take has no distance: it lies elsewhere.
            far[group.index] = ~(metres <= BESIDE_M)
    return pd.Series(far, index=code.index)


def _codes_at(
    level: str, code: pd.Series, members: gpd.GeoDataFrame, points: gpd.GeoSeries, *, year: int
) -> pd.Series:
    """Return the codes at `level` for members in the communes `code`."""
    if level == "commune":
        return code
    if level != "arrondissement_municipal":
        return code.map(parent_codes(level, year=year))
    divided = territory_table(level, year=year)[schema.CODE_COMMUNE]
    found = _declared_codes(members)
    if schema.code_column(level) in members:
        found = members[schema.code_column(level)].astype("str").fillna(found)
    found = found.where(found.map(divided) == code)
    inside = (code.isin(divided) & has_point(points)).to_numpy()
    found[inside] = _located(points[inside], level, year, 0)[0]
    return found


def _located(
    points: gpd.GeoSeries, level: str, year: int, max_distance_m: float
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    """Return the code and the distance (m) of the territory of each point."""
    longitude, latitude = coordinates(points).T
    return locate_with_distance(
        longitude, latitude, level=level, year=year, max_distance_m=max_distance_m
    )
