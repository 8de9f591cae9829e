"""What each pole is: its members, what they weigh, where they are, and how far from its seat."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ptce_geo.checks import require_columns
from ptce_geo.indicators.composition import family_counts
from ptce_geo.indicators.distances import point_coordinates
from ptce_geo.indicators.economic_weight import ANSWERS_SET_ASIDE, economic_weight
from ptce_geo.indicators.inputs import reasons_set_aside
from ptce_geo.indicators.member_kinds import member_kind
from ptce_geo.indicators.memberships import (
    TOUCHED,
    known_poles,
    listed_poles,
    pole_rows,
    seat_points,
)
from ptce_geo.metric import legal_crs, paired_km
from ptce_geo.schema import (
    ACCEPTED,
    ANSWERS,
    CODE_COMMUNE,
    DECLARED,
    DISTANCE_MAX_KM,
    DISTANCE_MEAN_KM,
    FAMILIES,
    FAMILY,
    FTE,
    FTE_ANSWERS,
    FTE_POLE_ANSWERS,
    HIGH,
    LATITUDE,
    LEAD_MEMBER,
    LOCATED,
    LONGITUDE,
    LOW,
    MEASURE,
    MEMBER_KIND,
    MEMBERS,
    MEMBERS_OTHER_CRS,
    POLE_ID,
    POLE_NAME,
    POLE_SUMMARY_COLUMNS,
    REVIEW,
    ROLE,
    SEAT_SOURCE,
    SHARE,
    SHARE_ANSWERED,
    SHARE_FTE_ANSWERED,
    SHARE_FTE_POLE,
    SHARE_FTE_POLE_HIGH,
    SHARE_FTE_POLE_LOW,
    SHARE_TURNOVER_ANSWERED,
    SHARE_TURNOVER_POLE,
    SHARE_TURNOVER_POLE_HIGH,
    SHARE_TURNOVER_POLE_LOW,
    TO_REVIEW,
    TOTAL,
    TOTAL_ANSWERS,
    TURNOVER,
    TURNOVER_ANSWERS,
    TURNOVER_POLE_ANSWERS,
    family_column,
)

# What a list calls the member that carries the pole.
LEAD_ROLES: Final = frozenset({"porteur", "lead"})
_DISTANCE: Final = "distance_to_seat_km"
# The columns of `economic_weight`, as the summary names them for each measure.
WEIGHT_COLUMNS: Final = {
    FTE: {
        TOTAL: FTE,
        TOTAL_ANSWERS: FTE_ANSWERS,
        ANSWERS: FTE_POLE_ANSWERS,
        SHARE_ANSWERED: SHARE_FTE_ANSWERED,
        SHARE: SHARE_FTE_POLE,
        LOW: SHARE_FTE_POLE_LOW,
        HIGH: SHARE_FTE_POLE_HIGH,
    },
    TURNOVER: {
        TOTAL: TURNOVER,
        TOTAL_ANSWERS: TURNOVER_ANSWERS,
        ANSWERS: TURNOVER_POLE_ANSWERS,
        SHARE_ANSWERED: SHARE_TURNOVER_ANSWERED,
        SHARE: SHARE_TURNOVER_POLE,
        LOW: SHARE_TURNOVER_POLE_LOW,
        HIGH: SHARE_TURNOVER_POLE_HIGH,
    },
}
_COUNTS: Final = (
    *(MEMBERS, LOCATED, ACCEPTED, TO_REVIEW, MEMBERS_OTHER_CRS, *TOUCHED),
    *(FTE_ANSWERS, FTE_POLE_ANSWERS, TURNOVER_ANSWERS, TURNOVER_POLE_ANSWERS),
    *map(family_column, FAMILIES),
)


def pole_summary(
    members: gpd.GeoDataFrame,
    *,
    poles: pd.DataFrame | None = None,
    confidence: float = 0.95,
    draws: int = 999,
    seed: int | None = 0,
) -> pd.DataFrame:
    """Describe each pole: members, what they weigh, territories touched, distance to the seat.

    Distances are straight lines in the legal CRS of the territory, d_j = |m_j - seat|; their mean
    and maximum run over the accepted members that share the legal CRS of the seat.

    Parameters
    ----------
    members : GeoDataFrame
        Geocoded and attached members (points, EPSG:4326). Without the column
        ``geocode_status``, every member with a point counts as accepted. Names, kinds and
        amounts may be absent.
    poles : DataFrame or GeoDataFrame, optional
        Poles, ``pole_id`` unique. The geometry of a GeoDataFrame is the seat, taken as it
        stands, to be reviewed or not (see `locate_seats`); without one there are no distances.
    confidence, draws, seed
        Of the intervals, see `economic_weight`.

    Returns
    -------
    DataFrame
        One row for each pole known from either frame (index "pole_id", first those of `poles`):

        - pole_name;
        - members: rows of the pole; located: with a point; accepted; to_review;
        - communes, epci, departements, regions: how many of them hold accepted members;
        - fte: full-time equivalents, summed over the members that gave them, placed or not
          (NaN if none did), each structure once; fte_answers: how many did;
        - share_fte_pole: share of the full-time equivalents that is invested in the pole, over
          the members that gave both (see `economic_weight`); share_fte_pole_low, _high: its
          bootstrap interval; fte_pole_answers: how many gave both; share_fte_answered: their
          share of the members asked;
        - turnover (euros a year), turnover_answers, turnover_pole_answers,
          share_turnover_answered, share_turnover_pole, _low, _high: the same of the turnover that
          comes from the membership;
        - members_<family>: rows of each family of article 9 (see `member_kind`), "unknown" too;
        - distance_to_seat_mean_km, distance_to_seat_max_km: NaN without seat or member to measure;
        - members_other_crs: accepted members left out of the distances, because they and the seat
          lie in two legal CRS.

        Members without ``pole_id`` are in no row: ``attrs["members_without_pole"]`` counts them.
        ``attrs["answers_set_aside"]``: for "fte" and "turnover", the members in no share, by
        reason.

    Raises
    ------
    MissingColumnError
        If the members are not geocoded or not attached to the four levels.
    DuplicateIdError
        If a ``pole_id`` stands twice in `poles`.
    InputError
        If a pole has no ``pole_id``, an amount is negative or infinite, or `confidence` or
        `draws` cannot be used.

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
    absent = [column for column in (POLE_NAME, MEMBER_KIND, FTE) if column not in members]
    members = members.assign(**dict.fromkeys(absent, np.nan)).astype({POLE_NAME: "str"})
    require_columns(
        members, list(TOUCHED.values()), what="members not attached, call attach_territories"
    )
    if poles is not None:
        require_columns(poles, [POLE_NAME], what="poles")
    weight = economic_weight(members, by=POLE_ID, confidence=confidence, draws=draws, seed=seed)
    groups = _member_facts(members, poles).groupby(POLE_ID)
    summary = pd.concat(
        [
            groups[POLE_NAME].first(),
            groups.size().rename(MEMBERS),
            groups[[LOCATED, ACCEPTED, TO_REVIEW, MEMBERS_OTHER_CRS]].sum(),
            groups[list(TOUCHED)].nunique(),
            *(_weight_of(weight, measure) for measure in WEIGHT_COLUMNS),
            family_counts(members, member_kind(members)[FAMILY]),
            groups[_DISTANCE].mean().rename(DISTANCE_MEAN_KM),
            groups[_DISTANCE].max().rename(DISTANCE_MAX_KM),
        ],
        axis="columns",
    )
    if poles is not None:
        names = poles.set_index(POLE_ID)[POLE_NAME]
        summary = summary.reindex(names.index.union(summary.index, sort=False))
        summary[POLE_NAME] = names.reindex(summary.index).fillna(summary[POLE_NAME])
        summary = summary.fillna(dict.fromkeys(_COUNTS, 0)).astype(dict.fromkeys(_COUNTS, "int64"))
    summary = summary[list(POLE_SUMMARY_COLUMNS)]
    summary.attrs = {
        "members_without_pole": int(members[POLE_ID].isna().sum()),
        ANSWERS_SET_ASIDE: weight.attrs[ANSWERS_SET_ASIDE],
    }
    return summary


def _weight_of(weight: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the economic weight of each pole in one measure, as the summary names it."""
    names = WEIGHT_COLUMNS[measure]
    its = weight[weight.index.get_level_values(MEASURE) == measure].droplevel(MEASURE)
    return its.rename(columns=names)[list(names.values())]


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
    listed_poles(poles)
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
    ids = known_poles(members, poles)
    seats = np.append(seat_points(ids, poles), [[np.nan, np.nan]], axis=0)[pole_rows(members, ids)]
    distance = paired_km(lonlat, legal_crs(lonlat), seats, legal_crs(seats))
    return pd.DataFrame(
        {
            **{name: members[name] for name in (POLE_ID, POLE_NAME)},
            LOCATED: located,
            ACCEPTED: accepted,
            TO_REVIEW: reasons == REVIEW,
            **{name: members[code].where(accepted) for name, code in TOUCHED.items()},
            _DISTANCE: pd.Series(distance, index=members.index).where(accepted),
            MEMBERS_OTHER_CRS: accepted & ~np.isnan(seats[:, 0]) & np.isnan(distance),
        }
    )
