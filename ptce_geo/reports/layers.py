"""What a study found as the layers of a geographic database, whichever writes them.

`ptce_geo.reports.geopackage` and `ptce_geo.reports.postgis` do.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ptce_geo import schema
from ptce_geo.labels import Language, check_language, format_date, format_given, label
from ptce_geo.reports.columns import Column, column_of
from ptce_geo.reports.coverage import shares_within
from ptce_geo.territories import read_territories

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ptce_geo.reports.findings import Findings

FID: Final = "fid"
GEOMETRY: Final = "geom"
# Levels with contours, the coarsest first, and their layers.
_LEVELS: Final = {
    "region": "regions",
    "departement": "departements",
    "epci": "epci",
    "commune": "communes",
}
_TABLES: Final = ("concentration", "coverage", "economic_weight")
# Titles of those that are no sheet of the workbook.
_TITLES: Final = {role: f"gpkg_title_{role}" for role in ("footprints", "footprint_lines")}
# Names that SQLite or PostgreSQL keep for themselves, and those of the writers.
_TAKEN: Final = frozenset(
    {FID, GEOMETRY, "ogc_fid", "rowid", "oid", "_rowid_"}
    | {"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"}
)
_LONGEST: Final = 59  # bytes: PostgreSQL keeps 63 of a name, of which "_999" may be added


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer.

    Attributes
    ----------
    name : str
        Of the table.
    title, description : str
        What it is and what it holds, in words.
    frame : DataFrame
        Its rows: numbers, truth values and texts, and the geometry (EPSG:4326) as ``geom``.
    columns : tuple of Column
        What is known of each column but the geometry, in their order; a column of the list keeps
        its heading as title where its name had to change.
    geometry : {"Point", "LineString", "MultiPolygon", ""}
        What the geometry is; "" where there is none.
    key : str
        The column that tells the rows apart; "" where there is none.
    """

    name: str
    title: str
    description: str
    frame: pd.DataFrame
    columns: tuple[Column, ...]
    geometry: str = ""
    key: str = ""


def study_layers(findings: Findings, *, lang: Language = "fr") -> Iterator[Layer]:
    """Give what a study found as layers.

    "secret" in a column of numbers becomes a missing number, and the column is followed by a
    column of text, named after it with ``_note``, that says "secret".

    Parameters
    ----------
    findings : Findings
        What the study found.
    lang : {"fr", "en"}
        Language of titles, descriptions and notes; names of layers and columns are the same in
        all.

    Yields
    ------
    Layer
        ``members``, ``poles``, ``footprints``, ``footprint_lines``, ``white_zones``, ``regions``,
        ``departements``, ``epci``, ``communes``, ``zoning_…`` for each further zoning (without
        contours), ``concentration``, ``coverage`` and ``economic_weight``: those whose figures
        there are.
    """
    tables, make = findings.tables, _Maker(findings, check_language(lang))
    yield make.layer("members", findings.members, geometry="Point")
    yield make.layer("poles", _poles(findings), geometry="Point", key=schema.POLE_ID)
    if "footprints" in tables:
        areas, lines = _footprints(findings)
        yield make.layer("footprints", areas, geometry="MultiPolygon", key=schema.POLE_ID)
        yield make.layer("footprint_lines", lines, geometry="LineString", key=schema.POLE_ID)
    if "white_zones" in tables:
        zones = tables["white_zones"]
        yield make.layer("white_zones", zones, geometry="MultiPolygon", key=schema.RANK)
    for level, name in _LEVELS.items():
        if level in tables:
            frame, own = _territories(level, findings, make.lang)
            yield make.layer(
                name, frame, role=level, geometry="MultiPolygon", key=schema.CODE, own=own
            )
    zonings = [name for name in findings.record["settings"].get("zonings") or () if name in tables]
    for zoning, name in zip(zonings, plain_names(zonings, taken=set()), strict=True):
        title = label("gpkg_title_zoning", make.lang).format(name=zoning)
        yield make.layer(
            f"zoning_{name}", tables[zoning], role="zoning", title=title, key=schema.CODE
        )
    for name in _TABLES:
        if name in tables:
            yield make.layer(name, tables[name])


