"""Members: every row comes through, each has an identifier, and every problem is said."""

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ptce_geo import schema
from ptce_geo.errors import DuplicateIdError, InputError
from ptce_geo.geocoding import geocode
from ptce_geo.members import member_problems, read_members
from ptce_geo.territories import LEVELS, attach_territories

EXAMPLES = Path(__file__).parent.parent / "examples" / "data"


@pytest.fixture
def read(tmp_path):
    """Read the members of a CSV given as text."""

    def read_text(content, **options):
        path = tmp_path / "members.csv"
        path.write_text(content, encoding="utf-8")
        return read_members(path, **options)

    return read_text


def said(members, *columns):
    found = member_problems(members)[list(columns)].astype(object)
    return found.where(found.notna(), None).to_numpy().tolist()


# --- the frame --------------------------------------------------------------------------------


def test_the_example_list_comes_through_whole():
    members = read_members(EXAMPLES / "members.csv")
    assert len(members) == 271
    assert members["city"].isna().sum() == 124
    assert tuple(members.columns[:16]) == schema.MEMBER_COLUMNS
    assert members.columns[16:].tolist() == ["source_line", "source_url"]
    assert members["member_id"].is_unique
    assert members["member_id"].notna().all()
    # No two readings differ, in this run or another: the digest is fixed here.
    assert members.loc[0, ["member_id", "member_name"]].tolist() == [
        "m-2121bd7490cb",
        "Cinéma Le France / Les 3C",
    ]
    # 124 have no town, and none of them an address, a postcode or a SIRET.
    assert member_problems(members)["message"].tolist() == ["nothing to locate it by"] * 124


def test_columns_are_always_all_there_with_their_types(read):
    members = read("Ville;Téléphone\nLyon;01\n")
    assert [*members.columns] == [*schema.MEMBER_COLUMNS, "source_line", "Téléphone"]
    for column in schema.MEMBER_COLUMNS:
        numeric = column in schema.NUMERIC_MEMBER_COLUMNS
        assert members[column].dtype == ("float64" if numeric else "str")
    assert members["source_line"].dtype == "int64"
    assert members.index.equals(pd.RangeIndex(1))
    assert members.loc[0, "Téléphone"] == "01"


def test_every_problem_of_a_messy_list(read):
    members = read(
        "Nom;CP;Ville;SIRET;ETP;CA;PTCE\n"
        "A;1000;Bourg;4,90812E+13;12,5;1 234,5;P\n"
        "B;Lyon;Lyon;73282932000075;-2;NC;P\n"
        "C;42007 CEDEX;;;plusieurs;#REF!;P\n"
    )
    assert members["postcode"].tolist()[::2] == ["01000", "42007"]
    assert members["siret"].isna().tolist() == [True, False, True]
    assert members["fte"].fillna(-1).tolist() == [12.5, -1, -1]
    assert members["turnover"].fillna(-1).tolist() == [1234.5, -1, -1]
    assert said(members.iloc[:0], "message") == [["made from pole_name for 3 rows"]]
    assert sorted(said(members, "line", "column", "value", "kind")[1:]) == [
        [2, "postcode", "1000", "repaired"],
        [2, "siret", "4,90812E+13", "lost"],
        [3, "fte", "-2", "lost"],
        [3, "postcode", "Lyon", "lost"],
        [3, "siret", "73282932000075", "doubtful"],
        [4, "fte", "plusieurs", "lost"],
        [4, "postcode", "42007 CEDEX", "repaired"],
        [4, "turnover", "#REF!", "lost"],
    ]


def test_parts_of_an_address_are_joined(read):
    members = read("Nom;Adresse 1;Adresse 2;CP\nA;12 rue X;Bât. B;69001\nB;;BP 3;\nC;3 rue Z;NC;\n")
    assert members["address"].tolist() == ["12 rue X, Bât. B", "BP 3", "3 rue Z"]
    assert "Adresse 2" not in members
    sirene = read("Nom;N° voie;Type de voie;Libellé de voie\nA;12;RUE;DES LILAS\nB;;PL;;\n")
    assert sirene["address"].tolist() == ["12 RUE DES LILAS", "PL"]


