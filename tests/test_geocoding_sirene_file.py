"""Members placed by the positioned SIRENE file: five projections, formats, what is wrong in it."""

import gzip
import math
import os
import zipfile
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ptce_geo.errors import InputError, MissingColumnError, UnreadableFileError
from ptce_geo.files.siret import is_siret
from ptce_geo.geocoding.sirene.file import SireneFile
from ptce_geo.geocoding.sirene.geocoder import SireneGeocoder
from ptce_geo.territories import territory_table

# GRS 80, on which all French reference systems rest.
A, F = 6378137.0, 1 / 298.257222101
E2 = F * (2 - F)
E = math.sqrt(E2)


def transverse_mercator(longitude, latitude, *, meridian, north):
    """UTM, by the series of J. P. Snyder (Map Projections, USGS 1395, 1987), (8-9) to (8-15)."""
    phi, lam = math.radians(latitude), math.radians(longitude - meridian)
    ep2 = E2 / (1 - E2)
    n = A / math.sqrt(1 - E2 * math.sin(phi) ** 2)
    t, c = math.tan(phi) ** 2, ep2 * math.cos(phi) ** 2
    a = lam * math.cos(phi)
    m = A * (
        (1 - E2 / 4 - 3 * E2**2 / 64 - 5 * E2**3 / 256) * phi
        - (3 * E2 / 8 + 3 * E2**2 / 32 + 45 * E2**3 / 1024) * math.sin(2 * phi)
        + (15 * E2**2 / 256 + 45 * E2**3 / 1024) * math.sin(4 * phi)
        - (35 * E2**3 / 3072) * math.sin(6 * phi)
    )
    x = a + (1 - t + c) * a**3 / 6 + (5 - 18 * t + t**2 + 72 * c - 58 * ep2) * a**5 / 120
    y = a**2 / 2 + (5 - t + 9 * c + 4 * c**2) * a**4 / 24
    y += (61 - 58 * t + t**2 + 600 * c - 330 * ep2) * a**6 / 720
    false_north = 0 if north else 10_000_000
    return 500_000 + 0.9996 * n * x, false_north + 0.9996 * (m + n * math.tan(phi) * y)


def lambert_93(longitude, latitude):
    """Lambert-93 by its definition: parallels 44° and 49°, origin 46.5° N 3° E (Snyder, (15-1))."""

    def t(phi):
        sine = E * math.sin(phi)
        return math.tan(math.pi / 4 - phi / 2) / ((1 - sine) / (1 + sine)) ** (E / 2)

    def m(phi):
        return math.cos(phi) / math.sqrt(1 - E2 * math.sin(phi) ** 2)

    one, two, origin = (math.radians(degrees) for degrees in (44, 49, 46.5))
    n = (math.log(m(one)) - math.log(m(two))) / (math.log(t(one)) - math.log(t(two)))
    scale = A * m(one) / (n * t(one) ** n)
    rho, rho0 = scale * t(math.radians(latitude)) ** n, scale * t(origin) ** n
    theta = n * math.radians(longitude - 3)
    return 700_000 + rho * math.sin(theta), 6_600_000 + rho0 - rho * math.cos(theta)


# A commune of each territory, the code of its projection, and that projection by hand.
TERRITORIES = {
    "42218": (2154, lambert_93),
    "97105": (5490, lambda *p: transverse_mercator(*p, meridian=-63, north=True)),
    "97209": (5490, lambda *p: transverse_mercator(*p, meridian=-63, north=True)),
    "97302": (2972, lambda *p: transverse_mercator(*p, meridian=-51, north=True)),
    "97411": (2975, lambda *p: transverse_mercator(*p, meridian=57, north=False)),
    "97611": (4471, lambda *p: transverse_mercator(*p, meridian=45, north=False)),
}
COLUMNS = (
    *("siret", "x", "y", "qualite_xy", "epsg", "plg_qp24", "plg_iris", "plg_code_commune"),
    *("distance_precision", "qualite_qp24", "qualite_iris", "y_latitude", "x_longitude"),
)


def siret(number):
    """The SIRET of a made-up establishment; its last digit is the check digit."""
    body = f"8{number:08d}0001"
    return next(code for digit in range(10) if is_siret(code := f"{body}{digit}"))


