"""Points and the window that they were observed in, checked and brought to one plane (m)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import geopandas as gpd
import numpy as np
import shapely

from ptce_geo.checks import has_point, listing
from ptce_geo.errors import CrsError, InputError
from ptce_geo.indicators.edge_corrections import Window
from ptce_geo.indicators.envelopes import over_surface, uniform_in
from ptce_geo.indicators.inputs import reasons_set_aside, tally
from ptce_geo.metric import coordinates, to_metric

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from ptce_geo.indicators.edge_corrections import Floats
    from ptce_geo.indicators.envelopes import Simulate

Shapes: TypeAlias = gpd.GeoSeries | gpd.GeoDataFrame
WindowShape: TypeAlias = shapely.Polygon | shapely.MultiPolygon | Shapes

# An edge of one degree bends away from its chord by hundreds of metres, one of 0.01 by 1 cm.
_STRAIGHT_DEG: Final = 0.01


def observed(
    points: Shapes, *, window: WindowShape
) -> tuple[Floats, Window, dict[Hashable | None, Any]]:
    """Return coordinates and window in one plane (m), and what was counted and set aside.

    Raises `InputError` when points lie outside the window.
    """
    placed, attrs = counted_points(points)
    if not isinstance(window, (gpd.GeoSeries, gpd.GeoDataFrame)):
        window = gpd.GeoSeries([window], crs=points.crs)
    if not window.is_valid.all():
        reason = shapely.is_valid_reason(window.geometry[~window.is_valid].iloc[0])
        msg = f"window: not a valid shape ({reason}); repair it with make_valid()"
        raise InputError(msg)
    # What is valid in degrees may cross itself by a hair once projected: three régions do.
    shapes = same_plane(window, points, what="window").to_numpy()
    shape = shapely.union_all(shapely.make_valid(shapes, method="structure", keep_collapsed=False))
    if shape.geom_type not in ("Polygon", "MultiPolygon") or not shape.area > 0:
        found = f"{shape.geom_type} of area {shape.area:g}"
        msg = f"window: expected a polygon or several, found {found}; give the territory's shape"
        raise InputError(msg)
    xy, plane = coordinates(placed), Window(shape)
    inside = plane.holds(xy)
    if not inside.all():
        msg = (
            f"points: {(~inside).sum()} of {len(xy)} lie outside the window "
            f"({listing(placed.index[~inside])}); leave them out, or give the window they were "
            "observed in"
        )
        raise InputError(msg)
    return xy, plane, attrs


def counted_points(points: Shapes) -> tuple[gpd.GeoSeries, dict[Hashable | None, Any]]:
    """Return the points that count, in a plane (m), and the `attrs` that say which do not."""
    if not isinstance(points, (gpd.GeoSeries, gpd.GeoDataFrame)):
        msg = (
            f"points: expected a GeoSeries or GeoDataFrame, found {type(points).__name__}; "
            "call geocode(...), or build one with GeoSeries.from_xy"
        )
        raise InputError(msg)
    frame = points if isinstance(points, gpd.GeoDataFrame) else points.to_frame("geometry")
    reasons = reasons_set_aside(frame)
    reasons = reasons.mask((reasons == "") & ~has_point(points.geometry), "without a point")
    placed = points[(reasons == "").to_numpy()]
    if other := sorted(set(placed.geom_type) - {"Point"}):
        msg = f"points: expected points, found {listing(other)}; use representative_point()"
        raise InputError(msg)
    return same_plane(placed, points, what="points"), tally(reasons)


def random_places(
    points: Shapes, n: int, *, window: Window | None, surface: gpd.GeoDataFrame | None
) -> Simulate:
    """Return the function that draws `n` places in the plane of `points` (m).

    They lie anywhere in the window or, with a surface, over its population (within the window).
    """
    if surface is not None:
        placed = surface.set_geometry(same_plane(surface, points, what="surface"))
        return over_surface(placed, n, window=window)
    assert window is not None  # the callers see to it that one of the two is given
    return uniform_in(window, n)


def same_plane(shapes: Shapes, points: Shapes, *, what: str) -> gpd.GeoSeries:
    """Return `shapes` in the plane that `points` are computed in: projected, or the legal CRS."""
    crs = points.crs
    if crs is None or shapes.crs != crs:
        name = "no CRS" if shapes.crs is None else shapes.crs.to_string()
        msg = f"{what}: found {name}, expected that of the points; say it with set_crs, or to_crs"
        raise CrsError(msg)
    if crs.is_projected:
        if crs.to_epsg() == 3857 or crs.axis_info[0].unit_name != "metre":
            msg = f"{what}: {crs.to_string()} does not measure in metres; use to_crs(4326)"
            raise CrsError(msg)
        return shapes.geometry
    if what == "window":
        shapes = shapes.geometry.segmentize(_STRAIGHT_DEG)
    return to_metric(shapes).geometry if len(shapes) else shapes.geometry


def increasing_radii(radii_km: Sequence[float]) -> Floats:
    """Return `radii_km` as an array; raise `InputError` unless at least 0 and increasing."""
    radii = np.asarray(radii_km, dtype="float64")
    if (
        radii.ndim != 1
        or not len(radii)
        or not (np.isfinite(radii).all() and radii[0] >= 0 and (np.diff(radii) > 0).all())
    ):
        msg = (
            f"radii_km: expected numbers of at least 0 that increase, found "
            f"{listing(radii.ravel().tolist()) or 'none'}; sort them, each once"
        )
        raise InputError(msg)
    return radii
