"""What went wrong while a list was read, kept beside the frame until someone asks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

# The whole vocabulary of `kind`.
REPAIRED: Final = "repaired"  # the value was written wrongly, what it means is certain
LOST: Final = "lost"  # the value cannot be used: missing in the frame, kept in the problem
DOUBTFUL: Final = "doubtful"  # read as it stands, but look at it
MISSING: Final = "missing"  # something a study needs is not there

PROBLEM_COLUMNS: Final = ("line", "column", "value", "message", "kind")
_ATTRS_KEY: Final = "ptce_geo_problems"


class Problem(NamedTuple):
    """One problem; `line` is None when it concerns the file as a whole."""

    line: int | None
    column: str | None
    value: str | None
    message: str
    kind: str


def remember(frame: pd.DataFrame, problems: Iterable[Problem]) -> None:
    """Keep `problems` in the attrs of `frame`.

    As one JSON text: pandas copies attrs deeply at every operation, which for a list of
    100,000 problems costs more than the operation itself.
    """
    frame.attrs[_ATTRS_KEY] = json.dumps(list(problems), ensure_ascii=False)


def remembered(frame: pd.DataFrame) -> list[Problem]:
    """Return the problems kept in the attrs of `frame` (none for a hand-made frame)."""
    return [Problem(*fields) for fields in json.loads(frame.attrs.get(_ATTRS_KEY, "[]"))]


def problem_frame(problems: Iterable[Problem]) -> pd.DataFrame:
    """Return `problems` as a frame, in the order of the lines, those of the whole file first."""
    ordered = sorted(problems, key=lambda problem: problem.line or 0)
    frame = pd.DataFrame(ordered, columns=list(PROBLEM_COLUMNS)).astype("str")
    frame["line"] = pd.array([problem.line for problem in ordered], dtype="Int64")
    return frame
