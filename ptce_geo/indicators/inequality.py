"""How unequally an amount is shared between territories: Gini, Lorenz, Theil, Atkinson.

Amounts are any numbers of at least 0: members, establishments, FTE, euros. A Series is one amount
by territory, measured as one number; each column of a DataFrame is an amount of its own, and all
are measured in one call, as a Series by column. Territories with 0 count: leave out none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
from scipy.special import logsumexp, rel_entr

from ptce_geo.errors import InputError
from ptce_geo.indicators.shares import (
    Amounts,
    Matrix,
    Vector,
    align,
    amount_matrix,
    base_matrix,
    by_column,
    ratio,
    require_one_column,
    shares,
)
from ptce_geo.schema import (
    BETWEEN,
    GINI,
    SHARE_VALUES,
    SHARE_WEIGHTS,
    TERRITORIES,
    THEIL,
    WITHIN,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


TheilKind: TypeAlias = Literal["T", "L"]

# Columns that only this module writes.


def gini(
    values: Amounts, *, normalised: bool = False, weights: pd.Series | None = None
) -> float | pd.Series:
    """Measure how unequal the values of territories are, from 0 (all equal) upwards.

    G = Σ (2i - n - 1) x_(i) / (n Σ x), with x_(1) ≤ … ≤ x_(n); territories with 0 count.
    It lies in [0, (n - 1)/n]; normalised, G n/(n - 1), in [0, 1].

    With weights w, territories rank by x/w, the amount per head, and
    G = Σ s_(i) (P_i + P_(i-1) - 1), with s = x / Σ x and P_i the share of Σ w in the first i.
    It is the G of heads that each hold the x/w of their territory; equal weights give the plain G.

    Parameters
    ----------
    values : Series, DataFrame or sequence of numbers
        x, any amounts of at least 0, one for each territory.
    normalised : bool
        Multiply by n/(n - 1), so that all in one territory is 1 whatever n.
    weights : Series, optional
        w, at least 0, for the same territories: population. One of weight 0 ranks last.

    Returns
    -------
    float, or Series by column
        Without unit. NaN when the values add up to 0 or there are none; normalised, also
        NaN for a single territory.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing, the weights do not carry the same codes, or
        `normalised` comes with weights: the largest G is then 1 less the smallest share of Σ w.

    References
    ----------
    Gini, C. (1912). Variabilità e mutabilità. Cuppini, Bologna.
    Deltas, G. (2003). The small-sample bias of the Gini coefficient. Review of Economics and
    Statistics 85(1), 226–234 (the factor n/(n - 1)).
    Lerman, R. I. and Yitzhaki, S. (1989). Improving the accuracy of estimates of Gini
    coefficients. Journal of Econometrics 42(1), 43–47 (weights).

    Examples
    --------
    >>> round(gini(pd.Series([20, 50, 20, 10])), 12)
    0.3
    >>> round(gini(pd.Series([20, 50, 20, 10]), normalised=True), 12)
    0.4

    A and B hold 1 each for 3 and 1 heads: of 4 heads, three hold 1/3 and one holds 1.

    >>> round(gini(pd.Series({"A": 1, "B": 1}), weights=pd.Series({"A": 3, "B": 1})), 12)
    0.25
    """
    if normalised and weights is not None:
        msg = "gini: normalised=True has no meaning with weights; leave out one of the two"
        raise InputError(msg)
    held, weight = _ranked(values, weights)
    n, heads = len(held), weight.sum(axis=0)
    # 2 P_i - w_i / W - 1 is P_i + P_(i-1) - 1, in whole numbers where the weights are.
    rank = ratio(2 * weight.cumsum(axis=0) - weight - heads, heads)
    coefficient = (shares(held) * rank).sum(axis=0)
    if normalised:
        coefficient = coefficient * n / (n - 1 if n > 1 else np.nan)
    return by_column(values, coefficient, name=GINI)


def lorenz_curve(
    values: pd.Series | Sequence[float], *, weights: pd.Series | None = None
) -> pd.DataFrame:
    """Cumulate the values of territories from the least to the best provided.

    P_i = Σ_(k≤i) w_(k) / Σ w and L_i = Σ_(k≤i) x_(k) / Σ x, ranked by x/w; without weights,
    P_i = i/n. Twice the area between the curve and its diagonal is `gini`.

    Parameters
    ----------
    values : Series or sequence of numbers
        x, any amounts of at least 0, one for each territory.
    weights : Series, optional
        w, at least 0, for the same territories: population.

    Returns
    -------
    DataFrame
        ``share_weights`` P and ``share_values`` L (0 to 1), from (0, 0) to (1, 1), one row more
        than there are territories. A share is NaN where its amounts add up to 0.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing, the weights do not carry the same codes, or
        `values` is a DataFrame.

    References
    ----------
    Lorenz, M. O. (1905). Methods of measuring the concentration of wealth. Publications of the
    American Statistical Association 9(70), 209–219.

    Examples
    --------
    >>> lorenz_curve(pd.Series({"A": 3, "B": 0, "C": 1}), weights=pd.Series([2, 1, 1], list("ABC")))
       share_weights  share_values
    0           0.00          0.00
    1           0.25          0.00
    2           0.50          0.25
    3           1.00          1.00
    """
    require_one_column(values)
    held, weight = _ranked(values, weights)
    # Divided by its own last number, a sum ends at 1 exactly.
    curve = {
        name: ratio(total, total[-1:])
        for name, total in (
            (SHARE_WEIGHTS, weight[:, 0].cumsum()),
            (SHARE_VALUES, held[:, 0].cumsum()),
        )
    }
    return pd.DataFrame({name: np.insert(share, 0, 0) for name, share in curve.items()})


def theil(
    values: Amounts, *, weights: pd.Series | None = None, kind: TheilKind = "T"
) -> float | pd.Series:
    """Measure how unequal the values of territories are by their entropy, from 0 upwards.

    T = Σ s_i ln(s_i / p_i) and L = Σ p_i ln(p_i / s_i), with s = x / Σ x and p = w / Σ w, or 1/n
    without weights. T is at most -ln(min p), L has no upper bound. L is the mean log deviation.

    Parameters
    ----------
    values : Series, DataFrame or sequence of numbers
        x, any amounts of at least 0, one for each territory.
    weights : Series, optional
        w, at least 0, for the same territories: population.
    kind : "T" or "L"
        R REAT calls L "theil", PySAL T "Theil": say which one you publish.

    Returns
    -------
    float, or Series by column
        In nats. NaN when the values add up to 0 or there are none; L also when a territory with
        weight holds 0, T when one without weight holds something: both would be infinite.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing, the weights do not carry the same codes, or
        `kind` is unknown.

    References
    ----------
    Theil, H. (1967). Economics and Information Theory, chapter 4. North-Holland, Amsterdam.

    Examples
    --------
    Shares 1/2, 1/4, 1/4, 0 against 1/4 each: T = 1/2 ln 2.

    >>> round(theil(pd.Series([2, 1, 1, 0])), 12)
    0.34657359028
    >>> theil(pd.Series([2, 1, 1, 0]), kind="L")
    nan
    """
    own, base = _compared(values, weights, kind=kind)
    return by_column(values, _finite(rel_entr(own, base).sum(axis=0)), name=THEIL)


@dataclass(frozen=True, eq=False)
class TheilDecomposition:
    """A Theil index as inequality between and within groups of territories.

    Attributes
    ----------
    total, between, within : float
        In nats; total = between + within.
    parents : DataFrame
        By parent: ``territories`` it holds, its ``share_values`` and ``share_weights``, the
        ``theil`` of its own territories, and what it adds to ``between`` and to ``within``.
    """

    total: float
    between: float
    within: float
    parents: pd.DataFrame


def theil_decomposition(
    values: pd.Series | Sequence[float],
    *,
    parents: pd.Series,
    weights: pd.Series | None = None,
    kind: TheilKind = "T",
) -> TheilDecomposition:
    """Split a Theil index into inequality between and within the parents of the territories.

    T = Σ_g S_g ln(S_g / P_g) + Σ_g S_g T_g, with S_g and P_g the shares of parent g in values and
    weights, and T_g the index of its territories alone. L: the same with S and P exchanged.

    Parameters
    ----------
    values : Series or sequence of numbers
        x, any amounts of at least 0, one for each territory.
    parents : Series
        Code of the parent of each territory, for the same territories: its ``code_region``.
    weights : Series, optional
        w, at least 0, for the same territories: population.
    kind : "T" or "L"
        As for `theil`.

    Returns
    -------
    TheilDecomposition
        A parent whose values (T; weights for L) add up to 0 has no index of its own, NaN, and
        adds 0 to both parts. Infinite is NaN, as in `theil`.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing, an index carries other codes, a parent is
        missing, or `kind` is unknown.

    References
    ----------
    Theil, H. (1967). Economics and Information Theory, chapter 4. North-Holland, Amsterdam.
    Shorrocks, A. F. (1980). The class of additively decomposable inequality measures.
    Econometrica 48(3), 613–625.

    Examples
    --------
    All is in Y, evenly, and half of the territories are: T = between = ln 2.

    >>> values = pd.Series([0, 0, 10, 10], index=["A", "B", "C", "D"])
    >>> split = theil_decomposition(values, parents=pd.Series(list("XXYY"), index=list("ABCD")))
    >>> round(split.total, 12), round(split.between, 12), split.within
    (0.69314718056, 0.69314718056, 0.0)
    """
    require_one_column(values)
    own, base = (column[:, 0] for column in _compared(values, weights, kind=kind))
    parent, codes = pd.factorize(align(parents, values, what="parents"), sort=True)
    if (parent < 0).any():
        msg = f"parents: missing for {(parent < 0).sum()} territories; give them one or drop them"
        raise InputError(msg)

    def by_parent(numbers: Vector) -> Vector:
        return np.bincount(parent, weights=numbers, minlength=len(codes)).astype("float64")

    own_sum, base_sum = by_parent(own), by_parent(base)
    index = by_parent(rel_entr(ratio(own, own_sum[parent]), ratio(base, base_sum[parent])))
    between = rel_entr(own_sum, base_sum)
    within = np.where(own_sum == 0, 0, own_sum * index)
    value_sum, weight_sum = (own_sum, base_sum) if kind == "T" else (base_sum, own_sum)
    table = {
        TERRITORIES: np.bincount(parent, minlength=len(codes)),
        SHARE_VALUES: value_sum,
        SHARE_WEIGHTS: weight_sum,
        THEIL: _finite(index),
        BETWEEN: _finite(between),
        WITHIN: _finite(within),
    }
    return TheilDecomposition(
        total=by_column(values, _finite(rel_entr(own, base).sum(keepdims=True)), name=THEIL),
        between=by_column(values, _finite(between.sum(keepdims=True)), name=BETWEEN),
        within=by_column(values, _finite(within.sum(keepdims=True)), name=WITHIN),
        parents=pd.DataFrame(table, index=pd.Index(codes, name=parents.name)),
    )


def atkinson(
    values: Amounts, *, epsilon: float = 0.5, weights: pd.Series | None = None
) -> float | pd.Series:
    """Measure how much of the total an even spread could do without, from 0 to 1.

    A = 1 - (Σ p_i (s_i / p_i)^(1 - ε))^(1 / (1 - ε)), for ε = 1 its limit 1 - Π (s_i / p_i)^(p_i),
    with s = x / Σ x and p = w / Σ w, or 1/n without weights.

    Parameters
    ----------
    values : Series, DataFrame or sequence of numbers
        x, any amounts of at least 0, one for each territory.
    epsilon : float
        ε, at least 0: aversion to inequality. The larger, the more the least provided weigh.
    weights : Series, optional
        w, at least 0, for the same territories: population.

    Returns
    -------
    float, or Series by column
        Without unit. NaN when the values add up to 0 or there are none. For ε ≥ 1 it is 1 as soon
        as a territory with weight holds 0.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing, the weights do not carry the same codes, or
        ε is negative or not finite.

    References
    ----------
    Atkinson, A. B. (1970). On the measurement of inequality. Journal of Economic Theory 2(3),
    244–263.

    Examples
    --------
    1 and 9 have the arithmetic mean 5 and the geometric mean 3, so A(1) = 1 - 3/5.

    >>> round(atkinson(pd.Series([1, 9]), epsilon=1), 12)
    0.4
    """
    if not 0 <= epsilon < np.inf:
        msg = f"atkinson: expected an epsilon of at least 0, found {epsilon}; try 0.5, 1 or 2"
        raise InputError(msg)
    held, weight = _compared(values, weights, kind="T")
    with np.errstate(divide="ignore"):  # ln 0 is -inf, and leads to the right limit
        # A territory without weight adds nothing; what it holds stays in the shares.
        log = np.where(weight == 0, 0, np.log(ratio(held, weight)))
    if epsilon == 1:
        log_mean = (weight * log).sum(axis=0)
    else:
        log_mean = logsumexp((1 - epsilon) * log, axis=0, b=weight) / (1 - epsilon)
    return by_column(values, -np.expm1(log_mean), name="atkinson")


def _ranked(values: Amounts, weights: pd.Series | None) -> tuple[Matrix, Matrix]:
    """Return values and weights, column by column from the smallest value per head upwards."""
    held, weight = amount_matrix(values), base_matrix(values, weights, what="weights")
    if weights is None:
        return np.sort(held, axis=0), weight
    weight = np.broadcast_to(weight, held.shape)
    per_head = np.where(weight > 0, ratio(held, weight), np.inf)
    order = np.argsort(per_head, axis=0)
    return np.take_along_axis(held, order, axis=0), np.take_along_axis(weight, order, axis=0)


def _compared(
    values: Amounts, weights: pd.Series | None, *, kind: TheilKind
) -> tuple[Matrix, Matrix]:
    """Return the shares that a Theil index weighs by, and those that it compares them with."""
    if kind not in get_args(TheilKind):
        msg = f'theil: unknown kind {kind!r}; known: "T", "L" (mean log deviation)'
        raise InputError(msg)
    held = shares(amount_matrix(values))
    weight = shares(base_matrix(values, weights, what="weights"))
    return (held, weight) if kind == "T" else (weight, held)


def _finite(numbers: Vector) -> Vector:
    """Return `numbers` with NaN in place of inf."""
    return np.where(np.isfinite(numbers), numbers, np.nan)
