"""BanIndexGeocoder over a small base made by hand, and over the sample of real addresses."""

import csv
import string
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo import schema
from ptce_geo.errors import UnreadableFileError
from ptce_geo.geocoding import CommuneGeocoder, geocode
from ptce_geo.geocoding.ban_index import BanIndexGeocoder, build_ban_index
from ptce_geo.geocoding.policy import AcceptancePolicy
from ptce_geo.schema import ACCEPTED, REJECTED, REVIEW
from ptce_geo.territories import territory_table
from ptce_geo.words import LABELS

SAMPLE = Path(__file__).with_name("data") / "ban_sample.csv"

# Commune | name | former commune | postcode | street | numbers. Street by street the longitude goes
# up by 0.01 degrees, and by 0.00001 a number; so each address tells by its position which it is.
STREETS = """
42218|Saint-Étienne||42000|Rue de la République|1 3 5 9 9bis 12 12ter 40
42218|Saint-Étienne||42000|Rue du Général Foy|1 2 3
42218|Saint-Étienne||42100|Rue Antoine Durafour|2 4 6b
42218|Saint-Étienne||42000|Place Jean Jaurès|1 2
42218|Saint-Étienne||42000|Chemin du Moulin|1 2
42218|Saint-Étienne||42000|Rue du Petit Moulin|1 2
42218|Saint-Étienne||42000|Rue de Lyon|10 20
42218|Saint-Étienne||42000|Grande Rue|8
42218|Saint-Étienne||42000|Le Guizay|
42218|Saint-Étienne||42000|Rue de Saint-Étienne|2
42189|Roche-la-Molière||42230|Rue de la République|1 3 5
42189|Roche-la-Molière||42230|Rue Victor Hugo|7
42094|Feurs||42110|Rue de la République|1 3
42094|Feurs||42110|Rue Gambetta|1
69381|Lyon||69001|Rue de la République|1 2
69382|Lyon||69002|Rue de la République|20 22
69382|Lyon||69002|Place Bellecour|1 5
75111|Paris 11e Arrondissement||75011|Rue de Charonne|5 7
75056|Paris||75012|Rue de Charenton|5
93066|Saint-Denis||93200|Rue de la République|3
93066|Saint-Denis||93200|Rue Gabriel Péri|5
97411|Saint-Denis||97400|Rue de Paris|5
74010|Annecy|Annecy-le-Vieux|74940|Rue des Écoles|3
74010|Annecy|Seynod|74600|Rue des Écoles|3
74010|Annecy||74000|Rue Royale|8
"""
HEADINGS = [
    *("id", "numero", "rep", "nom_voie", "code_postal", "code_insee", "nom_commune"),
    *("nom_ancienne_commune", "lon", "lat"),
]


def point(line, number):
    """Return where the address of a line of `STREETS` stands."""
    return round(3 + line / 100 + number / 100_000, 7), round(45 + line / 100, 7)


def rows():
    for line, text in enumerate(STREETS.strip().splitlines()):
        code, town, old, postcode, street, numbers = text.split("|")
        for written in numbers.split() or [""]:
            number = written.rstrip(string.ascii_lowercase)
            suffix = written[len(number) :]
            longitude, latitude = point(line, int(number or 0))
            yield (
                *(f"{code}_{line}_{written}", number, suffix, street, postcode, code, town, old),
                *(longitude, latitude),
            )


