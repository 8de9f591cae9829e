"""The windows of a spatial scan, how they are rated, and the best of them.

`Ground` makes the windows, `Likelihood` rates one, `ranked_windows` finds those of the cases,
`largest_ratios` the largest of many random replicates.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import rel_entr

from ptce_geo.metric import project

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Counts = npt.NDArray[np.int32]
    Flags = npt.NDArray[np.bool_]

# Likelihood ratios that differ by less than rounding are equal.
TIE: Final = 1e-9
# A key of 62 bits sorts windows: centre (9), distance in mm (32), territory (21).
_CENTRE_BIT, _DISTANCE_BIT = 53, 21
_CENTRES: Final = 1 << 9
_TERRITORIES: Final = 1 << _DISTANCE_BIT
FARTHEST_M: Final = 4e6
_APART_M: Final = 1e7
# What one block of centres holds: window × replicate counts that stay in the cache, and pairs.
_CELLS: Final = 1 << 16
_PAIRS: Final = 1 << 21


@dataclass(frozen=True)
class Likelihood:
    """How much likelier a window's count is if its rate differs from that of elsewhere."""

    cases: int  # in all
    population: float  # in all
    bernoulli: bool
    low: bool

    def expected(self, population: Floats) -> Floats:
        """Return the cases that a population has at the rate of all."""
        return population * self.cases / self.population

    def ratio(self, cases: Integers | Counts | Floats, population: Floats) -> Floats:
        """Return the log-likelihood ratio, 0 on the side that is not sought."""
        sought = np.flatnonzero(
            cases < self.expected(population) if self.low else cases > self.expected(population)
        )
        counted, people = cases[sought].astype("float64"), population[sought]
        expected = self.expected(people)
        value = _divergence(counted, expected, self.cases)
        if self.bernoulli:
            others = self.population - self.cases
            value += _divergence(people - counted, people - expected, others)
        ratio = np.zeros(len(cases))
        ratio[sought] = value
        return ratio

    def reach(self, ratio: float, population: Floats) -> Floats:
        """Return a count for each population, up to which no ratio exceeds `ratio`."""
        expected = self.expected(population)
        if self.low:
            least = self.cases - (self.population - population) if self.bernoulli else 0.0
            extreme = np.maximum(least, 0.0)
        else:
            extreme = np.minimum(self.cases, population if self.bernoulli else np.inf)
        below, above = np.zeros(len(expected)), np.ones(len(expected))
        for _ in range(40):
            middle = (below + above) / 2
            within = self.ratio(expected + middle * (extreme - expected), population) <= ratio
            below, above = np.where(within, middle, below), np.where(within, above, middle)
        return expected + below * (extreme - expected)


def _divergence(part: Floats, expected: Floats, whole: float) -> Floats:
    # The rest expected can fall below 0 by rounding.
    rest = np.maximum(whole - expected, 0.0)
    return rel_entr(part, expected) + rel_entr(whole - part, rest)


@dataclass(frozen=True, eq=False)
class Windows:
    """The windows round some centres: one column a centre, one row a territory more."""

    order: Integers  # territory that enters; the number of territories where there is none
    radius_mm: Integers
    population: Floats  # of the window
    complete: Flags  # all at that distance are in, and the population is not too large

    @cached_property
    def lengths(self) -> Integers:
        """Rows up to the last complete window, for each centre."""
        rows = len(self.complete)
        last = rows - np.argmax(self.complete[::-1], axis=0)
        return np.where(self.complete.any(axis=0), last, 0)


