"""Which column of a table of communes and zones is which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from ptce_geo.checks import listing
from ptce_geo.errors import InputError, MissingColumnError
from ptce_geo.files import Table, read_table
from ptce_geo.files.cells import (
    COMMUNE_CODE_HEADINGS,
    fold,
    read_cell,
    read_commune_code,
    squeeze,
)
from ptce_geo.territories.boundaries import commune_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

# Headings beside which zones stand and that are no zoning of their own, after `key_of`.
_BESIDE: Final = re.compile(
    "libgeo|libelle(geographique)?|libcom|nom(com(mune)?)?|commune|ncc(enr)?|"
    "(code)?(dep(artement)?|reg(ion)?|epci)|natureepci|arr|cv|can|pop(ulation)?|pmun"
)
# The short headings of INSEE's tables.
_SHORT: Final = frozenset(("codgeo", "libgeo", "dep", "reg", "epci", "arr", "cv"))
_LABEL_OF: Final = re.compile(r"(?:libelle|lib|nom|label|intitule)(.+)")
# The sheet of INSEE's "table d'appartenance" that names the zones of every zoning.
_NAMES_SHEET: Final = "Zones_supra_communales"
# A zoning may be older than 1976.
read_any_commune_code: Final = partial(read_commune_code, old_corsica=True)


@dataclass(frozen=True)
class Wanted:
    """What the caller says of the headings."""

    name: str
    code: str | None
    zone: str | None
    label: str | None


def key_of(heading: str) -> str:
    """Return a heading without case, accents, blanks and punctuation."""
    return fold(heading).replace(" ", "")


def _stem_and_year(heading: str) -> tuple[str, str]:
    """Return what a heading names and its year: "Code ZE (2020)" is "ze", "2020"."""
    found = re.fullmatch(r"(?:code|cod)?(.+?)((?:19|20)\d\d)?", key_of(heading))
    return (found[1], found[2] or "") if found else ("", "")


def _same(one: str, other: str) -> bool:
    """Tell whether two headings name the same thing: a year that only one has does not matter."""
    (stem, year), (other_stem, other_year) = _stem_and_year(one), _stem_and_year(other)
    return stem == other_stem and (year == other_year or not year or not other_year)


_CODE_KEYS: Final = {key_of(heading): rank for rank, heading in enumerate(COMMUNE_CODE_HEADINGS)}


def heading_counter(wanted: Wanted) -> Callable[[Sequence[str]], int]:
    """Return what counts the headings we know in a row: it finds the heading row and the sheet.

    INSEE writes long headings on one row and short ones (CODGEO, DEP, ZE2020) under it: the row
    of the short ones is to win.
    """
    asked = {key_of(heading) for heading in (wanted.code, wanted.zone, wanted.label) if heading}
    usual = _CODE_KEYS.keys() | _SHORT

    def count_headings(row: Sequence[str]) -> int:
        headings = [cell for cell in row if 0 < len(cell) <= 80]
        keys = {key_of(cell) for cell in headings}
        named = any(_same(cell, wanted.name) for cell in headings)
        return len(keys & usual) + named + 3 * len(keys & asked)

    return count_headings


def code_place(table: Table, wanted: Wanted) -> int:
    """Return the position of the communes' codes."""
    if wanted.code is None:
        return _commune_code(table)
    return _asked(wanted.code, table.headings, option="code_column", what=table.what)


def zone_places(
    headings: Sequence[str], wanted: Wanted, *, code: int | None = None, what: str
) -> tuple[int, int | None]:
    """Return the positions of the zones' codes and of their names, None where they have none."""
    if wanted.zone is None:
        zone = _zone(headings, wanted.name, code=code, what=what)
    else:
        zone = _asked(wanted.zone, headings, option="zone_column", what=what)
        if zone == code:
            msg = f"{what}: zone_column= says {wanted.zone!r}, which holds the communes' codes"
            raise InputError(msg)
    if wanted.label is None:
        return zone, _label(headings, zone)
    return zone, _asked(wanted.label, headings, option="label_column", what=what)


def _asked(heading: str, headings: Sequence[str], *, option: str, what: str) -> int:
    """Return the position of a heading that the caller names."""
    for same in (squeeze, key_of):
        for at, found in enumerate(headings):
            if same(found) == same(heading):
                return at
    found = listing(headings, most=30)
    msg = f"{what}: {option}= says {heading!r}, no such heading; found {found}"
    raise MissingColumnError(msg)


def _commune_code(table: Table) -> int:
    """Return the position of the commune codes: by the heading, else by what is under it."""
    ranked = [
        (_CODE_KEYS[key], at)
        for at, heading in enumerate(table.headings)
        if (key := key_of(heading)) in _CODE_KEYS
    ]
    if ranked:
        return min(ranked)[1]
    known = set(commune_names()["code"])
    found = []
    for at, cells in enumerate(zip(*table.rows, strict=True)):
        codes = [read_cell(cell, read_any_commune_code).value for cell in cells]
        # Names of zones may be codes of communes too (bassins de vie), but they come back.
        if np.mean([code in known for code in codes]) > 0.9 and len(set(codes)) > len(codes) * 0.9:
            found.append(at)
    if len(found) == 1:
        return found[0]
    msg = (
        f"{table.what}: no column of INSEE commune codes is recognised; found "
        f"{listing(table.headings, most=30)}; say which it is with code_column="
    )
    raise MissingColumnError(msg)


def _zone(headings: Sequence[str], name: str, *, code: int | None, what: str) -> int:
    """Return the position of the zones' codes: called like `name`, else the only candidate."""
    free = [at for at in range(len(headings)) if at != code]
    exact = [at for at in free if key_of(headings[at]) == key_of(name)]
    alike = exact or [at for at in free if _same(headings[at], name)]
    if not alike:
        labels = {_label(headings, at) for at in free}
        alike = [
            at for at in free if at not in labels and not _BESIDE.fullmatch(key_of(headings[at]))
        ]
    if len(alike) > 1:  # as in code_qp, lib_qp, insee_com ...
        alike = [at for at in alike if key_of(headings[at]).startswith("code")] or alike
    if len(alike) == 1:
        return alike[0]
    msg = (
        f"{what}: {'several columns' if alike else 'no column'} could be the zones of {name!r}; "
        f"found {listing(headings, most=30)}; say which it is with zone_column="
    )
    raise MissingColumnError(msg)


def _label(headings: Sequence[str], zone: int) -> int | None:
    """Return the position of the zones' names beside their codes."""
    for at, heading in enumerate(headings):
        named = _LABEL_OF.fullmatch(key_of(heading))
        if at != zone and named and _same(named[1], headings[zone]):
            return at
    return None


def names_apart(file: Path, zone_heading: str) -> dict[str, str]:
    """Return zone code → name from the sheet that INSEE gives the names of all zonings on."""
    wanted = ("nivgeo", "codgeo", "libgeo")

    def count_headings(row: Sequence[str]) -> int:
        return len({key_of(cell) for cell in row} & {*wanted})

    try:
        names = read_table(file, sheet=_NAMES_SHEET, count_headings=count_headings)
    except InputError:  # no such sheet, or no sheets at all
        return {}
    keys = [key_of(heading) for heading in names.headings]
    if not {*wanted} <= {*keys}:
        return {}
    level, code, label = (keys.index(key) for key in wanted)
    return {
        squeeze(row[code]): squeeze(row[label])
        for row in names.rows
        if key_of(row[level]) == key_of(zone_heading)
    }
