"""What is written to a real PostGIS, read back by geopandas."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from loire_findings import loire_findings
from postgis_server import PASSWORD, WITH_POSTGIS, WITHOUT_POSTGIS, missing, served_postgis

from ptce_geo.errors import EngineNotInstalledError, InputError, OutputError
from ptce_geo.reports.layers import study_layers
from ptce_geo.reports.postgis import write_postgis

HOSTILE = "'\"; DROP SCHEMA ptce CASCADE; -- $$ \\. \t%s %(x)s {0} é"


@pytest.fixture(scope="module")
def findings():
    return loire_findings()


@pytest.fixture(scope="module")
def layers(findings):
    return {layer.name: layer for layer in study_layers(findings)}


@pytest.fixture(scope="module")
def server():
    """The URL of databases, their name left to fill in; skips and fails as `browser`."""
    if advice := missing():
        if os.environ.get("PTCE_GEO_REQUIRE_ALL") == "1":
            pytest.fail(advice)
        pytest.skip(advice)
    with served_postgis() as url:
        yield url


@pytest.fixture(scope="module")
def url(server):
    return server.format(database=WITH_POSTGIS)


@pytest.fixture(scope="module")
def engine(url):
    from sqlalchemy import create_engine, pool

    return create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=pool.NullPool)


@pytest.fixture(scope="module")
def written(findings, url):
    """The schema of a study that was written and stays."""
    write_postgis(findings, url)
    return "ptce"


def asked(engine, query, **parameters):
    from sqlalchemy import text

    with engine.connect() as connection:
        return connection.execute(text(query), parameters).all()


def tables_of(engine, schema_name):
    query = "SELECT tablename FROM pg_tables WHERE schemaname = :schema"
    return {name for (name,) in asked(engine, query, schema=schema_name)}


def test_every_layer_is_a_table_with_the_same_rows(written, engine, layers):
    assert tables_of(engine, written) == {*layers, "ptce_geo_layers"}
    listed = asked(engine, "SELECT layer, title, description FROM ptce.ptce_geo_layers")
    assert {tuple(row) for row in listed} == {
        (layer.name, layer.title, layer.description) for layer in layers.values()
    }
    for name, layer in layers.items():
        query = f"SELECT * FROM ptce.{name}"
        if layer.geometry:
            table = gpd.read_postgis(query, engine, geom_col="geom")
            assert table.crs.to_epsg() == 4326
            assert table.geometry.isna().tolist() == layer.frame.geometry.isna().tolist()
            drawn = ~table.geometry.isna().to_numpy()
            found, expected = table.geometry[drawn], layer.frame.geometry[drawn]
            assert found.geom_equals(expected, align=False).all()
        else:
            table = pd.read_sql(query, engine)
        columns = [column.name for column in layer.columns]
        # Missing texts and numbers are missing, empty texts are empty.
        pd.testing.assert_frame_equal(
            pd.DataFrame(table[columns]).astype(object).fillna(pd.NA),
            pd.DataFrame(layer.frame[columns]).astype(object).fillna(pd.NA).reset_index(drop=True),
            check_exact=True,
        )


def test_geometries_are_valid_typed_and_indexed(written, engine, layers):
    spatial = {name: layer for name, layer in layers.items() if layer.geometry}
    known = asked(
        engine,
        "SELECT f_table_name, type, srid FROM geometry_columns WHERE f_table_schema = 'ptce'",
    )
    assert {name: (kind, srid) for name, kind, srid in known} == {
        name: (layer.geometry.upper(), 4326) for name, layer in spatial.items()
    }
    for name in spatial:
        assert asked(engine, f"SELECT count(*) FROM ptce.{name} WHERE NOT ST_IsValid(geom)") == [
            (0,)
        ]
    indexes = asked(
        engine,
        "SELECT tablename FROM pg_indexes WHERE schemaname = 'ptce' AND indexdef LIKE '%gist%'",
    )
    assert {name for (name,) in indexes} == set(spatial)


def test_postgis_measures_what_the_table_says(written, engine):
    # The area in Lambert-93 of the Loire, whose legal CRS it is.
    ((area, told),) = asked(
        engine,
        "SELECT ST_Area(ST_Transform(geom, 2154)) / 1e6, area_km2 FROM ptce.departements",
    )
    assert area == pytest.approx(told, rel=1e-6)


def test_every_table_has_a_primary_key(written, engine, layers):
    keys = asked(
        engine,
        "SELECT table_name, column_name FROM information_schema.table_constraints"
        " JOIN information_schema.key_column_usage"
        " USING (constraint_name, table_schema, table_name)"
        " WHERE constraint_type = 'PRIMARY KEY' AND table_schema = 'ptce'",
    )
    assert dict(map(tuple, keys)) == {
        **{name: layer.key or "fid" for name, layer in layers.items()},
        "ptce_geo_layers": "layer",
    }
    assert dict(map(tuple, keys))["epci"] == "code"


def test_tables_and_columns_say_what_they_are(written, engine, layers):
    ((about,),) = asked(engine, "SELECT obj_description('ptce.epci'::regclass)")
    assert about == f"EPCI. {layers['epci'].description}"
    comments = dict(
        map(
            tuple,
            asked(
                engine,
                "SELECT column_name, col_description('ptce.epci'::regclass, ordinal_position)"
                " FROM information_schema.columns"
                " WHERE table_schema = 'ptce' AND table_name = 'epci'",
            ),
        )
    )
    assert comments["population"].startswith("Population. ")
    assert comments["population"].endswith("Unité\u00a0: habitants.")
    assert all(comments[column.name] for column in layers["epci"].columns)


def test_an_earlier_study_is_replaced_when_asked(findings, url, engine):
    write_postgis(findings, url, schema="again")
    with pytest.raises(OutputError, match=r"holds an earlier study.*ask for replace=True"):
        write_postgis(findings, url, schema="again")
    # One layer fewer: that of the earlier study does not stay beside the others.
    fewer = {name: table for name, table in findings.tables.items() if name != "epci"}
    write_postgis(replace(findings, tables=fewer), url, schema="again", replace=True)
    assert "epci" not in tables_of(engine, "again")
    assert "communes" in tables_of(engine, "again")


def test_a_failure_midway_leaves_what_was_there(findings, url, engine, monkeypatch):
    write_postgis(findings, url, schema="whole")
    before = tables_of(engine, "whole")
    rows = asked(engine, "SELECT xmin::text, * FROM whole.communes ORDER BY code")
    from ptce_geo.reports import postgis

    filled = []
    columns_of = postgis._columns_of

    def broken(layer):
        """Give texts for the number of a later layer, as a list gone wrong might."""
        filled.append(layer.name)
        columns = columns_of(layer)
        return [["many"] * len(column) for column in columns] if layer.name == "epci" else columns

    monkeypatch.setattr(postgis, "_columns_of", broken)
    with pytest.raises(OutputError, match="nothing was changed"):
        write_postgis(findings, url, schema="whole", replace=True)
    assert len(filled) > 3
    assert tables_of(engine, "whole") == before
    assert asked(engine, "SELECT xmin::text, * FROM whole.communes ORDER BY code") == rows
    with pytest.raises(OutputError, match="nothing was changed"):
        write_postgis(findings, url, schema="none of it")
    assert asked(engine, "SELECT 1 FROM pg_namespace WHERE nspname = 'none of it'") == []


def test_tables_of_others_are_left_alone(findings, url, engine):
    from sqlalchemy import text

    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA theirs"))
        connection.execute(text("CREATE TABLE theirs.members (x int)"))
        connection.execute(text("CREATE TABLE theirs.parcels (x int)"))
    with pytest.raises(OutputError, match="holds members, which ptce_geo did not write"):
        write_postgis(findings, url, schema="theirs", replace=True)
    assert tables_of(engine, "theirs") == {"members", "parcels"}
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE theirs.members"))
    write_postgis(findings, url, schema="theirs")
    write_postgis(findings, url, schema="theirs", replace=True)
    assert {"members", "parcels"} <= tables_of(engine, "theirs")
    with engine.begin() as connection:
        connection.execute(text("CREATE VIEW theirs.big AS SELECT code FROM theirs.epci"))
    with pytest.raises(OutputError, match=r"other objects depend on it; nothing was changed"):
        write_postgis(findings, url, schema="theirs", replace=True)


def test_text_of_a_list_stays_text(findings, written, url, engine):
    members = findings.members.assign(
        member_name=HOSTILE, **{HOSTILE: "a\0b", "FID": 1, "xmin": 2, "é" * 80: "long", "%": True}
    )
    name = 'p"t; --%s'
    write_postgis(replace(findings, members=members), url, schema=name)
    rows = asked(engine, 'SELECT DISTINCT member_name, "FID_2", xmin_2 FROM "p""t; --%s".members')
    assert [tuple(row) for row in rows] == [(HOSTILE, 1, 2)]
    comments = asked(
        engine,
        "SELECT col_description(c.oid, attnum) FROM pg_attribute"
        " JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname = :name AND relname = 'members'",
        name=name,
    )
    assert any((told or "").startswith(HOSTILE) for (told,) in comments)
    assert "members" in tables_of(engine, written)


def test_secret_is_null_with_a_note(findings, url, engine):
    fte = pd.Series(["secret", 3.0, None, None, None, None, None], dtype=object)
    members = findings.members.assign(fte=fte)
    write_postgis(replace(findings, members=members), url, schema="published")
    rows = asked(engine, "SELECT fte, fte_note FROM published.members ORDER BY member_id LIMIT 3")
    assert [tuple(row) for row in rows] == [(None, "secret"), (3.0, None), (None, None)]


def test_what_a_database_refuses_is_told_in_a_line(findings, server, url):
    wrong = url.replace("s3cr3t", "wr0ng")
    for address, told in (
        (server.format(database=WITHOUT_POSTGIS), "has no PostGIS.*CREATE EXTENSION postgis"),
        (server.format(database="nowhere"), 'database "nowhere" does not exist'),
        (wrong, "password authentication failed"),
        ("postgresql://planner:s3cr3t@127.0.0.1:1/study", "Connection refused"),
    ):
        with pytest.raises(OutputError, match=told) as caught:
            write_postgis(findings, address)
        message = str(caught.value)
        assert "\n" not in message
        for word in (PASSWORD, "s3cr3t", "wr0ng"):
            assert word not in message
        # Nothing that is shown with it holds more.
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:///study.db",
        "postgresql://planner:s3cr3t@t@host/study",
        "postgresql://planner:x@host:s3cr3t/study",
        "s3cr3t",
        "",
    ],
)
def test_what_is_no_url_of_a_database(address, findings):
    with pytest.raises(InputError, match="the URL of the database is not") as caught:
        write_postgis(findings, address)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "é" * 32, "a\0b"])
def test_what_is_no_schema(name, findings):
    with pytest.raises(InputError, match="schema= must be a name of 1 to 63 bytes"):
        write_postgis(findings, "postgresql:///study", schema=name)


@pytest.mark.parametrize("library", ["sqlalchemy", "geoalchemy2", "psycopg"])
def test_the_extra_that_is_missing_is_named(library, findings, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(EngineNotInstalledError, match=r"pip install 'ptce_geo\[postgis\]'"):
        write_postgis(findings, "postgresql:///study")


def test_importing_it_imports_no_database():
    code = (
        "import sys, ptce_geo.reports.postgis;"
        "print({'sqlalchemy', 'psycopg', 'geoalchemy2'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"
