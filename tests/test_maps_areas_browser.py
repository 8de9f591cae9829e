"""Layers of territories as a browser draws them: colours, borders, what is told and found."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from ptce_geo import read_territories
from ptce_geo.maps.content import Areas, Content, Histogram, MapClass
from ptce_geo.maps.element import folium_map
from ptce_geo.territories import build_topology, territory_topology

COLOURS = ("#3b1f6b", "#5a4a9c", "#8a7fc0")
FADED = [238, 240, 241]
SHARP = {"device_scale_factor": 2}

# The pixel of a layer's canvas at each of some places (longitude, latitude).
PIXELS = """([key, places]) => {
  const {canvas, map} = ptceMap.page.view(key);
  const {_container, _context, _bounds} = canvas;
  const corner = map.getPixelOrigin().add(_bounds.min);
  const ratio = _container.width / _bounds.getSize().x;
  const all = _context.getImageData(0, 0, _container.width, _container.height).data;
  return places.map(([lng, lat]) => {
    const {x, y} = map.project([lat, lng]).subtract(corner).multiplyBy(ratio).floor();
    if (x < 0 || y < 0 || x >= _container.width || y >= _container.height) return null;
    return [...all.slice(4 * (y * _container.width + x), 4 * (y * _container.width + x) + 4)];
  });
}"""
LOOK = """([lat, lng, zoom]) => {
  const {map} = ptceMap.page;
  map.options.zoomSnap = 0.25;
  map.setView([lat, lng], zoom, {animate: false});
  map.options.zoomSnap = 1;
}"""
NEXT_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def rgb(colour):
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def areas_of(territories, class_of, *, topology=None, **options):
    """A layer of these territories in as many classes as `class_of` names."""
    topology = topology or build_topology(territories)
    texts = {
        "key": "areas",
        "title": "Part de l’ESS",
        "names": list(territories["nom"]),
        "classes": [MapClass(f"classe {rank}", each) for rank, each in enumerate(COLOURS)],
    }
    return Areas(topology=topology, class_of=np.asarray(class_of, np.int8), **(texts | options))


def page_of(open_page, *layers, bounds=((43.0, 2.0), (46.0, 6.0)), views=(), **options):
    content = Content(
        kind="choropleth",
        lang="fr",
        title="Essai",
        summary="",
        footer=("essai",),
        first_view=bounds,
        views=views,
        layers=layers,
    )
    return open_page(folium_map(content), **options)


def look(page, longitude, latitude, zoom):
    page.evaluate(LOOK, [latitude, longitude, zoom])
    page.evaluate(NEXT_FRAMES)


def refreshed(page, change=""):
    page.evaluate(f"() => {{ {change}; ptceMap.page.view('areas').refresh(); }}")
    page.evaluate(NEXT_FRAMES)


def pixels(page, places, key="areas"):
    return page.evaluate(PIXELS, [key, np.asarray(places, float).tolist()])


def on_screen(page, longitude, latitude):
    return page.evaluate(
        """([lng, lat]) => {
          const {map} = ptceMap.page;
          const {x, y} = map.latLngToContainerPoint([lat, lng]);
          const box = map.getContainer().getBoundingClientRect();
          return [x + box.x, y + box.y];
        }""",
        [longitude, latitude],
    )


def squares(*corners):
    """Territories "a", "b" ... each from (west, south) as wide as it is high."""
    codes = list("abcdefgh"[: len(corners)])
    shapes = [shapely.box(x, y, x + side, y + side) for x, y, side in corners]
    return gpd.GeoDataFrame(
        {"nom": [f"Carré {code}" for code in codes]}, geometry=shapes, index=codes, crs=4326
    )


@pytest.fixture(scope="module")
def communes():
    """The communes of the Rhône."""
    every = read_territories("commune")
    return every[every["code_departement"] == "69"]


@pytest.fixture(scope="module")
def topology(communes):
    return territory_topology(communes)


@pytest.fixture(scope="module")
def ground(communes):
    """The Rhône, one polygon."""
    return communes.union_all()


# ----- colours and borders ---------------------------------------------------------------------


@pytest.mark.parametrize("sharpness", [1, 2])
def test_each_territory_has_the_colour_of_its_class(open_page, communes, topology, sharpness):
    class_of = np.arange(len(communes)) % 3
    layer = areas_of(communes, class_of, topology=topology)
    page = page_of(open_page, layer, device_scale_factor=sharpness)
    assert page.evaluate("ptceMap.page.view('areas').count()") == len(communes)
    metric = communes.geometry.to_crs(2154)
    checked = 0
    for zoom in (8, 9.25, 12):
        look(page, 4.65, 45.85, zoom)
        # Where a circle of three pixels has room: no border goes through the pixel.
        metres = 156543 * np.cos(np.radians(45.8)) / 2**zoom
        wide = np.asarray(metric.buffer(-3 * metres).area > 0)
        inner = metric[wide].buffer(-3 * metres).representative_point().to_crs(4326)
        found = pixels(page, shapely.get_coordinates(inner))
        for rank, pixel in zip(np.flatnonzero(wide), found, strict=True):
            if pixel is not None:
                assert pixel == [*rgb(COLOURS[class_of[rank]]), 255], communes.index[rank]
                checked += 1
    assert checked > 400


@pytest.mark.parametrize("sharpness", [1, 2])
def test_nothing_lighter_comes_through_between_neighbours(
    open_page, communes, topology, ground, sharpness
):
    layer = areas_of(communes, np.arange(len(communes)) % 2, topology=topology)
    page = page_of(open_page, layer, device_scale_factor=sharpness)
    # Vertices of borders between two communes and the middles between them, but near the edge.
    shared = np.flatnonzero((topology.left >= 0) & (topology.right >= 0))
    xy = np.stack([topology.x, topology.y], axis=1) * topology.grid
    lines = [xy[topology.starts[arc] : topology.starts[arc + 1]] for arc in shared]
    places = np.concatenate([part for line in lines for part in (line, (line[1:] + line[:-1]) / 2)])
    places = places[::3]
    checked = 0
    for zoom, away in ((5.25, 0.2), (6, 0.15), (9, 0.02), (12, 0.003)):
        look(page, 4.65, 45.85, zoom)
        far = shapely.distance(shapely.points(places), ground.boundary) > away
        found = np.array([pixel for pixel in pixels(page, places[far]) if pixel is not None])
        assert (found[:, 3] == 255).all()
        assert (found[:, :3] <= rgb(COLOURS[1])).all()  # the lighter of the two classes
        checked += len(found)
    assert checked > 3000


def test_a_border_inside_a_class_leaves_no_trace_in_the_fill(open_page, communes, topology, ground):
    # Communes of one class at a zoom where borders between them are not drawn: one colour.
    layer = areas_of(communes, np.zeros(len(communes)), topology=topology)
    page = page_of(open_page, layer)
    look(page, 4.65, 45.85, 6)
    inner = ground.buffer(-0.1)
    west, south, east, north = inner.bounds
    grid = np.stack(np.meshgrid(np.linspace(west, east, 60), np.linspace(south, north, 60)), -1)
    places = grid.reshape(-1, 2)
    places = places[shapely.contains_xy(inner, places)]
    assert len(places) > 500
    assert {tuple(pixel) for pixel in pixels(page, places)} == {(*rgb(COLOURS[0]), 255)}


def test_holes_enclaves_and_what_is_not_filled(open_page):
    frame = squares((3, 44, 2), (3.5, 44.5, 1), (3.75, 44.75, 0.5), (5.2, 44, 0.5))
    ring = frame.geometry["a"] - frame.geometry["b"]
    inner = frame.geometry["b"] - frame.geometry["c"]
    frame = frame.set_geometry([ring, inner, *frame.geometry[2:]], crs=4326)
    page = page_of(open_page, areas_of(frame, [0, -1, 1, 2]))
    a, b, c, d, sea = pixels(page, [(3.2, 44.2), (3.6, 44.6), (4, 45), (5.4, 44.2), (2.8, 44)])
    assert a == [*rgb(COLOURS[0]), 255]
    assert b == [0, 0, 0, 0]
    assert c == [*rgb(COLOURS[1]), 255]
    assert d == [*rgb(COLOURS[2]), 255]
    assert sea == [0, 0, 0, 0]
    assert page.evaluate("ptceMap.page.view('areas').count()") == 3


@pytest.mark.parametrize("overlapping", [False, True])
@pytest.mark.parametrize("pattern", ["hatch", "dots"])
def test_a_pattern_lies_on_the_colour_and_moves_with_the_map(open_page, pattern, overlapping):
    frame = squares((3, 44, 1), (4, 44, 1))
    layer = areas_of(
        frame,
        [0, 1],
        topology=build_topology(frame, shared=not overlapping),
        classes=[MapClass("secret", "#d9d9d9", pattern), MapClass("dit", "#8a7fc0")],
        overlapping=overlapping,
    )
    page = page_of(open_page, layer, **SHARP)
    look(page, 4, 44.5, 9)
    # A block of 24 x 24 pixels, two tiles of the pattern each way.
    block = np.meshgrid(3.5 + np.arange(24) * 1.37e-3, 44.5 + np.arange(24) * 9.8e-4)
    places = np.stack(block, -1).reshape(-1, 2)
    before = np.array(pixels(page, places))
    assert before[:, 0].max() in range(216, 220)  # between the lines or dots, the colour itself
    assert before[:, 0].min() < 165
    assert (before[:, 3] >= (80 if overlapping else 255)).all()
    page.evaluate("() => ptceMap.page.map.panBy([37, 21], {animate: false})")
    page.evaluate(NEXT_FRAMES)
    assert np.array_equal(pixels(page, places), before)


def test_overlapping_shapes_let_each_other_through(open_page):
    frame = squares((3, 44, 2), (3.5, 44.5, 0.5))
    topology = build_topology(frame, shared=False)
    layer = areas_of(frame, [0, 0], topology=topology, overlapping=True)
    page = page_of(open_page, layer)
    once, twice, line = pixels(page, [(3.2, 44.2), (3.75, 44.75), (3, 44.6)])
    assert once[:3] == pytest.approx(rgb(COLOURS[0]), abs=3)
    assert once[3] == pytest.approx(0.35 * 255, abs=2)
    assert twice[3] == pytest.approx((1 - 0.65**2) * 255, abs=2)
    assert line[3] > 150


def test_areas_of_hidden_poles_are_hidden(open_page):
    frame = squares((3, 44, 1), (4, 44, 1))
    topology = build_topology(frame, shared=False)
    layer = areas_of(
        frame, [0, 1], topology=topology, overlapping=True, pole_of=np.array([7, 9], np.int32)
    )
    page = page_of(open_page, layer)
    refreshed(page, "ptceMap.page.poleShown = rank => rank !== 9")
    assert page.evaluate("ptceMap.page.view('areas').count()") == 1
    first, second = pixels(page, [(3.5, 44.5), (4.5, 44.5)])
    assert first[3] > 0
    assert second[3] == 0
    page.mouse.move(*on_screen(page, 4.5, 44.5))
    assert nothing_told(page)


# ----- what is told and found ------------------------------------------------------------------

FRAME_VALUES = np.array([12.345, np.nan, 1234.5])


@pytest.fixture
def told(open_page):
    frame = squares((3, 44, 1), (4, 44, 1), (5, 44, 1))
    frame["nom"] = ["<b>Lyon</b>", "Saint-Étienne", "Saint-Denis"]
    layer = areas_of(
        frame,
        [0, 1, 2],
        values=FRAME_VALUES,
        unit="%",
        decimals=1,
        facts={"Emplois": ["1 200", None, "37"]},
        histogram=Histogram([0, 10, 20, 1300], [0, 1, 1], [*COLOURS]),
        notes=("Une note.",),
    )
    return page_of(open_page, layer)


def tip(page):
    page.evaluate(NEXT_FRAMES)
    return page.locator(".ptce-tip").inner_text().replace("\n", " ")


def nothing_told(page):
    page.locator(".ptce-tip").wait_for(state="detached")  # it fades
    return page.locator(".leaflet-ptce-outline-pane path").count() == 0


def test_the_mouse_tells_name_value_and_facts(told):
    told.mouse.move(*on_screen(told, 3.5, 44.5))
    assert tip(told) == "<b>Lyon</b> 12,3\u00a0% Emplois 1 200"
    assert told.locator(".leaflet-ptce-outline-pane path").count() == 2
    told.mouse.move(*on_screen(told, 4.5, 44.5))
    assert tip(told) == "Saint-Étienne classe 1"
    told.mouse.move(*on_screen(told, 5.5, 44.5))
    assert tip(told) == "Saint-Denis 1\u202f234,5\u00a0% Emplois 37"
    told.mouse.move(*on_screen(told, 5.5, 46))
    assert nothing_told(told)


def test_the_smallest_of_shapes_on_each_other_is_told(open_page):
    frame = squares((3.5, 44.5, 0.5), (3, 44, 2))
    topology = build_topology(frame, shared=False)
    page = page_of(open_page, areas_of(frame, [0, 1], topology=topology, overlapping=True))
    page.mouse.move(*on_screen(page, 3.75, 44.75))
    assert tip(page) == "Carré a classe 0"
    page.mouse.move(*on_screen(page, 4.5, 44.2))
    assert tip(page) == "Carré b classe 1"


def test_the_search_finds_shows_and_says_a_territory(told):
    told.locator(".ptce-search").fill("saint d")
    results = told.locator(".ptce-result")
    assert results.count() == 1
    assert "1\u202f234,5\u00a0%" in results.inner_text()
    results.click()
    assert tip(told) == "Saint-Denis 1\u202f234,5\u00a0% Emplois 37"
    said = "Saint-Denis, 1\u202f234,5\u00a0%, Emplois, 37"
    assert told.locator(".ptce-unseen[role=status]").all_text_contents() == [said]
    assert told.evaluate("ptceMap.page.map.getBounds().contains([[44.1, 5.1], [44.9, 5.9]])")
    assert told.locator(".leaflet-ptce-outline-pane path").count() == 2
    told.locator(".ptce-search").fill("b")  # a code
    assert "Saint-Étienne" in told.locator(".ptce-result").all_inner_texts()[0]


def test_the_search_lists_eight_and_counts_all(open_page, communes, topology):
    page = page_of(open_page, areas_of(communes, np.zeros(len(communes)), topology=topology))
    saints = communes["nom"].str.startswith("Saint-").sum()
    page.locator(".ptce-search").fill("saint")
    assert page.locator(".ptce-result").count() == 8
    assert " · " in page.locator(".ptce-result .ptce-where").first.inner_text()  # code, class
    told = page.locator(".ptce-searching [role=status]").inner_text()
    assert told.startswith("Résultats\u00a0: 8 sur ")
    assert page.evaluate("ptceMap.page.view('areas').search('saint').total") >= saints > 20


def test_the_legend_counts_and_shows_one_class_alone(told):
    lines = told.locator(".ptce-class")
    assert [text.split() for text in lines.all_inner_texts()] == [
        ["classe", str(rank), "1"] for rank in range(3)
    ]
    assert told.locator(".ptce-bar").count() == 3
    assert "0,0" in told.locator(".ptce-bars").get_attribute("aria-label")
    assert "Une note." in told.locator(".ptce-block").inner_text()
    places = [(3.5, 44.5), (4.5, 44.5)]
    lines.nth(0).focus()
    told.evaluate(NEXT_FRAMES)
    assert pixels(told, places) == [[*rgb(COLOURS[0]), 255], [*FADED, 255]]
    told.keyboard.press("Enter")
    assert lines.nth(0).get_attribute("aria-pressed") == "true"
    told.locator(".ptce-search").focus()
    told.evaluate(NEXT_FRAMES)
    assert pixels(told, places) == [[*rgb(COLOURS[0]), 255], [*FADED, 255]]
    lines.nth(0).focus()
    told.keyboard.press("Enter")
    told.locator(".ptce-search").focus()
    told.evaluate(NEXT_FRAMES)
    assert pixels(told, places) == [[*rgb(COLOURS[0]), 255], [*rgb(COLOURS[1]), 255]]


def test_the_table_has_every_territory(told):
    table = told.evaluate("ptceMap.page.view('areas').table()")
    assert table["columns"] == ["Code", "Territoire", "Part de l’ESS (%)", "Classe", "Emplois"]
    assert table["rows"] == [
        ["a", "<b>Lyon</b>", 12.345, "classe 0", "1 200"],
        ["b", "Saint-Étienne", None, "classe 1", None],
        ["c", "Saint-Denis", 1234.5, "classe 2", "37"],
    ]


# ----- switches, ground, insets ----------------------------------------------------------------


def test_a_layer_switched_off_is_gone_and_comes_back(told):
    switch = told.locator('[data-layer="areas"]')
    switch.uncheck()
    assert told.evaluate("ptceMap.page.view('areas').count()") == 0
    assert told.locator("canvas.ptce-canvas").is_hidden()
    switch.check()
    told.evaluate(NEXT_FRAMES)
    assert told.evaluate("ptceMap.page.view('areas').count()") == 3
    assert told.locator("canvas.ptce-canvas").is_visible()
    assert pixels(told, [(3.5, 44.5)]) == [[*rgb(COLOURS[0]), 255]]


def test_on_a_base_map_fills_are_sheer_and_the_ground_is_lines_only(open_page):
    frame = squares((3, 44, 1), (4, 44, 1))
    ground = areas_of(frame, [0, 0], key="land", interactive=False)
    page = page_of(open_page, ground, areas_of(frame, [0, 1]))
    assert pixels(page, [(3.5, 44.5)], "land") == [[*rgb(COLOURS[0]), 255]]
    refreshed(page, "ptceMap.page.baseMap = {}; ptceMap.page.view('land').refresh()")
    assert pixels(page, [(3.5, 44.5)], "land") == [[0, 0, 0, 0]]
    assert page.evaluate("ptceMap.page.view('areas').canvas._container.style.opacity") == "0.6"
    page.mouse.move(*on_screen(page, 3.5, 44.5))
    assert tip(page) == "Carré a classe 0"


def test_an_inset_shows_the_colours_of_its_territories(open_page):
    every = read_territories("departement")
    reunion = every.loc[["974"]]
    bounds = ((-21.45, 55.15), (-20.8, 55.9))
    views = [{"name": "reunion", "bounds": bounds, "count": None}]
    page = page_of(open_page, areas_of(reunion, [1]), views=views)
    page.evaluate(NEXT_FRAMES)
    share = page.evaluate(
        """colour => {
          const canvas = document.querySelector('[data-view="reunion"] canvas');
          const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let n = 0;
          for (let i = 0; i < data.length; i += 4) {
            n += colour.every((part, k) => data[i + k] === part) && data[i + 3] === 255;
          }
          return n / (canvas.width * canvas.height);
        }""",
        rgb(COLOURS[1]),
    )
    # The island is about 60 % of the box around it, which fills most of a square canvas.
    assert 0.25 < share < 0.7
