"""Rows of the address base → the streets of each commune and the numbers of each street."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from ptce_geo.geocoding.ban_index.csv_files import NO_NUMBER, SAME_ADDRESS, STREET_WITH_NUMBERS
from ptce_geo.geocoding.ban_index.packing import (
    DEGREE,
    LOCALITY,
    STREET,
    Street,
    metres,
    pack_numbers,
)
from ptce_geo.geocoding.streets import street_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    import pyarrow as pa

    Integers = npt.NDArray[np.integer[Any]]
    Bools = npt.NDArray[np.bool]

# One number under two postcodes, so far apart: two streets of one name.
TWO_STREETS_M: Final = 100.0
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
_TEXT: Final = (
    *("commune", "nom", "street", "postcode", "suffix", "old", "old_nom", "alias", "place"),
)
_NUMBERS: Final = ("number", "longitude", "latitude", "rank")

_key: Final = lru_cache(maxsize=1 << 17)(street_key)


class Commune(NamedTuple):
    """What an index stores of a commune.

    Attributes
    ----------
    code, nom : str
        Code, and the name that most rows have.
    postcodes : list of str
        In ascending order.
    streets : list of Street
        Localities among them.
    further_keys : list of (str, int)
        Keys of other names, and the places in `streets` that they lead to.
    numbers : list of (int, bytes)
        Ids of streets and their packed numbers.
    """

    code: str
    nom: str
    postcodes: list[str]
    streets: list[Street]
    further_keys: list[tuple[str, int]]
    numbers: list[tuple[int, bytes]]


class _Rows:
    """The columns of a table in one order; text as numbers that sort as the text does.

    Attributes
    ----------
    values : dict of str to list of str
        What the numbers of a column of text stand for.
    street : array
        Number of the street of each row, from 0; filled in when the rows are sorted.
    """

    def __init__(self, columns: dict[str, Integers], values: dict[str, list[str]]) -> None:
        self.columns = columns
        self.values = values
        self.street: Integers = np.zeros(len(columns["number"]), dtype=np.int64)

    def __getitem__(self, name: str) -> Integers:
        return self.columns[name]

    def take(self, which: Integers | Bools) -> _Rows:
        taken = _Rows({name: numbers[which] for name, numbers in self.columns.items()}, self.values)
        taken.street = self.street[which]
        return taken

    def text(self, name: str, numbers: Integers | slice) -> list[str]:
        """Return the text of some rows."""
        values = self.values[name]
        return [values[number] for number in self.columns[name][numbers].tolist()]

    def point(self, row: int) -> tuple[float, float]:
        return float(self["longitude"][row]) / DEGREE, float(self["latitude"][row]) / DEGREE


def communes(table: pa.Table, first_id: int, left_out: Counter[str]) -> Iterator[Commune]:
    """Yield the communes of a table of `csv_files.SCHEMA`, by ascending code.

    Parameters
    ----------
    table : Table
        All rows of some communes, in any order.
    first_id : int
        Id of the first street.
    left_out : Counter
        Where rows are counted that say nothing new, by reason.
    """
    rows = _sorted(_encoded(table))
    best = rows.take(_kept(rows, left_out))
    streets = _streets(rows, best)
    packed = _packed_numbers(best)
    further = _other_keys(rows, streets)
    noms = _noms(rows)
    postcodes = _values_of(rows, "commune", "postcode")
    ends = np.flatnonzero(np.diff(rows["commune"], append=-1)) + 1
    row, street = 0, 0
    for end in ends.tolist():
        commune, last = int(rows["commune"][row]), int(rows.street[end - 1]) + 1
        here = [
            each._replace(id=first_id + place) for place, each in enumerate(streets[street:last])
        ]
        keys = [
            (key, place) for place in range(len(here)) for key in further.get(street + place, ())
        ]
        numbers = [
            (each.id, packed[street + place])
            for place, each in enumerate(here)
            if each.kind == STREET
        ]
        taken = {each.key for each in here} | {key for key, _ in keys}
        here += _places(rows, slice(row, end), first_id + len(here), taken)
        yield Commune(
            code=rows.values["commune"][commune],
            nom=noms[commune],
            postcodes=[code for code in postcodes[commune] if code],
            streets=here,
            further_keys=keys,
            numbers=numbers,
        )
        first_id += len(here)
        row, street = end, last


def _encoded(table: pa.Table) -> _Rows:
    columns: dict[str, Integers] = {name: table[name].to_numpy() for name in _NUMBERS}
    values: dict[str, list[str]] = {}
    for name in _TEXT:
        encoded = table[name].combine_chunks().dictionary_encode()
        found = encoded.dictionary.to_pylist()
        by_value = sorted(range(len(found)), key=found.__getitem__)
        number = np.empty(len(found), dtype=np.int32)
        number[by_value] = np.arange(len(found), dtype=np.int32)
        columns[name] = number[encoded.indices.to_numpy()]
        values[name] = [found[at] for at in by_value]
    return _Rows(columns, values)


def _sorted(rows: _Rows) -> _Rows:
    """Return the rows by commune, street, number and suffix; the best of an address comes first."""
    street = rows["commune"].astype(np.int64)
    for name in ("street", "old"):
        street = street * len(rows.values[name]) + rows[name]
    _, rows.street = np.unique(street, return_inverse=True)
    part = _parts_of_streets(rows)
    keys = ("postcode", "latitude", "longitude", "rank", "suffix", "number")
    order = np.lexsort((*(rows[key] for key in keys), part, rows.street))
    rows, part = rows.take(order), part[order]
    new = _changes(rows.street, part)
    rows.street = np.cumsum(new) - 1
    return rows


def _parts_of_streets(rows: _Rows) -> Integers:
    """Return the postcodes (as numbers) of streets that are several by them, 0 elsewhere.

    A long street crosses postcodes, but has no number twice. One number under two postcodes at
    two places shows that two streets have one name, as happens where communes were joined.
    """
    postcode = rows["postcode"]
    part = np.zeros_like(postcode)
    lowest = np.full(rows.street.max() + 1, len(rows.values["postcode"]), dtype=postcode.dtype)
    highest = np.zeros_like(lowest)
    np.minimum.at(lowest, rows.street, postcode)
    np.maximum.at(highest, rows.street, postcode)
    # An empty postcode shows nothing.
    known = np.array([bool(code) for code in rows.values["postcode"]])[postcode]
    some = rows.take((lowest != highest)[rows.street] & (rows["number"] != NO_NUMBER) & known)
    keys = ("latitude", "longitude", "rank", "postcode", "suffix", "number")
    some = some.take(np.lexsort((*(some[key] for key in keys), some.street)))
    # The best row of each address and postcode, next to that of the next postcode.
    some = some.take(_changes(some.street, some["number"], some["suffix"], some["postcode"]))
    again = np.flatnonzero(~_changes(some.street, some["number"], some["suffix"]))
    several = np.zeros(len(lowest), dtype=bool)
    for row in again.tolist():
        if metres(some.point(row - 1), some.point(row)) > TWO_STREETS_M:
            several[some.street[row]] = True
    apart = several[rows.street]
    part[apart] = postcode[apart]
    return part


def _changes(*keys: Integers) -> Bools:
    """Return where one of the keys differs from that of the row before; True for the first."""
    changes = np.zeros(len(keys[0]), dtype=bool)
    changes[:1] = True
    for key in keys:
        changes[1:] |= key[1:] != key[:-1]
    return changes


def _kept(rows: _Rows, left_out: Counter[str]) -> Bools:
    """Return which rows give an address or the place of a street; count the others."""
    last = np.flatnonzero(np.diff(rows.street, append=-1))
    numbered = (rows["number"][last] != NO_NUMBER)[rows.street]
    needless = numbered & (rows["number"] == NO_NUMBER)
    kept = _changes(rows.street, rows["number"], rows["suffix"]) & ~needless
    left_out[STREET_WITH_NUMBERS] += int(needless.sum())
    left_out[SAME_ADDRESS] += int((~kept & ~needless).sum())
    return kept


def _streets(rows: _Rows, best: _Rows) -> list[Street]:
    """Return all streets, without ids, each at the address in the middle of its numbers."""
    starts = np.flatnonzero(_changes(best.street))
    counts = np.diff(starts, append=len(best.street))
    middle = starts + (counts - 1) // 2
    postcode = best["postcode"]
    one = np.minimum.reduceat(postcode, starts) == np.maximum.reduceat(postcode, starts)
    # Whoever names the former commune is right; elsewhere the name is "", which sorts first.
    old_nom = np.maximum.reduceat(rows["old_nom"], np.flatnonzero(_changes(rows.street)))
    names = best.text("street", starts)
    codes = [[code] for code in best.text("postcode", starts)]
    for street in np.flatnonzero(~one).tolist():
        here = slice(starts[street], starts[street] + counts[street])
        codes[street] = _by_frequency(best, "postcode", here)
    return [
        Street(0, name, _key(name), first, old, longitude, latitude, kind, tuple(sorted(others)))
        for name, (first, *others), old, longitude, latitude, kind in zip(
            names,
            codes,
            [rows.values["old_nom"][number] for number in old_nom.tolist()],
            (best["longitude"][middle] / DEGREE).tolist(),
            (best["latitude"][middle] / DEGREE).tolist(),
            [LOCALITY if number == NO_NUMBER else STREET for number in best["number"][middle]],
            strict=True,
        )
    ]


def _packed_numbers(best: _Rows) -> list[bytes]:
    """Return the packed numbers of each street; those of a locality are of no use."""
    starts = np.flatnonzero(_changes(best.street))
    postcode = best["postcode"]
    one = np.minimum.reduceat(postcode, starts) == np.maximum.reduceat(postcode, starts)
    with_suffix = np.array([bool(value) for value in best.values["suffix"]])[best["suffix"]]
    suffixes = np.logical_or.reduceat(with_suffix, starts)
    columns = [best[name] for name in ("number", "longitude", "latitude")]
    triples = np.stack(columns, axis=1).astype("<i4").tobytes()
    ends = [*starts[1:].tolist(), len(best.street)]
    return [
        pack_numbers(
            triples[12 * start : 12 * end],
            best.text("suffix", slice(start, end)) if has_suffix else [],
            best.text("postcode", slice(start, start + 1 if same else end)),
        )
        for start, end, same, has_suffix in zip(
            starts.tolist(), ends, one.tolist(), suffixes.tolist(), strict=True
        )
    ]


def _other_keys(rows: _Rows, streets: list[Street]) -> dict[int, list[str]]:
    """Return the keys of streets' other names: those that the base gives, those in brackets."""
    aliases: dict[int, list[str]] = {}
    if rows.values["alias"] != [""]:
        named = np.flatnonzero(np.array(rows.values["alias"], dtype=object)[rows["alias"]] != "")
        pairs = np.unique(np.stack([rows.street[named], rows["alias"][named]]), axis=1)
        for street, alias in pairs.T.tolist():
            aliases.setdefault(street, []).extend(rows.values["alias"][alias].split("|"))
    further: dict[int, list[str]] = {}
    for place, street in enumerate(streets):
        names = aliases.get(place, [])
        if names or "(" in street.name:
            keys = {_key(name) for name in (*names, *_in_brackets((street.name, *names)))}
            further[place] = sorted(keys - {street.key, ""})
    return further


