"""Address text: postcode, CEDEX, département and town told apart."""

import pytest
from hypothesis import given
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


@given(st.text(max_size=300))
def test_a_quote_is_short_and_printable(text):
    quote = t.shown(text)
    assert len(quote) <= 60
    assert quote.isprintable()
    assert quote == quote.strip()
