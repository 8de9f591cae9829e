"""Which polygon each of many points lies in: a grid of cells over each piece of land.

A cell that no border touches lies in one polygon or in none, so its points are answered at once.
A cell that borders touch names the polygons they belong to, and shapely tests its points against
those, in their order. Nothing is assumed of the polygons: where they overlap in a way that the
cells cannot tell, the points of the cell are looked up in a tree. So are the first few points, for
which no grid is worth being built.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int32]

# What a cell holds: the number of the only polygon there, or one of these, or, from FIRST_BORDER
# downwards, which row of the candidates tells the polygons whose borders touch it.
NOBODY: Final = -1
CROWDED: Final = -2
FIRST_BORDER: Final = -3

# Half of this, and half as many points need shapely, but the grid takes four times the memory and
# longer to build than a first call may last.
_CELL_DEG: Final = 0.0036  # 400 m of latitude
_MOST_CELLS: Final = 2**24
# Borders are taken this much (in cells) thicker than they are, 0.04 mm: a hundred thousand times
# the error of the arithmetic below, so that no border is missed by a rounding.
_THICKNESS: Final = 1e-7
# Few enough for the arrays to stay in the processor's cache.
_POLYGONS_A_TURN: Final = 512
_POINTS_A_TURN: Final = 2**20
# So many points in all are looked up in a tree, sooner and in less memory than a grid is built.
_FEW_POINTS: Final = 20_000


@dataclass(frozen=True, eq=False)
class CellIndex:
    """Polygons and the cells that lead to them.

    Attributes
    ----------
    polygons : array of Polygon and MultiPolygon, EPSG:4326
        Numbered by their place.
    lands : sequence, as long as `polygons`
        The piece of land that each lies in.
    """

    polygons: npt.NDArray[np.object_]
    lands: Sequence[object] = field(repr=False)
    _asked: Counter[str] = field(default_factory=Counter, repr=False)
    # GEOS builds what a prepared polygon needs when it is first asked, unfit for two threads.
    _lock: Lock = field(default_factory=Lock, repr=False)

    def find(self, longitude: Floats, latitude: Floats) -> Integers:
        """Return the lowest number of the polygons that each point lies in or on, or `NOBODY`."""
        self._asked["points"] += len(longitude)
        if self._asked["points"] <= _FEW_POINTS:
            with self._lock:
                return self._by_tree(longitude, latitude)
        with self._lock:
            grids = self.grids
        found = np.full(len(longitude), NOBODY, dtype=np.int32)
        for start in range(0, len(found), _POINTS_A_TURN):
            turn = slice(start, start + _POINTS_A_TURN)
            for grid in grids:
                self._find_in(grid, longitude[turn], latitude[turn], found[turn])
        return found

    @cached_property
    def grids(self) -> tuple[Grid, ...]:
        """One for each piece of land, built when it is first needed."""
        members: dict[object, list[int]] = {}
        for number, land in enumerate(self.lands):
            members.setdefault(land, []).append(number)
        return tuple(_grid(self.polygons, np.array(numbers)) for numbers in members.values())

    def _find_in(self, grid: Grid, longitude: Floats, latitude: Floats, found: Integers) -> None:
        """Write into `found` what is lower, or found for the first time, in one grid."""
        inside, cell = grid.frame.place(longitude, latitude)
        longitude, latitude = longitude[inside], latitude[inside]
        here = grid.cells[cell]
        crowded = np.flatnonzero(here == CROWDED)
        border = np.flatnonzero(here <= FIRST_BORDER)
        row = FIRST_BORDER - here[border]
        next_one, end = grid.first_candidate[row], grid.first_candidate[row + 1]
        here[border] = NOBODY
        with self._lock:
            here[crowded] = self._by_tree(longitude[crowded], latitude[crowded])
            while len(border):
                number = grid.candidates[next_one]
                hit = self._holds(number, longitude[border], latitude[border])
                here[border[hit]] = number[hit]
                next_one += 1
                more = ~hit & (next_one < end)
                border, next_one, end = border[more], next_one[more], end[more]
        # Seen as unsigned, NOBODY is the highest number.
        lowest = np.minimum(found[inside].view(np.uint32), here.view(np.uint32))
        found[inside] = lowest.view(np.int32)

    def _holds(self, number: Integers, longitude: Floats, latitude: Floats) -> npt.NDArray[np.bool]:
        """Return whether each point lies in or on the polygon of its number."""
        # Polygon after polygon, three times as fast: each is fetched into the cache once.
        order = np.argsort(number.astype(np.min_scalar_type(len(self.polygons))), kind="stable")
        hit = np.empty(len(number), dtype=bool)
        hit[order] = shapely.intersects_xy(
            self.polygons[number[order]], longitude[order], latitude[order]
        )
        return hit

    def _by_tree(self, longitude: Floats, latitude: Floats) -> Integers:
        lowest = np.full(len(longitude), len(self.polygons), dtype=np.int32)
        somewhere = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
        if len(somewhere):
            points = shapely.points(longitude[somewhere], latitude[somewhere])
            point, number = self._tree.query(points)
            point = somewhere[point]
            hit = self._holds(number, longitude[point], latitude[point])
            np.minimum.at(lowest, point[hit], number[hit].astype(np.int32))
        lowest[lowest == len(self.polygons)] = NOBODY
        return lowest

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.polygons)


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells over one piece of land.

    Attributes
    ----------
    frame : Frame
        Where the cells lie.
    cells : array of int32, row after row from the south-west
        What each holds, see the top of this module.
    candidates : array of int32
        The polygons whose borders touch a cell, from the lowest; those of one cell after another.
    first_candidate : array of int32, one longer than there are such cells
        Where those of each cell begin; the last one is where they end.
    """

    frame: Frame
    cells: Integers
    candidates: Integers
    first_candidate: Integers


