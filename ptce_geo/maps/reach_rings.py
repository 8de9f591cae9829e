"""The ground within reach: circles round each place, or isochrones joined, as one layer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ptce_geo import schema
from ptce_geo.checks import listing, require_columns, require_wgs84
from ptce_geo.crs import LEGAL_CRS
from ptce_geo.errors import InputError
from ptce_geo.indicators.distances import sorted_km
from ptce_geo.labels import format_given, format_number, format_share, label
from ptce_geo.maps.content import Areas, MapClass
from ptce_geo.maps.palettes import NEARNESS_PALETTE, sequential_colours
from ptce_geo.territories import build_topology

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ptce_geo.indicators.reached import Goal, Supply
    from ptce_geo.labels import Language

# Corners of a quarter of a circle: its edge is drawn 0.2 % of the radius too near at most.
_QUARTER: Final = 16


@dataclass(frozen=True)
class ReachRings:
    """The ground within each threshold.

    Attributes
    ----------
    shapes : GeoSeries
        Polygons by threshold, ascending (EPSG:4326).
    unit : str
        What the thresholds are: "threshold_km" or "minutes".
    method : str
        What travel times rest on, "" for distances.
    """

    shapes: gpd.GeoSeries
    unit: str
    method: str = ""


def reach_rings(
    supply: Supply, reach: float | Sequence[float] | gpd.GeoDataFrame | None
) -> ReachRings | None:
    """Return the ground within `reach` of the places of `supply`; raise as `coverage_map` says."""
    if reach is None:
        return None
    if isinstance(reach, gpd.GeoDataFrame):
        return _joined(reach)
    thresholds = sorted_km(reach, what="reach")
    _require_told_apart(thresholds.tolist())
    shapes = [_within(supply, km) for km in thresholds] if len(supply.crs) else []
    index = pd.Index(thresholds[: len(shapes)], name=schema.THRESHOLD_KM)
    return ReachRings(gpd.GeoSeries(shapes, index=index, crs=schema.WGS84), schema.THRESHOLD_KM)


def _within(supply: Supply, km: float) -> shapely.Geometry:
    """Return the ground within `km` of any of the places, each in its legal CRS."""
    parts = []
    for epsg in LEGAL_CRS:
        here = supply.crs == epsg
        if here.any():
            points = shapely.points(supply.metric[here])
            circles = shapely.buffer(points, 1000 * km, quad_segs=_QUARTER)
            part = gpd.GeoSeries([shapely.union_all(circles)], crs=epsg)
            parts.append(part.to_crs(schema.WGS84).item())
    return shapely.union_all(parts)


def _joined(isochrones: gpd.GeoDataFrame) -> ReachRings:
    """Return the ground from where any of the points is reached, for each number of minutes."""
    require_columns(isochrones, [schema.MINUTES, "geometry"], what="reach")
    require_wgs84(isochrones, what="reach")
    drawn = isochrones[~(isochrones.geometry.isna() | isochrones.is_empty)]
    if other := sorted(set(drawn.geom_type) - {"Polygon", "MultiPolygon"}):
        msg = f"reach: expected polygons as isochrones returns, found {listing(other)}"
        raise InputError(msg)
    by_minutes = drawn.geometry.groupby(drawn[schema.MINUTES].astype("float64"))
    shapes = {minutes: shapely.union_all(each.to_numpy()) for minutes, each in by_minutes}
    _require_told_apart([*shapes])
    methods = drawn.get(schema.METHOD, pd.Series(dtype="str"))
    joined = gpd.GeoSeries(shapes.values(), index=list(shapes), crs=schema.WGS84)
    return ReachRings(joined, schema.MINUTES, ", ".join(methods.dropna().unique()))


def _require_told_apart(thresholds: Sequence[float]) -> None:
    """Raise `InputError` where two thresholds, ascending, would be told as the same."""
    for one, next_one in pairwise(thresholds):
        if format_given(one) == format_given(next_one):
            msg = (
                f"reach: {one:g} and {next_one:.10g} would be told as the same; give thresholds "
                "that differ by at least 0.001"
            )
            raise InputError(msg)


def reach_layer(
    rings: ReachRings, coverage: pd.DataFrame | None, to: Goal, lang: Language
) -> Areas:
    """Return the ground within each threshold, the farthest at the bottom."""
    told_as = told_km if rings.unit == schema.THRESHOLD_KM else told_minutes
    farthest_first = rings.shapes.index[::-1]
    far = [told_as(each, lang) for each in farthest_first]
    labels, facts = far, {}
    if coverage is not None:
        told = coverage.reindex(farthest_first)
        shares = [format_share(each, lang) for each in told[schema.SHARE_POPULATION]]
        template = label("maps_with_share", lang)
        labels = [template.format(name=n, share=s) for n, s in zip(far, shares, strict=True)]
        people = [format_number(each, lang) for each in told[schema.POPULATION_COVERED]]
        facts = {label("maps_inhabitants", lang): people}
    colours = _ramp(len(far))
    shapes = gpd.GeoDataFrame(geometry=rings.shapes.loc[farthest_first].set_axis(far))
    return Areas(
        key="reach",
        title=label(f"maps_reach_{to}", lang),
        topology=build_topology(shapes, shared=False),
        names=[label("maps_within", lang).format(n=each) for each in far],
        # In the legend the nearest comes first.
        classes=[MapClass(*each) for each in zip(labels, colours, strict=True)][::-1],
        class_of=np.arange(len(far), dtype="int8")[::-1],
        facts=facts,
        notes=(_method(rings, to, lang),),
        overlapping=True,
    )


def _ramp(n: int) -> list[str]:
    """Return `n` colours, the palest first; of the palette those that stand out from the sea."""
    colours = sequential_colours(NEARNESS_PALETTE, 9)[3:]
    return [colours[rank] for rank in np.linspace(0, len(colours) - 1, n).round().astype(int)]


def _method(rings: ReachRings, to: Goal, lang: Language) -> str:
    if rings.unit == schema.THRESHOLD_KM:
        return label(f"maps_reach_straight_{to}", lang)
    straight = rings.method.startswith("straight line")
    method = label("maps_method_straight", lang) if straight else rings.method or "–"
    return label("maps_reach_minutes", lang).format(method=method)


def told_km(distance: float, lang: Language) -> str:
    """Return a distance as the reader sees it."""
    return f"{format_given(distance, lang)}\u00a0km"


def told_minutes(time: float, lang: Language) -> str:
    """Return a travel time as the reader sees it."""
    return f"{format_given(time, lang)}\u00a0min"
