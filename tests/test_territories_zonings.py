"""Zonings: read from the files people have, joined to members, dissolved to territories."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from ptce_geo.errors import (
    CrsError,
    InputError,
    MissingColumnError,
    UnknownTerritoryError,
    UnreadableFileError,
)
from ptce_geo.indicators import count_members, coverage_by_presence, location_quotient
from ptce_geo.territories import (
    attach_zoning,
    read_territories,
    read_zoning,
    territory_table,
    zoning_coverage,
    zoning_problems,
    zoning_territories,
)
from ptce_geo.territories.zonings import Zoning, commune_zones, zoning_level

SAINT_ETIENNE, LYON = (4.3873, 45.4397), (4.8357, 45.7640)
ATLANTIC = (-30.0, 45.0)

# Source: INSEE, tables d'appartenance géographique des communes (zone d'emploi, unité urbaine, aire
# d'attraction, bassin de vie), and the classes of France ruralités revitalisation; names shortened.
FIVE_ZONINGS = """\
CODGEO;ZE2020;LIBZE2020;UU2020;LIBUU2020;AAV2020;LIBAAV2020;BV2022;LIBBV2022;FRR
01001;8405;Bourg-en-Bresse;01000;Hors unité urbaine;524;Châtillon;01093;Châtillon;Non classée
01002;8405;Bourg-en-Bresse;01000;Hors unité urbaine;000;Hors attraction;01004;Ambérieu;Non classée
01004;8405;Bourg-en-Bresse;01303;Ambérieu;243;Ambérieu;01004;Ambérieu;Non classée
07064;8420;Les Sources;07107;Le Cheylard;503;Le Cheylard;07064;Le Cheylard;FRR+
42218;8428;Saint-Étienne;00753;Saint-Étienne;023;Saint-Étienne;42218;Saint-Étienne;Non classée
"""


@pytest.fixture
def write(tmp_path):
    """Write text or bytes to a file and return its path."""

    def _write(text, name="zones.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return _write


def zoning_of(zones, *, name="zone", year=2026):
    """Make the zoning {commune: zone}."""
    table = pd.DataFrame({"code": zones, "nom": zones}, dtype="str")
    return Zoning(name, year, table.rename_axis("code_commune"), None, "by hand")


def messages(zoning):
    return zoning_problems(zoning)["message"].tolist()


def members_at(*places, **columns):
    points = [None if place is None else Point(place) for place in places]
    return gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4326")


# --- tables ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "codes", "name_of_one"),
    [
        ("ZE2020", ["8405", "8405", "8405", "8420", "8428"], ("42218", "Saint-Étienne")),
        ("uu2020", ["01000", "01000", "01303", "07107", "00753"], ("01004", "Ambérieu")),
        ("AAV2020", ["524", "000", "243", "503", "023"], ("01002", "Hors attraction")),
        ("bv", ["01093", "01004", "01004", "07064", "42218"], ("01001", "Châtillon")),
        ("FRR", ["Non classée"] * 3 + ["FRR+", "Non classée"], ("07064", "FRR+")),
    ],
)
def test_five_zonings_of_one_table(write, name, codes, name_of_one):
    zoning = read_zoning(write(FIVE_ZONINGS), name=name)
    assert zoning.table.index.tolist() == ["01001", "01002", "01004", "07064", "42218"]
    assert zoning.table["code"].tolist() == codes
    commune, expected = name_of_one
    assert zoning.table.loc[commune, "nom"] == expected
    assert zoning.year == 2026
    assert zoning.polygons is None
    assert not zoning.problems


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("cp1252", ";"), ("utf-8-sig", ","), ("utf-16", "\t")]
)
def test_encodings_and_delimiters(write, encoding, delimiter):
    text = "CODGEO;ZE2020;LIBZE2020\n61001;0051;Alençon\n01016;0059;Mâcon\n"
    path = write(text.replace(";", delimiter), encoding=encoding)
    zoning = read_zoning(path, name="ze2020", year=2026)
    assert zoning.table.to_dict("index") == {
        "61001": {"code": "0051", "nom": "Alençon"},
        "01016": {"code": "0059", "nom": "Mâcon"},
    }


def insee_workbook(path):
    """Write a workbook laid out like INSEE's "table d'appartenance géographique des communes"."""
    book = openpyxl.Workbook()
    title = [["Table d'appartenance géographique des communes"], ["Géographie au 01/01/2026"]]
    title += [["Source : Insee"], []]
    sheets = {
        "COM": [
            ["Code géographique", "Libellé géographique", "Département", "Zone d'emploi 2020"],
            ["CODGEO", "LIBGEO", "DEP", "ZE2020"],
            ["42218", "Saint-Étienne", "42", "0051"],
            ["69123", "Lyon", "69", "8421"],
        ],
        "ARM": [
            ["Code géographique", "Libellé géographique", "Département", "Zone d'emploi 2020"],
            ["CODGEO", "LIBGEO", "DEP", "ZE2020"],
            ["69381", "Lyon 1er", "69", "8421"],
        ],
        "Zones_supra_communales": [
            ["Niveau géographique", "Code géographique", "Libellé géographique", "Communes"],
            ["NIVGEO", "CODGEO", "LIBGEO", "NB_COM"],
            ["ARR", "0051", "another level with that code", 3],
            ["ZE2020", "0051", "Saint-Étienne et sa plaine", 1],
            ["ZE2020", "8421", "Lyon", 1],
        ],
    }
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in title + rows:
            sheet.append(row)
    book.save(path)
    return path


