"""Siting: by hand, beside spopt, against every subset, overseas, and its properties."""

import itertools
import math
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo.errors import CrsError, DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators.median_siting import p_median
from ptce_geo.indicators.places_search import Savings, best_places, greedy, interchange, rings
from ptce_geo.indicators.siting import gain_curve, site_next_poles
from ptce_geo.indicators.siting_places import epci_main_communes
from ptce_geo.metric import project
from ptce_geo.routing import CrowFlies
from ptce_geo.territories import territory_table


def places(xy, crs=2154, **columns):
    """Points at metric coordinates, in EPSG:4326, indexed by codes in their order."""
    x, y = np.array(xy, dtype="float64").reshape(-1, 2).T
    codes = [f"c{number:03d}" for number in range(len(x))]
    points = gpd.points_from_xy(x, y)
    return gpd.GeoDataFrame(columns, index=codes, geometry=points, crs=crs).to_crs(4326)


def on_a_line(km, crs=2154, origin=(700_000, 6_600_000), **columns):
    return places([(origin[0] + 1000 * x, origin[1]) for x in km], crs=crs, **columns)


# Five communes 10 km apart in Lambert-93: A B C D E.
LINE = on_a_line([0, 10, 20, 30, 40], population=[200, 100, 300, 100, 400]).set_axis(list("ABCDE"))
TWO = LINE.loc[["B", "D"]]
REUNION = on_a_line([0, 10], crs=2975, origin=(340_000, 7_650_000), population=[700, 800])
REUNION = REUNION.set_axis(["R", "S"])


def squared(seed, homes=25, sites=10, side_km=60):
    """Random places in a square, with populations; distances as a matrix (km)."""
    rng = np.random.default_rng(seed)
    xy = 1000 * rng.uniform(0, side_km, (homes + sites, 2)) + [700_000, 6_600_000]
    demand = places(xy[:homes], population=rng.integers(0, 5000, homes))
    candidates = places(xy[homes:])
    km = np.linalg.norm(xy[:homes, np.newaxis] - xy[np.newaxis, homes:], axis=2) / 1000
    return demand, candidates, km


def covered_by(subset, km, people, reach):
    return people[(km[:, list(subset)] <= reach).any(axis=1)].sum()


# --- maximal covering


def test_two_poles_on_a_line_of_five_communes():
    # Within 11 km, B reaches A, B, C: 600; D reaches C, D, E: 800. Both: 1,100, so B adds 300.
    one = site_next_poles(1, candidates=TWO, demand=LINE, reach=11)
    assert one.chosen.index.to_list() == ["D"]
    assert (one.covered_before, one.covered_after, one.gain) == (0, 800, 800)
    assert (one.population, one.reachable, one.bound, one.gap) == (1100, 1100, 800, 0)
    two = site_next_poles(2, candidates=TWO, demand=LINE, reach=11)
    assert two.chosen.index.to_list() == ["D", "B"]
    assert two.chosen["population_gained"].to_list() == [800, 300]
    assert two.chosen["population_covered"].to_list() == [800, 1100]
    assert two.chosen["share_population"].to_list() == [800 / 1100, 1]
    assert two.optimal
    assert (two.reach, two.method) == ("11 km, straight line", "exact")
    assert two.chosen.geometry.equals(TWO.geometry.loc[["D", "B"]])


def test_who_is_reached_already_does_not_count_again():
    # A member in E reaches D and E (500): of the others, B brings A, B, C (600), D only C (300).
    members = LINE.loc[["E", "A", "A"]].assign(geocode_status=["accepted", "review", "rejected"])
    nowhere = gpd.GeoDataFrame(
        {"geocode_status": ["accepted"] * 2},
        geometry=gpd.GeoSeries.from_wkt([None, "POINT (10 10)"]),
        crs=4326,
    )
    members = pd.concat([members, nowhere, nowhere.assign(geometry=[None, None])])
    found = site_next_poles(1, candidates=TWO, demand=LINE, reach=11, existing=members)
    assert found.chosen.index.to_list() == ["B"]
    assert (found.covered_before, found.gain, found.covered_after) == (500, 600, 1100)
    assert found.chosen.attrs["members_counted"] == 1
    assert found.chosen.attrs["members_set_aside"] == {
        "without a point": 3,
        "without a legal CRS": 1,
        "review": 1,
        "rejected": 1,
    }


