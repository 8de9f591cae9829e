"""Bring commune codes, and what is counted by commune, from one vintage to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from ptce_geo.checks import listing, require_columns
from ptce_geo.errors import InputError, TerritoryError
from ptce_geo.schema import CODE_COMMUNE
from ptce_geo.territories.crosswalk import (
    codes_inside_communes,
    links_of,
    read_codes,
    require_year,
    tidy_codes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ptce_geo.territories.crosswalk import Weights

_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Conversion:
    """Data brought to another vintage, and what became of the codes.

    Attributes
    ----------
    data : Series or DataFrame
        What was given, converted.
    from_year : int or None
        The vintage it was said to be of; None for each code in its own.
    to_year : int
        The vintage it is of now.
    links : DataFrame
        The rows of `commune_crosswalk` for the codes met; ``year_from`` is the year in which the
        code was read. The ``kind`` of a code inside a commune is that of `commune_names`:
        "arrondissement_municipal", "deleguee".
    unknown : tuple of str
        Codes that no commune ever had; they stay as they are.
    totals : DataFrame
        Of amounts: ``before``, ``after`` and ``difference`` of each column. Empty for codes.
    incomplete : tuple of str
        Communes whose amount leaves out that of a commune for which it was missing.
    """

    data: pd.Series | pd.DataFrame
    from_year: int | None
    to_year: int
    links: pd.DataFrame
    unknown: tuple[str, ...]
    totals: pd.DataFrame
    incomplete: tuple[str, ...]

    @property
    def changed(self) -> pd.DataFrame:
        """The links of the codes that are not what they were."""
        return self.links[self.links["kind"] != "unchanged"]

    @property
    def ambiguous(self) -> pd.DataFrame:
        """The links of the codes that became several, the largest share of each first."""
        return self.links[self.links["kind"] == "shared"]

    @property
    def other_year(self) -> pd.DataFrame:
        """The links of the codes that were no commune's in the year they were said to be of."""
        said = self.to_year if self.from_year is None else self.from_year
        return self.links[self.links["year_from"] != said]

    def __str__(self) -> str:
        """Say it in one line."""
        codes = self.links.drop_duplicates("code_from")
        kinds = codes["kind"].value_counts().sort_index()
        said = [f"{count} {kind}" for kind, count in kinds.items()]
        other = self.other_year["code_from"].unique()
        for what, found in (("read in another year", other), ("unknown", self.unknown)):
            if len(found):
                said.append(f"{len(found)} {what} ({listing(found)})")
        if len(self.totals):
            said.append("totals kept")
        count = len(codes) + len(self.unknown)
        return f"{count} commune codes brought to {self.to_year}: {', '.join(said)}"


