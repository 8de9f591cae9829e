"""Install finer boundaries, or those of other years, beside the embedded ones.

Everything is fetched, checked and written aside; only then does one file, the manifest in the
user's folder, name the new boundaries instead of the old. Whatever happens before leaves the old
ones as they were.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ptce_geo.checks import listing
from ptce_geo.errors import InputError, OutputError, PtceGeoError
from ptce_geo.territories.catalogue import (
    CURRENT_YEAR,
    LEVELS,
    MANIFEST,
    RESOLUTIONS,
    catalogue,
    user_folder,
    whole_year,
)
from ptce_geo.territories.contour_checks import Contours, Remark, complete
from ptce_geo.territories.contour_files import (
    ETALAB_NAMES,
    is_geopackage,
    read_admin_express,
    read_etalab,
)

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

    from ptce_geo.territories.download import Progress

ETALAB: Final = "etalab"
ETALAB_URL: Final = "https://etalab-datasets.geo.data.gouv.fr/contours-administratifs"
URL_VARIABLE: Final = "PTCE_GEO_CONTOURS_URL"
DEFAULT_RESOLUTION: Final = "50m"
ADMIN_EXPRESS, *_GENERALISED = RESOLUTIONS
# Whom to name, and where the licence stands.
_IGN: Final = "IGN – ADMIN EXPRESS COG (https://geoservices.ign.fr/adminexpress)"
_ETALAB: Final = (
    "Etalab – contours administratifs (https://www.data.gouv.fr/datasets/contours-administratifs)"
)
_DOWNLOADS: Final = ".downloads"
_ROWS_READ_TOGETHER: Final = 500


@dataclass(frozen=True)
class Installation:
    """What was installed.

    Attributes
    ----------
    year : int
        Vintage.
    resolution : str
        One of "admin-express", "5m", "50m", "100m", "1000m".
    folder : Path
        Where it is.
    rows : dict of str to int
        Territories by level.
    bytes : int
        Size of the files.
    attribution : tuple of str
        Whom to name wherever they are shown, and where their licence stands.
    remarks : tuple of Remark
        What was left out, repaired or lacks: a word and its figures.
    """

    year: int
    resolution: str
    folder: Path
    rows: dict[str, int]
    bytes: int
    attribution: tuple[str, ...]
    remarks: tuple[Remark, ...]


def install_boundaries(
    *,
    year: int | None = None,
    resolution: str | None = None,
    source: str | os.PathLike[str] = ETALAB,
    base_url: str | None = None,
    progress: Progress | None = None,
) -> Installation:
    """Install boundaries for `read_territories` in the user's data directory.

    Parameters
    ----------
    year : int, optional
        Vintage of the code officiel géographique (1 January). None for `CURRENT_YEAR`; of a file,
        for the latest year that had its communes.
    resolution : str, optional
        "5m", "50m", "100m" or "1000m": what the contours were simplified by. None for "50m", or
        for that of the file.
    source : str or path
        "etalab" to fetch the contours administratifs of Etalab; or a file: a GeoPackage of
        ADMIN EXPRESS COG (of the edition WGS84G_FRA if all France is to be there), or a copy of
        Etalab's communes (``communes-50m.geojson.gz``), beside which its epci, departements and
        regions are taken too.
    base_url : str, optional
        Where the folders of years are instead of at Etalab; else the environment variable
        ``PTCE_GEO_CONTOURS_URL``.
    progress : callable, optional
        Told what is being fetched, the bytes so far and in all (None where not known).

    Returns
    -------
    Installation
        Year, resolution, folder, rows by level, bytes, attribution and remarks.

    Notes
    -----
    The files have the columns that `read_territories` tells, as far as the source goes. Etalab has
    no arrondissements and no inhabitants: ``population`` is that of the embedded tables for the
    years since 2019, else NaN. Neither source has postcodes or town halls: the reference point is
    one on the surface. Areas are computed in the legal CRS of each commune and summed. Overseas
    collectivities are left out. Of a file that covers some départements only, what its edge may
    cut is left out (EPCI, régions); what is installed is read only where its resolution is named.

    Raises
    ------
    InputError
        When `resolution` is not one of those that `source` has, or a part of France would take
        the place of all of it.
    UnknownTerritoryError
        When `year` is no whole number.
    BoundariesDownloadError
        When the contours cannot be fetched.
    UnreadableFileError
        When what was fetched or given is damaged, of another year, or not contours.
    OutputError
        When the user's data directory cannot be written, or another process is installing there.
    """
    catalogue()  # a damaged manifest is told before anything is fetched
    path = None if source == ETALAB else Path(source)
    of_file = path is not None and year is None
    year = whole_year(CURRENT_YEAR if year is None else year)
    resolution = _resolution(resolution, path)
    with _writing(user_folder()) as scratch:
        files = _given(path) if path else _fetched(year, resolution, base_url, progress)
        if progress:
            progress("check", 0, None)
        try:
            if resolution == ADMIN_EXPRESS:
                levels = read_admin_express(files["commune"])
            else:
                levels = read_etalab(files, scratch)
            contours = complete(
                levels, year=None if of_file else year, whole=resolution != ADMIN_EXPRESS
            )
            _check_no_loss(contours, resolution)
        except InputError:
            if path is None:  # what was fetched is no use to go on from
                shutil.rmtree(_downloads(year, resolution), ignore_errors=True)
            raise
        lines = _write(contours.levels, scratch / "levels")
        attribution = (_IGN,) if resolution == ADMIN_EXPRESS else (_IGN, _ETALAB)
        entry = {
            "departements": contours.departements,
            "attribution": attribution,
            "sources": _provenance(files),
            "levels": lines,
        }
        folder = _take_over(scratch / "levels", contours.year, resolution, entry)
    if path is None:
        shutil.rmtree(_downloads(year, resolution), ignore_errors=True)
    return Installation(
        contours.year,
        resolution,
        folder,
        {level: len(frame) for level, frame in contours.levels.items()},
        sum(line["bytes"] for line in lines.values()),
        attribution,
        tuple(contours.remarks),
    )


def planned_downloads(
    *, year: int | None = None, resolution: str | None = None, base_url: str | None = None
) -> dict[str, int | None]:
    """Return what `install_boundaries` would fetch from Etalab: address and size (bytes) if told.

    Parameters
    ----------
    year, resolution, base_url
        As for `install_boundaries`.

    Returns
    -------
    dict of str to int or None
        Size by address.

    Raises
    ------
    InputError
        When Etalab has no such `resolution`.
    UnknownTerritoryError
        When `year` is no whole number.
    BoundariesDownloadError
        When the server cannot be reached, or has not this year at this resolution.
    """
    # requests is loaded only by those who fetch something.
    from ptce_geo.session import new_session
    from ptce_geo.territories.download import remote_size

    year = whole_year(CURRENT_YEAR if year is None else year)
    with new_session() as session:
        urls = _urls(year, _resolution(resolution, None), base_url)
        return {url: remote_size(session, url) for url in urls.values()}


def installed_boundaries() -> pd.DataFrame:
    """Return which boundaries are at hand, the embedded ones first.

    Returns
    -------
    DataFrame, one row a year and resolution
        ``year``, ``resolution`` ("embedded" for what travels with the package), ``communes``,
        ``bytes``, ``folder``, ``departements`` covered (separated by spaces; "" for all) and
        ``missing``: how many of its files are gone.

    Raises
    ------
    BoundariesNotFoundError
        When there are none, or a manifest is damaged.

    Examples
    --------
    >>> installed_boundaries()[["year", "resolution", "communes"]].head(1)
       year resolution  communes
    0  2026   embedded     34875
    """
    known = catalogue()
    rows = []
    for year in known.years:
        embedded = any(folder.levels(year, None) for folder in known.folders)
        for resolution in [None] * embedded + list(known.resolutions(year)):
            files = known.levels(year, resolution=resolution)
            communes = files[LEVELS[0]].rows if LEVELS[0] in files else 0
            size = sum(file.bytes for file in files.values())
            folder = next(iter(files.values())).path.parent
            covered = " ".join(known.departements(year, resolution) or ()) if resolution else ""
            gone = sum(not file.path.is_file() for file in files.values())
            rows.append((year, resolution or "embedded", communes, size, folder, covered, gone))
    columns = ["year", "resolution", "communes", "bytes", "folder", "departements", "missing"]
    frame = pd.DataFrame(rows, columns=columns)
    rank = frame["resolution"].map(["embedded", *RESOLUTIONS].index)
    order = frame.assign(other=rank > 0, rank=rank).sort_values(["other", "year", "rank"]).index
    return frame.loc[order].reset_index(drop=True)


def _resolution(asked: str | None, path: Path | None) -> str:
    """Return the resolution to install: the one asked for, if the source has it."""
    own: str | None
    if path is None:
        has, own = _GENERALISED, DEFAULT_RESOLUTION
    elif is_geopackage(path):
        has, own = [ADMIN_EXPRESS], ADMIN_EXPRESS
    else:
        named = [name for name in _GENERALISED if f"-{name}." in path.name]
        has, own = named or _GENERALISED, named[0] if named else None
    if asked is None and own is None:
        msg = f"{path} does not tell its resolution; give one of {', '.join(has)}"
        raise InputError(msg)
    if asked is not None and asked not in has:
        msg = f"{path or 'Etalab'} has no resolution {asked!r}; known: {', '.join(has)}"
        if asked == ADMIN_EXPRESS:
            msg += "; give the GeoPackage of ADMIN EXPRESS COG (--source FILE)"
        raise InputError(msg)
    return asked or str(own)  # one of the two is there


def _urls(year: int, resolution: str, base_url: str | None) -> dict[str, str]:
    base = (base_url or os.environ.get(URL_VARIABLE) or ETALAB_URL).rstrip("/")
    return {
        level: f"{base}/{year}/geojson/{name}-{resolution}.geojson.gz"
        for level, name in ETALAB_NAMES.items()
    }


def _downloads(year: int, resolution: str) -> Path:
    return user_folder() / _DOWNLOADS / f"{year}-{resolution}"


def _fetched(
    year: int, resolution: str, base_url: str | None, progress: Progress | None
) -> dict[str, Path]:
    # requests is loaded only by those who fetch something.
    from ptce_geo.session import new_session
    from ptce_geo.territories.download import fetch

    folder = _downloads(year, resolution)
    with new_session() as session:
        return {
            level: fetch(url, folder, session=session, progress=progress)
            for level, url in _urls(year, resolution, base_url).items()
        }


def _given(path: Path) -> dict[str, Path]:
    """Return a file of the user's by level, and what lies beside communes of Etalab."""
    if is_geopackage(path):
        return {"commune": path}
    beside = {
        level: path.with_name(path.name.replace(ETALAB_NAMES["commune"], name, 1))
        for level, name in ETALAB_NAMES.items()
    }
    there = {level: file for level, file in beside.items() if file != path and file.is_file()}
    return {"commune": path} | there


