"""Findings of a study of the Loire, measured for real on seven made-up members of three poles."""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import pandas as pd

from ptce_geo import schema
from ptce_geo.indicators import indicator_tables, pole_footprint
from ptce_geo.reports.findings import Findings
from ptce_geo.territories import attach_territories, territory_table

AREA = ["42"]
# Saint-Étienne, Roanne, Montbrison, Feurs.
MEMBERS = (
    # identifier, pole, commune, precision, status, FTE
    ("m1", "a", "42218", "housenumber", "accepted", 12.5),
    ("m2", "a", "42187", "municipality", "accepted", 3.0),
    ("m3", "a", "42147", "street", "accepted", None),
    ("m4", "b", "42218", "municipality", "review", 1.0),
    ("m5", "b", "42094", "municipality", "accepted", None),
    ("m6", "b", "42187", "municipality", "accepted", None),
    ("m7", "c", None, None, "rejected", None),
)
RECORD: dict[str, Any] = {
    "ptce_geo": "0.1.0",
    "created": "2026-11-27T02:44:11+01:00",
    "settings": {"lang": "fr", "white_zone_km": 20, "zonings": {}},
    "study_area": AREA,
    "vintages": {"territories": 2026, "attribution": ["IGN", "INSEE"]},
}


@cache
def loire_findings() -> Findings:
    """Measure them, once for the tests of a process; who alters them makes a copy."""
    members = attach_territories(_members())
    poles = _poles()
    tables = indicator_tables(
        members, poles=poles, thresholds_km=(5, 12.5), white_zone_km=20, departements=AREA
    )
    tables["footprints"] = pole_footprint(members, poles=poles)
    return Findings(members, poles, tables, RECORD)


def _members() -> gpd.GeoDataFrame:
    places = territory_table("commune", departements=AREA)
    rows = []
    for member_id, pole_id, commune, precision, status, fte in MEMBERS:
        place = {} if commune is None else places.loc[commune]
        rows.append(
            {
                schema.MEMBER_ID: member_id,
                schema.MEMBER_NAME: f"Structure {member_id}",
                schema.POLE_ID: pole_id,
                schema.POLE_NAME: f"Pôle {pole_id}",
                schema.MEMBER_KIND: "association",
                schema.FTE: fte,
                schema.FTE_POLE: None,
                schema.TURNOVER: None,
                schema.TURNOVER_POLE: None,
                schema.LONGITUDE: place.get("longitude"),
                schema.LATITUDE: place.get("latitude"),
                schema.GEOCODE_PRECISION: precision,
                schema.GEOCODE_STATUS: status,
                schema.GEOCODE_REASON: None if commune else "no_town",
                schema.CODE_COMMUNE: commune,
            }
        )
    frame = pd.DataFrame(rows).astype(
        dict.fromkeys([*schema.NUMERIC_MEMBER_COLUMNS, "longitude", "latitude"], "float64")
    )
    points = gpd.GeoSeries.from_xy(frame["longitude"], frame["latitude"], crs=schema.WGS84)
    return gpd.GeoDataFrame(frame, geometry=points.where(frame["longitude"].notna()))


def _poles() -> gpd.GeoDataFrame:
    """Poles a, with its seat at Saint-Étienne, and c, without; b is in no list."""
    seat = territory_table("commune", departements=AREA).loc["42218"]
    frame = pd.DataFrame(
        {
            schema.POLE_ID: ["a", "c"],
            schema.POLE_NAME: ["Pôle a", "Pôle c"],
            schema.YEAR: pd.array([2014, None], dtype="Int64"),
            schema.SEAT_SOURCE: [schema.DECLARED, None],
            schema.CODE_COMMUNE: ["42218", None],
        }
    )
    points = gpd.GeoSeries.from_xy([seat["longitude"], None], [seat["latitude"], None], crs=4326)
    return attach_territories(gpd.GeoDataFrame(frame, geometry=points.where([True, False])))
