"""Study files: read, refused with every reason at once, and written for a list."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, fields
from itertools import count
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ptce_geo.errors import InputError, OutputError
from ptce_geo.geocoding import AcceptancePolicy
from ptce_geo.study import Study
from ptce_geo.study.run import run_study
from ptce_geo.study.study_file import read_study_file, study_file_problems
from ptce_geo.study.study_keys import COLUMNS, KEYS, NAMED, POLICY
from ptce_geo.study.study_template import study_template

EXAMPLES = Path(__file__).parents[1] / "examples" / "data"
KINDS = ("toml", "yaml")
NUMBERS = count()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the files that a study can name."""
    folder = tmp_path_factory.mktemp("étude")
    (folder / "data").mkdir()
    texts = {
        "members.csv": "pole_id;Nom;CP;Ville\np1;La Fabrique;42000;Saint-Étienne\n",
        "poles.csv": "pole_id;Nom du PTCE\np1;Culture\n",
        "bassins.csv": "CODGEO;BASSIN\n42218;A\n01001;B\n",
        "data/amounts.csv": "CODGEO;Etabs\n42218;1200\n01001;7\n",
        "review.csv": "Identifiant;Adresse;Code postal;Commune indiquée;Décision\n",
        "answers.sqlite": "",
        "index.idx": "",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def text_of(sections, kind):
    """Write sections as TOML, or as YAML with everything but texts that need quotes bare."""
    lines = []
    for section, values in sorted(sections.items()):  # a section before those within
        indent = "  " * section.count(".") if kind == "yaml" else ""
        name = section.rpartition(".")[2]
        lines.append(f"[{section}]" if kind == "toml" else f"{indent}{name}:")
        for key, value in values.items():
            if kind == "toml":
                lines.append(f"{json.dumps(key, ensure_ascii=False)} = {written(value)}")
            else:
                lines.append(f"{indent}  {json.dumps(key, ensure_ascii=False)}: {bare(value)}")
    return "\n".join(lines) + "\n"


def written(value):
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def bare(value):
    """Return a value as somebody types it in YAML, without quotes where it can be."""
    if isinstance(value, list):
        return f"[{', '.join(map(bare, value))}]"
    plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9][\w./-]*", value)
    return value if plain and value not in ("null",) else written(value)


def saved(folder, sections, kind="toml"):
    """Save a study of `sections`, or of a text, under a name of its own."""
    path = folder / f"study{next(NUMBERS)}.{kind}"
    text = sections if isinstance(sections, str) else text_of(sections, kind)
    path.write_bytes(text.encode())
    return path


def told(folder, sections, kind="toml"):
    return [str(problem) for problem in study_file_problems(saved(folder, sections, kind))]


EVERYTHING = {
    "lists": {
        "members": "members.csv",
        "poles": "poles.csv",
        "title": "L’ESS « en Forez » : 2026",
        "source": "Région",
    },
    "lists.columns": {"city": "Ville", "postcode": "CP"},
    "locate": {
        "geocoders": ["ban", "addok=http://127.0.0.1:7878", "commune"],
        "store": "answers.sqlite",
        "offline": True,
        "review": "review.csv",
    },
    "locate.policy": {
        "min_score": 0.7,
        "min_margin": 0,
        "min_street_likeness": 0.9,
        "commune_must_agree": False,
        "postcode_must_agree": True,
        "min_precision": "street",
        "max_distance_km": 1.5,
    },
    "area": {"departements": ["01", "2a"], "regions": ["94"]},
    "measure": {
        "levels": ["epci", "departement"],
        "thresholds_km": [2.5, 10],
        "white_zone_km": 15,
        "reference": "data/amounts.csv",
        "reference_column": "Etabs",
        "seed": 7,
    },
    "zonings": {"Bassin": "bassins.csv"},
    "publication": {
        "publish": True,
        "minimum": 5,
        "dominance": 0.8,
        "publisher": "Région",
        "licence": "lov2",
    },
    "outputs": {
        "folder": "résultats",
        "lang": "en",
        "files": ["workbook", "map"],
        "sheets": ["departement:42", "epci:244200770", "pole:p1"],
    },
    "cache": {"folder": False},
}