def test_a_pole_that_would_reach_nobody_more_is_not_chosen():
    found = site_next_poles(5, candidates=LINE, demand=LINE, reach=41)
    assert found.chosen.index.to_list() == ["A"]  # each reaches all; the lowest code is taken
    assert (found.covered_after, found.optimal) == (1100, True)
    nobody = site_next_poles(1, candidates=TWO, demand=LINE.assign(population=0))
    assert nobody.chosen.empty
    assert (nobody.gain, nobody.gap, nobody.population) == (0, 0, 0)
    curve = gain_curve(p=[1], candidates=TWO, demand=LINE.assign(population=0))
    assert math.isnan(curve.loc[1, "share_population"])


def test_reach_in_minutes_is_that_of_the_travel_time():
    # At 60 km/h without detour a minute is a km; at half of it, 11 minutes are 5.5 km.
    options = {"candidates": TWO, "demand": LINE, "reach": 11}
    by_car = site_next_poles(2, travel_time=CrowFlies(speed_km_h=60, detour=1.0), **options)
    pd.testing.assert_frame_equal(by_car.chosen, site_next_poles(2, **options).chosen)
    assert by_car.reach == "11 minutes, straight line, detour 1.0, 60 km/h"
    slow = site_next_poles(2, travel_time=CrowFlies(speed_km_h=30, detour=1.0), **options)
    # Nobody but B and D, 100 each: equal, so the lower code comes first.
    assert slow.chosen["population_gained"].to_dict() == {"B": 100, "D": 100}
    assert slow.chosen.index.to_list() == ["B", "D"]


def test_across_an_ocean_nobody_is_reached():
    demand = pd.concat([LINE, REUNION])
    only_there = site_next_poles(1, candidates=REUNION.loc[["R"]], demand=demand, reach=11)
    assert (only_there.covered_after, only_there.reachable) == (1500, 1500)
    assert only_there.population == 2600
    none = site_next_poles(1, candidates=REUNION, demand=LINE, reach=20_000)
    assert none.chosen.empty
    assert (none.covered_after, none.reachable, none.optimal) == (0, 0, True)
    both = site_next_poles(2, candidates=pd.concat([TWO, REUNION]), demand=demand, reach=11)
    assert both.chosen["population_gained"].to_dict() == {"R": 1500, "D": 800}


@pytest.mark.parametrize("seed", range(12))
def test_the_best_of_all_subsets(seed):
    demand, candidates, km = squared(seed)
    people = demand["population"].to_numpy()
    for p in (1, 2, 3, 4):
        best = max(
            covered_by(subset, km, people, 12)
            for subset in itertools.combinations(range(len(candidates)), p)
        )
        found = site_next_poles(p, candidates=candidates, demand=demand, reach=12)
        assert (found.gain, found.bound, found.optimal) == (best, best, True)
        rows = candidates.index.get_indexer(found.chosen.index)
        assert covered_by(rows, km, people, 12) == best  # the places really reach so many
        quick = site_next_poles(p, candidates=candidates, demand=demand, reach=12, method="greedy")
        assert (1 - 1 / math.e) * best <= quick.gain <= best <= quick.bound * (1 + 1e-9)


