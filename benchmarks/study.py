"""All the files of a study, from the real poles and members: time, memory, sizes.

Each run is a process of its own, `ptce-geo run` as a planner types it; median of several. Beside it
the same with what a first run kept, and the comparison of two studies.

    python benchmarks/study.py [--runs 3]
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(__file__).parents[1] / "examples" / "data"
LISTS = (str(DATA / "members.csv"), "--poles", str(DATA / "poles.csv"))


def timed(*command: str) -> tuple[float, float]:
    """Return the wall time (s) of a command, and its peak memory (MB) or that of an earlier one."""
    begun = time.perf_counter()
    ptce_geo = [sys.executable, "-m", "ptce_geo.cli", *command]
    subprocess.run(ptce_geo, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = range(parser.parse_args().runs)
    with tempfile.TemporaryDirectory() as folder:
        out, cache, changes = (str(Path(folder) / name) for name in ("study", "cache", "changes"))
        run = ("run", *LISTS, "--out", out)
        cold = [timed(*run) for _ in runs]
        timed(*run, "--cache", cache)
        kept = [timed(*run, "--cache", cache)[0] for _ in runs]
        compared = [timed("compare", out, out, "--out", changes)[0] for _ in runs]
        seconds = [took for took, _ in cold]
        print(f"all outputs          {statistics.median(seconds):5.1f} s  {cold[-1][1]:4.0f} MB")
        print(f"with what was kept   {statistics.median(kept):5.1f} s")
        print(f"two studies compared {statistics.median(compared):5.1f} s")
        for path in sorted(Path(out).rglob("*")):
            if path.is_file() and path.stat().st_size > 100_000:
                print(f"  {path.relative_to(out)!s:28} {path.stat().st_size / 1e6:6.1f} MB")


if __name__ == "__main__":
    main()
