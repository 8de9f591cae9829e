"""A page of a still: texts and shapes at points (1/72 inch) from its top left corner.

Imported only once matplotlib is known to be there.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import matplotlib
import numpy as np
from matplotlib.collections import CircleCollection, LineCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from numpy.typing import NDArray

INK: Final = "#22292f"
SOFT: Final = "#59626b"
LINE: Final = "#c9ced2"
PAPER: Final = "#ffffff"
SEA: Final = "#eaf0f3"
POINTS_AN_INCH: Final = 72
LINE_HEIGHT: Final = 1.28  # of the size of the letters
_ASCENT: Final = 0.95
# matplotlib brings these two along: the same letters on every machine.
_FONTS: Final = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_FILES: Final = {"normal": _FONTS / "DejaVuSans.ttf", "bold": _FONTS / "DejaVuSans-Bold.ttf"}
# The PDF of matplotlib 3.11 moves a letter twice where it is kerned and comes from beyond Latin-1:
# the apostrophe of "L’eau" stood on the L. Without kerning, widths are sums.
_NO_KERNING: Final = ("-kern",)
_NO_GLYPH: Final = "□"
_HATCHES: Final = {"hatch": "//////", "dots": "....."}
_PATTERN: Final = "#6b747c"


def clean(text: str) -> str:
    """Return `text` as one line that the font can draw.

    Marks that only steer (directions of writing, controls) go; a letter that the font lacks
    becomes a box.

    Examples
    --------
    >>> clean("a" + chr(0x202E) + "b" + chr(10) + "c" + chr(0x4E2D))
    'ab c□'
    """
    # Not every space: French numbers and marks hold spaces that must not break.
    text = re.sub(r"[ \t\r\n\v\f\u2028\u2029]+", " ", unicodedata.normalize("NFC", text)).strip()
    kept = (letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cf"})
    return "".join(letter if _drawn(letter) else _NO_GLYPH for letter in kept)


@cache
def _drawn(letter: str) -> bool:
    return all(get_font(file).get_char_index(ord(letter)) for file in _FILES.values())


@cache
def _font(size: float, weight: str) -> FontProperties:
    return FontProperties(family="DejaVu Sans", weight=weight, size=size, fname=_FILES[weight])


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Return how wide a clean text is (points)."""
    return size * sum(_advance(letter, weight) for letter in text)


@cache
def _advance(letter: str, weight: str) -> float:
    """Return how far a letter moves the next one (sizes)."""
    font = get_font(_FILES[weight])
    return font.load_char(ord(letter), flags=LoadFlags.NO_SCALE).horiAdvance / font.units_per_EM


def wrapped(
    text: str, *, width: float, size: float, weight: str = "normal", most: int = 2
) -> list[str]:
    """Break `text` into at most `most` lines of `width` points, the last cut with an ellipsis.

    Examples
    --------
    >>> wrapped("Structures localisées par département", width=90, size=8, most=2)
    ['Structures localisées', 'par département']
    >>> wrapped("x" * 2000, width=40, size=8, most=1)
    ['xxxxxx…']
    """
    rest = clean(text)
    lines: list[str] = []
    while rest and len(lines) < most:
        fits = _fitting(rest, width, size, weight)
        if fits == len(rest):
            return [*lines, rest]
        if len(lines) == most - 1:
            fits = _fitting(rest, width - text_width("…", size, weight), size, weight)
            return [*lines, rest[:fits].rstrip() + "…"]
        space = rest.rfind(" ", 1, fits + 1)
        end = space if space > 0 else max(fits, 1)
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip(" ")
    return lines


def _fitting(text: str, width: float, size: float, weight: str) -> int:
    """Return how many letters of `text` find room."""
    # No letter is narrower than a quarter of the size: 2,000 of them are not measured for one line.
    low, high = 0, min(len(text), int(4 * width / size) + 1)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle], size, weight) <= width:
            low = middle
        else:
            high = middle - 1
    return low


