"""Write frames as the sheets of an Excel workbook that a planner can filter and print."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from ptce_geo import schema
from ptce_geo.errors import OutputError
from ptce_geo.labels import Language, label
from ptce_geo.reports.columns import column_of, excel_format

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import xlsxwriter

    from ptce_geo.reports.columns import Column

_WIDEST: Final = 66  # characters; longer text is wrapped
_WIDEST_LAST: Final = 90  # of the last column
_HEADING_LINES: Final = 4  # that a heading may take before its column grows
_NOTE_WIDTH: Final = 110  # characters that a note takes before it is wrapped
_PAGE_WIDTH: Final = 210  # characters that still are readable across an A4 page, landscape
_LINE_HEIGHT: Final = 15  # points
_MOST_LINES: Final = 27  # that Excel has room for in a row (409 points)
_LOOKED_AT: Final = 200  # rows that a column's width is taken from
_TEXT_LIMIT: Final = 32_767  # characters of a cell
_ROW_LIMIT: Final = 1_048_576
_TAB_LIMIT: Final = 31  # characters
_NOT_IN_A_TAB: Final = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_RESERVED: Final = "history"  # Excel keeps this name for itself
_NO_DATE: Final = "1980-01-01T00:00:00+00:00"  # as of the files within the XLSX


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet: a title, notes under it, a table.

    Attributes
    ----------
    name : str
        What stands on the tab, made valid where Excel would refuse it.
    frame : DataFrame
        The table, columns named as in `schema`; the index is not written.
    notes : sequence of str
        What the reader must know of the figures.
    title : str
        What stands above the table; the name by default.
    names : int
        Columns at the left that name a row, and stay in view.
    totals : sequence of str
        Columns that may be added up: their sum stands above the heading and follows the filter.
    shaded : sequence of str
        Columns whose cells are the darker the larger their numbers, from 0.
    table : str
        What `column_of` knows the table as.
    columns : mapping of str to Column
        What is known of columns that `column_of` does not know.
    """

    name: str
    frame: pd.DataFrame
    notes: Sequence[str] = ()
    title: str = ""
    names: int = 1
    totals: Sequence[str] = ()
    shaded: Sequence[str] = ()
    table: str = ""
    columns: Mapping[str, Column] = field(default_factory=dict)

    def column(self, name: str, lang: Language = "fr") -> Column:
        """Return what is known of one of its columns."""
        return self.columns.get(name) or column_of(name, lang, table=self.table)


def write_workbook(
    path: Path,
    sheets: Sequence[Sheet],
    *,
    lang: Language = "fr",
    title: str = "",
    created: str = _NO_DATE,
) -> None:
    """Write sheets to an XLSX file: heading frozen, filters on, no text taken for a formula.

    Parameters
    ----------
    path : Path
        The file.
    sheets : sequence of Sheet
        What to write.
    lang : {"fr", "en"}
        Language of the headings.
    title : str
        Title among the properties of the document.
    created : str
        Date among the properties (ISO 8601): the same sheets and date give the same bytes.

    Raises
    ------
    OutputError
        When the file cannot be written, or a table has more rows than a sheet can hold.
    """
    import xlsxwriter  # commands that write no workbook start faster
    from xlsxwriter.exceptions import FileCreateError

    # Text stays text, whatever it begins with: a cell of a list must not become a formula.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    for sheet in sheets:
        if len(sheet.frame) + len(sheet.notes) + 4 > _ROW_LIMIT:
            msg = f"sheet {sheet.name!r} has {len(sheet.frame)} rows, more than Excel reads"
            raise OutputError(msg)
    try:
        with xlsxwriter.Workbook(path, options) as book:
            made = datetime.fromisoformat(created).astimezone(UTC).replace(tzinfo=None)
            book.set_properties({"title": title, "created": made})
            formats = _Formats(book)
            for sheet, tab in zip(sheets, tab_names(s.name for s in sheets), strict=True):
                _Page(book.add_worksheet(tab), sheet, formats, lang).write()
    except FileCreateError as error:
        msg = f"cannot write {path}: {error}"
        raise OutputError(msg) from error


