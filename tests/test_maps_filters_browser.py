"""Filters, footprints and what a seat tells, in a headless Chromium, the network off."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from maps_frames import PHONE, members_of
from maps_pages import drawn, inset_marks
from shapely import Point

from ptce_geo import pole_footprint, pole_map, pole_summary
from ptce_geo.schema import SECRET

# Of each pole three members, the first at its seat.
OVERSEAS = "Océan"
PLACES = {
    "Culture": [(4.39, 45.44), (4.07, 46.04), (4.06, 45.61)],
    "Bois": [(5.05, 45.04), (4.89, 44.93), (5.37, 44.75)],
    OVERSEAS: [(55.45, -20.88), (55.48, -21.34), (55.27, -21.01)],
    "Nord": [(3.06, 50.63), (2.54, 51.03), (3.24, 50.18)],
}
POLES = pd.DataFrame(
    {
        "pole_id": list(PLACES),
        "pole_name": list(PLACES),
        "sector": ["culture", "bois", "culture", "bois"],
        "status": ["lauréat", "lauréat", "émergent", "émergent"],
        "year": pd.array([2011, 2013, 2015, None], dtype="Int64"),
        "seat_source": "declared",
    }
)
EVERY = [*PLACES, "Sans pôle"]
# The poles on the map, those in the list, whether members and seats are there with their poles.
SEEN = """() => {
  const {map, view} = ptceMap.page;
  const {poles} = view("poles");
  const whole = ({its, marker, shown}) =>
    [...its.map(member => member.circle), ...(marker ? [marker] : [])]
      .every(mark => map.hasLayer(mark) === shown);
  const list = [...document.querySelectorAll(".ptce-poles li:not([hidden]) .ptce-name")];
  return {
    map: poles.filter(pole => pole.shown).map(pole => pole.name),
    list: list.map(item => item.textContent),
    whole: poles.every(whole),
    footprints: view("footprints").count(),
  };
}"""
SHOWN = "ptceMap.page.view('poles').poles.filter(pole => pole.shown).map(pole => pole.name)"
FOOTPRINTS_DRAWN = """() => {
  const {_container: {width, height}, _context} = ptceMap.page.view("footprints").canvas;
  return _context.getImageData(0, 0, width, height).data.some(byte => byte > 0);
}"""
VALUES = "fields => fields.map(field => field.value)"


def members():
    """Three members of each pole, one member without a pole, and what they declare."""
    rows = [
        (f"{name} {i}", name, name, "accepted", "municipality", None, x, y, "Ville")
        for name, places in PLACES.items()
        for i, (x, y) in enumerate(places)
    ]
    rows.append(("Seule", None, None, "accepted", "street", None, 2.35, 48.86, "Paris"))
    frame = members_of(rows)
    overseas = frame["pole_name"] == OVERSEAS  # another legal CRS
    return frame.assign(
        code_commune=overseas.map({True: "97411", False: "42218"}),
        code_departement=overseas.map({True: "974", False: "42"}),
        code_epci="244200770",
        code_region="84",
        member_kind=[*["Association", "Coopérative", "Commune"] * 4, "Association"],
        fte=np.r_[2.5, 4.0, np.full(len(frame) - 2, np.nan)],  # two answers, both of Culture
    )


def poles():
    return gpd.GeoDataFrame(POLES, geometry=[Point(its[0]) for its in PLACES.values()], crs=4326)


def whole_map(**options):
    footprints = pole_footprint(members(), poles=poles())
    return pole_map(members(), poles=poles(), footprints=footprints, **options)


def choose(page, **wanted):
    """Set filters as a reader does."""
    if page.locator(".ptce-filters").get_attribute("open") is None:
        page.locator(".ptce-filters summary").click()
    for key, value in wanted.items():
        field = page.locator(f'[data-filter="{key}"]')
        if key in ("sector", "status"):
            field.select_option(value)
        else:
            field.fill(value)
            field.press("Enter")


# ----- filters ---------------------------------------------------------------------------------


def test_map_list_insets_and_footprints_show_what_passes(open_page):
    page = open_page(whole_map())
    page.locator('[data-layer="footprints"]').check()
    everything = {"map": EVERY, "list": EVERY, "whole": True, "footprints": 4}
    assert page.evaluate(SEEN) == everything
    assert inset_marks(page, "reunion", OVERSEAS) > 0
    count = page.locator(".ptce-filters .ptce-note")
    for wanted, kept in [
        ({"sector": "culture"}, ["Culture", OVERSEAS]),
        ({"status": "lauréat"}, ["Culture", "Bois"]),
        ({"from": "2012"}, ["Bois", OVERSEAS]),  # without a year: not known to pass
        ({"to": "2013"}, ["Culture", "Bois"]),
        ({"from": "2013", "to": "2013"}, ["Bois"]),
        ({"sector": "bois", "status": "émergent"}, ["Nord"]),
        ({"sector": "culture", "status": "lauréat", "from": "2012"}, []),
    ]:
        choose(page, **wanted)
        seen = {"map": kept, "list": kept, "whole": True, "footprints": len(kept)}
        assert page.evaluate(SEEN) == seen
        drawn(page)
        assert page.evaluate(FOOTPRINTS_DRAWN) == (kept != [])
        assert (inset_marks(page, "reunion", OVERSEAS) > 0) == (OVERSEAS in kept)
        assert count.inner_text() == f"Pôles affichés\u00a0: {len(kept)} sur 4"
        page.get_by_role("button", name="Effacer").click()
        assert page.evaluate(SEEN) == everything
        assert inset_marks(page, "reunion", OVERSEAS) > 0
        assert page.locator("[data-filter]").evaluate_all(VALUES) == ["", "", "", ""]
        assert count.inner_text() == ""


def test_a_pole_turned_off_stays_off_whatever_passes(open_page):
    page = open_page(whole_map())
    page.get_by_role("checkbox", name="Culture").uncheck()
    choose(page, sector="culture")
    assert page.evaluate(SHOWN) == [OVERSEAS]
    page.get_by_role("button", name="Effacer").click()
    assert page.evaluate(SHOWN) == ["Bois", OVERSEAS, "Nord", "Sans pôle"]


def test_none_turns_off_only_the_poles_that_pass(open_page):
    page = open_page(whole_map())
    choose(page, sector="culture")
    page.get_by_role("button", name="Aucun", exact=True).click()
    assert page.evaluate(SHOWN) == []
    page.get_by_role("button", name="Effacer").click()
    assert page.evaluate(SHOWN) == ["Bois", "Nord", "Sans pôle"]


def test_only_what_tells_poles_apart_is_offered(open_page):
    its_poles = poles().assign(status="lauréat", year=2014)
    page = open_page(pole_map(members(), poles=its_poles))
    keys = page.locator("[data-filter]").evaluate_all("all => all.map(each => each.dataset.filter)")
    assert keys == ["sector"]
    page = open_page(pole_map(members()))
    assert page.locator(".ptce-filters").count() == 0


def test_a_pole_of_several_sectors_is_found_by_each(open_page):
    sectors = ["culture, bois", "bois", "alimentation; culture", None]
    page = open_page(pole_map(members(), poles=poles().assign(sector=sectors)))
    offered = page.locator('[data-filter="sector"] option').all_text_contents()
    assert offered[1:] == ["alimentation", "bois", "culture"]
    choose(page, sector="culture")
    assert page.evaluate(SHOWN) == ["Culture", OVERSEAS]
    choose(page, sector="bois")
    assert page.evaluate(SHOWN) == ["Culture", "Bois"]


def test_the_address_keeps_the_filters(open_page):
    map_ = whole_map()
    page = open_page(map_)
    choose(page, **{"status": "lauréat", "from": "2013"})
    page.wait_for_function("() => location.hash.includes('from.2013')")
    again = open_page(map_, fragment=page.evaluate("location.hash"))
    assert again.evaluate(SHOWN) == ["Bois"]
    assert again.locator("[data-filter]").evaluate_all(VALUES) == ["", "lauréat", "2013", ""]


# ----- footprints ------------------------------------------------------------------------------


def test_each_footprint_that_is_a_polygon_is_one_shape_and_goes_with_its_pole(open_page):
    # The two members left of Culture make a line, which is not drawn.
    shapes = pole_footprint(members().drop(index=2), poles=poles())
    assert list(shapes.geom_type) == ["LineString", "Polygon", "Polygon", "Polygon"]
    page = open_page(pole_map(members(), poles=poles(), footprints=shapes))
    count = "ptceMap.page.view('footprints').count()"
    switch = page.locator('[data-layer="footprints"]')
    assert not switch.is_checked()
    assert page.evaluate(count) == 0
    switch.check()
    assert page.evaluate(count) == 3
    page.get_by_role("checkbox", name="Bois").uncheck()
    assert page.evaluate(count) == 2
    page.get_by_role("checkbox", name="Bois").check()
    assert page.evaluate(count) == 3
    switch.uncheck()
    assert page.evaluate(count) == 0


def test_a_footprint_is_told_by_its_poles_name_while_it_is_shown(open_page):
    page = open_page(whole_map())
    page.locator('[data-layer="footprints"]').check()
    page.locator('[data-layer="departements"]').uncheck()
    for name in ("Bois", "Nord"):
        x, y = page.evaluate(
            """middle => {
              const {map} = ptceMap.page;
              map.setView(middle, 9, {animate: false});
              const box = map.getContainer().getBoundingClientRect();
              const {x, y} = map.latLngToContainerPoint(middle);
              return [x + box.x, y + box.y];
            }""",
            np.mean(PLACES[name], axis=0)[::-1].tolist(),
        )
        drawn(page)
        page.mouse.move(x, y)
        assert page.locator(".ptce-tip").inner_text() == name
        page.get_by_role("checkbox", name=name).uncheck()
        page.mouse.move(x, y)
        page.locator(".ptce-tip").wait_for(state="detached")


# ----- what a seat tells -----------------------------------------------------------------------


def facts(page, name):
    """What the popup of a pole's seat tells, by what it is."""
    page.evaluate(
        "name => void ptceMap.page.view('poles').poles.find(pole => pole.name === name)"
        ".marker.fire('click')",
        name,
    )
    popup = page.locator(".leaflet-popup", has=page.get_by_role("heading", name=name))
    terms = popup.locator("dt").all_inner_texts()
    return dict(zip(terms, popup.locator("dd").all_inner_texts(), strict=True))


