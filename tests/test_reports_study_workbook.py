"""The workbook of a study, recomputed by LibreOffice: what stands in it is what was found."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from ptce_geo import Study, run_study, schema
from ptce_geo.labels import label
from ptce_geo.reports import write_indicators
from ptce_geo.reports.columns import column_of, excel_format
from ptce_geo.reports.findings import Findings
from ptce_geo.reports.study_checks import advice_key
from ptce_geo.reports.study_workbook import study_sheets_of
from ptce_geo.reports.summary import aside_in_words
from ptce_geo.reports.workbook import tab_names
from ptce_geo.territories import territory_table
from ptce_geo.territories.zonings import zoning_level
from ptce_geo.words import LABELS

ZONING = "Zones [d'essai] : 2024/2025, un nom bien trop long"
# Text that a spreadsheet would take for a formula, or that its own format uses.
HOSTILE = [
    "=1+1",
    "+33 4 77 00 00 00",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    '=HYPERLINK("http://127.0.0.1","x")',
    "<b>&amp;_x0041_",
]
TOWNS = ["Saint-Étienne", "Roanne", "Montbrison", "Feurs", "Lyon", "Villefranche-sur-Saône", ""]
# Read again, always recomputed: LibreOffice else keeps the values that the file brings.
RECOMPUTE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """A study of the Loire and the Rhône, with hostile names and a zoning of odd name."""
    folder = tmp_path_factory.mktemp("study")
    members = pd.DataFrame(
        {
            "Nom": [f"Structure {number}" for number in range(7)],
            "Ville": TOWNS,
            "Pôle": ["A", "A", "A", "B", "B", "", "B"],
            "ETP": [3, 4, 5.5, 6, 7, 8, 9],
            "ETP PTCE": [1, 2, 3, 1, 2, 3, 4],
            "Notes": "note",
        }
    )
    members.to_csv(folder / "members.csv", index=False)
    communes = territory_table("commune", departements=["42", "69"]).index
    zones = pd.DataFrame({"code_commune": communes, "zone": communes.str[:3]})
    zones.to_csv(folder / "zones.csv", index=False)
    result = run_study(_study(folder))
    # Reading a list takes much of this away, and says so.
    members = result.members.assign(**{schema.MEMBER_NAME: HOSTILE, "Notes": HOSTILE})
    members[schema.POLE_NAME] = members[schema.POLE_NAME].replace("A", "=Pôle")
    poles = result.tables["poles"].replace({schema.POLE_NAME: {"A": "=Pôle"}})
    return Findings(
        members.rename(columns={"Notes": "=A1"}),
        result.poles,
        {**result.tables, "poles": poles},
        result.record,
    )


@pytest.fixture(scope="module")
def public(found):
    """The same list, to be published."""
    folder = Path(found.record["settings"]["members"]).parent
    return run_study(replace(_study(folder), out=folder / "public", publish=True))


def _study(folder):
    return Study(
        folder / "members.csv",
        out=folder / "out",
        departements=["42", "69"],
        zonings={ZONING: folder / "zones.csv"},
        outputs=("workbook",),
        cache=folder / "cache",  # what is published is measured once
    )


@pytest.fixture(scope="module")
def nowhere(tmp_path_factory):
    """A study of two members that nothing locates."""
    folder = tmp_path_factory.mktemp("nowhere")
    members = pd.DataFrame({"Nom": ["A", "B"], "Ville": ["Zzyzx", ""]})
    members.to_csv(folder / "members.csv", index=False)
    return run_study(
        Study(
            folder / "members.csv",
            out=folder / "out",
            departements=["42"],
            outputs=("workbook",),
            lang="en",
        )
    )


@pytest.fixture(scope="module")
def books(found, public, nowhere, tmp_path_factory):
    """Each workbook: its findings, language, file as written, file as LibreOffice recomputed it."""
    soffice = shutil.which("soffice")
    if soffice is None:
        advice = "no LibreOffice on this machine: apt-get install libreoffice-calc"
        if os.environ.get("PTCE_GEO_REQUIRE_ALL") == "1":
            pytest.fail(advice)
        pytest.skip(advice)
    folder = tmp_path_factory.mktemp("books")
    (folder / "profile" / "user").mkdir(parents=True)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text(RECOMPUTE)
    asked = {
        "fr": (found, "fr"),
        "public": (public, "en"),
        "nowhere": (nowhere, "en"),
    }
    for name, (findings, lang) in asked.items():
        write_indicators(folder / f"{name}.xlsx", findings, lang=lang)
        _with_wrong_totals(folder / f"{name}.xlsx", folder / "wrong" / f"{name}.xlsx")
    done = subprocess.run(
        [
            soffice,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *("--headless", "--convert-to", "xlsx", "--outdir", str(folder / "recomputed")),
            *(str(folder / "wrong" / f"{name}.xlsx") for name in asked),
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert len(list((folder / "recomputed").iterdir())) == len(asked), done.stdout + done.stderr
    return {
        name: (*its, folder / f"{name}.xlsx", folder / "recomputed" / f"{name}.xlsx")
        for name, its in asked.items()
    }


def _with_wrong_totals(path, wrong):
    """Copy a workbook; the values that its formulas had are -1 in the copy."""
    wrong.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(wrong, "w") as copy:
        for name in book.namelist():
            text = re.sub(rb"(</f><v>)[^<]*(</v>)", rb"\g<1>-1\g<2>", book.read(name))
            copy.writestr(name, text)


def _rows(page, sheet):
    """Return the totals above the heading of a sheet, the heading, and what is below."""
    rows = list(page.iter_rows(values_only=True))
    has_totals = len(sheet.totals) > 0 and len(sheet.frame) > 0
    top = len(sheet.notes) + 2 + has_totals
    width = len(sheet.frame.columns)
    cells = [list(row[:width]) for row in rows[top:]]
    return rows[top - 1][:width] if has_totals else None, cells[0], cells[1:]


def _expected(frame, lang):
    secret = {schema.SECRET: label(schema.SECRET, lang)}
    return [
        [None if pd.isna(cell) else secret.get(cell, cell) for cell in row]
        for row in frame.to_numpy(dtype=object).tolist()
    ]


@pytest.mark.parametrize("name", ["fr", "public", "nowhere"])
def test_libreoffice_reads_what_was_found_and_computes_the_same_totals(books, name):
    findings, lang, _, recomputed = books[name]
    book = openpyxl.load_workbook(recomputed, data_only=True)
    sheets = _sheets(findings, lang)
    assert book.sheetnames == tab_names(sheet.name for sheet in sheets)
    totals = 0
    for page, sheet in zip(book.worksheets, sheets, strict=True):
        above, heading, below = _rows(page, sheet)
        assert heading == [sheet.column(str(c), lang).title for c in sheet.frame.columns]
        below += [[None] * len(heading)] * (len(sheet.frame) - len(below))
        for row, expected in zip(below, _expected(sheet.frame, lang), strict=True):
            # An empty text and a blank cell look alike.
            assert [None if cell == "" else cell for cell in row] == pytest.approx(
                [None if cell == "" else cell for cell in expected]
            )
        for column in sheet.totals if above else ():
            values = sheet.frame[column]
            total = above[list(sheet.frame.columns).index(column)]
            if (values == schema.SECRET).any():
                assert total is None
            else:
                assert total == pytest.approx(values.sum())
                totals += 1
        for row in page.iter_rows(values_only=True):
            assert not any(re.match("#|Err:", str(cell)) for cell in row if cell is not None)
    assert totals > 10


@pytest.mark.parametrize("name", ["fr", "public"])
def test_no_cell_is_a_formula_but_the_totals(books, name):
    findings, lang, written, recomputed = books[name]
    sheets = _sheets(findings, lang)
    asked = 0
    for path in (written, recomputed):
        book = openpyxl.load_workbook(path)
        for page, sheet in zip(book.worksheets, sheets, strict=True):
            formulas = [cell for row in page.iter_rows() for cell in row if cell.data_type == "f"]
            asked += len(formulas)
            assert {cell.row for cell in formulas} <= {len(sheet.notes) + 3}
            assert all(cell.value.startswith("=SUBTOTAL(109,") for cell in formulas)
            assert not any(cell.hyperlink for row in page.iter_rows() for cell in row)
    assert asked > 20


def test_what_the_file_says_of_its_totals_is_right_before_anybody_recomputes_it(books):
    findings, lang, written, recomputed = books["fr"]
    of_file = openpyxl.load_workbook(written, data_only=True)
    of_libreoffice = openpyxl.load_workbook(recomputed, data_only=True)
    for sheet, ours, theirs in zip(
        _sheets(findings, lang), of_file.worksheets, of_libreoffice.worksheets, strict=True
    ):
        assert _rows(ours, sheet)[0] == pytest.approx(_rows(theirs, sheet)[0])


def test_names_text_and_headings_of_a_list_come_out_as_they_were(books):
    _, _, _, recomputed = books["fr"]
    page = openpyxl.load_workbook(recomputed)["Structures"]
    heading, *rows = list(page.iter_rows(min_row=4, values_only=True))
    for column in ("Structure", "=A1"):
        assert [row[heading.index(column)] for row in rows] == HOSTILE


def test_the_sheets_of_a_study(found):
    names = [sheet.name for sheet in _sheets(found)]
    assert names == [
        "Synthèse", "Couverture par distance", "Couverture par présence", "Zones blanches",
        "Concentration", "Départements", "EPCI", "Communes", ZONING, "Pôles",
        "Composition et ancrage", "Poids économique", "Structures", "Qualité de la localisation",
        "Localisation par pôle", "À vérifier", "Remarques", "Dictionnaire", "Méthode",
    ]  # fmt: skip
    assert tab_names(names)[8] == "Zones  d'essai    2024 2025, un"


def test_territories_tell_who_lives_within_each_distance(found):
    sheet = _sheet(found, "EPCI")
    places = sheet.frame.set_index(schema.CODE)
    assert list(places.columns[:4]) == ["nom", "population", "members", "share_population_5km"]
    coverage = found.tables["coverage"]
    for km in (5, 10, 20, 30):
        rows = coverage[
            (coverage["level"] == "epci")
            & (coverage["group"] == "member")
            & (coverage["indicator"] == "share_population")
            & (coverage["threshold_km"] == km)
            & (coverage["territory"] != "")
        ]
        told = places[f"share_population_{km}km"]
        assert len(rows) == len(told) > 10
        assert told.to_dict() == rows.set_index("territory")["value"].to_dict()
    assert sheet.column("share_population_5km").title == "Part des habitants à 5 km au plus"
    communes = _sheet(found, "Communes").frame
    assert (communes["members"] > 0).all()
    assert communes["members"].sum() == found.record["counts"]["status"]["accepted"] == 6


def test_the_zones_of_a_zoning_are_a_sheet_and_a_line_of_the_summary(found):
    sheet = _sheet(found, ZONING)
    table = found.tables[zoning_level(ZONING)]
    assert sheet.frame.set_index("code")["members"].to_dict() == table["members"].to_dict()
    assert sheet.notes[0] == f"Toutes les zones de «\u00a0{ZONING}\u00a0» dans le périmètre."
    summary = _sheet(found, "Synthèse").frame.set_index("figure")
    row = summary.loc[f"{ZONING}\u00a0: zones concernées"]
    assert row["value"] == (table["members"] > 0).sum() > 1


def test_the_quality_adds_up_to_the_list(found):
    quality = _sheet(found, "Qualité de la localisation").frame
    counts = found.record["counts"]
    assert quality["members"].sum() == counts["members"] == 7
    assert quality["share"].sum() == pytest.approx(1)
    by_status = quality.groupby("geocode_status")["members"].sum()
    assert by_status.to_dict() == {"localisée": 6, "non localisée": 1}
    last = quality.iloc[-1]
    assert last[["geocode_status", "geocode_reason"]].tolist() == [
        "non localisée",
        "commune non indiquée",
    ]
    poles = _sheet(found, "Localisation par pôle").frame
    # B has one of three that is not placed: it comes first; members without a pole come last.
    assert poles["pole_name"].tolist() == ["B", "=Pôle", "sans pôle"]
    assert poles[["members", "accepted", "to_review", "rejected"]].to_numpy().tolist() == [
        [3, 2, 0, 1],
        [3, 3, 0, 0],
        [1, 1, 0, 0],
    ]
    told = found.tables["poles"].loc[poles["pole_id"][:2]]
    assert poles["members"][:2].tolist() == told["members"].tolist()
    assert poles["accepted"][:2].tolist() == told["accepted"].tolist()


def test_what_to_check_says_why_and_what_to_do(found):
    to_check = _sheet(found, "À vérifier").frame
    assert len(to_check) == 1
    row = to_check.iloc[0]
    assert row["member_name"] == HOSTILE[-1]
    assert row["source_line"] == 8
    assert row["geocode_reason"] == "commune non indiquée"
    assert row["what_to_do"].startswith("Indiquer la commune")


def test_members_to_check_come_before_those_not_placed(found):
    members = found.members.copy()
    members.loc[0, ["geocode_status", "geocode_reason"]] = ["rejected", "other_country: Suisse"]
    members.loc[3, ["geocode_status", "geocode_reason"]] = ["review", "corrected_address: new"]
    to_check = _sheet(replace(found, members=members), "To check", "en").frame
    assert to_check["source_line"].tolist() == [5, 2, 8]
    assert to_check["what_to_do"].tolist()[0] == "Check the address in the list."


# Reasons of members that are placed, of their territories, and words that hold another reason.
SETTLED = {
    *("declared_coordinates", "address_likest", "street_found", "street_likest"),
    *("repetition_not_found", "number_interpolated", "address_found"),
    *("found_without_commune_filter", "siret_found", "siret_at_commune", "corrected_position"),
    *("corrected_code_commune", "corrected_address", "confirmed_by_hand", "no_position"),
    *("outside_every_commune", "old_commune_code", "ambiguous_commune_code", "point_elsewhere"),
    *("snapped", "unknown_commune_code", "commune_without_zone", "outside_every_zone"),
    "position_too_coarse",
}


def test_every_reason_to_check_has_an_advice():
    reasons = {key.removeprefix("reason_") for key in LABELS if key.startswith("reason_")}
    without = {reason for reason in reasons if advice_key(reason) == "advice_other"}
    assert without == SETTLED
    used = {advice_key(reason) for reason in reasons}
    assert used == {key for key in LABELS if key.startswith("advice_")}


def test_the_dictionary_has_every_column_of_every_sheet(found):
    *sheets, dictionary, _ = _sheets(found, "en")
    told = dictionary.frame
    expected = [(sheet.name, str(name)) for sheet in sheets for name in sheet.frame.columns]
    assert list(zip(told["sheet"], told["identifier"], strict=True)) == expected
    own = told[told["identifier"] == "=A1"].iloc[0]
    assert own["description"] == "A column of the list, as it is."
    km = told[told["identifier"] == "share_population_5km"]
    assert km["heading"].unique().tolist() == ["Share of inhabitants within 5 km"]
    assert (told["description"] != "").all(), told[told["description"] == ""]


def test_the_method_tells_counts_files_and_seed(found):
    method = _sheet(found, "Méthode").frame.set_index("method")
    assert method.loc["Indice de Gini", "n"] == 6
    assert method.loc["Couverture par distance", "n"] == 6
    placing = method[method["section"] == "Étapes"].loc["Localisation"]
    assert placing["text"] == (
        "En entrée : 7 ; retenus : 6 ; laissés de côté : 1 "
        "(non localisées, commune non indiquée : 1)."
    ).replace(" :", "\u00a0:").replace(" ;", "\u00a0;")
    assert f"Calcul\u00a0: {ZONING}" in method.index
    digest = found.record["inputs"][0]["sha256"]
    assert method.loc["members.csv", "text"].endswith(digest)
    assert method.loc["Graine du hasard", "text"].startswith("0\u00a0;")
    assert not method["text"].str.contains("/", regex=False).any()  # no path of this machine


def test_the_method_of_what_is_published_tells_no_hash(public):
    method = _sheet(public, "Méthode").frame.set_index("method")
    assert method.loc["members.csv", "text"].startswith("empreinte non publiée")
    assert "Secret statistique" in method.index


def test_a_reference_is_named(found):
    settings = {**found.record["settings"], "reference": "a/b.csv", "reference_column": "Emplois"}
    findings = replace(found, record={**found.record, "settings": settings})
    method = _sheet(findings, "Method", "en").frame.set_index("method")
    assert "“Emplois” (b.csv)" in method.loc["Reference", "text"]


def test_the_same_study_gives_the_same_bytes_and_bears_its_date(found, tmp_path):
    for name in ("a", "b"):
        write_indicators(tmp_path / f"{name}.xlsx", found)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    told = openpyxl.load_workbook(tmp_path / "a.xlsx").properties
    assert told.created.isoformat() == found.record["created"].removesuffix("+00:00")
    assert told.title == label("workbook_title")


def test_numbers_panes_and_print_are_set_for_reading(books):
    _, _, written, _ = books["fr"]
    page = openpyxl.load_workbook(written)["EPCI"]
    assert page.freeze_panes == "C7"  # title, two notes, blank, total, heading
    assert page.print_title_rows == "$6:$6"
    assert page.auto_filter.ref.startswith("A6:")
    first = {page.cell(row=6, column=c).value: page.cell(row=7, column=c) for c in range(1, 13)}
    for name in ("population", "location_quotient", "share_population"):
        known = column_of(name)
        title = "Part des habitants à 5 km au plus" if name.startswith("share") else known.title
        assert first[title].number_format == excel_format(known)
    assert first["Code"].data_type == "s"


def test_a_study_without_some_tables_has_the_other_sheets(found):
    tables = {
        name: table
        for name, table in found.tables.items()
        if name not in ("coverage", "composition", "economic_weight", "white_zones", "problems")
    }
    tables["white_zones"] = found.tables["white_zones"].head(0)
    names = [sheet.name for sheet in study_sheets_of(replace(found, tables=tables))]
    assert "Composition et ancrage" not in names
    assert "EPCI" in names


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("review", "à vérifier"),
        ("rejected: no_town", "non localisées, commune non indiquée"),
        ("outside the study area", "hors du périmètre"),
        ("without fte", "sans ETP"),
        ("outside_every_commune", "hors de toute commune"),
        ("something new", "something new"),
    ],
)
def test_reasons_for_setting_aside_are_in_words(reason, words):
    assert aside_in_words(reason) == words


@cache
def _sheets(findings, lang="fr"):
    """Made once: findings are told apart as objects, and live as long as the tests of this file."""
    return study_sheets_of(findings, lang)


def _sheet(findings, name, lang="fr"):
    return next(sheet for sheet in _sheets(findings, lang) if sheet.name == name)