@pytest.fixture(scope="module")
def geocoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ban")
    with (folder / "small.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADINGS)
        writer.writerows(rows())
    build_ban_index(folder / "small.csv", folder / "small.idx")
    return BanIndexGeocoder(folder / "small.idx")


def ask(geocoder, address="", postcode="", city="", **others):
    cells = {"address": address, "postcode": postcode, "city": city, **others}
    return geocoder.locate(pd.DataFrame({name: [text] for name, text in cells.items()})).iloc[0]


def word(reason):
    return reason.partition(":")[0]


HOME = {"postcode": "42000", "city": "Saint-Étienne"}
THIRD = "3 Rue de la République 42000 Saint-Étienne"


def line(text):
    return {"address": text}


# --- the same address, written in many ways ----------------------------------------------------

WRITTEN = {
    "columns": {"address": "3 rue de la République", **HOME},
    "one line": line("3 rue de la République, 42000 Saint-Étienne"),
    "two lines": line("3 rue de la République\n42000 SAINT ETIENNE"),
    "undivided": line("3 rue de la République 42000 Saint-Étienne"),
    "town behind the street": line("3 rue de la République Saint-Étienne"),
    "town as a part": line("3 rue de la République, Saint-Étienne"),
    "postcode first": line("42000 Saint-Étienne, 3 rue de la République"),
    "capitals": line("3 RUE DE LA REPUBLIQUE 42000 ST ETIENNE"),
    "short": line("3, r. de la République 42000 St-Etienne"),
    "house before": line("Maison des associations, 3 rue de la République 42000 St-Etienne"),
    "floor and box": line("3 rue de la République, 2e étage, BP 12, 42000 St-Etienne"),
    "no article": {"address": "3 rue République", **HOME},
    "range": {"address": "3-5 rue de la République", **HOME},
    "number behind": {"address": "rue de la République 3", **HOME},
    "no postcode": {"address": "3 rue de la République", "city": "Saint-Étienne"},
    "département": {
        "address": "3 rue de la République",
        "city": "Saint-Étienne",
        "departement": "Loire",
    },
    "CEDEX": line("3 rue de la République, 42007 SAINT-ETIENNE CEDEX 1"),
    "CEDEX without postcode": line("3 rue de la République Saint-Étienne CEDEX 1"),
    "another postcode of the town": {
        "address": "3 rue de la République",
        "postcode": "42230",
        "city": "Saint-Étienne",
    },
    "a neighbour's postcode": {
        "address": "3 rue de la République",
        "postcode": "42110",
        "city": "Saint-Étienne",
    },
    "the town in the postcode cell": {
        "address": "3 rue de la République",
        "postcode": "Saint-Étienne",
        "city": "42000",
    },
    "a misspelt town": {
        "address": "3 rue de la République",
        "postcode": "42000",
        "city": "Saint Etiene",
    },
}


@pytest.mark.parametrize("cells", WRITTEN.values(), ids=WRITTEN)
def test_an_address_at_its_house_number(geocoder, cells):
    found = ask(geocoder, **cells)
    assert found["geocode_label"] == THIRD
    assert (found["longitude"], found["latitude"]) == point(0, 3)
    assert found["geocode_status"] == ACCEPTED
    assert found["geocode_precision"] == "housenumber"
    assert found["geocode_reason"] == "address_found"
    assert found["geocode_provider"] == "ban_index"
    assert found["code_commune"] == "42218"
    cells = found[list(schema.FOUND_COLUMNS)].tolist()
    assert cells == ["3", "Rue de la République", "42000", "Saint-Étienne"]
    # The default policy accepts it too.
    assert found["geocode_score"] >= 0.8
    assert found["geocode_margin"] >= 0.04


def test_what_is_written_worse_scores_less(geocoder):
    score = {name: ask(geocoder, **cells)["geocode_score"] for name, cells in WRITTEN.items()}
    assert score["columns"] == score["one line"] == score["capitals"] == score["no postcode"] == 1
    for worse in ("CEDEX", "a neighbour's postcode", "a misspelt town"):
        assert score[worse] < 1
    slip = ask(geocoder, "3 rue de la Republiqe", **HOME)
    typeless = ask(geocoder, "3 de la République", **HOME)
    both = ask(geocoder, "3 Republiqe", **HOME)
    assert 1 > typeless["geocode_score"] > both["geocode_score"]
    assert 1 > slip["geocode_score"] > both["geocode_score"]
    assert {one["geocode_label"] for one in (slip, typeless, both)} == {THIRD}
    assert {one["geocode_reason"] for one in (slip, typeless, both)} == {"address_likest"}


# --- what is not there -------------------------------------------------------------------------


def test_a_number_between_its_neighbours(geocoder):
    found = ask(geocoder, "7 rue de la République", **HOME)
    # Halfway between 5 and 9.
    assert (found["longitude"], found["latitude"]) == point(0, 7)
    assert found["geocode_reason"] == "number_interpolated: 7"
    assert found["geocode_precision"] == "street"
    assert found["geocode_label"] == "Rue de la République 42000 Saint-Étienne"
    assert pd.isna(found["found_number"])
    exact = ask(geocoder, "5 rue de la République", **HOME)
    missing = ask(geocoder, "99 rue de la République", **HOME)
    scores = [one["geocode_score"] for one in (exact, found, missing)]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_a_number_beyond_the_street_is_placed_on_the_street(geocoder):
    for number in ("99", "0", "99999"):
        found = ask(geocoder, f"{number} rue de la République", **HOME)
        assert word(found["geocode_reason"]) == "number_not_found"
        assert found["geocode_precision"] == "street"
        # Of 1 3 5 9 9bis 12 12ter 40, one in the middle.
        assert found["longitude"] in {point(0, number)[0] for number in (5, 9)}


@pytest.mark.parametrize(
    ("asked", "found", "reason"),
    [
        ("9 bis", "9 bis", "address_found"),
        ("9bis", "9 bis", "address_found"),
        ("12 TER", "12 ter", "address_found"),
        ("9", "9", "address_found"),
        ("3 bis", "3", "repetition_not_found: 3 bis → 3"),
        ("12 bis", "12", "repetition_not_found: 12 bis → 12"),
        ("3 C", "3", "repetition_not_found: 3 c → 3"),
        # A letter may be all that is written of a bis.
        ("9 B", "9 bis", "repetition_not_found: 9 b → 9 bis"),
    ],
)
def test_repetitions(geocoder, asked, found, reason):
    answer = ask(geocoder, f"{asked} rue de la République", **HOME)
    assert answer["found_number"] == found
    assert answer["geocode_reason"] == reason
    assert answer["geocode_precision"] == "housenumber"
    assert (answer["geocode_score"] == 1) == (reason == "address_found")


def test_a_bis_that_the_base_writes_as_a_letter(geocoder):
    found = ask(geocoder, "6 bis rue Antoine Durafour", "42100", "Saint-Étienne")
    assert (found["found_number"], found["geocode_reason"]) == ("6 b", "address_found")


def test_a_number_without_repetition_where_all_have_one(geocoder):
    found = ask(geocoder, "6 rue Antoine Durafour", "42100", "Saint-Étienne")
    assert found["geocode_precision"] == "street"
    assert word(found["geocode_reason"]) == "number_not_found"


def test_a_street_alone(geocoder):
    found = ask(geocoder, "rue du Gal Foy", **HOME)
    assert found["geocode_reason"] == "street_found"
    assert found["geocode_precision"] == "street"
    assert (found["longitude"], found["latitude"]) == point(1, 2)  # the one in the middle
    likest = ask(geocoder, "rue du Général Foi", **HOME)
    assert likest["geocode_label"] == found["geocode_label"]
    assert likest["geocode_reason"] == "street_likest"


def test_a_locality_has_no_numbers(geocoder):
    place = ask(geocoder, "Le Guizay", **HOME)
    assert (place["geocode_precision"], place["geocode_reason"]) == ("locality", "street_found")
    assert (place["longitude"], place["latitude"]) == point(8, 0)
    numbered = ask(geocoder, "4 lieu-dit Le Guizay", **HOME)
    assert numbered["geocode_label"] == place["geocode_label"]
    assert numbered["geocode_precision"] == "locality"
    assert word(numbered["geocode_reason"]) == "number_not_found"


@pytest.mark.parametrize(
    "cells",
    [
        {"address": "3 rue de la République", "city": "Saint Etiene"},
        line("3 rue de la République saint etiene"),
    ],
)
def test_a_misspelt_town_that_nothing_confirms_is_proposed_only(geocoder, cells):
    # Most towns have a rue de la République.
    found = ask(geocoder, **cells)
    assert found["geocode_label"] == THIRD
    assert found["geocode_score"] < AcceptancePolicy().min_score


def test_a_street_that_is_not_there_leaves_the_commune(geocoder):
    found = ask(geocoder, "3 rue des Inconnus", **HOME)
    town = CommuneGeocoder().locate(pd.DataFrame([HOME])).iloc[0]
    assert found["geocode_reason"] == "street_not_found: 3 rue des Inconnus"
    assert found["geocode_precision"] == "municipality"
    same = ["longitude", "latitude", "geocode_label", "geocode_status", "code_commune"]
    assert found[same].equals(town[same])
    assert found["geocode_provider"] == "ban_index"


@pytest.mark.parametrize(
    "cells",
    [
        HOME,
        line("Saint-Étienne"),
        line("42000 Saint-Étienne"),  # and not in rue de Saint-Étienne
        line("42000 ST ETIENNE CEDEX 1"),
        line("BP 12\n42000 Saint-Étienne"),
    ],
)
def test_an_address_of_a_town_only_is_at_the_town(geocoder, cells):
    found = ask(geocoder, **cells)
    assert found["geocode_precision"] == "municipality"
    assert word(found["geocode_reason"]) in ("postcode_and_town", "only_town_of_that_name")
    assert (found["geocode_status"], found["code_commune"]) == (ACCEPTED, "42218")


def test_neither_street_nor_town(geocoder):
    found = ask(geocoder, "3 rue des Inconnus", city="Zzyzx")
    assert found["geocode_status"] == REJECTED
    assert found["geocode_reason"] == "unknown_town: Zzyzx"
    assert found[["longitude", "geocode_label", "found_street", "code_commune"]].isna().all()


# --- what may be several things ----------------------------------------------------------------


def test_the_name_of_a_street_without_its_town_is_never_sure(geocoder):
    # Saint-Étienne, Roche, Feurs, Lyon and Saint-Denis have it.
    found = ask(geocoder, "3 rue de la République")
    assert found["geocode_score"] < AcceptancePolicy().min_score
    assert found["geocode_margin"] < 0.01
    assert found["geocode_candidates"].count(" | ") == 2
    assert "Rue de la République" in found["geocode_candidates"]
    # One town has it in this base; others may in France.
    assert ask(geocoder, "5 rue Gabriel Péri")["geocode_score"] < AcceptancePolicy().min_score


def test_another_street_of_the_town_is_not_taken_for_one_that_is_missing(geocoder):
    # A chemin, and a petit one.
    cells = {"address": "1 rue du Moulin", **HOME}
    assert judge(cells, geocoder)["geocode_status"] == REVIEW
    found = ask(geocoder, **cells)
    names = [found["found_street"], found["geocode_candidates"]]
    assert sorted(name.partition(" 42000")[0] for name in names) == [
        "Chemin du Moulin",
        "Rue du Petit Moulin",
    ]


def test_streets_of_one_name_in_a_commune_of_several(geocoder):
    # Both former communes have the street and the number: which is meant is not told.
    vague = ask(geocoder, "3 rue des Écoles", city="Annecy")
    assert vague["geocode_margin"] == 0
    assert vague["geocode_candidates"].startswith("Rue des Écoles 74")
    for old, postcode, line_of in (("Annecy-le-Vieux", "74940", 22), ("Seynod", "74600", 23)):
        for cells in (
            {"city": old},
            {"city": old, "postcode": postcode},
            {"city": "Annecy", "postcode": postcode},
        ):
            found = ask(geocoder, "3 rue des Écoles", **cells)
            assert (found["longitude"], found["latitude"]) == point(line_of, 3), cells
            assert found["found_postcode"] == postcode
            assert found["code_commune"] == "74010"
            assert AcceptancePolicy().min_margin <= found["geocode_margin"] < 0.2


def test_a_long_street_in_two_arrondissements(geocoder):
    second = ask(geocoder, "20 rue de la République", city="Lyon")
    assert (second["found_number"], second["found_postcode"]) == ("20", "69002")
    first = ask(geocoder, "1 rue de la République", city="Lyon")
    assert (first["found_number"], first["found_postcode"]) == ("1", "69001")
    assert first["code_commune"] == second["code_commune"] == "69123"
    # The other part of the street does not have the number.
    assert min(first["geocode_margin"], second["geocode_margin"]) >= AcceptancePolicy().min_margin
    assert ask(geocoder, "rue de la République", city="Lyon")["geocode_margin"] == 0
    assert ask(geocoder, "99 rue de la République", city="Lyon")["geocode_margin"] == 0


@pytest.mark.parametrize(
    ("cells", "line_of"),
    [
        (line("5 rue de Charonne 75011 Paris"), 17),
        (line("5 rue de Charonne, Paris 11e"), 17),
        (line("5 rue de Charonne Paris 11e"), 17),
        (line("5 rue de Charonne Paris 11"), 17),
        (line("5 rue de Charonne Paris"), 17),
        ({"address": "5 rue de Charonne", "city": "Paris 11e Arrondissement"}, 17),
        ({"address": "5 rue de Charonne", "postcode": "75011", "city": "PARIS CEDEX 11"}, 17),
        # What the base has under the code of the whole town
        (line("5 rue de Charenton 75012 Paris"), 18),
        (line("5 rue de Charenton Paris"), 18),
        (line("5 place Bellecour Lyon 2e"), 16),
        (line("5 place Bellecour 69002 LYON CEDEX 02"), 16),
    ],
)
def test_arrondissements_are_of_their_commune(geocoder, cells, line_of):
    found = ask(geocoder, **cells)
    assert (found["longitude"], found["latitude"]) == point(line_of, 5)
    assert found["code_commune"] == {17: "75056", 18: "75056", 16: "69123"}[line_of]
    assert found["code_commune"] in territory_table("commune").index
    assert found["geocode_reason"] == "address_found"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"address": "5 rue Gabriel Péri", "postcode": "93200", "city": "Saint-Denis"}, "93066"),
        ({"address": "5 rue Gabriel Péri", "city": "Saint-Denis"}, "93066"),
        ({"address": "5 rue de Paris", "postcode": "97400", "city": "Saint-Denis"}, "97411"),
        ({"address": "5 rue de Paris", "city": "Saint-Denis", "departement": "974"}, "97411"),
    ],
)
def test_towns_of_one_name_are_told_apart(geocoder, cells, code):
    found = ask(geocoder, **cells)
    assert (found["code_commune"], found["found_number"]) == (code, "5")


