"""The address base (BAN) as France publishes it: CSV files, read piece by piece.

One département or the whole country, packed by gzip or not: what is read at a time is some
megabytes. A row that cannot be used is counted, by reason.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from ptce_geo.checks import listing
from ptce_geo.errors import MissingColumnError, UnreadableFileError
from ptce_geo.geocoding.ban_index.packing import DEGREE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy.typing as npt

NEEDED: Final = (
    *("id", "numero", "rep", "nom_voie", "code_postal", "code_insee", "nom_commune", "lon", "lat"),
)
OPTIONAL: Final = (
    *("code_insee_ancienne_commune", "nom_ancienne_commune", "alias", "nom_ld"),
    *("type_position", "certification_commune"),
)

# Why a row was left out.
BROKEN_ROW: Final = "broken_row"  # more or fewer cells than headings
NO_COMMUNE_CODE: Final = "no_commune_code"
NO_STREET_NAME: Final = "no_street_name"
NO_POSITION: Final = "no_position"
UNREADABLE_NUMBER: Final = "unreadable_number"
SAME_ADDRESS: Final = "same_address"  # a further position of an address that is kept
STREET_WITH_NUMBERS: Final = "street_with_numbers"  # place of a street whose numbers are known
REASONS: Final = (
    *(BROKEN_ROW, NO_COMMUNE_CODE, NO_STREET_NAME, NO_POSITION, UNREADABLE_NUMBER),
    *(SAME_ADDRESS, STREET_WITH_NUMBERS),
)

# The number of a row that has none; the base writes 99999.
NO_NUMBER: Final = -1
_WRITTEN_NO_NUMBER: Final = 99_999
_LARGEST_NUMBER: Final = 2**31 - 1

# What an address is better placed by: its door than its plot.
_POSITIONS: Final = {
    name: rank
    for rank, name in enumerate(
        (
            *("entrée", "délivrance postale", "bâtiment", "cage d’escalier", "logement"),
            *("parcelle", "service technique", "", "segment"),
        )
    )
}
_UNKNOWN_POSITION: Final = _POSITIONS[""]
_COMMUNE_CODE: Final = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{3}")
_POSTCODE: Final = re.compile(r"[0-9]{5}")
_BLANKS: Final = re.compile(r"[\x00-\x20\x7f\x85\u00a0\u202f\u2028\u2029]+")

# Blocks are decoded by as many threads as there are cores: some 600 MB on 64 of them.
_BLOCK: Final = 4 << 20
_HEAD: Final = 1 << 16
_GZIP: Final = b"\x1f\x8b"
_AGAIN: Final = "fetch it again from https://adresse.data.gouv.fr/data/ban/adresses/latest/csv/"

SCHEMA: Final = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("commune", "nom", "street", "postcode")),
        *(pa.field(name, pa.string()) for name in ("suffix", "old", "old_nom", "alias", "place")),
        *(pa.field(name, pa.int32()) for name in ("number", "longitude", "latitude", "rank")),
    ]
)


@dataclass
class BanFile:
    """One file of the address base, and what was found in it once it has been read.

    Attributes
    ----------
    path : Path
        The file.
    size : int
        Bytes.
    rows : int
        Rows read so far, those left out among them.
    left_out : Counter
        How many rows were left out, by reason (`REASONS`).
    sha256 : str
        Of the file as it stands; "" until it was read to its end.
    """

    path: Path
    size: int = 0
    rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    sha256: str = ""

    def batches(self, progress: Callable[[int], None] | None = None) -> Iterator[pa.Table]:
        """Yield the usable rows as tables of `SCHEMA`, some ten thousand rows each.

        Parameters
        ----------
        progress : callable, optional
            Called with the bytes of the file read so far.

        Raises
        ------
        MissingColumnError
            When a column of `NEEDED` is not there.
        UnreadableFileError
            When the file is missing, empty, cut, not UTF-8, or something else than such a CSV.
        """
        try:
            self.size = self.path.stat().st_size
            raw = self.path.open("rb")
        except OSError as error:
            msg = f"{self.path}: cannot be read ({error.strerror or error}); check the path"
            raise UnreadableFileError(msg) from error
        with raw:
            packed, headings = _examine(raw, self.path.name)
            source = _Hashed(raw)
            for batch in self._read(source, headings, packed=packed):
                yield self._usable(batch)
                if progress:
                    progress(source.count)
            self.sha256 = source.sha256.hexdigest()

    def _read(
        self, source: _Hashed, headings: list[str], *, packed: bool
    ) -> Iterator[pa.RecordBatch]:
        """Yield the columns that are needed, line by line: an open quotation mark takes no other.

        pyarrow is told of no quotation marks. A line that has too many cells for that is read
        again by itself, and quotation marks around cells are taken away later.
        """
        columns = [name for name in (*NEEDED[1:], *OPTIONAL) if name in headings]
        mended: list[list[str]] = []

        def mend(row: pa_csv.InvalidRow) -> str:
            try:
                cells = next(csv.reader([row.text], delimiter=";"), [])
            except csv.Error:  # a cell of more than 128 kB
                cells = [row.text]
            if len(cells) == len(headings):
                mended.append([cells[headings.index(name)] for name in columns])
            elif cells:
                self.rows += 1
                self.left_out[BROKEN_ROW] += 1
            return "skip"

        def mended_rows() -> Iterator[pa.RecordBatch]:
            rows = [mended.pop() for _ in range(len(mended))]
            if rows:
                cells = [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)]
                yield pa.record_batch(cells, columns)

        stream = pa.PythonFile(source, mode="r")
        try:
            if packed:
                stream = pa.CompressedInputStream(stream, "gzip")
            reader = pa_csv.open_csv(
                stream,
                read_options=pa_csv.ReadOptions(
                    block_size=_BLOCK, skip_rows=1, column_names=headings
                ),
                parse_options=pa_csv.ParseOptions(
                    delimiter=";", quote_char=False, invalid_row_handler=mend
                ),
                convert_options=pa_csv.ConvertOptions(
                    include_columns=columns,
                    column_types=dict.fromkeys(columns, pa.string()),
                    strings_can_be_null=False,
                ),
            )
            for batch in reader:
                yield batch
                yield from mended_rows()
            yield from mended_rows()
        except (OSError, pa.ArrowException) as error:
            raise _explained(error, self.path.name) from error

    def _usable(self, batch: pa.RecordBatch) -> pa.Table:
        self.rows += batch.num_rows
        columns = _tidied(batch)
        names = columns["street"]
        number, number_ok = _numbers(batch.column("numero"))
        longitude, longitude_ok = _degrees(batch.column("lon"), 180)
        latitude, latitude_ok = _degrees(batch.column("lat"), 90)
        # The first reason that holds is the one that counts.
        usable = np.ones(batch.num_rows, dtype=bool)
        for reason, holds in (
            (NO_COMMUNE_CODE, _filled(columns["commune"])),
            (NO_STREET_NAME, _filled(names)),
            (NO_POSITION, longitude_ok & latitude_ok & ((longitude != 0) | (latitude != 0))),
            (UNREADABLE_NUMBER, number_ok),
        ):
            if left_out := int((usable & ~holds).sum()):
                self.left_out[reason] += left_out
                usable &= holds
        columns["suffix"] = pc.if_else(pa.array(number == NO_NUMBER), "", columns["suffix"])
        columns |= {"number": pa.array(number)}
        columns |= {"longitude": pa.array(longitude), "latitude": pa.array(latitude)}
        table = pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)
        return table if usable.all() else table.filter(pa.array(usable))


def tidy_suffix(text: str) -> str:
    """Return a repetition index as the index stores it: lower case, no blanks.

    Examples
    --------
    >>> tidy_suffix(" BIS"), tidy_suffix("B")
    ('bis', 'b')
    """
    return "".join(_tidy(text).lower().split())


class _Hashed(io.RawIOBase):
    """A file that is hashed and counted while it is read."""

    def __init__(self, raw: io.BufferedIOBase) -> None:
        super().__init__()
        self._raw = raw
        self.sha256 = hashlib.sha256()
        self.count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        data = self._raw.read(size)
        self.sha256.update(data)
        self.count += len(data)
        return data


def _examine(raw: io.BufferedReader, name: str) -> tuple[bool, list[str]]:
    """Return whether the file is packed, and its headings; raise where it is no BAN."""
    head = raw.read(_HEAD)
    raw.seek(0)
    packed = head.startswith(_GZIP)
    if packed:
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, _HEAD)
        except zlib.error as error:
            msg = f"{name}: a damaged gzip file ({error}); {_AGAIN}"
            raise UnreadableFileError(msg) from error
    line = head.partition(b"\n")[0].decode("utf-8-sig", errors="replace").strip()
    headings = [heading.strip().strip('"') for heading in line.split(";")]
    missing = [column for column in NEEDED if column not in headings]
    if not missing:
        # A heading that stands twice counts where it stands first.
        first = [headings.index(heading) == at for at, heading in enumerate(headings)]
        return packed, [
            heading if once else f"{heading} {at}"
            for at, (heading, once) in enumerate(zip(headings, first, strict=True))
        ]
    if found := _something_else(head, line):
        msg = f"{name}: no CSV of the address base but {found}; {_AGAIN}"
        raise UnreadableFileError(msg)
    msg = (
        f"{name}: no column {listing(missing, most=9)}; found {listing(headings, most=12)}; "
        "the address base is needed in the format named CSV, not BAL"
    )
    raise MissingColumnError(msg)


def _something_else(head: bytes, line: str) -> str:
    """Return what a file without the headings is, "" where it may be a table."""
    start = head[:1024].lstrip().lower()
    if not start:
        return "an empty file"
    if start.startswith(b"pk\x03\x04"):
        return "a zip archive or workbook"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text in UTF-16"
    if b"\x00" in head:
        return "binary data"
    if start.startswith(b"<"):
        return "a web page (HTML or XML)"
    if start.startswith((b"{", b"[")):
        return "JSON"
    for separator, word in ((",", "commas"), ("\t", "tabs"), ("|", "bars")):
        if {"code_insee", "lon"} <= {cell.strip('" ') for cell in line.split(separator)}:
            return f"a table separated by {word}, semicolons are expected"
    return ""


def _explained(error: Exception, name: str) -> UnreadableFileError:
    """Return what pyarrow says of a file, in words that tell what to do."""
    said = " ".join(str(error).split())
    if "Truncated" in said:
        found = "the gzip file is cut"
    elif "inflate" in said:
        found = f"the gzip file is damaged ({said})"
    elif "invalid UTF8" in said:
        found = "its text is not in UTF-8; was it saved by a spreadsheet?"
    elif "straddling" in said:
        found = f"a line is longer than {_BLOCK >> 20} MB"
    else:
        found = said
    return UnreadableFileError(f"{name}: cannot be read to its end: {found}; {_AGAIN}")


def _tidied(batch: pa.RecordBatch) -> dict[str, Any]:
    """Return the columns of text of `SCHEMA`, and the rank of the position."""

    def tidied(name: str, tidy: Callable[[str], str] = _tidy) -> Any:  # noqa: ANN401 - pyarrow
        if name not in batch.schema.names:
            return pa.array([""] * batch.num_rows, pa.string())
        return _by_value(batch.column(name), tidy, pa.string())

    def first(column: Any, other: Any) -> Any:  # noqa: ANN401 - pyarrow publishes no types
        return pc.if_else(pc.equal(column, ""), other, column)

    place, old_nom = tidied("nom_ld"), tidied("nom_ancienne_commune")
    columns = {
        "commune": tidied("code_insee", _commune_code),
        "nom": tidied("nom_commune"),
        # In a hamlet the place is all the name there is.
        "street": first(tidied("nom_voie"), place),
        "postcode": tidied("code_postal", _postcode),
        "suffix": tidied("rep", tidy_suffix),
        "old": first(tidied("code_insee_ancienne_commune"), old_nom),
        "old_nom": old_nom,
        "alias": tidied("alias"),
        "place": place,
    }
    rank = np.full(batch.num_rows, 2 * _UNKNOWN_POSITION + 1, dtype=np.int32)
    if "type_position" in batch.schema.names:
        rank = 2 * _by_value(batch.column("type_position"), _position_rank, pa.int32()).to_numpy()
        rank += 1
    if "certification_commune" in batch.schema.names:
        certified = pc.equal(pc.utf8_trim(batch.column("certification_commune"), ' "'), "1")
        rank = rank - certified.to_numpy(zero_copy_only=False)
    return columns | {"rank": pa.array(rank.astype(np.int32))}


def _by_value(column: Any, function: Callable[[str], object], kind: pa.DataType) -> Any:  # noqa: ANN401
    """Return a function of each cell, called once for each value."""
    encoded = column.dictionary_encode()
    values = [function(_unquoted(value)) for value in encoded.dictionary.to_pylist()]
    return pa.array(values, kind).take(encoded.indices)


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == '"' == text[-1]:
        return text[1:-1].replace('""', '"')
    return text


def _tidy(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text.strip() if "  " not in text else " ".join(text.split())
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


def _commune_code(text: str) -> str:
    """Return a commune's code, whose zero a spreadsheet may have eaten; "" if it is none."""
    code = text.strip().upper().zfill(5)
    return code if _COMMUNE_CODE.fullmatch(code) and not code.startswith("00") else ""


