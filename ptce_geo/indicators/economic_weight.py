"""What poles weigh: jobs and turnover of their members, and the share that is the pole's doing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo.checks import listing, require_columns
from ptce_geo.errors import InputError, MissingColumnError
from ptce_geo.indicators.inputs import amounts, tally
from ptce_geo.indicators.memberships import structure_keys, without_pole
from ptce_geo.schema import (
    ANSWERS,
    FTE,
    FTE_POLE,
    HIGH,
    LOW,
    MEASURE,
    MEMBERS,
    METHOD,
    PART,
    POLE_ID,
    SHARE,
    SHARE_ANSWERED,
    TOTAL,
    TOTAL_ANSWERS,
    TURNOVER,
    TURNOVER_POLE,
    WHOLE,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

# What a structure has in all, and the part of it that comes from its poles.
MEASURES: Final = {FTE: FTE_POLE, TURNOVER: TURNOVER_POLE}
# The entries of `attrs` that say which answers are in no share, and which contradict one another.
ANSWERS_SET_ASIDE: Final = "answers_set_aside"
WHOLES_DIFFER: Final = "wholes_differ"
REPEATED: Final = "repeated in its pole"

_COLUMNS: Final = (
    *(MEMBERS, ANSWERS, SHARE_ANSWERED, PART, WHOLE, SHARE, LOW, HIGH, METHOD),
    *(TOTAL, TOTAL_ANSWERS),
)
STRUCTURE: Final = "structure"
REASON: Final = "reason"
# A sum of parts may pass the whole by rounding: 0.1 + 0.2 of 0.3.
_ROUNDING: Final = 1e-9
# Poles with answers from which on poles are drawn. Simulated with poles of eight members that
# answer alike, a 95 % interval from ten poles holds the share in 86 % of the cases, 80 % with
# structures drawn; from three poles 69 % against 73 %.
_ENOUGH_POLES: Final = 10
POLES: Final = "poles"
STRUCTURES: Final = "structures"
# Numbers drawn at a time.
_BLOCK: Final = 4_000_000
_NO_INTERVAL: Final = (float("nan"), float("nan"))


def economic_weight(
    members: pd.DataFrame,
    *,
    by: str | None = None,
    confidence: float = 0.95,
    draws: int = 999,
    seed: int | None = 0,
) -> pd.DataFrame:
    """Add up the jobs and turnover of the members, and measure the part that is the pole's doing.

    R = Σ part / Σ whole, over the structures that gave both: full-time equivalents invested in
    the pole over all of theirs, turnover made through the membership over all of theirs. It is
    the share of the sums, in which large structures weigh as they do, not the mean of shares.

    One structure counts once. In the consolidated figures (``by=None``) its memberships of
    several poles are put together: its whole once, its parts added up; without the part of one of
    its poles it has not answered. Two rows are one structure when they share their ``siret``,
    else, without one, ``member_name`` and town (``code_commune``; in a row without it ``city``),
    case, accents and punctuation aside; a row with SIRET and one without are never one, and a row
    that lacks these is a structure of its own. Rows that repeat a structure within one pole are
    one membership, with the first amount that any gives. Wholes that differ from pole to pole:
    the largest counts.

    The interval is the percentile interval of a bootstrap: answers are drawn anew with
    replacement, R computed for each of the `draws`, low and high are its (1 ∓ confidence)/2
    quantiles. Structures are drawn; in the consolidated figures, whole poles where ten or more
    have answers, because members of one pole answer alike (a structure of several poles goes with
    the first that lists it). It says how far R depends on who answered, and nothing on those who
    did not. With few answers it is too short: see docs/economic-weight.md.

    Every membership counts, whatever its ``geocode_status``: no place is needed here.

    Parameters
    ----------
    members : DataFrame
        Members with ``fte`` and ``fte_pole``, ``turnover`` and ``turnover_pole``, or some of
        them; missing where not given. With ``pole_id`` where there are poles.
    by : {"pole_id"}, optional
        One figure for each pole; by default one for all of them.
    confidence : float
        Of the interval, between 0 and 1.
    draws : int
        Samples drawn, at least 1.
    seed : int, optional
        Of the draws. Each pole is drawn from the seed anew: its interval does not depend on
        which other poles are there. None draws differently each time.

    Returns
    -------
    DataFrame
        One row for "fte" and one for "turnover" (index "measure"), or for each pole (index
        "pole_id", "measure"):

        - members: structures asked, all that are listed; answers: those that gave part and
          whole, part ≤ whole; share_answered: answers / members (0…1);
        - part, whole: sums over the answers (FTE, or euros a year), 0 without any;
        - share: part / whole, NaN where the whole is 0; low, high: NaN below two answers;
          method: what was drawn, "structures" or "poles";
        - total: sum of the whole over all that gave it, NaN if none did; total_answers: how many.

        ``attrs["members_counted"]`` and ``attrs["members_set_aside"]``: memberships by reason
        ("without pole_id", "repeated in its pole"). ``attrs["answers_set_aside"]``: for each
        measure, the structures in no share, by reason ("no answer", "without fte_pole",
        "without fte", "fte_pole above fte"). ``attrs["wholes_differ"]``: for each measure, the
        structures whose poles give different wholes.

    Raises
    ------
    MissingColumnError
        If there is no ``fte`` and no ``turnover``, or no ``pole_id`` to group by.
    InputError
        If an amount is negative or infinite, or an option is not as above.

    References
    ----------
    Cochran, W. G. (1977). Sampling techniques, 3rd ed., chapter 6 (ratio of sums). Efron, B. and
    Tibshirani, R. J. (1993). An introduction to the bootstrap, chapter 13 (percentile interval).

    Examples
    --------
    Two of three answered: (1 + 2) / (10 + 10).

    >>> members = pd.DataFrame({"fte": [10, 10, 5], "fte_pole": [1, 2, None]})
    >>> weight = economic_weight(members)
    >>> weight[["members", "answers", "part", "whole", "share", "total"]].loc["fte"].to_list()
    [3.0, 2.0, 3.0, 20.0, 0.15, 25.0]
    """
    _check(members, by, confidence, draws)
    reasons, memberships = memberships_of(members)
    told = {measure: answers_of(memberships, measure, by=by) for measure in MEASURES}
    table = pd.concat(
        {measure: _figures(its, by, confidence, draws, seed) for measure, its in told.items()},
        names=[MEASURE],
    )
    table = table.droplevel(POLE_ID) if by is None else table.swaplevel().sort_index()
    table.attrs = tally(reasons) | {
        ANSWERS_SET_ASIDE: {measure: _count(its[REASON]) for measure, its in told.items()},
        WHOLES_DIFFER: {measure: int(its[WHOLES_DIFFER].sum()) for measure, its in told.items()},
    }
    return table


def _check(members: pd.DataFrame, by: str | None, confidence: float, draws: int) -> None:
    if by not in (None, POLE_ID):
        msg = f"by: expected None or {POLE_ID!r}, found {by!r}"
        raise InputError(msg)
    if not 0 < confidence < 1:
        msg = f"confidence: expected a number between 0 and 1, found {confidence}; try 0.95"
        raise InputError(msg)
    if draws < 1:
        msg = f"draws: expected at least 1 draw, found {draws}; try 999"
        raise InputError(msg)
    if by is not None:
        require_columns(members, [POLE_ID], what="members")
    if not any(measure in members.columns for measure in MEASURES):
        msg = f"members: no column {' nor '.join(MEASURES)}; found {listing(members.columns)}"
        raise MissingColumnError(msg)


def memberships_of(members: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """Return why each row is set aside, and the memberships: a structure in a pole, once.

    Without ``pole_id`` all rows are of one pole.
    """
    columns = [column for pair in MEASURES.items() for column in pair]
    rows = pd.DataFrame({STRUCTURE: structure_numbers(members)}, index=members.index)
    rows[POLE_ID] = members.get(POLE_ID, "")
    for column in columns:
        given = members[column].dropna() if column in members.columns else None
        if given is not None and len(given):
            amounts(given, what=column)
        rows[column] = np.nan if given is None else members[column].astype("float64")
    reasons = without_pole(pd.Series("", index=rows.index), rows)
    reasons = reasons.mask((reasons == "") & rows.duplicated([POLE_ID, STRUCTURE]), REPEATED)
    # Grouping leaves out what has no pole.
    first = rows.groupby([POLE_ID, STRUCTURE], sort=False)[columns].first()
    return reasons, first.reset_index()


def structure_numbers(members: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Return the number of the structure that each row is of; what nothing tells is one alone."""
    keys = structure_keys(members)
    keys = keys.fillna(pd.Series(range(len(keys)), keys.index).astype("str") + " alone")
    return pd.factorize(keys)[0]