def test_a_street_named_after_a_town_is_not_in_that_town(geocoder):
    found = ask(geocoder, "10 rue de Lyon", **HOME)
    assert found["geocode_label"] == "10 Rue de Lyon 42000 Saint-Étienne"
    assert ask(geocoder, "10 rue de Lyon Saint-Étienne")["geocode_label"] == found["geocode_label"]
    # Lyon itself has none.
    elsewhere = ask(geocoder, "10 rue de Lyon", "69001", "Lyon")
    assert (elsewhere["geocode_precision"], elsewhere["code_commune"]) == ("municipality", "69123")


def test_the_postcode_of_one_town_and_the_name_of_another(geocoder):
    # Both have the street and the number.
    found = ask(geocoder, "1 rue de la République", "69001", "Saint-Étienne")
    assert found["geocode_label"] == "1 Rue de la République 42000 Saint-Étienne"
    assert found["geocode_candidates"].startswith("Rue de la République 69001 Lyon (0.")
    judged = judge(line("1 rue de la République, 69001 Saint-Étienne"), geocoder)
    assert judged["geocode_status"] == REVIEW
    # The street is there once only, under the postcode: rather the town is wrong.
    found = ask(geocoder, "7 rue Victor Hugo", "42230", "Feurs")
    assert found["geocode_label"] == "7 Rue Victor Hugo 42230 Roche-la-Molière"
    judged = judge(line("7 rue Victor Hugo, 42230 Feurs"), geocoder)
    assert judged["geocode_status"] == REVIEW


