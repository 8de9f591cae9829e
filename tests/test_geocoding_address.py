"""parse_address: every way in which real lists write an address, and any text at all."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptce_geo.errors import MissingColumnError
from ptce_geo.geocoding.address import (
    PARSED_COLUMNS,
    format_address,
    parse_address,
    read_address,
)


def parse(*texts):
    return parse_address(pd.Series(texts, dtype="object"))


def told(parsed):
    """Return what one parsed address tells, without its empty cells."""
    return {name: text for name, text in parsed.items() if text}


def street(number, kind, name, **others):
    cells = {"number": number, "street_type": kind, "street_name": name, **others}
    return {name: text for name, text in cells.items() if text}


# Numbers, repetitions, types, names; the complement, the place, the town.
FOCH = street("12", "rue", "foch")
AT_HOME = {"postcode": "42000", "town": "saint etienne"}
CASES = [
    # The plain address, in every way of writing it.
    ("12 rue Foch, 42000 Saint-Étienne", FOCH | AT_HOME),
    ("12 rue Foch 42000 Saint-Étienne", FOCH | AT_HOME),
    ("12, rue Foch - 42000 ST ETIENNE", FOCH | AT_HOME),
    ("12 RUE FOCH\n42000 SAINT ETIENNE", FOCH | AT_HOME),
    ("12 rue Foch\r\n42000 St-Étienne", FOCH | AT_HOME),
    ("12 r. Foch, F-42000 Saint-Étienne, France", FOCH | AT_HOME),
    ("n° 12 rue Foch, 42 000 Saint-Étienne", FOCH | AT_HOME),
    ("  12   rue\tFoch ;42000   Saint Etienne ", FOCH | AT_HOME),
    ("12 rue Foch, Saint-Étienne", FOCH | {"town": "saint etienne"}),
    ("12 rue Foch", FOCH),
    ("rue Foch", street("", "rue", "foch")),
    ("12", {"number": "12"}),
    ("42000 Saint-Étienne", AT_HOME),
    ("42000 Saint-Étienne, 12 rue Foch", FOCH | AT_HOME),
    ("42000", {"postcode": "42000"}),
    # A number of five digits is one before a street, with no postcode of its own.
    ("12000 route de Lyon", street("12000", "route", "de lyon")),
    ("12000 route de Lyon, 38300 Bourgoin", street("12000", "route", "de lyon")
     | {"postcode": "38300", "town": "bourgoin"}),
    # With no register the town behind the street on one line is not told from it.
    ("12 rue Foch Lyon", street("12", "rue", "foch lyon")),
    # bis, ter, letters: apart, run together, in capitals, behind a comma
    ("12 bis rue Foch", FOCH | {"repetition": "bis"}),
    ("12bis rue Foch", FOCH | {"repetition": "bis"}),
    ("12 BIS RUE FOCH", FOCH | {"repetition": "bis"}),
    ("12, ter rue Foch", FOCH | {"repetition": "ter"}),
    ("12 ter, rue Foch", FOCH | {"repetition": "ter"}),
    ("12 quater rue Foch", FOCH | {"repetition": "quater"}),
    ("12B rue Foch", FOCH | {"repetition": "b"}),
    ("12 b rue Foch", FOCH | {"repetition": "b"}),
    ("12 r Foch", FOCH),  # "r" is the rue
    ("12 à la Croix", street("12", "", "a la croix")),
    ("12 l'Orée", street("12", "", "l oree")),
    # ranges: the first number
    ("12-14 rue Foch", FOCH),
    ("12/14 rue Foch", FOCH),
    ("12 à 14 rue Foch", FOCH),
    ("12 et 14 rue Foch", FOCH),
    # the number behind the street, and numbers that are none of a house
    ("rue Foch 12, 42000 St Etienne", FOCH | AT_HOME),
    ("rue Foch 12 bis", FOCH | {"repetition": "bis"}),
    ("rue Foch 12bis", FOCH | {"repetition": "bis"}),
    ("rue du 8 Mai 1945", street("", "rue", "du 8 mai 1945")),
    ("3 rue du 8 mai 1945", street("3", "rue", "du 8 mai 1945")),
    ("rue du 19 mars", street("", "rue", "du 19 mars")),
    ("route départementale 12", street("", "route", "departementale 12")),
    ("5 D 8 l'Espérance", street("5", "", "l esperance")),
    # types and titles cut short
    ("3 av. Foch", street("3", "avenue", "foch")),
    ("3 bd Foch", street("3", "boulevard", "foch")),
    ("3 bvd Foch", street("3", "boulevard", "foch")),
    ("3 pl. Foch", street("3", "place", "foch")),
    ("3 imp. Foch", street("3", "impasse", "foch")),
    ("3 chem. Foch", street("3", "chemin", "foch")),
    ("3 all Foch", street("3", "allee", "foch")),
    ("3 rte de Lyon", street("3", "route", "de lyon")),
    ("3 fbg Foch", street("3", "faubourg", "foch")),
    ("3 av. du Gal Leclerc", street("3", "avenue", "du general leclerc")),
    ("3 place du Dr Roux", street("3", "place", "du docteur roux")),
    ("3 rue N.D.", street("3", "rue", "n d")),
    ("3 rue ND de Lorette", street("3", "rue", "notre dame de lorette")),
    ("3 rue St Jean", street("3", "rue", "saint jean")),
    ("3 bd Ste Anne", street("3", "boulevard", "sainte anne")),
    ("3 Grand'Rue", street("3", "", "grand rue")),
    # CEDEX
    (
        "12 rue Foch, 42007 SAINT-ETIENNE CEDEX 1",
        FOCH | {"postcode": "42007", "cedex": "1", "town": "saint etienne"},
    ),
    (
        "12 rue Foch 38040 Grenoble Cedex 09",
        FOCH | {"postcode": "38040", "cedex": "09", "town": "grenoble"},
    ),
    ("12 rue Foch, 69266 Villeurbanne cédex", FOCH
     | {"postcode": "69266", "cedex": "0", "town": "villeurbanne"}),
    ("12 rue Foch, Saint-Étienne CEDEX 2", FOCH | {"cedex": "2", "town": "saint etienne"}),
    ("rue du Cédexois", street("", "rue", "du cedexois")),
    # boxes
    ("BP 12, 42000 St-Etienne", AT_HOME | {"complement": "bp 12"}),
    ("BP 12 42000 St-Etienne", AT_HOME | {"complement": "bp 12"}),
    ("12 rue Foch BP123 42000 St-Etienne", FOCH | AT_HOME | {"complement": "bp123"}),
    ("CS 42000, 12 rue Foch, 69003 Lyon", FOCH
     | {"complement": "cs 42000", "postcode": "69003", "town": "lyon"}),
    ("12 rue Foch - TSA 10 123 - 42000 St Etienne", FOCH | AT_HOME | {"complement": "tsa 10 123"}),
    ("12 rue Foch, B.P. 7, 42000 St Etienne", FOCH | AT_HOME | {"complement": "b p 7"}),
    # floors, stairs, buildings: wherever they stand
    ("12 rue Foch 2ème étage 42000 St-Etienne", FOCH | AT_HOME | {"complement": "2eme etage"}),
    ("1er étage, 12 rue Foch", FOCH | {"complement": "1er etage"}),
    ("RDC 12 rue Foch", FOCH | {"complement": "rdc"}),
    ("Rez-de-chaussée, 12 rue Foch", FOCH | {"complement": "rez de chaussee"}),
    ("Bât. B 12 rue Foch", FOCH | {"complement": "bat b"}),
    ("12 rue Foch Bât. B", FOCH | {"complement": "bat b"}),
    ("12 rue Foch, Bât. B", FOCH | {"complement": "bat b"}),
    ("Apt 3 esc. C 12 rue Foch", FOCH | {"complement": "apt 3, esc c"}),
    ("porte 12 B, 3 rue Foch", street("3", "rue", "foch", complement="porte 12 b")),
    # ... but these are names
    ("12 rue de la Halle, hall 3", street("12", "rue", "de la halle", complement="hall 3")),
    ("12 rue des Portes, bat 2", street("12", "rue", "des portes", complement="bat 2")),
    ("12 avenue de la Porte d'Italie", street("12", "avenue", "de la porte d italie")),
    # the name of a house before the number
    ("Maison des associations 12 rue Foch", FOCH | {"complement": "maison des associations"}),
    ("Maison des associations, 12 rue Foch, 42000 St-Etienne",
     FOCH | AT_HOME | {"complement": "maison des associations"}),
    ("Tiers-lieu La Fabrique\n12 rue Foch\n42000 St Etienne",
     FOCH | AT_HOME | {"complement": "tiers lieu la fabrique"}),
    ("Résidence de la Place 12 rue Foch", FOCH | {"complement": "residence de la place"}),
    ("Chez M. Dupont (1er étage), 12 rue Foch", FOCH | {"complement": "1er etage, chez m dupont"}),
    # zones and lieux-dits
    ("ZA des Quatre Vents 42110 Feurs",
     {"place": "za des quatre vents", "postcode": "42110", "town": "feurs"}),
    ("ZI Nord, 12 rue Foch, 42000 St Etienne", FOCH | AT_HOME | {"place": "zi nord"}),
    ("ZAC de la Plaine - 12 rue Foch - 42000 ST ETIENNE",
     FOCH | AT_HOME | {"place": "zac de la plaine"}),
    ("lieu-dit Le Bourg, 46120 Le Bourg",
     {"place": "lieu dit le bourg", "postcode": "46120", "town": "le bourg"}),
    ("5 lieu-dit Le Bourg", street("5", "lieu dit", "le bourg")),
    ("Hameau des Granges, 12 rue Foch", FOCH | {"place": "hameau des granges"}),
    ("Le Bourg, 46120 Le Bourg",
     {"street_name": "le bourg", "postcode": "46120", "town": "le bourg"}),
    # what else stands about the town
    ("12 rue Foch, 42000 Saint-Étienne (Loire)", FOCH | AT_HOME),
    ("12 rue Foch, 42000 Saint-Étienne, à l'attention de Léa", FOCH | AT_HOME),
]  # fmt: skip


@pytest.mark.parametrize(("text", "parts"), CASES, ids=[repr(text) for text, _ in CASES])
def test_parts_of_a_line(text, parts):
    assert told(parse(text).iloc[0]) == parts


@pytest.mark.parametrize("text", [text for text, _ in CASES])
def test_each_of_them_is_read_the_same_when_read_again(text):
    once = parse(text)
    line = format_address(once)
    pd.testing.assert_frame_equal(parse_address(line), once)
    assert format_address(parse_address(line))[0] == line[0]


@pytest.mark.parametrize(
    ("cells", "parts"),
    [
        # A spreadsheet took the zero, or made a number of it.
        (("12 rue Foch", "1000", "Bourg-en-Bresse"), {"postcode": "01000"}),
        (("12 rue Foch", "1000.0", "Bourg-en-Bresse"), {"postcode": "01000"}),
        (("12 rue Foch", "42000.0", "Bourg-en-Bresse"), {"postcode": "42000"}),
        (("12 rue Foch", " F-42 000 ", "Bourg-en-Bresse"), {"postcode": "42000"}),
        (("12 rue Foch", "", "1000 Bourg-en-Bresse"), {"postcode": "01000"}),
        (("12 rue Foch", "", "Bourg-en-Bresse (01000)"), {"postcode": "01000"}),
        # The cells of postcode and town are changed over.
        (("12 rue Foch", "Bourg-en-Bresse", "01000"), {"postcode": "01000"}),
        # The whole address stands in the first cell too.
        (("12 rue Foch, 01000 Bourg", "01000", "Bourg-en-Bresse"), {"postcode": "01000"}),
        (("12 rue Foch\n01000 BOURG EN BRESSE CEDEX", "01000", "Bourg-en-Bresse"),
         {"postcode": "01000"}),
        (("12 rue Foch", "01000", "BOURG EN BRESSE CEDEX 3"), {"postcode": "01000", "cedex": "3"}),
        (("12 rue Foch", "01000", "Bourg-en-Bresse\nCEDEX"), {"postcode": "01000", "cedex": "0"}),
    ],
)  # fmt: skip
def test_columns_instead_of_a_line(cells, parts):
    parsed = parse_address(pd.DataFrame([cells], columns=["address", "postcode", "city"]))
    assert told(parsed.iloc[0]) == FOCH | {"town": "bourg en bresse"} | parts


def test_any_of_the_columns_will_do():
    assert told(parse_address(pd.DataFrame({"city": ["42000 ST ETIENNE"]})).iloc[0]) == AT_HOME
    parsed = parse_address(pd.DataFrame({"postcode": [42000, np.nan, 1000.0]}))
    assert parsed["postcode"].tolist() == ["42000", "", "01000"]
    with pytest.raises(MissingColumnError, match="parse_address: no column address; found name"):
        parse_address(pd.DataFrame({"name": ["x"]}))


def test_the_index_is_kept_and_the_input_is_not_changed():
    for cells in (
        pd.Series(["12 rue Foch", None, " Lyon\n"], index=["b", "a", "b"], name="where"),
        pd.DataFrame({"city": ["Lyon", "Lyon"], "other": [1, 2]}, index=[7, 3]),
    ):
        before = cells.copy(deep=True)
        parsed = parse_address(cells)
        assert parsed.index.equals(before.index)
        assert format_address(parsed).index.equals(before.index)
        assert (
            (cells.compare(before) if cells.ndim == 2 else cells[cells.ne(before)]).dropna().empty
        )


def test_empty_cells():
    parsed = parse(None, np.nan, pd.NA, "", " \n", "-", ",;|/()", "🏠🎉", "\x00\x07", "…")
    assert (parsed == "").all(axis=None)
    assert (format_address(parsed) == "").all()
    empty = parse_address(pd.Series([], dtype="str"))
    assert empty.columns.tolist() == list(PARSED_COLUMNS)
    assert len(empty) == len(format_address(empty)) == 0
    assert (empty.dtypes == parsed.dtypes).all()


def test_cells_of_any_type():
    parsed = parse(42000, 42000.0, True, b"x", ["12 rue Foch"], {"a": 1}, 3 + 2j)
    check(parsed)
    assert told(parsed.iloc[4]) == FOCH


def test_control_characters_emoji_and_invisible_blanks():
    for text in ("12 rue\x00 Foch\x07", "🏠 12 rue Foch 🎉", "\u200b12\u00a0rue Fo\u00adch"):
        assert told(parse(text).iloc[0]) == FOCH
    assert told(parse("12 rue Œuvres d'Été").iloc[0]) == street("12", "rue", "oeuvres d ete")


def test_formulas_are_text():
    parsed = parse('=HYPERLINK("http://x.example")', "=1+1", "@SUM(A1)", "-1", "+33 4 77 00 00 00")
    check(parsed)
    assert parsed["street_name"].tolist()[0] == "hyperlink"
    assert not format_address(parsed).str.contains(r"[=@+\"]").any()


def test_the_departement_behind_a_town_is_no_part_of_its_name():
    for text in ("12 rue Foch, Saint-Étienne (42)", "12 rue Foch, Saint-Étienne (Loire)"):
        assert parse(text)["town"][0] == "saint etienne"


def test_a_very_long_text_is_read_at_its_beginning_only():
    long = "12 rue Foch, " + "très loin " * 1000
    assert len(long) > 10_000
    parsed = parse(long, long[:400], "a" * 10_000, "1 " * 5_000, "(" * 10_000, ", " * 5_000)
    check(parsed)
    assert told(parsed.iloc[0])["street_name"] == "foch"
    assert parsed.iloc[0].equals(parsed.iloc[1].rename(0))
    assert max(parsed.map(len).max()) <= 400


def test_repeated_addresses_are_read_alike():
    parsed = parse(*["12 rue Foch", "3 bd Foch"] * 50)
    assert len(parsed.drop_duplicates()) == 2


def test_what_the_geocoder_reads():
    address = read_address("Bât. B, 12 bis av. du Gal Leclerc", "42000", "ST ETIENNE")
    assert address.street == "avenue du gal leclerc"
    assert (address.town.postcode, address.town.where) == ("42000", "cell")
    # A lieu-dit without a number is a street to it: it is looked for among them.
    assert (
        read_address("lieu-dit Les Granges, 42110 Feurs", "", "").street == "lieu dit les granges"
    )


# --- any text --------------------------------------------------------------------------------

TRAPS = (
    *("12", "5", "rue", "av", "bd", "place", "de", "la", "du", "8 mai 1945", "foch", "gare"),
    *("lieu dit", "za", "parc", "maison", "bat b", "etage", "2eme", "bp 12", "cs", "12345"),
    *("42000", "42 000", "1000", "cedex", "CEDEX 1", "st", "lyon", "(69)", "é", "œ", "'", "-"),
    *(" - ", ",", "\n", ";", "|", "/", "à", "et", "n°", "bis", "ter", "b", "2a", "n", "porte"),
)
TEXTS = st.one_of(
    st.none(),
    st.text(max_size=60),
    st.lists(st.one_of(st.sampled_from(TRAPS), st.text(max_size=3)), max_size=9).map(" ".join),
    st.lists(st.sampled_from(TRAPS), max_size=9).map("".join),
)


def check(parsed):
    """Assert what is true of every answer, whatever was read."""
    assert parsed.columns.tolist() == list(PARSED_COLUMNS)
    assert (parsed.dtypes == "str").all()
    assert parsed.notna().all(axis=None)
    for column in parsed:
        pattern = "[a-z0-9]+( [a-z0-9]+)*"
        if column == "number":
            pattern = "[0-9]{1,5}"
        elif column == "repetition":
            pattern = "bis|ter|quater|quinquies|[a-z]"
        elif column == "postcode":
            pattern = "[0-9]{5}"
        elif column == "cedex":
            pattern = "[0-9]{1,2}"
        elif column in ("complement", "place"):
            pattern = f"{pattern}(, {pattern})*"
        assert parsed[column].str.fullmatch(f"({pattern})?").all(), parsed[column].tolist()


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=6))
def test_any_text_in_any_cell(rows):
    cells = pd.DataFrame(rows, columns=["address", "postcode", "city"], dtype="object")
    parsed = parse_address(cells)
    check(parsed)
    # No row depends on the others.
    pd.testing.assert_frame_equal(parse_address(cells.iloc[[-1]]), parsed.iloc[[-1]])
    check(parse_address(format_address(parsed)))


@given(st.text())
def test_any_text_without_a_plan_reads_the_same_again(text):
    once = parse(text)
    pd.testing.assert_frame_equal(parse_address(format_address(once)), once)


NUMBERS = {
    "": ("", ""),
    "1": ("1", ""),
    "12 bis": ("12", "bis"),
    "7ter": ("7", "ter"),
    "5 B": ("5", "b"),
    "12-14": ("12", ""),
    "12/14": ("12", ""),
    "n° 3": ("3", ""),
    "1250": ("1250", ""),
}
TYPES = {
    "rue": "rue",
    "r.": "rue",
    "AV": "avenue",
    "bd": "boulevard",
    "pl.": "place",
    "Impasse": "impasse",
    "chem.": "chemin",
    "quai": "quai",
}
STREETS = {
    "de la République": "de la republique",
    "Foch": "foch",
    "du 8 Mai 1945": "du 8 mai 1945",
    "St-Jean": "saint jean",
    "d'Œuilly": "d oeuilly",
    "du Gal Leclerc": "du general leclerc",
    "de l'Église": "de l eglise",
    "du Lot": "du lot",
}
BEFORE = {
    "": ("", ""),
    "Maison des associations": ("maison des associations", ""),
    "Bât. B": ("bat b", ""),
    "2ème étage": ("2eme etage", ""),
    "ZA Nord": ("", "za nord"),
}
BOXES = {"": "", " BP 7": "bp 7", ", CS 20 123": "cs 20 123"}
POSTCODES = {"42000": "42000", "F-69003": "69003", "38 040": "38040", "97400": "97400"}
TOWNS = {
    "Saint-Étienne": ("saint etienne", ""),
    "ST ETIENNE": ("saint etienne", ""),
    "L'Haÿ-les-Roses": ("l hay les roses", ""),
    "Chalon s/Saône": ("chalon sur saone", ""),
    "GRENOBLE CEDEX 9": ("grenoble", "9"),
    "Paris 11e": ("paris 11e", ""),
    "Bourg-en-Bresse (Ain)": ("bourg en bresse", ""),
    "Nantes, France": ("nantes", ""),
}


@st.composite
def addresses(draw):
    """Draw an address as French lists write it, the joints between its parts too; and its parts."""
    number, kind, name, before, box, postcode, town = (
        draw(st.sampled_from(sorted(known)))
        for known in (NUMBERS, TYPES, STREETS, BEFORE, BOXES, POSTCODES, TOWNS)
    )
    apart = draw(st.sampled_from([", ", "\n", " - ", "; "]))
    close = draw(st.sampled_from([" ", ", "])) if number else ""
    text = (
        f"{number}{close}{kind} {name}{box}{draw(st.sampled_from([' ', apart]))}{postcode} {town}"
    )
    if before:
        # Where there is no number, only what divides them tells a house from its street.
        text = f"{before}{draw(st.sampled_from([' ', apart])) if number else apart}{text}"
    complement, place = BEFORE[before]
    found = {
        "number": NUMBERS[number][0],
        "repetition": NUMBERS[number][1],
        "street_type": TYPES[kind],
        "street_name": STREETS[name],
        "complement": {complement, BOXES[box]} - {""},
        "place": place,
        "postcode": POSTCODES[postcode],
        "cedex": TOWNS[town][1],
        "town": TOWNS[town][0],
    }
    return text, found


@given(addresses())
def test_an_address_is_read_whole_and_reads_the_same_again(address):
    text, expected = address
    once = parse(text)
    check(once)
    found = once.iloc[0].to_dict()
    found["complement"] = set(filter(None, found["complement"].split(", ")))
    assert found == expected
    pd.testing.assert_frame_equal(parse_address(format_address(once)), once)


@given(addresses(), st.sampled_from([str.upper, str.lower]))
def test_capitals_change_nothing(address, write):
    text = address[0].replace("F-", "")
    pd.testing.assert_frame_equal(parse(write(text)), parse(text))
