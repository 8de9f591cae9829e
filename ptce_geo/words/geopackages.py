"""The words of the GeoPackage and its styles, in French and English: a table, no code."""

from __future__ import annotations

from typing import Final

# key: (French, English)
GEOPACKAGE_WORDS: Final[dict[str, tuple[str, str]]] = {}
