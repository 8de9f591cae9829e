"""The file of the store: opened as what it should be, or refused with one line."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from typing import TYPE_CHECKING, Final

from ptce_geo.errors import OutputError, PtceGeoError, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA_VERSION: Final = 1
_APPLICATION_ID: Final = 0x50544347  # "PTCG", in the header of the file
_SQLITE_BEGINNING: Final = b"SQLite format 3\x00"
_BUSY_S: Final = 60.0  # how long another process that writes is waited for
_TABLE: Final = """
CREATE TABLE answers (
    key BLOB NOT NULL PRIMARY KEY,
    provider TEXT NOT NULL,
    version TEXT NOT NULL,
    query TEXT NOT NULL,
    answer TEXT NOT NULL,
    answered_at TEXT NOT NULL,
    ptce_geo TEXT NOT NULL
)
"""


def only_readable(path: Path) -> bool:
    """Return whether the file at `path` can be read but not written."""
    # Beside the file stands the log, so the folder must be writable too.
    return path.is_file() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def opened(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Return a connection to a file that is a store of this version, made where there is none."""
    _require_sqlite(path)
    mode = "rwc"
    if read_only:
        log = path.with_name(f"{path.name}-wal")
        # Without a log nobody writes; read-only folders allow no shared memory beside it.
        mode = "ro" if log.exists() and log.stat().st_size else "ro&immutable=1"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_BUSY_S, isolation_level=None
    )
    try:
        if not read_only and not _is_taken(connection):
            _write_ahead(connection)
            _make_table(connection)
        # Before anything is changed in a file of another program.
        _require_store(connection, path)
        if not read_only:
            _write_ahead(connection)
            connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def _require_sqlite(path: Path) -> None:
    """Raise one line for what SQLite would trip over."""
    advice = "give another path for the store"
    if path.is_dir():
        msg = f"{path} is a directory; {advice}"
        raise UnreadableFileError(msg)
    if not path.parent.is_dir():
        msg = f"cannot make {path}: no such folder: {path.parent}"
        raise OutputError(msg)
    if not path.exists():
        return
    try:
        with path.open("rb") as stream:
            beginning = stream.read(len(_SQLITE_BEGINNING))
    except OSError as error:
        msg = f"{path} cannot be opened: {error.strerror or error}"
        raise UnreadableFileError(msg) from error
    if beginning and beginning != _SQLITE_BEGINNING:
        msg = f"{path} is no store of answers (not an SQLite file); {advice}"
        raise UnreadableFileError(msg)


def _require_store(connection: sqlite3.Connection, path: Path) -> None:
    (found,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE name = 'answers'"
    ).fetchone()
    if found != _APPLICATION_ID or not tables:
        msg = f"{path} is no store of answers (an SQLite file of another program); "
        raise UnreadableFileError(msg + "give another path for the store")
    if version != SCHEMA_VERSION:
        msg = (
            f"{path} is a store of version {version}, this ptce_geo reads version "
            f"{SCHEMA_VERSION}; give another path, or delete it and ask again"
        )
        raise UnreadableFileError(msg)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; two processes that do it at once do not wait by themselves."""
    patience = time.monotonic() + _BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                raise
            time.sleep(0.02)
        else:
            return


def _make_table(connection: sqlite3.Connection) -> None:
    """Make the table in a file that is new."""
    connection.execute("BEGIN IMMEDIATE")
    if not _is_taken(connection):  # by another process, since
        connection.execute(_TABLE)
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _is_taken(connection: sqlite3.Connection) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    return bool(tables or application)


@contextlib.contextmanager
def failure_said(path: Path) -> Iterator[None]:
    """Turn what SQLite and JSON trip over into one line."""
    try:
        yield
    except PtceGeoError:
        raise
    except sqlite3.OperationalError as error:
        name = error.sqlite_errorname if hasattr(error, "sqlite_errorname") else ""
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR")):
            raise _damaged(path, error) from error
        advice = (
            "wait for the other process"
            if "locked" in str(error)
            else "free it, or give another path"
        )
        msg = f"store {path} cannot be used ({error}); {advice}"
        raise OutputError(msg) from error
    except (sqlite3.DatabaseError, ValueError, TypeError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> UnreadableFileError:
    msg = f"store {path} is damaged ({error}); delete it and ask again"
    return UnreadableFileError(msg)