@pytest.mark.parametrize("kind", KINDS)
def test_everything_is_read_and_paths_are_relative_to_the_file(folder, kind):
    path = saved(folder, EVERYTHING, kind)
    study = read_study_file(path)
    assert study == Study(
        folder / "members.csv",
        out=folder / "résultats",
        poles=folder / "poles.csv",
        lang="en",
        columns={"city": "Ville", "postcode": "CP"},
        departements=("01", "2A"),
        regions=("94",),
        levels=("epci", "departement"),
        zonings={"Bassin": folder / "bassins.csv"},
        reference=folder / "data" / "amounts.csv",
        reference_column="Etabs",
        thresholds_km=(2.5, 10),
        white_zone_km=15,
        seed=7,
        title="L’ESS « en Forez » : 2026",
        source="Région",
        publisher="Région",
        licence="lov2",
        geocoders=("ban", "addok=http://127.0.0.1:7878", "commune"),
        store=folder / "answers.sqlite",
        offline=True,
        review=folder / "review.csv",
        policy=AcceptancePolicy(
            min_score=0.7,
            min_margin=0,
            min_street_likeness=0.9,
            commune_must_agree=False,
            min_precision="street",
            max_distance_km=1.5,
        ),
        publish=True,
        minimum=5,
        dominance=0.8,
        outputs=("workbook", "map"),
        sheets=("departement:42", "epci:244200770", "pole:p1"),
        cache=None,
    )


def test_every_setting_has_its_key_and_no_key_is_without_a_setting():
    study = {key.field for key in KEYS if key.section != POLICY} | {one.field for one in NAMED}
    assert study == {field.name for field in fields(Study)} - {"policy"}
    policy = {key.field for key in KEYS if key.section == POLICY}
    assert policy == {field.name for field in fields(AcceptancePolicy)}
    # The example above sets them all.
    paths = {f"{section}.{key}" for section, keys in EVERYTHING.items() for key in keys}
    assert {key.path for key in KEYS} <= paths


@pytest.mark.parametrize("kind", KINDS)
def test_the_defaults_are_those_of_a_study(folder, kind, monkeypatch):
    path = saved(folder, {"lists": {"members": "members.csv"}}, kind)
    wanted = Study(folder / "members.csv", out=folder / path.stem, cache=folder / ".ptce-geo")
    assert read_study_file(path) == wanted
    monkeypatch.chdir(folder)
    assert read_study_file(path.name).members == Path("members.csv")


def test_the_path_of_an_index_is_relative_too(folder):
    geocoders = ["index=index.idx", "sirene=data/amounts.csv", "commune"]
    sections = {"lists": {"members": "members.csv"}, "locate": {"geocoders": geocoders}}
    study = read_study_file(saved(folder, sections))
    assert study.geocoders == (
        f"index={folder / 'index.idx'}",
        f"sirene={folder / 'data' / 'amounts.csv'}",
        "commune",
    )


# --- problems ------------------------------------------------------------------------------------

