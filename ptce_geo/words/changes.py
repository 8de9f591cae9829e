"""The words of what changed between two studies, in French and English: a table, no code."""

from __future__ import annotations

from typing import Final

# key: (French, English)
CHANGE_WORDS: Final[dict[str, tuple[str, str]]] = {
    # what became of a pole or a member
    "change_come": ("arrivé", "come"),
    "change_gone": ("parti", "gone"),
    "change_stayed": ("sans changement", "unchanged"),
    "change_moved": ("déménagé", "moved"),
    "change_changed_pole": ("changé de pôle", "changed pole"),
    "change_newly_located": ("localisé depuis", "located since"),
    "change_no_longer_located": ("plus localisé", "no longer located"),
    "change_renamed": ("renommé", "renamed"),
    "change_seat_moved": ("siège déplacé", "seat moved"),
    "change_renamed_and_moved": ("renommé, siège déplacé", "renamed, seat moved"),
    "change_by_siret": ("SIRET", "SIRET"),
    "change_by_member_id": ("identifiant", "identifier"),
    "change_by_content": ("ligne identique", "identical row"),
    "change_by_name_and_pole": ("nom et pôle", "name and pole"),
    "change_by_name_and_commune": ("nom et commune", "name and commune"),
    "change_by_pole_id": ("identifiant", "identifier"),
    "change_by_name": ("nom", "name"),
    "change_yes": ("oui", "yes"),
    "change_no": ("non", "no"),
    # how a difference reads
    "change_reading_higher": ("en hausse", "higher"),
    "change_reading_lower": ("en baisse", "lower"),
    "change_reading_not_distinguishable": ("non distinguable", "not distinguishable"),
    "change_reading_no_interval": ("sans intervalle", "no interval"),
    "change_reading_undefined": ("non défini", "undefined"),
    "change_reading_unchanged": ("sans changement", "unchanged"),
    "change_not_distinguishable_text": (
        "Non distinguable : le hasard seul donne souvent un écart aussi grand entre des nombres "
        "de cette taille ; les arrivées et les départs sont réels, mais ils ne montrent ni "
        "hausse ni baisse.",
        "Not distinguishable: chance alone often gives as large a difference between numbers of "
        "that size; those who came and went are real, but they show neither a rise nor a fall.",
    ),
    # why figures cannot be compared
    "change_reason_level": (
        "niveau mesuré dans une seule étude",
        "level measured in one study only",
    ),
    "change_reason_group": ("chiffre donné par une seule étude", "figure given by one study only"),
    "change_reason_threshold": (
        "distance mesurée dans une seule étude",
        "distance measured in one study only",
    ),
    "change_reason_territory": ("territoire d’une seule étude", "territory of one study only"),
    "change_reason_secret": ("secret dans l’une des études", "secret in one of the studies"),
    "change_reason_reference": (
        "montants de comparaison différents",
        "compared with different amounts",
    ),
    "change_reason_study_area": ("périmètres différents", "different study areas"),
    "change_reason_vintage": (
        "découpages de millésimes différents",
        "territories of different vintages",
    ),
    # what the reader must know
    "change_kind_warning": ("Attention", "Warning"),
    "change_kind_info": ("À savoir", "To know"),
    "change_note_nothing": (
        "Rien n’a changé entre les deux études : ni pôle, ni structure, ni chiffre.",
        "Nothing changed between the two studies: no pole, no member, no figure.",
    ),
    "change_note_order": (
        "La première étude ({before}) est plus récente que la seconde ({after}) : les "
        "évolutions se lisent à l’envers.",
        "The first study ({before}) is more recent than the second ({after}): changes read "
        "backwards.",
    ),
    "change_note_placing": (
        "Les structures n’ont pas été localisées de la même façon dans les deux études "
        "({differs}) : un changement de lieu ou de chiffre peut venir de là.",
        "Members were not placed in the same way in the two studies ({differs}): a change of "
        "place or figure may come from that.",
    ),
    "change_placing_geocoders": ("géocodeurs", "geocoders"),
    "change_placing_versions": ("versions des géocodeurs", "versions of the geocoders"),
    "change_placing_policy": ("règles d’acceptation", "rules of acceptance"),
    "change_placing_review": ("corrections à la main", "corrections by hand"),
    "change_note_same_address": (
        "{n} structures localisées ailleurs ou localisées dans une seule étude ont la même "
        "adresse dans les deux listes : c’est leur localisation qui a changé, pas leur adresse.",
        "{n} members placed elsewhere, or placed in one study only, have the same address in "
        "both lists: their placing changed, not their address.",
    ),
    "change_note_placed": (
        "{n} structures ne sont comptées dans un territoire que dans une seule des deux études "
        "(non localisées ou à vérifier dans l’autre) : elles changent les chiffres sans être "
        "arrivées ni parties.",
        "{n} members are counted in a territory in one of the two studies only (not placed or "
        "to be checked in the other): they change the figures without having come or gone.",
    ),
    "change_note_ambiguous": (
        "{n} structures arrivées ou parties figurent plusieurs fois dans une liste et n’ont pas "
        "été rapprochées : certaines sont peut-être restées. Un SIRET par structure lèverait le "
        "doute.",
        "{n} members that came or went stand several times in a list and were not matched: some "
        "may have stayed. A SIRET for each would settle it.",
    ),
    "change_note_other_names": (
        "{n} structures rapprochées par leur identifiant portent un autre nom : vérifier que "
        "les identifiants ne changent pas d’une liste à l’autre.",
        "{n} members matched by their identifier bear another name: check that identifiers stay "
        "the same from one list to the next.",
    ),
    "change_note_vintage": (
        "Les découpages ne sont pas du même millésime ({before} et {after}) : les communes sont "
        "ramenées à celles de {year} ({n} ont changé).",
        "The territories are not of the same vintage ({before} and {after}): communes are "
        "brought to those of {year} ({n} have changed).",
    ),
    "change_note_unconverted": (
        "{n} structures ont une commune inconnue en {year} ({codes}) : elles ne sont comptées "
        "dans aucun territoire.",
        "{n} members have a commune that is unknown in {year} ({codes}): they are counted in no "
        "territory.",
    ),
    "change_note_study_area": (
        "Les périmètres des deux études diffèrent : seuls leurs territoires communs sont comparés.",
        "The study areas differ: only the territories of both are compared.",
    ),
    "change_note_lists": (
        "Les structures et les pôles sont comparés dans toute la liste, périmètre ou non.",
        "Members and poles are compared over the whole lists, inside the study area or not.",
    ),
    "change_note_publish": (
        "L’une des études est publiée, l’autre non : les montants secrets ne sont pas comparés.",
        "One of the studies is published and the other is not: secret amounts are not compared.",
    ),
    "change_note_version": (
        "Les deux études viennent de versions différentes du logiciel ({before} et {after}).",
        "The two studies come from different versions of the software ({before} and {after}).",
    ),
    "change_note_not_comparable": (
        "{n} chiffres ne sont pas comparés ; la feuille « Non comparables » dit lesquels et "
        "pourquoi.",
        "{n} figures are not compared; the sheet “Not comparable” says which and why.",
    ),
    # the summary
    "change_summary_poles": ("Pôles", "Poles"),
    "change_summary_members": ("Structures", "Members"),
    "change_summary_before": ("avant : {n}", "before: {n}"),
    "change_summary_poles_come": ("Pôles arrivés", "Poles come"),
    "change_summary_poles_gone": ("Pôles partis", "Poles gone"),
    "change_summary_poles_renamed": ("Pôles renommés", "Poles renamed"),
    "change_summary_poles_seat_moved": (
        "Pôles dont le siège est déplacé",
        "Poles whose seat moved",
    ),
    "change_summary_poles_renamed_and_moved": (
        "Pôles renommés, siège déplacé",
        "Poles renamed, seat moved",
    ),
    "change_summary_poles_stayed": ("Pôles sans changement", "Poles unchanged"),
    "change_summary_members_come": ("Structures arrivées", "Members come"),
    "change_summary_members_gone": ("Structures parties", "Members gone"),
    "change_summary_members_moved": ("Structures déménagées", "Members moved"),
    "change_summary_members_changed_pole": (
        "Structures passées à un autre pôle",
        "Members that changed pole",
    ),
    "change_summary_members_newly_located": (
        "Structures localisées depuis",
        "Members located since",
    ),
    "change_summary_members_no_longer_located": (
        "Structures qui ne sont plus localisées",
        "Members no longer located",
    ),
    "change_summary_members_stayed": ("Structures sans changement", "Members unchanged"),
    "change_summary_level": (
        "{level} : territoires dont le nombre de structures a changé",
        "{level}: territories whose number of members changed",
    ),
    "change_summary_level_detail": (
        "en hausse : {higher} · en baisse : {lower} · non distinguable : {same}",
        "higher: {higher} · lower: {lower} · not distinguishable: {same}",
    ),
    "change_summary_not_comparable": ("Chiffres non comparables", "Figures not comparable"),
    # sheets
    "change_sheet_poles": ("Pôles", "Poles"),
    "change_sheet_members": ("Structures", "Members"),
    "change_sheet_concentration": ("Concentration", "Concentration"),
    "change_sheet_coverage": ("Couverture", "Coverage"),
    "change_sheet_white_zones": ("Zones blanches", "White zones"),
    "change_sheet_not_comparable": ("Non comparables", "Not comparable"),
    "change_sheet_notes": ("À savoir", "To know"),
    "change_note_sheet_summary": (
        "Étude du {before} comparée à celle du {after}.",
        "Study of {before} compared with that of {after}.",
    ),
    "change_note_sheet_poles": (
        "Ce que chaque pôle est devenu ; d’abord ceux qui ont changé. Le siège n’est dit "
        "déplacé que s’il est connu dans les deux listes.",
        "What became of each pole; those that changed first. A seat has moved only where both "
        "lists tell it.",
    ),
    "change_note_sheet_members": (
        "Ce que chaque structure est devenue ; d’abord celles qui ont changé. « Rapproché par » "
        "dit comment les deux lignes ont été reconnues pour une seule structure.",
        "What became of each member; those that changed first. “Matched by” says how the two "
        "rows were found to be one member.",
    ),
    "change_note_sheet_level": (
        "Territoires qui comptent une structure dans l’une des études au moins. Structures "
        "après = avant + arrivées - départs + localisées depuis - plus localisées. Lecture : "
        "celle des arrivées et des départs (test binomial exact) ; l’intervalle de l’écart est "
        "celui de deux listes indépendantes, plus large.",
        "Territories with a member in one of the studies at least. Members after = before + "
        "come - gone + located since - no longer located. Reading: that of who came and went "
        "(exact binomial test); the interval of the difference is that of two independent "
        "lists, which is wider.",
    ),
    "change_note_sheet_concentration": (
        "Le chiffre change avec le niveau : comparer au même niveau. Ces indices n’ont pas "
        "d’intervalle : l’écart est donné tel quel.",
        "The figure changes with the level: compare at the same level. These indices have no "
        "interval: the difference is told as it is.",
    ),
    "change_note_sheet_coverage": (
        "D’abord les niveaux entiers, puis les territoires dont la part a changé. Ces parts "
        "n’ont pas d’intervalle, sauf si l’étude en a tiré un.",
        "Whole levels first, then the territories whose share changed. These shares have no "
        "interval, unless the study drew one.",
    ),
    "change_note_sheet_white_zones": (
        "Groupes de communes voisines plus loin que la distance de toute structure (ou de tout "
        "siège), et leurs habitants.",
        "Groups of neighbouring communes farther than the distance from any member (or seat), "
        "and their inhabitants.",
    ),
    "change_note_sheet_not_comparable": (
        "Chiffres qu’une seule étude donne, ou qui ne se comparent pas, et pourquoi.",
        "Figures that only one study gives, or that do not compare, and why.",
    ),
    "change_note_sheet_notes": (
        "Ce qu’il faut savoir avant de lire les écarts.",
        "What to know before reading the differences.",
    ),
    # method
    "change_method_matching": ("Rapprochement des structures", "Matching of members"),
    "change_method_matching_text": (
        "Une structure est la même par son SIRET et son pôle, à défaut son SIRET, son "
        "identifiant, le contenu de sa ligne, son nom dans le même pôle, ou son nom et sa "
        "commune ; chaque fois seulement si une seule ligne de chaque liste répond. Deux SIRET "
        "d’entreprises différentes ne sont jamais rapprochés. Rien n’est deviné.",
        "A member is the same by its SIRET and pole, else its SIRET, its identifier, the "
        "content of its row, its name in the same pole, or its name and commune; each time only "
        "where one row of each list answers. Two SIRETs of different enterprises are never "
        "matched. Nothing is guessed.",
    ),
    "change_method_moved": ("Déménagement", "Moving"),
    "change_method_moved_text": (
        "Une structure a déménagé si elle est comptée dans une autre commune ou, localisée à la "
        "rue ou mieux dans les deux études, à {km} km ou plus (distance dans la projection "
        "légale). Changer de pôle l’emporte sur déménager dans la colonne « Évolution ».",
        "A member has moved if it is counted in another commune or, placed to the street or "
        "better in both studies, {km} km or more away (distance in the legal projection). "
        "Changing pole goes before moving in the column “Change”.",
    ),
    "change_method_interval": ("Intervalle d’un écart", "Interval of a difference"),
    "change_method_interval_text": (
        "MOVER (Zou et Donner 2008, Newcombe 1998) sur les bornes à 95 % des deux chiffres ; "
        "nombres et taux : bornes exactes de Poisson (Garwood). Les deux listes y sont prises "
        "pour indépendantes ; elles ne le sont pas, l’intervalle est donc prudent.",
        "MOVER (Zou and Donner 2008, Newcombe 1998) over the bounds at 95% of the two figures; "
        "numbers and rates: exact Poisson bounds (Garwood). The two lists are taken for "
        "independent; they are not, so the interval is on the safe side.",
    ),
    "change_method_paired": ("Arrivées et départs", "Coming and going"),
    "change_method_paired_text": (
        "Là où chaque structure est suivie d’une liste à l’autre : test binomial exact "
        "(McNemar) du nombre d’arrivées parmi les arrivées et les départs. « En hausse » ou « "
        "en baisse » : probabilité inférieure à 5 % si arriver et partir étaient aussi "
        "probables. Six arrivées sans départ suffisent, cinq ne suffisent pas. Sur cent "
        "territoires, jusqu’à cinq peuvent être dits en hausse ou en baisse par hasard.",
        "Where each member is followed from one list to the other: exact binomial test "
        "(McNemar) of those who came among those who came and went. “Higher” or “lower”: a "
        "probability below 5% if coming and going were as likely. Six who came and none who "
        "went are enough, five are not. Of a hundred territories up to five may be said to be "
        "higher or lower by chance.",
    ),
    "change_method_reading": ("Non distinguable", "Not distinguishable"),
    "change_method_vintage": ("Découpage", "Territories"),
    "change_method_vintage_text": (
        "COG {year} pour les deux études.",
        "COG {year} for both studies.",
    ),
    "change_method_studies": ("Études", "Studies"),
    "change_method_studies_text": (
        "{before} (ptce_geo {version_before}) et {after} (ptce_geo {version_after}).",
        "{before} (ptce_geo {version_before}) and {after} (ptce_geo {version_after}).",
    ),
    # map
    "change_map_title": (
        "Évolution des structures, {before} – {after}",
        "Change in members, {before} – {after}",
    ),
    "change_map_layer": (
        "Structures : écart entre les deux études",
        "Members: difference between the two studies",
    ),
    "change_map_lower": ("En baisse", "Lower"),
    "change_map_lower_unsure": ("Moins, non distinguable", "Fewer, not distinguishable"),
    "change_map_same": ("Même nombre", "Same number"),
    "change_map_higher_unsure": ("Plus, non distinguable", "More, not distinguishable"),
    "change_map_higher": ("En hausse", "Higher"),
    "change_map_not_comparable": ("Non comparable", "Not comparable"),
    "change_map_before": ("Avant", "Before"),
    "change_map_after": ("Après", "After"),
    "change_map_come": ("Arrivées", "Come"),
    "change_map_gone": ("Départs", "Gone"),
    "change_map_located": ("Localisées depuis", "Located since"),
    "change_map_no_longer": ("Plus localisées", "No longer located"),
    "change_map_summary": (
        "Structures : {before} avant, {after} après · arrivées : {come} · parties : {gone} · "
        "déménagées : {moved}",
        "Members: {before} before, {after} after · come: {come} · gone: {gone} · moved: {moved}",
    ),
    # columns
    "column_change_what": ("Évolution", "Change"),
    "column_change_name_before": ("Nom précédent", "Former name"),
    "column_change_matched_by": ("Rapproché par", "Matched by"),
    "column_change_ambiguous": ("Rapprochement ambigu", "Ambiguous match"),
    "column_change_same_address": ("Même adresse", "Same address"),
    "column_change_reading": ("Lecture", "Reading"),
    "column_change_distance_km": (
        "Distance entre les deux lieux (km)",
        "Distance between the two places (km)",
    ),
    "column_change_reason": ("Raison", "Reason"),
    "column_change_kind": ("Nature", "Kind"),
    "column_change_text": ("Texte", "Text"),
    "column_change_figures": ("Chiffres", "Figures"),
    "column_change_read_quotient": ("Lecture du quotient", "Reading of the quotient"),
    "column_pole_name_before": ("Pôle avant", "Pole before"),
    "column_pole_name_after": ("Pôle après", "Pole after"),
    "column_nom_commune_before": ("Commune avant", "Commune before"),
    "column_nom_commune_after": ("Commune après", "Commune after"),
    "column_members_before": ("Structures avant", "Members before"),
    "column_members_after": ("Structures après", "Members after"),
    "column_members_difference": ("Écart", "Difference"),
    "column_members_come": ("Arrivées", "Come"),
    "column_members_gone": ("Départs", "Gone"),
    "column_members_newly_located": ("Localisées depuis", "Located since"),
    "column_members_no_longer_located": ("Plus localisées", "No longer located"),
    "column_change_p_value": ("Probabilité par hasard", "Probability by chance"),
    "column_members_difference_low": ("Écart au plus bas", "Difference, lowest"),
    "column_members_difference_high": ("Écart au plus haut", "Difference, highest"),
    "column_members_per_100k_before": (
        "Structures pour 100 000 habitants avant",
        "Members for 100,000 inhabitants before",
    ),
    "column_location_quotient_before": (
        "Quotient de localisation avant",
        "Location quotient before",
    ),
    "column_estimate_before": ("Indice avant", "Index before"),
    "column_share_before": ("Part avant", "Share before"),
    "column_zones_before": ("Zones avant", "Zones before"),
    "column_people_before": ("Habitants avant", "Inhabitants before"),
    "column_members_per_100k_after": (
        "Structures pour 100 000 habitants après",
        "Members for 100,000 inhabitants after",
    ),
    "column_location_quotient_after": ("Quotient de localisation après", "Location quotient after"),
    "column_estimate_after": ("Indice après", "Index after"),
    "column_share_after": ("Part après", "Share after"),
    "column_zones_after": ("Zones après", "Zones after"),
    "column_people_after": ("Habitants après", "Inhabitants after"),
    "column_location_quotient_difference": (
        "Quotient de localisation : écart",
        "Location quotient: difference",
    ),
    "column_estimate_difference": ("Indice : écart", "Index: difference"),
    "column_share_difference": ("Part : écart en points", "Share: difference in points"),
    "column_zones_difference": ("Zones : écart", "Zones: difference"),
    "column_people_difference": ("Habitants : écart", "Inhabitants: difference"),
    "column_location_quotient_difference_low": (
        "Écart du quotient au plus bas",
        "Difference of the quotient, lowest",
    ),
    "column_location_quotient_difference_high": (
        "Écart du quotient au plus haut",
        "Difference of the quotient, highest",
    ),
}
