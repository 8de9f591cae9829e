"""Intervals from the doubt of the geocoding: by hand, by law of the draws, by other samplers."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from scipy import stats

from ptce_geo.errors import CrsError, DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators import count_members, gini
from ptce_geo.indicators.uncertainty import Interval, indicator_interval, share_of_precision
from ptce_geo.metric import distances_km
from ptce_geo.schema import PRECISIONS
from ptce_geo.territories import read_territories

# A ring of 0.4° with a lake in it, of which the west is broader, and an island in the east.
MAINLAND = shapely.Polygon(
    [(4, 45), (4.4, 45), (4.4, 45.4), (4, 45.4)],
    [[(4.2, 45.1), (4.3, 45.1), (4.3, 45.3), (4.2, 45.3)]],
)
RING_AND_ISLAND = shapely.MultiPolygon([MAINLAND, shapely.box(4.6, 45, 4.7, 45.1)])
WEST, EAST = shapely.box(4, 45, 4.1, 45.1), shapely.box(4.1, 45, 4.2, 45.1)
COMMUNES = gpd.GeoDataFrame(
    geometry=[RING_AND_ISLAND, shapely.box(5, 45, 5.2, 45.1)], index=["ring", "box"], crs=4326
)
# Three members known by commune only, one to the house, one not accepted.
MEMBERS = gpd.GeoDataFrame(
    {
        "code_commune": ["ring", "box", "ring", "box", "box"],
        "geocode_precision": ["municipality"] * 3 + ["housenumber", "municipality"],
        "geocode_status": ["accepted"] * 4 + ["review"],
    },
    geometry=gpd.points_from_xy([4.05, 5.1, 4.05, 5.15, 5.1], [45.05] * 5),
    crs=4326,
)


def located(codes, *, precision="municipality"):
    """Members of `codes`, all at one point."""
    points = gpd.points_from_xy([4.05] * len(codes), [45.05] * len(codes))
    columns = {"code_commune": codes, "geocode_precision": precision}
    return gpd.GeoDataFrame(columns, geometry=points, crs=4326)


def drawn(members, *, n=1, **options):
    """The points of each draw (n × members × 2)."""
    seen = []

    def look(frame):
        seen.append(shapely.get_coordinates(frame.geometry.to_numpy()))
        return float(len(seen))

    indicator_interval(look, members, n=n, **options)
    return np.array(seen[-n:])


def communes(*shapes):
    return gpd.GeoDataFrame(geometry=list(shapes), index=list("ABC"[: len(shapes)]), crs=4326)


def mean_x(members):
    return members.geometry.x.mean()


# ---- the points that are drawn ----


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=50)
def test_points_lie_in_their_commune_and_the_others_stay(seed):
    points = shapely.points(drawn(MEMBERS, n=2, seed=seed, territories=COMMUNES))
    shapes = COMMUNES.geometry.loc[MEMBERS["code_commune"]].to_numpy()
    # Corners times fractions are rounded: 1e-12° is a tenth of a micrometre.
    assert (shapely.distance(points, shapes) < 1e-12).all()
    stays = MEMBERS.geometry.to_numpy()
    assert (points[:, 3:] == stays[3:]).all()
    assert (points[:, :3] != stays[:3]).all()


def test_points_of_real_communes_lie_in_them():
    # Saint-Étienne, Marseille with its islands, Saint-Denis of La Réunion, Maripasoula.
    codes = ["42218", "13055", "97411", "97353"] * 20
    shapes = read_territories("commune", departements=["42", "13", "974", "973"]).geometry[codes]
    points = shapely.points(drawn(located(codes), seed=1)[0])
    assert (shapely.distance(points, shapes.to_numpy()) < 1e-12).all()


def test_uniform_over_the_area():
    # 20,000 points in the 28 cells of 0.1° × 0.1° that the ring (16 less 2) and its island have,
    # halved: chi-square; and their mean is the centroid.
    points = drawn(located(["ring"] * 20_000), seed=7, territories=COMMUNES)[0]
    x, y = np.floor((points - [4, 45]) / [0.1, 0.05]).astype(int).T
    _, counts = np.unique(x * 100 + y, return_counts=True)
    assert len(counts) == 2 * (16 - 2 + 1)
    # 45.4° is 0.7 % nearer to the pole's axis than 45°: 20,000 points do not tell.
    assert stats.chisquare(counts).pvalue > 0.001
    error = points.std(axis=0) / np.sqrt(len(points))
    assert (np.abs(points.mean(axis=0) - RING_AND_ISLAND.centroid.coords[0]) < 4 * error).all()


def test_uniform_on_the_ground_not_in_degrees():
    # As broad in degrees, but at 60° N half as broad on the ground.
    south, north = shapely.box(4, 0, 5, 1), shapely.box(4, 59.5, 5, 60.5)
    areas = [Geod(ellps="GRS80").geometry_area_perimeter(part)[0] for part in (south, north)]
    shape = communes(shapely.MultiPolygon([south, north]))
    latitude = drawn(located(["A"] * 20_000), seed=1, territories=shape)[0][:, 1]
    share = areas[0] / sum(areas)
    # The ellipsoid takes 0.25 % from it; the standard error is 0.33 %.
    assert (latitude < 30).mean() == pytest.approx(share, abs=0.0025 + 4 * 0.0033)


@pytest.mark.parametrize(("code", "departement"), [("2A247", "2A"), ("97411", "974")])
def test_as_rejection_sampling_in_a_real_commune(code, departement):
    shape = read_territories("commune", departements=departement).geometry[code]
    west, south, east, north = shape.bounds
    rng = np.random.default_rng(1)
    box = rng.uniform([west, south], [east, north], (6000, 2))
    peer = box[shapely.contains_xy(shape, box)]
    points = drawn(located([code] * 3000), seed=2)[0]
    for axis in np.eye(2)[0], np.eye(2)[1], np.array([1, 1]), np.array([1, -1]):
        assert stats.ks_2samp(points @ axis, peer @ axis).pvalue > 0.001


def test_draws_are_independent_between_members_and_draws():
    points = drawn(located(["box"] * 200), n=30, seed=3, territories=COMMUNES)
    assert len(np.unique(points.reshape(-1, 2), axis=0)) == 200 * 30


# ---- a population surface ----


def surface(people, shapes):
    return gpd.GeoDataFrame({"population": people}, geometry=shapes, crs=4326)


def test_all_the_people_in_one_square():
    squares = surface([0, 5, 0], [WEST, EAST, shapely.box(4.6, 45, 4.7, 45.1)])
    points = drawn(located(["ring"] * 500), seed=1, territories=COMMUNES, population=squares)[0]
    assert (shapely.distance(shapely.points(points), EAST) < 1e-12).all()


def test_people_as_points_are_where_the_members_are():
    # Three in four live at the first point; 1,000 draws, standard error 0.0137.
    places = surface([3, 1, 9], gpd.points_from_xy([5.05, 5.15, 9], [45.05, 45.05, 45.05]))
    points = drawn(located(["box"] * 1000), seed=1, territories=COMMUNES, population=places)[0]
    assert set(points[:, 0]) == {5.05, 5.15}
    assert (points[:, 0] == 5.05).mean() == pytest.approx(0.75, abs=4 * 0.0137)


def test_a_square_across_two_communes_is_shared_by_area():
    # A quarter of the 8 of the square lies in A: 2, beside 2 of a smaller square: half and half.
    shapes = communes(shapely.box(4, 45, 4.1, 45.1), shapely.box(4.1, 45, 5, 45.1))
    squares = surface(
        [8, 2], [shapely.box(4.09, 45, 4.13, 45.04), shapely.box(4, 45.06, 4.02, 45.08)]
    )
    points = drawn(located(["A"] * 2000), seed=1, territories=shapes, population=squares)[0]
    assert (shapely.distance(shapely.points(points), shapes.geometry["A"]) < 1e-12).all()
    assert (points[:, 0] > 4.05).mean() == pytest.approx(0.5, abs=4 * 0.0112)


def test_a_commune_without_people_is_drawn_from_uniformly_and_told():
    # The square touches the box, of which it holds nothing.
    squares = surface([4, 7], [WEST, shapely.box(4.9, 45, 5, 45.1)])
    options = {"seed": 1, "territories": COMMUNES, "population": squares}
    members = located(["box", "ring", "ring"])
    interval = indicator_interval(mean_x, members, **options)
    assert interval.method == "population"
    assert interval.members_imprecise == {"population": 2, "uniform": 1}
    points = drawn(members, n=200, **options)
    assert (points[:, 1:, 0] < 4.1 + 1e-12).all()
    box = points[:, 0, 0]
    assert stats.kstest(box, stats.uniform(5, 0.2).cdf).pvalue > 0.001


def test_the_uniform_interval_is_wider_than_that_of_a_town():
    # People live on a tenth of the commune.
    town = surface([100], [shapely.box(5.09, 45.03, 5.11, 45.07)])
    members = located(["box"] * 3)
    wide, narrow = (
        indicator_interval(mean_x, members, seed=1, territories=COMMUNES, population=people)
        for people in (None, town)
    )
    assert narrow.high - narrow.low < 0.3 * (wide.high - wide.low)


# ---- the interval ----


def test_the_interval_by_hand():
    interval = indicator_interval(mean_x, MEMBERS, seed=1, territories=COMMUNES)
    assert isinstance(interval, Interval)
    assert interval.value == pytest.approx((4.05 + 5.1 + 4.05 + 5.15 + 5.1) / 5)
    assert interval.without_imprecise == pytest.approx((5.15 + 5.1) / 2)
    assert (interval.n_draws, interval.confidence, interval.method) == (199, 0.95, "uniform")
    assert interval.members_counted == 4
    assert interval.members_imprecise == {"uniform": 3}
    assert interval.members_set_aside == {"review": 1}
    assert all(type(v) is float for v in (interval.value, interval.low, interval.high))


@given(st.integers(1, 60), st.sampled_from([0.5, 0.8, 0.9, 0.95]), st.integers(0, 99))
@settings(max_examples=25)
@example(39, 0.9, 0)
@example(199, 0.95, 0)
def test_low_and_high_are_ranks_of_the_draws(n, confidence, seed):
    seen = []

    def look(frame):
        seen.append(mean_x(frame))
        return seen[-1]

    members = located(["box"])
    interval = indicator_interval(
        look, members, n=n, confidence=confidence, seed=seed, territories=COMMUNES
    )
    draws = seen[-n:]
    assert interval.low in draws
    assert interval.high in draws
    # numpy's definition 6 interpolates between the two ranks that the bounds are the outer of.
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], method="weibull")
    assert interval.low <= low + 1e-12
    assert interval.high >= high - 1e-12
    whole = tail * (n + 1)
    if abs(whole - round(whole)) < 1e-9 and round(whole) >= 1:
        assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-12)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    # Members really are anywhere in their commune, and geocoding puts them elsewhere. The mean
    # distance to a seat is then within its interval in 0.9 of the cases: 19 draws, from the
    # least to the greatest, 18/20.
    seat = np.array([5.0, 45.0])

    def mean_distance(members):
        offset = shapely.get_coordinates(members.geometry.to_numpy()) - seat
        return np.hypot(offset[:, 0], offset[:, 1]).mean()

    rng = np.random.default_rng(5)
    cases, held = 120, 0
    members = located(["box"] * 4)
    for case in range(cases):
        real = rng.uniform([5, 45], [5.2, 45.1], (4, 2)) - seat
        truth = np.hypot(real[:, 0], real[:, 1]).mean()
        interval = indicator_interval(
            mean_distance, members, n=19, confidence=0.9, seed=case, territories=COMMUNES
        )
        held += interval.low <= truth <= interval.high
    assert stats.binomtest(held, cases, 0.9).pvalue > 0.001


def test_the_value_of_members_at_the_town_hall_may_lie_outside():
    # Thirty members at the corner of the box where the seat is: 0 km, which no draw comes near.
    members = located(["box"] * 30).set_geometry(gpd.points_from_xy([5] * 30, [45] * 30), crs=4326)
    seats = members.geometry.copy()

    def mean_distance(frame):
        return distances_km(frame.geometry, seats.loc[frame.index]).mean()

    interval = indicator_interval(mean_distance, members, n=39, seed=1, territories=COMMUNES)
    assert interval.value == 0
    # The box is 15.7 × 11.1 km: the mean distance from its corner, over a grid.
    x, y = np.meshgrid(np.linspace(0, 15.7, 200), np.linspace(0, 11.1, 200))
    assert 0 < interval.low < np.hypot(x, y).mean() < interval.high


def test_what_counts_by_commune_does_not_change():
    members = located(["42218", "42207", "69123"]).assign(
        code_epci=["244200770", "244200770", "200046977"]
    )
    by_epci = indicator_interval(
        lambda m: gini(count_members(m, level="epci")), members, n=3, seed=1
    )
    assert by_epci.low == by_epci.high == by_epci.value > 0.99
    # Without the three, no member is left to measure.
    assert math.isnan(by_epci.without_imprecise)


def test_a_series_gives_a_table_on_its_index():
    known = located(["A"], precision="housenumber")
    members = pd.concat([known, located(["A", "A"])], ignore_index=True)
    shapes = communes(shapely.box(4, 45, 4.2, 45.2))
    seen = []

    def halves(frame):
        # In any order of rows: alignment is by code.
        west = int((frame.geometry.x < 4.1).sum())
        counts = {"west": west, "east": len(frame) - west, "none": math.nan}
        seen.append(counts)
        return pd.Series(counts).sample(frac=1, random_state=len(seen))

    table = indicator_interval(halves, members, n=39, seed=1, territories=shapes)
    table = table.loc[["west", "east", "none"]]
    west = [draw["west"] for draw in seen[-39:]]
    expected = pd.DataFrame(
        {
            "value": [3.0, 0.0, math.nan],
            "low": [min(west), 3.0 - max(west), math.nan],
            "high": [max(west), 3.0 - min(west), math.nan],
            "without_imprecise": [1.0, 0.0, math.nan],
        },
        index=["west", "east", "none"],
    )
    pd.testing.assert_frame_equal(table, expected, check_dtype=False)
    assert table.attrs["n_draws"] == 39
    assert table.attrs["method"] == "uniform"
    assert table.attrs["members_counted"] == 3
    assert table.attrs["members_set_aside"] == {}
    assert table.attrs["members_imprecise"] == {"uniform": 2}


def test_undefined_in_one_draw_is_an_undefined_bound():
    answers = iter([1.0, *[2.0] * 5, math.nan, *[2.0] * 5])
    interval = indicator_interval(
        lambda _: next(answers), located(["box"]), n=11, seed=1, territories=COMMUNES
    )
    assert interval.value == 1
    assert math.isnan(interval.low)
    assert math.isnan(interval.high)


def test_infinite_in_every_draw_is_infinite():
    interval = indicator_interval(
        lambda _: math.inf, located(["box"]), n=5, seed=1, territories=COMMUNES
    )
    assert interval.value == interval.low == interval.high == math.inf


def test_without_imprecise_member_nothing_is_drawn():
    calls = []

    def count(frame):
        calls.append(frame)
        return len(frame)

    members = MEMBERS.assign(
        geocode_precision=["street", "locality", "housenumber", "street", None]
    )
    interval = indicator_interval(count, members, seed=1, territories=COMMUNES)
    assert len(calls) == 2
    assert interval.value == interval.low == interval.high == interval.without_imprecise == 5
    assert (interval.n_draws, interval.members_imprecise) == (0, {})


def test_imprecise_members_that_cannot_move_stay_and_are_told():
    members = located(["box", None, "box"])
    members.loc[2, "geometry"] = None
    points = []

    def look(frame):
        points.append(frame.geometry.to_list())
        return len(frame)

    interval = indicator_interval(look, members, n=2, seed=1, territories=COMMUNES)
    assert interval.members_imprecise == {"uniform": 1, "not moved": 2}
    assert interval.n_draws == 2
    for frame in points[-2:]:
        assert frame[0].x > 5
        assert frame[1:] == [members.geometry[1], None]
    nowhere = indicator_interval(look, members[1:], n=2, territories=COMMUNES)
    assert (nowhere.n_draws, nowhere.members_imprecise) == (0, {"not moved": 2})


def test_same_seed_same_bytes_and_order_of_rows_is_nothing_to_the_value():
    def by_seed(seed, members=MEMBERS):
        return indicator_interval(mean_x, members, n=19, seed=seed, territories=COMMUNES)

    assert by_seed(1) == by_seed(1)
    assert by_seed(1).low != by_seed(2).low
    turned = by_seed(1, MEMBERS[::-1])
    assert turned.value == pytest.approx(by_seed(1).value, rel=1e-12)
    assert turned.without_imprecise == pytest.approx(by_seed(1).without_imprecise, rel=1e-12)
    assert turned.members_imprecise == by_seed(1).members_imprecise


def test_coordinates_follow_the_points_and_the_input_does_not():
    members = located(["box", "box"]).assign(longitude=4, latitude="45.05", note="kept")
    members["latitude"] = members["latitude"].astype("float64")
    members = members.rename_geometry("place").set_index(pd.Index(["m", "m"]))
    before = members.copy()

    def look(frame):
        if (frame["longitude"] > 5).all():  # a draw
            assert (frame["longitude"].to_numpy() == frame.geometry.x.to_numpy()).all()
            assert (frame["latitude"].to_numpy() == frame.geometry.y.to_numpy()).all()
        assert frame.active_geometry_name == "place"
        assert frame.columns.equals(before.columns)
        frame["note"] = "changed"
        return frame["longitude"].mean()

    interval = indicator_interval(
        lambda frame: look(frame.copy()), members, n=5, seed=1, territories=COMMUNES
    )
    assert interval.value == 4
    assert interval.low > 5
    pd.testing.assert_frame_equal(members, before)


def test_numbers_of_every_kind():
    for number in (3, np.int64(3), np.float32(3), True):
        interval = indicator_interval(lambda _, x=number: x, MEMBERS, n=1, territories=COMMUNES)
        assert interval.value == float(number)


# ---- what is refused ----


@pytest.mark.parametrize("options", [{"n": 0}, {"confidence": 1}, {"confidence": math.nan}])
def test_numbers_out_of_range_are_refused(options):
    with pytest.raises(InputError, match="n of at least 1 and confidence between 0 and 1"):
        indicator_interval(mean_x, MEMBERS, territories=COMMUNES, **options)


def test_missing_columns_points_and_crs_are_refused():
    for column in ("geocode_precision", "code_commune"):
        with pytest.raises(MissingColumnError, match=f"members: no column {column}"):
            indicator_interval(mean_x, MEMBERS.drop(columns=column), territories=COMMUNES)
    with pytest.raises(MissingColumnError, match="no points"):
        indicator_interval(len, pd.DataFrame(MEMBERS.drop(columns="geometry")))
    with pytest.raises(CrsError, match="members: expected EPSG:4326"):
        indicator_interval(mean_x, MEMBERS.to_crs(2154), territories=COMMUNES)
    with pytest.raises(CrsError, match="territories: expected EPSG:4326"):
        indicator_interval(mean_x, MEMBERS, territories=COMMUNES.to_crs(2154))


def test_unknown_precision_commune_and_twofold_commune_are_refused():
    with pytest.raises(InputError, match="unknown geocode_precision roof; known: housenumber,"):
        indicator_interval(mean_x, MEMBERS.assign(geocode_precision="roof"), territories=COMMUNES)
    with pytest.raises(InputError, match=r"code_commune 00000 is no commune .* same vintage"):
        indicator_interval(mean_x, located(["00000", "42218"]))
    with pytest.raises(DuplicateIdError, match="territories: code must be unique; ring"):
        indicator_interval(mean_x, MEMBERS, territories=pd.concat([COMMUNES, COMMUNES[:1]]))
    with pytest.raises(InputError, match="territories: A have no area"):
        shape = communes(shapely.Point(4, 45))
        indicator_interval(mean_x, located(["A"]), territories=shape)


@pytest.mark.parametrize(
    "result", [None, "3", [1, 2], pd.DataFrame({"a": [1]}), pd.Series(["a"]), 1j]
)
def test_a_function_that_returns_something_else_is_refused(result):
    with pytest.raises(InputError, match=r"a number or a Series of numbers, found .*; take one"):
        indicator_interval(lambda _: result, MEMBERS, territories=COMMUNES)


def test_a_series_has_the_same_codes_in_every_draw_each_once():
    frames = []

    def only_what_is_there(frame):
        frames.append(frame)
        return pd.Series({f"cell {len(frames)}": 1})

    with pytest.raises(InputError, match="for other points: the indexes differ"):
        indicator_interval(only_what_is_there, MEMBERS, territories=COMMUNES)
    twice = pd.Series([1, 2], index=["A", "A"])
    with pytest.raises(DuplicateIdError, match="code must be unique; A"):
        indicator_interval(lambda _: twice, MEMBERS, territories=COMMUNES)


def test_a_population_that_cannot_be_drawn_from_is_refused():
    def interval(population):
        return indicator_interval(mean_x, MEMBERS, territories=COMMUNES, population=population)

    with pytest.raises(MissingColumnError, match="population: no column population"):
        interval(surface([1], [WEST]).drop(columns="population"))
    with pytest.raises(CrsError, match="population: expected EPSG:4326"):
        interval(surface([1], [WEST]).to_crs(2154))
    with pytest.raises(InputError, match="population: expected numbers of at least 0, found -1"):
        interval(surface([-1], [WEST]))
    with pytest.raises(InputError, match="population: expected points or polygons, found LineStr"):
        interval(surface([1], [WEST.boundary]))


# ---- the share of each precision ----


def test_shares_by_hand():
    members = pd.DataFrame(
        {
            "pole_id": ["b", "a", "a", "a", "a", "c", None],
            "geocode_precision": ["street", "locality", *["street"] * 4, "municipality"],
            "geocode_status": ["accepted"] * 4 + ["review", "rejected", "accepted"],
        }
    )
    table = share_of_precision(members, by="pole_id")
    expected = pd.DataFrame(
        {
            "housenumber": [0, 0, math.nan],
            "street": [2 / 3, 1, math.nan],
            "locality": [1 / 3, 0, math.nan],
            "municipality": [0, 0, math.nan],
            "n": [3, 1, 0],
        },
        index=pd.Index(["a", "b", "c"], name="pole_id"),
    )
    pd.testing.assert_frame_equal(table, expected)
    assert table.attrs["members_counted"] == 4
    assert table.attrs["members_set_aside"] == {"review": 1, "rejected": 1, "without pole_id": 1}

    together = share_of_precision(members)
    assert together.index.to_list() == ["members"]
    assert together.loc["members"].to_list() == [0, 3 / 5, 1 / 5, 1 / 5, 5]


@given(
    st.lists(
        st.tuples(
            st.sampled_from("pqr"),
            st.sampled_from([*PRECISIONS, None]),
            st.sampled_from(["accepted", "review", "rejected"]),
        ),
        max_size=40,
    )
)
@settings(max_examples=40)
def test_shares_add_up_and_match_a_count_by_loop(rows):
    columns = ["pole_id", "geocode_precision", "geocode_status"]
    members = pd.DataFrame(rows, columns=columns, dtype="object")
    table = share_of_precision(members, by="pole_id")
    assert table.columns.to_list() == [*PRECISIONS, "n"]
    assert table.index.to_list() == sorted({pole for pole, _, _ in rows})
    for pole, row in table.iterrows():
        counted = [p for other, p, status in rows if (other, status) == (pole, "accepted") and p]
        assert row["n"] == len(counted)
        for precision in PRECISIONS:
            share = counted.count(precision) / len(counted) if counted else math.nan
            assert row[precision] == pytest.approx(share, abs=1e-12, nan_ok=True)
    together = share_of_precision(members).loc["members"]
    assert together["n"] == table["n"].sum() == sum(s == "accepted" and bool(p) for _, p, s in rows)
    if together["n"]:
        assert together[list(PRECISIONS)].sum() == pytest.approx(1)


def test_shares_without_status_and_what_is_refused():
    members = pd.DataFrame({"geocode_precision": ["street", None]})
    table = share_of_precision(members)
    assert table["street"].to_list() == [1.0]
    assert table.attrs["members_set_aside"] == {"without geocode_precision": 1}
    with pytest.raises(MissingColumnError, match="no column geocode_precision"):
        share_of_precision(pd.DataFrame({"pole_id": ["a"]}))
    with pytest.raises(MissingColumnError, match="no column pole_id"):
        share_of_precision(members, by="pole_id")
    with pytest.raises(InputError, match="unknown geocode_precision roof"):
        share_of_precision(members.fillna("roof"))
    with pytest.raises(InputError, match="unknown geocode_status maybe"):
        share_of_precision(members.assign(geocode_status="maybe"))
