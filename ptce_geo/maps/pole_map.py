"""The map of poles and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import (
    has_point,
    listing,
    require_columns,
    require_unique,
)
from ptce_geo.errors import InputError
from ptce_geo.indicators import count_members
from ptce_geo.labels import Language, check_language, format_number, label
from ptce_geo.maps.classes import make_classes
from ptce_geo.maps.content import Areas, Content, MapClass, Poles
from ptce_geo.maps.element import folium_map
from ptce_geo.maps.frame import (
    check_around,
    drawn_footprints,
    footer,
    france_views,
    land,
    require_on_earth,
)
from ptce_geo.maps.palettes import CLASS_COLOURS, ZERO_COLOUR, palette_colours
from ptce_geo.maps.pole_records import (
    count_line,
    member_table,
    no_pole_record,
    pole_facts,
    pole_keys,
    pole_records,
)
from ptce_geo.territories import build_topology

if TYPE_CHECKING:
    from typing import Any

    import folium
    import geopandas as gpd

_NEEDED: Final = (
    schema.MEMBER_NAME,
    schema.POLE_ID,
    schema.POLE_NAME,
    schema.GEOCODE_STATUS,
    schema.GEOCODE_PRECISION,
    schema.code_column("departement"),
    "geometry",
)
_YEARS: Final = (1800, 2200)  # of a timeline: a bar for each


def pole_map(
    members: gpd.GeoDataFrame,
    *,
    poles: pd.DataFrame | None = None,
    summary: pd.DataFrame | None = None,
    footprints: gpd.GeoDataFrame | None = None,
    lang: str = "fr",
    title: str | None = None,
    source: str | None = None,
    date: str | None = None,
    palette: str = "tol-bright",
) -> folium.Map:
    """Draw poles and their members over the départements.

    Members are circles in the colour of their pole, tied to its seat. Those close together on the
    screen (placed at one commune, or seen from afar) are moved apart, by 80 pixels at most, so
    that each can be seen and clicked. The reader searches by name or commune, and filters the
    poles by sector, status and year.

    Parameters
    ----------
    members : GeoDataFrame
        What `geocode` and `attach_territories` return, EPSG:4326. Members without a point are
        not drawn but counted on the page.
    poles : GeoDataFrame or DataFrame, optional
        One row for each pole, its seat as geometry (EPSG:4326) where there is one. Without it the
        poles are those that the members name, without seat and ties.
    summary : DataFrame, optional
        What `pole_summary` returns: who makes up each pole and what it weighs, told when the
        reader clicks its seat.
    footprints : GeoDataFrame, optional
        What `pole_footprint` returns, drawn under the members; off until the reader turns it on.
    lang : {"fr", "en"}
        Language of every word on the page.
    title : str, optional
        Title of the page; "Pôles territoriaux de coopération économique" by default.
    source : str, optional
        Where the lists come from, shown beside the sources of the map.
    date : str, optional
        Date of the lists, ISO 8601.
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
    content = pole_content(
        members,
        poles=poles,
        summary=summary,
        footprints=footprints,
        lang=check_language(lang),
        title=title,
        source=source,
        date=date,
        palette=palette,
    )
    return folium_map(content)


def timeline_map(
    members: gpd.GeoDataFrame,
    poles: pd.DataFrame,
    *,
    lang: str = "fr",
    title: str | None = None,
    source: str | None = None,
    date: str | None = None,
    palette: str = "tol-bright",
) -> folium.Map:
    """Draw the poles year by year: a slider over the years, and how many poles each brought.

    A pole is shown from its year on. Those without a year are always shown, and counted.

    Parameters
    ----------
    members, lang, title, source, date, palette
        As of `pole_map`.
    poles : GeoDataFrame or DataFrame
        As of `pole_map`, with their year in the column ``year``.

    Returns
    -------
    folium.Map

    Raises
    ------
    InputError
        If no pole has a year; otherwise as `pole_map`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
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
    >>> poles = pd.DataFrame({"pole_id": ["p1"], "pole_name": ["Culture"], "year": [2014]})
    >>> type(timeline_map(members, poles)).__name__
    'Map'
    """
    language = check_language(lang)
    require_columns(poles, (schema.YEAR,), what="poles of a timeline")
    content = pole_content(
        members,
        poles=poles,
        lang=language,
        title=title or label("maps_timeline_title", language),
        source=source,
        date=date,
        palette=palette,
        timeline=_timeline(poles[schema.YEAR]),
    )
    return folium_map(content)


