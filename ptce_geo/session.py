"""How ptce_geo talks to a server: under its own name, with a time limit, patiently, politely.

A request that meets a broken connection or a server that is overloaded is sent again, each time
after a longer wait; what the server asks to wait is waited, if that is not too long. A `Service`
besides never asks more often than its server allows, and turns every failure into one error.
"""

from __future__ import annotations

import json
import random
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import (
    HTTPError,
    IncompleteRead,
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ResponseError,
    SSLError,
    TimeoutError,  # noqa: A004 - urllib3's own, which is not Python's
)
from urllib3.util import Retry

from ptce_geo import __version__
from ptce_geo.errors import GeocodingServiceError
from ptce_geo.http_words import UNREACHABLE, checked_base_url, retry_after_s, server_message
from ptce_geo.rate_limit import limit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from urllib3.connectionpool import ConnectionPool
    from urllib3.response import BaseHTTPResponse

_T = TypeVar("_T")

# To connect, and without receiving a byte (s).
TIMEOUT_S: Final = (10, 30)
RETRIES: Final = 3
BACKOFF_S: Final = 1.0
LONGEST_BACKOFF_S: Final = 30.0
LONGEST_WAIT_S: Final = 60
_PASSING: Final = (408, 425, 429, 500, 502, 503, 504)
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_REDIRECTS_WITH_BODY: Final = (307, 308)
_MOST_REDIRECTS: Final = 3
_CHUNK: Final = 1 << 16

# What to do about a status, where the server's own message may not tell.
_ADVICE: Final = {
    400: "correct what was asked",
    401: "the service wants a password (~/.netrc)",
    403: "the service refuses us; a proxy may stand in between",
    404: "check the base URL",
    405: "check the base URL",
    413: "send smaller files",
    422: "correct what was asked",
    429: "wait, or ask less at once",
    500: "try later",
    502: "try later",
    503: "try later",
    504: "try later, or with smaller files",
}


def new_session(*, patient: bool = True) -> requests.Session:
    """Return a session under our own name; give every request `TIMEOUT_S`.

    A patient one retries what may pass.
    """
    session = requests.Session()
    session.headers["User-Agent"] = f"ptce_geo/{__version__}"
    patience = Patience(
        total=RETRIES if patient else 0,
        status_forcelist=_PASSING if patient else (),
        backoff_factor=BACKOFF_S,
        # Clients cut off together do not return together.
        backoff_jitter=BACKOFF_S,
        # The last answer is handed out, so that its status can be told.
        raise_on_status=False,
        respect_retry_after_header=patient,
    )
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=patience))
    return session


def told(error: Exception) -> str:
    """Return what went wrong on the way to a server, in a few words."""
    # requests wraps what its retries ended with.
    cause = getattr(error.args[0], "reason", error) if error.args else error
    if isinstance(cause, SSLError):
        return "the server's certificate cannot be trusted"
    if isinstance(cause, NewConnectionError):
        return UNREACHABLE
    if isinstance(cause, TimeoutError | requests.Timeout):
        return "no answer in time"
    broken = ProtocolError | IncompleteRead
    if isinstance(cause, broken) or (error.args and isinstance(error.args[0], broken)):
        return "the connection broke off"
    if isinstance(error, requests.ConnectionError):
        return UNREACHABLE
    return " ".join(str(error).split())


