"""Isochrones of the national service, each asked once."""

from __future__ import annotations

import json
import warnings
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from ptce_geo.checks import listing
from ptce_geo.errors import GeocodingServiceError, InputError, PtceGeoError, PtceGeoWarning
from ptce_geo.http_words import checked_base_url
from ptce_geo.metric import NO_CRS, legal_crs
from ptce_geo.routing.travel_time import Pairs, checked_minutes, is_finite

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence

    from ptce_geo.geocoding.store import AnswerStore
    from ptce_geo.metric import Coordinates
    from ptce_geo.routing.travel_time import Shapes
    from ptce_geo.session import Service

NATIONAL_URL: Final = "https://data.geopf.fr/navigation"
REQUESTS_PER_SECOND: Final = 5
# What stands in the store, and what errors call the service.
NAME: Final = "ign_isochrone"
_PROFILES: Final = ("car", "pedestrian")
# What may be the fault of the place alone: it has no road near.
_OF_A_PLACE: Final = (400, 404, 422)
# A place that surely has roads: before Notre-Dame de Paris.
_WITH_ROADS: Final = "2.348800,48.853400"
_NO_ISOCHRONE: Final = "null"
_WORKERS: Final = 5
# Goes up when the same would be asked otherwise.
_FORMAT: Final = 1


@dataclass(frozen=True)
class IgnIsochrones:
    """Travel times read from the isochrones of the national service (Géoplateforme).

    Each isochrone is one request, and is asked once: by this object, and with a store by any. With
    every answer in the store, nothing is asked of the network. A time is only known in steps: the
    minutes of a pair are the smallest step whose isochrone holds the origin, an upper bound.

    Attributes
    ----------
    store : AnswerStore or path, optional
        Where answers are kept.
    profile : str
        "car" or "pedestrian".
    steps : sequence of float
        The isochrones that pairs are read from (min), each above 0; the limit asked is one more.
    base_url : str
        The service.
    resource : str
        Graph and engine of the service.
    requests_per_second : int
        Never exceeded; the national service allows 5.

    Raises
    ------
    InputError
        When the profile is not known, the steps are none, or `base_url` is no address.

    Warns
    -----
    PtceGeoWarning
        When the service has no road near some places: they have no isochrone, and are near to
        none. It is believed only if the service answers for the centre of Paris.

    References
    ----------
    IGN, Géoplateforme, service de calcul d'isochrones, https://data.geopf.fr/navigation/.

    Examples
    --------
    >>> IgnIsochrones(steps=(20, 40)).method
    'isochrones of the IGN (bdtopo-valhalla, car) in steps of 20, 40 min'
    """

    _: KW_ONLY
    store: AnswerStore | str | os.PathLike[str] | None = None
    profile: str = "car"
    steps: Sequence[float] = (15, 30, 45, 60)
    base_url: str = NATIONAL_URL
    resource: str = "bdtopo-valhalla"
    requests_per_second: int = REQUESTS_PER_SECOND
    _known: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the address of the service, the profile and the steps."""
        object.__setattr__(self, "base_url", checked_base_url(self.base_url, name=NAME))
        if self.profile not in _PROFILES:
            msg = f"profile: expected one of {', '.join(_PROFILES)}, found {self.profile!r}"
            raise InputError(msg)
        if not (is_finite(self.requests_per_second) and self.requests_per_second >= 1):
            msg = f"requests_per_second: expected 1 or more, found {self.requests_per_second}"
            raise InputError(msg)
        object.__setattr__(self, "steps", tuple(sorted(checked_minutes(self.steps).tolist())))

    @property
    def method(self) -> str:
        """What the times rest on."""
        steps = listing((f"{step:g}" for step in self.steps), most=10)
        return f"isochrones of the IGN ({self.resource}, {self.profile}) in steps of {steps} min"

    @property
    def version(self) -> str:
        """What an answer depends on besides its question."""
        return f"{self.base_url} {self.resource} {_FORMAT}"

    def pairs(self, origins: Coordinates, destinations: Coordinates, *, minutes: float) -> Pairs:
        """Return the pairs whose way takes at most `minutes`, in steps: an upper bound."""
        (limit,) = checked_minutes([minutes])
        steps = [*(step for step in self.steps if step < limit), limit]
        shapes = self.isochrones(destinations, minutes=steps)
        placed = np.flatnonzero(legal_crs(origins) != NO_CRS)
        tree = shapely.STRtree(shapely.points(origins[placed]))
        held = [tree.query(of_step, predicate="intersects") for of_step in shapes.T]
        destination, point = np.concatenate(held, axis=1)
        took = np.repeat(steps, [within.shape[1] for within in held])
        origin = placed[point]
        # The first of each pair is that of its smallest step.
        _, first = np.unique(origin * max(len(destinations), 1) + destination, return_index=True)
        return Pairs(origin[first].astype("int32"), destination[first].astype("int32"), took[first])

    def isochrones(self, destinations: Coordinates, *, minutes: Sequence[float]) -> Shapes:
        """Return from where each destination is reached, as the service draws it."""
        times = checked_minutes(minutes).tolist()
        placed = np.flatnonzero(legal_crs(destinations) != NO_CRS)
        questions = [
            [self._question(f"{x:.6f},{y:.6f}", time) for time in times]
            for x, y in destinations[placed].tolist()
        ]
        self._know([question for row in questions for question in row])
        shapes = np.full((len(destinations), len(times)), None, dtype=object)
        for place, row in zip(placed, questions, strict=True):
            answers = [self._known[question] for question in row]
            drawn = [None if one == _NO_ISOCHRONE else one for one in answers]
            shapes[place] = shapely.make_valid(shapely.from_geojson(drawn))
        if without := int(shapely.is_missing(shapes[placed]).any(axis=1).sum()):
            msg = (
                f"{NAME}: {without} of {len(placed)} places have no isochrone, the service knows "
                "no road near; they count as near to none"
            )
            warnings.warn(msg, PtceGeoWarning, stacklevel=2)
        return shapes

    def _question(self, point: str, minutes: float) -> str:
        """Return what is asked, as JSON; the resource is part of the version."""
        asked = {
            "point": point,
            "costValue": f"{minutes:g}",
            "costType": "time",
            "timeUnit": "minute",
            "profile": self.profile,
            "direction": "arrival",
        }
        return json.dumps(asked, separators=(",", ":"), sort_keys=True)

    def _know(self, questions: Sequence[str]) -> None:
        """Have an answer to each question: from the store, or asked and stored one by one."""
        missing = [one for one in dict.fromkeys(questions) if one not in self._known]
        if not missing:
            return
        # The store and requests are loaded only by those who need them.
        from ptce_geo.geocoding.store import opened_store

        with opened_store(self.store) as store:
            if store is not None:
                self._known.update(store.get_texts(NAME, self.version, missing))
            left = [one for one in missing if one not in self._known]
            for question, answer in self._asked(left):
                if store is not None:
                    store.put_texts(NAME, self.version, {question: answer})
                self._known[question] = answer

    def _asked(self, questions: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield each question with its answer, as they come."""
        if not questions:
            return
        from ptce_geo.session import Service

        with (
            Service(
                self.base_url, name=NAME, requests_per_second=self.requests_per_second
            ) as service,
            ThreadPoolExecutor(_WORKERS) as threads,
        ):
            asking = _Asking(service, self.resource)
            under_way = {threads.submit(asking.answer, one): one for one in questions}
            try:
                for done in as_completed(under_way):
                    yield under_way[done], done.result()
            except BaseException:
                threads.shutdown(wait=True, cancel_futures=True)
                raise


