"""Save a folium map as one page that opens from a disk, without a network."""

from __future__ import annotations

import base64
import os
import re
from contextlib import suppress
from hashlib import sha256
from html import escape
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

import folium
from folium.raster_layers import TileLayer, WmsTileLayer

from ptce_geo.checks import listing
from ptce_geo.errors import InputError, OutputError
from ptce_geo.maps.element import PoleLayers, asset, json_for_script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from branca.element import Element, Figure

_LEAFLET: Final = files("xstatic.pkg.leaflet") / "data"
# What folium.Map links to, by the names it gives. Only Leaflet itself is needed, and inlined.
_FOLIUM_LINKS: Final = {name for name, _ in (*folium.Map.default_js, *folium.Map.default_css)}
# What a layer of the user that needs the network is answered.
_ADVICE: Final = (
    "a saved map must open without a network; leave the element out, "
    "or save that map with folium's own map_.save()"
)

_POLICY_MARK: Final = "<!-- policy -->"
_PAGE: Final = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<!-- policy -->
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{leaflet}
{head}
</head>
<body>
<noscript>{noscript}</noscript>
{body}
</body>
</html>
"""


def save_map(map_: folium.Map, path: str | os.PathLike[str]) -> Path:
    """Write `map_` to one HTML file that opens without a network.

    Leaflet comes from the XStatic-Leaflet package and stands in the page, images included. A
    Content-Security-Policy lets the page run the scripts it was saved with and no other, and fetch
    nothing but the tiles of base maps that the reader turns on.

    Parameters
    ----------
    map_ : folium.Map
        From `pole_map`, with or without folium layers added to it, or any other folium map.
    path : path
        The file to write. It is replaced in one step: never half written.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If `map_` is no folium map, or something on it needs a file from the network (named).
    OutputError
        If the file cannot be written there.

    Examples
    --------
    >>> import folium, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = save_map(folium.Map([46.5, 2.5], tiles=None), folder + "/map.html")
    ...     "https://cdn" in page.read_text(encoding="utf-8")
    False
    """
    target = Path(path)
    _write(target, render_page(map_))
    return target


def render_page(map_: folium.Map) -> str:
    """Return the HTML of the page that `save_map` writes."""
    if not isinstance(map_, folium.Map):
        msg = f"expected a folium.Map, as pole_map returns, found {type(map_).__name__}"
        raise InputError(msg)
    figure = cast("Figure", map_.get_root())
    elements = list(_walk(map_))
    _refuse_remote_layers(elements)
    figure.render()
    head = "\n".join(
        child.render()
        for name, child in figure.header._children.items()
        if name not in _FOLIUM_LINKS
    )
    # folium forbids readers to zoom the page; ours says only how wide it is.
    head = re.sub(r'<meta name="viewport"[^>]*>', "", head)
    body = f"{figure.html.render()}\n<script>\n{figure.script.render()}\n</script>"
    own = next((element for element in elements if isinstance(element, PoleLayers)), None)
    page = _PAGE.format(
        lang=own.data["lang"] if own else "fr",
        title=escape(own.data["title"] if own else figure.title or "Carte"),
        noscript=escape(own.data["text"]["noscript"] if own else "JavaScript"),
        leaflet=_leaflet(),
        head=head,
        body=body,
    )
    page = _numbered(page, figure)
    page = page.replace("\r\n", "\n").replace("\r", "\n")  # as a browser reads it, for the hashes
    seen = _Resources()
    seen.feed(page)
    if seen.remote:
        msg = f"the map needs files from outside the page: {listing(seen.remote)}; {_ADVICE}"
        raise InputError(msg)
    return page.replace(_POLICY_MARK, _policy(seen.scripts, _tile_hosts(elements)), 1)


def _numbered(page: str, figure: Figure) -> str:
    """Return the page with folium's random identifiers numbered: one map, one page, to the byte."""
    ranks = {element._id: str(rank) for rank, element in enumerate(_walk(figure))}
    return re.sub(r"[0-9a-f]{32}", lambda found: ranks.get(found[0], found[0]), page)


