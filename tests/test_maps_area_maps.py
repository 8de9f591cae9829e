"""Maps of territories: values, circles, clusters, two side by side."""

import itertools
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from branca.utilities import color_brewer

from ptce_geo.errors import CrsError, DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators import local_getis_ord, local_moran, spatial_weights
from ptce_geo.maps import (
    choropleth_map,
    comparison_map,
    local_autocorrelation_map,
    proportional_circles_map,
)
from ptce_geo.maps.element import content_of
from ptce_geo.maps.palettes import (
    CLUSTER_COLOURS,
    DIVERGING,
    LAND_COLOUR,
    NOTHING_COLOUR,
    SEQUENTIAL,
    diverging_colours,
    sequential_colours,
)
from ptce_geo.territories import Zoning, read_territories

NBSP = "\u00a0"


@pytest.fixture(scope="module")
def squares():
    """Four squares in a row, west to east, "A" to "D"; two départements."""
    return gpd.GeoDataFrame(
        {"nom": ["Alpha", "Bêta", None, "Delta"], "code_departement": ["42", "42", "69", "69"]},
        index=["A", "B", "C", "D"],
        geometry=[shapely.box(4 + i / 10, 45, 4.1 + i / 10, 45.1) for i in range(4)],
        crs=4326,
    )


@pytest.fixture(scope="module")
def departements():
    return read_territories("departement")


def values(*numbers):
    return pd.Series(numbers, index=list("ABCD"[: len(numbers)]))


def layer_of(map_, key="values"):
    return next(layer for layer in content_of(map_).layers if layer.key == key)


def by_class(layer):
    """Number of territories in each class, by its words."""
    counts = np.bincount(layer.class_of, minlength=len(layer.classes))
    return {each.label: int(n) for each, n in zip(layer.classes, counts, strict=True)}


def class_by_code(layer):
    ranks = zip(layer.topology.codes, layer.class_of, strict=True)
    return {code: layer.classes[rank].label for code, rank in ranks}


# ----- choropleth ---------------------------------------------------------------------------------


def test_secret_and_no_data_are_told_apart(squares):
    given = pd.Series([3, "secret", None, 7], index=list("ABCD"), dtype="object")
    map_ = choropleth_map(squares, given, label="Structures", unit="ETP")
    layer = layer_of(map_)
    assert class_by_code(layer) == {
        "A": "3",
        "B": "Secret statistique",
        "C": "Sans donnée",
        "D": "7",
    }
    assert [each.pattern for each in layer.classes] == ["", "", "hatch", "dots"]
    assert len({each.colour for each in layer.classes}) == 4
    assert list(layer.names) == ["Alpha", "Bêta", "C", "Delta"]
    np.testing.assert_array_equal(layer.values, [3, np.nan, np.nan, 7])
    assert (layer.unit, layer.decimals) == ("ETP", 0)
    assert layer.groups.tolist() == [0, 0, 1, 1]
    assert content_of(map_).summary == (
        f"Territoires{NBSP}: 4 · Avec une valeur{NBSP}: 2 · "
        f"Secret statistique{NBSP}: 1 · Sans donnée{NBSP}: 1"
    )
    assert layer.notes == [f"Classes{NBSP}: 2 au lieu de 5, faute d’assez de valeurs différentes"]


def test_a_territory_without_value_has_no_data(squares):
    layer = layer_of(choropleth_map(squares, values(1, 2), label="x"))
    assert by_class(layer) == {"1": 1, "2": 1, "Sans donnée": 2}


def test_order_of_values_and_territories_does_not_matter(departements):
    density = departements["population"] / departements["area_km2"]
    first = layer_of(choropleth_map(departements, density, label="x", midpoint=100))
    shuffled = choropleth_map(
        departements.sample(frac=1, random_state=1),
        density.sample(frac=1, random_state=2),
        label="x",
        midpoint=100,
    )
    assert class_by_code(layer_of(shuffled)) == class_by_code(first)
    assert layer_of(shuffled).classes == first.classes
    names = dict(zip(first.topology.codes, first.names, strict=True))
    found = layer_of(shuffled)
    assert dict(zip(found.topology.codes, found.names, strict=True)) == names
    assert names["42"] == "Loire"


def test_a_subset_lies_on_the_land_and_all_of_france_does_not(departements):
    some = departements.loc[["42", "69", "974"]]
    content = content_of(choropleth_map(some, some["population"], label="Habitants"))
    assert [layer.key for layer in content.layers] == ["land", "values"]
    assert layer_of(choropleth_map(some, some["population"], label="x")).topology.codes == (
        *("42", "69", "974"),
    )
    content = content_of(choropleth_map(departements, departements["population"], label="x"))
    assert [layer.key for layer in content.layers] == ["values"]


