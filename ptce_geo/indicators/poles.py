"""What each pole is: its members, where they are, and how far from its seat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ptce_geo.checks import require_columns, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators.distances import point_coordinates
from ptce_geo.indicators.inputs import amounts, reasons_set_aside
from ptce_geo.metric import legal_crs, paired_km
from ptce_geo.schema import (
    ACCEPTED,
    CODE_COMMUNE,
    COMMUNES,
    DECLARED,
    DEPARTEMENTS,
    DISTANCE_MAX_KM,
    DISTANCE_MEAN_KM,
    EPCI,
    FTE,
    FTE_ANSWERS,
    LATITUDE,
    LEAD_MEMBER,
    LOCATED,
    LONGITUDE,
    MEMBERS,
    MEMBERS_OTHER_CRS,
    POLE_ID,
    POLE_NAME,
    POLE_SUMMARY_COLUMNS,
    REGIONS,
    REVIEW,
    ROLE,
    SEAT_SOURCE,
    TO_REVIEW,
    code_column,
)

if TYPE_CHECKING:
    import numpy.typing as npt

# What a list calls the member that carries the pole.
LEAD_ROLES: Final = frozenset({"porteur", "lead"})
_TOUCHED: Final = {
    COMMUNES: code_column("commune"),
    EPCI: code_column("epci"),
    DEPARTEMENTS: code_column("departement"),
    REGIONS: code_column("region"),
}
_DISTANCE: Final = "distance_to_seat_km"


def pole_summary(members: gpd.GeoDataFrame, *, poles: pd.DataFrame | None = None) -> pd.DataFrame:
    """Describe each pole: members, territories touched, jobs, distance of the members to the seat.

    Distances are straight lines in the legal CRS of the territory, d_j = |m_j - seat|; their mean
    and maximum run over the accepted members that share the legal CRS of the seat.

    Parameters
    ----------
    members : GeoDataFrame
        Geocoded and attached members (points, EPSG:4326). Without the column
        ``geocode_status``, every member with a point counts as accepted; ``pole_name`` and
        ``fte`` may be absent.
    poles : DataFrame or GeoDataFrame, optional
        Poles, ``pole_id`` unique. The geometry of a GeoDataFrame is the seat, taken as it
        stands, to be reviewed or not (see `locate_seats`); without one there are no distances.

    Returns
    -------
    DataFrame
        One row for each pole known from either frame (index "pole_id", first those of `poles`):

        - pole_name;
        - members: rows of the pole; located: with a point; accepted; to_review;
        - communes, epci, departements, regions: how many of them hold accepted members;
        - fte: full-time equivalents, summed over the members that gave them, placed or not
          (NaN if none did); fte_answers: how many did;
        - distance_to_seat_mean_km, distance_to_seat_max_km: NaN without seat or member to measure;
        - members_other_crs: accepted members left out of the distances, because they and the seat
          lie in two legal CRS.

        Members without ``pole_id`` are in no row: ``attrs["members_without_pole"]`` counts them.

    Raises
    ------
    MissingColumnError
        If the members are not geocoded or not attached to the four levels.
    DuplicateIdError
        If a ``pole_id`` stands twice in `poles`.
    InputError
        If a pole has no ``pole_id``, or an fte is negative.

    Examples
    --------
    >>> members = gpd.GeoDataFrame(
    ...     {
    ...         "pole_id": ["p", "p"],
    ...         "pole_name": ["Pole P", "Pole P"],
    ...         "fte": [2.5, float("nan")],
    ...         "code_commune": ["42218", "42207"],
    ...         "code_epci": ["244200770", "244200770"],
    ...         "code_departement": ["42", "42"],
    ...         "code_region": ["84", "84"],
    ...     },
    ...     geometry=gpd.points_from_xy([4.39, 4.51], [45.44, 45.47]),
    ...     crs=4326,
    ... )
    >>> summary = pole_summary(members)
    >>> summary[["members", "communes", "epci", "fte", "fte_answers"]].to_dict("index")
    {'p': {'members': 2, 'communes': 2, 'epci': 1, 'fte': 2.5, 'fte_answers': 1}}
    """
    require_columns(members, [POLE_ID], what="members")
    absent = [column for column in (POLE_NAME, FTE) if column not in members]
    members = members.assign(**dict.fromkeys(absent, np.nan)).astype({POLE_NAME: "str"})
    require_columns(
        members, list(_TOUCHED.values()), what="members not attached, call attach_territories"
    )
    if poles is not None:
        require_columns(poles, [POLE_NAME], what="poles")
    amounts(members[FTE].dropna(), what="fte")
    groups = _member_facts(members, poles).groupby(POLE_ID)
    totals = [LOCATED, ACCEPTED, TO_REVIEW, MEMBERS_OTHER_CRS]
    summary = pd.concat(
        [
            groups[POLE_NAME].first(),
            groups.size().rename(MEMBERS),
            groups[totals].sum(),
            groups[list(_TOUCHED)].nunique(),
            groups[FTE].sum(min_count=1),
            groups[FTE].count().rename(FTE_ANSWERS),
            groups[_DISTANCE].mean().rename(DISTANCE_MEAN_KM),
            groups[_DISTANCE].max().rename(DISTANCE_MAX_KM),
        ],
        axis="columns",
    )
    if poles is not None:
        names = poles.set_index(POLE_ID)[POLE_NAME]
        summary = summary.reindex(names.index.union(summary.index, sort=False))
        summary[POLE_NAME] = names.reindex(summary.index).fillna(summary[POLE_NAME])
        counts = [MEMBERS, *totals, *_TOUCHED, FTE_ANSWERS]
        summary[counts] = summary[counts].fillna(0).astype("int64")
    summary = summary[list(POLE_SUMMARY_COLUMNS)]
    summary.attrs = {"members_without_pole": int(members[POLE_ID].isna().sum())}
    return summary


def locate_seats(poles: gpd.GeoDataFrame, members: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give a pole whose own seat was not located the place of the member that leads it.

    Parameters
    ----------
    poles : GeoDataFrame
        Geocoded poles (points, EPSG:4326), ``pole_id`` unique.
    members : GeoDataFrame
        Geocoded members. The one that leads has the ``role`` "porteur" or "lead" and is
        accepted; of several, the first.

    Returns
    -------
    GeoDataFrame
        `poles` with ``seat_source``: "declared" where the pole's own seat has a point,
        "lead_member" where it now has the point, longitude, latitude and ``code_commune`` of its
        leading member, missing where there is no seat. The other ``geocode_`` columns go on
        telling how the declared seat was geocoded; attach the poles to territories after this.

    Raises
    ------
    MissingColumnError
        If one of the frames is not geocoded, or the members have no ``pole_id`` or ``role``.
    DuplicateIdError
        If a ``pole_id`` stands twice in `poles`.

    Examples
    --------
    >>> poles = gpd.GeoDataFrame({"pole_id": ["p", "q"]}, geometry=[None, None], crs=4326)
    >>> members = gpd.GeoDataFrame(
    ...     {"pole_id": ["p", "q"], "role": ["porteur", "membre"]},
    ...     geometry=gpd.points_from_xy([4.4, 4.5], [45.4, 45.5]),
    ...     crs=4326,
    ... )
    >>> seats = locate_seats(poles, members)
    >>> seats.geometry.to_list(), seats["seat_source"].to_list()
    ([<POINT (4.4 45.4)>, None], ['lead_member', nan])
    """
    _require_pole_ids(poles)
    require_columns(members, [POLE_ID, ROLE], what="members")
    has_seat = ~np.isnan(point_coordinates(poles, what="poles")[:, 0])
    has_point = ~np.isnan(point_coordinates(members, what="members")[:, 0])
    is_lead = members[ROLE].astype("str").str.strip().str.casefold().isin(LEAD_ROLES)
    accepted = reasons_set_aside(members) == ""
    leads = members[is_lead & accepted & has_point].drop_duplicates(POLE_ID).set_index(POLE_ID)
    led = ~has_seat & poles[POLE_ID].isin(leads.index)
    lead = leads.reindex(poles.loc[led, POLE_ID])

    seats = poles.copy()
    points = seats.geometry.to_numpy().copy()
    points[led] = lead.geometry.to_numpy()
    seats[seats.active_geometry_name] = gpd.GeoSeries(points, index=seats.index, crs=seats.crs)
    for column in (LONGITUDE, LATITUDE, CODE_COMMUNE):
        if column in seats.columns and column in lead.columns:
            seats.loc[led, column] = lead[column].to_numpy()
    source = pd.Series(None, index=seats.index, dtype="str")
    seats[SEAT_SOURCE] = source.mask(has_seat, DECLARED).mask(led, LEAD_MEMBER)
    return seats


