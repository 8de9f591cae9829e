"""Values of territories as a layer: in the colours of their classes, with a histogram."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from ptce_geo.labels import format_given, format_number, label
from ptce_geo.maps.classes import WITHOUT_K, scheme_named
from ptce_geo.maps.content import Areas, Histogram, MapClass
from ptce_geo.maps.palettes import (
    NO_DATA_COLOUR,
    SECRET_COLOUR,
    diverging_colours,
    sequential_colours,
)
from ptce_geo.maps.told_numbers import as_told, units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ptce_geo.labels import Language
    from ptce_geo.maps.classes import Classes
    from ptce_geo.maps.ground import Ground, Told

    Floats = NDArray[np.float64]

_BARS: Final = 24
# Beyond this many interquartile ranges from the quartiles a value is far out (Tukey, J. W. (1977),
# Exploratory data analysis), and not in the histogram.
_FAR_OUT: Final = 3


def value_layer(
    ground: Ground,
    told: Told,
    classes: Classes | None,
    *,
    key: str,
    title: str,
    unit: str,
    palette: str | None,
    notes: Sequence[str],
    lang: Language,
) -> Areas:
    """Return territories in the colours of the classes of their values; no classes: no values."""
    colours = () if classes is None else class_colours(classes, palette)
    legend = [] if classes is None else [*map(MapClass, classes.labels(lang), colours)]
    ranks = np.full(len(told.numbers), -1, dtype=np.int8)
    decimals = 0 if classes is None else classes.decimals
    histogram = None
    if classes is not None and len(told.known):
        ranks = classes.of(told.numbers)
        histogram, left_out = _histogram(told.known, classes, colours)
        if left_out:
            text = label("maps_histogram_left_out", lang)
            notes = [*notes, text.format(n=format_number(left_out, lang))]
    secret = MapClass(label("maps_secret", lang), SECRET_COLOUR, "hatch")
    no_data = MapClass(label("maps_no_data", lang), NO_DATA_COLOUR, "dots")
    set_apart(ranks, legend, told.secret, secret)
    set_apart(ranks, legend, told.missing, no_data)
    return Areas(
        key=key,
        title=title,
        topology=ground.topology,
        names=ground.names,
        classes=legend,
        class_of=ranks,
        values=as_told(told.numbers, decimals),
        decimals=decimals,
        unit=unit,
        notes=notes,
        histogram=histogram,
        groups=ground.departements,
    )


def set_apart(
    ranks: NDArray[np.int8],
    legend: list[MapClass],
    members: NDArray[np.bool_],
    their_class: MapClass,
) -> None:
    """Give territories a class of their own at the end of the legend; of none, there is none."""
    if members.any():
        ranks[members] = len(legend)
        legend.append(their_class)


def class_colours(classes: Classes, palette: str | None) -> tuple[str, ...]:
    """Return the colour of each class."""
    if classes.below is not None:
        above = len(classes) - classes.below - classes.neutral
        return diverging_colours(palette, classes.below, above, neutral=classes.neutral)
    return sequential_colours(palette, len(classes), zero=classes.zero)


def class_notes(
    classes: Classes | None, *, scheme: str, k: int, midpoint: float | None, lang: Language
) -> list[str]:
    """Say how the values were cut, and where there are fewer classes than asked for."""
    if classes is None:
        return []
    scheme = scheme_named(scheme)
    notes = [] if classes.single else [label(f"maps_scheme_{scheme}", lang)]
    if midpoint is not None and scheme != "user_defined":
        middle = format_given(midpoint, lang)
        notes.append(label("maps_both_sides", lang).format(midpoint=middle))
    found = len(classes) - classes.zero
    if found < k and (classes.single or scheme not in WITHOUT_K):
        reason = "maps_fewer_classes" if midpoint is None else "maps_fewer_classes_around"
        notes.append(label(reason, lang).format(n=found, k=k))
    return notes


def _histogram(
    numbers: Floats, classes: Classes, colours: Sequence[str]
) -> tuple[Histogram | None, int]:
    """Return bars of equal width, whole units of the last decimal, and how many values are out."""
    found = units(numbers, classes.decimals)
    quarter, three_quarters = np.quantile(found, [0.25, 0.75])
    far = _FAR_OUT * (three_quarters - quarter) or np.inf
    near = found[(found >= quarter - far) & (found <= three_quarters + far)]
    low, high = near.min(), near.max()
    if low == high:
        return None, 0
    width = math.ceil((high - low) / _BARS)
    if width == 1:  # a bar for each value
        edges = np.linspace(low, high, int(high - low) + 2)
        counts = np.bincount((near - low).astype(int))
    else:
        edges = np.append(np.arange(low, high, width), high)  # the last bar holds `high` too
        counts, _ = np.histogram(near, edges)
    scale = 10**classes.decimals
    bars = Histogram(
        (edges / scale).tolist(),
        counts.tolist(),
        [colours[rank] for rank in _usual_class(near, edges, classes)],
    )
    return bars, len(found) - len(near)


def _usual_class(found: Floats, edges: Floats, classes: Classes) -> NDArray[np.intp]:
    """Return the class of most of the values in each bar; of an empty bar, that of its middle."""
    scale = 10**classes.decimals
    bar = np.clip(np.searchsorted(edges, found, side="right") - 1, 0, len(edges) - 2)
    held = np.zeros((len(edges) - 1, len(classes)), dtype=int)
    np.add.at(held, (bar, classes.of(found / scale)), 1)
    middles = classes.of((edges[:-1] + edges[1:]) / 2 / scale)
    return np.where(held.any(axis=1), held.argmax(axis=1), middles)
