"""Replace what a folder holds all at once: whoever looks, and whatever is killed, it is whole."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import shutil
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ptce_geo.checks import listing
from ptce_geo.errors import OutputError, PtceGeoError, PtceGeoWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping

_NEW, _OLD = "new", "old"
# What a killed run left behind is cleared away once nothing can be writing to it any more.
_LEFT_BEHIND_S: Final = 24 * 3600
_AT_FDCWD, _EXCHANGE = -100, 2  # of renameat2(2)
_SWAP: Final = 2  # of renamex_np(2)


@contextmanager
def whole_folder(
    folder: Path, *, made_before: Callable[[Path], Mapping[str, str | None]]
) -> Iterator[Path]:
    """Give an empty folder to write to; it takes the place of `folder` if nothing goes wrong.

    The two are exchanged in one step of the file system, so that at any moment `folder` is the old
    one or the new one. Where the system cannot do that, the old one is renamed aside first; a
    process killed between the two renames leaves it there, and the next call puts it back.

    Parameters
    ----------
    folder : Path
        The folder to write; what else lies in it stays there.
    made_before : callable
        Called with `folder` where it exists: the files in it that an earlier run made, which do not
        stay: path within the folder → SHA-256 of what was written (None: not known). One that was
        edited since stays as "name.edited.xlsx", and a `PtceGeoWarning` says so.

    Yields
    ------
    Path
        An empty folder beside `folder`.

    Raises
    ------
    OutputError
        When it cannot be written there, or the process runs within `folder`.
    """
    require_replaceable(folder)
    folder = folder.resolve()
    made: list[Path] = []
    try:
        _recover(folder)
        made = [path for path in folder.parents if not path.exists()]
        folder.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=_prefix(folder, _NEW), dir=folder.parent))
    except OSError as error:
        _clear(None, made)
        raise OutputError(_said(folder, error)) from error
    try:
        yield new
        if folder.is_dir():
            _take_along(folder, new, made=made_before(folder))
        new.chmod(folder.stat().st_mode & 0o7777 if folder.is_dir() else 0o777 & ~_umask())
        _put(new, folder)
    except PtceGeoError:
        raise
    except OSError as error:
        if not _of_writing(error, new):
            raise
        raise OutputError(_said(folder, error)) from error
    finally:
        _clear(new, made)


def require_replaceable(folder: Path) -> None:
    """Raise `OutputError` where `folder` cannot be made or replaced; nothing is written.

    Parameters
    ----------
    folder : Path
        The folder to write, whether it exists or not.

    Raises
    ------
    OutputError
        When a file is in the way, the folder or the one it lies in may not be written to, it is a
        mount point, or the process runs within it.
    """
    try:
        place = folder.resolve()
        _refuse_own_ground(place)
        ground = next(path for path in place.parents if path.exists())
        if not ground.is_dir():
            raise NotADirectoryError(0, f"{ground.name} is a file")
        if place.exists() and not place.is_dir():
            raise NotADirectoryError(0, "it is a file")
        if place.is_mount():
            raise OSError(0, "it is a mount point, which cannot be replaced")
        for path in (ground, place) if place.exists() else (ground,):
            if not os.access(path, os.W_OK | os.X_OK):
                raise PermissionError(0, f"no permission to write in {path}")
    except OutputError:
        raise
    except (OSError, RuntimeError, ValueError) as error:  # a circle of links, a name that cannot be
        raise OutputError(_said(folder, error)) from error


def require_free(folder: Path, names: Iterable[str], *, made: Container[str]) -> None:
    """Raise `OutputError` where something that no run made stands in the way of a file to write.

    Parameters
    ----------
    folder : Path
        The folder to write to; it may be missing.
    names : iterable of str
        The files to write: paths within it, with "/".
    made : container of str
        Those that an earlier run made.

    Raises
    ------
    OutputError
        When a folder has the name of such a file, or a file or a link that of the file or of a
        folder that it lies in, unless a run made it.
    """
    for name in names:
        path = folder / name
        if _is_folder(path):
            msg = f"cannot write {path}: it is a folder; choose another folder to write to"
            raise OutputError(msg)
        for place in (path, *path.parents[: name.count("/")]):
            taken = os.path.lexists(place) and not _is_folder(place)
            if taken and place.relative_to(folder).as_posix() not in made:
                msg = (
                    f"cannot write {place}: a file of that name is there that no run made; "
                    "move it, or choose another folder"
                )
                raise OutputError(msg)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _prefix(folder: Path, what: str) -> str:
    return f".{folder.name}.{what}-"


def _said(folder: Path, error: Exception) -> str:
    why = getattr(error, "strerror", None) or error
    return f"cannot write to {folder}: {why}; choose another folder"


def _of_writing(error: OSError, new: Path) -> bool:
    """Return whether it was writing to `new` that failed, and not something else in its course."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return True
    touched = [str(name) for name in (error.filename, error.filename2) if name is not None]
    return any(name.startswith(str(new)) for name in touched)


