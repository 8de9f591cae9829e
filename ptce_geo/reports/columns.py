"""What every column is: its title, meaning, unit and how its numbers are written.

One catalogue for the workbook, the GeoPackage, the data package and the report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from ptce_geo import schema
from ptce_geo.labels import format_given, format_number, format_share, label, label_if_known
from ptce_geo.words import LABELS

if TYPE_CHECKING:
    from ptce_geo.labels import Language

Kind = Literal["text", "code", "integer", "number", "share"]

# Kind, decimals, unit (a sign, or a word of "unit_<word>"), and the columns that are of it; every
# other column is text.
_MEASURED: Final[tuple[tuple[Kind, int, str, tuple[str, ...]], ...]] = (
    ("code", 0, "", ("member_id", "pole_id", "postcode", "siret", "code", "territory")),
    ("code", 0, "", ("sirene_legal_form", "sirene_activity", "sirene_staff_band", "legal_crs")),
    ("code", 0, "", ("code_commune", "code_epci", "code_departement", "code_region")),
    ("integer", 0, "", ("year", "source_line", "line", "rank", "n")),
    ("integer", 0, "members", ("members", "located", "accepted", "to_review", "rejected")),
    ("integer", 0, "members", ("members_known", "members_other_crs", "members_outside")),
    ("integer", 0, "members", tuple(map(schema.family_column, schema.FAMILIES))),
    ("integer", 0, "members", ("answers", "total_answers", "fte_answers", "fte_pole_answers")),
    ("integer", 0, "members", ("turnover_answers", "turnover_pole_answers")),
    ("integer", 0, "poles", ("p",)),
    ("integer", 0, "inhabitants", ("population", "population_covered", "population_gained")),
    ("integer", 0, "inhabitants", ("population_served", "white_zones_population")),
    ("integer", 0, "", ("communes", "epci", "departements", "regions", "white_zones")),
    ("integer", 0, "", ("territories", "territories_covered")),
    ("number", 1, "fte", ("fte", "fte_pole")),
    ("number", 0, "€", ("turnover", "turnover_pole")),
    ("number", 1, "", ("part", "whole", "total")),
    ("number", 5, "°", ("longitude", "latitude")),
    ("number", 0, "°", ("rotation_deg",)),
    ("number", 2, "", ("geocode_score", "geocode_margin", "blau")),
    ("number", 2, "nats", ("shannon",)),
    ("number", 2, "members_per_100k", ("members_per_100k",)),
    ("number", 2, "", ("location_quotient", "location_quotient_low", "location_quotient_high")),
    ("number", 3, "", ("value", "estimate", "low", "high", "chance", "chance_low", "chance_high")),
    ("number", 3, "", ("gini", "herfindahl", "hoover", "locational_gini", "theil_t")),
    ("number", 1, "", ("equivalent_number",)),
    ("number", 1, "km", ("threshold_km", "nearest_km", "mean_km", "farthest_km")),
    ("number", 1, "km", ("standard_distance_km", "semi_major_km", "semi_minor_km")),
    ("number", 1, "km", ("distance_to_seat_mean_km", "distance_to_seat_max_km")),
    ("number", 1, "km", ("distance_to_centre_mean_km", "distance_to_centre_max_km")),
    ("number", 1, "km²", ("area_km2", "hull_area_km2", "ellipse_area_km2")),
    ("number", 0, "min", ("minutes",)),
    ("share", 1, "", ("share", "share_low", "share_high", "share_answered", "top_share", "gap")),
    ("share", 1, "", ("share_territories", "share_territories_low", "share_territories_high")),
    ("share", 1, "", ("share_population", "share_population_low", "share_population_high")),
    ("share", 1, "", ("share_fte_answered", "share_fte_pole", "share_so_far")),
    ("share", 1, "", ("share_fte_pole_low", "share_fte_pole_high", "share_accepted")),
    ("share", 1, "", ("share_turnover_answered", "share_turnover_pole", "share_commune")),
    ("share", 1, "", ("share_turnover_pole_low", "share_turnover_pole_high", "share_epci")),
    ("share", 1, "", ("share_departement", "share_fte_commune", "share_fte_epci")),
    ("share", 1, "", ("share_fte_departement",)),
)
_KNOWN: Final[dict[str, tuple[Kind, int, str]]] = {
    name: (kind, decimals, unit) for kind, decimals, unit, names in _MEASURED for name in names
}
# What is another thing in one table ("summary" is the first sheet of the workbook).
_IN_TABLE: Final[dict[tuple[str, str], tuple[Kind, int, str]]] = {
    ("economic_weight", "low"): ("share", 1, ""),
    ("economic_weight", "high"): ("share", 1, ""),
    ("problems", "value"): ("text", 0, ""),
    ("summary", "value"): ("integer", 0, ""),
}
# Numbers that are names: no separators.
_NUMBERED: Final = frozenset({schema.YEAR, schema.SOURCE_LINE, "line"})
# Numbers that somebody chose: with the decimals they were given with.
_GIVEN: Final = frozenset({schema.THRESHOLD_KM, schema.MINUTES})
_OF_LEVEL: Final = re.compile("(code|nom|reason)_(.+)")
# What the lists of members and poles may have of ours; another column of theirs is their own,
# whatever its name.
_LISTED: Final = frozenset(
    {
        *schema.MEMBER_COLUMNS,
        *schema.POLE_COLUMNS,
        *schema.WRITTEN_COLUMNS,
        *schema.FURTHER_COLUMNS,
        *schema.POLE_SUMMARY_COLUMNS,
        schema.SOURCE_LINE,
    }
)
_LISTS: Final = ("members", "poles")


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    name : str
        As in `ptce_geo.schema`, or as the list has it.
    title : str
        What a reader sees above it.
    description : str
        What it says, in a sentence.
    unit : str
        "km", "km²", "ETP", "€", "habitants" …; "" where there is none.
    kind : {"text", "code", "integer", "number", "share"}
        What its cells are; a share (0 … 1) is read as a percentage. A column that is not ours is
        "text", whatever it holds.
    decimals : int
        Decimals that a reader is shown (of a share: of the percentage).
    """

    name: str
    title: str
    description: str
    unit: str
    kind: Kind
    decimals: int