def _member_facts(members: gpd.GeoDataFrame, poles: pd.DataFrame | None) -> pd.DataFrame:
    """Return, for each member, what the summary of its pole adds up."""
    lonlat = point_coordinates(members, what="members")
    located = ~np.isnan(lonlat[:, 0])
    reasons = reasons_set_aside(members)
    accepted = (reasons == "") & located
    seats = _seats(members, poles)
    distance = paired_km(
        lonlat, legal_crs(lonlat, members[_TOUCHED[DEPARTEMENTS]]), seats, legal_crs(seats)
    )
    return pd.DataFrame(
        {
            **{name: members[name] for name in (POLE_ID, POLE_NAME, FTE)},
            LOCATED: located,
            ACCEPTED: accepted,
            TO_REVIEW: reasons == REVIEW,
            **{name: members[code].where(accepted) for name, code in _TOUCHED.items()},
            _DISTANCE: pd.Series(distance, index=members.index).where(accepted),
            MEMBERS_OTHER_CRS: accepted & ~np.isnan(seats[:, 0]) & np.isnan(distance),
        }
    )


def _seats(members: pd.DataFrame, poles: pd.DataFrame | None) -> npt.NDArray[np.float64]:
    """Return the seat of each member's pole (n × 2, deg), NaN where there is none.

    The legal CRS of a seat is that of its point: a code may stand for the declared town, and
    the point for the leading member.
    """
    seats = np.full((len(members), 2), np.nan)
    if poles is not None:
        _require_pole_ids(poles)
        if isinstance(poles, gpd.GeoDataFrame):
            row = pd.Index(poles[POLE_ID]).get_indexer(pd.Index(members[POLE_ID]))
            seats[row >= 0] = point_coordinates(poles, what="poles")[row[row >= 0]]
    return seats


def _require_pole_ids(poles: pd.DataFrame) -> None:
    require_columns(poles, [POLE_ID], what="poles")
    if poles[POLE_ID].isna().any():
        msg = f"poles: {int(poles[POLE_ID].isna().sum())} rows have no {POLE_ID}; fill it"
        raise InputError(msg)
    require_unique(poles[POLE_ID], what="poles")
