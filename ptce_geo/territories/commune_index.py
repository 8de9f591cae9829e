"""The communes of France, arranged so that a town can be looked up by name and postcode."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from ptce_geo import schema
from ptce_geo.territories.boundaries import commune_names, territory_table
from ptce_geo.territories.history import parts, spells
from ptce_geo.territories.names import fold, loose, split_arrondissement, without_article

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

# Inhabitants from which a commune is a town: its name is likelier meant than a hamlet of that name.
TOWN: Final = 2000

_KIND_MALUS: Final = {
    "current": 0.0,
    "arrondissement_municipal": 0.0,
    "deleguee": 0.02,
    "associee": 0.02,
    "former": 0.04,
}
# Names that stand for all the commune.
_OWN: Final = ("current", "arrondissement_municipal")
# How well a name is met: as it is, but for its article, but for articles and blanks, ...
_STRICT, _WITHOUT_ARTICLE, _LOOSE = 1.0, 0.98, 0.95
# ... in its first words only ("Aix"), or with words behind it ("Lyon Part-Dieu").
PART: Final = 0.85
# A town that is this much more peopled than all others of its name is the likely one.
DOMINANT: Final = 20

_MOST_WORDS: Final = 12

# Where the first figures of a postcode are not the code of its département: Corsica, and the
# CEDEX codes of La Réunion.
_BY_FIGURES: Final = {"20": ("2A", "2B"), "977": ("974", "977"), "978": ("974", "978")}


class Place(NamedTuple):
    """A commune, or a municipal arrondissement of one: what a member can be placed at."""

    code_commune: str
    name: str
    departement: str
    population: int
    longitude: float
    latitude: float


class Name(NamedTuple):
    """A name that `code_commune` goes or went by; `code` is of what bears or bore it."""

    folded: str
    text: str
    kind: str
    code: str
    code_commune: str
    departement: str


class Hit(NamedTuple):
    """A name met by what was asked, how well (0…1), and in which way."""

    name: Name
    score: float
    reason: str


class Area(NamedTuple):
    """Somewhere to look for a commune: everywhere in France, where both are empty.

    Attributes
    ----------
    communes, departements : frozenset of str
        What the area is limited to; the communes alone where there are some.
    """

    communes: frozenset[str] = frozenset()
    departements: frozenset[str] = frozenset()

    @property
    def everywhere(self) -> bool:
        """Whether the area is limited to nothing."""
        return not (self.communes or self.departements)

    def holds(self, name: Name) -> bool:
        """Return whether the commune of `name` lies in this area."""
        if self.communes:
            return name.code_commune in self.communes
        return not self.departements or name.departement in self.departements


@dataclass(frozen=True, eq=False)
class CommuneIndex:
    """Look-up tables over the communes of one vintage.

    Attributes
    ----------
    places : mapping of commune code to `Place`
        Those with an embedded shape.
    arrondissements : mapping of (commune code, number) to `Place`
        The municipal arrondissements of Paris, Lyon and Marseille.
    by_code : mapping of code to `Place`
        Both of these, an arrondissement by its own code ("75111").
    by_name : mapping of folded name without article to its `Name`s
    by_postcode : mapping of postcode to commune codes
    by_commune : mapping of commune code to its `Name`s
    departement_codes : mapping of folded name without article, or code, to département code
    """

    places: Mapping[str, Place]
    arrondissements: Mapping[tuple[str, int], Place]
    by_code: Mapping[str, Place]
    names: Sequence[Name]
    by_name: Mapping[str, Sequence[Name]]
    by_postcode: Mapping[str, Sequence[str]]
    by_commune: Mapping[str, Sequence[Name]]
    departement_codes: Mapping[str, str]

    # What only some questions need is made when the first of them comes.
    @cached_property
    def by_loose_name(self) -> Mapping[str, Sequence[Name]]:
        """The names by themselves without articles, prepositions and blanks."""
        return _grouped((loose(name.folded), name) for name in self.names)

    @cached_property
    def sorted_names(self) -> Sequence[str]:
        """The keys of `by_name` in their order."""
        return sorted(self.by_name)

    @cached_property
    def by_departement(self) -> Mapping[str, Sequence[Name]]:
        """The names by code of département."""
        return _grouped((name.departement, name) for name in self.names)

    @cached_property
    def towns(self) -> Sequence[Name]:
        """The names of the communes of `TOWN` inhabitants and more."""
        return [
            name
            for name in self.names
            if (place := self.places.get(name.code_commune)) and place.population >= TOWN
        ]

    @cached_property
    def names_of_code(self) -> Mapping[str, Sequence[Name]]:
        """The names that bear or bore a code, the commune's own today first."""
        return _grouped((name.code, name) for name in sorted(self.names, key=malus))

    def hits(self, folded: str) -> list[Hit]:
        """Return the names that `folded` meets, but for articles and blanks."""
        met = self.by_name.get(without_article(folded))
        if met is None:
            met = self.by_loose_name.get(loose(folded), ())
            return [Hit(name, _LOOSE - malus(name), "name_run_together") for name in met]
        return [
            Hit(name, _STRICT - malus(name), "name")
            if name.folded == folded
            else Hit(name, _WITHOUT_ARTICLE - malus(name), "name_without_article")
            for name in met
        ]

    def longer(self, folded: str) -> list[Name]:
        """Return the names that go on where `folded` ends: "aix" → Aix-en-Provence, …."""
        return self.beginning(f"{folded} ")

    def beginning(self, letters: str) -> list[Name]:
        """Return the names that begin with `letters`: "aix en pr" → Aix-en-Provence."""
        begin = without_article(letters)
        # No letter of a folded name sorts behind "{".
        start = bisect_left(self.sorted_names, begin)
        end = bisect_left(self.sorted_names, f"{begin}{{", start)
        names = [name for key in self.sorted_names[start:end] for name in self.by_name[key]]
        if begin == letters:
            return names
        return [name for name in names if name.folded.startswith(letters)]

    def shorter(self, folded: str) -> list[Name]:
        """Return the names that `folded` begins with: "lyon part dieu" → Lyon."""
        words = folded.split()[:_MOST_WORDS]
        begins = (" ".join(words[:count]) for count in range(len(words) - 1, 0, -1))
        return [
            name
            for begin in begins
            for name in self.by_name.get(without_article(begin), ())
            if name.folded == begin or name.folded == without_article(begin)
        ]

    def names_in(self, area: Area) -> Sequence[Name]:
        """Return the names of the communes that lie in an area."""
        if area.everywhere:
            return self.names
        if area.communes:
            return [name for code in area.communes for name in self.by_commune[code]]
        return [name for code in area.departements for name in self.by_departement.get(code, ())]

    def population(self, name: Name) -> int:
        """Return the inhabitants of what bears or bore `name`; 0 where nobody knows."""
        if name.kind not in _OWN:
            return _populations_before().get(name.code, 0)
        place = self.places.get(name.code_commune)
        return place.population if place else 0

    def departement(self, text: str) -> str:
        """Return the code of the département called `text` (name or code), "" for no known one."""
        if not text:
            return ""
        folded = fold(text)
        return self.departement_codes.get(without_article(folded), "")

    def departements_of(self, postcode: str) -> frozenset[str]:
        """Return the départements that a postcode is of: of its communes and by its figures."""
        figures = postcode[:3] if postcode.startswith(("97", "98")) else postcode[:2]
        by_figures = set(_BY_FIGURES.get(figures, (figures,)))
        communes = self.by_postcode.get(postcode, ())
        return frozenset(
            by_figures.union(self.by_commune[code][0].departement for code in communes)
        )

    def is_outside(self, postcode: str) -> bool:
        """Return whether a postcode is of an overseas collectivity, or Monaco: nothing embedded.

        Saint-Barthélemy (97133) and Saint-Martin (97150) kept those that Guadeloupe gave them.
        """
        if communes := self.by_postcode.get(postcode):
            return not any(code in self.places for code in communes)
        return postcode.startswith(("975", "98"))


