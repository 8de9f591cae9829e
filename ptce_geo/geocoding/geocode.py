"""Place members: one geocoder after the other, each asked only for what the others left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Protocol

import geopandas as gpd
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing, require_unique
from ptce_geo.errors import InputError, MissingColumnError
from ptce_geo.geocoding.cascade import ask_in_turn
from ptce_geo.geocoding.communes import CommuneGeocoder
from ptce_geo.geocoding.declared import declared_answers, has_points, with_unused_codes
from ptce_geo.geocoding.policy import check_policy
from ptce_geo.geocoding.progress import shown_progress
from ptce_geo.geocoding.store import opened_store

if TYPE_CHECKING:
    from pathlib import Path

    from ptce_geo.geocoding.asking import Progress
    from ptce_geo.geocoding.policy import AcceptancePolicy
    from ptce_geo.geocoding.store import AnswerStore

_ADDRESS_COLUMNS: Final = (schema.ADDRESS, schema.POSTCODE, schema.CITY, schema.SIRET)


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
    policy: AcceptancePolicy | None = None,
    store: AnswerStore | str | Path | None = None,
    offline: bool = False,
    progress: bool | Progress = True,
) -> gpd.GeoDataFrame:
    """Return members with a point, a precision, a status and a reason each.

    What the list declares goes first (provider "declared"): ``longitude`` and ``latitude``, else
    the points of a GeoDataFrame, to review where they lie away from the commune of the address;
    then ``code_commune``, which places a member at its commune, to review where the address tells
    another one. The others are asked of the first geocoder; what it rejects, of the next. The
    policy says which answers are accepted. Where it doubts the street but not the commune, the
    next geocoders are asked, and if none is surer the member is placed at its commune.

    Parameters
    ----------
    members : DataFrame
        Members, or poles for their seats: any of the columns ``address``, ``postcode``, ``city``,
        ``departement``, ``siret``, ``member_name``, ``longitude`` and ``latitude``,
        ``code_commune`` (of a commune, of what became part of one, or of an arrondissement of
        Paris, Lyon or Marseille). In what `geocode` returned before, only what has the
        ``geocode_provider`` "declared" is declared.
    geocoders : Geocoder or iterable of them, optional
        In the order in which they are asked; `CommuneGeocoder` by default.
    poles : DataFrame, optional
        Poles with ``pole_id`` and ``departement``: the département of its pole tells towns of one
        name apart where the member's address does not.
    policy : AcceptancePolicy, optional
        When an answer is accepted.
    store : AnswerStore or path, optional
        Where every answer is kept, so that none is asked twice, whatever happens in between.
    offline : bool
        Whether geocoders that need the network are answered from the store only.
    progress : bool or callable
        Whether a bar shows how far it is, in a terminal; or what is called with the name of the
        geocoder, how many rows are answered, and how many there are.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        The rows of `members` in their order, with `schema.GEOCODE_COLUMNS`, what else the
        geocoders know (``geocode_candidates``, `schema.SIRENE_COLUMNS`) and points. A member
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
        When what is given is no geocoder, or none, or no policy, or declared coordinates are no
        points or not in degrees.
    CrsError
        When the points of the members are not in EPSG:4326.
    GeocodingServiceError
        When a service failed; with a store, the next run goes on from there.
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
    policy = check_policy(policy)
    _check(members)
    queries = _queries(members, poles)
    embedded = next((one for one in chain if isinstance(one, CommuneGeocoder)), CommuneGeocoder())
    answers, unused = declared_answers(members, queries, embedded=embedded)
    with opened_store(store) as kept, shown_progress(progress) as tell:
        answers = ask_in_turn(
            chain,
            queries,
            answers,
            policy=policy,
            embedded=embedded,
            store=kept,
            offline=offline,
            progress=tell,
        )
    answers[schema.GEOCODE_REASON] = with_unused_codes(answers[schema.GEOCODE_REASON], unused)
    return _placed(members, answers)


def _placed(members: pd.DataFrame, answers: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the members with their answers, which stand on positions, and points."""
    points_of_the_list = [members.active_geometry_name] if has_points(members) else []
    earlier = [*schema.GEOCODE_COLUMNS, *schema.FURTHER_COLUMNS, "geometry", *points_of_the_list]
    placed = pd.DataFrame(members).drop(columns=earlier, errors="ignore")
    placed = pd.concat([placed, answers.set_axis(members.index)], axis=1)
    points = gpd.GeoSeries.from_xy(
        placed[schema.LONGITUDE], placed[schema.LATITUDE], crs=schema.WGS84
    )
    points[placed[schema.LONGITUDE].isna().to_numpy()] = None
    placed.attrs = members.attrs
    return gpd.GeoDataFrame(placed, geometry=points)


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
    asked = (*schema.QUERY_COLUMNS, *schema.REGISTER_COLUMNS)
    columns = [column for column in asked if column in members]
    queries = pd.DataFrame(members)[columns].reset_index(drop=True)
    if poles is not None and schema.POLE_ID in members and schema.DEPARTEMENT in poles:
        known = poles.dropna(subset=schema.POLE_ID)
        require_unique(known[schema.POLE_ID], what="geocode, poles")
        of_pole = known.set_index(schema.POLE_ID)[schema.DEPARTEMENT]
        queries[schema.POLE_DEPARTEMENT] = members[schema.POLE_ID].map(of_pole).to_numpy()
    return queries
