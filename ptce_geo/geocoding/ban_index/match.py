"""Find the street of an address in an index of the BAN: the commune first, then the street.

Where the town may lie is tried from the surest reading to the least: under its postcode, by its
name, in its département, by a misspelt name, by the street alone. What a place is worth times how
like its street is to the one asked is the score; the first reading that gives a street surely like
it ends the search.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import fuzz, process

from ptce_geo.geocoding.street_words import STREET_TYPES
from ptce_geo.geocoding.streets import is_slip, key_of_words, likeness, street_key
from ptce_geo.geocoding.text import parts_of
from ptce_geo.territories.commune_index import DOMINANT, PART, likest, malus
from ptce_geo.territories.names import fold, loose, split_arrondissement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ptce_geo.geocoding.address import Address
    from ptce_geo.geocoding.ban_index.packing import CommuneStreets, Street
    from ptce_geo.geocoding.ban_index.reader import BanIndex
    from ptce_geo.territories.commune_index import CommuneIndex, Name


class Found(NamedTuple):
    """A street that may be the one asked.

    Attributes
    ----------
    score : float
        0…1: what the place is worth times how like the street is.
    likeness : float
        How like the street's name is to the one asked (`streets.likeness`).
    street, commune
        From the index.
    town_told : bool
        Whether the address tells the commune, rather than that it has this street: not where
        several towns have the name, or only one like it, and no postcode tells which.
    """

    score: float
    likeness: float
    street: Street
    commune: CommuneStreets
    town_told: bool = True


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
# ... or there is another town of that name, whose addresses the index does not hold, ...
_HOMONYM_UNKNOWN: Final = 0.78
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
_SURE: Final = 0.94
# "rue des Merisiers" is no slip for "rue des Cerisiers" where some commune has such a street.
_REAL_NAME: Final = 0.78
# Below it a street is another one.
FLOOR: Final = 0.6
_OTHER_POSTCODE: Final = 0.04
_OTHER_OLD_COMMUNE: Final = 0.06
_OTHER_ARRONDISSEMENT: Final = 0.25
# "place de la Mairie" does not tell which of two towns of one name is meant, "rue du Luberon" may.
_COMMON_STREET: Final = 0.22
_FEW_HAVE_IT: Final = 3
_SHARE_HAVING_IT: Final = 0.001
# Under a postcode "Route d'Issoire" is rather a neighbour's than Issoire's: it decides where
# nothing else does.
_LEADS_THERE: Final = 0.001
_MOST_WORDS_OF_A_TOWN: Final = 8
_MOST_COMMUNES: Final = 60
# Fewer communes are sooner asked for the street than the street for its communes.
_FEW: Final = 2
_ARTICLES: Final = frozenset(("l", "la", "le", "les"))
_NOT_BEFORE_A_TOWN: Final = frozenset(("de", "d", "du", "des"))
# A town's name in a line where the street's stands too must be this like.
_ALIKE: Final = 0.75


def search(
    index: BanIndex, communes: CommuneIndex, address: Address, departement: str = ""
) -> list[Found]:
    """Return the streets that an address may mean, the likeliest first; none below `FLOOR`.

    Parameters
    ----------
    index : BanIndex
        The addresses.
    communes : CommuneIndex
        The register, which knows the names that communes go and went by.
    address : Address
        What was read of the address.
    departement : str
        Code of the département declared for it, "" for none.
    """
    best: dict[int, Found] = {}
    surest = 0.0
    for least, readings in _tiers(index, communes, address, departement):
        if surest < least:
            surest = max(surest, _search(index, communes, list(readings), address, best))
        if surest >= _SURE:
            break
    found = list(best.values())
    if len(found) > 1:
        if address.town.postcode:
            found = [one._replace(score=one.score - _leads_there(one)) for one in found]
        found.sort(key=lambda one: (-one.score, one.street.id))
    return found


def _search(
    index: BanIndex,
    communes: CommuneIndex,
    readings: Sequence[Reading],
    address: Address,
    best: dict[int, Found],
) -> float:
    """Add to `best` what some readings give; return the best score of it."""
    surest = 0.0
    for look in (_exactly, _alike):
        for reading in readings:
            for found in look(index, reading):
                if len(reading.homonyms) > 1:
                    found = _among_homonyms(index, communes, found, reading.homonyms)
                found = _adjusted(index, found, address)
                surest = max(surest, found.score)
                known = best.get(found.street.id)
                if known is None or found.score > known.score:
                    best[found.street.id] = found
        if surest >= _SURE:
            break
    return surest


def _adjusted(index: BanIndex, found: Found, address: Address) -> Found:
    """Return what was found, worth less for what tells against it."""
    street, off = found.street, 0.0
    asked = address.town.postcode
    if asked and street.postcode and asked != street.postcode:
        off += 0.0 if asked in street.other_postcodes else _OTHER_POSTCODE
    if street.old_commune and address.town.where == "cell":
        name = fold(address.town.name)
        if name not in (fold(street.old_commune), fold(found.commune.nom)):
            off += _OTHER_OLD_COMMUNE
    divided = found.commune.code.startswith(_DIVIDED)
    if divided and _elsewhere_in_town(found, address):
        off += _OTHER_ARRONDISSEMENT
    if not (found.town_told or asked) and _is_common(index, street.key):
        # It stays to be shown to a person.
        off += min(_COMMON_STREET, max(0.0, found.score - off - FLOOR))
    return found._replace(score=found.score - off) if off else found


def _elsewhere_in_town(found: Found, address: Address) -> bool:
    """Whether the address tells another arrondissement of Paris, Lyon or Marseille, or two."""
    town = address.town
    told = {split_arrondissement(fold(town.name))[1], int(town.cedex or 0)}
    if town.postcode in _OWN_POSTCODES:
        told.add(int(town.postcode[-2:]))
    number = int(found.street.postcode[-2:] or 0) if found.street.postcode else 0
    return bool(told - {0, number})


def _is_common(index: BanIndex, key: str) -> bool:
    """Whether so many communes have a street that it does not tell which one is meant."""
    having = len(index.communes_with_street(key))
    return having > max(_FEW_HAVE_IT, _SHARE_HAVING_IT * index.communes_count)


def _exactly(index: BanIndex, reading: Reading) -> Iterator[Found]:
    """Yield the streets of the very name that is asked."""
    codes = reading.codes
    if len(codes) > _FEW:
        having = index.communes_with_street(reading.key)
        codes = tuple(code for code in codes if _holds(having, code))
    for code in codes:
        commune = index.commune(code)
        if commune is not None:
            for street in commune.by_key.get(reading.key, ()):
                yield Found(reading.weight, 1.0, street, commune, reading.town_told)


def _leads_there(found: Found) -> float:
    """Return what is taken off a street named after its commune: such a street leads there."""
    return _LEADS_THERE if street_key(found.commune.nom) in found.street.key else 0.0


def _holds(ascending: Sequence[str], code: str) -> bool:
    at = bisect_left(ascending, code)
    return at < len(ascending) and ascending[at] == code


def _alike(index: BanIndex, reading: Reading) -> Iterator[Found]:
    """Yield the streets whose names are like the one asked."""
    if reading.exactly or not reading.key:
        return
    for code in reading.codes[:_MOST_COMMUNES]:
        commune = index.commune(code)
        if commune is None:
            continue
        keys = list(commune.by_key)
        near = process.extract(
            reading.key, keys, scorer=fuzz.token_set_ratio, score_cutoff=60, limit=12
        )
        near += process.extract(reading.key, keys, scorer=fuzz.ratio, score_cutoff=70, limit=5)
        for key in {key for key, _, _ in near}:
            like = likeness(reading.key, key)
            if like < 1 and is_slip(reading.key, key) and index.communes_with_street(reading.key):
                like = min(like, _REAL_NAME)
            if like >= FLOOR:
                for street in commune.by_key[key]:
                    yield Found(reading.weight * like, like, street, commune, reading.town_told)


def _tiers(
    index: BanIndex, communes: CommuneIndex, address: Address, departement: str
) -> Iterator[tuple[float, Iterable[Reading]]]:
    """Yield readings of an address, the surest first.

    Before those that are as sure as one another stands the score that makes them needless.
    """
    town, words = address.town, address.street.split()
    key = key_of_words(words) if words else ""
    name = _town_name(communes, address)
    under = _under(index, communes, town.postcode)
    if not name:
        yield from _without_town(index, communes, words, under, departement)
        return
    named = _named(communes, name, departement)
    agreed = {code: weight for code, weight in named.items() if code in under}
    if agreed:
        yield _SURE, _readings(agreed, key, _AGREED)
    elif named and not town.postcode:
        yield _SURE, _by_name_alone(named, key)
    near = communes.departements_of(town.postcode) if town.postcode else frozenset((departement,))
    in_departement = {c: w for c, w in named.items() if departement_of(c) in near}
    if town.postcode and not agreed and in_departement:
        yield _SURE, _readings(in_departement, key, _IN_DEPARTEMENT)
    beginning = _beginning(communes, name, under) if under and not agreed else {}
    if beginning:
        yield _SURE, _readings(beginning, key, _BEGINNING)
    misspelt = _misspelt(communes, name, under) if under and not (agreed or beginning) else {}
    if misspelt:
        yield _SURE, _readings(misspelt, key, _MISSPELT)
    if town.postcode and not agreed:
        elsewhere = {c: w for c, w in named.items() if c not in in_departement}
        others = tuple(code for code in under if code not in misspelt)
        readings = _readings(elsewhere, key, _WRONG_POSTCODE)
        yield _SURE, [*readings, *([Reading(others, key, _WRONG_TOWN)] if others else [])]
    if not named and not under:
        yield from _by_street(index, communes, [(key, name)])


def _without_town(
    index: BanIndex,
    communes: CommuneIndex,
    words: Sequence[str],
    under: Sequence[str],
    departement: str,
) -> Iterator[tuple[float, Iterable[Reading]]]:
    """Yield readings of a line in which the town, if any, stands behind the street."""
    key = key_of_words(words) if words else ""
    if under:
        whole = Reading(tuple(under), key, _POSTCODE_ALONE, len(under) == 1)
        # Mostly the line is the street, and no town need be looked for in it.
        yield _SURE, [whole._replace(exactly=True)]
    behind = _towns_behind(communes, words, departement, postcode_told=bool(under))
    if under:
        inside = [
            one._replace(codes=kept)
            for one in behind
            if (kept := tuple(code for code in one.codes if code in under))
        ]
        yield _SURE, [*inside, whole]
    else:
        yield _SURE, behind
    if not under:
        yield from _by_street(index, communes, list(_street_and_town(words)))
        if codes := index.communes_with_street(key):
            yield FLOOR, [Reading(codes[:_MOST_COMMUNES], key, _STREET_ALONE, town_told=False)]


def _street_and_town(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the ways to divide a line into a street's key and a town's name."""
    for start in range(max(1, len(words) - _MOST_WORDS_OF_A_TOWN), len(words)):
        if words[start - 1] not in _NOT_BEFORE_A_TOWN:
            yield key_of_words(words[:start]), " ".join(words[start:])


