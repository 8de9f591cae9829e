"""Zip archives that hold one table, as INSEE publishes them."""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ptce_geo.checks import listing
from ptce_geo.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLES: Final = (".csv", ".txt", ".tsv", ".xlsx", ".gpkg", ".geojson", ".json", ".shp", ".parquet")


@contextlib.contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Yield the table inside a zip archive, unpacked for the time of the block; else `path`.

    INSEE's "meta_….csv", which describe a table, are passed over.

    Raises
    ------
    UnreadableFileError
        When the archive is damaged, or holds no table or several.
    """
    names = _content(path)
    if names is None:
        yield path
        return
    tables = [
        name
        for name in names
        if name.lower().endswith(_TABLES) and not Path(name).name.lower().startswith(("meta", "._"))
    ]
    if len(tables) != 1:
        found = listing(names, most=10) or "nothing"
        msg = f"{path.name}: expected one table in the archive, found {found}; unpack it"
        raise UnreadableFileError(msg)
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)  # all of it: a shapefile is several files
        yield Path(folder) / tables[0]


def _content(path: Path) -> list[str] | None:
    """Return the files in a zip archive; None for anything else, workbooks and documents too."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    except zipfile.BadZipFile as error:
        msg = f"{path.name}: a damaged archive ({error}); fetch it again"
        raise UnreadableFileError(msg) from error
    return None if {"[Content_Types].xml", "content.xml"} & {*names} else names