@lru_cache
def near(code):
    """A point 300 m or so off the reference point of a commune."""
    commune = territory_table("commune").loc[code]
    return commune["longitude"] + 0.003, commune["latitude"] + 0.001


def row(number, code, quality="11", **cells):
    epsg, project = TERRITORIES.get(code, TERRITORIES["42218"])
    longitude, latitude = near(code) if code in TERRITORIES else near("42218")
    x, y = project(longitude, latitude)
    return {
        "siret": siret(number),
        "x": f"{x:.3f}",
        "y": f"{y:.3f}",
        "qualite_xy": quality,
        "epsg": str(epsg),
        "plg_code_commune": code,
        "y_latitude": f"{latitude:.8f}",
        "x_longitude": f"{longitude:.8f}",
    } | cells


def table(rows, columns=COLUMNS):
    more = [column for row in rows for column in row if column not in columns]
    return pd.DataFrame(rows, columns=[*columns, *dict.fromkeys(more)]).astype("str").fillna("")


def written(path, rows, columns=COLUMNS, sep=";", **kw):
    table(rows, columns).to_csv(path, sep=sep, index=False, **kw)
    return path


def ask(path, *sirets, **cells):
    geocoder = SireneGeocoder(path)
    return geocoder.locate(pd.DataFrame({"siret": list(sirets), **cells}))


def test_the_projections_by_hand_meet_their_definitions():
    assert lambert_93(3, 46.5) == pytest.approx((700_000, 6_600_000))
    # UTM: the central meridian at the equator; 1° of it north is 0.9996 × 110,574.39 m on GRS 80.
    assert transverse_mercator(57, 0, meridian=57, north=False) == (500_000, 10_000_000)
    x, y = transverse_mercator(-63, 1, meridian=-63, north=True)
    assert (x, y) == pytest.approx((500_000, 0.9996 * 110_574.39), abs=0.01)


def test_each_row_is_read_in_its_own_projection(tmp_path):
    rows = [row(n, code, y_latitude="", x_longitude="") for n, code in enumerate(TERRITORIES)]
    found = ask(written(tmp_path / "geo.csv", rows), *(one["siret"] for one in rows))
    assert found["code_commune"].tolist() == list(TERRITORIES)
    expected = np.array([near(code) for code in TERRITORIES])
    # 1e-7° is a centimetre; the file has millimetres.
    assert found[["longitude", "latitude"]].to_numpy() == pytest.approx(expected, abs=1e-7)
    assert (found["geocode_status"] == "accepted").all()
    assert (found["geocode_precision"] == "housenumber").all()
    assert (found["geocode_reason"] == "siret_found").all()


def test_degrees_go_before_metres_and_are_checked_against_them(tmp_path):
    longitude, latitude = near("42218")
    agreeing = row(1, "42218", x_longitude=f"{longitude + 0.0003:.6f}")  # 23 m east
    apart = row(2, "42218", y_latitude=f"{latitude + 0.01:.6f}")  # 1,111 m north
    other_epsg = row(3, "97411", epsg="2154")
    only_degrees = row(4, "42218", x="", y="")
    found = ask(
        written(tmp_path / "geo.csv", [agreeing, apart, other_epsg, only_degrees]),
        *(siret(n) for n in (1, 2, 3, 4)),
    )
    assert found["longitude"].iloc[0] == pytest.approx(longitude + 0.0003, abs=1e-6)
    assert found["geocode_status"].tolist() == ["accepted", "review", "review", "accepted"]
    assert found["geocode_reason"].iloc[1].startswith("siret_positions_disagree: 111")
    assert found["geocode_reason"].iloc[2].startswith("siret_positions_disagree: ")
    assert found["latitude"].iloc[1] == pytest.approx(latitude + 0.01, abs=1e-6)


@pytest.mark.parametrize(
    ("quality", "precision", "status", "reason"),
    [
        ("11", "housenumber", "accepted", "siret_found"),
        ("11.0", "housenumber", "accepted", "siret_found"),
        ("12", "street", "accepted", "siret_found"),
        ("21", "street", "review", "siret_street_probable"),
        ("22", "street", "review", "siret_street_probable"),
        ("33", "municipality", "accepted", "siret_at_commune"),
    ],
)
def test_how_exact_a_point_is(tmp_path, quality, precision, status, reason):
    path = written(tmp_path / "geo.csv", [row(1, "42218", quality)])
    found = ask(path, siret(1)).iloc[0]
    assert found["geocode_precision"] == precision
    assert (found["geocode_status"], found["geocode_reason"]) == (status, reason)


