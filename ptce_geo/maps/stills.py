"""Save a map as a picture for a report, without a browser."""

from __future__ import annotations

import io
import math
import re
import warnings
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import folium
import numpy as np

from ptce_geo.checks import listing
from ptce_geo.errors import InputError, PtceGeoWarning
from ptce_geo.files.whole import write_whole
from ptce_geo.maps.element import MapContent, content_of

if TYPE_CHECKING:
    import os

    from ptce_geo.maps.content import Content

_SUFFIXES: Final = (".png", ".svg", ".pdf")
_CM_AN_INCH: Final = 2.54
_POINTS_AN_INCH: Final = 72
# Heading, legend and footer need this much; no sheet of paper is larger (A0).
_LEAST_CM, _MOST_CM = (14.0, 10.0), 120.0
_DPI: Final = (50, 1200)
_MOST_PIXELS: Final = 2e8
# DejaVu Sans has the widths of Verdana: where the reader's machine has no DejaVu, the words of an
# SVG still fit.
_SVG_FONT: Final = b"'DejaVu Sans'"
_SVG_FONTS: Final = b"'DejaVu Sans', Verdana, Geneva, sans-serif"
_PATH: Final = re.compile(rb'(<path[^>]*? d=")([^"]*)(")')
_PLACES: Final = {"M": 1, "L": 1, "Q": 2, "C": 3}  # that a letter of a path is told with
_NEEDLESS: Final = re.compile(r" (?=[a-z-])|(?<=[a-z]) ")
_CENTIPOINTS: Final = 100  # what matplotlib writes: hundredths of a point


def save_image(
    map_: folium.Map,
    path: str | os.PathLike[str],
    *,
    width_cm: float = 24.0,
    height_cm: float = 18.0,
    dpi: int = 200,
) -> Path:
    """Write the map that `save_map` writes as a picture: PNG, SVG or PDF, by the suffix.

    Lambert-93 for the métropole; each overseas département in its legal projection, in an inset
    with its own scale. Layers are those that the page shows when it opens. Layers that were added
    with folium are not drawn, and a warning says so.

    The same map gives the same file, to the byte. The words of an SVG stay words: they can be
    searched, read aloud and edited.

    Parameters
    ----------
    map_ : folium.Map
        From a map function of this library.
    path : path
        The file to write. It is replaced in one step: never half written.
    width_cm, height_cm : float
        Size on paper (cm), 14 x 10 at least; letters keep their size, the map gets the rest.
    dpi : int
        Pixels an inch of a PNG, 50 to 1,200.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If `map_` is no map of this library, the suffix is another one, or the size cannot be.
    OutputError
        If the file cannot be written there.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd
    >>> from ptce_geo.maps import pole_map
    >>> members = gpd.GeoDataFrame(
    ...     {
    ...         "member_name": ["La Fabrique"],
    ...         "pole_id": ["p1"],
    ...         "pole_name": ["Culture et Coopération"],
    ...         "geocode_status": ["accepted"],
    ...         "geocode_precision": ["municipality"],
    ...         "code_departement": ["42"],
    ...     },
    ...     geometry=gpd.points_from_xy([4.39], [45.44]),
    ...     crs="EPSG:4326",
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     picture = save_image(pole_map(members), folder + "/map.png", dpi=80)
    ...     picture.read_bytes()[1:4]
    b'PNG'
    """
    target = Path(path)
    content = content_of(map_)
    _warn_of_other_layers(map_)
    _check(target, width_cm, height_cm, dpi)
    picture = picture_of(
        content, target.suffix.lower(), width_cm=width_cm, height_cm=height_cm, dpi=dpi
    )
    write_whole(target, picture, what="the picture")
    return target


def picture(map_: folium.Map, *, width_cm: float = 24.0, height_cm: float = 18.0) -> str:
    """Return the SVG that `save_image` writes, to stand in a page.

    Parameters
    ----------
    map_ : folium.Map
        From a map function of this library.
    width_cm, height_cm : float
        Size on paper (cm), 14 x 10 at least.

    Returns
    -------
    str
        The text of the file, all of it.

    Raises
    ------
    InputError
        As `save_image`.

    Examples
    --------
    >>> import pandas as pd
    >>> from ptce_geo.maps import choropleth_map
    >>> from ptce_geo.territories import read_territories
    >>> regions = read_territories("region")
    >>> svg = picture(choropleth_map(regions, regions["population"], label="Habitants"))
    >>> svg.rstrip().endswith("</svg>"), "Habitants" in svg
    (True, True)
    """
    content = content_of(map_)
    _warn_of_other_layers(map_)
    _check(Path("picture.svg"), width_cm, height_cm, _DPI[0])
    return picture_of(content, ".svg", width_cm=width_cm, height_cm=height_cm, dpi=_DPI[0]).decode()


