"""Texts of users in every map: they never run, are shown as they are, and break no page."""

from __future__ import annotations

import csv
import io
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from maps_frames import DESK, PHONE
from shapely import Point, box

from ptce_geo import pole_overlap_pairs
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

TEXTS = {
    "script": "<script>window.hit=1</script>",
    "end of script": "</script><script>window.hit=2</script>",
    "image": "<img src=x onerror=window.hit=3>",
    "attribute": "\"'><svg onload=window.hit=4>",
    "comment": "<!--<script>",
    "style": "</style><style>*{display:none}</style>",
    "title": "</title></textarea><b>gras</b>",
    "jinja": "{{ 7*7 }}{% raw %}{# x #}",
    "end of raw": "{% endraw %}{{ self }}",
    "template": "`${window.hit=5}`",
    "format": "{n} {name} {0} %s %(x)s",
    "address": "javascript:window.hit=6",
    "link": "<a href='javascript:window.hit=7'>lien</a>",
    "formula": '=HYPERLINK("javascript:window.hit=8");\'x',
    "entity": "&lt;b&gt;&amp;nbsp;",
    "property": "__proto__",
    "right to left": "\u202egnort\u202c \u200f\u05e9\u05dc\u05d5\u05dd",
    "lines": "a\u2028b\u2029c\nd\r\ne",
    "controls": "a\0b\x07\x1b[31mc\ufffe",
    "long word": "Construction" * 167,
    "long text": " ".join(["une coopérative de plus"] * 84),
}
HOSTILE = list(TEXTS.values())
N = len(HOSTILE)
PLACES = [(-1.0 + i % 6, 44.0 + i // 6) for i in range(N)]  # longitude, latitude
# Halves of characters, which a column of pandas cannot hold, come with titles and sources.
ALL = " ".join([*HOSTILE, "a\ud800b\udc00"])
UNIT = "<img src=x onerror=window.hit=9>"

# ----- every map, full of them -----------------------------------------------------------------


def members():
    """As many members and poles as there are texts, each with its own."""
    same = ["member_name", "pole_id", "pole_name", "member_kind", "role", "sector", "address",
            "nom_commune", "nom_departement", "geocode_label", "geocode_reason"]  # fmt: skip
    frame = pd.DataFrame(dict.fromkeys(same, HOSTILE))
    frame["geocode_status"] = [("accepted", "review")[i % 2] for i in range(N)]
    frame["geocode_precision"] = "street"
    frame["code_departement"] = "87"
    frame["code_commune"] = "87085"
    return gpd.GeoDataFrame(frame, geometry=[Point(place) for place in PLACES], crs="EPSG:4326")


def poles(shift=0.2):
    same = ["pole_id", "pole_name", "sector", "status", "city", "seat_source"]
    frame = pd.DataFrame(dict.fromkeys(same, HOSTILE))
    frame["year"] = [2010 + i % 5 for i in range(N)]
    seats = [Point(x + shift, y + shift) for x, y in PLACES]
    return gpd.GeoDataFrame(frame, geometry=seats, crs="EPSG:4326")


def squares():
    """Territories around the places: code and name are a text."""
    shapes = [box(x - 0.3, y - 0.3, x + 0.3, y + 0.3) for x, y in PLACES]
    frame = {"nom": HOSTILE, "population": range(1, N + 1)}
    index = pd.Index(HOSTILE, name="code")
    return gpd.GeoDataFrame(frame, geometry=shapes, index=index, crs="EPSG:4326")


def values():
    return pd.Series(np.arange(N, dtype=float), index=squares().index)


def clusters():
    found = {"quadrant": [("HH", "LL", "HL", "LH", "")[i % 5] for i in range(N)], "p_fdr": 0.01}
    return pd.DataFrame(found, index=squares().index)


def pairs():
    """Each structure is in the next pole too."""
    shared = members()
    shared["pole_id"] = np.roll(shared["pole_id"], 1)
    both = pd.concat([members(), shared], ignore_index=True)
    return both, pole_overlap_pairs(both)


def white_zones():
    zones = squares().assign(communes=1, area_km2=1.0, pole_name=HOSTILE)
    return zones.assign(nearest_km=30.0, farthest_km=40.0)


def reached():
    return pd.DataFrame({20.0: 0.5}, index=squares().index)


def points():
    return members()[["member_name", "sector", "geometry"]].rename(columns={"sector": UNIT})


MAPS = {
    "poles": lambda words: pole_map(members(), poles=poles(), **words),
    "timeline": lambda words: timeline_map(members(), poles(), **words),
    "choropleth": lambda words: choropleth_map(squares(), values(), label=ALL, unit=UNIT, **words),
    "circles": lambda words: proportional_circles_map(
        squares(), values() + 1, label=ALL, unit=UNIT, **words
    ),
    "autocorrelation": lambda words: local_autocorrelation_map(
        squares(), clusters(), label=ALL, values=values(), unit=UNIT, **words
    ),
    "comparison": lambda words: comparison_map(
        squares(), values(), values(), labels=(ALL, UNIT), label=ALL, unit=UNIT, **words
    ),
    "coverage": lambda words: coverage_map(
        members(),
        reach=None,
        white_zones=white_zones(),
        reached=reached(),
        territories=squares(),
        **words,
    ),
    "overlap": lambda words: overlap_map(*pairs(), poles=poles(shift=0), **words),
    "points": lambda words: points_map(points(), by=UNIT, columns=[UNIT], **words),
}
PAGES = [
    pytest.param(kind, lang, size, id=f"{kind}-{lang}")
    for kind in MAPS
    for lang, size in (("fr", DESK), ("en", PHONE))
]

# ----- what is looked at -----------------------------------------------------------------------


def parsed(text):
    """Return a text as it comes out of HTML: what no file can hold is replaced."""
    return re.sub("[\0\ud800-\udfff]", "\ufffd", text.replace("\r\n", "\n"))


# What ran, what elements texts made, and how far the page is wider than its window.
HARM = """() => ({
  hit: window.hit,
  made: document.querySelectorAll(
    ".ptce-map :is(script, style, b, textarea), [src=x], [onload], [onerror], a[href^=javascript]"
  ).length,
  beyond: document.documentElement.scrollWidth - window.innerWidth,
})"""
# Parts of the page that are wider than their room, or stand outside the window.
TOO_WIDE = """() => {
  const names = ["panel", "panel-body", "head", "footer", "tip", "dialog", "popup"];
  const parts = [...document.querySelectorAll(names.map((name) => `.ptce-${name}`))];
  return parts.filter((part) => part.checkVisibility()).filter((part) => {
    const { left, right } = part.getBoundingClientRect();
    return part.scrollWidth > part.clientWidth + 1 || left < -1 || right > window.innerWidth + 1;
  }).map((part) => part.className);
}"""
# Where on the screen a place of the map is.
SPOTS = """places => {
  const { map } = ptceMap.page;
  const box = map.getContainer().getBoundingClientRect();
  return places.map(([longitude, latitude]) => {
    const { x, y } = map.latLngToContainerPoint([latitude, longitude]);
    return [box.x + x, box.y + y];
  });
}"""
TOLD = '[...document.querySelectorAll(".ptce-tip")].map((tip) => tip.textContent).join()'


def require_sound(page):
    assert page.evaluate(HARM) == {"hit": None, "made": 0, "beyond": 0}
    assert page.evaluate(TOO_WIDE) == []


def text_of(page, selector):
    return page.evaluate("selector => document.querySelector(selector).textContent", selector)


def hover(page):
    """What is told under the mouse holds the text of that place."""
    page.evaluate("ptceMap.page.map._fadeAnimated = false")  # what is closed is gone
    for text, (x, y) in zip(HOSTILE, page.evaluate(SPOTS, PLACES), strict=True):
        page.mouse.move(x - 2, y)
        page.mouse.move(x, y)
        assert text in page.evaluate(TOLD)
        require_sound(page)
    page.mouse.move(2, 2)


def search(page):
    field = page.locator(".ptce-panel .ptce-search")
    for words in ("construction construction", "`${", "__proto__", "\\", "(["):
        field.fill(words)
        require_sound(page)
    field.fill("<img")
    assert TEXTS["image"] in page.locator(".ptce-results").inner_text()
    field.fill("")


def tables(page, lang):
    """Every table in its window, and the file made of it."""
    texts = 0
    for item in page.locator(".ptce-table-list li").all():
        see, save = item.locator("button").all()
        see.click()
        require_sound(page)
        shown = page.locator(".ptce-table tbody tr > *").evaluate_all(
            "cells => cells.map((cell) => cell.textContent)"
        )
        page.keyboard.press("Escape")
        with page.expect_download() as waiting:
            save.click()
        assert re.fullmatch(r"[a-z0-9-]{1,80}\.csv", waiting.value.suggested_filename)
        content = waiting.value.path().read_bytes().decode("utf-8-sig")
        delimiter = ";" if lang == "fr" else ","
        rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter))
        assert {len(row) for row in rows} == {len(rows[0])}
        cells = {cell for row in rows for cell in row}
        for text in set(HOSTILE) & set(shown):
            # A spreadsheet would run what begins with "=".
            assert (f"'{text}" if text.startswith("=") else text) in cells
            texts += 1
    assert texts >= N