def judge(cells, geocoder):
    queries = pd.DataFrame([cells])
    policy = AcceptancePolicy()
    return policy.judge(
        queries, geocoder.locate(queries), told=CommuneGeocoder().locate(queries)
    ).iloc[0]


# --- every answer ------------------------------------------------------------------------------

REASONS = {
    "address_found": {"address": "3 rue de la République", **HOME},
    "address_likest": {"address": "3 rue de la Republiqe", **HOME},
    "street_found": {"address": "rue de la République", **HOME},
    "street_likest": {"address": "rue de la Republiqe", **HOME},
    "repetition_not_found": {"address": "3 bis rue de la République", **HOME},
    "number_interpolated": {"address": "7 rue de la République", **HOME},
    "number_not_found": {"address": "99 rue de la République", **HOME},
    "street_not_found": {"address": "99 rue des Inconnus", **HOME},
    "postcode_and_town": HOME,
}


@pytest.mark.parametrize("reason", REASONS)
def test_reason(geocoder, reason):
    assert word(ask(geocoder, **REASONS[reason])["geocode_reason"]) == reason
    assert all(LABELS[f"reason_{reason}"])
    assert len(LABELS[f"reason_{reason}"]) == 2


def check(answers, queries):
    """Assert what is true of every answer, whatever was asked."""
    assert answers.index.equals(queries.index)
    assert answers.columns.tolist() == [
        *schema.GEOCODE_COLUMNS,
        *schema.FOUND_COLUMNS,
        schema.GEOCODE_CANDIDATES,
    ]
    columns = list(schema.GEOCODE_COLUMNS)
    assert answers[columns].dtypes.astype(str).to_dict() == schema.GEOCODE_DTYPES
    assert (answers[[*schema.FOUND_COLUMNS, schema.GEOCODE_CANDIDATES]].dtypes == "str").all()
    assert answers["geocode_status"].isin(schema.STATUSES).all()
    placed = answers["geocode_status"] != REJECTED
    for column in ("longitude", "latitude", "geocode_label", "code_commune", "geocode_precision"):
        assert (answers[column].notna() == placed).all()
    assert answers["geocode_precision"].dropna().isin(schema.PRECISIONS).all()
    assert answers["geocode_score"].between(0, 1).all()
    assert answers["geocode_margin"].between(0, 1).all()
    assert answers["code_commune"].dropna().isin(territory_table("commune").index).all()
    assert ("reason_" + answers["geocode_reason"].map(word)).isin(LABELS).all()
    assert answers["geocode_reason"].map(str.isprintable).all()
    assert answers["geocode_reason"].str.len().max() < 400 if len(answers) else True
    # A house number is said to be found just where it is.
    at_number = answers["geocode_precision"] == "housenumber"
    assert (answers["found_number"].notna() == at_number).all()


