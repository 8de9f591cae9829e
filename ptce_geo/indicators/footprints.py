"""Where a pole stands on the ground: how far its members spread, which shape they fill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Proj

from ptce_geo.checks import listing, require_columns
from ptce_geo.crs import LEGAL_CRS
from ptce_geo.errors import InputError
from ptce_geo.indicators.distances import APART, WITHOUT_CRS, placed, point_coordinates
from ptce_geo.indicators.inputs import amounts, reasons_set_aside, study_area, tally
from ptce_geo.indicators.memberships import (
    TOUCHED,
    known_poles,
    pole_rows,
    seat_points,
    without_pole,
)
from ptce_geo.metric import NO_CRS, legal_crs, paired_km, project, unproject
from ptce_geo.schema import (
    ACCEPTED,
    CENTRE_DISTANCE_MAX_KM,
    CENTRE_DISTANCE_MEAN_KM,
    CODE_COMMUNE,
    DISTANCE_MAX_KM,
    DISTANCE_MEAN_KM,
    ELLIPSE_AREA_KM2,
    FOOTPRINT_REASON,
    HULL_AREA_KM2,
    LATITUDE,
    LEGAL_CRS_NAME,
    LONGITUDE,
    MEMBERS_OUTSIDE,
    POLE_ID,
    POPULATION,
    ROTATION_DEG,
    SEMI_MAJOR_KM,
    SEMI_MINOR_KM,
    STANDARD_DISTANCE_KM,
    WGS84,
)
from ptce_geo.territories import CURRENT_YEAR

if TYPE_CHECKING:
    import numpy.typing as npt

    from ptce_geo.indicators.distances import Placed
    from ptce_geo.metric import Codes, Coordinates

    Rows = npt.NDArray[np.intp]

HULL: Final = "hull"
ELLIPSE: Final = "ellipse"
SHAPES: Final = (HULL, ELLIPSE)
_SPREAD: Final = (
    LONGITUDE,
    LATITUDE,
    HULL_AREA_KM2,
    ELLIPSE_AREA_KM2,
    STANDARD_DISTANCE_KM,
    SEMI_MAJOR_KM,
    SEMI_MINOR_KM,
    ROTATION_DEG,
    CENTRE_DISTANCE_MEAN_KM,
    CENTRE_DISTANCE_MAX_KM,
)
_COLUMNS: Final = (
    ACCEPTED,
    MEMBERS_OUTSIDE,
    LEGAL_CRS_NAME,
    *_SPREAD,
    DISTANCE_MEAN_KM,
    DISTANCE_MAX_KM,
    *TOUCHED,
    POPULATION,
    FOOTPRINT_REASON,
)
_ELSEWHERE: Final = "in another legal CRS than the footprint"
_ACCEPTED: Final = ("", WITHOUT_CRS, APART, _ELSEWHERE)
_CORNERS: Final = 72
# What is straight in the legal CRS is curved in degrees: a point every 5 km keeps the drawn edge
# within a metre of the true one.
_STEP_M: Final = 5_000
# Axes that differ by less than this part of themselves differ by rounding.
_ROUNDING: Final = 1e-9


def pole_footprint(
    members: gpd.GeoDataFrame,
    *,
    poles: pd.DataFrame | None = None,
    shape: str = HULL,
    year: int = CURRENT_YEAR,
    territories: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Draw the footprint of each pole and measure how far its members spread.

    With (u, v) the members' easting and northing less those of their mean centre, in the legal
    CRS, and means taken over the n members: standard distance √(mean u² + mean v²); ellipse of
    semi-axes √(2 λ), λ the two eigenvalues of the covariance matrix [[mean u², mean uv],
    [mean uv, mean v²]]. So the sum of the squared semi-axes is twice the squared standard
    distance, and the ellipse of members that spread alike in all directions is the circle of
    standard distance.

    The footprint lies in one legal CRS: the one that holds most of the pole's members, of two
    that hold as many the seat's. Members elsewhere (an ocean away) are not in it, and counted.

    Parameters
    ----------
    members : GeoDataFrame, EPSG:4326
        Members, geocoded and attached to the communes, EPCI, départements and régions; the
        accepted ones that have a point count. One row is one membership.
    poles : DataFrame or GeoDataFrame, optional
        Poles, ``pole_id`` unique. The point of a pole, where it has one, is its seat.
    shape : {"hull", "ellipse"}
        What the geometry is: the convex hull of the members, or the ellipse (a polygon of 72
        corners on it). Neither is buffered: members on one line give that segment, members at one
        place a point.
    year : int
        Vintage of the communes, for their population.
    territories : DataFrame, optional
        Communes of your own, indexed by code, with ``population``, in place of those of `year`.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        One row for each pole known from either frame (index "pole_id", first those of `poles`):

        - accepted: accepted members with a point; members_outside: how many of them are not in
          the footprint;
        - legal_crs: its own ("EPSG:2154"); longitude, latitude: the mean centre (deg);
        - hull_area_km2, ellipse_area_km2 (π times the product of the semi-axes);
        - standard_distance_km, semi_major_km, semi_minor_km; rotation_deg: where the major axis
          points, clockwise from the geographic north (0…180; NaN for a circle or a point);
        - distance_to_centre_mean_km, distance_to_centre_max_km;
        - distance_to_seat_mean_km, distance_to_seat_max_km: of the accepted members in the legal
          CRS of the seat, as in `pole_summary`; NaN without seat or such member;
        - communes, epci, departements, regions: how many hold accepted members, in the footprint
          or not; population: inhabitants of these communes, NaN if one is not known;
        - footprint_reason: missing where there is a footprint, else why the pole has no member
          in one ("without members", "rejected, review"); its lengths and areas are NaN then.

        ``attrs["members_counted"]`` is the number of members in a footprint,
        ``attrs["members_set_aside"]`` that of the others, by reason: "review", "rejected",
        "without pole_id", "without a point", "without a legal CRS", "point and code_departement
        apart", "in another legal CRS than the footprint".

    Raises
    ------
    MissingColumnError
        If the members are not geocoded or not attached to the four levels, or `territories` has
        no population.
    DuplicateIdError
        If a ``pole_id`` stands twice in `poles`.
    InputError
        If `shape` is unknown, a pole has no ``pole_id``, a ``code_commune`` is that of no
        commune, or a population is negative.
    CrsError
        If a frame is not in EPSG:4326.

    References
    ----------
    Lefever, D. W. (1926). Measuring geographic concentration by means of the standard deviational
    ellipse. American Journal of Sociology 32(1), 88–94.
    Yuill, R. S. (1971). The standard deviational ellipse: an updated tool for spatial description.
    Geografiska Annaler B 53(1), 28–39 (semi-axes √λ, without the factor √2).
    Levine, N. (2015). CrimeStat IV, chapter 4 (semi-axes √(2 λ n / (n - 2)), for a sample; the
    members of a pole are all of them, not a sample).

    Examples
    --------
    Four members 3 km north, south, 4 km east and west of a place: mean u² = 2 × 16 / 4 = 8 and
    mean v² = 2 × 9 / 4 = 4.5; the semi-axes are √16 = 4 and √9 = 3, the hull has 8 × 6 / 2 km².

    >>> offsets = np.array([[0, 3], [0, -3], [4, 0], [-4, 0]]) * 1000
    >>> points = gpd.points_from_xy(*(offsets + [700_000, 6_600_000]).T, crs=2154).to_crs(4326)
    >>> codes = ["code_commune", "code_epci", "code_departement", "code_region"]
    >>> members = gpd.GeoDataFrame({"pole_id": ["p"] * 4}, geometry=points)
    >>> footprint = pole_footprint(members.assign(**dict.fromkeys(codes)))
    >>> columns = ["semi_major_km", "semi_minor_km", "rotation_deg", "hull_area_km2"]
    >>> footprint[columns].round(6).values.tolist()
    [[4.0, 3.0, 90.0, 24.0]]
    """
    if shape not in SHAPES:
        msg = f"shape: expected one of {', '.join(SHAPES)}, found {shape!r}"
        raise InputError(msg)
    points = point_coordinates(members, what="members")
    require_columns(
        members, list(TOUCHED.values()), what="members not attached, call attach_territories"
    )
    ids = known_poles(members, poles)
    pole, seats = pole_rows(members, ids), seat_points(ids, poles)
    found, seat_crs = placed(members, points), legal_crs(seats)
    lonlat, crs = found.lonlat, found.crs
    reasons, plane = _set_aside(members, found, pole, seat_crs)
    counted, accepted = (reasons == "").to_numpy(), reasons.isin(_ACCEPTED).to_numpy()

    figures = pd.DataFrame(np.nan, index=range(len(ids)), columns=list(_SPREAD))
    drawn = np.full(len(ids), None, dtype=object)
    for epsg in LEGAL_CRS:
        here = counted & (crs == epsg)
        if here.any():
            rows, spread, shapes = _spread(pole[here], project(lonlat[here], epsg), epsg, shape)
            figures.loc[rows] = spread
            drawn[rows] = gpd.GeoSeries(shapes, crs=epsg).to_crs(WGS84).to_numpy()

    its = pole[accepted]
    to_seat = paired_km(lonlat[accepted], crs[accepted], seats[its], seat_crs[its])
    by_pole = pd.Series(to_seat).groupby(its)
    figures[DISTANCE_MEAN_KM], figures[DISTANCE_MAX_KM] = by_pole.mean(), by_pole.max()
    figures[ACCEPTED] = np.bincount(its, minlength=len(ids))
    figures[MEMBERS_OUTSIDE] = figures[ACCEPTED] - np.bincount(pole[counted], minlength=len(ids))
    codes = members.loc[accepted, list(TOUCHED.values())]
    touched = codes.groupby(its).nunique().reindex(figures.index, fill_value=0)
    figures[list(TOUCHED)] = touched
    figures[POPULATION] = _population(
        its, codes[CODE_COMMUNE], n=len(ids), year=year, territories=territories
    )
    figures[LEGAL_CRS_NAME] = pd.Series(plane).map({epsg: f"EPSG:{epsg}" for epsg in LEGAL_CRS})
    figures[FOOTPRINT_REASON] = _why_none(reasons, pole, plane)
    footprints = gpd.GeoDataFrame(
        figures[list(_COLUMNS)].set_axis(ids), geometry=gpd.GeoSeries(drawn, index=ids, crs=WGS84)
    )
    footprints.attrs = tally(reasons)
    return footprints


