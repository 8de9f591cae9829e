"""Which members a figure rests on, and which of that place it leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from rapidfuzz import process

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.errors import InputError, UnknownTerritoryError
from ptce_geo.indicators.coverage_table import PRESENCE
from ptce_geo.indicators.reached import members_reaching
from ptce_geo.labels import (
    Language,
    format_given,
    format_number,
    label,
    label_if_known,
    label_reason,
)
from ptce_geo.reports.columns import Column, column_of, written
from ptce_geo.reports.package import COUNTED
from ptce_geo.reports.summary import LEVELS, measured_levels
from ptce_geo.reports.table_file import write_table
from ptce_geo.reports.territory import pole_findings, territory_findings

if TYPE_CHECKING:
    from pathlib import Path

    from ptce_geo.reports.findings import Findings

POLE: Final = "pole"
_OF_TERRITORY: Final = (
    schema.MEMBERS,
    schema.MEMBERS_PER_100K,
    schema.LOCATION_QUOTIENT,
    schema.SHARE_POPULATION,
)
# Figures of a pole that rest on all its members, placed or not.
_OF_ALL_MEMBERS: Final = (
    *(schema.LOCATED, schema.ACCEPTED, schema.TO_REVIEW),
    *(schema.ARTICLE_9_PRESENT, schema.ARTICLE_9_MISSING),
    *(schema.SHANNON, schema.BLAU, schema.POLE_TYPE),
)
FIGURE_COLUMNS: Final = (
    *(schema.GROUP, schema.THRESHOLD_KM, schema.VALUE, schema.LOW, schema.HIGH),
    *(schema.CHANCE_LOW, schema.CHANCE_HIGH, schema.N, schema.FLAG, schema.METHOD),
)
_LISTED: Final = (
    *(schema.MEMBER_NAME, schema.POLE_NAME, schema.name_column("commune")),
    *(schema.GEOCODE_STATUS, schema.GEOCODE_PRECISION, schema.GEOCODE_REASON),
)


@dataclass(frozen=True, eq=False)
class Explanation:
    """What a figure is made of.

    Attributes
    ----------
    indicator : str
        Its name, as in the tables.
    level, code, name : str
        Of which territory (code "" for a whole level), or of which pole (level "pole").
    figures : DataFrame
        The figure, one row for each of its thresholds or groups, in `FIGURE_COLUMNS`.
    members : DataFrame
        The members that it counts.
    aside : DataFrame
        Members of that place that it does not count: to check, or placed nowhere but perhaps here.
    """

    indicator: str
    level: str
    code: str
    name: str
    figures: pd.DataFrame
    members: pd.DataFrame
    aside: pd.DataFrame


def explain(findings: Findings, indicator: str, territory: str) -> Explanation:
    """Return the members behind a figure of a study.

    Parameters
    ----------
    findings : Findings
        What a study found (`run_study`, `read_study`).
    indicator : str
        As the tables name it: of a territory ``members``, ``members_per_100k``,
        ``location_quotient``, ``share_population`` (its inhabitants within reach); of a whole level
        any of concentration and coverage (``gini``, ``share_territories`` …); of a pole a column
        of the table of poles.
    territory : str
        A code ("42218", "244200770", "42"); "region:84" where two levels have it; a level
        ("epci") for all of it; a ``pole_id`` for a pole.

    Returns
    -------
    Explanation
        The figure as it stands in the tables, and the members. A figure that is secret keeps that
        word.

    Raises
    ------
    UnknownTerritoryError
        For what is no territory, level or pole of the study, or is one of several levels.
    InputError
        For what is no indicator of it; the nearest known one is named.
    """
    level, code = _place(findings, territory)
    if level == POLE:
        return _of_pole(findings, indicator, code)
    if code == "":
        return _of_level(findings, indicator, level)
    return _of_territory(findings, indicator, level, code)


def _place(findings: Findings, territory: str) -> tuple[str, str]:
    """Return the level and code that a reader's text means."""
    measured = measured_levels(findings.tables)
    poles = findings.tables["poles"].index
    level, colon, code = territory.strip().partition(":")
    if colon and level in (*measured, POLE):
        return level, code.strip()
    if territory in measured:
        return territory, ""
    code = territory.strip()
    found = [level for level in measured if code.upper() in findings.tables[level].index]
    if len(found) > 1:
        ways = " or ".join(f"{level}:{code}" for level in found)
        msg = f"{code!r} is the code of several territories; say {ways}"
        raise UnknownTerritoryError(msg)
    if found:
        return found[0], code.upper()
    if code in poles:
        return POLE, code
    near = process.extractOne(code, poles, score_cutoff=70)
    hint = f"; the nearest pole is {near[0]!r}" if near else ""
    msg = (
        f"no territory or pole {territory!r} in this study{hint}; give a code "
        f"(levels: {', '.join(measured)}), a level, or a pole_id"
    )
    raise UnknownTerritoryError(msg)


