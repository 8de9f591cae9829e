"""Build an address index from files of the address base: one file, all of it or nothing."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ptce_geo.checks import listing
from ptce_geo.errors import InputError, OutputError, PtceGeoError
from ptce_geo.geocoding.ban_index.csv_files import REASONS, BanFile
from ptce_geo.geocoding.ban_index.grouping import communes
from ptce_geo.geocoding.ban_index.packing import (
    APPLICATION_ID,
    FORMAT,
    LOCALITY,
    SQLITE,
    KeySample,
    count_numbers,
    pack_streets,
    sealed,
)
from ptce_geo.geocoding.ban_index.spill import Parts
from ptce_geo.labels import Language, format_number, label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ptce_geo.geocoding.ban_index.grouping import Commune

    Progress = Callable[[str, int, int | None], None]

_TABLES: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE communes (
    code TEXT PRIMARY KEY, nom TEXT NOT NULL, postcodes TEXT NOT NULL, streets BLOB NOT NULL);
CREATE TABLE numbers (street INTEGER PRIMARY KEY, packed BLOB NOT NULL);
CREATE TABLE postcodes (postcode TEXT PRIMARY KEY, communes TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE street_keys (key TEXT PRIMARY KEY, communes TEXT NOT NULL);
"""
# What a build that was killed left behind is removed by a later one, but not before this.
_LEFT_BEHIND_S: Final = 24 * 3600
_ROWS_AT_ONCE: Final = 2_000


@dataclass(frozen=True)
class BanIndexSummary:
    """What went into an address index, and what did not.

    Attributes
    ----------
    path : Path
        The index.
    bytes : int
        Its size.
    build_id : str
        Hash of its content: the same for the same rows, in whatever order and files they came.
    files : int
        Files read.
    rows : int
        Rows read: those kept and those left out.
    kept : int
        Rows that gave a number or a locality.
    left_out : mapping of str to int
        Rows left out, by reason (`csv_files.REASONS`).
    communes, streets, localities, numbers : int
        What the index holds.
    """

    path: Path
    bytes: int
    build_id: str
    files: int
    rows: int
    kept: int
    left_out: Mapping[str, int]
    communes: int
    streets: int
    localities: int
    numbers: int

    def lines(self, lang: Language = "fr") -> list[str]:
        """Return it in lines for a reader."""

        def line(key: str, **counts: int) -> str:
            numbers = {name: format_number(count, lang) for name, count in counts.items()}
            return label(key, lang).format(**numbers)

        size = format_number(self.bytes / 1e6, lang, decimals=1)
        holds = ("communes", "streets", "localities", "numbers")
        return [
            label("ban_index_size", lang).format(path=self.path, size=size, build=self.build_id),
            line("ban_index_holds", **{name: getattr(self, name) for name in holds}),
            line("ban_index_rows", rows=self.rows, kept=self.kept, files=self.files),
            *(
                label("ban_index_left_out", lang).format(
                    n=format_number(count, lang), reason=label(f"left_out_{reason}", lang)
                )
                for reason, count in self.left_out.items()
            ),
        ]

    def __str__(self) -> str:
        """Return it in lines, in English."""
        return "\n".join(self.lines("en"))


