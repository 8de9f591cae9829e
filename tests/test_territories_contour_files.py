"""Boundaries from files of the user's: copies of Etalab's, and GeoPackages of ADMIN EXPRESS COG."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import sqlite3
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from contour_server import BOX, RESOLUTION, YEAR, simplified

from ptce_geo.errors import (
    BoundariesNotFoundError,
    InputError,
    UnknownTerritoryError,
    UnreadableFileError,
)
from ptce_geo.territories import (
    install_boundaries,
    installed_boundaries,
    read_territories,
    territory_table,
)
from ptce_geo.territories.contour_files import read_admin_express

pytestmark = pytest.mark.usefixtures("data_home")


@pytest.mark.parametrize("unpacked", [False, True])
def test_a_copy_of_etalab_with_its_neighbours(shelf, tmp_path, unpacked, served_france):
    source = shelf / "communes-1000m.geojson.gz"
    if unpacked:
        for path in shelf.glob("*.gz"):
            (tmp_path / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
        source = tmp_path / "communes-1000m.geojson"
    done = install_boundaries(year=YEAR, source=source)
    assert (done.resolution, done.remarks) == (RESOLUTION, ())
    names = territory_table("epci", year=YEAR)["nom"]
    assert names.to_dict() == served_france["epci"]["nom"].to_dict()


def test_a_copy_of_etalab_alone_is_dissolved(shelf, tmp_path, served_france):
    source = shutil.copy(shelf / "communes-1000m.geojson.gz", tmp_path / "mine.geojson.gz")
    done = install_boundaries(year=YEAR, source=source, resolution="1000m")
    assert [remark.word for remark in done.remarks] == ["dissolved"] * 3
    for level in ("epci", "departement", "region"):
        frame = read_territories(level, year=YEAR)
        assert frame["nom"].to_dict() == served_france[level]["nom"].to_dict()
        assert frame.is_valid.all()
        communes = served_france["commune"]
        land = pd.Series(shapely.area(communes.geometry.to_numpy()), communes[f"code_{level}"])
        land = land.groupby(level=0).sum().reindex(frame.index)
        np.testing.assert_allclose(shapely.area(frame.geometry.to_numpy()), land, rtol=1e-6)
    assert (
        territory_table("departement", year=YEAR)["code_region"].to_dict()
        == territory_table("departement")["code_region"].to_dict()
    )


GRAND_PARIS = "200054781"
# Its parts levy no tax of their own; here one a département of the métropole de Paris.
PARTS = {"75": "200054782", "77": "200054783", "78": "200054784", "91": "200054785"} | {
    "92": "200054786", "93": "200054787", "94": "200054788", "95": "200054789",
}  # fmt: skip
PART = {3: "EPT", 4: "Etablissement public territorial"}
EDITIONS = {
    3: {
        "commune": {
            "code": "INSEE_COM", "nom": "NOM", "code_arrondissement": "INSEE_ARR",
            "code_departement": "INSEE_DEP", "code_region": "INSEE_REG",
            "code_epci": "SIREN_EPCI", "population": "POPULATION",
        },
        "arrondissement_municipal": {
            "code": "INSEE_ARM", "nom": "NOM", "code_commune": "INSEE_COM",
            "population": "POPULATION",
        },
        "epci": {"code": "CODE_SIREN", "nom": "NOM", "type": "NATURE"},
        "arrondissement": {
            "code": "INSEE_ARR", "nom": "NOM", "code_departement": "INSEE_DEP",
            "code_region": "INSEE_REG",
        },
        "departement": {"code": "INSEE_DEP", "nom": "NOM", "code_region": "INSEE_REG"},
        "region": {"code": "INSEE_REG", "nom": "NOM"},
    },
    4: {
        "commune": {
            "code": "code_insee", "nom": "nom_officiel",
            "code_arrondissement": "code_insee_de_l_arrondissement",
            "code_departement": "code_insee_du_departement",
            "code_region": "code_insee_de_la_region", "code_epci": "codes_siren_des_epci",
            "population": "population", "siren": "code_siren",
        },
        "arrondissement_municipal": {
            "code": "code_insee", "nom": "nom_officiel",
            "code_commune": "code_insee_de_la_commune_de_rattach", "population": "population",
        },
        "epci": {"code": "code_siren", "nom": "nom_officiel", "type": "nature"},
        "arrondissement": {
            "code": "code_insee", "nom": "nom_officiel",
            "code_departement": "code_insee_du_departement",
            "code_region": "code_insee_de_la_region",
        },
        "departement": {
            "code": "code_insee", "nom": "nom_officiel", "code_region": "code_insee_de_la_region",
        },
        "region": {"code": "code_insee", "nom": "nom_officiel"},
    },
}  # fmt: skip
NATURES = {
    3: {"METRO": "ME"},
    4: {
        "CC": "Communauté de communes",
        "CA": "Communauté d'agglomération",
        "CU": "Communauté urbaine",
        "METRO": "Métropole",
    },
}


@pytest.fixture(scope="session")
def geopackages(tmp_path_factory):
    """ADMIN EXPRESS COG as its editions 3 (métropole, Lambert-93) and 4 (all France) are."""
    folder = tmp_path_factory.mktemp("geopackages")
    levels = list(EDITIONS[4])
    france = {
        level: simplified(level) if level != "arrondissement_municipal" else read_territories(level)
        for level in levels
    }
    for edition, layers in EDITIONS.items():
        for level, columns in layers.items():
            frame = france[level].reset_index()
            if level == "epci":
                frame["type"] = frame["type"].replace(NATURES[edition])
                whole = frame[frame["code"] == GRAND_PARIS]
                parts = [whole.assign(code=code, type=PART[edition]) for code in PARTS.values()]
                frame = pd.concat([frame, *parts], ignore_index=True)
            if level == "commune":
                there = frame["code_epci"]
                both = frame["code_departement"].map(PARTS) + f"/{GRAND_PARIS}"
                frame["code_epci"] = there.mask(there == GRAND_PARIS, both).fillna("NR")
                frame["code_arrondissement"] = frame["code_arrondissement"].fillna("NR")
            if edition == 3:
                place = frame["code_departement"] if "code_departement" in frame else frame["code"]
                frame = frame[
                    ~(
                        place.str.startswith("97")
                        | place.isin(("01", "02", "03", "04", "06")) & (level == "region")
                    )
                ]
                if level == "epci":
                    frame = frame[~frame["code_departements"].str.startswith("97")]
                frame = frame.to_crs(2154)
                for column in {"arrondissement": ["code"], "commune": ["code_arrondissement"]}.get(
                    level, []
                ):
                    frame[column] = frame[column].str[-1]
            name = level if edition == 4 else level.upper()
            layer = frame[[*columns, "geometry"]].rename(columns=columns)
            layer.to_file(folder / f"{edition}.gpkg", layer=name)
    return folder


def test_admin_express_of_all_france(geopackages):
    done = install_boundaries(year=YEAR, source=geopackages / "4.gpkg")
    assert done.resolution == "admin-express"
    # The embedded France is what went in; the part of Grand Paris levies no tax of its own.
    embedded = {level: len(territory_table(level)) for level in EDITIONS[4]}
    assert done.rows == embedded
    assert [tuple(remark) for remark in done.remarks] == [
        ("without_communes", {"level": "epci", "count": len(PARTS)})
    ]
    for level in EDITIONS[4]:
        mine = territory_table(level, year=YEAR).sort_index()
        theirs = territory_table(level).sort_index()
        shared = [
            c
            for c in theirs
            if c in mine and c not in ("area_km2", "longitude", "latitude", "reference_point")
        ]
        pd.testing.assert_frame_equal(mine[shared], theirs[shared], check_dtype=False)
    assert {"code_arrondissement", "code_epci", "population", "siren"} <= set(
        territory_table(year=YEAR).columns
    )


def test_admin_express_of_the_metropole_in_lambert_93(geopackages, served_france):
    done = install_boundaries(year=YEAR, source=geopackages / "3.gpkg")
    covered = ("not_covered", {"departements": "971, 972, 973, 974, 976"})
    assert covered in [tuple(remark) for remark in done.remarks]
    # 129 communes in the five overseas départements: 32 + 34 + 22 + 24 + 17.
    assert done.rows["commune"] == 34_875 - 129
    assert done.rows["region"] == 13
    # What is cut off is taken only where it is named.
    with pytest.raises(
        UnknownTerritoryError, match=r"for all France; installed: admin-express \(in"
    ):
        read_territories(year=YEAR)
    named = {"year": YEAR, "resolution": "admin-express"}
    frame = read_territories(**named)
    assert frame.crs.to_epsg() == 4326
    served = served_france["commune"].reindex(frame.index)
    gap = shapely.hausdorff_distance(frame.geometry.to_numpy(), served.geometry.to_numpy())
    assert gap.max() < 1e-6
    mine, theirs = territory_table(**named), territory_table().reindex(frame.index)
    for column in ("code_epci", "code_arrondissement", "population"):
        pd.testing.assert_series_equal(mine[column], theirs[column])
    assert "arrondissement" in done.rows
    assert set(territory_table("epci", **named)["type"]) == {"CC", "CA", "CU", "METRO", "MET69"}


@pytest.fixture(scope="session")
def ain(geopackages, tmp_path_factory):
    """The GeoPackage of one département, as IGN delivers it: what touches it is there too."""
    path = tmp_path_factory.mktemp("ain") / "ain.gpkg"
    for layer, _ in pyogrio.list_layers(geopackages / "4.gpkg"):
        frame = gpd.read_file(geopackages / "4.gpkg", layer=layer)
        if layer == "commune":
            frame = frame[frame["code_insee_du_departement"] == "01"]
        elif layer == "arrondissement_municipal":
            frame = frame.head(0)
        frame.to_file(path, layer=layer)
    return path


def test_admin_express_of_one_departement(ain):
    done = install_boundaries(year=YEAR, source=ain)
    embedded = territory_table(departements="01")
    # Of the EPCI of Ain, those that have no commune elsewhere; no région is all there.
    epci = territory_table("epci", departements="01")
    whole = epci[epci["code_departements"] == "01"]
    crossing = len(epci) - len(whole)
    assert crossing > 0
    assert done.rows == {
        "commune": len(embedded),
        "epci": len(whole),
        "arrondissement": len(territory_table("arrondissement", departements="01")),
        "departement": 1,
    }
    remarks = [tuple(remark) for remark in done.remarks]
    assert ("covered", {"departements": "01"}) in remarks
    assert ("cut", {"level": "epci", "count": crossing}) in remarks
    assert ("cut", {"level": "region", "count": 1}) in remarks
    listed = installed_boundaries().set_index("year")
    assert listed["departements"].to_dict() == {2026: "", YEAR: "01"}
    named = {"year": YEAR, "resolution": "admin-express"}
    assert set(territory_table(**named).index) == set(embedded.index)
    with pytest.raises(UnknownTerritoryError, match="no level 'region' of 2025 at admin-express"):
        read_territories("region", **named)
    with pytest.raises(UnknownTerritoryError, match="no boundaries of 2025 for all France"):
        read_territories(year=YEAR)


def test_a_departement_that_lacks_a_commune_is_no_departement(ain, tmp_path):
    path = tmp_path / "ain.gpkg"
    for layer, _ in pyogrio.list_layers(ain):
        frame = gpd.read_file(ain, layer=layer)
        if layer == "commune":
            frame = frame[frame["code_insee"] != "01004"]
        frame.to_file(path, layer=layer)
    done = install_boundaries(year=YEAR, source=path)
    assert list(done.rows) == ["commune"]
    lost = [remark.details["level"] for remark in done.remarks if remark.word == "cut"]
    assert lost == ["epci", "arrondissement", "departement", "region"]


def test_a_part_does_not_take_the_place_of_the_whole(geopackages, ain):
    folder = install_boundaries(year=YEAR, source=geopackages / "4.gpkg").folder
    with pytest.raises(InputError) as error:
        install_boundaries(year=YEAR, source=ain)
    assert str(error.value) == (
        "2025 at admin-express is installed for all France, the source covers only 01; "
        f"to replace it, remove {folder} first"
    )
    assert len(read_territories("region", year=YEAR)) == 18
    shutil.rmtree(folder)
    assert installed_boundaries()["missing"].to_list() == [0, 6]
    with pytest.raises(BoundariesNotFoundError, match=r"cannot be read \(No such file"):
        read_territories("region", year=YEAR)
    install_boundaries(year=YEAR, source=ain)
    assert installed_boundaries()["missing"].to_list() == [0, 0]


def test_the_year_of_a_file_is_that_of_its_communes(geopackages, ain, tmp_path):
    # The communes of 2025 and 2026 are the same: the latest is taken.
    done = install_boundaries(source=ain)
    assert done.year == 2026
    assert ("year_recognised", {"year": "2026"}) in [tuple(remark) for remark in done.remarks]
    # One that no year had: the current year, less what is not known in it.
    path = tmp_path / "odd.gpkg"
    for layer, _ in pyogrio.list_layers(ain):
        frame = gpd.read_file(ain, layer=layer)
        frame = frame.replace({"code_insee": {"01004": "01999"}}) if layer == "commune" else frame
        frame.to_file(path, layer=layer)
    done = install_boundaries(source=path)
    assert done.year == 2026
    words = [remark.word for remark in done.remarks]
    assert {"year_assumed", "missing", "unknown"} <= set(words)


@pytest.mark.parametrize("column", ["nom_officiel", "codes_siren_des_epci"])
def test_a_column_without_any_value(ain, tmp_path, column):
    path = tmp_path / "ain.gpkg"
    frame = gpd.read_file(ain, layer="commune").assign(**{column: None})
    frame.to_file(path, layer="commune")
    with pytest.raises(UnreadableFileError, match="commune: no row has a value of"):
        install_boundaries(year=YEAR, source=path)
    frame.head(0).to_file(path, layer="commune")
    with pytest.raises(UnreadableFileError, match="commune: the source holds no row"):
        install_boundaries(year=YEAR, source=path)
    assert installed_boundaries()["year"].to_list() == [2026]


def test_admin_express_of_edition_2(tmp_path):
    # Two communes and an arrondissement, under the names that edition 2 gives columns.
    path = tmp_path / "2.gpkg"
    communes = pd.DataFrame(
        {
            "INSEE_COM": ["75056", "2A004"],
            "NOM_COM": ["Paris", "Ajaccio"],
            "INSEE_ARR": ["1", "1"],
            "INSEE_DEP": ["75", "2A"],
            "INSEE_REG": ["11", "94"],
            "CODE_EPCI": [GRAND_PARIS, "242010056"],
            "POPULATION": [2_190_327, 69_075],
        }
    )
    part = pd.DataFrame({"INSEE_COM": ["75101"], "NOM_COM": ["1er"], "INSEE_RATT": ["75056"]})
    for layer, frame in {"COMMUNE": communes, "ARRONDISSEMENT_MUNICIPAL": part}.items():
        shapes = gpd.GeoDataFrame(frame, geometry=[BOX] * len(frame), crs=4326)
        shapes.to_file(path, layer=layer)
    levels = read_admin_express(path)
    read = levels["commune"].drop(columns="geometry").to_numpy().tolist()
    assert read == [
        ["75056", "Paris", "751", "75", "11", GRAND_PARIS, 2_190_327],
        ["2A004", "Ajaccio", "2A1", "2A", "94", "242010056", 69_075],
    ]
    part = levels["arrondissement_municipal"].iloc[0]
    assert (part["code"], part["code_commune"]) == ("75101", "75056")


def zipped(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("communes.geojson", "{}")


def shapefile(path):
    trees = gpd.GeoDataFrame({"kind": ["oak"]}, geometry=[BOX], crs=4326)
    trees.to_file(path.with_suffix(".shp"))
    path.with_suffix(".shp").rename(path)


def trees(path, **options):
    frame = gpd.GeoDataFrame({"kind": ["oak"]}, geometry=[BOX], crs=4326)
    frame.to_file(path, driver="GPKG", **{"layer": "trees", **options})


def truncated(path):
    trees(path)
    path.write_bytes(path.read_bytes()[:5000])


def undefined_crs(path):
    trees(path, layer="commune")
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE gpkg_geometry_columns SET srs_id = -1")
        database.execute("UPDATE gpkg_contents SET srs_id = -1")
        database.commit()


UNREADABLE = {
    "empty": (lambda path: path.touch(), "holds no contours (it is empty)"),
    "web page": (lambda path: path.write_text("<html>"), "(it begins with b'<html>')"),
    "folder": (lambda path: path.mkdir(), "cannot be read: Is a directory"),
    "absent": (lambda path: None, "cannot be read: No such file or directory"),
    "zip": (zipped, "(a zip archive, unpack it)"),
    "shapefile": (shapefile, "(a shapefile)"),
    "trees": (trees, "no layer of communes; found trees"),
    "truncated": (truncated, "is damaged or holds no contours ("),
    "undefined CRS": (undefined_crs, "mine-5m.gpkg"),
}
# There, and its reading fails, even for root.
DENIED = Path("/proc/self/mem")
needs_denied = pytest.mark.skipif(not DENIED.exists(), reason=f"no {DENIED}, it is Linux's")


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_source_that_cannot_be_read(tmp_path, kind):
    make, said = UNREADABLE[kind]
    path = tmp_path / "mine-5m.gpkg"
    make(path)
    with pytest.raises(UnreadableFileError) as error:
        install_boundaries(year=YEAR, source=path)
    told = str(error.value)
    assert path.name in told
    assert said in told
    assert told.endswith(
        "; expected a GeoPackage of ADMIN EXPRESS COG, or Etalab's communes "
        "(.geojson or .geojson.gz)"
    )
    assert "\n" not in told


@needs_denied
def test_a_source_whose_reading_fails(tmp_path):
    path = tmp_path / "mine-5m.geojson"
    path.symlink_to(DENIED)
    with pytest.raises(UnreadableFileError, match=r"mine-5m.* cannot be read: Input/output error"):
        install_boundaries(year=YEAR, source=path)


@needs_denied
def test_a_neighbour_that_cannot_be_read(shelf, tmp_path):
    source = shutil.copy(shelf / "communes-1000m.geojson.gz", tmp_path)
    (tmp_path / "epci-1000m.geojson.gz").symlink_to(DENIED)
    with pytest.raises(UnreadableFileError, match=r"epci-1000m\.geojson\.gz cannot be read"):
        install_boundaries(year=YEAR, source=source)
