"""What every column is: its title, meaning, unit and how its numbers are written.

One catalogue for the workbook, the GeoPackage, the data package and the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ptce_geo.labels import label_if_known

if TYPE_CHECKING:
    from ptce_geo.labels import Language

Kind = Literal["text", "code", "integer", "number", "share"]


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    name : str
        As in `ptce_geo.schema`, or as the list has it.
    title : str
        What a reader sees above it.
    description : str
        What it says, in a sentence; "" for a column of the list that is not ours.
    unit : str
        "km", "km²", "ETP", "€", "habitants" …; "" where there is none.
    kind : {"text", "code", "integer", "number", "share"}
        What its cells are; a share (0 … 1) is read as a percentage.
    decimals : int
        Decimals that a reader is shown (of a share: of the percentage).
    """

    name: str
    title: str
    description: str
    unit: str
    kind: Kind
    decimals: int


def column_of(name: str, lang: Language = "fr") -> Column:
    """Return what is known of the column called `name`."""
    return Column(name, label_if_known("column", name, lang), "", "", "text", 0)
