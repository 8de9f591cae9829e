"""Where p poles are nearest to where people live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo.checks import listing
from ptce_geo.crs import LEGAL_CRS, crs_label
from ptce_geo.errors import CrsError, InputError
from ptce_geo.indicators.distances import nearest_km
from ptce_geo.indicators.places_search import Savings, best_places
from ptce_geo.indicators.shares import ratio
from ptce_geo.indicators.siting_places import (
    Method,
    Places,
    pairs_near,
    read_places,
    require_above_0,
    require_method,
    require_number,
)
from ptce_geo.metric import legal_crs
from ptce_geo.schema import MEAN_DISTANCE, POPULATION_SERVED, SERVED_BY
from ptce_geo.territories import CURRENT_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from ptce_geo.metric import Codes, Coordinates
    from ptce_geo.routing import TravelTime
    from ptce_geo.routing.travel_time import Pairs

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Integers = npt.NDArray[np.int64]

# Pairs of a demand point and a candidate that are held at once (1 GB or so).
_MOST_PAIRS: Final = 8_000_000


@dataclass(frozen=True, eq=False)
class PMedian:
    """The places nearest to where people live, and how much nearer others could be at most.

    Distances are in km, or in minutes where they were told by a `TravelTime`.

    Attributes
    ----------
    chosen : DataFrame
        The rows of the candidates chosen, the one that serves most first, with population_served
        (inhabitants to whom it is the nearest, and nearer than what exists) and mean_distance
        (of those; NaN where it serves nobody). ``attrs["members_counted"]`` and
        ``attrs["members_set_aside"]`` (by reason) tell of `existing`.
    served_by : Series
        Code of the chosen place that each demand point is served by, "" where an existing one is
        as near, or none is near enough; on the codes of the demand, NaN where none can serve it.
    population : float
        Inhabitants who can be served.
    population_unserved : float
        Inhabitants, left out of all other figures, in a legal CRS without candidate and without
        existing pole.
    mean_before : float
        Mean distance of an inhabitant to the nearest existing pole; infinite where some have none.
    mean_after : float
        To the nearest of the existing and the chosen; NaN where nobody lives.
    bound : float
        No other choice of as many candidates has a lower mean.
    distance : str
        What the distances are.
    method : str
        "exact" or "greedy".
    """

    chosen: pd.DataFrame
    served_by: pd.Series
    population: float
    population_unserved: float
    mean_before: float
    mean_after: float
    bound: float
    distance: str
    method: str

    @property
    def gap(self) -> float:
        """Share of the mean distance that a better choice might save, 0 when none can."""
        return 1 - self.bound / self.mean_after if self.mean_after > self.bound else 0.0

    @property
    def optimal(self) -> bool:
        """Whether it is proven that no other choice is nearer."""
        return self.gap == 0


def p_median(
    p: int,
    *,
    candidates: pd.DataFrame,
    demand: pd.DataFrame,
    existing: gpd.GeoDataFrame | None = None,
    travel_time: TravelTime | None = None,
    farthest: float | None = None,
    method: Method = "exact",
    time_limit_s: float = 60.0,
) -> PMedian:
    """Choose `p` places that are nearest to the inhabitants, with the poles there are.

    min Σ_i w_i min(min_(j∈S) d_ij, c_i) / Σ_i w_i over the sets S of p candidates, w_i the
    inhabitants of demand point i, d_ij how far candidate j is, c_i how far the nearest existing
    pole is.

    Parameters
    ----------
    p : int
        Number of poles, from 1 to the number of candidates. A place that would be nearer to
        nobody is not chosen: there may be fewer.
    candidates, demand, existing
        As for `site_next_poles`; see `epci_main_communes` and `territory_table`.
    travel_time : TravelTime, optional
        What tells the minutes from a demand point to a place; without it, km in a straight line.
    farthest : float, optional
        A place beyond it (km, or minutes) counts as being there, above 0: a limit that keeps the
        far away from deciding, and the pairs few. Needed with `travel_time`.
    method : {"exact", "greedy"}
        Prove the choice the best where a bound or a small enough mixed-integer program can, or
        stop at the greedy choice improved by interchange. Both say how far from the best it may
        be.
    time_limit_s : float
        Of the exact search, above 0 (s), as for `site_next_poles`.

    Returns
    -------
    PMedian
        The places chosen, whom they serve, the mean distance and its bound.

    Raises
    ------
    MissingColumnError
        If a frame has no places, or `demand` no population.
    DuplicateIdError
        If a code stands twice.
    InputError
        If `p`, `farthest`, `method` or `time_limit_s` is none that can be, a population is
        negative or missing, a frame is empty, no candidate can serve anybody, or there are more
        than 8 million pairs.
    CrsError
        If points are not in EPSG:4326, or lie in no legal CRS, or a candidate or demand point in
        another than its ``code_departement``. Without `farthest`, if people in
        two legal CRS (an ocean apart) would share the places while one of these has no pole yet:
        no distance says how.

    References
    ----------
    Hakimi, S. L. (1964). Optimum locations of switching centers and the absolute centers and
    medians of a graph. Operations Research 12(3), 450-459.

    Examples
    --------
    Five communes 11.1 km apart on a line, candidates at B and D: from D, 400 inhabitants of E
    and 300 of C live one step away, 100 of B two, 200 of A three: 1,500 steps for 1,100.

    >>> line = pd.DataFrame(
    ...     {
    ...         "longitude": 3.0,
    ...         "latitude": [46.5, 46.6, 46.7, 46.8, 46.9],
    ...         "population": [200, 100, 300, 100, 400],
    ...     },
    ...     index=list("ABCDE"),
    ... )
    >>> found = p_median(1, candidates=line.loc[["B", "D"]], demand=line)
    >>> found.chosen.index.to_list(), round(found.mean_after / 11.11, 2), found.optimal
    (['D'], 1.36, True)
    """
    require_method(method, time_limit_s=time_limit_s)
    unit, way = ("km", "straight line") if travel_time is None else ("minutes", travel_time.method)
    if farthest is not None:
        require_above_0(farthest, what="farthest", unit=unit)
    elif travel_time is not None:
        msg = "farthest: expected minutes with travel_time=, found none; give the longest to count"
        raise InputError(msg)
    places = read_places(candidates, demand, existing, year=CURRENT_YEAR, departements=None)
    require_number(p, candidates=len(places.candidates))
    servable = _servable(places, farthest=farthest)
    homes, people = places.homes[servable], places.people[servable]
    limit = np.inf if farthest is None else farthest
    before = _before(homes, places.existing, limit=limit, travel_time=travel_time)
    pairs = pairs_near(homes, places.sites, limit=limit, travel_time=travel_time)

    savings = _savings(pairs, before, people, places=len(places.sites))
    found = best_places(savings, p, exact=method == "exact", time_limit_s=time_limit_s)
    server, after = _nearest_chosen(pairs, found.places, before)
    population = float(people.sum())
    missed = found.bound - sum(found.savings)
    served_by = pd.Series(np.nan, index=places.codes, dtype="str", name=SERVED_BY)
    codes = places.candidates.index.astype("str").to_numpy()
    served_by[servable] = np.where(server < 0, "", codes[server])
    return PMedian(
        chosen=_chosen(places, found.places, server, people, after),
        served_by=served_by,
        population=population,
        population_unserved=float(places.people[~servable].sum()),
        mean_before=_mean(people, before),
        mean_after=_mean(people, after),
        bound=_mean(people, after) - missed / population if population else np.nan,
        distance=f"{unit}, {way}" + ("" if farthest is None else f", {farthest:g} at most"),
        method=method,
    )


def _before(
    homes: Coordinates, existing: Coordinates, *, limit: float, travel_time: TravelTime | None
) -> Floats:
    """Return how far the nearest existing pole is, `limit` where that is farther."""
    if travel_time is None:
        km = nearest_km(homes, legal_crs(homes), existing, legal_crs(existing))
        return np.minimum(km, limit)
    before = np.full(len(homes), limit)
    pairs = travel_time.pairs(homes, existing, minutes=limit)
    np.minimum.at(before, pairs.origin, pairs.minutes)
    return before


def _savings(pairs: Pairs, before: Floats, people: Floats, *, places: int) -> Savings:
    """Return the person-distance that each candidate saves.

    Where nothing is yet any place is better than none, and all save a step more than the farthest.
    """
    farthest = np.zeros(len(before))
    np.maximum.at(farthest, pairs.origin, pairs.minutes)
    worst = np.where(np.isinf(before), farthest + 1, before)
    amount = people[pairs.origin] * (worst[pairs.origin] - pairs.minutes)
    return Savings.of(pairs.origin, pairs.destination, amount, points=len(before), places=places)


def _nearest_chosen(pairs: Pairs, chosen: Sequence[int], before: Floats) -> tuple[Integers, Floats]:
    """Return the chosen place nearer than what exists, -1 for none, and how far the nearest is."""
    server, after = np.full(len(before), -1), before.copy()
    ours = np.isin(pairs.destination, chosen)
    origin, place, far = (values[ours] for values in pairs)
    order = np.lexsort((place, far, origin))
    first = order[np.diff(origin[order], prepend=-1) > 0]
    first = first[far[first] < before[origin[first]]]
    server[origin[first]], after[origin[first]] = place[first], far[first]
    return server, after


def _chosen(
    places: Places, chosen: Sequence[int], server: Integers, people: Floats, after: Floats
) -> pd.DataFrame:
    """Return the rows of the chosen candidates with whom they serve, and how far."""
    served = server >= 0
    population, distance = np.zeros((2, len(places.sites)))
    np.add.at(population, server[served], people[served])
    np.add.at(distance, server[served], people[served] * after[served])
    ordered = sorted(chosen, key=lambda place: (-population[place], place))
    table = places.candidates.iloc[ordered].assign(
        **{
            POPULATION_SERVED: population[ordered],
            MEAN_DISTANCE: ratio(distance[ordered], population[ordered]),
        }
    )
    table.attrs = places.attrs
    return table


def _mean(people: Floats, distance: Floats) -> float:
    lived_in = people > 0
    if not lived_in.any():
        return np.nan
    return float(people[lived_in] @ distance[lived_in] / people.sum())


def _servable(places: Places, *, farthest: float | None) -> Flags:
    """Return which demand points have a candidate or an existing pole in their legal CRS.

    Raises unless there are some, distance tells how to share the places, and the pairs are few.
    """
    homes, sites, existing = map(legal_crs, (places.homes, places.sites, places.existing))
    servable = np.isin(homes, np.union1d(sites, existing))
    if not servable.any():
        msg = (
            f"p_median: demand lies in {_labels(homes)}, candidates in {_labels(sites)}, which "
            "share no plane; give candidates where people live"
        )
        raise CrsError(msg)
    if farthest is not None:
        return servable
    served = homes[servable]
    empty = np.setdiff1d(served, existing)
    if len(empty) and len(np.unique(served)) > 1:
        msg = (
            f"p_median: demand lies in {_labels(served)}, which share no plane, and no pole is "
            f"yet in {_labels(empty)}; take each apart, or give farthest="
        )
        raise CrsError(msg)
    pairs = sum(int((served == epsg).sum()) * int((sites == epsg).sum()) for epsg in LEGAL_CRS)
    if pairs > _MOST_PAIRS:
        msg = (
            f"p_median: {pairs:,} pairs of a demand point and a candidate, at most "
            f"{_MOST_PAIRS:,} are held; give farthest=, or fewer candidates"
        )
        raise InputError(msg)
    return servable


def _labels(crs: Codes) -> str:
    return listing(crs_label(epsg) for epsg in LEGAL_CRS if epsg in crs)