def test_the_page_opens_on_the_whole_of_the_territories(squares):
    (south, west), (north, east) = content_of(
        choropleth_map(squares, values(1, 2, 3, 4), label="x")
    ).first_view
    assert (south, west, north, east) == pytest.approx((45, 4, 45.1, 4.4))


@pytest.mark.parametrize("scheme", ["quantiles", "fisher_jenks", "box_plot", "equal_interval"])
def test_all_communes(scheme):
    communes = read_territories("commune")
    density = communes["population"] / communes["area_km2"]
    layer = layer_of(choropleth_map(communes, density, label="x", scheme=scheme, decimals=1))
    assert sum(by_class(layer).values()) == 34875
    assert (layer.class_of >= 0).all()
    left_out = int(re.sub(r"\D", "", layer.notes[-1]))
    assert sum(layer.histogram.counts) == 34875 - left_out
    assert len(layer.histogram.counts) <= 24


def test_a_zoning_is_drawn_by_zone():
    table = pd.DataFrame(
        {"code": ["Z1", "Z1", "Z2"], "nom": ["Ouest", "Ouest", "Est"]},
        index=["42218", "42207", "69123"],
    )
    layer = layer_of(
        choropleth_map(
            Zoning("zone", 2026, table, None, "by hand"),
            pd.Series({"Z2": 5, "Z1": 3}),
            label="x",
        )
    )
    assert dict(zip(layer.names, class_by_code(layer).values(), strict=True)) == {
        "Ouest": "3",
        "Est": "5",
    }


def test_all_missing_is_a_map_that_says_so(squares):
    content = content_of(choropleth_map(squares, values(*[np.nan] * 4), label="x"))
    assert content.warning == "Aucun territoire n’a de valeur à montrer."
    layer = content.layers[-1]
    assert by_class(layer) == {"Sans donnée": 4}
    assert layer.histogram is None


def test_one_value_is_one_class(squares):
    layer = layer_of(choropleth_map(squares, values(0.5, 0.5, 0.5, 0.5), label="x"))
    assert by_class(layer) == {"0,5": 4}
    assert layer.histogram is None


def test_thirty_classes_of_three_values_are_three(squares):
    layer = layer_of(choropleth_map(squares, values(1, 2, 3, 3), label="x", k=30))
    assert by_class(layer) == {"1": 1, "2": 1, "3": 2}
    assert f"Classes{NBSP}: 3 au lieu de 30, faute d’assez de valeurs différentes" in layer.notes


def test_the_histogram_leaves_far_values_out_and_says_so():
    n = 40
    frame = gpd.GeoDataFrame(
        index=[f"{i:02}" for i in range(n)],
        geometry=[shapely.box(i / 10, 45, i / 10 + 0.1, 45.1) for i in range(n)],
        crs=4326,
    )
    numbers = pd.Series([*range(39), 10_000], index=frame.index)
    layer = layer_of(choropleth_map(frame, numbers, label="x"))
    histogram = layer.histogram
    # From 0 to 38, two values a bar; the last bar ends at 38, which it holds.
    assert histogram.edges == [*range(0, 38, 2), 38]
    assert sum(histogram.counts) == 39
    assert f"Hors de l’histogramme, trop loin des autres valeurs{NBSP}: 1" in layer.notes
    assert set(histogram.colours) <= {each.colour for each in layer.classes}


def test_few_counts_have_a_bar_each(squares):
    layer = layer_of(choropleth_map(squares, values(0, 2, 2, 3), label="x"))
    assert layer.histogram.counts == [1, 0, 2, 1]
    assert (layer.histogram.edges[0], layer.histogram.edges[-1]) == (0, 3)
    zero, two, three = (each.colour for each in layer.classes)
    assert layer.histogram.colours == [zero, zero, two, three]


def test_around_a_midpoint_colours_part_in_two(squares):
    layer = layer_of(choropleth_map(squares, values(0.25, 1.0, 1.0, 4.0), label="x", midpoint=1))
    blue, white, red = (each.colour for each in layer.classes)
    assert [blue, white, red] == ["#67a9cf", "#f7f7f7", "#ef8a62"]
    assert "Bornes symétriques de part et d’autre de 1" in layer.notes


def test_far_from_the_midpoint_nothing_is_neutral(departements):
    far = pd.Series(np.linspace(5, 15, 101), departements.index)
    layer = layer_of(choropleth_map(departements, far, label="x", midpoint=0, k=3))
    assert [each.colour for each in layer.classes] == ["#f4a582", "#ca0020"]
    fewer = f"Classes{NBSP}: 2 au lieu de 3, les autres n’ayant aucune valeur"
    assert layer.notes[-1] == fewer


