"""The map of reach: rings, isochrones, white zones, inhabitants who are far."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from maps_frames import DESK, PHONE
from shapely import Point, box

from ptce_geo.errors import CrsError, DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators import (
    coverage_by_reach,
    isochrones,
    population_within_minutes,
    reached_population,
    white_zones,
)
from ptce_geo.maps.coverage_map import coverage_map
from ptce_geo.maps.element import content_of
from ptce_geo.metric import areas_km2
from ptce_geo.territories import read_territories, topology_polygons

LOIRE, NEAR, REUNION = Point(4.39, 45.44), Point(4.40, 45.44), Point(55.45, -20.88)
# Three squares: all within reach, a quarter of them, nobody there.
SQUARES = gpd.GeoDataFrame(
    {"nom": ["Près", "Loin", "Vide"], "population": [500, 1000, 0]},
    index=["A", "B", "C"],
    geometry=[box(4, 45, 4.5, 45.5), box(4.5, 45, 5, 45.5), box(5, 45, 5.5, 45.5)],
    crs=4326,
)
REACHED = pd.DataFrame({10.0: [0.4, 0.0, np.nan], 20.0: [1.0, 0.25, np.nan]}, index=["A", "B", "C"])
COVERAGE = pd.DataFrame(
    {
        "population": [2000, 2000],
        "population_covered": [250, 1500],
        "share_population": [0.125, 0.75],
    },
    index=pd.Index([10.0, 20.0], name="threshold_km"),
)

ZONES = gpd.GeoDataFrame(
    {
        "nom": "Loin",
        "communes": 1,
        "population": 9,
        "area_km2": 1.0,
        "pole_name": None,
        "nearest_km": [10.5, np.nan],
        "farthest_km": [60.0, np.nan],
    },
    geometry=[box(4, 45, 4.5, 45.5), box(4.5, 45, 5, 45.5)],
    crs=4326,
)


def members(places=(LOIRE, None, NEAR), statuses=("accepted", "rejected", "review")):
    table = {
        "member_name": [f"M{rank}" for rank in range(len(places))],
        "pole_name": "Bois",
        "geocode_status": statuses,
    }
    return gpd.GeoDataFrame(table, geometry=list(places), crs=4326)


def seats():
    table = {"pole_id": ["p", "q"], "pole_name": ["Bois", "Vélo"]}
    return gpd.GeoDataFrame(table, geometry=[REUNION, None], crs=4326)


def layers_of(*args, **options):
    content = content_of(coverage_map(*args, **options))
    return {layer.key: layer for layer in content.layers}, content


def ground(layer):
    """The shapes of a layer, by code."""
    return topology_polygons(layer.topology)


# ----- rings -------------------------------------------------------------------------------------


def test_a_ring_is_the_circle_of_its_radius_round_each_member_that_counts():
    # M1 has no point, M2 is to be checked: neither is reached.
    layers, _ = layers_of(members(), reach=(20, 5))
    assert list(layers) == ["land", "reach", "places"]
    reach = layers["reach"]
    assert reach.topology.codes == ("20\u00a0km", "5\u00a0km")  # the largest at the bottom
    areas = areas_km2(ground(reach))
    expected = np.pi * np.array([400, 25])
    assert areas.to_numpy() == pytest.approx(expected, rel=0.003)
    assert reach.overlapping
    # In the legend the nearest is first, and the darkest.
    assert [each.label for each in reach.classes] == ["5\u00a0km", "20\u00a0km"]
    assert reach.class_of.tolist() == [1, 0]
    assert reach.classes[0].colour < reach.classes[1].colour
    assert reach.notes == ("Distances à vol d’oiseau, autour des structures localisées.",)


def test_rings_that_meet_are_one_and_an_ocean_apart_each_has_its_own_plane():
    both = members((LOIRE, NEAR, REUNION), ("accepted",) * 3)
    (ring,) = ground(layers_of(both, reach=10)[0]["reach"])
    europe, ocean = sorted(ring.geoms, key=lambda part: part.centroid.x)
    apart = Point(4.39, 45.44).distance(NEAR) * math.cos(math.radians(45.44)) * 111.2
    # Two circles of radius r, d apart: 2 π r² less a lens of 2 r² acos(d/2r) - d/2 √(4r² - d²).
    lens = 200 * math.acos(apart / 20) - apart / 2 * math.sqrt(400 - apart**2)
    areas = areas_km2(gpd.GeoSeries([europe, ocean], crs=4326))
    assert areas.to_list() == pytest.approx([200 * math.pi - lens, 100 * math.pi], rel=0.004)


def test_members_that_do_not_count_are_hollow_and_those_without_a_point_are_counted():
    layers, content = layers_of(members())
    places = layers["places"]
    assert places.names == ["M0", "M2"]
    assert places.class_of.tolist() == [0, 1]
    assert [bool(each.pattern) for each in places.classes] == [False, True]
    assert places.facts == {"Pôle": ["Bois", "Bois"]}
    assert places.notes == ("Sans position, absentes de la carte\u00a0: 1",)
    assert content.footer[0] == "Structures comptées\u00a0: 1 sur 3"
    assert content.warning is None


def test_seats_in_place_of_members():
    layers, content = layers_of(members(), to="seat", poles=seats(), reach=30, lang="en")
    assert layers["places"].names == ["Bois"]
    assert layers["reach"].title == "Within reach of a seat"
    (ring,) = ground(layers["reach"])
    assert ring.contains(REUNION)
    assert content.summary == "Seats counted: 1 of 2 poles"


def test_shares_reached_stand_in_the_legend_and_who_is_far_in_the_summary():
    layers, content = layers_of(members(), reach=(10, 20), coverage=COVERAGE)
    labels = [each.label for each in layers["reach"].classes]
    assert labels == [
        "10\u00a0km\u00a0: 12,5\u202f% des habitants",
        "20\u00a0km\u00a0: 75,0\u202f% des habitants",
    ]
    assert layers["reach"].facts == {"Habitants": ["1\u202f500", "250"]}
    # 2,000 inhabitants, 1,500 of them within 20 km.
    assert content.summary == "À plus de 20\u00a0km\u00a0: 500 habitants (25,0\u202f%)"
    _, content = layers_of(members(), reach=(10, 20), coverage=COVERAGE, threshold_km=50, lang="en")
    assert content.summary == "Beyond 20\u00a0km: 500 inhabitants (25.0%)"


def test_nothing_to_reach_is_a_map_that_says_so():
    for frame in (members().iloc[:0], members().iloc[1:2]):
        layers, content = layers_of(frame)
        assert list(layers) == ["land", "places"]
        assert content.warning.endswith("personne n’est à portée.")


def test_no_reach_asked():
    layers, _ = layers_of(members(), reach=None, coverage=COVERAGE)
    assert list(layers) == ["land", "places"]


# ----- isochrones --------------------------------------------------------------------------------


def test_isochrones_are_joined_by_minutes():
    both = members((LOIRE, NEAR, None), ("accepted",) * 3)
    reach = isochrones(both, minutes=(15, 30))
    people = population_within_minutes(both, minutes=(15, 30), departements=["42"])
    layers, content = layers_of(both, reach=reach, coverage=people)
    layer = layers["reach"]
    assert layer.topology.codes == ("30\u00a0min", "15\u00a0min")
    # 15 minutes at 50 km/h with a detour of 1.3 are 9.6 km.
    single = math.pi * (15 / 60 * 50 / 1.3) ** 2
    near = areas_km2(ground(layer))["15\u00a0min"]
    assert single * 1.03 < near < single * 1.1  # the two are 0.8 km apart
    assert layer.notes == ("Temps de trajet\u00a0: à vol d’oiseau, avec un détour",)
    assert layer.classes[0].label.startswith("15\u00a0min\u00a0: ")
    assert content.summary.startswith("À plus de 30\u00a0min\u00a0: ")


def test_isochrones_of_nothing_are_no_ring():
    nowhere = isochrones(members().iloc[1:2], minutes=15)  # rejected
    for reach in (nowhere, nowhere.iloc[:0]):
        assert list(layers_of(members(), reach=reach)[0]) == ["land", "places"]


# ----- who is far --------------------------------------------------------------------------------


def test_white_zones_are_hatched_and_tell_who_lives_there():
    loire = members((LOIRE,), ("accepted",))
    # No member in La Réunion: its 24 communes are one zone, from where none is reached.
    layers, _ = layers_of(loire, white_zones=white_zones(loire, departements=["974"]))
    zones = layers["white_zones"]
    (its_class,) = zones.classes
    assert (its_class.label, its_class.pattern) == ("À plus de 20\u00a0km", "hatch")
    assert zones.names == ["Zone blanche, ville principale\u00a0: Saint-Denis"]
    island = read_territories("region").loc["04"]
    assert zones.values.tolist() == [island["population"]]
    assert zones.facts["Communes"] == ["24"]
    assert zones.facts["Au plus près (km)"] == ["–"]
    assert zones.facts["Pôle le plus proche"] == [None]
    assert areas_km2(ground(zones)).item() == pytest.approx(island["area_km2"], rel=0.01)
    assert list(layers) == ["land", "white_zones", "reach", "places"]


def test_without_white_zones_there_is_no_layer_of_them():
    everywhere = members((LOIRE,), ("accepted",))
    zones = white_zones(everywhere, departements=["42"], threshold_km=900)
    assert len(zones) == 0
    assert "white_zones" not in layers_of(everywhere, white_zones=zones)[0]


def test_shares_reached_are_classed_and_those_beyond_are_circles():
    # In another order: what counts is the code.
    layers, _ = layers_of(members(), reached=REACHED.iloc[::-1], territories=SQUARES)
    shares, people = layers["shares"], layers["people_beyond"]
    assert not shares.on
    assert dict(zip(shares.topology.codes, shares.class_of, strict=True)) == {
        "A": 4,
        "B": 1,
        "C": 5,
    }
    assert shares.values[:2].tolist() == [100, 25]
    assert shares.facts["10\u00a0km au plus"] == ["40,0\u202f%", "0,0\u202f%", "–"]
    # A is within reach, nobody lives in C; of B 75 % of 1,000 are far.
    assert people.names == ["Loin"]
    assert people.codes == ["B"]
    assert people.values.tolist() == [750]
    assert people.facts == {"Part de ses habitants": ["75,0\u202f%"]}
    assert (people.longitude.item(), people.latitude.item()) == pytest.approx((4.75, 45.25))
    near, _ = layers_of(members(), reached=REACHED, territories=SQUARES, threshold_km=10)
    assert dict(zip(near["people_beyond"].names, near["people_beyond"].values, strict=True)) == {
        "Près": 300,  # 60 % of 500
        "Loin": 1000,
    }


def test_territories_without_a_share_are_counted():
    layers, _ = layers_of(members(), reached=REACHED.drop("A"), territories=SQUARES)
    # Nobody lives in C: it needs none.
    assert layers["people_beyond"].notes == ["Sans cercle (Sans donnée\u00a0: 1)"]
    assert layers["shares"].class_of.tolist() == [5, 1, 5]


def test_a_member_nowhere_on_earth_is_refused():
    with pytest.raises(InputError, match=r"members: expected longitudes .* \(inf, 45\) on row 0"):
        coverage_map(members((Point(np.inf, 45),), ("accepted",)))


# ----- wrong input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"reach": (5, -1)}, InputError, "reach: expected distances in km above 0"),
        ({"reach": 0}, InputError, "reach"),
        ({"reach": ()}, InputError, "reach"),
        ({"threshold_km": -20}, InputError, "threshold_km"),
        ({"to": "pole"}, InputError, "member, seat"),
        ({"to": "seat"}, InputError, "locate_seats"),
        ({"lang": "de"}, InputError, "fr, en"),
        ({"reach": members()}, MissingColumnError, "reach: no column minutes"),
        ({"reach": members().assign(minutes=5)}, InputError, "expected polygons as isochrones"),
        ({"reach": SQUARES.assign(minutes=5).to_crs(2154)}, CrsError, "reach: expected EPSG:4326"),
        ({"coverage": COVERAGE.drop(columns="population")}, MissingColumnError, "population"),
        ({"coverage": COVERAGE.rename_axis("minutes")}, InputError, "each of threshold_km"),
        ({"coverage": pd.concat({"epci": COVERAGE})}, InputError, "take one level"),
        ({"coverage": COVERAGE.loc[[10.0, 10.0]]}, DuplicateIdError, "threshold_km"),
        ({"white_zones": SQUARES}, MissingColumnError, "white zones: no column communes"),
        ({"coverage": COVERAGE, "reach": (5, 10, 15)}, InputError, "threshold_km 5, 15, which"),
        ({"reach": [10, 10.0004]}, InputError, "reach: 10 and 10.0004 would be told as the same"),
        ({"white_zones": ZONES, "threshold_km": 50}, InputError, "one begins 10.5 km away, nearer"),
        ({"date": "hier"}, InputError, "ISO 8601"),
        ({"title": 5}, InputError, "title= must be a text"),
        ({"reached": REACHED[20.0], "territories": SQUARES}, InputError, "found Series"),
        ({"reached": REACHED}, InputError, "go together"),
        ({"territories": SQUARES}, InputError, "go together"),
        ({"reached": REACHED[[10.0]], "territories": SQUARES}, InputError, "found 10"),
        ({"reached": REACHED, "territories": SQUARES.iloc[:2]}, InputError, "C"),
        ({"reached": REACHED, "territories": SQUARES.to_crs(2154)}, CrsError, "to_crs"),
        (
            {"reached": REACHED, "territories": SQUARES.drop(columns="population")},
            MissingColumnError,
            "population",
        ),
    ],
)
def test_wrong_input_is_refused_in_one_line(options, error, said):
    with pytest.raises(error, match=said) as caught:
        coverage_map(members(), **options)
    assert "\n" not in str(caught.value)


def test_members_without_points_or_in_another_crs_are_refused():
    with pytest.raises(MissingColumnError, match="geocode"):
        coverage_map(pd.DataFrame(members().drop(columns="geometry")))
    with pytest.raises(CrsError, match="to_crs"):
        coverage_map(members().to_crs(2154))


# ----- in the browser ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole_map():
    """A map with every layer, of the Loire."""
    loire = members((LOIRE, NEAR, REUNION), ("accepted", "review", "accepted"))
    epci = read_territories("epci", departements=["42"])
    reached = reached_population(loire, level="epci", departements=["42"])
    return coverage_map(
        loire,
        coverage=coverage_by_reach(loire, departements=["42"]),
        white_zones=white_zones(loire, departements=["42"]),
        reached=reached,
        territories=epci,
    )


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_page_draws_every_layer(open_page, whole_map, size):
    page = open_page(whole_map, size=size)
    layers = {layer.key: layer for layer in content_of(whole_map).layers}
    counts = page.evaluate("ptceMap.page.views.map(view => [view.key, view.count()])")
    expected = {key: len(layer.names) for key, layer in layers.items()}
    assert dict(counts) == {**expected, "shares": 0}  # off until the reader turns it on
    assert expected["reach"] == 4
    assert expected["places"] == 3


def test_a_layer_is_switched_on_and_off(open_page, whole_map):
    page = open_page(whole_map)
    count = "key => ptceMap.page.view(key).count()"
    page.locator("input[data-layer=shares]").check()
    assert page.evaluate(count, "shares") == len(
        next(layer.names for layer in content_of(whole_map).layers if layer.key == "shares")
    )
    page.locator("input[data-layer=reach]").uncheck()
    assert page.evaluate(count, "reach") == 0


def told_at(page, place):
    """What the page tells under the mouse at a place in sight."""
    x, y = page.evaluate(
        "([lat, lng]) => { const p = ptceMap.page.map.latLngToContainerPoint([lat, lng]);"
        " return [p.x, p.y]; }",
        [place.y, place.x],
    )
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    return page.locator(".ptce-tip").last.inner_text()


def test_the_mouse_tells_the_ring_the_zone_and_the_member(open_page, whole_map):
    page = open_page(whole_map)
    page.evaluate("void ptceMap.page.map.setView([45.55, 4.2], 9, {animate: false})")
    assert told_at(page, LOIRE).startswith("2 points")
    for key in ("people_beyond", "places"):
        page.locator(f"input[data-layer={key}]").uncheck()
    assert told_at(page, Point(4.39, 45.46)).startswith("5\u00a0km au plus")
    page.locator("input[data-layer=reach]").uncheck()
    assert told_at(page, Point(4.07, 46.03)).startswith(
        "Zone blanche, ville principale\u00a0: Roanne"
    )
