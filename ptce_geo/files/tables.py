"""A file → one table of raw text cells: headings, rows, and the line each row stands on."""

from __future__ import annotations

import contextlib
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ptce_geo.checks import listing
from ptce_geo.errors import InputError, PtceGeoError, UnreadableFileError
from ptce_geo.files import layers, text_files
from ptce_geo.files.cells import (
    parse_number,
    read_formula,
    says_nothing,
    says_total,
    squeeze,
)
from ptce_geo.files.problems import DOUBTFUL, Problem, Word
from ptce_geo.files.workbooks import WorkbookFile

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

CountHeadings = Callable[[Sequence[str]], int]

_READABLE: Final = "give a CSV, XLSX, GeoJSON, GPKG or Parquet file"
_HEADING_WINDOW: Final = 30  # rows within which the heading row is looked for

# How a file begins, whatever its name says → what to tell of one that is no table.
_NOT_TABLES: Final = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF",
    b"{\\rtf": "an RTF text",
    b"<": "a web page or XML",
    b"\x1f\x8b": "a gzip archive; unpack it",
}


@dataclass(frozen=True)
class Table:
    """The text of a list; every row is as long as `headings`."""

    what: str  # how a message names it
    headings: list[str]
    rows: list[list[str]]
    lines: list[int]
    problems: list[Problem]
    formulas: bool = False  # a cell that begins with "=" is a formula, not text: in a workbook


@dataclass(frozen=True)
class _Grid:
    """Rows before the heading row is known; rows without any text are left out."""

    what: str
    rows: list[list[str]]
    lines: list[int]
    problems: list[Problem]
    headed: bool = False  # the first row is the headings, the file says so
    formulas: bool = False


def read_table(
    path: str | os.PathLike[str], *, sheet: str | None, count_headings: CountHeadings
) -> Table:
    """Read the table in a file.

    Parameters
    ----------
    path : path
        CSV, XLSX, GeoJSON, GPKG or Parquet, told apart by their content.
    sheet : str or None
        Sheet of a workbook or layer of a GPKG; None takes the one with most known headings.
    count_headings : callable
        Row of cells → how many of them are headings that we know.

    Raises
    ------
    UnreadableFileError
        The file is missing, empty, or not a table.
    InputError
        There is no such sheet.
    """
    file = Path(path)
    head = first_bytes(file)
    with damage_said(file):
        grid = _read_grid(file, head, sheet=sheet, count_headings=count_headings)
    return _under_headings(grid, count_headings)


@contextlib.contextmanager
def damage_said(file: Path) -> Iterator[None]:
    """Raise `UnreadableFileError` for whatever a library's parser trips over in `file`."""
    try:
        yield
    except PtceGeoError:
        raise
    except Exception as error:
        reason = squeeze(str(error)) or type(error).__name__
        msg = f"{file.name}: damaged or not what its first bytes say ({reason[:150]}); {_READABLE}"
        raise UnreadableFileError(msg) from error


def first_bytes(file: Path) -> bytes:
    """Return the first bytes of a file, or raise `UnreadableFileError` if it cannot be read."""
    if file.is_dir():
        msg = f"{file} is a directory; {_READABLE}"
        raise UnreadableFileError(msg)
    try:
        with file.open("rb") as stream:
            head = stream.read(4096)
    except FileNotFoundError:
        msg = f"no such file: {file}"
        raise UnreadableFileError(msg) from None
    except OSError as error:
        msg = f"{file} cannot be opened: {error.strerror or error}"
        raise UnreadableFileError(msg) from error
    if not head.removeprefix(b"\xef\xbb\xbf").strip():
        msg = f"{file.name} is empty"
        raise UnreadableFileError(msg)
    return head


