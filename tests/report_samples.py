"""What the tests of the report and of its sheets share: studies, and pages read back."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest

from ptce_geo.reports.findings import Findings
from ptce_geo.study import Study, run_study

EXAMPLES = Path(__file__).parents[1] / "examples" / "data"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 184 100"><text>Carte</text></svg>'
HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)></style>{{ 7*7 }}{% x %}&amp;\u202e"
)


def study(members, poles=None, **asked) -> Findings:
    """What a study that writes no file but its record finds."""
    with TemporaryDirectory() as folder:
        found = run_study(Study(members, poles=poles, out=f"{folder}/s", outputs=(), **asked))
    return Findings(found.members, found.poles, found.tables, found.record)


@cache
def france() -> Findings:
    return study(EXAMPLES / "members.csv", EXAMPLES / "poles.csv")


@cache
def published() -> Findings:
    """Auvergne-Rhône-Alpes, to be published, in English."""
    lists = EXAMPLES / "members.csv", EXAMPLES / "poles.csv"
    return study(*lists, regions=["84"], publish=True, lang="en")


def of_rows(rows: list[dict], folder: Path, **asked) -> Findings:
    """A study of a small list."""
    path = folder / "list.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return study(path, **asked)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.figures, self.tags, self.headings = [], [], []
        self._open = None

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "data":
            self._open = dict(attrs)
            self.figures.append([self._open, ""])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag):
        if tag == "data":
            self._open = None

    def handle_data(self, text):
        if self._open is not None:
            self.figures[-1][1] += text


def read(path: Path) -> _Reader:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def require_same_figures(path: Path, findings: Findings, lang: str) -> set[str]:
    """Check that each figure of a page is its cell, exactly, and told as it is; the tables seen."""
    figures = read(path).figures
    for place, text in figures:
        value = _cell(findings, place["data-table"], place["data-row"], place["data-column"])
        told = place["data-value"]
        if isinstance(value, str):
            assert (told, text) == (value, "secret")
        elif pd.isna(value):
            assert (told, text) == ("", "–")
        else:
            assert float(told) == value, place
            number, precision = _number(text, lang)
            assert math.isclose(number, value, rel_tol=0, abs_tol=precision), (place, text)
    return {place["data-table"] for place, _ in figures}


def _cell(findings, table, row, column):
    if table == "record":
        value = findings.record
        for key in [*row.split("."), column]:
            value = value[int(key)] if isinstance(value, list) else value[key]
        return value
    frame = findings.tables[table]
    (where,) = [label for label in frame.index if str(label) == row]
    return frame.loc[where, column]


def _number(text, lang):
    """The number that a reader reads, and by how much rounding may have moved it."""
    plain = text.replace("\u202f", "").replace(",", "." if lang == "fr" else "")
    percent = plain.endswith("%")
    plain = plain.removesuffix("%")
    half = 0.5000001 * 10.0 ** -len(plain.partition(".")[2])
    return (float(plain) / 100, half / 100) if percent else (float(plain), half)


def pdf_pages(pdf: bytes) -> list[str]:
    """The text of each page of a PDF."""
    if shutil.which("pdftotext") is None:
        advice = "no pdftotext on this machine: apt-get install poppler-utils"
        if os.environ.get("PTCE_GEO_REQUIRE_ALL") == "1":
            pytest.fail(advice)
        pytest.skip(advice)
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    return text.split("\f")[:-1]
