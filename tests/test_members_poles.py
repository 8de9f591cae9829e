"""Poles: every row comes through, with its seat."""

from pathlib import Path

import pandas as pd
import pytest

from ptce_geo import schema
from ptce_geo.errors import DuplicateIdError, MissingColumnError
from ptce_geo.geocoding import geocode
from ptce_geo.indicators import pole_summary
from ptce_geo.members import link_poles, member_problems, read_members, read_poles
from ptce_geo.territories import attach_territories

EXAMPLES = Path(__file__).parent.parent / "examples" / "data"


@pytest.fixture
def read(tmp_path):
    """Read the poles of a CSV given as text."""

    def read_text(content, **options):
        path = tmp_path / "poles.csv"
        path.write_text(content, encoding="utf-8")
        return read_poles(path, **options)

    return read_text


def test_the_example_list_comes_through_whole():
    poles = read_poles(EXAMPLES / "poles.csv")
    assert len(poles) == 79
    assert tuple(poles.columns[:10]) == schema.POLE_COLUMNS
    assert poles.columns[10:].tolist() == ["source_line", "site_web", "source_url"]
    assert poles.loc[0, ["pole_id", "pole_name", "city", "postcode"]].tolist() == [
        "culture-et-cooperation",
        "Culture et Coopération",
        "Saint-Étienne",
        "42000",
    ]
    assert poles.loc[0, "year"] == 2014
    assert poles["year"].dtype == "Int64"


def test_every_member_of_the_examples_has_its_pole():
    poles = read_poles(EXAMPLES / "poles.csv")
    members = read_members(EXAMPLES / "members.csv")
    assert set(members["pole_id"]) <= set(poles["pole_id"])


def test_identifiers_are_made_from_names_as_for_members(read, tmp_path):
    poles = read("Nom;Année;Département\nPôle Sud Archer;lauréat 2014;1\nClus'Ter Jura;;Jura\n")
    assert poles["pole_id"].tolist() == ["pole-sud-archer", "clus-ter-jura"]
    assert poles["departement"].tolist() == ["01", "Jura"]
    assert poles["year"].isna().tolist() == [False, True]
    path = tmp_path / "members.csv"
    path.write_text("Nom;Ville;PTCE\nA;Romans;Pôle Sud Archer\n", encoding="utf-8")
    assert read_members(path)["pole_id"].tolist() == ["pole-sud-archer"]


def test_a_pole_listed_twice_is_an_error(read):
    with pytest.raises(DuplicateIdError, match=r"pole_id must be unique; found 'a' \(lines 2, 3\)"):
        read("pole_id;nom\na;A\na;B\n")
    with pytest.raises(DuplicateIdError, match="'pole-sud'"):
        read("nom\nPôle Sud\nPOLE SUD\n")


def test_a_list_that_names_no_pole_is_an_error(read):
    with pytest.raises(MissingColumnError, match="tells the poles apart"):
        read("Ville;Année\nLyon;2014\n")


def test_problems_of_poles(read):
    poles = read("Nom;Ville;Année;CP\nA;Lyon;un jour;69001\nB;;2014;\n;Nice;2014;06000\n")
    found = member_problems(poles)
    assert found.loc[found["line"].notna(), ["line", "column", "kind"]].to_numpy().tolist() == [
        [2, "year", "lost"],
        [3, "address", "missing"],
        [4, "pole_name", "missing"],
    ]


def test_rows_that_name_no_pole_get_an_identifier_of_what_they_say(read):
    content = "Nom;Ville;Site\nA;Lyon;\n;Nice;x\n;Nice;y\n;Nice;y\n;;\n"
    poles = read(content)
    ids = poles["pole_id"].tolist()
    assert len(ids) == 4  # the blank row is no row
    assert ids[0] == "a"
    assert all(made.startswith("p-") for made in ids[1:])
    assert poles["pole_id"].is_unique
    assert ids[3] == f"{ids[2]}-2"
    assert read(content)["pole_id"].tolist() == ids
    message = member_problems(poles).set_index("line")["message"]
    assert message.loc[[3, 4, 5]].tolist() == ["no name"] * 3
    members = attach_territories(
        geocode(pd.DataFrame({"pole_id": ["a"], "pole_name": ["A"], "city": ["Lyon"]}))
    )
    assert pole_summary(members, poles=poles).index.tolist() == ids


def test_a_total_and_a_commune_code_in_a_list_of_poles(read):
    poles = read("Nom;Code INSEE;Année\nA;1053;2014\nTotal;;\n")
    assert poles["code_commune"].tolist()[0] == "01053"
    assert len(poles) == 2
    found = member_problems(poles)
    assert found.loc[found["line"] == 3, "message"].tolist()[0].startswith("looks like a total")


def test_frames_that_cannot_be_linked_are_said():
    frame = pd.DataFrame({"pole_id": ["P1"], "pole_name": ["A"]})
    with pytest.raises(MissingColumnError, match="link_poles, members: no column pole_name"):
        link_poles(frame[["pole_id"]], frame)
    with pytest.raises(MissingColumnError, match="link_poles, poles: no column pole_name"):
        link_poles(frame, frame[["pole_id"]])
    with pytest.raises(DuplicateIdError, match="link_poles, poles: pole_id must be unique"):
        link_poles(frame, pd.concat([frame, frame]))


def test_members_meet_their_pole_by_id_then_by_name():
    poles = pd.DataFrame(
        {
            "pole_id": ["P1", "P2", "P3", "P4"],
            "pole_name": ["Pôle Sud Archer", "Twin", "Twin", None],
        }
    )
    members = pd.DataFrame(
        {
            "pole_id": ["P1", "pole-sud-archer", "POLE SUD ARCHER", "twin", "P4", "other", None],
            "pole_name": ["Old name", "POLE SUD-ARCHER", None, "Twin", "Its name", "Other", None],
        },
        dtype="str",
    )
    linked = link_poles(members, poles)
    # Two poles are called Twin: nothing tells which one is meant, so the member stays.
    assert linked["pole_id"].fillna("-").tolist() == ["P1", "P1", "P1", "twin", "P4", "other", "-"]
    assert linked["pole_name"].fillna("-").tolist() == [
        *["Pôle Sud Archer"] * 3,
        "Twin",
        "Its name",
        "Other",
        "-",
    ]
