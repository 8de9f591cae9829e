"""Where counts are higher than they should be: Kulldorff's spatial scan statistic.

`kulldorff_scan` checks and reports; the windows and their ratios are made in `scan_windows`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from ptce_geo.checks import (
    listing,
    require_same_index,
    require_unique,
)
from ptce_geo.errors import InputError
from ptce_geo.indicators.distances import reference_points
from ptce_geo.indicators.inputs import amounts
from ptce_geo.indicators.scan_windows import (
    FARTHEST_M,
    TIE,
    Ground,
    Likelihood,
    Window,
    largest_ratios,
    planes,
    ranked_windows,
    redistributed,
)
from ptce_geo.schema import (
    CASES,
    CENTRE,
    EXPECTED,
    LOG_LIKELIHOOD_RATIO,
    METHOD,
    P_VALUE,
    POPULATION,
    RADIUS_KM,
    RANK,
    RELATIVE_RISK,
    TERRITORIES,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

Tail: TypeAlias = Literal["rank", "gumbel"]


# Replicates drawn at a time, so that they fit into memory.
_BATCH: Final = 500
_METHODS: Final = {"rank": "monte_carlo_rank", "gumbel": "gumbel"}


@dataclass(frozen=True, eq=False)
class SpatialScan:
    """What a scan found.

    Attributes
    ----------
    clusters : DataFrame
        One row a cluster, indexed by "rank" from 1: centre (code), radius_km, territories
        (number), cases, expected, relative_risk (NaN where no case is outside), population,
        log_likelihood_ratio, p_value, method ("monte_carlo_rank" or "gumbel").
    members : Series
        "rank" of the cluster that a territory belongs to, indexed by code; territories in none
        are left out.
    maxima : array of float
        Largest log-likelihood ratio of each replicate.
    n : int
        Number of territories.
    """

    clusters: pd.DataFrame
    members: pd.Series
    maxima: Floats
    n: int

    @property
    def replicates(self) -> int:
        """Number of replicates."""
        return len(self.maxima)


def kulldorff_scan(
    cases: pd.Series,
    population: pd.Series,
    *,
    points: gpd.GeoSeries | pd.DataFrame,
    model: Literal["poisson", "bernoulli"] = "poisson",
    rates: Literal["high", "low"] = "high",
    candidates: Sequence[str] | pd.Index | None = None,
    max_population_share: float = 0.5,
    max_radius_km: float | None = None,
    replicates: int = 999,
    seed: int | None = None,
    tail: Tail = "rank",
    secondary: float = 0.05,
) -> SpatialScan:
    """Find the circles that hold more cases than their population explains, and test them.

    For a window of c cases out of C, n inhabitants out of N and e = C n / N expected,
    LLR = c ln(c/e) + (C - c) ln((C - c)/(C - e)) where c > e, else 0 (Poisson). Bernoulli adds
    the same for the others: c, e, C replaced by n - c, n - e, N - C.

    The windows are the circles round the point of each territory, one for each distance to
    another territory (compared to the millimetre): it holds every territory up to there, so
    those at one distance enter together. They stay in the plane of one legal CRS. The first
    cluster is the window of largest LLR; each next one is the largest that shares no territory
    with those before it.

    Under the null hypothesis the C cases fall anywhere in proportion to the population
    (multinomial; Bernoulli: without putting back, hypergeometric). The p-value of every cluster
    compares with the largest LLR of each replicate, so it allows for the many windows tried,
    and errs on the safe side for the second and later clusters:
    p = (1 + #{maxima ≥ LLR}) / (replicates + 1), or the upper tail of the Gumbel distribution
    that has the mean and the variance of the maxima.

    Parameters
    ----------
    cases : Series
        Whole numbers, at least 0, indexed by territory code.
    population : Series
        Same codes in any order. Poisson: what the expected cases are in proportion to, at least
        0. Bernoulli: cases and controls together, whole numbers.
    points : GeoSeries, EPSG:4326, or DataFrame with ``longitude`` and ``latitude`` (deg)
        One point for each territory, same codes. The table of communes will do.
    model : {"poisson", "bernoulli"}
        Bernoulli where the cases are a sizeable part of the population.
    rates : {"high", "low"}
        Whether windows with more or with fewer cases than expected are sought.
    candidates : sequence of str, optional
        Codes of the territories that windows are made of; the others still count in C and N.
        By default all.
    max_population_share : float
        Largest n / N of a window, above 0 and up to 1.
    max_radius_km : float, optional
        Largest radius of a window (km).
    replicates : int
        Number of random redistributions: at least 1, for the Gumbel tail 2.
    seed : int, optional
        Seed of the replicates; the result does not depend on the order of the rows.
    tail : {"rank", "gumbel"}
        How the p-value is read off the maxima. The rank can not fall below
        1/(replicates + 1); the Gumbel tail can, and relies on its shape there.
    secondary : float
        Clusters after the first are listed up to this p-value, 0…1.

    Returns
    -------
    SpatialScan
        Its clusters are none where no window exceeds what is expected.

    Raises
    ------
    InputError
        If a number is negative, missing or (cases) not whole, the codes differ, there is no case
        at all, a territory without population has cases, a case number exceeds the population
        (Bernoulli), or a parameter is out of its range.
    CrsError
        If a point lies in no legal CRS of France, or `points` is not in EPSG:4326.

    References
    ----------
    Kulldorff, M. (1997). A spatial scan statistic. Communications in Statistics - Theory and
    Methods 26(6), 1481–1496.
    Abrams, A. M., Kleinman, K., Kulldorff, M. (2010). Gumbel based p-value approximations for
    spatial scan statistics. International Journal of Health Geographics 9:61.

    Examples
    --------
    A holds 6 of 8 cases and a quarter of the population, so e = 2:
    6 ln(6/2) + 2 ln(2/6) = 4 ln 3 = 4.394. Its risk is (6/2) / (2/6) = 9 times that of elsewhere.

    >>> cases = pd.Series({"A": 6, "B": 1, "C": 1})
    >>> population = pd.Series({"A": 100, "B": 150, "C": 150})
    >>> places = pd.DataFrame(
    ...     {"longitude": [3.0, 3.1, 3.3], "latitude": 46.5}, index=["A", "B", "C"]
    ... )
    >>> found = kulldorff_scan(cases, population, points=places, replicates=99, seed=1)
    >>> cluster = found.clusters.loc[1]
    >>> cluster["centre"], int(cluster["cases"]), float(cluster["expected"])
    ('A', 6, 2.0)
    >>> cluster[["relative_risk", "log_likelihood_ratio"]].astype(float).round(3).to_list()
    [9.0, 4.394]
    """
    _check_choices(model=model, rates=rates, tail=tail)
    _check_numbers(max_population_share, max_radius_km, replicates, secondary, tail=tail)
    for codes, what in ((cases, "cases"), (population, "population"), (points, "points")):
        require_unique(codes.index.to_series(name="code"), what=what)
    require_same_index(cases, population, what="cases and population")
    require_same_index(cases, points, what="cases and points")
    # In the order of the codes, so that a seed gives the same replicates whatever the order.
    cases = cases.sort_index()
    counted, people = _counts(cases, population.loc[cases.index], model=model)
    lonlat, crs = reference_points(points.loc[cases.index], what="points")

    likelihood = Likelihood(
        int(counted.sum()), float(people.sum()), bernoulli=model == "bernoulli", low=rates == "low"
    )
    chosen = _chosen(cases.index, candidates)
    ground = Ground(
        xyz=planes(lonlat, crs)[chosen],
        population=people[chosen],
        radius=min(FARTHEST_M, 1000 * max_radius_km) if max_radius_km else FARTHEST_M,
        cap=max_population_share * likelihood.population,
    )
    random = np.random.default_rng(seed)
    batches = []
    for size in _batches(replicates):
        counts = redistributed(people, chosen, likelihood, size, random)
        batches.append(largest_ratios(ground, likelihood, counts))
    maxima = np.concatenate(batches)
    found: list[tuple[Window, float]] = []
    for window in ranked_windows(ground, likelihood, counted[chosen]):
        p_value = _p_value(window.ratio, maxima, tail=tail)
        if found and p_value > secondary:
            break
        found.append((window, p_value))
    return _result(
        found, cases.index[chosen], maxima, likelihood, n=len(cases), method=_METHODS[tail]
    )


def _p_value(ratio: float, maxima: Floats, *, tail: Tail) -> float:
    if tail == "rank":
        return float((1 + np.sum(maxima >= ratio * (1 - TIE))) / (1 + len(maxima)))
    scale = np.std(maxima, ddof=1) * np.sqrt(6) / np.pi
    if scale == 0:
        return float("nan")
    place = np.mean(maxima) - np.euler_gamma * scale
    return float(-np.expm1(-np.exp(-(ratio - place) / scale)))


def _result(
    found: list[tuple[Window, float]],
    codes: pd.Index,
    maxima: Floats,
    likelihood: Likelihood,
    *,
    n: int,
    method: str,
) -> SpatialScan:
    rank = pd.RangeIndex(1, len(found) + 1, name=RANK)
    expected = likelihood.expected(np.array([window.population for window, _ in found]))
    cases = np.array([window.cases for window, _ in found], dtype="int64")
    outside = likelihood.cases - cases
    with np.errstate(divide="ignore", invalid="ignore"):
        risk = (cases / expected) / np.where(outside > 0, outside, np.nan)
    clusters = pd.DataFrame(
        {
            CENTRE: pd.Series([codes[window.centre] for window, _ in found], rank, dtype="str"),
            RADIUS_KM: np.array([window.radius_km for window, _ in found]),
            TERRITORIES: np.array([len(window.members) for window, _ in found], dtype="int64"),
            CASES: cases,
            EXPECTED: expected,
            RELATIVE_RISK: risk * (likelihood.cases - expected),
            POPULATION: np.array([window.population for window, _ in found]),
            LOG_LIKELIHOOD_RATIO: np.array([window.ratio for window, _ in found]),
            P_VALUE: np.array([p_value for _, p_value in found]),
            METHOD: pd.Series(method, rank, dtype="str"),
        },
        index=rank,
    )
    members = {
        codes[member]: number
        for number, (window, _) in enumerate(found, start=1)
        for member in window.members
    }
    ranks = pd.Series(list(members.values()), list(members), dtype="int64", name=RANK)
    return SpatialScan(clusters, ranks.rename_axis(codes.name).sort_index(), maxima, n)


def _batches(replicates: int) -> list[int]:
    """Cut the replicates into batches that fit into memory."""
    full, rest = divmod(replicates, _BATCH)
    return [_BATCH] * full + [rest] * (rest > 0)


def _check_choices(*, model: str, rates: str, tail: str) -> None:
    for name, value, known in (
        ("model", model, ("poisson", "bernoulli")),
        ("rates", rates, ("high", "low")),
        ("tail", tail, tuple(_METHODS)),
    ):
        if value not in known:
            msg = f"{name}: unknown {value!r}; known: {', '.join(known)}"
            raise InputError(msg)


def _check_numbers(
    share: float, radius_km: float | None, replicates: int, secondary: float, *, tail: str
) -> None:
    fewest = 2 if tail == "gumbel" else 1
    for name, value, fits, wanted in (
        ("max_population_share", share, 0 < share <= 1, "a share above 0 and up to 1"),
        ("max_radius_km", radius_km, radius_km is None or radius_km > 0, "km above 0, or None"),
        ("replicates", replicates, replicates >= fewest, f"at least {fewest}"),
        ("secondary", secondary, 0 <= secondary <= 1, "a p-value, 0 to 1"),
    ):
        if not fits:
            msg = f"{name}: expected {wanted}, found {value}"
            raise InputError(msg)


def _counts(cases: pd.Series, population: pd.Series, *, model: str) -> tuple[Integers, Floats]:
    """Return cases and population as numbers, once they fit each other and `model`."""
    people = amounts(population, what="population")
    counted = _whole(cases, what="cases")
    if model == "bernoulli":
        people = _whole(population, what="population").astype("float64")
        odd, problem = counted > people, "with more cases than population (cases and controls)"
    else:
        odd, problem = (people == 0) & (counted > 0), "with cases, but without population"
    if odd.any():
        msg = f"cases: {listing(cases.index[odd])} {problem}; correct one of them or leave them out"
        raise InputError(msg)
    if not counted.any():
        msg = "cases: expected at least one case, found none in any territory; there is no rate"
        raise InputError(msg)
    if model == "bernoulli" and counted.sum() == people.sum():
        msg = "population: expected controls besides the cases, found none; there is no contrast"
        raise InputError(msg)
    return counted, people


def _whole(values: pd.Series, *, what: str) -> Integers:
    numbers = amounts(values, what=what)
    odd = values[numbers != np.floor(numbers)]
    if len(odd):
        found = listing(f"{value} for {code}" for code, value in odd.items())
        msg = f"{what}: expected whole numbers, found {found}; count events, do not weight them"
        raise InputError(msg)
    if numbers.sum() > np.iinfo("int32").max:
        msg = (
            f"{what}: expected at most {np.iinfo('int32').max:,} in all, found {numbers.sum():,.0f}"
        )
        raise InputError(msg)
    return numbers.astype("int64")


def _chosen(codes: pd.Index, candidates: Sequence[str] | pd.Index | None) -> Flags:
    if candidates is None:
        return np.ones(len(codes), dtype=bool)
    unknown = pd.Index(candidates).difference(codes)
    if len(unknown):
        msg = f"candidates: {listing(unknown)} is no territory of cases; use the same codes"
        raise InputError(msg)
    return codes.isin(candidates)
