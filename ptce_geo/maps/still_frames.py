"""The frames of a still: which parts of France it shows, and where a place falls on the page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from pyproj import Transformer
from pyproj.enums import TransformDirection

from ptce_geo.crs import METROPOLE, metric_crs
from ptce_geo.maps.views import VIEWS, View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ptce_geo.maps.views import Bounds

    Floats = NDArray[np.float64]
    Box = tuple[float, float, float, float]

# West, south, east and north of each part of France in its legal CRS (m), a little wider.
_EXTENTS: Final[dict[str, tuple[int, Box]]] = {
    "metropole": (METROPOLE, (90_000, 6_037_000, 1_251_000, 7_119_000)),
    "guadeloupe": (metric_crs("971"), (626_000, 1_750_000, 715_000, 1_827_000)),
    "martinique": (metric_crs("972"), (690_000, 1_592_000, 737_000, 1_646_000)),
    "guyane": (metric_crs("973"), (96_000, 231_000, 435_000, 639_000)),
    "reunion": (metric_crs("974"), (314_000, 7_633_000, 380_000, 7_692_000)),
    "mayotte": (metric_crs("976"), (501_000, 8_562_000, 533_000, 8_604_000)),
}
_LEAST_M: Final = 80_000  # no frame shows less: one member alone is drawn among its neighbours
_MARGIN: Final = 0.04  # around places, of what they span
_NAME, _SCALE = 11.0, 13.0  # what an inset needs for its name and its scale bar (points)


class Part(NamedTuple):
    """A part of the world, its CRS, and what of it to show: west, south, east and north (m)."""

    view: View
    crs: int | str
    extent: Box


@dataclass(frozen=True)
class Frame:
    """A rectangle of the page that shows a part of the world.

    `box` is x, y (top left), width and height in points, `middle` where the middle of the part
    falls, `metres` what a point stands for.
    """

    part: Part
    box: Box
    middle: tuple[float, float]
    metres: float
    inset: bool = False

    def place(self, longitude: Floats, latitude: Floats) -> Floats:
        """Return where places fall on the page (n x 2, points)."""
        east, north = _transformer(self.part.crs).transform(longitude, latitude)
        west, south, end, top = self.part.extent
        x, y = self.middle
        return np.column_stack(
            [
                x + (np.asarray(east) - (west + end) / 2) / self.metres,
                y - (np.asarray(north) - (south + top) / 2) / self.metres,
            ]
        )

    @property
    def view(self) -> View:
        """What the frame shows (degrees), a little more at the corners."""
        west, south, east, north = self.part.extent
        x, y, width, height = self.box
        left = (west + east) / 2 - (self.middle[0] - x) * self.metres
        top = (south + north) / 2 + (self.middle[1] - y) * self.metres
        box = (left, top - height * self.metres, left + width * self.metres, top)
        low, high = _spanned(_transformer(self.part.crs), box, inverse=True)
        return View(self.part.view.name, *low.tolist(), *high.tolist())

    def holds(self, points: Floats) -> NDArray[np.bool_]:
        """Say which places of the page lie in the frame."""
        x, y, width, height = self.box
        with np.errstate(invalid="ignore"):
            inside = np.abs(points - (x + width / 2, y + height / 2)) <= (width / 2, height / 2)
        return np.asarray(inside.all(axis=1))


def part_of(view: View) -> Part:
    """Return a whole part of France."""
    return Part(view, *_EXTENTS[view.name])


def first_part(bounds: Bounds) -> tuple[Part, bool]:
    """Return what the main frame shows, and whether it is a whole part of France."""
    (south, west), (north, east) = bounds
    longitude, latitude = (west + east) / 2, (south + north) / 2
    middle = np.array([longitude]), np.array([latitude])
    view = next((view for view in VIEWS if view.holds(*middle)[0]), None)
    if view and (
        east - west > (view.east - view.west) / 2 or north - south > (view.north - view.south) / 2
    ):
        return part_of(view), True
    near = View("elsewhere", west, south, east, north)
    crs = _EXTENTS[view.name][0] if view else f"+proj=laea +lat_0={latitude} +lon_0={longitude}"
    return Part(view or near, crs, _extent(near, crs)), False


def _extent(view: View, crs: int | str) -> Box:
    """Return what the edges of a view span in a CRS, widened by a margin."""
    box = (view.west, view.south, view.east, view.north)
    low, high = _spanned(_transformer(crs), box, inverse=False)
    half = np.maximum((high - low) * (0.5 + _MARGIN), _LEAST_M / 2)
    middle = (low + high) / 2
    return (*(middle - half).tolist(), *(middle + half).tolist())


def _spanned(moved: Transformer, box: Box, *, inverse: bool) -> tuple[Floats, Floats]:
    """Return the lowest and the highest x and y of a box (west, south, east, north) once moved."""
    west, south, east, north = box
    x, y = np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9))
    direction = TransformDirection.INVERSE if inverse else TransformDirection.FORWARD
    points = np.stack(moved.transform(x.ravel(), y.ravel(), direction=direction))
    return points.min(axis=1), points.max(axis=1)


def fitted(part: Part, box: Box, *, inset: bool = False) -> Frame:
    """Return the frame that shows `part` as large as it fits in `box`."""
    west, south, east, north = part.extent
    x, y, width, height = box
    above, below = (_NAME, _SCALE) if inset else (0.0, 0.0)
    room = height - above - below
    metres = max((east - west) / (width - 4), (north - south) / room)
    return Frame(part, box, (x + width / 2, y + above + room / 2), metres, inset)


def arranged(main: Part, insets: Sequence[Part], box: Box, *, gap: float) -> list[Frame]:
    """Return the main frame, as large as can be, then its insets: in a column, or in rows below."""
    if not insets:
        return [fitted(main, box)]
    options = [_beside(main, insets, box, gap)]
    options += [_below(main, insets, box, gap, rows=rows) for rows in (1, 2)]
    # Of two that show the same of France, the one with the larger insets.
    return min(options, key=lambda frames: (round(frames[0].metres, -1), -frames[1].box[2]))


def _beside(main: Part, insets: Sequence[Part], box: Box, gap: float) -> list[Frame]:
    x, y, width, height = box
    high = min((height - gap * (len(insets) - 1)) / len(insets), 0.3 * height)
    wide = min(high, 0.155 * width)
    column = [
        fitted(part, (x, y + rank * (high + gap), wide, high), inset=True)
        for rank, part in enumerate(insets)
    ]
    return [fitted(main, (x + wide + gap, y, width - wide - gap, height)), *column]


def _below(main: Part, insets: Sequence[Part], box: Box, gap: float, *, rows: int) -> list[Frame]:
    x, y, width, height = box
    columns = -(-len(insets) // rows)
    wide = min((width - gap * (columns - 1)) / columns, 0.34 * width)
    high = min(wide, 0.2 * height)
    top = y + height - rows * (high + gap) + gap
    below = [
        fitted(
            part,
            (x + rank % columns * (wide + gap), top + rank // columns * (high + gap), wide, high),
            inset=True,
        )
        for rank, part in enumerate(insets)
    ]
    return [fitted(main, (x, y, width, top - gap - y)), *below]


@cache
def _transformer(crs: int | str) -> Transformer:
    return Transformer.from_crs("EPSG:4326", crs, always_xy=True)
