"""The address index: what goes in from files of the address base, and what comes out again."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import multiprocessing
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ptce_geo.errors import InputError, MissingColumnError, OutputError, UnreadableFileError
from ptce_geo.geocoding.ban_index import BanIndex, build, build_ban_index, open_ban_index, spill
from ptce_geo.geocoding.ban_index.csv_files import NEEDED, OPTIONAL, REASONS, BanFile
from ptce_geo.geocoding.ban_index.packing import (
    APPLICATION_ID,
    FORMAT,
    SQLITE,
    Numbers,
    Street,
    metres,
    pack_numbers,
    pack_streets,
)
from ptce_geo.words import LABELS

HEADINGS = [*NEEDED, *OPTIONAL]
PLAIN = {
    "id": "x",
    "numero": "1",
    "nom_voie": "Rue de la Paix",
    "code_postal": "42000",
    "code_insee": "42218",
    "nom_commune": "Saint-Étienne",
    "lon": "4.39",
    "lat": "45.44",
}


def text_of(rows, headings=HEADINGS, separator=";"):
    """Return rows, each what differs from `PLAIN`, as the text of a CSV."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([[(PLAIN | row).get(name, "") for name in headings] for row in rows])
    return buffer.getvalue()


def built(folder, *rows, name="ban"):
    """Build an index of `rows` and open it; return the summary and the index."""
    source = folder / f"{name}.csv"
    source.write_text(text_of(rows), encoding="utf-8")
    summary = build_ban_index(source, folder / f"{name}.idx")
    return summary, open_ban_index(folder / f"{name}.idx")


def the_street(index, name, code="42218"):
    [street] = [street for street in index.communes[code].streets if street.name == name]
    return street


# --- what is in it ---------------------------------------------------------------------------


def test_a_street_its_numbers_and_its_place(tmp_path):
    summary, index = built(
        tmp_path,
        {"numero": "5", "lon": "4.3900005", "lat": "45.4400001"},
        {"numero": "1", "lon": "4.3800000"},
        {"numero": "1", "rep": "BIS", "lon": "4.3810000"},
        {"numero": "12", "lon": "4.40", "nom_voie": "Place Dorian"},
    )
    with index:
        commune = index.communes["42218"]
        assert (commune.code, commune.nom, commune.postcodes) == (
            *("42218", "Saint-Étienne"),
            ("42000",),
        )
        # In the order of their names; "1 bis" is the second of three addresses, the middle.
        assert [street[1:] for street in commune.streets] == [
            ("Place Dorian", "place dorian", "42000", "", 4.40, 45.44, "street", ()),
            ("Rue de la Paix", commune.streets[1].key, "42000", "", 4.381, 45.44, "street", ()),
        ]
        assert commune.find(commune.streets[1].key) == (commune.streets[1],)
        numbers = index.numbers[commune.streets[1].id]
        assert [numbers.label(at) for at in range(len(numbers))] == ["1", "1 bis", "5"]
        assert numbers.position(numbers.find(5)) == (4.3900005, 45.4400001)
        assert numbers.suffixes(1) == ("", "bis")
        assert numbers.find(1, "ter") is None
        assert numbers.find(3) is None
        assert numbers.postcode(0) == "42000"
        assert index.communes_count == 1
        assert index.communes["42219"] is None
    assert (summary.rows, summary.kept, summary.left_out) == (4, 4, {})
    assert (summary.communes, summary.streets, summary.localities, summary.numbers) == (1, 2, 0, 4)
    assert summary.bytes == summary.path.stat().st_size
    assert summary.build_id == index.build_id


def test_one_address_at_several_positions_is_at_its_entrance(tmp_path):
    summary, index = built(
        tmp_path,
        {"lon": "4.1", "type_position": "parcelle"},
        {"lon": "4.3", "type_position": "entrée"},
        {"lon": "4.2", "type_position": "bâtiment"},
        # Neither has a door: the building, and of two buildings that which the commune certified.
        {"numero": "2", "lon": "4.5", "type_position": "bâtiment"},
        {"numero": "2", "lon": "4.4", "type_position": "segment"},
        {"numero": "2", "lon": "4.6", "type_position": "bâtiment", "certification_commune": "1"},
    )
    with index:
        numbers = index.numbers[the_street(index, "Rue de la Paix").id]
        assert [numbers.position(at)[0] for at in range(2)] == [4.3, 4.6]
    assert (summary.kept, summary.left_out) == (2, {"same_address": 4})