def test_postcode_and_town_in_one_cell_are_parted(read):
    members = read("Nom;CP Ville\nA;42000 Saint-Étienne\nB;F-01000 Bourg\n")
    assert members[["postcode", "city"]].to_numpy().tolist() == [
        ["42000", "Saint-Étienne"],
        ["01000", "Bourg"],
    ]
    members = read("Nom;Ville\nA;42000 Saint-Étienne\nB;Lyon\n")
    assert members["city"].tolist() == ["Saint-Étienne", "Lyon"]
    assert members["postcode"].tolist()[0] == "42000"
    # The town of its own column is believed.
    members = read("Nom;CP;Ville\nA;42000 St Etienne;Saint-Étienne\n")
    assert members.loc[0, ["postcode", "city"]].tolist() == ["42000", "Saint-Étienne"]


def test_thousands_of_euros_in_the_heading(read):
    members = read("Nom;Ville;CA (k€)\nA;Lyon;12,5\nB;Lyon;NC\n")
    assert members["turnover"].tolist()[0] == 12500
    assert ["turnover", "multiplied by 1,000 to be in euros"] in said(members, "column", "message")


def test_two_headings_for_one_column(read):
    members = read("Nom;Raison sociale;Ville\nDupont;Le Fil;Lyon\n")
    assert members.loc[0, ["member_name", "Nom"]].tolist() == ["Le Fil", "Dupont"]
    assert ["member_name", "Nom", "doubtful"] in said(members, "column", "value", "kind")


def test_headings_that_stand_twice_or_collide_with_ours(read):
    members = read("Nom;Ville;Mail;Mail;source_line\nA;Lyon;a@x;b@x;9\n")
    extras = ["Mail", "Mail (2)", "source_line (list)"]
    assert members.loc[0, extras].tolist() == ["a@x", "b@x", "9"]
    assert members.loc[0, "source_line"] == 2


def test_columns_that_are_written_later_are_renamed_and_said(read):
    written = [
        *("geocode_status", "Geocode_Note", "geometry", "code_epci", "nom_region"),
        *("NOM_ARRONDISSEMENT", "attach_reason", "seat_source"),
    ]
    members = read(f"Nom;Ville;PTCE;{';'.join(written)}\nA;Lyon;P;{';'.join(written)}\n")
    renamed = [f"{heading} (list)" for heading in written]
    assert members.columns[-len(written) :].tolist() == renamed
    assert members.loc[0, renamed].tolist() == written
    found = member_problems(members)
    assert found["column"].tolist()[:-1] == renamed
    assert found["value"].tolist()[:-1] == written
    assert (found["kind"] == "repaired").all()
    assert found.loc[0, "message"].endswith("this one is now 'geocode_status (list)'")


def test_every_column_that_geocoding_and_attaching_write_is_known(read):
    located = attach_territories(geocode(read("Nom;Ville\nA;Lyon\n")), levels=LEVELS)
    written = {*located.columns} - {*schema.MEMBER_COLUMNS, "source_line"}
    assert len(written) > 20
    assert written <= schema.WRITTEN_COLUMNS


def test_the_list_that_a_study_wrote_is_read_for_what_was_declared(read):
    # B gave its position, C its code; A was placed at a town hall; D was given a position since.
    members = read(
        "Nom;Ville;longitude;latitude;code_commune;geocode_provider;geocode_reason\n"
        "A;Lyon;4.8;45.7;69123;communes;only_town_of_that_name\n"
        "B;;4.4;45.4;42218;declared;declared_coordinates\n"
        "C;;4.6;45.6;42218;declared;declared_code\n"
        "D;Nulle part;4.5;45.5;;;unknown_town\n"
    )
    assert members["longitude"].fillna(0).tolist() == [0, 4.4, 0, 4.5]
    assert members["code_commune"].fillna("-").tolist() == ["-", "-", "42218", "-"]
    # And nothing is lost.
    assert members["longitude (list)"].tolist() == ["4.8", "4.4", "4.6", "4.5"]
    assert members["code_commune (list)"].tolist()[:3] == ["69123", "42218", "42218"]