def answers_of(memberships: pd.DataFrame, measure: str, *, by: str | None) -> pd.DataFrame:
    """Return part and whole of each structure, or of each in each pole, and why it has no share."""
    part = MEASURES[measure]
    told = memberships.rename(columns={measure: WHOLE, part: PART})
    above = told[PART] > told[WHOLE] * (1 + _ROUNDING)
    told[WHOLES_DIFFER] = False
    if by is None:
        groups = told.groupby(STRUCTURE, sort=False)
        together = groups[[POLE_ID]].first()
        together[WHOLE] = groups[WHOLE].max()
        together[PART] = groups[PART].sum().where(groups[PART].count() == groups.size())
        together[WHOLES_DIFFER] = groups[WHOLE].min() < together[WHOLE]
        above = above.groupby(told[STRUCTURE], sort=False).any()
        above |= together[PART] > together[WHOLE] * (1 + _ROUNDING)
        told = together
    without_part, without_whole = told[PART].isna(), told[WHOLE].isna()
    reason = pd.Series("", index=told.index, dtype="str").mask(above, f"{part} above {measure}")
    reason = reason.mask(without_part, f"without {part}").mask(without_whole, f"without {measure}")
    told[REASON] = reason.mask(without_part & without_whole, "no answer")
    return told


def _figures(
    told: pd.DataFrame, by: str | None, confidence: float, draws: int, seed: int | None
) -> pd.DataFrame:
    """Return one row for each pole, or one for all of them."""
    row = told[POLE_ID] if by else pd.Series(0, index=told.index)
    answers = told[told[REASON] == ""]
    asked, answered = told.groupby(row), answers.groupby(row[answers.index])
    table = pd.DataFrame(
        {
            MEMBERS: asked.size(),
            ANSWERS: answered.size(),
            PART: answered[PART].sum(),
            WHOLE: answered[WHOLE].sum(),
            TOTAL: asked[WHOLE].sum(min_count=1),
            TOTAL_ANSWERS: asked[WHOLE].count(),
        },
        index=row.unique() if by else [0],
    ).rename_axis(POLE_ID)
    counts = [MEMBERS, ANSWERS, TOTAL_ANSWERS]
    table = table.fillna(dict.fromkeys([*counts, PART, WHOLE], 0)).astype(
        dict.fromkeys(counts, "int64")
    )
    table[SHARE_ANSWERED] = table[ANSWERS] / table[MEMBERS]
    table[SHARE] = table[PART] / table[WHOLE].where(table[WHOLE] > 0)
    poles = answers.groupby(POLE_ID)[[PART, WHOLE]].sum()
    by_poles = by is None and len(poles) >= _ENOUGH_POLES
    drawn = poles.groupby(np.zeros(len(poles), dtype="int64")) if by_poles else answered
    table[METHOD] = POLES if by_poles else STRUCTURES
    part, whole = drawn.obj[PART].to_numpy(), drawn.obj[WHOLE].to_numpy()
    bounds = {
        name: _interval(part[positions], whole[positions], confidence, draws, seed)
        for name, positions in drawn.indices.items()
    }
    for column, bound in ((LOW, 0), (HIGH, 1)):
        table[column] = [bounds.get(name, _NO_INTERVAL)[bound] for name in table.index]
    return table[list(_COLUMNS)]


def _interval(
    part: Floats, whole: Floats, confidence: float, draws: int, seed: int | None
) -> tuple[float, float]:
    """Return the percentile interval of Σ part / Σ whole."""
    n = len(part)
    if n < 2:
        return _NO_INTERVAL
    random = np.random.default_rng(seed)
    block = max(1, _BLOCK // n)
    ratios = []
    for done in range(0, draws, block):
        rows = random.integers(0, n, (n, min(block, draws - done)))
        parts, wholes = part[rows].sum(axis=0), whole[rows].sum(axis=0)
        ratios.append(parts[wholes > 0] / wholes[wholes > 0])
    drawn = np.concatenate(ratios)
    if not len(drawn):
        return _NO_INTERVAL
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def _count(reasons: pd.Series) -> dict[str, int]:
    return {str(reason): int(n) for reason, n in reasons[reasons != ""].value_counts().items()}
