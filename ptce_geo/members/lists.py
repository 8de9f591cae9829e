"""What a list of members and a list of poles have in common: file → frame and problems."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.errors import DuplicateIdError, InputError, MissingColumnError
from ptce_geo.files.cells import (
    Outcome,
    fold,
    read_cell,
    read_commune_code,
    says_nothing,
    squeeze,
    unit_factor,
)
from ptce_geo.files.problems import DOUBTFUL, LOST, REPAIRED, Problem
from ptce_geo.files.tables import Table, read_table
from ptce_geo.members import values
from ptce_geo.members.headings import (
    ADDRESS_AFTER,
    ADDRESS_BEFORE,
    Headings,
    assign,
    chosen_positions,
    claim,
    known_headings,
)
from ptce_geo.members.values import slug

if TYPE_CHECKING:
    import os

Cells = Sequence[str]
Values = list[str | float | None]

_READERS: Mapping[str, Callable[[str], Outcome]] = {
    schema.POSTCODE: values.read_postcode,
    schema.SIRET: values.read_siret,
    schema.CODE_COMMUNE: read_commune_code,
    schema.DEPARTEMENT: values.read_departement,
    schema.YEAR: values.read_year,
    schema.LONGITUDE: values.read_degrees,
    schema.LATITUDE: values.read_degrees,
    **dict.fromkeys(schema.NUMERIC_MEMBER_COLUMNS, values.read_amount),
}
_NUMERIC = {schema.YEAR, *schema.NUMERIC_MEMBER_COLUMNS}
_EUROS = {schema.TURNOVER, schema.TURNOVER_POLE}
_POSITION = (schema.LONGITUDE, schema.LATITUDE)
_OPTIONAL = (*_POSITION, schema.CODE_COMMUNE)  # in the frame only where the list has them
_IDS = {schema.MEMBER_ID, schema.POLE_ID}


@dataclass(frozen=True)
class ListKind:
    """A kind of list: its columns, the headings it knows, what it cannot do without."""

    columns: tuple[str, ...]
    headings: Headings
    needs: tuple[tuple[str, ...], ...]  # at least one of these sets of columns
    purpose: str  # why, for the message
    option: str | None = None  # of the command line, that says which heading is which


class _Reader:
    """Reads the columns of one table and gathers what there is to say about them."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.problems = list(table.problems)
        self._columns: list[Cells] = list(zip(*table.rows, strict=True))

    def cells(self, position: int) -> Cells:
        """Return the raw cells of a column of the table."""
        return self._columns[position]

    def declared(self, column: str, position: int) -> Cells:
        """Return the cells of a column, blank where a study wrote them and not the list's author.

        In a list that a study wrote, `geocode_provider` and `geocode_reason` tell: a town hall
        that stands for a member there is no position that anybody declared.
        """
        cells, headings = self.cells(position), self.table.headings
        if schema.GEOCODE_PROVIDER not in headings:
            return cells
        providers, reasons = (
            self.cells(headings.index(name)) if name in headings else self.blank()
            for name in (schema.GEOCODE_PROVIDER, schema.GEOCODE_REASON)
        )
        kept = []
        for cell, provider, reason in zip(cells, providers, reasons, strict=True):
            by_code = reason.startswith(("declared_code", "declared_old_code"))
            own = provider == schema.DECLARED and by_code == (column == schema.CODE_COMMUNE)
            kept.append(cell if own or not provider.strip() else "")
        return kept

    def blank(self) -> Cells:
        """Return a column of blank cells."""
        return [""] * len(self.table.rows)

    def read(self, column: str, cells: Cells) -> Values:
        """Read the cells of a column of ours."""
        read = _READERS.get(column, values.read_text)
        formulas = self.table.formulas
        return self._read(column, cells, lambda cell: read_cell(cell, read, formulas=formulas))

    def read_extra(self, column: str, cells: Cells) -> Values:
        """Read the cells of a column that is not ours."""
        formulas = self.table.formulas
        return self._read(column, cells, lambda cell: values.read_extra(cell, formulas=formulas))

    def _read(self, column: str, cells: Cells, read: Callable[[str], Outcome]) -> Values:
        """Read the cells of a column; each different text is read once."""
        outcomes = {cell: read(cell) for cell in set(cells)}
        if any(outcome.word for outcome in outcomes.values()):
            for cell, line in zip(cells, self.table.lines, strict=True):
                _, kind, word, details = outcomes[cell]
                if kind and word:
                    written = squeeze(cell)
                    self.problems.append(Problem(line, column, written, kind, word, details))
        return [outcomes[cell].value for cell in cells]