def test_what_was_declared_survives_a_study(read, tmp_path):
    columns = ["longitude", "latitude", "code_commune", "geocode_status", "geocode_reason"]
    content = "Nom;Ville;lon;lat;Code INSEE\nA;Lyon;;;\nB;;4.4;45.4;\nC;;;;42218\nD;Lyon;;;42218\n"
    once = attach_territories(geocode(read(content)))
    once.drop(columns="geometry").to_csv(tmp_path / "again.csv", index=False)
    again = attach_territories(geocode(read_members(tmp_path / "again.csv")))
    assert once["geocode_status"].tolist() == ["accepted", "accepted", "accepted", "review"]
    pd.testing.assert_frame_equal(pd.DataFrame(again[columns]), pd.DataFrame(once[columns]))


def test_codes_of_communes(read):
    members = read(
        "Nom;Code postal;Code commune;Commune\n"
        "A;01000;1053;Bourg-en-Bresse\n"
        "B;20000;2a004;Ajaccio\n"
        "C;42000;42218.0;\n"
        "D;69001;Lyon;Lyon\n"
        "E;69001;;Lyon\n"
    )
    assert members["postcode"].tolist() == ["01000", "20000", "42000", "69001", "69001"]
    assert members["city"].fillna("-").tolist()[:3] == ["Bourg-en-Bresse", "Ajaccio", "-"]
    codes = ["01053", "2A004", "42218", "-", "-"]
    assert members["code_commune"].fillna("-").tolist() == codes
    assert members["code_commune"].dtype == "str"
    assert "Code commune" not in members
    assert [row for row in said(members, "line", "column", "value", "kind") if row[0]] == [
        [2, "code_commune", "1053", "repaired"],
        [3, "code_commune", "2a004", "repaired"],
        [4, "code_commune", "42218.0", "repaired"],
        [5, "code_commune", "Lyon", "lost"],
    ]


def test_the_code_of_its_commune_locates_a_member_and_a_siret_does_not(read):
    members = read("Nom;Code INSEE;SIRET;pole_id\nA;42218;;p\nB;;73282932000074;p\n")
    assert said(members, "line", "message") == [[3, "nothing to locate it by"]]
    # Same name, other commune: not the same member.
    twins = read("Nom;Code INSEE\nA;42218\nA;69123\n")
    assert "same name" not in " ".join(member_problems(twins)["message"])


def test_a_column_that_holds_no_code_at_all_stays_aside(read):
    members = read("Nom;Ville;COM;pole_id\nA;Lyon;à rappeler;p\nB;Lyon;parti;p\n")
    assert "code_commune" not in members
    assert members["COM"].tolist() == ["à rappeler", "parti"]
    assert said(members, "column", "value", "kind") == [["code_commune", "COM", "doubtful"]]


@pytest.mark.parametrize(
    ("row", "total"),
    [
        ("Total;;;12", True),
        ("TOTAL GÉNÉRAL :;2;-;12,5 ETP", True),
        (";Totaux;;", True),
        ("Somme;;;=SUM(D2:D3)", True),
        ("Sous-total;Total;;3", True),
        ("Total;;Lyon;12", False),
        ("Total Énergies;;;12", False),
        ("12;;;", False),
    ],
)
def test_a_row_of_totals_is_kept_and_said(read, row, total):
    members = read(f"Nom;Note;Ville;ETP\nA;x;Lyon;12\n{row}\n")
    assert len(members) == 2
    assert ([3, "doubtful"] in said(members, "line", "kind")) == total
    message = "looks like a total, not an item of the list"
    assert (message in member_problems(members)["message"].tolist()) == total