def test_a_random_point_of_the_commune_is_not_taken(tmp_path):
    far = row(1, "42218", "33", x_longitude="4.45", y_latitude="45.40")
    found = ask(written(tmp_path / "geo.csv", [far]), siret(1)).iloc[0]
    commune = territory_table("commune").loc["42218"]
    assert (found["longitude"], found["latitude"]) == (commune["longitude"], commune["latitude"])
    assert found["geocode_label"] == "Saint-Étienne"


@pytest.mark.parametrize(
    "cells",
    [
        {"x": "[ND]", "y": "[ND]", "x_longitude": "[ND]", "y_latitude": "[ND]"},
        {"x": "", "y": "", "x_longitude": "0", "y_latitude": "0"},
        {
            "epsg": "",
            "plg_code_commune": "42218",
            "x": "1e400",
            "x_longitude": "",
            "y_latitude": "",
        },
        {"epsg": "3857", "x_longitude": "", "y_latitude": ""},
        {"epsg": "2975", "x": "1e12", "y": "1e12", "x_longitude": "", "y_latitude": ""},
        {"x_longitude": "nan", "y_latitude": "inf", "x": "abc"},
    ],
)
def test_without_a_position_the_commune_is_taken(tmp_path, cells):
    path = written(tmp_path / "geo.csv", [row(1, "42218", **cells)])
    found = ask(path, siret(1)).iloc[0]
    assert found["geocode_precision"] == "municipality"
    assert found["code_commune"] == "42218"
    assert found["geocode_reason"] == "siret_at_commune"


def test_arrondissements_are_of_their_commune_and_the_point_stays(tmp_path):
    longitude, latitude = 2.3795, 48.8575
    x, y = lambert_93(longitude, latitude)
    point = {"x": f"{x}", "y": f"{y}", "x_longitude": str(longitude), "y_latitude": str(latitude)}
    rows = [row(1, "75111", **point), row(2, "75111", "33", **point)]
    found = ask(written(tmp_path / "geo.csv", rows), siret(1), siret(2))
    assert found["code_commune"].tolist() == ["75056", "75056"]
    assert found["longitude"].iloc[0] == pytest.approx(longitude)
    # at the reference point of the 11th, not of Paris
    expected = territory_table("arrondissement_municipal").loc["75111", "longitude"]
    assert found["longitude"].iloc[1] == expected


def test_codes_of_the_past_of_overseas_and_of_nowhere(tmp_path):
    rows = [
        row(1, "14666"),  # Sannerville, which was part of Saline from 2017 to 2019
        row(2, "97801"),
        row(3, "99999"),
        row(4, "42218", plg_code_commune=""),
        row(5, "42218", "33", plg_code_commune="xyz"),
        row(6, "01015"),  # Arbignieu, Arboys en Bugey since 2016 under its code
        row(7, "69123", plg_code_commune="1004"),  # a spreadsheet took the zero of 01004
    ]
    found = ask(written(tmp_path / "geo.csv", rows), *(siret(n) for n in range(1, 8)))
    reasons = found["geocode_reason"].tolist()
    assert reasons[1] == "outside_embedded_france: Saint-Martin (97801)"
    assert reasons[2] == "other_country: 99999"
    assert reasons[3] == "siret_commune_unknown: -"
    assert found["geocode_status"].iloc[3] == "review"
    assert found["longitude"].iloc[3] == pytest.approx(near("42218")[0], abs=1e-6)
    assert reasons[4] == "siret_commune_unknown: 00XYZ"
    assert found["geocode_status"].iloc[4] == "rejected"
    assert found["longitude"].iloc[[1, 2, 4]].isna().all()
    codes = found["code_commune"]
    assert codes.iloc[[0, 5, 6]].isin(territory_table("commune").index).all()
    assert codes.iloc[6] == "01004"