class _Maker:
    """Makes the layers of one study."""

    def __init__(self, findings: Findings, lang: Language) -> None:
        record = findings.record
        self.lang = lang
        self._white_zone_km = format_given(record["settings"]["white_zone_km"], lang)
        self._made = label("gpkg_made", lang).format(
            date=format_date(record["created"], lang),
            version=record["ptce_geo"],
            year=record["vintages"]["territories"],
            sources=", ".join(record["vintages"]["attribution"]),
        )

    def layer(
        self,
        name: str,
        frame: pd.DataFrame,
        *,
        role: str | None = None,
        title: str | None = None,
        geometry: str = "",
        key: str = "",
        own: Mapping[str, Column] | None = None,
    ) -> Layer:
        """Return the layer of a frame; `own` are the columns that the catalogue does not know."""
        role = role or name
        shapes = frame.geometry if geometry else None
        plain = pd.DataFrame(frame if shapes is None else frame.drop(columns=shapes.name))
        if plain.index.name is not None:
            plain = plain.reset_index()
        columns, rows = self._rows(plain, own or {})
        if shapes is not None:
            drawn = _as_multi(shapes) if geometry == "MultiPolygon" else shapes.to_numpy()
            rows = gpd.GeoDataFrame({**rows, GEOMETRY: drawn}, geometry=GEOMETRY, crs=schema.WGS84)
        about = label(f"gpkg_about_{role}", self.lang).format(km=self._white_zone_km)
        known = key in rows and rows[key].notna().all() and rows[key].is_unique
        return Layer(
            name=name,
            title=title or label(_TITLES.get(role, f"sheet_{role}"), self.lang),
            description=f"{about} {self._made}",
            frame=rows,
            columns=columns,
            geometry=geometry,
            key=key if known else "",
        )

    def _rows(
        self, frame: pd.DataFrame, own: Mapping[str, Column]
    ) -> tuple[tuple[Column, ...], pd.DataFrame]:
        """Return the columns of a frame, by position: two of a list may share a heading."""
        fields = [
            field
            for position, heading in enumerate(frame.columns)
            for field in _fields(
                frame.iloc[:, position],
                own.get(heading) or column_of(str(heading), self.lang),
                self.lang,
            )
        ]
        names = plain_names([column.name for column, _ in fields], taken=_TAKEN)
        columns = [
            replace(column, name=name) for name, (column, _) in zip(names, fields, strict=True)
        ]
        values = {name: series for name, (_, series) in zip(names, fields, strict=True)}
        return tuple(columns), pd.DataFrame(values, index=frame.index)


def plain_names(names: Sequence[str], *, taken: frozenset[str] | set[str]) -> list[str]:
    """Return names that any database takes unquoted or quoted, each once whatever its case.

    Parameters
    ----------
    names : sequence of str
        Names of `schema`, which stay as they are, and headings of lists.
    taken : set of str
        Names that may not be given, in lower case.

    Examples
    --------
    >>> plain_names(["code", "Zone d'emploi", "ZONE d emploi", "fid", "%"], taken={"fid"})
    ['code', 'Zone_d_emploi', 'ZONE_d_emploi_2', 'fid_2', 'column']
    """
    used, given = set(taken), []
    for name in names:
        stem = re.sub(r"\W+", "_", name).strip("_") or "column"
        stem = stem.encode()[:_LONGEST].decode(errors="ignore")
        free, number = stem, 2
        while free.casefold() in used:
            free, number = f"{stem}_{number}", number + 1
        used.add(free.casefold())
        given.append(free)
    return given


