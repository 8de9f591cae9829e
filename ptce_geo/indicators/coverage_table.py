"""Every figure of coverage in one tidy table: what a run writes and planners pivot."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.errors import InputError
from ptce_geo.indicators.concentration_table import LEVELS_MEASURED, UNDEFINED
from ptce_geo.indicators.coverage import coverage_by_presence, coverage_of, require_share
from ptce_geo.indicators.distances import sorted_km
from ptce_geo.indicators.inputs import (
    MEMBERS_COUNTED,
    MEMBERS_SET_ASIDE,
    each_once,
    require_whole,
)
from ptce_geo.indicators.reached import (
    POLES_COUNTED,
    POPULATION_UNATTACHED,
    THRESHOLDS_KM,
    Demand,
    Goal,
    Ground,
    Supply,
    demand_points,
    reach_of,
    supply_points,
    unattached,
)
from ptce_geo.indicators.uncertainty import indicator_interval
from ptce_geo.indicators.white_zones import grouped, study_borders
from ptce_geo.territories import CURRENT_YEAR, territory_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt
    from scipy import sparse

    Floats = npt.NDArray[np.float64]

COVERAGE_TABLE_COLUMNS: Final = (
    schema.TERRITORY,
    schema.LEVEL,
    schema.GROUP,
    schema.INDICATOR,
    schema.THRESHOLD_KM,
    schema.VALUE,
    schema.LOW,
    schema.HIGH,
    schema.N,
    schema.FLAG,
    schema.METHOD,
)
PRESENCE: Final = "presence"
WHITE_ZONES: Final = "white_zones"
WHITE_ZONES_POPULATION: Final = "white_zones_population"
# The entry of `attrs` for the members that no territory counts, by level and reason.
PRESENCE_SET_ASIDE: Final = "presence_set_aside"

_COMMUNE: Final = "commune"
_SHARES: Final = (schema.SHARE_TERRITORIES, schema.SHARE_POPULATION)


def coverage_table(
    members: gpd.GeoDataFrame,
    *,
    poles: gpd.GeoDataFrame | None = None,
    levels: Sequence[str] = LEVELS_MEASURED,
    thresholds_km: float | Sequence[float] = THRESHOLDS_KM,
    minimum: int = 1,
    to: Goal | Sequence[Goal] = ("member",),
    share: float = 0.5,
    confidence: float = 0.95,
    draws: int = 0,
    seed: int | None = 0,
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return how far the poles cover the territories, at several levels and distances.

    Rows of a whole level (`territory` is ""): ``share_territories`` and ``share_population`` by
    presence (`coverage_by_presence`) and by reach at each threshold (`coverage_by_reach`); at the
    level of communes also ``white_zones``, how many there are (`white_zones`), and
    ``white_zones_population``, who lives there. Rows of one territory of the levels coarser than
    the commune: ``share_population``, its inhabitants within reach (`reached_population`).

    Parameters
    ----------
    members : GeoDataFrame, EPSG:4326
        Members, geocoded and attached to `levels`.
    poles : GeoDataFrame, optional
        Poles with their seats, for "seat".
    levels : sequence of str
        Levels of territory, each once: figures change with the level.
    thresholds_km : float or sequence of float
        Distances of the reach (km).
    minimum : int
        Members that make a territory covered by presence.
    to : {"member", "seat"} or sequence of them
        What is to be reached, each apart and once.
    share : float
        Share of its inhabitants within reach that makes a territory covered by reach.
    confidence : float
        Of the interval from `draws`.
    draws : int
        Draws of another place for each member of which only the commune is known
        (`indicator_interval`), 0 for none. The members then need ``geocode_precision``.
    seed : int, optional
        Of the draws; the same seed gives the same table.
    year : int
        Vintage of the territories.
    departements : sequence of str, optional
        Study area, INSEE codes; all of France by default.

    Returns
    -------
    DataFrame
        One row a figure, in the columns of `COVERAGE_TABLE_COLUMNS`: ``territory`` (code, "" for
        all of the level), ``level``, ``group`` ("presence", or what is to be reached: "member",
        "seat"), ``indicator``, ``threshold_km`` (NaN for presence), ``value``, ``low`` and
        ``high`` (NaN without draws; for presence and seats, which are not drawn), ``n`` (members,
        or seats, that it rests on), ``flag`` ("undefined" where the value is NaN), ``method``.
        ``attrs`` as of `coverage_by_reach`, and ``attrs["presence_set_aside"]``: the members that
        presence did not count, for each level by reason.

    Raises
    ------
    MissingColumnError
        When the members are not geocoded, not attached to a level, or, with `draws`, have no
        ``geocode_precision`` or ``code_commune``.
    InputError
        When `levels` or `to` is empty or names one twice, or a number is out of its range; as the
        functions above.

    References
    ----------
    See each measure.

    Examples
    --------
    A member in one of the two départements of Corsica, where 168,306 of 355,486 people live.

    >>> import geopandas as gpd
    >>> members = gpd.GeoDataFrame(
    ...     {"code_departement": ["2A"]}, geometry=gpd.points_from_xy([8.74], [41.92]), crs=4326
    ... )
    >>> table = coverage_table(members, levels=["departement"], departements=["2A", "2B"])
    >>> table.query("group == 'presence'").set_index("indicator")["value"].round(2).to_dict()
    {'share_territories': 0.5, 'share_population': 0.47}
    """
    thresholds = sorted_km(thresholds_km)
    levels, goals = each_once(levels, what="levels"), each_once(to, what="to")
    require_whole(draws, least=0, what="draws")
    if not (isinstance(confidence, Real) and 0 < confidence < 1):
        msg = f"coverage_table: confidence= lies between 0 and 1, not {confidence}"
        raise InputError(msg)
    require_share(share)
    presence = coverage_by_presence(
        members, level=levels, minimum=minimum, year=year, departements=departements
    )
    figures = _figures(levels, thresholds, share=share, year=year, departements=departements)
    parts = [_by_presence(presence, len(members), minimum=minimum)]
    attrs = {PRESENCE_SET_ASIDE: presence.attrs[MEMBERS_SET_ASIDE]}
    for goal in goals:
        supply = supply_points(members, to=goal, poles=poles)
        counted = supply.attrs[MEMBERS_COUNTED if goal == "member" else POLES_COUNTED]
        method = "straight line, legal CRS"
        rows = figures.keys().assign(**{schema.GROUP: goal, schema.N: counted})
        if draws and goal == "member":
            interval = indicator_interval(
                lambda drawn: pd.Series(
                    figures.values(supply_points(drawn, to="member", poles=None))
                ),
                members,
                n=draws,
                seed=seed,
                confidence=confidence,
                year=year,
            )
            columns = [schema.VALUE, schema.LOW, schema.HIGH]
            rows[columns] = interval[columns].to_numpy()
            method += f"; place uniform in the commune {confidence:.0%}, "
            method += f"{interval.attrs['n_draws']} draws"
        else:
            rows[schema.VALUE] = figures.values(supply)
        parts.append(rows.assign(**{schema.METHOD: method}))
        attrs |= {str(name): value for name, value in supply.attrs.items()}
    table = pd.concat(parts, ignore_index=True)
    table[schema.FLAG] = np.where(table[schema.VALUE].isna(), UNDEFINED, "")
    table = table.reindex(columns=list(COVERAGE_TABLE_COLUMNS))
    table.attrs = attrs | {POPULATION_UNATTACHED: unattached(figures.grounds)}
    return table