CELLS = [text for cells in WRITTEN.values() for text in cells.values()]
TEXTS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.sampled_from(CELLS),
    st.lists(st.sampled_from(CELLS), min_size=2, max_size=3).map(", ".join),
    st.lists(st.sampled_from(CELLS), min_size=2, max_size=3).map(" ".join),
)


@settings(max_examples=20)
@given(rows=st.lists(st.tuples(*[TEXTS] * 5), min_size=2, max_size=5))
def test_any_text_in_any_cell(geocoder, rows):
    queries = pd.DataFrame(rows, columns=list(schema.QUERY_COLUMNS), dtype="object")
    answers = geocoder.locate(queries)
    check(answers, queries)
    # No row depends on the other rows or on their order.
    pd.testing.assert_frame_equal(geocoder.locate(queries[::-1])[::-1], answers)


BAD = [
    *(None, np.nan, pd.NA, "", " ", "\n", 3, 42000.0, True, b"x", ["a"]),
    "3 rue\x00 de la République\x07 42000 Saint-Étienne",
    "🏠 3 rue de la République 42000 Saint-Étienne 🎉",
    '=HYPERLINK("http://x.example";"3 rue")',
    "=1+1",
    "x" * 10_000,
    "3 rue de la République 42000 Saint-Étienne " + "très loin " * 1000,
    "3 " * 5_000,
    "rue " * 2_000,
    ", " * 5_000,
    "(" * 10_000,
    "99999999999 rue de la République 42000 Saint-Étienne",
    "cedex 1, (Le); )",  # parts of a line, and no name of a town in them
]


