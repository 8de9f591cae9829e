"""Work shared among the cores: a child process for each but the first, forked where it can be."""

from __future__ import annotations

import multiprocessing
import os
import sys
import warnings
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection

Item = TypeVar("Item")
Result = TypeVar("Result")

# Below so many items a child costs more than it does.
WORTH_A_PROCESS: Final = 1_000


def share(work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item]) -> list[Result]:
    """Return ``work(items)``, done by as many processes as there are cores and work for.

    Parameters
    ----------
    work : callable
        Returns a result for each item, in their order. In a child, what it remembers is lost.
    items : sequence
        What is to be done.

    Returns
    -------
    list
        The results in the order of the items. The share of a child that dies or fails is done
        again here, so that its error is raised here too.

    Examples
    --------
    >>> share(lambda numbers: [2 * number for number in numbers], range(4_000))[-1]
    7998
    """
    workers = min(_cores(), len(items) // WORTH_A_PROCESS)
    if workers < 2 or not _can_fork():
        return work(items)
    size = -(-len(items) // workers)
    own, *others = [items[start : start + size] for start in range(0, len(items), size)]
    children = [(part, _start(work, part)) for part in others]
    results = list(work(own))
    for part, (child, receiver) in children:
        try:
            done = receiver.recv()
        except EOFError:
            done = work(part)
        results += done
        child.join()
        receiver.close()
    return results


def _start(work: Callable[[Any], Any], part: Sequence[Any]) -> tuple[Any, Connection]:
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_send, args=(sender, work, part), daemon=True)
    with warnings.catch_warnings():
        # Threads of other libraries are no harm to a child that calls none of these.
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()
    # Open in the child only, it ends when the child does.
    sender.close()
    return child, receiver


def _send(sender: Connection, work: Callable[[Any], Any], part: Sequence[Any]) -> None:
    # Without a word: whoever waits does this part again, and meets the same error.
    try:
        results = work(part)
    except Exception:
        os._exit(1)
    sender.send(results)
    sender.close()
    # Nothing of the parent's is to be flushed or closed twice.
    os._exit(0)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _can_fork() -> bool:
    # On macOS system libraries may not survive it; a daemon may have no children.
    return sys.platform == "linux" and not multiprocessing.current_process().daemon
