"""What changed between two studies as the sheets of a workbook list it: in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.indicators.changed_figures import LEVEL_FIGURES, PAIRED_FLAG, REASON
from ptce_geo.indicators.changes import (
    CHANGE,
    MEMBER_CHANGES,
    NEWLY_LOCATED,
    NO_LONGER_LOCATED,
    POLE_CHANGES,
    SAME_ADDRESS,
    column_of_side,
)
from ptce_geo.indicators.differences import (
    COME,
    DIFFERENCE,
    GONE,
    NO_INTERVAL,
    NOT_DISTINGUISHABLE,
)
from ptce_geo.indicators.list_matching import AFTER, AMBIGUOUS, BEFORE, MATCHED_BY
from ptce_geo.labels import Language, format_given, label, label_if_known
from ptce_geo.reports.columns import Column
from ptce_geo.reports.workbook import Sheet
from ptce_geo.words import LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ptce_geo.reports.columns import Kind

UNCHANGED: Final = "unchanged"
_SIDES: Final = (BEFORE, AFTER)
_LEVELS: Final = ("region", "departement", "epci", "commune")
_SHARES: Final = (schema.SHARE_POPULATION, schema.SHARE_TERRITORIES)
_ZONES: Final = {"white_zones": "zones", "white_zones_population": "people"}
_COUNTED: Final = (COME, GONE, NEWLY_LOCATED, NO_LONGER_LOCATED)
# How numbers are written, by the longest of these that the name of their column begins with.
_NUMBERS: Final[dict[str, tuple[Kind, int]]] = {
    "members_": ("integer", 0),
    "members_difference_": ("number", 1),
    "members_per_100k_": ("number", 2),
    "location_quotient_": ("number", 2),
    "change_p_value": ("number", 3),
    "change_figures": ("integer", 0),
    "change_distance_km": ("number", 1),
    "estimate_": ("number", 3),
    "share_": ("share", 1),
    "zones_": ("integer", 0),
    "people_": ("integer", 0),
}


def readings(indicators: pd.DataFrame) -> pd.Series:
    """Return how each difference reads, in a word of the vocabulary ("change_reading_<word>").

    Of members that are followed from list to list it is the paired reading (`paired_difference`),
    else that of the interval; "unchanged" where both figures are the same.
    """
    paired = indicators[PAIRED_FLAG]
    found = indicators[schema.FLAG].mask(paired != "", paired)
    same = (indicators[DIFFERENCE] == 0) & found.isin([NOT_DISTINGUISHABLE, NO_INTERVAL])
    return found.mask(same, UNCHANGED)


def level_name(level: str, lang: Language, *, zonings: Mapping[str, str]) -> str:
    """Return the plural of a level ("Régions"); a zoning by the name that a study gave it."""
    return zonings.get(level) or label_if_known("sheet", level, lang)


def levels_of(indicators: pd.DataFrame) -> list[str]:
    """Return the levels with figures by territory, the largest first, then the zonings."""
    found = indicators.loc[indicators[schema.INDICATOR].isin(LEVEL_FIGURES), schema.LEVEL].unique()
    return [level for level in _LEVELS if level in found] + [
        level for level in found if level not in _LEVELS
    ]


def change_sheet(
    name: str,
    frame: pd.DataFrame,
    notes: Sequence[str],
    lang: Language,
    *,
    names: int = 1,
    totals: Sequence[str] = (),
) -> Sheet:
    """Return a sheet whose columns of before, after and difference are known."""
    columns = {}
    for column in map(str, frame.columns):
        known = max((begin for begin in _NUMBERS if column.startswith(begin)), key=len, default="")
        if known:
            kind, decimals = _NUMBERS[known]
            columns[column] = Column(
                column, label(f"column_{column}", lang), "", "", kind, decimals
            )
    return Sheet(name, frame, notes, names=names, totals=totals, columns=columns)


def _in_words(column: pd.Series, prefix: str, lang: Language) -> pd.Series:
    """Return words of ours as a reader's; "" stays."""
    return column.map(lambda word: label(f"{prefix}_{word}", lang) if word else "").astype("str")


def _changed_first(frame: pd.DataFrame, kinds: Sequence[str], name: str) -> pd.DataFrame:
    """Return the rows in the order of `kinds`, within each by name."""
    rank = frame[CHANGE].map({kind: rank for rank, kind in enumerate(kinds)})
    told = frame[column_of_side(name, AFTER)].fillna(frame[column_of_side(name, BEFORE)])
    ordered = pd.DataFrame({"rank": rank, "name": told.str.casefold()}).sort_values(
        ["rank", "name"], kind="stable"
    )
    return frame.loc[ordered.index]


