"""Which poles share structures, communes or inhabitants, and which are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo.checks import require_columns
from ptce_geo.errors import InputError
from ptce_geo.indicators.footprints import commune_population
from ptce_geo.indicators.inputs import reasons_set_aside, tally
from ptce_geo.indicators.memberships import known_poles, pole_rows, structure_keys, without_pole
from ptce_geo.indicators.shares import ratio
from ptce_geo.schema import (
    CODE_COMMUNE,
    EITHER,
    JACCARD,
    MEMBER_NAME,
    OTHER_POLE_ID,
    POLE_ID,
    SECTOR,
    SHARED,
    SIRET,
)
from ptce_geo.territories import CURRENT_YEAR

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

BY_MEMBERS: Final = "members"
BY_COMMUNES: Final = "communes"
BY_POPULATION: Final = "population"
OVERLAPS: Final = (BY_MEMBERS, BY_COMMUNES, BY_POPULATION)

# Why a member is of no structure that could be shared.
UNNAMED: Final = "without siret, nor name and town"

COSINE: Final = "cosine"
HELLINGER: Final = "hellinger"
BRAY_CURTIS: Final = "bray_curtis"
MEASURES: Final = (COSINE, HELLINGER, BRAY_CURTIS)


def pole_overlap(
    members: pd.DataFrame,
    *,
    by: str = BY_MEMBERS,
    poles: pd.DataFrame | None = None,
    year: int = CURRENT_YEAR,
    territories: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Measure how far each two poles overlap (Jaccard index).

    J = w(held by both) / w(held by one or both), from 0 (nothing in common) to 1 (the same), w the
    number of structures or communes, or the population of the communes.

    Parameters
    ----------
    members : DataFrame
        Members with ``pole_id``; the accepted ones count, a structure or commune once in a pole.
    by : {"members", "communes", "population"}
        What is shared:

        - "members": structures. Two rows are of one structure when they have the same ``siret``;
          rows without one, when they have the same ``member_name`` (accents, case and punctuation
          apart) in the same town, ``code_commune``, else ``city``. A row with SIRET and one
          without are never one.
        - "communes": ``code_commune`` of the members.
        - "population": the same, each commune with its population.
    poles : DataFrame, optional
        Poles, ``pole_id`` unique: those without members are in the result, too.
    year : int
        Vintage of the communes, for their population.
    territories : DataFrame, optional
        Communes of your own, indexed by code, with ``population``, in place of those of `year`.

    Returns
    -------
    DataFrame
        Poles × poles (index "pole_id", columns "other_pole_id"), symmetric, 1 on the diagonal. NaN
        in row and column of a pole without anything to share, of which the population is 0 too.
        ``attrs["members_counted"]`` and ``attrs["members_set_aside"]`` (by reason: "review",
        "rejected", "without pole_id", "without siret, nor name and town", "without code_commune",
        "without population") say what it rests on.

    Raises
    ------
    MissingColumnError
        If a column is missing that tells what is shared.
    DuplicateIdError
        If a ``pole_id`` stands twice in `poles`.
    InputError
        If `by` is unknown, a pole has no ``pole_id``, or, by population, a ``code_commune`` is
        that of no commune or a population is negative.

    References
    ----------
    Jaccard, P. (1912). The distribution of the flora in the alpine zone. New Phytologist 11(2),
    37–50.

    Examples
    --------
    Of communes A, B and C, pole p holds the first two, pole q the last two: 1 of 3 in common.

    >>> members = pd.DataFrame(
    ...     {"pole_id": ["p", "p", "q", "q"], "code_commune": ["A", "B", "B", "C"]}
    ... )
    >>> pole_overlap(members, by="communes").loc["p"].round(3).to_dict()
    {'p': 1.0, 'q': 0.333}
    """
    shared, ids, reasons = _shared(members, by=by, poles=poles, year=year, territories=territories)
    both, own = shared.toarray(), shared.diagonal()
    return _square(ratio(both, np.add.outer(own, own) - both), own > 0, ids, reasons)