def tab_names(names: Iterable[str]) -> list[str]:
    """Return names that Excel takes for tabs: no sign that it forbids, 31 characters, none twice.

    Examples
    --------
    >>> tab_names(["Zones d'emploi", "ZONES D'EMPLOI", "2024/2025: essai", "'?'"])
    ["Zones d'emploi", "ZONES D'EMPLOI (2)", '2024 2025  essai', '_']
    """
    taken: set[str] = {_RESERVED}
    tabs = []
    for name in names:
        plain = "".join(sign for sign in name.translate(_NOT_IN_A_TAB) if sign.isprintable())
        plain = plain.strip("' ")[:_TAB_LIMIT].strip("' ") or "_"
        tab, number = plain, 1
        while tab.casefold() in taken:
            number += 1
            ending = f" ({number})"
            tab = plain[: _TAB_LIMIT - len(ending)] + ending
        taken.add(tab.casefold())
        tabs.append(tab)
    return tabs


class _Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Any] = {}
        heading = {
            "bold": True,
            "text_wrap": True,
            "valign": "top",
            "bg_color": "#E8EDF2",
            "bottom": 1,
        }
        grey = {"font_color": "#555555"}
        self.heading = book.add_format({**heading, "align": "left", "indent": 1})
        self.heading_of_numbers = book.add_format({**heading, "align": "right"})
        self.secret = book.add_format({"align": "right", "valign": "top", "italic": True, **grey})
        # The indent keeps text clear of a number on its left.
        text = {"align": "left", "indent": 1, "valign": "top"}
        self.text = book.add_format(text)
        self.long_text = book.add_format({**text, "text_wrap": True})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.note = book.add_format({**grey, "text_wrap": True, "valign": "top"})
        self.total = book.add_format({"bold": True})

    def number(self, code: str, *, total: bool = False) -> Any:  # noqa: ANN401 - xlsxwriter publishes no types
        if (code, total) not in self._made:
            look = {"num_format": code, "bold": total, "valign": "top"}
            self._made[code, total] = self._book.add_format(look)
        return self._made[code, total]


