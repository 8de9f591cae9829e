"""Fixtures that several rooms share."""

from __future__ import annotations

import gc
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import pytest
from addok_server import missing, served_addok
from contour_server import ETALAB, features, packed, path_of, simplified
from hypothesis import settings
from maps_frames import DESK

from ptce_geo import cli

# A machine that is busy elsewhere is no reason to fail.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# The smallest PNG, for a tile server that exists in the test only.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_configure(config):
    """Let no test, doctest or collection see what a developer has installed."""
    empty = tempfile.TemporaryDirectory(prefix="ptce_geo-tests-")
    config.add_cleanup(empty.cleanup)
    os.environ["XDG_DATA_HOME"] = empty.name
    for name in ("PTCE_GEO_BOUNDARIES", "PTCE_GEO_CONTOURS_URL"):
        os.environ.pop(name, None)
    # Where this is set, each process that a test starts compiles all of our modules again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    # As the command line does: the communes of France are objects by the hundred thousand that all
    # stay, and looking for rubbish among them takes a good part of the time.
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; skips with the command that installs it, fails where all is required."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        advice = "no Chromium on this machine: apt-get install chromium"
        if os.environ.get("PTCE_GEO_REQUIRE_ALL") == "1":
            pytest.fail(advice)
        pytest.skip(advice)
    from playwright.sync_api import sync_playwright

    quiet = [
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=[*quiet, *sandbox])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def windows(browser):
    """Windows without a page of a test, by their options; closed at the end.

    A window takes Chromium longer to open than the page in it, so that tests share windows. Each
    has a blank tab, which keeps it open between tests.
    """
    free = {}
    yield free
    for context in (context for contexts in free.values() for context in contexts):
        context.close()


@pytest.fixture
def open_file(browser, windows):
    """Open a page from the disk, offline; at the end nothing may have gone wrong."""
    borrowed, complaints = [], []

    def open_(path, *, size=DESK, tiles=False, fragment="", **options):
        options = {"viewport": size, "offline": not tiles, **options}
        key = repr(sorted(options.items()))
        # Two pages of one test have a window each: none is behind the other.
        if windows.get(key):
            context = windows[key].pop()
        else:
            context = browser.new_context(**options)
            context.new_page()
        page = context.new_page()
        borrowed.append((key, context))
        page.asked = []

        def answer(route):
            page.asked.append(route.request.url)
            if tiles:
                route.fulfill(body=PIXEL, content_type="image/png")
            else:
                route.abort()

        page.route(re.compile("^(?!file:|data:|blob:)"), answer)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog {dialog.message}"))
        page.on("requestfailed", lambda request: complaints.append(f"failed {request.url}"))
        page.goto(path.as_uri() + fragment)
        page.evaluate("window.ptceMap?.drawn")
        return page

    yield open_
    asked = []
    for key, context in borrowed:
        _, *pages = context.pages
        for page in pages:
            asked += page.asked
            page.close()
        windows.setdefault(key, []).append(context)
    assert complaints == []
    assert all(re.match("https://(data.geopf.fr|tile.openstreetmap.org)/", url) for url in asked)


@pytest.fixture
def open_page(open_file, tmp_path):
    """Save a map and open it as `open_file` does."""
    from ptce_geo.maps import save_map

    def open_(map_, **options):
        return open_file(save_map(map_, tmp_path / "map.html"), **options)

    return open_


@pytest.fixture(scope="session")
def addok_url():
    """The URL of a real addok over tests/data/ban_sample.csv; skips and fails as `browser`."""
    if advice := missing():
        if os.environ.get("PTCE_GEO_REQUIRE_ALL") == "1":
            pytest.fail(advice)
        pytest.skip(advice)
    with served_addok(Path(__file__).with_name("data") / "ban_sample.csv") as url:
        yield url


@pytest.fixture(scope="session")
def served_france():
    """The contours that a `ContourServer` serves: frames by level."""
    return {level: simplified(level) for level in ETALAB}


@pytest.fixture(scope="session")
def served_communes(served_france):
    """The same of the communes, one GeoJSON feature each."""
    return features(served_france["commune"], ETALAB["commune"][1])


@pytest.fixture(scope="session")
def served_files(served_france, served_communes):
    """The files of a `ContourServer`, by path."""
    return {
        path_of(level): packed(
            served_communes if level == "commune" else features(served_france[level], parents)
        )
        for level, (_, parents) in ETALAB.items()
    }


@pytest.fixture(scope="session")
def shelf(served_files, tmp_path_factory):
    """A folder with copies of Etalab's files."""
    folder = tmp_path_factory.mktemp("shelf")
    for path, content in served_files.items():
        (folder / path.rpartition("/")[2]).write_bytes(content)
    return folder


@pytest.fixture
def data_home(tmp_path, monkeypatch):
    """An empty data directory of the user, and no proxy before the loopback interface."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "data"


@pytest.fixture
def typed(monkeypatch, capsys):
    """Type a command in this process, which has loaded what it needs.

    Warnings are among what it says on its way of errors, as where it is a process of its own.
    Each command, and each exit code, is tried in a process of its own once, by test_cli.py.
    """

    def run(*arguments):
        capsys.readouterr()
        with warnings.catch_warnings(record=True) as warned, monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["ptce-geo", *map(str, arguments)])
            patched.setattr(signal, "signal", lambda *_: None)
            patched.setattr(gc, "set_threshold", lambda *_: None)
            patched.setattr(warnings, "formatwarning", warnings.formatwarning)
            try:
                cli.main()
                code = 0
            except SystemExit as end:
                code = end.code or 0
            told = [
                warnings.formatwarning(each.message, each.category, each.filename, each.lineno)
                for each in warned
            ]
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, out, "".join(told) + err)

    return run
