"""Decide which commune an address means, and whether it is sure enough.

A town is looked for from the narrowest place to the widest: under its postcode, in the postcode's
département, in the declared one, in the pole's, in France. The first of these that holds the name
decides. A town that stands twice there, or nowhere, is rejected; one that is met against its
postcode, in a street line, or by a doubtful name goes to review. Where only the name tells, what
else could be meant by it counts too: Évry is rather Évry-Courcouronnes than the village.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ptce_geo.checks import listing
from ptce_geo.geocoding.scopes import scopes_of
from ptce_geo.geocoding.text import Town, parts_of, read_town, shown
from ptce_geo.geocoding.words import COUNTRIES, HAMLETS, NOTHING, OF_A_STREET
from ptce_geo.schema import ACCEPTED, REJECTED, REVIEW
from ptce_geo.territories.commune_index import DOMINANT, PART, TOWN, best_by_commune, likest
from ptce_geo.territories.names import fold, loose, split_arrondissement, without_article

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ptce_geo.geocoding.scopes import Scope
    from ptce_geo.territories.commune_index import CommuneIndex, Hit, Name, Place

# The second likest name must be this much less like what was written than the likest.
_LIKER: Final = 0.06
# Inhabitants from which a town is meant by its bare name, even where a street may stand: no hamlet
# ("3 rue X, Le Bourg") and no département ("Vienne"). Hamlets, more than towns, have articles.
_LARGE: Final = 10_000
_LARGE_WITH_ARTICLE: Final = 50_000
_LONGEST_NAME: Final = 8  # words
_SHORTEST_NAME: Final = 3  # letters; "Y" may be a yes


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
    town, told = _without_departement(index, town)
    name, number = split_arrondissement(fold(town.name))
    if number == 13 and town.name.upper() == "MARSEILLE 13":
        number = 0  # rather the number of the département
    declared = told or index.departement(departement)
    if not (town.postcode or declared):
        if name in NOTHING:
            return Match(REJECTED, "no_town")
        if _is_departement(index, name):
            return Match(REJECTED, f"only_a_departement: {shown(town.name)}")
    if country := _country(index, town, name, told=bool(town.postcode or declared)):
        return Match(REJECTED, f"other_country: {country}")
    if index.is_outside(town.postcode):
        return _outside(index, town.postcode, name)
    scopes = scopes_of(index, town.postcode, declared, index.departement(pole_departement))
    match = None
    if name:
        find = _match_town if town.where == "cell" else _match_street_line
        match = find(index, name, scopes)
    if match is None:
        match = _match_postcode(index, town)
    return _in_arrondissement(index, match, town, number)


def _without_departement(index: CommuneIndex, town: Town) -> tuple[Town, str]:
    """Return the town without the département behind it, and the code of that: "Nice, Var"."""
    told = index.departement(town.departement)
    if town.departement and not told:
        whole = f"{town.name} {town.departement}"
        if index.hits(fold(whole)):  # "Château-Chinon (Ville)"
            return town._replace(name=whole), ""
    *before, last = parts_of(town.name) or [""]
    behind = index.departement(last) if before and last[:1].isalpha() else ""
    # "3 rue X, Vienne" is the town of that name.
    if behind and (town.where == "cell" or index.hits(fold(before[-1]))):
        return town._replace(name=", ".join(before)), told or behind
    if town.where != "cell":
        town = town._replace(name=last)
    return town, told


def _is_departement(index: CommuneIndex, name: str) -> bool:
    """Whether a name is rather that of a département ("Loire") than of a town ("Vienne")."""
    return bool(index.departement(name)) and not any(
        index.population(hit.name) >= _LARGE for hit in index.hits(name)
    )


def _country(index: CommuneIndex, town: Town, name: str, *, told: bool) -> str:
    """Return the other country that an address names, "" for none.

    Suisse is a commune too, `told` apart by its postcode or département, and so is Bouy-Luxembourg.
    """
    if (country := fold(town.departement)) in COUNTRIES:
        return country
    words = name.split()
    for count in (1, 2):
        country = " ".join(words[-count:])
        if country in COUNTRIES:
            is_town = index.hits(name) and (told or count < len(words))
            return "" if is_town else country
    return ""


def _outside(index: CommuneIndex, postcode: str, name: str) -> Match:
    """Return the answer to a postcode of an overseas collectivity, whatever the town is called."""
    under = [index.by_commune[code][0] for code in index.by_postcode.get(postcode, ())]
    near = {other.departement for other in under}
    named = [hit.name for hit in index.hits(name) if hit.name.departement in near]
    if postcode.startswith("980"):
        return Match(REJECTED, "other_country: monaco")
    if not under:
        return Match(REJECTED, f"outside_embedded_france: {postcode}")
    return Match(REJECTED, _told("outside_embedded_france", named or under))


def _in_arrondissement(index: CommuneIndex, match: Match, town: Town, number: int) -> Match:
    """Return a match in Paris, Lyon or Marseille at its arrondissement, where just one is told."""
    if match.place is None or (match.place.code_commune, 1) not in index.arrondissements:
        return match
    code = match.place.code_commune
    told = {number, int(town.cedex or 0)}
    if code in index.by_postcode.get(town.postcode, ()):
        told.add(int(town.postcode[-2:]))
    divided = [place for n in told if (place := index.arrondissements.get((code, n)))]
    return match._replace(place=divided[0]) if len(divided) == 1 else match


def _match_town(index: CommuneIndex, name: str, scopes: Sequence[Scope]) -> Match | None:
    """Return the town of that name, else the likest; None where there is none."""
    hits = index.hits(name)
    trusted = [scope for scope in scopes if not scope.contradicts]
    for scope in trusted:
        if match := _match_hits(index, name, hits, scope):
            return match
        if scope.area.communes:
            # "Paris-l'Hôpital" is a town of its own: under a postcode of Paris it is not Paris.
            names = index.longer(name) + ([] if hits else index.shorter(name))
            if match := _match_beginning(index, name, names, scope):
                return match
    # "Lens" under the postcode of Sens may be a slip in the one or in the other.
    for scope in [scope for scope in trusted if scope.area.communes] if hits else trusted:
        if match := _match_misspelt(index, name, scope):
            return match._replace(status=REVIEW) if hits else match
    for scope in scopes:
        names = index.longer(name) + (index.shorter(name) if scope.by_address else [])
        if not scope.contradicts and (match := _match_beginning(index, name, names, scope)):
            return match._replace(status=REVIEW)
        if scope.contradicts and (match := _match_hits(index, name, hits, scope)):
            return match
    return None


def _match_hits(index: CommuneIndex, name: str, hits: Sequence[Hit], scope: Scope) -> Match | None:
    """Choose among the names met in a scope; None where there is none."""
    best = best_by_commune(hit for hit in hits if scope.area.holds(hit.name))
    if not best:
        return None
    first, *others = sorted(best, key=lambda hit: (-hit.score, -index.population(hit.name)))
    # Where the address says to look, a commune goes before the déléguée of its name; elsewhere
    # the two rival each other.
    tie = 0.0 if scope.by_address else 0.03
    rivals = [hit for hit in others if first.score - hit.score <= tie]
    population = index.population(first.name)
    if any(population < DOMINANT * index.population(hit.name) for hit in rivals) or (
        rivals and population == 0
    ):
        return Match(REJECTED, _told("ambiguous_town", [first.name, *(r.name for r in rivals)]))
    margin = first.score - others[0].score if others else 1.0
    score = scope.weight * first.score
    if any(hit.score == first.score for hit in rivals):
        reason = _told("likeliest_town_of_that_name", [hit.name for hit in rivals])
        return _placed(index, first.name, REVIEW, reason, score / 2, margin)
    if scope.contradicts:
        return _placed(index, first.name, REVIEW, scope.reason, score, margin)
    match = _placed(index, first.name, ACCEPTED, scope.reason, score, margin)
    return match if scope.by_address else _doubted(index, name, match, hits, scope)


def _doubted(
    index: CommuneIndex, name: str, match: Match, hits: Sequence[Hit], scope: Scope
) -> Match:
    """Return a match by the name alone, weighed against all else that may be meant by the name."""
    if match.place is None:
        return match
    met, population = match.place, match.place.population
    same = [hit.name for hit in hits if hit.name.code_commune != met.code_commune]
    meant = [other for other in same if scope.area.holds(other)]
    if population < _LARGE:
        meant += [o for o in index.longer(name) if o.kind == "current" and scope.area.holds(o)]
    bigger = {other.code_commune: other for other in meant if index.population(other) > population}
    if bigger:
        ranked = sorted(bigger.values(), key=lambda o: (-index.population(o), o.code_commune))
        own = index.by_commune[met.code_commune][0]
        return Match(REJECTED, _told("ambiguous_town", [own, *ranked]))
    large = [
        other
        for other in same
        if other.kind == "current" and index.population(other) > max(_LARGE, DOMINANT * population)
    ]
    if large:
        reason = _told(scope.reason, large)
        return match._replace(status=REVIEW, reason=reason, score=match.score / 2)
    hamlet = without_article(name) in HAMLETS and population < _LARGE
    if hamlet or len(name) < _SHORTEST_NAME:
        return match._replace(status=REVIEW, score=match.score / 2)
    return match


def _match_beginning(
    index: CommuneIndex, name: str, names: Sequence[Name], scope: Scope
) -> Match | None:
    """Return the one town of a scope among `names`, which begin with `name` or it with them.

    "Lyon Part-Dieu" is Lyon; "Châtillon" is Châtillon-sur-Chalaronne where no other is near.
    """
    met = [other for other in names if scope.area.holds(other)]
    if len({other.code_commune for other in met}) != 1:
        return None
    if len(loose(name)) < _SHORTEST_NAME or name in OF_A_STREET:
        return None
    longest = max(met, key=lambda other: len(other.folded))
    score = scope.weight * PART
    # "Cergy-Pontoise" names two towns.
    rest = index.by_name.get(name.removeprefix(longest.folded).strip(), ())
    status = REVIEW if any(index.population(other) >= TOWN for other in rest) else ACCEPTED
    return _placed(index, longest, status, f"part_of_the_name: {shown(name)}", score, 1.0)


def _match_misspelt(index: CommuneIndex, name: str, scope: Scope) -> Match | None:
    """Return the town of a scope whose name is likest to `name`, if it is like enough."""
    # In all France there are villages like anything.
    names = index.towns if scope.area.everywhere else index.names_in(scope.area)
    ranked = best_by_commune(likest(name, names, alike=scope.alike - _LIKER))
    if not ranked or ranked[0].score < scope.alike:
        return None
    met, score, _ = ranked[0]
    margin = score - ranked[1].score if len(ranked) > 1 else 1.0
    if margin < _LIKER:
        return None
    status = ACCEPTED if scope.by_address else REVIEW
    reason = f"misspelt_town: {shown(name)}"
    return _placed(index, met, status, reason, scope.weight * score, margin)


def _match_street_line(index: CommuneIndex, name: str, scopes: Sequence[Scope]) -> Match | None:
    """Return the town that stands in, or is, a line where a street is expected."""
    words = name.split()
    for start in range(max(0, len(words) - _LONGEST_NAME), len(words)):
        if start and words[start - 1] in OF_A_STREET:
            continue  # "rue de Paris" is in no Paris
        phrase = " ".join(words[start:])
        hits = [hit for hit in index.hits(phrase) if hit.score > 0.95]
        if start:
            hits = [hit for hit in hits if hit.name.folded == phrase]
        # A street is not to overrule a postcode.
        for scope in scopes[:1] if start and scopes[0].area.communes else scopes:
            match = _match_hits(index, phrase, hits, scope)
            if match and match.place and (fit := _fit_for_line(match, phrase, scope)):
                if not start or len(scope.area.communes) == 1:
                    return fit
                if fit.status == ACCEPTED:
                    return _of_street_line(fit)
    return None


def _fit_for_line(match: Match, phrase: str, scope: Scope) -> Match | None:
    """Return a match by what stands where a street may: sure, to review, or rather a hamlet."""
    hamlet = without_article(phrase) in HAMLETS
    if scope.area.communes:
        return _of_street_line(match) if hamlet else match
    population = match.place.population if match.place else 0
    if hamlet or population < TOWN:
        return None
    if scope.by_address:
        return match
    has_article = phrase != without_article(phrase)
    least = _LARGE_WITH_ARTICLE if has_article else _LARGE
    return match if population >= least else _of_street_line(match)


def _of_street_line(match: Match) -> Match:
    return match._replace(status=REVIEW, reason="town_in_street_line", score=match.score / 2)


def _match_postcode(index: CommuneIndex, town: Town) -> Match:
    """Return what the postcode alone tells, where the town is not named or not known."""
    name = town.name if town.where == "cell" else ""
    communes = index.by_postcode.get(town.postcode, ())
    if len(communes) == 1 and communes[0] in index.places:
        place = index.places[communes[0]]
        if name:
            reason = f"unknown_town_at_postcode: {shown(name)}"
            return Match(REVIEW, reason, place, 0.4, 1.0)
        return Match(ACCEPTED, "postcode_of_one_commune", place, 0.8, 1.0)
    if name:
        return Match(REJECTED, f"unknown_town: {shown(name)}")
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
