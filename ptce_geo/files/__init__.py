"""Files → tables of text: CSV, XLSX, GeoJSON, GPKG, Parquet, and what was odd about them."""

from ptce_geo.files.tables import Table, read_table

__all__ = ["Table", "read_table"]
