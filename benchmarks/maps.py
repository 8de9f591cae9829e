"""Maps side by side: size of the page, time to make it, time until it is painted, frames a second.

Run from the root of a checkout: ``python benchmarks/maps.py`` (needs Debian's chromium). Ours
against ``geopandas.explore`` on the same communes and EPCI, and against folium's ``Marker`` and
``FastMarkerCluster`` with 10,000 and 100,000 points. Each row is made in a process of its own,
after the imports and the reading of the boundaries; median of several.

The peers' pages ask content delivery networks for their scripts. A copy of those files is fetched
once by npm, by package name, and handed to the browser from this machine's memory, so that no row
waits for a network; what they only decorate with (Bootstrap, Font Awesome) is answered empty.
Painted: from the start of the navigation until everything is drawn and two frames have passed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import folium
import folium.plugins
import geopandas as gpd
import numpy as np
import pandas as pd
from playwright.sync_api import Browser, Page, Route, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
import ptce_geo  # noqa: E402 - the checkout's own

RUNS = 3
SLOW = {("commune", "geopandas explore"), ("10000", "folium Marker")}  # minutes: once
DESK = {"width": 1280, "height": 800}
PACKAGES = ("leaflet@1.9.3", "leaflet.markercluster@1.1.0", "jquery@3.7.1")
ROWS = (
    ("commune", "ptce_geo choropleth_map"),
    ("commune", "geopandas explore"),
    ("epci", "ptce_geo choropleth_map"),
    ("epci", "geopandas explore"),
    ("10000", "ptce_geo points_map"),
    ("10000", "folium Marker"),
    ("10000", "folium FastMarkerCluster"),
    ("100000", "ptce_geo points_map"),
    ("100000", "folium FastMarkerCluster"),
)
# 100,000 folium Markers are a page of some 80 MB that the browser does not finish: not a row.
TWO_FRAMES = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
  () => done(performance.now()))))"""
