"""Siting of the next poles beside PySAL spopt, and for all of France.

Run from the root of a checkout: ``python benchmarks/siting.py``. The communes of a région are the
demand, the most populous communes of its EPCI the candidates; spopt builds its program with PuLP
and solves it with the CBC that PuLP brings, or else with PuLP's HiGHS. Both start from points in
the legal CRS: spopt needs the matrix of all distances, which is in its time.
"""

from __future__ import annotations

import platform
import sys
import warnings
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import pulp
import scipy
import spopt.locate
from scipy.spatial.distance import cdist

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
# The checkout's own package.
from ptce_geo.indicators.median_siting import p_median  # noqa: E402
from ptce_geo.indicators.siting import gain_curve, site_next_poles  # noqa: E402
from ptce_geo.indicators.siting_places import epci_main_communes  # noqa: E402
from ptce_geo.metric import project  # noqa: E402
from ptce_geo.territories import territory_table  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    # Ours gives the objective; spopt's the objective and the seconds of its solver.
    Calls = tuple[Callable[[], float], Callable[[], tuple[float, float]]]

RUNS = 3
REACH_KM = 20
POLES = 5
# Auvergne-Rhône-Alpes and Bretagne. The p-median of the former is left to ours alone: spopt took
# a minute for the latter, which has a ninth of the pairs.
LARGE, SMALL = "84", "53"


def main() -> None:
    solver = cbc_or_highs()
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
        f"spopt {spopt.__version__}, PuLP {pulp.__version__} ({solver.name}); "
        f"median of {RUNS}, in turn\n"
    )
    print(f"{'':<48}{'ours, s':>8}{'spopt, s':>10}{'solver':>9}{'ratio':>8}  objective")
    for region in (SMALL, LARGE):
        beside_spopt(f"covering, région {region}", *frames(region), cover, solver)
    beside_spopt(f"p-median, région {SMALL}", *frames(SMALL), least_way, solver)
    whole_france()
    large_median()


def beside_spopt(
    name: str,
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    model: Callable[..., Calls],
    solver: pulp.LpSolver,
) -> None:
    ours, theirs = model(demand, candidates, solver)
    times: dict[str, list[float]] = {"ours": [], "theirs": []}
    solving = []
    for _ in range(RUNS):
        start = perf_counter()
        found = ours()
        middle = perf_counter()
        expected, solver_seconds = theirs()
        times["ours"].append(middle - start)
        times["theirs"].append(perf_counter() - middle)
        solving.append(solver_seconds)
    seconds, peer = median(times["ours"]), median(times["theirs"])
    same = "the same" if np.isclose(found, expected, rtol=1e-6) else "DIFFERENT"
    size = f"{len(demand):,} x {len(candidates):,}, p = {POLES}"
    print(
        f"{f'{name}, {size}':<48}{seconds:8.2f}{peer:10.2f}{median(solving):9.2f}"
        f"{peer / seconds:8.1f}  {same}: {found:,.8g} and {expected:,.8g}",
        flush=True,
    )


def cover(demand: pd.DataFrame, candidates: pd.DataFrame, solver: pulp.LpSolver) -> Calls:
    def ours() -> float:
        options = {"candidates": candidates, "demand": demand, "reach": REACH_KM}
        return site_next_poles(POLES, **options).gain

    def theirs() -> tuple[float, float]:
        people = demand["population"].to_numpy()
        model = spopt.locate.MCLP.from_cost_matrix(
            km(demand, candidates), people, REACH_KM, POLES
        ).solve(solver)
        return model.problem.objective.value(), model.problem.solutionTime

    return ours, theirs


def least_way(demand: pd.DataFrame, candidates: pd.DataFrame, solver: pulp.LpSolver) -> Calls:
    def ours() -> float:
        return p_median(POLES, candidates=candidates, demand=demand).mean_after

    def theirs() -> tuple[float, float]:
        people = demand["population"].to_numpy()
        model = spopt.locate.PMedian.from_cost_matrix(km(demand, candidates), people, POLES).solve(
            solver
        )
        return model.problem.objective.value() / people.sum(), model.problem.solutionTime

    return ours, theirs


def whole_france() -> None:
    for name, call in (
        ("site_next_poles(5)", lambda: site_next_poles(POLES)),
        ('site_next_poles(5, method="greedy")', lambda: site_next_poles(POLES, method="greedy")),
        ("gain_curve(p=range(1, 11))", gain_curve),
    ):
        seconds = []
        for _ in range(RUNS):
            start = perf_counter()
            found = call()
            seconds.append(perf_counter() - start)
        gap = np.max(found["gap"] if name.startswith("gain") else found.gap)
        print(f"France, {name:<38}{median(seconds):6.2f} s  gap {gap:.2%}", flush=True)
    print(found.to_string())


def large_median() -> None:
    demand, candidates = frames(LARGE)
    seconds = []
    for _ in range(RUNS):
        start = perf_counter()
        found = p_median(POLES, candidates=candidates, demand=demand)
        seconds.append(perf_counter() - start)
    size = f"{len(demand):,} x {len(candidates):,}, p = {POLES}"
    print(
        f"p-median, région {LARGE}, {size}: {median(seconds):.2f} s, "
        f"{found.mean_after:.3f} km, gap {found.gap:.2%}"
    )


def frames(region: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the communes of a région and the largest commune of each EPCI there."""
    communes, seats = territory_table("commune"), epci_main_communes()
    communes = communes[communes["code_region"] == region]
    return communes, seats[seats.index.isin(communes.index)]


def km(demand: pd.DataFrame, candidates: pd.DataFrame) -> np.ndarray:
    metric = [
        project(frame[["longitude", "latitude"]].to_numpy(), 2154) for frame in (demand, candidates)
    ]
    return cdist(*metric) / 1000


def cbc_or_highs() -> pulp.LpSolver:
    warnings.simplefilter("ignore", DeprecationWarning)  # of PuLP, about its CBC
    cbc = pulp.PULP_CBC_CMD(msg=False)
    return cbc if cbc.available() else pulp.HiGHS(msg=False)


if __name__ == "__main__":
    main()
