"""Checks at the door of every room: cheapest first, one clear line when something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ptce_geo.errors import (
    CrsError,
    DuplicateIdError,
    InputError,
    MissingColumnError,
    OutputError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd


def listing(items: Iterable[object], *, most: int = 5) -> str:
    """Join `items` for a message, the first `most` of them and how many more there are.

    Examples
    --------
    >>> listing(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    shown = [str(item) for item in items]
    text = ", ".join(shown[:most])
    more = len(shown) - most
    return f"{text} and {more} more" if more > 0 else text


def are_in(values: pd.Series | pd.Index, known: pd.Index) -> npt.NDArray[np.bool_]:
    """Return which `values` are in a unique index: as isin, which goes through all that is known.

    Examples
    --------
    >>> import pandas as pd
    >>> are_in(pd.Series(["42218", None, "x"]), pd.Index(["42218", "42207"])).tolist()
    [True, False, False]
    """
    return known.get_indexer(values) >= 0


def require_columns(frame: pd.DataFrame, columns: Sequence[str], *, what: str) -> None:
    """Raise `MissingColumnError` unless `frame` has every one of `columns`."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        msg = (
            f"{what}: no column {listing(missing)}; "
            f"found {listing(frame.columns, most=12) or 'no column at all'}"
        )
        raise MissingColumnError(msg)


def require_unique(ids: pd.Series, *, what: str) -> None:
    """Raise `DuplicateIdError` unless every value of `ids` stands once."""
    doubled = ids[ids.duplicated()].unique()
    if len(doubled):
        msg = f"{what}: {ids.name} must be unique; {listing(doubled)} stand more than once"
        raise DuplicateIdError(msg)


def require_wgs84(frame: gpd.GeoDataFrame, *, what: str) -> None:
    """Raise `CrsError` unless `frame` is in EPSG:4326."""
    if frame.crs is None:
        msg = f"{what}: the frame has no CRS; say it with set_crs, then to_crs(4326)"
        raise CrsError(msg)
    if frame.crs.to_epsg() != 4326:
        msg = f"{what}: expected EPSG:4326, found {frame.crs.to_string()}; use to_crs(4326)"
        raise CrsError(msg)


def has_point(points: gpd.GeoSeries) -> pd.Series:
    """Return which of `points` are neither missing nor empty."""
    return ~(points.isna() | points.is_empty)


def require_points(frame: gpd.GeoDataFrame, *, what: str) -> None:
    """Raise `CrsError` unless `frame` is in EPSG:4326, `InputError` unless it holds points only.

    Missing and empty geometries are let through.
    """
    require_wgs84(frame, what=what)
    placed = frame.geometry[has_point(frame.geometry)]
    if other := sorted(set(placed.geom_type) - {"Point"}):
        msg = f"{what}: expected points, found {listing(other)}; use representative_point()"
        raise InputError(msg)


def require_same_index(left: pd.Series, right: pd.Series, *, what: str) -> None:
    """Raise `InputError` unless both Series carry the same codes, in any order."""
    odd = left.index.symmetric_difference(right.index)
    if len(odd):
        msg = (
            f"{what}: the indexes differ, alignment is by territory code; "
            f"in one of the two only: {listing(odd)}"
        )
        raise InputError(msg)


def require_writable(path: Path, *, inputs: Iterable[Path | None] = ()) -> None:
    """Raise `OutputError` where `path` cannot be a file to write, or is one of `inputs`."""
    if any(one is not None and one.resolve() == path.resolve() for one in inputs):
        msg = f"{path} is read, and would be written over; choose another name"
        raise OutputError(msg)
    if path.is_dir():
        msg = f"cannot write {path}: it is a folder; choose another name"
        raise OutputError(msg)
    if not path.absolute().parent.is_dir():
        msg = f"cannot write {path}: no such folder: {path.parent}; make it first"
        raise OutputError(msg)
