"""The map of poles and their members."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import folium

from ptce_geo import schema
from ptce_geo.checks import require_columns, require_points, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators import count_members
from ptce_geo.labels import check_language, label
from ptce_geo.maps.element import PoleLayers
from ptce_geo.maps.page_data import departement_data, footer_lines, page_data
from ptce_geo.territories import CURRENT_YEAR, read_territories, simplify_territories

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

# At the scale of France a kilometre is about a pixel.
_OUTLINE_TOLERANCE_M: Final = 1000
# Base maps that the reader may turn on; the page opens without.
_BASE_MAPS: Final = (
    {
        "name": "ign",
        "host": "https://data.geopf.fr",
        "url": "https://data.geopf.fr/wmts?REQUEST=GetTile&SERVICE=WMTS&VERSION=1.0.0"
        "&STYLE=normal&TILEMATRIXSET=PM&FORMAT=image/png"
        "&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
        "attribution": '© <a href="https://geoservices.ign.fr/">IGN</a> Plan IGN v2',
    },
    {
        "name": "osm",
        "host": "https://tile.openstreetmap.org",
        "url": "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
        "attribution": '© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a>',
    },
)


def pole_map(
    members: gpd.GeoDataFrame,
    *,
    poles: pd.DataFrame | None = None,
    lang: str = "fr",
    title: str | None = None,
    source: str | None = None,
    palette: str = "tol-bright",
) -> folium.Map:
    """Draw poles and their members over the départements.

    Members are circles in the colour of their pole, tied to its seat. Those close together on the
    screen (placed at one commune, or seen from afar) are moved apart, by 80 pixels at most, so
    that each can be seen and clicked.

    Parameters
    ----------
    members : GeoDataFrame
        What `geocode` and `attach_territories` return, EPSG:4326. Members without a point are
        not drawn but counted on the page.
    poles : GeoDataFrame or DataFrame, optional
        One row for each pole, its seat as geometry (EPSG:4326) where there is one. Without it the
        poles are those that the members name, without seat and ties.
    lang : {"fr", "en"}
        Language of every word on the page.
    title : str, optional
        Title of the page; "Pôles territoriaux de coopération économique" by default.
    source : str, optional
        Where the lists come from, shown beside the sources of the map.
    palette : {"tol-bright", "okabe-ito"}
        Colours of the poles, both for colour-blind readers; they come round again when there are
        more poles than colours, the same colour far away.

    Returns
    -------
    folium.Map
        To which folium layers can be added; write it with `save_map`.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    CrsError
        If a frame is not in EPSG:4326.
    InputError
        If a geometry is not a point, or the language or the palette is unknown.

    Examples
    --------
    >>> import geopandas as gpd
    >>> members = gpd.GeoDataFrame(
    ...     {
    ...         "member_name": ["La Fabrique"],
    ...         "pole_id": ["p1"],
    ...         "pole_name": ["Culture et Coopération"],
    ...         "geocode_status": ["accepted"],
    ...         "geocode_precision": ["municipality"],
    ...         "code_departement": ["42"],
    ...     },
    ...     geometry=gpd.points_from_xy([4.39], [45.44]),
    ...     crs="EPSG:4326",
    ... )
    >>> type(pole_map(members)).__name__
    'Map'
    """
    language = check_language(lang)
    _check(members, poles)
    members = members.reset_index(drop=True)
    data = page_data(
        members,
        poles,
        lang=language,
        title=title or label("map_title", language),
        palette=palette,
    )
    counts = count_members(members, level="departement")
    data["departements"] = departement_data(_outlines(), counts, language)
    data["footer"] = footer_lines(members, lang=language, year=CURRENT_YEAR, source=source)
    data["baseMaps"] = list(_BASE_MAPS)
    (south, west), (north, east) = data["firstView"]
    map_ = folium.Map(
        [(south + north) / 2, (west + east) / 2],
        zoom_start=6,
        tiles=None,
        zoom_control=False,  # ours has its words in the language of the page
        world_copy_jump=False,
    )
    layers = PoleLayers(data, tile_hosts=tuple(base["host"] for base in _BASE_MAPS))
    layers.add_to(map_)
    return map_


def _check(members: gpd.GeoDataFrame, poles: pd.DataFrame | None) -> None:
    needed = (
        schema.MEMBER_NAME,
        schema.POLE_ID,
        schema.POLE_NAME,
        schema.GEOCODE_STATUS,
        schema.GEOCODE_PRECISION,
        schema.code_column("departement"),
        "geometry",
    )
    require_columns(members, needed, what="members of a map")
    _check_points(members, what="members of a map")
    if poles is None:
        return
    require_columns(poles, (schema.POLE_ID, schema.POLE_NAME), what="poles of a map")
    require_unique(poles[schema.POLE_ID], what="poles of a map")
    if getattr(poles, "active_geometry_name", None) is not None:
        _check_points(poles, what="poles of a map")


def _check_points(frame: gpd.GeoDataFrame, *, what: str) -> None:
    if getattr(frame, "active_geometry_name", None) is None:
        msg = f"{what}: expected a GeoDataFrame with points, as geocode returns, found no geometry"
        raise InputError(msg)
    require_points(frame, what=what)


@cache
def _outlines() -> gpd.GeoDataFrame:
    """Return the départements as the map draws them; made once, never changed."""
    territories = read_territories("departement")
    return simplify_territories(territories, tolerance_m=_OUTLINE_TOLERANCE_M)
