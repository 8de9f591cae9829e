"""The client of address services, against a real addok: /search and /search/csv."""

from __future__ import annotations

from pathlib import Path

import addok_server
import pandas as pd
import pytest
import requests

from ptce_geo.errors import GeocodingServiceError
from ptce_geo.geocoding import geocode
from ptce_geo.geocoding.service.geocoder import BanGeocoder

SAMPLE = Path(__file__).with_name("data") / "ban_sample.csv"


@pytest.fixture(scope="module")
def sample():
    return pd.read_csv(SAMPLE, sep=";", dtype="str", keep_default_na=False)


@pytest.fixture(scope="module")
def numbered(sample):
    return sample[sample["numero"] != ""].reset_index(drop=True)


@pytest.fixture
def addok(addok_url):
    return BanGeocoder(addok_url, retries=0)


def rows(*cells):
    return pd.DataFrame(cells, columns=["address", "postcode", "city"], dtype="str")


def one(addok, *cells):
    return addok.locate(rows(cells)).iloc[0]


def numbers(frame):
    return (frame["numero"] + " " + frame["rep"]).str.strip()


def commune(codes):
    """Marseille for its arrondissements."""
    return codes.mask(codes.str.startswith("132"), "13055")


@pytest.mark.parametrize("form", ["columns", "line", "capitals"])
def test_every_address_of_the_base_is_found_where_it_is(addok, numbered, form):
    street = numbers(numbered) + " " + numbered["nom_voie"]
    queries = pd.DataFrame(
        {"address": street, "postcode": numbered["code_postal"], "city": numbered["nom_commune"]}
    )
    if form == "line":
        queries = queries[["address"]].assign(address=queries.agg(" ".join, axis=1))
    elif form == "capitals":
        queries = queries.apply(lambda column: column.str.upper())

    found = addok.locate(queries)

    assert found["geocode_precision"].tolist() == ["housenumber"] * len(numbered)
    assert found["code_commune"].tolist() == commune(numbered["code_insee"]).tolist()
    assert found["found_number"].tolist() == numbers(numbered).tolist()
    assert found["found_street"].tolist() == numbered["nom_voie"].tolist()
    assert found["found_postcode"].tolist() == numbered["code_postal"].tolist()
    assert found["longitude"].tolist() == numbered["lon"].astype(float).tolist()
    assert found["latitude"].tolist() == numbered["lat"].astype(float).tolist()
    assert found["geocode_score"].between(0.5, 1).all()


@pytest.mark.parametrize(
    ("address", "postcode", "city", "precision", "code"),
    [
        ("8bis boulevard Cotte", "95880", "Enghien-les-Bains", "housenumber", "95210"),
        ("Rue Helvetius", "18000", "Bourges", "street", "18033"),
        # The street ends at 13.
        ("999 rue du Bloc", "62000", "Arras", "street", "62041"),
        ("Lezavrec", "29710", "Plozévet", "locality", "29215"),
        ("", "62000", "Arras", "municipality", "62041"),
    ],
)
def test_precision_is_that_of_what_was_found(addok, address, postcode, city, precision, code):
    found = one(addok, address, postcode, city)
    assert (found["geocode_precision"], found["code_commune"]) == (precision, code)
    assert pd.isna(found["found_number"]) == (precision != "housenumber")
    assert pd.isna(found["found_street"]) == (precision == "municipality")


@pytest.mark.parametrize("number", range(3))
def test_streets_of_one_name_are_told_apart_by_the_town(addok, numbered, number):
    homonyms = numbered[numbered["nom_voie"] == "Grande Rue"]
    town = homonyms["nom_commune"].drop_duplicates().iloc[number]
    first = homonyms[homonyms["nom_commune"] == town].iloc[0]
    found = one(addok, f"{first['numero']} {first['rep']} Grande Rue", "", town)
    assert found["found_city"] == town
    assert found["code_commune"] == first["code_insee"]