def _known(indicator: str, known: list[str], *, of: str) -> None:
    """Raise unless the indicator is one of those known."""
    if indicator in known:
        return
    near = process.extractOne(indicator, known, score_cutoff=60)
    hint = f"did you mean {near[0]}? known" if near else "known"
    msg = f"no indicator {indicator!r} of {of}; {hint}: {listing(known, most=len(known))}"
    raise InputError(msg)


def _of_territory(findings: Findings, indicator: str, level: str, code: str) -> Explanation:
    known = [name for name in _OF_TERRITORY if _is_told(findings, name, level)]
    _known(indicator, known, of=f"one territory of the level {level}")
    if level in LEVELS:
        place = territory_findings(findings, level, code)
        name, here, undecided = place.name, place.members, place.undecided
    else:  # a zoning: nothing tells which members placed nowhere may belong to a zone
        name = str(findings.tables[level].loc[code, schema.NAME])
        members = pd.DataFrame(findings.members.drop(columns="geometry"))
        here = members[members[schema.code_column(level)] == code]
        undecided = here.head(0)
    accepted = here[schema.GEOCODE_STATUS] == schema.ACCEPTED
    counted, review = here[accepted], here[~accepted]
    if indicator == schema.SHARE_POPULATION:
        figures = _rows(findings.tables["coverage"], indicator, level, code)
        figures = figures[figures[schema.GROUP] == "member"]
        counted = members_reaching(
            findings.members, level=level, code=code, km=figures[schema.THRESHOLD_KM].max()
        )
    else:
        figures = _of_table(findings.tables[level].loc[code], indicator)
        told = _rows(findings.tables["concentration"], indicator, level, code)
        if len(told):  # it also says by which method, and whether it rests on few
            figures = told
    aside = pd.concat([review, undecided])
    return Explanation(indicator, level, code, name, figures, counted, aside)


def _is_told(findings: Findings, indicator: str, level: str) -> bool:
    """Return whether a study tells an indicator of single territories of a level."""
    if indicator != schema.SHARE_POPULATION:
        return indicator in findings.tables[level]
    coverage = findings.tables["coverage"]
    single = (coverage[schema.LEVEL] == level) & (coverage[schema.TERRITORY] != "")
    return bool(single.any())


def _of_level(findings: Findings, indicator: str, level: str) -> Explanation:
    whole = pd.concat([findings.tables["concentration"], findings.tables["coverage"]])
    whole = whole[(whole[schema.TERRITORY] == "") & (whole[schema.LEVEL] == level)]
    _known(indicator, list(dict.fromkeys(whole[schema.INDICATOR])), of=f"the whole level {level}")
    members = pd.DataFrame(findings.members.drop(columns="geometry"))
    codes = members[schema.code_column(level)]
    inside = codes.isin(findings.tables[level].index)
    counted = inside & (members[schema.GEOCODE_STATUS] == schema.ACCEPTED)
    figures = _rows(whole, indicator, level, "")
    # Members elsewhere than in the study area belong to no figure of it.
    aside = members[~counted & (inside | codes.isna())]
    return Explanation(indicator, level, "", "", figures, members[counted], aside)


def _of_pole(findings: Findings, indicator: str, pole_id: str) -> Explanation:
    pole = pole_findings(findings, pole_id)
    row = _row_of_pole(findings, pole_id)
    _known(indicator, [str(name) for name in row.index if name != schema.POLE_NAME], of="a pole")
    counted = _counted_of_pole(pole.members, indicator)
    figures = _of_table(row, indicator)
    figures[schema.N] = int(counted.sum())
    weight = findings.tables["economic_weight"].loc[pole.weight]
    named = weight[weight[schema.MEASURE] == indicator]
    if len(named):
        figures[schema.METHOD] = named[schema.METHOD].to_numpy()
    return Explanation(
        indicator, POLE, pole_id, pole.name, figures, pole.members[counted], pole.members[~counted]
    )


def _row_of_pole(findings: Findings, pole_id: str) -> pd.Series:
    """Return every figure of a pole: of the summary, of who makes it up, of its footprint."""
    tables = [findings.tables[name] for name in ("poles", "composition", "footprints")]
    rows = [table.drop(columns="geometry", errors="ignore").loc[pole_id] for table in tables]
    row = pd.concat(rows)
    return row[~row.index.duplicated()]


def _counted_of_pole(members: pd.DataFrame, indicator: str) -> pd.Series:
    """Return which members of a pole a figure rests on."""
    every = pd.Series(data=True, index=members.index)
    for amount, part in ((schema.FTE, schema.FTE_POLE), (schema.TURNOVER, schema.TURNOVER_POLE)):
        if amount not in indicator:
            continue
        gave = members[amount].notna() if amount in members else ~every
        if "share" not in indicator or "answered" in indicator:
            return gave
        gave_part = members[part].notna() if part in members else ~every
        return gave & gave_part if indicator.startswith(f"share_{part}") else gave
    if indicator.startswith(schema.MEMBERS) or indicator in _OF_ALL_MEMBERS:
        return every
    return members[schema.GEOCODE_STATUS] == schema.ACCEPTED


