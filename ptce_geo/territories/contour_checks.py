"""Check contours that were read from elsewhere, and complete them to what this room works with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely

from ptce_geo.checks import listing
from ptce_geo.errors import UnreadableFileError
from ptce_geo.metric import areas_km2
from ptce_geo.schema import AREA_KM2, NAME, POPULATION, code_column
from ptce_geo.territories.boundaries import dissolved, read_territories, territory_table
from ptce_geo.territories.catalogue import CURRENT_YEAR, LEVELS
from ptce_geo.territories.history import (
    FIRST_YEAR,
    LAST_YEAR,
    YEARS,
    commune_populations,
    years_of_codes,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Levels = dict[str, gpd.GeoDataFrame]
    Details = dict[str, str | int]

# A source may be a few communes behind; what is farther off is another year, or not all there.
_ALLOWANCE: Final = 35
_ALLOWANCE_UNKNOWN_YEAR: Final = 500
_POPULATIONS_SINCE: Final = 2019
_CODES: Final = {
    "commune": r"\d[\dAB]\d{3}",
    "arrondissement_municipal": r"\d{5}",
    "epci": r"\d{9}",
    "arrondissement": r"(\d[\dAB]|97\d)\d",
    "departement": r"\d[\dAB]|97\d",
    "region": r"\d\d",
}
_COLLECTIVITIES: Final = ("975", "977", "978", "98")
_UPPER: Final = ("epci", "arrondissement", "departement", "region")
_COMMUNE, _EPCI, _DEPARTEMENT, _REGION = map(
    code_column, ("commune", "epci", "departement", "region")
)


class Remark(NamedTuple):
    """What the reader of an installation should know: a word and the figures it is told with."""

    word: str
    details: Details


class Contours(NamedTuple):
    """What is to be written, its vintage, the départements it covers (None for all), remarks."""

    levels: Levels
    year: int
    departements: list[str] | None
    remarks: list[Remark]


def complete(levels: Levels, *, year: int | None, whole: bool) -> Contours:
    """Return the levels as they are to be written, and what there is to say of them.

    Parameters
    ----------
    levels : dict of str to GeoDataFrame
        From `ptce_geo.territories.contour_files`; communes at least.
    year : int or None
        Vintage that they are said to be of; None for the latest that has these communes.
    whole : bool
        Whether the source is known to cover all départements.

    Raises
    ------
    UnreadableFileError
        When codes are missing, malformed or doubled, communes, names or geometries missing, or
        the communes are those of another year.
    """
    remarks: list[Remark] = []
    levels = _without_collectivities(levels, remarks)
    # A layer without rows is one that the source lacks.
    levels = {level: frame for level, frame in levels.items() if len(frame) or level == "commune"}
    for level, frame in levels.items():
        _check_filled(frame, level)
        levels[level] = _sound(frame.set_index("code").sort_index(), level, remarks)
    communes = levels["commune"]
    covered, lacking = _coverage(communes[_DEPARTEMENT], whole=whole, remarks=remarks)
    year, missing = _checked_year(communes.index, year, lacking, remarks)
    communes = levels["commune"] = _completed_communes(communes, year, remarks)
    if "arrondissement_municipal" in levels:
        levels["arrondissement_municipal"] = _completed_municipal(
            levels["arrondissement_municipal"], communes
        )
    levels = _completed_upper(levels, remarks)
    if lacking:
        levels = _without_cut(levels, lacking, missing, remarks)
    # The shapes last, as in the embedded files.
    ordered: Levels = {
        level: levels[level][[*levels[level].columns.drop("geometry"), "geometry"]]
        for level in LEVELS
        if level in levels
    }
    return Contours(ordered, year, covered if lacking else None, remarks)


def _without_collectivities(levels: Levels, remarks: list[Remark]) -> Levels:
    """Leave out the overseas collectivities: they have no legal CRS and no département here."""
    beyond = {
        level: frame["code"].str.startswith(_COLLECTIVITIES, na=False)
        for level, frame in levels.items()
        if level != "epci"
    }
    if count := int(beyond["commune"].sum()):
        remarks.append(Remark("collectivities", {"communes": count}))
    return levels | {level: levels[level][~mask] for level, mask in beyond.items()}


def _check_codes(codes: pd.Series, level: str) -> None:
    if missing := int(codes.isna().sum()):
        msg = f"{level}: {missing} rows have no code; is it the file that it should be?"
        raise UnreadableFileError(msg)
    odd = codes[~codes.str.fullmatch(_CODES[level])]
    if len(odd):
        msg = f"{level}: {listing(odd)} cannot be codes; is it the file that it should be?"
        raise UnreadableFileError(msg)
    if doubled := sorted(set(codes[codes.duplicated()])):
        msg = f"{level}: the codes {listing(doubled)} stand more than once"
        raise UnreadableFileError(msg)


def _check_filled(frame: gpd.GeoDataFrame, level: str) -> None:
    """Refuse a layer without rows, codes or names, and communes without EPCI or départements."""
    if frame.empty:
        msg = f"{level}: the source holds no row"
        raise UnreadableFileError(msg)
    _check_codes(frame["code"], level)
    for column in {NAME, _EPCI} & set(frame):
        if frame[column].isna().all():
            msg = f"{level}: no row has a value of {column}; the source is damaged"
            raise UnreadableFileError(msg)
    if level == "commune":
        odd = frame.loc[frame[[_DEPARTEMENT, _REGION]].isna().any(axis=1), "code"]
        if len(odd):
            msg = f"commune: {listing(odd)} have no département or no région; the source is damaged"
            raise UnreadableFileError(msg)


def _sound(frame: gpd.GeoDataFrame, level: str, remarks: list[Remark]) -> gpd.GeoDataFrame:
    """Return the territories with valid polygons; what cannot be one is refused."""
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    broken = ~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)
    polygons = _polygonal(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    # Coarse coordinates make a line or a point of a small commune.
    collapsed = polygons & (shapely.area(shapes) == 0)
    if 0 < collapsed.sum() <= _ALLOWANCE:
        embedded = read_territories(level).geometry.reindex(frame.index[collapsed])
        shapes[collapsed] = embedded.to_numpy()
        remarks.append(Remark("collapsed", {"level": level, "count": int(collapsed.sum())}))
    without = frame.index[~_polygonal(shapes) | shapely.is_empty(shapes)]
    if len(without):
        msg = f"{level}: {listing(without)} have no area on the map; the source is damaged"
        raise UnreadableFileError(msg)
    if repaired := int((broken & ~collapsed).sum()):
        remarks.append(Remark("repaired", {"level": level, "count": repaired}))
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def _polygonal(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    kind = shapely.get_type_id(shapes)
    return (kind == shapely.GeometryType.POLYGON) | (kind == shapely.GeometryType.MULTIPOLYGON)


def _completed_communes(
    communes: gpd.GeoDataFrame, year: int, remarks: list[Remark]
) -> gpd.GeoDataFrame:
    if POPULATION not in communes:
        known = _known_population(year).reindex(communes.index)
        communes[POPULATION] = known.astype("float64")
    if communes[POPULATION].isna().all():
        remarks.append(Remark("without_population", {"year": str(year)}))
    elif not communes[POPULATION].isna().any():
        communes[POPULATION] = communes[POPULATION].astype("int64")
    # One département after the other, so that one can be read without the others.
    return _measured(communes).sort_values([_DEPARTEMENT, "code"])


def _known_population(year: int) -> pd.Series:
    """Return the inhabitants of the communes of `year`, nothing for a year without a census."""
    if not _POPULATIONS_SINCE <= year <= LAST_YEAR:
        return pd.Series(dtype="float64")
    return commune_populations(year=year)


def _completed_municipal(
    municipal: gpd.GeoDataFrame, communes: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    for column in (_DEPARTEMENT, _REGION):
        municipal[column] = municipal[_COMMUNE].map(communes[column])
    if POPULATION not in municipal:
        municipal[POPULATION] = float("nan")
    return _measured(municipal)


def _measured(territories: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add the area, and a point on the surface as reference point."""
    points = shapely.point_on_surface(territories.geometry.to_numpy())
    return territories.assign(
        area_km2=areas_km2(territories),
        longitude=shapely.get_x(points),
        latitude=shapely.get_y(points),
        reference_point="point_on_surface",
    )


