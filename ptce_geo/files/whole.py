"""Write a file whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from ptce_geo.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path


def write_whole(target: Path, content: bytes, *, what: str) -> None:
    """Write `content` beside `target`, then put it in its place in one step.

    Parameters
    ----------
    target : Path
        The file; what stood there is replaced.
    content : bytes
        All of it.
    what : str
        What it is, for the message ("the map").

    Raises
    ------
    OutputError
        If it cannot be written there.
    """
    part = target.parent / f".{target.name}.{os.getpid()}.part"
    try:
        if target.is_dir():
            raise IsADirectoryError(0, "it is a folder", str(target))
        part.write_bytes(content)
        part.replace(target)
    except OSError as error:
        with suppress(OSError):  # there may be no folder to have left it in
            part.unlink()
        msg = f"cannot write {what} to {target}: {error.strerror or error}; choose another path"
        raise OutputError(msg) from error
