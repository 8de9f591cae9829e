"""The embedded France: every check that its sources call for (see data/boundaries/README.md)."""

from __future__ import annotations

import hashlib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import sparse

from ptce_geo.crs import metric_crs
from ptce_geo.indicators.weights import contiguous
from ptce_geo.territories import LEVELS, catalogue, commune_names, read_territories, territory_table

ROWS = {
    "commune": 34_875,
    "arrondissement_municipal": 45,
    "epci": 1_255,
    "arrondissement": 333,
    "departement": 101,
    "region": 18,
}
ISLANDS_WITHOUT_EPCI = {"22016", "29083", "29155", "85113"}


@pytest.fixture(scope="module")
def communes():
    return read_territories("commune")


@pytest.fixture(scope="module")
def metropole(communes):
    return communes[~communes["code_departement"].str.startswith("97")].to_crs(2154)


def test_every_file_is_the_one_the_manifest_names():
    found = catalogue().embedded
    lines = found.manifest["vintages"]["2026"]
    others = ("names", "topology", "fingerprints", "neighbours")
    lines = [*lines["levels"].values(), *(lines[name] for name in others)]
    for line in lines:
        content = (found.path / line["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == line["sha256"], line["path"]
        assert len(content) == line["bytes"]
    assert sum(line["bytes"] for line in lines) <= 20_000_000
    beside = {path.name for path in (found.path / "2026").iterdir()}
    assert beside == {line["path"].split("/")[1] for line in lines}


@pytest.mark.parametrize("level", LEVELS)
def test_count_validity_and_types(level):
    territories = read_territories(level)
    assert len(territories) == ROWS[level]
    assert territories.index.name == "code"
    assert territories.index.is_unique
    assert territories.crs.to_epsg() == 4326
    assert territories.is_valid.all()
    assert not territories.is_empty.any()
    assert set(territories.geom_type) <= {"Polygon", "MultiPolygon"}
    assert (territories["area_km2"] > 0).all()
    assert territories["nom"].str.len().gt(0).all()
    pd.testing.assert_frame_equal(
        pd.DataFrame(territories.drop(columns="geometry")), territory_table(level)
    )


def test_communes_neither_overlap_nor_leave_gaps(communes, metropole):
    # A valid coverage: no two overlap, neighbours share their border vertex by vertex.
    assert shapely.coverage_is_valid(communes.geometry.to_numpy())
    whole = shapely.union_all(metropole.geometry.to_numpy())
    assert metropole.area.sum() == pytest.approx(whole.area, rel=1e-9)
    holes = sorted(
        (shapely.Polygon(ring) for part in whole.geoms for ring in part.interiors),
        key=lambda hole: -hole.area,
    )
    # Llívia, a Spanish enclave; what else there is are sandbanks of less than 0.1 km².
    assert holes[0].area / 1e6 == pytest.approx(12.98, abs=0.01)
    llivia = gpd.GeoSeries.from_xy([1.982], [42.464], crs=4326).to_crs(2154).item()
    assert holes[0].contains(llivia)
    assert holes[1].area / 1e6 < 0.1


@pytest.mark.parametrize("level", ["epci", "arrondissement", "departement", "region"])
def test_upper_levels_are_the_sum_of_their_communes(communes, level):
    territories = read_territories(level)
    groups = communes.groupby(f"code_{level}")
    assert set(groups.groups) == set(territories.index)
    for figure in ("population", "area_km2"):
        summed = groups[figure].sum().reindex(territories.index)
        np.testing.assert_allclose(territories[figure], summed, rtol=1e-12)
    # The dissolve lost no land and doubled none.
    land = pd.Series(shapely.area(communes.geometry.to_numpy()), communes[f"code_{level}"])
    land = land.groupby(level=0).sum().reindex(territories.index)
    np.testing.assert_allclose(shapely.area(territories.geometry.to_numpy()), land, rtol=1e-9)


def test_parents_exist_and_agree(communes):
    for level in ("arrondissement", "departement", "region"):
        known = communes[f"code_{level}"].isin(territory_table(level).index)
        # Mayotte has no arrondissement.
        assert (known | (level == "arrondissement") & (communes["code_departement"] == "976")).all()
    departements = territory_table("departement")
    region = communes["code_departement"].map(departements["code_region"])
    assert (region == communes["code_region"]).all()
    without = communes.index[communes["code_epci"].isna()]
    assert set(without) == ISLANDS_WITHOUT_EPCI
    assert communes["code_epci"].dropna().isin(territory_table("epci").index).all()
    spans = communes.dropna(subset="code_epci").groupby("code_epci")["code_departement"].agg(set)
    told = territory_table("epci")["code_departements"].str.split().map(set)
    assert (spans.reindex(told.index) == told).all()


def test_areas_are_in_the_legal_crs(communes):
    for departement in ("42", "971", "973", "974", "976"):
        some = communes[communes["code_departement"] == departement]
        projected = some.to_crs(metric_crs(departement)).area / 1e6
        np.testing.assert_allclose(some["area_km2"], projected, rtol=1e-9)
    # INSEE gives the métropole 543,965 km² (cadastre) and IGN 551,695 km² (geodesic).
    metropole = communes[~communes["code_departement"].str.startswith("97")]
    assert metropole["area_km2"].sum() == pytest.approx(549_000, rel=0.01)


def test_population(communes):
    # Municipal populations of 2023: 68.1 million with the overseas départements.
    assert communes["population"].sum() == pytest.approx(68.2e6, rel=0.01)
    # The six villages of the Meuse destroyed in 1916 are communes without inhabitants.
    empty = communes.index[communes["population"] == 0]
    assert set(empty) == {"55039", "55050", "55139", "55189", "55239", "55307"}
    municipal = territory_table("arrondissement_municipal")
    by_city = municipal.groupby("code_commune")["population"].sum()
    assert by_city.to_dict() == communes.loc[by_city.index, "population"].to_dict()


@pytest.mark.parametrize("level", ["commune", "arrondissement_municipal"])
def test_reference_points_lie_in_their_territory_or_within_500_m(level):
    territories = read_territories(level)
    points = shapely.points(territories["longitude"], territories["latitude"])
    shapes = territories.geometry.to_numpy()
    outside = ~shapely.intersects(shapes, points)
    assert set(territories["reference_point"]) == {"town_hall", "point_on_surface"}
    assert (territories["reference_point"][outside] == "town_hall").all()
    crs = territories.index.map(metric_crs)
    for epsg in np.unique(crs):
        those = outside & (crs == epsg)
        gap = (
            territories[those]
            .geometry.to_crs(epsg)
            .distance(
                territories[those].set_geometry(points[those]).set_crs(4326).to_crs(epsg).geometry
            )
        )
        assert (gap <= 500).all()


def test_most_reference_points_are_town_halls(communes):
    # The source places 32,891 in their own commune and 155 more within 500 m, by codes of 2025.
    town_halls = (communes["reference_point"] == "town_hall").sum()
    assert 33_000 <= town_halls <= 33_100


def test_communes_that_the_2025_packages_lose_have_their_shape(communes):
    for code in ("12218", "14581", "15031", "15035", "15047", "15171", "49126", "69114"):
        assert communes.loc[code, "area_km2"] > 1
    # 15141 gave four communes their land back.
    family = ["15141", "15031", "15035", "15047", "15171"]
    assert communes.loc[family, "area_km2"].sum() == pytest.approx(92.2, abs=0.1)


def test_every_commune_has_postcodes(communes):
    assert communes["postcodes"].str.fullmatch(r"\d{5}( \d{5})*").all()
    assert communes.loc["42218", "postcodes"] == "42000 42100 42230"


def test_names_of_the_past_lead_to_communes_of_today(communes):
    names = commune_names()
    kinds = names["kind"].value_counts()
    assert kinds["current"] == 34_875 + 94
    assert kinds["deleguee"] == 2_105
    assert kinds["associee"] == 471
    assert kinds["arrondissement_municipal"] == 45
    embedded = names["code_commune"].isin(communes.index)
    assert (names["embedded"] == embedded).all()
    assert set(names.loc[~embedded, "code_commune"].str[:3]) == {
        "975", "977", "978", "984", "986", "987", "988", "989",
    }  # fmt: skip
    current = names[(names["kind"] == "current") & names["embedded"]].set_index("code")
    assert (current["name"] == communes["nom"].reindex(current.index)).all()
    # Every code that a commune absorbed is one that a name of the past bore, and leads to it.
    old = communes["old_codes"].str.split().explode().dropna()
    old = set(zip(old, old.index, strict=True))
    borne = set(zip(names["code"], names["code_commune"], strict=True))
    assert len(old) > 2_500
    # Two went on to another commune since, which the list of absorbed codes forgets.
    assert old - borne == {("55273", "55245"), ("60455", "60054")}


@pytest.mark.parametrize(
    ("name", "code_commune"),
    [
        ("Ancenis", "44003"),  # Ancenis-Saint-Géréon since 2019, never a déléguée
        ("Saint-Géréon", "44003"),
        ("Châlons-sur-Marne", "51108"),  # renamed in 1998
        ("Le Chesnay", "78158"),  # déléguée of Le Chesnay-Rocquencourt
        ("Annecy-le-Vieux", "74010"),
        ("Clichy-sous-Bois", "93014"),
    ],
)
def test_a_name_of_the_past(name, code_commune):
    names = commune_names()
    assert code_commune in set(names.loc[names["name"] == name, "code_commune"])


def test_neighbours_are_those_of_the_shapes(communes):
    pairs = pd.read_parquet(catalogue().neighbours(2026)).to_numpy()
    found = sparse.triu(contiguous(communes.geometry, rook=True)).tocsr().tocoo()
    np.testing.assert_array_equal(pairs, np.stack([found.row, found.col], axis=1))
    # And, in one région, those whose shapes meet in more than a point.
    place = np.flatnonzero(communes["code_region"] == "84")
    shapes = communes.geometry.to_numpy()[place]
    first, second = shapely.STRtree(shapes).query(shapes, "intersects")
    shared = shapely.length(shapely.intersection(shapes[first], shapes[second])) > 0
    met = np.stack([place[first], place[second]], axis=1)[shared & (first < second)]
    within = pairs[np.isin(pairs, place).all(axis=1)]
    assert set(map(tuple, within.tolist())) == set(map(tuple, met.tolist()))
