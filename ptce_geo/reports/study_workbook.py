"""The workbook of a study: a summary, its tables, its members, what to check, its method."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.labels import Language, format_date, format_given, label
from ptce_geo.reports import study_checks, study_sheets
from ptce_geo.reports.concentration import by_level
from ptce_geo.reports.coverage import zones_listed
from ptce_geo.reports.study_method import method
from ptce_geo.reports.summary import LEVELS, measured_levels, zoning_names
from ptce_geo.reports.workbook import Sheet, write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ptce_geo.reports.findings import Findings

_DICTIONARY: Final = ["sheet", "heading", "identifier", "unit", "description"]


@dataclass(frozen=True)
class _Tab:
    """One sheet of every study: the key of its words, how its table is made, what helps to read it.

    `names`, `totals`, `shaded` and `table` (the key by default) as of `Sheet`; without the table
    `needs` there is no such sheet.
    """

    key: str
    frame: Callable[[Findings, Language], pd.DataFrame]
    names: int = 1
    totals: Sequence[str] = ()
    shaded: Sequence[str] = ()
    needs: str | None = None
    table: str = ""


_FIRST: Final = (
    _Tab("summary", study_sheets.summary),
    _Tab(
        "reach",
        lambda found, _: found.tables["coverage_by_reach"].reset_index(),
        shaded=(schema.SHARE_TERRITORIES, schema.SHARE_POPULATION),
        needs="coverage_by_reach",
    ),
    _Tab(
        "presence",
        study_sheets.presence,
        shaded=(schema.SHARE_TERRITORIES, schema.SHARE_POPULATION),
        needs="coverage_by_presence",
    ),
    _Tab(
        "white_zones",
        lambda found, _: zones_listed(found.tables["white_zones"]),
        names=2,
        totals=(schema.COMMUNES, schema.POPULATION, schema.AREA_KM2),
        needs="white_zones",
    ),
    _Tab(
        "concentration",
        lambda found, lang: by_level(found.tables["concentration"], lang),
        names=2,
        needs="concentration",
    ),
)
# Sheets of the levels stand here.
_LAST: Final = (
    _Tab(
        "poles",
        lambda found, _: study_sheets.poles(found),
        names=2,
        totals=(schema.MEMBERS, schema.LOCATED, schema.ACCEPTED, schema.TO_REVIEW),
        shaded=(schema.MEMBERS,),
        needs="poles",
    ),
    _Tab(
        "composition",
        study_sheets.composition,
        names=2,
        totals=(
            schema.MEMBERS,
            *map(schema.family_column, schema.FAMILIES),
            schema.MEMBERS_KNOWN,
        ),
        needs="composition",
    ),
    _Tab("economic_weight", study_sheets.economic_weight, names=3, needs="economic_weight"),
    _Tab("members", study_checks.listed, names=2),
    _Tab(
        "quality",
        study_checks.quality,
        totals=(schema.MEMBERS, schema.SHARE),
        shaded=(schema.SHARE,),
    ),
    _Tab(
        "quality_poles",
        study_checks.quality_by_pole,
        totals=(schema.MEMBERS, schema.ACCEPTED, schema.TO_REVIEW, schema.REJECTED),
        shaded=(study_checks.SHARE_ACCEPTED,),
    ),
    _Tab("to_check", study_checks.to_check, names=2, table="members"),
    _Tab("problems", study_checks.problems, names=2, needs="problems"),
)


def write_indicators(path: Path, findings: Findings, *, lang: Language = "fr") -> None:
    """Write what a study found as an Excel workbook.

    Parameters
    ----------
    path : Path
        The XLSX file.
    findings : Findings
        What the study found.
    lang : {"fr", "en"}
        Language of the titles, headings and notes.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    record = findings.record
    write_workbook(
        path,
        study_sheets_of(findings, lang),
        lang=lang,
        title=record["settings"].get("title") or label("workbook_title", lang),
        created=record["created"],
    )


def study_sheets_of(findings: Findings, lang: Language = "fr") -> list[Sheet]:
    """Return the sheets of the workbook of a study, in their order."""
    sheets = [
        *_sheets(_FIRST, findings, lang),
        *(_level(findings, level, lang) for level in measured_levels(findings.tables)),
        *_sheets(_LAST, findings, lang),
    ]
    sheets[0] = _titled(sheets[0], findings, lang)
    sheets.append(_dictionary(sheets, lang))
    sheets.append(_sheet(_Tab("method", method, names=2), findings, lang))
    return sheets


def _sheets(tabs: Sequence[_Tab], findings: Findings, lang: Language) -> Iterator[Sheet]:
    for tab in tabs:
        if tab.needs is None or tab.needs in findings.tables:
            yield _sheet(tab, findings, lang)


def _sheet(tab: _Tab, findings: Findings, lang: Language) -> Sheet:
    km = format_given(findings.record["settings"]["white_zone_km"], lang)
    return Sheet(
        label(f"sheet_{tab.key}", lang),
        tab.frame(findings, lang),
        (label(f"note_{tab.key}", lang).format(km=km),),
        names=tab.names,
        totals=tab.totals,
        shaded=tab.shaded,
        table=tab.table or tab.key,
    )


def _level(findings: Findings, level: str, lang: Language) -> Sheet:
    """Return the sheet of a level or a zoning: its figures, and who lives within each distance."""
    frame, within = study_sheets.territories(findings, level, lang)
    notes = [label("note_members_within", lang)] if within else []
    if level in LEVELS:
        name = label(f"sheet_{level}", lang)
        notes.insert(0, label(f"note_{level}", lang))
    else:
        name = zoning_names(findings.record).get(level, level)
        notes.insert(0, label("note_zoning", lang).format(name=name))
    return Sheet(
        name,
        frame,
        notes,
        names=2,
        totals=(schema.POPULATION, schema.MEMBERS),
        shaded=(schema.MEMBERS,),
        table=level,
        columns=within,
    )


def _titled(summary: Sheet, findings: Findings, lang: Language) -> Sheet:
    """Return the summary under the title of the study, with its date, vintage and source."""
    record = findings.record
    made = label("workbook_made", lang).format(
        year=record["vintages"]["territories"],
        date=format_date(record["created"], lang),
        version=record["ptce_geo"],
    )
    source = record["settings"].get("source")
    return replace(
        summary,
        title=record["settings"].get("title") or label("workbook_title", lang),
        notes=[" · ".join([made, *([source] if source else [])]), *summary.notes],
    )


def _dictionary(sheets: Sequence[Sheet], lang: Language) -> Sheet:
    """Return every column of the sheets: heading, identifier, unit, what it says."""
    rows = []
    for sheet in sheets:
        for name in map(str, sheet.frame.columns):
            column = sheet.column(name, lang)
            rows.append((sheet.name, column.title, name, column.unit, column.description))
    return Sheet(
        label("sheet_dictionary", lang),
        pd.DataFrame(rows, columns=_DICTIONARY),
        (label("note_dictionary", lang),),
        names=2,
    )
