"""Reading territories: what is asked is what comes, and what is unknown is said."""

from __future__ import annotations

import importlib
import json
import shutil

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from ptce_geo.errors import BoundariesNotFoundError, CrsError, InputError, UnknownTerritoryError
from ptce_geo.territories import (
    LEVELS,
    catalogue,
    read_territories,
    simplify_territories,
    territory_table,
)
from ptce_geo.territories.boundaries import dissolved


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("departements", [["42"], ["42", "974"], ["75"]])
def test_the_territories_of_a_departement_are_those_that_touch_it(level, departements):
    some = read_territories(level, departements=departements)
    table = territory_table(level, departements=departements)
    assert set(some.index) == set(table.index)
    communes = territory_table("commune")
    inside = communes[communes["code_departement"].isin(departements)]
    if level == "commune":
        expected = set(inside.index)
    elif level == "arrondissement_municipal":
        expected = {code for code in territory_table(level).index if code[:2] in departements}
    else:
        expected = set(inside[f"code_{level}"].dropna())
    assert set(some.index) == expected


def test_one_departement_may_be_given_as_text():
    assert len(read_territories(departements="42")) == len(read_territories(departements=["42"]))


def test_an_epci_over_two_departements_comes_with_either():
    epci = territory_table("epci")
    code, over = next((c, d.split()) for c, d in epci["code_departements"].items() if " " in d)
    for departement in over:
        assert code in territory_table("epci", departements=[departement]).index


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ({"level": "city"}, "arrondissement_municipal"),
        ({"year": 1999}, "known years: 2026"),
        ({"departements": ["42", "99"]}, "unknown département 99; known: 01, 02"),
        ({"departements": ["1"]}, "2A, 2B"),
    ],
)
@pytest.mark.parametrize("read", [read_territories, territory_table])
def test_what_is_unknown_is_said_with_what_is_known(read, asked, known):
    with pytest.raises(UnknownTerritoryError) as error:
        read(**asked)
    assert known in str(error.value)
    assert "\n" not in str(error.value)
    assert isinstance(error.value, ValueError)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("read", [read_territories, territory_table])
def test_no_departement_at_all_is_an_error(read, level):
    with pytest.raises(InputError, match="at least one département, or leave it out"):
        read(level, departements=[])


def test_mayotte_is_in_no_arrondissement():
    assert territory_table("arrondissement", departements="976").empty
    assert territory_table("commune", departements="976")["code_arrondissement"].isna().all()


def test_a_table_is_handed_out_as_a_copy():
    mine = territory_table("region")
    mine.loc["84", "nom"] = "changed"
    assert territory_table("region").loc["84", "nom"] == "Auvergne-Rhône-Alpes"


def test_simplified_neighbours_still_share_their_border():
    whole = read_territories("departement")
    drawn = simplify_territories(whole, tolerance_m=1000)
    assert drawn.index.equals(whole.index)
    assert drawn.crs == whole.crs
    assert drawn.is_valid.all()
    assert drawn.count_coordinates().sum() < whole.count_coordinates().sum() / 3
    metropole = drawn[~drawn.index.str.startswith("97")].to_crs(2154)
    joined = shapely.union_all(metropole.geometry.to_numpy()).area
    assert metropole.area.sum() == pytest.approx(joined, rel=1e-9)
    assert metropole.area.sum() / 1e6 == pytest.approx(549_000, rel=0.01)


def test_simplify_refuses_what_it_cannot_do():
    one = read_territories("region", departements=["42"])
    with pytest.raises(InputError, match="tolerance_m must be positive, found 0"):
        simplify_territories(one, tolerance_m=0)
    with pytest.raises(CrsError, match=r"expected EPSG:4326, found EPSG:2154"):
        simplify_territories(one.to_crs(2154))
    with pytest.raises(CrsError, match="no CRS"):
        simplify_territories(gpd.GeoDataFrame(geometry=one.geometry.to_numpy()))


def test_boundaries_are_looked_for_where_the_environment_says(tmp_path, monkeypatch):
    shutil.copytree(catalogue().embedded.path, tmp_path / "mine")
    monkeypatch.setenv("PTCE_GEO_BOUNDARIES", str(tmp_path / "mine"))
    assert catalogue().embedded.path == tmp_path / "mine"
    assert len(read_territories("region")) == 18
    # A folder without a manifest is none: the next one is looked at.
    monkeypatch.setenv("PTCE_GEO_BOUNDARIES", str(tmp_path))
    assert catalogue().embedded.path != tmp_path


def test_no_boundaries_at_all(tmp_path, monkeypatch):
    module = importlib.import_module("ptce_geo.territories.catalogue")
    monkeypatch.setattr(module, "boundary_folders", lambda: [tmp_path])
    with pytest.raises(BoundariesNotFoundError, match="PTCE_GEO_BOUNDARIES") as error:
        read_territories("region")
    assert str(tmp_path) in str(error.value)
    assert isinstance(error.value, FileNotFoundError)


def test_neighbours_whose_vertices_do_not_match_are_dissolved_all_the_same():
    # The long side of the first is the short sides of the two others: a T-junction at (1, 1).
    shapes = gpd.GeoSeries(
        [shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 1), shapely.box(1, 1, 2, 2)],
        index=["a", "b", "c"],
        crs=4326,
    )
    whole = dissolved(shapes, by=pd.Series("zone", index=["c", "b", "a"]))
    assert whole["zone"].equals(shapely.box(0, 0, 2, 2))
    with pytest.raises(shapely.errors.GEOSException):  # the fast way alone will not do
        shapely.coverage_union_all(shapes.to_numpy())


@pytest.mark.parametrize("content", [b"", b"no Parquet at all, whatever its name says"])
def test_a_damaged_file_is_named_with_the_cure(tmp_path, monkeypatch, content):
    (tmp_path / "commune.parquet").write_bytes(content)
    line = {"path": "commune.parquet", "rows": 1, "bytes": len(content)}
    manifest = {"vintages": {"2026": {"levels": {"commune": line}}}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    monkeypatch.setenv("PTCE_GEO_BOUNDARIES", str(tmp_path))
    for read in (read_territories, territory_table):
        with pytest.raises(BoundariesNotFoundError, match=r"commune\.parquet cannot be read"):
            read()
