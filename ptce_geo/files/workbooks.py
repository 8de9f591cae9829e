"""XLSX workbooks → the rows of a sheet, as text."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from typing import TYPE_CHECKING

import lazy_loader

from ptce_geo.files.cells import cell_text

# Only those who read a workbook wait for it to load.
openpyxl = lazy_loader.load("openpyxl")

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from openpyxl.workbook import Workbook


class WorkbookFile:
    """A workbook opened for reading: the values Excel last computed, no styles."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values = _open(path, data_only=True)
        # In read-only mode a chart sheet is not among these: it has no cells.
        self.sheets: list[str] = [sheet.title for sheet in self._values.worksheets]

    def rows(self, sheet: str, *, most: int | None = None) -> list[list[str]]:
        """Return the rows of `sheet`, blank ones included (the n-th is line n), at most `most`.

        A formula that was never computed has no value; its own text ("=B2*2") stands there.
        """
        rows = [[cell_text(value) for value in row] for row in _cells(self._values, sheet, most)]
        if most is None and self._has_formulas():
            formulas = _open(self._path, data_only=False)
            for row, cells in zip(rows, _cells(formulas, sheet, most), strict=True):
                for at, value in enumerate(cells):
                    if value is not None and not row[at]:
                        row[at] = str(getattr(value, "text", value))
            formulas.close()
        return rows

    def _has_formulas(self) -> bool:
        with zipfile.ZipFile(self._path) as archive:
            parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
            return any(re.search(rb"<f[ >/]", archive.read(part)) for part in parts)

    def close(self) -> None:
        """Close the file."""
        self._values.close()


def _open(path: Path, *, data_only: bool) -> Workbook:
    with warnings.catch_warnings():
        # openpyxl warns of what it leaves out (styles, validation rules): we ask for values only.
        warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
        # From bytes: given a path, openpyxl goes by its extension.
        stream = io.BytesIO(path.read_bytes())
        return openpyxl.load_workbook(stream, read_only=True, data_only=data_only)


def _cells(workbook: Workbook, sheet: str, most: int | None) -> Iterator[tuple[object, ...]]:
    worksheet = workbook[sheet]
    worksheet.reset_dimensions()  # many programs write a wrong one
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
        yield from worksheet.iter_rows(values_only=True, max_row=most)
