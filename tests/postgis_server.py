"""A real PostgreSQL with PostGIS in a folder of its own, reached by a Unix socket.

PostgreSQL does not run as root: where the tests do, it runs as the user ``postgres`` that its
package makes.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from addok_server import running, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD: Final = "s3cr3t-:@/%"
QUOTED: Final = "s3cr3t-%3A%40%2F%25"
WITH_POSTGIS: Final = "study"
WITHOUT_POSTGIS: Final = "plain"
_USER: Final = "planner"


def _programs() -> Path | None:
    """Return the folder of initdb and postgres, or None."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin")  # where Debian keeps them
    return max(folders, key=lambda folder: int(folder.parent.name), default=None)


def missing() -> str | None:
    """Return what to run before a PostGIS can be started here, or None where it can."""
    advice = "apt-get install postgresql postgresql-postgis"
    programs = _programs()
    if programs is None:
        return f"no PostgreSQL on this machine: {advice}"
    asked = [str(programs / "pg_config"), "--sharedir"]
    shared = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    if not (Path(shared) / "extension" / "postgis.control").exists():
        return f"no PostGIS on this machine: {advice}"
    return None


@contextlib.contextmanager
def served_postgis() -> Iterator[str]:
    """Serve two databases; give the URL of a database, its name left to fill in.

    ``url.format(database=WITH_POSTGIS)`` has PostGIS, that of `WITHOUT_POSTGIS` has none.
    """
    programs = _programs()
    assert programs is not None
    user: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="ptce_geo-postgis-") as name:
        folder = Path(name)
        secret = folder / "password"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
            for path in (folder, secret):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        data = folder / "data"
        subprocess.run(
            [
                *(str(programs / "initdb"), "-D", str(data), "-U", _USER, "-E", "UTF8"),
                *("--locale=C", "-A", "scram-sha-256", "--pwfile", str(secret), "--no-sync"),
            ],
            check=True,
            capture_output=True,
            cwd=folder,
            **user,
        )
        log = folder / "log"
        command = [
            *(str(programs / "postgres"), "-D", str(data), "-k", str(folder)),
            *("-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=32MB"),
        ]
        url = f"postgresql://{_USER}:{QUOTED}@/{{database}}?host={folder}"
        with log.open("w") as output, running(command, output, cwd=folder, **user) as server:
            wait_for(lambda: _answers(url), server, log)
            _make_databases(url)
            yield url


def _answers(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url.format(database="postgres")).close()
    except psycopg.OperationalError:
        return False
    return True


def _make_databases(url: str) -> None:
    import psycopg

    with psycopg.connect(url.format(database="postgres"), autocommit=True) as connection:
        for database in (WITH_POSTGIS, WITHOUT_POSTGIS):
            connection.execute(f"CREATE DATABASE {database}")
    with psycopg.connect(url.format(database=WITH_POSTGIS)) as connection:
        connection.execute("CREATE EXTENSION postgis")
