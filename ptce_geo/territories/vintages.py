"""Bring commune codes, and what is counted by commune, from one vintage to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

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
from ptce_geo.territories.history import years_of_codes

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
        When amounts are not numbers.
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
    if isinstance(data, pd.Series):
        if values is not None:
            msg = "convert_codes: values names columns; a Series has none, leave it out"
            raise InputError(msg)
        if not pd.api.types.is_numeric_dtype(data):
            return _Keyed(tidy_codes(data), None, pd.DataFrame(index=data.index))
        data = data.to_frame()
        values = list(data.columns)
    by_column = CODE_COMMUNE in data
    codes = tidy_codes(data[CODE_COMMUNE] if by_column else data.index.to_series())
    rest = data.drop(columns=CODE_COMMUNE, errors="ignore")
    if values is None and by_column:
        return _Keyed(codes, None, rest)
    columns = list(rest) if values is None else [values] if isinstance(values, str) else [*values]
    require_columns(rest, columns, what="convert_codes")
    amounts = rest[columns]
    if text := [name for name in columns if not pd.api.types.is_numeric_dtype(amounts[name])]:
        msg = (
            f"convert_codes: {listing(text)} are no numbers; name the columns of amounts in values"
        )
        raise InputError(msg)
    return _Keyed(codes, amounts.astype("float64"), rest.drop(columns=columns))


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


@dataclass(frozen=True, eq=False)
class VintageFit:
    """Which years a set of commune codes fits.

    Attributes
    ----------
    years : tuple of int
        The years in which most of the codes were communes' codes: of all, where `misfits` is
        empty.
    known : Series of int
        Number of codes that were a commune's, by year 1943…2026.
    misfits : DataFrame
        Indexed by code: what does not fit `years`. ``what``: "other_years" (a commune's, but in
        none of them or not in all), "arrondissement_municipal", "deleguee" or "unknown";
        ``years``: those in which it was a commune's ("1943–2015"; "" for none).
    """

    years: tuple[int, ...]
    known: pd.Series
    misfits: pd.DataFrame

    @property
    def year(self) -> int | None:
        """The latest of the years; None where no code ever was a commune's."""
        return self.years[-1] if self.years else None

    def __str__(self) -> str:
        """Say it in one line."""
        if not self.years:
            return f"no year fits: none of the {len(self.misfits)} codes was ever a commune's"
        said = f"{_runs(self.years)}: {self.known[self.year]} codes are communes'"
        shown = [f"{code} ({years or what})" for code, what, years in self.misfits.itertuples()]
        return f"{said}, {len(shown)} are not: {listing(shown)}" if shown else said


def detect_vintage(codes: pd.Series | pd.Index | Sequence[str]) -> VintageFit:
    """Return the years that a set of commune codes fits, and the codes that do not fit.

    Parameters
    ----------
    codes : Series, Index or sequence of str
        Commune codes, repeated or missing as they come.

    Returns
    -------
    VintageFit

    Notes
    -----
    A few codes fit many years: that a commune is absent from them proves nothing.

    Examples
    --------
    >>> fit = detect_vintage(["14666", "21213", "42218"])  # Sannerville until 2017, then 2020
    >>> print(fit)
    1943–2016: 3 codes are communes'
    """
    met = pd.Index(tidy_codes(pd.Series(codes, dtype="object")).dropna().unique()).sort_values()
    communes = years_of_codes().reindex(met, fill_value=False)
    known = communes.sum().rename("known")
    years = tuple(known.index[known == known.max()]) if known.any() else ()
    misfit = communes[~communes[list(years)].all(axis=1)] if years else communes
    kind = codes_inside_communes()["kind"].reindex(misfit.index).fillna("unknown")
    what = kind.mask(misfit.any(axis=1), "other_years").to_numpy()
    runs = [_runs(communes.columns[row]) for row in misfit.to_numpy()]
    misfits = pd.DataFrame({"what": what, "years": runs}, index=misfit.index.rename("code"))
    return VintageFit(years, known, misfits)


def _runs(years: Sequence[int]) -> str:
    """Return years as runs: "1943–1971, 1985–2026"."""
    array = np.asarray(years)
    runs = np.split(array, np.flatnonzero(np.diff(array) > 1) + 1)
    return ", ".join(
        f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs if run.size
    )
