"""The words of the report and its sheets, in French and English: a table, no code."""

from __future__ import annotations

from typing import Final

# key: (French, English)
REPORT_WORDS: Final[dict[str, tuple[str, str]]] = {}
