"""What came of a study, as it was computed or as it is read again from its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ptce_geo.errors import UnreadableFileError
from ptce_geo.reports.findings import Findings
from ptce_geo.reports.package_read import read_package
from ptce_geo.study.outputs import DATA
from ptce_geo.study.record import RECORD

if TYPE_CHECKING:
    import os


@dataclass(frozen=True, eq=False)
class StudyResult(Findings):
    """What came of a study.

    Attributes
    ----------
    members, poles, tables, record
        See `ptce_geo.reports.findings.Findings`.
    files : tuple of Path
        What was written.
    taken : tuple of str
        Stages ("locate", "measure") that were taken from the cache.
    """

    files: tuple[Path, ...] = ()
    taken: tuple[str, ...] = ()


def read_study(folder: str | os.PathLike[str]) -> StudyResult:
    """Read again what a study found, from the folder that it was written to.

    Parameters
    ----------
    folder : path
        The folder (``Study.out``); the output "package" must be among what was written.

    Returns
    -------
    StudyResult
        Members, poles, tables and record, each figure as it was.

    Raises
    ------
    UnreadableFileError
        When the folder holds no study, or one without its data package.
    """
    home = Path(folder)
    if not (home / RECORD).is_file():
        what = "no such folder" if not home.exists() else f"no {RECORD} in it"
        msg = f"{home} is no study ({what}); give the folder that ptce-geo run wrote"
        raise UnreadableFileError(msg)
    if not (home / DATA).is_dir():
        msg = f"{home}: its figures are not kept (no folder {DATA}); run it with output package"
        raise UnreadableFileError(msg)
    found = read_package(home / DATA)
    files = tuple(home / name for name in (*found.record["files"], RECORD))
    return StudyResult(found.members, found.poles, found.tables, found.record, files)
