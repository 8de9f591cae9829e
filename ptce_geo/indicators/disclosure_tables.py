"""Tables of amounts to be published: their cells, their margins, and what must hold between them.

A table is tidy: one row a cell, the index says which (one level a dimension), and a dimension
that is summed over says "total". A row that says so in a dimension is the sum of the rows that
differ from it in that dimension alone. That one rule covers totals of any number of dimensions,
hierarchies ("84", "total") above ("84", "01"), and tables that share margins, stacked in one frame.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo.checks import listing, require_columns, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators.inputs import amounts, reasons_set_aside, tally
from ptce_geo.schema import LARGEST, ONLY_CONTRIBUTOR, SIRET, VALUE, N

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from scipy.sparse import csr_array

    Floats = npt.NDArray[np.float64]

TOTAL: Final = "total"
# How far, of its value, a margin may lie from the sum of its parts: rounding of floats, no more.
EXACT: Final = 1e-9
_SIREN_DIGITS: Final = 9


def table_cells(
    members: pd.DataFrame,
    *,
    by: Sequence[str | tuple[str, ...]],
    value: str,
    contributor: str | None = None,
    margins: str = TOTAL,
) -> pd.DataFrame:
    """Add up an amount of the members by one or several dimensions, with all the margins.

    X_c = Σ_(j in c) x_j, over the accepted members that gave the amount; n_c is the number of
    different contributors among them, the largest max_k Σ_(j of k in c) x_j.

    Parameters
    ----------
    members : DataFrame
        Attached members. One row is one membership: an amount of the structure itself (fte) counts
        once for each of its poles.
    by : sequence of str or tuple of str
        The dimensions: a column, or the columns of a hierarchy from the coarsest to the finest,
        ``[("code_region", "code_departement"), "family"]``.
    value : str
        Column of the amount, any numbers of at least 0. Members that left it empty gave none.
    contributor : str, optional
        Column that says who gave the amount; where it is missing, a member stands for itself. By
        default the SIREN, the first nine digits of ``siret``, if there is that column.
    margins : str
        What a dimension says where it is summed over.

    Returns
    -------
    DataFrame
        One row a cell that someone contributed to, indexed by the columns of `by`, each margin
        after its parts: value (unit of the amount), n, largest (same unit), only_contributor
        (a number that stands for the contributor of a cell with n = 1, missing elsewhere).
        Not to be published: give it to `suppress`. ``attrs["members_set_aside"]``: members not
        counted, by reason.

    Raises
    ------
    MissingColumnError
        If the members lack a column.
    InputError
        If an amount is negative or infinite, a code is that of the margins, or `by` is empty or
        names a column twice.

    Examples
    --------
    >>> members = pd.DataFrame(
    ...     {"family": ["ess", "ess", "firm"], "fte": [2.0, 3.0, 4.0], "siret": [None, None, None]}
    ... )
    >>> cells = table_cells(members, by=["family"], value="fte")
    >>> cells[["value", "n", "largest"]].to_dict("index")["ess"]
    {'value': 5.0, 'n': 2, 'largest': 3.0}
    >>> cells["value"].to_dict()
    {'ess': 5.0, 'firm': 4.0, 'total': 9.0}
    """
    dimensions = [(one,) if isinstance(one, str) else tuple(one) for one in by]
    columns = [column for levels in dimensions for column in levels]
    if not columns or len(set(columns)) < len(columns):
        msg = f"by: expected columns, each once; found {listing(columns) or 'none'}"
        raise InputError(msg)
    asked = [*columns, value, *([] if contributor is None else [contributor])]
    require_columns(members, asked, what="members")
    reasons = reasons_set_aside(members)
    for column in [*columns, value]:
        reasons = reasons.mask((reasons == "") & members[column].isna(), f"without {column}")
    counted = members[reasons == ""]
    data = counted[columns].astype("str")
    if (data == margins).to_numpy().any():
        msg = f'members: a code of {listing(columns)} is "{margins}"; give margins= another word'
        raise InputError(msg)
    data[VALUE] = amounts(counted[value], what=value)
    data[ONLY_CONTRIBUTOR] = _contributors(counted, contributor)
    cuts = product(*(range(len(levels), -1, -1) for levels in dimensions))
    cells = pd.concat([_summed(data, dimensions, cut, margins=margins) for cut in cuts])
    if len(columns) == 1:
        cells.index = cells.index.get_level_values(0)
    cells = cells.sort_index(key=lambda codes: codes.where(codes != margins, "\U0010ffff"))
    cells.attrs = tally(reasons)
    return cells


def _contributors(members: pd.DataFrame, column: str | None) -> npt.NDArray[np.int64]:
    """Return a number for each member, the same for members of one contributor."""
    if column is not None:
        who = members[column]
    elif SIRET in members:
        who = members[SIRET].astype("str").str[:_SIREN_DIGITS]
    else:
        return np.arange(len(members))
    numbers = pd.factorize(who)[0].astype("int64")
    alone = numbers < 0
    numbers[alone] = len(members) + np.arange(alone.sum())
    return numbers


def _summed(
    data: pd.DataFrame, dimensions: list[tuple[str, ...]], cut: tuple[int, ...], *, margins: str
) -> pd.DataFrame:
    """Return the cells in which each dimension keeps the first `cut` of its levels."""
    columns = [column for levels in dimensions for column in levels]
    dropped = [c for levels, kept in zip(dimensions, cut, strict=True) for c in levels[kept:]]
    cut_down = data.assign(**dict.fromkeys(dropped, margins))
    given = (
        cut_down.groupby([*columns, ONLY_CONTRIBUTOR])[VALUE].sum().reset_index(ONLY_CONTRIBUTOR)
    )
    groups = given.groupby(level=list(range(len(columns))))
    n = groups.size()
    only = groups[ONLY_CONTRIBUTOR].first().astype("Int64").where(n == 1)
    return pd.DataFrame(
        {VALUE: groups[VALUE].sum(), N: n, LARGEST: groups[VALUE].max(), ONLY_CONTRIBUTOR: only}
    )


def tidy(wide: pd.DataFrame, *, n: pd.DataFrame, largest: pd.DataFrame) -> pd.DataFrame:
    """Return a wide table, its numbers and its largest as one tidy frame of cells."""
    for other, what in ((n, "n"), (largest, "largest")):
        for mine, its in ((wide.index, other.index), (wide.columns, other.columns)):
            if len(odd := mine.symmetric_difference(its)):
                msg = (
                    f"table and {what}: not of the same rows and columns; "
                    f"in one of the two only: {listing(odd)}"
                )
                raise InputError(msg)
    for labels, what in ((wide.index, "rows"), (wide.columns, "columns")):
        require_unique(labels.to_series(name="labels"), what=f"{what} of the table")
    names = [wide.index.name or "row", wide.columns.name or "column"]
    index = pd.MultiIndex.from_product([wide.index, wide.columns], names=names)
    frames = {VALUE: wide, N: n, LARGEST: largest}
    return pd.DataFrame(
        {
            column: frame.loc[wide.index, wide.columns].to_numpy().ravel()
            for column, frame in frames.items()
        },
        index=index,
    )


def margin_links(index: pd.Index, *, margins: str) -> csr_array:
    """Return the sums that hold in a table: one row a sum, 1 at the margin and -1 at its parts."""
    from scipy.sparse import csr_array

    codes = index.to_frame(index=False)
    codes.columns = pd.RangeIndex(codes.shape[1])
    sums, cells, signs, count = [], [], [], 0
    for dimension in codes.columns:
        others = codes.drop(columns=dimension)
        alike = np.zeros(len(codes), dtype="int64")
        if others.shape[1]:
            alike = others.groupby(list(others.columns)).ngroup().to_numpy()
        is_margin = (codes[dimension] == margins).to_numpy()
        summed = np.intersect1d(alike[is_margin], alike[~is_margin])
        taken = np.flatnonzero(np.isin(alike, summed))
        sums.append(count + np.searchsorted(summed, alike[taken]))
        cells.append(taken)
        signs.append(np.where(is_margin[taken], 1.0, -1.0))
        count += len(summed)
    at = (np.concatenate(sums), np.concatenate(cells))
    return csr_array((np.concatenate(signs), at), shape=(count, len(codes)))


def require_labels(table: pd.DataFrame) -> None:
    """Raise `InputError` unless each row of `table` says which cell it is, each cell once."""
    if table.index.to_frame(index=False).isna().to_numpy().any():
        msg = "table: a cell has no code in a dimension; fill the index"
        raise InputError(msg)
    require_unique(table.index.to_flat_index().to_series(name="cell"), what="table")


def require_cells(table: pd.DataFrame, links: csr_array) -> None:
    """Raise `InputError` unless the amounts, numbers and largest of a table fit each other."""
    value, n, largest = (amounts(table[column], what=column) for column in (VALUE, N, LARGEST))
    if (n % 1 != 0).any():
        msg = f"n: expected whole numbers of contributors, found {listing(table[N][n % 1 != 0])}"
        raise InputError(msg)
    slack = EXACT * value
    odd = (largest > value + slack) | (largest * n < value - slack)
    if odd.any():
        found = listing(
            f"largest {row.largest} of {row.value} by {row.n} for {cell}"
            for cell, row in zip(table.index[odd], table[odd].itertuples(), strict=True)
        )
        msg = f"table: the largest lies between value / n and value; found {found}; is it a share?"
        raise InputError(msg)
    gap = links @ value
    margin = links.maximum(0)
    if (wrong := np.abs(gap) > EXACT * (margin @ value)).any():
        _refuse_margin(table, links, wrong, VALUE, "its parts add up to another amount", gap)
    parts = margin - links
    for column, numbers, free in ((N, n, 0.0), (LARGEST, largest, EXACT)):
        whole, added = margin @ numbers, parts @ numbers
        most = (parts * numbers).max(axis=1).toarray() if links.shape[0] else added
        wrong = (whole > added * (1 + free)) | (whole < most * (1 - free))
        if wrong.any():
            told = "it lies between the largest of its parts and their sum"
            _refuse_margin(table, links, wrong, column, told, whole - added)


def _refuse_margin(
    table: pd.DataFrame,
    links: csr_array,
    wrong: npt.NDArray[np.bool_],
    column: str,
    told: str,
    gap: Floats,
) -> None:
    sums = np.flatnonzero(wrong)
    cells = links[sums].argmax(axis=1)
    found = listing(
        f"{table[column].iloc[cell]} for {table.index[cell]} ({gap[row]:+.6g})"
        for row, cell in zip(sums, cells, strict=True)
    )
    msg = f"table: {column} of a margin: {told}; found {found}; give sums that are not rounded"
    raise InputError(msg)
