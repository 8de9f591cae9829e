"""The words of what explains a figure, in French and English: a table, no code."""

from __future__ import annotations

from typing import Final

# key: (French, English)
EXPLANATION_WORDS: Final[dict[str, tuple[str, str]]] = {
    "explain_interval": ("[{low} – {high}]", "[{low} – {high}]"),
    "explain_chance": ("hasard seul : {low} à {high}", "chance alone: {low} to {high}"),
    "explain_counts": (
        "Structures comptées : {counted} ; du même lieu et non comptées : {aside}",
        "Members counted: {counted}; of that place and not counted: {aside}",
    ),
    "explain_counted": ("Comptées", "Counted"),
    "explain_aside": (
        "Non comptées : à vérifier, ou non localisées et peut-être ici",
        "Not counted: to check, or not placed and perhaps here",
    ),
    "explain_more": (
        "… et {count} autres ; --out FICHIER.xlsx les donne toutes",
        "… and {count} more; --out FILE.xlsx has all of them",
    ),
    "level_region": ("région", "région"),
    "level_departement": ("département", "département"),
    "level_epci": ("EPCI", "EPCI"),
    "level_commune": ("commune", "commune"),
    "level_pole": ("pôle", "pole"),
    "level_region_all": ("toutes les régions", "all régions"),
    "level_departement_all": ("tous les départements", "all départements"),
    "level_epci_all": ("tous les EPCI", "all EPCI"),
    "level_commune_all": ("toutes les communes", "all communes"),
    "sheet_figure": ("Chiffre", "Figure"),
    "note_figure": (
        "Le chiffre tel qu’il figure dans les tableaux de l’étude.",
        "The figure as it stands in the tables of the study.",
    ),
    "sheet_counted": ("Structures comptées", "Members counted"),
    "note_counted": (
        "Les structures sur lesquelles repose le chiffre.",
        "The members that the figure rests on.",
    ),
    "sheet_not_counted": ("Non comptées", "Not counted"),
    "note_not_counted": (
        "Structures du même lieu que le chiffre ne compte pas : à vérifier, ou non localisées et "
        "peut-être ici.",
        "Members of that place that the figure does not count: to check, or not placed and perhaps "
        "here.",
    ),
    "study_written": (
        "Fichier d’étude écrit : {path}. Relisez-le, puis :",
        "Study file written: {path}. Read it over, then:",
    ),
    "study_right": ("{name} : rien à redire", "{name}: nothing wrong"),
    "study_kept": (
        "Repris tel quel, rien n’ayant changé : {stages}",
        "Taken as it was, nothing having changed: {stages}",
    ),
    "kept_locate": ("localisation", "locating"),
    "kept_measure": ("indicateurs", "indicators"),
}
