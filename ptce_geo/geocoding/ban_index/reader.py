"""Read an address index: one file with the streets and numbers of any part of France.

What it is made of is told in `packing`, how it is built in `build`.
"""

from __future__ import annotations

import json
import os
import sqlite3
import struct
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from ptce_geo.errors import UnreadableFileError
from ptce_geo.geocoding.ban_index.packing import (
    APPLICATION_ID,
    FORMAT,
    NO_NUMBERS,
    SQLITE,
    CommuneStreets,
    Numbers,
    unsealed,
)
from ptce_geo.geocoding.streets import street_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType

Key = TypeVar("Key", int, str)
Value = TypeVar("Value")

_MOST_KEPT: Final = 4_000
_AGAIN: Final = "build it again with: ptce-geo ban build adresses-*.csv.gz --out"
_WRITTEN: Final = "give the file that ptce-geo ban build wrote"
# The header of an SQLite file: page size, count of pages, version and application of its user.
_HEADER: Final = struct.Struct(">16sH10xI28xI4xI28x")


class BanIndex:
    """An address index, opened for reading.

    Threads may share it; a forked or unpickled copy opens the file for itself. What is read is
    kept: some thousand communes, streets and keys.

    Parameters
    ----------
    path : path
        A file that `build_ban_index` wrote.

    Attributes
    ----------
    communes : mapping of code to `CommuneStreets`
        The streets of a commune, None where the index does not know it.
    numbers : mapping of a street's id to `Numbers`
        Its numbers, none for a locality.
    communes_with_street : mapping of a street's key to tuple of str
        The codes of the communes where a key names a street or locality, ascending.
    path : Path
        The file.
    build_id : str
        Hash of its content.
    communes_count : int
        How many communes it holds; Paris, Lyon and Marseille by arrondissement.
    meta : dict of str to str
        Format, time and version of the build, and its sources as JSON.

    Raises
    ------
    UnreadableFileError
        When the file is missing, cut, of another format, or no index.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).absolute()
        self._process = -1
        self._database: sqlite3.Connection | None = None
        _check(self.path)
        self.meta: dict[str, str] = dict(self.rows("SELECT key, value FROM meta"))
        try:
            self.build_id: str = self.meta["build_id"]
            self.communes_count: int = json.loads(self.meta["counts"])["communes"]
            sample: dict[str, str] = json.loads(self.meta["sample"])
        except (KeyError, ValueError) as error:
            self.close()
            raise _damaged(self.path, error) from error
        if any(street_key(name) != key for name, key in sample.items()):
            self.close()
            msg = (
                f"{self.path.name}: an address index whose names of streets were made comparable "
                f"otherwise than now; {_AGAIN} {self.path.name}"
            )
            raise UnreadableFileError(msg)
        self.communes: Table[str, CommuneStreets | None] = Table(
            self,
            "SELECT code, code, nom, postcodes, streets FROM communes WHERE code",
            _commune,
            None,
        )
        self.numbers: Table[int, Numbers] = Table(
            self, "SELECT street, packed FROM numbers WHERE street", _numbers, Numbers(NO_NUMBERS)
        )
        self.communes_with_street: Table[str, tuple[str, ...]] = Table(
            self, "SELECT key, communes FROM street_keys WHERE key", _codes, ()
        )

    def __contains__(self, code: str) -> bool:
        """Return whether it holds addresses of a commune."""
        return self.communes[code] is not None

    def communes_of_postcode(self, postcode: str) -> tuple[str, ...]:
        """Return the codes of the communes that have addresses under a postcode, ascending."""
        return _codes(self._by_postcode.get(postcode, ""))

    @cached_property
    def _by_postcode(self) -> dict[str, str]:
        """All postcodes: there are some 6,000 in France, and nearly every address asks for one."""
        return dict(self.rows("SELECT postcode, communes FROM postcodes"))

    def close(self) -> None:
        """Close the file; a later question opens it again."""
        database, self._database = self._database, None
        if database is not None:
            database.close()

    def __enter__(self) -> BanIndex:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def __del__(self) -> None:
        """Close the file."""
        if getattr(self, "_database", None) is not None:
            self.close()

    def __reduce__(self) -> tuple[type[BanIndex], tuple[Path]]:
        """Travel as a path; each process opens the file for itself."""
        return BanIndex, (self.path,)

    def __repr__(self) -> str:
        """Return what it is, in short."""
        return f"<BanIndex {self.path.name}: {self.communes_count:,} communes, {self.build_id}>"

    def rows(self, question: str, *asked: str | int) -> list[tuple[Any, ...]]:
        """Return what the index answers to a question in SQL."""
        try:
            if self._process != os.getpid() or self._database is None:
                self._open()
            return self._database.execute(question, asked).fetchall()  # type: ignore[union-attr]
        except sqlite3.DatabaseError as error:
            self.close()
            raise _damaged(self.path, error) from error

    def _open(self) -> None:
        # immutable: nothing is locked, and nothing written beside the file, which may stand where
        # nobody may write. A new build is a new file, so this one never changes under its reader.
        self._database = sqlite3.connect(
            f"{self.path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._process = os.getpid()


class Table(Generic[Key, Value]):
    """What a table of the index holds for each key; what was read is kept.

    Reading many keys at once takes a third of the time of one by one.
    """

    def __init__(
        self, index: BanIndex, question: str, unpack: Callable[..., Value], missing: Value
    ) -> None:
        self._index, self._unpack, self._missing = index, unpack, missing
        self._of_one = f"{question} = ?"
        self._of_many = f"{question} IN (SELECT value FROM json_each(?))"
        self._kept: dict[Key, Value] = {}

    def __getitem__(self, key: Key) -> Value:
        """Return what it holds for a key, an empty value where it has no such key."""
        try:
            return self._kept[key]
        except KeyError:
            return self._read([key], self._of_one, key)[key]

    def read_ahead(self, keys: Iterable[Key]) -> None:
        """Read what will be asked for next."""
        wanted = list(set(keys).difference(self._kept))
        self._read(wanted, self._of_many, json.dumps(wanted))

    def _read(self, keys: Sequence[Key], question: str, asked: Key | str) -> dict[Key, Value]:
        found = dict.fromkeys(keys, self._missing)
        try:
            for key, *cells in self._index.rows(question, asked):
                found[key] = self._unpack(*cells)
        except (ValueError, struct.error, IndexError) as error:
            raise _damaged(self._index.path, error) from error
        if len(self._kept) > _MOST_KEPT:
            self._kept = {}
        # Not before all is read: other threads may be asking.
        self._kept.update(found)
        return found


def _commune(code: str, nom: str, postcodes: str, packed: bytes) -> CommuneStreets:
    return CommuneStreets(code, nom, postcodes, unsealed(packed))


def _numbers(packed: bytes) -> Numbers:
    return Numbers(unsealed(packed))


def _codes(listed: str) -> tuple[str, ...]:
    return tuple(listed.split())


def open_ban_index(path: str | Path) -> BanIndex:
    r"""Open an address index for reading.

    Raises
    ------
    UnreadableFileError
        When the file is missing, cut, of another format, or no index.

    Examples
    --------
    >>> import tempfile
    >>> from ptce_geo.geocoding import build_ban_index
    >>> folder = Path(tempfile.mkdtemp())
    >>> rows = ["id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat",
    ...         "42218_1_00012_bis;12;bis;Rue de la Paix;42000;42218;Saint-Étienne;4.39;45.44"]
    >>> _ = (folder / "42.csv").write_text("\n".join(rows), encoding="utf-8")
    >>> _ = build_ban_index(folder / "42.csv", folder / "ban.idx")
    >>> with open_ban_index(folder / "ban.idx") as index:
    ...     street = index.communes["42218"].streets[0]
    ...     numbers = index.numbers[street.id]
    >>> street.name, numbers.position(numbers.find(12, "bis"))
    ('Rue de la Paix', (4.39, 45.44))
    """
    return BanIndex(path)


def _check(path: Path) -> None:
    """Raise unless a file is an index of this format, as long as it should be."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER.size)
        size = path.stat().st_size
    except OSError as error:
        msg = f"{path.name}: the address index cannot be read ({error.strerror}); {_WRITTEN}"
        raise UnreadableFileError(msg) from error
    found, advice = "", _WRITTEN
    if len(header) < _HEADER.size or not header.startswith(SQLITE):
        found = "no address index" if header else "an empty file"
    else:
        _, page, pages, written, application = _HEADER.unpack(header)
        whole = (page if page > 1 else 1 << 16) * pages
        if application != APPLICATION_ID:
            found = "a database, but no address index"
        elif written != FORMAT:
            found = f"an address index of format {written}, format {FORMAT} is needed"
            advice = f"{_AGAIN} {path.name}"
        elif size < whole:
            found = f"an address index cut short ({size:,} of {whole:,} bytes)"
            advice = f"{_AGAIN} {path.name}"
    if found:
        msg = f"{path.name}: {found}; {advice}"
        raise UnreadableFileError(msg)


def _damaged(path: Path, error: Exception) -> UnreadableFileError:
    return UnreadableFileError(
        f"{path.name}: the address index is damaged ({error}); {_AGAIN} {path.name}"
    )
