"""Members placed by their SIRET: where the register SIRENE has the establishment."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.errors import GeocodingServiceError, InputError
from ptce_geo.files.cells import read_cell
from ptce_geo.files.siret import is_siret, read_siret
from ptce_geo.geocoding.communes import CommuneGeocoder
from ptce_geo.geocoding.sirene.api import API_URL, SireneApi
from ptce_geo.geocoding.sirene.facts import candidate
from ptce_geo.geocoding.sirene.file import SireneFile
from ptce_geo.geocoding.text import shown
from ptce_geo.schema import ACCEPTED, REJECTED, REVIEW
from ptce_geo.territories import CURRENT_YEAR, convert_codes
from ptce_geo.territories.commune_index import commune_index

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ptce_geo.geocoding.sirene.api import Named
    from ptce_geo.geocoding.sirene.facts import Establishment
    from ptce_geo.geocoding.town_match import Match
    from ptce_geo.territories.commune_index import CommuneIndex, Place

_API: Final = "api"
_BAD_REQUEST: Final = 400
_ABROAD: Final = "99"
_MUNICIPALITY: Final = "municipality"
# The address a list declares; the département of the pole is not the member's own word.
_DECLARED: Final = (schema.ADDRESS, schema.POSTCODE, schema.CITY, schema.DEPARTEMENT)
_COLUMNS: Final = (*schema.GEOCODE_COLUMNS, *schema.FURTHER_COLUMNS)
_DTYPES: Final = schema.GEOCODE_DTYPES | dict.fromkeys(schema.FURTHER_COLUMNS, "str")
# The API answers seven rows a second: what is under way when a run is killed is soon asked again.
# A file is read from one end to the other for each batch.
_BATCH_OF_API: Final = 70
_BATCH_OF_FILE: Final = 1_000_000
_MOST_CANDIDATES: Final = 5
# What this module makes of the register; raised where it makes something else of it.
_RULES: Final = "1"

# A row of an answer: column → value.
_Row = dict[str, object]


@dataclass(frozen=True)
class SireneGeocoder:
    """Place members where the register SIRENE has the establishment of their SIRET.

    An establishment that is open, and in the commune that the member declares, is accepted. One
    that is closed goes to review, and so does one elsewhere than declared. Members without a SIRET
    are searched by name, in the commune they declare where that is sure; what is found goes to
    review, whatever the likeness. That asks the API: a file is not searched by name.

    How exact a point is: a file tells it (``qualite_xy``), and where it says 33, any point of the
    commune, or has no position, the commune's reference point is taken. The API does not tell:
    the point of an address with a number counts as that of the house, of another street as the
    street's, with a score of 0.8 at most; where the address is no more than a town, the commune's
    reference point is taken.

    Attributes
    ----------
    source : str or Path
        "api", or the path of the positioned SIRENE file: CSV (also .gz, .zip) or Parquet.
    base_url : str
        Of the API.
    by_name : bool
        Whether members without a SIRET are searched by name: their names are sent to the API.
    year : int
        Vintage of the communes.

    Raises
    ------
    UnreadableFileError
        When the file is missing or in another format.
    MissingColumnError
        When the file lacks SIRETs, positions or codes of communes.
    InputError
        When the source is neither, or `base_url` is no address of a server.

    Examples
    --------
    >>> geocoder = SireneGeocoder()
    >>> queries = pd.DataFrame({"siret": ["73282932000075"]})  # is not asked: a digit is wrong
    >>> geocoder.locate(queries)[["geocode_status", "geocode_reason"]]
      geocode_status                 geocode_reason
    0       rejected  siret_invalid: 73282932000075
    """

    source: str | Path = _API
    _: KW_ONLY
    base_url: str = API_URL
    by_name: bool = True
    year: int = CURRENT_YEAR
    _register: SireneApi | SireneFile = field(init=False, repr=False, compare=False)

    name: ClassVar[str] = "sirene"
    register: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Open the register."""
        if not isinstance(self.source, str | Path) or not str(self.source).strip():
            msg = f'SIRENE: {self.source!r} is no source; give "api" or the path of the file'
            raise InputError(msg)
        if "://" in str(self.source):
            msg = f'SIRENE: {self.source} is no file; give "api", and the address as base_url'
            raise InputError(msg)
        opened = SireneApi(self.base_url) if self.source == _API else SireneFile(Path(self.source))
        object.__setattr__(self, "_register", opened)

    @property
    def needs_network(self) -> bool:
        """Whether the register is asked over the network."""
        return isinstance(self._register, SireneApi)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the queries that the answers depend on."""
        named = (schema.MEMBER_NAME,) if self._searched else ()
        return (schema.SIRET, *named, *_DECLARED)

    @property
    def batch_size(self) -> int:
        """How many rows are asked at once."""
        return _BATCH_OF_API if self.needs_network else _BATCH_OF_FILE

    @property
    def version(self) -> str:
        """What else the answers depend on: the API's address, or which file it is."""
        return f"rules {_RULES}, communes {self.year}, {self._register.version}"

    @property
    def _searched(self) -> SireneApi | None:
        """What is searched by name."""
        return self._register if self.by_name and isinstance(self._register, SireneApi) else None

    def locate(self, queries: pd.DataFrame) -> pd.DataFrame:
        """Return the place of each member.

        Parameters
        ----------
        queries : DataFrame
            Any of the text columns ``siret``, ``member_name`` and those of the address declared.
            Missing columns and cells are empty.

        Returns
        -------
        DataFrame
            `schema.GEOCODE_COLUMNS` and `schema.FURTHER_COLUMNS` on the index of `queries`.

        Raises
        ------
        GeocodingServiceError
            When the API cannot be reached, refuses, or answers with something else.
        UnreadableFileError
            When the file is damaged.
        """
        cells = _text(queries, schema.SIRET)
        sirets = [_siret(cell) for cell in cells]
        found = self._register.find(siret for siret in sirets if is_siret(siret))
        places = _places([one.code for one in found.values()], self.year)
        told = self._declared(queries, sirets, found)
        api, names = self._searched, _text(queries, schema.MEMBER_NAME)
        known: dict[tuple[str, str], _Row] = {}
        rows = []
        for at, (cell, siret) in enumerate(zip(cells, sirets, strict=True)):
            if one := found.get(siret):
                row = self._row(one, places[one.code], told.get(at))
            elif siret:
                word = "siret_not_found" if is_siret(siret) else "siret_invalid"
                row = _rejected(f"{word}: {shown(cell)}")
            elif not (api and names[at]):
                row = _rejected("no_siret")
            else:
                match = told.get(at)
                asked = names[at], match.place.code_commune if match and match.place else ""
                row = known[asked] = known.get(asked) or self._by_name(api, *asked)
            rows.append(row)
        answers = pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_DTYPES)
        return answers.set_axis(queries.index)

    def _declared(
        self, queries: pd.DataFrame, sirets: Sequence[str], found: Mapping[str, Establishment]
    ) -> dict[int, Match]:
        """Return the communes that the addresses tell for sure, by row, where they matter."""
        at = [
            row
            for row, siret in enumerate(sirets)
            if siret in found or (not siret and self._searched)
        ]
        columns = [column for column in _DECLARED if column in queries]
        if not at or not columns:
            return {}
        matches = CommuneGeocoder(self.year).match(queries[columns].iloc[at])
        return {
            row: match
            for row, match in zip(at, matches, strict=True)
            if match.status == ACCEPTED and match.place
        }

    def _row(self, one: Establishment, place: Place | str, told: Match | None) -> _Row:
        """Return the answer that is the establishment found, at its place or without one."""
        facts = _facts(one)
        if isinstance(place, str):
            return _without_commune(one, place, facts)
        row = facts | _position(one, place)
        if one.state == "F":
            status, reason = REVIEW, "establishment_closed"
        elif told and told.place and told.place.code_commune != place.code_commune:
            status, reason = REVIEW, f"establishment_elsewhere: {shown(str(row[_LABEL]))}"
        elif one.doubt:
            status, reason = REVIEW, one.doubt
        elif row[schema.GEOCODE_PRECISION] == _MUNICIPALITY:
            status, reason = ACCEPTED, "siret_at_commune"
        else:
            status, reason = ACCEPTED, "siret_found"
        return row | {schema.GEOCODE_STATUS: status, schema.GEOCODE_REASON: reason}

    def _by_name(self, api: SireneApi, name: str, commune: str) -> _Row:
        """Return the likest establishment of a name, to review: no name is one's own."""
        try:
            met = api.search(name, _codes_of(commune_index(self.year), commune))
        except GeocodingServiceError as error:
            # One name that the service cannot read is no reason to lose the others.
            if error.status_code != _BAD_REQUEST:
                raise
            return _rejected(f"name_refused: {shown(name)}")
        places = _places([named.establishment.code for named in met], self.year)
        placed = [
            (named, place)
            for named in met
            if not isinstance(place := places[named.establishment.code], str)
        ]
        if not placed:
            return _rejected(f"name_not_found: {shown(name)}")
        (best, place), *others = placed
        row = _facts(best.establishment) | _position(best.establishment, place)
        label = best.establishment.name or str(row[_LABEL])
        return row | {
            schema.GEOCODE_SCORE: round(best.alike * best.establishment.score, 4),
            schema.GEOCODE_MARGIN: round(best.alike - others[0][0].alike, 4) if others else 1.0,
            schema.GEOCODE_STATUS: REVIEW,
            schema.GEOCODE_REASON: f"found_by_name: {shown(label)}",
            schema.GEOCODE_CANDIDATES: _candidates([named for named, _ in placed]),
        }


