"""How fast the embedded France is read: cold, in a process of its own, and warm.

Run: ``python benchmarks/embedded_france.py``
"""

import statistics
import subprocess
import sys
import time

from ptce_geo.territories import catalogue, read_territories, territory_table

READS = {
    "all communes, with shapes": 'read_territories("commune")',
    "one département's communes, with shapes": 'read_territories("commune", departements=["42"])',
    "all communes, table only": 'territory_table("commune")',
    "all EPCI, with shapes": 'read_territories("epci")',
}
ROUNDS = 7


def cold(call: str) -> float:
    """Return the seconds of the first call in a new process, imports apart."""
    code = (
        "import time; from ptce_geo.territories import read_territories, territory_table;"
        f"start = time.perf_counter(); {call}; print(time.perf_counter() - start)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout)


def warm(call: str) -> float:
    names = {"read_territories": read_territories, "territory_table": territory_table}
    start = time.perf_counter()
    eval(call, names)
    return time.perf_counter() - start


def main() -> None:
    folder = catalogue().embedded.path
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    print(f"files: {size / 1e6:.1f} MB\n")
    print(f"{'':42}{'cold':>8}{'warm':>8}   seconds, median of {ROUNDS}")
    for what, call in READS.items():
        first = statistics.median(cold(call) for _ in range(ROUNDS))
        again = statistics.median(warm(call) for _ in range(ROUNDS))
        print(f"{what:42}{first:8.3f}{again:8.3f}")


if __name__ == "__main__":
    main()
