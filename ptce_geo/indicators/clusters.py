"""Where a pole could be born: concentrations of ESS establishments that no pole covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from ptce_geo.checks import require_columns
from ptce_geo.errors import InputError
from ptce_geo.indicators.counts import count_members
from ptce_geo.indicators.distances import nearest_km, point_coordinates
from ptce_geo.indicators.inputs import amounts, reasons_set_aside, study_area
from ptce_geo.indicators.scan import (
    SpatialScan,
    Tail,
    kulldorff_scan,
)
from ptce_geo.indicators.scan_windows import planes
from ptce_geo.metric import by_legal_crs, legal_crs
from ptce_geo.schema import (
    CASES,
    CENTRE,
    CODE_COMMUNE,
    COMMUNE_CODES,
    ESTABLISHMENTS,
    EXPECTED,
    LATITUDE,
    LONGITUDE,
    METHOD,
    NAME,
    P_VALUE,
    POPULATION,
    RADIUS_KM,
    RELATIVE_RISK,
    SHARE_COVERED,
    TERRITORIES,
    TERRITORIES_COVERED,
    TERRITORY_CODES,
    WGS84,
    code_column,
)
from ptce_geo.territories import CURRENT_YEAR, territory_table

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SpatialScan", "kulldorff_scan", "latent_poles"]


def latent_poles(
    establishments: pd.DataFrame,
    poles: pd.DataFrame,
    *,
    level: str = "epci",
    count: str | None = None,
    minimum: int = 1,
    within_km: float | None = None,
    reference: pd.Series | None = None,
    max_radius_km: float | None = 30.0,
    replicates: int = 999,
    seed: int | None = None,
    tail: Tail = "rank",
    alpha: float = 0.05,
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
    territories: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Find the significant concentrations of ESS establishments that no existing pole covers.

    A territory is covered when it holds at least `minimum` accepted members of a pole, or lies
    within `within_km` of one. A window is what is not covered in a circle, and `kulldorff_scan`
    tests it against the whole study area: it holds c establishments, e = C n / N are expected
    there, with C and N of all territories, covered ones included.

    Why so: coverage is known before the establishments are looked at, and a scan is valid for
    any windows fixed beforehand. Were all territories scanned and the uncovered part of the
    clusters kept, a dense covered town would carry its surroundings along, though nothing is
    concentrated in them. Were the uncovered territories scanned alone, the yardstick would be
    their own average, lower than that of the study area wherever poles stand where the ESS is,
    and ordinary places would stand out. As it is, a row says: outside the reach of every pole,
    there are more establishments here than the study area's rate explains. Where establishments
    are many, small excesses are significant too: look at the relative risk and at `reference`
    before the p-value.

    Parameters
    ----------
    establishments : DataFrame
        One row an ESS establishment, with ``code_<level>``; for the embedded France
        ``code_commune`` is enough. Where it has ``geocode_status``, the accepted ones count.
    poles : DataFrame
        Members of the existing poles, or their seats, with the same columns; with points
        (EPSG:4326) if `within_km` is given. Where it has ``geocode_status``, the accepted ones
        count.
    level : str
        Level of territory that windows are made of: "epci", or "commune" for a finer and
        slower answer. The point of an EPCI is the mean of its communes' points, weighted by
        population, in the legal CRS.
    count : str, optional
        Column of `establishments` that says how many one row stands for (whole numbers).
    minimum : int
        Accepted members that cover a territory, at least 1.
    within_km : float, optional
        Straight distance from the territory's point to a member that covers it too (km).
    reference : Series, optional
        n, at least 0, what establishments are expected in proportion to, by territory code:
        all establishments, say. By default the population.
    max_radius_km : float or None
        Largest radius of a circle (km).
    replicates, seed, tail
        As for `kulldorff_scan`.
    alpha : float
        Concentrations are listed up to this p-value.
    year : int
        Vintage of the territories.
    departements : sequence of str, optional
        Study area: only its territories, and the establishments in them.
    territories : DataFrame, optional
        Territories of your own in place of the embedded France, indexed by code, with
        ``longitude``, ``latitude`` (deg), ``population`` and perhaps ``nom``.

    Returns
    -------
    DataFrame
        One row a concentration, indexed by "rank" from 1, the strongest first, without overlap;
        none if nothing is significant. ``nom``: the territory of it with most establishments;
        ``centre`` (code) and ``radius_km`` of the circle; ``territories``: how many uncovered
        ones it holds; ``establishments`` in these, who might become members; ``expected`` there;
        ``relative_risk`` as against elsewhere; ``p_value`` and its ``method``; ``population``
        (inhabitants) of these; ``share_covered``: of all establishments in the circle, the
        share in covered territories (0…1), near 1 for the ring round a pole; and, separated by
        spaces, ``territory_codes`` and ``commune_codes``. ``attrs["territories_covered"]``, and
        ``attrs["members_counted"]`` and ``attrs["members_set_aside"]`` (by reason) of the
        establishments, say what the result rests on.

    Raises
    ------
    MissingColumnError
        If a frame lacks a column, or `poles` its points.
    InputError
        If a code is that of no territory, or a number is out of its range; as `kulldorff_scan`.
    CrsError
        If points are not in EPSG:4326, or a territory lies in no legal CRS.

    References
    ----------
    Kulldorff, M. (1997). A spatial scan statistic. Communications in Statistics - Theory and
    Methods 26(6), 1481–1496 (windows: any set of zones fixed beforehand).

    Examples
    --------
    A and B hold 20 establishments each for 100 inhabitants, C 10 for 800; A has a pole.
    e = 50 × 100 / 1,000 = 5 in B, and 45 elsewhere: (20/5) / (30/45) = 6 times the risk.

    >>> zones = pd.DataFrame(
    ...     {"longitude": [3.0, 3.5, 4.0], "latitude": 46.5, "population": [100, 100, 800]},
    ...     index=["A", "B", "C"],
    ... )
    >>> ess = pd.DataFrame({"code_zone": ["A", "B", "C"], "number": [20, 20, 10]})
    >>> seats = pd.DataFrame({"code_zone": ["A"]})
    >>> found = latent_poles(
    ...     ess, seats, level="zone", count="number", territories=zones, replicates=99, seed=1
    ... )
    >>> found[["centre", "establishments", "expected", "relative_risk"]].round(9).values.tolist()
    [['B', 20, 5.0, 6.0]]
    """
    _check_rule(minimum, within_km, alpha)
    area, communes = _study_area(level, year, departements, territories)
    lonlat = area[[LONGITUDE, LATITUDE]].to_numpy(dtype="float64")

    def counted(frame: pd.DataFrame) -> pd.Series:
        if code_column(level) not in frame.columns and CODE_COMMUNE in frame.columns:
            frame = frame.assign(**{code_column(level): frame[CODE_COMMUNE].map(communes)})
        return count_members(
            frame, level=level, year=year, departements=departements, territories=territories
        )

    found = counted(_one_row_each(establishments, count))
    covered = counted(poles) >= minimum
    if within_km is not None:
        crs = legal_crs(lonlat)
        accepted = poles[(reasons_set_aside(poles) == "").to_numpy()]
        members = point_coordinates(accepted, what="poles")
        near = nearest_km(lonlat, crs, members, legal_crs(members)) <= within_km
        covered |= near
    scan = kulldorff_scan(
        found,
        area[POPULATION] if reference is None else reference,
        points=area[[LONGITUDE, LATITUDE]],
        candidates=area.index[~covered],
        max_population_share=1.0,
        max_radius_km=max_radius_km,
        replicates=replicates,
        seed=seed,
        tail=tail,
        secondary=alpha,
    )
    significant = scan.clusters[scan.clusters[P_VALUE] <= alpha]
    table = _described(significant, scan.members, area, found, covered, communes)
    table.attrs = {**found.attrs, TERRITORIES_COVERED: int(covered.sum())}
    return table


