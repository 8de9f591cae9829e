"""The words of study files and of what explains a figure: a table, no code."""

from __future__ import annotations

from typing import Final

# key: (French, English)
STUDY_WORDS: Final[dict[str, tuple[str, str]]] = {
    # at the head and the foot of a study file
    "study_head": (
        "Étude : tout ce qui est demandé à ptce-geo. Les chemins partent du dossier de ce fichier.",
        "A study: all that is asked of ptce-geo. Paths start from the folder of this file.",
    ),
    "study_head_optional": (
        "« #clé » : réglage facultatif, avec sa valeur par défaut ou un "
        "exemple. Ôtez le dièse pour le changer.",
        "“#key”: an optional setting, with its default or an example. Take the sign away to "
        "change it.",
    ),
    "study_foot_check": (
        "vérifie tout sans rien localiser",
        "checks everything, locates nothing",
    ),
    "study_foot_run": (
        "lance l’étude",
        "runs the study",
    ),
    # what was seen in the lists
    "study_seen": (
        "Lue : {what} ; lignes : {rows}, colonnes : {columns}.",
        "Read: {what}; rows: {rows}, columns: {columns}.",
    ),
    "study_seen_other_sheets": (
        "D’autres feuilles ressemblent à une liste et ne sont pas lues : {sheets}.",
        "Other sheets look like lists and are not read: {sheets}.",
    ),
    "study_recognised": (
        "Reconnues d’elles-mêmes :",
        "Recognised by themselves:",
    ),
    "study_guessed": (
        "Peut-être (non reconnues, la plus proche) :",
        "Perhaps (not recognised, the nearest):",
    ),
    "study_strange": (
        "Non reconnues, gardées telles quelles : {headings}.",
        "Not recognised, kept as they are: {headings}.",
    ),
    "study_columns_known": (
        "Colonnes possibles : {columns}.",
        "Columns there are: {columns}.",
    ),
    "study_unlocatable": (
        "Rien ne dit où sont les structures : indiquez ici la colonne de l’adresse, du "
        "code postal, de la commune ou du SIRET.",
        "Nothing says where the members are: name here the column of the address, the postcode, "
        "the town or the SIRET.",
    ),
    "study_has_siret": (
        "Lignes avec un SIRET : {count}. « sirene » (réseau) les place à leur établissement.",
        "Rows with a SIRET: {count}. “sirene” (network) places them at their establishment.",
    ),
    "study_has_address": (
        "Lignes avec une adresse : {count}. "
        "« ban » (réseau) les place au numéro ; "
        "sans réseau, « index=PATH », fait par "
        "ptce-geo ban build.",
        "Rows with an address: {count}. “ban” (network) places them at the number; without a "
        "network, “index=PATH”, made by ptce-geo ban build.",
    ),
    # sections
    "study_section_lists": (
        "Listes de départ",
        "Lists to start from",
    ),
    "study_section_lists.columns": (
        "Colonnes de la liste des structures",
        "Columns of the list of members",
    ),
    "study_section_locate": (
        "Localisation des structures",
        "Locating the members",
    ),
    "study_section_locate.policy": (
        "Règles d’acceptation d’une adresse trouvée ; les valeurs par défaut ont été mesurées",
        "When an address found is accepted; the defaults were measured",
    ),
    "study_section_area": (
        "Territoire étudié",
        "Area studied",
    ),
    "study_section_measure": (
        "Mesures",
        "Measures",
    ),
    "study_section_zonings": (
        "Autres zonages où compter les structures",
        "Further zonings to count the members in",
    ),
    "study_section_publication": (
        "Publication et secret statistique",
        "Publication and confidentiality",
    ),
    "study_section_outputs": (
        "Résultats",
        "Results",
    ),
    "study_section_cache": (
        "Mémoire des étapes : ce qui n’a pas changé n’est pas refait",
        "Cache of the stages: what has not changed is not done again",
    ),
    # study_<section>_<key>: what each key is for
    "study_lists_members": (
        "Liste des structures membres (CSV, XLSX, GeoJSON, GeoPackage ou Parquet).",
        "List of member structures (CSV, XLSX, GeoJSON, GeoPackage or Parquet).",
    ),
    "study_lists_poles": (
        "Liste des pôles. Sans elle, les pôles sont ceux que nomment les structures (exemple).",
        "List of poles. Without it the poles are those that the members name (example).",
    ),
    "study_zonings": (
        "Nom, puis fichier des communes et de leur zone, ou de polygones (exemple).",
        "Name, then file of communes and their zones, or of polygons (example).",
    ),
    "study_columns": (
        "Colonne de ptce-geo, puis intitulé dans la liste.",
        "Column of ptce-geo, then heading in the list.",
    ),
    "study_lists_title": (
        "Titre de la carte et du rapport (exemple).",
        "Title of the map and the report (example).",
    ),
    "study_lists_source": (
        "D’où viennent les listes, cité sous la carte et dans le rapport (exemple).",
        "Where the lists come from, cited under the map and in the report (example).",
    ),
    "study_example_title": (
        "Les PTCE et leurs membres",
        "PTCE and their members",
    ),
    "study_example_source": (
        "Recensement de la région, 2026",
        "Survey of the region, 2026",
    ),
    "study_example_publisher": (
        "Conseil régional",
        "Regional council",
    ),
    "study_locate_geocoders": (
        "Qui localise, dans l’ordre où l’on demande : {forms}. "
        "Par défaut « commune » seul, sans réseau, à la mairie ; "
        "il vient toujours en dernier.",
        "Who locates, in the order of asking: {forms}. By default “commune” alone, without a "
        "network, at the town hall; it always comes last.",
    ),
    "study_locate_store": (
        "Fichier qui garde chaque réponse, pour ne pas la redemander. Par défaut : aucun "
        "(exemple).",
        "File that keeps every answer, not to ask again. By default: none (example).",
    ),
    "study_locate_offline": (
        "true : ne rien demander au réseau, répondre avec ce fichier seulement.",
        "true: ask nothing of the network, answer from that file only.",
    ),
    "study_locate_review": (
        "Corrections faites à la main (ptce-geo review), qui passent avant le reste. Par "
        "défaut : aucune (exemple).",
        "Corrections made by hand (ptce-geo review), which go before all else. By default: none "
        "(example).",
    ),
    "study_locate.policy_min_score": (
        "Note minimale d’une réponse, de 0 à 1.",
        "Least score of an answer, 0 to 1.",
    ),
    "study_locate.policy_min_margin": (
        "Avance minimale sur la deuxième réponse, de 0 à 1.",
        "Least lead over the second answer, 0 to 1.",
    ),
    "study_locate.policy_min_street_likeness": (
        "Ressemblance minimale du nom de rue, de 0 à 1.",
        "Least likeness of the street’s name, 0 to 1.",
    ),
    "study_locate.policy_commune_must_agree": (
        "Vérifier à la main une adresse trouvée dans une autre commune.",
        "Whether an address found in another commune is to be checked by hand.",
    ),
    "study_locate.policy_postcode_must_agree": (
        "De même dans un autre département que le code postal.",
        "The same in another département than the postcode’s.",
    ),
    "study_locate.policy_min_precision": (
        "Précision la plus grossière acceptée : {choices}.",
        "Coarsest precision accepted: {choices}.",
    ),
    "study_locate.policy_max_distance_km": (
        "Écart admis entre la position de Sirene et celle de l’adresse (km).",
        "How far apart the positions of Sirene and of the address may lie (km).",
    ),
    "study_area_departements": (
        "Départements étudiés, codes INSEE. Par défaut : toute la France (exemple).",
        "Départements studied, INSEE codes. By default: all of France (example).",
    ),
    "study_area_regions": (
        "Régions étudiées, codes INSEE ; s’ajoutent aux départements (exemple).",
        "Régions studied, INSEE codes; added to the départements (example).",
    ),
    "study_measure_levels": (
        "Niveaux où mesurer.",
        "Levels to measure at.",
    ),
    "study_measure_thresholds_km": (
        "Distances de la couverture (km à vol d’oiseau, croissantes).",
        "Distances of the coverage (km as the crow flies, increasing).",
    ),
    "study_measure_white_zone_km": (
        "Distance à la structure la plus proche au-delà de laquelle une commune est en zone "
        "blanche (km).",
        "Distance to the nearest member beyond which a commune is in a white zone (km).",
    ),
    "study_measure_reference": (
        "Table par commune à laquelle comparer les structures. Par défaut : les habitants"
        " (exemple).",
        "Table by commune that the members are compared with. By default: the inhabitants "
        "(example).",
    ),
    "study_measure_reference_column": (
        "Colonne de cette table qui porte les nombres (exemple).",
        "Column of that table that holds the numbers (example).",
    ),
    "study_measure_seed": (
        "Graine des tirages au hasard : la même donne les mêmes chiffres.",
        "Seed of what is drawn at random: the same gives the same figures.",
    ),
    "study_publication_publish": (
        "true : rendre secrets les montants qui parleraient de trop peu de structures.",
        "true: make secret the amounts that would tell of too few structures.",
    ),
    "study_publication_minimum": (
        "Nombre minimal de structures derrière un montant publié.",
        "Fewest structures behind a published amount.",
    ),
    "study_publication_dominance": (
        "Part maximale d’une seule structure dans un montant publié, de 0 à 1.",
        "Largest share of one structure in a published amount, 0 to 1.",
    ),
    "study_publication_publisher": (
        "Qui publie le jeu de données (exemple).",
        "Who publishes the data package (example).",
    ),
    "study_publication_licence": (
        "Sa licence : {choices} (exemple).",
        "Its licence: {choices} (example).",
    ),
    "study_outputs_folder": (
        "Dossier des résultats, remplacé d’un coup à chaque fois ; il ne doit rien contenir de lu.",
        "Folder of the results, replaced at once each time; nothing that is read may lie in it.",
    ),
    "study_outputs_lang": (
        "Langue des résultats : fr ou en.",
        "Language of the results: fr or en.",
    ),
    "study_outputs_files": (
        "Ce qui est écrit : classeur, carte, rapport, GeoPackage, jeu de données. "
        "study.json l’est toujours.",
        "What is written: workbook, map, report, GeoPackage, data package. study.json always is.",
    ),
    "study_outputs_sheets": (
        "Fiches d’une page, niveau et code : epci, departement, region, commune "
        "ou pole. Par défaut : aucune (exemple).",
        "Sheets of one page, level and code: epci, departement, region, commune or pole. By "
        "default: none (example).",
    ),
    "study_cache_folder": (
        "Dossier de cette mémoire, ou false pour s’en passer. Il contient les listes en clair.",
        "Its folder, or false for none. It holds the lists in clear.",
    ),
}
