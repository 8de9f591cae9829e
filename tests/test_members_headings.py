"""Headings: which column each of them means."""

import pytest

from ptce_geo.files.cells import fold
from ptce_geo.members.headings import (
    MEMBER_HEADINGS,
    POLE_HEADINGS,
    assign,
    claim,
    known_headings,
)

MEMBERS = known_headings(MEMBER_HEADINGS)
POLES = known_headings(POLE_HEADINGS)


def column(heading, known=MEMBERS):
    found = claim(heading, known)
    return found.column if found else None


@pytest.mark.parametrize("table", [MEMBER_HEADINGS, POLE_HEADINGS])
def test_no_heading_means_two_columns(table):
    folded = [(fold(alias), name) for name, aliases in table.items() for alias in aliases]
    meanings = dict(folded)
    assert [(alias, name) for alias, name in folded if meanings[alias] != name] == []


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("Raison sociale", "member_name"),
        ("RAISON  SOCIALE :", "member_name"),
        ("Nom de la structure", "member_name"),
        ("Structure", "member_name"),
        ("Dénomination", "member_name"),
        ("nom", "member_name"),
        ("Adresse", "address"),
        ("Adresse postale", "address"),
        ("Rue", "address"),
        ("Adresse 1", "address"),
        ("Adresse 2", "address_after"),
        ("Adresse de la structure", "address"),
        ("Code\npostal", "postcode"),
        ("CP", "postcode"),
        ("code_postal", "postcode"),
        ("Commune", "city"),
        ("Ville *", "city"),
        ("Localité", "city"),
        ("N° SIRET", "siret"),
        ("Nº SIRET", "siret"),
        ("SIRET du siège", "siret"),
        ("ETP", "fte"),
        ("ETP 2023", "fte"),
        ("Effectif (ETP)", "fte"),
        ("ETP consacrés au PTCE", "fte_pole"),
        ("CA", "turnover"),
        ("CA (k€)", "turnover"),
        ("CA en milliers d'euros", "turnover"),
        ("Chiffre d’affaires 2022 (€)", "turnover"),
        ("ETP du pôle", "fte_pole"),
        ("dont ETP pôle", "fte_pole"),
        ("CA lié au PTCE", "turnover_pole"),
        ("CA pôle", "turnover_pole"),
        ("CA du pôle", "turnover_pole"),
        ("CA (pôle)", "turnover_pole"),
        ("CA PTCE", "turnover_pole"),
        ("CA du PTCE", "turnover_pole"),
        ("dont CA pôle", "turnover_pole"),
        ("Chiffre d’affaires pôle", "turnover_pole"),
        ("Chiffre d'affaires du pôle", "turnover_pole"),
        ("Chiffre d'affaires du PTCE", "turnover_pole"),
        ("PTCE", "pole_name"),
        ("Nom du PTCE", "pole_name"),
        ("Pôle", "pole_name"),
        ("pole_id", "pole_id"),
        ("Secteur", "sector"),
        ("Type de structure", "member_kind"),
        ("type_membre", "member_kind"),
        ("Rôle", "role"),
        ("Département", "departement"),
        ("Identifiant", "member_id"),
        ("lon", "longitude"),
        ("Y", "latitude"),
        ("Company name", "member_name"),
        ("Zip code", "postcode"),
        # What looks like ours and is not.
        ("Effectif", None),
        ("Adresse (mail)", None),
        ("Adresse mail", None),
        ("SIRET du PTCE", None),
        ("Code commune", "code_commune"),
        ("Code INSEE", "code_commune"),
        ("code_insee", "code_commune"),
        ("Code commune INSEE", "code_commune"),
        ("Code INSEE de la commune", "code_commune"),
        ("Commune (code INSEE)", "code_commune"),
        ("Code commune 2024", "code_commune"),
        ("INSEE", "code_commune"),
        ("CODGEO", "code_commune"),
        ("COM", "code_commune"),
        ("citycode", "code_commune"),
        ("Code postal (INSEE)", None),
        # What an earlier reading set aside stays aside.
        ("longitude (list)", None),
        ("code_commune (list)", None),
        ("ETP (bénévoles)", None),
        ("Nombre de structures", None),
        ("", None),
    ],
)
def test_headings_of_members(heading, meaning):
    assert column(heading) == meaning


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("nom_ptce", "pole_name"),
        ("Nom", "pole_name"),
        ("Identifiant", "pole_id"),
        ("statut", "status"),
        ("annee", "year"),
        ("Année de labellisation", "year"),
        ("région", "region"),
        ("secteur", "sector"),
        ("Raison sociale", "pole_name"),
        ("ETP", None),
    ],
)
def test_headings_of_poles(heading, meaning):
    assert column(heading, POLES) == meaning


def test_the_better_heading_wins_whatever_its_place():
    found = assign(["Nom", "Rue", "Raison sociale", "Adresse"], MEMBERS, {})
    assert found.positions == {"member_name": [2], "address": [3]}
    assert {(problem.column, problem.value) for problem in found.problems} == {
        ("member_name", "Nom"),
        ("address", "Rue"),
    }


def test_an_exact_heading_wins_over_a_simplified_one_and_the_latest_year_over_others():
    assert assign(["ETP 2023", "ETP"], MEMBERS, {}).positions == {"fte": [1]}
    assert assign(["ETP 2021", "ETP 2023", "ETP 2022"], MEMBERS, {}).positions == {"fte": [1]}


def test_the_callers_choice_wins():
    found = assign(
        ["Lieu", "Adresse", "Adresse 2", "id"], MEMBERS, {"address": 0, "member_id": None}
    )
    assert found.positions == {"address": [0]}
