"""Small hand-made members and poles for the tests of maps."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely import Point

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

# name, pole_id, pole_name, status, precision, département, lon, lat, commune
TOWN = "Saint-Étienne"
ROWS = [
    ("La Fabrique", "p1", "Culture", "accepted", "municipality", "42", 4.39, 45.44, TOWN),
    ("Cinéma Le France", "p1", "Culture", "accepted", "municipality", "42", 4.39, 45.44, TOWN),
    ("Atelier", "p2", "Bois", "review", "street", "26", 5.05, 45.04, "Romans-sur-Isère"),
    ("Ravine", "p3", "Océan", "accepted", "housenumber", "974", 55.45, -20.88, "Saint-Denis"),
    ("Perdue", "p1", "Culture", "rejected", None, None, None, None, None),
    ("Seule", None, None, "accepted", "locality", "75", 2.35, 48.86, "Paris"),
    # The second membership of a structure that is in p1 too.
    ("La Fabrique", "p2", "Bois", "accepted", "municipality", "42", 4.39, 45.44, TOWN),
]  # fmt: skip
LOCATED = 6


def members_of(rows=ROWS) -> gpd.GeoDataFrame:
    columns = ["member_name", "pole_id", "pole_name", "geocode_status", "geocode_precision",
               "code_departement", "lon", "lat", "nom_commune"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    points = [
        None if pd.isna(x) else Point(x, y) for x, y in zip(frame.lon, frame.lat, strict=True)
    ]
    frame["geocode_reason"] = frame["geocode_status"].map({"review": "Deux communes de ce nom"})
    return gpd.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=points, crs="EPSG:4326")


def poles() -> gpd.GeoDataFrame:
    """p1 declares its seat, p2 has its lead member's, p3 has none, p4 has no member."""
    frame = pd.DataFrame(
        {
            "pole_id": ["p1", "p2", "p3", "p4"],
            "pole_name": ["Culture", "Bois", "Océan", "Vide"],
            "sector": ["culture", None, "pêche", None],
            "status": ["lauréat 2014", None, None, None],
            "year": pd.array([2014, None, None, None], dtype="Int64"),
            "city": ["Saint-Étienne", None, None, None],
            "seat_source": ["declared", "lead_member", None, None],
        }
    )
    seats = [Point(4.39, 45.44), Point(5.05, 45.04), None, None]
    return gpd.GeoDataFrame(frame, geometry=seats, crs="EPSG:4326")


def crowd(n: int, *, spacing: float = 0.0) -> gpd.GeoDataFrame:
    """`n` members of one pole, at one place or `spacing` degrees apart on a grid 50 wide."""
    return members_of(
        [
            (f"Membre {i}", "p1", "Culture", "accepted", "municipality", "42",
             round(1.0 + spacing * (i % 50), 4), round(45.0 + spacing * (i // 50), 4), "Ville")
            for i in range(n)
        ]
    )  # fmt: skip
