"""What the report and the sheets share: figures that say where they come from, blocks, pages.

Text of users is escaped here and nowhere else: by the template that every page is made from. A
picture is shown as an image, in which nothing can run and no name can clash with another picture's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import quote

import jinja2
import pandas as pd
from markupsafe import Markup

from ptce_geo import schema
from ptce_geo.files.whole import write_whole
from ptce_geo.labels import Language, format_given, format_number, label, label_if_known
from ptce_geo.reports.columns import column_of, written
from ptce_geo.reports.summary import LEVELS, measured_levels, zoning_names

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from pathlib import Path

    from ptce_geo.reports.findings import Findings

# A text, or one that holds figures.
Told = str | Markup

_FIGURE: Final = Markup(
    '<data value="{value}" data-table="{table}" data-row="{row}" data-column="{column}" '
    'data-value="{value}">{text}</data>'
)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `kind` "note" is told smaller, "warning" stands out."""

    block: ClassVar[str] = "paragraph"
    text: Told
    kind: str = ""


@dataclass(frozen=True)
class Points:
    """A list of short paragraphs."""

    block: ClassVar[str] = "points"
    items: Sequence[Told]


@dataclass(frozen=True)
class Tiles:
    """The figures that are told first: each with what it is and a line of detail."""

    block: ClassVar[str] = "tiles"
    items: Sequence[tuple[Told, str, Told]]  # figure, what it is, detail


@dataclass(frozen=True)
class Terms:
    """Names and what is said of each."""

    block: ClassVar[str] = "terms"
    items: Sequence[tuple[str, Told]]


@dataclass(frozen=True)
class Grid:
    """A table: the first cell of a row is its heading; `words` are the columns of text."""

    block: ClassVar[str] = "grid"
    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Told]]
    words: frozenset[int] = frozenset({0})
    wide: int | None = None  # a column of long texts
    note: Told = ""
    marks: Sequence[str] = ()  # a class for each row


@dataclass(frozen=True)
class Bar:
    """Shares of a whole, side by side: width (of 100), class, what it is."""

    block: ClassVar[str] = "bar"
    parts: Sequence[tuple[float, str, str]]
    title: str

    @property
    def placed(self) -> list[tuple[str, str, str, str]]:
        """Where each part begins, its width, its class and its name."""
        places, start = [], 0.0
        for width, kind, name in self.parts:
            places.append((f"{start:.3f}", f"{width:.3f}", kind, name))
            start += width
        return places


@dataclass(frozen=True)
class Picture:
    """A picture, SVG."""

    block: ClassVar[str] = "picture"
    svg: str
    alt: str
    caption: Told = ""

    @property
    def address(self) -> str:
        """The picture as the address of an image."""
        return "data:image/svg+xml," + quote(self.svg, safe="<>/=:;,.-+()' !?*")


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    block: ClassVar[str] = "heading"
    text: str


Block = Paragraph | Points | Tiles | Terms | Grid | Bar | Picture | Heading


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    key: str
    title: str
    blocks: Sequence[Block]


class Figures:
    """Writes the figures of a study, each saying which cell of which table it is.

    Parameters
    ----------
    findings : Findings
        What a study found.
    lang : {"fr", "en"}
        Language of the numbers.
    """

    def __init__(self, findings: Findings, lang: Language) -> None:
        self.findings = findings
        self.lang = lang

    def of(self, table: str, row: Hashable, column: str, *, like: str | None = None) -> Markup:
        """Return one cell as a reader sees it.

        Parameters
        ----------
        table, column : str
            Where it stands.
        row : hashable
            Label of its row.
        like : str, optional
            Column whose numbers are written in the same way, where the column holds figures of
            several kinds ("value" of a table of indicators).
        """
        return self._told(self.findings.tables[table].loc[row, column], table, row, column, like)

    def count(self, *keys: str) -> Markup:
        """Return one of the counts of the record, by its keys."""
        return self.recorded("counts", *keys)

    def recorded(self, *keys: str | int) -> Markup:
        """Return a number of members or poles of the record, by its keys."""
        value: Any = self.findings.record
        for key in keys:
            value = value[key]
        row = ".".join(map(str, keys[:-1]))
        return self._told(value, "record", row, str(keys[-1]), schema.MEMBERS)

    def between(
        self,
        table: str,
        row: Hashable,
        low: str = schema.LOW,
        high: str = schema.HIGH,
        *,
        like: str | None = None,
    ) -> Markup:
        """Return an interval, the columns of its bounds given; a dash where there is none."""
        if self.findings.tables[table].loc[row, [low, high]].isna().any():
            return Markup("–")
        return self.words(
            "report_between",
            low=self.of(table, row, low, like=like),
            high=self.of(table, row, high, like=like),
        )

    def _told(
        self,
        value: object,
        table: str,
        row: Hashable,
        column: str,
        like: str | None,
    ) -> Markup:
        return _FIGURE.format(
            value=exact(value),
            table=table,
            row=row,
            column=column,
            text=written(value, column_of(like or column, self.lang, table=table), self.lang),
        )

    def words(self, key: str, **gaps: Told) -> Markup:
        """Return the words of `key`, their gaps filled; what is no figure is escaped."""
        return Markup(label(key, self.lang)).format(**gaps)

    def number(self, value: float) -> str:
        """Return how many there are of something that no table counts."""
        return format_number(value, self.lang)

    def km(self, value: Hashable) -> str:
        """Return a distance that the study was asked for."""
        return format_given(float(str(value)), self.lang)

    def titles(self, *columns: str) -> list[str]:
        """Return what stands over columns."""
        return [column_of(column, self.lang).title for column in columns]

    @property
    def white_km(self) -> str:
        """The distance from which a commune is in a white zone."""
        return self.km(self.findings.record["settings"]["white_zone_km"])

    @property
    def levels(self) -> list[str]:
        """The tables by territory: of the levels, the largest first, then of the zonings."""
        return measured_levels(self.findings.tables)

    def level_name(self, level: str) -> str:
        """Return the name of a level in the plural, or of a zoning."""
        named = zoning_names(self.findings.record).get(level, level)
        return label_if_known("sheet", level, self.lang) if level in LEVELS else named


def exact(value: object) -> str:
    """Return a figure so that a program reads the same number back; "" for a missing one.

    Examples
    --------
    >>> exact(0.1), exact(12), exact(float("nan")), exact("secret")
    ('0.1', '12', '', 'secret')
    """
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return ""
    number = float(value)  # type: ignore[arg-type]
    return str(int(number)) if number == int(number) else repr(number)


def write_html(path: Path, template: str, *, what: str, **told: object) -> None:
    """Write a page from one of the templates, in one step."""
    page = _environment().get_template(template).render(**told)
    write_whole(path, page.encode("utf-8"), what=what)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("ptce_geo.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
