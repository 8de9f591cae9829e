"""Read values of territories from a table: a rate, an index, a count, as it stands there."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Final, overload

import numpy as np
import pandas as pd

from ptce_geo.checks import listing, require_unique
from ptce_geo.errors import InputError, MissingColumnError, PtceGeoWarning
from ptce_geo.files import read_table
from ptce_geo.files.cells import fold, parse_number, says_nothing, squeeze
from ptce_geo.schema import CODE, SECRET
from ptce_geo.territories.boundaries import territory_table
from ptce_geo.territories.catalogue import CURRENT_YEAR, LEVELS
from ptce_geo.territories.zoning_headings import key_of

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from ptce_geo.files import Table

# Of statistical secrecy, as INSEE and this library write it.
_SECRET_WORDS: Final = frozenset(("s", "secret", "nd s", "secret statistique"))

# Words of headings, after `fold`, that name a level, or postcodes, which look like codes of
# communes; and those that say "codes" of any.
_LEVEL_WORDS: Final = {
    "commune": "com|communes?|depcom",
    "arrondissement_municipal": "arm|arrondissements?",
    "epci": "epci",
    "arrondissement": "arr|arrondissements?",
    "departement": "dep|dept|dpt|departe?ments?",
    "region": "reg|regions?",
    "postcode": "postal|postaux|postcode|cp",
}
_CODE_WORDS: Final = "code|codgeo|cod|insee|siren|territory|territoire"


@overload
def read_values(
    path: str | os.PathLike[str],
    *,
    column: str,
    level: str,
    code_column: str | None = ...,
    year: int = ...,
    sheet: str | None = ...,
) -> pd.Series: ...
@overload
def read_values(
    path: str | os.PathLike[str],
    *,
    column: list[str],
    level: str,
    code_column: str | None = ...,
    year: int = ...,
    sheet: str | None = ...,
) -> pd.DataFrame: ...
def read_values(
    path: str | os.PathLike[str],
    *,
    column: str | list[str],
    level: str,
    code_column: str | None = None,
    year: int = CURRENT_YEAR,
    sheet: str | None = None,
) -> pd.Series | pd.DataFrame:
    r"""Read a value for each territory of a level, as a map of them wants it.

    Parameters
    ----------
    path : path
        CSV or XLSX (also GeoJSON, GPKG, Parquet), one row a territory.
    column : str or list of str
        Heading of the values; numbers may be written the French way ("1 234,5").
    level : str
        What the rows are: "commune", "epci", "departement", "region" ...
    code_column : str, optional
        Heading of the codes; by default the column that holds codes of the level in most rows:
        one whose heading says so, or the only one. Zeros that a spreadsheet took away from them
        are given back.
    year : int
        Vintage of the territories.
    sheet : str, optional
        Sheet of a workbook.

    Returns
    -------
    Series, or DataFrame for a list
        Values by code, named as `column`: floats, NaN where the cell is blank; of objects with
        "secret" among them where a cell says so ("s", "secret"). Rows whose code is no territory's
        are left out: a `PtceGeoWarning` names some.

    Raises
    ------
    UnknownTerritoryError
        The level or year is not known.
    UnreadableFileError
        The file is missing, empty, damaged, or not a table.
    MissingColumnError
        A column is not found; the message lists the headings.
    DuplicateIdError
        A territory stands on two rows.
    InputError
        A value is neither a number nor blank nor secret; no column holds codes of the level, or
        several do and no heading says which it is.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "rates.csv"
    >>> _ = path.write_text("Dép;Taux\n1;0,5\n42;s\n69;\n")
    >>> read_values(path, column="Taux", level="departement").to_dict()
    {'01': 0.5, '42': 'secret', '69': nan}
    """
    known = territory_table(level, year=year).index
    columns = [column] if isinstance(column, str) else column
    asked = {key_of(heading) for heading in (*columns, code_column) if heading}

    def count_headings(row: Sequence[str]) -> int:
        return len(asked & {key_of(cell) for cell in row if len(cell) <= 80})

    table = read_table(path, sheet=sheet, count_headings=count_headings)
    places = [_place(table, heading) for heading in columns]
    if code_column is None:
        at = _code_place(table, level, values=places, year=year)
    else:
        at = _place(table, code_column)
    codes = _codes(table, at, known)
    of_level = codes.isin(known)
    if not of_level.any():
        msg = f"{table.what}: {table.headings[at]!r} holds no {_codes_of(level, year)}"
        raise InputError(msg)
    require_unique(codes[of_level], what=table.what)
    values = pd.DataFrame(
        {name: _values(table, place) for name, place in zip(columns, places, strict=True)}
    )
    if not of_level.all():
        odd = (
            f"{squeeze(table.rows[row][at])!r} (line {table.lines[row]})"
            for row in np.flatnonzero(~of_level)
        )
        msg = f"{table.what}: left out, no {level} of {year}: {listing(odd)}"
        warnings.warn(msg, PtceGeoWarning, stacklevel=2)
    values = values[of_level].set_axis(pd.Index(codes[of_level], name=CODE))
    return values[column]


def _place(table: Table, column: str) -> int:
    """Return where a heading stands."""
    for at, heading in enumerate(table.headings):
        if key_of(heading) == key_of(column):
            return at
    msg = f"{table.what}: no column {column!r}; found {listing(table.headings, most=30)}"
    raise MissingColumnError(msg)


def _codes(table: Table, at: int, known: pd.Index) -> pd.Series:
    """Return a column the way codes are written; a number gets the zeros that it may have lost."""
    cells = pd.Series([squeeze(row[at]) for row in table.rows], dtype="str")
    bare = cells.str.replace(r"[.,]0+$|\s", "", regex=True).str.upper()
    codes = bare.str.zfill(min(map(len, known))).where(bare != "", "")
    return codes.rename(table.headings[at])


def _code_place(table: Table, level: str, *, values: Sequence[int], year: int) -> int:
    """Return where the codes of a level stand, which is none of the columns of values.

    Codes of régions are codes of départements too, and so are ranks and counts: headings tell them
    apart. A column whose heading says nothing is taken where no other can be meant.
    """
    if found := _code_places(table, level, values=values, year=year):
        return found[0]
    found = _code_places(table, level, values=values, year=year, said=False)
    told = [
        f"{table.headings[at]!r} holds those of the level {other}"
        for other in LEVELS
        for at in _code_places(table, other, values=values, year=year)
    ]
    if len(found) == 1 and not told:
        return found[0]
    wanted = _codes_of(level, year)
    if len(found) > 1:
        names = listing(repr(table.headings[at]) for at in found)
        msg = f"{table.what}: {names} may each be {wanted}; say which column it is"
    else:
        beside = told[0] if told else f"found {listing(table.headings, most=30)}"
        msg = f"{table.what}: no column for {wanted}; {beside}; say which level and column it is"
    raise InputError(msg)


def _code_places(
    table: Table, level: str, *, values: Sequence[int], year: int, said: bool = True
) -> list[int]:
    """Return the columns that hold codes of a level in most rows, those with most of them first.

    Those whose heading says so, or else those whose heading says nothing of the kind.
    """
    known = territory_table(level, year=year).index
    share = {
        at: _codes(table, at, known).isin(known).mean()
        for at, heading in enumerate(table.headings)
        if at not in values
        and (_says_codes(heading, level) if said else not _levels_named(heading))
    }
    return sorted((at for at in share if share[at] > 0.5), key=lambda at: -share[at])


def _levels_named(heading: str) -> set[str]:
    """Return the levels that a heading names: "code_dep" and "CodeDep2021" are départements."""
    words = re.sub(rf"\b(?:{_CODE_WORDS})(?=\w)|\d+", " ", fold(heading)).split()
    return {
        level
        for level, names in _LEVEL_WORDS.items()
        if any(re.fullmatch(names, word) for word in words)
    }


def _says_codes(heading: str, level: str) -> bool:
    """Tell whether a heading says that codes of a level, or of whatever level, stand under it."""
    named = _levels_named(heading)
    return level in named or (not named and bool(re.match(rf"(?:{_CODE_WORDS})\b", fold(heading))))


def _codes_of(level: str, year: int) -> str:
    first = territory_table(level, year=year).index[0]
    return f"codes of the level {level} (as {first})"


def _values(table: Table, at: int) -> pd.Series:
    """Return the value on each row: a number, NaN or "secret"."""
    values: list[float | str] = []
    odd: list[str] = []
    for row, line in zip(table.rows, table.lines, strict=True):
        cell = squeeze(row[at])
        number = parse_number(cell.removesuffix("%"))
        if fold(cell) in _SECRET_WORDS:
            values.append(SECRET)
        elif number is not None or says_nothing(cell):
            values.append(np.nan if number is None else number)
        else:
            odd.append(f"{cell!r} (line {line})")
    if odd:
        msg = (
            f"{table.what}: {table.headings[at]!r} holds {listing(odd)}; "
            "give numbers, 's' for secret, or leave the cell blank"
        )
        raise InputError(msg)
    return pd.Series(values, dtype=object if SECRET in values else "float64")
