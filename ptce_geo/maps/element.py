"""The one folium element that carries poles, members, panel and legend into the page."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final, cast

from branca.element import Element, Figure, MacroElement

# In the order in which they build on each other.
_SCRIPTS: Final = ("dom.js", "layout.js", "shapes.js", "popups.js", "panel.js", "map.js")


class Raw(Element):
    """Text that goes into the page as it is.

    branca renders what a MacroElement returns a second time, as a Jinja template: a member called
    ``{{ x }}`` would be evaluated. This element is not a template.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "Raw"
        self.text = text

    def render(self, **_: Any) -> str:  # noqa: ANN401 - the signature is branca's
        """Return the text."""
        return self.text


def asset(name: str) -> str:
    """Return the text of one of our files in ``assets/``."""
    return (files("ptce_geo.maps") / "assets" / name).read_text(encoding="utf-8")


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


class PoleLayers(MacroElement):
    """Poles, members, départements, panel and footer of a map.

    Parameters
    ----------
    data : dict
        What `ptce_geo.maps.page_data.page_data` returns; everything the page shows.
    tile_hosts : tuple of str
        The hosts of the base maps that the reader may turn on ("https://host").
    """

    def __init__(self, data: dict[str, Any], *, tile_hosts: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._name = "PoleLayers"
        self.data = data
        self.tile_hosts = tile_hosts

    def render(self, **_: Any) -> str:  # noqa: ANN401 - the signature is branca's
        """Put style, scripts and data into the figure; nothing where the element stands."""
        figure = cast("Figure", self.get_root())
        parent = cast("Element", self._parent)
        script = "\n".join(asset(name) for name in _SCRIPTS)
        figure.header.add_child(Raw(f"<style>\n{asset('map.css')}</style>"), name="ptce_css")
        figure.header.add_child(
            Raw(f'<script>\n(() => {{\n"use strict";\n{script}}})();\n</script>'), name="ptce_js"
        )
        name = self.get_name()
        data = json_for_script(self.data)
        figure.html.add_child(
            Raw(f'<script type="application/json" id="{name}">{data}</script>'), name=name
        )
        figure.script.add_child(
            Raw(
                f"ptceMap.draw({parent.get_name()}, "
                f'JSON.parse(document.getElementById("{name}").textContent));'
            ),
            name=name,
        )
        return ""
