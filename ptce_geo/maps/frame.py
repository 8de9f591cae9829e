"""What all maps have in common: the views of France, the land under the data, the footer."""

from __future__ import annotations

from datetime import date as day
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from ptce_geo import schema
from ptce_geo.checks import listing, require_points, require_wgs84
from ptce_geo.errors import InputError
from ptce_geo.labels import format_date, format_number, label
from ptce_geo.maps.content import Areas, MapClass
from ptce_geo.maps.palettes import LAND_COLOUR
from ptce_geo.maps.views import first_view, views_of
from ptce_geo.metric import coordinates
from ptce_geo.territories import (
    CURRENT_YEAR,
    at_resolution,
    read_territories,
    territory_topology,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from ptce_geo.labels import Language
    from ptce_geo.maps.views import Bounds
    from ptce_geo.territories import Topology


def check_around(*, title: object, source: object, date: object) -> None:
    """Raise `InputError` unless what stands around a map can be told: texts, and an ISO day."""
    for name, text in {"title": title, "source": source}.items():
        if text is not None:
            check_text(text, name=name)
    if date is None:
        return
    try:
        day.fromisoformat(date[:10])  # type: ignore[index]
    except (TypeError, ValueError):
        msg = f'date= must be a day in ISO 8601, as in "2026-03-31"; found {date!r}'
        raise InputError(msg) from None


def check_text(text: object, *, name: str) -> None:
    """Raise `InputError` unless the argument called `name` is a text."""
    if not isinstance(text, str):
        msg = f"{name}= must be a text, found {text!r}"
        raise InputError(msg)


def require_on_earth(frame: pd.DataFrame | None, *, what: str) -> None:
    """Raise `InputError` where a point of a frame that has points lies at no place on earth."""
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        return
    require_points(frame, what=what)
    lonlat = coordinates(frame.geometry)
    odd = (np.abs(lonlat) > [180, 90]).any(axis=1)  # missing ones are not
    if odd.any():
        rows = zip(frame.index[odd], lonlat[odd], strict=True)
        found = listing(f"({x:g}, {y:g}) on row {row}" for row, (x, y) in rows)
        msg = f"{what}: expected longitudes to 180 and latitudes to 90, found {found}; correct them"
        raise InputError(msg)


def drawn_footprints(
    footprints: gpd.GeoDataFrame, known: pd.Index, lang: Language
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the footprints that are polygons of known poles, and the notes on them.

    Parameters
    ----------
    footprints : GeoDataFrame
        What `pole_footprint` returns.
    known : Index
        The ``pole_id`` of the poles of the map.
    """
    require_wgs84(footprints, what="footprints")
    ours = footprints[footprints.index.isin(known)]
    polygons = ours[ours.geom_type.isin(["Polygon", "MultiPolygon"]) & ~ours.is_empty]
    left_out = {
        "maps_overlap_no_area": len(ours) - len(polygons),
        "maps_footprints_unknown": len(footprints) - len(ours),
    }
    return polygons, (label("maps_footprint_note", lang), *counted_lines(left_out, lang))


def counted_lines(numbers: Mapping[str, int], lang: Language) -> tuple[str, ...]:
    """Return the lines, each with its number; without those of which there is none."""
    return tuple(
        label(key, lang).format(n=format_number(n, lang)) for key, n in numbers.items() if n
    )


def france_views(
    longitude: NDArray[np.float64], latitude: NDArray[np.float64], *, counted: bool = True
) -> tuple[list[dict[str, Any]], Bounds]:
    """Return the parts of France that the page can jump to, and what it shows first.

    Parameters
    ----------
    longitude, latitude : arrays
        Of what the map shows (degrees), none of them NaN.
    counted : bool
        Whether the number in each part is told to the reader.
    """
    views = [
        {"name": view.name, "bounds": view.bounds, "count": count if counted else None}
        for view, count in views_of(longitude, latitude)
    ]
    return views, first_view(longitude, latitude).bounds


def land(lang: Language) -> Areas:
    """Return the départements as the ground of a map: outlines, one colour."""
    topology, names = _departements()
    return Areas(
        key="land",
        title=label("map_outlines", lang),
        topology=topology,
        names=names,
        classes=(MapClass("", LAND_COLOUR),),
        class_of=np.zeros(len(names), dtype=np.int8),
        interactive=False,
    )


@cache
def _departements() -> tuple[Topology, tuple[str, ...]]:
    territories = read_territories("departement")
    topology = at_resolution(territory_topology(territories), "medium")
    return topology, tuple(territories.loc[list(topology.codes), schema.NAME])


def footer(
    *lines: str, lang: Language, source: str | None, date: str | None, year: int = CURRENT_YEAR
) -> tuple[str, ...]:
    """Return the lines under a map: its own, the vintage, the sources, the date.

    Parameters
    ----------
    lines : str
        What this map says of its data ("271 members, 3 not placed").
    source : str, optional
        Where the data come from.
    date : str, optional
        Of the data, ISO 8601 ("2026-03-31").
    year : int
        Vintage of the territories.
    """
    told = [*lines]
    if source:
        told.append(source)
    if date:
        told.append(label("maps_footer_date", lang).format(date=format_date(date, lang)))
    vintage = label("map_footer_vintage", lang).format(year=year)
    return (*told, vintage, label("map_footer_sources", lang))