@pytest.mark.filterwarnings("ignore")  # the peer's own
@pytest.mark.parametrize("seed", range(6))
def test_as_spopt(seed):
    import pulp
    from spopt.locate import MCLP, PMedian

    demand, candidates, km = squared(seed, homes=40, sites=15)
    people = demand["population"].to_numpy()
    solver = pulp.PULP_CBC_CMD(msg=False)
    peer = MCLP.from_cost_matrix(km, people, 12, 4).solve(solver)
    found = site_next_poles(4, candidates=candidates, demand=demand, reach=12)
    assert found.gain == pytest.approx(peer.problem.objective.value(), abs=1e-6)
    # With two places taken already, spopt counts them among the p, here they come before.
    taken = np.zeros(15, dtype=int)
    taken[[3, 8]] = 1
    peer = MCLP.from_cost_matrix(km, people, 12, 4, predefined_facilities_arr=taken).solve(solver)
    there = candidates.iloc[[3, 8]]
    found = site_next_poles(2, candidates=candidates, demand=demand, reach=12, existing=there)
    assert found.covered_after == pytest.approx(peer.problem.objective.value(), abs=1e-6)

    peer = PMedian.from_cost_matrix(km, people, 4).solve(solver)
    median = p_median(4, candidates=candidates, demand=demand)
    assert median.optimal
    assert median.mean_after == pytest.approx(
        peer.problem.objective.value() / people.sum(), rel=1e-6
    )


def test_greedy_says_how_far_from_the_best_it_may_be():
    # Four points of 2, 3, 3 and 2; the middle place reaches the inner two, each side its half.
    # Greedy takes the middle (6), then a side (2 more); both sides reach all 10, one exchange away.
    table = np.array([[2.0, 0, 0], [3, 3, 0], [0, 3, 3], [0, 0, 2]])
    point, place = np.nonzero(table)
    savings = Savings.of(point, place, table[point, place], points=4, places=3)
    assert greedy(savings, 2) == [1, 0]
    assert sorted(interchange(savings, [1, 0])) == [0, 2]
    assert best_places(savings, 2, exact=False) == ((0, 2), (5.0, 5.0), 10.0)


def test_a_search_without_time_says_its_gap():
    communes = territory_table("commune", departements=["38", "73", "74"])
    options = {"departements": ["38", "73", "74"], "reach": 15}
    best = site_next_poles(8, **options)
    short = site_next_poles(8, **options, time_limit_s=1e-9)
    assert short.population == communes["population"].sum()
    assert short.gain <= best.gain <= short.bound * (1 + 1e-9)
    assert short.gap == pytest.approx(1 - short.gain / short.bound)
    assert best.optimal


# --- the gain of each further pole


def test_gain_curve_by_hand():
    # Within 11 km of A: A, B. With all five as candidates: D reaches 800; A or B the other 300.
    curve = gain_curve(p=[3, 1, 2], candidates=LINE, demand=LINE, reach=11)
    assert curve.index.to_list() == [1, 2, 3]
    assert curve.index.name == "p"
    assert curve["population_covered"].to_list() == [800, 1100, 1100]
    assert curve["population_gained"].to_list() == [800, 300, 0]
    assert curve["share_population"].to_list() == [800 / 1100, 1, 1]
    assert curve["bound"].to_list() == [800, 1100, 1100]
    assert curve["gap"].to_list() == [0, 0, 0]
    assert curve["optimal"].all()
    with_a = gain_curve(p=[1], candidates=LINE, demand=LINE, reach=11, existing=LINE.loc[["A"]])
    # A and B (300) are reached already; D adds C, D and E.
    assert with_a.loc[1].to_dict() == pytest.approx(
        {
            "population_covered": 1100,
            "population_gained": 800,
            "share_population": 1,
            "bound": 1100,
            "gap": 0,
            "optimal": True,
        }
    )
    assert with_a.attrs == {"members_counted": 1, "members_set_aside": {}}


coverings = st.lists(
    st.tuples(st.integers(0, 50), st.sets(st.integers(0, 6), max_size=5)), min_size=1, max_size=14
)


def as_savings(rows):
    entries = [(i, j, float(w)) for i, (w, sets) in enumerate(rows) for j in sets]
    point, place, amount = np.array(entries, dtype="float64").reshape(-1, 3).T
    return Savings.of(point.astype(int), place.astype(int), amount, points=len(rows), places=7)


