"""Ripley's K of twenty thousand points: ours against R spatstat and pointpats; Kd and M alone.

Run from the root of a checkout: ``python benchmarks/point_patterns.py``. spatstat takes part where
Rscript and the package are installed (``apt-get install r-cran-spatstat``); it is timed within R.
pointpats has no edge correction and compares all pairs at once: it gets fewer points, see
``--pointpats N``. R dbmss, which has Kd and M, is in no Debian package, so those two are alone.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
import scipy
import shapely

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from ptce_geo.territories import read_territories  # noqa: E402 - the checkout's own package

RUNS = 7
POINTS = 20_000
RADII = 20

# Each program prints the peak of memory (MB) before and after, the seconds of each run, K at the
# largest radius. The peak is the kernel's count for this program alone.
PYTHON = """
import re, sys, time
from pathlib import Path
import geopandas as gpd, numpy as np, pandas as pd, shapely
from ptce_geo.indicators.distance_functions import kd, m_function
from ptce_geo.indicators.point_patterns import ripley_k
folder, what, runs = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
xy, radii = np.load(folder / "points.npy"), np.load(folder / "radii.npy")
window = shapely.from_wkt((folder / "window.wkt").read_text())
points = gpd.GeoSeries.from_xy(xy[:, 0], xy[:, 1], crs=2154)
kind = pd.Series(np.where(np.arange(len(xy)) % 10, "other", "target"))
if what == "pointpats":
    from pointpats import k
def run():
    if what == "kd":
        return kd(points, radii_km=radii / 1000)["value"].iloc[-1]
    if what == "m":
        curve = m_function(points, kind=kind, target="target", radii_km=radii / 1000)
        return curve["value"].iloc[-1]
    if what == "pointpats":
        return k(xy, support=radii)[1][-1]
    k_km2 = ripley_k(points, window=window, radii_km=radii / 1000, correction=what)["value"]
    return k_km2.iloc[-1] * 1e6
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1e3
before, seconds = peak(), []
for _ in range(runs):
    start = time.perf_counter()
    value = run()
    seconds.append(time.perf_counter() - start)
print(before, peak(), value, *seconds)
"""
SPATSTAT = """
suppressMessages(library(spatstat.explore))
arguments <- commandArgs(TRUE)
xy <- as.matrix(read.csv(file.path(arguments[1], "points.csv"), header = FALSE))
radii <- c(0, scan(file.path(arguments[1], "radii.csv"), quiet = TRUE))
rings <- read.csv(file.path(arguments[1], "window.csv"), header = FALSE,
                  colClasses = "numeric")  # integers would overflow
window <- if (nrow(rings) == 5) owin(range(rings[, 2]), range(rings[, 3])) else
  owin(poly = lapply(split(rings, rings[, 1]), function(r) list(x = r[-1, 2], y = r[-1, 3])))
points <- ppp(xy[, 1], xy[, 2], window = window, check = FALSE)
peak <- function() {
  status <- readLines("/proc/self/status")
  as.numeric(gsub("[^0-9]", "", status[grep("VmHWM", status)])) / 1e3
}
before <- peak()
seconds <- numeric(0)
for (run in seq_len(as.integer(arguments[3])))
  seconds <- c(seconds, system.time(
    K <- Kest(points, r = radii, correction = arguments[2]))[["elapsed"]])
