"""Agglomeration beyond what chance, size or density explain: Ellison–Glaeser, Litzenberger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from ptce_geo.checks import listing, require_columns, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators.inputs import amounts
from ptce_geo.indicators.shares import (
    align,
    ratio,
    shares,
)
from ptce_geo.schema import CODE, TERRITORY

Amount: TypeAlias = "float | pd.Series"


@dataclass(frozen=True)
class EllisonGlaeser:
    """The Ellison–Glaeser index of a sector, with what it is made of.

    Attributes
    ----------
    gamma : float
        The index: on average 0 when plants settle at random in proportion to the reference, 1
        when all follow the first; above 0.05 highly localised, below 0 dispersed. More than 1
        when they share a place that is small in the reference.
    g : float
        G = Σ (s_i - p_i)², how far the sector is from the reference.
    herfindahl : float
        H = Σ z_k², how far the sector is in few plants.
    z : float
        G less what chance gives, in standard deviations.
    n : int
        Plants.
    """

    gamma: float
    g: float
    herfindahl: float
    z: float
    n: int


def ellison_glaeser(
    plants: pd.DataFrame,
    *,
    reference: pd.Series,
    territory: str = TERRITORY,
    size: str = "size",
) -> EllisonGlaeser:
    """Measure whether the plants of a sector settle closer together than chance would have it.

    gamma = (G - (1 - Σ p_i²) H) / ((1 - Σ p_i²) (1 - H)), with G = Σ (s_i - p_i)², s_i and p_i the
    shares of territory i in the sector and in the reference, H = Σ z_k² and z_k the share of plant
    k in the sector. A sector in few large plants is concentrated without being localised: H is
    what takes that off.

    Thrown at random with probabilities p, the plants give on average G = (1 - Σ p_i²) H, with
    variance 2 (H² (Σ p_i² - 2 Σ p_i³ + (Σ p_i²)²) - Σ z_k⁴ (Σ p_i² - 4 Σ p_i³ + 3 (Σ p_i²)²));
    z is the distance of G from that average in standard deviations. It is a guide, no test: with
    few plants G is far from normal.

    Parameters
    ----------
    plants : DataFrame, one row a plant
        Code of its territory and its size (jobs, FTE; at least 0).
    reference : Series
        At least 0, by territory, all of them: jobs in all sectors, population.
    territory, size : str
        Columns of `plants`.

    Returns
    -------
    EllisonGlaeser
        Without unit. ``gamma`` is NaN for a single plant (H = 1) or a reference in a single
        territory; ``z`` where G cannot vary; all is NaN where sizes or reference add up to 0.

    Raises
    ------
    MissingColumnError
        If `plants` lacks one of the two columns.
    InputError
        If a size or reference is negative, infinite or missing, or a plant lies in no territory
        of the reference.

    References
    ----------
    Ellison, G. and Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
    industries: a dartboard approach. Journal of Political Economy 105(5), 889–927 (gamma, and the
    variance of G).

    Examples
    --------
    Two equal plants side by side: H = 1/2, G = 1/2, and (1/2 - 1/4) / (1/2 · 1/2) = 1.

    >>> plants = pd.DataFrame({"territory": ["A", "A"], "size": [10, 10]})
    >>> ellison_glaeser(plants, reference=pd.Series({"A": 50, "B": 50})).gamma
    1.0
    """
    require_columns(plants, [territory, size], what="plants")
    require_unique(reference.index.to_series(name=CODE), what="reference")
    place = reference.index.get_indexer(plants[territory])
    if (place < 0).any():
        found = listing(plants.loc[place < 0, territory].unique())
        msg = (
            f"plants: {found} is no territory of the reference; it must hold all, with 0 if need be"
        )
        raise InputError(msg)
    sizes = amounts(plants[size], what=f"plants: {size}")
    p = shares(amounts(reference, what="reference"))
    s = shares(np.bincount(place, weights=sizes, minlength=len(p)).astype("float64"))
    plant = shares(sizes)
    p2, p3 = (p**2).sum(), (p**3).sum()
    g = ((s - p) ** 2).sum()
    herfindahl = (plant**2).sum() if len(plant) else np.nan
    excess = g - (1 - p2) * herfindahl
    spread = herfindahl**2 * (p2 - 2 * p3 + p2**2)
    variance = 2 * (spread - (plant**4).sum() * (p2 - 4 * p3 + 3 * p2**2))
    # Where G cannot vary (one plant, equal territories), rounding leaves a speck of it.
    deviation = np.sqrt(variance) if variance > 1e-12 * spread else np.nan
    return EllisonGlaeser(
        gamma=float(ratio(excess, (1 - p2) * (1 - herfindahl))),
        g=float(g),
        herfindahl=float(herfindahl),
        z=float(excess / deviation),
        n=len(plants),
    )


def litzenberger_index(
    employment: Amount,
    *,
    employment_total: float,
    area: Amount,
    area_total: float,
    population: Amount,
    population_total: float,
    firms: Amount,
    firms_total: float,
) -> Amount:
    """Measure how much of a cluster a sector makes in a territory (Litzenberger and Sternberg).

    CI = [(e_i/a_i) / (e/a)] · [(e_i/p_i) / (e/p)] / [(e_i/b_i) / (e/b)]: density of the sector's
    employment by area, times the same by inhabitant, by the mean size of its firms. That is
    CI = (e_i/e) (b_i/b) / ((a_i/a) (p_i/p)), from 0 upwards, 1 in a territory like the whole.

    Parameters
    ----------
    employment, employment_total : float or Series, float
        e_i, e: employment of the sector, in the territory and in all territories.
    area, area_total : float or Series, float
        a_i, a: area, in one and the same unit.
    population, population_total : float or Series, float
        p_i, p: inhabitants.
    firms, firms_total : float or Series, float
        b_i, b: firms of the sector. Series by territory all carry the same codes.

    Returns
    -------
    float or Series
        Without unit; a Series on the index of `employment`, named "litzenberger_index". 0 without
        employment or firms; NaN where an area, a population or a total is 0.

    Raises
    ------
    InputError
        If a number is negative, infinite or missing, or the Series do not carry the same codes.

    References
    ----------
    Litzenberger, T. and Sternberg, R. (2006). Der Clusterindex: eine Methodik zur Identifizierung
    regionaler Cluster am Beispiel deutscher Industriebranchen. Geographische Zeitschrift 94(4),
    209–224.

    Examples
    --------
    Half of the employment and a quarter of the firms on a tenth of the area and of the people.

    >>> round(
    ...     litzenberger_index(
    ...         50,
    ...         employment_total=100,
    ...         area=10,
    ...         area_total=100,
    ...         population=1000,
    ...         population_total=10000,
    ...         firms=5,
    ...         firms_total=20,
    ...     ),
    ...     12,
    ... )
    12.5
    """
    local = {"employment": employment, "area": area, "population": population, "firms": firms}
    totals = (employment_total, area_total, population_total, firms_total)
    series = {what: x if isinstance(x, pd.Series) else pd.Series([x]) for what, x in local.items()}
    first = series["employment"]
    share = {
        what: ratio(
            amounts(align(part, first, what=what, to="employment"), what=what),
            amounts(pd.Series([total]), what=f"{what}_total"),
        )
        for (what, part), total in zip(series.items(), totals, strict=True)
    }
    # Written in shares, the sector's employment cancels: 0 employees are an index of 0, not 0/0.
    index = ratio(share["employment"] * share["firms"], share["area"] * share["population"])
    if isinstance(employment, pd.Series):
        return pd.Series(index, index=employment.index, name="litzenberger_index")
    return float(index[0])
