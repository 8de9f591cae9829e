"""What the sheets of territories and of poles share: room, members listed, names that fit."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.labels import label
from ptce_geo.reports.html import Grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ptce_geo.labels import Language
    from ptce_geo.reports.html import Figures

# What fits on the page beside the map; the rest is counted, and stands in the workbook.
LINES: Final = 11  # of lists and tables
# Letters of a title, a line, a name, a name in a list, and of cells.
TITLE, WIDE, NAME, NARROW = 90, 60, 34, 28
_CELLS: Final = {
    schema.MEMBER_NAME: 32,
    schema.name_column("commune"): 20,
    schema.POLE_NAME: 26,
    schema.MEMBER_KIND: 16,
}


def listed_members(
    figures: Figures, members: pd.DataFrame, name: str, columns: Sequence[str], *, lines: int
) -> Grid:
    """Return members as the sheets list them: those placed first, in the order of the list."""
    lang = figures.lang
    order = members[schema.GEOCODE_STATUS].map(schema.STATUSES.index)
    shown = members.loc[order.sort_values(kind="stable").index[:lines]]
    more = len(members) - len(shown)
    columns = [column for column in (*columns, schema.MEMBER_KIND) if column in members]
    return Grid(
        figures.words("page_members_caption", name=name),
        figures.titles(*columns, schema.GEOCODE_PRECISION),
        [
            [
                *(
                    "–" if pd.isna(member[column]) else shortened(member[column], _CELLS[column])
                    for column in columns
                ),
                _how_placed(member, lang),
            ]
            for _, member in shown.iterrows()
        ],
        words=frozenset(range(len(columns) + 1)),
        note=figures.words(
            "page_members_more", n=figures.number(more), sheet=label("sheet_members", lang)
        )
        if more
        else "",
    )


def _how_placed(member: pd.Series, lang: Language) -> str:
    status = str(member[schema.GEOCODE_STATUS])
    if status == schema.REJECTED:
        return label(status, lang)
    precision = label(str(member[schema.GEOCODE_PRECISION]), lang)
    return precision if status == schema.ACCEPTED else f"{precision} ({label(status, lang)})"


def shortened(text: object, most: int) -> str:
    """Return a text that fits its place, cut where it is wider than `most` small letters.

    Examples
    --------
    >>> shortened("Communauté de communes du Pays de Fayence", 28)
    'Communauté de communes du…'
    >>> shortened("COMMUNAUTÉ DE COMMUNES", 16)
    'COMMUNAUTÉ…'
    """
    words = str(text)
    ends = list(accumulate(map(_width, words)))
    if not ends or ends[-1] <= most:
        return words
    fitting = words[: bisect_right(ends, most - 1)]
    cut = fitting.rpartition(" ")[0]
    return (cut if len(cut) > len(fitting) / 2 else fitting).rstrip() + "…"


def _width(letter: str) -> float:
    """Return about how wide a letter is, a small one being 1."""
    if unicodedata.east_asian_width(letter) in "WF":
        return 2
    if letter in "MW@%":
        return 1.7
    return 1.25 if letter.isupper() else 1