def test_the_value_that_is_told_is_the_one_that_is_classed(departements, squares):
    halves = pd.Series(np.arange(101) * 2 + 0.5, departements.index)
    layer = layer_of(choropleth_map(departements, halves, label="x", decimals=0))
    # A page rounds 40.5 to 41; it was classed as 40.
    assert layer.values[20] == 40
    np.testing.assert_array_equal(layer.values, np.rint(layer.values))
    circles = layer_of(
        proportional_circles_map(departements, halves, label="x", decimals=0), "circles"
    )
    assert circles.values[20] == 40
    result = clusters([0.01, 0.02], ["HH", "LL"])
    found = local_autocorrelation_map(
        squares, result, label="x", values=values(2.5, 0.5, 9), decimals=0
    )
    np.testing.assert_array_equal(layer_of(found, "clusters").values, [2, 0, 9, np.nan])


def test_words_are_english_where_asked_for(squares):
    given = pd.Series([0.5, "secret", None, 7], index=list("ABCD"), dtype="object")
    content = content_of(
        choropleth_map(
            squares, given, label="Jobs", lang="en", source="A list", date="2026-03-31", year=2026
        )
    )
    assert list(class_by_code(content.layers[-1]).values()) == [
        "0.5",
        "Statistical secrecy",
        "No data",
        "7.0",
    ]
    assert content.footer == (
        "Territories: 4 · With a value: 2 · Statistical secrecy: 1 · No data: 1",
        "A list",
        "Data of 31 March 2026",
        "Communes and boundaries: COG 2026",
        "Sources: IGN (ADMIN EXPRESS COG), INSEE, DGCL, La Poste; Licence Ouverte 2.0",
    )
    assert content.title == "Jobs"


# ----- wrong input --------------------------------------------------------------------------------


def refused(error, message, function, *arguments, **options):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        function(*arguments, **{"label": "x", **options})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            pd.Series([1, 2, 3], index=["A", "Z", "Y"]),
            "values: 2 of 3 codes are no territory of the map (Z, Y); it has A, B and 2 more; "
            "index them by its codes",
        ),
        (
            pd.Series([1, 2]),
            "values: 2 of 2 codes are no territory of the map (0, 1); it has A, B and 2 more; "
            "index them by its codes",
        ),
        (
            values(1, np.inf, 2, -np.inf),
            "values: expected numbers of at most 1e+15, missing or 'secret'; found inf for B, -inf "
            "for D; correct them",
        ),
        (
            values("1", "deux", 3, 4),
            "values: expected numbers of at most 1e+15, missing or 'secret'; found '1' for A, "
            "'deux' for B; correct them",
        ),
        (
            values(1, 10**400, 3 + 2j, pd.Timestamp("2026-01-01")),
            "values: expected numbers of at most 1e+15, missing or 'secret'; found "
            f"1{'0' * 39}… for B, (3+2j) for C, 2026-01-01 00:00:00 for D; correct them",
        ),
        (
            pd.Series(pd.Timedelta("3D"), index=["A"]),
            "values: expected numbers of at most 1e+15, missing or 'secret'; found 3 days 00:00:00 "
            "for A; correct them",
        ),
        ([1, 2, 3, 4], "values: expected a Series indexed by code, found list"),
        (values(1, 2).to_frame(), "values: expected a Series indexed by code, found DataFrame"),
        (
            pd.concat({"x": values(1, 2)}),
            "values: expected an index of codes, found one of 2 levels (None, None); keep one with "
            "droplevel",
        ),
        (
            values(1e-9, 2e-9, 3e-9, 4e-9),
            "values: 1e-09 and 4e-09 would be told as 0.000000; give them per 1 000 or 100 000 "
            "inhabitants, or in a smaller unit",
        ),
    ],
)
def test_values_that_cannot_be_drawn_are_refused(squares, given, message):
    refused(InputError, message, choropleth_map, squares, given)
    refused(InputError, message, proportional_circles_map, squares, given)
    message = message.replace("values:", "right:")
    labels = ("2021", "2026")
    one, options = values(1, 2, 3, 4), {"labels": labels, "shared_scale": False}
    refused(InputError, message, comparison_map, squares, one, given, **options)


def test_a_code_that_stands_twice_is_refused(squares):
    twice = pd.Series([1, 2], index=["A", "A"])
    message = "values: code must be unique; A stand more than once"
    refused(DuplicateIdError, message, choropleth_map, squares, twice)
    frame = squares.iloc[[0, 0]]
    message = "territories: code must be unique; A stand more than once"
    refused(DuplicateIdError, message, choropleth_map, frame, values(1))


