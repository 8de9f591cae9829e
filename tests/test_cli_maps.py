"""`ptce-geo map …`: from a list or a table to a page or a picture."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from ptce_geo.territories import territory_table
from ptce_geo.territories.catalogue import LEVELS

# Two poles share La Fabrique; one member of four cannot be placed.
MEMBERS = """pole_id,nom,type_membre,commune,code_postal
p1,La Fabrique,association,Saint-Étienne,42000
p2,La Fabrique,association,Saint-Étienne,42000
p1,Le Toit,coopérative,Saint-Denis,97400
p1,Perdue,association,Nullepart,
p2,L’Atelier,coopérative,Romans-sur-Isère,26100
"""
POLES = """pole_id,nom_ptce,commune,code_postal,annee
p1,Culture,Saint-Étienne,42000,2014
p2,Bois,Romans-sur-Isère,26100,2021
"""
# Ain, Loire, Rhône (secret in 2021), La Réunion (blank then), Gironde; ranks that look like codes.
RATES = """Rang;Dép;Taux 2021;Taux 2026;Pôles
1;1;0,5;1;3
2;42;2,5;2;1
3;69;s;3;12
4;974;;4;2
5;33;7;1;5
"""
LISTS = ("members.csv", "--poles", "poles.csv")
LEVEL = ("--level", "departement")
OUT = ("--out", "map.html")
HOSTILE = "</script><img src=x onerror=alert(1)>'\"& é"


@pytest.fixture(autouse=True)
def inputs(tmp_path, monkeypatch):
    """The lists and the table, in the folder where the command runs."""
    monkeypatch.chdir(tmp_path)
    for name, text in {"members": MEMBERS, "poles": POLES, "rates": RATES}.items():
        Path(f"{name}.csv").write_text(text, encoding="utf-8")


@pytest.fixture
def command(typed):
    """Type a command; return its exit code and what it says."""

    def run(*arguments):
        done = typed("map", *arguments)
        return done.returncode, done.stdout, done.stderr

    return run


def squeezed(text):
    """The words of a page or of a console, on one line, without frames and odd spaces."""
    return " ".join(text.replace("│", " ").split())


@pytest.mark.parametrize(
    ("asked", "shapes", "words"),
    [
        (["poles", *LISTS], {"poles": 4}, "Culture 2/3 Bois 2"),
        (["poles", "members.csv", "--lang", "en"], {"poles": 4}, "p1 2/3 p2 2"),
        (["timeline", *LISTS], {"poles": 4}, "jusqu’en 2021 : 2 pôles"),
        (["overlap", *LISTS], {"shared": 1, "sharing": 2}, "Paires de pôles qui partagent : 1"),
        (
            ["points", "members.csv", "--by", "member_kind"],
            {"points": 4},
            "association 2 coopérative 2",
        ),
        (
            ["coverage", *LISTS, "--regions", "84", "--reach", "7.5", "--white-zone", "30"],
            {"reach": 1, "places": 4},
            "À plus de 30 km",
        ),
        (
            ["coverage", *LISTS, "--departements", "26,42", "--to", "seat", "--level", "epci"],
            {"reach": 3, "places": 2},
            "20 km : 53,0 % des habitants",
        ),
        (
            ["choropleth", "rates.csv", *LEVEL, "--column", "taux 2021", "--unit", "%"],
            {"values": 101},
            "0,5 1 2,5 1 7,0 1 Secret statistique 1 Sans donnée 97",
        ),
        (
            ["choropleth", "rates.csv", *LEVEL, "--column", "Taux 2026", "--lang", "en",
             "--bound", "1.5", "--bound", "4"],
            {"values": 101},
            "1.0 to under 1.5 2 1.5 to 4.0 3 No data 96",
        ),
        (
            ["circles", "rates.csv", *LEVEL, "--column", "Pôles", "--label", "Pôles de 2026"],
            {"circles": 5},
            "Pôles de 2026 12 6 1",
        ),
        (
            ["compare", "rates.csv", *LEVEL, "--column", "Taux 2021", "--column", "Taux 2026"],
            {"left": 101, "right": 101},
            "Mêmes classes pour les deux cartes",
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)  # fmt: skip
def test_a_page_of_each_kind(command, open_file, tmp_path, asked, shapes, words):
    told = ("--title", "Ma carte", "--source", "Enquête", "--date", "2026-03-31")
    assert command(*asked, *OUT, *told) == (0, "map.html\n", "")
    page = open_file(tmp_path / "map.html")
    english = "--lang" in asked
    assert page.evaluate("document.documentElement.lang") == ("en" if english else "fr")
    assert page.title() == "Ma carte"
    drawn = {key: page.evaluate(f"ptceMap.page.view('{key}').count()") for key in shapes}
    assert drawn == shapes
    read = squeezed(page.locator("body").inner_text())
    for word in (words, "Enquête", "31 March 2026" if english else "31 mars 2026"):
        assert word in read


def test_where_dense_departements_lie_together(command, open_file, tmp_path):
    table = territory_table("departement")
    density = (table["population"] / table["area_km2"]).round(2)
    density.rename("Densité").to_csv("density.csv")
    asked = ("clusters", "density.csv", *LEVEL, "--column", "densité", *OUT)
    assert command(*asked) == (0, "map.html\n", "")
    page = open_file(tmp_path / "map.html")
    assert page.evaluate("ptceMap.page.view('clusters').count()") == 101
    high = page.evaluate(
        """(({classes, classOf, topology}) => {
          const rank = classes.findIndex(({label}) => label === "Élevé, entouré d’élevé");
          return topology.codes.filter((code, at) => classOf[at] === rank); })(
            ptceMap.page.view('clusters').layer)"""
    )
    assert sorted(high) == ["75", "92", "93", "94"]  # Paris and the three around it


@pytest.mark.parametrize(
    ("out", "beginning", "asked"),
    [
        ("poles.png", b"\x89PNG", ["poles", *LISTS]),
        ("circles.SVG", b"<?xml", ["circles", "rates.csv", *LEVEL, "--column", "Pôles"]),
        (
            "compare.pdf",
            b"%PDF",
            ["compare", "rates.csv", *LEVEL, "--column", "Taux 2021", "--column", "Taux 2026"],
        ),
    ],
)
def test_a_picture(command, out, beginning, asked):
    assert command(*asked, "--out", out) == (0, f"{out}\n", "")
    assert Path(out).read_bytes().startswith(beginning)
    if beginning == b"<?xml":
        assert "Pôles" in Path(out).read_text(encoding="utf-8")


def test_words_of_others_neither_run_nor_break_the_page(command, open_file, tmp_path):
    book = openpyxl.Workbook()
    book.create_sheet("Taux").append(["dep", HOSTILE, "autre"])
    book["Taux"].append(["42", 1.5, 2])
    book["Taux"].append(["69", 2.5, 2])
    book.save("rates.xlsx")
    told = ("--column", HOSTILE, "--column", "autre", "--unit", "<b>%", "--title", "<i>Taux</i>")
    asked = ("compare", "rates.xlsx", "--sheet", "Taux", *LEVEL, *told)
    assert command(*asked, *OUT) == (0, "map.html\n", "")
    assert command(*asked, "--out", "map.svg") == (0, "map.svg\n", "")
    page = open_file(tmp_path / "map.html")  # fails at the end on a dialog or a failed request
    assert page.title() == "<i>Taux</i>"
    assert page.evaluate("ptceMap.page.view('left').count()") == 101
    assert HOSTILE in page.locator("body").inner_text()
    assert page.locator("img[src=x]").count() == 0
    code, told, err = command(*asked, "--code", "<b>\n", "--out", "other.html")
    assert (code, told, err.count("\n")) == (1, "", 1)


def test_rows_of_no_departement_are_named_once(command):
    with Path("rates.csv").open("a", encoding="utf-8") as file:
        file.write("6;999;1;1;1\n;;9;9;9\n")
    columns = ("--column", "Taux 2021", "--column", "Taux 2026")
    code, _, err = command("compare", "rates.csv", *LEVEL, *columns, *OUT)
    told = "rates.csv: left out, no departement of 2026: '999' (line 7), '' (line 8)"
    assert (code, err) == (0, f"ptce-geo: {told}\n")


RATE = ["choropleth", "rates.csv", *LEVEL, "--column", "Taux 2026"]
COMPARED = ["compare", "rates.csv", *LEVEL]


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ([*RATE, "--out", "map.gif"], 1, "as 'map.gif'; name it .html, .png, .svg or .pdf"),
        ([*RATE, "--out", "map"], 1, "name it .html, .png, .svg or .pdf"),
        ([*RATE, "--out", "no/map.html"], 1, "no such folder: no; make it first"),
        (["poles", "page.html", *OUT], 1, "no such file: page.html"),
        (["poles", "map.html", *OUT], 1, "map.html is read, and would be written over"),
        (["choropleth", "map.html", *RATE[2:], *OUT], 1, "is read, and would be written over"),
        (["choropleth", "rates.csv", *LEVEL, "--column", "Taux", *OUT], 1,
         "rates.csv: no column 'Taux'; found Rang, Dép, Taux 2021, Taux 2026, Pôles"),
        ([*RATE, "--code", "insee", *OUT], 1, "no column 'insee'; found Rang, Dép"),
        ([*RATE, "--level", "epci", "--code", "Dép", *OUT], 1, "'Dép' holds no codes of the level"),
        ([*RATE, "--level", "canton", *OUT], 1, f"known: {', '.join(LEVELS)}"),
        ([*RATE, "--level", "epci", *OUT], 1, "'Dép' holds those of the level departement"),
        ([*RATE, "--sheet", "Feuil1", *OUT], 1, "rates.csv has no sheets"),
        ([*RATE, "--palette", "Rainbow", *OUT], 1, "unknown palette 'Rainbow'; known here: YlGnBu"),
        ([*RATE, "--palette", "PuOr", *OUT], 1, "'PuOr' is for values around a midpoint"),
        ([*RATE, "--scheme", "jenks", *OUT], 1, "unknown scheme 'jenks'; known: quantiles"),
        ([*RATE, "--scheme", "user_defined", *OUT], 2, "--scheme: give the bounds of the classes"),
        ([*RATE, "--bound", "4", "--bound", "1", *OUT], 1, "each above the one before"),
        ([*RATE, "--classes", "1", *OUT], 2, "greater than or equal to 2"),
        ([*RATE, "--date", "31/03/2026", *OUT], 2, "'31/03/2026' is no day written as 2026-03-31"),
        ([*RATE, "--lang", "de", *OUT], 2, "'de' is not one of fr, en"),
        (["circles", "negative.csv", *LEVEL, "--column", "v", *OUT], 1, "found -3 for 01"),
        (["circles", "words.csv", *LEVEL, "--column", "v", *OUT], 1, "'v' holds 'trois' (line 2)"),
        (["clusters", "blank.csv", *LEVEL, "--column", "v", *OUT], 1, "'v' holds no value"),
        ([*COMPARED, "--column", "Taux 2026", *OUT], 2, "two headings, left then right; found 'Ta"),
        ([*COMPARED, *("--column", "Taux 2026") * 2, *OUT], 2, "give two headings"),
        ([*COMPARED, *("--column", "a", "--column", "b", "--column", "c"), *OUT], 2,
         "found 'a', 'b', 'c'"),
        (["timeline", "members.csv", *OUT], 2, "the years are those of a list of poles"),
        (["timeline", "members.csv", "--poles", "undated.csv", *OUT], 1, "expected a year"),
        (["points", "members.csv", "--by", "branch", *OUT], 1, "no column branch; found member_id"),
        (["coverage", "members.csv", "--to", "seat", *OUT], 2, "give --poles with it"),
        (["coverage", "members.csv", "--to", "town", *OUT], 2, "not one of member, seat"),
        (["coverage", "members.csv", *("--reach", "5") * 2, *OUT], 2, "each number once"),
        (["coverage", "members.csv", "--reach", "0", *OUT], 2, "greater than or equal to"),
        (["coverage", "members.csv", "--level", "canton", *OUT], 1, "no level 'canton'"),
        (["coverage", "members.csv", "--regions", "99", *OUT], 1, "99"),
        (["poles", "members.csv", "--geocoder", "gps", *OUT], 2, "gps"),
        (["poles", "members.csv", "--column", "city", *OUT], 2, "is not COLUMN=HEADING"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_drawn_is_told_and_nothing_written(command, tmp_path, asked, code, said):
    Path("undated.csv").write_text("pole_id,nom_ptce\np1,Culture\n", encoding="utf-8")
    Path("negative.csv").write_text("dep;v\n1;-3\n2;4\n", encoding="utf-8")
    Path("words.csv").write_text("dep;v\n1;trois\n2;4\n", encoding="utf-8")
    Path("blank.csv").write_text("dep;v\n1;\n2;s\n", encoding="utf-8")
    if "map.html" in asked[:2]:
        Path("map.html").write_text(MEMBERS, encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    ended, told, err = command(*asked)
    assert (ended, told) == (code, "")
    assert said in squeezed(err)
    assert code == 2 or err.count("\n") == 1
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_help_tells_every_kind_and_level(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    _, listed, _ = command("--help")
    for kind in ("poles", "timeline", "overlap", "points", "coverage", "choropleth", "circles",
                 "clusters", "compare"):  # fmt: skip
        assert f" {kind} " in listed
        code, told, _ = command(kind, "--help")
        assert code == 0
        assert max(map(len, told.splitlines())) <= 80
    assert all(level in squeezed(told) for level in LEVELS)