def test_rows_that_cannot_be_used_are_counted_by_reason(tmp_path):
    text = text_of(
        [
            {},
            {"lon": ""},
            {"lat": "north"},
            {"lon": "200"},
            {"lat": "-91"},
            {"lon": "nan"},
            {"lon": "0", "lat": "0.0"},
            {"code_insee": ""},
            {"code_insee": "Lyon"},
            {"nom_voie": " "},
            {"numero": "douze"},
            {"numero": "-3"},
            {"numero": "1.5"},
            {"numero": "9999999999"},
        ]
    )
    (tmp_path / "a.csv").write_text(text + "42218;1;Rue\n" + "x;" * 40 + "\n", encoding="utf-8")
    summary = build_ban_index(tmp_path / "a.csv", tmp_path / "a.idx")
    assert summary.rows == 16
    assert summary.kept == 1
    assert summary.left_out == {
        "broken_row": 2,
        "no_commune_code": 2,
        "no_street_name": 1,
        "no_position": 6,
        "unreadable_number": 4,
    }
    assert str(summary).splitlines() == [
        f"{tmp_path / 'a.idx'}: 0.0 MB, build {summary.build_id}",
        "1 communes, 1 streets, 0 localities, 1 numbers",
        "16 rows read, 1 kept (files: 1)",
        "2 left out: too many or too few cells",
        "2 left out: no commune code",
        "1 left out: no name of a street",
        "6 left out: no position, or an impossible one",
        "4 left out: unreadable number",
    ]
    assert summary.lines("fr")[2] == "16 lignes lues, 1 retenues (fichiers : 1)"


def test_every_reason_has_its_words():
    assert {f"left_out_{reason}" for reason in REASONS} <= LABELS.keys()


def test_what_a_spreadsheet_does_to_codes_is_undone(tmp_path):
    _, index = built(tmp_path, {"code_insee": "1053", "code_postal": "1000", "numero": "12.0"})
    with index:
        assert index.communes["01053"].postcodes == ("01000",)
        assert index.numbers[index.communes["01053"].streets[0].id].numbers == (12,)


def test_a_place_without_numbers_is_a_locality(tmp_path):
    summary, index = built(
        tmp_path,
        {"numero": "99999", "nom_voie": "Le Bourg", "lon": "4.1"},
        {"numero": "", "nom_voie": "Montferré", "lon": "4.2"},
        {"numero": "", "nom_voie": "Montferré", "lon": "4.3", "type_position": "entrée"},
        # A street with numbers is where its numbers are.
        {"numero": "99999", "lon": "4.4"},
        {"numero": "7", "lon": "4.5"},
    )
    with index:
        found = [
            (street.name, street.kind, street.longitude)
            for street in index.communes["42218"].streets
        ]
        assert found == [
            ("Le Bourg", "locality", 4.1),
            ("Montferré", "locality", 4.3),
            ("Rue de la Paix", "street", 4.5),
        ]
        assert len(index.numbers[the_street(index, "Le Bourg").id]) == 0
        assert index.numbers[the_street(index, "Rue de la Paix").id].numbers == (7,)
    assert (summary.kept, summary.streets, summary.localities) == (3, 1, 2)
    assert summary.left_out == {"same_address": 1, "street_with_numbers": 1}


def test_the_place_that_addresses_lie_in_is_a_locality_unless_it_is_a_street(tmp_path):
    _, index = built(
        tmp_path,
        # The median is 4.2, 45.44; the second address lies closest to it.
        {"numero": "1", "nom_ld": "La Terrasse", "lon": "4.10"},
        {"numero": "2", "nom_ld": "La Terrasse", "lon": "4.21"},
        {"numero": "3", "nom_ld": "La Terrasse", "lon": "4.20", "lat": "45.60"},
        {"numero": "4", "nom_ld": "rue de la paix"},
        # In a hamlet the place is all the name there is.
        {"numero": "8", "nom_voie": "", "nom_ld": "Rochetaillée"},
    )
    with index:
        found = {street.name: street for street in index.communes["42218"].streets}
        assert sorted(found) == ["La Terrasse", "Rochetaillée", "Rue de la Paix"]
        terrasse = found["La Terrasse"]
        assert (terrasse.kind, terrasse.longitude, terrasse.latitude) == ("locality", 4.21, 45.44)
        assert found["Rochetaillée"].kind == "street"
        assert index.communes_with_street[terrasse.key] == ("42218",)
        assert len(index.numbers[terrasse.id]) == 0


def test_other_names_lead_to_the_same_street(tmp_path):
    _, index = built(
        tmp_path,
        {"nom_voie": "Rue Jean Jaurès", "alias": "Grande Rue|Straed Jaurès"},
        {"nom_voie": "Avenue Foch (Ancienne Route Royale)"},
        {"nom_voie": "Quai Nord (Valbenoîte)"},
        {"nom_voie": "Grande Rue", "lon": "4.7"},
    )
    with index:
        commune = index.communes["42218"]

        def named(name):
            from ptce_geo.geocoding.streets import street_key

            return [street.name for street in commune.find(street_key(name))]

        assert named("Rue Jean Jaurès") == ["Rue Jean Jaurès"]
        assert named("Straed Jaurès") == ["Rue Jean Jaurès"]
        assert sorted(named("Grande Rue")) == ["Grande Rue", "Rue Jean Jaurès"]
        assert named("Avenue Foch") == ["Avenue Foch (Ancienne Route Royale)"]
        assert named("Ancienne Route Royale") == ["Avenue Foch (Ancienne Route Royale)"]
        assert named("Quai Nord") == ["Quai Nord (Valbenoîte)"]
        # One word in brackets is rather a town than a street.
        assert named("Valbenoîte") == []
        assert len(commune.streets) == 4
        key = set(commune.keys) - {street.key for street in commune.streets}
        assert all(index.communes_with_street[each] == ("42218",) for each in key)


