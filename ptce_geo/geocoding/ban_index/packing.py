"""What an address index is made of: streets of a commune, numbers of a street, as packed bytes.

Everything is packed so that a reader pays only for what it asks: a commune of 50 streets unpacks
in some 20 microseconds, the numbers of a street when they are asked for.
"""

from __future__ import annotations

import math
import struct
import zlib
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Goes up whenever the packing changes, or `streets.street_key`, whose keys are stored.
FORMAT: Final = 2
# "BANx" in the header of the SQLite file: tells an index from any other database.
APPLICATION_ID: Final = 0x42414E78
SQLITE: Final = b"SQLite format 3\x00"

STREET: Final = "street"
LOCALITY: Final = "locality"
Kind = Literal["street", "locality"]

# Positions are stored in ten-millionths of a degree, 1 cm.
DEGREE: Final = 10_000_000
# Two neighbours further apart than this say too little of what lies between them: the point is
# at most half of it from one of both.
WIDEST_GAP_M: Final = 400.0
_METRES_A_DEGREE: Final = 111_195.0  # of latitude, on a sphere of 6,371 km

_KINDS: Final[tuple[Kind, Kind]] = (STREET, LOCALITY)
_LINE, _TAB, _END = "\n", "\t", b"\n"
_SECTION: Final = "\x00"
# How many, the id of the first, and where the names of the streets end.
_STREETS_HEAD: Final = struct.Struct("<III")
# Longitude and latitude, postcode, former commune and kind of a street.
_STREET: Final = struct.Struct("<2d3H")
_NUMBERS_HEAD: Final = struct.Struct("<II")
_SEAL: Final = struct.Struct("<I")
_TRIPLE: Final = struct.Struct("<3i")
_POINT: Final = struct.Struct("<2i")


class Street(NamedTuple):
    """A street or a locality of a commune.

    A name that stands several times in a commune is one street, unless the former commune
    differs, or one number of it stands under two postcodes at two places.

    Attributes
    ----------
    id : int
        Leads to its numbers; holds for one index only (see `BanIndex.build_id`).
    name : str
        As the address base writes it.
    key : str
        `streets.street_key` of the name.
    postcode : str
        That of most of its numbers; "" where none is known.
    old_commune : str
        Name of the former commune that it lies in, "" elsewhere.
    longitude, latitude : float
        Degrees (WGS 84): the address in the middle of its numbers, a real one.
    kind : {"street", "locality"}
        A locality is a place or a street of which no number is known.
    other_postcodes : tuple of str
        Where a long street has numbers under further postcodes.
    """

    id: int
    name: str
    key: str
    postcode: str
    old_commune: str
    longitude: float
    latitude: float
    kind: Kind
    other_postcodes: tuple[str, ...] = ()