def commune_population(
    communes: pd.Series, *, year: int, territories: pd.DataFrame | None
) -> npt.NDArray[np.float64]:
    """Return the population of each commune, NaN where it is not known.

    A code that is no commune's raises `InputError`.
    """
    area, known = study_area("commune", year=year, departements=None, territories=territories)
    require_columns(area, [POPULATION], what="territories")
    amounts(area[POPULATION].dropna(), what="population")
    place = known.get_indexer(pd.Index(communes))
    if (place < 0).any():
        msg = (
            f"members: {CODE_COMMUNE} {listing(communes[place < 0].unique())} is no commune of the "
            "territories; attach the members to the same vintage"
        )
        raise InputError(msg)
    return area[POPULATION].to_numpy(dtype="float64", na_value=np.nan)[place]


def _set_aside(
    members: pd.DataFrame, found: Placed, pole: Rows, seat_crs: Codes
) -> tuple[pd.Series, Codes]:
    """Return why each member is in no footprint, and the legal CRS of the footprint of each pole.

    It is the one of most members; the seat's counts half a member where there is one.
    """
    crs, reasons = found.crs, without_pole(reasons_set_aside(members), members)
    reasons = reasons.where(reasons != "", found.reasons)
    usable = (reasons == "").to_numpy(copy=True)
    plane, most = np.zeros_like(seat_crs), np.zeros(len(seat_crs))
    for epsg in LEGAL_CRS:
        held = np.bincount(pole[usable & (crs == epsg)], minlength=len(plane))
        held = held + (held > 0) * (seat_crs == epsg) / 2
        plane[held > most] = epsg
        most = np.maximum(most, held)
    usable[usable] = crs[usable] == plane[pole[usable]]
    return reasons.mask((reasons == "") & ~usable, _ELSEWHERE), plane