def test_a_street_across_postcodes_is_one(tmp_path):
    _, index = built(
        tmp_path,
        {"numero": "1", "code_postal": "42000"},
        {"numero": "3", "code_postal": "42100"},
        {"numero": "5", "code_postal": "42100"},
        # 8 m from its namesake (0.0001° of longitude): one address, told twice.
        {"numero": "5", "code_postal": "42000", "lon": "4.3901"},
    )
    with index:
        street = the_street(index, "Rue de la Paix")
        assert (street.postcode, street.other_postcodes) == ("42100", ("42000",))
        numbers = index.numbers[street.id]
        assert [numbers.postcode(at) for at in range(3)] == ["42000", "42100", "42100"]
        assert index.communes["42218"].postcodes == ("42000", "42100")


def test_one_number_under_two_postcodes_far_apart_shows_two_streets(tmp_path):
    _, index = built(
        tmp_path,
        {"numero": "1", "code_postal": "42000"},
        {"numero": "1", "code_postal": "42230", "lon": "4.31"},
        {"numero": "3", "code_postal": "42230", "lon": "4.32"},
    )
    with index:
        commune = index.communes["42218"]
        assert [(street.postcode, street.longitude) for street in commune.streets] == [
            ("42000", 4.39),
            ("42230", 4.31),
        ]
        assert commune.keys == [commune.streets[0].key]
        assert commune.find(commune.streets[0].key) == tuple(commune.streets)
        assert [index.numbers[street.id].numbers for street in commune.streets] == [(1,), (1, 3)]


def test_former_communes_keep_their_streets_apart(tmp_path):
    former = {"code_insee_ancienne_commune": "49020", "nom_ancienne_commune": "Beaupréau"}
    other = {"code_insee_ancienne_commune": "49151", "nom_ancienne_commune": "Gesté"}
    _, index = built(tmp_path, {"lon": "4.1", **former}, {"lon": "4.2", **other}, {"lon": "4.3"})
    with index:
        streets = index.communes["42218"].streets
        assert [(street.old_commune, street.longitude) for street in streets] == [
            ("", 4.3),
            ("Beaupréau", 4.1),
            ("Gesté", 4.2),
        ]


def test_arrondissements_and_overseas_are_communes_as_the_base_has_them(tmp_path):
    paris = {"code_insee": "75111", "code_postal": "75011", "nom_commune": "Paris 11e"}
    _, index = built(
        tmp_path,
        paris,
        paris | {"code_insee": "75112", "code_postal": "75011"},
        {"code_insee": "2A004", "code_postal": "20000"},
        {"code_insee": "97411", "code_postal": "97400", "lon": "55.45", "lat": "-20.88"},
    )
    with index:
        assert index.communes["75056"] is None
        assert index.communes_of_postcode("75011") == ("75111", "75112")
        assert index.communes_of_postcode("97400") == ("97411",)
        assert index.communes_of_postcode("99999") == ()
        assert index.communes_with_street[index.communes["75111"].streets[0].key] == (
            *("2A004", "75111", "75112", "97411"),
        )
        reunion = index.communes["97411"].streets[0]
        assert (reunion.longitude, reunion.latitude) == (55.45, -20.88)


def test_names_are_composed_and_have_no_odd_blanks(tmp_path):
    _, index = built(tmp_path, {"nom_voie": " Rue\tde\u00a0 l'E\u0301glise\x00 "})
    with index:
        assert index.communes["42218"].streets[0].name == "Rue de l'Église"


# --- between numbers -------------------------------------------------------------------------


def street_of(*addresses):
    """Return numbers with longitudes in 1e-4 degrees (7.8 m there) on one latitude."""
    triples = [
        value for number, at, *_ in addresses for value in (number, at * 1000, 45 * 10_000_000)
    ]
    suffixes = [address[2] if len(address) > 2 else "" for address in addresses]
    packed = b"".join(value.to_bytes(4, "little", signed=True) for value in triples)
    return Numbers(pack_numbers(packed, suffixes, ["42000"]))


def test_interpolation_stays_on_its_side_of_the_street():
    numbers = street_of((1, 0), (2, 100), (4, 100), (5, 20), (5, 23, "bis"), (9, 40), (10, 130))
    # 3 lies halfway from 1 (0) to 5 (20), 7 from 5 (20) to 9 (40), 8 two thirds from 4 to 10.
    assert numbers.interpolate(3) == (0.001, 45.0)
    assert numbers.interpolate(7) == (0.003, 45.0)
    assert numbers.interpolate(8) == (0.012, 45.0)
    assert numbers.interpolate(6) == (0.011, 45.0)


