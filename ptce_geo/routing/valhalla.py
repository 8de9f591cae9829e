"""Travel times by road, over a network built from OpenStreetMap, without a server."""

from __future__ import annotations

import json
import math
import warnings
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
import shapely

from ptce_geo.errors import InputError, PtceGeoWarning, UnreadableFileError
from ptce_geo.metric import NO_CRS, legal_crs, pairs_within_km
from ptce_geo.routing.build import read_network, require_engine
from ptce_geo.routing.travel_time import Pairs, checked_minutes, is_finite

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from ptce_geo.metric import Coordinates
    from ptce_geo.routing.build import RoadNetwork
    from ptce_geo.routing.travel_time import Shapes

    Places = npt.NDArray[np.integer]
    Flags = npt.NDArray[np.bool_]

# Top speeds (km/h): a car is held to the first, walkers and cyclists reach theirs on ferries only.
_TOP_KM_H: Final = {"auto": 130, "bicycle": 40, "pedestrian": 20}
# A block of 50 × 50 is what valhalla takes at most by default, and the quickest by the pair.
_BLOCK: Final = 50
# Blocks are of places of one cell, whose diagonal is at most 80 km.
_CELL_DEG: Final = 0.5
_CELL_KM: Final = 80.0
# Some versions of valhalla search as many minutes as a car at 200 km/h takes for the longest way.
_SEARCHED_KM_A_MINUTE: Final = 3.4
_LOCATED_AT_ONCE: Final = 1000
# What valhalla says where none of the pairs that it is asked has a way.
_NO_PATH: Final = "No path could be found"


class _Block(NamedTuple):
    """Pairs of which the places are few and near each other; all are positions."""

    pairs: npt.NDArray[np.int64]
    origins: Places
    destinations: Places


