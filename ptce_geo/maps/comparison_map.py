"""Two maps of the same territories side by side, that move together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from ptce_geo.errors import InputError
from ptce_geo.labels import check_language
from ptce_geo.labels import label as words
from ptce_geo.maps.classes import check_scheme, make_classes
from ptce_geo.maps.element import folium_map
from ptce_geo.maps.frame import check_around, check_text
from ptce_geo.maps.ground import ground_content, ground_of, named, told_values
from ptce_geo.maps.palettes import check_palette
from ptce_geo.maps.told_numbers import require_told_apart, whole_number
from ptce_geo.maps.value_layer import class_notes, value_layer
from ptce_geo.territories import CURRENT_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    import geopandas as gpd
    import pandas as pd

    from ptce_geo.labels import Language
    from ptce_geo.territories import Zoning

_KEYS = ("left", "right")


def comparison_map(
    territories: gpd.GeoDataFrame | Zoning,
    left: pd.Series,
    right: pd.Series,
    *,
    labels: Sequence[str],
    label: str,
    shared_scale: bool = True,
    unit: str = "",
    decimals: int | None = None,
    scheme: str = "quantiles",
    k: int = 5,
    bins: Sequence[float] | None = None,
    midpoint: float | None = None,
    palette: str | None = None,
    title: str | None = None,
    source: str | None = None,
    date: str | None = None,
    year: int = CURRENT_YEAR,
    lang: str = "fr",
) -> folium.Map:
    """Draw two values of the same territories side by side (two years, two sectors).

    Parameters
    ----------
    territories : GeoDataFrame or Zoning
        Polygons indexed by code, EPSG:4326, of both maps.
    left, right : Series
        Values of each map, as for `choropleth_map`.
    labels : two str, or two int
        Over each map ("2021", "2026").
    label : str
        What the values are.
    shared_scale : bool
        Whether both have the same classes, cut over the values of the two together: one colour is
        one value. Else each is cut by itself, and only the pattern can be compared.
    unit, decimals, scheme, k, bins, midpoint, palette
        As for `choropleth_map`.
    title, source, date, year, lang
        As for `choropleth_map`.

    Returns
    -------
    folium.Map
        The left map, which folium layers can be added to; write it with `save_map`.

    Raises
    ------
    InputError
        If `labels` are not two, and as `choropleth_map`.
    DuplicateIdError, CrsError
        As `choropleth_map`.

    Examples
    --------
    >>> import pandas as pd
    >>> from ptce_geo.maps.element import content_of
    >>> from ptce_geo.territories import read_territories
    >>> regions = read_territories("region")
    >>> before = pd.Series(1, index=regions.index)
    >>> map_ = comparison_map(
    ...     regions, before, before * 3, labels=("2021", "2026"), label="Pôles"
    ... )
    >>> [[each.label for each in layer.classes] for layer in content_of(map_).layers]
    [['1', '3'], ['1', '3']]
    """
    language = check_language(lang)
    check_text(label, name="label")
    check_text(unit, name="unit")
    check_around(title=title, source=source, date=date)
    check_scheme(scheme, k=k, bins=bins, midpoint=midpoint, decimals=decimals)
    check_palette(palette, diverging=midpoint is not None)
    titles = _titles(labels)
    ground = ground_of(territories, year=year)
    sides = [
        told_values(values, ground, what=what)
        for values, what in zip((left, right), _KEYS, strict=True)
    ]
    together = np.concatenate([told.known for told in sides])
    layers = []
    for key, name, told in zip(_KEYS, titles, sides, strict=True):
        known = together if shared_scale else told.known
        classes = None
        if len(known):
            classes = make_classes(
                known, scheme=scheme, k=k, bins=bins, midpoint=midpoint, decimals=decimals
            )
            what = "values" if shared_scale else key
            require_told_apart(known, classes.decimals, given=decimals is not None, what=what)
        notes = class_notes(classes, scheme=scheme, k=k, midpoint=midpoint, lang=language)
        layers.append(
            value_layer(
                ground,
                told,
                classes,
                key=key,
                title=name,
                unit=unit,
                palette=palette,
                notes=[
                    *notes,
                    words(f"maps_scale_{'shared' if shared_scale else 'own'}", language),
                ],
                lang=language,
            )
        )
    return folium_map(
        ground_content(
            ground,
            layers,
            kind="comparison",
            title=title or label,
            summary=_summary(titles, [told.summary(language) for told in sides], language),
            empty=not len(together),
            source=source,
            date=date,
            lang=language,
            compare=_KEYS,
        )
    )


def _titles(labels: Sequence[object]) -> list[str]:
    """Return what stands over each map: texts, or years as texts."""
    listed = [] if isinstance(labels, str) or not isinstance(labels, Iterable) else [*labels]
    told = all(isinstance(each, str) or whole_number(each) is not None for each in listed)
    if len(listed) != len(_KEYS) or not told:
        msg = f'labels= must be two texts, as in ("2021", "2026"); found {labels!r}'
        raise InputError(msg)
    return [str(each) for each in listed]


def _summary(labels: Sequence[str], sides: Sequence[str], lang: Language) -> str:
    """Say what both maps tell: once, where it is the same."""
    if len(set(sides)) == 1:
        return sides[0]
    return " / ".join(named(*side, lang) for side in zip(labels, sides, strict=True))
