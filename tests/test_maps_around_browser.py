"""What stands around the map: insets, table, the view in the address, two maps, paper."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import folium
import numpy as np
import pytest
from maps_frames import LOCATED, ROWS, crowd, members_of, poles
from shapely import Point

from ptce_geo import pole_map, schema
from ptce_geo.maps.content import Areas, Content, MapClass
from ptce_geo.maps.element import folium_map
from ptce_geo.maps.frame import france_views, land
from ptce_geo.maps.palettes import LAND_COLOUR
from ptce_geo.territories import read_territories, territory_topology

PHONE = {"width": 390, "height": 844}
OVERSEAS = ("guadeloupe", "martinique", "guyane", "reunion", "mayotte")
LAND = LAND_COLOUR.lower()
SEA = "#dfe6ea"
BLUES = ("#c6dbef", "#6baed6", "#08519c")
REDS = ("#fee0d2", "#fb6a4a")

# Pixels of each opaque colour in the canvases of an inset, those with 20 or more.
COLOURS = """([view, rank]) => {
  const canvas = document.querySelectorAll(`[data-view="${view}"] canvas`)[rank];
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const pen = copy.getContext("2d", { willReadFrequently: true });
  pen.drawImage(canvas, 0, 0);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
  const counts = {};
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] < 255) continue;
    const parts = [...data.slice(i, i + 3)].map((part) => part.toString(16).padStart(2, "0"));
    const hex = `#${parts.join("")}`;
    counts[hex] = (counts[hex] || 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).filter(([, n]) => n >= 20));
}"""
# Insets are drawn right after a frame; the second one is later than that.
NEXT_FRAME = """() => new Promise((done) =>
  requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(() => setTimeout(done)))))"""


def colours(page, view, rank=0):
    """Return the colours in an inset, once what was asked for is drawn."""
    page.evaluate(NEXT_FRAME)
    return page.evaluate(COLOURS, [view, rank])


def switch(page, key):
    return page.locator(f'input[data-layer="{key}"]')


def areas(key, title, palette):
    """Every département, in the class of its rank."""
    territories = read_territories("departement")
    topology = territory_topology(territories)
    n = len(topology.codes)
    return Areas(
        key=key,
        title=title,
        topology=topology,
        names=tuple(territories.loc[list(topology.codes), schema.NAME]),
        classes=tuple(MapClass(f"classe {colour}", colour) for colour in palette),
        class_of=(np.arange(n) % len(palette)).astype(np.int8),
        values=np.arange(n) / 8,
        decimals=1,
    )


def content(*layers, **fields):
    views, first = france_views(np.array([2.0, 3.0]), np.array([43.0, 50.0]), counted=False)
    return Content(
        kind="choropleth",
        lang="fr",
        title="Essai",
        summary="",
        footer=("Source : essai",),
        first_view=first,
        views=views,
        layers=layers,
        **fields,
    )


# ----- insets ----------------------------------------------------------------------------------


def test_every_overseas_departement_is_painted_by_the_layers_that_are_on(open_page):
    page = open_page(folium_map(content(land("fr"), areas("blue", "Bleus", BLUES))))
    for view, code in zip(OVERSEAS, ("971", "972", "973", "974", "976"), strict=True):
        its_class = page.evaluate(
            "code => { const { layer } = ptceMap.page.view('blue');"
            " return layer.classOf[layer.topology.codes.indexOf(code)]; }",
            code,
        )
        seen = colours(page, view)
        assert set(BLUES) & set(seen) == {BLUES[its_class]}
        assert seen[SEA] > 1000
    switch(page, "blue").uncheck()
    for view in OVERSEAS:
        assert set(colours(page, view)) >= {LAND, SEA}
        assert not set(BLUES) & set(colours(page, view))
    switch(page, "blue").check()
    assert set(BLUES) & set(colours(page, "guyane"))


def test_a_member_is_in_its_inset_at_its_place_and_goes_with_its_pole(open_page):
    page = open_page(pole_map(members_of(), poles=poles()))
    page.evaluate(NEXT_FRAME)
    size = page.locator('[data-view="reunion"] canvas').evaluate("c => [c.clientWidth, c.width]")
    assert size == [96, 192]  # twice as many pixels: sharp
    # The box shows 55.15 to 55.9 E in 96 - 2 x 4 pixels: 0.75 x 111320 x cos(21.125) / 88 =
    # 885 m a pixel. The member at 55.45 E, 20.88 S is 0.075 degree west and 0.245 north of the
    # middle: 8.8 pixels to the left of 48, 30.8 above it.
    pixel = """canvas => {
      const pen = new OffscreenCanvas(1, 1).getContext("2d");
      pen.drawImage(canvas, -78, -34);
      return [...pen.getImageData(0, 0, 1, 1).data];
    }"""
    ocean = page.evaluate("ptceMap.page.view('poles').poles.find(p => p.name === 'Océan').colour")
    canvas = page.locator('[data-view="reunion"] canvas')
    assert canvas.evaluate(pixel) == [*bytes.fromhex(ocean[1:]), 255]
    page.get_by_role("checkbox", name="Océan").uncheck()
    page.evaluate(NEXT_FRAME)
    assert canvas.evaluate(pixel) != [*bytes.fromhex(ocean[1:]), 255]


def test_an_inset_counts_the_members_shown_and_draws_the_seats(open_page):
    its_poles = poles()
    its_poles.geometry = [Point(55.55, -21.1), *its_poles.geometry[1:]]
    page = open_page(pole_map(members_of(), poles=its_poles))
    button = page.locator('[data-view="reunion"]')
    culture = page.evaluate("ptceMap.page.view('poles').poles[0].colour")
    page.evaluate(NEXT_FRAME)
    assert culture.upper() in [colour.upper() for colour in colours(page, "reunion")]
    page.get_by_role("checkbox", name="Océan").uncheck()
    assert button.get_attribute("aria-label") == "Aller à\u00a0: La Réunion, 0 structure"
    assert button.locator(".ptce-count").inner_text() == "0"
    page.get_by_role("button", name="Aucun", exact=True).click()
    everywhere = page.locator('[data-view="metropole"]')
    assert everywhere.get_attribute("aria-label") == "Aller à\u00a0: Métropole, 0 structure"
    page.evaluate(NEXT_FRAME)
    assert culture.upper() not in [colour.upper() for colour in colours(page, "reunion")]
    page.get_by_role("button", name="Tous", exact=True).click()
    assert button.locator(".ptce-count").inner_text() == "1"
    assert everywhere.get_attribute("aria-label") == "Aller à\u00a0: Métropole, 5 structures"


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, PHONE], ids=["desk", "phone"])
def test_an_inset_goes_to_the_true_place_and_says_so(open_page, size):
    page = open_page(pole_map(members_of(), poles=poles()), size=size)
    button = page.locator('[data-view="reunion"]')
    assert button.get_attribute("aria-label") == "Aller à\u00a0: La Réunion, 1 structure"
    labels = page.locator("[data-view]").evaluate_all("all => all.map(e => e.ariaLabel)")
    assert labels[0] == "Aller à\u00a0: Métropole, 5 structures"
    assert labels[1] == "Aller à\u00a0: Guadeloupe, 0 structure"
    button.click()
    place = page.evaluate("ptceMap.page.map.getCenter()")
    assert abs(place["lat"] + 21.1) < 0.5
    assert abs(place["lng"] - 55.5) < 0.7
    page.locator('[data-view="metropole"]').click()
    # All of the métropole is on the screen, and nothing that stands around the map is over it.
    for latitude, longitude in [(51.1, 2.5), (41.4, 9.2), (48.4, -5.1), (48.9, 8.2), (42.3, 3.2)]:
        point = page.evaluate(
            "([lat, lon]) => ptceMap.page.map.latLngToContainerPoint([lat, lon])",
            [latitude, longitude],
        )
        over = page.evaluate(
            "({x, y}) => !!document.elementFromPoint(x, y)"
            ".closest('.ptce-views, .ptce-panel, .ptce-footer')",
            point,
        )
        assert not over, (latitude, longitude)


def test_without_counts_no_number_is_told(open_page):
    page = open_page(folium_map(content(land("fr"))))
    button = page.locator('[data-view="mayotte"]')
    assert button.get_attribute("aria-label") == "Aller à\u00a0: Mayotte"
    assert button.inner_text().strip() == "Mayotte"


def test_insets_are_whole_in_low_windows(open_page):
    page = open_page(pole_map(members_of()))
    for height in (320, 560, 640, 1000):
        page.set_viewport_size({"width": 1280, "height": height})
        page.evaluate(NEXT_FRAME)
        footer = page.locator(".ptce-footer").bounding_box()
        for view in OVERSEAS:
            box = page.locator(f'[data-view="{view}"]').bounding_box()
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= footer["y"]


# ----- table -----------------------------------------------------------------------------------

HOSTILE = [
    "=1+1", "+33 1", "-5 %", "@nom", "\tTab", "\rRetour", 'Le "Bon"; coin', "Deux\nlignes",
    "Virgule, point", "</script><script>alert(1)</script>", "{{ 7 * 7 }}",
]  # fmt: skip


def hostile_members():
    return members_of([(name, *ROWS[0][1:6], -4.4861, 48.39, "Brest") for name in HOSTILE])


def downloaded(page):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile("CSV")).first.click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


@pytest.mark.parametrize(
    ("lang", "separator", "longitude"), [("fr", ";", "-4,4861"), ("en", ",", "-4.4861")]
)
def test_the_csv_file_holds_the_data(open_page, lang, separator, longitude):
    page = open_page(pole_map(hostile_members(), lang=lang, title="Pôles de l’Été : 2026"))
    page.evaluate("window.before = ptceMap.page.view('poles').table()")
    table = page.evaluate("window.before")
    name, written = downloaded(page)
    assert name.startswith("poles-de-l-ete-2026")
    assert name.endswith(".csv")
    assert written.startswith(b"\xef\xbb\xbf")
    assert written.endswith(b"\r\n")
    text = written.decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    assert head == table["columns"]
    assert len(rows) == len(HOSTILE)
    names = [row[1] for row in rows]
    # What a spreadsheet would run has an apostrophe before it; figures have none.
    assert names == [f"'{name}" if name[0] in "=+-@\t\r" else name for name in HOSTILE]
    assert {row[-1] for row in rows} == {longitude}


def test_each_layer_with_a_table_has_its_file(open_page):
    page = open_page(
        folium_map(content(areas("blue", "Bleus", BLUES), areas("red", "Rouges", REDS)))
    )
    names = []
    for title in ("Bleus", "Rouges"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=f"Télécharger le tableau (CSV) : {title}").click()
        names.append(waiting.value.suggested_filename)
        rows = list(
            csv.reader(io.StringIO(waiting.value.path().read_text("utf-8-sig")), delimiter=";")
        )
        assert len(rows) == 1 + 101
        values = [row[2] for row in rows[1:]]
        assert values == [f"{n / 8:g}".replace(".", ",") for n in range(101)]
    assert names == ["essai-bleus.csv", "essai-rouges.csv"]


def test_the_table_is_read_with_the_keyboard(open_page):
    page = open_page(pole_map(crowd(250)))
    opener = page.get_by_role("button", name=re.compile("Voir le tableau")).first
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert dialog.evaluate("d => d.contains(document.activeElement)")
    rows = dialog.locator("tbody tr")
    status = dialog.get_by_role("status")
    assert rows.count() == 200
    assert status.inner_text() == "Lignes affichées\u00a0: 200 sur 250"
    more = dialog.get_by_role("button", name="Afficher la suite")
    more.press("Enter")
    assert rows.count() == 250
    assert not more.is_visible()
    # Names as in a dictionary, figures within them by size; the other way round the second time.
    head = dialog.get_by_role("columnheader", name="Structure")
    for order, first in [("ascending", "Membre 0"), ("descending", "Membre 249")]:
        head.get_by_role("button").press("Enter")
        assert head.get_attribute("aria-sort") == order
        assert rows.first.locator("td").first.inner_text() == first
    dialog.get_by_role("textbox").fill("membre 24")
    assert status.inner_text() == "Lignes affichées\u00a0: 11 sur 11"  # 24 and 240 to 249
    assert rows.first.locator("td").first.inner_text() == "Membre 249"
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert opener.evaluate("button => button === document.activeElement")


def test_hostile_texts_stay_texts_in_the_table(open_page):
    page = open_page(pole_map(hostile_members()))
    page.get_by_role("button", name=re.compile("Voir le tableau")).first.click()
    cells = page.locator(".ptce-table tbody tr > :nth-child(2)").all_text_contents()
    assert cells == HOSTILE
    # The wheel over the window scrolls it, not the map below.
    zoom = page.evaluate("ptceMap.page.map.getZoom()")
    page.locator(".ptce-table-scroll").hover()
    page.mouse.wheel(0, 300)
    page.evaluate(NEXT_FRAME)
    assert page.evaluate("ptceMap.page.map.getZoom()") == zoom


# ----- the address -----------------------------------------------------------------------------

SHOWN = """() => {
  const { map, views } = ptceMap.page;
  const { lat, lng } = map.getCenter();
  return [lat.toFixed(3), lng.toFixed(3), map.getZoom().toFixed(2),
    views.map((view) => [view.key, view.on, view.state ? view.state() : ""])];
}"""


def test_the_address_brings_view_layers_and_poles_back(open_page):
    page = open_page(pole_map(members_of(), poles=poles()))
    assert page.evaluate("location.hash") == ""  # as it opens, the address says nothing
    page.evaluate("void ptceMap.page.map.setView([45.25, 4.75], 9, {animate: false})")
    switch(page, "land").or_(switch(page, "departements")).first.uncheck()
    page.get_by_role("checkbox", name="Bois").uncheck()
    page.wait_for_function(
        "() => location.hash.includes('off=') && location.hash.includes('poles=')"
    )
    address = page.evaluate("location.hash")
    assert address.startswith("#map=45.2500,4.7500,9&off=")
    other = open_page(pole_map(members_of(), poles=poles()), fragment=address)
    assert other.evaluate(SHOWN) == page.evaluate(SHOWN)
    assert not other.get_by_role("checkbox", name="Bois").is_checked()
    # A link without them, in the same window, shows them again.
    other.evaluate("void (location.hash = '#map=46.0000,2.0000,7')")
    other.wait_for_function("() => ptceMap.page.map.getZoom() === 7")
    assert other.get_by_role("checkbox", name="Bois").is_checked()
    assert all(on for _, on, _ in other.evaluate(SHOWN)[3])


def test_the_first_view_comes_back_from_the_copied_link(open_page):
    map_ = pole_map(members_of(), poles=poles())
    page = open_page(map_, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copier le lien").click()
    page.get_by_text("Lien copié").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    address, mark, fragment = link.partition("#")
    assert address == page.url
    assert open_page(map_, fragment=mark + fragment).evaluate(SHOWN) == page.evaluate(SHOWN)


def test_a_link_that_the_browser_does_not_copy_is_there_to_copy(open_page):
    page = open_page(pole_map(members_of()))
    page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject(new Error()))")
    page.get_by_role("button", name="Copier le lien").click()
    field = page.get_by_role("textbox", name="Lien de cette vue, à copier")
    field.wait_for()
    assert field.input_value().startswith(f"{page.url}#map=")
    assert field.evaluate("f => [f.selectionStart, f.selectionEnd === f.value.length]") == [0, True]


HOSTILE_ADDRESSES = [
    "#nowhere",
    "#map=",
    "#map=1e999,NaN,Infinity",
    "#map=91,0,6",
    "#map=45,200,6",
    "#map=45,2,99",
    "#map=45,2,6,7;8",
    "#map=%E0%A4%A&off=%",
    "#off=__proto__,constructor,<img src=x onerror=alert(1)>",
    "#on=nothing&off=nothing&poles=off.999.-1.x.1e9~year.~~sector.<b>",
    "#poles=" + "off.1." * 30000,
    "#&&&===&map&off",
]
FOLLOW = """(link) => new Promise((done) => {
  addEventListener("hashchange", () => setTimeout(done), { once: true });
  location.hash = link;
})"""


def test_a_broken_or_hostile_address_changes_nothing(open_page):
    page = open_page(pole_map(members_of(), poles=poles()), fragment=HOSTILE_ADDRESSES[-2])
    before = page.evaluate(SHOWN)
    assert page.evaluate("location.hash.length") > 20000  # too long to be one of ours
    for address in HOSTILE_ADDRESSES:
        page.evaluate(FOLLOW, address)
        assert page.evaluate(SHOWN) == before, address
    assert page.evaluate("ptceMap.page.view('poles').count()") == LOCATED


def test_an_address_never_turns_on_a_base_map(open_page):
    page = open_page(
        pole_map(members_of()), fragment="#map=46.5000,2.5000,6&on=ign,osm,base&base=ign"
    )
    assert page.evaluate("ptceMap.page.baseMap") is None
    assert page.asked == []


# ----- two maps --------------------------------------------------------------------------------


@pytest.fixture
def comparison():
    layers = land("fr"), areas("blue", "Bleus", BLUES), areas("red", "Rouges", REDS)
    return folium_map(replace(content(*layers, compare=("blue", "red")), kind="comparison"))


APART = """() => {
  const { map, otherMap } = ptceMap.page;
  const place = (each) => each.project(each.getCenter(), each.getZoom());
  return [map.getZoom() - otherMap.getZoom(), Math.round(place(map).distanceTo(place(otherMap)))];
}"""


def middle(page, side):
    box = page.locator(".ptce-side .leaflet-container").nth(side).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, PHONE], ids=["desk", "phone"])
def test_two_maps_show_the_same_part_of_the_world(open_page, comparison, size):
    page = open_page(comparison, size=size)
    titles = page.locator(".ptce-side > h2").all_inner_texts()
    assert titles == ["Bleus", "Rouges"]
    boxes = [page.locator(".ptce-side .leaflet-container").nth(n).bounding_box() for n in (0, 1)]
    assert (boxes[0]["width"], boxes[0]["height"]) == (boxes[1]["width"], boxes[1]["height"])
    assert page.evaluate(APART) == [0, 0]
    assert page.evaluate("['blue', 'red'].map((key) => ptceMap.page.view(key).count())") == [
        101,
        101,
    ]
    for side in (0, 1):
        before = page.evaluate("ptceMap.page.map.getCenter()")
        x, y = middle(page, side)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 60, y + 35, steps=4)
        assert page.evaluate(APART) == [0, 0]  # while it is dragged too
        page.mouse.up()
        page.wait_for_function(f"() => JSON.stringify(({APART})()) === '[0,0]'")
        assert page.evaluate("ptceMap.page.map.getCenter()") != before
    page.locator('[data-view="guyane"]').click()
    assert page.evaluate(APART) == [0, 0]
    zoom = page.evaluate("ptceMap.page.map.getZoom()")
    zoomed = """([least, most]) => {
      const { map, otherMap } = ptceMap.page;
      const zooms = [map.getZoom(), otherMap.getZoom()];
      return zooms.every((each) => least <= each && each <= most) && !otherMap._animatingZoom;
    }"""
    page.locator(".leaflet-control-zoom-in").click()
    page.wait_for_function(zoomed, arg=[zoom + 0.5, zoom + 1.5])
    assert page.evaluate(APART) == [0, 0]
    page.locator(".ptce-side .leaflet-container").nth(1).focus()
    page.keyboard.press("-")
    page.wait_for_function(zoomed, arg=[zoom - 0.5, zoom + 0.5])
    page.wait_for_function(f"() => JSON.stringify(({APART})()) === '[0,0]'")


def test_both_maps_tell_of_the_territory_under_the_mouse(open_page, comparison):
    page = open_page(comparison)
    for side in (0, 1):
        page.mouse.move(*middle(page, side))
        tips = page.locator(".ptce-tip")
        tips.nth(1).wait_for()
        names = [tips.nth(n).locator("bdi").first.inner_text() for n in (0, 1)]
        assert names[0] == names[1]
        page.mouse.move(100, 790)
        tips.first.wait_for(state="detached")
        assert tips.count() == 0


def test_each_inset_shows_both_maps(open_page, comparison):
    page = open_page(comparison)
    for view in OVERSEAS:
        assert len(set(colours(page, view, 0)) & set(BLUES)) == 1
        assert len(set(colours(page, view, 1)) & set(REDS)) == 1
    switch(page, "red").uncheck()
    assert LAND in colours(page, "guyane", 1)
    assert len(set(colours(page, "guyane", 0)) & set(BLUES)) == 1


def test_layers_of_the_user_stay_on_the_left_map(open_page, comparison):
    folium.CircleMarker([46.5, 2.5], fill=True).add_to(comparison)
    page = open_page(comparison)
    assert page.locator(".ptce-side:first-child path.leaflet-interactive").count() == 1
    assert page.locator(".ptce-side:last-child path.leaflet-interactive").count() == 0


# ----- paper -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, PHONE], ids=["desk", "phone"])
def test_on_paper_there_is_what_is_read_and_nothing_to_press(open_page, size):
    page = open_page(pole_map(members_of(), poles=poles(), source="Liste d’essai"), size=size)
    switch(page, "ties").evaluate("box => box.click()")  # on a phone the panel is folded
    before = page.evaluate(SHOWN)
    middle_of = "ptceMap.page.map.getBounds().contains([46.5, 2.5])"
    assert page.evaluate(middle_of)
    page.emulate_media(media="print")
    page.locator(".ptce-paper").wait_for()
    for hidden in (".leaflet-control-zoom", ".ptce-searching", ".ptce-fold", ".ptce-places",
                   ".ptce-link", ".ptce-panel input"):  # fmt: skip
        assert not page.locator(hidden).first.is_visible(), hidden
    for shown in ("h1", ".ptce-legend", ".ptce-footer p", ".ptce-inset canvas", ".ptce-poles"):
        assert page.locator(shown).first.is_visible(), shown
    assert not page.get_by_text("Liens vers le siège").is_visible()  # off: not on the map
    box = page.locator(".ptce-paper").bounding_box()
    assert (round(box["width"]), round(box["height"])) == (1047, 714)  # 277 x 189 mm
    assert page.evaluate(middle_of)
    page.emulate_media(media="screen")
    page.locator(".ptce-paper").wait_for(state="detached")
    assert page.evaluate(SHOWN) == before


def test_of_more_poles_than_the_paper_holds_it_lists_what_fits(open_page):
    many = [(f"Membre {i}", f"P{i}", f"Pôle {i}", *ROWS[0][3:]) for i in range(60)]
    page = open_page(pole_map(members_of(many)))
    page.emulate_media(media="print")
    page.locator(".ptce-paper").wait_for()
    listed = page.locator(".ptce-poles li:visible").count()
    assert 10 < listed < 60
    assert page.locator(".ptce-more").inner_text() == f"et {60 - listed} de plus"
    body = page.locator(".ptce-panel-body")
    assert body.evaluate("body => body.scrollHeight - body.clientHeight") == 0
    page.emulate_media(media="screen")
    page.locator(".ptce-paper").wait_for(state="detached")
    assert page.locator(".ptce-poles li:visible").count() == 60
    assert not page.locator(".ptce-more").is_visible()


def test_the_print_fits_one_page(open_page):
    page = open_page(pole_map(members_of(), poles=poles()))
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert re.search(rb"/MediaBox\s*\[0 0 84[12][.\d]* 59[45]", printed)  # A4, landscape
    page.locator(".ptce-paper").wait_for(state="detached")