def check_insee_workbook(path):
    zoning = read_zoning(path, name="ZE2020", year=2026)
    assert zoning.table.to_dict("index") == {
        "42218": {"code": "0051", "nom": "Saint-Étienne et sa plaine"},
        "69123": {"code": "8421", "nom": "Lyon"},
    }
    assert "sheet 'COM'" in zoning.source
    assert zoning.source.endswith("CODGEO, ZE2020")


def test_insee_workbook_with_titles_and_names_on_another_sheet(tmp_path):
    check_insee_workbook(insee_workbook(tmp_path / "table-appartenance-2026.xlsx"))
    arrondissements = read_zoning(
        tmp_path / "table-appartenance-2026.xlsx", name="ZE2020", sheet="ARM", year=2026
    )
    assert arrondissements.table["code"].to_dict() == {"69123": "8421"}
    said = "municipal arrondissements or communes déléguées, read as their commune: 1"
    assert said in messages(arrondissements)


def test_insee_workbook_of_one_zoning(tmp_path):
    book = openpyxl.Workbook()
    zones, communes = book.active, book.create_sheet("Composition_communale")
    zones.title = "ZE2020"
    title = [["Zones d'emploi 2020"], ["Géographie au 01/01/2026"], []]
    for row in [*title, ["Code", "Libellé"], ["ZE2020", "LIBZE2020"], ["8428", "Saint-Étienne"]]:
        zones.append(row)
    communes_rows = [
        ["Code géographique", "Libellé géographique", "Département", "Région", "Zone", "Nom"],
        ["CODGEO", "LIBGEO", "DEP", "REG", "ZE2020", "LIBZE2020"],
        ["42218", "Saint-Étienne", "42", "84", "8428", "Saint-Étienne"],
    ]
    for row in title + communes_rows:
        communes.append(row)
    book.save(tmp_path / "ZE2020.xlsx")
    for name in ("ZE2020", "ZE", "emploi"):
        column = "ZE2020" if name == "emploi" else None
        zoning = read_zoning(tmp_path / "ZE2020.xlsx", name=name, zone_column=column)
        assert zoning.table.loc["42218"].tolist() == ["8428", "Saint-Étienne"]
        assert len(zoning.table) == 1
        assert not (zoning_problems(zoning)["kind"] == "lost").any()


