"""One table as one file: as it is in CSV, in words in a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ptce_geo.errors import InputError, OutputError
from ptce_geo.labels import Language, label
from ptce_geo.reports.workbook import Sheet, write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd

SUFFIXES: Final = (".csv", ".xlsx")


def write_table(
    table: pd.DataFrame,
    path: Path,
    *,
    sheets: Callable[[], Mapping[str, pd.DataFrame]],
    lang: Language = "fr",
    filled: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Write a table.

    Parameters
    ----------
    table : DataFrame
        What ``.csv`` holds, for other programs.
    path : Path
        The file, ``.csv`` or ``.xlsx``.
    sheets : callable
        Called for ``.xlsx``: what each sheet shows, by the key of its words ("sheet_<key>" and
        "note_<key>").
    lang : {"fr", "en"}
        Language of the workbook.
    filled : mapping, optional
        What goes into the gaps of the notes, by the key of the sheet.

    Raises
    ------
    InputError
        When the name ends otherwise.
    OutputError
        When the file cannot be written.
    """
    check_suffix(path)
    if path.suffix.lower() == ".xlsx":
        write_workbook(path, sheets_of(sheets(), lang, filled=filled), lang=lang)
        return
    try:
        table.to_csv(path, index=False)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror or error}"
        raise OutputError(msg) from error


def sheets_of(
    frames: Mapping[str, pd.DataFrame],
    lang: Language,
    *,
    filled: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Sheet]:
    """Return the sheets of frames, named and explained by the words of their keys.

    `filled` says what goes into the gaps of a note.
    """
    gaps = filled or {}
    return [
        Sheet(
            label(f"sheet_{name}", lang),
            frame,
            (label(f"note_{name}", lang).format(**gaps.get(name, {})),),
        )
        for name, frame in frames.items()
    ]


def check_suffix(path: Path) -> None:
    """Raise `InputError` unless `write_table` can write a file of that name."""
    if path.suffix.lower() not in SUFFIXES:
        msg = f"a table is not written as {path.name!r}; name it .csv or .xlsx"
        raise InputError(msg)
