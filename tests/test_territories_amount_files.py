"""Amounts by commune read from tables as they are."""

from __future__ import annotations

import pytest

from ptce_geo.errors import InputError, MissingColumnError, PtceGeoWarning
from ptce_geo.territories.amount_files import read_amounts


@pytest.fixture
def write(tmp_path):
    def written(text, name="amounts.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_rows_of_a_commune_add_up_and_numbers_are_read_the_french_way(write):
    path = write("CODGEO;Établissements\n42218;1 200,5\n1001;7\n01001;3\n")
    amounts = read_amounts(path, column="etablissements")
    assert amounts.to_dict() == {"01001": 10.0, "42218": 1200.5}
    assert amounts.name == "etablissements"


def test_codes_of_another_year_are_brought_to_ours_and_the_total_stays(write):
    # An arrondissement of Lyon counts for Lyon; Annecy-le-Vieux (74011) is Annecy since 2017.
    path = write("Code INSEE;n\n69383;4\n69123;1\n74011;20\n74010;5\n")
    assert read_amounts(path, column="n", year=2016).to_dict() == {"69123": 5.0, "74010": 25.0}


def test_blank_cells_and_rows_without_code_are_said(write):
    path = write("CODGEO;n\n42218;\n01001;2\nTotal;9\n")
    with pytest.warns(PtceGeoWarning, match=r"1 rows .* left out, 1 blank cells of 'n'"):
        assert read_amounts(path, column="n").to_dict() == {"01001": 2.0, "42218": 0.0}


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("CODGEO;n\n42218;s\n", InputError, r"'n' holds 's' \(line 2\); give numbers"),
        ("CODGEO;n\n42218;-3\n", InputError, r"'n' holds '-3' \(line 2\)"),
        ("CODGEO;m\n42218;3\n", MissingColumnError, r"no column 'n'; found CODGEO, m"),
    ],
)
def test_bad_tables_are_told_in_one_line(write, text, error, said):
    with pytest.raises(error, match=said) as raised:
        read_amounts(write(text), column="n")
    assert "\n" not in str(raised.value)