def _postcode(text: str) -> str:
    code = text.strip().zfill(5)
    return code if _POSTCODE.fullmatch(code) and code != "00000" else ""


def _position_rank(text: str) -> int:
    return _POSITIONS.get(_tidy(text).lower().replace("'", "’"), _UNKNOWN_POSITION)


def _filled(column: Any) -> npt.NDArray[np.bool]:  # noqa: ANN401 - pyarrow publishes no types
    return pc.not_equal(column, "").to_numpy(zero_copy_only=False)


def _floats(column: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401 - pyarrow publishes no types
    """Return numbers, NaN where a cell is none."""
    try:
        return column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        cells = pd.Series(pc.utf8_trim(column, ' "').to_pylist(), dtype="object")
        return pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64)


def _degrees(column: Any, most: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool]]:  # noqa: ANN401
    """Return degrees times `DEGREE`, 0 where they are none, and whether they are some."""
    degrees = _floats(column)
    known = np.abs(degrees) <= most  # False for NaN
    scaled = np.rint(np.where(known, degrees, 0.0) * DEGREE)
    return scaled.astype(np.int32), known


def _numbers(column: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool]]:  # noqa: ANN401
    """Return house numbers, `NO_NUMBER` where there is none, and whether they could be read."""
    empty = pc.equal(pc.utf8_trim(column, ' "'), "").to_numpy(zero_copy_only=False)
    numbers = _floats(pc.if_else(pa.array(empty), str(_WRITTEN_NO_NUMBER), column))
    known = (numbers >= 0) & (numbers <= _LARGEST_NUMBER) & (numbers == np.floor(numbers))
    numbers = np.where(known, numbers, NO_NUMBER)
    numbers[numbers == _WRITTEN_NO_NUMBER] = NO_NUMBER
    return numbers.astype(np.int32), known
