"""Files that know their own columns: GeoJSON, GeoPackage and Parquet → headings and rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pyarrow.parquet as pq
import pyogrio

from ptce_geo import schema
from ptce_geo.errors import CrsError
from ptce_geo.members.values import cell_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


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