# section, key, what is written there, what is said of it
WRONG = [
    ("lists", "membres", "x", "unknown key; did you mean members?"),
    ("lists", "thresholds_km", [5], "unknown key; it belongs in [measure]"),
    ("outputs", "threshold_km", 5, "unknown key; did you mean thresholds_km in [measure]?"),
    ("mesure", "seed", 1, "unknown section; did you mean measure?"),
    ("columns", "city", "Ville", "unknown section; it belongs in [lists]"),
    ("lists", "poles", "poels.csv", "no such file: 'poels.csv'; did you mean poles.csv?"),
    ("lists", "poles", "nowhere/poles.csv", "there is no folder"),
    ("lists", "poles", "data", "'data' is a folder; name a file"),
    ("lists", "poles", "", "expected the name of a file, found an empty text"),
    ("lists.columns", "ville", "Ville", "no column of ptce_geo"),
    ("lists.columns", "cities", "Ville", "no column of ptce_geo; did you mean city?"),
    ("lists.columns", "city", "Vile", "no heading 'Vile' in members.csv; did you mean Ville?"),
    ("locate", "geocoders", ["google"], "geocoder 'google': no such form"),
    ("locate", "geocoders", ["commnue"], "did you mean commune?"),
    ("locate", "geocoders", ["index=nothing.idx"], "no such file: 'nothing.idx'"),
    ("locate", "geocoders", ["index=index.idx"], "index.idx"),
    ("locate", "geocoders", [], "an empty list"),
    ("locate", "offline", 1, "expected true or false, found"),
    ("locate", "review", "reviews.csv", "did you mean review.csv?"),
    ("locate", "review", "bassins.csv", "bassins.csv is no review"),
    ("locate", "store", "nowhere/answers.sqlite", "there is no folder"),
    ("locate.policy", "min_score", 1.2, "expected a number from 0 to 1, found"),
    ("locate.policy", "min_precision", "town", "unknown precision 'town'; known: housenumber"),
    ("area", "departements", ["1"], "unknown departement '1'; write its code, '01' (Ain)"),
    ("area", "departements", ["Loire", "42"], "write its code, '42' (Loire)"),
    ("area", "regions", ["99"], "unknown region '99'; known: 01, 02"),
    ("area", "regions", ["Occitannie"], "did you mean '76' (Occitanie)?"),
    ("measure", "levels", ["canton"], "unknown level 'canton'; known: commune, epci"),
    ("measure", "levels", ["departements"], "did you mean departement?"),
    ("measure", "thresholds_km", [5, 5, 10], "5 stands twice; name it once"),
    ("measure", "thresholds_km", [10, 5], "5 stands after 10; write them in increasing order"),
    ("measure", "thresholds_km", [0, 5], "expected a number of km above 0"),
    ("measure", "thresholds_km", [-5], "expected a number of km above 0"),
    ("measure", "thresholds_km", [5000], "at most 1000, found 5000"),
    ("measure", "thresholds_km", ["a", 5], "found 'a'"),
    ("measure", "white_zone_km", {}, "found a section"),
    ("measure", "white_zone_km", True, "found "),
    ("lists", "measure.seed", 1, "unknown key"),
    ("measure", "white_zone_km", "12,5", "; write 12.5"),
    ("measure", "seed", 1.5, "expected a whole number"),
    ("measure", "reference", "data/amounts.csv", "give the heading of its amounts too"),
    ("measure", "reference_column", "Etabs", "give the table too"),
    ("zonings", "Bassin", "bassin.csv", "did you mean bassins.csv?"),
    ("zonings", "region", "bassins.csv", "is a level of the embedded France"),
    ("zonings", "Pôles", "poles.csv", "poles.csv"),  # holds no communes
    ("publication", "minimum", 0, "expected a whole number of structures from 1 to 1000, found 0"),
    ("publication", "dominance", 1.5, "expected a number above 0, at most 1, found 1.5"),
    ("publication", "dominance", 0, "found 0"),
    ("publication", "licence", "etalab", "unknown licence 'etalab'; known: lov2"),
    ("outputs", "lang", "de", "unknown language 'de'; known: fr, en"),
    ("outputs", "files", ["pdf"], "unknown output 'pdf'; known: workbook"),
    ("outputs", "files", ["maps"], "did you mean map?"),
    ("outputs", "folder", "members.csv", "'members.csv' is a file; name a folder"),
    ("outputs", "folder", ".", "holds what is read"),
    ("outputs", "sheets", ["42"], 'expected a sheet, as in "departement:42"'),
    ("outputs", "sheets", ["canton:42"], "unknown kind of sheet 'canton'"),
    ("outputs", "sheets", ["departement:420"], "unknown departement '420'"),
    ("outputs", "sheets", ["epci:42"], "unknown epci '42'"),
    ("outputs", "sheets", ["pole:p11"], "no pole 'p11'; did you mean p1?"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("section", "key", "value", "said"), WRONG)
def test_each_problem_is_said_at_its_line(folder, section, key, value, said, kind):
    sections = {"lists": {"members": "members.csv"}}
    if section.startswith("lists."):
        sections[section] = {key: value}
    elif "." in section:  # YAML has the section around it first
        sections |= {section.partition(".")[0]: {}, section: {key: value}}
    else:
        sections[section] = {**sections.get(section, {}), key: value}
    text = text_of(sections, kind)
    problems = study_file_problems(saved(folder, text, kind))
    assert len(problems) == 1
    assert said in str(problems[0])
    lines = text.split("\n")
    assert problems[0].line is not None
    told_of = key if "unknown section" not in said else section
    assert told_of in lines[problems[0].line - 1]
    assert "\n" not in str(problems[0])


def test_each_problem_is_an_error_when_the_study_is_read(folder):
    path = saved(folder, {"lists": {"members": "members.csv", "thresholds_km": [5]}})
    with pytest.raises(InputError, match=r"^study\d+\.toml, line 3, lists.thresholds_km: unknown"):
        read_study_file(path)


TOML = """\
# à la main
[lists]
member = "members.csv"
title = 2026

[locate]
geocoders = ["ban"]
offline = true

[measure]
levels = [
  "epci",   # ] un crochet dans un commentaire
  "cantons",
]
thresholds_km = [20, 10, 10]
note = '''
[outputs]
seed = "non"
'''
seed = -1

[outputs]
sheets = ["region:84"]
lang = "fr"
"""
YAML = """\
# à la main
lists:
  member: members.csv
  title: [2026]

locate:
  geocoders: [ban]
  offline: yes

measure:
  levels:
    - epci   # un commentaire
    - cantons
  thresholds_km: [20, 10, 10]
  note: |
    outputs:
      seed: non
  seed: -1

outputs:
  sheets: region:84
  lang: fr
"""


@pytest.mark.parametrize(
    ("kind", "text", "lines"),
    [
        ("toml", TOML, (3, 4, 8, 13, 15, 15, 16, 20, 23)),
        ("yaml", YAML, (3, 4, 8, 13, 14, 14, 15, 18, 21)),
    ],
)
@pytest.mark.parametrize("dressed", [False, True])
def test_all_problems_at_once_with_their_lines(folder, kind, text, lines, dressed):
    if dressed:  # as a text editor of Windows writes it
        text = "\ufeff" + text.replace("\n", "\r\n")
    path = saved(folder, text, kind)
    problems = study_file_problems(path)
    wanted = [
        "lists.member: unknown key",
        "lists.title: expected text, found ",
        "locate.offline: ban can be answered from a store only",
        "measure.levels: unknown level 'cantons'",
        "measure.thresholds_km: 10 stands after 20",
        "measure.thresholds_km: 10 stands twice",
        "measure.note: unknown key",
        "measure.seed: expected a whole number from 0",
        "lists.members: no list of members",
    ]
    assert [problem.line for problem in problems] == [*lines[:-1], None]
    for problem, said in zip(problems, wanted, strict=True):
        assert said in str(problem)
    with pytest.raises(InputError) as caught:
        read_study_file(path)
    assert str(caught.value).split("\n") == [f"{path.name}, {problem}" for problem in problems]


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_go_together(folder, kind):
    base = {"lists": {"members": "members.csv"}}
    offline = base | {"locate": {"geocoders": ["sirene"], "offline": True, "store": "no.sqlite"}}
    assert "offline, answers come from it only" in told(folder, offline, kind)[0]
    sheet = base | {"measure": {"levels": ["epci"]}, "outputs": {"sheets": ["region:84"]}}
    assert "of a level that is not measured; add region" in told(folder, sheet, kind)[0]
    twins = base | {"zonings": {"Bassin": "bassins.csv", "BASSIN": "bassins.csv"}}
    assert "is called as Bassin" in told(folder, twins, kind)[0]
    inside = base | {
        "measure": {"reference": "data/amounts.csv", "reference_column": "Etabs"},
        "outputs": {"folder": "data"},
    }
    assert "'data', holds what is read (amounts.csv)" in told(folder, inside, kind)[0]
    # A white zone nearer than the largest threshold is no contradiction: it is the default.
    nearer = base | {"measure": {"white_zone_km": 6, "thresholds_km": [5, 30]}}
    assert told(folder, nearer, kind) == []


def test_a_pole_is_asked_of_lists_that_name_none(tmp_path):
    (tmp_path / "list.csv").write_text("Nom;CP;Ville\nLa Fabrique;42000;Saint-Étienne\n")
    sections = {"lists": {"members": "list.csv"}, "outputs": {"sheets": ["pole:p1"]}}
    assert "the lists name no pole; give a list of poles" in told(tmp_path, sections)[0]


def test_what_the_files_hold_is_looked_at(folder):
    (folder / "nowhere.csv").write_text("Nom;Notes\nLa Fabrique;rien\n")
    (folder / "twice.csv").write_text("pole_id;Nom du PTCE\np1;A\np1;B\n")
    sections = {
        "lists": {"members": "nowhere.csv", "poles": "poles.csv"},
        "measure": {"reference": "data/amounts.csv", "reference_column": "Effectif"},
        "zonings": {"Zone": "poles.csv", "Bassin": "bassins.csv"},
    }
    problems = told(folder, sections)
    assert len(problems) == 3
    assert "line 2, lists.members: nowhere.csv: no column to locate members by" in problems[0]
    assert "line 5, measure.reference: amounts.csv: no column 'Effectif'" in problems[1]
    assert "line 8, zonings.Zone: poles.csv" in problems[2]
    twice = {"lists": {"members": "members.csv", "poles": "twice.csv"}}
    assert "lists.poles: twice.csv: pole_id must be unique" in told(folder, twice)[0]


def clash_of(study):
    """Return what the run says of where its results are to go, before it does anything."""
    with pytest.raises(OutputError) as error:
        run_study(study, progress=lambda stage: pytest.fail(f"begun: {stage}"))
    return str(error.value)


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (None, None),
        ("note.txt", None),
        ("map.html", "a file of that name is there that no run made; move it, or choose another"),
        ("report.html/", "report.html: it is a folder; choose another folder to write to"),
        ("study.json", "study.json: a file of that name is there that no run made"),
        ("data", "data: a file of that name is there that no run made"),
        ("data/epci.csv", "epci.csv: a file of that name is there that no run made"),
        ("data/bassin.csv", "bassin.csv: a file of that name is there that no run made"),
        ("data/footprints.parquet", "footprints.parquet: a file of that name is there"),
        ("sheets/epci-244200770.html", "epci-244200770.html: a file of that name is there"),
    ],
)
def test_that_the_results_cannot_be_written_is_told_as_the_run_tells_it(
    folder, tmp_path, there, said
):
    out = tmp_path / "out"
    if there is not None:
        path = out / there
        (path if there.endswith("/") else path.parent).mkdir(parents=True)
        if not there.endswith("/"):
            path.write_text("{}")
    sections = {
        "lists": {"members": "members.csv"},
        "zonings": {"BASSIN": "bassins.csv"},
        "outputs": {"folder": str(out), "sheets": ["epci:244200770"]},
    }
    file = saved(folder, sections)
    before = sorted(tmp_path.rglob("*"))
    problems = study_file_problems(file)
    assert sorted(tmp_path.rglob("*")) == before
    if said is None:
        assert problems == []
        return
    assert [problem.key for problem in problems] == ["outputs.folder"]
    assert said in problems[0].message
    assert (
        problems[0].line
        == text_of(sections, "toml")
        .split("\n")
        .index(f'"folder": {json.dumps(str(out))}'.replace(":", " =", 1))
        + 1
    )
    assert clash_of(read_study_file(file)) == problems[0].message
    # Elsewhere, as the command line may say, it can be written.
    assert study_file_problems(file, out=tmp_path / "elsewhere") == []


