"""What a reader sees, in French (the default) and English: labels and numbers.

Maps, workbooks, reports and the terminal take every word from the table of `ptce_geo.words` and
write every number with `format_number`, so a page never mixes two languages.
"""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

from ptce_geo.errors import InputError
from ptce_geo.words import LABELS

if TYPE_CHECKING:
    import pandas as pd

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


def label_if_known(prefix: str, word: str, lang: Language = "fr") -> str:
    """Return the words for `word` of a vocabulary; one that is not ours stays as it is.

    Examples
    --------
    >>> label_if_known("column", "city", "en"), label_if_known("column", "Zone")
    ('Town given', 'Zone')
    """
    key = f"{prefix}_{word}"
    return label(key, lang) if key in LABELS else word


def label_reason(reason: str, lang: Language = "fr") -> str:
    """Put a reason ("word", or "word: details") in words; one that is not ours stays as it is.

    Examples
    --------
    >>> label_reason("misspelt_town: Romans", "en")
    'misspelt town (Romans)'
    >>> label_reason("corrected_address: misspelt_town: Romans", "en")
    'address corrected by hand: misspelt town (Romans)'
    """
    word, _, details = reason.partition(": ")
    words = label_if_known("reason", word, lang)
    if words == word:
        return reason
    if not details:
        return words
    # "corrected_address: misspelt_town: Romans" holds the reason of the address.
    within = label_reason(details, lang)
    colon = " : " if lang == "fr" else ": "
    return f"{words} ({details})" if within == details else f"{words}{colon}{within}"


def reason_words(reasons: pd.Series) -> pd.Series:
    """Return the word of each reason ("word" or "word: details"), to count and compare.

    Examples
    --------
    >>> import pandas as pd
    >>> reason_words(pd.Series(["misspelt_town: Romans", "no_town", None])).to_list()
    ['misspelt_town', 'no_town', nan]
    """
    return reasons.astype("str").str.extract("^([^:]*)", expand=False)


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


def format_given(value: float, lang: Language = "fr") -> str:
    """Write a number that somebody chose, with the decimals it was given with (3 at most).

    Examples
    --------
    >>> format_given(2.5), format_given(20.0), format_given(0.04, "en")
    ('2,5', '20', '0.04')
    """
    decimals = len(f"{value:.3f}".rstrip("0").partition(".")[2])
    return format_number(value, lang, decimals=decimals)


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


def format_date(iso: str, lang: Language = "fr") -> str:
    """Write the day of an ISO 8601 date or time.

    Examples
    --------
    >>> format_date("2026-11-01T05:50:14+00:00"), format_date("2026-11-22", "en")
    ('1er novembre 2026', '22 November 2026')
    """
    day = date.fromisoformat(iso[:10])
    number = "1er" if lang == "fr" and day.day == 1 else str(day.day)
    return f"{number} {label(f'month_{day.month}', lang)} {day.year}"
