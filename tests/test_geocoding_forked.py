"""Work shared among processes: the same results, whatever becomes of a child."""

from __future__ import annotations

import os
import signal

import pytest

from ptce_geo.geocoding import forked
from ptce_geo.geocoding.forked import share


@pytest.fixture(autouse=True)
def four_cores(monkeypatch):
    monkeypatch.setattr(forked, "_cores", lambda: 4)
    monkeypatch.setattr(forked, "WORTH_A_PROCESS", 10)


@pytest.mark.parametrize("count", [0, 1, 19, 20, 39, 40, 41, 1003])
def test_the_results_stand_in_the_order_of_the_items(count):
    assert share(lambda part: [3 * item for item in part], range(count)) == [
        3 * item for item in range(count)
    ]


def test_the_work_is_done_by_several_processes():
    pids = share(lambda part: [os.getpid()] * len(part), range(100))
    assert len(set(pids)) == 4
    assert pids[0] == os.getpid() != pids[-1]


def test_the_share_of_a_child_that_is_killed_is_done_again():
    parent = os.getpid()

    def work(part):
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return list(part)

    assert share(work, range(100)) == list(range(100))


def test_an_error_in_a_child_is_raised_here():
    def work(part):
        if 99 in part:
            raise ValueError("99")
        return list(part)

    with pytest.raises(ValueError, match="99"):
        share(work, range(100))
