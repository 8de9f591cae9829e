"""Where the next poles belong: the places from which they reach most inhabitants not yet reached.

The places with the least way to the nearest pole are chosen by `p_median`; how both are searched
is in `places_search`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ptce_geo.errors import InputError
from ptce_geo.indicators.places_search import Savings, best_places, rings
from ptce_geo.indicators.siting_places import (
    Method,
    Places,
    pairs_near,
    read_places,
    require_above_0,
    require_method,
    require_number,
)
from ptce_geo.schema import (
    BOUND,
    GAP,
    OPTIMAL,
    POPULATION_COVERED,
    POPULATION_GAINED,
    SHARE_POPULATION,
)
from ptce_geo.territories import CURRENT_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from ptce_geo.routing import TravelTime


@dataclass(frozen=True, eq=False)
class Siting:
    """The places chosen for the next poles, and how much better others could be at most.

    Attributes
    ----------
    chosen : DataFrame
        The rows of the candidates chosen, the one that gains most first, with population_gained
        (inhabitants reached neither before nor by those above), population_covered (with all
        those above) and share_population (of all demand, 0…1; NaN where nobody lives).
        ``attrs["members_counted"]`` and ``attrs["members_set_aside"]`` (by reason) tell of
        `existing`.
    population : float
        Inhabitants of all demand points.
    covered_before : float
        Those whom the existing poles reach.
    covered_after : float
        Those whom the existing and the chosen reach.
    bound : float
        No other choice of as many candidates reaches more with the existing.
    reachable : float
        Those whom the existing and all candidates together would reach.
    reach : str
        How far a pole reaches, and what the ways rest on.
    method : str
        "exact" or "greedy".
    """

    chosen: pd.DataFrame
    population: float
    covered_before: float
    covered_after: float
    bound: float
    reachable: float
    reach: str
    method: str

    @property
    def gain(self) -> float:
        """Inhabitants that the chosen places add."""
        return self.covered_after - self.covered_before

    @property
    def gap(self) -> float:
        """Share of the largest gain that may have been missed, 0 when none was."""
        return _gap(self.gain, self.bound - self.covered_before)

    @property
    def optimal(self) -> bool:
        """Whether it is proven that no other choice reaches more."""
        return self.gap == 0


def site_next_poles(
    p: int,
    *,
    candidates: pd.DataFrame | None = None,
    demand: pd.DataFrame | None = None,
    reach: float = 20.0,
    existing: gpd.GeoDataFrame | None = None,
    travel_time: TravelTime | None = None,
    method: Method = "exact",
    time_limit_s: float = 60.0,
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
) -> Siting:
    """Choose `p` places that bring most inhabitants, not reached yet, within reach of a pole.

    max Σ_i w_i y_i with y_i ≤ Σ_(j: d_ij ≤ r) x_j, Σ_j x_j ≤ p, x and y 0 or 1: candidate j is
    chosen (x_j) or not, demand point i of w_i inhabitants, whom no existing pole reaches, is
    covered (y_i) or not. Those in two legal CRS (an ocean apart) never reach each other.

    Parameters
    ----------
    p : int
        Number of poles, from 1 to the number of candidates. A place that would reach nobody more
        is not chosen: there may be fewer.
    candidates : DataFrame or GeoDataFrame, optional
        Where a pole could be, indexed by code: points in EPSG:4326, or ``longitude`` and
        ``latitude`` (deg). By default the most populous commune of each EPCI, which stands for
        its seat (`epci_main_communes`).
    demand : DataFrame or GeoDataFrame, optional
        Where people live, indexed by code, with ``population``: as `candidates`, or polygons,
        which stand at their centroid. By default the communes at their reference points.
    reach : float
        r, above 0: km in a straight line, or minutes where `travel_time` is given.
    existing : GeoDataFrame, optional
        Members, or seats, there are already (points, EPSG:4326); those accepted count, all
        without the column ``geocode_status``. A point in another legal CRS than its
        ``code_departement`` does not, unless it is a seat (``seat_source``).
    travel_time : TravelTime, optional
        What tells the minutes from a demand point to a place.
    method : {"exact", "greedy"}
        Prove the choice the best, or stop at the greedy choice improved by interchange. Both say
        how far from the best it may be.
    time_limit_s : float
        Of the exact search, above 0 (s). It ends with the best choice so far, which then depends
        on the machine; all else is the same on each run.
    year : int
        Vintage of the communes.
    departements : sequence of str, optional
        Study area: the communes, and candidates by default, in these départements. It does not
        restrict `existing`: a pole across its border still reaches into it.

    Returns
    -------
    Siting
        The places chosen, inhabitants covered before and after, and the bound. Equal candidates
        are taken in the order of their codes, whatever that of the rows.

    Raises
    ------
    MissingColumnError
        If a frame has no places, or `demand` no population.
    DuplicateIdError
        If a code stands twice.
    InputError
        If `p`, `reach`, `method` or `time_limit_s` is none that can be, a population is negative
        or missing, a frame is empty, or `demand` and `departements` are both given.
    CrsError
        If points are not in EPSG:4326, or a candidate or demand point lies in no legal CRS, or in
        another than its ``code_departement``.
    UnknownTerritoryError
        If the year or a département is unknown.

    References
    ----------
    Church, R. and ReVelle, C. (1974). The maximal covering location problem. Papers of the
    Regional Science Association 32, 101-118, equations 1-5.

    Examples
    --------
    Five communes 11.1 km apart on a line, candidates at B and D: B reaches A, B and C
    (600 inhabitants), D reaches C, D and E (800), 500 of them not those of B.

    >>> line = pd.DataFrame(
    ...     {
    ...         "longitude": 3.0,
    ...         "latitude": [46.5, 46.6, 46.7, 46.8, 46.9],
    ...         "population": [200, 100, 300, 100, 400],
    ...     },
    ...     index=list("ABCDE"),
    ... )
    >>> siting = site_next_poles(2, candidates=line.loc[["B", "D"]], demand=line, reach=12)
    >>> siting.chosen["population_gained"].to_dict(), siting.covered_after, siting.optimal
    ({'D': 800.0, 'B': 300.0}, 1100.0, True)
    """
    require_method(method, time_limit_s=time_limit_s)
    problem = _covering(candidates, demand, existing, reach, travel_time, year, departements)
    places = problem.places
    require_number(p, candidates=len(places.candidates))
    found = best_places(problem.savings, p, exact=method == "exact", time_limit_s=time_limit_s)
    gained = np.array(found.savings, dtype="float64")
    covered = problem.before + gained.cumsum()
    chosen = places.candidates.iloc[list(found.places)].assign(
        **{
            POPULATION_GAINED: gained,
            POPULATION_COVERED: covered,
            SHARE_POPULATION: covered / problem.population if problem.population else np.nan,
        }
    )
    chosen.attrs = places.attrs
    after = problem.before + sum(found.savings)
    return Siting(
        chosen=chosen,
        population=problem.population,
        covered_before=problem.before,
        covered_after=after,
        bound=problem.before + found.bound,
        reachable=problem.reachable,
        reach=problem.reach,
        method=method,
    )


def gain_curve(
    *,
    p: Iterable[int] = range(1, 11),
    candidates: pd.DataFrame | None = None,
    demand: pd.DataFrame | None = None,
    reach: float = 20.0,
    existing: gpd.GeoDataFrame | None = None,
    travel_time: TravelTime | None = None,
    method: Method = "exact",
    time_limit_s: float = 60.0,
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Say how many more inhabitants each further pole would reach.

    Each number of poles is a choice of its own, as by `site_next_poles`: the best three places
    need not hold the best two.

    Parameters
    ----------
    p : iterable of int
        Numbers of poles, each from 1 to the number of candidates, in any order, each once.
    candidates, demand, reach, existing, travel_time, method, year, departements
        As for `site_next_poles`.
    time_limit_s : float
        Of the exact search for each number of poles, above 0 (s).

    Returns
    -------
    DataFrame
        By number of poles (index "p", ascending): population_covered, never less than in the row
        above; population_gained, over the row above (over the existing poles in the first);
        share_population (of all demand, 0…1; NaN where nobody lives); bound (on
        population_covered); gap (share of the largest gain over the existing poles that may have
        been missed); optimal (gap is 0). ``attrs["members_counted"]`` and
        ``attrs["members_set_aside"]`` tell of `existing`.

    Raises
    ------
    MissingColumnError, DuplicateIdError, InputError, CrsError, UnknownTerritoryError
        As `site_next_poles`.

    References
    ----------
    Church, R. and ReVelle, C. (1974). The maximal covering location problem. Papers of the
    Regional Science Association 32, 101-118, figure 2.

    Examples
    --------
    The line of `site_next_poles`: D reaches 800 inhabitants, B 300 more.

    >>> line = pd.DataFrame(
    ...     {
    ...         "longitude": 3.0,
    ...         "latitude": [46.5, 46.6, 46.7, 46.8, 46.9],
    ...         "population": [200, 100, 300, 100, 400],
    ...     },
    ...     index=list("ABCDE"),
    ... )
    >>> curve = gain_curve(p=[1, 2], candidates=line.loc[["B", "D"]], demand=line, reach=12)
    >>> curve["population_gained"].to_dict()
    {1: 800.0, 2: 300.0}
    """
    require_method(method, time_limit_s=time_limit_s)
    problem = _covering(candidates, demand, existing, reach, travel_time, year, departements)
    numbers = _numbers(p, candidates=len(problem.places.candidates))
    exact = method == "exact"
    smaller: tuple[int, ...] = ()
    covered, bounds = [], []
    for number in numbers:
        found = best_places(
            problem.savings, number, exact=exact, start=smaller, time_limit_s=time_limit_s
        )
        smaller = found.places
        covered.append(problem.before + sum(found.savings))
        bounds.append(problem.before + found.bound)
    curve = pd.DataFrame({POPULATION_COVERED: covered}, index=pd.Index(numbers, name="p"))
    curve[POPULATION_GAINED] = np.diff(covered, prepend=problem.before)
    curve[SHARE_POPULATION] = curve[POPULATION_COVERED] / (problem.population or np.nan)
    curve[BOUND] = bounds
    curve[GAP] = [
        _gap(found - problem.before, bound - problem.before)
        for found, bound in zip(covered, bounds, strict=True)
    ]
    curve[OPTIMAL] = curve[GAP] == 0
    curve.attrs = problem.places.attrs
    return curve


