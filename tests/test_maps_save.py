"""The saved page: one file, nothing from outside, written whole or not at all."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import folium
import folium.plugins
import pytest
from folium.utilities import JsCode
from maps_frames import members_of, poles

from ptce_geo.errors import InputError, OutputError
from ptce_geo.maps import pole_map, save_map
from ptce_geo.maps.page import render_page

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
    # Leaflet's own link, comments and XML names, and the two attributions.
    links = {"https://leafletjs.com", "http://www.w3.org", "https://geoservices.ign.fr",
             "https://www.openstreetmap.org", "https://bugzilla.mozilla.org"}  # fmt: skip
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
    scripts = re.findall(r"<script(?: [^>]*)?>(.*?)</script>", page_text, re.DOTALL)
    hashes = {f"'sha256-{base64.b64encode(sha256(s.encode()).digest()).decode()}'" for s in scripts}
    assert set(policy["script-src"]) == hashes
    assert "connect-src" not in policy  # falls back to default-src: none


def test_hostile_names_stay_inside_the_data():
    nasty = "</script><script>alert(1)</script>{{ 7*7 }}{% raw %}`${1}`\u2028<!--"
    members = members_of()
    members["member_name"] = nasty
    text = render_page(pole_map(members, title=nasty, source=nasty))
    assert "<script>alert(1)" not in text
    assert "{{ 7*7 }}" in text  # as written, not evaluated
    (title,) = re.findall(r"<title>(.*?)</title>", text, re.DOTALL)
    assert unescape(title) == nasty


def test_page_is_light_and_the_same_each_time_but_for_folium_ids(page_text):
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


def test_tiles_turned_on_by_the_reader_are_allowed_others_refused():
    map_ = pole_map(members_of())
    folium.TileLayer(
        "https://{s}.tiles.example.org/{z}/{x}/{y}.png", attr="x", name="relief", show=False
    ).add_to(map_)
    assert "https://*.tiles.example.org" in policy_of(render_page(map_))["img-src"]
    with pytest.raises(InputError, match=r"openstreetmap would ask the network.*show=False"):
        render_page(folium.Map([46, 2]))


@pytest.mark.parametrize(
    ("layer", "named"),
    [
        (lambda: folium.plugins.MarkerCluster([[48, 2]]), "leaflet.markercluster"),
        (lambda: folium.Marker([48, 2], icon=folium.Icon(color="red")), "awesome-markers"),
        (
            lambda: folium.raster_layers.ImageOverlay(
                "https://example.org/a.png", [[45, 1], [46, 2]]
            ),
            "example.org/a.png",
        ),
        (
            lambda: folium.Marker([48, 2], icon=folium.CustomIcon("https://example.org/icon.png")),
            "example.org/icon.png",
        ),
    ],
)
def test_a_layer_that_needs_the_network_is_named(layer, named, tmp_path):
    map_ = pole_map(members_of())
    layer().add_to(map_)
    target = tmp_path / "map.html"
    with pytest.raises(InputError, match=re.escape(named)):
        save_map(map_, target)
    assert list(tmp_path.iterdir()) == []


def test_data_beside_the_page_is_named(tmp_path):
    data = tmp_path / "points.geojson"
    data.write_text('{"type": "Point", "coordinates": [2, 47]}', encoding="utf-8")
    map_ = pole_map(members_of())
    folium.GeoJson(str(data), embed=False).add_to(map_)
    with pytest.raises(InputError, match=r"GeoJson fetches .*points.geojson"):
        render_page(map_)


def test_a_tag_that_loads_from_outside_is_named():
    map_ = pole_map(members_of())
    figure = map_.get_root()
    figure.header.add_child(folium.Element('<link rel="icon" href="https://example.org/i.ico">'))
    figure.html.add_child(folium.Element('<img src="logo.png">'))
    with pytest.raises(InputError, match=r"https://example.org/i.ico, logo.png"):
        render_page(map_)


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
    one, other = (render_page(pole_map(members_of(), poles=poles())) for _ in range(2))
    assert one == other


def test_an_empty_path_is_said():
    with pytest.raises(OutputError, match="it is a folder"):
        save_map(folium.Map(tiles=None), "")
