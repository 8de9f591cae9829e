"""The difference of a figure between two dates, and whether chance alone gives as much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.special import betaincinv, gammainccinv, gammaincinv

from ptce_geo.checks import listing, require_columns, require_same_index, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators.inputs import amounts
from ptce_geo.schema import FLAG, HIGH, LOW, P_VALUE, VALUE

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

DIFFERENCE: Final = "difference"
COME: Final = "come"
GONE: Final = "gone"
# The words of `flag`.
HIGHER: Final = "higher"
LOWER: Final = "lower"
NOT_DISTINGUISHABLE: Final = "not_distinguishable"
NO_INTERVAL: Final = "no_interval"
UNDEFINED: Final = "undefined"

_BOUNDS: Final = (VALUE, LOW, HIGH)


def difference_interval(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Subtract figures that have an interval, and give the interval of the difference.

    MOVER, the method of variance estimates recovery: with b, l_b, u_b the figure before and its
    bounds, a, l_a, u_a the figure after, d = a - b lies between
    d - √((a - l_a)² + (u_b - b)²) and d + √((u_a - a)² + (b - l_b)²),
    with the confidence that the bounds given have.

    Parameters
    ----------
    before, after : DataFrame
        ``value``, ``low``, ``high``, low ≤ value ≤ high, of the same figures (index) in any order
        and one unit; missing where unknown.

    Returns
    -------
    DataFrame
        On the index of `after`: ``difference``, ``low``, ``high`` and ``flag``: "higher" or
        "lower" where 0 lies outside the interval, "not_distinguishable" where it lies inside,
        "no_interval" where a bound is missing, "undefined" where a figure is.

    Raises
    ------
    MissingColumnError
        If one of the columns is not there.
    InputError
        If the two do not carry the same index, or a figure is no number, infinite or outside its
        own bounds.
    DuplicateIdError
        If an index label stands twice.

    Notes
    -----
    The two figures are taken for independent. Two lists of the same poles are not: most members
    are in both, and each list is a census of what was declared, not a sample. The interval does
    not say that members came or went, which is known (`paired_difference`); it says whether the
    change is larger than the random ups and downs of numbers of that size. It is wider than one
    that would know what the two have in common, so "higher" and "lower" are on the safe side.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a
    general approach. Statistics in Medicine 27(10), 1693–1702.
    Newcombe, R. G. (1998). Interval estimation for the difference between independent
    proportions: comparison of eleven methods. Statistics in Medicine 17(8), 873–890 (method 10).

    Examples
    --------
    From 10 (7 to 14) to 20 (16 to 25): 10 - √(4² + 4²) and 10 + √(5² + 3²).

    >>> before = pd.DataFrame({"value": [10.0], "low": [7.0], "high": [14.0]})
    >>> after = pd.DataFrame({"value": [20.0], "low": [16.0], "high": [25.0]})
    >>> difference_interval(before, after).round(2).values.tolist()
    [[10.0, 4.34, 15.83, 'higher']]
    """
    b, b_low, b_high = _bounds(before, what="before")
    require_same_index(before[VALUE], after[VALUE], what="before and after")
    order = before.index.get_indexer(after.index)
    b, b_low, b_high = b[order], b_low[order], b_high[order]
    a, a_low, a_high = _bounds(after, what="after")
    difference = a - b
    low = difference - np.hypot(a - a_low, b_high - b)
    high = difference + np.hypot(a_high - a, b - b_low)
    return pd.DataFrame(
        {DIFFERENCE: difference, LOW: low, HIGH: high, FLAG: _flags(difference, low, high)},
        index=after.index,
    )


def count_interval(counts: pd.Series, *, confidence: float = 0.95) -> pd.DataFrame:
    """Give each count the interval that a Poisson number leaves it (Garwood).

    x lies between q(t; x) and q(1 - t; x + 1), where t = (1 - confidence) / 2 and q(t; k) is half
    the quantile of a chi-squared variable of 2k degrees of freedom, 0 for k = 0.

    Parameters
    ----------
    counts : Series
        x, numbers of things that may be there or not, at least 0.
    confidence : float
        In ]0, 1[; being exact, the interval covers at least that.

    Returns
    -------
    DataFrame
        On the index of `counts`: ``value``, ``low``, ``high``.

    Raises
    ------
    InputError
        If a count is no number, negative, infinite or missing, or `confidence` is not in ]0, 1[.

    References
    ----------
    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28(3/4), 437–442.

    Examples
    --------
    >>> count_interval(pd.Series({"A": 0, "B": 4})).round(2).values.tolist()
    [[0.0, 0.0, 3.69], [4.0, 1.09, 10.24]]
    """
    tail = _tail(confidence)
    x = amounts(counts, what="counts")
    # gammaincinv knows no shape 0, whose quantiles are all 0.
    low = np.where(x > 0, gammaincinv(np.where(x > 0, x, 1), tail), 0)
    return pd.DataFrame({VALUE: x, LOW: low, HIGH: gammainccinv(x + 1, tail)}, index=counts.index)


