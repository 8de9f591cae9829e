"""What a person filled in a review: read, checked, and put in words for `apply_review`."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.errors import InputError, PtceGeoWarning
from ptce_geo.files.cells import (
    fold,
    parse_number,
    read_commune_code,
    read_formula,
    says_nothing,
)
from ptce_geo.geocoding.communes import CommuneGeocoder
from ptce_geo.geocoding.review import sheet
from ptce_geo.territories import CURRENT_YEAR, locate

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from ptce_geo.geocoding.review.sheet import ReviewRow

LINE: Final = "line"
ACCEPT: Final = "accept"
REJECT: Final = "reject"
_DECISIONS: Final = {
    **dict.fromkeys(("accepter", "accepte", "acceptee", "accept", "accepted"), ACCEPT),
    **dict.fromkeys(("rejeter", "rejete", "rejetee", "reject", "rejected"), REJECT),
}
_DEGREES: Final = (
    schema.LONGITUDE,
    schema.LATITUDE,
    sheet.CORRECTED_LONGITUDE,
    sheet.CORRECTED_LATITUDE,
)
CORRECTIONS_COLUMNS: Final = (
    LINE,
    schema.MEMBER_ID,
    *sheet.ADDRESS_COLUMNS,
    schema.LONGITUDE,
    schema.LATITUDE,
    *sheet.FILL_COLUMNS,
)


def corrections(path: str | os.PathLike[str], *, year: int = CURRENT_YEAR) -> pd.DataFrame:
    """Return what a person filled in a review.

    Parameters
    ----------
    path : path
        A review as `write_review` wrote it, filled in, saved as XLSX or CSV.
    year : int
        Vintage of the corrected commune codes; a code of before is brought to it.

    Returns
    -------
    DataFrame
        A row for each row of the file that corrects or decides something: its ``line``, the
        ``member_id``, the ``address``, ``postcode`` and ``city`` it is about, the ``longitude`` and
        ``latitude`` that the person was shown, ``corrected_address``, ``corrected_postcode``,
        ``corrected_city``, ``corrected_longitude``, ``corrected_latitude``,
        ``corrected_code_commune``, ``decision`` ("accept", "reject" or missing), ``note``.

    Raises
    ------
    UnreadableFileError
        When the file cannot be read as a table.
    MissingColumnError
        When it is no review.
    InputError
        When something filled in cannot be read, or contradicts itself; the message names the row.

    Examples
    --------
    >>> import tempfile
    >>> lines = [
    ...     "Identifiant;Adresse;Code postal;Commune indiquée;Code commune corrigé;Décision",
    ...     "a;1 rue du Puy;42000;;42218;",
    ... ]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "review.csv")
    ...     _ = path.write_text(chr(10).join(lines), encoding="utf-8")
    ...     corrections(path)[["line", "member_id", "corrected_code_commune"]]
       line member_id corrected_code_commune
    0     2         a                  42218
    """
    file = Path(path)
    read = [_read(row) for row in sheet.read_rows(file) if _says_something(row)]
    wrong = [f"line {one.line} ({one.member}): {said}" for one in read for said in one.wrong]
    table = _as_table([one.cells for one in read if not one.wrong])
    if not wrong:
        who = list(zip(table[LINE], table[schema.MEMBER_ID], strict=True))
        wrong = [
            "line {} ({}): ".format(*who[at]) + said for at, said in _contradicted(table, year)
        ]
    if wrong:
        msg = f"{file.name}, {listing(wrong, most=1)}; nothing was applied"
        raise InputError(msg)
    return table


@dataclass(frozen=True)
class _Read:
    """A row as it was read, and what is wrong with it."""

    line: int
    member: str
    cells: dict[str, object]
    wrong: list[str]


def _says_something(row: ReviewRow) -> bool:
    columns = (*sheet.CORRECTION_COLUMNS, sheet.DECISION)
    return any(not says_nothing(row.cells[column]) for column in columns)


def _read(row: ReviewRow) -> _Read:
    cells: dict[str, object] = {LINE: row.line}
    wrong = []
    for column in CORRECTIONS_COLUMNS[1:]:
        text = row.cells[column]
        filled = column in sheet.FILL_COLUMNS and column != sheet.NOTE
        if not text or (filled and says_nothing(text)):
            cells[column] = None
            continue
        cells[column], said = _cell(column, text)
        # What a person did not fill in does no harm: what it was found at is then not known.
        wrong += [said] if said and filled else []
    if not wrong:
        wrong = list(_contradictions(cells, row))
    return _Read(row.line, row.cells[schema.MEMBER_ID] or "no identifier", cells, wrong)


def _cell(column: str, text: str) -> tuple[object, str | None]:
    """Return what a cell says, and what is wrong with it."""
    named = column.replace("_", " ")
    if column in sheet.FILL_COLUMNS and read_formula(text):
        return None, f"{named} {text!r} is a formula without result; write what it should say"
    if column in _DEGREES:
        number = parse_number(text)
        most = 180 if "longitude" in column else 90
        if number is None:
            return None, f"{named} {text!r} is not a number; write degrees, such as 4.3901"
        if abs(number) > most:
            return None, f"{named} {text} is out of range; write degrees from -{most} to {most}"
        return number, None
    if column == sheet.CORRECTED_CODE_COMMUNE:
        code = read_commune_code(text).value
        advice = "write the INSEE code, such as 42218"
        return code, None if code else f"{named} {text!r} is no commune code; {advice}"
    if column == sheet.DECISION:
        decision = _DECISIONS.get(fold(text))
        known = "accepter, rejeter (accept, reject) or nothing"
        return decision, None if decision else f"decision {text!r} is not known; write {known}"
    if column == sheet.CORRECTED_POSTCODE and re.fullmatch("[0-9]{4}", text):
        return f"0{text}", None  # a spreadsheet took it for a number
    return text, None


def _contradictions(cells: dict[str, object], row: ReviewRow) -> Iterator[str]:
    """Yield what cannot stand together in one row."""
    longitude = cells[sheet.CORRECTED_LONGITUDE]
    latitude = cells[sheet.CORRECTED_LATITUDE]
    if (longitude is None) != (latitude is None):
        there, missing = (
            ("longitude", "latitude") if latitude is None else ("latitude", "longitude")
        )
        yield f"a corrected {there} without {missing}; write both, or neither"
    corrected = [column for column in sheet.CORRECTION_COLUMNS if cells[column] is not None]
    decision = cells[sheet.DECISION]
    if decision == REJECT and corrected:
        yield f"rejected, and yet a {corrected[0].replace('_', ' ')}; leave one of the two empty"
    nowhere = not row.cells[schema.LONGITUDE] or not row.cells[schema.LATITUDE]
    if decision == ACCEPT and not corrected and nowhere:
        yield "accepted, but nothing was found; write what is right, or leave the decision empty"
    if not row.cells[schema.MEMBER_ID]:
        yield "filled in, but without identifier of the member; put it back"


def _as_table(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(CORRECTIONS_COLUMNS))
    kinds = {column: "float64" if column in _DEGREES else "str" for column in CORRECTIONS_COLUMNS}
    return table.astype({**kinds, LINE: "int64"})


def _contradicted(table: pd.DataFrame, year: int) -> Iterator[tuple[int, str]]:
    """Yield which rows the map of France contradicts, and how."""
    codes = table[sheet.CORRECTED_CODE_COMMUNE]
    places = places_of_codes(codes, year=year)
    longitude = table[sheet.CORRECTED_LONGITUDE].to_numpy()
    latitude = table[sheet.CORRECTED_LATITUDE].to_numpy()
    inside, swapped = (
        _communes_at(longitude, latitude, year),
        _communes_at(latitude, longitude, year),
    )
    of_code = zip(codes, places[schema.GEOCODE_STATUS], places[schema.CODE_COMMUNE], strict=True)
    for at, (code, status, commune) in enumerate(of_code):
        given = isinstance(code, str)
        if given and status == schema.REJECTED:
            yield at, f"corrected code commune {code!r} is not known; look it up at insee.fr"
        elif given and status == schema.REVIEW:
            yield at, f"corrected code commune {code!r} is now several communes; write the new code"
        elif inside[at] is None and swapped[at] is not None:
            yield at, "corrected longitude and latitude are swapped; put them the other way round"
        elif given and inside[at] not in (None, commune):
            yield at, f"the corrected position lies in commune {inside[at]}, not in {code}"


def places_of_codes(codes: pd.Series, *, year: int) -> pd.DataFrame:
    """Return the reference points of communes, as `geocode` answers them, on the index."""
    places = _places(tuple(sorted(codes.dropna().unique())), year).reindex(codes)
    return places.set_axis(codes.index).astype(schema.GEOCODE_DTYPES)


@lru_cache(maxsize=8)  # what is checked is applied next
def _places(codes: tuple[str, ...], year: int) -> pd.DataFrame:
    from ptce_geo.geocoding.geocode import geocode  # which applies reviews itself

    columns = list(schema.GEOCODE_COLUMNS)
    if not codes:
        return pd.DataFrame(columns=columns)
    members = pd.DataFrame({schema.CODE_COMMUNE: list(codes)}, dtype="str")
    placed = geocode(members, CommuneGeocoder(year), progress=False)
    return pd.DataFrame(placed)[columns].set_axis(pd.Index(codes))


def _communes_at(longitude: np.ndarray, latitude: np.ndarray, year: int) -> list[str | None]:
    if np.isnan(longitude).all():
        return [None] * len(longitude)
    with warnings.catch_warnings():
        # A longitude beyond 90 is no latitude: that is no point, and no swap.
        warnings.simplefilter("ignore", PtceGeoWarning)
        return list(locate(longitude, latitude, year=year))
