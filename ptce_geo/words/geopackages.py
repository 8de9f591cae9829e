"""The words of the GeoPackage and its styles, in French and English: a table, no code."""

from __future__ import annotations

from typing import Final

# key: (French, English)
GEOPACKAGE_WORDS: Final[dict[str, tuple[str, str]]] = {
    # What each layer holds.
    "gpkg_title_footprints": ("Emprises des pôles", "Footprints of the poles"),
    "gpkg_title_footprint_lines": ("Pôles en deux lieux", "Poles in two places"),
    "gpkg_title_zoning": ("Zonage {name}", "Zoning {name}"),
    "gpkg_about_members": (
        "Structures membres, une ligne par ligne de la liste ; celles qui ne sont pas localisées "
        "n’ont pas de point.",
        "Member structures, one row for each row of the list; those that are not placed have no "
        "point.",
    ),
    "gpkg_about_poles": (
        "Pôles au point de leur siège, avec leurs indicateurs ; ceux dont le siège est inconnu "
        "n’ont pas de point.",
        "Poles at the point of their seat, with their figures; those whose seat is unknown have "
        "no point.",
    ),
    "gpkg_about_footprints": (
        "Enveloppe convexe des structures localisées de chaque pôle. Un pôle dont les structures "
        "sont toutes au même lieu, ou alignées, n’a pas de surface.",
        "Convex hull of the placed members of each pole. A pole whose members are all in one "
        "place, or in line, has no area.",
    ),
    "gpkg_about_footprint_lines": (
        "Lignes entre les structures des pôles qui n’ont que deux lieux, ou des lieux alignés.",
        "Lines between the members of poles that have two places only, or places in line.",
    ),
    "gpkg_about_white_zones": (
        "Groupes de communes voisines à plus de {km} km à vol d’oiseau de toute structure "
        "localisée.",
        "Groups of neighbouring communes more than {km} km, in a straight line, from every placed "
        "member.",
    ),
    "gpkg_about_region": (
        "Régions du périmètre et leurs indicateurs.",
        "Régions of the study area and their figures.",
    ),
    "gpkg_about_departement": (
        "Départements du périmètre et leurs indicateurs.",
        "Départements of the study area and their figures.",
    ),
    "gpkg_about_epci": (
        "EPCI du périmètre, entiers même s’ils le débordent, et leurs indicateurs.",
        "EPCI of the study area, whole even if they reach beyond, and their figures.",
    ),
    "gpkg_about_commune": (
        "Communes du périmètre et leurs indicateurs.",
        "Communes of the study area and their figures.",
    ),
    "gpkg_about_zoning": (
        "Zonage fourni pour l’étude : indicateurs par zone.",
        "Zoning given for the study: figures by zone.",
    ),
    "gpkg_about_concentration": (
        "Indicateurs de concentration, un par ligne ; territoire vide : le niveau entier.",
        "Figures of concentration, one a row; empty territory: the whole level.",
    ),
    "gpkg_about_coverage": (
        "Indicateurs de couverture, un par ligne ; territoire vide : le niveau entier.",
        "Figures of coverage, one a row; empty territory: the whole level.",
    ),
    "gpkg_about_economic_weight": (
        "Poids économique, un par ligne ; pôle vide : tous les pôles.",
        "Economic weight, one a row; empty pole: all poles.",
    ),
    "gpkg_made": (
        "Calculé le {date} par ptce_geo {version} ; territoires au 1er janvier {year}. "
        "Sources : {sources}.",
        "Computed on {date} by ptce_geo {version}; territories of 1 January {year}. "
        "Sources: {sources}.",
    ),
    # What each column holds, where the catalogue of columns does not say it.
    "gpkg_unit": ("Unité : {unit}.", "Unit: {unit}."),
    "gpkg_note": ("{title} : remarque", "{title}: note"),
    "gpkg_note_about": (
        "Pourquoi le nombre manque.",
        "Why the number is missing.",
    ),
    # What the legends say.
    "gpkg_class_first": ("{low} à {high}", "{low} to {high}"),
    "gpkg_class_next": ("plus de {low} à {high}", "above {low} to {high}"),
    "gpkg_no_data": ("sans donnée", "no data"),
}