def test_insee_workbook_saved_again_by_libreoffice(tmp_path):
    soffice = shutil.which("soffice")
    if soffice is None:
        advice = "no LibreOffice on this machine: apt-get install libreoffice-calc"
        if os.environ.get("PTCE_GEO_REQUIRE_ALL") == "1":
            pytest.fail(advice)
        pytest.skip(advice)
    path = insee_workbook(tmp_path / "table.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [soffice, profile, "--headless", "--convert-to", "xlsx", "--outdir"]
    subprocess.run([*command, tmp_path / "again", path], check=True, capture_output=True)
    check_insee_workbook(tmp_path / "again" / "table.xlsx")


def test_lost_zeros_are_put_back_and_counted(tmp_path):
    book = openpyxl.Workbook()
    for row in [["CODGEO", "ZE2020"], [1001, "8405"], [1002, "8405"], ["42218", "8413"]]:
        book.active.append(row)
    book.save(tmp_path / "zones.xlsx")
    zoning = read_zoning(tmp_path / "zones.xlsx", name="ZE2020", year=2026)
    assert zoning.table.index.tolist() == ["01001", "01002", "42218"]
    assert messages(zoning) == ["commune codes put back as INSEE writes them (01001 for 1001): 2"]


def test_every_row_is_a_commune_or_a_problem(write):
    rows = ["01001;8405", "01001;8405", "01002;", "01004;-", ";8405", "Lyon;8421"]
    text = "\n".join(["CODGEO;ZE2020", *rows, "42218;", "42218;8413"])
    zoning = read_zoning(write(text), name="ZE2020", year=2026)
    assert zoning.table["code"].fillna("none").to_dict() == {
        "01001": "8405",
        "01002": "none",
        "01004": "none",
        "42218": "8413",
    }
    problems = zoning_problems(zoning)
    assert set(
        zip(problems["line"].fillna(0), problems["kind"], problems["message"], strict=True)
    ) == {
        (0, "repaired", "rows that repeat a commune and its zone: 2"),
        (0, "missing", "communes without zone: 2"),
        (6, "lost", "a row without commune code; left aside"),
        (7, "lost", "not an INSEE commune code"),
    }
    assert (
        zoning_problems(zoning, lang="fr")["message"]
        .str.contains("communes sans zone\u00a0: 2")
        .any()
    )


@pytest.mark.parametrize("word", ["N/A", "nan", "NC", "n.c.", "-", "#N/A", "<NA>"])
def test_words_for_nothing_are_no_zone(write, word):
    zoning = read_zoning(
        write(f"CODGEO;ZE;LIBZE\n01001;8405;Bourg\n01002;{word};{word}\n"), name="ZE"
    )
    assert zoning.table["code"].isna().tolist() == [False, True]
    assert zoning.names.to_dict() == {"8405": "Bourg"}
    assert messages(zoning) == ["communes without zone: 1"]


@pytest.mark.parametrize("label", ["Non classée", "CSZ", "ZZZZZ", "000", "FRR+", "1.5", "A.0"])
def test_insee_labels_that_are_zones(write, label):
    zoning = read_zoning(write(f"CODGEO;ZE\n01001;{label}\n01002;8405\n"), name="ZE")
    assert zoning.table.loc["01001"].tolist() == [label, label]


def test_a_label_that_says_nothing_is_no_name(write):
    zoning = read_zoning(write("CODGEO;ZE;LIBZE\n01001;8405;nan\n"), name="ZE")
    assert zoning.names.to_dict() == {"8405": "8405"}


def test_zone_codes_that_became_numbers(tmp_path):
    # One missing cell makes a column of whole numbers one of floats: pandas writes "8405.0".
    path = tmp_path / "zones.csv"
    frame = pd.DataFrame({"CODGEO": ["01001", "01002"], "ZE": [8405, None]})
    frame.to_csv(path, index=False)
    assert "8405.0" in path.read_text()
    assert read_zoning(path, name="ZE").table["code"].fillna("-").tolist() == ["8405", "-"]
    shapes = [box(4, 45, 4.1, 45.1), box(5, 45, 5.1, 45.1), box(6, 45, 6.1, 45.1)]
    for cells in ([8405.0, 8406.0, None], ["8405.0", "8406", "N/A"]):
        layer = gpd.GeoDataFrame({"ze": cells}, geometry=shapes, crs="EPSG:4326")
        layer.to_file(tmp_path / "zones.gpkg")
        zoning = read_zoning(tmp_path / "zones.gpkg", name="ZE")
        assert zoning.polygons.index.tolist() == ["8405", "8406"]
        assert messages(zoning) == ["a polygon without zone code; left aside"]


def test_a_commune_in_two_zones_is_refused(write):
    path = write("CODGEO;ZE2020\n01001;8405\n01002;8405\n01001;8404\n")
    with pytest.raises(
        InputError, match=r"1 communes stand in several zones: 01001 \(8405, 8404\)"
    ):
        read_zoning(path, name="ZE2020", year=2026)


def test_a_zone_of_two_names_keeps_the_commonest(write):
    text = "CODGEO;ZE;LIB_ZE\n01001;8405;Bourg\n01002;8405;Bourg-en-Bresse\n01004;8405;Bourg\n"
    zoning = read_zoning(write(text), name="ZE", year=2026)
    assert set(zoning.table["nom"]) == {"Bourg"}
    assert messages(zoning) == ["a zone with several names; kept: 'Bourg'"]


# --- which column is which -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "name"),
    [
        ("CODGEO;ZE2020;ZE2010", "ZE2020"),  # of two years, the one asked for
        ("COM;ZE2020;EPCI", "Zé"),  # a year that the name leaves out
        ("Code INSEE;Code ZE;Nom", "ZE2020"),  # a year that the heading leaves out, "code"
        ("insee;Périmètre;libgeo", "ZAC"),  # the only candidate
        ("depcom;code_perimetre;taux", "ZAC"),  # the only candidate that says code
        ("Repère;ZE2020;Nom", "ZE2020"),  # the codes are known by what they are
    ],
)
def test_columns_are_recognised(write, headings, name):
    path = write(f"{headings}\n01001;A;x\n42218;B;y\n")
    zoning = read_zoning(path, name=name, year=2026)
    assert zoning.table["code"].to_dict() == {"01001": "A", "42218": "B"}


