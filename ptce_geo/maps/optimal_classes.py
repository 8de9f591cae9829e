"""The classes with the least spread within (Fisher), found exactly and fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def optimal_bounds(values: Floats, k: int) -> Floats:
    """Return the upper bounds of the k classes with the least sum of squares within (Fisher).

    best_c(j) = min over i < j of best_(c-1)(i) + squares(i, j), for the j smallest values in c
    classes. The i where the last class begins never falls as j grows: of the j in the middle it
    bounds those of the others, so that n log n sums do, all of one depth at a time.

    Parameters
    ----------
    values : array of float
        More than k different ones.
    k : int
        Number of classes.

    Returns
    -------
    array of float, ascending
        The largest value of each class.

    References
    ----------
    Fisher, W. D. (1958). On grouping for maximum homogeneity. Journal of the American Statistical
    Association 53(284), 789–798.

    Examples
    --------
    >>> optimal_bounds(np.array([1.0, 2, 3, 10, 11, 30]), 3)
    array([ 3., 11., 30.])
    """
    found, weights = np.unique(values, return_counts=True)
    # Small numbers, so that the differences of their squares are exact enough.
    x = (found - values.mean()) / (np.ptp(found) or 1)
    totals = [np.append(0, np.cumsum(weights * x**power)) for power in range(3)]

    def squares(first: NDArray[np.int64], end: NDArray[np.int64]) -> Floats:
        n, total, square = (total[end] - total[first] for total in totals)
        return np.asarray(square - total**2 / n)

    n = len(found)
    best = np.append(np.inf, squares(np.zeros(n, dtype=int), np.arange(1, n + 1)))
    begins = []
    for classes in range(2, k + 1):
        best, begin = _one_more_class(best, squares, least=classes)
        begins.append(begin)
    end, ends = n, [n]
    for begin in reversed(begins):
        end = int(begin[end])
        ends.append(end)
    return np.asarray(found[np.array(ends[::-1]) - 1])


def _one_more_class(
    best: Floats,
    squares: Callable[[NDArray[np.int64], NDArray[np.int64]], Floats],
    *,
    least: int,
) -> tuple[Floats, NDArray[np.int64]]:
    """Return the best sum of the first `least` values and more, and where its last class begins."""
    n = len(best) - 1
    better, begin = np.full(n + 1, np.inf), np.zeros(n + 1, dtype=int)
    # Spans of ends not done yet, and the first and last place where their class may begin.
    spans = np.array([[least, n, least - 1, n - 1]])
    while len(spans):
        first, last, low, high = spans.T
        end = (first + last) // 2
        number = np.minimum(high, end - 1) - low + 1
        starts = np.cumsum(number) - number
        tried = np.arange(number.sum()) + np.repeat(low - starts, number)
        sums = best[tried] + squares(tried, np.repeat(end, number))
        better[end] = np.minimum.reduceat(sums, starts)
        hits = np.flatnonzero(sums == np.repeat(better[end], number))
        begin[end] = tried[hits[np.searchsorted(hits, starts)]]
        halves = [
            np.stack([first, end - 1, low, begin[end]], axis=1),
            np.stack([end + 1, last, begin[end], high], axis=1),
        ]
        spans = np.concatenate([half[half[:, 0] <= half[:, 1]] for half in halves])
    return better, begin
