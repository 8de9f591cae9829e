"""The store: a SQLite file that keeps every answer of the services, so that none is asked twice.

What is stored is what geocoders were asked and what they answered: the cells in
``geocoder.columns`` (address, postcode, town and département; the SIRET and the name of a member
only for a geocoder that reads these), the answer (the columns of `schema.GEOCODE_COLUMNS` and
`schema.FURTHER_COLUMNS`), the name and version of the geocoder, the time, and the version of
ptce_geo. Nothing else of a list, and nothing of who asked. Answers of another kind, as isochrones
are, stand in the same table as question and answer (`AnswerStore.put_texts`).

The file is a table ``answers``, whose ``query`` and ``answer`` are JSON; keep it on a local disk
(SQLite's write-ahead log does not work over a network share). A batch is on the disk once `put`
returned: a process that is killed loses the batch in flight, no other.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import json.encoder
import math
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import pandas as pd

from ptce_geo import __version__, schema
from ptce_geo.errors import InputError
from ptce_geo.geocoding.store_file import failure_said, only_readable, opened

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import TracebackType

    from ptce_geo.geocoding.geocode import Geocoder

_KEYS_AT_ONCE: Final = 500
_KEY_BYTES: Final = 16
_encode: Final = json.encoder.encode_basestring_ascii


@dataclass(frozen=True)
class StoreSummary:
    """What a store holds.

    Attributes
    ----------
    path : Path
        The file.
    size_bytes : int
        Its size, with the log that stands beside it.
    providers : DataFrame
        One row a geocoder and version: ``provider``, ``version``, ``answers`` (how many),
        ``oldest`` and ``newest`` (UTC, ISO 8601).
    """

    path: Path
    size_bytes: int
    providers: pd.DataFrame

    @property
    def answers(self) -> int:
        """How many answers there are in all."""
        return int(self.providers["answers"].sum())


class AnswerStore:
    """Answers of geocoders in a SQLite file that several processes may share.

    Parameters
    ----------
    path : path
        The file; made where there is none. One that cannot be written is opened for reading.

    Attributes
    ----------
    path : Path
        The file.
    read_only : bool
        Whether it can only be read.

    Raises
    ------
    UnreadableFileError
        When the file is damaged, of another version, or no store at all.
    OutputError
        When it cannot be made there.

    Examples
    --------
    >>> import tempfile
    >>> from ptce_geo.geocoding import CommuneGeocoder
    >>> queries = pd.DataFrame({"city": ["Romans-sur-Isère", "Lyon"]})
    >>> geocoder = CommuneGeocoder()
    >>> with tempfile.TemporaryDirectory() as folder, AnswerStore(f"{folder}/a.sqlite") as store:
    ...     store.put(geocoder, queries[:1], geocoder.locate(queries[:1]))
    ...     known = store.get(geocoder, queries)
    ...     store.describe().answers
    1
    >>> known["code_commune"]
    0    26281
    Name: code_commune, dtype: str
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.read_only = only_readable(self.path)
        with failure_said(self.path):
            self._connection = opened(self.path, read_only=self.read_only)

    def __enter__(self) -> Self:
        """Return the store; leaving the block closes it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file; what was put is in it already."""
        self._connection.close()

    def get(
        self, geocoder: Geocoder, queries: pd.DataFrame, *, texts: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Return the answers that are known.

        Parameters
        ----------
        geocoder : Geocoder
            Its ``name``, ``version`` and ``columns`` say which answers are meant.
        queries : DataFrame
            What would be asked.
        texts : sequence of str, optional
            What `query_texts` says of `queries`, where it is at hand.

        Returns
        -------
        DataFrame
            The rows of `queries` that have an answer, in their order, on their index:
            `schema.GEOCODE_COLUMNS` and those of `schema.FURTHER_COLUMNS` that were given.
        """
        texts = query_texts(geocoder, queries) if texts is None else texts
        found = self.get_texts(geocoder.name, version_of(geocoder), texts)
        with failure_said(self.path):
            answers = json.loads(f"[{','.join(found[text] for text in texts if text in found)}]")
            places = [place for place, text in enumerate(texts) if text in found]
            return _as_frame(answers, queries.index[places])

    def get_texts(self, provider: str, version: str, texts: Iterable[str]) -> dict[str, str]:
        """Return the answers that are known, by question.

        Parameters
        ----------
        provider, version : str
            Who answered, and what else answers depend on.
        texts : iterable of str
            Questions, as JSON.

        Returns
        -------
        dict of str to str
            Question → answer, as JSON.
        """
        texts = list(texts)
        asked = dict(zip(_keys(provider, version, texts), texts, strict=True))
        with failure_said(self.path):
            return {asked[key]: answer for key, answer in self._answers(asked)}

    def _answers(self, keys: Iterable[bytes]) -> Iterator[tuple[bytes, str]]:
        left = sorted(keys)
        for start in range(0, len(left), _KEYS_AT_ONCE):
            some = left[start : start + _KEYS_AT_ONCE]
            marks = ",".join("?" * len(some))
            yield from self._connection.execute(
                f"SELECT key, answer FROM answers WHERE key IN ({marks})",
                some,
            )

    def put(
        self,
        geocoder: Geocoder,
        queries: pd.DataFrame,
        answers: pd.DataFrame,
        *,
        texts: Sequence[str] | None = None,
    ) -> None:
        """Store answers in one transaction; those of the same queries are replaced.

        Parameters
        ----------
        geocoder : Geocoder
            Who answered.
        queries, answers : DataFrame
            What was asked and what was answered, row by row.
        texts : sequence of str, optional
            What `query_texts` says of `queries`, where it is at hand.

        Raises
        ------
        OutputError
            When the file cannot be written.
        """
        texts = query_texts(geocoder, queries) if texts is None else texts
        told = dict(zip(texts, _answer_texts(answers), strict=True))
        self.put_texts(geocoder.name, version_of(geocoder), told)

    def put_texts(self, provider: str, version: str, answers: Mapping[str, str]) -> None:
        """Store answers in one transaction; those of the same questions are replaced.

        Parameters
        ----------
        provider, version : str
            Who answered, and what else answers depend on.
        answers : mapping of str to str
            Question → answer, both as JSON.

        Raises
        ------
        OutputError
            When the file cannot be written.
        """
        now = _written(dt.datetime.now(dt.UTC))
        keys = _keys(provider, version, answers)
        rows = [
            (key, provider, version, text, answer, now, __version__)
            for key, (text, answer) in zip(keys, answers.items(), strict=True)
        ]
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO answers VALUES (?,?,?,?,?,?,?)", rows)

    def delete(self, *, older_than: dt.timedelta | None = None, provider: str | None = None) -> int:
        """Delete answers, and wipe them from the file.

        Parameters
        ----------
        older_than : timedelta, optional
            Only answers that are at least as old; ``timedelta(0)`` is every one.
        provider : str, optional
            Only answers of the geocoder of this name.

        Returns
        -------
        int
            How many were deleted.

        Raises
        ------
        InputError
            When nothing says which.
        OutputError
            When the file cannot be written.
        """
        if older_than is None and provider is None:
            msg = f"store {self.path}: which answers to delete? say their age, provider or both"
            raise InputError(msg)
        until = _written(dt.datetime.now(dt.UTC) - (older_than or dt.timedelta(0)))
        # Freed pages are overwritten: an address deleted is not to be found in the file.
        self._connection.execute("PRAGMA secure_delete = ON")
        with self._transaction() as connection:
            deleted = connection.execute(
                "DELETE FROM answers WHERE answered_at <= ? AND (? IS NULL OR provider = ?)",
                (until, provider, provider),
            ).rowcount
        with contextlib.suppress(sqlite3.OperationalError):  # another process reads: next time
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return deleted

    def describe(self) -> StoreSummary:
        """Return how many answers there are of whom, from when to when, and the size of it all."""
        with failure_said(self.path):
            rows = self._connection.execute(
                "SELECT provider, version, count(*), min(answered_at), max(answered_at) "
                "FROM answers GROUP BY provider, version ORDER BY provider, version"
            ).fetchall()
        columns = ["provider", "version", "answers", "oldest", "newest"]
        files = (self.path, self.path.with_name(f"{self.path.name}-wal"))
        size = sum(file.stat().st_size for file in files if file.exists())
        return StoreSummary(self.path, size, pd.DataFrame(rows, columns=columns))

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Do all of it or none of it; who comes second waits before reading anything."""
        with failure_said(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


@contextlib.contextmanager
def opened_store(
    store: AnswerStore | str | os.PathLike[str] | None,
) -> Iterator[AnswerStore | None]:
    """Open a store that is given by its path, and close it afterwards; leave any other as it is."""
    if store is None or isinstance(store, AnswerStore):
        yield store
        return
    with AnswerStore(store) as opened_here:
        yield opened_here


def columns_of(geocoder: Geocoder) -> tuple[str, ...]:
    """Return the columns of a query that `geocoder` reads."""
    return tuple(getattr(geocoder, "columns", schema.QUERY_COLUMNS))


def version_of(geocoder: Geocoder) -> str:
    """Return what else the answers of `geocoder` depend on."""
    return str(getattr(geocoder, "version", ""))


def query_texts(geocoder: Geocoder, queries: pd.DataFrame) -> list[str]:
    """Return what each row asks of `geocoder`, as JSON without empty cells.

    Two rows with the same text are the same question.

    Examples
    --------
    >>> from ptce_geo.geocoding import CommuneGeocoder
    >>> query_texts(CommuneGeocoder(), pd.DataFrame({"city": ["Lyon", None], "siret": "1"}))
    ['{"city":"Lyon"}', '{}']
    """
    columns = sorted(column for column in set(columns_of(geocoder)) if column in queries)
    if not columns:
        return ["{}"] * len(queries)
    texts = [_listed(queries[column].astype("str")) for column in columns]
    cells = [
        _entries(column, [cell or math.nan for cell in cells])
        for column, cells in zip(columns, texts, strict=True)
    ]
    return [_object(row) for row in zip(*cells, strict=True)]


def tidy_answers(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of an answer that ptce_geo knows, in one order, of the right dtypes."""
    columns = [
        *schema.GEOCODE_COLUMNS,
        *(name for name in schema.FURTHER_COLUMNS if name in answers),
    ]
    return answers[columns].astype(
        {name: schema.GEOCODE_DTYPES.get(name, "str") for name in columns}
    )


def _keys(provider: str, version: str, texts: Iterable[str]) -> list[bytes]:
    """Return the key of each question: who is asked what."""
    asked = json.dumps([provider, version]).encode("ascii")
    beginning = hashlib.blake2b(asked, digest_size=_KEY_BYTES)
    keys = []
    for text in texts:
        whole = beginning.copy()
        whole.update(text.encode("ascii"))
        keys.append(whole.digest())
    return keys


def _answer_texts(answers: pd.DataFrame) -> list[str]:
    """Return each answer as JSON: floats come back from it bit for bit.

    What is missing is left out, but for the columns that not every geocoder gives: there, null
    says that this one does.
    """
    tidy = tidy_answers(answers)
    cells = [
        _entries(column, _listed(tidy[column]), without="null" if further else None)
        for column, further in zip(
            tidy.columns, tidy.columns.isin(schema.FURTHER_COLUMNS), strict=True
        )
    ]
    return [_object(row) for row in zip(*cells, strict=True)]


def _listed(column: pd.Series) -> list[Any]:
    return np.asarray(column, dtype=object).tolist()  # some times faster than column.tolist()


def _entries(column: str, cells: list[Any], *, without: str | None = None) -> list[str]:
    """Return each cell as an entry of a JSON object; where it is missing, `without` if anything."""
    name = f"{_encode(column)}:"
    missing = "" if without is None else name + without
    return [
        name + (_encode(cell) if type(cell) is str else _number(cell))
        if cell == cell  # not NaN
        else missing
        for cell in cells
    ]


def _number(cell: float) -> str:
    return repr(cell) if math.isfinite(cell) else json.dumps(cell)


def _object(entries: Iterable[str]) -> str:
    return f"{{{','.join(filter(None, entries))}}}"


def _as_frame(answers: list[dict[str, Any]], index: pd.Index) -> pd.DataFrame:
    given = {column for answer in answers for column in answer}
    columns = [*schema.GEOCODE_COLUMNS, *(name for name in schema.FURTHER_COLUMNS if name in given)]
    cells = {column: [answer.get(column) for answer in answers] for column in columns}
    return tidy_answers(pd.DataFrame(cells, index=index))


def _written(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")
