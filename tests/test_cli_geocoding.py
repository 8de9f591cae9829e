"""The commands about geocoding: what a person types, what she reads, and what is in the files."""

from __future__ import annotations

import base64
import json
import re
import shlex
import socket
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from geocoding_fault_server import GeocodingServer

from ptce_geo import schema
from ptce_geo.errors import InputError, UnreadableFileError
from ptce_geo.geocoding.geocoded_file import read_geocoded
from ptce_geo.geocoding.specs import SPEC_FORMS, geocoders_from
from ptce_geo.placing import Placing, opened_placer

BAN = Path(__file__).with_name("data") / "ban_sample.csv"
EXAMPLES = Path(__file__).parents[1] / "examples" / "data"
LIST = """Nom,Adresse,CP,Ville
Atelier,2 rue Helvetius,18000,Bourges
Recyclerie,"30 avenue Jean Jaurès",62000,Arras
Théâtre,22 avenue Jen Jaures,62000,Arras
Ferme,rue Inconnue,89300,Looze
Épicerie,,,Saint-Pierre
Librairie,,,
"""


class Done(NamedTuple):
    """What became of a command."""

    code: int
    out: str
    err: str

    @property
    def lines(self):
        """What is printed, blanks in a row as one."""
        return [" ".join(line.split()) for line in self.out.splitlines()]


@pytest.fixture
def command(typed):
    """Type a command; return its exit code and what it says."""

    def run(*arguments):
        done = typed(*arguments)
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    from ptce_geo.geocoding import build_ban_index

    path = tmp_path_factory.mktemp("index") / "ban.idx"
    build_ban_index(BAN, path)
    return path


@pytest.fixture
def members(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


# --- geocode -------------------------------------------------------------------------------------


def test_the_examples_at_their_communes(command, tmp_path):
    out = tmp_path / "geo.csv"
    lists = [EXAMPLES / "members.csv", "--poles", EXAMPLES / "poles.csv"]
    done = command("geocode", *lists, "--out", out)
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].startswith("Réponse acceptée : score de 0,80 au moins, ")
    assert done.lines[0].endswith(" ; précision : à la commune, au moins.")
    assert done.lines[2] == "localisées à vérifier non localisées"
    assert "Structures dans la liste : 271 146 – 125" in done.lines
    assert "part 53,9 % 0,0 % 46,1 %" in done.lines
    assert "à la commune 146 – –" in done.lines
    assert "commune du département du pôle 109 – –" in done.lines
    assert "commune non indiquée – – 124" in done.lines
    assert "Source de la position" not in done.out  # there is but one
    assert done.lines[-1] == f"ptce-geo review export {out} {tmp_path / 'a-verifier.xlsx'}"
    raw = pd.read_csv(EXAMPLES / "members.csv", dtype=str)
    written = pd.read_csv(out, dtype=str)
    assert written["member_name"].tolist() == raw["nom"].tolist()
    assert not {schema.GEOCODE_CANDIDATES, *schema.SIRENE_COLUMNS, "geometry"} & {*written}


def test_an_index_places_at_the_number_and_says_who_did(command, tmp_path, members, index):
    out = tmp_path / "geo.csv"
    done = command("geocode", members, "--out", out, "--geocoder", f"index={index}")
    assert (done.code, done.err) == (0, "")
    written = read_geocoded(out)
    names = ["Atelier", "Recyclerie", "Théâtre", "Ferme", "Épicerie", "Librairie"]
    assert written["member_name"].tolist() == names
    precision = ["housenumber", "housenumber", "municipality", "municipality"]
    assert written["geocode_precision"].tolist()[:4] == precision
    assert written["geocode_provider"].tolist()[0] == "ban_index"
    assert written["geocode_status"].tolist()[-1] == "rejected"
    assert written.loc[0, "geocode_label"] == "2 Rue Helvetius 18000 Bourges"
    # What is in doubt for its street only is placed at its commune; the street is a candidate.
    assert written.loc[2, "geocode_candidates"].startswith("22 Avenue Jean Jaurès 62000 Arras (")
    for line in ("Source de la position", "base d’adresses (fichier) 3 1 –", "au numéro 2 – –"):
        assert line in done.lines, done.out
    # What is behind these words in the table is cut into lines that stay apart.
    assert all(len(line) <= 80 for line in done.out.splitlines()[2:] if str(tmp_path) not in line)


