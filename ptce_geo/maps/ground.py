"""The ground of the maps of territories: who they are and what is told of each, checked."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ptce_geo import schema
from ptce_geo.checks import listing, require_unique, require_wgs84
from ptce_geo.errors import InputError
from ptce_geo.labels import format_number, label
from ptce_geo.maps.content import Content
from ptce_geo.maps.frame import footer, france_views, land
from ptce_geo.maps.told_numbers import is_number, whole_number
from ptce_geo.maps.views import first_view
from ptce_geo.metric import coordinates
from ptce_geo.territories import (
    CURRENT_YEAR,
    Zoning,
    territory_table,
    territory_topology,
    zoning_territories,
)
from ptce_geo.territories.topology import embedded_level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ptce_geo.labels import Language
    from ptce_geo.maps.content import Layer
    from ptce_geo.territories import Topology

    Floats = NDArray[np.float64]


_MOST: Final = 1e15  # more could not be told to the unit
_SHOWN: Final = 40  # letters of a value that is refused
# What two territories share of the smaller: less cannot be seen, and is there wherever the borders
# of each were made simpler by themselves.
_SLIVER: Final = 0.01


@dataclass(frozen=True, eq=False)
class Ground:
    """The territories of a map, checked."""

    table: pd.DataFrame  # what is known of them beside their shapes, by code
    shapes: gpd.GeoSeries  # by code, EPSG:4326
    year: int
    source: gpd.GeoDataFrame | Zoning

    @cached_property
    def topology(self) -> Topology:
        """Their borders, in the same order."""
        return territory_topology(self.source)

    @property
    def names(self) -> list[str]:
        """Name of each territory, its code where it has none."""
        codes = self.table.index.to_series().astype("object")
        if schema.NAME not in self.table:
            return codes.to_list()
        names = self.table[schema.NAME].astype("object")
        return names.where(names.notna(), codes).astype(str).to_list()

    @property
    def places(self) -> Floats:
        """Where a mark for each stands (n × 2, deg): its own point, else one inside it."""
        columns = [schema.LONGITUDE, schema.LATITUDE]
        lonlat = np.full((len(self.table), 2), np.nan)
        if {*columns} <= {*self.table.columns}:
            lonlat = self.table[columns].to_numpy(dtype=float, na_value=np.nan, copy=True)
        without = ~np.isfinite(lonlat).all(axis=1)
        lonlat[without] = coordinates(self.shapes[without].representative_point())
        return lonlat

    @property
    def departements(self) -> NDArray[np.int32] | None:
        """Rank of the département of each, where the frame tells it."""
        column = schema.code_column("departement")
        if column not in self.table:
            return None
        return pd.factorize(self.table[column])[0].astype(np.int32)

    @property
    def is_whole_france(self) -> bool:
        """Whether hardly any land lies outside."""
        if schema.AREA_KM2 not in self.table:
            return False
        france = territory_table("region")[schema.AREA_KM2].sum()
        return bool(self.table[schema.AREA_KM2].sum() > 0.99 * france)


def ground_of(territories: gpd.GeoDataFrame | Zoning, *, year: int) -> Ground:
    """Return the territories of a map; raise what `choropleth_map` says of them."""
    zoning = territories if isinstance(territories, Zoning) else None
    frame = territories if zoning is None else zoning_territories(zoning, year=year)
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        msg = (
            "territories: expected a GeoDataFrame of polygons indexed by code, as "
            f"read_territories returns, or a Zoning; found {type(territories).__name__}"
        )
        raise InputError(msg)
    if frame.empty:
        msg = "territories: found none, so that there is nothing to draw; give at least one"
        raise InputError(msg)
    require_wgs84(frame, what="territories")
    require_one_level(frame.index, what="territories")
    if twice := [*frame.columns[frame.columns.duplicated()]]:
        msg = f"territories: several columns are called {listing(twice)}; keep one of each"
        raise InputError(msg)
    frame = frame.set_axis(frame.index.astype("str").rename(schema.CODE))
    require_unique(frame.index.to_series(), what="territories")
    polygons = frame.geom_type.isin(["Polygon", "MultiPolygon"]) & ~frame.is_empty
    if not polygons.all():
        odd = listing(frame.index[~polygons])
        msg = f"territories: expected polygons, found none for {odd}; leave them out"
        raise InputError(msg)
    if zoning is None:
        _check_shapes(frame, year=year)
    table = pd.DataFrame(frame.drop(columns=frame.active_geometry_name))
    embedded = zoning is not None and year == CURRENT_YEAR
    return Ground(table, frame.geometry, year, zoning if embedded else frame)


def _check_shapes(frame: gpd.GeoDataFrame, *, year: int) -> None:
    """Raise `InputError` where shapes are of another year than told, or lie over each other."""
    if whole_number(year) is None:
        msg = f"year= must be a whole number, found {year!r}"
        raise InputError(msg)
    if embedded_level(frame) is None:
        _require_apart(frame.geometry)
    elif year != CURRENT_YEAR:
        msg = (
            f"year={year}: the shapes of these territories are those of {CURRENT_YEAR}; leave "
            "year= out, or give the shapes of that year"
        )
        raise InputError(msg)


def _require_apart(shapes: gpd.GeoSeries) -> None:
    """Raise `InputError` where two shapes lie over each other by more than a sliver."""
    polygons = shapes.to_numpy()
    if shapely.is_valid(polygons).all() and shapely.coverage_is_valid(polygons):
        return
    polygons = shapely.make_valid(polygons)
    first, second = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    shared = shapely.area(shapely.intersection(polygons[first], polygons[second]))
    areas = shapely.area(polygons)
    over = np.flatnonzero(shared > _SLIVER * np.minimum(areas[first], areas[second]))
    if len(over):
        one, other = (shapes.index[each[over[0]]] for each in (first, second))
        more = f", and {len(over) - 1} more pairs do" if len(over) > 1 else ""
        msg = (
            f"territories: {one} and {other} overlap{more}; of two colours on one ground neither "
            "can be read: give territories that lie side by side"
        )
        raise InputError(msg)


@dataclass(frozen=True, eq=False)
class Told:
    """What is told of each territory of a `Ground`, in its order: a number, or a secret."""

    numbers: Floats  # NaN where there is none
    secret: NDArray[np.bool_]

    @property
    def known(self) -> Floats:
        """The numbers that there are."""
        return self.numbers[~np.isnan(self.numbers)]

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Where there is neither."""
        return np.isnan(self.numbers) & ~self.secret

    def summary(self, lang: Language) -> str:
        """Say how many there are of each."""
        parts = {
            "maps_territories": len(self.numbers),
            "maps_with_value": len(self.known),
            "maps_secret": self.secret.sum(),
            "maps_no_data": self.missing.sum(),
        }
        return counted(parts, lang)


