"""Numbers as a reader is told them: with so many decimals, and what cannot be told so."""

from __future__ import annotations

import math
import operator
from numbers import Real
from typing import TYPE_CHECKING, Final

import numpy as np

from ptce_geo.errors import InputError
from ptce_geo.labels import format_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_DECIMALS: Final = 6
_UNITS: Final = 50  # of the last decimal, at least, that the middle half of the values spans
_DIGITS: Final = 15  # of a number that is told exactly
# What arithmetic leaves where two numbers are the same.
_NOISE: Final = 1e-15
_RELATIVE_NOISE: Final = 1e-9


def units(values: Floats, decimals: int) -> Floats:
    """Return values in units of their last decimal: whole numbers."""
    return np.rint(np.asarray(values, dtype=float) * 10**decimals) + 0.0  # no -0


def as_told(values: Floats, decimals: int) -> Floats:
    """Return the values that the reader is told, the same that are classed.

    Examples
    --------
    >>> as_told(np.array([40.5, 41.5]), 0).tolist()
    [40.0, 42.0]
    """
    return units(values, decimals) / 10**decimals


def is_whole(values: Floats) -> bool:
    """Return whether all values are whole numbers."""
    return bool(np.all(values == np.rint(values)))


def decimals_of(values: Floats, *, most: int | None = None) -> int:
    """Return how many decimals tell the values apart: none more than they have, or `most`.

    Examples
    --------
    >>> decimals_of(np.array([1.0, 20.0])), decimals_of(np.array([0.51234, 1.98765]))
    (0, 2)
    """
    if not len(values) or is_whole(values):
        return 0
    if most is None:
        # Of the middle half, so that values far out do not blur the others.
        low, high = np.quantile(values, [0.25, 0.75])
        spread = high - low or np.ptp(values) or abs(values[0])
        most = math.ceil(math.log10(_UNITS) - math.log10(spread))
        room = _DIGITS - math.ceil(math.log10(np.abs(values).max()))
        most = max(min(most, room, MOST_DECIMALS), 0)
    exact = (n for n in range(most) if np.allclose(values, np.round(values, n), rtol=0, atol=1e-9))
    return next(exact, most)


def told_decimals(values: Floats, decimals: int | None, *, what: str = "values") -> int:
    """Return how many decimals values are told with: `decimals`, else those that tell them apart.

    Raises
    ------
    InputError
        If values that differ would be told as one and the same, or all as 0.

    Examples
    --------
    >>> told_decimals(np.array([0.25, 1.5, 3.0]), None)
    2
    """
    found = decimals_of(values) if decimals is None else decimals
    require_told_apart(values, found, given=decimals is not None, what=what)
    return found


def require_told_apart(values: Floats, decimals: int, *, given: bool, what: str = "values") -> None:
    """Raise `InputError` where decimals, `given` or found, tell values that differ as the same."""
    if not len(values):
        return
    low, high = values.min(), values.max()
    if not given:
        # Of the middle half: a few far out would hide that the others are all told as 0.
        quarter = np.quantile(values, 0.25, method="lower")
        three_quarters = np.quantile(values, 0.75, method="higher")
        if quarter < three_quarters:
            low, high = quarter, three_quarters
    largest = np.abs(values).max()
    apart = high - low > max(_NOISE, _RELATIVE_NOISE * largest)
    same = apart and units(low, decimals) == units(high, decimals)
    nothing = largest > _NOISE and not units(values, decimals).any()
    if same or nothing:
        found = f"{low:g} and {high:g}" if same else f"{largest:g}"
        advice = (
            "give more decimals="
            if given
            else "give them per 1 000 or 100 000 inhabitants, or in a smaller unit"
        )
        told = format_number(float(as_told(low, decimals)), "en", decimals=decimals)
        msg = f"{what}: {found} would be told as {told}; {advice}"
        raise InputError(msg)


def check_decimals(decimals: int | None) -> int | None:
    """Return `decimals`; raise `InputError` unless values can be told with so many."""
    if decimals is None:
        return None
    whole = whole_number(decimals)
    if whole not in range(MOST_DECIMALS + 1):
        msg = f"decimals= must be a whole number from 0 to {MOST_DECIMALS}, found {decimals!r}"
        raise InputError(msg)
    return whole


def whole_number(number: object) -> int | None:
    """Return a whole number of any type as an int, None where it is none."""
    if isinstance(number, bool | np.bool_):
        return None
    try:
        return operator.index(number)  # type: ignore[arg-type]
    except TypeError:
        return None


def is_number(value: object) -> bool:
    """Return whether a value is a real number: no truth, no time, no text."""
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_ | np.timedelta64)
