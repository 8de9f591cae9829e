"""One geocoder after the other, each asked for what the others left, the policy in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from pyproj import Geod

from ptce_geo import schema
from ptce_geo.geocoding.asking import ask
from ptce_geo.geocoding.communes import CommuneGeocoder
from ptce_geo.geocoding.policy import DOUBTS_OF_STREET, PROVIDERS_DISAGREE, AcceptancePolicy
from ptce_geo.labels import reason_words
from ptce_geo.schema import ACCEPTED, GEOCODE_REASON, GEOCODE_STATUS, REJECTED, REVIEW

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from ptce_geo.geocoding.asking import Progress
    from ptce_geo.geocoding.geocode import Geocoder
    from ptce_geo.geocoding.store import AnswerStore

    Rows = npt.NDArray[np.bool_]

_GRS80: Final = Geod(ellps="GRS80")
_COMMUNE: Final = schema.PRECISIONS[-1]


def ask_in_turn(
    geocoders: Sequence[Geocoder],
    queries: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    policy: AcceptancePolicy,
    embedded: CommuneGeocoder,
    store: AnswerStore | None = None,
    offline: bool = False,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return the answers to all queries.

    Each geocoder is asked for what those before it rejected or left in doubt for its street, and
    geocoders of addresses for what a register found, too: far apart, the member goes to review;
    where the register knows the commune only, an address in it is finer and taken.

    Parameters
    ----------
    geocoders : sequence of Geocoder
        In the order in which they are asked.
    queries : DataFrame
        What is asked, on positions.
    answers : DataFrame
        What is known before: `schema.GEOCODE_COLUMNS` on positions; to be asked where there is no
        reason.
    policy : AcceptancePolicy
        When an answer is accepted.
    embedded : CommuneGeocoder
        What tells the commune of an address.
    store, offline, progress
        As `asking.ask` has them.

    Returns
    -------
    DataFrame
        `schema.GEOCODE_COLUMNS`, and what else geocoders gave but `schema.FOUND_COLUMNS`.
    """
    told: list[pd.DataFrame] = []

    def tell(rows: npt.NDArray[np.intp]) -> pd.DataFrame:
        # Through the store, which knows it from an earlier run; each row once.
        known = [row for part in told for row in part.index]
        told.append(ask(embedded, queries.iloc[np.setdiff1d(rows, known)], store=store))
        return pd.concat(told).loc[rows]

    answers = answers.copy()
    unanswered = answers[GEOCODE_REASON].isna().to_numpy()
    by_register = np.zeros(len(answers), dtype=bool)
    for geocoder in geocoders:
        is_register = bool(getattr(geocoder, "register", False))
        is_embedded = isinstance(geocoder, CommuneGeocoder)
        of_addresses = not (is_register or is_embedded)
        left = _rejected(answers) | (_in_doubt(answers) & (not is_embedded))
        left = unanswered & (left | (by_register & _at_commune(answers) & of_addresses))
        compared = by_register & of_addresses
        rows = np.flatnonzero(left | compared)
        if not len(rows):
            continue
        asked = queries.iloc[rows]
        found = ask(geocoder, asked, store=store, offline=offline, progress=progress)
        if not is_register:
            accepted = rows[found[GEOCODE_STATUS].eq(ACCEPTED)]
            communes = None if is_embedded else tell(accepted).reindex(rows)
            offset = float(getattr(geocoder, "score_offset", 0.0))
            found = policy.judge(asked, found, told=communes, score_offset=offset)
        taken = _take(answers, found[left[rows]])
        by_register[taken] = is_register & answers.loc[taken, GEOCODE_STATUS].eq(ACCEPTED)
        _compare(answers, found[(compared & by_register)[rows]], policy)
    in_doubt = np.flatnonzero(_in_doubt(answers))
    if policy.min_precision == _COMMUNE and len(in_doubt):
        _place_at_commune(answers, tell(in_doubt))
    return answers


def _rejected(answers: pd.DataFrame) -> Rows:
    return answers[GEOCODE_STATUS].eq(REJECTED).to_numpy(dtype=bool)


