"""The GeoPackage, read back by GDAL, its own validator and QGIS."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loire_findings import AREA, loire_findings

from ptce_geo import schema
from ptce_geo.errors import InputError, OutputError
from ptce_geo.indicators.published import published
from ptce_geo.reports.columns import column_of
from ptce_geo.reports.geopackage import write_geopackage
from ptce_geo.reports.layers import plain_names, study_layers
from ptce_geo.reports.qgis_styles import styles_of, value_classes
from ptce_geo.territories import read_territories, territory_table

# Debian's Python: it has what the packages of the system bring.
SYSTEM_PYTHON = "/usr/bin/python3"
POINTS = ["members", "poles"]
POLYGONS = ["footprints", "white_zones", "departements", "epci", "communes"]
TABLES = ["concentration", "coverage", "economic_weight"]
LAYERS = [*POINTS, "footprints", "footprint_lines", *POLYGONS[1:], *TABLES]
HOSTILE = "'\"; DROP TABLE members; --</qgis>]]>&<b>é\u202e=1+1%s{0}"


@pytest.fixture(scope="module")
def findings():
    return loire_findings()


@pytest.fixture(scope="module")
def layers(findings):
    """The layers that are written, by name."""
    return {layer.name: layer for layer in study_layers(findings)}


@pytest.fixture(scope="module")
def package(findings, tmp_path_factory):
    path = tmp_path_factory.mktemp("package") / "indicators.gpkg"
    write_geopackage(path, findings)
    return path


def needed(found, advice):
    """Skip with the command that installs what was not found, or fail where all is required."""
    if not found:
        if os.environ.get("PTCE_GEO_REQUIRE_ALL") == "1":
            pytest.fail(advice)
        pytest.skip(advice)


def said_by_ogrinfo(path, *arguments):
    needed(shutil.which("ogrinfo"), "no ogrinfo on this machine: apt-get install gdal-bin")
    ran = subprocess.run(
        ["ogrinfo", *arguments, str(path)], capture_output=True, text=True, check=True
    )
    assert ran.stderr == ""
    return ran.stdout


def rows_of(path, query, *arguments):
    with closing(sqlite3.connect(path)) as package:
        return package.execute(query, arguments).fetchall()


def read(path, layer):
    return pyogrio.read_dataframe(path, layer=layer)


def test_gdal_lists_every_layer_with_its_kind_of_geometry(package):
    listed = pyogrio.list_layers(package)
    assert [name for name in listed[:, 0] if name != "layer_styles"] == LAYERS
    kinds = dict(listed)
    assert all(kinds[name] == "Point" for name in POINTS)
    assert all(kinds[name] == "MultiPolygon" for name in POLYGONS)
    assert kinds["footprint_lines"] == "LineString"
    assert all(kinds[name] is None for name in TABLES)


def test_ogrinfo_opens_every_layer_without_a_word(package, layers):
    summaries = said_by_ogrinfo(package, "-al", "-so").split("Layer name: ")[1:]
    told = {summary.splitlines()[0]: summary for summary in summaries}
    assert set(told) == {*LAYERS, "layer_styles"}
    for name, layer in layers.items():
        assert f"Feature Count: {len(layer.frame)}\n" in told[name]
        assert ("SRS WKT:\nGEOGCRS" in told[name]) == bool(layer.geometry)
        for column in layer.columns:
            assert f"\n{column.name}: " in told[name]
        if layer.geometry:
            found = re.search(r"Extent: \((.+), (.+)\) - \((.+), (.+)\)", told[name])
            assert np.allclose([*map(float, found.groups())], layer.frame.total_bounds, atol=1e-6)


def test_the_contents_have_extents_titles_and_the_date_of_the_study(package, layers):
    rows = rows_of(
        package,
        "SELECT table_name, identifier, description, last_change, min_x, min_y, max_x, max_y"
        " FROM gpkg_contents",
    )
    contents = {row[0]: row[1:] for row in rows}
    assert contents["departements"][0] == "Départements"
    assert "plus de 20 km" in contents["white_zones"][1]
    assert "27 novembre 2026" in contents["members"][1]
    # 02:44 in Paris.
    assert {row[2] for row in contents.values()} == {"2026-11-27T01:44:11.000Z"}
    for layer in layers.values():
        if layer.geometry:
            assert np.allclose(contents[layer.name][3:], layer.frame.total_bounds, atol=1e-9)


def test_the_file_says_what_it_is_and_has_spatial_indexes(package):
    assert rows_of(package, "PRAGMA application_id") == [(int.from_bytes(b"GPKG"),)]
    assert rows_of(package, "PRAGMA user_version") == [(10300,)]
    assert rows_of(package, "PRAGMA integrity_check") == [("ok",)]
    indexed = rows_of(
        package, "SELECT table_name FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'"
    )
    assert {name for (name,) in indexed} == {*POINTS, *POLYGONS, "footprint_lines"}
    for (name,) in indexed:
        held = rows_of(package, f"SELECT count(*) FROM {name} WHERE geom IS NOT NULL")
        assert rows_of(package, f"SELECT count(*) FROM rtree_{name}_geom") == held


def test_the_validator_of_gdal_finds_nothing(package):
    command = [SYSTEM_PYTHON, "-m", "osgeo_utils.samples.validate_gpkg"]
    there = shutil.which(SYSTEM_PYTHON) and not subprocess.run(
        [SYSTEM_PYTHON, "-c", "import osgeo_utils.samples.validate_gpkg"],
        capture_output=True,
        check=False,
    ).returncode  # fmt: skip
    needed(there, "no validator of GDAL on this machine: apt-get install python3-gdal")
    ran = subprocess.run([*command, str(package)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.parametrize("level", ["departement", "epci", "commune"])
def test_territories_have_the_figures_of_the_table_and_their_contours(level, package, findings):
    name = {"departement": "departements", "commune": "communes"}.get(level, level)
    layer, table = read(package, name).set_index(schema.CODE), findings.tables[level]
    pd.testing.assert_frame_equal(
        pd.DataFrame(layer[table.columns]), table, check_dtype=False, check_exact=True
    )
    contours = read_territories(level, departements=AREA).loc[layer.index]
    assert layer.geometry.geom_equals(contours.geometry).all()
    assert layer.geometry.is_valid.all()
    pd.testing.assert_series_equal(layer["area_km2"], contours["area_km2"])
    assert layer.crs.to_epsg() == 4326


def test_territories_have_the_share_of_inhabitants_within_each_distance(package, findings):
    layer = read(package, "epci").set_index(schema.CODE)
    rows = findings.tables["coverage"].query(
        "level == 'epci' and territory != '' and group == 'member'"
        " and indicator == 'share_population'"
    )
    for km, column in ((5, "share_population_5km"), (12.5, "share_population_12_5km")):
        expected = rows[rows[schema.THRESHOLD_KM] == km].set_index(schema.TERRITORY)[schema.VALUE]
        assert layer[column].to_dict() == expected.to_dict()
    assert 0 < layer["share_population_5km"].mean() < 1
    assert "share_population_5km" not in read(package, "communes")


def test_members_and_poles_without_a_place_stay(package, findings):
    members = read(package, "members").set_index(schema.MEMBER_ID)
    assert len(members) == len(findings.members)
    assert members.index[members.geometry.isna()].tolist() == ["m7"]
    poles = read(package, "poles").set_index(schema.POLE_ID)
    # b is in no list, c has no seat.
    assert poles.index.tolist() == ["a", "c", "b"]
    assert poles.geometry.isna().to_dict() == {"a": False, "c": True, "b": True}
    figures = findings.tables["poles"]
    assert poles["members"].to_dict() == figures["members"].to_dict()
    assert poles["pole_name"].to_dict() == figures["pole_name"].to_dict()


def test_footprints_that_are_no_area_are_lines_or_none(package, findings):
    footprints = read(package, "footprints").set_index(schema.POLE_ID)
    assert footprints.geometry.isna().to_dict() == {"a": False, "c": True, "b": True}
    lines = read(package, "footprint_lines").set_index(schema.POLE_ID)
    assert lines.index.tolist() == ["b"]
    assert lines.geometry.geom_equals(findings.tables["footprints"].geometry[["b"]]).all()


@pytest.mark.parametrize("name", TABLES)
def test_attribute_tables_are_those_of_the_study(name, package, findings):
    table = findings.tables[name]
    pd.testing.assert_frame_equal(
        read(package, name).astype(table.dtypes), table.reset_index(drop=True), check_exact=True
    )


def test_gdal_shows_titles_and_meanings_of_columns(package):
    with pyogrio.raw.open_arrow(package, layer="epci", use_pyarrow=True) as (_, reader):
        told = {field.name: field.metadata or {} for field in reader.schema}
    quotient = column_of(schema.LOCATION_QUOTIENT)
    metadata = told[schema.LOCATION_QUOTIENT]
    assert metadata[b"GDAL:OGR:alternative_name"].decode() == quotient.title
    assert metadata[b"GDAL:OGR:comment"].decode() == quotient.description
    assert told["population"][b"GDAL:OGR:comment"].decode().endswith("Unité\u00a0: habitants.")


def test_every_layer_and_column_is_told_in_both_languages(layers, findings):
    english = {layer.name: layer for layer in study_layers(findings, lang="en")}
    assert list(english) == list(layers) == LAYERS
    for name, layer in layers.items():
        other = english[name]
        assert layer.description != other.description
        assert not re.search(r"[{}]", layer.title + layer.description + other.description)
        names = [column for column in layer.frame if column != "geom"]
        assert [column.name for column in layer.columns] == names
        assert [column.name for column in other.columns] == names
    titles = {column.title for column in english["epci"].columns}
    assert "Share of inhabitants within 12.5 km" in titles


def test_the_same_findings_give_the_same_bytes(package, findings, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    again = tmp_path / "another name.gpkg"
    write_geopackage(again, findings)
    assert again.read_bytes() == package.read_bytes()
    assert b"/tmp" not in package.read_bytes()


def test_every_layer_has_one_default_style_for_its_geometry(package, layers):
    styles = rows_of(
        package,
        "SELECT f_table_name, f_geometry_column, styleQML, update_time FROM layer_styles"
        " WHERE useAsDefault ORDER BY id",
    )
    assert [name for name, *_ in styles] == LAYERS
    for name, geometry, qml, updated in styles:
        style, layer = ET.fromstring(qml), layers[name]
        assert geometry == ("geom" if layer.geometry else "")
        assert updated == "2026-11-27T01:44:11.000Z"
        aliases = {alias.get("field"): alias.get("name") for alias in style.find("aliases")}
        assert aliases == {column.name: column.title for column in layer.columns}
        assert (style.find("renderer-v2") is not None) == bool(layer.geometry)


def test_classes_of_every_style_hold_every_territory(layers):
    for layer in layers.values():
        for style in styles_of(layer):
            renderer = ET.fromstring(style.qml).find("renderer-v2[@type='graduatedSymbol']")
            if renderer is None:
                continue
            column = re.fullmatch(r'coalesce\("(\w+)", -1\)', renderer.get("attr"))[1]
            values = layer.frame[column].fillna(-1).to_numpy(dtype=float)
            ranges = [
                (float(one.get("lower")), float(one.get("upper")))
                for one in renderer.find("ranges")
            ]
            inside = [(low <= values) & (values <= high) for low, high in ranges]
            assert np.any(inside, axis=0).all(), (layer.name, column)
            assert len(renderer.find("symbols")) == len(ranges)


def test_territories_without_a_figure_are_hatched_and_said_so(findings):
    table = findings.tables["epci"].copy()
    table.loc[table.index[0], schema.MEMBERS_PER_100K] = np.nan
    layers = study_layers(replace(findings, tables={**findings.tables, "epci": table}))
    style = next(
        style
        for layer in layers
        if layer.name == "epci"
        for style in styles_of(layer)
        if style.default
    )
    *_, last = ET.fromstring(style.qml).find("renderer-v2/ranges")
    assert last.get("label") == "sans donnée"
    assert "LinePatternFill" in style.qml


@given(
    st.lists(st.one_of(st.floats(0, 1e6), st.just(float("nan"))), max_size=40),
    st.integers(0, 3),
)
def test_classes_hold_every_value_above_zero(values, decimals):
    rounded = pd.Series(values, dtype=float).round(decimals)
    classes = value_classes(rounded, decimals=decimals)
    above = rounded[rounded > 0]
    assert bool(classes) == bool(len(above))
    assert len(classes) <= 5
    for value in above:
        assert any(low <= value <= high or np.isclose(value, high) for low, high in classes)
    highs = [high for _, high in classes]
    assert highs == sorted(set(highs))


def test_classes_by_hand():
    # Fifths of 1 … 10 end at 2, 4, 6, 8 and 10.
    assert value_classes(pd.Series(range(11)), decimals=0) == [
        (1, 2), (3, 4), (5, 6), (7, 8), (9, 10),
    ]  # fmt: skip


@given(st.lists(st.text(max_size=80), max_size=8))
def test_names_are_plain_short_and_each_once(headings):
    names = plain_names(headings, taken={"fid"})
    assert len({name.casefold() for name in names} | {"fid"}) == len(headings) + 1
    assert all(re.fullmatch(r"\w+", name) and len(name.encode()) <= 63 for name in names)


def with_members(findings, **columns):
    return replace(findings, members=findings.members.assign(**columns))


def test_secret_amounts_are_missing_numbers_with_a_note(findings, tmp_path):
    fte = pd.Series(["secret", 3.0, None, "secret", None, None, None], dtype=object)
    poles = findings.tables["poles"].astype({schema.FTE: object})
    poles.loc["a", schema.FTE] = schema.SECRET
    secret = replace(with_members(findings, fte=fte), tables={**findings.tables, "poles": poles})
    path = tmp_path / "published.gpkg"
    write_geopackage(path, secret)
    members = read(path, "members")
    assert members["fte"].dtype == "float64"
    assert members["fte"].isna().tolist() == [True, False, True, True, True, True, True]
    assert members["fte_note"].fillna("").tolist() == ["secret", "", "", "secret", "", "", ""]
    assert "fte_pole_note" not in members
    figures = read(path, "poles").set_index(schema.POLE_ID)
    assert pd.isna(figures.loc["a", "fte"])
    assert figures.loc["a", "fte_note"] == "secret"
    assert figures.loc["b", "fte"] == findings.tables["poles"].loc["b", "fte"]


def test_text_of_a_list_stays_text(findings, tmp_path):
    hostile = with_members(
        findings,
        member_name=HOSTILE,
        **{HOSTILE: "a\0b", "FID": 1, "Zone d'emploi": "secret", "zone d emploi": True, "%": 2.5},
    )
    path = tmp_path / "hostile.gpkg"
    write_geopackage(path, hostile)
    members = read(path, "members")
    assert set(members["member_name"]) == {HOSTILE}
    headings = dict(
        rows_of(
            path, "SELECT column_name, title FROM gpkg_data_columns WHERE table_name = 'members'"
        )
    )
    name = next(name for name, title in headings.items() if title == HOSTILE)
    assert set(members[name]) == {"ab"}
    assert headings["FID_2"] == "FID"
    assert set(members["Zone_d_emploi"]) == {"secret"}
    assert members["zone_d_emploi_2"].all()
    said_by_ogrinfo(path, "-al", "-so")
    ((qml,),) = rows_of(path, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'members'")
    titles = {alias.get("name") for alias in ET.fromstring(qml).find("aliases")}
    assert HOSTILE in titles


def test_further_zonings_are_tables_under_their_name(findings, tmp_path):
    zones = pd.DataFrame(
        {"nom": ["Forez", "Gier"], "population": [10, 20], "members": [1, 0]},
        index=pd.Index(["F", "G"], name=schema.CODE),
    )
    names = ["bassin de vie", "Bassin-de-vie", "Concentration", "gpkg_contents"]
    settings = {**findings.record["settings"], "zonings": dict.fromkeys(names, "zones.csv")}
    path = tmp_path / "zonings.gpkg"
    write_geopackage(
        path,
        replace(
            findings,
            tables={**findings.tables, **dict.fromkeys(names, zones)},
            record={**findings.record, "settings": settings},
        ),
    )
    assert read(path, "zoning_bassin_de_vie")["nom"].tolist() == ["Forez", "Gier"]
    titles = rows_of(
        path, "SELECT table_name, identifier FROM gpkg_contents WHERE table_name LIKE 'zoning%'"
    )
    assert dict(titles) == {
        "zoning_bassin_de_vie": "Zonage bassin de vie",
        "zoning_Bassin_de_vie_2": "Zonage Bassin-de-vie",
        "zoning_Concentration": "Zonage Concentration",
        "zoning_gpkg_contents": "Zonage gpkg_contents",
    }


def test_no_white_zone_and_no_member(findings, tmp_path):
    few = replace(
        findings,
        members=findings.members[:0],
        tables={**findings.tables, "white_zones": findings.tables["white_zones"][:0]},
    )
    path = tmp_path / "empty.gpkg"
    write_geopackage(path, few)
    for name in ("white_zones", "members"):
        assert pyogrio.read_info(path, layer=name)["features"] == 0
    told = said_by_ogrinfo(path, "-so", "-al")
    assert "population: Integer64" in told.partition("Layer name: white_zones")[2]


def test_what_was_not_measured_has_no_layer(findings, tmp_path):
    path = tmp_path / "few.gpkg"
    write_geopackage(path, replace(findings, tables={"poles": findings.tables["poles"]}))
    assert [name for name in pyogrio.list_layers(path)[:, 0] if name in LAYERS] == POINTS


def test_all_communes_of_france_have_their_contour(findings, tmp_path):
    communes = territory_table("commune")[["nom", "population"]].assign(members=0)
    record = {**findings.record, "study_area": None}
    tables = {"poles": findings.tables["poles"], "commune": communes}
    path = tmp_path / "france.gpkg"
    write_geopackage(path, replace(findings, tables=tables, record=record))
    info = pyogrio.read_info(path, layer="communes")
    assert info["features"] == len(communes) == 34_875
    assert rows_of(path, "SELECT count(*) FROM communes WHERE geom IS NULL") == [(0,)]
    # Guadeloupe to Réunion.
    assert np.allclose(info["total_bounds"], [-61.81, -21.39, 55.84, 51.09], atol=0.01)


def test_nothing_is_left_of_a_package_that_failed(findings, package, tmp_path):
    path = tmp_path / "indicators.gpkg"
    shutil.copy(package, path)
    broken = replace(
        findings, tables={**findings.tables, "coverage": findings.tables["coverage"][["level"]]}
    )
    with pytest.raises(KeyError):
        write_geopackage(path, broken)
    assert path.read_bytes() == package.read_bytes()
    assert list(tmp_path.iterdir()) == [path]


def test_where_it_cannot_be_written(findings, tmp_path):
    with pytest.raises(InputError, match=r"name a .gpkg file"):
        write_geopackage(tmp_path / "indicators.shp", findings)
    (tmp_path / "folder.gpkg").mkdir()
    with pytest.raises(OutputError, match="it is a folder"):
        write_geopackage(tmp_path / "folder.gpkg", findings)
    with pytest.raises(OutputError, match="no such folder"):
        write_geopackage(tmp_path / "none" / "indicators.gpkg", findings)


# Run by the Python that has QGIS: opens layers as QGIS does and draws them.
DRAW = """
import json, os, sys
from qgis.core import (QgsApplication, QgsCoordinateReferenceSystem, QgsMapRendererParallelJob,
                       QgsMapSettings, QgsVectorLayer)
