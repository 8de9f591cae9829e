"""The map of many points: classes, names, facts, what is counted, and the page."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from maps_frames import DESK, PHONE
from shapely import Point, Polygon

from ptce_geo.errors import CrsError, InputError, MissingColumnError
from ptce_geo.maps import save_map
from ptce_geo.maps.element import content_of
from ptce_geo.maps.palettes import NO_POLE_COLOUR, PALETTES
from ptce_geo.maps.points_map import points_map
from ptce_geo.territories import territory_table


def shops(**columns) -> gpd.GeoDataFrame:
    """Five shops, the fourth without a point."""
    places = [
        Point(4.39, 45.44),
        Point(4.40, 45.45),
        Point(2.35, 48.86),
        None,
        Point(55.45, -20.88),
    ]
    table = {"nom": list("ABCDE"), "sector": ["bois", "vélo", "bois", "bois", None], **columns}
    return gpd.GeoDataFrame(table, geometry=places, crs=4326)


def shown(frame, **options):
    """The layer of points, and the content of the map."""
    content = content_of(points_map(frame, **options))
    return content.layers[-1], content


def test_every_point_that_has_a_place_is_drawn_over_the_land_and_the_others_are_counted():
    layer, content = shown(shops())
    assert [each.key for each in content.layers] == ["land", "points"]
    assert layer.longitude.tolist() == [4.39, 4.40, 2.35, 55.45]
    assert layer.latitude.tolist() == [45.44, 45.45, 48.86, -20.88]
    assert layer.names == ["A", "B", "C", "E"]
    assert layer.notes == ("Sans position, absentes de la carte\u00a0: 1",)
    assert content.summary == "Points localisés\u00a0: 4 sur 5"
    assert content.summary in content.footer
    assert [view["count"] for view in content.views] == [3, 0, 0, 0, 1, 0]
    assert content.warning is None


def test_without_by_there_is_one_class():
    layer, _ = shown(shops(), lang="en")
    assert [each.label for each in layer.classes] == ["Points"]
    assert layer.class_of.tolist() == [0, 0, 0, 0]


def test_classes_are_the_values_the_most_frequent_first_and_what_is_missing_is_told():
    # Of the points drawn two are bois, one vélo, one has no sector.
    layer, _ = shown(shops(), by="sector")
    assert [each.label for each in layer.classes] == ["bois", "vélo", "Non renseigné"]
    assert layer.class_of.tolist() == [0, 1, 0, 2]
    assert layer.facts == {}  # the page tells the class itself


def test_values_beyond_the_palette_are_others_and_told_one_by_one():
    values = ["a", "a", *"bcdefgh", None]  # 8 values, the palette has 6 colours
    frame = gpd.GeoDataFrame(
        {"activity": values},
        geometry=gpd.points_from_xy(np.arange(10) / 10 + 2, [46] * 10),
        crs=4326,
    )
    layer, _ = shown(frame, by="activity")
    labels = [each.label for each in layer.classes]
    assert labels == ["a", "b", "c", "d", "e", "f", "Autres valeurs (2)", "Non renseigné"]
    colours = [each.colour for each in layer.classes]
    assert colours[:7] == [*PALETTES["tol-bright"], NO_POLE_COLOUR]
    assert len(set(colours)) == 8
    assert layer.class_of.tolist() == [0, 0, 1, 2, 3, 4, 5, 6, 6, 7]
    assert layer.facts == {"activity": values}
    assert len(shown(frame, by="activity", palette="okabe-ito")[0].classes) == 9


def test_facts_have_the_headings_and_the_numbers_of_the_language():
    frame = shops(
        year=[2014, 2021, 2021, 2021, None],
        turnover=[1234567.5, 900, 0, 0, 12000],
        geocode_precision=["street", "municipality", "street", None, "housenumber"],
        ess=[True, False, True, True, True],
        role=["", " porteur ", None, "x", "y"],
    )
    columns = ["year", "turnover", "geocode_precision", "ess", "role"]
    facts = shown(frame, columns=columns)[0].facts
    assert facts == {
        "Année": ["2014", "2021", "2021", None],  # a year has no thousands
        "Chiffre d’affaires": ["1\u202f234\u202f567,5", "900", "0", "12\u202f000"],
        "Précision": ["à la rue", "à la commune", "à la rue", "au numéro"],
        "ess": ["oui", "non", "oui", "oui"],
        "Rôle": [None, "porteur", None, "y"],
    }
    facts = shown(frame, columns="turnover", lang="en")[0].facts
    assert facts == {"Turnover": ["1,234,567.5", "900", "0", "12,000"]}


def test_names_come_from_the_column_asked_or_the_first_known_or_are_left_empty():
    frame = shops(member_name=["M1", None, "M3", "M4", "M5"], code=[1, 2, 3, 4, 5])
    assert shown(frame)[0].names == ["M1", "", "M3", "M5"]
    assert shown(frame, name="code")[0].names == ["1", "2", "3", "5"]
    assert shown(frame[["geometry"]])[0].names == ["", "", "", ""]


def test_the_index_does_not_matter_and_the_frame_stays_as_it_is():
    frame = shops().set_axis([7] * 5)
    layer, _ = shown(frame, by="sector", columns="nom")
    expected, _ = shown(shops(), by="sector", columns="nom")
    assert layer.class_of.tolist() == expected.class_of.tolist()
    assert layer.facts == expected.facts
    assert frame.columns.tolist() == ["nom", "sector", "geometry"]


@pytest.mark.parametrize("frame", [shops().iloc[:0], shops().iloc[3:4]])
def test_nothing_to_draw_is_a_map_that_says_so(frame):
    layer, content = shown(frame, by="sector", lang="en")
    assert len(layer.longitude) == 0
    assert content.warning == "No point of the list has a position."


@pytest.mark.parametrize(
    ("frame", "options", "error", "said"),
    [
        (pd.DataFrame({"nom": ["A"]}), {}, MissingColumnError, "no points"),
        (shops().to_crs(2154), {}, CrsError, "to_crs"),
        (shops().set_crs(None, allow_override=True), {}, CrsError, "no CRS"),
        (shops(), {"by": "secteur"}, MissingColumnError, "secteur; found nom, sector, geometry"),
        (shops(), {"columns": ["nom", "role"]}, MissingColumnError, "role; found nom, sector"),
        (shops(), {"name": "label"}, MissingColumnError, "label"),
        (shops(), {"palette": "rainbow"}, InputError, "tol-bright, okabe-ito"),
        (shops(), {"lang": "de"}, InputError, "fr, en"),
        (shops(), {"date": "hier"}, InputError, "ISO 8601"),
        (shops(), {"title": 5}, InputError, "title= must be a text"),
        (
            shops(tags=[["a"], "b", "c", "d", {}]),
            {"columns": "tags"},
            InputError,
            "column 'tags': expected a text or a number in each cell, found dict, list",
        ),
        (
            shops().set_geometry([Point(np.inf, 45), *[Point(200, 45)] * 4], crs=4326),
            {},
            InputError,
            r"points of a map: expected longitudes .* \(inf, 45\) on row 0, \(200, 45\) on row 1",
        ),
        (
            shops().set_geometry([Polygon([(0, 0), (1, 0), (1, 1)])] * 5),
            {},
            InputError,
            "representative_point",
        ),
    ],
)
def test_wrong_input_is_refused_in_one_line(frame, options, error, said):
    with pytest.raises(error, match=said) as caught:
        points_map(frame, **options)
    assert "\n" not in str(caught.value)


def many(n: int) -> gpd.GeoDataFrame:
    """`n` establishments, spread as people are, with names that hardly repeat."""
    draw = np.random.default_rng(7)
    communes = territory_table("commune")
    at = draw.choice(len(communes), n, p=communes["population"] / communes["population"].sum())
    places = communes.iloc[at]
    east, north = draw.normal(0, 0.02, (2, n))
    words = np.array(["atelier", "bois", "vélo", "régie", "centre", "jardin", "quartier", "scic"])
    names = pd.Series(words[draw.integers(0, 8, (n, 3))].tolist()).str.join(" ")
    return gpd.GeoDataFrame(
        {
            "nom": (names + pd.Series(np.arange(n)).astype("str")).to_numpy(),
            "sector": draw.choice([f"secteur {rank}" for rank in range(12)], n),
            "nom_commune": places["nom"].to_numpy(),
        },
        geometry=gpd.points_from_xy(places["longitude"] + east, places["latitude"] + north),
        crs=4326,
    )


def test_a_hundred_thousand_points_are_a_page_of_less_than_6_megabytes(tmp_path):
    map_ = points_map(many(100_000), by="sector", columns="nom_commune")
    size = save_map(map_, tmp_path / "many.html").stat().st_size
    assert len(content_of(map_).layers[-1].names) == 100_000
    assert size < 6e6


# ----- in the browser ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_page_draws_every_point_and_the_clusters_add_up(open_page, size):
    page = open_page(points_map(many(3000), by="sector"), size=size)
    assert page.evaluate("ptceMap.page.view('points').count()") == 3000
    for zoom in (4, 8, 12):
        marks = page.evaluate(f"ptceMap.page.view('points').clusters({zoom})")
        assert sorted(rank for mark in marks for rank in mark) == list(range(3000))


def test_a_class_switched_off_is_no_longer_drawn(open_page):
    page = open_page(points_map(shops(), by="sector"))
    count = "ptceMap.page.view('points').count()"
    assert page.evaluate(count) == 4
    page.locator("input[data-class='0']").uncheck()  # bois
    assert page.evaluate(count) == 2


def test_a_point_tells_its_name_and_its_facts(open_page):
    hostile = "<script>alert(1)</script> {{ 7*7 }} `x` javascript:alert(1) \u202e" + "x" * 2000
    frame = shops(nom=[*"ABC", "D", hostile], role=[*"vwxy", hostile])
    page = open_page(points_map(frame, by="sector", columns="role"))
    page.locator("#ptce-search, input[type=search]").first.fill("<script>")
    page.locator(".ptce-result").first.click()
    popup = page.locator(".ptce-popup")
    assert popup.locator("h2").inner_text().startswith("<script>alert(1)</script> {{ 7*7 }}")
    assert hostile[:60] in popup.inner_text()
