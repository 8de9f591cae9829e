"""A study that may be published: amounts that tell too much of one enterprise are secret.

Names, kinds, places and numbers of members are public, as the register of establishments is. What
a structure employs and earns is not: its own amounts are never published. Of a pole and of all
poles together one amount is, the total, and the share that is the pole's doing as a whole percent:
the more sums are published of the same structures, the more can be computed back
(docs/decisions/0013).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.indicators.disclosure import suppress
from ptce_geo.indicators.disclosure_tables import TOTAL
from ptce_geo.indicators.economic_weight import (
    MEASURES,
    REASON,
    STRUCTURE,
    answers_of,
    memberships_of,
    structure_numbers,
)
from ptce_geo.indicators.memberships import structure_texts
from ptce_geo.indicators.poles import WEIGHT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt

# Columns of a list that may be published: what it declares in our words but the amounts, and what
# geocoding, attaching and SIRENE add.
PUBLIC_COLUMNS: Final = (
    frozenset(schema.MEMBER_COLUMNS) - frozenset(schema.NUMERIC_MEMBER_COLUMNS)
    | schema.WRITTEN_COLUMNS
    | frozenset(schema.SIRENE_COLUMNS)
    | {schema.SOURCE_LINE, schema.GEOCODE_CANDIDATES}
)
# The same of a list of poles.
PUBLIC_POLE_COLUMNS: Final = frozenset(schema.POLE_COLUMNS) | PUBLIC_COLUMNS
# With fewer answers the bounds of a bootstrap are ratios of single structures.
ANSWERS_FOR_BOUNDS: Final = 10
# The row of all poles together.
ALL_POLES: Final = ""

_AMOUNTS: Final = (schema.TOTAL, schema.WHOLE, schema.PART)
_SHARES: Final = (schema.SHARE, schema.LOW, schema.HIGH)
_CONTRIBUTOR: Final = "contributor"
_BLOCK: Final = "block"
_SIREN_DIGITS: Final = 9


@dataclass(frozen=True, eq=False)
class Published:
    """What may be written.

    Attributes
    ----------
    members : GeoDataFrame
        The members: their amounts "secret" where they gave them, the columns that are not ours
        left out.
    poles : GeoDataFrame or None
        The poles, without the columns that are not ours.
    tables : dict of str to DataFrame
        The tables, "secret" in the cells that may not be published.
    log : DataFrame
        Not to be published: of each measure, why the sums of a pole, or of poles that share
        structures, are secret: measure, pole_id (several joined by ", "; "total" for all poles),
        rule and what they protect (as `Suppression.log`), or the rule "shared" where the poles
        have structures in common.
    columns_left_out : list of str
        Columns of the lists that may hold anything, and are not published.
    """

    members: gpd.GeoDataFrame
    poles: gpd.GeoDataFrame | None
    tables: dict[str, pd.DataFrame]
    log: pd.DataFrame
    columns_left_out: list[str]


def published(
    members: gpd.GeoDataFrame,
    tables: Mapping[str, pd.DataFrame],
    *,
    poles: gpd.GeoDataFrame | None = None,
    minimum: int = 3,
    dominance: float = 0.85,
    zonings: Sequence[str] = (),
) -> Published:
    """Make members and tables fit to be published.

    An enterprise is one by its SIREN, or by its name in one town or one pole.
    Poles that have enterprises in common are one block; blocks have none in common, so that no
    sum of one tells of another but through the sum of all, which `suppress` reckons with. Told are:

    - the total of a pole that makes up its block and is not suppressed, nor 0;
    - its share, as a whole percent, where neither part nor whole is suppressed, at least `minimum`
      answered, and it is neither 0 nor all (that would tell of each of them);
    - the bounds of the share, to whole percents outside, of at least `ANSWERS_FOR_BOUNDS` answers.

    Where nobody answered, which the numbers of answers tell, nothing is secret: the cells say what
    they said. Where somebody did, a share that is missing (of a whole of 0) is secret as well: it
    would tell that all gave 0.

    The same of all poles together. The sums of those that gave part and whole, and the shares of
    FTE around the seat, are secret throughout.

    Parameters
    ----------
    members : GeoDataFrame
        Members of the study.
    tables : mapping of str to DataFrame
        As `indicator_tables` returns them, and perhaps "problems".
    poles : GeoDataFrame, optional
        Poles of the study, with whatever else their list says.
    minimum : int
        Fewest enterprises, of more than 0, behind a published amount.
    dominance : float
        Largest share of one enterprise in a published amount.
    zonings : sequence of str
        Levels of the zonings that the members were attached to: where they are is no secret.

    Returns
    -------
    Published
        Copies: what was given is not changed.

    Raises
    ------
    InputError
        If an amount is negative or infinite, or a rule is out of range.

    References
    ----------
    INSEE, Guide du secret statistique: at least 3 units and none above 85 % of an amount; the
    number of units is not secret, the register being public (Code de commerce, A. 123-96).

    Examples
    --------
    >>> from ptce_geo.indicators.tables import economic_weights
    >>> members = pd.DataFrame(
    ...     {"pole_id": ["p"] * 4 + ["q"] * 2, "fte": [3.0, 4.0, 5.0, 6.0, 1.0, 2.0]}
    ... )
    >>> found = published(members, {"economic_weight": economic_weights(members)})
    >>> found.tables["economic_weight"].query("measure == 'fte'")["total"].to_list()
    [21.0, 'secret', 'secret']

    As the total of both is published, p is secret because q (of two structures) is.
    """
    told = {
        measure: _told(members, measure, minimum=minimum, dominance=dominance)
        for measure in MEASURES
    }
    shown = dict(tables)
    if "economic_weight" in shown:
        shown["economic_weight"] = _weights(shown["economic_weight"], told, minimum=minimum)
    if "poles" in shown:
        shown["poles"] = _poles(shown["poles"], told, minimum=minimum)
    if "composition" in shown:
        shown["composition"] = _composition(shown["composition"], members)
    if "problems" in shown:
        # What is wrong in a cell is shown with the cell.
        named = shown["problems"]["column"]
        shown["problems"] = shown["problems"][named.isna() | named.isin(PUBLIC_COLUMNS)]
    given = [column for column in schema.NUMERIC_MEMBER_COLUMNS if column in members]
    added = (schema.code_column, schema.name_column, schema.reason_column)
    of_zones = {column(level) for level in zonings for column in added}
    left_out = [name for name in members if name not in PUBLIC_COLUMNS | {*given} | of_zones]
    own = _secret(members, {column: members[column].notna() for column in given})
    own = own.drop(columns=left_out)
    own.attrs = {}  # what was met in the list, cells and all
    log = pd.concat([its.log for its in told.values()], ignore_index=True)
    if poles is not None:
        further = [name for name in poles if name not in PUBLIC_POLE_COLUMNS]
        left_out += [name for name in further if name not in left_out]
        poles = poles.drop(columns=further)
        poles.attrs = {}
    return Published(own, poles, shown, log, left_out)


@dataclass(frozen=True, eq=False)
class _Told:
    """Of one measure, the poles (and `ALL_POLES`) whose total and whose share may be told."""

    totals: frozenset[str]
    shares: frozenset[str]
    log: pd.DataFrame


def _told(members: pd.DataFrame, measure: str, *, minimum: int, dominance: float) -> _Told:
    memberships = memberships_of(members)[1]
    memberships[_CONTRIBUTOR] = _contributors(members)[memberships[STRUCTURE]]
    memberships[schema.POLE_ID] = memberships[schema.POLE_ID].astype("str")
    answers = answers_of(memberships, measure, by=schema.POLE_ID)
    given = answers[answers[schema.WHOLE].notna()].copy()
    given[_BLOCK] = _blocks(given)
    both = given[given[REASON] == ""].set_index([_BLOCK, STRUCTURE, _CONTRIBUTOR])
    poles = given.groupby(_BLOCK)[schema.POLE_ID].unique()

    wholes = given.groupby(both.index.names)[schema.WHOLE].max()
    logs = [
        suppress(_cells(amounts), minimum=minimum, dominance=dominance).log
        for amounts in (wholes, both[schema.PART])
        if len(amounts)
    ]
    hidden = {block for log in logs for block in log.index}
    shared = {block for block, its in poles.items() if len(its) > 1}
    # Of a block, a pole that holds all of it has the sum of the block, which is reckoned with.
    own = given.groupby([_BLOCK, schema.POLE_ID])[schema.WHOLE].agg(["size", "sum"]).reset_index(1)
    sizes, sums = wholes.groupby(_BLOCK).size(), wholes.groupby(_BLOCK).sum()
    of_all = (own["size"] == sizes[own.index]) & np.isclose(own["sum"], sums[own.index])
    open_poles = set(own.loc[of_all & ~own.index.isin(list(hidden)), schema.POLE_ID])
    if TOTAL not in hidden and len(given):
        open_poles.add(ALL_POLES)
    names = {block: ", ".join(its) for block, its in poles.items()}
    return _Told(
        totals=frozenset(open_poles),
        shares=frozenset(open_poles if len(both) else ()),
        log=_log_of(measure, logs, sorted(shared), names),
    )


def _log_of(
    measure: str, logs: list[pd.DataFrame], shared: list[str], names: Mapping[str, str]
) -> pd.DataFrame:
    """Return why blocks are secret, by the names of their poles; each rule once a block."""
    columns = [schema.RULE, schema.PROTECTS]
    log = pd.concat([*logs, pd.DataFrame({schema.RULE: "shared"}, index=shared)])
    log = log.reindex(columns=columns).rename_axis(schema.POLE_ID).reset_index()
    log = log.drop_duplicates([schema.POLE_ID, schema.RULE], ignore_index=True)
    for column in (schema.POLE_ID, schema.PROTECTS):
        log[column] = log[column].map(lambda block: names.get(block, block), na_action="ignore")
    log.insert(0, schema.MEASURE, measure)
    return log


def _contributors(members: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Return the number of the enterprise of each structure number.

    Structures are of one enterprise that have the same SIREN, or the same name in one town or one
    pole, whatever their SIRET: a list may tell one structure in two ways.
    """
    siret, name, town = structure_texts(members)
    keys = [siret.str[:_SIREN_DIGITS], name + " in " + town]
    if schema.POLE_ID in members:
        keys.append(name + " of " + members[schema.POLE_ID].astype("str"))
    structure = structure_numbers(members)
    size = int(structure.max(initial=-1)) + 1
    heads, tails, count = [structure], [structure], size
    for key in keys:
        number, words = pd.factorize(key)
        heads.append(structure[number >= 0])
        tails.append(count + number[number >= 0])
        count += len(words)
    return _connected(np.concatenate(heads), np.concatenate(tails), count)[:size]


