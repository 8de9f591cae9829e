"""Workbooks: what stands in a cell is what the frame holds, and text never becomes a formula."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptce_geo.errors import OutputError
from ptce_geo.reports import Sheet, SummaryRow, write_workbook
from ptce_geo.reports.workbook import tab_names

HOSTILE = ["=1+1", "+33 4 77", "-cmd|' /C calc'!A0", "@SUM(A1)", "{=A1}", "x" * 40_000, "00042"]


def written(tmp_path, sheet, **options):
    write_workbook(tmp_path / "book.xlsx", [sheet], **options)
    return openpyxl.load_workbook(tmp_path / "book.xlsx")[sheet.name]


def test_text_stays_text_whatever_it_begins_with(tmp_path):
    page = written(tmp_path, Sheet("Liste", pd.DataFrame({"member_name": HOSTILE})))
    cells = [page.cell(row=row, column=1) for row in range(4, 4 + len(HOSTILE))]
    assert [cell.data_type for cell in cells] == ["s"] * len(HOSTILE)
    cut = "x" * 32_766 + "…"
    assert [cell.value for cell in cells] == [*HOSTILE[:5], cut, "00042"]


def test_title_notes_headings_numbers_and_blanks(tmp_path):
    frame = pd.DataFrame(
        {
            "code": ["01", "02"],
            "population": [12_345, 6],
            "share_population": [0.25, float("nan")],
            "location_quotient": [1.5, 0.0],
            "own column": ["a", None],
        }
    )
    page = written(tmp_path, Sheet("Régions", frame, ("Une note.",)), lang="fr")
    rows = list(page.iter_rows(values_only=True))
    assert rows[0][0] == "Régions"
    assert rows[1][0] == "Une note."
    assert rows[3] == (
        "Code", "Population", "Part de la population", "Quotient de localisation", "own column",
    )  # fmt: skip
    assert rows[4] == ("01", 12_345, 0.25, 1.5, "a")
    assert rows[5] == ("02", 6, None, 0, None)
    formats = [page.cell(row=5, column=column).number_format for column in range(2, 5)]
    assert formats == ["#,##0", "0.0%", "#,##0.00"]
    assert page.freeze_panes == "B5"
    assert page.auto_filter.ref == "A4:E6"


def test_an_empty_table_is_a_sheet_with_headings(tmp_path):
    page = written(tmp_path, Sheet("Vide", pd.DataFrame({"code": []})), lang="en")
    assert page.cell(row=3, column=1).value == "Code"
    assert page.max_row == 3


def test_a_summary_row_is_written_in_the_language():
    row = SummaryRow("Communes", 1234, 0.5, "of 2,000")
    assert row.written("en") == ("Communes", "1,234", "50.0%", "of 2,000")
    assert row.written("fr")[1] == "1\u202f234"
    assert SummaryRow("Poles", 3, None, "").written("en")[2] == ""


def test_a_workbook_that_cannot_be_written_raises(tmp_path):
    with pytest.raises(OutputError, match="No such file or directory"):
        write_workbook(tmp_path / "absent" / "book.xlsx", [Sheet("a", pd.DataFrame({"b": [1]}))])


def test_totals_follow_the_filter_and_leave_out_secrets(tmp_path):
    frame = pd.DataFrame({"code": ["a", "b"], "members": [1, 2], "fte": [3.5, "secret"]})
    totals = ("members", "fte")
    page = written(tmp_path, Sheet("Liste", frame, totals=totals, shaded=("members", "fte")))
    assert [cell.value for cell in page[3]] == [
        "Total (lignes affichées)", "=SUBTOTAL(109,B5:B6)", None,
    ]  # fmt: skip
    assert page["C6"].value == "secret"
    assert page.auto_filter.ref == "A4:C6"
    assert [str(cells.sqref) for cells in page.conditional_formatting] == ["B5:B6"]
    book = openpyxl.load_workbook(tmp_path / "book.xlsx", data_only=True)
    assert book["Liste"]["B3"].value == 3


def test_an_empty_table_has_no_total(tmp_path):
    frame = pd.DataFrame({"code": [], "members": []})
    page = written(tmp_path, Sheet("Vide", frame, totals=("members",), shaded=("members",)))
    assert page.max_row == 3


def test_nullable_and_infinite_numbers_and_truth(tmp_path):
    frame = pd.DataFrame(
        {
            "n": pd.array([1, None], dtype="Int64"),
            "share": [float("inf"), 0.5],
            "own": [True, False],
        }
    )
    page = written(tmp_path, Sheet("Liste", frame, totals=("n",)), lang="en")
    assert [cell.value for cell in page[5]] == [1, None, "True"]
    assert [cell.value for cell in page[6]] == [None, 0.5, "False"]
    assert page["A3"].value == "=SUBTOTAL(109,A5:A6)"


def test_long_text_is_wrapped_and_its_row_is_as_high(tmp_path):
    prose = "mot " * 60
    frame = pd.DataFrame({"nom": ["court", prose], "url": ["x" * 200, "y"], "last": ["a", "b"]})
    page = written(tmp_path, Sheet("Liste", frame))
    assert page["A5"].alignment.wrap_text
    assert page.row_dimensions[5].height == 15 * 4  # 240 characters by 66 at most
    longest = written(tmp_path, Sheet("Liste", pd.DataFrame({"nom": ["mot " * 5_000]})))
    assert longest.row_dimensions[4].height == 405  # Excel knows no row above 409 points
    assert not page["B4"].alignment.wrap_text
    assert page.row_dimensions[4].height is None


@given(st.lists(st.text(max_size=40), max_size=8))
def test_any_names_are_made_names_of_tabs(names):
    tabs = tab_names(names)
    assert len(tabs) == len(names)
    assert len({tab.casefold() for tab in tabs}) == len(names)
    for tab in tabs:
        assert 0 < len(tab) <= 31
        assert not set(tab) & set("[]:*?/\\")
        assert tab.strip("' ") == tab
        assert tab.casefold() != "history"


def test_the_same_sheets_are_the_same_bytes(tmp_path):
    sheet = Sheet("Liste", pd.DataFrame({"code": ["a"]}))
    for name in ("a", "b"):
        write_workbook(tmp_path / f"{name}.xlsx", [sheet], created="2026-11-27T02:44:11+01:00")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    told = openpyxl.load_workbook(tmp_path / "a.xlsx").properties
    assert told.created.isoformat() == "2026-11-27T01:44:11"


def test_more_rows_than_a_sheet_holds_are_not_cut(tmp_path):
    with pytest.raises(OutputError, match="1048576 rows"):
        write_workbook(tmp_path / "book.xlsx", [Sheet("a", pd.DataFrame(index=range(1_048_576)))])
