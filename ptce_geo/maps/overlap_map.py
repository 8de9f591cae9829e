"""The map of what poles share: structures, communes, inhabitants, and the ground they cover."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing, require_columns
from ptce_geo.errors import InputError
from ptce_geo.indicators.distances import placed, point_coordinates
from ptce_geo.indicators.inputs import amounts, reasons_set_aside
from ptce_geo.indicators.memberships import known_poles, pole_rows, seat_points, structure_keys
from ptce_geo.indicators.overlap import BY_MEMBERS, BY_POPULATION, OVERLAPS
from ptce_geo.labels import check_language, format_number, format_share, label
from ptce_geo.maps.circle_sizes import circle_sizes
from ptce_geo.maps.content import Areas, Circles, Content, Lines, MapClass
from ptce_geo.maps.element import folium_map
from ptce_geo.maps.frame import (
    check_around,
    counted_lines,
    drawn_footprints,
    footer,
    france_views,
    land,
    require_on_earth,
)
from ptce_geo.maps.palettes import NO_POLE_COLOUR
from ptce_geo.metric import legal_crs
from ptce_geo.territories import build_topology

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    from numpy.typing import NDArray

    from ptce_geo.labels import Language
    from ptce_geo.maps.content import Layer
    from ptce_geo.metric import Coordinates

_POLE_COLOUR: Final = "#1F6F8B"
_LINE_COLOUR: Final = "#AA3377"
_GROUND_COLOUR: Final = "#7B8FA6"
_LARGEST: Final = 18  # radius of the pole with most members (pixels)
_LEAST: Final = 3  # ... and of one with hardly any, or none: told in a note
_WIDEST: Final = 12  # line (pixels)
_THINNEST: Final = 1.5
_WIDEST_OF_ONE: Final = 2.5  # where poles share a single structure or commune
_NAMED: Final = 5  # of what two poles share, so many are named


def overlap_map(
    members: gpd.GeoDataFrame,
    pairs: pd.DataFrame,
    *,
    by: str = BY_MEMBERS,
    poles: pd.DataFrame | None = None,
    footprints: gpd.GeoDataFrame | None = None,
    title: str | None = None,
    source: str | None = None,
    date: str | None = None,
    lang: str = "fr",
) -> folium.Map:
    """Draw the poles, and lines between those that share structures, communes or inhabitants.

    A pole is a circle at its seat, its area proportional to its accepted members, but large enough
    to be seen; without a seat it stands at the mean of their points, in the territory that holds
    most of them. A line is as wide as what it tells.

    Parameters
    ----------
    members : GeoDataFrame, EPSG:4326
        Geocoded members with ``pole_id``, those that `pairs` was computed from.
    pairs : DataFrame
        What `pole_overlap_pairs` returns.
    by : {"members", "communes", "population"}
        What `pairs` counts, as told to `pole_overlap_pairs`.
    poles : DataFrame or GeoDataFrame, optional
        Poles, ``pole_id`` unique, with their names; the points are their seats.
    footprints : GeoDataFrame, optional
        What `pole_footprint` returns: the ground of each pole, under the lines.
    title : str, optional
        Of the page; "Ce que les pôles partagent" by default.
    source, date : str, optional
        Where the lists come from, and of which day (ISO 8601), under the map.
    lang : {"fr", "en"}
        Language of every word on the page.

    Returns
    -------
    folium.Map
        To which folium layers can be added; write it with `save_map`.

    Raises
    ------
    MissingColumnError
        If the members have no points or no ``pole_id``, or `pairs` or `footprints` lacks a column.
    InputError
        If `by` is unknown, or `pairs` names a pole that neither members nor poles know.
    CrsError
        If a frame is not in EPSG:4326.
    DuplicateIdError
        If a ``pole_id`` stands twice in `poles`.

    Examples
    --------
    >>> from ptce_geo.indicators import pole_overlap_pairs
    >>> from ptce_geo.maps.element import content_of
    >>> members = gpd.GeoDataFrame(
    ...     {"member_name": ["La Fabrique"] * 2, "code_commune": "42218", "pole_id": ["p", "q"]},
    ...     geometry=gpd.points_from_xy([4.39, 4.39], [45.44, 45.44]),
    ...     crs=4326,
    ... )
    >>> seats = gpd.GeoDataFrame(
    ...     {"pole_id": ["p", "q"], "pole_name": ["Bois", "Vélo"]},
    ...     geometry=gpd.points_from_xy([4.39, 5.05], [45.44, 45.04]),
    ...     crs=4326,
    ... )
    >>> map_ = overlap_map(members, pole_overlap_pairs(members), poles=seats)
    >>> [(layer.key, list(layer.names)) for layer in content_of(map_).layers[1:]]
    [('shared', ['Bois – Vélo']), ('sharing', ['Bois', 'Vélo'])]
    """
    language = check_language(lang)
    check_around(title=title, source=source, date=date)
    if by not in OVERLAPS:
        msg = f"by: expected one of {', '.join(OVERLAPS)}, found {by!r}"
        raise InputError(msg)
    found = _poles(members, poles)
    ends = _checked_pairs(pairs, found.ids)
    drawn = ~np.isnan(found.lonlat[:, 0])

    layers: list[Layer] = [land(language)]
    notes = _place_notes(found, drawn, language)
    if footprints is not None:
        layers.append(_footprints(footprints, found, language))
    if len(pairs):
        layers.append(_lines(members, pairs, ends, found, by, language))
    layers += _circles(pairs, ends, found, drawn, notes, by, language)
    views, first = france_views(*found.lonlat[drawn].T)
    summary = label("maps_overlap_summary", language).format(
        pairs=format_number(len(pairs), language),
        poles=format_number(len(np.unique(ends)), language),
        total=format_number(len(found.ids), language),
    )
    counts = label("maps_reach_counts_member", language).format(
        counted=format_number(found.members.sum(), language),
        total=format_number(len(members), language),
    )
    return folium_map(
        Content(
            kind="overlap",
            lang=language,
            title=title or label("maps_overlap_title", language),
            summary=summary,
            footer=footer(counts, lang=language, source=source, date=date),
            first_view=first,
            views=views,
            layers=layers,
            warning=None if drawn.any() else label("maps_empty", language),
        )
    )


# ----- the poles ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """The poles of a map, in order.

    Attributes
    ----------
    ids : Index
        Their ``pole_id``.
    names : array of str
        Their names, the id where there is none.
    lonlat : array of float
        Where each is drawn (n × 2, deg), NaN where it has no place.
    at_seat : array of bool
        Whether that is its seat.
    members : array of int
        Its accepted members.
    """

    ids: pd.Index
    names: NDArray[np.object_]
    lonlat: Coordinates
    at_seat: NDArray[np.bool_]
    members: NDArray[np.int64]


def _poles(members: gpd.GeoDataFrame, poles: pd.DataFrame | None) -> _Known:
    points = point_coordinates(members, what="members")
    require_on_earth(members, what="members")
    require_on_earth(poles, what="poles")
    ids = known_poles(members, poles)
    if isinstance(poles, gpd.GeoDataFrame) and poles.active_geometry_name is None:
        poles = pd.DataFrame(poles)
    lonlat, rows = seat_points(ids, poles), pole_rows(members, ids)
    at_seat = ~np.isnan(lonlat[:, 0])
    where = placed(members, points)
    counted = (where.reasons == "").to_numpy() & (rows >= 0)
    centres = _centres(rows[counted], where.lonlat[counted], where.crs[counted])
    alone = ~at_seat & np.isin(np.arange(len(ids)), centres.index)
    lonlat[alone] = centres.loc[np.flatnonzero(alone)]
    names = pd.Series(ids.astype("str"), index=ids, dtype="object")
    for frame in (members, poles):  # the list of poles has the last word
        if frame is not None and schema.POLE_NAME in frame.columns:
            told = (
                frame[[schema.POLE_ID, schema.POLE_NAME]].dropna().drop_duplicates(schema.POLE_ID)
            )
            names.update(told.set_index(schema.POLE_ID)[schema.POLE_NAME].astype("object"))
    sizes = np.bincount(rows[counted], minlength=len(ids))
    return _Known(ids, names.to_numpy(dtype=object), lonlat, at_seat, sizes)


def _centres(rows: NDArray[np.intp], lonlat: Coordinates, crs: NDArray[np.int64]) -> pd.DataFrame:
    """Return the mean point of the members of each pole in the territory that holds most of them.

    Degrees are good enough for where to draw, inside one territory.
    """
    frame = pd.DataFrame({"row": rows, "crs": crs, "x": lonlat[:, 0], "y": lonlat[:, 1]})
    parts = frame.groupby(["row", "crs"]).agg(n=("x", "size"), x=("x", "mean"), y=("y", "mean"))
    parts = parts.reset_index().sort_values("n", ascending=False, kind="stable")
    return parts.drop_duplicates("row").set_index("row")[["x", "y"]]


def _place_notes(found: _Known, drawn: NDArray[np.bool_], lang: Language) -> tuple[str, ...]:
    return counted_lines(
        {
            "maps_overlap_at_members": (drawn & ~found.at_seat).sum(),
            "maps_overlap_not_drawn": (~drawn).sum(),
        },
        lang,
    )


def _circles(
    pairs: pd.DataFrame,
    ends: NDArray[np.intp],
    found: _Known,
    drawn: NDArray[np.bool_],
    notes: Sequence[str],
    by: str,
    lang: Language,
) -> list[Circles]:
    """Return the poles that share, and those that do not, in sizes that can be compared."""
    partners: list[list[str]] = [[] for _ in found.ids]
    template = label("maps_overlap_pole", lang)
    for (one, other), shared in zip(ends, pairs[schema.SHARED], strict=True):
        told = format_number(shared, lang)
        partners[one].append(template.format(name=found.names[other], n=told))
        partners[other].append(template.format(name=found.names[one], n=told))
    radius, legend = circle_sizes(found.members.astype("float64"), largest=_LARGEST)
    larger = {"maps_overlap_larger": int((drawn & (radius < _LEAST)).sum())}
    radius = np.maximum(radius, _LEAST)
    shares = np.isin(np.arange(len(found.ids)), ends)
    none = label("maps_overlap_with_none", lang)
    layers = []
    for key, those, colour in (
        ("alone", drawn & ~shares, NO_POLE_COLOUR),
        ("sharing", drawn & shares, _POLE_COLOUR),
    ):
        rows = np.flatnonzero(those)
        if not len(rows):
            continue
        layers.append(
            Circles(
                key=key,
                title=label(f"maps_overlap_{key}", lang),
                longitude=found.lonlat[rows, 0],
                latitude=found.lonlat[rows, 1],
                names=found.names[rows].tolist(),
                values=found.members[rows].astype("float64"),
                radius=radius[rows],
                colour=colour,
                legend=legend,
                unit=label("maps_overlap_unit", lang),
                facts={
                    label(f"maps_overlap_{by}", lang): [
                        _listed(partners[row], len(partners[row]), lang) or none for row in rows
                    ]
                },
                codes=found.ids[rows].astype("str").tolist(),
            )
        )
    if layers:
        layers[-1] = replace(layers[-1], notes=(*notes, *counted_lines(larger, lang)))
    return layers


# ----- what they share ---------------------------------------------------------------------------


def _checked_pairs(pairs: pd.DataFrame, ids: pd.Index) -> NDArray[np.intp]:
    """Return the positions in `ids` of both poles of each pair (n × 2)."""
    columns = (schema.POLE_ID, schema.OTHER_POLE_ID)
    require_columns(pairs, (*columns, schema.SHARED, schema.JACCARD), what="pairs")
    amounts(pairs[schema.SHARED], what="pairs: shared")
    ends = np.column_stack([ids.get_indexer(pd.Index(pairs[each])) for each in columns])
    unknown = pairs[list(columns)].to_numpy()[ends < 0]
    if len(unknown):
        msg = (
            f"pairs: neither members nor poles know {listing(pd.unique(unknown))}; "
            "give those that pole_overlap_pairs was called with"
        )
        raise InputError(msg)
    return ends


def _lines(
    members: gpd.GeoDataFrame,
    pairs: pd.DataFrame,
    ends: NDArray[np.intp],
    found: _Known,
    by: str,
    lang: Language,
) -> Lines:
    """Return a line for each pair of which both poles have a place."""
    start, end = found.lonlat[ends[:, 0]], found.lonlat[ends[:, 1]]
    both = ~np.isnan(start[:, 0] + end[:, 0])
    same = both & (start == end).all(axis=1)
    across = both & (legal_crs(start) != legal_crs(end))
    told = pairs[both]
    shared = told[schema.SHARED].to_numpy(dtype="float64")
    most = shared.max(initial=1)
    names = found.names[ends[both]]
    facts: dict[str, Sequence[str | None]] = {
        label(f"maps_overlap_{by}", lang): [format_number(each, lang) for each in shared],
        label("maps_overlap_share", lang): [
            format_share(each, lang) for each in told[schema.JACCARD]
        ],
    }
    which = _which(members, told, by, lang)
    if any(which):
        facts[label("maps_overlap_which", lang)] = which
    scale = _WIDEST / most if by == BY_POPULATION else min(_WIDEST / most, _WIDEST_OF_ONE)
    samples = dict.fromkeys([most, np.ceil(most / 2), np.ceil(most / 10)])
    return Lines(
        key="shared",
        title=label(f"maps_overlap_{by}", lang),
        ends=np.hstack([start, end])[both],
        names=[f"{one} – {other}" for one, other in names],
        width=np.maximum(scale * shared, _THINNEST),
        colour=_LINE_COLOUR,
        legend=[(format_number(each, lang), max(scale * each, _THINNEST)) for each in samples],
        notes=counted_lines(
            {
                "maps_overlap_across": across.sum(),
                "maps_overlap_same_place": same.sum(),
                "maps_overlap_lines_lost": (~both).sum(),
            },
            lang,
        ),
        facts=facts,
    )


def _which(
    members: gpd.GeoDataFrame, pairs: pd.DataFrame, by: str, lang: Language
) -> list[str | None]:
    """Return the names of what each pair shares, the first of them."""
    column = schema.MEMBER_NAME if by == BY_MEMBERS else schema.name_column("commune")
    if by == BY_MEMBERS:
        keys = structure_keys(members)
    else:
        keys = members.get(schema.CODE_COMMUNE, pd.Series(None, members.index, dtype="str"))
    names = members.get(column, keys).fillna(keys)
    accepted = (reasons_set_aside(members) == "") & keys.notna() & members[schema.POLE_ID].notna()
    held: dict[str, dict[str, str]] = {}
    for pole, key, name in zip(
        members.loc[accepted, schema.POLE_ID], keys[accepted], names[accepted], strict=True
    ):
        held.setdefault(pole, {}).setdefault(key, str(name))
    listed = []
    for one, other, shared in zip(
        pairs[schema.POLE_ID], pairs[schema.OTHER_POLE_ID], pairs[schema.SHARED], strict=True
    ):
        mine, others = held.get(one, {}), held.get(other, {})
        common = sorted(mine[key] for key in mine.keys() & others.keys())
        # Inhabitants are counted, communes are named.
        listed.append(_listed(common, len(common) if by == BY_POPULATION else int(shared), lang))
    return listed


def _listed(names: Sequence[str], total: int, lang: Language) -> str | None:
    """Join the first names, and say how many more there are of `total`."""
    if not names:
        return None
    shown = ", ".join(names[:_NAMED])
    more = total - len(names[:_NAMED])
    if more <= 0:
        return shown
    return label("maps_overlap_more", lang).format(names=shown, n=format_number(more, lang))


def _footprints(footprints: gpd.GeoDataFrame, found: _Known, lang: Language) -> Areas:
    """Return the footprints that have an area; the others are counted."""
    polygons, notes = drawn_footprints(footprints, found.ids, lang)
    return Areas(
        key="footprints",
        title=label("maps_footprints", lang),
        topology=build_topology(polygons[["geometry"]], shared=False),
        names=found.names[found.ids.get_indexer(polygons.index)].tolist(),
        classes=[MapClass(label("maps_footprint_class", lang), _GROUND_COLOUR)],
        class_of=np.zeros(len(polygons), dtype="int8"),
        notes=notes,
        overlapping=True,
    )