@pytest.mark.parametrize(("kind", "lang", "size"), PAGES)
def test_texts_are_shown_as_they_are_and_break_nothing(open_page, kind, lang, size):
    page = open_page(MAPS[kind]({"title": ALL, "source": ALL, "lang": lang}), size=size)
    require_sound(page)
    assert text_of(page, "h1") == ALL
    assert ALL in text_of(page, ".ptce-footer")
    assert text_of(page, "title") == parsed(ALL)
    assert page.locator("html").get_attribute("lang") == lang
    if size == DESK:
        hover(page)
    else:
        page.locator(".ptce-fold").click()
        require_sound(page)
    search(page)
    tables(page, lang)


def test_popups_hold_texts_as_they_are(open_page):
    page = open_page(pole_map(members(), poles=poles()))
    page.evaluate("ptceMap.page.map._fadeAnimated = false")
    for text, (longitude, latitude) in zip(HOSTILE, PLACES, strict=True):
        page.evaluate(
            """place => {
              const { map } = ptceMap.page;
              map.closePopup();
              map.setView(place, 9, { animate: false });
            }""",
            [latitude, longitude],
        )
        ((x, y),) = page.evaluate(SPOTS, [(longitude, latitude)])
        page.mouse.click(x, y)
        assert text_of(page, ".leaflet-popup h2").endswith(text)
        require_sound(page)
