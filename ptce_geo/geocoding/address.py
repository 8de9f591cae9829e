"""Read French addresses: number, street, complement, place, postcode, CEDEX, town.

Pure functions: they never raise and keep no state. What they return is in comparable words
(lower-case ASCII, abbreviations spelt out), so that reading it again changes nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import permutations
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import require_columns
from ptce_geo.geocoding.street_words import (
    BEFORE_A_NUMBER,
    INDOOR_WORDS,
    INSIDE,
    OF_PLACES,
    PLACE_TYPES,
    REPETITIONS,
    ROADS,
    STREET_TYPES,
    STREET_WORDS,
)
from ptce_geo.geocoding.streets import split_street, with_type_spelt_out
from ptce_geo.geocoding.text import (
    Town,
    parts_of,
    read_town,
    read_town_and_line,
    text_cells,
)
from ptce_geo.territories.names import POSTCODE, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Address(NamedTuple):
    """What an address says, "" where it says nothing.

    Attributes
    ----------
    number : str
        Digits of the house number; of "12-14", the first.
    repetition : str
        What stands behind the number: "bis", "ter", "quater", or a letter.
    street : str
        Folded words of the street; where the town stands behind it on one undivided line, those
        of the town too.
    complement : str
        Buildings, floors, boxes and names of houses, separated by commas.
    place : str
        A lieu-dit, an estate or an industrial zone beside the street.
    town : Town
        The town and its postcode, as written.
    """

    number: str
    repetition: str
    street: str
    complement: str
    place: str
    town: Town


# Longer text is no address: what follows is not read.
_LONGEST: Final = 400
# What tells where in a house, and boxes: they are taken out wherever they stand.
_INDOORS: Final = re.compile(
    r"\b(?:bp|cs|tsa|b p|c s) ?(?:n )?[0-9][0-9 ]{0,6}\b"
    r"|\b(?:[0-9]{1,2}(?:er|e|eme|ieme|nd|nde)?|premier|deuxieme|troisieme) etage\b"
    r"|\brez de (?:chaussee|jardin)\b|\brdc\b"
    r"|\b(?:bat|batiment|esc|escalier|appt?|apt|appartement|etage|bureau|bal|boite aux lettres"
    r"|hall|immeuble|imm|porte|lot|entree|cage)"
    r"(?: ?(?:n )?[0-9]{1,4} ?[a-z]?| (?:n )?[abcefghijkmnopqrstuvwxyz])(?= |$)"
)
# "BP123": no word of INDOOR_WORDS, and yet a box.
_RUN_TOGETHER: Final = re.compile(r"[a-z][a-z][0-9]")
_SEPARATOR: Final = re.compile(r"[\r\n;|,()]+|\s[-–—]\s")
# "12, rue X" is one part.
_NUMBER_APART: Final = re.compile(
    r"(\b[0-9]{1,5} ?(?:bis|ter|quater|[a-z])?)\s*,\s*(?=[^\W\d])", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"(?:n |no |num |numero )?([0-9]{1,5})(bis|ter|quater|[a-z])?(?= |$)")
_OF_A_NUMBER: Final = re.compile(
    r"[0-9]{1,4}(?:bis|ter|quater|[a-z])?|bis|ter|quater|[a-z]|et|no|num|numero"
)
_BEFORE_NUMBER: Final = frozenset(("n", "no", "num", "numero"))
_LAST_NUMBER: Final = re.compile(r"([0-9]{1,3})(bis|ter|quater|[a-z])?")
_LAST_OF_ALL: Final = re.compile(r"\b[0-9]{1,5} ?(?:bis|ter|quater|[a-z])?$")
_CEDEX: Final = re.compile(r"\bcedex(?: [0-9]{1,2})?(?= |$)")
# "42000 Saint-Étienne" begins with its postcode, "12000 route de Lyon" with its number.
_POSTCODE_FIRST: Final = re.compile(rf"^\W*{POSTCODE.pattern}")
_FRENCH_LETTERS_ALONE: Final = "adlny"  # "à", "d'", "l'", "n'", "y"

PARSED_COLUMNS: Final = (
    "number",
    "repetition",
    "street_type",
    "street_name",
    "complement",
    "place",
    "postcode",
    "cedex",
    "town",
)


@lru_cache(maxsize=20_000)  # who finds an address reads it, and who judges what was found
def read_address(address: str, postcode: str, city: str) -> Address:
    """Read the three cells of an address, whichever of them its parts stand in.

    Examples
    --------
    >>> read_address("Bât. B, 12 bis av. du Gal Leclerc, 42007 SAINT-ETIENNE CEDEX 1", "", "")[:4]
    ('12', 'bis', 'avenue du gal leclerc', 'bat b')
    """
    address = address[:_LONGEST]
    town, line = read_town_and_line(address, postcode, city)
    if line and line == address and (found := _POSTCODE_FIRST.match(line)):
        behind = line[found.end() :]
        if _is_street(fold(behind).split()):
            return Address(*_read_line(line), town=read_town(behind, postcode, city))
        line = "\n".join(parts_of(behind)[1:])
    return Address(*_read_line(line), town=town)


def _is_street(words: Sequence[str]) -> bool:
    return len(words) > 1 and words[0] in STREET_WORDS


class _Part(NamedTuple):
    """A part of a line read as if it were a street, and how likely it is one."""

    worth: float
    number: str = ""
    repetition: str = ""
    street: str = ""
    before: str = ""


def _read_line(line: str) -> tuple[str, str, str, str, str]:
    """Return number, repetition, street, complement and place of a line without its town."""
    complements: list[str] = []
    parts = []
    line = _NUMBER_APART.sub(r"\1 ", line) if "," in line else line
    for text in _SEPARATOR.split(line):
        part = fold(text)
        if "cedex" in part:
            part = " ".join(_CEDEX.sub(" ", part).split())
        indoors = not INDOOR_WORDS.isdisjoint(part.split(" ")) or _RUN_TOGETHER.search(part)
        while indoors and (found := _INDOORS.search(part)):
            complements.append(found[0].strip())
            part = f"{part[: found.start()].rstrip()} {part[found.end() :].lstrip()}".strip()
        if part:
            parts.append(part)
    if not parts:
        return "", "", "", ", ".join(complements), ""
    read = [_read_part(part) for part in parts]
    street = max(read, key=_worth) if len(read) > 1 else read[0]
    best = read.index(street)
    others = [part for part in (street.before, *parts[:best], *parts[best + 1 :]) if part]
    places = [part for part in others if part.partition(" ")[0] in OF_PLACES]
    complements += [part for part in others if part not in places]
    complement, place = ", ".join(complements), ", ".join(places)
    return street.number, street.repetition, street.street, complement, place


_worth: Final = attrgetter("worth")


def _read_part(part: str) -> _Part:
    words = part.split(" ")
    first = _start_of_street(words)
    before = " ".join(words[:first])
    found = _NUMBER.match(" ".join(words[first:]))
    if found is None:
        street = with_type_spelt_out(words[first:])
        worth = 3.0 if street[0] in STREET_TYPES else 2.0 if street[0] in PLACE_TYPES else 1.0
        number, repetition, street = _split_last_number(street) if worth > 1 else ("", "", street)
        return _Part(worth, number, repetition, " ".join(street), before)
    repetition, behind = found[2] or "", found.string[found.end() :].split()
    while behind and (told := _of_the_number(behind)):
        repetition = repetition or told.strip("-")
        behind = behind[1:]
    if len(behind) > 2 and behind[0] in ROADS and behind[1].isdecimal():
        behind = behind[2:]  # "5 D 8 l'Espérance"
    if not behind:
        return _Part(0.5, found[1], repetition, "", before)
    street = with_type_spelt_out(behind)
    worth = 4.0 if street[0] in STREET_TYPES else 3.5 if street[0] in PLACE_TYPES else 2.5
    return _Part(worth, found[1], repetition, " ".join(street), before)


def _start_of_street(words: list[str]) -> int:
    """Return where a street begins behind the name of a house: "Résidence X | 12 rue Y"."""
    for position, word in enumerate(words):
        if word not in STREET_WORDS or (position and words[position - 1] in INSIDE):
            continue
        if position == 0:
            return 0
        begin = position
        while begin and _OF_A_NUMBER.fullmatch(words[begin - 1]):
            begin -= 1
        while begin < position and not words[begin][0].isdecimal():
            begin += 1
        if begin < position:
            return begin - (begin > 0 and words[begin - 1] in _BEFORE_NUMBER)
    return 0


def _of_the_number(behind: list[str]) -> str:
    """Return the repetition that comes first, "-" for more of a range of numbers, "" for a name."""
    word = behind[0]
    if word in REPETITIONS:
        return word
    following = behind[1] if len(behind) > 1 else ""
    before_type = following in STREET_WORDS or following in PLACE_TYPES
    if len(word) == 1 and word.isalpha():
        if word == "a" and following[:1].isdecimal():
            return "-"  # "12 à 14"
        # "5 r. Saint-Jean", "5 l'Orée" and "3 à la Croix" have no repetition.
        alone = word != "r" and word not in _FRENCH_LETTERS_ALONE
        return word if before_type or alone else ""
    is_number = word[0].isdecimal() and _NUMBER.fullmatch(word)
    if is_number and (before_type or following in REPETITIONS):
        return "-"
    return "-" if word == "et" and following[:1].isdecimal() else ""


def _split_last_number(words: list[str]) -> tuple[str, str, list[str]]:
    """Return the number that stands behind the name: "rue de la Paix 5"."""
    repetition = words[-1] if len(words) > 3 and words[-1] in REPETITIONS else ""
    *name, last = words[:-1] if repetition else words
    found = _LAST_NUMBER.fullmatch(last) if len(name) > 1 else None
    if found is None or name[-1] in BEFORE_A_NUMBER:
        return "", "", words
    return found[1], found[2] or repetition, name


def parse_address(addresses: pd.Series | pd.DataFrame) -> pd.DataFrame:
    r"""Return what a column of French addresses says, part by part.

    Parts are in comparable words: lower-case ASCII, abbreviations spelt out. Boxes, floors,
    buildings and names of houses are complements; a CEDEX is no town and no number. A town that
    stands behind the street on an undivided line, with no postcode between them, stays in the name
    of the street: only a register of communes can tell them apart, as `BanIndexGeocoder` does.

    Parameters
    ----------
    addresses : Series or DataFrame
        Addresses as text; or their cells, any of the columns ``address``, ``postcode``, ``city``.
        Cells may be missing, hold several lines, or anything else.

    Returns
    -------
    DataFrame
        Text, "" where nothing is told, on the index of `addresses`: ``number``, ``repetition``
        ("bis", "b", …), ``street_type``, ``street_name``, ``complement``, ``place`` (lieu-dit,
        zone), ``postcode`` (five digits), ``cedex`` (its number; "0" where it has none), ``town``.

    Raises
    ------
    MissingColumnError
        When a frame has none of these columns.

    Examples
    --------
    >>> addresses = pd.Series(["Bât. B, 12 bis av. du Gal Leclerc\n42007 ST-ETIENNE CEDEX 1"])
    >>> parse_address(addresses).iloc[0].to_dict()  # doctest: +NORMALIZE_WHITESPACE
    {'number': '12', 'repetition': 'bis', 'street_type': 'avenue',
     'street_name': 'du general leclerc', 'complement': 'bat b', 'place': '',
     'postcode': '42007', 'cedex': '1', 'town': 'saint etienne'}
    """
    frame = addresses.to_frame(schema.ADDRESS) if isinstance(addresses, pd.Series) else addresses
    cells = (schema.ADDRESS, schema.POSTCODE, schema.CITY)
    if not any(column in frame for column in cells):
        require_columns(frame, cells[:1], what="parse_address")
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    rows = []
    for query in zip(*text_cells(frame, cells), strict=True):
        row = known.get(query)
        if row is None:
            row = known[query] = _parts(read_address(*query))
        rows.append(row)
    return pd.DataFrame(rows, index=frame.index, columns=list(PARSED_COLUMNS), dtype="str")


def _parts(address: Address) -> tuple[str, ...]:
    """Return the cells of `PARSED_COLUMNS`."""
    kind, name = split_street(address.street)
    place = address.place
    if kind == "lieu" and name.startswith("dit "):
        kind, name = "lieu dit", name.removeprefix("dit ")
    if not place and not address.number and kind.partition(" ")[0] in OF_PLACES:
        kind, name, place = "", "", f"{kind} {name}"
    town, complement = fold(address.town.name), address.complement
    if address.town.where != "cell":
        town, complement = _town_apart(address.town, complement)
    return (
        address.number,
        address.repetition,
        kind,
        name,
        complement,
        place,
        address.town.postcode,
        address.town.cedex,
        town,
    )


def _town_apart(town: Town, complement: str) -> tuple[str, str]:
    """Return the town and the complement of a line without a postcode before its town.

    Without a register, only what stands last and apart is taken for the town.
    """
    *_, last = ["", *parts_of(town.name)]
    name, parts = fold(last), complement.split(", ")
    if town.where == "line" or name not in parts or any(map(str.isdecimal, name)):
        return "", complement
    if not name or _INDOORS.fullmatch(name):
        return "", complement
    at = len(parts) - 1 - parts[::-1].index(name)
    return name, ", ".join(parts[:at] + parts[at + 1 :])


def format_address(parsed: pd.DataFrame) -> pd.Series:
    """Return parsed addresses as one line each, which reads as the same parts again.

    It does for addresses. Of other text (a second address behind the first, numbers and types of
    streets in any order) a line may read otherwise, as no order of its parts tells them apart.

    Parameters
    ----------
    parsed : DataFrame
        What `parse_address` returned.

    Returns
    -------
    Series of str
        On the same index.

    Examples
    --------
    >>> parsed = parse_address(pd.Series(["12 BIS AV DE LA GARE - 42000 ST ETIENNE", "Lyon"]))
    >>> format_address(parsed).to_list()
    ['12 bis avenue de la gare, 42000 saint etienne', 'lyon']
    """
    lines = []
    for cells in zip(*(parsed[column].tolist() for column in PARSED_COLUMNS), strict=True):
        ways = list(_lines(cells))
        same = (line for line in ways if _parts(read_address(line, "", "")) == cells)
        lines.append(next(same, ways[0]))
    return pd.Series(lines, index=parsed.index, dtype="str")


def _lines(cells: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines that may say these parts, the usual one first."""
    number, repetition, kind, name, complement, place, postcode, cedex, town = cells
    delivery = f"cedex {cedex}".removesuffix(" 0") if cedex else ""
    behind = " ".join(filter(None, (postcode, town, delivery)))
    for joint in (" ", "") if repetition else (" ",):
        told = number + joint + repetition if repetition else number
        street = " ".join(filter(None, (told, kind, name)))
        # Of two parts as likely the street the first is read as it; the last part, as the town.
        for before in permutations(filter(None, (complement, place, street))):
            yield _joined(", ".join((*before, behind)).split(", "))
        # What stands in brackets is neither.
        line = _joined((street or place, place if street else ""))
        in_brackets = " ".join(f"({part})" for part in complement.split(", "))
        yield _joined((f"{line} {in_brackets}", behind))


def _joined(parts: Iterable[str]) -> str:
    line = ""
    for part in filter(None, parts):
        # A number before a comma would be that of the street behind it.
        line += (" - " if _LAST_OF_ALL.search(line) else ", ") + part if line else part
    return line
