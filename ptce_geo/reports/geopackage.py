"""Write what a study found as a GeoPackage, with titles, units and QGIS styles inside."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ptce_geo.errors import InputError, OutputError
from ptce_geo.labels import Language, check_language
from ptce_geo.reports.layers import FID, GEOMETRY, Layer, described, study_layers
from ptce_geo.reports.qgis_styles import Style, styles_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ptce_geo.reports.findings import Findings

# GDAL before 3.7 warns of a later one.
_VERSION: Final = "1.3"


def write_geopackage(path: Path, findings: Findings, *, lang: Language = "fr") -> None:
    """Write what a study found as a GeoPackage that QGIS opens with styles and titles.

    Layers are those of `study_layers`. Titles, descriptions and units of columns stand in
    ``gpkg_data_columns`` (schema extension) and as aliases in the QGIS styles of
    ``layer_styles``. The same findings give the same bytes.

    Parameters
    ----------
    path : Path
        File to write, ending in ``.gpkg``; what stood there is replaced, once all is written.
    findings : Findings
        What the study found.
    lang : {"fr", "en"}
        Language of what a reader sees.

    Raises
    ------
    InputError
        When the name ends otherwise.
    OutputError
        When the file cannot be written.
    """
    lang = check_language(lang)
    if path.suffix.lower() != ".gpkg":
        msg = f"cannot tell how to write {path.name!r}; name a .gpkg file"
        raise InputError(msg)
    with _whole(path) as part:
        written = []
        for layer in study_layers(findings, lang=lang):
            _write_layer(part, layer)
            # Without its rows: contours of all communes are large.
            written.append((replace(layer, frame=layer.frame[:0]), styles_of(layer, lang)))
        with closing(sqlite3.connect(part)) as package, package:
            _describe(package, written, created=_stamp(findings.record["created"]), lang=lang)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; it is moved there if nothing goes wrong."""
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

    part = path.with_name(f".{path.stem}.{os.getpid()}.part.gpkg")
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder", str(path))
        if not path.absolute().parent.is_dir():
            raise FileNotFoundError(0, "no such folder", str(path.parent))
        yield part
        part.replace(path)
    except (OSError, sqlite3.Error, DataSourceError, DataLayerError, FeatureError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        msg = f"cannot write the GeoPackage to {path}: {reason}; choose another path"
        raise OutputError(msg) from error
    finally:
        for left in (part, part.with_name(f"{part.name}-journal")):
            with suppress(OSError):
                left.unlink(missing_ok=True)


def _write_layer(path: Path, layer: Layer) -> None:
    from pyogrio import write_dataframe

    spatial = {"geometry_type": layer.geometry} if layer.geometry else {}
    options = {"IDENTIFIER": layer.title, "DESCRIPTION": layer.description, "FID": FID}
    write_dataframe(
        layer.frame,
        path,
        layer=layer.name,
        driver="GPKG",
        dataset_options={"VERSION": _VERSION},
        layer_options={**options, **({"GEOMETRY_NAME": GEOMETRY} if layer.geometry else {})},
        **spatial,
    )


def _stamp(iso: str) -> str:
    """Return a time as a GeoPackage writes it.

    >>> _stamp("2026-11-27T02:44:11+01:00")
    '2026-11-27T01:44:11.000Z'
    """
    return datetime.fromisoformat(iso).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


# As GeoPackage 1.3 (annex F.9, table 53 and 54) and QGIS (qgsogrproviderutils) make them.
_FURTHER_TABLES: Final = """
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
  min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT,
  f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT,
  styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT, ui TEXT, update_time DATETIME);
"""
_SCHEMA_EXTENSION: Final = (
    "gpkg_schema", "http://www.geopackage.org/spec/#extension_schema", "read-write",
)  # fmt: skip


def _describe(
    package: sqlite3.Connection,
    written: Sequence[tuple[Layer, Sequence[Style]]],
    *,
    created: str,
    lang: Language,
) -> None:
    """Add what each column is and the styles; `created` takes the place of the clock."""
    package.executescript(_FURTHER_TABLES)
    package.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, ?, ?, ?)",
        [
            (name, *_SCHEMA_EXTENSION)
            for name in ("gpkg_data_columns", "gpkg_data_column_constraints")
        ],
    )
    package.executemany(
        "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
        [
            (layer.name, column.name, name, column.title, described(column, lang))
            for layer, _ in written
            for column, name in zip(layer.columns, _names(layer), strict=True)
        ],
    )
    package.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
        " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner,"
        " update_time) VALUES ('', '', ?, ?, ?, ?, '', ?, ?, '', ?)",
        [
            (
                *(layer.name, GEOMETRY if layer.geometry else "", style.name, style.qml),
                *(style.default, style.description, created),
            )
            for layer, styles in written
            for style in styles
        ],
    )
    package.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)"
        " VALUES ('layer_styles', 'attributes', 'layer_styles', '', 0)"
    )
    package.execute("UPDATE gpkg_contents SET last_change = ?", (created,))


def _names(layer: Layer) -> list[str]:
    """Return the titles of columns, which GDAL shows as their alternative names, each once."""
    used: set[str] = set()
    names = []
    for column in layer.columns:
        name = column.title
        if name in used:
            name = f"{column.title} ({column.name})"
        used.add(name)
        names.append(name)
    return names