def test_a_seat_tells_composition_and_full_time_equivalents(open_page):
    summary = pole_summary(members(), poles=poles())
    page = open_page(pole_map(members(), poles=poles(), summary=summary))
    told = facts(page, "Culture")
    # An association and a cooperative, a commune; 2.5 and 4.0 FTE of two members of three.
    assert told["Entreprises de l’ESS"] == "2"
    assert told["Collectivités"] == "1"
    assert "6,5 (2 réponses sur 3)" in told.values()
    assert told["Structures"] == "3, dont localisées\u00a0: 3"
    # Nobody of the other answered: nothing is told, least of all 0.
    other = facts(page, "Bois")
    assert other["Entreprises de l’ESS"] == "2"
    assert not any("réponses" in text for text in other.values())


def test_a_seat_tells_what_is_secret(open_page):
    summary = pole_summary(members(), poles=poles()).astype({"fte": object})
    summary.loc["Culture", "fte"] = SECRET
    page = open_page(pole_map(members(), poles=poles(), summary=summary))
    assert "secret (2 réponses sur 3)" in facts(page, "Culture").values()


# ----- popups, hidden maps, old browsers -------------------------------------------------------


def test_a_zoom_with_an_open_popup_leaves_the_map_where_it_was_sent(open_page):
    page = open_page(whole_map())
    facts(page, "Culture")
    place = page.evaluate(
        """() => {
          const {map} = ptceMap.page;
          map.stop().setView([48.4, -4.5], 9, {animate: false});
          const panned = Boolean(map._panAnim && map._panAnim._inProgress);
          const {lat, lng} = map.getCenter();
          return [lat, lng, map.getZoom(), panned];
        }"""
    )
    assert place[:3] == pytest.approx([48.4, -4.5, 9], abs=0.01)
    assert not place[3]
    assert page.evaluate("ptceMap.page.popup.isOpen()")
    # One that is opened in sight is still brought into it.
    assert page.evaluate("ptceMap.page.popup.options.autoPan")


