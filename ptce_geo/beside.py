"""Do a piece of work in a second process while this one goes on."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import warnings
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

T = TypeVar("T")


@contextmanager
def beside(work: Callable[[], T], *, processes: int = 2) -> Iterator[Callable[[], T]]:
    """Begin `work` in a second process; what is given returns its result once it is there.

    Where there is no second processor, or no safe way to share with a second process what this one
    holds (elsewhere than on Linux), the work is done here when its result is asked for. So it is
    when it fails beside: its error is raised here, as if there were no second process.

    Parameters
    ----------
    work : callable
        Without arguments. What it changes besides files is lost: it must not rely on, nor change,
        what this process goes on with.
    processes : int
        1 does all of it here.

    Yields
    ------
    callable
        Waits for the result of `work` and returns it; its warnings are issued again. Not called,
        the work is ended with the block, wherever it is.

    Examples
    --------
    >>> with beside(lambda: sum(range(10))) as total:
    ...     largest = max(range(10))
    ...     largest, total()
    (9, 45)
    """
    if processes < 2 or not _can_share():
        yield cache(work)
        return
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(sender, work), daemon=True)
    with warnings.catch_warnings():
        # Python 3.12 warns of threads: those of a console or a notebook hold nothing of ours.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    sender.close()

    @cache
    def result() -> T:
        try:
            found, warned = pickle.loads(receiver.recv_bytes())
        except EOFError:
            return work()
        for warning in warned:
            warnings.warn_explicit(*warning)
        return found

    try:
        yield result
    finally:
        process.terminate()
        process.join()
        receiver.close()


def _can_share() -> bool:
    return (
        sys.platform == "linux"
        and len(os.sched_getaffinity(0)) > 1
        and not multiprocessing.current_process().daemon
    )


def _send(sender: Connection, work: Callable[[], T]) -> None:
    """Do the work and send its result; say nothing if it fails."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends this one
    try:
        with warnings.catch_warnings(record=True) as warned:
            found = work()
        told = [(w.message, w.category, w.filename, w.lineno) for w in warned]
        sender.send_bytes(pickle.dumps((found, told), protocol=5))
    except Exception:  # whatever it is, the first process meets it again
        sender.close()