def _coverage(
    departements: pd.Series, *, whole: bool, remarks: list[Remark]
) -> tuple[list[str], list[str]]:
    """Return the départements that the communes cover, and those that they do not."""
    covered = sorted(departements.unique())
    lacking = sorted(set(territory_table("departement").index) - set(covered))
    if lacking and whole:
        msg = f"no commune of the départements {listing(lacking)}; the source is not all there"
        raise UnreadableFileError(msg)
    if lacking:
        word, shorter = min(("not_covered", lacking), ("covered", covered), key=lambda p: len(p[1]))
        remarks.append(Remark(word, {"departements": ", ".join(shorter)}))
    return covered, lacking


def _checked_year(
    there: pd.Index, year: int | None, lacking: list[str], remarks: list[Remark]
) -> tuple[int, pd.Index]:
    """Return the vintage, and its communes that are missing; refuse communes of another year."""
    known = years_of_codes()
    known = known[~known.index.str.startswith((*_COLLECTIVITIES, *lacking))]
    same = known.to_numpy() == known.index.isin(there)[:, None]
    fitting = known.columns[same.all(axis=0) & there.isin(known.index).all()].tolist()
    if year is None:
        year = max(fitting, default=CURRENT_YEAR)
        word = "year_recognised" if fitting else "year_assumed"
        remarks.append(Remark(word, {"year": str(year)}))
    nearest = min(max(year, FIRST_YEAR), LAST_YEAR)
    expected = known.index[known[nearest]]
    missing, unknown = expected.difference(there), there.difference(expected)
    odd = {"missing": missing, "unknown": unknown}
    odd = {word: codes for word, codes in odd.items() if len(codes)}
    allowance = _ALLOWANCE if year in YEARS else _ALLOWANCE_UNKNOWN_YEAR
    if nearest not in fitting and (fitting or len(missing) + len(unknown) > allowance):
        told = [f"{len(codes):,} {word} ({listing(codes, most=3)})" for word, codes in odd.items()]
        end = f"they are those of {listing(fitting)}" if fitting else "the source is not all there"
        msg = f"not the communes of {year}: {', '.join(told)}; {end}"
        raise UnreadableFileError(msg)
    for word, codes in odd.items():
        details: Details = {"count": len(codes), "year": str(year), "codes": listing(codes)}
        remarks.append(Remark(word, details))
    return year, missing


