"""`ptce-geo indicators concentration`: from a list to figures, in a table and on the console."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from ptce_geo import cli
from ptce_geo.indicators.concentration_table import TABLE_COLUMNS

EXAMPLES = Path(__file__).parents[1] / "examples" / "data"
LISTS = [EXAMPLES / "members.csv", "--poles", EXAMPLES / "poles.csv"]


@pytest.fixture
def command(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["ptce-geo", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
            raise SystemExit(0)
        told = capsys.readouterr()
        return stopped.value.code or 0, told.out, told.err

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
