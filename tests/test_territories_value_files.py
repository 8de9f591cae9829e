"""A value for each territory, from a table as a spreadsheet keeps it."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptce_geo.errors import (
    DuplicateIdError,
    InputError,
    MissingColumnError,
    PtceGeoWarning,
    UnknownTerritoryError,
)
from ptce_geo.territories import read_values, territory_table


def written(tmp_path, text, name="values.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_french_numbers_lost_zeros_blanks_and_secrets(tmp_path):
    # An EPCI's SIREN that a spreadsheet wrote as a decimal, a thousands space, a comma.
    path = written(
        tmp_path,
        "Nom;SIREN;Taux (%)\nRoanne;200035731.0;1 234,5\nSaint-Étienne;244200770;s\n"
        "Lyon;200046977;\nRennes;243500139;secret\n",
    )
    values = read_values(path, column="taux (%)", level="epci")
    assert values.name == "taux (%)"
    assert values.index.name == "code"
    assert values["200035731"] == 1234.5
    assert math.isnan(values["200046977"])
    assert (values["244200770"], values["243500139"]) == ("secret", "secret")
    communes = written(tmp_path, "code;x\n1001;3\n2a004;4\n", "communes.csv")
    assert read_values(communes, column="x", level="commune").to_dict() == {"01001": 3, "2A004": 4}


def test_the_codes_are_found_among_numbers_or_named(tmp_path):
    # The first column holds numbers that are codes of few départements only.
    path = written(tmp_path, "rang;dep;valeur\n900;69;1\n901;42;2\n902;2B;3\n")
    assert list(read_values(path, column="valeur", level="departement").index) == ["69", "42", "2B"]
    named = read_values(path, column="rang", level="departement", code_column="dep")
    assert named.to_dict() == {"69": 900, "42": 901, "2B": 902}


def test_what_might_be_codes_is_told_by_its_heading_or_not_guessed(tmp_path):
    # Ranks, counts and codes of régions are all codes of départements, once zeros are given back.
    ranks = "1;84;69;3\n2;11;75;2\n3;53;35;1\n"
    path = written(tmp_path, "Rang;REG;CodeDep2026;Pôles\n" + ranks)
    values = read_values(path, column="Pôles", level="departement")
    assert values.to_dict() == {"69": 3, "75": 2, "35": 1}
    assert list(read_values(path, column="Pôles", level="region").index) == ["84", "11", "53"]
    unsaid = written(tmp_path, "Rang;x;N°;Pôles\n" + ranks, "unsaid.csv")
    with pytest.raises(
        InputError, match="'Rang', 'x', 'N°' may each be codes of the level departement"
    ):
        read_values(unsaid, column="Pôles", level="departement")
    named = read_values(unsaid, column="Pôles", level="departement", code_column="n°")
    assert named.to_dict() == values.to_dict()
    regions = written(tmp_path, "code_region;Pôles\n84;3\n11;1\n", "regions.csv")
    with pytest.raises(InputError, match="'code_region' holds those of the level region"):
        read_values(regions, column="Pôles", level="departement")
    # The counts would do for codes of départements, were there no column of codes.
    counts = written(tmp_path, "code_epci;n;v\n200035731;1;1\n244200770;2;2\n", "counts.csv")
    with pytest.raises(InputError, match="'code_epci' holds those of the level epci; say which"):
        read_values(counts, column="v", level="departement")
    postcodes = written(tmp_path, "Code postal;INSEE;v\n01400;01004;1\n01150;01006;2\n", "cp.csv")
    assert list(read_values(postcodes, column="v", level="commune").index) == ["01004", "01006"]


def test_several_columns_are_read_at_once(tmp_path):
    path = written(tmp_path, "dep;2021;2026\n1;12,5 %;s\n42;2;\n999;1;1\n")
    with pytest.warns(PtceGeoWarning) as told:
        values = read_values(path, column=["2026", "2021"], level="departement")
    assert len(told) == 1
    assert list(values.columns) == ["2026", "2021"]
    assert values["2021"].to_dict() == {"01": 12.5, "42": 2}
    assert values.loc["01", "2026"] == "secret"
    assert math.isnan(values.loc["42", "2026"])


def test_a_sheet_of_a_workbook(tmp_path):
    path = tmp_path / "values.xlsx"
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        pd.DataFrame({"note": ["rien"]}).to_excel(book, sheet_name="Lisez-moi", index=False)
        frame = pd.DataFrame({"code_region": ["84", "11"], "part": [0.25, 0.5]})
        frame.to_excel(book, sheet_name="Régions", index=False)
    expected = {"84": 0.25, "11": 0.5}
    assert read_values(path, column="part", level="region").to_dict() == expected
    with_sheet = read_values(path, column="part", level="region", sheet="Régions")
    assert with_sheet.to_dict() == expected


def test_rows_of_no_territory_are_named(tmp_path):
    path = written(tmp_path, "dep;v\n01;1\n42;2\n999;3\n;4\n69;5\n")
    with pytest.warns(
        PtceGeoWarning, match=r"departement of 2026: '999' \(line 4\), '' \(line 5\)$"
    ):
        values = read_values(path, column="v", level="departement")
    assert values.to_dict() == {"01": 1, "42": 2, "69": 5}


@given(st.lists(st.floats(-1e9, 1e9).map(lambda x: round(x, 3)), min_size=18, max_size=18))
def test_what_is_written_is_read(tmp_path_factory, numbers):
    codes = territory_table("region").index
    lines = [
        f"{code};{number}".replace(".", ",") for code, number in zip(codes, numbers, strict=True)
    ]
    path = written(tmp_path_factory.mktemp("v"), "region;v\n" + "\n".join(lines))
    assert read_values(path, column="v", level="region").to_list() == numbers


def test_wrong_tables_are_one_clear_line(tmp_path):
    path = written(tmp_path, "dep;v\n01;beaucoup\n42;2\n")
    with pytest.raises(InputError, match=r"'v' holds 'beaucoup' \(line 2\); give numbers"):
        read_values(path, column="v", level="departement")
    with pytest.raises(MissingColumnError, match="no column 'taux'; found dep, v"):
        read_values(path, column="taux", level="departement")
    with pytest.raises(MissingColumnError, match="no column 'insee'"):
        read_values(path, column="v", level="departement", code_column="insee")
    with pytest.raises(InputError, match=r"epci \(as 200000172\); found Nom, n; say which"):
        read_values(written(tmp_path, "Nom;n\nLyon;1\n", "lyon.csv"), column="n", level="epci")
    with pytest.raises(InputError, match="'v' holds no codes of the level epci"):
        read_values(path, column="dep", level="epci", code_column="v")
    with pytest.raises(UnknownTerritoryError, match="commune, arrondissement_municipal, epci"):
        read_values(path, column="v", level="canton")
    twice = written(tmp_path, "dep;v\n1;1\n01;2\n", "twice.csv")
    with pytest.raises(DuplicateIdError, match="dep must be unique; 01 stand"):
        read_values(twice, column="v", level="departement")
