"""The catalogue: several folders, each question answered by the first that can, errors one line."""

from __future__ import annotations

import importlib
import json
import shutil

import pandas as pd
import pytest

from ptce_geo.errors import BoundariesNotFoundError, UnknownTerritoryError
from ptce_geo.territories import catalogue, read_territories, territory_table
from ptce_geo.territories.catalogue import RESOLUTIONS, boundary_folders, user_folder


def line(path):
    return {"path": path, "rows": 3, "bytes": 7, "sha256": "…"}


def levels(prefix, *names):
    return {"levels": {name: line(f"{prefix}/{name}.parquet") for name in names}}


# What travels with the package, and what its user installed beside it.
PACKAGED = {
    "attribution": ["IGN"],
    "vintages": {
        "2026": {**levels("2026", "commune", "epci"), "names": line("2026/names.parquet")},
    },
    "history": {"events": line("history/events.parquet")},
}
INSTALLED = {
    "vintages": {
        "2026": {"resolutions": {"5m": levels("2026-5m", "commune")}},
        "2024": {
            "resolutions": {
                "1000m": levels("2024-1000m", "commune", "region"),
                "50m": levels("2024-50m", "commune"),
            }
        },
    }
}


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Write manifests into folders, first choice first, and let the catalogue look only there."""

    def write(*manifests):
        paths = [tmp_path / str(number) for number in range(len(manifests))]
        for path, manifest in zip(paths, manifests, strict=True):
            path.mkdir()
            text = manifest if isinstance(manifest, str) else json.dumps(manifest)
            (path / "manifest.json").write_text(text, encoding="utf-8")
        module = importlib.import_module("ptce_geo.territories.catalogue")
        monkeypatch.setattr(module, "boundary_folders", lambda: [tmp_path / "none", *paths])
        return paths

    return write


def test_what_is_installed_does_not_shadow_what_is_packaged(folders):
    installed, packaged = folders(INSTALLED, PACKAGED)
    known = catalogue()
    assert known.years == (2024, 2026)
    assert known.territories("commune", 2026) == packaged / "2026/commune.parquet"
    assert known.territories("epci", 2026) == packaged / "2026/epci.parquet"
    fine = known.territories("commune", 2026, resolution="5m")
    assert fine == installed / "2026-5m/commune.parquet"
    assert known.names(2026) == packaged / "2026/names.parquet"
    assert known.history("events") == packaged / "history/events.parquet"
    assert known.attribution == ("IGN",)
    assert known.embedded.path == packaged


def test_the_first_folder_that_has_it_answers(folders):
    mine = {"vintages": {"2026": levels("own", "epci")}, "history": {"events": line("e")}}
    first, second = folders(mine, PACKAGED)
    known = catalogue()
    assert known.territories("epci", 2026) == first / "own/epci.parquet"
    assert known.territories("commune", 2026) == second / "2026/commune.parquet"
    assert known.history("events") == first / "e"


def test_without_embedded_boundaries_the_finest_are_taken(folders):
    installed, _ = folders(INSTALLED, PACKAGED)
    known = catalogue()
    assert known.resolutions(2024) == ("50m", "1000m")
    assert known.resolutions(2026) == ("5m",)
    assert known.resolutions(1999) == ()
    assert known.territories("commune", 2024) == installed / "2024-50m/commune.parquet"
    files = known.levels(2024, resolution="1000m")
    assert list(files) == ["commune", "region"]
    assert (files["region"].rows, files["region"].bytes) == (3, 7)


def test_resolutions_are_ordered_by_fineness(folders):
    entry = {name: levels(name, "commune") for name in sorted(RESOLUTIONS)}
    folders({"vintages": {"2030": {"resolutions": entry}}})
    assert catalogue().resolutions(2030) == ("admin-express", "5m", "50m", "100m", "1000m")
    assert catalogue().territories("commune", 2030).parent.name == "admin-express"


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (
            lambda known: known.territories("commune", 2023),
            "no boundaries of 2023; known years: 2024, 2026; to install it: "
            "ptce-geo boundaries install --year 2023 --resolution 50m",
        ),
        (
            lambda known: known.territories("commune", 1999),
            "no boundaries of 1999; known years: 2024, 2026",
        ),
        (
            lambda known: known.territories("commune", 2024, resolution="5m"),
            "no boundaries of 2024 at 5m; installed: 50m, 1000m; to install it: "
            "ptce-geo boundaries install --year 2024 --resolution 5m",
        ),
        (
            lambda known: known.territories("commune", 2026, resolution="admin-express"),
            "no boundaries of 2026 at admin-express; installed: 5m",
        ),
        (
            lambda known: known.territories("commune", 2026, resolution="7m"),
            "unknown resolution '7m'; known: admin-express, 5m, 50m, 100m, 1000m",
        ),
        (
            lambda known: known.territories("region", 2024, resolution="50m"),
            "no level 'region' of 2024 at 50m; known: commune",
        ),
        (
            lambda known: known.territories("city", 2026),
            "no level 'city' of 2026; known: commune, epci",
        ),
        (
            lambda known: known.names(2024),
            "no names of communes of 2024; known years: 2026",
        ),
        (lambda known: known.history("wars"), "no history 'wars'; known: events"),
    ],
)
def test_what_is_unknown_is_said_with_what_is_known(folders, ask, said):
    folders(INSTALLED, PACKAGED)
    with pytest.raises(UnknownTerritoryError) as error:
        ask(catalogue())
    assert str(error.value) == said


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '"text"', '{"vintages": []}', "\x00"])
def test_a_damaged_manifest_is_named(folders, text):
    damaged, _ = folders(text, PACKAGED)
    with pytest.raises(BoundariesNotFoundError) as error:
        catalogue()
    path = damaged / "manifest.json"
    said = f"{path} is damaged, not a manifest of boundaries; remove it and install them again"
    assert str(error.value) == said


def test_a_manifest_that_changes_is_read_again(folders):
    (folder,) = folders(PACKAGED)
    assert catalogue().years == (2026,)
    path = folder / "manifest.json"
    path.write_text(json.dumps(INSTALLED), encoding="utf-8")
    assert catalogue().years == (2024, 2026)


def test_the_order_of_the_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("PTCE_GEO_BOUNDARIES", str(tmp_path / "mine"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    mine, users, *others = boundary_folders()
    assert mine == tmp_path / "mine"
    assert users == user_folder()
    assert [folder.name for folder in others] == ["_boundaries", "boundaries"]


def test_territories_of_an_installed_resolution_are_read(tmp_path, monkeypatch):
    # The embedded files under another name: what comes is what was put there.
    embedded = catalogue().embedded
    shutil.copytree(embedded.path / "2026", tmp_path / "fine")
    entry = {
        level: {**told, "path": f"fine/{level}.parquet"}
        for level, told in embedded.manifest["vintages"]["2026"]["levels"].items()
    }
    manifest = {"vintages": {"2024": {"resolutions": {"50m": {"levels": entry}}}}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    monkeypatch.setenv("PTCE_GEO_BOUNDARIES", str(tmp_path))
    for level in ("departement", "epci", "commune"):
        options = {"departements": ["42", "974"]}
        theirs = read_territories(level, **options)
        for resolution in (None, "50m"):
            mine = read_territories(level, year=2024, resolution=resolution, **options)
            assert mine.equals(theirs)
        pd.testing.assert_frame_equal(
            territory_table(level, year=2024, **options), territory_table(level, **options)
        )
    with pytest.raises(UnknownTerritoryError, match="no boundaries of 2026 at 50m"):
        read_territories(resolution="50m")
