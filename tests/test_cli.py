"""The command line: what a person types, what she reads, and the exit code."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import ptce_geo

EXAMPLES = Path(__file__).parents[1] / "examples" / "data"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"


def ptce_geo_command(*arguments, before=()):
    command = [*before, sys.executable, "-m", "ptce_geo.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


# All the rest would take three times as long.
ONLY = ("--only", "package")


@pytest.fixture
def members(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Nom,CP,Ville\nUne,42000,Saint-Étienne\nDeux,,\n", encoding="utf-8")
    return path


def test_run_says_how_many_were_placed_and_where_the_files_are(members, tmp_path):
    done = ptce_geo_command("run", members, "--out", tmp_path / "out", *ONLY)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "Structures dans la liste 2" in lines
    assert "localisées 1 50,0 % à la commune : 1" in lines
    assert "non localisées 1 50,0 % commune non indiquée : 1" in lines
    assert re.search(r"data \(\d+\)$", lines[-1])


def test_in_english(typed, members, tmp_path):
    done = typed("run", members, "--out", tmp_path / "out", "--lang", "en", *ONLY)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "not placed 1 50.0% no town given: 1" in lines


def test_headings_that_are_not_recognised_are_named(typed, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Qui;Localisation\nUne;Lyon\nDeux;Brest\n", encoding="utf-8")
    named = ["--column", "city=Localisation", "--column", "member_name = qui"]
    done = typed("run", path, "--out", tmp_path / "out", *named, *ONLY)
    assert done.returncode == 0, done.stderr
    members = pd.read_csv(tmp_path / "out" / "data" / "members.csv", dtype=str)
    assert members["member_name"].tolist() == ["Une", "Deux"]
    assert members["code_commune"].tolist() == ["69123", "29019"]


def test_a_heading_that_is_not_there_is_one_line(typed, members, tmp_path):
    for named, said in [
        ("city=Lieu", "city is 'Lieu', no such heading; found Nom, CP, Ville"),
        ("town=Ville", "town; known columns: member_id"),
    ]:
        done = typed("run", members, "--out", tmp_path / "out", "--column", named)
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
        assert not (tmp_path / "out").exists()


def test_a_list_without_known_headings_says_what_to_type(typed, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Où exactement;Quoi\nLyon;Une\n", encoding="utf-8")
    done = typed("run", path, "--out", tmp_path / "out")
    assert done.stderr.endswith("(or --column 'address=Où exactement')\n")
    options = shlex.split(done.stderr.rpartition("(or ")[2].rstrip(")\n"))
    assert typed("run", path, "--out", tmp_path / "out", *options, *ONLY).returncode == 0
    # The option is about the list of members: nothing of it is said of a list of poles.
    known = typed("run", path, "--poles", path, "--out", tmp_path / "out", *options)
    assert known.returncode == 1
    assert known.stderr.endswith("columns={'pole_name': 'Où exactement'}\n")


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (["city"], "Invalid value for --column: 'city' is not COLUMN=HEADING."),
        (["city="], "Invalid value for --column: 'city=' is not COLUMN=HEADING."),
        (["=Ville"], "Invalid value for --column: '=Ville' is not COLUMN=HEADING."),
        (["city=Ville", "city=CP"], "Invalid value for --column: city is given twice."),
    ],
)
def test_a_malformed_column_is_2_and_one_line(typed, members, tmp_path, named, said):
    options = [part for pair in named for part in ("--column", pair)]
    done = typed("run", members, "--out", tmp_path / "out", *options)
    assert done.returncode == 2
    assert any(said in line for line in done.stderr.splitlines()), done.stderr
    assert not (tmp_path / "out").exists()


def test_a_console_of_another_encoding_is_no_reason_to_fail(members, tmp_path):
    command = [sys.executable, "-m", "ptce_geo.cli", "run", members, "--out", tmp_path / "out"]
    command += ONLY
    old = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, env=old, check=False)
    assert done.returncode == 0, done.stderr
    assert b"34?875" in done.stdout


def test_version():
    done = ptce_geo_command("--version")
    assert done.stdout.strip() == f"ptce-geo {ptce_geo.__version__}"
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("picture.csv", PNG, "picture"),
        ("empty.csv", b"", "empty"),
        ("heading.csv", b"Nom,CP,Ville\n", "no row"),
        ("colours.csv", b"Nom,Couleur\nUne,rouge\n", "Couleur"),
        ("twice.csv", b"member_id,Nom,Ville\na,Une,Lyon\na,Deux,Lyon\n", "member_id"),
        ("absent.csv", None, "absent.csv"),
    ],
)
def test_a_list_that_cannot_be_used_is_one_line_and_nothing_is_written(
    typed, tmp_path, name, content, said
):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    done = typed("run", path, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("ptce-geo: ")
    assert said in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_one_line(typed, members, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    for out in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/ptce")):
        done = typed("run", members, "--out", out)
        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr.startswith(f"ptce-geo: cannot write to {out}: ")
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "list.csv"],
        ["run", "list.csv", "--out", "out", "--lang", "de"],
        ["fly"],
        ["run", "list.csv", "--out", "out", "--colour"],
        ["run", "list.csv", "--out", "out", "--only", "pdf"],
        ["run", "list.csv", "--out", "out", "--check"],
        ["sheet", "out"],
    ],
)
def test_a_wrong_command_line_is_2(typed, arguments):
    done = typed(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"), [(["run", "absent.csv", "--out", "out"], 1), (["fly"], 2)]
)
def test_a_process_ends_with_the_exit_code(arguments, code):
    done = ptce_geo_command(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_without_any_network_the_result_is_the_same(members, tmp_path):
    alone = ["unshare", "--net", "--map-root-user"]
    try:
        subprocess.run([*alone, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        advice = "this user may not make a network namespace (unshare --net --map-root-user)"
        if os.environ.get("PTCE_GEO_REQUIRE_ALL") == "1":
            pytest.fail(advice)
        pytest.skip(advice)
    arguments = ["run", EXAMPLES / "members.csv", "--poles", EXAMPLES / "poles.csv", "--out"]
    with_network = ptce_geo_command(*arguments, tmp_path / "with")
    without = ptce_geo_command(*arguments, tmp_path / "without", before=alone)
    assert without.returncode == with_network.returncode == 0
    for name in ("data/members.csv", "map.html", "report.html"):
        one, other = ((tmp_path / folder / name).read_text() for folder in ("with", "without"))
        assert one == other


STUDY = """\
[lists]
members = "list.csv"
[measure]
threshold_km = [5, 10]
[outputs]
files = ["package"]
"""


def test_a_study_file_says_everything_and_what_is_wrong_with_it(typed, members, tmp_path):
    """The commands of a study, one after another: init, run, sheet, explain, compare."""
    bad = tmp_path / "bad.toml"
    bad.write_text(STUDY.replace("list.csv", "liste.csv"), encoding="utf-8")
    for check in ([], ["--check"]):
        done = typed("run", bad, *check)
        assert (done.returncode, done.stdout) == (1, "")
        told = done.stderr.splitlines()
        assert len(told) == 2
        assert told[0].startswith("ptce-geo: bad.toml, line 2, lists.members: ")
        assert "did you mean thresholds_km?" in told[1]

    study = tmp_path / "study.toml"
    done = ptce_geo_command("init", members, "--out", study)
    assert done.returncode == 0, done.stderr
    assert typed("init", members, "--out", study).returncode == 1  # it is there already
    assert typed("run", study, "--check").stdout == "study.toml\u00a0: rien à redire\n"
    study.write_text(STUDY.replace("threshold_km", "thresholds_km"), encoding="utf-8")
    refused = typed("run", study, "--white-zone", "30")
    assert refused.returncode == 2
    assert "the study file says it" in refused.stderr
    done = ptce_geo_command("run", study)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "study"
    assert sorted(path.name for path in out.iterdir()) == ["data", "study.json"]

    done = ptce_geo_command("sheet", out, "--departement", "42", "--out", tmp_path / "sheets")
    assert done.stdout == f"{tmp_path / 'sheets' / 'departement-42.html'}\n"
    assert (tmp_path / "sheets" / "departement-42.html").exists()
    for unknown in (["--departement", "99"], ["--pole", "none"]):
        done = typed("sheet", out, *unknown, "--out", tmp_path / "sheets")
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    done = typed("sheet", out, "--departement", "42", "--out", members)
    assert done.returncode == 1
    assert "cannot write to" in done.stderr

    done = ptce_geo_command("explain", out, "members", "departement:42", "--lang", "en")
    assert "Members counted: 1; of that place and not counted: 0" in done.stdout
    assert "Une" in done.stdout

    done = ptce_geo_command("compare", out, out, "--out", tmp_path / "changes")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "changes").iterdir()} == {
        "changes.csv",
        "changes.html",
        "changes.xlsx",
    }
