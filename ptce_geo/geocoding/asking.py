"""Ask a geocoder: each question once, in batches, what the store knows not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing, require_columns
from ptce_geo.errors import GeocodingError, GeocodingServiceError, OutputError
from ptce_geo.geocoding.store import columns_of, query_texts, tidy_answers
from ptce_geo.labels import reason_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ptce_geo.geocoding.geocode import Geocoder
    from ptce_geo.geocoding.store import AnswerStore

    Progress = Callable[[str, int, int], None]

BATCH_SIZE: Final = 10_000
NOT_IN_STORE: Final = "not_in_store"
# Reasons that say nothing of the address: what failed may pass, so it is not kept.
PASSING_REASONS: Final = ("service_refused", "service_error")


def ask(
    geocoder: Geocoder,
    queries: pd.DataFrame,
    *,
    store: AnswerStore | None = None,
    offline: bool = False,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return the answers of a geocoder, taken from the store where it knows them.

    Queries that agree in the columns the geocoder reads are asked once. Each batch
    (``geocoder.batch_size`` queries) is in the store before the next is asked, but for the answers
    whose reason is one of `PASSING_REASONS`.

    Parameters
    ----------
    geocoder : Geocoder
        Who is asked. Its optional ``version``, ``columns``, ``batch_size`` and ``needs_network``
        are read.
    queries : DataFrame
        Text columns, on any index.
    store : AnswerStore, optional
        What is known already, and where answers are put.
    offline : bool
        Whether a geocoder that needs the network is not asked: what the store lacks is
        rejected as "not_in_store".
    progress : callable, optional
        Called with the name of the geocoder, how many rows are answered, and how many there are.

    Returns
    -------
    DataFrame
        `schema.GEOCODE_COLUMNS`, and those of `schema.FURTHER_COLUMNS` that the geocoder gave,
        on the index of `queries`.

    Raises
    ------
    GeocodingServiceError
        When the service failed; what it answered before is in the store.
    GeocodingError
        When a geocoder does not answer every row it was asked, in its order, or with a status or
        precision that is none.
    OutputError
        When the store cannot be written.

    Examples
    --------
    >>> from ptce_geo.geocoding import CommuneGeocoder
    >>> queries = pd.DataFrame({"city": ["Lyon", "Nowhere", "Lyon"]})
    >>> ask(CommuneGeocoder(), queries)[["code_commune", "geocode_status"]]
      code_commune geocode_status
    0        69123       accepted
    1          NaN       rejected
    2        69123       accepted
    """
    columns = [column for column in columns_of(geocoder) if column in queries]
    codes, texts = pd.factorize(np.array(query_texts(geocoder, queries), dtype=object))
    first = np.full(len(texts), len(queries))
    np.minimum.at(first, codes, np.arange(len(queries)))
    # On positions, so that any index will do, and only what the geocoder reads: the answer can
    # depend on nothing else.
    asked = _Asked(pd.DataFrame(queries)[columns].iloc[first].reset_index(drop=True), texts)
    rows = np.bincount(codes, minlength=len(texts))
    parts: list[pd.DataFrame] = []
    done = np.zeros(len(texts), dtype=bool)
    for part in _answers(geocoder, asked, store=store, offline=offline):
        parts.append(part)
        done[part.index] = True
        if progress is not None:
            progress(geocoder.name, int(rows[done].sum()), len(queries))
    parts = [part for part in parts if len(part)] or parts[:1]
    answers = tidy_answers(pd.concat(parts)) if len(parts) > 1 else parts[0]
    return answers.sort_index().iloc[codes].set_axis(queries.index)


class _Asked(NamedTuple):
    """Distinct queries, on positions, and what each asks (`query_texts`)."""

    queries: pd.DataFrame
    texts: Sequence[str]


