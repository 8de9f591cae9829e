"""The data a map carries: poles, members, colours, classes, views, words."""

from __future__ import annotations

import json
from itertools import pairwise

import folium
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from maps_frames import LOCATED, ROWS, crowd, members_of, poles
from shapely import Point, Polygon

from ptce_geo.errors import CrsError, DuplicateIdError, InputError, MissingColumnError
from ptce_geo.maps import pole_map
from ptce_geo.maps.classes import class_of, class_ranges
from ptce_geo.maps.element import PoleLayers, json_for_script
from ptce_geo.maps.palettes import PALETTES, assign_colours
from ptce_geo.maps.views import VIEWS, first_view, views_of


def data_of(map_: folium.Map) -> dict:
    (layers,) = [child for child in map_._children.values() if isinstance(child, PoleLayers)]
    return layers.data


def rows_of(data: dict) -> list[dict]:
    table = data["members"]
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def test_is_a_folium_map_with_every_located_member():
    map_ = pole_map(members_of(), poles=poles())
    assert isinstance(map_, folium.Map)
    assert len(rows_of(data_of(map_))) == LOCATED
    assert data_of(map_)["unplaced"] == 1


def test_poles_of_the_list_then_members_without_one():
    data = data_of(pole_map(members_of(), poles=poles()))
    # Culture: La Fabrique, Cinéma, Perdue (not placed); Bois: Atelier and La Fabrique again.
    counted = {pole["name"]: (pole["placed"], pole["members"]) for pole in data["poles"]}
    assert counted == {
        "Culture": (2, 3), "Bois": (2, 2), "Océan": (1, 1), "Vide": (0, 0), "Sans pôle": (1, 1),
    }  # fmt: skip
    assert [pole["seat"] for pole in data["poles"]] == [
        [45.44, 4.39], [45.04, 5.05], None, None, None,
    ]  # fmt: skip
    names = [data["poles"][row["pole"]]["name"] for row in rows_of(data)]
    assert names == ["Culture", "Culture", "Bois", "Océan", "Sans pôle", "Bois"]


def test_poles_may_be_left_out_or_lack_geometry_and_members_may_name_new_ones():
    without = data_of(pole_map(members_of()))
    assert [pole["name"] for pole in without["poles"]] == ["Culture", "Bois", "Océan", "Sans pôle"]
    plain = data_of(pole_map(members_of(), poles=pd.DataFrame(poles().drop(columns="geometry"))))
    assert {pole["seat"] is None for pole in plain["poles"]} == {True}
    some = data_of(pole_map(members_of(), poles=poles().iloc[:1]))
    assert [pole["name"] for pole in some["poles"]] == ["Culture", "Bois", "Océan", "Sans pôle"]


def test_a_pole_known_by_its_name_only():
    members = members_of([("A", None, "Bois", "accepted", "street", "26", 5.0, 45.0, "Romans")])
    data = data_of(pole_map(members))
    assert [pole["name"] for pole in data["poles"]] == ["Bois"]


def test_reasons_are_put_in_words_and_unknown_ones_kept():
    members = members_of().assign(geocode_reason="misspelt_town: Romans")
    assert rows_of(data_of(pole_map(members)))[0]["reason"] == (
        "nom de commune mal orthographié (Romans)"
    )
    members["geocode_reason"] = "vu sur place: oui"
    assert rows_of(data_of(pole_map(members)))[0]["reason"] == "vu sur place: oui"


def test_index_of_the_members_does_not_matter():
    members = members_of()
    members.index = [7] * len(members)
    assert data_of(pole_map(members, poles=poles())) == data_of(
        pole_map(members_of(), poles=poles())
    )
    assert list(members.index) == [7] * len(members)


def test_choropleth_counts_accepted_members_by_departement():
    departements = data_of(pole_map(members_of()))["departements"]
    labels = {f["properties"]["label"]: f["properties"]["class"] for f in departements["features"]}
    # Accepted: 3 in Loire, 1 in La Réunion, 1 in Paris; Drôme's only one is to be checked.
    assert labels["Loire\u00a0: 3 structures"] > labels["Paris\u00a0: 1 structure"] > 0
    assert labels["Drôme\u00a0: 0 structure"] == 0
    assert [each["label"] for each in departements["classes"]] == ["aucune", "1", "2 à 3"]
    assert len(departements["features"]) == 101


def test_neighbours_share_their_border_in_the_page():
    features = data_of(pole_map(members_of()))["departements"]["features"]
    named = {f["properties"]["label"].split("\u00a0")[0]: f["geometry"] for f in features}

    def points(name):
        text = json.dumps(named[name]["coordinates"])
        return set(map(tuple, np.array(json.loads(text)[0]).reshape(-1, 2).tolist()))

    assert len(points("Loire") & points("Rhône")) >= 5


def test_footer_says_how_members_were_placed():
    counts, vintage, sources, own = data_of(pole_map(members_of(), source="Ma liste"))["footer"]
    assert counts == (
        "7 structures dans la liste\u00a0: 6 localisées (1 au numéro, 1 à la rue, "
        "1 au lieu-dit ou au point fourni, 3 à la commune, dont 1 à vérifier), 1 non localisées"
    )
    assert vintage == "Communes et contours\u00a0: COG 2026"
    assert "IGN" in sources
    assert own == "Ma liste"


def test_english_has_every_word():
    french = data_of(pole_map(members_of()))
    english = data_of(pole_map(members_of(), lang="en"))
    assert english["lang"] == "en"
    assert english["poles"][-1]["name"] == "Without a pole"
    assert english["footer"][0].startswith("7 members in the list: 6 placed (1 house number")
    same = {key for key, words in english["text"].items() if french["text"][key] == words}
    # Proper names and words that both languages spell alike.
    assert same == {
        "guadeloupe", "martinique", "mayotte", "base_ign", "base_osm", "commune", "departement",
        "position",
    }  # fmt: skip


@pytest.mark.parametrize("rows", [[], [ROWS[4]]])
def test_nobody_located_gives_a_map_of_the_metropole(rows):
    data = data_of(pole_map(members_of(rows) if rows else members_of().iloc[:0], poles=poles()))
    assert data["members"]["rows"] == []
    assert data["firstView"] == VIEWS[0].bounds
    assert len(data["departements"]["classes"]) == 1


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
    with pytest.raises(InputError, match="unknown language 'de'"):
        pole_map(members_of(), lang="de")
    with pytest.raises(InputError, match=r"unknown palette 'jet'; known: tol-bright, okabe-ito"):
        pole_map(members_of(), palette="jet")


def test_an_empty_point_is_no_place():
    members = members_of()
    members.loc[0, "geometry"] = Point()
    assert data_of(pole_map(members))["unplaced"] == 2


@given(st.lists(st.integers(0, 400), min_size=1, max_size=120), st.integers(1, 6))
def test_classes_cover_every_count_once(counts, k):
    ranges = class_ranges(pd.Series(counts), k=k)
    assert len(ranges) <= k
    for count in counts:
        holders = [low <= count <= high for low, high in ranges]
        assert sum(holders) == (count > 0)
        assert (class_of(count, ranges) == -1) == (count == 0)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(ranges))


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
