"""Circles, lines and points in a headless Chromium, the network off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from maps_frames import PHONE

from ptce_geo.maps.content import Circles, Content, Lines, MapClass, Points
from ptce_geo.maps.element import folium_map
from ptce_geo.maps.frame import france_views

LYON = (4.835, 45.764)
CLASSES = (
    MapClass("Associations", "#4477AA"),
    MapClass("Coopératives", "#EE6677"),
    MapClass("Mutuelles", "#228833", "hatch"),
)
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} ${alert(1)} `alert(1)`",
    "javascript:alert(1)",
    "\u202eétrange",
    "x" * 2000,
)


def map_of(*layers, around=None):
    longitude, latitude = np.array(around or [LYON], dtype=float).T
    views, first = france_views(longitude, latitude)
    return folium_map(
        Content(
            kind="test",
            lang="fr",
            title="Essai",
            summary="",
            footer=(),
            first_view=first,
            views=views,
            layers=layers,
        )
    )


def points(places, *, class_of=None, names=None, facts=None):
    longitude, latitude = np.array(places, dtype=float).reshape(-1, 2).T
    n = len(longitude)
    return Points(
        key="points",
        title="Structures",
        longitude=longitude,
        latitude=latitude,
        names=names or [f"Structure {i}" for i in range(n)],
        classes=CLASSES,
        class_of=np.array(np.zeros(n) if class_of is None else class_of, dtype=np.int32),
        facts=facts or {},
    )


def crowd(n, *, seed):
    """Points of towns and villages, a third of them at places of others."""
    rng = np.random.default_rng(seed)
    towns = rng.uniform((-4, 43), (7, 50), (40, 2))
    places = towns[rng.integers(0, 40, n)] + rng.normal(0, 10 ** rng.uniform(-5, 0, (n, 1)), (n, 2))
    again = rng.random(n) < 1 / 3
    places[again] = places[rng.integers(0, n, again.sum())]
    return points(places, class_of=rng.integers(0, 3, n))


def circles(**changes):
    """Bordeaux 100, Lyon 400 and under it Villeurbanne 25, Brest 0."""
    layer = Circles(
        key="circles",
        title="Emplois",
        longitude=np.array([-0.58, 4.835, 4.88, -4.49]),
        latitude=np.array([44.84, 45.764, 45.77, 48.39]),
        names=["Bordeaux", "Lyon", "Villeurbanne", "Brest"],
        values=np.array([1234.5, 4938.0, 308.6, 0.0]),
        radius=np.array([12.0, 24.0, 6.0, 0.0]),
        colour="#1f5673",
        legend=[(5000.0, 24.2), (1000.0, 10.8)],
        decimals=1,
        unit="ETP",
        notes=["Surface proportionnelle aux emplois."],
        facts={"Région": ["Nouvelle-Aquitaine", "Rhône-Alpes", "Rhône-Alpes", None]},
        codes=["33063", "69123", "69266", "29019"],
    )
    return replace(layer, **changes)


def lines():
    return Lines(
        key="lines",
        title="Membres communs",
        ends=np.array([[-0.58, 44.84, 4.835, 45.764], [4.835, 45.764, -4.49, 48.39]]),
        names=["Bois – Culture", "Culture – Océan"],
        width=np.array([2.0, 6.0]),
        colour="#b0413e",
        legend=[("1 membre", 2.0), ("3 membres", 6.0)],
        facts={"Membres communs": ["1", "3"]},
    )


def settle(page):
    """Wait until what was asked of the canvas is drawn."""
    frame = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    page.evaluate(frame)


def go(page, place, zoom):
    longitude, latitude = place
    view = f"[{latitude}, {longitude}], {zoom}, {{animate: false}}"
    page.evaluate(f"void ptceMap.page.map.setView({view})")
    settle(page)


def zoomed(page):
    """Wait until the zoom that a click began has ended."""
    page.wait_for_timeout(100)
    for _ in range(50):
        if not page.evaluate("ptceMap.page.map._animatingZoom"):
            break
        page.wait_for_timeout(100)
    settle(page)


def at(page, place):
    """Where a place is on the screen."""
    longitude, latitude = place
    return page.evaluate(
        "(to) => (({x, y}) => [x, y])(ptceMap.page.map.latLngToContainerPoint(to))",
        [latitude, longitude],
    )


def told(page):
    """What the tooltip says; None where there is none but one that fades away."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".ptce-tip")]
          .filter((tip) => tip.style.opacity !== "0").map((tip) => tip.innerText)[0] ?? null"""
    )


def hover(page, place, *, beside=0):
    x, y = at(page, place)
    page.mouse.move(x, y + beside)
    return told(page)


def click(page, place):
    page.mouse.click(*at(page, place))


def popup(page):
    """The popup that is open, not one that fades away."""
    return page.locator(".leaflet-popup:not([style*='opacity: 0']) .leaflet-popup-content")


def lines_of(text):
    return [line for line in text.split("\n") if line]


def pixel(page, pane, place):
    """Red, green, blue and alpha of the canvas of a pane at a place."""
    return page.evaluate(
        """([pane, x, y]) => {
          const canvas = document.querySelector(`.leaflet-${pane}-pane canvas`);
          const box = canvas.getBoundingClientRect();
          return [...canvas.getContext("2d").getImageData(x - box.x, y - box.y, 1, 1).data];
        }""",
        [pane, *at(page, place)],
    )


def view(page, what, key="points"):
    return page.evaluate(f"ptceMap.page.view('{key}').{what}")


# ----- points: the counts ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2])
def test_at_every_zoom_each_point_is_in_one_mark(open_page, seed):
    layer = crowd(1000, seed=seed)
    page = open_page(map_of(layer))
    assert view(page, "count()") == 1000
    below = None
    for zoom in range(18, -1, -1):
        marks = view(page, f"clusters({zoom})")
        assert sorted(i for mark in marks for i in mark) == list(range(1000))
        mark_of = {i: rank for rank, mark in enumerate(marks) for i in mark}
        for mark in below or ():  # what is one below is one above, or dots of a group with room
            assert len({mark_of[i] for i in mark}) == 1 or len(mark) <= 4
        below = marks
    assert len(marks) < 5
    assert max(len(mark) for mark in view(page, "clusters(18)")) > 1


def test_any_classes_turned_off_are_missing_from_the_counts_and_nothing_else(open_page):
    layer = crowd(300, seed=4)
    page = open_page(map_of(layer))
    for off in [(), (0,), (0, 2), (0, 1, 2), (1,)]:
        for rank in range(3):
            page.locator(f"[data-class='{rank}']").set_checked(rank not in off)
        shown = [i for i, its in enumerate(layer.class_of) if its not in off]
        assert view(page, "count()") == len(shown)
        for zoom in (0, 6, 12, 18):
            marks = view(page, f"clusters({zoom})")
            assert sorted(i for mark in marks for i in mark) == shown
    page.locator("[data-layer=points]").uncheck()
    assert view(page, "count()") == 0


def test_the_legend_counts_the_points_of_each_class(open_page):
    page = open_page(map_of(points([LYON] * 1200, class_of=[0] * 1100 + [1] * 100)))
    assert page.locator(".ptce-block .ptce-classes").inner_text().split("\n") == [
        "Associations",
        "1\u202f100",
        "Coopératives",
        "100",
        "Mutuelles",
        "0",
    ]


# ----- points: the mouse -----------------------------------------------------------------------


def test_a_dot_has_the_colour_of_its_class_and_a_hollow_one_a_line_in_it(open_page):
    places = [LYON, (5.2, 45.764), (5.6, 45.764)]
    page = open_page(map_of(points(places, class_of=[0, 1, 2])))
    go(page, LYON, 10)
    assert pixel(page, "ptce-points", places[0]) == [0x44, 0x77, 0xAA, 255]
    assert pixel(page, "ptce-points", places[1]) == [0xEE, 0x66, 0x77, 255]
    assert pixel(page, "ptce-points", places[2]) == [255, 255, 255, 255]
    assert pixel(page, "ptce-points", (5.4, 45.764))[3] == 0


def test_hover_and_click_tell_a_dot(open_page):
    layer = points(
        [LYON, (5.2, 45.764)],
        class_of=[1, 0],
        names=["La Fabrique", "Le Rabot"],
        facts={"Commune": ["Lyon", None], "Effectif": ["12", "3"]},
    )
    page = open_page(map_of(layer))
    go(page, LYON, 10)
    assert hover(page, LYON) == "La Fabrique\nCoopératives"
    assert hover(page, LYON, beside=30) is None
    click(page, LYON)
    assert lines_of(popup(page).inner_text()) == [
        "La Fabrique",
        "Coopératives",
        "Commune",
        "Lyon",
        "Effectif",
        "12",
    ]
    assert told(page) is None  # the popup says it
    page.evaluate("void ptceMap.page.map.closePopup()")
    click(page, (5.2, 45.764))
    assert "Commune" not in popup(page).inner_text()  # not known of it


def test_a_finger_opens_a_dot_too(open_page):
    page = open_page(map_of(points([LYON])), size=PHONE, has_touch=True)
    go(page, LYON, 10)
    page.touchscreen.tap(*at(page, LYON))
    assert "Structure 0" in popup(page).inner_text()


def test_a_cluster_tells_its_classes_and_opens_into_dots(open_page):
    places = [(4.80, 45.76), (4.81, 45.76), (4.80, 45.77), (4.81, 45.77), (4.805, 45.765)]
    page = open_page(map_of(points(places, class_of=[0, 0, 0, 1, 1])))
    go(page, places[4], 9)
    assert view(page, "clusters(9)") == [[0, 1, 2, 3, 4]]
    assert lines_of(hover(page, places[4])) == [
        "5 points",
        "Associations",
        "3",
        "Coopératives",
        "2",
    ]
    click(page, places[4])
    zoomed(page)
    assert page.evaluate("ptceMap.page.map.getZoom()") > 10
    assert len(view(page, "drawn.dots")) == 5
    assert popup(page).count() == 0
    assert hover(page, places[3]) == "Structure 3\nCoopératives"


def test_points_at_one_place_open_a_list(open_page):
    page = open_page(map_of(points([LYON] * 150)))
    go(page, LYON, 7)
    click(page, LYON)
    assert popup(page).locator("h2").inner_text() == "150 points à cet endroit"
    assert popup(page).locator("li").count() == 100
    assert "et 50 de plus" in popup(page).inner_text()
    assert page.evaluate("ptceMap.page.map.getZoom()") == 7
    popup(page).locator("li button").nth(7).click()
    assert popup(page).locator("h2").inner_text() == "Structure 7"


def test_at_the_deepest_zoom_points_that_touch_are_listed(open_page):
    near = [(LYON[0] + i * 1e-5, LYON[1]) for i in range(6)]  # 0.8 m apart
    page = open_page(map_of(points(near)))
    go(page, LYON, 18)
    click(page, LYON)
    assert popup(page).locator("li").count() == 6


# ----- points: search, address, table ----------------------------------------------------------


def test_the_search_finds_names_and_facts_and_goes_there(open_page):
    layer = points(
        [LYON, (-1.55, 47.22), (55.45, -20.88)],
        class_of=[0, 1, 2],
        names=["Atelier vélo", "L’Île aux vélos", "Case à lire"],
        facts={"Commune": ["Lyon", "Nantes", "Saint-Denis"]},
    )
    page = open_page(map_of(layer))
    page.locator("[data-class='1']").uncheck()
    field, results = page.locator(".ptce-search"), page.locator(".ptce-result")
    field.fill("VELO")
    assert [each.inner_text().split("\n")[0] for each in results.all()] == layer.names[:2]
    assert view(page, "found") == [1, 1, 0]
    field.fill("saint denis")
    assert results.count() == 1
    results.first.click()
    assert popup(page).locator("h2").inner_text() == "Case à lire"
    assert page.evaluate("ptceMap.page.map.getCenter().lng") == pytest.approx(55.45, abs=0.02)
    field.fill("nantes")
    results.first.click()
    assert page.locator("[data-class='1']").is_checked()  # else it would not be on the map
    field.fill("")
    assert view(page, "found") is None


def test_names_that_begin_so_come_first_and_the_number_is_of_all(open_page):
    names = [f"Le Bois {i}" for i in range(30)] + ["Bois et forêts"]
    page = open_page(map_of(points([LYON] * 31, names=names)))
    found = page.evaluate(
        "(f => [f.total, f.length, f[0].name])(ptceMap.page.view('points').search('bois'))"
    )
    assert found == [31, 20, "Bois et forêts"]


def test_an_exact_name_is_first_and_the_list_says_of_how_many(open_page):
    names = [f"Bois {i}" for i in range(30)] + ["Bois"]
    page = open_page(map_of(points([LYON] * 31, names=names)))
    page.locator(".ptce-search").fill("bois")
    assert page.locator(".ptce-result .ptce-clamp").first.inner_text() == "Bois"
    assert page.locator(".ptce-searching [role=status]").inner_text() == "Résultats\u00a0: 8 sur 31"


def test_the_address_keeps_the_classes_turned_off(open_page):
    layer = points([LYON] * 6, class_of=[0, 0, 0, 1, 1, 2])
    page = open_page(map_of(layer), fragment="#points=0,2,nonsense")
    assert view(page, "count()") == 2
    assert [page.locator(f"[data-class='{i}']").is_checked() for i in range(3)] == [0, 1, 0]
    assert view(page, "state()") == "0,2"


def test_the_table_has_every_point(open_page):
    layer = points([LYON, (55.45, -20.88)], class_of=[0, 2], facts={"Commune": ["Lyon", None]})
    page = open_page(map_of(layer))
    table = view(page, "table()")
    assert table["columns"] == ["Nom", "Catégorie", "Commune", "Longitude", "Latitude"]
    assert table["rows"] == [
        ["Structure 0", "Associations", "Lyon", 4.835, 45.764],
        ["Structure 1", "Mutuelles", None, 55.45, -20.88],
    ]


# ----- points: the edges -----------------------------------------------------------------------


def test_no_point_at_all(open_page):
    page = open_page(map_of(points([])))
    assert view(page, "count()") == 0
    assert view(page, "clusters(5)") == []
    page.locator(".ptce-search").fill("x")
    page.locator("[data-class='0']").uncheck()
    assert hover(page, LYON) is None


def test_overseas_points_are_drawn_at_their_place_and_in_their_inset(open_page):
    reunion = (55.45, -21.1)
    layer = points([reunion, (-61.55, 16.25), LYON])
    page = open_page(map_of(layer, around=[reunion, (-61.55, 16.25), LYON]))
    page.locator("[data-view=reunion]").click()
    settle(page)
    assert hover(page, reunion) == "Structure 0\nAssociations"
    blue = page.evaluate(
        """() => {
          const canvas = document.querySelector("[data-view=reunion] canvas");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let n = 0;
          for (let i = 0; i < data.length; i += 4) n += data[i] === 0x44 && data[i + 2] === 0xAA;
          return n;
        }"""
    )
    assert blue > 10


def test_hostile_texts_are_told_as_texts(open_page):
    labels = tuple(replace(each, label=HOSTILE[0]) for each in CLASSES)
    layer = points([LYON] * len(HOSTILE), names=list(HOSTILE), facts={HOSTILE[1]: list(HOSTILE)})
    page = open_page(map_of(circles(names=list(HOSTILE[:4])), replace(layer, classes=labels)))
    go(page, LYON, 10)
    assert HOSTILE[0] in hover(page, LYON)
    assert HOSTILE[1] in hover(page, LYON, beside=20)
    click(page, LYON)
    assert popup(page).locator("li").all_inner_texts() == list(HOSTILE)
    popup(page).locator("li button").nth(1).click()
    assert popup(page).locator("h2").inner_text() == HOSTILE[1]
    page.locator(".ptce-search").fill("<script")
    assert page.locator(".ptce-result").count() > 1
    assert page.locator("img[src=x]").count() == 0


# ----- circles ---------------------------------------------------------------------------------


def test_every_value_above_zero_has_a_circle_the_smaller_on_the_larger(open_page):
    page = open_page(map_of(circles()))
    assert view(page, "count()", "circles") == 3
    go(page, LYON, 7)
    assert lines_of(hover(page, LYON, beside=20))[:2] == ["Lyon", "4\u202f938,0\u00a0ETP"]
    assert lines_of(hover(page, (4.88, 45.77)))[0] == "Villeurbanne"  # inside Lyon's circle
    assert "Rhône-Alpes" in told(page)
    assert hover(page, (-4.49, 48.39)) is None
    red, green, blue, alpha = pixel(page, "ptce-circles", (-0.58, 44.84))
    assert (red, green, blue) == pytest.approx((0x1F, 0x56, 0x73), abs=3)
    assert alpha == pytest.approx(0.6 * 255, abs=2)


def test_circles_keep_their_size_and_the_legend_tells_it(open_page):
    page = open_page(map_of(circles()))
    legend = page.locator(".ptce-sizes svg")
    assert legend.get_attribute("aria-label") == (
        "Taille des cercles\u00a0: 5\u202f000,0\u00a0ETP, 1\u202f000,0\u00a0ETP"
    )
    assert [each.get_attribute("r") for each in legend.locator("circle").all()] == ["24.2", "10.8"]
    assert "Surface proportionnelle" in page.locator(".ptce-sizes").inner_text()
    for zoom in (5, 12):
        go(page, LYON, zoom)
        assert lines_of(hover(page, LYON, beside=-22))[0] == "Lyon"
        assert hover(page, LYON, beside=-26) is None


def test_the_search_and_the_table_of_circles(open_page):
    page = open_page(map_of(circles()))
    page.locator(".ptce-search").fill("aquitaine")
    assert page.locator(".ptce-where").inner_text() == "33063 · 1\u202f234,5\u00a0ETP"
    page.locator(".ptce-result").click()
    assert lines_of(popup(page).inner_text())[:2] == ["Bordeaux", "1\u202f234,5\u00a0ETP"]
    table = view(page, "table()", "circles")
    assert table["columns"] == ["Code", "Nom", "Emplois (ETP)", "Région"]
    assert table["rows"][3] == ["29019", "Brest", 0, None]


# ----- lines -----------------------------------------------------------------------------------


def test_lines_are_told_some_pixels_beside_them(open_page):
    page = open_page(map_of(lines(), circles()))
    assert view(page, "count()", "lines") == 2
    go(page, LYON, 6)
    (x0, y0), (x1, y1) = at(page, LYON), at(page, (-4.49, 48.39))
    for beside, tells in [(14, False), (6, True), (0, True)]:
        page.mouse.move((x0 + x1) / 2, (y0 + y1) / 2 + beside)
        assert (told(page) is not None) == tells
    assert lines_of(told(page)) == ["Culture – Océan", "Membres communs", "3"]
    page.mouse.move(x0, y0 + 15)
    assert told(page).startswith("Lyon")  # circles lie on lines


def test_legend_search_and_table_of_lines(open_page):
    page = open_page(map_of(lines()))
    assert page.locator(".ptce-stroke").count() == 2
    assert "3 membres" in page.locator(".ptce-block").inner_text()
    page.locator(".ptce-search").fill("océan")
    page.locator(".ptce-result").click()
    assert popup(page).locator("h2").inner_text() == "Culture – Océan"
    assert view(page, "table()", "lines") == {
        "name": "Membres communs",
        "columns": ["Nom", "Membres communs"],
        "rows": [["Bois – Culture", "1"], ["Culture – Océan", "3"]],
    }
