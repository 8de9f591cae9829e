"""Fetch a large file, going on where an earlier attempt stopped.

What has arrived is kept in ``<name>.part``, and beside it ``<name>.part.json``: which version of
the file it is a part of. It is asked to be continued (HTTP Range) only if the server still has that
version (If-Range); otherwise it begins anew. A finished part stays until the caller removes it, so
that a process killed later need not fetch it twice.
"""

from __future__ import annotations

import json
import random
import re
import time
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import requests
from urllib3.exceptions import HTTPError

from ptce_geo import session as net
from ptce_geo.errors import BoundariesDownloadError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    # What is being done, bytes so far, bytes in all where known.
    Progress = Callable[[str, int, int | None], None]

# How often in a row a transfer may break without a byte more than before.
BREAKS: Final = 4
_CHUNK: Final = 1 << 16
# The bytes of the file itself, not packed once more for the way.
_AS_IT_IS: Final = {"Accept-Encoding": "identity"}


@dataclass(frozen=True)
class Version:
    """Which version of a file a part belongs to, and how large the whole of it is."""

    url: str
    validator: str | None = None
    size: int | None = None


def remote_size(session: requests.Session, url: str) -> int | None:
    """Return the size of the file at `url` (bytes), None where the server does not tell.

    Raises
    ------
    BoundariesDownloadError
        When the server cannot be reached or has no such file.
    """
    answer = _ask(session, "HEAD", url, {})
    if answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        raise _refused(answer)
    return _length(answer) if answer.ok else None


def fetch(
    url: str, folder: Path, *, session: requests.Session, progress: Progress | None = None
) -> Path:
    """Fetch the file at `url` into `folder`, what is there of it already excepted.

    Parameters
    ----------
    url : str
        Address of the file.
    folder : Path
        Where its part is kept.
    session : requests.Session
        From `ptce_geo.session.new_session`.
    progress : callable, optional
        Told the name, the bytes so far and the bytes in all.

    Returns
    -------
    Path
        The whole file; its name ends in ``.part`` all the same.

    Raises
    ------
    BoundariesDownloadError
        When the server cannot be reached, refuses, or breaks off again and again.
    OutputError
        When the part cannot be written.
    """
    part = folder / f"{url.rpartition('/')[2]}.part"
    breaks, most, problem = 0, _size(part), ""
    while breaks < BREAKS:
        if breaks:
            time.sleep(net.BACKOFF_S * 2**breaks * random.uniform(0.5, 1.5))
        try:
            missing = _fetch_rest(url, part, session, progress)
        except HTTPError as error:
            problem = f"{net.told(error)} after {_size(part):,} bytes"
        else:
            if not missing:
                return part
            problem = missing
        # A server that begins anew each time is borne with as long as it gets further.
        breaks = 0 if _size(part) > most else breaks + 1
        most = max(most, _size(part))
    have, version = _known(part, url)
    kept = "what arrived is kept, " if have and version.validator else ""
    msg = f"{url}: {problem}; {kept}run the command again" + (" to go on" if kept else "")
    raise BoundariesDownloadError(msg)


def forget(part: Path) -> None:
    """Remove a part and what is known of it."""
    part.unlink(missing_ok=True)
    _beside(part).unlink(missing_ok=True)


def _fetch_rest(
    url: str, part: Path, session: requests.Session, progress: Progress | None
) -> str | None:
    """Fetch what `part` lacks; return what is wrong with what came, None when it is whole."""
    have, version = _known(part, url)
    headers = {}
    if have and version.validator:
        headers = {"Range": f"bytes={have}-", "If-Range": version.validator}
    with _ask(session, "GET", url, headers) as answer:
        if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            if have == version.size:
                return None
            forget(part)
            return f"the server has not the {have:,} bytes it sent before"
        if answer.status_code == HTTPStatus.PARTIAL_CONTENT:
            size = _continues(answer, have)
            if size is None:
                forget(part)
                return "the server sent another part than the one asked for"
        elif answer.status_code == HTTPStatus.OK:
            have, size = 0, _length(answer)
        else:
            raise _refused(answer)
        _append(answer, part, have, Version(url, _validator(answer), size), progress)
    if size is not None and _size(part) != size:
        return f"cut off after {_size(part):,} of {size:,} bytes"
    return None


def _append(
    answer: requests.Response,
    part: Path,
    have: int,
    version: Version,
    progress: Progress | None,
) -> None:
    """Write what `answer` brings behind the first `have` bytes of `part`."""
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        _beside(part).write_text(json.dumps(asdict(version)), encoding="utf-8")
        with part.open("r+b" if have else "wb") as file:
            file.seek(have)
            file.truncate()
            # The raw stream: a .gz that the server calls an encoding stays packed.
            for chunk in answer.raw.stream(_CHUNK, decode_content=False):
                file.write(chunk)
                have += len(chunk)
                if progress:
                    progress(part.stem, have, version.size)
    except OSError as error:
        msg = f"cannot write to {part.parent}: {error.strerror or error}"
        raise OutputError(msg) from error


def _ask(
    session: requests.Session, method: str, url: str, headers: dict[str, str]
) -> requests.Response:
    try:
        return session.request(
            method,
            url,
            headers={**_AS_IT_IS, **headers},
            timeout=net.TIMEOUT_S,
            stream=True,
            allow_redirects=True,
        )
    except requests.RequestException as error:
        msg = f"{url}: {net.told(error)}; check the network and run the command again"
        raise BoundariesDownloadError(msg) from error


def _refused(answer: requests.Response) -> BoundariesDownloadError:
    msg = f"{answer.url}: the server answers {answer.status_code} {answer.reason}"
    if wait := answer.headers.get("Retry-After"):
        msg += f" and asks to come back after {wait}" + (" s" if wait.isdigit() else "")
    elif answer.status_code == HTTPStatus.NOT_FOUND:
        msg += "; it has not this year at this resolution, perhaps another, as in --year 2024"
    return BoundariesDownloadError(msg)


def _length(answer: requests.Response) -> int | None:
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else None


def _continues(answer: requests.Response, have: int) -> int | None:
    """Return the size of the whole where the answer goes on after `have` bytes, else None."""
    told = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.headers.get("Content-Range", ""))
    return int(told[2]) if told and int(told[1]) == have else None


def _validator(answer: requests.Response) -> str | None:
    """Return what tells this version of the file from another: its ETag unless weak, its date."""
    etag = answer.headers.get("ETag")
    return etag if etag and not etag.startswith("W/") else answer.headers.get("Last-Modified")


def _known(part: Path, url: str) -> tuple[int, Version]:
    """Return how much of `url` is there already, and of which version: nothing when in doubt."""
    try:
        version = Version(**json.loads(_beside(part).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return 0, Version(url)
    return (_size(part), version) if version.url == url else (0, Version(url))


def _beside(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
