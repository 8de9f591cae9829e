"""Write what a study found into a PostGIS database: all tables or none."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from ptce_geo.checks import listing
from ptce_geo.errors import EngineNotInstalledError, InputError, OutputError
from ptce_geo.labels import Language, check_language
from ptce_geo.reports.layers import FID, GEOMETRY, Layer, described, study_layers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import sqlalchemy as sa

    from ptce_geo.reports.findings import Findings

# Lists the tables that are ours: only these are ever replaced.
LISTED: Final = "ptce_geo_layers"
_DRIVER: Final = "postgresql+psycopg"
_SRID: Final = 4326
_LONGEST: Final = 63  # bytes of a name in PostgreSQL
_WAIT_S: Final = 10  # for a server that does not answer
_LOCK_S: Final = 60  # for a table that somebody reads


def write_postgis(
    findings: Findings,
    url: str,
    *,
    schema: str = "ptce",
    lang: Language = "fr",
    replace: bool = False,
) -> None:
    """Write what a study found as tables of a PostGIS database, in one transaction.

    The tables are the layers of `study_layers`, their geometry ``geom`` in EPSG:4326 with a
    spatial index, titles, units and descriptions as comments; ``ptce_geo_layers`` lists them. If
    anything fails, the database is as it was.

    Parameters
    ----------
    findings : Findings
        What the study found.
    url : str
        Of the database: ``postgresql://user:password@host:port/database``.
    schema : str
        Schema to write to, made where it does not exist.
    lang : {"fr", "en"}
        Language of the comments.
    replace : bool
        Whether tables that an earlier call wrote to this schema are replaced, all of them. What
        is granted on them is lost with them; ``ALTER DEFAULT PRIVILEGES`` keeps it.

    Raises
    ------
    EngineNotInstalledError
        Without the extra ``ptce_geo[postgis]``.
    InputError
        When the URL or the schema cannot be one.
    OutputError
        When the database cannot be reached, has no PostGIS, holds such tables already, or refuses.
    """
    lang = check_language(lang)
    if not schema or "\0" in schema or len(schema.encode()) > _LONGEST:
        msg = f"schema= must be a name of 1 to {_LONGEST} bytes, found {schema!r}"
        raise InputError(msg)
    with _transaction(url) as connection:
        layers = list(study_layers(findings, lang=lang))
        _make_room(connection, schema, [layer.name for layer in layers], replace=replace)
        tables = [_table(layer, schema, lang) for layer in layers]
        listed = _list_of_layers(schema)
        for table in (*tables, listed):
            table.create(connection)
        for table, layer in zip(tables, layers, strict=True):
            _copy(connection, table, _columns_of(layer))
        rows = [(layer.name, layer.title, layer.description) for layer in layers]
        _copy(connection, listed, list(zip(*rows, strict=True)))


@contextmanager
def _transaction(url: str) -> Iterator[sa.Connection]:
    """Give a connection in a transaction; what fails is told in a line, without the password."""
    try:
        import geoalchemy2  # noqa: F401
        import psycopg
        import sqlalchemy as sa
        from sqlalchemy.pool import NullPool
    except ImportError as error:
        msg = "writing to PostGIS needs further libraries; pip install 'ptce_geo[postgis]'"
        raise EngineNotInstalledError(msg) from error
    engine = sa.create_engine(
        _address(url), poolclass=NullPool, connect_args={"connect_timeout": _WAIT_S}
    )
    failure = None
    try:
        with engine.begin() as connection:
            yield connection
    except (sa.exc.SQLAlchemyError, psycopg.Error) as error:
        failure = _told(error, engine.url)
    if failure is not None:
        # Outside the handler: a chained error may show how it was connected.
        raise OutputError(failure)


def _address(url: str) -> sa.URL:
    """Return the URL of the database, for our driver."""
    import sqlalchemy as sa

    address = None
    with suppress(sa.exc.ArgumentError, ValueError):  # their messages quote parts of it
        address = sa.make_url(url)
    known = address is not None and address.drivername.partition("+")[0] in (
        "postgresql",
        "postgres",
    )
    if address is None or not known or "@" in (address.host or ""):
        msg = (
            "the URL of the database is not postgresql://user:password@host:port/database; "
            "write @ : / in a password as %40 %3A %2F"
        )
        raise InputError(msg)
    return address.set(drivername=_DRIVER)


def _told(error: Exception, address: sa.URL) -> str:
    """Say in a line what the database answered."""
    answer = str(getattr(error, "orig", None) or error).strip()
    said = " ".join(answer.split("\n")[0].split())
    if address.password:
        said = said.replace(str(address.password), "***")
    where = f"{address.host or 'local'}{f':{address.port}' if address.port else ''}"
    return (
        f"cannot write to the database {address.database!r} on {where}: {said}; nothing was changed"
    )


def _make_room(
    connection: sa.Connection, schema: str, names: Sequence[str], *, replace: bool
) -> None:
    """Check that PostGIS is there, make the schema, drop the tables that are to be replaced."""
    import sqlalchemy as sa

    # Whoever reads a table holds up its replacement; not for ever.
    connection.execute(sa.text(f"SET LOCAL lock_timeout = '{_LOCK_S}s'"))
    extensions = sa.text("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'")
    if not connection.execute(extensions).scalar_one():
        msg = (
            f"the database {connection.engine.url.database!r} has no PostGIS; "
            "let its owner run CREATE EXTENSION postgis"
        )
        raise OutputError(msg)
    inspector = sa.inspect(connection)
    if not inspector.has_schema(schema):
        connection.execute(sa.schema.CreateSchema(schema))
        return
    there = {*inspector.get_table_names(schema), *inspector.get_view_names(schema)}
    ours = {LISTED} & there
    if ours:
        ours |= set(connection.execute(sa.select(_list_of_layers(schema).c.layer)).scalars())
    if (there & ours) and not replace:
        msg = (
            f"the schema {schema!r} holds an earlier study ({listing(sorted(there & ours))}); "
            "ask for replace=True, or name another schema"
        )
        raise OutputError(msg)
    if foreign := sorted((there - ours) & {*names, LISTED}):
        msg = (
            f"the schema {schema!r} holds {listing(foreign)}, which ptce_geo did not write; "
            "name another schema"
        )
        raise OutputError(msg)
    for name in sorted(ours & there):
        sa.Table(name, sa.MetaData(), schema=schema).drop(connection)


def _table(layer: Layer, schema: str, lang: Language) -> sa.Table:
    """Return the table of a layer."""
    import sqlalchemy as sa
    from geoalchemy2 import Geometry

    columns = [
        sa.Column(
            column.name,
            _type(layer.frame[column.name].dtype),
            primary_key=column.name == layer.key,
            autoincrement=False,
            comment=_without_nul(f"{column.title}. {described(column, lang)}".strip()),
        )
        for column in layer.columns
    ]
    if not layer.key:
        columns.insert(0, sa.Column(FID, sa.BigInteger, primary_key=True, autoincrement=False))
    if layer.geometry:
        columns.append(sa.Column(GEOMETRY, Geometry(layer.geometry.upper(), srid=_SRID)))
    comment = _without_nul(f"{layer.title}. {layer.description}")
    return sa.Table(layer.name, sa.MetaData(), *columns, schema=schema, comment=comment)


def _list_of_layers(schema: str) -> sa.Table:
    import sqlalchemy as sa

    return sa.Table(
        LISTED,
        sa.MetaData(),
        sa.Column("layer", sa.Text, primary_key=True),
        sa.Column("title", sa.Text),
        sa.Column("description", sa.Text),
        schema=schema,
    )


def _type(dtype: object) -> Any:  # noqa: ANN401 - a class of types
    import sqlalchemy as sa

    if pd.api.types.is_bool_dtype(dtype):
        return sa.Boolean
    if pd.api.types.is_integer_dtype(dtype):
        return sa.BigInteger
    return sa.Double if pd.api.types.is_float_dtype(dtype) else sa.Text


def _without_nul(text: str) -> str:
    return text.replace("\0", "")


def _columns_of(layer: Layer) -> list[Sequence[object]]:
    """Return the values of the columns of a layer's table, None where one is missing."""
    values: list[Sequence[object]] = []
    if not layer.key:
        values.append(range(1, len(layer.frame) + 1))
    for column in layer.columns:
        series = layer.frame[column.name]
        values.append(series.astype(object).where(series.notna(), None).tolist())
    if layer.geometry:
        shapes = shapely.set_srid(np.asarray(layer.frame[GEOMETRY]), _SRID)
        values.append(shapely.to_wkb(shapes, hex=True, include_srid=True).tolist())
    return values


def _copy(connection: sa.Connection, table: sa.Table, columns: Sequence[Sequence[object]]) -> None:
    """Fill a table: COPY takes a tenth of the time of INSERT, and values are no part of SQL."""
    from psycopg import sql

    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(*filter(None, (table.schema, table.name))),
        sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns),
    )
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(command) as copy:
        for row in zip(*columns, strict=True):
            copy.write_row(row)