def test_positions_in_degrees(read):
    members = read("Nom;lat;lon\nA;45,434;4,387\nB;91;4\nC;;\nD;0;0\n")
    assert members["longitude"].tolist()[0] == 4.387
    assert members["latitude"].isna().tolist() == [False, True, True, True]
    lost = member_problems(members).query("kind == 'lost'")
    assert lost[["line", "value"]].to_numpy().tolist() == [[3, "4 91"], [5, "0 0"]]


def test_positions_in_metres_stay_columns_of_their_own(read):
    members = read("Nom;Ville;X;Y\nA;Lyon;842000;6519000\n")
    assert "longitude" not in members
    assert members.loc[0, ["X", "Y"]].tolist() == ["842000", "6519000"]
    assert ["X, Y", "doubtful"] in said(members, "value", "kind")


# --- columns= ---------------------------------------------------------------------------------


def test_columns_names_what_is_not_recognised(read):
    content = "Qui;Où;lieu-dit exact\nA;Lyon;x\n"
    members = read(content, columns={"member_name": "Qui", "city": "où"})
    assert members.loc[0, ["member_name", "city"]].tolist() == ["A", "Lyon"]
    # The same heading may serve two columns.
    both = read(content, columns={"pole_id": "Qui", "pole_name": "Qui", "city": "Où"})
    assert both.loc[0, ["pole_id", "pole_name"]].tolist() == ["A", "A"]


def test_columns_helps_to_find_the_heading_row(read):
    members = read("Liste\n\nQui;Où\nA;Lyon\n", columns={"member_name": "Qui", "city": "Où"})
    assert members["city"].tolist() == ["Lyon"]


def test_columns_none_refuses_a_heading(read):
    members = read("id;Nom;Ville\n1;A;Lyon\n1;B;Lyon\n", columns={"member_id": None})
    assert members["member_id"].str.startswith("m-").all()
    assert members["id"].tolist() == ["1", "1"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"town": "Ville"}, "columns= names town; known columns: member_id, .*latitude"),
        ({"city": "Lieu"}, "city is 'Lieu', no such heading; found Nom, Ville"),
        ("Ville", "columns= is a dict .*, not 'Ville'"),
        ({"city": 2}, "columns= is a dict .*, not {'city': 2}"),
    ],
)
def test_columns_that_are_not_there(read, columns, message):
    with pytest.raises(InputError, match=message):
        read("Nom;Ville\nA;Lyon\n", columns=columns)


# --- identifiers ------------------------------------------------------------------------------


def test_given_identifiers_are_kept_and_missing_ones_made(read):
    members = read("Identifiant;Nom;Ville\n7.0;A;Lyon\n;B;Lyon\n8.0;C;Lyon\n")
    assert members["member_id"].tolist()[::2] == ["7", "8"]
    assert members.loc[1, "member_id"].startswith("m-")
    assert ["member_id", "made for 1 rows that had none"] in said(members, "column", "message")


def test_a_numbering_with_points_is_no_number(read):
    assert read("id;Ville\n1.0;Lyon\n1.1;Lyon\n")["member_id"].tolist() == ["1.0", "1.1"]


def test_identifiers_given_twice_are_an_error(read):
    with pytest.raises(DuplicateIdError, match=r"'a' \(lines 2, 4\); correct them, or rename"):
        read("id;Ville\na;Lyon\nb;Lyon\na;Nice\n")


def test_exact_repeats_are_numbered_and_said(read):
    members = read("Nom;Ville;PTCE\nA;Lyon;P\nA;Lyon;P\nB;Lyon;P\n")
    first, second, other = members["member_id"]
    assert second == f"{first}-2"
    assert not other.startswith(first)
    assert [3, "the same name, pole and address as line 2"] in said(members, "line", "message")


