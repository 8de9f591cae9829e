"""Decide which commune an address means, and whether it is sure enough.

A town is looked for from the narrowest place to the widest: under its postcode, in the postcode's
département, in the declared one, in the pole's, in France. The first of these that holds the name
decides. A town that stands twice there, or nowhere, is rejected; one that is met against its
postcode, in a street line, or by a doubtful name goes to review.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from ptce_geo.checks import listing
from ptce_geo.geocoding.commune_index import Scope
from ptce_geo.geocoding.text import Town, arrondissement_number, fold, read_town
from ptce_geo.schema import ACCEPTED, REJECTED, REVIEW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ptce_geo.geocoding.commune_index import CommuneIndex, Hit, Name, Place

# Paris, Lyon and Marseille, and how the postcodes of their arrondissements begin.
_DIVIDED: Final = {"paris": "75", "lyon": "6900", "marseille": "130"}
# A name must be this like what was written to be taken for it; the wider the place, the stricter.
_ALIKE_UNDER_POSTCODE: Final = 0.75
_ALIKE_IN_DEPARTEMENT: Final = 0.86
_ALIKE_IN_FRANCE: Final = 0.90
# ... and the second likest this much less like it.
_LIKER: Final = 0.06
# A town that is this much more peopled than all others of its name is the likely one.
_DOMINANT: Final = 20
# "3 rue X, Le Bourg": where a street may stand, a town is one only if no hamlet can be meant.
_NO_HAMLET: Final = 2000
_LONGEST_NAME: Final = 8  # words
_OF_A_STREET: Final = frozenset(
    ("de", "du", "des", "d", "la", "le", "les", "l", "a", "au", "aux", "et", "saint", "sainte")
)


class Match(NamedTuple):
    """What became of one address."""

    status: str
    reason: str
    place: Place | None = None
    score: float = 0.0
    margin: float = 0.0


def match_address(
    index: CommuneIndex,
    address: str,
    postcode: str,
    city: str,
    departement: str,
    pole_departement: str,
) -> Match:
    """Return the commune of one address, by the text of its cells ("" where empty)."""
    town = read_town(address, postcode, city)
    name, number = _divided_town(town)
    declared = index.departement(town.departement) or index.departement(departement)
    scopes = _scopes(index, town.postcode, declared, index.departement(pole_departement))
    match = None
    if name:
        find = _match_town if town.where == "cell" else _match_street_line
        match = find(index, name, scopes)
    if match is None:
        match = _match_postcode(index, town)
    if match.place and (divided := index.arrondissements.get((match.place.code_commune, number))):
        match = match._replace(place=divided)
    return match


def _divided_town(town: Town) -> tuple[str, int]:
    """Return the folded name and the number of the municipal arrondissement, 0 for none."""
    name = fold(town.name)
    first, _, rest = name.partition(" ")
    if first not in _DIVIDED:
        return name, 0
    if number := arrondissement_number(rest):
        return first, number
    if town.postcode.startswith(_DIVIDED[first]):
        return name, int(town.cedex or town.postcode[-2:])
    return name, 0


def _scopes(index: CommuneIndex, postcode: str, declared: str, of_pole: str) -> list[Scope]:
    """Return where to look, the narrowest first."""
    scopes = []
    if postcode:
        if under := frozenset(index.by_postcode.get(postcode, ())):
            scopes.append(Scope("postcode_and_town", 1.0, _ALIKE_UNDER_POSTCODE, communes=under))
        near = index.departements_of(postcode)
        scopes.append(Scope("town_in_departement", 0.9, _ALIKE_IN_DEPARTEMENT, departements=near))
        scopes.append(Scope("postcode_contradicts_town", 0.4, 1.0))
    elif declared:
        near = frozenset((declared,))
        scopes.append(Scope("town_in_departement", 0.95, _ALIKE_IN_DEPARTEMENT, departements=near))
        scopes.append(Scope("departement_contradicts_town", 0.4, 1.0))
    else:
        if of_pole:
            near = frozenset((of_pole,))
            reason = "town_in_pole_departement"
            scopes.append(Scope(reason, 0.85, _ALIKE_IN_DEPARTEMENT, departements=near))
        scopes.append(Scope("only_town_of_that_name", 0.8, _ALIKE_IN_FRANCE))
    return scopes


def _match_town(index: CommuneIndex, name: str, scopes: Sequence[Scope]) -> Match | None:
    """Return the town of that name, else the likest; None where there is none."""
    hits = index.hits(name)
    trusted = [scope for scope in scopes if not scope.contradicts]
    for scope in trusted:
        if match := _match_hits(index, hits, scope):
            return match
        if scope.communes and (match := _match_beginning(index, name, scope)):
            return match
    for scope in trusted:
        if match := _match_misspelt(index, name, scope):
            return match
    for scope in scopes:
        if scope.by_address and (match := _match_beginning(index, name, scope)):
            return match._replace(status=REVIEW)
        if scope.contradicts and (match := _match_hits(index, hits, scope)):
            return match
    return None


def _match_hits(index: CommuneIndex, hits: Sequence[Hit], scope: Scope) -> Match | None:
    """Choose among the names met in a scope; None where there is none."""
    best: dict[str, Hit] = {}
    for hit in hits:
        code = hit.name.code_commune
        if scope.holds(hit.name) and (code not in best or hit.score > best[code].score):
            best[code] = hit
    if not best:
        return None
    first, *others = sorted(
        best.values(), key=lambda hit: (-hit.score, -index.population(hit.name))
    )
    margin = first.score - others[0].score if others else 1.0
    # Where the address says to look, a commune goes before the déléguée of its name; elsewhere
    # the two rival each other.
    tie = 0.0 if scope.by_address else 0.03
    rivals = [hit for hit in others if first.score - hit.score <= tie]
    population = index.population(first.name)
    if any(population < _DOMINANT * index.population(hit.name) for hit in rivals) or (
        rivals and population == 0
    ):
        return Match(REJECTED, _told("ambiguous_town", [first.name, *(r.name for r in rivals)]))
    score = scope.weight * first.score
    if any(hit.score == first.score for hit in rivals):
        reason = _told("likeliest_town_of_that_name", [hit.name for hit in rivals])
        return _placed(index, first.name, REVIEW, reason, score / 2, margin)
    status = REVIEW if scope.contradicts else ACCEPTED
    return _placed(index, first.name, status, scope.reason, score, margin)


def _match_beginning(index: CommuneIndex, name: str, scope: Scope) -> Match | None:
    """Return the one town of a scope that `name` begins with, or that begins with `name`.

    "Lyon Part-Dieu" is Lyon; "Châtillon" is Châtillon-sur-Chalaronne where no other is near.
    """
    met = [other for other in index.names_in(scope) if _begins(name, other.folded)]
    if len({other.code_commune for other in met}) != 1:
        return None
    longest = max(met, key=lambda other: len(other.folded))
    score = scope.weight * 0.85
    return _placed(index, longest, ACCEPTED, f"part_of_the_name: {name}", score, 1.0)


def _begins(one: str, other: str) -> bool:
    return f"{one} ".startswith(f"{other} ") or f"{other} ".startswith(f"{one} ")


def _match_misspelt(index: CommuneIndex, name: str, scope: Scope) -> Match | None:
    """Return the town of a scope whose name is likest to `name`, if it is like enough."""
    names = index.names_in(scope)
    found = process.extract(
        name,
        [other.folded for other in names],
        scorer=OSA.normalized_similarity,
        score_cutoff=scope.alike - _LIKER,
        limit=8,
    )
    best: dict[str, tuple[float, Name]] = {}
    for _, score, position in found:  # likest first
        best.setdefault(names[position].code_commune, (score, names[position]))
    ranked = list(best.values())
    if not ranked or ranked[0][0] < scope.alike:
        return None
    score, likest = ranked[0]
    margin = score - ranked[1][0] if len(ranked) > 1 else 1.0
    if margin < _LIKER:
        return None
    status = ACCEPTED if scope.by_address else REVIEW
    return _placed(index, likest, status, f"misspelt_town: {name}", scope.weight * score, margin)


def _match_street_line(index: CommuneIndex, name: str, scopes: Sequence[Scope]) -> Match | None:
    """Return the town that stands in, or is, a line where a street is expected."""
    words = name.split()
    for start in range(max(0, len(words) - _LONGEST_NAME), len(words)):
        if start and words[start - 1] in _OF_A_STREET:
            continue  # "rue de Paris" is in no Paris
        hits = [hit for hit in index.hits(" ".join(words[start:])) if hit.score > 0.95]
        for scope in scopes:
            match = _match_hits(index, hits, scope)
            if match is None or match.place is None:
                continue
            if scope.communes or (not start and match.place.population >= _NO_HAMLET):
                return match
            if match.place.population >= _NO_HAMLET:
                return match._replace(
                    status=REVIEW, reason="town_in_street_line", score=match.score / 2
                )
    return None


def _match_postcode(index: CommuneIndex, town: Town) -> Match:
    """Return what the postcode alone tells, where the town is not named or not known."""
    name = town.name if town.where == "cell" else ""
    communes = index.by_postcode.get(town.postcode, ())
    if len(communes) == 1 and communes[0] in index.places:
        place = index.places[communes[0]]
        if name:
            return Match(REVIEW, f"unknown_town_at_postcode: {name}", place, 0.4, 1.0)
        return Match(ACCEPTED, "postcode_of_one_commune", place, 0.8, 1.0)
    if name:
        return Match(REJECTED, f"unknown_town: {name}")
    if communes:
        return Match(REJECTED, f"postcode_of_several_communes: {len(communes)}")
    if town.postcode:
        return Match(REJECTED, f"unknown_postcode: {town.postcode}")
    return Match(REJECTED, "no_town")


def _placed(
    index: CommuneIndex, name: Name, status: str, reason: str, score: float, margin: float
) -> Match:
    place = index.places.get(name.code_commune)
    if place is None:
        return Match(REJECTED, _told("outside_embedded_france", [name]))
    return Match(status, reason, place, round(score, 4), round(margin, 4))


def _told(reason: str, names: Sequence[Name]) -> str:
    return f"{reason}: {listing(f'{name.text} ({name.code_commune})' for name in names)}"
