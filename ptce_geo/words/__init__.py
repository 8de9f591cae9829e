"""Every word that a reader sees, in French and English: tables, no code.

Use it through `ptce_geo.labels.label`.
"""

from __future__ import annotations

from typing import Final

from ptce_geo.words.changes import CHANGE_WORDS
from ptce_geo.words.columns import COLUMN_WORDS
from ptce_geo.words.common import COMMON_WORDS
from ptce_geo.words.explanations import EXPLANATION_WORDS
from ptce_geo.words.geopackages import GEOPACKAGE_WORDS
from ptce_geo.words.maps import MAP_WORDS
from ptce_geo.words.reports import REPORT_WORDS
from ptce_geo.words.studies import STUDY_WORDS

# key: (French, English), grouped by where the words are read.
LABELS: Final[dict[str, tuple[str, str]]] = {
    **COMMON_WORDS,
    **MAP_WORDS,
    **COLUMN_WORDS,
    **REPORT_WORDS,
    **GEOPACKAGE_WORDS,
    **STUDY_WORDS,
    **EXPLANATION_WORDS,
    **CHANGE_WORDS,
}
