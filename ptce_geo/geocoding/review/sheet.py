"""The file of a review: which columns it has, and how it is written and read, XLSX or CSV.

Every cell is text here. In the file no text becomes a formula: cells of a workbook are typed as
text, and in a CSV an apostrophe stands before what a spreadsheet would take for a formula.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import lazy_loader

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.errors import InputError, MissingColumnError, OutputError
from ptce_geo.files import read_table
from ptce_geo.files.cells import fold, parse_number, squeeze
from ptce_geo.labels import LANGUAGES, Language, label

# Only those who write a workbook wait for it to load.
openpyxl = lazy_loader.load("openpyxl")

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ptce_geo.files.problems import Problem

CORRECTED_ADDRESS: Final = "corrected_address"
CORRECTED_POSTCODE: Final = "corrected_postcode"
CORRECTED_CITY: Final = "corrected_city"
CORRECTED_LONGITUDE: Final = "corrected_longitude"
CORRECTED_LATITUDE: Final = "corrected_latitude"
CORRECTED_CODE_COMMUNE: Final = "corrected_code_commune"
DECISION: Final = "decision"
NOTE: Final = "note"
COORDINATES: Final = "coordinates"
CANDIDATES: Final = "candidates"

# What tells that a row is still about the same address.
ADDRESS_COLUMNS: Final = (schema.ADDRESS, schema.POSTCODE, schema.CITY)
DECLARED_COLUMNS: Final = (schema.MEMBER_ID, schema.MEMBER_NAME, *ADDRESS_COLUMNS, schema.SIRET)
FOUND_COLUMNS: Final = (
    schema.GEOCODE_STATUS,
    schema.GEOCODE_REASON,
    schema.GEOCODE_LABEL,
    schema.GEOCODE_PRECISION,
    schema.GEOCODE_SCORE,
    schema.LONGITUDE,
    schema.LATITUDE,
    COORDINATES,
    CANDIDATES,
)
CORRECTION_COLUMNS: Final = (
    CORRECTED_ADDRESS,
    CORRECTED_POSTCODE,
    CORRECTED_CITY,
    CORRECTED_LONGITUDE,
    CORRECTED_LATITUDE,
    CORRECTED_CODE_COMMUNE,
)
FILL_COLUMNS: Final = (*CORRECTION_COLUMNS, DECISION, NOTE)
REVIEW_COLUMNS: Final = (*DECLARED_COLUMNS, *FOUND_COLUMNS, *FILL_COLUMNS)
_NUMBERS: Final = (schema.GEOCODE_SCORE, schema.LONGITUDE, schema.LATITUDE)
_OWN: Final = (COORDINATES, CANDIDATES, *FILL_COLUMNS)

LONGEST_CELL: Final = 32_000  # characters; Excel takes 32,767
_WIDTHS: Final = {
    schema.MEMBER_NAME: 30,
    schema.ADDRESS: 34,
    schema.CITY: 22,
    schema.SIRET: 17,
    schema.GEOCODE_REASON: 38,
    schema.GEOCODE_LABEL: 34,
    COORDINATES: 24,
    CANDIDATES: 48,
    CORRECTED_ADDRESS: 34,
    CORRECTED_CITY: 22,
    NOTE: 30,
}
_WIDTH: Final = 14
_HELP_WIDTH: Final = 110
_LINE_HEIGHT: Final = 15  # points
_MOST_LINES: Final = 8
_WRAPPED: Final = (schema.ADDRESS, schema.GEOCODE_REASON, schema.GEOCODE_LABEL, CANDIDATES, NOTE)
_FILL_COLOUR: Final = "FFF6D5"
_HEADING_COLOUR: Final = "E8EDF2"
_FILL_HEADING_COLOUR: Final = "F5D97A"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LIKE_A_FORMULA: Final = ("=", "+", "-", "@")

Cells = dict[str, str]


@dataclass(frozen=True)
class ReviewRow:
    """A row of a review as it stands in the file.

    Attributes
    ----------
    line : int
        Where it stands.
    cells : dict
        Text by column (`REVIEW_COLUMNS`); an empty cell is "".
    """

    line: int
    cells: Cells

    @property
    def filled(self) -> bool:
        """Whether a person wrote anything in it."""
        return any(self.cells[column] for column in FILL_COLUMNS)

    @property
    def corrected(self) -> bool:
        """Whether a person wrote what is right in it, rather than a decision or a note."""
        return any(self.cells[column] for column in CORRECTION_COLUMNS)


def heading(column: str, lang: Language) -> str:
    """Return what stands above a column of a review.

    Examples
    --------
    >>> heading("postcode", "fr"), heading("corrected_postcode", "en")
    ('Code postal', 'Corrected postcode')
    """
    return label(f"{'review' if column in _OWN else 'column'}_{column}", lang)


def plain(text: str) -> str:
    """Return the text of a cell as a review holds it: on one line, without control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())[:LONGEST_CELL]