def test_in_english(command, tmp_path, members, index):
    out = tmp_path / "geo.csv"
    spec = f"index={index}"
    done = command("geocode", members, "--out", out, "--geocoder", spec, "--lang", "en")
    assert done.lines[0].startswith("Accepted: score of 0.80 or more")
    for line in (
        "placed to check not placed",
        "house number 2 – –",
        "address base (file) 3 1 –",
        "no town given – – 1",
        "To have the rest checked in a spreadsheet:",
    ):
        assert line in done.lines, done.out
    assert done.lines[-1].endswith("to-check.xlsx --lang en")


def test_a_stricter_policy_is_told_and_kept(command, tmp_path, members, index):
    out = tmp_path / "geo.csv"
    strict = ["--min-precision", "housenumber", "--min-score", "0.95"]
    spec = f"index={index}"
    done = command("geocode", members, "--out", out, "--geocoder", spec, *strict)
    assert "score de 0,95 au moins" in done.lines[0]
    assert done.lines[0].endswith("précision : au numéro, au moins.")
    written = read_geocoded(out)
    accepted = written[written["geocode_status"] == "accepted"]
    assert set(accepted["geocode_precision"]) == {"housenumber"}
    assert accepted["geocode_score"].min() >= 0.95
    assert len(accepted) < len(written)


def test_a_second_run_with_a_store_asks_nothing(command, tmp_path, members, index):
    store, one, two = (tmp_path / name for name in ("a.sqlite", "one.csv", "two.csv"))
    options = ["--geocoder", f"index={index}", "--store", store]
    first = command("geocode", members, "--out", one, *options)
    again = command("geocode", members, "--out", two, *options)
    number = f"Réponses conservées dans {store} : "
    (told,) = (line for line in first.lines if line.startswith(number))
    assert told.startswith(f"{number}0 déjà connues, ")
    (told_again,) = (line for line in again.lines if line.startswith(number))
    assert told_again.endswith(" déjà connues, 0 nouvelles.")
    assert told.split()[-2] == told_again.split()[-5]
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet"])
def test_other_formats_hold_the_same(command, tmp_path, members, index, suffix):
    table = pd.read_csv(members, dtype=str, keep_default_na=False)
    table["fid"], table["geom"], table["Note"] = "7", "x", 'a;\t"b" c,d'
    table.to_csv(members, index=False)
    spec = ["--geocoder", f"index={index}"]
    assert command("geocode", members, "--out", tmp_path / "geo.csv", *spec).code == 0
    done = command("geocode", members, "--out", tmp_path / f"geo{suffix}", *spec)
    assert (done.code, done.err) == (0, "")
    one, other = (read_geocoded(tmp_path / f"geo{end}") for end in (".csv", suffix))
    assert one["Note"].tolist() == ['a;\t"b" c,d'] * len(one)
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other), check_dtype=True)
    if suffix != ".parquet":
        points = gpd.read_file(tmp_path / f"geo{suffix}")
        assert points.crs.to_epsg() == 4326
        assert points.geometry.is_empty.sum() + points.geometry.isna().sum() == 1


def test_members_by_their_siret_only(command, tmp_path):
    register = tmp_path / "sirene.csv"
    register.write_text(
        "siret;x;y;epsg;qualite_xy;plg_code_commune;x_longitude;y_latitude\n"
        "73282932000074;654000;6665000;2154;11;18033;2.3965;47.0847\n",
        encoding="utf-8",
    )
    path = tmp_path / "list.csv"
    path.write_text("Nom,SIRET\nAtelier,732 829 320 00074\nAutre,\n", encoding="utf-8")
    out = tmp_path / "geo.csv"
    refused = command("geocode", path, "--out", out)
    assert refused.code == 1
    assert "no column to locate members by" in refused.err
    done = command("geocode", path, "--out", out, "--geocoder", f"sirene={register}")
    assert (done.code, done.err) == (0, "")
    assert "SIRENE" in done.out
    written = read_geocoded(out)
    assert written["geocode_provider"].tolist()[0] == "sirene"
    assert set(schema.SIRENE_COLUMNS) <= set(written)


