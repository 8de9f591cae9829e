"""How large the circles of a map are: areas proportional to values, and their legend."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from ptce_geo.maps.frame import counted_lines
from ptce_geo.maps.told_numbers import is_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ptce_geo.labels import Language

    Floats = NDArray[np.float64]

_INK_PX2: Final = 75_000.0  # of all circles: a quarter of the métropole when the page opens
_SEEN_FROM: Final = 0.5  # radius (pixels)
_FEW: Final = 20  # counts up to here have the largest, its half and one in the legend


def circle_sizes(
    values: Floats, *, largest: float, decimals: int = 0
) -> tuple[Floats, list[tuple[float, float]]]:
    """Return radii so that the area of a circle is proportional to its value, and a legend.

    radius_i = r √(value_i / largest value), with r = `largest`, or less where all circles together
    would cover more than a quarter of the métropole.

    Parameters
    ----------
    values : array of float
        At least 0.
    largest : float
        Radius of the largest (pixels).
    decimals : int
        Of the values, as the reader sees them: the legend has none that would be told as 0.

    Returns
    -------
    radius : array of float
        Of each value (pixels).
    legend : list of (float, float)
        Up to three round values with their radii (pixels, to a tenth), the largest first.

    Examples
    --------
    >>> radius, legend = circle_sizes(np.array([100.0, 25.0, 0.0]), largest=26)
    >>> radius.tolist(), legend
    ([26.0, 13.0, 0.0], [(100.0, 26.0), (20.0, 11.6), (5.0, 5.8)])
    """
    most = float(values.max(initial=0))
    if most == 0:
        return np.zeros(len(values)), []
    shares = values / most
    radius = min(largest, math.sqrt(_INK_PX2 / (math.pi * shares.sum())))
    told = [each for each in _told(values, most) if each >= 10**-decimals]
    return radius * np.sqrt(shares), [
        (each, round(radius * math.sqrt(each / most), 1)) for each in told
    ]


def unseen_notes(radius: Floats, lang: Language) -> tuple[str, ...]:
    """Return the line that counts the circles too small to be seen, where there are any."""
    return counted_lines(
        {"maps_circles_unseen": int(((radius > 0) & (radius < _SEEN_FROM)).sum())}, lang
    )


def _told(values: Floats, most: float) -> list[float]:
    """Return up to three round values up to the largest one, descending."""
    if is_whole(values) and most <= _FEW:
        return list(dict.fromkeys([most, float(math.ceil(most / 2)), 1.0]))
    first = round_below(most)
    second = round_below(first / 4)
    return [first, second, round_below(second / 4)]


def round_below(value: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20 ... (and 0.5, 0.2 ...) that is not above `value`.

    Examples
    --------
    >>> round_below(240_000), round_below(9)
    (200000.0, 5.0)
    """
    power = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in (1, 2, 5) if step * power <= value)