def _connected(
    heads: npt.NDArray[np.intp], tails: npt.NDArray[np.intp], size: int
) -> npt.NDArray[np.intp]:
    """Return the number of the connected part that each of `size` nodes is in."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(heads)), (heads, tails)), shape=(size, size))
    return connected_components(graph, directed=False)[1]


def _blocks(given: pd.DataFrame) -> list[str]:
    """Return the block of each membership: poles that have an enterprise in common are one."""
    pole, poles = pd.factorize(given[schema.POLE_ID])
    contributor, contributors = pd.factorize(given[_CONTRIBUTOR])
    block = _connected(pole, len(poles) + contributor, len(poles) + len(contributors))
    return [f"block {number}" for number in block[pole]]


def _cells(amounts: pd.Series) -> pd.DataFrame:
    """Return value, n and largest of each block and of all, for amounts of structures."""
    amounts = amounts.groupby(level=[_BLOCK, _CONTRIBUTOR]).sum()
    by_block = amounts.groupby(level=0)
    cells = pd.DataFrame(
        {
            schema.VALUE: by_block.sum(),
            schema.N: (amounts > 0).groupby(level=0).sum(),
            schema.LARGEST: by_block.max(),
        }
    )
    cells.loc[TOTAL] = [cells[schema.VALUE].sum(), cells[schema.N].sum(), amounts.max()]
    return cells.rename_axis(_BLOCK)


def _weights(table: pd.DataFrame, told: Mapping[str, _Told], *, minimum: int) -> pd.DataFrame:
    """Return the economic weights: what may be told of each pole and measure, secret elsewhere."""
    pole = table[schema.POLE_ID].astype("str")
    totals, shares = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
    for measure, its in told.items():
        here = (table[schema.MEASURE] == measure).to_numpy()
        totals |= here & pole.isin(its.totals).to_numpy()
        shares |= here & pole.isin(its.shares).to_numpy()
    return _masked(
        table,
        {name: name for name in (*_AMOUNTS, *_SHARES, schema.ANSWERS)},
        totals,
        shares,
        minimum=minimum,
    )


def _poles(poles: pd.DataFrame, told: Mapping[str, _Told], *, minimum: int) -> pd.DataFrame:
    """Return the summary of the poles, its amounts and shares as in the economic weights."""
    pole = pd.Series(poles.index.astype("str"), index=poles.index)
    for measure, its in told.items():
        poles = _masked(
            poles,
            WEIGHT_COLUMNS[measure],
            pole.isin(its.totals).to_numpy(),
            pole.isin(its.shares).to_numpy(),
            minimum=minimum,
        )
    return poles


def _masked(
    table: pd.DataFrame,
    names: Mapping[str, str],
    totals: npt.NDArray[np.bool_],
    shares: npt.NDArray[np.bool_],
    *,
    minimum: int,
) -> pd.DataFrame:
    """Return a table whose amounts and shares are told where they may be, and secret elsewhere.

    `names` says how the table names the columns of `economic_weight`.
    """
    if names[schema.TOTAL] not in table:
        return table
    table = table.copy()
    total, share = names[schema.TOTAL], names[schema.SHARE]
    low, high, answers = names[schema.LOW], names[schema.HIGH], table[names[schema.ANSWERS]]
    totals = totals & (table[total] > 0).to_numpy()
    shares = (
        shares & totals & (answers >= minimum) & table[share].between(0, 1, inclusive="neither")
    )
    bounds = shares & (answers >= ANSWERS_FOR_BOUNDS) & (table[low] < table[high])
    table[share] = table[share].round(2)
    table[low], table[high] = np.floor(100 * table[low]) / 100, np.ceil(100 * table[high]) / 100
    answered = answers > 0
    amounts = [names[name] for name in (schema.WHOLE, schema.PART) if name in names]
    return _secret(
        table,
        {
            total: table[total].notna() & ~totals,
            share: answered & ~shares,
            low: answered & ~bounds,
            high: answered & ~bounds,
            **dict.fromkeys(amounts, answered),
        },
    )


def _composition(composition: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Return who makes up the poles, shares of FTE secret where anybody gave theirs."""
    shares = [name for name in composition if name.startswith("share_fte_")]
    if not shares or schema.FTE not in members:
        return composition
    gave = composition.index.isin(members.loc[members[schema.FTE].notna(), schema.POLE_ID])
    return _secret(composition, {name: gave | composition[name].notna() for name in shares})


def _secret(frame: pd.DataFrame, cells: Mapping[str, npt.ArrayLike]) -> pd.DataFrame:
    """Return `frame` with "secret" in the `cells` that are so, by column."""
    frame = frame.copy()
    for column, secret in cells.items():
        hidden = np.asarray(secret, dtype=bool)
        if hidden.any():
            frame[column] = frame[column].astype("object").mask(hidden, schema.SECRET)
    return frame
