"""The words of study files and of what explains a figure: a table, no code."""

from __future__ import annotations

from typing import Final

# key: (French, English)
STUDY_WORDS: Final[dict[str, tuple[str, str]]] = {}