def test_the_folder_that_the_command_runs_in_is_told(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = saved(
        folder, {"lists": {"members": "members.csv"}, "outputs": {"folder": str(tmp_path)}}
    )
    (problem,) = study_file_problems(file)
    assert "the command runs in it, and it is replaced whole" in problem.message


# --- texts that are no study ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.toml", b"[lists]\nmembers members.csv\n", "line 2: not valid TOML at column 9: expect"),
        ("b.toml", b"[area]\ndepartements = [01]\n", "line 2: not valid TOML at column 18: "),
        ("c.toml", b'[lists]\nmembers = "C:\\Users\\m.csv"\n', "write / for \\"),
        ("d.toml", b"[lists]\n[lists]\n", "line 2: not valid TOML at column 7: cannot declare"),
        ("e.toml", b"[measure]\nlevels = [\n", "line 2: not valid TOML: "),
        ("f.toml", b"nom;cp\nLa Fabrique;42000\n", "no study: no section, it begins with 'nom;cp'"),
        ("g.toml", b"", "no study: nothing in it"),
        ("h.toml", '[lists]\ntitle = "été"'.encode("cp1252"), "line 2: not in UTF-8 (byte 0xe9"),
        ("i.toml", b"PK\x03\x04\x00\x00", "binary data"),
        ("j.toml", b"a = " + b"9" * 5000, "not valid TOML"),
        ("k.toml", b"a = " + b"[" * 5000, "brackets within brackets"),
        ("l.toml", b"# " + b"x" * 1_000_000, "larger than 1 MB"),
        (
            "a.yaml",
            b"lists:\n  members: a: b\n",
            "line 2: not valid YAML at column 13: mapping val",
        ),
        ("b.yaml", b"lists:\n\tmembers: a\n", "indent by spaces, not by tabs"),
        ("c.yml", b'lists:\n  members: "C:\\Users"\n', "line 2: not valid YAML at column 17: "),
        ("d.yml", b"nom,cp\nLa Fabrique,42000\n", "no study: no section, it begins with 'nom,cp'"),
        ("e.yml", b"- a\n- b\n", "no study"),
        ("f.yml", b"# rien\n", "no study"),
        ("g.yml", b"a: *b\n", "line 1: not valid YAML at column 4: found undefined alias"),
        ("h.yml", b"a: 1\n---\nb: 2\n", "but found another document"),
        ("i.yml", b'a: "\\Uffffffff"\n', "not valid YAML"),
        ("j.yml", b"[" * 600, "brackets within brackets"),
        ("members.csv", b"nom;cp\n", "members.csv is no study file"),
    ],
)
def test_a_text_that_is_no_study_is_told_in_one_line(tmp_path, name, data, said):
    path = tmp_path / name
    path.write_bytes(data)
    (problem,) = study_file_problems(path)
    assert said in str(problem)
    assert "\n" not in str(problem)
    with pytest.raises(InputError) as caught:
        read_study_file(path)
    assert str(caught.value) == f"{name}, {problem}"