def test_columns_are_said(write):
    path = write("ici;la;nom de là\n01001;A;Zone A\n42218;B;Zone B\n")
    chosen = {"code_column": "Ici", "zone_column": "là", "label_column": "Nom de la"}
    zoning = read_zoning(path, name="ZAC", year=2026, **chosen)
    assert zoning.table["nom"].to_dict() == {"01001": "Zone A", "42218": "Zone B"}


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (
            FIVE_ZONINGS,
            {"name": "ZRR"},
            r"several columns could be the zones of 'ZRR'.*zone_column=",
        ),
        (FIVE_ZONINGS, {"name": "ZE2010"}, r"several columns could be the zones of 'ZE2010'"),
        (FIVE_ZONINGS, {"name": "x", "zone_column": "ZRR"}, "zone_column= says 'ZRR', no such"),
        ("CODGEO;LIBGEO\n01001;a\n", {"name": "ZE"}, "no column could be the zones of 'ZE'"),
        (
            "lieu;ZE2020\nici;A\n",
            {"name": "ZE2020"},
            "no column of INSEE commune codes.*code_column=",
        ),
    ],
)
def test_what_is_not_recognised_is_one_line(write, text, options, message):
    with pytest.raises(MissingColumnError, match=message) as error:
        read_zoning(write(text), year=2026, **options)
    assert "\n" not in str(error.value)


def test_the_communes_are_no_zones(write):
    with pytest.raises(InputError, match="zone_column= says 'codgeo', which holds the communes'"):
        read_zoning(write(FIVE_ZONINGS), name="ZE", zone_column="codgeo")


@pytest.mark.parametrize("name", ["commune", "EPCI", "région", "+!", None, 2020])
def test_names_that_cannot_name_columns(write, name):
    with pytest.raises(InputError, match="name="):
        read_zoning(write(FIVE_ZONINGS), name=name, zone_column="ZE2020")


def test_the_name_makes_a_column_suffix():
    assert zoning_level("Zones d'emploi 2020 (ÉTÉ)") == "zones_d_emploi_2020_ete"


# --- archives --------------------------------------------------------------------------------


def test_an_archive_of_one_table(tmp_path):
    path = tmp_path / "zones-csv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("zones.csv", FIVE_ZONINGS)
        archive.writestr("meta_zones.csv", "COD_VAR;LIB_VAR\nZE2020;Zone d'emploi\n")
    assert len(read_zoning(path, name="ZE2020", year=2026).table) == 5
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.csv", FIVE_ZONINGS)
    with pytest.raises(UnreadableFileError, match=r"expected one table.*zones\.csv, meta_zones"):
        read_zoning(path, name="ZE2020", year=2026)


def test_missing_and_damaged_files(tmp_path, write):
    with pytest.raises(UnreadableFileError, match="no such file"):
        read_zoning(tmp_path / "nowhere.csv", name="ZE2020")
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_zoning(write(b"SQLite format 3\x00 and no more", "qpv.gpkg"), name="QPV")


# --- polygons --------------------------------------------------------------------------------

# Two quarters astride the border of Saint-Étienne and Saint-Jean-Bonnefonds, that share a side
# (longitude 4.42), and one that overlaps the second.
QUARTERS = gpd.GeoDataFrame(
    {
        "code_qp": ["QN04202M", "QN04201M", "QN04203M"],
        "lib_qp": ["Est", "Ouest", "Milieu"],
        "insee_com": ["42218", "42218, 42237", "42237"],
        "insee_dep": ["42"] * 3,
    },
    geometry=[
        box(4.42, 45.44, 4.46, 45.46),
        box(4.38, 45.44, 4.42, 45.46),
        box(4.45, 45.44, 4.48, 45.46),
    ],
    crs="EPSG:4326",
)


