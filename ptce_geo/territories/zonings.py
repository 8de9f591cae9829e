"""Zonings: zones that are no level of the embedded France (zones d'emploi, QPV ...).

What is asked of a zoning by commune is answered for the communes of a vintage, whatever the
vintage its table was written in. `zoning_files` reads one, `zoning_attach` joins members to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from ptce_geo import schema
from ptce_geo.errors import InputError
from ptce_geo.files.cells import fold
from ptce_geo.files.problems import Problem, problem_frame
from ptce_geo.labels import Language, check_language, format_number, format_share, label
from ptce_geo.metric import NO_CRS, areas_km2, crs_of_shapes
from ptce_geo.territories.boundaries import dissolved, read_territories, territory_table
from ptce_geo.territories.catalogue import CURRENT_YEAR, LEVELS
from ptce_geo.territories.crosswalk import pairs_of_parts, read_codes
from ptce_geo.territories.history import parts

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, eq=False)
class Zoning:
    """A zoning as its file gives it, by commune or by polygon.

    Attributes
    ----------
    name : str
        What the caller calls it.
    year : int or None
        Vintage of the commune codes; None for polygons.
    table : DataFrame
        Index ``code_commune``, columns ``code`` and ``nom`` of the zone, missing where the
        commune has none; no rows for polygons.
    polygons : GeoDataFrame or None
        For zones that cut communes: EPSG:4326, index ``code``, columns ``nom``, ``population``
        (missing where the file has none), ``geometry``.
    source : str
        What was read: file, sheet, headings.
    problems : tuple of Problem
        What was odd; see `zoning_problems`.
    """

    name: str
    year: int | None
    table: pd.DataFrame = field(repr=False)
    polygons: gpd.GeoDataFrame | None = field(repr=False)
    source: str
    problems: tuple[Problem, ...] = field(repr=False, default=())

    @property
    def level(self) -> str:
        """How columns and measures call it: "ze2020" in ``code_ze2020`` and ``level="ze2020"``."""
        return zoning_level(self.name)

    @property
    def names(self) -> pd.Series:
        """Name of each zone, by code."""
        if self.polygons is not None:
            return self.polygons[schema.NAME]
        zones = self.table.dropna(subset=schema.CODE).drop_duplicates(schema.CODE)
        return zones.set_index(schema.CODE)[schema.NAME].sort_index()


def zoning_level(name: str) -> str:
    """Return the level that a zoning of this name is: lower-case ASCII, joined by underscores.

    Raises
    ------
    InputError
        When it is no text, nothing is left, or it is a level of the embedded France.

    Examples
    --------
    >>> zoning_level("ZE2020"), zoning_level("Zones d'emploi 2020")
    ('ze2020', 'zones_d_emploi_2020')
    """
    if not isinstance(name, str):
        msg = f"name= must be text that names the zoning, as in name='ZE2020'; found {name!r}"
        raise InputError(msg)
    level = "_".join(re.findall("[a-z0-9]+", fold(name)))
    if not level:
        msg = f"name={name!r} has no letter to name columns by; e.g. name='ZE2020'"
        raise InputError(msg)
    if level in LEVELS:
        msg = f"name={name!r} is a level of the embedded France; add a year, as in '{name}2020'"
        raise InputError(msg)
    return level


def zoning_problems(zoning: Zoning, *, lang: str = "en") -> pd.DataFrame:
    r"""Return everything that was odd in the file of a zoning, one row for each problem.

    Parameters
    ----------
    zoning : Zoning
        From `read_zoning`.
    lang : {"en", "fr"}
        Language of `message`.

    Returns
    -------
    DataFrame
        The columns of `member_problems`: ``line`` (missing: the whole file), ``column``,
        ``value``, ``message``, ``kind`` ("repaired", "lost", "doubtful", "missing").

    Raises
    ------
    InputError
        The language is not one of them.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from ptce_geo.territories import read_zoning
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "zones.csv"
    >>> _ = path.write_text("CODGEO;ZE2020\n1001;8405\n01002;\n")
    >>> zoning_problems(read_zoning(path, name="ZE2020"))["message"].tolist()
    ['commune codes put back as INSEE writes them (01001 for 1001): 1', 'communes without zone: 1']
    """
    return problem_frame(zoning.problems, check_language(lang))


@dataclass(frozen=True, eq=False)
class CommuneZones:
    """A zoning by commune, brought to the communes of a vintage.

    Attributes
    ----------
    zones : Series
        Zone code by commune code, one row for every commune of the vintage; missing: no zone.
    unknown : tuple of str
        Codes of the table that lead to no commune of the vintage.
    converted : int
        Codes of the table that are no longer those of the vintage, and were converted.
    ambiguous : DataFrame
        Communes whose parts were in several zones: index ``code_commune``, a row for each
        ``code`` of a zone (missing: no zone) with the ``population`` of the parts, the largest
        first: it is the one they are given.
    """

    zones: pd.Series
    unknown: tuple[str, ...]
    converted: int
    ambiguous: pd.DataFrame


def commune_zones(zoning: Zoning, *, year: int) -> CommuneZones:
    """Bring a zoning by commune to the communes of `year`.

    A commune made of several goes to the zone of most of its inhabitants, having no zone counting
    as one; a commune parted from another keeps the zone of that one. Where the table has both a
    commune of its year and an older one that is now part of it, the former tells the zone.
    """
    communes = territory_table("commune", year=year).index
    table = zoning.table[schema.CODE]
    years = read_codes(table.index, year=zoning.year or year)
    before = pairs_of_parts(years, to_year=year)
    before = before[before["code_to"].isin(communes)]
    told = before.sort_values("year", key=lambda read: read != zoning.year, kind="stable")
    told = told.drop_duplicates("part").set_index("part")["code_from"].map(table)

    land = pairs_of_parts(pd.Series(year, index=communes), to_year=year)
    land = land.rename(columns={"code_to": schema.CODE_COMMUNE})
    land[schema.POPULATION] = land["part"].map(parts()[schema.POPULATION])
    land[schema.CODE] = land["part"].map(told).fillna("")
    shares = land.groupby([schema.CODE_COMMUNE, schema.CODE])[schema.POPULATION].sum().reset_index()
    shares = shares.sort_values([schema.POPULATION, schema.CODE], ascending=[False, True])
    shares[schema.CODE] = shares[schema.CODE].mask(shares[schema.CODE] == "")
    shares = shares.set_index(schema.CODE_COMMUNE)
    placed = set(before["code_from"])
    return CommuneZones(
        zones=shares.loc[~shares.index.duplicated(), schema.CODE].reindex(communes),
        unknown=tuple(code for code in table.index if code not in placed),
        converted=len(placed.difference(communes)),
        ambiguous=shares[shares.index.duplicated(keep=False)].sort_index(kind="stable"),
    )


def zoning_territories(zoning: Zoning, *, year: int = CURRENT_YEAR) -> gpd.GeoDataFrame:
    """Return the zones as territories, with their shapes: usable wherever territories are.

    Parameters
    ----------
    zoning : Zoning
        From `read_zoning`.
    year : int
        Vintage of the communes that the zones are made of.

    Returns
    -------
    GeoDataFrame, one row a zone, EPSG:4326
        Index ``code``, sorted. Columns ``nom``, ``population`` (inhabitants), ``area_km2`` (in
        the legal CRS), ``communes`` (how many) and ``geometry``, the first three summed and the
        last dissolved over the communes. Zones by polygon have no ``communes``, the population
        that their file gives (missing if none) and a missing area where they do not lie in one
        legal CRS (overseas collectivities, across two). A zone that no commune of `year` is in is
        left out.

    Raises
    ------
    UnknownTerritoryError
        For an unknown year.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"code": ["A", "A"], "nom": ["Zone A"] * 2}, index=["42218", "42207"])
    >>> zones = zoning_territories(Zoning("zone", 2026, table, None, "by hand"))
    >>> communes = territory_table().loc[["42218", "42207"]]
    >>> int(zones.loc["A", "population"] - communes["population"].sum())
    0
    """
    if zoning.polygons is not None:
        zones = zoning.polygons.sort_index()
        zones.insert(2, schema.AREA_KM2, _areas_where_legal(zones))
        return zones
    codes = commune_zones(zoning, year=year).zones.dropna()
    communes = read_territories("commune", year=year).loc[codes.index]
    groups = communes.groupby(codes.rename(schema.CODE))
    frame = groups[[schema.POPULATION, schema.AREA_KM2]].sum()
    frame.insert(0, schema.NAME, frame.index.map(zoning.names))
    frame[schema.COMMUNES] = groups.size()
    shapes = dissolved(communes.geometry, by=codes.rename(schema.CODE))
    return gpd.GeoDataFrame(frame, geometry=shapes)


def _areas_where_legal(zones: gpd.GeoDataFrame) -> pd.Series:
    inside = crs_of_shapes(zones.geometry) != NO_CRS
    return areas_km2(zones.geometry[inside]).reindex(zones.index)


@dataclass(frozen=True, eq=False)
class ZoningCoverage:
    """How much of the communes of a vintage a zoning covers.

    Attributes
    ----------
    name : str
        Name of the zoning.
    from_year, year : int
        Vintage of its table, and that of the communes.
    zones : int
        Zones that hold a commune.
    communes, communes_with_zone : int
        Communes of `year`, and those with a zone.
    population, population_with_zone : int
        Their inhabitants.
    without_zone : tuple of str
        Codes of the communes without zone.
    unknown, converted, ambiguous
        See `CommuneZones`.
    """

    name: str
    from_year: int
    year: int
    zones: int
    communes: int
    communes_with_zone: int
    population: int
    population_with_zone: int
    without_zone: tuple[str, ...] = field(repr=False)
    unknown: tuple[str, ...] = field(repr=False)
    converted: int
    ambiguous: pd.DataFrame = field(repr=False)

    def __str__(self) -> str:
        """Say it in one line."""
        return self.text()

    def text(self, *, lang: str = "en") -> str:
        """Say it in one line, in English or French."""
        language = check_language(lang)
        share = self.population_with_zone / self.population if self.population else None
        numbers = {
            "zones": self.zones,
            "communes_with_zone": self.communes_with_zone,
            "communes": self.communes,
            "converted": self.converted,
        }
        return label("zoning_coverage", language).format(
            name=self.name,
            year=self.year,
            from_year=self.from_year,
            share=format_share(share, language),
            ambiguous=_counted(self.ambiguous.index.unique(), language),
            unknown=_counted(self.unknown, language),
            **{key: format_number(number, language) for key, number in numbers.items()},
        )


def _counted(codes: Sequence[str] | pd.Index, lang: Language) -> str:
    """Return how many codes there are, and the first of them."""
    if not len(codes):
        return "0"
    more = ", …" if len(codes) > 5 else ""
    return f"{format_number(len(codes), lang)} ({', '.join(codes[:5])}{more})"


def zoning_coverage(zoning: Zoning, *, year: int = CURRENT_YEAR) -> ZoningCoverage:
    """Say how many communes, and which share of the population, a zoning by commune covers.

    Parameters
    ----------
    zoning : Zoning
        From `read_zoning`.
    year : int
        Vintage of the communes.

    Returns
    -------
    ZoningCoverage
        Counts, and the codes concerned; its `text` says it in one line.

    Raises
    ------
    InputError
        For a zoning by polygon, which covers parts of communes.
    UnknownTerritoryError
        For an unknown year.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"code": ["A"], "nom": ["Zone A"]}, index=["42218"])
    >>> coverage = zoning_coverage(Zoning("zone", 2026, table, None, "by hand"))
    >>> coverage.communes_with_zone, coverage.communes
    (1, 34875)
    """
    if zoning.polygons is not None or zoning.year is None:
        msg = f"zoning_coverage: {zoning.name} is drawn by polygons, which cover parts of communes"
        raise InputError(msg)
    placed = commune_zones(zoning, year=year)
    population = territory_table("commune", year=year)[schema.POPULATION]
    covered = placed.zones.notna()
    return ZoningCoverage(
        name=zoning.name,
        from_year=zoning.year,
        year=year,
        zones=placed.zones.nunique(),
        communes=len(covered),
        communes_with_zone=int(covered.sum()),
        population=int(population.sum()),
        population_with_zone=int(population[covered].sum()),
        without_zone=tuple(covered.index[~covered]),
        unknown=placed.unknown,
        converted=placed.converted,
        ambiguous=placed.ambiguous,
    )