class CommuneStreets:
    """The streets of a commune, of which only those that are asked for are unpacked.

    Parameters
    ----------
    code, nom : str
        As the address base has them: Paris, Lyon and Marseille by arrondissement.
    postcodes : str
        Of its addresses, in ascending order, separated by spaces.
    packed : bytes
        What `pack_streets` packed.

    Attributes
    ----------
    code, nom : str
    """

    __slots__ = (
        *("_codes", "_count", "_first_id", "_found", "_further", "_old_communes", "_others"),
        *("_packed", "_postcodes", "_rest", "code", "nom"),
    )

    def __init__(self, code: str, nom: str, postcodes: str, packed: bytes) -> None:
        self.code = code
        self.nom = nom
        self._postcodes = postcodes
        self._packed = packed
        self._count, self._first_id, self._rest = _STREETS_HEAD.unpack_from(packed)
        sections = packed[self._rest :].decode().split(_SECTION)
        self._codes, self._old_communes, self._further, self._others = sections
        self._found: dict[str, tuple[Street, ...]] = {}

    @property
    def postcodes(self) -> tuple[str, ...]:
        """Of its addresses, in ascending order."""
        return tuple(self._postcodes.split())

    def find(self, key: str) -> tuple[Street, ...]:
        """Return all streets that a key names: by their name, another, or a name in brackets."""
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._find(key)
        return found

    def _find(self, key: str) -> tuple[Street, ...]:
        # A key that is not one street's own tells their numbers.
        if self._further and (numbers := _by_first(self._further).get(key)):
            streets = self.streets
            return tuple(streets[int(number)] for number in numbers)
        # Each key stands between a line break and a tab, its street's name between it and the next.
        packed, asked = self._packed, f"{_LINE}{key}{_TAB}".encode()
        start = _STREETS_HEAD.size + _STREET.size * self._count
        at = packed.find(asked, start, self._rest)
        if at < 0:
            return ()
        name = packed[at + len(asked) : packed.index(_END, at + 1)].decode()
        return (self._street(packed.count(_END, start, at), key, name),)

    @property
    def keys(self) -> list[str]:
        """All keys by which there is a street, each once."""
        own = (key for key, _ in self._keys_and_names())
        return list(dict.fromkeys([*own, *_by_first(self._further)]))

    @property
    def streets(self) -> list[Street]:
        """All of them, in the order of their names."""
        named = enumerate(self._keys_and_names())
        return [self._street(number, key, name) for number, (key, name) in named]

    def __repr__(self) -> str:
        """Return what it is, in short."""
        return f"<CommuneStreets {self.code} {self.nom}: {self._count} streets>"

    def _keys_and_names(self) -> list[list[str]]:
        start = _STREETS_HEAD.size + _STREET.size * self._count
        lines = self._packed[start : self._rest].decode().split(_LINE)
        return [line.split(_TAB) for line in lines[1:-1]]

    def _street(self, number: int, key: str, name: str) -> Street:
        at = _STREETS_HEAD.size + _STREET.size * number
        longitude, latitude, code, old, kind = _STREET.unpack_from(self._packed, at)
        return Street(
            self._first_id + number,
            name,
            key,
            self._codes.split(_LINE)[code],
            self._old_communes.split(_LINE)[old],
            longitude,
            latitude,
            _KINDS[kind],
            tuple(_by_first(self._others).get(str(number), ())),
        )


def _by_first(section: str) -> dict[str, list[str]]:
    """Return the words of each line by what stands before them."""
    if not section:
        return {}
    lines = (line.rpartition(_TAB) for line in section.split(_LINE))
    return {first: listed.split(" ") for first, _, listed in lines}


def pack_streets(streets: Sequence[Street], further_keys: Iterable[tuple[str, int]]) -> bytes:
    """Return the streets of a commune as bytes.

    Parameters
    ----------
    streets : sequence of Street
        Their ids follow one another.
    further_keys : iterable of (str, int)
        A key besides its own, and the number of the street it leads to.
    """
    old_communes = sorted({street.old_commune for street in streets})
    codes = sorted(
        {street.postcode for street in streets}
        | {code for street in streets for code in street.other_postcodes}
    )
    old_number = {name: number for number, name in enumerate(old_communes)}
    code_number = {code: number for number, code in enumerate(codes)}
    several: dict[str, list[int]] = {}
    for number, street in enumerate(streets):
        several.setdefault(street.key, []).append(number)
    for key, number in further_keys:
        if number not in several.setdefault(key, []):
            several[key].append(number)
    own = {street.key for street in streets}
    patches = [
        f"{key}{_TAB}{' '.join(map(str, sorted(numbers)))}"
        for key, numbers in sorted(several.items())
        if len(numbers) > 1 or key not in own
    ]
    others = [
        f"{number}{_TAB}{' '.join(street.other_postcodes)}"
        for number, street in enumerate(streets)
        if street.other_postcodes
    ]
    named = _LINE.join(["", *(f"{street.key}{_TAB}{street.name}" for street in streets), ""])
    sections = (
        codes,
        old_communes,
        patches,
        others,
    )
    rows = b"".join(
        _STREET.pack(
            street.longitude,
            street.latitude,
            code_number[street.postcode],
            old_number[street.old_commune],
            _KINDS.index(street.kind),
        )
        for street in streets
    )
    before = rows + named.encode()
    rest = _STREETS_HEAD.size + len(before)
    head = _STREETS_HEAD.pack(len(streets), streets[0].id if streets else 0, rest)
    return head + before + _SECTION.join(map(_LINE.join, sections)).encode()


