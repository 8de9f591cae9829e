"""Town names and postcodes as people write them, made comparable.

Pure functions: they never raise and keep no state.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

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
ARTICLE_BEHIND: Final = re.compile(r"^(.*?)[\s,]*\(\s*(les?|la|l['’]?)\s*\)\s*$", re.IGNORECASE)


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Return `text` in lower-case ASCII words, abbreviations of towns spelt out.

    Examples
    --------
    >>> fold("ST-ÉTIENNE"), fold("L'Haÿ-les-Roses"), fold("Chalon s/Saône"), fold("Mans (Le)")
    ('saint etienne', 'l hay les roses', 'chalon sur saone', 'le mans')
    """
    if "(" in text and (behind := ARTICLE_BEHIND.match(text)):
        text = f"{behind[2]} {behind[1]}"
    try:
        plain = text.replace("’", "'").encode("latin-1").translate(_PLAIN)
        words = _letter_by_letter(text) if _NOT_ONE_LETTER in plain else plain.decode()
    except UnicodeEncodeError:
        words = _letter_by_letter(text)
    return " ".join([_SPELT_OUT.get(word, word) for word in words.split()])


def _letter_by_letter(text: str) -> str:
    """Return any text in lower-case ASCII letters and figures, blanks for what is neither."""
    text = unicodedata.normalize("NFKD", text.translate(_TO_ASCII))
    text = _ACCENT.sub("", text.lower())
    if "/" in text:
        for pattern, word in _SLASHED:
            text = pattern.sub(word, text)
    return _NO_WORD.sub(" ", text)


# The same for text of which each letter of Latin-1 becomes one letter or blank, in one pass.
_NOT_ONE_LETTER: Final = b"\xff"
_PLAIN: Final = b"".join(
    letter.encode() if len(letter) == 1 and code != ord("/") else _NOT_ONE_LETTER
    for code, letter in ((code, _letter_by_letter(chr(code))) for code in range(256))
)


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


_OPENING: Final = re.compile(
    r"^(?:la )?(?:ville|mairie|commune|municipalite) (?:de|du|des|d) (?=.)"
)


def without_opening(folded: str) -> str:
    """Return a folded name without "ville de" and the like before it.

    Examples
    --------
    >>> without_opening("mairie de la rochelle"), without_opening("ville la grand")
    ('la rochelle', 'ville la grand')
    """
    return _OPENING.sub("", folded)


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


POSTCODE: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:F[R]?[- ]?)?(?!00)([0-9]{2})[ .]?([0-9]{3})(?!\s*[0-9])"
)


def plain_postcode(text: str) -> str:
    """Return the five digits of a postcode cell, "" where it holds none or several.

    Examples
    --------
    >>> plain_postcode("42 000"), plain_postcode("1000"), plain_postcode("42000.0")
    ('42000', '01000', '42000')
    """
    if not text:
        return ""
    if len(text) == 5 and text.isascii() and text.isdecimal():
        return "" if text.startswith("00") else text
    digits = re.sub(r"\.0+$", "", text.strip()).upper().removeprefix("FR").removeprefix("F")
    digits = re.sub(r"[\s.-]", "", digits)
    if digits.isdecimal() and digits.isascii() and len(digits) in (4, 5):
        code = digits.zfill(5)
        return "" if code.startswith("00") else code
    found = {first + last for first, last in POSTCODE.findall(text)}
    return found.pop() if len(found) == 1 else ""
