"""Workbooks: what stands in a cell is what the frame holds, and text never becomes a formula."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest

from ptce_geo.errors import OutputError
from ptce_geo.reports import Sheet, SummaryRow, write_workbook

HOSTILE = ["=1+1", "+33 4 77", "-cmd|' /C calc'!A0", "@SUM(A1)", "{=A1}", "x" * 40_000, "00042"]


def written(tmp_path, sheet, **options):
    write_workbook(tmp_path / "book.xlsx", [sheet], **options)
    return openpyxl.load_workbook(tmp_path / "book.xlsx")[sheet.name]


def test_text_stays_text_whatever_it_begins_with(tmp_path):
    page = written(tmp_path, Sheet("Liste", pd.DataFrame({"member_name": HOSTILE})))
    cells = [page.cell(row=row, column=1) for row in range(4, 4 + len(HOSTILE))]
    assert [cell.data_type for cell in cells] == ["s"] * len(HOSTILE)
    assert [cell.value for cell in cells] == [text[:32_767] for text in HOSTILE]


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
    assert formats == ["#,##0", "0.0%", "0.00"]
    assert page.freeze_panes == "A5"
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
