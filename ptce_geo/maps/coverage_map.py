"""The map of who is within reach: reach, white zones, and the inhabitants who are far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing, require_columns, require_unique, require_wgs84
from ptce_geo.errors import InputError
from ptce_geo.indicators.distances import placed, point_coordinates, sorted_km
from ptce_geo.indicators.inputs import amounts
from ptce_geo.indicators.reached import THRESHOLDS_KM, supply_points
from ptce_geo.labels import check_language, format_number, format_share, label
from ptce_geo.maps.circle_sizes import circle_sizes, unseen_notes
from ptce_geo.maps.classes import Classes
from ptce_geo.maps.content import Areas, Circles, Content, MapClass, Points
from ptce_geo.maps.element import folium_map
from ptce_geo.maps.frame import check_around, footer, france_views, land, require_on_earth
from ptce_geo.maps.ground import Told, aligned, counted, ground_of
from ptce_geo.maps.palettes import NEARNESS_PALETTE
from ptce_geo.maps.points_map import facts_of, names_of, unplaced_notes
from ptce_geo.maps.reach_rings import reach_layer, reach_rings, told_km, told_minutes
from ptce_geo.maps.value_layer import value_layer
from ptce_geo.territories import CURRENT_YEAR, build_topology

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    import geopandas as gpd

    from ptce_geo.indicators.reached import Goal
    from ptce_geo.labels import Language
    from ptce_geo.maps.content import Layer
    from ptce_geo.maps.ground import Ground
    from ptce_geo.maps.reach_rings import ReachRings

_MEMBER_COLOUR: Final = "#22292F"
_FAR_COLOUR: Final = "#B2182B"
_ZONE_COLOUR: Final = "#8D857A"
_LARGEST_PX: Final = 26.0  # radius
_ZONE_COLUMNS: Final = (
    schema.NAME,
    schema.COMMUNES,
    schema.POPULATION,
    schema.AREA_KM2,
    schema.POLE_NAME,
    schema.NEAREST_KM,
    schema.FARTHEST_KM,
)


def coverage_map(
    members: gpd.GeoDataFrame,
    *,
    to: Goal = "member",
    poles: gpd.GeoDataFrame | None = None,
    reach: float | Sequence[float] | gpd.GeoDataFrame | None = THRESHOLDS_KM,
    coverage: pd.DataFrame | None = None,
    white_zones: gpd.GeoDataFrame | None = None,
    reached: pd.DataFrame | None = None,
    territories: gpd.GeoDataFrame | None = None,
    threshold_km: float = 20,
    title: str | None = None,
    source: str | None = None,
    date: str | None = None,
    lang: str = "fr",
) -> folium.Map:
    """Draw who is near a member, or a seat, and where those live who are far.

    The measures come from `ptce_geo.indicators`, and each is drawn when it is given.

    Parameters
    ----------
    members : GeoDataFrame, EPSG:4326
        Geocoded members; those that `coverage_by_reach` counts are reached, others with a point
        are drawn hollow.
    to : {"member", "seat"}
        What is to be reached, as for `coverage_by_reach`.
    poles : GeoDataFrame, optional
        Poles with their seats, for "seat".
    reach : float or sequence of float, or GeoDataFrame, optional
        Distances in km: the ground within each of them, in the legal CRS. Or what `isochrones`
        returns: the ground within some minutes of any of its points. None for neither.
    coverage : DataFrame, optional
        The share of the inhabitants within each distance or time: what `coverage_by_reach` of one
        level, or `population_within_minutes`, returns.
    white_zones : GeoDataFrame, optional
        What `white_zones` returns.
    reached : DataFrame, optional
        What `reached_population` returns: the share reached of each of the `territories`. It gives
        a layer of these shares, and circles for the inhabitants beyond `threshold_km`.
    territories : GeoDataFrame, optional
        The territories of `reached`, indexed by code, with ``population`` and their polygons.
    threshold_km : float
        The distance beyond which is far: that of `white_zones`, and a column of `reached`.
    title : str, optional
        Of the page; "Qui est proche d’une structure d’un pôle" by default.
    source, date : str, optional
        Where the lists come from, and of which day (ISO 8601), under the map.
    lang : {"fr", "en"}
        Language of every word on the page.

    Returns
    -------
    folium.Map
        To which folium layers can be added; write it with `save_map`.

    Raises
    ------
    MissingColumnError
        If a frame lacks points or a column.
    InputError
        If a distance is not above 0, a code of `reached` is none of `territories`, `reached` has no
        column for `threshold_km`, `coverage` no row for a threshold of `reach`, or a white zone
        begins nearer than `threshold_km`.
    CrsError
        If a frame is not in EPSG:4326.
    DuplicateIdError
        If a code stands twice in `territories`, or a ``pole_id`` in `poles`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from ptce_geo.maps.element import content_of
    >>> members = gpd.GeoDataFrame(
    ...     {"member_name": ["La Fabrique"]}, geometry=gpd.points_from_xy([4.39], [45.44]), crs=4326
    ... )
    >>> layers = content_of(coverage_map(members, reach=(10, 30))).layers
    >>> [layer.key for layer in layers], len(layers[1].names)
    (['land', 'reach', 'places'], 2)
    """
    language = check_language(lang)
    check_around(title=title, source=source, date=date)
    far_km = sorted_km(threshold_km, what="threshold_km").item()
    require_on_earth(members, what="members")
    require_on_earth(poles, what="poles")
    supply = supply_points(members, to=to, poles=poles)
    rings = reach_rings(supply, reach)
    _check_coverage(coverage, rings)
    found = _checked_reached(reached, territories, far_km)

    layers: list[Layer] = [land(language)]
    if white_zones is not None:
        layers += _white_zones(white_zones, far_km, language)
    if found is not None:
        layers += [_shares(found, language)]
    if rings is not None and len(rings.shapes):
        layers += [reach_layer(rings, coverage, to, language)]
    if found is not None:
        layers += [_people_beyond(found, language)]
    sought = poles if to == "seat" and poles is not None else members
    places = _places(sought, to, language)
    views, first = france_views(places.longitude, places.latitude)
    counts = label(f"maps_reach_counts_{to}", language).format(
        counted=format_number(int((places.class_of == 0).sum()), language),
        total=format_number(len(sought), language),
    )
    return folium_map(
        Content(
            kind="coverage",
            lang=language,
            title=title or label(f"maps_reach_title_{to}", language),
            summary=_summary(coverage, far_km, language) or counts,
            footer=footer(counts, lang=language, source=source, date=date),
            first_view=first,
            views=views,
            layers=(*layers, places),
            warning=None if len(supply.crs) else label("maps_reach_none", language),
        )
    )


def _check_coverage(coverage: pd.DataFrame | None, rings: ReachRings | None) -> None:
    if coverage is None:
        return
    columns = (schema.POPULATION, schema.POPULATION_COVERED, schema.SHARE_POPULATION)
    require_columns(coverage, columns, what="coverage")
    names = list(coverage.index.names)
    known = [schema.THRESHOLD_KM, schema.MINUTES] if rings is None else [rings.unit]
    if len(names) != 1 or names[0] not in known:
        msg = (
            f"coverage: expected one row for each of {' or '.join(known)}, found rows by "
            f"{listing(names)}; take one level, coverage.loc['commune'], and the unit of reach="
        )
        raise InputError(msg)
    require_unique(coverage.index.to_series(), what="coverage")
    drawn = pd.Index([]) if rings is None else rings.shapes.index
    lacking = drawn.difference(coverage.index)
    if len(lacking):
        msg = (
            f"coverage: no row for {names[0]} {listing(f'{each:g}' for each in lacking)}, which "
            f"reach= draws; found {listing(f'{each:g}' for each in coverage.index) or 'none'}; "
            "give both the same thresholds"
        )
        raise InputError(msg)


def _summary(coverage: pd.DataFrame | None, far_km: float, lang: Language) -> str:
    """Say who lives beyond the distance that is far, or beyond the last one measured."""
    if coverage is None or coverage.empty:
        return ""
    km = coverage.index.name == schema.THRESHOLD_KM
    far = far_km if km and far_km in coverage.index else coverage.index.max()
    row = coverage.loc[far]
    return label("maps_reach_summary", lang).format(
        n=told_km(far, lang) if km else told_minutes(far, lang),
        people=format_number(row[schema.POPULATION] - row[schema.POPULATION_COVERED], lang),
        share=format_share(1 - row[schema.SHARE_POPULATION], lang),
    )


def _places(frame: gpd.GeoDataFrame, to: Goal, lang: Language) -> Points:
    """Return what is to be reached: counted, or placed and not counted."""
    lonlat = point_coordinates(frame, what=f"{to}s")
    # A seat counts by its point alone.
    judged = frame if to == "member" else pd.DataFrame(index=frame.index)
    counted = (placed(judged, lonlat).reasons == "").to_numpy()
    drawn = ~np.isnan(lonlat[:, 0])
    here, class_of = frame[drawn], np.where(counted[drawn], 0, 1).astype("int32")
    classes = [MapClass(label(f"maps_counted_{to}", lang), _MEMBER_COLOUR)]
    if class_of.any():
        classes.append(MapClass(label("maps_not_counted", lang), _MEMBER_COLOUR, "hatch"))
    columns = (schema.POLE_NAME, schema.name_column("commune"), schema.SECTOR)
    shown = [each for each in columns[to == "seat" :] if each in frame.columns]
    return Points(
        key="places",
        title=label(f"maps_counted_{to}", lang),
        longitude=lonlat[drawn, 0],
        latitude=lonlat[drawn, 1],
        names=names_of(here, None),
        classes=classes,
        class_of=class_of,
        facts=facts_of(here, shown, lang),
        notes=unplaced_notes(int((~drawn).sum()), lang),
    )


# ----- what is far -------------------------------------------------------------------------------


def _white_zones(zones: gpd.GeoDataFrame, far_km: float, lang: Language) -> list[Areas]:
    """Return the zones as one layer; none where there is no zone."""
    require_columns(zones, [*_ZONE_COLUMNS, "geometry"], what="white zones")
    require_wgs84(zones, what="white zones")
    nearest = zones[schema.NEAREST_KM].min()
    if nearest < far_km:
        msg = (
            f"white zones: one begins {nearest:g} km away, nearer than threshold_km={far_km:g}; "
            "give the threshold_km that white_zones was called with"
        )
        raise InputError(msg)
    if zones.empty:
        return []
    totals = label("maps_white_zones_told", lang).format(
        zones=format_number(len(zones), lang),
        communes=format_number(zones[schema.COMMUNES].sum(), lang),
        people=format_number(zones[schema.POPULATION].sum(), lang),
    )

    def told(column: str, decimals: int = 0) -> list[str]:
        return [format_number(value, lang, decimals=decimals) for value in zones[column]]

    return [
        Areas(
            key="white_zones",
            title=label("maps_white_zones", lang),
            topology=build_topology(
                zones[["geometry"]].set_axis(zones.index.astype("str")), shared=False
            ),
            names=[label("maps_white_zone", lang).format(name=each) for each in zones[schema.NAME]],
            classes=[
                MapClass(
                    label("maps_beyond", lang).format(n=told_km(far_km, lang)),
                    _ZONE_COLOUR,
                    "hatch",
                )
            ],
            class_of=np.zeros(len(zones), dtype="int8"),
            overlapping=True,  # the land shines through
            values=zones[schema.POPULATION].to_numpy(dtype="float64"),
            unit=label("maps_inhabitants_unit", lang),
            notes=(totals, label("maps_white_zones_note", lang)),
            facts={
                label("column_communes", lang): told(schema.COMMUNES),
                label("column_area_km2", lang): told(schema.AREA_KM2),
                label("maps_nearest_km", lang): told(schema.NEAREST_KM, 1),
                label("maps_farthest_km", lang): told(schema.FARTHEST_KM, 1),
                label("maps_nearest_pole", lang): zones[schema.POLE_NAME]
                .astype("object")
                .where(zones[schema.POLE_NAME].notna(), None)
                .tolist(),
            },
        )
    ]


@dataclass(frozen=True)
class _Reached:
    """Territories and the share of the inhabitants of each that is reached, in their order."""

    ground: Ground
    shares: pd.DataFrame  # columns in km
    far_km: float


def _checked_reached(
    reached: pd.DataFrame | None, territories: gpd.GeoDataFrame | None, far_km: float
) -> _Reached | None:
    if reached is None and territories is None:
        return None
    if reached is None or territories is None:
        msg = (
            "reached= and territories= go together: the shares that reached_population returns, "
            "and the territories they are of; give both or none"
        )
        raise InputError(msg)
    if not isinstance(reached, pd.DataFrame):
        msg = f"reached: expected what reached_population returns, found {type(reached).__name__}"
        raise InputError(msg)
    ground = ground_of(territories, year=CURRENT_YEAR)
    require_columns(territories, [schema.POPULATION], what="territories")
    amounts(territories[schema.POPULATION], what="territories: population")
    if far_km not in reached.columns:
        msg = (
            f"reached: no column for threshold_km={far_km:g}; found "
            f"{listing(reached.columns) or 'none'}; take one of them"
        )
        raise InputError(msg)
    return _Reached(ground, aligned(reached, ground, what="reached"), far_km)


def _shares(found: _Reached, lang: Language) -> Areas:
    """Return the territories in the colour of the share of their inhabitants within reach."""
    near = 100 * found.shares[found.far_km].to_numpy(dtype="float64")
    layer = value_layer(
        found.ground,
        Told(near, secret=np.zeros(len(near), dtype=bool)),
        Classes(lows=(0, 20, 40, 60, 80), high=100, decimals=0),
        key="shares",
        title=label("maps_reached_share", lang).format(n=told_km(found.far_km, lang)),
        unit="%",
        palette=NEARNESS_PALETTE,
        notes=(),
        lang=lang,
    )
    within = label("maps_within", lang)
    facts = {
        within.format(n=told_km(km, lang)): [format_share(each, lang) for each in found.shares[km]]
        for km in found.shares.columns
    }
    # Most territories are all within reach or all beyond: bars would tell nothing.
    return replace(layer, histogram=None, facts=facts, on=False)


def _people_beyond(found: _Reached, lang: Language) -> Circles:
    """Return a circle for the inhabitants of each territory who are far."""
    table, lonlat = found.ground.table, found.ground.places
    share = 1 - found.shares[found.far_km]
    people = (table[schema.POPULATION] * share).round()
    some = (people > 0).to_numpy()
    values = people[some].to_numpy(dtype="float64")
    radius, legend = circle_sizes(values, largest=_LARGEST_PX)
    unknown = int((share.isna() & (table[schema.POPULATION] > 0)).sum())
    without = counted({"maps_no_data": unknown}, lang)
    lacking = [f"{label('maps_without_circle', lang)} ({without})"] if without else []
    return Circles(
        key="people_beyond",
        title=label("maps_beyond_people", lang).format(n=told_km(found.far_km, lang)),
        longitude=lonlat[some, 0],
        latitude=lonlat[some, 1],
        names=np.array(found.ground.names, dtype=object)[some].tolist(),
        values=values,
        radius=radius,
        colour=_FAR_COLOUR,
        legend=legend,
        unit=label("maps_inhabitants_unit", lang),
        notes=[*lacking, *unseen_notes(radius, lang)],
        facts={
            label("maps_beyond_share", lang): [format_share(each, lang) for each in share[some]]
        },
        codes=table.index[some].tolist(),
    )