class Frame(NamedTuple):
    """Where cells lie: their south-west corner and size (deg), and how many there are."""

    west: float
    south: float
    width: float
    height: float
    columns: int
    rows: int

    def across(self, longitude: Floats) -> Floats:
        """Return how many cells east of the corner."""
        return (longitude - self.west) / self.width

    def up(self, latitude: Floats) -> Floats:
        """Return how many cells north of the corner."""
        return (latitude - self.south) / self.height

    def place(self, longitude: Floats, latitude: Floats) -> tuple[npt.NDArray[np.intp], Integers]:
        """Return which points lie in a cell, and the number of that cell."""
        u, v = self.across(longitude), self.up(latitude)
        inside = np.flatnonzero((u >= 0) & (u < self.columns) & (v >= 0) & (v < self.rows))
        column, row = u[inside].astype(np.int32), v[inside].astype(np.int32)
        return inside, row * np.int32(self.columns) + column


class _Edges(NamedTuple):
    """Edges of polygons, in cells from the corner, each from its lower end to its upper one."""

    low_u: Floats
    low_v: Floats
    high_u: Floats
    high_v: Floats
    polygon: Integers
    entered: npt.NDArray[np.int16]  # +1 where the polygon lies east of the edge, -1 where west


class _Spans(NamedTuple):
    """The columns that an edge touches in each row it touches."""

    edge: Integers
    row: Integers
    first_column: Integers
    columns: Integers


def cell_index(polygons: npt.NDArray[np.object_], lands: Sequence[object]) -> CellIndex:
    """Return the index of `polygons`, those of one of `lands` in one grid.

    Parameters
    ----------
    polygons : array of Polygon and MultiPolygon, EPSG:4326
        Valid ones; they may overlap, leave gaps and miss vertices of their neighbours.
    lands : sequence, as long as `polygons`
        The piece of land that each lies in. Right whatever it is; compact pieces save memory.

    Returns
    -------
    CellIndex
    """
    shapely.prepare(polygons)
    return CellIndex(polygons, lands)


def _grid(polygons: npt.NDArray[np.object_], numbers: npt.NDArray[np.intp]) -> Grid:
    frame = _frame(shapely.total_bounds(polygons[numbers]))
    # Going east along the middle of a row, a polygon is entered and left where its edges cross.
    # So the sums of what is entered less what is left, from the west up to the end of a cell, are
    # how many polygons hold the point there, and the number of the polygon where it is one alone.
    cells = np.zeros(frame.rows * frame.columns, dtype=np.int32)
    count = np.zeros(frame.rows * frame.columns, dtype=np.int16)
    touched: list[npt.NDArray[np.int64]] = []
    for start in range(0, len(numbers), _POLYGONS_A_TURN):
        turn = numbers[start : start + _POLYGONS_A_TURN]
        edges = _edges(polygons[turn], turn.astype(np.int32), frame)
        spans = _spans(edges)
        cell, crossing = _crossings(edges, spans, frame)
        np.add.at(count, cell, edges.entered[crossing])
        np.add.at(cells, cell, edges.entered[crossing] * (edges.polygon[crossing] + 1))
        touched.append(_touched(edges, spans, frame))
    np.cumsum(cells, out=cells)
    np.cumsum(count, out=count)
    overlapping = count != (cells != 0)
    cells -= 1
    cells[overlapping] = CROWDED
    del count, overlapping
    return Grid(frame, cells, *_candidates(cells, np.concatenate(touched)))


def _frame(bounds: Floats) -> Frame:
    """Return cells about as wide as high over `bounds` and a little more."""
    west, south, east, north = bounds.tolist()
    height = _CELL_DEG
    width = height / np.cos(np.radians((south + north) / 2))
    excess = (east - west) / width * (north - south) / height / _MOST_CELLS
    scale = max(1.0, np.sqrt(excess))
    width, height = float(width * scale), height * scale
    columns, rows = int((east - west) / width) + 3, int((north - south) / height) + 3
    return Frame(west - width, south - height, width, height, columns, rows)


