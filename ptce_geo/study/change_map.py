"""A map of what changed: where there are more members than before, and whether beyond chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ptce_geo import schema
from ptce_geo.indicators.changed_figures import REASON
from ptce_geo.indicators.changes import MOVED, NEWLY_LOCATED, NO_LONGER_LOCATED
from ptce_geo.indicators.differences import COME, DIFFERENCE, GONE, HIGHER, LOWER
from ptce_geo.indicators.list_matching import AFTER, BEFORE
from ptce_geo.labels import Language, check_language, format_date, format_number, label
from ptce_geo.maps.content import Areas, MapClass
from ptce_geo.maps.element import FoliumMap, folium_map
from ptce_geo.maps.ground import ground_content, ground_of
from ptce_geo.maps.palettes import NO_DATA_COLOUR, diverging_colours
from ptce_geo.reports.change_sheets import readings
from ptce_geo.territories import CURRENT_YEAR, read_territories

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from ptce_geo.reports.changes import StudyComparison

_PALETTE: Final = "BrBG"  # colour-blind safe, and neither side is red
_NOT_COMPARABLE: Final = "not_comparable"
_KINDS: Final = ("lower", "lower_unsure", "same", "higher_unsure", "higher")
_FACTS: Final = {
    "change_map_before": BEFORE,
    "change_map_after": AFTER,
    "change_map_come": COME,
    "change_map_gone": GONE,
    "change_map_located": NEWLY_LOCATED,
    "change_map_no_longer": NO_LONGER_LOCATED,
}


def change_map(comparison: StudyComparison, *, lang: str | None = None) -> FoliumMap | None:
    """Draw where there are more members than before, where fewer, and whether beyond chance.

    By EPCI where départements were chosen for the study, else by département.

    Parameters
    ----------
    comparison : StudyComparison
        What `compare_studies` found.
    lang : {"fr", "en"}, optional
        Language of every word on the page; that of the later study by default.

    Returns
    -------
    folium.Map or None
        Write it with `save_map`. None where the two studies have no such territory in common.
    """
    language = comparison.lang if lang is None else check_language(lang)
    territories = _territories(comparison)
    if territories is None:
        return None
    level, shapes = territories
    ground = ground_of(shapes, year=comparison.record["year"])
    figures = comparison.indicators
    rows = figures[(figures[schema.INDICATOR] == schema.MEMBERS) & (figures[schema.LEVEL] == level)]
    rows = rows.assign(reading=readings(rows)).set_index(schema.TERRITORY)
    rows = rows.reindex(ground.table.index)
    # A territory without a row has no member in either study.
    difference = rows[DIFFERENCE].mask(rows[REASON].isna(), 0.0)
    kinds = _kinds(difference, rows["reading"])
    legend = _legend(language, not_comparable=bool((kinds == _NOT_COMPARABLE).any()))
    ranks = {kind: rank for rank, kind in enumerate((*_KINDS, _NOT_COMPARABLE))}
    layer = Areas(
        key="changes",
        title=label("change_map_layer", language),
        topology=ground.topology,
        names=ground.names,
        classes=legend,
        class_of=np.array([ranks[kind] for kind in kinds], dtype=np.int8),
        values=difference.to_numpy(dtype="float64"),
        notes=[label("change_not_distinguishable_text", language)],
        facts={
            label(key, language): [
                format_number(float(number), language) for number in rows[column].fillna(0)
            ]
            for key, column in _FACTS.items()
        },
        groups=ground.departements,
    )
    days = {side: comparison.record[side]["created"] for side in (BEFORE, AFTER)}
    told = {side: format_date(day, language) for side, day in days.items()}
    return folium_map(
        ground_content(
            ground,
            [layer],
            kind="choropleth",
            title=label("change_map_title", language).format(**told),
            summary=_summary(comparison, language),
            empty=False,
            source=None,
            date=days[AFTER],
            lang=language,
        )
    )


def _kinds(difference: pd.Series, reading: pd.Series) -> npt.NDArray[np.str_]:
    """Return the class of each territory."""
    found = {
        _NOT_COMPARABLE: difference.isna(),
        "higher": reading == HIGHER,
        "lower": reading == LOWER,
        "higher_unsure": difference > 0,
        "lower_unsure": difference < 0,
    }
    return np.select([each.to_numpy(dtype=bool) for each in found.values()], [*found], "same")


def _legend(lang: Language, *, not_comparable: bool) -> list[MapClass]:
    """Return the classes; what chance may have made is pale and hatched."""
    colours = diverging_colours(_PALETTE, 2, 2, neutral=True)
    legend = [
        MapClass(label(f"change_map_{kind}", lang), colour, "hatch" if "unsure" in kind else "")
        for kind, colour in zip(_KINDS, colours, strict=True)
    ]
    if not_comparable:
        legend.append(MapClass(label("change_map_not_comparable", lang), NO_DATA_COLOUR, "dots"))
    return legend


def _territories(comparison: StudyComparison) -> tuple[str, gpd.GeoDataFrame] | None:
    """Return the level that is drawn and its territories, those of both studies."""
    areas = [comparison.record[side]["study_area"] for side in (BEFORE, AFTER)]
    chosen = [set(area) for area in areas if area is not None]
    shared = sorted(set.intersection(*chosen)) if chosen else None
    figures = comparison.indicators
    measured = figures.loc[
        (figures[schema.INDICATOR] == schema.MEMBERS) & (figures[REASON] == ""), schema.LEVEL
    ].unique()
    wanted = ("departement", "epci") if shared is None else ("epci", "departement")
    level = next((level for level in wanted if level in measured), None)
    if level is None or shared == [] or comparison.record["year"] != CURRENT_YEAR:
        return None
    return level, read_territories(level, departements=shared)


def _summary(comparison: StudyComparison, lang: Language) -> str:
    counts = comparison.record["counts"]["members"]
    total = sum(counts.values())
    return label("change_map_summary", lang).format(
        before=format_number(total - counts.get(COME, 0), lang),
        after=format_number(total - counts.get(GONE, 0), lang),
        **{kind: format_number(counts.get(kind, 0), lang) for kind in (COME, GONE, MOVED)},
    )
