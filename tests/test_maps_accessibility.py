"""Readers without a mouse or without sight: axe-core's faults, the keyboard, less motion."""

from __future__ import annotations

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from maps_frames import DESK, PHONE, members_of, poles

from ptce_geo import local_moran, pole_overlap_pairs, read_territories, spatial_weights
from ptce_geo.maps import (
    choropleth_map,
    comparison_map,
    coverage_map,
    local_autocorrelation_map,
    overlap_map,
    points_map,
    pole_map,
    proportional_circles_map,
    timeline_map,
)

DEPARTEMENTS = read_territories("departement")
DENSITY = DEPARTEMENTS["population"] / DEPARTEMENTS["area_km2"]


def with_gaps():
    """The densities, two of them secret, three not known."""
    density = DENSITY.astype(object)
    density.iloc[3:5] = "secret"
    density.iloc[7:10] = np.nan
    return density


def shared():
    members = members_of().assign(code_commune="42218")
    return members, pole_overlap_pairs(members)


MAPS = {
    "poles": lambda: pole_map(members_of(), poles=poles()),
    "timeline": lambda: timeline_map(members_of(), poles()),
    "choropleth": lambda: choropleth_map(DEPARTEMENTS, with_gaps(), label="Habitants au km²"),
    "circles": lambda: proportional_circles_map(
        DEPARTEMENTS, DEPARTEMENTS["population"], label="Habitants"
    ),
    "autocorrelation": lambda: local_autocorrelation_map(
        DEPARTEMENTS,
        local_moran(DENSITY, spatial_weights(DEPARTEMENTS), permutations=99, seed=1),
        label="Habitants au km²",
    ),
    "comparison": lambda: comparison_map(
        DEPARTEMENTS, DENSITY, 2 * DENSITY, labels=("2021", "2026"), label="Habitants au km²"
    ),
    "coverage": lambda: coverage_map(members_of()),
    "overlap": lambda: overlap_map(*shared(), poles=poles()),
    "points": lambda: points_map(members_of(), by="pole_name"),
}
SIZES = [pytest.param(DESK, id="desk"), pytest.param(PHONE, id="phone")]
GRAVE = {"serious", "critical"}


def faults(page):
    """Return what axe-core finds serious or critical: the rule, and the first elements."""
    found = Axe().run(page).response["violations"]
    return [
        (fault["id"], fault["help"], [node["target"] for node in fault["nodes"]][:5])
        for fault in found
        if fault["impact"] in GRAVE
    ]


def open_parts(page):
    """Unfold every part of the panel."""
    if page.locator(".ptce-fold").get_attribute("aria-expanded") == "false":
        page.locator(".ptce-fold").click()
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", MAPS)
def test_no_serious_fault_with_the_panel_open_and_folded(open_page, kind, size):
    page = open_page(MAPS[kind](), size=size)
    open_parts(page)
    assert faults(page) == []
    if size == PHONE:  # folded, the panel stands over the map there
        page.locator(".ptce-fold").click()
        assert page.locator(".ptce-fold").get_attribute("aria-expanded") == "false"
        assert faults(page) == []


def test_axe_sees_a_fault_where_there_is_one(open_page):
    page = open_page(MAPS["choropleth"]())
    page.evaluate("document.querySelector('.ptce-fold').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('.ptce-fold').removeAttribute('title')")
    page.evaluate("document.querySelector('.ptce-summary').style.color = '#cccccc'")
    assert {rule for rule, _, _ in faults(page)} == {"button-name", "color-contrast"}


# ----- keyboard --------------------------------------------------------------------------------

# What has the focus, whether one sees where it is, and that it stands in the window.
FOCUSED = """() => {
  const it = document.activeElement;
  const style = getComputedStyle(it);
  const box = it.getBoundingClientRect();
  const outline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1.5;
  const stroke = it.matches("path") && parseFloat(style.strokeWidth) >= 2.5;
  return {
    is: it.dataset.view || it.dataset.layer || it.className.baseVal || it.className || it.tagName,
    name: it.getAttribute("aria-label") || it.textContent || it.labels?.[0]?.textContent || "",
    seen: outline || stroke,
    inside: box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
  };
}"""