def _in_doubt(answers: pd.DataFrame) -> Rows:
    """Return which answers are to review for their street only."""
    word = reason_words(answers[GEOCODE_REASON])
    in_doubt = answers[GEOCODE_STATUS].eq(REVIEW) & word.isin(DOUBTS_OF_STREET)
    return in_doubt.to_numpy(dtype=bool)


def _at_commune(answers: pd.DataFrame) -> Rows:
    """Return which answers are accepted, and no finer than a commune."""
    accepted = answers[GEOCODE_STATUS].eq(ACCEPTED)
    return (accepted & answers[schema.GEOCODE_PRECISION].eq(_COMMUNE)).to_numpy(dtype=bool)


def _take(answers: pd.DataFrame, found: pd.DataFrame) -> pd.Index:
    """Put those of the answers found in `answers` that are better; return their rows."""
    columns = [column for column in found if column not in schema.FOUND_COLUMNS]
    for column in [column for column in columns if column not in answers]:
        answers[column] = pd.Series(np.nan, index=answers.index, dtype="str")
    known = answers.loc[found.index]
    rank = {status: rank for rank, status in enumerate(schema.STATUSES)}
    before, now = known[GEOCODE_STATUS].map(rank), found[GEOCODE_STATUS].map(rank)
    # Of two that reject a member, the last has the word.
    better = (now < before) | (before == rank[REJECTED])
    codes = found[schema.CODE_COMMUNE]
    finer = (now == rank[ACCEPTED]) & found[schema.GEOCODE_PRECISION].ne(_COMMUNE)
    inside = codes.isna() | codes.eq(known[schema.CODE_COMMUNE])
    better |= _at_commune(known) & finer & inside
    rows = found.index[better]
    answers.loc[rows, columns] = found.loc[rows, columns]
    return rows


def _compare(answers: pd.DataFrame, found: pd.DataFrame, policy: AcceptancePolicy) -> None:
    """Send to review what a register places far from where its address lies."""
    found = found[found[GEOCODE_STATUS].eq(ACCEPTED) & found[schema.GEOCODE_PRECISION].ne(_COMMUNE)]
    points = [schema.LONGITUDE, schema.LATITUDE]
    known = answers.loc[found.index]
    metres = _GRS80.inv(*known[points].to_numpy().T, *found[points].to_numpy().T)[2]
    for row, apart, label in zip(found.index, metres, found[schema.GEOCODE_LABEL], strict=True):
        if apart > 1000 * policy.max_distance_km:
            answers.loc[row, GEOCODE_STATUS] = REVIEW
            answers.loc[row, GEOCODE_REASON] = (
                f"{PROVIDERS_DISAGREE}: {apart / 1000:.1f} km, {label}"
            )


def _place_at_commune(answers: pd.DataFrame, places: pd.DataFrame) -> None:
    """Place what is in doubt for its street only at its commune, where that is sure.

    The street found becomes the first candidate, for a person to choose.
    """
    known = answers.loc[places.index]
    same = places[schema.CODE_COMMUNE].eq(known[schema.CODE_COMMUNE])
    sure = places.index[same & places[GEOCODE_STATUS].eq(ACCEPTED)]
    if not len(sure):
        return
    known, places = known.loc[sure], places.loc[sure]
    first = known[schema.GEOCODE_LABEL] + known[schema.GEOCODE_SCORE].map(" ({:.2f})".format)
    if schema.GEOCODE_CANDIDATES not in answers:
        answers[schema.GEOCODE_CANDIDATES] = pd.Series(np.nan, index=answers.index, dtype="str")
    others = answers.loc[sure, schema.GEOCODE_CANDIDATES]
    answers.loc[sure, list(schema.GEOCODE_COLUMNS)] = places.assign(
        **{GEOCODE_REASON: known[GEOCODE_REASON]}
    )
    answers.loc[sure, schema.GEOCODE_CANDIDATES] = first.str.cat(
        (" | " + others).fillna("").astype("str")
    )
