"""Arcs from shapes, longer arcs from shorter ones, shapes from arcs: the arrays of a `Topology`.

Everything here counts in units of a grid and in ranks of territories. An arc is a border walked
with one territory on its left and another, or none (-1), on its right. It is kept the way round
that has the lower rank on the left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from ptce_geo.checks import listing
from ptce_geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Ints = npt.NDArray[np.signedinteger]
    Bools = npt.NDArray[np.bool_]
    Shapes = npt.NDArray[np.object_]

# What a vertex must stand out by (m) to be drawn at the coarse and at the medium resolution.
TOLERANCES_M: Final = (1400, 350)
_FEWEST_CORNERS: Final = 4  # of an island, at any resolution
_METRES_A_DEGREE: Final = 111_320
# A square degree is so much smaller at the latitude of the métropole than at the equator.
_NARROWER: Final = np.cos(np.deg2rad(46.5))
_ROW: Final = 2**32  # x and y of a vertex in one integer, sorted by x


class Arcs(NamedTuple):
    """The arrays of a `Topology`, under the same names."""

    x: npt.NDArray[np.int32]
    y: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    ranks: npt.NDArray[np.uint8]


class Walks(NamedTuple):
    """Arcs as they are walked around each territory, ring after ring, the land on the left.

    Of each walk: the arc, its first and last vertex (the last comes first where the arc is walked
    back), the ring (0, 1, ...), and the territory.
    """

    arc: Ints
    begin: Ints
    end: Ints
    ring: Ints
    owner: Ints


def arcs_of_shapes(
    shapes: Shapes,
    codes: Sequence[str],
    *,
    grid: float,
    shared: bool = True,
    snapped: bool = False,
) -> Arcs:
    """Return the arcs of polygons, their corners moved to the grid, without ranks (all 0).

    `snapped` makes edges turn where a corner was moved onto or across them, so that none cross:
    worth seconds for all communes, ten of which would overlap or lose their shape on a coarse grid.
    """
    # Outer rings run anticlockwise and holes clockwise: the territory is on the left of both.
    parts, territory = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy /= grid
    owner = territory[part[ring]]
    x, y = np.rint(xy).astype(np.int64).T
    corners, corner = np.unique(_keys(x, y), return_inverse=True)
    if not shared:  # the corners of each territory are its own, and so are its edges
        own, corner = np.unique(corner * len(shapes) + owner, return_inverse=True)
        corners = corners[own // max(len(shapes), 1)]

    edge = np.flatnonzero((ring[1:] == ring[:-1]) & (corner[1:] != corner[:-1]))
    tail, head, owner = corner[edge], corner[edge + 1], owner[edge]
    if snapped:
        tail, head, owner = _snapped(tail, head, owner, xy[edge], xy[edge + 1], corners)
    pairs = np.minimum(tail, head) * len(corners) + np.maximum(tail, head)
    pairs, edge = np.unique(pairs, return_inverse=True)
    left, right = _sides(edge, tail < head, owner, len(pairs), codes)
    x, y = _places(corners[np.stack(np.divmod(pairs, max(len(corners), 1)), axis=1)].ravel())
    return joined(
        Arcs(
            x=x.astype(np.int32),
            y=y.astype(np.int32),
            starts=np.arange(0, len(x) + 1, 2),
            left=left,
            right=right,
            ranks=np.zeros(len(x), np.uint8),
        ),
        shared=shared,
    )


def _keys(x: Ints, y: Ints) -> npt.NDArray[np.int64]:
    """Return one integer for each place."""
    return x.astype(np.int64) * _ROW + y


def _places(keys: npt.NDArray[np.int64]) -> tuple[Ints, Ints]:
    x = (keys + _ROW // 2) // _ROW
    return x, keys - x * _ROW


def _snapped(
    tail: Ints,
    head: Ints,
    owner: Ints,
    begin: npt.NDArray[np.float64],
    end: npt.NDArray[np.float64],
    corners: npt.NDArray[np.int64],
) -> tuple[Ints, Ints, Ints]:
    """Return directed edges, those that pass through the cell of a corner broken there.

    Snap rounding (Hobby 1999): edges that did not cross before their ends were rounded do not
    after. `begin` and `end` are the ends before.
    """
    x, y = _places(corners)
    low, high = np.minimum(begin, end) - 0.5, np.maximum(begin, end) + 0.5
    edge, corner = shapely.STRtree(shapely.points(x, y)).query(shapely.box(*low.T, *high.T))
    inner = (corner != tail[edge]) & (corner != head[edge])
    edge, corner = edge[inner], corner[inner]
    (dx, dy), (to_x, to_y) = (end - begin)[edge].T, (x[corner], y[corner]) - begin[edge].T
    through = np.abs(dx * to_y - dy * to_x) <= (np.abs(dx) + np.abs(dy)) / 2
    edge, corner = edge[through], corner[through]
    along = (dx * to_x + dy * to_y)[through]

    edges = np.append(np.arange(len(tail)), edge)
    corner = np.append(tail, corner)
    order = np.lexsort((np.append(np.full(len(tail), -np.inf), along), edges))
    edges, corner = edges[order], corner[order]
    last = np.append(edges[1:] != edges[:-1], True)
    return corner, np.where(last, head[edges], np.roll(corner, -1)), owner[edges]


def _sides(
    edge: Ints, forward: Bools, owner: Ints, n_edges: int, codes: Sequence[str]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return who is on the left and on the right of each edge."""
    # A strip narrower than the grid is walked there and back: the two cancel out.
    pairs, pair = np.unique(edge * len(codes) + owner, return_inverse=True)
    net = np.bincount(pair, np.where(forward, 1, -1)).astype(np.int64)
    edge, owner = np.divmod(pairs, max(len(codes), 1))
    sides = []
    for side in (1, -1):
        there = net * side > 0
        crowded = np.bincount(edge[there], net[there] * side, minlength=n_edges) > 1
        if crowded.any():
            found = listing([codes[rank] for rank in np.unique(owner[there & crowded[edge]])])
            msg = (
                f"territories overlap: {found} lie on the same side of one border; "
                "mend their shapes, or give each its own border with shared=False"
            )
            raise InputError(msg)
        owners = np.full(n_edges, -1, np.int32)
        owners[edge[there]] = owner[there]
        sides.append(owners)
    return sides[0], sides[1]