def test_a_missing_study_is_told_with_the_nearest_name(tmp_path):
    (tmp_path / "loire.toml").write_text("")
    with pytest.raises(InputError, match=r"no such file: .*; did you mean loire\.toml\?"):
        read_study_file(tmp_path / "lorie.toml")


# --- YAML ----------------------------------------------------------------------------------------


def test_yaml_keeps_what_was_typed(folder):
    text = """
lists: {members: members.csv, title: 1_000, source: no}
area:
  departements: [01, 08, 2A]
publication: {publisher: 2026-01-01, licence: , publish: oui}
outputs: {sheets: ~}
cache:
"""
    study = read_study_file(saved(folder, text, "yaml"))
    assert (study.title, study.source, study.publisher) == ("1_000", "no", "2026-01-01")
    assert study.departements == ("01", "08", "2A")
    assert (study.licence, study.sheets, study.publish) == (None, (), True)


def test_a_key_with_nothing_behind_it_is_left_out(folder):
    text = "lists: {members: members.csv, poles: }\noutputs:\n  folder:\ncache: {folder: ~}\n"
    path = saved(folder, text, "yaml")
    assert read_study_file(path) == Study(
        folder / "members.csv", out=folder / path.stem, cache=folder / ".ptce-geo"
    )
    assert "no list of members" in told(folder, "lists:\n  members:\n", "yaml")[0]


