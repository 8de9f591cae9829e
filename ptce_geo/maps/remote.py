"""What a folium map would load from outside its page: named, or let in one address at a time."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from urllib.parse import quote, urlsplit

import folium
from branca.colormap import ColorMap
from branca.element import Element, Link
from folium.features import VegaLite
from folium.raster_layers import ImageOverlay, TileLayer, WmsTileLayer

from ptce_geo.checks import listing
from ptce_geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Assets = Literal["inline", "cdn"]
ASSETS: Final = ("inline", "cdn")

# What folium.Map links to, by the names it gives. Leaflet is inlined; most of the rest serves
# nothing on the map, and goes.
_MAP_FILES: Final = {
    **{name: ("script", address) for name, address in folium.Map.default_js},
    **{name: ("style", address) for name, address in folium.Map.default_css},
}
_ICON_FILES: Final = ("awesome_markers", "awesome_markers_css", "awesome_rotate_css")
_ICON_FONTS: Final = {"fa": "awesome_markers_font_css", "glyphicon": "glyphicons_css"}
# Elements that use files of folium.Map without declaring them; folium.Icon is another.
# Plugins are told by their names: folium takes long to import them, and most maps have none.
_USE_FONT_AWESOME: Final = ("BeautifyIcon", "LocateControl", "TagFilterButton")
_USE_JQUERY: Final = ("HeatMapWithTime", "TimeSliderChoropleth")
# Elements that link to other files without declaring them.
_LINK_BY_THEMSELVES: Final = (ColorMap, VegaLite)
# Elements whose scripts make functions from text.
_EVALUATE: Final = ("Vega", "VegaLite", "MeasureControl")

# What may load a file of each kind. Style sheets bring fonts and images of their host.
_DIRECTIVES: Final = {
    "script": ("script-src",),
    "style": ("style-src",),
    "styled": ("font-src", "img-src"),
    "image": ("img-src",),
    "tiles": ("img-src",),
    "data": ("connect-src",),
    "media": ("media-src",),
    "frame": ("frame-src",),
    "object": ("object-src",),
}
_KIND_OF_TAG: Final = {"script": "script", "iframe": "frame", "embed": "object",
                       "object": "object", "audio": "media", "video": "media"}  # fmt: skip


class Remote(NamedTuple):
    """A file that something on the map loads."""

    owner: str  # class of the element, and its name where it has one
    kind: str  # a key of _DIRECTIVES
    address: str
    at_once: bool = True  # False: only once the reader asks for it


class Tags(HTMLParser):
    """Collects the scripts of a page, and what its tags and styles would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.loaded: list[tuple[str, str]] = []  # kind, address
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag loads."""
        values = {name: value or "" for name, value in attrs}
        sheet = tag == "link" and "stylesheet" in values.get("rel", "").lower()
        kind = "style" if sheet else _KIND_OF_TAG.get(tag, "image")
        addresses = [values.get("src", ""), values.get("poster", "")]
        addresses += [
            part.split()[0] for part in values.get("srcset", "").split(",") if part.strip()
        ]
        addresses += [values.get("href", "")] if tag == "link" else []
        addresses += [values.get("data", "")] if tag == "object" else []
        self.loaded += [(kind, address) for address in addresses if _is_outside(address)]
        self._read_style(values.get("style", ""))
        # Text of another type is data, which no browser runs.
        runs = tag == "script" and values.get("type", "") in {"", "module", "text/javascript"}
        self._inside = tag if tag != "script" or (runs and "src" not in values) else ""
        if self._inside == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        """Keep the text of a script, look through a style."""
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside == "style":
            self._read_style(data)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the signature is HTMLParser's
        """Leave a script or style."""
        self._inside = ""

    def _read_style(self, text: str) -> None:
        sheets = re.findall(r"""@import\s+(?:url\(\s*)?["']?([^"')\s;]+)""", text)
        self.loaded += [("style", address) for address in sheets if _is_outside(address)]
        others = re.findall(r"""url\(\s*["']?([^"')\s]+)""", text)
        self.loaded += [
            ("styled", address)
            for address in others
            if address not in sheets and _is_outside(address)
        ]


def walk(figure: Element) -> list[Element]:
    """Return every element of a figure, and those that elements hold as attributes (icons)."""
    found: dict[int, Element] = {}
    waiting = [figure]
    while waiting:
        element = waiting.pop()
        if id(element) in found:
            continue
        found[id(element)] = element
        held = [value for name, value in vars(element).items() if name != "_parent"]
        inner = [*element._children.values(), *held]
        waiting += [each for each in reversed(inner) if isinstance(each, Element)]
    return list(found.values())


def unused_links(elements: list[Element]) -> set[str]:
    """Return the names of folium.Map's own links that nothing on the map needs."""
    users = (element for element in elements if not isinstance(element, folium.Map))
    return set(_MAP_FILES) - {name for element in users for name, _, _ in _links(element)}


def remote_files(elements: list[Element]) -> list[Remote]:
    """Return what the elements of a figure load, except what only the tags of the page show."""
    found = []
    for element in elements:
        owner = type(element).__name__
        if isinstance(element, (TileLayer, WmsTileLayer)):
            address = element.tiles if isinstance(element, TileLayer) else element.url
            if element.layer_name != element.get_name():  # what folium calls a layer without name
                owner = f"{owner} {element.layer_name}"
            found.append(Remote(owner, "tiles", address, element.show))
            continue
        own = _MAP_FILES if isinstance(element, folium.Map) else {}
        found += [
            *(Remote(owner, kind, at) for name, kind, at in _links(element) if name not in own),
            *(Remote(owner, kind, at) for kind, at in _fetched(element)),
            *(Remote(owner, kind, at) for kind, at in Tags(_markup(element)).loaded),
        ]
    return found


def require_allowed(files: Iterable[Remote], *, assets: Assets) -> None:
    """Raise `InputError` if a page saved with `assets` could not have one of `files`."""
    beside = [file for file in files if urlsplit(file.address).scheme not in {"http", "https"}]
    if beside:
        msg = (
            f"a saved map is one file, but {_needs(beside)}; "
            "put the data into the map itself, or give a whole https address"
        )
        raise InputError(msg)
    asking = [file for file in files if file.at_once]
    if asking and assets == "inline":
        msg = (
            f"a saved map opens without a network, but {_needs(asking)}; leave it out, or save "
            'with assets="cdn": then the reader’s browser fetches the files when it opens the page'
        )
        if any(file.kind == "tiles" for file in asking):
            msg += "; a tile layer can wait with show=False, a folium.Map start with tiles=None"
        raise InputError(msg)


def sources(files: Iterable[Remote]) -> dict[str, list[str]]:
    """Return what the Content-Security-Policy has to let in for `files`, by directive."""
    allowed: dict[str, set[str]] = {}
    for file in files:
        parts = urlsplit(file.address.replace("{s}", "*"))
        origin = f"{parts.scheme}://{parts.netloc}"
        # A policy holds no query, and no braces: what is asked with them is allowed by its host.
        whole = origin if "{" in parts.path else origin + quote(parts.path, safe="/@:%!$&'()*+=~")
        for directive in _DIRECTIVES[file.kind]:
            allowed.setdefault(directive, set()).add(origin if file.kind == "tiles" else whole)
        if file.kind == "style":
            for directive in _DIRECTIVES["styled"]:
                allowed.setdefault(directive, set()).add(origin)
    return {directive: sorted(values) for directive, values in allowed.items()}


def owner_of_links(elements: list[Element]) -> str:
    """Return the classes of the elements that link to files without declaring them."""
    names = {type(each).__name__ for each in elements if isinstance(each, _LINK_BY_THEMSELVES)}
    return " or ".join(sorted(names)) or "the page"


def evaluates(elements: list[Element]) -> bool:
    """Say whether a script of an element makes functions from text."""
    return any(_is_of_folium(element, *_EVALUATE) for element in elements)


def _is_of_folium(element: Element, *names: str) -> bool:
    """Return whether an element is of one of these classes of folium, or of one made from it."""
    return any(
        kind.__name__ in names and kind.__module__.startswith("folium.")
        for kind in type(element).__mro__
    )


def _is_outside(address: str) -> bool:
    return bool(address.strip()) and not address.startswith(("data:", "blob:", "#"))


def _links(element: Element) -> Iterator[tuple[str, str, str]]:
    """Give name, kind and address of the scripts and style sheets that an element needs."""
    for name, address in getattr(element, "default_js", ()):
        yield name, "script", address
    for name, address in getattr(element, "default_css", ()):
        yield name, "style", address
    for name in _undeclared(element):
        yield name, *_MAP_FILES[name]


def _undeclared(element: Element) -> Iterator[str]:
    """Give the names of the files of folium.Map that an element uses without declaring them."""
    if isinstance(element, folium.Icon) and not isinstance(element, folium.CustomIcon):
        yield from _ICON_FILES
        prefix = element.options.get("prefix")
        yield from (font for name, font in _ICON_FONTS.items() if name == prefix)
    if _is_of_folium(element, *_USE_FONT_AWESOME):
        yield _ICON_FONTS["fa"]
    if _is_of_folium(element, *_USE_JQUERY) or getattr(element, "embed_link", None):
        yield "jquery"


def _fetched(element: Element) -> Iterator[tuple[str, str]]:
    """Give kind and address of what an element's script fetches."""
    if isinstance(element, Link):
        return
    options = getattr(element, "options", None)
    options = options if isinstance(options, dict) else {}
    candidates = [
        *(("image", options.get(name)) for name in ("icon_url", "shadow_url")),
        ("media", getattr(element, "video_url", None)),
        ("image" if isinstance(element, ImageOverlay) else "data", getattr(element, "url", None)),
        ("data", getattr(element, "src", None)),
        ("data", getattr(element, "embed_link", None)),
    ]
    if _is_of_folium(element, "TimestampedGeoJson") and not getattr(element, "embed", True):
        candidates.append(("data", getattr(element, "data", None)))
    if _is_of_folium(element, "Geocoder") and options.get("provider") == "nominatim":
        candidates.append(("data", "https://nominatim.openstreetmap.org/"))
    for kind, value in candidates:
        if isinstance(value, str) and _is_outside(value) and not value.startswith(("{", "[", "<")):
            yield kind, value


def _markup(element: Element) -> str:
    """Return the HTML that an element's script puts into the page."""
    if isinstance(element, folium.Popup):
        text = element.html.render()
    elif isinstance(element, folium.Tooltip):
        text = element.text
    elif isinstance(element, folium.DivIcon):
        text = str(element.options.get("html") or "")
    else:
        return ""
    return text if "<" in text else ""


def _needs(files: list[Remote]) -> str:
    """Say which element needs which files."""
    by_owner: dict[str, list[str]] = {}
    for file in files:
        by_owner.setdefault(file.owner, []).append(file.address)
    needs = [f"{owner} needs {listing(dict.fromkeys(found))}" for owner, found in by_owner.items()]
    return "; ".join(needs)
