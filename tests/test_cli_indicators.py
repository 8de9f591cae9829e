"""`ptce-geo indicators concentration`: from a list to figures, in a table and on the console."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from ptce_geo.indicators.concentration_table import TABLE_COLUMNS

EXAMPLES = Path(__file__).parents[1] / "examples" / "data"
LISTS = [EXAMPLES / "members.csv", "--poles", EXAMPLES / "poles.csv"]


@pytest.fixture
def command(typed):
    """Type a command; return its exit code and what it says."""

    def run(*arguments):
        done = typed(*arguments)
        return done.returncode, done.stdout, done.stderr

    return run


def test_the_table_as_csv_and_its_levels_on_the_console(command, tmp_path):
    out = tmp_path / "concentration.csv"
    code, told, err = command("indicators", "concentration", *LISTS, "--out", out)
    assert code == 0, err
    table = pd.read_csv(
        out, dtype={"territory": str}, keep_default_na=False, na_values={"value": ""}
    )
    assert list(table.columns) == list(TABLE_COLUMNS)
    assert table["level"].unique().tolist() == ["commune", "epci", "departement", "region"]
    assert set(table["n"][table["territory"] == ""].astype(int)) == {146}
    assert told.count("Gini de localisation") == 4
    assert told.count("département") == 1
    assert max(map(len, told.splitlines())) <= 80 or "/" in max(told.splitlines(), key=len)
    assert "Structures laissées de côté : non localisées 125" in told
    assert str(out) in told.replace("\n", "")


def test_a_workbook_in_english_by_pole_against_a_reference(command, tmp_path):
    reference = tmp_path / "establishments.csv"
    reference.write_text("CODGEO;All\n75056;9000\n93039;100\n97407;50\n26311;20\n")
    out = tmp_path / "concentration.xlsx"
    code, told, err = command(
        *("indicators", "concentration", *LISTS, "--out", out, "--lang", "en"),
        *("--by", "pole_id", "--level", "departement", "--draws", "0"),
        *("--reference", reference, "--reference-column", "All"),
    )
    assert code == 0, err
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Concentration", "Location quotients"]
    rows = list(book["Location quotients"].iter_rows(values_only=True))
    headings = next(row for row in rows if "Group" in row)
    assert headings[:5] == ("Level", "Group", "Code", "Name", "Members")
    assert "Locational Gini" in told


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (["--out", "table.ods"], 1, "is not written as 'table.ods'; name it .csv or .xlsx"),
        (["--out", "t.csv", "--by", "branch"], 1, "members: no column branch"),
        (["--out", "t.csv", "--by", "sector"], 1, "none of those counted has a sector"),
        (["--out", "nowhere/t.csv"], 1, "no such folder"),
        (["--out", "t.csv", "--level", "canton"], 1, "canton"),
        (["--out", "t.csv", "--reference", "x.csv"], 2, "together"),
        (["--out", str(LISTS[0])], 1, "is read, and would be written over"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_written(
    command, tmp_path, monkeypatch, asked, code, said
):
    monkeypatch.chdir(tmp_path)
    before = LISTS[0].read_bytes()
    ended, _, err = command("indicators", "concentration", *LISTS, *asked)
    assert ended == code
    assert said in " ".join(err.replace("│", " ").split())
    assert not list(tmp_path.iterdir())
    assert LISTS[0].read_bytes() == before


def _sheet(book, name):
    rows = list(book[name].iter_rows(values_only=True))
    top = next(i for i, row in enumerate(rows) if i > 1 and row[0] is not None)
    return pd.DataFrame(rows[top + 1 :], columns=rows[top])


def test_coverage_on_the_console_and_in_a_workbook(command, tmp_path):
    out = tmp_path / "coverage.xlsx"
    code, told, err = command(
        *("indicators", "coverage", *LISTS, "--out", out, "--threshold", "20", "--threshold", "5"),
        *("--to", "member", "--to", "seat", "--minutes", "30", "--white-zone", "30"),
        *("--regions", "84"),
    )
    assert code == 0, err
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == [
        "Couverture", "Couverture par territoire", "Couverture en minutes", "Zones blanches",
    ]  # fmt: skip
    levels = _sheet(book, "Couverture")
    ways = ["présence d’une structure", "à 5 km d’une structure", "à 20 km d’une structure"]
    ways += ["à 5 km d’un siège", "à 20 km d’un siège"]
    assert levels["Couverture"].tolist() == ways * 4
    assert levels["Niveau"].unique().tolist() == ["commune", "EPCI", "département", "région"]
    near = levels[levels["Niveau"] == "commune"].set_index("Couverture")["Part de la population"]
    assert near[ways[1]] < near[ways[2]]
    of_territories = _sheet(book, "Couverture par territoire")
    assert of_territories["Nom"].isin(["Auvergne-Rhône-Alpes", "Loire"]).any()
    zones = _sheet(book, "Zones blanches")
    assert zones["Rang"].tolist() == list(range(1, len(zones) + 1))
    assert (zones["Structure la plus proche (km)"] > 30).all()
    assert "Habitants atteints (à vol d’oiseau, détour de 1,3, 50 km/h)" in told
    assert f"Zones blanches à plus de 30 km : {len(zones)} (" in told
    assert "Structures laissées de côté : non localisées 125" in told
    assert "Pôles laissés de côté : sans siège localisé 32" in told
    assert max(len(line) for line in told.splitlines()[:26]) <= 80


def test_coverage_as_csv_in_english(command, tmp_path):
    out = tmp_path / "coverage.csv"
    code, told, err = command(
        "indicators", "coverage", *LISTS, "--out", out, "--lang", "en", "--departements", "42"
    )
    assert code == 0, err
    table = pd.read_csv(out, dtype={"territory": str})
    assert set(table["indicator"]) == {
        "share_territories", "share_population", "white_zones", "white_zones_population",
    }  # fmt: skip
    assert "within 20 km of a member" in told


def test_numbers_are_written_as_they_were_given_and_draws_as_bounds(command, tmp_path):
    out = tmp_path / "coverage.xlsx"
    code, told, err = command(
        *("indicators", "coverage", *LISTS, "--out", out, "--departements", "42"),
        *("--threshold", "2.25", "--white-zone", "2.5", "--minutes", "7.5", "--draws", "4"),
    )
    assert code == 0, err
    for given in ("à 2,25 km d’une structure", "à 7,5 min", "plus de 2,5 km"):
        assert given in told
    assert "région" not in told  # the région reaches beyond the Loire
    levels = _sheet(openpyxl.load_workbook(out), "Couverture").set_index(["Niveau", "Couverture"])
    drawn = levels.loc[("commune", "à 2,25 km d’une structure")]
    low, high = (drawn[f"Part de la population, borne {end}"] for end in ("basse", "haute"))
    assert 0 <= low <= high <= 1
    assert levels["Part de la population, borne basse"].isna().any()  # presence has none


def test_siting_that_gains_nobody_says_so(command, tmp_path):
    code, told, err = command(
        *("indicators", "siting", *LISTS, "--out", tmp_path / "s.csv", "--reach", "200"),
        *("--departements", "42", "--new", "2"),
    )
    assert code == 0, err
    assert "0 lieux sur 2 : d’autres n’ajouteraient personne." in told


def test_seats_are_those_of_a_list(command, tmp_path):
    code, _, err = command(
        "indicators", "coverage", LISTS[0], "--out", tmp_path / "t.csv", "--to", "seat"
    )
    assert code == 2
    assert "give --poles with it" in " ".join(err.replace("│", " ").split())


def test_siting_tells_places_gains_and_gap(command, tmp_path):
    out = tmp_path / "siting.xlsx"
    code, told, err = command(
        "indicators", "siting", *LISTS, "--out", out, "--new", "3", "--regions", "53"
    )
    assert code == 0, err
    book = openpyxl.load_workbook(out)
    places, curve = _sheet(book, "Prochains pôles"), _sheet(book, "Gain par pôle")
    assert places["Rang"].tolist() == [1, 2, 3]
    assert places["Habitants gagnés"].is_monotonic_decreasing
    assert curve["Pôles de plus"].tolist() == [1, 2, 3]
    # What the three gain together is what the curve says of three.
    assert curve["Population couverte"].iloc[-1] == places["Population couverte"].iloc[-1]
    assert "écart maximal à l’optimum : 0,0" in told
    assert "20 km à vol d’oiseau" in told


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (["coverage", "--out", "t.ods"], 1, "name it .csv or .xlsx"),
        (["coverage", "--out", "t.csv", "--threshold", "0"], 2, "greater than or equal to"),
        (["coverage", "--out", "t.csv", *("--threshold", "5") * 2], 2, "each number once"),
        (["coverage", "--out", "t.csv", "--to", "nobody"], 2, "not one of member, seat"),
        (["coverage", "--out", "t.csv", "--white-zone", "-3"], 2, "greater than or equal to"),
        (["coverage", "--out", "t.csv", "--minutes", "0"], 2, "greater than or equal to"),
        (["coverage", "--out", "t.csv", "--roads", "x"], 2, "give --minutes with it"),
        (["siting", "--out", "t.csv", "--new", "5000"], 2, "1255 EPCI to choose from, not 5000"),
        (["siting", "--out", "t.csv", "--reach", "0"], 2, "greater than or equal to"),
        (["siting", "--out", "t.csv", "--roads", "x"], 2, "--by-time"),
        (["siting", "--out", "t.csv", "--by-time", "--roads", "x"], 1, "x"),
    ],
)
def test_what_coverage_and_siting_cannot_do_is_one_line(
    command, tmp_path, monkeypatch, asked, code, said
):
    monkeypatch.chdir(tmp_path)
    name, *options = asked
    found, _, err = command("indicators", name, *LISTS, *options)
    assert found == code
    assert said in " ".join(err.replace("│", " ").split())
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())