def test_anchors_are_read_and_one_within_itself_does_no_harm(folder):
    text = """
lists: {members: members.csv}
locate: {policy: {min_score: &half 0.5, min_margin: *half}}
"""
    policy = read_study_file(saved(folder, text, "yaml")).policy
    assert (policy.min_score, policy.min_margin) == (0.5, 0.5)
    assert told(folder, "lists: &a\n  members: members.csv\n  poles: *a\n", "yaml") == []
    laughs = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )
    assert len(told(folder, laughs, "yaml")) == 31


def test_a_key_that_stands_twice_is_told(folder):
    text = "lists:\n  members: members.csv\n  members: poles.csv\nlists: {}\n"
    problems = told(folder, text, "yaml")
    assert problems == [
        "line 3, lists.members: stands twice, first on line 2; keep one of them",
        "line 4, lists: stands twice, first on line 1; keep one of them",
    ]
    text = '[lists]\nmembers = "members.csv"\nmembers = "poles.csv"\n'
    assert "line 3: not valid TOML at column 22: cannot overwrite" in told(folder, text)[0]


# --- whatever is written -------------------------------------------------------------------------

LABELS = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=("Cs", "Cc", "Zl", "Zp"),
        exclude_characters="\ufeff\ufffe\uffff",
    ),
    min_size=1,
    max_size=12,
).filter(str.strip)
KM = st.one_of(st.integers(1, 1000), st.floats(0.01, 1000))
SHARE = st.floats(0, 1)


