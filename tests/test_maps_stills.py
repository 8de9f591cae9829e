"""Pictures of maps: drawn for real, read back, and looked into."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import cache

import folium
import geopandas as gpd
import matplotlib
import numpy as np
import pytest
from maps_frames import crowd, members_of, poles
from PIL import Image
from shapely import Point, box

from ptce_geo.errors import InputError, OutputError, PtceGeoWarning
from ptce_geo.maps.circle_sizes import round_below
from ptce_geo.maps.content import (
    Areas,
    Circles,
    Content,
    Histogram,
    Lines,
    MapClass,
    Points,
)
from ptce_geo.maps.element import folium_map
from ptce_geo.maps.frame import land
from ptce_geo.maps.pole_map import pole_map
from ptce_geo.maps.still_frames import fitted, part_of
from ptce_geo.maps.still_layout import still
from ptce_geo.maps.still_spread import Spread
from ptce_geo.maps.stills import save_image
from ptce_geo.maps.views import VIEWS
from ptce_geo.territories import build_topology, read_territories

FRANCE = VIEWS[0].bounds
SVG = "{http://www.w3.org/2000/svg}"
RED, YELLOW, BLUE = "#ff0000", "#ffff00", "#0000ff"
HOSTILE = (
    "<script>alert(1)</script> $x_1$ \\frac{ {{ 7*7 }} `b` \u202eevil\u202c & \" ' 中文 🎉 \ud800 "
)


def content(*layers, first=FRANCE, **given):
    words = {
        "kind": "choropleth",
        "lang": "fr",
        "title": "Emplois de l’économie sociale",
        "summary": "Trois territoires",
        "footer": ("Communes et contours : COG 2026", "Sources : IGN, INSEE"),
        "views": [{"name": view.name, "bounds": view.bounds, "count": None} for view in VIEWS],
    }
    return Content(**{**words, **given}, first_view=first, layers=layers)


def areas(shapes, class_of, colours, **given):
    frame = gpd.GeoDataFrame(geometry=shapes, index=[f"t{i}" for i in range(len(shapes))], crs=4326)
    shared = not given.get("overlapping", False)
    words = {
        "key": "areas",
        "title": "Quotient de localisation",
        "classes": [MapClass(f"classe {i}", colour) for i, colour in enumerate(colours)],
        "class_of": np.array(class_of, dtype=np.int8),
    }
    return Areas(
        **{**words, **given},
        topology=build_topology(frame, shared=shared),
        names=list(frame.index),
    )


def square(**given):
    """One territory: enough where it does not matter what is drawn."""
    return areas([box(2, 46, 4, 47)], [0], [RED], **given)


@cache
def departements():
    """France, each overseas département in a colour of its own: see OVERSEAS."""
    ground = land("fr")
    ranks = [OVERSEAS.get(code, (0,))[0] for code in ground.topology.codes]
    classes = [MapClass("métropole", "#c0c0c0")]
    classes += [MapClass(name, colour) for _, name, colour in OVERSEAS.values()]
    return replace(
        ground,
        key="values",
        title="Départements",
        classes=classes,
        class_of=np.array(ranks, dtype=np.int8),
        interactive=True,
    )


OVERSEAS = {
    "971": (1, "Guadeloupe", "#ff0000"),
    "972": (2, "Martinique", "#00c000"),
    "973": (3, "Guyane", "#0000ff"),
    "974": (4, "La Réunion", "#c000c0"),
    "976": (5, "Mayotte", "#00a0a0"),
}


def dots(places, classes, class_of=None, **given):
    longitude, latitude = np.array(places, dtype=float).T
    words = {"key": "points", "title": "Structures", "names": ["x"] * len(places)}
    class_of = np.zeros(len(places)) if class_of is None else np.asarray(class_of)
    return Points(
        **{**words, **given},
        longitude=longitude,
        latitude=latitude,
        classes=classes,
        class_of=class_of.astype(np.int32),
    )


def saved(tmp_path, what, name="map.png", **options):
    return save_image(folium_map(what), tmp_path / name, **options)


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def count_of(picture, colour, *, near=3):
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return int((np.abs(picture - wanted).max(axis=2) <= near).sum())


SMALL = {"width_cm": 14, "height_cm": 10, "dpi": 300}


def map_and_legend(path):
    """The pixels of the left two thirds of a small picture, and of the others."""
    picture = pixels(path)
    return np.split(picture, [picture.shape[1] * 2 // 3], axis=1)


def texts(path):
    words = ET.fromstring(path.read_bytes()).iter(f"{SVG}text")
    return [element.text.replace("\xa0", " ") for element in words]


def boxes_of_texts(what, **size):
    """Where each text of a picture is: left, top, right, bottom (points), and the text."""
    page = still(what, **(size or {"width": 680, "height": 510}))
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(page.figure).get_renderer()
    found = []
    for artist in page.figure.texts + [a for a in page.figure.artists if hasattr(a, "get_text")]:
        extent = artist.get_window_extent(renderer)
        found.append((extent.x0, extent.y0, extent.x1, extent.y1, artist.get_text()))
    return page, found


@pytest.fixture(scope="module")
def france(tmp_path_factory):
    """Pictures of all of France, by their suffix: drawn once, looked into by several tests."""
    folder = tmp_path_factory.mktemp("france")
    names = [f"map.{suffix}" for suffix in ("png", "svg", "pdf")]
    return {name[-3:]: saved(folder, content(departements()), name, dpi=100) for name in names}


# ----- the file -----------------------------------------------------------------------------------


def test_the_png_has_the_size_asked_for_and_the_title(france):
    with Image.open(france["png"]) as image:
        # 24 x 18 cm at 100 pixels an inch: 944.9 x 708.7
        assert image.size == (944, 708)
        assert image.info["Title"] == "Emplois de l’économie sociale"


def test_the_svg_holds_words_and_nothing_from_elsewhere(france):
    path = france["svg"]
    words = texts(path)
    assert {"Emplois de l’économie sociale", "métropole", "Trois territoires"} <= set(words)
    assert "Communes et contours : COG 2026 · Sources : IGN, INSEE" in words
    root = ET.fromstring(path.read_bytes())
    assert root.find(f"{SVG}title").text == "Emplois de l’économie sociale"
    assert root.get("lang") == "fr"
    assert not list(root.iter(f"{SVG}script"))
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.endswith("href") or value.startswith("#")
            assert "url(" not in value or "url(#" in value
    assert b"<!DOCTYPE" not in path.read_bytes()


def test_the_pdf_is_one_whose_words_can_be_searched(france):
    path = france["pdf"]
    assert path.read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine: apt-get install poppler-utils")
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout.decode()
    for words in ("Emplois de l’économie sociale", "métropole", "La Réunion", "200 km"):
        assert words in text


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_one_map_is_one_file_whatever_the_style_of_the_user(tmp_path, suffix):
    ground = areas([box(2, 46, 3, 47), box(3, 46, 4, 47)], [0, 1], [RED, BLUE])
    marks = dots([(2.5, 46.5), (3.5, 46.5)], [MapClass("une", YELLOW)])
    what = content(ground, marks, first=((46, 2), (47, 4)))
    first = saved(tmp_path, what, f"a.{suffix}", dpi=80).read_bytes()
    with matplotlib.rc_context({"font.size": 30, "savefig.bbox": "tight", "text.usetex": True}):
        before = dict(matplotlib.rcParams)
        second = saved(tmp_path, what, f"b.{suffix}", dpi=80).read_bytes()
        assert dict(matplotlib.rcParams) == before
    assert first == second
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a.{suffix}", f"b.{suffix}"]


def test_pyplot_is_not_needed_and_matplotlib_only_to_draw(tmp_path):
    code = (
        "import sys, ptce_geo.maps.stills as stills\n"
        "assert 'matplotlib' not in sys.modules\n"
        "import ptce_geo.maps.still_layout\n"
        "assert 'matplotlib.figure' in sys.modules\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ----- areas --------------------------------------------------------------------------------------


def test_the_colours_of_classes_cover_what_their_territories_do(tmp_path):
    # Side by side on one parallel: the first is twice as wide as the second.
    layer = areas([box(2, 46, 4, 47), box(4, 46, 5, 47)], [0, 1], [RED, BLUE])
    path = saved(tmp_path, content(layer, first=((46, 2), (47, 5))), dpi=150)
    red, blue = count_of(pixels(path), RED), count_of(pixels(path), BLUE)
    assert red > 50_000
    assert red / blue == pytest.approx(2, rel=0.02)


def test_no_light_shines_between_neighbours(tmp_path):
    # So many that no border is drawn: a chessboard of 90 x 90, red and yellow, without any blue.
    steps = np.linspace(0, 1, 91)
    cells = list(itertools.product(range(90), range(90)))
    squares = [
        box(2 + steps[i], 46 + steps[j], 2 + steps[i + 1], 46 + steps[j + 1]) for i, j in cells
    ]
    layer = areas(squares, [(i + j) % 2 for i, j in cells], [RED, YELLOW])
    picture = pixels(saved(tmp_path, content(layer, first=((46, 2), (47, 3))), dpi=100))
    coloured = picture[:, :, 2] < 5
    rows, columns = (
        np.flatnonzero(coloured.sum(axis=1) > 100),
        np.flatnonzero(coloured.sum(axis=0) > 100),
    )
    margin = 25  # the sides of the board are not upright in Lambert-93
    inside = picture[
        rows[0] + margin : rows[-1] - margin, columns[0] + margin : columns[-1] - margin
    ]
    assert inside.shape[0] > 200
    assert inside[:, :, 2].max() <= 2
    assert inside[:, :, 0].min() >= 253


def test_each_overseas_departement_has_its_inset_with_its_name_and_scale(france):
    picture = pixels(france["png"])
    for _, name, colour in OVERSEAS.values():
        # More than its swatch in the legend, which is 21 x 11 pixels.
        assert count_of(picture, colour) > 600, name
    words = texts(france["svg"])
    for _, name, _ in OVERSEAS.values():
        assert words.count(name) == 2  # in its inset and in the legend
    assert len([word for word in words if word.endswith("\u202fkm") or word.endswith(" km")]) == 6


def test_every_departement_lies_in_its_frame():
    shapes = read_territories("departement").geometry
    frames = [fitted(part_of(view), (0, 0, 300, 300), inset=True) for view in VIEWS]
    corners = shapes.get_coordinates()
    for code, its in corners.groupby(level=0):
        rank = list(OVERSEAS).index(code) + 1 if code in OVERSEAS else 0
        frame = frames[rank]
        points = frame.place(its.x.to_numpy(), its.y.to_numpy())
        assert frame.holds(points).all(), code


def test_a_region_fills_its_frame_and_has_no_empty_inset(tmp_path):
    layer = areas([box(4, 45, 5, 46)], [0], [RED])
    what = content(land("fr"), layer, first=((45, 4), (46, 5)))
    words = texts(saved(tmp_path, what, "map.svg"))
    assert not set(words) & {name for _, name, _ in OVERSEAS.values()}
    assert count_of(pixels(saved(tmp_path, what, dpi=60)), RED) > 30_000


def test_a_region_with_a_member_overseas_has_one_inset(tmp_path):
    points = dots([(4.3, 45.4), (55.5, -21.1)], [MapClass("une", RED)])
    what = content(departements(), points, first=((45.3, 4.2), (45.5, 4.4)))
    words = texts(saved(tmp_path, what, "map.svg"))
    assert words.count("La Réunion") == 2
    assert words.count("Mayotte") == 1  # in the legend


def test_an_overseas_departement_can_be_the_map(tmp_path):
    layer = areas([box(55.3, -21.3, 55.7, -21.0)], [0], [RED])
    what = content(land("fr"), layer, first=VIEWS[4].bounds)
    assert count_of(pixels(saved(tmp_path, what, dpi=60)), RED) > 10_000
    assert "Métropole" not in texts(saved(tmp_path, what, "map.svg"))


def test_patterns_are_seen_on_the_map_and_in_the_legend(tmp_path):
    plain = areas([box(2, 46, 4, 47)], [0], ["#e4e4e4"])
    where = ((46, 2), (47, 4))
    full = count_of(pixels(saved(tmp_path, content(plain, first=where), dpi=100)), "#e4e4e4")
    for pattern in ("hatch", "dots"):
        layer = replace(plain, classes=[MapClass("secret", "#e4e4e4", pattern)])
        picture = pixels(saved(tmp_path, content(layer, first=where), dpi=100))
        assert 0.3 * full < count_of(picture, "#e4e4e4") < 0.97 * full, pattern


def test_areas_that_overlap_mix_their_colours(tmp_path):
    discs = [Point(3, 46).buffer(0.5), Point(3.4, 46).buffer(0.5)]
    layer = areas(discs, [0, 1], [RED, BLUE], overlapping=True)
    picture = pixels(saved(tmp_path, content(layer, first=((45.5, 2.5), (46.5, 4))), dpi=100))
    # 0.3 of the colour over the sea (#eaf0f3), then 0.3 of blue over that.
    alone = 0.7 * np.array([0xEA, 0xF0, 0xF3]) + 0.3 * np.array([255, 0, 0])
    both = 0.7 * alone + 0.3 * np.array([0, 0, 255])
    for mixed in (alone, both):
        assert (np.abs(picture - mixed).max(axis=2) <= 2).sum() > 2000


def test_a_class_of_minus_one_is_not_filled(tmp_path):
    layer = areas([box(2, 46, 4, 47), box(4, 46, 6, 47)], [0, -1], [RED, BLUE])
    picture = pixels(saved(tmp_path, content(layer, first=((46, 2), (47, 6))), dpi=100))
    assert count_of(picture, RED) > 20_000
    assert count_of(picture, BLUE) < 300  # its swatch


def test_a_layer_that_is_off_is_not_drawn(tmp_path):
    layer = square(on=False)
    path = saved(tmp_path, content(land("fr"), layer), dpi=60)
    assert count_of(pixels(path), RED) == 0


def test_the_legend_counts_the_territories_of_each_class(tmp_path):
    layer = areas(
        [box(2, 46, 3, 47), box(3, 46, 4, 47), box(4, 46, 5, 47)],
        [0, 1, 1],
        [RED, BLUE],
        unit="rapport",
        decimals=1,
        notes=("Classes de même effectif.",),
        histogram=Histogram([0.5, 1.5, 1234.5], [1, 2], [RED, BLUE]),
    )
    words = texts(saved(tmp_path, content(layer, first=((46, 2), (47, 5))), "map.svg"))
    after = words[words.index("classe 0") :]
    assert after[1] == "1"
    assert after[after.index("classe 1") + 1] == "2"
    assert {"Quotient de localisation", "rapport", "Classes de même effectif."} <= set(words)
    assert {"0,5", "1\u202f234,5"} <= set(words)  # the ends of the histogram


# ----- marks --------------------------------------------------------------------------------------


def circles_of(radius, places, legend=()):
    longitude, latitude = np.array(places, dtype=float).T
    return Circles(
        key="circles",
        title="Emplois",
        longitude=longitude,
        latitude=latitude,
        names=["Allier"] * len(longitude),
        values=np.ones(len(longitude)),
        radius=np.full(len(longitude), float(radius)),
        colour=BLUE,
        legend=legend,
    )


def test_circles_cover_what_their_radii_say(tmp_path):
    blues = []
    for radius in (20, 40):
        layer = circles_of(radius, [(3, 46.5)])
        picture = pixels(saved(tmp_path, content(layer), dpi=120))
        # 0.8 of blue over the sea
        mixed = 0.8 * np.array([0, 0, 255]) + 0.2 * np.array([0xEA, 0xF0, 0xF3])
        blues.append((np.abs(picture - mixed).max(axis=2) <= 2).sum())
    assert blues[1] / blues[0] == pytest.approx(4, rel=0.06)


def test_circles_too_small_for_an_edge_have_none(tmp_path):
    # 400 circles of 0.5 px: white edges would leave nothing of them, here nor in the legend.
    places = list(itertools.product(np.linspace(1, 5, 20), np.linspace(45, 48, 20)))
    layer = circles_of(0.5, places, legend=[(1.0, 0.5)])
    for part, least in zip(
        map_and_legend(saved(tmp_path, content(layer), **SMALL)), (400, 1), strict=True
    ):
        assert (part[:, :, 2] - part[:, :, 0] > 30).sum() >= least  # bluer than the sea
    svg = ET.fromstring(saved(tmp_path, content(layer), "map.svg").read_bytes())
    blue = [each.get("style", "") for each in svg.iter() if "#0000ff" in each.get("style", "")]
    assert blue
    assert not [style for style in blue if "stroke: #ffffff" in style]


def test_circles_and_lines_say_what_they_mean(tmp_path):
    circles = Circles(
        key="circles",
        title="Emplois",
        longitude=np.array([3.0, 55.5]),
        latitude=np.array([46.5, -21.1]),
        names=["Allier", "La Réunion"],
        values=np.array([12345.0, 10.0]),
        radius=np.array([30.0, 5.0]),
        colour=BLUE,
        legend=[(12345.0, 30.0), (10.0, 5.0)],
        unit="ETP",
    )
    lines = Lines(
        key="lines",
        title="Structures communes",
        ends=np.array([[3.0, 46.5, 5.0, 45.0], [3.0, 46.5, 55.5, -21.1]]),
        names=["a", "b"],
        width=np.array([6.0, 6.0]),
        colour=RED,
        legend=[("5 structures", 6.0)],
    )
    what = content(land("fr"), lines, circles)
    words = texts(saved(tmp_path, what, "map.svg"))
    assert {"Emplois", "ETP", "12\u202f345", "10", "Structures communes", "5 structures"} <= set(
        words
    )
    # A line from the métropole to La Réunion has no place on a map in two planes.
    assert "Hors de la carte : 1" in words
    picture = pixels(saved(tmp_path, what, dpi=100))
    line = 0.75 * np.array([255, 0, 0]) + 0.25 * np.array([0xF7, 0xF5, 0xF0])
    assert (np.abs(picture - line).max(axis=2) <= 3).sum() > 150


@pytest.mark.parametrize("number", [600, 6000])
def test_points_of_every_class_are_seen_in_about_their_share(tmp_path, number):
    rng = np.random.default_rng(3)
    layer = dots(
        np.column_stack([rng.uniform(1, 5, number), rng.uniform(45, 48, number)]),
        [MapClass("associations", RED), MapClass("mutuelles", BLUE)],
        np.arange(number) % 3 == 0,
    )
    path = saved(tmp_path, content(layer), dpi=140)
    red, blue = count_of(pixels(path), RED), count_of(pixels(path), BLUE)
    assert 1.6 < red / blue < 2.4
    words = texts(saved(tmp_path, content(layer), "map.svg"))
    one = f"{number // 3:,}".replace(",", "\u202f")
    assert words[words.index("mutuelles") + 1] == one


@pytest.mark.parametrize("number", [400, 4000])
def test_points_of_a_class_with_a_pattern_are_hollow(tmp_path, number):
    places = [(3.0, 46.5)] + [(2.0, 46.0)] * (number - 1)
    plain = dots(
        places, [MapClass("reliée", RED), MapClass("autre", BLUE)], [0] + [1] * (number - 1)
    )
    hollow = replace(plain, classes=[MapClass("reliée", RED, "hatch"), plain.classes[1]])
    where = ((46, 2), (47, 4))
    full, ring = (
        map_and_legend(saved(tmp_path, content(layer, first=where), **SMALL))
        for layer in (plain, hollow)
    )
    for before, after in zip(full, ring, strict=True):
        # A ring of many small ones is a pixel wide: half of its red may be in the next.
        reds, ringed = (np.abs(part - [255, 0, 0]).max(axis=2) < 128 for part in (before, after))
        assert 0.2 * reds.sum() < ringed.sum() < 1.3 * reds.sum()
        middle = tuple(np.argwhere(ringed).mean(axis=0).round().astype(int))
        assert before[middle].tolist() == [255, 0, 0]
        assert after[middle].tolist() == [255, 255, 255]
        assert count_of(before, BLUE) == count_of(after, BLUE) > 0


def test_the_poles_with_members_seats_and_ties(tmp_path):
    map_ = pole_map(members_of(), poles=poles())
    words = texts(save_image(map_, tmp_path / "map.svg"))
    assert {"Culture", "Bois", "Océan", "Vide", "Sans pôle", "Siège du pôle"} <= set(words)
    assert "Structures non localisées : 1" in words
    assert "La Réunion" in words
    picture = pixels(save_image(map_, tmp_path / "map.png", dpi=150))
    for colour in ("#4477AA", "#EE6677", "#228833"):
        assert count_of(picture, colour) > 30, colour


def test_marks_of_one_place_are_all_seen():
    spread = Spread((0, 0, 400, 400), largest=3)
    alone = np.array([[50.0, 50.0]])
    together = np.vstack([alone, np.full((200, 2), 250.0)])
    places = spread.placed(together, radius=2)
    assert places[0].tolist() == [50, 50]
    gaps = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    assert gaps[~np.eye(len(places), dtype=bool)].min() >= 4
    assert np.hypot(*(places[1:] - 250).T).max() <= 40


def test_marks_stay_in_their_frame():
    places = Spread((0, 0, 60, 40), largest=2).placed(np.full((60, 2), 3.0), radius=2)
    assert (places >= 2).all()
    assert (places <= (58, 38)).all()


def test_what_no_frame_shows_is_counted(tmp_path):
    # Saint-Martin lies in none of the parts that have a legal CRS here.
    layer = dots([(2.3, 48.8), (-63.08, 18.07)], [MapClass("une", RED)])
    words = texts(saved(tmp_path, content(land("fr"), layer), "map.svg"))
    assert "Hors de la carte : 1" in words


def test_territories_that_no_frame_shows_are_counted(tmp_path):
    # Off Saint-Pierre-et-Miquelon; the fourth is not filled, the fifth has no shape. A territory
    # that fills the whole frame, so that no vertex of it is in sight, is shown.
    off, further = box(-56.4, 46.7, -56.1, 47.1), box(-57.4, 46.7, -57.1, 47.1)
    shapes = [box(2, 46, 4, 47), off, further, box(-59, 46, -58, 47), None]
    layer = areas(shapes, [0, 0, 0, -1, 0], [RED])

    def outside(*layers, **given):
        words = texts(saved(tmp_path, content(*layers, **given), "map.svg"))
        return [word for word in words if word.startswith("Hors de la carte")]

    assert outside(layer) == ["Hors de la carte : 2"]
    near = ((46.4, 2.9), (46.6, 3.1))
    assert outside(layer, first=near) == ["Hors de la carte : 2"]
    # Once, where both sides of a comparison are of the same territories.
    left, right = replace(layer, key="left"), replace(layer, key="right", on=False)
    assert outside(left, right, compare=("left", "right")) == ["Hors de la carte : 2"]
    # The ground is told by nobody; a footprint goes with the members of its pole.
    assert outside(replace(layer, interactive=False)) == []
    assert outside(replace(layer, pole_of=np.zeros(5, np.int32))) == []
    assert outside(replace(layer, class_of=np.array([0, -1, -1, -1, -1]))) == []


def empty_layers():
    no = np.empty(0)
    none = np.array([], dtype=np.int32)
    its = [MapClass("une", RED)]
    yield "areas", areas([box(2, 46, 4, 47)], [-1], [RED])
    yield "circles", Circles("k", "Titre", no, no, [], no, no, RED, [])
    yield "lines", Lines("k", "Titre", np.empty((0, 4)), [], no, RED)
    yield "points", Points("k", "Titre", no, no, [], its, none)


@pytest.mark.parametrize(("kind", "layer"), list(empty_layers()))
def test_a_layer_without_anything_is_a_map_of_france(tmp_path, kind, layer):
    words = texts(saved(tmp_path, content(land("fr"), layer, warning="Rien à montrer"), "map.svg"))
    assert {"Rien à montrer", "Mayotte", layer.title} <= set(words)


def test_one_place_is_shown_with_what_is_around_it(tmp_path):
    # Saint-Martin, which no part of France holds: the map is of there.
    for longitude, latitude in ((4.39, 45.44), (-63.08, 18.07)):
        layer = dots([(longitude, latitude)], [MapClass("une", RED)])
        where = ((latitude, longitude), (latitude, longitude))
        words = texts(saved(tmp_path, content(land("fr"), layer, first=where), "map.svg"))
        assert "10 km" in words
        assert "Hors de la carte : 1" not in words


# ----- two maps -----------------------------------------------------------------------------------


def test_two_maps_side_by_side_share_a_legend_where_classes_are_equal(tmp_path):
    left = square(key="left", title="2015")
    right = replace(left, key="right", title="2023", on=False)
    words = texts(saved(tmp_path, content(left, right, compare=("left", "right")), "a.svg"))
    assert words.count("classe 0") == 1
    assert words.count("2015") == words.count("2023") == 1
    other = replace(right, classes=[replace(its, label=its.label + " !") for its in right.classes])
    words = texts(saved(tmp_path, content(left, other, compare=("left", "right")), "b.svg"))
    assert words.count("classe 0") == words.count("classe 0 !") == 1
    assert words.count("2015") == words.count("2023") == 2


def test_each_of_two_maps_shows_its_own(tmp_path):
    left = replace(departements(), key="left", class_of=np.full(101, 1, np.int8))
    right = replace(departements(), key="right", class_of=np.full(101, 3, np.int8))
    picture = pixels(saved(tmp_path, content(left, right, compare=("left", "right")), dpi=100))
    middle = int(picture.shape[1] * 0.38)  # the legend takes the last quarter
    half = picture[:, :middle]
    assert count_of(half, "#ff0000") > 10_000
    assert count_of(half, "#0000ff") == 0


# ----- texts --------------------------------------------------------------------------------------


def hostile():
    long = HOSTILE * 30 + "x" * 2000
    layer = areas(
        [box(2 + rank, 46, 3 + rank, 47) for rank in range(6)],
        range(6),
        ["#c0c0c0"] * 6,
        title=long,
        unit=long,
        notes=(long, "y" * 2000),
        classes=[MapClass(long, "#c0c0c0")] * 6,
    )
    return content(layer, title=long, summary=long, footer=(long, long), warning=long)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_texts_of_users_do_nothing(tmp_path, suffix):
    path = saved(tmp_path, hostile(), f"map.{suffix}", dpi=60)
    if suffix == "svg":
        assert not list(ET.fromstring(path.read_bytes()).iter(f"{SVG}script"))
        title = next(word for word in texts(path) if word.startswith("<script>alert(1)</script>"))
        assert "$x_1$ \\frac{ {{ 7*7 }} `b` evil & \" ' □□ □ □" in title


@pytest.mark.parametrize("size", [(680, 510), (400, 284), (510, 760)])
@pytest.mark.parametrize("what", ["plain", "hostile", "poles", "compare"])
def test_no_text_lies_on_another_nor_beyond_the_page(what, size):
    left = replace(departements(), key="left", title="2015")
    right = replace(left, key="right", title="2023")
    drawn = {
        "plain": lambda: content(departements()),
        "hostile": hostile,
        "poles": many_poles,
        "compare": lambda: content(left, right, compare=("left", "right")),
    }[what]()
    page, found = boxes_of_texts(drawn, width=size[0], height=size[1])
    assert len(found) > 10
    for left_, bottom, right_, top, text in found:
        assert left_ >= 0, text
        assert bottom >= 0, text
        assert right_ <= page.width, text
        assert top <= page.height, text
    for one, other in itertools.combinations(found, 2):
        wide = min(one[2], other[2]) - max(one[0], other[0])
        high = min(one[3], other[3]) - max(one[1], other[1])
        # The box of a line has room for accents and tails; two lines share some of it.
        assert wide <= 0.5 or high <= 2.5, (one, other)


def many_poles():
    from ptce_geo.maps.element import content_of

    frame = crowd(300, spacing=0.1)
    frame["pole_id"] = [f"p{i % 120}" for i in range(300)]
    frame["pole_name"] = [f"Pôle {i % 120}" for i in range(300)]
    return content_of(pole_map(frame))


def test_poles_that_find_no_room_in_the_legend_are_counted(tmp_path):
    words = texts(saved(tmp_path, many_poles(), "map.svg"))
    shown = [word for word in words if word.startswith("Pôle ")]
    assert 5 < len(shown) < 120
    assert f"et {120 - len(shown)} de plus" in words


def test_english(tmp_path):
    words = texts(saved(tmp_path, content(square(), lang="en"), "map.svg"))
    assert {"French Guiana", "count"} <= set(words)


@pytest.mark.parametrize(
    ("most", "length"), [(999, 500), (1000, 1000), (1999, 1000), (2000, 2000), (75_000, 50_000)]
)
def test_scale_bars_are_round(most, length):
    assert round_below(most) == length


# ----- what cannot be -----------------------------------------------------------------------------


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"\.png, \.svg, \.pdf, found 'map.jpg'"):
        saved(tmp_path, content(departements()), "map.jpg")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"width_cm": 5}, "width_cm must be from 14 to 120, found 5"),
        ({"height_cm": float("nan")}, "height_cm must be from 10 to 120, found nan"),
        ({"dpi": 0}, "dpi must be from 50 to 1200, found 0"),
        ({"width_cm": 120, "height_cm": 120, "dpi": 1200}, "3214 million pixels"),
    ],
)
def test_a_size_that_cannot_be_is_refused(tmp_path, options, found):
    with pytest.raises(InputError, match=found):
        saved(tmp_path, content(departements()), **options)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_none_or_a_file_that_is_a_folder(tmp_path):
    with pytest.raises(OutputError, match="cannot write"):
        saved(tmp_path, content(square()), "none/map.png", dpi=60)
    (tmp_path / "map.png").mkdir()
    with pytest.raises(OutputError, match="it is a folder"):
        saved(tmp_path, content(square()), dpi=60)
    assert [path.name for path in tmp_path.iterdir()] == ["map.png"]


@pytest.mark.parametrize("what", ["a map", folium.Map(tiles=None)])
def test_what_is_no_map_of_ours(tmp_path, what):
    with pytest.raises(InputError, match="expected a"):
        save_image(what, tmp_path / "map.png")


def test_layers_of_folium_are_named_in_a_warning(tmp_path):
    map_ = folium_map(content(square()))
    folium.Marker([45, 4]).add_to(map_)
    with pytest.warns(PtceGeoWarning, match="added with folium: Marker"):
        save_image(map_, tmp_path / "map.png", dpi=60)
