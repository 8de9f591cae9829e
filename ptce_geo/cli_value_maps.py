"""The maps of values of territories: ``map choropleth``, ``circles``, ``clusters``, ``compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ptce_geo import cli_map_options as options
from ptce_geo import cli_shared as shared
from ptce_geo.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Table = Annotated[
    Path,
    typer.Argument(help="Table (CSV, XLSX ...), one row a territory: its code and its values."),
]
Level = Annotated[
    str,
    typer.Option(
        help="What the rows are: commune, arrondissement_municipal, epci, arrondissement, "
        "departement or region."
    ),
]
Code = Annotated[str | None, typer.Option(help="Heading of the codes, where it is not recognised.")]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook.")]
Label = Annotated[
    str | None, typer.Option(help="What the values are, for the legend; the heading by default.")
]
Unit = Annotated[str, typer.Option(help="Unit of the values, as in % or hab./km².")]
Scheme = Annotated[
    str,
    typer.Option(
        help="How the classes are cut: quantiles, fisher_jenks, equal_interval, pretty_breaks, "
        "head_tail_breaks ..."
    ),
]
Classes = Annotated[int, typer.Option("--classes", min=2, help="How many classes.")]
Bound = Annotated[
    list[float] | None,
    typer.Option(
        metavar="NUMBER",
        help="Upper bound of a class, the least first; repeat for more. In place of --scheme.",
    ),
]
Midpoint = Annotated[
    float | None,
    typer.Option(
        help="Value on both sides of which the colours part: 1 for location quotients, 0 for "
        "changes."
    ),
]
Palette = Annotated[
    str | None,
    typer.Option(
        help="ColorBrewer's name of the colours: YlGnBu, Oranges ... or, around a midpoint, "
        "RdBu_r, PuOr ..."
    ),
]


def choropleth(
    table: Table,
    *,
    out: options.Out,
    column: Annotated[str, typer.Option(help="Heading of the values.")],
    level: Level,
    code: Code = None,
    sheet: Sheet = None,
    label: Label = None,
    unit: Unit = "",
    scheme: Scheme = "quantiles",
    classes: Classes = 5,
    bound: Bound = None,
    midpoint: Midpoint = None,
    palette: Palette = None,
    title: options.Title = None,
    source: options.Source = None,
    date: options.Date = None,
    lang: shared.Lang = "fr",
) -> None:
    """Draw a value of each territory in colours."""
    settings = {
        **options.settings_of(title, source, date, lang),
        **_colours(scheme, classes, bound, midpoint, palette),
    }
    territories, values = _values(table, out, [column], level, code, sheet)
    from ptce_geo.maps import choropleth_map

    map_ = choropleth_map(territories, values[column], label=label or column, unit=unit, **settings)
    options.save(map_, out)


def circles(
    table: Table,
    *,
    out: options.Out,
    column: Annotated[str, typer.Option(help="Heading of the values.")],
    level: Level,
    code: Code = None,
    sheet: Sheet = None,
    label: Label = None,
    unit: Unit = "",
    title: options.Title = None,
    source: options.Source = None,
    date: options.Date = None,
    lang: shared.Lang = "fr",
) -> None:
    """Draw an amount of each territory as a circle of that area."""
    settings = options.settings_of(title, source, date, lang)
    territories, values = _values(table, out, [column], level, code, sheet)
    from ptce_geo.maps import proportional_circles_map

    map_ = proportional_circles_map(
        territories, values[column], label=label or column, unit=unit, **settings
    )
    options.save(map_, out)


def clusters(
    table: Table,
    *,
    out: options.Out,
    column: Annotated[str, typer.Option(help="Heading of the values.")],
    level: Level,
    code: Code = None,
    sheet: Sheet = None,
    label: Label = None,
    unit: Unit = "",
    significance: Annotated[
        float, typer.Option(min=0.001, max=0.2, help="Share of false discoveries let pass.")
    ] = 0.05,
    seed: Annotated[int, typer.Option(help="Of the permutations.")] = 0,
    title: options.Title = None,
    source: options.Source = None,
    date: options.Date = None,
    lang: shared.Lang = "fr",
) -> None:
    """Draw where high or low values lie together (local Moran, after false discovery rate)."""
    settings = options.settings_of(title, source, date, lang)
    territories, values = _values(table, out, [column], level, code, sheet)
    import pandas as pd

    from ptce_geo.indicators import local_moran, spatial_weights
    from ptce_geo.maps import local_autocorrelation_map

    known = pd.to_numeric(values[column], errors="coerce").dropna()  # neither secret nor missing
    if known.empty:
        msg = f"{table.name}: {column!r} holds no value, and nothing can lie together"
        raise InputError(msg)
    weights = spatial_weights(territories.loc[known.index])
    map_ = local_autocorrelation_map(
        territories,
        local_moran(known, weights, seed=seed),
        values=values[column],
        label=label or column,
        unit=unit,
        significance=significance,
        **settings,
    )
    options.save(map_, out)


def compare(
    table: Table,
    *,
    out: options.Out,
    column: Annotated[
        list[str], typer.Option(help="Heading of the values: give it twice, left then right.")
    ],
    level: Level,
    code: Code = None,
    sheet: Sheet = None,
    label: Label = None,
    unit: Unit = "",
    scheme: Scheme = "quantiles",
    classes: Classes = 5,
    bound: Bound = None,
    midpoint: Midpoint = None,
    palette: Palette = None,
    title: options.Title = None,
    source: options.Source = None,
    date: options.Date = None,
    lang: shared.Lang = "fr",
) -> None:
    """Draw two values of each territory on two maps that move together."""
    if len(column) != 2 or len(set(column)) == 1:
        msg = f"give two headings, left then right; found {', '.join(map(repr, column))}."
        raise typer.BadParameter(msg, param_hint="--column")
    settings = {
        **options.settings_of(title, source, date, lang),
        **_colours(scheme, classes, bound, midpoint, palette),
    }
    territories, values = _values(table, out, column, level, code, sheet)
    from ptce_geo.maps import comparison_map

    left, right = column
    map_ = comparison_map(
        territories,
        values[left],
        values[right],
        labels=column,
        label=label or f"{left} / {right}",
        unit=unit,
        **settings,
    )
    options.save(map_, out)


def _colours(
    scheme: str,
    classes: int,
    bound: list[float] | None,
    midpoint: float | None,
    palette: str | None,
) -> dict[str, Any]:
    """Return how values are cut into classes, and their colours."""
    if bound:
        scheme = "user_defined"
    elif scheme.replace("_", "").lower() == "userdefined":
        msg = "give the bounds of the classes: --bound."
        raise typer.BadParameter(msg, param_hint="--scheme")
    return {
        "scheme": scheme, "k": classes, "bins": bound, "midpoint": midpoint, "palette": palette,
    }  # fmt: skip


def _values(
    table: Path, out: Path, columns: list[str], level: str, code: str | None, sheet: str | None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the territories of a level and their values in the table, by heading."""
    options.check_out(out, table)
    from ptce_geo.territories import read_territories, read_values

    values = read_values(table, column=columns, level=level, code_column=code, sheet=sheet)
    return read_territories(level), values