def paired_difference(
    come: pd.Series, gone: pd.Series, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Compare how many came with how many went, where each member is known by itself.

    Those who stayed say nothing of the change. Of the n = come + gone others, `come` is binomial
    with p = 1/2 where coming and going are as likely: the exact form of McNemar's test, of which
    the p-value is twice the smaller tail (1 at most). The interval is n(2p - 1) over the exact
    interval of p (Clopper and Pearson), so that it holds 0 just where the test finds nothing.

    Parameters
    ----------
    come, gone : Series
        Whole numbers of at least 0, of the same territories (index) in any order.
    confidence : float
        Of the interval and the flag, in ]0, 1[.

    Returns
    -------
    DataFrame
        On the index of `come`: ``come``, ``gone``, ``difference`` (come - gone), ``low``, ``high``,
        ``p_value`` and ``flag`` as `difference_interval`. Where nobody came or went the difference
        is 0, from 0 to 0.

    Raises
    ------
    InputError
        If a number is not whole, negative or missing, the two do not carry the same index, or
        `confidence` is not in ]0, 1[.
    DuplicateIdError
        If an index label stands twice.

    References
    ----------
    McNemar, Q. (1947). Note on the sampling error of the difference between correlated
    proportions or percentages. Psychometrika 12(2), 153–157.
    Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated
    in the case of the binomial. Biometrika 26(4), 404–413.

    Examples
    --------
    Six came, none went: as likely as six heads in a row, or six tails: 2 / 2⁶.

    >>> found = paired_difference(pd.Series({"A": 6, "B": 3}), pd.Series({"A": 0, "B": 1}))
    >>> found[["difference", "p_value", "flag"]].values.tolist()
    [[6.0, 0.03125, 'higher'], [2.0, 0.625, 'not_distinguishable']]
    """
    tail = _tail(confidence)
    for series, what in ((come, COME), (gone, GONE)):
        require_unique(series.index.to_series(name="index"), what=what)
    require_same_index(come, gone, what="come and gone")
    x, y = _whole(come, what=COME), _whole(gone.reindex(come.index), what=GONE)
    n = x + y
    # betaincinv knows no shape 0, whose bound is the end of the range.
    least = np.where(x > 0, betaincinv(np.maximum(x, 1), y + 1, tail), 0)
    most = np.where(y > 0, betaincinv(x + 1, np.maximum(y, 1), 1 - tail), 1)
    low, high = n * (2 * least - 1), n * (2 * most - 1)
    from scipy.stats import binom  # everything else starts faster without it

    return pd.DataFrame(
        {
            COME: x.astype("int64"),
            GONE: y.astype("int64"),
            DIFFERENCE: x - y,
            LOW: low,
            HIGH: high,
            P_VALUE: np.minimum(1, 2 * binom.cdf(np.minimum(x, y), n, 0.5)),
            FLAG: _flags(x - y, low, high),
        },
        index=come.index,
    )


def _bounds(figures: pd.DataFrame, *, what: str) -> tuple[Floats, Floats, Floats]:
    """Return value, low and high; refuse what is no figure within its bounds."""
    require_columns(figures, list(_BOUNDS), what=what)
    require_unique(figures.index.to_series(name="index"), what=what)
    found = []
    for column in _BOUNDS:
        if not pd.api.types.is_numeric_dtype(figures[column]):
            msg = f"{what}: {column} holds {figures[column].dtype}; convert with pandas.to_numeric"
            raise InputError(msg)
        found.append(figures[column].to_numpy(dtype="float64", na_value=np.nan))
    value, low, high = found
    odd = np.isinf(found).any(axis=0) | (low > value) | (high < value)
    if odd.any():
        row = figures.loc[odd, list(_BOUNDS)].iloc[0]
        told = ", ".join(f"{column} {number:g}" for column, number in row.items())
        msg = (
            f"{what}: a figure must be finite and lie within its bounds; found {told} for "
            f"{listing(figures.index[odd])}; correct them"
        )
        raise InputError(msg)
    return value, low, high


def _whole(counts: pd.Series, *, what: str) -> Floats:
    numbers = amounts(counts, what=what)
    broken = counts[numbers % 1 != 0]
    if len(broken):
        found = listing(f"{number} for {code}" for code, number in broken.items())
        msg = f"{what}: expected whole numbers of members, found {found}; count, not weigh"
        raise InputError(msg)
    return numbers


def _tail(confidence: float) -> float:
    if not 0 < confidence < 1:
        msg = f"confidence: expected a number in ]0, 1[, found {confidence}; try 0.95"
        raise InputError(msg)
    return (1 - confidence) / 2


def _flags(difference: Floats, low: Floats, high: Floats) -> npt.NDArray[np.object_]:
    words = np.full(len(difference), NOT_DISTINGUISHABLE, dtype="object")
    words[low > 0], words[high < 0] = HIGHER, LOWER
    words[np.isnan(low) | np.isnan(high)] = NO_INTERVAL
    words[np.isnan(difference)] = UNDEFINED
    return words