def convert_codes(
    data: pd.Series | pd.DataFrame,
    *,
    from_year: int | None,
    to_year: int,
    values: str | Sequence[str] | None = None,
    weights: Weights = "population",
) -> Conversion:
    """Bring commune codes, or amounts by commune, from one vintage to another.

    Parameters
    ----------
    data : Series or DataFrame
        A Series of codes (str): each becomes its successor. A Series of numbers indexed by code:
        amounts, added up where communes merged and shared where one became several. A DataFrame
        keyed by its column ``code_commune``, else by its index: the columns `values` are amounts,
        converted for each combination of the other columns. Without `values` the codes in
        ``code_commune`` are converted row by row; where codes are the index, every column is an
        amount.
    from_year, to_year : int
        Vintages (1 January), 1943 to 2026, in either direction. A code that was no commune's in
        `from_year` is read in the nearest year in which it was one, and listed. None reads each
        code in the year nearest to `to_year`: for lists of mixed years.
    values : str or sequence of str, optional
        Columns that hold amounts: numbers of members, inhabitants, euros; never rates or means.
    weights : {"population", "area", "equal"}
        By what an amount is shared, and which of several successors is the likeliest.

    Returns
    -------
    Conversion
        ``data`` and the report. Codes: same rows and index; of several successors the one with
        the largest share (of equal ones the lowest code), listed in ``ambiguous``. Amounts: float,
        sorted by code, missing where all that a commune is made of is missing.

    Raises
    ------
    UnknownTerritoryError
        For a year out of range.
    InputError
        When amounts are not numbers, not finite or not by commune code, or shapes are among them.
    MissingColumnError
        When a column of `values` is not there.
    TerritoryError
        When a total after differs from the total before by more than 1e-9 of it: never seen.

    See Also
    --------
    commune_crosswalk : What the shares rest on, and their source.

    Examples
    --------
    >>> members = pd.Series({"14712": 10.0, "14666": 3.0, "42218": 8.0})
    >>> converted = convert_codes(members, from_year=2020, to_year=2019)
    >>> converted.data
    14712    13.0
    42218     8.0
    dtype: float64
    >>> print(converted)
    3 commune codes brought to 2019: 2 merged, 1 unchanged, totals kept
    """
    require_year(to_year)
    if from_year is not None:
        require_year(from_year)
    keyed = _keyed(data, values)
    links, unknown = _links(keyed.codes, from_year, to_year, weights)
    if keyed.amounts is not None and links.empty and unknown:
        msg = (
            f"convert_codes: these amounts are not by commune code, but by {listing(unknown)}; "
            "codes to be converted must be text (dtype=str)"
        )
        raise InputError(msg)
    if keyed.amounts is None:
        converted: pd.Series | pd.DataFrame = keyed.codes.map(_successors(links, unknown)).astype(
            "str"
        )
        if isinstance(data, pd.DataFrame):
            converted = data.assign(**{CODE_COMMUNE: converted})
        return Conversion(converted, from_year, to_year, links, unknown, pd.DataFrame(), ())
    after, incomplete = _converted_amounts(keyed, keyed.amounts, links)
    totals = _totals(keyed.amounts, after)
    result = _shaped_like(data, after)
    return Conversion(result, from_year, to_year, links, unknown, totals, incomplete)


class _Keyed(NamedTuple):
    """Rows keyed by commune code: what is an amount, and the columns that tell rows apart."""

    codes: pd.Series
    amounts: pd.DataFrame | None
    others: pd.DataFrame


def _keyed(data: pd.Series | pd.DataFrame, values: str | Sequence[str] | None) -> _Keyed:
    _check(data)
    if isinstance(data, pd.Series):
        if values is not None:
            msg = "convert_codes: values names columns; a Series has none, leave it out"
            raise InputError(msg)
        if not _holds_numbers(data):
            return _Keyed(tidy_codes(data), None, pd.DataFrame(index=data.index))
        data = data.to_frame()
        values = list(data.columns)
    by_column = CODE_COMMUNE in data
    codes = tidy_codes(data[CODE_COMMUNE] if by_column else data.index.to_series())
    rest = data.drop(columns=CODE_COMMUNE, errors="ignore")
    if values is None and by_column:
        return _Keyed(codes, None, rest)
    if isinstance(data, gpd.GeoDataFrame):
        msg = "convert_codes: shapes cannot be added up; drop the geometry, see read_territories"
        raise InputError(msg)
    names = list(rest) if values is None else [values] if isinstance(values, str) else [*values]
    columns = list(dict.fromkeys(names))
    require_columns(rest, columns, what="convert_codes (amounts)")
    amounts = rest[columns]
    if text := [name for name in columns if not _holds_numbers(amounts[name])]:
        msg = (
            f"convert_codes: {listing(text)} are no numbers; name the columns of amounts in values"
        )
        raise InputError(msg)
    amounts = amounts.astype("float64")
    if np.isinf(amounts).any(axis=None):
        msg = "convert_codes: an amount is infinite; correct it or leave it out"
        raise InputError(msg)
    return _Keyed(codes, amounts, rest.drop(columns=columns))


