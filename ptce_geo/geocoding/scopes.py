"""Where the town of an address may lie, the narrowest first."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from ptce_geo.territories.commune_index import Area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ptce_geo.territories.commune_index import CommuneIndex

# A name must be this like what was written to be taken for it; the wider the place, the stricter.
_ALIKE_UNDER_POSTCODE: Final = 0.75
_ALIKE_IN_DEPARTEMENT: Final = 0.86
_ALIKE_IN_FRANCE: Final = 0.90


class Scope(NamedTuple):
    """Somewhere to look for the town of an address.

    Attributes
    ----------
    reason : str
        What is said of a town met here.
    weight : float
        What it is worth (0…1) to have met it here.
    alike : float
        How like a misspelt name must be; 1 where only the name itself will do.
    area : Area
        What the scope is limited to.
    """

    reason: str
    weight: float
    alike: float
    area: Area = Area()

    @property
    def by_address(self) -> bool:
        """Whether the address itself, not the pole or nothing at all, says to look here."""
        return self.weight >= 0.9

    @property
    def contradicts(self) -> bool:
        """Whether a town met here is not where the address says it is."""
        return self.weight < 0.5


def scopes_of(index: CommuneIndex, postcode: str, declared: str, of_pole: str) -> Sequence[Scope]:
    """Return where to look, the narrowest first."""
    if postcode:
        return _postcode_scopes(index, postcode)
    if declared:
        near = frozenset((declared,))
        return (
            Scope("town_in_departement", 0.95, _ALIKE_IN_DEPARTEMENT, Area(departements=near)),
            Scope("departement_contradicts_town", 0.4, 1.0),
        )
    france = Scope("only_town_of_that_name", 0.8, _ALIKE_IN_FRANCE)
    if not of_pole:
        return (france,)
    near = frozenset((of_pole,))
    pole = Scope("town_in_pole_departement", 0.85, _ALIKE_IN_DEPARTEMENT, Area(departements=near))
    return (pole, france)


@lru_cache(maxsize=10_000)
def _postcode_scopes(index: CommuneIndex, postcode: str) -> Sequence[Scope]:
    near = index.departements_of(postcode)
    scopes = (
        Scope("town_in_departement", 0.9, _ALIKE_IN_DEPARTEMENT, Area(departements=near)),
        Scope("postcode_contradicts_town", 0.4, 1.0),
    )
    under = frozenset(index.by_postcode.get(postcode, ()))
    if not under:
        return scopes
    return (
        Scope("postcode_and_town", 1.0, _ALIKE_UNDER_POSTCODE, Area(communes=under)),
        *scopes,
    )