# --- what goes wrong -----------------------------------------------------------------------------


def old_index(path, index):
    """Write an index of a format that nobody wrote yet."""
    path.write_bytes(index.read_bytes())
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 999")
    database.close()
    return path


def test_a_file_that_cannot_be_used_is_1_and_one_line(command, tmp_path, members, index):
    text = tmp_path / "text.idx"
    text.write_text("no index", encoding="utf-8")
    out, there = tmp_path / "geo.csv", tmp_path / "there.gpkg"
    there.mkdir()
    old = old_index(tmp_path / "old.idx", index)
    for arguments, said in [
        (["--geocoder", f"index={tmp_path / 'none.idx'}"], "the address index cannot be read"),
        (["--geocoder", f"index={text}"], "text.idx: no address index; give the file that"),
        (["--geocoder", f"index={old}"], "an address index of format 999, format "),
        (["--geocoder", f"sirene={tmp_path / 'none.csv'}"], "none.csv"),
        (["--review", tmp_path / "none.xlsx"], f"no such review: {tmp_path / 'none.xlsx'}"),
        (["--store", text], "text.idx is no store of answers (not an SQLite file)"),
        (["--out", members], f"{members} is read, and would be written over"),
        (["--store", out, "--out", out], f"{out} is read, and would be written over"),
        (["--out", tmp_path / "geo.xlsx"], "'geo.xlsx'; name it .csv, .gpkg, .geojson or .parquet"),
        (["--out", tmp_path / "geo"], "'geo'; name it .csv"),
        (["--out", tmp_path / "no" / "geo.csv"], "no such folder"),
        (["--out", there], "there.gpkg: it is a folder"),
        (["--column", "city=Lieu"], "no such heading"),
    ]:
        before = sorted(tmp_path.iterdir())
        done = command("geocode", members, "--out", out, *arguments)
        assert (done.code, done.out) == (1, ""), arguments
        assert done.err.startswith("ptce-geo: ")
        assert done.err.count("\n") == 1, done.err
        assert said in done.err, done.err
        assert sorted(tmp_path.iterdir()) == before, arguments
    assert members.read_text(encoding="utf-8") == LIST


def test_a_wrong_command_line_is_2(command, tmp_path, members, index):
    out = tmp_path / "geo.csv"
    for arguments, said in [
        (["--geocoder", "google"], "geocoder 'google': no such form"),
        (["--geocoder", "index"], "geocoder 'index': PATH must stand behind the ="),
        (["--geocoder", "index="], "geocoder 'index=': PATH must stand behind the ="),
        (["--geocoder", "ban=x"], "geocoder 'ban=x': nothing stands behind this word"),
        (["--geocoder", "addok=127.0.0.1"], "127.0.0.1"),
        (["--geocoder", "ban", "--geocoder", "ban"], "geocoder 'ban' is given twice"),
        (["--min-precision", "town"], "'town' is not one of housenumber, street"),
        (["--min-score", "80"], "less than or equal to 1"),
        (["--lang", "de"], "'de' is not one of fr, en."),
    ]:
        for first in (["geocode", members, "--out", out], ["run", members, "--out", tmp_path]):
            done = command(*first, *arguments)
            said_in_one = " ".join(done.err.replace("│", " ").split())
            assert done.code == 2, (arguments, done)
            assert said in said_in_one, done.err
            assert "Traceback" not in done.err
            if "no such form" in said:
                assert ", ".join(SPEC_FORMS) in said_in_one
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


def test_a_service_that_is_down_is_one_line_which_says_what_is_kept(
    command, tmp_path, members, monkeypatch
):
    monkeypatch.setattr("ptce_geo.session.time.sleep", lambda seconds: None)
    store, out = tmp_path / "a.sqlite", tmp_path / "geo.csv"
    url = f"http://127.0.0.1:{closed_port()}"
    arguments = ["geocode", members, "--out", out, "--geocoder", f"addok={url}"]
    done = command(*arguments, "--store", store)
    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1, done.err
    assert f"answers are in the store {store}; run again to go on" in done.err
    bare = command(*arguments)
    assert "with a store the next one would go on from here" in bare.err
    assert not out.exists()


