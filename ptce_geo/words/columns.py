"""What each column says, in French and English: a table, no code."""

from __future__ import annotations

from typing import Final

# key: (French, English)
COLUMN_WORDS: Final[dict[str, tuple[str, str]]] = {}