def malus(name: Name) -> float:
    """Return what is taken off the score of a name for not being a commune's own today."""
    return _KIND_MALUS[name.kind]


def likest(folded: str, names: Sequence[Name], *, alike: float) -> list[Hit]:
    """Return those of `names` that are at least so much like `folded` (0…1), likest first.

    Likeness is one less the restricted Damerau-Levenshtein distance per letter of the longer.
    """
    found = process.extract(
        folded,
        [name.folded for name in names],
        scorer=OSA.normalized_similarity,
        score_cutoff=alike,
        limit=None,
    )
    return [Hit(names[position], score, "misspelt") for _, score, position in found]


def best_by_commune(hits: Iterable[Hit]) -> list[Hit]:
    """Return the best hit of each commune, the first of those that are as good."""
    best: dict[str, Hit] = {}
    for hit in hits:
        code = hit.name.code_commune
        if code not in best or hit.score > best[code].score:
            best[code] = hit
    return list(best.values())


@lru_cache(maxsize=2)
def commune_index(year: int) -> CommuneIndex:
    """Return the index of the communes of `year`, built the first time it is asked for."""
    table = commune_names(year=year)
    codes = _listed(table["code_commune"])
    names = _names(table)
    places = _places(territory_table("commune", year=year))
    municipal = territory_table("arrondissement_municipal", year=year)
    divided = {
        code: place._replace(code_commune=municipal.loc[code, schema.CODE_COMMUNE])
        for code, place in _places(municipal).items()
    }
    by_postcode: dict[str, dict[str, None]] = defaultdict(dict)
    for code, postcodes in zip(codes, _listed(table["postcodes"]), strict=True):
        for postcode in postcodes.split():
            by_postcode[postcode][code] = None
    return CommuneIndex(
        places=places,
        arrondissements={
            (place.code_commune, split_arrondissement(fold(place.name))[1]): place
            for place in divided.values()
        },
        by_code={**places, **divided},
        names=names,
        by_name=_grouped((without_article(name.folded), name) for name in names),
        by_postcode={postcode: tuple(codes) for postcode, codes in by_postcode.items()},
        by_commune=_grouped((name.code_commune, name) for name in names),
        departement_codes=_departement_codes(year),
    )


