"""Place members: one geocoder after the other, each asked only for what the others left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import require_unique
from ptce_geo.errors import InputError, MissingColumnError
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
        reason in ``geocode_reason`` (one of `ptce_geo.labels` "reason_…", then ": " and details).

    Raises
    ------
    MissingColumnError
        When there is no column to place anything by.
    DuplicateIdError
        When a ``member_id`` stands twice.
    InputError
        When the sequence of geocoders is empty, or declared coordinates are not degrees.

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
        found = geocoder.locate(queries[left.to_numpy()])
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
        require_unique(members[schema.MEMBER_ID], what="geocode")


def _queries(members: pd.DataFrame, poles: pd.DataFrame | None) -> pd.DataFrame:
    """Return the cells to place by, on a plain index of positions."""
    columns = [column for column in schema.QUERY_COLUMNS if column in members]
    queries = pd.DataFrame(members)[columns].reset_index(drop=True)
    if poles is not None and schema.POLE_ID in members and schema.DEPARTEMENT in poles:
        of_pole = poles.dropna(subset=schema.POLE_ID).set_index(schema.POLE_ID)[schema.DEPARTEMENT]
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
    longitude = pd.to_numeric(members[schema.LONGITUDE]).to_numpy(dtype=float)
    latitude = pd.to_numeric(members[schema.LATITUDE]).to_numpy(dtype=float)
    own &= np.isfinite(longitude) & np.isfinite(latitude)
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
