"""The register SIRENE over the network: the API "Recherche d'entreprises" of the State.

https://recherche-entreprises.api.gouv.fr answers to a SIRET, or to a name within communes, with
legal units and those of their establishments that were meant.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rapidfuzz import fuzz

from ptce_geo.errors import GeocodingServiceError
from ptce_geo.files.cells import fold
from ptce_geo.geocoding.sirene.facts import (
    Address,
    Establishment,
    candidate,
    degrees,
    joined_address,
    precision_by_address,
    public_text,
    split_address,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

API_URL: Final = "https://recherche-entreprises.api.gouv.fr"
# What the service allows an address of the Internet.
REQUESTS_PER_SECOND: Final = 7

# Who directs a unit, and its accounts, are no business of ours: they are not even asked for.
_PARTS: Final = {"minimal": "true", "include": "siege,complements,matching_etablissements"}
_MOST_UNITS: Final = 10
_MOST_OF_UNIT: Final = 20
_LONGEST_NAME: Final = 100
_SHORTEST_NAME: Final = 3
# Names less alike are not of one structure.
_ALIKE: Final = 0.5
# A name whose words, two at least, are a part of the other's is less sure than the whole.
_PART_OF: Final = 0.9
_FEWEST_WORDS: Final = 2
# The API hands on INSEE's positions without their quality; see the geolocation file.
_SCORE: Final = 0.8
_SCORE_OF_COMMUNE: Final = 0.9


class Named(NamedTuple):
    """An establishment found by a name, and how alike the names are (0…1)."""

    alike: float
    establishment: Establishment


class SireneApi:
    """The API "Recherche d'entreprises".

    Parameters
    ----------
    base_url : str
        Its address, or that of another server that speaks the same language.

    Raises
    ------
    InputError
        When `base_url` is no address of a server.
    """

    def __init__(self, base_url: str = API_URL) -> None:
        from ptce_geo.session import Service  # importing geocoding does not load requests

        self.service = Service(
            base_url, name="Recherche d'entreprises", requests_per_second=REQUESTS_PER_SECOND
        )

    @property
    def version(self) -> str:
        """Where the answers come from."""
        return self.service.base_url

    def find(self, sirets: Iterable[str]) -> dict[str, Establishment]:
        """Return the establishments of those SIRETs that the register has, by SIRET.

        Raises
        ------
        GeocodingServiceError
            When the service cannot be reached, refuses, or answers with something else.
        """
        found = {}
        for siret in sorted(set(sirets)):
            units = self._search({"q": siret})
            # A unit has others besides the one asked for, and its seat comes first.
            known = [one for unit in units for one in _establishments(unit)]
            if meant := next((one for one in known if one.siret == siret), None):
                seat = known[0]
                if meant.state == "F" and seat.state == "A":
                    meant = replace(meant, instead=candidate(seat))
                found[siret] = meant
        return found

    def search(self, name: str, communes: Sequence[str] = ()) -> list[Named]:
        """Return the open establishments with a name like `name`, the likest first.

        Parameters
        ----------
        name : str
            What a structure is called.
        communes : sequence of str
            INSEE codes that the search is limited to, of arrondissements rather than of Paris,
            Lyon and Marseille; everywhere, and seats rather than others, where there are none.

        Returns
        -------
        list of Named
            Empty where the name is too short to be searched.
        """
        asked = " ".join("".join(c if c.isprintable() else " " for c in name).split())
        asked = asked[:_LONGEST_NAME].strip()
        if len(fold(asked).replace(" ", "")) < _SHORTEST_NAME or not any(map(str.isalpha, asked)):
            return []
        units = self._search(
            {
                "q": asked,
                "code_commune": ",".join(communes) or None,
                "etat_administratif": "A",
                "per_page": _MOST_UNITS,
                "limite_matching_etablissements": _MOST_OF_UNIT,
            }
        )
        best: dict[str, Named] = {}
        for unit in units:
            for one in _establishments(unit):
                elsewhere = bool(communes) and one.code not in communes
                alike = _likeness(asked, unit, one)
                if one.state != "F" and not elsewhere and alike >= _ALIKE:
                    best.setdefault(one.siret, Named(alike, one))
        return sorted(best.values(), key=lambda named: -named.alike)

    def _search(self, params: Mapping[str, object]) -> list[dict[str, Any]]:
        content = self.service.get_json("/search", {**params, **_PARTS})
        units = content.get("results") if isinstance(content, dict) else None
        if not isinstance(units, list):
            msg = (
                f"{self.service.name} ({self.service.base_url}/search): the answer has no list of "
                f"results; check the base URL"
            )
            raise GeocodingServiceError(msg)
        return [unit for unit in units if isinstance(unit, dict)]


def _establishments(unit: Mapping[str, Any]) -> Iterator[Establishment]:
    """Yield the seat of a unit, and those of its establishments that were meant."""
    seat = unit.get("siege")
    meant = unit.get("matching_etablissements")
    for one in [seat, *(meant if isinstance(meant, list) else [])]:
        if isinstance(one, dict) and public_text(one.get("siret")):
            yield _establishment(unit, one)


def _establishment(unit: Mapping[str, Any], one: Mapping[str, Any]) -> Establishment:
    address = _address(one)
    longitude, latitude = degrees(one.get("longitude"), one.get("latitude"))
    precision = "municipality" if longitude is None else precision_by_address(address)
    more = unit.get("complements")
    ess = more.get("est_ess") if isinstance(more, dict) else None
    state = public_text(one.get("etat_administratif"))
    if not state and public_text(unit.get("etat_administratif")) == "C":
        state = "F"
    return Establishment(
        siret=public_text(one.get("siret")),
        name=_name(unit, one),
        address=address,
        code=public_text(one.get("commune")).upper(),
        country=public_text(one.get("libelle_pays_etranger")),
        longitude=longitude,
        latitude=latitude,
        precision=precision,
        score=_SCORE_OF_COMMUNE if precision == "municipality" else _SCORE,
        state=state if state in {"A", "F"} else "",
        legal_form=public_text(unit.get("nature_juridique")),
        activity=public_text(one.get("activite_principale"))
        or public_text(unit.get("activite_principale")),
        staff_band=public_text(one.get("tranche_effectif_salarie")),
        ess=str(ess).lower() if isinstance(ess, bool) else "",
    )


def _address(one: Mapping[str, Any]) -> Address:
    """Return the address: of seats in its parts, of others on one line."""
    cells = {key: public_text(one.get(key)) for key in _CELLS}
    line = public_text(one.get("adresse"))
    if cells["libelle_voie"]:
        address = joined_address(**{ours: cells[theirs] for theirs, ours in _CELLS.items()})
        return Address(line or address.line, *_parts(address))
    return split_address(line, postcode=cells["code_postal"], city=cells["libelle_commune"])


_CELLS: Final = {
    "complement_adresse": "complement",
    "numero_voie": "number",
    "indice_repetition": "index",
    "type_voie": "street_type",
    "libelle_voie": "street",
    "distribution_speciale": "box",
    "code_postal": "postcode",
    "libelle_commune": "city",
    "cedex": "cedex",
    "libelle_cedex": "cedex_city",
}


def _parts(address: Address) -> tuple[str, str, str, str]:
    return address.number, address.street, address.postcode, address.city


def _name(unit: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """Return what a structure is called; persons by no name but that of their shop."""
    if public_text(unit.get("nature_juridique")).startswith("1"):
        return next(filter(None, _signs(one)), "")
    return public_text(unit.get("nom_complet")) or public_text(unit.get("nom_raison_sociale"))


def _signs(one: Mapping[str, Any]) -> list[str]:
    listed = one.get("liste_enseignes")
    signs = listed if isinstance(listed, list) else []
    return [public_text(sign) for sign in [one.get("nom_commercial"), *signs]]


def _likeness(asked: str, unit: Mapping[str, Any], one: Establishment) -> float:
    """Return how alike a name is to those that a unit goes by (0…1)."""
    of_unit = (unit.get(key) for key in ("nom_complet", "nom_raison_sociale", "sigle"))
    meant = unit.get("matching_etablissements")
    rows = [unit.get("siege"), *(meant if isinstance(meant, list) else [])]
    own = (row for row in rows if isinstance(row, dict) and row.get("siret") == one.siret)
    names = [*map(public_text, of_unit), *(sign for row in own for sign in _signs(row))]
    likeness = [_alike(fold(asked), fold(other)) for other in names if other]
    return round(max(likeness, default=0.0), 4)


def _alike(one: str, other: str) -> float:
    whole = fuzz.token_sort_ratio(one, other)
    shared = set(one.split()) & set(other.split())
    part = fuzz.token_set_ratio(one, other) if len(shared) >= _FEWEST_WORDS else 0.0
    return max(whole, _PART_OF * part) / 100