@pytest.mark.parametrize("column", schema.QUERY_COLUMNS)
def test_bad_input_is_answered_row_by_row(geocoder, column):
    queries = pd.DataFrame({column: pd.Series(BAD, dtype="object")})
    answers = geocoder.locate(queries)
    check(answers, queries)
    if column == schema.ADDRESS:
        # Past control characters, emoji, and what goes on and on behind.
        assert answers["geocode_label"].eq(THIRD).sum() == 3


def test_queries_of_any_index_and_of_few_columns(geocoder):
    queries = pd.DataFrame({"address": [THIRD, "x", THIRD]}, index=["b", "a", "b"])
    before = queries.copy(deep=True)
    answers = geocoder.locate(queries)
    check(answers, queries)
    pd.testing.assert_frame_equal(queries, before)
    assert answers["geocode_label"].eq(THIRD).tolist() == [True, False, True]
    nothing = pd.DataFrame(index=[3, 1])
    check(geocoder.locate(nothing), nothing)
    assert (geocoder.locate(nothing)["geocode_reason"] == "no_town").all()
    empty = queries.iloc[:0]
    check(geocoder.locate(empty), empty)


def test_the_answers_of_another_index_are_not_those_of_this_one(geocoder, tmp_path):
    (tmp_path / "a.csv").write_text(
        f"{';'.join(HEADINGS)}\na;3;;Rue de la République;42000;42218;Saint-Étienne;;1;46\n",
        encoding="utf-8",
    )
    build_ban_index(tmp_path / "a.csv", tmp_path / "a.idx")
    other = BanIndexGeocoder(tmp_path / "a.idx")
    assert other.name == geocoder.name == "ban_index"
    assert other.version != geocoder.version
    assert BanIndexGeocoder(tmp_path / "a.idx").version == other.version
    assert BanIndexGeocoder(tmp_path / "a.idx", year=1).version != other.version
    assert ask(other, **line(THIRD))["longitude"] == 1