class Numbers:
    """The numbers of a street, by number and suffix, with their positions.

    Examples
    --------
    >>> triples = [1, 20000000, 480000000, 5, 20010000, 480000000, 5, 20010500, 480000000]
    >>> packed = pack_numbers(struct.pack("<9i", *triples), ["", "", "bis"], ["75001"])
    >>> numbers = Numbers(packed)
    >>> numbers.find(5, "bis"), numbers.find(3), numbers.suffixes(5)
    (2, None, ('', 'bis'))
    >>> numbers.position(2), numbers.interpolate(3)
    ((2.00105, 48.0), (2.0005, 48.0))
    """

    __slots__ = ("_count", "_numbers", "_packed", "_postcodes", "_suffixes")

    def __init__(self, packed: bytes) -> None:
        count, codes = _NUMBERS_HEAD.unpack_from(packed)
        self._count: int = count
        self._packed = packed
        start = _NUMBERS_HEAD.size
        self._numbers: tuple[int, ...] = struct.unpack_from(f"<{count}i", packed, start)
        start += _TRIPLE.size * count
        which = packed[start : start + 2 * count] if codes > 1 else b""
        suffixes, _, postcodes = packed[start + len(which) :].decode().partition(_SECTION)
        self._suffixes = suffixes.split(_LINE) if suffixes else [""] * count
        known = postcodes.split(_LINE)
        self._postcodes = (
            [known[number] for number in struct.unpack(f"<{count}H", which)]
            if which
            else known * count
        )

    def __len__(self) -> int:
        """Return how many there are."""
        return self._count

    @property
    def numbers(self) -> tuple[int, ...]:
        """Every number in ascending order, one with several suffixes several times."""
        return self._numbers

    def find(self, number: int, suffix: str = "") -> int | None:
        """Return the place of an address in the list, None where it is not there.

        Parameters
        ----------
        number : int
            The number.
        suffix : str
            As `csv_files.tidy_suffix` writes it: "bis", "b", "", …
        """
        at = bisect_left(self._numbers, number)
        while at < self._count and self._numbers[at] == number:
            if self._suffixes[at] == suffix:
                return at
            at += 1
        return None

    def suffixes(self, number: int) -> tuple[str, ...]:
        """Return the suffixes that a number has, "" among them where it stands alone."""
        start, end = bisect_left(self._numbers, number), bisect_left(self._numbers, number + 1)
        return tuple(self._suffixes[start:end])

    def label(self, at: int) -> str:
        """Return the number and suffix at a place of the list: "12 bis"."""
        return f"{self._numbers[at]} {self._suffixes[at]}".rstrip()

    def position(self, at: int) -> tuple[float, float]:
        """Return the longitude and latitude at a place of the list."""
        start = _NUMBERS_HEAD.size + 4 * self._count + _POINT.size * at
        longitude, latitude = _POINT.unpack_from(self._packed, start)
        return longitude / DEGREE, latitude / DEGREE

    def postcode(self, at: int) -> str:
        """Return the postcode at a place of the list, "" where it is not known."""
        return self._postcodes[at]

    def interpolate(self, number: int) -> tuple[float, float] | None:
        """Return where a number that is not there should lie: between its neighbours.

        The neighbours are the nearest lower and the nearest higher number of the same side (even
        or odd). The point lies between them in proportion to the numbers.

        Returns
        -------
        (float, float) or None
            Longitude and latitude; None where one of the neighbours is missing, or they are more
            than 400 m apart (`WIDEST_GAP_M`).
        """
        lower = bisect_left(self._numbers, number) - 1
        while lower >= 0 and (self._numbers[lower] - number) % 2:
            lower -= 1
        higher = bisect_left(self._numbers, number + 1)
        while higher < self._count and (self._numbers[higher] - number) % 2:
            higher += 1
        if lower < 0 or higher >= self._count:
            return None
        # Of the suffixes of the lower number, the plain one comes first.
        lower = bisect_left(self._numbers, self._numbers[lower])
        start, end = self.position(lower), self.position(higher)
        if metres(start, end) > WIDEST_GAP_M:
            return None
        below, above = self._numbers[lower], self._numbers[higher]
        share = (number - below) / (above - below)
        return (
            round(start[0] + share * (end[0] - start[0]), 7),
            round(start[1] + share * (end[1] - start[1]), 7),
        )


