"""Who is within reach: from where people live to the nearest member or seat, by territory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from ptce_geo.checks import are_in, require_columns, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators.distances import (
    WITHOUT_POINT,
    Nearest,
    centres,
    in_legal_crs,
    nearest,
    placed,
    point_coordinates,
    reference_points,
    sorted_km,
)
from ptce_geo.indicators.inputs import MEMBERS_COUNTED, MEMBERS_SET_ASIDE, amounts, tally
from ptce_geo.schema import (
    CODE_COMMUNE,
    LATITUDE,
    LONGITUDE,
    NEAREST_KM,
    POLE_ID,
    POLE_NAME,
    POPULATION,
    THRESHOLD_KM,
    code_column,
)
from ptce_geo.territories import CURRENT_YEAR, LEVELS, locate, territory_table
from ptce_geo.territories.attach import BESIDE_M
from ptce_geo.territories.boundaries import parent_codes

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from ptce_geo.metric import Codes, Coordinates

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.intp]
    Amounts = npt.NDArray[Any]  # float64, int64 where all are whole

# What is to be reached: the members, or the seats of the poles.
Goal: TypeAlias = Literal["member", "seat"]
THRESHOLDS_KM: Final = (5, 10, 20, 30)
# The entries of `attrs` that say what a result rests on, beside those of the members.
POLES_COUNTED: Final = "poles_counted"
POLES_SET_ASIDE: Final = "poles_set_aside"
POPULATION_UNATTACHED: Final = "population_unattached"


def reached_population(
    members: pd.DataFrame,
    *,
    level: str,
    thresholds_km: float | Sequence[float] = THRESHOLDS_KM,
    to: Goal = "member",
    poles: pd.DataFrame | None = None,
    demand: pd.DataFrame | None = None,
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Measure the share of the inhabitants of each territory within a distance of a member.

    s_i(r) = Σ_k p_k 1[min_j d_kj ≤ r] / Σ_k p_k over the demand points k of territory i, p_k the
    inhabitants there, d_kj the straight distance to accepted member (or seat) j in the legal CRS.

    Parameters
    ----------
    members, thresholds_km, to, poles, demand, year, departements
        As for `coverage_by_reach`.
    level : str
        Level of territory, or the zones that `demand` has the column ``code_<level>`` for.

    Returns
    -------
    DataFrame
        One row a territory (index "code"), one column a threshold (km, "threshold_km"): shares,
        0…1, NaN where nobody lives. ``attrs`` as of `coverage_by_reach`.

    Raises
    ------
    MissingColumnError, InputError, CrsError, UnknownTerritoryError
        As `coverage_by_reach`.

    Examples
    --------
    Of zone A 700 inhabitants live at the member, 300 at 11.1 km.

    >>> import geopandas as gpd
    >>> squares = pd.DataFrame(
    ...     {"longitude": 3.0, "latitude": [46.5, 46.6], "population": [700, 300], "code_zone": "A"}
    ... )
    >>> members = gpd.GeoDataFrame(geometry=gpd.points_from_xy([3.0], [46.5]), crs=4326)
    >>> shares = reached_population(members, level="zone", thresholds_km=(5, 20), demand=squares)
    >>> shares.loc["A"].to_dict()
    {5.0: 0.7, 20.0: 1.0}
    """
    thresholds = sorted_km(thresholds_km)
    supply = supply_points(members, to=to, poles=poles)
    points = demand_points(demand, year=year)
    ground = points.ground(level, departements)
    reach = reach_of(ground, supply.nearest_to(points).km, thresholds)
    table = pd.DataFrame(
        reach.shares_of_people,
        index=ground.codes.rename("code"),
        columns=pd.Index(thresholds, name=THRESHOLD_KM),
    )
    table.attrs = {**supply.attrs, POPULATION_UNATTACHED: unattached({level: ground})}
    return table