def _check(data: pd.Series | pd.DataFrame) -> None:
    if not isinstance(data, pd.Series | pd.DataFrame):
        msg = f"convert_codes: expected a Series or DataFrame, found {type(data).__name__}"
        raise InputError(msg)
    if isinstance(data.index, pd.MultiIndex):
        msg = "convert_codes: the index has several levels; call reset_index() first"
        raise InputError(msg)
    if isinstance(data, pd.DataFrame) and not data.columns.is_unique:
        doubled = data.columns[data.columns.duplicated()]
        msg = f"convert_codes: the columns {listing(doubled)} stand more than once"
        raise InputError(msg)


def _holds_numbers(values: pd.Series) -> bool:
    values = values.infer_objects()
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _links(
    codes: pd.Series, from_year: int | None, to_year: int, weights: Weights
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the crosswalk of the codes met, and those that no commune ever had."""
    met = pd.Index(codes.dropna().unique(), name="code_from").sort_values()
    inside = codes_inside_communes()
    inside = inside[inside.index.isin(met)]
    read_as = met.to_series().where(~met.isin(inside.index), inside[CODE_COMMUNE])
    year = read_codes(read_as.unique(), year=to_year if from_year is None else from_year)
    links = links_of(year[year > 0], to_year=to_year, weights=weights)
    told = inside.reset_index().merge(
        links.rename(columns={"code_from": CODE_COMMUNE}), on=CODE_COMMUNE, suffixes=("_inside", "")
    )
    kind = told["kind"].mask(told["kind"] == "unchanged", told["kind_inside"])
    told = told.assign(kind=kind)[links.columns]
    not_met = set(inside[CODE_COMMUNE]) - set(met)
    links = pd.concat([links[~links["code_from"].isin(not_met)], told])
    links = links.sort_values(["code_from", "share", "code_to"], ascending=[True, False, True])
    return links.reset_index(drop=True), tuple(year.index[year == 0])


def _successors(links: pd.DataFrame, unknown: Sequence[str]) -> dict[str, str]:
    """Return the likeliest successor of each code; one that is unknown stays."""
    likeliest = links.drop_duplicates("code_from")
    found = dict(zip(likeliest["code_from"], likeliest["code_to"], strict=True))
    return found | {code: code for code in unknown}


def _converted_amounts(
    keyed: _Keyed, amounts: pd.DataFrame, links: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the amounts by code and other columns, and the codes where some were missing."""
    rows = pd.DataFrame({"row": np.arange(len(amounts)), "code_from": keyed.codes.to_numpy()})
    rows = rows.merge(links[["code_from", "code_to", "share"]], on="code_from", how="left")
    rows["code_to"] = rows["code_to"].fillna(rows["code_from"])
    share = rows["share"].fillna(1.0).to_numpy()
    shared = amounts.iloc[rows["row"]].mul(share, axis=0).reset_index(drop=True)
    others = keyed.others.iloc[rows["row"]].reset_index(drop=True)
    keys = [rows["code_to"].rename(keyed.codes.name), *(others[name] for name in others)]
    after = shared.groupby(keys, sort=True, dropna=False).sum(min_count=1)
    known = shared.notna().groupby(keys, sort=True, dropna=False)
    partly = (known.any() & ~known.all()).any(axis=1)
    return after, tuple(after.index[partly].get_level_values(0).unique())


def _totals(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the total of each column before and after, or raise where they differ."""
    totals = pd.DataFrame({"before": before.sum(), "after": after.sum()})
    totals["difference"] = totals["after"] - totals["before"]
    scale = before.abs().sum()
    if (lost := totals[totals["difference"].abs() > _TOLERANCE * scale]).size:
        msg = f"convert_codes: the total of {listing(lost.index)} is not kept; please report it"
        raise TerritoryError(msg)
    return totals


def _shaped_like(data: pd.Series | pd.DataFrame, after: pd.DataFrame) -> pd.Series | pd.DataFrame:
    if isinstance(data, pd.Series):
        return after.iloc[:, 0].rename(data.name).rename_axis(data.index.name)
    if CODE_COMMUNE in data:
        return after.reset_index()[list(data.columns)]
    levels = list(range(1, after.index.nlevels))
    return after.reset_index(level=levels)[list(data.columns)].rename_axis(data.index.name)
