"""The main job end to end, on the real poles and members of examples/data."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import geopandas
import openpyxl
import pandas as pd
import pytest

from ptce_geo import Study, run_study, schema
from ptce_geo.errors import InputError, OutputError

EXAMPLES = Path(__file__).parents[1] / "examples" / "data"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo") / "made" / "here"
    stages = []
    study = Study(
        EXAMPLES / "members.csv",
        poles=EXAMPLES / "poles.csv",
        out=out,
    )
    result = run_study(study, progress=stages.append)
    assert stages == ["read", "locate", "measure", "write"]
    return result


def _file(result, name):
    return next(file for file in result.files if file.name == name)


def _book(result):
    return openpyxl.load_workbook(_file(result, "indicators.xlsx"))


@pytest.fixture(scope="module")
def raw():
    return pd.read_csv(EXAMPLES / "members.csv", dtype=str)


def test_the_outputs_and_nothing_else(demo):
    folder = _file(demo, "study.json").parent
    assert {path.name for path in folder.iterdir()} == {
        *("data", "indicators.gpkg", "indicators.xlsx"),
        *("map.html", "report.html", "study.json"),
    }
    assert {path for path in folder.rglob("*") if path.is_file()} == set(demo.files)
    for name, told in demo.record["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == told


def test_every_row_of_the_list_comes_out_in_its_order(demo, raw):
    assert demo.members["member_name"].tolist() == raw["nom"].tolist()
    written = pd.read_csv(_file(demo, "members.csv"), dtype={"postcode": str, "code_commune": str})
    assert written["member_id"].tolist() == demo.members["member_id"].tolist()
    assert written["source_url"].tolist() == raw["source_url"].tolist()
    assert set(schema.GEOCODE_COLUMNS) <= set(written.columns)


def test_members_without_a_town_come_out_unplaced_with_that_reason(demo, raw):
    no_town = demo.members["geocode_reason"] == "no_town"
    assert no_town.tolist() == raw["commune"].isna().tolist()
    assert no_town.sum() == 124
    assert (demo.members.loc[no_town, "geocode_status"] == "rejected").all()
    assert demo.members.loc[no_town, "geometry"].isna().all()


@pytest.mark.parametrize(
    ("town", "pole_id", "code_commune"),
    [
        ("Saint-Denis", "resto-passerelle", "93066"),  # told apart by the pole's département
        ("Le Port", "ecopal", "97407"),
        ("Saint-Paul", "ecopal", "97415"),
        ("Trévoux", "dombinnov", "01427"),
        ("Montaigu", "culture-a-montaigu", "85146"),
        ("Grasse", "tetris", "06069"),  # one of them under postcode 06131, which is none
    ],
)
def test_towns_of_one_name_are_told_apart(demo, town, pole_id, code_commune):
    members = demo.members
    those = members[(members["city"] == town) & (members["pole_id"] == pole_id)]
    assert len(those) > 0
    assert set(those["code_commune"]) == {code_commune}
    assert set(those["geocode_status"]) == {"accepted"}


def test_a_town_that_nothing_tells_apart_is_not_guessed(demo):
    # The pole is known by its région only, and Occitanie has three Brassac.
    brassac = demo.members[demo.members["city"] == "Brassac"]
    assert (
        brassac["geocode_reason"].tolist()
        == ["ambiguous_town: Brassac (81037), Brassac (82024), Brassac (09066)"]
        or brassac["geocode_reason"].str.startswith("ambiguous_town: ").all()
    )
    assert brassac["geometry"].isna().all()


def test_what_goes_in_comes_out_or_is_counted(demo):
    record = json.loads(_file(demo, "study.json").read_text(encoding="utf-8"))
    assert record == demo.record
    counts = record["counts"]
    assert counts["members"] == 271
    assert counts["status"] == {"accepted": 146, "review": 0, "rejected": 125}
    assert sum(counts["status"].values()) == counts["members"]
    assert counts["precision"] == {"accepted": {"municipality": 146}, "review": {}}
    assert sum(counts["rejected_because"].values()) == 125
    assert sum(counts["seats"].values()) == counts["poles"] == 79
    assert demo.tables["commune"]["members"].sum() == 146
    assert record["vintages"]["territories"] == 2026
    assert len(record["inputs"]) == 2


def test_poles_know_their_members_and_seat(demo):
    poles = demo.tables["poles"]
    assert len(poles) == 79
    assert poles["members"].sum() == 271
    assert poles.loc["culture-et-cooperation", "members"] == 11
    assert poles.loc["phares", "distance_to_seat_max_km"] == 0  # all at L'Île-Saint-Denis
    assert demo.members["pole_name"].notna().all()


def _sheet(book, name):
    """Return the table of a sheet: under the notes, an empty row and perhaps a row of totals."""
    rows = list(book[name].iter_rows(values_only=True))
    top = next(i for i, row in enumerate(rows) if not any(row)) + 1
    top += any(str(cell).startswith("=SUBTOTAL") for cell in rows[top])
    return pd.DataFrame(rows[top + 1 :], columns=rows[top])


def test_the_workbook_holds_the_same_figures(demo):
    book = _book(demo)
    assert book.sheetnames == [
        "Synthèse", "Couverture par distance", "Couverture par présence", "Zones blanches",
        "Concentration", "Régions", "Départements", "EPCI", "Communes", "Pôles",
        "Composition et ancrage", "Poids économique", "Structures", "Qualité de la localisation",
        "Localisation par pôle", "À vérifier", "Remarques", "Dictionnaire", "Méthode",
    ]  # fmt: skip
    departements = _sheet(book, "Départements").set_index("Code")
    table = demo.tables["departement"]
    assert departements["Structures"].to_dict() == table["members"].to_dict()
    assert departements.loc["42", "Quotient de localisation"] == pytest.approx(
        table.loc["42", "location_quotient"]
    )
    communes = _sheet(book, "Communes")
    assert communes["Structures"].sum() == 146
    assert (communes["Structures"] > 0).all()
    reach = _sheet(book, "Couverture par distance")
    assert reach["Part de la population"].tolist() == pytest.approx(
        demo.tables["coverage_by_reach"]["share_population"].tolist()
    )
    members = _sheet(book, "Structures")
    assert len(members) == 271
    assert members["Motif"].value_counts()["commune non indiquée"] == 124
    summary = _sheet(book, "Synthèse").set_index("Indicateur")
    assert summary.loc["Structures dans la liste", "Valeur"] == 271


LAYERS = {"region": "regions", "departement": "departements", "epci": "epci", "commune": "communes"}
TABS = {"region": "Régions", "departement": "Départements", "epci": "EPCI", "commune": "Communes"}
FIGURES = {
    "population": "Population",
    "members": "Structures",
    "members_per_100k": "Structures pour 100 000 habitants",
    "location_quotient": "Quotient de localisation",
    "location_quotient_low": "Borne basse",
    "location_quotient_high": "Borne haute",
}


@pytest.mark.parametrize("level", LAYERS)
def test_every_figure_of_a_territory_is_the_same_in_every_output(demo, level):
    """Read back from the data package, the GeoPackage, the workbook and the report."""
    data = pd.read_csv(_file(demo, f"{level}.csv"), dtype={"code": str}).set_index("code")
    layer = geopandas.read_file(_file(demo, "indicators.gpkg"), layer=LAYERS[level])
    layer = layer.set_index("code")
    sheet = _sheet(_book(demo), TABS[level]).set_index("Code")
    assert set(layer.index) == set(data.index) == set(demo.tables[level].index)
    assert len(sheet) == (61 if level == "commune" else len(data))
    for column, heading in FIGURES.items():
        told = data[column].fillna(-1)  # where nobody lives there is no rate
        assert layer.loc[told.index, column].fillna(-1).tolist() == told.tolist()
        # A workbook holds 16 digits.
        written = [float(f"{value:.16g}") for value in told[sheet.index]]
        assert sheet[heading].tolist() == written
    report = _file(demo, "report.html").read_text(encoding="utf-8")
    attributes = r'data-table="(\w+)" data-row="([^"]*)" data-column="(\w+)" data-value="([^"]*)"'
    seen = [found for found in re.findall(attributes, report) if found[0] == level]
    assert len(seen) >= 60
    for _, row, column, value in seen:
        assert float(value) == data.loc[row, column]


def test_coverage_stands_in_a_table_and_in_the_workbook(demo):
    table = pd.read_csv(_file(demo, "indicators.csv"), dtype={"territory": str, "group": str})
    table = table[table["theme"] == "coverage"]
    assert set(table["group"]) == {"presence", "member", "seat"}
    whole = table[table["territory"].isna() & (table["indicator"] == "share_population")]
    member = whole[(whole["group"] == "member") & (whole["level"] == "commune")]
    assert member["value"].tolist() == pytest.approx(
        demo.tables["coverage_by_reach"]["share_population"].tolist()
    )
    book = _book(demo)
    zones = _sheet(book, "Zones blanches")
    people = table.query("indicator == 'white_zones_population' and group == 'member'")
    assert zones["Population"].sum() == people.set_index("threshold_km").loc[20, "value"]
    summary = _sheet(book, "Synthèse").set_index("Indicateur")
    assert summary.loc["Habitants à plus de 20 km", "Valeur"] == zones["Population"].sum()


def test_what_poles_are_made_of_and_weigh_stands_in_the_workbook(demo):
    book = _book(demo)
    composition = _sheet(book, "Composition et ancrage").set_index("Pôle")
    assert len(composition) == 79
    archer = composition.loc["Pôle Sud Archer"]
    assert archer["Trouvés (article 9)"].startswith("entreprises de l’ESS, autres entreprises")
    assert archer["Profil du pôle"] == "entrepreneurial"
    weight = _sheet(book, "Poids économique")
    assert weight["Pôle"].tolist()[:2] == ["Ensemble des pôles"] * 2
    assert weight["Structures"].tolist()[:2] == [271, 271]


PUBLISHABLE = """\
Nom;PTCE;Type;Ville;Code postal;ETP;ETP liés au pôle;Courriel
Un;Bois;SARL;Lyon;69001;11,2371;1,5;un@bois.fr
Deux;Bois;association;Lyon;69001;12,2372;1,5;
Trois;Bois;association;Lyon;69001;13,2373;1,5;
Quatre;Fer;SARL;Grenoble;38000;97,7374;2,5;
Cinq;Fer;SARL;Grenoble;38000;3,2375;environ 1;
Six;Lin;SCOP;Roanne;42300;21,2376;2;
Sept;Lin;SCOP;Roanne;42300;22,2377;2;
Huit;Lin;SCOP;Roanne;42300;23,2378;3;
"""


def test_a_study_to_be_published_tells_no_amount_of_a_structure(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(PUBLISHABLE, encoding="utf-8")
    result = run_study(Study(path, out=tmp_path / "out", publish=True))
    book = _book(result)
    cells = [
        str(cell).replace(",", ".")
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    ]
    kept = {".csv", ".json", ".html"}
    texts = [file.read_text(encoding="utf-8") for file in result.files if file.suffix in kept]
    for amount in ("11.2371", "12.2372", "13.2373", "97.7374", "21.2376", "22.2377", "23.2378"):
        assert amount not in cells
        assert not any(amount in text for text in texts)
    assert not any("un@bois.fr" in text for text in [*cells, *texts])
    # Nor in what no eye reads: the metadata of a Parquet, the pages of a database.
    raw = [file.read_bytes() for file in result.files if file.suffix in {".parquet", ".gpkg"}]
    assert len(raw) >= 4
    for secret in ("11.2371", "21.2376", "environ 1", "un@bois.fr", str(tmp_path)):
        assert not any(secret.encode() in content for content in raw)
    written = pd.read_csv(_file(result, "members.csv"))
    assert (written["fte"] == "secret").all()
    assert "Courriel" not in written
    publication = result.record["publication"]
    assert publication["columns_left_out"] == ["Courriel"]
    # Fer has two structures; Bois (36.71) hides it at less loss than Lin.
    fte = result.tables["poles"].set_index("pole_name")["fte"].to_dict()
    assert fte == {"Bois": "secret", "Fer": "secret", "Lin": pytest.approx(66.7131)}
    assert publication["secret"] == {"fte": 2, "turnover": 0}
    summary = _sheet(book, "Synthèse").set_index("Indicateur")
    assert summary.loc["Pôles au total secret", "Valeur"] == 2
    assert summary.loc["Colonnes non publiées", "Détail"] == "Courriel"
    method = _sheet(book, "Méthode").set_index("Terme")["Définition"]
    rules = "est d’au moins 3, si aucune n’en fait plus de 85\u202f%"
    assert rules in method["Secret statistique"]
    # A hash of the list, or its place on the disk, is none of the reader's business.
    assert result.record["inputs"] == [{"path": "list.csv"}]
    assert str(tmp_path) not in (tmp_path / "out" / "study.json").read_text(encoding="utf-8")
    # The remark on "environ 1" is not published, nor counted.
    assert "environ 1" not in cells
    assert sum(result.record["counts"]["problems"].values()) == len(result.tables["problems"])
    weight = _sheet(book, "Poids économique").query("Grandeur == 'ETP'").set_index("Pôle")
    assert weight.loc["Ensemble des pôles", "Total déclaré"] == pytest.approx(204.3996)
    assert weight.loc["Fer", "Total déclaré"] == "secret"
    # Without --publish nothing of this happens.
    open_study = run_study(Study(path, out=tmp_path / "open", outputs=[]))
    assert open_study.members["fte"].tolist()[0] == 11.2371
    assert open_study.record["publication"] is None


def test_remarks_tell_of_both_lists(demo):
    remarks = _sheet(_book(demo), "Remarques")
    without = remarks[remarks["Remarque"] == "aucune indication de lieu"]["Liste"].value_counts()
    poles = pd.read_csv(EXAMPLES / "poles.csv", dtype=str)
    placeless = poles[["commune", "code_postal", "adresse"]].isna().all(axis=1).sum()
    assert without.to_dict() == {"structures": 124, "pôles": placeless}
    assert len(remarks) == sum(demo.record["counts"]["problems"].values())


def test_in_english(tmp_path):
    study = Study(
        EXAMPLES / "members.csv",
        out=tmp_path,
        poles=EXAMPLES / "poles.csv",
        lang="en",
        outputs=["workbook", "map"],
    )
    result = run_study(study)
    book = _book(result)
    assert book.sheetnames[:2] == ["Summary", "Coverage by reach"]
    assert '<html lang="en"' in _file(result, "map.html").read_text(encoding="utf-8")


def test_without_a_list_of_poles_the_members_name_them(tmp_path):
    (tmp_path / "list.csv").write_text(
        "Structure;PTCE;Code postal;Ville;Rôle\n"
        "La Fabrique;Culture et Coopération;42000;St Etienne;porteur\n"
        "Le Remue-Méninges;Culture et Coopération;42100;SAINT-ETIENNE;membre\n"
        "Sans pôle;;69001;Lyon;membre\n",
        encoding="cp1252",
    )
    result = run_study(Study(tmp_path / "list.csv", out=tmp_path / "out", outputs=[]))
    assert result.members["code_commune"].tolist() == ["42218", "42218", "69123"]
    assert result.poles["pole_name"].tolist() == ["Culture et Coopération"]
    assert result.poles["seat_source"].tolist() == ["lead_member"]
    assert result.record["counts"]["members_without_pole"] == 1
    assert result.tables["departement"]["members"].sum() == 3


MESSY = """\
Nom;Code postal;Ville;SIRET;ETP;CA (k€);Zone
La Fabrique;1000;Bourg-en-Bresse;73282932000075;1,250;12;a
Sans lieu;;;;;;b
Le Fil;Lyon;Lyon;4,9E+13;environ 3;;#REF!
"""


def _remarks(tmp_path, lang):
    path = tmp_path / "list.csv"
    path.write_text(MESSY, encoding="utf-8")
    result = run_study(Study(path, out=tmp_path / lang, lang=lang, outputs=["workbook"]))
    name = {"fr": "Remarques", "en": "Remarks"}[lang]
    sheet = _sheet(_book(result), name)
    assert set(sheet.pop({"fr": "Liste", "en": "List"}[lang])) == {
        {"fr": "structures", "en": "members"}[lang]
    }
    return sheet.astype(object).where(sheet.notna(), None), result


def test_remarks_are_in_french(tmp_path):
    sheet, result = _remarks(tmp_path, "fr")
    assert sheet.columns.tolist() == ["Ligne", "Colonne", "Contenu", "Remarque", "Nature"]
    # U+00A0 before : ; and ?, U+202F between thousands.
    thousands = "multiplié par 1\u202f000 pour être en euros"
    mark = "lu comme 1,25\xa0; ou est-ce un séparateur de milliers\xa0?"
    rounded = "SIRET arrondi par un tableur\xa0; ses derniers chiffres sont perdus"
    assert sheet.to_numpy().tolist() == [
        [None, "Chiffre d’affaires", "CA (k€)", thousands, "corrigé"],
        [None, "Identifiant du pôle", None, "aucune ligne n’a de pôle", "manquant"],
        [2, "Code postal", "1000", "lu comme 01000", "corrigé"],
        [2, "SIRET", "73282932000075", "la clé de contrôle du SIRET n’est pas bonne", "douteux"],
        [2, "ETP", "1,250", mark, "douteux"],
        [3, "Adresse", "Sans lieu", "aucune indication de lieu", "manquant"],
        [4, "Code postal", "Lyon", "n’est pas un code postal français", "perdu"],
        [4, "SIRET", "4,9E+13", rounded, "perdu"],
        [4, "ETP", "environ 3", "n’est pas un nombre", "perdu"],
        [4, "Zone", "#REF!", "erreur de formule", "perdu"],
    ]  # fmt: skip
    # What the program goes on with keeps its own words; only the message is for a reader.
    assert set(result.tables["problems"]["kind"]) == {"repaired", "doubtful", "lost", "missing"}
    assert result.record["counts"]["problems"]["lost"] == 4


def test_remarks_are_in_english(tmp_path):
    sheet, _ = _remarks(tmp_path, "en")
    assert sheet.columns.tolist() == ["Line", "Column", "Content", "Remark", "Nature"]
    assert sheet.iloc[[0, 4, 9]].to_numpy().tolist() == [
        [None, "Turnover", "CA (k€)", "multiplied by 1,000 to be in euros", "repaired"],
        [2, "FTE", "1,250", "read as 1.25; or is the mark one of thousands?", "doubtful"],
        [4, "Zone", "#REF!", "a formula’s error", "lost"],
    ]


def test_a_study_area(tmp_path):
    study = Study(
        EXAMPLES / "members.csv",
        poles=EXAMPLES / "poles.csv",
        out=tmp_path / "out",
        departements=["31"],
        thresholds_km=[10],
        outputs=[],
    )
    tables = run_study(study).tables
    assert tables["departement"].index.tolist() == ["31"]
    assert set(tables["commune"].index.str[:2]) == {"31"}
    assert tables["coverage_by_reach"].index.tolist() == [10]


def test_a_study_area_of_regions_and_departements(tmp_path):
    members = EXAMPLES / "members.csv"
    study = Study(
        members, out=tmp_path / "out", regions=["94", "06"], departements=["31"], outputs=[]
    )
    tables = run_study(study).tables
    assert tables["departement"].index.tolist() == ["2A", "2B", "31", "976"]
    with pytest.raises(ValueError, match=r"unknown région 99; known: 01, 02, .*, 94$"):
        run_study(Study(members, out=tmp_path / "new", regions=["99"]))
    assert not (tmp_path / "new").exists()


def test_nothing_located_is_no_fault(tmp_path):
    (tmp_path / "list.csv").write_text("Nom,Ville\nUne,Nulleville\n", encoding="utf-8")
    result = run_study(Study(tmp_path / "list.csv", out=tmp_path / "out"))
    assert result.record["counts"]["status"]["rejected"] == 1
    assert result.tables["coverage_by_reach"]["population_covered"].eq(0).all()


def test_a_study_area_tells_what_lies_in_it(tmp_path):
    study = Study(
        EXAMPLES / "members.csv",
        poles=EXAMPLES / "poles.csv",
        out=tmp_path / "out",
        departements="38",
        outputs=["workbook"],
    )
    result = run_study(study)
    # The région reaches beyond Isère: a figure of all of it would not be one of the area.
    assert "region" not in result.tables
    assert "Régions" not in _book(result).sheetnames
    assert result.record["study_area"] == ["38"]
    summary = _sheet(_book(result), "Synthèse").set_index("Indicateur")
    assert summary.loc["Départements étudiés", "Détail"] == "Isère"
    inside = (result.members["code_departement"] == "38").sum()
    assert summary.loc["  structures localisées", "Valeur"] == inside
    # A région asked for as a whole is measured.
    assert "region" in run_study(replace(study, departements=None, regions=["84"])).tables


@pytest.mark.parametrize("asked", [{"departements": []}, {"regions": [""]}])
def test_an_empty_study_area_is_refused(tmp_path, asked):
    with pytest.raises(InputError, match="the study area is empty"):
        run_study(Study(EXAMPLES / "members.csv", out=tmp_path / "out", **asked))


def test_a_list_is_never_overwritten(tmp_path):
    path = tmp_path / "members.csv"
    path.write_text("Nom,Ville\nUne,Lyon\n", encoding="utf-8")
    before = path.read_bytes()
    run_study(Study(path, out=tmp_path, outputs=["package"]))
    assert path.read_bytes() == before  # what else lies in the folder stays
    made = tmp_path / "data" / "members.csv"
    with pytest.raises(OutputError, match="is a file to read and would be overwritten"):
        run_study(Study(made, out=tmp_path, outputs=["package"]))


def test_what_a_run_did_not_make_is_not_written_over(tmp_path):
    members = tmp_path / "list.csv"
    members.write_text("Nom,Ville\nUne,Lyon\n", encoding="utf-8")
    out = tmp_path / "out"
    (out / "map.html").mkdir(parents=True)
    study = Study(members, out=out, outputs=["map"])
    with pytest.raises(OutputError, match=r"map\.html: it is a folder"):
        run_study(study)
    (out / "map.html").rmdir()
    (out / "map.html").write_text("old map", encoding="utf-8")
    with pytest.raises(OutputError, match=r"map\.html: a file of that name is there that no run"):
        run_study(study)
    assert [path.name for path in out.iterdir()] == ["map.html"]
    assert (out / "map.html").read_text(encoding="utf-8") == "old map"


def test_members_outside_france_or_of_no_listed_pole_are_told(tmp_path):
    members, poles = tmp_path / "list.csv", tmp_path / "poles.csv"
    members.write_text(
        "Nom,PTCE,Ville,Longitude,Latitude\n"
        "Une,Bois,Lyon,,\n"
        "Deux,Fer,Bruxelles,4.35,50.85\n"
        "Trois,,Lyon,,\n",
        encoding="utf-8",
    )
    poles.write_text("Nom du PTCE\nBois\n", encoding="utf-8")
    study = Study(members, out=tmp_path / "out", poles=poles, outputs=["workbook"])
    result = run_study(study)
    summary = _sheet(_book(result), "Synthèse")
    told = dict(zip(summary["Indicateur"].str.strip(), summary["Valeur"], strict=True))
    assert told["hors de toute commune de France"] == 1
    assert told["sans pôle"] == 1
    assert told["d’un pôle absent de la liste des pôles"] == 1
    structures = _sheet(_book(result), "Structures")
    assert structures["Rattachement"].fillna("-").tolist() == ["-", "hors de toute commune", "-"]
    assert structures["Localisé par"].tolist() == ["commune", "la liste", "commune"]


def test_a_run_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    members = tmp_path / "list.csv"
    members.write_text("Nom,CP,Ville\nUne,42000,Saint-Etienne\n", encoding="utf-8")
    out = tmp_path / "out"
    study = Study(members, out=out, outputs=["map"])
    run_study(study)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    monkeypatch.setattr("ptce_geo.maps.save_map", _no_space)
    with pytest.raises(OutputError, match=r"cannot write to .*: No space left on device"):
        run_study(study)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    # ... and a folder that it made for nothing is gone again.
    with pytest.raises(OutputError):
        run_study(replace(study, out=tmp_path / "new" / "deep"))
    assert not (tmp_path / "new").exists()


def _no_space(*_):
    raise OSError(28, "No space left on device", "map.html")


def test_an_unknown_language_or_departement_is_said(tmp_path):
    members = EXAMPLES / "members.csv"
    with pytest.raises(InputError, match="unknown language 'de'; known: fr, en"):
        run_study(Study(members, out=tmp_path / "out", lang="de"))
    with pytest.raises(ValueError, match="unknown département 99; known: 01"):
        run_study(Study(members, out=tmp_path / "out", departements=["99"]))
    assert not (tmp_path / "out").exists()


def test_text_of_a_csv_that_looks_like_a_formula_stays_text(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        'Nom,Ville,Réf\n=SUM(A1),Lyon,="0123"\n"=HYPERLINK(""x"")",Lyon,=1+1\n', encoding="utf-8"
    )
    result = run_study(Study(path, out=tmp_path / "out", outputs=["workbook"]))
    assert result.members["member_name"].tolist() == ["=SUM(A1)", '=HYPERLINK("x")']
    assert result.members["Réf"].tolist() == ["0123", "=1+1"]
    assert "lost" not in set(result.tables["problems"]["kind"])
    cells = [cell for sheet in _book(result) for row in sheet.iter_rows() for cell in row]
    named = [cell for cell in cells if cell.value in ("=SUM(A1)", '=HYPERLINK("x")', "=1+1")]
    assert len(named) >= 3
    assert {cell.data_type for cell in named} == {"s"}