def pole_overlap_pairs(
    members: pd.DataFrame,
    *,
    by: str = BY_MEMBERS,
    poles: pd.DataFrame | None = None,
    year: int = CURRENT_YEAR,
    territories: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List the pairs of poles that overlap, the closest first.

    Parameters
    ----------
    members, by, poles, year, territories
        As for `pole_overlap`.

    Returns
    -------
    DataFrame
        One row for each pair that shares something: pole_id, other_pole_id (each pair once, in
        the order of the poles), shared and either: how many structures, communes or inhabitants
        of communes both hold, and at least one of the two; jaccard, their quotient. By jaccard,
        then shared, from the highest; ``attrs`` as `pole_overlap`.

    Raises
    ------
    MissingColumnError, DuplicateIdError, InputError
        As `pole_overlap`.

    Examples
    --------
    >>> members = pd.DataFrame(
    ...     {"pole_id": ["p", "p", "q", "q", "r"], "code_commune": ["A", "B", "B", "C", "D"]}
    ... )
    >>> pairs = pole_overlap_pairs(members, by="communes")
    >>> pairs[["pole_id", "other_pole_id", "shared", "either"]].values.tolist()
    [['p', 'q', 1, 3]]
    """
    shared, ids, reasons = _shared(members, by=by, poles=poles, year=year, territories=territories)
    own, cells = shared.diagonal(), shared.tocoo()
    pair = (cells.row < cells.col) & (cells.data > 0)
    row, column, both = cells.row[pair], cells.col[pair], cells.data[pair]
    either = own[row] + own[column] - both
    pairs = pd.DataFrame(
        {
            POLE_ID: ids[row],
            OTHER_POLE_ID: ids[column],
            SHARED: both,
            EITHER: either,
            JACCARD: both / either,
        }
    )
    order = np.lexsort((column, row, -both, -pairs[JACCARD]))
    pairs = pairs.iloc[order].reset_index(drop=True)
    pairs.attrs = tally(reasons)
    return pairs


def pole_similarity(
    members: pd.DataFrame,
    *,
    on: str = SECTOR,
    measure: str = COSINE,
    poles: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Measure how alike each two poles are by sector, or by another kind of their members.

    With x_j and y_j the accepted members of kind j in two poles, p_j and q_j their shares:

    - cosine: Σ x_j y_j / √(Σ x_j² Σ y_j²); the kinds that prevail decide;
    - hellinger: Σ √(p_j q_j), the affinity, 1 less the squared Hellinger distance; kinds that
      are rare weigh more;
    - bray_curtis: 2 Σ min(x_j, y_j) / Σ (x_j + y_j), of numbers, not shares: two poles of the
      same composition and other size are not the same.

    Parameters
    ----------
    members : DataFrame
        Members with ``pole_id`` and the column `on`; the accepted ones count.
    on : str
        Column of the kind: "sector", "member_kind", ...
    measure : {"cosine", "hellinger", "bray_curtis"}
        How to compare.
    poles : DataFrame, optional
        Poles, ``pole_id`` unique: those without members are in the result, too.

    Returns
    -------
    DataFrame
        Poles × poles (index "pole_id", columns "other_pole_id"), symmetric, from 0 (no kind in
        common) to 1 (the same), 1 on the diagonal. NaN in row and column of a pole of which no
        member has a kind. ``attrs["members_counted"]`` and ``attrs["members_set_aside"]`` (by
        reason: "review", "rejected", "without pole_id", "without <on>") say what it rests on.

    Raises
    ------
    MissingColumnError
        If the members have no ``pole_id`` or no column `on`.
    DuplicateIdError
        If a ``pole_id`` stands twice in `poles`.
    InputError
        If `measure` is unknown or a pole has no ``pole_id``.

    References
    ----------
    Salton, G. & McGill, M. J. (1983). Introduction to Modern Information Retrieval, chapter 4
    (cosine). Bhattacharyya, A. (1943). On a measure of divergence between two statistical
    populations. Bulletin of the Calcutta Mathematical Society 35, 99–109 (affinity). Bray, J. R. &
    Curtis, J. T. (1957). An ordination of the upland forest communities of southern Wisconsin.
    Ecological Monographs 27(4), 325–349.

    Examples
    --------
    Pole p has 3 members in crafts and 4 in trade, pole q 1 in trade: 4 / √(25 × 1) = 0.8, or
    √(4/7 × 1), or 2 × 1 / 8.

    >>> members = pd.DataFrame(
    ...     {"pole_id": ["p"] * 7 + ["q"], "sector": ["crafts"] * 3 + ["trade"] * 5}
    ... )
    >>> measures = ["cosine", "hellinger", "bray_curtis"]
    >>> [round(pole_similarity(members, measure=name).loc["p", "q"].item(), 3) for name in measures]
    [0.8, 0.756, 0.25]
    """
    if measure not in MEASURES:
        msg = f"measure: expected one of {', '.join(MEASURES)}, found {measure!r}"
        raise InputError(msg)
    ids = known_poles(members, poles)
    require_columns(members, [on], what="members")
    reasons = without_pole(reasons_set_aside(members), members)
    reasons = reasons.mask((reasons == "") & members[on].isna(), f"without {on}")
    numbers, _ = _numbers(members, members[on], ids, reasons)
    if measure == BRAY_CURTIS:
        from scipy.spatial.distance import cdist

        dense = numbers.toarray()
        alike = 1 - cdist(dense, dense, "braycurtis")
    else:
        numbers = numbers.sqrt() if measure == HELLINGER else numbers
        product = (numbers @ numbers.T).toarray()
        length = product.diagonal()
        alike = np.minimum(ratio(product, np.sqrt(np.outer(length, length))), 1)
    return _square(alike, numbers.sum(axis=1) > 0, ids, reasons)


def _shared(
    members: pd.DataFrame,
    *,
    by: str,
    poles: pd.DataFrame | None,
    year: int,
    territories: pd.DataFrame | None,
) -> tuple[csr_array, pd.Index, pd.Series]:
    """Return how much each two poles share, the poles, and why each member is not counted.

    The diagonal is what each holds.
    """
    if by not in OVERLAPS:
        msg = f"by: expected one of {', '.join(OVERLAPS)}, found {by!r}"
        raise InputError(msg)
    ids = known_poles(members, poles)
    reasons = without_pole(reasons_set_aside(members), members)
    if by == BY_MEMBERS:
        if SIRET not in members.columns:
            require_columns(members, [MEMBER_NAME, CODE_COMMUNE], what="members without siret")
        keys = structure_keys(members)
        reasons = reasons.mask((reasons == "") & keys.isna(), UNNAMED)
    else:
        require_columns(members, [CODE_COMMUNE], what="members")
        keys = members[CODE_COMMUNE]
        reasons = reasons.mask((reasons == "") & keys.isna(), f"without {CODE_COMMUNE}")
    held, things = _numbers(members, keys, ids, reasons)
    held.data[:] = 1  # a set: a structure or commune is held once
    if by != BY_POPULATION:
        return held @ held.T, ids, reasons
    people = commune_population(pd.Series(things), year=year, territories=territories)
    unknown = keys.isin(things[np.isnan(people)])
    reasons = reasons.mask((reasons == "") & unknown, "without population")
    return held.multiply(np.nan_to_num(people)).tocsr() @ held.T, ids, reasons


def _numbers(
    members: pd.DataFrame, keys: pd.Series, ids: pd.Index, reasons: pd.Series
) -> tuple[csr_array, pd.Index]:
    """Return how many counted members of each pole (rows) have each key (columns), and the keys."""
    from scipy.sparse import csr_array

    counted = (reasons == "").to_numpy()
    key, names = pd.factorize(keys[counted])
    place = pole_rows(members, ids)[counted], key
    return csr_array((np.ones(len(key), "int64"), place), shape=(len(ids), len(names))), names


def _square(
    values: npt.NDArray[np.float64],
    present: npt.NDArray[np.bool_],
    ids: pd.Index,
    reasons: pd.Series,
) -> pd.DataFrame:
    """Return `values` as poles × poles, NaN but between poles that are present."""
    values = np.where(np.logical_and.outer(present, present), values, np.nan)
    square = pd.DataFrame(values, index=ids, columns=ids.rename(OTHER_POLE_ID))
    square.attrs = tally(reasons)
    return square