@dataclass(frozen=True, eq=False)
class _Covering:
    """A maximal covering problem: whom each candidate would reach beyond the existing poles."""

    places: Places
    savings: Savings
    population: float
    before: float
    reachable: float
    reach: str


def _covering(
    candidates: pd.DataFrame | None,
    demand: pd.DataFrame | None,
    existing: gpd.GeoDataFrame | None,
    reach: float,
    travel_time: TravelTime | None,
    year: int,
    departements: Sequence[str] | None,
) -> _Covering:
    unit, way = ("km", "straight line") if travel_time is None else ("minutes", travel_time.method)
    require_above_0(reach, what="reach", unit=unit)
    places = read_places(candidates, demand, existing, year=year, departements=departements)
    here = pairs_near(places.homes, places.existing, limit=reach, travel_time=travel_time)
    there = pairs_near(places.homes, places.sites, limit=reach, travel_time=travel_time)
    covered = np.zeros(len(places.homes), dtype=bool)
    covered[here.origin] = True
    left = ~covered[there.origin]
    origin, destination = there.origin[left], there.destination[left]
    reachable = covered.copy()
    reachable[origin] = True
    savings = Savings.of(
        origin,
        destination,
        places.people[origin],
        points=len(places.homes),
        places=len(places.candidates),
    )
    return _Covering(
        places,
        _merged(savings),
        population=float(places.people.sum()),
        before=float(places.people[covered].sum()),
        reachable=float(places.people[reachable].sum()),
        reach=f"{reach:g} {unit}, {way}",
    )


def _merged(savings: Savings) -> Savings:
    """Return the demand points that the same candidates reach as one, with all their people."""
    weights, sets = rings(savings)
    point, place = sets.nonzero()
    return Savings.of(point, place, weights[point], points=len(weights), places=savings.places)


def _gap(gain: float, bound: float) -> float:
    return 1 - gain / bound if bound > 0 else 0.0


def _numbers(p: Iterable[int], *, candidates: int) -> list[int]:
    numbers = list(p) if isinstance(p, Iterable) else [p]
    for number in numbers:
        require_number(number, candidates=candidates)
    if not numbers or len(set(numbers)) < len(numbers):
        msg = f"p: expected numbers of poles, each once, found {numbers}; try range(1, 11)"
        raise InputError(msg)
    return sorted(int(number) for number in numbers)
