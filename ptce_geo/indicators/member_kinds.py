"""What kind of structure each member is, and which rule told it.

`MEMBER_KIND_RULES` is the whole knowledge: one row a rule, to be read, discussed and corrected by
people who know the field. Four sources tell the kind, the most trusted first:

1. the legal form, a code of INSEE's catégories juridiques: ``sirene_legal_form``, else a code of
   four figures at the beginning of ``member_kind``;
2. the flag of the ESS in SIRENE: ``sirene_ess`` = "O". "N" says nothing: for an association it is
   mostly a field that nobody filled in;
3. the words of ``member_kind``, what the list itself says;
4. the words of ``member_name``.

A source of less trust never contradicts one of more, but it may say more precisely what the other
left open: a company named "SCIC …" is a SCIC, a collectivité named "Ville de …" a commune
(`LEFT_OPEN`), what the list declares to be a training body is one whatever its private legal form
(`LEFT_OPEN_TO_THE_LIST`), and what it calls an association without more a SCIC if its name says so
(`LEFT_OPEN_BY_THE_LIST`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import pandas as pd

from ptce_geo.checks import listing
from ptce_geo.errors import MissingColumnError
from ptce_geo.schema import (
    ESS_ENTERPRISE,
    FAMILY,
    HIGHER_EDUCATION,
    KIND,
    LOCAL_AUTHORITY,
    MEMBER_KIND,
    MEMBER_NAME,
    OTHER,
    OTHER_ENTERPRISE,
    RESEARCH,
    RULE,
    SIRENE_ESS,
    SIRENE_LEGAL_FORM,
    TRAINING,
    UNKNOWN,
)
from ptce_geo.territories.names import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

# The kinds of members.
ASSOCIATION: Final = "association"
SCIC: Final = "scic"
SCOP: Final = "scop"
COOPERATIVE: Final = "cooperative"
MUTUELLE: Final = "mutuelle"
FONDATION: Final = "fondation"
SIAE: Final = "siae"
OTHER_ESS: Final = "other_ess"
ENTERPRISE: Final = "enterprise"
COMMUNE: Final = "commune"
EPCI: Final = "epci"
COLLECTIVITE: Final = "collectivite"
PUBLIC_BODY: Final = "public_body"
UNIVERSITY: Final = "university"
RESEARCH_CENTRE: Final = "research_centre"
TRAINING_BODY: Final = "training_body"
NETWORK: Final = "network"

# The family of each kind, in the words of article 9 of the law of 31 July 2014. The law asks for
# none of the last three, but admits "toute autre personne physique ou morale".
FAMILY_OF_KIND: Final[Mapping[str, str]] = {
    ASSOCIATION: ESS_ENTERPRISE,
    SCIC: ESS_ENTERPRISE,
    SCOP: ESS_ENTERPRISE,
    COOPERATIVE: ESS_ENTERPRISE,
    MUTUELLE: ESS_ENTERPRISE,
    FONDATION: ESS_ENTERPRISE,
    SIAE: ESS_ENTERPRISE,
    OTHER_ESS: ESS_ENTERPRISE,
    ENTERPRISE: OTHER_ENTERPRISE,
    COMMUNE: LOCAL_AUTHORITY,
    EPCI: LOCAL_AUTHORITY,
    COLLECTIVITE: LOCAL_AUTHORITY,
    RESEARCH_CENTRE: RESEARCH,
    UNIVERSITY: HIGHER_EDUCATION,
    TRAINING_BODY: TRAINING,
    NETWORK: OTHER,
    PUBLIC_BODY: OTHER,
    OTHER: OTHER,
    UNKNOWN: UNKNOWN,
}


@dataclass(frozen=True)
class KindRule:
    """One row of the table of rules: what tells that a member is of a kind.

    Attributes
    ----------
    kind : str
        One of the keys of `FAMILY_OF_KIND`.
    legal_forms : str
        Codes of INSEE's catégories juridiques, or the figures they begin with, separated by
        blanks. Of several that fit, the longest tells.
    words : tuple of str
        Words that tell the kind wherever they stand in ``member_kind`` or ``member_name``. Case,
        accents, hyphens, the dots of abbreviations and the plural do not count; a word inside
        another never does. "^" is the beginning of the cell and "$" its end.
    declared : tuple of str
        Words believed in ``member_kind`` only: in a name they mean too many things.
    named : tuple of str
        Words believed in ``member_name`` only.
    refining : tuple of str
        Words believed in a name only where a more trusted source left this kind open.
    """

    kind: str
    legal_forms: str = ""
    words: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    refining: tuple[str, ...] = ()


# Of several words in one cell, the first of this table tells: so a federation of enterprises is
# a network, a communauté de communes no commune, and an association of insertion a SIAE. Schools
# and authorities lend their names to what is around them ("Amicale du lycée"), so that most of
# the words for them are believed at the beginning of a name only.
MEMBER_KIND_RULES: Final = (
    KindRule(FONDATION, legal_forms="93", words=("^ fondation", "fonds de dotation")),
    KindRule(ASSOCIATION, words=("^ amicale",)),
    KindRule(
        NETWORK,
        # Organismes consulaires; organismes professionnels.
        legal_forms="7381 84",
        words=(
            *("fédération", "confédération", "union régionale", "union départementale"),
            *("union nationale", "tête de réseau", "club d'entreprises"),
            *("groupement d'entreprises", "interprofession", "chantier école", "CRESS"),
            *("chambre de commerce", "chambre de métiers", "chambre d'agriculture"),
            *("chambre régionale", "chambre consulaire", "URSCOP", "COORACE", "UNEA", "UNIOPSS"),
            *("comité de bassin d'emploi", "pôle de compétitivité", "CCI"),
        ),
        declared=("réseau", "network", "CMA", "^ chambre $", "syndicat professionnel"),
    ),
    KindRule(
        SIAE,
        # Association d'insertion par l'économique, association intermédiaire.
        legal_forms="9221 9222",
        words=(
            *("SIAE", "entreprise d'insertion", "chantier d'insertion", "atelier d'insertion"),
            *("association d'insertion", "structure d'insertion", "restaurant d'insertion"),
            *("association intermédiaire", "atelier et chantier d'insertion", "régie de quartier"),
            *("insertion par l'activité économique", "insertion par l'économique"),
            *("régie de territoire", "jardin de cocagne", "GEIQ", "ESAT", "entreprise adaptée"),
            *("entreprise de travail temporaire d'insertion", "ETTI", "travail adapté"),
            "groupement d'employeurs pour l'insertion",
        ),
    ),
    KindRule(
        ASSOCIATION,
        words=("université populaire", "université rurale", "emmaüs"),
        # "Association des étudiants de Sciences Po" is no school.
        named=("^ association",),
    ),
    KindRule(
        RESEARCH_CENTRE,
        words=(
            *("centre de recherche", "laboratoire de recherche", "unité de recherche", "UMR"),
            *("unité mixte de recherche", "institut de recherche", "CNRS", "INRAE", "INRA"),
            *("INSERM", "CIRAD", "institut Godin", "centre de transfert"),
        ),
        declared=("^ recherche", "organisme de recherche", "laboratoire", "research"),
    ),
    KindRule(
        UNIVERSITY,
        # Établissements publics à caractère scientifique, culturel et professionnel; autres
        # établissements nationaux d'enseignement; écoles nationales.
        legal_forms="7383 7384 7190",
        words=(
            *("^ université", "IUT", "enseignement supérieur", "grande école", "école supérieure"),
            *("école des mines", "école d'ingénieurs", "école nationale", "INSA"),
            *("institut d'études politiques", "sciences po", "CNAM", "chaire"),
            *("^ Aix-Marseille université", "^ Avignon université", "^ La Rochelle université"),
            *("^ Le Mans université", "^ Nantes université", "^ Sorbonne université"),
        ),
        declared=("enseignement", "école de commerce", "higher education", "university"),
    ),
    KindRule(
        TRAINING_BODY,
        # Collèges, lycées (établissements publics locaux d'enseignement).
        legal_forms="7331",
        words=(
            *("organisme de formation", "centre de formation", "institut de formation", "GRETA"),
            *("CFA", "CFPPA", "AFPA", "^ lycée", "maison familiale rurale", "MFR"),
            *("école de la deuxième chance", "école de la 2e chance", "E2C"),
        ),
        declared=("formation", "training", "collège"),
    ),
    KindRule(SIAE, declared=("insertion", "IAE", "ACI", "^ AI $", "^ EA $")),
    # What begins so is one, whatever school or commune it names further on.
    KindRule(ASSOCIATION, declared=("^ association",)),
    KindRule(UNIVERSITY, declared=("université",)),
    KindRule(TRAINING_BODY, declared=("lycée",)),
    KindRule(SCIC, words=("SCIC", "société coopérative d'intérêt collectif")),
    KindRule(
        SCOP,
        legal_forms="5458 5558 5658",
        words=(
            *("SCOP", "société coopérative ouvrière de production"),
            *("société coopérative et participative", "coopérative ouvrière"),
        ),
    ),
    KindRule(
        COOPERATIVE,
        # Banks and credit, companies, SICA, agriculture, civil societies under coopérative law.
        legal_forms=(
            "51 5203 5307 5309 5432 5443 5451 5453 5454 5455 5459 5460 5532 5543 5547 5551 5552"
            " 5553 5554 5555 5559 5560 5632 5643 5647 5651 5652 5653 5654 5655 5659 5660 61 6316"
            " 6317 6318 6532 6543 6551 6554 6558 6560 6595 6596"
        ),
        words=("coopérative", "société coopérative", "CUMA", "CAE", "SICA"),
        declared=("coop", "SCA"),
    ),
    KindRule(
        MUTUELLE, legal_forms="82 6411", words=("mutuelle", "mutualité"), declared=("mutual",)
    ),
    KindRule(FONDATION, declared=("fondation", "foundation")),
    KindRule(
        EPCI,
        # Communautés and métropoles; districts and communautés de villes, their forerunners.
        legal_forms="7342 7343 7344 7346 7347 7348",
        words=(
            *("^ communauté de communes", "^ communauté d'agglomération", "eurométropole"),
            *("^ communauté urbaine", "établissement public territorial"),
            *("^ métropole de", "^ métropole du", "^ métropole d", "^ métropole européenne"),
            *("^ métropole Nice", "^ métropole Rouen", "^ métropole Aix", "^ métropole Toulon"),
            *("^ Aix-Marseille-Provence métropole $", "^ Amiens métropole $"),
            *("^ Angers Loire métropole $", "^ Bordeaux métropole $", "^ Brest métropole $"),
            *("^ Clermont Auvergne métropole $", "^ Dijon métropole $", "^ Limoges métropole $"),
            *("^ Grenoble-Alpes métropole $", "^ Le Mans métropole $", "^ Nantes métropole $"),
            *("^ Montpellier Méditerranée métropole", "^ Nîmes métropole $", "^ Metz métropole $"),
            *("^ Orléans métropole $", "^ Rennes métropole $", "^ Saint-Étienne métropole $"),
            *("^ Toulouse métropole $", "^ Tours métropole Val de Loire"),
        ),
        declared=(
            *("EPCI", "intercommunalité", "métropole", "agglomération", "communauté de communes"),
            *("communauté d'agglomération", "communauté urbaine", "groupement de communes"),
            *("com com", "comcom", "CC"),
        ),
        refining=("métropole", "agglomération", "communauté de communes", "communauté urbaine"),
    ),
    KindRule(
        COLLECTIVITE,
        # Départements, régions, overseas; sections of communes, syndicats, pôles and PETR.
        legal_forms="722 723 7313 7314 734 735",
        words=(
            *("conseil départemental", "conseil général", "conseil régional", "syndicat mixte"),
            *("syndicat intercommunal", "^ département de", "^ département du", "^ région"),
            *("^ département des", "^ département d", "PETR"),
            *("pôle d'équilibre territorial", "pôle métropolitain", "parc naturel régional"),
        ),
        declared=("département", "région", "SIVOM"),
    ),
    KindRule(
        COMMUNE,
        legal_forms="7210 7312",
        words=(
            *("^ ville de", "^ ville du", "^ ville des", "^ ville d", "^ mairie"),
            *("^ commune de", "^ commune du", "^ commune des", "^ commune d", "^ commune nouvelle"),
        ),
        declared=("commune", "mairie", "^ ville", "municipalité", "municipality"),
    ),
    KindRule(COLLECTIVITE, declared=("collectivité", "local authority")),
    KindRule(
        PUBLIC_BODY,
        # The State and its services, public bodies national and local, social security; and the
        # companies that local authorities own (SEM, SPL): commercial by their form, public by
        # their capital, they are not counted among the enterprises of article 9.
        legal_forms="4 7 81 5415 5515 5615",
        words=(
            *("préfecture", "ministère", "DREETS", "DRAC", "ADEME", "pôle emploi"),
            *("France Travail", "banque des territoires", "caisse des dépôts", "CCAS", "CIAS"),
            *("établissement public", "office public de l'habitat", "centre hospitalier"),
            *("caisse d'allocations familiales", "GIP", "maison de l'emploi", "EPCC"),
            *("société d'économie mixte", "société publique locale", "^ SEM", "^ SPL"),
            # A "Club CAF" is of the Club alpin français.
            *("^ CAF $", "^ CAF de", "^ CAF du", "^ CAF des", "^ CAF d"),
        ),
        declared=("État", "service public", "public body", "EPIC", "SEM", "SPL", "CAF"),
    ),
    KindRule(
        ASSOCIATION,
        # Groupements d'employeurs are associations; of avocats and congrégations see below.
        legal_forms="92",
        words=("association", "loi 1901", "mission locale", "ADMR", "groupement d'employeurs"),
        declared=("asso", "assoc", "ass", "foyer rural"),
    ),
    KindRule(
        ENTERPRISE,
        declared=(
            *("hors ESS", "hors de l'ESS", "hors économie sociale", "hors de l'économie sociale"),
            *("non ESS", "entreprise classique"),
        ),
    ),
    KindRule(
        OTHER_ESS,
        words=("ESUS", "entreprise solidaire", "entreprise de l'ESS", "entreprise ESS"),
        declared=("ESS", "économie sociale", "entreprise sociale"),
    ),
    KindRule(OTHER, declared=("la société civile",)),
    KindRule(
        ENTERPRISE,
        # Persons, partnerships, companies, civil societies, associations of avocats.
        legal_forms="1000 21 22 23 31 3220 5 62 6511 65 6901 9224",
        words=(
            *("SARL", "SASU", "SAS", "EURL", "EARL", "GAEC", "SCEA", "société anonyme", "GIE"),
            "SELARL",
        ),
        # In a name SCI and SNC may be associations: Service civil international, Solidarités
        # nouvelles face au chômage. EI is told nowhere: entreprise individuelle, or d'insertion.
        declared=(
            *("SCI", "SNC", "entrepreneur individuel"),
            *("entreprise", "société", "PME", "TPE", "SA", "auto-entrepreneur", "company"),
            *("micro-entreprise", "indépendant", "artisan", "commerçant", "enterprise"),
        ),
    ),
    KindRule(
        OTHER,
        # Foreign States, works councils, prévoyance, copropriétés, congrégations, the rest.
        legal_forms="24 27 29 32 83 85 91 9240 99",
        declared=("autre", "other", "particulier", "citoyen", "habitant", "personne physique"),
    ),
)

_ESS_COMPANIES: Final = frozenset({SCIC, SCOP, COOPERATIVE, MUTUELLE, SIAE, OTHER_ESS})
# What each kind leaves open to less trusted sources: the same thing said more precisely, and for
# a company, that it belongs to the ESS. The ESS flag alone leaves open which ESS enterprise it is,
# the form of a public body what it does.
LEFT_OPEN: Final[Mapping[str, frozenset[str]]] = {
    ENTERPRISE: _ESS_COMPANIES,
    OTHER_ESS: _ESS_COMPANIES | {ASSOCIATION, FONDATION},
    COOPERATIVE: frozenset({SCIC, SCOP, SIAE}),
    ASSOCIATION: frozenset({SIAE}),
    COLLECTIVITE: frozenset({COMMUNE, EPCI}),
    PUBLIC_BODY: frozenset({RESEARCH_CENTRE, UNIVERSITY, TRAINING_BODY}),
}
_ACTIVITIES: Final = frozenset({NETWORK, RESEARCH_CENTRE, UNIVERSITY, TRAINING_BODY})
# A private legal form does not say what a structure does, nor whether a company is an authority's
# (most SPL are plain SA in SIRENE): what the list declares counts. A name is not enough: many an
# association is named after a school.
LEFT_OPEN_TO_THE_LIST: Final[Mapping[str, frozenset[str]]] = {
    ASSOCIATION: _ACTIVITIES,
    ENTERPRISE: _ACTIVITIES | {PUBLIC_BODY},
    COOPERATIVE: _ACTIVITIES,
    OTHER_ESS: _ACTIVITIES,
}
# The word "association" of a list says less than a form of company in the name. The legal form
# does not give way: an association may well be named after the company that it prepares.
LEFT_OPEN_BY_THE_LIST: Final[Mapping[str, frozenset[str]]] = {
    ASSOCIATION: frozenset({SCIC, SCOP}),
}
_SOURCES: Final = (SIRENE_LEGAL_FORM, SIRENE_ESS, MEMBER_KIND, MEMBER_NAME)
_CODE: Final = r"^\s*([0-9]{4})(?![0-9])"
_DOTTED: Final = r"\b((?:[^\W\d_]\.){2,})"


def member_kind(members: pd.DataFrame) -> pd.DataFrame:
    """Tell the kind of each member, its family of article 9, and the rule that told it.

    Parameters
    ----------
    members : DataFrame
        Members with at least one of ``sirene_legal_form``, ``sirene_ess``, ``member_kind`` and
        ``member_name``. Cells may be missing.

    Returns
    -------
    DataFrame
        On the index of `members`:

        - kind: a key of `FAMILY_OF_KIND`, "unknown" where nothing tells it;
        - family: "ess_enterprise", "other_enterprise", "local_authority", "research",
          "higher_education", "training", "other" or "unknown";
        - rule: what told it, such as "legal form 9220" or "word 'SCIC' in member_name"; two
          joined by "; " where the second says more precisely what the first left open; missing
          where the kind is unknown.

    Raises
    ------
    MissingColumnError
        If there is none of the four columns.

    References
    ----------
    Loi n° 2014-856 du 31 juillet 2014 relative à l'économie sociale et solidaire, articles 1
    (enterprises of the ESS) and 9 (poles). INSEE, Catégories juridiques, levels II and III.

    Examples
    --------
    >>> members = pd.DataFrame(
    ...     {
    ...         "member_kind": ["Association loi 1901", "cooperative", "collectivité", None],
    ...         "member_name": ["La Fabrique", "S.C.I.C. Lieux Communs", "Ville de Dijon", "ETRE"],
    ...     }
    ... )
    >>> told = member_kind(members)
    >>> told["kind"].to_list()
    ['association', 'scic', 'commune', 'unknown']
    >>> told["rule"].iloc[1]
    "word 'coopérative' in member_kind; word 'SCIC' in member_name"
    """
    if not any(column in members.columns for column in _SOURCES):
        msg = (
            f"members: no column that tells the kind; found {listing(members.columns)}; "
            f"give one of {', '.join(_SOURCES)}"
        )
        raise MissingColumnError(msg)
    # The sources as text, "" where missing.
    cells = members.reindex(columns=list(_SOURCES)).astype("str").fillna("")
    declared = cells[MEMBER_KIND].str.extract(_CODE, expand=False).fillna("")
    forms = cells[SIRENE_LEGAL_FORM].str.extract(_CODE, expand=False).fillna("")
    cells[SIRENE_LEGAL_FORM] = forms.where(forms != "", declared)
    told = [_told(*row) for row in cells.itertuples(index=False, name=None)]
    return pd.DataFrame(
        {
            KIND: [kind for kind, _ in told],
            FAMILY: [FAMILY_OF_KIND[kind] for kind, _ in told],
            RULE: [rule or None for _, rule in told],
        },
        index=members.index,
        dtype="str",
    )


def _told(form: str, ess: str, declared: str, name: str) -> tuple[str, str]:
    """Return the kind of one member and the rules that told it."""
    kind, source, rules = UNKNOWN, "", []
    for candidates, column in (
        (_by_legal_form(form), SIRENE_LEGAL_FORM),
        (_by_flag(ess), SIRENE_ESS),
        (_by_words(declared, MEMBER_KIND), MEMBER_KIND),
        (_by_words(name, MEMBER_NAME), MEMBER_NAME),
    ):
        for found, rule, tells_alone in candidates:
            # The first words that say the same confirm it: those behind them say no more.
            if found == kind:
                break
            if tells_alone if kind == UNKNOWN else _says_more(kind, source, found, column):
                kind, source = found, column
                rules.append(rule)
                break
    return kind, "; ".join(rules)


def _says_more(kind: str, source: str, found: str, column: str) -> bool:
    """Tell whether a column may replace what `source`, more trusted, said."""
    if found in LEFT_OPEN.get(kind, ()):
        return True
    if column == MEMBER_KIND:
        return found in LEFT_OPEN_TO_THE_LIST.get(kind, ())
    return source == MEMBER_KIND and found in LEFT_OPEN_BY_THE_LIST.get(kind, ())


# What each source offers: kinds, the rule that told each, and whether it may tell it alone.
def _by_legal_form(code: str) -> list[tuple[str, str, bool]]:
    kinds = _kinds_of_codes()
    fitting = [code[:length] for length in range(len(code), 0, -1) if code[:length] in kinds]
    return [(kinds[fitting[0]], f"legal form {code}", True)] if fitting else []


def _by_flag(ess: str) -> list[tuple[str, str, bool]]:
    return [(OTHER_ESS, "'O' in sirene_ess", True)] if ess.strip().upper() == "O" else []


@lru_cache(maxsize=10_000)
def _by_words(text: str, column: str) -> list[tuple[str, str, bool]]:
    """Return the kinds that the words of a cell tell, as the table orders them."""
    folded = _folded(text)
    return [
        (kind, f"word '{word}' in {column}", tells_alone)
        for kind, word, plain, tells_alone in _words_of(column)
        if plain in folded
    ]


@cache
def _kinds_of_codes() -> Mapping[str, str]:
    return {code: rule.kind for rule in MEMBER_KIND_RULES for code in rule.legal_forms.split()}


@cache
def _words_of(column: str) -> list[tuple[str, str, str, bool]]:
    """Return kind, word, the word as `_folded` writes it, and whether it tells alone."""
    words = []
    for rule in MEMBER_KIND_RULES:
        in_list = column == MEMBER_KIND
        believed = (*rule.words, *(rule.declared if in_list else rule.named))
        refining = () if in_list else rule.refining
        for word, alone in (*((w, True) for w in believed), *((w, False) for w in refining)):
            start = "^" if word.startswith("^") else ""
            end = "$ " if word.endswith("$") else ""
            shown = word.strip("^ $")
            words.append((rule.kind, shown, start + _folded(shown)[1:-2] + end, alone))
    return words


def _folded(text: str) -> str:
    """Return text as "^ word word $ ", plain and singular, blanks around every word."""
    joined = re.sub(_DOTTED, lambda found: found[1].replace(".", ""), text)
    words = [_singular(word) for word in fold(joined).split()]
    return f"^ {' '.join(words)} $ "


def _singular(word: str) -> str:
    if word.endswith("eaux") or (len(word) > 3 and word.endswith("s")):
        return word[:-1]
    return word
