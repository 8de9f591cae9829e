"""The headings that a list may carry, and which column each of them means.

To teach ptce_geo a new heading, add it to the tables below the way people write it: case,
accents, punctuation, years and words like "du siège" do not matter. The first of a line is the
one believed most; where two headings of a file claim one column, the earlier in its line wins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.errors import InputError
from ptce_geo.files.cells import COMMUNE_CODE_HEADINGS, fold, squeeze
from ptce_geo.files.problems import DOUBTFUL, Problem

Headings = Mapping[str, Sequence[str]]

# Parts of an address that stand in columns of their own and are joined to `address`.
ADDRESS_BEFORE: Final = "address_before"
ADDRESS_AFTER: Final = "address_after"
_PARTS: Final = (ADDRESS_BEFORE, ADDRESS_AFTER)


def _aliases(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


_PLACE: Final[Headings] = {
    schema.ADDRESS: _aliases(
        "address|Adresse|Adresse complète|Adresse postale|Adresse 1|Adresse ligne 1|Adresse1|"
        "Adresse géographique|Adresse administrative|Adresse du siège|N° et rue|N° et voie|"
        "Numéro et voie|Numéro et rue|Numéro et nom de rue|N° et nom de la rue|Rue|Voie|"
        "Libellé de voie|libelleVoieEtablissement|Nom de rue|Nom de voie|Street|Street address|"
        "Address line 1|Full address"
    ),
    ADDRESS_BEFORE: _aliases(
        "N° voie|N° de voie|N° de rue|N° rue|Numéro de rue|Numéro de voie|Numéro voie|"
        "numeroVoieEtablissement|Street number|Type de voie|Type voie|typeVoieEtablissement"
    ),
    ADDRESS_AFTER: _aliases(
        "Adresse 2|Adresse2|Adresse ligne 2|Adresse 3|Adresse3|Adresse ligne 3|Adresse (suite)|"
        "Suite adresse|Complément d'adresse|Complément adresse|Complément|"
        "complementAdresseEtablissement|Address line 2|Lieu-dit|BP"
    ),
    schema.POSTCODE: _aliases(
        "postcode|Code postal|CP|C.P.|Codepostal|Code post.|codePostalEtablissement|Postal code|"
        "Post code|Zip|Zip code|CP Ville|CP et ville|Code postal et ville|Code postal ville|"
        "CP commune|Code postal commune|Code postal et commune"
    ),
    schema.CITY: _aliases(
        "city|Commune|Ville|Localité|Nom de la commune|Nom commune|Libellé commune|"
        "libelleCommuneEtablissement|Commune d'implantation|Ville d'implantation|"
        "Commune de résidence|Municipalité|Town|Municipality|Ville/Commune|Commune/Ville|Nom ville"
    ),
    schema.CODE_COMMUNE: COMMUNE_CODE_HEADINGS,
    schema.DEPARTEMENT: _aliases(
        "departement|Département|Code département|N° département|Numéro de département|Dépt|Dpt|"
        "Dép|Département d'implantation|Nom du département|Dept code"
    ),
    schema.LONGITUDE: _aliases("longitude|lon|lng|long|Longitude (WGS84)|Coordonnée X|X"),
    schema.LATITUDE: _aliases("latitude|lat|Latitude (WGS84)|Coordonnée Y|Y"),
}

_POLE: Final[Headings] = {
    schema.POLE_ID: _aliases(
        "pole_id|ptce_id|id_pole|id_ptce|Identifiant du PTCE|Identifiant PTCE|Identifiant du pôle|"
        "Identifiant pôle|Code PTCE|Code pôle|Code du PTCE|Code du pôle|N° PTCE|Numéro PTCE"
    ),
    schema.POLE_NAME: _aliases(
        "pole_name|Nom du PTCE|nom_ptce|Nom du pôle|nom_pole|PTCE|Pôle|Pôle territorial|"
        "Pôle territorial de coopération économique|Pôle (PTCE)|PTCE (pôle)|PTCE de rattachement|"
        "Pôle de rattachement|Intitulé du PTCE|Libellé du PTCE"
    ),
    schema.SECTOR: _aliases(
        "sector|Secteur|Secteur d'activité|Secteurs d'activité|Secteurs|Secteur principal|"
        "Domaine d'activité|Domaine|Filière|Filières|Thématique|Thématiques|Activité|Activités|"
        "Activité principale|Field|Industry"
    ),
}

MEMBER_HEADINGS: Final[Headings] = {
    **_PLACE,
    **_POLE,
    schema.MEMBER_ID: _aliases(
        "member_id|Identifiant|Identifiant membre|Identifiant du membre|id_membre|id_structure|"
        "Identifiant de la structure|Code membre|N° adhérent|Numéro d'adhérent|N° membre|id"
    ),
    schema.MEMBER_NAME: _aliases(
        "member_name|Raison sociale|Dénomination|Dénomination sociale|Nom de la structure|"
        "Nom structure|Nom de la structure membre|Nom du membre|Nom membre|Nom de l'organisme|"
        "Nom de l'organisation|Nom de l'entreprise|Nom de l'établissement|Nom de l'association|"
        "Nom de l'adhérent|Nom du partenaire|Structure|Structure membre|Structures|Membre|Membres|"
        "Organisme|Organisation|Établissement|Entreprise|Adhérent|Partenaire|Company|Company name|"
        "Organisation name|Organization|Enseigne|Name|Nom|Intitulé|Libellé"
    ),
    schema.MEMBER_KIND: _aliases(
        "member_kind|Type de structure|Type de membre|type_membre|Type structure|"
        "Nature de la structure|Statut juridique|Forme juridique|Catégorie juridique|"
        "Famille de l'ESS|Famille ESS|Catégorie|Type d'organisme|Type d'organisation|"
        "Type d'acteur|Nature juridique|Legal form|Kind|Type|Nature"
    ),
    schema.SIRET: _aliases(
        "siret|N° SIRET|N° de SIRET|Numéro SIRET|Numéro de SIRET|Num SIRET|Code SIRET|"
        "SIRET du siège|SIRET siège|SIRET de l'établissement|No SIRET|SIRET/SIREN|"
        "SIRET number|SIRET ou SIREN|SIREN/SIRET"
    ),
    schema.FTE: _aliases(
        "fte|ETP|Nombre d'ETP|Nb ETP|Nbre ETP|Nb d'ETP|Nombre ETP|Effectif (ETP)|Effectif ETP|"
        "Effectifs (ETP)|Effectif en ETP|Effectifs en ETP|ETP total|Total ETP|ETP totaux|"
        "Équivalent temps plein|Équivalents temps plein|Emplois (ETP)|Emplois ETP|Emploi (ETP)|"
        "Salariés (ETP)|Salariés ETP|Full-time equivalents|Full-time equivalent"
    ),
    schema.FTE_POLE: _aliases(
        "fte_pole|ETP consacrés au PTCE|ETP consacrés au pôle|ETP PTCE|ETP (PTCE)|ETP pôle|"
        "ETP liés au PTCE|ETP lié au PTCE|ETP dédiés au PTCE|ETP dédié au PTCE|ETP dans le PTCE|"
        "ETP liés au pôle|ETP dédiés au pôle|Dont ETP PTCE|dont PTCE (ETP)|ETP (pôle)|ETP du pôle|"
        "ETP du PTCE|ETP lié au pôle|ETP dédié au pôle|ETP dans le pôle|Dont ETP pôle|"
        "dont pôle (ETP)"
    ),
    schema.TURNOVER: _aliases(
        "turnover|Chiffre d'affaires|CA|Chiffre d'affaire|CA annuel|Chiffre d'affaires annuel|"
        "CA total|Chiffre d'affaires total|CA HT|Chiffre d'affaires HT|Revenue"
    ),
    schema.TURNOVER_POLE: _aliases(
        "turnover_pole|CA lié au PTCE|Chiffre d'affaires lié au PTCE|CA PTCE|CA (PTCE)|"
        "CA lié au pôle|Chiffre d'affaires lié au pôle|CA réalisé dans le PTCE|CA issu du PTCE|"
        "CA réalisé avec le PTCE|dont CA PTCE|Chiffre d'affaires PTCE|CA pôle|CA (pôle)|"
        "CA du pôle|CA du PTCE|CA dans le pôle|CA dans le PTCE|CA réalisé dans le pôle|"
        "CA issu du pôle|CA réalisé avec le pôle|dont CA pôle|dont PTCE (CA)|dont pôle (CA)|"
        "Chiffre d'affaires pôle|Chiffre d'affaires du pôle|Chiffre d'affaires du PTCE|"
        "Chiffre d'affaires (PTCE)|Chiffre d'affaires (pôle)|Chiffre d'affaires dans le PTCE|"
        "Chiffre d'affaires dans le pôle|dont chiffre d'affaires PTCE|dont chiffre d'affaires pôle"
    ),
    schema.ROLE: _aliases(
        "role|Rôle|Rôle dans le PTCE|Rôle dans le pôle|Rôle PTCE|Rôle du membre|"
        "Qualité du membre|Place dans le PTCE"
    ),
}

POLE_HEADINGS: Final[Headings] = {
    **_PLACE,
    **_POLE,
    schema.POLE_ID: [*_POLE[schema.POLE_ID], "Identifiant", "Code", "id"],
    schema.POLE_NAME: [
        *_POLE[schema.POLE_NAME],
        *("Nom", "Intitulé", "Libellé", "Dénomination", "Name", "Raison sociale"),
    ],
    schema.STATUS: _aliases(
        "status|Statut|Statut du PTCE|Statut PTCE|État|Labellisation|Label|Reconnaissance"
    ),
    schema.YEAR: _aliases(
        "year|Année|Année de création|Année de labellisation|Année création|Année du label|"
        "Année de lauréat|Date de création|Date de labellisation|Millésime"
    ),
    schema.REGION: _aliases("region|Région|Nom de la région|Région d'implantation"),
}

# Words that may follow a heading without changing what it means.
_QUALIFIERS = re.compile(
    r" (?:(?:du|de l|de la|des|d|au|le) )?(?:siege(?: social)?|structures?|structure membre|"
    r"etablissements?|organismes?|organisations?|entreprises?|associations?|membres?|adherents?)$"
)
# With one of these in it a heading is taken whole or not at all: "Adresse (mail)".
_TELLING_WORDS: Final = frozenset(
    _aliases(
        "mail|email|courriel|web|site|internet|url|tel|telephone|contact|benevoles|benevole|"
        "ptce|ptces|pole|poles|insee|list"
    )
)
_ASIDES = re.compile(
    r"\([^)]*\)|\[[^]]*\]|\b(?:19|20)\d\d\b|[*:]"
    r"|\ben (?=[km]?€|euros?\b|milliers|millions)|[km]? ?€|\b[km]?euros?\b"
    r"|\b(?:milliers|millions) d[’']euros",
    re.IGNORECASE,
)
_SIMPLIFIED: Final = 1000  # rank of a heading recognised only once simplified


@dataclass(frozen=True)
class Claim:
    """A heading's claim on a column; the lowest `rank` is the best."""

    column: str
    rank: tuple[int, int]  # (place among the known headings, minus the year it names)


