"""What an address index is made of: streets of a commune, numbers of a street, as packed bytes.

Everything is packed so that a reader pays only for what it asks: a commune of 50 streets unpacks
in some 20 microseconds, the numbers of a street when they are asked for.
"""

from __future__ import annotations

import math
import struct
import zlib
from bisect import bisect_left
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Goes up whenever the packing changes, or `streets.street_key`, whose keys are stored.
FORMAT: Final = 1
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
_LINE: Final = "\n"
_SECTION: Final = "\x00"
_STREETS_HEAD: Final = struct.Struct("<II")
_NUMBERS_HEAD: Final = struct.Struct("<II")
_SEAL: Final = struct.Struct("<I")
_TRIPLE: Final = struct.Struct("<3i")


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
    """The streets of a commune.

    Attributes
    ----------
    code, nom : str
        As the address base has them: Paris, Lyon and Marseille by arrondissement.
    postcodes : tuple of str
        Of its addresses, in ascending order.
    streets : list of Street
        In the order of their names.
    by_key : dict of str to tuple of Street
        All streets that a key names: by their name, another name of theirs, or a name in brackets.
    """

    __slots__ = ("by_key", "code", "nom", "postcodes", "streets")

    def __init__(
        self,
        code: str,
        nom: str,
        postcodes: tuple[str, ...],
        streets: list[Street],
        by_key: dict[str, tuple[Street, ...]],
    ) -> None:
        self.code = code
        self.nom = nom
        self.postcodes = postcodes
        self.streets = streets
        self.by_key = by_key

    def __repr__(self) -> str:
        """Return what it is, in short."""
        return f"<CommuneStreets {self.code} {self.nom}: {len(self.streets)} streets>"


_new_street: Final = partial(tuple.__new__, Street)


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
        f"{key}\t{' '.join(map(str, sorted(numbers)))}"
        for key, numbers in sorted(several.items())
        if len(numbers) > 1 or key not in own
    ]
    others = [
        f"{number}\t{' '.join(street.other_postcodes)}"
        for number, street in enumerate(streets)
        if street.other_postcodes
    ]
    sections = (
        [street.name for street in streets],
        [street.key for street in streets],
        codes,
        old_communes,
        patches,
        others,
    )
    count = len(streets)
    numbers = [code_number[street.postcode] for street in streets]
    numbers += [old_number[street.old_commune] for street in streets]
    numbers += [_KINDS.index(street.kind) for street in streets]
    degrees = [street.longitude for street in streets] + [street.latitude for street in streets]
    return (
        _STREETS_HEAD.pack(count, streets[0].id if streets else 0)
        + struct.pack(f"<{2 * count}d{3 * count}H", *degrees, *numbers)
        + _SECTION.join(map(_LINE.join, sections)).encode()
    )


def unpack_streets(code: str, nom: str, postcodes: str, packed: bytes) -> CommuneStreets:
    """Return what `pack_streets` packed; `postcodes` are separated by spaces."""
    count, first = _STREETS_HEAD.unpack_from(packed)
    values = struct.unpack_from(f"<{2 * count}d{3 * count}H", packed, _STREETS_HEAD.size)
    text = packed[_STREETS_HEAD.size + 22 * count :].decode()
    names, keys, codes, old_communes, patches, others = text.split(_SECTION)
    known, old = codes.split(_LINE), old_communes.split(_LINE)
    key_list = keys.split(_LINE)
    streets: list[Street] = list(
        map(
            _new_street,
            zip(
                range(first, first + count),
                names.split(_LINE),
                key_list,
                # Most communes have one postcode and no former commune.
                map(known.__getitem__, values[2 * count : 3 * count])
                if len(known) > 1
                else repeat(known[0], count),
                map(old.__getitem__, values[3 * count : 4 * count])
                if len(old) > 1
                else repeat(old[0], count),
                values[:count],
                values[count : 2 * count],
                map(_KINDS.__getitem__, values[4 * count :]),
                repeat((), count),
                strict=False,
            ),
        )
    )
    if others:
        for line in others.split(_LINE):
            number, _, listed = line.partition("\t")
            street = streets[int(number)]
            streets[int(number)] = street._replace(other_postcodes=tuple(listed.split(" ")))
    by_key: dict[str, tuple[Street, ...]] = dict(
        zip(key_list, zip(streets, strict=False), strict=False)
    )
    if patches:
        for line in patches.split(_LINE):
            key, _, listed = line.rpartition("\t")
            by_key[key] = tuple(streets[int(number)] for number in listed.split(" "))
    return CommuneStreets(code, nom, tuple(postcodes.split()), streets, by_key)


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

    __slots__ = ("_count", "_latitudes", "_longitudes", "_numbers", "_postcodes", "_suffixes")

    def __init__(self, packed: bytes) -> None:
        count, codes = _NUMBERS_HEAD.unpack_from(packed)
        self._count: int = count
        start = _NUMBERS_HEAD.size
        values = struct.unpack_from(f"<{3 * count}i", packed, start)
        self._numbers: tuple[int, ...] = values[::3]
        self._longitudes: tuple[int, ...] = values[1::3]
        self._latitudes: tuple[int, ...] = values[2::3]
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
        return self._longitudes[at] / DEGREE, self._latitudes[at] / DEGREE

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
    return (
        _NUMBERS_HEAD.pack(len(triples) // _TRIPLE.size, len(known))
        + triples
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
