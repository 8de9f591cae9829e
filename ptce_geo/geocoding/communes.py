"""The embedded geocoder: members at the reference point of their commune, with no network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from ptce_geo import __version__, schema
from ptce_geo.geocoding.text import text_cells
from ptce_geo.geocoding.town_match import Match, match_address
from ptce_geo.territories import CURRENT_YEAR
from ptce_geo.territories.commune_index import commune_index

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class CommuneGeocoder:
    """Place addresses at the reference point of their commune.

    Reads past capitals, accents, hyphens, St/Ste, articles and CEDEX; knows communes déléguées,
    associées and vanished, the arrondissements of Paris, Lyon and Marseille, and the overseas
    départements. How right and how fast it is: ``benchmarks/commune_geocoder.py``.

    Attributes
    ----------
    year : int
        Vintage of the communes.

    Examples
    --------
    >>> queries = pd.DataFrame({"postcode": ["42000", ""], "city": ["ST ETIENNE CEDEX", "Nowhere"]})
    >>> CommuneGeocoder().locate(queries)[["code_commune", "geocode_status", "geocode_reason"]]
      code_commune geocode_status         geocode_reason
    0        42218       accepted      postcode_and_town
    1          NaN       rejected  unknown_town: Nowhere
    """

    year: int = CURRENT_YEAR

    @property
    def name(self) -> str:
        """What stands in ``geocode_provider``."""
        return "commune"

    @property
    def version(self) -> str:
        """What the answers depend on."""
        return f"{__version__}:{self.year}"

    def locate(self, queries: pd.DataFrame) -> pd.DataFrame:
        """Return the place of each address.

        Parameters
        ----------
        queries : DataFrame
            Any of the text columns ``address``, ``postcode``, ``city``, ``departement`` (name or
            code, declared for the address) and ``pole_departement`` (only tells towns of one name
            apart). Missing columns and cells are empty.

        Returns
        -------
        DataFrame
            The columns `schema.GEOCODE_COLUMNS` on the index of `queries`.
        """
        return as_answers(self.match(queries), queries.index, provider=self.name)

    def match(self, queries: pd.DataFrame) -> list[Match]:
        """Return what became of each address; `locate` is this as a frame."""
        index = commune_index(self.year)
        cells = text_cells(queries)
        # Lists repeat their addresses, by the pole and by the town.
        known: dict[tuple[str, ...], Match] = {}
        matches = []
        for query in zip(*cells, strict=True):
            match = known.get(query)
            if match is None:
                match = known[query] = match_address(index, *query)
            matches.append(match)
        return matches


def as_answers(
    matches: Sequence[Match], index: pd.Index | list[int], *, provider: str
) -> pd.DataFrame:
    """Return matches as the columns `schema.GEOCODE_COLUMNS` on `index`."""
    places = [match.place for match in matches]
    columns: dict[str, object] = {
        schema.LONGITUDE: [place.longitude if place else None for place in places],
        schema.LATITUDE: [place.latitude if place else None for place in places],
        schema.GEOCODE_PROVIDER: [provider if place else None for place in places],
        schema.GEOCODE_PRECISION: [_PRECISION if place else None for place in places],
        schema.GEOCODE_SCORE: [match.score for match in matches],
        schema.GEOCODE_MARGIN: [match.margin for match in matches],
        schema.GEOCODE_LABEL: [place.name if place else None for place in places],
        schema.GEOCODE_STATUS: [match.status for match in matches],
        schema.GEOCODE_REASON: [match.reason for match in matches],
        schema.CODE_COMMUNE: [place.code_commune if place else None for place in places],
    }
    return pd.DataFrame(columns, index=index).astype(schema.GEOCODE_DTYPES)


_PRECISION: Final = "municipality"
