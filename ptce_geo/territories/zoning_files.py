"""A file → a zoning: which zone each commune is in, or the zones' own polygons."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.errors import InputError
from ptce_geo.files import Table, read_table
from ptce_geo.files.archives import unpacked
from ptce_geo.files.cells import (
    Outcome,
    cell_text,
    parse_number,
    read_cell,
    squeeze,
)
from ptce_geo.files.layers import read_polygons
from ptce_geo.files.problems import DOUBTFUL, LOST, MISSING, REPAIRED, Details, Problem
from ptce_geo.files.tables import damage_said, first_bytes
from ptce_geo.territories.crosswalk import (
    codes_inside_communes,
    read_codes,
    require_year,
)
from ptce_geo.territories.vintage_fit import detect_vintage
from ptce_geo.territories.zoning_headings import (
    Wanted,
    code_place,
    heading_counter,
    key_of,
    names_apart,
    read_any_commune_code,
    zone_places,
)
from ptce_geo.territories.zonings import Zoning, zoning_level

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

_POPULATION: Final = ("population", "pop", "pmun", "populationmunicipale")


def read_zoning(
    path: str | os.PathLike[str],
    *,
    name: str,
    code_column: str | None = None,
    zone_column: str | None = None,
    label_column: str | None = None,
    year: int | None = None,
    sheet: str | None = None,
) -> Zoning:
    r"""Read a zoning: a table of communes and their zones, or polygons.

    INSEE's tables are read as they are: titles above the headings, the names of the zones beside
    them (LIBZE2020) or on the sheet "Zones_supra_communales". Codes stay text, as the table
    writes them; "000" or "Commune hors attraction des villes" is a zone like another.

    Parameters
    ----------
    path : path
        CSV or XLSX (or a zip with one of them); a layer of polygons (GeoPackage, GeoJSON,
        shapefile, GeoParquet) for zones that cut communes.
    name : str
        Name of the zoning ("ZE2020"): it finds the column, and names those that
        `attach_zoning` adds.
    code_column : str, optional
        Heading of the communes' INSEE codes; recognised by itself (CODGEO, COM, Code INSEE ...,
        else by its content). Given for a layer of polygons, the layer is read as a table of
        communes.
    zone_column : str, optional
        Heading of the zones' codes; by default the one called like `name` (case, accents, year
        and "code" apart), else the only one it can be.
    label_column : str, optional
        Heading of the zones' names; by default LIB, LIBELLE or NOM and the zone's heading. A
        zoning without names goes by its codes.
    year : int, optional
        Vintage of the table's commune codes; by default the latest that fits most of them. It
        plays no part for polygons.
    sheet : str, optional
        Sheet of a workbook, layer of a GeoPackage.

    Returns
    -------
    Zoning
        `zoning_problems` says what was repaired, lost or doubtful.

    Raises
    ------
    UnreadableFileError
        The file is missing, empty, damaged, or not a table.
    MissingColumnError
        A column is not found, or could be several; the message lists the headings.
    InputError
        A commune stands in several zones, `sheet` is not there, no code is that of a commune,
        `zone_column` is that of the communes' codes, or `name` is no text or that of a level of
        the embedded France.
    CrsError
        A layer of polygons has no CRS.
    UnknownTerritoryError
        For a year out of range.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "zones.csv"
    >>> _ = path.write_text("CODGEO;ZE2020;LIBZE2020\n1001;8405;Bourg-en-Bresse\n")
    >>> zoning = read_zoning(path, name="ZE2020")
    >>> zoning.table.loc["01001"].tolist(), zoning.year
    (['8405', 'Bourg-en-Bresse'], 2026)
    """
    zoning_level(name)
    wanted = Wanted(name, code_column, zone_column, label_column)
    with unpacked(Path(path)) as file:
        polygons = None
        if code_column is None:
            head = first_bytes(file)
            with damage_said(file):
                polygons = read_polygons(file, head, layer=sheet)
        if polygons is not None:
            return _zoning_of_polygons(polygons, wanted, what=file.name)
        table = read_table(file, sheet=sheet, count_headings=heading_counter(wanted))
        code = code_place(table, wanted)
        zone, label = zone_places(table.headings, wanted, code=code, what=table.what)
        apart = names_apart(file, table.headings[zone]) if label is None else {}
    problems = [*table.problems]
    cells = list(zip(*table.rows, strict=True))
    zones = [read_cell(cell, _read_zone_code).value for cell in cells[zone]]
    rows = pd.DataFrame(
        {
            schema.CODE_COMMUNE: _commune_codes(table, code, zone, problems),
            schema.CODE: zones,
            schema.NAME: [apart.get(str(code)) for code in zones]
            if label is None
            else [read_cell(cell, Outcome, formulas=table.formulas).value for cell in cells[label]],
        },
        index=pd.Index(table.lines),
        dtype="str",
    )
    communes = _one_row_a_commune(rows, problems, heading=table.headings[zone], what=table.what)
    year = _vintage(communes.index, year, problems, heading=table.headings[code], what=table.what)
    used = [table.headings[at] for at in (code, zone, label) if at is not None]
    return Zoning(
        name=name,
        year=year,
        table=communes,
        polygons=None,
        source=f"{table.what}: {', '.join(used)}",
        problems=tuple(problems),
    )


def _commune_codes(table: Table, code: int, zone: int, problems: list[Problem]) -> pd.Series:
    """Return the commune code of each row, by line; what is no code is said line by line.

    A municipal arrondissement stands for its commune.
    """
    heading = table.headings[code]
    outcomes = {
        cell: read_cell(cell, read_any_commune_code) for cell in {row[code] for row in table.rows}
    }
    repaired = 0
    for row, line in zip(table.rows, table.lines, strict=True):
        value, kind, word, details = outcomes[row[code]]
        if kind == REPAIRED:
            repaired += 1
        elif word:
            problems.append(Problem(line, heading, squeeze(row[code]), LOST, word, details))
        elif value is None:
            problems.append(Problem(line, heading, squeeze(row[zone]), LOST, "no_commune_code"))
    if repaired:
        counted = {"codes": repaired}
        problems.append(Problem(None, heading, None, REPAIRED, "commune_codes_repaired", counted))
    codes = pd.Series([outcomes[row[code]].value for row in table.rows], table.lines, dtype="str")
    communes = codes.map(codes_inside_communes()[schema.CODE_COMMUNE])
    if inside := int(communes.notna().sum()):
        counted = {"codes": inside}
        problems.append(Problem(None, heading, None, REPAIRED, "codes_inside_communes", counted))
    return communes.fillna(codes)


def _vintage(
    codes: pd.Index, year: int | None, problems: list[Problem], *, heading: str, what: str
) -> int:
    """Return the year of commune codes: the one declared, else the latest that fits most of them.

    Codes that were no commune's in that year are said.
    """
    found = detect_vintage(codes).year if year is None else year
    if found is None:
        msg = f"{what}: no code of {heading!r} ever was a commune's; say which it is, code_column="
        raise InputError(msg)
    require_year(found)
    strangers = codes[(read_codes(codes, year=found) != found).to_numpy()]
    if len(strangers):
        said = ", ".join(strangers[:5])
        counted: Details = {"codes": len(strangers), "year": str(found)}
        problems.append(
            Problem(None, heading, said, DOUBTFUL, "commune_codes_of_other_years", counted)
        )
    return found


def _read_zone_code(text: str) -> Outcome:
    """Read a zone's code as it stands, but for the ".0" that pandas writes behind a number."""
    return Outcome(re.sub(r"^([0-9]+)\.0$", r"\1", text))


