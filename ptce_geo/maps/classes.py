"""Classes of values for a choropleth: where they are cut, and what the legend says of each.

What is classed is what is told: values rounded to the decimals that the reader sees, counted in
units of the last decimal. A bound of the legend then holds exactly, whatever the scheme found.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ptce_geo.checks import listing
from ptce_geo.errors import InputError
from ptce_geo.labels import format_number, label
from ptce_geo.maps.optimal_classes import optimal_bounds
from ptce_geo.maps.told_numbers import (
    MOST_DECIMALS,
    check_decimals,
    decimals_of,
    is_number,
    is_whole,
    units,
    whole_number,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ptce_geo.labels import Language

    Floats = NDArray[np.float64]

# Schemes of mapclassify, but for max_p and the jenks_caspall (they fail on values that are equal,
# or search at random). Those that search at random (fisher_jenks_sampled, natural_breaks) or in
# the square of the number of values (fisher_jenks) look for one and the same optimum, which
# `optimal_bounds` finds at once.
_OPTIMAL: Final = ("fisher_jenks", "fisher_jenks_sampled", "natural_breaks")
# Bounds that only part the values: the roundest number between two of them does as well.
_PARTING: Final = ("quantiles", *_OPTIMAL, "maximum_breaks", "head_tail_breaks")
# Those that k does not bind.
WITHOUT_K: Final = (
    *("pretty_breaks", "percentiles", "box_plot", "std_mean"),
    *("head_tail_breaks", "user_defined"),
)
SCHEMES: Final = tuple(dict.fromkeys([*_PARTING, "equal_interval", *WITHOUT_K]))
_MOST_NESTED: Final = 9  # of head_tail_breaks: ColorBrewer has no more colours in a row
_MOST_EACH_SIDE: Final = 5  # of a midpoint, likewise
_FEW: Final = 2  # values that any scheme parts one by one


@dataclass(frozen=True)
class Classes:
    """Classes of values, ascending.

    Attributes
    ----------
    lows : tuple of int
        Where each begins, in units of the last decimal: it holds what is at least this and less
        than the next.
    high : int
        Where the last one ends; it holds that too.
    decimals : int
        Decimals of the values, as the reader sees them.
    single : bool
        Whether each class holds one value only.
    zero : bool
        Whether the first class is zero, set apart.
    below : int or None
        How many lie below the midpoint; None without one.
    neutral : bool
        Whether the class after these is around the midpoint.
    """

    lows: tuple[float, ...]
    high: float
    decimals: int
    single: bool = False
    zero: bool = False
    below: int | None = None
    neutral: bool = False

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.lows)

    def of(self, values: Floats) -> NDArray[np.int8]:
        """Return the rank of the class of each value, -1 for NaN."""
        ranks = np.searchsorted(self.lows[1:], units(values, self.decimals), side="right")
        return np.where(np.isnan(values), -1, ranks).astype(np.int8)

    def labels(self, lang: Language = "fr") -> list[str]:
        """Say what each class holds.

        Examples
        --------
        >>> Classes((0, 1, 2), 9, decimals=0).labels()
        ['0', '1', '2 à 9']
        >>> Classes((5, 12), 31, decimals=1).labels()
        ['de 0,5 à moins de 1,2', 'de 1,2 à 3,1']
        """
        return [self._label(rank, lang) for rank in range(len(self))]

    def _label(self, rank: int, lang: Language) -> str:
        low, last = self.lows[rank], rank == len(self) - 1
        end = self.high if last else self.lows[rank + 1]
        highest = end if last else end - 1
        key = "to" if last else "under"
        if self.single or low == highest:
            highest, key = low, "one"
        elif math.isinf(low):
            key = "below"
        elif self.decimals == 0:
            end, key = highest, "whole"
        return label(f"maps_class_{key}", lang).format(
            low=self._told(low, lang), high=self._told(end, lang)
        )

    def _told(self, bound: float, lang: Language) -> str:
        if math.isinf(bound):
            return ""
        return format_number(bound / 10**self.decimals, lang, decimals=self.decimals)


def scheme_named(name: str) -> str:
    """Return the scheme of that name, whatever its case and underscores.

    Raises
    ------
    InputError
        If there is none; the message lists those there are.

    Examples
    --------
    >>> scheme_named("FisherJenks"), scheme_named("equal interval")
    ('fisher_jenks', 'equal_interval')
    """
    folded = {known.replace("_", ""): known for known in SCHEMES}
    wanted = "".join(letter for letter in str(name).lower() if letter.isalnum())
    if wanted not in folded:
        msg = f"unknown scheme {name!r}; known: {', '.join(SCHEMES)}"
        raise InputError(msg)
    return folded[wanted]


def check_scheme(
    scheme: str,
    *,
    k: int,
    bins: Sequence[float] | None,
    midpoint: float | None,
    decimals: int | None,
) -> None:
    """Raise `InputError` unless values can be cut like that.

    Parameters
    ----------
    scheme : str
        One of `SCHEMES`.
    k : int
        Number of classes, for the schemes that want one.
    bins : sequence of float or None
        Upper bounds, ascending, for "user_defined" and only for it.
    midpoint : float or None
        Classes on both sides of it, as far from it below as above, and one around it: the scheme
        cuts |log(value / midpoint)| where midpoint > 0 and no value is negative, else
        |value - midpoint|, into k // 2 + 1. Where all values near it lie on one side of it, their
        class is of that side. Bins are taken as they are.
    decimals : int or None
        Of the values, as the reader sees them; None: by their spread.
    """
    named = scheme_named(scheme)
    if (whole := whole_number(k)) is None or whole < 2:
        msg = f"k= must be a whole number of at least 2, found {k!r}"
        raise InputError(msg)
    if (named == "user_defined") != (bins is not None):
        msg = 'scheme="user_defined" and bins= (upper bounds) go together; give both or neither'
        raise InputError(msg)
    if bins is not None:
        _check_bins(bins)
    if midpoint is not None and not (is_number(midpoint) and math.isfinite(midpoint)):
        msg = f"midpoint= must be a finite number, found {midpoint!r}"
        raise InputError(msg)
    check_decimals(decimals)


def _check_bins(bins: object) -> None:
    """Raise `InputError` unless they are numbers, ascending."""
    listed = []
    if isinstance(bins, Iterable) and not isinstance(bins, str | Set | Mapping):
        listed = [*bins]
    numbers = np.array(listed, dtype=float) if all(map(is_number, listed)) else np.array([np.nan])
    if not len(numbers) or not np.isfinite(numbers).all() or (np.diff(numbers) <= 0).any():
        found = listing(listed, most=12) or repr(bins)
        msg = f"bins= must be finite upper bounds, each above the one before, found {found}"
        raise InputError(msg)


def make_classes(
    values: Floats,
    *,
    scheme: str = "quantiles",
    k: int = 5,
    bins: Sequence[float] | None = None,
    midpoint: float | None = None,
    decimals: int | None = None,
) -> Classes:
    """Cut values into classes.

    As in mapclassify a class holds its upper bound. The legend says where the next one begins: at
    the bound that the scheme found where no value is there, else just above; of quantiles and
    other schemes that only part the values, at the roundest number between the two. With as many
    values as classes, each is its own class. Of counts zero is one, and the scheme cuts the
    others.

    Parameters
    ----------
    values : array of float
        Finite; at least one.
    scheme, k, bins, midpoint, decimals
        As `check_scheme` lets through.

    Examples
    --------
    >>> make_classes(np.array([0, 1, 1, 2, 3, 5, 9]), k=3).labels()
    ['0', '1', '2 à 3', '4 à 9']
    >>> quotients = np.array([0.25, 0.5, 0.9, 1.1, 2.0, 4.0])
    >>> for told in make_classes(quotients, k=3, midpoint=1).labels("en"):
    ...     print(told)
    0.25 to under 0.50
    0.50 to under 2.01
    2.01 to 4.00
    """
    scheme = scheme_named(scheme)
    if decimals is None:
        given = np.asarray([0.0] if bins is None else bins, dtype=float)
        decimals = max(decimals_of(values), decimals_of(given, most=MOST_DECIMALS))
    held = np.unique(found := units(values, decimals))
    middle = None if midpoint is None else midpoint * 10**decimals
    if bins is not None:
        bounds = np.asarray(bins, dtype=float) * 10**decimals
        return _by_bins(held, bounds, decimals=decimals, midpoint=middle)
    if middle is not None:
        return _around(found, held, middle, scheme=scheme, k=k, decimals=decimals)
    # Zero is a class of its own among counts, and of shares where it would fill a class or more.
    often = is_whole(values) or (found == 0).mean() > 1 / k
    zero = bool(held[0] == 0 and len(held) > 1 and often)
    if zero:
        found, held = found[found > 0], held[1:]
    single = len(held) <= (_FEW if scheme in WITHOUT_K else k)
    if single:
        lows = held
    else:
        cuts = [
            _cut(held, bound, decimals=decimals, round_number=scheme in _PARTING)
            for bound in scheme_bounds(found, scheme=scheme, k=k)
        ]
        # Nothing lies between zero and the first of the others.
        lows = np.unique([1 if zero else held[0], *(cut for cut in cuts if cut is not None)])
    return Classes(
        (0, *lows) if zero else tuple(lows), held[-1], decimals, single=single, zero=zero
    )


def scheme_bounds(values: Floats, *, scheme: str, k: int) -> Floats:
    """Return the upper bounds of the classes of a scheme, as mapclassify computes them."""
    if scheme in _OPTIMAL:
        return optimal_bounds(values, k)
    if scheme == "quantiles":
        return _quantiles(values, k)
    from mapclassify import classify

    with warnings.catch_warnings():
        # "Not enough unique values": told in the legend.
        warnings.simplefilter("ignore", UserWarning)
        bounds = np.asarray(classify(values, scheme.replace("_", ""), k=k).bins, dtype=float)
    return bounds[: _MOST_NESTED - 1] if scheme == "head_tail_breaks" else bounds


def _quantiles(values: Floats, k: int) -> Floats:
    """Return the quantiles of mapclassify, rounded as there; its import takes about two seconds."""
    ordered = np.sort(values)
    step = 100.0 / k
    percents = np.minimum(np.arange(step, 100.0 + step, step), 100.0)
    place = percents / 100.0 * (len(ordered) - 1)
    before = np.floor(place).astype(int)
    after = np.minimum(before + 1, len(ordered) - 1)
    weight, rest = before + 1 - place, place - before
    return np.unique((ordered[before] * weight + ordered[after] * rest) / (weight + rest))


def _by_bins(held: Floats, bins: Floats, *, decimals: int, midpoint: float | None) -> Classes:
    """Return the classes that the caller cut, empty ones with them."""
    after = np.searchsorted(held, bins, side="right")
    below = np.append(-np.inf, held)[after]
    above = np.append(held, np.inf)[after]
    cuts = np.clip(_next(bins, decimals), below + 1, above)
    inner = cuts if bins[-1] < held[-1] else cuts[:-1]
    first = held[0] if not len(inner) or held[0] < inner[0] else -np.inf
    lows = (first, *np.unique(inner))
    high = max(held[-1], np.rint(bins[-1]))
    if midpoint is None:
        return Classes(lows, high, decimals)
    near = np.isclose(bins, midpoint)
    side = len(np.unique(cuts[near | (bins < midpoint)])) if midpoint <= high else len(lows)
    around = side < len(lows) and not near.any() and lows[side] <= midpoint
    return Classes(lows, high, decimals, below=side, neutral=bool(around))


def _around(
    found: Floats, held: Floats, midpoint: float, *, scheme: str, k: int, decimals: int
) -> Classes:
    """Return classes on both sides of a midpoint, and one around it where its values do lie so."""
    ratios = midpoint > 0 and held[0] >= 0

    def distance(values: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            # Rounded, so that 4/5 and 5/4 are as far.
            return np.round(np.log(values / midpoint) if ratios else values - midpoint, 9)

    sizes = np.abs(distance(found))
    sizes = sizes[np.isfinite(sizes)]
    different = np.unique(sizes[sizes > 0])
    half = k // 2
    if len(different) <= half:
        edges = np.append(0, different[:-1])
    else:
        bounds = scheme_bounds(sizes, scheme=scheme, k=half + 1)
        bounds = bounds[bounds >= 0]
        # The last bound ends the classes; where it is the only one, all are around the midpoint.
        edges = bounds[:-1][:_MOST_EACH_SIDE] if len(bounds) > 1 else bounds
    signed = np.concatenate([-edges, edges])
    targets = midpoint * np.exp(signed) if ratios else midpoint + signed
    away = distance(held)
    # What is as far as an edge is inside, on either side.
    after = np.append(
        np.searchsorted(away, -edges, side="left"), np.searchsorted(away, edges, side="right")
    )
    parts = (after > 0) & (after < len(held))
    below, above = held[after[parts] - 1], held[after[parts]]
    cuts = np.unique(np.clip(np.rint(targets[parts]), below + 1, above))
    ranks = np.searchsorted(cuts, held, side="right")
    inside = away[np.abs(away) <= edges[0]]
    neutral = bool(len(inside) and inside[0] <= 0 <= inside[-1])
    side = len(np.unique(ranks[away < (-edges[0] if neutral else 0)]))
    return Classes((held[0], *cuts), held[-1], decimals, below=side, neutral=neutral)


def _cut(held: Floats, bound: float, *, decimals: int, round_number: bool) -> float | None:
    """Return a whole number that parts the values where `bound` does, None where it parts none."""
    after = int(np.searchsorted(held, bound, side="right"))
    if after in (0, len(held)):
        return None
    below, above = held[after - 1], held[after]
    if not round_number:
        return float(np.clip(_next(bound, decimals), below + 1, above))
    most = int(math.log10(max(abs(below), abs(above))))
    for step in (10.0**power for power in range(most, -1, -1)):
        first, last = below // step + 1, above // step
        if first <= last:
            return float(np.clip(np.rint(bound / step), first, last) * step) + 0.0
    return None  # not reached: step 1 finds what is above


def _next(bounds: Floats | float, decimals: int) -> Floats:
    """Return where the class after each upper bound begins: of whole numbers with the next."""
    return np.floor(bounds) + 1 if decimals == 0 else np.rint(bounds)