def test_territories_that_cannot_be_drawn_are_refused(squares):
    numbers = values(1, 2, 3, 4)
    refused(
        InputError,
        "territories: expected a GeoDataFrame of polygons indexed by code, as read_territories "
        "returns, or a Zoning; found DataFrame",
        choropleth_map,
        pd.DataFrame(squares),
        numbers,
    )
    refused(
        InputError,
        "territories: found none, so that there is nothing to draw; give at least one",
        choropleth_map,
        squares.iloc[:0],
        numbers,
    )
    points = squares.copy()
    points.loc["B", "geometry"] = shapely.Point(4, 45)
    points.loc["C", "geometry"] = None
    refused(
        InputError,
        "territories: expected polygons, found none for B, C; leave them out",
        choropleth_map,
        points,
        numbers,
    )
    refused(
        CrsError,
        "territories: expected EPSG:4326, found EPSG:2154; use to_crs(4326)",
        choropleth_map,
        squares.to_crs(2154),
        numbers,
    )


@pytest.mark.parametrize(
    "second",
    [
        shapely.box(4.05, 45, 4.15, 45.1),
        shapely.box(4.02, 45.02, 4.03, 45.03),
        shapely.box(4, 45, 4.1, 45.1),
    ],
)
def test_territories_that_overlap_are_refused(squares, second):
    frame = squares.copy()
    frame.loc["B", "geometry"] = second
    with pytest.raises(InputError, match=r"^territories: A and B overlap"):
        choropleth_map(frame, values(1, 2), label="x")


def test_borders_made_simpler_one_by_one_are_no_overlap(departements):
    simple = departements.set_geometry(departements.simplify(0.001))
    layer = layer_of(choropleth_map(simple, simple["population"], label="x"))
    assert len(layer.names) == 101


def test_embedded_shapes_are_of_their_year(departements, squares):
    message = (
        "year=1999: the shapes of these territories are those of 2026; leave year= out, or give "
        "the shapes of that year"
    )
    population = departements["population"]
    refused(InputError, message, choropleth_map, departements, population, year=1999)
    content = content_of(choropleth_map(squares, values(1), label="x", year=1999))
    assert any("COG 1999" in line for line in content.footer)


def test_columns_and_levels_that_stand_twice_are_refused(squares):
    frame = pd.concat([squares, squares[["nom"]]], axis=1)
    message = "territories: several columns are called nom; keep one of each"
    refused(InputError, message, choropleth_map, frame, values(1))
    frame = squares.set_axis(pd.MultiIndex.from_product([["x"], squares.index]))
    message = (
        "territories: expected an index of codes, found one of 2 levels (None, None); keep one "
        "with droplevel"
    )
    refused(InputError, message, choropleth_map, frame, values(1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label": 5}, "label= must be a text, found 5"),
        ({"unit": None}, "unit= must be a text, found None"),
        ({"title": 5}, "title= must be a text, found 5"),
        ({"source": ["a"]}, "source= must be a text, found ['a']"),
        ({"date": "hier"}, "date= must be a day in ISO 8601, as in \"2026-03-31\"; found 'hier'"),
        ({"date": 2026}, 'date= must be a day in ISO 8601, as in "2026-03-31"; found 2026'),
    ],
)
def test_what_stands_around_a_map_is_text(squares, options, message):
    numbers, result = values(1, 2), clusters([0.01], ["HH"])
    refused(InputError, message, choropleth_map, squares, numbers, **options)
    refused(InputError, message, proportional_circles_map, squares, numbers, **options)
    refused(InputError, message, local_autocorrelation_map, squares, result, **options)
    pair = {"labels": ("a", "b"), **options}
    refused(InputError, message, comparison_map, squares, numbers, numbers, **pair)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lang": "de"}, "unknown language 'de'; known: fr, en"),
        ({"k": 1}, "k= must be a whole number of at least 2, found 1"),
        (
            {"palette": "Spectral", "midpoint": 1},
            "unknown palette 'Spectral'; known here: RdBu, RdYlBu, PuOr, BrBG, PRGn, PiYG, each "
            "with _r to turn it round",
        ),
        (
            {"palette": "RdBu"},
            "'RdBu' is for values around a midpoint; known here: YlGnBu, YlOrBr, YlOrRd, YlGn, "
            "BuGn, BuPu, GnBu, OrRd, PuBu, PuBuGn, PuRd, RdPu, Blues, Greens, Greys, Oranges, "
            "Purples, Reds, each with _r to turn it round",
        ),
        (
            {"palette": "Blues", "midpoint": 1},
            "'Blues' is for values without midpoint; known here: RdBu, RdYlBu, PuOr, BrBG, PRGn, "
            "PiYG, each with _r to turn it round",
        ),
    ],
)
def test_options_that_cannot_be_used_are_refused(squares, options, message):
    refused(InputError, message, choropleth_map, squares, values(1, 2, 3, 4), **options)