# --- reading -------------------------------------------------------------------------------------


def read_rows(path: Path) -> list[ReviewRow]:
    """Return the rows of a review, French or English, XLSX or CSV.

    Raises
    ------
    UnreadableFileError
        When the file cannot be read as a table.
    MissingColumnError
        When it lacks the columns that a review is recognised by.
    InputError
        When a row has more cells than there are headings.
    """
    known = _headings()
    table = read_table(
        path, sheet=None, count_headings=lambda row: sum(fold(c) in known for c in row)
    )
    places: dict[str, int] = {}
    for place, text in enumerate(table.headings):
        if column := known.get(fold(text)):
            places.setdefault(column, place)
    needed = (schema.MEMBER_ID, *ADDRESS_COLUMNS)
    missing = [heading(column, "fr") for column in needed if column not in places]
    if not missing and not set(places) & set(FILL_COLUMNS):
        missing = [heading(column, "fr") for column in FILL_COLUMNS]
    if missing:
        msg = (
            f"{table.what} is no review: no column {listing(missing)}; "
            f"found {listing(table.headings, most=12)}"
        )
        raise MissingColumnError(msg)
    for problem in table.problems:
        _require_aligned(table.what, problem)
    guarded = path.suffix.lower() == ".csv"
    return [
        ReviewRow(line, _cells(row, places, guarded=guarded))
        for row, line in zip(table.rows, table.lines, strict=True)
    ]


def _headings() -> dict[str, str]:
    return {fold(heading(column, lang)): column for column in REVIEW_COLUMNS for lang in LANGUAGES}


def _require_aligned(what: str, problem: Problem) -> None:
    if problem.word != "width_of_row" or problem.details is None:
        return
    cells, headings = problem.details["cells"], problem.details["headings"]
    if int(cells) > int(headings):
        msg = (
            f"{what}, line {problem.line}: {cells} cells under {headings} headings; "
            f"put text that holds a delimiter in quotes"
        )
        raise InputError(msg)


def _cells(row: Sequence[str], places: dict[str, int], *, guarded: bool) -> Cells:
    cells = dict.fromkeys(REVIEW_COLUMNS, "")
    for column, place in places.items():
        text = squeeze(row[place])
        if guarded and text.startswith("'") and text[1:].lstrip("'").startswith(_LIKE_A_FORMULA):
            text = text[1:]
        cells[column] = text
    return cells


# --- writing -------------------------------------------------------------------------------------


def write_rows(path: Path, rows: Sequence[Cells], lang: Language) -> None:
    """Write a review; what stood at `path` is there until all of it is written.

    Raises
    ------
    InputError
        When the name ends neither in .xlsx nor in .csv.
    OutputError
        When the file cannot be written.
    """
    check_suffix(path)
    tidy = [{column: plain(text) for column, text in row.items()} for row in rows]
    if not tidy:  # a table must have a row
        nothing = label("review_nothing", lang)
        tidy = [{**dict.fromkeys(REVIEW_COLUMNS, ""), schema.GEOCODE_REASON: nothing}]
    written = _csv(tidy, lang) if path.suffix.lower() == ".csv" else _xlsx(tidy, lang)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            beside.write_bytes(written)
            beside.replace(path)
        finally:
            with contextlib.suppress(OSError):
                beside.unlink()
    except OSError as error:
        open_elsewhere = isinstance(error, PermissionError) and path.exists()
        advice = "close it where it is open" if open_elsewhere else "choose another folder"
        msg = f"cannot write {path}: {error.strerror or error}; {advice}"
        raise OutputError(msg) from error


def check_suffix(path: Path) -> None:
    """Raise `InputError` unless `path` names a file that a review can be."""
    if path.suffix.lower() not in {".xlsx", ".csv"}:
        msg = f"a review is a workbook or a CSV, not {path.name!r}; name it .xlsx or .csv"
        raise InputError(msg)