@dataclass(frozen=True)
class ValhallaTravelTime:
    """Travel times by road, computed on this machine by valhalla (extra ``[routing]``).

    A place is set on the nearest road that leads on, at most `snap_km` away, and the way to that
    road takes no time; a place further from any road is near to none. Roads are as free as
    OpenStreetMap tells their speeds, whatever the hour; a ferry takes its time, without waiting.
    Of the ways, valhalla takes the one that costs least, turns and manoeuvres included, with
    shortcuts on long ways: times are not always the very shortest.

    Attributes
    ----------
    tiles : path
        The folder that `build_tiles` made.
    profile : str
        "auto", "bicycle" or "pedestrian".
    snap_km : float
        How far a road may be (km), above 0.
    denoise : float
        Which parts of an isochrone that stand apart are left out: those smaller than that share
        of the largest. 0 keeps all, 1 the largest only.

    Raises
    ------
    InputError
        When the profile is not known or a number is out of range.
    UnreadableFileError
        When `tiles` holds no network.
    EngineNotInstalledError
        When pyvalhalla is not installed.

    Warns
    -----
    PtceGeoWarning
        When some of the places that are looked at have no road within `snap_km`: `pairs` looks at
        those that a pair may be made of, `isochrones` at all that have a point.

    Notes
    -----
    Pairs further apart than the top speed allows in a straight line (130 km/h by car, 40 by
    bicycle, 20 on foot) are not looked at: a ferry that is faster is missed by walkers. Each pair
    that is looked at takes about half a millisecond.

    An isochrone is drawn on a grid, to some 300 m. Where the place lies between two crossings and
    one of them is further than the minutes asked, valhalla (3.5 to 3.9) draws the wrong end of
    that section of road; what lies beyond its ends is right, and so are pairs.

    References
    ----------
    Valhalla, open source routing engine, https://valhalla.github.io/valhalla/: matrix, isochrone.
    """

    tiles: str | Path
    _: KW_ONLY
    profile: str = "auto"
    snap_km: float = 5.0
    denoise: float = 0.0

    def __post_init__(self) -> None:
        """Check what is told, and that there are an engine and a network."""
        if self.profile not in _TOP_KM_H:
            known = ", ".join(_TOP_KM_H)
            msg = f"profile: expected one of {known}, found {self.profile!r}"
            raise InputError(msg)
        if not (is_finite(self.snap_km) and self.snap_km > 0):
            msg = f"snap_km: expected a distance above 0 km, found {self.snap_km}"
            raise InputError(msg)
        if not (is_finite(self.denoise) and 0 <= self.denoise <= 1):
            msg = f"denoise: expected a share from 0 to 1, found {self.denoise}"
            raise InputError(msg)
        require_engine()
        read_network(self.tiles)

    @property
    def network(self) -> RoadNetwork:
        """The roads, and what they were built from."""
        return read_network(self.tiles)

    @property
    def method(self) -> str:
        """What the times rest on."""
        network = self.network
        date = network.extract_date or "without date"
        return f"by road ({self.profile}), OpenStreetMap {network.extract} ({date})"

    def pairs(self, origins: Coordinates, destinations: Coordinates, *, minutes: float) -> Pairs:
        """Return the pairs whose way takes at most `minutes`, to the second."""
        (limit,) = checked_minutes([minutes])
        # What lies at one place is asked once.
        start, start_of = np.unique(origins, axis=0, return_inverse=True)
        end, end_of = np.unique(destinations, axis=0, return_inverse=True)
        reach_km = limit * _TOP_KM_H[self.profile] / 60 + 2 * self.snap_km
        origin, destination, _ = pairs_within_km(start, end, km=reach_km)
        longest_km = max(reach_km, limit * _SEARCHED_KM_A_MINUTE) + 2 * _CELL_KM
        limits = {
            "max_matrix_distance": 1000 * longest_km,
            "max_matrix_location_pairs": _BLOCK**2,
        }
        engine = _Engine(self, {self.profile: limits})
        starts, at_start = np.unique(origin, return_inverse=True)
        ends, at_end = np.unique(destination, return_inverse=True)
        on_road = engine.on_road(np.concatenate([start[starts], end[ends]]))
        kept = on_road[: len(starts)][at_start] & on_road[len(starts) :][at_end]
        origin, destination = origin[kept], destination[kept]
        took = np.full(len(origin), np.nan)
        for block in _blocks(start, end, origin, destination):
            times = engine.minutes(start[block.origins], end[block.destinations])
            row = np.searchsorted(block.origins, origin[block.pairs])
            column = np.searchsorted(block.destinations, destination[block.pairs])
            took[block.pairs] = times[row, column]
        near = took <= limit
        return _spread(Pairs(origin[near], destination[near], took[near]), start_of, end_of)

    def isochrones(self, destinations: Coordinates, *, minutes: Sequence[float]) -> Shapes:
        """Return from where each destination is reached by road; empty where from nowhere else."""
        times = checked_minutes(minutes)
        shapes = np.full((len(destinations), len(times)), None, dtype=object)
        limits = {"max_contours": len(times), "max_time_contour": math.ceil(max(times))}
        engine = _Engine(self, {"isochrone": limits})
        placed = np.flatnonzero(legal_crs(destinations) != NO_CRS)
        for place in placed[engine.on_road(destinations[placed])]:
            shapes[place] = engine.contours(destinations[place], times)
        return shapes


