"""The figures of concentration as a planner reads them: in words, with names, as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ptce_geo import schema
from ptce_geo.labels import Language, label, label_if_known
from ptce_geo.reports.table_file import write_table
from ptce_geo.territories import CURRENT_YEAR, territory_table

if TYPE_CHECKING:
    from pathlib import Path


def by_level(table: pd.DataFrame, lang: Language = "fr") -> pd.DataFrame:
    """Return the figures of whole levels in words: what a sheet or a console shows.

    Parameters
    ----------
    table : DataFrame
        What `concentration_table` returned.
    lang : {"fr", "en"}
        Language of the words.

    Returns
    -------
    DataFrame
        ``level``, ``group`` (where there are groups), ``figure``, ``estimate``, ``chance_low``,
        ``chance_high``, ``members`` and ``against_chance``: whether chance alone gives as much.
    """
    whole = table[table[schema.TERRITORY] == ""]
    return _without_empty_groups(
        pd.DataFrame(
            {
                schema.LEVEL: whole[schema.LEVEL].map(lambda level: label(level, lang)),
                schema.GROUP: whole[schema.GROUP],
                "figure": _in_words(whole[schema.INDICATOR], "indicator", lang),
                "estimate": whole[schema.VALUE],
                schema.CHANCE_LOW: whole[schema.CHANCE_LOW],
                schema.CHANCE_HIGH: whole[schema.CHANCE_HIGH],
                schema.MEMBERS: whole[schema.N],
                "against_chance": _in_words(whole[schema.FLAG], "flag", lang),
            }
        )
    )


def by_territory(
    table: pd.DataFrame, lang: Language = "fr", *, year: int = CURRENT_YEAR
) -> pd.DataFrame:
    """Return the location quotients in words, the largest first within a level.

    Parameters
    ----------
    table : DataFrame
        What `concentration_table` returned.
    lang : {"fr", "en"}
        Language of the words.
    year : int
        Vintage of the territories, whose names are told.

    Returns
    -------
    DataFrame
        ``level``, ``group`` (where there are groups), ``code``, ``nom``, ``members``,
        ``location_quotient`` with its ``location_quotient_low`` and ``location_quotient_high``,
        and ``reading``: whether it rests on few members.
    """
    quotients = table[table[schema.INDICATOR] == schema.LOCATION_QUOTIENT]
    parts = [
        part.assign(
            name=part[schema.TERRITORY].map(territory_table(level, year=year)[schema.NAME])
        ).sort_values(schema.VALUE, ascending=False, kind="stable")
        for (level, _), part in quotients.groupby([schema.LEVEL, schema.GROUP], sort=False)
    ]
    ranked = pd.concat(parts) if parts else quotients.assign(name="")
    return _without_empty_groups(
        pd.DataFrame(
            {
                schema.LEVEL: ranked[schema.LEVEL].map(lambda level: label(level, lang)),
                schema.GROUP: ranked[schema.GROUP],
                schema.CODE: ranked[schema.TERRITORY],
                schema.NAME: ranked["name"],
                schema.MEMBERS: ranked[schema.N],
                schema.LOCATION_QUOTIENT: ranked[schema.VALUE],
                schema.LOCATION_QUOTIENT_LOW: ranked[schema.LOW],
                schema.LOCATION_QUOTIENT_HIGH: ranked[schema.HIGH],
                "reading": _in_words(ranked[schema.FLAG], "flag", lang),
            }
        )
    )


def write_concentration(table: pd.DataFrame, path: Path, *, lang: Language = "fr") -> None:
    """Write what `concentration_table` returned.

    Parameters
    ----------
    table : DataFrame
        The table.
    path : Path
        ``.csv``: the table as it is, for other programs; ``.xlsx``: one sheet of whole levels, one
        of territories, in words.
    lang : {"fr", "en"}
        Language of the workbook.

    Raises
    ------
    InputError
        When the name ends otherwise.
    OutputError
        When the file cannot be written.
    """
    write_table(
        table,
        path,
        sheets=lambda: {
            "concentration": by_level(table, lang),
            "quotients": by_territory(table, lang),
        },
        lang=lang,
    )


def _in_words(column: pd.Series, prefix: str, lang: Language) -> pd.Series:
    return column.map(lambda word: label_if_known(prefix, word, lang) if word else "")


def _without_empty_groups(shown: pd.DataFrame) -> pd.DataFrame:
    shown = shown.reset_index(drop=True)
    return shown if (shown[schema.GROUP] != "").any() else shown.drop(columns=schema.GROUP)
