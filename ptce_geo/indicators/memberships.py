"""Of which pole and of which structure each member is: what the measures of poles start from.

One row of a list of members is one membership: a structure of three poles stands in three rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from ptce_geo.checks import require_columns, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators.distances import point_coordinates
from ptce_geo.schema import (
    CITY,
    CODE_COMMUNE,
    COMMUNES,
    DEPARTEMENTS,
    EPCI,
    MEMBER_NAME,
    POLE_ID,
    REGIONS,
    SIRET,
    code_column,
)
from ptce_geo.territories.names import fold

if TYPE_CHECKING:
    import numpy.typing as npt

    from ptce_geo.metric import Coordinates

    Rows = npt.NDArray[np.intp]

# How many territories of a level a pole touches: the column, and the codes that are counted.
TOUCHED: Final = {
    COMMUNES: code_column("commune"),
    EPCI: code_column("epci"),
    DEPARTEMENTS: code_column("departement"),
    REGIONS: code_column("region"),
}


def listed_poles(poles: pd.DataFrame) -> pd.Index:
    """Return the poles of a list; raise where one has no ``pole_id`` or it stands twice."""
    require_columns(poles, [POLE_ID], what="poles")
    if poles[POLE_ID].isna().any():
        msg = f"poles: {int(poles[POLE_ID].isna().sum())} rows have no {POLE_ID}; fill it"
        raise InputError(msg)
    require_unique(poles[POLE_ID], what="poles")
    return pd.Index(poles[POLE_ID])


def known_poles(members: pd.DataFrame, poles: pd.DataFrame | None) -> pd.Index:
    """Return the poles known from either frame, first those of `poles` (index "pole_id")."""
    require_columns(members, [POLE_ID], what="members")
    own = pd.Index(members[POLE_ID].dropna().unique()).sort_values().rename(POLE_ID)
    return own if poles is None else listed_poles(poles).union(own, sort=False).rename(POLE_ID)


def pole_rows(members: pd.DataFrame, ids: pd.Index) -> Rows:
    """Return the position in `ids` of the pole of each member, -1 for none."""
    return ids.get_indexer(pd.Index(members[POLE_ID]))


def seat_points(ids: pd.Index, poles: pd.DataFrame | None) -> Coordinates:
    """Return the seat of each pole (n × 2, deg), NaN where it has none.

    The legal CRS of a seat is that of its point: a code may stand for the declared town, and
    the point for the leading member.
    """
    seats = np.full((len(ids), 2), np.nan)
    if isinstance(poles, gpd.GeoDataFrame):
        seats[ids.get_indexer(listed_poles(poles))] = point_coordinates(poles, what="poles")
    return seats


def without_pole(reasons: pd.Series, members: pd.DataFrame) -> pd.Series:
    """Return `reasons`, and of a member set aside for none of them that it has no pole."""
    return reasons.mask((reasons == "") & members[POLE_ID].isna(), f"without {POLE_ID}")


class StructureTexts(NamedTuple):
    """What a list tells of the structure of each member, missing where it tells nothing.

    Attributes
    ----------
    siret : Series of str
        Without blanks.
    name : Series of str
        ``member_name``, accents, case and punctuation apart.
    town : Series of str
        ``code_commune``, else ``city`` as the name.
    """

    siret: pd.Series
    name: pd.Series
    town: pd.Series


def structure_texts(members: pd.DataFrame) -> StructureTexts:
    """Return what tells the structure of each member."""
    nothing = pd.Series(None, index=members.index, dtype="str")

    def texts(column: str) -> pd.Series:
        return members.get(column, nothing).astype("str")

    def folded(column: str) -> pd.Series:
        told = texts(column).map(fold, na_action="ignore").astype("str").str.strip()
        return told.replace("", np.nan)

    siret = texts(SIRET).str.replace(r"\s", "", regex=True).replace("", np.nan)
    return StructureTexts(siret, folded(MEMBER_NAME), texts(CODE_COMMUNE).fillna(folded(CITY)))


def structure_keys(members: pd.DataFrame) -> pd.Series:
    """Return what tells the structure of each member, the same text for one; missing for unknown.

    It is the ``siret``; without one, ``member_name`` (accents, case and punctuation apart) and
    the town: ``code_commune``, else ``city``. A row with SIRET and one without are never one.
    """
    siret, name, town = structure_texts(members)
    return siret.fillna(name + " in " + town)