@given(coverings)
@settings(deadline=None, max_examples=30)
def test_more_places_never_save_less_and_greedy_gains_shrink(rows):
    savings = as_savings(rows)
    smaller, values = (), []
    for p in range(1, 8):
        best = best_places(savings, p, start=smaller)
        smaller = best.places
        values.append(sum(best.savings))
        assert best.bound == values[-1]
        assert list(best.savings) == sorted(best.savings, reverse=True)
        truth = max(
            sum(w for w, sets in rows if sets & set(chosen))
            for chosen in itertools.combinations(range(7), p)
        )
        assert values[-1] == truth
        steps = [0.0] + [
            savings.two_best(greedy(savings, number))[0].sum() for number in range(1, p + 1)
        ]
        assert (np.diff(steps, n=2) <= 0).all()
        assert steps[-1] >= (1 - (1 - 1 / p) ** p) * truth - 1e-9
    assert values == sorted(values)


@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 6))
@settings(deadline=None, max_examples=30)
def test_rings_and_prices_of_any_savings(seed, homes, sites):
    # Savings of any kind, not of covering only: the rings add up to F, the choice is the best.
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 4, (homes, sites)) * rng.choice([1.0, 0.1, 1 / 3], (homes, 1))
    point, place = np.nonzero(table)
    savings = Savings.of(point, place, table[point, place], points=homes, places=sites)
    weights, sets = rings(savings)
    for p in range(1, sites + 1):
        subsets = [list(chosen) for chosen in itertools.combinations(range(sites), p)]
        values = [table[:, chosen].max(axis=1).sum() for chosen in subsets]
        by_rings = [weights @ (sets[:, chosen].sum(axis=1) > 0) for chosen in subsets]
        assert by_rings == pytest.approx(values, abs=1e-12)
        best = best_places(savings, p)
        assert sum(best.savings) == pytest.approx(max(values), rel=1e-8)
        assert table[:, list(best.places)].max(axis=1, initial=0).sum() == pytest.approx(
            sum(best.savings), rel=1e-12
        )
        assert best.bound == sum(best.savings)
        rough = best_places(savings, p, exact=False)
        assert rough.bound >= max(values) * (1 - 1e-8)


@given(st.randoms(), st.integers(1, 4))
@settings(deadline=None, max_examples=6)
def test_the_order_of_rows_does_not_matter(random, p):
    demand, candidates, _ = squared(3)
    candidates = pd.concat([candidates, candidates.set_axis("z" + candidates.index)])  # all twice
    existing = candidates.iloc[[4, 7]]
    options = {"reach": 12, "existing": existing}
    homes, sites = list(range(len(demand))), list(range(len(candidates)))
    random.shuffle(homes)
    random.shuffle(sites)
    shuffled = {"demand": demand.iloc[homes], "candidates": candidates.iloc[sites]}
    first = site_next_poles(p, demand=demand, candidates=candidates, **options)
    again = site_next_poles(p, **shuffled, **options)
    pd.testing.assert_frame_equal(again.chosen, first.chosen)
    assert not first.chosen.index.str.startswith("z").any()  # of two alike, the lower code
    assert (again.covered_after, again.bound) == (first.covered_after, first.bound)
    assert first.covered_after >= first.covered_before
    medians = [
        p_median(p, **frames, existing=existing)
        for frames in ({"demand": demand, "candidates": candidates}, shuffled)
    ]
    pd.testing.assert_frame_equal(medians[0].chosen, medians[1].chosen)
    assert medians[0].mean_after == medians[1].mean_after


# --- p-median


