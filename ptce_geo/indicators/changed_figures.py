"""The figures of two studies side by side: what differs, and what cannot be compared and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.indicators.changes import NEWLY_LOCATED, NO_LONGER_LOCATED, column_of_side
from ptce_geo.indicators.differences import (
    COME,
    DIFFERENCE,
    GONE,
    count_interval,
    difference_interval,
    paired_difference,
)
from ptce_geo.indicators.inputs import reasons_set_aside
from ptce_geo.indicators.list_matching import AFTER, BEFORE
from ptce_geo.indicators.specialisation import location_quotient_interval
from ptce_geo.territories import LEVELS, convert_codes, territory_table

if TYPE_CHECKING:
    from collections.abc import Mapping

LEVEL_FIGURES: Final = (schema.MEMBERS, schema.MEMBERS_PER_100K, schema.LOCATION_QUOTIENT)
NOT_COMPARABLE: Final = "not_comparable"
REASON: Final = "reason"
PAIRED_FLAG: Final = "paired_flag"
# The words of `reason`.
REASONS: Final = (
    *("level", "group", "threshold", "territory"),
    *("secret", "reference", "study_area", "vintage"),
)

_KEYS: Final = [
    *(schema.LEVEL, schema.TERRITORY, schema.GROUP),
    *(schema.INDICATOR, schema.THRESHOLD_KM),
]
_FIGURE: Final = [schema.VALUE, schema.LOW, schema.HIGH, schema.N, schema.METHOD, schema.SECRET]
_DTYPES: Final = {
    **dict.fromkeys([*_KEYS[:-1], schema.METHOD], "str"),
    schema.THRESHOLD_KM: "float64",
    # A cell may hold "secret".
    **dict.fromkeys([schema.VALUE, schema.LOW, schema.HIGH, schema.N], "object"),
}
_MOVES: Final = [COME, GONE, NEWLY_LOCATED, NO_LONGER_LOCATED]
# Levels whose territories keep code and ground from year to year (since 2016).
_LASTING: Final = ("departement", "region")
_INHABITANTS: Final = 100_000
_GARWOOD: Final = "Garwood 95%"


def levels_of(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the levels and zonings of which there is a table by territory, in their order."""
    return [name for name, table in tables.items() if {*LEVEL_FIGURES} <= {*table.columns}]


def tables_at(
    tables: Mapping[str, pd.DataFrame],
    members: pd.DataFrame,
    *,
    like: Mapping[str, pd.DataFrame],
    from_year: int,
    to_year: int,
) -> dict[str, pd.DataFrame]:
    """Bring the tables by territory of a study to another vintage.

    Members are counted again in the territories of the other vintage. Inhabitants are those of
    the study: by commune they are converted (`convert_codes`) and added up; without a table by
    commune those of départements and régions are taken as they are, others are missing. Quotients
    follow from the two.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of the study, as `indicator_tables` returns them.
    members : DataFrame
        Of the study, brought to the other vintage (`members_at`).
    like : mapping of str to DataFrame
        The tables of a study of the other vintage, which say what territories there are.
    from_year, to_year : int
        Vintages.

    Returns
    -------
    dict of DataFrame
        The tables, those of the embedded levels that both have made anew; the territories of `like`
        of which the inhabitants are known. The others as they are.
    """
    brought = dict(tables)
    communes = territory_table("commune", year=to_year)
    by_commune = None
    if "commune" in tables:
        given = tables["commune"][schema.POPULATION].astype("float64").rename_axis(None)
        by_commune = convert_codes(given, from_year=from_year, to_year=to_year).data
    counted = members[reasons_set_aside(members) == ""]
    for level in set(levels_of(tables)) & set(levels_of(like)) & set(LEVELS):
        if by_commune is not None:
            lies_in = communes.index.to_series()
            if level != "commune":
                lies_in = communes[schema.code_column(level)]
            population = by_commune.groupby(lies_in.reindex(by_commune.index)).sum()
        elif level in _LASTING:
            population = tables[level][schema.POPULATION].astype("float64")
        else:
            population = pd.Series(dtype="float64")
        population = population[population.index.isin(like[level].index)].sort_index()
        found = counted[schema.code_column(level)].value_counts()
        counts = found.reindex(population.index, fill_value=0).astype("int64")
        brought[level] = _by_territory(counts, population, like[level][schema.NAME])
    return brought


