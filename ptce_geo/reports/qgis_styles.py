"""How QGIS (3.22 and later) draws the layers of a study, and what it calls their columns: QML.

Every text goes through an XML writer, so that no heading or word can end an element.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import numpy as np

from ptce_geo import schema
from ptce_geo.labels import Language, format_number, format_share, label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from ptce_geo.reports.columns import Column
    from ptce_geo.reports.layers import Layer

# ColorBrewer YlGnBu and RdBu (turned round: red where there is more), colour-blind safe, as on the
# maps: Brewer, C. and Harrower, M. (2013), ColorBrewer 2.0.
_SEQUENTIAL: Final = ("#FFFFCC", "#A1DAB4", "#41B6C4", "#2C7FB8", "#253494")
_DIVERGING: Final = ("#0571B0", "#92C5DE", "#F7F7F7", "#F4A582", "#CA0020")
# A quotient says how many times the average: half, four fifths, as much, more, twice.
_QUOTIENTS: Final = (0.0, 0.5, 0.8, 1.25, 2.0)
_CLASSES: Final = len(_SEQUENTIAL)
_NOTHING: Final = "#FFFFFF"  # zero
_NO_DATA: Final = "#6B6F76"
# Where there is no figure; none of those drawn is negative.
_MISSING: Final = -1.0

# Okabe, M., Ito, K. (2008), Color Universal Design.
_STATUS_COLOURS: Final = {
    schema.ACCEPTED: "#0072B2",
    schema.REVIEW: "#E69F00",
    schema.REJECTED: "#6B6F76",
}
# The coarser the place, the larger and paler its mark: size (mm) and opacity of the fill.
_PRECISION_MARKS: Final = {
    "housenumber": (1.8, 1.0),
    "street": (2.2, 0.75),
    "locality": (2.6, 0.5),
    "municipality": (3.0, 0.25),
}
_POLE_COLOUR: Final = "#D55E00"
_FOOTPRINT_COLOUR: Final = "#CC79A7"
_WHITE_ZONE_COLOUR: Final = "#762A83"
_NAMES_FROM_SCALE: Final = 1_500_000  # names of poles are shown from 1 : this

_DRAWN: Final = (schema.MEMBERS_PER_100K, schema.MEMBERS, schema.LOCATION_QUOTIENT)
# Colour and width (mm) of borders.
_BORDER: Final = ("#6B6F76", "0.2")
_BORDER_OF_COMMUNES: Final = ("#BDBFC3", "0.1")
# Columns of words, which are shown as a reader knows them.
_WORDS: Final = {
    schema.GEOCODE_STATUS: schema.STATUSES,
    schema.GEOCODE_PRECISION: schema.PRECISIONS,
}
_TITLE_FIELDS: Final = (schema.MEMBER_NAME, schema.POLE_NAME, schema.NAME)
_DOCTYPE: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_GEOMETRY_TYPES: Final = {"Point": "0", "LineString": "1", "MultiPolygon": "2", "": "4"}

# What is drawn one over the other: class of a symbol layer of QGIS, and its options.
Symbol = list[tuple[str, dict[str, str]]]


@dataclass(frozen=True)
class Style:
    """One style of a layer.

    Attributes
    ----------
    name : str
        What QGIS lists it under.
    description : str
        What it shows.
    qml : str
        The style.
    default : bool
        Whether QGIS takes it when the layer is opened.
    """

    name: str
    description: str
    qml: str
    default: bool


def styles_of(layer: Layer, lang: Language = "fr") -> list[Style]:
    """Return the styles of a layer, the default one first.

    Parameters
    ----------
    layer : Layer
        The layer with its rows: classes are cut from the values.
    lang : {"fr", "en"}
        Language of legends.

    Returns
    -------
    list of Style
        Of territories one for each figure that they can be coloured by; of other layers one. All
        carry titles and number formats of the columns.
    """
    if figures := _figures(layer):
        return [
            Style(
                column.title,
                column.description,
                _document(layer, _graduated(layer, column, lang), lang),
                default=rank == 0,
            )
            for rank, column in enumerate(figures)
        ]
    renderer = None
    if layer.name == "members":
        renderer = _by_place(layer, lang)
    elif layer.name in _SINGLE:
        renderer = _single(*_SINGLE[layer.name])
    return [Style(layer.title, layer.description, _document(layer, renderer, lang), default=True)]


def _figures(layer: Layer) -> list[Column]:
    """Return the columns that territories are coloured by, the default one first."""
    if layer.key != schema.CODE or not layer.geometry:
        return []
    columns = [
        column
        for column in layer.columns
        if column.name in _DRAWN or column.name.startswith(f"{schema.SHARE_POPULATION}_")
    ]
    # Most rates of communes rest on one member.
    first = schema.MEMBERS if layer.name == "communes" else schema.MEMBERS_PER_100K
    return sorted(columns, key=lambda column: column.name != first)


def value_classes(values: pd.Series, *, decimals: int) -> list[tuple[float, float]]:
    """Return classes of the values above zero: quantiles, rounded.

    Parameters
    ----------
    values : Series
        Figures, none below zero; missing ones are no part of it.
    decimals : int
        That bounds are rounded to; the outer ones so that they hold every value. 0 for counts.

    Returns
    -------
    list of (float, float)
        Lower and upper bound of each, ascending; a class holds its upper bound, and of counts its
        lower one. Empty where no value is above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> value_classes(pd.Series([0, 1, 1, 1, 2, 9]), decimals=0)
    [(1.0, 1.0), (2.0, 2.0), (3.0, 9.0)]
    >>> value_classes(pd.Series([0.0, 0.123, 0.456]), decimals=2)
    [(0.12, 0.12), (0.12, 0.46)]
    """
    above = values[np.isfinite(values) & (values > 0)].to_numpy(dtype=float)
    if not len(above):
        return []
    step = 10.0**-decimals
    # Values of the list, so that a count has no bound between two numbers.
    cuts = np.quantile(above, np.arange(1, _CLASSES + 1) / _CLASSES, method="inverted_cdf")
    lowest, highest = (np.round(bound / step, 6) for bound in (above.min(), above.max()))
    cuts[-1] = np.ceil(highest) * step
    highs = np.unique(np.round(cuts, decimals))
    lows = [np.floor(lowest) * step, *highs[:-1] + (decimals == 0)]
    return [
        (round(float(low), decimals), float(high)) for low, high in zip(lows, highs, strict=True)
    ]


def _quotient_classes(values: pd.Series, *, decimals: int) -> list[tuple[float, float]]:
    """Return classes around 1, as many of them as values reach."""
    most = float(values.max()) if values.notna().any() else 0.0
    highest = max(float(np.ceil(most * 10**decimals)) / 10**decimals, 2 * _QUOTIENTS[-1])
    classes = pairwise([*_QUOTIENTS, highest])
    return [(low, high) for low, high in classes if low == 0 or low < most]


def _graduated(layer: Layer, column: Column, lang: Language) -> ET.Element:
    """Return a renderer that colours by classes, and hatches where there is no figure."""
    values = layer.frame[column.name]
    decimals = column.decimals + 2 * (column.kind == "share")
    if column.name == schema.LOCATION_QUOTIENT:
        classes = _quotient_classes(values, decimals=decimals)
        colours: Sequence[str] = _DIVERGING
    else:
        classes = value_classes(values, decimals=decimals)
        ranks = np.linspace(0, len(_SEQUENTIAL) - 1, len(classes)) if len(classes) > 1 else [2]
        colours = [_SEQUENTIAL[round(rank)] for rank in ranks]
        if (values == 0).any():
            classes, colours = [(0.0, 0.0), *classes], [_NOTHING, *colours]
    border = _BORDER_OF_COMMUNES if layer.name == "communes" else _BORDER
    symbols = [_fill(colour, *border) for colour in colours[: len(classes)]]
    labels = [_class_label(classes, rank, column, lang) for rank in range(len(classes))]
    if values.isna().any():
        classes = [*classes, (_MISSING, _MISSING)]
        labels.append(label("gpkg_no_data", lang))
        symbols.append(_hatching(_NO_DATA, border[1], angle=135))
    renderer = ET.Element(
        "renderer-v2",
        type="graduatedSymbol",
        attr=f'coalesce("{column.name}", {_MISSING:g})',
        graduatedMethod="GraduatedColor",
    )
    ranges = ET.SubElement(renderer, "ranges")
    for rank, ((low, high), told) in enumerate(zip(classes, labels, strict=True)):
        bounds = {"lower": repr(low), "upper": repr(high)}
        ET.SubElement(
            ranges, "range", {"symbol": str(rank), **bounds, "label": told, "render": "true"}
        )
    return _with_symbols(renderer, "fill", symbols)


def _class_label(
    classes: Sequence[tuple[float, float]], rank: int, column: Column, lang: Language
) -> str:
    """Say what a class holds: the one that begins where another ends does not hold that value."""
    low, high = classes[rank]
    tell = format_share if column.kind == "share" else format_number
    told = [tell(bound, lang, decimals=column.decimals) for bound in (low, high)]
    if low == high:
        return told[0]
    shared = rank > 0 and classes[rank - 1][1] == low
    return label(f"gpkg_class_{'next' if shared else 'first'}", lang).format(
        low=told[0], high=told[1]
    )


def _by_place(layer: Layer, lang: Language) -> ET.Element:
    """Return a renderer that tells how well each member is placed."""
    held = set(
        zip(
            layer.frame[schema.GEOCODE_STATUS],
            layer.frame[schema.GEOCODE_PRECISION],
            strict=True,
        )
    )
    kinds = [
        (status, precision)
        for status in schema.STATUSES
        for precision in schema.PRECISIONS
        if (status, precision) in held
    ]
    renderer = ET.Element(
        "renderer-v2",
        type="categorizedSymbol",
        attr=f'"{schema.GEOCODE_STATUS}" || \'/\' || "{schema.GEOCODE_PRECISION}"',
    )
    categories = ET.SubElement(renderer, "categories")
    for rank, (status, precision) in enumerate(kinds):
        told = f"{label(status, lang)}, {label(precision, lang)}"
        value = {"value": f"{status}/{precision}", "type": "string", "label": told}
        ET.SubElement(categories, "category", {"symbol": str(rank), **value, "render": "true"})
    marks = [
        _mark("circle", _STATUS_COLOURS[status], *_PRECISION_MARKS[precision])
        for status, precision in kinds
    ]
    return _with_symbols(renderer, "marker", marks)


def _single(kind: str, symbol: Symbol) -> ET.Element:
    return _with_symbols(ET.Element("renderer-v2", type="singleSymbol"), kind, [symbol])


def _with_symbols(renderer: ET.Element, kind: str, symbols: Sequence[Symbol]) -> ET.Element:
    listed = ET.SubElement(renderer, "symbols")
    for rank, symbol in enumerate(symbols):
        drawn = ET.SubElement(listed, "symbol", name=str(rank), type=kind, alpha="1")
        for drawing, options in symbol:
            part = ET.SubElement(drawn, "layer", {"class": drawing, "enabled": "1", "pass": "0"})
            _options(part, options)
    return renderer


def _colour(code: str, opacity: float = 1.0) -> str:
    red, green, blue = (int(code[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def _fill(colour: str, line: str, width: str, *, opacity: float = 1.0) -> Symbol:
    options = {"color": _colour(colour, opacity), "style": "solid", "joinstyle": "round"}
    edge = {"outline_color": _colour(line), "outline_style": "solid", "outline_width": width}
    return [("SimpleFill", {**options, **edge, "outline_width_unit": "MM"})]


def _hatching(colour: str, width: str, *, angle: int) -> Symbol:
    lines = {"color": _colour(colour, 0.6), "angle": str(angle), "distance": "1.8"}
    units = {"line_width": "0.18", "line_width_unit": "MM", "distance_unit": "MM"}
    edge = _fill(_NOTHING, colour, width, opacity=0)
    return [("LinePatternFill", {**lines, **units}), *edge]


def _mark(shape: str, colour: str, size: float, opacity: float = 1.0) -> Symbol:
    edge = {"outline_color": _colour(colour if opacity < 1 else _NOTHING), "outline_width": "0.3"}
    look = {"name": shape, "size": f"{size:g}", "size_unit": "MM"}
    return [("SimpleMarker", {"color": _colour(colour, opacity), **edge, **look})]


_SINGLE: Final[dict[str, tuple[str, Symbol]]] = {
    "poles": ("marker", _mark("diamond", _POLE_COLOUR, 3.6)),
    "footprints": ("fill", _fill(_FOOTPRINT_COLOUR, _FOOTPRINT_COLOUR, "0.4", opacity=0.3)),
    "footprint_lines": (
        "line",
        [("SimpleLine", {"line_color": _colour(_FOOTPRINT_COLOUR), "line_width": "0.6"})],
    ),
    "white_zones": ("fill", _hatching(_WHITE_ZONE_COLOUR, "0.3", angle=45)),
}


def _document(layer: Layer, renderer: ET.Element | None, lang: Language) -> str:
    """Return the style: how it is drawn, what its columns are called and how numbers are shown."""
    named = layer.name == "poles"
    page = ET.Element("qgis", version="3.22.0", labelsEnabled=str(int(named)))
    if renderer is not None:
        page.append(renderer)
    if named:
        page.append(_names(schema.POLE_NAME))
    widgets = ET.SubElement(page, "fieldConfiguration")
    aliases = ET.SubElement(page, "aliases")
    for column in layer.columns:
        ET.SubElement(aliases, "alias", field=column.name, name=_printable(column.title))
        field = ET.SubElement(widgets, "field", name=column.name)
        _widget(field, column, lang)
    title = next((name for name in _TITLE_FIELDS if name in layer.frame), None)
    if title is not None:
        ET.SubElement(page, "previewExpression").text = f'"{title}"'
    ET.SubElement(page, "layerGeometryType").text = _GEOMETRY_TYPES[layer.geometry]
    return f"{_DOCTYPE}{ET.tostring(page, encoding='unicode')}\n"


def _widget(field: ET.Element, column: Column, lang: Language) -> None:
    """Say how QGIS shows the values of a column, where that is not as they are."""
    words = _WORDS.get(column.name)
    if words is None and column.kind not in ("number", "share"):
        return
    widget = ET.SubElement(field, "editWidget", type="ValueMap" if words else "Range")
    config = ET.SubElement(ET.SubElement(widget, "config"), "Option", type="Map")
    if words is None:
        decimals = str(column.decimals + 2 * (column.kind == "share"))
        ET.SubElement(config, "Option", name="Precision", type="int", value=decimals)
        ET.SubElement(config, "Option", name="AllowNull", type="bool", value="true")
        return
    known = ET.SubElement(config, "Option", name="map", type="List")
    for word in words:
        _options(known, {label(word, lang): word})


def _options(parent: ET.Element, options: Mapping[str, str]) -> None:
    held = ET.SubElement(parent, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(held, "Option", name=name, type="QString", value=value)


def _names(field: str) -> ET.Element:
    """Return labels, shown once the map is large enough for them."""
    labeling = ET.Element("labeling", type="simple")
    settings = ET.SubElement(labeling, "settings")
    text = {"fieldName": field, "fontSize": "9", "fontSizeUnit": "Point", "textOpacity": "1"}
    style = ET.SubElement(settings, "text-style", {**text, "textColor": _colour("#222222")})
    halo = {"bufferDraw": "1", "bufferSize": "1", "bufferSizeUnits": "MM", "bufferOpacity": "0.8"}
    ET.SubElement(style, "text-buffer", {**halo, "bufferColor": _colour(_NOTHING)})
    ET.SubElement(settings, "placement", placement="6", dist="1")
    scales = {"scaleVisibility": "1", "scaleMin": "0", "scaleMax": str(_NAMES_FROM_SCALE)}
    ET.SubElement(settings, "rendering", {"drawLabels": "1", **scales})
    return labeling


def _printable(text: str) -> str:
    """Return a heading without what XML cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