def test_p_median_on_a_line_of_five_communes():
    # From D: A 30 km × 200, B 20 × 100, C 10 × 300, E 10 × 400: 15,000 of 1,100 inhabitants;
    # from B: A 10 × 200, C 10 × 300, D 20 × 100, E 30 × 400: 19,000.
    one = p_median(1, candidates=TWO, demand=LINE)
    assert one.chosen.index.to_list() == ["D"]
    assert one.mean_after == pytest.approx(15_000 / 1100, rel=1e-9)
    assert one.mean_before == math.inf
    assert (one.bound, one.gap, one.optimal) == (one.mean_after, 0, True)
    assert one.served_by.to_dict() == dict.fromkeys("ABCDE", "D")
    # Both: A, C and E have 10 km to go, 9,000. C (300) goes to the one that rounding puts nearer.
    two = p_median(2, candidates=TWO, demand=LINE)
    assert set(two.chosen.index) == {"B", "D"}
    assert two.mean_after == pytest.approx(9_000 / 1100, rel=1e-9)
    assert two.chosen["population_served"].sum() == 1100
    third = p_median(1, candidates=TWO, demand=LINE, existing=LINE.loc[["C"]])
    # Before: A 20, B 10, D 10, E 20 km: 14,000. D brings E from 20 to 10 km and D to 0: 5,000
    # less; B only 3,000 less.
    assert third.mean_before == pytest.approx(14_000 / 1100, rel=1e-9)
    assert third.mean_after == pytest.approx(9_000 / 1100, rel=1e-9)
    assert third.served_by.to_dict() == {"A": "", "B": "", "C": "", "D": "D", "E": "D"}
    assert third.chosen["population_served"].to_dict() == {"D": 500}
    assert third.chosen["mean_distance"].to_dict() == pytest.approx({"D": 8}, rel=1e-9)


def test_p_median_of_a_single_candidate_chooses_it():
    found = p_median(1, candidates=LINE.loc[["C"]], demand=LINE.loc[["C"]])
    assert found.chosen.index.to_list() == ["C"]
    assert (found.mean_after, found.bound, found.optimal) == (0, 0, True)
    nobody = p_median(1, candidates=TWO, demand=LINE.assign(population=0))
    assert nobody.chosen.empty
    assert math.isnan(nobody.mean_after)


def test_what_lies_beyond_the_farthest_counts_as_being_there():
    # From D with 15 km at most: A and B count 15 km: 15 × 300 + 10 × 700 = 11,500.
    found = p_median(1, candidates=TWO, demand=LINE, farthest=15)
    assert found.chosen.index.to_list() == ["D"]
    assert (found.mean_before, found.mean_after) == (15, pytest.approx(11_500 / 1100, rel=1e-9))
    assert found.served_by.to_dict() == {"A": "", "B": "", "C": "D", "D": "D", "E": "D"}
    assert found.distance == "km, straight line, 15 at most"
    by_car = p_median(1, candidates=TWO, demand=LINE, farthest=15, travel_time=CrowFlies(60.0, 1.0))
    pd.testing.assert_frame_equal(by_car.chosen, found.chosen)
    there = p_median(
        1,
        candidates=TWO,
        demand=LINE,
        farthest=15,
        travel_time=CrowFlies(60.0, 1.0),
        existing=LINE.loc[["D"]],
    )
    assert there.chosen.index.to_list() == ["B"]
    assert there.mean_before == by_car.mean_after


@pytest.mark.parametrize("seed", range(8))
def test_p_median_is_the_best_of_all_subsets(seed):
    demand, candidates, km = squared(seed, sites=9)
    people = demand["population"].to_numpy()
    there = km[:, [0]] if seed % 2 else np.full((len(km), 1), np.inf)
    existing = candidates.iloc[[0]] if seed % 2 else None
    for p in (1, 2, 3):
        best = min(
            people @ np.minimum(km[:, list(chosen)], there).min(axis=1)
            for chosen in itertools.combinations(range(9), p)
        )
        found = p_median(p, candidates=candidates, demand=demand, existing=existing)
        assert found.mean_after * people.sum() == pytest.approx(best, rel=1e-7)
        assert found.optimal
        rough = p_median(
            p, candidates=candidates, demand=demand, existing=existing, method="greedy"
        )
        assert rough.bound <= found.mean_after * (1 + 1e-9) <= rough.mean_after * (1 + 2e-9)
        assert found.chosen["population_served"].is_monotonic_decreasing