def _answers(
    geocoder: Geocoder, asked: _Asked, *, store: AnswerStore | None, offline: bool
) -> Iterator[pd.DataFrame]:
    """Yield what the store knows, and then batch by batch what was asked and is stored."""
    queries, texts = asked
    if store is None:
        known = _unanswered(queries.index[:0])
    else:
        known = store.get(geocoder, queries, texts=texts)
    yield known
    left = queries.drop(index=known.index)
    if offline and getattr(geocoder, "needs_network", False):
        yield _unanswered(left.index)
        return
    if len(left) and store is not None and store.read_only and not offline:
        msg = (
            f"store {store.path} can only be read, and {len(left)} answers are to be put in it; "
            f"make it writable, or run offline"
        )
        raise OutputError(msg)
    kept = len(known)
    size = max(int(getattr(geocoder, "batch_size", BATCH_SIZE)), 1)
    for start in range(0, len(left), size):
        batch = left.iloc[start : start + size]
        try:
            found = _checked(geocoder, batch)
        except GeocodingServiceError as error:
            raise _interrupted(error, store, kept, len(queries)) from error
        if store is not None and not store.read_only:
            kept += _keep(store, geocoder, batch, found, texts)
        yield found


def _keep(
    store: AnswerStore,
    geocoder: Geocoder,
    batch: pd.DataFrame,
    found: pd.DataFrame,
    texts: Sequence[str],
) -> int:
    """Put the answers that will hold in the store; return how many."""
    word = reason_words(found[schema.GEOCODE_REASON])
    holds = ~word.isin(PASSING_REASONS).to_numpy(dtype=bool)
    batch = batch[holds]
    store.put(geocoder, batch, found[holds], texts=[texts[place] for place in batch.index])
    return int(holds.sum())


def _interrupted(
    error: GeocodingServiceError, store: AnswerStore | None, kept: int, total: int
) -> GeocodingServiceError:
    if store is None:
        told = "nothing of this run is kept; with a store the next one would go on from here"
    else:
        told = f"{kept} of {total} answers are in the store {store.path}; run again to go on"
    return GeocodingServiceError(
        f"{error}; {told}", status_code=error.status_code, retry_after=error.retry_after
    )


def _unanswered(index: pd.Index) -> pd.DataFrame:
    """Return the answer to what cannot be asked."""
    answers = pd.DataFrame(index=index, columns=list(schema.GEOCODE_COLUMNS))
    answers[schema.GEOCODE_STATUS] = schema.REJECTED
    answers[schema.GEOCODE_REASON] = NOT_IN_STORE
    return tidy_answers(answers)


def _checked(geocoder: Geocoder, queries: pd.DataFrame) -> pd.DataFrame:
    """Return what the geocoder answers, once it is sure that these are answers."""
    found = geocoder.locate(queries)
    require_columns(found, schema.GEOCODE_COLUMNS, what=f"answer of geocoder {geocoder.name!r}")
    if not found.index.equals(queries.index):
        msg = (
            f"geocoder {geocoder.name!r} answered {len(found)} rows to {len(queries)} asked, or "
            f"in another order; locate must keep the index of its queries"
        )
        raise GeocodingError(msg)
    odd_status = ~found[schema.GEOCODE_STATUS].isin(schema.STATUSES)
    precision = found[schema.GEOCODE_PRECISION]
    odd_precision = precision.notna() & ~precision.isin(schema.PRECISIONS)
    for column, known, odd_rows in (
        (schema.GEOCODE_STATUS, schema.STATUSES, odd_status),
        (schema.GEOCODE_PRECISION, schema.PRECISIONS, odd_precision),
    ):
        if odd := found.loc[odd_rows, column].unique().tolist():
            msg = (
                f"geocoder {geocoder.name!r} answered {column} {listing(odd)}; "
                f"known: {', '.join(known)}"
            )
            raise GeocodingError(msg)
    try:
        return tidy_answers(found)
    except (ValueError, TypeError) as error:
        msg = (
            f"geocoder {geocoder.name!r} answered what is no number ({error}); "
            f"longitude, latitude, score and margin must be"
        )
        raise GeocodingError(msg) from error