def known_headings(headings: Headings) -> dict[str, tuple[str, int]]:
    """Return folded heading → (column, place in its line) for one of the tables above."""
    return {
        fold(alias): (column, place)
        for column, aliases in headings.items()
        for place, alias in reversed(list(enumerate(aliases)))
    }


def claim(heading: str, known: Mapping[str, tuple[str, int]]) -> Claim | None:
    r"""Return which column `heading` claims, None if it is not recognised.

    Examples
    --------
    >>> known = known_headings(MEMBER_HEADINGS)
    >>> claim("N° SIRET", known).column, claim("Code\npostal *", known).column
    ('siret', 'postcode')
    >>> claim("Adresse (mail)", known) is None
    True
    """
    folded = fold(heading)
    if folded in known:
        column, place = known[folded]
        return Claim(column, (place, 0))
    if not folded or len(folded) > 80 or _TELLING_WORDS & set(folded.split()):
        return None
    simple = _QUALIFIERS.sub("", fold(_ASIDES.sub(" ", squeeze(heading))))
    if simple not in known:
        return None
    column, place = known[simple]
    year = re.search(r"\b(?:19|20)\d\d\b", heading)
    return Claim(column, (_SIMPLIFIED + place, -int(year[0]) if year else 0))


@dataclass(frozen=True)
class Assignment:
    """Which positions of a table each column is read from; the other positions are extras."""

    positions: dict[str, list[int]]
    problems: list[Problem]