def test_more_classes_than_colours_are_refused(departements):
    message = (
        "12 classes cannot be told apart: a palette has 9 colours; ask for fewer with k= or bins="
    )
    population = departements["population"]
    refused(InputError, message, choropleth_map, departements, population, k=12)


# ----- circles ------------------------------------------------------------------------------------


def test_area_is_proportional_to_the_value(squares):
    given = pd.Series([16, 4, 0, "secret"], index=list("ABCD"), dtype="object")
    map_ = proportional_circles_map(squares, given, label="ETP")
    layer = layer_of(map_, "circles")
    # Areas 16 : 4 : 0, so that radii are 4 : 2 : 0; 30 pixels is the largest.
    assert layer.radius.tolist() == pytest.approx([30, 15, 0])
    assert list(layer.codes) == ["A", "B", "C"]
    assert layer.legend == [(16, 30), (8, 21.2), (1, 7.5)]
    assert layer.facts == {"Rang": ["1 sur 3", "2 sur 3", "3 sur 3"]}
    assert layer.notes[1] == (f"Sans cercle (Valeur nulle{NBSP}: 1 · Secret statistique{NBSP}: 1)")
    assert squares.loc[["A"]].contains(shapely.Point(layer.longitude[0], layer.latitude[0])).all()
    assert [each.key for each in content_of(map_).layers] == ["land", "circles"]


def test_circles_stand_at_the_reference_point_and_leave_room():
    communes = read_territories("commune", departements=["42"])
    layer = layer_of(
        proportional_circles_map(communes, communes["population"], label="x"), "circles"
    )
    np.testing.assert_array_equal(layer.longitude, communes["longitude"])
    assert np.pi * (layer.radius**2).sum() <= 75_000 * 1.0001
    assert [value for value, _ in layer.legend] == [100_000, 20_000, 5_000]
    largest = communes["population"].max()
    for value, radius in layer.legend:
        assert radius == pytest.approx(layer.radius.max() * np.sqrt(value / largest), abs=0.05)


def test_only_a_circle_without_reference_point_stands_inside(squares):
    frame = squares.assign(longitude=[4.01, np.nan, 4.21, 4.31], latitude=45.01)
    layer = layer_of(proportional_circles_map(frame, values(1, 1, 1, 1), label="x"), "circles")
    assert layer.longitude.tolist() == pytest.approx([4.01, 4.15, 4.21, 4.31])
    assert layer.latitude.tolist() == pytest.approx([45.01, 45.05, 45.01, 45.01])


def test_circles_that_cannot_be_seen_are_counted(squares):
    map_ = proportional_circles_map(squares, values(1_000_000, 100, 400, 0), label="x")
    layer = layer_of(map_, "circles")
    # 30 √(100 / 1,000,000) = 0.3 px, 30 √(400 / 1,000,000) = 0.6 px.
    assert layer.radius.tolist() == pytest.approx([30, 0.3, 0.6, 0])
    assert layer.notes[-1] == f"Cercles trop petits pour être vus{NBSP}: 1"


@pytest.mark.parametrize(
    ("numbers", "legend"),
    [((1, 1), [1]), ((3, 1), [3, 2, 1]), ((0, 0), []), ((0.7, 0.1), [0.5, 0.1])],
)
def test_the_legend_has_round_values(squares, numbers, legend):
    layer = layer_of(proportional_circles_map(squares, values(*numbers), label="x"), "circles")
    assert [value for value, _ in layer.legend] == pytest.approx(legend)


def test_negative_values_have_no_circle(squares):
    message = (
        "values: a circle has no negative area, found -2 for B; "
        "draw changes with choropleth_map and midpoint=0"
    )
    refused(InputError, message, proportional_circles_map, squares, values(1, -2, 3, 4))


def test_no_circle_at_all_is_a_map_that_says_so(squares):
    content = content_of(proportional_circles_map(squares, values(*[np.nan] * 4), label="x"))
    assert content.warning == "Aucun territoire n’a de valeur à montrer."
    assert len(content.layers[-1].radius) == 0


# ----- clusters -----------------------------------------------------------------------------------


