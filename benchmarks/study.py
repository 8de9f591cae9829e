"""All the files of a study, from the real poles and members: time, memory, sizes.

Each run is `ptce-geo run` as a planner types it; median of several. Beside it the same with what a
first run kept, and the comparison of two studies. The memory is that of all its processes together,
what they share once (PSS), looked at twenty times a second in a run that is not timed.

    python benchmarks/study.py [--runs 3]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(__file__).parents[1] / "examples" / "data"
LISTS = (str(DATA / "members.csv"), "--poles", str(DATA / "poles.csv"))


# The modules are compiled once, as they are where they are installed.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def begun(*command: str) -> subprocess.Popen[bytes]:
    """Begin a command of ptce-geo."""
    words = [sys.executable, "-m", "ptce_geo.cli", *command]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, env=ENVIRONMENT)


def seconds(*command: str) -> float:
    """Return the wall time of a command."""
    start = time.perf_counter()
    if begun(*command).wait():
        sys.exit(f"failed: {' '.join(command)}")
    return time.perf_counter() - start


def peak_mb(*command: str) -> float:
    """Return the most memory that a command and the processes it begins have at one time."""
    process, most = begun(*command), 0.0
    while process.poll() is None:
        most = max(most, sum(map(memory_mb, family(process.pid))))
        time.sleep(0.05)
    return most


def family(pid: int) -> list[int]:
    """Return a process and those that it began."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def memory_mb(pid: int) -> float:
    """Return the memory of a process, its part of what it shares; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = range(parser.parse_args().runs)
    with tempfile.TemporaryDirectory() as folder:
        out, cache, changes = (str(Path(folder) / name) for name in ("study", "cache", "changes"))
        run = ("run", *LISTS, "--out", out)
        seconds(*run)  # compiles
        cold = [seconds(*run) for _ in runs]
        seconds(*run, "--cache", cache)
        kept = [seconds(*run, "--cache", cache) for _ in runs]
        compared = [seconds("compare", out, out, "--out", changes) for _ in runs]
        print(f"all outputs          {statistics.median(cold):5.1f} s  {peak_mb(*run):4.0f} MB")
        print(f"with what was kept   {statistics.median(kept):5.1f} s")
        print(f"two studies compared {statistics.median(compared):5.1f} s")
        for path in sorted(Path(out).rglob("*")):
            if path.is_file() and path.stat().st_size > 100_000:
                print(f"  {path.relative_to(out)!s:28} {path.stat().st_size / 1e6:6.1f} MB")


if __name__ == "__main__":
    main()
