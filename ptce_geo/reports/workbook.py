"""Write frames as the sheets of an Excel workbook that a planner can filter and print."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.errors import OutputError
from ptce_geo.labels import Language, label, label_if_known

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import xlsxwriter

# How a column is written, by the first of these its name begins with; Excel puts the separators
# of the reader's language.
_NUMBER_FORMATS: Final = {
    "share": "0.0%",
    "year": "0",
    "source_line": "0",
    "longitude": "0.00000",
    "latitude": "0.00000",
    "estimate": "0.000",
    "chance_": "0.000",
    "location_quotient": "0.00",
    "members_per_100k": "0.00",
    "distance_": "0.0",
    "nearest_km": "0.0",
    "mean_km": "0.0",
    "farthest_km": "0.0",
    "shannon": "0.00",
    "blau": "0.00",
    "gap": "0.0%",
    "minutes": "General",
    "threshold_km": "General",
    "geocode_": "0.00",
    "fte_answers": "#,##0",
    "fte_pole_answers": "#,##0",
    "fte": "#,##0.0",
    "part": "#,##0.0",
    "total_answers": "#,##0",
    "total": "#,##0.0",
    "whole": "#,##0.0",
}
_INTEGER: Final = "#,##0"
_WIDEST: Final = 60  # characters
_LINE_HEIGHT: Final = 15  # points
_LOOKED_AT: Final = 200  # rows that a column's width is taken from
_EXCEL_TEXT_LIMIT: Final = 32_767


@dataclass(frozen=True)
class Sheet:
    """One sheet: a title, notes under it, a table.

    Attributes
    ----------
    name : str
        What stands on the tab.
    frame : DataFrame
        The table, columns named as in `schema`; the index is not written.
    notes : sequence of str
        What the reader must know of the figures.
    """

    name: str
    frame: pd.DataFrame
    notes: Sequence[str] = ()


def write_workbook(path: Path, sheets: Sequence[Sheet], *, lang: Language = "fr") -> None:
    """Write sheets to an XLSX file: heading frozen, filters on, no text taken for a formula.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    import xlsxwriter  # commands that write no workbook start faster
    from xlsxwriter.exceptions import FileCreateError

    # Text stays text, whatever it begins with: a cell of a list must not become a formula.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    try:
        with xlsxwriter.Workbook(path, options) as book:
            formats = _Formats(book)
            for sheet in sheets:
                _write_sheet(book, sheet, formats, lang)
    except FileCreateError as error:
        msg = f"cannot write {path}: {error}"
        raise OutputError(msg) from error


class _Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[str, Any] = {}
        look = {
            "bold": True,
            "text_wrap": True,
            "valign": "top",
            "bg_color": "#E8EDF2",
            "bottom": 1,
        }
        self.heading = book.add_format(look)
        self.heading_of_numbers = book.add_format({**look, "align": "right"})
        self.secret = book.add_format({"align": "right", "italic": True, "font_color": "#555555"})
        self.text = book.add_format({"indent": 1})  # keeps clear of a number on its left
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.note = book.add_format({"font_color": "#555555"})

    def number(self, column: str) -> Any:  # noqa: ANN401 - xlsxwriter publishes no types
        code = _INTEGER
        for beginning, own in _NUMBER_FORMATS.items():
            if column.startswith(beginning):
                code = own
                break
        if code not in self._made:
            self._made[code] = self._book.add_format({"num_format": code})
        return self._made[code]


def _write_sheet(
    book: xlsxwriter.Workbook, sheet: Sheet, formats: _Formats, lang: Language
) -> None:
    page = book.add_worksheet(sheet.name)
    page.write_string(0, 0, sheet.name, formats.title)
    for line, note in enumerate(sheet.notes, start=1):
        page.write_string(line, 0, note, formats.note)
    top = len(sheet.notes) + 2
    headings = [label_if_known("column", str(column), lang) for column in sheet.frame.columns]
    lines = 1
    for position, heading in enumerate(headings):
        column = sheet.frame.iloc[:, position]
        numbers = _of_numbers(column)
        width = _width(heading, column)
        lines = max(lines, math.ceil(1.2 * len(heading) / width))
        page.write_string(
            top, position, heading, formats.heading_of_numbers if numbers else formats.heading
        )
        page.set_column(position, position, width)
        _write_column(page, top + 1, position, column, formats, lang)
    page.set_row(top, _LINE_HEIGHT * lines)
    if headings:
        page.autofilter(top, 0, top + len(sheet.frame), len(headings) - 1)
    page.freeze_panes(top + 1, 0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)


def _write_column(
    page: Any,  # noqa: ANN401 - xlsxwriter publishes no types
    first: int,
    position: int,
    column: pd.Series,
    formats: _Formats,
    lang: Language,
) -> None:
    number = formats.number(str(column.name))
    for row, value in enumerate(column.tolist(), start=first):
        if pd.isna(value):
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            page.write_number(row, position, value, number)
        elif value == schema.SECRET:
            page.write_string(row, position, label(schema.SECRET, lang), formats.secret)
        else:
            page.write_string(row, position, str(value)[:_EXCEL_TEXT_LIMIT], formats.text)


def _of_numbers(column: pd.Series) -> bool:
    """Return whether a column holds numbers, some of which may be secret."""
    if pd.api.types.is_numeric_dtype(column):
        return True
    secret = column == schema.SECRET
    told = column[~secret].dropna()
    return bool(secret.any()) and all(isinstance(value, int | float) for value in told)


def _width(heading: str, column: pd.Series) -> int:
    """Return the width of a column, in characters: the longest word of the heading, its content."""
    words = max((len(word) for word in heading.split()), default=0)
    content = 10
    if not _of_numbers(column):
        longest = column.head(_LOOKED_AT).astype("str").str.len().max()
        content = 0 if pd.isna(longest) else int(longest)
    return min(_WIDEST, max(10, words + 3, content + 2))
