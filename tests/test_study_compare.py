"""Two studies of the real lists compared: what was edited is what is found, and nothing else."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from ptce_geo import Study, run_study
from ptce_geo.errors import InputError, OutputError, UnreadableFileError
from ptce_geo.reports.changes import (
    StudyComparison,
    comparison_notes,
    comparison_summary,
)
from ptce_geo.reports.findings import Findings
from ptce_geo.study.compare import COMPARISON_FILES, change_map, compare_studies, write_comparison

EXAMPLES = Path(__file__).parents[1] / "examples" / "data"
GONE_POLE = "place-des-possibles"
RENAMED = {"phares": "Cité PHARES et voisins", "ecopal": "Écopal Réunion"}
# Seven members of one pole in the Seine-Saint-Denis, and three of others.
LEFT = "phares"
MOVED_TO = ("69001", "Lyon")


def edited(members, poles):
    """Return the lists a year later, and the names of those that were edited."""
    inside = members[members["pole_id"] != GONE_POLE]
    placed = inside[inside["commune"].notna()]
    removed = [
        *placed[placed["pole_id"] == LEFT].index[:7],
        *placed[placed["pole_id"] == "lille-metropole-solidaire"].index[:3],
    ]
    moved = placed[placed["pole_id"] == "pole-sud-archer"].index[:3]
    later = inside.drop(removed)
    later.loc[moved, ["code_postal", "commune"]] = MOVED_TO
    later.loc[moved, "adresse"] = None
    new = pd.DataFrame(
        {
            "pole_id": "pole-sud-archer",
            "nom": [f"Atelier neuf {number}" for number in range(5)],
            "code_postal": "42000",
            "commune": "Saint-Étienne",
        }
    )
    later = pd.concat([later, new], ignore_index=True).sample(frac=1, random_state=1)
    new_names = poles["pole_id"].map(RENAMED)
    kept = poles["pole_id"] != GONE_POLE
    later_poles = poles.assign(nom_ptce=new_names.fillna(poles["nom_ptce"]))[kept]
    names = {"removed": members.loc[removed, "nom"], "moved": members.loc[moved, "nom"]}
    return later, later_poles, names


@pytest.fixture(scope="module")
def raw():
    return [pd.read_csv(EXAMPLES / f"{name}.csv", dtype=str) for name in ("members", "poles")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("studies")


@pytest.fixture(scope="module")
def studies(folder, raw):
    """The two studies and what was edited between them; their folders are 2025 and 2026."""
    members, poles, names = edited(*raw)
    members.to_csv(folder / "members.csv", index=False)
    poles.to_csv(folder / "poles.csv", index=False)
    found = []
    for lists, year in ((EXAMPLES, 2025), (folder, 2026)):
        study = Study(
            lists / "members.csv",
            poles=lists / "poles.csv",
            out=folder / str(year),
            outputs=("package",),
            levels=("epci", "departement", "region"),
            thresholds_km=(20,),
        )
        result = run_study(study)
        record = {**result.record, "created": f"{year}-11-01T00:00:00+00:00"}
        found.append(Findings(result.members, result.poles, result.tables, record))
    return *found, names


@pytest.fixture(scope="module")
def comparison(studies):
    return compare_studies(*studies[:2])


def counted(comparison, level="departement"):
    rows = comparison.indicators.query("indicator == 'members' and level == @level")
    return rows.set_index("territory")


def as_told(study, **changed):
    """Return a study whose record tells something else."""
    return replace(study, record={**study.record, **changed})


def notes(comparison):
    return {note.word: note for note in comparison.notes}


def test_what_was_edited_is_what_is_found(comparison, studies, raw):
    _, _, names = studies
    members, poles = comparison.members, comparison.poles
    by_change = members.groupby("change")
    gone = by_change.get_group("gone")
    of_pole = gone["pole_id_before"] == GONE_POLE
    assert of_pole.sum() == (raw[0]["pole_id"] == GONE_POLE).sum() == 9
    assert sorted(gone.loc[~of_pole, "member_name_before"]) == sorted(names["removed"])
    come = by_change.get_group("come")["member_name_after"]
    assert sorted(come) == [f"Atelier neuf {number}" for number in range(5)]
    moved = by_change.get_group("moved")
    assert sorted(moved["member_name_after"]) == sorted(names["moved"])
    assert set(moved["code_commune_after"]) == {"69123"}
    assert members["change"].value_counts().to_dict() == {
        "stayed": len(raw[0]) - 10 - 9 - 3,
        "gone": 19,
        "come": 5,
        "moved": 3,
    }
    assert poles["change"].value_counts().to_dict() == {"stayed": 76, "renamed": 2, "gone": 1}
    renamed = poles[poles["change"] == "renamed"]
    assert renamed.set_index("pole_id_after")["pole_name_after"].to_dict() == RENAMED


def test_figures_are_those_of_the_tables(comparison, studies):
    before, after, _ = studies
    for level in ("epci", "departement", "region"):
        rows = counted(comparison, level)
        for side, study in (("before", before), ("after", after)):
            table = study.tables[level].loc[rows.index, "members"]
            pd.testing.assert_series_equal(
                rows[side], table, check_names=False, check_dtype=False, check_index_type=False
            )
            # No territory with a member is left out.
            assert rows[side].sum() == study.tables[level]["members"].sum()
        moves = rows["come"] - rows["gone"] + rows["newly_located"] - rows["no_longer_located"]
        assert (moves == rows["difference"]).all()
    shares = comparison.indicators.query("indicator == 'share_population' and territory == ''")
    reached = shares.query("level == 'epci' and group == 'member'").iloc[0]
    told = after.tables["coverage"].query(
        "territory == '' and level == 'epci' and group == 'member' "
        "and indicator == 'share_population'"
    )
    assert reached["after"] == told["value"].item()


def test_seven_who_left_are_told_from_chance_and_three_are_not(comparison):
    rows = counted(comparison)
    assert rows.loc["93", ["difference", "gone", "paired_flag"]].to_list() == [-7, 7, "lower"]
    assert rows.loc["59", ["difference", "paired_flag"]].to_list() == [-3, "not_distinguishable"]
    # Nine of one pole and, net of nothing, two that moved: of the Drôme none came.
    assert rows.loc["26", ["come", "gone", "flag"]].to_list() == [0, 10, "lower"]
    changed = rows.index[rows["difference"] != 0]
    assert sorted(changed) == ["26", "42", "59", "69", "93"]


def test_a_study_has_not_changed_from_itself(studies):
    same = compare_studies(studies[0], studies[0])
    assert set(same.members["change"]) == set(same.poles["change"]) == {"stayed"}
    assert (same.indicators["difference"].fillna(0) == 0).all()
    assert (same.indicators["reason"] == "").all()
    assert set(same.indicators["flag"]) <= {"not_distinguishable", "no_interval", "undefined"}
    assert [note.word for note in same.notes] == ["nothing"]


def test_a_folder_says_the_same_as_the_findings(folder, studies, comparison):
    read = compare_studies(folder / "2025", str(folder / "2026"))
    for name in ("poles", "members", "indicators"):
        pd.testing.assert_frame_equal(
            getattr(read, name), getattr(comparison, name), check_dtype=False
        )
    with pytest.raises(UnreadableFileError, match="is no study"):
        compare_studies(studies[0], folder)


def test_what_may_mislead_is_said(studies):
    before, after, _ = studies
    placing = {**after.record["placing"], "geocoders": [{"name": "ban", "version": "1"}]}
    told = notes(
        compare_studies(
            as_told(before, ptce_geo="0.0.9", created="2027-01-01T00:00:00+00:00"),
            as_told(after, placing=placing, study_area=["42"], publication={}),
        )
    )
    assert set(told) == {"order", "placing", "study_area", "lists", "publish", "version"}
    assert {word for word, note in told.items() if note.kind == "warning"} == {
        "order",
        "placing",
        "study_area",
    }
    assert "(géocodeurs)" in told["placing"].text("fr")
    assert "1 January 2027" in told["order"].text("en")


def test_members_placed_elsewhere_at_the_same_address_are_said(studies):
    _, after, _ = studies
    members = after.members.copy()
    placed = members.index[(members["geocode_status"] == "accepted") & members["city"].notna()]
    members.loc[placed[:2], "geocode_status"] = "review"
    members.loc[placed[2], ["code_commune", "code_departement"]] = ["01004", "01"]
    told = notes(
        compare_studies(replace(after, members=after.members), replace(after, members=members))
    )
    assert told["placed"].values == {"n": 2}
    assert told["same_address"].values == {"n": 3}


def test_another_vintage_is_brought_to_the_newer(studies):
    # Members of 2018: two in communes that are one today, one in a commune that never was.
    _, after, _ = studies
    members = after.members.copy()
    inside = members.index[members["code_commune"] == "69123"]
    today = after.members.copy()
    today.loc[inside[:3], ["code_commune", "code_departement"]] = ["01033", "01"]
    members.loc[inside[:3], "code_commune"] = ["01205", "01091", "01033"]
    stray = members.index[members["code_commune"] == "42218"][0]
    members.loc[stray, "code_commune"] = "99999"
    old = as_told(
        replace(after, members=members),
        vintages={**after.record["vintages"], "territories": 2018},
    )
    found = compare_studies(old, replace(after, members=today))
    assert found.record["year"] == 2026
    told = notes(found)
    assert (
        told["vintage"]
        .text("en")
        .startswith(
            "The territories are not of the same vintage (2018 and 2026): communes are brought to "
            "those of 2026"
        )
    )
    assert told["unconverted"].values == {"n": 1, "codes": "99999", "year": "2026"}
    merged = found.members.loc[found.members["code_commune_after"] == "01033"]
    assert merged["change"].to_list() == ["stayed"] * 3
    changes = found.members["change"].value_counts().to_dict()
    assert changes == {"stayed": len(members) - 1, "newly_located": 1}
    epci = found.indicators.query("level == 'epci' and territory != ''")
    assert set(epci.loc[epci["indicator"] == "share_population", "reason"]) == {"vintage"}
    ain = counted(found).loc["01"]
    assert ain["before"] == after.tables["departement"].loc["01", "members"] + 3
    assert ain[["come", "gone"]].to_list() == [0, 0]


# What is written.


@pytest.fixture(scope="module")
def written(comparison, folder):
    return write_comparison(comparison, folder / "changes")


def test_the_files_and_nothing_else(written, folder):
    assert [path.name for path in written] == list(COMPARISON_FILES)
    assert sorted(path.name for path in (folder / "changes").iterdir()) == sorted(COMPARISON_FILES)


def test_the_same_comparison_gives_the_same_bytes(comparison, written, folder):
    again = write_comparison(comparison, folder / "again")
    for one, other in zip(written, again, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_a_folder_that_cannot_be_written_is_said(comparison, folder):
    (folder / "a file").write_text("")
    with pytest.raises(OutputError, match="a file"):
        write_comparison(comparison, folder / "a file")


def test_csv_holds_every_figure(comparison, written):
    table = pd.read_csv(written[1], dtype={"territory": str, "method": str})
    assert len(table) == len(comparison.indicators)
    assert table["difference"].sum() == pytest.approx(comparison.indicators["difference"].sum())


def rows_of(page, heading):
    """Return the rows under the heading of a sheet, as dicts."""
    told = [[cell.value for cell in row] for row in page.iter_rows()]
    top = next(number for number, row in enumerate(told) if heading in row)
    return [dict(zip(told[top], row, strict=True)) for row in told[top + 1 :]]


def test_the_workbook_says_the_same_as_the_frames(comparison, written):
    book = openpyxl.load_workbook(written[0])
    assert book.sheetnames == [
        *("Synthèse", "Pôles", "Structures", "Régions", "Départements", "EPCI"),
        *("Concentration", "Couverture", "Zones blanches", "Méthode"),
    ]
    members = rows_of(book["Structures"], "Structure")
    assert [row["Évolution"] for row in members[:5]] == ["arrivé"] * 5
    assert len(members) == len(comparison.members)
    told = {row["Code"]: row for row in rows_of(book["Départements"], "Code")}
    rows = counted(comparison)
    assert set(told) == set(rows.index)
    assert told["93"]["Lecture"] == "en baisse"
    assert told["59"]["Lecture"] == "non distinguable"
    assert told["01"]["Lecture"] == "sans changement"
    assert {code: row["Écart"] for code, row in told.items()} == rows["difference"].to_dict()
    summary = {row["Indicateur"]: row["Valeur"] for row in rows_of(book["Synthèse"], "Indicateur")}
    assert summary["Structures parties"] == 19
    assert summary["Pôles renommés"] == 2
    headings = [cell.value for page in book for row in page.iter_rows() for cell in row]
    assert not [text for text in headings if isinstance(text, str) and text.startswith("change_")]


def test_the_workbook_opens_in_libreoffice(written, tmp_path):
    program = shutil.which("soffice")
    if program is None:
        advice = "no LibreOffice on this machine: apt-get install libreoffice-calc"
        if os.environ.get("PTCE_GEO_REQUIRE_ALL") == "1":
            pytest.fail(advice)
        pytest.skip(advice)
    subprocess.run(
        [
            program,
            f"-env:UserInstallation={tmp_path.as_uri()}/profile",
            *("--headless", "--convert-to", "csv", "--outdir", str(tmp_path), str(written[0])),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    # Written in the code page of the system: ASCII is the same in all of them.
    assert b"Structures parties,19" in (tmp_path / "changes.csv").read_bytes()


def test_names_never_become_formulas(studies, folder):
    _, after, _ = studies
    members = after.members.copy()
    members.loc[0, "member_name"] = "=HYPERLINK(1)"
    members.loc[0, "member_id"] = "new"
    hostile = compare_studies(after, replace(after, members=members))
    path = write_comparison(hostile, folder / "hostile")[0]
    cells = [cell for row in openpyxl.load_workbook(path)["Structures"].iter_rows() for cell in row]
    found = [cell for cell in cells if cell.value == "=HYPERLINK(1)"]
    assert found and all(cell.data_type == "s" for cell in found)


def test_the_console_in_both_languages(comparison):
    french = [row.written("fr") for row in comparison_summary(comparison, "fr")]
    assert french[0][:2] == ("Pôles", "78")
    english = {row.figure: row for row in comparison_summary(comparison, "en")}
    assert english["Members"].detail == "before: 271"
    assert english["Members come"].value == 5
    detail = english["Départements: territories whose number of members changed"].detail
    assert detail == "higher: 0 · lower: 2 · not distinguishable: 3"
    assert comparison_notes(comparison, "en") == []


def test_english_files_are_english(comparison, folder):
    path = write_comparison(comparison, folder / "english", lang="en")[0]
    assert openpyxl.load_workbook(path).sheetnames[0] == "Summary"
    with pytest.raises(InputError, match="unknown language 'de'"):
        write_comparison(comparison, folder / "english", lang="de")


def test_the_map_in_a_browser(written, open_file):
    page = open_file(written[2])
    legend = page.locator(".legend, .ptce-panel, body").first.inner_text()
    for words in ("En baisse", "Moins, non distinguable", "Plus, non distinguable", "En hausse"):
        assert words in legend
    assert "Évolution des structures" in legend


def test_no_territory_in_common_gives_no_map(comparison):
    areas = {side: {**comparison.record[side], "study_area": [code]} for side, code in (
        ("before", "42"), ("after", "01")
    )}  # fmt: skip
    apart = replace(comparison, record={**comparison.record, **areas})
    assert isinstance(apart, StudyComparison)
    assert change_map(apart) is None


def test_the_record_is_plain(comparison):
    counts = json.loads(json.dumps(comparison.record))["counts"]
    assert counts["members"]["come"] == 5


def test_a_further_zoning_has_the_name_that_the_study_gave_it(studies, tmp_path):
    before, after, _ = studies
    name = "Zones d’emploi {2020}"  # its table and level: zones_d_emploi_2020
    named = [
        Findings(
            study.members,
            study.poles,
            {**study.tables, "zones_d_emploi_2020": study.tables["departement"]},
            {
                **study.record,
                "settings": {**study.record["settings"], "zonings": {name: "zones.csv"}},
            },
        )
        for study in (before, after)
    ]
    comparison = compare_studies(*named)
    assert "zones_d_emploi_2020" in set(comparison.indicators["level"])
    told = [row.figure for row in comparison_summary(comparison, "en")]
    assert f"{name}: territories whose number of members changed" in told
    path = write_comparison(comparison, tmp_path / "zones")[0]
    book = openpyxl.load_workbook(path)
    assert name in book.sheetnames
    cells = {str(cell.value) for page in book for row in page.iter_rows() for cell in row}
    assert not [text for text in cells if "zones_d_emploi" in text]
    # One that the earlier study alone has is named by it.
    only = compare_studies(named[0], after)
    listed = openpyxl.load_workbook(write_comparison(only, tmp_path / "only")[0])["Non comparables"]
    assert name in {cell.value for row in listed.iter_rows() for cell in row}