# As INSEE's StockEtablissement has them.
STOCK = {
    "etatAdministratifEtablissement": "A",
    "activitePrincipaleEtablissement": "13.20Z",
    "trancheEffectifsEtablissement": "03",
    "enseigne1Etablissement": "TISSERIE",
    "complementAdresseEtablissement": "BAT A",
    "numeroVoieEtablissement": "12",
    "indiceRepetitionEtablissement": "B",
    "typeVoieEtablissement": "RUE",
    "libelleVoieEtablissement": "DE LA PAIX",
    "codePostalEtablissement": "42000",
    "libelleCommuneEtablissement": "SAINT-ETIENNE",
    "codeCommuneEtablissement": "42218",
    "categorieJuridiqueUniteLegale": "9220",
    "economieSocialeSolidaireUniteLegale": "O",
}


def test_the_facts_of_the_register_where_the_file_has_them(tmp_path):
    found = ask(written(tmp_path / "geo.csv", [row(1, "42218", **STOCK)]), siret(1)).iloc[0]
    expected = {
        "sirene_name": "TISSERIE",
        "sirene_address": "BAT A 12 B RUE DE LA PAIX 42000 SAINT-ETIENNE",
        "sirene_state": "A",
        "sirene_legal_form": "9220",
        "sirene_activity": "13.20Z",
        "sirene_staff_band": "03",
        "sirene_ess": "true",
        "found_number": "12 bis",
        "found_street": "RUE DE LA PAIX",
        "found_postcode": "42000",
        "found_city": "SAINT-ETIENNE",
        "geocode_provider": "sirene",
    }
    assert found[list(expected)].to_dict() == expected


def test_a_file_of_positions_alone_has_no_facts(tmp_path):
    found = ask(written(tmp_path / "geo.csv", [row(1, "42218")]), siret(1))
    facts = [column for column in found if column.startswith(("sirene_", "found_"))]
    assert len(facts) == 11
    assert found[facts].isna().all(axis=None)


def test_the_stock_of_establishments_alone_serves_too(tmp_path):
    # Commas, its own Lambert coordinates and no projection told: that of the département.
    rows = []
    for number, (code, (_, project)) in enumerate(TERRITORIES.items()):
        x, y = project(*near(code))
        rows.append(
            {
                "siret": siret(number),
                "coordonneeLambertAbscisseEtablissement": f"{x}",
                "coordonneeLambertOrdonneeEtablissement": f"{y}",
                **STOCK,
                "codeCommuneEtablissement": code,
            }
        )
    path = written(tmp_path / "stock.csv", rows, columns=["siret"], sep=",")
    found = ask(path, *(one["siret"] for one in rows))
    expected = np.array([near(code) for code in TERRITORIES])
    assert found[["longitude", "latitude"]].to_numpy() == pytest.approx(expected, abs=1e-7)
    assert (found["geocode_precision"] == "housenumber").all()  # by its address
    assert (found["geocode_score"] == 0.8).all()


@pytest.mark.parametrize(
    ("number", "street_type", "street", "precision"),
    [
        ("12", "RUE", "DE LA PAIX", "housenumber"),
        ("", "RUE", "DE LA PAIX", "street"),
        ("", "", "LE BOURG", "locality"),
        ("", "LD", "LE GRAND PRE", "locality"),
        ("", "", "", "municipality"),
        ("[ND]", "[ND]", "[ND]", "municipality"),
    ],
)
def test_where_no_quality_is_told_the_address_tells(
    tmp_path, number, street_type, street, precision
):
    cells = STOCK | {
        "complementAdresseEtablissement": "",
        "numeroVoieEtablissement": number,
        "typeVoieEtablissement": street_type,
        "libelleVoieEtablissement": street,
    }
    path = written(tmp_path / "geo.csv", [row(1, "42218", "", **cells)])
    assert ask(path, siret(1))["geocode_precision"].tolist() == [precision]


def test_what_is_not_to_be_published_is_missing(tmp_path):
    hidden = dict.fromkeys(STOCK, "[ND]") | {
        "codePostalEtablissement": "42000",
        "libelleCommuneEtablissement": "SAINT-ETIENNE",
    }
    found = ask(written(tmp_path / "geo.csv", [row(1, "42218", "33", **hidden)]), siret(1)).iloc[0]
    assert found["sirene_address"] == "42000 SAINT-ETIENNE"
    assert pd.isna(found[["sirene_name", "sirene_state", "found_street"]]).all()
    assert not found.astype(str).str.contains("ND]", regex=False).any()