class Patience(Retry):
    """Does not wait for a server that asks for more than `LONGEST_WAIT_S`."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """Return the patience that is left; the answer is final where there is none."""
        if response is not None and (self.get_retry_after(response) or 0) > LONGEST_WAIT_S:
            reason = ResponseError(f"asks to wait more than {LONGEST_WAIT_S} s")
            raise MaxRetryError(_pool, url or "", reason)  # type: ignore[arg-type]
        return super().increment(method, url, response, error, _pool, _stacktrace)


class _Request(NamedTuple):
    """What is asked, and how long its answer may take to begin (s)."""

    method: str
    path: str
    timeout_s: tuple[float, float]
    deadline_s: float
    params: Mapping[str, Any] | None = None
    form: list[tuple[str, str]] | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    final: tuple[int, ...] = ()


class _PassingError(GeocodingServiceError):
    """A failure that may not happen again."""


class Service:
    """A service that answers over HTTP.

    Parameters
    ----------
    base_url : str
        Address that the paths are added to: https, or http for a server of one's own.
    name : str
        What errors call the service.
    requests_per_second : int
        Never exceeded by this process, all services at the same host counted together.
    timeout_s : tuple of float
        To connect, and without receiving a byte (s).
    deadline_s : float
        For all of one answer (s): a server that drips is not waited for.
    retries : int
        How often a request that met a passing failure is sent again.
    longest_wait_s : float
        A server that asks to wait longer is not waited for.
    session : requests.Session, optional
        Instead of one of our own; it must not retry.

    Raises
    ------
    InputError
        When `base_url` is no address of a server.

    Examples
    --------
    >>> with Service("http://127.0.0.1:7878/", name="addok", requests_per_second=50) as addok:
    ...     addok.base_url
    'http://127.0.0.1:7878'
    """

    def __init__(
        self,
        base_url: str,
        *,
        name: str,
        requests_per_second: int,
        timeout_s: tuple[float, float] = TIMEOUT_S,
        deadline_s: float = 60.0,
        retries: int = 5,
        longest_wait_s: float = LONGEST_WAIT_S,
        session: requests.Session | None = None,
    ) -> None:
        self.base_url = checked_base_url(base_url, name=name)
        self.name = name
        self.timeout_s = timeout_s
        self.deadline_s = deadline_s
        self.retries = retries
        self.longest_wait_s = longest_wait_s
        self.limit = limit_of(urlsplit(self.base_url).netloc.lower(), requests_per_second)
        self._session = session or new_session(patient=False)

    def __enter__(self) -> Self:
        """Return the service, to be closed at the end of the block."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def get_json(
        self, path: str, params: Mapping[str, object] | None = None
    ) -> dict[str, Any] | list[Any]:
        """Return the JSON object or list that a GET of `path` is answered with.

        Parameters
        ----------
        path : str
            Added to the base URL, such as "/search".
        params : mapping, optional
            The query; a list repeats its key, None leaves it out.

        Raises
        ------
        GeocodingServiceError
            When the service cannot be reached, refuses, or answers with something else.
        """

        def read(answer: requests.Response, body: bytes) -> dict[str, Any] | list[Any]:
            self._refuse_html(answer, body, "JSON", path)
            try:
                content = json.loads(body)
            except (ValueError, RecursionError):
                msg = f"{self._at(path)}: the answer is no JSON; try later"
                raise _PassingError(msg, status_code=answer.status_code) from None
            if isinstance(content, dict | list):
                return content
            msg = f"{self._at(path)}: answers with {type(content).__name__}, no object or list"
            raise GeocodingServiceError(msg, status_code=answer.status_code)

        return self._ask(_Request("GET", path, self.timeout_s, self.deadline_s, params), read)

    def post_csv(
        self,
        path: str,
        fields: Iterable[tuple[str, str]],
        file_bytes: bytes,
        *,
        timeout_s: tuple[float, float] | None = None,
        deadline_s: float | None = None,
        final: tuple[int, ...] = (),
    ) -> bytes:
        """Return the CSV that a CSV file posted to `path` is answered with, whole as it came.

        Parameters
        ----------
        path : str
            Added to the base URL, such as "/search/csv".
        fields : iterable of (name, value)
            The other fields of the form; a name may be repeated.
        file_bytes : bytes
            The file, in the field "data".
        timeout_s, deadline_s : optional
            Instead of the service's own: a large file takes long to answer.
        final : tuple of int, optional
            Statuses that are not asked again, though they may pass.

        Raises
        ------
        GeocodingServiceError
            When the service cannot be reached, refuses, or answers with something else.
        """

        def read(answer: requests.Response, body: bytes) -> bytes:
            self._refuse_html(answer, body, "CSV", path)
            if body.strip():
                return body
            msg = f"{self._at(path)}: the answer is empty; try later"
            raise _PassingError(msg, status_code=answer.status_code)

        files = {"data": ("rows.csv", file_bytes, "text/csv; charset=utf-8")}
        request = _Request(
            *("POST", path, timeout_s or self.timeout_s, deadline_s or self.deadline_s),
            form=list(fields),
            files=files,
            final=final,
        )
        return self._ask(request, read)

    def _ask(self, request: _Request, read: Callable[[requests.Response, bytes], _T]) -> _T:
        """Send a request until `read` can read its answer, or patience ends."""
        for attempt in range(self.retries + 1):
            try:
                return read(*self._once(request))
            except _PassingError as error:
                failure = error
            wait = failure.retry_after
            if (wait or 0) > self.longest_wait_s:
                break
            if wait is not None:
                # Clients sent away together do not return together.
                self.limit.pause(wait + random.uniform(0, BACKOFF_S))
            if attempt == self.retries or failure.status_code in request.final:
                break
            if wait is None:
                most = min(BACKOFF_S * 2**attempt, LONGEST_BACKOFF_S)
                time.sleep(most * random.uniform(0.5, 1.5))
        raise GeocodingServiceError(
            str(failure), status_code=failure.status_code, retry_after=failure.retry_after
        ) from failure.__cause__

    def _once(self, request: _Request) -> tuple[requests.Response, bytes]:
        """Send a request once; return the answer, where it is a good one, and its body."""
        url, params = self.base_url + request.path, request.params
        try:
            for _ in range(_MOST_REDIRECTS + 1):
                answer = self._send(request, url, params)
                with answer:
                    if answer.status_code not in _REDIRECTS:
                        return self._good(answer, _body(answer, request.deadline_s), request.path)
                    url, params = self._next_url(answer, request), None
        except (requests.RequestException, HTTPError) as error:
            raise self._broken(error, request.path) from error
        msg = f"{self._at(request.path)}: redirects again and again; check the base URL"
        raise GeocodingServiceError(msg, status_code=answer.status_code)

    def _send(
        self, request: _Request, url: str, params: Mapping[str, Any] | None
    ) -> requests.Response:
        with self.limit:
            return self._session.request(
                request.method,
                url,
                params=params,
                data=request.form,
                files=request.files,
                timeout=request.timeout_s,
                stream=True,
                allow_redirects=False,
            )

    def _next_url(self, answer: requests.Response, request: _Request) -> str:
        """Return where a redirect within the same server leads; refuse every other one."""
        to = urljoin(answer.url, answer.headers.get("Location", ""))
        here, there = urlsplit(self.base_url), urlsplit(to)
        if (here.scheme, here.netloc.lower()) != (there.scheme, there.netloc.lower()):
            msg = (
                f"{self._at(request.path)}: redirects to {there.scheme}://{there.netloc}, which "
                f"is not followed; check the base URL, or the proxy in between"
            )
            raise GeocodingServiceError(msg, status_code=answer.status_code)
        if request.method != "GET" and answer.status_code not in _REDIRECTS_WITH_BODY:
            msg = f"{self._at(request.path)}: redirects a file to {there.path}; check the base URL"
            raise GeocodingServiceError(msg, status_code=answer.status_code)
        return to

    def _broken(self, error: Exception, path: str) -> GeocodingServiceError:
        """Return the failure of a request that met no whole answer."""
        what = told(error)
        msg = f"{self._at(path)}: {what}; check the network and try again"
        passing = isinstance(error, requests.ConnectionError | requests.Timeout | HTTPError)
        if passing and "certificate" not in what:
            return _PassingError(msg)
        return GeocodingServiceError(msg)

    def _good(
        self, answer: requests.Response, body: bytes, path: str
    ) -> tuple[requests.Response, bytes]:
        """Return an answer and its body; raise the failure that its status stands for."""
        if answer.ok:
            return answer, body
        status = answer.status_code
        said = server_message(body)
        wait = retry_after_s(answer.headers.get("Retry-After", ""))
        msg = f"{self._at(path)}: answers {status} {answer.reason or _phrase(status)}"
        msg += f" ({said})" if said else ""
        msg += "" if wait is None else f" and asks to wait {wait:g} s"
        msg += f"; {_ADVICE.get(status, 'try later' if status >= 500 else 'check what was asked')}"
        kind = _PassingError if status in _PASSING else GeocodingServiceError
        raise kind(msg, status_code=status, retry_after=wait)

    def _refuse_html(self, answer: requests.Response, body: bytes, wanted: str, path: str) -> None:
        kind = answer.headers.get("Content-Type", "")
        if "html" in kind.lower() or body.lstrip()[:1] == b"<":
            msg = (
                f"{self._at(path)}: answers with a web page instead of {wanted}; check the base "
                f"URL, or the proxy or login page in between"
            )
            raise GeocodingServiceError(msg, status_code=answer.status_code)

    def _at(self, path: str) -> str:
        return f"{self.name} ({self.base_url}{path})"


def _body(answer: requests.Response, deadline_s: float) -> bytes:
    """Return all of an answer, unpacked; urllib3 raises where less came than was told."""
    end = time.monotonic() + deadline_s
    chunks = []
    # read1 returns what has come: a drip does not hold it up for as long as it likes.
    while chunk := answer.raw.read1(_CHUNK, decode_content=True):
        chunks.append(chunk)
        if time.monotonic() > end:
            msg = f"no whole answer within {deadline_s:g} s"
            raise requests.Timeout(msg)
    return b"".join(chunks)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
