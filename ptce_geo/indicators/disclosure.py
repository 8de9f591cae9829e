"""Statistical disclosure: what of a table of amounts may not be published (secret statistique).

`table_cells` (in `disclosure_tables`) makes the table, `suppress` hides what tells too much of one
contributor and what would give that back, `audit_suppression` (in `disclosure_audit`) says what a
reader can still compute. Which cells to hide is chosen in `disclosure_protection`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from ptce_geo.checks import require_columns, require_same_index
from ptce_geo.errors import InputError
from ptce_geo.indicators.disclosure_audit import audit_suppression, secret_bounds
from ptce_geo.indicators.disclosure_protection import Protection, least_loss, small_loss
from ptce_geo.indicators.disclosure_tables import (
    TOTAL,
    margin_links,
    require_cells,
    require_labels,
    tidy,
)
from ptce_geo.indicators.shares import ratio
from ptce_geo.schema import (
    HIGH,
    LARGEST,
    LOW,
    ONLY_CONTRIBUTOR,
    PROTECTS,
    PUBLISHED,
    RELATIVE_WIDTH,
    RULE,
    SECRET,
    STATUS,
    VALUE,
    N,
)

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

Loss: TypeAlias = Literal["value", "cells"]
Method: TypeAlias = Literal["auto", "exact", "heuristic"]

# Rules of the log.
MINIMUM: Final = "minimum"
DOMINANCE: Final = "dominance"
COMPLEMENTARY: Final = "complementary"

# Two bounds closer than this share of them are one number, found by a solver.
_SAME: Final = 1e-7
# Up to as many cells the exact choice takes seconds.
_EXACT_UP_TO: Final = 100


@dataclass(frozen=True, eq=False)
class Suppression:
    """A table that may be published, and why some of it may not.

    Attributes
    ----------
    table : DataFrame
        One row a cell, indexed as what was given: value (missing where secret), n, status
        ("published" or "secret").
    log : DataFrame
        One row a secret cell: rule ("minimum", "dominance" or "complementary"), protects (for a
        complementary cell, one that is less secret without it), low and high (unit of the
        amount: the bounds that any reader can compute from the table), relative_width
        ((high - low) / high, 1 where nothing is known). Neither a secret value nor what would give
        one (its share of the largest, a width relative to it) is in it: it may be published.
    counts : Series
        cells, published, secret; minimum, dominance, complementary: secret cells by rule;
        share_value_secret: of the value of the innermost cells, the part that is secret, NaN where
        the table does not tell that itself.
    method : str
        "exact": no other choice loses less; or "heuristic".
    """

    table: pd.DataFrame
    log: pd.DataFrame
    counts: pd.Series
    method: str

    def display(self, *, word: str = SECRET) -> pd.Series:
        """Return the values with `word` in place of the secret ones; ``.unstack()`` widens it."""
        return self.table[VALUE].astype("object").mask(self.table[STATUS] == SECRET, word)


def suppress(
    table: pd.DataFrame,
    *,
    n: pd.DataFrame | None = None,
    largest: pd.DataFrame | None = None,
    minimum: int = 3,
    dominance: float = 0.85,
    protection: float = 0.1,
    loss: Loss = "value",
    method: Method = "auto",
    margins: str = TOTAL,
) -> Suppression:
    """Suppress the cells that tell too much of a contributor, and those that give them back.

    A cell of value a, of n contributors, is secret if 0 < n < `minimum`, or if the largest gave
    more than `dominance` · a. Complementary cells are suppressed such that for each secret cell
    tables fit what is published in which it is at most (1 - p) a, and at least
    max((1 + p) a, largest / `dominance`), with p the `protection`.

    Parameters
    ----------
    table : DataFrame
        One row a cell, from `table_cells`, with value, n and largest (same unit as the value),
        and ``only_contributor`` where it is known; or a wide table of values, its margins
        included, with `n` and `largest`. All that is published together belongs in one table:
        two that share margins are stacked, each with "total" in the dimension of the other.
    n, largest : DataFrame, optional
        Contributors and largest contribution by cell of a wide table.
    minimum : int
        Fewest contributors of a published cell.
    dominance : float
        Largest share of one contributor in a published cell, in ]0, 1].
    protection : float
        p, in ]0, 1]: how far from its value a secret cell must possibly lie. Of a cell of value 0,
        which must possibly be more, it is p times the smallest value above 0.
    loss : str
        What is lost least: "value", the sum of the complementary values, or "cells", their number
        (of as many, the least value).
    method : str
        "exact", "heuristic" (faster, loses somewhat more), or "auto": exact up to 100 cells.
    margins : str
        What a dimension says where it is summed over.

    Returns
    -------
    Suppression
        The table to publish, the log, and counts.

    Raises
    ------
    MissingColumnError
        If the table lacks a column.
    DuplicateIdError
        If a cell stands twice.
    InputError
        If an amount is negative or missing, the largest exceeds the value, a margin is not the
        sum of its parts, or a parameter is out of range.

    Notes
    -----
    - An empty cell (n = 0, or not in the table) is a zero that everyone knows; the numbers n are
      published.
    - A contributor that stands alone in a cell knows its value: the others are protected from
      each such contributor as well, in a margin the share that others gave (it knows that the
      margin is no less than its own). Several acting together are not looked at. Without
      ``only_contributor``, each is taken to stand alone in one cell and its margins.
    - Complementary cells are no secrets: bounds may be narrow there, but never one number.
    - Amounts that bound each other (fte_pole ≤ fte) tell more together than each does alone; this
      is not looked at.
    - Rounding what is published protects further. Amounts are to be given without.

    References
    ----------
    INSEE, Guide du secret statistique (3 contributors, 85 %). Hundepool, A. et al. (2012).
    Statistical Disclosure Control, chapter 4. Wiley. Fischetti, M., Salazar-González, J.-J. (2001).
    Solving the cell suppression problem on tabular data with linear constraints. Management
    Science 47(7), 1008–1027.

    Examples
    --------
    One firm in B. Hiding that cell alone, margins would give it back (30 - 24); the rectangle that
    it is part of with the least value is hidden with it.

    >>> wide = pd.DataFrame(
    ...     {"firm": [24, 6, 30], "ess": [20, 15, 35], "total": [44, 21, 65]},
    ...     index=["A", "B", "total"],
    ... )
    >>> n = pd.DataFrame(
    ...     {"firm": [4, 1, 5], "ess": [5, 4, 9], "total": [9, 5, 14]}, index=wide.index
    ... )
    >>> largest = pd.DataFrame(
    ...     {"firm": [9, 6, 9], "ess": [8, 5, 8], "total": [9, 6, 9]}, index=wide.index
    ... )
    >>> found = suppress(wide, n=n, largest=largest)
    >>> found.display().unstack(sort=False).to_dict("split")["data"]
    [['secret', 'secret', 44.0], ['secret', 'secret', 21.0], [30.0, 35.0, 65.0]]
    >>> found.log[["rule", "low", "high"]].loc[("B", "firm")].to_dict()
    {'rule': 'minimum', 'low': 0.0, 'high': 21.0}
    """
    _check_parameters(minimum, dominance, protection, loss, method)
    if (n is None) != (largest is None):
        msg = "suppress: a wide table comes with both n= and largest=; found one of them"
        raise InputError(msg)
    cells = table if n is None or largest is None else tidy(table, n=n, largest=largest)
    require_columns(cells, [VALUE, N, LARGEST], what="table")
    require_labels(cells)
    # Of choices that lose as much, the order of the rows is not to decide.
    ordered = cells.sort_index(key=lambda codes: codes.astype("str"))
    links = margin_links(ordered.index, margins=margins)
    require_cells(ordered, links)

    rule = _rules(ordered, minimum=minimum, dominance=dominance)
    protected = _protection(ordered, links, rule, dominance, protection, loss)
    exact = method == "exact" or (method == "auto" and len(ordered) <= _EXACT_UP_TO)
    suppressed, protects = (least_loss if exact else small_loss)(protected)
    rule = rule.mask(suppressed & (rule == "").to_numpy(), COMPLEMENTARY)

    result = pd.DataFrame(
        {
            VALUE: ordered[VALUE].astype("float64").mask(suppressed),
            N: ordered[N].astype("int64"),
            STATUS: np.where(suppressed, SECRET, PUBLISHED),
        }
    )
    log = _log(result, rule, protects, margins=margins)
    counts = _counts(result, rule, links)
    result = result.loc[cells.index]
    result.attrs = dict(cells.attrs)
    log = log.loc[result.index[result[STATUS] == SECRET]]
    return Suppression(result, log, counts, "exact" if exact else "heuristic")


def published_ratio(part: Suppression, whole: Suppression) -> pd.DataFrame:
    """Divide one published table by another: a ratio with a secret side is secret.

    Parameters
    ----------
    part, whole : Suppression
        Of the same cells, and of the same members for a ratio of sums (those that gave both).

    Returns
    -------
    DataFrame
        Indexed as `part`: value (part / whole; missing where secret, and where the whole is 0),
        status.

    Raises
    ------
    InputError
        If the two are not of the same cells.

    Examples
    --------
    >>> cells = pd.DataFrame(
    ...     {"value": [8.0, 2.0], "n": [3, 2], "largest": [4.0, 1.0]}, index=["a", "b"]
    ... )
    >>> fte = suppress(cells)
    >>> published_ratio(suppress(cells / [2, 1, 2]), fte)
       value     status
    a    0.5  published
    b    NaN     secret
    """
    require_same_index(part.table, whole.table, what="part and whole")
    other = whole.table.loc[part.table.index]
    secret = (part.table[STATUS] == SECRET) | (other[STATUS] == SECRET)
    value = ratio(part.table[VALUE].to_numpy(), other[VALUE].to_numpy())
    return pd.DataFrame(
        {
            VALUE: pd.Series(value, index=secret.index).mask(secret),
            STATUS: np.where(secret, SECRET, PUBLISHED),
        }
    )


def _check_parameters(
    minimum: int, dominance: float, protection: float, loss: str, method: str
) -> None:
    if not minimum >= 1:
        msg = f"minimum: expected at least 1 contributor, found {minimum}; 3 is the usual"
        raise InputError(msg)
    for what, share, usual in (
        ("dominance", dominance, 0.85),
        ("protection", protection, 0.1),
    ):
        if not 0 < share <= 1:
            msg = f"{what}: expected a share in ]0, 1], found {share}; try {usual}"
            raise InputError(msg)
    for what, choice, known in (
        ("loss", loss, ("value", "cells")),
        ("method", method, ("auto", "exact", "heuristic")),
    ):
        if choice not in known:
            msg = f"{what}: unknown {choice}; known: {', '.join(known)}"
            raise InputError(msg)


def _rules(cells: pd.DataFrame, *, minimum: int, dominance: float) -> pd.Series:
    """Return the rule by which each cell is secret in itself, "" where it is not."""
    few = (cells[N] > 0) & (cells[N] < minimum)
    dominated = cells[LARGEST] > dominance * cells[VALUE]
    rule = pd.Series("", index=cells.index, dtype="str")
    return rule.mask(dominated, DOMINANCE).mask(few, MINIMUM)


def _protection(
    cells: pd.DataFrame,
    links: csr_array,
    rule: pd.Series,
    dominance: float,
    protection: float,
    loss: str,
) -> Protection:
    """Return what is to be protected, in the unit of the smallest value above 0."""
    value = cells[VALUE].to_numpy(dtype="float64")
    smallest = value[value > 0].min(initial=np.inf)
    unit = smallest if np.isfinite(smallest) else 1.0
    value = value / unit
    up = protection * np.maximum(value, 1)
    vague = cells[LARGEST].to_numpy(dtype="float64") / unit / dominance - value
    lost = np.maximum(value, 1)
    return Protection(
        values=value,
        # The values of all cells together weigh less than one cell.
        loss=lost if loss == "value" else 1 + lost / (lost.sum() + 1),
        up=np.maximum(up, vague),
        down=protection * value,
        secret=(rule != "").to_numpy(),
        known=(cells[N] == 0).to_numpy(),
        holder=_holders(cells, links),
        links=links,
    )


def _holders(cells: pd.DataFrame, links: csr_array) -> npt.NDArray[np.int64]:
    """Return the number of the contributor that stands alone in each cell, -1 where none does.

    A margin of one contributor is of the same as its part; for the rest, `only_contributor` says
    which cells have the same one.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    alone = (cells[N] == 1).to_numpy()
    numbers = np.full(len(cells), -1)
    if alone.any():
        sums = abs(links[links.maximum(0) @ alone > 0][:, alone])
        alike = sums.T @ sums
        if ONLY_CONTRIBUTOR in cells:
            named = pd.factorize(cells.loc[alone, ONLY_CONTRIBUTOR])[0]
            at = np.flatnonzero(named >= 0)
            shape = (named.max() + 1, len(named))
            same = coo_array((np.ones(len(at)), (named[at], at)), shape=shape).tocsr()
            alike = alike + same.T @ same
        numbers[alone] = connected_components(alike, directed=False)[1]
    return numbers


