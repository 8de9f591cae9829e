"""Save a folium map as one page that opens from a disk, without a network."""

from __future__ import annotations

import base64
import re
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import folium

from ptce_geo.checks import listing
from ptce_geo.errors import InputError
from ptce_geo.files.whole import write_whole
from ptce_geo.labels import label
from ptce_geo.maps.base_maps import BASE_MAPS
from ptce_geo.maps.element import MapContent, asset, json_for_script
from ptce_geo.maps.remote import (
    ASSETS,
    Assets,
    Remote,
    Tags,
    evaluates,
    owner_of_links,
    remote_files,
    require_allowed,
    sources,
    unused_links,
    walk,
)

if TYPE_CHECKING:
    import os

    from branca.element import Element, Figure

_LEAFLET: Final = files("xstatic.pkg.leaflet") / "data"
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


def save_map(map_: folium.Map, path: str | os.PathLike[str], *, assets: Assets = "inline") -> Path:
    """Write `map_` to one HTML file.

    Leaflet comes from the XStatic-Leaflet package and stands in the page, images included. A
    Content-Security-Policy lets the page run the scripts it was saved with and no other, and fetch
    nothing but the tiles of base maps that the reader turns on and, with ``assets="cdn"``, the
    files that folium layers added to the map need.

    Parameters
    ----------
    map_ : folium.Map
        From a map function of this library, with or without folium layers added to it, or any
        other folium map.
    path : path
        The file to write. It is replaced in one step: never half written.
    assets : {"inline", "cdn"}
        "inline": the page opens without a network, and layers that need files from outside
        (folium.Icon, MarkerCluster, HeatMap, tiles shown at once ...) are refused by name.
        "cdn": those files keep their addresses, and the reader's browser fetches them when it
        opens the page. A page that needs none is the same either way.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If `map_` is no folium map, something on it needs a file that the page cannot have
        (both named), or `assets` is unknown.
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
    write_whole(target, render_page(map_, assets=assets).encode(), what="the map")
    return target


def render_page(map_: folium.Map, *, assets: Assets = "inline") -> str:
    """Return the HTML of the page that `save_map` writes."""
    if not isinstance(map_, folium.Map):
        msg = f"expected a folium.Map, as pole_map returns, found {type(map_).__name__}"
        raise InputError(msg)
    if assets not in ASSETS:
        msg = f"assets: expected {listing(ASSETS)}, found {assets!r}"
        raise InputError(msg)
    page, elements = _rendered(cast("Figure", map_.get_root()))
    files = remote_files(elements)
    tags = Tags(page)
    known = {file.address for file in files}
    linker = owner_of_links(elements)
    files += [Remote(linker, kind, at) for kind, at in tags.loaded if at not in known]
    require_allowed(files, assets=assets)
    files += [Remote("base map", "tiles", host) for host in _tile_hosts(elements)]
    policy = _policy(tags.scripts, sources(files), evaluate=evaluates(elements))
    return page.replace(_POLICY_MARK, policy, 1)


def _rendered(figure: Figure) -> tuple[str, list[Element]]:
    """Return the page of a figure, but for its policy, and the elements on it."""
    parts = (figure.header, figure.html, figure.script)
    before = [part._children.copy() for part in parts]
    try:
        figure.render()
        elements = walk(figure)
        return _clean(_numbered(_html(figure, elements), elements)), elements
    finally:
        # What rendering put there would stay when the layer that needs it is taken off the map.
        for part, children in zip(parts, before, strict=True):
            part._children = children


def _html(figure: Figure, elements: list[Element]) -> str:
    """Put the rendered parts of a figure together, without links that nothing needs."""
    unused = unused_links(elements)
    head = "\n".join(
        child.render() for name, child in figure.header._children.items() if name not in unused
    )
    # folium forbids readers to zoom the page; ours says only how wide it is.
    head = re.sub(r'<meta name="viewport"[^>]*>', "", head)
    own = next((each.content for each in elements if isinstance(each, MapContent)), None)
    return _PAGE.format(
        lang=own.lang if own else "fr",
        title=escape(own.title if own else figure.title or "Carte"),
        noscript=escape(label("map_noscript", own.lang if own else "fr")),
        leaflet=_leaflet(),
        head=head,
        body=f"{figure.html.render()}\n<script>\n{figure.script.render()}\n</script>",
    )


def _numbered(page: str, elements: list[Element]) -> str:
    """Return the page with folium's random identifiers numbered: one map, one page, to the byte."""
    ranks = {element._id: str(rank) for rank, element in enumerate(elements)}
    # Found by the underscore before them, which packed data has none of, in no time.
    return re.sub(r"_([0-9a-f]{32})", lambda found: "_" + ranks.get(found[1], found[1]), page)


def _clean(page: str) -> str:
    """Return the page as a browser reads it, for the hashes; halves of characters are replaced."""
    page = page.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return page.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _tile_hosts(elements: list[Element]) -> list[str]:
    """Return the hosts of the base maps that the reader of our maps may turn on."""
    ours = any(isinstance(element, MapContent) for element in elements)
    return [base["host"] for base in BASE_MAPS] if ours else []


@cache
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
        f"{asset('leaflet_setup.js')}{asset('folium.js')}</script>"
    )


def _policy(scripts: list[str], outside: dict[str, list[str]], *, evaluate: bool) -> str:
    """Return the Content-Security-Policy: these scripts, what lies `outside`, nothing else."""
    hashes = [
        f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'" for text in scripts
    ]
    allowed = {
        "default-src": ["'none'"],
        "script-src": [*dict.fromkeys(hashes), *(["'unsafe-eval'"] if evaluate else [])],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:", "blob:"],
        "frame-src": ["data:"],  # folium.IFrame in a popup
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    for directive, addresses in sorted(outside.items()):
        allowed[directive] = [*allowed.get(directive, []), *addresses]
    content = "; ".join(f"{directive} {' '.join(words)}" for directive, words in allowed.items())
    return f'<meta http-equiv="Content-Security-Policy" content="{escape(content)}">'
