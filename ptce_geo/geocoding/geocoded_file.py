"""The file of a geocoded list: written whole or not at all, and read back as it was."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing, require_columns, require_writable
from ptce_geo.errors import InputError, OutputError, PtceGeoError, UnreadableFileError
from ptce_geo.files.tables import damage_said, first_bytes

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

SUFFIXES: Final = (".csv", ".gpkg", ".geojson", ".parquet")
_NUMBERS: Final = (*schema.GEOCODE_NUMBERS, *schema.NUMERIC_MEMBER_COLUMNS)
_WRITTEN_BY: Final = "give what ptce-geo geocode wrote"


def check_out(path: Path, *, inputs: Iterable[Path | None] = ()) -> None:
    """Raise unless a geocoded list can be written to `path`, before any work is done for it.

    Parameters
    ----------
    path : Path
        The file to write.
    inputs : iterable of Path or None
        Files that are read and must not be written over.

    Raises
    ------
    InputError
        When the name ends in none of `SUFFIXES`.
    OutputError
        When there is no such folder, or the file is one of `inputs`.

    Examples
    --------
    >>> check_out(Path("members.xlsx"))
    Traceback (most recent call last):
    ...
    ptce_geo.errors.InputError: a geocoded list is not written as 'members.xlsx'; name it .csv, \
.gpkg, .geojson or .parquet
    """
    if path.suffix.lower() not in SUFFIXES:
        *most, last = SUFFIXES
        known = f"{', '.join(most)} or {last}"
        msg = f"a geocoded list is not written as {path.name!r}; name it {known}"
        raise InputError(msg)
    require_writable(path, inputs=inputs)


def write_geocoded(geocoded: gpd.GeoDataFrame, path: str | os.PathLike[str]) -> None:
    """Write a geocoded list: CSV (UTF-8, commas), GeoPackage, GeoJSON or Parquet, by its name.

    Parameters
    ----------
    geocoded : GeoDataFrame
        What `geocode` or `apply_review` returned. A CSV has its points in ``longitude`` and
        ``latitude``.
    path : path
        The file; what stood there is there until all of it is written.

    Raises
    ------
    InputError
        When the name ends in none of `SUFFIXES`.
    OutputError
        When the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from ptce_geo.geocoding import geocode
    >>> located = geocode(pd.DataFrame({"member_id": ["a"], "city": ["Lyon"]}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_geocoded(located, f"{folder}/members.csv")
    ...     read_geocoded(f"{folder}/members.csv").equals(located)
    True
    """
    file = Path(path)
    check_out(file)
    frame = geocoded.reset_index(drop=True)
    frame.attrs = {}  # what was wrong in the list is no part of it
    with _beside(file) as place:
        match file.suffix.lower():
            case ".csv":
                frame.drop(columns="geometry").to_csv(place, index=False)
            case ".parquet":
                frame.to_parquet(place)
            case ".gpkg":
                # A list may have columns of the names that are usual for these two.
                own = {"FID": "ptce_geo_fid", "GEOMETRY_NAME": "ptce_geo_point"}
                frame.to_file(place, driver="GPKG", layer="members", layer_options=own)
            case _:
                frame.to_file(place, driver="GeoJSON")


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Give a place to write to; what is there moves to `path` if nothing went wrong."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=".ptce-geo-", dir=path.absolute().parent))
        try:
            yield folder / path.name
            (folder / path.name).replace(path)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except PtceGeoError:
        raise
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror or error}"
        raise OutputError(msg) from error
    except (ValueError, RuntimeError) as error:  # what the drivers of geopandas raise
        reason = " ".join(str(error).split())
        msg = f"cannot write {path}: {reason[:200]}; try .csv"
        raise OutputError(msg) from error


def read_geocoded(path: str | os.PathLike[str]) -> gpd.GeoDataFrame:
    """Read a geocoded list back as it was written.

    Unlike a list of members, whose own columns are kept apart from those of an earlier run, this
    is the earlier run.

    Parameters
    ----------
    path : path
        What `write_geocoded` wrote, or ``members.csv`` of a study. A CSV may have gone through a
        spreadsheet (semicolons, decimal commas).

    Returns
    -------
    GeoDataFrame, EPSG:4326
        The same rows and columns; the points are those of ``longitude`` and ``latitude``.

    Raises
    ------
    UnreadableFileError
        When the file is missing, or none of `SUFFIXES` in fact.
    MissingColumnError
        When it is no geocoded list: it lacks some of `schema.GEOCODE_COLUMNS`.
    InputError
        When a number is none.
    """
    file = Path(path)
    head = first_bytes(file)
    with damage_said(file):
        if head.startswith(b"PAR1"):
            frame = pd.DataFrame(gpd.read_parquet(file))
        elif head.startswith((b"SQLite format 3\x00", b"{")):
            frame = pd.DataFrame(gpd.read_file(file))
        elif b"\x00" in head:
            msg = f"{file.name} is no CSV, GeoPackage, GeoJSON or Parquet; {_WRITTEN_BY}"
            raise UnreadableFileError(msg)
        else:
            frame = _read_csv(file, head)
    require_columns(frame, schema.GEOCODE_COLUMNS, what=f"{file.name} is no geocoded list")
    frame = frame.drop(columns=["geometry", "ptce_geo_point"], errors="ignore")
    for column in frame:
        if column in _NUMBERS:
            frame[column] = _numbers(frame[column], file)
        elif column == schema.SOURCE_LINE:
            frame[column] = _numbers(frame[column], file).astype("int64")
        elif frame[column].dtype.kind not in "iufbM" or column in schema.GEOCODE_DTYPES:
            frame[column] = frame[column].astype("str")
    odd = ~frame[schema.GEOCODE_STATUS].isin(schema.STATUSES)
    if odd.any():
        found = listing(frame.loc[odd, schema.GEOCODE_STATUS].fillna("–").unique())
        msg = f"{file.name}: geocode_status {found}; known: {', '.join(schema.STATUSES)}"
        raise InputError(msg)
    points = gpd.GeoSeries.from_xy(
        frame[schema.LONGITUDE], frame[schema.LATITUDE], crs=schema.WGS84
    )
    points[frame[schema.LONGITUDE].isna().to_numpy()] = None
    return gpd.GeoDataFrame(frame, geometry=points)


def _read_csv(file: Path, head: bytes) -> pd.DataFrame:
    """Return the cells of a CSV as text, empty ones missing."""
    headings = head.split(b"\n", maxsplit=1)[0]
    delimiter = max((",", ";", "\t"), key=lambda mark: headings.count(mark.encode()))
    try:
        return pd.read_csv(
            file,
            sep=delimiter,
            dtype="str",
            keep_default_na=False,
            na_values=[""],
            encoding="utf-8-sig",
        )
    except UnicodeDecodeError:
        msg = f"{file.name} is not in UTF-8; save it as CSV UTF-8, or {_WRITTEN_BY}"
        raise UnreadableFileError(msg) from None


def _numbers(cells: pd.Series, file: Path) -> pd.Series:
    """Return cells as numbers, bit for bit as they were written."""
    if cells.dtype.kind in "iuf":
        return cells.astype("float64")
    text = cells.astype("str").str.strip().str.replace(",", ".")
    try:
        # float() reads what repr() wrote; the parsers of pandas may be off in the last digit.
        found = [float(cell) if isinstance(cell, str) else np.nan for cell in text]
    except ValueError as error:
        msg = f"{file.name}: {cells.name} holds what is no number ({error})"
        raise InputError(msg) from error
    return pd.Series(found, index=cells.index, dtype="float64", name=cells.name)