def joined(arcs: Arcs, *, shared: bool = True) -> Arcs:
    """Return the same borders in as few arcs as there can be, in an order that packs well.

    Arcs with the same on both sides vanish; two that meet where no third does become one. Arcs
    come by the territory on their left, each where the one before ends as far as there is one.
    Where borders are not `shared`, those of others do not count.
    """
    left, right, begin, end = _turned(arcs)
    keys = _keys(arcs.x, arcs.y)
    node = np.unique(keys[np.append(begin, end)], return_inverse=True)[1]
    if not shared:
        node += (node.max(initial=0) + 1) * np.append(left, left)
        node = np.unique(node, return_inverse=True)[1]
    first, last = np.split(node, 2)

    # Where only two arcs meet, who is beside one is beside the other: one comes, the other goes.
    between = np.bincount(node) == 2
    arc = np.arange(len(left))
    head, steps = _chains(
        np.where(between[first], first, -arc - 1), np.where(between[last], last, -arc - 1)
    )
    order = np.lexsort((steps, head))
    is_head = steps[order] == 0
    heads, tails = order[is_head], order[np.roll(is_head, -1)]
    turn = np.empty_like(arc)
    turn[heads[_side_by_side(left[heads], first[heads], last[tails])]] = np.arange(len(heads))

    # Of the arcs of one chain, each but the first leaves out the vertex it shares.
    order = np.lexsort((steps, turn[head]))
    way = np.where(end < begin, -1, 1)[order]
    skipped = steps[order] > 0
    lengths = np.abs(end - begin)[order] + 1 - skipped
    vertices = walked(begin[order] + way * skipped, way, lengths)
    starts = np.append((np.cumsum(lengths) - lengths)[~skipped], len(vertices))
    return Arcs(
        x=arcs.x[vertices],
        y=arcs.y[vertices],
        starts=starts,
        left=left[order][~skipped],
        right=right[order][~skipped],
        ranks=arcs.ranks[vertices],
    )


def _turned(arcs: Arcs) -> tuple[Ints, Ints, Ints, Ints]:
    """Return the sides of the arcs that part any, the lower on the left, and their end vertices."""
    kept = np.flatnonzero(arcs.left != arcs.right)
    left, right = arcs.left[kept], arcs.right[kept]
    begin, end = arcs.starts[kept], arcs.starts[kept + 1] - 1
    back = (left < 0) | ((right >= 0) & (left > right))
    return (
        np.where(back, right, left),
        np.where(back, left, right),
        np.where(back, end, begin),
        np.where(back, begin, end),
    )


def _side_by_side(left: Ints, first: Ints, last: Ints) -> Ints:
    """Return the order of arcs by the territory on their left, then along its border."""
    own = left.astype(np.int64) * (max(first.max(initial=0), last.max(initial=0)) + 1)
    head, steps = _chains(own + first, own + last)
    return np.lexsort((steps, first[head], head, left))


