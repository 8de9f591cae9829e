"""What went wrong while a list was read, kept beside the frame until someone asks.

A problem is a word of `Word` and its details; `ptce_geo.labels` words it, in every language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import pandas as pd

from ptce_geo.labels import Language, format_given, label

if TYPE_CHECKING:
    from collections.abc import Iterable

# The whole vocabulary of `kind`.
REPAIRED: Final = "repaired"  # the value was written wrongly, what it means is certain
LOST: Final = "lost"  # the value cannot be used: missing in the frame, kept in the problem
DOUBTFUL: Final = "doubtful"  # read as it stands, but look at it
MISSING: Final = "missing"  # something a study needs is not there

# Everything that can be said of a list. Each word has its wording in words/, "remark_<word>",
# which is filled in from the details.
Word = Literal[
    # the file
    "mixed_encodings",
    "unknown_characters",
    "unclosed_quote",
    "other_sheets",
    "other_layers",
    "above_headings",
    "headings_again",
    "width_of_row",
    "other_heading_used",
    "in_euros",
    "columns_not_degrees",
    "no_commune_codes",
    "commune_codes_repaired",
    "codes_inside_communes",
    "commune_codes_of_other_years",
    "communes_without_zone",
    "commune_again",
    "several_zone_names",
    "polygons_mended",
    "polygons_joined",
    "renamed_column",
    # a cell
    "read_as",
    "from_postcode_and_town",
    "formula_error",
    "formula_without_result",
    "not_a_postcode",
    "not_a_commune_code",
    "no_commune_code",
    "not_a_polygon",
    "polygon_without_code",
    "not_a_siret",
    "rounded_siret",
    "leading_zero",
    "siret_check_digit",
    "siren",
    "siret_length",
    "not_a_number",
    "negative",
    "decimals_or_thousands",
    "not_a_year",
    "not_degrees",
    # a row
    "total_row",
    "pole_ids_made",
    "member_ids_made",
    "same_as_line",
    "no_name",
    "no_names",
    "no_location",
    "no_pole",
    "no_poles",
]
# Numbers are quantities, written as a reader of the language expects; lines and codes are text.
Details = Mapping[str, str | int | float]

PROBLEM_COLUMNS: Final = ("line", "column", "value", "message", "kind")
_ATTRS_KEY: Final = "ptce_geo_problems"


class Problem(NamedTuple):
    """One problem; `line` is None when it concerns the file as a whole.

    Made of what JSON can hold; `details` is None where the word says it all.
    """

    line: int | None
    column: str | None
    value: str | None
    kind: str
    word: Word
    details: Details | None = None


def remember(frame: pd.DataFrame, problems: Iterable[Problem]) -> None:
    """Keep `problems` in the attrs of `frame`.

    As one JSON text: pandas copies attrs deeply at every operation, which for a list of
    100,000 problems costs more than the operation itself.
    """
    frame.attrs[_ATTRS_KEY] = json.dumps(list(problems), ensure_ascii=False)


def remembered(frame: pd.DataFrame) -> list[Problem]:
    """Return the problems kept in the attrs of `frame` (none for a hand-made frame)."""
    return [Problem(*fields) for fields in json.loads(frame.attrs.get(_ATTRS_KEY, "[]"))]


def wording(word: Word, details: Details | None, lang: Language) -> str:
    """Return the sentence that a reader of `lang` sees.

    Examples
    --------
    >>> wording("in_euros", {"factor": 1000}, "en")
    'multiplied by 1,000 to be in euros'
    >>> wording("same_as_line", {"line": "1024"}, "fr")
    'mêmes nom, pôle et adresse qu’à la ligne 1024'
    """
    filled = {name: _written(detail, lang) for name, detail in (details or {}).items()}
    return label(f"remark_{word}", lang).format(**filled)


def _written(detail: str | float, lang: Language) -> str:
    if isinstance(detail, str):
        return detail
    return format_given(detail, lang)


def problem_frame(problems: Iterable[Problem], lang: Language) -> pd.DataFrame:
    """Return `problems` as a frame, in the order of the lines, those of the whole file first."""
    ordered = sorted(problems, key=lambda problem: problem.line or 0)
    rows = [
        (line, column, value, wording(word, details, lang), kind)
        for line, column, value, kind, word, details in ordered
    ]
    frame = pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS)).astype("str")
    frame["line"] = pd.array([problem.line for problem in ordered], dtype="Int64")
    return frame
