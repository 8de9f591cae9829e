"""What the report tells of each measure: coverage, concentration, territories, zones, poles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ptce_geo import schema
from ptce_geo.labels import label, label_if_known
from ptce_geo.reports.coverage import zones_listed
from ptce_geo.reports.html import Grid, Heading, Paragraph, Picture
from ptce_geo.reports.territory import quotients_say, reach_rows

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    import pandas as pd

    from ptce_geo.reports.html import Block, Figures, Told

# How many rows a table of the report has; the whole is in the workbook.
_TERRITORIES, _ZONES, _POLES = 12, 12, 20
# Of the indices of concentration, those that can be told in a sentence.
_INDICES: Final = ("hoover", "locational_gini", "equivalent_number")
# The actors that article 9 names.
_NAMED: Final = schema.FAMILIES[:6]


def main_km(figures: Figures) -> float:
    """Return the distance told first: that of the white zones, or the next shorter."""
    studied = [float(km) for km in figures.findings.tables["coverage_by_reach"].index]
    white = figures.findings.record["settings"]["white_zone_km"]
    return max((km for km in studied if km <= white), default=min(studied))


def coverage(figures: Figures) -> Iterator[Block]:
    """Yield who is within reach, and where there is a member."""
    lang, of, km = figures.lang, figures.of, main_km(figures)
    reach, presence = "coverage_by_reach", "coverage_by_presence"
    yield Paragraph(
        figures.words(
            "report_coverage_text",
            km=figures.km(km),
            people=of(reach, km, schema.POPULATION_COVERED),
            share=of(reach, km, schema.SHARE_POPULATION),
            population=of(reach, km, schema.POPULATION),
        )
    )
    columns = (
        schema.POPULATION_COVERED,
        schema.SHARE_POPULATION,
        schema.TERRITORIES_COVERED,
        schema.SHARE_TERRITORIES,
    )
    intervals = _intervals(figures)
    yield Grid(
        label("report_reach_caption", lang),
        [
            label("report_distance", lang),
            *figures.titles(*columns),
            *([label("report_interval", lang)] if intervals else []),
        ],
        [
            [
                figures.words("report_km", km=figures.km(each)),
                *(of(reach, each, column) for column in columns),
                *([intervals.get(each, "–")] if intervals else []),
            ]
            for each in figures.findings.tables[reach].index
        ],
    )
    columns = (
        schema.TERRITORIES_COVERED,
        schema.TERRITORIES,
        schema.SHARE_TERRITORIES,
        schema.SHARE_POPULATION,
    )
    yield Grid(
        label("report_presence_caption", lang),
        [label("report_level", lang), *figures.titles(*columns)],
        [
            [figures.level_name(str(level)), *(of(presence, level, column) for column in columns)]
            for level in figures.findings.tables[presence].index
        ],
    )


def _intervals(figures: Figures) -> dict[float, Told]:
    """Return the interval of the share of inhabitants by distance, where the study drew one."""
    table = figures.findings.tables["coverage"]
    return {
        km: figures.between("coverage", row, like=schema.SHARE_POPULATION)
        for km, row in reach_rows(figures.findings, "commune", "").items()
        if table.loc[row, [schema.LOW, schema.HIGH]].notna().all()
    }


def concentration(figures: Figures) -> Iterator[Block]:
    """Yield the indices that can be told in a sentence, against chance."""
    lang = figures.lang
    yield Paragraph(label("report_concentration_text", lang))
    table = figures.findings.tables["concentration"]
    whole = table[(table[schema.TERRITORY] == "") & (table[schema.GROUP] == "")]
    rows: list[list[Told]] = []
    for level in figures.levels:
        of_level = whole[whole[schema.LEVEL] == level]
        for index in _INDICES:
            for row, flag in of_level.loc[of_level[schema.INDICATOR] == index, schema.FLAG].items():
                chance = figures.between(
                    "concentration", row, schema.CHANCE_LOW, schema.CHANCE_HIGH, like=index
                )
                rows.append(
                    [
                        figures.level_name(level),
                        label(f"indicator_{index}", lang),
                        figures.of("concentration", row, schema.VALUE, like=index),
                        chance,
                        label_if_known("flag", flag, lang) or "–",
                    ]
                )
    headings = ("level", "index", "value", "chance", "against")
    yield Grid(
        label("report_concentration_caption", lang),
        [label(f"report_{key}", lang) for key in headings],
        rows,
        words=frozenset({0, 1, 4}),
        note=label("report_concentration_note", lang),
    )


def territories(figures: Figures, pictures: Mapping[str, str]) -> Iterator[Block]:
    """Yield the territories of each level that have most members."""
    yield Paragraph(label("report_territories_text", figures.lang))
    if "rate" in pictures:
        yield Picture(pictures["rate"], label("report_rate_alt", figures.lang))
    for level in figures.levels:
        yield Heading(figures.level_name(level))
        yield _by_territory(figures, level)


def _by_territory(figures: Figures, level: str) -> Grid:
    table = figures.findings.tables[level]
    says = quotients_say(figures.findings, level)
    ranked = table.sort_values(
        [schema.MEMBERS, schema.LOCATION_QUOTIENT], ascending=False, kind="stable"
    )
    whole = len(ranked) <= 2 * _TERRITORIES
    shown = ranked if whole else ranked[ranked[schema.MEMBERS] > 0][:_TERRITORIES]
    note = figures.words(
        "report_level_count",
        more=figures.number(says.str.startswith("more").sum()),
        fewer=figures.number((says == "fewer").sum()),
    )
    if not whole:
        left_out = table.drop(shown.index)
        note += " " + figures.words(
            "report_level_more",
            n=figures.number(len(left_out)),
            empty=figures.number((left_out[schema.MEMBERS] == 0).sum()),
            sheet=figures.level_name(level),
        )
    columns = (
        schema.POPULATION,
        schema.MEMBERS,
        schema.MEMBERS_PER_100K,
        schema.LOCATION_QUOTIENT,
    )
    bounds = (schema.LOCATION_QUOTIENT_LOW, schema.LOCATION_QUOTIENT_HIGH)
    caption = "report_level_all" if whole else "report_level_most"
    return Grid(
        figures.words(caption, level=figures.level_name(level)),
        [
            *figures.titles(schema.NAME, schema.POPULATION, schema.MEMBERS),
            label("page_rate_short", figures.lang),
            label("page_quotient_short", figures.lang),
            label("report_interval", figures.lang),
            label("report_reading", figures.lang),
        ],
        [
            [
                str(name),
                *(figures.of(level, code, column) for column in columns),
                figures.between(level, code, *bounds),
                label(f"report_reading_{says[code]}", figures.lang),
            ]
            for code, name in shown[schema.NAME].items()
        ],
        words=frozenset({0, 6}),
        note=note,
        marks=[says[code].partition("_")[0] for code in shown.index],
    )


def white_zones(figures: Figures, pictures: Mapping[str, str]) -> Iterator[Block]:
    """Yield the most populous white zones."""
    lang, km, zones = figures.lang, figures.white_km, figures.findings.tables["white_zones"]
    if zones.empty:
        yield Paragraph(figures.words("report_zones_none", km=km))
        return
    yield Paragraph(figures.words("report_zones_text", km=km))
    if "white_zones" in pictures:
        yield Picture(pictures["white_zones"], figures.words("report_zones_alt", km=km))
    columns = (
        schema.COMMUNES,
        schema.POPULATION,
        schema.NEAREST_KM,
        schema.FARTHEST_KM,
    )
    listed = zones_listed(zones).set_index(schema.RANK)[:_ZONES]
    departement = schema.name_column("departement")
    more = len(zones) - len(listed)
    yield Grid(
        label("report_zones_caption", lang),
        [label("report_zone_name", lang), *figures.titles(departement, *columns)],
        [
            [
                str(zone["largest_commune"]),
                str(zone[departement]),
                *(figures.of("white_zones", rank, column) for column in columns),
            ]
            for rank, zone in listed.iterrows()
        ],
        words=frozenset({0, 1}),
        note=figures.words(
            "report_zones_more", n=figures.number(more), sheet=label("sheet_white_zones", lang)
        )
        if more
        else "",
    )


def poles(figures: Figures) -> Iterator[Block]:
    """Yield who makes up the poles, and what they weigh."""
    lang, table = figures.lang, figures.findings.tables["poles"]
    composition = figures.findings.tables["composition"]
    yield Paragraph(label("report_poles_text", lang))
    yield _kinds(figures, composition)
    shown = table.sort_values(schema.MEMBERS, ascending=False, kind="stable")[:_POLES]
    more = len(table) - len(shown)
    columns = (schema.MEMBERS, schema.ACCEPTED, schema.DEPARTEMENTS)
    yield Grid(
        label("report_poles_most" if more else "report_poles_all", lang),
        [*figures.titles(schema.POLE_NAME, *columns), label("report_found", lang)],
        [
            [
                str(name),
                *(figures.of("poles", pole, column) for column in columns),
                families_in_words(figures, pole, schema.ARTICLE_9_PRESENT)
                or label("report_nothing_found", lang),
            ]
            for pole, name in shown[schema.POLE_NAME].items()
        ],
        words=frozenset({0, 4}),
        wide=4,
        note=figures.words(
            "report_poles_more",
            n=figures.number(more),
            poles=label("sheet_poles", lang),
            composition=label("sheet_composition", lang),
        )
        if more
        else "",
    )
    yield Heading(label("report_weight", lang))
    yield Paragraph(label("report_weight_text", lang))
    weight = figures.findings.tables["economic_weight"]
    yield weight_grid(figures, weight.index[weight[schema.POLE_ID] == ""])


def _kinds(figures: Figures, composition: pd.DataFrame) -> Grid:
    """Return in how many poles each actor of article 9 is found, and not found."""
    found = composition[schema.ARTICLE_9_PRESENT].fillna("").str.split(", ")
    lacking = composition[schema.ARTICLE_9_MISSING].fillna("").str.split(", ")
    lang = figures.lang
    return Grid(
        label("report_kinds_caption", lang),
        [label(f"report_kind{part}", lang) for part in ("", "_found", "_missing")],
        [
            [
                label(f"family_{family}", lang),
                *(
                    figures.number(sum(family in families for families in lists))
                    for lists in (found, lacking)
                ),
            ]
            for family in _NAMED
        ],
    )


def families_in_words(figures: Figures, pole: Hashable, column: str) -> str:
    """Return the actors that a cell of the table "composition" names, in words."""
    named = figures.findings.tables["composition"].loc[pole, column]
    if not isinstance(named, str) or not named:
        return ""
    return ", ".join(label(f"family_{family}", figures.lang) for family in named.split(", "))


def weight_grid(figures: Figures, rows: pd.Index) -> Grid:
    """Return rows of the table "economic_weight", each with its answer rate and its interval."""
    columns = ("answers", "share_answered", "part", "whole", "share")
    table, lang = figures.findings.tables["economic_weight"], figures.lang
    secret = (table.loc[rows, ["part", "whole", schema.TOTAL]] == schema.SECRET).any(axis=None)
    return Grid(
        label("report_weight_caption", lang),
        [
            *figures.titles(schema.MEASURE, *columns),
            label("report_interval", lang),
            *figures.titles(schema.TOTAL),
        ],
        [
            [
                label(f"measure_{table.loc[row, schema.MEASURE]}", lang),
                *(figures.of("economic_weight", row, column) for column in columns),
                figures.between("economic_weight", row),
                figures.of("economic_weight", row, schema.TOTAL),
            ]
            for row in rows
        ],
        note=label("report_secret_note", lang) if secret else "",
    )