_LABEL: Final = schema.GEOCODE_LABEL


def _text(queries: pd.DataFrame, column: str) -> list[str]:
    if column not in queries:
        return [""] * len(queries)
    return queries[column].astype("str").fillna("").str.strip().tolist()


def _siret(cell: str) -> str:
    """Return the SIRET of a cell, or what stands instead of one; "" where nothing does."""
    read = read_cell(cell, read_siret)
    return str(read.value) if read.value is not None else (cell if read.word else "")


def _rejected(reason: str) -> _Row:
    return {
        schema.GEOCODE_SCORE: 0.0,
        schema.GEOCODE_MARGIN: 0.0,
        schema.GEOCODE_STATUS: REJECTED,
        schema.GEOCODE_REASON: reason,
    }


def _facts(one: Establishment) -> _Row:
    """Return what the register knows of an establishment, wherever it is."""
    address = one.address
    facts = {
        schema.FOUND_NUMBER: address.number,
        schema.FOUND_STREET: address.street,
        schema.FOUND_POSTCODE: address.postcode,
        schema.FOUND_CITY: address.city,
        schema.SIRENE_NAME: one.name,
        schema.SIRENE_ADDRESS: address.line,
        schema.SIRENE_STATE: one.state,
        schema.SIRENE_LEGAL_FORM: one.legal_form,
        schema.SIRENE_ACTIVITY: one.activity,
        schema.SIRENE_STAFF_BAND: one.staff_band,
        schema.SIRENE_ESS: one.ess,
        schema.GEOCODE_CANDIDATES: one.instead,
    }
    return {column: text or None for column, text in facts.items()}


