"""How far an amount concentrates in few territories, and how that changes with the level.

Amounts are any numbers of at least 0: members, establishments, FTE, euros. A Series is one amount
by territory, measured as one number; each column of a DataFrame is an amount of its own, and all
are measured in one call, as a Series by column. Territories with 0 count: leave out none.

Gini, Theil and Atkinson stand in `inequality`, location quotients in `specialisation`, indexes
that know plants, areas or firms in `agglomeration`.
"""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo.checks import listing, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators.shares import (
    Amounts,
    amount_matrix,
    base_matrix,
    by_column,
    ratio,
    require_matrix,
    share_gap,
    shares,
)
from ptce_geo.schema import CODE, HERFINDAHL, LEVEL, VALUE, code_column
from ptce_geo.territories import CURRENT_YEAR, territory_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

# The entry of `attrs` that says how much of the counts no territory of a level holds.
SET_ASIDE: Final = "amount_set_aside"


def herfindahl(values: Amounts, *, normalised: bool = False) -> float | pd.Series:
    """Measure how far the values concentrate in few territories (Herfindahl–Hirschman index).

    H = Σ s_i², with s_i = x_i / Σ x, in [1/n, 1]; normalised, (H - 1/n) / (1 - 1/n), in [0, 1].

    Parameters
    ----------
    values : Series, DataFrame or sequence of numbers
        x, any amounts of at least 0, one for each territory (n counts those with 0).
    normalised : bool
        Rescale so that an even spread is 0 whatever n.

    Returns
    -------
    float, or Series by column
        Without unit. NaN when the values add up to 0 or there are none; normalised, also
        NaN for a single territory.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing.

    References
    ----------
    Hirschman, A. O. (1964). The paternity of an index. American Economic Review 54(5), 761–762.

    Examples
    --------
    >>> round(herfindahl(pd.Series([20, 50, 20, 10])), 12)
    0.34
    >>> round(herfindahl(pd.Series([20, 50, 20, 10]), normalised=True), 12)
    0.12
    """
    held = shares(amount_matrix(values))
    index = (held**2).sum(axis=0)
    if normalised:
        even = 1 / len(held) if len(held) > 1 else np.nan
        index = (index - even) / (1 - even)
    return by_column(values, index, name=HERFINDAHL)


def equivalent_number(values: Amounts) -> float | pd.Series:
    """Say how many equal territories would be as concentrated as these.

    1 / H = 1 / Σ s_i², with s_i = x_i / Σ x, in [1, n].

    Parameters
    ----------
    values : Series, DataFrame or sequence of numbers
        x, any amounts of at least 0, one for each territory.

    Returns
    -------
    float, or Series by column
        A number of territories. NaN when the values add up to 0 or there are none.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing.

    References
    ----------
    Adelman, M. A. (1969). Comment on the "H" concentration measure as a numbers-equivalent.
    Review of Economics and Statistics 51(1), 99–101.

    Examples
    --------
    >>> equivalent_number(pd.Series([5, 5, 0]))
    2.0
    """
    held = shares(amount_matrix(values))
    return by_column(values, ratio(1, (held**2).sum(axis=0)), name="equivalent_number")


def top_share(values: Amounts, *, top: float = 0.1) -> float | pd.Series:
    """Say which share of the total the best provided territories hold.

    Σ_(i≤k) s_(i) + (t - k) s_(k+1), with s_(1) ≥ s_(2) ≥ … the shares, t the number of territories
    asked for and k its whole part: a fraction of a territory counts for that fraction of what it
    holds. It is 1 less the Lorenz curve at 1 - t/n.

    Parameters
    ----------
    values : Series, DataFrame or sequence of numbers
        x, any amounts of at least 0, one for each territory.
    top : float or int
        A float in ]0, 1] is a share of the n territories, t = top · n; an int is t itself, and
        all territories when there are fewer. So 1 is the first territory, 1.0 all of them.

    Returns
    -------
    float, or Series by column
        Without unit, in [0, 1]. NaN when the values add up to 0 or there are none.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing, or `top` is no such number.

    Examples
    --------
    The first quarter of six is a territory and a half: 0.4 + 0.3 / 2.

    >>> values = pd.Series([40, 30, 10, 10, 5, 5])
    >>> round(top_share(values, top=0.25), 12), top_share(values, top=1)
    (0.55, 0.4)
    """
    whole_number = isinstance(top, Integral) and not isinstance(top, bool)
    if isinstance(top, bool) or not (top >= 1 if whole_number else 0 < top <= 1):
        msg = f"top: expected a share in ]0, 1] or a whole number from 1, found {top!r}; try 0.1"
        raise InputError(msg)
    held = -np.sort(-shares(amount_matrix(values)), axis=0)
    number = min(float(top), len(held)) if whole_number else top * len(held)
    counted = np.clip(number - np.arange(len(held)), 0, 1)
    return by_column(values, (held * counted[:, np.newaxis]).sum(axis=0), name="top_share")