def _listed(column: pd.Series | pd.Index) -> list[Any]:
    return np.asarray(column, dtype=object).tolist()  # some times faster than column.tolist()


def _names(table: pd.DataFrame) -> list[Name]:
    columns = ("name", "kind", "code", "code_commune", "code_departement")
    names = []
    for text, *cells in zip(*(_listed(table[column]) for column in columns), strict=True):
        names.append(Name(fold(text), text, *cells))
        if " (" in text:
            # "Castillon (Canton de Lembeye)" is Castillon to those who live there.
            names.append(Name(fold(text.partition(" (")[0]), text, *cells))
    return names


def _places(table: pd.DataFrame) -> dict[str, Place]:
    columns = (
        schema.NAME,
        schema.code_column("departement"),
        schema.POPULATION,
        schema.LONGITUDE,
        schema.LATITUDE,
    )
    codes = _listed(table.index)
    cells = zip(codes, *(_listed(table[column]) for column in columns), strict=True)
    return dict(zip(codes, map(Place._make, cells), strict=True))


@lru_cache(maxsize=1)
def _populations_before() -> dict[str, int]:
    """Return the inhabitants of the part of land of each code, also by other codes that it had."""
    own = parts()[schema.POPULATION].dropna()
    renumbered = spells()[[schema.CODE_COMMUNE, "part"]].drop_duplicates(schema.CODE_COMMUNE)
    others = renumbered.set_index(schema.CODE_COMMUNE)["part"].map(own).dropna()
    return {
        code: int(inhabitants)
        for column in (others, own)
        for code, inhabitants in zip(_listed(column.index), column.round().tolist(), strict=True)
    }


def _departement_codes(year: int) -> dict[str, str]:
    names = territory_table("departement", year=year)[schema.NAME]
    codes = {without_article(fold(name)): code for code, name in names.items()}
    for code in names.index:
        codes[code.lower()] = codes[code.lstrip("0")] = code
    return codes


def _grouped(pairs: Iterable[tuple[str, Name]]) -> dict[str, list[Name]]:
    groups: dict[str, list[Name]] = defaultdict(list)
    for key, name in pairs:
        groups[key].append(name)
    return dict(groups)
