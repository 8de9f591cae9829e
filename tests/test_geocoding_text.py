"""Address text: names folded, postcode, CEDEX, département and arrondissement told apart."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ptce_geo.geocoding import text as t

# What address text is made of, so that random text is sometimes nearly an address.
SCRAPS = st.sampled_from(
    [
        *("42000", "42 000", "F-42000", "1000", "CEDEX", "cedex 2", "BP 12", "CS 42000", "(93)"),
        *("Saint-Étienne", "ST", "Ste", "s/", "s/s", "Paris", "Lyon", "Marseille", "XIIIe", "11e"),
        *("Le", "L'", "rue de", "(", ")", ",", "-", "|", "–", ";", "\n", " ", "France", "=1+1"),
        *("Œ", "ß", "\u00ad", "\x00", "😀", "٤٢٠٠٠"),
    ]
)
TEXTS = st.one_of(st.text(max_size=40), st.lists(SCRAPS, max_size=8).map(" ".join))


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ST-ÉTIENNE", "saint etienne"),
        ("St.-Étienne", "saint etienne"),
        ("Stes-Maries-de-la-Mer", "saintes maries de la mer"),
        ("Chalon s/Saône", "chalon sur saone"),
        ("Chalon s/ Saône", "chalon sur saone"),
        ("Fontenay s/s Bois", "fontenay sous bois"),
        ("Fontenay ss/Bois", "fontenay sous bois"),
        ("Fontenay ss Bois", "fontenay sous bois"),
        ("Clermont-Fd", "clermont ferrand"),
        ("AIX EN PCE", "aix en provence"),
        ("Mans (Le)", "le mans"),
        ("Abergement-Clémenciat (L')", "l abergement clemenciat"),
        ("Sables-d'Olonne ( les )", "les sables d olonne"),
        ("VILLENEUVE D’ASCQ", "villeneuve d ascq"),
        ("Œting", "oeting"),
        ("\x8cting", "oeting"),
        ("Ly\u00adon\u200b", "lyon"),
        ("E\u0301vry", "evry"),
        ("😀", ""),
    ],
)
def test_fold(written, folded):
    assert t.fold(written) == folded


@given(TEXTS)
@example("İ")
@example("ﬆ")
def test_fold_is_idempotent_ascii_and_blind_to_case(text):
    folded = t.fold(text)
    assert t.fold(folded) == folded
    assert folded == " ".join(folded.split())
    assert folded.isascii()
    assert t.loose(folded).isalnum() or not folded
    assert folded.endswith(t.without_article(folded))


def test_loose_and_without_article():
    assert t.loose("la roche sur yon") == "rocheyon"
    assert t.loose("le les") == "leles"  # nothing but articles: they are the name
    assert t.without_article("l hay les roses") == "hay les roses"
    assert t.without_article("le") == "le"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # address, postcode, city → postcode, name, cedex, departement, where
        (("3 rue X, 42007 ST-ETIENNE CEDEX 1", "", ""), ("42007", "ST-ETIENNE", "1", "", "cell")),
        (("BP 12 42007 ST-ETIENNE CEDEX", "", ""), ("42007", "ST-ETIENNE", "0", "", "cell")),
        (("", "", "LYON CEDEX09"), ("", "LYON", "09", "", "cell")),
        (("CS 42000, 69003 Lyon", "", ""), ("69003", "Lyon", "", "", "cell")),
        (("BP 69003", "", ""), ("", "", "", "", "line")),
        (("", "42000", "Bourg"), ("42000", "Bourg", "", "", "cell")),
        (("", "Bourg", "42000"), ("42000", "Bourg", "", "", "cell")),
        (("", "42000 Bourg", ""), ("42000", "", "", "", "line")),
        (("", "", "1000 Bourg-en-Bresse"), ("01000", "Bourg-en-Bresse", "", "", "cell")),
        (("", "", "Bastia (20200)"), ("20200", "Bastia", "", "", "cell")),
        (("", "", "Bastia 20200"), ("20200", "Bastia", "", "", "cell")),
        (("2 rue X 93200 Saint-Denis", "", "St Denis"), ("93200", "St Denis", "", "", "cell")),
        (("", "", "Saint-Denis (Réunion)"), ("", "Saint-Denis", "", "Réunion", "cell")),
        (("", "", "13 - Marseille"), ("", "Marseille", "", "13", "cell")),
        (("", "", "2A Ajaccio"), ("", "Ajaccio", "", "2A", "cell")),
        (("", "", "Montreuil 93"), ("", "Montreuil", "", "93", "cell")),
        (("", "974", "Saint-Denis"), ("", "Saint-Denis", "", "974", "cell")),
        (("", "", "Paris 11"), ("", "Paris 11", "", "", "cell")),
        (("", "", "Lyon (3e)"), ("", "Lyon 3e", "", "", "cell")),
        (("", "", "Marseille (13)"), ("", "Marseille", "", "13", "cell")),
        (("", "97200", "Fort-de-France"), ("97200", "Fort-de-France", "", "", "cell")),
        (("", "", "95700 Roissy-en-France"), ("95700", "Roissy-en-France", "", "", "cell")),
        (("", "", "Paris, France"), ("", "Paris", "", "", "cell")),
        (("12 rue X, Lyon, France", "", ""), ("", "12 rue X, Lyon", "", "", "part")),
        (("Bât. B\n12 rue X\nLyon", "", ""), ("", "12 rue X, Lyon", "", "", "part")),
        (("12 rue Nationale Lyon", "", ""), ("", "12 rue Nationale Lyon", "", "", "line")),
        (("", "", "42000.0"), ("42000", "", "", "", "line")),
        (("", "", "?"), ("", "", "", "", "line")),
        (("", "", ""), ("", "", "", "", "line")),
    ],
)
def test_read_town(cells, expected):
    assert t.read_town(*cells) == expected


@given(TEXTS, TEXTS, TEXTS)
def test_read_town_reads_any_text(address, postcode, city):
    town = t.read_town(address, postcode, city)
    assert town.postcode == "" or (town.postcode.isascii() and len(town.postcode) == 5)
    assert town.where in ("cell", "part", "line")
    assert town.name == "" or any(map(str.isalpha, town.name))
    assert town.cedex == "" or int(town.cedex) < 100


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("42000", "42000"),
        ("42 000", "42000"),
        ("42000.0", "42000"),
        ("1000", "01000"),
        ("F-42000", "42000"),
        ("FR 42000", "42000"),
        ("42000 CEDEX", "42000"),
        ("42000 / 42000", "42000"),
        ("42000 / 69003", ""),  # which of the two?
        ("00000", ""),
        ("42", ""),
        ("2A004", ""),
        ("H2X 1Y4", ""),
        ("٤٢٠٠٠", ""),
        ("", ""),
    ],
)
def test_plain_postcode(cell, code):
    assert t.plain_postcode(cell) == code


@pytest.mark.parametrize(
    ("folded", "expected"),
    [
        ("paris 11e arrondissement", ("paris", 11)),
        ("paris 1er", ("paris", 1)),
        ("paris 01", ("paris", 1)),
        ("lyon 3eme", ("lyon", 3)),
        ("marseille xiiie", ("marseille", 13)),
        ("12 place bellecour lyon 2e", ("12 place bellecour lyon", 2)),
        ("paris 11e bastille", ("paris", 11)),
        ("paris 21", ("paris 21", 0)),
        ("paris l hopital", ("paris l hopital", 0)),
        ("marseille en beauvaisis", ("marseille en beauvaisis", 0)),
        ("nantes 3", ("nantes 3", 0)),
    ],
)
def test_split_arrondissement(folded, expected):
    assert t.split_arrondissement(folded) == expected


@given(st.text(max_size=300))
def test_a_quote_is_short_and_printable(text):
    quote = t.shown(text)
    assert len(quote) <= 60
    assert quote.isprintable()
    assert quote == quote.strip()
