"""What each column and each table says, in French and English: a table, no code.

"column_<name>" is the title, "about_<name>" what it says; "about_<table>.<name>" goes before it
where a name means something else in one table. Titles that maps and older sheets use too are in
`ptce_geo.words.common`.
"""

from __future__ import annotations

from typing import Final

# key: (French, English)
COLUMN_WORDS: Final[dict[str, tuple[str, str]]] = {
    # Units that are words.
    "unit_inhabitants": ("habitants", "inhabitants"),
    "unit_members": ("structures", "members"),
    "unit_poles": ("pôles", "poles"),
    "unit_fte": ("ETP", "FTE"),
    "unit_members_per_100k": (
        "structures pour 100 000 habitants",
        "members for 100,000 inhabitants",
    ),
    # Titles.
    "column_region": ("Région indiquée", "Région given"),
    "column_seat_source": ("Siège connu par", "Seat known by"),
    "column_pole_departement": ("Département du pôle", "Département of the pole"),
    "column_theme": ("Thème", "Theme"),
    "column_territory": ("Territoire", "Territory"),
    "column_indicator": ("Indicateur", "Indicator"),
    "column_low": ("Borne basse", "Lower bound"),
    "column_high": ("Borne haute", "Upper bound"),
    "column_flag": ("Réserve", "Caveat"),
    "column_white_zones": ("Zones blanches", "White zones"),
    "column_white_zones_population": (
        "Population des zones blanches",
        "Population of the white zones",
    ),
    "column_members_outside": ("Structures hors de l’emprise", "Members outside the footprint"),
    "column_legal_crs": ("Système de coordonnées légal", "Legal coordinate system"),
    "column_hull_area_km2": ("Aire de l’enveloppe (km²)", "Area of the hull (km²)"),
    "column_ellipse_area_km2": ("Aire de l’ellipse (km²)", "Area of the ellipse (km²)"),
    "column_standard_distance_km": ("Distance type (km)", "Standard distance (km)"),
    "column_semi_major_km": ("Demi-grand axe (km)", "Semi-major axis (km)"),
    "column_semi_minor_km": ("Demi-petit axe (km)", "Semi-minor axis (km)"),
    "column_rotation_deg": ("Orientation (°)", "Orientation (°)"),
    "column_distance_to_centre_mean_km": (
        "Distance moyenne au centre (km)",
        "Mean distance to the centre (km)",
    ),
    "column_distance_to_centre_max_km": (
        "Distance maximale au centre (km)",
        "Greatest distance to the centre (km)",
    ),
    "column_footprint_reason": ("Motif sans emprise", "Why no footprint"),
    "column_problems.value": ("Contenu", "Content"),
    "column_concentration.method": ("Méthode", "Method"),
    "column_coverage.method": ("Méthode", "Method"),
    "column_indicators.method": ("Méthode", "Method"),
    "column_economic_weight.method": ("Tirage", "What is drawn"),
    "column_economic_weight.share": ("Part liée au pôle", "Share of the pole"),
    "column_white_zones.nom": ("Commune la plus peuplée", "Most populous commune"),
    "column_white_zones.pole_id": (
        "Identifiant du pôle le plus proche",
        "Identifier of the nearest pole",
    ),
    "column_white_zones.pole_name": ("Pôle le plus proche", "Nearest pole"),
    "column_footprints.longitude": ("Longitude du centre", "Longitude of the centre"),
    "column_footprints.latitude": ("Latitude du centre", "Latitude of the centre"),
    # Columns whose name holds a level of the study.
    "column_code_level": ("Code {level}", "Code {level}"),
    "column_nom_level": ("Nom {level}", "Name {level}"),
    "column_reason_level": ("Motif {level}", "Reason {level}"),
    "about_code_level": (
        "Code dans « {level} » : zonage fourni pour l’étude, ou colonne de la liste.",
        "Code in “{level}”: a zoning given for the study, or a column of the list.",
    ),
    "about_nom_level": (
        "Nom dans « {level} » : zonage fourni pour l’étude, ou colonne de la liste.",
        "Name in “{level}”: a zoning given for the study, or a column of the list.",
    ),
    "about_reason_level": (
        "Pourquoi il n’y a pas de zone dans « {level} », zonage fourni pour l’étude ; ou colonne "
        "de la liste.",
        "Why there is no zone in “{level}”, a zoning given for the study; or a column of the list.",
    ),
    # The lists.
    "about_member_id": (
        "Identifiant de l’adhésion, celui de la liste ou tiré de ses cellules.",
        "Identifier of the membership, that of the list or made from its cells.",
    ),
    "about_member_name": ("Nom de la structure.", "Name of the member structure."),
    "about_pole_id": (
        "Identifiant du pôle, celui de la liste ou tiré de son nom.",
        "Identifier of the pole, that of the list or made from its name.",
    ),
    "about_pole_name": ("Nom du pôle.", "Name of the pole."),
    "about_member_kind": (
        "Type de structure, tel que la liste le dit (association, commune…).",
        "Kind of structure, as the list says it (association, commune…).",
    ),
    "about_address": (
        "Numéro et voie, tels que la liste les dit.",
        "House number and street, as the list says them.",
    ),
    "about_postcode": (
        "Code postal, tel que la liste le dit.",
        "Postcode, as the list says it.",
    ),
    "about_city": (
        "Commune de l’adresse, telle que la liste la dit.",
        "Town of the address, as the list says it.",
    ),
    "about_departement": (
        "Département, tel que la liste le dit.",
        "Département, as the list says it.",
    ),
    "about_region": ("Région, telle que la liste la dit.", "Région, as the list says it."),
    "about_pole_departement": (
        "Département du pôle de la structure, qui aide à reconnaître sa commune.",
        "Département of the member’s pole, which helps to tell its town.",
    ),
    "about_siret": (
        "Numéro SIRET de l’établissement, 14 chiffres.",
        "SIRET number of the establishment, 14 digits.",
    ),
    "about_fte": (
        "Effectif en équivalents temps plein, tel que déclaré.",
        "Staff in full-time equivalents, as declared.",
    ),
    "about_fte_pole": (
        "Part de cet effectif, en équivalents temps plein, qui travaille pour le pôle.",
        "Part of that staff, in full-time equivalents, that works for the pole.",
    ),
    "about_turnover": (
        "Chiffre d’affaires par an, tel que déclaré.",
        "Turnover a year, as declared.",
    ),
    "about_turnover_pole": (
        "Part de ce chiffre d’affaires qui vient de l’adhésion au pôle.",
        "Part of that turnover that comes from being in the pole.",
    ),
    "about_sector": ("Secteur d’activité déclaré.", "Sector of activity declared."),
    "about_role": (
        "Rôle dans le pôle (porteur, membre, partenaire…).",
        "Role in the pole (lead, member, partner…).",
    ),
    "about_status": (
        "Statut du pôle, tel que la liste le dit (lauréat, témoin…).",
        "Status of the pole, as the list says it (laureate, witness…).",
    ),
    "about_year": (
        "Année du pôle, telle que la liste la dit.",
        "Year of the pole, as the list has it.",
    ),
    "about_source_line": (
        "Numéro de la ligne du fichier fourni, en-tête comprise.",
        "Number of the line in the file given, its heading counted.",
    ),
    # Where it was placed.
    "about_longitude": (
        "Longitude du lieu trouvé (WGS 84, degrés décimaux).",
        "Longitude of the place found (WGS 84, decimal degrees).",
    ),
    "about_latitude": (
        "Latitude du lieu trouvé (WGS 84, degrés décimaux).",
        "Latitude of the place found (WGS 84, decimal degrees).",
    ),
    "about_geocode_provider": (
        "Ce qui a trouvé le lieu (commune, BAN, SIRENE, la liste…).",
        "What found the place (commune, BAN, SIRENE, the list…).",
    ),
    "about_geocode_precision": (
        "Finesse du lieu trouvé : housenumber (numéro), street (voie), locality (lieu-dit), "
        "municipality (commune).",
        "How fine the place found is: housenumber, street, locality, municipality (commune).",
    ),
    "about_geocode_score": (
        "Ressemblance entre ce qui est demandé et ce qui est trouvé, de 0 à 1.",
        "Likeness of what was asked and what was found, from 0 to 1.",
    ),
    "about_geocode_margin": (
        "Avance de ce score sur celui de la deuxième réponse, de 0 à 1 ; 1 s’il n’y en a pas.",
        "Lead of that score over that of the second answer, from 0 to 1; 1 if there is none.",
    ),
    "about_geocode_label": ("Lieu trouvé, en toutes lettres.", "The place found, in words."),
    "about_geocode_status": (
        "Ce qu’on en fait : accepted (localisée, comptée), review (à vérifier, non comptée), "
        "rejected (non localisée, non comptée).",
        "What is done with it: accepted (placed, counted), review (to check, not counted), "
        "rejected (not placed, not counted).",
    ),
    "about_geocode_reason": (
        "Pourquoi ce statut, en un mot, avec un détail après « : ».",
        "Why this status, in a word, with details after “:”.",
    ),
    "about_geocode_candidates": (
        "Réponses qui auraient pu être données à la place, avec leur score.",
        "Answers that might have been given instead, with their score.",
    ),
    "about_sirene_name": (
        "Nom de l’établissement dans le répertoire SIRENE.",
        "Name of the establishment in the register SIRENE.",
    ),
    "about_sirene_address": (
        "Adresse de l’établissement dans le répertoire SIRENE.",
        "Address of the establishment in the register SIRENE.",
    ),
    "about_sirene_state": (
        "État de l’établissement dans SIRENE : A actif, F fermé.",
        "State of the establishment in SIRENE: A active, F closed.",
    ),
    "about_sirene_legal_form": (
        "Catégorie juridique de l’unité légale, code INSEE à 4 chiffres.",
        "Legal form of the legal unit, INSEE code of 4 digits.",
    ),
    "about_sirene_activity": (
        "Activité principale de l’établissement, code NAF.",
        "Main activity of the establishment, NAF code.",
    ),
    "about_sirene_staff_band": (
        "Tranche d’effectif salarié, code INSEE.",
        "Band of the number of employees, INSEE code.",
    ),
    "about_sirene_ess": (
        "Appartenance au champ de l’ESS d’après SIRENE : O oui, N non.",
        "Whether in the field of the ESS, by SIRENE: O yes, N no.",
    ),
    "about_seat_source": (
        "D’où vient le siège : declared (lieu indiqué par la liste), lead_member (structure "
        "porteuse) ; vide s’il est inconnu.",
        "Where the seat comes from: declared (the place that the list gives), lead_member (the "
        "leading member); empty if unknown.",
    ),
    "about_code_commune": (
        "Code INSEE de la commune où se trouve le lieu.",
        "INSEE code of the commune that the place is in.",
    ),
    "about_nom_commune": (
        "Nom de la commune où se trouve le lieu.",
        "Name of the commune that the place is in.",
    ),
    "about_code_epci": (
        "Numéro SIREN de l’EPCI à fiscalité propre où se trouve le lieu.",
        "SIREN number of the EPCI (intercommunality) that the place is in.",
    ),
    "about_nom_epci": (
        "Nom de l’EPCI à fiscalité propre où se trouve le lieu.",
        "Name of the EPCI (intercommunality) that the place is in.",
    ),
    "about_code_departement": (
        "Code INSEE du département où se trouve le lieu.",
        "INSEE code of the département that the place is in.",
    ),
    "about_nom_departement": (
        "Nom du département où se trouve le lieu.",
        "Name of the département that the place is in.",
    ),
    "about_code_region": (
        "Code INSEE de la région où se trouve le lieu.",
        "INSEE code of the région that the place is in.",
    ),
    "about_nom_region": (
        "Nom de la région où se trouve le lieu.",
        "Name of the région that the place is in.",
    ),
    "about_attach_reason": (
        "Pourquoi le lieu n’est rattaché à aucune commune, ou l’est à la plus proche.",
        "Why the place is attached to no commune, or to the nearest one.",
    ),
    # Territories.
    "about_code": (
        "Code officiel du territoire (INSEE ; SIREN pour un EPCI).",
        "Official code of the territory (INSEE; SIREN for an EPCI).",
    ),
    "about_nom": ("Nom du territoire.", "Name of the territory."),
    "about_population": (
        "Population municipale (INSEE, populations légales).",
        "Municipal population (INSEE, populations légales).",
    ),
    "about_members": (
        "Structures localisées sur le territoire, une par adhésion.",
        "Members placed in the territory, one for each membership.",
    ),
    "about_members_per_100k": (
        "Structures localisées pour 100 000 habitants du territoire ; vide sans habitant.",
        "Members placed for 100,000 inhabitants of the territory; empty without inhabitants.",
    ),
    "about_location_quotient": (
        "Part du territoire dans les structures, divisée par sa part dans la population (ou dans "
        "la référence de l’étude) : au-dessus de 1, plus de structures qu’attendu.",
        "Share of the territory in the members over its share in the population (or in the "
        "reference of the study): above 1, more members than expected.",
    ),
    "about_location_quotient_low": (
        "Borne basse, à 95 %, du quotient de localisation (Poisson exact, Garwood).",
        "Lower bound, at 95%, of the location quotient (exact Poisson, Garwood).",
    ),
    "about_location_quotient_high": (
        "Borne haute, à 95 %, du quotient de localisation (Poisson exact, Garwood).",
        "Upper bound, at 95%, of the location quotient (exact Poisson, Garwood).",
    ),
    "about_area_km2": ("Superficie.", "Area."),
    # One figure a row.
    "about_theme": (
        "Famille de l’indicateur : counts (structures du territoire), concentration, coverage "
        "(couverture).",
        "Family of the indicator: counts (members of the territory), concentration, coverage.",
    ),
    "about_territory": (
        "Code du territoire ; vide : le niveau entier.",
        "Code of the territory; empty: the whole level.",
    ),
    "about_level": (
        "Niveau de territoire : commune, epci, departement, region, ou zonage de l’étude.",
        "Level of territory: commune, epci, departement, region, or a zoning of the study.",
    ),
    "about_group": (
        "Ce qui est compté ou atteint : presence (présence sur le territoire), member "
        "(structures), seat (sièges) ; vide : toutes les structures.",
        "What is counted or reached: presence (in the territory), member, seat; empty: all "
        "members.",
    ),
    "about_indicator": ("Nom de l’indicateur.", "Name of the indicator."),
    "about_threshold_km": (
        "Distance au plus, à vol d’oiseau ; vide : sans distance.",
        "Distance at most, in a straight line; empty: without distance.",
    ),
    "about_value": ("Valeur de l’indicateur.", "Value of the indicator."),
    "about_estimate": ("Valeur de l’indicateur.", "Value of the indicator."),
    "about_low": (
        "Borne basse de l’intervalle à 95 % ; vide s’il n’y en a pas.",
        "Lower bound of the 95% interval; empty if there is none.",
    ),
    "about_high": (
        "Borne haute de l’intervalle à 95 % ; vide s’il n’y en a pas.",
        "Upper bound of the 95% interval; empty if there is none.",
    ),
    "about_chance": (
        "Ce que donneraient autant de structures tombées au hasard, à 95 %.",
        "What as many members falling at random would give, at 95%.",
    ),
    "about_chance_low": (
        "Le moins que donneraient, à 95 %, autant de structures tombées au hasard.",
        "The least that as many members falling at random would give, at 95%.",
    ),
    "about_chance_high": (
        "Le plus que donneraient, à 95 %, autant de structures tombées au hasard.",
        "The most that as many members falling at random would give, at 95%.",
    ),
    "about_against_chance": (
        "Si la valeur dépasse ce que donnerait le hasard.",
        "Whether the value is beyond what chance would give.",
    ),
    "about_reading": (
        "Ce que la valeur veut dire, en mots.",
        "What the value means, in words.",
    ),
    "about_n": (
        "Nombre de structures (ou de sièges) sur lequel repose la valeur.",
        "Number of members (or seats) that the value rests on.",
    ),
    "about_flag": (
        "Réserve sur la valeur : small_number (moins de 5 structures attendues), undefined (sans "
        "valeur), above_chance, within_chance, below_chance (face au hasard) ; vide : aucune.",
        "Caveat on the value: small_number (fewer than 5 members expected), undefined (no value), "
        "above_chance, within_chance, below_chance (against chance); empty: none.",
    ),
    "about_method": (
        "Comment la valeur ou son intervalle est calculé.",
        "How the value or its interval is computed.",
    ),
    # Coverage.
    "about_territories": (
        "Nombre de territoires du niveau.",
        "Number of territories of the level.",
    ),
    "about_territories_covered": (
        "Nombre de territoires couverts : ceux où se trouve une structure, ou dont le point de "
        "référence est à cette distance au plus.",
        "Number of territories covered: those that hold a member, or whose reference point is "
        "within that distance.",
    ),
    "about_share_territories": (
        "Part des territoires qui sont couverts.",
        "Share of the territories that are covered.",
    ),
    "about_population_covered": (
        "Habitants des territoires couverts.",
        "Inhabitants of the territories covered.",
    ),
    "about_share_population": (
        "Part des habitants dont le territoire est couvert.",
        "Share of the inhabitants whose territory is covered.",
    ),
    "about_share_territories_low": (
        "Borne basse, à 95 %, de la part des territoires couverts.",
        "Lower bound, at 95%, of the share of territories covered.",
    ),
    "about_share_territories_high": (
        "Borne haute, à 95 %, de la part des territoires couverts.",
        "Upper bound, at 95%, of the share of territories covered.",
    ),
    "about_share_population_low": (
        "Borne basse, à 95 %, de la part des habitants couverts.",
        "Lower bound, at 95%, of the share of inhabitants covered.",
    ),
    "about_share_population_high": (
        "Borne haute, à 95 %, de la part des habitants couverts.",
        "Upper bound, at 95%, of the share of inhabitants covered.",
    ),
    "about_coverage": ("Ce qui est couvert, et comment.", "What is covered, and how."),
    "about_minutes": ("Durée de trajet au plus.", "Travel time at most."),
    "about_rank": ("Rang, du plus peuplé au moins peuplé.", "Rank, the most populous first."),
    "about_white_zones": (
        "Nombre de zones blanches : groupes de communes voisines au-delà de la distance de toute "
        "structure localisée.",
        "Number of white zones: groups of neighbouring communes beyond the distance from every "
        "placed member.",
    ),
    "about_white_zones_population": (
        "Habitants des zones blanches.",
        "Inhabitants of the white zones.",
    ),
    "about_largest_commune": (
        "Commune la plus peuplée de la zone.",
        "Most populous commune of the zone.",
    ),
    "about_nearest_km": (
        "Distance entre la structure la plus proche et la commune de la zone la moins éloignée.",
        "Distance between the nearest member and the commune of the zone that is least far.",
    ),
    "about_mean_km": (
        "Distance des habitants de la zone à la structure la plus proche, en moyenne.",
        "Distance of the inhabitants of the zone to the nearest member, on average.",
    ),
    "about_farthest_km": (
        "Distance à la structure la plus proche, de la commune la plus éloignée.",
        "Distance to the nearest member, of the commune that is farthest.",
    ),
    "about_commune_codes": (
        "Codes INSEE des communes de la zone, séparés par des espaces.",
        "INSEE codes of the communes of the zone, separated by spaces.",
    ),
    # Where the next pole belongs.
    "about_population_gained": (
        "Habitants que ce lieu couvrirait de plus.",
        "Inhabitants that this place would cover besides.",
    ),
    "about_share_so_far": (
        "Part des habitants couverte avec ce lieu et ceux qui le précèdent.",
        "Share of the inhabitants covered with this place and those before it.",
    ),
    "about_p": ("Nombre de pôles de plus.", "Number of further poles."),
    "about_bound": (
        "Plus grande valeur que ce nombre de lieux peut atteindre.",
        "Greatest value that this number of places can reach.",
    ),
    "about_gap": (
        "Au plus, ce qui manque à la solution pour être la meilleure.",
        "At most, what the solution lacks to be the best.",
    ),
    # Poles.
    "about_located": (
        "Structures de la liste qui ont une position, à vérifier ou non.",
        "Members of the list that have a position, to check or not.",
    ),
    "about_accepted": (
        "Structures localisées sans réserve : celles que comptent les indicateurs.",
        "Members placed without reservation: those that the figures count.",
    ),
    "about_to_review": (
        "Structures localisées mais à vérifier, que rien ne compte encore.",
        "Members placed but to check, which nothing counts yet.",
    ),
    "about_rejected": (
        "Structures non localisées, que rien ne compte.",
        "Members not placed, which nothing counts.",
    ),
    "about_communes": (
        "Communes où se trouvent des structures localisées.",
        "Communes that hold placed members.",
    ),
    "about_epci": (
        "EPCI où se trouvent des structures localisées.",
        "EPCI that hold placed members.",
    ),
    "about_departements": (
        "Départements où se trouvent des structures localisées.",
        "Départements that hold placed members.",
    ),
    "about_regions": (
        "Régions où se trouvent des structures localisées.",
        "Régions that hold placed members.",
    ),
    "about_fte_answers": (
        "Structures qui ont donné leur effectif.",
        "Members that gave their staff.",
    ),
    "about_fte_pole_answers": (
        "Structures qui ont donné leur effectif et ce qui en travaille pour le pôle.",
        "Members that gave their staff and what part of it works for the pole.",
    ),
    "about_share_fte_answered": (
        "Part des structures qui ont donné ces deux nombres.",
        "Share of the members that gave both numbers.",
    ),
    "about_share_fte_pole": (
        "Part de l’effectif qui travaille pour le pôle, parmi les structures qui ont donné les "
        "deux nombres.",
        "Share of the staff that works for the pole, among the members that gave both numbers.",
    ),
    "about_share_fte_pole_low": (
        "Borne basse de cette part, à 95 % (bootstrap).",
        "Lower bound of that share, at 95% (bootstrap).",
    ),
    "about_share_fte_pole_high": (
        "Borne haute de cette part, à 95 % (bootstrap).",
        "Upper bound of that share, at 95% (bootstrap).",
    ),
    "about_turnover_answers": (
        "Structures qui ont donné leur chiffre d’affaires.",
        "Members that gave their turnover.",
    ),
    "about_turnover_pole_answers": (
        "Structures qui ont donné leur chiffre d’affaires et ce qui en vient du pôle.",
        "Members that gave their turnover and what part of it comes from the pole.",
    ),
    "about_share_turnover_answered": (
        "Part des structures qui ont donné ces deux montants.",
        "Share of the members that gave both amounts.",
    ),
    "about_share_turnover_pole": (
        "Part du chiffre d’affaires qui vient du pôle, parmi les structures qui ont donné les "
        "deux montants.",
        "Share of the turnover that comes from the pole, among the members that gave both amounts.",
    ),
    "about_share_turnover_pole_low": (
        "Borne basse de cette part, à 95 % (bootstrap).",
        "Lower bound of that share, at 95% (bootstrap).",
    ),
    "about_share_turnover_pole_high": (
        "Borne haute de cette part, à 95 % (bootstrap).",
        "Upper bound of that share, at 95% (bootstrap).",
    ),
    "about_distance_to_seat_mean_km": (
        "Distance des structures localisées au siège du pôle, en moyenne, à vol d’oiseau.",
        "Distance of the placed members to the seat of the pole, on average, in a straight line.",
    ),
    "about_distance_to_seat_max_km": (
        "Distance au siège de la structure localisée la plus éloignée, à vol d’oiseau.",
        "Distance to the seat of the placed member that is farthest, in a straight line.",
    ),
    "about_members_other_crs": (
        "Structures localisées sans distance au siège : elles en sont séparées par la mer.",
        "Placed members without a distance to the seat: the sea lies between.",
    ),
    # Composition and anchoring.
    "about_members_ess_enterprise": (
        "Entreprises de l’économie sociale et solidaire (article 9 de la loi du 31 juillet 2014).",
        "Enterprises of the social and solidarity economy (article 9, law of 31 July 2014).",
    ),
    "about_members_other_enterprise": (
        "Autres entreprises (article 9).",
        "Other enterprises (article 9).",
    ),
    "about_members_local_authority": (
        "Collectivités et leurs groupements (article 9).",
        "Local authorities and their groupings (article 9).",
    ),
    "about_members_research": (
        "Centres de recherche (article 9).",
        "Research centres (article 9).",
    ),
    "about_members_higher_education": (
        "Établissements d’enseignement supérieur (article 9).",
        "Institutions of higher education (article 9).",
    ),
    "about_members_training": (
        "Organismes de formation (article 9).",
        "Training bodies (article 9).",
    ),
    "about_members_other": (
        "Structures d’une nature que l’article 9 ne nomme pas.",
        "Members of a kind that article 9 does not name.",
    ),
    "about_members_unknown": (
        "Structures dont rien ne dit la nature.",
        "Members whose kind nothing tells.",
    ),
    "about_members_known": (
        "Structures dont la nature est connue.",
        "Members whose kind is known.",
    ),
    "about_article_9_present": (
        "Familles de l’article 9 qui sont dans le pôle, séparées par des virgules.",
        "Families of article 9 that are in the pole, separated by commas.",
    ),
    "about_article_9_missing": (
        "Familles de l’article 9 qui n’y ont pas été trouvées, séparées par des virgules.",
        "Families of article 9 that were not found there, separated by commas.",
    ),
    "about_shannon": (
        "Diversité des familles (entropie de Shannon) : 0 s’il n’y en a qu’une.",
        "Diversity of the families (Shannon’s entropy): 0 if there is one only.",
    ),
    "about_blau": (
        "Chance que deux structures soient de familles différentes, de 0 à 1.",
        "Chance that two members are of different families, from 0 to 1.",
    ),
    "about_pole_type": (
        "Profil du pôle : multi_stakeholder (multi-acteurs), inter_network (inter-réseaux), "
        "entrepreneurial ; vide si la règle ne tranche pas.",
        "Type of the pole: multi_stakeholder, inter_network, entrepreneurial; empty where the rule "
        "does not say.",
    ),
    "about_share_commune": (
        "Part des structures localisées qui sont dans la commune du siège.",
        "Share of the placed members that are in the commune of the seat.",
    ),
    "about_share_epci": (
        "Part des structures localisées qui sont dans l’EPCI du siège.",
        "Share of the placed members that are in the EPCI of the seat.",
    ),
    "about_share_departement": (
        "Part des structures localisées qui sont dans le département du siège.",
        "Share of the placed members that are in the département of the seat.",
    ),
    "about_share_fte_commune": (
        "Part de leurs ETP déclarés qui est dans la commune du siège.",
        "Share of the FTE they gave that is in the commune of the seat.",
    ),
    "about_share_fte_epci": (
        "Part de leurs ETP déclarés qui est dans l’EPCI du siège.",
        "Share of the FTE they gave that is in the EPCI of the seat.",
    ),
    "about_share_fte_departement": (
        "Part de leurs ETP déclarés qui est dans le département du siège.",
        "Share of the FTE they gave that is in the département of the seat.",
    ),
    # Economic weight.
    "about_measure": (
        "Ce qui est mesuré : fte (effectif, ETP) ou turnover (chiffre d’affaires, € par an).",
        "What is measured: fte (staff, FTE) or turnover (€ a year).",
    ),
    "about_answers": (
        "Structures qui ont donné l’ensemble et ce qui est lié au pôle.",
        "Members that gave the whole and what is of the pole.",
    ),
    "about_share_answered": (
        "Part des structures interrogées qui ont répondu.",
        "Share of the members asked that answered.",
    ),
    "about_part": (
        "Somme de ce qui est lié au pôle, parmi ces réponses (ETP, ou € par an).",
        "Sum of what is of the pole, among these answers (FTE, or € a year).",
    ),
    "about_whole": (
        "Somme de l’ensemble, parmi ces réponses (ETP, ou € par an).",
        "Sum of the whole, among these answers (FTE, or € a year).",
    ),
    "about_share": (
        "Ce qui est lié au pôle, rapporté à l’ensemble.",
        "What is of the pole, over the whole.",
    ),
    "about_share_low": (
        "Borne basse de la part, à 95 % (bootstrap) ; vide avec moins de deux réponses.",
        "Lower bound of the share, at 95% (bootstrap); empty below two answers.",
    ),
    "about_share_high": (
        "Borne haute de la part, à 95 % (bootstrap) ; vide avec moins de deux réponses.",
        "Upper bound of the share, at 95% (bootstrap); empty below two answers.",
    ),
    "about_total": (
        "Somme de l’ensemble, parmi toutes les structures qui l’ont donné (ETP, ou € par an).",
        "Sum of the whole, among all members that gave it (FTE, or € a year).",
    ),
    "about_total_answers": (
        "Structures qui ont donné l’ensemble.",
        "Members that gave the whole.",
    ),
    # Footprints.
    "about_members_outside": (
        "Structures localisées que l’emprise ne couvre pas : la mer les en sépare.",
        "Placed members that the footprint does not cover: the sea lies between.",
    ),
    "about_legal_crs": (
        "Système de coordonnées légal dans lequel l’emprise est mesurée, code EPSG.",
        "Legal coordinate system that the footprint is measured in, EPSG code.",
    ),
    "about_hull_area_km2": (
        "Aire de l’enveloppe convexe des structures localisées.",
        "Area of the convex hull of the placed members.",
    ),
    "about_ellipse_area_km2": (
        "Aire de l’ellipse de dispersion des structures localisées.",
        "Area of the ellipse of dispersion of the placed members.",
    ),
    "about_standard_distance_km": (
        "Dispersion des structures localisées autour de leur centre (moyenne quadratique).",
        "Spread of the placed members around their centre (root mean square).",
    ),
    "about_semi_major_km": (
        "Demi-grand axe de l’ellipse de dispersion.",
        "Semi-major axis of the ellipse of dispersion.",
    ),
    "about_semi_minor_km": (
        "Demi-petit axe de l’ellipse de dispersion.",
        "Semi-minor axis of the ellipse of dispersion.",
    ),
    "about_rotation_deg": (
        "Direction du grand axe, depuis le nord, dans le sens des aiguilles d’une montre.",
        "Direction of the major axis, clockwise from the north.",
    ),
    "about_distance_to_centre_mean_km": (
        "Distance des structures localisées à leur centre, en moyenne.",
        "Distance of the placed members to their centre, on average.",
    ),
    "about_distance_to_centre_max_km": (
        "Distance au centre de la structure localisée la plus éloignée.",
        "Distance to the centre of the placed member that is farthest.",
    ),
    "about_footprint_reason": (
        "Pourquoi le pôle n’a pas d’emprise ; vide s’il en a une.",
        "Why the pole has no footprint; empty if it has one.",
    ),
    # Remarks on the lists.
    "about_list": (
        "Liste concernée : members (structures) ou poles (pôles).",
        "List concerned: members or poles.",
    ),
    "about_line": ("Ligne de la liste.", "Line of the list."),
    "about_column": ("Colonne de la liste.", "Column of the list."),
    "about_message": ("Ce qui ne va pas.", "What is wrong."),
    "about_kind": (
        "Nature de la remarque : repaired (réparé), lost (perdu), missing (manque), doubtful "
        "(douteux).",
        "Nature of the remark: repaired, lost, missing, doubtful.",
    ),
    # What a name means in one table only.
    "about_problems.value": ("Ce que dit la liste.", "What the list says."),
    "about_poles.members": (
        "Structures du pôle, une par ligne de la liste, localisées ou non.",
        "Members of the pole, one for each row of the list, placed or not.",
    ),
    "about_poles.fte": (
        "Effectif des structures qui l’ont donné, en équivalents temps plein ; vide si aucune.",
        "Staff of the members that gave it, in full-time equivalents; empty if none did.",
    ),
    "about_poles.turnover": (
        "Chiffre d’affaires par an des structures qui l’ont donné ; vide si aucune.",
        "Turnover a year of the members that gave it; empty if none did.",
    ),
    "about_composition.members": (
        "Structures du pôle, une par ligne de la liste, localisées ou non.",
        "Members of the pole, one for each row of the list, placed or not.",
    ),
    "about_economic_weight.members": (
        "Structures interrogées : toutes celles de la liste.",
        "Members asked: all those of the list.",
    ),
    "about_economic_weight.pole_id": (
        "Identifiant du pôle ; vide : tous les pôles ensemble.",
        "Identifier of the pole; empty: all poles together.",
    ),
    "about_economic_weight.low": (
        "Borne basse de la part, à 95 % (bootstrap) ; vide avec moins de deux réponses.",
        "Lower bound of the share, at 95% (bootstrap); empty below two answers.",
    ),
    "about_economic_weight.high": (
        "Borne haute de la part, à 95 % (bootstrap) ; vide avec moins de deux réponses.",
        "Upper bound of the share, at 95% (bootstrap); empty below two answers.",
    ),
    "about_economic_weight.method": (
        "Ce que le bootstrap tire : structures, ou poles (pôles).",
        "What the bootstrap draws: structures, or poles.",
    ),
    "about_white_zones.nom": (
        "Commune la plus peuplée de la zone, qui lui donne son nom.",
        "Most populous commune of the zone, which gives it its name.",
    ),
    "about_white_zones.communes": ("Communes de la zone.", "Communes of the zone."),
    "about_white_zones.population": (
        "Population municipale de la zone (INSEE, populations légales).",
        "Municipal population of the zone (INSEE, populations légales).",
    ),
    "about_white_zones.area_km2": ("Superficie de la zone.", "Area of the zone."),
    "about_white_zones.pole_id": (
        "Identifiant du pôle dont une structure est la plus proche de la zone.",
        "Identifier of the pole of the member that is nearest to the zone.",
    ),
    "about_white_zones.pole_name": (
        "Nom du pôle dont une structure est la plus proche de la zone.",
        "Name of the pole of the member that is nearest to the zone.",
    ),
    "about_footprints.population": (
        "Habitants des communes où se trouvent des structures localisées du pôle.",
        "Inhabitants of the communes that hold placed members of the pole.",
    ),
    "about_footprints.longitude": (
        "Longitude du centre moyen des structures localisées (WGS 84).",
        "Longitude of the mean centre of the placed members (WGS 84).",
    ),
    "about_footprints.latitude": (
        "Latitude du centre moyen des structures localisées (WGS 84).",
        "Latitude of the mean centre of the placed members (WGS 84).",
    ),
    # The data package, and the tables in it.
    "package_title": (
        "Pôles territoriaux de coopération économique : structures et indicateurs",
        "Territorial cooperation poles (PTCE): members and indicators",
    ),
    "package_about": (
        "Structures membres des pôles territoriaux de coopération économique (PTCE), localisées, "
        "et indicateurs par territoire et par pôle. Territoires au 1er janvier {year}.",
        "Member structures of the territorial cooperation poles (PTCE) of France, placed, and "
        "indicators by territory and by pole. Territories of 1 January {year}.",
    ),
    "package_secret": (
        "Les cellules « secret » sont couvertes par le secret statistique.",
        "Cells that say “secret” are under statistical secrecy.",
    ),
    "package_not_published": (
        "Fichiers de travail : les montants déclarés y sont en clair. Pour publier, refaire "
        "l’étude avec l’option de publication.",
        "Working files: amounts declared stand in clear. To publish, run the study with its option "
        "to publish.",
    ),
    "package_no_licence": (
        "Aucune licence n’est indiquée.",
        "No licence is given.",
    ),
    "package_keywords": (
        "PTCE, économie sociale et solidaire, coopération, territoires, indicateurs",
        "PTCE, social and solidarity economy, cooperation, territories, indicators",
    ),
    "package_members": ("Structures", "Members"),
    "package_about_members": (
        "Une ligne par ligne de la liste : la structure, son pôle, où elle a été localisée et "
        "pourquoi.",
        "One row for each row of the list: the member, its pole, where it was placed and why.",
    ),
    "package_poles": ("Pôles et sièges", "Poles and seats"),
    "package_about_poles": (
        "Une ligne par pôle de la liste, avec le lieu de son siège.",
        "One row for each pole of the list, with the place of its seat.",
    ),
    "package_pole_summary": ("Indicateurs des pôles", "Figures of the poles"),
    "package_about_pole_summary": (
        "Un pôle par ligne : structures, territoires touchés, effectifs, distances au siège.",
        "One pole a row: members, territories touched, staff, distances to the seat.",
    ),
    "package_composition": (
        "Composition et ancrage des pôles",
        "Composition and anchoring of poles",
    ),
    "package_about_composition": (
        "Un pôle par ligne : familles de l’article 9, diversité, part des structures près du "
        "siège.",
        "One pole a row: families of article 9, diversity, share of the members near the seat.",
    ),
    "package_economic_weight": ("Poids économique", "Economic weight"),
    "package_about_economic_weight": (
        "Effectif et chiffre d’affaires : tous les pôles ensemble, puis chacun.",
        "Staff and turnover: all poles together, then each.",
    ),
    "package_footprints": ("Emprises des pôles", "Footprints of the poles"),
    "package_about_footprints": (
        "Un pôle par ligne : aire, dispersion et orientation de ses structures localisées.",
        "One pole a row: area, spread and orientation of its placed members.",
    ),
    "package_white_zones": ("Zones blanches", "White zones"),
    "package_about_white_zones": (
        "Une zone par ligne : communes voisines à plus de {km} km de toute structure localisée.",
        "One zone a row: neighbouring communes more than {km} km from every placed member.",
    ),
    "package_coverage_by_presence": ("Couverture par présence", "Coverage by presence"),
    "package_about_coverage_by_presence": (
        "Un niveau par ligne : territoires et habitants où se trouve au moins une structure.",
        "One level a row: territories and inhabitants with at least one member.",
    ),
    "package_coverage_by_reach": ("Couverture par distance", "Coverage by reach"),
    "package_about_coverage_by_reach": (
        "Une distance par ligne : communes et habitants à cette distance au plus d’une structure.",
        "One distance a row: communes and inhabitants within it of a member.",
    ),
    "package_indicators": ("Indicateurs des territoires", "Indicators of the territories"),
    "package_about_indicators": (
        "Un chiffre par ligne, avec son intervalle, ce sur quoi il repose et sa méthode.",
        "One figure a row, with its interval, what it rests on and its method.",
    ),
    "package_problems": ("Remarques sur les listes", "Remarks on the lists"),
    "package_about_problems": (
        "Ce qui a été réparé, perdu, manque ou paraît douteux dans les listes.",
        "What was repaired, lost, is missing or looks doubtful in the lists.",
    ),
    "package_commune": ("Communes", "Communes"),
    "package_epci": ("EPCI", "EPCI"),
    "package_departement": ("Départements", "Départements"),
    "package_region": ("Régions", "Régions"),
    "package_level": ("Zonage {level}", "Zoning {level}"),
    "package_about_level": (
        "Un territoire par ligne, tous ceux du périmètre : population, structures, quotient de "
        "localisation.",
        "One territory a row, all those of the study area: population, members, location quotient.",
    ),
}