def _chains(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Return the first link of the chain that each link is in, and how many steps it is away.

    A link goes on from one that ends (`last`) where it begins (`first`); where several do, each
    from another.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = np.arange(len(first))
    beginning, ending = np.argsort(first, kind="stable"), np.argsort(last, kind="stable")
    begins, ends = first[beginning], last[ending]
    after = np.searchsorted(begins, ends) + links - np.searchsorted(ends, ends)
    met = after < np.searchsorted(begins, ends, side="right")
    head = links.copy()
    head[beginning[after[met]]] = ending[met]

    pairs = coo_array((np.ones(len(links), np.int8), (links, head)), shape=(len(links),) * 2)
    chains, chain = connected_components(pairs, directed=False)
    closed = np.bincount(chain[head == links], minlength=chains) == 0
    start = np.unique(chain, return_index=True)[1][closed]  # a ring begins anywhere
    head[start] = start
    steps = (head != links).astype(np.int64)
    while True:  # each round looks twice as far
        further = head[head]
        if np.array_equal(further, head):
            return head, steps
        steps += steps[head]
        head = further


def walks_around(arcs: Arcs) -> Walks:
    """Return the walks around the territories; arcs with the same on both sides are left out.

    Where rings touch, any way on will do: what they enclose together is the same.
    """
    owner = np.append(arcs.left, arcs.right).astype(np.int64)
    sides = np.flatnonzero((owner >= 0) & np.tile(arcs.left != arcs.right, 2))
    first, last = arcs.starts[:-1], arcs.starts[1:] - 1
    owner = owner[sides]
    begin, end = np.append(first, last)[sides], np.append(last, first)[sides]
    ends = np.append(begin, end)
    node = np.unique(_keys(arcs.x[ends], arcs.y[ends]), return_inverse=True)[1]
    node += (node.max(initial=0) + 1) * np.append(owner, owner)
    head, steps = _chains(*np.split(node, 2))
    order = np.lexsort((steps, head))
    ring = np.cumsum(steps[order] == 0) - 1
    arc = sides[order] % max(len(arcs.left), 1)
    return Walks(arc, begin[order], end[order], ring, owner[order])


def walked(begin: Ints, way: Ints, lengths: Ints) -> Ints:
    """Return the numbers of the vertices of walks: from `begin`, one `way` (1 or -1), so long."""
    along = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.repeat(begin, lengths) + along * np.repeat(way, lengths)


def ranked(arcs: Arcs, *, grid: float) -> Arcs:
    """Return arcs with the rank of each vertex: 0 coarse, 1 medium, 2 fine.

    Corners are cut, those of the smallest triangles first (Visvalingam and Whyatt 1993), all that
    are smaller than their neighbours in one round, and none whose triangle holds another vertex:
    what did not cross before does not after. Arcs end where they did; of an island four corners
    are left, and enough of two borders between the same places to enclose some land. A ring of four
    corners or fewer is never cut: small squares stay squares.

    A metre is taken as at the latitude of the métropole: overseas, nearer to the equator, a
    little more is cut.
    """
    x, y = arcs.x.astype(np.int64), arcs.y.astype(np.int64)
    arc = np.repeat(np.arange(len(arcs.left)), np.diff(arcs.starts))
    ranks = np.full(len(x), len(TOLERANCES_M), np.uint8)
    ends = np.append(arcs.starts[:-1], arcs.starts[1:] - 1)
    _, at, place = np.unique(_keys(x, y), return_index=True, return_inverse=True)
    taken = _Taken(x, y, at, place)
    spare = _spare(arcs, *np.split(place[ends], 2))
    live = np.arange(len(x))
    for rank in reversed(range(len(TOLERANCES_M))):
        tolerance = TOLERANCES_M[rank] / (_METRES_A_DEGREE * grid * np.sqrt(_NARROWER))
        locked = np.zeros(len(x), bool)
        locked[ends] = True
        while True:
            area = _corner_areas(x[live], y[live])
            area[locked[live] | (spare[arc[live]] <= 0)] = np.inf
            before, after = np.append(np.inf, area[:-1]), np.append(area[1:], np.inf)
            low = np.flatnonzero((area < tolerance**2) & (area < before) & (area <= after))
            nth = np.arange(len(low)) - np.searchsorted(arc[live[low]], arc[live[low]])
            low = low[nth < spare[arc[live[low]]]]
            if not len(low):
                break
            holds = taken.within(live[low - 1], live[low], live[low + 1])
            locked[live[low[holds]]] = True
            cut = live[low[~holds]]
            taken.free(cut)
            spare -= np.bincount(arc[cut], minlength=len(spare))
            ranks[cut] = rank + 1
            live = np.delete(live, low[~holds])
    ranks[live] = 0
    return arcs._replace(ranks=ranks)


def _spare(arcs: Arcs, first: Ints, last: Ints) -> Ints:
    """Return how many vertices of each arc can be cut; `first` and `last` are where it ends."""
    low, high = np.minimum(first, last), np.maximum(first, last)
    _, pair, counts = np.unique(
        np.stack([low, high], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    closed = first == last
    fewest = np.where(closed, _FEWEST_CORNERS + 1, np.where(counts[pair] > 1, 3, 2))
    spare = np.diff(arcs.starts) - fewest
    walks = walks_around(arcs)
    corners = np.bincount(walks.ring, np.abs(walks.end - walks.begin))
    spare[walks.arc[corners[walks.ring] <= _FEWEST_CORNERS]] = 0
    return spare


def _corner_areas(x: Ints, y: Ints) -> npt.NDArray[np.float64]:
    """Return the area of the triangle of each vertex and the two beside it; ends infinite."""
    area = np.full(len(x), np.inf)
    dx, dy = np.diff(x), np.diff(y)
    area[1:-1] = np.abs(dx[:-1] * dy[1:] - dy[:-1] * dx[1:]) / 2
    return area


class _Taken:
    """The places where there still is a vertex."""

    def __init__(self, x: Ints, y: Ints, at: Ints, place: Ints) -> None:
        self._x, self._y, self._place = x, y, place
        self._at = at  # a vertex of each place
        self._taken = np.ones(len(at), bool)
        self._tree = shapely.STRtree(shapely.points(x[at], y[at]))

    def free(self, vertices: Ints) -> None:
        self._taken[self._place[vertices]] = False

    def within(self, *corners: Ints) -> Bools:
        """Return whether there is one in each triangle, or on its sides, but for its corners."""
        x, y = self._x[np.stack(corners)], self._y[np.stack(corners)]
        boxes = shapely.box(x.min(axis=0), y.min(axis=0), x.max(axis=0), y.max(axis=0))
        triangle, other = self._tree.query(boxes)
        own = (self._place[np.stack(corners)][:, triangle] == other).any(axis=0)
        open_ = self._taken[other] & ~own
        triangle, other = triangle[open_], self._at[other[open_]]
        x, y = x[:, triangle] - self._x[other], y[:, triangle] - self._y[other]
        side = x * np.roll(y, -1, axis=0) - np.roll(x, -1, axis=0) * y
        inside = (side >= 0).all(axis=0) | (side <= 0).all(axis=0)
        found = np.zeros(len(boxes), bool)
        found[triangle[inside]] = True
        return found


def shapes_of_arcs(arcs: Arcs, n: int) -> Shapes:
    """Return the polygons of `n` territories, in units of the grid; empty where there is no arc."""
    rings, owner = _rings(arcs)
    outer = shapely.is_ccw(rings)
    order = np.lexsort((~outer, owner))
    rings, owner, outer = rings[order], owner[order], outer[order]
    first = np.searchsorted(owner, owner)
    outer[first] = True
    # A hole is given to the first part of its territory; `_mended` finds which one it is in.
    part = np.cumsum(outer) - 1
    part = np.where(outer, part, part[first])
    order = np.lexsort((~outer, part))
    parts = shapely.polygons(rings[order], indices=part[order])
    owner = owner[outer]

    shapes = np.full(n, shapely.Polygon(), object)
    alone = np.bincount(owner, minlength=n)[owner] == 1
    shapes[owner[alone]] = parts[alone]
    shapely.multipolygons(parts[~alone], indices=owner[~alone], out=shapes)
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    shapes[broken] = [_mended(shape) for shape in shapes[broken]]
    return shapes


def _rings(arcs: Arcs) -> tuple[Shapes, Ints]:
    """Return the closed borders of the territories, the land on their left, and whose each is."""
    _, begin, end, ring, owner = walks_around(arcs)
    owner = owner[np.flatnonzero(np.diff(ring, prepend=-1))]  # of each ring
    lengths = np.abs(end - begin)  # the last vertex is the first of the next
    vertices = walked(begin, np.sign(end - begin), lengths)
    ring = np.repeat(ring, lengths)
    enough = np.bincount(ring, minlength=len(owner)) > 2
    vertices, ring = vertices[enough[ring]], (np.cumsum(enough) - 1)[ring[enough[ring]]]
    rings = shapely.linearrings(
        np.stack([arcs.x[vertices], arcs.y[vertices]], axis=1).astype(float), indices=ring
    )
    solid = shapely.area(shapely.polygons(rings)) > 0
    return rings[solid], owner[enough][solid]


def _mended(shape: shapely.Geometry) -> shapely.Geometry:
    """Return what lies within an odd number of the rings of `shape`."""
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shape)))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