def _names(frame: pd.DataFrame, name: str) -> tuple[pd.Series, pd.Series]:
    """Return the name now (of one that went, its last), and the former one where it was another."""
    now, was = frame[column_of_side(name, AFTER)], frame[column_of_side(name, BEFORE)]
    other = was.notna() & now.notna() & (was != now)
    return now.fillna(was), was.where(other)


def poles_listed(poles: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Return what became of each pole, those that changed first."""
    shown = _changed_first(poles, POLE_CHANGES, schema.POLE_NAME)
    name, former = _names(shown, schema.POLE_NAME)
    commune = schema.name_column("commune")
    was, now = (shown[column_of_side(schema.MEMBERS, side)] for side in _SIDES)
    return pd.DataFrame(
        {
            "change_what": _in_words(shown[CHANGE], "change", lang),
            schema.POLE_NAME: name,
            "change_name_before": former,
            **{column_of_side(commune, side): shown[f"{commune}_{side}"] for side in _SIDES},
            "change_distance_km": shown[schema.DISTANCE_KM],
            "members_before": was,
            "members_after": now,
            "members_difference": now - was,
            "change_matched_by": _in_words(shown[MATCHED_BY], "change_by", lang),
        }
    )


def members_listed(members: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Return what became of each member, those that changed first."""
    shown = _changed_first(members, MEMBER_CHANGES, schema.MEMBER_NAME)
    name, former = _names(shown, schema.MEMBER_NAME)
    sided = [
        column_of_side(column, side)
        for column in (schema.POLE_NAME, schema.name_column("commune"))
        for side in _SIDES
    ]
    same = shown[SAME_ADDRESS].map(
        {True: label("change_yes", lang), False: label("change_no", lang)}
    )
    return pd.DataFrame(
        {
            "change_what": _in_words(shown[CHANGE], "change", lang),
            schema.MEMBER_NAME: name,
            "change_name_before": former,
            **{column: shown[column] for column in sided},
            "change_distance_km": shown[schema.DISTANCE_KM],
            "change_same_address": same.where(shown[MATCHED_BY] != "", ""),
            "change_matched_by": _in_words(shown[MATCHED_BY], "change_by", lang),
            "change_ambiguous": _in_words(shown[AMBIGUOUS], "change_by", lang),
            schema.SIRET: _names(shown, schema.SIRET)[0],
        }
    )


def level_sheets(
    indicators: pd.DataFrame,
    notes: tuple[str, ...],
    lang: Language,
    *,
    zonings: Mapping[str, str],
) -> list[Sheet]:
    """Return one sheet a level: a territory a row, its members and its quotient."""
    told = indicators.assign(change_reading=readings(indicators))
    compared = told[told[REASON] == ""]
    sheets = []
    for level in levels_of(indicators):
        rows = compared[compared[schema.LEVEL] == level].set_index(schema.TERRITORY)
        members, rates, quotients = (rows[rows[schema.INDICATOR] == name] for name in LEVEL_FIGURES)
        if members.empty:
            continue
        frame = pd.DataFrame(
            {
                schema.CODE: members.index,
                schema.NAME: members[schema.NAME],
                "members_before": members[BEFORE].astype("int64"),
                "members_after": members[AFTER].astype("int64"),
                "members_difference": members[DIFFERENCE].astype("int64"),
                "change_reading": _in_words(members["change_reading"], "change_reading", lang),
                **{f"members_{name}": members[name] for name in _COUNTED},
                "change_p_value": members[schema.P_VALUE],
                "members_difference_low": members[schema.LOW],
                "members_difference_high": members[schema.HIGH],
                **{f"members_per_100k_{side}": rates[side] for side in _SIDES},
                **{f"location_quotient_{side}": quotients[side] for side in _SIDES},
                "location_quotient_difference": quotients[DIFFERENCE],
                "location_quotient_difference_low": quotients[schema.LOW],
                "location_quotient_difference_high": quotients[schema.HIGH],
                "change_read_quotient": _in_words(
                    quotients["change_reading"].reindex(members.index).fillna(""),
                    "change_reading",
                    lang,
                ),
            },
            index=members.index,
        )
        largest = frame["members_difference"].abs().sort_values(ascending=False, kind="stable")
        counted = ["before", "after", "difference", *_COUNTED]
        sheets.append(
            change_sheet(
                level_name(level, lang, zonings=zonings),
                frame.loc[largest.index],
                notes,
                lang,
                names=2,
                totals=[f"members_{name}" for name in counted],
            )
        )
    return sheets


def _of_figures(rows: pd.DataFrame, number: str, lang: Language) -> dict[str, pd.Series]:
    """Return the columns of before, after, difference and reading."""
    return {
        **{f"{number}_{side}": rows[side] for side in (*_SIDES, DIFFERENCE)},
        "change_reading": _in_words(readings(rows), "change_reading", lang),
    }


def concentration_listed(
    indicators: pd.DataFrame, lang: Language, *, zonings: Mapping[str, str]
) -> pd.DataFrame:
    """Return the indices of whole levels."""
    elsewhere = (*LEVEL_FIGURES, *_SHARES, *_ZONES)
    rows = indicators[~indicators[schema.INDICATOR].isin(elsewhere) & (indicators[REASON] == "")]
    return pd.DataFrame(
        {
            schema.LEVEL: _level(rows, lang, zonings),
            schema.GROUP: rows[schema.GROUP],
            "figure": _figure(rows, lang),
            **_of_figures(rows, "estimate", lang),
        }
    ).pipe(_without_empty, schema.GROUP)


def coverage_listed(
    indicators: pd.DataFrame, lang: Language, *, zonings: Mapping[str, str]
) -> pd.DataFrame:
    """Return the shares of whole levels, then of the territories where they changed."""
    rows = indicators[indicators[schema.INDICATOR].isin(_SHARES) & (indicators[REASON] == "")]
    whole = rows[schema.TERRITORY] == ""
    rows = pd.concat([rows[whole], rows[~whole & (rows[DIFFERENCE] != 0)]])
    return pd.DataFrame(
        {
            schema.LEVEL: _level(rows, lang, zonings),
            schema.CODE: rows[schema.TERRITORY],
            schema.NAME: rows[schema.NAME],
            "figure": rows[schema.INDICATOR].map(lambda name: label(f"column_{name}", lang)),
            "coverage": _reach(rows, lang),
            **_of_figures(rows, "share", lang),
        }
    )


def white_zones_listed(indicators: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Return how many white zones there are at each distance, and who lives there."""
    rows = indicators[indicators[schema.INDICATOR].isin(_ZONES) & (indicators[REASON] == "")]
    keys = [schema.GROUP, schema.THRESHOLD_KM]
    parts = [
        rows[rows[schema.INDICATOR] == name]
        .set_index(keys)[[*_SIDES, DIFFERENCE]]
        .add_prefix(f"{number}_")
        for name, number in _ZONES.items()
    ]
    table = pd.concat(parts, axis=1).reset_index()
    table.insert(0, "coverage", _reach(table, lang))
    return table.drop(columns=keys)


def not_comparable_listed(
    indicators: pd.DataFrame, lang: Language, *, zonings: Mapping[str, str]
) -> pd.DataFrame:
    """Return how many figures are not compared, by level, figure and reason."""
    rows = indicators[indicators[REASON] != ""]
    told = pd.DataFrame(
        {
            schema.LEVEL: _level(rows, lang, zonings),
            "figure": _figure(rows, lang),
            "change_reason": _in_words(rows[REASON], "change_reason", lang),
        }
    )
    counts = told.groupby([*told.columns], sort=False).size()
    return counts.rename("change_figures").reset_index()


def _level(rows: pd.DataFrame, lang: Language, zonings: Mapping[str, str]) -> pd.Series:
    def named(level: str) -> str:
        return zonings.get(level) or (label(level, lang) if level in LABELS else level)

    return rows[schema.LEVEL].map(named)


def _figure(rows: pd.DataFrame, lang: Language) -> pd.Series:
    """Return the name of each figure: of an index, of a column, or of white zones."""

    def named(name: str) -> str:
        if name in _ZONES:
            return label("change_sheet_white_zones", lang)
        known = label_if_known("indicator", name, lang)
        return label_if_known("column", name, lang) if known == name else known

    return rows[schema.INDICATOR].map(named)


def _reach(rows: pd.DataFrame, lang: Language) -> list[str]:
    """Return what covers: a member that is there, or within so many kilometres."""
    return [
        label("by_presence", lang)
        if group == "presence"
        else label(f"within_km_of_{group}", lang).format(km=format_given(km, lang))
        for group, km in zip(rows[schema.GROUP], rows[schema.THRESHOLD_KM], strict=True)
    ]


def _without_empty(shown: pd.DataFrame, column: str) -> pd.DataFrame:
    return shown if (shown[column] != "").any() else shown.drop(columns=column)
