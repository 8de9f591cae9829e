"""The saved page in a headless Chromium, the network off."""

from __future__ import annotations

import re

import folium
import pytest
from maps_frames import LOCATED, crowd, members_of, poles

from ptce_geo.labels import LABELS
from ptce_geo.maps import pole_map, save_map

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
# The smallest PNG, for a tile server that exists in the test only.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


@pytest.fixture
def open_page(browser, tmp_path):
    """Save a map and open it from the disk, offline; at the end nothing may have gone wrong."""
    contexts, complaints = [], []

    def open_(map_, *, size=DESK, tiles=False):
        path = save_map(map_, tmp_path / "map.html")
        context = browser.new_context(viewport=size, offline=not tiles)
        contexts.append(context)
        page = context.new_page()
        page.asked = []

        def answer(route):
            page.asked.append(route.request.url)
            if tiles:
                route.fulfill(body=PIXEL, content_type="image/png")
            else:
                route.abort()

        page.route(re.compile("^(?!file:|data:|blob:)"), answer)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog {dialog.message}"))
        page.on("requestfailed", lambda request: complaints.append(f"failed {request.url}"))
        page.goto(path.as_uri())
        return page

    yield open_
    asked = [url for context in contexts for page in context.pages for url in page.asked]
    for context in contexts:
        context.close()
    assert complaints == []
    assert all(re.match("https://(data.geopf.fr|tile.openstreetmap.org)/", url) for url in asked)


def circles(page):
    return page.locator("path.ptce-member")


def click_member(page, rank):
    """Click where the member's circle is on the screen, as a reader does."""
    point = page.evaluate(
        "rank => { const {page} = ptceMap; const p = page.pointOf(page.members[rank]);"
        "const box = page.map.getContainer().getBoundingClientRect();"
        "return [p.x + box.x, p.y + box.y]; }",
        rank,
    )
    page.mouse.click(*point)


def close_popup(page):
    page.evaluate("void ptceMap.page.map.closePopup()")
    page.locator(".leaflet-popup").wait_for(state="detached")


def jump(page, view):
    page.locator(f'[data-view="{view}"]').click()


# ----- what the page shows ---------------------------------------------------------------------


def test_opens_without_a_network_and_draws_every_located_member(open_page):
    page = open_page(pole_map(members_of(), poles=poles(), source="Liste d’essai"))
    assert circles(page).count() == LOCATED
    assert page.evaluate("[ptceMap.page.renderer, ptceMap.page.shown()]") == ["svg", LOCATED]
    assert page.locator(".ptce-seat-icon").count() == 2
    # Ties: two members of Culture, two of Bois; Océan has no seat, the last no pole.
    assert page.locator("path.ptce-tie").count() == 4
    assert page.asked == []
    assert page.title() == "Pôles territoriaux de coopération économique"
    assert "1 non placées" in page.locator(".ptce-footer").inner_text()
    assert "Liste d’essai" in page.locator(".ptce-footer").inner_text()
    assert "Structures non placées\u00a0: 1" in page.locator(".ptce-legend").inner_text()


def test_a_click_opens_the_popup_of_that_member(open_page):
    page = open_page(pole_map(members_of(), poles=poles()))
    names = page.evaluate("ptceMap.page.members.map(m => m.name)")
    assert names == ["La Fabrique", "Cinéma Le France", "Atelier", "Ravine", "Seule", "La Fabrique"]
    for rank, (name, pole, position) in enumerate(
        [
            ("La Fabrique", "Culture", "placé à la commune"),
            ("Cinéma Le France", "Culture", "placé à la commune"),
            ("Atelier", "Bois", "placé à la rue"),
            ("Ravine", "Océan", "placé au numéro"),
            ("Seule", "Sans pôle", "placé au lieu-dit"),
            ("La Fabrique", "Bois", "placé à la commune"),
        ]
    ):
        jump(page, "reunion" if name == "Ravine" else "metropole")
        click_member(page, rank)
        popup = page.locator(".leaflet-popup")
        assert popup.locator("h2").inner_text() == name
        assert popup.locator(".ptce-of-pole").inner_text() == pole
        assert position in popup.inner_text()
        # Why it is to be checked stands in the popup of the one that is.
        assert ("Deux communes de ce nom" in popup.inner_text()) == (name == "Atelier")
        close_popup(page)


