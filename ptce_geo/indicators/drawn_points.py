"""Draw points within communes, uniformly on the ground or where the population is.

Each commune is cut into triangles once; a draw then costs a look-up and a few multiplications.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from ptce_geo.checks import listing, require_columns, require_unique, require_wgs84
from ptce_geo.errors import InputError
from ptce_geo.indicators.inputs import amounts
from ptce_geo.schema import CODE_COMMUNE, POPULATION, code_column
from ptce_geo.territories import read_territories, territory_table

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from ptce_geo.metric import Coordinates

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.intp]
    Geometries = npt.NDArray[np.object_]

_POINTS_AND_POLYGONS: Final = (
    shapely.GeometryType.POINT,
    shapely.GeometryType.POLYGON,
    shapely.GeometryType.MULTIPOLYGON,
)
_SLIVER: Final = 1e-9


@dataclass(frozen=True)
class Surface:
    """What points are drawn from: triangles, those of a commune side by side."""

    corners: Floats  # triangles × 3 × 2, deg; a point is a triangle of which all corners are one
    cumulative: Floats  # of the shares of the triangles; those of commune i fill i to i + 1
    first: Integers  # of the triangles of each commune
    last: Integers
    owner: Integers  # the commune of each point to be drawn
    peopled: npt.NDArray[np.bool_]  # whether the population surface says where in the commune

    def draw(self, rng: np.random.Generator) -> Coordinates:
        """Return longitude and latitude of a point for each owner."""
        lot, along, aside = rng.random((3, len(self.owner)))
        found = np.searchsorted(self.cumulative, self.owner + lot, side="right")
        # The sums are rounded: what falls between two communes stays in its own.
        found = np.clip(found, self.first[self.owner], self.last[self.owner])
        # Uniform in the parallelogram of two sides, its far half folded back on the triangle.
        beyond = along + aside > 1
        along, aside = np.where(beyond, 1 - along, along), np.where(beyond, 1 - aside, aside)
        origin, one, other = np.swapaxes(self.corners[found], 0, 1)
        return origin + along[:, None] * (one - origin) + aside[:, None] * (other - origin)


def surface_of(
    codes: pd.Series,
    *,
    year: int,
    territories: gpd.GeoDataFrame | None,
    population: gpd.GeoDataFrame | None,
) -> Surface:
    """Return the surface for members of the communes `codes`, in that order."""
    owner, known = pd.factorize(codes)
    communes = _communes(known, year=year, territories=territories)
    holder, pieces, people = _peopled_pieces(communes, population)
    peopled = np.isin(np.arange(len(communes)), holder)
    holder = np.concatenate([holder, np.flatnonzero(~peopled)])
    people = np.concatenate([people, np.ones((~peopled).sum())])
    piece, corners = _triangles(np.concatenate([pieces, communes[~peopled]]))

    order = np.argsort(holder[piece], kind="stable")
    piece, corners = piece[order], corners[order]
    holder = holder[piece]
    share = people[piece] * _shares_of(piece, _ground(corners))
    numbers = np.arange(len(communes))
    return Surface(
        corners=corners,
        cumulative=np.cumsum(_shares_of(holder, share)),
        first=np.searchsorted(holder, numbers, side="left"),
        last=np.searchsorted(holder, numbers, side="right") - 1,
        owner=owner,
        peopled=peopled,
    )


def _communes(codes: pd.Index, *, year: int, territories: gpd.GeoDataFrame | None) -> Geometries:
    """Return the shape of each commune of `codes`."""
    table = territory_table("commune", year=year) if territories is None else territories
    unknown = codes[~codes.isin(table.index)]
    if len(unknown):
        msg = (
            f"members: {CODE_COMMUNE} {listing(unknown)} is no commune of the territories drawn "
            "from; attach the members to the same vintage"
        )
        raise InputError(msg)
    if territories is None:
        if not len(codes):
            return np.array([], dtype=object)
        departements = table.loc[codes, code_column("departement")].unique().tolist()
        territories = read_territories("commune", year=year, departements=departements)
    require_wgs84(territories, what="territories")
    require_unique(territories.index.to_series(name="code"), what="territories")
    shapes = territories.geometry.loc[codes].to_numpy(dtype=object)
    flat = codes[~(shapely.area(shapes) > 0)]
    if len(flat):
        msg = f"territories: {listing(flat)} have no area to draw points from; give polygons"
        raise InputError(msg)
    return shapes


def _peopled_pieces(
    communes: Geometries, population: gpd.GeoDataFrame | None
) -> tuple[Integers, Geometries, Floats]:
    """Cut the population surface by commune: the commune's number, the piece, its people."""
    if population is None:
        return np.array([], dtype=np.intp), np.array([], dtype=object), np.array([])
    require_columns(population, [POPULATION], what="population")
    require_wgs84(population, what="population")
    people = amounts(population[POPULATION], what="population")
    shapes = population.geometry.to_numpy()
    usable = np.isin(shapely.get_type_id(shapes), _POINTS_AND_POLYGONS)
    if not usable.all():
        found = listing(population.geom_type[~usable].unique())
        msg = f"population: expected points or polygons, found {found}; leave them out"
        raise InputError(msg)
    commune, cell = population.sindex.query(communes, predicate="intersects")
    cells = shapes[cell]
    pieces = shapely.intersection(cells, communes[commune])
    size, is_point = shapely.area(cells), shapely.get_dimensions(cells) == 0
    inside = np.divide(shapely.area(pieces), size, out=is_point.astype(float), where=size > 0)
    people = people[cell] * inside
    # A square that only touches the commune leaves a sliver that no one lives on.
    kept = (inside > _SLIVER) & (people > 0)
    return commune[kept], pieces[kept], people[kept]


def _triangles(shapes: Geometries) -> tuple[Integers, Floats]:
    """Return the number of the shape that each triangle is of, and its corners (n × 3 × 2)."""
    is_point = shapely.get_dimensions(shapes) == 0
    points = shapely.get_coordinates(shapes[is_point])
    parts, shape = shapely.get_parts(
        shapely.constrained_delaunay_triangles(shapes[~is_point]), return_index=True
    )
    rings = shapely.get_coordinates(parts).reshape(-1, 4, 2)  # closed: the first corner ends it
    corners = np.concatenate([np.repeat(points[:, None], 3, axis=1), rings[:, :3]])
    return np.concatenate([np.flatnonzero(is_point), np.flatnonzero(~is_point)[shape]]), corners


def _ground(corners: Floats) -> Floats:
    """Return areas in proportion to those on the ground, deg² × cos(latitude); 1 for a point."""
    one, other = np.moveaxis(corners[:, 1:] - corners[:, :1], 1, 0)
    area = np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]) / 2
    ground = area * np.cos(np.radians(corners[:, :, 1].mean(axis=1)))
    return np.where((one == 0).all(axis=1) & (other == 0).all(axis=1), 1.0, ground)


def _shares_of(group: Integers, amount: Floats) -> Floats:
    """Return the share that each amount has in the sum of its group."""
    return amount / np.bincount(group, amount)[group]