def hoover(values: Amounts, *, reference: pd.Series | None = None) -> float | pd.Series:
    """Say which share of the total would have to move for all to be spread as the reference.

    H = ½ Σ |s_i - p_i|, with s and p the shares of the values and of the reference; without
    reference, p_i = 1/n. From 0 to 1.

    Parameters
    ----------
    values : Series, DataFrame or sequence of numbers
        x, any amounts of at least 0, one for each territory.
    reference : Series, optional
        At least 0, for the same territories: population, all establishments.

    Returns
    -------
    float, or Series by column
        Without unit. NaN when the values or the reference add up to 0, or there are none.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing, or the two do not carry the same codes.

    References
    ----------
    Hoover, E. M. (1936). The measurement of industrial localization. Review of Economics and
    Statistics 18(4), 162–171.

    Examples
    --------
    A holds 3 of 4 for half of the population: one of the four would have to move to B.

    >>> hoover(pd.Series({"A": 3, "B": 1}), reference=pd.Series({"B": 50, "A": 50}))
    0.25
    """
    base = base_matrix(values, reference, what="reference")
    return by_column(values, share_gap(amount_matrix(values), base) / 2, name="hoover")


def krugman_concentration(matrix: pd.DataFrame, *, reference: pd.Series | None = None) -> pd.Series:
    """Measure how far the spread of each sector is from that of a reference.

    K_j = Σ_i |x_ij / X_j - p_i|, from 0 (spread as the reference) to 2 (nowhere where it is), with
    p_i the share of territory i in the reference. It is twice `hoover`.

    Parameters
    ----------
    matrix : DataFrame
        x, any amounts of at least 0, territories × sectors.
    reference : Series, optional
        At least 0, by territory; by default the total of all sectors of `matrix`.

    Returns
    -------
    Series
        Without unit, by sector. NaN for a sector with nothing, and everywhere when the reference
        adds up to 0.

    Raises
    ------
    InputError
        If a value is negative, infinite or missing, the reference does not carry the same codes,
        or `matrix` is no DataFrame.

    References
    ----------
    Krugman, P. (1991). Geography and Trade, chapter 3. MIT Press.

    Examples
    --------
    A holds two thirds of the crafts, none of the trade, and half of all.

    >>> matrix = pd.DataFrame({"crafts": [4, 2], "trade": [0, 2]}, index=["A", "B"])
    >>> krugman_concentration(matrix).round(12).to_dict()
    {'crafts': 0.333333333333, 'trade': 1.0}
    """
    require_matrix(matrix)
    held = amount_matrix(matrix, what="matrix")
    if reference is None:
        base = held.sum(axis=1, keepdims=True)
    else:
        base = base_matrix(matrix, reference, what="reference", to="matrix")
    return by_column(matrix, share_gap(held, base), name="krugman_concentration")


