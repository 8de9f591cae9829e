"""Place members: one geocoder after the other, each asked only for what the others left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing, require_columns, require_unique
from ptce_geo.errors import GeocodingError, InputError, MissingColumnError
from ptce_geo.geocoding.communes import CommuneGeocoder

_ADDRESS_COLUMNS: Final = (schema.ADDRESS, schema.POSTCODE, schema.CITY)
_DECLARED: Final = "declared"


class Geocoder(Protocol):
    """What can place addresses."""

    @property
    def name(self) -> str:
        """What stands in ``geocode_provider``."""

    def locate(self, queries: pd.DataFrame) -> pd.DataFrame:
        """Return the columns `schema.GEOCODE_COLUMNS` on the index of `queries`."""


def geocode(
    members: pd.DataFrame,
    geocoders: Geocoder | Sequence[Geocoder] | None = None,
    *,
    poles: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return members with a point, a precision, a status and a reason each.

    A member whose row gives ``longitude`` and ``latitude`` keeps them (provider "declared"). The
    others are asked of the first geocoder; what it rejects, of the next.

    Parameters
    ----------
    members : DataFrame
        Members, or poles for their seats: any of the columns ``address``, ``postcode``, ``city``,
        ``departement``.
    geocoders : Geocoder or sequence of them, optional
        In the order in which they are asked; `CommuneGeocoder` by default.
    poles : DataFrame, optional
        Poles with ``pole_id`` and ``departement``: the département of its pole tells towns of one
        name apart where the member's address does not.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        The rows of `members` in their order, with `schema.GEOCODE_COLUMNS` and points. A member
        that cannot be placed keeps its row: no geometry, ``geocode_status`` "rejected" and the
        reason in ``geocode_reason`` (one of `ptce_geo.words` "reason_…", then ": " and details).

    Raises
    ------
    MissingColumnError
        When there is no column to place anything by.
    DuplicateIdError
        When a ``member_id``, or the ``pole_id`` of a pole, stands twice.
    InputError
        When the sequence of geocoders is empty, or declared coordinates are not degrees.
    GeocodingError
        When a geocoder does not answer every row it was asked, in its order.

    Examples
    --------
    >>> members = pd.DataFrame({"member_id": ["a"], "city": ["Paris 11e"]})
    >>> geocode(members)[["code_commune", "geocode_precision", "geocode_status"]]
      code_commune geocode_precision geocode_status
    0        75056      municipality       accepted
    """
    chain = _chain(geocoders)
    _check(members)
    queries = _queries(members, poles)
    answers = _declared_points(members)
    left = answers[schema.GEOCODE_STATUS] == schema.REJECTED
    for geocoder in chain:
        if not left.any():
            break
        found = _ask(geocoder, queries[left.to_numpy()])
        answers.loc[left, list(schema.GEOCODE_COLUMNS)] = found
        left = answers[schema.GEOCODE_STATUS] == schema.REJECTED
    placed = members.drop(columns=[c for c in schema.GEOCODE_COLUMNS if c in members])
    placed = pd.DataFrame(placed).drop(columns="geometry", errors="ignore")
    placed = pd.concat([placed, answers.set_axis(members.index)], axis=1)
    points = gpd.GeoSeries.from_xy(
        placed[schema.LONGITUDE], placed[schema.LATITUDE], crs=schema.WGS84
    )
    points[placed[schema.LONGITUDE].isna().to_numpy()] = None
    placed.attrs = members.attrs
    return gpd.GeoDataFrame(placed, geometry=points)


def _ask(geocoder: Geocoder, queries: pd.DataFrame) -> pd.DataFrame:
    found = geocoder.locate(queries)
    require_columns(found, schema.GEOCODE_COLUMNS, what=f"answer of geocoder {geocoder.name!r}")
    if not found.index.equals(queries.index):
        msg = (
            f"geocoder {geocoder.name!r} answered {len(found)} rows to {len(queries)} asked, or "
            f"in another order; locate must keep the index of its queries"
        )
        raise GeocodingError(msg)
    return found


