"""What a geocoding service answers: its CSV and its GeoJSON, read into one form and chosen from."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
from pyproj import Geod

from ptce_geo import schema
from ptce_geo.territories import convert_codes, territory_table
from ptce_geo.territories.commune_index import commune_index

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# The number of a row in the files we send: answers are matched by it, never by their place.
ROW: Final = "ptce_row"
# Without the commune filter a service must be this much surer to be believed instead.
SURER: Final = 0.1
# From this score no second search is made without the filter; ...
SURE: Final = 0.9
# ... below this one, or so close to the second answer, the other answers are asked for too.
POOR: Final = 0.7
CLOSE: Final = 0.05
_MOST_CANDIDATES: Final = 5
# Statuses of the national service for rows that it did not search.
_NOT_DONE: Final = ("skipped", "error")

_GRS80: Final = Geod(ellps="GRS80")

_FOUND: Final = "address_found"
_ANYWHERE: Final = "found_without_commune_filter"
_NOT_FOUND: Final = "address_not_found"


class Found(NamedTuple):
    """One address that a service knows."""

    longitude: float
    latitude: float
    score: float
    margin: float
    label: str
    precision: str
    number: str
    street: str
    postcode: str
    city: str
    citycode: str

    @property
    def told(self) -> str:
        """Return label and score, as a person is shown them."""
        return f"{self.label.replace('|', '/')} ({self.score:.2f})"


class Answer(NamedTuple):
    """What became of one query: the address chosen, why, and the others."""

    found: Found | None
    reason: str
    candidates: tuple[Found, ...] = ()


class Lines(NamedTuple):
    """What the rows of a CSV answer say, by their number.

    Attributes
    ----------
    found : dict
        Of the rows that came back whole and once; None where nothing was found.
    not_done : set of int
        The rows that the service says it did not search.
    """

    found: dict[int, Found | None]
    not_done: set[int]


def read_lines(body: bytes, numbers: Iterable[int]) -> Lines:
    """Read the CSV answer to the rows `numbers`; a cut or doubled row is as if it had not come."""
    text = body.decode("utf-8-sig", errors="replace")
    # What no line break ends may have been cut, even where it looks whole.
    text = text[: text.rfind("\n") + 1]
    asked = set(numbers)
    lines: dict[int, list[dict[str, str]]] = {}
    try:
        header, *rows = csv.reader(io.StringIO(text, newline=""))
    except (ValueError, csv.Error):
        return Lines({}, set())
    if ROW not in header or "latitude" not in header:
        return Lines({}, set())
    place = header.index(ROW)
    for cells in rows:
        if len(cells) == len(header) and cells[place].isdecimal():
            number = int(cells[place])
            lines.setdefault(number, []).append(dict(zip(header, cells, strict=True)))
    once = {n: line[0] for n, line in lines.items() if len(line) == 1 and n in asked}
    not_done = {n for n, line in once.items() if line.get("result_status") in _NOT_DONE}
    return Lines({n: _of_line(once[n]) for n in once.keys() - not_done}, not_done)


def read_features(content: object) -> tuple[Found, ...] | None:
    """Return the addresses of a GeoJSON answer, the likeliest first; None if it is none."""
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        return None
    read = (_of_feature(feature) for feature in features if isinstance(feature, dict))
    found = sorted((one for one in read if one), key=lambda one: -one.score)
    if len(found) > 1:
        found[0] = found[0]._replace(margin=round(found[0].score - found[1].score, 2))
    return tuple(found)


def choose(under: Found | None, anywhere: Found | None) -> Answer:
    """Return the better of what was found in the commune and what was found without asking for it.

    A filter on the wrong commune makes a service answer with another street of that commune.
    """
    if under is None and anywhere is None:
        return Answer(None, _NOT_FOUND)
    if anywhere is None or (under and anywhere.score <= under.score + SURER):
        others = (anywhere,) if anywhere and under and anywhere.label != under.label else ()
        return Answer(under, _FOUND, others)
    told = under.told if under else "-"
    return Answer(anywhere, f"{_ANYWHERE}: {told}", (under,) if under else ())


def with_candidates(answer: Answer, listed: Sequence[Found]) -> Answer:
    """Return an answer with the other addresses that a person may choose from."""
    chosen = {answer.found.label} if answer.found else set()
    others = {one.label: one for one in (*answer.candidates, *listed) if one.label not in chosen}
    likeliest = sorted(others.values(), key=lambda one: -one.score)
    return answer._replace(candidates=tuple(likeliest[:_MOST_CANDIDATES]))


def is_poor(found: Found | None) -> bool:
    """Return whether a person may want to see what else an address could be."""
    return found is None or found.score < POOR or found.margin < CLOSE


def service_frame(
    answers: Sequence[Answer], index: pd.Index, *, provider: str, year: int
) -> pd.DataFrame:
    """Return answers as the columns of `schema` on `index`."""
    codes = _communes((one.found.citycode for one in answers if one.found), year)
    rows = [_row(one, provider, codes) for one in answers]
    columns = [*schema.GEOCODE_COLUMNS, *schema.FOUND_COLUMNS, schema.GEOCODE_CANDIDATES]
    frame = pd.DataFrame(rows, columns=columns, index=index)
    frame = frame.astype(
        {column: schema.GEOCODE_DTYPES.get(column, "str") for column in frame.columns}
    )
    return _doubt_positions(frame, year)


def _doubt_positions(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return answers, those to review whose point lies far from the commune that they name.

    Longitude and latitude exchanged, another hemisphere, a position left at zero: far is over
    2 km and three times the square root of the commune's area from its reference point.
    """
    if frame.empty:
        return frame
    communes = territory_table(year=year).reindex(frame[schema.CODE_COMMUNE])
    points = [schema.LONGITUDE, schema.LATITUDE]
    metres = _GRS80.inv(*communes[points].to_numpy().T, *frame[points].to_numpy().T)[2]
    allowed = 2_000 + 3_000 * np.sqrt(communes[schema.AREA_KM2].to_numpy())
    far = frame[schema.GEOCODE_STATUS].eq(schema.ACCEPTED).to_numpy() & (metres > allowed)
    frame.loc[far, schema.GEOCODE_STATUS] = schema.REVIEW
    kilometres = pd.Series(metres / 1000, index=frame.index).map("{:.0f} km".format)
    frame.loc[far, schema.GEOCODE_REASON] = "position_outside_commune: " + kilometres[far]
    return frame


