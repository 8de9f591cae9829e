"""Who makes up each pole: families of members, what article 9 asks, diversity, type."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ptce_geo.checks import require_columns
from ptce_geo.indicators.inputs import tally
from ptce_geo.indicators.member_kinds import NETWORK, member_kind
from ptce_geo.indicators.memberships import known_poles, without_pole
from ptce_geo.schema import (
    ARTICLE_9_MISSING,
    ARTICLE_9_PRESENT,
    BLAU,
    ESS_ENTERPRISE,
    FAMILIES,
    FAMILY,
    HIGHER_EDUCATION,
    KIND,
    LOCAL_AUTHORITY,
    MEMBERS,
    MEMBERS_KNOWN,
    OTHER_ENTERPRISE,
    POLE_ID,
    POLE_TYPE,
    RESEARCH,
    SHANNON,
    TRAINING,
    UNKNOWN,
    family_column,
)

# What article 9 names, in its order.
ARTICLE_9: Final = (
    ESS_ENTERPRISE,
    OTHER_ENTERPRISE,
    LOCAL_AUTHORITY,
    RESEARCH,
    HIGHER_EDUCATION,
    TRAINING,
)
# The types of poles.
ENTREPRENEURIAL: Final = "entrepreneurial"
INTER_NETWORK: Final = "inter_network"
MULTI_STAKEHOLDER: Final = "multi_stakeholder"


def pole_composition(members: pd.DataFrame, *, poles: pd.DataFrame | None = None) -> pd.DataFrame:
    """Describe who makes up each pole, by the families of article 9 of the law of 31 July 2014.

    With s_f the share of family f among the members of known kind (seven families, "other"
    among them):

    - Shannon H = -Σ s_f ln s_f, from 0 (one family) to ln 7;
    - Blau B = 1 - Σ s_f², the chance that two members drawn with replacement differ in family.

    Type, the first that holds, where the kind of at least half of the members is known:

    1. "multi_stakeholder": an enterprise, a local authority, and a research centre, an
       establishment of higher education or a training body;
    2. "inter_network": two networks (federations, unions, chambers) or more;
    3. "entrepreneurial": at least half of the members of known kind are enterprises, of the ESS
       or not.

    The names of the types are those of the proposal of 2011. The rule is the reading of this
    library: the proposal speaks of who set a pole going, which a list of members does not tell.

    Every membership of a pole counts, whatever its ``geocode_status``: no place is needed here.

    Parameters
    ----------
    members : DataFrame
        Members with ``pole_id`` and what `member_kind` needs.
    poles : DataFrame, optional
        Poles, ``pole_id`` unique: those without members get a row too.

    Returns
    -------
    DataFrame
        One row for each pole known from either frame (index "pole_id", first those of `poles`):

        - members: memberships; members_<family> for each of the eight families, "unknown" among
          them; members_known: those of known kind;
        - article_9_present, article_9_missing: the families that the article names and that are
          there, or were not found, joined by ", " (both missing where no kind is known). The
          first two are what the law asks for, the ESS together with other enterprises; of the
          others it asks a link, none is compulsory. A member of unknown kind may be what is
          missing;
        - shannon (nats), blau (0…1): NaN without a member of known kind;
        - pole_type: missing where the rule does not say.

        ``attrs["members_counted"]`` and ``attrs["members_set_aside"]``: memberships in a row and
        in none ("without pole_id").

    Raises
    ------
    MissingColumnError
        If the members have no ``pole_id`` or nothing that tells their kind.
    InputError, DuplicateIdError
        If a pole has no ``pole_id``, or it stands twice in `poles`.

    References
    ----------
    Loi n° 2014-856 du 31 juillet 2014 relative à l'économie sociale et solidaire, article 9.
    Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical Journal
    27(3), 379–423. Blau, P. M. (1977). Inequality and heterogeneity. Free Press.
    Le Labo de l'ESS (2011). Expérimenter et labelliser des pôles territoriaux de coopération
    économique. États généraux de l'ESS.

    Examples
    --------
    Two associations, a company and a commune: shares ½, ¼, ¼, so B = 1 - (¼ + 1/16 + 1/16).

    >>> members = pd.DataFrame(
    ...     {"pole_id": "p", "member_kind": ["association", "association", "SARL", "commune"]}
    ... )
    >>> pole = pole_composition(members).loc["p"]
    >>> pole["article_9_missing"], float(pole["blau"]), pole["pole_type"]
    ('research, higher_education, training', 0.625, 'entrepreneurial')
    """
    require_columns(members, [POLE_ID], what="members")
    kinds = member_kind(members)
    counts = family_counts(members, kinds[FAMILY])
    networks = (kinds[KIND] == NETWORK).groupby(members[POLE_ID]).sum()
    ids = known_poles(members, poles)
    counts, networks = (those.reindex(ids, fill_value=0) for those in (counts, networks))

    table = counts.copy()
    table.insert(0, MEMBERS, counts.sum(axis="columns"))
    table[MEMBERS_KNOWN] = table[MEMBERS] - table[family_column(UNKNOWN)]
    there = counts[[family_column(family) for family in ARTICLE_9]].to_numpy() > 0
    for column, held in ((ARTICLE_9_PRESENT, there), (ARTICLE_9_MISSING, ~there)):
        table[column] = _named(held, table.index).where(table[MEMBERS_KNOWN] > 0)
    table[SHANNON], table[BLAU] = _diversity(counts, table[MEMBERS_KNOWN])
    table[POLE_TYPE] = _types(table, networks)
    table.attrs = tally(without_pole(pd.Series("", index=members.index), members))
    return table


def family_counts(members: pd.DataFrame, families: pd.Series) -> pd.DataFrame:
    """Return how many members of each family every pole has, in one column a family."""
    counts = pd.crosstab(members[POLE_ID], families).reindex(columns=list(FAMILIES), fill_value=0)
    return counts.rename(columns=family_column).rename_axis(columns=None).astype("int64")


def _named(there: np.ndarray, index: pd.Index) -> pd.Series:
    names = [", ".join(f for f, held in zip(ARTICLE_9, row, strict=True) if held) for row in there]
    return pd.Series(names, index=index, dtype="str")


def _diversity(counts: pd.DataFrame, known: pd.Series) -> tuple[pd.Series, pd.Series]:
    shares = counts.drop(columns=family_column(UNKNOWN)).div(known.where(known > 0), axis="index")
    logs = np.log(shares.where(shares > 0, 1))
    # Without a known kind every share is NaN, and so is the sum; abs() makes -0 a 0.
    shannon = (shares * logs).sum(axis="columns", skipna=False).abs()
    return shannon, 1 - (shares**2).sum(axis="columns", skipna=False)


def _types(table: pd.DataFrame, networks: pd.Series) -> pd.Series:
    """Return the type of each pole, by the rule that `pole_composition` states."""
    of = {family: table[family_column(family)] for family in ARTICLE_9}
    enterprises = of[ESS_ENTERPRISE] + of[OTHER_ENTERPRISE]
    knowledge = of[RESEARCH] + of[HIGHER_EDUCATION] + of[TRAINING]
    known = table[MEMBERS_KNOWN]
    told = (known > 0) & (2 * known >= table[MEMBERS])
    types = pd.Series(None, index=table.index, dtype="str")
    # The last to be written is the first of the rule.
    types = types.mask(told & (2 * enterprises >= known), ENTREPRENEURIAL)
    types = types.mask(told & (networks >= 2), INTER_NETWORK)
    several = (enterprises > 0) & (of[LOCAL_AUTHORITY] > 0) & (knowledge > 0)
    return types.mask(told & several, MULTI_STAKEHOLDER)
