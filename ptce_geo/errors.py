"""Errors of ptce_geo: one root, and each leaf is also the builtin a caller would expect.

A message says what failed, what was found, and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class PtceGeoError(Exception):
    """Root of every error that ptce_geo raises on purpose."""


class PtceGeoWarning(UserWarning):
    """Something was repaired or left out; the message says what and how much."""


class InputError(PtceGeoError, ValueError):
    """The data given by the caller cannot be used as it is."""


class MissingColumnError(InputError):
    """A frame or file lacks a column that is needed."""


class DuplicateIdError(InputError):
    """An identifier that must be unique is not."""


class CrsError(InputError):
    """A coordinate reference system is missing or cannot be used for the purpose."""


class UnreadableFileError(InputError):
    """A file is missing, empty, or not in a format that can be read."""


class OutputError(PtceGeoError, OSError):
    """A result cannot be written where it was asked to be."""


class TerritoryError(PtceGeoError):
    """Something about the map of France is wrong."""


class UnknownTerritoryError(TerritoryError, ValueError):
    """A level, vintage or code that is not known; the message lists those that are."""


class BoundariesNotFoundError(TerritoryError, FileNotFoundError):
    """No folder of boundaries was found in any of the places looked at."""


class BoundariesDownloadError(TerritoryError, OSError):
    """Boundaries could not be fetched; what was installed before is as it was."""


class GeocodingError(PtceGeoError):
    """Geocoding could not be carried out."""


class GeocodingServiceError(GeocodingError, OSError):
    """A geocoding service failed.

    Attributes
    ----------
    status_code : int or None
        HTTP status of the answer, where there was one.
    retry_after : float or None
        Seconds the service asked us to wait.
    """

    def __init__(
        self, message: str, *, status_code: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.retry_after = retry_after


class UnmatchedAddressError(GeocodingError, ValueError):
    """Members could not be placed and the caller asked that this be an error.

    Attributes
    ----------
    member_ids : tuple of str
        The members concerned.
    """

    def __init__(self, message: str, *, member_ids: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.member_ids = tuple(member_ids)


class EngineNotInstalledError(PtceGeoError, ImportError):
    """An optional part is not installed; the message says how to install it."""