FORMATS = {
    "csv": lambda path, frame: frame.to_csv(path, sep=";", index=False),
    "CSV in capitals": lambda path, frame: frame.rename(columns=str.upper).to_csv(
        path, sep=";", index=False
    ),
    "csv with mark, quotes and CRLF": lambda path, frame: frame.to_csv(
        path, sep=";", index=False, encoding="utf-8-sig", quoting=1, lineterminator="\r\n"
    ),
    "gz": lambda path, frame: path.write_bytes(
        gzip.compress(frame.to_csv(sep=";", index=False).encode())
    ),
    "zip": lambda path, frame: zipfile.ZipFile(path, "w").writestr(
        "Geo_utf8.csv", frame.to_csv(sep=";", index=False)
    ),
    "parquet": lambda path, frame: frame.to_parquet(path, index=False, row_group_size=3),
    "parquet of numbers": lambda path, frame: frame.astype(
        {"siret": "int64", "x": float, "y": float, "qualite_xy": float, "epsg": "int32"}
    ).to_parquet(path, index=False, row_group_size=3),
    "parquet, large strings": lambda path, frame: pq.write_table(
        pa.table({name: pa.array(frame[name], pa.large_string()) for name in frame}), path
    ),
    "parquet, dictionary": lambda path, frame: pq.write_table(
        pa.table({name: pa.array(frame[name], pa.string()).dictionary_encode() for name in frame}),
        path,
    ),
}


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_the_same(tmp_path, kind):
    codes = list(TERRITORIES) * 3
    frame = table([row(n, code) for n, code in enumerate(codes)])
    asked = [siret(n) for n in (0, 5, 17, 99)]
    expected = ask(written(tmp_path / "expected.csv", frame.to_dict("records")), *asked)
    path = tmp_path / "file"
    FORMATS[kind](path, frame)
    pd.testing.assert_frame_equal(ask(path, *asked), expected, rtol=1e-9)
    assert expected["geocode_status"].tolist() == ["accepted"] * 3 + ["rejected"]


def test_sirets_that_begin_with_zeros_are_found_in_files_of_numbers(tmp_path):
    code = next(c for n in range(10) if is_siret(c := f"005520135{n:05d}"))
    frame = table([row(1, "42218", siret=code)]).astype({"siret": "int64"})
    frame.to_parquet(tmp_path / "geo.parquet")
    assert ask(tmp_path / "geo.parquet", code)["geocode_status"].tolist() == ["accepted"]


def test_only_the_row_groups_that_may_hold_a_siret_are_read(tmp_path, monkeypatch):
    frame = table([row(n, "42218") for n in range(100)]).sort_values("siret")
    frame.to_parquet(tmp_path / "geo.parquet", index=False, row_group_size=10)
    read = []
    whole = pq.ParquetFile.iter_batches

    def watched(self, *args, row_groups=None, **kw):
        read.extend(row_groups)
        return whole(self, *args, row_groups=row_groups, **kw)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", watched)
    assert ask(tmp_path / "geo.parquet", siret(34))["geocode_status"].tolist() == ["accepted"]
    assert read == [3]


def test_a_large_file_is_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("ptce_geo.geocoding.sirene.file._BLOCK", 1 << 14)
    frame = table([row(n, "42218") for n in range(40)])
    filler = frame.loc[frame.index.repeat(100)].assign(siret="00000000000000")
    path = tmp_path / "geo.csv"
    pd.concat([filler, frame]).to_csv(path, sep=";", index=False)
    sizes = []
    with SireneFile(path)._opened() as stream:
        assert stream.readable()
    file = SireneFile(path)
    for batch in file._batches([siret(1)]):
        sizes.append(batch.num_rows)
    assert sum(sizes) == 4040
    assert max(sizes) < 400
    assert set(file.find(siret(n) for n in range(50))) == {siret(n) for n in range(40)}


def test_answers_stand_in_the_order_asked_whatever_the_index(tmp_path):
    path = written(tmp_path / "geo.csv", [row(n, "42218") for n in range(5)])
    queries = pd.DataFrame(
        {"siret": [siret(3), None, siret(0), siret(3), "", "12"]}, index=list("zyxwvu")
    )
    found = SireneGeocoder(path).locate(queries)
    assert found.index.equals(queries.index)
    assert found["geocode_reason"].tolist() == [
        "siret_found",
        "no_siret",
        "siret_found",
        "siret_found",
        "no_siret",
        "siret_invalid: 12",
    ]
    empty = SireneGeocoder(path).locate(queries.iloc[:0])
    assert len(empty) == 0
    assert empty.dtypes.equals(found.dtypes)


