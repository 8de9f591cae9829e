"""What a reader of a published table can compute of its secret cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ptce_geo.checks import listing, require_columns
from ptce_geo.errors import InputError
from ptce_geo.indicators.disclosure_tables import (
    EXACT,
    TOTAL,
    margin_links,
    require_labels,
)
from ptce_geo.indicators.inputs import amounts
from ptce_geo.schema import HIGH, LOW, PUBLISHED, SECRET, STATUS, VALUE

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

    Floats = npt.NDArray[np.float64]


def audit_suppression(table: pd.DataFrame, *, margins: str = TOTAL) -> pd.DataFrame:
    """Compute between which bounds each secret cell of a published table lies.

    min and max y_i such that y ≥ 0, y_k = a_k where published, and every margin is the sum of its
    parts. Nothing but what is published is used: anyone can compute these bounds.

    Parameters
    ----------
    table : DataFrame
        One row a cell, as `suppress` gives it: ``value``, empty where ``status`` is "secret". A
        cell that is not in the table counts as 0.
    margins : str
        What a dimension says where it is summed over.

    Returns
    -------
    DataFrame
        Indexed by the secret cells: low, high (unit of the amount; high infinite where nothing
        published bounds the cell). Both are alike where the cell can be computed back.

    Raises
    ------
    MissingColumnError
        If ``value`` or ``status`` is absent.
    InputError
        If a status is unknown, a published value is missing or negative, or what is published
        contradicts itself.

    References
    ----------
    Hundepool, A. et al. (2012). Statistical Disclosure Control, chapter 4. Wiley.

    Examples
    --------
    A total of 10 without its two parts: each may be anything up to 10.

    >>> table = pd.DataFrame(
    ...     {"value": [None, None, 10.0], "status": ["secret", "secret", "published"]},
    ...     index=["a", "b", "total"],
    ... )
    >>> audit_suppression(table)
       low  high
    a  0.0  10.0
    b  0.0  10.0
    """
    require_columns(table, [VALUE, STATUS], what="table")
    require_labels(table)
    if odd := set(table[STATUS]) - {SECRET, PUBLISHED}:
        msg = f"table: unknown status {listing(odd)}; known: {PUBLISHED}, {SECRET}"
        raise InputError(msg)
    secret = (table[STATUS] == SECRET).to_numpy()
    told = np.zeros(len(table))
    told[~secret] = amounts(table.loc[~secret, VALUE], what="value")
    bounds = secret_bounds(margin_links(table.index, margins=margins), told, secret)
    return pd.DataFrame(bounds, index=table.index[secret], columns=[LOW, HIGH])


def secret_bounds(links: csr_array, told: Floats, secret: npt.NDArray[np.bool_]) -> Floats:
    """Return low and high of each secret cell, from the sums and what is told (0 where secret)."""
    from scipy.sparse import block_array
    from scipy.sparse.csgraph import connected_components

    cells = np.flatnonzero(secret)
    part = links[:, cells]
    rest, size = -(links @ told), abs(links) @ told
    # What rounding of floats leaves of a margin less its parts is no amount.
    rest[np.abs(rest) <= EXACT * size] = 0
    bounds = np.empty((len(cells), 2))
    if not links.shape[0]:
        bounds[:] = 0, np.inf
        return bounds
    _, block = connected_components(block_array([[None, part], [part.T, None]]), directed=False)
    of_sum, of_cell = np.split(block, [links.shape[0]])
    for one in np.unique(of_cell):
        mine, sums = np.flatnonzero(of_cell == one), np.flatnonzero(of_sum == one)
        bounds[mine] = _block_bounds(part[sums][:, mine], rest[sums])
    alone = ~np.isin(of_sum, of_cell)
    if (rest[alone] != 0).any():
        _refuse()
    return bounds


def _block_bounds(links: csr_array, rest: Floats) -> Floats:
    """Return min and max of each y ≥ 0 with links y = rest."""
    from scipy.optimize import LinearConstraint, milp

    # A power of 2, by which floats are divided without rounding.
    scale = 2.0 ** np.frexp(np.abs(rest).max(initial=0))[1]
    sums = LinearConstraint(links, rest / scale, rest / scale) if len(rest) else ()
    bounds = np.empty((links.shape[1], 2))
    aim = np.zeros(links.shape[1])
    for cell in range(links.shape[1]):
        for side, sign in enumerate((1, -1)):
            aim[cell] = sign
            # Without whole numbers, milp is a linear programme.
            answer = milp(aim, constraints=sums)
            aim[cell] = 0
            if answer.x is not None:
                bounds[cell, side] = max(sign * answer.fun, 0) * scale
            elif side == 1:
                # The minimum was found, so the table is feasible and this one has no end.
                bounds[cell, side] = np.inf
            else:
                _refuse()
    return bounds


def _refuse() -> None:
    msg = "table: the published cells contradict each other; audit sums that are not rounded"
    raise InputError(msg)
