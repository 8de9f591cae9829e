"""From frames to the one JSON that a page of `pole_map` carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ptce_geo import schema
from ptce_geo.checks import has_point
from ptce_geo.labels import Language, format_number, label, label_reason
from ptce_geo.maps.classes import class_of, class_ranges
from ptce_geo.maps.palettes import (
    CLASS_COLOURS,
    NO_POLE_COLOUR,
    ZERO_COLOUR,
    assign_colours,
    palette_colours,
)
from ptce_geo.maps.views import first_view, views_of
from ptce_geo.words import LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

# What a popup shows of a member, where the list has it: key in the page -> column.
_MEMBER_TEXTS: Final = {
    "name": schema.MEMBER_NAME,
    "kind": schema.MEMBER_KIND,
    "role": schema.ROLE,
    "sector": schema.SECTOR,
    "address": schema.ADDRESS,
    "commune": schema.name_column("commune"),
    "departement": schema.name_column("departement"),
    "found": schema.GEOCODE_LABEL,
    "precision": schema.GEOCODE_PRECISION,
    "reason": schema.GEOCODE_REASON,
}
# ... and of a pole.
_POLE_TEXTS: Final = {
    "name": schema.POLE_NAME,
    "sector": schema.SECTOR,
    "status": schema.STATUS,
    "year": schema.YEAR,
    "city": schema.CITY,
    "seatSource": schema.SEAT_SOURCE,
}
# Decimals of a degree: about 11 m for points, about 110 m for simplified outlines.
_POINT_DECIMALS: Final = 4
_OUTLINE_DECIMALS: Final = 3


def page_data(
    members: gpd.GeoDataFrame,
    poles: pd.DataFrame | None,
    *,
    lang: Language,
    title: str,
    palette: str,
) -> dict[str, Any]:
    """Return what the page shows of poles and members, and its words; columns are checked before.

    `pole_map` completes it with `departement_data` and `footer_lines`.
    """
    placed = members[has_point(members.geometry)]
    keys = pole_keys(members)
    pole_list = pole_records(keys, members, poles, palette_colours(palette))
    ranks = {pole["key"]: rank for rank, pole in enumerate(pole_list)}
    if keys.isna().any():
        pole_list.append(_no_pole(members[keys.isna()], lang))
    longitude, latitude = placed.geometry.x.to_numpy(), placed.geometry.y.to_numpy()
    return {
        "lang": lang,
        "title": title,
        "summary": label("map_summary", lang).format(
            placed=format_number(len(placed), lang),
            total=format_number(len(members), lang),
            poles=format_number(len(ranks), lang),
        ),
        "text": {
            key.removeprefix("map_"): label(key, lang) for key in LABELS if key.startswith("map_")
        },
        "precisions": {
            precision: label("map_placed_at", lang).format(precision=label(precision, lang))
            for precision in schema.PRECISIONS
        },
        "unplaced": len(members) - len(placed),
        "poles": pole_list,
        "members": member_table(placed, keys[placed.index].map(ranks), len(ranks), lang),
        "views": [
            {"name": view.name, "bounds": view.bounds, "count": count}
            for view, count in views_of(longitude, latitude)
        ],
        "firstView": first_view(longitude, latitude).bounds,
    }


def pole_keys(members: pd.DataFrame) -> pd.Series:
    """Return what tells the pole of each member: its id, else its name, else missing."""
    return members[schema.POLE_ID].fillna(members[schema.POLE_NAME])


def pole_records(
    keys: pd.Series, members: gpd.GeoDataFrame, poles: pd.DataFrame | None, colours: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return the poles of the list, then those that only members name, each with its colour."""
    known = _known_poles(poles)
    for key, name in zip(keys, _texts(members, schema.POLE_NAME), strict=True):
        if pd.notna(key):
            known.setdefault(str(key), {"name": name or str(key), "seat": None})
    placed = has_point(members.geometry)
    totals, located = keys.value_counts(), keys[placed].value_counts()
    points = members.geometry[placed]
    centres = pd.DataFrame({"x": points.x, "y": points.y}).groupby(keys[placed]).mean()
    places = np.full((len(known), 2), np.nan)
    for rank, (key, pole) in enumerate(known.items()):
        pole.update(key=key, members=int(totals.get(key, 0)), placed=int(located.get(key, 0)))
        if pole["seat"]:
            places[rank] = pole["seat"][::-1]
        elif key in centres.index:
            places[rank] = centres.loc[key]
    for pole, colour in zip(known.values(), assign_colours(places, colours), strict=True):
        pole["colour"] = colour
    return list(known.values())


