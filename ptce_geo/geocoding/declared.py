"""What the list itself tells of the places: coordinates, points, codes of communes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing, require_points
from ptce_geo.errors import InputError
from ptce_geo.geocoding.communes import as_answers
from ptce_geo.geocoding.text import shown
from ptce_geo.geocoding.town_match import Match
from ptce_geo.labels import reason_words
from ptce_geo.territories import convert_codes, locate_with_distance
from ptce_geo.territories.attach import BESIDE_M, lies_elsewhere
from ptce_geo.territories.commune_index import commune_index
from ptce_geo.territories.crosswalk import tidy_codes

if TYPE_CHECKING:
    from ptce_geo.geocoding.communes import CommuneGeocoder
    from ptce_geo.territories.commune_index import CommuneIndex

_COORDINATES: Final = "declared_coordinates"
_CODE: Final = "declared_code"
_OLD_CODE: Final = "declared_old_code"
_AMBIGUOUS: Final = "declared_code_of_several_communes"
_CONTRADICTED: Final = "declared_code_contradicts_town"
_OUTSIDE: Final = "outside_embedded_france"
_ELSEWHERE: Final = "declared_coordinates_elsewhere"
_AT_SEA: Final = "declared_coordinates_outside"


def declared_answers(
    members: pd.DataFrame, queries: pd.DataFrame, *, embedded: CommuneGeocoder
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the answers of the members that say themselves where they are.

    Coordinates go before the code. In a frame from an earlier run the coordinates and codes are
    those that geocoding found; only what it took from the list then is taken from it again.

    Parameters
    ----------
    members : DataFrame
        Members as `geocode` is given them.
    queries : DataFrame
        Their addresses, on positions.
    embedded : CommuneGeocoder
        What tells whether an address contradicts a code, and the year of the codes.

    Returns
    -------
    answers : DataFrame
        `schema.GEOCODE_COLUMNS` on positions. Without a reason: still to be asked of a geocoder.
    unused : Series of str
        The codes that did not serve to place their member, else missing.
    """
    answers = pd.DataFrame(index=range(len(members)), columns=list(schema.GEOCODE_COLUMNS))
    answers = answers.astype(schema.GEOCODE_DTYPES)
    answers[schema.GEOCODE_STATUS] = schema.REJECTED
    fresh = schema.GEOCODE_PROVIDER not in members
    own, by_code = _rows_of_the_list(members)
    _keep_earlier(answers, members, by_code)
    open_rows = answers[schema.GEOCODE_REASON].isna().to_numpy()
    _answer_coordinates(answers, members, own & ~by_code)
    codes = _codes(members).where(own & (fresh | by_code) & open_rows)
    _doubt_coordinates(answers, codes, queries, embedded)
    left = codes.notna() & answers[schema.GEOCODE_REASON].isna()
    _answer_codes(answers, codes[left], queries, embedded)
    used = left & answers[schema.GEOCODE_REASON].notna()
    return answers, codes.mask(used)


