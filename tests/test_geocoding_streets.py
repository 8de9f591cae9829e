"""Names of streets: what makes two of them one, and how like two others are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptce_geo.geocoding.street_words import TYPES
from ptce_geo.geocoding.streets import (
    key_of_words,
    likeness,
    split_key,
    split_street,
    street_key,
    with_type_spelt_out,
)
from ptce_geo.territories.names import fold

# Written otherwise, and yet one street.
ONE_STREET = [
    ("Rue de la Paix", "RUE DE LA PAIX", "rue paix"),
    ("Rue de la Paix", "r. de la Paix", "rue paix"),
    ("Avenue du Général de Gaulle", "Av Gal de Gaulle", "avenue general gaulle"),
    ("Boulevard Saint-Michel", "Bd St Michel", "boulevard saint michel"),
    ("Boulevard Saint-Michel", "bvd St-Michel", "boulevard saint michel"),
    ("Place du Docteur Lannelongue", "pl. Dr Lannelongue", "place docteur lannelongue"),
    ("Impasse de l'Église", "imp de l’eglise", "impasse eglise"),
    ("Chemin d'Œuilly", "chem. d'Oeuilly", "chemin oeuilly"),
    ("Allée des Tilleuls", "all. des Tilleuls", "allee tilleuls"),
    ("Rue Notre-Dame", "rue ND", "rue notre dame"),
    ("Rue Jean-Jacques Rousseau", "rue JJ Rousseau", "rue jean jacques rousseau"),
    ("Grande Rue", "Grand'Rue", "grande rue"),
    ("Grande Rue", "Gde Rue", "grande rue"),
    ("Rue du 8 Mai 1945", "Rue du Huit-Mai-1945", "rue 8 mai"),
    ("Rue du 8 Mai 1945", "rue du 8 mai", "rue 8 mai"),
    ("Place du 1er Mai", "place du Premier Mai", "place 1 mai"),
    ("Z.A.C. de la Plaine".replace(".", ""), "zac la plaine", "zone amenagement concerte plaine"),
    ("ZA des Quatre Vents", "Zone d'activités des 4 vents", "zone activite 4 vents"),
]


@pytest.mark.parametrize(("name", "other", "key"), ONE_STREET)
def test_one_street_has_one_key(name, other, key):
    assert street_key(name) == street_key(other) == key


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Rue du Moulin", "Chemin du Moulin"),
        ("Rue du Moulin", "Rue du Petit Moulin"),
        ("Rue du 8 Mai 1945", "Rue du 11 Novembre 1918"),
        ("Rue Jean Moulin", "Rue Moulin"),
        ("Rue de la Paix", "Rue de la Paie"),
        ("Route Départementale 1", "Route Départementale 11"),
        # Years are left out behind a month only.
        ("Place de la Libération 1944", "Place de la Libération 1945"),
    ],
)
def test_two_streets_have_two_keys(name, other):
    assert street_key(name) != street_key(other)


def test_a_name_of_nothing_but_articles_is_a_name_yet():
    assert street_key("de la") == "de la"
    assert street_key("Place de la") == "place"
    assert street_key("") == street_key(" -—'’ ") == street_key("🏠") == ""


def test_words_behind_the_fourteenth_do_not_count():
    many = " ".join(f"mot{number}" for number in range(20))
    assert street_key(many) == " ".join(f"mot{number}" for number in range(14))


@pytest.mark.parametrize(
    ("folded", "kind", "name"),
    [
        ("av du gal leclerc", "avenue", "du general leclerc"),
        ("rue", "", "rue"),  # a type with no name is the name
        ("grande rue", "", "grande rue"),
        ("za des quatre vents", "za", "des quatre vents"),
        ("dr", "", "dr"),
        ("le bourg", "", "le bourg"),
        ("", "", ""),
    ],
)
def test_type_and_name(folded, kind, name):
    assert split_street(folded) == (kind, name)


# asked, known, at least, at most. The policy asks for 0.88, the index takes nothing below 0.6.
# What each difference takes off is told, and tuned, in `streets`; how they compare is not.
EXAMPLES = [
    ("rue de la Paix", "Rue de la Paix", 1.0, 1.0),
    # the same street, written carelessly
    ("de la Paix", "Rue de la Paix", 0.9, 0.99),
    ("rue Chateaudun", "Rue Château Dun", 0.95, 0.99),
    ("rue de Gaule", "Rue de Gaulle", 0.95, 0.99),
    ("rue des Tilleul", "Rue des Tilleuls", 0.95, 0.99),
    ("rue Pierre Semart", "Rue Pierre Semard", 0.9, 0.97),
    ("rue Republiqe", "Rue de la République", 0.9, 0.97),
    ("rue Foch", "Rue du Maréchal Foch", 0.9, 0.97),
    ("rue Col Fabien", "Rue du Colonel Fabien", 0.95, 0.99),
    ("rue J Moulin", "Rue Jean Moulin", 0.9, 0.97),
    # likely the same street
    ("rue Repbliqe", "Rue de la République", 0.8, 0.9),  # two slips
    ("rue Lepik", "Rue Lepic", 0.75, 0.9),  # one in a short word
    ("rue Moulin", "Rue Jean Moulin", 0.7, 0.95),
    ("avenue de la Paix", "Rue de la Paix", 0.7, 0.85),  # the type is another
    # another street
    ("rue Jean", "Rue Jean Moulin", 0.0, 0.75),
    ("rue du Moulin", "Rue du Petit Moulin", 0.0, 0.75),
    ("rue du Moulin", "Rue du Moulin Vert", 0.0, 0.75),
    ("rue du Haut", "Rue du Bas", 0.0, 0.75),
    ("rue Victor Hugo", "Rue Émile Zola", 0.0, 0.3),
    ("rue du 8 mai", "Rue du 11 Novembre", 0.0, 0.0),
    ("rue du 8 mai", "Rue du 9 Mai", 0.0, 0.5),
    ("route departementale 1", "Route Départementale 2", 0.0, 0.5),
    ("3 zone industrielle", "2 zone industrielle", 0.0, 0.7),
    ("", "Rue de la Paix", 0.0, 0.6),
]


@pytest.mark.parametrize(("asked", "known", "least", "most"), EXAMPLES)
def test_likeness(asked, known, least, most):
    assert least <= likeness(street_key(asked), street_key(known)) <= most


WORDS = (
    *("rue", "avenue", "place", "impasse", "zone", "saint", "marechal", "docteur", "jean", "j"),
    *("moulin", "petite", "vert", "haut", "gambetta", "8", "11", "1", "mai", "novembre", "1945"),
    *("republique", "republiqe", "gaulle", "gaule", "chateau", "dun", "chateaudun", "a", "x"),
)
NAMES = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=20).map("-".join),
)
KEYS = NAMES.map(street_key)


@given(NAMES)
def test_a_key_of_any_text(name):
    key = street_key(name)
    assert key == " ".join(key.split())
    assert key == key_of_words(fold(name).split())
    assert key.isascii()
    assert key == key.lower()
    # Something to compare remains of whatever has letters or digits.
    assert bool(key) == bool(fold(name))
    kind, words = split_key(key)
    assert " ".join(filter(None, (kind, *words))) == key
    assert kind == "" or (kind in TYPES and words)


@given(NAMES)
def test_no_word_of_a_street_is_lost_when_its_type_is_split_off(name):
    kind, rest = split_street(fold(name))
    assert bool(kind or rest) == bool(fold(name))
    if fold(name):
        assert with_type_spelt_out(fold(name).split())[0] == (kind or rest.split()[0])


@given(KEYS, KEYS)
def test_likeness_of_any_two_keys(one, other):
    like = likeness(one, other)
    assert 0 <= like <= 1
    assert (like == 1) == (one == other)
    assert like == likeness(other, one)


@given(KEYS)
def test_a_key_is_like_itself(key):
    assert likeness(key, key) == 1


NUMBERS = st.integers(1, 99).map(str)


@given(st.sampled_from(["rue", "zone", "route departementale", "quai"]), NUMBERS, NUMBERS)
def test_streets_that_differ_in_their_number_are_never_alike(kind, one, other):
    # The default policy asks for 0.88, the geocoder itself for 0.6.
    found = likeness(street_key(f"{kind} {one}"), street_key(f"{kind} {other}"))
    assert (found == 1) if one == other else (found < 0.6)


@given(st.sampled_from(["republique", "gambetta", "lamartine", "tilleuls"]), st.data())
def test_one_slip_in_a_long_word_is_the_same_street_still(word, data):
    # At the first letter it may be another name: Lenoir, Renoir.
    at = data.draw(st.integers(1, len(word) - 1))
    slip = data.draw(st.sampled_from(["drop", "change", "swap", "add"]))
    letter = data.draw(st.sampled_from("abcdefgh"))
    written = {
        "drop": word[:at] + word[at + 1 :],
        "change": word[:at] + letter + word[at + 1 :],
        "swap": word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
        "add": word[:at] + letter + word[at:],
    }[slip]
    assert likeness(f"rue {written}", f"rue {word}") >= 0.9


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("rue Lenoir", "rue Renoir"),
        ("rue des Merisiers", "rue des Cerisiers"),
        ("rue Michelin", "rue Michelet"),
        ("rue du Docteur Leclerc", "rue du Général Leclerc"),
        ("rue du 11 Novembre 1942", "rue du 11 Novembre 1918"),
    ],
)
def test_names_of_two_streets_are_not_taken_for_a_slip(asked, known):
    # The default policy asks for 0.88.
    assert likeness(street_key(asked), street_key(known)) < 0.88


def test_the_year_of_a_date_that_everyone_knows_may_be_left_out():
    keys = {street_key(f"rue du 11 novembre {year}".strip()) for year in ("", "1918", "18")}
    assert keys == {"rue 11 novembre"}
