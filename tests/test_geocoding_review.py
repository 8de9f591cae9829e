"""The review: what a person fills in is what is applied, to the member it is about, and stays."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ptce_geo import schema
from ptce_geo.errors import (
    DuplicateIdError,
    InputError,
    MissingColumnError,
    OutputError,
    PtceGeoWarning,
    UnreadableFileError,
)
from ptce_geo.geocoding import CommuneGeocoder, geocode
from ptce_geo.geocoding.review.corrections import corrections
from ptce_geo.geocoding.review.review import DEGRADED, apply_review, write_review
from ptce_geo.geocoding.review.sheet import (
    CORRECTED_ADDRESS,
    CORRECTED_CITY,
    CORRECTED_CODE_COMMUNE,
    CORRECTED_LATITUDE,
    CORRECTED_LONGITUDE,
    CORRECTED_POSTCODE,
    DECISION,
    FILL_COLUMNS,
    NOTE,
    REVIEW_COLUMNS,
    heading,
)

FOUND = [*schema.GEOCODE_COLUMNS]
HOSTILE = ["=1+1", "+33 4 77", "-cmd|' /C calc'!A0", "@SUM(A1)", "'=1", '=HYPERLINK("x")', "{=A1}"]
SUFFIXES = ["xlsx", "csv"]


def frame_of(rows):
    """Members as `geocode` returns them: (id, city, status, reason, longitude, latitude)."""
    columns = [schema.MEMBER_ID, schema.CITY, schema.GEOCODE_STATUS, schema.GEOCODE_REASON]
    frame = pd.DataFrame(rows, columns=[*columns, schema.LONGITUDE, schema.LATITUDE])
    placed = frame[schema.LONGITUDE].notna()
    frame[schema.GEOCODE_SCORE] = frame[schema.GEOCODE_MARGIN] = placed.map({True: 0.8, False: 0.0})
    for column, text in (
        (schema.GEOCODE_PROVIDER, "index"),
        (schema.GEOCODE_PRECISION, "street"),
        (schema.GEOCODE_LABEL, "Rue du Lieu trouvé"),
    ):
        frame[column] = pd.Series(text, index=frame.index).where(placed)
    frame[schema.CODE_COMMUNE] = pd.Series("42218", index=frame.index).where(placed)
    frame[schema.MEMBER_NAME] = "Régie " + frame[schema.MEMBER_ID]
    frame[schema.ADDRESS] = "1 rue " + frame[schema.MEMBER_ID]
    frame[schema.POSTCODE] = "01000"
    frame[schema.SIRET] = "49081200000012"
    frame[schema.GEOCODE_CANDIDATES] = pd.Series("Rue A (0.81) | Rue B (0.80)").reindex(frame.index)
    frame = frame.astype({**schema.GEOCODE_DTYPES, schema.GEOCODE_CANDIDATES: "str"})
    points = gpd.GeoSeries.from_xy(frame[schema.LONGITUDE], frame[schema.LATITUDE], crs=4326)
    points[frame[schema.LONGITUDE].isna()] = None
    return gpd.GeoDataFrame(frame, geometry=points)


@pytest.fixture
def located():
    """One of each kind; the first three are to look at."""
    return frame_of(
        [
            ("00042", "Saint-Étienne", "review", "postcode_contradicts_town", 4.39, 45.43),
            ("b", "Nulle-Part", "rejected", "unknown_town: Nulle-Part", np.nan, np.nan),
            ("c", "Lyon", "accepted", f"{DEGRADED[0]}: rue Perdue", 4.83, 45.75),
            ("d", "Romans-sur-Isère", "accepted", "postcode_and_town", 5.05, 45.05),
        ]
    ).set_index(pd.Index([7, 3, 5, 9], name="own"))


def cells_of(path):
    """The rows of a review as dicts of cells by column, with what a spreadsheet would show."""
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig")), delimiter=";"))
    else:
        sheet = openpyxl.load_workbook(path).worksheets[0]
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    return [dict(zip(REVIEW_COLUMNS, row, strict=True)) for row in rows[1:]]


def fill(path, filled, lang="fr"):
    """Write in the cells that a person fills: {member_id: {column: what}}."""
    if path.suffix == ".csv":
        text = path.read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))
        for row in rows[1:]:
            for column, what in filled.get(row[0], {}).items():
                row[REVIEW_COLUMNS.index(column)] = what
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream, delimiter=";").writerows(rows)
        return
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for line in range(2, sheet.max_row + 1):
        for column, what in filled.get(sheet.cell(row=line, column=1).value, {}).items():
            cell = sheet.cell(row=line, column=REVIEW_COLUMNS.index(column) + 1)
            cell.value = what
    book.save(path)


def reviewed(located, path, filled, **options):
    write_review(located, path)
    fill(path, filled)
    return apply_review(located, path, **options)


# --- what is written ------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_who_is_to_look_at_and_what_stands_there(located, tmp_path, suffix):
    path = tmp_path / f"review.{suffix}"
    assert write_review(located, path) == 3
    rows = cells_of(path)
    assert [row[schema.MEMBER_ID] for row in rows] == ["00042", "b", "c"]
    first = rows[0]
    assert first[schema.ADDRESS] == "1 rue 00042"
    assert first[schema.POSTCODE] == "01000"
    assert first[schema.SIRET] == "49081200000012"
    assert first[schema.GEOCODE_STATUS] == "à vérifier"
    assert first[schema.GEOCODE_PRECISION] == "à la rue"
    assert first[schema.GEOCODE_REASON] == "le code postal contredit la commune"
    assert first[schema.LONGITUDE] == (4.39 if suffix == "xlsx" else "4,39")
    assert first[schema.GEOCODE_SCORE] == (0.8 if suffix == "xlsx" else "0,8")
    assert first["coordinates"] == "45.430000, 4.390000"
    assert not any(row[column] for row in rows for column in FILL_COLUMNS)
    assert rows[1][schema.GEOCODE_REASON] == "commune inconnue (Nulle-Part)"
    assert not rows[1][schema.LONGITUDE]


def test_the_candidates_stand_in_it(located, tmp_path):
    located[schema.GEOCODE_CANDIDATES] = ["Rue A (0.81) | Rue B (0.80)", None, None, None]
    write_review(located, tmp_path / "review.csv")
    assert cells_of(tmp_path / "review.csv")[0]["candidates"] == "Rue A (0.81) | Rue B (0.80)"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_workbook_is_made_to_be_filled_in(located, tmp_path, lang):
    path = tmp_path / "review.xlsx"
    write_review(located, path, lang=lang)
    book = openpyxl.load_workbook(path)
    assert (
        book.sheetnames == [["À vérifier", "Mode d’emploi"], ["To check", "How to"]][lang == "en"]
    )
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    assert headings == [heading(column, lang) for column in REVIEW_COLUMNS]
    assert sheet.freeze_panes == "C2"
    assert sheet.protection.sheet
    for column in REVIEW_COLUMNS:
        cell = sheet.cell(row=2, column=REVIEW_COLUMNS.index(column) + 1)
        assert cell.protection.locked == (column not in FILL_COLUMNS)
        assert (cell.fill.fill_type == "solid") == (column in FILL_COLUMNS)
        assert cell.number_format == "@" or column not in FILL_COLUMNS
    (offered,) = sheet.data_validations.dataValidation
    words = ["accepter,rejeter", "accept,reject"][lang == "en"]
    assert offered.formula1 == f'"{words}"'
    assert sheet.cell(row=2, column=REVIEW_COLUMNS.index(DECISION) + 1).coordinate in offered.sqref
    assert len(list(book.worksheets[1].iter_rows())) == 9


def test_a_french_excel_opens_the_csv(located, tmp_path):
    path = tmp_path / "review.csv"
    write_review(located, path)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfIdentifiant;Structure;Adresse;Code postal;")
    assert content.count(b"\r\n") == 4


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_text_stays_text_whatever_it_begins_with(tmp_path, suffix):
    located = frame_of([(str(at), "X", "rejected", "no_town", None, None) for at in range(7)])
    located[schema.ADDRESS] = HOSTILE
    located[schema.MEMBER_ID] = HOSTILE
    path = tmp_path / f"review.{suffix}"
    write_review(located, path)
    if suffix == "xlsx":
        sheet = openpyxl.load_workbook(path).worksheets[0]
        cells = [sheet.cell(row=line, column=3) for line in range(2, 9)]
        assert [cell.data_type for cell in cells] == ["s"] * 7
        assert [cell.value for cell in cells] == HOSTILE
    else:
        shown = [row[schema.ADDRESS] for row in cells_of(path)]
        assert not any(text.startswith(("=", "+", "-", "@")) for text in shown)
    keys = [f"'{text}" if suffix == "csv" and text[0] in "=+-@'" else text for text in HOSTILE]
    fill(path, {key: {CORRECTED_CODE_COMMUNE: "42218", NOTE: "=2+2"} for key in keys})
    told = corrections(path)
    assert told[schema.MEMBER_ID].tolist() == HOSTILE
    applied = apply_review(located, path)
    assert applied[schema.GEOCODE_REASON].eq("corrected_code_commune").all()
    write_review(located, path)
    pd.testing.assert_frame_equal(corrections(path), told)
    if suffix == "xlsx":
        sheet = openpyxl.load_workbook(path).worksheets[0]
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


ODD = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(address=ODD, name=ODD, note=ODD, suffix=st.sampled_from(SUFFIXES))
def test_any_text_goes_through_and_is_still_the_same_address(
    located, tmp_path, address, name, note, suffix
):
    located = located.assign(address=address, member_name=name)
    path = tmp_path / f"odd.{suffix}"
    path.unlink(missing_ok=True)
    applied = reviewed(located, path, {"b": {CORRECTED_CODE_COMMUNE: "42218"}})
    assert applied[schema.GEOCODE_REASON].tolist()[1] == "corrected_code_commune"
    assert applied[schema.ADDRESS].tolist() == [address] * 4


def test_an_address_of_ten_thousand_characters_and_more(located, tmp_path):
    located[schema.ADDRESS] = ["x" * 10_000, "y" * 40_000, "z", "z"]
    for suffix in SUFFIXES:
        filled = {"00042": {DECISION: "accepter"}, "b": {CORRECTED_CODE_COMMUNE: "42218"}}
        applied = reviewed(located, tmp_path / f"long.{suffix}", filled)
        assert applied[schema.GEOCODE_STATUS].tolist() == ["accepted"] * 4


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_to_look_at(located, tmp_path, suffix):
    path = tmp_path / f"review.{suffix}"
    placed = located[located[schema.MEMBER_ID] == "d"]
    assert write_review(placed, path) == 0
    assert cells_of(path)[0][schema.GEOCODE_REASON] == "rien à vérifier"
    pd.testing.assert_frame_equal(apply_review(placed, path), placed)
    assert write_review(located, path) == 3
    assert len(cells_of(path)) == 3


# --- what is applied ------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_filled_in_changes_nothing(located, tmp_path, suffix):
    pd.testing.assert_frame_equal(reviewed(located, tmp_path / f"a.{suffix}", {}), located)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("longitude", "latitude"), [("4,3901", "45,4339"), ("4.3901", " 45.4339 "), (4.3901, 45.4339)]
)
def test_a_corrected_position(located, tmp_path, suffix, longitude, latitude):
    path = tmp_path / f"review.{suffix}"
    filled = {"b": {CORRECTED_LONGITUDE: longitude, CORRECTED_LATITUDE: latitude, NOTE: "vu"}}
    applied = reviewed(located, path, filled)
    corrected = applied.loc[3]
    assert corrected[FOUND].tolist()[:6] == [4.3901, 45.4339, "review", "housenumber", 1.0, 1.0]
    assert corrected[FOUND].tolist()[7:] == ["accepted", "corrected_position", "42218"]
    assert (corrected.geometry.x, corrected.geometry.y) == (4.3901, 45.4339)
    pd.testing.assert_frame_equal(applied.drop(index=3), located.drop(index=3))
    assert applied.dtypes.to_dict() == located.dtypes.to_dict()


def test_a_corrected_commune(located, tmp_path):
    located[schema.GEOCODE_CANDIDATES] = "Rue A (0.81)"
    codes = {"00042": "1053", "b": "75111", "c": "38440"}  # 01053; Paris; became part of another
    filled = {member: {CORRECTED_CODE_COMMUNE: code} for member, code in codes.items()}
    applied = reviewed(located, tmp_path / "review.xlsx", filled)
    assert applied[schema.CODE_COMMUNE].tolist() == ["01053", "75056", "38440", "42218"]
    changed = applied.iloc[:3]
    assert changed[schema.GEOCODE_PROVIDER].tolist() == ["review"] * 3
    assert changed[schema.GEOCODE_PRECISION].tolist() == ["municipality"] * 3
    assert changed[schema.GEOCODE_STATUS].tolist() == ["accepted"] * 3
    assert changed[schema.GEOCODE_REASON].tolist() == ["corrected_code_commune"] * 3
    assert changed[schema.GEOCODE_CANDIDATES].isna().all()
    assert changed.geometry.notna().all()


class Streets:
    """Knows one street."""

    name = "streets"

    def __init__(self):
        self.asked = []

    def locate(self, queries):
        self.asked += queries.to_dict("records")
        found = CommuneGeocoder().locate(queries)
        known = queries[schema.ADDRESS] == "12 rue de la République"
        found.loc[known, schema.GEOCODE_PRECISION] = "street"
        found.loc[known, schema.GEOCODE_PROVIDER] = self.name
        return found


def test_a_corrected_address_is_placed_again(located, tmp_path):
    filled = {
        "00042": {CORRECTED_CITY: "Romans-sur-Isère", CORRECTED_POSTCODE: "26100"},
        "b": {CORRECTED_ADDRESS: "12 rue de la République", CORRECTED_CITY: "Bourg-en-Bresse"},
        "c": {CORRECTED_CITY: "Autre-Part", CORRECTED_POSTCODE: "99999"},
    }
    geocoder = Streets()
    applied = reviewed(located, tmp_path / "review.csv", filled, geocoders=[geocoder])
    assert {query[schema.CITY] for query in geocoder.asked} == {
        "Romans-sur-Isère", "Bourg-en-Bresse", "Autre-Part",
    }  # fmt: skip
    assert not any(schema.SIRET in query for query in geocoder.asked)
    assert {query[schema.POSTCODE] for query in geocoder.asked} == {"26100", "01000", "99999"}
    assert applied[schema.CODE_COMMUNE].tolist()[:2] == ["26281", "01053"]
    assert applied[schema.GEOCODE_STATUS].tolist() == [
        "accepted",
        "accepted",
        "rejected",
        "accepted",
    ]
    assert applied[schema.GEOCODE_REASON].str.startswith("corrected_address: ").tolist()[:3] == (
        [True] * 3
    )
    assert pd.isna(applied[schema.LONGITUDE].iloc[2])
    assert applied.geometry.iloc[2] is None
    declared = [schema.MEMBER_ID, schema.ADDRESS, schema.POSTCODE, schema.CITY, schema.SIRET]
    pd.testing.assert_frame_equal(applied[declared], located[declared])


def test_a_corrected_address_in_another_commune_than_the_corrected_one(located, tmp_path):
    address = {CORRECTED_ADDRESS: "12 rue de la République", CORRECTED_POSTCODE: "26100"}
    filled = {
        "00042": {**address, CORRECTED_CITY: "Romans", CORRECTED_CODE_COMMUNE: "26281"},
        "b": {**address, CORRECTED_CITY: "Romans", CORRECTED_CODE_COMMUNE: "42218"},
    }
    applied = reviewed(located, tmp_path / "review.csv", filled, geocoders=Streets())
    assert applied[schema.CODE_COMMUNE].tolist()[:2] == ["26281", "42218"]
    assert applied[schema.GEOCODE_REASON].iloc[0].startswith("corrected_address: ")
    assert applied[schema.GEOCODE_REASON].iloc[1] == "corrected_code_commune"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_decisions(located, tmp_path, suffix):
    path = tmp_path / f"review.{suffix}"
    filled = {"00042": {DECISION: "Accepter"}, "c": {DECISION: "reject"}}
    applied = reviewed(located, path, filled)
    accepted, _, refused, _ = (row for _, row in applied.iterrows())
    expected = located.iloc[0].copy()
    expected[[schema.GEOCODE_STATUS, schema.GEOCODE_REASON]] = ["accepted", "confirmed_by_hand"]
    pd.testing.assert_series_equal(accepted, expected)
    assert refused[[schema.GEOCODE_STATUS, schema.GEOCODE_REASON]].tolist() == [
        "rejected", "rejected_by_hand",
    ]  # fmt: skip
    assert (
        refused.drop([schema.GEOCODE_STATUS, schema.GEOCODE_REASON])[
            [schema.LONGITUDE, schema.GEOCODE_PROVIDER, schema.CODE_COMMUNE]
        ]
        .isna()
        .all()
    )
    assert applied.geometry.iloc[2] is None


@pytest.mark.parametrize(
    ("filled", "match"),
    [
        ({CORRECTED_LONGITUDE: "quatre", CORRECTED_LATITUDE: "45"}, "'quatre' is not a number"),
        ({CORRECTED_LONGITUDE: "4.39"}, "a corrected longitude without latitude"),
        ({CORRECTED_LATITUDE: "45.4"}, "a corrected latitude without longitude"),
        ({CORRECTED_LONGITUDE: "439", CORRECTED_LATITUDE: "45"}, "439 is out of range"),
        ({CORRECTED_LONGITUDE: "4", CORRECTED_LATITUDE: "-91"}, "-91 is out of range"),
        ({CORRECTED_LONGITUDE: "45.43", CORRECTED_LATITUDE: "4.39"}, "are swapped"),
        ({CORRECTED_CODE_COMMUNE: "Lyon"}, "'Lyon' is no commune code"),
        ({CORRECTED_CODE_COMMUNE: "42999"}, "'42999' is not known"),
        (
            {
                CORRECTED_LONGITUDE: "4.39",
                CORRECTED_LATITUDE: "45.43",
                CORRECTED_CODE_COMMUNE: "01053",
            },
            "lies in commune 42218, not in 01053",
        ),
        ({DECISION: "peut-être"}, "decision 'peut-être' is not known; write accepter, rejeter"),
        ({DECISION: "rejeter", CORRECTED_CITY: "Lyon"}, "rejected, and yet a corrected city"),
        ({DECISION: "accepter"}, "accepted, but nothing was found"),
        ({CORRECTED_ADDRESS: "=A1&B1"}, "is a formula without result"),
    ],
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_cannot_be_read_is_one_line_that_names_the_row(
    located, tmp_path, suffix, filled, match
):
    path = tmp_path / f"review.{suffix}"
    write_review(located, path)
    fill(path, {"b": filled, "00042": {DECISION: "accepter"}})
    with pytest.raises(InputError, match=rf"^review.*, line 3 \(b\): .*{match}") as caught:
        apply_review(located, path)
    assert str(caught.value).endswith("nothing was applied")
    assert "\n" not in str(caught.value)


def test_several_wrong_rows_are_counted(located, tmp_path):
    path = tmp_path / "review.csv"
    write_review(located, path)
    fill(path, {member: {DECISION: "?!x"} for member in ("00042", "b", "c")})
    with pytest.raises(InputError, match=r"line 2 .* and 2 more; nothing was applied"):
        apply_review(located, path)


def test_two_rows_that_correct_one_member(located, tmp_path):
    path = tmp_path / "review.csv"
    write_review(located, path)
    fill(path, {"b": {CORRECTED_CODE_COMMUNE: "42218"}})
    line = next(one for one in path.read_bytes().split(b"\r\n") if one.startswith(b"b;"))
    path.write_bytes(path.read_bytes() + line + b"\r\n")
    applied = apply_review(located, path)
    assert applied[schema.CODE_COMMUNE].iloc[1] == "42218"
    path.write_bytes(path.read_bytes() + line.replace(b"42218", b"01053") + b"\r\n")
    with pytest.raises(InputError, match="lines 3, 5, 6 correct b in different ways"):
        apply_review(located, path)


def test_a_correction_of_an_address_that_has_changed_is_not_applied_and_kept(located, tmp_path):
    path = tmp_path / "review.xlsx"
    write_review(located, path)
    fill(path, {"00042": {CORRECTED_CODE_COMMUNE: "42218"}, "b": {CORRECTED_CODE_COMMUNE: "01053"}})
    moved = located.assign(address=["9 rue Neuve", *located[schema.ADDRESS].iloc[1:]])
    moved = moved[moved[schema.MEMBER_ID] != "b"]
    with pytest.warns(PtceGeoWarning, match="not applied: .*") as caught:
        pd.testing.assert_frame_equal(apply_review(moved, path), moved)
    assert [str(one.message) for one in caught] == [
        "review.xlsx: corrections not applied: 1 of members whose address has changed since, "
        "1 of members that are not in the list; look at these rows again"
    ]
    # What was typed is not thrown away: it stands below, and the new address has a row to fill.
    assert write_review(moved, path) == 2
    rows = cells_of(path)
    assert [row[schema.MEMBER_ID] for row in rows] == ["00042", "c", "00042", "b"]
    assert [row[schema.ADDRESS] for row in rows][::2] == ["9 rue Neuve", "1 rue 00042"]
    assert [row[CORRECTED_CODE_COMMUNE] for row in rows] == [None, None, "42218", "01053"]
    # With the list of before, it is applied again.
    applied = apply_review(located, path)
    assert applied[schema.CODE_COMMUNE].tolist()[:2] == ["42218", "01053"]


@pytest.mark.parametrize("decision", ["accepter", "rejeter"])
def test_a_decision_on_another_place_is_not_applied(located, tmp_path, decision):
    path = tmp_path / "review.csv"
    write_review(located, path)
    fill(path, {"00042": {DECISION: decision}})
    elsewhere = located.assign(longitude=located[schema.LONGITUDE] + 0.01)
    with pytest.warns(PtceGeoWarning, match="1 on a place that is no longer the one found"):
        applied = apply_review(elsewhere, path)
    assert applied[schema.GEOCODE_STATUS].iloc[0] == "review"
    # The new place has a row of its own.
    assert write_review(elsewhere, path) == 3
    rows = [row for row in cells_of(path) if row[schema.MEMBER_ID] == "00042"]
    assert [row[DECISION] for row in rows] == [decision, ""]
    assert [row[schema.LONGITUDE] for row in rows] == ["4,39", "4,4"]


def test_what_a_spreadsheet_does_to_a_csv(located, tmp_path):
    """Excel opens the CSV by a double click: leading zeros go, a long number is rounded."""
    path = tmp_path / "review.csv"
    write_review(located, path)
    fill(path, {"00042": {CORRECTED_POSTCODE: "1000", CORRECTED_CITY: "Bourg-en-Bresse"}})
    text = path.read_text(encoding="utf-8-sig")
    text = text.replace("00042", "42").replace("01000", "1000").replace("49081200000012", "4,9E+13")
    for encoding, delimiter in (("cp1252", ";"), ("utf-8", "\t")):
        path.write_text(text.replace(";", delimiter), encoding=encoding)
        applied = apply_review(located, path)
        assert applied[schema.CODE_COMMUNE].iloc[0] == "01053"


def test_a_comma_separated_review_in_english(located, tmp_path):
    path = tmp_path / "review.csv"
    write_review(located, path, lang="en")
    fill(path, {"b": {DECISION: "reject"}})
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    assert apply_review(located, path)[schema.GEOCODE_REASON].iloc[1] == "rejected_by_hand"


# --- corrections survive --------------------------------------------------------------------------

KINDS = st.sampled_from(
    [
        {},
        {NOTE: "à revoir"},
        {CORRECTED_LONGITUDE: "4,3901", CORRECTED_LATITUDE: "45,4339"},
        {CORRECTED_CODE_COMMUNE: "26281"},
        {CORRECTED_POSTCODE: "26100", CORRECTED_CITY: "Romans-sur-Isère", NOTE: "=sûr"},
        {CORRECTED_CITY: "Nulle-Part-Ailleurs"},
        {DECISION: "rejeter"},
    ]
)
EXPECTED = {
    CORRECTED_LONGITUDE: "corrected_position",
    CORRECTED_CODE_COMMUNE: "corrected_code_commune",
    CORRECTED_CITY: "corrected_address",
    DECISION: "rejected_by_hand",
}


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kinds=st.lists(KINDS, min_size=3, max_size=3),
    suffixes=st.lists(st.sampled_from(SUFFIXES), min_size=1, max_size=1),
    lang=st.sampled_from(["fr", "en"]),
    before=st.booleans(),
)
def test_corrections_are_applied_run_after_run(located, tmp_path, kinds, suffixes, lang, before):
    path = tmp_path / f"again.{suffixes[0]}"
    path.unlink(missing_ok=True)
    filled = dict(zip(("00042", "b", "c"), kinds, strict=True))
    applied = reviewed(located, path, filled)
    words = applied[schema.GEOCODE_REASON].str.partition(":")[0].tolist()
    for kind, word, own in zip(kinds, words, located[schema.GEOCODE_REASON], strict=False):
        column = next(iter(kind), NOTE)
        column = CORRECTED_CITY if column == CORRECTED_POSTCODE else column
        assert word == EXPECTED.get(column, own.partition(":")[0])
    told = corrections(path)
    # Written again, of what was found or of what became of it, it says the same.
    write_review(located if before else applied, path, lang=lang)
    write_review(applied, path, lang=lang)
    again = corrections(path)
    kept = [schema.MEMBER_ID, *FILL_COLUMNS]
    pd.testing.assert_frame_equal(
        again[kept].sort_values(schema.MEMBER_ID, ignore_index=True),
        told[kept].sort_values(schema.MEMBER_ID, ignore_index=True),
    )
    notes = {row[schema.MEMBER_ID]: row[NOTE] for row in cells_of(path)}
    assert {"à revoir" for kind in kinds if kind.get(NOTE) == "à revoir"} <= set(notes.values())
    assert len(notes) == len(cells_of(path))
    # The next run, and applying to what was applied.
    pd.testing.assert_frame_equal(apply_review(located, path), applied)
    pd.testing.assert_frame_equal(apply_review(applied, path), applied)


def test_what_is_settled_is_no_longer_to_look_at(located, tmp_path):
    path = tmp_path / "review.xlsx"
    filled = {"00042": {DECISION: "accepter"}, "b": {CORRECTED_CITY: "Nulle-Part-Ailleurs"}}
    applied = reviewed(located, path, filled)
    assert write_review(applied, path) == 1
    rows = {row[schema.MEMBER_ID]: row for row in cells_of(path)}
    # A correction that did not help says so beside it.
    assert rows["b"][schema.GEOCODE_REASON].startswith(
        "adresse corrigée à la main : commune inconnue (Nulle-Part-Ailleurs"
    )
    assert rows["00042"][DECISION] == "accepter"
    assert rows["00042"][schema.GEOCODE_STATUS] == "à vérifier"


def soffice():
    found = shutil.which("soffice")
    if found is None:
        advice = "no LibreOffice on this machine: apt-get install libreoffice-calc"
        if os.environ.get("PTCE_GEO_REQUIRE_ALL") == "1":
            pytest.fail(advice)
        pytest.skip(advice)
    return found


def test_opened_and_saved_by_libreoffice(located, tmp_path):
    program = soffice()
    located[schema.MEMBER_NAME] = ["=1+1", "+33", "-A1", "@x"]
    book, table = tmp_path / "review.xlsx", tmp_path / "review.csv"
    filled = {
        "00042": {CORRECTED_LONGITUDE: "4,3901", CORRECTED_LATITUDE: "45,4339"},
        "b": {CORRECTED_POSTCODE: "01000", CORRECTED_CITY: "Bourg-en-Bresse", NOTE: "vu"},
        "c": {DECISION: "accepter"},
    }
    expected = reviewed(located, book, filled)
    reviewed(located, table, filled)
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir"]
    # 59 is ";", 34 the quote, 76 UTF-8: how a person answers what LibreOffice asks of a CSV.
    for path, options in ((book, []), (table, ["--infilter=CSV:59,34,76"])):
        told = [*command, tmp_path / "again", *options, path]
        subprocess.run(told, check=True, capture_output=True)
        again = tmp_path / "again" / "review.xlsx"
        pd.testing.assert_frame_equal(apply_review(located, again), expected)
        sheet = openpyxl.load_workbook(again).worksheets[0]
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
        write_review(located, again)
        pd.testing.assert_frame_equal(apply_review(located, again), expected)


# --- what is refused ------------------------------------------------------------------------------


def test_another_file_is_not_written_over(located, tmp_path):
    for name, content in (
        ("list.csv", "a;b\n1;2\n"),
        ("review.xlsx", "no workbook"),
        ("e.csv", ""),
    ):
        path = tmp_path / name
        path.write_text(content)
        with pytest.raises(UnreadableFileError, match="stands there and is not written over"):
            write_review(located, path)
        assert path.read_text() == content


def test_a_file_that_is_no_review_or_not_there(located, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Identifiant;Adresse\na;b\n")
    with pytest.raises(MissingColumnError, match="is no review: no column Code postal"):
        apply_review(located, path)
    path.write_text("Identifiant;Adresse;Code postal;Commune indiquée\na;b;c;d\n")
    with pytest.raises(MissingColumnError, match="no column Adresse corrigée"):
        apply_review(located, path)
    with pytest.raises(UnreadableFileError, match="no such file"):
        apply_review(located, tmp_path / "absent.xlsx")


def test_a_shifted_row_is_told(located, tmp_path):
    path = tmp_path / "review.csv"
    write_review(located, path)
    lines = path.read_bytes().split(b"\r\n")
    lines[2] = lines[2].replace(b"1 rue b", b"1 rue b;bis") + b"vu"
    path.write_bytes(b"\r\n".join(lines))
    with pytest.raises(InputError, match="line 3: 24 cells under 23 headings"):
        apply_review(located, path)


def test_other_names_folders_languages_and_frames(located, tmp_path):
    with pytest.raises(InputError, match=r"name it \.xlsx or \.csv"):
        write_review(located, tmp_path / "review.ods")
    with pytest.raises(InputError, match="unknown language 'de'"):
        write_review(located, tmp_path / "review.csv", lang="de")
    with pytest.raises(OutputError, match=r"cannot write .* No such file"):
        write_review(located, tmp_path / "absent" / "review.csv")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(MissingColumnError, match="write_review: no column member_id"):
        write_review(located.drop(columns=schema.MEMBER_ID), tmp_path / "review.csv")
    with pytest.raises(MissingColumnError, match="apply_review: no column longitude"):
        apply_review(located.drop(columns=schema.LONGITUDE), tmp_path / "review.csv")
    with pytest.raises(DuplicateIdError):
        write_review(located.assign(member_id="a"), tmp_path / "review.csv")
    with pytest.raises(InputError, match="members to look at without member_id"):
        write_review(located.assign(member_id=[None, "b", "c", "d"]), tmp_path / "review.csv")


def test_what_stood_there_stays_where_writing_fails(located, tmp_path, monkeypatch):
    path = tmp_path / "review.csv"
    write_review(located, path)
    fill(path, {"b": {NOTE: "vu"}})
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OutputError, match="No space left"):
        write_review(located, path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_a_list_from_end_to_end(tmp_path):
    towns = ["ST ETIENNE", "Nulle-Part", "Lyon 3e", None]
    members = pd.DataFrame({schema.MEMBER_ID: list("abcd"), schema.CITY: towns})
    located = geocode(members, progress=False)
    path = tmp_path / "review.xlsx"
    write_review(located, path)
    pd.testing.assert_frame_equal(apply_review(located, path), located)