def test_a_street_of_several_towns_is_not_accepted_without_its_town(addok):
    located = geocode(rows(("Grande Rue", "", "")), geocoders=[addok])
    assert located["geocode_status"].tolist() != ["accepted"]


def test_what_is_found_says_what_else_there_is(addok):
    found = one(addok, "Grande Rue", "", "")
    assert found["geocode_margin"] < 0.1
    assert "Grande Rue" in found["geocode_candidates"]


GARBAGE = [
    "zzzz qqqq",
    "=1+1",
    "!!!",
    "?",
    "\U0001f3e0\U0001f3e0\U0001f3e0",
    "\x00\x01\x02",
    "'; DROP TABLE communes; --",
    "<script>alert(1)</script>",
    '"""',
    "a" * 10_000,
    "rue " * 2_500,
    "﻿",
    "日本東京都千代田区",
]


def test_garbage_is_rejected_and_harms_no_other_row(addok):
    good = ("9 Rue du Bloc", "62000", "Arras")
    cells = [cell for text in GARBAGE for cell in [(text, "", ""), good]]
    found = addok.locate(rows(*cells))
    assert found["found_number"].tolist()[1::2] == ["9"] * len(GARBAGE)
    assert found["geocode_status"].tolist()[0::2] == ["rejected"] * len(GARBAGE)
    assert found["longitude"].isna().tolist() == [True, False] * len(GARBAGE)


@pytest.mark.parametrize(
    "address",
    [
        "9; Rue du Bloc",
        '9, "Rue du Bloc"',
        "9\tRue du\tBloc",
        "9 Rue du Bloc\r\n",
        "9\u00a0Rue du\u00a0Bloc",
        "9 Rue|du|Bloc",
        "9 Rue du Bloc\x00",
        "9 Rue du Bloc \U0001f3e0",
        "'9 Rue du Bloc",
    ],
)
def test_delimiters_and_odd_characters_in_a_cell(addok, address):
    found = one(addok, address, "62000", "Arras")
    assert (found["found_number"], found["found_street"]) == ("9", "Rue du Bloc")


@pytest.mark.parametrize(
    ("address", "street"),
    [
        ("11 rue Fontaine d’Arménie", "Rue Fontaine d'Arménie"),
        ("11 RUE FONTAINE D ARMENIE", "Rue Fontaine d'Arménie"),
        ("11 rue Fontaine d'Armenie", "Rue Fontaine d'Arménie"),
    ],
)
def test_apostrophes_and_accents(addok, address, street):
    assert one(addok, address, "13001", "Marseille")["found_street"] == street


def test_an_arrondissement_is_its_commune(addok):
    found = one(addok, "5 rue de Versailles", "13003", "Marseille 3e")
    assert (found["code_commune"], found["found_number"]) == ("13055", "5")


def test_a_wrong_commune_makes_a_service_answer_with_another_street(addok_url):
    """Why every unsure answer is asked for again without the commune."""
    answer = requests.get(
        f"{addok_url}/search",
        params={"q": "1 Grande Rue Trouhaut", "citycode": "89230", "autocomplete": 0},
        timeout=30,
    ).json()
    assert [one["properties"]["city"] for one in answer["features"]] == ["Looze"]


def test_a_postcode_of_elsewhere_does_not_hide_the_address(addok):
    found = one(addok, "9 Rue du Bloc", "18000", "Arras")
    assert (found["code_commune"], found["found_street"]) == ("62041", "Rue du Bloc")


def test_a_town_of_elsewhere_gets_no_point_in_a_street(addok):
    located = geocode(rows(("9 Rue du Bloc", "18000", "Bourges")), geocoders=[addok]).iloc[0]
    accepted = located["geocode_status"] == "accepted"
    assert not (accepted and located["geocode_precision"] in ("housenumber", "street"))
    assert located["code_commune"] == "18033" or not accepted