cat(before, peak(), format(tail(K[[3]], 1), digits = 15), seconds, "\\n")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pointpats", type=int, default=3000, help="points given to pointpats")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--everything", action="store_true", help="spatstat's arcs in a region")
    options = parser.parse_args()
    rng = np.random.default_rng(2026)
    region = read_territories("region").geometry[["84"]].to_crs(2154).iloc[0]
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}; "
        f"median of {options.runs}, memory as peak of the process (and what it grew by)\n"
    )
    for name, window in {
        "square of 100 km": shapely.box(0, 0, 100_000, 100_000),
        "Auvergne-Rhône-Alpes": region,
    }.items():
        radii = largest_radius(window, POINTS) * np.arange(1, RADII + 1) / RADII
        print(
            f"{name}: {POINTS:,} points, {shapely.get_num_coordinates(window):,} corners, "
            f"{RADII} radii up to {radii[-1] / 1000:.2f} km"
        )
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), scattered(window, POINTS, rng), window, radii)
            compare(folder, "translation", "translate", options.runs)
            if name.startswith("square") or options.everything:
                compare(folder, "isotropic", "isotropic", options.runs)
            else:  # R spatstat tries every circle against every edge: not done in ten minutes
                line("ours, isotropic", python(folder, "isotropic", 1))
            if name.startswith("square"):
                for function in ("kd", "m"):
                    line(f"{function} (alone)", python(folder, function, options.runs))
            if options.pointpats and name.startswith("square"):
                some = scattered(window, options.pointpats, rng)
                write(Path(folder), some, window, radii)
                print(f"  {options.pointpats:,} points, once, no correction, all pairs of n²:")
                line("ours, none", python(folder, "none", 1))
                line("pointpats", python(folder, "pointpats", 1))


def compare(folder: str, ours: str, theirs: str, runs: int) -> None:
    own = python(folder, ours, runs)
    line(f"ours, {ours}", own)
    if shutil.which("Rscript") is None:
        print("  R spatstat is left out: no Rscript")
        return
    try:
        peer = run(["Rscript", "-e", SPATSTAT, folder, theirs], runs)
    except subprocess.CalledProcessError as error:
        print(f"  R spatstat is left out: {error.stderr.splitlines()[-1]}")
        return
    except subprocess.TimeoutExpired:
        print(f"  R spatstat, {theirs}: not done after 10 minutes")
        return
    line(f"R spatstat, {theirs}", peer)
    print(
        f"  ratio {median(peer[3:]) / median(own[3:]):.1f}, "
        f"K at the largest radius differs by {own[2] / peer[2] - 1:.1e}"
    )


def line(name: str, found: list[float]) -> None:
    before, after, _, *seconds = found
    print(f"  {name:<24}{median(seconds):8.3f} s{after:8.0f} MB (+{after - before:.0f})")


def python(folder: str, what: str, runs: int) -> list[float]:
    return run([sys.executable, "-c", PYTHON, folder, what], runs)


def run(command: list[str], runs: int) -> list[float]:
    found = subprocess.run(
        [*command, str(runs)], check=True, capture_output=True, text=True, cwd=ROOT, timeout=600
    )
    return [float(number) for number in found.stdout.split()]


def largest_radius(window: shapely.Geometry, n: int) -> float:
    """Return spatstat's own: a quarter of the shorter side, or where 1,000 others are expected."""
    west, south, east, north = window.bounds
    return min((east - west) / 4, (north - south) / 4, np.sqrt(1000 * window.area / (np.pi * n)))


def scattered(window: shapely.Geometry, n: int, rng: np.random.Generator) -> np.ndarray:
    west, south, east, north = window.bounds
    xy = rng.uniform((west, south), (east, north), (4 * n, 2))
    shapely.prepare(window)
    return xy[shapely.contains_xy(window, *xy.T)][:n]


def write(folder: Path, xy: np.ndarray, window: shapely.Geometry, radii: np.ndarray) -> None:
    np.save(folder / "points.npy", xy)
    np.save(folder / "radii.npy", radii)
    np.savetxt(folder / "points.csv", xy, delimiter=",", fmt="%.17g")
    np.savetxt(folder / "radii.csv", radii, fmt="%.17g")
    (folder / "window.wkt").write_text(shapely.to_wkt(window, rounding_precision=-1))
    # R wants outer rings anticlockwise, holes clockwise, closed without saying so.
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(window)))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    np.savetxt(folder / "window.csv", np.column_stack([ring, corners]), delimiter=",", fmt="%.17g")


if __name__ == "__main__":
    main()