def _check_rule(minimum: int, within_km: float | None, alpha: float) -> None:
    for name, value, fits, wanted in (
        ("minimum", minimum, minimum >= 1, "at least 1 member"),
        ("within_km", within_km, within_km is None or within_km > 0, "km above 0, or None"),
        ("alpha", alpha, 0 < alpha <= 1, "a p-value above 0 and up to 1"),
    ):
        if not fits:
            msg = f"{name}: expected {wanted}, found {value}"
            raise InputError(msg)


def _study_area(
    level: str,
    year: int,
    departements: Sequence[str] | None,
    territories: pd.DataFrame | None,
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the territories with their points, and the territory that each commune is in."""
    area, _ = study_area(level, year=year, departements=departements, territories=territories)
    if territories is not None or level == "commune":
        require_columns(area, [LONGITUDE, LATITUDE, POPULATION], what="territories")
        return area, area.index.to_series()
    communes = territory_table("commune", year=year)
    require_columns(communes, [code_column(level)], what=f"level {level!r}: the table of communes")
    parents = communes[code_column(level)]
    inside = communes[parents.isin(area.index)]
    return area.join(_centres(inside, parents.loc[inside.index])), parents


def _centres(communes: pd.DataFrame, parents: pd.Series) -> pd.DataFrame:
    """Return longitude and latitude of where the inhabitants of each parent live on average."""
    points = gpd.GeoSeries.from_xy(
        communes[LONGITUDE], communes[LATITUDE], index=communes.index, crs=WGS84
    )
    parts = []
    for epsg, part in by_legal_crs(points):
        people = communes.loc[part.index, POPULATION]
        sums = pd.DataFrame({"x": part.x * people, "y": part.y * people, "people": people})
        sums = sums.groupby(parents.loc[part.index]).sum()
        x, y = sums["x"] / sums["people"], sums["y"] / sums["people"]
        parts.append(gpd.GeoSeries.from_xy(x, y, index=sums.index, crs=epsg).to_crs(WGS84))
    centres = pd.concat(parts)
    return pd.DataFrame({LONGITUDE: centres.x, LATITUDE: centres.y})


def _one_row_each(establishments: pd.DataFrame, count: str | None) -> pd.DataFrame:
    """Return `establishments` with each row as often as it counts."""
    if count is None:
        return establishments
    require_columns(establishments, [count], what="establishments")
    numbers = amounts(establishments[count], what=f"establishments: {count}")
    if (numbers != np.floor(numbers)).any():
        msg = f"establishments: expected whole numbers in {count}; count establishments, not jobs"
        raise InputError(msg)
    return establishments.iloc[np.repeat(np.arange(len(numbers)), numbers.astype("int64"))]


def _described(
    clusters: pd.DataFrame,
    members: pd.Series,
    area: pd.DataFrame,
    found: pd.Series,
    covered: pd.Series,
    communes: pd.Series,
) -> pd.DataFrame:
    """Say of each cluster what a planner asks: where, how many, how far beyond what is usual."""
    lonlat = area[[LONGITUDE, LATITUDE]].to_numpy(dtype="float64")
    place = planes(lonlat, legal_crs(lonlat))
    names, people, shares, codes, commune_codes = [], [], [], [], []
    for rank, cluster in clusters.iterrows():
        inside = members.index[members == rank]
        main = found[inside].idxmax()
        names.append(area.loc[main, NAME] if NAME in area.columns else main)
        people.append(area.loc[inside, POPULATION].sum())
        centre = place[area.index.get_loc(cluster[CENTRE])]
        metres = np.linalg.norm(place - centre, axis=1)
        circle = found[np.rint(metres * 1000) <= np.rint(cluster[RADIUS_KM] * 1e6)]
        shares.append(circle[covered[circle.index]].sum() / circle.sum())
        codes.append(" ".join(inside))
        commune_codes.append(" ".join(sorted(communes.index[communes.isin(inside)])))
    index = clusters.index
    return pd.DataFrame(
        {
            NAME: pd.Series(names, index, dtype="str"),
            CENTRE: clusters[CENTRE],
            RADIUS_KM: clusters[RADIUS_KM],
            TERRITORIES: clusters[TERRITORIES],
            ESTABLISHMENTS: clusters[CASES],
            EXPECTED: clusters[EXPECTED],
            RELATIVE_RISK: clusters[RELATIVE_RISK],
            P_VALUE: clusters[P_VALUE],
            METHOD: clusters[METHOD],
            POPULATION: pd.Series(people, index, dtype=area[POPULATION].dtype),
            SHARE_COVERED: pd.Series(shares, index, dtype="float64"),
            TERRITORY_CODES: pd.Series(codes, index, dtype="str"),
            COMMUNE_CODES: pd.Series(commune_codes, index, dtype="str"),
        }
    )
