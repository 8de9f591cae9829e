"""Amounts by territory, one column or several: checked, aligned by code, as shares.

What the measures of concentration start from: a Series is one column, each column of a DataFrame
is measured by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from ptce_geo.checks import listing, require_same_index, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators.inputs import amounts
from ptce_geo.schema import CODE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

Amounts: TypeAlias = "pd.Series | pd.DataFrame | Sequence[float]"
Vector: TypeAlias = "npt.NDArray[np.float64]"
Matrix: TypeAlias = "npt.NDArray[np.float64]"


def amount_matrix(values: Amounts, *, what: str = "values") -> Matrix:
    """Return `values` as floats, territories by columns; a Series is one column."""
    if not isinstance(values, pd.DataFrame):
        return amounts(pd.Series(values), what=what)[:, np.newaxis]
    if all(map(pd.api.types.is_numeric_dtype, values.dtypes)):
        matrix = values.to_numpy(dtype="float64", na_value=np.nan)
        if np.isfinite(matrix).all() and (matrix >= 0).all():
            return matrix
    # Slower, but it says which column and which territory.
    columns = [amounts(column, what=f"{what}: {name}") for name, column in values.items()]
    return np.column_stack(columns)


def by_column(values: Amounts, numbers: Vector, *, name: str) -> float | pd.Series:
    """Return one number for each column of `values`, NaN where there is no territory."""
    if len(values) == 0:
        numbers = np.full(len(numbers), np.nan)
    if isinstance(values, pd.DataFrame):
        return pd.Series(numbers, index=values.columns, name=name)
    return float(numbers[0])


def align(other: Amounts, values: Amounts, *, what: str, to: str = "values") -> pd.Series:
    """Return `other` in the order of `values`; raise `InputError` unless they hold the same codes.

    A frame must hold the columns of `values`, too, and comes in their order.
    """
    own, values = (x if isinstance(x, pd.DataFrame) else pd.Series(x) for x in (other, values))
    for frame, of in ((values, to), (own, what)):
        if not frame.index.is_unique:
            require_unique(frame.index.to_series(name=CODE), what=of)
    if not own.index.equals(values.index):
        require_same_index(values, own, what=f"{to} and {what}")
        own = own.reindex(values.index)
    if not isinstance(own, pd.DataFrame):
        return own
    columns = values.columns if isinstance(values, pd.DataFrame) else [values.name]
    if not own.columns.is_unique or set(own.columns) != set(columns):
        msg = (
            f"{what}: expected a Series, or each column of {to} once; found {listing(own.columns)}"
        )
        raise InputError(msg)
    return own[columns]


def ratio(part: Matrix | float, whole: Matrix) -> Matrix:
    """Return part / whole, NaN where the whole is 0: undefined is never infinite."""
    return part / np.where(whole > 0, whole, np.nan)


def shares(matrix: Matrix) -> Matrix:
    """Return each column's shares of its total, NaN where the total is 0."""
    return ratio(matrix, matrix.sum(axis=0))


def share_gap(matrix: Matrix, base: Matrix) -> Vector:
    """Return Σ |s_i - p_i| of each column, with s its shares and p those of the base, in [0, 2]."""
    return np.abs(shares(matrix) - shares(base)).sum(axis=0)


def base_matrix(values: Amounts, base: Amounts | None, *, what: str, to: str = "values") -> Matrix:
    """Return `base` as floats in the order of `values`; without base, 1 for each territory."""
    if base is None:
        return np.ones((len(values), 1))
    return amount_matrix(align(base, values, what=what, to=to), what=what)


def require_one_column(values: Amounts, *, what: str = "values") -> None:
    """Raise `InputError` if `values` is a DataFrame."""
    if isinstance(values, pd.DataFrame):
        msg = f"{what}: expected one column of amounts, found a DataFrame; take one of its columns"
        raise InputError(msg)


def require_matrix(matrix: pd.DataFrame) -> None:
    """Raise `InputError` unless `matrix` is a DataFrame with a column."""
    if not isinstance(matrix, pd.DataFrame) or matrix.shape[1] == 0:
        found = type(matrix).__name__
        msg = f"matrix: expected a DataFrame, territories × sectors, found a {found} without sector"
        raise InputError(msg)
