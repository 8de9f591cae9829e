"""The map of a value by territory, in classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ptce_geo.labels import check_language
from ptce_geo.maps.classes import check_scheme, make_classes
from ptce_geo.maps.element import folium_map
from ptce_geo.maps.frame import check_around, check_text
from ptce_geo.maps.ground import ground_content, ground_of, told_values
from ptce_geo.maps.palettes import check_palette
from ptce_geo.maps.told_numbers import require_told_apart
from ptce_geo.maps.value_layer import class_notes, value_layer
from ptce_geo.territories import CURRENT_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    import geopandas as gpd
    import pandas as pd

    from ptce_geo.territories import Zoning


def choropleth_map(
    territories: gpd.GeoDataFrame | Zoning,
    values: pd.Series,
    *,
    label: str,
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
    """Draw a value by territory, in the colour of its class.

    Parameters
    ----------
    territories : GeoDataFrame or Zoning
        Polygons indexed by code, EPSG:4326: a level of `read_territories`, some of it, or your
        own; named by the column ``nom`` where there is one.
    values : Series
        Numbers indexed by code, in any order. A territory without one, or with a missing one, has
        no data; one with "secret" is told apart.
    label : str
        What the values are, over the legend.
    unit : str
        Told after a value ("km", "%").
    decimals : int, optional
        Of the values, as the reader sees and the scheme classes them; by their spread without it.
    scheme : str
        How to cut classes, as mapclassify names it: "quantiles", "fisher_jenks", "natural_breaks",
        "equal_interval", "percentiles", "box_plot", "std_mean", "head_tail_breaks",
        "pretty_breaks", "maximum_breaks" or "user_defined". Of counts, zero is a class of its
        own.
    k : int
        Number of classes, for the schemes that want one; fewer where there are fewer values.
    bins : sequence of float, optional
        Upper bounds of the classes, ascending, for ``scheme="user_defined"``.
    midpoint : float, optional
        Classes in two colours on both sides of it, and one around it: 1 for location quotients,
        0 for changes. In ratios where it is positive and no value is negative, else in
        differences; see `ptce_geo.maps.classes.check_scheme`.
    palette : str, optional
        Of ColorBrewer, among those safe for colour-blind readers: "YlGnBu" by default, "RdBu_r"
        around a midpoint; ``_r`` turns one round.
    title : str, optional
        Of the page; `label` without it.
    source, date : str, optional
        Where the values come from, and of which day (ISO 8601), under the map.
    year : int
        Vintage of the territories, told under the map.
    lang : {"fr", "en"}
        Language of every word on the page.

    Returns
    -------
    folium.Map
        To which folium layers can be added; write it with `save_map`.

    Raises
    ------
    InputError
        If a code of `values` is no territory; a value is infinite or no number, or so small that
        different ones would be told as the same; a territory has no polygon, or overlaps another;
        `year` is not that of the embedded shapes; or another argument cannot be used.
    DuplicateIdError
        If a code stands more than once.
    CrsError
        If the territories are not in EPSG:4326.

    Examples
    --------
    >>> from ptce_geo.maps.element import content_of
    >>> from ptce_geo.territories import read_territories
    >>> regions = read_territories("region")
    >>> density = regions["population"] / regions["area_km2"]
    >>> map_ = choropleth_map(regions, density, label="Habitants au km²", k=3)
    >>> [each.label for each in content_of(map_).layers[0].classes][:2]
    ['4 à 89', '90 à 169']
    """
    language = check_language(lang)
    check_text(label, name="label")
    check_text(unit, name="unit")
    check_around(title=title, source=source, date=date)
    check_scheme(scheme, k=k, bins=bins, midpoint=midpoint, decimals=decimals)
    check_palette(palette, diverging=midpoint is not None)
    ground = ground_of(territories, year=year)
    told = told_values(values, ground)
    classes = None
    if len(told.known):
        classes = make_classes(
            told.known, scheme=scheme, k=k, bins=bins, midpoint=midpoint, decimals=decimals
        )
        require_told_apart(told.known, classes.decimals, given=decimals is not None)
    layer = value_layer(
        ground,
        told,
        classes,
        key="values",
        title=label,
        unit=unit,
        palette=palette,
        notes=class_notes(classes, scheme=scheme, k=k, midpoint=midpoint, lang=language),
        lang=language,
    )
    return folium_map(
        ground_content(
            ground,
            [layer],
            kind="choropleth",
            title=title or label,
            summary=told.summary(language),
            empty=not len(told.known),
            source=source,
            date=date,
            lang=language,
        )
    )
