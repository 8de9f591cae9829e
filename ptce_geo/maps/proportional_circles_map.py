"""The map of a quantity by territory: circles whose area is proportional to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo.checks import listing
from ptce_geo.errors import InputError
from ptce_geo.labels import check_language, format_number
from ptce_geo.labels import label as words
from ptce_geo.maps.circle_sizes import circle_sizes, unseen_notes
from ptce_geo.maps.content import Circles
from ptce_geo.maps.element import folium_map
from ptce_geo.maps.frame import check_around, check_text
from ptce_geo.maps.ground import counted, ground_content, ground_of, told_values
from ptce_geo.maps.palettes import CIRCLE_COLOUR
from ptce_geo.maps.told_numbers import as_told, check_decimals, told_decimals
from ptce_geo.territories import CURRENT_YEAR

if TYPE_CHECKING:
    import folium
    import geopandas as gpd
    from numpy.typing import NDArray

    from ptce_geo.labels import Language
    from ptce_geo.maps.ground import Ground
    from ptce_geo.territories import Zoning

    Floats = NDArray[np.float64]

_LARGEST_PX: Final = 30.0


def proportional_circles_map(
    territories: gpd.GeoDataFrame | Zoning,
    values: pd.Series,
    *,
    label: str,
    unit: str = "",
    decimals: int | None = None,
    title: str | None = None,
    source: str | None = None,
    date: str | None = None,
    year: int = CURRENT_YEAR,
    lang: str = "fr",
) -> folium.Map:
    """Draw a quantity by territory (inhabitants, members, FTE) as a circle.

    radius_i = r √(value_i / largest value), with r = 30 px, or less where all circles together
    would cover more than a quarter of the métropole (`ptce_geo.maps.circle_sizes`).

    Parameters
    ----------
    territories : GeoDataFrame or Zoning
        Polygons indexed by code, EPSG:4326. The circle stands at ``longitude``, ``latitude`` where
        the frame has them (the town hall of a commune), else at a point inside.
    values : Series
        Numbers of at least 0, indexed by code, in any order. Zero, missing and "secret" have no
        circle; how many there are stands under the legend.
    label : str
        What the values are, over the legend.
    unit, decimals, title, source, date, year, lang
        As for `choropleth_map`.

    Returns
    -------
    folium.Map
        To which folium layers can be added; write it with `save_map`.

    Raises
    ------
    InputError
        If a value is negative, and as `choropleth_map`.
    DuplicateIdError, CrsError
        As `choropleth_map`.

    Examples
    --------
    >>> from ptce_geo.maps.element import content_of
    >>> from ptce_geo.territories import read_territories
    >>> regions = read_territories("region")
    >>> map_ = proportional_circles_map(regions, regions["population"], label="Habitants")
    >>> content_of(map_).layers[-1].legend[0]
    (10000000.0, 26.9)
    """
    language = check_language(lang)
    check_text(label, name="label")
    check_text(unit, name="unit")
    check_around(title=title, source=source, date=date)
    decimals = check_decimals(decimals)
    ground = ground_of(territories, year=year)
    told = told_values(values, ground)
    _require_no_negative(told.numbers, ground)
    known = told.known
    decimals = told_decimals(known, decimals)
    radius, legend = circle_sizes(known, largest=_LARGEST_PX, decimals=decimals)
    shown = ~np.isnan(told.numbers)
    places = ground.places[shown]
    without = {
        "maps_zero": int((known == 0).sum()),
        "maps_secret": int(told.secret.sum()),
        "maps_no_data": int(told.missing.sum()),
    }
    notes = [words("maps_area_proportional", language)]
    if any(without.values()):
        notes.append(f"{words('maps_without_circle', language)} ({counted(without, language)})")
    notes += unseen_notes(radius, language)
    layer = Circles(
        key="circles",
        title=label,
        longitude=places[:, 0],
        latitude=places[:, 1],
        names=[name for name, has_one in zip(ground.names, shown, strict=True) if has_one],
        values=as_told(known, decimals),
        radius=radius,
        colour=CIRCLE_COLOUR,
        legend=legend,
        decimals=decimals,
        unit=unit,
        notes=notes,
        facts={words("maps_rank", language): _ranks(known, language)},
        codes=ground.table.index[shown].to_list(),
    )
    return folium_map(
        ground_content(
            ground,
            [layer],
            kind="proportional_circles",
            title=title or label,
            summary=told.summary(language),
            empty=not len(known),
            source=source,
            date=date,
            lang=language,
            over_land=True,
        )
    )


def _require_no_negative(numbers: Floats, ground: Ground) -> None:
    negative = numbers < 0
    if negative.any():
        cells = zip(numbers[negative], ground.table.index[negative], strict=True)
        found = listing(f"{value:g} for {code}" for value, code in cells)
        msg = (
            f"values: a circle has no negative area, found {found}; "
            "draw changes with choropleth_map and midpoint=0"
        )
        raise InputError(msg)


def _ranks(known: Floats, lang: Language) -> list[str]:
    ranks = pd.Series(known).rank(method="min", ascending=False)
    told, total = words("maps_rank_of", lang), format_number(len(known), lang)
    return [told.format(rank=format_number(rank, lang), total=total) for rank in ranks]
