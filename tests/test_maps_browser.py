"""The saved page in a headless Chromium, the network off."""

from __future__ import annotations

from pathlib import Path

import folium
import pytest
from maps_frames import LOCATED, PHONE, crowd, members_of, poles

from ptce_geo import (
    attach_territories,
    geocode,
    locate_seats,
    pole_map,
    read_members,
    read_poles,
    save_map,
)
from ptce_geo.words import LABELS

# How members are drawn, and how many.
DRAWN = "(({renderer, count}) => [renderer, count()])(ptceMap.page.view('poles'))"


def circles(page):
    return page.locator("path.ptce-member")


def click_member(page, rank):
    """Click where the member's circle is on the screen, as a reader does."""
    point = page.evaluate(
        "rank => { const {page} = ptceMap; const view = page.view('poles');"
        "const p = view.pointOf(view.members[rank]);"
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
    assert page.evaluate(DRAWN) == ["svg", LOCATED]
    assert page.locator(".ptce-seat-icon").count() == 2
    # Ties: two members of Culture, two of Bois; Océan has no seat, the last no pole.
    assert page.locator("path.ptce-tie").count() == 4
    assert page.asked == []
    assert page.title() == "Pôles territoriaux de coopération économique"
    assert "1 non localisées" in page.locator(".ptce-footer").inner_text()
    assert "Liste d’essai" in page.locator(".ptce-footer").inner_text()
    assert "Structures non localisées\u00a0: 1" in page.locator(".ptce-legend").inner_text()


def test_a_click_opens_the_popup_of_that_member(open_page):
    page = open_page(pole_map(members_of(), poles=poles()))
    names = page.evaluate("ptceMap.page.view('poles').members.map(m => m.name)")
    assert names == ["La Fabrique", "Cinéma Le France", "Atelier", "Ravine", "Seule", "La Fabrique"]
    for rank, (name, pole, position) in enumerate(
        [
            ("La Fabrique", "Culture", "localisée à la commune"),
            ("Cinéma Le France", "Culture", "localisée à la commune"),
            ("Atelier", "Bois", "localisée à la rue"),
            ("Ravine", "Océan", "localisée au numéro"),
            ("Seule", "Sans pôle", "localisée au lieu-dit ou au point fourni"),
            ("La Fabrique", "Bois", "localisée à la commune"),
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
                  "3, dont localisées\u00a0: 2"):  # fmt: skip
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
    for zoom in (7, 9, 12):
        page.evaluate(
            "zoom => void ptceMap.page.map.setView([45, 1], zoom, {animate: false})", zoom
        )
        nearest = page.evaluate(
            """() => {
              const {members} = ptceMap.page.view('poles');
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
    away = """zoom => ptceMap.page.popup.options.offset.distanceTo(
      ptceMap.page.view('poles').members[59].offset(zoom))"""
    for zoom in (7, 12):
        page.evaluate("zoom => void ptceMap.page.map.setZoom(zoom, {animate: false})", zoom)
        assert page.evaluate(away, zoom) == 0


# ----- the sample, every circle in sight -------------------------------------------------------

SAMPLE = Path(__file__).parents[1] / "examples" / "data"


def most_away(zoom):
    """How far a mark may stand from its true point at a zoom, in pixels, as in layout.js."""
    return min(80, 10 * 2 ** (zoom - 4))


# Every circle in sight, those under panel and buttons left out: [rank, pixels from its true point,
# whether a click on its centre is a click on it].
IN_SIGHT = """() => {
  const {page} = ptceMap;
  const box = page.map.getContainer().getBoundingClientRect();
  const view = page.view('poles');
  const rows = view.members.map((member, rank) => {
    const p = view.pointOf(member);
    const top = document.elementFromPoint(p.x + box.x, p.y + box.y);
    const ours = ".ptce-panel, .ptce-insets, .ptce-view, .ptce-footer, .leaflet-control";
    if (!top || top.closest(ours)) return null;
    const away = page.map.latLngToContainerPoint(member.latlng).distanceTo(p);
    return [rank, away, top === member.circle.getElement()];
  });
  return rows.filter(row => row);
}"""

# The smallest gap between two circles, or a circle and a seat (7.5 pixels from centre to corner).
SMALLEST_GAP = """() => {
  const {members, poles: itsPoles} = ptceMap.page.view('poles'); const {map} = ptceMap.page;
  const seats = itsPoles.filter(pole => pole.seat).map(pole => ({ radius: 7.5,
    at: map.latLngToLayerPoint(pole.latlng).add(pole.offset(map.getZoom())) }));
  const circles = members.map(({circle}) => ({ radius: circle._radius, at: circle._point }));
  let gap = Infinity;
  circles.forEach((one, i) => {
    for (const other of [...circles.slice(i + 1), ...seats]) {
      gap = Math.min(gap, one.at.distanceTo(other.at) - one.radius - other.radius);
    }
  });
  return gap;
}"""


@pytest.fixture(scope="module")
def sample():
    its_poles = read_poles(SAMPLE / "poles.csv")
    members = read_members(SAMPLE / "members.csv")
    members = attach_territories(geocode(members, poles=its_poles))
    return members, locate_seats(geocode(its_poles), members)


@pytest.fixture(scope="module")
def sample_page(sample, tmp_path_factory):
    """The page of the sample, written once: each test opens it anew."""
    members, its_poles = sample
    path = tmp_path_factory.mktemp("sample") / "map.html"
    return save_map(pole_map(members, poles=its_poles), path)


def look_at(page, latitude, longitude, zoom):
    page.evaluate(
        "([lat, lon, zoom]) => void ptceMap.page.map.setView([lat, lon], zoom, {animate: false})",
        [latitude, longitude, zoom],
    )


@pytest.mark.parametrize(
    ("look", "least"),
    [
        (lambda page: page.evaluate("1"), 100),  # the first view, untouched
        (lambda page: jump(page, "metropole"), 100),
        (lambda page: look_at(page, 43.6, 1.0, 9), 15),
    ],
    ids=["first view", "metropole", "toulouse"],
)
def test_every_circle_in_sight_is_on_top_and_its_click_is_its_own(
    open_file, sample_page, look, least
):
    page = open_file(sample_page)
    look(page)
    rows = page.evaluate(IN_SIGHT)
    assert len(rows) >= least
    assert [rank for rank, _, on_top in rows if not on_top] == []
    # Click on the twelve moved farthest, where seats and circles crowd.
    for rank, away, _ in sorted(rows, key=lambda row: -row[1])[:12]:
        assert 0 < away <= most_away(page.evaluate("ptceMap.page.map.getZoom()"))
        click_member(page, rank)
        name, pole = page.evaluate(
            "rank => { const {members, poles: itsPoles} = ptceMap.page.view('poles');"
            " return [members[rank].name, itsPoles[members[rank].pole].name]; }",
            rank,
        )
        assert page.locator(".leaflet-popup h2").inner_text() == name
        assert page.locator(".leaflet-popup .ptce-of-pole").inner_text() == pole
        tip = "rank => ptceMap.page.view('poles').members[rank].circle.isTooltipOpen()"
        assert not page.evaluate(tip, rank)  # it would lie under the popup
        close_popup(page)
        # The popup may have moved the map.
        jump(page, "metropole")
        look(page)


def test_from_zoom_6_no_circle_covers_another_or_a_seat_and_none_goes_far_at_any(
    open_file, sample_page
):
    page = open_file(sample_page)
    for zoom in (4, 5, 6, 7, 8, 9, 10, 12, 15, 18):
        look_at(page, 46.5, 2.5, zoom)
        # Over all of France the true place comes before room for each.
        assert (page.evaluate(SMALLEST_GAP) > 0) == (zoom >= 6)
        farthest = page.evaluate(
            """zoom => Math.max(...ptceMap.page.view('poles').members.map(
              m => m.offset(zoom).distanceTo([0, 0])))""",
            zoom,
        )
        assert 0 < farthest <= most_away(zoom)


def test_zoomed_in_a_member_alone_in_its_place_stands_at_its_true_point(open_file, sample_page):
    page = open_file(sample_page)
    away = """zoom => {
      const {members, poles: itsPoles} = ptceMap.page.view('poles');
      const marks = [...members, ...itsPoles.filter(pole => pole.seat)];
      const alone = members.filter(m => marks.filter(o => o.latlng.equals(m.latlng)).length === 1);
      return alone.map(m => m.offset(zoom).distanceTo([0, 0]));
    }"""
    assert max(page.evaluate(away, 6)) > 0
    assert set(page.evaluate(away, 14)) == {0}


def test_a_hidden_pole_keeps_its_places(open_file, sample_page):
    drawn = "paths => Object.fromEntries(paths.map(p => [p.ariaLabel, p.getAttribute('d')]))"
    pictures = []
    for hide in (False, True):
        page = open_file(sample_page)
        if hide:
            page.locator(".ptce-poles input").first.uncheck()
        look_at(page, 46.5, 2.5, 6)
        pictures.append(circles(page).evaluate_all(drawn))
    everyone, fewer = pictures
    assert len(fewer) < len(everyone)
    assert fewer.items() <= everyone.items()


def test_after_an_animated_zoom_marks_and_ties_stand_where_they_belong(open_file, sample_page):
    page = open_file(sample_page)
    before = page.evaluate("ptceMap.page.map.getZoom()")
    page.evaluate("() => new Promise(end => ptceMap.page.map.once('zoomend', end).zoomIn())")
    assert page.evaluate("ptceMap.page.map.getZoom()") > before
    assert page.evaluate(SMALLEST_GAP) > 0
    errors = page.evaluate(
        """() => {
          const {map} = ptceMap.page; const {poles: itsPoles} = ptceMap.page.view('poles');
          const zoom = map.getZoom();
          const poles = itsPoles.filter(pole => pole.seat);
          const at = mark => map.latLngToLayerPoint(mark.latlng).add(mark.offset(zoom));
          const seats = poles.map(pole =>
            L.DomUtil.getPosition(pole.marker.getElement()).distanceTo(at(pole)));
          const ties = poles.flatMap(pole => pole.ties.getLayers().map((tie, i) => {
            if (!tie._parts.length) return 0; // out of sight
            const [from, to] = tie._parts[0];
            return from.distanceTo(at(pole.its[i])) + to.distanceTo(at(pole));
          }));
          return { seats: Math.max(...seats), ties: Math.max(...ties) };
        }"""
    )
    assert errors["seats"] < 1  # icons stand on whole pixels
    assert errors["ties"] < 2  # lines are drawn to whole pixels too


def test_a_seat_among_many_members_can_be_clicked(open_page):
    members = crowd(2001, spacing=0.05)
    its_poles = poles().iloc[:1].set_geometry(members.geometry.iloc[:1].values, crs=4326)
    page = open_page(pole_map(members, poles=its_poles))
    assert page.evaluate("ptceMap.page.view('poles').renderer") == "canvas"
    page.locator(".ptce-seat-icon").click()
    assert page.locator(".leaflet-popup h2").inner_text() == "Culture"


def test_a_tooltip_without_room_above_stands_below(open_page):
    page = open_page(pole_map(members_of()))
    inside = """([latitude, longitude]) => {
      const {map} = ptceMap.page;
      const {circle} = ptceMap.page.view("poles").members[0];
      const place = map.containerPointToLatLng([latitude, longitude]);
      circle.openTooltip(place);
      const tip = circle.getTooltip();
      const {top, bottom} = tip.getElement().getBoundingClientRect();
      return [top > 0, bottom < longitude, tip.options.direction];
    }"""
    assert page.evaluate(inside, [640, 12]) == [True, False, "top"]
    assert page.evaluate(inside, [640, 300]) == [True, True, "top"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_scale_has_the_numbers_of_the_language_and_leaves_a_low_map(open_page, lang):
    page = open_page(pole_map(members_of(), lang=lang))
    look_at(page, 5, 5, 3)
    scale = page.locator(".leaflet-control-scale")
    assert scale.inner_text() == {"fr": "1\u202f000\u00a0km", "en": "1,000\u00a0km"}[lang]
    page.set_viewport_size({"width": 1280, "height": 150})
    scale.wait_for(state="hidden")


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


def test_choropleth_and_ties_go_on_and_off(open_page):
    page = open_page(pole_map(members_of(), poles=poles()))
    counted = "key => ptceMap.page.view(key).count()"
    assert page.evaluate(counted, "departements") == 101
    page.locator('[data-layer="departements"]').uncheck()
    assert page.evaluate(counted, "departements") == 0
    page.locator('[data-layer="ties"]').uncheck()
    assert page.locator("path.ptce-tie").count() == 0
    assert circles(page).count() == LOCATED
    page.locator('[data-layer="poles"]').uncheck()
    assert circles(page).count() == page.locator(".ptce-seat-icon").count() == 0
    page.locator('[data-layer="departements"]').check()
    assert page.evaluate(counted, "departements") == 101


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
    views = page.locator(".ptce-view").evaluate_all(
        "views => views.map(view => [view.dataset.view, view.getAttribute('aria-label')])"
    )
    assert dict(views) == {
        "metropole": "Aller à\u00a0: Métropole, 5 structures",
        "guadeloupe": "Aller à\u00a0: Guadeloupe, 0 structure",
        "martinique": "Aller à\u00a0: Martinique, 0 structure",
        "guyane": "Aller à\u00a0: Guyane, 0 structure",
        "reunion": "Aller à\u00a0: La Réunion, 1 structure",
        "mayotte": "Aller à\u00a0: Mayotte, 0 structure",
    }
    visible = (
        "ptceMap.page.view('poles').members"
        ".filter(m => ptceMap.page.map.getBounds().contains(m.latlng)).map(m => m.name)"
    )
    assert page.evaluate(visible + ".length") == 5
    jump(page, "reunion")
    assert page.evaluate(visible) == ["Ravine"]


# ----- search and keyboard ---------------------------------------------------------------------


# What is searched for: the results, and the poles still listed.
SEARCHES = {
    "cinema": (["Cinéma Le France"], ["Culture"]),  # a member, without its accent
    "SAINT ETIENNE": (["La Fabrique", "Cinéma Le France", "La Fabrique"], ["Culture", "Bois"]),
    "océan": ([], ["Océan"]),  # a pole
    "zzz": ([], []),
}


def test_search_finds_poles_members_and_communes(open_page):
    page = open_page(pole_map(members_of(), poles=poles()))
    for words, (results, listed) in SEARCHES.items():
        page.get_by_role("searchbox").fill(words)
        found = page.locator(".ptce-result .ptce-clamp").all_inner_texts()
        shown = page.locator(".ptce-poles li:not([hidden]) .ptce-name").all_inner_texts()
        assert (found, shown) == (results, listed), words
        page.get_by_role("searchbox").fill("")
        assert page.locator(".ptce-poles li:not([hidden])").count() == 5, words


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


def test_panel_and_footer_fold_when_the_window_turns_narrow(open_page):
    page = open_page(pole_map(members_of()))
    opened = "[ptceMap.page.panelOpen, ptceMap.page.footer.open]"
    assert page.evaluate(opened) == [True, True]
    page.set_viewport_size(PHONE)
    page.wait_for_function("() => !ptceMap.page.panelOpen")
    assert page.evaluate(opened) == [False, False]
    page.locator(".ptce-fold").click()
    page.set_viewport_size({"width": 400, "height": 700})  # narrow before too
    page.evaluate("() => new Promise(end => requestAnimationFrame(() => setTimeout(end)))")
    assert page.evaluate(opened) == [True, False]


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
    assert (
        "Aucune structure de la liste n’a pu être localisée." in page.locator("body").inner_text()
    )
    assert page.evaluate("ptceMap.page.view('departements').count()") == 101


def test_many_members_are_drawn_on_a_canvas_and_can_be_clicked(open_page):
    n = 2001
    page = open_page(pole_map(crowd(n, spacing=0.05)))
    assert page.evaluate(DRAWN) == ["canvas", n]
    assert circles(page).count() == 0
    for rank in (0, 1234, n - 1):
        page.evaluate(
            "i => { const {map} = ptceMap.page; const {members} = ptceMap.page.view('poles');"
            " map.setView(members[i].latlng, 10, {animate: false}); }",
            rank,
        )
        click_member(page, rank)
        assert page.locator(".leaflet-popup h2").inner_text() == f"Membre {rank}"
        close_popup(page)
    page.get_by_role("checkbox", name="Culture").uncheck()
    assert page.evaluate("ptceMap.page.view('poles').count()") == 0


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
