"""A study that may be published: amounts that tell too much of one structure are secret.

Names, kinds, places and numbers of members are public, as the register of establishments is. What a
structure employs and earns is not: its own amounts are never published, the sums and shares of a
pole only where `suppress` lets them through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.indicators.disclosure import Suppression, suppress
from ptce_geo.indicators.disclosure_tables import TOTAL, table_cells
from ptce_geo.indicators.economic_weight import MEASURES
from ptce_geo.indicators.memberships import structure_keys
from ptce_geo.indicators.poles import WEIGHT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

# Columns of a list that may be published: what it declares in our words but the amounts, and what
# geocoding, attaching and SIRENE add.
PUBLIC_COLUMNS: Final = (
    frozenset(schema.MEMBER_COLUMNS) - frozenset(schema.NUMERIC_MEMBER_COLUMNS)
    | schema.WRITTEN_COLUMNS
    | frozenset(schema.SIRENE_COLUMNS)
    | {schema.SOURCE_LINE, schema.GEOCODE_CANDIDATES}
)
_TABLE: Final = "table"
_STRUCTURE: Final = "structure"


@dataclass(frozen=True, eq=False)
class Published:
    """What may be written.

    Attributes
    ----------
    members : GeoDataFrame
        The members: their amounts "secret" where they gave them, the columns that are not ours
        left out.
    tables : dict of str to DataFrame
        The tables, "secret" in the cells that may not be published; "secret": one row for each
        of these, by table, pole ("total" for all of them) and rule.
    columns_left_out : list of str
        Columns of the list that may hold anything, and are not published.
    """

    members: gpd.GeoDataFrame
    tables: dict[str, pd.DataFrame]
    columns_left_out: list[str]


def published(
    members: gpd.GeoDataFrame,
    tables: Mapping[str, pd.DataFrame],
    *,
    minimum: int = 3,
    dominance: float = 0.85,
) -> Published:
    """Make members and tables fit to be published.

    The sums of a pole (``fte``, ``turnover``), their total over all poles, and the shares that are
    the pole's doing, are secret by the rules of `suppress`, over the structures that gave the
    amounts. A share is secret where its part or its whole is; shares of FTE around the seat, which
    few structures make up, are secret throughout.

    Parameters
    ----------
    members : GeoDataFrame
        Members of the study.
    tables : mapping of str to DataFrame
        As `indicator_tables` returns them, and perhaps "problems".
    minimum : int
        Fewest structures behind a published amount.
    dominance : float
        Largest share of one structure in a published amount.

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
    >>> from ptce_geo.indicators import economic_weight
    >>> members = pd.DataFrame(
    ...     {"pole_id": ["p"] * 4 + ["q"] * 2, "fte": [3.0, 4.0, 5.0, 6.0, 1.0, 2.0]}
    ... )
    >>> tables = {"poles": economic_weight(members, by="pole_id").xs("fte", level="measure")}
    >>> tables["poles"] = tables["poles"].rename(columns={"total": "fte"})[["fte"]]
    >>> published(members, tables).tables["poles"]["fte"].to_dict()
    {'p': 'secret', 'q': 'secret'}

    The total of the two is published (21), so p is secret because q (of two structures) is.
    """
    hidden = {
        measure: _suppressed(members, measure, minimum=minimum, dominance=dominance)
        for measure in MEASURES
    }
    shown = dict(tables)
    if "poles" in shown:
        shown["poles"] = _poles(shown["poles"], hidden)
    if "economic_weight" in shown:
        shown["economic_weight"] = _weight(shown["economic_weight"], hidden)
    if "composition" in shown:
        shares = [name for name in shown["composition"] if name.startswith("share_fte_")]
        shown["composition"] = _secret(shown["composition"], dict.fromkeys(shares, True))
    if "problems" in shown:
        # What is wrong in a cell is shown with the cell.
        named = shown["problems"]["column"]
        shown["problems"] = shown["problems"][named.isna() | named.isin(PUBLIC_COLUMNS)]
    shown[schema.SECRET] = _log(hidden)
    given = [column for column in schema.NUMERIC_MEMBER_COLUMNS if column in members]
    left_out = [name for name in members if name not in PUBLIC_COLUMNS | {*given}]
    own = _secret(members, dict.fromkeys(given, True)).drop(columns=left_out)
    return Published(own, shown, left_out)


@dataclass(frozen=True, eq=False)
class _Hidden:
    """Which amounts of one measure are secret, by pole and in all ("total")."""

    total: Suppression
    part: Suppression
    whole: Suppression

    @property
    def secret(self) -> dict[str, pd.Series]:
        """Which amounts are secret, by the columns of `economic_weight`.

        Who gave the whole mostly gave the part too: the total and the whole would tell each other.
        """
        either = _is_secret(self.total.table)
        either |= _is_secret(self.whole.table).reindex(either.index, fill_value=False)
        part = _is_secret(self.part.table).reindex(either.index, fill_value=False)
        share = part | either
        return {
            schema.TOTAL: either,
            schema.WHOLE: either,
            schema.PART: part,
            **dict.fromkeys((schema.SHARE, schema.LOW, schema.HIGH), share),
        }


def _suppressed(
    members: pd.DataFrame, measure: str, *, minimum: int, dominance: float
) -> _Hidden | None:
    """Return what is secret of a measure, None where nobody gave it."""
    part = MEASURES[measure]
    if measure not in members or members[measure].isna().all():
        return None
    amounts = pd.DataFrame(
        {
            schema.POLE_ID: members.get(schema.POLE_ID, pd.Series("", index=members.index)),
            _STRUCTURE: structure_keys(members),
            measure: members[measure],
            part: members.get(part, pd.Series(dtype="float64")),
        }
    )
    both = amounts[amounts[part] <= amounts[measure]]

    def cells(rows: pd.DataFrame, value: str) -> Suppression:
        table = table_cells(rows, by=[schema.POLE_ID], value=value, contributor=_STRUCTURE)
        return suppress(table, minimum=minimum, dominance=dominance)

    return _Hidden(cells(amounts, measure), cells(both, part), cells(both, measure))


def _poles(poles: pd.DataFrame, hidden: Mapping[str, _Hidden | None]) -> pd.DataFrame:
    masks: dict[str, pd.Series | bool] = {}
    for measure, its in hidden.items():
        if its is not None:
            secret = its.secret
            names = WEIGHT_COLUMNS[measure]
            masks |= {names[name]: mask for name, mask in secret.items() if name in names}
    return _secret(poles, masks)


def _weight(weight: pd.DataFrame, hidden: Mapping[str, _Hidden | None]) -> pd.DataFrame:
    pole = weight[schema.POLE_ID].replace("", TOTAL)
    for measure, its in hidden.items():
        if its is not None:
            here = weight[schema.MEASURE] == measure
            weight = _secret(
                weight,
                {
                    name: here & pole.map(mask).fillna(value=False).astype(bool)
                    for name, mask in its.secret.items()
                },
            )
    return weight


def _is_secret(table: pd.DataFrame) -> pd.Series:
    return table[schema.STATUS] == schema.SECRET


def _secret(frame: pd.DataFrame, masks: Mapping[str, pd.Series | bool]) -> pd.DataFrame:
    """Return `frame` with "secret" in the cells that are, but for those that say nothing."""
    frame = frame.copy()
    for column, mask in masks.items():
        if column not in frame:
            continue
        if isinstance(mask, pd.Series):
            mask = mask.reindex(frame.index, fill_value=False)
        hidden = frame[column].notna() & mask
        if hidden.any():
            frame[column] = frame[column].astype("object").mask(hidden, schema.SECRET)
    return frame


def _log(hidden: Mapping[str, _Hidden | None]) -> pd.DataFrame:
    """Return the logs one below the other, by the column of the amount."""
    logs = {}
    for measure, its in hidden.items():
        if its is not None:
            logs[measure] = its.total.log
            logs[MEASURES[measure]] = its.part.log
            logs[f"{measure} ({MEASURES[measure]})"] = its.whole.log
    columns = [schema.RULE, schema.PROTECTS]
    if not logs:
        return pd.DataFrame(columns=[_TABLE, schema.POLE_ID, *columns])
    return pd.concat(logs, names=[_TABLE, schema.POLE_ID])[columns].reset_index()
