"""How unevenly counts spread over territories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ptce_geo.checks import require_same_index, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators.inputs import amounts
from ptce_geo.schema import LOCATION_QUOTIENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


def location_quotient(counts: pd.Series, *, reference: pd.Series) -> pd.Series:
    """Compare each territory's share of the counts with its share of a reference.

    LQ_i = (x_i / r_i) / (X / R), with X = Σ x_i and R = Σ r_i. Above 1, the territory holds
    more than its share.

    Parameters
    ----------
    counts : Series
        x, at least 0, indexed by territory.
    reference : Series
        r, at least 0, for the same territories in any order: population, all establishments.

    Returns
    -------
    Series
        Without unit, on the index of `counts`, named "location_quotient". NaN where the
        reference is 0 (0/0 or x/0), and everywhere when the counts add up to 0.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing, or the two do not carry the same codes.

    References
    ----------
    Florence, P. S. (1939). Report on the Location of Industry. PEP, London.
    Isard, W. (1960). Methods of Regional Analysis, chapter 7. MIT Press.

    Examples
    --------
    Four members for 400 inhabitants are 1 in 100; A has 3 in 100, B 1 in 200.

    >>> counts = pd.Series({"A": 3, "B": 1, "C": 0})
    >>> population = pd.Series({"C": 100, "B": 200, "A": 100})
    >>> location_quotient(counts, reference=population).to_dict()
    {'A': 3.0, 'B': 0.5, 'C': 0.0}
    """
    for series, what in ((counts, "counts"), (reference, "reference")):
        require_unique(series.index.to_series(name="code"), what=what)
    require_same_index(counts, reference, what="counts and reference")
    local = amounts(counts, what="counts")
    base = amounts(reference.reindex(counts.index), what="reference")
    # NaN as divisor is what makes an undefined quotient NaN, never inf.
    rate = local / np.where(base > 0, base, np.nan)
    overall = local.sum() / base.sum() if local.sum() > 0 and base.sum() > 0 else np.nan
    return pd.Series(rate / overall, index=counts.index, name=LOCATION_QUOTIENT)


def gini(values: pd.Series | Sequence[float], *, normalised: bool = False) -> float:
    """Measure how unequal the values of territories are, from 0 (all equal) upwards.

    G = Σ (2i - n - 1) x_(i) / (n Σ x), with x_(1) ≤ … ≤ x_(n); territories with 0 count.
    It lies in [0, (n - 1)/n]; normalised, G n/(n - 1), in [0, 1].

    Parameters
    ----------
    values : Series or sequence of numbers
        x, at least 0, one for each territory.
    normalised : bool
        Multiply by n/(n - 1), so that all in one territory is 1 whatever n.

    Returns
    -------
    float
        Without unit. NaN when the values add up to 0 or there are none; normalised, also
        NaN for a single territory.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing.

    References
    ----------
    Gini, C. (1912). Variabilità e mutabilità. Cuppini, Bologna.
    Deltas, G. (2003). The small-sample bias of the Gini coefficient. Review of Economics and
    Statistics 85(1), 226–234 (the factor n/(n - 1)).

    Examples
    --------
    >>> round(gini(pd.Series([20, 50, 20, 10])), 12)
    0.3
    >>> round(gini(pd.Series([20, 50, 20, 10]), normalised=True), 12)
    0.4
    """
    shares = np.sort(_shares(values))
    n = len(shares)
    if n == 0 or (normalised and n == 1):
        return float("nan")
    coefficient = float((2 * np.arange(1, n + 1) - n - 1) @ shares / n)
    return coefficient * n / (n - 1) if normalised else coefficient


def herfindahl(values: pd.Series | Sequence[float], *, normalised: bool = False) -> float:
    """Measure how far the values concentrate in few territories (Herfindahl–Hirschman index).

    H = Σ s_i², with s_i = x_i / Σ x, in [1/n, 1]; normalised, (H - 1/n) / (1 - 1/n), in [0, 1].

    Parameters
    ----------
    values : Series or sequence of numbers
        x, at least 0, one for each territory (n counts those with 0).
    normalised : bool
        Rescale so that an even spread is 0 whatever n.

    Returns
    -------
    float
        Without unit. NaN when the values add up to 0 or there are none; normalised, also
        NaN for a single territory.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing.

    References
    ----------
    Hirschman, A. O. (1964). The paternity of an index. American Economic Review 54(5), 761–762.

    Examples
    --------
    >>> round(herfindahl(pd.Series([20, 50, 20, 10])), 12)
    0.34
    >>> round(herfindahl(pd.Series([20, 50, 20, 10]), normalised=True), 12)
    0.12
    """
    shares = _shares(values)
    n = len(shares)
    if n == 0 or (normalised and n == 1):
        return float("nan")
    index = float(shares @ shares)
    return (index - 1 / n) / (1 - 1 / n) if normalised else index


def _shares(values: pd.Series | Sequence[float]) -> npt.NDArray[np.float64]:
    """Return each value's share of the total, NaN where the total is 0."""
    if isinstance(values, pd.DataFrame):
        msg = "values: expected one column of amounts, found a DataFrame; take one of its columns"
        raise InputError(msg)
    numbers = amounts(pd.Series(values), what="values")
    total = numbers.sum()
    return numbers / (total if total > 0 else np.nan)
