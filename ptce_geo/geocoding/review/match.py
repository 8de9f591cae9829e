"""Which member a row of a review is about, and whether what it says still holds."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import require_columns, require_unique
from ptce_geo.files.cells import cell_text, fold
from ptce_geo.geocoding.review import sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

Member = dict[str, Any]  # cells by column

CONFIRMED: Final = "confirmed_by_hand"
REFUSED: Final = "rejected_by_hand"
# As near as the digits of a file can tell (degrees, about a metre).
_SAME_PLACE: Final = 1.5e-5


def tidy_geocoded(geocoded: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Return a copy of what `geocode` returned, on positions; raise where it is something else."""
    require_columns(geocoded, (schema.MEMBER_ID, *schema.GEOCODE_COLUMNS), what=what)
    require_unique(geocoded[schema.MEMBER_ID].dropna(), what=what)
    return pd.DataFrame(geocoded).reset_index(drop=True).astype(schema.GEOCODE_DTYPES)


def members_of(frame: pd.DataFrame) -> list[Member]:
    """Return the members of a frame with the cells that a review is about."""
    wanted = (*sheet.DECLARED_COLUMNS, *schema.GEOCODE_COLUMNS, schema.GEOCODE_CANDIDATES)
    return frame[[column for column in wanted if column in frame]].to_dict("records")


class MemberIds:
    """Where members stand, by their identifier as a file writes it."""

    def __init__(self, members: Sequence[Member]) -> None:
        ids = [cell_of(member[schema.MEMBER_ID]) for member in members]
        self._exact = _once({one: at for at, one in enumerate(ids)}, ids)
        # A spreadsheet that opens a CSV takes "00042" for a number.
        short = [one.lstrip("0") for one in ids]
        self._short = _once({one: at for at, one in enumerate(short)}, short)

    def find(self, identifier: str) -> int | None:
        """Return the position of a member, None where there is none or more than one."""
        at = self._exact.get(identifier)
        return at if at is not None else self._short.get(identifier.lstrip("0"))


def _once(places: dict[str, int], ids: list[str]) -> dict[str, int]:
    counts = Counter(ids)
    return {one: at for one, at in places.items() if one and counts[one] == 1}


def cell_of(value: object) -> str:
    """Return a cell of a frame as `sheet` reads it back."""
    return sheet.plain(cell_text(value))


def same_address(member: Member, cells: sheet.Cells) -> bool:
    """Tell whether a row is about the address that the member has now."""
    return all(
        _compared(cell_of(member.get(column))) == _compared(cells[column])
        for column in sheet.ADDRESS_COLUMNS
    )


def _compared(text: str) -> list[str]:
    # Spreadsheets drop leading zeros, and "42000" may have been the number 42000.0.
    return [word.lstrip("0") for word in fold(text).split()]


def decides_on(member: Member, longitude: float | None, latitude: float | None) -> bool:
    """Tell whether a decision on a place (what a person saw) is about what is found now."""
    if cell_of(member[schema.GEOCODE_REASON]) in (REFUSED, CONFIRMED):
        return True  # it has been applied
    return _near(member[schema.LONGITUDE], longitude) and _near(member[schema.LATITUDE], latitude)


def _near(found: float, seen: float | None) -> bool:
    if seen is None or math.isnan(seen):
        return math.isnan(found)
    return abs(found - seen) <= _SAME_PLACE
