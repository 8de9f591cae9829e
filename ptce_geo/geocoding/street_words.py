"""Words of streets and house numbers, folded: what is spelt out, what tells, what does not.

The keys of streets (`streets.street_key`), which indexes of addresses hold, rest on some of these
tables: whoever changes them raises `ban_index.packing.FORMAT`.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What a street is: its number stands before it, its name behind it.
STREET_TYPES: Final = _words(
    """allee allees arcades autoroute avenue boulevard cale cami carraire carrefour carriere
    chaussee chemin cheminement corniche cote cour cours degre degres descente esplanade faubourg
    galerie hent impasse mail montee passage passerelle place placette placis pont porche promenade
    quai quais rampe rocade rond route rue ruelle ruelles ruellette sente sentier square straed
    strada traverse venelle voie"""
)
# What is no street but may stand where one does, with a number before it.
PLACE_TYPES: Final = _words(
    """boucle bourg campagne campus centre chalet chalets chateau cite clos cottage domaine enclos
    ensemble espace ferme foyer hameau hameaux hlm immeuble jardin jardins lieu lotissement maison
    manoir mas moulin parc pavillon plaine plan plateau pole port quartier residence residences
    rotonde site tour villa villas village za zac zae zi zone zup"""
)
TYPES: Final = STREET_TYPES | PLACE_TYPES
# Places beside a street, rather than houses.
OF_PLACES: Final = _words("hameau ld lieu lieudit parc za zac zae zi zone")

ABBREVIATED_TYPES: Final = {
    "all": "allee",
    "aut": "autoroute",
    "av": "avenue",
    "ave": "avenue",
    "aven": "avenue",
    "bd": "boulevard",
    "bld": "boulevard",
    "blvd": "boulevard",
    "boul": "boulevard",
    "bvd": "boulevard",
    "bvld": "boulevard",
    "car": "carrefour",
    "ch": "chemin",
    "che": "chemin",
    "chem": "chemin",
    "chm": "chemin",
    "chs": "chaussee",
    "crs": "cours",
    "dom": "domaine",
    "esp": "esplanade",
    "fbg": "faubourg",
    "fg": "faubourg",
    "ham": "hameau",
    "imp": "impasse",
    "lot": "lotissement",
    "mte": "montee",
    "pas": "passage",
    "pass": "passage",
    "pce": "place",
    "pl": "place",
    "plc": "place",
    "prom": "promenade",
    "qu": "quai",
    "quart": "quartier",
    "r": "rue",
    "res": "residence",
    "rle": "ruelle",
    "rte": "route",
    "sen": "sente",
    "sent": "sentier",
    "sq": "square",
    "tra": "traverse",
    "trav": "traverse",
    "vlge": "village",
}
# What begins a street with a number before it, abbreviated or not; "ch" and "car" are also words.
STREET_WORDS: Final = STREET_TYPES.union(
    abbreviation
    for abbreviation, kind in ABBREVIATED_TYPES.items()
    if kind in STREET_TYPES and abbreviation not in ("car", "ch", "pas", "pass", "pce", "sen")
)
TITLES: Final = {
    "cdt": "commandant",
    "cmdt": "commandant",
    "cne": "capitaine",
    "doct": "docteur",
    "dr": "docteur",
    "gal": "general",
    "gen": "general",
    "ing": "ingenieur",
    "lieut": "lieutenant",
    "lt": "lieutenant",
    "mal": "marechal",
    "marech": "marechal",
    "mgr": "monseigneur",
    "nd": "notre dame",
    "pdt": "president",
    "pr": "professeur",
    "prof": "professeur",
    "sgt": "sergent",
}
# What the key of a street has instead of what is written.
INSTEAD: Final = {
    **TITLES,
    "activites": "activite",
    "artisanale": "activite",
    "docteurs": "docteur",
    "fbg": "faubourg",
    "fg": "faubourg",
    "gd": "grande",
    "gde": "grande",
    "grand": "grande",
    "jb": "jean baptiste",
    "jf": "jean francois",
    "jj": "jean jacques",
    "pte": "petite",
    "za": "zone activite",
    "zac": "zone amenagement concerte",
    "zae": "zone activite",
    "zi": "zone industrielle",
    # "rue du Huit Mai"
    "1er": "1",
    "1ere": "1",
    "premier": "1",
    "premiere": "1",
    "deux": "2",
    "trois": "3",
    "quatre": "4",
    "cinq": "5",
    "six": "6",
    "sept": "7",
    "huit": "8",
    "dix": "10",
    "onze": "11",
    "douze": "12",
    "treize": "13",
    "quatorze": "14",
    "quinze": "15",
    "seize": "16",
    "vingt": "20",
}
# What the key leaves out.
LINK_WORDS: Final = _words("a au aux d de des dit du en et l la le les lieu n")
# "8 mai" is the same street as "8 mai 1945" or "8 mai 45"; another year makes another street.
DATES: Final = frozenset(
    (
        ("8", "mai", "45"),
        ("11", "novembre", "18"),
        ("19", "mars", "62"),
        ("14", "juillet", "89"),
        ("18", "juin", "40"),
        ("6", "juin", "44"),
        ("4", "septembre", "70"),
    )
)
MONTHS: Final = _words(
    """janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre"""
)

# Words that many leave out: "rue du Maréchal Foch" is "rue Foch" to them.
LIGHT_WORDS: Final = _words(
    """abbe ambassadeur amiral capitaine chanoine colonel commandant docteur general ingenieur
    lieutenant madame maitre marechal monseigneur monsieur pasteur pere president professeur sergent
    soeur"""
)
# Words that tell two streets apart: "rue du Petit Moulin" is not "rue du Moulin".
TELLING_WORDS: Final = _words(
    """ancien ancienne bas basse blanc blanche derriere dessous dessus est grande haut haute
    inferieur inferieure neuf neuve noir noire nord nouveau nouvelle ouest petit petite rouge saint
    sainte second sous sud superieur superieure vert verte vieil vieille vieux"""
)

# Behind these a word that may begin a street is part of another name: "résidence de la place".
INSIDE: Final = _words("a au aux d de des du grand grande l la le les petite vieille")
# Behind these a last number is none of a house: "rue du 8 Mai 1945", "zone 3".
BEFORE_A_NUMBER: Final = MONTHS | _words(
    "cd d de departementale des du ilot km l la le les lot n nationale rd rn zone"
)
# "5 D 8 l'Espérance": the road, before the name of the place.
ROADS: Final = _words("cd cr d n rd rn vc")
REPETITIONS: Final = _words("bis ter quater quinquies")
# What may tell where in a house: without one of these there is nothing to take out.
INDOOR_WORDS: Final = _words(
    """app appartement appt apt b bal bat batiment boite bp bureau c cage cs entree esc escalier
    etage hall imm immeuble lot porte rdc rez tsa"""
)
