"""The pictures of maps that the report and the sheets of a study show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ptce_geo import schema
from ptce_geo.checks import has_point
from ptce_geo.labels import check_language, format_given, label
from ptce_geo.maps.choropleth_map import choropleth_map
from ptce_geo.maps.content import Areas, MapClass
from ptce_geo.maps.coverage_map import coverage_map
from ptce_geo.maps.element import content_of, folium_map
from ptce_geo.maps.frame import land
from ptce_geo.maps.pole_map import pole_map
from ptce_geo.maps.stills import picture
from ptce_geo.metric import coordinates
from ptce_geo.territories import build_topology, read_territories

if TYPE_CHECKING:
    import geopandas as gpd

    from ptce_geo.maps.content import Content, Layer
    from ptce_geo.maps.views import Bounds
    from ptce_geo.reports.findings import Findings

_REPORT_CM: Final = {"width_cm": 18.0, "height_cm": 12.0}
_SHEET_CM: Final = {"width_cm": 18.4, "height_cm": 10.0}
_FEWEST: Final = 12  # territories that a map of a value needs, to show how it varies
_COLOUR: Final = "#F6E5C3"  # of the territory of a sheet, on the pale land
_MARGIN: Final = 0.12  # around a territory, of what it spans: its neighbours are shown


def report_pictures(findings: Findings, lang: str) -> dict[str, str]:
    """Draw the maps of a report.

    Parameters
    ----------
    findings : Findings
        What a study found.
    lang : {"fr", "en"}
        Language of their words.

    Returns
    -------
    dict of str to str
        SVG of each: "poles" (poles and members), "rate" (members per 100,000 inhabitants, by the
        largest territories of which there are some), "white_zones".
    """
    language = check_language(lang)
    source = findings.record["settings"].get("source")
    tables, km = findings.tables, findings.record["settings"]["white_zone_km"]
    maps = {"poles": pole_map(findings.members, poles=findings.poles, lang=lang, source=source)}
    if (level := _level_of_rates(findings)) is not None:
        rates = tables[level][schema.MEMBERS_PER_100K]
        maps["rate"] = choropleth_map(
            read_territories(level).loc[rates.index],
            rates,
            label=label("report_rate_title", language),
            decimals=2,
            source=source,
            lang=lang,
        )
    maps["white_zones"] = coverage_map(
        findings.members,
        reach=None,
        white_zones=tables["white_zones"],
        threshold_km=km,
        title=label("report_zones_title", language).format(km=format_given(km, language)),
        source=source,
        lang=lang,
    )
    return {name: picture(map_, **_REPORT_CM) for name, map_ in maps.items()}


def sheet_picture(findings: Findings, kind: str, code: str, lang: str) -> str:
    """Draw the map of a sheet: `territory_picture`, or `pole_picture` where `kind` is "pole"."""
    if kind == "pole":
        return pole_picture(findings, code, lang)
    return territory_picture(findings, kind, code, lang)


def territory_picture(findings: Findings, level: str, code: str, lang: str) -> str:
    """Draw a territory, the members and the seats in it and just around.

    Parameters
    ----------
    findings : Findings
        What a study found.
    level : {"region", "departement", "epci", "commune"}
        Level of the territory.
    code : str
        Its code.
    lang : {"fr", "en"}
        Language of the words.

    Returns
    -------
    str
        SVG.
    """
    language = check_language(lang)
    shape = read_territories(level).loc[[code]]
    west, south, east, north = shape.total_bounds
    wide, high = _MARGIN * (east - west), _MARGIN * (north - south)
    near = (west - wide, south - high, east + wide, north + high)
    poles = findings.poles[_within(findings.poles, near)]
    map_ = pole_map(findings.members[_within(findings.members, near)], poles=poles, lang=lang)
    name = shape[schema.NAME].iloc[0]
    ground = Areas(
        key="territory",
        title=name,
        topology=build_topology(shape, shared=False),
        names=[name],
        classes=[MapClass(name, _COLOUR)],
        class_of=np.zeros(1, dtype=np.int8),
        interactive=False,  # and so not in the legend: the sheet is called after it
    )
    content = content_of(map_)
    layers = [land(language), ground, *content.layers[1:]]
    return _sheet_picture(content, layers, ((south, west), (north, east)))


def pole_picture(findings: Findings, pole_id: str, lang: str) -> str:
    """Draw a pole: its placed members and its seat.

    Parameters
    ----------
    findings : Findings
        What a study found.
    pole_id : str
        Identifier of the pole.
    lang : {"fr", "en"}
        Language of the words.

    Returns
    -------
    str
        SVG.
    """
    language = check_language(lang)
    members = findings.members[findings.members[schema.POLE_ID] == pole_id]
    poles = findings.poles[findings.poles[schema.POLE_ID] == pole_id]
    content = content_of(pole_map(members[has_point(members.geometry)], poles=poles, lang=lang))
    points = np.concatenate([coordinates(members.geometry), coordinates(poles.geometry)])
    points = points[np.isfinite(points).all(axis=1)]
    view = content.first_view
    if len(points):
        (west, south), (east, north) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        view = ((south, west), (north, east))
    return _sheet_picture(content, [land(language), *content.layers[1:]], view)


def _sheet_picture(content: Content, layers: list[Layer], view: Bounds) -> str:
    """Return the picture of a sheet, which tells its name and its sources itself."""
    told = replace(
        content,
        title="",
        summary="",
        footer=(),
        first_view=view,
        layers=layers,
        warning=None,
    )
    return picture(folium_map(told), **_SHEET_CM)


def _level_of_rates(findings: Findings) -> str | None:
    """Return the level whose rates are mapped: the largest with enough territories."""
    known = [level for level in ("departement", "epci", "commune") if level in findings.tables]
    enough = [level for level in known if len(findings.tables[level]) >= _FEWEST]
    return next(iter(enough or known[-1:]), None)


def _within(frame: gpd.GeoDataFrame, box: tuple[float, float, float, float]) -> np.ndarray:
    west, south, east, north = box
    longitude, latitude = coordinates(frame.geometry).T
    with np.errstate(invalid="ignore"):
        return (west <= longitude) & (longitude <= east) & (south <= latitude) & (latitude <= north)
