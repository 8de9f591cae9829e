"""Outlines on the page of a still, from the arcs of a topology."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.path import Path as Outline

from ptce_geo.territories.topology_build import walked, walks_around

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ptce_geo.maps.still_frames import Frame
    from ptce_geo.maps.views import View
    from ptce_geo.territories import Topology

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

# Ranks of vertices that are enough where a point of the page stands for that many metres.
_COARSE_M: Final = 1500
_MEDIUM_M: Final = 300
_STEP: Final = 0.02  # vertices are rounded to it (points)


class Rings:
    """The closed borders of territories, or of groups of them.

    Between two territories of one group there is no border: nothing that light shines through.

    Parameters
    ----------
    topology : Topology
        The territories.
    group : array of int
        Of each territory; below 0 in none.
    """

    def __init__(self, topology: Topology, group: NDArray[np.integer]) -> None:
        self._topology = topology
        beside = np.append(np.maximum(np.asarray(group, dtype=np.int32), -1), np.int32(-1))
        arcs = topology.arcs._replace(left=beside[topology.left], right=beside[topology.right])
        walks = walks_around(arcs)
        lengths = np.abs(walks.end - walks.begin) + 1
        self._vertex = walked(walks.begin, np.sign(walks.end - walks.begin), lengths)
        self._ring = np.repeat(walks.ring, lengths)
        self._group = walks.owner[np.flatnonzero(np.diff(walks.ring, prepend=-1))]  # of each ring
        self._kept: dict[int, tuple[Floats, Ints]] = {}  # vertices, by the highest rank

    def reach(self, view: View) -> bool:
        """Say whether there is something of them in a part of the world."""
        return bool(_reaching(*self._vertices(0), view).any())

    def outlines(self, frame: Frame) -> dict[int, Outline]:
        """Return what a frame shows of each group, as one outline."""
        lonlat, ring = self._vertices(_rank_for(self._topology, frame.metres))
        here = _reaching(lonlat, ring, frame.view)
        lonlat, ring = lonlat[here], ring[here]
        owner = self._group[ring]
        return {
            int(group): _outline(lonlat[owner == group], ring[owner == group], frame, closed=True)
            for group in np.unique(owner)
        }

    def _vertices(self, most: int) -> tuple[Floats, Ints]:
        """Return longitude and latitude of each vertex whose rank is not above, and its ring."""
        if most not in self._kept:
            kept = self._topology.ranks[self._vertex] <= most
            self._kept[most] = _lonlat(self._topology, self._vertex[kept]), self._ring[kept]
        return self._kept[most]


def _lonlat(topology: Topology, vertices: Ints) -> Floats:
    lonlat = np.column_stack([topology.x[vertices], topology.y[vertices]])
    return np.asarray(lonlat * topology.grid, dtype=float)


def _rank_for(topology: Topology, metres: float) -> int:
    """Return the highest rank of vertex to draw where a point stands for so many metres."""
    if not (topology.ranks == 1).any():  # borders that nobody made lighter
        return 2
    return 0 if metres >= _COARSE_M else 1 if metres >= _MEDIUM_M else 2


def _reaching(lonlat: Floats, line: Ints, view: View) -> Bools:
    """Say of each vertex whether its line (`line` tells the one of each) comes near a view."""
    if not len(line):
        return np.empty(0, dtype=bool)
    starts = np.flatnonzero(np.append(True, line[1:] != line[:-1]))
    west, south = np.minimum.reduceat(lonlat, starts).T
    east, north = np.maximum.reduceat(lonlat, starts).T
    near = (west <= view.east) & (east >= view.west) & (south <= view.north) & (north >= view.south)
    return np.repeat(near, np.diff(np.append(starts, len(line))))


class Borders:
    """The arcs of a topology that come near what a frame shows."""

    def __init__(self, topology: Topology, frame: Frame) -> None:
        arc = np.repeat(np.arange(len(topology.left)), np.diff(topology.starts))
        kept = np.flatnonzero(topology.ranks <= _rank_for(topology, frame.metres))
        lonlat, arc = _lonlat(topology, kept), arc[kept]
        here = _reaching(lonlat, arc, frame.view)
        self._frame, self._lonlat, self._arc = frame, lonlat[here], arc[here]
        arcs = np.unique(self._arc)
        sides = np.append(topology.left[arcs], topology.right[arcs])
        self.territories = np.unique(sides[sides >= 0])

    def outline(self, chosen: Bools) -> Outline:
        """Return the arcs that are chosen, as one outline."""
        kept = chosen[self._arc]
        return _outline(self._lonlat[kept], self._arc[kept], self._frame, closed=False)


def with_vertices_in(topology: Topology, views: Sequence[View]) -> Bools:
    """Say of each territory whether a vertex of its border lies in one of some views."""
    longitude, latitude = _lonlat(topology, np.arange(len(topology.x))).T
    inside = np.zeros(len(longitude), dtype=bool)
    for view in views:
        inside |= view.holds(longitude, latitude)
    arc = np.repeat(np.arange(len(topology.left)), np.diff(topology.starts))[inside]
    found = np.zeros(len(topology.codes) + 1, dtype=bool)  # and what is no territory
    found[topology.left[arc]] = found[topology.right[arc]] = True
    return found[:-1]


def _outline(lonlat: Floats, line: Ints, frame: Frame, *, closed: bool) -> Outline:
    """Return lines (`line` tells the one of each vertex) on the page, without what no eye sees."""
    if not len(lonlat):
        return Outline(np.empty((0, 2)))
    points = np.rint(frame.place(*lonlat.T) / _STEP) * _STEP
    first = np.append(True, line[1:] != line[:-1])
    last = np.append(first[1:], True)
    moved = np.append(True, (points[1:] != points[:-1]).any(axis=1))
    codes = np.full(len(points), Outline.LINETO, dtype=Outline.code_type)
    codes[last] = Outline.CLOSEPOLY if closed else Outline.LINETO
    codes[first] = Outline.MOVETO
    kept = first | last | moved
    return Outline(points[kept], codes[kept])
