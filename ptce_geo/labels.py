"""What a reader sees, in French (the default) and English: labels and numbers.

Maps, workbooks, reports and the terminal take every word from the table of `ptce_geo.words` and
write every number with `format_number`, so a page never mixes two languages.
"""

from __future__ import annotations

import math
from typing import Final, Literal

from ptce_geo.errors import InputError
from ptce_geo.words import LABELS

Language = Literal["fr", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")

_NARROW_NO_BREAK_SPACE: Final = "\u202f"


def check_language(lang: str) -> Language:
    """Return `lang` if it is one of `LANGUAGES`, else raise `InputError`."""
    for known in LANGUAGES:
        if lang == known:
            return known
    msg = f"unknown language {lang!r}; known: {', '.join(LANGUAGES)}"
    raise InputError(msg)


def label(key: str, lang: Language = "fr") -> str:
    """Return the words for `key` in `lang`.

    Examples
    --------
    >>> label("review"), label("review", "en")
    ('à vérifier', 'to check')
    """
    return LABELS[key][LANGUAGES.index(lang)]


def format_number(value: float | None, lang: Language = "fr", *, decimals: int = 0) -> str:
    """Write a number as a reader of `lang` expects it; a missing one is an en dash.

    Examples
    --------
    >>> format_number(12345.678, "en", decimals=1)
    '12,345.7'
    >>> format_number(12345.678, decimals=1).replace(chr(0x202f), "_")
    '12_345,7'
    """
    if value is None or math.isnan(value):
        return "–"
    text = f"{value:,.{decimals}f}"
    if lang == "fr":
        text = text.replace(",", _NARROW_NO_BREAK_SPACE).replace(".", ",")
    return text


def format_share(value: float | None, lang: Language = "fr", *, decimals: int = 1) -> str:
    """Write a share (0…1) as a percentage.

    Examples
    --------
    >>> format_share(0.125, "en")
    '12.5%'
    """
    if value is None or math.isnan(value):
        return "–"
    sign = "%" if lang == "en" else f"{_NARROW_NO_BREAK_SPACE}%"
    return format_number(100 * value, lang, decimals=decimals) + sign
