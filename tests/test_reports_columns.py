"""The catalogue of columns: what each is called, what it says, how its numbers are written."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ptce_geo import schema
from ptce_geo.indicators.concentration_table import TABLE_COLUMNS
from ptce_geo.indicators.coverage_table import COVERAGE_TABLE_COLUMNS
from ptce_geo.labels import LANGUAGES
from ptce_geo.reports.columns import Column, column_of, excel_format, is_of_the_list, written
from ptce_geo.words.columns import COLUMN_WORDS

TERRITORIES = (
    *(schema.CODE, schema.NAME, schema.POPULATION, schema.MEMBERS, schema.MEMBERS_PER_100K),
    *(schema.LOCATION_QUOTIENT, schema.LOCATION_QUOTIENT_LOW, schema.LOCATION_QUOTIENT_HIGH),
)
INDICATORS = (
    *("gini", "herfindahl", "equivalent_number", "top_share", "hoover", "locational_gini"),
    *("theil_t", "white_zones", "white_zones_population"),
)
# Every column that a file of a study may have; tests/test_reports_package.py asks of real ones.
WRITTEN = {
    *schema.MEMBER_COLUMNS,
    *schema.POLE_COLUMNS,
    *(schema.WRITTEN_COLUMNS - {"geometry"} - {"code_arrondissement", "nom_arrondissement"}),
    *schema.POLE_SUMMARY_COLUMNS,
    *schema.SIRENE_COLUMNS,
    *(schema.GEOCODE_CANDIDATES, schema.SOURCE_LINE),
    *TERRITORIES,
    *TABLE_COLUMNS,
    *COVERAGE_TABLE_COLUMNS,
    *schema.COVERAGE_COLUMNS,
    *INDICATORS,
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_column_that_is_written_is_described(lang):
    named_after_a_level = {"code_arrondissement_municipal", "nom_arrondissement_municipal"}
    for name in WRITTEN - named_after_a_level:
        column = column_of(name, lang)
        assert column.title != name, name
        assert column.description.endswith("."), name


def test_a_description_has_a_column_and_is_one_sentence():
    for key, words in COLUMN_WORDS.items():
        if not key.startswith("about_"):
            continue
        table, _, name = key.removeprefix("about_").rpartition(".")
        if not name.endswith("_level"):
            assert column_of(name, table=table).title != name, key
        assert all(text[0].isupper() and text.endswith(".") for text in words), key


def test_a_unit_is_that_of_the_name():
    units = {"_km": "km", "_km2": "km²", "_deg": "°", "_answers": "structures"}
    described = {
        key.removeprefix("about_").rpartition(".")[2]
        for key in COLUMN_WORDS
        if key.startswith("about_")
    }
    for name in WRITTEN | described:
        for ending, unit in units.items():
            if name.endswith(ending):
                assert column_of(name).unit == unit, name
    assert [column_of("fte", lang).unit for lang in LANGUAGES] == ["ETP", "FTE"]
    assert column_of("turnover_pole").unit == "€"
    assert column_of("population", "en").unit == "inhabitants"
    assert column_of("members_research").unit == "structures"


def test_a_name_may_mean_something_else_in_a_table():
    assert column_of("low", table="economic_weight").kind == "share"
    assert column_of("low", table="concentration").kind == "number"
    assert column_of("value", table="problems").kind == "text"
    assert column_of("nom", "en", table="white_zones").title == "Most populous commune"
    assert column_of("nom", "en", table="epci").title == "Name"
    assert "liste" in column_of("members", table="poles").description
    assert "territoire" in column_of("members", table="departement").description


def test_a_column_of_the_list_stays_as_the_list_has_it():
    column = column_of("value", "en", table="members")
    assert column == Column("value", "value", "A column of the list, as it is.", "", "text", 0)
    assert is_of_the_list("Part", "poles")
    assert not is_of_the_list("sector", "poles")
    assert written(12.5, column, "en") == "12.5"
    assert excel_format(column) == "General"


def test_a_zoning_names_its_columns():
    code = column_of("code_bassin_de_vie", "en", table="members")
    assert (code.title, code.kind) == ("Code bassin de vie", "code")
    assert "“bassin de vie”" in code.description
    assert column_of("reason_ze2020").title == "Motif ze2020"


# What the workbook showed before the catalogue.
FORMATS = {
    "share_population": "0.0%",
    "share_fte_pole_low": "0.0%",
    "gap": "0.0%",
    "year": "0",
    "source_line": "0",
    "threshold_km": "General",
    "minutes": "General",
    "fte_answers": "#,##0",
    "total_answers": "#,##0",
    "fte": "#,##0.0",
    "fte_pole": "#,##0.0",
    "part": "#,##0.0",
    "total": "#,##0.0",
    "whole": "#,##0.0",
    "population": "#,##0",
    "turnover": "#,##0",
    "members_unknown": "#,##0",
    "rank": "#,##0",
}
# Now with a separator of thousands: of communes the quotient goes beyond 2,000.
GROUPED = {
    "longitude": 5,
    "latitude": 5,
    "estimate": 3,
    "chance_low": 3,
    "location_quotient": 2,
    "location_quotient_high": 2,
    "members_per_100k": 2,
    "distance_to_seat_mean_km": 1,
    "nearest_km": 1,
    "mean_km": 1,
    "farthest_km": 1,
    "shannon": 2,
    "blau": 2,
    "geocode_score": 2,
}


@pytest.mark.parametrize(
    ("name", "code"),
    [*FORMATS.items(), *((name, "#,##0." + "0" * digits) for name, digits in GROUPED.items())],
)
def test_the_format_of_a_workbook_is_that_of_its_numbers(name, code):
    assert excel_format(column_of(name)) == code


@pytest.mark.parametrize(
    ("value", "name", "lang", "text"),
    [
        (np.float64(0.45612), "share_population", "fr", "45,6\u202f%"),
        (np.float64(0.45612), "share_population", "en", "45.6%"),
        (np.int64(1234), "population", "fr", "1\u202f234"),
        (1234.0, "population", "en", "1,234"),
        (2039.896, "location_quotient", "en", "2,039.90"),
        (np.int64(2014), "year", "fr", "2014"),
        (2014.0, "year", "en", "2014"),
        (5.0, "threshold_km", "fr", "5"),
        (2.5, "threshold_km", "en", "2.5"),
        (18.0, "fte", "fr", "18,0"),
        ("secret", "fte", "en", "secret"),
        ("La Fabrique", "member_name", "fr", "La Fabrique"),
        (None, "fte", "fr", "–"),
        (np.nan, "member_name", "en", "–"),
        (pd.NA, "year", "fr", "–"),
        (0.0, "share", "en", "0.0%"),
    ],
)
def test_a_cell_is_written_for_its_reader(value, name, lang, text):
    assert written(value, column_of(name, lang), lang) == text