def read_list(
    path: str | os.PathLike[str],
    kind: ListKind,
    *,
    columns: Mapping[str, str | None] | None,
    sheet: str | None,
) -> tuple[pd.DataFrame, list[Problem], str]:
    """Read a list.

    Parameters
    ----------
    path : path
        See `ptce_geo.files.tables.read_table`.
    kind : ListKind
        What the list is about.
    columns : mapping of str to str or None, optional
        Column → heading in the file; None: no heading of the file means this column.
    sheet : str, optional
        Sheet of a workbook or layer of a GPKG.

    Returns
    -------
    frame : pandas.DataFrame
        `kind.columns`, `longitude`, `latitude` and `code_commune` where the list has them,
        `source_line`, then the file's other columns under their own headings ("… (list)" where
        ptce_geo writes a column of that name).
    problems : list of Problem
        Everything met on the way.
    what : str
        How messages name the list.

    Raises
    ------
    UnreadableFileError, InputError, MissingColumnError
        See the messages.
    """
    columns = _checked(columns)
    known = known_headings(kind.headings)
    asked = {fold(heading) for heading in columns.values() if heading is not None}

    def count_headings(row: Sequence[str]) -> int:
        claims = (claim(cell, known) for cell in row if cell)
        named = {found.column for found in claims if found}
        return len(named) + len(asked & {fold(cell) for cell in row if cell})

    table = read_table(path, sheet=sheet, count_headings=count_headings)
    allowed = (*kind.columns, *_OPTIONAL)
    chosen = chosen_positions(columns, table.headings, allowed=allowed, what=table.what)
    assignment = assign(table.headings, known, chosen)
    _require(kind, assignment.positions, table, known)
    reader = _Reader(table)
    reader.problems += assignment.problems
    frame = _frame(kind, reader, assignment.positions)
    return frame, reader.problems, table.what


def _checked(columns: Mapping[str, str | None] | None) -> Mapping[str, str | None]:
    """Return `columns`, {} for None; raise `InputError` unless it maps columns to headings."""
    if columns is None:
        return {}
    if isinstance(columns, Mapping) and all(
        heading is None or isinstance(heading, str) for heading in columns.values()
    ):
        return columns
    msg = f"columns= is a dict {{column: heading in the file, or None}}, not {columns!r}"
    raise InputError(msg)


def _require(
    kind: ListKind,
    positions: Mapping[str, list[int]],
    table: Table,
    known: Mapping[str, tuple[str, int]],
) -> None:
    found = {schema.ADDRESS if column == ADDRESS_AFTER else column for column in positions}
    if any(found.issuperset(needed) for needed in kind.needs):
        return
    needs = " / ".join(" and ".join(needed) for needed in kind.needs)
    strange = (heading for heading in table.headings if not claim(heading, known))
    column, heading = kind.needs[0][0], next(strange, "HEADING")
    option = f" (or {kind.option} {shlex.quote(f'{column}={heading}')})" if kind.option else ""
    msg = (
        f"{table.what}: no column {kind.purpose} (needed, one of: {needs}); "
        f"found {listing(table.headings, most=30)}; "
        f"say which heading is which, e.g. columns={{{column!r}: {heading!r}}}{option}"
    )
    raise MissingColumnError(msg)