def test_a_list_keeps_its_order_and_its_index(addok, numbered):
    queries = pd.DataFrame(
        {
            "address": numbers(numbered) + " " + numbered["nom_voie"],
            "city": numbered["nom_commune"],
        }
    )
    # Twice over and shuffled, on an index of its own.
    queries = pd.concat([queries, queries], ignore_index=True).sample(frac=1, random_state=7)
    queries.index = [f"row {number}" for number in range(len(queries))]
    found = addok.locate(queries)
    assert found.index.equals(queries.index)
    asked = queries["address"]
    assert (found["found_number"] + " " + found["found_street"]).tolist() == asked.tolist()


def test_files_of_any_size_give_the_same(addok_url, numbered):
    queries = pd.DataFrame(
        {
            "address": numbers(numbered) + " " + numbered["nom_voie"],
            "postcode": numbered["code_postal"],
        }
    )
    whole = BanGeocoder(addok_url, retries=0).locate(queries)
    parts = BanGeocoder(addok_url, rows_per_file=7, retries=0).locate(queries)
    pd.testing.assert_frame_equal(parts, whole)


def test_the_cascade_accepts_what_the_base_has(addok, numbered):
    members = pd.DataFrame(
        {
            "address": numbers(numbered) + " " + numbered["nom_voie"],
            "postcode": numbered["code_postal"],
            "city": numbered["nom_commune"],
        }
    )
    located = geocode(members, geocoders=[addok])
    accepted = located["geocode_status"] == "accepted"
    assert accepted.mean() > 0.9
    fine = located[accepted & (located["geocode_precision"] == "housenumber")]
    assert fine["longitude"].tolist() == numbered.loc[fine.index, "lon"].astype(float).tolist()


def test_an_address_of_no_addok_is_said(addok_url):
    with pytest.raises(GeocodingServiceError, match="404"):
        BanGeocoder(f"{addok_url}/elsewhere", retries=0).locate(rows(("1 rue X", "", "Arras")))


# -- what the real addok is loaded with ---------------------------------------------------------


def test_documents_of_a_base(tmp_path):
    base = tmp_path / "base.csv"
    base.write_text(
        "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;nom_ld;lon;lat\n"
        "a;1;;Rue A;42000;42218;Saint-Étienne;;4.0;45.0\n"
        "b;3;bis;Rue A;42000;42218;Saint-Étienne;Le Bois;4.2;45.2\n"
        "c;5;;Rue A;42100;42218;Saint-Étienne;;4.4;45.4\n"
        "d;99999;;Le Puits;42100;42218;Saint-Étienne;;4.4;45.4\n",
        encoding="utf-8",
    )
    documents = list(addok_server.documents(base))
    kinds = [(one["type"], one["name"], one["postcode"]) for one in documents]
    assert kinds == [
        ("municipality", "Saint-Étienne", ["42000", "42100"]),
        ("street", "Rue A", "42000"),
        ("locality", "Le Bois", "42000"),
        ("street", "Rue A", "42100"),
        ("locality", "Le Puits", "42100"),
    ]
    assert documents[1]["housenumbers"] == {
        "1": {"lat": 45.0, "lon": 4.0, "id": "a"},
        "3 bis": {"lat": 45.2, "lon": 4.2, "id": "b"},
    }
    assert (documents[1]["lon"], documents[1]["lat"]) == pytest.approx((4.1, 45.1))


def test_what_is_missing_is_said_with_the_command_that_installs_it(tmp_path, monkeypatch):
    monkeypatch.setenv(addok_server.VARIABLE, str(tmp_path / "python"))
    monkeypatch.setattr(addok_server.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert "pip install --no-deps -r tests/addok_requirements.txt" in addok_server.missing()
    monkeypatch.setattr(addok_server.shutil, "which", lambda name: None)
    assert "apt-get install redis-server" in addok_server.missing()
