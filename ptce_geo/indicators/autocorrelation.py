"""Do neighbours resemble each other, over the whole map: Moran, Geary, Getis–Ord, joins, Lee.

Every statistic here is a sum Σ w_ij q_ij over pairs of territories, where q_ij says what the
values of the two have in common. Under randomisation, all orders of the values over the
territories being equally likely, its mean and variance are those of Mantel's test, exact for any
weights; permutations draw from the same orders.

A territory without neighbours (an island) stays in n and in the mean, adds nothing to the sum, and
is listed in the result. That is PySAL esda, and R spdep with ``zero.policy=TRUE, adjust.n=FALSE``;
spdep's default takes n without the islands and the mean with them, for which the moments are not
those of any permutation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from ptce_geo.checks import listing
from ptce_geo.errors import InputError
from ptce_geo.indicators.inputs import amounts
from ptce_geo.indicators.randomisation import (
    ROUNDING,
    Pairs,
    deviations,
    moments,
    orders,
    pair_products,
    pairs_of,
    permuted_sums,
    squared_differences,
    symmetric,
    two_sided,
)
from ptce_geo.indicators.weights import links_of

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph

    from ptce_geo.indicators.weights import Floats, Links


@dataclass(frozen=True)
class Autocorrelation:
    """A statistic of the whole map and its test.

    Attributes
    ----------
    statistic : float
        What was measured.
    expected, variance : float
        Its mean and variance under randomisation.
    z : float
        (statistic - expected) / √variance; NaN where the variance is 0.
    p_value : float
        Two-sided, by the normal approximation of `z`.
    p_sim : float
        Two-sided pseudo p-value by permutation: min(1, 2 (1 + m) / (1 + permutations)), with m
        the smaller of the numbers of permutations at least as high, and at least as low. NaN
        without permutations.
    n : int
        Number of territories, islands included.
    islands : tuple
        The codes of those without neighbours.
    permutations : int
        Number of permutations drawn.
    """

    statistic: float
    expected: float
    variance: float
    z: float
    p_value: float
    p_sim: float
    n: int
    islands: tuple[Any, ...]
    permutations: int


@dataclass(frozen=True)
class JoinCounts:
    """How many pairs of neighbours are both 0, both 1, or one of each.

    Attributes
    ----------
    low_low, high_high, mixed : Autocorrelation
        The count of each kind of join, with its test.
    """

    low_low: Autocorrelation
    high_high: Autocorrelation
    mixed: Autocorrelation


def moran(
    values: pd.Series, weights: Graph, *, permutations: int = 999, seed: int | None = None
) -> Autocorrelation:
    """Measure how far neighbours deviate from the mean to the same side (Moran's I).

    I = (n / S0) Σ_ij w_ij z_i z_j / Σ_i z_i², with z_i = x_i - x̄ and S0 = Σ_ij w_ij. Its
    expectation is -1 / (n - 1); above it, neighbours resemble each other.

    Parameters
    ----------
    values : Series
        x, finite, indexed by territory.
    weights : libpysal.graph.Graph
        Neighbours of the same territories, in any order, see `spatial_weights`.
    permutations : int
        How many random orders of the values to compare with; 0 for none.
    seed : int, optional
        The same seed gives the same pseudo p-value.

    Returns
    -------
    Autocorrelation
        Without unit; all NaN where the values are constant or nobody has a neighbour.

    Raises
    ------
    InputError
        If values and weights do not carry the same codes, a value is missing or infinite, the
        weights are no Graph, hold a negative weight or a territory as its own neighbour.

    References
    ----------
    Moran, P. A. P. (1950). Notes on continuous stochastic phenomena. Biometrika 37, 17–23.
    Cliff, A. D. and Ord, J. K. (1981). Spatial Processes, equations 1.39–1.43. Pion, London.

    Examples
    --------
    A row of three: z = (-1, 0, 1), the two pairs of neighbours give products of 0.

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> row = Graph.from_dicts({"A": ["B"], "B": ["A", "C"], "C": ["B"]}).transform("r")
    >>> found = moran(pd.Series({"A": 1, "B": 2, "C": 3}), row, permutations=0)
    >>> found.statistic, found.expected
    (0.0, -0.5)
    """
    links = links_of(weights)
    z = deviations(links.align(values, what="values"))
    ties = symmetric(links.matrix)
    scale = len(z) / _positive(ties.sum() * (z @ z))
    products, _ = permuted_sums(z, ties, permutations, seed)
    return _test(links, pairs_of(ties), pair_products(z, z), scale, products)


def geary(
    values: pd.Series, weights: Graph, *, permutations: int = 999, seed: int | None = None
) -> Autocorrelation:
    """Measure how much neighbours differ, against any two territories (Geary's C).

    C = ((n - 1) / (2 S0)) Σ_ij w_ij (x_i - x_j)² / Σ_i (x_i - x̄)². Its expectation is 1; below
    it, with a negative z, neighbours resemble each other (spdep prints that z as positive).

    Parameters
    ----------
    values, weights, permutations, seed
        As `moran`.

    Returns
    -------
    Autocorrelation
        Without unit; all NaN where the values are constant or nobody has a neighbour.

    Raises
    ------
    InputError
        As `moran`.

    References
    ----------
    Geary, R. C. (1954). The contiguity ratio and statistical mapping. The Incorporated
    Statistician 5(3), 115–145.
    Cliff, A. D. and Ord, J. K. (1981). Spatial Processes, equations 1.44–1.48. Pion, London.

    Examples
    --------
    A row of three: each of four ordered pairs differs by 1, C = (2 / (2 · 4)) · 4 / 2.

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> row = Graph.from_dicts({"A": ["B"], "B": ["A", "C"], "C": ["B"]})
    >>> geary(pd.Series({"A": 1, "B": 2, "C": 3}), row, permutations=0).statistic
    0.5
    """
    links = links_of(weights)
    z = deviations(links.align(values, what="values"))
    ties = symmetric(links.matrix)
    scale = (len(z) - 1) / 2 / _positive(ties.sum() * (z @ z))
    products, squares = permuted_sums(z, ties, permutations, seed)
    return _test(links, pairs_of(ties), squared_differences(z), scale, 2 * (squares - products))


def getis_ord(
    values: pd.Series, weights: Graph, *, permutations: int = 999, seed: int | None = None
) -> Autocorrelation:
    """Measure whether high values, or low ones, lie together (general G of Getis and Ord).

    G = Σ_ij w_ij x_i x_j / Σ_{i≠j} x_i x_j. Its expectation is S0 / (n (n - 1)); above it the
    high values cluster, below it the low ones.

    Parameters
    ----------
    values : Series
        x, at least 0, indexed by territory.
    weights : libpysal.graph.Graph
        As `moran`; binary ones (`transform` "b") are what the statistic was made for.
    permutations, seed
        As `moran`.

    Returns
    -------
    Autocorrelation
        Without unit; all NaN where the values are constant or nobody has a neighbour, or fewer
        than two values are above 0.

    Raises
    ------
    InputError
        As `moran`, and if a value is negative.

    References
    ----------
    Getis, A. and Ord, J. K. (1992). The analysis of spatial association by use of distance
    statistics. Geographical Analysis 24(3), 189–206, equations 5–9.

    Examples
    --------
    A row of three: neighbours give 2 (1 · 2 + 2 · 3) = 16, all pairs 2 (2 + 3 + 6) = 22.

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> row = Graph.from_dicts({"A": ["B"], "B": ["A", "C"], "C": ["B"]})
    >>> round(getis_ord(pd.Series({"A": 1, "B": 2, "C": 3}), row).statistic * 22, 9)
    16.0
    """
    links = links_of(weights)
    x = links.align(values, what="values")
    amounts(values, what="values")
    ties = symmetric(links.matrix)
    likeness = pair_products(x, x)
    defined = ties.nnz > 0 and np.ptp(x) > 0 and np.count_nonzero(x) > 1
    scale = 1 / likeness.total if defined else np.nan
    products, _ = permuted_sums(x, ties, permutations, seed)
    return _test(links, pairs_of(ties), likeness, scale, products)


def join_counts(
    values: pd.Series, weights: Graph, *, permutations: int = 999, seed: int | None = None
) -> JoinCounts:
    """Count the pairs of neighbours that are both 0, both 1, or one of each.

    J_11 = ½ Σ_ij x_i x_j, J_00 = ½ Σ_ij (1 - x_i)(1 - x_j), J_01 = ½ Σ_ij (x_i - x_j)², over the
    neighbours i, j whatever their weight. They add up to the number of joins; a neighbour that
    is not mutual counts one half. Moments are those of sampling without replacement.

    Parameters
    ----------
    values : Series
        x, 0 or 1, False or True, indexed by territory.
    weights, permutations, seed
        As `moran`.

    Returns
    -------
    JoinCounts
        Number of joins of each kind. z and p-values are NaN where the values are constant or
        nobody has a neighbour.

    Raises
    ------
    InputError
        As `moran`, and if a value is neither 0 nor 1.

    References
    ----------
    Cliff, A. D. and Ord, J. K. (1981). Spatial Processes, equations 1.29–1.34. Pion, London.

    Examples
    --------
    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> row = Graph.from_dicts({"A": ["B"], "B": ["A", "C"], "C": ["B"]})
    >>> joins = join_counts(pd.Series({"A": True, "B": True, "C": False}), row)
    >>> joins.high_high.statistic, joins.mixed.statistic, joins.low_low.statistic
    (1.0, 1.0, 0.0)
    """
    links = links_of(weights)
    x = links.align(values, what="values")
    if odd := links.codes[(x != 0) & (x != 1)].to_list():
        msg = f"values: expected 0 or 1 everywhere, found others for {listing(odd)}; compare first"
        raise InputError(msg)
    ties = symmetric((links.matrix != 0).astype("float64"))
    pairs = pairs_of(ties)
    ones, own = permuted_sums(x, ties, permutations, seed)
    zeros = ties.sum() - 2 * own + ones
    return JoinCounts(
        low_low=_test(links, pairs, pair_products(1 - x, 1 - x), 0.5, zeros),
        high_high=_test(links, pairs, pair_products(x, x), 0.5, ones),
        mixed=_test(links, pairs, squared_differences(x), 0.5, 2 * (own - ones)),
    )


def lee(
    values: pd.Series,
    others: pd.Series,
    weights: Graph,
    *,
    permutations: int = 999,
    seed: int | None = None,
) -> Autocorrelation:
    """Measure how two variables vary together over neighbourhoods (Lee's L).

    L = (n / Σ_i (Σ_j w_ij)²) Σ_i (Σ_j w_ij z_j)(Σ_j w_ij u_j) / √(Σ z_i² Σ u_i²), with
    z = x - x̄ and u = y - ȳ. Permutations, and the moments, keep the two values of a territory
    together.

    Parameters
    ----------
    values, others : Series
        x and y, finite, indexed by territory.
    weights, permutations, seed
        As `moran`. A territory counts in its own neighbourhood only where the formula brings it
        back: w_ii is 0 here.

    Returns
    -------
    Autocorrelation
        Without unit; all NaN where x or y is constant or nobody has a neighbour. The variance of
        R spdep's ``lee.test`` (1.2-7) is that of the permutations only where x and y are the same.

    Raises
    ------
    InputError
        As `moran`.

    References
    ----------
    Lee, S.-I. (2001). Developing a bivariate spatial association measure. Journal of Geographical
    Systems 3, 369–385, equation 18.
    Lee, S.-I. (2004). A generalized significance testing method for global measures of spatial
    association. Environment and Planning A 36, 1687–1703.

    Examples
    --------
    A row of three, y = -x: neighbourhood means of z are (0, 0, 0).

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> row = Graph.from_dicts({"A": ["B"], "B": ["A", "C"], "C": ["B"]}).transform("r")
    >>> x = pd.Series({"A": 1, "B": 2, "C": 3})
    >>> lee(x, -x, row, permutations=0).statistic == 0
    True
    """
    links = links_of(weights)
    z, u = (
        deviations(links.align(series, what=what))
        for series, what in ((values, "values"), (others, "others"))
    )
    totals = links.matrix.sum(axis=1)
    scale = len(z) / _positive((totals @ totals) * np.sqrt((z @ z) * (u @ u)))
    sums = [
        np.sum((links.matrix @ z[order]) * (links.matrix @ u[order]), axis=0)
        for order in orders(len(z), permutations, seed)
    ]
    pairs = pairs_of(sparse.csr_array(links.matrix.T @ links.matrix))
    return _test(links, pairs, pair_products(z, u), scale, np.concatenate(sums))


def _positive(number: float) -> float:
    return float(number) if number > 0 else np.nan


def _test(
    links: Links, pairs: Pairs, likeness: Pairs, scale: float, sums: Floats
) -> Autocorrelation:
    """Return the test of ``scale * sums[0]``; `sums` are Σ p_ij q_ij as found, then as drawn."""
    expected, variance = moments(pairs, likeness)
    variance *= scale**2
    z = scale * (sums[0] - expected) / np.sqrt(variance) if variance > 0 else np.nan
    found, drawn = sums[0], sums[1:]
    margin = ROUNDING * np.abs(sums).max()
    larger, smaller = (drawn >= found - margin).sum(), (drawn <= found + margin).sum()
    return Autocorrelation(
        statistic=float(scale * found),
        expected=float(scale * expected),
        variance=float(variance),
        z=float(z),
        p_value=math.erfc(abs(z) / math.sqrt(2)),
        p_sim=float(two_sided(larger, smaller, len(drawn))) if variance > 0 else np.nan,
        n=len(links.codes),
        islands=links.islands,
        permutations=len(drawn),
    )