def _by_presence(presence: pd.DataFrame, members: int, *, minimum: int) -> pd.DataFrame:
    """Return the rows of `coverage_by_presence`, of so many members."""
    table = presence.reset_index().melt(
        id_vars=schema.LEVEL,
        value_vars=list(_SHARES),
        var_name=schema.INDICATOR,
        value_name=schema.VALUE,
    )
    set_aside = presence.attrs[MEMBERS_SET_ASIDE]
    counted = {level: members - sum(reasons.values()) for level, reasons in set_aside.items()}
    return table.assign(
        **{
            schema.TERRITORY: "",
            schema.GROUP: PRESENCE,
            schema.N: table[schema.LEVEL].map(counted),
            schema.METHOD: f"members in the territory, at least {minimum}",
        }
    )


@dataclass(frozen=True, eq=False)
class _Figures:
    """What the figures of reach are computed on, whatever is to be reached.

    Attributes
    ----------
    points : Demand
        The communes of France.
    grounds : dict
        The territories of each level.
    studied : array of int
        Positions of the communes of the study area among the points.
    borders : csr_array
        Which of these share a border.
    thresholds : array of float
        Distances (km), ascending.
    share : float
        Of the inhabitants, what makes a territory covered.
    """

    points: Demand
    grounds: dict[str, Ground]
    studied: npt.NDArray[np.intp]
    borders: sparse.csr_array
    thresholds: Floats
    share: float

    def keys(self) -> pd.DataFrame:
        """Return what each of the `values` is of."""
        rows = []
        for level, ground in self.grounds.items():
            rows.append(self._rows(pd.Index([""]), level, *_SHARES))
            if level != _COMMUNE:
                rows.append(self._rows(ground.codes, level, schema.SHARE_POPULATION))
        rows.append(self._rows(pd.Index([""]), _COMMUNE, WHITE_ZONES, WHITE_ZONES_POPULATION))
        return pd.concat(rows, ignore_index=True)

    def _rows(self, territories: pd.Index, level: str, *indicators: str) -> pd.DataFrame:
        product = pd.MultiIndex.from_product(
            [territories, [level], indicators, self.thresholds],
            names=[schema.TERRITORY, schema.LEVEL, schema.INDICATOR, schema.THRESHOLD_KM],
        )
        return product.to_frame(index=False)

    def values(self, supply: Supply) -> Floats:
        """Return the figures for what is to be reached, in the order of `keys`."""
        km = supply.nearest_to(self.points).km
        found: list[npt.ArrayLike] = []
        for level, ground in self.grounds.items():
            reach = reach_of(ground, km, self.thresholds)
            covered = coverage_of(reach, share=self.share)
            found += [covered[column] for column in _SHARES]
            if level != _COMMUNE:
                found.append(reach.shares_of_people.ravel())
        beyond = km[self.studied, np.newaxis] > self.thresholds
        found.append([len(np.unique(grouped(white, self.borders))) for white in beyond.T])
        found.append(self.points.people[self.studied] @ beyond)
        return np.concatenate(found)


def _figures(
    levels: Sequence[str],
    thresholds: Floats,
    *,
    share: float,
    year: int,
    departements: Sequence[str] | None,
) -> _Figures:
    points = demand_points(None, year=year)
    communes = territory_table("commune", year=year, departements=departements).index
    return _Figures(
        points=points,
        grounds={level: points.ground(level, departements) for level in levels},
        studied=points.commune.index.get_indexer(communes),
        borders=study_borders(communes, year=year),
        thresholds=thresholds,
        share=share,
    )