def _spread(
    pole: Rows, metric: Coordinates, epsg: int, shape: str
) -> tuple[Rows, pd.DataFrame, npt.NDArray[np.object_]]:
    """Return the rows of the poles in one plane, how their members spread, and their shapes (m)."""
    order = np.argsort(pole, kind="stable")
    metric = metric[order]
    rows, start, group, n = np.unique(
        pole[order], return_index=True, return_inverse=True, return_counts=True
    )

    def mean(values: Coordinates) -> Coordinates:
        return (np.add.reduceat(values, start).T / n).T

    # Taken from the first member, members at one place are apart by 0 exactly.
    away = metric - metric[start][group]
    middle = mean(away)
    centre, away = metric[start] + middle, away - middle[group]
    u, v = away.T
    uu, vv, uv = mean(u**2), mean(v**2), mean(u * v)
    bearing = np.arctan2(2 * uv, vv - uu) / 2
    along = np.column_stack([np.sin(bearing), np.cos(bearing)])
    across = np.column_stack([np.cos(bearing), -np.sin(bearing)])
    major, minor = (
        np.sqrt(2 * mean((away * axis[group]).sum(axis=1) ** 2)) for axis in (along, across)
    )
    minor = np.where(minor > _ROUNDING * major, np.minimum(minor, major), 0)
    hulls = shapely.convex_hull(shapely.multipoints(metric, indices=group))
    lonlat, to_centre = unproject(centre, epsg), np.hypot(u, v)
    grid_north = Proj(epsg).get_factors(*lonlat.T).meridian_convergence
    rotation = (np.degrees(bearing) + grid_north) % 180
    spread = pd.DataFrame(
        {
            LONGITUDE: lonlat[:, 0],
            LATITUDE: lonlat[:, 1],
            HULL_AREA_KM2: shapely.area(hulls) / 1e6,
            ELLIPSE_AREA_KM2: np.pi * major * minor / 1e6,
            STANDARD_DISTANCE_KM: np.sqrt(uu + vv) / 1000,
            SEMI_MAJOR_KM: major / 1000,
            SEMI_MINOR_KM: minor / 1000,
            ROTATION_DEG: np.where(major - minor > _ROUNDING * major, rotation, np.nan),
            CENTRE_DISTANCE_MEAN_KM: mean(to_centre) / 1000,
            CENTRE_DISTANCE_MAX_KM: np.maximum.reduceat(to_centre, start) / 1000,
        },
        index=rows,
    )
    axes = major[:, np.newaxis] * along, minor[:, np.newaxis] * across
    shapes = hulls if shape == HULL else _ellipses(centre, *axes)
    return rows, spread, shapely.segmentize(shapes, _STEP_M)


