"""Build the road network that `ValhallaTravelTime` reads, from an extract of OpenStreetMap."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zlib
from dataclasses import asdict, dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from ptce_geo.errors import EngineNotInstalledError, OutputError, PtceGeoError, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MANIFEST: Final = "manifest.json"
_CONFIG: Final = "valhalla.json"
_TILES: Final = "tiles"
_EXECUTABLE: Final = "valhalla_build_tiles"
# What valhalla would look for in folders of its own, outside the one that is built.
_ELSEWHERE: Final = (
    *("admin", "landmarks", "timezone", "traffic_extract", "transit_dir", "transit_feeds_dir"),
)
_WAYS: Final = re.compile(r"Finished with ([0-9]+) routable ways")
_WHY: Final = re.compile(r"what\(\):\s*(.+)|\[ERROR\]\S*\s*(.+)")
# The format of OpenStreetMap's PBF files: its longest header, and the numbers of its fields.
_LONGEST_HEADER: Final = 64 * 1024
_DATA_SIZE, _RAW, _ZLIB, _REPLICATED_AT = 3, 1, 3, 32


@dataclass(frozen=True)
class RoadNetwork:
    """A road network that was built, and what it was built from.

    Attributes
    ----------
    folder : Path
        Where it is; it may be moved.
    extract : str
        Name of the extract.
    sha256 : str
        Of the extract.
    extract_date : str or None
        Day of the data (ISO 8601), where the extract tells it.
    roads : int
        Ways of OpenStreetMap that somebody may take, on foot, by bicycle or by car.
    bytes : int
        Size of the network.
    engine : str
        Version of pyvalhalla.
    built_at : str
        When (UTC, ISO 8601).
    seconds : float
        How long it took.
    """

    folder: Path
    extract: str
    sha256: str
    extract_date: str | None
    roads: int
    bytes: int
    engine: str
    built_at: str
    seconds: float

    def config(self) -> dict[str, Any]:
        """Return the configuration of valhalla, for where the folder is now."""
        config = _read_json(self.folder / _CONFIG)
        config["mjolnir"]["tile_dir"] = str((self.folder / _TILES).resolve())
        return config


def build_tiles(extract: str | os.PathLike[str], out: str | os.PathLike[str]) -> RoadNetwork:
    """Build a road network from an extract of OpenStreetMap.

    The folder appears when it is complete: until then, and whatever happens, what stood there
    stays. It serves every profile, and may be moved or copied. Elevations, timetables and traffic
    are not part of it: times are those of a free road, whatever the hour.

    Parameters
    ----------
    extract : path
        An ``.osm.pbf``, such as those of https://download.geofabrik.de/europe/france.html.
    out : path
        The folder to make; a network that stands there, and nothing else, is replaced.

    Returns
    -------
    RoadNetwork
        What was built.

    Raises
    ------
    UnreadableFileError
        When `extract` is missing, damaged, no such file, or holds no road.
    OutputError
        When `out` cannot be made there.
    EngineNotInstalledError
        When pyvalhalla is not installed.
    """
    extract, out = Path(extract), Path(out)
    date = _extract_date(extract)
    engine = require_engine()
    began = time.monotonic()
    with _scratch_beside(out) as scratch:
        built = scratch / "built"
        roads = _run_engine(extract.resolve(), built)
        with extract.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        network = RoadNetwork(
            folder=out,
            extract=extract.name,
            sha256=sha256,
            extract_date=date,
            roads=roads,
            bytes=sum(file.stat().st_size for file in built.rglob("*") if file.is_file()),
            engine=engine,
            built_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - began, 1),
        )
        entry = asdict(network)
        del entry["folder"]
        _write_json(built / _MANIFEST, entry)
        _take_over(built, out.resolve(), aside=scratch / "replaced")
    return network


def read_network(folder: str | os.PathLike[str]) -> RoadNetwork:
    """Return the network that `build_tiles` built in `folder`.

    Raises
    ------
    UnreadableFileError
        When there is none, or its tiles are gone.
    """
    folder = Path(folder)
    entry = _read_json(folder / _MANIFEST)
    if not any((folder / _TILES).rglob("*.gph")):
        raise _no_network(folder)
    try:
        known = {field.name: entry[field.name] for field in fields(RoadNetwork)[1:]}
    except (KeyError, TypeError) as error:
        raise _no_network(folder) from error
    return RoadNetwork(folder=folder, **known)


def require_engine() -> str:
    """Return the version of pyvalhalla, or raise `EngineNotInstalledError`."""
    try:
        import valhalla
    except ImportError as error:
        msg = f'routing needs pyvalhalla ({error}); pip install "ptce_geo[routing]"'
        raise EngineNotInstalledError(msg) from error
    return str(valhalla.__version__)


def _run_engine(extract: Path, built: Path) -> int:
    """Build the tiles of `extract` and their configuration in `built`; return how many roads."""
    tiles = built / _TILES
    tiles.mkdir(parents=True)
    _write_json(built / _CONFIG, _config(tiles, verbose=True))
    command = [_executable(), "--config", str(built / _CONFIG), str(extract)]
    # It leaves a list of doubled ways where it runs.
    done = subprocess.run(
        command, cwd=built.parent, capture_output=True, text=True, errors="replace", check=False
    )
    told = done.stdout + done.stderr
    ways = _WAYS.search(told)
    if ways and ways[1] == "0":  # on which it stops, differently from version to version
        msg = f"{extract.name}: the extract holds no road; give one of the place of the study"
        raise UnreadableFileError(msg)
    if done.returncode or ways is None or not any(tiles.rglob("*.gph")):
        raise _engine_failed(extract, tiles, told)
    quiet = _config(tiles, verbose=False)
    quiet["mjolnir"]["tile_dir"] = _TILES
    _write_json(built / _CONFIG, quiet)
    return int(ways[1])


def _config(tiles: Path, *, verbose: bool) -> dict[str, Any]:
    """Return a configuration of valhalla that looks nowhere but in `tiles`."""
    import valhalla

    # What it returns is shared with the next call.
    text = json.dumps(valhalla.get_config(tile_extract="", tile_dir=tiles, verbose=verbose))
    config: dict[str, Any] = json.loads(text)
    config["mjolnir"] |= dict.fromkeys(_ELSEWHERE, "")
    config["additional_data"]["elevation"] = ""
    # A place that no road joins to the others leaves those as they are.
    config["loki"]["use_connectivity"] = False
    return config


def _executable() -> str:
    spec = find_spec("valhalla")
    assert spec is not None  # require_engine imported it
    assert spec.origin is not None
    suffix = ".exe" if sys.platform == "win32" else ""
    return str(Path(spec.origin).parent / "bin" / f"{_EXECUTABLE}{suffix}")


def _engine_failed(extract: Path, tiles: Path, told: str) -> PtceGeoError:
    """Return what to raise where valhalla stopped: no room, or an extract it cannot read."""
    reasons = ["".join(found) for found in _WHY.findall(told)]
    lines = [line for line in told.splitlines() if line.strip()]
    reason = " ".join((reasons or lines or ["it says nothing"])[-1].split())
    free = shutil.disk_usage(tiles).free
    if free < extract.stat().st_size:
        msg = (
            f"{extract.name}: {_EXECUTABLE} stopped with {free / 1e6:.0f} MB left on the disk "
            f"({reason}); free some, or build on another"
        )
        return OutputError(msg)
    msg = f"{extract.name}: {_EXECUTABLE} stopped ({reason}); fetch the extract again"
    return UnreadableFileError(msg)


def _take_over(built: Path, out: Path, *, aside: Path) -> None:
    """Put `built` in the place of `out`, or leave `out` as it was."""
    if out.exists():
        out.rename(aside)
    try:
        built.rename(out)
    except BaseException:
        if aside.exists():
            aside.rename(out)
        raise


def _require_replaceable(out: Path) -> None:
    """Raise `OutputError` unless `out` is free, or a network that may be replaced."""
    place = out.resolve()
    # A folder is replaced by renaming: these cannot be, or would leave a shell nowhere.
    if os.path.ismount(place) or Path.cwd().is_relative_to(place):
        msg = (
            f"cannot make {out}: it is a mounted disk, the current folder or one above it; "
            "choose another folder"
        )
        raise OutputError(msg)
    if out.is_dir() and any(out.iterdir()) and not _is_network_alone(out):
        msg = f"{out} holds something else than a road network; choose another folder"
        raise OutputError(msg)
    if out.exists() and not out.is_dir():
        msg = f"cannot make {out}: it is a file; choose another name"
        raise OutputError(msg)
    if not place.parent.is_dir():
        msg = f"cannot make {out}: no such folder: {out.parent}; make it first"
        raise OutputError(msg)


def _is_network_alone(folder: Path) -> bool:
    """Return whether all that `folder` holds is a network: many a thing has a manifest.json."""
    try:
        read_network(folder)
    except UnreadableFileError:
        return False
    return {entry.name for entry in folder.iterdir()} <= {_MANIFEST, _CONFIG, _TILES}


@contextlib.contextmanager
def _scratch_beside(out: Path) -> Iterator[Path]:
    """Yield a folder on the disk of `out` that is gone after the block."""
    try:
        _require_replaceable(out)
        place = out.resolve()
        with TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as scratch:
            yield Path(scratch)
    except PtceGeoError:
        raise
    except OSError as error:
        msg = f"cannot make {out}: {error.strerror or error}; choose another folder"
        raise OutputError(msg) from error


def _extract_date(extract: Path) -> str | None:
    """Return the day of the data of an extract, None where it is not told; refuse another file."""
    try:
        with extract.open("rb") as stream:
            size = int.from_bytes(stream.read(4), "big")
            header = stream.read(size) if size <= _LONGEST_HEADER else b""
            if b"OSMHeader" not in header:
                msg = f"{extract.name} is no extract of OpenStreetMap; give an .osm.pbf"
                raise UnreadableFileError(msg)
            size = int(dict(_protobuf(header))[_DATA_SIZE])
            blob = dict(_protobuf(_whole(stream.read(size), size)))
    except OSError as error:
        msg = f"{extract} cannot be read: {error.strerror or error}; give an .osm.pbf"
        raise UnreadableFileError(msg) from error
    except (IndexError, KeyError, ValueError) as error:
        if isinstance(error, PtceGeoError):
            raise
        msg = f"{extract.name} is a damaged extract of OpenStreetMap; fetch it again"
        raise UnreadableFileError(msg) from error
    with contextlib.suppress(IndexError, KeyError, ValueError, TypeError, zlib.error):
        block = blob[_RAW] if _RAW in blob else zlib.decompress(blob[_ZLIB])
        moment = dict(_protobuf(block))[_REPLICATED_AT]
        return dt.datetime.fromtimestamp(moment, dt.UTC).date().isoformat()
    return None


def _protobuf(message: bytes) -> Iterator[tuple[int, Any]]:
    """Yield number and value of each field: whole numbers and bytes, which is all that we read."""
    place = 0

    def number() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = message[place]
            place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while place < len(message):
        field, kind = divmod(number(), 8)
        if kind == 0:
            yield field, number()
        elif kind == 2:
            size = number()
            yield field, _whole(message[place : place + size], size)
            place += size
        else:
            msg = f"field {field} of kind {kind}"
            raise ValueError(msg)


def _whole(content: bytes, size: int) -> bytes:
    """Return `content`, or raise `ValueError` where it is cut."""
    if len(content) < size:
        msg = f"{size} bytes told, {len(content)} found"
        raise ValueError(msg)
    return content


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _no_network(path.parent) from error
    if not isinstance(content, dict):
        raise _no_network(path.parent)
    return content


def _no_network(folder: Path) -> UnreadableFileError:
    msg = f"{folder} holds no road network; build one with ptce-geo routing build"
    return UnreadableFileError(msg)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(f"{json.dumps(content, indent=2, ensure_ascii=False)}\n", encoding="utf-8")
