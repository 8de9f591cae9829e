"""The embedded geocoder: named cases as real lists hold them, and what must always be true."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo import schema
from ptce_geo.geocoding import CommuneGeocoder
from ptce_geo.schema import ACCEPTED, REJECTED, REVIEW
from ptce_geo.territories import commune_names, territory_table
from ptce_geo.words import LABELS

GEOCODER = CommuneGeocoder()


def locate(**cells):
    """Locate one address given by its cells."""
    return GEOCODER.locate(pd.DataFrame({name: [text] for name, text in cells.items()})).iloc[0]


def town(text, **cells):
    return {"city": text, **cells}


def line(text, **cells):
    return {"address": text, **cells}


# What the cells hold, the commune, the status.
CASES = [
    # the name alone: capitals, accents, hyphens, abbreviations, articles
    (town("LE MANS"), "72181", ACCEPTED),
    (town("Mans (Le)"), "72181", ACCEPTED),
    (town("Havre"), "76351", ACCEPTED),
    (town("L ISLE D ABEAU"), "38193", ACCEPTED),
    (town("Villeneuve-d'Ascq"), "59009", ACCEPTED),
    (town("VILLENEUVE D’ASCQ"), "59009", ACCEPTED),
    (town("Villeneuve d Ascq"), "59009", ACCEPTED),
    (town("Ste. Foy les Lyon"), "69202", ACCEPTED),
    (town("St Martin d'Hères"), "38421", ACCEPTED),
    (town("Chalon s/Saône"), "71076", ACCEPTED),
    (town("La Roche s/ Yon"), "85191", ACCEPTED),
    (town("ROMANS/ISERE", postcode="26100"), "26281", ACCEPTED),
    (town("Montreuil s/s Bois", postcode="93100"), "93048", ACCEPTED),
    (town("Clermont Fd"), "63113", ACCEPTED),
    (town("AIX EN PCE", postcode="13100"), "13001", ACCEPTED),
    (town("ABERGEMENT CLEMENCIAT (L)"), "01001", ACCEPTED),
    (town("L'Haÿ les Roses", postcode="94240"), "94038", ACCEPTED),
    (town("OETING"), "57521", ACCEPTED),
    (town("\x8cting", postcode="57600"), "57521", ACCEPTED),
    (town("SAINTETIENNE", postcode="42000"), "42218", ACCEPTED),
    (town("Ly\u00adon\u200b"), "69123", ACCEPTED),
    (town("«Lyon» (à confirmer)"), "69123", ACCEPTED),
    (town("Château-Chinon (Ville)", postcode="58120"), "58062", ACCEPTED),
    (town("Fort-de-France", postcode="97200"), "97209", ACCEPTED),
    (town("Roissy-en-France"), "95527", ACCEPTED),
    (town("PARIS FRANCE"), "75056", ACCEPTED),
    # names of the past, communes déléguées and associées
    (town("Châlons-sur-Marne"), "51108", ACCEPTED),
    (town("Cherbourg"), "50129", ACCEPTED),
    (town("Cherbourg", postcode="50100"), "50129", ACCEPTED),
    (town("Le Chesnay"), "78158", ACCEPTED),
    (town("Annecy-le-Vieux"), "74010", ACCEPTED),
    (town("Evry", postcode="91000"), "91228", ACCEPTED),
    (town("Saint Ouen", postcode="93400"), "93070", ACCEPTED),
    (town("Courcouronnes", postcode="91080"), "91228", ACCEPTED),
    (town("Chateau d'Olonne", postcode="85100"), "85194", ACCEPTED),
    (town("Lomme", postcode="59160"), "59350", ACCEPTED),
    (town("Kerfeunteun", postcode="29000"), "29232", ACCEPTED),
    # CEDEX, boxes, several postcodes of one town
    (line("BP 12 42007 ST-ETIENNE CEDEX 1"), "42218", ACCEPTED),
    (town("GRENOBLE CEDEX 9", postcode="38040"), "38185", ACCEPTED),
    (town("Villeurbanne cedex"), "69266", ACCEPTED),
    (town("Saint-Etienne\nCEDEX 2", postcode="42000"), "42218", ACCEPTED),
    (town("Saint-Etienne", postcode="42100"), "42218", ACCEPTED),
    (town("Saint-Etienne", postcode="42230"), "42218", ACCEPTED),
    (town("Roche-la-Molière", postcode="42230"), "42189", ACCEPTED),
    (line("CS 42000, 69003 Lyon"), "69123", ACCEPTED),
    (line("BP 69003"), None, REJECTED),
    # cells that are not what their column says
    (town("42000", postcode="Saint-Etienne"), "42218", ACCEPTED),
    (town("42000"), "42218", ACCEPTED),
    (town("", postcode="42000 Saint-Etienne"), "42218", ACCEPTED),
    (line("Saint-Etienne", postcode="42000"), "42218", ACCEPTED),
    (line("12 rue X\n42000 Saint-Etienne"), "42218", ACCEPTED),
    (line("2 rue X 93200 Saint-Denis", city="SAINT-DENIS"), "93066", ACCEPTED),
    (town("1000 Bourg-en-Bresse"), "01053", ACCEPTED),
    (town("Bourg", postcode="1000"), "01053", ACCEPTED),
    (town("Saint-Etienne", postcode="42000.0"), "42218", ACCEPTED),
    (town("", postcode="42 000"), "42218", ACCEPTED),
    (town("St Etienne", postcode="F-42000"), "42218", ACCEPTED),
    (town("Saint-Étienne (42000)"), "42218", ACCEPTED),
    (town("Paris", postcode="00000"), "75056", ACCEPTED),
    # whole address lines
    (line("12 rue de la République 42000 Saint-Étienne 2ème étage"), "42218", ACCEPTED),
    (line("Bât. B, 12 rue X, 42000 Saint-Étienne, France"), "42218", ACCEPTED),
    (line("12 rue X – F-42000 Saint-Étienne"), "42218", ACCEPTED),
    (line("12 rue X, Saint-Étienne, 42000"), "42218", ACCEPTED),
    (line("12 rue X Saint-Étienne 42000"), "42218", ACCEPTED),
    (line("12345 route de Lyon, 38300 Bourgoin-Jallieu"), "38053", ACCEPTED),
    (line("12 rue Nationale, Saint-Étienne"), "42218", ACCEPTED),
    (line("12 rue Nationale, Saint-Étienne, France"), "42218", ACCEPTED),
    (line("12 rue Nationale Saint-Étienne"), "42218", REVIEW),
    (line("10 rue de Marseille Lyon"), "69123", REVIEW),
    (line("12 rue de Lyon, Villeurbanne"), "69266", ACCEPTED),
    (line("Tour Montparnasse", postcode="75015"), "75056", ACCEPTED),
    (line("12 rue X, Gramat", departement="Lot"), "46128", ACCEPTED),
    # a street, a hamlet, a department are no town
    (line("12 rue de Paris"), None, REJECTED),
    (line("place de Lyon"), None, REJECTED),
    (line("avenue Grenoble"), None, REJECTED),
    (line("avenue de Paris, Le Bourg"), None, REJECTED),
    (line("Le Bourg"), None, REJECTED),
    (line("Le Bourg", departement="Lot"), None, REJECTED),
    (line("Le Bourg", pole_departement="46"), None, REJECTED),
    (line("Le Bourg", postcode="42800"), None, REJECTED),
    (line("Le Bourg", postcode="42000"), "42218", ACCEPTED),  # of one commune
    (line("Le Bourg", postcode="46120"), "46034", REVIEW),  # of several, one of them Le Bourg
    (town("Le Bourg", pole_departement="46"), "46034", REVIEW),
    (line("Mairie"), None, REJECTED),
    (line("Grande Rue"), None, REJECTED),
    (line("place Feurs", postcode="42000"), "42218", ACCEPTED),
    (line("Lieu-dit Beaufort", postcode="34210"), None, REJECTED),
    (line("rue du Général Beaufort", postcode="34210"), None, REJECTED),
    (line("12 rue Nationale Beaufort", postcode="34210"), "34026", REVIEW),
    (line("Rue Nationale, Beaufort", postcode="34210"), "34026", ACCEPTED),
    (line("ZA X, La Garde"), "83062", REVIEW),
    (line("rue de Piriac-sur-Mer"), None, REJECTED),
    (town("Le Port", pole_departement="974"), "97407", ACCEPTED),
    (town("Loire"), None, REJECTED),
    (town("La Réunion"), None, REJECTED),
    (town("Vienne"), "38544", ACCEPTED),
    (town("Mayenne"), "53147", ACCEPTED),
    (town("", departement="Loire"), None, REJECTED),
    (town("", postcode="42"), None, REJECTED),
    # Paris, Lyon, Marseille
    (town("PARIS CEDEX 11"), "75056", ACCEPTED),
    (town("75540 PARIS CEDEX 11"), "75056", ACCEPTED),
    (town("69256 LYON CEDEX 09"), "69123", ACCEPTED),
    (town("13 - Marseille"), "13055", ACCEPTED),
    (town("Paris (75)"), "75056", ACCEPTED),
    (town("Paris", postcode="75000"), "75056", ACCEPTED),
    (town("Paris La Défense"), None, REJECTED),
    (town("Paris-l'Hôpital", postcode="75011"), "75056", REVIEW),
    (town("Paris 21e"), None, REJECTED),
    # one name, several towns
    (town("Saint-Denis"), None, REJECTED),
    (town("Saint-Denis (974)"), "97411", ACCEPTED),
    (town("Saint-Denis, Réunion"), "97411", ACCEPTED),
    (town("Saint-Denis 93"), "93066", ACCEPTED),
    (town("Saint-Denis", departement="Seine-Saint-Denis"), "93066", ACCEPTED),
    (town("Saint-Denis", departement="93"), "93066", ACCEPTED),
    (town("Saint-Denis", postcode="974"), "97411", ACCEPTED),
    (town("Saint-Denis", pole_departement="93"), "93066", ACCEPTED),
    (town("Saint-Denis", pole_departement="Réunion"), "97411", ACCEPTED),
    (town("Saint-Denis", pole_departement="11"), "11339", REVIEW),  # or one of the two large ones
    (town("Saint-Martin", pole_departement="66"), "66184", ACCEPTED),
    (town("Montreuil"), "93048", REVIEW),
    (town("Montreuil", postcode="62170"), "62588", ACCEPTED),
    (town("Evry"), None, REJECTED),
    (town("Aix"), None, REJECTED),
    (town("Ivry"), None, REJECTED),
    (town("Ivry", postcode="94200"), "94041", ACCEPTED),
    (town("Saint"), None, REJECTED),
    (town("Chamonix"), "74056", REVIEW),
    (town("Chamonix", postcode="74400"), "74056", ACCEPTED),
    (town("Y"), "80829", REVIEW),
    (town("Y (80)"), "80829", ACCEPTED),
    # misspelt, contradictory, unknown
    (town("Sait-Etiene", postcode="42000"), "42218", ACCEPTED),
    (town("Vileurbanne"), "69266", REVIEW),
    (town("Lens", postcode="89100"), "89387", REVIEW),  # postcode of Sens
    (town("Auterrive", postcode="32550"), "32019", REVIEW),  # Auterive; Auterrive is in Béarn
    (town("Lyon", postcode="42000"), "69123", REVIEW),
    (town("Paris", postcode="99999"), "75056", REVIEW),
    (town("Saint-Étienne", departement="69"), "42218", REVIEW),
    (town("97490 Sainte-Clotilde"), "97411", REVIEW),  # a place in Saint-Denis
    (town("Cergy-Pontoise", postcode="95000"), "95127", REVIEW),
    (town("Nantes / Rezé"), None, REJECTED),
    (town("2A004"), None, REJECTED),
    (town("Ville Nouvelle de Nulle Part"), None, REJECTED),
    (town("", postcode="99999"), None, REJECTED),
    (town("", postcode="1000"), None, REJECTED),  # of two communes
    # overseas
    (town("20200 Bastia"), "2B033", ACCEPTED),
    (town("Ajaccio (2A)"), "2A004", ACCEPTED),
    (town("97150 Saint-Martin"), None, REJECTED),
    (town("98800 Nouméa"), None, REJECTED),
    (town("97133 Saint-Barthélemy"), None, REJECTED),
    (town("Saint-Pierre", postcode="97500"), None, REJECTED),
    (town("Papeete"), None, REJECTED),
    (town("St Pierre", postcode="97410"), "97416", ACCEPTED),
    (town("Les Abymes", postcode="97139"), "97101", ACCEPTED),
    (town("Mamoudzou", postcode="97600"), "97611", ACCEPTED),
    (town("Mayotte", postcode="97600"), None, REJECTED),
    # other countries
    (town("Monaco", postcode="98000"), None, REJECTED),
    (town("Genève", postcode="1201"), None, REJECTED),
    (town("Barcelone", postcode="08001"), None, REJECTED),
    (town("Bruges (Belgique)"), None, REJECTED),
    (town("Bruges, Belgique", postcode="8000"), None, REJECTED),
    (line("Markt 1, 8000 Bruges, Belgique"), None, REJECTED),
    (town("Bruges", postcode="33520"), "33075", ACCEPTED),
    (town("Suisse"), None, REJECTED),
    (town("Suisse", departement="57"), "57662", ACCEPTED),
    (town("BOUY LUXEMBOURG"), "10056", ACCEPTED),
    # cells that say nothing
    *[
        (town(cell), None, REJECTED)
        for cell in ("", "-", "?", "N/A", "nan", "NC", "Néant", "Aucun", "à préciser", "=1+1")
    ],
    *[(town(cell), None, REJECTED) for cell in ("😀", "\x00\x01", "x" * 10_000, "a " * 5_000)],
    (line("1" * 10_000), None, REJECTED),
    (town("Aucun", postcode="65400"), "65045", ACCEPTED),
]


@pytest.mark.parametrize(
    ("cells", "code", "status"),
    CASES,
    ids=[" | ".join(text[:40] for text in cells.values()) for cells, _, _ in CASES],
)
def test_named_case(cells, code, status):
    found = locate(**cells)
    place = None if pd.isna(found["code_commune"]) else found["code_commune"]
    assert (place, found["geocode_status"]) == (code, status), found["geocode_reason"]


@pytest.mark.parametrize(
    ("cells", "label"),
    [
        (town("Paris 11e"), "Paris 11e Arrondissement"),
        (town("PARIS XI"), "Paris 11e Arrondissement"),
        (town("Paris (11e)"), "Paris 11e Arrondissement"),
        (town("Paris", postcode="75011"), "Paris 11e Arrondissement"),
        (town("", postcode="75011"), "Paris 11e Arrondissement"),
        (town("Paris", postcode="75116"), "Paris 16e Arrondissement"),
        (town("75540 PARIS CEDEX 11"), "Paris 11e Arrondissement"),
        (town("Lyon 3ème"), "Lyon 3e Arrondissement"),
        (town("Lyon", postcode="69003"), "Lyon 3e Arrondissement"),
        (town("69256 LYON CEDEX 09"), "Lyon 9e Arrondissement"),
        (line("Place Bellecour Lyon 2e"), "Lyon 2e Arrondissement"),
        (town("Marseille XIIIe"), "Marseille 13e Arrondissement"),
        (town("13013 Marseille"), "Marseille 13e Arrondissement"),
        (town("Marseille 13"), "Marseille"),  # rather the département
        (town("Paris 12", postcode="75011"), "Paris"),  # the two disagree
        (town("Paris", postcode="75000"), "Paris"),
    ],
)
def test_municipal_arrondissement(cells, label):
    found = locate(**cells)
    assert found["geocode_label"] == label
    communes = {"Paris": "75056", "Lyon": "69123", "Marseille": "13055"}
    assert found["code_commune"] == communes[label.split()[0]]


def test_an_arrondissement_is_placed_at_its_own_point():
    eleventh = territory_table("arrondissement_municipal").loc["75111"]
    found = locate(city="Paris 11e")
    assert found["longitude"] == eleventh["longitude"]
    assert found["latitude"] == eleventh["latitude"]


REASONS = {
    "postcode_and_town": town("Lyon", postcode="69003"),
    "town_in_departement": town("Lyon", departement="69"),
    "town_in_pole_departement": town("Saint-Denis", pole_departement="93"),
    "only_town_of_that_name": town("Lyon"),
    "likeliest_town_of_that_name": town("Montreuil"),
    "part_of_the_name": town("Lyon Part-Dieu", postcode="69003"),
    "misspelt_town": town("Sait-Etiene", postcode="42000"),
    "postcode_of_one_commune": town("", postcode="42000"),
    "postcode_contradicts_town": town("Lyon", postcode="42000"),
    "departement_contradicts_town": town("Lyon", departement="42"),
    "town_in_street_line": line("12 rue Nationale Saint-Étienne"),
    "unknown_town_at_postcode": town("Sainte-Clotilde", postcode="97490"),
    "no_town": town(""),
    "only_a_departement": town("Loire"),
    "other_country": town("Monaco", postcode="98000"),
    "unknown_town": town("Zzyzx"),
    "unknown_postcode": town("", postcode="99999"),
    "ambiguous_town": town("Saint-Denis"),
    "postcode_of_several_communes": town("", postcode="01000"),
    "outside_embedded_france": town("Nouméa"),
}


@pytest.mark.parametrize(("reason", "cells"), REASONS.items(), ids=REASONS)
def test_reason(reason, cells):
    assert locate(**cells)["geocode_reason"].partition(":")[0] == reason


@pytest.mark.parametrize(
    ("postcode", "city", "reason"),
    [
        # The commune of the postcode, whatever embedded town is called like this place in it.
        ("97150", "Marigot", "outside_embedded_france: Saint-Martin (97801)"),
        ("97150", "", "outside_embedded_france: Saint-Martin (97801)"),
        ("97150", "Lyon", "outside_embedded_france: Saint-Martin (97801)"),
        ("97133", "Gustavia", "outside_embedded_france: Saint-Barthélemy (97701)"),
        ("97500", "Saint-Pierre", "outside_embedded_france: Saint-Pierre (97502)"),
        ("97599", "Lyon", "outside_embedded_france: 97599"),
        ("98846", "Nouméa CEDEX", "outside_embedded_france: 98846"),
        ("98800", "Le Mont-Dore", "outside_embedded_france: Le Mont-Dore (98817)"),
        ("98000", "La Condamine", "other_country: monaco"),
    ],
)
def test_a_postcode_of_an_overseas_collectivity_is_of_no_embedded_commune(postcode, city, reason):
    found = locate(postcode=postcode, city=city)
    assert found["geocode_status"] == REJECTED
    assert found["geocode_reason"] == reason


def test_postcodes_of_guadeloupe_and_la_reunion_that_look_overseas():
    assert locate(postcode="97139", city="Les Abymes")["code_commune"] == "97101"
    # La Réunion writes its CEDEX with 977 and 978.
    assert locate(postcode="97867", city="Saint-Paul CEDEX")["code_commune"] == "97415"


def test_every_reason_has_its_words_in_both_languages():
    # That this geocoder gives no other reason is told by `check_answers`.
    for reason in REASONS:
        assert len(LABELS[f"reason_{reason}"]) == 2
        assert all(LABELS[f"reason_{reason}"])


def check_answers(answers):
    """Assert what is true of every answer, whatever was asked."""
    placed = answers["geocode_status"] != REJECTED
    assert answers["geocode_status"].isin(schema.STATUSES).all()
    for column in ("longitude", "latitude", "geocode_label", "code_commune"):
        assert (answers[column].notna() == placed).all()
    assert (answers.loc[placed, "geocode_provider"] == "commune").all()
    assert (answers.loc[placed, "geocode_precision"] == "municipality").all()
    assert answers.loc[~placed, ["geocode_provider", "geocode_precision"]].isna().all(axis=None)
    assert (answers.loc[placed, "geocode_score"] > 0).all()
    assert (answers.loc[~placed, "geocode_score"] == 0).all()
    assert answers["geocode_score"].between(0, 1).all()
    assert answers["geocode_margin"].between(0, 1).all()
    assert answers["code_commune"].dropna().isin(territory_table("commune").index).all()
    assert answers["geocode_reason"].str.partition(":")[0].isin(REASONS).all()
    assert answers["geocode_reason"].map(str.isprintable).all()
    assert answers["geocode_reason"].str.len().max() < 400
    assert answers.dtypes.astype(str).to_dict() == schema.GEOCODE_DTYPES


WORDS = [text for cells, _, _ in CASES for text in cells.values() if len(text) < 60]
CELLS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.sampled_from(WORDS),
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=3).map(", ".join),
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=3).map(" ".join),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS, CELLS), min_size=2, max_size=12))
def test_any_text_in_any_cell(rows):
    queries = pd.DataFrame(rows, columns=list(schema.QUERY_COLUMNS), dtype="str")
    answers = GEOCODER.locate(queries)
    check_answers(answers)
    # No row depends on the other rows or on their order.
    pd.testing.assert_frame_equal(GEOCODER.locate(queries[::-1])[::-1], answers)
    pd.testing.assert_frame_equal(GEOCODER.locate(queries.iloc[[0]]), answers.iloc[[0]])


def test_cells_of_any_type():
    cells = [None, np.nan, pd.NA, 42000, 42000.0, True, b"x", ["Lyon"], "Lyon"]
    for column in schema.QUERY_COLUMNS:
        check_answers(GEOCODER.locate(pd.DataFrame({column: pd.Series(cells, dtype=object)})))
    numbers = GEOCODER.locate(pd.DataFrame({"postcode": [42000, np.nan, 6000]}))
    assert numbers["code_commune"].tolist()[::2] == ["42218", "06088"]
    no_columns = GEOCODER.locate(pd.DataFrame(index=["a", "b"]))
    assert (no_columns["geocode_reason"] == "no_town").all()
    assert len(GEOCODER.locate(pd.DataFrame({"city": []}))) == 0


@pytest.fixture(scope="module")
def current():
    """The current names of all embedded communes, one row a postcode."""
    names = commune_names()
    names = names[(names["kind"] == "current") & names["embedded"]]
    names = names.assign(postcode=names["postcodes"].str.split())
    return names.explode("postcode").reset_index(drop=True)


def test_every_commune_by_its_postcodes_and_name(current):
    assert current["code_commune"].nunique() == len(territory_table("commune")) > 34_000
    queries = current.rename(columns={"name": "city"})[["postcode", "city"]]
    answers = GEOCODER.locate(queries)
    assert (answers["code_commune"] == current["code_commune"]).all()
    assert (answers["geocode_status"] == ACCEPTED).all()
    check_answers(answers)


def test_every_commune_by_its_name_and_departement(current):
    current = current.drop_duplicates("code_commune")
    queries = pd.DataFrame({"city": current["name"], "departement": current["code_departement"]})
    answers = GEOCODER.locate(queries)
    assert (answers["code_commune"] == current["code_commune"]).all()
    assert (answers["geocode_status"] == ACCEPTED).all()


def test_no_commune_by_its_bare_name_is_taken_for_another(current):
    current = current.drop_duplicates("code_commune")
    answers = GEOCODER.locate(pd.DataFrame({"city": current["name"]}))
    accepted = answers["geocode_status"] == ACCEPTED
    assert (answers["code_commune"] == current["code_commune"])[accepted].all()
    # Some 5,000 communes share their name with others and cannot be told apart by it.
    assert accepted.mean() > 0.85


MUTATIONS = {
    "capitals": str.upper,
    "small": str.lower,
    "no hyphens": lambda name: name.replace("-", " "),
    "hyphens": lambda name: name.replace(" ", "-").replace("'", "-"),
    "curly": lambda name: name.replace("'", "’"),
    "st": lambda name: name.replace("Saint-", "St ").replace("Sainte-", "Ste-"),
    "cedex": lambda name: f"{name} CEDEX 2",
    "decomposed": lambda name: name.replace("é", "e\u0301").replace("è", "e\u0300"),
    "bare": lambda name: name.translate(str.maketrans("éèêëçôîïâûùÉÈÎ", "eeeecoiiauuEEI")),
    "blanks": lambda name: f"  {name}  ",
}


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_name_written_otherwise(current, data):
    row = current.iloc[data.draw(st.integers(0, len(current) - 1))]
    name = row["name"]
    for mutation in data.draw(st.lists(st.sampled_from(sorted(MUTATIONS)), max_size=4)):
        name = MUTATIONS[mutation](name)
    found = locate(postcode=row["postcode"], city=name)
    assert (found["code_commune"], found["geocode_status"]) == (row["code_commune"], ACCEPTED), name
    in_line = locate(address=f"12 bis rue de Paris\n{row['postcode']} {name}")
    assert in_line["code_commune"] == row["code_commune"]


def test_year_of_the_communes():
    from ptce_geo.errors import UnknownTerritoryError

    with pytest.raises(UnknownTerritoryError, match="known years: 2026"):
        CommuneGeocoder(year=1999).locate(pd.DataFrame({"city": ["Lyon"]}))