def _frame(kind: ListKind, reader: _Reader, positions: dict[str, list[int]]) -> pd.DataFrame:
    """Read every column of the table into the frame."""
    raw = {
        column: reader.cells(positions[column][0]) if column in positions else reader.blank()
        for column in kind.columns
    }
    _share_code_and_town(reader, raw)
    read: dict[str, pd.Series] = {}
    for column in kind.columns:
        if column == schema.ADDRESS:
            found = _read_address(reader, positions)
        else:
            cells = _whole_ids(raw[column]) if column in _IDS else raw[column]
            found = reader.read(column, cells)
        if column in _EUROS and column in positions:
            found = _in_euros(reader, column, positions[column][0], found)
        read[column] = _series(found, numeric=column in _NUMERIC)
    optional = _read_position(reader, positions) | _read_commune_codes(reader, positions)
    kept_apart = {*_OPTIONAL} - {*optional}
    if schema.GEOCODE_PROVIDER in reader.table.headings:
        kept_apart = {*_OPTIONAL}  # read in part: the rest must not be lost
    used = {at for column, places in positions.items() if column not in kept_apart for at in places}
    lines = pd.Series(reader.table.lines, dtype="int64")
    return pd.DataFrame(
        {**read, **optional, schema.SOURCE_LINE: lines, **_extras(kind, reader, used)}
    )


def _extras(kind: ListKind, reader: _Reader, used: set[int]) -> dict[str, pd.Series]:
    """Read the columns at positions not `used`, under names that are not ours."""
    ours = {*kind.columns, *_OPTIONAL, *schema.WRITTEN_COLUMNS, schema.SOURCE_LINE}
    extras: dict[str, pd.Series] = {}
    for at, heading in enumerate(reader.table.headings):
        if at not in used:
            name = _new_name(heading, extras)
            # Whatever its capitals: a GeoPackage holds no two columns that differ in these only.
            if heading.casefold() in ours or heading.casefold().startswith("geocode_"):
                name = _new_name(f"{heading} (list)", extras)
                details = {"name": name}
                reader.problems.append(
                    Problem(None, name, heading, REPAIRED, "renamed_column", details)
                )
            extras[name] = _series(reader.read_extra(name, reader.cells(at)))
    return extras


def _series(found: Values, *, numeric: bool = False) -> pd.Series:
    return pd.Series(found, dtype="float64" if numeric else "str")


def _new_name(heading: str, names: Iterable[str]) -> str:
    """Return `heading`, numbered if another column has that name."""
    name, number = heading, 1
    while name in names:
        number += 1
        name = f"{heading} ({number})"
    return name


def _whole_ids(cells: Cells) -> Cells:
    """Return identifiers without the ".0" that a spreadsheet gave to every one of them."""
    filled = [cell for cell in cells if cell.strip()]
    if all(cell.strip().endswith(".0") and cell.strip()[:-2].isdecimal() for cell in filled):
        return [cell.strip().removesuffix(".0") for cell in cells]
    return cells


def _share_code_and_town(reader: _Reader, raw: dict[str, Cells]) -> None:
    """Where one cell holds "42000 Saint-Étienne" and the other is blank, give each its own."""
    codes, towns = list(raw[schema.POSTCODE]), list(raw[schema.CITY])
    split = {cell: values.split_code_and_town(squeeze(cell)) for cell in {*codes, *towns} if cell}
    for at, line in enumerate(reader.table.lines):
        for here, there, place in ((codes, towns, 1), (towns, codes, 0)):
            code_and_town = split.get(here[at], ("", ""))
            if code_and_town[1] and says_nothing(squeeze(there[at])):
                column = (schema.POSTCODE, schema.CITY)[place]
                both = squeeze(here[at])
                reader.problems.append(
                    Problem(line, column, both, REPAIRED, "from_postcode_and_town")
                )
                codes[at], towns[at] = code_and_town
    raw[schema.POSTCODE], raw[schema.CITY] = codes, towns


def _read_address(reader: _Reader, positions: Mapping[str, list[int]]) -> Values:
    """Read the address, with the parts of it that stand in columns of their own."""

    def read(part: str) -> list[Values]:
        return [
            reader.read(
                schema.ADDRESS,
                [values.address_lines(cell) for cell in reader.cells(at)],
            )
            for at in positions.get(part, [])
        ]

    main = (read(schema.ADDRESS) or [[None] * len(reader.table.rows)])[0]
    before, after = read(ADDRESS_BEFORE), read(ADDRESS_AFTER)
    if not before and not after:
        return main
    addresses: Values = []
    for at, street in enumerate(main):
        written = str(street or "")
        for part in reversed(before):  # the number stands before the type of street
            if part[at] and not written.startswith(str(part[at])):
                written = f"{part[at]} {written}".strip()
        lines = [written, *(str(part[at]) for part in after if part[at])]
        addresses.append(", ".join(line for line in lines if line) or None)
    return addresses


