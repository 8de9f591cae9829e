"""Circles: areas as values, a legend of round ones, and not too much ink."""

import numpy as np
import pytest

from ptce_geo.maps.circle_sizes import circle_sizes


def test_areas_are_as_values():
    radius, legend = circle_sizes(np.array([400.0, 100.0, 0.0]), largest=20)
    assert radius.tolist() == [20, 10, 0]
    # 400 has 20² = 400: 200 has √200.
    assert legend == [(200, 14.1), (50, 7.1), (10, 3.2)]


@pytest.mark.parametrize("values", [[], [0.0, 0.0]])
def test_nothing_has_no_circle_and_no_legend(values):
    radius, legend = circle_sizes(np.array(values), largest=20)
    assert (radius.tolist(), legend) == ([0] * len(values), [])


@pytest.mark.parametrize(
    ("most", "decimals", "told"),
    [
        (20, 0, [20, 10, 1]),  # few: the largest, its half, one
        (5, 0, [5, 3, 1]),
        (2, 0, [2, 1]),
        (1, 0, [1]),
        (21, 0, [20, 5, 1]),
        (3.5, 0, [2]),  # 0.5 and 0.1 would be told as 0
        (3.5, 1, [2, 0.5, 0.1]),
        (0.07, 2, [0.05, 0.01]),
    ],
)
def test_the_legend_has_round_values_that_the_reader_sees(most, decimals, told):
    _, legend = circle_sizes(np.array([most], dtype=float), largest=20, decimals=decimals)
    assert [value for value, _ in legend] == pytest.approx(told)


@pytest.mark.parametrize("number", [10, 1000])
def test_many_circles_are_smaller_and_their_legend_with_them(number):
    radius, ((value, largest), *_) = circle_sizes(np.full(number, 100.0), largest=30)
    ink = np.pi * (radius**2).sum()
    # 10 circles of 30 pixels are 28,274 px², 1,000 would be 2,827,433: 75,000 are left to them.
    assert ink == pytest.approx(min(900 * np.pi * number, 75_000))
    assert (value, largest) == (100, pytest.approx(radius[0], abs=0.05))
