"""Cells of a list: what is repaired, what is refused, what is only doubted."""

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptce_geo.files import cells
from ptce_geo.files.problems import DOUBTFUL, LOST, REPAIRED
from ptce_geo.members import values
from ptce_geo.territories import territory_table

NNBSP = "\u202f"


@pytest.mark.parametrize(
    ("text", "code", "kind"),
    [
        ("42000", "42000", None),
        ("1000", "01000", REPAIRED),
        ("1000.0", "01000", REPAIRED),
        ("42000.0", "42000", REPAIRED),
        ("42 000", "42000", REPAIRED),
        ("1 000", "01000", REPAIRED),
        ("F-42000", "42000", REPAIRED),
        ("FR-42000", "42000", REPAIRED),
        ("F-1000", "01000", REPAIRED),
        ("42007 CEDEX", "42007", REPAIRED),
        ("42007CEDEX 2", "42007", REPAIRED),
        ("42000 Saint-Étienne", "42000", REPAIRED),
        ("42000 (Loire)", "42000", REPAIRED),
        ("97410", "97410", None),
        ("20000", "20000", None),
        ("Lyon", None, LOST),
        ("690", None, LOST),
        ("00000", None, LOST),
        ("96000", None, LOST),
        ("2A004", None, LOST),
        ("42000 / 42100", None, LOST),
        ("4,2E+04", None, LOST),
        ("٤٢٠٠٠", None, LOST),
    ],
)
def test_postcode(text, code, kind):
    assert values.read_postcode(text)[:2] == (code, kind)


@given(st.integers(1000, 95999))
def test_a_postcode_read_as_a_number_comes_back(number):
    code = f"{number:05d}"
    for written in (str(number), f"{number}.0", cells.cell_text(float(number))):
        assert values.read_postcode(written).value == code


@given(st.text(max_size=12))
def test_a_postcode_is_five_digits_or_missing(text):
    value, kind, *_ = values.read_postcode(cells.squeeze(text))
    assert (value is None) == (kind == LOST)
    assert value is None or (len(value) == 5 and value.isascii() and value.isdecimal())


@pytest.mark.parametrize(
    ("text", "code", "kind"),
    [
        ("42218", "42218", None),
        ("1001", "01001", REPAIRED),
        ("42218.0", "42218", REPAIRED),
        ("1001,00", "01001", REPAIRED),
        ("42 218", "42218", REPAIRED),
        ("2a004", "2A004", REPAIRED),
        ("2B033", "2B033", None),
        ("97105", "97105", None),
        ("98818", "98818", None),
        ("2C004", None, LOST),
        ("99100", None, LOST),  # abroad
        ("20004", None, LOST),  # Ajaccio before 1976
        ("218", None, LOST),
        ("422180", None, LOST),
        ("Lyon", None, LOST),
        ("٤٢٢١٨", None, LOST),
    ],
)
def test_commune_code(text, code, kind):
    assert cells.read_commune_code(text)[:2] == (code, kind)


def test_codes_of_corsica_before_1976_are_read_on_demand():
    assert cells.read_commune_code("20004", old_corsica=True) == ("20004", None, None, None)
    assert cells.read_commune_code("2A004", old_corsica=True).value == "2A004"
    assert cells.read_commune_code("99100", old_corsica=True).kind == LOST


def test_every_commune_code_comes_back_from_a_spreadsheet():
    for code in territory_table().index:
        assert cells.read_commune_code(code) == (code, None, None, None)
        written = cells.cell_text(float(code)) if code.isdecimal() else code.lower()
        assert cells.read_commune_code(written).value == code


# 732 829 320 00074 is INSEE's own example. 35600000009075: La Poste, 3+5+6+9+7+5 = 35 = 7 × 5.
@pytest.mark.parametrize(
    ("text", "siret", "kind"),
    [
        ("73282932000074", "73282932000074", None),
        ("732 829 320 00074", "73282932000074", None),
        ("732.829.320.00074", "73282932000074", None),
        ("73282932000074.0", "73282932000074", None),
        ("35600000009075", "35600000009075", None),
        ("35600000000048", "35600000000048", None),  # its head office, by Luhn
        ("35600000009076", "35600000009076", DOUBTFUL),
        ("73282932000075", "73282932000075", DOUBTFUL),
        ("732829320", "732829320", DOUBTFUL),
        ("7328293200007", "7328293200007", DOUBTFUL),
        ("FR 73282932000074", "FR 73282932000074", DOUBTFUL),
        ("4.90812E+13", None, LOST),
        ("4,90812E+13", None, LOST),
        ("7e13", None, LOST),
        ("en cours", None, LOST),
        ("00000000000000", None, LOST),
    ],
)
def test_siret(text, siret, kind):
    assert values.read_siret(text)[:2] == (siret, kind)


