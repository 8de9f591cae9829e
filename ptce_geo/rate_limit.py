"""Ask a server no more often than it allows."""

from __future__ import annotations

import threading
import time
from collections import deque
from functools import lru_cache
from typing import Final, Self

from ptce_geo.errors import InputError

# The second that "requests a second" means.
WINDOW_S: Final = 1.0


class RateLimit:
    """Lets at most `per_second` requests through in any second, from however many threads.

    A request takes its slot when it is sent and gives it back a second after its answer began:
    whenever in between the server counted it, it never counts more than it allows.

    Examples
    --------
    >>> limit = RateLimit(50)
    >>> with limit:
    ...     pass  # the request
    """

    def __init__(self, per_second: int) -> None:
        if per_second < 1:
            msg = f"requests a second: {per_second}; give 1 or more"
            raise InputError(msg)
        self.per_second = per_second
        self._state = threading.Condition()
        self._under_way = 0
        self._done: deque[float] = deque()
        self._not_before = 0.0

    def __enter__(self) -> Self:
        """Wait for a slot and take it."""
        with self._state:
            while (wait := self._wait_s()) is None or wait > 0:
                self._state.wait(wait)
            self._under_way += 1
        return self

    def __exit__(self, *_error: object) -> None:
        """Give the slot back, for a second later."""
        with self._state:
            self._under_way -= 1
            self._done.append(time.monotonic())
            self._state.notify_all()

    def pause(self, seconds: float) -> None:
        """Let nothing through for that long: the server asked everybody to wait."""
        with self._state:
            self._not_before = max(self._not_before, time.monotonic() + seconds)

    def _wait_s(self) -> float | None:
        """Return how long there is no slot, None where an answer has to come first."""
        now = time.monotonic()
        while self._done and self._done[0] + WINDOW_S <= now:
            self._done.popleft()
        if now < self._not_before:
            return self._not_before - now
        if self._under_way + len(self._done) < self.per_second:
            return 0.0
        return self._done[0] + WINDOW_S - now if self._done else None


@lru_cache(maxsize=64)
def limit_of(_host: str, per_second: int) -> RateLimit:
    """Return the one limit of a host: all that this process asks there counts together."""
    return RateLimit(per_second)
