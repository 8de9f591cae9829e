"""Floating catchments: by hand, beside PySAL access and plain loops, and what they preserve."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptce_geo.errors import DuplicateIdError, InputError
from ptce_geo.indicators.accessibility import TravelTimeMatrix, travel_time_matrix
from ptce_geo.indicators.floating_catchment import two_step_fca
from ptce_geo.routing import CrowFlies, Pairs

METHODS = ("2sfca", "e2sfca", "3sfca")
BANDS = {10: 1.0, 30: 0.5, 60: 0.125}
# In steps of a quarter of a minute, so that many lie on the end of a band.
tables = st.integers(1, 6).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 300), min_size=width, max_size=width), min_size=1, max_size=8
    )
)
methods = pytest.mark.parametrize("method", METHODS)


def told(table, *, limit=60.0):
    """The matrix of a dense table of minutes, origins × destinations."""
    table = pd.DataFrame(table)
    minutes = table.to_numpy(dtype="float64")
    origin, destination = np.nonzero(minutes <= limit)
    none = pd.Series([], dtype="str")
    pairs = Pairs(origin.astype("int32"), destination.astype("int32"), minutes[origin, destination])
    return TravelTimeMatrix(table.index, table.columns, pairs, limit, "as told", none, none)


def weighing(method, bands=BANDS):
    """The arguments of a method, the same reach for all."""
    return {"method": method} if method == "2sfca" else {"method": method, "bands": bands}


def in_loops(table, supply, demand, *, method, bands=BANDS, limit=60):
    """Access, written as the papers have it."""
    table = pd.DataFrame(table)

    def weight(minutes):
        if minutes > limit:
            return 0.0
        if method == "2sfca":
            return 1.0
        return next((bands[end] for end in sorted(bands) if minutes <= end), 0.0)

    def chosen(i, j):
        whole = sum(weight(table.loc[i, k]) for k in table.columns)
        return weight(table.loc[i, j]) / whole if method == "3sfca" and whole else 1.0

    def reaches(i, j):
        return chosen(i, j) * weight(table.loc[i, j])

    ratio = {}
    for j in table.columns:
        people = sum(reaches(i, j) * demand[i] for i in table.index)
        ratio[j] = supply[j] / people if people else 0.0
    return {i: sum(reaches(i, j) * ratio[j] for j in table.columns) for i in table.index}


# Five communes, two poles.
FIVE = pd.DataFrame(
    {"p": [0, 10, 30, 45, 99], "q": [99, 45, 30, 5, 99]}, index=list("ABCDE"), dtype="float64"
)
JOBS = pd.Series({"q": 6, "p": 12})
PEOPLE = pd.Series({"E": 500, "D": 200, "C": 100, "B": 200, "A": 100})


def test_two_steps_by_hand():
    # Within 30 minutes A, B and C (400) reach p: 12 / 400 = 0.03; C and D (300) reach q:
    # 6 / 300 = 0.02. C reaches both, E none.
    access = two_step_fca(told(FIVE), supply=JOBS, demand=PEOPLE, catchment_minutes=30)
    assert access.name == "access"
    assert access.index.to_list() == list("ABCDE")
    assert access.to_list() == pytest.approx([0.03, 0.03, 0.05, 0.02, 0], abs=1e-15)
    assert access.attrs == {
        "method": "as told",
        "catchment": "2SFCA: 1 to 30 min",
        "supply_set_aside": 0,
        "origins_set_aside": {},
        "destinations_set_aside": {},
    }
    # By default as far as the times go, 60 minutes: all but E reach p (600), B, C, D reach q (500).
    far = two_step_fca(told(FIVE), supply=JOBS, demand=PEOPLE)
    assert far.to_list() == pytest.approx([0.02, 0.032, 0.032, 0.032, 0], abs=1e-15)


def test_bands_by_hand():
    # To p: 100 · 1 + 200 · 1 + 100 · 0.5 + 200 · 0.125 = 375, 12 / 375 = 0.032;
    # to q: 200 · 0.125 + 100 · 0.5 + 200 · 1 = 275, 6 / 275 = 0.0218…
    access = two_step_fca(
        told(FIVE), supply=JOBS, demand=PEOPLE, method="e2sfca", bands={60: 0.125, 10: 1, 30: 0.5}
    )
    q = 6 / 275
    expected = [0.032, 0.032 + q / 8, 0.016 + q / 2, 0.004 + q, 0]
    assert access.to_list() == pytest.approx(expected, abs=1e-15)
    assert access.attrs["catchment"] == "E2SFCA: 1 to 10 min, 0.5 to 30 min, 0.125 to 60 min"


def test_selection_by_hand():
    # C chooses p and q by half: 0.5 / 1. B chooses p by 1 / 1.125 = 8/9, q by 1/9; D the other way
    # round. To p: 100 + 200 · 8/9 + 100 · 1/2 · 0.5 + 200 · 1/9 · 0.125, and so on.
    access = two_step_fca(told(FIVE), supply=JOBS, demand=PEOPLE, method="3sfca", bands=BANDS)
    p = 12 / (100 + 1600 / 9 + 25 + 25 / 9)
    q = 6 / (25 / 9 + 25 + 1600 / 9)
    expected = [p, p * 8 / 9 + q / 72, p / 4 + q / 4, p / 72 + q * 8 / 9, 0]
    assert access.to_list() == pytest.approx(expected, abs=1e-15)


def test_weights_of_the_papers_by_default():
    line = pd.DataFrame({"p": [10, 20, 30, 60.0]}, index=list("ABCD"))
    jobs, people = pd.Series({"p": 1}), pd.Series(1, index=list("ABCD"))
    enhanced = two_step_fca(told(line), supply=jobs, demand=people, method="e2sfca")
    assert (enhanced * 1.9).to_list() == pytest.approx([1, 0.68, 0.22, 0], abs=1e-15)
    chosen = two_step_fca(told(line), supply=jobs, demand=people, method="3sfca")
    whole = 0.962 + 0.704 + 0.377 + 0.042
    assert (chosen * whole).to_list() == pytest.approx([0.962, 0.704, 0.377, 0.042], abs=1e-15)


# What access asks of pandas in its own way.
@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.drop")
@methods
@pytest.mark.parametrize("seed", range(6))
def test_as_pysal_access(method, seed):
    from access import Access, weights

    random = np.random.default_rng(seed)
    origins = pd.Index([f"o{i}" for i in range(40)], name="origin")
    destinations = pd.Index([f"d{i}" for i in range(15)], name="dest")
    minutes = random.integers(0, 400, (40, 15)) / 4
    minutes[:, 0], minutes[0] = 1, 1  # all reach, and are reached by, one
    table = pd.DataFrame(minutes, origins, destinations)
    times = told(table)
    supply = pd.Series(random.integers(0, 9, 15) / 2, destinations)
    demand = pd.Series(random.integers(1, 5000, 40), origins)
    peer = Access(
        demand_df=demand.to_frame("people"),
        demand_value="people",
        supply_df=supply.to_frame("jobs"),
        supply_value="jobs",
        cost_df=times.to_frame(),
        cost_origin="origin",
        cost_dest="destination",
        cost_name="minutes",
    )
    weight = weights.step_fn(BANDS)
    expected = {
        "2sfca": lambda: peer.two_stage_fca(name="a", max_cost=25),
        "e2sfca": lambda: peer.enhanced_two_stage_fca(name="a", weight_fn=weight, max_cost=60),
        "3sfca": lambda: peer.three_stage_fca(name="a", weight_fn=weight, max_cost=60),
    }[method]()["a_jobs"]
    options = {"catchment_minutes": 25} if method == "2sfca" else weighing(method)
    access = two_step_fca(times, supply=supply, demand=demand, **options)
    assert access.to_dict() == pytest.approx(expected.to_dict(), rel=1e-10, abs=1e-14)


@methods
@given(tables, st.randoms(use_true_random=False))
def test_as_written_in_loops_and_no_supply_is_lost(method, quarters, random):
    table = np.array(quarters) / 4
    supply = pd.Series([random.randrange(20) for _ in range(table.shape[1])])
    demand = pd.Series([random.choice([0, 1, 250, 4000]) for _ in range(len(table))])
    options = weighing(method)
    access = two_step_fca(told(table), supply=supply, demand=demand, **options)
    expected = in_loops(table, supply, demand, **options)
    assert access.to_dict() == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert (access >= 0).all()
    # What inhabitants have together is the supply that anyone reaches.
    reached = [bool((demand[table[:, j] <= 60] > 0).any()) for j in range(table.shape[1])]
    assert (access * demand).sum() == pytest.approx(supply[reached].sum(), rel=1e-12)
    assert access.attrs["supply_set_aside"] == supply.sum() - supply[reached].sum()
    # Amounts are found by their codes.
    other = two_step_fca(told(table), supply=supply[::-1], demand=demand[::-1], **options)
    assert other.equals(access)


@methods
def test_a_grid_where_all_reach_all_has_the_same_access_everywhere(method):
    east, north = np.meshgrid(3 + np.arange(6) / 100, 46 + np.arange(5) / 100)
    grid = pd.DataFrame({"longitude": east.ravel(), "latitude": north.ravel()})
    times = travel_time_matrix(grid, grid, minutes=60)
    options = weighing(method, {60: 0.7})
    access = two_step_fca(
        times, supply=pd.Series(3, grid.index), demand=pd.Series(40, grid.index), **options
    )
    assert access.to_list() == pytest.approx([90 / 1200] * 30, rel=1e-12)
    assert access.attrs["method"] == CrowFlies().method


@methods
def test_where_nobody_lives(method):
    # Only B, where nobody lives, reaches q: nobody shares it, nobody has it.
    table = pd.DataFrame({"p": [5, 5, 99.0], "q": [99, 5, 99.0]}, index=list("ABC"))
    jobs = pd.Series({"p": 3, "q": 7})
    people = pd.Series({"A": 50, "B": 0, "C": 10})
    access = two_step_fca(told(table), supply=jobs, demand=people, **weighing(method))
    assert access[["A", "C"]].to_list() == [0.06, 0]
    assert math.isfinite(access["B"])
    assert access.attrs["supply_set_aside"] == 7
    nobody = two_step_fca(told(table), supply=jobs, demand=people * 0, **weighing(method))
    assert nobody.to_list() == [0, 0, 0]
    assert nobody.attrs["supply_set_aside"] == 10
    none = told(pd.DataFrame(index=list("ABC")))
    alone = two_step_fca(none, supply=pd.Series(dtype="float64"), demand=people, **weighing(method))
    assert alone.to_list() == [0, 0, 0]


def test_a_place_set_aside_has_no_access_and_gives_none():
    places = pd.DataFrame(
        {
            "longitude": [3.0, 3.0, math.nan, 3.0],
            "latitude": [46.5, 46.51, 46.5, 46.52],
            "geocode_status": ["accepted", "accepted", "accepted", "review"],
        },
        index=list("ABCD"),
    )
    times = travel_time_matrix(places, places, minutes=30)
    one = pd.Series(1, index=list("ABCD"))
    access = two_step_fca(times, supply=one, demand=10 * one)
    # A and B share two of four; what C and D offer is reached by nobody.
    assert access.to_list() == pytest.approx([0.1, 0.1, math.nan, math.nan], nan_ok=True)
    aside = {"without a point": 1, "review": 1}
    assert access.attrs["origins_set_aside"] == access.attrs["destinations_set_aside"] == aside
    assert access.attrs["supply_set_aside"] == 2


def test_what_makes_no_sense_is_refused():
    expected = "expected minutes above 0 and weights of at least 0, not all 0; found"
    bad = {
        "method: expected 2sfca, e2sfca or 3sfca, found 'g2sfca'": {"method": "g2sfca"},
        "bands: says nothing to method='2sfca'; give catchment_minutes=": {"bands": BANDS},
        "catchment_minutes: says nothing to method='3sfca'; give bands=": {
            "method": "3sfca",
            "catchment_minutes": 30,
        },
        f"catchment_minutes: {expected} {{-5: 1.0}}": {"catchment_minutes": -5},
        f"catchment_minutes: {expected} {{nan: 1.0}}": {"catchment_minutes": math.nan},
        f"bands: {expected} {{10: -1}}": {"method": "e2sfca", "bands": {10: -1}},
        f"bands: {expected} {{10: 0, 20: 0}}": {"method": "e2sfca", "bands": {10: 0, 20: 0}},
        f"bands: {expected} {{10: inf}}": {"method": "e2sfca", "bands": {10: math.inf}},
        f"bands: {expected} {{}}": {"method": "e2sfca", "bands": {}},
        "catchment_minutes: up to 90 minutes, but the times go to 60 only; "
        "call travel_time_matrix(..., minutes=90)": {"catchment_minutes": 90},
        "supply: expected numbers of at least 0, found -12 for p, -6 for q; correct or fill them": {
            "supply": -JOBS
        },
        "demand: expected numbers of at least 0, found nan for A; correct or fill them": {
            "demand": PEOPLE.where(PEOPLE.index != "A")
        },
        "supply: the indexes differ, alignment is by territory code; in one of the two only: p": {
            "supply": JOBS[["q"]]
        },
        "demand: the indexes differ, alignment is by territory code; in one of the two only: F": {
            "demand": pd.concat([PEOPLE, pd.Series({"F": 1})])
        },
    }
    for message, options in bad.items():
        with pytest.raises(InputError) as error:
            two_step_fca(told(FIVE), **{"supply": JOBS, "demand": PEOPLE, **options})
        assert str(error.value) == message
    with pytest.raises(DuplicateIdError) as error:
        two_step_fca(told(FIVE), supply=pd.concat([JOBS, JOBS]), demand=PEOPLE)
    assert str(error.value) == "supply: code must be unique; q, p stand more than once"