def test_a_click_on_a_seat_tells_about_the_pole(open_page):
    page = open_page(pole_map(members_of(), poles=poles()))
    page.locator(".ptce-seat-icon").first.click()
    text = page.locator(".leaflet-popup").inner_text()
    for words in ("Culture", "lauréat 2014", "2014", "Saint-Étienne", "déclaré par le pôle",
                  "2 placées sur 3"):  # fmt: skip
        assert words in text


def test_members_to_check_are_hollow_and_dashed(open_page):
    page = open_page(pole_map(members_of(), poles=poles()))
    dashed = page.locator("path.ptce-member[stroke-dasharray]")
    assert dashed.count() == 1
    assert dashed.get_attribute("aria-label") == "Atelier, Bois"
    assert dashed.get_attribute("fill") == "#ffffff"


@pytest.mark.parametrize("seat", [False, True])
def test_members_at_one_place_can_each_be_seen_and_clicked(open_page, seat):
    members = crowd(60)
    its_poles = poles().iloc[:1].set_geometry(members.geometry.iloc[:1].values, crs=4326)
    page = open_page(pole_map(members, poles=its_poles if seat else None))
    for zoom in (6, 9, 12):
        page.evaluate(
            "zoom => void ptceMap.page.map.setView([45, 1], zoom, {animate: false})", zoom
        )
        nearest = page.evaluate(
            """() => {
              const {members} = ptceMap.page;
              let gap = Infinity;
              for (const a of members) for (const b of members) {
                if (a === b) continue;
                const between = a.circle._point.distanceTo(b.circle._point);
                gap = Math.min(gap, between - 2 * a.circle._radius);
              }
              return gap;
            }"""
        )
        assert nearest > 0  # no two circles overlap
    for rank in (0, 1, 31, 59):
        click_member(page, rank)
        assert page.locator(".leaflet-popup h2").inner_text() == f"Membre {rank}"
        close_popup(page)


def test_popup_stays_at_its_circle_when_zooming(open_page):
    page = open_page(pole_map(crowd(60)))
    click_member(page, 59)
    offset = "ptceMap.page.popup.options.offset.distanceTo(ptceMap.page.members[59].offset({}))"
    for zoom in (7, 12):
        page.evaluate("zoom => void ptceMap.page.map.setZoom(zoom, {animate: false})", zoom)
        assert page.evaluate(offset.format(zoom)) == 0


# ----- layers ----------------------------------------------------------------------------------


def test_poles_go_on_and_off_with_their_members(open_page):
    page = open_page(pole_map(members_of(), poles=poles()))
    page.get_by_role("checkbox", name="Culture").uncheck()
    assert circles(page).count() == LOCATED - 2
    assert page.locator(".ptce-seat-icon").count() == 1
    assert page.locator("path.ptce-tie").count() == 2
    page.get_by_role("button", name="Aucun", exact=True).click()
    assert circles(page).count() == page.locator(".ptce-seat-icon").count() == 0
    page.get_by_role("button", name="Tous", exact=True).click()
    assert circles(page).count() == LOCATED
    assert page.locator("path.ptce-tie").count() == 4


def test_choropleth_outlines_and_ties_go_on_and_off(open_page):
    page = open_page(pole_map(members_of(), poles=poles()))
    land = page.locator(".leaflet-ptce-land-pane path")
    fills = "paths => [...new Set(paths.map(path => path.getAttribute('fill')))].length"
    assert land.count() == 101
    assert land.evaluate_all(fills) == 3  # none, 1, 2 to 3
    page.locator('[data-layer="choropleth"]').uncheck()
    assert land.evaluate_all(fills) == 1
    assert page.locator(".ptce-scale").is_hidden()
    page.locator(".ptce-layers summary").click()
    page.locator('[data-layer="outlines"]').uncheck()
    assert land.first.get_attribute("stroke-opacity") == "0"
    page.locator('[data-layer="ties"]').uncheck()
    assert page.locator("path.ptce-tie").count() == 0
    assert circles(page).count() == LOCATED


