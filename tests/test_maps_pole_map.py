"""The data a map carries: poles, members, colours, classes, views, words."""

from __future__ import annotations

import json

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from maps_frames import LOCATED, ROWS, crowd, members_of, poles
from shapely import LineString, Point, Polygon, box

from ptce_geo.errors import CrsError, DuplicateIdError, InputError, MissingColumnError
from ptce_geo.maps import pole_map, timeline_map
from ptce_geo.maps.content import Areas, Poles
from ptce_geo.maps.element import content_of, json_for_script
from ptce_geo.maps.palettes import PALETTES, assign_colours
from ptce_geo.maps.views import VIEWS, first_view, views_of


def poles_of(map_: folium.Map) -> Poles:
    (layer,) = [each for each in content_of(map_).layers if isinstance(each, Poles)]
    return layer


def areas_of(map_: folium.Map, key: str) -> Areas:
    (layer,) = [each for each in content_of(map_).layers if each.key == key]
    return layer


def rows_of(layer: Poles) -> list[dict]:
    table = layer.members
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def test_is_a_folium_map_with_every_located_member():
    map_ = pole_map(members_of(), poles=poles())
    assert isinstance(map_, folium.Map)
    assert len(rows_of(poles_of(map_))) == LOCATED
    assert poles_of(map_).unplaced == 1


def test_poles_of_the_list_then_members_without_one():
    layer = poles_of(pole_map(members_of(), poles=poles()))
    # Culture: La Fabrique, Cinéma, Perdue (not placed); Bois: Atelier and La Fabrique again.
    counted = {pole["name"]: (pole["placed"], pole["members"]) for pole in layer.poles}
    assert counted == {
        "Culture": (2, 3), "Bois": (2, 2), "Océan": (1, 1), "Vide": (0, 0), "Sans pôle": (1, 1),
    }  # fmt: skip
    assert [pole["seat"] for pole in layer.poles] == [
        [45.44, 4.39], [45.04, 5.05], None, None, None,
    ]  # fmt: skip
    names = [layer.poles[row["pole"]]["name"] for row in rows_of(layer)]
    assert names == ["Culture", "Culture", "Bois", "Océan", "Sans pôle", "Bois"]


def test_poles_may_be_left_out_or_lack_geometry_and_members_may_name_new_ones():
    without = poles_of(pole_map(members_of()))
    assert [pole["name"] for pole in without.poles] == ["Culture", "Bois", "Océan", "Sans pôle"]
    plain = poles_of(pole_map(members_of(), poles=pd.DataFrame(poles().drop(columns="geometry"))))
    assert {pole["seat"] is None for pole in plain.poles} == {True}
    some = poles_of(pole_map(members_of(), poles=poles().iloc[:1]))
    assert [pole["name"] for pole in some.poles] == ["Culture", "Bois", "Océan", "Sans pôle"]


def test_a_pole_known_by_its_name_only():
    members = members_of([("A", None, "Bois", "accepted", "street", "26", 5.0, 45.0, "Romans")])
    layer = poles_of(pole_map(members))
    assert [pole["name"] for pole in layer.poles] == ["Bois"]


def test_reasons_are_put_in_words_and_unknown_ones_kept():
    members = members_of().assign(geocode_reason="misspelt_town: Romans")
    assert rows_of(poles_of(pole_map(members)))[0]["reason"] == (
        "nom de commune mal orthographié (Romans)"
    )
    members["geocode_reason"] = "vu sur place: oui"
    assert rows_of(poles_of(pole_map(members)))[0]["reason"] == "vu sur place: oui"


def test_index_of_the_members_does_not_matter():
    members = members_of()
    members.index = [7] * len(members)
    one, other = pole_map(members, poles=poles()), pole_map(members_of(), poles=poles())
    assert poles_of(one) == poles_of(other)
    assert list(members.index) == [7] * len(members)


def test_choropleth_counts_accepted_members_by_departement():
    areas = areas_of(pole_map(members_of()), "departements")
    ranks = dict(zip(areas.names, areas.class_of, strict=True))
    counts = dict(zip(areas.names, areas.values, strict=True))
    # Accepted: 3 in Loire, 1 in La Réunion, 1 in Paris; Drôme's only one is to be checked.
    assert (counts["Loire"], counts["Paris"], counts["Drôme"]) == (3, 1, 0)
    assert ranks["Loire"] > ranks["Paris"] > ranks["Drôme"] == 0
    assert [each.label for each in areas.classes] == ["aucune", "1", "3"]
    assert len(areas.names) == 101


def test_footer_says_how_members_were_placed():
    map_ = pole_map(members_of(), source="Ma liste", date="2026-03-31")
    counts, own, date, vintage, sources = content_of(map_).footer
    assert counts == (
        "7 structures dans la liste\u00a0: 6 localisées (1 au numéro, 1 à la rue, "
        "1 au lieu-dit ou au point fourni, 3 à la commune, dont 1 à vérifier), 1 non localisées"
    )
    assert vintage == "Communes et contours\u00a0: COG 2026"
    assert "IGN" in sources
    assert (own, date) == ("Ma liste", "Données au 31 mars 2026")


def test_english_has_every_word():
    content = content_of(pole_map(members_of(), lang="en"))
    assert content.lang == "en"
    assert content.layers[-1].poles[-1]["name"] == "Without a pole"
    assert content.footer[0].startswith("7 members in the list: 6 placed (1 house number")