def test_interpolation_needs_both_neighbours_close_to_each_other():
    # 0.005 degrees of longitude at 45° are 393 m, 0.0052 are 409 m.
    assert street_of((1, 0), (5, 50)).interpolate(3) == (0.0025, 45.0)
    assert street_of((1, 0), (5, 52)).interpolate(3) is None
    numbers = street_of((3, 0), (6, 10), (9, 20))
    assert numbers.interpolate(1) is None
    assert numbers.interpolate(11) is None
    assert numbers.interpolate(4) is None  # no even number below
    assert street_of().interpolate(1) is None
    assert street_of().find(1) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(-40, 40)), max_size=12, unique_by=lambda n: n[0]
    ),
    st.integers(-1, 62),
)
def test_interpolated_points_lie_between_two_addresses_of_the_side(addresses, number):
    addresses = sorted(addresses)
    numbers = street_of(*addresses)
    side = [(each, at) for each, at in addresses if (each - number) % 2 == 0]
    below = [each for each in side if each[0] < number]
    above = [each for each in side if each[0] > number]
    point = numbers.interpolate(number)
    if not below or not above:
        assert point is None
        return
    start, end = below[-1][1] * 1e-4, above[0][1] * 1e-4
    if metres((start, 45.0), (end, 45.0)) > 400:
        assert point is None
    else:
        assert min(start, end) - 1e-9 <= point[0] <= max(start, end) + 1e-9


# --- any rows --------------------------------------------------------------------------------

# Positions close to one another or far apart, nothing between: 0.8 m, or more than 7 km.
CELLS = st.fixed_dictionaries(
    {
        "code_insee": st.sampled_from(["42218", "42219", "2A004", "97411", ""]),
        "nom_voie": st.sampled_from(["Rue A", "rue a", "Rue Été", "B (C D)", '\u2028;"', ""]),
        "numero": st.sampled_from(["1", "2", "3", "10", "99999", "", "x"]),
        "rep": st.sampled_from(["", "bis", "BIS", "b"]),
        "code_postal": st.sampled_from(["42000", "42100", ""]),
        "code_insee_ancienne_commune": st.sampled_from(["", "", "42001"]),
        "type_position": st.sampled_from(["", "entrée", "segment"]),
        "alias": st.sampled_from(["", "", "Rue A", "Autre"]),
        "lon": st.sampled_from(["4.1234567", "4.1234667", "4.3", "-60.7654321", ""]),
        "lat": st.sampled_from(["45.1234567", "45.12345"]),
    }
)
RANKS = {"entrée": 0, "": 1, "segment": 2}


def expected(rows):
    """Return the addresses that `rows` should give, and how many rows are left out, by reason."""
    left_out = Counter()
    streets = {}
    for row in rows:
        name = row["nom_voie"].replace("\u2028", " ").strip()
        reasons = {
            "no_commune_code": not row["code_insee"],
            "no_street_name": not name,
            "no_position": not row["lon"],
            "unreadable_number": row["numero"] == "x",
        }
        reason = next((word for word, holds in reasons.items() if holds), None)
        if reason:
            left_out[reason] += 1
            continue
        key = (row["code_insee"], name, row["code_insee_ancienne_commune"])
        streets.setdefault(key, []).append(row)
    addresses = {}
    for key, members in streets.items():
        parts = {}
        for row in members:
            parts.setdefault(row["code_postal"] if _is_several(members) else "", []).append(row)
        for part, here in parts.items():
            found = {}
            for row in here:
                found.setdefault(_number(row), []).append(row)
            if len(found) > 1 and None in found:
                left_out["street_with_numbers"] += len(found.pop(None))
            for number, same in found.items():
                best = min(
                    same,
                    key=lambda r: (RANKS[r["type_position"]], float(r["lon"]), float(r["lat"])),
                )
                left_out["same_address"] += len(same) - 1
                addresses[(*key, part, number)] = (float(best["lon"]), float(best["lat"]))
    return addresses, {word: count for word, count in left_out.items() if count}


def _number(row):
    return None if row["numero"] in ("", "99999") else (int(row["numero"]), row["rep"].lower())