def _one_row_a_commune(
    rows: pd.DataFrame, problems: list[Problem], *, heading: str, what: str
) -> pd.DataFrame:
    """Return zone and name by commune; raise `InputError` where a commune is in several zones."""
    rows = rows.dropna(subset=schema.CODE_COMMUNE)
    zones = rows.dropna(subset=schema.CODE).drop_duplicates([schema.CODE_COMMUNE, schema.CODE])
    several = zones[zones[schema.CODE_COMMUNE].duplicated(keep=False)]
    if len(several):
        by_commune = several.groupby(schema.CODE_COMMUNE)[schema.CODE]
        found = [f"{commune} ({', '.join(codes)})" for commune, codes in by_commune]
        msg = (
            f"{what}: {len(found)} communes stand in several zones: {listing(found)}; "
            "keep one zone a commune, or read the zones' polygons"
        )
        raise InputError(msg)
    # Of two rows of a commune, one without zone says less.
    kept = rows.sort_values(schema.CODE, kind="stable").drop_duplicates(schema.CODE_COMMUNE)
    if again := len(rows) - len(kept):
        problems.append(Problem(None, None, None, REPAIRED, "commune_again", {"rows": again}))
    if without := int(kept[schema.CODE].isna().sum()):
        counted = {"rows": without}
        problems.append(Problem(None, heading, None, MISSING, "communes_without_zone", counted))
    kept = kept.sort_index().set_index(schema.CODE_COMMUNE)
    kept[schema.NAME] = kept[schema.CODE].map(_zone_names(kept, problems))
    return kept