@dataclass(frozen=True, eq=False)
class Ground:
    """The territories that windows are made of, and how large a window may be."""

    xyz: Floats  # m; the legal CRS are laid one above the other, too far apart to meet
    population: Floats
    radius: float  # m
    cap: float

    @cached_property
    def tree(self) -> cKDTree:
        """The territories, to find those near."""
        return cKDTree(self.xyz)

    def blocks(self, replicates: int) -> Iterator[Integers]:
        """Cut the centres into blocks that fit into the cache."""
        n = len(self.xyz)
        sample = self.xyz[:: max(1, n // 64)]
        near = self.tree.query_ball_point(sample, self.radius, return_length=True)
        size = min(_CENTRES, _CELLS // replicates, _PAIRS // int(near.max(initial=1)))
        cuts = [*range(0, n, max(1, size)), n]
        for first, end in pairwise(cuts):
            yield np.arange(first, end)

    def windows(self, centres: Integers) -> Windows:
        """Return the windows round `centres`, at most 512 of them."""
        n = len(self.xyz)
        near = cKDTree(self.xyz[centres]).sparse_distance_matrix(
            self.tree, self.radius, output_type="ndarray"
        )
        distance = np.rint(near["v"] * 1000).astype("int64")
        key = (near["i"] << _CENTRE_BIT) | (distance << _DISTANCE_BIT) | near["j"]
        key.sort()
        column = key >> _CENTRE_BIT
        count = np.bincount(column, minlength=len(centres))
        row = np.arange(len(key)) - np.repeat(np.cumsum(count) - count, count)

        shape = (int(count.max()), len(centres))
        order = np.full(shape, n)
        radius = np.zeros(shape, dtype="int64")
        complete = np.zeros(shape, dtype=bool)
        circle = key >> _DISTANCE_BIT
        order[row, column] = key & (_TERRITORIES - 1)
        radius[row, column] = circle & ((1 << (_CENTRE_BIT - _DISTANCE_BIT)) - 1)
        complete[row, column] = np.append(circle[1:] != circle[:-1], [True])
        population = np.cumsum(np.append(self.population, 0.0)[order], axis=0)
        complete &= population <= self.cap * (1 + TIE)
        return Windows(order, radius, population, complete)


def largest_ratios(ground: Ground, likelihood: Likelihood, counts: Counts) -> Floats:
    """Return the largest ratio of each replicate; `counts` is territories × replicates.

    A count that does not reach beyond the smallest maximum so far can not change any, whatever
    the replicate; only those that do are rated. So the result is that of rating all of them.
    """
    n, replicates = counts.shape
    maxima = np.zeros(replicates)
    if not ground.population.any():
        return maxima
    least = ground.population[ground.population > 0].min()
    grid = np.geomspace(least, max(least, ground.cap * (1 + TIE)), 512)
    # A few centres from all over first: blocks that start from a high maximum rate little.
    for centres in (np.arange(0, n, n // 32 + 1), *ground.blocks(replicates)):
        # The ratio is convex in count and population, so its level lines are bent such that the
        # chord between two points of the grid never asks for too much.
        reach = likelihood.reach(maxima.min(), grid)
        block = _block_maxima(ground.windows(centres), likelihood, counts, grid, reach)
        maxima = np.maximum(maxima, block)
    return maxima


def _block_maxima(
    windows: Windows,
    likelihood: Likelihood,
    counts: Counts,
    grid: Floats,
    reach: Floats,
) -> Floats:
    """Return the largest ratio of each replicate among `windows`, those within `reach` apart."""
    sign = -1 if likelihood.low else 1
    lengths = windows.lengths
    longest_first = np.argsort(-lengths, kind="stable")
    order = windows.order[:, longest_first]
    population = windows.population[:, longest_first]
    complete = windows.complete[:, longest_first]
    bound = np.full(order.shape, np.iinfo("int32").max, dtype="int32")
    bound[complete] = np.floor(sign * np.interp(population[complete], grid, reach) - 1e-6)
    # Centres that have a window of this row: the first ones.
    active = np.searchsorted(-lengths[longest_first], -np.arange(lengths.max()), side="left")

    replicates = counts.shape[1]
    largest = np.zeros(replicates)
    held = np.zeros((len(lengths), replicates), dtype="int32")
    entering, beyond = np.empty_like(held), np.empty(held.shape, dtype=bool)
    for row, centres in enumerate(active):
        np.take(counts, order[row, :centres], axis=0, out=entering[:centres], mode="clip")
        held[:centres] += entering[:centres]
        np.greater(held[:centres], bound[row, :centres, None], out=beyond[:centres])
        cell = np.flatnonzero(beyond[:centres])
        if len(cell):
            centre, replicate = np.divmod(cell, replicates)
            ratio = likelihood.ratio(sign * held.ravel()[cell], population[row, centre])
            np.maximum.at(largest, replicate, ratio)
    return largest


def redistributed(
    people: Floats,
    chosen: Flags,
    likelihood: Likelihood,
    size: int,
    random: np.random.Generator,
) -> Counts:
    """Return the cases of `chosen` territories × replicates under the null hypothesis.

    They are negative where low rates are sought, so that less is always what lies beyond.
    """
    counts = np.zeros((int(chosen.sum()), size), dtype="int32")
    # Nothing falls where nobody lives, not even by rounding.
    lived_in = people[chosen] > 0
    shares = np.append(people[chosen][lived_in], people[~chosen].sum())
    if not shares[-1]:
        shares = shares[:-1]
    if likelihood.bernoulli:
        drawn = random.multivariate_hypergeometric(
            shares.astype("int64"), likelihood.cases, size=size, method="marginals"
        )
    else:
        drawn = random.multinomial(likelihood.cases, shares / shares.sum(), size=size)
    counts[lived_in] = drawn.T[: lived_in.sum()]
    return -counts if likelihood.low else counts


@dataclass(frozen=True, eq=False)
class Window:
    """One window with what it holds."""

    centre: int
    members: Integers
    radius_km: float
    cases: int
    population: float
    ratio: float


def ranked_windows(ground: Ground, likelihood: Likelihood, counted: Integers) -> Iterator[Window]:
    """Yield the windows by falling ratio, each without what those before it hold."""
    best: list[tuple[float, int]] = []
    for centres in ground.blocks(1):
        ratios, _ = _rated(ground.windows(centres), likelihood, counted)
        # Rounded, so that of two windows that hold the same the first by code leads.
        best += zip(-ratios.max(axis=0).round(9), centres.tolist(), strict=True)
    heapify(best)
    taken = np.zeros(len(counted) + 1, dtype=bool)
    while best:
        lost, centre = heappop(best)
        if lost >= 0:
            return
        if taken[centre]:
            continue
        windows = ground.windows(np.array([centre]))
        ratios, cases = _rated(windows, likelihood, counted)
        order = windows.order[:, 0]
        # Windows grow, so those that are free of taken territories are the first ones.
        free = int(np.argmax(taken[order])) if taken[order].any() else len(order)
        row = int(np.argmax(ratios[:free, 0]))
        ratio = float(ratios[row, 0])
        if round(ratio, 9) < -lost:
            heappush(best, (-round(ratio, 9), centre))
            continue
        members = order[: row + 1]
        taken[members] = True
        yield Window(
            centre,
            members,
            float(windows.radius_mm[row, 0]) / 1e6,
            int(cases[row, 0]),
            float(windows.population[row, 0]),
            ratio,
        )


def _rated(windows: Windows, likelihood: Likelihood, counted: Integers) -> tuple[Floats, Integers]:
    """Return the ratio (0 where a window is not complete) and the cases of each window."""
    cases = np.cumsum(np.append(counted, 0)[windows.order], axis=0)
    ratios = np.zeros(cases.shape)
    complete = windows.complete
    ratios[complete] = likelihood.ratio(cases[complete], windows.population[complete])
    return ratios, cases


def planes(lonlat: Floats, crs: Integers) -> Floats:
    """Return x, y (m) in the legal CRS, and a height that keeps the planes apart."""
    xyz = np.empty((len(lonlat), 3))
    for plane, epsg in enumerate(np.unique(crs)):
        here = crs == epsg
        xyz[here, :2] = project(lonlat[here], int(epsg))
        xyz[here, 2] = plane * _APART_M
    return xyz