def _log(
    table: pd.DataFrame, rule: pd.Series, protects: npt.NDArray[np.int64], *, margins: str
) -> pd.DataFrame:
    """Say of each secret cell why it is, and what a reader can compute of it."""
    secret = (table[STATUS] == SECRET).to_numpy()
    names = [
        ", ".join(map(str, cell)) if isinstance(cell, tuple) else str(cell) for cell in table.index
    ]
    bounds = audit_suppression(table, margins=margins)
    width = np.ones(len(bounds))
    bounded = np.isfinite(bounds[HIGH]) & (bounds[HIGH] > 0)
    width[bounded] = ((bounds[HIGH] - bounds[LOW]) / bounds[HIGH])[bounded]
    named = [names[cell] if cell >= 0 else None for cell in protects[secret]]
    return pd.DataFrame(
        {
            RULE: rule[secret],
            PROTECTS: pd.Series(named, index=bounds.index, dtype="str"),
            LOW: bounds[LOW],
            HIGH: bounds[HIGH],
            RELATIVE_WIDTH: width,
        }
    )


def _counts(table: pd.DataFrame, rule: pd.Series, links: csr_array) -> pd.Series:
    secret = (table[STATUS] == SECRET).to_numpy()
    by_rule = rule.value_counts()
    return pd.Series(
        {
            "cells": len(table),
            PUBLISHED: int((~secret).sum()),
            SECRET: int(secret.sum()),
            **{name: int(by_rule.get(name, 0)) for name in (MINIMUM, DOMINANCE, COMPLEMENTARY)},
            "share_value_secret": _share_secret(table[VALUE], secret, links),
        },
        name="counts",
    )


def _share_secret(value: pd.Series, secret: npt.NDArray[np.bool_], links: csr_array) -> float:
    """Return the share of the innermost value that is secret, if what is published tells it."""
    from scipy.sparse import block_array, csr_array

    innermost = links.maximum(0).sum(axis=0) == 0
    told = np.where(secret, 0, value)
    # One more cell, the sum of the innermost: what a reader can compute of it.
    minus = csr_array(-innermost[np.newaxis].astype("float64"))
    extended = block_array([[links, None], [minus, csr_array([[1.0]])]], format="csr")
    low, high = secret_bounds(extended, np.append(told, 0), np.append(secret, True))[-1]
    if high == 0 or np.isinf(high) or high - low > _SAME * high:
        return np.nan
    return float(1 - told[innermost].sum() / high)
