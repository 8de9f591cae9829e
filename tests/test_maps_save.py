"""The saved page: one file, nothing from outside, written whole or not at all."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import folium
import folium.plugins
import pytest
from branca.colormap import LinearColormap
from branca.element import Figure
from folium.utilities import JsCode
from maps_frames import members_of, poles

from ptce_geo.errors import InputError, OutputError
from ptce_geo.maps import pole_map, save_map
from ptce_geo.maps.base_maps import BASE_MAPS
from ptce_geo.maps.page import render_page
from ptce_geo.words import LABELS

TILE_HOSTS = {"https://data.geopf.fr", "https://tile.openstreetmap.org"}


class Page(HTMLParser):
    """What the page's tags say."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def page_text():
    return render_page(pole_map(members_of(), poles=poles(), title="Carte <de> l’ESS & co"))


def policy_of(text: str) -> dict[str, list[str]]:
    (content,) = [
        meta["content"]
        for meta in Page(text).all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    return {words.split()[0]: words.split()[1:] for words in content.split("; ")}


def test_no_tag_loads_anything_and_the_only_addresses_are_tiles_and_links(page_text):
    page = Page(page_text)
    assert [attrs for _, attrs in page.tags if "src" in attrs] == []
    assert page.all("link") == []
    assert not re.search(r"url\((?!data:|#)", page_text)
    hosts = set(re.findall(r"https?://[\w.-]+", page_text))
    # Leaflet's own link, comments and XML names; the links of base maps are in the packed data.
    links = {"https://leafletjs.com", "http://www.w3.org", "https://bugzilla.mozilla.org"}
    assert hosts - links == TILE_HOSTS
    assert not re.search(r"jquery-\d|jquery\.min|bootstrap|awesome-?markers", page_text.lower())


def test_head_of_the_page(page_text):
    page = Page(page_text)
    assert page.all("html") == [{"lang": "fr"}]
    assert "<title>Carte &lt;de&gt; l’ESS &amp; co</title>" in page_text
    viewports = [meta["content"] for meta in page.all("meta") if meta.get("name") == "viewport"]
    assert viewports == ["width=device-width, initial-scale=1"]
    assert '<html lang="en">' in render_page(pole_map(members_of(), lang="en"))


def test_policy_allows_these_scripts_and_no_other(page_text):
    policy = policy_of(page_text)
    assert policy["default-src"] == ["'none'"]
    assert set(policy["img-src"]) == {"data:", "blob:", *TILE_HOSTS}
    scripts = re.findall(r"<script>(.*?)</script>", page_text, re.DOTALL)  # one with a type is data
    assert len(scripts) == 4
    hashes = {f"'sha256-{base64.b64encode(sha256(s.encode()).digest()).decode()}'" for s in scripts}
    assert set(policy["script-src"]) == hashes
    assert "connect-src" not in policy  # falls back to default-src: none


def test_page_is_light_and_rendered_twice_the_same(page_text):
    assert len(page_text.encode()) < 600_000
    map_ = pole_map(members_of(), poles=poles())
    assert render_page(map_) == render_page(map_)


def test_layers_of_the_user_are_kept():
    map_ = pole_map(members_of())
    folium.Marker([48.85, 2.35], popup="Bonjour").add_to(map_)
    folium.GeoJson({"type": "Point", "coordinates": [2.0, 47.0]}).add_to(map_)
    text = render_page(map_)
    assert "L.marker(" in text
    assert "Bonjour" in text
    assert "L.geoJson(" in text


def test_saving_leaves_the_map_as_folium_made_it(tmp_path):
    map_ = pole_map(members_of())
    save_map(map_, tmp_path / "a.html")
    map_.save(str(tmp_path / "folium.html"))
    assert "leaflet@1.9.3/dist/leaflet.js" in (tmp_path / "folium.html").read_text("utf-8")


def test_base_maps_are_those_of_the_providers_with_nothing_left_to_fill_in():
    assert [base["name"] for base in BASE_MAPS] == ["plan", "orthos", "osm"]
    assert {base["host"] for base in BASE_MAPS} == TILE_HOSTS
    for base in BASE_MAPS:
        assert set(re.findall(r"\{(\w*)\}", base["url"])) == {"x", "y", "z"}
        assert base["url"].startswith(base["host"] + "/")
        assert base["maxZoom"] == 19
        assert f"map_base_{base['name']}" in LABELS
        page = Page(base["attribution"])
        assert [tag for tag, _ in page.tags] == ["a"]
    assert "LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&" in BASE_MAPS[0]["url"]
    assert "LAYER=ORTHOIMAGERY.ORTHOPHOTOS&" in BASE_MAPS[1]["url"]
    assert "OpenStreetMap</a> contributors" in BASE_MAPS[2]["attribution"]


# ----- files from outside ----------------------------------------------------------------------

FOLIUM_FILES = Path(folium.__file__).parent / "templates"
CLUSTER = "https://cdnjs.cloudflare.com/ajax/libs/leaflet.markercluster/"
HEAT = dict(folium.plugins.HeatMap.default_js)["leaflet-heat.js"]
MAP_FILES = dict((*folium.Map.default_js, *folium.Map.default_css))


def with_layer(layer):
    map_ = pole_map(members_of())
    layer.add_to(map_)
    return map_


def addresses(text: str) -> list[str]:
    """What the page loads by its tags."""
    page = Page(text)
    return [
        *(attrs["src"] for attrs in page.all("script") if "src" in attrs),
        *(attrs["href"] for attrs in page.all("link")),
    ]


def test_tiles_turned_on_by_the_reader_are_allowed_others_refused():
    tiles = folium.TileLayer(
        "https://{s}.tiles.example.org/{z}/{x}/{y}.png", attr="x", name="relief", show=False
    )
    assert "https://*.tiles.example.org" in policy_of(render_page(with_layer(tiles)))["img-src"]
    with pytest.raises(InputError, match=r"TileLayer openstreetmap needs https.*show=False"):
        render_page(folium.Map([46, 2]))
    page = render_page(folium.Map([46, 2]), assets="cdn")
    assert policy_of(page)["img-src"] == ["data:", "blob:", "https://tile.openstreetmap.org"]


@pytest.mark.parametrize(
    ("layer", "named"),
    [
        (
            lambda: folium.plugins.MarkerCluster([[48, 2]]),
            rf"MarkerCluster needs {CLUSTER}\S*markercluster.js, {CLUSTER}\S*MarkerCluster.css",
        ),
        (lambda: folium.plugins.HeatMap([[48, 2]]), f"HeatMap needs {HEAT}"),
        (
            lambda: folium.Marker([48, 2], icon=folium.Icon(color="red")),
            r"Icon needs https://\S*/leaflet.awesome-markers.js, ",
        ),
        (
            lambda: folium.GeoJson(
                {"type": "Point", "coordinates": [2, 47]}, marker=folium.Marker(icon=folium.Icon())
            ),
            r"Icon needs https://\S*/leaflet.awesome-markers.js, ",
        ),
        (
            lambda: folium.raster_layers.ImageOverlay(
                "https://example.org/a.png", [[45, 1], [46, 2]]
            ),
            "ImageOverlay needs https://example.org/a.png",
        ),
        (
            lambda: folium.Marker([48, 2], icon=folium.CustomIcon("https://example.org/icon.png")),
            "CustomIcon needs https://example.org/icon.png",
        ),
        (
            lambda: folium.Marker([48, 2], popup="<img src='https://example.org/logo.png'>"),
            "Popup needs https://example.org/logo.png",
        ),
        (
            lambda: folium.Marker([48, 2], icon=folium.DivIcon("<i style='a:url(http://a.b/c)'>")),
            "DivIcon needs http://a.b/c",
        ),
        (lambda: LinearColormap(["red", "blue"]), r"LinearColormap needs https://\S*/d3.min.js"),
    ],
)
def test_a_layer_that_needs_the_network_is_named_with_its_files_and_the_way_out(
    layer, named, tmp_path
):
    map_ = with_layer(layer())
    target = tmp_path / "map.html"
    with pytest.raises(InputError, match=f'{named}.*or save with assets="cdn": then') as caught:
        save_map(map_, target)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert save_map(map_, target, assets="cdn").exists()


def test_with_cdn_the_files_stay_where_they_are_and_only_they_are_let_in():
    cluster = folium.plugins.MarkerCluster([[48, 2]])
    text = render_page(with_layer(cluster), assets="cdn")
    files = [url for _, url in (*cluster.default_js, *cluster.default_css)]
    assert sorted(addresses(text)) == sorted(files)
    policy = policy_of(text)
    assert [word for word in policy["script-src"] if word[0] != "'"] == files[:1]
    assert policy["style-src"] == ["'unsafe-inline'", *sorted(files[1:])]
    host = "https://cdnjs.cloudflare.com"
    assert policy["font-src"] == [host]
    assert set(policy["img-src"]) == {"data:", "blob:", host, *TILE_HOSTS}
    assert "connect-src" not in policy
    assert "'unsafe-eval'" not in policy["script-src"]
    # Of what folium.Map links to nothing is needed, and Leaflet stands in the page.
    assert not set(addresses(text)) & set(MAP_FILES.values())


@pytest.mark.parametrize(
    ("layer", "needed"),
    [
        (
            lambda: folium.Marker([48, 2], icon=folium.Icon(icon="home", prefix="fa")),
            {"awesome_markers", "awesome_markers_css", "awesome_rotate_css",
             "awesome_markers_font_css"},
        ),
        (
            lambda: folium.Marker([48, 2], icon=folium.Icon()),
            {"awesome_markers", "awesome_markers_css", "awesome_rotate_css", "glyphicons_css"},
        ),
        (
            lambda: folium.Marker([48, 2], icon=folium.plugins.BeautifyIcon("star")),
            {"awesome_markers_font_css"},
        ),
        (lambda: folium.plugins.HeatMapWithTime([[[48, 2, 1]]]), {"jquery"}),
        (lambda: folium.plugins.Fullscreen(), set()),
    ],
)  # fmt: skip
def test_of_the_files_of_folium_map_those_needed_come_and_no_other(layer, needed):
    loaded = set(addresses(render_page(with_layer(layer()), assets="cdn")))
    assert {name for name, url in MAP_FILES.items() if url in loaded} == needed


def test_a_page_that_needs_nothing_from_outside_is_the_same_either_way():
    map_ = pole_map(members_of())
    assert render_page(map_, assets="cdn") == render_page(map_)


@pytest.mark.parametrize("assets", ["CDN", "", None, "offline"])
def test_an_unknown_value_of_assets_is_said(assets, tmp_path):
    with pytest.raises(InputError, match=f"assets: expected inline, cdn, found {assets!r}"):
        save_map(pole_map(members_of()), tmp_path / "map.html", assets=assets)


def test_a_policy_holds_no_sign_that_would_end_it():
    image = folium.raster_layers.ImageOverlay("https://example.org/a;b,c'.png?d", [[45, 1]] * 2)
    policy = policy_of(render_page(with_layer(image), assets="cdn"))
    assert "https://example.org/a%3Bb%2Cc'.png" in policy["img-src"]


def test_scripts_that_make_functions_from_text_are_allowed_it_only_then():
    text = render_page(with_layer(folium.plugins.MeasureControl()), assets="cdn")
    assert "'unsafe-eval'" in policy_of(text)["script-src"]


def test_addresses_that_a_script_fetches_are_let_in_with_cdn():
    map_ = with_layer(folium.plugins.Realtime("https://example.org/live.json"))
    assert policy_of(render_page(map_, assets="cdn"))["connect-src"] == [
        "https://example.org/live.json"
    ]


@pytest.mark.parametrize("assets", ["inline", "cdn"])
def test_a_file_beside_the_page_is_named(tmp_path, assets):
    data = tmp_path / "points.geojson"
    data.write_text('{"type": "Point", "coordinates": [2, 47]}', encoding="utf-8")
    with pytest.raises(InputError, match=r"one file, but GeoJson needs .*points.geojson; put the"):
        render_page(with_layer(folium.GeoJson(str(data), embed=False)), assets=assets)


def test_a_tag_that_loads_from_outside_is_named():
    map_ = pole_map(members_of())
    figure = map_.get_root()
    figure.header.add_child(folium.Element('<link rel="icon" href="https://example.org/i.ico">'))
    figure.html.add_child(folium.Element('<img srcset="https://example.org/a.png 2x">'))
    with pytest.raises(InputError, match=r"the page needs https://example.org/i.ico, https://exa"):
        render_page(map_)
    assert {"https://example.org/i.ico", "https://example.org/a.png"} <= set(
        policy_of(render_page(map_, assets="cdn"))["img-src"]
    )


def test_a_plugin_works_in_the_browser_and_asks_for_its_file_alone(browser, tmp_path):
    map_ = with_layer(folium.plugins.HeatMap([[47, 2, 1], [46, 3, 1]]))
    path = save_map(map_, tmp_path / "map.html", assets="cdn")
    page = browser.new_page()
    asked, complaints = [], []

    def answer(route):
        asked.append(route.request.url)
        # folium's own copy of what stands at that address
        body = (FOLIUM_FILES / "leaflet_heat.min.js").read_text(encoding="utf-8")
        route.fulfill(body=body, content_type="text/javascript")

    page.route(re.compile("^https?:"), answer)
    # (A warning of that plugin, about reading its canvas often, is no error.)
    page.on("console", lambda it: complaints.append(it.text) if it.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_function("window.ptceMap && ptceMap.page")
    assert asked == [HEAT]
    painted = """() => {
      const canvas = document.querySelector("canvas.leaflet-heatmap-layer");
      const copy = document.createElement("canvas");
      Object.assign(copy, { width: canvas.width, height: canvas.height });
      const blank = copy.toDataURL();
      copy.getContext("2d").drawImage(canvas, 0, 0);
      return copy.toDataURL() !== blank;
    }"""
    assert page.evaluate(painted)
    assert complaints == []
    # Another file of the same host is refused.
    page.evaluate(
        """url => new Promise((end) => {
          const script = document.createElement("script");
          script.onerror = end;
          script.src = url;
          document.head.append(script);
        })""",
        HEAT.replace("leaflet_heat", "other"),
    )
    assert asked == [HEAT]
    assert "Content Security Policy" in complaints[0]
    page.context.close()


# ----- writing ---------------------------------------------------------------------------------


def test_write_is_whole_or_not_at_all(tmp_path, monkeypatch):
    target = tmp_path / "map.html"
    assert save_map(pole_map(members_of()), target) == target
    before = target.read_bytes()
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "disk full")))
    with pytest.raises(OutputError, match="disk full"):
        save_map(pole_map(members_of(), lang="en"), target)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]


