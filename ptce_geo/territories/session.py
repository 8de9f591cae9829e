"""How ptce_geo talks to a server: under its own name, with a time limit, patiently, politely.

A request that meets a broken connection or a server that is overloaded is sent again, each time
after a longer wait; what the server asks to wait is waited, if that is not too long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import (
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ResponseError,
    SSLError,
    TimeoutError,  # noqa: A004 - urllib3's own, which is not Python's
)
from urllib3.util import Retry

from ptce_geo import __version__

if TYPE_CHECKING:
    from types import TracebackType

    from urllib3.connectionpool import ConnectionPool
    from urllib3.response import BaseHTTPResponse

# To connect, and without receiving a byte (s).
TIMEOUT_S: Final = (10, 30)
RETRIES: Final = 3
BACKOFF_S: Final = 1.0
LONGEST_WAIT_S: Final = 60
_PASSING: Final = (429, 500, 502, 503, 504)


def new_session() -> requests.Session:
    """Return a session that retries what may pass; give every request `TIMEOUT_S`."""
    session = requests.Session()
    session.headers["User-Agent"] = f"ptce_geo/{__version__}"
    patience = Patience(
        total=RETRIES,
        status_forcelist=_PASSING,
        backoff_factor=BACKOFF_S,
        # Clients cut off together do not return together.
        backoff_jitter=BACKOFF_S,
        # The last answer is handed out, so that its status can be told.
        raise_on_status=False,
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
    if isinstance(cause, TimeoutError) and not isinstance(cause, NewConnectionError):
        return "no answer in time"
    if isinstance(cause, ProtocolError):
        return "the connection broke off"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
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