def build_ban_index(
    paths: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    progress: Progress | None = None,
) -> BanIndexSummary:
    r"""Build an address index from CSV files of the address base (BAN).

    Takes less than 1 GB of memory whatever the size; the rows of large files wait in a folder
    beside `out`. The index appears when it is complete: until then, and whatever happens, what
    stood there stays.

    Parameters
    ----------
    paths : path or sequence of paths
        ``adresses-42.csv.gz``, …: départements or the whole country, unpacked or not, from
        https://adresse.data.gouv.fr/data/ban/adresses/latest/csv/.
    out : path
        The index to write.
    progress : callable, optional
        Called as ``progress(what, so_far, total)``: bytes read of each file, rows put in order.

    Returns
    -------
    BanIndexSummary
        Printable.

    Raises
    ------
    MissingColumnError, UnreadableFileError
        When a file is not such a file, or not all of it.
    InputError
        When no file is given or none of the rows can be used.
    OutputError
        When the index cannot be written.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> rows = ["id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat",
    ...         "42218_1_00012_bis;12;bis;Rue de la Paix;42000;42218;Saint-Étienne;4.39;45.44"]
    >>> _ = (folder / "adresses-42.csv").write_text("\n".join(rows), encoding="utf-8")
    >>> summary = build_ban_index(folder / "adresses-42.csv", folder / "ban.idx")
    >>> summary.kept, summary.communes, summary.numbers
    (1, 1, 1)
    """
    files = [BanFile(path) for path in _paths(paths)]
    target = Path(out)
    if any(file.path.exists() and target.exists() and file.path.samefile(target) for file in files):
        msg = f"{target}: this is one of the files to read; write the index somewhere else"
        raise InputError(msg)
    _refuse_other_file(target)
    with _aside(target) as folder:
        with Parts(folder) as parts:
            for file in files:
                for table in file.batches(_told(progress, file)):
                    parts.add(table)
            summary = _write(parts, files, folder, target, progress)
        _put(folder / "index", target)
    return summary


def _refuse_other_file(target: Path) -> None:
    """Raise where a file stands that is no index: it may be somebody's list."""
    if not target.is_file():
        return
    with target.open("rb") as file:
        header = file.read(72)
    if header and not (header[:16] == SQLITE and header[68:] == APPLICATION_ID.to_bytes(4)):
        msg = f"cannot write {target}: a file that is no address index; choose another name"
        raise OutputError(msg)


def _paths(paths: str | Path | Sequence[str | Path]) -> list[Path]:
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    if not given:
        msg = "no file of the address base was given; give adresses-<département>.csv.gz, …"
        raise InputError(msg)
    return [Path(path) for path in given]


def _told(progress: Progress | None, file: BanFile) -> Callable[[int], None] | None:
    if progress is None:
        return None
    return lambda so_far: progress(file.path.name, so_far, file.size)


@contextlib.contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """Yield a new folder beside `target`, removed afterwards."""
    start = f".{target.name}.building-"
    if target.is_dir():
        msg = f"cannot write {target}: it is a folder; give the name of a file"
        raise OutputError(msg)
    try:
        for left_behind in target.parent.glob(f"{start}*"):
            if left_behind.stat().st_mtime < time.time() - _LEFT_BEHIND_S:
                shutil.rmtree(left_behind, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=start, dir=target.parent))
    except OSError as error:
        msg = f"cannot write {target}: {error.strerror or error}; choose another folder"
        raise OutputError(msg) from error
    try:
        yield folder
    except PtceGeoError:
        raise
    except (OSError, sqlite3.OperationalError) as error:
        msg = f"cannot write {target}: {error}; nothing was changed"
        raise OutputError(msg) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put(written: Path, target: Path) -> None:
    """Move a file where it belongs once all of it is on the disk."""
    with written.open("rb") as file:
        os.fsync(file.fileno())
    written.replace(target)
    if os.name == "posix":  # the name too
        handle = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write(
    parts: Parts, files: Sequence[BanFile], folder: Path, target: Path, progress: Progress | None
) -> BanIndexSummary:
    """Write the index into `folder` and return what will stand at `target`."""
    left_out = sum((file.left_out for file in files), Counter[str]())
    rows = sum(file.rows for file in files)
    usable = rows - left_out.total()
    if not usable:
        reasons = [f"{count} {reason}" for reason, count in left_out.items()]
        msg = f"{listing(file.path.name for file in files)}: no row can be used " + (
            f"({listing(reasons)})" if reasons else "(there is none)"
        )
        raise InputError(msg)
    written = folder / "index"
    with contextlib.closing(_Writer(written, folder / "keys")) as writer:
        done = 0
        for table in parts.tables():
            for commune in communes(table, writer.next_id, left_out):
                writer.add(commune)
            done += table.num_rows
            if progress:
                progress("order", done, usable)
        build_id = writer.finish([_source(file) for file in files])
    return BanIndexSummary(
        path=target,
        bytes=written.stat().st_size,
        build_id=build_id,
        files=len(files),
        rows=rows,
        kept=rows - left_out.total(),
        left_out={reason: left_out[reason] for reason in REASONS if left_out[reason]},
        communes=writer.counts["communes"],
        streets=writer.counts["streets"],
        localities=writer.counts["localities"],
        numbers=writer.counts["numbers"],
    )