def column_of(name: str, lang: Language = "fr", *, table: str = "") -> Column:
    """Return what is known of the column called `name`.

    Parameters
    ----------
    name : str
        A column of `ptce_geo.schema`, an indicator, or a column of a list.
    lang : {"fr", "en"}
        Language of the title, the description and the unit.
    table : str
        The table it stands in (a key of the tables of a study, "members", "indicators"), where the
        same name means something else than elsewhere.

    Examples
    --------
    >>> column_of("nearest_km", "en").description
    'Distance between the nearest member and the commune of the zone that is least far.'
    >>> column_of("low", "en", table="economic_weight").kind, column_of("low").kind
    ('share', 'number')
    >>> column_of("value", table="members").title, column_of("value").title
    ('value', 'Valeur')
    """
    if is_of_the_list(name, table):
        return _foreign(name, lang)
    ours = [
        f"{prefix}_{key}" for key in (f"{table}.{name}", name) for prefix in ("column", "about")
    ]
    kind, decimals, unit = _IN_TABLE.get((table, name)) or _KNOWN.get(name) or ("text", 0, "")
    title = _first((ours[0], ours[2], f"indicator_{name}"), lang)
    description = _first((ours[1], ours[3], f"method_{name}_text"), lang)
    if not title and not description:
        return _foreign(name, lang)
    unit = label_if_known("unit", unit, lang)
    return Column(name, title or name, description, unit, kind, decimals)


def is_of_the_list(name: str, table: str) -> bool:
    """Return whether a column of `table` is one that the list has besides ours.

    Examples
    --------
    >>> is_of_the_list("value", "members"), is_of_the_list("value", "coverage")
    (True, False)
    """
    return table in _LISTS and name not in _LISTED


def _first(keys: tuple[str, ...], lang: Language) -> str:
    """Return the words of the first of `keys` that there are words for; "" without."""
    return next((label(key, lang) for key in keys if key in LABELS), "")


def _foreign(name: str, lang: Language) -> Column:
    """Return a column that a zoning brought, or one that the list has besides ours."""
    kind: Kind = "text"
    title, description = name, label("about_list_column", lang)
    if of_level := _OF_LEVEL.fullmatch(name):
        word, level = of_level[1], of_level[2].replace("_", " ")
        title = label(f"column_{word}_level", lang).format(level=level)
        description = label(f"about_{word}_level", lang).format(level=level)
        kind = "code" if word == "code" else "text"
    return Column(name, title, description, "", kind, 0)


def written(value: object, column: Column, lang: Language = "fr") -> str:
    """Return a cell as a reader sees it; a missing one is an en dash.

    Examples
    --------
    >>> written(0.4561, column_of("share_population"), "en")
    '45.6%'
    >>> written("secret", column_of("fte")), written(None, column_of("fte"))
    ('secret', '–')
    >>> written(2014, column_of("year")), written(2.5, column_of("threshold_km"))
    ('2014', '2,5')
    """
    if value is None or pd.isna(value):
        return "–"
    if not isinstance(value, Real) or isinstance(value, bool):
        return label(schema.SECRET, lang) if value == schema.SECRET else str(value)
    number: Any = value
    if column.name in _NUMBERED and number == int(number):
        return str(int(number))
    if column.kind == "share":
        return format_share(float(number), lang, decimals=column.decimals)
    if column.name in _GIVEN or column.kind in ("text", "code"):
        return format_given(float(number), lang)
    return format_number(float(number), lang, decimals=column.decimals)


def excel_format(column: Column) -> str:
    """Return the number format of a column in a workbook; Excel puts the reader's separators.

    Examples
    --------
    >>> excel_format(column_of("share_population")), excel_format(column_of("fte"))
    ('0.0%', '#,##0.0')
    """
    if column.name in _NUMBERED:
        return "0"
    if column.name in _GIVEN or column.kind in ("text", "code"):
        return "General"
    decimals = f".{'0' * column.decimals}" if column.decimals else ""
    return f"0{decimals}%" if column.kind == "share" else f"#,##0{decimals}"