def _csv(rows: Sequence[Cells], lang: Language) -> bytes:
    """Return a CSV that Excel opens by itself: mark, semicolons, decimals of the language."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow([heading(column, lang) for column in REVIEW_COLUMNS])
    for row in rows:
        writer.writerow([_csv_cell(column, row[column], lang) for column in REVIEW_COLUMNS])
    return stream.getvalue().encode("utf-8-sig")


def _csv_cell(column: str, text: str, lang: Language) -> str:
    number = column in _NUMBERS or column in {CORRECTED_LONGITUDE, CORRECTED_LATITUDE}
    if number and (value := parse_number(text)) is not None:
        return repr(value).replace(".", ",") if lang == "fr" else repr(value)
    return f"'{text}" if text.lstrip("'").startswith(_LIKE_A_FORMULA) else text


def _xlsx(rows: Sequence[Cells], lang: Language) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = label("review_sheet", lang)
    looks = _Looks()
    for place, column in enumerate(REVIEW_COLUMNS, start=1):
        cell = sheet.cell(row=1, column=place)
        _put_text(cell, heading(column, lang))
        looks.head(cell, column)
        letter = openpyxl.utils.get_column_letter(place)
        sheet.column_dimensions[letter].width = _width(column)
    sheet.row_dimensions[1].height = 2 * _LINE_HEIGHT
    for line, row in enumerate(rows, start=2):
        for place, column in enumerate(REVIEW_COLUMNS, start=1):
            cell = sheet.cell(row=line, column=place)
            number = parse_number(row[column]) if column in _NUMBERS else None
            if number is not None:
                cell.value = number
            elif row[column]:
                _put_text(cell, row[column])
            looks.body(cell, column)
        # LibreOffice makes no room for what is wrapped.
        lines = max(_lines(row[column], _width(column)) for column in _WRAPPED)
        sheet.row_dimensions[line].height = lines * _LINE_HEIGHT
    _make_handy(sheet, len(rows) + 1, lang)
    _write_help(book, lang)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _width(column: str) -> int:
    return _WIDTHS.get(column, _WIDTH)


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes in a cell of that width (characters)."""
    return min(max(1, len(textwrap.wrap(text, width))), _MOST_LINES)


def _put_text(cell: Any, text: str) -> None:  # noqa: ANN401 - openpyxl publishes no types
    cell.value = text
    cell.data_type = "s"  # also where it begins like a formula


class _Looks:
    """How cells look; each look is made once and shared."""

    def __init__(self) -> None:
        styles = openpyxl.styles
        self._bold = styles.Font(bold=True)
        self._open = styles.Protection(locked=False)
        self._top = styles.Alignment(vertical="top")
        self._wrapped = styles.Alignment(vertical="top", wrap_text=True)
        self._colours = {
            colour: styles.PatternFill("solid", fgColor=colour)
            for colour in (_FILL_COLOUR, _HEADING_COLOUR, _FILL_HEADING_COLOUR)
        }
        self._made: dict[str, Any] = {}

    def head(self, cell: Any, column: str) -> None:  # noqa: ANN401
        cell.font = self._bold
        cell.alignment = self._wrapped
        fill = column in FILL_COLUMNS
        cell.fill = self._colours[_FILL_HEADING_COLOUR if fill else _HEADING_COLOUR]

    def body(self, cell: Any, column: str) -> None:  # noqa: ANN401
        if column in self._made:
            cell._style = self._made[column]
            return
        cell.alignment = self._wrapped if column in _WRAPPED else self._top
        if column not in _NUMBERS:
            # As text: what a person types stays what was typed ("01000", "4,39").
            cell.number_format = "@"
        elif column != schema.GEOCODE_SCORE:
            cell.number_format = "0.000000"
        if column in FILL_COLUMNS:
            cell.fill = self._colours[_FILL_COLOUR]
            cell.protection = self._open
        self._made[column] = cell._style


def _make_handy(sheet: Any, last: int, lang: Language) -> None:  # noqa: ANN401
    """Freeze the headings, let rows be filtered, offer the decisions, lock what is not to fill."""
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{openpyxl.utils.get_column_letter(len(REVIEW_COLUMNS))}{last}"
    words = ",".join(label(f"review_{word}", lang) for word in ("accept", "reject"))
    offered = openpyxl.worksheet.datavalidation.DataValidation(
        type="list", formula1=f'"{words}"', allow_blank=True, showErrorMessage=True
    )
    offered.error = label("review_wrong_decision", lang)
    letter = openpyxl.utils.get_column_letter(REVIEW_COLUMNS.index(DECISION) + 1)
    offered.add(f"{letter}2:{letter}{last}")
    sheet.add_data_validation(offered)
    # No password: it keeps from slips, not from anybody. False is what stays allowed.
    sheet.protection.sheet = True
    for allowed in ("formatColumns", "formatRows", "autoFilter", "sort"):
        setattr(sheet.protection, allowed, False)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(
        fitToPage=True
    )
    sheet.print_title_rows = "1:1"


def _write_help(book: Any, lang: Language) -> None:  # noqa: ANN401
    sheet = book.create_sheet(label("review_help_sheet", lang))
    sheet.column_dimensions["A"].width = _HELP_WIDTH
    for line, text in enumerate(label("review_help", lang).split("\n"), start=1):
        cell = sheet.cell(row=line, column=1)
        _put_text(cell, text)
        cell.alignment = openpyxl.styles.Alignment(vertical="top", wrap_text=True)
        sheet.row_dimensions[line].height = _lines(text, _HELP_WIDTH) * _LINE_HEIGHT
