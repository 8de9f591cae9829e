"""What every measure starts from: which members count, over which territories, which amounts."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from ptce_geo.checks import listing, require_unique
from ptce_geo.errors import InputError
from ptce_geo.schema import ACCEPTED, GEOCODE_STATUS, STATUSES
from ptce_geo.territories import territory_table

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import numpy.typing as npt

_Name = TypeVar("_Name", bound=str)

# The entries of `attrs` that say what a result rests on.
MEMBERS_COUNTED = "members_counted"
MEMBERS_SET_ASIDE = "members_set_aside"


def reasons_set_aside(members: pd.DataFrame) -> pd.Series:
    """Return why each member is not counted, "" where it is.

    A member counts when its `geocode_status` is "accepted"; in a frame without that column
    every member does. A measure adds its own reasons to the Series, then calls `tally`.
    """
    if GEOCODE_STATUS not in members.columns:
        return pd.Series("", index=members.index, dtype="str")
    status = members[GEOCODE_STATUS].astype("str")
    odd = set(status.dropna()) - set(STATUSES)
    if odd:
        msg = f"members: unknown {GEOCODE_STATUS} {listing(odd)}; known: {', '.join(STATUSES)}"
        raise InputError(msg)
    return status.fillna(f"without {GEOCODE_STATUS}").mask(status == ACCEPTED, "")


def tally(reasons: pd.Series) -> dict[Hashable | None, Any]:
    """Return the `attrs` of a result: members counted, members set aside by reason."""
    counted = reasons == ""
    aside = {str(reason): int(n) for reason, n in reasons[~counted].value_counts().items()}
    return {MEMBERS_COUNTED: int(counted.sum()), MEMBERS_SET_ASIDE: aside}


def study_area(
    level: str,
    *,
    year: int,
    departements: Sequence[str] | None,
    territories: pd.DataFrame | None,
) -> tuple[pd.DataFrame, pd.Index]:
    """Return the territories studied and the codes of all that exist at `level`.

    They are the embedded France, cut down to `departements`, or the caller's own `territories`.
    """
    if territories is None:
        table = territory_table(level, year=year, departements=departements)
        every = table if departements is None else territory_table(level, year=year)
        return table, every.index
    require_one_area(departements, territories, name="territories")
    require_unique(territories.index.to_series(name="code"), what="territories")
    return territories.rename_axis("code"), territories.index


def require_one_area(
    departements: Sequence[str] | None, own: pd.DataFrame | None, *, name: str
) -> None:
    """Raise `InputError` where départements and a frame of the caller's own say what is studied."""
    if departements is not None and own is not None:
        msg = f"departements= and {name}= both say what is studied; give one of them"
        raise InputError(msg)


def each_once(names: str | Sequence[_Name], *, what: str) -> list[_Name]:
    """Return one name or several as a list; raise `InputError` unless each stands once."""
    found: list[Any] = [names] if isinstance(names, str) else list(names)
    if not found or len(set(found)) < len(found):
        msg = f"{what}: expected at least one, each once; found {listing(found) or 'none'}"
        raise InputError(msg)
    return found


def require_whole(number: int, *, least: int, what: str) -> None:
    """Raise `InputError` unless `number` is a whole number of at least `least`."""
    whole = isinstance(number, Integral) and not isinstance(number, bool)
    if not (whole and number >= least):
        msg = f"{what}: expected a whole number of at least {least}, found {number!r}"
        raise InputError(msg)


def amounts(values: pd.Series, *, what: str) -> npt.NDArray[np.float64]:
    """Return `values` as floats; raise `InputError` unless all are finite and at least 0."""
    if not pd.api.types.is_numeric_dtype(values):
        msg = f"{what}: expected numbers, found {values.dtype}; convert with pandas.to_numeric"
        raise InputError(msg)
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    odd = values[~(np.isfinite(numbers) & (numbers >= 0))]
    if len(odd):
        found = listing(f"{value} for {code}" for code, value in odd.items())
        msg = f"{what}: expected numbers of at least 0, found {found}; correct or fill them"
        raise InputError(msg)
    return numbers
