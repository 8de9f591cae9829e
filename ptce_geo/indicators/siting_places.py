"""What siting starts from: where a pole could be, where people live, the poles there are."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from ptce_geo.checks import require_columns, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators.distances import centres, placed, point_coordinates, reference_points
from ptce_geo.indicators.inputs import amounts, require_one_area, tally
from ptce_geo.metric import pairs_within_km
from ptce_geo.routing.travel_time import Pairs
from ptce_geo.schema import CODE, LATITUDE, LONGITUDE, NAME, POPULATION, code_column, name_column
from ptce_geo.territories import CURRENT_YEAR, territory_table

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from ptce_geo.metric import Coordinates
    from ptce_geo.routing import TravelTime

Method: TypeAlias = Literal["exact", "greedy"]
_EPCI = code_column("epci")


def epci_main_communes(
    *, year: int = CURRENT_YEAR, departements: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the most populous commune of each EPCI, which stands for its seat.

    The embedded boundaries do not say where an EPCI has its seat. It mostly is in the most
    populous commune, not always; of two as populous, the lower code is taken.

    Parameters
    ----------
    year : int
        Vintage of the communes.
    departements : sequence of str, optional
        Only the communes in these départements; each is the most populous of the whole EPCI.

    Returns
    -------
    DataFrame
        One row for each EPCI, indexed by the code of the commune: nom, code_epci, nom_epci,
        code_departement, longitude, latitude (deg).

    Raises
    ------
    UnknownTerritoryError
        If the year or a département is unknown.

    Examples
    --------
    >>> seats = epci_main_communes(departements=["42"])
    >>> seats.loc["42218", ["nom", "nom_epci"]].to_list()
    ['Saint-Étienne', 'Saint-Étienne Métropole']
    """
    communes = territory_table("commune", year=year).sort_index()
    largest = communes.sort_values(POPULATION, ascending=False, kind="stable")
    seats = largest.dropna(subset=[_EPCI]).drop_duplicates(_EPCI).sort_index()
    names = territory_table("epci", year=year)[NAME]
    seats[name_column("epci")] = names.reindex(seats[_EPCI]).to_numpy()
    departement = code_column("departement")
    if departements is not None:
        studied = territory_table("commune", year=year, departements=departements).index
        seats = seats[seats.index.isin(studied)]
    columns = [NAME, _EPCI, name_column("epci"), departement, LONGITUDE, LATITUDE]
    return seats[columns].rename_axis(CODE)


@dataclass(frozen=True, eq=False)
class Places:
    """Candidates, demand and what exists, checked and in the order of their codes.

    Attributes
    ----------
    candidates : DataFrame
        As given, sorted by code.
    sites, homes, existing : array of float
        Longitude and latitude (n × 2, deg) of the candidates, of the demand points, and of the
        members or seats that count.
    codes : Index
        Of the demand points.
    people : array of float
        Inhabitants of each.
    attrs : dict
        Members counted, members set aside by reason.
    """

    candidates: pd.DataFrame
    sites: Coordinates
    homes: Coordinates
    existing: Coordinates
    codes: pd.Index
    people: npt.NDArray[np.float64]
    attrs: dict[Hashable | None, Any]


def read_places(
    candidates: pd.DataFrame | None,
    demand: pd.DataFrame | None,
    existing: gpd.GeoDataFrame | None,
    *,
    year: int,
    departements: Sequence[str] | None,
) -> Places:
    """Check the frames, and fill in the embedded France for those not given."""
    require_one_area(departements, demand, name="demand")
    if candidates is None:
        candidates = epci_main_communes(year=year, departements=departements)
    if demand is None:
        demand = territory_table("commune", year=year, departements=departements)
    candidates = _by_code(candidates, what="candidates")
    demand = _by_code(demand, what="demand")
    require_columns(demand, [POPULATION], what="demand")
    people = amounts(demand[POPULATION], what="demand: population")
    homes, _ = reference_points(centres(demand, what="demand"), what="demand")
    sites, _ = reference_points(candidates, what="candidates")
    places, attrs = _accepted(existing)
    return Places(candidates, sites, homes, places, demand.index, people, attrs)


def pairs_near(
    origins: Coordinates,
    destinations: Coordinates,
    *,
    limit: float,
    travel_time: TravelTime | None,
) -> Pairs:
    """Return the pairs at most `limit` apart, in minutes, or without `travel_time` in km."""
    if travel_time is None:
        return Pairs(*pairs_within_km(origins, destinations, km=limit))
    return travel_time.pairs(origins, destinations, minutes=limit)


def require_method(method: str, *, time_limit_s: float) -> None:
    """Raise `InputError` unless the search is one of those known and its time above 0."""
    if method not in get_args(Method):
        msg = f"method: expected one of {', '.join(get_args(Method))}; found {method!r}"
        raise InputError(msg)
    require_above_0(time_limit_s, what="time_limit_s", unit="s")


def require_above_0(number: float, *, what: str, unit: str) -> None:
    """Raise `InputError` unless `number` is finite and above 0."""
    if not (isinstance(number, Real) and 0 < number < np.inf):
        msg = f"{what}: expected a number above 0 ({unit}), found {number!r}"
        raise InputError(msg)


def require_number(p: int, *, candidates: int) -> None:
    """Raise `InputError` unless `p` of so many candidates can be chosen."""
    whole = isinstance(p, Integral) and not isinstance(p, bool)
    if not (whole and 1 <= p <= candidates):
        msg = f"p: expected a whole number from 1 to the {candidates} candidates, found {p!r}"
        raise InputError(msg)


def _by_code(frame: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Return the rows in the order of their codes, on which no result then depends."""
    if not isinstance(frame, pd.DataFrame) or frame.empty:
        found = "no row" if isinstance(frame, pd.DataFrame) else type(frame).__name__
        msg = f"{what}: expected a frame of at least one place, found {found}"
        raise InputError(msg)
    require_unique(frame.index.to_series(name=CODE), what=what)
    return frame.sort_index().rename_axis(CODE)


def _accepted(
    existing: gpd.GeoDataFrame | None,
) -> tuple[Coordinates, dict[Hashable | None, Any]]:
    """Return longitude and latitude of the members that count, and the tally of all."""
    if existing is None:
        return np.empty((0, 2)), tally(pd.Series([], dtype="str"))
    found = placed(existing, point_coordinates(existing, what="existing"))
    return found.lonlat[(found.reasons == "").to_numpy()], tally(found.reasons)
