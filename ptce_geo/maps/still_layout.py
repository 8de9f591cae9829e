"""How a still is laid out on its page: heading, map, insets, legend, footer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ptce_geo.labels import format_number, label
from ptce_geo.maps.circle_sizes import round_below
from ptce_geo.maps.content import Areas, Poles
from ptce_geo.maps.still_frames import arranged, first_part, part_of
from ptce_geo.maps.still_layers import drawing_of, mark_scale
from ptce_geo.maps.still_legend import Legend
from ptce_geo.maps.still_page import (
    INK,
    LINE,
    LINE_HEIGHT,
    PAPER,
    SEA,
    SOFT,
    Page,
    clean,
    text_width,
    wrapped,
)
from ptce_geo.maps.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ptce_geo.labels import Language
    from ptce_geo.maps.content import Content, Layer
    from ptce_geo.maps.still_frames import Box, Frame, Part
    from ptce_geo.maps.still_layers import LayerDrawing

_EDGE: Final = 17.0  # white around everything (points)
_GAP: Final = 5.0
_TITLE, _SUMMARY, _FOOTER, _INSET = 14.0, 8.2, 6.0, 6.3
_LEGEND_SHARE: Final = 0.23  # of the width of the page
_LEGEND_WIDTH: Final = (110.0, 190.0)


def still(content: Content, *, width: float, height: float) -> Page:
    """Return the page that shows `content`.

    Parameters
    ----------
    content : Content
        What a map shows.
    width, height : float
        Of the page (points).
    """
    page = Page(width, height)
    top = _heading(page, content)
    bottom = _footer(page, content.footer)
    legend_width = min(max(_LEGEND_SHARE * width, _LEGEND_WIDTH[0]), _LEGEND_WIDTH[1])
    left = width - _EDGE - legend_width
    box = (_EDGE, top, left - 2 * _GAP - _EDGE, bottom - top)
    panels = _panels(content)
    drawings = {layer.key: drawing_of(layer) for panel in panels for layer in panel}
    main, insets = _parts(content, list(drawings.values()))
    frames: list[list[Frame]] = []
    each = (box[2] - 2 * _GAP * (len(panels) - 1)) / len(panels)
    for rank in range(len(panels)):
        at = (box[0] + rank * (each + 2 * _GAP), box[1], each, box[3])
        if content.compare:
            at = _panel_title(page, drawings[content.compare[rank]].layer.title, at)
        frames.append(arranged(main, insets, at, gap=_GAP))
    page.scale = mark_scale(frames[0][0])
    for panel, its in zip(panels, frames, strict=True):
        _draw_panel(page, [drawings[layer.key] for layer in panel], its, content.lang)
    outside = {key: drawing.outside(frames[0]) for key, drawing in drawings.items()}
    if content.compare:  # the same territories twice
        left_key, right_key = content.compare
        outside[left_key] = max(outside[left_key], outside.pop(right_key))
    legend = Legend(page, legend_width, bottom - top, lang=content.lang)
    _fill_legend(legend, content, panels, sum(outside.values()))
    legend.draw(left, top)
    return page


def _heading(page: Page, content: Content) -> float:
    """Write title, summary and warning; returns where the map begins."""
    width = page.width - 2 * _EDGE
    y = _EDGE - 3
    title = wrapped(content.title, width=width, size=_TITLE, weight="bold", most=2)
    y = page.paragraph(_EDGE, y, title, size=_TITLE, weight="bold")
    summary = wrapped(content.summary, width=width, size=_SUMMARY, most=2)
    y = page.paragraph(_EDGE, y + 1, summary, size=_SUMMARY, colour=SOFT)
    if content.warning:
        warning = wrapped(content.warning, width=width - 12, size=_SUMMARY, most=2)
        high = LINE_HEIGHT * _SUMMARY * len(warning) + 5
        page.box(_EDGE, y + 3, width, high, fill="#fdf3dd")
        y = page.paragraph(_EDGE + 6, y + 5, warning, size=_SUMMARY, colour="#6b4a00") + 3
    return y + 6


def _footer(page: Page, lines: Sequence[str]) -> float:
    """Write sources and counts at the foot; returns where the map must end."""
    width = page.width - 2 * _EDGE
    text = " · ".join(line for line in map(clean, lines) if line)
    told = wrapped(text, width=width, size=_FOOTER, most=4)
    top = page.height - _EDGE + 4 - LINE_HEIGHT * _FOOTER * len(told)
    page.paragraph(_EDGE, top, told, size=_FOOTER, colour=SOFT)
    return top - 5


def _panels(content: Content) -> list[list[Layer]]:
    """Return the layers of each map, from the bottom: of one, or of two that are compared."""
    if not content.compare:
        return [[layer for layer in content.layers if layer.on]]
    sides = set(content.compare)
    return [
        [
            layer
            for layer in content.layers
            if layer.key == key or (layer.on and layer.key not in sides)
        ]
        for key in content.compare
    ]


def _parts(content: Content, drawings: Sequence[LayerDrawing]) -> tuple[Part, list[Part]]:
    """Return what the main frame shows, and what the insets."""
    main, whole = first_part(content.first_view)
    others = [view for view in VIEWS if view.name != main.view.name]
    if not (whole and main.view.name == "metropole"):
        # Areas under marks cover all of France; where the marks are is where there is something.
        marks = [drawing for drawing in drawings if not isinstance(drawing.layer, Areas)]
        others = [view for view in others if any(each.is_in(view) for each in marks or drawings)]
    return main, [part_of(view) for view in others]


def _panel_title(page: Page, title: str, box: Box) -> Box:
    """Write the title of one of two maps; returns what is left for the map."""
    x, y, width, height = box
    for line in wrapped(title, width=width, size=_SUMMARY, weight="bold", most=1):
        page.text(x, y, line, size=_SUMMARY, weight="bold")
    used = LINE_HEIGHT * _SUMMARY + 3
    return x, y + used, width, height - used


def _draw_panel(
    page: Page, drawings: Sequence[LayerDrawing], frames: Sequence[Frame], lang: Language
) -> None:
    """Draw the layers of one map in its frames."""
    for frame in frames:
        page.box(*frame.box, fill=SEA)
        for drawing in drawings:
            drawing.draw(page, frame)
        page.box(*frame.box, edge=LINE, line=0.6)
        _scale_bar(page, frame, lang)
        if frame.inset:
            x, y, width, _ = frame.box
            name = label(f"map_{frame.part.view.name}", lang)
            fitting = (width - 5) / text_width(name, 1.0, "bold")
            page.text(x + 3, y + 2.5, name, size=min(_INSET, fitting), weight="bold")


def _scale_bar(page: Page, frame: Frame, lang: Language) -> None:
    """Draw how long a round number of kilometres is, at the bottom left."""
    x, y, width, height = frame.box
    share, size = (0.45, 5.2) if frame.inset else (0.2, 6.2)
    metres = round_below(share * width * frame.metres)
    long = metres / frame.metres
    key = "maps_kilometres" if metres >= 1000 else "maps_metres"
    text = label(key, lang).format(
        n=format_number(metres / 1000 if metres >= 1000 else metres, lang)
    )
    foot, left = y + height - (4 if frame.inset else 7), x + (4 if frame.inset else 8)
    if not frame.inset:  # land may lie under it, and be of any colour
        page.box(left - 4, foot - size - 5, long + 8, size + 9, fill=PAPER, alpha=0.75)
    ends = [(left, foot - 2), (left, foot), (left + long, foot), (left + long, foot - 2)]
    page.line(ends, width=0.7, colour=INK)
    middle = left + max(long, text_width(text, size)) / 2
    page.text(middle, foot - size - 3, text, size=size, align="center")


def _fill_legend(
    legend: Legend, content: Content, panels: Sequence[Sequence[Layer]], outside: int
) -> None:
    """Put each layer in the legend once, from the top; the two that are compared as one or two."""
    layers = {layer.key: layer for panel in panels for layer in reversed(panel)}
    if content.compare:
        left, right = (layers.pop(key) for key in content.compare)
        if _same_classes(left, right):
            legend.add(replace(left, title=label("map_legend", content.lang)), other=right)
        else:
            legend.add(left)
            legend.add(right)
    told = [layer for layer in layers.values() if not _is_ground(layer)]
    for layer in told:
        legend.add(layer)
    if outside:
        text = label("maps_outside", content.lang)
        legend.note(text.format(n=format_number(outside, content.lang)))
    for layer in told:
        if isinstance(layer, Poles):
            legend.list_poles(layer)


def _is_ground(layer: Layer) -> bool:
    return isinstance(layer, Areas) and not layer.interactive


def _same_classes(one: Layer, other: Layer) -> bool:
    return (
        isinstance(one, Areas)
        and isinstance(other, Areas)
        and tuple(one.classes) == tuple(other.classes)
    )
