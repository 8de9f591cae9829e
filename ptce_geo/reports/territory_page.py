"""What the sheet of a territory says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ptce_geo import schema
from ptce_geo.labels import label
from ptce_geo.reports.html import Grid, Paragraph, Points, Tiles
from ptce_geo.reports.page_parts import (
    LINES,
    NAME,
    NARROW,
    TITLE,
    listed_members,
    shortened,
)
from ptce_geo.reports.report_measures import main_km
from ptce_geo.reports.territory import (
    DECLARED_BY,
    quotients_say,
    reach_rows,
    territory_findings,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from ptce_geo.labels import Language
    from ptce_geo.reports.html import Block, Figures, Told
    from ptce_geo.reports.territory import TerritoryFindings

# How many of each are told; the rest is counted.
_POLES, _ZONES, _NAMES, _AROUND, _THRESHOLDS = 5, 3, 4, 4, 4


class TerritoryPage:
    """What the sheet of a territory says."""

    def __init__(self, figures: Figures, level: str, code: str) -> None:
        self.figures = figures
        self.lang: Language = figures.lang
        self.level, self.code = level, code
        self.found: TerritoryFindings = territory_findings(figures.findings, level, code)
        name = shortened(self.found.name, TITLE)
        self.title = figures.words("page_territory_title", name=name, code=code)
        self.over = figures.words("page_over", level=label(level, self.lang))

    def alt(self) -> str:
        """Return what the map shows, for those who do not see it."""
        return self.figures.words("page_map_alt", name=self.found.name)

    def lines(self) -> list[Told]:
        """Return what stands under the title."""
        population = self.figures.of(self.level, self.code, schema.POPULATION)
        names = [
            str(self.figures.findings.tables[level].loc[code, schema.NAME])
            for level, code in self.found.around[:_AROUND]
        ]
        if not names:
            return [self.figures.words("page_line_alone", population=population)]
        return [self.figures.words("page_line", population=population, around=", ".join(names))]

    def tiles(self) -> Block:
        """Return the figures told first."""
        words, level, code = self.figures.words, self.level, self.code
        review = (self.found.members[schema.GEOCODE_STATUS] == schema.REVIEW).sum()
        says = quotients_say(self.figures.findings, level)[code]
        interval = self.figures.between(
            level, code, schema.LOCATION_QUOTIENT_LOW, schema.LOCATION_QUOTIENT_HIGH
        )
        km = main_km(self.figures)
        reach = reach_rows(self.figures.findings, level, code).get(km)
        return Tiles(
            [
                (
                    self.figures.of(level, code, schema.MEMBERS),
                    words("page_members_placed"),
                    words(
                        "page_set_aside",
                        review=self.figures.number(review),
                        undecided=self.figures.number(len(self.found.undecided)),
                    ),
                ),
                (
                    self.figures.of(level, code, schema.MEMBERS_PER_100K),
                    words("page_rate"),
                    "",
                ),
                (
                    self.figures.of(level, code, schema.LOCATION_QUOTIENT),
                    words("page_quotient"),
                    words(
                        "page_quotient_says",
                        interval=interval,
                        reading=label(f"report_reading_{says}", self.lang),
                    ),
                ),
                (
                    "–" if reach is None else self._share(reach),
                    words("page_reach", km=self.figures.km(km)),
                    words("page_reach_unknown") if reach is None else "",
                ),
            ]
        )

    def sections(self) -> dict[str, Sequence[Block]]:
        """Return what stands under the map, by the key of its heading."""
        return {
            "beside": [self._beside()],
            "poles": [self._poles()],
            "zones": [self._zones()],
            "members": list(self._members()),
        }

    def _share(self, row: object) -> Markup:
        return self.figures.of("coverage", row, schema.VALUE, like=schema.SHARE_POPULATION)

    def _beside(self) -> Grid:
        """Return the territory beside those it lies in, and all that was studied."""
        findings, of = self.figures.findings, self.figures.of
        columns = (
            schema.POPULATION,
            schema.MEMBERS,
            schema.MEMBERS_PER_100K,
            schema.LOCATION_QUOTIENT,
        )
        whole = reach_rows(findings, "commune", "") or reach_rows(findings, self.level, "")
        thresholds = _spread(sorted(whole), _THRESHOLDS)

        def shares(rows: dict[float, object]) -> list[Told]:
            return [self._share(rows[km]) if km in rows else "–" for km in thresholds]

        rows: list[list[Told]] = [
            [
                shortened(findings.tables[level].loc[code, schema.NAME], NAME),
                *(of(level, code, column) for column in columns),
                *shares(reach_rows(findings, level, code)),
            ]
            for level, code in [(self.level, self.code), *self.found.around[:_AROUND]]
        ]
        if whole:
            km = thresholds[-1]
            rows.append(
                [
                    label("page_whole", self.lang),
                    of("coverage_by_reach", km, schema.POPULATION),
                    of("coverage", whole[km], schema.N, like=schema.MEMBERS),
                    *("–" for _ in columns[2:]),
                    *shares(whole),
                ]
            )
        return Grid(
            self.figures.words("page_beside_caption", name=self.found.name),
            [
                label("page_territory", self.lang),
                *self.figures.titles(schema.POPULATION, schema.MEMBERS),
                label("page_rate_short", self.lang),
                label("page_quotient_short", self.lang),
                *(self.figures.words("page_within", km=self.figures.km(km)) for km in thresholds),
            ],
            rows,
            note=label("page_beside_note", self.lang),
        )

    def _poles(self) -> Block:
        if not self.found.poles:
            return Paragraph(label("page_poles_none", self.lang))
        names = self.figures.findings.tables["poles"][schema.POLE_NAME]
        items = [
            self.figures.words(
                "page_pole",
                name=shortened(names[pole], NARROW),
                accepted=self.figures.of("poles", pole, schema.ACCEPTED),
                members=self.figures.of("poles", pole, schema.MEMBERS),
            )
            for pole in self.found.poles[:_POLES]
        ]
        return Points(self._cut(items, len(self.found.poles)))

    def _zones(self) -> Block:
        zones = self.figures.findings.tables["white_zones"]
        if not self.found.white_zones:
            none = self.figures.words("page_zones_none", km=self.figures.white_km)
            return Paragraph(none)
        columns = {
            "population": schema.POPULATION,
            "communes": schema.COMMUNES,
            "nearest": schema.NEAREST_KM,
            "farthest": schema.FARTHEST_KM,
        }
        items = []
        for rank in self.found.white_zones[:_ZONES]:
            far = pd.isna(zones.loc[rank, schema.NEAREST_KM])
            told = {
                gap: self.figures.of("white_zones", rank, column)
                for gap, column in columns.items()
                if not (far and column in {schema.NEAREST_KM, schema.FARTHEST_KM})
            }
            name = shortened(zones.loc[rank, schema.NAME], NARROW)
            items.append(
                self.figures.words("page_zone_far" if far else "page_zone", name=name, **told)
            )
        return Points(self._cut(items, len(self.found.white_zones)))

    def _cut(self, items: Sequence[Told], whole: int) -> Sequence[Told]:
        """Return the items of a list, and how many more there are in the workbook."""
        more = whole - len(items)
        if not more:
            return items
        return [*items, self.figures.words("page_more", n=self.figures.number(more))]

    def _members(self) -> list[Block]:
        blocks: list[Block] = []
        if self.found.members.empty:
            blocks.append(Paragraph(label("page_members_none", self.lang)))
        else:
            columns = (schema.MEMBER_NAME, schema.name_column("commune"), schema.POLE_NAME)
            lists = max(
                len(self.found.poles[:_POLES]) + 1, 2 * len(self.found.white_zones[:_ZONES])
            )
            lines = LINES - len(self.found.around[:_AROUND]) - lists
            blocks.append(
                listed_members(
                    self.figures, self.found.members, self.found.name, columns, lines=lines
                )
            )
        undecided = self.found.undecided
        if len(undecided):
            why = ", ".join(
                self.figures.words(f"page_why_{word}", n=self.figures.number(n))
                for word, n in undecided[DECLARED_BY].value_counts(sort=False).items()
            )
            names = [shortened(name, NARROW) for name in undecided[schema.MEMBER_NAME][:_NAMES]]
            more = len(undecided) - len(names)
            if more:
                names.append(self.figures.words("page_and_more", n=self.figures.number(more)))
            blocks.append(
                Paragraph(
                    self.figures.words(
                        "page_undecided",
                        n=self.figures.number(len(undecided)),
                        why=why,
                        names=", ".join(names),
                    ),
                    "note",
                )
            )
        return blocks


def _spread(values: Sequence[float], most: int) -> list[float]:
    """Return at most `most` of the values, the first and the last among them."""
    if len(values) <= most:
        return list(values)
    step = (len(values) - 1) / (most - 1)
    return [values[round(rank * step)] for rank in range(most)]
