"""The communes since 1943: their changes, and the parts of land that no change divided.

What one commune of 1943, or one created since, consisted of is a part. A merger puts parts
together, its dissolution takes them apart again: a commune of any year is a set of parts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo.errors import UnknownTerritoryError
from ptce_geo.territories.catalogue import CURRENT_YEAR, catalogue, reading

if TYPE_CHECKING:
    from pathlib import Path

FIRST_YEAR: Final = 1943
LAST_YEAR: Final = CURRENT_YEAR
YEARS: Final = range(FIRST_YEAR, LAST_YEAR + 1)


def commune_history() -> pd.DataFrame:
    """Return every change of a commune since 1943.

    Returns
    -------
    DataFrame, one row a change of one commune, in the order of time
        ``date`` (ISO text): the day; for a change since 2019, the 1 January of the first vintage
        that shows it. ``event``: what INSEE calls it. ``code_before``, ``nom_before``,
        ``code_after``, ``nom_after``: the commune and what it was then, or was then part of. There
        is none before a creation, and no name after the six suppressions.

    Notes
    -----
    INSEE, historique des communes (1943–2019), then the yearly codes officiels géographiques.
    Changes of borders between communes that both go on are not told.

    Examples
    --------
    >>> changes = commune_history()
    >>> changes.loc[changes["code_before"] == "20004", ["date", "code_after"]]
                date code_after
    4472  1976-01-01      2A004
    """
    return _table("events").copy()


def commune_populations(*, year: int) -> pd.Series:
    """Return the municipal population that a vintage gives each commune.

    Parameters
    ----------
    year : int
        From 2019 on; 2020, which has no table, has that of 2019.

    Returns
    -------
    Series of Int64, by commune code
        Without those for which the source has none (Mayotte before 2021).

    Raises
    ------
    UnknownTerritoryError
        For another year.

    Examples
    --------
    >>> commune_populations(year=2021)["42218"].item()
    173821
    """
    table = _table("populations").set_index("code")
    known = [column for column in table.columns if int(column) <= year]
    if not known or year > LAST_YEAR:
        msg = f"no populations of {year}; known years: {table.columns[0]} to {LAST_YEAR}"
        raise UnknownTerritoryError(msg)
    return table[known[-1]].rename("population").dropna()


def parts() -> pd.DataFrame:
    """Return the parts: ``part`` (index), ``nom``, sizes and how these are known; not a copy."""
    return _indexed_parts(catalogue().history("parts"))


def spells() -> pd.DataFrame:
    """Return ``part``, ``code_commune``, ``from_year``, ``to_year``; not a copy."""
    return _table("spells")


def years_of_codes() -> pd.DataFrame:
    """Return in which years each code was a commune's: codes × years, bool; not a copy."""
    return _years_of_codes(catalogue().history("spells"))


def _table(name: str) -> pd.DataFrame:
    return _read(catalogue().history(name))


@lru_cache(maxsize=8)
def _read(path: Path) -> pd.DataFrame:
    with reading(path):
        return pd.read_parquet(path)


@lru_cache(maxsize=2)
def _indexed_parts(path: Path) -> pd.DataFrame:
    return _read(path).set_index("part")


@lru_cache(maxsize=2)
def _years_of_codes(path: Path) -> pd.DataFrame:
    table = _read(path)
    row, codes = pd.factorize(table["code_commune"], sort=True)
    years = np.zeros((len(codes), len(YEARS)), dtype=bool)
    starts = table["from_year"].to_numpy() - FIRST_YEAR
    ends = table["to_year"].to_numpy() - FIRST_YEAR
    for year in range(len(YEARS)):
        years[row[(starts <= year) & (year <= ends)], year] = True
    return pd.DataFrame(years, index=pd.Index(codes, name="code"), columns=list(YEARS))
