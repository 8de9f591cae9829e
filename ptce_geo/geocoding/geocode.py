"""Place members: one geocoder after the other, each asked only for what the others left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

import geopandas as gpd
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing, require_columns, require_unique
from ptce_geo.errors import GeocodingError, InputError, MissingColumnError
from ptce_geo.geocoding.communes import CommuneGeocoder
from ptce_geo.geocoding.declared import declared_answers, has_points, with_unused_codes

_ADDRESS_COLUMNS: Final = (schema.ADDRESS, schema.POSTCODE, schema.CITY)


class Geocoder(Protocol):
    """What can place addresses.

    Any object with these two members will do; it need not inherit from anything.

    Examples
    --------
    >>> class Gazetteer:
    ...     name = "gazetteer"
    ...
    ...     def locate(self, queries):
    ...         found = pd.DataFrame(index=queries.index, columns=list(schema.GEOCODE_COLUMNS))
    ...         known = queries["city"] == "Bourg Perdu"
    ...         found["geocode_status"] = known.map({True: "accepted", False: "rejected"})
    ...         found.loc[known, ["longitude", "latitude"]] = [1.5, 44.8]
    ...         return found.astype(schema.GEOCODE_DTYPES)
    >>> members = pd.DataFrame({"city": ["Lyon", "Bourg Perdu"]})
    >>> located = geocode(members, [CommuneGeocoder(), Gazetteer()])
    >>> located[["longitude", "geocode_status"]].round(1)
       longitude geocode_status
    0        4.8       accepted
    1        1.5       accepted
    """

    @property
    def name(self) -> str:
        """What stands in ``geocode_provider``."""

    def locate(self, queries: pd.DataFrame) -> pd.DataFrame:
        """Return the columns `schema.GEOCODE_COLUMNS` on the index of `queries`."""


def geocode(
    members: pd.DataFrame,
    geocoders: Geocoder | Iterable[Geocoder] | None = None,
    *,
    poles: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return members with a point, a precision, a status and a reason each.

    What the list declares goes first (provider "declared"): ``longitude`` and ``latitude``, else
    the points of a GeoDataFrame; then ``code_commune``, which places a member at its commune, to
    review where the address tells another one. The others are asked of the first geocoder; what
    it rejects, of the next.

    Parameters
    ----------
    members : DataFrame
        Members, or poles for their seats: any of the columns ``address``, ``postcode``, ``city``,
        ``departement``, ``longitude`` and ``latitude``, ``code_commune`` (of a commune, of what
        became part of one, or of an arrondissement of Paris, Lyon or Marseille). In what `geocode`
        returned before, only what has the ``geocode_provider`` "declared" is declared.
    geocoders : Geocoder or iterable of them, optional
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
        A declared code that did not serve stands in the details.

    Raises
    ------
    MissingColumnError
        When there is no column to place anything by.
    DuplicateIdError
        When a ``member_id``, or the ``pole_id`` of a pole, stands twice.
    InputError
        When what is given is no geocoder, or none, or declared coordinates are no points or not
        in degrees.
    CrsError
        When the points of the members are not in EPSG:4326.
    GeocodingError
        When a geocoder does not answer every row it was asked, in its order, or with a status or
        precision that is none.

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
    embedded = next((one for one in chain if isinstance(one, CommuneGeocoder)), CommuneGeocoder())
    answers, unused = declared_answers(members, queries, embedded=embedded)
    left = answers[schema.GEOCODE_REASON].isna()
    for geocoder in chain:
        if not left.any():
            break
        found = _ask(geocoder, queries[left.to_numpy()])
        answers.loc[left, list(schema.GEOCODE_COLUMNS)] = found
        left &= answers[schema.GEOCODE_STATUS] == schema.REJECTED
    answers[schema.GEOCODE_REASON] = with_unused_codes(answers[schema.GEOCODE_REASON], unused)
    points_of_the_list = [members.active_geometry_name] if has_points(members) else []
    placed = pd.DataFrame(members).drop(
        columns=[*schema.GEOCODE_COLUMNS, "geometry", *points_of_the_list], errors="ignore"
    )
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
    odd_status = ~found[schema.GEOCODE_STATUS].isin(schema.STATUSES)
    precision = found[schema.GEOCODE_PRECISION]
    odd_precision = precision.notna() & ~precision.isin(schema.PRECISIONS)
    for column, known, odd_rows in (
        (schema.GEOCODE_STATUS, schema.STATUSES, odd_status),
        (schema.GEOCODE_PRECISION, schema.PRECISIONS, odd_precision),
    ):
        if odd := found.loc[odd_rows, column].unique().tolist():
            msg = (
                f"geocoder {geocoder.name!r} answered {column} {listing(odd)}; "
                f"known: {', '.join(known)}"
            )
            raise GeocodingError(msg)
    return found


def _chain(geocoders: Geocoder | Iterable[Geocoder] | None) -> Sequence[Geocoder]:
    if geocoders is None:
        return (CommuneGeocoder(),)
    if isinstance(geocoders, str) or not isinstance(geocoders, Iterable):
        geocoders = (geocoders,)
    chain = tuple(geocoders)
    if not chain:
        msg = "geocode: no geocoder given; leave geocoders out for the embedded one"
        raise InputError(msg)
    if odd := [one for one in chain if not _is_geocoder(one)]:
        msg = (
            f"geocode: no geocoder: {listing(map(repr, odd))}; give objects with name and locate, "
            f"such as CommuneGeocoder()"
        )
        raise InputError(msg)
    return chain


def _is_geocoder(one: object) -> bool:
    # A class has what its instances have, and can do none of it.
    return (
        not isinstance(one, type)
        and isinstance(getattr(one, "name", None), str)
        and callable(getattr(one, "locate", None))
    )


def _check(members: pd.DataFrame) -> None:
    usable = (*_ADDRESS_COLUMNS, schema.CODE_COMMUNE, schema.LONGITUDE)
    if not has_points(members) and not any(column in members for column in usable):
        msg = (
            f"geocode: no column to place members by; needed one of {', '.join(usable)}, "
            f"or points; found {', '.join(map(str, members.columns)) or 'no column'}"
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
