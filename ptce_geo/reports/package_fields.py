"""What the columns of a data package are: their cells as CSV has them, their Table Schema field."""

from __future__ import annotations

from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from ptce_geo import schema
from ptce_geo.labels import LANGUAGES
from ptce_geo.reports.columns import column_of, is_of_the_list

if TYPE_CHECKING:
    from ptce_geo.labels import Language
    from ptce_geo.reports.columns import Column

PACKAGE_FILE: Final = "datapackage.json"
INDICATORS: Final = "indicators"
THEME: Final = "theme"
# Themes of the indicators: what stands by columns in the tables of levels, and two tables whole.
COUNTS: Final = "counts"
THEMES: Final = ("concentration", "coverage")

# What a column may say, where the words are fixed ...
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    schema.GEOCODE_PRECISION: schema.PRECISIONS,
    schema.GEOCODE_STATUS: schema.STATUSES,
    schema.SEAT_SOURCE: (schema.DECLARED, schema.LEAD_MEMBER),
    schema.POLE_TYPE: ("entrepreneurial", "inter_network", "multi_stakeholder"),
    schema.MEASURE: (schema.FTE, schema.TURNOVER),
    THEME: (COUNTS, *THEMES),
    "list": ("members", "poles"),
}
# ... the form of a code, by level (a pattern of Table Schema is the whole cell, as in XML) ...
_CODES: Final = {
    "commune": "([0-9]{5}|2[AB][0-9]{3})",
    "epci": "[0-9]{9}",
    "departement": "([0-9]{2,3}|2[AB])",
    "region": "[0-9]{2}",
}
# ... and the bounds of numbers.
_BOUNDS: Final[dict[str, tuple[int, int]]] = {
    schema.LONGITUDE: (-180, 180),
    schema.LATITUDE: (-90, 90),
    schema.GEOCODE_SCORE: (0, 1),
    schema.GEOCODE_MARGIN: (0, 1),
    schema.BLAU: (0, 1),
    schema.ROTATION_DEG: (0, 180),
}
_NEVER_NEGATIVE: Final = ("integer", "km", "km²")


class Cells(NamedTuple):
    """A column as a CSV file holds it.

    Attributes
    ----------
    column : Series
        Numbers, or text.
    type : str
        Its type in Table Schema.
    dtype : str
        Its type in pandas.
    has_secret : bool
        Whether some of its numbers are the word "secret" instead.
    """

    column: pd.Series
    type: str
    dtype: str
    has_secret: bool = False


def cells_of(column: pd.Series) -> Cells:
    """Return the cells of a column.

    Examples
    --------
    >>> cells_of(pd.Series([1.5, None, "secret"], dtype=object)).column.to_list()
    ['1.5', nan, 'secret']
    >>> cells_of(pd.Series([1, 2])).type
    'integer'
    """
    dtype = str(column.dtype)
    if pd.api.types.is_bool_dtype(column.dtype):
        return Cells(column, "boolean", dtype)
    if pd.api.types.is_integer_dtype(column.dtype):
        return Cells(column, "integer", dtype)
    if pd.api.types.is_float_dtype(column.dtype):
        return Cells(column, "number", dtype)
    if column.dtype == object:
        told = column.dropna()
        secret = told.eq(schema.SECRET)
        if secret.any() and all(isinstance(value, Real) for value in told[~secret]):
            values = column.map(_number_text, na_action="ignore").astype("str")
            return Cells(values, "number", dtype, has_secret=True)
    else:
        dtype = "str"
    return Cells(column.astype("str").str.replace("\0", "", regex=False), "string", dtype)


def _number_text(value: Any) -> str:  # noqa: ANN401 - a number of any library, or a word
    """Return a number with all its digits; a word stays as it is."""
    if isinstance(value, str):
        return value
    return repr(int(value) if isinstance(value, Integral) else float(value))


def languages(lang: Language) -> list[tuple[Language, str]]:
    """Return the languages, `lang` first, and what is put behind a key for each.

    Examples
    --------
    >>> languages("en")
    [('en', ''), ('fr', '_fr')]
    """
    return [(lang, ""), *((other, f"_{other}") for other in LANGUAGES if other != lang)]


def field_of(
    name: str, cells: Cells, *, table: str, lang: Language, is_key: bool
) -> dict[str, Any]:
    """Return what Table Schema says of a column.

    Parameters
    ----------
    name : str
        The column.
    cells : Cells
        What it holds.
    table : str
        The table it stands in, as of `column_of`.
    lang : {"fr", "en"}
        Language of ``title``, ``description`` and ``unit``; those of the other language have its
        code behind their key.
    is_key : bool
        Whether it tells the rows apart.
    """
    field: dict[str, Any] = {"name": name, "type": cells.type}
    for one, suffix in languages(lang):
        column = column_of(name, one, table=table)
        field[f"title{suffix}"] = column.title
        field[f"description{suffix}"] = column.description
        if column.unit:
            field[f"unit{suffix}"] = column.unit
    constraints = {"required": True, "unique": True} if is_key else {}
    if not is_of_the_list(name, table):
        constraints |= _constraints(column, cells, table)
    if constraints:
        field["constraints"] = constraints
    field["dtype"] = cells.dtype
    return field


def _constraints(column: Column, cells: Cells, table: str) -> dict[str, Any]:
    """Return what the cells of a column of ours never break."""
    name = column.name
    if cells.type == "string":
        level = table if name == schema.CODE else name.removeprefix("code_")
        if level in _CODES and column.kind == "code":
            return {"pattern": _CODES[level]}
        return {"enum": list(_WORDS[name])} if name in _WORDS else {}
    low, high = _BOUNDS.get(name, (None, None))
    if column.kind == "share":
        low, high = 0, 1
    elif low is None and {column.kind, column.unit} & set(_NEVER_NEGATIVE):
        low = 0
    return {key: bound for key, bound in (("minimum", low), ("maximum", high)) if bound is not None}