def indicator_changes(
    before: Mapping[str, pd.DataFrame],
    after: Mapping[str, pd.DataFrame],
    *,
    moves: Mapping[str, pd.DataFrame] | None = None,
    same_reference: bool = True,
    same_vintage: bool = True,
) -> pd.DataFrame:
    """Compare the figures of two studies, territory by territory and level by level.

    By territory: members, members for 100,000 inhabitants, location quotient, inhabitants within
    reach. Of whole levels: concentration and coverage. Figures are those of the tables.

    Parameters
    ----------
    before, after : mapping of str to DataFrame
        The tables of the two studies (`indicator_tables`), on one vintage (`tables_at`).
    moves : mapping of str to DataFrame, optional
        By level what `territory_moves` found, for the paired reading of the counts of members.
    same_reference : bool
        Whether both are compared with the same amounts (inhabitants, all establishments).
    same_vintage : bool
        Whether both were measured over the same vintage. If not, what `tables_at` counts again is
        compared, and what is of départements, régions or a share of all inhabitants; else the
        ground of a territory, or their number, may have changed.

    Returns
    -------
    DataFrame
        One row a figure, also of those that only one study has: ``level``, ``territory`` ("" for
        the whole level), ``nom``, ``group``, ``indicator``, ``threshold_km``; ``before``,
        ``after``; ``difference``, ``low``, ``high`` and ``flag`` of `difference_interval`
        (counts and what follows from them: bounds of Garwood), or "not_comparable" with its
        ``reason``: only one study has the "level", "threshold", "group" or "territory"; one of the
        two is "secret"; "reference", "study_area" or "vintage" differ. ``n_before``, ``n_after``:
        members that the figure rests on; ``method``. Of members: ``come``, ``gone``,
        ``newly_located``, ``no_longer_located``, and ``p_value``, ``paired_flag`` of
        `paired_difference`. A territory of which a figure is 0 or undefined in both has no row.

    Examples
    --------
    Nine more of 100,000 are told from chance, two more are not.

    >>> table = {"nom": ["Ain", "Loire"], "population": 100_000, "members": [1, 3]}
    >>> table |= {"members_per_100k": [1.0, 3.0], "location_quotient": [0.5, 1.5]}
    >>> table |= {"location_quotient_low": 0.0, "location_quotient_high": 9.0}
    >>> before = pd.DataFrame(table, index=["01", "42"])
    >>> after = before.assign(members=[10, 5])
    >>> found = indicator_changes({"departement": before}, {"departement": after})
    >>> found.loc[found["indicator"] == "members", ["nom", "difference", "flag"]].values.tolist()
    [['Ain', 9.0, 'higher'], ['Loire', 2.0, 'not_distinguishable']]
    """
    held = _held(before, after)
    table = _side_by_side(_figures(before, held), _figures(after, held))
    shared = [level for level in levels_of(after) if level in levels_of(before)]
    elsewhere = [
        level for level in shared if not _same_codes(before[level].index, after[level].index)
    ]
    table[REASON] = _reasons(
        table, shared, elsewhere, same_reference=same_reference, same_vintage=same_vintage
    )
    table[schema.NAME] = ""
    for tables in (before, after):
        for level in levels_of(tables):
            of_level = table[schema.LEVEL] == level
            names = table.loc[of_level, schema.TERRITORY].map(tables[level][schema.NAME])
            named = names.astype("str").fillna(table.loc[of_level, schema.NAME])
            table.loc[of_level, schema.NAME] = named
    return _with_moves(_with_differences(table), moves or {})


def _same_codes(one: pd.Index, other: pd.Index) -> bool:
    return one.equals(other) or one.sort_values().equals(other.sort_values())


def _held(*studies: Mapping[str, pd.DataFrame]) -> dict[str, pd.Index]:
    """Return, for each level, the territories that hold a member in one of the studies."""
    held: dict[str, pd.Index] = {}
    for tables in studies:
        for level in levels_of(tables):
            counts = tables[level][schema.MEMBERS]
            own = counts.index[counts != 0]
            held[level] = held[level].union(own) if level in held else own
    return held


