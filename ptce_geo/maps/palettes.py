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

# Members by département, palest first: sand, so that no class is mistaken for a pole.
ZERO_COLOUR: Final = "#F7F5F0"
CLASS_COLOURS: Final = ("#EFE8D6", "#E2D6BA", "#D2C09A", "#BDA777")


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