def test_a_file_that_is_no_index(tmp_path):
    (tmp_path / "x.idx").write_text("no index", encoding="utf-8")
    for name in ("x.idx", "missing.idx"):
        with pytest.raises(UnreadableFileError, match=f"^{name}: .*ptce-geo ban build"):
            BanIndexGeocoder(tmp_path / name).locate(pd.DataFrame({"address": ["x"]}))


# --- the sample of real addresses --------------------------------------------------------------


@pytest.fixture(scope="module")
def sample():
    return pd.read_csv(SAMPLE, sep=";", dtype="str", keep_default_na=False)


@pytest.fixture(scope="module")
def of_sample(tmp_path_factory):
    index = tmp_path_factory.mktemp("sample") / "sample.idx"
    build_ban_index(SAMPLE, index)
    return BanIndexGeocoder(index)


def short(text):
    for long, written in (("Rue", "r."), ("Avenue", "av"), ("Boulevard", "Bd"), ("Place", "pl.")):
        text = text.replace(f"{long} ", f"{written} ").replace(f"{long.lower()} ", f"{written} ")
    return text.replace("Saint-", "St ").replace("Sainte-", "Ste ")


def bare(text):
    return text.upper().translate(str.maketrans("ÉÈÊÀÇÔ", "EEEACO"))


WAYS = {
    "one line": lambda one: {"address": f"{one.at} {one.nom_voie} {one.code_postal} {one.town}"},
    "two lines": lambda one: {"address": f"{one.at} {one.nom_voie}\n{one.code_postal} {one.town}"},
    "commas": lambda one: {"address": f"{one.at}, {one.nom_voie}, {one.code_postal}, {one.town}"},
    "capitals": lambda one: {
        "address": bare(f"{one.at} {one.nom_voie} - {one.code_postal} {one.town}")
    },
    "short": lambda one: {
        "address": short(f"{one.at} {one.nom_voie}, {one.code_postal} {one.town}")
    },
    "house": lambda one: {
        "address": f"Tiers-lieu, {one.at} {one.nom_voie}\n{one.code_postal} {one.town}"
    },
    "columns": lambda one: {
        "address": f"{one.at} {one.nom_voie}",
        "postcode": one.code_postal,
        "city": one.town,
    },
    "no postcode": lambda one: {"address": f"{one.at} {one.nom_voie}", "city": one.town},
    "lost zero": lambda one: {
        "address": f"{one.at} {one.nom_voie}",
        "postcode": one.code_postal.lstrip("0"),
        "city": one.town,
    },
}


@pytest.fixture(scope="module")
def addresses(sample):
    at = (sample["numero"] + " " + sample["rep"].str.lower()).str.strip()
    return sample.assign(at=at, town=sample["nom_commune"])


@pytest.mark.parametrize("way", WAYS)
def test_every_address_of_the_sample_is_found_at_its_place(addresses, of_sample, way):
    if way == "house":  # no number tells Lezavrec from the house before it
        addresses = addresses[addresses["numero"] != ""]
    queries = pd.DataFrame([WAYS[way](one) for one in addresses.itertuples()], addresses.index)
    found = geocode(queries.astype("str"), [of_sample])
    # Other communes have these names, and the sample holds no address of theirs.
    homonym = addresses["town"].isin(["Saint-Pierre", "Sainte-Anne"]) & (way == "no postcode")
    assert (found.loc[~homonym, "geocode_status"] == ACCEPTED).all()
    assert (found.loc[homonym, "geocode_status"] == REVIEW).all()
    assert np.allclose(found["longitude"], addresses["lon"].astype(float), rtol=0, atol=2e-7)
    assert np.allclose(found["latitude"], addresses["lat"].astype(float), rtol=0, atol=2e-7)
    numbered = addresses["numero"] != ""
    assert (found.loc[numbered, "geocode_precision"] == "housenumber").all()
    assert (found["geocode_margin"] >= AcceptancePolicy().min_margin).all()