class _Asking:
    """One conversation with the service."""

    def __init__(self, service: Service, resource: str) -> None:
        self._service = service
        self._further = {"resource": resource, "geometryFormat": "geojson"}
        self._is_well: dict[str, bool] = {}

    def answer(self, question: str) -> str:
        """Return the isochrone as GeoJSON, or that there is none."""
        params = json.loads(question)
        try:
            return self._isochrone(params)
        except GeocodingServiceError as error:
            if error.status_code in _OF_A_PLACE and self._answers_in_paris(params):
                return _NO_ISOCHRONE
            raise

    def _answers_in_paris(self, params: Mapping[str, str]) -> bool:
        """Return whether the same is answered where there are roads."""
        minutes = params["costValue"]
        if minutes not in self._is_well:
            try:
                self._isochrone({**params, "point": _WITH_ROADS})
                self._is_well[minutes] = True
            except PtceGeoError:
                self._is_well[minutes] = False
        return self._is_well[minutes]

    def _isochrone(self, params: Mapping[str, str]) -> str:
        content = self._service.get_json("/isochrone", {**params, **self._further})
        geometry = content.get("geometry") if isinstance(content, dict) else None
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        text = json.dumps(geometry, separators=(",", ":"))
        if kind in ("Polygon", "MultiPolygon"):
            shape = shapely.from_geojson(text, on_invalid="ignore")
            if shape is not None and np.isfinite(shapely.bounds(shape)).all():
                return text
        found = kind or "no geometry"
        msg = (
            f"{NAME} ({self._service.base_url}/isochrone): answers with {found} that is no "
            "polygon of GeoJSON; check the base URL and the resource"
        )
        raise GeocodingServiceError(msg)
