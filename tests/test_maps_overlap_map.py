"""The map of what poles share: who stands where, what the lines tell, what is counted."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from maps_frames import DESK, PHONE
from shapely import LineString, Point, box

from ptce_geo import (
    attach_territories,
    geocode,
    link_poles,
    locate_seats,
    read_members,
    read_poles,
)
from ptce_geo.errors import CrsError, DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators import pole_footprint, pole_overlap_pairs
from ptce_geo.maps.element import content_of
from ptce_geo.maps.overlap_map import overlap_map

LYON, LOIRE, DROME, REUNION = (
    Point(4.84, 45.76),
    Point(4.39, 45.44),
    Point(5.05, 45.04),
    Point(55.45, -20.88),
)
# Structure, pole, place, commune. Atelier and Scierie are in p and q, Cinéma in p and r;
# s stands alone; t has one member that is not placed.
ROWS = [
    ("Atelier", "p", LOIRE, "42218"),
    ("Scierie", "p", LYON, "69381"),
    ("Cinéma", "p", LOIRE, "42218"),
    ("Atelier", "q", DROME, "42218"),
    ("SCIERIE", "q", DROME, "69381"),
    ("Cinéma", "r", REUNION, "42218"),
    ("Boulangerie", "s", DROME, "26281"),
    ("Perdue", "t", None, None),
]
COLUMNS = ["member_name", "pole_id", "geometry", "code_commune"]


def members(rows=ROWS) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=COLUMNS), geometry="geometry", crs=4326)
    frame["geocode_status"] = frame.geometry.notna().map({True: "accepted", False: "rejected"})
    return frame


def poles() -> gpd.GeoDataFrame:
    """q, r and s have no seat; u has neither seat nor member."""
    table = {
        "pole_id": list("pqrstu"),
        "pole_name": ["Papier", "Quartier", "Rhum", "Sable", None, "Usine"],
    }
    return gpd.GeoDataFrame(table, geometry=[LYON, None, None, None, None, None], crs=4326)


def layers_of(frame=None, pairs=None, **options):
    frame = members() if frame is None else frame
    pairs = pole_overlap_pairs(frame) if pairs is None else pairs
    content = content_of(overlap_map(frame, pairs, **options))
    return {layer.key: layer for layer in content.layers}, content


def test_a_pole_stands_at_its_seat_or_amid_its_members_or_is_counted():
    layers, content = layers_of(poles=poles())
    sharing, alone = layers["sharing"], layers["alone"]
    assert list(layers) == ["land", "shared", "alone", "sharing"]
    assert sharing.names == ["Papier", "Quartier", "Rhum"]
    assert sharing.longitude.tolist() == [LYON.x, DROME.x, REUNION.x]
    assert alone.names == ["Sable"]
    assert sharing.notes == (
        "Sans siège localisé, placés au milieu de leurs structures\u00a0: 3",
        "Pôles sans siège ni structure localisés, non dessinés\u00a0: 2",  # t and u
    )
    assert content.summary == (
        "Paires de pôles qui partagent\u00a0: 2 · pôles concernés\u00a0: 3 sur 6"
    )
    assert content.footer[0] == "Structures comptées\u00a0: 7 sur 8"


def test_the_middle_of_members_is_taken_in_the_territory_that_holds_most_of_them():
    rows = [
        ("A", "p", LOIRE, "42218"),
        ("B", "p", DROME, "26281"),
        ("C", "p", REUNION, "97411"),
    ]
    layers, _ = layers_of(members(rows))
    alone = layers["alone"]
    assert alone.longitude.tolist() == pytest.approx([(LOIRE.x + DROME.x) / 2])
    assert alone.latitude.tolist() == pytest.approx([(LOIRE.y + DROME.y) / 2])


def test_circles_are_as_large_as_poles_have_accepted_members():
    layers, _ = layers_of(poles=poles())
    sharing = layers["sharing"]
    assert sharing.values.tolist() == [3, 2, 1]
    assert (sharing.radius**2 / sharing.values).tolist() == pytest.approx([18**2 / 3] * 3)
    assert sharing.legend == layers["alone"].legend  # of one scale
    assert sharing.facts == {
        "Structures en commun": ["Quartier (2), Rhum (1)", "Papier (2)", "Papier (1)"]
    }
    assert layers["alone"].facts == {"Structures en commun": ["aucun autre pôle"]}


def test_lines_are_as_wide_as_what_poles_share_and_name_it():
    lines = layers_of(poles=poles())[0]["shared"]
    assert lines.names == ["Papier – Quartier", "Papier – Rhum"]
    assert lines.ends.tolist() == [
        [LYON.x, LYON.y, DROME.x, DROME.y],
        [LYON.x, LYON.y, REUNION.x, REUNION.y],
    ]
    assert lines.width.tolist() == [5, 2.5]
    assert lines.legend == [("2", 5.0), ("1", 2.5)]
    # Both hold 2 of 3 structures, and 1 of 3.
    assert lines.facts == {
        "Structures en commun": ["2", "1"],
        "Part de l’ensemble des deux": ["66,7\u202f%", "33,3\u202f%"],
        "Lesquelles": ["Atelier, Scierie", "Cinéma"],
    }
    assert lines.notes == ("Traits d’un territoire à un autre, par-delà la mer\u00a0: 1",)


def test_the_widest_line_is_12_pixels_however_much_is_shared():
    pairs = pd.DataFrame(
        {
            "pole_id": ["p", "p"],
            "other_pole_id": ["q", "r"],
            "shared": [90_000, 600],
            "jaccard": [0.5, 0.1],
        }
    )
    lines = layers_of(pairs=pairs, by="population", lang="en")[0]["shared"]
    assert lines.width.tolist() == [12, 1.5]
    assert lines.legend == [("90,000", 12), ("45,000", 6), ("9,000", 1.5)]
    assert lines.title == "Inhabitants of the communes in common"


def test_communes_in_common():
    frame = members().assign(nom_commune=[*["Saint-Étienne", "Lyon"] * 3, "Romans", None])
    pairs = pole_overlap_pairs(frame, by="communes")
    lines = layers_of(frame, pairs, by="communes")[0]["shared"]
    # p holds 42218 and 69381, q both, r the first.
    assert lines.names == ["p – q", "p – r", "q – r"]
    assert lines.facts["Communes en commun"] == ["2", "1", "1"]
    assert lines.facts["Lesquelles"][0].count(",") == 1


def test_of_many_structures_five_are_named():
    rows = [(f"S{i}", pole, place, "42218") for i in range(8) for pole, place in
            (("p", LYON), ("q", DROME))]  # fmt: skip
    lines = layers_of(members(rows), lang="en")[0]["shared"]
    assert lines.facts["Which"] == ["S0, S1, S2, S3, S4 and 3 more"]


def test_pairs_that_cannot_be_seen_are_counted():
    rows = [
        ("A", "p", LYON, "69381"),
        ("A", "q", LYON, "69381"),  # at the place of p
        ("B", "p", LYON, "69381"),
        ("B", "t", None, None),
    ]
    pairs = pd.DataFrame(
        {
            "pole_id": ["p", "p"],
            "other_pole_id": ["q", "t"],
            "shared": [1, 1],
            "jaccard": [0.5, 0.5],
        }
    )
    lines = layers_of(members(rows), pairs)[0]["shared"]
    assert lines.names == ["p – q"]
    assert lines.notes == (
        "Paires de pôles au même endroit, sans trait visible\u00a0: 1",
        "Paires dont un pôle n’est pas dessiné\u00a0: 1",
    )


def test_footprints_lie_under_the_lines_and_those_without_an_area_are_counted():
    footprints = gpd.GeoDataFrame(
        index=pd.Index(["p", "q", "r", "other"], name="pole_id"),
        geometry=[box(4, 45, 5, 46), LineString([LYON, DROME]), None, box(0, 45, 1, 46)],
        crs=4326,
    )
    layers, _ = layers_of(poles=poles(), footprints=footprints)
    assert list(layers)[1:3] == ["footprints", "shared"]
    ground = layers["footprints"]
    assert ground.names == ["Papier"]
    assert ground.overlapping
    assert [note.rpartition(" ")[2] for note in ground.notes[1:]] == ["2", "1"]
    # A line, and none at all; "other" is no pole.
    assert "absents de la liste" in ground.notes[2]


def test_poles_of_hardly_any_member_are_enlarged_and_said_to_be():
    many = [(f"S{i}", "p", LYON, "69381") for i in range(40)]
    none = ("Z", "q", DROME, "26281")
    frame = members([*many, none]).assign(geocode_status=["accepted"] * 40 + ["review"])
    seats = poles().iloc[:2].set_geometry([LYON, DROME], crs=4326)
    layers, _ = layers_of(frame, poles=seats)
    assert layers["alone"].radius.tolist() == [18, 3]
    assert layers["alone"].notes[-1] == (
        "Cercles agrandis à 3 pixels de rayon, pour être vus\u00a0: 1"
    )


def test_nothing_shared_and_nothing_placed():
    lonely = members(ROWS[6:7])
    layers, content = layers_of(lonely)
    assert list(layers) == ["land", "alone"]
    assert content.warning is None
    for frame in (members().iloc[:0], members(ROWS[7:])):
        layers, content = layers_of(frame)
        assert list(layers) == ["land"]
        assert content.warning


def test_names_are_those_of_the_poles_else_of_the_members_else_the_codes():
    frame = members().assign(pole_name=["Du membre"] * 3 + [None] * 5)
    assert layers_of(frame)[0]["sharing"].names == ["Du membre", "q", "r"]
    named = layers_of(frame, poles=pd.DataFrame(poles().drop(columns="geometry")))[0]
    assert named["sharing"].names == ["Papier", "Quartier", "Rhum"]


PAIRS = pole_overlap_pairs(members())


@pytest.mark.parametrize(
    ("frame", "pairs", "options", "error", "said"),
    [
        (members(), PAIRS, {"by": "sector"}, InputError, "members, communes, population"),
        (members(), PAIRS, {"lang": "de"}, InputError, "fr, en"),
        (members().to_crs(2154), PAIRS, {}, CrsError, "to_crs"),
        (pd.DataFrame(members()[["pole_id"]]), PAIRS, {}, MissingColumnError, "geocode"),
        (members().drop(columns="pole_id"), PAIRS, {}, MissingColumnError, "pole_id"),
        (
            members(),
            PAIRS.drop(columns="shared"),
            {},
            MissingColumnError,
            "pairs: no column shared",
        ),
        (members(), PAIRS.replace("q", "z"), {}, InputError, "know z"),
        (members(), PAIRS.assign(shared=-1), {}, InputError, "at least 0"),
        (members(), PAIRS, {"poles": pd.concat([poles()] * 2)}, DuplicateIdError, "pole_id"),
        (members(), PAIRS, {"poles": poles().to_crs(2154)}, CrsError, "to_crs"),
        (members(), PAIRS, {"footprints": poles().to_crs(2154)}, CrsError, "footprints"),
    ],
)
def test_wrong_input_is_refused_in_one_line(frame, pairs, options, error, said):
    with pytest.raises(error, match=said) as caught:
        overlap_map(frame, pairs, **options)
    assert "\n" not in str(caught.value)


# ----- in the browser ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_page_draws_every_pole_and_every_line(open_page, size):
    page = open_page(overlap_map(members(), PAIRS, poles=poles()), size=size)
    counts = dict(page.evaluate("ptceMap.page.views.map(view => [view.key, view.count()])"))
    assert (counts["shared"], counts["sharing"], counts["alone"]) == (2, 3, 1)


def test_a_pole_and_a_line_tell_what_is_shared(open_page):
    page = open_page(overlap_map(members(), PAIRS, poles=poles()))
    page.evaluate("void ptceMap.page.map.setView([45.4, 4.5], 8, {animate: false})")
    told = page.locator(".ptce-tip")

    def hover(place):
        x, y = page.evaluate(
            "([lat, lng]) => { const p = ptceMap.page.map.latLngToContainerPoint([lat, lng]);"
            " return [p.x, p.y]; }",
            [place.y, place.x],
        )
        page.mouse.move(x - 3, y)
        page.mouse.move(x, y)
        return told.last.inner_text()

    assert "Quartier (2), Rhum (1)" in hover(LYON)
    # Straight on the screen: between the two places in Mercator, hardly off the mean of degrees.
    assert "Atelier, Scierie" in hover(Point((LYON.x + DROME.x) / 2, (LYON.y + DROME.y) / 2))
    page.locator("input[data-layer=shared]").uncheck()
    assert page.evaluate("ptceMap.page.view('shared').count()") == 0


def test_real_poles(open_page):
    folder = Path(__file__).parents[1] / "examples" / "data"
    listed = read_poles(folder / "poles.csv")
    found = geocode(link_poles(read_members(folder / "members.csv"), listed), poles=listed)
    found = attach_territories(found)
    seated = locate_seats(geocode(listed), found)
    pairs = pole_overlap_pairs(found, poles=seated, by="communes")
    map_ = overlap_map(
        found,
        pairs,
        by="communes",
        poles=seated,
        footprints=pole_footprint(found, poles=seated),
    )
    layers = {layer.key: layer for layer in content_of(map_).layers}
    drawn = len(layers["sharing"].names) + len(layers["alone"].names)
    # Every pole is drawn, or counted among those that cannot be.
    assert any(
        note.startswith("Pôles sans siège") and note.endswith(f"\u00a0: {len(listed) - drawn}")
        for note in layers["sharing"].notes
    )
    assert len(layers["shared"].names) == len(pairs)
    page = open_page(map_)
    assert page.evaluate("ptceMap.page.view('shared').count()") == len(pairs)