@pytest.mark.parametrize("rows", [[], [ROWS[4]]])
def test_nobody_located_gives_a_map_of_the_metropole(rows):
    map_ = pole_map(members_of(rows) if rows else members_of().iloc[:0], poles=poles())
    assert poles_of(map_).members["rows"] == []
    assert content_of(map_).first_view == VIEWS[0].bounds
    assert content_of(map_).warning == "Aucune structure de la liste n’a pu être localisée."
    assert len(areas_of(map_, "departements").classes) == 1


@pytest.mark.parametrize(
    "column", ["member_name", "pole_id", "geocode_status", "geocode_precision", "code_departement"]
)
def test_missing_column_is_named(column):
    with pytest.raises(MissingColumnError, match=column):
        pole_map(members_of().drop(columns=column))


def test_wrong_input_is_one_clear_error():
    with pytest.raises(MissingColumnError, match="geometry"):
        pole_map(pd.DataFrame(members_of().drop(columns="geometry")))
    with pytest.raises(MissingColumnError, match="pole_name"):
        pole_map(members_of(), poles=poles().drop(columns="pole_name"))
    with pytest.raises(DuplicateIdError, match="p1"):
        pole_map(members_of(), poles=pd.concat([poles(), poles().iloc[:1]]))
    with pytest.raises(CrsError, match="2154"):
        pole_map(members_of().to_crs(2154))
    square = Polygon([(0, 45), (1, 45), (1, 46)])
    with pytest.raises(InputError, match=r"Polygon.*representative_point"):
        pole_map(members_of().set_geometry([square] * len(ROWS), crs=4326))
    seats = poles().set_geometry([Point(np.inf, 45), None, None, None], crs=4326)
    with pytest.raises(InputError, match=r"poles of a map: .* \(inf, 45\) on row 0; correct"):
        pole_map(members_of(), poles=seats)
    with pytest.raises(InputError, match="date= must be a day in ISO 8601"):
        pole_map(members_of(), date="hier")
    with pytest.raises(InputError, match="source= must be a text"):
        timeline_map(members_of(), poles(), source=5)
    for year in (np.inf, 2014.5, 10**9):
        with pytest.raises(InputError, match=r"expected years from 1800 to 2200 .* found"):
            timeline_map(members_of(), poles().assign(year=[year, 2014, None, None]))
    with pytest.raises(InputError, match="unknown language 'de'"):
        pole_map(members_of(), lang="de")
    with pytest.raises(InputError, match=r"unknown palette 'jet'; known: tol-bright, okabe-ito"):
        pole_map(members_of(), palette="jet")


def test_footprints_that_are_not_drawn_are_counted():
    footprints = gpd.GeoDataFrame(
        index=pd.Index(["p1", "p2", "p3", "other"], name="pole_id"),
        geometry=[box(4, 45, 5, 46), LineString([(4, 45), (5, 46)]), None, box(0, 45, 1, 46)],
        crs=4326,
    )
    ground = areas_of(pole_map(members_of(), footprints=footprints), "footprints")
    assert ground.names == ["Culture"]
    assert ground.notes[1:] == (
        "Pôles sans emprise (aucune structure, une seule, ou alignées)\u00a0: 2",
        "Emprises de pôles absents de la liste, non dessinées\u00a0: 1",
    )


def test_an_empty_point_is_no_place():
    members = members_of()
    members.loc[0, "geometry"] = Point()
    assert poles_of(pole_map(members)).unplaced == 2


@given(st.integers(1, 40), st.randoms(use_true_random=False))
def test_a_colour_comes_round_only_when_all_are_used(n, random):
    places = np.array([[random.uniform(-5, 9), random.uniform(42, 51)] for _ in range(n)])
    colours = PALETTES["tol-bright"]
    chosen = assign_colours(places, colours)
    assert len(set(chosen)) == min(n, len(colours))


def test_poles_without_a_place_have_a_colour_too():
    places = np.array([[np.nan, np.nan], [2.0, 48.0], [np.nan, np.nan]])
    assert len(assign_colours(places, ("red", "blue"))) == 3


def test_views_count_everyone_even_abroad():
    # Paris, Saint-Denis de La Réunion, Saint-Martin (no view of its own), Brussels is within reach.
    counted = views_of(np.array([2.35, 55.45, -63.08]), np.array([48.86, -20.88, 18.07]))
    assert {view.name: n for view, n in counted if n} == {
        "metropole": 1, "reunion": 1, "elsewhere": 1,
    }  # fmt: skip
    assert first_view(np.array([55.45, 55.5, 55.7]), np.array([-20.9, -21.3, -21.2])).name == (
        "reunion"
    )


def test_first_view_is_the_whole_metropole_unless_the_list_is_of_one_part():
    everywhere = first_view(np.array([-1.5, 7.7]), np.array([47.2, 48.6]))
    assert everywhere == VIEWS[0]
    loire = first_view(np.array([4.0, 4.4]), np.array([45.4, 45.9]))
    assert loire.bounds == ((45.4, 4.0), (45.9, 4.4))


@given(st.text())
def test_json_for_script_reads_back_and_cannot_end_the_script(text):
    written = json_for_script([text])
    assert json.loads(written) == [text]
    assert written.isascii()
    assert not set("<>&") & set(written)


def test_thousands_of_members_are_one_element():
    map_ = pole_map(crowd(3200, spacing=0.01))
    assert len(map_._children) == 1


def test_a_frame_without_points_is_said():
    plain = pd.DataFrame(members_of())
    with pytest.raises(InputError, match="expected a GeoDataFrame with points"):
        pole_map(plain)
