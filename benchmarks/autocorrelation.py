"""Spatial autocorrelation over the communes of the mainland and Corsica: ours, esda, R spdep.

Run from the root of a checkout: ``python benchmarks/autocorrelation.py``. esda and R take part
where they are installed (``pip install esda``; ``apt-get install r-cran-spdep``); no network is
used. With R it takes some minutes.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import libpysal
import numpy as np
import pandas as pd
from libpysal.graph import Graph

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
# The checkout's own package.
from ptce_geo.indicators.autocorrelation import geary, moran  # noqa: E402
from ptce_geo.indicators.local_autocorrelation import local_getis_ord, local_moran  # noqa: E402
from ptce_geo.indicators.weights import spatial_weights  # noqa: E402
from ptce_geo.territories import read_territories  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

RUNS = 5
PERMUTATIONS = 999
TASKS = ("local Moran", "local G", "Moran", "Geary", "Moran, moments alone")
# Times the calls alone, in seconds; the median of the same number of runs as the others.
SPDEP = """
suppressMessages(library(spdep))
folder <- commandArgs(TRUE)[1]; runs <- as.integer(commandArgs(TRUE)[2])
draws <- as.integer(commandArgs(TRUE)[3])
x <- scan(file.path(folder, "values.txt"), quiet = TRUE)
links <- read.csv(file.path(folder, "links.csv"))
nb <- unname(split(links$neighbour, factor(links$focal, levels = seq_along(x))))
nb <- lapply(nb, function(near) if (length(near)) as.integer(near) else 0L)
class(nb) <- "nb"; attr(nb, "region.id") <- as.character(seq_along(x))
W <- nb2listw(nb, style = "W", zero.policy = TRUE)
timed <- function(call, runs) {
  median(sapply(seq_len(runs), function(run) system.time(call())[["elapsed"]]))
}
set.seed(1)
cat("version", as.character(packageVersion("spdep")), "\\n")
show <- function(task, measure, runs, ...) {
  seconds <- timed(function() measure(x, W, zero.policy = TRUE, ...), runs)
  cat(task, seconds, "\\n")
}
show("local Moran", localmoran_perm, 1, nsim = draws)
show("Moran", moran.mc, 1, nsim = draws)
show("Geary", geary.mc, 1, nsim = draws)
show("Moran, moments alone", moran.test, runs)
"""


def main() -> None:
    warnings.simplefilter("ignore")  # the rivals' own
    communes = read_territories("commune")
    communes = communes[~communes["code_departement"].str.startswith("97")]
    contiguity(communes)
    weights = spatial_weights(communes)
    values = communes["population"] / communes["area_km2"]
    print(
        f"\n{len(values):,} communes, {(weights.adjacency > 0).sum():,} links, inhabitants/km², "
        f"{PERMUTATIONS} permutations; Python {platform.python_version()}, "
        f"numpy {np.__version__}, libpysal {libpysal.__version__}\n"
    )
    rivals = {"ours": ours(values, weights)}
    try:
        rivals["esda"] = esda(values, weights)
    except ImportError as error:
        print(f"esda is left out: {error}")
    seconds = alternately(rivals)
    if shutil.which("Rscript"):
        seconds["R spdep"] = spdep(values, weights)
    else:
        print("R is left out: no Rscript; apt-get install r-cran-spdep")
    print(f"{'':<22} {'method':<8} {'s':>9} {'ratio':>7}")
    for task in TASKS:
        for method, times in seconds.items():
            if task in times:
                ratio = times[task] / seconds["ours"][task]
                print(f"{task:<22} {method:<8} {times[task]:9.3f} {ratio:7.1f}")


def contiguity(communes: gpd.GeoDataFrame) -> None:
    """Compare the building of queen weights, and say whether they are the same."""
    mine, quick = timed(lambda: spatial_weights(communes, transform="b"))
    for strict in (False, True):
        peer, slow = timed(
            lambda strict=strict: Graph.build_contiguity(communes, rook=False, strict=strict)
        )
        same = mine.adjacency.equals(peer.transform("b").adjacency)
        print(
            f"queen contiguity: ours {quick:.2f} s, libpysal (strict={strict}) {slow:.2f} s, "
            f"{slow / quick:.1f} times; the same: {same}"
        )


def ours(values: pd.Series, weights: Graph) -> dict[str, Callable[[], Any]]:
    draws = {"permutations": PERMUTATIONS, "seed": 1}
    return {
        "local Moran": lambda: local_moran(values, weights, **draws),
        "local G": lambda: local_getis_ord(values, weights, **draws),
        "Moran": lambda: moran(values, weights, **draws),
        "Geary": lambda: geary(values, weights, **draws),
        "Moran, moments alone": lambda: moran(values, weights, permutations=0),
    }


def esda(values: pd.Series, weights: Graph) -> dict[str, Callable[[], Any]]:
    """Return esda's calls: on one core, without keeping what each permutation gave."""
    from esda import G_Local, Geary, Moran, Moran_Local

    y = values.to_numpy()
    lists = weights.to_W()  # of a Graph with islands esda 2.9 makes no Geary
    local = {"permutations": PERMUTATIONS, "keep_simulations": False, "seed": 1, "n_jobs": 1}
    return {
        "local Moran": lambda: Moran_Local(y, weights, **local),
        "local G": lambda: G_Local(y, weights, **local),
        "Moran": lambda: Moran(y, weights, permutations=PERMUTATIONS),
        "Geary": lambda: Geary(y, lists, permutations=PERMUTATIONS),
        "Moran, moments alone": lambda: Moran(y, weights, permutations=0),
    }


def alternately(rivals: dict[str, dict[str, Callable[[], Any]]]) -> dict[str, dict[str, float]]:
    """Return the seconds of each task, the rivals in turn: who is busy beside them slows both."""
    seconds: dict[str, dict[str, list[float]]] = {
        method: {task: [] for task in calls} for method, calls in rivals.items()
    }
    for task in TASKS:
        for _ in range(RUNS):
            for method, calls in rivals.items():
                seconds[method][task].append(timed(calls[task], 1)[1])
    return {
        method: {task: median(found) for task, found in times.items()}
        for method, times in seconds.items()
    }


def spdep(values: pd.Series, weights: Graph) -> dict[str, float]:
    """Time R without its start, the reading of its input, and the building of its weights."""
    links = weights.sparse.tocoo()
    real = links.data > 0
    table = pd.DataFrame({"focal": links.row[real] + 1, "neighbour": links.col[real] + 1})
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "spdep.R"
        script.write_text(SPDEP)
        table.to_csv(Path(folder) / "links.csv", index=False)
        values.to_csv(Path(folder) / "values.txt", index=False, header=False)
        options = [folder, str(RUNS), str(PERMUTATIONS)]
        run = subprocess.run(
            ["Rscript", str(script), *options], capture_output=True, text=True, check=False
        )
    if run.returncode:
        print(f"R is left out: {run.stderr.strip().splitlines()[0]}")
        return {}
    found = dict(line.rsplit(maxsplit=1) for line in run.stdout.splitlines() if line.strip())
    print(f"R spdep {found.pop('version')}: one run of what permutes, {RUNS} of the moments\n")
    return {task: float(seconds) for task, seconds in found.items()}


def timed(call: Callable[[], Any], runs: int = RUNS) -> tuple[Any, float]:
    """Return the answer, and the median of the seconds it took."""
    seconds = []
    for _ in range(runs):
        start = perf_counter()
        answer = call()
        seconds.append(perf_counter() - start)
    return answer, median(seconds)


if __name__ == "__main__":
    main()
