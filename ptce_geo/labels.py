"""What a reader sees, in French (the default) and English: labels and numbers.

Maps, workbooks, reports and the terminal take every word from `LABELS` and write every number
with `format_number`, so a page never mixes two languages.
"""

from __future__ import annotations

import math
from typing import Final, Literal

from ptce_geo.errors import InputError

Language = Literal["fr", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")

# key: (French, English), grouped by where the words are read.
LABELS: Final[dict[str, tuple[str, str]]] = {
    # territories
    "commune": ("commune", "commune"),
    "communes": ("communes", "communes"),
    "epci": ("EPCI", "EPCI"),
    "arrondissement": ("arrondissement", "arrondissement"),
    "arrondissement_municipal": ("arrondissement municipal", "municipal arrondissement"),
    "departement": ("département", "département"),
    "region": ("région", "région"),
    # geocoding
    "accepted": ("placé", "placed"),
    "review": ("à vérifier", "to check"),
    "rejected": ("non placé", "not placed"),
    "housenumber": ("au numéro", "house number"),
    "street": ("à la rue", "street"),
    "locality": ("au lieu-dit", "locality"),
    "municipality": ("à la commune", "municipality"),
    # why a member was placed where it was, or nowhere (the words of geocode_reason)
    "reason_postcode_and_town": ("commune et code postal concordent", "town and postcode agree"),
    "reason_town_in_departement": ("commune du département indiqué", "town of that département"),
    "reason_town_in_pole_departement": (
        "commune du département du pôle",
        "town of the pole’s département",
    ),
    "reason_only_town_of_that_name": ("seule commune de ce nom", "only town of that name"),
    "reason_likeliest_town_of_that_name": (
        "commune la plus peuplée de ce nom",
        "most peopled town of that name",
    ),
    "reason_part_of_the_name": ("nom de commune partiel ou étendu", "part of the town’s name"),
    "reason_misspelt_town": ("nom de commune mal orthographié", "misspelt town"),
    "reason_postcode_of_one_commune": (
        "code postal d’une seule commune",
        "postcode of one commune",
    ),
    "reason_postcode_contradicts_town": (
        "le code postal contredit la commune",
        "postcode contradicts town",
    ),
    "reason_departement_contradicts_town": (
        "le département contredit la commune",
        "département contradicts town",
    ),
    "reason_town_in_street_line": ("commune lue dans la voie", "town read in the street line"),
    "reason_unknown_town_at_postcode": (
        "commune inconnue, placée au code postal",
        "unknown town, placed by postcode",
    ),
    "reason_declared_coordinates": ("coordonnées de la liste", "coordinates of the list"),
    "reason_no_town": ("commune non indiquée", "no town given"),
    "reason_only_a_departement": (
        "département indiqué sans commune",
        "a département, no town",
    ),
    "reason_other_country": ("adresse hors de France", "address in another country"),
    "reason_unknown_town": ("commune inconnue", "unknown town"),
    "reason_unknown_postcode": ("code postal inconnu", "unknown postcode"),
    "reason_ambiguous_town": ("plusieurs communes de ce nom", "several towns of that name"),
    "reason_postcode_of_several_communes": (
        "code postal de plusieurs communes",
        "postcode of several communes",
    ),
    "reason_outside_embedded_france": (
        "collectivité d’outre-mer sans contour embarqué",
        "overseas collectivity without embedded boundary",
    ),
    # the stages of a study
    "stage_read": ("Lecture des listes…", "Reading the lists…"),
    "stage_locate": ("Localisation des structures…", "Locating the members…"),
    "stage_measure": ("Calcul des indicateurs…", "Measuring…"),
    "stage_draw": ("Dessin de la carte…", "Drawing the map…"),
    "stage_write": ("Écriture des fichiers…", "Writing the files…"),
    # summary of a study
    "summary_members": ("Structures dans la liste", "Members in the list"),
    "summary_accepted": ("  placées", "  placed"),
    "summary_review": ("  placées, à vérifier", "  placed, to check"),
    "summary_rejected": ("  non placées", "  not placed"),
    "summary_poles": ("Pôles", "Poles"),
    "summary_seat_declared": ("siège déclaré", "seat declared"),
    "summary_seat_lead_member": ("siège de la structure porteuse", "seat of the lead member"),
    "summary_seat_unknown": ("siège inconnu", "seat unknown"),
    "summary_commune": ("Communes touchées", "Communes touched"),
    "summary_epci": ("EPCI touchés", "EPCI touched"),
    "summary_departement": ("Départements touchés", "Départements touched"),
    "summary_region": ("Régions touchées", "Régions touched"),
    "summary_of": ("sur {whole}", "of {whole}"),
    "summary_reach": ("Habitants à {km} km au plus", "Inhabitants within {km} km"),
    "summary_reach_of": ("d’une structure placée", "of a placed member"),
    "summary_problems": ("Remarques sur la liste", "Remarks on the list"),
    "summary_problem_repaired": ("réparées", "repaired"),
    "summary_problem_lost": ("valeurs perdues", "values lost"),
    "summary_problem_doubtful": ("douteuses", "doubtful"),
    "summary_problem_missing": ("valeurs manquantes", "values missing"),
    # sheets of the workbook, and what is noted under their titles
    "sheet_summary": ("Synthèse", "Summary"),
    "sheet_reach": ("Couverture par distance", "Coverage by reach"),
    "sheet_presence": ("Couverture par présence", "Coverage by presence"),
    "sheet_concentration": ("Concentration", "Concentration"),
    "sheet_region": ("Régions", "Régions"),
    "sheet_departement": ("Départements", "Départements"),
    "sheet_epci": ("EPCI", "EPCI"),
    "sheet_commune": ("Communes", "Communes"),
    "sheet_poles": ("Pôles", "Poles"),
    "sheet_members": ("Structures", "Members"),
    "sheet_problems": ("Remarques", "Remarks"),
    "sheet_method": ("Méthode", "Method"),
    "note_summary": (
        "Les indicateurs ne comptent que les structures placées sans réserve.",
        "Indicators count only members placed without reserve.",
    ),
    "note_reach": (
        "Communes dont la mairie est à la distance indiquée, ou moins, d’une structure placée.",
        "Communes whose town hall is within the distance of a placed member.",
    ),
    "note_presence": (
        "Territoires où se trouve au moins une structure placée.",
        "Territories with at least one placed member.",
    ),
    "note_concentration": (
        "Le chiffre change avec le niveau : comparer à niveau égal.",
        "The figure changes with the level: compare at the same level.",
    ),
    "note_region": ("Toutes les régions du périmètre.", "All régions of the study area."),
    "note_departement": (
        "Tous les départements du périmètre.",
        "All départements of the study area.",
    ),
    "note_epci": (
        "Tous les EPCI du périmètre. Quatre communes insulaires ne sont dans aucun.",
        "All EPCI of the study area. Four island communes are in none.",
    ),
    "note_commune": (
        "Seules les communes qui comptent au moins une structure sont listées.",
        "Only communes with at least one member are listed.",
    ),
    "note_poles": (
        "Distances à vol d’oiseau, des structures placées au siège du pôle.",
        "Straight distances, from the placed members to the pole’s seat.",
    ),
    "note_members": (
        "Une ligne par ligne de la liste : rien n’est retiré.",
        "One row for each row of the list: nothing is dropped.",
    ),
    "note_problems": (
        "Ce qui a été réparé, perdu ou paraît douteux dans la liste.",
        "What was repaired, lost or looks doubtful in the list.",
    ),
    "note_method": ("Définitions, sources et millésimes.", "Definitions, sources and vintages."),
    # method
    "method_placing": ("Localisation", "Locating"),
    "method_placing_text": (
        "Chaque structure est placée au point de référence de sa commune (mairie, à défaut un "
        "point de la commune), d’après la commune et le code postal indiqués.",
        "Each member is placed at the reference point of its commune (town hall, else a point "
        "in the commune), by the town and postcode given.",
    ),
    "method_counted": ("Structures comptées", "Members counted"),
    "method_counted_text": (
        "Une ligne de la liste est une adhésion. Sont comptées les structures placées ; celles "
        "à vérifier et non placées sont laissées de côté et dénombrées dans la synthèse.",
        "One row of the list is one membership. Members placed are counted; those to check or "
        "not placed are set aside and numbered in the summary.",
    ),
    "method_location_quotient": ("Quotient de localisation", "Location quotient"),
    "method_location_quotient_text": (
        "Part du territoire dans les structures, divisée par sa part dans la population. "
        "Au-dessus de 1, plus de structures que sa population ne le laisse attendre.",
        "Share of the territory in the members over its share in the population. Above 1, more "
        "members than its population would lead to expect.",
    ),
    "method_gini": ("Indice de Gini", "Gini index"),
    "method_gini_text": (
        "Inégalité du nombre de structures entre territoires, territoires vides compris : 0 si "
        "tous en ont autant, proche de 1 si un seul les a toutes.",
        "Inequality of the number of members between territories, empty ones included: 0 if all "
        "have as many, near 1 if one has them all.",
    ),
    "method_herfindahl": ("Indice de Herfindahl", "Herfindahl index"),
    "method_herfindahl_text": (
        "Somme des carrés des parts des territoires : son inverse est le nombre de territoires "
        "égaux qui donneraient la même concentration.",
        "Sum of the squared shares of the territories: its inverse is the number of equal "
        "territories that would give the same concentration.",
    ),
    "method_presence": ("Couverture par présence", "Coverage by presence"),
    "method_presence_text": (
        "Part des territoires, et des habitants, où se trouve au moins une structure.",
        "Share of the territories, and of the inhabitants, with at least one member.",
    ),
    "method_reach": ("Couverture par distance", "Coverage by reach"),
    "method_reach_text": (
        "Part des communes, et des habitants, dont le point de référence est à la distance "
        "indiquée, ou moins, d’une structure placée.",
        "Share of the communes, and of the inhabitants, whose reference point is within the "
        "distance of a placed member.",
    ),
    "method_distance": ("Distances", "Distances"),
    "method_distance_text": (
        "À vol d’oiseau, dans le système de coordonnées légal du territoire (Lambert-93 en "
        "métropole).",
        "Straight, in the legal coordinate system of the territory (Lambert-93 in the métropole).",
    ),
    "method_vintage": ("Millésime des territoires", "Vintage of the territories"),
    "method_sources": ("Sources", "Sources"),
    "method_software": ("Logiciel", "Software"),
    "method_created": ("Produit le", "Made on"),
    # headings of the columns
    "column_figure": ("Chiffre", "Figure"),
    "column_value": ("Valeur", "Value"),
    "column_share": ("Part", "Share"),
    "column_detail": ("Détail", "Detail"),
    "column_method": ("Terme", "Term"),
    "column_text": ("Définition", "Definition"),
    "column_code": ("Code", "Code"),
    "column_nom": ("Nom", "Name"),
    "column_population": ("Population", "Population"),
    "column_members": ("Structures", "Members"),
    "column_members_per_100k": (
        "Structures pour 100 000 habitants",
        "Members for 100,000 inhabitants",
    ),
    "column_location_quotient": ("Quotient de localisation", "Location quotient"),
    "column_level": ("Niveau", "Level"),
    "column_threshold_km": ("Distance (km)", "Distance (km)"),
    "column_territories": ("Territoires", "Territories"),
    "column_territories_covered": ("Territoires couverts", "Territories covered"),
    "column_share_territories": ("Part des territoires", "Share of territories"),
    "column_population_covered": ("Population couverte", "Population covered"),
    "column_share_population": ("Part de la population", "Share of population"),
    "column_gini": ("Gini", "Gini"),
    "column_herfindahl": ("Herfindahl", "Herfindahl"),
    "column_member_id": ("Identifiant", "Identifier"),
    "column_member_name": ("Structure", "Member"),
    "column_pole_id": ("Identifiant du pôle", "Pole identifier"),
    "column_pole_name": ("Pôle", "Pole"),
    "column_member_kind": ("Type", "Kind"),
    "column_address": ("Adresse", "Address"),
    "column_postcode": ("Code postal", "Postcode"),
    "column_city": ("Commune indiquée", "Town given"),
    "column_departement": ("Département indiqué", "Département given"),
    "column_siret": ("SIRET", "SIRET"),
    "column_fte": ("ETP", "FTE"),
    "column_fte_pole": ("ETP du pôle", "FTE of the pole"),
    "column_turnover": ("Chiffre d’affaires", "Turnover"),
    "column_turnover_pole": ("Chiffre d’affaires du pôle", "Turnover of the pole"),
    "column_sector": ("Secteur", "Sector"),
    "column_role": ("Rôle", "Role"),
    "column_source_line": ("Ligne de la liste", "Line of the list"),
    "column_longitude": ("Longitude", "Longitude"),
    "column_latitude": ("Latitude", "Latitude"),
    "column_geocode_provider": ("Placé par", "Placed by"),
    "column_geocode_precision": ("Précision", "Precision"),
    "column_geocode_score": ("Score", "Score"),
    "column_geocode_margin": ("Écart au second", "Margin to the second"),
    "column_geocode_label": ("Lieu trouvé", "Place found"),
    "column_geocode_status": ("Statut", "Status"),
    "column_geocode_reason": ("Motif", "Reason"),
    "column_code_commune": ("Code commune", "Commune code"),
    "column_nom_commune": ("Commune", "Commune"),
    "column_code_epci": ("Code EPCI", "EPCI code"),
    "column_nom_epci": ("EPCI", "EPCI"),
    "column_code_departement": ("Code département", "Département code"),
    "column_nom_departement": ("Département", "Département"),
    "column_code_region": ("Code région", "Région code"),
    "column_nom_region": ("Région", "Région"),
    "column_attach_reason": ("Rattachement", "Attachment"),
    "column_located": ("Avec une position", "With a position"),
    "column_accepted": ("Placées", "Placed"),
    "column_to_review": ("À vérifier", "To check"),
    "column_communes": ("Communes", "Communes"),
    "column_epci": ("EPCI", "EPCI"),
    "column_departements": ("Départements", "Départements"),
    "column_regions": ("Régions", "Régions"),
    "column_fte_answers": ("Réponses ETP", "FTE answers"),
    "column_distance_to_seat_mean_km": (
        "Distance moyenne au siège (km)",
        "Mean distance to the seat (km)",
    ),
    "column_distance_to_seat_max_km": (
        "Distance maximale au siège (km)",
        "Greatest distance to the seat (km)",
    ),
    "column_members_other_crs": (
        "Structures outre-mer du siège",
        "Members overseas of the seat",
    ),
    "column_line": ("Ligne", "Line"),
    "column_column": ("Colonne", "Column"),
    "column_message": ("Remarque", "Remark"),
    "column_kind": ("Nature", "Nature"),
    # maps (ptce_geo.maps hands every key that starts with "map_" to its page)
    "map_title": (
        "Pôles territoriaux de coopération économique",
        "Territorial economic cooperation poles (PTCE)",
    ),
    "map_summary": (
        "Structures placées : {placed} sur {total} · pôles : {poles}",
        "Structures placed: {placed} of {total} · poles: {poles}",
    ),
    "map_panel": ("Légende et couches", "Legend and layers"),
    "map_panel_open": ("Ouvrir le panneau", "Open the panel"),
    "map_panel_close": ("Replier le panneau", "Fold the panel"),
    "map_zoom_in": ("Agrandir", "Zoom in"),
    "map_zoom_out": ("Réduire", "Zoom out"),
    "map_search": ("Pôle, structure ou commune", "Pole, structure or commune"),
    "map_search_found": ("Structures trouvées : {n}", "Structures found: {n}"),
    "map_search_none": ("Aucun résultat", "Nothing found"),
    "map_views": ("Aller à", "Go to"),
    "map_metropole": ("Métropole", "Mainland France"),
    "map_guadeloupe": ("Guadeloupe", "Guadeloupe"),
    "map_martinique": ("Martinique", "Martinique"),
    "map_guyane": ("Guyane", "French Guiana"),
    "map_reunion": ("La Réunion", "Réunion"),
    "map_mayotte": ("Mayotte", "Mayotte"),
    "map_elsewhere": ("Ailleurs", "Elsewhere"),
    "map_legend": ("Légende", "Legend"),
    "map_legend_member": ("Structure, à la couleur de son pôle", "Structure, in its pole’s colour"),
    "map_legend_review": ("Structure placée, à vérifier", "Structure placed, to check"),
    "map_legend_seat": ("Siège du pôle", "Seat of the pole"),
    "map_legend_seat_lead": (
        "Siège d’après la structure porteuse",
        "Seat taken from the lead structure",
    ),
    "map_legend_spread": (
        "Les structures proches sont écartées pour rester visibles.",
        "Structures close together are moved apart to stay visible.",
    ),
    "map_legend_colours": (
        "Des pôles éloignés peuvent partager une couleur.",
        "Poles far apart may share a colour.",
    ),
    "map_legend_unplaced": ("Structures non placées : {n}", "Structures not placed: {n}"),
    "map_layers": ("Affichage et fond de carte", "Display and base map"),
    "map_choropleth": ("Structures par département", "Structures by département"),
    "map_choropleth_accepted": (
        "Structures placées, hors « à vérifier »",
        "Structures placed, without those to check",
    ),
    "map_choropleth_zero": ("aucune", "none"),
    "map_choropleth_one": ("{name} : {n} structure", "{name}: {n} structure"),
    "map_choropleth_many": ("{name} : {n} structures", "{name}: {n} structures"),
    "map_class_range": ("{low} à {high}", "{low} to {high}"),
    "map_outlines": ("Limites des départements", "Département boundaries"),
    "map_ties": ("Liens vers le siège", "Ties to the seat"),
    "map_base": ("Fond de carte", "Base map"),
    "map_base_none": ("Aucun (sans réseau)", "None (no network)"),
    "map_base_ign": ("Plan IGN", "Plan IGN"),
    "map_base_osm": ("OpenStreetMap", "OpenStreetMap"),
    "map_base_note": (
        "Plan IGN et OpenStreetMap demandent une connexion.",
        "Plan IGN and OpenStreetMap need a connection.",
    ),
    "map_poles": ("Pôles", "Poles"),
    "map_all": ("Tous", "All"),
    "map_none": ("Aucun", "None"),
    "map_go": ("Voir sur la carte : {name}", "See on the map: {name}"),
    "map_no_pole": ("Sans pôle", "Without a pole"),
    "map_pole": ("Pôle", "Pole"),
    "map_kind": ("Type", "Kind"),
    "map_role": ("Rôle", "Role"),
    "map_sector": ("Secteur", "Sector"),
    "map_address": ("Adresse", "Address"),
    "map_commune": ("Commune", "Commune"),
    "map_departement": ("Département", "Département"),
    "map_found": ("Lieu trouvé", "Place found"),
    "map_position": ("Position", "Position"),
    "map_placed_at": ("placé {precision}", "placed at {precision} level"),
    "map_reason": ("Motif", "Reason"),
    "map_status": ("Statut", "Status"),
    "map_year": ("Année", "Year"),
    "map_seat": ("Siège", "Seat"),
    "map_seat_declared": ("déclaré par le pôle", "declared by the pole"),
    "map_seat_lead": ("d’après la structure porteuse", "taken from the lead structure"),
    "map_members": ("Structures", "Structures"),
    "map_placed_of": ("{placed} placées sur {total}", "{placed} placed of {total}"),
    "map_empty": (
        "Aucune structure de la liste n’a pu être placée.",
        "No structure of the list could be placed.",
    ),
    "map_footer_counts": (
        "{total} structures dans la liste : {placed} placées{details}, {unplaced} non placées",
        "{total} structures in the list: {placed} placed{details}, {unplaced} not placed",
    ),
    "map_footer_review": ("dont {n} à vérifier", "{n} of them to check"),
    "map_footer_vintage": (
        "Communes et contours : COG {year}",
        "Communes and boundaries: COG {year}",
    ),
    "map_footer_sources": (
        "Sources : IGN (ADMIN EXPRESS COG), INSEE, DGCL, La Poste ; Licence Ouverte 2.0",
        "Sources: IGN (ADMIN EXPRESS COG), INSEE, DGCL, La Poste; Licence Ouverte 2.0",
    ),
    "map_footer": ("Effectifs et sources", "Counts and sources"),
    "map_close": ("Fermer", "Close"),
    "map_noscript": (
        "Cette carte a besoin de JavaScript, sans réseau.",
        "This map needs JavaScript, and no network.",
    ),
}

_NARROW_NO_BREAK_SPACE: Final = "\u202f"


def check_language(lang: str) -> Language:
    """Return `lang` if it is one of `LANGUAGES`, else raise `InputError`."""
    for known in LANGUAGES:
        if lang == known:
            return known
    msg = f"unknown language {lang!r}; known: {', '.join(LANGUAGES)}"
    raise InputError(msg)


def label(key: str, lang: Language = "fr") -> str:
    """Return the words for `key` in `lang`.

    Examples
    --------
    >>> label("review"), label("review", "en")
    ('à vérifier', 'to check')
    """
    return LABELS[key][LANGUAGES.index(lang)]


def format_number(value: float | None, lang: Language = "fr", *, decimals: int = 0) -> str:
    """Write a number as a reader of `lang` expects it; a missing one is an en dash.

    Examples
    --------
    >>> format_number(12345.678, "en", decimals=1)
    '12,345.7'
    >>> format_number(12345.678, decimals=1).replace(chr(0x202f), "_")
    '12_345,7'
    """
    if value is None or math.isnan(value):
        return "–"
    text = f"{value:,.{decimals}f}"
    if lang == "fr":
        text = text.replace(",", _NARROW_NO_BREAK_SPACE).replace(".", ",")
    return text


def format_share(value: float | None, lang: Language = "fr", *, decimals: int = 1) -> str:
    """Write a share (0…1) as a percentage.

    Examples
    --------
    >>> format_share(0.125, "en")
    '12.5%'
    """
    if value is None or math.isnan(value):
        return "–"
    sign = "%" if lang == "en" else f"{_NARROW_NO_BREAK_SPACE}%"
    return format_number(100 * value, lang, decimals=decimals) + sign
