"""Words that tell a town from a street, a hamlet, another country or nothing at all; folded."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(" ".join(word.split()) for word in text.split(","))


# What stands before the name of a street or a hamlet: "rue de Paris" is in no Paris.
OF_A_STREET: Final = _words(
    """de, du, des, d, la, le, les, l, a, au, aux, et, sur, sous, pres, lez, en, saint, sainte, rue,
    avenue, av, boulevard, bd, place, pl, cours, quai, route, chemin, impasse, allee, square,
    faubourg, pont, porte, gare, stade, hotel, villa, residence, batiment, quartier, dit, hameau,
    ferme, mas, domaine, moulin, chateau, parc, cite, clos, za, zi, zac, zone, vieux, vieille,
    grand, grande, petit, petite, bas, haut, general, marechal"""
)

# A few communes have these names; hamlets, and parts of towns, have them by the thousand.
HAMLETS: Final = _words(
    "bourg, village, ville, chateau, chapelle, eglise, mairie, moulin, gare, port, lac, rue"
)

# What stands in a cell that nobody filled. Aucun and Néant are communes too.
NOTHING: Final = _words(
    """n a, na, nc, nd, nr, neant, nan, none, null, inconnu, inconnue, aucun, aucune, autre, autres,
    divers, test, idem, xxx, a completer, a preciser, non renseigne, non renseignee,
    non communique, sans objet"""
)

COUNTRIES: Final = _words(
    """allemagne, algerie, andorre, angleterre, autriche, belgique, benin, bresil, bulgarie,
    burkina faso, cameroun, canada, chine, danemark, espagne, etats unis, grande bretagne, grece,
    hongrie, irlande, italie, japon, liban, luxembourg, madagascar, mali, maroc, maurice, monaco,
    norvege, pays bas, pologne, portugal, quebec, roumanie, royaume uni, senegal, suede, suisse,
    togo, tunisie, turquie, usa, belgium, germany, italy, spain, switzerland, united kingdom"""
)
