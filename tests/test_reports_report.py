"""The report: its figures are those of the tables, it opens offline, prints, and can be read."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from html import unescape

import pytest
from axe_playwright_python.sync_playwright import Axe
from maps_frames import DESK
from report_samples import (
    HOSTILE,
    SVG,
    france,
    of_rows,
    pdf_pages,
    published,
    read,
    require_same_figures,
)

from ptce_geo import schema
from ptce_geo.errors import InputError, OutputError
from ptce_geo.reports.html import exact
from ptce_geo.reports.report import write_report
from ptce_geo.study.pictures import report_pictures
from ptce_geo.words import LABELS

PHONE = {"width": 390, "height": 800}


@pytest.fixture(scope="module")
def pictures():
    return report_pictures(france(), "fr")


@pytest.fixture(scope="module")
def report(tmp_path_factory, pictures):
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(path, france(), pictures=pictures)
    return path


def test_every_figure_is_that_of_its_table(report):
    seen = require_same_figures(report, france(), "fr")
    assert {"record", "coverage_by_reach", "coverage_by_presence", "concentration"} <= seen
    assert {"region", "departement", "epci", "commune"} <= seen
    assert {"white_zones", "poles", "economic_weight"} <= seen


def test_a_figure_that_is_another_is_noticed(report, tmp_path):
    wrong = tmp_path / "wrong.html"
    text = report.read_text(encoding="utf-8")
    wrong.write_text(re.sub(r'data-value="146"', 'data-value="147"', text, count=1))
    with pytest.raises(AssertionError):
        require_same_figures(wrong, france(), "fr")


def test_members_in_are_those_located_to_check_and_not_placed(report):
    status = {
        place["data-column"]: int(place["data-value"])
        for place, _ in read(report).figures
        if place["data-row"] == "counts.status"
    }
    assert sum(status.values()) == len(france().members)


def test_only_territories_whose_interval_does_not_hold_1_are_marked(report):
    table = france().tables["region"]
    more = table.index[table[schema.LOCATION_QUOTIENT_LOW] > 1]
    fewer = table.index[table[schema.LOCATION_QUOTIENT_HIGH] < 1]
    text = report.read_text(encoding="utf-8")
    marked = re.findall(r'<tr class="(more|fewer)">\s*<th scope="row">([^<]*)</th>', text)
    regions = set(table[schema.NAME])
    assert {name for mark, name in marked if mark == "more" and name in regions} == set(
        table.loc[more, schema.NAME]
    )
    assert {name for mark, name in marked if mark == "fewer" and name in regions} == set(
        table.loc[fewer, schema.NAME]
    )


def test_headings_come_in_order_and_tables_say_what_they_are(report):
    page = read(report)
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(
        after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False)
    )
    names = [tag for tag, _ in page.tags]
    assert names.count("caption") == names.count("table") > 10
    assert all(attrs.get("scope") in {"col", "row"} for tag, attrs in page.tags if tag == "th")
    assert all(attrs["alt"] for tag, attrs in page.tags if tag == "img")
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"][1:] for tag, attrs in page.tags if attrs.get("href", "")[:1] == "#"]
    assert set(links) <= set(ids)


def test_it_holds_nothing_that_runs_or_asks(report):
    page = read(report)
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "iframe", "object", "form", "base"}
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    policy = [attrs for tag, attrs in page.tags if attrs.get("http-equiv")]
    assert "default-src 'none'" in policy[0]["content"]
    assert all(
        attrs["src"].startswith("data:image/svg+xml,") for tag, attrs in page.tags if tag == "img"
    )


def test_it_opens_without_network_on_a_desk_and_a_phone(open_file, report):
    for size in (DESK, PHONE):
        page = open_file(report, size=size)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"]
        drawn = "[...document.images].map((img) => img.complete && img.naturalWidth > 0)"
        assert page.evaluate(drawn) == [True, True, True]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_no_fault(open_file, report, size):
    found = Axe().run(open_file(report, size=size)).response
    assert [each["id"] for each in found["violations"]] == []


def test_it_prints_on_a4_with_nothing_cut(open_file, report):
    page = open_file(report)
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    pages = pdf_pages(pdf)
    assert 8 <= len(pages) <= 18
    assert re.search(rb"/MediaBox\s*\[\s*0 0 59[45][.\d]* 84[12]", pdf)
    assert all(text.strip() for text in pages)
    # Numbers of pages stand in the margin; the last line of the last table is there.
    assert f"{len(pages)} / {len(pages)}" in pages[-1]
    whole = " ".join(" ".join(pages).split())
    assert "L’essentiel" in whole
    assert "146" in whole
    assert "Structures localisées pour 100 000 habitants" in whole  # of a picture
    titles = {"Couverture", "Concentration", "Zones blanches", "Pôles", "Régions", "Communes"}
    for text in pages:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        assert lines[-2] not in titles  # no heading is an orphan; the last line is the page's
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 1000})  # A4 within its margins, 180 mm
    over = """[...document.querySelectorAll("table, img, svg, p, dd, h1, h2, h3")]
        .filter((it) => it.getBoundingClientRect().right > document.body.clientWidth + 1)
        .map((it) => it.outerHTML.slice(0, 80))"""
    assert page.evaluate(over) == []


def test_a_published_report_in_english(tmp_path):
    path = tmp_path / "report.html"
    write_report(path, published(), pictures={}, lang="en")
    require_same_figures(path, published(), "en")
    text = path.read_text(encoding="utf-8")
    assert ">secret</data>" in text
    assert "would give" in text  # the note on secrets
    assert '<html lang="en">' in text
    assert "source_url" in text  # a column that is not published
    assert "Study area: Ain" in text
    whole = " ".join(unescape(text).split())
    french = [fr for fr, en in LABELS.values() if fr != en and len(fr) > 9 and "{" not in fr]
    assert [each for each in french if f">{each}<" in whole or f"{each}. " in whole] == []


@pytest.mark.parametrize("outputs", [["report"], ["report", "map"]])
def test_the_map_beside_it_is_linked_where_it_was_written(tmp_path, outputs):
    found, path = france(), tmp_path / "report.html"
    record = {**found.record, "settings": {**found.record["settings"], "outputs": outputs}}
    write_report(path, replace(found, record=record), pictures={})
    links = [attrs["href"] for tag, attrs in read(path).tags if tag == "a"]
    assert ("map.html" in links) == ("map" in outputs)


def test_nothing_located(tmp_path):
    rows = [{"Nom": f"Structure {n}", "Pôle": "P", "CP": "", "Ville": ""} for n in range(3)]
    found = of_rows(rows, tmp_path, departements=["42"])
    path = tmp_path / "report.html"
    write_report(path, found, pictures=report_pictures(found, "fr"))
    require_same_figures(path, found, "fr")
    text = path.read_text(encoding="utf-8")
    assert "Aucune structure n’est localisée" in text


def test_text_of_users_does_nothing(open_file, tmp_path):
    rows = [
        {"Nom": HOSTILE, "Pôle": HOSTILE, "CP": "42000", "Ville": "Saint-Étienne"},
        {"Nom": "=cmd|' /C calc'!A0", "Pôle": HOSTILE, "CP": HOSTILE, "Ville": HOSTILE},
    ]
    found = of_rows(rows, tmp_path, title=HOSTILE, source=HOSTILE, departements=["42"])
    path = tmp_path / "report.html"
    hostile = SVG.replace(
        "<text>", "<script>alert(2)</script><image href='x' onload='alert(3)'/><text>"
    )
    write_report(path, found, pictures={"poles": hostile})
    page = open_file(path)  # a dialog, a request or a broken page fails the test
    assert page.evaluate("document.scripts.length") == 0
    assert page.inner_text("h1") == HOSTILE
    assert HOSTILE in page.inner_text("#poles")
    require_same_figures(path, found, "fr")


def test_the_same_study_gives_the_same_bytes(report, pictures, tmp_path):
    again = tmp_path / "again.html"
    write_report(again, france(), pictures=report_pictures(france(), "fr"))
    assert again.read_bytes() == report.read_bytes()


def test_pictures_are_small(pictures):
    assert set(pictures) == {"poles", "rate", "white_zones"}
    assert max(map(len, pictures.values())) < 300_000


def test_unknown_language_and_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="unknown language 'de'"):
        write_report(tmp_path / "r.html", france(), pictures={}, lang="de")
    with pytest.raises(OutputError, match="cannot write the report"):
        write_report(tmp_path / "none" / "r.html", france(), pictures={})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", [0.1, 1 / 3, 123456789.25, -2, 1e-12, 44472821])
def test_an_exact_figure_is_read_back_as_it_was(value):
    assert float(exact(value)) == value


def test_importing_the_pictures_does_not_load_matplotlib():
    code = "import sys, ptce_geo.study.pictures; print('matplotlib' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", "est d’au moins 5, si aucune n’en fait plus de 75,5\u202f% et"),
        ("en", "is at least 5, none makes more than 75.5% of it"),
    ],
)
def test_the_rules_of_secrecy_are_those_of_the_study(tmp_path, lang, said):
    found, path = published(), tmp_path / "report.html"
    settings = {**found.record["settings"], "minimum": 5, "dominance": 0.755}
    write_report(
        path, replace(found, record={**found.record, "settings": settings}), pictures={}, lang=lang
    )
    assert said in " ".join(unescape(path.read_text(encoding="utf-8")).split(" "))