def edited(text, random):
    """Change one letter of a text: leave it out, take another, add one, or swap two."""
    at = random.choice([place for place, letter in enumerate(text) if letter.isalpha()])
    other = random.choice(string.ascii_lowercase)
    return random.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + other + text[at + 1 :],
            text[:at] + other + text[at:],
            text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :],
        ]
    )


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), where=st.sampled_from(["street", "town"]))
def test_with_a_slip_what_is_accepted_is_no_other_street(addresses, of_sample, seed, where):
    random = Random(seed)
    lines = [
        f"{one.at} {edited(one.nom_voie, random)}, {one.code_postal} {one.town}"
        if where == "street"
        else f"{one.at} {one.nom_voie}, {one.code_postal} {edited(one.town, random)}"
        for one in addresses.itertuples()
    ]
    queries = pd.DataFrame({"address": lines})
    found = of_sample.locate(queries)
    judged = AcceptancePolicy().judge(queries, found, told=CommuneGeocoder().locate(queries))
    at_street = judged["geocode_status"].eq(ACCEPTED) & found["found_street"].notna()
    assert (found["found_street"] == addresses["nom_voie"])[at_street].all()
    assert (found["found_postcode"] == addresses["code_postal"])[at_street].all()
    assert at_street.mean() > 0.25


# --- what a cold review of wrong points found ----------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "trap"),
    [
        # Several towns have the name, and nearly every town the street.
        (("place de la Mairie", "", "Loupiac"), "Place de la Mairie;46350;46178;Loupiac"),
        # The town under the postcode is not the one that has the street.
        (("3 rue Jean Moulin", "42800", "Le Bourg"), "Rue Jean Moulin;42800;42186;Rive-de-Gier"),
        (("3 rue des Merisiers", "42800", "Rive-de-Gier"), "Rue des Cerisiers;42800;42186;x"),
        (("3 rue du Docteur Roux", "42800", "Rive-de-Gier"), "Rue du Général Roux;42800;42186;x"),
        # The arrondissement of the CEDEX, and of the town, is another.
        (("3 rue Vendôme", "69431", "LYON CEDEX 03"), "Rue Vendôme;69006;69386;Lyon"),
        (("3 rue Vendôme", "69003", "Lyon 6e"), "Rue Vendôme;69006;69386;Lyon"),
    ],
)
def test_a_street_elsewhere_is_not_accepted(tmp_path, asked, trap):
    rows = [f"a;3;;{trap};4.5;45.5"]
    # Other towns have these streets too.
    rows += [
        f"b{code};3;;Place de la Mairie;{code};{code};Ville;4.5;45.5"
        for code in ("01001", "01002", "01004", "01005")
    ]
    index = built(tmp_path, rows)
    cells = dict(zip(("address", "postcode", "city"), asked, strict=True))
    found = geocode(pd.DataFrame([cells]), [index, CommuneGeocoder()]).iloc[0]
    at_street = found["geocode_precision"] != "municipality"
    assert not (found["geocode_status"] == ACCEPTED and at_street)


def test_a_name_that_is_a_street_elsewhere_is_no_slip(tmp_path):
    rows = [
        "a;3;;Rue Garnier;42000;42218;Saint-Étienne;4.4;45.4",
        "b;3;;Rue Granier;42800;42186;Rive-de-Gier;4.6;45.5",
    ]
    asked = pd.DataFrame(
        [{"address": "3 rue Garnier", "postcode": "42800", "city": "Rive-de-Gier"}]
    )
    found = geocode(asked, [built(tmp_path, rows), CommuneGeocoder()]).iloc[0]
    assert found["geocode_precision"] == "municipality"
    assert found["geocode_candidates"].startswith("3 Rue Granier 42800 Rive-de-Gier")


def built(folder, rows):
    heading = "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat"
    (folder / "base.csv").write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    build_ban_index(folder / "base.csv", folder / "ban.idx")
    return BanIndexGeocoder(folder / "ban.idx")
