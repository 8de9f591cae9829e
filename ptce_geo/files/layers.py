"""Files that know their own columns: GeoJSON, GeoPackage and Parquet → rows, or polygons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import lazy_loader
import pyarrow.parquet as pq

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.errors import CrsError, InputError
from ptce_geo.files.cells import cell_text

# GDAL takes a while to load: only those who read a layer wait for it.
pyogrio = lazy_loader.load("pyogrio")

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


_SHAPEFILE: Final = b"\x00\x00\x27\x0a"
_POLYGONS: Final = ("Polygon", "MultiPolygon")


def holds_layers(head: bytes) -> bool:
    """Tell by its first bytes whether a file is a GeoPackage or GeoJSON."""
    json = re.match(rb"(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{", head)
    return head.startswith(b"SQLite format 3") or json is not None


def layer_names(path: Path) -> list[str]:
    """Return the layers of a GeoJSON or GeoPackage file."""
    return [str(name) for name, _ in pyogrio.list_layers(path)]


def layer_headings(path: Path, layer: str) -> list[str]:
    """Return the names of the fields of a layer, without reading it."""
    return [str(field) for field in pyogrio.read_info(path, layer=layer)["fields"]]


def read_layer(path: Path, layer: str, *, what: str) -> list[list[str]]:
    """Return headings and rows of a layer, with the position of each feature in degrees."""
    frame = pyogrio.read_dataframe(path, layer=layer)
    if not isinstance(frame, gpd.GeoDataFrame):  # a table without geometry
        return _rows({str(name): frame[name].tolist() for name in frame.columns})
    return _geo_rows(frame, what=what)


def read_polygons(path: Path, head: bytes, *, layer: str | None) -> gpd.GeoDataFrame | None:
    """Return the polygons of a layer, in EPSG:4326; None where the file holds none.

    Parameters
    ----------
    path : Path
        GeoPackage, GeoJSON, shapefile or GeoParquet; anything else holds no polygons.
    head : bytes
        Its first bytes.
    layer : str or None
        Which layer; None takes the only one with polygons.

    Raises
    ------
    InputError
        When several layers hold polygons and none is named, or there is no such layer.
    CrsError
        When the layer has no CRS.
    """
    if holds_layers(head) or head.startswith(_SHAPEFILE):
        chosen = _polygon_layer(path, layer)
        frame = None if chosen is None else pyogrio.read_dataframe(path, layer=chosen)
    elif head.startswith(b"PAR1") and b"geo" in (pq.read_schema(path).metadata or {}):
        frame = gpd.read_parquet(path)
    else:
        return None
    if not isinstance(frame, gpd.GeoDataFrame) or not frame.geom_type.isin(_POLYGONS).any():
        return None
    if frame.crs is None:
        msg = f"{path.name}: its geometry has no CRS; declare it in the file"
        raise CrsError(msg)
    return frame.to_crs(schema.WGS84)


def _polygon_layer(path: Path, layer: str | None) -> str | None:
    kinds = {str(name): str(kind) for name, kind in pyogrio.list_layers(path)}
    if layer is not None:
        if layer not in kinds:
            msg = f"{path.name} has no layer {layer!r}; it has {listing(kinds, most=20)}"
            raise InputError(msg)
        return layer
    # A layer of mixed or undeclared shapes says "Unknown", a table without any says "None".
    drawn = [name for name, kind in kinds.items() if "Polygon" in kind or kind == "Unknown"]
    if len(drawn) > 1:
        msg = f"{path.name} has several layers of polygons: {listing(drawn)}; name one with sheet="
        raise InputError(msg)
    return drawn[0] if drawn else None


def read_parquet(path: Path, *, what: str) -> list[list[str]]:
    """Return headings and rows of a Parquet file; a GeoParquet's geometry gives positions."""
    if b"geo" in (pq.read_schema(path).metadata or {}):
        return _geo_rows(gpd.read_parquet(path), what=what)
    table = pq.read_table(path)
    return _rows(
        {
            name: column.to_pylist()
            for name, column in zip(table.column_names, table.columns, strict=True)
            if not name.startswith("__index_level_")  # pandas' own, not the list's
        }
    )


def _geo_rows(frame: gpd.GeoDataFrame, *, what: str) -> list[list[str]]:
    """Return headings and rows, first longitude and latitude of a point on each geometry."""
    geometry = frame.geometry
    columns = {str(name): frame[name].tolist() for name in frame.columns if name != geometry.name}
    if geometry.isna().all():
        return _rows(columns)
    if geometry.crs is None:
        msg = f"{what}: its geometry has no CRS; declare it in the file"
        raise CrsError(msg)
    points = geometry.representative_point().to_crs(schema.WGS84)
    placed = ~(points.isna() | points.is_empty)
    rows = _rows(columns) if columns else [[] for _ in range(len(frame) + 1)]
    rows[0] = [schema.LONGITUDE, schema.LATITUDE, *rows[0]]
    for at, (point, known) in enumerate(zip(points, placed, strict=True), start=1):
        position = [repr(point.x), repr(point.y)] if known else ["", ""]
        rows[at] = [*position, *rows[at]]
    return rows


def _rows(columns: dict[str, Iterable[object]]) -> list[list[str]]:
    texts = [[cell_text(value) for value in values] for values in columns.values()]
    return [list(columns), *(list(row) for row in zip(*texts, strict=True))]