def clusters(p_fdr, quadrant, **columns):
    return pd.DataFrame(
        {"p_fdr": p_fdr, "quadrant": quadrant, **columns}, index=list("ABCD"[: len(p_fdr)])
    )


def test_clusters_are_what_is_significant(squares):
    result = clusters([0.01, 0.0002, 0.051, np.nan], ["HH", "LH", "LL", ""])
    layer = layer_of(
        local_autocorrelation_map(squares, result.sample(frac=1, random_state=0), label="x"),
        "clusters",
    )
    assert class_by_code(layer) == {
        "A": "Élevé, entouré d’élevé",
        "B": "Faible, entouré d’élevé",
        "C": "Non significatif",
        "D": "Non testé (sans voisin)",
    }
    assert list(by_class(layer).values()) == [1, 0, 0, 1, 1, 1]
    assert layer.facts == {"p corrigé (FDR)": ["0,010", "< 0,001", "0,051", None]}
    assert layer.notes == [
        f"Significatif{NBSP}: taux de fausses découvertes d’au plus 5\u202f% (Benjamini-Hochberg)"
    ]


def test_the_threshold_is_the_callers_and_what_the_result_lacks_has_no_data(squares):
    result = clusters([0.01, 0.06], ["HL", "LL"])
    map_ = local_autocorrelation_map(
        squares, result, label="x", significance=0.1, values=values(0.5, 1.5, 2, 3), unit="%"
    )
    layer = layer_of(map_, "clusters")
    assert list(class_by_code(layer).values()) == [
        "Élevé, entouré de faible",
        "Faible, entouré de faible",
        "Sans donnée",
        "Sans donnée",
    ]
    assert layer.facts["Voisinage"][0] == "Élevé, entouré de faible"
    assert layer.values.tolist() == [0.5, 1.5, 2, 3]
    assert (layer.decimals, layer.unit) == (1, "%")
    assert content_of(map_).summary == (
        f"Territoires{NBSP}: 4 · Testés{NBSP}: 2 · Significatifs{NBSP}: 2"
    )


def test_a_territory_without_quadrant_nor_p_has_no_data(squares):
    result = clusters([0.01, np.nan], ["HH", None])
    layer = layer_of(local_autocorrelation_map(squares, result, label="x"), "clusters")
    assert class_by_code(layer)["B"] == "Sans donnée"


def test_what_is_secret_is_told_of_no_cluster(squares):
    result = clusters([0.01, 0.02, 0.03, np.nan], ["HH", "LL", "LL", ""])
    given = pd.Series([3, "secret", None, 7], index=list("ABCD"), dtype="object")
    map_ = local_autocorrelation_map(squares, result, label="x", values=given)
    layer = layer_of(map_, "clusters")
    assert class_by_code(layer)["B"] == "Secret statistique"
    assert [layer.facts[each][1] for each in layer.facts] == ["Secret statistique", None]
    np.testing.assert_array_equal(layer.values, [3, np.nan, np.nan, 7])
    drawn = [layer.classes[rank] for rank in sorted(set(layer.class_of))]
    assert len({(each.colour, each.pattern) for each in drawn}) == len(drawn) == 4
    assert content_of(map_).summary == (
        f"Territoires{NBSP}: 4 · Testés{NBSP}: 2 · Significatifs{NBSP}: 2 · "
        f"Secret statistique{NBSP}: 1"
    )


def test_clusters_agree_with_local_moran_and_getis_ord(departements):
    density = np.log(departements["population"] / departements["area_km2"])
    weights = spatial_weights(departements)
    found = local_moran(density, weights, seed=1)
    layer = layer_of(local_autocorrelation_map(departements, found, label="x"), "clusters")
    significant = found["p_fdr"] <= 0.05
    expected = [int((significant & (found["quadrant"] == q)).sum()) for q in ("HH", "LL")]
    assert list(by_class(layer).values())[:2] == expected
    assert by_class(layer)["Non testé (sans voisin)"] == int((found["quadrant"] == "").sum())
    hot = local_getis_ord(density - density.min(), weights, star=True, seed=1)
    layer = layer_of(
        local_autocorrelation_map(departements, hot, label="x", statistic="getis_ord"), "clusters"
    )
    significant = hot["p_fdr"] <= 0.05
    assert by_class(layer)["Point chaud"] == int((significant & (hot["z"] > 0)).sum()) > 0
    assert by_class(layer)["Point froid"] == int((significant & (hot["z"] < 0)).sum())