def _is_several(members):
    best = {}
    for row in members:
        if _number(row) and row["code_postal"]:
            best.setdefault((_number(row), row["code_postal"]), []).append(row)
    best = {
        key: min(same, key=lambda r: (RANKS[r["type_position"]], float(r["lon"]), float(r["lat"])))
        for key, same in best.items()
    }
    return any(
        one[0] == other[0] and abs(float(best[one]["lon"]) - float(best[other]["lon"])) > 0.01
        for one, other in itertools.combinations(best, 2)
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(CELLS, min_size=1, max_size=25))
def test_every_kept_address_is_found_again_where_it_was(tmp_path, rows):
    addresses, left_out = expected(rows)
    if not addresses:
        with pytest.raises(InputError, match="no row can be used"):
            built(tmp_path, *rows)
        return
    summary, index = built(tmp_path, *rows)
    with index:
        found = {}
        for code in sorted({key[0] for key in addresses}):
            commune = index.communes[code]
            for street in commune.streets:
                assert street in commune.find(street.key)
                numbers = index.numbers[street.id]
                place = list(range(len(numbers)))
                points = [numbers.position(at) for at in place]
                here = points or [(street.longitude, street.latitude)]
                assert (street.longitude, street.latitude) in here
                for at in place:
                    suffix = numbers.label(at).partition(" ")[2]
                    assert numbers.find(numbers.numbers[at], suffix) == at
                    found.setdefault((code, street.name, (numbers.numbers[at], suffix)), []).append(
                        points[at]
                    )
                if not points:
                    assert street.kind == "locality"
                    found.setdefault((code, street.name, None), []).append(here[0])
    wanted = {}
    for (code, name, _, _, number), point in addresses.items():
        wanted.setdefault((code, name, number), []).append(point)
    assert {key: sorted(points) for key, points in found.items()} == {
        key: sorted(points) for key, points in wanted.items()
    }
    assert summary.left_out == left_out
    assert summary.kept == len(addresses)
    assert summary.rows == len(rows) == summary.kept + sum(summary.left_out.values())


def some_rows():
    return [
        {
            "numero": str(number),
            "rep": suffix,
            "nom_voie": name,
            "code_insee": code,
            "code_postal": postcode,
            "nom_ld": "Le Bourg" if number == 3 else "",
            "alias": "Grande Rue" if number == 1 else "",
            "nom_commune": code if number == 7 else "Ici",
            "lon": str(4 + number / 1000 + len(name) / 100),
        }
        for number in (1, 3, 7)
        for suffix in ("", "bis")
        for name in ("Rue A", "Rue B", "Avenue É")
        for code, postcode in (("42218", "42000"), ("42218", "42100"), ("01001", "01000"))
    ]


def test_neither_the_order_of_rows_nor_of_files_matters(tmp_path):
    rows = some_rows()
    whole, index = built(tmp_path, *rows)
    index.close()
    for name, part in (("one", rows[1::2]), ("two", rows[-2::-2])):
        with gzip.open(tmp_path / f"{name}.csv.gz", "wt", encoding="utf-8") as file:
            file.write(text_of(part))
    paths = [tmp_path / "two.csv.gz", tmp_path / "one.csv.gz"]
    for given_paths in (paths, paths[::-1]):
        summary = build_ban_index(given_paths, tmp_path / "parts.idx")
        assert summary.build_id == whole.build_id
        assert (summary.kept, summary.files) == (whole.kept, 2)
    # Another content is another build.
    other, index = built(tmp_path, *rows[:-1], name="other")
    index.close()
    assert other.build_id != whole.build_id


def test_rows_that_wait_on_the_disk_give_the_same(tmp_path, monkeypatch):
    rows = some_rows()
    whole, index = built(tmp_path, *rows)
    index.close()

    class Tight(spill.Parts):
        def __init__(self, folder):
            super().__init__(folder, most_waiting=1, most_rows=2)

    monkeypatch.setattr(build, "Parts", Tight)
    text = [text_of(rows[at::3]) for at in range(3)]
    for at, each in enumerate(text):
        (tmp_path / f"{at}.csv").write_text(each, encoding="utf-8")
    summary = build_ban_index([tmp_path / f"{at}.csv" for at in range(3)], tmp_path / "tight.idx")
    assert summary.build_id == whole.build_id
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".csv") == [
        *("ban.idx", "tight.idx"),
    ]


# --- files that are none ---------------------------------------------------------------------

