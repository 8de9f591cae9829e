"""Write what a study found: the files that the planner receives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ptce_geo.beside import beside
from ptce_geo.errors import OutputError
from ptce_geo.reports import write_indicators
from ptce_geo.reports.geopackage import write_geopackage
from ptce_geo.reports.package import write_package
from ptce_geo.reports.territory import pole_findings, territory_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from ptce_geo.reports.findings import Findings
    from ptce_geo.study.settings import Study

# What draws maps and pages is imported where it does: it takes its time, in the process beside.

# The folder of the data package, and that of the sheets.
DATA: Final = "data"
SHEETS: Final = "sheets"
# What each output is, in the folder of the study.
OUTPUT_FILES: Final = {
    "workbook": "indicators.xlsx",
    "map": "map.html",
    "report": "report.html",
    "geopackage": "indicators.gpkg",
    "package": DATA,
}


def write_outputs(findings: Findings, folder: Path, study: Study) -> None:
    """Write the files of ``study.outputs`` and the sheets of ``study.sheets``.

    Parameters
    ----------
    findings : Findings
        What the study found.
    folder : Path
        An empty folder.
    study : Study
        What was asked.
    """

    def draw() -> None:
        for kind in study.outputs:
            if kind in _DRAWERS:
                _DRAWERS[kind](findings, folder)
        write_sheets(findings, study.sheets, folder / SHEETS)

    with beside(draw) as drawn:
        for kind in study.outputs:
            if kind in _WRITERS:
                _WRITERS[kind](findings, folder)
        drawn()


def write_sheets(
    findings: Findings, sheets: Iterable[str], folder: Path, *, lang: str | None = None
) -> list[Path]:
    """Write one page for each territory or pole.

    Parameters
    ----------
    findings : Findings
        What the study found.
    sheets : iterable of str
        "epci:244200770", "departement:42", "region:84", "commune:42218", "pole:ID".
    folder : Path
        Where to; made if need be.
    lang : {"fr", "en"}, optional
        Language; that of the study by default.

    Returns
    -------
    list of Path
        The pages, named as in ``epci-244200770.html``.

    Raises
    ------
    UnknownTerritoryError, InputError
        For a territory or a pole that is not in the study.
    OutputError
        When a page cannot be written.
    """
    language = lang or findings.lang
    asked = [sheet.partition(":")[::2] for sheet in sheets]
    for kind, code in asked:  # one that is not known is told before anything is drawn
        if kind == "pole":
            pole_findings(findings, code)
        else:
            territory_findings(findings, kind, code)
    if not asked:
        return []
    _make(folder)
    from ptce_geo.reports.page import write_page
    from ptce_geo.study.pictures import sheet_picture

    written = []
    for kind, code in asked:
        picture = sheet_picture(findings, kind, code, language)
        path = folder / sheet_file(kind, code)
        write_page(path, findings, kind, code, picture=picture, lang=language)
        written.append(path)
    return written


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"cannot write to {folder}: {error.strerror}; choose another folder"
        raise OutputError(msg) from error


def sheet_file(kind: str, code: str) -> str:
    """Return the name of a sheet; whatever a list calls a pole becomes a part of it.

    >>> sheet_file("pole", "Pôle n° 3")
    'pole-Pôle-n--3.html'
    """
    name = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in code)
    return f"{kind}-{name}.html"


def _map(findings: Findings, folder: Path) -> None:
    from ptce_geo.maps import pole_map, save_map

    settings = findings.record["settings"]
    page = pole_map(
        findings.members,
        poles=findings.poles,
        summary=findings.tables["poles"],
        footprints=findings.tables["footprints"],
        lang=findings.lang,
        title=settings["title"],
        source=settings["source"],
    )
    save_map(page, folder / OUTPUT_FILES["map"])


def _report(findings: Findings, folder: Path) -> None:
    from ptce_geo.reports.report import write_report
    from ptce_geo.study.pictures import report_pictures

    pictures = report_pictures(findings, findings.lang)
    write_report(folder / OUTPUT_FILES["report"], findings, pictures=pictures, lang=findings.lang)


def _workbook(findings: Findings, folder: Path) -> None:
    write_indicators(folder / OUTPUT_FILES["workbook"], findings, lang=findings.lang)


def _geopackage(findings: Findings, folder: Path) -> None:
    write_geopackage(folder / OUTPUT_FILES["geopackage"], findings, lang=findings.lang)


def _package(findings: Findings, folder: Path) -> None:
    (folder / DATA).mkdir()
    write_package(folder / DATA, findings, lang=findings.lang)


_DRAWERS: Final[Mapping[str, Callable[[Findings, Path], None]]] = {"map": _map, "report": _report}
_WRITERS: Final[Mapping[str, Callable[[Findings, Path], None]]] = {
    "workbook": _workbook,
    "geopackage": _geopackage,
    "package": _package,
}
