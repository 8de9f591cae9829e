"""A study on a real list: what is kept, what is the same twice, what a killed run leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ptce_geo.errors import InputError, UnreadableFileError
from ptce_geo.reports.explanation import explain, figure_lines, write_explanation
from ptce_geo.study import OUTPUT_KINDS, Study, read_study, run_study
from ptce_geo.study.stages import StageCache

EXAMPLES = Path(__file__).parents[1] / "examples" / "data"
AMOUNTS = "code;Total\n" + "\n".join(f"{code};{n}" for code, n in [("42218", 90), ("43157", 10)])


@pytest.fixture(scope="module")
def loire(tmp_path_factory):
    """A study of the Loire and the Haute-Loire, all outputs, run three times with one cache."""
    folder = tmp_path_factory.mktemp("loire")
    (folder / "amounts.csv").write_text(AMOUNTS, encoding="utf-8")
    (folder / "zones.csv").write_text(
        "CODGEO;ZONE;LIBZONE\n42218;A;Zone A\n42207;A;Zone A\n43157;B;Zone B\n69123;C;Zone C\n",
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1790000000")
        study = Study(
            EXAMPLES / "members.csv",
            poles=EXAMPLES / "poles.csv",
            out=folder / "study",
            departements=["42", "43"],
            zonings={"ZONE": folder / "zones.csv"},
            reference=folder / "amounts.csv",
            reference_column="Total",
            thresholds_km=[10, 20],
            sheets=["departement:42"],
            cache=folder / "cache",
            licence="lov2",
        )
        first = run_study(study)
        before = _bytes(study.out)
        again = run_study(study)
        after = _bytes(study.out)
        wider = run_study(replace(study, thresholds_km=[10, 30], out=folder / "wider", outputs=()))
        fresh = run_study(replace(study, cache=None, outputs=()))
        run_study(study)  # all its files again
    return {
        "study": study,
        "first": first,
        "again": again,
        "bytes": (before, after),
        "wider": wider,
        "fresh": fresh,
    }


def _bytes(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in Path(folder).rglob("*")
        if path.is_file()
    }


def test_every_output_is_there(loire):
    folder = Path(loire["study"].out)
    assert {path.name for path in folder.iterdir()} == {
        *("report.html", "map.html", "indicators.xlsx", "indicators.gpkg"),
        *("study.json", "data", "sheets"),
    }
    assert [path.name for path in (folder / "sheets").iterdir()] == ["departement-42.html"]
    assert len(OUTPUT_KINDS) == 5


def test_two_runs_give_the_same_bytes_the_second_from_what_was_kept(loire):
    before, after = loire["bytes"]
    assert loire["first"].taken == ()
    assert loire["again"].taken == ("locate", "measure")
    assert {name for name in before if before[name] != after.get(name)} == set()
    assert set(before) == set(after)


def test_a_changed_threshold_does_not_locate_again(loire):
    assert loire["wider"].taken == ("locate",)
    assert loire["wider"].tables["coverage_by_reach"].index.tolist() == [10, 30]


@pytest.mark.parametrize("other", ["again", "fresh", "read"])
def test_what_was_kept_or_read_again_is_what_was_found(loire, other):
    first = loire["first"]
    found = read_study(loire["study"].out) if other == "read" else loire[other]
    assert set(found.tables) == set(first.tables)
    for name, table in first.tables.items():
        assert_frame_equal(found.tables[name], table)
    assert_frame_equal(found.members, first.members)
    assert_frame_equal(found.poles, first.poles)


def test_at_each_stage_what_goes_in_comes_out_or_is_set_aside(loire):
    stages = loire["first"].record["stages"]
    assert [stage["stage"] for stage in stages[:4]] == ["read", "locate", "attach", "seats"]
    for stage in stages:
        assert stage["in"] == stage["out"] + sum(stage["set_aside"].values())
    departement = next(stage for stage in stages if stage["stage"] == "measure departement")
    assert departement["set_aside"]["outside the study area"] > 0
    assert departement["out"] == loire["first"].tables["departement"]["members"].sum()


def test_zones_and_reference_are_measured(loire):
    first = loire["first"]
    zones = first.tables["zone"]
    assert zones.index.tolist() == ["A", "B"]  # C lies elsewhere
    here = first.members["code_zone"] == "A"
    accepted = first.members["geocode_status"] == "accepted"
    assert zones.loc["A", "members"] == (here & accepted).sum() > 0
    # n / Σn over w / Σw, w being 90 in the Loire and 10 in the Haute-Loire.
    table = first.tables["departement"]
    share = table["members"] / table["members"].sum()
    expected = share / pd.Series({"42": 0.9, "43": 0.1})
    assert table["location_quotient"].to_dict() == pytest.approx(expected.to_dict())


def test_a_damaged_cache_is_found_again(tmp_path):
    cache = StageCache(tmp_path)

    def compute():
        return {"table": pd.DataFrame({"n": [1]})}

    cache.found("stage", {"a": 1}, compute)
    (kept,) = tmp_path.iterdir()
    (kept / "table.parquet").write_bytes(b"no parquet")
    assert cache.found("stage", {"a": 1}, compute)["table"]["n"].tolist() == [1]
    assert cache.taken == []
    cache.found("stage", {"a": 1}, compute)
    assert cache.taken == ["stage"]
    for number in range(8):
        cache.found("stage", {"a": number}, compute)
    assert len(list(tmp_path.iterdir())) == 4


def test_every_member_behind_a_count_is_listed(loire):
    first = loire["first"]
    for code, row in first.tables["departement"].iterrows():
        found = explain(first, "members", f"departement:{code}")
        assert found.figures["value"].tolist() == [row["members"]] == [len(found.members)]
        assert set(found.members["code_departement"]) <= {code}
    found = explain(first, "location_quotient", "departement:42")
    assert found.figures[["value", "low", "high"]].to_numpy().tolist() == [
        first.tables["departement"]
        .loc["42", ["location_quotient", "location_quotient_low", "location_quotient_high"]]
        .tolist()
    ]
    assert found.figures["method"].tolist() == ["Garwood 95%"]


def test_members_that_reach_a_territory_and_poles_are_explained(loire, tmp_path):
    first = loire["first"]
    found = explain(first, "share_population", "departement:42")
    here = "level == 'departement' and territory == '42' and group == 'member'"
    coverage = first.tables["coverage"].query(here)
    assert found.figures["value"].tolist() == coverage["value"].tolist()
    assert (found.members["nearest_km"] <= 20).all()
    assert len(found.members) >= len(explain(first, "members", "departement:42").members)
    pole = explain(first, "members", "culture-et-cooperation")
    assert pole.level == "pole"
    assert len(pole.members) == pole.figures.loc[0, "value"] == 11
    placed = explain(first, "communes", "culture-et-cooperation")
    assert len(placed.members) == placed.figures.loc[0, "n"] == 2  # of 11, two are placed
    assert explain(first, "shannon", "culture-et-cooperation").figures.loc[0, "n"] == 11
    assert len(explain(first, "fte", "culture-et-cooperation").members) == 0
    zone = explain(first, "members", "zone:A")
    assert zone.name == "Zone A"
    assert len(zone.members) == zone.figures.loc[0, "value"]
    write_explanation(found, tmp_path / "who.csv")
    listed = pd.read_csv(tmp_path / "who.csv", dtype=str)
    assert listed["counted"].value_counts()["1"] == len(found.members)
    whole = explain(first, "gini", "epci")
    assert len(whole.members) == whole.figures.loc[0, "n"]
    lines = figure_lines(found, "fr")
    assert lines[0].endswith("Loire (département 42)")
    assert any("km d’une structure" in line for line in lines)


@pytest.mark.parametrize(
    ("indicator", "territory", "said"),
    [
        ("membres", "departement:42", "did you mean members?"),
        ("ginni", "epci", "did you mean gini?"),
        ("share_population", "42218", "no indicator 'share_population' of one territory of the"),
        ("members", "nowhere", "no territory or pole 'nowhere' in this study"),
        ("members", "departement:99", "99"),
        ("members", "culture-et-coopération", "the nearest pole is 'culture-et-cooperation'"),
    ],
)
def test_what_is_no_figure_is_said(loire, indicator, territory, said):
    with pytest.raises(ValueError, match=r"[a-z]") as error:
        explain(loire["first"], indicator, territory)
    assert said in str(error.value)


def test_a_folder_that_is_no_study_is_said(tmp_path, loire):
    with pytest.raises(UnreadableFileError, match=r"is no study .no such folder."):
        read_study(tmp_path / "none")
    with pytest.raises(UnreadableFileError, match=r"is no study .no study\.json in it."):
        read_study(tmp_path)
    with pytest.raises(UnreadableFileError, match="its figures are not kept"):
        read_study(Path(loire["study"].out).parent / "wider")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"outputs": ["pdf"]}, "unknown output pdf; known: workbook"),
        ({"reference": EXAMPLES / "members.csv"}, "reference and reference_column go together"),
        ({"zonings": {"Z": "none.csv"}}, "no such file: none.csv"),
    ],
)
def test_settings_that_cannot_be_are_said_before_anything_is_written(tmp_path, settings, said):
    with pytest.raises(InputError, match=said):
        run_study(Study(EXAMPLES / "members.csv", out=tmp_path / "out", **settings))
    assert list(tmp_path.iterdir()) == []


def test_killed_while_it_writes_the_old_study_stands(loire):
    """The real command, killed at random moments of a run that would change every file."""
    study = loire["study"]
    before = _bytes(study.out)
    made = json.loads(before["study.json"])["created"]
    command = [
        *(sys.executable, "-m", "ptce_geo.cli", "run", str(EXAMPLES / "members.csv")),
        *("--poles", str(EXAMPLES / "poles.csv"), "--out", str(study.out)),
        *("--departements", "42", "--lang", "en", "--cache", str(study.cache)),
    ]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1790000001"}
    for wait in (4.0, 9.0):
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
        found = _bytes(study.out)
        if json.loads(found["study.json"])["created"] == made:
            assert found == before
        else:  # it was done before it was killed
            assert json.loads(found["study.json"])["settings"]["lang"] == "en"
            break
    run_study(study)