def _chain(geocoders: Geocoder | Sequence[Geocoder] | None) -> Sequence[Geocoder]:
    if geocoders is None:
        return (CommuneGeocoder(),)
    chain = tuple(geocoders) if isinstance(geocoders, Sequence) else (geocoders,)
    if not chain:
        msg = "geocode: no geocoder given; leave geocoders out for the embedded one"
        raise InputError(msg)
    return chain


def _check(members: pd.DataFrame) -> None:
    usable = (*_ADDRESS_COLUMNS, schema.LONGITUDE)
    if not any(column in members for column in usable):
        msg = (
            f"geocode: no column to place members by; needed one of {', '.join(usable)}; "
            f"found {', '.join(map(str, members.columns)) or 'no column'}"
        )
        raise MissingColumnError(msg)
    if schema.MEMBER_ID in members:
        require_unique(members[schema.MEMBER_ID].dropna(), what="geocode")


def _queries(members: pd.DataFrame, poles: pd.DataFrame | None) -> pd.DataFrame:
    """Return the cells to place by, on a plain index of positions."""
    columns = [column for column in schema.QUERY_COLUMNS if column in members]
    queries = pd.DataFrame(members)[columns].reset_index(drop=True)
    if poles is not None and schema.POLE_ID in members and schema.DEPARTEMENT in poles:
        known = poles.dropna(subset=schema.POLE_ID)
        require_unique(known[schema.POLE_ID], what="geocode, poles")
        of_pole = known.set_index(schema.POLE_ID)[schema.DEPARTEMENT]
        queries[schema.POLE_DEPARTEMENT] = members[schema.POLE_ID].map(of_pole).to_numpy()
    return queries


def _declared_points(members: pd.DataFrame) -> pd.DataFrame:
    """Return the answers of the members that give their own coordinates; the others rejected."""
    answers = pd.DataFrame(index=range(len(members)), columns=list(schema.GEOCODE_COLUMNS))
    answers = answers.astype(schema.GEOCODE_DTYPES)
    answers[schema.GEOCODE_STATUS] = schema.REJECTED
    if schema.LONGITUDE not in members or schema.LATITUDE not in members:
        return answers
    if schema.GEOCODE_PROVIDER in members:
        own = members[schema.GEOCODE_PROVIDER].eq(_DECLARED).to_numpy()
    else:
        own = np.ones(len(members), dtype=bool)
    longitude = _degrees(members[schema.LONGITUDE])
    latitude = _degrees(members[schema.LATITUDE])
    # (0, 0) is what some programs write for nowhere.
    somewhere = (longitude != 0) | (latitude != 0)
    own = own & somewhere & np.isfinite(longitude) & np.isfinite(latitude)
    if (np.abs(longitude[own]) > 180).any() or (np.abs(latitude[own]) > 90).any():
        msg = "geocode: longitude or latitude out of range; give degrees (EPSG:4326)"
        raise InputError(msg)
    answers.loc[own, schema.LONGITUDE] = longitude[own]
    answers.loc[own, schema.LATITUDE] = latitude[own]
    answers.loc[own, schema.GEOCODE_PROVIDER] = _DECLARED
    # Nothing tells how exact a declared point is: it is not taken for better than a lieu-dit.
    answers.loc[own, schema.GEOCODE_PRECISION] = "locality"
    answers.loc[own, [schema.GEOCODE_SCORE, schema.GEOCODE_MARGIN]] = 1.0
    answers.loc[own, schema.GEOCODE_STATUS] = schema.ACCEPTED
    answers.loc[own, schema.GEOCODE_REASON] = "declared_coordinates"
    return answers


def _degrees(cells: pd.Series) -> np.ndarray:
    """Return coordinates as numbers, NaN where empty; decimals may stand behind a comma."""
    if cells.dtype.kind not in "fiu":
        text = cells.astype("str").str.strip().str.replace(",", ".")
        cells = text.mask(text == "")
    numbers = pd.to_numeric(cells, errors="coerce")
    if (unread := cells[numbers.isna() & cells.notna()]).size:
        msg = f"geocode: {cells.name} is not in degrees: {listing(unread)}; correct or empty them"
        raise InputError(msg)
    return numbers.to_numpy(dtype=float, na_value=np.nan)
