"""The offline geocoder: members at their house number, from an index of the national addresses."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from ptce_geo import __version__, schema
from ptce_geo.geocoding.address import Address, read_address
from ptce_geo.geocoding.ban_index.match import Found, search
from ptce_geo.geocoding.ban_index.packing import FORMAT
from ptce_geo.geocoding.ban_index.reader import BanIndex, open_ban_index
from ptce_geo.geocoding.ban_index.readings import FLOOR
from ptce_geo.geocoding.text import shown, text_cells
from ptce_geo.geocoding.town_match import match_address
from ptce_geo.territories import CURRENT_YEAR
from ptce_geo.territories.commune_index import commune_index
from ptce_geo.territories.names import split_arrondissement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ptce_geo.geocoding.ban_index.packing import Numbers
    from ptce_geo.territories.commune_index import CommuneIndex, Place


class Answer(NamedTuple):
    """What became of one address, cell by cell, in the order of `_COLUMNS`."""

    longitude: float | None
    latitude: float | None
    provider: str | None
    precision: str | None
    score: float
    margin: float
    label: str | None
    status: str
    reason: str
    code_commune: str | None
    number: str | None = None
    street: str | None = None
    postcode: str | None = None
    city: str | None = None
    candidates: str | None = None


_COLUMNS: Final = (*schema.GEOCODE_COLUMNS, *schema.FOUND_COLUMNS, schema.GEOCODE_CANDIDATES)
# How many addresses are taken through each step together.
_AT_ONCE: Final = 2_000
# How many answers a person is given to choose from, and how near the best they must be.
_MOST_CANDIDATES: Final = 3
_NEAR: Final = 0.3
# What is taken off the score where the number is only nearly the one asked.
_NO_REPETITION: Final = 0.02
_INTERPOLATED: Final = 0.05
_NO_NUMBER: Final = 0.10
# The street of another commune under the postcode may be meant.
_NO_NUMBER_NOR_TOWN: Final = 0.25


@dataclass(frozen=True)
class BanIndexGeocoder:
    r"""Place addresses at their house number, by an index of the Base Adresse Nationale.

    Reads free text and columns. Where the street is not known the address is placed at its
    commune, as `CommuneGeocoder` does, and the reason says so. How right and how fast it is:
    ``benchmarks/geocoding.py``.

    Attributes
    ----------
    path : str or Path
        What `build_ban_index` wrote.
    year : int
        Vintage of the communes.

    Raises
    ------
    UnreadableFileError
        At the first address, when the file is no such index, or of another version.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from ptce_geo.geocoding import build_ban_index
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     addresses, index = pathlib.Path(folder, "42.csv"), pathlib.Path(folder, "ban.idx")
    ...     _ = addresses.write_text(
    ...         "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat\n"
    ...         "a;3;;Rue de la Paix;42000;42218;Saint-Étienne;4.39;45.44\n", encoding="utf-8")
    ...     _ = build_ban_index([addresses], index)
    ...     queries = pd.DataFrame({"address": ["3, r. de la Paix 42000 ST ETIENNE"]})
    ...     BanIndexGeocoder(index).locate(queries)[["geocode_label", "geocode_precision"]]
                              geocode_label geocode_precision
    0  3 Rue de la Paix 42000 Saint-Étienne       housenumber
    """

    path: str | Path
    year: int = CURRENT_YEAR

    @property
    def name(self) -> str:
        """What stands in ``geocode_provider``."""
        return "ban_index"

    @property
    def version(self) -> str:
        """What the answers depend on: the addresses, and how they are indexed."""
        return f"{__version__}:{FORMAT}:{self._index.build_id}:{self.year}"

    @cached_property
    def _index(self) -> BanIndex:
        return open_ban_index(self.path)

    def locate(self, queries: pd.DataFrame) -> pd.DataFrame:
        """Return the place of each address.

        Parameters
        ----------
        queries : DataFrame
            Any of the text columns ``address``, ``postcode``, ``city``, ``departement`` and
            ``pole_departement``, as in `CommuneGeocoder.locate`.

        Returns
        -------
        DataFrame
            The columns `schema.GEOCODE_COLUMNS`, `schema.FOUND_COLUMNS` and
            ``geocode_candidates`` on the index of `queries`.
        """
        with _collecting_no_garbage():
            columns = self._columns(list(zip(*text_cells(queries), strict=True)))
        frame = pd.DataFrame(dict(zip(_COLUMNS, columns, strict=True)), index=queries.index)
        return frame.astype({**schema.GEOCODE_DTYPES, **dict.fromkeys(_COLUMNS[10:], "str")})

    def _columns(self, queries: Sequence[tuple[str, ...]]) -> list[Sequence[object]]:
        """Return the answers to queries column by column, in the order of `_COLUMNS`."""
        index, communes = self._index, commune_index(self.year)
        known: dict[tuple[str, ...], Answer] = {}
        # Lists repeat their addresses.
        distinct = list(dict.fromkeys(queries))
        for start in range(0, len(distinct), _AT_ONCE):
            some = distinct[start : start + _AT_ONCE]
            known.update(zip(some, self._answers(index, communes, some), strict=True))
        answers = [known[query] for query in queries]
        return list(zip(*answers, strict=True)) if answers else [()] * len(_COLUMNS)

    def _answers(
        self, index: BanIndex, communes: CommuneIndex, queries: Sequence[tuple[str, ...]]
    ) -> Iterator[Answer]:
        """Yield the answer to each query.

        Each step is taken for all of them before the next, which is a quarter faster: what a step
        works with stays near the processor.
        """
        addresses = [read_address(*query[:3]) for query in queries]
        departements = [
            communes.departement(departement or address.town.departement)
            for address, (*_, departement, _) in zip(addresses, queries, strict=True)
        ]
        ranked = search(index, communes, addresses, departements)
        index.numbers.read_ahead(found[0].street.id for found in ranked if found)
        for query, address, found in zip(queries, addresses, ranked, strict=True):
            if found and found[0].score >= FLOOR:
                yield self._at_street(index, communes, address, found)
            else:
                yield self._at_commune(communes, address, query)

    def _at_commune(
        self, communes: CommuneIndex, address: Address, query: tuple[str, ...]
    ) -> Answer:
        written, match = query[0], match_address(communes, *query)
        place, reason = match.place, match.reason
        accepted = match.status == schema.ACCEPTED
        if accepted and address.street and not _is_town(communes, address, place):
            reason = f"street_not_found: {shown(written)}"
        return Answer(
            longitude=place.longitude if place else None,
            latitude=place.latitude if place else None,
            provider=self.name if place else None,
            precision="municipality" if place else None,
            score=match.score,
            margin=match.margin,
            label=place.name if place else None,
            status=match.status,
            reason=reason,
            code_commune=place.code_commune if place else None,
            city=place.name if place else None,
        )

    def _at_street(
        self, index: BanIndex, communes: CommuneIndex, address: Address, ranked: list[Found]
    ) -> Answer:
        best, number = _best_with_number(index, address, ranked)
        street, commune = best.street, best.commune
        others = []
        if len(ranked) > 1:
            others = [found for found in ranked if not _same_street(found, best)]
        second = max((found.score for found in others), default=0.0)
        if others and address.number and number.off == 0:
            second = max(
                found.score - _at_number(index.numbers[found.street.id], found, address).off
                for found in others[:_MOST_TIED]
            )
        code = communes.by_code.get(commune.code)
        label = " ".join(filter(None, (number.label, street.name, number.postcode, commune.nom)))
        return Answer(
            longitude=number.longitude,
            latitude=number.latitude,
            provider=self.name,
            precision=number.precision,
            score=round(best.score - number.off, 4),
            margin=round(best.score - second, 4) if others else 1.0,
            label=label,
            status=schema.ACCEPTED,
            reason=number.reason,
            code_commune=code.code_commune if code else commune.code,
            number=number.label or None,
            street=street.name,
            postcode=number.postcode or None,
            city=commune.nom,
            candidates=_listed(best, others),
        )


@contextmanager
def _collecting_no_garbage() -> Iterator[None]:
    """Keep the garbage collector from going through the registers again and again.

    What is made meanwhile holds no cycles; it is a quarter of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _is_town(communes: CommuneIndex, address: Address, place: Place | None) -> bool:
    """Whether there is no street in an address: where it stands, the town itself does."""
    if address.number or place is None:
        return False
    hits = communes.hits(split_arrondissement(address.street)[0])
    return any(hit.name.code_commune == place.code_commune for hit in hits)


