"""Delimited text (CSV) → rows of cells with their lines; encoding and delimiter are found."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from ptce_geo.errors import UnreadableFileError
from ptce_geo.files.problems import DOUBTFUL, REPAIRED, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

DELIMITERS: Final = (";", ",", "\t", "|")
_SAMPLE_LINES: Final = 60


def decode(data: bytes, *, what: str) -> tuple[str, list[Problem]]:
    r"""Return the text of a file in UTF-8 (with or without mark), UTF-16 with mark, or cp1252.

    Lists are pasted together from others, so a file that is not UTF-8 is decoded line by line.

    Examples
    --------
    >>> decode("Commune\nÉvreux".encode("cp1252"), what="a.csv")
    ('Commune\nÉvreux', [])
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _text_only(data.decode("utf-16", errors="replace"), what=what), []
    try:
        return _text_only(data.decode("utf-8-sig"), what=what), []
    except UnicodeDecodeError:
        pass
    lines = [_decode_line(line) for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    text = _text_only("\n".join(line for line, _ in lines), what=what)
    problems = []
    utf8_lines = sum(utf8 for _, utf8 in lines)
    if utf8_lines:
        details = {"lines": utf8_lines}
        problems.append(Problem(None, None, None, REPAIRED, "mixed_encodings", details))
    if unknown := text.count("\N{REPLACEMENT CHARACTER}"):
        details = {"characters": unknown}
        problems.append(Problem(None, None, None, DOUBTFUL, "unknown_characters", details))
    return text, problems


def _decode_line(line: bytes) -> tuple[str, bool]:
    """Return a line's text and whether it holds accents written in UTF-8."""
    try:
        return line.decode("utf-8"), not line.isascii()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace"), False


def _text_only(text: str, *, what: str) -> str:
    strange = len(re.findall(r"[\x00-\x08\x0e-\x19\x1b-\x1f]", text))
    if "\x00" in text or strange > len(text) / 100:
        msg = f"{what}: not a table but binary data; give a CSV, XLSX, GeoJSON, GPKG or Parquet"
        raise UnreadableFileError(msg)
    return text


@contextlib.contextmanager
def cells_as_long_as(text: str) -> Iterator[None]:
    """Let the csv module read cells as long as `text` (131,072 characters by default)."""
    limit = csv.field_size_limit()
    csv.field_size_limit(max(limit, len(text)))
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def find_delimiter(text: str, count_headings: Callable[[Sequence[str]], int]) -> str:
    """Return the delimiter under which most headings are recognised and the rows agree best."""
    sample = list(itertools.islice(io.StringIO(text, newline=""), _SAMPLE_LINES))
    if declared := re.fullmatch(r"sep=(.)\s*", sample[0], re.IGNORECASE):
        return declared[1]

    def quality(delimiter: str) -> tuple[int, bool, float, int]:
        rows = [row for _, _, row in _records(sample, delimiter) if any(row)]
        if not rows:
            return 0, False, 0.0, 0
        counts = [count_headings(row) for row in rows]
        widths = Counter(len(row) for row in rows)
        if any(counts):
            width = len(rows[counts.index(max(counts))])
        else:
            width = max(widths, key=lambda width: (widths[width], width))
        return max(counts), width > 1, widths[width] / len(rows), width

    return max(DELIMITERS, key=quality)


def read_rows(text: str, delimiter: str) -> tuple[list[list[str]], list[int], list[Problem]]:
    """Return the rows that say something, the line each starts at, and the problems met.

    An opening quote without an end makes a CSV reader swallow the lines that follow into one
    cell; where a cell holds whole rows, its lines are read one by one instead.
    """
    lines = list(io.StringIO(text.rstrip("\r\n") + "\n", newline=""))
    rows: list[list[str]] = []
    starts: list[int] = []
    problems = []
    widths: Counter[int] = Counter()
    for start, end, row in _records(lines, delimiter):
        open_ended = end > start or end == len(lines)
        if open_ended and _has_swallowed(row, delimiter, widths):
            here, details = lines[start - 1].strip(), {"first": str(start), "last": str(end)}
            problems.append(Problem(start, None, here, DOUBTFUL, "unclosed_quote", details))
            found = [_alone(line, delimiter) for line in lines[start - 1 : end]]
        else:
            found = [row]
        for offset, cells in enumerate(found):
            if "".join(cells).strip():
                rows.append(cells)
                starts.append(start + offset)
                widths[len(cells)] += 1
    if rows and re.fullmatch(r"sep=.?", "".join(rows[0]).strip(), re.IGNORECASE):
        del rows[0], starts[0]
    return rows, starts, problems


def _records(lines: list[str], delimiter: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the first line, the last line and the cells of each record."""
    reader = csv.reader(lines, delimiter=delimiter)
    start = 1
    for row in reader:
        yield start, reader.line_num, row
        start = reader.line_num + 1


def _has_swallowed(row: list[str], delimiter: str, widths: Counter[int]) -> bool:
    """Tell whether a cell over several lines holds another row, or the rest of its own.

    `widths` counts the widths of the rows before this one.
    """
    # The first rows may be titles: they do not tell how wide a row is.
    settled = widths.total() >= 5
    width = max(widths.most_common(1)[0][0] if settled else max([len(row), *widths]), 2)
    for at, cell in enumerate(row):
        first, *rest = re.split(r"\r\n?|\n", cell)
        if any(line.count(delimiter) >= width - 1 for line in rest):
            return True
        if rest and len(row) != width and first.count(delimiter) >= max(width - 1 - at, 1):
            return True
    return False


def _alone(line: str, delimiter: str) -> list[str]:
    """Return the cells of one line, in which a quote may stay open."""
    cells = next(csv.reader([line], delimiter=delimiter), [])
    if any("\n" in cell or "\r" in cell for cell in cells):
        plain = csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE)
        cells = [cell.strip('"') for cell in next(plain)]
    return cells