def _read_grid(
    file: Path, head: bytes, *, sheet: str | None, count_headings: CountHeadings
) -> _Grid:
    """Read a file as what its first bytes say it is."""
    if head.startswith(b"PK"):
        _require_xlsx(file)
        return _read_workbook(file, sheet=sheet, count_headings=count_headings)
    if layers.holds_layers(head):
        return _read_layer(file, sheet=sheet, count_headings=count_headings)
    if sheet is not None:
        msg = f"{file.name} has no sheets; read it without naming one (sheet=)"
        raise InputError(msg)
    if head.startswith(b"PAR1"):
        rows = layers.read_parquet(file, what=file.name)
        return _headed_grid(file.name, rows, [])
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        locked = "EncryptedPackage".encode("utf-16-le") in file.read_bytes()
        found = "protected by a password; save it without" if locked else "an old .xls or .doc"
        msg = f"{file.name} is {found}; save it as .xlsx"
        raise UnreadableFileError(msg)
    for beginning, found in _NOT_TABLES.items():
        if head.lstrip().startswith(beginning):
            msg = f"{file.name} is {found}, not a table; {_READABLE}"
            raise UnreadableFileError(msg)
    text, problems = text_files.decode(file.read_bytes(), what=file.name)
    if not re.search(r"\w", text):
        msg = f"{file.name} is empty"
        raise UnreadableFileError(msg)
    with text_files.cells_as_long_as(text):
        delimiter = text_files.find_delimiter(text, count_headings)
        rows, lines, more = text_files.read_rows(text, delimiter)
    return _Grid(file.name, rows, lines, problems + more)