def _position(one: Establishment, place: Place) -> _Row:
    """Return where an establishment is: at its point, or at the reference point of its commune."""
    exact = one.longitude is not None and one.precision != _MUNICIPALITY
    return {
        schema.LONGITUDE: one.longitude if exact else place.longitude,
        schema.LATITUDE: one.latitude if exact else place.latitude,
        schema.GEOCODE_PROVIDER: SireneGeocoder.name,
        schema.GEOCODE_PRECISION: one.precision if exact else _MUNICIPALITY,
        schema.GEOCODE_SCORE: one.score,
        schema.GEOCODE_MARGIN: 1.0,
        schema.GEOCODE_LABEL: one.address.line or place.name,
        schema.CODE_COMMUNE: place.code_commune,
    }


def _without_commune(one: Establishment, why: str, facts: _Row) -> _Row:
    """Return the answer to an establishment in no commune of the map."""
    if why:
        return facts | _rejected(why)
    if not one.code and one.country:
        return facts | _rejected(f"other_country: {shown(one.country)}")
    reason = f"siret_commune_unknown: {shown(one.code) or '-'}"
    if one.longitude is None or one.precision == _MUNICIPALITY:
        return facts | _rejected(reason)
    return facts | {
        schema.LONGITUDE: one.longitude,
        schema.LATITUDE: one.latitude,
        schema.GEOCODE_PROVIDER: SireneGeocoder.name,
        schema.GEOCODE_PRECISION: one.precision,
        schema.GEOCODE_SCORE: round(one.score / 2, 4),
        schema.GEOCODE_MARGIN: 1.0,
        schema.GEOCODE_LABEL: one.address.line or one.siret,
        schema.GEOCODE_STATUS: REVIEW,
        schema.GEOCODE_REASON: reason,
    }


def _places(codes: Iterable[str], year: int) -> dict[str, Place | str]:
    """Return the communes, or arrondissements, of codes of any year.

    Where there is none: why it cannot be one of ours, or "".
    """
    index = commune_index(year)
    places: dict[str, Place | str] = {}
    former = []
    for code in dict.fromkeys(codes):
        place = index.by_code.get(code)
        if place is None and (names := index.by_commune.get(code)):
            places[code] = f"outside_embedded_france: {names[0].text} ({code})"
        elif place is None and code.startswith(_ABROAD):
            places[code] = f"other_country: {code}"
        elif place is None:
            places[code] = ""
            former.append(code)
        else:
            places[code] = place
    if former:
        current = convert_codes(pd.Series(former, dtype="str"), from_year=None, to_year=year).data
        for code, became in zip(former, current, strict=True):
            places[code] = index.by_code.get(became, "") if isinstance(became, str) else ""
    return places


def _codes_of(index: CommuneIndex, commune: str) -> list[str]:
    """Return the codes under which SIRENE has a commune: of its arrondissements, if it has some."""
    parts = [code for code, place in index.by_code.items() if place.code_commune == commune]
    return [code for code in parts if code != commune] or parts


def _candidates(met: Sequence[Named]) -> str:
    """Return the establishments to choose from: "name, address, SIRET (0.83) | …"."""
    likest = met[:_MOST_CANDIDATES]
    return " | ".join(f"{candidate(named.establishment)} ({named.alike:.2f})" for named in likest)