def _zone_names(rows: pd.DataFrame, problems: list[Problem]) -> pd.Series:
    """Return the name of each zone: the one most rows give it, its code where none does."""
    counts = rows.groupby([schema.CODE, schema.NAME]).size().rename("rows").reset_index()
    counts = counts.sort_values(["rows", schema.NAME], ascending=[False, True])
    names = counts.drop_duplicates(schema.CODE).set_index(schema.CODE)[schema.NAME]
    for code in counts.loc[counts[schema.CODE].duplicated(), schema.CODE].drop_duplicates():
        details = {"name": names[code]}
        problems.append(Problem(None, None, code, DOUBTFUL, "several_zone_names", details))
    codes = pd.Index(rows[schema.CODE].dropna().unique())
    return names.reindex(codes).fillna(pd.Series(codes, index=codes)).astype("str")


# --- polygons --------------------------------------------------------------------------------


def _zoning_of_polygons(layer: gpd.GeoDataFrame, wanted: Wanted, *, what: str) -> Zoning:
    """Return the zoning of a layer's polygons, one row a zone."""
    headings = [str(column) for column in layer.columns if column != layer.geometry.name]
    zone, label = zone_places(headings, wanted, what=what)
    population = next((h for h in headings if key_of(h) in _POPULATION), None)
    problems: list[Problem] = []
    rows = gpd.GeoDataFrame(
        {
            schema.CODE: _texts(layer[headings[zone]], _read_zone_code),
            schema.NAME: _texts(layer[headings[zone if label is None else label]], Outcome),
            schema.POPULATION: _numbers(layer[population]) if population else np.nan,
        },
        geometry=_polygonal(layer.geometry, problems).to_numpy(),
        index=pd.RangeIndex(1, len(layer) + 1),
        crs=schema.WGS84,
    )
    for line in rows.index[rows[schema.CODE].isna() & rows.geometry.notna()]:
        problems.append(Problem(int(line), headings[zone], None, LOST, "polygon_without_code"))
    rows = rows[rows[schema.CODE].notna() & rows.geometry.notna()]
    if rows.empty:
        msg = f"{what}: no polygon with a code in {headings[zone]!r}; see zone_column="
        raise InputError(msg)
    rows[schema.NAME] = rows[schema.CODE].map(_zone_names(rows, problems))
    used = [headings[at] for at in (zone, label) if at is not None]
    return Zoning(
        name=wanted.name,
        year=None,
        table=pd.DataFrame(
            {schema.CODE: [], schema.NAME: []},
            index=pd.Index([], name=schema.CODE_COMMUNE, dtype="str"),
            dtype="str",
        ),
        polygons=_one_polygon_a_zone(rows, problems),
        source=f"{what}: {', '.join(used)}",
        problems=tuple(problems),
    )


def _texts(values: pd.Series, reader: Callable[[str], Outcome]) -> pd.Series:
    texts = [read_cell(cell_text(value), reader).value for value in values]
    return pd.Series(texts, index=range(1, len(values) + 1), dtype="str")


def _numbers(values: pd.Series) -> pd.Series:
    numbers = [parse_number(cell_text(value)) for value in values]
    return pd.Series(numbers, index=range(1, len(values) + 1), dtype="float64")


def _polygonal(shapes: gpd.GeoSeries, problems: list[Problem]) -> gpd.GeoSeries:
    """Return valid two-dimensional polygons; what is none is missing, and said."""
    shapes = shapes.reset_index(drop=True).force_2d()
    polygons = shapes.geom_type.isin(["Polygon", "MultiPolygon"])
    odd = polygons & ~shapes.is_valid
    if odd.any():
        details = {"shapes": int(odd.sum())}
        problems.append(Problem(None, None, None, REPAIRED, "polygons_mended", details))
        shapes[odd] = shapes[odd].make_valid(method="structure", keep_collapsed=False)
    polygons &= ~shapes.is_empty
    for line in shapes.index[~polygons] + 1:
        problems.append(Problem(int(line), None, None, LOST, "not_a_polygon"))
    return shapes.where(polygons)


def _one_polygon_a_zone(rows: gpd.GeoDataFrame, problems: list[Problem]) -> gpd.GeoDataFrame:
    """Join the polygons that share a code; their population is known where all give the same."""
    parts = rows.groupby(schema.CODE)
    if again := len(rows) - parts.ngroups:
        details = {"shapes": again}
        problems.append(Problem(None, None, None, REPAIRED, "polygons_joined", details))
    frame = parts[[schema.NAME, schema.POPULATION]].first()
    spread = parts[schema.POPULATION].max() - parts[schema.POPULATION].min()
    frame[schema.POPULATION] = frame[schema.POPULATION].where(spread == 0)
    shapes = parts["geometry"].agg(lambda shapes: shapely.union_all(shapes.to_numpy()))
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs=schema.WGS84))