def _require_xlsx(file: Path) -> None:
    """Raise unless a zip archive is an XLSX workbook."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        msg = f"{file.name}: a damaged workbook or archive ({error}); save it again as .xlsx"
        raise UnreadableFileError(msg) from error
    if "xl/workbook.xml" in names:
        return
    if "xl/workbook.bin" in names or "content.xml" in names:
        found = (
            "a binary workbook (.xlsb)" if "xl/workbook.bin" in names else "an OpenDocument file"
        )
        msg = f"{file.name} is {found}; save it as .xlsx"
    elif "word/document.xml" in names:
        msg = f"{file.name} is a Word document, not a table; copy its table to a workbook (.xlsx)"
    else:
        msg = f"{file.name} is a zip archive, not a table; {_READABLE}"
    raise UnreadableFileError(msg)


def _read_workbook(file: Path, *, sheet: str | None, count_headings: CountHeadings) -> _Grid:
    workbook = WorkbookFile(file)
    try:
        sheets = workbook.sheets
        counts = {
            name: max(map(count_headings, workbook.rows(name, most=_HEADING_WINDOW)), default=0)
            for name in (sheets if sheet is None and len(sheets) > 1 else [])
        }
        chosen, problems = _choose(sheet, sheets, counts, what=file.name, kind="sheet")
        rows = workbook.rows(chosen)
    finally:
        workbook.close()
    # A workbook leaves blank cells at the end of a row out; that is no row cut short.
    width = max(map(len, rows), default=0)
    padded = [row + [""] * (width - len(row)) for row in rows]
    filled = [(line, row) for line, row in enumerate(padded, start=1) if "".join(row).strip()]
    name = f"{file.name}, sheet {chosen!r}"
    cells, lines = [row for _, row in filled], [line for line, _ in filled]
    return _Grid(name, cells, lines, problems, formulas=True)


def _read_layer(file: Path, *, sheet: str | None, count_headings: CountHeadings) -> _Grid:
    names = layers.layer_names(file)
    counts = {
        name: count_headings(layers.layer_headings(file, name))
        for name in (names if sheet is None and len(names) > 1 else [])
    }
    chosen, problems = _choose(sheet, names, counts, what=file.name, kind="layer")
    name = file.name if len(names) == 1 else f"{file.name}, layer {chosen!r}"
    return _headed_grid(name, layers.read_layer(file, chosen, what=name), problems)


def _choose(
    sheet: str | None, names: list[str], counts: dict[str, int], *, what: str, kind: str
) -> tuple[str, list[Problem]]:
    """Return the sheet to read, and a problem that names others that look like lists."""
    if not names:
        msg = f"{what} has no {kind} with cells; {_READABLE}"
        raise UnreadableFileError(msg)
    if sheet is not None:
        if sheet in names:
            return sheet, []
        msg = f"{what} has no {kind} {sheet!r}; it has {listing(names, most=20)}"
        raise InputError(msg)
    chosen = max(names, key=lambda name: counts.get(name, 0))  # the first of the best
    others = [name for name in names if name != chosen and counts[name] > 1]
    if not others:
        return chosen, []
    word: Word = "other_sheets" if kind == "sheet" else "other_layers"
    return chosen, [Problem(None, None, ", ".join(others), DOUBTFUL, word, {"read": chosen})]


def _headed_grid(what: str, rows: list[list[str]], problems: list[Problem]) -> _Grid:
    """Return the grid of a file with named columns; its rows are numbered from 1."""
    filled = [(at, row) for at, row in enumerate(rows) if at == 0 or "".join(row).strip()]
    return _Grid(what, [row for _, row in filled], [at for at, _ in filled], problems, headed=True)


def _under_headings(grid: _Grid, count_headings: CountHeadings) -> Table:
    """Find the heading row (the one with most known headings, the first of equals) and split."""
    if not grid.rows:
        msg = f"{grid.what} is empty"
        raise UnreadableFileError(msg)
    window = range(1 if grid.headed else min(len(grid.rows), _HEADING_WINDOW))
    at = max(window, key=lambda row: count_headings(grid.rows[row]))
    headings = [squeeze(cell) for cell in grid.rows[at]]
    problems = [*grid.problems]
    if at:
        above = " / ".join(squeeze(" ".join(row)) for row in grid.rows[:at])
        details = {"line": str(grid.lines[at])}
        problems.append(Problem(None, None, above, DOUBTFUL, "above_headings", details))
    rows, lines, more = _body(grid, at)
    if not rows:
        msg = f"{grid.what} has headings and no row under them; found {listing(headings, most=12)}"
        raise UnreadableFileError(msg)
    headings, rows = _rectangular(headings, rows)
    return Table(grid.what, headings, rows, lines, problems + more, grid.formulas)


def _body(grid: _Grid, at: int) -> tuple[list[list[str]], list[int], list[Problem]]:
    """Return the rows under the heading row `at`, their lines, and which of them look odd."""
    rows, lines, problems = [], [], []
    heading_row = grid.rows[at]
    named = max(place + 1 for place, heading in enumerate(heading_row) if heading.strip())
    for row, line in zip(grid.rows[at + 1 :], grid.lines[at + 1 :], strict=True):
        if row[:named] == heading_row[:named]:
            again, where = " / ".join(filter(None, map(squeeze, row))), {"line": str(line)}
            # Of the file as a whole: no row of the frame stands on that line.
            problems.append(Problem(None, None, again, DOUBTFUL, "headings_again", where))
            continue
        filled = max(place + 1 for place, cell in enumerate(row) if cell.strip())
        if filled > len(heading_row) or len(row) < named:
            found = max(filled, min(len(row), named))
            widths = {"cells": found, "headings": named}
            problems.append(Problem(line, None, None, DOUBTFUL, "width_of_row", widths))
        if title := _total(row):
            problems.append(Problem(line, None, title, DOUBTFUL, "total_row"))
        rows.append(row)
        lines.append(line)
    return rows, lines, problems


def _total(row: list[str]) -> str | None:
    """Return the title of a row that says "Total" and, beside it, nothing but numbers."""
    whole = "".join(row).lower()
    if "tota" not in whole and "somme" not in whole:  # as good as every row
        return None
    texts = [text for cell in row if not says_nothing(text := squeeze(cell))]
    titles = [text for text in texts if not read_formula(text) and parse_number(text) is None]
    return titles[0] if titles and all(map(says_total, titles)) else None


def _rectangular(headings: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Make all rows as long, name columns that have no heading, drop those that say nothing."""
    width = max(len(headings), *map(len, rows))
    headings = headings + [""] * (width - len(headings))
    rows = [row + [""] * (width - len(row)) for row in rows]
    kept = [at for at in range(width) if headings[at] or any(row[at].strip() for row in rows)]
    named = [headings[at] or f"column {at + 1}" for at in kept]
    return named, rows if len(kept) == width else [[row[at] for at in kept] for row in rows]
