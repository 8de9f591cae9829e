"""The base maps that a reader may turn on; a page opens without."""

from __future__ import annotations

from html import escape
from typing import Final, TypedDict
from urllib.parse import urlsplit

from xyzservices import TileProvider, providers


class BaseMap(TypedDict):
    """A base map as the page's scripts read it."""

    name: str  # its words are map_base_<name>
    host: str  # what the page may then ask, "https://host"
    url: str  # of a tile, with {z}, {x} and {y}
    attribution: str  # HTML, written here
    maxZoom: int


def _base_map(name: str, provider: TileProvider, *, owner: str, link: str) -> BaseMap:
    """Describe a provider; its attribution, as plain text, names `owner`, who gets the link."""
    url = provider.build_url()
    parts = urlsplit(url)
    words = escape(provider.attribution.replace("(C) ", ""))
    linked = f'<a href="{link}">{owner}</a>'
    words = words.replace(owner, linked) if owner in words else f"{linked}, {words}"
    return {
        "name": name,
        "host": f"{parts.scheme}://{parts.netloc}",
        "url": url,
        "attribution": f"© {words}",
        "maxZoom": provider.max_zoom,
    }


_IGN: Final = {"owner": "IGN", "link": "https://www.ign.fr/"}
_OSM: Final = {"owner": "OpenStreetMap", "link": "https://www.openstreetmap.org/copyright"}

BASE_MAPS: Final = (
    _base_map("plan", providers.GeoportailFrance.plan, **_IGN),
    _base_map("orthos", providers.GeoportailFrance.orthos, **_IGN),
    _base_map("osm", providers.OpenStreetMap.Mapnik, **_OSM),
)