def assign(
    headings: Sequence[str],
    known: Mapping[str, tuple[str, int]],
    chosen: Mapping[str, int | None],
) -> Assignment:
    """Give each column the heading with the best claim.

    Parameters
    ----------
    headings : sequence of str
        The heading row.
    known : mapping
        From `known_headings`.
    chosen : mapping of str to int or None
        What the caller decided: column → position, None for "no heading means this".

    Returns
    -------
    Assignment
        Every claim that lost is in its problems.
    """
    positions = {column: [at] for column, at in chosen.items() if at is not None}
    taken = {at for at in chosen.values() if at is not None}
    claims = [
        (*found.rank, at, found.column)
        for at, heading in enumerate(headings)
        if at not in taken and (found := claim(heading, known))
    ]
    # The caller's own address is taken as it is: nothing is joined to it.
    refused = {column for column, at in chosen.items() if at is None or column == schema.ADDRESS}
    problems = []
    for *_, at, column in sorted(claims):
        if (schema.ADDRESS if column in _PARTS else column) in refused:
            continue
        if column in _PARTS:
            positions[column] = sorted([*positions.get(column, []), at])
        elif column in positions:
            used = headings[positions[column][0]]
            details = {"used": used}
            problems.append(
                Problem(None, column, headings[at], DOUBTFUL, "other_heading_used", details)
            )
        else:
            positions[column] = [at]
    return Assignment(positions, problems)


def chosen_positions(
    columns: Mapping[str, str | None],
    headings: Sequence[str],
    *,
    allowed: Sequence[str],
    what: str,
) -> dict[str, int | None]:
    """Return column → position for the caller's `columns=`, or raise `InputError`."""
    unknown = [column for column in columns if column not in allowed]
    if unknown:
        msg = f"{what}: columns= names {listing(unknown)}; known columns: {', '.join(allowed)}"
        raise InputError(msg)
    written = {squeeze(heading): at for at, heading in reversed(list(enumerate(headings)))}
    folded = {fold(heading): at for at, heading in reversed(list(enumerate(headings)))}
    positions: dict[str, int | None] = {}
    for column, heading in columns.items():
        if heading is None:
            positions[column] = None
            continue
        at = written.get(squeeze(heading), folded.get(fold(heading)))
        if at is None:
            msg = (
                f"{what}: columns= says {column} is {heading!r}, no such heading; "
                f"found {listing(headings, most=30)}"
            )
            raise InputError(msg)
        positions[column] = at
    return positions
