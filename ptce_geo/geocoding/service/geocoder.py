"""The geocoder of the national address base (BAN) over the network, and any addok."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple
from urllib.parse import urlsplit

from ptce_geo import schema
from ptce_geo.errors import GeocodingServiceError, InputError
from ptce_geo.geocoding.service.answers import (
    ROW,
    SURE,
    Answer,
    Found,
    choose,
    is_poor,
    read_features,
    read_lines,
    service_frame,
    with_candidates,
)
from ptce_geo.geocoding.service.queries import Query, queries_of
from ptce_geo.http_words import UNREACHABLE, checked_base_url
from ptce_geo.territories import CURRENT_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from ptce_geo.session import Service

NATIONAL_URL: Final = "https://data.geopf.fr/geocodage"
_CLOSED_HOST: Final = "api-adresse.data.gouv.fr"
# What the national service takes in a file, and in a second.
MOST_ROWS: Final = 200_000
MOST_BYTES: Final = 50_000_000
REQUESTS_PER_SECOND: Final = 50
# A service that works on a large file may be silent for long (s).
_FILE_TIMEOUT_S: Final = (10, 300)
_FILE_DEADLINE_S: Final = 3600.0
# How often rows that did not come back are sent again, and from how few they are asked singly.
_ROUNDS: Final = 3
_FEW: Final = 50
_LISTED: Final = 5
_TOO_MUCH: Final = re.compile(r"\btoo (?:large|many rows)\b", re.IGNORECASE)
# What may be the fault of one row: the request itself, or a service that fails or hangs on it.
_OF_A_ROW: Final = (None, 400, 408, 413, 414, 422)
_FAILS: Final = (500,)
# A row number behind the others: where it comes back, the last of them is whole.
_LAST: Final = "last"
# Goes up when the same service would be asked otherwise or its answers read otherwise.
_FORMAT: Final = 1


@dataclass(frozen=True)
class BanGeocoder:
    """Place addresses with the national geocoder, or with an addok of one's own.

    Each distinct address is asked once, in files (``/search/csv``), in its commune where the
    commune is sure; again without the commune where the answer is not sure, because a wrong
    commune gets another street. What a file leaves undone, and other answers to choose from where
    the answer is poor, are asked singly (``/search``). A score is the service's own: it answers
    "ok" from 0.3 on, so that `ptce_geo.geocoding.geocode` has to judge.

    Attributes
    ----------
    base_url : str
        The service: the national one, or an addok.
    name : str
        What stands in ``geocode_provider``.
    requests_per_second : int
        Never exceeded; the national service blocks who does.
    rows_per_file : int
        At most `MOST_ROWS`; a file is at most `MOST_BYTES` long besides.
    retries : int
        How often a request that met a passing failure is sent again.
    workers : int
        Single searches under way at once.
    timeout_s : tuple of float
        To connect, and without receiving a byte (s), of a single search.
    year : int
        Vintage of the communes.

    Raises
    ------
    InputError
        When `base_url` is no address, or that of the service that closes, or a number is
        out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> queries = pd.DataFrame({"address": ["   "]})
    >>> BanGeocoder().locate(queries)[["geocode_status", "geocode_reason"]]
      geocode_status geocode_reason
    0       rejected     no_address
    """

    base_url: str = NATIONAL_URL
    _: KW_ONLY
    name: str = "ban"
    requests_per_second: int = REQUESTS_PER_SECOND
    rows_per_file: int = MOST_ROWS
    retries: int = 5
    workers: int = 8
    timeout_s: tuple[float, float] = (10, 30)
    year: int = CURRENT_YEAR

    columns: ClassVar[tuple[str, ...]] = schema.QUERY_COLUMNS
    batch_size: ClassVar[int] = 10_000
    needs_network: ClassVar[bool] = True
    # An address found whole by its postcode alone scores 0.7 to 0.8.
    score_offset: ClassVar[float] = 0.2

    def __post_init__(self) -> None:
        """Check the address of the service and the numbers."""
        url = checked_base_url(self.base_url, name=self.name)
        if (urlsplit(url).hostname or "").lower().rstrip(".") == _CLOSED_HOST:
            msg = f"{self.name}: {_CLOSED_HOST} was to close in January 2026; use {NATIONAL_URL}"
            raise InputError(msg)
        object.__setattr__(self, "base_url", url)
        for field, most in (
            ("rows_per_file", MOST_ROWS),
            ("requests_per_second", 10_000),
            ("workers", 10),
        ):
            if not 1 <= (value := getattr(self, field)) <= most:
                msg = f"{self.name}: {field} is {value}; give 1 to {most:,}"
                raise InputError(msg)

    @property
    def version(self) -> str:
        """What an answer depends on besides its query: the service, and how it is asked."""
        return f"{self.base_url} {self.year} {_FORMAT}"

    def locate(self, queries: pd.DataFrame) -> pd.DataFrame:
        """Return the place of each address.

        Parameters
        ----------
        queries : DataFrame
            Any of the text columns `schema.QUERY_COLUMNS`; missing columns and cells are empty.

        Returns
        -------
        DataFrame
            On the index of `queries`, `schema.GEOCODE_COLUMNS`, `schema.FOUND_COLUMNS` and
            ``geocode_candidates``. The status is "accepted" where anything was found, else
            "rejected", the reason being "no_address" (nothing to ask), "address_not_found" or
            "service_error" (this one address cannot be asked: the service fails on it).

        Raises
        ------
        GeocodingServiceError
            When the service cannot be reached, refuses, or answers with something else.
        """
        asked = queries_of(queries, year=self.year)
        distinct = list(dict.fromkeys(query for query in asked if query))
        answers = self._answers(distinct) if distinct else {}
        nothing = Answer(None, "no_address")
        return service_frame(
            [answers[query] if query else nothing for query in asked],
            queries.index,
            provider=self.name,
            year=self.year,
        )

    def _answers(self, queries: Sequence[Query]) -> dict[Query, Answer]:
        # requests is loaded only by those who ask somebody.
        from ptce_geo.session import Service

        with Service(
            self.base_url,
            name=self.name,
            requests_per_second=self.requests_per_second,
            timeout_s=self.timeout_s,
            retries=self.retries,
        ) as service:
            return _Asking(service, self).answers(queries)


class _Listed(NamedTuple):
    """What one search found, the likeliest first, or why it cannot be made."""

    found: tuple[Found, ...]
    problem: str = ""

    @property
    def first(self) -> Found | None:
        return self.found[0] if self.found else None


class _Asking:
    """One conversation with a service, in which nothing is asked twice."""

    def __init__(self, service: Service, geocoder: BanGeocoder) -> None:
        self._service = service
        self._geocoder = geocoder
        self._known: dict[Query, Found | None] = {}
        self._listed: dict[Query, _Listed] = {}
        self._takes_files = True
        # None where that is not yet known.
        self._filters_files = True if geocoder.base_url == NATIONAL_URL else None

    def answers(self, queries: Sequence[Query]) -> dict[Query, Answer]:
        """Return what became of each query."""
        self._find(queries)
        unsure = [query for query in queries if query.citycode and not self._is_sure(query)]
        self._find(query.anywhere for query in unsure)
        again = set(unsure)
        chosen = {
            query: choose(
                self._known[query], self._known[query.anywhere] if query in again else None
            )
            for query in queries
        }
        poor = [query for query in queries if is_poor(chosen[query].found)]
        self._list(query.anywhere for query in poor)
        for query in poor:
            listed = self._listed[query.anywhere]
            chosen[query] = with_candidates(chosen[query], listed.found)
            if listed.problem and chosen[query].found is None:
                chosen[query] = Answer(None, f"service_error: {listed.problem}")
        return chosen

    def _is_sure(self, query: Query) -> bool:
        found = self._known[query]
        return found is not None and found.score >= SURE

    def _find(self, queries: Iterable[Query]) -> None:
        """Know what is found for each query: by file, and singly what files leave."""
        missing = [query for query in dict.fromkeys(queries) if query not in self._known]
        found: dict[Query, Found | None] = {}
        for batch in _files(missing, self._geocoder.rows_per_file):
            if self._filters_files is False and any(query.citycode for query in batch):
                found |= self._find_anywhere_first(batch)
            else:
                found |= self._find_by_file(batch)
        # A file may have a higher floor for scores than a search.
        left = [query for query in missing if found.get(query) is None]
        self._list(left)
        self._known |= found | {query: self._listed[query].first for query in left}

    def _find_anywhere_first(self, queries: Sequence[Query]) -> dict[Query, Found | None]:
        """Return what is surely found in the right commune without asking for it."""
        self._find(query.anywhere for query in queries)
        found = {query: self._known[query.anywhere] for query in queries}
        return {
            query: one
            for query, one in found.items()
            if not query.citycode or (one and one.score >= SURE and one.citycode == query.citycode)
        }

    def _find_by_file(self, queries: Sequence[Query]) -> dict[Query, Found | None]:
        """Return what a file brings, asking again for rows that did not come or came twice."""
        found: dict[Query, Found | None] = {}
        todo = dict(enumerate(queries))
        for _ in range(_ROUNDS):
            if not todo or not self._takes_files:
                return found
            came = self._send(todo)
            if self._filters_files is False and any(query.citycode for query in queries):
                return self._find_anywhere_first(queries)
            if came is None:
                return found
            for number, one in came.items():
                found[todo.pop(number)] = one
        if not found and len(queries) > _FEW:
            msg = (
                f"{self._service.name} ({self._service.base_url}/search/csv): none of "
                f"{len(queries)} rows came back with its number; try later, or check the base URL"
            )
            raise GeocodingServiceError(msg)
        return found

    def _send(self, todo: Mapping[int, Query]) -> dict[int, Found | None] | None:
        """Send rows as a file; return what came, None where they have to be asked singly."""
        filtered = any(query.citycode for query in todo.values())
        try:
            if filtered and self._filters_files is None:
                body = self._post_unsure(todo)
                if body is None:
                    return None
            else:
                body = self._post(todo)
        except GeocodingServiceError as error:
            if error.status_code in (404, 405, 501):
                # An addok without its plugin addok-csv.
                self._takes_files = False
                return None
            too_much = error.status_code == 400 and _TOO_MUCH.search(str(error))
            if (error.status_code == 400 and not too_much) or not self._may_be_a_row(error):
                raise
            return self._send_halves(todo)
        if filtered:
            self._filters_files = True
        lines = read_lines(body, todo)
        return lines.found | dict.fromkeys(lines.not_done)

    def _post(self, rows: Mapping[int, Query], *, final: tuple[int, ...] = ()) -> bytes:
        return self._service.post_csv(
            "/search/csv",
            _fields(rows),
            _file(rows),
            timeout_s=_FILE_TIMEOUT_S,
            deadline_s=_FILE_DEADLINE_S,
            final=final,
        )

    def _post_unsure(self, rows: Mapping[int, Query]) -> bytes | None:
        """Post the first file with communes to a server that may not bear them.

        addok 1.3 with its plugin addok-csv 1.1 fails on every file with a filter. None is
        returned where that is so: a row fails with its commune, not without, and again with.
        """
        try:
            return self._post(rows, final=_FAILS)
        except GeocodingServiceError as error:
            if error.status_code not in _FAILS:
                raise
        query = next(query for query in rows.values() if query.citycode)
        if self._bears(query.anywhere) and not self._bears(query):
            self._filters_files = False
            return None
        return self._post(rows)

    def _bears(self, query: Query) -> bool:
        try:
            self._post({0: query}, final=_FAILS)
        except GeocodingServiceError as error:
            if error.status_code not in _FAILS:
                raise
            return False
        return True

    def _send_halves(self, todo: Mapping[int, Query]) -> dict[int, Found | None] | None:
        if len(todo) <= _FEW:
            return None
        rows = list(todo.items())
        middle = len(rows) // 2
        came = [self._send(dict(half)) or {} for half in (rows[:middle], rows[middle:])]
        return came[0] | came[1]

    def _list(self, queries: Iterable[Query]) -> None:
        """Search singly for what was not yet, a few at once."""
        missing = [query for query in dict.fromkeys(queries) if query not in self._listed]
        if not missing:
            return
        with ThreadPoolExecutor(self._geocoder.workers) as threads:
            searches = [threads.submit(self._search, query) for query in missing]
            try:
                for query, search in zip(missing, searches, strict=True):
                    self._listed[query] = search.result()
            except BaseException:
                threads.shutdown(wait=True, cancel_futures=True)
                raise

    def _search(self, query: Query) -> _Listed:
        params = {
            "q": query.text,
            "limit": _LISTED,
            "autocomplete": 0,
            "citycode": query.citycode or None,
        }
        try:
            content = self._service.get_json("/search", params)
        except GeocodingServiceError as error:
            if self._may_be_a_row(error):
                return _Listed((), str(error))
            raise
        found = read_features(content)
        if found is None:
            msg = (
                f"{self._service.name} ({self._service.base_url}/search): answers with JSON that "
                f"is no list of addresses; check the base URL"
            )
            raise GeocodingServiceError(msg)
        return _Listed(found)

    def _may_be_a_row(self, error: GeocodingServiceError) -> bool:
        """Return whether the service fails on what it was asked, but for that is well."""
        if error.status_code not in _OF_A_ROW and (error.status_code or 0) < 500:
            return False
        if UNREACHABLE in str(error):
            return False
        try:
            self._service.get_json("/search", {"q": "paris", "limit": 1, "autocomplete": 0})
        except GeocodingServiceError:
            return False
        return True


def _files(queries: Sequence[Query], rows: int) -> Iterator[Sequence[Query]]:
    """Divide queries so that a file has at most so many rows, the last one included, and bytes."""
    batch: list[Query] = []
    size = 0
    for query in queries:
        length = len(_line(len(queries), query).encode())
        if batch and (len(batch) >= min(rows, MOST_ROWS - 1) or size + length > MOST_BYTES - 1000):
            yield batch
            batch, size = [], 0
        batch.append(query)
        size += length
    if batch:
        yield batch


def _file(rows: Mapping[int, Query]) -> bytes:
    lines = [_line(number, query) for number, query in rows.items()]
    text = "".join([_line(ROW, Query("q", "citycode")), *lines, _line(_LAST, Query("paris"))])
    return text.encode()


def _line(number: int | str, query: Query) -> str:
    # Clean text holds no delimiter and no quote.
    return f"{number},{query.text},{query.citycode}\n"


def _fields(rows: Mapping[int, Query]) -> list[tuple[str, str]]:
    filters = [("citycode", "citycode")] if any(query.citycode for query in rows.values()) else []
    return [("columns", "q"), *filters]
