"""The map of many points: members, establishments, whatever has a place."""

from __future__ import annotations

from collections.abc import Hashable
from numbers import Real
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing, require_columns
from ptce_geo.errors import InputError
from ptce_geo.indicators.distances import point_coordinates
from ptce_geo.labels import check_language, format_given, format_number, label, label_if_known
from ptce_geo.maps.content import Content, MapClass, Points
from ptce_geo.maps.element import folium_map
from ptce_geo.maps.frame import check_around, footer, france_views, land, require_on_earth
from ptce_geo.maps.palettes import NO_POLE_COLOUR, palette_colours
from ptce_geo.words import LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    import geopandas as gpd
    from numpy.typing import NDArray

    from ptce_geo.labels import Language

# Where a name is looked for when the caller does not say, in this order.
_NAMES: Final = (schema.MEMBER_NAME, schema.POLE_NAME, schema.SIRENE_NAME, schema.NAME)
# Columns whose cells are words of ours.
_VOCABULARIES: Final = (schema.GEOCODE_STATUS, schema.GEOCODE_PRECISION)
_NOT_TOLD_COLOUR: Final = "#B9BCC1"
# Below, thousands are not set apart: a year is written as a year.
_GROUPED_FROM: Final = 10_000


def points_map(
    points: gpd.GeoDataFrame,
    *,
    name: str | None = None,
    by: str | None = None,
    columns: str | Sequence[str] = (),
    palette: str = "tol-bright",
    title: str | None = None,
    source: str | None = None,
    date: str | None = None,
    lang: str = "fr",
) -> folium.Map:
    """Draw many points, one dot each where there is room, else circles with their number.

    Parameters
    ----------
    points : GeoDataFrame, EPSG:4326
        Members, establishments or other points, up to some 100,000. Rows without a point are not
        drawn but counted on the page.
    name : str, optional
        Column of the name of each; the first of "member_name", "pole_name", "sirene_name" and
        "nom" that there is by default. Points without a name are drawn all the same.
    by : str, optional
        Column that gives the colour. The most frequent values have one each, the rest are
        "others" and what is missing "not told", in greys.
    columns : str or sequence of str
        Columns told of a point that the reader clicks.
    palette : {"tol-bright", "okabe-ito"}
        Colours, six or seven, for colour-blind readers.
    title : str, optional
        Of the page; "Points localisés" by default.
    source, date : str, optional
        Where the points come from, and of which day (ISO 8601), under the map.
    lang : {"fr", "en"}
        Language of every word on the page.

    Returns
    -------
    folium.Map
        To which folium layers can be added; write it with `save_map`.

    Raises
    ------
    MissingColumnError
        If `points` has no geometry, or not the columns asked for.
    CrsError
        If `points` is not in EPSG:4326.
    InputError
        If a geometry is not a point, or the language or the palette is unknown.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from ptce_geo.maps.element import content_of
    >>> shops = gpd.GeoDataFrame(
    ...     {"nom": ["A", "B", "C"], "sector": ["bois", "vélo", "bois"]},
    ...     geometry=gpd.points_from_xy([4.39, 5.05, 2.35], [45.44, 45.04, 48.86]),
    ...     crs=4326,
    ... )
    >>> layer = content_of(points_map(shops, by="sector")).layers[-1]
    >>> [each.label for each in layer.classes], layer.class_of.tolist()
    (['bois', 'vélo'], [0, 1, 0])
    """
    language = check_language(lang)
    check_around(title=title, source=source, date=date)
    colours = palette_colours(palette)
    what = "points of a map"
    lonlat = point_coordinates(points, what=what)
    require_on_earth(points, what=what)
    told = [columns] if isinstance(columns, str) else list(columns)
    require_columns(points, [each for each in (name, by, *told) if each is not None], what=what)

    placed = ~np.isnan(lonlat[:, 0])
    here, longitude, latitude = points[placed], *lonlat[placed].T
    classes, class_of = _classes(here, by, colours, language)
    if by is not None and by not in told and len(classes) > len(colours):
        told.insert(0, by)  # "others" would not tell which
    counts = label("maps_points_summary", language).format(
        placed=format_number(len(here), language), total=format_number(len(points), language)
    )
    layer = Points(
        key="points",
        title=label("maps_points", language),
        longitude=longitude,
        latitude=latitude,
        names=names_of(here, name),
        classes=classes,
        class_of=class_of,
        facts=facts_of(here, told, language),
        notes=unplaced_notes(len(points) - len(here), language),
    )
    views, first = france_views(longitude, latitude)
    return folium_map(
        Content(
            kind="points",
            lang=language,
            title=title or label("maps_points_title", language),
            summary=counts,
            footer=footer(counts, lang=language, source=source, date=date),
            first_view=first,
            views=views,
            layers=(land(language), layer),
            warning=None if len(here) else label("maps_points_none", language),
        )
    )


