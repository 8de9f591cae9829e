"""The poles year by year in a headless Chromium, the network off."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
from maps_frames import PHONE, members_of
from maps_pages import inset_marks
from shapely import Point

from ptce_geo import pole_footprint, pole_map, timeline_map
from ptce_geo.maps.content import Poles
from ptce_geo.maps.element import content_of, folium_map

# pole, year, sector, where its three members are: its first has the seat.
OVERSEAS = "Réunionnais"
POLES = [
    ("Ancien", 2011, "culture", [(4.39, 45.44), (4.07, 46.04), (4.06, 45.61)]),
    (OVERSEAS, 2013, "pêche", [(55.45, -20.88), (55.48, -21.34), (55.27, -21.01)]),
    ("Nordiste", 2013, "culture", [(3.06, 50.63), (2.54, 51.03), (3.24, 50.18)]),
    ("Sans date", None, "bois", [(-1.68, 48.11), (-2.76, 47.66), (-2.76, 48.51)]),
]
YEARS = [2011, 2012, 2013]
SHOWN = {
    2011: ["Ancien", "Sans date"],
    2012: ["Ancien", "Sans date"],
    2013: ["Ancien", OVERSEAS, "Nordiste", "Sans date"],
}
NAMES_SHOWN = "ptceMap.page.view('poles').poles.filter(p => p.shown).map(p => p.name)"


def members():
    frame = members_of(
        [
            (f"{name} {i}", name, name, "accepted", "municipality", None, x, y, "Ville")
            for name, _, _, places in POLES
            for i, (x, y) in enumerate(places)
        ]
    )
    overseas = frame["pole_name"] == OVERSEAS  # another legal CRS
    return frame.assign(
        code_commune=overseas.map({True: "97411", False: "42218"}),
        code_departement=overseas.map({True: "974", False: "42"}),
        code_epci="244200770",
        code_region="84",
    )


def poles():
    names, years, sectors, places = zip(*POLES, strict=True)
    frame = pd.DataFrame(
        {
            "pole_id": names,
            "pole_name": names,
            "year": pd.array(years, dtype="Int64"),
            "sector": sectors,
            "seat_source": "declared",
        }
    )
    return gpd.GeoDataFrame(frame, geometry=[Point(its[0]) for its in places], crs=4326)


def with_footprints():
    """The timeline over the footprints of the poles."""
    dated = content_of(timeline_map(members(), poles()))
    timeline = next(layer.timeline for layer in dated.layers if isinstance(layer, Poles))
    shapes = pole_footprint(members(), poles=poles())
    content = content_of(pole_map(members(), poles=poles(), footprints=shapes))
    layers = [
        replace(layer, timeline=timeline) if isinstance(layer, Poles) else replace(layer, on=True)
        for layer in content.layers
    ]
    return folium_map(replace(content, layers=layers))


def choose(page, year):
    """Move the slider as the keyboard does."""
    slider = page.get_by_role("slider")
    slider.press("Home")
    for _ in range(YEARS.index(year)):
        slider.press("ArrowRight")


def test_each_year_shows_the_poles_that_it_and_those_before_brought(open_page):
    page = open_page(timeline_map(members(), poles()))
    assert page.evaluate(NAMES_SHOWN) == SHOWN[2013]  # at the start, all
    for year in YEARS:
        choose(page, year)
        assert page.evaluate(NAMES_SHOWN) == SHOWN[year]
        assert page.locator("path.ptce-member").count() == 3 * len(SHOWN[year])
        assert page.locator(".ptce-seat-icon").count() == len(SHOWN[year])
        assert page.locator("path.ptce-tie").count() == 3 * len(SHOWN[year])
        assert page.locator(".ptce-poles li:visible .ptce-name").all_inner_texts() == SHOWN[year]


def test_the_slider_says_how_many_poles_have_a_year_and_how_many_none(open_page):
    page = open_page(timeline_map(members(), poles()))
    told = {}
    for year in YEARS:
        choose(page, year)
        told[year] = page.locator(".ptce-year").inner_text()
        assert page.get_by_role("slider").get_attribute("aria-valuetext") == told[year]
    assert told == {
        2011: "jusqu’en 2011\u00a0: 1 pôle",
        2012: "jusqu’en 2012\u00a0: 1 pôle",
        2013: "jusqu’en 2013\u00a0: 3 pôles",
    }
    note = page.locator(".ptce-timeline .ptce-note")
    assert note.inner_text() == "Pôles sans année connue, toujours affichés\u00a0: 1"
    heights = page.locator(".ptce-year-bar span").evaluate_all(
        "bars => bars.map(bar => bar.offsetHeight)"
    )
    assert [height / heights[2] for height in heights] == [0.5, 0, 1]  # 1, 0 and 2 poles


def test_poles_that_only_members_name_are_without_a_year_too(open_page):
    page = open_page(timeline_map(members(), poles().iloc[:2]))
    choose(page, 2011)
    assert page.evaluate(NAMES_SHOWN) == ["Ancien", "Nordiste", "Sans date"]
    assert page.locator(".ptce-timeline .ptce-note").inner_text().endswith("\u00a0: 2")


def test_play_goes_through_the_years_and_stops_at_the_last(open_page):
    page = open_page(timeline_map(members(), poles()))
    page.evaluate(
        "() => { const {page} = ptceMap; window.seen = [];"
        " page.onChange(() => seen.push(page.view('poles').poles.filter(p => p.shown).length)); }"
    )
    play = page.locator(".ptce-play")
    play.click()
    assert play.inner_text() == "Arrêter"
    page.get_by_role("button", name="Lire").wait_for()
    assert page.evaluate("seen") == [2, 2, 4]
    assert page.locator(".ptce-year").inner_text().startswith("jusqu’en 2013")
    assert page.evaluate("ptceMap.page.view('poles').playing") is None


def test_play_can_be_stopped_and_goes_on_from_there(open_page):
    page = open_page(timeline_map(members(), poles()))
    play = page.locator(".ptce-play")
    # Twice before the clock ticks: begun anew at the first year, stopped there.
    play.evaluate("button => { button.click(); button.click(); }")
    assert play.inner_text() == "Lire"
    assert page.locator(".ptce-year").inner_text().startswith("jusqu’en 2011")
    assert page.evaluate("ptceMap.page.view('poles').playing") is None
    play.evaluate("button => { button.click(); button.click(); }")
    assert page.locator(".ptce-year").inner_text().startswith("jusqu’en 2012")


def test_who_takes_the_slider_in_hand_stops_the_play(open_page):
    page = open_page(timeline_map(members(), poles()))
    # At once, before the clock ticks.
    page.locator(".ptce-play").evaluate(
        "button => { button.click(); const {slider} = ptceMap.page.view('poles');"
        " slider.value = 1; slider.dispatchEvent(new Event('input')); }"
    )
    assert page.locator(".ptce-play").inner_text() == "Lire"
    assert page.evaluate("ptceMap.page.view('poles').playing") is None
    assert page.locator(".ptce-year").inner_text().startswith("jusqu’en 2012")


def test_insets_and_footprints_follow_the_years(open_page):
    page = open_page(with_footprints())
    footprints = "ptceMap.page.view('footprints').count()"
    assert inset_marks(page, "reunion", OVERSEAS) > 0
    assert page.evaluate(footprints) == 4
    choose(page, 2012)
    assert inset_marks(page, "reunion", OVERSEAS) == 0
    assert page.evaluate(footprints) == 2
    choose(page, 2013)
    assert inset_marks(page, "reunion", OVERSEAS) > 0
    assert page.evaluate(footprints) == 4


def test_years_and_filters_hold_together(open_page):
    page = open_page(timeline_map(members(), poles()))
    assert page.locator("[data-filter=from], [data-filter=to]").count() == 0
    page.locator(".ptce-filters summary").click()
    page.locator("[data-filter=sector]").select_option("culture")
    assert page.evaluate(NAMES_SHOWN) == ["Ancien", "Nordiste"]
    choose(page, 2012)
    assert page.evaluate(NAMES_SHOWN) == ["Ancien"]
    page.get_by_role("button", name="Effacer").click()
    assert page.evaluate(NAMES_SHOWN) == SHOWN[2012]


def test_the_address_keeps_the_year(open_page):
    map_ = timeline_map(members(), poles())
    page = open_page(map_)
    state = "ptceMap.page.view('poles').state()"
    assert page.evaluate(state) == ""
    choose(page, 2012)
    assert page.evaluate(state) == "year.2012"
    page.wait_for_function("() => location.hash.includes('year.2012')")
    again = open_page(map_, fragment=page.evaluate("location.hash"))
    assert again.evaluate(NAMES_SHOWN) == SHOWN[2012]
    assert again.locator(".ptce-year").inner_text() == "jusqu’en 2012\u00a0: 1 pôle"
    assert again.get_by_role("slider").input_value() == "1"
    # A year that the slider has not: as at the start.
    again.evaluate("void (location.hash = '#poles=year.1999')")
    again.wait_for_function("() => ptceMap.page.view('poles').slider.value === '2'")
    assert again.evaluate(NAMES_SHOWN) == SHOWN[2013]


def test_on_a_phone_the_slider_stands_over_the_map_it_changes(open_page):
    page = open_page(timeline_map(members(), poles()), size=PHONE)
    assert page.locator(".ptce-panel-body").is_hidden()
    choose(page, 2012)
    assert page.evaluate(NAMES_SHOWN) == SHOWN[2012]
    panel = page.locator(".ptce-panel").bounding_box()
    bottom = panel["y"] + panel["height"]
    assert bottom < PHONE["height"] / 3
    assert page.locator(".leaflet-control-zoom").bounding_box()["y"] >= bottom
    choose(page, 2013)
    tops = page.evaluate(
        """() => {
          const view = ptceMap.page.view("poles");
          return view.members.filter(member => member.lat > 40).map(view.pointOf).map(({y}) => y);
        }"""
    )
    assert len(tops) == 9
    assert min(tops) > bottom
