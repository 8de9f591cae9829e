"""Reach in minutes over all of France, and floating catchments beside PySAL access.

Run from the root of a checkout: ``python benchmarks/accessibility.py``. The matrix is made in a
process of its own, so that its memory is known; then both make access from the same times, ours
from the matrix and access from the frame of its pairs, already made.
"""

from __future__ import annotations

import logging
import platform
import re
import subprocess
import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from ptce_geo.indicators.accessibility import (  # noqa: E402 - the checkout's own package
    population_within_minutes,
    travel_time_matrix,
)
from ptce_geo.indicators.floating_catchment import BANDS, two_step_fca  # noqa: E402
from ptce_geo.territories import territory_table  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from ptce_geo.indicators.accessibility import TravelTimeMatrix

RUNS = 5
MEMBERS = 3_200
POLES = 160
MINUTES = 60


def main() -> None:
    if sys.argv[1:] == ["matrix"]:
        matrix()
        return
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, pandas {pd.__version__}, "
        f"access {version('access')}; median of {RUNS}\n"
    )
    runs = [in_own_process() for _ in range(RUNS)]
    seconds, counted, megabytes = (median(column) for column in zip(*runs, strict=True))
    communes, members = france()
    print(
        f"matrix: {len(communes):,} communes × {MEMBERS:,} members within {MINUTES} minutes, "
        f"{counted:,.0f} pairs: {seconds:.2f} s, peak of the process {megabytes:,.0f} MB"
    )
    for by in (None, "pole_id"):
        taken, table = timed(lambda by=by: population_within_minutes(members, by=by))
        print(f"population_within_minutes, by={by}: {len(table)} rows, {taken:.2f} s")

    times = travel_time_matrix(communes, members, minutes=MINUTES)
    print(f"\n{'method':<8}{'two_step_fca':>14}{'access':>9}{'ratio':>7}  largest difference")
    for method, peer in peers(times, communes["population"]).items():
        ours, access = timed(lambda method=method: catchment(times, communes, method))
        theirs, expected = timed(peer)
        apart = np.abs(expected.fillna(0).reindex(access.index) / access - 1).max()
        print(f"{method:<8}{ours:14.3f}{theirs:9.2f}{theirs / ours:7.0f}  {apart:.1e}")


def in_own_process() -> tuple[float, ...]:
    """Return seconds, pairs and megabytes of the matrix, made in a fresh process."""
    command = [sys.executable, __file__, "matrix"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return tuple(map(float, answer.stdout.split()))


def matrix() -> None:
    """Print the seconds it took, its pairs, and the peak of this process's memory (MB)."""
    communes, members = france()
    start = perf_counter()
    times = travel_time_matrix(communes, members, minutes=MINUTES)
    print(perf_counter() - start, len(times.pairs.minutes))
    # The kernel's count for this program: getrusage also counts what forked it.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    print(int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024 / 1e6)


def france() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the communes, and members of some poles, drawn as people live."""
    communes = territory_table("commune")
    random = np.random.default_rng(2026)
    share = communes["population"] / communes["population"].sum()
    home = communes.iloc[random.choice(len(communes), MEMBERS, p=share)]
    members = home[["longitude", "latitude"]].reset_index(drop=True)
    return communes, members.assign(pole_id=random.integers(POLES, size=MEMBERS))


def catchment(times: TravelTimeMatrix, communes: pd.DataFrame, method: str) -> pd.Series:
    supply = pd.Series(1, index=times.destinations)
    return two_step_fca(times, supply=supply, demand=communes["population"], method=method)


def peers(times: TravelTimeMatrix, population: pd.Series) -> dict[str, Callable[[], pd.Series]]:
    """Return how PySAL access makes each measure of the same times."""
    from access import Access, weights

    logging.disable(logging.INFO)  # that it overwrites what it made before
    warnings.filterwarnings("ignore", message="The inplace keyword in DataFrame.drop")
    peer = Access(
        demand_df=population.to_frame(),
        demand_value="population",
        supply_df=pd.DataFrame({"members": 1}, index=times.destinations.rename("member")),
        supply_value="members",
        cost_df=times.to_frame(),
        cost_origin="origin",
        cost_dest="destination",
        cost_name="minutes",
    )

    def by_bands(measure: Callable[..., pd.DataFrame], method: str) -> pd.Series:
        weight = weights.step_fn(BANDS[method])
        return measure(name=method, weight_fn=weight, max_cost=MINUTES)[f"{method}_members"]

    return {
        "2sfca": lambda: peer.two_stage_fca(name="2sfca", max_cost=MINUTES)["2sfca_members"],
        "e2sfca": lambda: by_bands(peer.enhanced_two_stage_fca, "e2sfca"),
        "3sfca": lambda: by_bands(peer.three_stage_fca, "3sfca"),
    }


def timed(call: Callable[[], pd.Series | pd.DataFrame]) -> tuple[float, pd.Series | pd.DataFrame]:
    """Return the median of the seconds it took, and the answer."""
    seconds = []
    for _ in range(RUNS):
        start = perf_counter()
        answer = call()
        seconds.append(perf_counter() - start)
    return median(seconds), answer


if __name__ == "__main__":
    main()