def _edges(polygons: npt.NDArray[np.object_], numbers: Integers, frame: Frame) -> _Edges:
    parts, part_of = shapely.get_parts(polygons, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    vertices, vertex_of = shapely.get_coordinates(rings, return_index=True)
    u, v = frame.across(vertices[:, 0]), frame.up(vertices[:, 1])

    start = np.flatnonzero(vertex_of[:-1] == vertex_of[1:])
    ring = vertex_of[start]
    start_u, start_v, end_u, end_v = u[start], v[start], u[start + 1], v[start + 1]
    twice_area = np.bincount(ring, start_u * end_v - end_u * start_v, minlength=len(rings))
    # The first ring of a part is its outline, the others are holes.
    outline = np.append(True, ring_of[1:] != ring_of[:-1])
    anticlockwise = np.where((twice_area > 0) == outline, 1, -1).astype(np.int16)

    falls = end_v < start_v
    return _Edges(
        np.where(falls, end_u, start_u),
        np.where(falls, end_v, start_v),
        np.where(falls, start_u, end_u),
        np.where(falls, start_v, end_v),
        numbers[part_of[ring_of[ring]]],
        np.where(falls, anticlockwise[ring], -anticlockwise[ring]),
    )


def _spans(edges: _Edges) -> _Spans:
    first_row = np.floor(edges.low_v - _THICKNESS).astype(np.int32)
    last_row = np.floor(edges.high_v + _THICKNESS).astype(np.int32)
    edge, row = _ranges(first_row, last_row - first_row + 1)

    low_u, low_v, high_u, high_v = (ends[edge] for ends in edges[:4])
    rise = high_v - low_v
    level = rise == 0
    slope = (high_u - low_u) / np.where(level, 1, rise)
    enters = low_u + (np.maximum(low_v, row - _THICKNESS) - low_v) * slope
    leaves = low_u + (np.minimum(high_v, row + 1 + _THICKNESS) - low_v) * slope
    leaves = np.where(level, high_u, leaves)
    first = np.floor(np.minimum(enters, leaves) - _THICKNESS).astype(np.int32)
    last = np.floor(np.maximum(enters, leaves) + _THICKNESS).astype(np.int32)
    return _Spans(edge, row, first, last - first + 1)


def _crossings(
    edges: _Edges, spans: _Spans, frame: Frame
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the cells where edges cross the middle of a row, and those edges."""
    middle = spans.row + 0.5
    # One end in, one out: where two edges meet on the middle, one of them crosses or both or none.
    crosses = (edges.low_v[spans.edge] <= middle) & (middle < edges.high_v[spans.edge])
    edge, row, middle = spans.edge[crosses], spans.row[crosses], middle[crosses]
    low_u, low_v, high_u, high_v = (ends[edge] for ends in edges[:4])
    u = low_u + (middle - low_v) / (high_v - low_v) * (high_u - low_u)
    return row.astype(np.intp) * frame.columns + u.astype(np.intp), edge.astype(np.intp)


def _touched(edges: _Edges, spans: _Spans, frame: Frame) -> npt.NDArray[np.int64]:
    """Return each cell that edges touch (upper half) with the polygon they are of (lower half)."""
    span, cell = _ranges(spans.row * np.int32(frame.columns) + spans.first_column, spans.columns)
    both = cell.astype(np.int64) << 32 | edges.polygon[spans.edge[span]]
    both.sort()
    return both[_changes(both)]


def _candidates(cells: Integers, touched: npt.NDArray[np.int64]) -> tuple[Integers, Integers]:
    """Write into `cells` which of them borders touch; return the polygons of those borders."""
    touched.sort()
    candidates = touched.astype(np.int32)  # the lower half
    touched >>= 32
    new = _changes(touched)
    first, row = np.flatnonzero(new), np.cumsum(new, dtype=np.int32) - np.int32(1)
    border = touched[first]
    # A polygon that holds a cell, with no border in it, overlaps with those that have one there.
    at_its_end = cells[border]
    known = at_its_end == NOBODY
    known[row[at_its_end[row] == candidates]] = True
    rows = np.arange(len(border), dtype=np.int32)
    cells[border] = np.where(known, FIRST_BORDER - rows, CROWDED)
    return candidates, np.append(first, len(candidates)).astype(np.int32)


def _changes(values: npt.NDArray[np.int64]) -> npt.NDArray[np.bool]:
    """Return which values are not the same as the one before."""
    new = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    return new


def _ranges(first: Integers, length: Integers) -> tuple[Integers, Integers]:
    """Return the numbers from each of `first` on, `length` of them, and which one they are of."""
    of = np.repeat(np.arange(len(first), dtype=np.int32), length)
    before = np.cumsum(length, dtype=np.int32) - length
    return of, np.arange(len(of), dtype=np.int32) + (first - before)[of]
