"""Which territories are neighbours, as a `libpysal.graph.Graph` on their codes."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.spatial import cKDTree

from ptce_geo.checks import listing, require_same_index, require_unique, require_wgs84
from ptce_geo.errors import InputError
from ptce_geo.metric import by_legal_crs

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    from libpysal.graph import Graph

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

Kind: TypeAlias = Literal["queen", "rook", "knn", "distance"]
Transform: TypeAlias = Literal["r", "b"]


def spatial_weights(
    territories: gpd.GeoDataFrame,
    *,
    kind: Kind = "queen",
    k: int | None = None,
    distance_km: float | None = None,
    transform: Transform = "r",
) -> Graph:
    """Say which territories are neighbours, and with which weight.

    w_ij = 1 where j is a neighbour of i, else 0 (`transform` "b"); or w_ij / Σ_j w_ij, so that
    the weights of each territory add up to 1 (`transform` "r").

    Parameters
    ----------
    territories : GeoDataFrame, EPSG:4326
        Indexed by code. Contiguity needs polygons of one clean coverage, as the embedded ones
        are: neighbours have the vertices of their common border in common.
    kind : str
        "queen": they share a vertex. "rook": they share a segment of border. "knn": j is one of
        the `k` nearest of i, which need not be mutual. "distance": they lie at most
        `distance_km` apart. Distances are between centroids, in the legal CRS (m); to measure
        between town halls, give their points as the geometry.
    k : int, optional
        Number of neighbours, at least 1, for "knn". A territory has fewer where its legal CRS
        holds no k others; at equal distance the choice among them is arbitrary.
    distance_km : float, optional
        Threshold for "distance" (km), itself included.
    transform : str
        "r" or "b".

    Returns
    -------
    libpysal.graph.Graph
        Its ids are the codes, in the order of `territories`. Who has no neighbour stays, as an
        isolate. Nobody is a neighbour across two legal CRS; Guadeloupe and Martinique share one.

    Raises
    ------
    InputError
        If `kind` or `transform` is unknown, `k` or `distance_km` is missing, senseless or given
        to another kind, there is no territory, one has no geometry, or contiguity is asked of
        points.
    DuplicateIdError
        If a code stands twice.
    CrsError
        If `territories` is not in EPSG:4326, or a distance is asked of what has no legal CRS.

    References
    ----------
    Cliff, A. D. and Ord, J. K. (1981). Spatial Processes, chapter 1. Pion, London.

    Examples
    --------
    A and B share a side; C touches B at a corner; D lies apart.

    >>> import geopandas as gpd
    >>> squares = [shapely.box(x, y, x + 1, y + 1) for x, y in ((1, 45), (2, 45), (3, 46), (5, 45))]
    >>> zones = gpd.GeoDataFrame(index=list("ABCD"), geometry=squares, crs=4326)
    >>> spatial_weights(zones, transform="b")["B"].to_dict()
    {'A': 1, 'C': 1}
    >>> spatial_weights(zones, kind="rook").isolates.to_list()
    ['C', 'D']
    """
    from libpysal.graph import Graph

    _check_options(kind, k, distance_km, transform)
    require_wgs84(territories, what="territories")
    require_unique(territories.index.to_series(name="code"), what="territories")
    shapes = territories.geometry
    if shapes.empty:
        msg = "territories: expected at least one, found none"
        raise InputError(msg)
    if missing := territories.index[shapes.isna() | shapes.is_empty].to_list():
        msg = f"territories: no geometry for {listing(missing)}; fill it, or leave them out"
        raise InputError(msg)
    if kind in ("queen", "rook"):
        pairs = contiguous(shapes, rook=kind == "rook")
    else:
        pairs = _close(territories, k, distance_km)
    return Graph.from_sparse(pairs, ids=territories.index).transform(transform)


@dataclass(frozen=True)
class Links:
    """The weights of a graph, ready for arithmetic.

    Attributes
    ----------
    codes : Index
        The territories, in the order of rows and columns.
    matrix : csr_array
        w_ij, n × n, without stored zeros.
    islands : tuple
        The codes of the territories without neighbour.
    """

    codes: pd.Index
    matrix: Any
    islands: tuple[Any, ...]

    @property
    def sizes(self) -> Integers:
        """How many neighbours each territory has."""
        return np.diff(self.matrix.indptr).astype("int64")

    def align(self, values: pd.Series, *, what: str) -> Floats:
        """Return finite `values` in the order of `codes`; raise `InputError` for any other."""
        require_unique(values.index.to_series(name="code"), what=what)
        require_same_index(values, pd.Series(index=self.codes), what=f"{what} and weights")
        if not pd.api.types.is_numeric_dtype(values):
            msg = f"{what}: expected numbers, found {values.dtype}; convert with pandas.to_numeric"
            raise InputError(msg)
        aligned = values.reindex(self.codes)
        numbers = aligned.to_numpy(dtype="float64", na_value=np.nan)
        if not np.isfinite(numbers).all():
            odd = listing(self.codes[~np.isfinite(numbers)])
            msg = f"{what}: missing or infinite for {odd}; fill it, or leave them out on both sides"
            raise InputError(msg)
        return numbers


def links_of(weights: Graph) -> Links:
    """Return the `Links` of a graph; raise `InputError` unless it is one that measures can use."""
    from libpysal.graph import Graph

    if not isinstance(weights, Graph):
        msg = (
            f"weights: expected a libpysal.graph.Graph, found {type(weights).__name__}; "
            "build it with spatial_weights, or Graph.from_W"
        )
        raise InputError(msg)
    codes = weights.unique_ids
    matrix = sparse.csr_array(weights.sparse, dtype="float64", copy=True)
    matrix.eliminate_zeros()
    matrix.sort_indices()
    if not (np.isfinite(matrix.data) & (matrix.data > 0)).all():
        msg = "weights: found some negative or infinite; a weight is a finite number of at least 0"
        raise InputError(msg)
    if selves := codes[matrix.diagonal() != 0].to_list():
        msg = (
            f"weights: {listing(selves)} stand among their own neighbours; take them out "
            "with weights.assign_self_weight(0)"
        )
        raise InputError(msg)
    return Links(codes, matrix, tuple(codes[np.diff(matrix.indptr) == 0].tolist()))


def _check_options(kind: str, k: int | None, distance_km: float | None, transform: str) -> None:
    for option, found, known in (
        ("kind", kind, get_args(Kind)),
        ("transform", transform, get_args(Transform)),
    ):
        if found not in known:
            msg = f"spatial_weights: unknown {option} {found!r}; known: {', '.join(known)}"
            raise InputError(msg)
    for name, given, of_kind in (("k", k, "knn"), ("distance_km", distance_km, "distance")):
        if (given is None) == (kind == of_kind):
            msg = f'spatial_weights: {name}= goes with kind="{of_kind}", and only with it'
            raise InputError(msg)
        whole = name != "k" or isinstance(given, Integral)
        if given is not None and not (whole and 0 < given < np.inf):
            msg = f"spatial_weights: {name}={given!r}; expected a number above 0 (k: a whole one)"
            raise InputError(msg)


def contiguous(shapes: gpd.GeoSeries, *, rook: bool) -> sparse.csr_array:
    """Return which shapes share a vertex, or a segment (n × n, 1 or nothing)."""
    if other := sorted(set(shapes.geom_type) - {"Polygon", "MultiPolygon"}):
        msg = (
            f"territories: contiguity needs polygons, found {listing(other)}; "
            'take kind="knn" or kind="distance"'
        )
        raise InputError(msg)
    if shapes.empty:
        return sparse.csr_array((0, 0), dtype="int64")
    # The numbers alone: no object for each ring, which takes twice the time and the memory.
    _, vertices, (rings, *outer) = shapely.to_ragged_array(shapes.to_numpy())
    ring = np.repeat(np.arange(len(rings) - 1), np.diff(rings))
    whole = np.arange(len(rings) - 1)
    for offsets in outer:
        whole = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))[whole]
    # Numbers told apart by hashing, not by sorting: half the time. + 0.0 makes -0.0 be 0.0.
    x, y = (pd.factorize(column)[0] for column in (vertices + 0.0).T)
    place = _told_apart(x, y)
    owner = whole[ring]
    if rook:
        # A segment is its two places, the lower one first, never from one ring to the next.
        low, high = np.minimum(place[:-1], place[1:]), np.maximum(place[:-1], place[1:])
        real = (ring[:-1] == ring[1:]) & (low != high)
        place = _told_apart(low[real], high[real])
        owner = owner[:-1][real]
    shape = len(shapes), place.max(initial=-1) + 1
    bounds = sparse.csr_array((np.ones(len(place), dtype="int64"), (owner, place)), shape=shape)
    return _pairs(bounds @ bounds.T)


def _told_apart(first: Integers, second: Integers) -> Integers:
    """Return one number for each pair, the same for the same pair."""
    return pd.factorize(first * (second.max(initial=0) + 1) + second)[0]


def _close(
    territories: gpd.GeoDataFrame, k: int | None, distance_km: float | None
) -> sparse.csr_array:
    """Return which centroids are near each other (n × n, 1 or nothing), by legal CRS."""
    heads, tails = [], []
    for _, part in by_legal_crs(territories):
        place = territories.index.get_indexer(part.index)
        points = shapely.get_coordinates(part.geometry.centroid.to_numpy())
        tree = cKDTree(points)
        if distance_km is not None:
            near = tree.query_pairs(distance_km * 1000, output_type="ndarray")
            head, tail = np.concatenate([near, near[:, ::-1]]).T
        else:
            head, tail = _nearest(tree, min(k or 0, len(part) - 1))
        heads.append(place[head])
        tails.append(place[tail])
    focal, neighbour = np.concatenate(heads), np.concatenate(tails)
    shape = (len(territories), len(territories))
    return _pairs(sparse.csr_array((np.ones(len(focal), "int64"), (focal, neighbour)), shape))


def _nearest(tree: cKDTree, k: int) -> tuple[Integers, Integers]:
    """Return each point and its `k` nearest others, as two columns."""
    itself = np.arange(tree.n)[:, None]
    found = tree.query(tree.data, np.arange(1, k + 2))[1]
    # Among points in one place the point itself need not come first, nor come at all.
    others = found != itself
    others[others.all(axis=1), -1] = False
    return np.broadcast_to(itself, found.shape)[others], found[others]


def _pairs(matrix: sparse.csr_array) -> sparse.csr_array:
    """Return 1 wherever `matrix` is not 0, its diagonal left out."""
    matrix.setdiag(0)
    matrix.eliminate_zeros()
    matrix.sort_indices()
    matrix.data[:] = 1
    return matrix