def _by_territory(counts: pd.Series, population: pd.Series, names: pd.Series) -> pd.DataFrame:
    """Return the figures of each territory, in the columns of `indicator_tables`."""
    quotient = location_quotient_interval(counts, reference=population)
    return pd.DataFrame(
        {
            schema.NAME: names.reindex(counts.index),
            schema.POPULATION: population,
            schema.MEMBERS: counts,
            schema.MEMBERS_PER_100K: _INHABITANTS * counts / population.where(population > 0),
            schema.LOCATION_QUOTIENT: quotient[schema.VALUE],
            schema.LOCATION_QUOTIENT_LOW: quotient[schema.LOW],
            schema.LOCATION_QUOTIENT_HIGH: quotient[schema.HIGH],
        }
    )


def _figures(tables: Mapping[str, pd.DataFrame], held: Mapping[str, pd.Index]) -> pd.DataFrame:
    """Return every figure that is compared, one a row: its keys, then what is known of it."""
    parts = [
        _of_territories(tables[level].loc[tables[level].index.intersection(held[level])], level)
        for level in levels_of(tables)
    ]
    if (concentration := tables.get("concentration")) is not None:
        # Its quotients by territory are those of the tables by territory.
        parts.append(concentration[concentration[schema.TERRITORY] == ""])
    if (coverage := tables.get("coverage")) is not None:
        parts.append(coverage)
    parts.append(pd.DataFrame(columns=[*_KEYS, *_FIGURE]))  # of no table at all
    told = [part.reindex(columns=[*_KEYS, *_FIGURE[:-1]]) for part in parts]
    figures = pd.concat([part.astype(_DTYPES) for part in told], ignore_index=True)
    secret = figures[schema.VALUE] == schema.SECRET
    for column in (schema.VALUE, schema.LOW, schema.HIGH, schema.N):
        cells = figures[column]
        figures[column] = cells.mask(cells == schema.SECRET).astype("float64")
    figures[schema.SECRET] = secret
    return figures


def _of_territories(table: pd.DataFrame, level: str) -> pd.DataFrame:
    """Return the three figures of each territory; of counts and rates with Garwood's bounds."""
    members = table[schema.MEMBERS]
    secret = members.astype("object") == schema.SECRET
    counts = count_interval(members.mask(secret, 0).astype("int64"))
    per_head = _INHABITANTS / table[schema.POPULATION].where(table[schema.POPULATION] > 0)
    quotients = {
        schema.VALUE: table[schema.LOCATION_QUOTIENT],
        schema.LOW: table[schema.LOCATION_QUOTIENT_LOW],
        schema.HIGH: table[schema.LOCATION_QUOTIENT_HIGH],
    }
    rates = counts.mul(per_head, axis=0).assign(value=table[schema.MEMBERS_PER_100K])
    parts = [
        figures.assign(**{schema.INDICATOR: name, schema.TERRITORY: table.index})
        for name, figures in zip(
            LEVEL_FIGURES,
            (counts.assign(value=members), rates, pd.DataFrame(quotients)),
            strict=True,
        )
    ]
    told = pd.concat([part.assign(**{schema.N: members}) for part in parts])
    return told.assign(**{schema.LEVEL: level, schema.GROUP: "", schema.METHOD: _GARWOOD})


