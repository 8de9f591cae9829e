"""What tells how long a way takes, and the simplest that does: the straight line with a detour."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import shapely

from ptce_geo.crs import LEGAL_CRS
from ptce_geo.errors import InputError
from ptce_geo.metric import legal_crs, pairs_within_km, project, unproject

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from ptce_geo.metric import Coordinates

    Shapes = npt.NDArray[np.object_]


class Pairs(NamedTuple):
    """The pairs of places that are near enough, one a row, by origin and then destination.

    Attributes
    ----------
    origin, destination : array of int
        Positions in what was asked.
    minutes : array of float
        How long the way takes, from 0 to what was asked.
    """

    origin: npt.NDArray[np.int32]
    destination: npt.NDArray[np.int32]
    minutes: npt.NDArray[np.float64]


class TravelTime(Protocol):
    """What tells how long it takes from one place to another.

    Coordinates are longitude and latitude (n × 2, deg, EPSG:4326). A place without a point, in no
    legal CRS of France, or across a sea is near to none.
    """

    @property
    def method(self) -> str:
        """What the times rest on, in a few words: every result says it."""

    def pairs(self, origins: Coordinates, destinations: Coordinates, *, minutes: float) -> Pairs:
        """Return the pairs whose way takes at most `minutes`, never all of them."""

    def isochrones(self, destinations: Coordinates, *, minutes: Sequence[float]) -> Shapes:
        """Return from where each destination is reached (destinations × minutes, EPSG:4326).

        Polygons or multipolygons; None where the destination has no place.
        """


def checked_minutes(minutes: float | Sequence[float]) -> npt.NDArray[np.float64]:
    """Return `minutes` as floats, as given; raise `InputError` unless above 0 and each once."""
    try:
        numbers = np.atleast_1d(np.asarray(minutes, dtype="float64"))
    except (TypeError, ValueError):
        numbers = np.array([np.nan])
    usable = numbers.ndim == 1 and bool((np.isfinite(numbers) & (numbers > 0)).all())
    if not (usable and 0 < len(numbers) == len(np.unique(numbers))):
        msg = f"minutes: expected numbers above 0, each once; found {minutes}"
        raise InputError(msg)
    return numbers


def is_finite(value: object) -> bool:
    """Return whether `value` is a number, neither infinite nor NaN."""
    return isinstance(value, numbers.Real) and math.isfinite(value)


@dataclass(frozen=True)
class CrowFlies:
    """Travel times in a straight line, lengthened by a detour, at one speed.

    t = 60 · detour · d / speed, with d the straight distance in the legal CRS (km). Needs no
    network and no roads; knows neither rivers nor motorways. Detour and speed are assumptions of
    the right order for a car between French communes, not measurements: set your own, and compare
    with a road network (`ValhallaTravelTime`) where figures are to be defended.

    Attributes
    ----------
    speed_km_h : float
        Speed along the way (km/h), above 0.
    detour : float
        How much longer the way is than the straight line, at least 1.

    Raises
    ------
    InputError
        When one of them is out of its range.

    References
    ----------
    Héran, F. (2009), Des distances à vol d'oiseau aux distances réelles ou de l'origine des
    détours, Flux 76-77, 110-121: detours of 1.2 to 1.4 on road networks.

    Examples
    --------
    Two places 0.1° of latitude (11.1 km) apart.

    >>> import numpy as np
    >>> here, there = np.array([[3.0, 46.5]]), np.array([[3.0, 46.6], [3.0, 48.0]])
    >>> CrowFlies().pairs(here, there, minutes=30).minutes.round(1).tolist()
    [17.3]
    >>> CrowFlies(speed_km_h=60, detour=1.0).method
    'straight line, detour 1.0, 60 km/h'
    """

    speed_km_h: float = 50.0
    detour: float = 1.3

    def __post_init__(self) -> None:
        """Refuse what is no speed and no detour."""
        if not (is_finite(self.speed_km_h) and self.speed_km_h > 0):
            msg = f"speed_km_h: expected a speed above 0 km/h, found {self.speed_km_h}"
            raise InputError(msg)
        if not (is_finite(self.detour) and self.detour >= 1):
            msg = f"detour: expected a factor of at least 1, found {self.detour}"
            raise InputError(msg)

    @property
    def method(self) -> str:
        """What the times rest on."""
        return f"straight line, detour {self.detour}, {self.speed_km_h:g} km/h"

    def pairs(self, origins: Coordinates, destinations: Coordinates, *, minutes: float) -> Pairs:
        """Return the pairs whose way takes at most `minutes`."""
        (limit,) = checked_minutes([minutes])
        # Rounding between minutes and kilometres must lose no pair that lies on the limit.
        reach_km = limit * self._km_a_minute * (1 + 1e-12)
        origin, destination, km = pairs_within_km(origins, destinations, km=reach_km)
        took = km / self._km_a_minute
        near = took <= limit
        return Pairs(origin[near], destination[near], took[near])

    def isochrones(self, destinations: Coordinates, *, minutes: Sequence[float]) -> Shapes:
        """Return circles of 64 sides around the destinations, drawn in their legal CRS."""
        radii = 1000 * self._km_a_minute * checked_minutes(minutes)
        crs = legal_crs(destinations)
        shapes = np.full((len(destinations), len(radii)), None, dtype=object)
        for epsg in LEGAL_CRS:
            here = crs == epsg
            centres = shapely.points(project(destinations[here], epsg))
            circles = shapely.buffer(centres[:, np.newaxis], radii, quad_segs=16)
            shapes[here] = shapely.transform(circles, lambda xy, epsg=epsg: unproject(xy, epsg))
        return shapes

    @property
    def _km_a_minute(self) -> float:
        """How far the straight line goes in a minute."""
        return self.speed_km_h / (60 * self.detour)
