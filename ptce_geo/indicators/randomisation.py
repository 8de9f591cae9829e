"""What chance alone gives a sum Σ w_ij q_ij over pairs of territories: moments and permutations.

Under randomisation all orders of the values over the territories are equally likely.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

from ptce_geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from ptce_geo.indicators.weights import Floats

    Counts = npt.NDArray[np.int64]

# Two sums that differ by less than this share of their size are equal but for rounding.
ROUNDING: Final = 1e-12
_BLOCK: Final = 2**18  # values shuffled at a time: what a core's cache holds


def deviations(x: Floats) -> Floats:
    """Return x - x̄, all 0 where `x` is constant: the mean of a constant may be off by a digit."""
    return x - x.mean() if len(x) and np.ptp(x) > 0 else np.zeros_like(x)


def two_sided(larger: Counts, smaller: Counts, permutations: int) -> Floats:
    """Return pseudo p-values from how many draws are at least as high, and at least as low."""
    if permutations == 0:
        return np.full(np.shape(larger), np.nan)
    return np.minimum(1, 2 * (1 + np.minimum(larger, smaller)) / (1 + permutations))


def require_permutations(permutations: int) -> None:
    """Raise `InputError` unless `permutations` is a whole number of at least 0."""
    if not isinstance(permutations, Integral) or permutations < 0:
        msg = f"permutations: expected a whole number of at least 0, found {permutations!r}"
        raise InputError(msg)


@dataclass(frozen=True)
class Pairs:
    """What the moments of Σ a_ij b_ij need of a symmetric array, off its diagonal and on it."""

    total: float  # Σ_{i≠j} a_ij
    squares: float  # Σ_{i≠j} a_ij²
    rows: Floats  # Σ_{j≠i} a_ij, by i
    diagonal: Floats  # a_ii


def pairs_of(matrix: sparse.csr_array) -> Pairs:
    """Return the pairs of a symmetric matrix."""
    diagonal = matrix.diagonal()
    return Pairs(
        total=float(matrix.sum() - diagonal.sum()),
        squares=float(matrix.data @ matrix.data - diagonal @ diagonal),
        rows=matrix.sum(axis=1) - diagonal,
        diagonal=diagonal,
    )


def pair_products(x: Floats, y: Floats) -> Pairs:
    """Return the pairs q_ij = (x_i y_j + x_j y_i) / 2."""
    own = x * y
    return Pairs(
        total=float(x.sum() * y.sum() - own.sum()),
        squares=float(((x @ x) * (y @ y) + own.sum() ** 2) / 2 - own @ own),
        rows=(x * y.sum() + y * x.sum()) / 2 - own,
        diagonal=own,
    )


def squared_differences(x: Floats) -> Pairs:
    """Return the pairs q_ij = (x_i - x_j)²."""
    z = deviations(x)
    squares, n = z * z, len(z)
    total = squares.sum()
    return Pairs(
        total=float(2 * n * total),
        squares=float(2 * n * (squares @ squares) + 6 * total**2),
        rows=n * squares + total,
        diagonal=np.zeros(n),
    )


def moments(p: Pairs, q: Pairs) -> tuple[float, float]:
    """Return mean and variance of Σ_ij p_ij q_π(i)π(j) over all orders π (Mantel 1967, Lee 2004).

    Less their mean, the pairs off the diagonal add up to 0 on both sides: what is left of the
    second moment is the variance, and no difference of two large numbers.
    """
    n = len(p.rows)
    if n < 2:
        return np.nan, np.nan
    expected = p.diagonal.sum() * q.diagonal.sum() / n + p.total * q.total / (n * (n - 1))
    (p_squares, p_rows, p_own), (q_squares, q_rows, q_own) = _centred(p), _centred(q)
    variance = (p_own @ p_own) * (q_own @ q_own) / (n - 1)
    variance += 2 * p_squares * q_squares / (n * (n - 1))
    if n > 2:
        p_meet, q_meet = p_rows @ p_rows, q_rows @ q_rows
        triples = n * (n - 1) * (n - 2)
        variance += 4 * (p_own @ p_rows) * (q_own @ q_rows) / ((n - 1) * (n - 2))
        variance += 4 * (p_meet - p_squares) * (q_meet - q_squares) / triples
        if n > 3:
            apart = (2 * p_squares - 4 * p_meet) * (2 * q_squares - 4 * q_meet)
            variance += apart / (triples * (n - 3))
    return expected, max(float(variance), 0.0)


def _centred(pairs: Pairs) -> tuple[float, Floats, Floats]:
    """Return squares, rows and diagonal, less the mean off the diagonal and the mean on it."""
    n = len(pairs.rows)
    own = pairs.diagonal - pairs.diagonal.mean()
    squares = pairs.squares - pairs.total**2 / (n * (n - 1))
    if squares <= ROUNDING * pairs.squares:  # all pairs alike
        return 0.0, np.zeros(n), own
    return squares, pairs.rows - pairs.rows.mean(), own


def symmetric(matrix: sparse.csr_array) -> sparse.csr_array:
    """Return (w_ij + w_ji) / 2: the sums are the same."""
    return sparse.csr_array((matrix + matrix.T) / 2)


def orders(n: int, permutations: int, seed: int | None) -> Iterator[npt.NDArray[np.intp]]:
    """Yield the order as it is (n × 1), then random ones, some at a time (n × some)."""
    require_permutations(permutations)
    random = np.random.default_rng(seed)
    yield np.arange(n)[:, None]
    block = max(1, _BLOCK // n)
    for start in range(0, permutations, block):
        some = min(block, permutations - start)
        yield np.stack([random.permutation(n) for _ in range(some)], axis=1)


def permuted_sums(
    x: Floats, ties: sparse.csr_array, permutations: int, seed: int | None
) -> tuple[Floats, Floats]:
    """Return Σ p_ij x_i x_j and Σ p_ij x_i², first as `x` is, then for each random order of it."""
    upper, rows = 2 * sparse.csr_array(sparse.triu(ties)), ties.sum(axis=1)
    products, squares = [], []
    for order in orders(len(x), permutations, seed):
        shuffled = x[order]
        products.append(np.einsum("ij,ij->j", shuffled, upper @ shuffled))
        squares.append(rows @ shuffled**2)
    return np.concatenate(products), np.concatenate(squares)
