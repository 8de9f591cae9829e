"""Which commune each of a million points lies in: `locate` against spatial joins.

Run from the root of a checkout: ``python benchmarks/locate.py``. SedonaDB and DuckDB take part
where they are installed (``pip install sedonadb duckdb==1.5.5 duckdb-extension-spatial==1.5.5``:
the extension must be that of the version); no network is used.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from ptce_geo.territories import locate, read_territories  # noqa: E402 - the checkout's own package

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Points = npt.NDArray[np.float64]  # longitudes, then latitudes
    Codes = npt.NDArray[np.object_]

RUNS = 7
POINTS = 1_000_000
WITHIN = (
    "SELECT points.id, communes.code FROM points JOIN communes "
    "ON ST_Within(points.geometry, communes.geometry)"
)
# The peak is the kernel's count for this program: getrusage also counts what forked it.
COLD = (
    "import re, sys, time; from pathlib import Path; import numpy as np;"
    "from ptce_geo.territories import locate; points = np.load(sys.argv[1]);"
    "start = time.perf_counter(); locate(4.39, 45.44); print(time.perf_counter() - start);"
    "locate(points[0], points[1]); status = Path('/proc/self/status').read_text();"
    "print(int(re.search(r'VmHWM:\\s+(\\d+) kB', status)[1]) * 1024 / 1e6)"
)


@dataclass(frozen=True)
class Peer:
    """How another library does it: from columns to its own points, and from those to codes."""

    prepare: Callable[[Points], Any]
    join: Callable[[Any], Codes]


def main() -> None:
    communes = read_territories("commune").sort_index()
    random = np.random.default_rng(2026)
    sets = {"clustered": clustered(communes, random), "uniform": uniform(communes, random)}
    print(
        f"{POINTS:,} points, {len(communes):,} communes; Python {platform.python_version()}, "
        f"geopandas {gpd.__version__}, shapely {shapely.__version__} (GEOS "
        f"{shapely.geos_version_string}); median of {RUNS}\n"
    )
    for name, points in sets.items():
        first, megabytes = cold(points)
        print(f"{name}: first call in a process {first:.2f} s, peak of memory {megabytes:,.0f} MB")
    print()

    rivals = peers(communes)
    print(f"\n{'':<10} {'':<18} {'from columns':>16} {'join alone':>15}")
    print(f"{'points':<10} {'method':<18} {'s':>9}{'ratio':>7} {'s':>8}{'ratio':>7}  differences")
    for name, points in sets.items():
        codes, ours = timed(lambda points=points: locate(*points))
        print(f"{name:<10} {'locate':<18} {ours:9.3f}{'':7} {ours:8.3f}")
        for rival, peer in rivals.items():
            ready, preparing = timed(lambda points=points, peer=peer: peer.prepare(points))
            joined, joining = timed(lambda ready=ready, peer=peer: peer.join(ready))
            whole = preparing + joining
            print(
                f"{name:<10} {rival:<18} {whole:9.3f}{whole / ours:7.1f} {joining:8.3f}"
                f"{joining / ours:7.1f}  {differences(codes, joined, points, communes)}"
            )


def clustered(communes: gpd.GeoDataFrame, random: np.random.Generator) -> Points:
    """Return points as people live: by population, thicker near the town hall."""
    share = communes["population"] / communes["population"].sum()
    home = communes.iloc[random.choice(len(communes), POINTS, p=share)]
    spread = np.sqrt(home["area_km2"] / np.pi).to_numpy() / 2 / 111.3
    latitude = home["latitude"].to_numpy() + random.normal(size=POINTS) * spread
    stretch = np.cos(np.radians(latitude))
    longitude = home["longitude"].to_numpy() + random.normal(size=POINTS) * spread / stretch
    return np.stack([longitude, latitude])


def uniform(communes: gpd.GeoDataFrame, random: np.random.Generator) -> Points:
    """Return points anywhere on land, a few beyond: in the box of a commune drawn by its box."""
    west, south, east, north = communes.bounds.to_numpy().T
    box = (east - west) * (north - south) * np.cos(np.radians(south))
    drawn = random.choice(len(communes), POINTS, p=box / box.sum())
    return np.stack(
        [
            random.uniform(west[drawn], east[drawn]),
            random.uniform(south[drawn], north[drawn]),
        ]
    )


def cold(points: Points) -> tuple[float, float]:
    """Return the seconds of a first call (imports apart), and the peak of memory with all (MB)."""
    with tempfile.NamedTemporaryFile(suffix=".npy") as file:
        np.save(file.name, points)
        runs = [
            subprocess.run(
                [sys.executable, "-c", COLD, file.name],
                check=True,
                capture_output=True,
                text=True,
                cwd=ROOT,
            ).stdout.split()
            for _ in range(RUNS)
        ]
    return median(float(run[0]) for run in runs), median(float(run[1]) for run in runs)


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """Return the answer, and the median of the seconds it took."""
    seconds = []
    for _ in range(RUNS):
        start = perf_counter()
        answer = call()
        seconds.append(perf_counter() - start)
    return answer, median(seconds)


def differences(codes: Codes, joined: Codes, points: Points, communes: gpd.GeoDataFrame) -> int:
    """Count points that a join puts elsewhere, borders apart: there it finds none."""
    differ = joined != codes
    alone = np.flatnonzero(differ & np.equal(joined, None))
    touched = shapely.touches(
        communes.geometry[codes[alone]].to_numpy(), shapely.points(*points[:, alone])
    )
    return int(differ.sum() - touched.sum())


def peers(communes: gpd.GeoDataFrame) -> dict[str, Peer]:
    """Return those to measure, and say which is left out and why."""
    found = {"geopandas.sjoin": geopandas_peer(communes)}
    try:
        found["sedonadb"] = sedona_peer(communes)
    except ImportError as error:
        print(f"sedonadb is left out: {error}")
    try:
        found["duckdb spatial"] = duckdb_peer(communes)
    except (ImportError, OSError) as error:  # its spatial extension is downloaded apart
        print(f"duckdb is left out: {str(error).splitlines()[0]}")
    return found


def geopandas_peer(communes: gpd.GeoDataFrame) -> Peer:
    shapes = communes[["geometry"]]

    def prepare(points: Points) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points), crs=4326)

    def join(points: gpd.GeoDataFrame) -> Codes:
        found = gpd.sjoin(points, shapes, predicate="within")["code"]
        return in_place(found.index.to_numpy(), found.to_numpy(dtype=object))

    return Peer(prepare, join)


def sedona_peer(communes: gpd.GeoDataFrame) -> Peer:
    import sedonadb

    sedona = sedonadb.connect()

    def view(frame: gpd.GeoDataFrame, name: str) -> None:
        sedona.create_data_frame(frame).to_memtable().to_view(name, overwrite=True)

    def prepare(points: Points) -> None:
        ids = {"id": np.arange(points.shape[1])}
        view(gpd.GeoDataFrame(ids, geometry=gpd.points_from_xy(*points), crs=4326), "points")

    view(communes[["geometry"]].reset_index(), "communes")
    return Peer(prepare, lambda _: from_table(pa.table(sedona.sql(WITHIN))))


def duckdb_peer(communes: gpd.GeoDataFrame) -> Peer:
    import duckdb
    from duckdb_extensions import import_extension

    database = duckdb.connect()
    import_extension("spatial", con=database)
    database.load_extension("spatial")

    def prepare(points: Points) -> None:
        columns = {"id": np.arange(points.shape[1]), "x": points[0], "y": points[1]}
        database.register("columns", pa.table(columns))
        database.sql(
            "CREATE OR REPLACE TABLE points AS SELECT id, ST_Point(x, y) AS geometry FROM columns"
        )

    shapes = {"code": communes.index.tolist(), "wkb": communes.geometry.to_wkb().tolist()}
    database.register("shapes", pa.table(shapes))
    database.sql(
        "CREATE TABLE communes AS SELECT code, ST_GeomFromWKB(wkb) AS geometry FROM shapes"
    )
    return Peer(prepare, lambda _: from_table(database.sql(WITHIN).to_arrow_table()))


def from_table(found: pa.Table) -> Codes:
    return in_place(found["id"].to_numpy(), found["code"].to_numpy())


def in_place(point: npt.NDArray[np.intp], code: Codes) -> Codes:
    codes = np.full(POINTS, None, dtype=object)
    codes[point] = code
    return codes


if __name__ == "__main__":
    main()