def some(**keys):
    """Any of the keys of a section."""
    return st.fixed_dictionaries({}, optional=keys)


VALID = st.fixed_dictionaries(
    {
        "lists": st.fixed_dictionaries(
            {"members": st.just("members.csv")},
            optional={"poles": st.just("poles.csv"), "title": LABELS, "source": LABELS},
        ),
    },
    optional={
        "lists.columns": st.dictionaries(st.sampled_from(COLUMNS), LABELS, max_size=4),
        "area": some(
            departements=st.lists(st.sampled_from(["01", "2A", "974"]), min_size=1, unique=True),
            regions=st.lists(st.sampled_from(["01", "84", "94"]), min_size=1, unique=True),
        ),
        "measure": some(
            thresholds_km=st.lists(KM, min_size=1, max_size=5, unique=True).map(sorted),
            white_zone_km=KM,
            seed=st.integers(0, 2**32 - 1),
        ),
        "publication": some(
            publish=st.booleans(),
            minimum=st.integers(1, 1000),
            dominance=st.floats(0.001, 1),
            publisher=LABELS,
        ),
        "outputs": some(
            lang=st.sampled_from(["fr", "en"]),
            files=st.lists(st.sampled_from(["workbook", "map", "report"]), unique=True),
            folder=st.just("made here"),
        ),
        "cache": some(folder=st.one_of(st.just(False), st.just("kept"))),
    },
)


@given(VALID)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_valid_settings_are_read_alike_from_toml_and_yaml(folder, sections):
    studies = []
    for kind in KINDS:
        path = folder / f"same.{kind}"
        path.write_bytes(text_of(sections, kind).encode())
        studies.append(read_study_file(path))
    assert asdict(studies[0]) == asdict(studies[1])
    for section, keys in sections.items():
        for key, value in keys.items():
            if section in ("measure", "publication") or key in ("title", "source"):
                found = getattr(studies[0], key)
                assert (list(found) if isinstance(found, tuple) else found) == value


LINES = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from([
            "[lists]", "[[lists]]", "[measure]", "lists:", "  members: x", 'members = "x"',
            "seed = 1979-05-27", "  seed: !!int 3", "[zonings]", "'' = 3", '"a.b" = {c = 1}',
            "levels = [[1], {}]", "title = nan", "- a", "? x", "<<: *a", "&a", "members = '\u0000'",
            'members = "\\uD800"', 'poles: "\\ud800"', "store = '~nobody/x'", "lists.members = 1",
            '"\\uD800\\u001b[2J" = 1', '"\\ud800\\x1b[2J\\n": 1',
        ]),
    ),
    max_size=8,
)  # fmt: skip


