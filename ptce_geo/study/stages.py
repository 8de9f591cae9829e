"""Keep what each stage of a study found, so that only what has changed is done again."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ptce_geo.errors import OutputError
from ptce_geo.territories.catalogue import boundary_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Frames = dict[str, pd.DataFrame]

_PACKAGE: Final = Path(__file__).parents[1]
# What is computed depends on them too.
_LIBRARIES: Final = ("geopandas", "numpy", "pandas", "pyproj", "scipy", "shapely")
_CONTENTS: Final = "contents.json"
_KEPT: Final = 4  # of each stage: a setting tried out and taken back costs nothing


class StageCache:
    """What stages found, each kept under a hash of all that it rests on.

    Parameters
    ----------
    folder : Path or None
        Where it is kept; None keeps nothing.

    Attributes
    ----------
    taken : list of str
        The stages that were taken from what was kept.

    Examples
    --------
    >>> kept = StageCache(Path(tempfile.mkdtemp()))
    >>> def count():
    ...     return {"counts": pd.DataFrame({"n": [3]})}
    >>> first = kept.found("measure", {"list": "abc"}, count)
    >>> again = kept.found("measure", {"list": "abc"}, count)
    >>> kept.taken, again["counts"]["n"].tolist()
    (['measure'], [3])
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.taken: list[str] = []

    def found(
        self, stage: str, rests_on: Mapping[str, object], compute: Callable[[], Frames]
    ) -> Frames:
        """Return what `stage` found on the same ground before, or what `compute` finds now.

        Parameters
        ----------
        stage : str
            Its name.
        rests_on : mapping
            All that the result depends on but the program itself, as JSON can hold it.
        compute : callable
            Returns frames by name.

        Raises
        ------
        OutputError
            When it cannot be kept.
        """
        if self._folder is None:
            return compute()
        place = self._folder / f"{stage}-{_key(rests_on)}"
        # A copy that is damaged, or being removed by another run, is no reason to fail.
        with suppress(OSError, ValueError, KeyError):
            frames = _read(place)
            place.touch()
            self.taken.append(stage)
            return frames
        frames = compute()
        try:
            _write(place, frames)
            self._forget(stage)
        except OSError as error:
            msg = f"cannot keep what a stage found in {self._folder}: {error.strerror or error}"
            raise OutputError(msg) from error
        return frames

    def _forget(self, stage: str) -> None:
        """Remove what was used least recently of a stage."""
        assert self._folder is not None
        places = sorted(self._folder.glob(f"{stage}-*"), key=lambda place: -place.stat().st_mtime)
        for place in places[_KEPT:]:
            shutil.rmtree(place, ignore_errors=True)


def file_hash(path: str | Path) -> str:
    """Return the SHA-256 of a file."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _key(rests_on: Mapping[str, object]) -> str:
    ground = [rests_on, _program(), _boundaries()]
    text = json.dumps(ground, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@cache
def _program() -> list[str]:
    """Return what tells this program from another: its own text, and its libraries."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        digest.update(path.read_bytes())
    return [digest.hexdigest(), *(f"{name} {version(name)}" for name in _LIBRARIES)]


def _boundaries() -> list[str]:
    """Return what tells the boundaries at hand from others: their manifests."""
    manifests = (folder / "manifest.json" for folder in boundary_folders())
    return [file_hash(path) for path in manifests if path.is_file()]


def _write(place: Path, frames: Frames) -> None:
    """Write frames to a folder of their own, which is there whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=place.parent))
    try:
        contents = {}
        for name, frame in frames.items():
            shapes = isinstance(frame, gpd.GeoDataFrame)
            contents[name] = {"shapes": shapes, "attrs": frame.attrs}
            bare = frame.copy(deep=False)
            bare.attrs = {}
            bare.to_parquet(part / f"{name}.parquet")
        text = json.dumps(contents, default=_plain)
        (part / _CONTENTS).write_text(text, encoding="utf-8")
        if place.exists():  # damaged, or kept by another run in the meantime
            shutil.rmtree(place)
        part.replace(place)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _read(place: Path) -> Frames:
    contents = json.loads((place / _CONTENTS).read_text(encoding="utf-8"))
    frames = {}
    for name, told in contents.items():
        read: Any = gpd.read_parquet if told["shapes"] else pd.read_parquet
        frames[name] = read(place / f"{name}.parquet")
        frames[name].attrs = told["attrs"]
    return frames


def _plain(value: object) -> object:
    """Return what JSON can hold of a value of numpy."""
    if isinstance(value, np.generic):
        return value.item()
    msg = f"attrs hold {type(value).__name__}, which is no JSON"
    raise TypeError(msg)
