"""How the figures of a study came about: definitions, stages, files read, data and software."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.indicators.coverage_table import PRESENCE
from ptce_geo.labels import Language, format_date, format_number, label, label_if_known
from ptce_geo.reports.method import method_lines
from ptce_geo.reports.summary import aside_in_words, zoning_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ptce_geo.reports.findings import Findings

# Table, column and word where the n of a measure stands, by the key of the words of its method.
_N: Final = {
    **{
        f"method_{word}": ("concentration", schema.INDICATOR, word)
        for word in (
            *(schema.GINI, schema.HERFINDAHL, "equivalent_number", "top_share"),
            *("hoover", "locational_gini", "theil_t"),
        )
    },
    "method_presence": ("coverage", schema.GROUP, PRESENCE),
    "method_reach": ("coverage", schema.GROUP, "member"),
    "method_white_zones": ("coverage", schema.INDICATOR, "white_zones"),
}
_COLUMNS: Final = ["section", "method", "n", "text"]
_Line = tuple[str, "int | str | None", str]  # term, n, text


def method(findings: Findings, lang: Language) -> pd.DataFrame:
    """Return how the figures came about, one term a row.

    Returns
    -------
    DataFrame
        ``section``, ``method`` (the term), ``n`` (members that a figure rests on, or what a stage
        kept), ``text``.
    """
    sections = {
        "indicators": _definitions,
        "stages": _stages,
        "inputs": _inputs,
        "data": _data,
    }
    rows = [
        (label(f"method_section_{key}", lang), *line)
        for key, lines in sections.items()
        for line in lines(findings, lang)
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _definitions(findings: Findings, lang: Language) -> Iterator[_Line]:
    settings = findings.record["settings"]
    places = {label(key, lang): place for key, place in _N.items()}
    for term, text in method_lines(findings.record, lang):
        place = places.get(term)
        yield term, None if place is None else _n(findings.tables, *place), text
    if settings.get("reference"):
        told = label("method_reference_text", lang).format(
            column=settings["reference_column"], file=PurePath(settings["reference"]).name
        )
        yield label("method_reference", lang), None, told


def _n(tables: Mapping[str, pd.DataFrame], name: str, column: str, word: str) -> int | str | None:
    """Return how many members a measure rests on; the least and the most where levels differ."""
    if name not in tables:
        return None
    table = tables[name]
    whole = table[(table[column] == word) & (table[schema.TERRITORY] == "")]
    whole = whole[whole[schema.GROUP] != "seat"]
    counted = sorted({int(n) for n in whole[schema.N].dropna()})
    if len(counted) > 1:
        return f"{counted[0]} – {counted[-1]}"
    return counted[0] if counted else None


def _stages(findings: Findings, lang: Language) -> Iterator[_Line]:
    """Yield what went into each stage, what it kept, and why the rest was set aside."""
    for stage in findings.record.get("stages", []):
        told = {"into": format_number(stage["in"], lang), "out": format_number(stage["out"], lang)}
        key = "method_stage_text"
        if aside := stage["set_aside"]:
            key = "method_stage_aside"
            colon, then = ("\u00a0: ", "\u00a0; ") if lang == "fr" else (": ", "; ")
            told["aside"] = format_number(sum(aside.values()), lang)
            told["reasons"] = then.join(
                f"{aside_in_words(reason, lang)}{colon}{format_number(count, lang)}"
                for reason, count in aside.items()
            )
        name = _stage_name(stage["stage"], zoning_names(findings.record), lang)
        yield name, stage["out"], label(key, lang).format(**told)


def _stage_name(stage: str, zonings: Mapping[str, str], lang: Language) -> str:
    """Return the name of a stage, or "measure TABLE", in words."""
    stage, _, table = stage.partition(" ")
    if not table:
        return label_if_known("method_stage", stage, lang)
    of_sheet = label_if_known("sheet", table.removeprefix("coverage_by_"), lang)
    name = zonings.get(table, of_sheet)
    return label("method_stage_measure", lang).format(name=name)


def _inputs(findings: Findings, lang: Language) -> Iterator[_Line]:
    """Yield the files that were read, by name and hash: their folder is nobody else's business."""
    for file in findings.record["inputs"]:
        told = label("method_not_hashed", lang)
        if "sha256" in file:
            told = label("method_sha256", lang).format(sha256=file["sha256"])
        yield PurePath(file["path"]).name, None, told


def _data(findings: Findings, lang: Language) -> Iterator[_Line]:
    record = findings.record
    vintage = record["vintages"]
    seed = record.get("seed", record["settings"].get("seed", 0))
    yield label("method_seed", lang), None, label("method_seed_text", lang).format(seed=seed)
    yield label("method_vintage", lang), None, f"COG {vintage['territories']}"
    yield label("method_sources", lang), None, " · ".join(vintage["attribution"])
    software = {"ptce_geo": record["ptce_geo"], **record["versions"]}
    versions = ", ".join(f"{name} {version}" for name, version in software.items())
    yield label("method_software", lang), None, versions
    yield label("method_created", lang), None, format_date(record["created"], lang)