def _same_street(one: Found, other: Found) -> bool:
    """Whether two streets of the base are one, written twice: "rue Jean-Moulin"."""
    return (
        one.street.key == other.street.key
        and one.commune.code == other.commune.code
        and one.street.old_commune == other.street.old_commune
    )


class _AtNumber(NamedTuple):
    """Where a number lies on its street, and how that is known."""

    longitude: float
    latitude: float
    precision: str
    label: str
    postcode: str
    reason: str
    off: float


def _best_with_number(
    index: BanIndex, address: Address, ranked: list[Found]
) -> tuple[Found, _AtNumber]:
    """Return the likeliest street; of those as likely, the first that has the number."""
    least = ranked[0].score - 0.01
    chosen: tuple[Found, _AtNumber] | None = None
    for found in ranked[:_MOST_TIED]:
        if found.score < least:
            break
        at = _at_number(index.numbers[found.street.id], found, address)
        if chosen is None or at.off < chosen[1].off:
            chosen = found, at
        if at.off == 0:
            break
    assert chosen is not None
    return chosen


_MOST_TIED: Final = 8


def _at_number(numbers: Numbers, found: Found, address: Address) -> _AtNumber:
    street = found.street
    word = "street_found" if found.likeness == 1 else "street_likest"
    if address.number:
        number, repetition = int(address.number), address.repetition
        at = numbers.find(number, repetition)
        reason, off = word.replace("street", "address"), 0.0
        if at is None and repetition:
            at = _near_repetition(numbers, number, repetition)
            if at is not None and numbers.label(at).partition(" ")[2] != repetition[:1]:
                asked, off = f"{number} {repetition}", _NO_REPETITION
                reason = f"repetition_not_found: {asked} → {numbers.label(at)}"
        if at is not None:
            return _AtNumber(
                *numbers.position(at),
                "housenumber",
                numbers.label(at),
                numbers.postcode(at) or street.postcode,
                reason,
                off,
            )
        if between := numbers.interpolate(number):
            reason = f"number_interpolated: {number}"
            return _AtNumber(*between, "street", "", street.postcode, reason, _INTERPOLATED)
        reason = f"number_not_found: {number}"
        off = _NO_NUMBER if found.town_told else _NO_NUMBER_NOR_TOWN
    else:
        reason, off = word, 0.0
    precision = street.kind
    return _AtNumber(street.longitude, street.latitude, precision, "", street.postcode, reason, off)


def _near_repetition(numbers: Numbers, number: int, repetition: str) -> int | None:
    """Return the address of a number whose repetition is written otherwise, or is missing."""
    for other in (repetition[:1], _LONG.get(repetition, ""), ""):
        at = numbers.find(number, other)
        if at is not None:
            return at
    return None


_LONG: Final = {"b": "bis", "t": "ter", "q": "quater"}


def _listed(best: Found, others: list[Found]) -> str | None:
    near = [found for found in others if best.score - found.score <= _NEAR][:_MOST_CANDIDATES]
    listed = [
        f"{found.street.name} {found.street.postcode} {found.commune.nom} ({found.score:.2f})"
        for found in near
    ]
    return " | ".join(listed) or None