def test_offline_answers_from_the_store_and_says_what_it_lacks(command, tmp_path, members):
    store, out = tmp_path / "a.sqlite", tmp_path / "geo.csv"
    members.write_text("Nom,Adresse\nUne,3 Rue Voltaire 42000 Saint-Étienne\n", encoding="utf-8")
    with GeocodingServer() as server:
        asked = ["--geocoder", f"addok={server.url}", "--store", store]
        empty = command("geocode", members, "--out", out, *asked, "--offline")
        assert empty.code == 1
        assert empty.err == f"ptce-geo: no such store: {store}\n"
        bare = command("geocode", members, "--out", out, *asked[:2], "--offline")
        assert bare.code == 1
        assert "addok can be answered from a store only; give one" in bare.err
        # A store without an answer of this service.
        assert command("geocode", members, "--out", out, "--store", store).code == 0
        out.unlink()
        lacking = command("geocode", members, "--out", out, *asked, "--offline")
        assert lacking.code == 1
        assert lacking.err.count("\n") == 1
        assert f"the store {store} has no answer of addok; run once with the network" in lacking.err
        assert not server.times()
        first = command("geocode", members, "--out", out, *asked)
        assert first.code == 0, first.err
    assert read_geocoded(out).loc[0, "geocode_provider"] == "addok"
    replayed = command("geocode", members, "--out", tmp_path / "again.csv", *asked, "--offline")
    assert replayed.code == 0, replayed.err
    assert (tmp_path / "again.csv").read_bytes() == out.read_bytes()
    with members.open("a", encoding="utf-8") as stream:
        stream.write("Deux,5 Rue Voltaire 42000 Saint-Étienne\n")
    more = command("geocode", members, "--out", out, *asked, "--offline")
    assert more.code == 0
    lacked = (
        "Hors ligne, questions restées sans réponse : 1. Relancer avec le réseau pour les poser."
    )
    assert lacked in more.lines
    assert read_geocoded(out)["geocode_precision"].tolist() == ["housenumber", "municipality"]


# --- review --------------------------------------------------------------------------------------


def fill(review, name, **cells):
    """Fill in the row of a member in a review: French headings → text."""
    book = openpyxl.load_workbook(review)
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    (row,) = (row for row in sheet.iter_rows(min_row=2) if row[1].value == name)
    for heading, text in cells.items():
        row[headings.index(heading.replace("_", " "))].value = text
    book.save(review)


def test_a_review_goes_round(command, tmp_path, members, index):
    out, review, checked = (tmp_path / name for name in ("geo.csv", "a-verifier.xlsx", "ok.csv"))
    spec = ["--geocoder", f"index={index}"]
    done = command("geocode", members, "--out", out, *spec)
    # What is printed can be typed.
    program, *typed = shlex.split(done.lines[-1])
    assert program == "ptce-geo"
    exported = command(*typed)
    assert (exported.code, exported.err) == (0, "")
    assert exported.lines[0] == f"Structures à vérifier : 4, dans {review}"
    assert exported.lines[2] == (
        f"ptce-geo review apply {out} {review} --out {tmp_path / 'geo-verifie.csv'}"
    )
    fill(review, "Librairie", Adresse_corrigée="17 bis Grande Rue", Commune_corrigée="Tramayes")
    fill(review, "Épicerie", Code_commune_corrigé="97225")
    applied = command("review", "apply", out, review, "--out", checked, *spec)
    assert (applied.code, applied.err) == (0, "")
    assert "Structures dont la localisation est corrigée : 2" in applied.lines
    before, after = read_geocoded(out), read_geocoded(checked)
    assert after["member_id"].tolist() == before["member_id"].tolist()
    pd.testing.assert_frame_equal(before[:4], after[:4])
    assert after.loc[4, "geocode_reason"] == "corrected_code_commune"
    assert after.loc[5, "geocode_label"] == "17 bis Grande Rue 71520 Tramayes"
    # The same file goes with the next run.
    again = command("geocode", members, "--out", out, *spec, "--review", review)
    assert (again.code, again.err) == (0, "")
    assert out.read_bytes() == checked.read_bytes()
    rest = command("review", "export", checked, review, "--lang", "en")
    assert rest.lines[0] == f"Members to check: 2, in {review}"


