"""Which vintage a set of commune codes is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo.checks import listing
from ptce_geo.territories.crosswalk import codes_inside_communes, tidy_codes
from ptce_geo.territories.history import years_of_codes

if TYPE_CHECKING:
    from collections.abc import Sequence

# A list that has this share of the communes of its départements is held to be meant as complete.
_NEARLY_COMPLETE: Final = 0.9


@dataclass(frozen=True, eq=False)
class VintageFit:
    """Which years a set of commune codes fits.

    Attributes
    ----------
    years : tuple of int
        The years that fit best.
    known : Series of int
        Number of codes that were a commune's, by year 1943…2026.
    misfits : DataFrame
        Indexed by code: what was no commune's in the latest of these years. ``what``:
        "other_years", "arrondissement_municipal", "deleguee" or "unknown"; ``years``: those in
        which it was a commune's ("1943–2015"; "" for none).
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
        known = self.known[self.year]
        said = f"{_runs(self.years)}: {known} of {known + len(self.misfits)} codes are communes'"
        shown = [f"{code} ({years or what})" for code, what, years in self.misfits.itertuples()]
        return f"{said}, but not {listing(shown)}" if shown else said


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
    The years in which most of the codes were communes' codes. That a commune is absent from a few
    codes proves nothing; but where they are nine tenths of the communes of their départements,
    absent communes count as codes that do not fit do (Jaccard index: common over either), and
    years that one code would turn are as good as the best, unless that is perfect.

    References
    ----------
    Jaccard (1901), Bulletin de la Société vaudoise des sciences naturelles 37, p. 547.

    Examples
    --------
    >>> fit = detect_vintage(["14666", "21213", "42218"])  # Sannerville until 2017, then 2020
    >>> print(fit)
    1943–2016: 3 of 3 codes are communes'
    """
    met = pd.Index(tidy_codes(pd.Series(codes, dtype="object")).dropna().unique()).sort_values()
    communes = years_of_codes().reindex(met, fill_value=False)
    known = communes.sum().rename("known")
    best = known == known.max()
    likeness = known / (len(met) + _communes_around(met) - known)
    if likeness.max() >= _NEARLY_COMPLETE:
        # Where none is perfect, what one code more or less would turn is as good.
        spare = 0 if likeness.max() == 1 else 1 / len(met)
        best = likeness >= likeness.max() - spare
    years = tuple(known.index[best]) if known.any() else ()
    misfit = communes[~communes[years[-1]]] if years else communes
    kind = codes_inside_communes()["kind"].reindex(misfit.index).fillna("unknown")
    what = kind.mask(misfit.any(axis=1), "other_years").to_numpy()
    runs = [_runs(communes.columns[row]) for row in misfit.to_numpy()]
    misfits = pd.DataFrame({"what": what, "years": runs}, index=misfit.index.rename("code"))
    return VintageFit(years, known, misfits)


def _communes_around(codes: pd.Index) -> pd.Series:
    """Return how many communes there were, by year, in the départements of `codes`."""
    table = years_of_codes()
    return table[_departements(table.index).isin(_departements(codes))].sum()


def _departements(codes: pd.Index) -> pd.Index:
    overseas = codes.str.startswith(("97", "98"))
    return codes.str[:2].where(~overseas, codes.str[:3])


def _runs(years: Sequence[int]) -> str:
    """Return years as runs: "1943–1971, 1985–2026"."""
    array = np.asarray(years)
    runs = np.split(array, np.flatnonzero(np.diff(array) > 1) + 1)
    return ", ".join(
        f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs if run.size
    )
