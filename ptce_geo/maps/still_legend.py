"""The legend of a still: one column of blocks, as many as there is room for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from ptce_geo.labels import format_number, label
from ptce_geo.maps.content import Areas, Circles, Lines, Points, Poles
from ptce_geo.maps.still_layers import (
    MEMBER_PX,
    OVERLAP_ALPHA,
    circle_edge,
    draw_seat,
    point_radius,
    point_style,
)
from ptce_geo.maps.still_page import (
    INK,
    LINE,
    LINE_HEIGHT,
    PAPER,
    SOFT,
    text_width,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ptce_geo.labels import Language
    from ptce_geo.maps.content import Histogram, Layer, MapClass
    from ptce_geo.maps.still_page import Page

    Draw = Callable[[Page, float, float], None]

_TITLE: Final = 8.0
_WORDS: Final = 7.2
_NOTE: Final = 6.2
_ROW: Final = 11.0  # height of a line of the legend
_SIGN: Final = 15.0  # width of a sign
_AFTER_SIGN: Final = 5.0
_BARS: Final = 30.0
_COLUMN: Final = 24.0  # of numbers, where there are two
# What is left out first where there is no room.
_NEVER, _HISTOGRAM, _NOTES = 0, 1, 2


@dataclass(frozen=True)
class Block:
    """A piece of the legend: its height (points), how to draw it, and how easily it is missed."""

    height: float
    draw: Draw
    dispensable: int = _NEVER


class Legend:
    """The column of the legend, filled layer by layer.

    Parameters
    ----------
    page : Page
        Where it will stand.
    width, height : float
        Room there is (points).
    lang : {"fr", "en"}
        Language of its words.
    """

    def __init__(self, page: Page, width: float, height: float, *, lang: Language) -> None:
        self._page, self._scale = page, page.scale
        self.width, self.height, self.lang = width, height, lang
        self._blocks: list[Block] = []

    def draw(self, x: float, y: float) -> None:
        """Draw as much as there is room for, and say how many lines are missing."""
        for block in self._fitting():
            block.draw(self._page, x, y)
            y += block.height

    def _fitting(self) -> list[Block]:
        blocks = list(self._blocks)
        if _height(blocks) <= self.height:
            return blocks
        room = self.height - LINE_HEIGHT * _NOTE
        # The notes go first, from the last one; then the histograms; then what comes last.
        for kind in (_NOTES, _HISTOGRAM, _NEVER):
            for block in reversed([each for each in blocks if each.dispensable == kind]):
                if _height(blocks) > room:
                    blocks = [each for each in blocks if each is not block]
        more = self._more(_pieces(self._blocks) - _pieces(blocks))
        return [*blocks, self._words(more, size=_NOTE, colour=SOFT)]

    def add(self, layer: Layer, *, other: Layer | None = None) -> None:
        """Add what there is to say of a layer; `other` are areas of the same classes beside it."""
        if self._blocks:
            self._blocks.append(Block(8.0, _nothing))
        if layer.title:
            self._text(layer.title, size=_TITLE, weight="bold", most=3)
        if isinstance(layer, Areas):
            self._areas(layer, other if isinstance(other, Areas) else None)
        elif isinstance(layer, Circles):
            self._circles(layer)
        elif isinstance(layer, Lines):
            self._lines(layer)
        elif isinstance(layer, Points):
            radius = max(point_radius(len(layer.longitude), self._scale), 1.5)
            for its, count in zip(layer.classes, _counts(layer), strict=True):
                self._row(_point(its, radius), its.label, [self._number(count)])
        else:
            self._pole_signs(layer)
        if layer.notes:
            self._blocks.append(Block(2.0, _nothing, _NOTES))
        for note in layer.notes:
            self.note(note, dispensable=_NOTES)

    def note(self, text: str, *, dispensable: int = _NEVER) -> None:
        """Add a text in small letters."""
        for line in wrapped(text, width=self.width, size=_NOTE, most=4):
            block = self._words(line, size=_NOTE, colour=SOFT)
            self._blocks.append(replace(block, dispensable=dispensable))

    def list_poles(self, layer: Poles) -> None:
        """Add the poles, each with its colour and members, as far as there is room."""
        poles = sorted(layer.poles, key=lambda pole: -pole["placed"])
        room = int((self.height - _height(self._blocks) - 8 - LINE_HEIGHT * _TITLE) // _ROW)
        if room < 2 or not poles:
            return
        self._blocks.append(Block(8.0, _nothing))
        self._text(label("map_poles", self.lang), size=_TITLE, weight="bold", most=1)
        shown = poles if len(poles) <= room else poles[: room - 1]
        for pole in shown:
            sign = _disc(MEMBER_PX * self._scale, pole["colour"])
            self._row(sign, pole["name"], [self._number(pole["placed"])], most=1)
        if len(shown) < len(poles):
            more = self._words(self._more(len(poles) - len(shown)), size=_NOTE, colour=SOFT)
            self._blocks.append(more)

    def _areas(self, layer: Areas, other: Areas | None) -> None:
        if layer.unit:
            self._text(layer.unit, size=_NOTE, colour=SOFT, most=2)
        if layer.pole_of is not None:  # in the colours of the poles, which stand beside
            return
        for one in (layer, other):
            if one is not None and one.histogram is not None:
                self._histogram(one.histogram, one)
        told = [_counts(each) for each in (layer, other) if each is not None]
        counted = layer.interactive and not layer.overlapping
        if counted:
            header = self._words(
                label("maps_count", self.lang), size=_NOTE, colour=SOFT, right=True
            )
            self._blocks.append(header)
        for rank, its in enumerate(layer.classes):
            counts = [self._number(counts[rank]) for counts in told]
            self._row(_square(its, layer), its.label, counts if counted else [])

    def _histogram(self, histogram: Histogram, layer: Areas) -> None:
        edges, counts = np.asarray(histogram.edges, float), np.asarray(histogram.counts, float)
        if not len(counts) or counts.max() <= 0 or edges[-1] <= edges[0]:
            return
        across = (edges - edges[0]) / (edges[-1] - edges[0]) * self.width
        high = counts / counts.max() * _BARS
        ends = [format_number(edge, self.lang, decimals=layer.decimals) for edge in edges[[0, -1]]]

        def draw(page: Page, x: float, y: float) -> None:
            for left, right, bar, colour in zip(
                across[:-1], across[1:], high, histogram.colours, strict=True
            ):
                if bar > 0:  # one territory is seen too
                    bar = max(bar, 0.6)
                    page.box(
                        x + left,
                        y + 2 + _BARS - bar,
                        right - left,
                        bar,
                        fill=colour,
                        edge=LINE,
                        line=0.3,
                    )
            base = y + 2 + _BARS
            page.line([(x, base), (x + self.width, base)], width=0.5, colour=SOFT)
            page.text(x, base + 1, ends[0], size=_NOTE, colour=SOFT)
            page.text(x + self.width, base + 1, ends[1], size=_NOTE, colour=SOFT, align="right")

        self._blocks.append(Block(_BARS + 3 + LINE_HEIGHT * _NOTE + 2, draw, _HISTOGRAM))

    def _circles(self, layer: Circles) -> None:
        if layer.unit:
            self._text(layer.unit, size=_NOTE, colour=SOFT, most=2)
        if not layer.legend:
            return
        self._blocks.append(Block(4.0, _nothing))
        values = [
            format_number(value, self.lang, decimals=layer.decimals) for value, _ in layer.legend
        ]
        radii = [radius * self._scale for _, radius in layer.legend]
        largest = max(radii)
        # Words stand at the tops of their circles, never on one another.
        tops, low = [], 0.0
        for radius in radii:
            low = max(low, 2 * (largest - radius))
            tops.append(low)
            low += LINE_HEIGHT * _NOTE
        height = max(2 * largest, low) + 4

        def draw(page: Page, x: float, y: float) -> None:
            for radius, value, top in zip(radii, values, tops, strict=True):
                middle = y + 2 + 2 * largest - radius
                edge = circle_edge(radius / self._scale)
                page.circle(x + largest, middle, radius, fill=layer.colour, edge=PAPER, line=edge)
                ends = [(x + largest, middle - radius), (x + 2 * largest + 6, y + 2 + top)]
                page.line(ends, width=0.4, colour=SOFT)
                page.text(x + 2 * largest + 9, y + 2 + top - _NOTE / 2, value, size=_NOTE)

        self._blocks.append(Block(height + _NOTE / 2, draw))

    def _lines(self, layer: Lines) -> None:
        for words, width in layer.legend:
            self._row(_stroke(layer.colour, width * self._scale), words, [])

    def _pole_signs(self, layer: Poles) -> None:
        column = list(layer.members["columns"]).index("review")
        reviews = {bool(row[column]) for row in layer.members["rows"]}
        seats = [pole for pole in layer.poles if pole["seat"]]
        radius = MEMBER_PX * self._scale
        signs: list[tuple[bool, Draw, str]] = [
            (False in reviews, _disc(radius, SOFT), "map_legend_member"),
            (True in reviews, _disc(radius, SOFT, dash=True), "map_legend_review"),
        ]
        for lead, key in ((False, "map_legend_seat"), (True, "map_legend_seat_lead")):
            its = [pole for pole in seats if (pole.get("seatSource") == "lead_member") == lead]
            signs.append((bool(its), _seat(lead=lead), key))
        signs.append((bool(seats and reviews), _stroke(SOFT, 0.7), "map_ties"))
        for there, sign, key in signs:
            if there:
                self._row(sign, label(key, self.lang), [])
        if layer.unplaced:
            text = label("map_legend_unplaced", self.lang)
            self._text(text.format(n=self._number(layer.unplaced)), size=_WORDS, most=2)

    def _row(self, sign: Draw, words: str, counts: Sequence[str], *, most: int = 2) -> None:
        """Add a sign, its words and numbers on the right."""
        column = max((text_width(count, _WORDS) for count in counts), default=0.0)
        column = max(column, _COLUMN * (len(counts) > 1))
        room = self.width - _SIGN - _AFTER_SIGN - (column + 5) * len(counts)
        lines = wrapped(words, width=room, size=_WORDS, most=most) or [""]
        more = LINE_HEIGHT * _WORDS * (len(lines) - 1)

        def draw(page: Page, x: float, y: float) -> None:
            sign(page, x, y)
            top = y + (_ROW - LINE_HEIGHT * _WORDS) / 2
            page.paragraph(x + _SIGN + _AFTER_SIGN, top, lines, size=_WORDS)
            for rank, count in enumerate(reversed(counts)):
                right = x + self.width - rank * (column + 5)
                page.text(right, top, count, size=_WORDS, colour=SOFT, align="right")

        self._blocks.append(Block(_ROW + more, draw))

    def _text(
        self, text: str, *, size: float, colour: str = INK, weight: str = "normal", most: int
    ) -> None:
        for line in wrapped(text, width=self.width, size=size, weight=weight, most=most):
            self._blocks.append(self._words(line, size=size, colour=colour, weight=weight))

    def _words(
        self,
        line: str,
        *,
        size: float,
        colour: str = INK,
        weight: str = "normal",
        right: bool = False,
    ) -> Block:
        def draw(page: Page, x: float, y: float) -> None:
            at = x + self.width if right else x
            align: Literal["left", "right"] = "right" if right else "left"
            page.text(at, y, line, size=size, colour=colour, weight=weight, align=align)

        return Block(LINE_HEIGHT * size + (1.5 if weight == "bold" else 0.0), draw)

    def _more(self, number: int) -> str:
        return label("maps_more", self.lang).format(n=self._number(number))

    def _number(self, value: float) -> str:
        return format_number(float(value), self.lang)


def _height(blocks: Sequence[Block]) -> float:
    return sum(block.height for block in blocks)


def _pieces(blocks: Sequence[Block]) -> int:
    return sum(block.draw is not _nothing for block in blocks)


def _nothing(page: Page, x: float, y: float) -> None:
    """Draw nothing: the space between two layers."""


def _counts(layer: Areas | Points) -> list[int]:
    class_of = np.asarray(layer.class_of, dtype=int)
    return np.bincount(class_of[class_of >= 0], minlength=len(layer.classes)).tolist()


def _square(its: MapClass, layer: Areas) -> Draw:
    def draw(page: Page, x: float, y: float) -> None:
        if layer.overlapping:
            page.box(x, y + 1.5, _SIGN, 8, fill=its.colour, alpha=OVERLAP_ALPHA)
            page.box(x, y + 1.5, _SIGN, 8, edge=its.colour, line=0.6, pattern=its.pattern)
            return
        page.box(x, y + 1.5, _SIGN, 8, fill=its.colour, edge=LINE, line=0.4, pattern=its.pattern)

    return draw


def _disc(radius: float, colour: str, *, dash: bool = False) -> Draw:
    def draw(page: Page, x: float, y: float) -> None:
        fill, edge = (PAPER, colour) if dash else (colour, PAPER)
        page.circle(x + _SIGN / 2, y + _ROW / 2, radius, fill=fill, edge=edge, dash=dash)

    return draw


def _point(its: MapClass, radius: float) -> Draw:
    def draw(page: Page, x: float, y: float) -> None:
        fill, edge, line = point_style(its, radius)
        page.circle(x + _SIGN / 2, y + _ROW / 2, radius, fill=fill, edge=edge, line=line)

    return draw


def _seat(*, lead: bool) -> Draw:
    pole = {"colour": SOFT, "seatSource": "lead_member" if lead else "declared"}

    def draw(page: Page, x: float, y: float) -> None:
        draw_seat(page, x + _SIGN / 2, y + _ROW / 2, pole)

    return draw


def _stroke(colour: str, width: float) -> Draw:
    def draw(page: Page, x: float, y: float) -> None:
        ends = [(x, y + _ROW / 2), (x + _SIGN, y + _ROW / 2)]
        page.line(ends, width=width, colour=colour)

    return draw
