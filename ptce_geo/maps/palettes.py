"""Colours: palettes known by name, and which pole gets which colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ptce_geo.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Qualitative palettes that stay apart for colour-blind readers.
PALETTES: Final[dict[str, tuple[str, ...]]] = {
    # Tol, P. (2021), Colour schemes, SRON/EPS/TN/09-002, figure 1, without its grey.
    "tol-bright": ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377"),
    # Okabe, M., Ito, K. (2008), Color Universal Design, without its black.
    "okabe-ito": ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"),
}
# Members without a pole: the grey that the palettes leave free.
NO_POLE_COLOUR: Final = "#6B6F76"

# Where there is nothing to tell.
LAND_COLOUR: Final = "#F7F5F0"
# Members by département, palest first: sand, so that no class is mistaken for a pole.
ZERO_COLOUR: Final = "#F7F5F0"
CLASS_COLOURS: Final = ("#EFE8D6", "#E2D6BA", "#D2C09A", "#BDA777")

# Palettes of ColorBrewer (branca has them), those that it calls colour-blind safe: Brewer, C. and
# Harrower, M. (2013), ColorBrewer 2.0; all that run one way, and of those that part in two all but
# RdGy, RdYlGn and Spectral. "_r" after a name turns it round.
SEQUENTIAL: Final = (
    *("YlGnBu", "YlOrBr", "YlOrRd", "YlGn", "BuGn", "BuPu", "GnBu", "OrRd", "PuBu", "PuBuGn"),
    *("PuRd", "RdPu", "Blues", "Greens", "Greys", "Oranges", "Purples", "Reds"),
)
DIVERGING: Final = ("RdBu", "RdYlBu", "PuOr", "BrBG", "PRGn", "PiYG")
DEFAULT_SEQUENTIAL: Final = "YlGnBu"
DEFAULT_DIVERGING: Final = "RdBu_r"  # red where there is more
NEARNESS_PALETTE: Final = "PuBu"  # the nearer, the darker
MOST_COLOURS: Final = {SEQUENTIAL: 9, DIVERGING: 11}

NOTHING_COLOUR: Final = "#FFFFFF"  # zero
NO_DATA_COLOUR: Final = "#ECEAE5"
SECRET_COLOUR: Final = "#D9D9D9"
UNTESTED_COLOUR: Final = "#D9D9D9"
CIRCLE_COLOUR: Final = "#2C7FB8"
# Local autocorrelation, from RdBu: high among high and low among low are dark, those that stand
# out from their neighbours pale.
CLUSTER_COLOURS: Final[dict[str, str]] = {
    "HH": "#B2182B",
    "LL": "#2166AC",
    "HL": "#F4A582",
    "LH": "#92C5DE",
    "hot": "#B2182B",
    "cold": "#2166AC",
    "not_significant": "#F7F5F0",
}


def palette_colours(name: str) -> tuple[str, ...]:
    """Return the colours of the palette called `name`.

    Raises
    ------
    InputError
        If no palette has that name; the message lists those there are.

    Examples
    --------
    >>> palette_colours("tol-bright")[0]
    '#4477AA'
    """
    if name not in PALETTES:
        msg = f"unknown palette {name!r}; known: {', '.join(PALETTES)}"
        raise InputError(msg)
    return PALETTES[name]


def sequential_colours(name: str | None, n: int, *, zero: bool = False) -> tuple[str, ...]:
    """Return `n` colours of a palette, in its order.

    Parameters
    ----------
    name : str or None
        Of the palette; None for the default one.
    n : int
        How many.
    zero : bool
        Whether the first is for nothing: white then, and the others without the palest, which
        would hardly be told from it.

    Raises
    ------
    InputError
        If it is no palette for values that run one way, or has fewer colours.

    Examples
    --------
    >>> sequential_colours("Blues", 3)
    ('#deebf7', '#9ecae1', '#3182bd')
    >>> sequential_colours("Blues", 3, zero=True)
    ('#FFFFFF', '#9ecae1', '#3182bd')
    """
    name = name or DEFAULT_SEQUENTIAL
    if not zero:
        return _brewer(name, n, SEQUENTIAL)
    if n > MOST_COLOURS[SEQUENTIAL]:  # none to spare
        return (NOTHING_COLOUR, *_brewer(name, n - 1, SEQUENTIAL))
    colours = _brewer(name, n, SEQUENTIAL)
    return (NOTHING_COLOUR, *(colours[:-1] if name.endswith("_r") else colours[1:]))


def diverging_colours(
    name: str | None, below: int, above: int, *, neutral: bool
) -> tuple[str, ...]:
    """Return the colours of classes below, around and above a midpoint.

    Parameters
    ----------
    name : str or None
        Of the palette; None for the default one.
    below, above : int
        How many classes on each side. The side with fewer has the colours next to the midpoint.
    neutral : bool
        Whether a class is around it.

    Raises
    ------
    InputError
        If it is no palette that parts in two, or has fewer colours.

    Examples
    --------
    >>> diverging_colours("RdBu_r", 1, 2, neutral=True)
    ('#92c5de', '#f7f7f7', '#f4a582', '#ca0020')
    """
    side = max(below, above)
    colours = _brewer(name or DEFAULT_DIVERGING, 2 * side + neutral, DIVERGING)
    return colours[side - below : side + neutral + above]


def check_palette(name: str | None, *, diverging: bool) -> None:
    """Raise `InputError` unless `name` is a palette of that kind."""
    if diverging:
        diverging_colours(name, 1, 1, neutral=True)
    else:
        sequential_colours(name, 3)


def _brewer(name: str, n: int, known: tuple[str, ...]) -> tuple[str, ...]:
    from branca.utilities import color_brewer

    base = name.removesuffix("_r")
    if base not in known:
        other = DIVERGING if known is SEQUENTIAL else SEQUENTIAL
        advice = (
            f"{name!r} is for values {'around a' if other is DIVERGING else 'without'} midpoint; "
            if base in other
            else f"unknown palette {name!r}; "
        )
        msg = f"{advice}known here: {', '.join(known)}, each with _r to turn it round"
        raise InputError(msg)
    if n > MOST_COLOURS[known]:
        msg = (
            f"{n} classes cannot be told apart: a palette has {MOST_COLOURS[known]} colours; "
            "ask for fewer with k= or bins="
        )
        raise InputError(msg)
    # No palette has fewer than three colours: of one class the middle one, of two the ends.
    colours = tuple(color_brewer(name, max(n, 3)))
    return {1: colours[1:2], 2: colours[::2]}.get(n, colours) if n < 3 else colours


def assign_colours(places: NDArray[np.float64], colours: tuple[str, ...]) -> list[str]:
    """Give each pole a colour so that poles of one colour are far apart.

    A palette has six or seven colours, a list many more poles: colours come round again. Poles
    are taken in turn, and each gets the colour whose nearest holder is farthest away.

    Parameters
    ----------
    places : array of shape (n, 2)
        Longitude and latitude of each pole (degrees); NaN where it has no place.
    colours : tuple of str
        The palette.

    Returns
    -------
    list of str
        One colour for each pole, in order.

    Examples
    --------
    Two neighbours differ; a far one may share a colour.

    >>> assign_colours(np.array([[0.0, 45.0], [0.1, 45.0], [9.0, 45.0]]), ("red", "blue"))
    ['red', 'blue', 'red']
    """
    chosen: list[int] = []
    for rank, place in enumerate(places):
        if np.isnan(place).any():
            chosen.append(rank % len(colours))
            continue
        # Degrees are enough to say who is near whom.
        distance = np.hypot(*(places[:rank] - place).T)
        nearest = [
            np.nanmin(distance[[c == colour for c in chosen]], initial=np.inf)
            for colour in range(len(colours))
        ]
        chosen.append(int(np.argmax(nearest)))
    return [colours[index] for index in chosen]
