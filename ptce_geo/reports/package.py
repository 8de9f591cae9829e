"""Write what a study found as a Frictionless Data Package: open tables, each column described.

The folder can be published on data.gouv.fr as it is. A table is a CSV file (UTF-8, commas, every
text in quotes, numbers to their last digit); those with shapes are a GeoParquet file too.
``datapackage.json`` says what they hold, in the language of the study (``title``,
``description``) and in the other one (``title_en``, ``description_en``): the specification has no
other way yet to hold both that its own library accepts.

A cell that begins with ``=``, ``+``, ``-`` or ``@`` stays as it is: this is data for programs, and
quotes would not keep Excel from computing it. The workbook is the file for Excel.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import are_in
from ptce_geo.errors import InputError, OutputError
from ptce_geo.indicators.concentration_table import LEVELS_MEASURED
from ptce_geo.indicators.specialisation import FEW_EXPECTED, SMALL_NUMBER, UNDEFINED
from ptce_geo.labels import check_language, format_given, label
from ptce_geo.reports.package_fields import (
    COUNTS,
    INDICATORS,
    PACKAGE_FILE,
    THEME,
    THEMES,
    Cells,
    cells_of,
    field_of,
    languages,
)
from ptce_geo.reports.package_read import read_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ptce_geo.labels import Language
    from ptce_geo.reports.findings import Findings

__all__ = ["LICENCES", "check_licence", "read_package", "write_package"]

# What the table "poles" of a study is called here, where "poles" is the list, with the seats.
POLE_SUMMARY: Final = "pole_summary"


class Licence(NamedTuple):
    """A licence: its identifier (Open Definition, SPDX), name and address."""

    name: str
    title: str
    path: str


# By the short names that data.gouv.fr knows them under.
LICENCES: Final[dict[str, Licence]] = {
    "lov2": Licence(
        "etalab-2.0",
        "Licence Ouverte 2.0",
        "https://www.etalab.gouv.fr/wp-content/uploads/2017/04/ETALAB-Licence-Ouverte-v2.0.pdf",
    ),
    "odbl-1.0": Licence(
        "ODbL-1.0",
        "Open Data Commons Open Database License 1.0",
        "https://opendatacommons.org/licenses/odbl/1-0/",
    ),
    "cc-by-4.0": Licence(
        "CC-BY-4.0",
        "Creative Commons Attribution 4.0",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    "cc0-1.0": Licence("CC0-1.0", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
}

_TABLES: Final = (
    *("composition", "economic_weight", "footprints"),
    *("white_zones", "coverage_by_presence", "coverage_by_reach", "problems"),
)
_TAKEN: Final = ("members", "poles", POLE_SUMMARY, INDICATORS, *THEMES, *_TABLES)
_FIGURES: Final = (
    THEME,
    *(schema.TERRITORY, schema.LEVEL, schema.GROUP, schema.INDICATOR, schema.THRESHOLD_KM),
    *(schema.VALUE, schema.LOW, schema.HIGH, schema.CHANCE_LOW, schema.CHANCE_HIGH),
    *(schema.N, schema.FLAG, schema.METHOD),
)
COUNTED: Final = {
    schema.MEMBERS: "members in the territory",
    schema.MEMBERS_PER_100K: "members for 100,000 inhabitants",
}


def check_licence(licence: str | None) -> None:
    """Raise `InputError` for a licence that is not one of `LICENCES`.

    Examples
    --------
    >>> check_licence("lov2")
    """
    if licence is not None and licence not in LICENCES:
        msg = f"unknown licence {licence!r}; known: {', '.join(LICENCES)}"
        raise InputError(msg)


def package_files(levels: Iterable[str]) -> list[str]:
    """Return the files that a data package may hold, with a table for each of these `levels`.

    Examples
    --------
    >>> package_files(["epci"])[:3]
    ['datapackage.json', 'members.csv', 'members.parquet']
    """
    tables = [*(name for name in _TAKEN if name not in THEMES), *map(_resource_name, levels)]
    return [PACKAGE_FILE, *(f"{name}.{kind}" for name in tables for kind in ("csv", "parquet"))]


def write_package(folder: Path, findings: Findings, *, lang: Language | None = None) -> list[Path]:
    """Write the data package of a study.

    Parameters
    ----------
    folder : Path
        Made if need be.
    findings : Findings
        What was found. Rows of a table without named index are numbered anew. A NUL character,
        which no CSV reader takes, is left out of a text.
    lang : {"fr", "en"}, optional
        Language of titles and descriptions; by default that of the study.

    Returns
    -------
    list of Path
        The files: ``datapackage.json``, one CSV a table, ``indicators.csv`` with every figure of
        territories (one a row), and a GeoParquet file for members, poles, footprints and white
        zones.

    Raises
    ------
    InputError
        For an unknown language or licence.
    OutputError
        When a file cannot be written.
    """
    lang = findings.lang if lang is None else check_language(lang)
    check_licence(findings.record["settings"].get("licence"))
    parts = list(_parts(findings))
    files: dict[str, bytes] = {}
    resources = [_resource(part, parts, findings.record, lang, files) for part in parts]
    package = {**_about(findings.record, lang), "resources": resources}
    text = json.dumps(package, ensure_ascii=False, indent=2, allow_nan=False)
    files[PACKAGE_FILE] = f"{text}\n".encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        msg = f"cannot write the data package to {folder}: {error.strerror or error}"
        raise OutputError(msg) from error
    return [folder / name for name in files]


@dataclass(frozen=True, eq=False)
class _Part:
    """One table of the package.

    Attributes
    ----------
    name : str
        Of the resource and its files.
    table : str
        What the table is called among those of the study; "members" and "poles" are the lists.
    frame : DataFrame
        The table, a named index as its first column.
    cells : dict of str to Cells
        What its CSV file holds, by column.
    index : str or None
        The column that is its index.
    key : str or None
        The column that tells its rows apart.
    themes : mapping
        Of the indicators: the columns of each table in it, with their types.
    """

    name: str
    table: str
    frame: pd.DataFrame
    cells: dict[str, Cells]
    index: str | None
    key: str | None
    themes: Mapping[str, Mapping[str, str]]

    @property
    def words(self) -> str:
        """What the catalogue of columns calls the table."""
        return "poles" if self.name == POLE_SUMMARY else self.name

    @property
    def geometry(self) -> str | None:
        """The column of shapes."""
        return getattr(self.frame, "active_geometry_name", None)


def _parts(findings: Findings) -> Iterator[_Part]:
    """Yield the tables, in the order in which a reader wants them."""
    tables = findings.tables
    levels = [name for name in tables if name not in ("poles", *THEMES, *_TABLES)]
    yield _part("members", "members", findings.members, key=schema.MEMBER_ID)
    yield _part("poles", "poles", findings.poles, key=schema.POLE_ID)
    yield _part(POLE_SUMMARY, "poles", tables["poles"])
    for name in (*_TABLES[:3], *levels, *_TABLES[3:-1]):
        if name in tables:
            yield _part(_resource_name(name) if name in levels else name, name, tables[name])
    themes = {
        name: {str(column): str(dtype) for column, dtype in tables[name].dtypes.items()}
        for name in THEMES
        if name in tables
    }
    counts = [
        _counts(tables[level], level, indicator, method)
        for level in levels
        for indicator, method in COUNTED.items()
        if indicator in tables[level]
    ]
    # The quotients of the embedded levels stand in the table of concentration.
    elsewhere = set(tables["concentration"][schema.LEVEL]) if "concentration" in tables else set()
    counts += [
        _quotients(tables[level], level)
        for level in levels
        if level not in elsewhere and schema.LOCATION_QUOTIENT in tables[level]
    ]
    figures = [tables[name].assign(**{THEME: name}) for name in themes]
    if counts or figures:
        indicators = pd.concat([*counts, *figures], ignore_index=True)
        others = [column for column in indicators if column not in _FIGURES]
        indicators = indicators.reindex(columns=[*_FIGURES, *others])
        yield _part(INDICATORS, INDICATORS, indicators, themes=themes)
    if "problems" in tables:
        yield _part("problems", "problems", tables["problems"])


def _resource_name(level: str) -> str:
    """Return what the table of a level is called; a zoning may be named as the user likes."""
    return f"zoning_{level}" if level in _TAKEN else level


def _counts(table: pd.DataFrame, level: str, indicator: str, method: str) -> pd.DataFrame:
    """Return a figure that stands by columns in the table of a level, one territory a row."""
    values = table[indicator].astype("float64")
    figures = pd.DataFrame(
        {
            schema.TERRITORY: table.index.astype("str"),
            schema.VALUE: values.to_numpy(),
            schema.N: table[schema.MEMBERS].to_numpy(),
            schema.FLAG: values.isna().map({True: UNDEFINED, False: ""}).astype("str").to_numpy(),
        }
    )
    same = {schema.LEVEL: level, schema.GROUP: "", schema.INDICATOR: indicator}
    return figures.assign(**{THEME: COUNTS, **same, schema.METHOD: method})


def _quotients(table: pd.DataFrame, level: str) -> pd.DataFrame:
    """Return the location quotients of a zoning as `concentration_table` does those of a level."""
    told = table[table[schema.MEMBERS] > 0]
    indicator, method = schema.LOCATION_QUOTIENT, "Garwood 95%"
    values = told[indicator].astype("float64")
    # As many members as there would be at a quotient of 1; the rounding is that of a division.
    few = (told[schema.MEMBERS] / values).round(9) < FEW_EXPECTED
    flags = values.isna().map({True: UNDEFINED, False: ""}).mask(few, SMALL_NUMBER)
    bounds = {
        schema.LOW: schema.LOCATION_QUOTIENT_LOW,
        schema.HIGH: schema.LOCATION_QUOTIENT_HIGH,
    }
    return _counts(told, level, indicator, method).assign(
        **{name: told[column].to_numpy(dtype="float64") for name, column in bounds.items()},
        **{schema.FLAG: flags.astype("str").to_numpy()},
    )


def _part(
    name: str,
    table: str,
    frame: pd.DataFrame,
    *,
    key: str | None = None,
    themes: Mapping[str, Mapping[str, str]] | None = None,
) -> _Part:
    index = None if frame.index.name is None else str(frame.index.name)
    frame = frame.reset_index() if index else frame.reset_index(drop=True)
    frame.columns = frame.columns.astype("str")
    shapes = getattr(frame, "active_geometry_name", None)
    key = key or index
    if key not in frame or frame[key].isna().any() or not frame[key].is_unique:
        key = None
    cells = {column: cells_of(frame[column]) for column in frame.columns if column != shapes}
    return _Part(name, table, frame, cells, index, key, themes or {})


def _resource(
    part: _Part,
    parts: Sequence[_Part],
    record: Mapping[str, Any],
    lang: Language,
    files: dict[str, bytes],
) -> dict[str, Any]:
    """Return what describes a table; its files are added to `files`."""
    path = f"{part.name}.csv"
    files[path] = content = _csv(part.cells)
    own: dict[str, Any] = {"table": part.table, "index": part.index}
    if part.themes:
        own["themes"] = part.themes
    if part.geometry is not None:
        shapes = f"{part.name}.parquet"
        files[shapes] = _parquet(part)
        own["geometry"] = {
            "path": shapes,
            "hash": _hash(files[shapes]),
            "column": part.geometry,
            "position": part.frame.columns.get_loc(part.geometry) - (part.index is not None),
        }
    return {
        "profile": "tabular-data-resource",
        "name": part.name,
        "path": path,
        **_titles(part, record, lang),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "doubleQuote": True},
        "bytes": len(content),
        "hash": _hash(content),
        "schema": _schema(part, parts, lang),
        "ptce_geo": own,
    }


def _schema(part: _Part, parts: Sequence[_Part], lang: Language) -> dict[str, Any]:
    fields = [
        field_of(name, cells, table=part.words, lang=lang, is_key=name == part.key)
        for name, cells in part.cells.items()
    ]
    secret = any(cells.has_secret for cells in part.cells.values())
    missing = ["", schema.SECRET] if secret else [""]
    told: dict[str, Any] = {"fields": fields, "missingValues": missing}
    if part.key is not None:
        told["primaryKey"] = [part.key]
    if links := [link for name in part.cells for link in _links(part, name, parts)]:
        told["foreignKeys"] = links
    return told


def _links(part: _Part, name: str, parts: Sequence[_Part]) -> Iterator[dict[str, Any]]:
    """Yield the table that a column of codes points into, where all of its codes are there."""
    for other in parts:
        to_pole = name == schema.POLE_ID and other.name == POLE_SUMMARY
        to_level = name == schema.code_column(other.table) and other.key == schema.CODE
        if other is part or other.key is None or not (to_pole or to_level):
            continue
        codes = part.frame[name].dropna()
        codes = codes[codes != ""]
        if len(codes) and are_in(codes, pd.Index(other.frame[other.key])).all():
            reference = {"resource": other.name, "fields": [other.key]}
            yield {"fields": [name], "reference": reference}


def _titles(part: _Part, record: Mapping[str, Any], lang: Language) -> dict[str, str]:
    """Return title and description of a table, in both languages."""
    known = part.name if part.name in _TAKEN or part.name in LEVELS_MEASURED else "level"
    about = "level" if known in LEVELS_MEASURED else known
    told = {}
    for one, suffix in languages(lang):
        km = format_given(record["settings"]["white_zone_km"], one)
        told[f"title{suffix}"] = label(f"package_{known}", one).format(level=part.table)
        told[f"description{suffix}"] = label(f"package_about_{about}", one).format(km=km)
    return told


def _about(record: Mapping[str, Any], lang: Language) -> dict[str, Any]:
    """Return what describes the package as a whole."""
    settings = record["settings"]
    told: dict[str, Any] = {"profile": "tabular-data-package", "name": "ptce"}
    notes = ["package_about"]
    notes.append("package_secret" if record["publication"] else "package_not_published")
    if settings.get("licence") is None:
        notes.append("package_no_licence")
    for one, suffix in languages(lang):
        told[f"title{suffix}"] = settings.get("title") or label("package_title", one)
        told[f"description{suffix}"] = " ".join(label(note, one) for note in notes).format(
            year=record["vintages"]["territories"]
        )
    told |= {
        "languages": [one for one, _ in languages(lang)],
        "version": record["created"][:10],
        "created": record["created"],
        "keywords": label("package_keywords", lang).split(", "),
    }
    if settings.get("publisher"):
        told["contributors"] = [{"title": settings["publisher"], "role": "publisher"}]
    if settings.get("licence"):
        told["licenses"] = [LICENCES[settings["licence"]]._asdict()]
    lists = [Path(given["path"]).name for given in record["inputs"]]
    named = [settings["source"]] if settings.get("source") else []
    told["sources"] = [
        {"title": title} for title in (*named, *lists, *record["vintages"]["attribution"])
    ]
    told["ptce_geo"] = record["ptce_geo"]
    return told


def _csv(cells: Mapping[str, Cells]) -> bytes:
    """Return a table as CSV: text in quotes, so that an empty text is no missing one."""
    import pyarrow as pa
    import pyarrow.csv

    # pyarrow's own heading refuses names that hold a quote.
    quoted = ['"{}"'.format(name.replace('"', '""')) for name in cells]
    out = pa.BufferOutputStream()
    out.write(f"{','.join(quoted)}\n".encode())
    table = pa.table(
        {name: pa.array(cell.column, from_pandas=True) for name, cell in cells.items()}
    )
    options = pyarrow.csv.WriteOptions(include_header=False)
    pyarrow.csv.write_csv(table, out, options)
    return out.getvalue().to_pybytes()


def _parquet(part: _Part) -> bytes:
    """Return a table with its shapes as GeoParquet."""
    frame = part.frame.assign(**{name: cell.column for name, cell in part.cells.items()})
    frame.attrs = {}  # they would travel along, and tell what was met in the lists
    out = BytesIO()
    frame.to_parquet(out, index=False)
    return out.getvalue()


def _hash(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
