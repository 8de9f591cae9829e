"""What a page of poles says of each pole and member: frames turned into records and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import has_point
from ptce_geo.labels import Language, format_number, label, label_reason
from ptce_geo.maps.palettes import NO_POLE_COLOUR, assign_colours

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
_POINT_DECIMALS: Final = 4  # of a degree: about 11 m


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


def no_pole_record(members: gpd.GeoDataFrame, lang: Language) -> dict[str, Any]:
    """Return what stands for the pole of members without one."""
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
    columns["reason"] = [reason and label_reason(reason, lang) for reason in columns["reason"]]
    columns["pole"] = ranks.fillna(no_pole).astype(int).tolist()
    columns["review"] = (placed[schema.GEOCODE_STATUS] == schema.REVIEW).tolist()
    columns["lat"] = placed.geometry.y.round(_POINT_DECIMALS).tolist()
    columns["lon"] = placed.geometry.x.round(_POINT_DECIMALS).tolist()
    return {"columns": list(columns), "rows": list(zip(*columns.values(), strict=True))}


def pole_facts(key: str, summary: pd.DataFrame, lang: Language) -> list[tuple[str, str]]:
    """Return what the popup of a pole says of its make-up and weight: pairs of what and how much.

    What is none or not known is left out; what may not be published is said to be secret.
    """
    if key not in summary.index:
        return []
    row = summary.loc[key]
    facts = []
    for column in summary.columns[summary.columns.str.startswith("members_")]:
        if column != schema.MEMBERS_OTHER_CRS and row[column] != 0:
            facts.append((label(f"column_{column}", lang), _told(row[column], lang)))
    for measure in (schema.FTE, schema.TURNOVER):
        if row.get(f"{measure}_answers", 0) != 0:
            facts.append((label(f"column_{measure}", lang), _amount(row, measure, lang)))
    return facts


def _amount(row: pd.Series, measure: str, lang: Language) -> str:
    """Return a declared amount with how many declared it."""
    amount = _told(row[measure], lang, decimals=1 if measure == schema.FTE else 0)
    return label("maps_amount", lang).format(
        amount=amount if measure == schema.FTE else f"{amount} €",
        n=_told(row[f"{measure}_answers"], lang),
        total=_told(row[schema.MEMBERS], lang),
    )


def _told(value: object, lang: Language, *, decimals: int = 0) -> str:
    """Return a figure of a summary as a reader sees it, secret or not."""
    if value == schema.SECRET:
        return label("secret", lang)
    return format_number(cast("float", value), lang, decimals=decimals)


def _texts(frame: pd.DataFrame, column: str) -> list[Any]:
    """Return a column as texts, None where it is missing or the frame has no such column."""
    if column not in frame.columns:
        return [None] * len(frame)
    return [None if pd.isna(value) else str(value) for value in frame[column]]


def count_line(members: gpd.GeoDataFrame, lang: Language) -> str:
    """Return how many members were placed, and how, for the footer of a map."""
    placed = members[has_point(members.geometry)]
    by_precision = placed[schema.GEOCODE_PRECISION].value_counts()
    details = [
        f"{format_number(by_precision[precision], lang)} {label(precision, lang)}"
        for precision in schema.PRECISIONS
        if precision in by_precision
    ]
    to_check = int((placed[schema.GEOCODE_STATUS] == schema.REVIEW).sum())
    if to_check:
        text = label("maps_footer_review", lang)
        details.append(text.format(n=format_number(to_check, lang)))
    return label("maps_footer_counts", lang).format(
        total=format_number(len(members), lang),
        placed=format_number(len(placed), lang),
        details=f" ({', '.join(details)})" if details else "",
        unplaced=format_number(len(members) - len(placed), lang),
    )