def _rows_of_the_list(members: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows hold what the list says, and which an earlier run placed by their code."""
    if schema.GEOCODE_PROVIDER not in members:
        return np.ones(len(members), dtype=bool), np.zeros(len(members), dtype=bool)
    own = members[schema.GEOCODE_PROVIDER].eq(schema.DECLARED).to_numpy(dtype=bool)
    if not set(schema.GEOCODE_COLUMNS) <= set(members.columns):
        return own, np.zeros(len(members), dtype=bool)
    word = reason_words(members[schema.GEOCODE_REASON])
    return own, own & word.isin([_CODE, _OLD_CODE, _AMBIGUOUS, _CONTRADICTED]).to_numpy(dtype=bool)


def _keep_earlier(answers: pd.DataFrame, members: pd.DataFrame, by_code: np.ndarray) -> None:
    """Leave what an earlier run accepted by its code: the code found is not the one declared."""
    if by_code.any():
        kept = by_code & members[schema.GEOCODE_STATUS].eq(schema.ACCEPTED).to_numpy(dtype=bool)
        earlier = pd.DataFrame(members)[list(schema.GEOCODE_COLUMNS)].astype(schema.GEOCODE_DTYPES)
        columns = list(schema.GEOCODE_COLUMNS)
        answers.loc[kept, columns] = earlier[kept].set_axis(answers.index[kept])


def _answer_coordinates(answers: pd.DataFrame, members: pd.DataFrame, rows: np.ndarray) -> None:
    longitude, latitude = _coordinates(members)
    # (0, 0) is what some programs write for nowhere.
    somewhere = (longitude != 0) | (latitude != 0)
    rows = rows & somewhere & np.isfinite(longitude) & np.isfinite(latitude)
    if (np.abs(longitude[rows]) > 180).any() or (np.abs(latitude[rows]) > 90).any():
        msg = "geocode: longitude or latitude out of range; give degrees (EPSG:4326)"
        raise InputError(msg)
    answers.loc[rows, schema.LONGITUDE] = longitude[rows]
    answers.loc[rows, schema.LATITUDE] = latitude[rows]
    answers.loc[rows, schema.GEOCODE_PROVIDER] = schema.DECLARED
    # Nothing tells how exact a declared point is: it is not taken for better than a lieu-dit.
    answers.loc[rows, schema.GEOCODE_PRECISION] = "locality"
    answers.loc[rows, [schema.GEOCODE_SCORE, schema.GEOCODE_MARGIN]] = 1.0
    answers.loc[rows, schema.GEOCODE_STATUS] = schema.ACCEPTED
    answers.loc[rows, schema.GEOCODE_REASON] = _COORDINATES


def _doubt_coordinates(
    answers: pd.DataFrame, codes: pd.Series, queries: pd.DataFrame, embedded: CommuneGeocoder
) -> None:
    """Send to review the coordinates that lie away from the commune that is declared with them.

    That is the commune of the code; where there is none, that of the address, if it is sure.
    """
    rows = answers.index[answers[schema.GEOCODE_REASON] == _COORDINATES]
    if not len(rows):
        return
    matches = embedded.match(
        queries.loc[rows].drop(columns=schema.POLE_DEPARTEMENT, errors="ignore")
    )
    by_address = [
        match.place.code_commune if match.place and match.status == schema.ACCEPTED else None
        for match in matches
    ]
    by_code = convert_codes(codes[rows], from_year=None, to_year=embedded.year).data
    told = by_code.fillna(pd.Series(by_address, index=rows, dtype="str"))
    index = commune_index(embedded.year)
    told = told[told.isin(list(index.places))]
    _doubt_points_at_sea(answers, rows.difference(told.index), year=embedded.year)
    places = answers.loc[told.index]
    points = gpd.GeoSeries.from_xy(
        places[schema.LONGITUDE], places[schema.LATITUDE], index=told.index, crs=schema.WGS84
    )
    far = told[lies_elsewhere(told, points, year=embedded.year)]
    names = far.map({code: f"{index.places[code].name} ({code})" for code in far.unique()})
    answers.loc[far.index, schema.GEOCODE_STATUS] = schema.REVIEW
    answers.loc[far.index, schema.GEOCODE_REASON] = f"{_ELSEWHERE}: " + names


def _doubt_points_at_sea(answers: pd.DataFrame, rows: pd.Index, *, year: int) -> None:
    """Send to review the coordinates that lie in no commune, nor beside one."""
    places = answers.loc[rows]
    codes, _ = locate_with_distance(
        places[schema.LONGITUDE], places[schema.LATITUDE], year=year, max_distance_m=BESIDE_M
    )
    away = rows[pd.isna(codes)]
    answers.loc[away, schema.GEOCODE_STATUS] = schema.REVIEW
    answers.loc[away, schema.GEOCODE_REASON] = _AT_SEA


def has_points(members: pd.DataFrame) -> bool:
    """Return whether the geometry of `members` is what declares their coordinates."""
    return (
        not (schema.LONGITUDE in members and schema.LATITUDE in members)
        and isinstance(members, gpd.GeoDataFrame)
        and members.active_geometry_name is not None
    )


def _coordinates(members: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the declared longitude and latitude of each member, NaN where there is none."""
    if schema.LONGITUDE in members and schema.LATITUDE in members:
        return _degrees(members[schema.LONGITUDE]), _degrees(members[schema.LATITUDE])
    if has_points(members) and not members.geometry.isna().all():
        require_points(members, what="geocode")
        points = members.geometry
        return points.x.to_numpy(dtype=float), points.y.to_numpy(dtype=float)
    nowhere = np.full(len(members), np.nan)
    return nowhere, nowhere


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


def _codes(members: pd.DataFrame) -> pd.Series:
    """Return the declared codes on positions."""
    if schema.CODE_COMMUNE not in members:
        return pd.Series(np.nan, index=range(len(members)), dtype="str")
    return tidy_codes(members[schema.CODE_COMMUNE].reset_index(drop=True))


def _answer_codes(
    answers: pd.DataFrame, codes: pd.Series, queries: pd.DataFrame, embedded: CommuneGeocoder
) -> None:
    """Place members at the commune of their code."""
    if codes.empty:
        return
    index = commune_index(embedded.year)
    # The pole's département is not the member's own word.
    asked = queries.loc[codes.index].drop(columns=schema.POLE_DEPARTEMENT, errors="ignore")
    converted = convert_codes(codes, from_year=None, to_year=embedded.year)
    several = converted.ambiguous.groupby("code_from")["code_to"].agg(tuple).to_dict()
    met = zip(codes, converted.data, embedded.match(asked), strict=True)
    matches = [
        _match_code(index, code, several.get(code, (current,)), by_address)
        for code, current, by_address in met
    ]
    rows = [row for row, match in zip(codes.index, matches, strict=True) if match]
    found = as_answers([match for match in matches if match], rows, provider=schema.DECLARED)
    answers.loc[rows, list(schema.GEOCODE_COLUMNS)] = found


def _match_code(
    index: CommuneIndex, code: str, became: tuple[str, ...], by_address: Match
) -> Match | None:
    """Return the commune of a code, to review where it is in doubt; None for none.

    `became` are the communes of today that the code stands for, the most peopled first.
    """
    told = by_address.place if by_address.status == schema.ACCEPTED else None
    current = told.code_commune if told and told.code_commune in became else became[0]
    # A municipal arrondissement is told by its own code.
    place = index.by_code.get(code, index.by_code.get(current))
    if place is None:
        names = index.by_commune.get(current)
        # An overseas collectivity: no geocoder need look elsewhere.
        return Match(schema.REJECTED, f"{_OUTSIDE}: {names[0].text} ({code})") if names else None
    if told and told.code_commune != place.code_commune:
        reason = f"{_CONTRADICTED}: {told.name} ({told.code_commune})"
        return Match(schema.REVIEW, reason, place, 0.5)
    if told and code in index.places:
        place = told  # "75056" and "Paris 11e": the address tells the arrondissement
    if len(became) > 1 and not told:
        return Match(schema.REVIEW, f"{_AMBIGUOUS}: {code} ({', '.join(became)})", place, 0.5)
    reason = _CODE if code in index.by_code else f"{_OLD_CODE}: {code}"
    return Match(schema.ACCEPTED, reason, place, 1.0, 1.0)


def with_unused_codes(reasons: pd.Series, unused: pd.Series) -> pd.Series:
    """Return the reasons, with the declared codes that did not serve in their details."""
    notes = unused.dropna().map(lambda code: f"code_commune {shown(code)} not used")
    told = reasons.copy()
    for row, note in notes.items():
        separator = "; " if ": " in told[row] else ": "
        told[row] = f"{told[row]}{separator}{note}"
    return told
