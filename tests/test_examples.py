"""The examples: run as a reader runs them, in a copy, and what they write opens."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from maps_frames import DESK, PHONE

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The folder that the examples of a copy write their maps to; the checkout stays as it is."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "examples", copy / "examples")
    maps = copy / "maps"
    maps.mkdir()
    for script in sorted((copy / "examples").glob("*.py")):
        done = subprocess.run(
            [sys.executable, "-W", "error", script], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    return maps


def test_the_first_map_opens(written, open_file):
    page = open_file(written / "first_map.html")
    assert page.evaluate("ptceMap.page.view('poles').count()") > 100


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_gallery_shows_every_map_within_the_window(written, open_file, size):
    page = open_file(written / "gallery" / "index.html", size=size)
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    assert page.evaluate(
        "[...document.images].every(image => image.complete && image.naturalWidth > 600)"
    )
    links = page.eval_on_selector_all("a", "links => links.map(a => a.getAttribute('href'))")
    others = {path.name for path in (written / "gallery").glob("*.html")} - {"index.html"}
    assert len(links) == len(others) == page.evaluate("document.images.length")
    assert set(links) == others


def test_the_links_of_the_gallery_lead_to_maps(written, open_file):
    page = open_file(written / "gallery" / "index.html")
    titles = set()
    for rank in range(page.locator("a").count()):
        page.locator("a").nth(rank).click()
        page.wait_for_function("window.ptceMap")
        page.evaluate("ptceMap.drawn")
        drawn = page.evaluate("ptceMap.page.views.filter(view => view.on && view.count()).length")
        assert drawn, page.url
        titles.add(page.title())
        page.go_back()
    assert len(titles) == rank + 1