# Few names and towns, so that repeats do occur.
row = st.tuples(st.sampled_from("AB"), st.sampled_from(["Lyon", ""]), st.sampled_from("123"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(row, min_size=1, max_size=8).flatmap(
        lambda rows: st.tuples(st.just(rows), st.permutations(rows))
    )
)
def test_made_identifiers_do_not_depend_on_the_order_of_rows(read, lists):
    def identified(rows):
        members = read("Nom;Ville;ETP\n" + "".join(";".join(cells) + "\n" for cells in rows))
        assert members["member_id"].is_unique
        return sorted(
            members[["member_id", "member_name", "city", "fte"]]
            .fillna("")
            .astype(str)
            .agg("|".join, axis=1)
        )

    assert identified(lists[0]) == identified(lists[1])


def test_a_pole_that_is_only_named_gets_the_identifier_of_its_name(read):
    members = read(
        "Nom;Ville;PTCE;pole_id\n"
        "A;Lyon;Pôle Sud;\nB;Lyon;POLE SUD;\nC;Lyon;Est;p9\nD;Lyon;Est;\nE;Lyon;;p1\n"
    )
    assert members["pole_id"].tolist() == ["pole-sud", "pole-sud", "p9", "p9", "p1"]
    assert pd.isna(members.loc[4, "pole_name"])


# --- problems ---------------------------------------------------------------------------------


def test_problems_of_a_frame_made_by_hand():
    members = pd.DataFrame(
        {
            "member_id": ["a", "b", "c"],
            "member_name": ["A", None, "C"],
            "city": ["Lyon", None, None],
            "longitude": [None, 4.0, 4.0],
            "latitude": [None, 45.0, None],
            "pole_id": ["p", None, "p"],
        },
        index=[7, 8, 9],
    )
    found = member_problems(members)
    assert found[["value", "column", "message"]].to_numpy().tolist() == [
        ["b", "member_name", "no name"],
        ["C", "address", "nothing to locate it by"],
        ["b", "pole_id", "no pole"],
    ]
    assert found["line"].isna().all()
    assert (found["kind"] == "missing").all()


def test_a_list_without_any_pole_is_one_problem(read):
    found = member_problems(read("Nom;Ville\nA;Lyon\nB;Lyon\n"))
    assert found["message"].tolist() == ["no row has a pole"]


def test_no_problem_is_a_frame_with_the_same_columns(read):
    found = member_problems(read("Nom;Ville;pole_id\nA;Lyon;p\n"))
    assert found.empty
    assert found.columns.tolist() == ["line", "column", "value", "message", "kind"]
    assert found["line"].dtype == "Int64"


def test_problems_follow_the_rows_kept(read):
    members = read("Nom;Ville;CP;pole_id\nA;Lyon;x;p\nB;Lyon;y;p\n")
    assert said(members[members["member_name"] == "B"], "line", "value") == [[3, "y"]]
    assert said(members.copy(), "value") == [["x"], ["y"]]


def test_problems_survive_a_round_through_parquet_and_json(read, tmp_path):
    members = read("Nom;Ville;CP;pole_id\nA;Lyon;x;p\n")
    json.dumps(members.attrs)
    members.to_parquet(tmp_path / "m.parquet")
    assert said(pd.read_parquet(tmp_path / "m.parquet"), "value") == [["x"]]
    pd.testing.assert_frame_equal(
        pd.concat([members, members]).iloc[:1], members, check_names=False
    )


text_cell = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(text_cell, min_size=4, max_size=4), min_size=1, max_size=6))
def test_a_list_read_and_written_is_read_the_same(tmp_path, rows):
    path = tmp_path / "members.csv"
    columns = ["member_name", "address", "city", "fte"]
    # The first row is never blank, and no row is the heading row once more.
    table = pd.DataFrame([["A", "1 rue X", "Lyon", "2"], *rows], columns=columns)
    table.to_csv(path, index=False)
    first = read_members(path)
    written = first.drop(columns="source_line")
    written.to_csv(path, index=False)
    again = read_members(path).drop(columns="source_line")
    assert len(first) == (table.apply(lambda row: bool("".join(row).strip()), axis=1)).sum()
    pd.testing.assert_frame_equal(written, again)