def test_on_a_phone_a_popup_stands_clear_of_title_and_buttons(open_page):
    page = open_page(whole_map(), size=PHONE, reduced_motion="reduce")
    for name in ("Nord", "Bois"):
        assert facts(page, name)
        popup = page.locator(".leaflet-popup-content-wrapper").last.bounding_box()
        panel = page.locator(".ptce-panel").bounding_box()
        assert popup["y"] >= panel["y"] + panel["height"]
        assert popup["x"] >= 0
        assert popup["x"] + popup["width"] <= page.locator(".leaflet-bar").bounding_box()["x"]


def test_a_map_of_no_width_draws_nothing_and_is_whole_when_it_has_one(open_page):
    page = open_page(whole_map())
    painted = """width => {
      const {map, view} = ptceMap.page;
      map.getContainer().style.width = width;
      map.invalidateSize({animate: false});
      const {canvas} = view("departements");
      canvas._update();
      canvas._draw();
      const {width: across, height} = canvas._container;
      return across > 0 && canvas._context.getImageData(0, 0, across, height).data.some(Boolean);
    }"""
    assert not page.evaluate(painted, "0")
    assert page.evaluate(painted, "100%")


@pytest.mark.parametrize(
    ("lang", "words"), [("fr", "Ce navigateur est trop ancien"), ("en", "This browser is too old")]
)
def test_a_browser_too_old_to_unpack_the_data_says_so(open_page, lang, words):
    page = open_page(whole_map(lang=lang))
    page.add_init_script("delete window.DecompressionStream")
    page.reload()
    told = page.get_by_role("alert")
    assert told.inner_text().startswith(words)
    assert told.bounding_box() == {"x": 0, "y": 0, "width": 1280, "height": 800}
    assert page.locator(".ptce-panel").count() == 0
