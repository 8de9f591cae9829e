"""How far a pole is rooted in the territories where it has its seat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo.checks import listing, require_columns
from ptce_geo.errors import InputError
from ptce_geo.indicators.inputs import MEMBERS_SET_ASIDE, amounts, reasons_set_aside, tally
from ptce_geo.indicators.memberships import known_poles, without_pole
from ptce_geo.schema import (
    ACCEPTED,
    FTE,
    FTE_ANSWERS,
    POLE_ID,
    code_column,
    share_column,
    share_fte_column,
)
from ptce_geo.territories import LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

ALL_POLES: Final = "all"
# The zoning that may be asked for before any frame is attached to it.
_ZONE_EMPLOI: Final = "zone_emploi"


def pole_anchoring(
    members: pd.DataFrame,
    poles: pd.DataFrame,
    *,
    levels: Sequence[str] = ("commune", "epci", "zone_emploi", "departement"),
    by: str | None = POLE_ID,
) -> pd.DataFrame:
    """Measure the share of the members, and of their FTE, in the territories of the seat.

    Σ w_i 1[t_i = T_i] / Σ w_i over the accepted members, with t_i the territory of member i,
    T_i that of the seat of its pole, w_i = 1 or its FTE. Of several poles together it is the
    ratio of the sums, so that each member weighs the same, not each pole.

    Parameters
    ----------
    members : DataFrame
        Members attached to `levels`; the accepted ones count. One row is one membership. Their
        ``fte`` is used where it is given: who did not answer is in no share of the FTE.
    poles : DataFrame
        Poles, ``pole_id`` unique, their seat attached to `levels`.
    levels : sequence of str
        Levels of the embedded France ("commune", "epci", "departement", ...), and zonings by the
        name of their columns: "zone_emploi" stands for ``code_zone_emploi``, see `attach_zoning`.
    by : str or None
        What makes a row: a pole ("pole_id"), all the poles of one value of another column of
        `poles` ("sector", "status"), or, with None, all poles together.

    Returns
    -------
    DataFrame
        One row for each pole known from either frame (index "pole_id", first those of `poles`),
        for each value of `by` (sorted), or one, "all":

        - accepted: accepted members; fte_answers: how many of them gave their FTE;
        - for each level share_<level> and share_fte_<level>, 0…1: of those with a code at this
          level. NaN without any, without seat, or where FTE add up to 0.

        A zoning that one of the frames is not attached to gives NaN. ``attrs["members_set_aside"]``
        says, for each level, how many members were not counted, by reason: "review", "rejected",
        "without pole_id", "without <by>", "no code_zone_emploi in poles" (or members), "without
        code_<level>" (in a commune without EPCI, outside every zone), "seat without code_<level>".

    Raises
    ------
    MissingColumnError
        If a frame lacks ``pole_id``, the code of a level of the embedded France, or `by`.
    DuplicateIdError
        If a ``pole_id`` stands twice in `poles`.
    InputError
        If there is no level, one stands twice or is not known (neither of the embedded France,
        nor a code in one of the frames, nor "zone_emploi"), a pole has no ``pole_id``, or an FTE
        is negative or infinite.

    Examples
    --------
    Pole p has its seat in commune A: 2 of its 3 members are there, with 3 of the 4 FTE given.

    >>> members = pd.DataFrame(
    ...     {
    ...         "pole_id": ["p", "p", "p"],
    ...         "code_commune": ["A", "A", "B"],
    ...         "fte": [3, float("nan"), 1],
    ...     }
    ... )
    >>> poles = pd.DataFrame({"pole_id": ["p"], "code_commune": ["A"]})
    >>> anchoring = pole_anchoring(members, poles, levels=["commune"])
    >>> anchoring.loc["p"].round(3).to_dict()
    {'accepted': 3.0, 'fte_answers': 2.0, 'share_commune': 0.667, 'share_fte_commune': 0.75}
    """
    levels = list(levels)
    _check(levels, members, poles)
    ids = known_poles(members, poles)
    embedded = [code_column(level) for level in levels if level in LEVELS]
    for frame, what in ((members, "members"), (poles, "poles")):
        require_columns(frame, embedded, what=f"{what} not attached, call attach_territories")
    group, rows = _grouping(members, poles, ids, by)
    fte = members.get(FTE, pd.Series(np.nan, index=members.index))
    amounts(fte.dropna(), what="fte")
    reasons = without_pole(reasons_set_aside(members), members)
    reasons = reasons.mask((reasons == "") & group.isna(), f"without {by}")

    counted = reasons == ""
    facts = pd.DataFrame({ACCEPTED: counted, FTE_ANSWERS: counted & fte.notna()})
    anchoring = facts.groupby(group).sum().reindex(rows, fill_value=0).astype("int64")
    set_aside = {}
    for level in levels:
        inside, why = _at_level(members, poles, level, reasons)
        known = why == ""
        parts = pd.DataFrame({"whole": known, "part": known & inside}).astype("float64")
        for column, weight in ((share_column(level), 1), (share_fte_column(level), fte)):
            sums = parts.mul(weight, axis="index").groupby(group).sum().reindex(rows)
            anchoring[column] = sums["part"] / sums["whole"]
        set_aside[level] = tally(why)[MEMBERS_SET_ASIDE]
    anchoring.attrs = {MEMBERS_SET_ASIDE: set_aside}
    return anchoring


def _check(levels: Sequence[str], members: pd.DataFrame, poles: pd.DataFrame) -> None:
    if not levels or len(set(levels)) < len(levels):
        msg = f"levels: expected one or more levels, each once; found {listing(levels) or 'none'}"
        raise InputError(msg)
    attached = [
        column.removeprefix(code_column(""))
        for column in (*members.columns, *poles.columns)
        if isinstance(column, str) and column.startswith(code_column(""))
    ]
    known = list(dict.fromkeys([*LEVELS, _ZONE_EMPLOI, *attached]))
    if odd := [level for level in levels if level not in known]:
        msg = f"levels: found {listing(odd)}; known: {', '.join(known)}"
        raise InputError(msg)


def _grouping(
    members: pd.DataFrame, poles: pd.DataFrame, ids: pd.Index, by: str | None
) -> tuple[pd.Series, pd.Index]:
    """Return the row that each member counts in, missing for none, and all rows."""
    if by is None:
        return pd.Series(ALL_POLES, index=members.index), pd.Index([ALL_POLES])
    if by == POLE_ID:
        return members[POLE_ID], ids
    require_columns(poles, [by], what="poles")
    rows = pd.Index(poles[by].dropna().unique(), name=by).sort_values()
    return members[POLE_ID].map(poles.set_index(POLE_ID)[by]), rows


def _at_level(
    members: pd.DataFrame, poles: pd.DataFrame, level: str, reasons: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """Return which members lie in the seat's territory, and why each is not counted there."""
    column = code_column(level)
    for frame, what in ((members, "members"), (poles, "poles")):
        if column not in frame.columns:
            nowhere = pd.Series(data=False, index=members.index)
            return nowhere, reasons.mask(reasons == "", f"no {column} in {what}")
    own, seat = members[column], members[POLE_ID].map(poles.set_index(POLE_ID)[column])
    reasons = reasons.mask((reasons == "") & own.isna(), f"without {column}")
    reasons = reasons.mask((reasons == "") & seat.isna(), f"seat without {column}")
    return own == seat, reasons