@given(LINES.map("\n".join), st.sampled_from(KINDS))
@example('[lists]\nmembers = "' + "x" * 5000 + '"', "toml")
@example('lists: {members: "\\ud800"}', "yaml")
@example("lists: &a [*a]\n", "yaml")
@example('"\\ud800\\x1b[2J\\n": {"\\ud801": 1}', "yaml")
@example('"\\u001b[2J\\n" = 1', "toml")
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_it_is_told_and_nothing_else_is_raised(folder, text, kind):
    path = folder / f"garbage.{kind}"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    problems = study_file_problems(path)
    assert problems  # no text of these names the list there is
    for problem in problems:
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", str(problem))
        assert str(problem).encode()  # no half of a pair, which could not be printed
        assert problem.line is None or 1 <= problem.line <= text.count("\n") + text.count("\r") + 1


# --- the template --------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("suffix", ["toml", "yaml", "yml"])
def test_a_template_for_the_real_lists_reads_back(tmp_path, suffix, lang):
    lists = {name: tmp_path / "listes" / f"{name}.csv" for name in ("members", "poles")}
    (tmp_path / "listes").mkdir()
    for name, path in lists.items():
        path.write_bytes((EXAMPLES / f"{name}.csv").read_bytes())
    file = tmp_path / f"étude.{suffix}"
    text = study_template(lists["members"], poles=lists["poles"], lang=lang, out=file)
    file.write_text(text, encoding="utf-8")
    assert study_file_problems(file) == []
    assert read_study_file(file) == Study(
        lists["members"],
        poles=lists["poles"],
        out=tmp_path / "étude",
        cache=tmp_path / ".ptce-geo",
        lang=lang,
    )
    assert max(map(len, text.split("\n"))) <= 100
    assert text.rstrip("\n").split("\n")[-1].startswith(f"# ptce-geo run 'étude.{suffix}'")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_commented_out_is_right_too(folder, kind):
    """The sign taken away, every line is a setting: defaults that change nothing, and examples."""
    file = folder / f"whole.{kind}"
    text = study_template(folder / "members.csv", out=file)
    for name in ("establishments.csv", "review.xlsx", "ze2020.csv"):
        (folder / name).write_text("CODGEO;ZE2020;Etabs\n42218;1;2\n")
    file.write_text(re.sub(r"(?m)^(\s*)#(?=\w)", r"\1", text), encoding="utf-8")
    study = read_study_file(file)
    plain = Study(folder / "members.csv", out=folder / "whole", cache=folder / ".ptce-geo")
    assert study.policy == AcceptancePolicy()
    changed = {
        field.name for field in fields(Study)
        if getattr(study, field.name) != getattr(plain, field.name)
    }  # fmt: skip
    assert changed == {
        "poles", "columns", "departements", "regions", "zonings", "reference", "reference_column",
        "title", "source", "publisher", "licence", "store", "review", "policy", "sheets",
    }  # fmt: skip


def test_a_template_says_what_was_seen(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Membres\t2026 \u2028"
    sheet.append(["Nom", "CP", "Ville", "Adresse postal", "SIRET", 'dit "x"\n[outputs]'])
    sheet.append(["La Fabrique", "42000", "Saint-Étienne", "2 rue X", "12345678900011", "="])
    book.create_sheet("Anciens").append(["Nom", "CP", "Ville"])
    book.save(tmp_path / "liste.xlsx")
    for name in ("étude.toml", "étude.yaml"):
        text = study_template(tmp_path / "liste.xlsx", lang="en", out=tmp_path / name)
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert study_file_problems(tmp_path / name) == []
        assert re.search(r"#siret(:| =) \"SIRET\"", text)
        assert re.search(r"Perhaps.*\n.*#address(:| =) \"Adresse postal\"", text)
        assert 'Not recognised, kept as they are: dit "x" [outputs].' in text
        assert "Rows with a SIRET: 1." in text
        assert "Other sheets look like lists and are not read: Anciens." in text


def test_a_template_for_a_list_that_cannot_be_located_says_so(tmp_path):
    (tmp_path / "liste.csv").write_text("Nom;Notes\nLa Fabrique;rien\n")
    text = study_template(tmp_path / "liste.csv")
    assert "Rien ne dit où sont les structures" in text
    with pytest.raises(InputError, match="unknown language 'de'"):
        study_template(tmp_path / "liste.csv", lang="de")