def members_reaching(
    members: gpd.GeoDataFrame, *, level: str, code: str, km: float, year: int = CURRENT_YEAR
) -> pd.DataFrame:
    """Return the members that reach inhabitants of a territory, the nearest first.

    Parameters
    ----------
    members : GeoDataFrame, EPSG:4326
        Members, geocoded.
    level, code : str
        The territory.
    km : float
        How far a member reaches (km).
    year : int
        Vintage of the communes.

    Returns
    -------
    DataFrame
        The accepted members with a commune of the territory that has inhabitants within `km`, and
        ``nearest_km``, the straight distance to the nearest of them (km).

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.points_from_xy([4.39, 2.35], [45.44, 48.86])
    >>> names = {"member_name": ["Le Fil", "Le Clou"]}
    >>> members = gpd.GeoDataFrame(names, geometry=points, crs=4326)
    >>> members_reaching(members, level="departement", code="42", km=5)["member_name"].tolist()
    ['Le Fil']
    """
    demand = demand_points(None, year=year)
    ground = demand.ground(level, None)
    lived_in = (ground.place == ground.codes.get_loc(code)) & (demand.people > 0)
    lonlat, crs, reasons = placed(members, point_coordinates(members, what="members"))
    apart = nearest(in_legal_crs(lonlat, crs), crs, demand.metric[lived_in], demand.crs[lived_in])
    near = (reasons == "").to_numpy() & (apart.km <= km)
    found = pd.DataFrame(members.drop(columns=members.geometry.name))[near]
    return found.assign(**{NEAREST_KM: apart.km[near]}).sort_values(NEAREST_KM, kind="stable")


@dataclass(frozen=True, eq=False)
class Supply:
    """What is to be reached, each place once, and what was left out.

    Attributes
    ----------
    metric : array of float
        Easting and northing of each place in its legal CRS (n × 2, m).
    crs : array of int
        EPSG code of each.
    poles : DataFrame
        ``pole_id`` and ``pole_name`` of each, missing where it has none: of several at one
        place, the first ``pole_id``.
    attrs : dict
        Members or poles counted, and set aside by reason.
    """

    metric: Coordinates
    crs: Codes
    poles: pd.DataFrame
    attrs: dict[Hashable | None, Any]

    def nearest_to(self, points: Demand) -> Nearest:
        """Return the nearest place of each demand point."""
        return nearest(points.metric, points.crs, self.metric, self.crs)


def supply_points(members: pd.DataFrame, *, to: Goal, poles: pd.DataFrame | None) -> Supply:
    """Return the accepted members, or the seats of the poles, that have a place.

    A seat counts by its point alone, whatever else is known of its pole.
    """
    if to not in get_args(Goal):
        msg = f"to: expected one of {', '.join(get_args(Goal))}; found {to!r}"
        raise InputError(msg)
    if to == "member":
        frame = members
        lonlat, crs, reasons = placed(frame, point_coordinates(frame, what="members"))
        attrs = tally(reasons)
    else:
        frame = _with_seats(poles)
        seats = point_coordinates(frame, what="poles")
        lonlat, crs, reasons = placed(pd.DataFrame(index=frame.index), seats)
        counts = tally(reasons.replace(WITHOUT_POINT, "without a seat"))
        attrs = {POLES_COUNTED: counts[MEMBERS_COUNTED], POLES_SET_ASIDE: counts[MEMBERS_SET_ASIDE]}

    places = pd.DataFrame({LONGITUDE: lonlat[:, 0], LATITUDE: lonlat[:, 1], "crs": crs})
    owners = pd.DataFrame(frame).reindex(columns=[POLE_ID, POLE_NAME]).reset_index(drop=True)
    places = places.join(owners)[(reasons == "").to_numpy()]
    places = places.sort_values(POLE_ID, key=lambda ids: ids.astype("str"), kind="stable")
    places = places.drop_duplicates([LONGITUDE, LATITUDE, "crs"], ignore_index=True)
    crs = places["crs"].to_numpy()
    metric = in_legal_crs(places[[LONGITUDE, LATITUDE]].to_numpy(), crs)
    return Supply(metric, crs, places[[POLE_ID, POLE_NAME]], attrs)


def _with_seats(poles: pd.DataFrame | None) -> pd.DataFrame:
    if poles is None:
        msg = (
            'to="seat": expected poles=, a GeoDataFrame with the seats as its points, found none; '
            'give it, see locate_seats, or take to="member"'
        )
        raise InputError(msg)
    require_columns(poles, [POLE_ID], what="poles")
    require_unique(poles[POLE_ID], what="poles")
    return poles


@dataclass(frozen=True, eq=False)
class Ground:
    """The territories of one level, and which of them each demand point is in.

    Attributes
    ----------
    codes : Index
        The territories.
    place : array of int
        Of each demand point, the position of its territory in `codes`; -1 outside the study
        area, ``len(codes)`` in it but in none of them.
    people : array of float or int
        Inhabitants of each demand point.
    """

    codes: pd.Index
    place: Integers
    people: Amounts