def test_p_median_of_communes_beside_the_formula_written_out():
    seats = epci_main_communes(departements=["42"])
    communes = territory_table("commune", departements=["42"])
    found = p_median(3, candidates=seats, demand=communes)
    xy = [project(f[["longitude", "latitude"]].to_numpy(), 2154) for f in (communes, seats)]
    km = np.linalg.norm(xy[0][:, np.newaxis] - xy[1][np.newaxis], axis=2) / 1000
    people = communes["population"].to_numpy()
    costs = {
        chosen: people @ km[:, list(chosen)].min(axis=1) / people.sum()
        for chosen in itertools.combinations(range(len(seats)), 3)
    }
    best = min(costs, key=costs.get)
    assert found.mean_after == pytest.approx(costs[best], rel=1e-9)
    assert set(found.chosen.index) == set(seats.index[list(best)])
    nearest = seats.index[list(best)][km[:, list(best)].argmin(axis=1)]
    assert (found.served_by == pd.Series(nearest, communes.index)).all()


def test_p_median_overseas():
    demand = pd.concat([LINE, REUNION])
    # La Réunion has no candidate: its 1,500 cannot be served, and are left out.
    found = p_median(1, candidates=TWO, demand=demand)
    assert (found.population, found.population_unserved) == (1100, 1500)
    assert found.mean_after == p_median(1, candidates=TWO, demand=LINE).mean_after
    assert found.served_by[["R", "S"]].isna().all()
    # With candidates in both, and a pole in neither, nothing says who gets the one place ...
    both = pd.concat([TWO, REUNION])
    message = (
        "p_median: demand lies in EPSG:2154 (métropole), EPSG:2975 (La Réunion), which share no "
        "plane, and no pole is yet in EPSG:2154 (métropole), EPSG:2975 (La Réunion); take each "
        "apart, or give farthest="
    )
    with pytest.raises(CrsError, match=f"^{re.escape(message)}$"):
        p_median(1, candidates=both, demand=demand)
    # ... but with a pole in each: S comes from 10 to 0 km (8,000), D saves 5,000 (see above).
    existing = pd.concat([LINE.loc[["C"]], REUNION.loc[["R"]]])
    found = p_median(1, candidates=both, demand=demand, existing=existing)
    assert found.chosen.index.to_list() == ["S"]
    assert found.mean_after == pytest.approx(14_000 / 2600, rel=1e-6)
    with pytest.raises(CrsError, match=r"demand lies in EPSG:2154 .*; give candidates where"):
        p_median(1, candidates=REUNION, demand=LINE)


# --- France


def test_main_communes_of_the_epci():
    seats, epci = epci_main_communes(), territory_table("epci")
    communes = territory_table("commune")
    assert sorted(seats["code_epci"]) == sorted(epci.index)
    largest = communes.groupby("code_epci")["population"].max()
    own = communes.loc[seats.index, "population"]
    assert (own.to_numpy() == largest[seats["code_epci"]].to_numpy()).all()
    here = epci_main_communes(departements=["42"])
    pd.testing.assert_frame_equal(here, seats[seats["code_departement"] == "42"])


def test_the_default_is_france_and_a_study_area_cuts_it():
    communes = territory_table("commune")
    france = site_next_poles(5)
    assert france.population == communes["population"].sum()
    assert france.optimal
    # Counted again, place by place.
    xy = project(communes[["longitude", "latitude"]].to_numpy(), 2154)
    at = [communes.index.get_loc(code) for code in france.chosen.index]
    near = (np.linalg.norm(xy[:, np.newaxis] - xy[at][np.newaxis], axis=2) <= 20_000).any(axis=1)
    assert france.covered_after == communes["population"][near].sum()
    loire = site_next_poles(1, departements=["42"])
    assert loire.chosen["code_departement"].to_list() == ["42"]
    assert loire.population == communes.loc[communes["code_departement"] == "42"].population.sum()


