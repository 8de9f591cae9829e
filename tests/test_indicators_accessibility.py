"""Times, isochrones and inhabitants within minutes: by hand, beside plain loops, and bad input."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo.errors import CrsError, DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators import accessibility, coverage_by_reach
from ptce_geo.indicators.accessibility import (
    isochrones,
    population_within_minutes,
    travel_time_matrix,
)
from ptce_geo.metric import legal_crs, paired_km
from ptce_geo.routing import CrowFlies
from ptce_geo.territories import read_territories, territory_table

# One kilometre a minute.
PLAIN = CrowFlies(speed_km_h=60, detour=1)
STATUSES = ("accepted", "review", "rejected")


def points(easting_northing, index=None, crs=2154, **columns):
    """Places at metric coordinates, in EPSG:4326 as geocoding leaves them."""
    x, y = np.array(easting_northing, dtype="float64").reshape(-1, 2).T
    geometry = gpd.points_from_xy(x, y)
    return gpd.GeoDataFrame(columns, index=index, geometry=geometry, crs=crs).to_crs(4326)


def on_a_line(*km, index=None, **columns):
    """Places so many km along a line: differences are minutes at one kilometre a minute."""
    return points([(700_000 + 1000 * x, 6_600_000) for x in km], index=index, **columns)


# Five communes 10 minutes apart, 1000 inhabitants, and the members of two poles: of p one in A and
# one a minute beyond B, of q one a minute before D.
LINE = on_a_line(0, 10, 20, 30, 40, index=list("ABCDE"), population=[400, 300, 150, 100, 50])
MEMBERS = on_a_line(0, 11, 29, index=["p1", "p2", "q1"], pole_id=["p", "p", "q"])


def scattered(number, seed, *, spread=30_000):
    """Places of which some lie in Guadeloupe, some abroad, some nowhere."""
    random = np.random.default_rng(seed)
    here = points(random.uniform(0, spread, (number, 2)) + np.array([700_000, 6_600_000]))
    there = points(
        random.uniform(0, spread, (number // 3, 2)) + np.array([640_000, 1_780_000]), crs=5490
    )
    abroad = gpd.GeoDataFrame(geometry=[shapely.Point(120, 10), None, shapely.Point()], crs=4326)
    frame = pd.concat([here, there, abroad], ignore_index=True)
    order = random.permutation(len(frame))
    return frame.iloc[order]


def one_by_one(origins, destinations, per_km=1.0):
    """Minutes from each origin to each destination, infinite where there is no way."""
    lonlats = [
        shapely.bounds(places.geometry.to_numpy())[:, :2] for places in (origins, destinations)
    ]
    rows, columns = np.indices((len(origins), len(destinations))).reshape(2, -1)
    start, end = lonlats[0][rows], lonlats[1][columns]
    km = paired_km(start, legal_crs(start), end, legal_crs(end))
    minutes = np.where(np.isnan(km), np.inf, km * per_km).reshape(len(origins), -1)
    return pd.DataFrame(minutes, index=origins.index, columns=destinations.index)


# --- the matrix


def test_times_by_hand():
    times = travel_time_matrix(LINE, MEMBERS, minutes=12, travel_time=PLAIN)
    frame = times.to_frame()
    # p1 stands in A, 10 minutes from B; p2 is 11, 1 and 9 from A, B and C; q1 is 9, 1 and 11 from
    # C, D and E; what is 19 minutes or more away is not there.
    assert list(frame.columns) == ["origin", "destination", "minutes"]
    assert frame["origin"].to_list() == list("AABBCCDE")
    assert frame["destination"].to_list() == ["p1", "p2", "p1", "p2", "p2", "q1", "q1", "q1"]
    assert frame["minutes"].to_list() == pytest.approx([0, 11, 10, 1, 9, 9, 1, 11], abs=1e-6)
    nearest = times.nearest()
    assert (nearest.name, nearest.index.to_list()) == ("minutes", list("ABCDE"))
    assert nearest.to_list() == pytest.approx([0, 1, 9, 1, 11], abs=1e-6)
    assert times.method == frame.attrs["method"] == nearest.attrs["method"] == PLAIN.method
    assert times.limit == 12
    assert times.origins_set_aside.empty
    assert times.destinations_set_aside.empty
    short = travel_time_matrix(LINE, MEMBERS, minutes=5, travel_time=PLAIN).nearest()
    assert short.to_list() == pytest.approx([0, 1, math.nan, 1, math.nan], abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("seed", range(4))
def test_times_are_those_measured_one_by_one(seed):
    origins, destinations = scattered(40, seed), scattered(20, seed + 50)
    travel_time = CrowFlies(speed_km_h=45, detour=1.4)
    times = travel_time_matrix(origins, destinations, minutes=20, travel_time=travel_time)
    expected = one_by_one(origins, destinations, per_km=1.4 / 45 * 60)
    near = {
        (origin, destination): minutes
        for origin, row in expected.iterrows()
        for destination, minutes in row.items()
        if minutes <= 20
    }
    found = times.to_frame().set_index(["origin", "destination"])["minutes"]
    assert len(near) > 50
    assert found.to_dict() == pytest.approx(near, abs=1e-7)
    nearest = expected.min(axis=1).where(lambda minutes: minutes <= 20)
    assert times.nearest().to_dict() == pytest.approx(nearest.to_dict(), abs=1e-7, nan_ok=True)


def test_what_does_not_count_stays_with_its_reason():
    places = scattered(3, 0).sort_index().set_axis(list("abcdefg"))
    places["geocode_status"] = ["accepted", "review", "rejected", *["accepted"] * 4]
    reasons = {
        "b": "review",
        "c": "rejected",
        "e": "without a legal CRS",
        "f": "without a point",
        "g": "without a point",
    }
    times = travel_time_matrix(places, LINE, minutes=90, travel_time=PLAIN)
    assert times.origins_set_aside.to_dict() == reasons
    assert times.origins.to_list() == list("abcdefg")
    assert set(times.to_frame()["origin"]) == {"a"}  # d lies in Guadeloupe: an ocean away
    back = travel_time_matrix(LINE, places, minutes=90, travel_time=PLAIN)
    assert back.destinations_set_aside.to_dict() == reasons
    assert len(back.pairs.minutes) == len(times.pairs.minutes) == 5


def test_places_are_points_or_columns():
    # The table of the Loire, its polygons, and its reference points are the same places.
    table = territory_table("commune", departements=["42"])
    shapes = read_territories("commune", departements=["42"])
    drawn = gpd.points_from_xy(table["longitude"], table["latitude"])
    drawn = gpd.GeoDataFrame(index=table.index, geometry=drawn, crs=4326)
    frames = [
        travel_time_matrix(frame, table, minutes=10).to_frame().set_index(["origin", "destination"])
        for frame in (table, shapes.loc[table.index], drawn)
    ]
    assert len(frames[0]) > len(table)
    for other in frames[1:]:
        pd.testing.assert_frame_equal(frames[0], other)
    # Points come before columns, which may be older.
    moved = drawn.assign(longitude=0.0, latitude=0.0)
    again = travel_time_matrix(moved, table, minutes=10).to_frame()
    pd.testing.assert_frame_equal(again.set_index(["origin", "destination"]), frames[0])
    # A table whose columns miss a number.
    some = table.astype({"longitude": "Float64"}).copy()
    some.loc["42218", "longitude"] = pd.NA
    aside = travel_time_matrix(some, table, minutes=10).origins_set_aside
    assert aside.to_dict() == {"42218": "without a point"}


def test_places_that_cannot_be_used_are_refused():
    bad = {
        "origins: no column longitude, latitude; found population": (
            MissingColumnError,
            pd.DataFrame(LINE[["population"]]),
        ),
        "origins: index must be unique; A stand more than once": (
            DuplicateIdError,
            LINE.set_axis(list("AACDE")),
        ),
        "origins: expected EPSG:4326, found EPSG:2154; use to_crs(4326)": (
            CrsError,
            LINE.to_crs(2154),
        ),
        "origins: expected points, found Polygon; use representative_point()": (
            InputError,
            LINE.set_geometry([shapely.box(3, 46, 4, 47)] * 5, crs=4326),
        ),
        "code_departement must hold the codes of départements as text ('01', '2A', '974'), found "
        "42": (InputError, LINE.assign(code_departement=42)),
        "members: unknown geocode_status maybe; known: accepted, review, rejected": (
            InputError,
            LINE.assign(geocode_status="maybe"),
        ),
    }
    for message, (kind, frame) in bad.items():
        with pytest.raises(kind) as error:
            travel_time_matrix(frame, LINE)
        assert str(error.value) == message
    with pytest.raises(MissingColumnError, match="destinations: no column longitude"):
        travel_time_matrix(LINE, pd.DataFrame({"a": [1]}))
    with pytest.raises(InputError) as error:
        travel_time_matrix(LINE, LINE, minutes=(15, 30))
    assert str(error.value) == "minutes: expected numbers above 0, each once; found [(15, 30)]"


# --- isochrones


def test_isochrones_by_hand():
    # At 1 km a minute, 64 sides: 32 sin(2π/64) r² km², r = 5 and 15.
    places = LINE.loc[["A", "B"]].assign(geocode_status=["accepted", "review"])
    found = isochrones(places, minutes=(15, 5), travel_time=PLAIN)
    assert found.index.to_list() == ["A", "A", "B", "B"]
    assert list(found.columns) == ["minutes", "method", "geometry"]
    assert found["minutes"].to_list() == [5, 15, 5, 15]
    assert set(found["method"]) == {found.attrs["method"]} == {PLAIN.method}
    assert found.attrs["points_set_aside"] == {"review": 1}
    assert found.crs == "EPSG:4326"
    assert found["geometry"].isna().to_list() == [False, False, True, True]
    areas = found.loc[["A"]].to_crs(2154).area / 1e6
    side = 32 * math.sin(2 * math.pi / 64)
    assert areas.to_list() == pytest.approx([side * 25, side * 225], rel=1e-6)
    nowhere = isochrones(gpd.GeoDataFrame(geometry=[None], crs=4326), minutes=5)
    assert nowhere["geometry"].isna().all()
    assert len(isochrones(LINE.iloc[:0])) == 0


class _Roads(CrowFlies):
    """Straight lines where there is a road, which at C there is not, and at D not near."""

    def isochrones(self, destinations, *, minutes):
        shapes = super().isochrones(destinations, minutes=minutes)
        shapes[2], shapes[3, 0] = None, None
        return shapes


def test_a_point_without_a_road_near_is_counted():
    places = LINE.assign(geocode_status=["accepted", "review", *["accepted"] * 3])
    found = isochrones(places, minutes=(5, 15), travel_time=_Roads())
    assert found.attrs["points_set_aside"] == {"review": 1, "without a way": 1}
    drawn = found.geometry.notna().groupby(found.index).sum()
    assert drawn.to_dict() == {"A": 2, "B": 0, "C": 0, "D": 1, "E": 2}


def test_isochrones_hold_what_the_times_say():
    places, others = scattered(6, 1), scattered(60, 2)
    minutes = one_by_one(others, places)
    for place, row in isochrones(places, minutes=(8, 20), travel_time=PLAIN).iterrows():
        if row.geometry is None:
            continue
        inside = others.within(row.geometry)
        taken = minutes[place]
        # The sides of the polygon lie up to 0.12 % within the circle.
        assert inside[taken < 0.995 * row["minutes"]].all()
        assert not inside[taken > 1.001 * row["minutes"]].any()


# --- inhabitants


def test_inhabitants_by_hand():
    # Within 5 minutes: A of p1, B of p2, D of q1. Within 10: C too, of p2 and of q1, both 9
    # minutes away; p1 reaches B again. Within 12: E of q1, 11 minutes away, and A of p2 as well.
    found = population_within_minutes(
        MEMBERS, minutes=(12, 5, 10.5), travel_time=PLAIN, demand=LINE
    )
    assert list(found.columns) == [
        "members",
        "population",
        "population_covered",
        "share_population",
        "method",
    ]
    assert (found.index.name, found.index.to_list()) == ("minutes", [5, 10.5, 12])
    assert found["population_covered"].to_list() == [800, 950, 1000]
    assert found["share_population"].to_list() == [0.8, 0.95, 1]
    assert set(found["population"]) == {1000}
    assert set(found["members"]) == {3}
    assert set(found["method"]) == {found.attrs["method"]} == {PLAIN.method}
    assert found.attrs["members_counted"] == 3
    assert found.attrs["members_set_aside"] == {}
    by_pole = population_within_minutes(
        MEMBERS, minutes=(5, 10.5, 12), travel_time=PLAIN, demand=LINE, by="pole_id"
    )
    assert by_pole.index.names == ["pole_id", "minutes"]
    assert by_pole.index.to_list() == [(p, t) for p in "pq" for t in (5, 10.5, 12)]
    assert by_pole["members"].to_list() == [2, 2, 2, 1, 1, 1]
    assert by_pole.loc["p", "population_covered"].to_list() == [700, 850, 850]
    assert by_pole.loc["q", "population_covered"].to_list() == [100, 250, 300]
    assert by_pole["share_population"].to_list() == [0.7, 0.85, 0.85, 0.1, 0.25, 0.3]


def plain_count(members, demand, minutes, groups):
    """Inhabitants by group and threshold, one demand point after the other."""
    table = one_by_one(demand, members)
    found = {}
    for group, rows in groups.items():
        for limit in minutes:
            near = [bool((table.loc[code, rows] <= limit).any()) for code in demand.index]
            found[group, limit] = int(demand["population"][near].sum())
    return found


@pytest.mark.parametrize("seed", range(3))
def test_inhabitants_are_those_counted_one_by_one(seed, monkeypatch):
    random = np.random.default_rng(seed)
    members = scattered(25, seed + 7)
    members["pole_id"] = random.choice(["p", "q", "r", None], len(members))
    members["geocode_status"] = random.choice(STATUSES, len(members), p=[0.7, 0.2, 0.1])
    demand = scattered(60, seed + 70)
    demand = demand[legal_crs(shapely.bounds(demand.geometry.to_numpy())[:, :2]) > 0]
    demand["population"] = random.integers(0, 1000, len(demand))
    accepted = members[members["geocode_status"] == "accepted"]
    options = {"minutes": (2, 4, 9), "travel_time": PLAIN, "demand": demand}

    poles = {pole: accepted.index[accepted["pole_id"] == pole] for pole in "pqr"}
    found = population_within_minutes(members, by="pole_id", **options)
    assert found["population_covered"].to_dict() == plain_count(members, demand, (2, 4, 9), poles)
    total = population_within_minutes(members, **options)
    expected = plain_count(members, demand, (2, 4, 9), {"all": accepted.index})
    assert total["population_covered"].to_list() == list(expected.values())
    assert total["population_covered"].is_monotonic_increasing

    aside = found.attrs["members_set_aside"]
    assert found.attrs["members_counted"] + sum(aside.values()) == len(members)
    assert aside["review"] == (members["geocode_status"] == "review").sum()
    assert set(aside) >= {"without pole_id", "without a point"}
    assert "without pole_id" not in total.attrs["members_set_aside"]
    # The same in any order, and however many demand points are looked at together.
    monkeypatch.setattr(accessibility, "_BATCH", 7)
    shuffled = members.sample(frac=1, random_state=seed)
    again = population_within_minutes(shuffled, by="pole_id", **options)
    pd.testing.assert_frame_equal(again, found)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(-50, 100), st.sampled_from("pqr")), min_size=1, max_size=12),
    st.lists(st.floats(0.5, 90), min_size=2, max_size=4, unique=True),
)
def test_all_reach_what_each_pole_reaches(places, minutes):
    members = on_a_line(*(km + 0.25 for km, _ in places), pole_id=[pole for _, pole in places])
    options = {"minutes": minutes, "travel_time": PLAIN, "demand": LINE}
    together = population_within_minutes(members, **options)["population_covered"]
    each = population_within_minutes(members, by="pole_id", **options)["population_covered"]
    limits = each.groupby("minutes")
    assert (limits.max() <= together).all()
    assert (together <= limits.sum()).all()
    assert each.groupby("pole_id").is_monotonic_increasing.all()
    doubled = population_within_minutes(pd.concat([members, members]), **options)
    assert doubled["population_covered"].equals(together)


def test_all_of_france_as_coverage_by_reach():
    # At one kilometre a minute, minutes are kilometres.
    communes = territory_table("commune")
    some = communes.sample(300, random_state=1)
    members = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(some["longitude"], some["latitude"]), crs=4326
    )
    found = population_within_minutes(members, minutes=(5, 17, 30), travel_time=PLAIN)
    reach = coverage_by_reach(members, thresholds_km=(5, 17, 30))
    for column in ("population", "population_covered", "share_population"):
        assert found[column].to_list() == reach[column].to_list()
    # A study area cuts the inhabitants, not the members across its border.
    loire = communes[communes["code_departement"] == "42"]
    here = population_within_minutes(members, minutes=30, departements=["42"])
    same = population_within_minutes(members, minutes=30, demand=loire)
    pd.testing.assert_frame_equal(here, same)
    assert here["population"].item() == loire["population"].sum()


def test_squares_stand_at_their_centroid():
    square = points([(705_000, 6_600_000)]).to_crs(2154).buffer(100, cap_style="square")
    square = gpd.GeoDataFrame({"population": [2.5]}, geometry=square).to_crs(4326)
    found = population_within_minutes(
        on_a_line(0), minutes=(4.99, 5.01), travel_time=PLAIN, demand=square
    )
    assert found["population_covered"].to_list() == [0, 2.5]


def test_a_pole_that_nobody_can_place_reaches_nobody():
    members = MEMBERS.assign(geocode_status=["accepted", "accepted", "review"])
    found = population_within_minutes(members, minutes=12, demand=LINE, by="pole_id")
    assert found.loc[("q", 12), ["members", "population_covered"]].to_list() == [0, 0]
    none = population_within_minutes(members.assign(pole_id=None), demand=LINE, by="pole_id")
    assert none.empty
    assert none.attrs["members_set_aside"] == {"without pole_id": 2, "review": 1}
    # Nobody lives there, or there are no places at all.
    empty = population_within_minutes(members, minutes=12, demand=LINE.assign(population=0))
    assert empty["share_population"].isna().all()
    nowhere = population_within_minutes(members, minutes=12, demand=LINE.iloc[:0])
    assert nowhere["population"].to_list() == [0]
    # A member overseas reaches none in the métropole.
    overseas = points([(640_000, 1_790_000)], crs=5490)
    far = population_within_minutes(overseas, minutes=9_000, demand=LINE)
    assert far["population_covered"].to_list() == [0]


def test_inhabitants_that_cannot_be_counted_are_refused():
    bad = {
        "minutes: expected numbers above 0, each once; found (15, -1)": {"minutes": (15, -1)},
        "minutes: expected numbers above 0, each once; found nan": {"minutes": math.nan},
        "minutes: expected numbers above 0, each once; found ()": {"minutes": ()},
        "members: no column pole; found pole_id, geometry": {"by": "pole"},
        "departements= and demand= both say what is studied; give one of them": {
            "departements": ["42"]
        },
        "demand: no column population; found geometry": {"demand": LINE[["geometry"]]},
        "demand: population: expected numbers of at least 0, found -1 for A, -1 for B, -1 for C, "
        "-1 for D, -1 for E; correct or fill them": {"demand": LINE.assign(population=-1)},
    }
    for message, options in bad.items():
        with pytest.raises(InputError) as error:
            population_within_minutes(MEMBERS, **{"demand": LINE, **options})
        assert str(error.value) == message
    abroad = pd.DataFrame({"longitude": [120.0], "latitude": [10.0], "population": [1]}, ["X"])
    with pytest.raises(CrsError, match="demand: X lie in no legal CRS of France"):
        population_within_minutes(MEMBERS, demand=abroad)