def test_places_that_cannot_be_written_are_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for target in (tmp_path / "nowhere" / "map.html", tmp_path / "file" / "map.html", tmp_path):
        with pytest.raises(OutputError) as caught:
            save_map(pole_map(members_of()), target)
        assert str(target) in str(caught.value)
        assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_is_no_folium_map_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"expected a folium.Map.*found str"):
        save_map("<html>", tmp_path / "map.html")


def test_scripts_of_the_user_are_hashed_too():
    map_ = folium.Map([46, 2], tiles=None)
    map_.add_child(folium.elements.EventHandler("click", JsCode("function(){ window.hit = 1; }")))
    assert "window.hit" in render_page(map_)
    assert "<title>Carte</title>" in render_page(map_)


def test_one_map_one_page_to_the_byte():
    def page():
        map_ = pole_map(members_of(), poles=poles())
        folium.Marker([47, 2], popup="ici", tooltip="là").add_to(map_)
        folium.plugins.MiniMap(toggle_display=True).add_to(map_)
        return render_page(map_, assets="cdn")

    assert page() == page()


def test_several_maps_in_one_figure(browser, tmp_path):
    figure = Figure(title="Deux cartes")
    for left in (0, 50):
        map_ = pole_map(members_of())
        map_.width, map_.left, map_.position = (50, "%"), (left, "%"), "absolute"
        figure.add_child(map_)
    folium.plugins.Fullscreen().add_to(map_)
    first = next(iter(figure._children.values()))
    # What the second map needs is seen from the first.
    with pytest.raises(InputError, match="Fullscreen needs"):
        save_map(first, tmp_path / "map.html")
    map_._children.popitem()
    page = browser.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(save_map(first, tmp_path / "map.html").as_uri())
    page.locator(".ptce-panel").nth(1).wait_for()
    assert page.locator(".ptce-panel").count() == 2
    assert complaints == []
    page.context.close()


def test_an_empty_path_is_said():
    with pytest.raises(OutputError, match="it is a folder"):
        save_map(folium.Map(tiles=None), "")
