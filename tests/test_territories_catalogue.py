"""The catalogue: several folders, each question answered by the first that can, errors one line."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import sys
import tempfile

import pandas as pd
import pytest

from ptce_geo.errors import BoundariesNotFoundError, UnknownTerritoryError
from ptce_geo.territories import catalogue, read_territories, territory_table
from ptce_geo.territories.catalogue import RESOLUTIONS, boundary_folders, reading, user_folder


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


def touched(*folders):
    """Put a file wherever a manifest of `folders` says that there is one."""
    for folder in folders:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        for path in re.findall(r'"path": "([^"]+)"', json.dumps(manifest)):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).touch()


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
    touched(installed, packaged)
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
    touched(first, second)
    known = catalogue()
    assert known.territories("epci", 2026) == first / "own/epci.parquet"
    assert known.territories("commune", 2026) == second / "2026/commune.parquet"
    assert known.history("events") == first / "e"


def test_without_embedded_boundaries_the_finest_are_taken(folders):
    installed, packaged = folders(INSTALLED, PACKAGED)
    touched(installed, packaged)
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
    touched(*folders({"vintages": {"2030": {"resolutions": entry}}}))
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
            "no boundaries of 2026 at admin-express; installed: 5m; to install it: "
            "ptce-geo boundaries install --year 2026 --source FILE",
        ),
        (
            lambda known: known.territories("commune", 2026, resolution="7m"),
            "unknown resolution '7m'; known: admin-express, 5m, 50m, 100m, 1000m",
        ),
        (  # before the advice to install it
            lambda known: known.territories("commune", 2023, resolution="bogus"),
            "unknown resolution 'bogus'; known: admin-express, 5m, 50m, 100m, 1000m",
        ),
        (
            lambda known: known.territories("commune", "2026"),
            "year must be a whole number such as 2026, found '2026'",
        ),
        (
            lambda known: known.names(2026.0),
            "year must be a whole number such as 2026, found 2026.0",
        ),
        (
            lambda known: known.resolutions(2026.0),
            "year must be a whole number such as 2026, found 2026.0",
        ),
        (
            lambda known: known.departements(None, "5m"),
            "year must be a whole number such as 2026, found None",
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


def spoilt(change):
    """A manifest that is sound but for one thing."""
    manifest = json.loads(json.dumps(INSTALLED))
    change(manifest["vintages"])
    return json.dumps(manifest)


@pytest.mark.parametrize(
    "text",
    [
        *["", "{", "[]", "{}", '"text"', '{"vintages": []}', "\x00", '{"vintages": null}'],
        spoilt(lambda vintages: vintages.update({"2025": None})),
        spoilt(lambda vintages: vintages.update({"2025.0": {}})),
        spoilt(lambda vintages: vintages["2024"].update(resolutions=None)),
        spoilt(lambda vintages: vintages["2024"]["resolutions"].update({"5m": None})),
        spoilt(lambda vintages: vintages["2024"]["resolutions"].update({"5m": {}})),
        spoilt(lambda v: v["2024"]["resolutions"]["50m"]["levels"]["commune"].pop("path")),
        spoilt(lambda v: v["2024"]["resolutions"]["50m"]["levels"]["commune"].pop("rows")),
        spoilt(lambda v: v["2024"]["resolutions"]["50m"]["levels"].update(commune=None)),
    ],
)
def test_a_damaged_manifest_is_named(folders, text):
    damaged, _ = folders(text, PACKAGED)
    with pytest.raises(BoundariesNotFoundError) as error:
        catalogue()
    said = str(error.value)
    assert said.startswith(f"{damaged / 'manifest.json'} cannot be read (")
    assert said.endswith("; reinstall ptce_geo, or mend the folder that PTCE_GEO_BOUNDARIES names")
    assert "\n" not in said


UNREADABLE = "/proc/self/mem"  # a file that is there, and whose reading fails, even for root
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="no /proc/self/mem")


@linux_only
def test_a_manifest_that_cannot_be_read_is_named(folders):
    folder, _ = folders(INSTALLED, PACKAGED)
    path = folder / "manifest.json"
    path.unlink()
    path.symlink_to(UNREADABLE)
    with pytest.raises(BoundariesNotFoundError, match="Input/output error") as error:
        catalogue()
    assert str(error.value).startswith(f"{path} cannot be read")


def test_a_file_that_is_not_there_is_named_with_the_cure(folders):
    _, packaged = folders(INSTALLED, PACKAGED)
    known = catalogue()
    for ask, file in {
        lambda: known.territories("epci", 2026): "2026/epci.parquet",
        lambda: known.names(2026): "2026/names.parquet",
        lambda: known.history("events"): "history/events.parquet",
    }.items():
        with pytest.raises(BoundariesNotFoundError, match="; reinstall ptce_geo, or mend") as error:
            ask()
        assert f"{packaged / file} cannot be read (No such file" in str(error.value)


@pytest.mark.parametrize("content", [b"", b"garbage" * 100, b"PAR1" * 100])
def test_what_a_reader_trips_over_is_named_with_the_cure(tmp_path, monkeypatch, content):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    path = user_folder() / "commune.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(BoundariesNotFoundError) as error, reading(path):
        pd.read_parquet(path)
    said = str(error.value)
    assert said.startswith(f"{path} cannot be read (")
    assert said.endswith("; remove it and install it again with ptce-geo boundaries install")
    assert "\n" not in said


def test_what_a_reader_says_in_our_words_passes(tmp_path):
    with pytest.raises(UnknownTerritoryError, match="as it was"), reading(tmp_path):
        raise UnknownTerritoryError("as it was")


def test_a_part_of_france_is_taken_only_where_it_is_named(folders):
    part = {**levels("part", "commune"), "departements": ["01"]}
    whole = {**levels("whole", "commune", "epci"), "departements": None}
    first = {"vintages": {"2024": {"resolutions": {"admin-express": part}}}}
    second = {"vintages": {"2024": {"resolutions": {"admin-express": whole, "50m": whole}}}}
    touched(*folders(first, second))
    known = catalogue()
    assert known.departements(2024, "admin-express") == ("01",)
    assert known.departements(2024, "50m") is None
    assert known.territories("commune", 2024).parent.name == "whole"
    named = known.levels(2024, resolution="admin-express")
    # Nothing of the other installation, which has EPCI, is mixed with it.
    assert {level: file.path.parent.name for level, file in named.items()} == {"commune": "part"}


def test_a_part_of_france_alone_is_not_taken_for_all_of_it(folders):
    part = {**levels("part", "commune"), "departements": ["01"]}
    folders({"vintages": {"2024": {"resolutions": {"admin-express": part}}}}, PACKAGED)
    with pytest.raises(UnknownTerritoryError) as error:
        catalogue().territories("commune", 2024)
    assert str(error.value) == (
        "no boundaries of 2024 for all France; installed: admin-express (in part); to install it: "
        "ptce-geo boundaries install --year 2024 --resolution 50m"
    )


def test_no_test_sees_what_a_developer_has_installed():
    assert user_folder().is_relative_to(tempfile.gettempdir())


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
