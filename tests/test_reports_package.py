"""The data package: valid for frictionless, described twice, read back to the last digit."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from ptce_geo.errors import InputError, OutputError, UnreadableFileError
from ptce_geo.labels import LANGUAGES
from ptce_geo.reports.columns import column_of, is_of_the_list
from ptce_geo.reports.findings import Findings
from ptce_geo.reports.package import LICENCES, package_files, read_package, write_package
from ptce_geo.reports.package_fields import PACKAGE_FILE
from ptce_geo.study.run import run_study
from ptce_geo.study.settings import Study

EXAMPLES = Path(__file__).parents[1] / "examples" / "data"
HOSTILE = [
    "=HYPERLINK(1)", "+33", "-1", "@x", 'dit "Le Pôle"', "a,b;c\td", "deux\nlignes", "\r\n", " ",
    "", None, "NA", "nan", "secret", "é’ö\u202f€", "\\", "1e5", "a\0b",
]  # fmt: skip


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    """All of France, and one région to be published: the real lists, measured."""
    folder = tmp_path_factory.mktemp("studies")
    common = {"poles": EXAMPLES / "poles.csv", "outputs": (), "cache": folder / "cache"}
    settings_of = {
        "france": {"licence": None},
        "published": {"regions": ["84"], "publish": True, "licence": "lov2", "publisher": "CRESS"},
    }
    found = {}
    for name, own in settings_of.items():
        result = run_study(Study(EXAMPLES / "members.csv", out=folder / name, **common, **own))
        found[name] = Findings(result.members, result.poles, result.tables, result.record)
        write_package(folder / name / "data", found[name])
    return folder, found


def small(members, tables=None):
    """Return findings as small as can be."""
    frame = gpd.GeoDataFrame(members, geometry=[None] * len(members), crs="EPSG:4326")
    poles = gpd.GeoDataFrame({"pole_id": pd.Series(dtype="str")}, geometry=[], crs="EPSG:4326")
    summary = pd.DataFrame({"pole_name": []}, index=pd.Index([], name="pole_id", dtype="str"))
    facts = {
        "ptce_geo": "0",
        "created": "2026-11-27T01:44:11+00:00",
        "settings": {"lang": "fr", "white_zone_km": 20},
        "vintages": {"territories": 2026, "attribution": ["IGN"]},
        "inputs": [],
        "publication": None,
    }
    summary = summary.astype("str")
    return Findings(frame, poles, {"poles": summary, **(tables or {})}, facts)


def written(folder, findings, **options):
    """Write a package and what stands beside it; return its folder."""
    folder.mkdir(exist_ok=True)
    (folder / "study.json").write_text(json.dumps(findings.record), encoding="utf-8")
    write_package(folder / "data", findings, **options)
    return folder / "data"


def described(folder):
    return json.loads((folder / PACKAGE_FILE).read_text(encoding="utf-8"))


def assert_same(one, other):
    """Assert that two findings hold the same tables, to the last digit."""
    assert set(one.tables) == set(other.tables)
    pairs = [(one.members, other.members), (one.poles, other.poles)]
    for left, right in [*pairs, *((one.tables[name], other.tables[name]) for name in one.tables)]:
        assert type(left) is type(right)
        assert_frame_equal(pd.DataFrame(left), pd.DataFrame(right), check_exact=True)
        if isinstance(left, gpd.GeoDataFrame):
            assert left.crs == right.crs
            assert left.active_geometry_name == right.active_geometry_name


@pytest.mark.parametrize("name", ["france", "published"])
def test_every_table_is_read_back_as_it_was(studies, name):
    folder, found = studies
    read = read_package(folder / name / "data")
    assert_same(found[name], read)
    assert read.record["settings"]["lang"] == "fr"


def test_what_is_secret_stays_secret(studies):
    folder, _ = studies
    members = read_package(folder / "published" / "data").members
    assert (members["fte"] == "secret").sum() == 1
    rows = pd.read_csv(folder / "published" / "data" / "members.csv")
    assert (rows["fte"] == "secret").sum() == 1
    (resource,) = (
        one for one in described(folder / "published" / "data")["resources"]
        if one["name"] == "members"
    )  # fmt: skip
    assert resource["schema"]["missingValues"] == ["", "secret"]


def test_the_indicators_are_all_figures_of_territories(studies):
    folder, found = studies
    tables = found["france"].tables
    rows = pd.read_csv(
        folder / "france" / "data" / "indicators.csv",
        dtype={"territory": "str"},
        keep_default_na=False,
        na_values={"value": [""]},
    )
    assert rows["theme"].value_counts().to_dict() == {
        "counts": 2 * sum(len(tables[level]) for level in ("commune", "epci"))
        + 2 * sum(len(tables[level]) for level in ("departement", "region")),
        "coverage": len(tables["coverage"]),
        "concentration": len(tables["concentration"]),
    }
    counts = rows[rows["theme"] == "counts"].set_index(["level", "territory", "indicator"])
    assert (
        counts.loc[("departement", "42", "members"), "value"]
        == (tables["departement"].loc["42", "members"])
    )
    for level in ("commune", "epci", "departement", "region"):
        for indicator in ("members", "members_per_100k"):
            own = counts.xs((level, indicator), level=("level", "indicator"))
            expected = tables[level][indicator].astype("float64")
            assert own["value"].reindex(expected.index).equals(expected.rename("value"))
            assert (own["n"] == tables[level]["members"].reindex(own.index)).all()
            undefined = own["flag"] == "undefined"
            assert undefined.eq(own["value"].isna()).all()
    assert (rows["method"] != "").all()
    assert rows["n"].astype("int64").ge(0).all()


@pytest.mark.parametrize("name", ["france", "published"])
def test_every_column_is_described_in_both_languages(studies, name):
    folder, _ = studies
    package = described(folder / name / "data")
    for resource in package["resources"]:
        assert resource["title"] != ""
        assert resource["title_en"] != ""
        table = resource["ptce_geo"]["table"]
        for field in resource["schema"]["fields"]:
            assert field["description"] != field["description_en"]
            assert field["description_en"].endswith(".")
            if not is_of_the_list(field["name"], table):
                assert field["title"] != field["name"], (table, field)


# Indices, ratios, ranks, years, how many territories; amounts in a unit that the row says.
WITHOUT_UNIT = {
    *("blau", "geocode_margin", "geocode_score", "chance_low", "chance_high", "value", "low"),
    *("high", "location_quotient", "location_quotient_low", "location_quotient_high"),
    *("communes", "epci", "departements", "regions", "territories", "territories_covered"),
    *("line", "source_line", "rank", "year", "n", "part", "whole", "total"),
}


def test_every_number_that_has_a_unit_says_it(studies):
    folder, _ = studies
    for resource in described(folder / "france" / "data")["resources"]:
        for field in resource["schema"]["fields"]:
            column = column_of(field["name"], table=resource["ptce_geo"]["table"])
            assert field.get("unit", "") == column.unit
            if field["type"] in ("number", "integer") and column.kind != "share":
                assert ("unit" in field) != (field["name"] in WITHOUT_UNIT), field["name"]


def test_the_language_asked_for_comes_first(studies, tmp_path):
    _, found = studies
    package = described(written(tmp_path, found["published"], lang="en"))
    assert package["languages"] == list(reversed(LANGUAGES))
    assert package["title"].startswith("Territorial cooperation poles")
    assert package["title_fr"].startswith("Pôles territoriaux")
    field = package["resources"][0]["schema"]["fields"][0]
    assert (field["title"], field["title_fr"]) == ("Identifier", "Identifiant")


def test_the_package_says_whose_it_is(studies):
    folder, _ = studies
    package = described(folder / "published" / "data")
    assert package["licenses"] == [
        {
            "name": "etalab-2.0",
            "title": "Licence Ouverte 2.0",
            "path": LICENCES["lov2"].path,
        }
    ]
    assert package["contributors"] == [{"title": "CRESS", "role": "publisher"}]
    titles = [source["title"] for source in package["sources"]]
    assert titles[:3] == ["members.csv", "poles.csv", "IGN – ADMIN EXPRESS COG"]
    assert package["version"] == package["created"][:10]
    assert "secret statistique" in package["description"]
    working = described(folder / "france" / "data")
    assert "licenses" not in working
    assert "contributors" not in working
    assert "Aucune licence" in working["description"]
    assert "en clair" in working["description"]


def test_an_unknown_licence_lists_those_that_are_known(tmp_path):
    findings = small(pd.DataFrame({"member_id": ["a"]}))
    findings.record["settings"]["licence"] = "mit"
    with pytest.raises(InputError, match="unknown licence 'mit'; known: lov2, odbl"):
        write_package(tmp_path / "data", findings)
    assert not (tmp_path / "data").exists()


def test_keys_point_where_every_code_is_found(studies):
    folder, _ = studies

    def links(name):
        return {
            (resource["name"], link["fields"][0]): link["reference"]["resource"]
            for resource in described(folder / name / "data")["resources"]
            for link in resource["schema"].get("foreignKeys", [])
        }

    france = links("france")
    assert france["members", "pole_id"] == "pole_summary"
    assert france["members", "code_epci"] == "epci"
    assert france["economic_weight", "pole_id"] == "pole_summary"
    # Members of all of France, territories of one région.
    assert ("members", "code_epci") not in links("published")
    keys = {
        resource["name"]: resource["schema"].get("primaryKey")
        for resource in described(folder / "france" / "data")["resources"]
    }
    assert keys["members"] == ["member_id"]
    assert keys["commune"] == ["code"]
    assert keys["indicators"] is None


def test_each_file_has_its_size_and_hash(studies):
    folder, _ = studies
    data = folder / "published" / "data"
    for resource in described(data)["resources"]:
        files = [resource, resource["ptce_geo"].get("geometry")]
        for told in filter(None, files):
            content = (data / told["path"]).read_bytes()
            assert told["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["bytes"] == (data / resource["path"]).stat().st_size


def test_two_packages_of_one_study_have_the_same_bytes(studies, tmp_path):
    folder, found = studies
    again = written(tmp_path, found["published"])
    once = folder / "published" / "data"
    names = sorted(path.name for path in once.iterdir())
    assert names == sorted(path.name for path in again.iterdir())
    assert all((once / name).read_bytes() == (again / name).read_bytes() for name in names)


def test_shapes_stand_beside_as_geoparquet(studies):
    folder, found = studies
    data = folder / "france" / "data"
    zones = gpd.read_parquet(data / "white_zones.parquet")
    assert zones.crs == "EPSG:4326"
    assert zones.geometry.array.equals(found["france"].tables["white_zones"].geometry.array)
    assert list(zones.columns[:2]) == ["rank", "nom"]
    published = gpd.read_parquet(folder / "published" / "data" / "members.parquet")
    assert set(published["fte"].dropna()) == {"secret"}


@pytest.fixture(scope="module")
def validated(studies, tmp_path_factory):
    """What frictionless finds wrong in packages, by name: real ones, hostile ones, one altered."""
    folder, found = studies
    made = tmp_path_factory.mktemp("packages")
    names = pd.DataFrame({"member_id": [f"m{i}" for i in range(len(HOSTILE))]})
    hostile = small(names.assign(**{"member_name": HOSTILE, 'dit "nom",': HOSTILE}))
    packages = {
        "published": folder / "published" / "data",
        "hostile": written(made / "hostile", hostile),
        "empty": written(made / "empty", small(names.head(0))),
        "altered": written(made / "altered", found["published"]),
    }
    path = packages["altered"] / "region.csv"
    path.write_text(path.read_text(encoding="utf-8").replace('"84"', '"eighty"'), encoding="utf-8")
    program = (
        "import json, sys\n"
        "from frictionless import validate\n"
        "told = [validate(path, type='package').flatten(['name', 'type', 'note'])"
        " for path in sys.argv[1:]]\n"
        "print(json.dumps(told))\n"
    )
    probe = [sys.executable, "-c", "import frictionless"]
    if subprocess.run(probe, check=False, capture_output=True).returncode:
        advice = "frictionless is not installed: pip install 'frictionless>=5.18'"
        if os.environ.get("PTCE_GEO_REQUIRE_ALL") == "1":
            pytest.fail(advice)
        pytest.skip(advice)
    # In another process: its own libraries warn of what is deprecated in them.
    paths = [str(package / PACKAGE_FILE) for package in packages.values()]
    command = [sys.executable, "-W", "ignore", "-c", program, *paths]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(zip(packages, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("name", ["published", "hostile", "empty"])
def test_a_package_is_valid_for_frictionless(validated, name):
    assert validated[name] == []


def test_frictionless_sees_what_is_altered(validated):
    kinds = {kind for _, kind, _ in validated["altered"]}
    assert {"hash-count", "constraint-error"} & kinds


def test_text_stays_what_it_is(tmp_path):
    members = pd.DataFrame({"member_name": pd.Series(HOSTILE, dtype="str"), 'a "b"\nc,': "=1+1"})
    data = written(tmp_path, small(members))
    read = read_package(data).members
    # What no CSV reader takes is left out.
    expected = [None if text is None else text.replace("\0", "") for text in HOSTILE]
    assert_frame_equal(
        pd.DataFrame(read.drop(columns="geometry")),
        members.assign(member_name=pd.Series(expected, dtype="str")),
    )
    with (data / "members.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == list(members.columns)
    assert [row[0] for row in rows[1:]] == [text or "" for text in expected]


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(
            st.none() | CELLS,
            st.floats(allow_nan=False) | st.none(),
            st.integers(-(2**63), 2**63 - 1),
            st.none() | st.integers(-(2**63) + 1, 2**63 - 1),
            st.booleans(),
            st.floats(allow_nan=False) | st.just("secret") | st.none() | st.integers(),
        ),
        max_size=5,
    )
)
def test_any_cell_is_read_back(tmp_path_factory, rows):
    types = {"a": "str", "b": "float64", "c": "int64", "d": "Int64", "e": "bool", "f": object}
    columns = dict(zip(types, zip(*rows, strict=True) if rows else [()] * len(types), strict=True))
    frame = pd.DataFrame(
        {name: pd.Series(columns[name], dtype=dtype) for name, dtype in types.items()}
    )
    frame["f"] = frame["f"].where(frame["f"].notna(), np.nan)
    if not (frame["f"] == "secret").any():  # numbers in a column of text are text
        frame["f"] = frame["f"].astype("float64")
    findings = small(frame)
    folder = tmp_path_factory.mktemp("any")
    assert_same(findings, read_package(written(folder, findings)))


def test_a_zoning_may_be_called_as_a_table_is(tmp_path):
    zones = pd.DataFrame(
        {"nom": ["Bassin"], "population": [10], "members": [1], "members_per_100k": [10_000.0]},
        index=pd.Index(["z1"], name="code"),
    )
    findings = small(pd.DataFrame({"member_id": ["a"]}), {"members": zones, "ze2020": zones})
    data = written(tmp_path, findings)
    assert_same(findings, read_package(data))
    resources = {resource["name"]: resource for resource in described(data)["resources"]}
    assert resources["ze2020"]["title"] == "Zonage ze2020"
    assert resources["zoning_members"]["schema"]["fields"][1]["title"] == "Nom"


def test_a_member_that_stands_twice_is_no_key(tmp_path):
    data = written(tmp_path, small(pd.DataFrame({"member_id": ["a", "a"]})))
    assert "primaryKey" not in described(data)["resources"][0]["schema"]


def test_what_cannot_be_written_is_said(tmp_path):
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write the data package to"):
        write_package(tmp_path / "data", small(pd.DataFrame({"member_id": ["a"]})))


@pytest.fixture
def package(tmp_path):
    return written(tmp_path / "study", small(pd.DataFrame({"member_id": ["a"]})))


def refused(data, match):
    with pytest.raises(UnreadableFileError, match=match) as caught:
        read_package(data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["datapackage.json", "members.csv", "members.parquet"])
def test_a_missing_file_is_named(package, name):
    (package / name).unlink()
    refused(package, rf"cannot read .*{name}: No such file")


def test_the_record_must_stand_beside(package):
    (package.parent / "study.json").unlink()
    refused(package, "cannot read .*study.json")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"ptce_geo": "1", "resources": [1]}', "\ufffe"])
def test_the_package_of_another_program_is_refused(package, text):
    (package / PACKAGE_FILE).write_text(text, encoding="utf-16")
    refused(package, "is none that ptce_geo wrote")
    (package / PACKAGE_FILE).write_text(text, encoding="utf-8")
    refused(package, "is none that ptce_geo wrote")


@pytest.mark.parametrize("name", ["members.csv", "poles.parquet"])
def test_a_file_that_was_changed_is_refused(package, name):
    path = package / name
    path.write_bytes(path.read_bytes() + b"\n")
    refused(package, f"{name} was changed since")


def test_a_package_reads_nothing_outside_its_folder(package):
    outside = package.parent / "outside.csv"
    outside.write_text('"member_id"\n"b"\n', encoding="utf-8")
    told = described(package)
    told["resources"][0]["path"] = "../outside.csv"
    (package / PACKAGE_FILE).write_text(json.dumps(told), encoding="utf-8")
    refused(package, r"cannot read .*data.outside\.csv")


def test_quotients_of_a_zoning_stand_in_the_indicators_as_those_of_a_level(studies, tmp_path):
    """A zoning whose zones are the EPCI: what `concentration_table` says of these."""
    _, found = studies
    france = found["france"]
    tables = {**france.tables, "bassin": france.tables["epci"]}
    folder = written(tmp_path / "zoned", replace(france, tables=tables))
    rows = pd.read_csv(folder / "indicators.csv", dtype={"territory": "str", "group": "str"})
    rows = rows[rows["indicator"] == "location_quotient"].set_index("territory").sort_index()
    zones, epci = (rows[rows["level"] == level] for level in ("bassin", "epci"))
    assert len(zones) > 20
    assert set(zones["flag"].fillna("")) == {"small_number", ""}
    figures = ["value", "low", "high", "n", "flag", "method"]
    assert_frame_equal(zones[figures], epci[figures])
    assert set(zones["theme"]) == {"counts"}
    assert set(rows["level"]) == {"bassin", "epci", "commune", "departement", "region"}
    assert_frame_equal(read_package(folder).tables["bassin"], tables["bassin"])


@pytest.mark.parametrize("name", ["france", "published"])
def test_the_files_that_a_package_may_hold_are_known_beforehand(studies, name):
    folder, _ = studies
    known = package_files(["commune", "epci", "departement", "region"])
    there = {path.name for path in (folder / name / "data").iterdir()}
    assert there <= set(known)
    assert len(known) == len(set(known))
    assert package_files(["members"])[-2:] == ["zoning_members.csv", "zoning_members.parquet"]
