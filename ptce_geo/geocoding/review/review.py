"""The review: what is doubtful goes to a person as a list, and comes back corrected.

`write_review` writes the members whose place is in doubt; a person fills in what is right;
`apply_review` puts it where geocoding left off. Correct the same file run after run: what is filled
in stays when it is written again, and is applied as long as it is about the same address.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.errors import InputError, MissingColumnError, PtceGeoWarning, UnreadableFileError
from ptce_geo.files.cells import parse_number
from ptce_geo.geocoding.communes import CommuneGeocoder
from ptce_geo.geocoding.policy import DOUBTS_OF_STREET
from ptce_geo.geocoding.review import sheet
from ptce_geo.geocoding.review.answers import (
    CORRECTED_ADDRESS,
    answer_addresses,
    answer_codes,
    answer_decisions,
    answer_positions,
)
from ptce_geo.geocoding.review.corrections import LINE, corrections
from ptce_geo.geocoding.review.match import (
    REFUSED,
    MemberIds,
    cell_of,
    decides_on,
    members_of,
    same_address,
    tidy_geocoded,
)
from ptce_geo.labels import Language, check_language, label, label_reason, reason_words
from ptce_geo.territories import CURRENT_YEAR

if TYPE_CHECKING:
    import os

    from ptce_geo.geocoding.geocode import Geocoder
    from ptce_geo.geocoding.policy import AcceptancePolicy
    from ptce_geo.geocoding.review.match import Member
    from ptce_geo.geocoding.store import AnswerStore

# Accepted, but coarser than what the address asks for.
DEGRADED: Final = ("street_not_found", "number_not_found", *DOUBTS_OF_STREET)


def write_review(geocoded: pd.DataFrame, path: str | os.PathLike[str], *, lang: str = "fr") -> int:
    """Write the members that a person should look at, with empty columns to fill.

    These are the members to review or rejected, and those accepted at a coarser precision than
    their address asks for (`DEGRADED`). Where a review stands at `path`, every row that is filled
    in stays in it.

    Parameters
    ----------
    geocoded : DataFrame
        What `geocode` or `apply_review` returned.
    path : path
        The file, XLSX or CSV by its name. The workbook has the rows to fill in coloured, and a
        sheet that tells how; the CSV is in UTF-8 with semicolons, and with decimal commas in
        French.
    lang : {"fr", "en"}
        Language of the file.

    Returns
    -------
    int
        How many members are to look at: rows that nobody filled in.

    Raises
    ------
    MissingColumnError
        When there is no ``member_id``, or the members were not geocoded.
    InputError
        When a member to look at has no identifier, or the file is named otherwise.
    UnreadableFileError
        When another file stands at `path`.
    OutputError
        When the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from ptce_geo.geocoding import geocode
    >>> members = pd.DataFrame({"member_id": ["a", "b"], "city": ["Lyon", "Nowhere"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_review(geocode(members), f"{folder}/review.xlsx")
    1
    """
    file = Path(path)
    language = check_language(lang)
    sheet.check_suffix(file)
    frame = tidy_geocoded(geocoded, what="write_review")
    to_check = doubtful(frame)
    if frame.loc[to_check, schema.MEMBER_ID].isna().any():
        msg = "write_review: members to look at without member_id; give each one"
        raise InputError(msg)
    members = members_of(frame)
    ids = MemberIds(members)
    found: dict[int, list[sheet.Cells]] = {at: [] for at in range(len(members))}
    others: list[sheet.Cells] = []
    settled = set()
    for row in _standing(file):
        at = ids.find(row.cells[schema.MEMBER_ID])
        if at is None or not same_address(members[at], row.cells):
            others.append(row.cells)
        elif row.corrected or not row.cells[sheet.DECISION]:
            filled = {column: row.cells[column] for column in sheet.FILL_COLUMNS}
            found[at].append({**_cells_of(members[at], language), **filled})
            settled.add(at)
        else:
            # A decision is about what was found then: that is what it stays beside.
            found[at].append(row.cells)
            seen = [parse_number(row.cells[name]) for name in (schema.LONGITUDE, schema.LATITUDE)]
            settled |= {at} if decides_on(members[at], *seen) else set()
    fresh = [at for at in np.flatnonzero(to_check).tolist() if at not in settled]
    for at in fresh:
        found[at].append(_cells_of(members[at], language))
    rows = [cells for at in found for cells in found[at]]
    sheet.write_rows(file, rows + others, language)
    return len(fresh)


def apply_review(
    geocoded: pd.DataFrame,
    path: str | os.PathLike[str],
    geocoders: Geocoder | Iterable[Geocoder] | None = None,
    *,
    poles: pd.DataFrame | None = None,
    policy: AcceptancePolicy | None = None,
    store: AnswerStore | str | Path | None = None,
    offline: bool = False,
) -> gpd.GeoDataFrame:
    """Return members placed as a person corrected them in a review.

    What the person wrote goes before what geocoding found, the most exact first:

    - a corrected longitude and latitude: accepted, ``geocode_provider`` "review", precision
      "housenumber" (a person pointed at the place), reason "corrected_position";
    - a corrected commune code alone: accepted at the reference point of the commune, precision
      "municipality", reason "corrected_code_commune";
    - a corrected address, postcode or town: the member is placed again, with what is corrected in
      place of what was declared, and without its SIRET; status and precision are what that gives,
      reason "corrected_address: …". With a corrected code too, what is found in another commune
      is left for the commune;
    - the decision "accept": accepted where it was found, reason "confirmed_by_hand";
    - the decision "reject": rejected, without position, reason "rejected_by_hand".

    A correction is applied while the address, postcode and town of the member are those it was
    made for; a decision, while besides the place found is the one that the person saw. Those
    that are not applied are counted in a warning. Apply before territories are attached.

    Parameters
    ----------
    geocoded : DataFrame
        What `geocode` returned, with ``member_id``. Applying twice changes nothing more.
    path : path
        A review that `write_review` wrote, filled in.
    geocoders : Geocoder or iterable of them, optional
        Who places corrected addresses, as for `geocode`.
    poles, policy, store, offline
        As for `geocode`, for corrected addresses.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        The rows of `geocoded` in their order. What was declared is as it was; a correction shows
        in `schema.GEOCODE_COLUMNS` and the points.

    Warns
    -----
    PtceGeoWarning
        When corrections are not applied: their member is not in the list, its address has
        changed, or another place was found since.

    Raises
    ------
    UnreadableFileError, MissingColumnError, InputError
        As `corrections`; nothing is applied then. InputError also when two rows correct one member.

    Examples
    --------
    >>> import tempfile
    >>> from ptce_geo.geocoding import geocode
    >>> located = geocode(pd.DataFrame({"member_id": ["a"], "city": ["Nowhere"]}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "review.csv")
    ...     _ = write_review(located, path)
    ...     text = path.read_text(encoding="utf-8-sig").rstrip()
    ...     _ = path.write_text(text[:-2] + "42218;;", encoding="utf-8-sig")
    ...     apply_review(located, path)[["city", "code_commune", "geocode_reason"]]
          city code_commune          geocode_reason
    0  Nowhere        42218  corrected_code_commune
    """
    file = Path(path)
    frame = tidy_geocoded(geocoded, what="apply_review")
    from ptce_geo.geocoding.geocode import geocode  # which applies reviews itself

    chain = tuple(geocoders) if isinstance(geocoders, Iterable) else geocoders

    def place(asked: pd.DataFrame) -> pd.DataFrame:
        return geocode(
            asked,
            chain,
            poles=poles,
            policy=policy,
            store=store,
            offline=offline,
            progress=False,
        )

    year = _year(chain)
    told = corrections(file, year=year)
    told = _applicable(told, frame, file)
    answer_decisions(frame, told)
    answer_addresses(frame, told, place, year)
    answer_codes(frame, told, year)
    answer_positions(frame, told, year)
    return _like(geocoded, frame)


def _like(geocoded: pd.DataFrame, frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return `frame` with points, and otherwise as `geocoded` is."""
    points = gpd.GeoSeries.from_xy(
        frame[schema.LONGITUDE], frame[schema.LATITUDE], crs=schema.WGS84
    )
    points[frame[schema.LONGITUDE].isna().to_numpy()] = None
    own = geocoded.active_geometry_name if isinstance(geocoded, gpd.GeoDataFrame) else None
    frame = frame.drop(columns=[own or "geometry"], errors="ignore").set_axis(geocoded.index)
    frame.attrs = geocoded.attrs
    applied = gpd.GeoDataFrame(frame, geometry=points.set_axis(geocoded.index))
    return applied[list(geocoded.columns)] if "geometry" in geocoded else applied


def doubtful(frame: pd.DataFrame) -> np.ndarray:
    """Return which members a person should look at."""
    accepted = frame[schema.GEOCODE_STATUS].eq(schema.ACCEPTED)
    words = frame[schema.GEOCODE_REASON].astype("str").fillna("")
    words = reason_words(words.str.removeprefix(f"{CORRECTED_ADDRESS}: "))
    refused = words.eq(REFUSED)  # a person has looked at it
    return (~accepted & ~refused | words.isin(DEGRADED)).to_numpy(dtype=bool)


def _cells_of(member: Member, lang: Language) -> sheet.Cells:
    cells = dict.fromkeys(sheet.REVIEW_COLUMNS, "")
    for column in (*sheet.DECLARED_COLUMNS, schema.GEOCODE_LABEL):
        cells[column] = cell_of(member.get(column))
    cells[schema.GEOCODE_STATUS] = label(member[schema.GEOCODE_STATUS], lang)
    if isinstance(precision := member[schema.GEOCODE_PRECISION], str):
        cells[schema.GEOCODE_PRECISION] = label(precision, lang)
    cells[schema.GEOCODE_REASON] = label_reason(cell_of(member[schema.GEOCODE_REASON]), lang)
    cells[sheet.CANDIDATES] = cell_of(member.get(schema.GEOCODE_CANDIDATES))
    if not math.isnan(score := member[schema.GEOCODE_SCORE]):
        cells[schema.GEOCODE_SCORE] = repr(round(float(score), 3))
    longitude, latitude = member[schema.LONGITUDE], member[schema.LATITUDE]
    if not math.isnan(longitude):
        cells[schema.LONGITUDE] = f"{longitude:.6f}"
        cells[schema.LATITUDE] = f"{latitude:.6f}"
        cells[sheet.COORDINATES] = f"{latitude:.6f}, {longitude:.6f}"
    return cells


def _standing(file: Path) -> list[sheet.ReviewRow]:
    """Return what is filled in in the review that stands at `file`."""
    if not file.exists():
        return []
    try:
        return [row for row in sheet.read_rows(file) if row.filled]
    except (UnreadableFileError, MissingColumnError) as error:
        msg = f"{file} stands there and is not written over ({error}); give another path"
        raise UnreadableFileError(msg) from error


def _year(geocoders: Geocoder | tuple[Geocoder, ...] | None) -> int:
    chain = geocoders if isinstance(geocoders, tuple) else (geocoders,)
    return next((one.year for one in chain if isinstance(one, CommuneGeocoder)), CURRENT_YEAR)


def _applicable(told: pd.DataFrame, frame: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Return the corrections that hold, on the positions of their members; warn of the others."""
    members = members_of(frame)
    ids = MemberIds(members)
    left: Counter[str] = Counter()
    held: dict[int, list[int]] = {}
    corrected = told[list(sheet.CORRECTION_COLUMNS)].notna().any(axis=1).tolist()
    for row, correction in enumerate(told.to_dict("records")):
        at = ids.find(correction[schema.MEMBER_ID])
        if at is None:
            left["of members that are not in the list"] += 1
        elif not same_address(members[at], _asked(correction)):
            left["of members whose address has changed since"] += 1
        elif not corrected[row] and not decides_on(
            members[at], correction[schema.LONGITUDE], correction[schema.LATITUDE]
        ):
            left["on a place that is no longer the one found"] += 1
        else:
            held.setdefault(at, []).append(row)
    if left:
        counts = ", ".join(f"{count} {why}" for why, count in left.items())
        msg = f"{file.name}: corrections not applied: {counts}; look at these rows again"
        warnings.warn(msg, PtceGeoWarning, stacklevel=3)
    chosen = {at: _one_of(rows, told, corrected, file) for at, rows in held.items()}
    return told.iloc[list(chosen.values())].set_axis(pd.Index(list(chosen), dtype="int64"))


def _asked(correction: Member) -> sheet.Cells:
    return {column: cell_of(correction[column]) for column in sheet.ADDRESS_COLUMNS}


def _one_of(rows: list[int], told: pd.DataFrame, corrected: list[bool], file: Path) -> int:
    """Return the one row that corrects a member: what is right goes before a decision."""
    rows = [row for row in rows if corrected[row]] or rows
    if len(rows) == 1:
        return rows[0]
    what = [*sheet.CORRECTION_COLUMNS, sheet.DECISION]
    if len(told[what].iloc[rows].drop_duplicates()) > 1:
        lines = listing(told[LINE].iloc[rows])
        member = told[schema.MEMBER_ID].iloc[rows[0]]
        msg = f"{file.name}: lines {lines} correct {member} in different ways; keep one of them"
        raise InputError(msg)
    return rows[-1]
