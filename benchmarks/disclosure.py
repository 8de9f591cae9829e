"""Suppression: seconds by size of the table, and what the heuristic loses more than the exact.

Run from the root of a checkout: ``python benchmarks/disclosure.py``. There is no peer beside it:
those known (τ-ARGUS, R sdcTable) are not packages of Python. That the exact choice is the least of
all, and that nothing can be computed back, is tested in ``tests/test_indicators_disclosure.py``.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import pandas as pd
import scipy

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from ptce_geo.indicators.disclosure import suppress  # noqa: E402 - the checkout's own package
from ptce_geo.indicators.disclosure_tables import table_cells  # noqa: E402

# départements, régions (1: no such level), families, members by cell; tables drawn; methods.
SIZES = (
    (6, 1, 4, 4, 10, ("exact", "heuristic")),
    (6, 1, 6, 4, 10, ("exact", "heuristic")),
    (12, 3, 6, 4, 5, ("exact", "heuristic")),
    (96, 13, 8, 4, 1, ("heuristic",)),
)


def main() -> None:
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}\n"
    )
    print(
        f"{'table':<14}{'method':<11}{'tables':>7}{'cells':>7}{'primary':>9}{'compl.':>8}"
        f"{'s':>8}{'loss ratio':>12}{'worst':>8}"
    )
    suppress(cells(3, 1, 3, 4, seed=0))
    for rows, regions, families, members, tables, methods in SIZES:
        least = []
        for method in methods:
            seconds, found, losses = [], [], []
            for seed in range(tables):
                table = cells(rows, regions, families, members, seed=seed)
                start = perf_counter()
                found.append(suppress(table, method=method))
                seconds.append(perf_counter() - start)
                log = found[-1].log
                losses.append(table["value"][log.index[log["rule"] == "complementary"]].sum())
            least = least or losses
            ratios = [lost / best for lost, best in zip(losses, least, strict=True) if best > 0]
            told = f"{sum(losses) / sum(least):12.3f}{max(ratios):8.2f}" if len(methods) > 1 else ""
            counts = pd.DataFrame([one.counts for one in found]).mean()
            name = f"{rows} × {families}" + (f" in {regions}" if regions > 1 else "")
            print(
                f"{name:<14}{method:<11}{tables:>7}{counts['cells']:7.0f}"
                f"{counts['minimum'] + counts['dominance']:9.1f}{counts['complementary']:8.1f}"
                f"{median(seconds):8.2f}{told}",
                flush=True,
            )


def cells(rows: int, regions: int, families: int, members: int, *, seed: int) -> pd.DataFrame:
    """Return FTE of members drawn unevenly over départements and families."""
    rng = np.random.default_rng(seed)
    n = rows * families * members
    zone = rng.choice(rows, n, p=rng.dirichlet(np.full(rows, 2.0)))
    family = rng.choice(families, n, p=rng.dirichlet(np.full(families, 3.0)))
    frame = pd.DataFrame(
        {
            "region": (zone % regions).astype(str),
            "departement": zone.astype(str),
            "family": family.astype(str),
            "fte": np.round(rng.lognormal(1, 1.1, n), 1),
        }
    )
    zones = ("region", "departement") if regions > 1 else "departement"
    return table_cells(frame, by=[zones, "family"], value="fte")


if __name__ == "__main__":
    main()
