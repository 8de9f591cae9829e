"""Names of streets as people write them, made comparable, and how like one another they are.

Pure functions: they never raise and keep no state. Indexes of addresses hold the keys of streets:
whoever changes `street_key` raises `ban_index.packing.FORMAT`.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz.distance import OSA

from ptce_geo.geocoding.street_words import (
    ABBREVIATED_TYPES,
    DATES,
    INSTEAD,
    LIGHT_WORDS,
    LINK_WORDS,
    MONTHS,
    TELLING_WORDS,
    TITLES,
    TYPES,
)
from ptce_geo.territories.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_WORDS: Final = 14


class StreetWords(NamedTuple):
    """What a street is ("rue", "" where untold), and the words of its name."""

    kind: str
    words: tuple[str, ...]


@lru_cache(maxsize=50_000)
def street_key(name: str) -> str:
    """Return the words that tell a street from others: abbreviations spelt out, no articles.

    Examples
    --------
    >>> street_key("Av. du Gal de Gaulle"), street_key("AVENUE GENERAL DE GAULLE")
    ('avenue general gaulle', 'avenue general gaulle')
    >>> street_key("Rue du Huit-Mai-1945"), street_key("Grand'Rue")
    ('rue 8 mai', 'grande rue')
    """
    return key_of_words(fold(name).split())


def key_of_words(folded: Sequence[str]) -> str:
    """Return the key of a street by its folded words (`street_key` of a name not yet folded)."""
    words = [word for word in folded[:_MOST_WORDS] if word not in LINK_WORDS]
    if not words:
        # "Place de la" is the whole name of a street somewhere.
        return " ".join(folded[:_MOST_WORDS])
    words[0] = ABBREVIATED_TYPES.get(words[0], words[0])
    words = [INSTEAD.get(word, word) for word in words]
    if not MONTHS.isdisjoint(words):
        words = _without_year(words)
    return " ".join(words)


def _without_year(words: Sequence[str]) -> list[str]:
    """Return the words of a key without the year behind a day that all know: "8 mai 1945"."""
    kept: list[str] = []
    for word in words:
        if len(kept) < 2 or (kept[-2], kept[-1], word[-2:]) not in DATES:
            kept.append(word)
    return kept


def split_key(key: str) -> StreetWords:
    """Return what the street of a key is, and the words of its name.

    Examples
    --------
    >>> split_key("avenue general gaulle")
    StreetWords(kind='avenue', words=('general', 'gaulle'))
    >>> split_key("grande rue"), split_key("laplacote")
    (StreetWords(kind='', words=('grande', 'rue')), StreetWords(kind='', words=('laplacote',)))
    """
    first, _, rest = key.partition(" ")
    if rest and first in TYPES:
        return StreetWords(first, tuple(rest.split()))
    return StreetWords("", tuple(key.split()))


def split_street(folded: str) -> tuple[str, str]:
    """Return what a street is, and its name, abbreviations spelt out but articles kept.

    Examples
    --------
    >>> split_street("av du gal leclerc"), split_street("grande rue")
    (('avenue', 'du general leclerc'), ('', 'grande rue'))
    """
    if not folded:
        return "", ""
    first, *rest = with_type_spelt_out(folded.split())
    name = " ".join(TITLES.get(word, word) for word in rest)
    return (first, name) if name and first in TYPES else ("", f"{first} {name}".rstrip())


def with_type_spelt_out(folded: Sequence[str]) -> list[str]:
    """Return a street's folded words, what it is spelt out.

    Examples
    --------
    >>> with_type_spelt_out(["bd", "saint", "michel"])
    ['boulevard', 'saint', 'michel']
    """
    return [ABBREVIATED_TYPES.get(folded[0], folded[0]), *folded[1:]]


# What each difference between two names takes off their likeness.
_OTHER_KIND: Final = 0.20  # "rue" for "avenue"
_NO_KIND: Final = 0.04
_RUN_TOGETHER: Final = 0.02  # "Châteaudun" for "Château Dun"
_SPELLING: Final = 0.02  # a plural, a doubled letter
_TYPO: Final = 0.06  # in a word of six letters or more
_SHORT_TYPO: Final = 0.15
_TWO_TYPOS: Final = 0.18
_INITIAL: Final = 0.06  # "J. Moulin"
_LIGHT: Final = 0.05  # "Maréchal" left out or added
_BEFORE: Final = 0.13  # a first name left out or added: "rue du Moulin" is not "rue Jean Moulin"
_STRANGER: Final = 0.40
_OTHER_WORD: Final = 1.0
# Where the words do not match, letters alike are worth showing to a person, and no more.
_RESEMBLING: Final = 0.85
_LEAST_RESEMBLANCE: Final = 0.7
# Letters from which a slip of the pen costs less, two are one slip each, blanks may be astray.
_LONGER, _LONG, _VERY_LONG = 6, 7, 8


@lru_cache(maxsize=20_000)
def likeness(asked: str, known: str) -> float:
    """Return how like two keys of streets are (0…1): 1 the same, below 0.8 rather another street.

    One less the sum of what their differences take off. The words are matched in their order; a
    word may be left out, more cheaply a title or a first name than the last one, or differ by a
    slip of the pen; numbers never differ.

    Examples
    --------
    >>> likeness("rue pierre semart", "rue pierre semard"), likeness("gambetta", "rue gambetta")
    (0.94, 0.96)
    >>> likeness("rue moulin", "rue petite moulin"), likeness("rue 8 mai", "rue 11 novembre")
    (0.6, 0.0)
    """
    if asked == known:
        return 1.0
    one, other = split_key(asked), split_key(known)
    cost = 0.0
    if one.kind != other.kind:
        cost = _OTHER_KIND if one.kind and other.kind else _NO_KIND
    like = 1.0 - _words_cost(one.words, other.words)
    titles, others = LIGHT_WORDS.intersection(one.words), LIGHT_WORDS.intersection(other.words)
    if titles - others and others - titles:
        like -= _STRANGER  # "Docteur Leclerc" is not "Général Leclerc"
    if like < _RESEMBLING:
        like = max(like, _RESEMBLING * _resemblance(one.words, other.words))
    return round(max(0.0, like - cost), 4)


def is_slip(asked: str, known: str) -> bool:
    """Return whether two keys of streets have as many words, and differ by letters in some.

    Examples
    --------
    >>> is_slip("rue merisiers", "rue cerisiers"), is_slip("rue foch", "rue marechal foch")
    (True, False)
    """
    one, other = split_key(asked).words, split_key(known).words
    return one != other and len(one) == len(other)


def _resemblance(asked: Sequence[str], known: Sequence[str]) -> float:
    """Return how like the letters of two names are (0…1), 0 where their numbers differ."""
    one, other = "".join(asked), "".join(known)
    if _digits(one) != _digits(other):
        return 0.0
    return OSA.normalized_similarity(one, other, score_cutoff=_LEAST_RESEMBLANCE)


def _words_cost(asked: Sequence[str], known: Sequence[str]) -> float:
    """Return the least that the differences of two names cost."""
    if asked == known:
        return 0.0
    if "".join(asked) == "".join(known):
        return _RUN_TOGETHER
    # What it costs to have matched the first words of both (as in an edit distance, by words).
    before = [0.0]
    for other in known:
        before.append(before[-1] + _left_out(other, last=other is known[-1]))
    for word in asked:
        extra = _left_out(word, last=word is asked[-1])
        current = [before[0] + extra]
        for column, other in enumerate(known):
            least = min(
                before[column] + _word_cost(word, other),
                before[column + 1] + extra,
                current[column] + _left_out(other, last=other is known[-1]),
            )
            current.append(least)
        before = current
    return min(before[-1], _spacing_cost(asked, known))


def _left_out(word: str, *, last: bool) -> float:
    """Return what it costs that one name lacks a word of the other."""
    if word in LIGHT_WORDS:
        return _LIGHT
    return _STRANGER if last or word in TELLING_WORDS or word[0].isdecimal() else _BEFORE


def _word_cost(asked: str, known: str) -> float:
    """Return what it costs to take a word for another: nothing, a slip of the pen, or all."""
    if asked == known:
        return 0.0
    shorter = min(len(asked), len(known))
    if asked[0].isdecimal() or known[0].isdecimal():
        return _OTHER_WORD
    if shorter == 1:
        return _INITIAL if asked[0] == known[0] else _OTHER_WORD
    if _abbreviates(asked, known) or _abbreviates(known, asked):
        return _SPELLING
    if _spelt_alike(asked) == _spelt_alike(known):
        return _SPELLING
    most = 1 if shorter < _LONG else 2
    edits = OSA.distance(asked, known, score_cutoff=most)
    if edits > most or shorter < 3:
        return _OTHER_WORD
    # Few pens slip at the first letter, or twice in a word: "Lenoir" is not "Renoir".
    likely = shorter >= _LONGER and asked[0] == known[0] and edits == 1
    if likely:
        return _TYPO
    return _SHORT_TYPO if edits == 1 else _TWO_TYPOS


def _abbreviates(short: str, long: str) -> bool:
    """Whether a word is a title cut short: "col" for "colonel"."""
    return len(short) > 1 and long in LIGHT_WORDS and long.startswith(short)


def _spelt_alike(word: str) -> str:
    """Return a word without its plural and doubled letters: "gaulle" and "gaule" are one name."""
    letters = [word[0]]
    letters += [letter for before, letter in pairwise(word) if letter != before]
    return "".join(letters).rstrip("sx")


def _spacing_cost(words: Sequence[str], others: Sequence[str]) -> float:
    """Return what a slip of the pen costs where the blanks stand elsewhere too."""
    asked, known = "".join(words), "".join(others)
    if len(words) == len(others) or min(len(asked), len(known)) < _VERY_LONG:
        return _OTHER_WORD
    if _digits(asked) != _digits(known):
        return _OTHER_WORD
    edits = OSA.distance(asked, known, score_cutoff=1)
    return _RUN_TOGETHER + _TYPO if edits <= 1 else _OTHER_WORD


def _digits(text: str) -> list[str]:
    return [letter for letter in text if letter.isdecimal()]