class Page:
    """A figure to draw on, in points from its top left corner.

    Parameters
    ----------
    width, height : float
        Of the page (points).

    Attributes
    ----------
    scale : float
        Points that a pixel of a mark becomes: the same in every frame, and in the legend.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height, self.scale = width, height, 1.0
        size = (width / POINTS_AN_INCH, height / POINTS_AN_INCH)
        # At this resolution one pixel is a point; saving sets its own.
        self.figure = Figure(figsize=size, dpi=POINTS_AN_INCH, facecolor=PAPER)
        to_inches = Affine2D().scale(1 / POINTS_AN_INCH, -1 / POINTS_AN_INCH)
        self.transform = to_inches.translate(0, size[1]) + self.figure.dpi_scale_trans
        self._order = 0

    def add(
        self, artist: Artist, *, inside: tuple[float, float, float, float] | None = None
    ) -> Any:  # noqa: ANN401
        """Put an artist on top of what is drawn; `inside` (x, y, width, height) cuts it off."""
        self._order += 1
        artist.set_zorder(self._order)
        # Marks of a size in points bring their own transform: theirs is of the places they stand.
        if not isinstance(artist, CircleCollection):
            artist.set_transform(self.transform)
        self.figure.add_artist(artist)
        if inside:
            x, y, width, height = inside
            artist.set_clip_path(Rectangle((x, y), width, height, transform=self.transform))
        return artist

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        colour: str = INK,
        weight: str = "normal",
        align: Literal["left", "center", "right"] = "left",
    ) -> None:
        """Write one clean line whose top is at `y`."""
        self.add(
            Text(
                x,
                y + _ASCENT * size,
                text,
                color=colour,
                fontproperties=_font(size, weight),
                horizontalalignment=align,
                verticalalignment="baseline",
                parse_math=False,  # a dollar is a dollar
                fontfeatures=_NO_KERNING,
            )
        )

    def paragraph(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        *,
        size: float,
        colour: str = INK,
        weight: str = "normal",
    ) -> float:
        """Write clean lines one under the other; returns where the next would begin."""
        for line in lines:
            self.text(x, y, line, size=size, colour=colour, weight=weight)
            y += LINE_HEIGHT * size
        return y

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "none",
        edge: str = "none",
        line: float = 0.5,
        pattern: str = "",
        alpha: float | None = None,
    ) -> None:
        """Draw a rectangle."""
        style = {"facecolor": fill, "edgecolor": edge, "linewidth": line, "alpha": alpha}
        self.add(Rectangle((x, y), width, height, **style))  # type: ignore[arg-type]
        if pattern:
            corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
            self.pattern(Outline(corners, closed=True), pattern)

    def shape(
        self,
        outline: Outline,
        *,
        fill: str = "none",
        edge: str = "none",
        line: float = 0.0,
        alpha: float | None = None,
        inside: tuple[float, float, float, float] | None = None,
    ) -> None:
        """Draw an outline of any number of rings."""
        patch = PathPatch(
            outline,
            facecolor=fill,
            edgecolor=edge,
            linewidth=line,
            alpha=alpha,
            joinstyle="round",
            capstyle="round",
            snap=False,  # to whole pixels: dots would shrink to nothing
        )
        self.add(patch, inside=inside)

    def pattern(
        self,
        outline: Outline,
        pattern: str,
        *,
        inside: tuple[float, float, float, float] | None = None,
    ) -> None:
        """Cover an outline with a pattern that can be told without colours."""
        patch = PathPatch(
            outline, facecolor="none", edgecolor=_PATTERN, linewidth=0, hatch=_HATCHES[pattern]
        )
        self.add(patch, inside=inside)

    def line(
        self, ends: Sequence[tuple[float, float]], *, width: float, colour: str, dash: bool = False
    ) -> None:
        """Draw a line through some points."""
        style = (0, (2, 1.5)) if dash else "solid"
        self.add(LineCollection([ends], colors=[colour], linewidths=[width], linestyles=[style]))

    def circle(
        self,
        x: float,
        y: float,
        radius: float,
        *,
        fill: str = "none",
        edge: str = "none",
        line: float = 0.5,
        dash: bool = False,
    ) -> None:
        """Draw a circle."""
        patch = Circle((x, y), radius, facecolor=fill, edgecolor=edge, linewidth=line)
        if dash:
            patch.set_linestyle((0, (1.6, 1.1)))
        self.add(patch)

    def diamond(
        self, x: float, y: float, radius: float, *, fill: str, edge: str, line: float
    ) -> None:
        """Draw a square that stands on a corner."""
        self.shape(diamond_at(x, y, radius), fill=fill, edge=edge, line=line)


def diamond_at(x: float, y: float, radius: float) -> Outline:
    """Return the outline of a diamond."""
    steps: NDArray[np.float64] = np.array([[0, -1], [1, 0], [0, 1], [-1, 0], [0, -1]], float)
    return Outline(steps * radius + (x, y), closed=True)