# --- what cannot be


@pytest.mark.parametrize("call", [site_next_poles, p_median])
def test_bad_input_says_what_was_found_and_what_to_do(call):
    def refuse(error, message, p=1, **options):
        frames = {"candidates": TWO, "demand": LINE, **options}
        with pytest.raises(error, match=f"^{re.escape(message)}$"):
            call(p, **frames)

    for p in (0, 3, -1, 1.0, True, None):
        message = f"p: expected a whole number from 1 to the 2 candidates, found {p!r}"
        refuse(InputError, message, p=p)
    refuse(
        MissingColumnError,
        "demand: no column population; found geometry",
        demand=LINE[["geometry"]],
    )
    refuse(
        InputError,
        "demand: population: expected numbers of at least 0, found -1 for A; correct or fill them",
        demand=LINE.assign(population=[-1, 0, 0, 0, 0]),
    )
    refuse(
        InputError,
        "candidates: expected a frame of at least one place, found no row",
        candidates=TWO.iloc[:0],
    )
    refuse(
        InputError,
        "demand: expected a frame of at least one place, found list",
        demand=[1],
    )
    refuse(
        DuplicateIdError,
        "candidates: code must be unique; B stand more than once",
        candidates=LINE.loc[["B", "B"]],
    )
    refuse(
        InputError,
        "method: expected one of exact, greedy; found 'fast'",
        method="fast",
    )
    refuse(InputError, "time_limit_s: expected a number above 0 (s), found 0", time_limit_s=0)
    refuse(
        MissingColumnError,
        "existing: no points, expected a GeoDataFrame; call geocode(...) first",
        existing=pd.DataFrame({"a": [1]}),
    )
    refuse(
        CrsError,
        "candidates: B, D lie in no legal CRS of France (missing point, overseas collectivity or "
        "abroad); leave them out or correct longitude and latitude",
        candidates=TWO.set_geometry(gpd.points_from_xy([0, 10], [0, 10]), crs=4326),
    )
    none = call(1, candidates=TWO, demand=LINE, existing=TWO.iloc[:0])
    assert none.chosen.index.to_list() == ["D"]  # nobody there yet is no mistake


def test_places_lie_where_their_codes_say():
    sites = TWO.assign(code_departement=["58", "974"])
    message = "candidates: D lie in another legal CRS than their code_departement; correct the one"
    with pytest.raises(CrsError, match=f"^{message} or the other$"):
        site_next_poles(1, candidates=sites, demand=LINE)


def test_bad_reach_numbers_and_study_area():
    for reach in (0, -1, math.nan, math.inf, "20", None):
        with pytest.raises(InputError, match=rf"^reach: .* above 0 \(km\), found {reach!r}$"):
            site_next_poles(1, candidates=TWO, demand=LINE, reach=reach)
    for wrong in ([1, 1], []):
        message = f"p: expected numbers of poles, each once, found {wrong}; try range(1, 11)"
        with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
            gain_curve(p=wrong, candidates=TWO, demand=LINE)
    with pytest.raises(InputError, match="from 1 to the 2 candidates, found 10"):
        gain_curve(p=[10], candidates=TWO, demand=LINE)
    with pytest.raises(InputError, match="say what is studied; give one of them"):
        site_next_poles(1, candidates=TWO, demand=LINE, departements=["42"])
    with pytest.raises(InputError, match=r"^farthest: .* \(km\), found -1$"):
        p_median(1, candidates=TWO, demand=LINE, farthest=-1)
    message = "farthest: expected minutes with travel_time=, found none; give the longest to count"
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        p_median(1, candidates=TWO, demand=LINE, travel_time=CrowFlies())
    homes, sites = (
        table.query("latitude > 40") for table in (territory_table(), epci_main_communes())
    )
    message = (
        f"p_median: {len(homes) * len(sites):,} pairs of a demand point and a candidate, at most "
        "8,000,000 are held; give farthest=, or fewer candidates"
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        p_median(1, demand=homes, candidates=sites)
