"""The words of what changed between two studies, in French and English: a table, no code."""

from __future__ import annotations

from typing import Final

# key: (French, English)
CHANGE_WORDS: Final[dict[str, tuple[str, str]]] = {}