def _in_euros(reader: _Reader, column: str, position: int, found: Values) -> Values:
    """Return amounts in euros, where the heading says "k€" or "M€"."""
    heading = reader.table.headings[position]
    factor = unit_factor(heading)
    if factor == 1:
        return found
    reader.problems.append(Problem(None, column, heading, REPAIRED, "in_euros", {"factor": factor}))
    return [None if value is None else float(value) * factor for value in found]


def _read_position(reader: _Reader, positions: Mapping[str, list[int]]) -> dict[str, pd.Series]:
    """Read longitude and latitude in degrees; no column at all where they are something else."""
    if not all(column in positions for column in _POSITION):
        return {}
    places = [positions[column][0] for column in _POSITION]
    said = len(reader.problems)
    lon, lat = (
        np.array(reader.read(column, reader.declared(column, at)), dtype="float64")
        for column, at in zip(_POSITION, places, strict=True)
    )
    stated = ~(np.isnan(lon) & np.isnan(lat))
    usable = (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & ~((lon == 0) & (lat == 0))
    if stated.any() and not usable.any():
        del reader.problems[said:]
        headings = ", ".join(reader.table.headings[at] for at in places)
        reader.problems.append(
            Problem(None, schema.LONGITUDE, headings, DOUBTFUL, "columns_not_degrees")
        )
        return {}
    for at in np.flatnonzero(stated & ~usable).tolist():
        value = " ".join(reader.cells(place)[at].strip() for place in places)
        line = reader.table.lines[at]
        reader.problems.append(Problem(line, schema.LONGITUDE, value, LOST, "not_degrees"))
    lon[~usable], lat[~usable] = np.nan, np.nan
    return {schema.LONGITUDE: pd.Series(lon), schema.LATITUDE: pd.Series(lat)}


def _read_commune_codes(
    reader: _Reader, positions: Mapping[str, list[int]]
) -> dict[str, pd.Series]:
    """Read the declared codes of communes; no column at all where none of several is one."""
    if schema.CODE_COMMUNE not in positions:
        return {}
    at = positions[schema.CODE_COMMUNE][0]
    said = len(reader.problems)
    cells = reader.declared(schema.CODE_COMMUNE, at)
    codes = reader.read(schema.CODE_COMMUNE, cells)
    if not any(codes) and len(reader.problems) > said + 1:
        del reader.problems[said:]
        heading = reader.table.headings[at]
        reader.problems.append(
            Problem(None, schema.CODE_COMMUNE, heading, DOUBTFUL, "no_commune_codes")
        )
        return {}
    return {schema.CODE_COMMUNE: _series(codes)}


def fill_pole_ids(frame: pd.DataFrame, problems: list[Problem]) -> None:
    """Give a `pole_id` to rows that only name their pole.

    That of another row of the same name where there is one, else a slug of the name.
    """
    ids, names = frame[schema.POLE_ID], frame[schema.POLE_NAME]
    bare = ids.isna() & names.notna()
    if not bare.any():
        return
    slugs = names.map({name: slug(name) for name in names.dropna().unique()}).dropna()
    paired = pd.DataFrame({"slug": slugs, "id": ids[ids.notna()]}).dropna().drop_duplicates()
    stated = paired.drop_duplicates("slug", keep=False).set_index("slug")["id"].to_dict()
    made = slugs[bare].map(lambda name: stated.get(name, name))
    frame[schema.POLE_ID] = ids.fillna(made)
    details = {"rows": int(bare.sum())}
    problems.append(Problem(None, schema.POLE_ID, None, REPAIRED, "pole_ids_made", details))


def require_unique_ids(frame: pd.DataFrame, column: str, *, what: str, advice: str) -> None:
    """Raise `DuplicateIdError`, with the lines, unless the values of `column` stand once each."""
    ids = frame[column]
    doubled = frame[ids.notna() & ids.duplicated(keep=False)]
    if doubled.empty:
        return
    lines = doubled.groupby(column, sort=False)[schema.SOURCE_LINE].apply(list)
    shown = listing(f"{key!r} (lines {listing(at)})" for key, at in lines.items())
    msg = f"{what}: {column} must be unique; found {shown}; {advice}"
    raise DuplicateIdError(msg)
