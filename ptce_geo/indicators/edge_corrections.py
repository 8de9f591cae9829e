"""Windows that points were observed in, and what corrects for their edge.

Everything here lies in one plane: coordinates are n × 2 floats in the unit of the window (m).
A pair of points i, j at distance d counts less than it should near the edge, because what lies
beyond was not observed; a correction weighs it up. No weight exceeds `MAX_WEIGHT`, as in R
spatstat, for a pair seen through a sliver would otherwise outweigh all others.

References
----------
Ripley, B. D. (1977). Modelling spatial patterns. JRSS B 39(2), 172–212 (isotropic).
Ohser, J. (1983). On estimators for the reduced second moment measure of point processes.
Mathematische Operationsforschung und Statistik, Series Statistics 14(1), 63–71 (translation).
Baddeley, A., Rubak, E. & Turner, R. (2015). Spatial Point Patterns: Methodology and Applications
with R, section 7.4. CRC Press.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    Floats: TypeAlias = npt.NDArray[np.float64]
    Whole: TypeAlias = npt.NDArray[np.int64]
    Pairs: TypeAlias = tuple[Whole, Whole, Floats]
    PairWeights: TypeAlias = Callable[[Whole, Whole, Floats], Floats]

MAX_WEIGHT: Final = 100.0
# Up to so many pairs times corners of the window, overlaps are computed exactly.
_EXACT_OVERLAPS: Final = 50_000
# Cells of the raster of a window, along each side.
_RASTER: Final = 2048
# An arc so short (rad) is what rounding leaves of a whole circle that a corner touches.
_NO_ARC: Final = 1e-9
# How many candidates are compared at a time: their differences stay in the processor's cache.
_BLOCK: Final = 1 << 17


@dataclass(frozen=True)
class Window:
    """A polygon, or several, in which points were observed; holes and islands are welcome."""

    shape: shapely.Polygon | shapely.MultiPolygon

    @cached_property
    def area(self) -> float:
        """Area, in the square of the unit of the plane."""
        return float(self.shape.area)

    @cached_property
    def is_rectangle(self) -> bool:
        """Whether the window is one rectangle, its sides along the axes."""
        west, south, east, north = self.shape.bounds
        return bool(self.shape.normalize().equals(shapely.box(west, south, east, north)))

    @cached_property
    def edges(self) -> tuple[Floats, Floats]:
        """Start and end (m × 2 each) of every edge, the window lying on its left."""
        polygons = shapely.get_parts(shapely.orient_polygons(self.shape))
        rings = shapely.get_rings(polygons)
        corners, ring = shapely.get_coordinates(rings, return_index=True)
        within = ring[1:] == ring[:-1]
        start, end = corners[:-1][within], corners[1:][within]
        moves = (start != end).any(axis=1)
        return start[moves], end[moves]

    def holds(self, xy: Floats) -> npt.NDArray[np.bool_]:
        """Return which points lie in the window or on its edge."""
        shapely.prepare(self.shape)
        return shapely.intersects_xy(self.shape, xy[:, 0], xy[:, 1])

    def sides(self, xy: Floats) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
        """Return how far each point is from the near and far side of a rectangle, in x and y."""
        west, south, east, north = self.shape.bounds
        x, y = xy.T
        return (
            (np.minimum(x - west, east - x), np.maximum(x - west, east - x)),
            (np.minimum(y - south, north - y), np.maximum(y - south, north - y)),
        )

    def edge_distance(self, xy: Floats) -> Floats:
        """Return how far each point inside is from the edge."""
        if self.is_rectangle:
            (near_x, _), (near_y, _) = self.sides(xy)
            return np.minimum(near_x, near_y)
        border = self.shape.boundary
        shapely.prepare(border)
        return shapely.distance(border, shapely.points(xy))


def close_pairs(xy: Floats, radius: float, *, most: int = 1 << 13) -> Iterator[Pairs]:
    """Give every pair of points at most `radius` apart, once, in portions of some `most` pairs.

    Points are sorted into square cells; those of one cell are compared with those of the cells
    around it all at once. For many pairs this takes half as long as a tree.

    Yields
    ------
    tuple of (i, j, distance)
        Positions of the two points, i ≠ j, and how far they are apart. Coincident points make
        pairs at distance 0.
    """
    portion: list[Pairs] = []
    held = 0
    for pairs in _pairs_by_cell(xy, radius):
        portion.append(pairs)
        held += len(pairs[0])
        if held >= most:
            yield _joined(portion)
            portion, held = [], 0
    if held:
        yield _joined(portion)


def _joined(portion: list[Pairs]) -> Pairs:
    first, second, distance = (np.concatenate(column) for column in zip(*portion, strict=True))
    return first, second, distance


def _pairs_by_cell(xy: Floats, radius: float) -> Iterator[Pairs]:
    """Give the pairs of each cell of points with itself and the cells after it."""
    if len(xy) < 2:
        return
    span = np.ptp(xy, axis=0)
    # Four cells to a radius waste few comparisons; some 16 points to a cell, few calls.
    roomy = 4 * np.sqrt(max(span[0], radius) * max(span[1], radius) / len(xy))
    reach = int(np.clip(radius / roomy, 1, 4))
    # A hair wider, so that no rounding puts a pair at `radius` one cell too far apart.
    side = max(radius / reach * (1 + 1e-9), roomy, np.finfo(float).tiny)
    column, row = ((xy - xy.min(axis=0)) / side).astype(np.int64).T
    stride = int(column.max()) + 1 + 2 * reach
    key = row * stride + column + reach
    order = np.argsort(key, kind="stable")
    key = key[order]
    x, y = xy[order].T.copy()
    cells, starts = np.unique(key, return_index=True)
    # In each row of cells, those within reach follow one another: one slice of the sorted points.
    firsts = cells[:, None] + stride * np.arange(reach + 1) - reach
    lasts = firsts + 2 * reach + 1
    firsts[:, 0] = cells
    slices = zip(
        starts.tolist(),
        [*starts[1:].tolist(), len(xy)],
        np.searchsorted(key, firsts).tolist(),
        np.searchsorted(key, lasts).tolist(),
        strict=True,
    )
    for start, stop, begins, ends in slices:
        others = np.concatenate([np.arange(b, e) for b, e in zip(begins, ends, strict=True)])
        rows = max(_BLOCK // len(others), 1)
        for top in range(start, stop, rows):
            bottom = min(top + rows, stop)
            after = others[top - start + 1 :]  # `others` begins with the cell itself
            squared = x[after] - x[top:bottom, None]
            squared *= squared
            northing = y[after] - y[top:bottom, None]
            northing *= northing
            squared += northing
            # A point is compared with those after it: not with itself, and once with each other.
            squared[:, : bottom - top - 1][np.tri(bottom - top, bottom - top - 1, -1) > 0] = np.inf
            distance = squared.ravel()
            found = np.flatnonzero(distance <= radius * radius * (1 + 1e-15))
            first, second = np.divmod(found, max(len(after), 1))
            distance = np.sqrt(distance[found])
            yield order[top:bottom][first], order[after][second], distance


def bin_finder(radii: Floats) -> Callable[[Floats], Whole]:
    """Return the function that gives, for distances, the position of the first radius ≥ each.

    It is ``searchsorted(radii, distances)``, several times faster: a table over cells so fine
    that none holds two radii, and one comparison. The cell grows with the distance, however
    rounded, so the answer is exact.
    """
    gap = np.diff(radii, prepend=0.0)
    scale = 2 / gap[gap > 0].min(initial=np.inf) if (gap > 0).any() else 0.0
    size = radii[-1] * scale
    if not 0 < size < 1 << 20:
        return lambda distances: np.searchsorted(radii, distances)
    cell_of_radius = (radii * scale).astype(np.int64)
    before = np.searchsorted(cell_of_radius, np.arange(int(size) + 3))
    ends = np.append(radii, np.inf)

    def find(distances: Floats) -> Whole:
        position = before[np.minimum(distances * scale, size + 2).astype(np.int64)]
        position += distances > ends[position]
        return position

    return find


def pair_weights(correction: str, window: Window, xy: Floats, radius: float) -> PairWeights:
    """Return the function that gives w_ij + w_ji for pairs of `xy` at most `radius` apart."""
    if correction == "none":
        return lambda first, _second, _distance: np.full(len(first), 2.0)
    if correction == "translation":
        overlap = _overlap(window, len(xy), radius)
        least = window.area / MAX_WEIGHT
        x, y = xy.T.copy()

        def translation(first: Whole, second: Whole, _distance: Floats) -> Floats:
            shared = overlap(x[first] - x[second], y[first] - y[second])
            return 2 * window.area / np.maximum(shared, least)

        return translation
    edge = window.edge_distance(xy)
    arc = _arc_in_rectangle(window, xy) if window.is_rectangle else _arc_in_polygon(window, xy)

    def isotropic(first: Whole, second: Whole, distance: Floats) -> Floats:
        weights = np.full(len(first), 2.0)
        cut = [np.flatnonzero(edge[centre] < distance) for centre in (first, second)]
        inside = arc(
            np.concatenate([first[cut[0]], second[cut[1]]]),
            np.concatenate([distance[cut[0]], distance[cut[1]]]),
        )
        further = np.minimum(2 * np.pi / np.maximum(inside, _NO_ARC), MAX_WEIGHT) - 1
        weights[cut[0]] += further[: len(cut[0])]
        weights[cut[1]] += further[len(cut[0]) :]
        return weights

    return isotropic


def _arc_in_rectangle(window: Window, xy: Floats) -> Callable[[Whole, Floats], Floats]:
    """Return the function that gives the angle (rad) of circles around points, in the rectangle.

    A side at distance a cuts off 2 arccos(a/d); what two sides cut off twice at their corner is
    arccos(a/d) + arccos(b/d) - π/2, where it is positive.
    """
    sides = window.sides(xy)

    def arc(centre: Whole, distance: Floats) -> Floats:
        furthest = distance.max(initial=0.0)
        halves: list[list[Floats]] = [[], []]
        inside = np.full(len(centre), 2 * np.pi)
        for axis, found in zip(sides, halves, strict=True):
            for gaps in axis:
                if len(gaps) and gaps.min() < furthest:
                    half = np.zeros(len(centre))
                    gap = gaps[centre]
                    cuts = np.flatnonzero(gap < distance)
                    half[cuts] = np.arccos(gap[cuts] / distance[cuts])
                    inside -= 2 * half
                    found.append(half)
        for across in halves[0]:
            for along in halves[1]:
                inside += np.maximum(across + along - np.pi / 2, 0)
        return inside

    return arc


def _arc_in_polygon(window: Window, xy: Floats) -> Callable[[Whole, Floats], Floats]:
    """Return the function that gives the angle (rad) of circles around points, in the polygon.

    With the polygon on the left of its edges, a circle walked anticlockwise leaves it where an
    edge enters the circle, and enters it where an edge leaves. The angle inside is therefore the
    sum of the angles of the former less those of the latter, modulo 2π; no sorting is needed.
    """
    start, end = window.edges
    tree = shapely.STRtree(shapely.linestrings(np.stack([start, end], axis=1)))

    def arc(centre: Whole, distance: Floats) -> Floats:
        order = np.lexsort((distance, centre))
        centre, distance = centre[order], distance[order]
        centres, begins = np.unique(centre, return_index=True)
        stops = np.append(begins[1:], len(centre))
        if not len(centres):
            return np.empty(0)
        near = tree.query(shapely.points(xy[centres]), "dwithin", distance=distance[stops - 1])
        near = near[:, np.argsort(near[0], kind="stable")]
        bounds = np.searchsorted(near[0], np.arange(len(centres) + 1))
        inside = np.empty(len(centre))
        for k, point in enumerate(xy[centres]):
            edges = near[1, bounds[k] : bounds[k + 1]]
            circles = slice(begins[k], stops[k])
            inside[order[circles]] = _angles_inside(
                start[edges] - point, end[edges] - point, distance[circles]
            )
        return inside

    return arc


def _angles_inside(start: Floats, end: Floats, radii: Floats) -> Floats:
    """Return the angle within the polygon of circles around the origin, of increasing radius.

    Each edge is cut at its point nearest to the origin: on the way there it enters circles, from
    there it leaves them, once each. Whether a corner lies in a circle is asked in the same
    figures for both its edges, so that no crossing is lost or found twice.
    """
    along = end - start
    length = np.hypot(along[:, 0], along[:, 1])
    along /= length[:, None]
    gap = start[:, 1] * along[:, 0] - start[:, 0] * along[:, 1]  # signed, along the left normal
    normal = np.arctan2(along[:, 0], -along[:, 1])
    at_start, at_end = np.hypot(*start.T), np.hypot(*end.T)
    foot = -(start * along).sum(axis=1)
    between = (foot > 0) & (foot < length)
    nearest = np.minimum(at_start, at_end)
    nearest = np.where(between, np.minimum(np.abs(gap), nearest), nearest)
    enters, leaves = foot > 0, foot < length
    low = np.searchsorted(radii, np.concatenate([nearest[enters], nearest[leaves]]), "right")
    high = np.searchsorted(radii, np.concatenate([at_start[enters], at_end[leaves]]), "right")
    count = np.maximum(high - low, 0)
    turn = np.concatenate([normal[enters], -normal[leaves]])
    which = np.repeat(np.arange(len(low)), count)
    circle = np.arange(len(which)) + np.repeat(low - np.cumsum(count) + count, count)
    cosine = np.concatenate([gap[enters], gap[leaves]])[which] / radii[circle]
    angle = turn[which] + np.arccos(np.clip(cosine, -1, 1))
    inside = np.bincount(circle, angle, minlength=len(radii)) % (2 * np.pi)
    # Nothing cut off: the circle passes through a point of the pattern, so it is all inside.
    return np.where(inside < _NO_ARC, 2 * np.pi, inside)


def _overlap(window: Window, n: int, radius: float) -> Callable[[Floats, Floats], Floats]:
    """Return the function that gives the area that a window shares with itself shifted by (x, y).

    Exact for rectangles, and for polygons where pairs and corners are few. Otherwise from a
    raster: see `_raster_overlap`.
    """
    if window.is_rectangle:
        west, south, east, north = window.shape.bounds
        return lambda x, y: (east - west - np.abs(x)) * (north - south - np.abs(y))
    if n * (n - 1) / 2 * len(window.edges[0]) <= _EXACT_OVERLAPS:
        return lambda x, y: exact_overlap(window, np.column_stack([x, y]))
    return _raster_overlap(window, radius)


def exact_overlap(window: Window, shift: Floats) -> Floats:
    """Return the area that the window shares with itself shifted, for each shift (k × 2)."""
    corners = shapely.get_num_coordinates(window.shape)
    copies = np.full(len(shift), window.shape)
    moved = shapely.get_coordinates(copies) + np.repeat(shift, corners, axis=0)
    return shapely.area(shapely.intersection(window.shape, shapely.set_coordinates(copies, moved)))


@lru_cache(maxsize=1)  # of one window, for all simulations
def _raster_overlap(window: Window, radius: float) -> Callable[[Floats, Floats], Floats]:
    """Return the function that interpolates overlaps between those of a raster.

    The raster says which of 2048 × 2048 cell centres lie in the window; its autocorrelation (by
    FFT) counts those that stay in it for each shift by whole cells; between them, bilinear.
    """
    from scipy import fft  # the other corrections start faster without it

    west, south, east, north = window.shape.bounds
    cell = np.array([east - west, north - south]) / _RASTER
    reach = np.minimum(np.ceil(radius / cell).astype(int) + 1, _RASTER)
    padded = [fft.next_fast_len(int(_RASTER + lag), real=True) for lag in reach[::-1]]
    spectrum = fft.rfft2(_raster(window, cell), padded)
    spectrum = spectrum.real**2 + spectrum.imag**2
    shared = fft.irfft2(spectrum, padded)
    columns = np.arange(-reach[0], reach[0] + 1)
    table = shared[: reach[1] + 1, columns] * (window.area / shared[0, 0])
    width, flat = table.shape[1], table.ravel()

    def overlap(x: Floats, y: Floats) -> Floats:
        # Shifts by h and -h share the same area; the table holds those to the north.
        x, y = x * np.where(y < 0, -1 / cell[0], 1 / cell[0]) + reach[0], np.abs(y) / cell[1]
        column, row = x.astype(np.int64), y.astype(np.int64)
        x -= column
        y -= row
        at = row * width + column
        south_side = flat[at] * (1 - x) + flat[at + 1] * x
        north_side = flat[at + width] * (1 - x) + flat[at + width + 1] * x
        return south_side * (1 - y) + north_side * y

    return overlap


def _raster(window: Window, cell: Floats) -> Floats:
    """Return 1 where the centre of a cell lies in the window, 0 elsewhere (rows northwards).

    Each edge marks, in every row of centres it crosses, the first centre to its right: 1 where
    the window begins there, -1 where it ends. Sums along the rows fill it.
    """
    origin = np.array(window.shape.bounds[:2])
    start, end = ((ends - origin) / cell - 0.5 for ends in window.edges)
    low = np.ceil(np.minimum(start[:, 1], end[:, 1])).astype(np.int64)
    count = np.ceil(np.maximum(start[:, 1], end[:, 1])).astype(np.int64) - low
    edge = np.repeat(np.arange(len(low)), count)
    row = np.arange(len(edge)) + np.repeat(low - np.cumsum(count) + count, count)
    slope = (end - start)[edge]
    x = start[edge, 0] + (row - start[edge, 1]) * slope[:, 0] / slope[:, 1]
    column = np.clip(np.ceil(x).astype(np.int64), 0, _RASTER)
    marks: Floats = np.bincount(
        row * (_RASTER + 1) + column, -np.sign(slope[:, 1]), _RASTER * (_RASTER + 1)
    ).astype("float64")  # integers where no edge is given
    return np.cumsum(marks.reshape(_RASTER, _RASTER + 1), axis=1)[:, :-1]