# Pans by 600 pixels in two seconds, there and back, and counts the frames.
FRAMES = """() => new Promise(done => {
  const map = window.ptceMap ? ptceMap.page.map : window[Object.keys(window).find(
    name => /^map_[0-9a-f]+$|^map_\\d+$/.test(name))];
  let frames = 0;
  const start = performance.now();
  const step = now => {
    frames += 1;
    const share = (now - start) / 2000;
    if (share >= 1) { done(frames / ((now - start) / 1000)); return; }
    map.panBy([share < 0.5 ? 12 : -12, 0], { animate: false });
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""


def main() -> None:
    if len(sys.argv) > 1:
        make(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
        return
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        files = peer_files(Path(folder))
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        print(f"folium {folium.__version__}, geopandas {gpd.__version__}; median of {RUNS}\n")
        print(f"{'':<42}{'MB':>7}{'made s':>8}{'painted s':>11}{'frames/s':>10}  asks")
        for what, how in ROWS:
            print(row(browser, files, Path(folder), what, how), flush=True)
        browser.close()


def row(browser: Browser, files: dict[str, bytes], folder: Path, what: str, how: str) -> str:
    page = folder / "map.html"
    runs = 1 if (what, how) in SLOW else RUNS
    command = [sys.executable, __file__, what, how, str(page)]
    made = [
        json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
        for _ in range(runs)
    ]
    seen = [look(browser, files, page) for _ in range(runs)]
    painted, frames = (median(each[key] for each in seen) for key in ("painted", "frames"))
    title = f"{int(what):,} points" if what.isdigit() else what
    return (
        f"{title:<16}{how:<26}{page.stat().st_size / 1e6:7.2f}{median(made):8.2f}"
        f"{painted:11.2f}{frames:10.0f}  {seen[0]['asked']}"
    )


def make(what: str, how: str, target: Path) -> None:
    """Write one page and print the seconds it took, boundaries and points being at hand."""
    if what.isdigit():
        data = points(int(what))
    else:
        data = ptce_geo.read_territories(what)
        values = pd.Series(data["population"] / data["area_km2"], name="density")
    if how.startswith("ptce_geo"):
        # What a second map costs: the borders are loaded once a process.
        ptce_geo.choropleth_map(
            ptce_geo.read_territories("region"), pd.Series({"84": 1.0}), label=""
        )
    start = perf_counter()
    if how == "ptce_geo choropleth_map":
        map_ = ptce_geo.choropleth_map(data, values, label="Habitants au km²", decimals=1)
        ptce_geo.save_map(map_, target)
    elif how == "geopandas explore":
        shown = data[["nom", "geometry"]].assign(density=values)
        shown.explore("density", scheme="quantiles", k=5, cmap="YlGnBu").save(target)
    elif how == "ptce_geo points_map":
        ptce_geo.save_map(ptce_geo.points_map(data, name="name"), target)
    else:
        map_ = folium.Map([46.5, 2.5], zoom_start=6)
        places = np.column_stack([data.geometry.y, data.geometry.x]).tolist()
        if how == "folium Marker":
            for place, name in zip(places, data["name"], strict=True):
                folium.Marker(place, tooltip=name).add_to(map_)
        else:
            folium.plugins.FastMarkerCluster(places).add_to(map_)
        map_.save(target)
    print(json.dumps(perf_counter() - start))


def points(n: int) -> gpd.GeoDataFrame:
    """Points drawn around communes by population, as establishments lie."""
    communes = ptce_geo.read_territories("commune")
    rng = np.random.default_rng(0)
    weight = communes["population"].to_numpy() / communes["population"].sum()
    at = communes.iloc[rng.choice(len(communes), n, p=weight)]
    longitude = at["longitude"] + rng.normal(0, 0.02, n)
    latitude = at["latitude"] + rng.normal(0, 0.015, n)
    names = [f"Structure {rank}" for rank in range(n)]
    return gpd.GeoDataFrame(
        {"name": names}, geometry=gpd.points_from_xy(longitude, latitude), crs="EPSG:4326"
    )


def look(browser: Browser, files: dict[str, bytes], path: Path) -> dict[str, float]:
    """Open a page; return when it was painted, its frames a second, how many files it asked."""
    page = browser.new_page(viewport=DESK)
    asked: list[str] = []

    def answer(route: Route) -> None:
        url = route.request.url
        asked.append(url)
        name = url.partition("?")[0].rpartition("/")[2]
        if name in files:
            route.fulfill(body=files[name])
        else:
            route.fulfill(
                body="", content_type="text/css" if name.endswith("css") else "text/plain"
            )

    page.route(lambda url: url.startswith("http"), answer)
    page.goto(path.as_uri(), timeout=180_000)
    if ours(page):
        page.evaluate("ptceMap.drawn")
    painted = page.evaluate(TWO_FRAMES) / 1000
    frames = page.evaluate(FRAMES)
    page.close()
    tiles = [url for url in asked if "tile" in url]
    return {"painted": painted, "frames": frames, "asked": len(asked) - len(tiles)}


def ours(page: Page) -> bool:
    return bool(page.evaluate("typeof ptceMap === 'object'"))


def peer_files(folder: Path) -> dict[str, bytes]:
    """Fetch what the peers' pages ask for by npm; return the files by name."""
    files: dict[str, bytes] = {}
    for package in PACKAGES:
        done = subprocess.run(
            ["npm", "pack", "--silent", package],
            check=True,
            capture_output=True,
            text=True,
            cwd=folder,
        )
        with tarfile.open(folder / done.stdout.strip()) as archive:
            for member in archive:
                name = member.name.rpartition("/")[2]
                if member.isfile() and "/dist/" in member.name and name.endswith((".js", ".css")):
                    files[name] = archive.extractfile(member).read()
    files["jquery-3.7.1.min.js"] = files["jquery.min.js"]  # as folium's address has it
    return files


if __name__ == "__main__":
    main()
