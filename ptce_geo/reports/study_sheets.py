"""The figures of a study as the sheets of its workbook show them: with names, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ptce_geo import schema
from ptce_geo.indicators.poles import WEIGHT_COLUMNS
from ptce_geo.labels import Language, label
from ptce_geo.reports.coverage import shares_within
from ptce_geo.reports.summary import summary_rows

if TYPE_CHECKING:
    from ptce_geo.reports.columns import Column
    from ptce_geo.reports.findings import Findings


def summary(findings: Findings, lang: Language) -> pd.DataFrame:
    """Return the main figures."""
    return pd.DataFrame(summary_rows(findings.record, findings.tables, lang=lang))


def presence(findings: Findings, lang: Language) -> pd.DataFrame:
    """Return the coverage by presence at each level."""
    table = findings.tables["coverage_by_presence"]
    return table.rename(index=lambda level: label(level, lang)).reset_index()


def territories(
    findings: Findings, level: str, lang: Language
) -> tuple[pd.DataFrame, dict[str, Column]]:
    """Return the figures of each territory of a level, and the columns that are its own.

    These are, beside the members, the shares of inhabitants within each distance of a member.
    """
    table = findings.tables[level]
    # A sheet of 35,000 communes of which a hundred hold members helps nobody; the note says so.
    shown = table[table[schema.MEMBERS] > 0] if level == "commune" else table
    shares, columns = shares_within(findings.tables.get("coverage"), level, lang)
    place = shown.columns.get_loc(schema.MEMBERS) + 1
    beside = [shown.iloc[:, :place], shares.reindex(shown.index), shown.iloc[:, place:]]
    return pd.concat(beside, axis="columns").rename_axis(schema.CODE).reset_index(), columns


def poles(findings: Findings) -> pd.DataFrame:
    """Return what is not told by the sheets of the composition and the economic weight."""
    elsewhere = [*map(schema.family_column, schema.FAMILIES)]
    elsewhere += [name for names in WEIGHT_COLUMNS.values() for name in names.values()]
    return findings.tables["poles"].drop(columns=elsewhere).reset_index()


def composition(findings: Findings, lang: Language) -> pd.DataFrame:
    """Return who makes up each pole, by its name, the vocabulary in the reader's words."""
    table = findings.tables["composition"].copy()
    for column in (schema.ARTICLE_9_PRESENT, schema.ARTICLE_9_MISSING):
        table[column] = table[column].map(
            lambda families: ", ".join(
                label(f"family_{family}", lang) for family in families.split(", ") if family
            ),
            na_action="ignore",
        )
    table[schema.POLE_TYPE] = table[schema.POLE_TYPE].map(
        lambda kind: label(f"pole_type_{kind}", lang), na_action="ignore"
    )
    names = findings.tables["poles"][schema.POLE_NAME]
    table.insert(0, schema.POLE_NAME, names.reindex(table.index))
    return table.reset_index()


def economic_weight(findings: Findings, lang: Language) -> pd.DataFrame:
    """Return the weight of all poles together, then of each, by its name and in words."""
    weight = findings.tables["economic_weight"]
    names: dict[Any, str] = findings.tables["poles"][schema.POLE_NAME].to_dict()
    names[""] = label("all_poles", lang)
    shown = weight.drop(columns=schema.METHOD).rename(
        columns={schema.LOW: "share_low", schema.HIGH: "share_high"}
    )
    shown[schema.MEASURE] = shown[schema.MEASURE].map(lambda name: label(f"measure_{name}", lang))
    shown.insert(1, schema.POLE_NAME, weight[schema.POLE_ID].map(names))
    return shown
