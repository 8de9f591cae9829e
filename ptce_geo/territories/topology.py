"""Territories drawn by the borders they share: each stands once, whatever lies on either side.

What a map draws of all communes is half as much this way, and neighbours cannot come apart,
however much is left out of their border. For drawing, never for measuring.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

from ptce_geo import schema
from ptce_geo.checks import listing, require_unique, require_wgs84
from ptce_geo.errors import InputError, PtceGeoWarning
from ptce_geo.territories.boundaries import parent_codes
from ptce_geo.territories.catalogue import CURRENT_YEAR, catalogue, reading
from ptce_geo.territories.topology_build import (
    Arcs,
    arcs_of_shapes,
    joined,
    ranked,
    shapes_of_arcs,
)
from ptce_geo.territories.topology_fingerprints import shape_fingerprints
from ptce_geo.territories.zonings import Zoning, commune_zones, zoning_territories

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

# From the lightest to the whole; the place of each is the highest rank of vertex that it has.
RESOLUTIONS: Final = ("coarse", "medium", "fine")
_COMMUNE: Final = "commune"
_FINEST_GRID: Final = 1e-7  # a degree more than 180 of these does not fit the arrays
_POLYGONS: Final = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, eq=False)
class Topology:
    """Territories that share their borders, each border (an arc) once.

    An arc goes from one place where more than two borders meet to the next, or all around an
    island or an enclave: then its last vertex is its first. The border of a territory is the arcs
    that have it on their left, walked as they are, and those that have it on their right, walked
    back; each begins where another ends.

    Attributes
    ----------
    codes : tuple of str
        The territories, in order.
    x, y : array of int32, shape (vertices,)
        Longitude and latitude of the vertices, in units of `grid`, one arc after the other.
    starts : array of int64, shape (arcs + 1,)
        First vertex of each arc, and the end of the last.
    left, right : array of int32, shape (arcs,)
        Place in `codes` of the territory on the left and on the right of each arc, walking along
        it; -1 for none. There always is one on the left.
    ranks : array of uint8, shape (vertices,)
        0 for a vertex that is there at every resolution, 1 at the medium and fine ones, 2 only at
        the fine one. The ends of arcs are 0.
    grid : float
        Degrees a unit.
    """

    codes: tuple[str, ...] = field(repr=False)
    x: npt.NDArray[np.int32] = field(repr=False)
    y: npt.NDArray[np.int32] = field(repr=False)
    starts: npt.NDArray[np.int64] = field(repr=False)
    left: npt.NDArray[np.int32] = field(repr=False)
    right: npt.NDArray[np.int32] = field(repr=False)
    ranks: npt.NDArray[np.uint8] = field(repr=False)
    grid: float

    def __post_init__(self) -> None:
        """Make the arrays read-only: topologies are shared."""
        for array in self.arcs:
            array.flags.writeable = False

    @property
    def arcs(self) -> Arcs:
        """The arrays alone."""
        return Arcs(self.x, self.y, self.starts, self.left, self.right, self.ranks)


def build_topology(
    territories: gpd.GeoDataFrame, *, grid: float = 1e-5, shared: bool = True
) -> Topology:
    """Return the topology of any territories.

    Neighbours share a border where both have the same vertices on it. A polygon smaller than the
    grid vanishes, and a warning names the territories of which nothing is left.

    Parameters
    ----------
    territories : GeoDataFrame, EPSG:4326
        Polygons, indexed by code. One without shape has no arc.
    grid : float
        What vertices are rounded to (degrees); 1e-5 is about a metre.
    shared : bool
        False for shapes that overlap (footprints, isochrones): each keeps a border of its own.

    Returns
    -------
    Topology
        Its codes are the index of `territories`, in its order.

    Raises
    ------
    CrsError, DuplicateIdError
        The territories are not in EPSG:4326, or a code stands twice.
    InputError
        A shape is no polygon, two that share a border overlap there, or `grid` is out of range.

    Warns
    -----
    PtceGeoWarning
        If the whole shape of a territory vanishes on the grid.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> shapes = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]
    >>> squares = gpd.GeoDataFrame(geometry=shapes, index=["A", "B"], crs=4326)
    >>> topology = build_topology(squares)
    >>> topology.left.tolist(), topology.right.tolist()
    ([0, 0, 1], [-1, 1, -1])
    """
    _check(territories, what="build_topology")
    if not _FINEST_GRID <= grid <= 1:
        msg = f"build_topology: grid must be between {_FINEST_GRID} and 1 degree, found {grid}"
        raise InputError(msg)
    codes = tuple(territories.index)
    shapes = territories.geometry.to_numpy()
    arcs = arcs_of_shapes(shapes, codes, grid=grid, shared=shared)
    _warn_of_vanished(territories, arcs, grid)
    return Topology(codes, *ranked(arcs, grid=grid), grid)


def territory_topology(territories: gpd.GeoDataFrame | Zoning) -> Topology:
    """Return the topology of territories: the embedded one where the shapes are the embedded ones.

    Territories of any level, all of it or some, are known by their code and their vertices; the
    topology of a zoning by commune is dissolved from that of the communes. What is not known is
    handed to `build_topology`.

    Parameters
    ----------
    territories : GeoDataFrame, EPSG:4326, or Zoning
        Polygons, indexed by code, or from `read_zoning`.

    Returns
    -------
    Topology
        Its codes are the index of `territories`, in its order; those of a zoning are sorted, as
        from `zoning_territories`.

    Raises
    ------
    CrsError, DuplicateIdError, InputError
        As `build_topology`.

    Examples
    --------
    >>> from ptce_geo.territories import read_territories
    >>> loire = territory_topology(read_territories(departements="42"))
    >>> len(loire.codes), len(loire.left)
    (320, 958)
    """
    if isinstance(territories, Zoning):
        return _of_zoning(territories)
    _check(territories, what="territory_topology")
    codes = tuple(territories.index)
    level = embedded_level(territories)
    if level is None:
        return build_topology(territories)
    whole = _embedded(level, *_files())
    return whole if whole.codes == codes else _regrouped(whole, pd.Index(whole.codes), codes)


def dissolve(topology: Topology, groups: pd.Series) -> Topology:
    """Return the territories that others make up.

    Parameters
    ----------
    topology : Topology
        Of the others.
    groups : Series
        Code of the group by code of the territory; missing: in no group.

    Returns
    -------
    Topology
        Its codes are the groups, sorted.

    Raises
    ------
    DuplicateIdError, InputError
        A code stands twice in the index of `groups`, or is none of the topology's.

    Examples
    --------
    >>> import pandas as pd
    >>> from ptce_geo.territories import read_territories
    >>> communes = territory_topology(read_territories())
    >>> regions = dissolve(communes, read_territories()["code_region"])
    >>> len(regions.codes), len(regions.left)
    (18, 216)
    """
    require_unique(groups.index.to_series(name="code"), what="dissolve: groups")
    unknown = groups.index.difference(pd.Index(topology.codes), sort=False)
    if len(unknown):
        msg = f"dissolve: no territory {listing(unknown)} in the topology; drop them from groups"
        raise InputError(msg)
    group = groups.reindex(list(topology.codes))
    dissolved = _regrouped(topology, pd.Index(group), tuple(sorted(group.dropna().unique())))
    return replace(dissolved, ranks=ranked(dissolved.arcs, grid=topology.grid).ranks)


def at_resolution(topology: Topology, resolution: str) -> Topology:
    """Return a topology without the vertices that only finer resolutions have.

    Parameters
    ----------
    topology : Topology
        Any.
    resolution : {"coarse", "medium", "fine"}
        Corners of less than 1400 m, of less than 350 m (the side of a square of their area), or
        none are left out.

    Returns
    -------
    Topology
        The same arcs, with fewer vertices.

    Raises
    ------
    InputError
        The resolution is none of them.

    Examples
    --------
    >>> from ptce_geo.territories import read_territories
    >>> fine = territory_topology(read_territories("region"))
    >>> bool(len(at_resolution(fine, "coarse").x) < len(fine.x) / 5)
    True
    """
    if resolution not in RESOLUTIONS:
        msg = f"unknown resolution {resolution!r}; known: {', '.join(RESOLUTIONS)}"
        raise InputError(msg)
    kept = topology.ranks <= RESOLUTIONS.index(resolution)
    return replace(
        topology,
        x=topology.x[kept],
        y=topology.y[kept],
        starts=np.append(0, np.cumsum(kept))[topology.starts],
        ranks=topology.ranks[kept],
    )


def topology_polygons(topology: Topology, *, resolution: str = "fine") -> gpd.GeoSeries:
    """Return the shapes that a topology draws.

    Parameters
    ----------
    topology : Topology
        Any.
    resolution : {"coarse", "medium", "fine"}
        See `at_resolution`.

    Returns
    -------
    GeoSeries, EPSG:4326
        By code, in the order of `topology.codes`; an empty polygon where there is no arc.

    Raises
    ------
    InputError
        The resolution is none of them.

    Examples
    --------
    >>> from ptce_geo.territories import read_territories
    >>> shapes = topology_polygons(territory_topology(read_territories("region")))
    >>> shapes["11"].geom_type
    'Polygon'
    """
    drawn = at_resolution(topology, resolution)
    shapes = shapes_of_arcs(drawn.arcs, len(drawn.codes))
    shapes = shapely.transform(shapes, lambda xy: xy * drawn.grid)
    return gpd.GeoSeries(shapes, index=pd.Index(drawn.codes, name=schema.CODE), crs=4326)


def _warn_of_vanished(territories: gpd.GeoDataFrame, arcs: Arcs, grid: float) -> None:
    drawn = np.append(arcs.left, arcs.right)
    vanished = ~(territories.geometry.isna() | territories.geometry.is_empty).to_numpy()
    vanished[drawn[drawn >= 0]] = False
    if vanished.any():
        msg = (
            f"build_topology: {listing(territories.index[vanished])} are smaller than the grid of "
            f"{grid:g} degree and not drawn; lower grid"
        )
        warnings.warn(msg, PtceGeoWarning, stacklevel=3)


def _check(territories: gpd.GeoDataFrame, *, what: str) -> None:
    require_wgs84(territories, what=what)
    require_unique(territories.index.to_series(name="code"), what=what)
    kinds = territories.geom_type
    wrong = kinds.index[kinds.notna() & ~kinds.isin(_POLYGONS)]
    if len(wrong):
        msg = f"{what}: {listing(wrong)} must be polygons, found {kinds[wrong].iloc[0]}"
        raise InputError(msg)


def _regrouped(topology: Topology, group: pd.Index, codes: tuple[str, ...]) -> Topology:
    """Return the topology of `codes`; `group` tells which of them each territory belongs to."""
    beside = pd.Index(codes).get_indexer(group).astype(np.int32)
    beside = np.append(beside, np.int32(-1))  # what -1 is the place of: none
    arcs = topology.arcs._replace(left=beside[topology.left], right=beside[topology.right])
    return Topology(codes, *joined(arcs), topology.grid)


def _of_zoning(zoning: Zoning) -> Topology:
    files = _files()
    if zoning.polygons is not None or not files:
        return build_topology(zoning_territories(zoning))
    zones = commune_zones(zoning, year=CURRENT_YEAR).zones
    return dissolve(_embedded(_COMMUNE, *files), zones)


def _files() -> tuple[Path, Path] | tuple[()]:
    return catalogue().topology or ()


def embedded_level(territories: gpd.GeoDataFrame) -> str | None:
    """Return the level that all of `territories` are of, unchanged; None where there is none."""
    files = _files()
    if not files or territories.empty:
        return None
    found = shape_fingerprints(territories.geometry.to_numpy())
    for level, known in _fingerprints(files[1]).items():
        place = known.index.get_indexer(territories.index)
        if (place >= 0).all() and np.array_equal(known.to_numpy()[place], found):
            return level
    return None


@lru_cache(maxsize=8)
def _embedded(level: str, arcs: Path, fingerprints: Path) -> Topology:
    if level != _COMMUNE:
        return dissolve(
            _embedded(_COMMUNE, arcs, fingerprints), parent_codes(level, year=CURRENT_YEAR)
        )
    with reading(arcs):
        table = pq.read_table(arcs)
        grid = float(table.schema.metadata[b"grid"])
    lists = {name: table[name].combine_chunks() for name in ("x", "y", "ranks")}
    return Topology(
        codes=tuple(_fingerprints(fingerprints)[_COMMUNE].index),
        starts=lists["x"].offsets.to_numpy().astype(np.int64),
        left=table["left"].to_numpy(),
        right=table["right"].to_numpy(),
        grid=grid,
        **{name: column.flatten().to_numpy() for name, column in lists.items()},
    )


@lru_cache(maxsize=2)
def _fingerprints(path: Path) -> dict[str, pd.Series]:
    """Return what `shape_fingerprints` told of the embedded shapes, by level, then by code."""
    with reading(path):
        table = pd.read_parquet(path)
    return {
        level: rows.set_index(schema.CODE)["fingerprint"]
        for level, rows in table.groupby("level", sort=False)
    }