def _by_street(
    index: BanIndex, communes: CommuneIndex, divided: Iterable[tuple[str, str]]
) -> Iterator[tuple[float, Iterable[Reading]]]:
    """Yield readings in which the street is known and the town's name is like one that has it."""
    readings = []
    for key, name in divided:
        if len(name) < 4:
            continue
        codes = index.communes_with_street(key)
        near = _misspelt(communes, name, codes) if codes else {}
        readings += [one._replace(town_told=False) for one in _readings(near, key, _MISSPELT)]
    if readings:
        yield _SURE, readings


def _town_name(communes: CommuneIndex, address: Address) -> str:
    """Return the folded name of the town, "" where it may stand in the line of the street."""
    town = address.town
    if town.where == "cell":
        return fold(town.name)
    if town.where == "part":
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
        for code in _codes(communes, other, number):
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
    readings = _readings(named, key, _NAME_ALONE)
    return [one._replace(town_told=told, homonyms=as_well) for one in readings]


def _among_homonyms(
    index: BanIndex, communes: CommuneIndex, found: Found, codes: Iterable[str]
) -> Found:
    """Return what was found by the name of a town, less sure where other towns have it.

    One that dwarfs the others is meant; where the index lacks one, nothing is sure.
    """
    own = {communes.by_code[code].code_commune for code in codes if code in communes.by_code}
    if len(own) < 2:
        return found
    first, *others = sorted(own, key=lambda code: -communes.places[code].population)
    largest = communes.places[first].population
    rivals = [code for code in others if communes.places[code].population * DOMINANT > largest]
    indexed = all(
        any(one in index for one in (code, *_codes(communes, communes.by_commune[code][0])))
        for code in (first, *rivals)
    )
    weight = 1.0 if indexed else _HOMONYM_UNKNOWN
    return found._replace(score=weight * found.score, town_told=found.town_told and not rivals)


def _codes(communes: CommuneIndex, name: Name, number: int = 0) -> tuple[str, ...]:
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


# Codes and postcodes of Paris, Lyon and Marseille and their arrondissements.
_DIVIDED: Final = ("75056", "751", "69123", "6938", "13055", "132")
_OWN_POSTCODES: Final = frozenset(
    f"{department}{number:03}"
    for department, last in (("75", 20), ("69", 9), ("13", 16))
    for number in range(1, last + 1)
) | {"75116"}
_FIRST_ARRONDISSEMENT: Final = {"75056": 75100, "69123": 69380, "13055": 13200}


def municipal_code(commune: str, number: int) -> str:
    """Return the code of a municipal arrondissement: ("75056", 11) → "75111"."""
    return str(_FIRST_ARRONDISSEMENT[commune] + number)


def departement_of(code: str) -> str:
    """Return the département of a commune's code."""
    return code[:3] if code.startswith("97") else code[:2]


def _readings(codes: dict[str, float], key: str, weight: float) -> list[Reading]:
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
            yield Reading(_codes(communes, name, number), key, weight, homonyms=own)
