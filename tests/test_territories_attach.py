"""Joining members to territories: by code, by point, and what is said where neither will do."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from ptce_geo.errors import CrsError, InputError, MissingColumnError, UnknownTerritoryError
from ptce_geo.territories import attach_territories, read_territories, territory_table

SAINT_ETIENNE = (4.3873, 45.4397)
PARIS_11 = (2.3795, 48.8594)
OUESSANT = (-5.0966, 48.4577)
SAINT_DENIS_REUNION = (55.4481, -20.8789)
ATLANTIC = (-30.0, 45.0)


def members_at(*places, **columns):
    points = [None if place is None else shapely.Point(place) for place in places]
    return gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4326")


def test_by_point_to_every_level():
    attached = attach_territories(members_at(SAINT_ETIENNE, SAINT_DENIS_REUNION))
    assert attached["code_commune"].tolist() == ["42218", "97411"]
    assert attached["nom_commune"].tolist() == ["Saint-Étienne", "Saint-Denis"]
    assert attached["code_epci"].tolist() == ["244200770", "249740119"]
    assert attached["nom_departement"].tolist() == ["Loire", "La Réunion"]
    assert attached["code_region"].tolist() == ["84", "04"]
    assert attached["attach_reason"].isna().all()


def test_by_code_before_the_point():
    members = members_at(SAINT_ETIENNE, None, code_commune=["69123", "42218"])
    attached = attach_territories(members, levels=["commune", "departement"])
    assert attached["nom_commune"].tolist() == ["Lyon", "Saint-Étienne"]
    assert "code_epci" not in attached


def test_a_member_in_no_commune_keeps_its_row_with_a_reason():
    members = members_at(
        ATLANTIC, None, None, SAINT_ETIENNE, code_commune=[None, None, "99999", "99999"]
    )
    attached = attach_territories(members)
    assert attached["code_commune"].fillna("-").tolist() == ["-", "-", "-", "42218"]
    assert attached["attach_reason"].fillna("-").tolist() == [
        "outside_every_commune",
        "no_position",
        "unknown_commune_code: 99999",
        "unknown_commune_code: 99999",  # placed by its point
    ]
    assert attached["nom_epci"].isna().tolist() == [True, True, True, False]


def test_codes_of_other_years_are_brought_to_the_year_and_said():
    # Corsica before 1976, Boulogne before 1968, a déléguée, a number, Paris 11e, Saint-Barthélemy.
    codes = ["20004", "75012", "14666", "1001", "75111", "97123"]
    attached = attach_territories(pd.DataFrame({"code_commune": codes}), levels="commune")
    assert attached["nom_commune"].fillna("-").tolist() == [
        *("Ajaccio", "Boulogne-Billancourt", "Sannerville"),
        *("L'Abergement-Clémenciat", "Paris", "-"),
    ]
    assert attached["attach_reason"].fillna("-").tolist() == [
        *("old_commune_code: 20004", "old_commune_code: 75012", "-", "-", "-"),
        "outside_embedded_france: 97123",
    ]


def test_a_code_that_became_several_goes_by_the_point_or_to_the_most_peopled():
    # Orsay was 78471 until 1968; Les Ulis (25,886 inhabitants to its 16,498) came of it in 1977.
    orsay, les_ulis = (2.187, 48.699), (2.17, 48.682)
    members = members_at(orsay, les_ulis, None, SAINT_ETIENNE, code_commune=["78471"] * 4)
    attached = attach_territories(members, levels="commune")
    assert attached["nom_commune"].tolist() == ["Orsay", "Les Ulis", "Les Ulis", "Les Ulis"]
    assert attached["attach_reason"].tolist() == [
        *["old_commune_code: 78471"] * 2,
        "ambiguous_commune_code: 78471 (now 91692, 91471)",
        "point_elsewhere: 42218",
    ]


def test_the_code_of_a_municipal_arrondissement_tells_it():
    members = pd.DataFrame({"code_commune": ["75111", "69123"]})
    attached = attach_territories(members, levels=["commune", "arrondissement_municipal"])
    assert attached["code_commune"].tolist() == ["75056", "69123"]
    assert attached["code_arrondissement_municipal"].fillna("-").tolist() == ["75111", "-"]


def test_a_point_off_shore_goes_to_the_nearest_commune_within_the_distance():
    # A kilometre off Sainte-Adresse, by Le Havre.
    members = members_at((0.05, 49.5), ATLANTIC)
    assert attach_territories(members)["code_commune"].isna().all()
    attached = attach_territories(members, levels="commune", max_distance_m=2000)
    assert attached["nom_commune"].fillna("-").tolist() == ["Sainte-Adresse", "-"]
    assert attached["attach_reason"].str.partition(":")[0].tolist() == [
        "snapped",
        "outside_every_commune",
    ]
    assert attached.loc[0, "attach_reason"].endswith(" m")
    again = attach_territories(attached, levels="commune")
    pd.testing.assert_frame_equal(again, attached)


def test_an_island_commune_has_no_epci_and_that_is_no_fault():
    attached = attach_territories(members_at(OUESSANT))
    assert attached.loc[0, "code_commune"] == "29155"
    assert pd.isna(attached.loc[0, "code_epci"])
    assert pd.isna(attached.loc[0, "attach_reason"])


def test_municipal_arrondissements_on_request():
    levels = ["commune", "arrondissement_municipal"]
    attached = attach_territories(members_at(PARIS_11, SAINT_ETIENNE), levels=levels)
    assert attached["code_commune"].tolist() == ["75056", "42218"]
    assert attached["code_arrondissement_municipal"].fillna("-").tolist() == ["75111", "-"]
    assert attached.loc[0, "nom_arrondissement_municipal"] == "Paris 11e Arrondissement"


def test_rows_order_index_and_input_stay():
    members = members_at(PARIS_11, None, SAINT_ETIENNE, name=["a", "b", "c"])
    members.index = ["x", "x", "z"]
    before = members.copy()
    attached = attach_territories(members)
    assert attached.index.tolist() == ["x", "x", "z"]
    assert attached["name"].tolist() == ["a", "b", "c"]
    assert attached["code_departement"].fillna("-").tolist() == ["75", "-", "42"]
    pd.testing.assert_frame_equal(members, before)
    again = attach_territories(attached)
    pd.testing.assert_frame_equal(again, attached)


def test_same_answer_as_a_spatial_join():
    random = np.random.default_rng(7)
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(random.uniform(-5, 9, 3000), random.uniform(42, 51, 3000)),
        crs="EPSG:4326",
    )
    joined = gpd.sjoin(points, read_territories(), predicate="within")["code"]
    attached = attach_territories(points, levels=["commune"])
    assert joined.index.is_unique
    found = attached["code_commune"].dropna()
    assert found.to_dict() == joined.to_dict()
    assert len(found) > 1000


def test_a_point_on_a_border_goes_to_the_lower_code():
    communes = read_territories(departements=["42"])
    one, other = communes.loc["42207"], communes.loc["42218"]  # Saint-Chamond, Saint-Étienne
    shared = shapely.intersection(one.geometry, other.geometry)
    vertex = shapely.get_coordinates(shared)[0]
    touching = communes.index[communes.intersects(shapely.Point(vertex))]
    assert len(touching) > 1
    attached = attach_territories(members_at(vertex), levels=["commune"])
    assert attached.loc[0, "code_commune"] == min(touching)


def test_every_reference_point_attaches_to_its_departement():
    communes = territory_table()
    points = gpd.GeoDataFrame(
        {"own": communes["code_departement"].to_numpy()},
        geometry=gpd.points_from_xy(communes["longitude"], communes["latitude"]),
        crs="EPSG:4326",
    )
    attached = attach_territories(points, levels=["departement"])
    placed = attached["code_departement"].notna()
    # A town hall up to 500 m outside its generalised commune may lie over the border, or offshore.
    assert placed.mean() > 0.999
    assert (attached["code_departement"] == attached["own"])[placed].mean() > 0.999


def test_a_point_far_from_the_commune_of_its_code_is_said():
    members = members_at(PARIS_11, SAINT_DENIS_REUNION, SAINT_ETIENNE, code_commune=["42218"] * 3)
    attached = attach_territories(members, levels="commune")
    assert attached["code_commune"].tolist() == ["42218"] * 3
    assert attached["attach_reason"].fillna("-").tolist() == [
        *("point_elsewhere: 75056", "point_elsewhere: 97411", "-")
    ]
    # The point corrected, there is nothing to say any more.
    attached.geometry = [shapely.Point(SAINT_ETIENNE)] * 3
    assert attach_territories(attached)["attach_reason"].isna().all()


def test_no_reference_point_contradicts_its_commune():
    communes = territory_table()
    points = gpd.points_from_xy(communes["longitude"], communes["latitude"])
    members = gpd.GeoDataFrame({"code_commune": communes.index}, geometry=points, crs="EPSG:4326")
    assert attach_territories(members, levels="commune")["attach_reason"].isna().all()


def test_codes_said_to_be_of_a_year_are_read_in_it():
    # In 2019 Sannerville was part of Saline, 14712, which is Troarn again since 2020.
    sannerville = (-0.2233, 49.1865)
    members = members_at(sannerville, None, code_commune=["14712", "21507"])
    attached = attach_territories(members, levels="commune", from_year=2019)
    assert attached["code_commune"].tolist() == ["14666", "21183"]
    assert attached["attach_reason"].tolist() == [
        *("old_commune_code: 14712", "old_commune_code: 21507")
    ]


def test_what_the_code_tells_is_said_where_the_point_tells_nothing():
    members = members_at(ATLANTIC, ATLANTIC, code_commune=["97801", "99999"])
    assert attach_territories(members)["attach_reason"].tolist() == [
        "outside_embedded_france: 97801",
        "unknown_commune_code: 99999",
    ]


def test_attaching_again_keeps_the_municipal_arrondissement():
    levels = ["commune", "arrondissement_municipal"]
    once = attach_territories(pd.DataFrame({"code_commune": ["75111", "42218"]}), levels=levels)
    pd.testing.assert_frame_equal(attach_territories(once, levels=levels), once)


def test_an_empty_list():
    attached = attach_territories(members_at())
    assert len(attached) == 0
    assert {"code_commune", "nom_region", "attach_reason"} <= set(attached.columns)


def test_one_level_may_be_given_as_text():
    attached = attach_territories(members_at(SAINT_ETIENNE), levels="epci")
    assert attached["code_epci"].tolist() == ["244200770"]
    assert "code_region" not in attached


def test_a_member_is_a_point():
    # The box reaches into many communes: it is in none of them.
    box = gpd.GeoDataFrame(geometry=[shapely.box(4, 45, 5, 46), None], crs="EPSG:4326")
    with pytest.raises(InputError, match=r"attach_territories: expected points, found Polygon"):
        attach_territories(box)
    empty = members_at(None).set_geometry([shapely.Point()])
    assert attach_territories(empty)["attach_reason"].tolist() == ["no_position"]


def test_bad_input_has_one_clear_line():
    with pytest.raises(UnknownTerritoryError, match="unknown level canton; known: commune"):
        attach_territories(members_at(PARIS_11), levels=["canton"])
    with pytest.raises(UnknownTerritoryError, match="no boundaries of 2001; known years: 2026"):
        attach_territories(members_at(PARIS_11), year=2001)
    with pytest.raises(CrsError, match="expected EPSG:4326, found EPSG:2154"):
        attach_territories(members_at(PARIS_11).to_crs(2154))
    with pytest.raises(MissingColumnError, match="no column code_commune; found name"):
        attach_territories(pd.DataFrame({"name": ["a"]}))
