"""A folder is the old one or the new one, whole, whatever happens."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ptce_geo.errors import InputError, OutputError, PtceGeoWarning
from ptce_geo.files import whole_folder as module
from ptce_geo.files.whole_folder import require_free, require_replaceable, whole_folder


def nothing(folder):
    return {}


def made(*names):
    return lambda folder: dict.fromkeys(names)


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(params=["exchanged", "renamed"])
def way(request, monkeypatch):
    """Both ways that a folder takes the place of another."""
    if request.param == "renamed":
        monkeypatch.setattr(module, "_exchanged", lambda one, other: False)
    elif not module._exchanged(*_two(request)):
        pytest.skip("this file system cannot exchange two folders in one step")
    return request.param


def _two(request):
    base = request.getfixturevalue("tmp_path_factory").mktemp("two")
    for name in ("a", "b"):
        (base / name).mkdir()
    return base / "a", base / "b"


def test_the_folder_is_made_with_its_parents(tmp_path):
    folder = tmp_path / "a" / "b"
    with whole_folder(folder, made_before=nothing) as new:
        (new / "one").write_text("1")
        assert not folder.exists()
    assert files(tmp_path) == {"a/b/one": "1"}
    assert folder.stat().st_mode & 0o777 == 0o777 & ~module._umask()


def test_what_was_made_before_goes_and_what_else_lies_there_stays(tmp_path, way):
    folder = tmp_path / "study"
    (folder / "data").mkdir(parents=True)
    (folder / "empty").mkdir()
    for name in ("old", "note", "data/old.csv", "data/mine.csv"):
        (folder / name).write_text(name)
    note = (folder / "note").stat().st_ino
    with whole_folder(folder, made_before=made("old", "data/old.csv")) as new:
        (new / "data").mkdir()
        (new / "data" / "new.csv").write_text("new")
    assert files(folder) == {
        "note": "note",
        "data/mine.csv": "data/mine.csv",
        "data/new.csv": "new",
    }
    assert (folder / "empty").is_dir()
    assert (folder / "note").stat().st_ino == note
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_links_in_the_folder_stay_links(tmp_path):
    folder, elsewhere = tmp_path / "study", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (elsewhere / "one").write_text("1")
    (folder / "to a folder").symlink_to(elsewhere)
    (folder / "to a file").symlink_to(elsewhere / "one")
    with whole_folder(folder, made_before=nothing):
        pass
    assert {path.name: path.readlink() for path in folder.iterdir()} == {
        "to a folder": elsewhere,
        "to a file": elsewhere / "one",
    }


def test_what_was_edited_since_is_kept_beside_the_new_one(tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "table.xlsx").write_text("as made, and my remarks")
    (folder / "map.html").write_text("as made")
    before = {name: hashlib.sha256(b"as made").hexdigest() for name in ("table.xlsx", "map.html")}
    for turn in ("one", "two"):
        with (
            pytest.warns(PtceGeoWarning, match=r"edited since it was made.*table\.edited"),
            whole_folder(folder, made_before=lambda _: before) as new,
        ):
            (new / "table.xlsx").write_text(f"new {turn}")
    assert files(folder) == {
        "table.xlsx": "new two",
        "table.edited.xlsx": "as made, and my remarks",
        "table.edited-2.xlsx": "new one",
    }


@pytest.mark.parametrize("error", [InputError("no"), ValueError("no"), KeyboardInterrupt()])
def test_where_something_goes_wrong_nothing_changes(tmp_path, error):
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "old").write_text("old")
    with (
        pytest.raises(type(error)),
        whole_folder(folder, made_before=made("old")) as new,
    ):
        (new / "old").write_text("new")
        raise error
    assert files(tmp_path) == {"study/old": "old"}
    with pytest.raises(type(error)), whole_folder(tmp_path / "x" / "y", made_before=nothing):
        raise error
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_a_file_that_no_run_made_is_not_written_over(tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "map.html").write_text("mine")
    with (
        pytest.raises(OutputError, match=r"map\.html: a file of that name is there that no run"),
        whole_folder(folder, made_before=nothing) as new,
    ):
        (new / "map.html").write_text("new")
    assert files(tmp_path) == {"study/map.html": "mine"}


def test_an_error_of_reading_is_not_called_one_of_writing(tmp_path):
    with (
        pytest.raises(FileNotFoundError),
        whole_folder(tmp_path / "study", made_before=nothing),
    ):
        (tmp_path / "not there").read_text()
    with (
        pytest.raises(OutputError, match=r"cannot write to .*study: No such file"),
        whole_folder(tmp_path / "study", made_before=nothing) as new,
    ):
        (new / "no" / "folder").write_text("")


def test_a_place_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(OutputError, match=r"cannot write to .*file: it is a file; choose another"),
        whole_folder(tmp_path / "file", made_before=nothing),
    ):
        pass
    with (
        pytest.raises(OutputError, match=r"cannot write to .*below"),
        whole_folder(tmp_path / "file" / "below", made_before=nothing),
    ):
        pass
    monkeypatch.chdir(tmp_path)
    for ground in (Path(), tmp_path.parent):
        with (
            pytest.raises(OutputError, match="the command runs in it"),
            whole_folder(ground, made_before=nothing),
        ):
            pass


@pytest.fixture
def as_nobody():
    """Where the tests are run by root, who may do anything, permissions are asked as another."""
    root = os.getuid() == 0
    if root:
        os.setreuid(65534, -1)
    yield
    if root:
        os.setreuid(0, -1)


def test_whether_a_folder_can_be_written_is_told_without_writing(tmp_path, as_nobody):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    for folder in (locked, locked / "study"):
        with pytest.raises(OutputError, match=r"cannot write to .*: no permission"):
            require_replaceable(folder)
        with (
            pytest.raises(OutputError, match="no permission to write in"),
            whole_folder(folder, made_before=nothing),
        ):
            pass
    assert [path.name for path in tmp_path.rglob("*")] == ["locked"]


def test_a_folder_that_can_be_written_is_let_through_and_not_made(tmp_path):
    require_replaceable(tmp_path / "not" / "there")
    require_replaceable(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not os.path.ismount("/proc"), reason="no mount point that is known")
def test_a_mount_point_is_refused_before_anything_is_written():
    with (
        pytest.raises(OutputError, match="cannot write to /proc: it is a mount point"),
        whole_folder(Path("/proc"), made_before=nothing),
    ):
        pytest.fail("begun")


def test_a_place_that_no_path_leads_to_is_said(tmp_path):
    (tmp_path / "one").symlink_to(tmp_path / "other")
    (tmp_path / "other").symlink_to(tmp_path / "one")
    for folder in (tmp_path / "one", tmp_path / ("x" * 300), tmp_path / "a\0b"):
        with pytest.raises(OutputError, match="cannot write to"):
            require_replaceable(folder)


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("map.html", r"map\.html: a file of that name is there that no run made"),
        ("map.html/", r"map\.html: it is a folder"),
        ("data", r"data: a file of that name is there that no run made"),
        ("data/members.csv", r"members\.csv: a file of that name is there that no run made"),
        ("data/mine.csv", None),
        ("data/", None),
        ("old.html", None),
    ],
)
def test_what_stands_in_the_way_is_said_before_and_after(tmp_path, there, said):
    """The names to write are told beforehand, or are those that were written."""
    names, folder = ["old.html", "map.html", "data/members.csv"], tmp_path / "study"
    path = folder / there
    (path if there.endswith("/") else path.parent).mkdir(parents=True)
    if not there.endswith("/"):
        path.write_text("mine")
    before = files(folder)

    def write():
        with whole_folder(folder, made_before=made("old.html")) as new:
            (new / "data").mkdir()
            for name in names:
                (new / name).write_text("new")

    def told():
        require_free(folder, names, made={"old.html"})

    for check in (told, write):
        if said is None:
            check()
        else:
            with pytest.raises(OutputError, match=said):
                check()
            assert files(folder) == before


def test_a_link_where_a_folder_is_to_be_is_in_the_way(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="data: a file of that name is there"):
        require_free(tmp_path, ["data/members.csv"], made=())


def test_a_link_to_a_folder_stays_one(tmp_path, way):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with whole_folder(tmp_path / "link", made_before=nothing) as new:
        (new / "one").write_text("1")
    assert (tmp_path / "link").is_symlink()
    assert files(tmp_path / "real") == {"one": "1"}


def test_what_a_killed_run_left_is_put_back_and_cleared(tmp_path):
    """A process killed between two renames leaves the old folder aside."""
    aside, begun = tmp_path / ".study.old-x1", tmp_path / ".study.new-x2"
    for path in (aside, begun):
        path.mkdir()
    (aside / "old").write_text("old")
    with (
        pytest.raises(ValueError, match="stop"),
        whole_folder(tmp_path / "study", made_before=made("old")),
    ):
        assert files(tmp_path / "study") == {"old": "old"}
        msg = "stop"
        raise ValueError(msg)
    assert begun.exists()  # of a run that may still be writing
    os.utime(begun, (0, 0))
    with whole_folder(tmp_path / "study", made_before=made("old")) as new:
        (new / "new").write_text("new")
    assert files(tmp_path) == {"study/new": "new"}


RUN = """
import sys, time
from pathlib import Path
from ptce_geo.files.whole_folder import whole_folder
folder = Path(sys.argv[1])
print("ready", flush=True)
for turn in range(10_000):
    made = lambda folder: {f"{n}.txt": None for n in range(8)}
    with whole_folder(folder, made_before=made) as new:
        for n in range(8):
            (new / f"{n}.txt").write_text(str(turn))
"""


def test_killed_at_any_moment_the_folder_is_whole(tmp_path):
    """Real processes that write on and on, killed at random: always eight files of one turn."""
    folder = tmp_path / "study"
    chance = random.Random(8)
    seen = set()
    for _ in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", RUN, str(folder)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout.readline() == "ready\n"
            end = time.monotonic() + chance.uniform(0.02, 0.3)
            while time.monotonic() < end:
                if folder.exists():
                    assert (folder / f"{chance.randrange(8)}.txt").exists()
            process.send_signal(signal.SIGKILL)
        if folder.exists():
            held = files(folder)
            assert set(held) == {f"{n}.txt" for n in range(8)}
            assert len(set(held.values())) == 1
            seen.add(held["0.txt"])
    assert len(seen) > 1
    left = [path for path in tmp_path.iterdir() if path != folder]
    for path in left:
        shutil.rmtree(path)