def _ellipses(
    centre: Coordinates, major: Coordinates, minor: Coordinates
) -> npt.NDArray[np.object_]:
    """Return the ellipses of these semi-axes (vectors, m), a segment or point where one is 0."""
    turn = np.arange(_CORNERS)[:, np.newaxis] * 2 * np.pi / _CORNERS
    ring = np.cos(turn) * major[:, np.newaxis] + np.sin(turn) * minor[:, np.newaxis]
    shapes = shapely.polygons(centre[:, np.newaxis] + ring)
    flat, one = ~minor.any(axis=1), ~major.any(axis=1)
    ends = np.stack([centre - major, centre + major], axis=1)
    shapes[flat] = shapely.linestrings(ends[flat])
    shapes[one] = shapely.points(centre[one])
    return shapes


def _population(
    pole: Rows, communes: pd.Series, *, n: int, year: int, territories: pd.DataFrame | None
) -> npt.NDArray[np.float64]:
    """Return the population of the communes that each of `n` poles touches."""
    touched = pd.DataFrame({POLE_ID: pole, CODE_COMMUNE: communes.to_numpy()})
    touched = touched.dropna().drop_duplicates()
    people = commune_population(touched[CODE_COMMUNE], year=year, territories=territories)
    return np.bincount(touched[POLE_ID], weights=people, minlength=n).astype("float64")


def _why_none(reasons: pd.Series, pole: Rows, plane: Codes) -> pd.Series:
    """Return why each pole has no footprint: the reasons of its members; missing where it has."""
    of_pole = pd.DataFrame({POLE_ID: pole, "why": reasons.to_numpy()}).drop_duplicates()
    listed = of_pole.sort_values("why").groupby(POLE_ID)["why"].agg(", ".join)
    why = listed.reindex(range(len(plane))).fillna("without members").astype("str")
    return why.where(plane == NO_CRS)