def _side_by_side(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of either study in one row each, those of `after` first."""
    table = pd.concat([after[_KEYS], before[_KEYS]]).drop_duplicates(ignore_index=True)
    for figures, side in ((before, BEFORE), (after, AFTER)):
        own = figures.assign(there=True)
        own = own.rename(columns={name: column_of_side(name, side) for name in (*_FIGURE, "there")})
        table = table.merge(own, on=_KEYS, how="left", validate="one_to_one")
    secret = table[[column_of_side(schema.SECRET, side) for side in (BEFORE, AFTER)]]
    values = table[[column_of_side(schema.VALUE, side) for side in (BEFORE, AFTER)]]
    table[schema.SECRET] = secret.eq(other=True).any(axis=1)  # of a missing row it is missing
    nothing = (values.fillna(0) == 0).all(axis=1) & (table[schema.TERRITORY] != "")
    return table[~nothing | table[schema.SECRET]].reset_index(drop=True)


def _reasons(
    table: pd.DataFrame,
    shared: list[str],
    elsewhere: list[str],
    *,
    same_reference: bool,
    same_vintage: bool,
) -> pd.Series:
    """Return why each figure cannot be compared, "" where it can.

    `shared` are the levels with a table by territory in both, `elsewhere` those of them that are
    of other territories; a level without such tables has changed with any other.
    """
    there = {side: table[column_of_side("there", side)].notna() for side in (BEFORE, AFTER)}
    alone = ~(there[BEFORE] & there[AFTER])

    def lacking(columns: list[str]) -> pd.Series:
        """Tell which rows are alone because the other study has none of that kind."""
        kinds = [pd.MultiIndex.from_frame(table.loc[there[side], columns]) for side in there]
        kind = pd.MultiIndex.from_frame(table[columns])
        return alone & ~(kind.isin(kinds[0]) & kind.isin(kinds[1]))

    level, indicator = table[schema.LEVEL], table[schema.INDICATOR]
    whole = table[schema.TERRITORY] == ""
    counted_again = (table[schema.METHOD + "_after"] == _GARWOOD) & level.isin(LEVELS)
    of_all = whole & (indicator == schema.SHARE_POPULATION)
    lasting = counted_again | of_all | level.isin(_LASTING)
    changed_area = level.isin(elsewhere) | (~level.isin(shared) & bool(elsewhere))
    of_the_total = whole | (indicator == schema.LOCATION_QUOTIENT)
    against_reference = (indicator == schema.LOCATION_QUOTIENT) | (
        whole & (table[schema.GROUP] == "")
    )
    choices = {
        "level": lacking([schema.LEVEL]),
        "group": lacking([schema.GROUP, schema.INDICATOR]),
        "threshold": lacking([schema.GROUP, schema.INDICATOR, schema.THRESHOLD_KM]),
        "territory": alone,
        "secret": table[schema.SECRET],
        "reference": against_reference & (not same_reference),
        "study_area": of_the_total & changed_area,
        "vintage": ~lasting & (not same_vintage),
    }
    found = np.select([each.to_numpy(dtype=bool) for each in choices.values()], [*choices], "")
    return pd.Series(found, index=table.index, dtype="str")


def _with_differences(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the difference of those that can be compared."""
    sides = {}
    comparable = table[REASON] == ""
    for side in (BEFORE, AFTER):
        own = table.loc[comparable, [column_of_side(name, side) for name in _FIGURE[:3]]]
        own.columns = pd.Index(_FIGURE[:3])
        # Quantiles of random draws may leave out the figure itself; the interval then reaches it.
        low = own[schema.LOW].clip(upper=own[schema.VALUE])
        sides[side] = own.assign(low=low, high=own[schema.HIGH].clip(lower=own[schema.VALUE]))
    found = difference_interval(sides[BEFORE], sides[AFTER]).reindex(table.index)
    methods = table["method_after"].where(comparable, "").fillna("")
    has_interval = found[schema.LOW].notna()
    return pd.DataFrame(
        {
            **{name: table[name] for name in (schema.LEVEL, schema.TERRITORY, schema.NAME)},
            **{name: table[name] for name in _KEYS[2:]},
            BEFORE: table["value_before"],
            AFTER: table["value_after"],
            DIFFERENCE: found[DIFFERENCE],
            schema.LOW: found[schema.LOW],
            schema.HIGH: found[schema.HIGH],
            schema.FLAG: found[schema.FLAG].fillna(NOT_COMPARABLE).astype("str"),
            REASON: table[REASON],
            "n_before": table["n_before"].astype("Int64"),
            "n_after": table["n_after"].astype("Int64"),
            schema.METHOD: methods.mask(has_interval, "MOVER, " + methods),
        }
    )


def _with_moves(table: pd.DataFrame, moves: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows with who came and went, for the members of a territory."""
    counted = table[(table[schema.INDICATOR] == schema.MEMBERS) & (table[REASON] == "")]
    parts = []
    for level, found in moves.items():
        rows = counted[counted[schema.LEVEL] == level]
        own = found.reindex(rows[schema.TERRITORY], fill_value=0).set_axis(rows.index)
        paired = paired_difference(own[COME], own[GONE])
        own[schema.P_VALUE], own[PAIRED_FLAG] = paired[schema.P_VALUE], paired[schema.FLAG]
        parts.append(own)
    columns = [*_MOVES, schema.P_VALUE, PAIRED_FLAG]
    told = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    told = told.reindex(index=table.index, columns=columns)
    for column in _MOVES:
        told[column] = told[column].astype("Int64")
    told[schema.P_VALUE] = told[schema.P_VALUE].astype("float64")
    told[PAIRED_FLAG] = told[PAIRED_FLAG].astype("str").fillna("")
    return table.join(told)