def _warn_of_other_layers(map_: folium.Map) -> None:
    known = (MapContent, folium.TileLayer, folium.LayerControl)
    others = [child for child in map_._children.values() if not isinstance(child, known)]
    if others:
        found = listing(sorted({type(child).__name__ for child in others}))
        msg = f"save_image does not draw layers added with folium: {found}; save_map does"
        warnings.warn(msg, PtceGeoWarning, stacklevel=3)


def picture_of(
    content: Content, suffix: str, *, width_cm: float, height_cm: float, dpi: int
) -> bytes:
    """Return the bytes of the file that `save_image` writes."""
    import matplotlib

    from ptce_geo.maps.still_layout import still
    from ptce_geo.maps.still_page import clean

    title = clean(content.title)
    metadata: dict[str, dict[str, Any]] = {
        ".png": {"Software": None, "Title": title},
        ".svg": {"Title": title, **dict.fromkeys(("Date", "Creator", "Format", "Type"))},
        ".pdf": {"Title": title, "Creator": "ptce_geo", "Producer": None, "CreationDate": None},
    }
    buffer = io.BytesIO()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # no style of the user's changes the picture
        matplotlib.rcParams.update(
            {
                "svg.fonttype": "none",
                "svg.hashsalt": "ptce_geo",
                "pdf.fonttype": 42,
                "text.hinting": "none",  # words are as wide as they were measured
                "hatch.linewidth": 0.4,
            }
        )
        page = still(
            content,
            width=width_cm / _CM_AN_INCH * _POINTS_AN_INCH,
            height=height_cm / _CM_AN_INCH * _POINTS_AN_INCH,
        )
        page.figure.savefig(buffer, format=suffix[1:], dpi=dpi, metadata=metadata[suffix])
    picture = buffer.getvalue()
    return _svg(picture, content.lang) if suffix == ".svg" else picture


def _svg(picture: bytes, lang: str) -> bytes:
    """Return an SVG without the address of its grammar, in the reader's fonts, half as long."""
    start = picture.index(b"<svg")
    declaration = b'<?xml version="1.0" encoding="utf-8"?>\n'
    opened = b'<svg role="img" lang="%s"' % lang.encode()
    body = picture[start + len(b"<svg") :].replace(_SVG_FONT, _SVG_FONTS)
    return declaration + opened + _PATH.sub(_shorter, body)


def _shorter(path: re.Match[bytes]) -> bytes:
    """Return a path with steps for its places: the same to 0.01 point, half as long."""
    before, drawn, after = path.groups()
    words = drawn.decode().split()
    letters = [word for word in words if word.isalpha()]
    numbers = np.array([word for word in words if not word.isalpha()], dtype=float)
    places = iter(np.rint(numbers * _CENTIPOINTS).astype(int).reshape(-1, 2).tolist())
    told: list[str] = []
    x = y = start_x = start_y = 0
    for letter in letters:
        told.append(letter.lower())
        if letter in "zZ":
            x, y = start_x, start_y
            continue
        for _ in range(_PLACES[letter]):
            to_x, to_y = next(places)
            told += (_step(to_x - x), _step(to_y - y))
        x, y = to_x, to_y
        if letter == "M":
            start_x, start_y = x, y
    # A letter or a minus parts numbers as well as a space does.
    return before + _NEEDLESS.sub("", " ".join(told)).encode() + after


@lru_cache(maxsize=4096)  # most steps are short, and come again
def _step(centipoints: int) -> str:
    """Write a step in points, without a zero that says nothing (".5", "-3")."""
    text = f"{centipoints / _CENTIPOINTS:g}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _check(target: Path, width_cm: float, height_cm: float, dpi: int) -> None:
    if target.suffix.lower() not in _SUFFIXES:
        msg = f"save_image writes {listing(_SUFFIXES)}, found {target.name!r}; change the suffix"
        raise InputError(msg)
    sizes = {"width_cm": width_cm, "height_cm": height_cm}
    for (name, size), lowest in zip(sizes.items(), _LEAST_CM, strict=True):
        if not (math.isfinite(size) and lowest <= size <= _MOST_CM):
            msg = f"{name} must be from {lowest:g} to {_MOST_CM:g}, found {size!r}"
            raise InputError(msg)
    if not _DPI[0] <= dpi <= _DPI[1]:
        msg = f"dpi must be from {_DPI[0]} to {_DPI[1]}, found {dpi!r}"
        raise InputError(msg)
    pixels = width_cm * height_cm * (dpi / _CM_AN_INCH) ** 2
    if target.suffix.lower() == ".png" and pixels > _MOST_PIXELS:
        msg = (
            f"a PNG of {width_cm:g} x {height_cm:g} cm at {dpi} dpi has {pixels / 1e6:.0f} million "
            f"pixels, {_MOST_PIXELS / 1e6:.0f} at most; lower dpi, or write an SVG or a PDF"
        )
        raise InputError(msg)
