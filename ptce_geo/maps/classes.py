"""Classes of counts for a choropleth: few, with whole-number bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def class_ranges(counts: pd.Series, *, k: int = 4) -> list[tuple[int, int]]:
    """Cut positive counts into at most `k` classes of about as many territories each.

    The upper bounds are the quantiles 1/k, 2/k … 1 of the positive counts, each a count that
    occurs; equal ones merge. No class is empty. Zero is a class of its own, not listed.

    Parameters
    ----------
    counts : Series of int
        Members by territory.
    k : int
        The most classes wanted.

    Returns
    -------
    list of (int, int)
        First and last count of each class, ascending, without gaps; empty if all counts are zero.

    Examples
    --------
    >>> import pandas as pd
    >>> class_ranges(pd.Series([0, 1, 1, 2, 3, 5, 9]), k=3)
    [(1, 1), (2, 3), (4, 9)]
    """
    positive = counts[counts > 0].to_numpy()
    if not len(positive):
        return []
    shares = np.arange(1, k + 1) / k
    uppers = np.unique(np.quantile(positive, shares, method="inverted_cdf"))
    lowers = [1, *(uppers[:-1] + 1)]
    return [(int(low), int(high)) for low, high in zip(lowers, uppers, strict=True)]


def class_of(count: int, ranges: list[tuple[int, int]]) -> int:
    """Return the rank of the class that holds `count`, -1 for zero.

    Examples
    --------
    >>> class_of(4, [(1, 1), (2, 4)]), class_of(0, [(1, 1)])
    (1, -1)
    """
    return next((rank for rank, (low, high) in enumerate(ranges) if low <= count <= high), -1)
