"""Where the map can look: the métropole and the overseas départements, far apart."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

Bounds = tuple[tuple[float, float], tuple[float, float]]


class View(NamedTuple):
    """A part of the world that a button of the map jumps to (degrees)."""

    name: str
    west: float
    south: float
    east: float
    north: float

    def holds(self, longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
        """Say which points lie in this view."""
        return (
            (self.west <= longitude)
            & (longitude <= self.east)
            & (self.south <= latitude)
            & (latitude <= self.north)
        )

    @property
    def bounds(self) -> Bounds:
        """South-west and north-east corner, each (latitude, longitude), as Leaflet wants them."""
        return (self.south, self.west), (self.north, self.east)


VIEWS: Final = (
    View("metropole", -5.2, 41.3, 9.6, 51.1),
    View("guadeloupe", -61.9, 15.8, -61.0, 16.6),
    View("martinique", -61.3, 14.35, -60.75, 14.95),
    View("guyane", -54.7, 2.1, -51.5, 5.9),
    View("reunion", 55.15, -21.45, 55.9, -20.8),
    View("mayotte", 44.95, -13.05, 45.35, -12.6),
)


def _extent(name: str, longitude: np.ndarray, latitude: np.ndarray) -> View:
    west, east = float(longitude.min()), float(longitude.max())
    return View(name, west, float(latitude.min()), east, float(latitude.max()))


def views_of(longitude: np.ndarray, latitude: np.ndarray) -> list[tuple[View, int]]:
    """Return every view with the number of points in it.

    Points in none of the known views (Saint-Martin, an address abroad) get a last one,
    "elsewhere", around them: no point is silently out of sight.

    Examples
    --------
    >>> counted = views_of(np.array([2.3, 55.5]), np.array([48.8, -21.1]))
    >>> [(view.name, n) for view, n in counted if n]
    [('metropole', 1), ('reunion', 1)]
    """
    inside = [view.holds(longitude, latitude) for view in VIEWS]
    counted = [(view, int(held.sum())) for view, held in zip(VIEWS, inside, strict=True)]
    stray = ~np.logical_or.reduce(inside)
    if stray.any():
        counted.append((_extent("elsewhere", longitude[stray], latitude[stray]), int(stray.sum())))
    return counted


def first_view(longitude: np.ndarray, latitude: np.ndarray) -> View:
    """Return what the map shows first.

    The métropole where it has points, else the view with most points, else the métropole.
    Where the points of that view fill less than half of its width and height (a list of one
    région), the map opens on them.

    Examples
    --------
    >>> first_view(np.array([4.4, 4.1]), np.array([45.4, 45.6])).west
    4.1
    """
    counted = views_of(longitude, latitude)
    view, count = counted[0]
    if not count:
        view, count = max(counted, key=lambda item: item[1])
    if not count:
        return VIEWS[0]
    held = view.holds(longitude, latitude)
    closer = _extent(view.name, longitude[held], latitude[held])
    wide = closer.east - closer.west > (view.east - view.west) / 2
    high = closer.north - closer.south > (view.north - view.south) / 2
    return view if wide or high else closer
