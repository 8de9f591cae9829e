"""The commands about indicators: ``indicators concentration``, and those of `cli_reach`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from ptce_geo import cli_shared as shared
from ptce_geo import schema
from ptce_geo.cli_reach import coverage, siting
from ptce_geo.labels import Language, format_number
from ptce_geo.labels import label as words

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console


indicators_app = typer.Typer(
    help="Measure located members: one figure a row, with its interval.", no_args_is_help=True
)


@indicators_app.callback()
def indicators() -> None:
    """Measure located members: one figure a row, with its interval."""


@indicators_app.command()
def concentration(
    members: shared.Members,
    *,
    out: Annotated[Path, typer.Option(help="File to write: .csv or .xlsx.")],
    by: Annotated[
        str | None,
        typer.Option(help="Column to measure by, each of its values apart: sector, pole_id, …"),
    ] = None,
    level: Annotated[
        list[str] | None,
        typer.Option(help="commune, epci, departement or region; repeat for more (default: all)."),
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            help="Table by commune that members are compared with, as all establishments; the "
            "population by default."
        ),
    ] = None,
    reference_column: Annotated[str | None, typer.Option(help="Heading of its amounts.")] = None,
    draws: Annotated[
        int, typer.Option(min=0, help="Random draws for what chance alone would give.")
    ] = 99,
    seed: Annotated[int, typer.Option(help="Of the draws.")] = 0,
    departements: shared.Departements = None,
    regions: shared.Regions = None,
    poles: shared.Poles = None,
    column: shared.Column = None,
    geocoder: shared.Geocoders = None,
    store: shared.Store = None,
    offline: shared.Offline = False,
    review: shared.Review = None,
    min_score: shared.MinScore = None,
    min_precision: shared.MinPrecision = None,
    lang: shared.Lang = "fr",
) -> None:
    """Measure how the members concentrate, at several levels, beside what chance would give."""
    language = shared.language(lang)
    if (reference is None) != (reference_column is None):
        msg = "give --reference FILE and --reference-column HEADING together."
        raise typer.BadParameter(msg, param_hint="--reference")
    specs, policy = shared.specs_of(geocoder), shared.policy_of(min_score, min_precision)
    columns = shared.columns_of(column)
    from ptce_geo.indicators.concentration_table import LEVELS_MEASURED, concentration_table
    from ptce_geo.indicators.inputs import MEMBERS_SET_ASIDE
    from ptce_geo.indicators.tables import levels_within
    from ptce_geo.placing import Placing
    from ptce_geo.reports.concentration import by_level, write_concentration
    from ptce_geo.study import study_area
    from ptce_geo.territories.amount_files import read_amounts

    placing = Placing(specs, store, offline, review, policy)
    shared.check_out(out, inputs=(members, poles, reference, *placing.files))
    area = study_area(shared.codes_of(departements), shared.codes_of(regions))
    against = None
    if reference is not None and reference_column is not None:
        against = read_amounts(reference, column=reference_column)
    located, _ = shared.located(members, poles, columns, placing)
    measured = concentration_table(
        located,
        reference=against,
        levels=level or levels_within(LEVELS_MEASURED, area),
        by=by,
        draws=draws,
        seed=seed,
        departements=area,
    )
    write_concentration(measured, out, lang=language)
    console = shared.open_console()
    _print_levels(console, by_level(measured, language), language)
    shared.print_set_aside(console, measured.attrs[MEMBERS_SET_ASIDE], language)
    console.print()
    console.print(str(out), soft_wrap=True)


indicators_app.command()(coverage)
indicators_app.command()(siting)


def _print_levels(console: Console, shown: pd.DataFrame, lang: Language) -> None:
    """Print the figures of whole levels, under the name of the level and of the group."""
    table = Table(box=None, pad_edge=False)
    table.add_column(words("column_figure", lang))
    for heading in ("column_members", "column_estimate", "column_chance"):
        table.add_column(words(heading, lang), justify="right")
    table.add_column(words("column_against_chance", lang))
    by = [column for column in (schema.LEVEL, schema.GROUP) if column in shown]
    for names, figures in shown.groupby(by, sort=False):
        table.add_row(", ".join(map(str, names)))
        for row in figures.itertuples():
            decimals = 3 if row.estimate < 1 else 1
            value, *chance = (
                format_number(number, lang, decimals=decimals)
                for number in (row.estimate, row.chance_low, row.chance_high)
            )
            table.add_row(
                f"  {row.figure}",
                format_number(row.members, lang),
                value,
                "" if row.chance_low != row.chance_low else " – ".join(chance),
                row.against_chance,
            )
    console.print(table)