def at_levels(
    measure: Callable[..., float | pd.Series],
    counts: pd.Series | pd.DataFrame,
    *,
    levels: Sequence[str],
    reference: pd.Series | None = None,
    weights: pd.Series | None = None,
    year: int = CURRENT_YEAR,
    departements: Sequence[str] | None = None,
) -> pd.Series | pd.DataFrame:
    """Measure counts by commune at several levels: the answer changes with the level.

    Counts are summed to the territories of each level, all of them, those with nothing included,
    and measured there. Reference and weights are summed alike.

    Parameters
    ----------
    measure : callable
        A function that takes counts by territory and gives one number, or one for each column:
        `gini`, `herfindahl`, `hoover`, `theil`, ... ; ``functools.partial(gini, normalised=True)``.
    counts : Series or DataFrame
        Any amounts of at least 0, indexed by commune code; a commune left out holds 0.
    levels : sequence of str
        "commune", "epci", "arrondissement", "departement", "region".
    reference, weights : Series, optional
        Any amounts of at least 0, indexed by commune code, given to `measure` by these names.
    year : int
        Vintage of the territories and of the codes.
    departements : sequence of str, optional
        Study area: the territories that touch these départements, each with all that `counts`
        has in it. All of France by default.

    Returns
    -------
    Series or DataFrame
        By level; a DataFrame (levels × columns) for counts in several columns.
        ``attrs["amount_set_aside"]`` is what lies in no territory measured, by level: in communes
        without EPCI, outside the study area.

    Raises
    ------
    InputError
        If an amount is negative, infinite or missing, a code is no commune's of `year`, a level is
        not made of communes, or `measure` gives something else than numbers.
    UnknownTerritoryError
        If a level, the year or a département is unknown.

    References
    ----------
    Openshaw, S. (1984). The Modifiable Areal Unit Problem. Geo Books, Norwich.

    Examples
    --------
    Ajaccio (2A004) and Bastia (2B033) hold one each: even by département, not by commune.

    >>> from ptce_geo.indicators.inequality import gini
    >>> counts = pd.Series({"2A004": 1, "2B033": 1})
    >>> levels = ["commune", "departement"]
    >>> at_levels(gini, counts, levels=levels, departements=["2A", "2B"]).round(3).to_dict()
    {'commune': 0.994, 'departement': 0.0}
    """
    communes = territory_table("commune", year=year)
    bases = {"reference": reference, "weights": weights}
    bases = {name: base for name, base in bases.items() if base is not None}
    for what, given in {"counts": counts, **bases}.items():
        _require_communes(given, communes, year=year, what=what)
    found = {}
    set_aside = {}
    for level in levels:
        area = territory_table(level, year=year, departements=departements).index
        parents = _parents(communes, level)
        outside = counts[_places(counts, parents, area) < 0].to_numpy().sum()
        if outside > 0:
            set_aside[level] = outside.item()
        summed = {name: _summed(base, parents, area) for name, base in bases.items()}
        found[level] = measure(_summed(counts, parents, area), **summed)
        _require_numbers(found[level], counts)
    index = pd.Index(found, name=LEVEL)
    result: pd.Series | pd.DataFrame
    if isinstance(counts, pd.DataFrame):
        result = pd.DataFrame(found.values(), index=index, columns=counts.columns)
    else:
        result = pd.Series(found, index=index, name=getattr(measure, "__name__", VALUE))
    result.attrs[SET_ASIDE] = set_aside
    return result


def _require_communes(
    given: pd.Series | pd.DataFrame, communes: pd.DataFrame, *, year: int, what: str
) -> None:
    """Raise `InputError` unless `given` holds amounts by commune of `year`, each code once."""
    amount_matrix(given, what=what)
    require_unique(given.index.to_series(name=CODE), what=what)
    unknown = given.index.difference(communes.index)
    if len(unknown):
        msg = (
            f"{what}: {listing(unknown)} is no commune of {year}; bring the codes to that year "
            "with convert_codes"
        )
        raise InputError(msg)


def _parents(communes: pd.DataFrame, level: str) -> pd.Series:
    """Return the code of the territory of `level` that holds each commune."""
    if level == "commune":
        return communes.index.to_series()
    column = code_column(level)
    if column not in communes.columns:
        msg = f"levels: {level} is not made of communes; count at that level, measure the counts"
        raise InputError(msg)
    return communes[column]


def _places(
    given: pd.Series | pd.DataFrame, parents: pd.Series, area: pd.Index
) -> npt.NDArray[np.intp]:
    """Return the position in `area` of the territory of each commune, -1 for none."""
    return area.get_indexer(parents.reindex(given.index))


def _summed(
    given: pd.Series | pd.DataFrame, parents: pd.Series, area: pd.Index
) -> pd.Series | pd.DataFrame:
    """Return the sums of `given` over every territory of `area`, 0 where it has none."""
    sums = given.groupby(_places(given, parents, area)).sum()
    return sums.reindex(range(len(area)), fill_value=0).set_axis(area)


def _require_numbers(found: float | pd.Series, counts: pd.Series | pd.DataFrame) -> None:
    if isinstance(counts, pd.DataFrame):
        fits = isinstance(found, pd.Series) and found.index.equals(counts.columns)
    else:
        fits = np.isscalar(found)
    if not fits:
        msg = (
            f"measure: expected one number for each column of counts, found {type(found).__name__} "
            "of another kind; at_levels is for measures over all territories, such as gini"
        )
        raise InputError(msg)
