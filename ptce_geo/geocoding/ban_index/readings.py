"""Where an address may be looked for: the ways to read its town and its street, the surest first.

Under its postcode, by the name of its town, in its département, by a misspelt name, by the street
alone. Each reading says what it is worth to find the street there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ptce_geo.geocoding.street_words import STREET_TYPES
from ptce_geo.geocoding.streets import key_of_words
from ptce_geo.geocoding.text import parts_of
from ptce_geo.territories.commune_index import PART, likest, malus
from ptce_geo.territories.names import fold, loose, split_arrondissement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ptce_geo.geocoding.address import Address
    from ptce_geo.geocoding.ban_index.reader import BanIndex
    from ptce_geo.territories.commune_index import CommuneIndex, Name


class Reading(NamedTuple):
    """A way to read the address: the communes it may lie in, its street, what that is worth."""

    codes: tuple[str, ...]
    key: str
    weight: float
    town_told: bool = True
    # The communes that the name alone may mean; not asked of the register before a street is found.
    homonyms: tuple[str, ...] = ()
    exactly: bool = False  # no street that is only like the one asked


# What it is worth to look somewhere: the town and its postcode say so, ...
_AGREED: Final = 1.0
_NAME_ALONE: Final = 1.0
_AS_WELL: Final = 0.03  # two names met as well as one another, but for an article
_POSTCODE_ALONE: Final = 0.98
# ... the town lies in the département of the postcode (a CEDEX, a neighbour), ...
_IN_DEPARTEMENT: Final = 0.98
# ... the town is elsewhere, or the postcode knows no such town, ...
_WRONG_POSTCODE: Final = 0.88
_WRONG_TOWN: Final = 0.76
# ... one town under the postcode begins with what is written, ...
_BEGINNING: Final = 0.95
# ... the town's name is one like it, or nothing but the street tells.
_MISSPELT: Final = 0.98
_STREET_ALONE: Final = 0.75
# From here on a street is the one asked, and no other reading is tried.
SURE: Final = 0.94
# Below it a street is another one.
FLOOR: Final = 0.6
_MOST_WORDS_OF_A_TOWN: Final = 8
MOST_COMMUNES: Final = 60
_ARTICLES: Final = frozenset(("l", "la", "le", "les"))
_NOT_BEFORE_A_TOWN: Final = frozenset(("de", "d", "du", "des"))
# A town's name in a line where the street's stands too must be this like.
_ALIKE: Final = 0.75


def readings_of(
    index: BanIndex, communes: CommuneIndex, address: Address, departement: str
) -> Iterator[tuple[float, Sequence[Reading]]]:
    """Yield readings of an address, the surest first.

    Before those that are as sure as one another stands the score that makes them needless.
    """
    town, words = address.town, address.street.split()
    key = key_of_words(words) if words else ""
    name = _town_name(communes, address)
    under = _under(index, communes, town.postcode)
    if not name:
        yield from _without_town(index, communes, words, key, under, departement)
        return
    named = _named(communes, name, departement)
    agreed = {code: weight for code, weight in named.items() if code in under}
    if agreed:
        yield SURE, _equally_met(agreed, key, _AGREED)
    elif named and not town.postcode:
        yield SURE, _by_name_alone(named, key)
    near = communes.departements_of(town.postcode) if town.postcode else frozenset((departement,))
    in_departement = {c: w for c, w in named.items() if departement_of(c) in near}
    if town.postcode and not agreed and in_departement:
        yield SURE, _equally_met(in_departement, key, _IN_DEPARTEMENT)
    beginning = _beginning(communes, name, under) if under and not agreed else {}
    if beginning:
        yield SURE, _equally_met(beginning, key, _BEGINNING)
    misspelt = _misspelt(communes, name, under) if under and not (agreed or beginning) else {}
    if misspelt:
        yield SURE, _equally_met(misspelt, key, _MISSPELT)
    if town.postcode and not agreed:
        elsewhere = {c: w for c, w in named.items() if c not in in_departement}
        others = tuple(code for code in under if code not in misspelt)
        readings = _equally_met(elsewhere, key, _WRONG_POSTCODE)
        yield SURE, [*readings, *([Reading(others, key, _WRONG_TOWN)] if others else [])]
    if not named and not under:
        yield from _by_street(index, communes, [(key, name)])


def _without_town(
    index: BanIndex,
    communes: CommuneIndex,
    words: Sequence[str],
    key: str,
    under: Sequence[str],
    departement: str,
) -> Iterator[tuple[float, Sequence[Reading]]]:
    """Yield readings of a line in which the town, if any, stands behind the street."""
    if under:
        whole = Reading(tuple(under), key, _POSTCODE_ALONE, len(under) == 1)
        # Mostly the line is the street, and no town need be looked for in it.
        yield SURE, [whole._replace(exactly=True)]
    behind = _towns_behind(communes, words, departement, postcode_told=bool(under))
    if under:
        inside = [
            one._replace(codes=kept)
            for one in behind
            if (kept := tuple(code for code in one.codes if code in under))
        ]
        yield SURE, [*inside, whole]
    else:
        yield SURE, list(behind)
    if not under:
        yield from _by_street(index, communes, list(_street_and_town(words)))
        if codes := index.communes_with_street[key]:
            yield FLOOR, [Reading(codes[:MOST_COMMUNES], key, _STREET_ALONE, town_told=False)]


def _street_and_town(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the ways to divide a line into a street's key and a town's name."""
    for start in range(max(1, len(words) - _MOST_WORDS_OF_A_TOWN), len(words)):
        if words[start - 1] not in _NOT_BEFORE_A_TOWN:
            yield key_of_words(words[:start]), " ".join(words[start:])


