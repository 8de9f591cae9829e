"""Numbers that tell shapes apart: whether a frame holds the embedded territories, unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

# Two vertices as near as that (degrees, 11 cm) have one fingerprint: a hundredth of the grid of the
# embedded borders, and so coarse that no embedded vertex lies near a half of it (7e-12 at least):
# shapes that went to another CRS and back, which moves them by some 4e-14, are known.
_STEP: Final = 1e-6


def shape_fingerprints(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.uint64]:
    """Return for each shape a number that tells whether it has been changed.

    It is made of each vertex, rounded to 1e-6 degree, of its rank in the shape, and of where rings
    and parts begin.
    """
    xy, shape = shapely.get_coordinates(shapes, return_index=True)
    x, y = np.rint(np.divide(xy.T, _STEP, order="C")).astype(np.int64).view(np.uint64)
    first = np.searchsorted(shape, np.arange(len(shapes) + 1))
    rank = np.arange(len(shape)) - first[shape]
    place = (3 * rank + _beginnings(shapes, shape)).view(np.uint64)
    # Odd factors spread the bits of each number over all 64 (Fibonacci hashing).
    mixed = (x * np.uint64(0x9E3779B97F4A7C15)) ^ (y * np.uint64(0xC2B2AE3D27D4EB4F))
    mixed ^= place * np.uint64(0x165667B19E3779F9)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(32)
    sums = np.append(np.uint64(0), np.cumsum(mixed, dtype=np.uint64))
    return np.diff(sums[first])


def _beginnings(
    shapes: npt.NDArray[np.object_], shape: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return 1 for a vertex that begins a hole, 2 for a part, 0 for others; `shape` has each."""
    begins = np.zeros(len(shape), np.int64)
    # Most shapes are one ring: only the others are taken apart.
    several = shapely.get_type_id(shapes) != shapely.GeometryType.POLYGON
    several |= shapely.get_num_interior_rings(shapes) > 0
    rings, part = shapely.get_rings(shapely.get_parts(shapes[several]), return_index=True)
    sizes = shapely.get_num_coordinates(rings)
    outer = np.append(True, part[1:] != part[:-1])[: len(part)]
    there = sizes > 0
    vertices = np.flatnonzero(several[shape])[(np.cumsum(sizes) - sizes)[there]]
    begins[vertices] = np.where(outer, 2, 1)[there]
    begins[np.flatnonzero(np.diff(shape, prepend=-1))] = 0  # with all shapes begins a part
    return begins
