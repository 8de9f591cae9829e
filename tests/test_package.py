"""The package as a whole: its public names, its ladder of rooms, its wheel, its README."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import ptce_geo

ROOT = Path(__file__).parents[1]


def run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_importing_loads_neither_geopandas_nor_folium():
    heavy = [
        "geopandas",
        "folium",
        "pandas",
        "numpy",
        "shapely",
        "pyproj",
        "requests",
        "rich",
        "typer",
    ]
    code = f"import sys, ptce_geo; print([m for m in {heavy} if m in sys.modules])"
    assert run(sys.executable, "-c", code).strip() == "[]"


def test_public_names_are_sorted_and_all_there():
    stub = ast.parse((ROOT / "ptce_geo" / "__init__.pyi").read_text(encoding="utf-8"))
    declared = next(
        ast.literal_eval(node.value)
        for node in stub.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "__all__"
    )
    assert declared == sorted(declared)
    assert sorted(ptce_geo.__all__) == declared
    for name in declared:
        assert getattr(ptce_geo, name).__doc__, name


def test_the_version_is_told_once():
    from importlib.metadata import version

    assert version("ptce_geo") == ptce_geo.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {ptce_geo.__version__}" in changelog


@pytest.mark.parametrize(
    ("room", "planted", "broken"),
    [
        ("territories", "from ptce_geo.geocoding import geocode", "ladder"),
        ("members", "from ptce_geo.geocoding import geocode", "ladder"),
        ("maps", "import ptce_geo.reports", "ladder"),
        ("indicators", "import folium", "folium"),
        ("maps", "import requests", "requests"),
        ("territories", "import requests", "requests"),
        ("territories", None, None),
    ],
)
def test_the_ladder_holds_and_a_planted_import_breaks_it(tmp_path, room, planted, broken):
    shutil.copytree(ROOT / "ptce_geo", tmp_path / "ptce_geo")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    if planted:
        (tmp_path / "ptce_geo" / room / "planted.py").write_text(planted, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    if planted is None:
        assert done.returncode == 0, done.stdout
    else:
        assert done.returncode == 1
        line = next(line for line in done.stdout.splitlines() if " BROKEN" in line)
        assert broken in done.stdout[: done.stdout.index(line) + len(line)]
        assert f"ptce_geo.{room}" in done.stdout


def test_the_lines_of_the_readme_run(tmp_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = [block.split("```")[0] for block in readme.split("```python\n")[1:]]
    shutil.copytree(ROOT / "examples" / "data", tmp_path / "examples" / "data")
    (tmp_path / "maps").mkdir()
    (tmp_path / "zones_emploi.csv").write_text(
        "CODGEO;ZE2020;LIBZE2020\n42218;8428;Saint-Étienne\n69123;8422;Lyon\n", encoding="utf-8"
    )
    run(sys.executable, "-c", "\n".join(blocks), cwd=tmp_path)
    assert (tmp_path / "maps" / "poles.html").exists()


def test_the_wheel_of_the_sdist_does_the_main_job_elsewhere(tmp_path):
    """Built, installed in an environment of its own, and run from another directory."""
    source = tmp_path / "source"
    shutil.copytree(
        ROOT, source, ignore=shutil.ignore_patterns(".git", ".venv*", ".*_cache", "dist", ".cache")
    )
    dist = tmp_path / "dist"
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", dist, source)
    (wheel,) = dist.glob("*.whl")
    assert list(dist.glob("*.tar.gz"))

    home = tmp_path / "environment"
    venv.create(home)
    python = home / "bin" / "python"
    # pip of here, without compiling: only the modules that are imported are worth it.
    installed = subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-compile",
         str(wheel)], capture_output=True, text=True, check=False,
    )  # fmt: skip
    if installed.returncode != 0 and os.environ.get("PTCE_GEO_REQUIRE_ALL") != "1":
        pytest.skip("the dependencies cannot be fetched here: needs a package registry")
    assert installed.returncode == 0, installed.stderr

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = home / "bin" / "ptce-geo"
    examples = ROOT / "examples" / "data"
    run(
        command, "run", examples / "members.csv", "--poles", examples / "poles.csv",
        "--out", "study", cwd=elsewhere,
    )  # fmt: skip
    record = json.loads((elsewhere / "study" / "study.json").read_text(encoding="utf-8"))
    assert record["counts"]["status"]["accepted"] == 146
    where = run(python, "-c", "import ptce_geo; print(ptce_geo.__file__)", cwd=elsewhere)
    assert where.startswith(str(home))
    code = "import ptce_geo; print(len(ptce_geo.read_territories('commune')))"
    assert run(python, "-c", code, cwd=elsewhere).strip() == "34875"