def _completed_upper(levels: Levels, remarks: list[Remark]) -> Levels:
    """Return the levels, the upper ones made where they lack, and summed over the communes."""
    levels, communes = {**levels}, levels["commune"]
    if _EPCI not in communes:
        remarks.append(Remark("without_epci", {}))
    for level in _UPPER:
        if code_column(level) not in communes:
            levels.pop(level, None)
            continue
        if level not in levels and level != "arrondissement":
            levels[level] = _dissolved(communes, level, remarks)
        if level in levels:
            _check_parents(communes, levels[level], level, remarks)
            levels[level] = _summed(levels[level], communes, level, remarks)
    return levels


def _without_cut(
    levels: Levels, lacking: list[str], missing: pd.Index, remarks: list[Remark]
) -> Levels:
    """Leave out, of a part of France, what goes on beyond it, or might for all that is known."""
    of_missing = {code[:3] if code.startswith("97") else code[:2] for code in missing}
    embedded = territory_table()
    beyond = embedded[embedded[_DEPARTEMENT].isin({*lacking, *of_missing})]
    kept: Levels = {}
    for level, frame in levels.items():
        if level not in _UPPER:
            kept[level] = frame
            continue
        cut = frame.index.isin(beyond[code_column(level)])
        cut |= ~frame.index.isin(territory_table(level).index)
        if cut.any():
            remarks.append(Remark("cut", {"level": level, "count": int(cut.sum())}))
        if not cut.all():
            kept[level] = frame[~cut]
    return kept


def _dissolved(communes: gpd.GeoDataFrame, level: str, remarks: list[Remark]) -> gpd.GeoDataFrame:
    """Return a level that the source lacks, from its communes and the names of today."""
    shapes = dissolved(communes.geometry, by=communes[code_column(level)])
    columns = {NAME: territory_table(level)[NAME].reindex(shapes.index)}
    columns[NAME] = columns[NAME].fillna(shapes.index.to_series())
    if level == "departement":
        columns[_REGION] = communes.groupby(_DEPARTEMENT)[_REGION].first()
    remarks.append(Remark("dissolved", {"level": level, "year": str(CURRENT_YEAR)}))
    shapes.index.name = "code"
    return gpd.GeoDataFrame(columns, index=shapes.index, geometry=shapes.array, crs=communes.crs)


def _check_parents(
    communes: gpd.GeoDataFrame, parents: gpd.GeoDataFrame, level: str, remarks: list[Remark]
) -> None:
    """Refuse communes whose département or région is not there; tell of those without EPCI."""
    column = code_column(level)
    unknown = communes[column].notna() & ~communes[column].isin(parents.index)
    if not unknown.any():
        return
    codes = sorted(communes.loc[unknown, column].unique())
    if level in ("departement", "region"):
        msg = f"{level}: {listing(codes)} of {unknown.sum()} communes are not in the source"
        raise UnreadableFileError(msg)
    communes.loc[unknown, column] = None
    remarks.append(Remark("unknown_parent", {"level": level, "count": int(unknown.sum())}))


def _summed(
    territories: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, level: str, remarks: list[Remark]
) -> gpd.GeoDataFrame:
    """Add what is summed over the communes: inhabitants, area, the départements of an EPCI."""
    column = code_column(level)
    sums = communes.groupby(column)[[POPULATION, AREA_KM2]].sum(min_count=1)
    empty = territories.index.difference(sums.index)
    if len(empty):
        remarks.append(Remark("without_communes", {"level": level, "count": len(empty)}))
    territories = territories.drop(index=empty).join(sums)
    if level == "epci":
        weight = POPULATION if communes[POPULATION].notna().all() else AREA_KM2
        parts = communes.groupby([column, _DEPARTEMENT])[weight].sum().reset_index()
        parts = parts.sort_values([column, weight, _DEPARTEMENT], ascending=[True, False, True])
        territories["code_departements"] = parts.groupby(column)[_DEPARTEMENT].agg(" ".join)
    return territories
