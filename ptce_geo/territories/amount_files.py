"""Read amounts by commune from a table: establishments, jobs, anything counted there."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ptce_geo.checks import listing
from ptce_geo.errors import InputError, MissingColumnError, PtceGeoWarning
from ptce_geo.files import read_table
from ptce_geo.files.archives import unpacked
from ptce_geo.files.cells import parse_number, read_cell, says_nothing, squeeze
from ptce_geo.territories import CURRENT_YEAR
from ptce_geo.territories.crosswalk import codes_inside_communes
from ptce_geo.territories.vintage_fit import detect_vintage
from ptce_geo.territories.vintages import convert_codes
from ptce_geo.territories.zoning_headings import (
    Wanted,
    code_place,
    heading_counter,
    key_of,
    read_any_commune_code,
)

if TYPE_CHECKING:
    import os

    from ptce_geo.files import Table


def read_amounts(
    path: str | os.PathLike[str],
    *,
    column: str,
    code_column: str | None = None,
    year: int | None = None,
    to_year: int = CURRENT_YEAR,
    sheet: str | None = None,
) -> pd.Series:
    r"""Read amounts by commune, and bring them to the communes of a year.

    Rows of one commune add up, a municipal arrondissement counts for its commune. The total stays
    what it was.

    Parameters
    ----------
    path : path
        CSV or XLSX (or a zip with one of them), one row a commune or several.
    column : str
        Heading of the amounts.
    code_column : str, optional
        Heading of the communes' INSEE codes; recognised by itself.
    year : int, optional
        Vintage of these codes; by default the latest that fits most of them.
    to_year : int
        Vintage that the amounts are brought to.
    sheet : str, optional
        Sheet of a workbook.

    Returns
    -------
    Series
        Amounts by commune code of `to_year`, named `column`. Blank amounts count as 0, rows
        without a commune's code are left out: a `PtceGeoWarning` says how many.

    Raises
    ------
    UnreadableFileError
        The file is missing, empty, damaged, or not a table.
    MissingColumnError
        A column is not found; the message lists the headings.
    InputError
        An amount is no number of at least 0, or no code is that of a commune.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "establishments.csv"
    >>> _ = path.write_text("CODGEO;Etabs\n42218;1 200\n01001;7\n01001;3\n")
    >>> read_amounts(path, column="Etabs").to_dict()
    {'01001': 10.0, '42218': 1200.0}
    """
    wanted = Wanted(column, code_column, column, None)
    with unpacked(Path(path)) as file:
        table = read_table(file, sheet=sheet, count_headings=heading_counter(wanted))
    codes = _codes(table, code_place(table, wanted))
    values = _values(table, _place(table, column))
    if (without := int(codes.isna().sum())) or values.isna().any():
        msg = (
            f"{table.what}: {without} rows without a commune's code left out, "
            f"{int(values.isna().sum())} blank cells of {column!r} counted as 0"
        )
        warnings.warn(msg, PtceGeoWarning, stacklevel=2)
    by_commune = values.fillna(0.0).groupby(codes).sum()
    found = detect_vintage(by_commune.index).year if year is None else year
    if found is None:
        msg = f"{table.what}: no code ever was a commune's; say which it is, code_column="
        raise InputError(msg)
    converted: pd.Series = convert_codes(by_commune, from_year=found, to_year=to_year).data
    return converted.rename(column)


def _place(table: Table, column: str) -> int:
    for at, heading in enumerate(table.headings):
        if key_of(heading) == key_of(column):
            return at
    found = listing(table.headings, most=30)
    msg = f"{table.what}: no column {column!r}; found {found}"
    raise MissingColumnError(msg)


def _codes(table: Table, at: int) -> pd.Series:
    """Return the commune of each row, missing where there is none."""
    cells = [row[at] for row in table.rows]
    read = {cell: read_cell(cell, read_any_commune_code).value for cell in set(cells)}
    codes = pd.Series([read[cell] for cell in cells], index=table.lines, dtype="str")
    return codes.map(codes_inside_communes()["code_commune"]).fillna(codes)


def _values(table: Table, at: int) -> pd.Series:
    """Return the amount of each row, missing where the cell is blank."""
    cells = {line: squeeze(row[at]) for row, line in zip(table.rows, table.lines, strict=True)}
    values = {line: parse_number(cell) for line, cell in cells.items()}
    odd = [
        f"{cell!r} (line {line})"
        for line, cell in cells.items()
        if not says_nothing(cell) and ((value := values[line]) is None or value < 0)
    ]
    if odd:
        heading = table.headings[at]
        msg = f"{table.what}: {heading!r} holds {listing(odd)}; give numbers of at least 0"
        raise InputError(msg)
    return pd.Series(values, dtype="float64")