def test_reviews_that_cannot_be_used_are_one_line(command, tmp_path, members):
    out, review = tmp_path / "geo.csv", tmp_path / "a-verifier.xlsx"
    assert command("geocode", members, "--out", out).code == 0
    for arguments, said in [
        (["export", members, review], "list.csv is no geocoded list: no column longitude"),
        (["export", tmp_path / "none.csv", review], "no such file"),
        (["export", out, out], f"{out} is the geocoded list; choose another name"),
        (["export", out, tmp_path / "review.ods"], "name it .xlsx or .csv"),
        (["apply", out, review, "--out", tmp_path / "ok.csv"], f"no such review: {review}"),
        (["apply", out, members, "--out", out], f"{out} is read, and would be written over"),
        (["apply", out, members, "--out", tmp_path / "ok.csv"], "is no review: no column"),
    ]:
        done = command("review", *arguments)
        assert (done.code, done.out) == (1, ""), arguments
        assert done.err.count("\n") == 1, done.err
        assert said in done.err, done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["geo.csv", "list.csv"]


def test_a_correction_that_no_longer_holds_is_told_in_one_line(command, tmp_path, members):
    out, review = tmp_path / "geo.csv", tmp_path / "a-verifier.xlsx"
    command("geocode", members, "--out", out)
    command("review", "export", out, review)
    fill(review, "Épicerie", Code_commune_corrigé="97225")
    members.write_text(LIST.replace(",Saint-Pierre", ",Lyon"), encoding="utf-8")
    arguments = ["geocode", members, "--out", out, "--review", review]
    alone = [sys.executable, "-m", "ptce_geo.cli", *map(str, arguments)]
    done = subprocess.run(alone, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("ptce-geo: a-verifier.xlsx: corrections not applied: 1 of ")
    assert done.stderr.count("\n") == 1, done.stderr


# --- ban and store -------------------------------------------------------------------------------


def test_an_index_is_built_and_told(command, tmp_path):
    out = tmp_path / "ban.idx"
    done = command("ban", "build", BAN, "--out", out)
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].startswith(f"{out} : ")
    assert "85 lignes lues, 85 retenues (fichiers : 1)" in done.lines
    assert done.lines[-1] == f"ptce-geo geocode LISTE --geocoder index={out} --out RESULTAT.csv"
    english = command("ban", "build", BAN, "--out", out, "--lang", "en")
    assert "85 rows read, 85 kept (files: 1)" in english.lines
    broken = tmp_path / "broken.csv"
    broken.write_text("a;b\n1;2\n", encoding="utf-8")
    before = out.read_bytes()
    failed = command("ban", "build", broken, "--out", out)
    assert (failed.code, failed.out) == (1, "")
    assert failed.err.count("\n") == 1
    assert out.read_bytes() == before


def test_a_store_is_listed_and_emptied(command, tmp_path, members, index):
    store = tmp_path / "a.sqlite"
    out = ["--out", tmp_path / "geo.csv"]
    command("geocode", members, *out, "--geocoder", f"index={index}", "--store", store)
    listed = command("store", "list", store)
    assert (listed.code, listed.err) == (0, "")
    assert listed.lines[0].startswith(f"{store} : ")
    assert listed.lines[1] == "source réponses depuis le jusqu’au version"
    assert listed.lines[2].startswith("ban_index 6 ")
    assert "answers" in command("store", "list", store, "--lang", "en").out
    recent = command("store", "delete", store, "--older-than", "1")
    assert recent.lines == ["Réponses supprimées : 0"]
    gone = command("store", "delete", store, "--provider", "ban_index", "--lang", "en")
    assert gone.lines == ["Answers deleted: 6"]
    assert "ban_index" not in command("store", "list", store).out
    unknown = command("store", "delete", store, "--provider", "ban_index")
    assert unknown.code == 1
    assert "has no answer of 'ban_index'; it has: commune" in unknown.err
    rest = command("store", "delete", store, "--older-than", "0")
    assert rest.code == 0
    assert len(command("store", "list", store).lines) == 1


