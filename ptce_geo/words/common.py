"""The words that several rooms share, in French and English: a table, no code."""

from __future__ import annotations

from typing import Final

# key: (French, English), grouped by where the words are read.
COMMON_WORDS: Final[dict[str, tuple[str, str]]] = {
    # territories
    "commune": ("commune", "commune"),
    "epci": ("EPCI", "EPCI"),
    "arrondissement": ("arrondissement", "arrondissement"),
    "arrondissement_municipal": ("arrondissement municipal", "municipal arrondissement"),
    "departement": ("département", "département"),
    "region": ("région", "région"),
    # geocoding
    "accepted": ("localisée", "placed"),
    "review": ("à vérifier", "to check"),
    "rejected": ("non localisée", "not placed"),
    "housenumber": ("au numéro", "house number"),
    "street": ("à la rue", "street"),
    "locality": ("au lieu-dit ou au point fourni", "locality or point given"),
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
        "most populous town of that name",
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
        "commune inconnue, localisée au code postal",
        "unknown town, placed by postcode",
    ),
    "reason_declared_coordinates": ("coordonnées de la liste", "coordinates of the list"),
    "reason_declared_code": ("code commune de la liste", "commune code of the list"),
    "reason_declared_old_code": (
        "ancien code commune de la liste",
        "former commune code of the list",
    ),
    "reason_declared_code_of_several_communes": (
        "ancien code, partagé depuis entre plusieurs communes",
        "former code, since shared among several communes",
    ),
    "reason_declared_code_contradicts_town": (
        "le code commune contredit l’adresse",
        "the commune code contradicts the address",
    ),
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
    # ... by its street and number
    "reason_address_likest": (
        "adresse la plus ressemblante",
        "address most like it",
    ),
    "reason_street_found": ("voie trouvée", "street found"),
    "reason_street_likest": ("voie la plus ressemblante", "street most like it"),
    "reason_repetition_not_found": (
        "numéro trouvé sans son bis ou sa lettre",
        "number found without its bis or letter",
    ),
    "reason_number_interpolated": (
        "numéro absent, placé entre ses voisins",
        "number unknown, placed between its neighbours",
    ),
    "reason_number_not_found": (
        "numéro absent, placé sur la voie",
        "number unknown, placed on the street",
    ),
    "reason_street_not_found": (
        "voie introuvable, placée à la commune",
        "street not found, placed at the commune",
    ),
    # ... and why an answer is doubted (AcceptancePolicy)
    "reason_commune_contradicts": (
        "trouvée dans une autre commune que celle indiquée",
        "found in another commune than the one given",
    ),
    "reason_postcode_contradicts": (
        "trouvée dans un autre département que celui du code postal",
        "found in another département than that of the postcode",
    ),
    "reason_street_in_doubt": ("voie douteuse", "street in doubt"),
    "reason_low_score": ("réponse peu sûre", "answer not sure enough"),
    "reason_several_answers": ("plusieurs réponses se valent", "several answers as good"),
    "reason_too_coarse": ("précision insuffisante", "not precise enough"),
    "reason_providers_disagree": (
        "le SIRET et l’adresse mènent à deux endroits",
        "the SIRET and the address lead to two places",
    ),
    "reason_declared_coordinates_elsewhere": (
        "les coordonnées sont hors de la commune indiquée",
        "the coordinates lie outside the commune given",
    ),
    "reason_declared_coordinates_outside": (
        "coordonnées hors de toute commune",
        "coordinates outside every commune",
    ),
    "reason_position_outside_commune": (
        "position loin de la commune trouvée",
        "position far from the commune found",
    ),
    # ... by a service of addresses
    "reason_address_found": ("adresse trouvée", "address found"),
    "reason_found_without_commune_filter": (
        "mieux trouvée sans se limiter à la commune",
        "better found without keeping to the commune",
    ),
    "reason_address_not_found": ("adresse introuvable", "address not found"),
    "reason_no_address": ("adresse non indiquée", "no address given"),
    "reason_service_error": (
        "adresse que le service ne sait pas traiter",
        "address that the service cannot deal with",
    ),
    # ... by its SIRET
    "reason_siret_found": ("établissement du SIRET", "establishment of the SIRET"),
    "reason_siret_at_commune": (
        "établissement du SIRET, placé à sa commune",
        "establishment of the SIRET, placed at its commune",
    ),
    "reason_siret_street_probable": (
        "voie du SIRET seulement probable",
        "street of the SIRET only probable",
    ),
    "reason_siret_positions_disagree": (
        "positions contradictoires dans SIRENE",
        "positions in SIRENE contradict each other",
    ),
    "reason_siret_commune_unknown": (
        "commune du SIRET inconnue",
        "commune of the SIRET unknown",
    ),
    "reason_siret_invalid": ("SIRET non valide", "invalid SIRET"),
    "reason_siret_not_found": ("SIRET absent de SIRENE", "SIRET not in SIRENE"),
    "reason_no_siret": ("sans SIRET", "no SIRET"),
    "reason_establishment_closed": ("établissement fermé", "establishment closed"),
    "reason_establishment_elsewhere": (
        "établissement dans une autre commune",
        "establishment in another commune",
    ),
    "reason_found_by_name": ("trouvée par son nom", "found by its name"),
    "reason_name_not_found": ("nom absent de SIRENE", "name not in SIRENE"),
    "reason_name_refused": ("nom refusé par le service", "name refused by the service"),
    "reason_no_position": ("sans position", "no position"),
    "reason_outside_every_commune": ("hors de toute commune", "outside every commune"),
    "reason_old_commune_code": ("ancien code commune", "former commune code"),
    "reason_ambiguous_commune_code": (
        "ancien code, partagé depuis entre plusieurs communes",
        "former code, since shared among several communes",
    ),
    "reason_point_elsewhere": (
        "le point est dans une autre commune que celle du code",
        "the point lies in another commune than that of the code",
    ),
    "reason_snapped": (
        "hors des contours, rattachée à la commune la plus proche",
        "outside the boundaries, given the nearest commune",
    ),
    "reason_unknown_commune_code": ("code commune inconnu", "unknown commune code"),
    "reason_commune_without_zone": ("commune hors du zonage", "commune in no zone"),
    "reason_outside_every_zone": ("hors de toute zone", "outside every zone"),
    "reason_position_too_coarse": (
        "position à la commune, trop grossière",
        "placed at its commune, too coarse",
    ),
    # what a person can do about each reason (reports/study_checks.py)
    "advice_town": (
        "Indiquer la commune dans la liste, ou au moins le code postal.",
        "Give the town in the list, or at least the postcode.",
    ),
    "advice_spelling": (
        "Vérifier le nom de la commune et l’écrire en entier, avec son code postal.",
        "Check the name of the town; write it in full, with its postcode.",
    ),
    "advice_which_town": (
        "Ajouter le code postal ou le département : plusieurs communes répondent.",
        "Add the postcode or the département: several communes answer.",
    ),
    "advice_confirm_town": (
        "Confirmer la commune trouvée, ou ajouter le code postal.",
        "Confirm the commune found, or add the postcode.",
    ),
    "advice_contradiction": (
        "Corriger la commune, le code postal ou le département : ils se contredisent.",
        "Correct the town, the postcode or the département: they contradict each other.",
    ),
    "advice_postcode": (
        "Corriger le code postal, ou indiquer la commune.",
        "Correct the postcode, or give the town.",
    ),
    "advice_elsewhere": (
        "Rien à faire si l’adresse est juste : elle est hors des territoires mesurés.",
        "Nothing to do if the address is right: it is outside the territories measured.",
    ),
    "advice_commune_code": (
        "Remplacer le code commune par celui de la commune d’aujourd’hui.",
        "Replace the commune code by that of the commune of today.",
    ),
    "advice_coordinates": (
        "Vérifier la longitude et la latitude, et la commune indiquée.",
        "Check longitude and latitude, and the town given.",
    ),
    "advice_address": (
        "Compléter ou corriger le numéro et la voie.",
        "Complete or correct the number and the street.",
    ),
    "advice_choose": (
        "Choisir parmi les réponses possibles et préciser l’adresse.",
        "Choose among the possible answers and make the address more precise.",
    ),
    "advice_siret": (
        "Vérifier les 14 chiffres du SIRET, ou donner l’adresse.",
        "Check the 14 digits of the SIRET, or give the address.",
    ),
    "advice_establishment": (
        "Donner le SIRET de l’établissement en activité à l’adresse de la structure.",
        "Give the SIRET of the establishment that is active at the member’s address.",
    ),
    "advice_name": (
        "Confirmer que c’est bien la structure, ou donner son SIRET.",
        "Confirm that it is the member, or give its SIRET.",
    ),
    "advice_network": (
        "Relancer avec le réseau : la question n’a pas encore été posée.",
        "Run again with the network: the question has not been asked yet.",
    ),
    "advice_settled": (
        "Rien à faire : une personne a refusé ce lieu.",
        "Nothing to do: a person refused this place.",
    ),
    "advice_other": ("Vérifier l’adresse dans la liste.", "Check the address in the list."),
    # what a zoning covers
    "zoning_coverage": (
        "{name} : {zones} zones, {communes_with_zone} communes de {year} sur {communes} "
        "({share} de la population) ; table de {from_year}, codes convertis : {converted}, "
        "communes ambiguës : {ambiguous}, codes inconnus : {unknown}",
        "{name}: {zones} zones, {communes_with_zone} of the {communes} communes of {year} "
        "({share} of the population); table of {from_year}, codes converted: {converted}, "
        "ambiguous communes: {ambiguous}, unknown codes: {unknown}",
    ),
    # when an answer is accepted
    "policy": (
        "Réponse acceptée : {rules} ; précision : {precision}, au moins.",
        "Accepted: {rules}; precision: {precision} or finer.",
    ),
    "policy_numbers": (
        "score de {min_score} au moins, {min_margin} au moins devant la réponse suivante ; voie "
        "ressemblante à {min_street_likeness} au moins ; SIRET et adresse distants de "
        "{max_distance_km} km au plus",
        "score of {min_score} or more, {min_margin} or more above the second; street alike by "
        "{min_street_likeness} or more; SIRET and address {max_distance_km} km apart or less",
    ),
    "policy_commune_must_agree": ("même commune que l’adresse", "same commune as the address"),
    "policy_postcode_must_agree": (
        "même département que le code postal",
        "same département as the postcode",
    ),
    # who placed a member
    # what a build of the address index says
    "ban_index_order": ("classement des adresses", "putting addresses in order"),
    "ban_index_size": ("{path} : {size} Mo, empreinte {build}", "{path}: {size} MB, build {build}"),
    "ban_index_holds": (
        "{communes} communes, {streets} voies, {localities} lieux-dits, {numbers} numéros",
        "{communes} communes, {streets} streets, {localities} localities, {numbers} numbers",
    ),
    "ban_index_rows": (
        "{rows} lignes lues, {kept} retenues (fichiers : {files})",
        "{rows} rows read, {kept} kept (files: {files})",
    ),
    "ban_index_left_out": ("{n} laissées de côté : {reason}", "{n} left out: {reason}"),
    "left_out_broken_row": ("trop ou trop peu de cellules", "too many or too few cells"),
    "left_out_no_commune_code": ("code de commune absent", "no commune code"),
    "left_out_no_street_name": ("nom de voie absent", "no name of a street"),
    "left_out_no_position": ("position absente ou impossible", "no position, or an impossible one"),
    "left_out_unreadable_number": ("numéro illisible", "unreadable number"),
    "left_out_same_address": (
        "autre position d’une adresse retenue",
        "further position of an address that is kept",
    ),
    "left_out_street_with_numbers": (
        "position d’une voie dont les numéros sont connus",
        "position of a street whose numbers are known",
    ),
    "provider_ban_index": ("base d’adresses (fichier)", "address base (file)"),
    "provider_commune": ("commune", "commune"),
    "provider_declared": ("la liste", "the list"),
    "provider_ban": ("BAN (Géoplateforme)", "BAN (Géoplateforme)"),
    "provider_addok": ("addok", "addok"),
    "provider_sirene": ("SIRENE", "SIRENE"),
    # the review: a list for a person to correct (ptce_geo.geocoding.review.review)
    "provider_review": ("la vérification", "the review"),
    "reason_not_in_store": (
        "hors ligne, sans réponse conservée",
        "offline, with no answer stored",
    ),
    "reason_corrected_position": ("position corrigée à la main", "position corrected by hand"),
    "reason_corrected_code_commune": (
        "code commune corrigé à la main",
        "commune code corrected by hand",
    ),
    "reason_corrected_address": ("adresse corrigée à la main", "address corrected by hand"),
    "reason_confirmed_by_hand": ("lieu confirmé à la main", "place confirmed by hand"),
    "reason_rejected_by_hand": ("lieu refusé à la main", "place refused by hand"),
    "review_sheet": ("À vérifier", "To check"),
    "review_help_sheet": ("Mode d’emploi", "How to"),
    "review_nothing": ("rien à vérifier", "nothing to check"),
    "review_coordinates": ("Latitude, longitude (à vérifier)", "Latitude, longitude (to check)"),
    "review_candidates": ("Autres réponses possibles", "Other possible answers"),
    "review_corrected_address": ("Adresse corrigée", "Corrected address"),
    "review_corrected_postcode": ("Code postal corrigé", "Corrected postcode"),
    "review_corrected_city": ("Commune corrigée", "Corrected town"),
    "review_corrected_longitude": ("Longitude corrigée", "Corrected longitude"),
    "review_corrected_latitude": ("Latitude corrigée", "Corrected latitude"),
    "review_corrected_code_commune": ("Code commune corrigé", "Corrected commune code"),
    "review_decision": ("Décision", "Decision"),
    "review_note": ("Remarque du relecteur", "Reviewer’s note"),
    "review_accept": ("accepter", "accept"),
    "review_reject": ("rejeter", "reject"),
    "review_wrong_decision": (
        "Choisir « accepter » ou « rejeter », ou laisser vide.",
        "Choose 'accept' or 'reject', or leave it empty.",
    ),
    "review_help": (
        "Chaque ligne de la feuille « À vérifier » est une structure dont la localisation "
        "est douteuse, imprécise ou manquante.\n"
        "Ne remplir que les colonnes colorées ; une seule suffit souvent.\n"
        "Lieu trouvé exact : choisir « accepter » dans la colonne Décision.\n"
        "Lieu trouvé faux, sans mieux : choisir « rejeter » ; la structure reste sans position.\n"
        "Adresse fausse ou incomplète : écrire ce qui change dans Adresse corrigée, Code postal "
        "corrigé ou Commune corrigée ; elle sera localisée de nouveau.\n"
        "Position connue : écrire Longitude corrigée et Latitude corrigée, en degrés "
        "(4,3901 et 45,4339).\n"
        "Commune connue seulement : écrire son code INSEE (42218) dans Code commune corrigé.\n"
        "Pour vérifier un lieu : copier la cellule Latitude, longitude dans la recherche d’une "
        "carte en ligne.\n"
        "Les lignes remplies sont gardées quand ce fichier est écrit de nouveau.",
        "Each row of the sheet 'To check' is a member whose place is doubtful, coarse or "
        "missing.\n"
        "Fill in the coloured columns only; one is often enough.\n"
        "The place found is right: choose 'accept' in the column Decision.\n"
        "The place found is wrong, and you know no better: choose 'reject'; the member stays "
        "without a position.\n"
        "The address is wrong or incomplete: write what changes in Corrected address, Corrected "
        "postcode or Corrected town; it will be placed again.\n"
        "You know the position: write Corrected longitude and Corrected latitude, in degrees "
        "(4.3901 and 45.4339).\n"
        "You know the commune only: write its INSEE code (42218) in Corrected commune code.\n"
        "To check a place: paste the cell Latitude, longitude into the search of an online map.\n"
        "Rows that are filled in are kept when this file is written again.",
    ),
    # the stages of a study
    # what the commands about geocoding print
    "placing_accepted": ("localisées", "placed"),
    "placing_review": ("à vérifier", "to check"),
    "placing_rejected": ("non localisées", "not placed"),
    "placing_share": ("  part", "  share"),
    "placing_precision": ("Précision", "Precision"),
    "placing_provider": ("Source de la position", "Source of the position"),
    "placing_reason": ("Motif", "Reason"),
    "placing_answered": ("{name} : {done} sur {total}", "{name}: {done} of {total}"),
    "placing_store": (
        "Réponses conservées dans {path} : {known} déjà connues, {added} nouvelles.",
        "Answers kept in {path}: {known} known before, {added} new.",
    ),
    "placing_unanswered": (
        "Hors ligne, questions restées sans réponse : {count}. Relancer avec le réseau pour les "
        "poser.",
        "Offline, questions left without an answer: {count}. Run with the network to ask them.",
    ),
    "placing_next": (
        "Pour faire vérifier le reste dans un tableur :",
        "To have the rest checked in a spreadsheet:",
    ),
    "review_written": (
        "Structures à vérifier : {count}, dans {path}",
        "Members to check: {count}, in {path}",
    ),
    "review_next": (
        "Une fois les colonnes colorées remplies :",
        "Once the coloured columns are filled in:",
    ),
    "review_applied": (
        "Structures dont la localisation est corrigée : {count}",
        "Members whose place is corrected: {count}",
    ),
    "ban_build_next": ("Pour s’en servir :", "To use it:"),
    "command_list": ("LISTE", "LIST"),
    "command_result": ("RESULTAT.csv", "RESULT.csv"),
    "store_file": ("{path} : {answers} réponses, {size}", "{path}: {answers} answers, {size}"),
    "store_provider": ("source", "source"),
    "store_version": ("version", "version"),
    "store_answers": ("réponses", "answers"),
    "store_oldest": ("depuis le", "since"),
    "store_newest": ("jusqu’au", "until"),
    "store_deleted": ("Réponses supprimées : {count}", "Answers deleted: {count}"),
    "stage_read": ("Lecture des listes…", "Reading the lists…"),
    "stage_locate": ("Localisation des structures…", "Locating the members…"),
    "stage_measure": ("Calcul des indicateurs…", "Measuring…"),
    "stage_write": ("Dessin et écriture des fichiers…", "Drawing and writing the files…"),
    # boundaries at hand, and installing others
    "boundaries_year": ("année", "year"),
    "boundaries_resolution": ("résolution", "resolution"),
    "boundaries_communes": ("communes", "communes"),
    "boundaries_size": ("taille", "size"),
    "boundaries_folder": ("dossier", "folder"),
    "boundaries_embedded": ("embarquée", "embedded"),
    "boundaries_megabytes": ("{size} Mo", "{size} MB"),
    "boundaries_unknown_size": ("taille inconnue", "size unknown"),
    "boundaries_only": ("(départements : {departements})", "(départements: {departements})"),
    "boundaries_lost": (
        "(fichiers disparus : {count} ; à réinstaller)",
        "(files gone: {count}; install them again)",
    ),
    "boundaries_to_install": ("Pour en installer d’autres :", "To install others:"),
    "boundaries_from": ("Depuis", "From"),
    "boundaries_download": (
        "À télécharger : {files} fichiers, {size}",
        "To download: {files} files, {size}",
    ),
    "boundaries_to": ("Vers", "To"),
    "boundaries_check": ("Vérification…", "Checking…"),
    "boundaries_installed": ("Installé : {year}, {resolution}", "Installed: {year}, {resolution}"),
    "boundaries_credit": ("À citer sur les cartes :", "To credit on maps:"),
    "boundaries_collectivities": (
        "communes de collectivités d’outre-mer laissées de côté : {communes}",
        "communes of overseas collectivities left aside: {communes}",
    ),
    "boundaries_repaired": (
        "contours invalides corrigés ({level}) : {count}",
        "invalid outlines mended ({level}): {count}",
    ),
    "boundaries_collapsed": (
        "contours réduits à rien par la généralisation ({level}), remplacés par les "
        "embarqués : {count}",
        "outlines that generalisation left nothing of ({level}), replaced by the embedded: {count}",
    ),
    "boundaries_without_population": (
        "population de {year} inconnue : ni la source ni ptce_geo ne la donnent",
        "population of {year} not known: neither the source nor ptce_geo has it",
    ),
    "boundaries_missing": (
        "communes de {year} absentes de la source : {count} ({codes})",
        "communes of {year} that the source lacks: {count} ({codes})",
    ),
    "boundaries_unknown": (
        "communes de la source inconnues en {year} : {count} ({codes})",
        "communes of the source not known in {year}: {count} ({codes})",
    ),
    "boundaries_year_recognised": (
        "millésime reconnu à ses communes : {year}",
        "vintage recognised by its communes: {year}",
    ),
    "boundaries_year_assumed": (
        "millésime non reconnu, pris pour {year} ; sinon, le préciser avec --year",
        "vintage not recognised, taken as {year}; if it is another, say it with --year",
    ),
    "boundaries_covered": (
        "départements couverts, les seuls : {departements}",
        "départements covered, no others: {departements}",
    ),
    "boundaries_cut": (
        "territoires peut-être coupés par le bord de la source ({level}) laissés de côté : {count}",
        "territories that the edge of the source may cut ({level}) left aside: {count}",
    ),
    "boundaries_without_epci": (
        "EPCI des communes absents de la source : laissés de côté",
        "EPCI of the communes not in the source: left aside",
    ),
    "boundaries_not_covered": (
        "départements non couverts : {departements}",
        "départements not covered: {departements}",
    ),
    "boundaries_dissolved": (
        "absent de la source ({level}) : réuni à partir des communes, noms de {year}",
        "not in the source ({level}): put together from the communes, names of {year}",
    ),
    "boundaries_unknown_parent": (
        "communes dont le territoire ({level}) manque dans la source, laissé vide : {count}",
        "communes whose territory ({level}) the source lacks, left empty: {count}",
    ),
    "boundaries_without_communes": (
        "territoires sans commune ({level}) laissés de côté : {count}",
        "territories without commune ({level}) left aside: {count}",
    ),
    # summary of a study
    "summary_members": ("Structures dans la liste", "Members in the list"),
    "summary_accepted": ("  localisées", "  placed"),
    "summary_review": ("  à vérifier", "  to check"),
    "summary_rejected": ("  non localisées", "  not placed"),
    "summary_outside_every_commune": (
        "  hors de toute commune de France",
        "  outside every commune of France",
    ),
    "summary_snapped": (
        "  hors des contours, à la commune la plus proche",
        "  outside the boundaries, at the nearest commune",
    ),
    "summary_members_without_pole": ("  sans pôle", "  without a pole"),
    "summary_members_of_unlisted_poles": (
        "  d’un pôle absent de la liste des pôles",
        "  of a pole that the list of poles lacks",
    ),
    "summary_area": ("Départements étudiés", "Départements studied"),
    "summary_area_members": (
        "  structures localisées",
        "  members placed there",
    ),
    "summary_poles": ("Pôles", "Poles"),
    "summary_seat_declared": ("siège déclaré", "seat declared"),
    "summary_seat_lead_member": ("siège de la structure porteuse", "seat of the lead member"),
    "summary_seat_unknown": ("siège inconnu", "seat unknown"),
    "summary_commune": ("Communes concernées", "Communes touched"),
    "summary_epci": ("EPCI concernés", "EPCI touched"),
    "summary_departement": ("Départements concernés", "Départements touched"),
    "summary_region": ("Régions concernées", "Régions touched"),
    "summary_zoning": ("{name} : zones concernées", "{name}: zones touched"),
    "summary_of": ("sur {whole}", "of {whole}"),
    "summary_reach": ("Habitants à {km} km au plus", "Inhabitants within {km} km"),
    "summary_white": ("Habitants à plus de {km} km", "Inhabitants beyond {km} km"),
    "summary_white_zones": ("zones blanches : {zones}", "white zones: {zones}"),
    "summary_reach_of": ("d’une structure localisée", "of a placed member"),
    "summary_problems": ("Remarques sur les listes", "Remarks on the lists"),
    "summary_problem_repaired": ("corrigées", "repaired"),
    "summary_problem_lost": ("valeurs perdues", "values lost"),
    "summary_problem_doubtful": ("douteuses", "doubtful"),
    "summary_problem_missing": ("valeurs manquantes", "values missing"),
    # what is wrong in a list: how grave (singular), and the remarks (the words of Word in
    # ptce_geo.files.problems, filled in from their details)
    "problem_repaired": ("corrigé", "repaired"),
    "problem_lost": ("perdu", "lost"),
    "problem_doubtful": ("douteux", "doubtful"),
    "problem_missing": ("manquant", "missing"),
    "remark_mixed_encodings": (
        "lignes en UTF-8 : {lines}, les autres en cp1252 ; chacune est lue dans son encodage",
        "{lines} lines are in UTF-8, the others in cp1252; each read as it is",
    ),
    "remark_unknown_characters": (
        "caractères ni UTF-8 ni cp1252 : {characters}, remplacés par \ufffd",
        "{characters} characters are neither UTF-8 nor cp1252; shown as \ufffd",
    ),
    "remark_unclosed_quote": (
        "guillemet ouvert ici et jamais fermé ; lignes {first} à {last} lues une par une",
        "a quote opened here has no end; lines {first} to {last} read one by one",
    ),
    "remark_other_sheets": (
        "la feuille « {read} » est lue ; celles-ci ressemblent aussi à des listes : "
        "pour en lire une, l’enregistrer à part",
        "sheet '{read}' is read; these look like lists too: to read one, save it apart",
    ),
    "remark_other_layers": (
        "la couche « {read} » est lue ; celles-ci ressemblent aussi à des listes : "
        "pour en lire une, l’enregistrer à part",
        "layer '{read}' is read; these look like lists too: to read one, save it apart",
    ),
    "remark_above_headings": (
        "au-dessus de la ligne d’en-têtes (ligne {line}) ; non lu",
        "stands above the heading row (line {line}); not read",
    ),
    "remark_headings_again": (
        "les en-têtes de nouveau (ligne {line}) ; non lus",
        "the heading row once more (line {line}); not read",
    ),
    "remark_width_of_row": (
        "cellules : {cells}, en-têtes : {headings} ; peut-être un décalage",
        "{cells} cells where the heading row has {headings}; may be shifted",
    ),
    "remark_other_heading_used": (
        "en-tête de même sens ; « {used} » est utilisé, celui-ci reste une colonne à part",
        "means the same; '{used}' is used, this stays a column of its own",
    ),
    "remark_in_euros": (
        "multiplié par {factor} pour être en euros",
        "multiplied by {factor} to be in euros",
    ),
    "remark_columns_not_degrees": (
        "pas des degrés (EPSG:4326) ; ces colonnes restent à part, inutilisées",
        "not degrees (EPSG:4326); they stay columns of their own, unused",
    ),
    "remark_read_as": ("lu comme {read}", "read as {read}"),
    "remark_from_postcode_and_town": (
        "lu dans une cellule qui contient code postal et commune",
        "read from a cell that holds postcode and town",
    ),
    "remark_formula_error": ("erreur de formule", "a formula’s error"),
    "remark_formula_without_result": (
        "formule sans résultat ; ouvrir le fichier et l’enregistrer à nouveau",
        "a formula without a result; open the file, save it again",
    ),
    "remark_not_a_postcode": ("n’est pas un code postal français", "not a French postcode"),
    "remark_not_a_commune_code": (
        "n’est pas un code commune de l’INSEE",
        "not an INSEE commune code",
    ),
    "remark_no_commune_codes": (
        "aucun code commune de l’INSEE ; cette colonne reste à part, inutilisée",
        "holds no INSEE commune code; it stays a column of its own, unused",
    ),
    "remark_no_commune_code": (
        "ligne sans code commune ; laissée de côté",
        "a row without commune code; left aside",
    ),
    "remark_commune_codes_repaired": (
        "codes commune rétablis comme l’INSEE les écrit (01001 pour 1001) : {codes}",
        "commune codes put back as INSEE writes them (01001 for 1001): {codes}",
    ),
    "remark_codes_inside_communes": (
        "arrondissements municipaux ou communes déléguées, lus comme leur commune : {codes}",
        "municipal arrondissements or communes déléguées, read as their commune: {codes}",
    ),
    "remark_commune_codes_of_other_years": (
        "codes qui ne sont pas ceux de communes en {year} : {codes}",
        "codes that are no commune’s in {year}: {codes}",
    ),
    "remark_communes_without_zone": (
        "communes sans zone : {rows}",
        "communes without zone: {rows}",
    ),
    "remark_commune_again": (
        "lignes qui répètent une commune et sa zone : {rows}",
        "rows that repeat a commune and its zone: {rows}",
    ),
    "remark_several_zone_names": (
        "zone de plusieurs noms ; retenu : « {name} »",
        "a zone with several names; kept: '{name}'",
    ),
    "remark_not_a_polygon": (
        "ni polygone ni multipolygone ; laissé de côté",
        "neither a polygon nor a multipolygon; left aside",
    ),
    "remark_polygon_without_code": (
        "polygone sans code de zone ; laissé de côté",
        "a polygon without zone code; left aside",
    ),
    "remark_polygons_mended": (
        "contours invalides corrigés : {shapes}",
        "invalid outlines mended: {shapes}",
    ),
    "remark_polygons_joined": (
        "polygones réunis à un autre de même code : {shapes}",
        "polygons joined to another of the same code: {shapes}",
    ),
    "remark_renamed_column": (
        "nom de colonne réservé aux résultats ; colonne gardée sous « {name} »",
        "a name kept for ptce_geo’s own columns; this one is now '{name}'",
    ),
    "remark_total_row": (
        "ressemble à un total, pas à une ligne de la liste",
        "looks like a total, not an item of the list",
    ),
    "remark_not_a_siret": ("n’est pas un SIRET", "not a SIRET"),
    "remark_rounded_siret": (
        "SIRET arrondi par un tableur ; ses derniers chiffres sont perdus",
        "a SIRET rounded by a spreadsheet; its last digits are lost",
    ),
    "remark_leading_zero": (
        "zéro initial rétabli : {siret}",
        "leading zero restored: {siret}",
    ),
    "remark_siret_check_digit": (
        "la clé de contrôle du SIRET n’est pas bonne",
        "the SIRET’s check digit does not agree",
    ),
    "remark_siren": (
        "9 chiffres : un SIREN, pas un SIRET",
        "9 digits: a SIREN, not a SIRET",
    ),
    "remark_siret_length": ("un SIRET a 14 chiffres", "a SIRET has 14 digits"),
    "remark_not_a_number": ("n’est pas un nombre", "not a number"),
    "remark_negative": ("nombre négatif", "negative"),
    "remark_decimals_or_thousands": (
        "lu comme {number} ; ou est-ce un séparateur de milliers ?",
        "read as {number}; or is the mark one of thousands?",
    ),
    "remark_not_a_year": ("n’est pas une année", "not a year"),
    "remark_not_degrees": (
        "n’est pas une longitude et une latitude en degrés",
        "not a longitude and a latitude in degrees",
    ),
    "remark_pole_ids_made": (
        "créé d’après le nom du pôle ; lignes concernées : {rows}",
        "made from pole_name for {rows} rows",
    ),
    "remark_member_ids_made": (
        "créé là où il manquait ; lignes concernées : {rows}",
        "made for {rows} rows that had none",
    ),
    "remark_same_as_line": (
        "mêmes nom, pôle et adresse qu’à la ligne {line}",
        "the same name, pole and address as line {line}",
    ),
    "remark_no_name": ("sans nom", "no name"),
    "remark_no_names": ("aucune ligne n’a de nom", "no row has a name"),
    "remark_no_location": ("aucune indication de lieu", "nothing to locate it by"),
    "remark_no_pole": ("sans pôle", "no pole"),
    "remark_no_poles": ("aucune ligne n’a de pôle", "no row has a pole"),
    # sheets of the workbook, and what is noted under their titles
    "sheet_summary": ("Synthèse", "Summary"),
    "sheet_reach": ("Couverture par distance", "Coverage by reach"),
    "sheet_presence": ("Couverture par présence", "Coverage by presence"),
    "sheet_coverage": ("Couverture", "Coverage"),
    "sheet_coverage_territories": ("Couverture par territoire", "Coverage by territory"),
    "sheet_white_zones": ("Zones blanches", "White zones"),
    "sheet_composition": ("Composition et ancrage", "Composition and anchoring"),
    "sheet_economic_weight": ("Poids économique", "Economic weight"),
    "column_share_low": ("Part, borne basse", "Share, low"),
    "column_share_high": ("Part, borne haute", "Share, high"),
    "sheet_minutes": ("Couverture en minutes", "Coverage in minutes"),
    "note_minutes": (
        "Habitants à tant de minutes au plus d’une structure localisée ({way}).",
        "Inhabitants within so many minutes of a placed member ({way}).",
    ),
    "column_minutes": ("Minutes", "Minutes"),
    "minutes_straight": (
        "à vol d’oiseau, détour de {detour}, {speed} km/h",
        "in a straight line, detour of {detour}, {speed} km/h",
    ),
    "minutes_by_road_auto": (
        "en voiture par la route, OpenStreetMap, extrait {extract}",
        "by car on roads, OpenStreetMap, extract {extract}",
    ),
    "minutes_by_road_bicycle": (
        "à vélo, OpenStreetMap, extrait {extract}",
        "by bicycle, OpenStreetMap, extract {extract}",
    ),
    "minutes_by_road_pedestrian": (
        "à pied, OpenStreetMap, extrait {extract}",
        "on foot, OpenStreetMap, extract {extract}",
    ),
    "reach_km": ("{reach} km à vol d’oiseau", "{reach} km in a straight line"),
    "reach_minutes": ("{reach} min, {way}", "{reach} min, {way}"),
    "within_minutes": ("à {minutes} min", "within {minutes} min"),
    "minutes_rest_on": ("Habitants atteints ({way})", "Inhabitants reached ({way})"),
    "white_zones_found": (
        "Zones blanches à plus de {km} km : {zones} ({people} habitants)",
        "White zones beyond {km} km: {zones} ({people} inhabitants)",
    ),
    "siting_found": (
        "Habitants à portée ({reach}) : {before} aujourd’hui, {after} avec ces lieux ; écart "
        "maximal à l’optimum : {gap}",
        "Inhabitants within reach ({reach}): {before} today, {after} with these places; gap to "
        "the best possible: {gap}",
    ),
    "sheet_siting": ("Prochains pôles", "Next poles"),
    "sheet_gain_curve": ("Gain par pôle", "Gain by pole"),
    "sheet_concentration": ("Concentration", "Concentration"),
    "sheet_quotients": ("Quotients de localisation", "Location quotients"),
    "sheet_region": ("Régions", "Régions"),
    "sheet_departement": ("Départements", "Départements"),
    "sheet_epci": ("EPCI", "EPCI"),
    "sheet_commune": ("Communes", "Communes"),
    "sheet_poles": ("Pôles", "Poles"),
    "sheet_members": ("Structures", "Members"),
    "sheet_problems": ("Remarques", "Remarks"),
    "sheet_footprints": ("Emprises des pôles", "Footprints of the poles"),
    "sheet_quality": ("Qualité de la localisation", "Quality of the placing"),
    "sheet_quality_poles": ("Localisation par pôle", "Placing by pole"),
    "sheet_to_check": ("À vérifier", "To check"),
    "sheet_dictionary": ("Dictionnaire", "Dictionary"),
    "workbook_title": (
        "Pôles territoriaux de coopération économique : indicateurs",
        "Territorial cooperation poles (PTCE): indicators",
    ),
    "workbook_total": ("Total (lignes affichées)", "Total (rows shown)"),
    "workbook_made": (
        "Territoires {year} · établi le {date} avec ptce_geo {version}",
        "Territories of {year} · made on {date} with ptce_geo {version}",
    ),
    "sheet_method": ("Méthode", "Method"),
    "note_summary": (
        "Les indicateurs ne comptent que les structures localisées sans réserve.",
        "Indicators count only members placed without reserve.",
    ),
    "note_reach": (
        "Communes dont le point de référence (le plus souvent la mairie) est à la distance "
        "indiquée, ou moins, d’une structure localisée.",
        "Communes whose reference point (mostly the town hall) is within the distance of a placed "
        "member.",
    ),
    "note_presence": (
        "Territoires où se trouve au moins une structure localisée.",
        "Territories with at least one placed member.",
    ),
    "note_coverage": (
        "Un territoire plus grand que la commune est couvert quand au moins la moitié de ses "
        "habitants le sont.",
        "A territory larger than the commune is covered when at least half of its inhabitants are.",
    ),
    "note_coverage_territories": (
        "Part des habitants de chaque territoire à portée, à vol d’oiseau.",
        "Share of the inhabitants of each territory within reach, in a straight line.",
    ),
    "note_white_zones": (
        "Groupes de communes voisines à plus de {km} km à vol d’oiseau de toute structure "
        "localisée, les plus peuplés d’abord.",
        "Groups of neighbouring communes more than {km} km, in a straight line, from every placed "
        "member, the most populous first.",
    ),
    "note_composition": (
        "Acteurs nommés par l’article 9 de la loi du 31 juillet 2014, d’après la nature des "
        "structures ; ancrage : part des structures localisées dans le territoire du siège.",
        "Actors named by article 9 of the law of 31 July 2014, by the kind of the members; "
        "anchoring: share of the placed members in the seat’s territory.",
    ),
    "note_economic_weight": (
        "Rapport des sommes sur les structures qui ont donné les deux nombres, avec son "
        "intervalle à 95 % (bootstrap) ; il ne dit rien de celles qui n’ont pas répondu. Les pôles "
        "dont aucune structure n’a répondu ne sont pas listés.",
        "Ratio of sums over the members that gave both numbers, with its 95 % interval "
        "(bootstrap); it says nothing of those that did not answer. Poles without any answer are "
        "not listed.",
    ),
    "note_siting": (
        "Lieux d’où le plus d’habitants encore hors de portée seraient atteints ({reach}) ; écart "
        "maximal à l’optimum : {gap}.",
        "Places from which most inhabitants not yet reached would be ({reach}); gap to the best "
        "possible: {gap}.",
    ),
    "note_gain_curve": (
        "Combien d’habitants de plus chaque pôle de plus atteindrait, au mieux.",
        "How many more inhabitants each further pole would reach, at best.",
    ),
    "by_presence": ("présence d’une structure", "presence of a member"),
    "within_km_of_member": ("à {km} km d’une structure", "within {km} km of a member"),
    "within_km_of_seat": ("à {km} km d’un siège", "within {km} km of a seat"),
    "note_concentration": (
        "Le chiffre change avec le niveau : comparer à niveau égal. Hasard : ce que donneraient "
        "autant de structures tombées au hasard, à proportion de la population ou de la référence "
        "choisie.",
        "The figure changes with the level: compare at the same level. Chance: what as many "
        "members would give that fall at random, in proportion to the population or the reference "
        "chosen.",
    ),
    "note_quotients": (
        "Territoires qui comptent au moins une structure. Intervalle exact de Garwood à 95 % : "
        "s’il contient 1, l’écart à la moyenne n’est pas établi.",
        "Territories with at least one member. Exact Garwood interval at 95%: where it holds 1, "
        "the difference from the average is not established.",
    ),
    "note_region": ("Toutes les régions du périmètre.", "All régions of the study area."),
    "note_departement": (
        "Tous les départements du périmètre.",
        "All départements of the study area.",
    ),
    "note_epci": (
        "Tous les EPCI du périmètre, entiers même s’ils le débordent. Quatre communes insulaires "
        "ne sont dans aucun.",
        "All EPCI of the study area, whole even if they reach beyond. Four island communes are in "
        "none.",
    ),
    "note_commune": (
        "Seules les communes qui comptent au moins une structure sont listées.",
        "Only communes with at least one member are listed.",
    ),
    "note_poles": (
        "Distances à vol d’oiseau, des structures localisées au siège du pôle.",
        "Straight distances, from the placed members to the pole’s seat.",
    ),
    "note_members": (
        "Une ligne par ligne de la liste : rien n’est retiré.",
        "One row for each row of the list: nothing is dropped.",
    ),
    "note_problems": (
        "Ce qui a été réparé, perdu, manque ou paraît douteux dans les listes.",
        "What was repaired, lost, is missing or looks doubtful in the lists.",
    ),
    "note_quality": (
        "Comment chaque structure de la liste a été localisée, par qui et pourquoi ; la somme est "
        "la liste entière.",
        "How each member of the list was placed, by whom and why; the sum is the whole list.",
    ),
    "note_quality_poles": (
        "Une structure de plusieurs pôles compte dans chacun ; la somme est la liste entière.",
        "A member of several poles counts in each; the sum is the whole list.",
    ),
    "note_to_check": (
        "Structures qu’aucun indicateur ne compte encore : ce que dit la liste, ce qui a été "
        "trouvé, pourquoi c’est en doute, que faire.",
        "Members that no indicator counts yet: what the list says, what was found, why it is in "
        "doubt, what to do.",
    ),
    "note_dictionary": (
        "Chaque colonne de chaque feuille : son nom pour les logiciels, son unité, ce qu’elle dit.",
        "Each column of each sheet: its name for programs, its unit, what it says.",
    ),
    "note_zoning": (
        "Toutes les zones de « {name} » dans le périmètre.",
        "All zones of “{name}” in the study area.",
    ),
    "note_members_within": (
        "À tant de km au plus : habitants dont la commune a son point de référence à cette "
        "distance, à vol d’oiseau, d’une structure localisée, comptée ici ou chez un voisin.",
        "Within so many km: inhabitants whose commune has its reference point within that "
        "distance, in a straight line, of a placed member, counted here or next door.",
    ),
    "note_method": ("Définitions, sources et millésimes.", "Definitions, sources and vintages."),
    # method
    "method_placing": ("Localisation", "Locating"),
    "method_placing_text": (
        "Chaque structure est localisée au point de référence de sa commune (mairie, à défaut un "
        "point de la commune), d’après la commune et le code postal indiqués.",
        "Each member is placed at the reference point of its commune (town hall, else a point "
        "in the commune), by the town and postcode given.",
    ),
    "method_placing_by": (
        "Chaque structure est localisée par la première de ces sources qui en est sûre : "
        "{sources}. À défaut d’adresse sûre, elle est localisée au point de référence de sa "
        "commune.",
        "Each member is placed by the first of these sources that is sure of it: {sources}. "
        "Without a sure address it is placed at the reference point of its commune.",
    ),
    "method_policy": ("Réponses acceptées", "Answers accepted"),
    "method_counted": ("Structures comptées", "Members counted"),
    "method_counted_text": (
        "Une ligne de la liste est une adhésion. Sont comptées les structures localisées ; celles "
        "à vérifier et non localisées sont laissées de côté et dénombrées dans la synthèse.",
        "One row of the list is one membership. Members placed are counted; those to check or "
        "not placed are set aside and numbered in the summary.",
    ),
    "method_location_quotient": ("Quotient de localisation", "Location quotient"),
    "method_location_quotient_text": (
        "Part du territoire dans le total des structures, divisée par sa part dans la population. "
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
    "method_chance": ("Hasard", "Chance"),
    "method_chance_text": (
        "Ce que donneraient autant de structures tombées au hasard, à proportion de la "
        "population : 95 % de 99 tirages. Peu de structures sur beaucoup de territoires donnent "
        "à elles seules un indice élevé.",
        "What as many members would give that fall at random, in proportion to the population: 95% "
        "of 99 draws. Few members over many territories alone make an index high.",
    ),
    "method_interval": ("Bornes du quotient", "Bounds of the quotient"),
    "method_interval_text": (
        "Intervalle exact de Poisson (Garwood) à 95 % du nombre de structures. « Petit nombre » : "
        "moins de 5 structures attendues.",
        "Exact Poisson interval (Garwood) at 95% of the number of members. “Small number”: fewer "
        "than 5 members expected.",
    ),
    "method_herfindahl": ("Indice de Herfindahl", "Herfindahl index"),
    "method_herfindahl_text": (
        "Somme des carrés des parts des territoires : son inverse est le nombre de territoires "
        "égaux qui donneraient la même concentration.",
        "Sum of the squared shares of the territories: its inverse is the number of equal "
        "territories that would give the same concentration.",
    ),
    "method_equivalent_number": ("Nombre équivalent", "Equivalent number"),
    "method_equivalent_number_text": (
        "Inverse de l’indice de Herfindahl.",
        "Inverse of the Herfindahl index.",
    ),
    "method_top_share": ("Part du décile de tête", "Share of the top decile"),
    "method_top_share_text": (
        "Part des structures que comptent les 10 % de territoires qui en ont le plus.",
        "Share of the members in the 10% of territories that have most.",
    ),
    "method_hoover": ("Indice de Hoover", "Hoover index"),
    "method_hoover_text": (
        "Part des structures qu’il faudrait déplacer pour les répartir comme la population.",
        "Share of the members that would have to move to be spread as the population is.",
    ),
    "method_locational_gini": ("Gini de localisation", "Locational Gini"),
    "method_locational_gini_text": (
        "Indice de Gini des quotients de localisation des territoires.",
        "Gini index of the location quotients of the territories.",
    ),
    "method_theil_t": ("Theil T", "Theil T"),
    "method_theil_t_text": (
        "Moyenne, sur les structures, du logarithme du quotient de localisation de leur "
        "territoire : 0 si elles sont réparties comme la population.",
        "Mean, over the members, of the logarithm of the location quotient of their territory: 0 "
        "if they are spread as the population is.",
    ),
    "method_presence": ("Couverture par présence", "Coverage by presence"),
    "method_presence_text": (
        "Part des territoires, et des habitants, où se trouve au moins une structure.",
        "Share of the territories, and of the inhabitants, with at least one member.",
    ),
    "method_reach": ("Couverture par distance", "Coverage by reach"),
    "method_reach_text": (
        "Part des communes, et des habitants, dont le point de référence est à la distance "
        "indiquée, ou moins, d’une structure localisée.",
        "Share of the communes, and of the inhabitants, whose reference point is within the "
        "distance of a placed member.",
    ),
    "method_white_zones": ("Zones blanches", "White zones"),
    "method_white_zones_text": (
        "Communes au-delà du seuil de toute structure localisée ; celles qui partagent une limite "
        "forment une zone. La plus proche est celle de la commune la moins éloignée.",
        "Communes beyond the threshold from every placed member; those that share a border form "
        "one zone. The nearest is that of the commune least far.",
    ),
    "method_article_9": ("Article 9", "Article 9"),
    "method_article_9_text": (
        "Nature de chaque structure d’après sa catégorie juridique et son appartenance au champ "
        "de l’ESS (SIRENE), le type déclaré, puis le nom ; ce que rien ne dit reste « nature "
        "inconnue ».",
        "Kind of each member by its legal form (SIRENE), the ESS flag, the kind declared, then "
        "the name; what nothing tells stays “kind unknown”.",
    ),
    "method_pole_type": ("Profil du pôle", "Type of pole"),
    "method_pole_type_text": (
        "Multi-acteurs : une entreprise, une collectivité et un acteur de la recherche ou de la "
        "formation ; inter-réseaux : au moins deux réseaux ; entrepreneurial : au moins la moitié "
        "d’entreprises. Lecture propre à ce logiciel, là où la nature de la moitié des structures "
        "est connue.",
        "Multi-stakeholder: an enterprise, a local authority and one of research or training; "
        "inter-network: two networks or more; entrepreneurial: at least half of enterprises. A "
        "reading of this software, where the kind of half of the members is known.",
    ),
    "method_anchoring": ("Ancrage", "Anchoring"),
    "method_anchoring_text": (
        "Part des structures localisées, et de leurs ETP déclarés, dans la commune, l’EPCI ou le "
        "département du siège.",
        "Share of the placed members, and of the FTE they gave, in the commune, EPCI or "
        "département of the seat.",
    ),
    "method_economic_weight": ("Poids économique", "Economic weight"),
    "method_economic_weight_text": (
        "Somme de ce qui est lié au pôle sur la somme de l’ensemble, parmi les structures qui ont "
        "donné les deux ; une structure de plusieurs pôles compte une fois. Intervalle bootstrap "
        "à 95 %.",
        "Sum of what is the pole’s doing over the sum of all, among the members that gave both; "
        "a structure of several poles counts once. Bootstrap interval at 95 %.",
    ),
    "method_secret": ("Secret statistique", "Statistical secrecy"),
    "method_secret_text": (
        "Un total n’est publié que si le nombre d’entreprises dont il vient est d’au moins "
        "{minimum}, si aucune n’en fait plus de {dominance}\u202f% et s’il n’en trahit pas un "
        "autre\u00a0; la part liée au pôle est arrondie au pour cent. Les montants des structures "
        "ne sont jamais publiés.",
        "A total is published where the number of enterprises it comes from is at least {minimum}, "
        "none makes more than {dominance}% of it, and it gives no other away; the share of the "
        "pole is rounded to the percent. The amounts of structures are never published.",
    ),
    "summary_secret": ("Pôles au total secret", "Poles with a secret total"),
    "summary_left_out": ("Colonnes non publiées", "Columns not published"),
    "method_distance": ("Distances", "Distances"),
    "method_distance_text": (
        "À vol d’oiseau, dans le système de coordonnées légal du territoire (Lambert-93 en "
        "métropole).",
        "Straight, in the legal coordinate system of the territory (Lambert-93 in the métropole).",
    ),
    "method_reference": ("Référence", "Reference"),
    "method_reference_text": (
        "Les structures sont comparées à « {column} » ({file}) là où les définitions disent "
        "« population ».",
        "Members are compared with “{column}” ({file}) where the definitions say “population”.",
    ),
    "method_section_indicators": ("Définitions", "Definitions"),
    "method_section_stages": ("Étapes", "Stages"),
    "method_section_inputs": ("Fichiers lus", "Files read"),
    "method_section_data": ("Données et logiciel", "Data and software"),
    "method_stage_read": ("Lecture de la liste", "Reading the list"),
    "method_stage_locate": ("Localisation", "Placing"),
    "method_stage_attach": ("Rattachement aux territoires", "Attaching to territories"),
    "method_stage_seats": ("Sièges des pôles", "Seats of the poles"),
    "method_stage_measure": ("Calcul : {name}", "Measure: {name}"),
    "aside_unknown": ("siège inconnu", "seat unknown"),
    "method_stage_text": (
        "En entrée : {into} ; retenus : {out}.",
        "In: {into}; kept: {out}.",
    ),
    "method_stage_aside": (
        "En entrée : {into} ; retenus : {out} ; laissés de côté : {aside} ({reasons}).",
        "In: {into}; kept: {out}; set aside: {aside} ({reasons}).",
    ),
    "method_sha256": ("empreinte SHA-256 : {sha256}", "SHA-256: {sha256}"),
    "method_not_hashed": (
        "empreinte non publiée : elle dirait si une liste devinée est la bonne",
        "hash not published: it would tell whether a guess at the list is right",
    ),
    "method_seed": ("Graine du hasard", "Seed of what is drawn"),
    "method_seed_text": (
        "{seed} ; la même étude donne les mêmes chiffres.",
        "{seed}; the same study gives the same figures.",
    ),
    "method_vintage": ("Millésime des territoires", "Vintage of the territories"),
    "method_sources": ("Sources", "Sources"),
    "method_software": ("Logiciel", "Software"),
    "method_created": ("Produit le", "Made on"),
    # dates
    "month_1": ("janvier", "January"),
    "month_2": ("février", "February"),
    "month_3": ("mars", "March"),
    "month_4": ("avril", "April"),
    "month_5": ("mai", "May"),
    "month_6": ("juin", "June"),
    "month_7": ("juillet", "July"),
    "month_8": ("août", "August"),
    "month_9": ("septembre", "September"),
    "month_10": ("octobre", "October"),
    "month_11": ("novembre", "November"),
    "month_12": ("décembre", "December"),
    # headings of the columns
    "column_figure": ("Indicateur", "Figure"),
    "column_value": ("Valeur", "Value"),
    "column_share": ("Part", "Share"),
    "column_detail": ("Détail", "Detail"),
    "column_method": ("Terme", "Term"),
    "column_text": ("Définition", "Definition"),
    "column_section": ("Rubrique", "Section"),
    "column_sheet": ("Feuille", "Sheet"),
    "column_heading": ("Colonne", "Column"),
    "column_identifier": ("Nom pour les logiciels", "Name for programs"),
    "column_unit": ("Unité", "Unit"),
    "column_description": ("Ce qu’elle dit", "What it says"),
    "column_what_to_do": ("Que faire", "What to do"),
    "column_rejected": ("Non localisées", "Not placed"),
    "column_share_accepted": ("Part localisée", "Share placed"),
    "column_share_within": (
        "Part des habitants à {km} km au plus",
        "Share of inhabitants within {km} km",
    ),
    "about_figure": ("Ce que le nombre mesure.", "What the number measures."),
    "about_detail": ("De quoi le nombre est fait.", "What the number is made of."),
    "about_what_to_do": (
        "Ce qui permettrait de localiser la structure.",
        "What would make it possible to place the member.",
    ),
    "about_share_accepted": (
        "Part des structures du pôle qui sont localisées.",
        "Share of the members of the pole that are placed.",
    ),
    "about_share_within": (
        "Part des habitants dont la commune a son point de référence à {km} km au plus, à vol "
        "d’oiseau, d’une structure localisée.",
        "Share of the inhabitants whose commune has its reference point within {km} km, in a "
        "straight line, of a placed member.",
    ),
    "about_list_column": ("Colonne de la liste, telle quelle.", "A column of the list, as it is."),
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
    "column_estimate": ("Valeur", "Value"),
    "column_chance": ("Par hasard", "By chance"),
    "column_chance_low": ("Hasard, bas", "Chance, low"),
    "column_chance_high": ("Hasard, haut", "Chance, high"),
    "column_against_chance": ("Face au hasard", "Against chance"),
    "column_reading": ("Lecture", "Reading"),
    "column_group": ("Groupe", "Group"),
    "column_location_quotient_low": ("Borne basse", "Lower bound"),
    "column_location_quotient_high": ("Borne haute", "Upper bound"),
    "aside": ("Structures laissées de côté : {reasons}", "Members set aside: {reasons}"),
    "aside_without": ("sans {column}", "without {column}"),
    "aside_point_and_code_departement_apart": (
        "point hors du département",
        "point outside the département",
    ),
    "aside_without_a_way": ("sans route proche", "without a road near"),
    "aside_without_a_point": ("sans position", "without a point"),
    "aside_without_a_seat": ("sans siège localisé", "without a placed seat"),
    "aside_without_a_legal_CRS": ("hors de France", "outside France"),
    "aside_review": ("à vérifier", "to check"),
    "aside_rejected": ("non localisées", "not placed"),
    "aside_outside_the_study_area": ("hors du périmètre", "outside the study area"),
    "indicator_gini": ("Gini", "Gini"),
    "indicator_herfindahl": ("Herfindahl", "Herfindahl"),
    "indicator_equivalent_number": ("Nombre équivalent", "Equivalent number"),
    "indicator_top_share": ("Part du décile de tête", "Share of the top decile"),
    "indicator_hoover": ("Hoover", "Hoover"),
    "indicator_locational_gini": ("Gini de localisation", "Locational Gini"),
    "indicator_theil_t": ("Theil T", "Theil T"),
    "flag_above_chance": ("au-dessus", "above"),
    "flag_within_chance": ("comparable", "as much"),
    "flag_below_chance": ("au-dessous", "below"),
    "flag_small_number": ("petit nombre", "small number"),
    "flag_undefined": ("non défini", "undefined"),
    # travel times by road
    "routing_building": ("Réseau routier de {extract}…", "Road network of {extract}…"),
    "routing_built": (
        "{folder} : {roads} voies, {size}, en {seconds} s",
        "{folder}: {roads} roads, {size}, in {seconds} s",
    ),
    "routing_extract": (
        "extrait {extract}, données du {date}",
        "extract {extract}, data of {date}",
    ),
    "routing_undated": (
        "extrait {extract}, sans date des données",
        "extract {extract}, data without a date",
    ),
    "routing_credit": (
        "© les contributeurs d’OpenStreetMap (ODbL)",
        "© OpenStreetMap contributors (ODbL)",
    ),
    "column_coverage": ("Couverture", "Coverage"),
    "column_rank": ("Rang", "Rank"),
    "column_n": ("Nombre compté", "Number counted"),
    "column_population_gained": ("Habitants gagnés", "Inhabitants gained"),
    "column_share_so_far": ("Part couverte, cumulée", "Share covered so far"),
    "column_share_population_low": ("Part de la population, borne basse", "Population, low"),
    "column_share_population_high": ("Part de la population, borne haute", "Population, high"),
    "column_share_territories_low": ("Part des territoires, borne basse", "Territories, low"),
    "column_share_territories_high": ("Part des territoires, borne haute", "Territories, high"),
    "column_largest_commune": ("Commune la plus peuplée", "Most populous commune"),
    "siting_search": ("Recherche des lieux…", "Searching for places…"),
    "siting_fewer": (
        "{found} lieux sur {asked} : d’autres n’ajouteraient personne.",
        "{found} places of {asked}: others would add nobody.",
    ),
    "poles_aside": ("Pôles laissés de côté : {reasons}", "Poles left out: {reasons}"),
    "column_p": ("Pôles de plus", "Further poles"),
    "column_bound": ("Borne supérieure", "Upper bound"),
    "column_gap": ("Écart maximal à l’optimum", "Largest gap to the optimum"),
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
    "column_fte_pole": ("ETP liés au pôle", "FTE of the pole"),
    "column_turnover": ("Chiffre d’affaires", "Turnover"),
    "column_turnover_pole": ("Chiffre d’affaires lié au pôle", "Turnover of the pole"),
    "column_sector": ("Secteur", "Sector"),
    "column_role": ("Rôle", "Role"),
    "column_source_line": ("Ligne de la liste", "Line of the list"),
    "column_longitude": ("Longitude", "Longitude"),
    "column_latitude": ("Latitude", "Latitude"),
    "column_geocode_provider": ("Localisé par", "Placed by"),
    "column_geocode_precision": ("Précision", "Precision"),
    "column_geocode_score": ("Score", "Score"),
    "column_geocode_margin": ("Écart au second", "Margin to the second"),
    "column_geocode_label": ("Lieu trouvé", "Place found"),
    "column_geocode_status": ("Statut", "Status"),
    "column_geocode_reason": ("Motif", "Reason"),
    "column_code_commune": ("Code commune", "Commune code"),
    "column_geocode_candidates": ("Autres réponses possibles", "Other possible answers"),
    "column_sirene_name": ("Nom dans SIRENE", "Name in SIRENE"),
    "column_sirene_address": ("Adresse dans SIRENE", "Address in SIRENE"),
    "column_sirene_state": ("État dans SIRENE (A actif, F fermé)", "State in SIRENE (A, F closed)"),
    "column_sirene_legal_form": ("Catégorie juridique", "Legal form"),
    "column_sirene_activity": ("Activité (NAF)", "Activity (NAF)"),
    "column_sirene_staff_band": ("Tranche d’effectif", "Staff band"),
    "column_sirene_ess": ("ESS d’après SIRENE", "ESS by SIRENE"),
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
    "column_fte_pole_answers": ("Réponses ETP liés au pôle", "FTE of the pole, answers"),
    "column_share_fte_answered": ("Taux de réponse, ETP", "Answer rate, FTE"),
    "column_share_fte_pole": ("Part des ETP liée au pôle", "Share of FTE in the pole"),
    "column_share_fte_pole_low": ("Part des ETP, borne basse", "Share of FTE, low"),
    "column_share_fte_pole_high": ("Part des ETP, borne haute", "Share of FTE, high"),
    "column_turnover_answers": ("Réponses CA", "Turnover, answers"),
    "column_turnover_pole_answers": ("Réponses CA lié au pôle", "Turnover of the pole, answers"),
    "column_share_turnover_answered": ("Taux de réponse, CA", "Answer rate, turnover"),
    "column_share_turnover_pole": ("Part du CA liée au pôle", "Share of turnover by the pole"),
    "column_share_turnover_pole_low": ("Part du CA, borne basse", "Share of turnover, low"),
    "column_share_turnover_pole_high": ("Part du CA, borne haute", "Share of turnover, high"),
    "column_members_ess_enterprise": ("Entreprises de l’ESS", "ESS enterprises"),
    "column_members_other_enterprise": ("Autres entreprises", "Other enterprises"),
    "column_members_local_authority": ("Collectivités", "Local authorities"),
    "column_members_research": ("Centres de recherche", "Research centres"),
    "column_members_higher_education": ("Enseignement supérieur", "Higher education"),
    "column_members_training": ("Organismes de formation", "Training bodies"),
    "column_members_other": ("Autres structures", "Other members"),
    "column_members_unknown": ("Nature inconnue", "Kind unknown"),
    "column_members_known": ("Nature connue", "Kind known"),
    "column_article_9_present": ("Trouvés (article 9)", "Found (article 9)"),
    "column_article_9_missing": ("Non trouvés (article 9)", "Not found (article 9)"),
    "column_shannon": ("Diversité (Shannon)", "Diversity (Shannon)"),
    "column_blau": ("Diversité (Blau)", "Diversity (Blau)"),
    "column_pole_type": ("Profil du pôle", "Type of pole"),
    "column_measure": ("Grandeur", "Measure"),
    "column_answers": ("Réponses", "Answers"),
    "column_share_answered": ("Taux de réponse", "Answer rate"),
    "column_part": ("Lié au pôle", "Of the pole"),
    "column_whole": ("Ensemble des réponses", "All answers"),
    "column_total": ("Total déclaré", "Total declared"),
    "column_total_answers": ("Réponses au total", "Answers to the total"),
    "column_share_commune": ("Part dans la commune du siège", "Share in the seat’s commune"),
    "column_share_epci": ("Part dans l’EPCI du siège", "Share in the seat’s EPCI"),
    "column_share_departement": (
        "Part dans le département du siège",
        "Share in the seat’s département",
    ),
    "column_share_fte_commune": (
        "Part des ETP dans la commune du siège",
        "Share of FTE in the seat’s commune",
    ),
    "column_share_fte_epci": (
        "Part des ETP dans l’EPCI du siège",
        "Share of FTE in the seat’s EPCI",
    ),
    "column_share_fte_departement": (
        "Part des ETP dans le département du siège",
        "Share of FTE in the seat’s département",
    ),
    "column_nearest_km": ("Structure la plus proche (km)", "Nearest member (km)"),
    "column_mean_km": ("Distance moyenne des habitants (km)", "Mean distance of inhabitants (km)"),
    "column_farthest_km": ("Commune la plus éloignée (km)", "Farthest commune (km)"),
    "column_commune_codes": ("Codes des communes", "Commune codes"),
    "column_area_km2": ("Superficie (km²)", "Area (km²)"),
    "family_ess_enterprise": ("entreprises de l’ESS", "ESS enterprises"),
    "family_other_enterprise": ("autres entreprises", "other enterprises"),
    "family_local_authority": ("collectivités", "local authorities"),
    "family_research": ("centres de recherche", "research centres"),
    "family_higher_education": ("enseignement supérieur", "higher education"),
    "family_training": ("organismes de formation", "training bodies"),
    "pole_type_entrepreneurial": ("entrepreneurial", "entrepreneurial"),
    "pole_type_inter_network": ("inter-réseaux", "inter-network"),
    "pole_type_multi_stakeholder": ("multi-acteurs", "multi-stakeholder"),
    "all_poles": ("Ensemble des pôles", "All poles"),
    "measure_fte": ("ETP", "FTE"),
    "measure_turnover": ("Chiffre d’affaires (€)", "Turnover (€)"),
    "secret": ("secret", "secret"),
    "column_distance_to_seat_mean_km": (
        "Distance moyenne au siège (km)",
        "Mean distance to the seat (km)",
    ),
    "column_distance_to_seat_max_km": (
        "Distance maximale au siège (km)",
        "Greatest distance to the seat (km)",
    ),
    "column_members_other_crs": (
        "Structures sans distance (autre territoire que le siège)",
        "Members without distance (other territory than the seat)",
    ),
    "column_list": ("Liste", "List"),
    "list_members": ("structures", "members"),
    "list_poles": ("pôles", "poles"),
    "column_line": ("Ligne", "Line"),
    "column_column": ("Colonne", "Column"),
    "column_message": ("Remarque", "Remark"),
    "column_kind": ("Nature", "Nature"),
    "column_year": ("Année", "Year"),
    "column_status": ("Statut", "Status"),
}
