"""What each territory is specialised in: location quotients, Krugman's index, stars.

Amounts are any numbers of at least 0: members, establishments, FTE, euros. A Series is one amount
by territory, a DataFrame territories × sectors; a DataFrame is measured in one call.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.special import gammainccinv, gammaincinv

from ptce_geo.checks import listing
from ptce_geo.errors import InputError
from ptce_geo.indicators.inequality import gini
from ptce_geo.indicators.shares import (
    Amounts,
    Matrix,
    align,
    amount_matrix,
    base_matrix,
    by_column,
    ratio,
    require_matrix,
    require_one_column,
    share_gap,
    shares,
)
from ptce_geo.schema import (
    EXPECTED,
    FLAG,
    FOCUS,
    HIGH,
    LOCATION_QUOTIENT,
    LOW,
    SECTOR,
    SIZE,
    SPECIALISATION,
    STARS,
    TERRITORY,
    VALUE,
)

if TYPE_CHECKING:
    import numpy.typing as npt

# The words of `flag`.
SMALL_NUMBER: Final = "small_number"
# A quotient of fewer than so many expected is told to be one of small numbers.
FEW_EXPECTED: Final = 5
UNDEFINED: Final = "undefined"

# Columns that only this module writes.


def location_quotient(
    counts: pd.Series | pd.DataFrame, *, reference: pd.Series | pd.DataFrame | None = None
) -> pd.Series | pd.DataFrame:
    """Compare each territory's share of the counts with its share of a reference.

    LQ_i = (x_i / X) / (r_i / R), with X = Σ x_i and R = Σ r_i. Above 1, the territory holds
    more than its share. For a DataFrame, by column j; without reference, r_i is the territory's
    total over all columns, and LQ_ij = (x_ij / X_i) / (X_j / X).

    Parameters
    ----------
    counts : Series or DataFrame
        x, any amounts of at least 0, indexed by territory; one column for each sector.
    reference : Series or DataFrame, optional for a DataFrame
        r, at least 0, for the same territories in any order: population, all establishments. As
        a DataFrame, one column for each sector of `counts`: the sector in a wider universe.

    Returns
    -------
    Series or DataFrame
        Without unit, on the index (and columns) of `counts`; a Series is named
        "location_quotient". NaN where the reference is 0 (0/0 or x/0), and everywhere in a column
        when its counts or its reference add up to 0.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing, the two do not carry the same codes, or a
        Series comes without reference.

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

    Crafts are half of all, and three quarters of what A holds.

    >>> location_quotient(pd.DataFrame({"crafts": [3, 1], "trade": [1, 3]}, index=["A", "B"]))
       crafts  trade
    A     1.5    0.5
    B     0.5    1.5
    """
    local = amount_matrix(counts, what="counts")
    quotient = _quotient(local, _reference(counts, local, reference))
    if isinstance(counts, pd.DataFrame):
        return pd.DataFrame(quotient, counts.index, counts.columns, copy=False)
    return pd.Series(quotient[:, 0], index=counts.index, name=LOCATION_QUOTIENT)


def location_quotient_interval(
    counts: pd.Series,
    *,
    reference: pd.Series,
    confidence: float = 0.95,
    small: float = FEW_EXPECTED,
) -> pd.DataFrame:
    """Give each location quotient with the interval that chance leaves it.

    x_i is taken for a Poisson number, the totals and r for known. With E_i = X r_i / R expected,
    LQ_i = x_i / E_i lies between q(t; x_i) / E_i and q(1 - t; x_i + 1) / E_i, where
    t = (1 - confidence) / 2 and q(t; k) is half the quantile of a chi-squared variable of 2k
    degrees of freedom, 0 for k = 0.

    Parameters
    ----------
    counts : Series
        x, whole numbers of things that may be there or not: members, establishments. FTE and
        euros are none.
    reference : Series
        r, any amounts of at least 0, for the same territories in any order.
    confidence : float
        Probability, in ]0, 1[, that the interval covers; being exact, it covers at least that.
    small : float
        Expected counts below it are flagged.

    Returns
    -------
    DataFrame
        On the index of `counts`: ``value`` (the location quotient), ``low``, ``high``, ``expected``
        (E, a count) and ``flag``: "undefined" where the quotient is NaN, else "small_number"
        where E < `small`, else "".

    Raises
    ------
    InputError
        If a count is no whole number, a value is negative, infinite or missing, the two do not
        carry the same codes, or `confidence` is not in ]0, 1[.

    References
    ----------
    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28(3/4), 437–442.

    Examples
    --------
    Two members, one of them expected in each territory: none is still 0 to 3.69 times the share.

    >>> counts = pd.Series({"A": 2, "B": 0})
    >>> population = pd.Series({"A": 100, "B": 100})
    >>> location_quotient_interval(counts, reference=population).round(2)
       value   low  high  expected          flag
    A    2.0  0.24  7.22       1.0  small_number
    B    0.0  0.00  3.69       1.0  small_number
    """
    require_one_column(counts, what="counts")
    if not 0 < confidence < 1:
        msg = f"confidence: expected a number in ]0, 1[, found {confidence}; try 0.95"
        raise InputError(msg)
    value = location_quotient(counts, reference=reference)
    count = counts.to_numpy(dtype="float64")
    broken = counts[count % 1 != 0]
    if len(broken):
        found = listing(f"{number} for {code}" for code, number in broken.items())
        msg = f"counts: an interval needs whole numbers of things, found {found}; count, not weigh"
        raise InputError(msg)
    base = align(reference, counts, what="reference").to_numpy(dtype="float64")
    expected = count.sum() * shares(base)
    tail = (1 - confidence) / 2
    # gammaincinv knows no shape 0, whose quantiles are all 0.
    low = np.where(count > 0, gammaincinv(np.maximum(count, 1), tail), 0)
    high = gammainccinv(count + 1, tail)
    defined = value.notna().to_numpy()
    divisor = np.where(defined, expected, np.nan)
    flag = np.where(expected < small, SMALL_NUMBER, "")
    return pd.DataFrame(
        {
            VALUE: value,
            LOW: low / divisor,
            HIGH: high / divisor,
            EXPECTED: expected,
            FLAG: np.where(defined, flag, UNDEFINED),
        }
    )


def locational_gini(values: Amounts, *, reference: pd.Series) -> float | pd.Series:
    """Measure how unequal the location quotients of territories are, from 0 upwards.

    G = Σ (2i - n - 1) LQ_(i) / (n Σ LQ), with LQ_(1) ≤ … ≤ LQ_(n); each territory counts as one,
    whatever its size. In [0, (n - 1)/n]. Territories by their size: ``gini(values, weights=…)``.

    Parameters
    ----------
    values : Series, DataFrame or sequence of numbers
        x, any amounts of at least 0, one for each territory.
    reference : Series
        r, at least 0, for the same territories: population, all establishments.

    Returns
    -------
    float, or Series by column
        Without unit. Territories where values and reference are 0 are left out; NaN where a
        territory holds something without reference, or all is 0.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing, or the two do not carry the same codes.

    References
    ----------
    Kim, S. (1995). Expansion of markets and the geographic distribution of economic activities.
    Quarterly Journal of Economics 110(4), 881–908.

    Examples
    --------
    The location quotients are 3, 0.5 and 0: G = (2 · 3 - 2 · 0) / (3 · 3.5).

    >>> values = pd.Series({"A": 3, "B": 1, "C": 0})
    >>> round(locational_gini(values, reference=pd.Series({"A": 100, "B": 200, "C": 100})), 12)
    0.571428571429
    """
    require_one_column(reference, what="reference")
    held = amount_matrix(values)
    base = base_matrix(values, reference, what="reference")
    known = base[:, 0] > 0
    # The Gini of x/r is that of the quotients, which are x/r times a constant.
    index = gini(pd.DataFrame(held[known] / base[known]))
    unknown = (held[~known] > 0).any(axis=0)
    return by_column(values, np.where(unknown, np.nan, index), name="locational_gini")


def krugman_specialisation(
    matrix: pd.DataFrame, *, reference: pd.Series | None = None
) -> pd.Series:
    """Measure how far the mix of sectors of each territory is from that of a reference.

    K_i = Σ_j |x_ij / X_i - p_j|, from 0 (the same mix) to 2 (no sector in common), with p_j the
    share of sector j in the reference.

    Parameters
    ----------
    matrix : DataFrame
        x, any amounts of at least 0, territories × sectors.
    reference : Series, optional
        Any amounts of at least 0, by sector; by default the total of all territories of `matrix`.

    Returns
    -------
    Series
        Without unit, by territory. NaN for a territory with nothing, and everywhere when the
        reference adds up to 0.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing, the reference has other sectors, or `matrix`
        is no DataFrame.

    References
    ----------
    Krugman, P. (1991). Geography and Trade, chapter 3. MIT Press.

    Examples
    --------
    A is crafts only, B half crafts, and three quarters of all are crafts.

    >>> matrix = pd.DataFrame({"crafts": [4, 2], "trade": [0, 2]}, index=["A", "B"])
    >>> krugman_specialisation(matrix).to_dict()
    {'A': 0.5, 'B': 0.5}
    >>> krugman_specialisation(matrix, reference=pd.Series({"trade": 1, "crafts": 0})).to_dict()
    {'A': 2.0, 'B': 1.0}
    """
    require_matrix(matrix)
    mix = amount_matrix(matrix, what="matrix").T
    if reference is None:
        base = mix.sum(axis=1, keepdims=True)
    else:
        sectors = matrix.columns.to_series()
        base = base_matrix(sectors, reference, what="reference", to="sectors of the matrix")
    return pd.Series(share_gap(mix, base), index=matrix.index, name="krugman_specialisation")


def concentration_stars(
    matrix: pd.DataFrame,
    *,
    reference: pd.Series | None = None,
    top: float = 0.1,
    lq: float = 2.0,
) -> pd.DataFrame:
    """Give each sector of each territory up to three stars, as the European observatory does.

    One star each, for sector j in territory i, with r_i the territory's total:

    - size: x_ij is among the ``top`` of all territories;
    - specialisation: the location quotient (x_ij / X_j) / (r_i / R) is at least ``lq``;
    - focus: x_ij / r_i is among the ``top`` of all territories.

    Among the top are the ⌈top · n⌉ largest of the n territories, those with nothing counted among
    the n; territories level with the last of them are in, those with 0 never.

    Parameters
    ----------
    matrix : DataFrame
        x, any amounts of at least 0, territories × sectors.
    reference : Series, optional
        r, at least 0, by territory: its total over all sectors, those not in `matrix` included.
        By default the totals of `matrix`.
    top : float
        Share of the territories, in ]0, 1].
    lq : float
        Location quotient from which a territory is specialised.

    Returns
    -------
    DataFrame
        One row for each territory and sector, in their order: ``territory``, ``sector``, ``size``,
        ``specialisation``, ``focus`` (bool) and ``stars`` (0 to 3). Where a measure is undefined,
        it gives no star.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing, the reference does not carry the same codes,
        `top` is not in ]0, 1], or `matrix` is no DataFrame.

    Notes
    -----
    Focus is compared between the territories of one sector. Without a `reference` of its own it
    ranks them as the location quotient does: two stars of one origin.

    References
    ----------
    Sölvell, Ö., Ketels, C. and Lindqvist, G. (2008). Industrial specialization and regional
    clusters in the ten new EU member states. Competitiveness Review 18(1/2), 104–130.

    Examples
    --------
    >>> matrix = pd.DataFrame({"crafts": [6, 1, 1], "trade": [2, 8, 6]}, index=["A", "B", "C"])
    >>> stars = concentration_stars(matrix)
    >>> stars[stars["stars"] > 0]
      territory  sector  size  specialisation  focus  stars
    0         A  crafts  True            True   True      3
    3         B   trade  True           False   True      2
    """
    require_matrix(matrix)
    if not 0 < top <= 1:
        msg = f"top: expected a share of the territories in ]0, 1], found {top}; try 0.1"
        raise InputError(msg)
    local = amount_matrix(matrix, what="matrix")
    base = _reference(matrix, local, reference)
    # Multiplied out: whole numbers that are at the threshold exactly must not miss it by a digit.
    specialised = local * base.sum(axis=0) >= lq * local.sum(axis=0) * base
    stars = {
        SIZE: _among_top(local, top),
        SPECIALISATION: specialised & (local > 0) & (base > 0),
        FOCUS: _among_top(ratio(local, base), top),
    }
    territories, sectors = matrix.shape
    table = pd.DataFrame(
        {
            TERRITORY: matrix.index.repeat(sectors),
            SECTOR: matrix.columns[np.tile(np.arange(sectors), territories)],
            **{name: star.ravel() for name, star in stars.items()},
        }
    )
    table[STARS] = table[list(stars)].sum(axis=1)
    return table


def _reference(
    counts: pd.Series | pd.DataFrame,
    local: Matrix,
    reference: pd.Series | pd.DataFrame | None,
) -> Matrix:
    """Return the reference in the order of `counts`, by default the territories' own totals."""
    if reference is not None:
        return base_matrix(counts, reference, what="reference", to="counts")
    if not isinstance(counts, pd.DataFrame):
        msg = "location_quotient: a Series needs a reference= to be compared with, found none"
        raise InputError(msg)
    return local.sum(axis=1, keepdims=True)


def _quotient(local: Matrix, base: Matrix) -> Matrix:
    total = local.sum(axis=0)
    overall = ratio(np.where(total > 0, total, np.nan), base.sum(axis=0))
    quotient = ratio(local, base)
    quotient /= overall
    return quotient


def _among_top(numbers: Matrix, top: float) -> npt.NDArray[np.bool_]:
    """Return which are among the largest ⌈top · n⌉ of their column, with those level."""
    known = np.nan_to_num(numbers)
    if len(known) == 0:
        return known > 0
    # Rounded, for 0.1 · 30 is a little more than 3.
    most = ceil(round(top * len(known), 9))
    last = np.partition(known, len(known) - most, axis=0)[len(known) - most]
    return (known > 0) & (known >= last)