def _known_poles(poles: pd.DataFrame | None) -> dict[str, dict[str, Any]]:
    if poles is None:
        return {}
    seats: Sequence[Any] = [None] * len(poles)
    if isinstance(poles, gpd.GeoDataFrame) and poles.active_geometry_name is not None:
        seats = poles.geometry.where(has_point(poles.geometry), None).tolist()
    texts = {key: _texts(poles, column) for key, column in _POLE_TEXTS.items()}
    records = {}
    for rank, (pole_id, seat) in enumerate(zip(poles[schema.POLE_ID], seats, strict=True)):
        record: dict[str, Any] = {key: values[rank] for key, values in texts.items()}
        record["name"] = record["name"] or str(pole_id)
        # numpy's rounding, as for members: a seat and a member of one place stay at one place.
        record["seat"] = (
            None if seat is None else np.round([seat.y, seat.x], _POINT_DECIMALS).tolist()
        )
        records[str(pole_id)] = record
    return records


def _no_pole(members: gpd.GeoDataFrame, lang: Language) -> dict[str, Any]:
    return {
        "key": None,
        "name": label("map_no_pole", lang),
        "seat": None,
        "members": len(members),
        "placed": int(has_point(members.geometry).sum()),
        "colour": NO_POLE_COLOUR,
    }


def member_table(
    placed: gpd.GeoDataFrame, ranks: pd.Series, no_pole: int, lang: Language
) -> dict[str, Any]:
    """Return the members that have a point: names of columns, and rows.

    `ranks` is the place of each member's pole in the page's list; missing becomes `no_pole`.
    """
    columns = {key: _texts(placed, column) for key, column in _MEMBER_TEXTS.items()}
    columns["reason"] = [
        reason and label_reason(reason, lang) for reason in columns["reason"]
    ]
    columns["pole"] = ranks.fillna(no_pole).astype(int).tolist()
    columns["review"] = (placed[schema.GEOCODE_STATUS] == schema.REVIEW).tolist()
    columns["lat"] = placed.geometry.y.round(_POINT_DECIMALS).tolist()
    columns["lon"] = placed.geometry.x.round(_POINT_DECIMALS).tolist()
    return {"columns": list(columns), "rows": list(zip(*columns.values(), strict=True))}


def _texts(frame: pd.DataFrame, column: str) -> list[Any]:
    """Return a column as texts, None where it is missing or the frame has no such column."""
    if column not in frame.columns:
        return [None] * len(frame)
    return [None if pd.isna(value) else str(value) for value in frame[column]]


def departement_data(
    outlines: gpd.GeoDataFrame, counts: pd.Series, lang: Language
) -> dict[str, Any]:
    """Return the outlines of the départements with their counts, and the classes of the legend.

    Parameters
    ----------
    outlines : GeoDataFrame
        Simplified départements, indexed by code.
    counts : Series of int
        Members by département; a code that `outlines` lacks is not drawn.
    lang : {"fr", "en"}
        For the words of the legend.
    """
    ranges = class_ranges(counts, k=len(CLASS_COLOURS))
    classes = [{"label": label("map_choropleth_zero", lang), "colour": ZERO_COLOUR}]
    for (low, high), colour in zip(ranges, CLASS_COLOURS, strict=False):
        text = (
            format_number(low, lang)
            if low == high
            else label("map_class_range", lang).format(
                low=format_number(low, lang), high=format_number(high, lang)
            )
        )
        classes.append({"label": text, "colour": colour})
    rounded = shapely.transform(outlines.geometry.array, lambda xy: np.round(xy, _OUTLINE_DECIMALS))
    features = []
    for code, name, shape in zip(outlines.index, outlines[schema.NAME], rounded, strict=True):
        count = int(counts.get(code, 0))
        template = label("map_choropleth_one" if count < 2 else "map_choropleth_many", lang)
        features.append(
            {
                "type": "Feature",
                "geometry": shapely.geometry.mapping(shape),
                "properties": {
                    "class": class_of(count, ranges) + 1,
                    "label": template.format(name=name, n=format_number(count, lang)),
                },
            }
        )
    return {"classes": classes, "features": features}


def footer_lines(
    members: gpd.GeoDataFrame, *, lang: Language, year: int, source: str | None
) -> list[str]:
    """Return the lines under the map: what was placed and how, the vintage, the sources."""
    placed = members[has_point(members.geometry)]
    by_precision = placed[schema.GEOCODE_PRECISION].value_counts()
    details = [
        f"{format_number(by_precision[precision], lang)} {label(precision, lang)}"
        for precision in schema.PRECISIONS
        if precision in by_precision
    ]
    to_check = int((placed[schema.GEOCODE_STATUS] == schema.REVIEW).sum())
    if to_check:
        text = label("map_footer_review", lang)
        details.append(text.format(n=format_number(to_check, lang)))
    counts = label("map_footer_counts", lang).format(
        total=format_number(len(members), lang),
        placed=format_number(len(placed), lang),
        details=f" ({', '.join(details)})" if details else "",
        unplaced=format_number(len(members) - len(placed), lang),
    )
    lines = [counts, label("map_footer_vintage", lang).format(year=year)]
    return [*lines, label("map_footer_sources", lang), *([source] if source else [])]