def test_siret_that_lost_its_leading_zero():
    # SIREN 005520135, from the right: 5 + (3→6) + 1 + (0) + 2 + (5→10→1) + 5 = 20, Luhn agrees.
    whole = next(code for n in range(10) if values.is_siret(code := f"005520135{n:05d}"))
    assert values.read_siret(whole.lstrip("0")) == (
        whole,
        REPAIRED,
        "leading_zero",
        {"siret": whole},
    )


@given(st.integers(10**8, 10**9 - 1), st.integers(0, 9999))
def test_one_check_digit_in_ten_agrees(siren, site):
    if siren == 356000000:
        return
    assert sum(values.is_siret(f"{siren}{site:04d}{check}") for check in range(10)) == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("12.5", 12.5),
        ("12,5 ETP", 12.5),
        ("0,125", 0.125),
        (f"1{NNBSP}234,5", 1234.5),
        ("1\xa0234,5", 1234.5),
        ("1 234 567", 1234567),
        ("1.234,50 €", 1234.5),
        ("1,234.50", 1234.5),
        ("1.234.567", 1234567),
        ("1'234.5", 1234.5),
        ("12 k€", 12000),
        ("12 K euros", 12000),
        ("1,5 M€", 1.5e6),
        ("1.5 millions d'euros", 1.5e6),
        ("1,2E+05", 120000),
        ("\N{MINUS SIGN}3", -3),
        ("12 000 € HT", 12000),
        ("10 12", None),
        ("10-12", None),
        ("environ 12", None),
        ("inf", None),
        ("nan", None),
        ("1E999", None),
        ("1.2.3", None),
        ("12 %", None),
        ("€", None),
    ],
)
def test_numbers_written_the_french_way(text, number):
    assert cells.parse_number(text) == number


@given(st.floats(0, 1e9).map(lambda number: round(number, 2)))
def test_a_french_number_comes_back(number):
    french = f"{number:,.2f}".replace(",", NNBSP).replace(".", ",")
    assert cells.parse_number(french) == number
    assert cells.parse_number(f"{number:,.2f} €".replace(",", " ")) == number


@given(st.text(max_size=15))
def test_an_amount_is_finite_and_not_negative(text):
    value, kind, *_ = values.read_amount(cells.squeeze(text))
    assert (value is None) == (kind == LOST)
    assert value is None or (math.isfinite(value) and value >= 0)


def test_amounts_refused_and_doubted():
    assert values.read_amount("-2") == (None, LOST, "negative", None)
    assert values.read_amount("plusieurs") == (None, LOST, "not_a_number", None)
    # One mark before three digits: a decimal mark, or one of thousands.
    assert values.read_amount("1.234")[:2] == (1.234, DOUBTFUL)
    assert values.read_amount("0.125").kind is None


@pytest.mark.parametrize(
    ("text", "year", "kind"),
    [
        ("2014", 2014, None),
        ("2014.0", 2014, REPAIRED),
        ("2014-03-01", 2014, REPAIRED),
        ("01/03/2014", 2014, REPAIRED),
        ("lauréat 2014", 2014, REPAIRED),
        ("2014-2016", None, LOST),
        ("14", None, LOST),
        ("120145", None, LOST),
    ],
)
def test_year(text, year, kind):
    assert values.read_year(text)[:2] == (year, kind)


@pytest.mark.parametrize(
    ("text", "read"),
    [("1", "01"), ("1.0", "01"), ("42", "42"), ("2a", "2A"), ("974", "974"), ("Loire", "Loire")],
)
def test_departement(text, read):
    assert values.read_departement(text).value == read


@pytest.mark.parametrize(
    "cell",
    ["", "  ", "\xa0", "-", "–", "NC", "n/a", "N.C.", "néant", "Inconnu", "non renseigné", "?"],
)
def test_words_for_nothing_are_missing_and_no_problem(cell):
    assert cells.read_cell(cell, values.read_text) == (None, None, None, None)


@pytest.mark.parametrize("town", ["Y", "Eu", "Oô", "Aucun", "Néant-sur-Yvel", "Ax-les-Thermes"])
def test_odd_names_of_communes_are_not_nothing(town):
    assert cells.read_cell(town, values.read_text).value == town


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "#VALEUR!", "#DIV/0!", "=B2*2", "=SUM(A1:A3)"])
def test_formula_errors_are_lost(cell):
    assert cells.read_cell(cell, values.read_text)[:2] == (None, LOST)


def test_excel_guard_of_a_code_is_undone():
    assert cells.read_cell('="01000"', values.read_postcode).value == "01000"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (math.nan, ""),
        (1000.0, "1000"),
        (73282932000074.0, "73282932000074"),
        (12.5, "12.5"),
        (7, "7"),
        (True, "true"),
        (dt.datetime(2014, 3, 1), "2014-03-01"),
        (dt.date(2014, 3, 1), "2014-03-01"),
        ("nan", "nan"),
    ],
)
def test_values_of_a_workbook_as_text(value, text):
    assert cells.cell_text(value) == text


@given(st.text(max_size=20))
def test_fold_is_idempotent_and_slug_never_blank(text):
    assert cells.fold(cells.fold(text)) == cells.fold(text)
    assert values.slug(text)
