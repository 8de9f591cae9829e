"""Latent poles among 220,000 establishments: seconds and memory of the spatial scan.

Run from the root of a checkout: ``python benchmarks/clusters.py``. There is no peer to measure
beside it: neither pointpats nor esda has a spatial scan statistic, and SaTScan, rsatscan and
SpatialEpi are neither on PyPI nor in Debian. That the clusters are those of SaTScan is tested
in ``tests/test_indicators_scan.py``.
"""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import pandas as pd
import scipy

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from ptce_geo.indicators.clusters import latent_poles  # noqa: E402 - the checkout's own package
from ptce_geo.territories import territory_table  # noqa: E402

ESTABLISHMENTS = 220_000
# Too many by 400 each in Redon, Die, Rodez, Briançon; Rodez has a pole.
PLANTED = {"35236": 400, "26113": 400, "12202": 400, "05023": 400}
POLES = ("12202", "75056", "69123")
CASES = {
    "epci": {"level": "epci", "max_radius_km": None, "replicates": 999, "tail": "rank"},
    "commune": {"level": "commune", "max_radius_km": 50, "replicates": 99, "tail": "gumbel"},
}
RUNS = {"epci": 5, "commune": 1}


def main() -> None:
    if len(sys.argv) > 1:
        run(sys.argv[1])
        return
    print(
        f"{ESTABLISHMENTS:,} establishments by population, {sum(PLANTED.values()):,} planted; "
        f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}\n"
    )
    print(f"{'level':<9}{'radius':>7}{'replicates':>11}{'runs':>5}{'s':>8}{'MB':>7}  found")
    for name, options in CASES.items():
        outputs = [in_own_process(name) for _ in range(RUNS[name])]
        seconds = median(float(output[0]) for output in outputs)
        megabytes = median(float(output[1]) for output in outputs)
        print(
            f"{name:<9}{options['max_radius_km'] or '':>7}{options['replicates']:>11}"
            f"{RUNS[name]:>5}{seconds:8.1f}{megabytes:7,.0f}  {outputs[0][2]}"
        )


def in_own_process(name: str) -> list[str]:
    command = [sys.executable, __file__, name]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return answer.stdout.splitlines()


def run(name: str) -> None:
    """Print the seconds, the peak of this process's memory (MB), and what was found."""
    ess, poles = establishments(), pd.DataFrame({"code_commune": POLES})
    start = perf_counter()
    found = latent_poles(ess, poles, seed=2026, **CASES[name])
    print(perf_counter() - start)
    # The kernel's count for this program: getrusage also counts what forked it.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    print(int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024 / 1e6)
    print("; ".join(f"{row.nom} {row.relative_risk:.1f}" for row in found.itertuples()))


def establishments() -> pd.DataFrame:
    """Return establishments as people live, and the planted ones."""
    communes = territory_table("commune")
    random = np.random.default_rng(2026)
    share = communes["population"] / communes["population"].sum()
    counts = pd.Series(random.multinomial(ESTABLISHMENTS, share), communes.index)
    counts = counts.add(pd.Series(PLANTED), fill_value=0).astype("int64")
    return pd.DataFrame({"code_commune": np.repeat(counts.index.to_numpy(), counts)})


if __name__ == "__main__":
    main()