def test_a_file_is_not_searched_by_name(tmp_path):
    geocoder = SireneGeocoder(written(tmp_path / "geo.csv", [row(1, "42218", **STOCK)]))
    assert "member_name" not in geocoder.columns
    assert not geocoder.needs_network
    assert geocoder.batch_size > 10_000
    found = geocoder.locate(pd.DataFrame({"member_name": ["TISSERIE"], "city": ["Saint-Étienne"]}))
    assert found["geocode_reason"].tolist() == ["no_siret"]


def test_the_version_is_of_the_file_and_cheap(tmp_path):
    path = written(tmp_path / "geo.csv", [row(1, "42218")])
    geocoder = SireneGeocoder(path)
    before = geocoder.version
    assert before == SireneGeocoder(str(path)).version
    assert "geo.csv" in before
    written(path, [row(2, "42218")])
    os.utime(path, ns=(1, 1))
    assert geocoder.version != before
    assert SireneGeocoder(path, year=2023).version != geocoder.version


@lru_cache
def text_of_many():
    return table([row(n, "42218", **STOCK) for n in range(1000)]).to_csv(sep=";", index=False)


def damaged(path, kind):
    text = text_of_many()
    content = {
        "empty": b"",
        "blank": b"\n\n",
        "cut gzip": gzip.compress(text.encode())[:-3000],
        "gzip of nothing": b"\x1f\x8b\x08\x00",
        "latin-1": text.replace("TISSERIE", "Métisserie").encode("latin-1"),
        "latin-1 headings": text.replace("plg_iris", "Précision").encode("latin-1"),
        "cut in a row": text.encode()[: len(text) // 2],
        "binary": b"\x00\x01\x02;" * 500,
        "cut parquet": b"PAR1" + b"\x00" * 100,
        "bad zip": b"PK\x03\x04" + b"\x00" * 50,
        "a page": b"<!DOCTYPE html><html><body>404</body></html>",
        "a member list": "siret;nom\n1;é\n".encode(),
    }[kind]
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("empty", "the file is empty"),
        ("blank", "the file is empty"),
        ("cut gzip", "cannot be read to its end"),
        ("gzip of nothing", "cannot be read to its end"),
        ("latin-1", "not in UTF-8; save it in UTF-8"),
        ("latin-1 headings", "not in UTF-8; save it in UTF-8"),
        ("cut in a row", "cannot be read to its end"),
        ("binary", "binary data; give the positioned SIRENE file"),
        ("cut parquet", "cannot be read to its end"),
        ("bad zip", "cannot be read to its end"),
        ("a page", "no column siret; x and y"),
        ("a member list", "no column x and y, or x_longitude and y_latitude; plg_code_commune"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_line(tmp_path, kind, words):
    path = damaged(tmp_path / "geo.csv", kind)
    with pytest.raises(InputError) as caught:
        ask(path, siret(99_999))
    assert isinstance(caught.value, UnreadableFileError | MissingColumnError)
    told = str(caught.value)
    assert told.startswith("geo.csv: ")
    assert words in told
    assert "\n" not in told
    assert len(told) < 500


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("geo.parquet", b"siret;x\n", "not a Parquet file, whatever its name says"),
        ("missing.csv", None, "no such file"),
        (".", None, "no such file"),
    ],
)
def test_no_file_and_no_parquet(tmp_path, name, content, words):
    path = tmp_path / name
    if content:
        path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=words):
        SireneGeocoder(path)


def test_an_archive_of_several_tables(tmp_path):
    with zipfile.ZipFile(tmp_path / "geo.zip", "w") as archive:
        archive.writestr("a.csv", "siret\n")
        archive.writestr("b.csv", "siret\n")
    with pytest.raises(UnreadableFileError, match=r"one CSV in the archive, found a\.csv"):
        SireneGeocoder(tmp_path / "geo.zip")


@pytest.mark.parametrize("source", ["", None, 5, "https://recherche-entreprises.api.gouv.fr"])
def test_what_is_no_source(source):
    with pytest.raises(InputError, match=r"^SIRENE: "):
        SireneGeocoder(source)
