"""Which commune became which between two years, and with what share of it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from ptce_geo.checks import are_in, listing
from ptce_geo.errors import InputError, UnknownTerritoryError
from ptce_geo.schema import AREA_KM2, CODE_COMMUNE, POPULATION
from ptce_geo.territories.catalogue import catalogue, reading
from ptce_geo.territories.history import FIRST_YEAR, LAST_YEAR, YEARS, parts, spells, years_of_codes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Weights = Literal["population", "area", "equal"]
_SIZE: Final = {"population": POPULATION, "area": AREA_KM2}
_ESTIMATED: Final = ("shared", "unknown")
LINK_COLUMNS: Final = ("code_from", "code_to", "share", "kind", "basis", "year_from")


def commune_crosswalk(
    *, from_year: int, to_year: int, weights: Weights = "population"
) -> pd.DataFrame:
    """Return which communes of one year became which of another, in either direction of time.

    Parameters
    ----------
    from_year, to_year : int
        Vintages (1 January), 1943 to 2026.
    weights : {"population", "area", "equal"}
        By what a commune is shared where it became several.

    Returns
    -------
    DataFrame, one row a pair
        ``code_from``, ``code_to``; ``share`` of the former that the latter holds, they sum to 1;
        ``kind``: "unchanged", "renumbered" (same land, other code), "merged" (went whole into a
        larger one) or "shared" (became several); ``basis`` of the share: "whole", "population",
        "area", "equal" (sizes unknown or asked for), with "_estimated" where a part was never
        counted by itself and "presumed" where the land of a new commune is not known and held to
        be of its neighbour; ``year_from``.

    Raises
    ------
    UnknownTerritoryError
        For a year out of range.
    InputError
        For unknown `weights`.

    Notes
    -----
    A commune of any year is a set of parts of land that no change divided, so a merger that was
    undone leaves no trace, and the way there and back of what did not change is the identity.
    The weight of a part is what it counted last (population municipale of 2019–2026, surface of
    2024–2026), not that of the years asked for. 72 communes were created since 1943 out of land
    of others that INSEE's history does not name: it is held to have been of the neighbour with
    the longest common border.

    Examples
    --------
    >>> links = commune_crosswalk(from_year=2019, to_year=2020)
    >>> links[links["code_from"] == "14712"].drop(columns="year_from").round(3)
         code_from code_to  share    kind                 basis
    4899     14712   14666  0.356  shared  population_estimated
    4900     14712   14712  0.644  shared  population_estimated
    """
    known = years_of_codes()
    for year in (from_year, to_year):
        require_year(year)
    codes = known.index[known[from_year]]
    return links_of(pd.Series(from_year, index=codes), to_year=to_year, weights=weights)


def require_year(year: int) -> None:
    """Raise `UnknownTerritoryError` unless the history of the communes reaches to `year`."""
    if isinstance(year, str | float) or year not in YEARS:
        msg = f"no history of the communes in {year!r}; known years: {FIRST_YEAR} to {LAST_YEAR}"
        raise UnknownTerritoryError(msg)


def links_of(year_of_code: pd.Series, *, to_year: int, weights: Weights) -> pd.DataFrame:
    """Return the crosswalk of codes (the index), each read as a commune of its own year."""
    if weights not in (*_SIZE, "equal"):
        msg = f"unknown weights {weights!r}; known: population, area, equal"
        raise InputError(msg)
    pairs = pairs_of_parts(year_of_code, to_year=to_year).join(_sizes(weights), on="part")
    oldest = np.minimum(pairs["year"], to_year)
    pairs["presumed"] = pairs["created"] > oldest

    groups = pairs.groupby(["code_from", "code_to"], sort=True)
    links = groups.agg(
        size=("size", "sum"),
        parts=("part", "size"),
        estimated=("estimated", "any"),
        presumed=("presumed", "any"),
        year_from=("year", "first"),
    ).reset_index()
    return _with_shares(links, _parts_in(to_year)["code_to"].value_counts(), weights)


def pairs_of_parts(year_of_code: pd.Series, *, to_year: int) -> pd.DataFrame:
    """Return the parts of codes (the index), each read as a commune of its own year.

    One row a part: ``code_from``, ``year``, ``part``, and ``code_to``, its commune in `to_year`.
    """
    asked = year_of_code.rename("year").rename_axis("code_from").reset_index()
    before = asked.merge(spells(), left_on="code_from", right_on=CODE_COMMUNE)
    before = before[before["year"].between(before["from_year"], before["to_year"])]
    return before[["code_from", "year", "part"]].merge(_parts_in(to_year), on="part")


def _parts_in(year: int) -> pd.DataFrame:
    """Return ``part`` and ``code_to``, its commune in a year."""
    table = spells()
    there = table[(table["from_year"] <= year) & (table["to_year"] >= year)]
    return there[["part", CODE_COMMUNE]].rename(columns={CODE_COMMUNE: "code_to"})


def _sizes(weights: Weights) -> pd.DataFrame:
    """Return the size of each part, whether it is an estimate, and since when the part is known."""
    table = parts()
    if weights == "equal":
        return pd.DataFrame({"size": 0.0, "estimated": False, "created": table["created"]})
    column = _SIZE[weights]
    source = table[f"{weights}_source"]
    return pd.DataFrame(
        {
            "size": table[column].fillna(0.0),
            "estimated": source.isin(_ESTIMATED),
            "created": table["created"],
        }
    )


def _with_shares(links: pd.DataFrame, parts_after: pd.Series, weights: Weights) -> pd.DataFrame:
    of_one = links.groupby("code_from")
    targets = of_one["code_to"].transform("size")
    total = of_one["size"].transform("sum")
    # Of a commune that nobody lives in, each gets as much.
    equal = (total == 0).to_numpy()
    share = np.where(equal, 1 / targets, links["size"] / total.where(~equal, 1))
    links["share"] = np.where(targets == 1, 1.0, share)

    whole = links["parts"] == links["code_to"].map(parts_after)
    same = links["code_from"] == links["code_to"]
    links["kind"] = np.select(
        [targets > 1, whole & same, whole], ["shared", "unchanged", "renumbered"], "merged"
    )
    estimated = of_one["estimated"].transform("any")
    by_size = np.where(estimated, f"{weights}_estimated", weights)
    links["basis"] = np.select(
        [of_one["presumed"].transform("any"), targets == 1, equal],
        ["presumed", "whole", "equal"],
        by_size,
    )
    return links[list(LINK_COLUMNS)]


def read_codes(codes: Iterable[str], *, year: int) -> pd.Series:
    """Return the year in which each code is read: `year` where it was a commune's then.

    Else the year nearest to it in which it was one, of two the earlier; 0 for a code that never
    was a commune's.

    Parameters
    ----------
    codes : iterable of str
        Tidy codes, each once.
    year : int
        Vintage.

    Returns
    -------
    Series of int, indexed by code
    """
    known = years_of_codes().reindex(list(codes), fill_value=False)
    distance = np.abs(np.asarray(YEARS) - year)
    # The first of two equally near is the earlier one.
    nearest = np.where(known.to_numpy(), distance, len(YEARS)).argmin(axis=1) + FIRST_YEAR
    return pd.Series(np.where(known.any(axis=1), nearest, 0), index=known.index, dtype="int64")


def codes_inside_communes() -> pd.DataFrame:
    """Return ``code_commune`` and ``kind`` of codes of what lies in communes and never was one.

    The municipal arrondissements of Paris, Lyon and Marseille, and the communes déléguées that got
    a code of their own when they changed département; kinds as in `commune_names`.
    """
    files = catalogue()
    return _codes_inside(files.names(LAST_YEAR), files.history("spells"))


@lru_cache(maxsize=2)
def _codes_inside(names: Path, history: Path) -> pd.DataFrame:  # noqa: ARG001 - known by both
    with reading(names):
        table = pd.read_parquet(names, columns=["code", CODE_COMMUNE, "kind"])
    inside = table[~are_in(table["code"], years_of_codes().index)].drop_duplicates("code")
    return inside.set_index("code").rename_axis("code_from")


def tidy_codes(codes: pd.Series) -> pd.Series:
    """Return commune codes as text of five characters, where a spreadsheet made them numbers.

    Parameters
    ----------
    codes : Series
        Of str or numbers; empty cells are missing.

    Returns
    -------
    Series of str, on the same index

    Raises
    ------
    InputError
        When a number is not whole.

    Examples
    --------
    >>> tidy_codes(pd.Series([" 1001.0", "2a004", "42218"])).tolist()
    ['01001', '2A004', '42218']
    """
    text = codes.astype("str").str.strip().str.upper().str.removesuffix(".0")
    fraction = text.str.contains(".", regex=False, na=False)
    if codes.dtype.kind == "f" and fraction.any():
        msg = f"commune codes must be text, found {listing(text[fraction])}; read them so"
        raise InputError(msg)
    return text.mask(text == "").mask(text.str.fullmatch(r"\d{4}"), "0" + text)