@pytest.mark.parametrize("name", ["qpv.gpkg", "qpv.geojson", "qpv.shp", "qpv.parquet", "qpv.zip"])
def test_polygon_files(tmp_path, name):
    path = tmp_path / name
    layer = QUARTERS if name.endswith("json") else QUARTERS.to_crs(2154)
    if name.endswith("parquet"):
        layer.to_parquet(path)
    elif name.endswith("zip"):
        layer.to_file(tmp_path / "quarters.shp", encoding="utf-8")
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("quarters.*"):
                archive.write(part, part.name)
    else:
        layer.to_file(path)
    zoning = read_zoning(path, name="QPV")
    assert zoning.polygons.index.tolist() == ["QN04201M", "QN04202M", "QN04203M"]
    assert zoning.polygons["nom"].tolist() == ["Ouest", "Est", "Milieu"]
    assert zoning.polygons["population"].isna().all()
    assert zoning.table.empty
    assert zoning.year is None
    assert zoning.polygons.crs.to_epsg() == 4326
    assert not zoning.problems


def test_points_in_polygons(tmp_path):
    QUARTERS.to_file(tmp_path / "qpv.gpkg")
    zoning = read_zoning(tmp_path / "qpv.gpkg", name="QPV")
    places = {
        "west": ((4.40, 45.45), "QN04201M", None),
        "on the side that two share": ((4.42, 45.45), "QN04201M", None),
        "where two overlap": ((4.455, 45.45), "QN04202M", None),
        "only in the third": ((4.47, 45.45), "QN04203M", None),
        "in the commune, in no quarter": ((4.40, 45.43), None, "outside_every_zone"),
        "nowhere": (None, None, "no_position"),
        "at the town hall": ((4.40, 45.45), None, "position_too_coarse"),
    }
    members = members_at(
        *(place for place, *_ in places.values()),
        geocode_precision=["housenumber"] * 5 + [None, "municipality"],
    )
    members.index = ["same"] * len(members)
    attached = attach_zoning(members, zoning)
    found = attached[["code_qpv", "reason_qpv"]].astype(object)
    found = found.where(found.notna(), None)
    assert found.to_numpy().tolist() == [list(expected) for _, *expected in places.values()]
    assert attached["nom_qpv"].fillna("-").tolist()[:4] == ["Ouest", "Ouest", "Est", "Milieu"]


def test_odd_shapes_are_mended_or_said(tmp_path):
    bow_tie = shapely.Polygon([(4, 45), (4.1, 45.1), (4.1, 45), (4, 45.1)])
    layer = gpd.GeoDataFrame(
        {
            "code": ["A", "B", "A", None, "C", "D"],
            "nom": ["a", "b", "a", "x", "c", "d"],
            "population": [100, 200, 100, 5, 6, 7],
        },
        geometry=[
            *(box(3, 45, 3.1, 45.1), bow_tie, box(3.2, 45, 3.3, 45.1)),
            *(box(5, 45, 5.1, 45.1), Point(4, 45), None),
        ],
        crs="EPSG:4326",
    )
    layer.to_file(tmp_path / "zones.geojson")
    zoning = read_zoning(tmp_path / "zones.geojson", name="zones", label_column="nom")
    assert zoning.polygons[["nom", "population"]].to_numpy().tolist() == [["a", 100], ["b", 200]]
    assert zoning.polygons.is_valid.all()
    # The two parts of A are 0.1° by 0.1° each.
    assert zoning.polygons.geometry["A"].area == pytest.approx(0.02)
    problems = zoning_problems(zoning)
    assert set(zip(problems["line"].fillna(0), problems["kind"], strict=True)) == {
        (5, "lost"),  # a point
        (6, "lost"),  # nothing
        (0, "repaired"),  # mended, joined
        (4, "lost"),  # no code
    }
    assert "polygons joined to another of the same code: 1" in messages(zoning)
    assert "invalid outlines mended: 1" in messages(zoning)


def test_polygons_as_territories(tmp_path):
    island = box(-63.1, 18.05, -63.05, 18.1)  # Saint-Martin: no legal CRS
    # One zone of a part near Lyon and one in La Réunion, or in Saint-Martin: no one plane.
    lyon, reunion = box(4.8, 45.7, 4.9, 45.8), box(55.4, -21, 55.5, -20.9)
    more = {
        "QN97801M": island,
        "QN98001M": shapely.MultiPolygon([lyon, reunion]),
        "QN98002M": shapely.MultiPolygon([lyon, island]),
    }
    added = gpd.GeoDataFrame({"code_qp": [*more]}, geometry=[*more.values()], crs="EPSG:4326")
    pd.concat([QUARTERS, added]).to_file(tmp_path / "qpv.gpkg")
    zones = zoning_territories(read_zoning(tmp_path / "qpv.gpkg", name="QPV"))
    assert zones.index.tolist() == ["QN04201M", "QN04202M", "QN04203M", *more]
    expected = QUARTERS.set_index("code_qp").to_crs(2154).area / 1e6
    assert zones["area_km2"].dropna().to_dict() == pytest.approx(expected.to_dict())
    assert zones.loc["QN97801M", "nom"] == "QN97801M"


