"""What changed between two studies, as a planner reads it: in words, as a workbook, as a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import pandas as pd

from ptce_geo import schema
from ptce_geo.indicators.changed_figures import REASON
from ptce_geo.indicators.changes import CHANGE, MEMBER_CHANGES, POLE_CHANGES
from ptce_geo.indicators.differences import (
    COME,
    DIFFERENCE,
    GONE,
    HIGHER,
    LOWER,
    NOT_DISTINGUISHABLE,
)
from ptce_geo.indicators.list_matching import AFTER, BEFORE
from ptce_geo.labels import (
    Language,
    check_language,
    format_date,
    format_given,
    format_number,
    label,
)
from ptce_geo.reports.change_sheets import (
    change_sheet,
    concentration_listed,
    coverage_listed,
    level_name,
    level_sheets,
    levels_of,
    members_listed,
    not_comparable_listed,
    poles_listed,
    readings,
    white_zones_listed,
)
from ptce_geo.reports.summary import SummaryRow, zoning_names
from ptce_geo.reports.workbook import Sheet, write_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SIDES: Final = (BEFORE, AFTER)
_METHOD: Final = ("matching", "moved", "interval", "paired", "reading", "vintage", "studies")


class Note(NamedTuple):
    """What must be known before the differences are read.

    Attributes
    ----------
    kind : {"warning", "info"}
        Whether it may mislead.
    word : str
        Of the vocabulary ("change_note_<word>").
    values : mapping
        What goes into the gaps: numbers, texts, dates as "iso:2026-11-01", words as
        ("key", ...).
    """

    kind: Literal["warning", "info"]
    word: str
    values: Mapping[str, int | str | tuple[str, ...]] = {}

    def text(self, lang: Language = "fr") -> str:
        """Return the sentence."""
        return label(f"change_note_{self.word}", lang).format(
            **{name: _told(value, lang) for name, value in self.values.items()}
        )


@dataclass(frozen=True, eq=False)
class StudyComparison:
    """What changed from one study to another.

    Attributes
    ----------
    poles : DataFrame
        What became of each pole: see `pole_changes`.
    members : DataFrame
        What became of each member: see `member_changes`.
    indicators : DataFrame
        Every figure of the two: see `indicator_changes`.
    notes : tuple of Note
        What must be known before the differences are read, warnings first.
    record : mapping
        ``before`` and ``after``: the records of the two studies; ``year``: the vintage they are
        compared on; ``moved_km``; ``counts``: poles and members by what became of them, figures by
        flag; ``ptce_geo``: the version that compared them.
    """

    poles: pd.DataFrame
    members: pd.DataFrame
    indicators: pd.DataFrame
    notes: tuple[Note, ...]
    record: Mapping[str, Any]

    @property
    def lang(self) -> Language:
        """The language of the later study."""
        return check_language(self.record[AFTER]["settings"]["lang"])

    @property
    def zonings(self) -> dict[str, str]:
        """The names of the further zonings by their level, as the later study that has one says."""
        return zoning_names(self.record[BEFORE]) | zoning_names(self.record[AFTER])


def comparison_summary(comparison: StudyComparison, lang: Language = "fr") -> list[SummaryRow]:
    """Return the main changes, for the terminal and the first sheet.

    Parameters
    ----------
    comparison : StudyComparison
        What changed.
    lang : {"fr", "en"}
        Language of the words.

    Returns
    -------
    list of SummaryRow
        How many poles and members there are and were, what became of them (what is 0 is left
        out), and at each level how many territories changed and which of them beyond chance.
    """
    rows = []
    for name, frame, kinds in (
        ("poles", comparison.poles, POLE_CHANGES),
        ("members", comparison.members, MEMBER_CHANGES),
    ):
        counts = frame[CHANGE].value_counts()
        before = int(counts.drop(COME, errors="ignore").sum())
        after = int(counts.drop(GONE, errors="ignore").sum())
        told = label("change_summary_before", lang).format(n=format_number(before, lang))
        rows.append(SummaryRow(label(f"change_summary_{name}", lang), after, None, told))
        for kind in kinds:
            if (number := int(counts.get(kind, 0))) > 0:
                of = after if kind == COME else before
                figure = label(f"change_summary_{name}_{kind}", lang)
                rows.append(SummaryRow(figure, number, number / of, ""))
    rows += _levels_in_short(comparison, lang)
    if left := int((comparison.indicators[REASON] != "").sum()):
        rows.append(SummaryRow(label("change_summary_not_comparable", lang), left, None, ""))
    return rows


def comparison_notes(comparison: StudyComparison, lang: Language = "fr") -> list[tuple[str, str]]:
    """Return what must be known before the differences are read: "Warning" or "To know", a text."""
    return [(label(f"change_kind_{note.kind}", lang), note.text(lang)) for note in comparison.notes]


def write_changes(path: Path, comparison: StudyComparison, *, lang: Language = "fr") -> None:
    """Write what changed as an Excel workbook.

    Sheets: summary, what must be known, poles, members, one for each level, concentration,
    coverage, white zones, what is not comparable, method. Those without a row are left out.

    Parameters
    ----------
    path : Path
        The XLSX file.
    comparison : StudyComparison
        What changed.
    lang : {"fr", "en"}
        Language of the titles, headings and notes.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    record = comparison.record
    days = {side: format_date(record[side]["created"], lang) for side in _SIDES}
    between = label("change_note_sheet_summary", lang).format(**days)
    chance = label("change_not_distinguishable_text", lang)
    indicators, zonings = comparison.indicators, comparison.zonings
    notes = pd.DataFrame(
        comparison_notes(comparison, lang), columns=["change_kind", "change_text"], dtype="str"
    )

    def listed(frames: Mapping[str, pd.DataFrame]) -> list[Sheet]:
        return [
            change_sheet(
                label(f"change_sheet_{key}", lang),
                frame,
                (label(f"change_note_sheet_{key}", lang),),
                lang,
                names=2 if key in ("poles", "members") else 1,
            )
            for key, frame in frames.items()
            if not frame.empty
        ]

    explained = (label("change_note_sheet_level", lang), chance)
    sheets = [
        Sheet(
            label("sheet_summary", lang),
            pd.DataFrame(comparison_summary(comparison, lang)),
            (between, chance),
            table="summary",
        ),
        *listed(
            {
                "notes": notes,
                "poles": poles_listed(comparison.poles, lang),
                "members": members_listed(comparison.members, lang),
            }
        ),
        *level_sheets(indicators, explained, lang, zonings=zonings),
        *listed(
            {
                "concentration": concentration_listed(indicators, lang, zonings=zonings),
                "coverage": coverage_listed(indicators, lang, zonings=zonings),
                "white_zones": white_zones_listed(indicators, lang),
                "not_comparable": not_comparable_listed(indicators, lang, zonings=zonings),
            }
        ),
        Sheet(label("sheet_method", lang), _method(comparison, lang), (between,)),
    ]
    title = label("change_map_title", lang).format(**days)
    write_workbook(path, sheets, lang=lang, title=title, created=record[AFTER]["created"])