GOOD = text_of([{}, {"numero": "2", "nom_voie": "Rue de l’Été"}])


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", UnreadableFileError, "no CSV of the address base but an empty file"),
        (b"\n \n", UnreadableFileError, "an empty file"),
        (
            text_of([{}], [name for name in HEADINGS if name not in ("lon", "rep")]).encode(),
            MissingColumnError,
            "no column rep, lon; found id, numero, nom_voie,",
        ),
        (b"siret;name\n1;2\n", MissingColumnError, "found siret, name"),
        (GOOD.encode("latin-1", errors="replace"), UnreadableFileError, "not in UTF-8"),
        (GOOD.encode("utf-16"), UnreadableFileError, "text in UTF-16"),
        (text_of([{}], separator=",").encode(), UnreadableFileError, "separated by commas"),
        (text_of([{}], separator="\t").encode(), UnreadableFileError, "separated by tabs"),
        (b"<!doctype html><title>404</title>", UnreadableFileError, "a web page"),
        (b'{"type": "FeatureCollection"}', UnreadableFileError, "JSON"),
        (b"PK\x03\x04" + bytes(30), UnreadableFileError, "a zip archive"),
        (bytes(range(256)), UnreadableFileError, "binary data"),
        (b"\x1f\x8bgarbage", UnreadableFileError, "a damaged gzip file"),
        (gzip.compress(GOOD.encode() * 50)[:-20], UnreadableFileError, "the gzip file is cut"),
        (gzip.compress(GOOD.encode())[:-4], UnreadableFileError, "the gzip file is cut"),
        (gzip.compress(GOOD.encode())[:-8] + bytes(8), UnreadableFileError, "a damaged gzip file"),
        (text_of([]).encode(), InputError, r"no row can be used \(there is none\)"),
        (text_of([{"lon": ""}]).encode(), InputError, r"no row can be used \(1 no_position\)"),
    ],
)
def test_a_file_that_is_no_such_file_is_told_in_one_line(tmp_path, content, error, said):
    path = tmp_path / "adresses-42.csv"
    path.write_bytes(content)
    stood = SQLITE + bytes(52) + APPLICATION_ID.to_bytes(4, "big") + b"what stood there"
    (tmp_path / "ban.idx").write_bytes(stood)
    with pytest.raises(error, match=said) as raised:
        build_ban_index([path], tmp_path / "ban.idx")
    assert str(raised.value).startswith("adresses-42.csv: ")
    assert "\n" not in str(raised.value)
    assert (tmp_path / "ban.idx").read_bytes() == stood
    assert sorted(each.name for each in tmp_path.iterdir()) == ["adresses-42.csv", "ban.idx"]


def test_files_that_are_not_there_or_cannot_be_written(tmp_path):
    with pytest.raises(UnreadableFileError, match=r"none\.csv: cannot be read \(No such file"):
        build_ban_index(tmp_path / "none.csv", tmp_path / "ban.idx")
    with pytest.raises(InputError, match="no file of the address base"):
        build_ban_index([], tmp_path / "ban.idx")
    source = tmp_path / "a.csv"
    source.write_text(GOOD, encoding="utf-8")
    with pytest.raises(OutputError, match=r"cannot write .*No such file or directory"):
        build_ban_index(source, tmp_path / "nowhere" / "ban.idx")
    with pytest.raises(OutputError, match="it is a folder"):
        build_ban_index(source, tmp_path)
    with pytest.raises(InputError, match="one of the files to read"):
        build_ban_index([source], source)
    assert source.read_text(encoding="utf-8") == GOOD


def test_only_the_needed_columns_must_be_there_in_any_order(tmp_path):
    path = tmp_path / "a.csv"
    text = text_of([{}, {"nom_voie": 'Rue "X; Y"'}], [*reversed(NEEDED), "more"])
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert build_ban_index(path, tmp_path / "a.idx").kept == 2
    with open_ban_index(tmp_path / "a.idx") as index:
        assert [street.name for street in index.communes["42218"].streets] == [
            *('Rue "X; Y"', "Rue de la Paix"),
        ]


def test_a_file_tells_its_hash_and_how_far_it_was_read(tmp_path):
    import hashlib

    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(GOOD.encode()))
    file, told = BanFile(path), []
    assert sum(table.num_rows for table in file.batches(told.append)) == 2
    assert told[-1] == file.size == path.stat().st_size
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    seen = []
    build_ban_index(path, tmp_path / "a.idx", progress=lambda *told: seen.append(told))
    assert seen == [("a.csv.gz", file.size, file.size), ("order", 2, 2)]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        # What is opened and not closed takes no other line with it.
        ('x;2;;"Rue X;42000;42218;Saint-Étienne;4.4;45.4', ['"Rue X']),
        ('x;2;;"Rue "X;42000;42218;Saint-Étienne;4.4;45.4', ['"Rue "X']),
        ('x;2;;"Rue ""X""";42000;42218;"Saint-Étienne";"4.4";"45.4"', ['Rue "X"']),
        ('"x";"2";"";"Rue; X";"42000";"42218";"";"4.4";"45.4"', ["Rue; X"]),
        ('x;2;;"Rue\nX";42000;42218;Saint-Étienne;4.4;45.4', []),
        ("\n  \n", []),
        ("", []),
    ],
)
def test_quotation_marks_concern_their_line_only(tmp_path, line, names):
    path = tmp_path / "a.csv"
    before, _, after = text_of([{}, {}], NEEDED).rpartition("\nx;")
    path.write_text(f"{before}\n{line}\nx;{after}", encoding="utf-8")
    summary = build_ban_index(path, tmp_path / "a.idx")
    broken = line.count("\n") + 1 if '"Rue\n' in line else line.count("  ")
    assert summary.left_out.get("broken_row", 0) == broken
    assert summary.rows == 2 + len(names) + broken
    assert summary.left_out["same_address"] == 1
    with open_ban_index(tmp_path / "a.idx") as index:
        found = [street.name for street in index.communes["42218"].streets]
    assert sorted(found) == sorted(["Rue de la Paix", *names])