def _in_brackets(names: tuple[str, ...]) -> Iterator[str]:
    """Yield what stands in brackets, and the names without them."""
    for name in names:
        if "(" in name:
            yield " ".join(_BRACKETS.sub(" ", name).split())
            # One word in brackets is rather a town or a side of the street than its name.
            yield from (inside for inside in _BRACKETS.findall(name) if len(inside.split()) > 1)


def _places(rows: _Rows, here: slice, first_id: int, taken: set[str]) -> list[Street]:
    """Return the localities that addresses are said to lie in, and that are no street's name."""
    if rows.values["place"] == [""]:
        return []
    numbers = rows["place"][here]
    places: list[Street] = []
    for number in np.unique(numbers).tolist():
        name = rows.values["place"][number]
        key = _key(name)
        if not key or key in taken:
            continue
        taken.add(key)
        inside = rows.take(np.flatnonzero(numbers == number) + here.start)
        longitude, latitude = inside.point(_middle(inside))
        postcode, *others = _by_frequency(inside, "postcode", slice(None))
        old = inside.values["old_nom"][inside["old_nom"].max()]
        places.append(
            Street(
                *(first_id + len(places), name, key, postcode, old, longitude, latitude),
                LOCALITY,
                tuple(sorted(others)),
            )
        )
    return places


