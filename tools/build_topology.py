"""Build the borders of the embedded France, for drawing: data/boundaries/2026/topology.parquet.

And which communes share one, for measuring: data/boundaries/2026/neighbours.parquet.

``python tools/build_boundaries.py`` does this too, at its end. Alone, from the root of a checkout,
it reads the territories that are there and mends the manifest:
``python tools/build_topology.py``. What comes out is checked by test_territories_topology.py.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
# The checkout's own package.
from ptce_geo.indicators.weights import contiguous  # noqa: E402
from ptce_geo.territories.topology_build import Arcs, arcs_of_shapes, ranked  # noqa: E402
from ptce_geo.territories.topology_fingerprints import shape_fingerprints  # noqa: E402

YEAR: Final = 2026
BOUNDARIES: Final = ROOT / "data" / "boundaries"
# About 11 m: the shapes are generalised to some hundred.
GRID: Final = 1e-4
# What dissolves from the communes; municipal arrondissements do not.
LEVELS: Final = ("commune", "epci", "arrondissement", "departement", "region")


def write_topology(levels: dict[str, gpd.GeoDataFrame]) -> dict[str, dict[str, object]]:
    """Write borders and neighbours of the communes, fingerprints of all; return manifest lines."""
    communes = levels["commune"]
    codes = tuple(communes.index)
    arcs = arcs_of_shapes(communes.geometry.to_numpy(), codes, grid=GRID, snapped=True)
    arcs = ranked(arcs, grid=GRID)
    known = pd.concat(
        pd.DataFrame(
            {
                "level": level,
                "code": levels[level].index,
                "fingerprint": shape_fingerprints(levels[level].geometry.to_numpy()),
            }
        )
        for level in LEVELS
    )
    return {
        "topology": _write(arc_table(arcs), "topology"),
        "fingerprints": _write(pa.Table.from_pandas(known, preserve_index=False), "fingerprints"),
        "neighbours": _write(neighbour_table(communes), "neighbours"),
    }


def arc_table(arcs: Arcs) -> pa.Table:
    """Return arcs as a table, one row each; `left` and `right` count the communes by code."""
    offsets = pa.array(arcs.starts.astype(np.int32))
    columns = {"left": pa.array(arcs.left), "right": pa.array(arcs.right)}
    for name in ("x", "y", "ranks"):
        columns[name] = pa.ListArray.from_arrays(offsets, pa.array(getattr(arcs, name)))
    return pa.table(columns).replace_schema_metadata({"grid": str(GRID)})


def neighbour_table(communes: gpd.GeoDataFrame) -> pa.Table:
    """Return which communes share a border, not a corner only: each pair once, by code.

    Of the shapes as they are: on the grid of the drawing the shortest borders vanish.
    """
    pairs = sparse.triu(contiguous(communes.geometry, rook=True)).tocsr().tocoo()
    columns = {"commune": pairs.row, "neighbour": pairs.col}
    return pa.table({name: pa.array(column.astype(np.int32)) for name, column in columns.items()})


def _write(table: pa.Table, name: str) -> dict[str, object]:
    path = BOUNDARIES / str(YEAR) / f"{name}.parquet"
    encodings = {
        "commune": "DELTA_BINARY_PACKED",
        "neighbour": "DELTA_BINARY_PACKED",
        "left": "DELTA_BINARY_PACKED",
        "right": "DELTA_BINARY_PACKED",
        "x.list.element": "BYTE_STREAM_SPLIT",
        "y.list.element": "BYTE_STREAM_SPLIT",
    }
    plain = name == "fingerprints"
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=["level"] if plain else False,
        column_encoding=None if plain else _of_columns(encodings, table),
    )
    return manifest_line(path, table.num_rows)


def _of_columns(encodings: dict[str, str], table: pa.Table) -> dict[str, str]:
    return {key: way for key, way in encodings.items() if key.split(".")[0] in table.column_names}


def manifest_line(path: Path, rows: int) -> dict[str, object]:
    """Return what the manifest says of a file."""
    content = path.read_bytes()
    return {
        "path": path.relative_to(BOUNDARIES).as_posix(),
        "rows": rows,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def main() -> None:
    manifest_path = BOUNDARIES / "manifest.json"
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    vintage = manifest["vintages"][str(YEAR)]
    lines = write_topology(
        {level: gpd.read_parquet(BOUNDARIES / vintage["levels"][level]["path"]) for level in LEVELS}
    )
    vintage.update(lines)
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    manifest_path.write_text(text + "\n", encoding="utf-8")
    for name, line in lines.items():
        print(f"{name:26}{line['rows']:>8} rows {line['bytes'] / 1e6:8.2f} MB")


if __name__ == "__main__":
    main()