def test_only_a_base_map_asks_the_network_and_only_its_host(open_page):
    page = open_page(pole_map(members_of(), poles=poles()), tiles=True)
    page.wait_for_timeout(200)
    assert page.asked == []
    page.locator(".ptce-layers summary").click()
    for name, host, credit in (
        ("Plan IGN", "https://data.geopf.fr/", "IGN"),
        ("OpenStreetMap", "https://tile.openstreetmap.org/", "OpenStreetMap"),
    ):
        page.asked.clear()
        page.get_by_role("radio", name=name).check()
        page.locator(".leaflet-tile-loaded").nth(3).wait_for(state="attached")
        assert page.asked
        assert all(url.startswith(host) for url in page.asked)
        assert "{" not in "".join(page.asked)
        assert credit in page.locator(".leaflet-control-attribution").inner_text()
    page.get_by_role("radio", name="Aucun").check()
    assert page.locator(".leaflet-tile").count() == 0


def test_buttons_jump_to_each_part_of_france_with_its_count(open_page):
    page = open_page(pole_map(members_of(), poles=poles()))
    views = page.locator(".ptce-view").all_inner_texts()
    assert [re.sub(r"\s+", " ", text) for text in views] == [
        "Métropole 5", "Guadeloupe 0", "Martinique 0", "Guyane 0", "La Réunion 1", "Mayotte 0",
    ]  # fmt: skip
    visible = (
        "ptceMap.page.members.filter(m => ptceMap.page.map.getBounds().contains(m.latlng))"
        ".map(m => m.name)"
    )
    assert page.evaluate(visible + ".length") == 5
    jump(page, "reunion")
    assert page.evaluate(visible) == ["Ravine"]


# ----- search and keyboard ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "results", "listed"),
    [
        ("cinema", ["Cinéma Le France"], ["Culture"]),  # a member, without its accent
        ("SAINT ETIENNE", ["La Fabrique", "Cinéma Le France", "La Fabrique"], ["Culture", "Bois"]),
        ("océan", [], ["Océan"]),  # a pole
        ("zzz", [], []),
    ],
)
def test_search_finds_poles_members_and_communes(open_page, words, results, listed):
    page = open_page(pole_map(members_of(), poles=poles()))
    page.get_by_role("searchbox").fill(words)
    assert page.locator(".ptce-result .ptce-clamp").all_inner_texts() == results
    shown = page.locator(".ptce-poles li:not([hidden]) .ptce-name").all_inner_texts()
    assert shown == listed
    page.get_by_role("searchbox").fill("")
    assert page.locator(".ptce-poles li:not([hidden])").count() == 5


def test_a_result_goes_to_the_member_and_fades_the_others(open_page):
    page = open_page(pole_map(members_of(), poles=poles()))
    page.get_by_role("checkbox", name="Océan").uncheck()
    page.get_by_role("searchbox").fill("ravine")
    page.locator(".ptce-result").click()
    assert page.locator(".leaflet-popup h2").inner_text() == "Ravine"
    assert page.get_by_role("checkbox", name="Océan").is_checked()
    strength = "paths => paths.map(path => Number(path.getAttribute('fill-opacity')) > 0.5)"
    assert circles(page).evaluate_all(strength).count(True) == 1


def test_keyboard_goes_among_members_and_opens_popups(open_page):
    page = open_page(pole_map(members_of(), poles=poles()))
    page.locator("path.ptce-member[tabindex='0']").focus()
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowRight")
    second = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert first != second
    page.keyboard.press("Enter")
    name = page.locator(".leaflet-popup h2").inner_text()
    assert second.startswith(name)


def test_phone_starts_folded_and_unfolds(open_page):
    page = open_page(pole_map(members_of(), poles=poles()), size=PHONE)
    fold = page.locator(".ptce-fold")
    assert fold.get_attribute("aria-expanded") == "false"
    assert page.locator(".ptce-panel-body").is_hidden()
    fold.click()
    assert page.get_by_role("checkbox", name="Culture").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


