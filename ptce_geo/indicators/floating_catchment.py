"""Access that weighs what is offered against how many share it: floating catchment areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from ptce_geo.checks import require_same_index, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators.inputs import MEMBERS_SET_ASIDE, amounts, tally
from ptce_geo.schema import ACCESS, CODE, METHOD

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from ptce_geo.indicators.accessibility import TravelTimeMatrix

    Floats = npt.NDArray[np.float64]

Fca: TypeAlias = Literal["2sfca", "e2sfca", "3sfca"]

# Weights by minutes: Luo and Qi (2009), Wan et al. (2012), as PySAL access gives them too.
BANDS: Final[dict[str, Mapping[float, float]]] = {
    "e2sfca": {10: 1.0, 20: 0.68, 30: 0.22},
    "3sfca": {10: 0.962, 20: 0.704, 30: 0.377, 60: 0.042},
}
# The entries of `attrs` that say what the access rests on.
CATCHMENT: Final = "catchment"
SUPPLY_SET_ASIDE: Final = "supply_set_aside"
ORIGINS_SET_ASIDE: Final = "origins_set_aside"
DESTINATIONS_SET_ASIDE: Final = "destinations_set_aside"


def two_step_fca(
    times: TravelTimeMatrix,
    *,
    supply: pd.Series,
    demand: pd.Series,
    method: Fca = "2sfca",
    catchment_minutes: float | None = None,
    bands: Mapping[float, float] | None = None,
) -> pd.Series:
    """Measure how much is on offer within reach for each inhabitant, among all who reach it.

    R_j = S_j / Σ_i g_ij w_ij P_i, the supply at destination j for each unit of demand that
    reaches it, and A_i = Σ_j g_ij w_ij R_j, with S the supply and P the demand:

    - 2SFCA: w_ij = 1 within the catchment, 0 beyond; g_ij = 1;
    - E2SFCA: w_ij the weight of the band that t_ij lies in, 0 beyond the last; g_ij = 1;
    - 3SFCA: w_ij as E2SFCA, and g_ij = w_ij / Σ_k w_ik: who has more to choose from weighs less
      on each.

    So Σ_i A_i P_i is the supply of all destinations that demand reaches. Where none reaches a
    destination, R_j = 0.

    Parameters
    ----------
    times : TravelTimeMatrix
        From demand (origins) to supply (destinations).
    supply : Series
        S_j, at least 0, indexed by the codes of the destinations in any order: 1 each, FTE.
    demand : Series
        P_i, at least 0, indexed by the codes of the origins in any order: inhabitants.
    method : {"2sfca", "e2sfca", "3sfca"}
        How distance and choice weigh.
    catchment_minutes : float, optional
        2SFCA only: how far is within reach, above 0; by default the limit of `times`.
    bands : mapping of float to float, optional
        E2SFCA and 3SFCA only: weight (at least 0) by the minutes up to which it holds. By
        default {10: 1, 20: 0.68, 30: 0.22} and {10: 0.962, 20: 0.704, 30: 0.377, 60: 0.042}.

    Returns
    -------
    Series
        "access" (supply for each unit of demand), on the codes of the origins: 0 where nothing
        is within reach, NaN where the origin was set aside. ``attrs``: "method" (of the times),
        "catchment" (method and weights), "supply_set_aside" (how much nobody reaches),
        "origins_set_aside" and "destinations_set_aside" (how many by reason).

    Raises
    ------
    InputError
        If an amount is negative, infinite or missing; the codes are not those of `times`; the
        catchment or a band is out of its range, of another method, or beyond the limit of
        `times`.
    DuplicateIdError
        If a code stands twice.

    References
    ----------
    Luo, W. and Wang, F. (2003). Measures of spatial accessibility to health care in a GIS
    environment. Environment and Planning B 30(6), 865–884.
    Luo, W. and Qi, Y. (2009). An enhanced two-step floating catchment area (E2SFCA) method.
    Health & Place 15(4), 1100–1107.
    Wan, N., Zou, B. and Sternberg, T. (2012). A three-step floating catchment area method for
    analyzing spatial access to health services. International Journal of Geographical
    Information Science 26(6), 1073–1089.

    Examples
    --------
    A, B and C lie 17.3 minutes apart on a line; p in A has 3 jobs, q in C has 1. A and B (150
    inhabitants) reach p, 0.02 jobs each; B and C (100) reach q, 0.01 each; B reaches both.

    >>> from ptce_geo.indicators.accessibility import travel_time_matrix
    >>> zones = pd.DataFrame({"longitude": 3.0, "latitude": [46.5, 46.6, 46.7]}, list("ABC"))
    >>> members = zones.loc[["A", "C"]].set_axis(["p", "q"])
    >>> times = travel_time_matrix(zones, members, minutes=20)
    >>> jobs, inhabitants = pd.Series({"p": 3, "q": 1}), pd.Series({"A": 100, "B": 50, "C": 50})
    >>> two_step_fca(times, supply=jobs, demand=inhabitants).round(12).to_dict()
    {'A': 0.02, 'B': 0.03, 'C': 0.01}
    """
    ends, weights = _bands(times, method=method, catchment_minutes=catchment_minutes, bands=bands)
    offered = _aligned(supply, times.destinations, what="supply")
    wanted = _aligned(demand, times.origins, what="demand")

    origin, destination, minutes = times.pairs
    weight = np.append(weights, 0.0)[np.searchsorted(ends, minutes)]
    if method == "3sfca":
        choice = np.bincount(origin, weight, minlength=len(wanted))[origin]
        weight = weight * np.divide(weight, choice, out=np.zeros_like(weight), where=choice > 0)
    reaching = np.bincount(destination, weight * wanted[origin], minlength=len(offered))
    ratio = np.divide(offered, reaching, out=np.zeros_like(offered), where=reaching > 0)
    access = np.bincount(origin, weight * ratio[destination], minlength=len(wanted))

    series = pd.Series(access, index=times.origins, name=ACCESS)
    series.loc[times.origins_set_aside.index] = np.nan
    series.attrs = {
        METHOD: times.method,
        CATCHMENT: _wording(method, ends, weights),
        SUPPLY_SET_ASIDE: float(offered[reaching == 0].sum()),
        ORIGINS_SET_ASIDE: tally(times.origins_set_aside)[MEMBERS_SET_ASIDE],
        DESTINATIONS_SET_ASIDE: tally(times.destinations_set_aside)[MEMBERS_SET_ASIDE],
    }
    return series


def _bands(
    times: TravelTimeMatrix,
    *,
    method: Fca,
    catchment_minutes: float | None,
    bands: Mapping[float, float] | None,
) -> tuple[Floats, Floats]:
    """Return up to how many minutes each band goes, ascending, and its weight."""
    if method == "2sfca":
        used, idle, needless = "catchment_minutes", "bands", bands is not None
        given = {times.limit if catchment_minutes is None else catchment_minutes: 1.0}
    elif method in BANDS:
        used, idle, needless = "bands", "catchment_minutes", catchment_minutes is not None
        given = dict(BANDS[method] if bands is None else bands)
    else:
        msg = f"method: expected 2sfca, e2sfca or 3sfca, found {method!r}"
        raise InputError(msg)
    if needless:
        msg = f"{idle}: says nothing to method={method!r}; give {used}="
        raise InputError(msg)
    ends, weights = np.array(sorted(given.items()), dtype="float64").reshape(-1, 2).T
    usable = np.isfinite(ends).all() and np.isfinite(weights).all() and weights.any()
    if not (usable and (ends > 0).all() and (weights >= 0).all()):
        msg = (
            f"{used}: expected minutes above 0 and weights of at least 0, not all 0; found {given}"
        )
        raise InputError(msg)
    if ends[-1] > times.limit:
        msg = (
            f"{used}: up to {ends[-1]:g} minutes, but the times go to {times.limit:g} only; "
            f"call travel_time_matrix(..., minutes={ends[-1]:g})"
        )
        raise InputError(msg)
    return ends, weights


def _aligned(given: pd.Series, codes: pd.Index, *, what: str) -> Floats:
    """Return the amounts of `given` in the order of `codes`."""
    require_unique(given.index.to_series(name=CODE), what=what)
    require_same_index(given, codes.to_series(), what=what)
    return amounts(given.reindex(codes), what=what)


def _wording(method: Fca, ends: Floats, weights: Floats) -> str:
    within = ", ".join(f"{w:g} to {end:g} min" for end, w in zip(ends, weights, strict=True))
    return f"{method.upper()}: {within}"
