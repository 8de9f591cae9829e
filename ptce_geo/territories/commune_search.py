"""Find a commune by what people call it: names of today and since 1943, codes, postcodes."""

from __future__ import annotations

from heapq import nsmallest
from numbers import Integral
from typing import TYPE_CHECKING, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.errors import InputError, UnknownTerritoryError
from ptce_geo.territories.catalogue import CURRENT_YEAR
from ptce_geo.territories.commune_index import (
    DOMINANT,
    PART,
    Area,
    Hit,
    best_by_commune,
    commune_index,
    likest,
    malus,
)
from ptce_geo.territories.names import (
    POSTCODE,
    fold,
    plain_postcode,
    split_arrondissement,
    without_opening,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ptce_geo.territories.commune_index import CommuneIndex, Name

_POSTCODE_ONLY: Final = 0.80
# A person who reads the list chooses: names may be as unlike as under a postcode.
_ALIKE: Final = 0.75

_LONGEST_DEPARTEMENT: Final = 4  # words

_COLUMNS: Final = {
    schema.CODE_COMMUNE: "str",
    schema.NAME: "str",
    schema.code_column("departement"): "str",
    "name": "str",
    "kind": "str",
    "score": "float64",
    "reason": "str",
}


def find_communes(
    text: str,
    *,
    postcode: str | None = None,
    departement: str | None = None,
    limit: int = 5,
    year: int = CURRENT_YEAR,
) -> pd.DataFrame:
    """Return the communes that `text` may mean, the likeliest first.

    Accents, capitals, hyphens, articles and "St" do not matter; the names that communes went by
    since 1943 count as well as their own.

    Parameters
    ----------
    text : str
        A name, or the beginning of one; a name and a postcode ("42000 St-Etienne") or département
        ("Saint-Denis (93)", "Saint-Denis, La Réunion"); an INSEE code of today or of a commune
        vanished; a postcode. May be empty beside a `postcode`. This and the next two may be whole
        numbers.
    postcode : str, optional
        Where to look. Where no commune under it fits, or it is a CEDEX or unknown, in its
        département.
    departement : str, optional
        Where to look: the code or name of a département.
    limit : int
        The most communes to return.
    year : int
        Vintage of the communes.

    Returns
    -------
    DataFrame, one row a commune, the best first, more peopled ones before others as good
        ``code_commune``, ``nom`` (its name in `year`), ``code_departement``; ``name`` and ``kind``
        of the name that was met (kinds as in `commune_names`); ``score`` (0…1) and ``reason``.
        Empty where nothing is found.

    Raises
    ------
    InputError
        When `limit` is no positive whole number, `postcode` holds no postcode, or one of the
        others is no text.
    UnknownTerritoryError
        For a year or département that is not known.

    Notes
    -----
    Reasons: ``name``; ``name_without_article`` ("Mans"); ``name_run_together`` (but for blanks and
    prepositions: "Roche Yon"); ``begins_with`` ("Aix"); ``code``; ``postcode_only``; and where
    none of these is met, ``misspelt`` (score: its likeness) and ``words_behind`` ("Lyon
    Part-Dieu"). A name of a déléguée or associée, or a former one, scores a little less and has
    the inhabitants of what bears or bore it; where the commune goes by it and more today, it is
    met as a beginning. Without postcode and département, a score is halved where the same words
    are, or begin, a name twenty times more peopled: Évry is rather Évry-Courcouronnes than the
    village.

    Examples
    --------
    >>> find_communes("st etienne", limit=2)[["code_commune", "nom"]].to_numpy().tolist()
    [['42218', 'Saint-Étienne'], ['76575', 'Saint-Étienne-du-Rouvray']]
    >>> find_communes("Le Chesnay").loc[0, ["code_commune", "nom", "kind"]].tolist()
    ['78158', 'Le Chesnay-Rocquencourt', 'deleguee']
    """
    if not isinstance(limit, Integral) or limit < 1:
        msg = f"find_communes: limit must be positive and whole, found {limit}"
        raise InputError(msg)
    index = commune_index(year)
    asked = _text("" if departement is None else departement, what="departement")
    found = best_by_commune(_found(index, _text(text, what="text"), _postcode(postcode), asked))
    found = nsmallest(
        limit,
        found,
        key=lambda hit: (-hit.score, -index.population(hit.name), hit.name.code_commune),
    )
    rows = [
        (
            name.code_commune,
            index.by_commune[name.code_commune][0].text,
            name.departement,
            name.text,
            name.kind,
            round(score, 4),
            reason,
        )
        for name, score, reason in found
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def _text(value: object, *, what: str) -> str:
    """Return text as it is, and a code that a spreadsheet made a number."""
    if not isinstance(value, str | Integral):
        msg = f"find_communes: expected text for {what}=, found {value!r}"
        raise InputError(msg)
    return str(value)


def _postcode(written: str | None) -> str:
    """Return the digits of the postcode to look under, "" for none."""
    text = _text("" if written is None else written, what="postcode")
    digits = plain_postcode(text)
    if text and not digits:
        msg = f"find_communes: postcode must have five digits, found {text!r}"
        raise InputError(msg)
    return digits


def _found(index: CommuneIndex, text: str, postcode: str, departement: str) -> list[Hit]:
    """Return all that `text` meets, by code and postcode or by name; a commune may stand twice."""
    written = plain_postcode(text)
    code = text.strip().upper().zfill(5)
    numbered = [Hit(name, 1.0, "code") for name in index.names_of_code.get(code, ())[:1]]
    name, told = _town_and_departement(index, fold(POSTCODE.sub(" ", text)))
    areas = _areas(index, postcode, departement or told)
    if not any(map(str.isalpha, name)):
        under = index.by_postcode.get(written or postcode, ())
        own = [index.by_commune[code][0] for code in under]
        numbered += [Hit(name, _POSTCODE_ONLY, "postcode_only") for name in own]
        name = ""
    elif written and not postcode:
        areas = _areas(index, written, departement or told)
    if numbered or not name:
        return [hit for hit in numbered if any(area.holds(hit.name) for area in areas)]
    return next(filter(None, (_met(index, name, area) for area in areas)), [])


def _town_and_departement(index: CommuneIndex, folded: str) -> tuple[str, str]:
    """Return the town in "ville de saint denis la reunion", and the code of its département."""
    if index.hits(folded) or index.beginning(folded):
        return folded, ""
    town = without_opening(folded)
    words = town.split()
    if split_arrondissement(town)[1]:  # the 13 of "Marseille 13" is no département
        return town, ""
    for at in range(max(1, len(words) - _LONGEST_DEPARTEMENT), len(words)):
        before, behind = " ".join(words[:at]), " ".join(words[at:])
        code = index.departement(behind) if len(behind) > 1 else ""  # "Nantes 3" is a quarter
        inside = Area(departements=frozenset((code,)))
        meant = [hit.name for hit in index.hits(before)] + index.beginning(before)
        if code and any(map(inside.holds, meant)):
            return before, code
    return town, ""


def _areas(index: CommuneIndex, postcode: str, departement: str) -> Sequence[Area]:
    """Return where to look, the narrower first; nowhere where the two contradict each other."""
    asked = frozenset((_departement(index, departement),)) if departement else frozenset()
    if not postcode:
        return (Area(departements=asked),)
    under = [index.by_commune[code][0] for code in index.by_postcode.get(postcode, ())]
    inside = Area(departements=asked)
    communes = frozenset(name.code_commune for name in under if inside.holds(name))
    near = index.departements_of(postcode)
    departements = near & asked if asked else near
    narrow = [Area(communes=communes)] if communes else []
    return narrow + ([Area(departements=departements)] if departements else [])


def _departement(index: CommuneIndex, text: str) -> str:
    code = text if text in index.by_departement else index.departement(text)
    if not code:
        msg = f"find_communes: unknown département {text!r}; give its code (42) or name (Loire)"
        raise UnknownTerritoryError(msg)
    return code


def _met(index: CommuneIndex, folded: str, area: Area) -> list[Hit]:
    """Return the names in an area that a folded one meets; else the likest, and its beginnings."""
    folded = _arrondissement_as_listed(index, folded)
    met = [hit for hit in index.hits(folded) if not _lengthened(index, hit.name)]
    most = 0
    if area.everywhere:
        meant = [hit.name for hit in met] + index.longer(folded)
        most = max(map(index.population, meant), default=0)
    met += [Hit(name, PART - malus(name), "begins_with") for name in index.beginning(folded)]
    met = [
        Hit(name, score / 2 if DOMINANT * index.population(name) < most else score, reason)
        for name, score, reason in met
        if area.holds(name)
    ]
    if met:
        return met
    similar = likest(folded, index.names_in(area), alike=_ALIKE)
    return [hit._replace(score=hit.score - malus(hit.name)) for hit in similar] + [
        Hit(name, PART - malus(name), "words_behind")
        for name in index.shorter(folded)
        if area.holds(name)
    ]


def _lengthened(index: CommuneIndex, name: Name) -> bool:
    """Whether a commune goes by a former name and more: Villefranche is now …-sur-Mer."""
    today = index.by_commune[name.code_commune][0]
    return name.kind == "former" and today.folded.startswith(f"{name.folded} ")


def _arrondissement_as_listed(index: CommuneIndex, folded: str) -> str:
    """Return "paris 11e" as the municipal arrondissement is called, any other name as it is."""
    town, number = split_arrondissement(folded)
    codes = [name.code_commune for name in index.by_name.get(town, ())]
    divided = [index.arrondissements.get((code, number)) for code in codes]
    return next((fold(place.name) for place in divided if place), folded)
