"""The study area: which départements are studied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ptce_geo.checks import listing
from ptce_geo.errors import InputError, UnknownTerritoryError
from ptce_geo.territories import territory_table

if TYPE_CHECKING:
    from collections.abc import Sequence


def study_area(
    departements: Sequence[str] | None, regions: Sequence[str] | None
) -> list[str] | None:
    """Return the codes of the départements studied; None for all of France.

    Raises
    ------
    InputError
        When both are empty.
    UnknownTerritoryError
        When one of the codes is unknown.

    Examples
    --------
    >>> study_area(["42"], ["94"])
    ['2A', '2B', '42']
    """
    if departements is None and regions is None:
        return None
    departements, regions = _codes(departements), _codes(regions)
    if not departements and not regions:
        msg = "the study area is empty; name départements or régions, or leave both out"
        raise InputError(msg)
    every = territory_table("departement")["code_region"]
    known = sorted(every.unique())
    if unknown := [code for code in regions if code not in known]:
        msg = f"unknown région {listing(unknown)}; known: {listing(known, most=len(known))}"
        raise UnknownTerritoryError(msg)
    territory_table("departement", departements=departements or None)  # raises for unknown ones
    return sorted({*departements, *every.index[every.isin(regions)]})


def _codes(codes: Sequence[str] | None) -> list[str]:
    listed = [codes] if isinstance(codes, str) else codes or ()
    return [code.strip().upper() for code in listed if code.strip()]