@dataclass(frozen=True, eq=False)
class Demand:
    """Where people live: points, how many, and in which commune.

    Attributes
    ----------
    table : DataFrame
        One row a point, with the codes of its zones.
    people : array of float or int
        Inhabitants of each.
    metric : array of float
        Easting and northing of each in its legal CRS (n × 2, m).
    crs : array of int
        EPSG code of each.
    commune : Series
        Code of the commune of each, missing where there is none.
    year : int
        Vintage of the communes.
    """

    table: pd.DataFrame
    people: Amounts
    metric: Coordinates
    crs: Codes
    commune: pd.Series
    year: int

    def ground(self, level: str, departements: Sequence[str] | None) -> Ground:
        """Return the territories of a level and who is in them.

        Those that reach beyond the study area are taken whole. A point in no commune is in
        every study area, since nobody knows better.
        """
        studied = self.commune.isna()
        if departements is None:
            studied[:] = True
        else:
            home = self.commune.map(parent_codes("departement", year=self.year))
            studied |= home.isin(np.atleast_1d(departements))
        if level not in LEVELS and code_column(level) in self.table.columns:
            code = self.table[code_column(level)]
            codes = pd.Index(code[studied.to_numpy()].dropna().unique()).sort_values()
        else:
            codes = territory_table(level, year=self.year, departements=departements).index
            code = self.commune
            if level != "commune":
                code = code.map(parent_codes(level, year=self.year))
        place = codes.get_indexer(pd.Index(code))
        place[code.isna().to_numpy() & studied.to_numpy()] = len(codes)
        return Ground(codes, place, self.people)


def demand_points(demand: pd.DataFrame | None, *, year: int) -> Demand:
    """Return the communes at their reference points, or a demand of the caller's own."""
    communes = territory_table("commune", year=year)
    if demand is None:
        demand, what, commune = communes, "communes", communes.index.to_series()
    else:
        what, commune = "demand", pd.Series(None, index=demand.index, dtype="str")
        if CODE_COMMUNE in demand.columns:
            commune = demand[CODE_COMMUNE].where(are_in(demand[CODE_COMMUNE], communes.index))
    people = inhabitants(demand, what=what)
    lonlat, crs = reference_points(centres(demand, what=what), what=what)
    lost = commune.isna().to_numpy()
    if lost.any():
        commune = commune.astype("object")
        commune[lost] = locate(*lonlat[lost].T, year=year, max_distance_m=BESIDE_M)
    return Demand(demand, people, in_legal_crs(lonlat, crs), crs, commune, year)


def inhabitants(places: pd.DataFrame, *, what: str) -> Amounts:
    """Return the population of each place, whole numbers as such."""
    require_columns(places, [POPULATION], what=what)
    people = amounts(places[POPULATION], what=f"{what}: population")
    whole = pd.api.types.is_integer_dtype(places[POPULATION])
    return people.astype("int64") if whole else people


@dataclass(frozen=True, eq=False)
class Reach:
    """What lies within each threshold, territory by territory.

    Attributes
    ----------
    people, points : array of float or int
        Inhabitants, and demand points: one row a territory and a last one for what is in none,
        one column a threshold and a last one for all there are.
    """

    people: Amounts
    points: Integers

    @property
    def shares_of_people(self) -> Floats:
        """Share of the inhabitants (territories × thresholds), NaN where nobody lives."""
        return _shares(self.people[:-1])

    @property
    def shares(self) -> Floats:
        """Share of the inhabitants, of the points where nobody lives, NaN where there is none."""
        shares = self.shares_of_people
        return np.where(np.isnan(shares), _shares(self.points[:-1]), shares)


def reach_of(ground: Ground, km: Floats, thresholds: Floats) -> Reach:
    """Return what lies within each of the sorted `thresholds`, `km` being how far each point is."""
    width = len(thresholds) + 1
    inside = ground.place >= 0
    # The first threshold that reaches a point; all those after it do too.
    band = np.searchsorted(thresholds, km[inside])
    cell = ground.place[inside] * width + band
    people = ground.people[inside]
    rows = len(ground.codes) + 1

    def within(weights: Amounts | None) -> Amounts:
        counts = np.bincount(cell, weights, minlength=rows * width)
        return counts.reshape(rows, width).cumsum(axis=1)

    return Reach(within(people).astype(people.dtype), within(None))


def unattached(grounds: Mapping[str, Ground]) -> dict[str, float]:
    """Return by level the inhabitants of no territory of that level, where there are any."""
    lost = {
        level: ground.people[ground.place == len(ground.codes)].sum().item()
        for level, ground in grounds.items()
    }
    return {level: people for level, people in lost.items() if people}


def _shares(within: Amounts) -> Floats:
    whole = within[:, -1:]
    undefined = np.full((len(within), within.shape[1] - 1), np.nan)
    return np.divide(within[:, :-1], whole, out=undefined, where=whole > 0)
