"""The map of local spatial autocorrelation: where neighbours resemble each other, or stand out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing, require_columns
from ptce_geo.errors import InputError
from ptce_geo.labels import check_language, format_number, format_share
from ptce_geo.labels import label as words
from ptce_geo.maps.content import Areas, MapClass
from ptce_geo.maps.element import folium_map
from ptce_geo.maps.frame import check_around, check_text
from ptce_geo.maps.ground import aligned, counted, ground_content, ground_of, told_values
from ptce_geo.maps.palettes import (
    CLUSTER_COLOURS,
    NO_DATA_COLOUR,
    SECRET_COLOUR,
    UNTESTED_COLOUR,
)
from ptce_geo.maps.told_numbers import as_told, check_decimals, told_decimals
from ptce_geo.maps.value_layer import set_apart
from ptce_geo.territories import CURRENT_YEAR

if TYPE_CHECKING:
    import folium
    import geopandas as gpd
    from numpy.typing import NDArray

    from ptce_geo.labels import Language
    from ptce_geo.territories import Zoning

_NOT_SIGNIFICANT: Final = "not_significant"
_UNTESTED: Final = "untested"  # an island, or constant values
_NO_DATA: Final = "no_data"
_SECRET: Final = "secret"  # its value: what it is found to be would tell of it
# What a territory is found to be, by statistic, in the order of the legend.
_FOUND: Final = {
    "moran": ("HH", "LL", "HL", "LH", _NOT_SIGNIFICANT),
    "getis_ord": ("hot", "cold", _NOT_SIGNIFICANT),
}
_LEAST_P: Final = 0.001  # below it is told as "< 0,001"


def local_autocorrelation_map(
    territories: gpd.GeoDataFrame | Zoning,
    result: pd.DataFrame,
    *,
    label: str,
    statistic: str = "moran",
    significance: float = 0.05,
    values: pd.Series | None = None,
    unit: str = "",
    decimals: int | None = None,
    title: str | None = None,
    source: str | None = None,
    date: str | None = None,
    year: int = CURRENT_YEAR,
    lang: str = "fr",
) -> folium.Map:
    """Draw what `local_moran` or `local_getis_ord` found, where it is significant.

    Parameters
    ----------
    territories : GeoDataFrame or Zoning
        Polygons indexed by code, EPSG:4326.
    result : DataFrame
        As they return it, indexed by code, in any order: ``quadrant`` ("HH" high among high, "LL",
        "HL", "LH", "" not tested), ``p_fdr`` and, for `local_getis_ord`, ``z``. A territory that
        it lacks has no data.
    label : str
        What was measured, over the legend.
    statistic : {"moran", "getis_ord"}
        Which of the two `result` is.
    significance : float
        A territory is significant where ``p_fdr`` is at most this: of those that are, this share
        is expected to be false.
    values : Series, optional
        What was measured, indexed by code, told of each territory; one with "secret" is told apart.
    unit, decimals : str, int, optional
        Of `values`, as for `choropleth_map`.
    title, source, date, year, lang
        As for `choropleth_map`.

    Returns
    -------
    folium.Map
        To which folium layers can be added; write it with `save_map`.

    Raises
    ------
    MissingColumnError
        If `result` lacks a column.
    InputError
        If a code of `result` or `values` is no territory, `result` has no p-values, or
        `statistic` or `significance` cannot be used; and as `choropleth_map`.
    DuplicateIdError, CrsError
        As `choropleth_map`.

    Examples
    --------
    >>> from ptce_geo.indicators import local_moran, spatial_weights
    >>> from ptce_geo.maps.element import content_of
    >>> from ptce_geo.territories import read_territories
    >>> departements = read_territories("departement")
    >>> density = departements["population"] / departements["area_km2"]
    >>> found = local_moran(density, spatial_weights(departements), seed=1)
    >>> map_ = local_autocorrelation_map(departements, found, label="Habitants au km²")
    >>> content_of(map_).layers[-1].classes[0].label
    'Élevé, entouré d’élevé'
    """
    language = check_language(lang)
    check_text(label, name="label")
    check_text(unit, name="unit")
    check_around(title=title, source=source, date=date)
    decimals = check_decimals(decimals)
    _check(result, statistic=statistic, significance=significance)
    ground = ground_of(territories, year=year)
    result = aligned(result, ground, what="result")
    found = _found(result, statistic=statistic, significance=significance)
    p, told = result[schema.P_FDR], None
    if values is not None:
        told = told_values(values, ground)
        decimals = told_decimals(told.known, decimals)
        found, p = np.where(told.secret, _SECRET, found), p.mask(told.secret)
    classes, ranks = _classes(found, _FOUND[statistic], language)
    facts = {words("maps_cluster_p", language): _p_values(p, language)}
    if told is not None:
        # The value takes the place where the class is told otherwise.
        labels = [classes[rank].label for rank in ranks]
        facts = {words("maps_cluster", language): labels, **facts}
    threshold = format_share(significance, language, decimals=0 if significance >= 0.01 else 1)
    layer = Areas(
        key="clusters",
        title=label,
        topology=ground.topology,
        names=ground.names,
        classes=classes,
        class_of=ranks,
        values=None if told is None else as_told(told.numbers, decimals or 0),
        decimals=decimals or 0,
        unit=unit,
        notes=[words("maps_cluster_threshold", language).format(share=threshold)],
        facts=facts,
        groups=ground.departements,
    )
    tested = ~np.isin(found, [_UNTESTED, _NO_DATA, _SECRET])
    counts = {
        "maps_territories": len(found),
        "maps_cluster_tested": int(tested.sum()),
        "maps_cluster_significant": int((tested & (found != _NOT_SIGNIFICANT)).sum()),
        "maps_secret": int((found == _SECRET).sum()),
    }
    return folium_map(
        ground_content(
            ground,
            [layer],
            kind="local_autocorrelation",
            title=title or label,
            summary=counted(counts, language),
            empty=not tested.any(),
            source=source,
            date=date,
            lang=language,
        )
    )


def _check(result: pd.DataFrame, *, statistic: str, significance: float) -> None:
    if statistic not in _FOUND:
        msg = f"unknown statistic {statistic!r}; known: {', '.join(_FOUND)}"
        raise InputError(msg)
    if not 0 < significance < 1:
        msg = f"significance= must be between 0 and 1, as in 0.05; found {significance}"
        raise InputError(msg)
    if not isinstance(result, pd.DataFrame):
        msg = f"result: expected what local_moran returns, found {type(result).__name__}"
        raise InputError(msg)
    needed = [schema.QUADRANT, schema.P_FDR, *([schema.Z] if statistic == "getis_ord" else [])]
    require_columns(result, needed, what="result")
    odd = set(result[schema.QUADRANT].dropna()) - {*_FOUND["moran"][:4], ""}
    if odd:
        msg = f"result: unknown quadrant {listing(sorted(map(str, odd)))}; known: HH, LL, HL, LH"
        raise InputError(msg)
    quadrant = result[schema.QUADRANT]
    without = result.index[quadrant.notna() & (quadrant != "") & result[schema.P_FDR].isna()]
    if len(without):
        msg = f"result: no p_fdr for {listing(without)}; compute it with permutations=999 or more"
        raise InputError(msg)


def _found(result: pd.DataFrame, *, statistic: str, significance: float) -> NDArray[np.object_]:
    """Return what each territory is found to be."""
    quadrant = result[schema.QUADRANT].astype("object")
    found = quadrant
    if statistic == "getis_ord":
        found = pd.Series(np.where(result[schema.Z] > 0, "hot", "cold"), index=result.index)
    found = found.astype("object").mask(~(result[schema.P_FDR] <= significance), _NOT_SIGNIFICANT)
    return found.mask(quadrant == "", _UNTESTED).mask(quadrant.isna(), _NO_DATA).to_numpy()


def _classes(
    found: NDArray[np.object_], kinds: tuple[str, ...], lang: Language
) -> tuple[list[MapClass], NDArray[np.int8]]:
    """Return the legend, and the rank of each territory in it."""
    classes = [
        MapClass(words(f"maps_cluster_{kind}", lang), CLUSTER_COLOURS[kind]) for kind in kinds
    ]
    ranks = np.full(len(found), -1, dtype=np.int8)
    for rank, kind in enumerate(kinds):
        ranks[found == kind] = rank
    untested = MapClass(words("maps_cluster_untested", lang), UNTESTED_COLOUR)
    secret = MapClass(words("maps_secret", lang), SECRET_COLOUR, "hatch")
    no_data = MapClass(words("maps_no_data", lang), NO_DATA_COLOUR, "dots")
    set_apart(ranks, classes, found == _UNTESTED, untested)
    set_apart(ranks, classes, found == _SECRET, secret)
    set_apart(ranks, classes, found == _NO_DATA, no_data)
    return classes, ranks


def _p_values(p: pd.Series, lang: Language) -> list[str | None]:
    least = f"< {format_number(_LEAST_P, lang, decimals=3)}"
    return [
        None
        if np.isnan(each)
        else least
        if each < _LEAST_P
        else format_number(each, lang, decimals=3)
        for each in p.to_numpy(dtype=float, na_value=np.nan)
    ]