def test_stores_that_cannot_be_used(command, tmp_path, members):
    for arguments, code, said in [
        (["list", tmp_path / "none"], 1, "no such store"),
        (["delete", tmp_path / "none", "--older-than", "0"], 1, "no such store"),
        (["list", members], 1, "is no store of answers"),
        (["delete", members], 2, "Give --older-than DAYS, --provider NAME or both."),
        (["delete", members, "--older-than", "-1"], 2, "greater than or equal to 0"),
    ]:
        done = command("store", *arguments)
        assert done.code == code, done
        assert said in " ".join(done.err.replace("│", " ").split())
    assert members.read_text(encoding="utf-8") == LIST
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


# --- run -----------------------------------------------------------------------------------------


def test_run_takes_the_same_options(command, tmp_path, members, index):
    poles = tmp_path / "poles.csv"
    poles.write_text(
        "pole_id,Nom du PTCE,Adresse,CP,Ville\np,Pôle,11 rue de la Mairie,78270,Limetz-Villez\n",
        encoding="utf-8",
    )
    geocoded, review = tmp_path / "geo.csv", tmp_path / "review.xlsx"
    spec = ["--geocoder", f"index={index}"]
    command("geocode", members, "--out", geocoded, *spec)
    command("review", "export", geocoded, review)
    fill(review, "Épicerie", Code_commune_corrigé="97225")
    out, store = tmp_path / "study", tmp_path / "a.sqlite"
    more = ["--store", store, "--review", review, "--min-score", "0.85"]
    for output in ("workbook", "map", "package"):
        more += ["--only", output]
    done = command("run", members, "--poles", poles, "--out", out, *spec, *more)
    assert (done.code, done.err) == (0, "")
    assert any("au numéro : 2" in line for line in done.lines), done.out
    record = json.loads((out / "study.json").read_text(encoding="utf-8"))
    placing = record["placing"]
    assert [geocoder["name"] for geocoder in placing["geocoders"]] == ["ban_index", "commune"]
    assert placing["geocoders"][0]["spec"] == f"index={index}"
    assert placing["geocoders"][0]["version"]
    assert placing["policy"]["min_score"] == 0.85
    assert placing["unanswered"] == 0
    assert record["settings"]["geocoders"] == [f"index={index}", "commune"]
    assert str(review) in [file["path"] for file in record["inputs"]]
    written = read_geocoded(out / "data" / "members.csv")
    placed = read_geocoded(geocoded)
    assert written["geocode_label"].tolist()[:4] == placed["geocode_label"].tolist()[:4]
    assert written.loc[4, "nom_commune"] == "Saint-Pierre"
    assert written.loc[4, "code_departement"] == "972"
    assert schema.GEOCODE_CANDIDATES in written
    book = openpyxl.load_workbook(out / "indicators.xlsx", read_only=True)
    cells = {cell for row in book["Structures"].iter_rows(values_only=True) for cell in row}
    assert {"au numéro", "base d’adresses (fichier)", "la vérification"} <= cells
    assert "Autres réponses possibles" in cells
    assert not any(str(cell).startswith("geocode_") for cell in cells)
    rows = book["Méthode"].iter_rows(values_only=True)
    method = {row[1]: row[3] for row in rows if row[0] == "Définitions"}
    assert "base d’adresses (fichier), commune" in method["Localisation"]
    assert "score de 0,85 au moins" in method["Réponses acceptées"]
    page = (out / "map.html").read_text(encoding="utf-8")
    packed = re.search(r'<script type="text/plain"[^>]*>([^<]+)</script>', page)[1]
    carried = zlib.decompress(base64.b64decode(packed))  # text first, then arrays
    assert json.dumps("localisée au numéro").encode() in carried
    # What has its territories already is not corrected in part.
    late = command(
        "review", "apply", out / "data" / "members.csv", review, "--out", tmp_path / "late.csv"
    )
    assert late.code == 1
    assert "use ptce-geo run --review" in late.err


