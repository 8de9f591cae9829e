"""Read the data package of a study back: every table as it was when it was written."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.errors import UnreadableFileError
from ptce_geo.reports.findings import Findings
from ptce_geo.reports.package_fields import INDICATORS, PACKAGE_FILE, THEME

if TYPE_CHECKING:
    from collections.abc import Mapping

_RECORD: Final = "study.json"
_LISTS: Final = ("members", "poles")
# How pyarrow reads a type of Table Schema; numbers that may be secret are read as text.
_ARROW: Final = {"boolean": "bool_", "integer": "int64", "number": "float64", "string": "string"}


def read_package(folder: str | Path) -> Findings:
    """Read what `ptce_geo.reports.package.write_package` wrote.

    Parameters
    ----------
    folder : str or Path
        The folder of ``datapackage.json``, ``study.json`` beside it.

    Returns
    -------
    Findings
        Members, poles, tables and record as they were written: same rows, columns, types, index
        and shapes, to the last digit. The ``attrs`` of the frames do not come back; the record has
        their counts.

    Raises
    ------
    UnreadableFileError
        When a file is missing, is of another program, or was changed since.
    """
    folder = Path(folder)
    record = _json(folder.parent / _RECORD)
    package = _json(folder / PACKAGE_FILE)
    frames: dict[str, pd.DataFrame] = {}
    tables: dict[str, pd.DataFrame] = {}
    try:
        for resource in package["resources"]:
            name, own = resource["name"], resource["ptce_geo"]
            frame = _frame(folder, resource)
            if name == INDICATORS:
                tables |= _themes(frame, own.get("themes", {}))
            elif name in _LISTS:
                frames[name] = frame
            else:
                tables[own["table"]] = frame
        return Findings(frames["members"], frames["poles"], tables, record)
    except (KeyError, TypeError, AttributeError) as error:
        raise UnreadableFileError(_foreign(folder / PACKAGE_FILE)) from error


def _json(path: Path) -> dict[str, Any]:
    """Return a document that ptce_geo wrote."""
    content = _content(path)
    try:
        told = json.loads(content)
    except ValueError as error:
        raise UnreadableFileError(_foreign(path)) from error
    if not isinstance(told, dict) or "ptce_geo" not in told:
        raise UnreadableFileError(_foreign(path))
    return told


def _foreign(path: Path) -> str:
    return f"{path} is none that ptce_geo wrote; name the folder data/ of a study"


def _content(path: Path, told: str | None = None) -> bytes:
    """Return what a file holds; `told` is the hash it had."""
    try:
        content = path.read_bytes()
    except OSError as error:
        why = error.strerror or error
        msg = f"cannot read {path}: {why}; name the folder data/ of a study"
        raise UnreadableFileError(msg) from error
    if told is not None and told != f"sha256:{hashlib.sha256(content).hexdigest()}":
        msg = f"{path} was changed since the study wrote it; run the study again"
        raise UnreadableFileError(msg)
    return content


def _frame(folder: Path, resource: Mapping[str, Any]) -> pd.DataFrame:
    """Return one table."""
    own, fields = resource["ptce_geo"], resource["schema"]["fields"]
    frame = _cells(_content(folder / Path(resource["path"]).name, resource["hash"]), fields)
    if own["index"] is not None:
        frame = frame.set_index(own["index"])
    if "geometry" not in own:
        return frame
    import geopandas as gpd

    shapes, column = own["geometry"], own["geometry"]["column"]
    content = _content(folder / Path(shapes["path"]).name, shapes["hash"])
    geometry = gpd.read_parquet(BytesIO(content), columns=[column]).geometry
    frame.insert(shapes["position"], column, geometry.array)
    return gpd.GeoDataFrame(frame, geometry=column, crs=geometry.crs)


def _cells(content: bytes, fields: list[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the columns of a CSV file, each with the type that it had."""
    import pyarrow as pa
    import pyarrow.csv

    names = [field["name"] for field in fields]
    types = {
        field["name"]: getattr(
            pa, "string" if field["dtype"] == "object" else _ARROW[field["type"]]
        )()
        for field in fields
    }
    table = pyarrow.csv.read_csv(
        pa.BufferReader(content),
        pyarrow.csv.ReadOptions(column_names=names, skip_rows_after_names=1),
        pyarrow.csv.ParseOptions(newlines_in_values=True),
        # A text that is empty stands between quotes, one that is missing does not.
        pyarrow.csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    # Whole numbers that may be missing do not go through decimal ones, which would round them.
    frame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    for field in fields:
        name, column = field["name"], frame[field["name"]].astype(field["dtype"])
        if field["type"] == "number" and field["dtype"] == "object":
            column = column.map(_number, na_action="ignore").astype(object)
        frame[name] = column
    return frame


def _number(text: str) -> object:
    """Return the number that a text stands for, or the word "secret"."""
    if text == schema.SECRET:
        return text
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _themes(
    indicators: pd.DataFrame, themes: Mapping[str, Mapping[str, str]]
) -> dict[str, pd.DataFrame]:
    """Return the tables that the indicators are made of."""
    return {
        name: indicators.loc[indicators[THEME] == name, [*dtypes]]
        .reset_index(drop=True)
        .astype(dict(dtypes))
        for name, dtypes in themes.items()
    }
