"""SIRETs and what is made of the register's answers, whatever the register."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptce_geo import schema
from ptce_geo.files.siret import is_siret, luhn, read_siret
from ptce_geo.geocoding.sirene.facts import (
    Address,
    degrees,
    joined_address,
    number,
    precision_by_address,
    public_text,
    split_address,
)
from ptce_geo.geocoding.sirene.geocoder import SireneGeocoder
from ptce_geo.words import LABELS

SIRET = "73282932000074"
CITY = {"address": "3 rue X", "postcode": "42000", "city": "Saint-Étienne"}


def independent_luhn(digits):
    """The sum of ISO/IEC 7812-1, counted from the left by places from the right."""
    total = 0
    for place, digit in enumerate(digits):
        weight = 2 if (len(digits) - place) % 2 == 0 else 1
        total += sum(map(int, str(int(digit) * weight)))
    return total % 10 == 0


@given(st.text("0123456789", min_size=1, max_size=20))
def test_luhn(digits):
    assert luhn(digits) == independent_luhn(digits)


@given(st.integers(0, 99_999))
def test_the_sites_of_la_poste_pass_by_the_sum_of_their_digits_too(site):
    siret = f"356000000{site:05d}"
    expected = independent_luhn(siret) or (14 + sum(map(int, f"{site:05d}"))) % 5 == 0
    assert is_siret(siret) == expected


@given(st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_never_passes(place, more):
    wrong = SIRET[:place] + str((int(SIRET[place]) + more) % 10) + SIRET[place + 1 :]
    assert is_siret(SIRET)
    assert not is_siret(wrong)


def test_a_siret_of_la_poste():
    # Its Luhn sum is no multiple of 10, its digits add up to 35.
    assert is_siret("35600000009075")
    assert not luhn("35600000009075")
    assert not is_siret("35600000009076")


@pytest.fixture(scope="module")
def by_file(tmp_path_factory):
    """A geocoder over a file of a few establishments."""
    path = tmp_path_factory.mktemp("sirene") / "geo.csv"
    states = {SIRET: "A", "73282932000082": "F", "35600000009075": "A"}
    rows = [
        {
            "siret": siret,
            "x_longitude": "4.3901",
            "y_latitude": "45.4402",
            "qualite_xy": "11",
            "plg_code_commune": "42218",
            "etatAdministratifEtablissement": state,
            "numeroVoieEtablissement": "12",
            "typeVoieEtablissement": "RUE",
            "libelleVoieEtablissement": "DE LA PAIX",
            "codePostalEtablissement": "42000",
            "libelleCommuneEtablissement": "SAINT-ETIENNE",
        }
        for siret, state in states.items()
    ]
    pd.DataFrame(rows).to_csv(path, sep=";", index=False)
    return SireneGeocoder(path)


ELSEWHERE = "establishment_elsewhere: 12 RUE DE LA PAIX 42000 SAINT-ETIENNE"


@pytest.mark.parametrize(
    ("declared", "status", "reason"),
    [
        ({}, "accepted", "siret_found"),
        (CITY, "accepted", "siret_found"),
        ({"city": "ST ETIENNE CEDEX 1", "postcode": "42007"}, "accepted", "siret_found"),
        ({"city": "Lyon"}, "review", ELSEWHERE),
        ({"address": "3 rue X, 38000 Grenoble"}, "review", ELSEWHERE),
        ({"postcode": "75011"}, "review", ELSEWHERE),
        # No sure commune: nothing to hold against the register.
        ({"city": "Saint-Denis"}, "accepted", "siret_found"),
        ({"city": "Nulle Part"}, "accepted", "siret_found"),
        ({"postcode": "42140"}, "accepted", "siret_found"),
        # The pole's département is not the member's own word.
        ({"city": "Saint-Denis", "pole_departement": "974"}, "accepted", "siret_found"),
    ],
)
def test_an_establishment_elsewhere_than_declared_goes_to_review(by_file, declared, status, reason):
    found = by_file.locate(pd.DataFrame([{"siret": SIRET} | declared])).iloc[0]
    assert (found["geocode_status"], found["geocode_reason"]) == (status, reason)
    assert (found["longitude"], found["code_commune"]) == (4.3901, "42218")


def test_a_closed_establishment_goes_to_review_wherever_it_is_declared(by_file):
    closed = [{"siret": "732 829 320 00082"}, {"siret": "73282932000082", "city": "Lyon"}]
    found = by_file.locate(pd.DataFrame(closed))
    assert (found["geocode_reason"] == "establishment_closed").all()
    assert (found["geocode_status"] == "review").all()
    assert found["longitude"].notna().all()


def test_la_poste_and_other_ways_to_write_a_siret(by_file):
    cells = ["35600000009075", "732 829 320 00074", "732.829.320-00074", "73282932000074.0"]
    found = by_file.locate(pd.DataFrame({"siret": cells}))
    assert (found["geocode_status"] == "accepted").all()


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.text(max_size=40),
            st.text("0123456789 .E+,", max_size=20),
            st.sampled_from([SIRET, "=1+1", "4.90812E+13", "nan", "-", "🏭", "a" * 10_000]),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_stands_for_a_siret_is_answered(by_file, cells):
    queries = pd.DataFrame({"siret": pd.Series(cells, dtype="object"), "city": "Lyon"})
    check(by_file.locate(queries), queries)


def check(answers, queries):
    """Assert what is true of every answer."""
    assert answers.index.equals(queries.index)
    expected = schema.GEOCODE_DTYPES | dict.fromkeys(schema.FURTHER_COLUMNS, "str")
    assert answers.dtypes.astype(str).to_dict() == expected
    assert answers["geocode_status"].isin(schema.STATUSES).all()
    placed = answers["geocode_status"] != "rejected"
    columns = ["longitude", "latitude", "geocode_provider", "geocode_precision", "geocode_label"]
    for column in columns:
        assert (answers[column].notna() == placed).all()
    assert (answers.loc[~placed, "geocode_score"] == 0).all()
    assert answers["geocode_score"].between(0, 1).all()
    words = "reason_" + answers["geocode_reason"].str.partition(":")[0]
    assert words.isin(LABELS).all()
    assert answers["geocode_reason"].map(str.isprintable).all()
    assert answers["geocode_reason"].str.len().max() < 200


def test_every_reason_has_words_in_both_languages():
    reasons = (
        *("siret_found", "siret_at_commune", "siret_street_probable", "siret_not_found"),
        *("siret_positions_disagree", "siret_commune_unknown", "siret_invalid", "no_siret"),
        *("establishment_closed", "establishment_elsewhere", "found_by_name", "name_not_found"),
        *("name_refused", "other_country", "outside_embedded_france"),
    )
    for reason in reasons:
        french, english = LABELS[f"reason_{reason}"]
        assert french
        assert english


# Text of the register.


@given(st.text(max_size=200), st.text("0123456789", max_size=6), st.text(max_size=20))
def test_addresses_are_split_whatever_they_are(line, postcode, city):
    line = public_text(line)
    split = split_address(line, postcode=postcode, city=public_text(city))
    assert split.line == line
    assert precision_by_address(split) in schema.PRECISIONS
    assert split.street in line
    # What was split once is split into the same again.
    assert split_address(line, postcode=postcode, city=public_text(city)) == split


@given(
    house=st.integers(1, 999).map(str),
    index=st.sampled_from(["", "B", "T", "BIS"]),
    way=st.sampled_from(["RUE", "AV", "CHE", "IMP", "BD", "PL", "RTE"]),
    name=st.sampled_from(["DE LA PAIX", "DU 8 MAI 1945", "SAINT-JEAN", "A B C", "VICTOR HUGO"]),
    box=st.sampled_from(["", "BP 12", "CS 40203"]),
    complement=st.sampled_from(["", "BAT A", "2EME ETAGE", "RESIDENCE LES PINS"]),
)
def test_an_address_joined_is_split_into_its_parts(house, index, way, name, box, complement):
    joined = joined_address(
        complement=complement,
        number=house,
        index=index,
        street_type=way,
        street=name,
        box=box,
        postcode="42000",
        city="SAINT-ETIENNE",
    )
    assert split_address(joined.line) == joined


@given(st.one_of(st.none(), st.text(max_size=50), st.floats(), st.integers(), st.lists(st.text())))
def test_cells_are_read_whatever_they_hold(cell):
    text = public_text(cell)
    assert text.isprintable()
    assert "[ND]" not in text
    read = number(cell)
    assert read is None or abs(read) < float("inf")
    x, y = degrees(cell, cell)
    assert (x is None) == (y is None)


def test_masks_are_taken_out_of_the_midst_of_text():
    assert public_text("[ND] RUE [NON-DIFFUSIBLE] 42000") == "RUE 42000"
    assert split_address("") == Address()


def test_a_cell_that_lost_its_zero_is_read():
    code = next(c for n in range(10) if is_siret(c := f"005520135{n:05d}"))
    assert read_siret(code.lstrip("0")).value == code
