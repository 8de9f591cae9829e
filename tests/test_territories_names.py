"""Town names and postcodes: folded, shortened, arrondissements told apart."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ptce_geo.territories import names as n

# What names are made of, so that random text is sometimes nearly a name.
SCRAPS = st.sampled_from(
    [
        *("Saint-Étienne", "ST", "Ste", "s/", "s/s", "Paris", "Lyon", "Marseille", "XIIIe", "11e"),
        *("Le", "L'", "(", ")", ",", "-", "|", "–", "\n", " ", "42 000", "F-42000", "(93)"),
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
    assert n.fold(written) == folded


@given(TEXTS)
@example("İ")
@example("ﬆ")
def test_fold_is_idempotent_ascii_and_blind_to_case(text):
    folded = n.fold(text)
    assert n.fold(folded) == folded
    assert folded == " ".join(folded.split())
    assert folded.isascii()
    assert n.loose(folded).isalnum() or not folded
    assert folded.endswith(n.without_article(folded))


@given(st.one_of(TEXTS, st.text(st.characters(max_codepoint=255), max_size=40)))
@example("a¼/ß")
@example("ST-ÉTIENNE s/ L’Œuvre")
def test_the_letters_of_french_are_folded_as_all_others_are(text):
    # Beside a letter that Latin-1 lacks, each is looked up by itself.
    assert n.fold(f"😀 {text}") == n.fold(text)


def test_loose_and_without_article():
    assert n.loose("la roche sur yon") == "rocheyon"
    assert n.loose("le les") == "leles"  # nothing but articles: they are the name
    assert n.without_article("l hay les roses") == "hay les roses"
    assert n.without_article("le") == "le"


@pytest.mark.parametrize(
    ("folded", "town"),
    [
        ("ville de lyon", "lyon"),
        ("la ville de lyon", "lyon"),
        ("mairie d aix", "aix"),
        ("mairie des sables d olonne", "sables d olonne"),
        ("commune de la rochelle", "la rochelle"),
        ("ville de ", "ville de "),
        ("villedieu", "villedieu"),
        ("mairie annexe", "mairie annexe"),
    ],
)
def test_without_opening(folded, town):
    assert n.without_opening(folded) == town


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
    assert n.plain_postcode(cell) == code


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
    assert n.split_arrondissement(folded) == expected
