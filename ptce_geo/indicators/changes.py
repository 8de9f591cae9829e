"""Which poles and members came, went, stayed and moved between two lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import require_columns, require_points, require_unique
from ptce_geo.errors import InputError
from ptce_geo.indicators.differences import COME, GONE
from ptce_geo.indicators.inputs import reasons_set_aside
from ptce_geo.indicators.list_matching import (
    AFTER,
    AMBIGUOUS,
    APART,
    BEFORE,
    MATCHED_BY,
    folded,
    matched_members,
    matched_rows,
)
from ptce_geo.metric import coordinates, legal_crs, paired_km
from ptce_geo.territories import CURRENT_YEAR, LEVELS, convert_codes, territory_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from ptce_geo.territories import Conversion

# The words of `change`.
STAYED: Final = "stayed"
MOVED: Final = "moved"
CHANGED_POLE: Final = "changed_pole"
NEWLY_LOCATED: Final = "newly_located"
NO_LONGER_LOCATED: Final = "no_longer_located"
MEMBER_CHANGES: Final = (
    *(COME, GONE, MOVED, CHANGED_POLE),
    *(NEWLY_LOCATED, NO_LONGER_LOCATED, STAYED),
)
RENAMED: Final = "renamed"
SEAT_MOVED: Final = "seat_moved"
RENAMED_AND_MOVED: Final = "renamed_and_moved"
POLE_CHANGES: Final = (COME, GONE, RENAMED, SEAT_MOVED, RENAMED_AND_MOVED, STAYED)

CHANGE: Final = "change"
PLACE_CHANGE: Final = "place_change"
SAME_ADDRESS: Final = "same_address"

_FINE: Final = schema.PRECISIONS[:2]  # a distance between two of them is one of the places


def column_of_side(column: str, side: str) -> str:
    """Return the column that holds what `column` was before, or is after."""
    return f"{column}_{side}"


def members_at(
    members: gpd.GeoDataFrame, *, from_year: int, to_year: int
) -> tuple[gpd.GeoDataFrame, Conversion | None]:
    """Bring the communes of members (or of seats) to another vintage, and all that they lie in.

    Parameters
    ----------
    members : GeoDataFrame
        With ``code_commune``; its ``code_<level>`` and ``nom_<level>`` of the embedded levels are
        those of the commune then.
    from_year, to_year : int
        Vintages.

    Returns
    -------
    tuple of (GeoDataFrame, Conversion or None)
        The same rows; a code that is no commune's in either year leaves its row without
        territory. What `convert_codes` reports, None where both years are one.
    """
    if from_year == to_year:
        return members, None
    codes = members[[schema.CODE_COMMUNE]].astype("str")
    conversion = convert_codes(pd.DataFrame(codes), from_year=from_year, to_year=to_year)
    communes = territory_table("commune", year=to_year)
    found = conversion.data[schema.CODE_COMMUNE]
    brought = members.assign(**{schema.CODE_COMMUNE: found.where(found.isin(communes.index))})
    for level in LEVELS:
        # A commune tells the codes of what it lies in; each level tells the names of its own.
        code = schema.code_column(level)
        if level != "commune" and code in members and code in communes:
            brought[code] = brought[schema.CODE_COMMUNE].map(communes[code])
        if (name := schema.name_column(level)) in members and code in brought:
            names = territory_table(level, year=to_year)[schema.NAME]
            brought[name] = brought[code].map(names)
    return brought, conversion


def pole_changes(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    members_before: pd.DataFrame,
    members_after: pd.DataFrame,
    from_year: int = CURRENT_YEAR,
    to_year: int = CURRENT_YEAR,
    moved_km: float = 1.0,
) -> pd.DataFrame:
    """Match the poles of two lists, and say what became of each.

    One pole is the same ``pole_id``; else the one pole of that name, accents, case and
    punctuation apart, that is left in both lists.

    Parameters
    ----------
    before, after : GeoDataFrame, EPSG:4326
        Poles, with ``pole_id`` (each once), ``pole_name``, their seat as geometry and, where it
        is known, ``code_commune`` and ``geocode_precision``.
    members_before, members_after : DataFrame
        Members, with ``pole_id``; a pole that only they name counts too.
    from_year, to_year : int
        Vintage of the communes of each list; the older ones are brought to the newer.
    moved_km : float
        Distance (km) from which a seat known to the street or better has moved.

    Returns
    -------
    DataFrame
        One row a pole, those of `after` first: ``change`` ("come", "gone", "renamed",
        "seat_moved", "renamed_and_moved", "stayed"), ``matched_by`` ("pole_id", "name", "" for one
        that came or went), ``pole_id_…``, ``pole_name_…``, ``nom_commune_…`` of the seat, and
        ``members_…`` with ``before`` and ``after``; ``distance_km`` between the two seats, where
        both are known that well and share a legal CRS. A seat known in one list only has not
        moved.

    Raises
    ------
    MissingColumnError
        When a column is missing.
    DuplicateIdError
        When a ``pole_id`` stands twice.

    Examples
    --------
    >>> import geopandas as gpd
    >>> before = gpd.GeoDataFrame(
    ...     {"pole_id": ["a", "b"], "pole_name": ["Le Fil", "Tissage"]},
    ...     geometry=[None, None], crs=4326,
    ... )
    >>> after = before.assign(pole_id=["a", "c"], pole_name=["Le Fil vert", "TISSAGE"])
    >>> none = pd.DataFrame({"pole_id": []})
    >>> found = pole_changes(before, after, members_before=none, members_after=none)
    >>> found[["change", "matched_by"]].values.tolist()
    [['renamed', 'pole_id'], ['stayed', 'name']]
    """
    year = max(from_year, to_year)
    one = _side(_all_poles(before, members_before, what=BEFORE), own=from_year, year=year)
    other = _side(_all_poles(after, members_after, what=AFTER), own=to_year, year=year)
    names = [folded(side.frame[schema.POLE_NAME]) for side in (one, other)]
    by_id = (schema.POLE_ID, one.frame[schema.POLE_ID], other.frame[schema.POLE_ID])
    pairs = matched_rows([by_id, ("name", names[0], names[1])])
    place, distance = _place_changes(pairs, one, other, moved_km=moved_km)
    was, now = names[0].reindex(pairs[BEFORE]), names[1].reindex(pairs[AFTER])
    renamed = was.notna().to_numpy() & now.notna().to_numpy() & (was.to_numpy() != now.to_numpy())
    moved = (place == MOVED).to_numpy()
    alone = place.isin([COME, GONE]).to_numpy()
    change = np.select(
        [alone, renamed & moved, renamed, moved],
        [place, RENAMED_AND_MOVED, RENAMED, SEAT_MOVED],
        STAYED,
    )
    columns = (schema.POLE_ID, schema.POLE_NAME, schema.name_column("commune"), schema.MEMBERS)
    sides = _side_by_side(pairs, one.frame, other.frame, columns)
    for side in (BEFORE, AFTER):
        name = column_of_side(schema.MEMBERS, side)
        sides[name] = sides[name].fillna(0).astype("int64")
    return pd.DataFrame(
        {CHANGE: change, MATCHED_BY: pairs[MATCHED_BY], **sides, schema.DISTANCE_KM: distance}
    )


def member_changes(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    poles: pd.DataFrame | None = None,
    from_year: int = CURRENT_YEAR,
    to_year: int = CURRENT_YEAR,
    moved_km: float = 1.0,
) -> pd.DataFrame:
    """Match the members of two lists one to one, and say what became of each.

    Tried in this order, each on what is left, and only where one row of either list has it:
    ``siret`` and pole; ``siret``; a ``member_id`` that the lists gave ("member_id"), or that was
    made from all that the row says ("content"); the name within the pole; the name and the
    commune (else the town as given). Two rows with SIRETs of different enterprises are never one.

    Parameters
    ----------
    before, after : GeoDataFrame, EPSG:4326
        Members, geocoded and attached, with ``member_id`` (each once).
    poles : DataFrame, optional
        What `pole_changes` found: which pole became which. By default the same ``pole_id``.
    from_year, to_year : int
        Vintage of the communes of each list; the older ones are brought to the newer.
    moved_km : float
        Distance (km) from which a member known to the street or better in both lists has moved.

    Returns
    -------
    DataFrame
        One row a member, those of `after` first. ``place_change``: "come", "gone"; "moved" (to
        another commune, or by `moved_km`); "newly_located", "no_longer_located" (counted in a
        territory in one list only: not placed or to be checked in the other); "stayed".
        ``change``: the same, but "changed_pole" for those of another pole. So each row has one
        word, and the rows that were before (all but "come") and are after (all but "gone") are the
        two lists. ``matched_by``: "siret", "member_id", "content", "name_and_pole",
        "name_and_commune"; "" for none. ``ambiguous``: by what one that came or went could have
        been matched, had it not stood several times. ``same_address``: whether both lists give the
        same address, postcode and town. Then with ``before`` and ``after``: ``member_id``,
        ``member_name``, ``siret``, ``pole_id``, ``pole_name``, ``code_commune`` (of the newer
        vintage), ``nom_commune``; ``distance_km``.

    Raises
    ------
    MissingColumnError
        When a frame has no ``member_id``, ``pole_id`` or ``code_commune``.
    DuplicateIdError
        When a ``member_id`` stands twice.
    InputError
        When `moved_km` is not positive.

    Examples
    --------
    >>> import geopandas as gpd
    >>> before = gpd.GeoDataFrame(
    ...     {
    ...         "member_id": ["1", "2"], "member_name": ["Le Fil", "Le Clou"],
    ...         "pole_id": "p", "code_commune": "42218",
    ...     },
    ...     geometry=gpd.points_from_xy([4.39, 4.39], [45.44, 45.44]), crs=4326,
    ... )
    >>> after = before.assign(member_id=["3", "4"], member_name=["LE FIL", "L'Écrou"])
    >>> found = member_changes(before, after)
    >>> found[["change", "matched_by", "member_id_before", "member_id_after"]].fillna("–")
       change     matched_by member_id_before member_id_after
    0  stayed  name_and_pole                1               3
    1    come                               –               4
    2    gone                               2               –
    """
    if not moved_km > 0:
        msg = f"moved_km: expected a distance above 0 km, found {moved_km}; try 1"
        raise InputError(msg)
    year = max(from_year, to_year)
    for members, what in ((before, "members before"), (after, "members after")):
        needed = (schema.MEMBER_ID, schema.POLE_ID, schema.CODE_COMMUNE)
        require_columns(members, needed, what=what)
        require_unique(members[schema.MEMBER_ID], what=what)
    one = _side(before, own=from_year, year=year)
    other = _side(after, own=to_year, year=year)
    pole_before = _became(one.frame[schema.POLE_ID], poles)
    pole_after = other.frame[schema.POLE_ID]
    pairs = matched_members(one.frame, other.frame, pole_before, pole_after)
    place, distance = _place_changes(pairs, one, other, moved_km=moved_km)
    matched = (pairs[MATCHED_BY] != "").to_numpy()
    stayed = _equal(pairs, pole_before.fillna(""), pole_after.fillna(""))
    columns = (
        *(schema.MEMBER_ID, schema.MEMBER_NAME, schema.SIRET, schema.POLE_ID, schema.POLE_NAME),
        *(schema.CODE_COMMUNE, schema.name_column("commune")),
    )
    return pd.DataFrame(
        {
            CHANGE: place.mask(matched & ~stayed, CHANGED_POLE),
            PLACE_CHANGE: place,
            MATCHED_BY: pairs[MATCHED_BY],
            AMBIGUOUS: pairs[AMBIGUOUS],
            SAME_ADDRESS: _equal(pairs, _address(one.frame), _address(other.frame)),
            **_side_by_side(pairs, one.frame, other.frame, columns),
            schema.DISTANCE_KM: distance,
        }
    )


def territory_moves(
    changes: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, *, level: str
) -> pd.DataFrame:
    """Count, for each territory, the members that came and went.

    Members counted after = before + come - gone + newly_located - no_longer_located, always.

    Parameters
    ----------
    changes : DataFrame
        What `member_changes` found.
    before, after : DataFrame
        The members, attached to `level` in one vintage (`members_at`).
    level : str
        Level of territory.

    Returns
    -------
    DataFrame
        Indexed by the codes met: ``come`` (new in the list, or from another territory), ``gone``,
        ``newly_located`` and ``no_longer_located``, which tell of the placing and not of the pole.
    """
    column = schema.code_column(level)
    codes = []
    for members, side in ((before, BEFORE), (after, AFTER)):
        require_columns(members, [column, schema.MEMBER_ID], what=f"members {side}")
        counted = members[reasons_set_aside(members) == ""]
        by_id = counted.set_index(schema.MEMBER_ID)[column]
        codes.append(changes[column_of_side(schema.MEMBER_ID, side)].map(by_id))
    was, now = codes
    matched = changes[MATCHED_BY] != ""
    elsewhere = was.notna() & now.notna() & (was != now)
    counted_in = {
        COME: now[(changes[CHANGE] == COME) | elsewhere],
        GONE: was[(changes[CHANGE] == GONE) | elsewhere],
        NEWLY_LOCATED: now[matched & was.isna()],
        NO_LONGER_LOCATED: was[matched & now.isna()],
    }
    counts = {name: found.dropna().value_counts() for name, found in counted_in.items()}
    return pd.DataFrame(counts).fillna(0).astype("int64").rename_axis(schema.CODE).sort_index()


class _Side(NamedTuple):
    """One list on the newer vintage, RangeIndex."""

    frame: gpd.GeoDataFrame
    located: pd.Series
    given: pd.Series  # the code of the commune in the vintage of the list
    conversion: Conversion | None


def _side(frame: gpd.GeoDataFrame, *, own: int, year: int) -> _Side:
    require_points(frame, what="members and poles")
    given = frame.reset_index(drop=True)
    brought, conversion = members_at(given, from_year=own, to_year=year)
    located = (reasons_set_aside(brought) == "") & brought[schema.CODE_COMMUNE].notna()
    return _Side(brought, located, given[schema.CODE_COMMUNE].astype("str"), conversion)


def _all_poles(poles: gpd.GeoDataFrame, members: pd.DataFrame, *, what: str) -> gpd.GeoDataFrame:
    """Return the poles listed, then those that only members name, with how many members each has.

    A seat counts with its place, whatever the geocoder thought of it.
    """
    require_columns(poles, [schema.POLE_ID, schema.POLE_NAME], what=f"poles {what}")
    require_columns(members, [schema.POLE_ID], what=f"members {what}")
    require_unique(poles[schema.POLE_ID], what=f"poles {what}")
    named = members.dropna(subset=schema.POLE_ID).drop_duplicates(schema.POLE_ID)
    named = named.set_index(schema.POLE_ID)
    listed = poles.set_index(schema.POLE_ID)
    every = listed.index.append(named.index.difference(listed.index, sort=False))
    table = listed.drop(columns=schema.GEOCODE_STATUS, errors="ignore").reindex(every)
    if schema.POLE_NAME in named:
        table[schema.POLE_NAME] = table[schema.POLE_NAME].fillna(named[schema.POLE_NAME])
    for column in (schema.CODE_COMMUNE, schema.name_column("commune"), schema.GEOCODE_PRECISION):
        if column not in table:
            table[column] = pd.Series(np.nan, index=table.index, dtype="str")
    counts = members[schema.POLE_ID].value_counts()
    table[schema.MEMBERS] = counts.reindex(every, fill_value=0)
    return table.rename_axis(schema.POLE_ID).reset_index()


def _became(pole_ids: pd.Series, poles: pd.DataFrame | None) -> pd.Series:
    """Return the identifiers as the poles bear them in the newer list."""
    if poles is None:
        return pole_ids
    same = poles[poles[MATCHED_BY] != ""]
    now = dict(
        zip(
            same[column_of_side(schema.POLE_ID, BEFORE)],
            same[column_of_side(schema.POLE_ID, AFTER)],
            strict=True,
        )
    )
    return pole_ids.map(now).astype("str").fillna(pole_ids)


def _place_changes(
    pairs: pd.DataFrame, one: _Side, other: _Side, *, moved_km: float
) -> tuple[pd.Series, pd.Series]:
    """Return what became of the place of each row, and how far its two places are apart (km)."""
    was = one.located.reindex(pairs[BEFORE], fill_value=False).to_numpy(dtype=bool)
    now = other.located.reindex(pairs[AFTER], fill_value=False).to_numpy(dtype=bool)
    distance = _distances(pairs, one.frame, other.frame)
    distance[~(was & now)] = np.nan
    moved = ~_same_commune(pairs, one, other) | (distance >= moved_km)
    place = np.select(
        [pairs[BEFORE] < 0, pairs[AFTER] < 0, ~was & now, was & ~now, was & now & moved],
        [COME, GONE, NEWLY_LOCATED, NO_LONGER_LOCATED, MOVED],
        STAYED,
    )
    return pd.Series(place, dtype="str"), pd.Series(distance)


def _same_commune(pairs: pd.DataFrame, one: _Side, other: _Side) -> npt.NDArray[np.bool_]:
    """Return which pairs lie in one commune, or in one that the other became a part of."""
    same = _equal(pairs, one.frame[schema.CODE_COMMUNE], other.frame[schema.CODE_COMMUNE])
    for side, own, opposite, across in ((one, BEFORE, other, AFTER), (other, AFTER, one, BEFORE)):
        if side.conversion is not None:
            links = side.conversion.links
            became = pd.MultiIndex.from_frame(links[["code_from", "code_to"]])
            codes = side.given.reindex(pairs[own]).to_numpy()
            there = opposite.frame[schema.CODE_COMMUNE].reindex(pairs[across]).to_numpy()
            same |= pd.MultiIndex.from_arrays([codes, there]).isin(became)
    return same


def _distances(
    pairs: pd.DataFrame, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame
) -> npt.NDArray[np.float64]:
    """Return how far the two places are apart (km), NaN unless both are known that well."""
    ends = []
    for frame, side in ((before, BEFORE), (after, AFTER)):
        lonlat = coordinates(frame.geometry)
        precision = frame.get(schema.GEOCODE_PRECISION, pd.Series(index=frame.index, dtype="str"))
        lonlat[~precision.isin(_FINE).to_numpy()] = np.nan
        ends.append(pd.DataFrame(lonlat).reindex(pairs[side]).to_numpy())
    start, end = ends
    return paired_km(start, legal_crs(start), end, legal_crs(end))


def _equal(pairs: pd.DataFrame, before: pd.Series, after: pd.Series) -> npt.NDArray[np.bool_]:
    """Return which pairs have the same known value."""
    was = before.reindex(pairs[BEFORE]).astype("object").to_numpy()
    now = after.reindex(pairs[AFTER]).astype("object").to_numpy()
    return np.asarray((was == now) & ~pd.isna(was))


def _side_by_side(
    pairs: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, columns: Sequence[str]
) -> dict[str, pd.Series]:
    """Return what each column was and is."""
    found = {}
    for column in columns:
        for frame, side in ((before, BEFORE), (after, AFTER)):
            told = frame.get(column, pd.Series(index=frame.index, dtype="str"))
            found[column_of_side(column, side)] = told.reindex(pairs[side]).reset_index(drop=True)
    return found


def _address(frame: pd.DataFrame) -> pd.Series:
    """Return address, postcode and town as the list gives them, missing where it gives none."""
    columns = [schema.ADDRESS, schema.POSTCODE, schema.CITY]
    address, postcode, city = (
        folded(frame.get(column, pd.Series(index=frame.index, dtype="str"))).fillna("")
        for column in columns
    )
    joined = address + APART + postcode + APART + city
    return joined.where(joined != 2 * APART)