def _source(file: BanFile) -> dict[str, str | int]:
    return {"name": file.path.name, "bytes": file.size, "sha256": file.sha256, "rows": file.rows}


class _Writer:
    """The SQLite file while it is being written, and the hash of all that goes into it."""

    def __init__(self, path: Path, aside: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._hash = hashlib.sha256(str(FORMAT).encode())
        self._codes: dict[str, list[str]] = {}
        self._waiting: dict[str, list[tuple[str | int | bytes, ...]]] = {}
        self._sample = KeySample()
        self.counts: Counter[str] = Counter()
        self.next_id = 1
        # It is written once, in a place of its own: nothing to roll back to.
        self._database.executescript(
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT};"
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}"
        )
        # Keys of streets come commune by commune and are stored key by key.
        self._database.execute("ATTACH ? AS aside", (str(aside),))
        self._database.executescript(
            "PRAGMA aside.journal_mode = OFF; PRAGMA aside.synchronous = OFF;"
            "CREATE TABLE aside.pairs (key TEXT, commune TEXT); BEGIN;"
        )

    def close(self) -> None:
        self._database.close()

    def add(self, commune: Commune) -> None:
        """Store a commune, its streets and their numbers."""
        packed = sealed(pack_streets(commune.streets, commune.further_keys))
        self._insert("communes", [(commune.code, commune.nom, " ".join(commune.postcodes), packed)])
        self._insert("numbers", [(street, sealed(numbers)) for street, numbers in commune.numbers])
        for street in commune.streets:
            self._sample.add(street.name, street.key)
        keys = {street.key for street in commune.streets}
        keys |= {key for key, _ in commune.further_keys}
        self._waiting.setdefault("aside.pairs", []).extend(
            (key, commune.code) for key in keys if key
        )
        if len(self._waiting["aside.pairs"]) >= _ROWS_AT_ONCE:
            self._flush("aside.pairs")
        for postcode in commune.postcodes:
            self._codes.setdefault(postcode, []).append(commune.code)
        localities = sum(street.kind == LOCALITY for street in commune.streets)
        self.counts["communes"] += 1
        self.counts["localities"] += localities
        self.counts["streets"] += len(commune.streets) - localities
        self.counts["numbers"] += sum(count_numbers(packed) for _, packed in commune.numbers)
        self.next_id += len(commune.streets)

    def finish(self, sources: list[dict[str, str | int]]) -> str:
        """Store what is known at the end only, and return the hash of the content."""
        self._insert(
            "postcodes", [(code, " ".join(of)) for code, of in sorted(self._codes.items())]
        )
        self._flush("aside.pairs")
        pairs = self._database.execute("SELECT key, commune FROM aside.pairs ORDER BY key, commune")
        for key, group in groupby(pairs, key=itemgetter(0)):
            self._insert("street_keys", [(key, " ".join(code for _, code in group))])
        for table in tuple(self._waiting):
            self._flush(table)
        build_id = self._hash.hexdigest()[:16]
        meta = {
            "format": str(FORMAT),
            "build_id": build_id,
            "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "ptce_geo": version("ptce_geo"),
            "sources": json.dumps(sources, ensure_ascii=False),
            "sample": json.dumps(self._sample.keys(), ensure_ascii=False),
            "counts": json.dumps(self.counts),
        }
        self._database.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        self._database.execute("COMMIT")
        self._database.execute("DETACH aside")
        return build_id

    def _insert(self, table: str, rows: Sequence[tuple[str | int | bytes, ...]]) -> None:
        for row in rows:
            for value in row:
                data = value if isinstance(value, bytes) else str(value).encode()
                self._hash.update(b"%d:%b" % (len(data), data))
        waiting = self._waiting.setdefault(table, [])
        waiting += rows
        if len(waiting) >= _ROWS_AT_ONCE:
            self._flush(table)

    def _flush(self, table: str) -> None:
        rows = self._waiting.pop(table, [])
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self._database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
