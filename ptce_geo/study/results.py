"""What came of a study, as it was computed or as it is read again from its folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ptce_geo.reports.findings import Findings

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, eq=False)
class StudyResult(Findings):
    """What came of a study.

    Attributes
    ----------
    members, poles, tables, record
        See `ptce_geo.reports.findings.Findings`.
    files : tuple of Path
        What was written.
    """

    files: tuple[Path, ...] = ()