@pytest.mark.parametrize(
    ("result", "options", "error", "message"),
    [
        (
            clusters([0.01], ["HH"]),
            {"statistic": "geary"},
            InputError,
            "unknown statistic 'geary'; known: moran, getis_ord",
        ),
        (
            clusters([0.01], ["HH"]),
            {"significance": 5},
            InputError,
            "significance= must be between 0 and 1, as in 0.05; found 5",
        ),
        (
            clusters([0.01], ["HH"])["p_fdr"],
            {},
            InputError,
            "result: expected what local_moran returns, found Series",
        ),
        (
            clusters([0.01], ["HH"]),
            {"statistic": "getis_ord"},
            MissingColumnError,
            "result: no column z; found p_fdr, quadrant",
        ),
        (
            clusters([np.nan, 0.2], ["HH", "LL"]),
            {},
            InputError,
            "result: no p_fdr for A; compute it with permutations=999 or more",
        ),
        (
            clusters([0.01], ["NE"]),
            {},
            InputError,
            "result: unknown quadrant NE; known: HH, LL, HL, LH",
        ),
        (
            clusters([0.01], ["HH"]).rename(index={"A": "Z"}),
            {},
            InputError,
            "result: 1 of 1 codes are no territory of the map (Z); it has A, B and 2 more; index "
            "them by its codes",
        ),
    ],
)
def test_results_that_cannot_be_drawn_are_refused(squares, result, options, error, message):
    refused(error, message, local_autocorrelation_map, squares, result, **options)


# ----- two maps -----------------------------------------------------------------------------------


def test_two_maps_share_their_classes(squares):
    map_ = comparison_map(
        squares, values(1, 1, 2), values(2, 3, 3, 9), labels=("2021", "2026"), label="Pôles", k=4
    )
    content = content_of(map_)
    left, right = (layer_of(map_, key) for key in content.compare)
    assert (left.title, right.title, content.title) == ("2021", "2026", "Pôles")
    assert left.classes[:4] == right.classes
    assert by_class(left) == {"1": 2, "2": 1, "3": 0, "9": 0, "Sans donnée": 1}
    assert by_class(right) == {"1": 0, "2": 1, "3": 2, "9": 1}
    assert left.topology is right.topology
    assert content.summary == (
        f"2021{NBSP}: Territoires{NBSP}: 4 · Avec une valeur{NBSP}: 3 · Sans donnée{NBSP}: 1 / "
        f"2026{NBSP}: Territoires{NBSP}: 4 · Avec une valeur{NBSP}: 4"
    )


def test_or_each_has_its_own(squares):
    map_ = comparison_map(
        squares,
        values(1, 1, 1, 2),
        values(*[np.nan] * 4),
        labels=["a", "b"],
        label="x",
        shared_scale=False,
    )
    assert by_class(layer_of(map_, "left")) == {"1": 3, "2": 1}
    assert by_class(layer_of(map_, "right")) == {"Sans donnée": 4}
    assert content_of(map_).warning is None


def test_a_side_without_any_value_is_drawn(squares):
    map_ = comparison_map(
        squares, values(1, 1, 2), values(*[np.nan] * 4), labels=(2021, np.int64(2026)), label="x"
    )
    right = layer_of(map_, "right")
    assert by_class(right) == {"1": 0, "2": 0, "Sans donnée": 4}
    assert (right.histogram, right.title, layer_of(map_, "left").title) == (None, "2026", "2021")


@pytest.mark.parametrize("labels", ["ab", ["2021"], ["a", "b", "c"], 5, (1.5, 2), [None, "a"]])
def test_two_maps_have_two_titles(squares, labels):
    message = f'labels= must be two texts, as in ("2021", "2026"); found {labels!r}'
    numbers = values(1, 2, 3, 4)
    refused(InputError, message, comparison_map, squares, numbers, numbers, labels=labels)


# ----- colours ------------------------------------------------------------------------------------