class _Page:
    """One sheet as it is written, from its title down."""

    def __init__(
        self,
        page: Any,  # noqa: ANN401 - xlsxwriter publishes no types
        sheet: Sheet,
        formats: _Formats,
        lang: Language,
    ) -> None:
        self._page, self._sheet, self._formats, self._lang = page, sheet, formats, lang
        self._columns = [sheet.column(str(name), lang) for name in sheet.frame.columns]
        self._numbers = [_of_numbers(column) for _, column in sheet.frame.items()]
        self._totals = len(sheet.frame) > 0 and len(sheet.totals) > 0
        self._top = len(sheet.notes) + 2 + self._totals  # row of the headings
        self._lines: dict[int, int] = {}  # row → lines of its longest text, where it is wrapped

    def write(self) -> None:
        """Write the sheet."""
        page, sheet, top = self._page, self._sheet, self._top
        page.write_string(0, 0, sheet.title or sheet.name, self._formats.title)
        if self._totals:
            page.write_string(top - 1, 0, label("workbook_total", self._lang), self._formats.total)
        widths = []
        for position in range(len(self._columns)):
            widths.append(self._heading(position))
            self._cells(position, widths[-1])
            self._aids(position)
        self._notes(widths)
        # Not every program makes rows as high as their text when it opens a file.
        for row, lines in self._lines.items():
            page.set_row(row, _LINE_HEIGHT * lines)
        if widths:
            page.autofilter(top, 0, top + len(sheet.frame), len(widths) - 1)
        page.freeze_panes(top + 1, min(sheet.names, len(widths)))
        self._set_up_print(sum(widths))

    def _heading(self, position: int) -> int:
        """Write one heading; return the width of its column."""
        column, numbers = self._columns[position], self._numbers[position]
        look = self._formats.heading_of_numbers if numbers else self._formats.heading
        widest = _WIDEST_LAST if position == len(self._columns) - 1 else _WIDEST
        content = _content_width(column, self._sheet.frame.iloc[:, position], numbers=numbers)
        width = min(widest, max(_heading_width(column.title), content + 2))
        self._page.write_string(self._top, position, column.title, look)
        self._page.set_column(position, position, width)
        self._wrapped(self._top, column.title, width - 2)
        return width

    def _wrapped(self, row: int, text: str, width: int) -> None:
        """Note how many lines a text takes in a row."""
        lines = len(textwrap.wrap(text, max(1, width)))
        self._lines[row] = min(_MOST_LINES, max(self._lines.get(row, 1), lines))

    def _cells(self, position: int, width: int) -> None:
        """Write the cells of one column; what is missing stays blank."""
        page, formats, first = self._page, self._formats, self._top + 1
        values = self._sheet.frame.iloc[:, position]
        number = formats.number(excel_format(self._columns[position]))
        if is_numeric_dtype(values) and not is_bool_dtype(values):
            numbers = values.to_numpy(dtype="float64", na_value=math.nan)
            for row, value in enumerate(numbers.tolist(), start=first):
                if math.isfinite(value):
                    page.write_number(row, position, value, number)
            return
        secret = label(schema.SECRET, self._lang)
        missing = values.isna().tolist()
        for row, (value, blank) in enumerate(
            zip(values.tolist(), missing, strict=True), start=first
        ):
            if blank:
                continue
            if isinstance(value, int | float) and not isinstance(value, bool):
                page.write_number(row, position, value, number)
            elif value == schema.SECRET:
                page.write_string(row, position, secret, formats.secret)
            else:
                text = str(value)
                if len(text) > _TEXT_LIMIT:
                    text = text[: _TEXT_LIMIT - 1] + "…"
                look = formats.text
                if len(text) > width and " " in text:  # a URL is not broken into lines
                    look = formats.long_text
                    self._wrapped(row, text, width)
                page.write_string(row, position, text, look)

    def _aids(self, position: int) -> None:
        """Write the total of a column, and shade it, where the sheet asks for them."""
        values, column = self._sheet.frame.iloc[:, position], self._columns[position]
        # Of a column with secret cells a total would be partial, and tell of what is secret.
        if len(values) == 0 or not is_numeric_dtype(values):
            return
        first, last = self._top + 1, self._top + len(values)
        if column.name in self._sheet.totals:
            from xlsxwriter.utility import xl_range

            formula = f"=SUBTOTAL(109,{xl_range(first, position, last, position)})"
            look = self._formats.number(excel_format(column), total=True)
            self._page.write_formula(self._top - 1, position, formula, look, float(values.sum()))
        if column.name in self._sheet.shaded:
            # Of a share, all of it is the darkest; bars would need what other programs drop.
            darkest = {"max_type": "num", "max_value": 1} if column.kind == "share" else {}
            shades = {"min_type": "num", "min_value": 0, "min_color": "#FFFFFF", **darkest}
            rule = {"type": "2_color_scale", "max_color": "#9DB8D6", **shades}
            self._page.conditional_format(first, position, last, position, rule)

    def _notes(self, widths: Sequence[int]) -> None:
        """Write the notes over as many columns as make lines of a readable length."""
        last, width = 0, widths[0] if widths else _WIDEST
        while last + 1 < len(widths) and width < _NOTE_WIDTH:
            last += 1
            width += widths[last]
        for row, note in enumerate(self._sheet.notes, start=1):
            if last:
                self._page.merge_range(row, 0, row, last, "", self._formats.note)
            self._page.write_string(row, 0, note, self._formats.note)
            self._wrapped(row, note, width)

    def _set_up_print(self, width: int) -> None:
        """Print on A4, landscape, the headings on every page, so large that it can be read."""
        page = self._page
        page.set_landscape()
        page.set_paper(9)
        across = math.ceil(width / _PAGE_WIDTH)
        page.fit_to_pages(max(1, across), 0)
        page.repeat_rows(self._top)
        if across > 1:
            page.repeat_columns(0, self._sheet.names - 1)
        name = page.get_name().replace("&", "&&")
        page.set_footer(f"&L{name}&R&P / &N")


def _of_numbers(column: pd.Series) -> bool:
    """Return whether a column holds numbers, some of which may be secret."""
    if is_numeric_dtype(column):
        return not is_bool_dtype(column)
    told = [value for value in column.dropna().tolist() if value != schema.SECRET]
    return len(told) < column.count() and all(isinstance(value, int | float) for value in told)


def _heading_width(title: str) -> int:
    """Return the width that the longest word of a heading needs, and that keeps its lines few."""
    longest = max((len(word) for word in title.split()), default=0)
    return max(10, longest + 3, math.ceil(len(title) / _HEADING_LINES) + 4)


def _content_width(column: Column, values: pd.Series, *, numbers: bool) -> int:
    """Return how many characters the longest of the first cells has."""
    if numbers:
        largest = pd.to_numeric(values, errors="coerce").abs().max()
        return 0 if pd.isna(largest) else len(f"{largest:,.{column.decimals}f}")
    looked_at = values.head(_LOOKED_AT).dropna().tolist()
    return max((len(str(value)) for value in looked_at), default=0)
