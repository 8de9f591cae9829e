"""Work in a second process: the same result, the same warnings, the same errors."""

from __future__ import annotations

import multiprocessing
import os
import time
import warnings
from functools import partial

import pandas as pd
import pytest

import ptce_geo.beside
from ptce_geo.beside import beside
from ptce_geo.errors import InputError, PtceGeoWarning

two_processors = pytest.mark.skipif(
    not ptce_geo.beside._can_share(), reason="needs Linux and two processors"
)


@two_processors
def test_work_is_done_in_another_process_meanwhile():
    with beside(os.getpid) as other:
        assert other() != os.getpid()
        assert other() == other()
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("processes", [1, 2])
def test_a_frame_comes_back_whole(processes):
    frame = pd.DataFrame({"code": ["01001", None], "n": [1.5, float("nan")]}, dtype=object)
    frame.attrs = {"members_set_aside": {"no_position": 2}}
    with beside(lambda: frame, processes=processes) as found:
        pd.testing.assert_frame_equal(found(), frame)
        assert found().attrs == frame.attrs


def test_one_process_does_it_here_and_once():
    done = []
    with beside(lambda: done.append(os.getpid()), processes=1) as found:
        found()
        found()
    assert done == [os.getpid()]


def fails() -> None:
    msg = "no such file: a.csv"
    raise InputError(msg)


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_is_raised_where_the_result_is_asked_for(processes):
    with (
        beside(fails, processes=processes) as found,
        pytest.raises(InputError, match=r"no such file: a\.csv"),
    ):
        found()


@two_processors
def test_work_that_is_killed_beside_is_done_here():
    here = os.getpid()

    def killed_elsewhere() -> int:
        if os.getpid() != here:
            os._exit(9)
        return os.getpid()

    with beside(killed_elsewhere) as found:
        assert found() == here


@two_processors
def test_what_cannot_be_sent_is_done_here():
    with beside(lambda: lambda: 3) as found:
        assert found()() == 3


@pytest.mark.parametrize("processes", [1, 2])
def test_a_warning_is_issued_here(processes):
    def warns() -> int:
        warnings.warn("2 members set aside", PtceGeoWarning, stacklevel=1)
        return 1

    with (
        pytest.warns(PtceGeoWarning, match="2 members set aside"),
        beside(warns, processes=processes) as found,
    ):
        assert found() == 1


@two_processors
def test_an_error_in_the_block_ends_the_work():
    begun = time.monotonic()
    with pytest.raises(ZeroDivisionError), beside(partial(time.sleep, 600)):
        raise ZeroDivisionError
    assert time.monotonic() - begun < 300
    assert not multiprocessing.active_children()


@two_processors
def test_a_daemon_may_not_have_a_second_process():
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()

    def daemon() -> None:
        with beside(os.getpid) as found:
            queue.put(found() == os.getpid())

    process = context.Process(target=daemon, daemon=True)
    process.start()
    process.join()
    assert queue.get()