# --- killed ----------------------------------------------------------------------------------

KILLED = """
import sys, time
from ptce_geo.geocoding.ban_index import build
def stop(*_):
    print("here", flush=True)
    time.sleep(60)
if sys.argv[1] == "reading":
    progress = stop
else:
    progress, build.os.fsync = None, stop  # written, not yet moved
build.build_ban_index(sys.argv[2], sys.argv[3], progress=progress)
"""


@pytest.mark.parametrize("moment", ["reading", "written"])
def test_a_build_that_is_killed_leaves_what_was_there(tmp_path, moment):
    before, index = built(tmp_path, {})
    index.close()
    content = before.path.read_bytes()
    more = tmp_path / "more.csv"
    more.write_text(GOOD, encoding="utf-8")
    command = [sys.executable, "-c", KILLED, moment, str(more), str(before.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGKILL)
    assert before.path.read_bytes() == content
    with open_ban_index(before.path) as index:
        assert index.build_id == before.build_id
    # What it left behind goes with a build of another day.
    [left] = tmp_path.glob(".ban.idx.building-*")
    after = build_ban_index(more, before.path)
    assert left.exists()
    os.utime(left, (0, 0))
    assert build_ban_index(more, before.path).build_id == after.build_id != before.build_id
    assert not list(tmp_path.glob(".ban.idx.building-*"))


def test_a_full_disk_is_told_and_changes_nothing(tmp_path, monkeypatch):
    before, index = built(tmp_path, {})
    index.close()
    content = before.path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build.os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device; nothing was changed"):
        build_ban_index(tmp_path / "ban.csv", before.path)
    assert before.path.read_bytes() == content


# --- indexes that are none -------------------------------------------------------------------


def test_what_is_no_index_is_told_in_one_line(tmp_path):
    summary, index = built(tmp_path, *some_rows())
    index.close()
    content = summary.path.read_bytes()
    sqlite3.connect(tmp_path / "other.idx").close()
    with sqlite3.connect(tmp_path / "other.idx") as database:
        database.execute("CREATE TABLE t (x)")
    database.close()
    cases = {
        "": "an empty file",
        "a;b\n" * 100: "no address index",
        (tmp_path / "other.idx").read_bytes(): "a database, but no address index",
        content[:-4096]: r"cut short \(.* of .* bytes\)",
        content[:60]
        + (99).to_bytes(4, "big")
        + content[64:]: f"format 99, format {FORMAT} is needed",
        content[:100] + bytes(4000) + content[4100:]: "is damaged",
    }
    path = tmp_path / "bad.idx"
    for each, said in cases.items():
        path.write_bytes(each if isinstance(each, bytes) else each.encode())
        with pytest.raises(UnreadableFileError, match=said) as raised:
            open_ban_index(path)
        assert str(raised.value).startswith("bad.idx: ")
        assert "ptce-geo ban build" in str(raised.value)
    with pytest.raises(UnreadableFileError, match=r"cannot be read \(No such file"):
        open_ban_index(tmp_path / "none.idx")


def test_an_index_with_other_keys_of_streets_is_refused(tmp_path, monkeypatch):
    from ptce_geo.geocoding.ban_index import reader

    summary, index = built(tmp_path, {})
    index.close()
    monkeypatch.setattr(reader, "street_key", str.upper)
    with pytest.raises(UnreadableFileError, match="comparable otherwise than now; build it again"):
        open_ban_index(summary.path)


def test_damage_inside_is_told_when_it_is_met(tmp_path):
    summary, index = built(tmp_path, {})
    index.close()
    with sqlite3.connect(summary.path) as database:
        database.execute("UPDATE communes SET streets = x'0500000001000000'")
        database.execute("UPDATE numbers SET packed = x'05000000'")
    database.close()
    with open_ban_index(summary.path) as index:
        with pytest.raises(UnreadableFileError, match="the address index is damaged"):
            index.communes["42218"]
        with pytest.raises(UnreadableFileError, match="the address index is damaged"):
            index.numbers[1]


# --- read from everywhere --------------------------------------------------------------------


def test_it_is_read_where_nobody_may_write_and_under_any_name(tmp_path):
    folder = tmp_path / "a #1 ? 100 % é"
    folder.mkdir()
    _, index = built(folder, {})
    index.close()
    folder.chmod(0o500)
    try:
        with open_ban_index(folder / "ban.idx") as index:
            assert index.communes["42218"].nom == "Saint-Étienne"
            assert sorted(path.name for path in folder.iterdir()) == ["ban.csv", "ban.idx"]
    finally:
        folder.chmod(0o700)


def test_it_reads_on_when_a_new_index_takes_its_place(tmp_path):
    before, index = built(tmp_path, {})
    with index:
        _, after = built(tmp_path, {"code_insee": "01001"})
        with after:
            assert index.communes["42218"] is not None
            assert after.communes["42218"] is None
            assert after.build_id != index.build_id == before.build_id


def test_it_travels_to_processes_and_threads(tmp_path):
    _, index = built(tmp_path, *some_rows())
    with index:
        copy = pickle.loads(pickle.dumps(index))
        with copy:
            assert copy.build_id == index.build_id
            assert copy.communes["42218"].streets == index.communes["42218"].streets
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            [found] = pool.map(index.communes_of_postcode, ["42000"])
            assert found == ("42218",)
        found = []
        threads = [
            threading.Thread(target=lambda: found.append(index.numbers[1].numbers))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [index.numbers[1].numbers] * 4


FORKED = """
import os, sys
from ptce_geo.geocoding.ban_index.reader import open_ban_index
with open_ban_index(sys.argv[1]) as index:
    parents = index._database
    child = os.fork()
    assert index.communes["42218"].nom == "Ici"
    if child:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    os._exit(index._database is parents)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_process_opens_the_file_for_itself(tmp_path):
    summary, index = built(tmp_path, *some_rows())
    index.close()
    done = subprocess.run([sys.executable, "-c", FORKED, str(summary.path)], check=False)
    assert done.returncode == 0


def test_what_is_read_twice_is_kept(tmp_path):
    _, index = built(tmp_path, {})
    with index:
        assert index.communes["42218"] is index.communes["42218"]
        assert isinstance(index, BanIndex)
    # Closed, it opens again.
    assert index.communes_of_postcode("42000") == ("42218",)
    index.close()


# --- packing ---------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"])),
            st.sampled_from(["a", "b", "c", ""]),
            st.sampled_from(["", "01000", "42000"]),
            st.sampled_from(["", "Ici", "Là"]),
            st.floats(-180, 180),
            st.floats(-90, 90),
            st.sampled_from(["street", "locality"]),
            st.sampled_from([(), ("42100",), ("42100", "42230")]),
        ),
        min_size=1,
        max_size=30,
    ),
    st.lists(st.tuples(st.sampled_from(["a", "d"]), st.integers(0, 29)), max_size=4),
)
def test_streets_are_unpacked_as_they_were_packed(fields, further):
    from ptce_geo.geocoding.ban_index.packing import CommuneStreets

    streets = [Street(7 + at, *each) for at, each in enumerate(fields)]
    further = [(key, at) for key, at in further if at < len(streets)]
    commune = CommuneStreets("42218", "Ici", "42000 42100", pack_streets(streets, further))
    assert commune.streets == streets
    wanted = {}
    for key, street in [(each.key, each) for each in streets] + [
        (key, streets[at]) for key, at in further
    ]:
        wanted.setdefault(key, set()).add(street.id)
    assert {key: [each.id for each in commune.find(key)] for key in commune.keys} == {
        key: sorted(ids) for key, ids in wanted.items()
    }
    assert commune.postcodes == ("42000", "42100")


def test_the_sample_of_keys_does_not_depend_on_the_order():
    from ptce_geo.geocoding.ban_index.packing import KeySample

    names = [f"Rue {number}" for number in range(2_000)]
    samples = []
    for order in (names, names[::-1]):
        sample = KeySample()
        for name in order:
            sample.add(name, name.lower())
        samples.append(sample.keys())
    assert samples[0] == samples[1]
    assert len(samples[0]) == 200
    assert samples[0].items() <= {(name, name.lower()) for name in names}


def test_a_path_or_several(tmp_path):
    (tmp_path / "a.csv").write_text(GOOD, encoding="utf-8")
    one = build_ban_index(str(tmp_path / "a.csv"), str(tmp_path / "a.idx"))
    several = build_ban_index((Path(tmp_path / "a.csv"),), tmp_path / "b.idx")
    assert one.build_id == several.build_id


def test_a_file_that_is_no_index_is_not_written_over(tmp_path):
    source = tmp_path / "a.csv"
    source.write_text(GOOD, encoding="utf-8")
    (tmp_path / "members.csv").write_text("Nom;CP\n")
    with pytest.raises(OutputError, match="no address index; choose another name"):
        build_ban_index(source, tmp_path / "members.csv")
    assert (tmp_path / "members.csv").read_text() == "Nom;CP\n"


def test_damage_within_the_file_is_told(tmp_path):
    (tmp_path / "a.csv").write_text(GOOD, encoding="utf-8")
    build_ban_index(tmp_path / "a.csv", tmp_path / "a.idx")
    with BanIndex(tmp_path / "a.idx") as index:
        street = index.communes["42218"].streets[0]
    content = (tmp_path / "a.idx").read_bytes()
    at = content.rindex(street.name.encode())  # it stands in the sample of names too
    (tmp_path / "b.idx").write_bytes(content[:at] + b"X" + content[at + 1 :])
    with (
        BanIndex(tmp_path / "b.idx") as index,
        pytest.raises(UnreadableFileError, match=r"damaged .*checksum .*build it again"),
    ):
        index.communes["42218"]
