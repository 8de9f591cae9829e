"""Rates of small territories: smoothed by empirical Bayes, and their spatial autocorrelation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ptce_geo.checks import listing, require_same_index, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators.autocorrelation import Autocorrelation, moran
from ptce_geo.indicators.inputs import amounts
from ptce_geo.indicators.local_autocorrelation import local_moran
from ptce_geo.schema import EMPIRICAL_BAYES

if TYPE_CHECKING:
    from libpysal.graph import Graph

    from ptce_geo.indicators.weights import Floats


def empirical_bayes(events: pd.Series, population: pd.Series) -> pd.Series:
    """Draw the rates of small populations towards the overall rate (empirical Bayes, global).

    θ_i = b + (a / (a + b / n_i)) (e_i / n_i - b), with b = Σ e / Σ n,
    s² = Σ n_i (e_i / n_i - b)² / Σ n, and a = max(0, s² - b / n̄).

    Parameters
    ----------
    events : Series
        e, at least 0, indexed by territory: members, structures.
    population : Series
        n, at least 0, for the same territories in any order.

    Returns
    -------
    Series
        "empirical_bayes" (events for each unit of population) on the index of `events`. A
        territory without population has b, the limit of the formula. NaN everywhere when the
        population adds up to 0. When the rates vary no more than chance makes them, a is 0 and
        so every θ_i is b; PySAL esda takes the negative a as it is.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing, the two do not carry the same codes, or there
        are events where there is no population.

    References
    ----------
    Marshall, R. J. (1991). Mapping disease and mortality rates using empirical Bayes estimators.
    Applied Statistics 40(2), 283–294, equations 2–4.

    Examples
    --------
    b = 30 / 300; s² = 0.02 / 3 and a = 0.02 / 3 - 0.001, so that the weight is 0.85.

    >>> events = pd.Series({"A": 20, "B": 10, "C": 0})
    >>> population = pd.Series({"A": 100, "B": 100, "C": 100})
    >>> empirical_bayes(events, population).round(6).to_dict()
    {'A': 0.185, 'B': 0.1, 'C': 0.015}
    """
    e, n = _counts(events, population)
    b, a = _overall(e, n)
    a = max(0.0, a)
    # a / (a + b / n) times (e / n - b), with n below the line but nowhere alone there.
    below = a * n + b
    pull = np.divide(a * (e - b * n), below, out=np.zeros_like(e), where=below > 0)
    return pd.Series(b + pull, index=events.index, name=EMPIRICAL_BAYES)


def moran_rate(
    events: pd.Series,
    population: pd.Series,
    weights: Graph,
    *,
    permutations: int = 999,
    seed: int | None = None,
) -> Autocorrelation:
    """Measure how far the rates of neighbours resemble each other, whatever their populations.

    `moran` of z_i = (e_i / n_i - b) / √v_i, with v_i = a + b / n_i, or b / n_i where that is
    negative; b and a as in `empirical_bayes`, but a may be negative.

    Parameters
    ----------
    events, population
        As `empirical_bayes`.
    weights, permutations, seed
        As `moran`.

    Returns
    -------
    Autocorrelation
        As `moran`. A territory without population has z = 0, the limit of the formula. All NaN
        when there are no events.

    Raises
    ------
    InputError
        As `empirical_bayes` and `moran`.

    References
    ----------
    Assunção, R. M. and Reis, E. A. (1999). A new proposal to adjust Moran's I for population
    density. Statistics in Medicine 18, 2147–2162.

    Examples
    --------
    The rates fall evenly along a row of three equal populations: z = (c, 0, -c).

    >>> from libpysal.graph import Graph
    >>> row = Graph.from_dicts({"A": ["B"], "B": ["A", "C"], "C": ["B"]}).transform("r")
    >>> events = pd.Series({"A": 20, "B": 10, "C": 0})
    >>> population = pd.Series({"A": 100, "B": 100, "C": 100})
    >>> moran_rate(events, population, row, permutations=0).statistic
    0.0
    """
    deviates = _standardised(events, population)
    return moran(deviates, weights, permutations=permutations, seed=seed)


def local_moran_rate(
    events: pd.Series,
    population: pd.Series,
    weights: Graph,
    *,
    permutations: int = 999,
    seed: int | None = None,
) -> pd.DataFrame:
    """Find the territories whose rate resembles that of their neighbours, or stands out.

    `local_moran` of the z_i of `moran_rate`.

    Parameters
    ----------
    events, population
        As `empirical_bayes`.
    weights, permutations, seed
        As `local_moran`.

    Returns
    -------
    DataFrame
        As `local_moran`, on the index of `events`; high is a z_i above the mean of all z.

    Raises
    ------
    InputError
        As `empirical_bayes` and `moran`.

    References
    ----------
    Assunção, R. M. and Reis, E. A. (1999). A new proposal to adjust Moran's I for population
    density. Statistics in Medicine 18, 2147–2162.

    Examples
    --------
    >>> from libpysal.graph import Graph
    >>> row = Graph.from_dicts({"A": ["B"], "B": ["A", "C"], "C": ["B"]}).transform("r")
    >>> events = pd.Series({"A": 20, "B": 19, "C": 0})
    >>> population = pd.Series({"A": 100, "B": 100, "C": 100})
    >>> local_moran_rate(events, population, row, seed=1)["quadrant"].to_list()
    ['HH', 'HL', 'LH']
    """
    deviates = _standardised(events, population)
    return local_moran(deviates, weights, permutations=permutations, seed=seed)


def _counts(events: pd.Series, population: pd.Series) -> tuple[Floats, Floats]:
    for series, what in ((events, "events"), (population, "population")):
        require_unique(series.index.to_series(name="code"), what=what)
    require_same_index(events, population, what="events and population")
    e = amounts(events, what="events")
    n = amounts(population.reindex(events.index), what="population")
    if odd := events.index[(e > 0) & (n == 0)].to_list():
        msg = f"events: found some in {listing(odd)}, where the population is 0; correct either"
        raise InputError(msg)
    return e, n


def _overall(e: Floats, n: Floats) -> tuple[float, float]:
    """Return b, the overall rate, and a, the variance of the true rates (NaN without anybody)."""
    total = n.sum() if n.sum() > 0 else np.nan
    b = e.sum() / total
    rate = np.divide(e, n, out=np.zeros_like(e), where=n > 0)
    return b, float(n @ (rate - b) ** 2 / total - b * len(n) / total)


def _standardised(events: pd.Series, population: pd.Series) -> pd.Series:
    """Return the rates, standardised after Assunção and Reis (1999)."""
    e, n = _counts(events, population)
    b, a = _overall(e, n)
    # n² v_i and n z_i √v_i: neither divides by a population of 0.
    variance = np.where(a * n + b < 0, b * n, n * (a * n + b))
    excess = e - b * n
    deviates = np.divide(excess, np.sqrt(variance), out=np.zeros_like(e), where=variance > 0)
    return pd.Series(deviates, index=events.index)
