"""The one folium element that carries a map's content, style and scripts into the page."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Final, cast

import folium
from branca.element import Element, Figure, MacroElement

from ptce_geo.errors import InputError
from ptce_geo.labels import label
from ptce_geo.maps.packing import pack
from ptce_geo.maps.page_data import page_data

if TYPE_CHECKING:
    from ptce_geo.maps.content import Content

# For those above who hand a map on without knowing folium.
FoliumMap = folium.Map

# In the order in which they build on each other.
_SCRIPTS: Final = (
    "dom.js",
    "unpack.js",
    "area_shapes.js",
    "area_canvas.js",
    "areas.js",
    "marks.js",
    "circles.js",
    "lines.js",
    "clusters.js",
    "points.js",
    "layout.js",
    "shapes.js",
    "popups.js",
    "pole_filters.js",
    "poles.js",
    "panel.js",
    "insets.js",
    "compare.js",
    "state.js",
    "table.js",
    "map.js",
)
_STYLES: Final = (
    "map.css",
    "layers.css",
    "marks.css",
    "insets.css",
    "compare.css",
    "print.css",
)


def folium_map(content: Content) -> folium.Map:
    """Return a folium map that shows `content`; folium layers can be added to it."""
    (south, west), (north, east) = content.first_view
    map_ = folium.Map(
        [(south + north) / 2, (west + east) / 2],
        zoom_start=6,
        tiles=None,
        zoom_control=False,  # ours has its words in the language of the page
        world_copy_jump=False,
        maxZoom=19,  # without it a MarkerCluster of the user's would not start
    )
    MapContent(content).add_to(map_)
    return map_


def content_of(map_: folium.Map) -> Content:
    """Return what a map of this library shows.

    Raises
    ------
    InputError
        If `map_` is no folium map, or none of this library's.
    """
    if not isinstance(map_, folium.Map):
        msg = f"expected a folium.Map, as pole_map returns, found {type(map_).__name__}"
        raise InputError(msg)
    for child in map_._children.values():
        if isinstance(child, MapContent):
            return child.content
    msg = "expected a map made by ptce_geo (pole_map, choropleth_map ...), found a plain folium.Map"
    raise InputError(msg)


class Raw(Element):
    """Text that goes into the page as it is.

    branca renders what a MacroElement returns a second time, as a Jinja template: a member called
    ``{{ x }}`` would be evaluated. This element is not a template.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "Raw"
        self.text = text

    def render(self, **_: object) -> str:
        """Return the text."""
        return self.text


def json_for_script(data: object) -> str:
    r"""Write `data` as JSON that can stand inside a ``<script>``.

    Everything that is not ASCII is escaped, U+2028 and U+2029 with it, and so are ``<``, ``>`` and
    ``&``: no text can end the script or start a comment.

    Examples
    --------
    >>> print(json_for_script("</script>"))
    "\u003c/script\u003e"
    """
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def asset(name: str) -> str:
    """Return the text of one of our files in ``assets/``."""
    return (files("ptce_geo.maps") / "assets" / name).read_text(encoding="utf-8")


class MapContent(MacroElement):
    """The content of a map, and what draws it: style, scripts, the packed data.

    Parameters
    ----------
    content : Content
        Everything that the page shows.
    """

    def __init__(self, content: Content) -> None:
        super().__init__()
        self._name = "MapContent"
        self.content = content

    def render(self, **_: object) -> str:
        """Put style, scripts and data into the figure; nothing where the element stands."""
        figure = cast("Figure", self.get_root())
        parent = cast("Element", self._parent)
        style = "\n".join(asset(name) for name in _STYLES)
        script = "\n".join(asset(name) for name in _SCRIPTS)
        figure.header.add_child(Raw(f"<style>\n{style}</style>"), name="ptce_css")
        figure.header.add_child(
            Raw(f'<script>\n(() => {{\n"use strict";\n{script}}})();\n</script>'), name="ptce_js"
        )
        name = self.get_name()
        data = pack(page_data(self.content))
        # Not among the data: a browser too old to unpack them says so.
        old = escape(label("map_old_browser", self.content.lang))
        figure.html.add_child(
            Raw(f'<script type="text/plain" id="{name}" data-old-browser="{old}">{data}</script>'),
            name=name,
        )
        figure.script.add_child(Raw(f'ptceMap.start({parent.get_name()}, "{name}");'), name=name)
        return ""
