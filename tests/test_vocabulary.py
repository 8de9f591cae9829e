"""Floor 0: errors, legal CRS, labels and numbers, checks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from ptce_geo import checks, errors
from ptce_geo.crs import LEGAL_CRS, metric_crs
from ptce_geo.labels import LANGUAGES, check_language, format_number, format_share, label
from ptce_geo.words import LABELS

PACKAGE = Path(__file__).parents[1] / "ptce_geo"
NARROW = "\u202f"


@pytest.mark.parametrize(
    ("leaf", "builtin"),
    [
        (errors.InputError, ValueError),
        (errors.MissingColumnError, ValueError),
        (errors.DuplicateIdError, ValueError),
        (errors.CrsError, ValueError),
        (errors.UnreadableFileError, ValueError),
        (errors.OutputError, OSError),
        (errors.UnknownTerritoryError, ValueError),
        (errors.BoundariesNotFoundError, FileNotFoundError),
        (errors.BoundariesDownloadError, OSError),
        (errors.GeocodingServiceError, OSError),
        (errors.UnmatchedAddressError, ValueError),
        (errors.EngineNotInstalledError, ImportError),
    ],
)
def test_every_error_is_ours_and_a_builtin(leaf, builtin):
    assert issubclass(leaf, errors.PtceGeoError)
    assert issubclass(leaf, builtin)
    assert str(leaf("what failed")) == "what failed"


def test_errors_carry_what_a_caller_needs():
    service = errors.GeocodingServiceError("too many", status_code=429, retry_after=5.0)
    assert (service.status_code, service.retry_after) == (429, 5.0)
    assert errors.UnmatchedAddressError("two", member_ids=["a", "b"]).member_ids == ("a", "b")


@pytest.mark.parametrize(
    ("code", "epsg"),
    [
        ("75", 2154), ("2A", 2154), ("2B004", 2154), ("971", 5490), ("97209", 5490),
        ("973", 2972), ("97411", 2975), ("976", 4471),
    ],
)  # fmt: skip
def test_the_legal_crs_of_a_departement_or_commune(code, epsg):
    assert metric_crs(code) == epsg
    assert epsg in LEGAL_CRS


@pytest.mark.parametrize("code", ["975", "97701", "978", "98818"])
def test_a_collectivity_without_legal_crs_is_refused(code):
    with pytest.raises(errors.CrsError, match="overseas collectivity"):
        metric_crs(code)


def test_every_label_has_its_words_in_every_language():
    for key, words in LABELS.items():
        assert len(words) == len(LANGUAGES), key
        assert all(word.strip() for word in words), key
        filled_in = [set(re.findall(r"{(\w+)}", word)) for word in words]
        assert filled_in[0] == filled_in[1], key


def test_every_label_asked_for_by_name_exists():
    asked = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", None) == "label"
                and isinstance(node.args[0], ast.Constant)
            ):
                asked.add(node.args[0].value)
    assert len(asked) >= 20
    assert asked <= set(LABELS)


def test_numbers_as_a_reader_expects_them():
    assert format_number(1234567.891, decimals=2) == f"1{NARROW}234{NARROW}567,89"
    assert format_number(1234567.891, "en", decimals=2) == "1,234,567.89"
    assert format_number(-3) == "-3"
    assert format_number(None) == format_number(float("nan")) == format_share(None) == "–"
    assert format_share(0.0666) == f"6,7{NARROW}%"


def test_an_unknown_language_is_said():
    assert check_language("en") == "en"
    with pytest.raises(errors.InputError, match="unknown language 'de'; known: fr, en"):
        check_language("de")
    assert label("region", "fr") == "région"


def test_checks_say_what_was_found():
    frame = pd.DataFrame({"a": [1, 1, 2]})
    with pytest.raises(errors.MissingColumnError, match=r"list: no column b, c; found a$"):
        checks.require_columns(frame, ["a", "b", "c"], what="list")
    with pytest.raises(errors.MissingColumnError, match="found no column at all"):
        checks.require_columns(pd.DataFrame(), ["a"], what="list")
    with pytest.raises(errors.DuplicateIdError, match="list: a must be unique; 1 stand more"):
        checks.require_unique(frame["a"], what="list")
    checks.require_unique(frame["a"].drop(0), what="list")
    same = pd.Series(1, index=["x", "y"])
    checks.require_same_index(same, same[::-1], what="ratio")
    with pytest.raises(errors.InputError, match=r"in one of the two only: z$"):
        checks.require_same_index(same, pd.Series(1, index=["x", "y", "z"]), what="ratio")
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([2], [48]))
    with pytest.raises(errors.CrsError, match="no CRS"):
        checks.require_wgs84(points, what="members")
    checks.require_wgs84(points.set_crs(4326), what="members")
