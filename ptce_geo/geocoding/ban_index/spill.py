"""Rows of the address base sorted into parts, one per département, in memory or in a folder."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ptce_geo.geocoding.ban_index.csv_files import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

# Rows wait in memory until they are this many bytes.
_MOST_WAITING: Final = 64 << 20
# A part of more rows is given out in shares, commune by commune (the Nord has 1.1 million).
_MOST_ROWS: Final = 400_000
# Rows are read back in pieces of this many.
_ROWS_STORED: Final = 1 << 16


class Parts:
    """What sorts rows by département, so that the order in which they come does not matter.

    Parameters
    ----------
    folder : Path
        Where rows are kept that are too many for the memory.
    most_waiting : int
        Bytes that may wait in memory.
    most_rows : int
        Rows that are given out at once.
    """

    def __init__(
        self, folder: Path, *, most_waiting: int = _MOST_WAITING, most_rows: int = _MOST_ROWS
    ) -> None:
        self._folder = folder
        self._most_waiting = most_waiting
        self._most_rows = most_rows
        self._waiting: dict[str, list[pa.Table]] = {}
        self._bytes = 0
        self._rows: dict[str, int] = {}
        self._writers: dict[str, pa.RecordBatchStreamWriter] = {}
        self._open = ExitStack()

    def __enter__(self) -> Parts:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what is open."""
        self._open.close()

    def add(self, table: pa.Table) -> None:
        """Take rows of `csv_files.SCHEMA`."""
        if not table.num_rows:
            return
        departement = _departements(table["commune"])
        values = pc.unique(departement).to_pylist()
        if len(values) > 1:
            order = pc.sort_indices(departement)
            table, departement = table.take(order), departement.take(order)
        found = departement.to_numpy(zero_copy_only=False)
        starts = [0, *(np.flatnonzero(found[1:] != found[:-1]) + 1).tolist(), len(found)]
        for start, end in pairwise(starts):
            name = found[start]
            self._waiting.setdefault(name, []).append(table.slice(start, end - start))
            self._rows[name] = self._rows.get(name, 0) + end - start
        self._bytes += table.nbytes
        if self._bytes > self._most_waiting:
            self._spill()

    def _spill(self) -> None:
        for name, tables in self._waiting.items():
            if name not in self._writers:
                sink = self._open.enter_context(pa.OSFile(str(self._folder / name), "wb"))
                options = pa.ipc.IpcWriteOptions(compression="lz4")
                writer = pa.ipc.new_stream(sink, SCHEMA, options=options)
                self._writers[name] = self._open.enter_context(writer)
            waiting = pa.concat_tables(tables).combine_chunks()
            self._writers[name].write_table(waiting, max_chunksize=_ROWS_STORED)
        self._waiting.clear()
        self._bytes = 0

    def tables(self) -> Iterator[pa.Table]:
        """Yield the rows by ascending département, all those of a commune in one table."""
        if self._writers:
            self._spill()
        self._open.close()
        for name in sorted(self._rows):
            shares = -(-self._rows[name] // self._most_rows)
            for share in range(shares):
                tables = [_share(table, share, shares) for table in self._stored(name)]
                if sum(table.num_rows for table in tables):
                    yield pa.concat_tables(tables).combine_chunks()
            self._waiting.pop(name, None)

    def _stored(self, name: str) -> Iterator[pa.Table]:
        if name in self._waiting:
            yield from self._waiting[name]
            return
        with pa.OSFile(str(self._folder / name)) as source:
            for batch in pa.ipc.open_stream(source):
                yield pa.Table.from_batches([batch])


def _departements(communes: Any) -> Any:  # noqa: ANN401 - pyarrow publishes no types
    return pc.if_else(
        pc.or_(pc.starts_with(communes, "97"), pc.starts_with(communes, "98")),
        pc.utf8_slice_codeunits(communes, 0, 3),
        pc.utf8_slice_codeunits(communes, 0, 2),
    ).combine_chunks()


def _share(table: pa.Table, share: int, shares: int) -> pa.Table:
    """Return the rows of the communes whose last three digits fall into a share."""
    if shares == 1:
        return table
    number = pc.utf8_slice_codeunits(table["commune"], 2, 5).cast(pa.int32()).to_numpy()
    return table.filter(pa.array(number * shares // 1000 == share))