def test_run_writes_over_none_of_what_it_reads(command, tmp_path, members):
    store = tmp_path / "map.html"
    done = command("run", members, "--out", tmp_path, "--store", store)
    assert done.code == 1
    assert f"{store} is a file to read and would be overwritten" in done.err
    assert not store.exists()


def test_seats_are_placed_by_the_same_but_not_by_siret(tmp_path, index):
    register = tmp_path / "sirene.csv"
    register.write_text(
        "siret;x;y;epsg;qualite_xy;plg_code_commune;x_longitude;y_latitude\n"
        "73282932000074;654000;6665000;2154;11;18033;2.3965;47.0847\n",
        encoding="utf-8",
    )
    placing = Placing((f"sirene={register}", f"index={index}"))
    poles = pd.DataFrame({"pole_id": ["p"], "address": ["11 rue de la Mairie"]})
    poles[["postcode", "city", "siret"]] = ["78270", "Limetz-Villez", "73282932000074"]
    with opened_placer(placing) as placer:
        assert placer.by_siret
        seats = placer.seats(poles)
    assert seats["geocode_provider"].tolist() == ["ban_index"]
    assert seats["geocode_precision"].tolist() == ["housenumber"]


@pytest.mark.parametrize(
    ("specs", "names"),
    [
        ("commune", ["commune"]),
        (["commune", "ban"], ["commune", "ban"]),
        (["sirene", "addok=http://127.0.0.1:1/"], ["sirene", "addok", "commune"]),
    ],
)
def test_specs_name_geocoders_in_their_order(specs, names):
    assert [geocoder.name for geocoder in geocoders_from(specs)] == names


@pytest.mark.parametrize("specs", [[], [7], [""], ["=x"], ["Commune"], ["sirene="]])
def test_what_is_no_spec_is_said(specs):
    with pytest.raises(InputError, match="known: commune, ban, addok=URL, index=PATH, sirene"):
        geocoders_from(specs)


def test_a_geocoded_csv_may_have_gone_through_a_spreadsheet(command, tmp_path, members):
    out = tmp_path / "geo.csv"
    command("geocode", members, "--out", out)
    table = pd.read_csv(out, dtype=str, keep_default_na=False)
    for column in schema.GEOCODE_NUMBERS:
        table[column] = table[column].str.replace(".", ",")
    saved = tmp_path / "saved.csv"
    table.to_csv(saved, sep=";", index=False, encoding="utf-8-sig")
    pd.testing.assert_frame_equal(read_geocoded(saved), read_geocoded(out))
    saved.write_bytes(saved.read_bytes().decode("utf-8-sig").encode("cp1252"))
    with pytest.raises(UnreadableFileError, match="not in UTF-8"):
        read_geocoded(saved)
    table.assign(geocode_status="fine").to_csv(saved, index=False)
    with pytest.raises(InputError, match="geocode_status fine; known: accepted, review, rejected"):
        read_geocoded(saved)
    table.assign(geocode_status="accepted", longitude="east").to_csv(saved, index=False)
    with pytest.raises(InputError, match="longitude holds what is no number"):
        read_geocoded(saved)


def test_a_file_that_cannot_be_replaced_stays(command, tmp_path, members, monkeypatch):
    out = tmp_path / "geo.csv"
    out.write_text("before", encoding="utf-8")

    def no_space(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", no_space)
    done = command("geocode", members, "--out", out)
    assert (done.code, done.out) == (1, "")
    assert done.err == f"ptce-geo: cannot write {out}: No space left on device\n"
    assert out.read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["geo.csv", "list.csv"]


def test_placing_by_a_file_does_not_wait_for_the_network_to_load(members, tmp_path, index):
    code = (
        "import sys; from pathlib import Path; from ptce_geo.placing import *\n"
        "with opened_placer(Placing(('index=' + sys.argv[2],))) as placer:\n"
        "    placer.members(read_lists(sys.argv[1], None, columns=None)[0], poles=None)\n"
        "print([name for name in ('requests', 'folium', 'xlsxwriter') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, members, index]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
