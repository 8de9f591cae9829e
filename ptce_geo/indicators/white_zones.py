"""White zones: contiguous communes that no member, or no seat, is near."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import sparse

from ptce_geo.checks import listing, require_unique, require_wgs84
from ptce_geo.errors import InputError
from ptce_geo.indicators.distances import (
    centres,
    in_legal_crs,
    nearest,
    reference_points,
    sorted_km,
)
from ptce_geo.indicators.inputs import require_one_area
from ptce_geo.indicators.reached import Goal, inhabitants, supply_points
from ptce_geo.indicators.weights import contiguous
from ptce_geo.metric import areas_km2
from ptce_geo.schema import (
    AREA_KM2,
    COMMUNE_CODES,
    COMMUNES,
    FARTHEST_KM,
    MEAN_KM,
    NAME,
    NEAREST_KM,
    POLE_ID,
    POLE_NAME,
    POPULATION,
    RANK,
)
from ptce_geo.territories import CURRENT_YEAR, read_territories, territory_table
from ptce_geo.territories.boundaries import dissolved
from ptce_geo.territories.catalogue import catalogue, is_ours, reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

# The entry of `attrs` that counts the zones from where nothing is reached over land.
ZONES_WITHOUT_NEAREST: Final = "zones_without_nearest"

_ZONE: Final = "zone"
_KM: Final = "km"
_ROW: Final = "row"
_WEIGHTED: Final = "weighted"
_COLUMNS: Final = (
    NAME,
    COMMUNES,
    POPULATION,
    AREA_KM2,
    POLE_ID,
    POLE_NAME,
    NEAREST_KM,
    MEAN_KM,
    FARTHEST_KM,
    COMMUNE_CODES,
)


def white_zones(
    members: pd.DataFrame,
    *,
    threshold_km: float = 20,
    to: Goal = "member",
    poles: pd.DataFrame | None = None,
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
    communes: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Find the contiguous groups of communes beyond a distance of every member.

    A commune is white when min_j d_ij > r, d_ij the straight distance from its reference point to
    accepted member (or seat) j in the legal CRS. White communes that share a border, not a corner
    only, are of one zone; an island commune is a zone of its own.

    Parameters
    ----------
    members, to, poles, year
        As for `coverage_by_reach`.
    threshold_km : float
        r in km, above 0.
    departements : sequence of str, optional
        Study area: zones end at its border. It does not restrict the members.
    communes : GeoDataFrame, optional
        Communes of your own in place of the embedded France, indexed by code: polygons
        (EPSG:4326) with ``population``, and perhaps ``nom``, ``area_km2``, and ``longitude`` and
        ``latitude`` of the reference point, else the centroid.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        One row a zone, index "rank" from 1, the most populous first: ``nom`` (of its most
        populous commune), ``communes`` (how many), ``population``, ``area_km2``, the ``pole_id``
        and ``pole_name`` of what is nearest to any of its communes, and how far that is
        (``nearest_km``, just beyond the threshold where a pole is near its edge), ``mean_km``
        (of its inhabitants to what is nearest to each; NaN where nobody lives) and
        ``farthest_km``, ``commune_codes`` (separated by spaces), and the union of their shapes.
        The pole is missing where the nearest member has none; where none lies in the same legal
        CRS (a département overseas without a member), it and the distances are too.
        ``attrs["zones_without_nearest"]`` counts these zones; the others are as of
        `coverage_by_reach`.

    Raises
    ------
    MissingColumnError, InputError, CrsError, UnknownTerritoryError
        As `coverage_by_reach`.
    DuplicateIdError
        If a code stands twice in `communes`, or a ``pole_id`` in `poles`.

    Notes
    -----
    The distance of a zone is the least of those of its communes, and not that from where its
    inhabitants live on average: the mean point of a zone that lies round a pole may be at the
    pole itself.

    Examples
    --------
    No member in La Réunion: its 24 communes are one zone, from where none is reached.

    >>> members = gpd.GeoDataFrame(geometry=gpd.points_from_xy([4.39], [45.44]), crs=4326)
    >>> zones = white_zones(members, departements=["974"])
    >>> zones[["nom", "communes", "nearest_km"]].values.tolist()
    [['Saint-Denis', 24, nan]]
    """
    threshold = sorted_km([threshold_km], what="threshold_km").item()
    supply = supply_points(members, to=to, poles=poles)
    area = study_communes(year=year, departements=departements, communes=communes)
    lonlat, crs = reference_points(centres(area, what="communes"), what="communes")
    km, row = nearest(in_legal_crs(lonlat, crs), crs, supply.metric, supply.crs)
    white = area.assign(**{_KM: km, _ROW: row})[km > threshold].sort_index()
    borders = study_borders(white.index, year=year) if communes is None else borders_of(white)
    zone = grouped(np.ones(len(white), dtype=bool), borders)
    # The communes that travel with the package share their borders exactly.
    ours = communes is None and is_ours(catalogue().territories("commune", year))
    zones = _described(white, zone, ours=ours).join(supply.poles, on=_ROW)
    zones = zones.sort_values([POPULATION, COMMUNE_CODES], ascending=[False, True])
    zones.index = pd.RangeIndex(1, len(zones) + 1, name=RANK)
    found = zones[[*_COLUMNS, "geometry"]]
    found.attrs = {**supply.attrs, ZONES_WITHOUT_NEAREST: int(found[NEAREST_KM].isna().sum())}
    return found