def stops(page, most=120):
    """Return what the Tab key reaches from the top of the page, until it comes round."""
    found = []
    while len(found) < most:
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        found.append(page.evaluate(FOCUSED))
    return found


@pytest.mark.parametrize("kind", ["poles", "choropleth"])
def test_the_tab_key_reaches_everything_and_one_sees_where_it_is(open_page, kind):
    page = open_page(MAPS[kind]())
    found = stops(page)
    reached = " ".join(stop["is"] for stop in found)
    for part in ("ptce-search", "ptce-fold", "ptce-link", "SUMMARY", "leaflet-control-zoom-in"):
        assert part in reached
    for view in ("guadeloupe", "martinique", "guyane", "reunion", "mayotte"):
        assert any(stop["is"] == view for stop in found)
    layer = {"poles": "departements", "choropleth": "values"}[kind]
    assert any(stop["is"] == layer for stop in found)
    if kind == "poles":
        assert "ptce-member" in reached
        assert "ptce-seat-icon" in reached
    assert [stop for stop in found if not stop["seen"]] == []
    assert [stop for stop in found if not stop["inside"]] == []
    assert [stop for stop in found if not stop["name"].strip()] == []


def test_what_the_keyboard_opens_escape_closes_and_the_focus_is_where_it_was(open_page):
    page = open_page(MAPS["poles"]())
    for mark in ("path.ptce-member[tabindex='0']", ".ptce-seat-icon"):
        page.locator(mark).first.focus()
        page.keyboard.press("Enter")
        page.locator(".leaflet-popup").wait_for()
        page.keyboard.press("Escape")
        page.locator(".leaflet-popup").wait_for(state="detached")
        assert page.locator(mark).first.evaluate("mark => mark === document.activeElement")
    see = page.locator(".ptce-table-list button").first
    see.focus()
    page.keyboard.press("Enter")
    assert page.locator(".ptce-dialog").evaluate("it => it.contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.locator(".ptce-dialog").wait_for(state="detached")
    assert see.evaluate("button => button === document.activeElement")


def test_search_goes_to_what_is_found_by_keyboard_alone(open_page):
    page = open_page(MAPS["poles"]())
    page.locator(".ptce-search").focus()
    page.keyboard.type("ravine")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(".leaflet-popup h2").inner_text() == "Ravine"
    assert page.evaluate("ptceMap.page.map.getBounds().contains([-20.88, 55.45])")


def test_insets_and_switches_work_with_keys(open_page):
    page = open_page(MAPS["choropleth"]())
    page.locator("[data-view=reunion]").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("ptceMap.page.map.getBounds().contains([-21.1, 55.5])")
    page.locator("[data-layer=values]").focus()
    page.keyboard.press("Space")
    assert not page.evaluate("ptceMap.page.view('values').on")


# ----- less motion -----------------------------------------------------------------------------

MOVES = """() => {
  const { map } = ptceMap.page;
  const before = map.getZoom();
  map.zoomIn();
  const zoomed = map.getZoom() - before;
  const at = map.getCenter().lng;
  map.panBy([100, 0]);
  return [zoomed, map.getCenter().lng > at && !map._panAnim?._inProgress];
}"""


def test_a_reader_who_asks_for_less_motion_gets_none(open_page):
    page = open_page(MAPS["choropleth"](), reduced_motion="reduce")
    assert page.evaluate(MOVES) == [1, True]
    moving = """() => document.getAnimations().length"""
    assert page.evaluate(moving) == 0
    page = open_page(MAPS["choropleth"](), reduced_motion="no-preference")
    assert page.evaluate(MOVES)[0] == 0  # it is still on its way