def names_of(frame: pd.DataFrame, column: str | None) -> list[str]:
    """Return the name of each row, "" where it has none: of `column`, or the first there is."""
    if column is None:
        column = next((each for each in _NAMES if each in frame.columns), None)
    if column is None:
        return [""] * len(frame)
    return [name or "" for name in _texts(frame[column], "fr")]


def facts_of(
    frame: pd.DataFrame, columns: Sequence[str], lang: Language
) -> dict[str, list[str | None]]:
    """Return what `columns` tell of each row, by their headings."""
    return {label_if_known("column", each, lang): _texts(frame[each], lang) for each in columns}


def unplaced_notes(number: int, lang: Language) -> tuple[str, ...]:
    """Return the line that counts what has no point, where there is any."""
    if not number:
        return ()
    return (label("maps_points_unplaced", lang).format(n=format_number(number, lang)),)


def _texts(cells: pd.Series, lang: Language) -> list[str | None]:
    """Return each cell as it is read, None where it is missing or blank."""
    try:
        # A text is made once, however often it stands in the column.
        codes, found = pd.factorize(cells)
    except TypeError:
        kinds = {type(each).__name__ for each in cells if not isinstance(each, Hashable)}
        msg = (
            f"column {cells.name!r}: expected a text or a number in each cell, found "
            f"{listing(sorted(kinds))}; join what it holds into one text"
        )
        raise InputError(msg) from None
    ours = cells.name in _VOCABULARIES
    texts = [_text(each, lang, ours=ours) for each in np.asarray(found, dtype=object)]
    return np.array([*texts, None], dtype=object)[codes].tolist()


def _text(cell: object, lang: Language, *, ours: bool) -> str | None:
    if isinstance(cell, bool | np.bool_):
        return label("map_yes" if cell else "map_no", lang)
    if not isinstance(cell, str) and isinstance(cell, Real):
        number = format_given(float(cell), lang)
        grouping = "," if lang == "en" else "\u202f"
        return number if abs(float(cell)) >= _GROUPED_FROM else number.replace(grouping, "")
    text = str(cell).strip()
    return label(text, lang) if ours and text in LABELS else text or None


def _classes(
    points: pd.DataFrame, by: str | None, colours: Sequence[str], lang: Language
) -> tuple[list[MapClass], NDArray[np.int32]]:
    """Return the classes, and which one each point is in."""
    if by is None:
        return [MapClass(label("maps_points", lang), colours[0])], np.zeros(len(points), "int32")
    values = pd.Index(_texts(points[by], lang), dtype=object)
    # Of as many, in the order of the alphabet.
    counts = values.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    own, more = counts.index[: len(colours)], len(counts) - len(colours)
    class_of = own.get_indexer(values)
    classes = [MapClass(value, colour) for value, colour in zip(own, colours, strict=False)]
    rest, missing = class_of < 0, values.isna()
    if more > 0:
        others = label("maps_others", lang).format(n=format_number(more, lang))
        class_of[rest & ~missing] = len(classes)
        classes.append(MapClass(others, NO_POLE_COLOUR))
    if missing.any():
        class_of[missing] = len(classes)
        classes.append(MapClass(label("maps_not_told", lang), _NOT_TOLD_COLOUR))
    return classes, class_of.astype("int32")
