"""How far geocoding is, for whoever watches a terminal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import TaskID

    from ptce_geo.geocoding.asking import Progress


@contextmanager
def shown_progress(progress: bool | Progress) -> Iterator[Progress | None]:  # noqa: FBT001
    """Yield what is told how far a geocoder is: the caller's own, a bar, or nothing.

    A bar is shown on standard error, and only in a terminal.
    """
    if callable(progress):
        yield progress
        return
    from rich.console import Console  # importing geocoding does not load it

    console = Console(stderr=True)
    if not (progress and console.is_terminal):
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, TimeRemainingColumn(), console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield show