def _refuse_own_ground(folder: Path) -> None:
    """Raise where the process stands in the folder: it would go on in one that is no more."""
    if Path.cwd().resolve().is_relative_to(folder):
        msg = (
            f"cannot write to {folder}: the command runs in it, and it is replaced whole; "
            "give the results a folder of their own"
        )
        raise OutputError(msg)


def _umask() -> int:
    now = os.umask(0o022)
    os.umask(now)
    return now


def _recover(folder: Path) -> None:
    """Put back what a killed run renamed aside, and clear away what it had begun."""
    if not folder.parent.is_dir():
        return
    aside = sorted(folder.parent.glob(f"{_prefix(folder, _OLD)}*"))
    if aside and not folder.exists():
        aside.pop().rename(folder)
    begun = folder.parent.glob(f"{_prefix(folder, _NEW)}*")
    for path in (*aside, *begun):
        if time.time() - path.stat().st_mtime > _LEFT_BEHIND_S:
            shutil.rmtree(path, ignore_errors=True)


def _take_along(folder: Path, new: Path, *, made: Mapping[str, str | None]) -> None:
    """Link what lies in `folder` and is no run's, or was edited since, into the new one."""
    written = [path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file()]
    require_free(folder, written, made=made)
    edited = []
    for top, folders, files in os.walk(folder):
        within = Path(top).relative_to(folder)
        links = [name for name in folders if Path(top, name).is_symlink()]  # not walked into
        for name in (*files, *links):
            path = within / name
            target = new / path
            if path.as_posix() in made:
                if _as_made(folder / path, made[path.as_posix()]):
                    continue
                target = new / _free(path, (folder, new))
                edited.append(target.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            _linked(folder / path, target)
        if not files and not folders:
            (new / within).mkdir(parents=True, exist_ok=True)
    if edited:
        msg = f"{folder}: edited since it was made, and kept beside the new one: {listing(edited)}"
        warnings.warn(msg, PtceGeoWarning, stacklevel=6)


def _as_made(path: Path, sha256: str | None) -> bool:
    """Return whether a file is still what a run made of it."""
    if sha256 is None:
        return True
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _free(path: Path, folders: tuple[Path, Path]) -> Path:
    """Return a name for `path` that is free in both folders, as in "name.edited.xlsx"."""
    name = path.with_name(f"{path.stem}.edited{path.suffix}")
    number = 2
    while any((folder / name).exists() for folder in folders):
        name = path.with_name(f"{path.stem}.edited-{number}{path.suffix}")
        number += 1
    return name


def _linked(source: Path, target: Path) -> None:
    """Give a file a second name; copy it where the file system has no such thing."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _put(new: Path, folder: Path) -> None:
    """Put `new` in the place of `folder`."""
    if not folder.exists():
        new.rename(folder)
        return
    if _exchanged(new, folder):
        return
    old = Path(tempfile.mkdtemp(prefix=_prefix(folder, _OLD), dir=folder.parent))
    old.rmdir()
    folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; return whether the system could."""
    paths = os.fsencode(one), os.fsencode(other)
    try:
        system = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            return system.renamex_np(*paths, _SWAP) == 0
        return system.renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _EXCHANGE) == 0
    except (AttributeError, TypeError, OSError):  # another system, or an older one
        return False


def _clear(new: Path | None, made: list[Path]) -> None:
    """Remove what was written in vain, or the folder that was replaced, and empty parents."""
    if new is not None:
        shutil.rmtree(new, ignore_errors=True)
    for path in made:
        with suppress(OSError):
            path.rmdir()  # one that holds the result is not empty
