"""Which vintages, levels and resolutions of the map of France are at hand, and in which files.

A folder of boundaries is one that holds ``manifest.json``. Nothing in this room reads a file that
a manifest does not name. There may be several such folders; each question is answered by the
first one that can.
"""

from __future__ import annotations

import json
import operator
import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import platformdirs

from ptce_geo.checks import listing
from ptce_geo.errors import BoundariesNotFoundError, PtceGeoError, UnknownTerritoryError

if TYPE_CHECKING:
    from collections.abc import Iterator

# The vintage that everything takes where no year is asked for: the one embedded.
CURRENT_YEAR: Final = 2026

# From the finest to the coarsest; EPCI and arrondissements overlap, neither holds the other.
LEVELS: Final = (
    "commune",
    "arrondissement_municipal",
    "epci",
    "arrondissement",
    "departement",
    "region",
)
# Of the contours that can be installed beside the embedded ones, from the finest to the coarsest.
RESOLUTIONS: Final = ("admin-express", "5m", "50m", "100m", "1000m")

ENVIRONMENT_VARIABLE: Final = "PTCE_GEO_BOUNDARIES"
MANIFEST: Final = "manifest.json"
_TOPOLOGY: Final = ("topology", "fingerprints")
_NEIGHBOURS: Final = "neighbours"
_PACKAGE: Final = Path(__file__).parents[1]
_OURS: Final = (_PACKAGE / "_boundaries", _PACKAGE.parent / "data" / "boundaries")
_INSTALLABLE_SINCE: Final = 2019


@dataclass(frozen=True)
class BoundaryFile:
    """One file of boundaries: where it is, how many rows and bytes it has."""

    path: Path
    rows: int
    bytes: int


@dataclass(frozen=True)
class BoundaryFolder:
    """One folder of boundaries: where it is, and its manifest."""

    path: Path
    manifest: dict[str, Any]

    def vintage(self, year: int) -> dict[str, Any]:
        """Return what the manifest says of a year: nothing where it does not know it."""
        return self.manifest["vintages"].get(str(year), {})

    def installed(self, year: int) -> dict[str, Any]:
        """Return what the manifest says of the resolutions of a year."""
        return self.vintage(year).get("resolutions", {})

    def levels(self, year: int, resolution: str | None) -> dict[str, BoundaryFile]:
        """Return the files of a year by level; of `resolution`, or the embedded for None."""
        told = self.installed(year).get(resolution, {}) if resolution else self.vintage(year)
        return {
            level: BoundaryFile(self.path / line["path"], line["rows"], line["bytes"])
            for level, line in told.get("levels", {}).items()
        }


