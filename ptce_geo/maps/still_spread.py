"""Marks moved apart, so that each can be seen: as on the page, but once, for one size of paper."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_GAP: Final = 0.25  # between two marks, in radii of the smaller
_MOST_AWAY: Final = 20.0  # radii of a mark: no mark stands farther from its place
# How near two marks of one size may come, in radii: side by side; where there is no such room,
# overlapping, but with each centre free.
_CLOSENESS: Final = (2.0, 1.0)


class Spread:
    """Finds room for round marks in a rectangle, each as near to its place as others leave it.

    Parameters
    ----------
    box : tuple of float
        x, y (top left), width and height (points) that marks stay in.
    largest : float
        Radius of the largest mark (points).
    """

    def __init__(self, box: tuple[float, float, float, float], *, largest: float) -> None:
        self._box = box
        self._cell = (2 + _GAP) * largest
        self._taken: dict[tuple[int, int], list[tuple[float, float, float]]] = {}

    def placed(self, points: NDArray[np.float64], *, radius: float) -> NDArray[np.float64]:
        """Return where marks of one size stand (n x 2, points); those alone stay at their place."""
        found = np.array(points, dtype=float)
        searches: dict[tuple[int, int], Iterator[tuple[float, float]]] = {}
        spots = [(round(x / radius), round(y / radius)) for x, y in points.tolist()]
        _, spot, size = np.unique(
            np.array(spots).reshape(-1, 2), axis=0, return_inverse=True, return_counts=True
        )
        # Places of few first: those stay where they are.
        for rank in np.argsort(size[spot.ravel()], kind="stable"):
            x, y = points[rank].tolist()
            if not self._free(x, y, radius, _CLOSENESS[0]):
                search = searches.setdefault(spots[rank], self._around(x, y, radius))
                x, y = next(search, (x, y))
            found[rank] = x, y
            self._taken.setdefault(self._cell_of(x, y), []).append((x, y, radius))
        return found

    def _around(self, x: float, y: float, radius: float) -> Iterator[tuple[float, float]]:
        """Go through the free places around a point, nearest first."""
        left, top, width, height = self._box
        for closeness in _CLOSENESS:
            for step_x, step_y in _steps():
                at_x, at_y = x + radius * step_x, y + radius * step_y
                inside = (
                    left + radius <= at_x <= left + width - radius
                    and top + radius <= at_y <= top + height - radius
                )
                if inside and self._free(at_x, at_y, radius, closeness):
                    yield at_x, at_y

    def _free(self, x: float, y: float, radius: float, closeness: float) -> bool:
        column, row = self._cell_of(x, y)
        for near in ((column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            for other_x, other_y, other in self._taken.get(near, ()):
                touching = closeness * radius if other == radius else other + radius
                apart = touching + _GAP * min(radius, other) - 1e-6
                if (other_x - x) ** 2 + (other_y - y) ** 2 < apart * apart:
                    return False
        return True

    def _cell_of(self, x: float, y: float) -> tuple[int, int]:
        return math.floor(x / self._cell), math.floor(y / self._cell)


@cache
def _steps() -> tuple[tuple[float, float], ...]:
    """Return the points of a grid of triangles, nearest first (radii of a mark)."""
    side = (2 + _GAP) / 2  # marks side by side leave out every other point
    reach = int(_MOST_AWAY / side) + 2
    rows, columns = np.mgrid[-2 * reach : 2 * reach + 1, -2 * reach : 2 * reach + 1]
    x, y = side * (columns + rows / 2).ravel(), side * math.sqrt(3) / 2 * rows.ravel()
    away = np.hypot(x, y)
    order = np.lexsort((np.arctan2(y, x).round(6), away.round(6)))
    order = order[(away[order] > 0) & (away[order] <= _MOST_AWAY)]
    return tuple(zip(x[order].tolist(), y[order].tolist(), strict=True))
