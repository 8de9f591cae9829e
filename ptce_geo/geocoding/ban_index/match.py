"""Find the street of an address in an index of the BAN.

It is looked for where the readings of the address say, the surest first (`readings`). What a place
is worth times how like its street is to the one asked is the score; the first reading that gives a
street surely like it ends the search.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import fuzz, process

from ptce_geo.geocoding.ban_index.readings import FLOOR, MOST_COMMUNES, SURE, codes_of, readings_of
from ptce_geo.geocoding.streets import is_slip, likeness, street_key
from ptce_geo.territories.commune_index import DOMINANT
from ptce_geo.territories.names import fold, split_arrondissement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ptce_geo.geocoding.address import Address
    from ptce_geo.geocoding.ban_index.packing import CommuneStreets, Street
    from ptce_geo.geocoding.ban_index.reader import BanIndex
    from ptce_geo.geocoding.ban_index.readings import Reading
    from ptce_geo.territories.commune_index import CommuneIndex


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


# What is left of a score where the index lacks the addresses of another town of that name.
_HOMONYM_UNKNOWN: Final = 0.78
# "rue des Merisiers" is no slip for "rue des Cerisiers" where some commune has such a street.
_REAL_NAME: Final = 0.78
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
# Fewer communes are sooner asked for the street than the street for its communes.
_FEW: Final = 2


def search(
    index: BanIndex,
    communes: CommuneIndex,
    addresses: Sequence[Address],
    departements: Sequence[str],
) -> list[list[Found]]:
    """Return the streets that each address may mean, the likeliest first; none below `FLOOR`.

    Parameters
    ----------
    index : BanIndex
        The addresses.
    communes : CommuneIndex
        The register, which knows the names that communes go and went by.
    addresses : sequence of Address
        What was read of them.
    departements : sequence of str
        Code of the département declared for each, "" for none.
    """
    readings = [
        readings_of(index, communes, address, departement) if address.street else iter(())
        for address, departement in zip(addresses, departements, strict=True)
    ]
    # What the surest readings ask for is read from the index at once.
    surest = [list(islice(some, 1)) for some in readings]
    _read_ahead(index, [one for some in surest for _, readings in some for one in readings])
    return [
        _search(index, communes, address, chain(first, others))
        for address, first, others in zip(addresses, surest, readings, strict=True)
    ]


def _read_ahead(index: BanIndex, readings: Sequence[Reading]) -> None:
    many = (reading.key for reading in readings if len(reading.codes) > _FEW)
    index.communes_with_street.read_ahead(many)
    index.communes.read_ahead(code for one in readings for code in _asked(index, one))


def _search(
    index: BanIndex,
    communes: CommuneIndex,
    address: Address,
    ranked: Iterable[tuple[float, Sequence[Reading]]],
) -> list[Found]:
    best: dict[int, Found] = {}
    surest = 0.0
    for least, readings in ranked:
        if surest < least:
            surest = max(surest, _add(index, communes, readings, address, best))
        if surest >= SURE:
            break
    found = list(best.values())
    if len(found) > 1:
        if address.town.postcode:
            found = [one._replace(score=one.score - _leads_there(one)) for one in found]
        found.sort(key=lambda one: (-one.score, one.street.id))
    return found


def _add(
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
        if surest >= SURE:
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
    having = len(index.communes_with_street[key])
    return having > max(_FEW_HAVE_IT, _SHARE_HAVING_IT * index.communes_count)


def _exactly(index: BanIndex, reading: Reading) -> Iterator[Found]:
    """Yield the streets of the very name that is asked."""
    for code in _asked(index, reading):
        commune = index.communes[code]
        if commune is not None:
            for street in commune.find(reading.key):
                yield Found(reading.weight, 1.0, street, commune, reading.town_told)


def _asked(index: BanIndex, reading: Reading) -> Sequence[str]:
    """Return the communes to be asked for a street of that name."""
    if len(reading.codes) <= _FEW:
        return reading.codes
    having = index.communes_with_street[reading.key]
    return [code for code in reading.codes if _holds(having, code)]


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
    for code in reading.codes[:MOST_COMMUNES]:
        commune = index.communes[code]
        if commune is None:
            continue
        keys = commune.keys
        near = process.extract(
            reading.key, keys, scorer=fuzz.token_set_ratio, score_cutoff=60, limit=12
        )
        near += process.extract(reading.key, keys, scorer=fuzz.ratio, score_cutoff=70, limit=5)
        for key in {key for key, _, _ in near}:
            like = likeness(reading.key, key)
            if like < 1 and is_slip(reading.key, key) and index.communes_with_street[reading.key]:
                like = min(like, _REAL_NAME)
            if like >= FLOOR:
                for street in commune.find(key):
                    yield Found(reading.weight * like, like, street, commune, reading.town_told)


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
        any(one in index for one in (code, *codes_of(communes, communes.by_commune[code][0])))
        for code in (first, *rivals)
    )
    weight = 1.0 if indexed else _HOMONYM_UNKNOWN
    return found._replace(score=weight * found.score, town_told=found.town_told and not rivals)


# Codes and postcodes of Paris, Lyon and Marseille and their arrondissements.
_DIVIDED: Final = ("75056", "751", "69123", "6938", "13055", "132")
_OWN_POSTCODES: Final = frozenset(
    f"{department}{number:03}"
    for department, last in (("75", 20), ("69", 9), ("13", 16))
    for number in range(1, last + 1)
) | {"75116"}
