"""Files of every kind → the same members; files that are no list → one clear line."""

import csv
import json
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import Point, Polygon

from ptce_geo.errors import CrsError, InputError, MissingColumnError, UnreadableFileError
from ptce_geo.members import member_problems, read_members

HEADINGS = ["Raison sociale", "Adresse", "CP", "Ville", "N° SIRET", "ETP", "PTCE"]
ROWS = [
    ["Le Fil", "20 rue Saint-Joseph", "42000", "Saint-Étienne", "73282932000074", "12,5", "3C"],
    ["Groupe Archer", "2 rue C. Claudel", "26100", "Romans-sur-Isère", "", "", "Archer"],
]


def text(delimiter=";", rows=(HEADINGS, *ROWS)):
    return "\n".join(delimiter.join(row) for row in rows) + "\n"


def write(path, content, encoding="utf-8"):
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def workbook(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def check_the_two(members):
    assert members["member_name"].tolist() == ["Le Fil", "Groupe Archer"]
    assert members["city"].tolist() == ["Saint-Étienne", "Romans-sur-Isère"]
    assert members["postcode"].tolist() == ["42000", "26100"]
    assert members.loc[0, "siret"] == "73282932000074"
    assert members.loc[0, "fte"] == 12.5
    assert members["pole_id"].tolist() == ["3c", "archer"]
    assert members["siret"].isna().tolist() == [False, True]


# --- delimited text ---------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encoding_and_delimiter_are_found(tmp_path, delimiter, encoding):
    members = read_members(write(tmp_path / "m.csv", text(delimiter), encoding))
    check_the_two(members)
    assert members["source_line"].tolist() == [2, 3]


def test_commas_with_quotes(tmp_path):
    content = 'Raison sociale,Adresse,Ville\n"Le Fil","20, rue X, bât. B",Lyon\nB,"1, rue Y",Nice\n'
    members = read_members(write(tmp_path / "m.csv", content))
    assert members["address"].tolist() == ["20, rue X, bât. B", "1, rue Y"]


def test_one_column_of_addresses_is_not_split_at_its_commas(tmp_path):
    content = "Adresse\n12 rue X, 42000 Saint-Étienne\n3 rue Y, 69001 Lyon\n"
    members = read_members(write(tmp_path / "m.csv", content))
    assert members["address"].tolist() == ["12 rue X, 42000 Saint-Étienne", "3 rue Y, 69001 Lyon"]


def test_a_second_row_of_headings_is_the_one(tmp_path):
    content = "Structure;;Adresse;;\nNom;Type;Rue;CP;Ville\nA;asso;1 rue X;1000;Bourg\n"
    members = read_members(write(tmp_path / "m.csv", content))
    assert members.loc[0, ["member_kind", "address", "postcode"]].tolist() == [
        "asso",
        "1 rue X",
        "01000",
    ]


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_other_line_ends(tmp_path, newline):
    check_the_two(read_members(write(tmp_path / "m.csv", text().replace("\n", newline))))


def test_a_file_pasted_from_two_encodings(tmp_path):
    lines = [text().splitlines()[0].encode() + b"\n"]
    lines += [(line + "\n").encode("cp1252") for line in text().splitlines()[1:]]
    members = read_members(write(tmp_path / "m.csv", b"".join(lines)))
    check_the_two(members)
    assert "UTF-8, the others in cp1252" in member_problems(members).loc[0, "message"]


def test_titles_blank_lines_and_sep_line(tmp_path):
    content = "sep=;\nListe des membres;;\n;;\n\n" + text() + ";;;;;;\n\n  ;;\n"
    members = read_members(write(tmp_path / "m.csv", content))
    check_the_two(members)
    # sep= is line 1, the title 2, blanks 3 and 4, headings 5.
    assert members["source_line"].tolist() == [6, 7]
    found = member_problems(members)
    assert found["value"].tolist()[0] == "Liste des membres"
    assert "line 5" in found["message"][0]
    assert len(found) == 2  # the title, and the pole ids made from names


def test_lines_are_those_of_the_file_where_a_cell_has_line_breaks(tmp_path):
    content = 'Nom;Adresse;Ville\n"A";"Bât. B\n12 rue X\n";Lyon\nB;1 rue Y;Nice\n'
    members = read_members(write(tmp_path / "m.csv", content))
    assert members["source_line"].tolist() == [2, 5]
    assert members["address"].tolist() == ["Bât. B, 12 rue X", "1 rue Y"]


def test_headings_over_two_lines(tmp_path):
    content = 'Raison\nsociale;"Code\npostal";Ville\n'.replace(
        "Raison\nsociale", '"Raison\nsociale"'
    )
    members = read_members(write(tmp_path / "m.csv", content + "A;1000;Bourg\n"))
    assert members.loc[0, ["member_name", "postcode", "source_line"]].tolist() == ["A", "01000", 4]


def test_rows_too_long_or_too_short_are_kept_and_said(tmp_path):
    content = "Nom;CP;Ville\nA;42000;Lyon;rue X;5\nB;42000\nC;42000;Nice\nD;42000;Nice;;\n"
    members = read_members(write(tmp_path / "m.csv", content))
    assert members["member_name"].tolist() == ["A", "B", "C", "D"]
    assert members.loc[0, ["column 4", "column 5"]].tolist() == ["rue X", "5"]
    found = member_problems(members).query("kind == 'doubtful'")
    assert found["line"].tolist() == [2, 3]
    assert found["message"].str.split().str[0].tolist() == ["5", "2"]


@pytest.mark.parametrize("tail", ["", '"Eve";"1 rue Z";Nice\n'])
def test_a_quote_that_never_closes_swallows_no_member(tmp_path, tail):
    rows = ["Nom;Adresse;Ville", "A;1 rue X;Lyon", '"B;2 rue X;Lyon', "C;3 rue X;Lyon", "D;;Lyon"]
    members = read_members(write(tmp_path / "m.csv", "\n".join(rows) + "\n" + tail))
    names = ["A", "B", "C", "D"] + (["Eve"] if tail else [])
    assert members["member_name"].tolist() == names
    assert members["source_line"].tolist() == list(range(2, 2 + len(names)))
    doubts = member_problems(members).query("kind == 'doubtful'")
    assert doubts["line"].tolist() == [3]
    assert doubts["message"].str.contains("has no end").all()


def test_a_quote_left_open_on_the_last_line(tmp_path):
    members = read_members(
        write(tmp_path / "m.csv", 'Nom;Adresse;Ville\nA;1 rue X;Lyon\n"B;2;Nice')
    )
    assert members.loc[1, ["member_name", "city"]].tolist() == ["B", "Nice"]


def test_line_breaks_in_a_cell_are_no_open_quote(tmp_path):
    content = 'Titre\nNom,"Adresse\n(n°, rue)",Ville\nA,"1, rue X\nBP 2, Est",Lyon\nB,,Nice\n'
    members = read_members(write(tmp_path / "m.csv", content))
    assert members["address"].tolist()[0] == "1, rue X, BP 2, Est"
    assert members["source_line"].tolist() == [4, 6]


def test_a_quote_that_swallows_100_000_characters(tmp_path):
    rows = ["Nom;Adresse;Ville", '"A;1 rue X;Lyon'] + [f"M{n};{n} rue X;Lyon" for n in range(9000)]
    members = read_members(write(tmp_path / "m.csv", "\n".join(rows)))
    assert len(members) == 9001


@pytest.mark.parametrize("line_break", ["", "\n"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_200_000_characters(tmp_path, quote, line_break):
    if line_break and not quote:
        line_break = " "
    long = ("x" * 99 + line_break) * 2000
    rows = ["Nom;Note;Ville", "A;;Lyon", f"B;{quote}{long}{quote};Lyon", "C;;Nice"]
    limit = csv.field_size_limit()
    members = read_members(write(tmp_path / "m.csv", "\n".join(rows) + "\n"))
    assert members["member_name"].tolist() == ["A", "B", "C"]
    assert members.loc[1, "Note"] == long.strip()
    assert csv.field_size_limit() == limit


def test_the_heading_row_once_more_is_no_member(tmp_path):
    content = text() + text().splitlines()[0] + "\nDernier;;;Nice;;;\n"
    members = read_members(write(tmp_path / "m.csv", content))
    assert members["source_line"].tolist() == [2, 3, 5]
    said = member_problems(members).iloc[0]
    assert said["message"] == "the heading row once more (line 4); not read"
    assert said["value"] == " / ".join(text().splitlines()[0].split(";"))


# --- workbooks --------------------------------------------------------------------------------


def test_workbook_with_numbers_for_codes(tmp_path):
    rows = [
        ["Liste des membres au 1er mars"],
        [],
        ["Raison\nsociale", "Code postal", "Ville", "SIRET", "ETP", "Actif", "Depuis"],
        ["Le Fil", 1000, "Bourg", 73282932000074, 2.5, True, pd.Timestamp("2014-03-01")],
        [],
        ["Archer", 26100.0, "Romans", "732 829 320 00074", "3 ETP", False],
    ]
    members = read_members(workbook(tmp_path / "m.xlsx", {"Feuil1": rows}))
    assert members["postcode"].tolist() == ["01000", "26100"]
    assert members["siret"].tolist() == ["73282932000074"] * 2
    assert members["fte"].tolist() == [2.5, 3]
    assert members["source_line"].tolist() == [4, 6]
    assert members["Actif"].tolist() == ["true", "false"]
    assert members["Depuis"].tolist()[0] == "2014-03-01"
    assert pd.isna(members.loc[1, "Depuis"])


def test_the_sheet_with_the_list_is_found_and_the_others_are_said(tmp_path):
    sheets = {
        "Lisez-moi": [["Ce classeur…"]],
        "2023": [["Nom", "Ville"], ["Ancien", "Lyon"]],
        "2024": [["Nom", "Ville", "CP"], ["Le Fil", "Lyon", 69001]],
    }
    path = workbook(tmp_path / "m.xlsx", sheets)
    members = read_members(path)
    assert members["member_name"].tolist() == ["Le Fil"]
    said = member_problems(members).iloc[0]
    assert said["value"] == "2023"
    assert said["message"].startswith("sheet '2024' is read; these look like lists too")
    in_french = member_problems(members, lang="fr").loc[0, "message"]
    assert in_french.startswith("la feuille «\xa02024\xa0» est lue\xa0; ")
    assert read_members(path, sheet="2023")["member_name"].tolist() == ["Ancien"]
    with pytest.raises(InputError, match="no sheet '2025'; it has Lisez-moi, 2023, 2024"):
        read_members(path, sheet="2025")


def test_formulas_without_a_result_are_said(tmp_path):
    rows = [["Nom", "Ville", "ETP"], ["A", "Lyon", "=1+1"], ["B", "#N/A", 2]]
    members = read_members(workbook(tmp_path / "m.xlsx", {"Feuil1": rows}))
    assert members["fte"].isna().tolist() == [True, False]
    assert members["city"].isna().tolist() == [False, True]
    lost = member_problems(members).query("kind == 'lost'")
    assert lost[["line", "column", "value"]].to_numpy().tolist() == [
        [2, "fte", "=1+1"],
        [3, "city", "#N/A"],
    ]


def test_in_a_csv_there_are_no_formulas(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text(
        "Nom;Ville;Code postal;ETP;Note;Réf\n"
        '=SUM(A1);Lyon;="01000";=1+1;=A1&" b";="0123"\n'
        '"=""Le Fil""";=cmd|x;69001;="2,5";-;"=""0""""4"""\n'
        "#REF!;Lyon;69001;1;x;x\n",
        encoding="utf-8",
    )
    members = read_members(path)
    assert members["member_name"].tolist()[:2] == ["=SUM(A1)", "Le Fil"]
    assert members["city"].tolist()[:2] == ["Lyon", "=cmd|x"]
    assert members["postcode"].tolist()[0] == "01000"
    assert members["fte"].isna().tolist() == [True, False, False]  # no number, told below
    assert members.loc[1, "fte"] == 2.5
    assert members["Note"].tolist()[0] == '=A1&" b"'
    assert members["Réf"].tolist()[:2] == ["0123", '0"4']
    lost = member_problems(members).query("kind == 'lost'")
    assert lost[["line", "column", "value"]].to_numpy().tolist() == [
        [2, "fte", "=1+1"],
        [4, "member_name", "#REF!"],  # what a formula left, copied here
    ]
    assert "formula" not in lost["message"].iloc[0]


def test_a_workbook_named_csv_is_still_a_workbook(tmp_path):
    path = workbook(tmp_path / "m.xlsx", {"Feuil1": [HEADINGS, *ROWS]})
    check_the_two(read_members(path.rename(tmp_path / "m.csv")))


# --- layers and Parquet -----------------------------------------------------------------------


def frame():
    return pd.DataFrame(ROWS, columns=HEADINGS).replace("", None)


@pytest.mark.parametrize("extension", ["geojson", "gpkg", "parquet"])
def test_points_become_longitude_and_latitude(tmp_path, extension):
    points = gpd.GeoDataFrame(frame(), geometry=[Point(4.387, 45.434), None], crs=4326)
    path = tmp_path / f"m.{extension}"
    if extension == "parquet":
        points.to_parquet(path)
    else:
        points.to_file(path)
    members = read_members(path)
    check_the_two(members)
    assert members.loc[0, ["longitude", "latitude"]].tolist() == pytest.approx([4.387, 45.434])
    assert members["longitude"].isna().tolist() == [False, True]
    assert members["source_line"].tolist() == [1, 2]
    assert "geometry" not in members


def test_areas_in_lambert_93_become_a_point_on_them(tmp_path):
    # A square kilometre about the origin of Lambert-93: (700000, 6600000) is 3° E, 46.5° N.
    square = Polygon([(699500, 6599500), (700500, 6599500), (700500, 6600500), (699500, 6600500)])
    path = tmp_path / "m.gpkg"
    gpd.GeoDataFrame({"nom": ["A"]}, geometry=[square], crs=2154).to_file(path)
    members = read_members(path)
    assert members.loc[0, ["longitude", "latitude"]].tolist() == pytest.approx([3, 46.5], abs=1e-6)


def test_layers_are_chosen_like_sheets(tmp_path):
    path = tmp_path / "m.gpkg"
    points = gpd.GeoDataFrame(frame(), geometry=gpd.points_from_xy([4, 5], [45, 45]), crs=4326)
    points[["Ville", "geometry"]].to_file(path, layer="villes")
    points.to_file(path, layer="membres")
    check_the_two(read_members(path))
    with pytest.raises(InputError, match="no layer 'x'; it has villes, membres"):
        read_members(path, sheet="x")


def test_plain_parquet_and_a_layer_without_geometry(tmp_path):
    frame().to_parquet(tmp_path / "m.parquet")
    check_the_two(read_members(tmp_path / "m.parquet"))
    numbers = pd.DataFrame({"Nom": ["A", "B"], "CP": [1000.0, None], "Ville": ["Bourg", "Lyon"]})
    numbers.to_parquet(tmp_path / "n.parquet")
    assert read_members(tmp_path / "n.parquet")["postcode"].tolist()[0] == "01000"


def test_a_layer_without_crs_is_refused(tmp_path):
    path = tmp_path / "m.parquet"
    gpd.GeoDataFrame({"nom": ["A"]}, geometry=[Point(4, 45)]).to_parquet(path)
    with pytest.raises(CrsError, match="no CRS"):
        read_members(path)


def test_the_position_of_the_geometry_wins_over_a_column(tmp_path):
    path = tmp_path / "m.geojson"
    feature = {
        "type": "Feature",
        "properties": {"nom": "A", "longitude": 0.5, "latitude": 44.0},
        "geometry": {"type": "Point", "coordinates": [4.5, 45.5]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    members = read_members(path)
    assert members.loc[0, ["longitude", "latitude"]].tolist() == [4.5, 45.5]
    assert members.loc[0, ["longitude (list)", "latitude (list)"]].tolist() == ["0.5", "44"]


# --- what is no list --------------------------------------------------------------------------


def archive(path, *names):
    with zipfile.ZipFile(path, "w") as stream:
        for name in names:
            stream.writestr(name, "x")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n\x00\x00", "a.png is a PNG image, not a table"),
        ("a.csv", b"%PDF-1.7\n%\xe2\xe3", "a.csv is a PDF, not a table"),
        (
            "a.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            "an old .xls.*save it as .xlsx",
        ),
        (
            "a.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password; save it without",
        ),
        ("a.xls", b"<html><table><tr><td>Ville</td></tr></table>", "a web page or XML"),
        ("a.csv", bytes(range(256)) * 20, "not a table but binary data"),
        ("a.csv", b"", "a.csv is empty"),
        ("a.csv", b"\xef\xbb\xbf\n \n", "a.csv is empty"),
        ("a.csv", b";;;\n;;\n", "a.csv is empty"),
        ("a.csv", b"Nom;Ville\n", "headings and no row under them; found Nom, Ville"),
        ("a.csv", b"Nom;Ville\n;;\n\n", "headings and no row under them"),
        ("a.xlsx", b"PK\x03\x04 and then nothing", "a damaged workbook or archive"),
        ("a.json", b'{"a": 1}', "damaged or not what its first bytes say"),
        ("a.json", b'[{"Ville": "Lyon"}]', "damaged or not what its first bytes say"),
        ("a.parquet", b"PAR1 and then nothing PAR1", "damaged or not what its first bytes say"),
        ("a.gpkg", b"SQLite format 3\0 and then nothing", "damaged or not what its"),
    ],
)
def test_files_that_are_no_list(tmp_path, name, content, message):
    with pytest.raises(UnreadableFileError, match=message) as caught:
        read_members(write(tmp_path / name, content))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("word/document.xml", "a Word document"),
        ("xl/workbook.bin", r"\.xlsb"),
        ("content.xml", "OpenDocument"),
        ("photo.jpg", "a zip archive"),
        ("xl/workbook.xml", "damaged or not what"),
    ],
)
def test_archives_that_are_no_workbook(tmp_path, part, message):
    archive(tmp_path / "a.xlsx", part)
    with pytest.raises(UnreadableFileError, match=message):
        read_members(tmp_path / "a.xlsx")


def test_a_workbook_cut_short(tmp_path):
    whole = workbook(tmp_path / "m.xlsx", {"Feuil1": [HEADINGS, *ROWS]}).read_bytes()
    with pytest.raises(UnreadableFileError, match="a damaged workbook"):
        read_members(write(tmp_path / "cut.xlsx", whole[: len(whole) // 2]))


def test_an_empty_workbook(tmp_path):
    with pytest.raises(UnreadableFileError, match="is empty"):
        read_members(workbook(tmp_path / "m.xlsx", {"Feuil1": []}))


def test_missing_file_and_directory(tmp_path):
    with pytest.raises(UnreadableFileError, match=r"no such file: .*absent\.csv"):
        read_members(tmp_path / "absent.csv")
    with pytest.raises(UnreadableFileError, match="is a directory"):
        read_members(tmp_path)


def test_a_csv_has_no_sheets(tmp_path):
    with pytest.raises(InputError, match="has no sheets"):
        read_members(write(tmp_path / "m.csv", text()), sheet="Feuil1")


def test_nothing_to_locate_by(tmp_path):
    # The example names a heading that means nothing yet, and none where there is no such.
    with pytest.raises(
        MissingColumnError, match=r"found Nom, Lieu; .*columns=\{'address': 'Lieu'\}"
    ):
        read_members(write(tmp_path / "m.csv", "Nom;Lieu\nA;Lyon\n"))
    with pytest.raises(MissingColumnError, match=r"\(or --column address=HEADING\)"):
        read_members(write(tmp_path / "m.csv", "Nom;ETP\nA;2\n"))


@pytest.mark.parametrize("siret", ["73282932000074", ""])
def test_a_siret_is_nothing_to_locate_by(tmp_path, siret):
    needed = "address / postcode / city / code_commune / longitude and latitude"
    with pytest.raises(MissingColumnError, match=rf"needed, one of: {needed}.*found Nom, SIRET"):
        read_members(write(tmp_path / "m.csv", f"Nom;SIRET\nA;{siret}\n"))