def _rows(table: pd.DataFrame, indicator: str, level: str, code: str) -> pd.DataFrame:
    """Return the rows of a table of figures that tell the indicator."""
    rows = table[
        (table[schema.INDICATOR] == indicator)
        & (table[schema.LEVEL] == level)
        & (table[schema.TERRITORY] == code)
    ]
    return rows.reindex(columns=list(FIGURE_COLUMNS)).reset_index(drop=True)


def _of_table(row: pd.Series, indicator: str) -> pd.DataFrame:
    """Return the figure of a row that holds all indicators of one territory or pole."""
    figure = {
        schema.GROUP: "",
        schema.VALUE: row[indicator],
        schema.LOW: row.get(f"{indicator}_low", np.nan),
        schema.HIGH: row.get(f"{indicator}_high", np.nan),
        schema.N: row.get(f"{indicator}_answers", row[schema.MEMBERS]),
        schema.METHOD: COUNTED.get(indicator, ""),
    }
    return pd.DataFrame([figure]).reindex(columns=list(FIGURE_COLUMNS))


def figure_lines(found: Explanation, lang: Language = "fr") -> list[str]:
    """Return what a console shows of a figure: what it is, how much, by which method."""
    column = column_of(found.indicator, lang, table="poles" if found.level == POLE else "")
    if found.code:
        level = label_if_known("level", found.level, lang)
        place = f"{found.name} ({level} {found.code})"
    else:
        place = label_if_known("level", f"{found.level}_all", lang)
    lines = [f"{column.title}, {place}"]
    if column.description:
        lines.append(column.description)
    lines += [_figure(row, column, lang) for _, row in found.figures.iterrows()]
    counts = {"counted": len(found.members), "aside": len(found.aside)}
    told = {name: format_number(count, lang) for name, count in counts.items()}
    return [*lines, label("explain_counts", lang).format(**told)]


def _figure(row: pd.Series, column: Column, lang: Language) -> str:
    """Return one figure with its interval, its n and its method."""
    parts = [written(row[schema.VALUE], column, lang)]
    for key, bounds in {
        "explain_interval": (schema.LOW, schema.HIGH),
        "explain_chance": (schema.CHANCE_LOW, schema.CHANCE_HIGH),
    }.items():
        if row[list(bounds)].notna().all():
            low, high = (written(row[bound], column, lang) for bound in bounds)
            parts.append(label(key, lang).format(low=low, high=high))
    if pd.notna(row[schema.THRESHOLD_KM]):
        km = format_given(row[schema.THRESHOLD_KM], lang)
        parts.append(label(f"within_km_of_{row[schema.GROUP]}", lang).format(km=km))
    elif row[schema.GROUP] == PRESENCE:
        parts.append(label("by_presence", lang))
    parts.append(f"n = {written(row[schema.N], column_of(schema.N, lang), lang)}")
    if isinstance(row[schema.FLAG], str) and row[schema.FLAG]:
        parts.append(label_if_known("flag", row[schema.FLAG], lang))
    if isinstance(row[schema.METHOD], str) and row[schema.METHOD]:
        parts.append(row[schema.METHOD])
    return "  ".join(parts)


def members_listed(members: pd.DataFrame, lang: Language = "fr") -> pd.DataFrame:
    """Return who members are and how they were placed, in words, the columns named as in schema."""
    listed = [column for column in (*_LISTED, schema.NEAREST_KM) if column in members]
    shown = members[listed].copy()
    for column in (schema.GEOCODE_STATUS, schema.GEOCODE_PRECISION):
        shown[column] = shown[column].map(lambda word: label(word, lang), na_action="ignore")
    shown[schema.GEOCODE_REASON] = shown[schema.GEOCODE_REASON].map(
        lambda reason: label_reason(reason, lang), na_action="ignore"
    )
    return shown


def write_explanation(found: Explanation, path: Path, *, lang: Language = "fr") -> None:
    """Write the members of a figure and those left out.

    Parameters
    ----------
    found : Explanation
        From `explain`.
    path : Path
        ``.csv``: all members, the column ``counted`` saying which the figure counts; ``.xlsx``: the
        figure, the members counted, and those left out, in words.
    lang : {"fr", "en"}
        Language of the workbook.

    Raises
    ------
    InputError
        When the name ends otherwise.
    OutputError
        When the file cannot be written.
    """
    every = pd.concat([found.members.assign(counted=1), found.aside.assign(counted=0)])
    write_table(
        every,
        path,
        sheets=lambda: {
            "figure": found.figures.dropna(axis="columns", how="all"),
            "counted": members_listed(found.members, lang),
            "not_counted": members_listed(found.aside, lang),
        },
        lang=lang,
    )
