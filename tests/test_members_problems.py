"""What is wrong with a list: a fixed vocabulary, worded in every language in one place."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from ptce_geo.errors import InputError
from ptce_geo.files.problems import Word, remembered
from ptce_geo.labels import LANGUAGES
from ptce_geo.members import member_problems, read_members
from ptce_geo.words import LABELS

ROOMS = [
    Path(__file__).parents[1] / "ptce_geo" / room for room in ("files", "members", "territories")
]
FILES = [path for room in ROOMS for path in room.glob("*.py")]
WORDS = set(get_args(Word))
# Where the word stands among the positional arguments of what is said.
PLACE = {"Problem": 4, "Outcome": 2}


def filled_in(word):
    return set(re.findall(r"{(\w+)}", LABELS[f"remark_{word}"][0]))


def calls():
    """Yield the arguments, from the word on, of every call that says something of a list."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = PLACE.get(getattr(getattr(node, "func", None), "id", None))
            if place is not None and len(node.args) > place:
                yield path, node.args[place], node.args[place + 1 :]


def test_every_word_is_worded_and_nothing_else_is():
    worded = {key.removeprefix("remark_") for key in LABELS if key.startswith("remark_")}
    assert worded == WORDS


def test_the_code_gives_the_words_of_the_vocabulary_and_all_of_them():
    given = [word.value for _, word, _ in calls() if isinstance(word, ast.Constant)]
    assert len(given) >= 25
    assert set(given) <= WORDS
    # Those chosen from several stand in a variable: mypy holds them to `Word`.
    written = {
        node.value
        for path in FILES
        if path.name != "problems.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }
    assert written >= WORDS


def test_a_word_without_details_fills_in_nothing_and_one_with_details_all():
    for path, word, details in calls():
        if isinstance(word, ast.Constant):  # else one of several, which fill in the same
            assert bool(details) == bool(filled_in(word.value)), (path.name, word.value)
            if details and isinstance(details[0], ast.Dict):
                assert {key.value for key in details[0].keys} == filled_in(word.value), path.name
    assert filled_in("other_sheets") == filled_in("other_layers") == {"read"}


# Each list says what is named beside it; together they say every word that has details but
# leading_zero, decimals_or_thousands and other_layers.
LISTS = {
    "mixed_encodings": "Nom;Ville\nÉ;Lyon\n".encode() + "Bé;Lyon\n".encode("cp1252"),
    "unknown_characters": b"Nom;Ville\n\xe9\x81;Lyon\n",
    "unclosed_quote": b'Nom;Adresse;Ville\nA;1;Lyon\n"B;2;Lyon\nC;3;Lyon\n',
    "above_headings": b"Liste {des} membres\nNom;Ville\nA;Lyon\n",
    "headings_again": b"Nom;Ville\nA;Lyon\nNom;Ville\nB;Lyon\n",
    "width_of_row": b"Nom;CP;Ville\nA;42000;Lyon;x;y\n",
    "other_heading_used": b"Nom;{Structure};Ville\nA;B;Lyon\n",
    "in_euros": "Nom;Ville;CA (M€)\nA;Lyon;2\n".encode(),
    "read_as": b"Nom;CP\nA;1000\n",
    "pole_ids_made": b"Nom;Ville;PTCE\nA;Lyon;{0}\n",
    "member_ids_made": b"id;Nom;Ville\n1;A;Lyon\n;B;Lyon\n",
    "same_as_line": b"Nom;Ville\nA;Lyon\nA;Lyon\n",
}


@pytest.mark.parametrize("word", LISTS)
def test_details_fill_in_the_wording_in_every_language(tmp_path, word):
    path = tmp_path / "list.csv"
    path.write_bytes(LISTS[word])
    members = read_members(path)
    found = next(problem for problem in remembered(members) if problem.word == word)
    assert set(found.details) == filled_in(word)
    messages = []
    for lang, wording in zip(LANGUAGES, LABELS[f"remark_{word}"], strict=True):
        pattern = re.sub(r"\\{\w+\\}", ".+", re.escape(wording))
        said = member_problems(members, lang=lang)["message"]
        matching = said[said.str.fullmatch(pattern)]
        assert len(matching) == 1, said.tolist()
        messages += matching.tolist()
    assert messages[0] != messages[1]


def test_lines_are_no_quantities_and_quantities_are_written_for_the_reader(tmp_path):
    rows = [f"M{n};Lyon;P" for n in range(1200)]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["Nom;Ville;PTCE", *rows, "M1199;Lyon;P"]), encoding="utf-8")
    members = read_members(path)
    # M1199 stands first on line 1201 (the headings are line 1), then on line 1202.
    assert member_problems(members)["message"].tolist() == [
        "made from pole_name for 1,201 rows",
        "the same name, pole and address as line 1201",
    ]
    assert member_problems(members, lang="fr")["message"].tolist() == [
        "créé d’après le nom du pôle\xa0; lignes concernées\xa0: 1\u202f201",
        "mêmes nom, pôle et adresse qu’à la ligne 1201",
    ]


def test_an_unknown_language_is_said(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Nom;Ville\nA;Lyon\n", encoding="utf-8")
    with pytest.raises(InputError, match="unknown language 'de'; known: fr, en"):
        member_problems(read_members(path), lang="de")


def test_french_is_set_as_french_is():
    for word in WORDS:
        french = LABELS[f"remark_{word}"][0]
        assert "'" not in french, word
        assert not re.search(r"[^\xa0][:;?!»]|«[^\xa0]", french.replace("EPSG:4326", "")), word