def pack_numbers(triples: bytes, suffixes: Sequence[str], postcodes: Sequence[str]) -> bytes:
    """Return the numbers of a street as bytes.

    Parameters
    ----------
    triples : bytes
        Number, longitude and latitude (times `DEGREE`) of each as 32-bit integers, the lowest
        byte first; by ascending number and suffix.
    suffixes : sequence of str
        One for each number; empty where none has one.
    postcodes : sequence of str
        One for each number, or one for all.
    """
    known = sorted(set(postcodes))
    which = b""
    if len(known) > 1:
        place = {code: at for at, code in enumerate(known)}
        which = struct.pack(f"<{len(postcodes)}H", *(place[code] for code in postcodes))
    rows = list(_TRIPLE.iter_unpack(triples))
    points = (_POINT.pack(longitude, latitude) for _, longitude, latitude in rows)
    return (
        _NUMBERS_HEAD.pack(len(rows), len(known))
        + struct.pack(f"<{len(rows)}i", *(number for number, _, _ in rows))
        + b"".join(points)
        + which
        + f"{_LINE.join(suffixes)}{_SECTION}{_LINE.join(known)}".encode()
    )


def sealed(packed: bytes) -> bytes:
    """Return packed bytes with their checksum before them, for a file that may be damaged."""
    return _SEAL.pack(zlib.crc32(packed)) + packed


def unsealed(packed: bytes) -> bytes:
    """Return what `sealed` sealed; raise ValueError where it is not what it was.

    Examples
    --------
    >>> unsealed(sealed(b"streets"))
    b'streets'
    """
    content = packed[_SEAL.size :]
    if len(packed) < _SEAL.size or _SEAL.unpack_from(packed)[0] != zlib.crc32(content):
        msg = "its checksum does not fit"
        raise ValueError(msg)
    return content


def count_numbers(packed: bytes) -> int:
    """Return how many numbers `pack_numbers` packed."""
    return int(_NUMBERS_HEAD.unpack_from(packed)[0])


def metres(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the distance of two points close to each other, longitude and latitude in degrees.

    On a plane that touches the sphere there: within 0.5 % of the geodesic over some kilometres.

    Examples
    --------
    >>> round(metres((4.0, 45.0), (4.0, 45.01)))
    1112
    """
    width = math.cos(math.radians((start[1] + end[1]) / 2))
    return _METRES_A_DEGREE * math.hypot((end[0] - start[0]) * width, end[1] - start[1])


NO_NUMBERS: Final = pack_numbers(b"", [], [])


class KeySample:
    """Some names of an index with their keys, by which a reader sees that keys are made as then.

    Which names depends on the names only, not on their order.

    Examples
    --------
    >>> sample = KeySample()
    >>> sample.add("Rue de la Paix", "rue paix")
    >>> sample.keys()
    {'Rue de la Paix': 'rue paix'}
    """

    _SIZE: Final = 200

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}
        self._bound = 1 << 32

    def add(self, name: str, key: str) -> None:
        """Take a name, or pass it over."""
        if crc32(name.encode()) < self._bound:
            self._keys[name] = key
            if len(self._keys) > 2 * self._SIZE:
                self._keys = self.keys()
                self._bound = crc32(next(reversed(self._keys)).encode()) + 1

    def keys(self) -> dict[str, str]:
        """Return the names with their keys."""
        names = sorted(self._keys, key=lambda name: (crc32(name.encode()), name))
        return {name: self._keys[name] for name in names[: self._SIZE]}
