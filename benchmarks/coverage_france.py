"""Coverage of the whole of France: seconds and memory, and what 3,200 members reach.

Run from the root of a checkout: ``python benchmarks/coverage_france.py``. No peer has these
measures. Members are drawn by population from the communes; each run is a process of its own,
measured after the imports: cold is its first call (which reads the boundaries and loads libpysal),
warm the next; cpu is the processor's time of the first, which other work on the machine does not
change as much.
"""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from ptce_geo.indicators.coverage import coverage_by_reach  # noqa: E402 - the checkout's own
from ptce_geo.indicators.coverage_table import coverage_table  # noqa: E402
from ptce_geo.indicators.white_zones import white_zones  # noqa: E402
from ptce_geo.territories import territory_table  # noqa: E402

MEMBERS, POLES = 3_200, 160
LEVELS = ("commune", "epci", "departement")
DRAWS = 19
RUNS = 5
PARTS = ("reach and white zones", "table", f"table, {DRAWS} draws")


def main() -> None:
    if len(sys.argv) > 1:
        run(int(sys.argv[1]))
        return
    print(
        f"{MEMBERS:,} members, 4 thresholds, levels {', '.join(LEVELS)}; median of {RUNS}; "
        f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
        f"pandas {pd.__version__}, geopandas {gpd.__version__}\n"
    )
    print(f"{'':<24}{'cold s':>8}{'best':>7}{'cpu':>7}{'warm s':>8}{'MB':>7}{'of imports':>12}")
    for number, name in enumerate(PARTS):
        answers = [in_own_process(number) for _ in range(RUNS)]
        cold, cpu, warm, peak, imports = (
            median(answer[key] for answer in answers)
            for key in ("cold", "cpu", "warm", "peak", "imports")
        )
        best = min(answer["cold"] for answer in answers)
        print(
            f"{name:<24}{cold:8.2f}{best:7.2f}{cpu:7.2f}{warm:8.2f}{peak:7,.0f}{imports:12,.0f}"
            f"  {answers[0]['found']}",
            flush=True,
        )


def in_own_process(part: int) -> dict[str, float | str]:
    command = [sys.executable, __file__, str(part)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return json.loads(answer.stdout)


def run(part: int) -> None:
    """Print seconds, the peak of this process's memory (MB) and what was found, as JSON."""
    some = members()
    result = {"imports": peak_mb()}
    for call in ("cold", "warm"):
        start, busy = perf_counter(), process_time()
        if part == 0:
            reach = coverage_by_reach(some, level=LEVELS)
            zones = white_zones(some)
            share = reach.loc[("commune", 20), "share_population"]
            found = (
                f"{share:.1%} within 20 km; {len(zones)} white zones, {zones.population.sum():,}"
            )
        else:
            table = coverage_table(some, levels=LEVELS, draws=DRAWS if part == 2 else 0)
            found = f"{len(table):,} figures"
        result[call] = perf_counter() - start
        result.setdefault("cpu", process_time() - busy)
    result |= {"peak": peak_mb(), "found": found}
    print(json.dumps(result))


def peak_mb() -> float:
    """Return the most memory that this program has held; getrusage also counts what forked it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024 / 1e6


def members() -> gpd.GeoDataFrame:
    """Return members at the reference points of communes drawn by population, attached."""
    communes = territory_table("commune")
    random = np.random.default_rng(2026)
    share = communes["population"] / communes["population"].sum()
    drawn = communes.iloc[random.choice(len(communes), MEMBERS, p=share)]
    columns = {f"code_{level}": drawn[f"code_{level}"].to_numpy() for level in LEVELS[1:]}
    return gpd.GeoDataFrame(
        {
            "pole_id": random.integers(0, POLES, MEMBERS).astype(str),
            "code_commune": drawn.index,
            **columns,
            "geocode_precision": "municipality",
        },
        geometry=gpd.points_from_xy(drawn["longitude"], drawn["latitude"]),
        crs=4326,
    )


if __name__ == "__main__":
    main()
