"""What a person corrected, put where geocoding left off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.geocoding.review import sheet
from ptce_geo.geocoding.review.corrections import ACCEPT, places_of_codes
from ptce_geo.geocoding.review.match import CONFIRMED, REFUSED
from ptce_geo.territories import locate

if TYPE_CHECKING:
    from collections.abc import Callable

PROVIDER: Final = "review"
CORRECTED_POSITION: Final = "corrected_position"
CORRECTED_CODE_COMMUNE: Final = "corrected_code_commune"
CORRECTED_ADDRESS: Final = "corrected_address"


def _set(frame: pd.DataFrame, answers: pd.DataFrame) -> None:
    """Put answers in their rows; the other answers that there were are none any more."""
    frame.loc[answers.index, list(schema.GEOCODE_COLUMNS)] = answers[list(schema.GEOCODE_COLUMNS)]
    if schema.GEOCODE_CANDIDATES in frame:
        others = answers.get(schema.GEOCODE_CANDIDATES)
        frame.loc[answers.index, schema.GEOCODE_CANDIDATES] = np.nan if others is None else others


def answer_decisions(frame: pd.DataFrame, told: pd.DataFrame) -> None:
    """Accept or reject what was found."""
    corrected = told[list(sheet.CORRECTION_COLUMNS)].notna().any(axis=1)
    decisions = told.loc[~corrected, sheet.DECISION]
    accepted = decisions.index[decisions.eq(ACCEPT).to_numpy(dtype=bool)]
    frame.loc[accepted, schema.GEOCODE_STATUS] = schema.ACCEPTED
    frame.loc[accepted, schema.GEOCODE_REASON] = CONFIRMED
    refused = decisions.index.difference(accepted)
    nothing = pd.DataFrame(index=refused, columns=list(schema.GEOCODE_COLUMNS))
    nothing[schema.GEOCODE_STATUS] = schema.REJECTED
    nothing[schema.GEOCODE_REASON] = REFUSED
    _set(frame, nothing.astype(schema.GEOCODE_DTYPES))


def answer_addresses(
    frame: pd.DataFrame,
    told: pd.DataFrame,
    place: Callable[[pd.DataFrame], pd.DataFrame],
    year: int,
) -> None:
    """Place again (`place`) the members whose address, postcode or town is corrected."""
    columns = {
        schema.ADDRESS: sheet.CORRECTED_ADDRESS,
        schema.POSTCODE: sheet.CORRECTED_POSTCODE,
        schema.CITY: sheet.CORRECTED_CITY,
    }
    rows = told.loc[told[list(columns.values())].notna().any(axis=1)]
    rows = rows[rows[sheet.CORRECTED_LONGITUDE].isna()]
    if rows.empty:
        return
    kept = [schema.DEPARTEMENT, schema.POLE_ID]
    asked = frame.loc[rows.index, [column for column in kept if column in frame]].copy()
    for column, correction in columns.items():
        declared = frame.loc[rows.index].get(column)
        asked[column] = rows[correction] if declared is None else rows[correction].fillna(declared)
    placed = pd.DataFrame(place(asked))
    placed[schema.GEOCODE_REASON] = f"{CORRECTED_ADDRESS}: " + placed[schema.GEOCODE_REASON]
    codes = rows[sheet.CORRECTED_CODE_COMMUNE]
    expected = places_of_codes(codes, year=year)[schema.CODE_COMMUNE]
    placed_well = placed[schema.GEOCODE_STATUS].eq(schema.ACCEPTED)
    agrees = codes.isna() | (placed_well & placed[schema.CODE_COMMUNE].eq(expected))
    _set(frame, placed[agrees.to_numpy(dtype=bool)])
    # What is placed is placed: the code was there to check it.
    done = rows.index[agrees.to_numpy(dtype=bool)]
    told.loc[done, sheet.CORRECTED_CODE_COMMUNE] = np.nan


def answer_codes(frame: pd.DataFrame, told: pd.DataFrame, year: int) -> None:
    """Place members at the commune whose code a person wrote, and no position."""
    codes = told[sheet.CORRECTED_CODE_COMMUNE]
    codes = codes[codes.notna() & told[sheet.CORRECTED_LONGITUDE].isna()]
    if codes.empty:
        return
    placed = places_of_codes(codes, year=year)
    placed[schema.GEOCODE_PROVIDER] = PROVIDER
    placed[schema.GEOCODE_REASON] = CORRECTED_CODE_COMMUNE
    _set(frame, placed)


def answer_positions(frame: pd.DataFrame, told: pd.DataFrame, year: int) -> None:
    """Place members where a person wrote that they are."""
    rows = told[told[sheet.CORRECTED_LONGITUDE].notna()]
    if rows.empty:
        return
    longitude = rows[sheet.CORRECTED_LONGITUDE]
    latitude = rows[sheet.CORRECTED_LATITUDE]
    text = rows[[sheet.CORRECTED_ADDRESS, sheet.CORRECTED_POSTCODE, sheet.CORRECTED_CITY]]
    words = text.fillna("").agg(" ".join, axis=1).str.split().str.join(" ")
    communes = pd.Series(locate(longitude, latitude, year=year), index=rows.index, dtype="str")
    given = places_of_codes(rows[sheet.CORRECTED_CODE_COMMUNE], year=year)
    answers = pd.DataFrame(
        {
            schema.LONGITUDE: longitude,
            schema.LATITUDE: latitude,
            schema.GEOCODE_PROVIDER: PROVIDER,
            schema.GEOCODE_PRECISION: schema.PRECISIONS[0],
            schema.GEOCODE_SCORE: 1.0,
            schema.GEOCODE_MARGIN: 1.0,
            schema.GEOCODE_LABEL: words.mask(words == ""),
            schema.GEOCODE_STATUS: schema.ACCEPTED,
            schema.GEOCODE_REASON: CORRECTED_POSITION,
            schema.CODE_COMMUNE: communes.fillna(given[schema.CODE_COMMUNE]),
        },
        index=rows.index,
    )
    _set(frame, answers.astype(schema.GEOCODE_DTYPES))