def _told(value: int | str | tuple[str, ...], lang: Language) -> str:
    if isinstance(value, tuple):
        return ", ".join(label(key, lang) for key in value)
    if isinstance(value, int):
        return format_number(value, lang)
    return format_date(value[4:], lang) if value.startswith("iso:") else value


def _levels_in_short(comparison: StudyComparison, lang: Language) -> list[SummaryRow]:
    """Return how many territories of each level have more or fewer members, and how surely."""
    indicators = comparison.indicators
    counted = indicators[(indicators[schema.INDICATOR] == schema.MEMBERS)]
    changed = counted[counted[DIFFERENCE].fillna(0) != 0]
    words = readings(changed)
    rows = []
    for level in levels_of(indicators):
        counts = words[changed[schema.LEVEL] == level].value_counts()
        detail = label("change_summary_level_detail", lang).format(
            higher=format_number(int(counts.get(HIGHER, 0)), lang),
            lower=format_number(int(counts.get(LOWER, 0)), lang),
            same=format_number(int(counts.get(NOT_DISTINGUISHABLE, 0)), lang),
        )
        name = level_name(level, lang, zonings=comparison.zonings)
        figure = label("change_summary_level", lang).format(level=name)
        rows.append(SummaryRow(figure, int(counts.sum()), None, detail if len(counts) else ""))
    return rows


def _method(comparison: StudyComparison, lang: Language) -> pd.DataFrame:
    record = comparison.record
    gaps = {
        "km": format_given(record["moved_km"], lang),
        "year": str(record["year"]),
        **{side: format_date(record[side]["created"], lang) for side in _SIDES},
        **{f"version_{side}": record[side]["ptce_geo"] for side in _SIDES},
    }
    lines = [
        (
            label(f"change_method_{key}", lang),
            label(
                "change_not_distinguishable_text"
                if key == "reading"
                else f"change_method_{key}_text",
                lang,
            ).format(**gaps),
        )
        for key in _METHOD
    ]
    return pd.DataFrame(lines, columns=["method", "text"])
