"""One page about one territory or one pole, to print and hand out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ptce_geo.labels import check_language, format_date, label
from ptce_geo.reports.html import Figures, Picture, Section, write_html
from ptce_geo.reports.pole_page import PolePage
from ptce_geo.reports.territory_page import TerritoryPage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ptce_geo.reports.findings import Findings
    from ptce_geo.reports.html import Block

POLE: Final = "pole"


def write_page(
    path: Path,
    findings: Findings,
    kind: str,
    code: str,
    *,
    picture: str | None = None,
    lang: str = "fr",
) -> None:
    """Write the sheet of one territory or one pole: an HTML file that prints on one A4 page.

    It asks for nothing from elsewhere and runs nothing. Its figures are those of
    `findings.tables`, and say which, as those of `write_report`.

    Parameters
    ----------
    path : Path
        The file; it is replaced in one step.
    findings : Findings
        What the study found.
    kind : {"region", "departement", "epci", "commune", "pole"}
        What the sheet is about.
    code : str
        Code of the territory, or ``pole_id``.
    picture : str, optional
        SVG of its map: `ptce_geo.study.pictures.sheet_picture` draws it.
    lang : {"fr", "en"}
        Language of the sheet.

    Raises
    ------
    UnknownTerritoryError
        When the territory is not in the study; the message tells near ones.
    InputError
        When no pole has that identifier; the message tells near ones.
    OutputError
        When the file cannot be written.
    """
    figures = Figures(findings, check_language(lang))
    record = findings.record
    told = PolePage(figures, code) if kind == POLE else TerritoryPage(figures, kind, code)
    sections: dict[str, Sequence[Block]] = {"first": [told.tiles()]}
    if picture is not None:
        sections["map"] = [Picture(picture, told.alt())]
    sections |= told.sections()
    method = label("page_method", figures.lang).format(
        date=format_date(record["created"], figures.lang),
        year=record["vintages"]["territories"],
        version=record["ptce_geo"],
    )
    write_html(
        path,
        "sheet.html",
        what="the sheet",
        lang=figures.lang,
        version=record["ptce_geo"],
        title=told.title,
        over=told.over,
        lines=told.lines(),
        sections=[
            Section(key, label(f"page_{key}", figures.lang), blocks)
            for key, blocks in sections.items()
        ],
        footer=[method, " · ".join(record["vintages"]["attribution"])],
    )