# ----- rough input -----------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{ x }} {% raw %}",
    "`${alert(1)}`",
    "javascript:alert(1)",
    "\u202eRTL \u05d0\u05d1\u05d2",
    "\u2028 \u2029 \x00",
    "é" * 2000,
    "&amp; \" ' --> ]]>",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_shown_as_they_are_written(open_page, text):
    members = members_of()
    for column in ("member_name", "pole_name", "nom_commune", "geocode_reason"):
        members[column] = text
    for column in ("address", "member_kind", "role", "geocode_label", "nom_departement"):
        members[column] = text
    its_poles = poles().assign(pole_name=text, sector=text, status=text, city=text)
    page = open_page(pole_map(members, poles=its_poles, title=text, source=text))
    assert circles(page).count() == LOCATED
    page.get_by_role("searchbox").fill(text[:30])
    page.get_by_role("searchbox").fill("")
    click_member(page, 2)
    popup = page.locator(".leaflet-popup h2 .ptce-name")
    assert popup.evaluate("node => node.textContent") == text
    assert page.locator("h1").evaluate("node => node.textContent") == text
    box = page.locator(".leaflet-popup").bounding_box()
    assert box["width"] < 400
    assert box["height"] < 500
    assert page.locator("script").count() == page.evaluate("document.scripts.length")
    assert page.evaluate("document.querySelectorAll('.ptce-map img, .ptce-map script').length") == 0


def test_english_page_has_no_french_word(open_page):
    page = open_page(pole_map(members_of(), poles=poles(), lang="en"))
    click_member(page, 0)
    text = page.locator("body").inner_text()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "placed at municipality level" in text
    french = {
        words[0]
        for key, words in LABELS.items()
        if key.startswith("map_") and words[0] not in words[1] and "{" not in words[0]
    }
    assert not [words for words in french if words in text and len(words) > 6]


def test_nobody_located_says_so(open_page):
    page = open_page(pole_map(members_of().iloc[[4]], poles=poles().iloc[2:]))
    assert circles(page).count() == 0
    assert "Aucune structure de la liste n’a pu être placée." in page.locator("body").inner_text()
    assert page.locator(".leaflet-ptce-land-pane path").count() == 101


def test_many_members_are_drawn_on_a_canvas_and_can_be_clicked(open_page):
    n = 2001
    page = open_page(pole_map(crowd(n, spacing=0.05)))
    assert page.evaluate("[ptceMap.page.renderer, ptceMap.page.shown()]") == ["canvas", n]
    assert circles(page).count() == 0
    for rank in (0, 1234, n - 1):
        page.evaluate(
            "i => { const {map, members} = ptceMap.page;"
            " map.setView(members[i].latlng, 10, {animate: false}); }",
            rank,
        )
        click_member(page, rank)
        assert page.locator(".leaflet-popup h2").inner_text() == f"Membre {rank}"
        close_popup(page)
    page.get_by_role("checkbox", name="Culture").uncheck()
    assert page.evaluate("ptceMap.page.shown()") == 0


# ----- folium layers of the user ---------------------------------------------------------------


def test_layers_of_the_user_work_in_the_saved_page(open_page):
    map_ = pole_map(members_of(), poles=poles())
    group = folium.FeatureGroup("Mes repères").add_to(map_)
    folium.Marker([47.0, 2.0], popup="<b>Bourges</b>", tooltip="ici").add_to(group)
    folium.GeoJson(
        {"type": "Polygon", "coordinates": [[[1, 46], [2, 46], [2, 47], [1, 46]]]},
        popup=folium.Popup("zone"),
    ).add_to(group)
    folium.LayerControl(collapsed=False).add_to(map_)
    page = open_page(map_)
    marker = page.locator("img.leaflet-marker-icon")
    assert marker.evaluate("image => image.complete && image.naturalWidth") > 0
    marker.click()
    assert page.locator(".leaflet-popup").inner_text().startswith("Bourges")
    page.get_by_role("checkbox", name="Mes repères").uncheck()
    assert marker.count() == 0
    assert circles(page).count() == LOCATED


def test_any_folium_map_can_be_saved(open_page):
    map_ = folium.Map([46.5, 2.5], zoom_start=6, tiles=None)
    folium.CircleMarker([46.5, 2.5], popup="centre", fill=True).add_to(map_)
    page = open_page(map_)
    page.locator("path.leaflet-interactive").click()
    assert page.locator(".leaflet-popup").inner_text().startswith("centre")
