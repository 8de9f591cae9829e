"""Whether the results of a study can be written where they are to go: told before it is run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ptce_geo.files.whole_folder import require_free, require_replaceable
from ptce_geo.reports.package import package_files
from ptce_geo.study.outputs import DATA, OUTPUT_FILES, SHEETS, sheet_file
from ptce_geo.study.record import RECORD, files_made
from ptce_geo.territories.zonings import zoning_level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ptce_geo.study.settings import Study


def require_target(study: Study) -> None:
    """Raise where the results cannot be written; nothing is written or computed.

    Parameters
    ----------
    study : Study
        What is asked; its outputs are known ones.

    Raises
    ------
    OutputError
        When the folder cannot be made or replaced, or a file that no run made has the name of one
        to write.
    """
    out = Path(study.out)
    require_replaceable(out)
    out = out.resolve()
    require_free(out, files_to_write(study), made=files_made(out))


def files_to_write(study: Study) -> Iterator[str]:
    """Yield the files that a run may write, as paths within its folder."""
    yield RECORD
    for kind in study.outputs:
        if kind != "package":
            yield OUTPUT_FILES[kind]
            continue
        levels = [*study.levels, *(zoning_level(name) for name in study.zonings)]
        yield from (f"{DATA}/{name}" for name in package_files(levels))
    for sheet in study.sheets:
        kind, _, code = sheet.partition(":")
        yield f"{SHEETS}/{sheet_file(kind, code)}"
