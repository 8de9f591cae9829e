"""addok as a geocoder to measure by: in a process of its own, one query at a time, no HTTP."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from addok_server import addok_python, loaded_addok, missing

from ptce_geo import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Addok", "missing", "started_addok"]

WORKER = Path(__file__).with_name("addok_worker.py")


class Addok:
    """What addok answers, as the columns of a geocoder.

    Attributes
    ----------
    name : str
        What stands in ``geocode_provider``.
    load_seconds, first_seconds : float
        What loading the base took, and the first answer of a new process.
    redis_bytes, worker_kb : int
        The peak of memory of its Redis, and of the process that searches.
    """

    name = "addok"

    def __init__(self, environment: dict[str, str], load_seconds: float) -> None:
        self.load_seconds = load_seconds
        self._environment = environment
        self._known: dict[str, list[dict[str, Any]]] = {}
        self.worker_kb = 0
        began = perf_counter()
        self._worker = subprocess.Popen(
            [str(addok_python()), str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            text=True,
        )
        self.search(["1 rue de la Paix"])
        self.first_seconds = perf_counter() - began

    def close(self) -> None:
        assert self._worker.stdin is not None
        self._worker.stdin.close()
        self._worker.wait(timeout=30)

    @property
    def redis_bytes(self) -> int:
        socket = self._environment["REDIS_SOCKET"]
        told = subprocess.run(
            ["redis-cli", "-s", socket, "INFO", "memory"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        return int(told.partition("used_memory_peak:")[2].split()[0])

    def search(self, queries: list[str]) -> float:
        """Ask for every query, keep the answers, return the seconds addok took."""
        assert self._worker.stdin is not None
        assert self._worker.stdout is not None
        self._worker.stdin.write(json.dumps(queries) + "\n")
        self._worker.stdin.flush()
        reply = json.loads(self._worker.stdout.readline())
        self._known.update(zip(queries, reply["answers"], strict=True))
        self.worker_kb = reply["kB"]
        return float(reply["seconds"])

    def locate(self, queries: pd.DataFrame) -> pd.DataFrame:
        """Return what addok answers, each different query asked once."""
        lines = as_lines(queries)
        if new := [line for line in dict.fromkeys(lines) if line not in self._known]:
            self.search(new)
        answers = pd.DataFrame([_row(self._known[line]) for line in lines], index=queries.index)
        dtypes = {
            column: "str" for column in answers.columns if column not in schema.GEOCODE_COLUMNS
        }
        return answers.astype({**schema.GEOCODE_DTYPES, **dtypes})


def as_lines(queries: pd.DataFrame) -> list[str]:
    """Return queries as addok-csv joins them: the columns one after the other."""
    columns = [
        column for column in (schema.ADDRESS, schema.POSTCODE, schema.CITY) if column in queries
    ]
    joined = queries[columns].fillna("").agg(" ".join, axis=1)
    return joined.str.split().str.join(" ").tolist()


def _row(found: list[dict[str, Any]]) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(
        (*schema.GEOCODE_COLUMNS, *schema.FOUND_COLUMNS, schema.GEOCODE_CANDIDATES)
    )
    if not found:
        return {**row, schema.GEOCODE_STATUS: schema.REJECTED, schema.GEOCODE_REASON: "no_answer"}
    best, *others = found
    second = others[0]["score"] if others else 0.0
    return {
        **row,
        schema.LONGITUDE: best["lon"],
        schema.LATITUDE: best["lat"],
        schema.GEOCODE_PROVIDER: "addok",
        schema.GEOCODE_PRECISION: best["type"],
        schema.GEOCODE_SCORE: min(best["score"], 1.0),
        schema.GEOCODE_MARGIN: min(best["score"] - second, 1.0) if others else 1.0,
        schema.GEOCODE_LABEL: best["label"],
        schema.GEOCODE_STATUS: schema.ACCEPTED,
        schema.GEOCODE_REASON: "found",
        schema.CODE_COMMUNE: best["citycode"],
        schema.FOUND_NUMBER: best["housenumber"] or None,
        schema.FOUND_STREET: None if best["type"] == "municipality" else best["name"],
        schema.FOUND_POSTCODE: best["postcode"],
        schema.FOUND_CITY: best["city"],
        schema.GEOCODE_CANDIDATES: " | ".join(
            f"{one['label']} ({one['score']:.2f})" for one in others
        )
        or None,
    }


@contextlib.contextmanager
def started_addok(base: Path) -> Iterator[Addok]:
    """Start an addok over an address base."""
    began = perf_counter()
    with loaded_addok(base) as environment:
        addok = Addok(environment, perf_counter() - began)
        try:
            yield addok
        finally:
            addok.close()