def test_layers(tmp_path):
    path = tmp_path / "two.gpkg"
    QUARTERS.to_file(path, layer="qpv_2024")
    QUARTERS.assign(code_qp=["a", "b", "c"]).to_file(path, layer="qpv_2015")
    with pytest.raises(InputError, match=r"several layers of polygons: qpv_2024, qpv_2015"):
        read_zoning(path, name="QPV")
    assert read_zoning(path, name="QPV", sheet="qpv_2015").polygons.index[0] == "a"
    with pytest.raises(InputError, match="no layer 'nowhere'"):
        read_zoning(path, name="QPV", sheet="nowhere")
    QUARTERS.set_crs(None, allow_override=True).to_parquet(tmp_path / "no_crs.parquet")
    with pytest.raises(CrsError, match="no CRS"):
        read_zoning(tmp_path / "no_crs.parquet", name="QPV")


def test_a_layer_of_communes_is_a_table_on_request(tmp_path):
    communes = read_territories(departements="90")[["nom", "geometry"]].reset_index()
    communes["zone"] = ["A"] * 50 + ["B"] * (len(communes) - 50)
    communes.to_file(tmp_path / "communes.gpkg")
    zoning = read_zoning(tmp_path / "communes.gpkg", name="zone", code_column="code", year=2026)
    assert zoning.polygons is None
    assert zoning.table["code"].value_counts().to_dict() == {"A": 50, "B": len(communes) - 50}


# --- vintages --------------------------------------------------------------------------------


def test_a_merged_commune_takes_the_zone_of_most_of_its_people():
    # On 1 January 2017 Annecy (74010, by far the largest) took in Annecy-le-Vieux, Cran-Gevrier,
    # Meythet, Pringy and Seynod. Of them, only Pringy (some 2,000 of 126,000) is in B.
    old = dict.fromkeys(["74010", "74011", "74093", "74182", "74268"], "A") | {"74217": "B"}
    zoning = zoning_of(old, year=2016)
    placed = commune_zones(zoning, year=2026)
    assert placed.zones.dropna().to_dict() == {"74010": "A"}
    assert placed.ambiguous["code"].tolist() == ["A", "B"]
    assert placed.ambiguous.index.unique().tolist() == ["74010"]
    assert placed.converted == 5
    said = str(zoning_coverage(zoning))
    assert "1 of the 34,875 communes of 2026" in said
    assert "table of 2016, codes converted: 5, ambiguous communes: 1 (74010)" in said


def test_no_zone_counts_as_a_zone_where_communes_merge():
    # As above, but the table knows only Pringy: most of Annecy is in no zone.
    placed = commune_zones(zoning_of({"74217": "B"}, year=2016), year=2026)
    assert placed.zones.isna().all()
    assert placed.ambiguous["code"].fillna("none").tolist() == ["none", "B"]


def test_a_commune_restored_keeps_the_zone_of_the_one_it_came_from():
    # Celles (15031) left Neussargues en Pinatelle (15141) between 2024 and 2025.
    placed = commune_zones(zoning_of({"15141": "A"}, year=2024), year=2026)
    assert placed.zones.dropna().loc[["15031", "15141"]].tolist() == ["A", "A"]
    assert placed.ambiguous.empty


def test_a_table_of_communes_yet_to_be():
    # Back in time: Pringy was still a commune in 2016.
    table = zoning_of({"74010": "A"}, year=2026)
    with pytest.raises(UnknownTerritoryError, match="2016"):
        zoning_coverage(table, year=2016)  # no boundaries of that year are embedded


def test_the_vintage_is_found(write):
    # Annecy-le-Vieux (74011) was a commune until Annecy took it in on 1 January 2017, Le Fauga
    # (31181) and Saint-Étienne always were.
    path = write("CODGEO;ZE\n74011;A\n31181;B\n42218;C\n")
    zoning = read_zoning(path, name="ZE")
    assert zoning.year == 2016
    assert not zoning.problems
    declared = read_zoning(path, name="ZE", year=2026)
    assert declared.year == 2026
    assert messages(declared) == ["codes that are no commune’s in 2026: 1"]
    # A code of another year than the one declared is read in the nearest one.
    for one in (zoning, declared):
        placed = commune_zones(one, year=2026)
        assert placed.ambiguous["code"].fillna("none").tolist() == ["none", "A"]
        assert placed.zones.dropna().to_dict() == {"31181": "B", "42218": "C"}


