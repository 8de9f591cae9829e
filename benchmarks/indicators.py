"""The measures beside their peers, one after the other: autocorrelation, point patterns, clusters.

Run from the root of a checkout: ``python benchmarks/indicators.py``. Each part is a benchmark of
its own and can be run alone; peers that are not installed are named and left out.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def run_parts(*parts: str) -> None:
    for part in parts:
        print(f"\n=== {part}", flush=True)
        subprocess.run([sys.executable, HERE / f"{part}.py"], check=True)


if __name__ == "__main__":
    run_parts("autocorrelation", "point_patterns", "clusters")