@contextmanager
def _writing(folder: Path) -> Iterator[Path]:
    """Yield a folder to prepare something in, inside `folder`; it is gone afterwards."""
    try:
        (folder / _DOWNLOADS).mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            for left in folder.glob(".new-*"):  # by a process that was killed
                shutil.rmtree(left)
            with TemporaryDirectory(
                prefix=".new-", dir=folder, ignore_cleanup_errors=True
            ) as scratch:
                yield Path(scratch)
    except OSError as error:
        if isinstance(error, PtceGeoError):
            raise
        msg = f"cannot write to {folder}: {error.strerror or error}"
        raise OutputError(msg) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the only right to change `folder`; it ends with the process, however that ends."""
    with (folder / _DOWNLOADS / "lock").open("w") as file:
        try:
            if sys.platform == "win32":
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            msg = f"boundaries are being installed to {folder} already; wait for that to end"
            raise OutputError(msg) from error
        yield


def _write(levels: Mapping[str, gpd.GeoDataFrame], folder: Path) -> dict[str, dict[str, Any]]:
    """Write one file a level and return the lines of the manifest."""
    folder.mkdir()
    lines: dict[str, dict[str, Any]] = {}
    for level, frame in levels.items():
        path = folder / f"{level}.parquet"
        frame.to_parquet(
            path, compression="zstd", schema_version="1.1.0", row_group_size=_ROWS_READ_TOGETHER
        )
        lines[level] = {"path": path.name, "rows": len(frame), **_fingerprint(path)}
    return lines


def _provenance(files: Mapping[str, Path]) -> list[dict[str, Any]]:
    return [
        {"name": path.name.removesuffix(".part"), **_fingerprint(path)} for path in files.values()
    ]


def _fingerprint(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def _check_no_loss(contours: Contours, resolution: str) -> None:
    """Refuse a part of France where all of it is installed."""
    known, year = catalogue(), contours.year
    if contours.departements is None or resolution not in known.resolutions(year):
        return
    files = [file.path for file in known.levels(year, resolution=resolution).values()]
    if known.departements(year, resolution) is None and all(path.is_file() for path in files):
        msg = (
            f"{year} at {resolution} is installed for all France, the source covers only "
            f"{listing(contours.departements)}; to replace it, remove {files[0].parent} first"
        )
        raise InputError(msg)


def _take_over(prepared: Path, year: int, resolution: str, entry: dict[str, Any]) -> Path:
    """Put the prepared folder in its place, then name it in the manifest, in one step each."""
    home, name = user_folder(), f"{year}-{resolution}"
    final = home / f"{name}-{secrets.token_hex(4)}"
    for line in entry["levels"].values():
        line["path"] = f"{final.name}/{line['path']}"
    path, new = home / MANIFEST, prepared.with_name(MANIFEST)
    manifest: dict[str, Any] = {"format": 1, "vintages": {}}
    if path.is_file():
        manifest = json.loads(path.read_text(encoding="utf-8"))
    installed = manifest["vintages"].setdefault(str(year), {}).setdefault("resolutions", {})
    installed[resolution] = {"installed": datetime.now(UTC).isoformat(timespec="seconds"), **entry}
    new.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    prepared.rename(final)
    try:
        new.replace(path)
    except BaseException:
        shutil.rmtree(final, ignore_errors=True)
        raise
    for old in home.glob(f"{name}-*"):
        if old != final:
            shutil.rmtree(old, ignore_errors=True)
    return final