def test_the_codes_of_corsica_before_1976(write):
    # Ajaccio (20004, now 2A004) and Bastia (20033, now 2B033).
    zoning = read_zoning(write("CODGEO;ZE\n20004;A\n20033;B\n42218;C\n"), name="ZE")
    assert zoning.year == 1975
    assert not zoning.problems
    placed = commune_zones(zoning, year=2026)
    assert placed.zones.dropna().to_dict() == {"2A004": "A", "2B033": "B", "42218": "C"}
    assert placed.unknown == ()


@pytest.mark.parametrize("departements", [None, ["78"]])
def test_stale_rows_do_not_move_a_complete_table(write, departements):
    # Courcouronnes (91182) and Rocquencourt (78524) were communes until 1 January 2019.
    communes = territory_table(departements=departements).index
    stale = ["78524"] if departements else ["78524", "91182"]
    rows = [*(f"{code};{code[:3]}" for code in communes), *(f"{code};old" for code in stale)]
    zoning = read_zoning(write("\n".join(["CODGEO;ZE", *rows])), name="ZE")
    assert zoning.year == 2026
    problems = zoning_problems(zoning)
    assert problems["message"].tolist() == [f"codes that are no commune’s in 2026: {len(stale)}"]
    assert problems["value"].tolist() == [", ".join(stale)]
    placed = commune_zones(zoning, year=2026)
    # The commune of 2026 tells the zone, not the part of it that was one before.
    assert placed.zones.dropna().to_dict() == {code: code[:3] for code in communes}
    assert placed.ambiguous.empty
    assert placed.unknown == ()
    assert placed.converted == len(stale)


def test_years_and_codes_without_a_vintage(write):
    with pytest.raises(UnknownTerritoryError, match="1900"):
        read_zoning(write(FIVE_ZONINGS), name="ZE2020", year=1900)
    with pytest.raises(InputError, match="ever was a commune's"):
        read_zoning(write("CODGEO;ZE\n01999;A\n42999;A\n"), name="ZE")


def test_departements_of_2019_are_those_of_2026():
    # No commune changed its département between 2019 and 2026: an oracle for every commune.
    from ptce_geo.territories.history import years_of_codes

    known = years_of_codes()
    codes = known.index[known[2019]]
    zoning = zoning_of(dict(zip(codes, codes.str[:2], strict=True)), year=2019)
    placed = commune_zones(zoning, year=2026)
    own = territory_table()["code_departement"].str[:2]
    assert placed.zones.to_dict() == own.to_dict()
    assert placed.converted > 100
    assert placed.ambiguous.empty


def test_unknown_codes_are_listed():
    # 97501 (Miquelon-Langlade) is a commune of a collectivity, without boundaries here.
    coverage = zoning_coverage(zoning_of({"42218": "A", "99999": "A", "97501": "B"}))
    assert coverage.unknown == ("99999", "97501")
    assert coverage.zones == 1
    assert coverage.communes_with_zone == 1
    assert len(coverage.without_zone) == coverage.communes - 1
    people = territory_table().loc["42218", "population"]
    assert coverage.population_with_zone == people
    assert "codes inconnus\u00a0: 2 (" in coverage.text(lang="fr")


def test_coverage_is_of_communes(tmp_path):
    QUARTERS.to_file(tmp_path / "qpv.gpkg")
    with pytest.raises(InputError, match="polygons"):
        zoning_coverage(read_zoning(tmp_path / "qpv.gpkg", name="QPV"))


# --- members ---------------------------------------------------------------------------------


def test_members_by_commune():
    zoning = zoning_of({"42218": "A", "69123": "B"})
    members = members_at(SAINT_ETIENNE, None, (4.51, 45.47), ATLANTIC, None)
    members["code_commune"] = [None, "69123", None, None, "99999"]
    before = members.copy()
    attached = attach_zoning(members, zoning)
    assert attached["code_zone"].fillna("-").tolist() == ["A", "B", "-", "-", "-"]
    assert attached["nom_zone"].fillna("-").tolist() == ["A", "B", "-", "-", "-"]
    reasons = attached["reason_zone"].fillna("-").tolist()
    assert reasons[:4] == ["-", "-", "commune_without_zone", "outside_every_commune"]
    assert reasons[4].startswith("unknown_commune_code")
    pd.testing.assert_frame_equal(members, before)
    pd.testing.assert_frame_equal(attach_zoning(attached, zoning), attached)


