"""Read the town in French address text: fold names, find the postcode, the CEDEX, the town.

Pure functions: they never raise and keep no state.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

# Words that a name may have or lack without being another name.
_ARTICLES: Final = frozenset(("le", "la", "les", "l"))
_LINK_WORDS: Final = _ARTICLES.union(
    ("de", "du", "des", "d", "en", "au", "aux", "a", "et", "sur", "sous", "lez", "pres")
)
_SPELT_OUT: Final = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s": "sur"}
_LIGATURES: Final = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
# "s/" is "sur", "s/s" and "ss/" are "sous": they must be read before the bar is a blank.
_SLASHED: Final = ((re.compile(r"\b(?:s/s|ss/)\s*"), "sous "), (re.compile(r"\bs/\s*"), "sur "))
_NO_WORD: Final = re.compile(r"[^a-z0-9]+")
# "Mans (Le)", "Abergement-Clémenciat (L')", as old lists sort them.
_ARTICLE_BEHIND: Final = re.compile(r"^(.*?)[\s,]*\(\s*(les?|la|l['’]?)\s*\)\s*$", re.IGNORECASE)


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Return `text` in lower-case ASCII words, abbreviations of towns spelt out.

    Examples
    --------
    >>> fold("ST-ÉTIENNE"), fold("L'Haÿ-les-Roses"), fold("Chalon s/Saône"), fold("Mans (Le)")
    ('saint etienne', 'l hay les roses', 'chalon sur saone', 'le mans')
    """
    behind = _ARTICLE_BEHIND.match(text)
    if behind:
        text = f"{behind[2]} {behind[1]}"
    text = unicodedata.normalize("NFKD", text.translate(_LIGATURES)).lower()
    if "/" in text:
        for pattern, word in _SLASHED:
            text = pattern.sub(word, text)
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    words = _NO_WORD.sub(" ", text).split()
    return " ".join([_SPELT_OUT.get(word, word) for word in words])


def without_article(folded: str) -> str:
    """Return a folded name without its leading article ("le mans" → "mans")."""
    first, _, rest = folded.partition(" ")
    return rest if rest and first in _ARTICLES else folded


def loose(folded: str) -> str:
    """Return a folded name as one word without articles and prepositions.

    Examples
    --------
    >>> loose("la roche sur yon"), loose("saint etienne")
    ('rocheyon', 'saintetienne')
    """
    words = [word for word in folded.split() if word not in _LINK_WORDS]
    return "".join(words) or folded.replace(" ", "")


class Town(NamedTuple):
    """What address text says of the town, "" where it says nothing.

    Attributes
    ----------
    postcode : str
        Five digits.
    name : str
        The town as written, without postcode, CEDEX and brackets.
    cedex : str
        The number after CEDEX; "0" where there is none but the word stands.
    departement : str
        What stands in brackets behind the town: "Saint-Denis (93)", "Saint-Denis (Réunion)".
    where : str
        "cell" (the town's own, or behind a postcode), "part" (the last part of an address line
        with commas or line breaks), "line" (somewhere in an undivided line).
    """

    postcode: str
    name: str
    cedex: str
    departement: str
    where: str


_POSTCODE: Final = re.compile(r"(?<![\dA-Za-z])(?:F[R]?[- ]?)?(\d{2})[ .]?(\d{3})(?!\s*\d)(?=$|\D)")
_CEDEX: Final = re.compile(r"\bC[ÉE]DEX\b[\s.:n°-]*(\d{1,2})?\b", re.IGNORECASE)
_BOX: Final = re.compile(r"\b(?:BP|CS|TSA|B\.P\.|C\.S\.)\s*[n°]*\s*\d[\d ]*\b", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
_COUNTRY: Final = re.compile(r"[\s,;-]*\bfrance\b\s*$", re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"\s*(?:[\r\n;|]+|,|\s[-–—]\s)\s*")
_EDGES: Final = " \t\r\n\u00a0\u202f,;:.-–—/|"


def read_town(address: str, postcode: str, city: str) -> Town:
    """Find the town in the three cells of an address, whichever of them it stands in.

    Examples
    --------
    >>> read_town("3 rue X, 42007 Saint-Étienne CEDEX 1", "", "")
    Town(postcode='42007', name='Saint-Étienne', cedex='1', departement='', where='cell')
    >>> read_town("", "97400", "SAINT DENIS (La Réunion)").departement
    'La Réunion'
    """
    postcode = plain_postcode(postcode)
    if city:
        in_city, name = _split_at_postcode(city)
        return _town(postcode or in_city, name or city, where="cell")
    in_address, name = _split_at_postcode(address)
    if in_address and name:
        return _town(postcode or in_address, name, where="cell")
    parts = [part for part in _SEPARATOR.split(_POSTCODE.sub(" ", address).strip(_EDGES)) if part]
    last = parts[-1] if parts else ""
    return _town(postcode or in_address, last, where="part" if len(parts) > 1 else "line")


def plain_postcode(text: str) -> str:
    """Return the five digits of a postcode cell, "" where it holds none.

    Examples
    --------
    >>> plain_postcode("42 000"), plain_postcode("1000"), plain_postcode("42000.0")
    ('42000', '01000', '42000')
    """
    digits = re.sub(r"\.0+$", "", text.strip()).upper().removeprefix("FR").removeprefix("F")
    digits = re.sub(r"[\s\u00a0\u202f.-]", "", digits)
    if digits.isdecimal() and digits.isascii() and len(digits) in (4, 5):
        return digits.zfill(5)
    return _split_at_postcode(text)[0]


def _split_at_postcode(text: str) -> tuple[str, str]:
    """Return the last postcode in `text` and what follows it."""
    last = None
    for found in _POSTCODE.finditer(text):
        last = found
    if last is None:
        return "", ""
    return last[1] + last[2], text[last.end() :].strip(_EDGES)


def _town(postcode: str, text: str, *, where: str) -> Town:
    cedex = ""
    departement = ""
    if found := _CEDEX.search(text):
        cedex = found[1] or "0"
        text = text[: found.start()] + text[found.end() :]
    if not _ARTICLE_BEHIND.match(text):
        for bracketed in _BRACKETS.findall(text):
            departement = bracketed.strip()
        text = _BRACKETS.sub(" ", text)
    text = _COUNTRY.sub("", _BOX.sub(" ", text)).strip(_EDGES)
    # Of what follows a postcode on one line, "Nantes, à l'attention de …", the town is the first.
    if postcode and (parts := _SEPARATOR.split(text)):
        text = parts[0]
    return Town(postcode, text.strip(_EDGES), cedex, departement, where)


_ROMAN: Final = {
    roman: number
    for number, roman in enumerate(
        "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX".lower().split(), 1
    )
}
_ORDINAL: Final = re.compile(r"^(\d{1,2}|[ivx]+)(?:er|e|eme|ieme)?$")


def arrondissement_number(folded: str) -> int:
    """Return the number in what follows "paris", "lyon" or "marseille"; 0 where there is none.

    Examples
    --------
    >>> arrondissement_number("11e arrondissement"), arrondissement_number("xi")
    (11, 11)
    >>> arrondissement_number("la defense")
    0
    """
    for word in folded.split():
        if found := _ORDINAL.match(word):
            number = found[1]
            return int(number) if number.isdecimal() else _ROMAN.get(number, 0)
    return 0
