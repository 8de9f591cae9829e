"""What the sheet of a pole says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ptce_geo import schema
from ptce_geo.labels import label
from ptce_geo.reports.html import Grid, Paragraph, Points, Tiles
from ptce_geo.reports.page_parts import LINES, TITLE, WIDE, listed_members, shortened
from ptce_geo.reports.report_measures import families_in_words, weight_grid
from ptce_geo.reports.territory import pole_findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from ptce_geo.labels import Language
    from ptce_geo.reports.html import Block, Figures, Told
    from ptce_geo.reports.territory import PoleFindings


class PolePage:
    """What the sheet of a pole says."""

    def __init__(self, figures: Figures, pole_id: str) -> None:
        self.figures = figures
        self.lang: Language = figures.lang
        self.found: PoleFindings = pole_findings(figures.findings, pole_id)
        self.title = shortened(self.found.name, TITLE)
        self.over = label("page_over_pole", self.lang)

    def alt(self) -> str:
        """Return what the map shows, for those who do not see it."""
        return self.figures.words("page_pole_map_alt", name=self.found.name)

    def lines(self) -> list[Told]:
        """Return what stands under the title."""
        pole = self.found.pole.dropna()
        place = ", ".join(
            str(pole[column])
            for column in map(schema.name_column, ("commune", "departement", "region"))
            if column in pole
        )
        lines: list[Told] = [
            self.figures.words("page_pole_seat", place=place)
            if place
            else label("page_pole_no_seat", self.lang)
        ]
        described = [
            shortened(pole[column], WIDE)
            for column in (schema.SECTOR, schema.STATUS)
            if column in pole
        ]
        if schema.YEAR in pole:
            year = self.figures.words("page_pole_year", year=f"{pole[schema.YEAR]:.0f}")
            described.append(year)
        if described:
            lines.append(" · ".join(described))
        return lines

    def tiles(self) -> Block:
        """Return the figures told first."""
        words, pole = self.figures.words, self.found.pole_id

        def of(column: str, table: str = "poles") -> Markup:
            return self.figures.of(table, pole, column)

        return Tiles(
            [
                (
                    of(schema.MEMBERS),
                    words("page_pole_members"),
                    words(
                        "page_pole_members_of",
                        accepted=of(schema.ACCEPTED),
                        review=of(schema.TO_REVIEW),
                    ),
                ),
                (
                    of(schema.COMMUNES),
                    words("page_pole_communes"),
                    words(
                        "page_pole_communes_of",
                        epci=of(schema.EPCI),
                        departements=of(schema.DEPARTEMENTS),
                    ),
                ),
                (
                    of(schema.DISTANCE_MEAN_KM),
                    words("page_pole_distance"),
                    words("page_pole_distance_of", most=of(schema.DISTANCE_MAX_KM)),
                ),
                (
                    of("share_epci", "composition"),
                    words("page_pole_anchoring"),
                    words(
                        "page_pole_anchoring_of",
                        departement=of("share_departement", "composition"),
                    ),
                ),
            ]
        )

    def sections(self) -> dict[str, Sequence[Block]]:
        """Return what stands under the map, by the key of its heading."""
        columns = (schema.MEMBER_NAME, schema.name_column("commune"))
        # No table of territories here; a long name takes a second line.
        lines = LINES + 2 - len(schema.FAMILIES) - len(self.found.weight) - len(self.title) // 40
        return {
            "composition": [self._composition()],
            "article_9": [self._article_9()],
            "weight": [self._weight()],
            "members": [
                listed_members(
                    self.figures, self.found.members, self.found.name, columns, lines=lines
                )
            ],
        }

    def _composition(self) -> Grid:
        columns = [schema.family_column(family) for family in schema.FAMILIES]
        return Grid(
            label("page_composition_caption", self.lang),
            [label("report_kind", self.lang), *self.figures.titles(schema.MEMBERS)],
            [
                [title, self.figures.of("composition", self.found.pole_id, column)]
                for title, column in zip(self.figures.titles(*columns), columns, strict=True)
            ],
        )

    def _article_9(self) -> Points:
        pole, none = self.found.pole_id, label("page_article_9_none", self.lang)
        items = [
            self.figures.words(
                f"page_{column}", families=families_in_words(self.figures, pole, column) or none
            )
            for column in (schema.ARTICLE_9_PRESENT, schema.ARTICLE_9_MISSING)
        ]
        profile = self.figures.findings.tables["composition"].loc[pole, schema.POLE_TYPE]
        if isinstance(profile, str):
            named = label(f"pole_type_{profile}", self.lang)
            items.append(self.figures.words("page_pole_type", profile=named))
        return Points(items)

    def _weight(self) -> Block:
        if not self.found.weight:
            return Paragraph(label("page_weight_none", self.lang))
        return weight_grid(self.figures, pd.Index(self.found.weight))