class _Engine:
    """One valhalla, with limits that suit what it is asked."""

    def __init__(self, travel: ValhallaTravelTime, limits: dict[str, dict[str, float]]) -> None:
        import valhalla

        network = travel.network
        config = network.config()
        for service, numbers in limits.items():
            config["service_limits"][service] |= numbers
        # One algorithm for every profile and number of places; what its first search cut off too
        # early is searched again.
        config["thor"]["source_to_target_algorithm"] = "costmatrix"
        config["thor"]["costmatrix"]["allow_second_pass"] = True
        self._folder = network.folder
        self._snap_km = travel.snap_km
        self._denoise = travel.denoise
        self._costing = {"costing": travel.profile}
        if travel.profile == "auto":
            top = {"top_speed": _TOP_KM_H["auto"]}
            self._costing["costing_options"] = {"auto": top}  # type: ignore[assignment]
        # Given a dict, it would leave a file behind.
        with TemporaryDirectory() as folder:
            path = Path(folder) / "valhalla.json"
            path.write_text(json.dumps(config), encoding="utf-8")
            self._actor = valhalla.Actor(str(path))

    def on_road(self, lonlat: Coordinates) -> Flags:
        """Return which places have a road near enough, and warn of those that have none."""
        places, place_of = np.unique(lonlat, axis=0, return_inverse=True)
        found = np.zeros(len(places), dtype=bool)
        for first in range(0, len(places), _LOCATED_AT_ONCE):
            some = slice(first, first + _LOCATED_AT_ONCE)
            answers = self._ask("locate", locations=self._places(places[some]), verbose=False)
            found[some] = [bool(one["edges"] or one["nodes"]) for one in answers]
        if without := int((~found).sum()):
            msg = (
                f"{self._folder}: {without} of {len(places)} places have no road within "
                f"{self._snap_km:g} km and count as near to none; build from an extract that "
                "covers them, or set a larger snap_km"
            )
            warnings.warn(msg, PtceGeoWarning, stacklevel=3)
        return found[place_of.ravel()]

    def minutes(self, start: Coordinates, end: Coordinates) -> npt.NDArray[np.float64]:
        """Return how long each way takes (origins × destinations), NaN where there is none."""
        answer = self._ask(
            "matrix", sources=self._places(start), targets=self._places(end), verbose=False
        )
        if answer is None:
            return np.full((len(start), len(end)), np.nan)
        return np.array(answer["sources_to_targets"]["durations"], dtype="float64") / 60

    def contours(self, lonlat: Coordinates, times: npt.NDArray[np.float64]) -> Shapes:
        """Return from where one place is reached in so many minutes."""
        answer = self._ask(
            "isochrone",
            locations=self._places(lonlat[np.newaxis]),
            contours=[{"time": time} for time in times.tolist()],
            polygons=True,
            reverse=True,
            denoise=self._denoise,
        )
        shapes = np.full(len(times), shapely.MultiPolygon(), dtype=object)
        for feature in answer["features"]:
            shape = shapely.make_valid(shapely.from_geojson(json.dumps(feature["geometry"])))
            meant = np.isclose(times, feature["properties"]["contour"])
            shapes[meant] = shapely.union(shapes[meant], shape)
        return shapes

    def _places(self, lonlat: Coordinates) -> list[dict[str, float]]:
        cutoff = 1000 * self._snap_km
        return [{"lon": x, "lat": y, "search_cutoff": cutoff} for x, y in lonlat.tolist()]

    def _ask(self, action: str, **request: object) -> Any:  # noqa: ANN401 - as each action has it
        """Return what valhalla answers, None where there is no way."""
        try:
            return getattr(self._actor, action)(self._costing | request)
        except RuntimeError as error:
            if _NO_PATH in str(error):
                return None
            msg = f"{self._folder}: valhalla refuses the {action} ({error}); build it again"
            raise UnreadableFileError(msg) from error


def _blocks(
    start: Coordinates, end: Coordinates, origin: Places, destination: Places
) -> Iterator[_Block]:
    """Divide pairs into blocks of at most 50 origins and 50 destinations, near each other."""
    number = _groups(start, origin)[origin].astype("int64") * (len(end) + 1)
    number += _groups(end, destination)[destination]
    order = np.argsort(number, kind="stable")
    bounds = np.flatnonzero(np.diff(number[order])) + 1
    for pairs in np.split(order, bounds) if len(order) else ():
        yield _Block(pairs, np.unique(origin[pairs]), np.unique(destination[pairs]))


def _groups(lonlat: Coordinates, places: Places) -> Places:
    """Return the group of each place, at most 50 in one cell; -1 where it is not in `places`."""
    places = np.unique(places)
    cells = pd.DataFrame(np.floor(lonlat[places] / _CELL_DEG), columns=["x", "y"])
    within = cells.groupby(["x", "y"]).cumcount() // _BLOCK
    groups = np.full(len(lonlat), -1, dtype="int32")
    groups[places] = cells.assign(within=within).groupby(["x", "y", "within"]).ngroup()
    return groups


def _spread(pairs: Pairs, start_of: Places, end_of: Places) -> Pairs:
    """Return pairs of distinct places as those of all that lie there, in order."""
    frame = pd.DataFrame(pairs._asdict())
    for column, place_of in (("origin", start_of), ("destination", end_of)):
        all_there = pd.DataFrame({column: place_of.ravel(), "row": np.arange(place_of.size)})
        frame = frame.merge(all_there, on=column).drop(columns=column)
        frame = frame.rename(columns={"row": column})
    frame = frame.sort_values(["origin", "destination"])
    return Pairs(
        frame["origin"].to_numpy("int32"),
        frame["destination"].to_numpy("int32"),
        frame["minutes"].to_numpy("float64"),
    )
