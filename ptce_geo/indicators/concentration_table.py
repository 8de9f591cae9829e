"""Every figure of concentration in one tidy table: what a run writes and planners pivot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.errors import InputError
from ptce_geo.indicators.concentration import equivalent_number, herfindahl, hoover, top_share
from ptce_geo.indicators.counts import count_members
from ptce_geo.indicators.inequality import gini, theil
from ptce_geo.indicators.inputs import amounts
from ptce_geo.indicators.specialisation import location_quotient_interval, locational_gini
from ptce_geo.territories import CURRENT_YEAR, territory_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LEVELS_MEASURED: Final = ("commune", "epci", "departement", "region")
TABLE_COLUMNS: Final = (
    schema.TERRITORY,
    schema.LEVEL,
    schema.GROUP,
    schema.INDICATOR,
    schema.VALUE,
    schema.LOW,
    schema.HIGH,
    schema.CHANCE_LOW,
    schema.CHANCE_HIGH,
    schema.N,
    schema.FLAG,
    schema.METHOD,
)
ABOVE_CHANCE: Final = "above_chance"
WITHIN_CHANCE: Final = "within_chance"
BELOW_CHANCE: Final = "below_chance"
UNDEFINED: Final = "undefined"

# What is measured over all territories of a level, of a Series or of each column of a frame.
_MEASURES: Final[dict[str, Callable[[Any, pd.Series], Any]]] = {
    "gini": lambda counts, _: gini(counts),
    "herfindahl": lambda counts, _: herfindahl(counts),
    "equivalent_number": lambda counts, _: equivalent_number(counts),
    "top_share": lambda counts, _: top_share(counts),
    "hoover": lambda counts, base: hoover(counts, reference=base),
    "locational_gini": lambda counts, base: locational_gini(counts, reference=base),
    "theil_t": lambda counts, base: theil(counts, weights=base),
}


def concentration_table(
    members: pd.DataFrame,
    *,
    reference: pd.Series | None = None,
    levels: Sequence[str] = LEVELS_MEASURED,
    by: str | None = None,
    confidence: float = 0.95,
    draws: int = 99,
    seed: int | None = 0,
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return how the accepted members concentrate, at several levels, with what chance would give.

    Two kinds of rows. Of one territory: its location quotient with the exact interval of its
    count (`location_quotient_interval`). Of a whole level (`territory` is ""): `gini`,
    `herfindahl`, `equivalent_number`, `top_share`, and against the reference `hoover`,
    `locational_gini` and `theil` (T). So few members are spread over so many territories that
    these are high by chance alone: ``chance_low`` and ``chance_high`` are what as many members
    give that fall at random in proportion to the reference (multinomial draws).

    Parameters
    ----------
    members : DataFrame
        Members, geocoded and attached to `levels`, or with ``code_commune`` and the others.
    reference : Series, optional
        Amounts by commune, indexed by its code: establishments, jobs. The embedded population by
        default. It may leave out communes of the study area, which then hold none of it.
    levels : sequence of str
        Levels of territory: figures change with the level.
    by : str, optional
        Column of `members` to measure by, each of its values apart: "sector", "pole_id".
    confidence : float
        Of the interval of a location quotient, and of the range of chance.
    draws : int
        Random draws for the range of chance, 0 for none.
    seed : int, optional
        Of the draws; the same seed gives the same table.
    year : int
        Vintage of the territories.
    departements : sequence of str, optional
        Study area, INSEE codes; all of France by default.

    Returns
    -------
    DataFrame
        One row a figure, in the columns of `TABLE_COLUMNS`: ``territory`` (code, "" for all of
        the level), ``level``, ``group`` (value of `by`, "" without), ``indicator``, ``value``,
        ``low`` and ``high`` (interval of the value; NaN where none is defined), ``chance_low``
        and ``chance_high``, ``n`` (members that it rests on), ``flag``, ``method``. Flags:
        "small_number" (fewer than 5 members expected), "undefined" (value NaN), "above_chance",
        "within_chance", "below_chance". Territories without a member of the group have a location
        quotient of 0 and no row. ``attrs`` as of `count_members`.

    Raises
    ------
    MissingColumnError
        When the members are not attached to a level, or have no column `by`.
    InputError
        When `reference` is negative, not finite or not by commune of `year`, or adds up to 0; when
        no member counted has a value of `by`, or there are no `levels`.

    References
    ----------
    See each measure. Range of chance: Dumais, Ellison and Glaeser (2002), Geographic concentration
    as a dynamic process, Review of Economics and Statistics 84(2), 193-204 (the "dartboard").

    Examples
    --------
    Four members, three of them in one of two départements of Corsica.

    >>> members = pd.DataFrame({"code_departement": ["2A", "2A", "2A", "2B"]})
    >>> table = concentration_table(
    ...     members, levels=["departement"], departements=["2A", "2B"], draws=0)
    >>> table.query("indicator == 'gini'")[["value", "n"]].round(2).values.tolist()
    [[0.25, 4.0]]
    >>> table.query("indicator == 'location_quotient'")["flag"].tolist()
    ['small_number', 'small_number']
    """
    _require_settings(levels, draws, confidence)
    rng = np.random.default_rng(seed)
    communes = territory_table("commune", year=year)
    weight = communes[schema.POPULATION]
    if reference is not None:
        weight = _checked(reference, communes.index, year=year)
    parts = []
    for level in levels:
        counts = count_members(members, level=level, by=by, year=year, departements=departements)
        codes = communes.index if level == "commune" else communes[schema.code_column(level)]
        base = weight.groupby(codes).sum().reindex(counts.index, fill_value=0.0).astype("float64")
        if base.sum() == 0:
            msg = f"reference: adds up to 0 over the study area ({level}); give amounts of it"
            raise InputError(msg)
        groups = counts.to_frame("") if isinstance(counts, pd.Series) else counts
        if groups.empty:
            msg = f"members: none of those counted has a {by}; measure by another column, or none"
            raise InputError(msg)
        for group, column in groups.items():
            for rows in (
                _of_territories(column, base, confidence=confidence),
                _of_level(column, base, rng, draws=draws, confidence=confidence),
            ):
                parts.append(rows.assign(**{schema.LEVEL: level, schema.GROUP: str(group)}))
    table = pd.concat(parts, ignore_index=True)[list(TABLE_COLUMNS)]
    table.attrs = counts.attrs
    return table