def _by_street(
    index: BanIndex, communes: CommuneIndex, divided: Iterable[tuple[str, str]]
) -> Iterator[tuple[float, Sequence[Reading]]]:
    """Yield readings in which the street is known and the town's name is like one that has it."""
    readings = []
    for key, name in divided:
        if len(name) < 4:
            continue
        codes = index.communes_with_street[key]
        near = _misspelt(communes, name, codes) if codes else {}
        readings += [one._replace(town_told=False) for one in _equally_met(near, key, _MISSPELT)]
    if readings:
        yield SURE, readings


def _town_name(communes: CommuneIndex, address: Address) -> str:
    """Return the folded name of the town, "" where it may stand in the line of the street."""
    town = address.town
    if town.where == "cell":
        return fold(town.name)
    if town.where == "part" and town.name:
        last = fold(parts_of(town.name)[-1])
        if communes.hits(split_arrondissement(last)[0]):
            return last
    return ""


def _under(index: BanIndex, communes: CommuneIndex, postcode: str) -> tuple[str, ...]:
    """Return the communes of a postcode: those of its addresses, and those of the register."""
    if not postcode:
        return ()
    codes = dict.fromkeys(index.communes_of_postcode(postcode))
    codes |= dict.fromkeys(communes.by_postcode.get(postcode, ()))
    return tuple(codes)


def _named(communes: CommuneIndex, name: str, departement: str) -> dict[str, float]:
    """Return the communes of that name, each with how well it is met."""
    town, number = split_arrondissement(name)
    named: dict[str, float] = {}
    hits = communes.hits(town)
    met = [(hit.name, hit.score) for hit in hits]
    if not met:
        met = [(other, PART - malus(other)) for other in communes.shorter(town)]
    for other, score in met:
        if departement and other.departement != departement:
            continue
        for code in codes_of(communes, other, number):
            named[code] = max(score, named.get(code, 0.0))
    return named


def _beginning(communes: CommuneIndex, name: str, under: Sequence[str]) -> dict[str, float]:
    """Return the one commune under a postcode whose name goes on: "Saint-Martin" at 42800."""
    codes = {other.code_commune for other in communes.longer(name)}.intersection(under)
    return dict.fromkeys(codes, 1.0) if len(codes) == 1 else {}


def _by_name_alone(named: dict[str, float], key: str) -> list[Reading]:
    """Return the readings of a town that nothing but its name tells."""
    best = max(named.values())
    as_well = tuple(code for code, score in named.items() if score > best - _AS_WELL)
    told = best > PART  # but for "Aix"
    readings = _equally_met(named, key, _NAME_ALONE)
    return [one._replace(town_told=told, homonyms=as_well) for one in readings]


def codes_of(communes: CommuneIndex, name: Name, number: int = 0) -> tuple[str, ...]:
    """Return the codes by which the BAN may know a commune: also those of its arrondissements."""
    code = name.code_commune
    if (code, 1) not in communes.arrondissements:
        return (code,)
    if name.code != code:
        return (name.code, code)
    numbers = (number,) if number else range(1, 21)
    return (
        code,
        *(municipal_code(code, n) for n in numbers if (code, n) in communes.arrondissements),
    )


_FIRST_ARRONDISSEMENT: Final = {"75056": 75100, "69123": 69380, "13055": 13200}


def municipal_code(commune: str, number: int) -> str:
    """Return the code of a municipal arrondissement: ("75056", 11) → "75111"."""
    return str(_FIRST_ARRONDISSEMENT[commune] + number)


def departement_of(code: str) -> str:
    """Return the département of a commune's code."""
    return code[:3] if code.startswith("97") else code[:2]


def _equally_met(codes: dict[str, float], key: str, weight: float) -> list[Reading]:
    """Return one reading for all the communes that are met as well as one another."""
    by_score: dict[float, list[str]] = {}
    for code, score in codes.items():
        by_score.setdefault(score, []).append(code)
    return [Reading(tuple(met), key, weight * score) for score, met in by_score.items()]


def _misspelt(communes: CommuneIndex, name: str, codes: Sequence[str]) -> dict[str, float]:
    """Return those of some communes that have a name like the one asked, each with how like."""
    names = [other for code in codes for other in communes.by_commune.get(code, ())]
    found: dict[str, float] = {}
    for hit in likest(name, names, alike=_ALIKE):
        code = hit.name.code_commune
        found[code] = max(hit.score, found.get(code, 0.0))
    if not found:
        squeezed = loose(name)
        for other in names:
            if len(squeezed) > 3 and loose(other.folded).startswith(squeezed):
                found[other.code_commune] = PART
    return found


def _towns_behind(
    communes: CommuneIndex,
    words: Sequence[str],
    departement: str,
    *,
    postcode_told: bool,
) -> Iterator[Reading]:
    """Yield the readings of a line that ends in the name of a town."""
    by_name = communes.by_name
    # "Paris 11e", "Lyon 3 arrondissement"
    divided = any(word[0].isdecimal() for word in words[-2:])
    for start in range(max(1, len(words) - _MOST_WORDS_OF_A_TOWN), len(words)):
        # The register knows names without their article.
        if words[start] in _ARTICLES or words[start - 1] in _NOT_BEFORE_A_TOWN:
            continue
        phrase = " ".join(words[start:])
        phrase, number = split_arrondissement(phrase) if divided else (phrase, 0)
        names = by_name.get(phrase)
        if not names or phrase in STREET_TYPES:
            continue  # "1 Grande Rue" is not in Rue
        key = key_of_words(words[:start])
        meant = [name for name in names if not departement or name.departement == departement]
        own = () if postcode_told else tuple(n.code_commune for n in meant if malus(n) == 0)
        for name in meant:
            weight = _NAME_ALONE - malus(name)
            yield Reading(codes_of(communes, name, number), key, weight, homonyms=own)
