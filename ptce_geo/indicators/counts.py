"""How many members each territory holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import pandas as pd

from ptce_geo.checks import are_in, listing, require_columns
from ptce_geo.errors import InputError, MissingColumnError
from ptce_geo.indicators.inputs import reasons_set_aside, study_area, tally
from ptce_geo.schema import MEMBERS, code_column
from ptce_geo.territories import CURRENT_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence


@overload
def count_members(
    members: pd.DataFrame,
    *,
    level: str,
    by: None = None,
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
    territories: pd.DataFrame | None = None,
) -> pd.Series: ...
@overload
def count_members(
    members: pd.DataFrame,
    *,
    level: str,
    by: str,
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
    territories: pd.DataFrame | None = None,
) -> pd.DataFrame: ...
def count_members(
    members: pd.DataFrame,
    *,
    level: str,
    by: str | None = None,
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
    territories: pd.DataFrame | None = None,
) -> pd.Series | pd.DataFrame:
    """Count the accepted members in each territory of a level, empty territories included.

    x_i = number of rows with ``geocode_status == "accepted"`` and ``code_<level> == i``.
    One row is one membership: a structure that belongs to two poles counts twice.

    Parameters
    ----------
    members : DataFrame
        Attached members, with the column ``code_<level>``. Without the column
        ``geocode_status``, every row that has a code counts.
    level : str
        Level of territory ("commune", "epci", "departement", ...).
    by : str, optional
        A column of `members` to count by ("pole_id", "sector").
    year : int
        Vintage of the territories.
    departements : sequence of str, optional
        Study area. Members elsewhere in France are then set aside.
    territories : DataFrame, optional
        Territories of your own, indexed by code, in place of the embedded France.

    Returns
    -------
    Series or DataFrame
        int64, indexed by the code of every territory; named "members", or with one column
        for each value of `by`. ``attrs["members_counted"]`` is the total,
        ``attrs["members_set_aside"]`` the number of members not counted, by reason: "review",
        "rejected", "without code_<level>", "outside the study area", "without <by>".

    Raises
    ------
    MissingColumnError
        If the members are not attached to `level`, or have no column `by`.
    InputError
        If a code of an accepted member is that of no territory.
    UnknownTerritoryError
        If `level`, `year` or one of `departements` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> zones = pd.DataFrame(index=["A", "B", "C"])
    >>> members = pd.DataFrame({"code_zone": ["C", "A", "C", None]})
    >>> count_members(members, level="zone", territories=zones).to_dict()
    {'A': 1, 'B': 0, 'C': 2}
    """
    area, known = study_area(level, year=year, departements=departements, territories=territories)
    column = code_column(level)
    if column not in members.columns:
        msg = f'members: no column {column}; call attach_territories(members, levels=("{level}",))'
        raise MissingColumnError(msg)
    codes = members[column]
    reasons = reasons_set_aside(members)
    reasons = reasons.mask((reasons == "") & codes.isna(), f"without {column}")
    unknown = codes[(reasons == "") & ~are_in(codes, known)].unique()
    if len(unknown):
        msg = (
            f"members: {column} {listing(unknown)} is no {level} of the territories counted over; "
            "attach the members to the same vintage"
        )
        raise InputError(msg)
    reasons = reasons.mask((reasons == "") & ~are_in(codes, area.index), "outside the study area")
    if by is not None:
        require_columns(members, [by], what="members")
        reasons = reasons.mask((reasons == "") & members[by].isna(), f"without {by}")

    counted = members[reasons == ""]
    counts: pd.Series | pd.DataFrame
    if by is None:
        counts = counted[column].value_counts().rename(MEMBERS)
    else:
        counts = pd.crosstab(counted[column], counted[by])
    counts = counts.reindex(area.index, fill_value=0).astype("int64")
    counts.attrs = tally(reasons)
    return counts