@dataclass(frozen=True)
class Catalogue:
    """The boundaries at hand.

    Attributes
    ----------
    folders : tuple of BoundaryFolder
        Where they are, first choice first.
    """

    folders: tuple[BoundaryFolder, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """Vintages at hand, oldest first."""
        years = {int(year) for folder in self.folders for year in folder.manifest["vintages"]}
        return tuple(sorted(years))

    @property
    def embedded(self) -> BoundaryFolder:
        """The folder that the territories of `CURRENT_YEAR` come from."""
        holding = (folder for folder in self.folders if folder.levels(CURRENT_YEAR, None))
        return next(holding, self.folders[0])

    @property
    def attribution(self) -> tuple[str, ...]:
        """Whom to name wherever the embedded boundaries are shown."""
        return tuple(self.embedded.manifest.get("attribution", ()))

    @property
    def topology(self) -> tuple[Path, Path] | None:
        """The files of the borders of the embedded territories, and of what tells their shapes.

        None where their folder has none.
        """
        told = self.embedded.vintage(CURRENT_YEAR)
        if not all(name in told for name in _TOPOLOGY):
            return None
        arcs, fingerprints = (_there(self.embedded.path / told[name]["path"]) for name in _TOPOLOGY)
        return arcs, fingerprints

    def neighbours(self, year: int) -> Path | None:
        """Return the file of which communes of `year` share a border, counted by code from 0.

        None where there is none, or where the communes are others than travel with the package.
        """
        told = self.embedded.vintage(CURRENT_YEAR)
        if year != CURRENT_YEAR or _NEIGHBOURS not in told or not is_ours(self.embedded.path):
            return None
        return _there(self.embedded.path / told[_NEIGHBOURS]["path"])

    def resolutions(self, year: int) -> tuple[str, ...]:
        """Return the resolutions of `year` that are installed, finest first."""
        year = whole_year(year)
        found = {name for folder in self.folders for name in folder.installed(year)}
        return tuple(name for name in RESOLUTIONS if name in found)

    def departements(self, year: int, resolution: str) -> tuple[str, ...] | None:
        """Return the départements that an installed resolution covers; None for all of them."""
        year = whole_year(year)
        for folder in self.folders:
            if told := folder.installed(year).get(resolution):
                covered = told.get("departements")
                return None if covered is None else tuple(covered)
        return None

    def levels(self, year: int, *, resolution: str | None = None) -> dict[str, BoundaryFile]:
        """Return the files of a year by level, or raise `UnknownTerritoryError`.

        Without `resolution`, the embedded ones, else those of the finest resolution that is
        installed for all France.
        """
        year = whole_year(year)
        if resolution is not None and resolution not in RESOLUTIONS:
            msg = f"unknown resolution {resolution!r}; known: {', '.join(RESOLUTIONS)}"
            raise UnknownTerritoryError(msg)
        if year not in self.years:
            msg = f"no boundaries of {year}; known years: {listing(self.years, most=20)}"
            raise UnknownTerritoryError(msg + _how_to_install(year, resolution))
        installed = self.resolutions(year)
        whole = [name for name in installed if self.departements(year, name) is None]
        for wanted in [resolution] if resolution else [None, *whole]:
            found: dict[str, BoundaryFile] = {}
            for folder in self.folders:
                found = folder.levels(year, wanted) | found
                if found and wanted:  # the levels of an installation belong together
                    break
            if found:
                return found
        parts = [f"{name} (in part)" if name not in whole else name for name in installed]
        msg = (
            f"no boundaries of {year} {f'at {resolution}' if resolution else 'for all France'}; "
            f"installed: {', '.join(parts) or 'none'}"
        )
        raise UnknownTerritoryError(msg + _how_to_install(year, resolution))

    def territories(self, level: str, year: int, *, resolution: str | None = None) -> Path:
        """Return the file of a level, or raise `UnknownTerritoryError` listing the known ones."""
        levels = self.levels(year, resolution=resolution)
        if level not in levels:
            at = f" at {resolution}" if resolution else ""
            msg = f"no level {level!r} of {year}{at}; known: {', '.join(levels)}"
            raise UnknownTerritoryError(msg)
        return _there(levels[level].path)

    def names(self, year: int) -> Path:
        """Return the file of every name that communes go or went by."""
        year = whole_year(year)
        for folder in self.folders:
            if line := folder.vintage(year).get("names"):
                return _there(folder.path / line["path"])
        known = [
            year for year in self.years if any("names" in f.vintage(year) for f in self.folders)
        ]
        msg = f"no names of communes of {year}; known years: {listing(known, most=20)}"
        raise UnknownTerritoryError(msg)

    def history(self, name: str) -> Path:
        """Return a file of the history of the communes, or raise `UnknownTerritoryError`."""
        known: dict[str, Path] = {}
        for folder in self.folders:
            for key, line in folder.manifest.get("history", {}).items():
                known.setdefault(key, folder.path / line["path"])
        if name not in known:
            msg = f"no history {name!r}; known: {listing(sorted(known), most=20) or 'none'}"
            raise UnknownTerritoryError(msg)
        return _there(known[name])


def catalogue() -> Catalogue:
    """Return what the folders of `boundary_folders` hold.

    Raises
    ------
    BoundariesNotFoundError
        When none of the folders holds a ``manifest.json``, or one that does is damaged.
    """
    looked_at = list(boundary_folders())
    folders = []
    for path in (folder / MANIFEST for folder in looked_at):
        with reading(path):
            if path.is_file():
                folders.append(_read(path, path.stat().st_mtime_ns))
    if not folders:
        msg = (
            f"no {MANIFEST} in any folder of boundaries; looked in "
            f"{listing(looked_at)}; reinstall ptce_geo or set {ENVIRONMENT_VARIABLE}"
        )
        raise BoundariesNotFoundError(msg)
    return Catalogue(tuple(folders))


def boundary_folders() -> Iterator[Path]:
    """Yield the folders where boundaries may be, first choice first.

    The one named by the environment variable ``PTCE_GEO_BOUNDARIES``, the user's data directory,
    the installed package, the checkout.
    """
    if named := os.environ.get(ENVIRONMENT_VARIABLE):
        yield Path(named)
    yield user_folder()
    yield from _OURS


def is_ours(path: Path) -> bool:
    """Return whether a file of boundaries travels with the package: its tests hold for it."""
    return any(path.is_relative_to(folder) for folder in _OURS)


def user_folder() -> Path:
    """Return the folder in the user's data directory that boundaries are installed to."""
    return platformdirs.user_data_path("ptce_geo") / "boundaries"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Raise `BoundariesNotFoundError`, with the cure, for what a reader trips over in `path`."""
    try:
        yield
    except PtceGeoError:
        raise
    except (OSError, ValueError) as error:  # pyarrow's errors of damage are among them
        said = " ".join(str(getattr(error, "strerror", None) or error).split())[:150]
        if path.is_relative_to(user_folder()):
            cure = "remove it and install it again with ptce-geo boundaries install"
        else:
            cure = f"reinstall ptce_geo, or mend the folder that {ENVIRONMENT_VARIABLE} names"
        msg = f"{path} cannot be read ({said}); {cure}"
        raise BoundariesNotFoundError(msg) from error


def whole_year(year: int) -> int:
    """Return `year` as an int, or raise `UnknownTerritoryError` if it is no whole number."""
    try:
        return operator.index(year)
    except TypeError:
        msg = f"year must be a whole number such as {CURRENT_YEAR}, found {year!r}"
        raise UnknownTerritoryError(msg) from None


def _there(path: Path) -> Path:
    with reading(path):
        path.stat()
    return path


@lru_cache(maxsize=8)
def _read(path: Path, modified: int) -> BoundaryFolder:  # noqa: ARG001 - read again when changed
    manifest = json.loads(path.read_text(encoding="utf-8"))
    try:
        sound = all(year.isdecimal() for year in manifest["vintages"]) and all(
            isinstance(line["path"], str) and line["rows"] >= 0 and line["bytes"] >= 0
            for line in _lines(manifest)
        )
    except (KeyError, TypeError, AttributeError):
        sound = False
    if not sound:
        msg = "damaged, not a manifest of boundaries"
        raise ValueError(msg)
    return BoundaryFolder(path.parent, manifest)


def _lines(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a manifest says of each file."""
    for vintage in manifest["vintages"].values():
        yield from vintage.get("levels", {}).values()
        yield from (vintage[name] for name in ("names", *_TOPOLOGY) if name in vintage)
        for installed in vintage.get("resolutions", {}).values():
            yield from installed["levels"].values()
    yield from manifest.get("history", {}).values()


def _how_to_install(year: int, resolution: str | None) -> str:
    """Return the end of a message: the command that installs what is missing."""
    if not _INSTALLABLE_SINCE <= year <= CURRENT_YEAR:
        return ""
    own = "--source FILE" if resolution == RESOLUTIONS[0] else f"--resolution {resolution or '50m'}"
    return f"; to install it: ptce-geo boundaries install --year {year} {own}"
