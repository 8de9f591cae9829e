"""Where neighbours resemble each other: local Moran, local Getis–Ord, false discovery rate.

Everything is conditional on the territory's own value: it stays, and the values of the n - 1
others are dealt out anew over its neighbours. The moments are those of that draw, without
replacement, exactly; the pseudo p-values draw from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from ptce_geo.errors import InputError
from ptce_geo.indicators.inputs import amounts
from ptce_geo.indicators.randomisation import (
    ROUNDING,
    deviations,
    require_permutations,
    two_sided,
)
from ptce_geo.indicators.weights import links_of
from ptce_geo.schema import EXPECTED, P_FDR, P_SIM, QUADRANT, STATISTIC, VARIANCE, Z

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    from ptce_geo.indicators.weights import Floats, Links

    Positions = npt.NDArray[np.int64]

_BLOCK = 4_000_000  # draws compared at a time


def local_moran(
    values: pd.Series, weights: Graph, *, permutations: int = 999, seed: int | None = None
) -> pd.DataFrame:
    """Find the territories that resemble their neighbours, and those that stand out (Moran's I_i).

    I_i = (z_i / m2) Σ_j w_ij z_j, with z_i = x_i - x̄ and m2 = Σ z_i² / n. Σ_i I_i = S0 · I, with
    S0 = Σ_ij w_ij and I from `moran`: with row-standardised weights, I times the number of
    territories that have neighbours. PySAL esda's are these times (n - 1) / n.

    Given x_i, E[I_i] = -z_i² W_i / ((n - 1) m2) with W_i = Σ_j w_ij, and
    Var[I_i] = (z_i / m2)² (n / (n - 2)) (Σ_j w_ij² - W_i² / (n - 1)) (m2 - z_i² / (n - 1)).

    Parameters
    ----------
    values : Series
        x, finite, indexed by territory.
    weights : libpysal.graph.Graph
        Neighbours of the same territories, in any order, see `spatial_weights`.
    permutations : int
        How many times to deal out the other values; 0 for no pseudo p-values. All territories
        are compared with one table of draws, as in esda, so that their p-values are not
        independent.
    seed : int, optional
        The same seed gives the same pseudo p-values.

    Returns
    -------
    DataFrame
        On the index of `values`, without unit:

        - statistic, expected, variance: I_i and its moments; z, its deviate, NaN where the
          variance is 0;
        - p_sim: two-sided, min(1, 2 (1 + m) / (1 + permutations)), with m the smaller of the
          numbers of draws at least as high, and at least as low;
        - p_fdr: `benjamini_hochberg` of `p_sim` over all territories that have one; as no p_sim
          is below 2 / (1 + permutations), thousands of territories want 9,999 of them;
        - quadrant: "HH", "LL", "HL", "LH": first the territory, then the weighted mean of its
          neighbours, high when above x̄; whether significant or not.

        An island stays, with NaN and the quadrant "". Where x is constant all is NaN and "".

    Raises
    ------
    InputError
        As `moran`.

    References
    ----------
    Anselin, L. (1995). Local indicators of spatial association. Geographical Analysis 27(2),
    93–115, equation 12.
    Sokal, R. R., Oden, N. L. and Thomson, B. A. (1998). Local spatial autocorrelation in a
    biological model. Geographical Analysis 30(4), 331–354, equations A7 and A8.

    Examples
    --------
    A row of four, z = (3, 1, -1, -3), m2 = 5; the neighbours of B have a mean z of 1.

    >>> from libpysal.graph import Graph
    >>> links = {"A": ["B"], "B": ["A", "C"], "C": ["B", "D"], "D": ["C"]}
    >>> row = Graph.from_dicts(links).transform("r")
    >>> found = local_moran(pd.Series({"A": 7, "B": 5, "C": 3, "D": 1}), row, seed=1)
    >>> found["statistic"].round(9).to_dict()
    {'A': 0.6, 'B': 0.2, 'C': 0.2, 'D': 0.6}
    >>> found["quadrant"].to_list()
    ['HH', 'HH', 'LL', 'LL']
    """
    links = links_of(weights)
    x = links.align(values, what="values")
    z = deviations(x)
    with np.errstate(invalid="ignore"):
        factor = z / np.float64((z @ z) / len(z))  # 0/0, NaN, where x is constant
    expected, variance = _moments(z, links.matrix, itself=False)
    p_sim = conditional_p(x, links, permutations=permutations, seed=seed)
    # A territory at the mean has I_i = 0 whatever its neighbours are.
    return _result(
        values.index,
        links,
        z,
        statistic=factor * (links.matrix @ z),
        expected=factor * expected,
        variance=factor**2 * variance,
        p_sim=np.where((factor == 0) & ~np.isnan(p_sim), 1.0, p_sim),
    )


def local_getis_ord(
    values: pd.Series,
    weights: Graph,
    *,
    star: bool = False,
    permutations: int = 999,
    seed: int | None = None,
) -> pd.DataFrame:
    """Find hot spots and cold spots: neighbourhoods that hold more, or less, than their share.

    G_i = Σ_{j≠i} w_ij x_j / Σ_{j≠i} x_j; z above 0 is a hot spot, below 0 a cold one. With
    `star`, the territory counts among its neighbours, G*_i = Σ_j w_ij x_j / Σ_j x_j.

    The z of G_i is that of the sum over neighbours given x_i, with the n - 1 other values:
    (Σ_j w_ij x_j - W_i x̄_(i)) / (s_(i) √(((n - 1) Σ_j w_ij² - W_i²) / (n - 2))). The z of G*_i
    is that over all n values, x_i dealt out with the others:
    (Σ_j w_ij x_j - W_i x̄) / (s √((n Σ_j w_ij² - W_i²) / (n - 1))).

    Parameters
    ----------
    values : Series
        x, at least 0, indexed by territory. z and p-values do not depend on the origin: of
        values that may be negative, subtract the minimum.
    weights : libpysal.graph.Graph
        As `local_moran`.
    star : bool
        Count the territory itself, with the largest weight of its neighbours; rows that add up
        to 1 are made to do so again.
    permutations, seed
        As `local_moran`. x_i stays in place with `star` too, so that p_sim is the same.

    Returns
    -------
    DataFrame
        As `local_moran`, with the same quadrants; an island stays with NaN, with `star` too.
        Where x is constant all is NaN and ""; where all others are 0, all but p-values and
        quadrant is NaN without `star`.

    Raises
    ------
    InputError
        As `moran`, and if a value is negative.

    References
    ----------
    Getis, A. and Ord, J. K. (1992). The analysis of spatial association by use of distance
    statistics. Geographical Analysis 24(3), 189–206.
    Ord, J. K. and Getis, A. (1995). Local spatial autocorrelation statistics. Geographical
    Analysis 27(4), 286–306, equations 14 and 15.

    Examples
    --------
    A row of three: B holds 5 of the 8 that A does not.

    >>> from libpysal.graph import Graph
    >>> row = Graph.from_dicts({"A": ["B"], "B": ["A", "C"], "C": ["B"]}).transform("b")
    >>> values = pd.Series({"A": 2, "B": 5, "C": 3})
    >>> local_getis_ord(values, row)["statistic"].round(3).to_dict()
    {'A': 0.625, 'B': 1.0, 'C': 0.714}
    >>> local_getis_ord(values, row, star=True)["statistic"].round(3).to_dict()
    {'A': 0.7, 'B': 1.0, 'C': 0.8}
    """
    links = links_of(weights)
    x = links.align(values, what="values")
    amounts(values, what="values")
    z = deviations(x)
    matrix = _with_itself(links.matrix) if star else links.matrix
    mean, variance = _moments(z, matrix, itself=star)
    held = x.sum() - (np.zeros_like(x) if star else x)
    share = 1 / np.where(z.any() & (held > 0), held, np.nan)
    return _result(
        values.index,
        links,
        z,
        statistic=share * (matrix @ x),
        expected=share * (mean + matrix.sum(axis=1) * x.mean()),
        variance=share**2 * variance,
        p_sim=conditional_p(x, links, permutations=permutations, seed=seed),
    )


def benjamini_hochberg(p: pd.Series) -> pd.Series:
    """Adjust p-values so that those below q hold a share of at most q of false discoveries.

    p_fdr of the i-th smallest of m is min over j ≥ i of min(1, m p_(j) / j). It holds for
    independent tests, and for those that depend on each other positively.

    Parameters
    ----------
    p : Series
        p-values in [0, 1]; NaN is no test, and does not count in m.

    Returns
    -------
    Series
        "p_fdr" on the index of `p`, NaN where `p` is.

    Raises
    ------
    InputError
        If a value is no number, or not in [0, 1].

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
    Royal Statistical Society B 57(1), 289–300.

    Examples
    --------
    3 · 0.01 / 1, then 3 · 0.04 / 2 and 3 · 0.05 / 3, of which the last is the smaller.

    >>> benjamini_hochberg(pd.Series({"A": 0.05, "B": 0.01, "C": 0.04})).round(3).to_dict()
    {'A': 0.05, 'B': 0.03, 'C': 0.05}
    """
    known = p.dropna()
    numbers = amounts(known, what="p-values")
    if (numbers > 1).any():
        msg = f"p-values: expected numbers from 0 to 1, found {numbers.max()}"
        raise InputError(msg)
    order = np.argsort(numbers)[::-1]
    ranks = np.arange(len(numbers), 0, -1)
    adjusted = np.empty(len(numbers))
    adjusted[order] = np.minimum.accumulate(numbers[order] * len(numbers) / ranks)
    adjusted = np.minimum(adjusted, 1)
    return pd.Series(adjusted, index=known.index, name=P_FDR).reindex(p.index)


def _moments(z: Floats, matrix: sparse.csr_array, *, itself: bool) -> tuple[Floats, Floats]:
    """Return mean and variance of Σ_j w_ij z_j when values are dealt out without replacement.

    They are dealt from the n - 1 others, or from all n where the territory counts itself.
    """
    n = len(z)
    hands = max(n if itself else n - 1, 1)
    own = np.zeros(n) if itself else z
    mean = -own / hands
    squares = (z @ z - own**2) / hands
    totals, totals_squared = matrix.sum(axis=1), (matrix**2).sum(axis=1)
    variance = _cleared(squares - mean**2, squares) * _cleared(
        hands * totals_squared - totals**2, hands * totals_squared
    )
    return totals * mean, variance / max(hands - 1, 1)


def _cleared(numbers: Floats, size: Floats) -> Floats:
    """Return `numbers`, 0 where they are but the rounding of terms of that `size`."""
    return np.where(numbers > ROUNDING * size, numbers, 0.0)


def _with_itself(matrix: sparse.csr_array) -> sparse.csr_array:
    """Add each territory to its row; rows that all add up to 1 shall do so again."""
    totals = matrix.sum(axis=1)
    whole = sparse.csr_array(matrix + sparse.diags_array(matrix.max(axis=1).toarray()))
    if np.allclose(totals[totals > 0], 1, rtol=0, atol=1e-9):
        divisors = np.where(totals > 0, whole.sum(axis=1), 1)
        whole = sparse.csr_array(sparse.diags_array(1 / divisors) @ whole)
    return whole


def _result(
    index: pd.Index,
    links: Links,
    z: Floats,
    *,
    statistic: Floats,
    expected: Floats,
    variance: Floats,
    p_sim: Floats,
) -> pd.DataFrame:
    """Return the table of a local statistic, in the order of `index`."""
    defined = (links.sizes > 0) & z.any()
    deviate = (statistic - expected) / np.sqrt(np.where(variance > 0, variance, np.nan))
    columns = {
        STATISTIC: statistic,
        EXPECTED: expected,
        VARIANCE: variance,
        Z: deviate,
        P_SIM: p_sim,
    }
    table = pd.DataFrame(
        {name: np.where(defined, column, np.nan) for name, column in columns.items()},
        index=links.codes,
    )
    table[P_FDR] = benjamini_hochberg(table[P_SIM])
    own, around = (np.where(side > 0, "H", "L") for side in (z, links.matrix @ z))
    quadrants = np.where(defined, np.char.add(own, around), "")
    table[QUADRANT] = pd.Series(quadrants, index=links.codes, dtype="str")
    return table.reindex(index)


def conditional_p(x: Floats, links: Links, *, permutations: int, seed: int | None) -> Floats:
    """Return the two-sided pseudo p-value of Σ_j w_ij x_j given x_i, NaN for islands.

    Each row of the table is k + 1 of the n territories at random, none twice, with k the most
    neighbours that one has. A territory that has s takes the first s of a row; where it stands
    among them itself, the one after them stands in. The s are then a random draw of the others.
    """
    require_permutations(permutations)
    sizes, n = links.sizes, len(x)
    random = np.random.default_rng(seed)
    width = int(sizes.max()) + 1
    table = np.empty((permutations, width), dtype="int64")
    for row in table:
        row[:] = random.choice(n, width, replace=False)
    count = _count_equal if _equal_within_rows(links.matrix) else _count_any
    larger, smaller = count(x, links, table)
    return np.where(sizes > 0, two_sided(larger, smaller, permutations), np.nan)


def _equal_within_rows(matrix: sparse.csr_array) -> bool:
    """Return whether the weights of each row are all the same."""
    same = matrix.data[1:] == matrix.data[:-1]
    starts = matrix.indptr[1:-1]
    same[starts[(starts > 0) & (starts < matrix.nnz)] - 1] = True  # from one row to the next
    return bool(same.all())


def _bounds(x: Floats, matrix: sparse.csr_array) -> tuple[Floats, Floats]:
    """Return Σ_j w_ij x_j less, and plus, what rounding may do: a draw in between is a tie."""
    sums = matrix @ x
    margin = ROUNDING * np.abs(x).max() * matrix.sum(axis=1)
    return sums - margin, sums + margin


def _count_equal(x: Floats, links: Links, table: Positions) -> tuple[Positions, Positions]:
    """Count draws at least as high, and at least as low, when weights are equal within rows.

    All territories with s neighbours then share the sums of the first s columns, but for the few
    draws that hold the territory itself: sort those sums once, look up, and correct the few.
    """
    low, high = _bounds(x, (links.matrix != 0).astype("float64"))
    sizes, drawn = links.sizes, x[table]
    sums = np.cumsum(drawn, axis=1)
    larger, smaller = np.zeros((2, len(x)), dtype="int64")
    for size in np.unique(sizes[sizes > 0]):
        who = sizes == size
        ordered = np.sort(sums[:, size - 1])
        larger[who] = len(ordered) - np.searchsorted(ordered, low[who], side="left")
        smaller[who] = np.searchsorted(ordered, high[who], side="right")
    row, place = np.nonzero(np.arange(table.shape[1]) < sizes[table])
    who = table[row, place]
    before = sums[row, sizes[who] - 1]
    after = before - x[who] + drawn[row, sizes[who]]
    np.add.at(larger, who, (after >= low[who]).astype("int64") - (before >= low[who]))
    np.add.at(smaller, who, (after <= high[who]).astype("int64") - (before <= high[who]))
    return larger, smaller


def _count_any(x: Floats, links: Links, table: Positions) -> tuple[Positions, Positions]:
    """Count draws at least as high, and at least as low, whatever the weights."""
    low, high = _bounds(x, links.matrix)
    sizes, drawn = links.sizes, x[table]
    larger, smaller = np.zeros((2, len(x)), dtype="int64")
    some = max(1, _BLOCK // max(1, len(table)))
    for size in np.unique(sizes[sizes > 0]):
        every = np.flatnonzero(sizes == size)
        for who in np.split(every, range(some, len(every), some)):
            weights = links.matrix[who].data.reshape(-1, size)
            sums = weights @ drawn[:, :size].T
            position = np.full(len(x), -1)
            position[who] = np.arange(len(who))
            row, place = np.nonzero(position[table[:, :size]] >= 0)
            held = position[table[row, place]]
            sums[held, row] += weights[held, place] * (drawn[row, size] - drawn[row, place])
            larger[who] = (sums >= low[who, None]).sum(axis=1)
            smaller[who] = (sums <= high[who, None]).sum(axis=1)
    return larger, smaller