def told_values(values: pd.Series, ground: Ground, *, what: str = "values") -> Told:
    """Return the value of each territory; raise what `choropleth_map` says of them."""
    if not isinstance(values, pd.Series):
        msg = f"{what}: expected a Series indexed by code, found {type(values).__name__}"
        raise InputError(msg)
    values = aligned(values, ground, what=what)
    cells = values.astype("object")
    secret = np.array([isinstance(cell, str) and cell == schema.SECRET for cell in cells])
    given = cells.mask(secret)
    missing = given.isna().to_numpy()
    numbers = np.full(len(given), np.nan)
    numbers[~missing] = [_number(cell) for cell in given[~missing]]
    odd = given[~(np.abs(numbers) <= _MOST) & ~missing]
    if len(odd):
        found = listing(_shown(value, code) for code, value in odd.items())
        msg = (
            f"{what}: expected numbers of at most {_MOST:g}, missing or {schema.SECRET!r}; found "
            f"{found}; correct them"
        )
        raise InputError(msg)
    return Told(numbers, secret)


def _number(cell: object) -> float:
    """Return a cell as a number: infinite if it is too large for one, NaN if it is none."""
    if not isinstance(cell, bool | np.bool_ | Decimal) and not is_number(cell):
        return np.nan
    try:
        return float(cell)  # type: ignore[arg-type]
    except OverflowError:
        return np.inf


def _shown(value: object, code: str) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return f"{text if len(text) <= _SHOWN else text[:_SHOWN] + '…'} for {code}"


def counted(parts: Mapping[str, int], lang: Language) -> str:
    """Put numbers in words, those of 0 left out: "Territoires : 101 · Sans donnée : 3"."""
    return " · ".join(
        named(label(key, lang), format_number(n, lang), lang) for key, n in parts.items() if n
    )


def named(name: str, text: str, lang: Language) -> str:
    """Return "name: text", with the space that French puts before a colon."""
    return f"{name}\u00a0: {text}" if lang == "fr" else f"{name}: {text}"


def require_one_level(index: pd.Index, *, what: str) -> None:
    """Raise `InputError` unless an index is one of codes."""
    if index.nlevels > 1:
        msg = (
            f"{what}: expected an index of codes, found one of {index.nlevels} levels "
            f"({listing(index.names)}); keep one with droplevel"
        )
        raise InputError(msg)


AnyRows = TypeVar("AnyRows", pd.Series, pd.DataFrame)


def aligned(rows: AnyRows, ground: Ground, *, what: str) -> AnyRows:
    """Return what is told by code in the order of the territories, missing where nothing is."""
    if not isinstance(rows, (pd.Series, pd.DataFrame)):
        msg = f"{what}: expected a Series indexed by code, found {type(rows).__name__}"
        raise InputError(msg)
    require_one_level(rows.index, what=what)
    rows = rows.set_axis(rows.index.astype("str").rename(schema.CODE), axis=0)
    require_unique(rows.index.to_series(), what=what)
    codes = ground.table.index
    unknown = rows.index.difference(codes, sort=False)
    if len(unknown):
        msg = (
            f"{what}: {len(unknown)} of {len(rows)} codes are no territory of the map "
            f"({listing(unknown)}); it has {listing(codes, most=2)}; index them by its codes"
        )
        raise InputError(msg)
    return rows.reindex(codes)


def ground_content(
    ground: Ground,
    layers: Sequence[Layer],
    *,
    kind: str,
    title: str,
    summary: str,
    empty: bool,
    source: str | None,
    date: str | None,
    lang: Language,
    compare: tuple[str, str] | None = None,
    over_land: bool = False,
) -> Content:
    """Return layers over the land, with what all maps of territories say around them."""
    west, south, east, north = ground.shapes.bounds.to_numpy().T
    views, _ = france_views((west + east) / 2, (south + north) / 2, counted=False)
    corners = np.concatenate([west, east]), np.concatenate([south, north])
    return Content(
        kind=kind,
        lang=lang,
        title=title,
        summary=summary,
        footer=footer(summary, lang=lang, source=source, date=date, year=ground.year),
        first_view=first_view(*corners).bounds,
        views=views,
        layers=layers if ground.is_whole_france and not over_land else [land(lang), *layers],
        warning=label("maps_no_value", lang) if empty else None,
        compare=compare,
    )
