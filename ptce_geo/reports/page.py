"""One page about one territory or one pole, to print and hand out."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.labels import check_language, format_date, label
from ptce_geo.reports.html import (
    Figures,
    Grid,
    Paragraph,
    Picture,
    Points,
    Section,
    Tiles,
    write_html,
)
from ptce_geo.reports.report_measures import families_in_words, main_km, weight_grid
from ptce_geo.reports.territory import (
    DECLARED_BY,
    pole_findings,
    quotients_say,
    reach_rows,
    territory_findings,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from markupsafe import Markup

    from ptce_geo.labels import Language
    from ptce_geo.reports.findings import Findings
    from ptce_geo.reports.html import Block, Told
    from ptce_geo.reports.territory import PoleFindings, TerritoryFindings

POLE: Final = "pole"
# What fits on the page beside the map; the rest is counted, and stands in the workbook.
_LINES: Final = 11  # of lists and tables
_POLES, _ZONES, _NAMES, _AROUND, _THRESHOLDS = 5, 3, 4, 4, 4
_TITLE, _WIDE, _NAME, _NARROW = 90, 60, 34, 28  # letters of a title, a line, a name, in a list
_CELLS: Final = {
    schema.MEMBER_NAME: 32,
    schema.name_column("commune"): 20,
    schema.POLE_NAME: 26,
    schema.MEMBER_KIND: 16,
}


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
    page = _PolePage if kind == POLE else _TerritoryPage
    told = page(figures, kind, code)
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


class _TerritoryPage:
    """What the sheet of a territory says."""

    def __init__(self, figures: Figures, level: str, code: str) -> None:
        self.figures = figures
        self.lang: Language = figures.lang
        self.level, self.code = level, code
        self.found: TerritoryFindings = territory_findings(figures.findings, level, code)
        name = _short(self.found.name, _TITLE)
        self.title = figures.words("page_territory_title", name=name, code=code)
        self.over = figures.words("page_over", level=label(level, self.lang))

    def alt(self) -> str:
        return self.figures.words("page_map_alt", name=self.found.name)

    def lines(self) -> list[Told]:
        population = self.figures.of(self.level, self.code, schema.POPULATION)
        names = [
            str(self.figures.findings.tables[level].loc[code, schema.NAME])
            for level, code in self.found.around[:_AROUND]
        ]
        if not names:
            return [self.figures.words("page_line_alone", population=population)]
        return [self.figures.words("page_line", population=population, around=", ".join(names))]

    def tiles(self) -> Block:
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
                _short(findings.tables[level].loc[code, schema.NAME], _NAME),
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
                name=_short(names[pole], _NARROW),
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
            name = _short(zones.loc[rank, schema.NAME], _NARROW)
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
            lines = _LINES - len(self.found.around[:_AROUND]) - lists
            blocks.append(
                _listed(self.figures, self.found.members, self.found.name, columns, lines=lines)
            )
        undecided = self.found.undecided
        if len(undecided):
            why = ", ".join(
                self.figures.words(f"page_why_{word}", n=self.figures.number(n))
                for word, n in undecided[DECLARED_BY].value_counts(sort=False).items()
            )
            names = [_short(name, _NARROW) for name in undecided[schema.MEMBER_NAME][:_NAMES]]
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


class _PolePage:
    """What the sheet of a pole says."""

    def __init__(self, figures: Figures, _kind: str, pole_id: str) -> None:
        self.figures = figures
        self.lang: Language = figures.lang
        self.found: PoleFindings = pole_findings(figures.findings, pole_id)
        self.title = _short(self.found.name, _TITLE)
        self.over = label("page_over_pole", self.lang)

    def alt(self) -> str:
        return self.figures.words("page_pole_map_alt", name=self.found.name)

    def lines(self) -> list[Told]:
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
            _short(pole[column], _WIDE)
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
        columns = (schema.MEMBER_NAME, schema.name_column("commune"))
        # A long name takes a second line.
        lines = _LINES - len(schema.FAMILIES) - len(self.found.weight) - len(self.title) // 48
        return {
            "composition": [self._composition()],
            "article_9": [self._article_9()],
            "weight": [self._weight()],
            "members": [
                _listed(self.figures, self.found.members, self.found.name, columns, lines=lines)
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


def _listed(
    figures: Figures, members: pd.DataFrame, name: str, columns: Sequence[str], *, lines: int
) -> Grid:
    """Return members as the sheets list them: those placed first, in the order of the list."""
    lang = figures.lang
    order = members[schema.GEOCODE_STATUS].map(schema.STATUSES.index)
    shown = members.loc[order.sort_values(kind="stable").index[:lines]]
    more = len(members) - len(shown)
    columns = [column for column in (*columns, schema.MEMBER_KIND) if column in members]
    return Grid(
        figures.words("page_members_caption", name=name),
        figures.titles(*columns, schema.GEOCODE_PRECISION),
        [
            [
                *(
                    "–" if pd.isna(member[column]) else _short(member[column], _CELLS[column])
                    for column in columns
                ),
                _how_placed(member, lang),
            ]
            for _, member in shown.iterrows()
        ],
        words=frozenset(range(len(columns) + 1)),
        note=figures.words(
            "page_members_more", n=figures.number(more), sheet=label("sheet_members", lang)
        )
        if more
        else "",
    )


def _how_placed(member: pd.Series, lang: Language) -> str:
    status = str(member[schema.GEOCODE_STATUS])
    if status == schema.REJECTED:
        return label(status, lang)
    precision = label(str(member[schema.GEOCODE_PRECISION]), lang)
    return precision if status == schema.ACCEPTED else f"{precision} ({label(status, lang)})"


def _spread(values: Sequence[float], most: int) -> list[float]:
    """Return at most `most` of the values, the first and the last among them."""
    if len(values) <= most:
        return list(values)
    step = (len(values) - 1) / (most - 1)
    return [values[round(rank * step)] for rank in range(most)]


def _short(text: object, most: int) -> str:
    """Return a text that fits its place, cut where it is wider than `most` small letters.

    Examples
    --------
    >>> _short("Communauté de communes du Pays de Fayence", 28)
    'Communauté de communes du…'
    >>> _short("COMMUNAUTÉ DE COMMUNES", 16)
    'COMMUNAUTÉ…'
    """
    words = str(text)
    ends = list(accumulate(map(_width, words)))
    if not ends or ends[-1] <= most:
        return words
    fitting = words[: bisect_right(ends, most - 1)]
    cut = fitting.rpartition(" ")[0]
    return (cut if len(cut) > len(fitting) / 2 else fitting).rstrip() + "…"


def _width(letter: str) -> float:
    """Return about how wide a letter is, a small one being 1."""
    if unicodedata.east_asian_width(letter) in "WF":
        return 2
    if letter in "MW@%":
        return 1.7
    return 1.25 if letter.isupper() else 1