def study_communes(
    *, year: int, departements: Sequence[str] | None, communes: gpd.GeoDataFrame | None = None
) -> gpd.GeoDataFrame:
    """Return the communes of a study area with their shapes, or the caller's own."""
    require_one_area(departements, communes, name="communes")
    if communes is None:
        return read_territories("commune", year=year, departements=departements)
    require_wgs84(communes, what="communes")
    require_unique(communes.index.to_series(name="code"), what="communes")
    drawn = communes.geom_type.isin(["Polygon", "MultiPolygon"]) & ~communes.is_empty
    if not drawn.all():
        msg = (
            f"communes: {listing(communes.index[~drawn])} have no polygon; give their shapes or "
            "leave them out"
        )
        raise InputError(msg)
    people = inhabitants(communes, what="communes")
    communes = communes.rename_axis("code").assign(**{POPULATION: people})
    if NAME not in communes.columns:
        communes[NAME] = communes.index.astype("str")
    if AREA_KM2 not in communes.columns:
        communes[AREA_KM2] = areas_km2(communes)
    return communes


def borders_of(communes: gpd.GeoDataFrame) -> sparse.csr_array:
    """Return which communes share a border (sparse, n × n)."""
    return contiguous(communes.geometry, rook=True)


def study_borders(codes: pd.Index, *, year: int) -> sparse.csr_array:
    """Return which communes of `year` share a border (sparse, n × n, in the order of `codes`)."""
    path = catalogue().territories("commune", year)
    every, borders = _borders(path, path.stat().st_mtime_ns, year)
    place = every.get_indexer(codes)
    return borders[place][:, place]


@lru_cache(maxsize=2)
def _borders(
    path: Path,  # noqa: ARG001 - a file that changes, or that another one replaces, is read again
    modified: int,  # noqa: ARG001
    year: int,
) -> tuple[pd.Index, sparse.csr_array]:
    known = catalogue().neighbours(year)
    if known is None:
        communes = read_territories("commune", year=year)
        return communes.index, borders_of(communes)
    with reading(known):
        pairs = pd.read_parquet(known)
    codes = territory_table("commune", year=year).index
    ends = pairs["commune"].to_numpy(), pairs["neighbour"].to_numpy()
    both = np.concatenate(ends), np.concatenate(ends[::-1])
    ones = np.ones(len(both[0]), dtype="int64")
    return codes, sparse.csr_array((ones, both), shape=(len(codes), len(codes)))


def grouped(white: npt.NDArray[np.bool_], borders: sparse.csr_array) -> npt.NDArray[np.int32]:
    """Return the number of the contiguous group that each of the `white` communes is in, from 0."""
    from scipy.sparse.csgraph import connected_components  # other measures start faster without it

    if not white.any():
        return np.empty(0, dtype="int32")
    return connected_components(borders[white][:, white], directed=False)[1]


def _described(
    white: gpd.GeoDataFrame, zone: npt.NDArray[np.int32], *, ours: bool
) -> gpd.GeoDataFrame:
    """Return what there is to say of each zone, and the row of what is nearest (-1 for none)."""
    km = white[_KM].where(np.isfinite(white[_KM]))
    columns = white[[NAME, POPULATION, AREA_KM2, _ROW]]
    facts = columns.assign(**{_ZONE: zone, _KM: km, _WEIGHTED: km * white[POPULATION]})
    by_zone = facts.groupby(_ZONE)
    # Of several as large or as near, the lowest code.
    largest = facts.sort_values(POPULATION, ascending=False, kind="stable").drop_duplicates(_ZONE)
    closest = facts.sort_values(_KM, kind="stable").drop_duplicates(_ZONE)
    weighted, people = by_zone[_WEIGHTED].sum(min_count=1), by_zone[POPULATION].sum()
    return gpd.GeoDataFrame(
        {
            NAME: largest.set_index(_ZONE)[NAME],
            COMMUNES: by_zone.size(),
            POPULATION: people,
            AREA_KM2: by_zone[AREA_KM2].sum(),
            _ROW: closest.set_index(_ZONE)[_ROW],
            NEAREST_KM: by_zone[_KM].min(),
            MEAN_KM: weighted / people.where(people > 0),
            FARTHEST_KM: by_zone[_KM].max(),
            COMMUNE_CODES: white.index.to_series().astype("str").groupby(zone).agg(" ".join),
        },
        geometry=dissolved(white.geometry, by=pd.Series(zone, index=white.index), embedded=ours),
        crs=white.crs,
    )
