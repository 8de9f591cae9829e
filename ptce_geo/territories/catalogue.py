"""Which vintages and levels of the map of France are at hand, and in which files.

A folder of boundaries is one that holds ``manifest.json``. Nothing in this room reads a file that
the manifest does not name.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import platformdirs

from ptce_geo.checks import listing
from ptce_geo.errors import BoundariesNotFoundError, UnknownTerritoryError

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
ENVIRONMENT_VARIABLE: Final = "PTCE_GEO_BOUNDARIES"
_PACKAGE: Final = Path(__file__).parents[1]


@dataclass(frozen=True)
class Catalogue:
    """The content of one folder of boundaries, as its manifest tells it.

    Attributes
    ----------
    folder : Path
        Where the files are.
    manifest : dict
        The parsed ``manifest.json``.
    """

    folder: Path
    manifest: dict[str, Any]

    @property
    def years(self) -> tuple[int, ...]:
        """Vintages at hand, oldest first."""
        return tuple(sorted(int(year) for year in self.manifest["vintages"]))

    @property
    def attribution(self) -> tuple[str, ...]:
        """Whom to name wherever the boundaries are shown."""
        return tuple(self.manifest["attribution"])

    def territories(self, level: str, year: int) -> Path:
        """Return the file of a level, or raise `UnknownTerritoryError` listing the known ones."""
        levels = self._vintage(year)["levels"]
        if level not in levels:
            msg = f"unknown level {level!r}; known: {', '.join(levels)}"
            raise UnknownTerritoryError(msg)
        return self.folder / levels[level]["path"]

    def names(self, year: int) -> Path:
        """Return the file of every name that communes go or went by."""
        return self.folder / self._vintage(year)["names"]["path"]

    def _vintage(self, year: int) -> dict[str, Any]:
        try:
            return self.manifest["vintages"][str(year)]
        except KeyError:
            msg = f"no boundaries of {year}; known years: {listing(self.years, most=20)}"
            raise UnknownTerritoryError(msg) from None


def catalogue() -> Catalogue:
    """Return the first folder of boundaries found, in the order of `boundary_folders`.

    Raises
    ------
    BoundariesNotFoundError
        When none of the folders holds a ``manifest.json``.
    """
    looked_at = list(boundary_folders())
    for folder in looked_at:
        path = folder / "manifest.json"
        if path.is_file():
            return _read(path, path.stat().st_mtime_ns)
    msg = (
        f"no manifest.json in any folder of boundaries; looked in "
        f"{listing(looked_at)}; reinstall ptce_geo or set {ENVIRONMENT_VARIABLE}"
    )
    raise BoundariesNotFoundError(msg)


def boundary_folders() -> Iterator[Path]:
    """Yield the folders where boundaries may be, first choice first.

    The one named by the environment variable ``PTCE_GEO_BOUNDARIES``, the user's data directory,
    the installed package, the checkout.
    """
    if named := os.environ.get(ENVIRONMENT_VARIABLE):
        yield Path(named)
    yield platformdirs.user_data_path("ptce_geo") / "boundaries"
    yield _PACKAGE / "_boundaries"
    yield _PACKAGE.parent / "data" / "boundaries"


@lru_cache(maxsize=4)
def _read(path: Path, modified: int) -> Catalogue:  # noqa: ARG001 - a changed file is read again
    return Catalogue(path.parent, json.loads(path.read_text(encoding="utf-8")))