def _row(answer: Answer, provider: str, codes: Mapping[str, str]) -> dict[str, object]:
    candidates = " | ".join(one.told for one in answer.candidates) or None
    row: dict[str, object] = {
        schema.GEOCODE_SCORE: 0.0,
        schema.GEOCODE_MARGIN: 0.0,
        schema.GEOCODE_STATUS: schema.REJECTED,
        schema.GEOCODE_REASON: answer.reason,
        schema.GEOCODE_CANDIDATES: candidates,
    }
    if (found := answer.found) is None:
        return row
    return row | {
        schema.LONGITUDE: found.longitude,
        schema.LATITUDE: found.latitude,
        schema.GEOCODE_PROVIDER: provider,
        schema.GEOCODE_PRECISION: found.precision,
        schema.GEOCODE_SCORE: found.score,
        schema.GEOCODE_MARGIN: found.margin,
        schema.GEOCODE_LABEL: found.label or None,
        schema.GEOCODE_STATUS: schema.ACCEPTED,
        schema.CODE_COMMUNE: codes.get(found.citycode),
        schema.FOUND_NUMBER: found.number or None,
        schema.FOUND_STREET: found.street or None,
        schema.FOUND_POSTCODE: found.postcode or None,
        schema.FOUND_CITY: found.city or None,
    }


def _communes(citycodes: Iterable[str], year: int) -> dict[str, str]:
    """Return the commune of `year` of each code that the BAN uses."""
    index = commune_index(year)
    distinct = {code for code in citycodes if code}
    known = {code: index.by_code[code].code_commune for code in distinct & index.by_code.keys()}
    # The service may be of another year than our communes.
    others = pd.Series(sorted(distinct - known.keys()), dtype="str")
    if others.empty:
        return known
    converted = convert_codes(others, from_year=None, to_year=year).data
    return known | {
        code: current
        for code, current in zip(others, converted, strict=True)
        if isinstance(current, str)
    }


def _of_line(line: Mapping[str, str]) -> Found | None:
    """Return the address of a line of the CSV; None where the service found nothing."""
    properties = {
        column.removeprefix("result_"): cell
        for column, cell in line.items()
        if column.startswith("result_")
    }
    found = _found(properties, line.get("longitude"), line["latitude"])
    following = _number(properties.get("score_next"))
    if found and following:
        return found._replace(margin=max(0.0, round(found.score - min(following, 1.0), 2)))
    return found


def _of_feature(feature: Mapping[str, Any]) -> Found | None:
    properties, geometry = feature.get("properties"), feature.get("geometry")
    point = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if not isinstance(properties, dict) or not isinstance(point, list) or len(point) < 2:
        return None
    return _found(properties, point[0], point[1])


def _found(properties: Mapping[str, Any], longitude: object, latitude: object) -> Found | None:
    x, y = _number(longitude), _number(latitude)
    score = _number(properties.get("score"))
    if x is None or y is None or score is None or abs(x) > 180 or abs(y) > 90:
        return None

    def text(key: str) -> str:
        return " ".join(str(properties.get(key) or "").split())

    precision = text("type")
    if precision not in schema.PRECISIONS:
        precision = schema.PRECISIONS[-1]
    return Found(
        longitude=x,
        latitude=y,
        # addok rounds to two digits in its files only; whichever way a row went, it is the same.
        score=round(min(max(score, 0.0), 1.0), 2),
        margin=1.0,
        label=text("label"),
        precision=precision,
        number=text("housenumber"),
        street=_street(precision, text("street"), text("name"), text("housenumber")),
        postcode=text("postcode"),
        city=text("city"),
        citycode=text("citycode"),
    )


def _street(precision: str, street: str, name: str, number: str) -> str:
    """Return the street, or the lieu-dit, without the number that stands in the name."""
    if precision == "municipality":
        return ""
    if precision == "housenumber":
        return street or name.removeprefix(f"{number} ")
    return name or street


def _number(cell: object) -> float | None:
    try:
        number = float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
