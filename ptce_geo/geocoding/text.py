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
_SPELT_OUT: Final = {
    "st": "saint",
    "ste": "sainte",
    "sts": "saints",
    "stes": "saintes",
    "s": "sur",
    "ss": "sous",
    "fd": "ferrand",
    "pce": "provence",
}
_LIGATURES: Final = {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"}
# What is left of Œ and œ where a file of Windows was read as Latin-1.
_MISREAD: Final = {"\x8c": "oe", "\x9c": "oe"}
# Soft hyphen, zero-width blanks and joiners, byte order mark: web pages leave them inside words.
_INVISIBLE: Final = dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", "")
_TO_ASCII: Final = str.maketrans(_LIGATURES | _MISREAD | _INVISIBLE)
_ACCENT: Final = re.compile(r"[\u0300-\u036f]+")
# "s/" is "sur", "s/s" and "ss/" are "sous": they must be read before the bar is a blank.
_SLASHED: Final = ((re.compile(r"\b(?:s/s\b|ss/)"), "sous "), (re.compile(r"\bs/"), "sur "))
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
    if "(" in text and (behind := _ARTICLE_BEHIND.match(text)):
        text = f"{behind[2]} {behind[1]}"
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_TO_ASCII))
        text = _ACCENT.sub("", text.lower())
    text = text.lower()
    if "/" in text:
        for pattern, word in _SLASHED:
            text = pattern.sub(word, text)
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


_POSTCODE: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:F[R]?[- ]?)?(?!00)([0-9]{2})[ .]?([0-9]{3})(?!\s*[0-9])"
)
# "1000 Bourg-en-Bresse" has lost the zero of 01000.
_ZERO_LOST: Final = re.compile(r"^([1-9][0-9]{3})\s+(?=[^\W\d])")
_CEDEX: Final = re.compile(
    r"\bC[ÉE]DEX(?![^\W\d])[\s.:n°-]*(?:([0-9]{1,2})(?![0-9]))?", re.IGNORECASE
)
# A box number is no postcode: "CS 42000, 69003 Lyon".
_BOX: Final = re.compile(
    r"\b(?:BP|CS|TSA|B\.P\.|C\.S\.)\s*n?°?\s*(?:[0-9]{2} [0-9]{3}|[0-9]{1,5})\b", re.IGNORECASE
)
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
# ... but neither "Fort-de-France" nor "Roissy-en-France".
_COUNTRY: Final = re.compile(r"(?<![\s-]de)(?<![\s-]en)[\s,;(-]\(?france\b\W*$", re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"[\r\n;|,]+|\s[-–—]\s")
_BLANKS: Final = re.compile(r"[^\S\r\n]+")
_EDGES: Final = " \t\r\n\u00a0\u202f,;:.-–—/|"
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
    address, postcode, city = (_BLANKS.sub(" ", text) for text in (address, postcode, city))
    code = plain_postcode(postcode)
    in_city, behind, before = _split_at_postcode(_ZERO_LOST.sub(r"0\1 ", city))
    name = behind or before
    departement = ""
    if not code:
        if name:
            departement = postcode.strip(_EDGES)
        else:
            name = _with_letters(postcode)
    in_address, behind, before = _split_at_postcode(_BOX.sub(" ", address))
    code = code or in_city or in_address
    if name:
        return _town(code, name, where="cell", departement=departement)
    if in_address and behind:
        return _town(code, behind, where="cell")
    line = _COUNTRY.sub("", before).strip(_EDGES)
    parts = parts_of(line)
    return _town(code, ", ".join(parts[-2:]), where="part" if len(parts) > 1 else "line")


def plain_postcode(text: str) -> str:
    """Return the five digits of a postcode cell, "" where it holds none or several.

    Examples
    --------
    >>> plain_postcode("42 000"), plain_postcode("1000"), plain_postcode("42000.0")
    ('42000', '01000', '42000')
    """
    if not text:
        return ""
    digits = re.sub(r"\.0+$", "", text.strip()).upper().removeprefix("FR").removeprefix("F")
    digits = re.sub(r"[\s.-]", "", digits)
    if digits.isdecimal() and digits.isascii() and len(digits) in (4, 5):
        code = digits.zfill(5)
        return "" if code.startswith("00") else code
    found = {first + last for first, last in _POSTCODE.findall(text)}
    return found.pop() if len(found) == 1 else ""


def parts_of(text: str) -> list[str]:
    """Return what commas, semicolons, line breaks and lonely hyphens divide.

    Examples
    --------
    >>> parts_of("Bât. B, 3 rue X - Lyon")
    ['Bât. B', '3 rue X', 'Lyon']
    """
    parts = (part.strip(_EDGES) for part in _SEPARATOR.split(text))
    return [part for part in parts if part]


def _split_at_postcode(text: str) -> tuple[str, str, str]:
    """Return the last postcode in `text`, what follows it and what precedes it."""
    if not text:
        return "", "", ""
    last = None
    for found in _POSTCODE.finditer(text):
        last = found
    if last is None:
        return "", "", _with_letters(text)
    behind = text[last.end() :].lstrip(" )")
    before = text[: last.start()].rstrip(" (")
    return last[1] + last[2], _with_letters(behind), _with_letters(before)


def _with_letters(text: str) -> str:
    """Return `text` without punctuation around it, "" where no letter is in it."""
    return text.strip(_EDGES) if any(map(str.isalpha, text)) else ""


def _town(postcode: str, text: str, *, where: str, departement: str = "") -> Town:
    cedex = ""
    if found := _CEDEX.search(text):
        cedex = found[1] or "0"
        text = text[: found.start()] + text[found.end() :]
    if "(" in text and not _ARTICLE_BEHIND.match(text):
        bracketed = [inside.strip() for inside in _BRACKETS.findall(text)]
        text = _BRACKETS.sub(" ", text).strip(_EDGES)
        for inside in bracketed:
            if _ARRONDISSEMENT.match(fold(f"{text} {inside}")) and inside not in _DIVIDED.values():
                text = f"{text} {inside}"  # "Lyon (3e)"
            else:
                departement = inside
    text = _COUNTRY.sub("", _BOX.sub(" ", text)).strip(_EDGES)
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
    if found and not _ARRONDISSEMENT.match(fold(text)):
        return text[: found.start()], found[1]
    return text, ""


# The municipal arrondissements are those of these towns; the code of their département.
_DIVIDED: Final = {"paris": "75", "lyon": "69", "marseille": "13"}
_ROMAN: Final = {
    roman: number
    for number, roman in enumerate(
        "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX".lower().split(), 1
    )
}
_ARRONDISSEMENT: Final = re.compile(
    r"^((?:.* )?(?:paris|lyon|marseille)) (?:arrondissement )?"
    r"(0?[1-9]|1[0-9]|20|[ivx]+)(?:er|e|eme|ieme)?(?: .*)?$"
)


def split_arrondissement(folded: str) -> tuple[str, int]:
    """Return a folded town and the number of its municipal arrondissement, 0 where none stands.

    Examples
    --------
    >>> split_arrondissement("paris 11e arrondissement"), split_arrondissement("lyon iii")
    (('paris', 11), ('lyon', 3))
    >>> split_arrondissement("paris la defense")
    ('paris la defense', 0)
    """
    found = _ARRONDISSEMENT.match(folded)
    if found is None:
        return folded, 0
    number = int(found[2]) if found[2].isdecimal() else _ROMAN.get(found[2], 0)
    return found[1], number


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
