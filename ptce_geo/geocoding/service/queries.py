"""What a geocoding service is asked: one line of clean text, and the commune where that is sure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from ptce_geo import schema
from ptce_geo.geocoding.communes import CommuneGeocoder
from ptce_geo.geocoding.text import parts_of, read_town, read_town_and_line
from ptce_geo.territories.commune_index import commune_index
from ptce_geo.territories.names import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from ptce_geo.territories.commune_index import Place

# What the national service takes.
SHORTEST: Final = 3
LONGEST: Final = 200
# A cell that is longer is no address; reading it would take as long as it is.
_LONGEST_CELL: Final = 1000
_KEPT: Final = "-./"


class Query(NamedTuple):
    """What is asked of a service.

    Attributes
    ----------
    text : str
        3 to 200 letters, digits, blanks and ``-./``, the first a letter or digit.
    citycode : str
        The commune to look in, a municipal arrondissement by its own code as the BAN has it;
        "" for everywhere.
    """

    text: str
    citycode: str = ""

    @property
    def anywhere(self) -> Query:
        """The same without the commune."""
        return Query(self.text)


def queries_of(queries: pd.DataFrame, *, year: int) -> list[Query | None]:
    """Return what is asked for each row, None where its cells hold no address.

    Examples
    --------
    >>> import pandas as pd
    >>> queries = pd.DataFrame({"address": ["3, rue X", "="], "city": ["Paris 11e", ""]})
    >>> queries_of(queries, year=2026)
    [Query(text='3 rue X Paris 11e', citycode='75111'), None]
    """
    codes = ban_codes(year)
    cells = [_cells(queries, column) for column in _TEXT_COLUMNS]
    asked: list[Query | None] = []
    for address, postcode, city, match in zip(
        *cells, CommuneGeocoder(year).match(queries), strict=True
    ):
        text = query_text(address, postcode, city)
        if len(text) < SHORTEST:
            asked.append(None)
            continue
        sure = match.place if match.status == schema.ACCEPTED else None
        asked.append(Query(text, codes.get(sure, "") if sure else ""))
    return asked


def query_text(address: str, postcode: str, city: str) -> str:
    r"""Return an address on one line: cleaned, without CEDEX and its code, cut to 200 letters.

    The end is kept, where the town stands; "" where there is no letter and no digit.

    Examples
    --------
    >>> query_text("3 rue de l'Île\n42007 Saint-Étienne CEDEX 1", "", "")
    '3 rue de l Île Saint-Étienne'
    >>> query_text('=HYPERLINK("x";"12 rue X")', "42000.0", "SAINT-ETIENNE")
    'HYPERLINK x 12 rue X 42000 SAINT-ETIENNE'
    """
    address, postcode, city = (cell[:_LONGEST_CELL] for cell in (address, postcode, city))
    town = read_town(address, postcode, city)
    in_address, before = read_town_and_line(address, "", "")
    street = before if in_address.where == "cell" else address
    code = "" if town.cedex else town.postcode
    name = town.name if town.where == "cell" else ""
    *parts, last = parts_of(street) or [""]
    if parts and name and fold(last) == fold(name):
        street = " ".join(parts)
    end = clean_text(f"{code} {name}")[:LONGEST]
    begin = clean_text(street)[: max(0, LONGEST - len(end) - 1)]
    return clean_text(f"{begin} {end}")


def clean_text(text: str) -> str:
    r"""Return letters, digits, ``-./`` and single blanks; the first a letter or digit.

    No delimiter, quote or line break is left: a service that guesses how a file is written
    cannot guess wrong.

    Examples
    --------
    >>> clean_text("=1+2 \x00 «Chez Zoé» 🎉; 3|4")
    '1 2 Chez Zoé 3 4'
    """
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(c if _is_kept(c) else " " for c in composed)
    words = " ".join(word for word in kept.split() if any(map(str.isalnum, word)))
    while words and not words[0].isalnum():
        words = words[1:]
    return words


@lru_cache(maxsize=4096)
def _is_kept(character: str) -> bool:
    # Beyond the basic plane one letter counts as two in some servers.
    return ord(character) < 0x10000 and (
        character.isalnum() or character in _KEPT or unicodedata.category(character) == "Mn"
    )


@lru_cache(maxsize=2)
def ban_codes(year: int) -> Mapping[Place, str]:
    """Return by which code the BAN knows a place.

    Of Paris, Lyon and Marseille it knows the arrondissements only: the whole of them has none.
    """
    index = commune_index(year)
    return {
        place: code
        for code, place in index.by_code.items()
        if (code, 1) not in index.arrondissements
    }


def _cells(queries: pd.DataFrame, column: str) -> Sequence[str]:
    if column not in queries:
        return [""] * len(queries)
    return queries[column].astype("str").fillna("").str.strip().tolist()


_TEXT_COLUMNS: Final = (schema.ADDRESS, schema.POSTCODE, schema.CITY)