def _fields(series: pd.Series, column: Column, lang: Language) -> list[tuple[Column, pd.Series]]:
    """Return a column as databases hold it: one type, and beside it why numbers are missing."""
    if pd.api.types.is_bool_dtype(series.dtype) or pd.api.types.is_numeric_dtype(series.dtype):
        return [(column, series)]
    text = series.astype("str")
    secret = text.eq(schema.SECRET)
    numbers = None
    if column.kind in ("integer", "number", "share"):
        # A list may have text under such a heading.
        with suppress(ValueError, TypeError):
            numbers = pd.to_numeric(series.mask(secret)).astype("float64")
    if numbers is None:
        return [(column, text.str.replace("\0", "", regex=False))]
    if not secret.any():
        return [(column, numbers)]
    note = Column(
        f"{column.name}_note",
        label("gpkg_note", lang).format(title=column.title),
        label("gpkg_note_about", lang),
        unit="",
        kind="text",
        decimals=0,
    )
    said = pd.Series(label(schema.SECRET, lang), series.index, dtype="str").where(secret)
    return [(column, numbers), (note, said)]


def _poles(findings: Findings) -> gpd.GeoDataFrame:
    """Return poles with their figures; those of no list, which members name, follow."""
    poles, figures = findings.poles, findings.tables["poles"]
    composition = findings.tables.get("composition")
    if composition is not None:
        figures = figures.join(
            composition[composition.columns.difference(figures.columns, sort=False)]
        )
    unlisted = figures[~figures.index.isin(poles[schema.POLE_ID])]
    if len(unlisted):
        named = gpd.GeoDataFrame(
            unlisted[[schema.POLE_NAME]].reset_index(),
            geometry=gpd.GeoSeries([None] * len(unlisted), crs=poles.crs),
        )
        poles = pd.concat([poles, named], ignore_index=True)
    # By identifier; a pole that is listed twice has its figures twice.
    beside = figures.drop(columns=schema.POLE_NAME).reindex(poles[schema.POLE_ID])
    return pd.concat([poles, beside.set_axis(poles.index)], axis=1)


def _footprints(findings: Findings) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the areas of all footprints, and the lines of those that are lines."""
    footprints = findings.tables["footprints"].copy()
    names = findings.tables["poles"][schema.POLE_NAME].reindex(footprints.index)
    footprints.insert(0, schema.POLE_NAME, names)
    lines = footprints[footprints.geom_type == "LineString"]
    areas = footprints.geom_type.isin(["Polygon", "MultiPolygon"])
    return (
        footprints.set_geometry(footprints.geometry.where(areas)),
        lines[[schema.POLE_NAME, lines.geometry.name]],
    )


def _territories(
    level: str, findings: Findings, lang: Language
) -> tuple[gpd.GeoDataFrame, dict[str, Column]]:
    """Return the territories of a level with figures and contours, and its columns of its own."""
    table = findings.tables[level]
    contours = read_territories(
        level,
        year=findings.record["vintages"]["territories"],
        departements=findings.record["study_area"],
    )
    shares, columns = shares_within(findings.tables.get("coverage"), level, lang)
    beside = [schema.AREA_KM2, *(schema.code_column(parent) for parent in _LEVELS)]
    beside = [name for name in beside if name in contours and name not in table]
    figures = table.join(shares).join(contours[beside])
    shapes = contours.geometry.reindex(table.index)
    return gpd.GeoDataFrame(figures, geometry=shapes, crs=contours.crs), columns


def _as_multi(shapes: gpd.GeoSeries) -> np.ndarray:
    """Return polygons as multipolygons: a layer holds one kind of geometry."""
    values = shapes.to_numpy().copy()
    single = shapely.get_type_id(values) == shapely.GeometryType.POLYGON
    values[single] = shapely.multipolygons(values[single], indices=np.arange(single.sum()))
    return values


def described(column: Column, lang: Language) -> str:
    """Return what a column says, with its unit."""
    unit = label("gpkg_unit", lang).format(unit=column.unit) if column.unit else ""
    return f"{column.description} {unit}".strip()