from qgis.PyQt.QtCore import QSize
path, picture, *names = sys.argv[1:]
app = QgsApplication([], False)
app.initQgis()
told, drawn = {}, []
for name in names:
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    renderer = layer.renderer()
    told[name] = {
        "valid": layer.isValid(),
        "renderer": renderer and renderer.type(),
        "legend": renderer and [item.label() for item in renderer.legendSymbolItems()],
        "aliases": {field.name(): field.alias() for field in layer.fields()},
        "widgets": {field.name(): field.editorWidgetSetup().type() for field in layer.fields()},
        "display": layer.displayExpression(),
    }
    drawn += [layer] if renderer else []
settings = QgsMapSettings()
settings.setLayers(drawn)
settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:2154"))
settings.setOutputSize(QSize(900, 900))
settings.setOutputDpi(110)
settings.setExtent(settings.layerExtentToOutputExtent(drawn[-1], drawn[-1].extent()))
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
image = job.renderedImage()
image.save(picture)
told["colours"] = sorted({image.pixelColor(x, y).name() for x in range(0, 900, 3)
                          for y in range(0, 900, 3)})
told["errors"] = [error.message for error in job.errors()]
print(json.dumps(told))
sys.stdout.flush()
os._exit(0)  # QGIS does not end well from Python
"""


@pytest.fixture(scope="module")
def in_qgis(package):
    """What QGIS makes of the package; 100 MB and minutes to install, so nobody is asked to."""
    # Of the machine's own, without what the tests of geopandas run in.
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_RUNTIME_DIR": str(package.parent),
    }
    asked = [SYSTEM_PYTHON, "-c", "import qgis.core"]
    there = shutil.which(SYSTEM_PYTHON) and not subprocess.run(
        asked, env=environment, capture_output=True, check=False
    ).returncode  # fmt: skip
    if not there:
        pytest.skip("no QGIS on this machine: apt-get install --no-install-recommends python3-qgis")
    names = ["poles", "members", "footprints", "footprint_lines", "white_zones", "epci", *TABLES]
    command = [SYSTEM_PYTHON, "-c", DRAW, str(package), str(package.with_suffix(".png")), *names]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_qgis_takes_the_default_styles(in_qgis, layers):
    kinds = {name: told["renderer"] for name, told in in_qgis.items() if isinstance(told, dict)}
    assert kinds == {
        "members": "categorizedSymbol",
        "epci": "graduatedSymbol",
        **dict.fromkeys(["poles", "footprints", "footprint_lines", "white_zones"], "singleSymbol"),
        **dict.fromkeys(TABLES),
    }
    assert in_qgis["members"]["legend"] == [
        "localisée, au numéro",
        "localisée, à la rue",
        "localisée, à la commune",
        "à vérifier, à la commune",
    ]
    for layer in layers.values():
        if layer.name in in_qgis:
            aliases = in_qgis[layer.name]["aliases"]
            assert {
                column.name: column.title for column in layer.columns
            }.items() <= aliases.items()
    assert in_qgis["epci"]["widgets"][schema.LOCATION_QUOTIENT] == "Range"
    assert in_qgis["members"]["widgets"][schema.GEOCODE_STATUS] == "ValueMap"
    assert in_qgis["epci"]["display"] == '"nom"'


def test_qgis_draws_the_layers_in_their_colours(in_qgis):
    assert in_qgis["errors"] == []
    # Territories without a member and the fullest class, seats, members placed.
    assert {"#ffffff", "#253494", "#d55e00", "#0072b2"} <= set(in_qgis["colours"])


def test_what_is_published_hides_what_it_must(findings, tmp_path):
    safe = published(findings.members, findings.tables)
    path = tmp_path / "published.gpkg"
    write_geopackage(path, replace(findings, members=safe.members, tables=safe.tables))
    members = read(path, "members").set_index(schema.MEMBER_ID)
    # The amounts of m1, m2 and m4.
    assert members.index[members["fte_note"].notna()].tolist() == ["m1", "m2", "m4"]
    assert members["fte"].isna().all()
    totals = safe.tables["economic_weight"].set_index([schema.POLE_ID, schema.MEASURE])["total"]
    weights = read(path, "economic_weight").set_index([schema.POLE_ID, schema.MEASURE])
    assert (totals == schema.SECRET).any()
    assert (weights["total_note"].notna() == (totals == schema.SECRET)).all()
    assert weights["total"].isna()[totals == schema.SECRET].all()
