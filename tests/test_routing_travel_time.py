"""The straight line: by hand, beside all pairs measured one by one, overseas, and bad input."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo.errors import InputError
from ptce_geo.metric import legal_crs, paired_km, pairs_within_km, project, unproject
from ptce_geo.routing import CrowFlies

# One kilometre a minute.
PLAIN = CrowFlies(speed_km_h=60, detour=1)
# A place on land in each legal CRS (easting, northing); what lies in none: Saint-Martin, abroad.
ON_LAND = {
    2154: (809_000, 6_482_000),
    2972: (300_000, 560_000),
    2975: (340_000, 7_660_000),
    4471: (522_000, 8_586_000),
    5490: (650_000, 1_790_000),
}
NOWHERE = [[-63.06, 18.07], [120.0, 10.0], [math.nan, 46.0], [4.0, math.nan], [math.inf, 46.0]]


def places(number, seed):
    """Places scattered over 40 km in each legal CRS, and some that lie in none, shuffled."""
    random = np.random.default_rng(seed)
    here = [
        unproject(np.array(place) + random.uniform(-20_000, 20_000, (number, 2)), epsg)
        for epsg, place in ON_LAND.items()
    ]
    return random.permutation(np.concatenate([*here, NOWHERE]))


def all_pairs(origins, destinations, limit, cost):
    """Every pair, measured by `paired_km`, one list beside the other; kept up to the limit."""
    rows, columns = np.indices((len(origins), len(destinations))).reshape(2, -1)
    start, end = origins[rows], destinations[columns]
    costs = cost(paired_km(start, legal_crs(start), end, legal_crs(end)))
    near = costs <= limit
    return by_pair(rows[near], columns[near], costs[near])


def by_pair(rows, columns, values):
    return dict(zip(zip(rows.tolist(), columns.tolist(), strict=True), values, strict=True))


def test_minutes_by_hand():
    # 30 and 40 km east and north: 50 km. A detour of 1.2 makes it 60 km, 40 minutes at 90 km/h.
    start, end = unproject(np.array([[700_000.0, 6_600_000], [730_000, 6_640_000]]), 2154)
    found = CrowFlies(speed_km_h=90, detour=1.2).pairs(start[None], end[None], minutes=41)
    assert (found.origin.tolist(), found.destination.tolist()) == ([0], [0])
    assert found.minutes[0] == pytest.approx(40, abs=1e-9)
    assert (
        len(CrowFlies(speed_km_h=90, detour=1.2).pairs(start[None], end[None], minutes=39)[0]) == 0
    )


@pytest.mark.parametrize("seed", range(3))
def test_pairs_are_those_of_all_pairs(seed):
    origins, destinations = places(7, seed), places(4, seed + 100)
    slow = CrowFlies(speed_km_h=30, detour=1.4)
    expected = all_pairs(origins, destinations, 45, lambda km: km * 1.4 / 30 * 60)
    found = slow.pairs(origins, destinations, minutes=45)
    assert 20 < len(expected) < 5 * 7 * 4  # some are too far
    assert by_pair(*found) == pytest.approx(expected, abs=1e-7)
    assert list(by_pair(*found)) == sorted(expected)
    assert found.origin.dtype == found.destination.dtype == "int32"

    within = pairs_within_km(origins, destinations, km=16)
    expected = all_pairs(origins, destinations, 16, lambda km: km)
    assert by_pair(*within) == pytest.approx(expected, abs=1e-9)
    assert list(by_pair(*within)) == sorted(expected)


def test_an_ocean_is_never_crossed_and_nowhere_is_near_to_none():
    here = np.concatenate([unproject(np.array([xy], "float64"), e) for e, xy in ON_LAND.items()])
    found = PLAIN.pairs(here, here, minutes=100_000)
    assert by_pair(*found) == {(i, i): 0 for i in range(5)}
    nowhere = np.array(NOWHERE)
    for origins, destinations in ((here, nowhere), (nowhere, here), (nowhere, nowhere)):
        assert [len(part) for part in PLAIN.pairs(origins, destinations, minutes=60)] == [0, 0, 0]
    assert [len(part) for part in PLAIN.pairs(np.empty((0, 2)), here, minutes=60)] == [0, 0, 0]


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.floats(1, 150), st.floats(1, 3), st.sampled_from(sorted(ON_LAND)))
def test_a_pair_on_the_limit_is_there(metres, speed, detour, epsg):
    # The minutes of a pair, asked as the limit, find it; the next lower number does not.
    east, north = ON_LAND[epsg]
    start, end = unproject(np.array([[east, north], [east + metres, north + metres / 3]]), epsg)
    times = CrowFlies(speed_km_h=speed, detour=detour)
    (minutes,) = times.pairs(start[None], end[None], minutes=2_000).minutes
    if minutes > 0:
        assert times.pairs(start[None], end[None], minutes=minutes).minutes.tolist() == [minutes]
        below = np.nextafter(minutes, 0)
        assert len(times.pairs(start[None], end[None], minutes=below).minutes) == 0


@settings(max_examples=12)
@given(st.integers(0, 50), st.floats(1, 40), st.floats(1, 40))
def test_a_wider_limit_only_adds_pairs_and_there_is_as_back(seed, one, other):
    origins, destinations = places(3, seed), places(2, seed + 1)
    near, far = sorted((one, other))
    few = by_pair(*PLAIN.pairs(origins, destinations, minutes=near))
    many = by_pair(*PLAIN.pairs(origins, destinations, minutes=far))
    assert few == {pair: minutes for pair, minutes in many.items() if minutes <= near}
    back = by_pair(*PLAIN.pairs(destinations, origins, minutes=far))
    assert {(i, j): minutes for (j, i), minutes in back.items()} == pytest.approx(many)


def test_isochrones_are_circles_in_the_legal_crs():
    # 15 minutes at 1 km a minute; a circle of 64 sides has 32 sin(2π/64) r², 0.16 % less than π r².
    lonlat = places(2, 5)
    crs = legal_crs(lonlat)
    shapes = PLAIN.isochrones(lonlat, minutes=(30, 15))
    assert shapes.shape == (len(lonlat), 2)
    for place, epsg, row in zip(lonlat, crs, shapes, strict=True):
        if epsg == 0:
            assert row.tolist() == [None, None]
            continue
        for shape, radius in zip(row, (30_000, 15_000), strict=True):
            plane = shapely.transform(shape, lambda xy, epsg=epsg: project(xy, epsg))
            centre = project(place[np.newaxis], epsg)
            corners = shapely.get_coordinates(plane) - centre
            assert np.hypot(*corners.T) == pytest.approx(radius, abs=1e-3)
            assert plane.area == pytest.approx(
                32 * math.sin(2 * math.pi / 64) * radius**2, rel=1e-6
            )


def test_what_cannot_be_is_refused():
    here = np.array([[3.0, 46.5]])
    for bad in (0, -5, math.nan, math.inf, "soon", (15, 30)):
        with pytest.raises(InputError) as error:
            PLAIN.pairs(here, here, minutes=bad)
        assert str(error.value) == (f"minutes: expected numbers above 0, each once; found {[bad]}")
    for bad in ((15, 0), (15, 15), ()):
        with pytest.raises(InputError) as error:
            PLAIN.isochrones(here, minutes=bad)
        assert str(error.value) == f"minutes: expected numbers above 0, each once; found {bad}"
    for bad in (0, -1, math.nan, math.inf, "a", None, [50]):
        with pytest.raises(InputError) as error:
            CrowFlies(speed_km_h=bad)
        assert str(error.value) == f"speed_km_h: expected a speed above 0 km/h, found {bad}"
    for bad in (0.99, math.nan, math.inf, "a", None):
        with pytest.raises(InputError) as error:
            CrowFlies(detour=bad)
        assert str(error.value) == f"detour: expected a factor of at least 1, found {bad}"


def test_it_is_a_value_that_says_what_it_assumes():
    assert CrowFlies(np.float32(80), np.int64(2)) == CrowFlies(80, 2)
    assert CrowFlies(speed_km_h=80) == CrowFlies(80, 1.3) != CrowFlies(80, 1.2)
    assert CrowFlies(80.5, 1.25).method == "straight line, detour 1.25, 80.5 km/h"
    with pytest.raises(FrozenInstanceError):
        PLAIN.detour = 2.0
