"""The command ``routing build``: what a person types, and what she reads."""

from __future__ import annotations

import json
import sys

import pytest
import routing_network as made

from ptce_geo.routing import ValhallaTravelTime


@pytest.fixture
def command(typed):
    """Type a command; return its exit code and what it says."""

    def run(*arguments):
        done = typed(*arguments)
        return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()

    return run


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    made.require("osmium", "valhalla")
    return made.write_extract(tmp_path_factory.mktemp("extract") / made.EXTRACT)


def test_a_network_is_built_and_told(command, extract, tmp_path):
    out = tmp_path / "roads"
    code, lines, errors = command("routing", "build", extract, "--out", out)
    assert (code, errors) == (0, [])
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["bytes"] < 50_000  # 0,0 Mo
    seconds = f"{manifest['seconds']:.1f}".replace(".", ",")
    assert [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines] == [
        f"{out} : 7 voies, 0,0 Mo, en {seconds} s",
        "extrait made.osm.pbf, données du 1er juin 2025",
        "© les contributeurs d’OpenStreetMap (ODbL)",
    ]
    way = made.lonlat((0, 0)), made.lonlat((8, 0))
    assert len(ValhallaTravelTime(out).pairs(*way, minutes=9).minutes) == 1


def test_in_english_and_without_a_date(command, tmp_path):
    made.require("osmium", "valhalla")
    extract = made.write_extract(tmp_path / "a.osm.pbf", replicated_at=None)
    code, lines, errors = command(
        "routing", "build", extract, "--out", tmp_path / "roads", "--lang", "en"
    )
    assert (code, errors) == (0, [])
    assert lines[0].startswith(f"{tmp_path / 'roads'}: 7 roads, 0.0 MB, in ")
    assert lines[1:] == [
        "extract a.osm.pbf, data without a date",
        "© OpenStreetMap contributors (ODbL)",
    ]


def test_what_cannot_be_built_is_one_line(command, extract, tmp_path, monkeypatch):
    text = tmp_path / "text.osm.pbf"
    text.write_text("<osm/>")
    told = "ptce-geo: text.osm.pbf is no extract of OpenStreetMap; give an .osm.pbf"
    assert command("routing", "build", text, "--out", tmp_path / "out") == (1, [], [told])
    told = f"ptce-geo: cannot make {text}: it is a file; choose another name"
    assert command("routing", "build", extract, "--out", text) == (1, [], [told])
    monkeypatch.chdir(tmp_path)
    told = (
        "ptce-geo: cannot make .: it is a mounted disk, the current folder or one above it; "
        "choose another folder"
    )
    assert command("routing", "build", extract, "--out", ".") == (1, [], [told])
    code, _, errors = command("routing", "build", extract, "--out", tmp_path, "--lang", "it")
    assert code == 2
    assert "'it' is not one of fr, en" in " ".join(errors)


def test_without_the_engine_the_command_that_installs_it_is_told(
    command, extract, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "valhalla", None)
    code, lines, (told,) = command("routing", "build", extract, "--out", tmp_path / "out")
    assert (code, lines) == (1, [])
    assert told.startswith("ptce-geo: routing needs pyvalhalla (")
    assert told.endswith('); pip install "ptce_geo[routing]"')