def _leaflet() -> str:
    """Return Leaflet's style and script, its images inside as data URIs."""
    images = {
        image.name: "data:image/png;base64," + base64.b64encode(image.read_bytes()).decode()
        for image in (_LEAFLET / "images").iterdir()
    }
    css = (_LEAFLET / "leaflet.css").read_text(encoding="utf-8")
    css = re.sub(r"url\(images/([\w.-]+)\)", lambda found: f"url({images[found[1]]})", css)
    js = (_LEAFLET / "leaflet.js").read_text(encoding="utf-8")
    js = re.sub(r"//# sourceMappingURL=.*", "", js)
    icon = {
        "iconUrl": images["marker-icon.png"],
        "iconRetinaUrl": images["marker-icon-2x.png"],
        "shadowUrl": images["marker-shadow.png"],
    }
    return (
        f"<style>\n{css}</style>\n<script>\n{js}\n"
        f'L.Icon.Default.imagePath = "";\nL.Icon.Default.mergeOptions({json_for_script(icon)});\n'
        f"{asset('folium.js')}</script>"
    )


def _policy(scripts: list[str], tile_hosts: list[str]) -> str:
    """Return the Content-Security-Policy: these scripts, these tiles, nothing else."""
    hashes = [
        f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'" for text in scripts
    ]
    content = "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(hashes)}",
            "style-src 'unsafe-inline'",
            f"img-src {' '.join(['data:', 'blob:', *tile_hosts])}",
            "frame-src data:",  # folium.IFrame in a popup
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{escape(content)}">'


class _Resources(HTMLParser):
    """Collects the scripts of a page, and what it would load from outside itself."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.remote: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            loads = name in {"src", "srcset", "poster"} or (tag, name) in {
                ("link", "href"),
                ("object", "data"),
            }
            if loads and value and not value.startswith("data:"):
                self.remote.append(value)
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside == "style":
            self.remote += re.findall(r"""url\(\s*["']?((?!data:|#)[^"')\s]+)""", data)
            self.remote += re.findall(r"""@import\s+["']([^"']+)""", data)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the signature is HTMLParser's
        self._inside = ""


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():
        yield from _walk(child)


def _refuse_remote_layers(elements: list[Element]) -> None:
    """Raise `InputError` for layers that fetch by script, which the page's tags do not show."""
    for element in elements:
        if isinstance(element, folium.Icon) and not isinstance(element, folium.CustomIcon):
            msg = (
                "folium.Icon needs Leaflet.awesome-markers and Font Awesome from the network; "
                "use a folium.Marker without icon, or with folium.DivIcon"
            )
            raise InputError(msg)
        if isinstance(element, (TileLayer, WmsTileLayer)):
            if element.show:
                msg = (
                    f"the tile layer {element.layer_name} would ask the network as soon as the "
                    "page opens; create it with show=False, or the map with tiles=None"
                )
                raise InputError(msg)
            continue
        address = _fetched(element)
        if address:
            msg = f"{type(element).__name__} fetches {address} by itself; {_ADVICE}"
            raise InputError(msg)


def _fetched(element: Element) -> str | None:
    """Return the address that a folium layer would fetch, None if it carries its data."""
    options = getattr(element, "options", {})
    candidates = [
        getattr(element, "url", None),
        getattr(element, "data", None),
        getattr(element, "embed_link", None),
        options.get("icon_url") if isinstance(options, dict) else None,
    ]
    for value in candidates:
        if isinstance(value, str) and value and not value.startswith(("data:", "{", "[", "<")):
            return value
    return None


def _tile_hosts(elements: list[Element]) -> list[str]:
    """Return the origins whose tiles the page may show once the reader asks for them."""
    hosts: list[str] = []
    for element in elements:
        if isinstance(element, PoleLayers):
            hosts += element.tile_hosts
        elif isinstance(element, (TileLayer, WmsTileLayer)):
            address = element.tiles if isinstance(element, TileLayer) else element.url
            parts = urlsplit(address.replace("{s}", "*"))
            hosts.append(f"{parts.scheme}://{parts.netloc}")
    return sorted(set(hosts))


def _write(target: Path, page: str) -> None:
    """Write `page` beside `target`, then put it in its place in one step."""
    part = target.parent / f".{target.name}.{os.getpid()}.part"
    try:
        if target.is_dir():
            raise IsADirectoryError(0, "it is a folder", str(target))
        part.write_text(page, encoding="utf-8", newline="\n")
        part.replace(target)
    except OSError as error:
        with suppress(OSError):  # there may be no folder to have left it in
            part.unlink()
        msg = f"cannot write the map to {target}: {error.strerror or error}; choose another path"
        raise OutputError(msg) from error
