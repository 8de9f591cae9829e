"""The words of the report and its sheets, in French and English: a table, no code."""

from __future__ import annotations

from typing import Final

# key: (French, English)
REPORT_WORDS: Final[dict[str, tuple[str, str]]] = {
    "report_over": ("Rapport d’étude", "Study report"),
    "report_title": (
        "Les pôles territoriaux de coopération économique et leurs territoires",
        "Territorial cooperation poles (PTCE) and their territories",
    ),
    "report_of": ("{where} · étude du {date}", "{where} · study of {date}"),
    "report_source": ("Source des listes : {source}", "Source of the lists: {source}"),
    "report_france": ("France entière", "All of France"),
    "report_area": ("Périmètre : {names}", "Study area: {names}"),
    "report_contents": ("Sommaire", "Contents"),
    "report_skip": ("Aller au contenu", "Skip to the content"),
    "report_key": ("L’essentiel", "In short"),
    "report_analysed": ("Ce qui a été analysé", "What was analysed"),
    "report_locating": ("Qualité de la localisation", "Quality of the locating"),
    "report_map": ("Carte des pôles", "Map of the poles"),
    "report_coverage": ("Couverture", "Coverage"),
    "report_concentration": ("Concentration", "Concentration"),
    "report_territories": ("Territoires", "Territories"),
    "report_white_zones": ("Zones blanches", "White zones"),
    "report_poles": ("Pôles", "Poles"),
    "report_remarks": ("Remarques sur les listes", "Remarks on the lists"),
    "report_method": ("Méthode et limites", "Method and limits"),
    "report_trace": ("Traçabilité", "Where the figures come from"),
    # in short
    "report_key_members": ("structures dans la liste", "members in the list"),
    "report_key_located": ("localisées et comptées", "placed and counted"),
    "report_key_placed": ("localisées", "placed"),
    "report_key_located_of": ("soit {share} de la liste", "{share} of the list"),
    "report_key_poles": ("pôles", "poles"),
    "report_key_presence": (
        "des {level} comptent une structure",
        "of the {level} have a member",
    ),
    "report_key_presence_of": (
        "{territories_covered} sur {territories}",
        "{territories_covered} of {territories}",
    ),
    "report_key_reach": (
        "des habitants à {km} km au plus d’une structure",
        "of the inhabitants within {km} km of a member",
    ),
    "report_key_reach_of": ("{people} habitants", "{people} inhabitants"),
    "report_key_warning": (
        "Lecture prudente : {share} des structures de la liste ne sont pas localisées ou restent à "
        "vérifier. Elles ne figurent dans aucun indicateur des territoires ; les parts et "
        "les quotients "
        "décrivent "
        "les seules structures localisées.",
        "Read with care: {share} of the members in the list are not placed or remain to be "
        "checked. They are in no indicator of territories; shares and quotients describe the "
        "placed "
        "members only.",
    ),
    "report_nothing_located": (
        "Aucune structure n’est localisée : les indicateurs de ce rapport ne disent rien, et "
        "toutes "
        "les communes sont comptées en zone blanche. Compléter d’abord les adresses.",
        "No member is placed: the indicators of this report say nothing, and every commune counts "
        "as a white zone. Complete the addresses first.",
    ),
    # what was analysed
    "report_lists": ("Listes lues", "Lists read"),
    "report_counts": ("Compte des structures", "Count of the members"),
    "report_counts_text": (
        "{members} dans la liste = {accepted} localisées + {review} à vérifier + {rejected} non "
        "localisées. Aucune ligne n’est retirée.",
        "{members} in the list = {accepted} placed + {review} to check + {rejected} not placed. "
        "No row is dropped.",
    ),
    "report_where": ("Périmètre des indicateurs", "Area of the indicators"),
    "report_counted": (
        "Structures comptées dans les indicateurs",
        "Members counted in the indicators",
    ),
    "report_seats": ("Sièges des pôles", "Seats of the poles"),
    "report_thresholds": ("Distances étudiées", "Distances studied"),
    "report_thresholds_text": (
        "{thresholds} km ; zones blanches à plus de {white} km",
        "{thresholds} km; white zones beyond {white} km",
    ),
    "report_publication": ("Publication", "Publication"),
    "report_publication_text": (
        "Montants des structures retirés ; un total qui en trahirait un est marqué « secret ». "
        "Colonnes non publiées : {columns}.",
        "Amounts of structures are left out; a total that would give one away is marked “secret”. "
        "Columns not published: {columns}.",
    ),
    "report_none": ("aucune", "none"),
    # locating
    "report_bar": (
        "Part des structures localisées, à vérifier et non localisées",
        "Share of the members placed, to check and not placed",
    ),
    "report_precision_caption": (
        "Précision et source des positions",
        "Precision and source of the positions",
    ),
    "report_precision_of": ("Précision : {word}", "Precision: {word}"),
    "report_provider_of": ("Source : {word}", "Source: {word}"),
    "report_rejected_because": (
        "Pourquoi des structures ne sont pas localisées",
        "Why members are not placed",
    ),
    "report_located_because": (
        "Ce qui a permis de localiser les autres",
        "What the others were placed by",
    ),
    "report_what": ("Élément", "Item"),
    "report_reason": ("Motif", "Reason"),
    "report_members": ("Structures", "Members"),
    "report_municipality_note": (
        "Une structure placée à la commune est au point de référence de celle-ci (le plus souvent "
        "la mairie) : sa distance réelle peut différer de quelques kilomètres.",
        "A member placed at its commune is at the reference point of that commune (mostly the town "
        "hall): its true distance may differ by a few kilometres.",
    ),
    # map
    "report_map_text": (
        "La carte interactive {link}, fournie avec ce rapport, permet de chercher, de filtrer et "
        "d’agrandir.",
        "The interactive map {link}, delivered with this report, can be searched, filtered and "
        "zoomed.",
    ),
    "report_map_alt": (
        "Carte : structures et sièges des pôles, sur le nombre de structures par département.",
        "Map: members and seats of the poles, over the number of members by département.",
    ),
    # coverage
    "report_coverage_text": (
        "À {km} km au plus d’une structure localisée vivent {people} habitants, soit {share} de la "
        "population étudiée ({population}). Les distances sont à vol d’oiseau, d’une mairie à une "
        "structure.",
        "{people} inhabitants, {share} of the population studied ({population}), live within {km} "
        "km of a placed member. Distances are straight, from a town hall to a member.",
    ),
    "report_reach_caption": ("Habitants et communes à portée", "Inhabitants and communes reached"),
    "report_distance": ("Distance", "Distance"),
    "report_km": ("{km} km", "{km} km"),
    "report_presence_caption": (
        "Territoires où se trouve au moins une structure",
        "Territories with at least one member",
    ),
    "report_level": ("Niveau", "Level"),
    "report_interval": ("Intervalle à 95 %", "95% interval"),
    "report_between": ("{low} à {high}", "{low} to {high}"),
    # concentration
    "report_concentration_text": (
        "Des structures peu nombreuses tombent forcément inégalement : chaque indice est comparé à "
        "ce que donneraient autant de structures réparties au hasard selon la population. Seul un "
        "indice hors de cet intervalle montre une concentration.",
        "A small number of members always falls unevenly: each index is compared with what as many "
        "members would give that fall at random by population. Only an index outside this interval "
        "shows concentration.",
    ),
    "report_concentration_caption": (
        "Concentration comparée au hasard",
        "Concentration against chance",
    ),
    "report_index": ("Indice", "Index"),
    "report_value": ("Valeur", "Value"),
    "report_chance": ("Au hasard (95 %)", "By chance (95%)"),
    "report_against": ("Par rapport au hasard", "Against chance"),
    "report_concentration_note": (
        "Nombre équivalent : nombre de territoires égaux qui donneraient la même concentration ; "
        "au-dessous du hasard, il montre une concentration. Les autres indices sont dans le "
        "classeur.",
        "Equivalent number: number of equal territories that would give the same concentration; "
        "below chance, it shows concentration. The other indices are in the workbook.",
    ),
    # territories
    "report_territories_text": (
        "Quotient de localisation : au-dessus de 1, le territoire compte plus de structures que sa "
        "population ne le laisse attendre. Seuls sont marqués les territoires dont l’intervalle à "
        "95 % ne contient pas 1. Sur cent territoires sans rien de particulier, quelques-uns "
        "seraient marqués par hasard.",
        "Location quotient: above 1, the territory has more members than its population lets "
        "expect. Only those are marked whose 95% interval does not hold 1. Of a hundred "
        "territories "
        "with nothing special, a few would be marked by chance.",
    ),
    "report_rate_alt": (
        "Carte : structures pour 100 000 habitants, par territoire.",
        "Map: members per 100,000 inhabitants, by territory.",
    ),
    "report_rate_title": (
        "Structures localisées pour 100 000 habitants",
        "Placed members per 100,000 inhabitants",
    ),
    "report_level_most": (
        "{level} : territoires comptant le plus de structures",
        "{level}: territories with most members",
    ),
    "report_level_all": ("{level} : tous les territoires", "{level}: all territories"),
    "report_level_count": (
        "Lecture : l’intervalle est au-dessus de 1 pour {more}, au-dessous pour {fewer}. * Petit "
        "nombre : moins de 5 structures attendues.",
        "Reading: the interval is above 1 for {more}, below for {fewer}. * Small number: fewer "
        "than 5 members expected.",
    ),
    "report_level_more": (
        "Territoires non montrés ici : {n}, dont sans structure : {empty} (classeur, feuille "
        "« {sheet} »).",
        "Territories not shown here: {n}, without a member: {empty} (workbook, sheet “{sheet}”).",
    ),
    "report_reading": ("Lecture", "Reading"),
    "report_reading_more": (
        "au‑dessus",
        "above",
    ),
    "report_reading_fewer": (
        "au‑dessous",
        "below",
    ),
    "report_reading_even": (
        "non établi",
        "not established",
    ),
    "report_reading_small_number": (
        "non établi*",
        "not established*",
    ),
    "report_reading_more_small": (
        "au‑dessus*",
        "above*",
    ),
    "report_reading_none": (
        "non défini",
        "undefined",
    ),
    # white zones
    "report_zones_text": (
        "Communes à plus de {km} km à vol d’oiseau de toute structure localisée, réunies quand "
        "elles se touchent. Une structure non localisée peut s’y trouver : une zone blanche est "
        "une "
        "piste à vérifier, non un constat d’absence.",
        "Communes more than {km} km, in a straight line, from every placed member, joined where "
        "they touch. A member that is not placed may be there: a white zone is a lead to check, "
        "not "
        "a proof of absence.",
    ),
    "report_zones_none": (
        "Aucune commune n’est à plus de {km} km d’une structure localisée.",
        "No commune is more than {km} km from a placed member.",
    ),
    "report_zones_title": (
        "À plus de {km} km de toute structure localisée",
        "More than {km} km from every placed member",
    ),
    "report_zones_alt": (
        "Carte : communes à plus de {km} km de toute structure localisée.",
        "Map: communes more than {km} km from every placed member.",
    ),
    "report_zones_caption": (
        "Zones blanches les plus peuplées",
        "Most populous white zones",
    ),
    "report_zones_more": (
        "Zones moins peuplées, non montrées ici\xa0: {n} (classeur, feuille «\xa0{sheet}\xa0»).",
        "Less populous zones, not shown here: {n} (workbook, sheet “{sheet}”).",
    ),
    "report_zone_name": ("Zone (commune la plus peuplée)", "Zone (most populous commune)"),
    # poles
    "report_poles_text": (
        "L’article 9 de la loi du 31 juillet 2014 nomme les acteurs d’un pôle. Ce qui suit dit "
        "lesquels ont été reconnus dans la liste, d’après la nature des structures. « Non trouvé » "
        "signifie que rien dans la liste ne le montre, non que l’acteur est absent du pôle.",
        "Article 9 of the law of 31 July 2014 names the actors of a pole. What follows says which "
        "were recognised in the list, by the kind of the members. “Not found” means that nothing "
        "in the list shows it, not that the actor is absent from the pole.",
    ),
    "report_poles_most": ("Pôles comptant le plus de structures", "Poles with most members"),
    "report_poles_all": ("Tous les pôles", "All poles"),
    "report_poles_more": (
        "Pôles non montrés ici : {n} (classeur, feuilles « {poles} » et « {composition} »).",
        "Poles not shown here: {n} (workbook, sheets “{poles}” and “{composition}”).",
    ),
    "report_found": ("Trouvés dans la liste", "Found in the list"),
    "report_kinds_caption": (
        "Acteurs de l’article 9 : pôles où ils sont trouvés",
        "Actors of article 9: poles in which they are found",
    ),
    "report_kind": ("Acteur", "Actor"),
    "report_kind_found": ("Pôles où il est trouvé", "Poles with it"),
    "report_kind_missing": ("Pôles où il n’est pas trouvé", "Poles without it found"),
    "report_nothing_found": ("aucun reconnu", "none recognised"),
    "report_weight": ("Poids économique", "Economic weight"),
    "report_weight_text": (
        "Ce que les structures disent devoir au pôle, rapporté à l’ensemble de ce qu’elles ont "
        "déclaré. Ne rien en conclure sans le taux de réponse : les structures qui n’ont pas "
        "répondu peuvent différer des autres.",
        "What the members say they owe to the pole, over all that they declared. Conclude nothing "
        "without the answer rate: members that did not answer may differ from the others.",
    ),
    "report_weight_caption": ("Ensemble des pôles", "All poles"),
    "report_secret_note": (
        "« secret » : le montant vient de trop peu de structures, ou d’une seule pour l’essentiel, "
        "ou en trahirait un autre.",
        "“secret”: the amount comes from too few structures, or mostly from one, or would give "
        "another away.",
    ),
    # remarks
    "report_remarks_text": (
        "Ce que la lecture des listes a réparé, perdu ou trouvé douteux. Nombre de remarques : "
        "{n}.",
        "What reading the lists repaired, lost or found doubtful. Number of remarks: {n}.",
    ),
    "report_remarks_none": ("Aucune remarque.", "No remark."),
    "report_remarks_caption": (
        "Remarques, les plus fréquentes d’abord",
        "Remarks, most frequent first",
    ),
    "report_remarks_number": ("Lignes", "Rows"),
    "report_remarks_more": (
        "Autres sortes de remarques\xa0: {n} (classeur, feuille «\xa0{sheet}\xa0»).",
        "Other kinds of remarks: {n} (workbook, sheet “{sheet}”).",
    ),
    # method
    "report_limits": ("Limites", "Limits"),
    "report_limit_list": (
        "La liste fait foi : un pôle ou une structure qui n’y figure pas n’existe pas pour cette "
        "étude. Une structure adhérente de deux pôles y compte deux fois.",
        "The list decides: a pole or a member that is not in it does not exist for this study. A "
        "structure in two poles counts twice.",
    ),
    "report_limit_unplaced": (
        "Les structures non localisées ou à vérifier ne sont dans aucun indicateur "
        "des territoires. "
        "Si elles sont "
        "ailleurs que les autres, la couverture est sous-estimée et les quotients sont faussés.",
        "Members that are not placed or to check are in no indicator of territories. If they are "
        "elsewhere than "
        "the others, coverage is understated and the quotients are biased.",
    ),
    "report_limit_distance": (
        "La distance à vol d’oiseau n’est ni un temps de trajet ni un accès réel ; les habitants "
        "d’une commune sont tous comptés en son point de référence.",
        "A straight distance is neither a travel time nor real access; all inhabitants of a "
        "commune are counted at its reference point.",
    ),
    "report_limit_small": (
        "Sur un petit nombre de structures, un quotient varie beaucoup par hasard : lire son "
        "intervalle, non son rang.",
        "With a small number of members a quotient varies much by chance: read its interval, not "
        "its rank.",
    ),
    "report_limit_cause": (
        "Ces mesures décrivent ; elles ne disent pas qu’un pôle est la cause de ce qui l’entoure.",
        "These measures describe; they do not say that a pole is the cause of what surrounds it.",
    ),
    "report_definitions": ("Définitions", "Definitions"),
    # traceability
    "report_trace_text": (
        "Chaque chiffre est celui du classeur indicators.xlsx et des tables du dossier data ; "
        "study.json garde les réglages, les versions et les comptes de chaque étape.",
        "Each figure is that of the workbook indicators.xlsx and of the tables in the folder data; "
        "study.json keeps the settings, the versions and the counts of each stage.",
    ),
    "report_made": ("Étude du", "Study of"),
    "report_software": ("Logiciels", "Software"),
    "report_seed": ("Graine des tirages", "Seed of the draws"),
    "report_hash": ("{path} (SHA-256 : {sha256})", "{path} (SHA-256: {sha256})"),
    "report_stages": ("Étapes", "Stages"),
    "report_stages_text": (
        "Ce qui entre dans une étape en ressort ou est mis de côté ; rien ne se perd.",
        "What goes into a stage comes out of it or is set aside; nothing is lost.",
    ),
    "report_stage": ("Étape", "Stage"),
    "report_stage_in": ("Entrées", "In"),
    "report_stage_out": ("Sorties", "Out"),
    "report_stage_aside": ("Mises de côté", "Set aside"),
    "report_foot": (
        "Rapport écrit par ptce_geo {version}, d’après l’étude du {date}. Communes et contours : "
        "COG {year}.",
        "Report written by ptce_geo {version}, of the study of {date}. Communes and boundaries: "
        "COG {year}.",
    ),
    # sheets of one page
    "page_over": ("Fiche · {level}", "Sheet · {level}"),
    "page_over_pole": ("Fiche · pôle", "Sheet · pole"),
    "page_territory_title": ("{name} ({code})", "{name} ({code})"),
    "page_line": ("{population} habitants · {around}", "{population} inhabitants · {around}"),
    "page_line_alone": ("{population} habitants", "{population} inhabitants"),
    "page_first": ("Chiffres clés", "Key figures"),
    "page_more": (
        "de plus\xa0: {n} (classeur)",
        "more: {n} (workbook)",
    ),
    "page_members_placed": ("structures localisées", "placed members"),
    "page_set_aside": (
        "à vérifier\xa0: {review}\u202f; non localisées, peut-être d’ici\xa0: {undecided}",
        "to check: {review}; not placed, perhaps from here: {undecided}",
    ),
    "page_rate": ("structures pour 100 000 habitants", "members per 100,000 inhabitants"),
    "page_quotient": ("quotient de localisation", "location quotient"),
    "page_quotient_says": ("{interval} ; {reading}", "{interval}; {reading}"),
    "page_reach": (
        "des habitants à {km} km d’une structure",
        "of the inhabitants within {km} km of a member",
    ),
    "page_reach_unknown": (
        "non mesuré à ce niveau\xa0: voir ci-dessous",
        "not measured at this level: see below",
    ),
    "page_map": ("Carte", "Map"),
    "page_map_alt": (
        "Carte : {name}, les structures et les sièges de pôles qui s’y trouvent et autour.",
        "Map: {name}, the members and the seats of poles in it and around.",
    ),
    "page_beside": ("En regard", "Side by side"),
    "page_beside_caption": (
        "{name} et les territoires qui l’entourent",
        "{name} and the territories around it",
    ),
    "page_territory": ("Territoire", "Territory"),
    "page_within": ("≤ {km} km", "≤ {km} km"),
    "page_rate_short": ("Pour 100 000 hab.", "Per 100,000 inh."),
    "page_quotient_short": ("Quotient", "Quotient"),
    "page_whole": ("Ensemble étudié", "All studied"),
    "page_beside_note": (
        "≤ km : part des habitants à cette distance, ou moins, d’une structure localisée.",
        "≤ km: share of the inhabitants within that distance of a placed member.",
    ),
    "page_zones": ("Zones blanches", "White zones"),
    "page_zones_none": (
        "Aucune commune à plus de {km} km d’une structure localisée.",
        "No commune more than {km} km from a placed member.",
    ),
    "page_zone": (
        "{name}, habitants : {population}, communes : {communes}, à une distance de {nearest} à "
        "{farthest} km",
        "{name}, inhabitants: {population}, communes: {communes}, at {nearest} to {farthest} km",
    ),
    "page_zone_far": (
        "{name}, habitants : {population}, communes : {communes}, sans structure sur le même "
        "territoire",
        "{name}, inhabitants: {population}, communes: {communes}, with no member in the same "
        "territory",
    ),
    "page_members": ("Structures", "Members"),
    "page_members_caption": ("Structures de {name}", "Members of {name}"),
    "page_members_none": (
        "Aucune structure de la liste n’est localisée ici.",
        "No member of the list is placed here.",
    ),
    "page_members_more": (
        "Structures non montrées ici\xa0: {n} (classeur, feuille «\xa0{sheet}\xa0»).",
        "Members not shown here: {n} (workbook, sheet “{sheet}”).",
    ),
    "page_undecided": (
        "Non localisées, peut-être d’ici : {n} ({why}). {names}",
        "Not placed, perhaps from here: {n} ({why}). {names}",
    ),
    "page_why_postcode": ("code postal d’ici : {n}", "postcode of here: {n}"),
    "page_why_departement": ("département indiqué : {n}", "département given: {n}"),
    "page_why_city": ("commune de ce nom : {n}", "commune of that name: {n}"),
    "page_why_pole": ("siège de leur pôle ici : {n}", "seat of their pole here: {n}"),
    "page_and_more": (
        "et d’autres ({n})",
        "and others ({n})",
    ),
    "page_poles": ("Pôles présents", "Poles present"),
    "page_poles_none": ("Aucun pôle de la liste.", "No pole of the list."),
    "page_pole": (
        "{name} (localisées\xa0: {accepted} sur {members})",
        "{name} (placed: {accepted} of {members})",
    ),
    "page_pole_members": ("structures dans la liste", "members in the list"),
    "page_pole_members_of": (
        "localisées\xa0: {accepted}, à vérifier\xa0: {review}",
        "placed: {accepted}, to check: {review}",
    ),
    "page_pole_communes": ("communes", "communes"),
    "page_pole_communes_of": (
        "EPCI\xa0: {epci}, départements\xa0: {departements}",
        "EPCI: {epci}, départements: {departements}",
    ),
    "page_pole_distance": ("km du siège, en moyenne", "km from the seat, on average"),
    "page_pole_distance_of": ("{most} km au plus", "{most} km at most"),
    "page_pole_anchoring": (
        "des structures localisées dans l’EPCI du siège",
        "of the placed members in the seat’s EPCI",
    ),
    "page_pole_anchoring_of": (
        "{departement} dans son département",
        "{departement} in its département",
    ),
    "page_pole_seat": ("Siège : {place}", "Seat: {place}"),
    "page_pole_no_seat": ("Siège inconnu", "Seat unknown"),
    "page_pole_year": ("depuis {year}", "since {year}"),
    "page_composition": ("Qui le compose", "Who makes it up"),
    "page_composition_caption": (
        "Structures par nature",
        "Members by kind",
    ),
    "page_article_9": ("Acteurs de l’article 9", "Actors of article 9"),
    "page_article_9_present": (
        "Trouvés dans la liste : {families}",
        "Found in the list: {families}",
    ),
    "page_article_9_missing": (
        "Non trouvés, ce qui ne veut pas dire absents : {families}",
        "Not found, which does not mean absent: {families}",
    ),
    "page_pole_type": ("Profil : {profile}", "Type: {profile}"),
    "page_article_9_none": ("aucun", "none"),
    "page_weight": ("Poids économique déclaré", "Economic weight declared"),
    "page_weight_none": (
        "Aucune structure n’a donné d’ETP ni de chiffre d’affaires.",
        "No member gave FTE or turnover.",
    ),
    "page_pole_map_alt": (
        "Carte : les structures localisées du pôle {name} et son siège.",
        "Map: the placed members of the pole {name} and its seat.",
    ),
    "page_method": (
        "Seules les structures localisées sans réserve sont comptées. Quotient : part des "
        "structures sur part de la population ; son intervalle à 95 % (Garwood) contient 1 quand "
        "l’écart n’est pas établi (* : moins de 5 structures attendues). Distances à vol "
        "d’oiseau. Chiffres du classeur "
        "indicators.xlsx ; "
        "étude du {date}, communes du COG {year}, ptce_geo {version}.",
        "Only members placed without reserve are counted. Quotient: share of the members over "
        "share of the population; its 95% interval (Garwood) holds 1 where the difference is not "
        "established (*: fewer than 5 members expected). Distances are straight. Figures of the "
        "workbook indicators.xlsx; study of "
        "{date}, communes of COG {year}, ptce_geo {version}.",
    ),
}
