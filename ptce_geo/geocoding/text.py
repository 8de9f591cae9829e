"""Read the town in French address text: its postcode, its CEDEX, its name.

Pure functions: they never raise and keep no state.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from ptce_geo import schema
from ptce_geo.geocoding.street_words import STREET_WORDS
from ptce_geo.territories.names import (
    ARTICLE_BEHIND,
    POSTCODE,
    fold,
    plain_postcode,
    split_arrondissement,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


class Town(NamedTuple):
    """What address text says of the town, "" where it says nothing.

    Attributes
    ----------
    postcode : str
        Five digits.
    name : str
        The town as written, without postcode, CEDEX and brackets; where it is a "part", the last
        two parts.
    cedex : str
        The number after CEDEX; "0" where there is none but the word stands.
    departement : str
        What stands in brackets, before or behind the town, and may be its département or country:
        "Saint-Denis (93)", "13 - Marseille", "2A Ajaccio"; also a postcode cell that holds none.
    where : str
        "cell" (the town's own, or behind a postcode), "part" (the last part of an address line
        with commas or line breaks), "line" (somewhere in an undivided line).
    """

    postcode: str
    name: str
    cedex: str
    departement: str
    where: str


# "1000 Bourg-en-Bresse" has lost the zero of 01000.
_ZERO_LOST: Final = re.compile(r"^([1-9][0-9]{3})\s+(?=[^\W\d])")
_ZERO_LOST_BEHIND: Final = re.compile(r"[,;\n]\s*([1-9][0-9]{3}) +([^\W\d]+)[^,;\n]*$")
_CEDEX: Final = re.compile(
    r"\bC[ÉE]DEX(?![^\W\d])[\s.:n°-]*(?:([0-9]{1,2})(?![0-9]))?", re.IGNORECASE
)
# A box number is no postcode: "CS 42000, 69003 Lyon".
_BOX: Final = re.compile(
    r"\b(?:BP|CS|TSA|B\.P\.|C\.S\.)\s*n?°?\s*(?:[0-9]{2} [0-9]{3}|[0-9]{1,5})\b", re.IGNORECASE
)
_PARTED: Final = frozenset(",;\n")
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
# ... but neither "Fort-de-France" nor "Roissy-en-France".
_COUNTRY: Final = re.compile(r"(?<![\s-]de)(?<![\s-]en)[\s,;(-]\(?france\b\W*$", re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"[\r\n;|,]+|\s[-–—]\s")
_BLANKS: Final = re.compile(r"[^\S\r\n]+")
_EDGES: Final = " \t\r\n\u00a0\u202f,;:.-–—/|"
# "Marseille (13)" tells the département of the towns that have arrondissements, not one of these.
_OF_DIVIDED_TOWNS: Final = ("75", "69", "13")
_DEPARTEMENT: Final = r"(9[78][0-9]|[0-9]{2}|2[AaBb])"
_DEPARTEMENT_BEFORE: Final = re.compile(rf"^{_DEPARTEMENT}[\s:–-]+(?=[^\W\d])")
_DEPARTEMENT_BEHIND: Final = re.compile(rf"(?<=[^\W\d])[\s,:–-]+{_DEPARTEMENT}$")


def read_town(address: str, postcode: str, city: str) -> Town:
    """Find the town in the three cells of an address, whichever of them it stands in.

    Examples
    --------
    >>> read_town("3 rue X, 42007 Saint-Étienne CEDEX 1", "", "")
    Town(postcode='42007', name='Saint-Étienne', cedex='1', departement='', where='cell')
    >>> read_town("", "97400", "SAINT DENIS (La Réunion)").departement
    'La Réunion'
    >>> read_town("", "Bastia", "20200")[:2], read_town("", "", "Bastia (20200)")[:2]
    (('20200', 'Bastia'), ('20200', 'Bastia'))
    """
    return read_town_and_line(address, postcode, city)[0]


def read_town_and_line(address: str, postcode: str, city: str) -> tuple[Town, str]:
    """Return the town, and the text of the address before the last postcode in it.

    Examples
    --------
    >>> read_town_and_line("3 rue X, CS 42000, 42007 Saint-Étienne CEDEX 1", "", "")[1]
    '3 rue X, CS 42000, '
    """
    code = name = departement = ""
    if postcode or city:
        code, name, departement = _read_cells(postcode, city)
    line = without_box = address
    if _may_hold_box(address):
        # Blanks of the same length keep the places of what is left.
        without_box = _BOX.sub(lambda box: " " * len(box[0]), address)
    found = _last_postcode(without_box)
    if found is None and (lost := _lost_zero(without_box)):
        # The town of "3 rue X, 1000 Bourg-en-Bresse" is at 01000.
        return read_town_and_line(f"{address[:lost]}0{address[lost:]}", postcode, city)
    # "12000 route de Lyon" is a number, not a postcode.
    if found and found.start():
        line = address[: found.start()]
    in_address, behind, before = _split_at_postcode(without_box, found)
    code = code or in_address
    if name:
        return _town(code, name, where="cell", departement=departement), line
    if behind:
        return _town(code, behind, where="cell"), line
    parts = parts_of(_without_country(before))
    where = "part" if len(parts) > 1 else "line"
    return _town(code, ", ".join(parts[-2:]), where=where), line


def _read_cells(postcode: str, city: str) -> tuple[str, str, str]:
    """Return the postcode, the town and the département that the cells of these tell."""
    postcode, city = _with_plain_blanks(postcode), _with_plain_blanks(city)
    code = plain_postcode(postcode)
    city = _ZERO_LOST.sub(r"0\1 ", city)
    in_city, behind, before = _split_at_postcode(city, _last_postcode(city))
    name = behind or before
    if code:
        return code, name, ""
    return (
        (in_city, name, postcode.strip(_EDGES)) if name else (in_city, _with_letters(postcode), "")
    )


def _may_hold_box(text: str) -> bool:
    """Whether the pattern of boxes may match: told sooner than it is tried."""
    text = text.upper()
    return "BP" in text or "CS" in text or "TSA" in text or "B.P" in text or "C.S" in text


def _lost_zero(text: str) -> int:
    """Return where the last part of an address has a postcode that lost its zero, else 0."""
    if _PARTED.isdisjoint(text):
        return 0
    found = _ZERO_LOST_BEHIND.search(text)
    return 0 if found is None or fold(found[2]) in STREET_WORDS else found.start(1)


def _last_postcode(text: str) -> re.Match[str] | None:
    last = None
    for found in POSTCODE.finditer(text):
        last = found
    return last


def _with_plain_blanks(text: str) -> str:
    """Return a text with one plain space for any blanks within a line."""
    # Of all blanks only the plain one is printable.
    return text if text.isprintable() and "  " not in text else _BLANKS.sub(" ", text)


def parts_of(text: str) -> list[str]:
    """Return what commas, semicolons, line breaks and lonely hyphens divide.

    Examples
    --------
    >>> parts_of("Bât. B, 3 rue X - Lyon")
    ['Bât. B', '3 rue X', 'Lyon']
    """
    return [part for part in [part.strip(_EDGES) for part in _SEPARATOR.split(text)] if part]


def _split_at_postcode(text: str, found: re.Match[str] | None) -> tuple[str, str, str]:
    """Return the postcode found in `text`, what follows it and what precedes it."""
    if found is None:
        return "", "", _with_letters(_with_plain_blanks(text))
    behind = _with_plain_blanks(text[found.end() :]).lstrip(" )")
    before = _with_plain_blanks(text[: found.start()]).rstrip(" (")
    return found[1] + found[2], _with_letters(behind), _with_letters(before)


def _without_country(text: str) -> str:
    text = _COUNTRY.sub("", text) if "FRANCE" in text.upper() else text
    return text.strip(_EDGES)


def _with_letters(text: str) -> str:
    """Return `text` without punctuation around it, "" where no letter is in it."""
    text = text.strip(_EDGES)
    return text if text[:1].isalpha() or any(map(str.isalpha, text)) else ""


def _town(postcode: str, text: str, *, where: str, departement: str = "") -> Town:
    cedex = ""
    if not text:
        return Town(postcode, "", "", departement, where)
    if "DEX" in text.upper() and (found := _CEDEX.search(text)):
        cedex = found[1] or "0"
        text = text[: found.start()] + text[found.end() :]
    if "(" in text and not ARTICLE_BEHIND.match(text):
        bracketed = [inside.strip() for inside in _BRACKETS.findall(text)]
        text = _BRACKETS.sub(" ", text).strip(_EDGES)
        for inside in bracketed:
            number = split_arrondissement(fold(f"{text} {inside}"))[1]
            if number and inside not in _OF_DIVIDED_TOWNS:
                text = f"{text} {inside}"  # "Lyon (3e)"
            else:
                departement = inside
    text = _without_country(_BOX.sub(" ", text) if _may_hold_box(text) else text)
    if postcode and where == "cell":
        # Of what follows it on one line, "Nantes, à l'attention de …", the town is the first.
        text, *rest = parts_of(text) or [""]
        departement = departement or "".join(rest[-1:])
    if where == "cell":
        text, told = _split_off_departement(text)
        departement = told or departement
    return Town(postcode, _with_letters(text), cedex, departement, where)


def _split_off_departement(text: str) -> tuple[str, str]:
    """Return the town and the code of the département in "13 - Marseille", "Montreuil 93"."""
    if found := _DEPARTEMENT_BEFORE.match(text):
        return text[found.end() :], found[1]
    found = _DEPARTEMENT_BEHIND.search(text)
    if found and not split_arrondissement(fold(text))[1]:
        return text[: found.start()], found[1]
    return text, ""


def shown(text: str) -> str:
    r"""Return text of a cell as a reason may quote it: on one line, printable, not too long.

    Examples
    --------
    >>> shown("Bourg\x00\n  Perdu")
    'Bourg Perdu'
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:200]).split())
    return line if len(line) <= _LONGEST_QUOTE else f"{line[: _LONGEST_QUOTE - 1]}…"


_LONGEST_QUOTE: Final = 60


def text_cells(
    frame: pd.DataFrame, columns: Sequence[str] = schema.QUERY_COLUMNS
) -> list[list[str]]:
    """Return the cells of some columns as text, column by column, "" where there are none."""
    return [
        frame[column].astype("str").fillna("").str.strip().tolist()
        if column in frame
        else [""] * len(frame)
        for column in columns
    ]