def test_several_zonings_at_once(tmp_path):
    QUARTERS.to_file(tmp_path / "qpv.gpkg")
    quarters = read_zoning(tmp_path / "qpv.gpkg", name="QPV")
    zonings = [zoning_of({"42218": "A"}, name="ZE 2020"), quarters]
    attached = attach_zoning(members_at((4.40, 45.445)), zonings)
    assert attached.loc[0, ["code_ze_2020", "code_qpv"]].tolist() == ["A", "QN04201M"]
    with pytest.raises(InputError, match="several zonings are called ze_2020"):
        attach_zoning(members_at(LYON), [zonings[0], zoning_of({}, name="ze-2020")])


def test_neither_points_nor_codes():
    with pytest.raises(MissingColumnError, match="code_commune"):
        attach_zoning(pd.DataFrame({"member_id": ["a"]}), zoning_of({"42218": "A"}))


def test_a_zoning_by_polygon_needs_points(tmp_path):
    QUARTERS.to_file(tmp_path / "qpv.gpkg")
    zoning = read_zoning(tmp_path / "qpv.gpkg", name="QPV")
    members = pd.DataFrame({"code_commune": ["42218"]})
    for frame in (members, gpd.GeoDataFrame(members)):
        with pytest.raises(MissingColumnError, match="the frame has no geometry"):
            attach_zoning(frame, zoning)


@pytest.mark.parametrize("zonings", ["QPV", None, ["QPV"], 3])
def test_what_is_no_zoning(zonings):
    with pytest.raises(InputError, match="expected what read_zoning returns, found ") as error:
        attach_zoning(members_at(LYON), zonings)
    assert "\n" not in str(error.value)


def test_zones_count_compare_and_cover_like_any_territory():
    # Saint-Étienne and Saint-Chamond are zone A, Lyon is B, Villeurbanne C; 2 members in A, 1 in B.
    zoning = zoning_of({"42218": "A", "42207": "A", "69123": "B", "69266": "C"})
    zones = zoning_territories(zoning)
    members = attach_zoning(members_at(SAINT_ETIENNE, (4.51, 45.47), LYON), zoning)
    counts = count_members(members, level=zoning.level, territories=zones)
    assert counts.to_dict() == {"A": 2, "B": 1, "C": 0}
    people = territory_table()["population"]
    in_a, in_b, in_c = (
        people[["42218", "42207"]].sum(),
        people["69123"],
        people["69266"],
    )
    quotient = location_quotient(counts, reference=zones["population"])
    assert quotient["A"] == pytest.approx((2 / 3) / (in_a / (in_a + in_b + in_c)))
    covered = coverage_by_presence(members, level=zoning.level, territories=zones)
    assert covered.loc["zone", "share_population"] == pytest.approx(
        (in_a + in_b) / (in_a + in_b + in_c)
    )


# --- territories -----------------------------------------------------------------------------


@settings(max_examples=8, deadline=None)
@given(st.data())
def test_zones_sum_and_join_their_communes(data):
    communes = read_territories(departements=["90", "974"])
    letters = st.sampled_from(["A", "B", "C", None])
    drawn = data.draw(st.lists(letters, min_size=len(communes), max_size=len(communes)))
    zones = pd.Series(drawn, communes.index, dtype="str")
    found = zoning_territories(zoning_of(zones.to_dict()))
    groups = communes.groupby(zones)
    assert found.index.tolist() == sorted(zones.dropna().unique())
    assert found["population"].to_dict() == groups["population"].sum().to_dict()
    assert found["communes"].to_dict() == groups.size().to_dict()
    assert found["area_km2"].to_dict() == pytest.approx(groups["area_km2"].sum().to_dict())
    for code, parts in groups["geometry"]:
        union = shapely.union_all(parts.to_numpy())
        assert found.geometry[code].symmetric_difference(union).area < 1e-12
    assert found.crs.to_epsg() == 4326


def test_levels_of_the_embedded_france_come_out_again():
    communes = territory_table()
    zoning = zoning_of(communes["code_departement"].to_dict())
    found, own = zoning_territories(zoning), read_territories("departement").sort_index()
    assert found.index.tolist() == own.index.tolist()
    assert found["population"].tolist() == own["population"].tolist()
    assert found["area_km2"].tolist() == pytest.approx(own["area_km2"].tolist())
    assert found.geom_equals(own.geometry).all()


def test_a_label_of_a_csv_may_begin_with_a_sign_of_equality(write):
    path = write("codgeo,zone,libelle\n42218,A,=Cœur\n42207,B,#REF!\n")
    zoning = read_zoning(path, name="zone", zone_column="zone", label_column="libelle")
    # An error of a spreadsheet is no label: the code stands for it.
    assert zoning.table["nom"].to_dict() == {"42218": "=Cœur", "42207": "B"}
