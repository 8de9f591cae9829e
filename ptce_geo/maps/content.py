"""What a map shows: plain data that the page (browser) and the still (matplotlib) both draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ptce_geo.labels import Language
    from ptce_geo.maps.views import Bounds
    from ptce_geo.territories import Topology

@dataclass(frozen=True)
class MapClass:
    """One line of a legend: what is drawn in this colour."""

    label: str
    colour: str
    pattern: str = ""  # "" filled, "hatch" or "dots" over the colour: can be told without colours


@dataclass(frozen=True)
class Histogram:
    """How many territories have which value: bars over the legend."""

    edges: Sequence[float]  # n + 1, ascending
    counts: Sequence[int]  # n
    colours: Sequence[str]  # n


@dataclass(frozen=True)
class Areas:
    """Territories, each filled in the colour of its class.

    `class_of` and `values` are in the order of `topology.codes`; a class of -1 is not filled.
    """

    type: ClassVar[str] = "areas"
    key: str
    title: str
    topology: Topology
    names: Sequence[str]
    classes: Sequence[MapClass]
    class_of: NDArray[np.signedinteger]
    values: NDArray[np.float64] | None = None  # NaN: none; told as `decimals` and `unit` say
    decimals: int = 0
    unit: str = ""
    notes: Sequence[str] = ()  # lines under the legend
    histogram: Histogram | None = None
    # What else a tooltip tells: its label -> one text a territory.
    facts: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    # Borders drawn stronger: rank of the group of each territory (its département).
    groups: NDArray[np.int32] | None = None
    overlapping: bool = False  # drawn one by one, half transparent (footprints, reach)
    interactive: bool = True  # told on hover and touch, found by the search, in the table
    # Where every area is of one group of `Poles` (its footprint): ranks; shown when the pole is.
    pole_of: NDArray[np.int32] | None = None
    on: bool = True


@dataclass(frozen=True)
class Circles:
    """Circles whose area is proportional to a value."""

    type: ClassVar[str] = "circles"
    key: str
    title: str
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    names: Sequence[str]
    values: NDArray[np.float64]
    radius: NDArray[np.float64]  # pixels
    colour: str
    legend: Sequence[tuple[float, float]]  # value, radius in pixels; largest first
    decimals: int = 0
    unit: str = ""
    notes: Sequence[str] = ()
    facts: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    codes: Sequence[str] = ()
    on: bool = True


@dataclass(frozen=True)
class Lines:
    """Straight lines between two places, as wide as what they tell (poles that share members)."""

    type: ClassVar[str] = "lines"
    key: str
    title: str
    ends: NDArray[np.float64]  # n x 4: longitude, latitude of one end, then of the other
    names: Sequence[str]
    width: NDArray[np.float64]  # pixels
    colour: str
    legend: Sequence[tuple[str, float]] = ()  # words, width in pixels
    notes: Sequence[str] = ()
    facts: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    on: bool = True


@dataclass(frozen=True)
class Points:
    """Many points, one dot each where there is room, else circles with their number."""

    type: ClassVar[str] = "points"
    key: str
    title: str
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    names: Sequence[str]
    classes: Sequence[MapClass]  # the colour of a dot
    class_of: NDArray[np.signedinteger]
    facts: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    on: bool = True


@dataclass(frozen=True)
class Poles:
    """Poles with their members, seats and ties; filters and the list of poles in the panel."""

    type: ClassVar[str] = "poles"
    key: str
    title: str
    poles: Sequence[Mapping[str, Any]]  # what ptce_geo.maps.pole_records says of each
    members: Mapping[str, Any]  # "columns" and "rows"
    unplaced: int
    precisions: Mapping[str, str]  # a precision in words
    timeline: Mapping[str, Any] | None = None  # "years", "counts": a slider over the years
    notes: Sequence[str] = ()
    on: bool = True


Layer = Areas | Circles | Lines | Points | Poles


@dataclass(frozen=True)
class Content:
    """Everything one map shows."""

    kind: str  # the function that made it: "choropleth", "poles", ...
    lang: Language
    title: str
    summary: str  # one line under the title
    footer: Sequence[str]  # lines: counts, vintage, sources, date
    first_view: Bounds
    views: Sequence[Mapping[str, Any]]  # name, bounds, count (or None) of each part of France
    layers: Sequence[Layer]  # drawn in this order, the first at the bottom
    warning: str | None = None  # said at the top of the panel ("nothing to show")
    compare: tuple[str, str] | None = None  # keys of the layers of the left and the right map
