"""A real addok with its plugins for France, over a Redis of its own, loaded with an address base.

addok runs in a virtual environment apart: its distribution brings a pytest plugin that takes over
every test of the environment it is installed in, and empties a Redis after each.

``python tests/addok_server.py FILE`` serves the addresses of a BAN file until it is told to stop.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    Document = dict[str, Any]

ROOT: Final = Path(__file__).parents[1]
# The Python that has addok; the default is what `.ci/run` makes.
VARIABLE: Final = "PTCE_GEO_ADDOK_PYTHON"
DEFAULT_PYTHON: Final = ROOT / ".venv-addok" / "bin" / "python"
INSTALL: Final = (
    "python3 -m venv .venv-addok && "
    ".venv-addok/bin/pip install --no-deps -r tests/addok_requirements.txt"
)
SECONDS: Final = 120

# As the national geocoder was run: the processors that addok-france and addok-fr document.
CONFIG: Final = """
ATTRIBUTION = "BAN"
LICENCE = "Licence Ouverte 2.0"
EXTRA_FIELDS = [{"key": "citycode"}]
FILTERS = ["type", "postcode", "citycode"]
QUERY_PROCESSORS_PYPATHS = [
    "addok.helpers.text.check_query_length",
    "addok_france.extract_address",
    "addok_france.clean_query",
    "addok_france.remove_leading_zeros",
]
PROCESSORS_PYPATHS = [
    "addok.helpers.text.tokenize",
    "addok.helpers.text.normalize",
    "addok_france.glue_ordinal",
    "addok_france.fold_ordinal",
    "addok_france.flag_housenumber",
    "addok.helpers.text.synonymize",
    "addok_fr.phonemicize",
]
SEARCH_RESULT_PROCESSORS_PYPATHS = [
    "addok.helpers.results.match_housenumber",
    "addok_france.make_labels",
    "addok.helpers.results.score_by_importance",
    "addok.helpers.results.score_by_autocomplete_distance",
    "addok.helpers.results.score_by_ngram_distance",
    "addok.helpers.results.score_by_geo_distance",
    "addok.helpers.results.adjust_scores",
]
"""


def addok_python() -> Path | None:
    """Return the Python that has addok, or None."""
    python = Path(os.environ.get(VARIABLE) or DEFAULT_PYTHON)
    return python if python.with_name("addok").exists() else None


def missing() -> str | None:
    """Return what to run before an addok can be started here, or None where it can."""
    if shutil.which("redis-server") is None:
        return "no Redis on this machine: apt-get install redis-server"
    if addok_python() is None:
        return f"no addok on this machine (or name its Python in {VARIABLE}): {INSTALL}"
    return None


@contextlib.contextmanager
def served_addok(base: Path, *, workers: int = 1) -> Iterator[str]:
    """Serve addok over the addresses of `base` on the loopback interface; give its URL."""
    python = addok_python()
    assert python is not None
    with loaded_addok(base) as environment, socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        # The socket is handed over: nobody can take the port in between.
        command = [
            str(python),
            *("-m", "gunicorn", "addok.http.wsgi:application"),
            *("--bind", f"fd://{door.fileno()}", "--workers", str(workers), "--timeout", "300"),
        ]
        log = Path(environment["ADDOK_LOG_DIR"]) / "addok.log"
        with (
            log.open("w") as output,
            running(command, output, env=environment, pass_fds=(door.fileno(),)) as server,
        ):
            door.close()
            url = f"http://127.0.0.1:{port}"
            wait_for(lambda: _healthy(url), server, log)
            yield url


@contextlib.contextmanager
def loaded_addok(base: Path) -> Iterator[dict[str, str]]:
    """Load the addresses of `base` in a Redis of its own; give the environment for addok."""
    python = addok_python()
    assert python is not None
    # The path of a Unix socket must be short: not pytest's folders.
    with tempfile.TemporaryDirectory(prefix="addok-") as name:
        folder = Path(name)
        (folder / "addok.conf").write_text(CONFIG, encoding="utf-8")
        with (folder / "documents.jsonl").open("w", encoding="utf-8") as file:
            for document in documents(base):
                file.write(json.dumps(document, ensure_ascii=False) + "\n")
        environment = {
            **os.environ,
            "ADDOK_CONFIG_MODULE": str(folder / "addok.conf"),
            "ADDOK_LOG_DIR": name,
            "REDIS_SOCKET": str(folder / "redis.sock"),
            "PYTHONUTF8": "1",
        }
        with private_redis(folder):
            addok = str(python.with_name("addok"))
            for arguments in (["batch", str(folder / "documents.jsonl")], ["ngrams"]):
                done = subprocess.run(
                    [addok, *arguments],
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                if done.returncode != 0:
                    message = f"addok {arguments[0]} failed:\n{done.stdout}\n{done.stderr}"
                    raise RuntimeError(message)
            yield environment


@contextlib.contextmanager
def private_redis(folder: Path) -> Iterator[Path]:
    """Run a Redis that listens on a socket in `folder` only, and writes nothing."""
    door = folder / "redis.sock"
    command = [
        "redis-server",
        *("--port", "0", "--unixsocket", str(door)),
        *("--save", "", "--appendonly", "no", "--dir", str(folder)),
    ]
    log = folder / "redis.log"
    with log.open("w") as output, running(command, output) as server:
        wait_for(door.exists, server, log)
        yield door


@contextlib.contextmanager
def running(command: list[str], output: IO[str], **options: Any) -> Iterator[subprocess.Popen]:
    """Run a program until the block is left."""
    process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(ready: Any, process: subprocess.Popen, log: Path) -> None:
    """Wait until a server answers, and tell its log if it ends before."""
    until = time.monotonic() + SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            message = f"{process.args[0]} did not start:\n{log.read_text(errors='replace')}"
            raise RuntimeError(message)
        time.sleep(0.05)


def _healthy(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/health", timeout=5) as answer:
            return json.load(answer)["status"] == "HEALTHY"
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def documents(base: Path) -> Iterator[Document]:
    """Give addok's documents of an address base in the official BAN columns.

    A municipality for each commune, a street for each street of a postcode with its numbers, a
    locality for each place that has none.
    """
    streets: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    communes: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in ban_rows(base):
        streets[row["code_insee"], row["nom_voie"], row["code_postal"]].append(row)
        communes[row["code_insee"]].append(row)
        if row["nom_ld"]:
            streets[row["code_insee"], row["nom_ld"], row["code_postal"]].append(
                {**row, "numero": "", "rep": ""}
            )
    for code, rows in communes.items():
        yield _municipality(code, rows)
    for number, ((code, name, postcode), rows) in enumerate(streets.items()):
        yield _street(f"{code}_{number:06}", name, postcode, rows)


def ban_rows(base: Path) -> Iterator[dict[str, str]]:
    """Give the rows of a BAN file, packed or not."""
    opened: Any = gzip.open if base.suffix == ".gz" else open
    with opened(base, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


def _municipality(code: str, rows: list[dict[str, str]]) -> Document:
    name = _usual(rows, "nom_commune")
    return {
        **_middle(rows),
        "id": code,
        "type": "municipality",
        "name": name,
        "city": name,
        "citycode": code,
        # The first of several is the one that is shown.
        "postcode": [postcode for postcode, _ in _counted(rows, "code_postal")],
        "importance": min(0.3 + len(rows) / 1e4, 0.6),
    }


def _street(key: str, name: str, postcode: str, rows: list[dict[str, str]]) -> Document:
    numbered = {
        f"{row['numero']} {row['rep']}".strip(): {
            "lat": float(row["lat"]),
            "lon": float(row["lon"]),
            "id": row["id"],
        }
        for row in rows
        if row["numero"] and row["numero"] != "99999"  # what toponyms have for a number
    }
    document = {
        **_middle(rows),
        "id": key,
        "type": "street" if numbered else "locality",
        "name": name,
        "city": _usual(rows, "nom_commune"),
        "citycode": rows[0]["code_insee"],
        "postcode": postcode,
        "importance": 0.1,
    }
    return {**document, "housenumbers": numbered} if numbered else document


def _middle(rows: list[dict[str, str]]) -> Document:
    return {axis: median(float(row[axis]) for row in rows) for axis in ("lat", "lon")}


def _counted(rows: list[dict[str, str]], column: str) -> list[tuple[str, int]]:
    return Counter(row[column] for row in rows).most_common()


def _usual(rows: list[dict[str, str]], column: str) -> str:
    return _counted(rows, column)[0][0]


if __name__ == "__main__":
    # Whoever is told to stop stops what it started.
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, lambda *_: sys.exit())
    with served_addok(Path(sys.argv[1])) as address:
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        signal.pause()
