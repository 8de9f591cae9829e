"""The layers of a map, drawn in the frames of a still."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely
from matplotlib.collections import CircleCollection, LineCollection
from matplotlib.colors import to_rgb
from matplotlib.path import Path as Outline

from ptce_geo.maps.still_page import PAPER
from ptce_geo.maps.still_shapes import Borders, Rings, with_vertices_in
from ptce_geo.maps.still_spread import Spread
from ptce_geo.territories import topology_polygons

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from ptce_geo.maps.content import Areas, Circles, Layer, Lines, MapClass, Points, Poles
    from ptce_geo.maps.still_frames import Frame
    from ptce_geo.maps.still_page import Page
    from ptce_geo.maps.views import View

    Floats = NDArray[np.float64]

_SEAM: Final = 0.3  # each class is widened by half of it: no light between neighbours
_ROOM_FOR_BORDERS: Final = 30  # square points a territory, on average, to draw its border
_ROOM_FOR_GROUPS: Final = 300  # ... and of a group
_BORDER: Final = "#ffffff"
_LAND_BORDER: Final = "#c3bfb6"
_COAST: Final = "#9aa4ab"
_GROUP_BORDER: Final = "#4d5760"
_MANY_MARKS: Final = 3000  # more are not moved apart, nor edged
_EDGE: Final = 0.4  # of a mark (points)
_EDGED_PX: Final = 2.0  # a circle of a smaller radius would be lost under its edge
_TURNS: Final = 12  # of the classes of many points: none covers the others
# Pixels of a screen, where a map is about that high, are told in shares of the main frame.
_SCREEN_PX: Final = 700
OVERLAP_ALPHA: Final = 0.3
MEMBER_PX: Final = 4.0  # radius of a member
SEAT_PX: Final = 7.0  # from the middle of a seat to its corners


def mark_scale(main: Frame) -> float:
    """Return how many points a pixel of a screen becomes, so that marks keep their proportion."""
    return float(np.clip(min(main.box[2:]) / _SCREEN_PX, 0.35, 0.75))


class LayerDrawing(ABC):
    """One layer, drawn in any number of frames.

    Parameters
    ----------
    layer : Layer
        What to draw.
    """

    def __init__(self, layer: Layer) -> None:
        self.layer = layer

    @property
    def places(self) -> Floats:
        """Longitude and latitude of each mark (n x 2, deg)."""
        return np.empty((0, 2))

    def is_in(self, view: View) -> bool:
        """Say whether there is something of the layer in a part of the world."""
        return bool(view.holds(*self.places.T).any())

    @abstractmethod
    def draw(self, page: Page, frame: Frame) -> None:
        """Draw in one frame what of the layer is there."""

    def outside(self, frames: Sequence[Frame]) -> int:
        """Count the marks or territories that no frame shows."""
        longitude, latitude = self.places.T
        shown = np.zeros(len(longitude), dtype=bool)
        for frame in frames:
            shown |= frame.holds(frame.place(longitude, latitude))
        return int((~shown).sum())


def drawing_of(layer: Layer) -> LayerDrawing:
    """Return what draws a layer."""
    kinds: dict[str, type[LayerDrawing]] = {
        "areas": _AreasDrawing,
        "circles": _CirclesDrawing,
        "lines": _LinesDrawing,
        "points": _PointsDrawing,
        "poles": _PolesDrawing,
    }
    return kinds[layer.type](layer)


class _AreasDrawing(LayerDrawing):
    layer: Areas

    def __init__(self, layer: Areas) -> None:
        super().__init__(layer)
        self._class_of = np.asarray(layer.class_of, dtype=int)
        each = np.arange(len(self._class_of))
        self._shapes = Rings(layer.topology, each if layer.overlapping else self._class_of)

    def is_in(self, view: View) -> bool:
        if not self.layer.interactive:  # the ground: everywhere, and nothing to see by itself
            return False
        return self._shapes.reach(view)

    def draw(self, page: Page, frame: Frame) -> None:
        shapes = self._shapes.outlines(frame)
        if self.layer.overlapping:
            self._draw_each(page, frame, shapes)
            return
        # Where two classes meet, their edges let a little through: of a class, not of the sea.
        filled = self._class_of[self._class_of >= 0]
        if len(filled):
            ground = self.layer.classes[int(np.bincount(filled).argmax())].colour
            for whole in self._whole.outlines(frame).values():
                page.shape(whole, fill=ground, inside=frame.box)
        for of_class, shape in shapes.items():
            colour = self.layer.classes[of_class].colour
            page.shape(shape, fill=colour, edge=colour, line=_SEAM, inside=frame.box)
        for of_class, shape in shapes.items():
            if pattern := self.layer.classes[of_class].pattern:
                page.pattern(shape, pattern, inside=frame.box)
        self._draw_borders(page, frame)

    @cached_property
    def _whole(self) -> Rings:
        return Rings(self.layer.topology, np.where(self._class_of >= 0, 0, -1))

    def outside(self, frames: Sequence[Frame]) -> int:
        """Count the filled territories that reach no frame; those of a pole go with its marks."""
        if not self.layer.interactive or self.layer.pole_of is not None:
            return 0
        views = [frame.view for frame in frames]
        rest = (self._class_of >= 0) & ~with_vertices_in(self.layer.topology, views)
        if not rest.any():  # else all of France would be put together for nothing
            return 0
        shapes = topology_polygons(self.layer.topology, resolution="coarse").to_numpy()[rest]
        seen = [shapely.intersects(shapes, shapely.box(*view[1:])) for view in views]
        return int((~shapely.is_empty(shapes) & ~np.any(seen, axis=0)).sum())

    def _draw_each(self, page: Page, frame: Frame, shapes: dict[int, Outline]) -> None:
        for territory, shape in shapes.items():
            of_class = self._class_of[territory]
            if of_class < 0:
                continue
            its = self.layer.classes[of_class]
            page.shape(shape, fill=its.colour, alpha=OVERLAP_ALPHA, inside=frame.box)
            if its.pattern:
                page.pattern(shape, its.pattern, inside=frame.box)
            page.shape(shape, edge=its.colour, line=0.6, inside=frame.box)

    def _draw_borders(self, page: Page, frame: Frame) -> None:
        """Draw the borders between territories where there is room, those of groups stronger."""
        topology, groups = self.layer.topology, self.layer.groups
        borders = Borders(topology, frame)
        between = (topology.left >= 0) & (topology.right >= 0)
        _, _, width, height = frame.box
        if width * height > _ROOM_FOR_BORDERS * len(borders.territories):
            colour = _LAND_BORDER if _all_light(self.layer) else _BORDER
            page.shape(borders.outline(between), edge=colour, line=0.4, inside=frame.box)
        if groups is not None:
            groups = np.asarray(groups)
            if width * height > _ROOM_FOR_GROUPS * len(np.unique(groups[borders.territories])):
                apart = groups[topology.left] != groups[topology.right]
                strong = borders.outline(between & apart)
                # Dark on light classes, light on dark ones.
                page.shape(strong, edge=_BORDER, line=1.1, alpha=0.7, inside=frame.box)
                page.shape(strong, edge=_GROUP_BORDER, line=0.5, inside=frame.box)
        coast = borders.outline(~between)
        page.shape(coast, edge=_COAST, line=0.3, inside=frame.box)


def _all_light(layer: Areas) -> bool:
    """Say whether white borders would be lost: no class is darker than sand."""
    colours = [to_rgb(each.colour) for each in layer.classes]
    return all(0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.6 for red, green, blue in colours)


class _MarksDrawing(LayerDrawing):
    layer: Circles | Points

    @property
    def places(self) -> Floats:
        return np.column_stack([self.layer.longitude, self.layer.latitude])


class _CirclesDrawing(_MarksDrawing):
    layer: Circles

    def draw(self, page: Page, frame: Frame) -> None:
        points = frame.place(*self.places.T)
        radius = np.asarray(self.layer.radius, dtype=float) * page.scale
        order = np.argsort(-radius, kind="stable")  # small ones stay in sight
        order = order[frame.holds(points)[order] & (radius[order] > 0)]
        _add_discs(
            page,
            frame,
            points[order],
            radius[order],
            fill=self.layer.colour,
            edge=PAPER,
            line=[circle_edge(each) for each in np.asarray(self.layer.radius)[order]],
            alpha=0.8,
        )


def circle_edge(radius_px: float) -> float:
    """Return how wide the edge of a circle is (points)."""
    return _EDGE if radius_px >= _EDGED_PX else 0.0


class _LinesDrawing(LayerDrawing):
    layer: Lines

    @property
    def places(self) -> Floats:
        return np.asarray(self.layer.ends, dtype=float).reshape(-1, 2)

    def draw(self, page: Page, frame: Frame) -> None:
        points = frame.place(*self.places.T)
        ends = points.reshape(-1, 2, 2)
        shown = self._in_frame(frame)
        if shown.any():
            widths = np.asarray(self.layer.width, dtype=float)[shown] * page.scale
            lines = LineCollection(
                list(ends[shown]),
                colors=[self.layer.colour],
                linewidths=widths,
                alpha=0.75,
                capstyle="round",
            )
            page.add(lines, inside=frame.box)

    def _in_frame(self, frame: Frame) -> NDArray[np.bool_]:
        return np.asarray(frame.holds(frame.place(*self.places.T)).reshape(-1, 2).all(axis=1))

    def outside(self, frames: Sequence[Frame]) -> int:
        """Count the lines that go out of every frame: between two parts of France, most often."""
        shown = np.zeros(len(self.layer.ends), dtype=bool)
        for frame in frames:
            shown |= self._in_frame(frame)
        return int((~shown).sum())


class _PointsDrawing(_MarksDrawing):
    layer: Points

    def draw(self, page: Page, frame: Frame) -> None:
        points = frame.place(*self.places.T)
        # The order of the list would put one class over another: the points are shuffled, always
        # the same way. Of those of one class in one spot, one is the same picture.
        here = np.random.default_rng(0).permutation(np.flatnonzero(frame.holds(points)))
        of_class = np.asarray(self.layer.class_of, dtype=int)
        spots = np.column_stack([np.rint(points[here] * 3), of_class[here]])
        here = here[np.sort(np.unique(spots, axis=0, return_index=True)[1])]
        radius = point_radius(len(points), page.scale)
        if len(points) <= _MANY_MARKS:
            styles = [point_style(self.layer.classes[rank], radius) for rank in of_class[here]]
            _add_discs(
                page,
                frame,
                points[here],
                np.full(len(here), radius),
                fill=[fill for fill, _, _ in styles],
                edge=[edge for _, edge, _ in styles],
                line=[line for _, _, line in styles],
            )
            return
        for some in np.array_split(here, _TURNS):
            for rank in np.unique(of_class[some]):
                its = self.layer.classes[rank]
                dots = _dots(points[some[of_class[some] == rank]])
                _, _, line = point_style(its, radius)
                page.shape(dots, edge=its.colour, line=2 * radius, inside=frame.box)
                if its.pattern:
                    page.shape(dots, edge=PAPER, line=2 * (radius - line), inside=frame.box)


def point_style(its: MapClass, radius: float) -> tuple[str, str, float]:
    """Return fill, edge and width of the edge of a point: hollow where its class has a pattern."""
    return (PAPER, its.colour, 0.4 * radius) if its.pattern else (its.colour, PAPER, _EDGE)


def _dots(points: Floats) -> Outline:
    """Return strokes too short to be seen but for their round ends: a light way to write dots."""
    points = np.round(points, 2)
    strokes = np.stack([points, points + np.array([0.01, 0])], axis=1).reshape(-1, 2)
    codes = np.tile([Outline.MOVETO, Outline.LINETO], len(points))
    return Outline(strokes, codes)


def point_radius(number: int, scale: float) -> float:
    """Return the radius of each of so many points: small where there are many."""
    return scale * (4.0 if number <= 500 else 3.0 if number <= _MANY_MARKS else 1.6)


class _PolesDrawing(LayerDrawing):
    layer: Poles

    def __init__(self, layer: Poles) -> None:
        super().__init__(layer)
        columns = list(layer.members["columns"])
        rows = pd.DataFrame(list(layer.members["rows"]), columns=columns)
        self._members = rows[["lon", "lat"]].to_numpy(dtype=float)
        self._pole = rows["pole"].to_numpy(dtype=int)
        self._review = rows["review"].to_numpy(dtype=bool)
        self._seated = [rank for rank, pole in enumerate(layer.poles) if pole["seat"]]
        self._seats = np.array([layer.poles[rank]["seat"][::-1] for rank in self._seated], float)
        self._seats = self._seats.reshape(-1, 2)

    @property
    def places(self) -> Floats:
        return np.vstack([self._members, self._seats])

    def draw(self, page: Page, frame: Frame) -> None:
        colours = np.array([pole["colour"] for pole in self.layer.poles], dtype=object)
        members, seats = frame.place(*self._members.T), frame.place(*self._seats.T)
        seen, seated = frame.holds(members), frame.holds(seats)
        if len(members) <= _MANY_MARKS:
            room = Spread(frame.box, largest=max(MEMBER_PX, SEAT_PX) * page.scale)
            seats[seated] = room.placed(seats[seated], radius=SEAT_PX * page.scale)
            members[seen] = room.placed(members[seen], radius=MEMBER_PX * page.scale)
        self._draw_ties(page, frame, members, seats, seen)
        for review, fill, edge in ((False, colours, None), (True, None, colours)):
            chosen = np.flatnonzero(seen & (self._review == review))
            its = self._pole[chosen]
            _add_discs(
                page,
                frame,
                members[chosen],
                np.full(len(chosen), MEMBER_PX * page.scale),
                fill=PAPER if fill is None else fill[its].tolist(),
                edge=PAPER if edge is None else edge[its].tolist(),
                dash=review,
            )
        for rank in np.flatnonzero(seated):
            pole = self.layer.poles[self._seated[rank]]
            draw_seat(page, float(seats[rank, 0]), float(seats[rank, 1]), pole)

    def _draw_ties(
        self,
        page: Page,
        frame: Frame,
        members: Floats,
        seats: Floats,
        seen: NDArray[np.bool_],
    ) -> None:
        rank_of_seat = np.full(len(self.layer.poles), -1)
        rank_of_seat[self._seated] = np.arange(len(self._seated))
        its_seat = rank_of_seat[self._pole]
        tied = np.flatnonzero(seen & (its_seat >= 0))
        # A seat in another part of France is not on this plane; one just out of sight is.
        view = frame.part.view
        near = view.holds(*self._seats.T) | frame.holds(seats)
        tied = tied[near[its_seat[tied]]]
        if len(tied):
            ends = np.stack([members[tied], seats[its_seat[tied]]], axis=1)
            colours = [self.layer.poles[rank]["colour"] for rank in self._pole[tied]]
            lines = LineCollection(list(ends), colors=colours, linewidths=0.6, alpha=0.55)
            page.add(lines, inside=frame.box)


def draw_seat(page: Page, x: float, y: float, pole: Mapping[str, Any]) -> None:
    """Draw the diamond of a seat, hollow where it was taken from the lead structure."""
    colour, radius = str(pole["colour"]), SEAT_PX * page.scale
    page.diamond(x, y, radius + 0.5, fill=PAPER, edge="#5a636b", line=0.4)
    lead = pole.get("seatSource") == "lead_member"
    page.diamond(x, y, radius - 0.4, fill=PAPER if lead else colour, edge=colour, line=0.9)


def _add_discs(
    page: Page,
    frame: Frame,
    points: Floats,
    radius: Floats,
    *,
    fill: str | list[str],
    edge: str | list[str],
    line: float | list[float] = _EDGE,
    alpha: float | None = None,
    dash: bool = False,
) -> None:
    """Draw circles of any size, in this order."""
    if not len(points):
        return
    discs = CircleCollection(
        np.pi * radius**2,
        offsets=np.round(points, 2),
        offset_transform=page.transform,
        facecolors=fill,
        edgecolors=edge,
        linewidths=0.7 if dash else line,
        alpha=alpha,
    )
    if dash:
        discs.set_linestyle((0, (1.6, 1.1)))
    page.add(discs, inside=frame.box)