# Machado, G. M., Oliveira, M. M. and Fernandes, L. A. F. (2009), A physiologically-based model for
# simulation of color vision deficiency, at severity 1, in linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ_D65 = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def lab(colour, vision):
    """CIELAB of a colour as somebody sees it."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(VISIONS[vision]) @ linear, 0, 1)
    x, y, z = XYZ_D65 @ seen / [0.95047, 1, 1.08883]
    f = [np.cbrt(t) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def nearest(pairs):
    """The least distance of two colours that stand beside each other, whoever looks."""
    return min(
        np.linalg.norm(lab(one, vision) - lab(other, vision))
        for one, other in pairs
        for vision in VISIONS
    )


@pytest.mark.parametrize("n", range(2, 8))
@pytest.mark.parametrize("zero", [False, True])
def test_neighbouring_classes_are_told_apart_by_all(n, zero):
    colours = sequential_colours(None, n, zero=zero)
    assert len(set(colours)) == n
    assert nearest(itertools.pairwise(colours)) > 8


@pytest.mark.parametrize(("below", "above"), [(1, 1), (2, 2), (1, 3), (4, 0), (5, 5)])
@pytest.mark.parametrize("neutral", [False, True])
def test_both_sides_of_a_midpoint_are_told_apart_by_all(below, above, neutral):
    colours = diverging_colours(None, below, above, neutral=neutral)
    assert len(colours) == below + neutral + above
    assert nearest(itertools.combinations(colours, 2)) > 8


@pytest.mark.parametrize("kinds", [["HH", "LL", "HL", "LH"], ["hot", "cold"]])
def test_clusters_are_told_apart_by_all(kinds):
    colours = [CLUSTER_COLOURS[kind] for kind in [*kinds, "not_significant"]]
    assert nearest(itertools.combinations(colours, 2)) > 20


@pytest.mark.parametrize("name", [*SEQUENTIAL, *DIVERGING])
def test_palettes_are_those_of_branca(name):
    if name in SEQUENTIAL:
        assert list(sequential_colours(name, 5)) == color_brewer(name, 5)
        assert list(sequential_colours(f"{name}_r", 5)) == color_brewer(name, 5)[::-1]
        turned = sequential_colours(f"{name}_r", 5, zero=True)
        assert list(turned) == [NOTHING_COLOUR, *color_brewer(name, 5)[:0:-1]]
    else:
        assert list(diverging_colours(name, 2, 2, neutral=True)) == color_brewer(name, 5)
        assert (
            list(diverging_colours(f"{name}_r", 2, 1, neutral=False))
            == (color_brewer(name, 4)[:0:-1])
        )


def test_nine_counts_and_zero_have_colours_too():
    assert len(set(sequential_colours(None, 10, zero=True))) == 10
    assert NOTHING_COLOUR != LAND_COLOUR


# ----- in the browser -----------------------------------------------------------------------------

HOSTILE = "</script><script>alert(1)</script>{{ 7 * 7 }}`${1}`"


def counted(page, key):
    return page.evaluate("key => ptceMap.page.view(key).count()", key)


def test_every_territory_is_drawn(open_page, departements):
    numbers = departements["population"].astype("object")
    numbers.iloc[:2] = "secret"
    numbers.iloc[2:5] = None
    page = open_page(choropleth_map(departements, numbers, label="Habitants", k=4))
    assert counted(page, "values") == 101
    legend = page.locator(".ptce-area-classes li").all_inner_texts()
    assert [line.split("\n")[-1].strip() for line in legend[-2:]] == ["2", "3"]
    assert len(legend) == 6


def test_circles_are_drawn_as_large_as_they_are(open_page, squares):
    page = open_page(
        proportional_circles_map(squares, values(1_000_000, 100, 10_000, 0), label="x")
    )
    drawn = page.evaluate(
        """async () => {
          const [sizes, edges] = [[], []];
          const { arc, stroke } = CanvasRenderingContext2D.prototype;
          Object.assign(CanvasRenderingContext2D.prototype, {
            arc(x, y, size) { sizes.push(size); }, stroke() { edges.push(sizes.at(-1)); } });
          ptceMap.page.view("circles").redraw();
          await new Promise((done) => setTimeout(done, 300));
          Object.assign(CanvasRenderingContext2D.prototype, { arc, stroke });
          return [sizes, edges];
        }"""
    )
    # Radii of 30, 3 and 0.3 pixels, none of 0; an edge is for those of 2 and more.
    assert drawn == [pytest.approx([30, 3, 0.3], rel=1e-5), pytest.approx([30, 3], rel=1e-5)]


def test_every_circle_is_drawn(open_page, departements):
    page = open_page(
        proportional_circles_map(departements, departements["population"], label="Habitants")
    )
    assert counted(page, "circles") == 101


def test_every_cluster_is_drawn(open_page, departements):
    density = np.log(departements["population"] / departements["area_km2"])
    found = local_moran(density, spatial_weights(departements), seed=1)
    page = open_page(
        local_autocorrelation_map(departements, found, label="Densité", values=density)
    )
    assert counted(page, "clusters") == 101


def test_both_maps_are_drawn(open_page, squares):
    frame = squares.assign(nom=HOSTILE)
    page = open_page(
        comparison_map(
            frame,
            values(1, 2, 3, 4),
            values(2, 3, 4),
            labels=(HOSTILE, "2026"),
            label=HOSTILE,
            unit=HOSTILE,
            source=HOSTILE,
        )
    )
    assert (counted(page, "left"), counted(page, "right")) == (4, 4)
    assert page.locator("h1").inner_text() == HOSTILE