def _middle(rows: _Rows) -> int:
    """Return the row closest to the median longitude and latitude: a real address."""
    longitude, latitude = rows["longitude"] / DEGREE, rows["latitude"] / DEGREE
    width = np.cos(np.radians(np.median(latitude)))
    east, north = longitude - np.median(longitude), latitude - np.median(latitude)
    return int(np.argmin(np.hypot(east * width, north)))


def _by_frequency(rows: _Rows, name: str, here: slice) -> list[str]:
    """Return the values of some rows but "", the most frequent first; [""] where there is none."""
    found = Counter(rows.text(name, here))
    del found[""]
    return sorted(found, key=lambda value: (-found[value], value)) or [""]


def _noms(rows: _Rows) -> dict[int, str]:
    """Return the name of each commune that most of its rows have."""
    count = len(rows.values["nom"])
    pairs = rows["commune"].astype(np.int64) * count + rows["nom"]
    best: dict[int, tuple[bool, int, int]] = {}
    for pair, times in zip(*map(np.ndarray.tolist, np.unique_counts(pairs)), strict=True):
        commune, nom = divmod(pair, count)
        # Any name is better than none; of two as frequent, the first one.
        standing = (bool(rows.values["nom"][nom]), times, -nom)
        best[commune] = max(standing, best.get(commune, standing))
    return {commune: rows.values["nom"][-nom] for commune, (_, _, nom) in best.items()}


def _values_of(rows: _Rows, owner: str, name: str) -> dict[int, list[str]]:
    """Return, of each number of a column, the values of another, ascending."""
    count = len(rows.values[name])
    found: dict[int, list[str]] = {}
    for pair in np.unique(rows[owner].astype(np.int64) * count + rows[name]).tolist():
        number, value = divmod(pair, count)
        found.setdefault(number, []).append(rows.values[name][value])
    return found