def pole_content(
    members: gpd.GeoDataFrame,
    *,
    poles: pd.DataFrame | None,
    summary: pd.DataFrame | None = None,
    footprints: gpd.GeoDataFrame | None = None,
    lang: Language,
    title: str | None,
    source: str | None,
    date: str | None,
    palette: str,
    timeline: dict[str, Any] | None = None,
) -> Content:
    """Return what `pole_map` and `timeline_map` show."""
    check_around(title=title, source=source, date=date)
    colours = palette_colours(palette)
    _check(members, poles)
    members = members.reset_index(drop=True)
    placed = members[has_point(members.geometry)]
    keys = pole_keys(members)
    records = pole_records(keys, members, poles, colours)
    if summary is not None:
        for record in records:
            record["facts"] = pole_facts(record["key"], summary, lang)
    ranks = {record["key"]: rank for rank, record in enumerate(records)}
    # The counts are those of the whole list: under a timeline they would belie the year shown.
    ground = land(lang) if timeline else _members_by_departement(members, lang)
    layers: list[Areas | Poles] = [ground]
    if footprints is not None:
        layers.append(_footprints(footprints, records, ranks, lang))
    members_of_page = member_table(placed, keys[placed.index].map(ranks), len(ranks), lang)
    if keys.isna().any():
        records.append(no_pole_record(members[keys.isna()], lang))
    layers.append(
        Poles(
            key="poles",
            title=label("maps_poles_and_members", lang),
            poles=records,
            members=members_of_page,
            unplaced=len(members) - len(placed),
            precisions={
                precision: label("maps_placed_at", lang).format(precision=label(precision, lang))
                for precision in schema.PRECISIONS
            },
            timeline=timeline,
            notes=(label("maps_legend_spread", lang), label("maps_legend_colours", lang)),
        )
    )
    views, first = france_views(placed.geometry.x.to_numpy(), placed.geometry.y.to_numpy())
    return Content(
        kind="poles" if timeline is None else "timeline",
        lang=lang,
        title=title or label("maps_title", lang),
        summary=label("maps_summary", lang).format(
            placed=format_number(len(placed), lang),
            total=format_number(len(members), lang),
            poles=format_number(len(ranks), lang),
        ),
        footer=footer(count_line(members, lang), lang=lang, source=source, date=date),
        first_view=first,
        views=views,
        layers=layers,
        warning=None if len(placed) else label("maps_empty", lang),
    )


def _members_by_departement(members: gpd.GeoDataFrame, lang: Language) -> Areas:
    """Return the départements in the colour of how many accepted members they hold."""
    ground = land(lang)
    counts = count_members(members, level="departement")
    values = counts.reindex(list(ground.topology.codes)).fillna(0).to_numpy(dtype=float)
    classes = make_classes(values, k=len(CLASS_COLOURS))
    labels, colours = classes.labels(lang), list(CLASS_COLOURS)
    if classes.lows[0] == 0:
        labels[0] = label("maps_choropleth_zero", lang)
        colours = [ZERO_COLOUR, *colours]
    return Areas(
        key="departements",
        title=label("maps_members_by_departement", lang),
        topology=ground.topology,
        names=ground.names,
        classes=[MapClass(*each) for each in zip(labels, colours, strict=False)],
        class_of=classes.of(values),
        values=values,
        notes=(label("maps_choropleth_accepted", lang),),
    )


def _footprints(
    footprints: gpd.GeoDataFrame,
    records: list[dict[str, Any]],
    ranks: dict[str | None, int],
    lang: Language,
) -> Areas:
    """Return the footprints that are polygons, each in the colour of its pole."""
    polygons, notes = drawn_footprints(footprints, pd.Index(list(ranks)), lang)
    pole_of = np.array([ranks[key] for key in polygons.index], dtype=np.int32)
    return Areas(
        key="footprints",
        title=label("maps_footprints", lang),
        topology=build_topology(polygons, shared=False),
        names=[records[rank]["name"] for rank in pole_of],
        # The list of poles in the panel is their legend.
        classes=[MapClass("", record["colour"]) for record in records],
        class_of=pole_of,
        overlapping=True,
        pole_of=pole_of,
        notes=notes,
        on=False,
    )


def _timeline(years: pd.Series) -> dict[str, Any]:
    """Return the years from the first to the last pole's, and the poles of each."""
    known = pd.to_numeric(years, errors="coerce").astype("float64").dropna()
    odd = known[~known.between(*_YEARS) | (known % 1 != 0)]
    if len(odd):
        msg = (
            f"poles of a timeline: expected years from {_YEARS[0]} to {_YEARS[1]} in column "
            f"'year', found {listing(f'{each:g}' for each in odd)}; correct them"
        )
        raise InputError(msg)
    known = known.astype(int)
    if known.empty:
        msg = "poles of a timeline: expected a year for some of them, found none in column 'year'"
        raise InputError(msg)
    span = list(range(known.min(), known.max() + 1))
    counts = known.value_counts().reindex(span, fill_value=0)
    return {"years": span, "counts": counts.tolist()}


def _check(members: gpd.GeoDataFrame, poles: pd.DataFrame | None) -> None:
    require_columns(members, _NEEDED, what="members of a map")
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
    require_on_earth(frame, what=what)