def _require_settings(levels: Sequence[str], draws: int, confidence: float) -> None:
    if not levels:
        msg = "concentration_table: levels= is empty; name at least one"
        raise InputError(msg)
    if draws < 0:
        msg = f"concentration_table: draws= is a number of at least 0, not {draws}"
        raise InputError(msg)
    if not 0 < confidence < 1:
        msg = f"concentration_table: confidence= lies between 0 and 1, not {confidence}"
        raise InputError(msg)


def _checked(reference: pd.Series, communes: pd.Index, *, year: int) -> pd.Series:
    """Return the reference by commune; refuse what is no amount of a commune of `year`."""
    numbers = amounts(reference, what="reference")
    strangers = reference.index[~reference.index.isin(communes)]
    if len(strangers):
        msg = (
            f"reference: {listing(strangers)} is no commune of {year}; "
            "bring it to that year with convert_codes, and leave out what lies elsewhere"
        )
        raise InputError(msg)
    weight = pd.Series(numbers, index=reference.index).groupby(level=0).sum()
    return weight.reindex(communes, fill_value=0.0)


def _of_territories(counts: pd.Series, base: pd.Series, *, confidence: float) -> pd.DataFrame:
    """Return the location quotient of each territory that holds a member."""
    quotients = location_quotient_interval(counts, reference=base, confidence=confidence)
    quotients = quotients[(counts > 0).to_numpy()]
    return pd.DataFrame(
        {
            schema.TERRITORY: quotients.index,
            schema.INDICATOR: schema.LOCATION_QUOTIENT,
            schema.VALUE: quotients[schema.VALUE].to_numpy(),
            schema.LOW: quotients[schema.LOW].to_numpy(),
            schema.HIGH: quotients[schema.HIGH].to_numpy(),
            schema.N: counts[quotients.index].to_numpy(),
            schema.FLAG: quotients[schema.FLAG].to_numpy(),
            schema.METHOD: f"Garwood {confidence:.0%}",
        }
    )


def _of_level(
    counts: pd.Series,
    base: pd.Series,
    rng: np.random.Generator,
    *,
    draws: int,
    confidence: float,
) -> pd.DataFrame:
    """Return the indicators over all territories, each with the range that chance alone gives."""
    total = int(counts.sum())
    chance = None
    if draws and total:
        fallen = rng.multinomial(total, base / base.sum(), size=draws)
        chance = pd.DataFrame(fallen.T, index=counts.index)
    tails = (1 - confidence) / 2, (1 + confidence) / 2
    rows = []
    for name, measure in _MEASURES.items():
        value = measure(counts, base)
        low, high = (np.nan, np.nan)
        if chance is not None:
            low, high = measure(chance, base).quantile(tails)
        rows.append((name, value, low, high, _flag(value, low, high)))
    found = pd.DataFrame(
        rows,
        columns=[
            schema.INDICATOR,
            schema.VALUE,
            schema.CHANCE_LOW,
            schema.CHANCE_HIGH,
            schema.FLAG,
        ],
    )
    method = f"multinomial {confidence:.0%}, {draws} draws" if chance is not None else ""
    return found.assign(**{schema.TERRITORY: "", schema.N: total, schema.METHOD: method})


def _flag(value: float, low: float, high: float) -> str:
    if np.isnan(value):
        return UNDEFINED
    if np.isnan(low):
        return ""
    if low <= value <= high:
        return WITHIN_CHANCE
    return ABOVE_CHANCE if value > high else BELOW_CHANCE
