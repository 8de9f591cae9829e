"""The sheets: one page each, the figures of the tables, nothing hidden; and what they gather."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from report_samples import (
    HOSTILE,
    SVG,
    france,
    of_rows,
    pdf_pages,
    published,
    require_same_figures,
)

from ptce_geo import schema
from ptce_geo.errors import InputError, UnknownTerritoryError
from ptce_geo.reports.findings import Findings
from ptce_geo.reports.page import write_page
from ptce_geo.reports.territory import (
    DECLARED_BY,
    pole_findings,
    quotients_say,
    reach_rows,
    territory_findings,
)
from ptce_geo.study.pictures import sheet_picture
from ptce_geo.territories import territory_table

# What is left of the page above its foot, printed (pixels); below 0 something is cut.
ROOM = "(it => it.clientHeight - it.scrollHeight)(document.querySelector('main'))"
SHEETS = [
    ("region", "76"),
    ("departement", "42"),
    ("epci", "244200770"),
    ("commune", "59350"),
    ("pole", "innovales"),
]


@pytest.mark.parametrize(("kind", "code"), SHEETS)
def test_a_sheet_is_one_a4_page_with_the_figures_of_the_tables(open_file, tmp_path, kind, code):
    path = tmp_path / "sheet.html"
    picture = sheet_picture(france(), kind, code, "fr")
    assert len(picture) < 300_000
    write_page(path, france(), kind, code, picture=picture)
    assert require_same_figures(path, france(), "fr")
    page = open_file(path)
    pages = pdf_pages(page.pdf(prefer_css_page_size=True, print_background=True))
    assert len(pages) == 1
    assert "COG 2026" in pages[0]  # the method, at the foot
    assert [each["id"] for each in Axe().run(page).response["violations"]] == []


def test_every_territory_with_members_and_every_pole_fits_a_page(open_file, tmp_path):
    path, tables = tmp_path / "sheet.html", france().tables
    write_page(path, france(), "region", "76", picture=SVG)
    page = open_file(path, size={"width": 794, "height": 1122})
    page.emulate_media(media="print")
    most = {
        level: tables[level][schema.MEMBERS].nlargest(4).index
        for level in ("region", "departement", "epci", "commune")
    }
    most["pole"] = tables["poles"][schema.MEMBERS].nlargest(4).index
    for kind, codes in most.items():
        for code in codes:
            write_page(path, france(), kind, code, picture=SVG)
            page.goto(path.as_uri())
            assert page.evaluate(ROOM) >= 0, (kind, code)


def test_the_members_of_a_territory_are_those_attached_to_it():
    found = territory_findings(france(), "departement", "42")
    members = france().members
    assert list(found.members.index) == list(members.index[members["code_departement"] == "42"])
    assert found.name == "Loire"
    assert found.around == [("region", "84")]
    # The pole whose seat is in Saint-Étienne: 11 members in the list, 2 of them placed.
    assert found.poles == ["culture-et-cooperation"]
    assert list(found.undecided[DECLARED_BY].unique()) == ["pole"]
    assert len(found.undecided) == 9


def test_what_the_list_says_of_members_placed_nowhere_is_told(tmp_path):
    rows = [
        {"Nom": "A", "Pôle": "P", "CP": "42999", "Ville": "", "Département": "Loire"},
        {"Nom": "B", "Pôle": "P", "CP": "42000", "Ville": "Zzyzx", "Département": ""},
        {"Nom": "C", "Pôle": "P", "CP": "", "Ville": "Saint-Denis", "Département": ""},
        {"Nom": "D", "Pôle": "P", "CP": "69001", "Ville": "Lyon", "Département": ""},
    ]
    found = of_rows(rows, tmp_path, departements=["42", "93"])
    members = found.members.assign(geocode_status=schema.REJECTED, code_departement=None)
    nowhere = Findings(members, found.poles, found.tables, found.record)
    told = territory_findings(nowhere, "departement", "42").undecided
    assert dict(zip(told[schema.MEMBER_NAME], told[DECLARED_BY], strict=True)) == {
        "A": "departement",
        "B": "postcode",
    }
    told = territory_findings(nowhere, "commune", "93066").undecided
    assert list(told[schema.MEMBER_NAME]) == ["C"]
    assert list(told[DECLARED_BY]) == ["city"]


def test_white_zones_of_a_territory_hold_one_of_its_communes():
    found = territory_findings(france(), "region", "76")
    zones = france().tables["white_zones"]
    communes = france().tables["commune"].index
    region = territory_table("commune")["code_region"].reindex(communes)
    expected = [
        rank
        for rank, codes in zones[schema.COMMUNE_CODES].items()
        if (region.reindex(codes.split()) == "76").any()
    ]
    assert found.white_zones == expected != []


def test_shares_within_reach_are_found_by_territory():
    rows = reach_rows(france(), "epci", "244200770")
    table = france().tables["coverage"].loc[list(rows.values())]
    assert list(rows) == [5, 10, 20, 30]
    assert set(table[schema.TERRITORY]) == {"244200770"}
    assert table[schema.VALUE].is_monotonic_increasing


def test_what_a_quotient_says():
    quotients = pd.DataFrame(
        {
            "location_quotient": [2.0, 3.0, 0.2, 1.0, 1.1, float("nan")],
            "location_quotient_low": [1.1, 1.2, 0.1, 0.5, 0.4, float("nan")],
            "location_quotient_high": [4.0, 9.0, 0.9, 1.8, 2.0, float("nan")],
        },
        index=list("ABCDEF"),
    )
    flags = pd.DataFrame({"territory": ["B", "E"], "level": "region", "flag": "small_number"})
    findings = Findings(None, None, {"region": quotients, "concentration": flags}, {})
    says = quotients_say(findings, "region")
    assert says.to_list() == ["more", "more_small", "fewer", "even", "small_number", "none"]


@pytest.mark.parametrize(
    ("level", "code", "told"),
    [
        ("departement", "Loire", r"unknown departement 'Loire'; did you mean 42 \(Loire\)"),
        ("epci", "244200771", r"did you mean .*244200770 \(Saint-Étienne Métropole\)"),
        (
            "canton",
            "42",
            "no sheet of level 'canton': this study has region, departement, epci, commune",
        ),
    ],
)
def test_an_unknown_territory_is_told_with_near_ones(level, code, told):
    with pytest.raises(UnknownTerritoryError, match=told):
        territory_findings(france(), level, code)


def test_a_territory_outside_the_study_area_is_told_as_that():
    with pytest.raises(UnknownTerritoryError, match=r"59 \(Nord\) lies outside the study area"):
        territory_findings(published(), "departement", "59")


def test_an_unknown_pole_is_told_with_near_ones():
    with pytest.raises(InputError, match=r"unknown pole 'inovale'; did you mean innovales"):
        pole_findings(france(), "inovale")


def test_a_published_sheet_in_english(tmp_path):
    path = tmp_path / "sheet.html"
    write_page(path, published(), "pole", "innovales", lang="en")
    require_same_figures(path, published(), "en")
    text = path.read_text(encoding="utf-8")
    assert ">secret</data>" in text
    assert "Found in the list" in text


def test_a_territory_without_members(tmp_path):
    path = tmp_path / "sheet.html"
    picture = sheet_picture(france(), "departement", "02", "fr")
    write_page(path, france(), "departement", "02", picture=picture)
    require_same_figures(path, france(), "fr")
    assert "Aucune structure de la liste n’est localisée ici" in path.read_text(encoding="utf-8")


def test_long_and_hostile_names_do_nothing_and_fit_the_page(open_file, tmp_path):
    rows = [
        {
            "Nom": f"{HOSTILE} {'M' * 80} {n}",
            "Pôle": f"{HOSTILE} {'W' * 300} {n % 7}",
            "CP": "42000",
            "Ville": "Saint-Étienne",
            "Type": "W" * 200,
        }
        for n in range(40)
    ]
    found = of_rows(rows, tmp_path, departements=["42"])
    path = tmp_path / "sheet.html"
    pole = found.tables["poles"].index[0]
    for kind, code in (("epci", "244200770"), ("pole", pole)):
        write_page(path, found, kind, code, picture=sheet_picture(found, kind, code, "fr"))
        page = open_file(path)
        assert page.evaluate("document.scripts.length") == 0
        assert len(pdf_pages(page.pdf(prefer_css_page_size=True))) == 1
        page.set_viewport_size({"width": 794, "height": 1122})
        page.emulate_media(media="print")
        assert page.evaluate(ROOM) >= 0
        told = path.read_text(encoding="utf-8")
        assert re.search("Structures non montrées ici\u00a0: ", told) or kind == "pole"


def test_the_same_sheet_twice_is_the_same_file(tmp_path):
    first, second = tmp_path / "1.html", tmp_path / "2.html"
    for path in (first, second):
        picture = sheet_picture(france(), "epci", "244200770", "fr")
        write_page(path, france(), "epci", "244200770", picture=picture)
    assert first.read_bytes() == second.read_bytes()
