"""The national geocoder: every row comes back once and right, whatever the network does."""

from __future__ import annotations

import csv
import io
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pandas as pd
import pytest
from geocoding_fault_server import (
    NUMBERS,
    POISON,
    SKIPPED,
    STREETS,
    TOWNS,
    GeocodingServer,
    found,
    known,
)
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from ptce_geo import schema, session
from ptce_geo.errors import GeocodingServiceError, InputError
from ptce_geo.geocoding.service import answers as service_answers
from ptce_geo.geocoding.service import geocoder as ban_service
from ptce_geo.geocoding.service.answers import Found, choose, is_poor, read_features, read_lines
from ptce_geo.geocoding.service.geocoder import NATIONAL_URL, BanGeocoder
from ptce_geo.geocoding.service.queries import LONGEST, SHORTEST, clean_text, query_text
from ptce_geo.labels import label

COLUMNS = [*schema.GEOCODE_COLUMNS, *schema.FOUND_COLUMNS, schema.GEOCODE_CANDIDATES]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(session, "BACKOFF_S", 0.001)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server():
    with GeocodingServer() as site:
        yield site


def geocoder(site, **options):
    return BanGeocoder(site.url, **{"requests_per_second": 1000, **options})


def members(count, *, start=0):
    """Members at as many distinct addresses that the server knows."""
    places = [(s, t, n) for n in NUMBERS for s in range(len(STREETS)) for t in range(len(TOWNS))]
    return pd.DataFrame(
        {
            "address": [f"{n}, {STREETS[s].upper()}" for s, t, n in places],
            "postcode": [TOWNS[t][1] for s, t, n in places],
            "city": [TOWNS[t][2] for s, t, n in places],
        }
    ).iloc[start : start + count]


def paths(site):
    return [path for _, path, _ in site.requests]


def test_known_addresses_are_found_at_their_number(server):
    queries = members(len(TOWNS) * len(STREETS)).sample(frac=1, random_state=1)
    located = geocoder(server).locate(queries)
    assert located.columns.tolist() == COLUMNS
    assert located.index.equals(queries.index)
    assert {column: str(located[column].dtype) for column in COLUMNS} == {
        column: schema.GEOCODE_DTYPES.get(column, "str") for column in COLUMNS
    }
    for row in located.index:
        street, town = row // len(TOWNS) % len(STREETS), row % len(TOWNS)
        properties, point = known(street, town, 1)
        answer = located.loc[row]
        assert (answer["longitude"], answer["latitude"]) == point
        assert answer["geocode_label"] == properties["label"]
        assert answer["found_number"] == "1"
        assert answer["found_street"] == STREETS[street]
        assert answer["found_postcode"] == TOWNS[town][1]
        assert answer["found_city"] == TOWNS[town][2]
    assert set(located["geocode_provider"]) == {"ban"}
    assert set(located["geocode_precision"]) == {"housenumber"}
    assert set(located["geocode_status"]) == {"accepted"}
    assert set(located["geocode_reason"]) == {"address_found"}
    assert set(located["geocode_score"]) == {0.97}
    # The second answer has 0.61.
    assert set(located["geocode_margin"]) == {0.36}
    # The BAN knows arrondissements, the official geography their commune.
    codes = {"75111": "75056", "69383": "69123"}
    assert set(located["code_commune"]) == {codes.get(town[0], town[0]) for town in TOWNS}
    assert paths(server) == ["/search/csv"]
    assert server.forms == [[("columns", "q"), ("citycode", "citycode")]]


def test_the_commune_is_asked_for_where_it_is_sure(server):
    queries = pd.DataFrame(
        {
            "address": ["1 rue Voltaire", "2 rue Voltaire, Nancy", "3 rue Voltaire", "4 rue X"],
            "city": ["Paris 11", None, "Paris", "Saint-Denis"],
        }
    )
    sent = []
    server_answers = geocoder(server)
    original = ban_service._file

    def spy(rows):
        sent.append(list(rows.values()))
        return original(rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ban_service, "_file", spy)
        server_answers.locate(queries)
    # All of Paris has no code in the BAN, and there are several Saint-Denis.
    assert [query.citycode for query in sent[0]] == ["75111", "54395", "", ""]


FILE_FAULTS = (
    *("429", "500", "502", "503", "504", "cut", "truncated", "close", "empty"),
    *("reordered", "shuffled", "lost", "doubled", "count", "same_host"),
)


@pytest.mark.parametrize("fault", FILE_FAULTS)
def test_no_fault_of_a_file_changes_an_answer(server, fault):
    queries = members(120)
    expected = geocoder(server).locate(queries)
    server.requests.clear()
    server.faults["/search/csv"] = [fault]
    assert_frame_equal(geocoder(server).locate(queries), expected)
    # After a 500, whether it was the commune filter is tried with one row.
    more = {"reordered": 0, "shuffled": 0, "count": 0, "500": 3}
    assert len(server.requests) == 1 + more.get(fault, 1)


@pytest.mark.parametrize("fault", ["lost", "doubled", "truncated", "no_csv"])
def test_what_files_never_bring_is_asked_singly(server, fault):
    queries = members(60)
    expected = geocoder(server).locate(queries)
    server.requests.clear()
    if fault == "no_csv":
        server.files = False
    server.choose = lambda path: fault if path == "/search/csv" else ""
    assert_frame_equal(geocoder(server).locate(queries), expected)
    files = paths(server).count("/search/csv")
    assert files == (1 if fault == "no_csv" else 3)
    assert 0 < paths(server).count("/search") <= 60


@pytest.mark.parametrize("fault", ["429", "500", "503", "cut", "close", "empty", "garbage"])
def test_no_fault_of_a_search_changes_an_answer(server, fault):
    queries = pd.DataFrame({"address": [f"{SKIPPED} {n} rue Voltaire Brest" for n in range(9)]})
    expected = geocoder(server).locate(queries)
    assert expected["geocode_status"].eq("accepted").all()
    server.faults["/search"] = [fault, "", fault]
    assert_frame_equal(geocoder(server).locate(queries), expected)


def test_a_file_that_drips_is_sent_again(server, monkeypatch):
    monkeypatch.setattr(ban_service, "_FILE_DEADLINE_S", 0.2)
    queries = members(20)
    expected = geocoder(server).locate(queries)
    server.faults["/search/csv"] = ["drip"]
    assert_frame_equal(geocoder(server).locate(queries), expected)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("html", "answers with a web page instead of CSV"),
        ("redirect", "redirects to http://elsewhere.invalid, which is not followed"),
        ("403", "answers 403 Forbidden"),
        ("400", "answers 400 Bad Request"),
        ("500", "answers 500"),
        ("429", "answers 429 Too Many Requests"),
        ("close", "the connection broke off"),
        ("no_number", "none of 60 rows came back with its number"),
    ],
)
def test_a_service_that_cannot_be_used_is_told_in_one_line(server, fault, said):
    server.choose = lambda path: fault
    with pytest.raises(GeocodingServiceError) as caught:
        geocoder(server, retries=1).locate(members(60))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    # Of a service that fails altogether, no row is suspected.
    assert len(server.requests) <= 6


def test_json_that_is_no_list_of_addresses(server, monkeypatch):
    server.files = False
    monkeypatch.setattr(session.Service, "get_json", lambda *_: {"results": []})
    with pytest.raises(GeocodingServiceError, match="no list of addresses; check the base URL"):
        geocoder(server).locate(members(1))


def test_a_row_that_breaks_the_service_is_left_and_the_others_are_not(server):
    queries = members(130)
    expected = geocoder(server).locate(queries)
    queries.loc[77, "address"] = f"1 rue {POISON}"
    located = geocoder(server, retries=0).locate(queries)
    assert_frame_equal(located.drop(index=77), expected.drop(index=77))
    assert located.loc[77, "geocode_status"] == "rejected"
    assert located.loc[77, "geocode_reason"].startswith("service_error: ban (http")
    assert "answers 500" in located.loc[77, "geocode_reason"]
    # 130 rows, 65, 33 of the one half and 32 of the other; the 33 one by one.
    assert paths(server).count("/search/csv") < 12
    assert paths(server).count("/search") < 45


def test_rows_that_the_service_skips_are_asked_singly(server):
    queries = pd.DataFrame({"address": [f"5 rue Voltaire, {SKIPPED}", "5 rue Voltaire"]})
    queries["city"] = "Nancy"
    located = geocoder(server).locate(queries)
    assert located["geocode_label"].tolist()[1] == "5 Rue Voltaire 54000 Nancy"
    # The number does not begin the text that is asked.
    assert located["found_street"].tolist() == ["Rue Voltaire"] * 2
    assert server.queries[0]["q"] == f"5 rue Voltaire {SKIPPED} Nancy"


def test_a_wrong_commune_filter_is_seen_through(server):
    # The commune is Nancy's for sure, the server knows the street in Strasbourg.
    queries = pd.DataFrame(
        {"address": ["12 rue Voltaire Strasbourg"], "postcode": ["54000"], "city": ["Nancy"]}
    )
    answer = geocoder(server).locate(queries).loc[0]
    assert answer["geocode_label"] == "12 Rue Voltaire 67000 Strasbourg"
    assert answer["code_commune"] == "67482"
    assert answer["geocode_score"] == 0.97
    # In Nancy it answers with the next street.
    other = "Rue des Écoles 54000 Nancy (0.41)"
    assert answer["geocode_reason"] == f"found_without_commune_filter: {other}"
    assert other in answer["geocode_candidates"]


def test_where_both_searches_agree_nothing_is_said(server):
    queries = pd.DataFrame({"address": ["rue Voltaire"], "city": ["Nancy"]})
    answer = geocoder(server).locate(queries).loc[0]
    assert answer["geocode_reason"] == "address_found"
    assert answer["geocode_precision"] == "street"
    assert pd.isna(answer["found_number"])
    assert pd.isna(answer["geocode_candidates"])
    assert paths(server) == ["/search/csv"] * 2


def one(score, label="", margin=1.0):
    return Found(0.0, 0.0, score, margin, label, "street", "", "", "", "", "")


@pytest.mark.parametrize(
    ("under", "anywhere", "chosen"),
    [
        (one(0.5), one(0.6), "under"),  # not surer by more than 0.1
        (one(0.5), one(0.61), "anywhere"),
        (None, one(0.3), "anywhere"),
        (one(0.3), None, "under"),
        (None, None, None),
    ],
)
def test_the_filter_is_left_only_for_a_surer_answer(under, anywhere, chosen):
    answer = choose(under, anywhere)
    assert answer.found is {"under": under, "anywhere": anywhere, None: None}[chosen]
    word = {"under": "address_found", "anywhere": "found_without_commune_filter"}
    assert answer.reason.partition(":")[0] == word.get(chosen, "address_not_found")


def test_other_answers_are_listed_where_the_answer_is_poor(server):
    queries = pd.DataFrame({"address": ["12 rue introuvable"], "city": ["Nancy"]})
    answer = geocoder(server).locate(queries).loc[0]
    assert (answer["geocode_score"], answer["geocode_precision"]) == (0.45, "municipality")
    # The server's floor is 0.3: what it found is accepted here, and judged elsewhere.
    assert answer["geocode_status"] == "accepted"
    assert pd.isna(answer["found_street"])
    assert is_poor(one(0.69))
    assert is_poor(one(0.99, margin=0.04))
    assert not is_poor(one(0.7))
    listed = service_answers.with_candidates(choose(one(0.5, "a"), None), [one(0.4, "b|c")] * 2)
    assert [other.told for other in listed.candidates] == ["b/c (0.40)"]


def test_nothing_found(server):
    queries = pd.DataFrame({"address": ["zzz"], "city": ["Atlantide"]})
    answer = geocoder(server).locate(queries).loc[0]
    assert answer["geocode_status"] == "rejected"
    assert answer["geocode_reason"] == "address_not_found"
    assert (answer["geocode_score"], answer["geocode_margin"]) == (0, 0)
    assert answer.drop(list(schema.GEOCODE_COLUMNS[4:9])).isna().all()
    assert pd.isna(answer["geocode_provider"])


BAD = (
    "x" * 10_000,
    "12 rue Voltaire " * 700,
    "\x00\x01\x1b[31m12 rue Voltaire",
    "=1+1",
    '=HYPERLINK("http://x.example";"12 rue Voltaire")',
    "-2+3",
    "@SUM(A1)",
    "🏠🏠🏠 12 rue Voltaire 🎉",
    "12 rue\nVoltaire\r\nBât. B",
    '12 "rue" Voltaire; étage|2\t, ',
    "ℵ" * 300,
    "e\u0301\u0301\u0301cole",
    "\u0301\u0301\u0301",
    "l'école d'en ' bas ', ' haut",
)
EMPTY = ("", " ", "\n\t\x00", "🎉", "=", "--", "é", None)


def test_bad_input_is_asked_cleaned_and_nothing_is_lost(server):
    queries = pd.DataFrame({"address": [*BAD, *EMPTY]})
    queries = pd.concat([queries.assign(city="Nancy"), queries], ignore_index=True)
    located = geocoder(server).locate(queries)
    reasons = located["geocode_reason"].str.partition(":")[0]
    assert set(reasons) == {"address_found", "address_not_found", "no_address"}
    assert reasons.eq("no_address").sum() == len(EMPTY) + BAD.count("\u0301\u0301\u0301")
    asked = [*server.rows, *(query["q"] for query in server.queries)]
    assert all(SHORTEST <= len(text) <= LONGEST and text[0].isalnum() for text in asked)
    # Cut in the middle: the town at the end is kept.
    assert located.loc[1, "geocode_label"].endswith("Nancy")
    assert server.requests
    assert not [path for path in paths(server) if path not in ("/search", "/search/csv")]


def test_nothing_to_ask_asks_nothing(server):
    located = geocoder(server).locate(pd.DataFrame({"address": list(EMPTY)}))
    assert set(located["geocode_reason"]) == {"no_address"}
    nobody = geocoder(server).locate(pd.DataFrame({"address": pd.Series([], dtype="str")}))
    assert nobody.columns.tolist() == COLUMNS
    assert nobody.empty
    assert server.requests == []


@given(*[st.text(max_size=400) | st.text("12 rue,\n'CEDEX42000-é=", max_size=50)] * 3)
def test_any_text_can_be_asked(address, postcode, city):
    text = query_text(address, postcode, city)
    assert len(text) <= LONGEST
    assert not text or text[0].isalnum()
    assert text == clean_text(text)
    # No delimiter, quote or line end: the file is read as it was written.
    assert len(f"1,{text},".splitlines()) == 1
    assert next(csv.reader(io.StringIO(f"1,{text},"))) == ["1", text, ""]


@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        (("3 rue X", "42000", "Saint-Étienne"), "3 rue X 42000 Saint-Étienne"),
        (("3 rue X, 42007 ST ETIENNE CEDEX 1", "", ""), "3 rue X ST ETIENNE"),
        (("3 rue X", "1000.0", "BOURG"), "3 rue X 01000 BOURG"),
        (("3 rue X, Nancy", "54000", "NANCY"), "3 rue X 54000 NANCY"),
        (("3 rue de Paris", "", "Paris"), "3 rue de Paris Paris"),
        (("3 rue X - 54000 Nancy", "54000", "Nancy"), "3 rue X 54000 Nancy"),
        (("", "", "Nancy"), "Nancy"),
    ],
)
def test_the_text_that_is_asked(cells, asked):
    assert query_text(*cells) == asked


def test_an_address_that_stands_twice_is_asked_once(server):
    queries = pd.concat([members(5)] * 4, ignore_index=True)
    located = geocoder(server).locate(queries)
    assert located["geocode_label"].nunique() == 5
    assert len(server.rows) == 5


def test_large_lists_are_split(server, monkeypatch):
    queries = members(250)
    expected = geocoder(server).locate(queries)
    server.rows.clear()
    assert_frame_equal(geocoder(server, rows_per_file=100).locate(queries), expected)
    assert paths(server) == ["/search/csv"] * 4
    assert len(server.rows) == 250
    monkeypatch.setattr(ban_service, "MOST_BYTES", 1000 + 3000)
    server.requests.clear()
    server.sizes.clear()
    assert_frame_equal(geocoder(server).locate(queries), expected)
    assert len(server.requests) > 2
    assert max(server.sizes) <= 1000 + 3000


def test_a_server_that_takes_only_small_files_gets_them(server, monkeypatch):
    queries = members(200)
    expected = geocoder(server).locate(queries)
    posted = session.Service.post_csv

    def small(self, path, fields, file_bytes, **options):
        if len(file_bytes.splitlines()) > 102:
            msg = "Too many rows in CSV file"
            raise GeocodingServiceError(msg, status_code=400)
        return posted(self, path, fields, file_bytes, **options)

    monkeypatch.setattr(session.Service, "post_csv", small)
    server.requests.clear()
    assert_frame_equal(geocoder(server).locate(queries), expected)
    assert paths(server) == ["/search", "/search/csv", "/search/csv"]


def test_an_addok_that_bears_no_filter_in_files_is_asked_without(server):
    queries = members(120)
    # A street in another town than the one that is sure; one without its number.
    queries.loc[7, ["address", "postcode", "city"]] = [
        "12 rue Voltaire Strasbourg",
        "54000",
        "Nancy",
    ]
    queries.loc[8, "address"] = "rue du Moulin"
    expected = geocoder(server).locate(queries)
    server.requests.clear()
    server.filters = False
    assert_frame_equal(geocoder(server).locate(queries), expected)
    # The file, two trials with one row, the file without; singly the two that are not sure, and
    # once more where to find other answers for the one.
    assert paths(server)[:4] == ["/search/csv"] * 4
    assert set(paths(server)[4:]) == {"/search"}
    assert len(server.requests) <= 8
    assert "found_without_commune_filter" in expected.loc[7, "geocode_reason"]


def test_addoks_own_columns_are_read():
    header = "ptce_row,q,latitude,longitude,result_label,result_score,result_score_next"
    header += ",result_type,result_id,result_housenumber,result_name,result_citycode"
    told = "48.7,6.2,3 Rue X 54000 Nancy,0.93,0,housenumber,x_1,3,3 Rue X,54395"
    body = f"{header}\r\n0,a,{told}\r\n1,b,,,,,,,,,,\r\nlast,c,{told}\r\n".encode()
    lines = read_lines(body, [0, 1])
    # No second answer; no status where nothing was found.
    assert lines.found[0].margin == 1.0
    assert lines.found[0].street == "Rue X"
    assert lines.found[1] is None
    assert lines.not_done == set()


@pytest.mark.parametrize("cut", range(0, 160, 7))
def test_a_cut_row_is_as_if_it_had_not_come(cut):
    header = "ptce_row,q,latitude,longitude,result_score,result_citycode\n"
    rows = [f"{n},1 rue X,48.7,6.2,0.93,54395\n" for n in range(4)]
    body = (header + "".join(rows)).encode()[: -cut or None]
    found = read_lines(body, range(4)).found
    assert list(found) == [n for n in range(4) if len(header + "".join(rows[: n + 1])) <= len(body)]
    assert {address.citycode for address in found.values()} <= {"54395"}


@given(st.binary() | st.text('ptce_row,latitude\n\r"0123456789nan-', max_size=80).map(str.encode))
def test_any_answer_can_be_read(body):
    lines = read_lines(b"ptce_row,latitude,longitude,result_score\n" + body, range(10))
    assert set(lines.found) <= set(range(10))
    read_lines(body, range(10))


@pytest.mark.parametrize(
    "feature",
    [
        {},
        {"properties": None, "geometry": None},
        {"properties": {"score": 0.5}, "geometry": {"coordinates": []}},
        {"properties": {"score": 0.5}, "geometry": {"coordinates": [None, 1]}},
        {"properties": {"score": "x"}, "geometry": {"coordinates": [1, 1]}},
        {"properties": {"score": 0.5}, "geometry": {"coordinates": [float("nan"), 1]}},
        {"properties": {"score": 0.5}, "geometry": {"coordinates": [1, 91]}},
    ],
)
def test_features_without_a_place_are_none(feature):
    assert read_features({"features": [feature]}) == ()
    good = {
        "properties": {"score": 1.7, "type": "poi"},
        "geometry": {"coordinates": [2.0, 48.0]},
    }
    (address,) = read_features({"features": [feature, good]})
    # What is no precision of ours is taken for the coarsest.
    assert (address.score, address.precision) == (1.0, "municipality")
    assert read_features({"erreur": "x"}) is read_features([]) is None


def test_codes_of_another_year_become_those_of_ours():
    # Annecy-le-Vieux (74011) became part of Annecy (74010) in 2017.
    answers = [service_answers.Answer(one(0.9)._replace(citycode="74011"), "address_found")]
    frame = service_answers.service_frame(answers, pd.RangeIndex(1), provider="ban", year=2026)
    assert frame["code_commune"].tolist() == ["74010"]


@pytest.mark.parametrize(
    "url", ["https://api-adresse.data.gouv.fr", "https://API-ADRESSE.data.gouv.fr:443/search/"]
)
def test_the_closed_service_is_refused_with_the_new_ones_name(url):
    with pytest.raises(InputError, match=f"use {NATIONAL_URL}"):
        BanGeocoder(url)


@pytest.mark.parametrize(
    "options",
    [{"rows_per_file": 0}, {"rows_per_file": 200_001}, {"requests_per_second": 0}, {"workers": 0}],
)
def test_numbers_out_of_range_are_refused(options):
    with pytest.raises(InputError, match=f"{next(iter(options))} is .*; give 1 to"):
        BanGeocoder(**options)


def test_what_a_store_is_told():
    national = BanGeocoder()
    addok = BanGeocoder("http://127.0.0.1:7878/", name="addok")
    assert (national.name, addok.name) == ("ban", "addok")
    assert national.version.startswith(NATIONAL_URL)
    assert addok.version.startswith("http://127.0.0.1:7878 ")
    assert national.needs_network
    assert national.columns == schema.QUERY_COLUMNS
    assert replace(national, workers=2).version == national.version


@pytest.mark.parametrize(
    "word",
    [
        *("address_found", "found_without_commune_filter", "address_not_found", "no_address"),
        "service_error",
    ],
)
def test_every_reason_has_its_words(word):
    assert label(f"reason_{word}", "fr") != label(f"reason_{word}", "en")


PASSING = ("429", "500", "503", "cut", "close", "empty")
FAULTS = {
    "/search/csv": (*PASSING, "truncated", "lost", "doubled", "shuffled", "reordered", "count"),
    "/search": (*PASSING, "garbage"),
}


def bad_network():
    """A server whose network is bad, the same way each time."""
    odds = {"/search/csv": 0.4, "/search": 0.15}
    # One for each path: what the files meet does not depend on the order of the searches.
    dice = {path: random.Random(8) for path in FAULTS}

    def choose_fault(path):
        return dice[path].choice(FAULTS[path]) if dice[path].random() < odds[path] else ""

    return GeocodingServer(choose=choose_fault, retry_after="0.05")


def ten_thousand_members():
    queries = members(10_000).reset_index(drop=True)
    odd = queries.index % 50 == 7
    queries["address"] = queries["address"].mask(odd, "impasse " + queries.index.astype("str"))
    return queries


def test_ten_thousand_members_through_a_bad_network():
    queries = ten_thousand_members()
    rate = 100
    with bad_network() as site:
        located = geocoder(site, requests_per_second=rate, rows_per_file=200, retries=12).locate(
            queries
        )
        met = {fault for _, _, fault in site.requests}
        most = site.most_in_a_second()
    expected = []
    for address, postcode, city in queries.itertuples(index=False):
        code = next(town[0] for town in TOWNS if town[2] == city)
        properties, (x, y) = found(query_text(address, postcode, city), code)[0]
        expected.append((properties["label"], properties["score"], x, y))
    # 0 lost, 0 doubled, and each row has its own answer.
    columns = ["geocode_label", "geocode_score", "longitude", "latitude"]
    assert located.index.equals(queries.index)
    assert list(located[columns].itertuples(index=False, name=None)) == expected
    assert set(located["geocode_reason"]) == {"address_found"}
    assert most <= rate
    assert met == {"", *FAULTS["/search/csv"], *FAULTS["/search"]}


RUN = """
import sys
import pandas as pd
from ptce_geo import session
from ptce_geo.geocoding import BanGeocoder, geocode

url, members, store, result = sys.argv[1:]
session.BACKOFF_S = 0.001
BanGeocoder.batch_size = 500
geocoder = BanGeocoder(url, requests_per_second=100, rows_per_file=200, retries=12)
placed = geocode(pd.read_parquet(members), geocoders=[geocoder], store=store, progress=False)
placed.drop(columns="geometry").to_parquet(result)
"""


def started(site, folder, store, result):
    paths = [folder / "members.parquet", folder / store, folder / result]
    return subprocess.Popen([sys.executable, "-c", RUN, site.url, *map(str, paths)])


def test_ten_thousand_members_killed_five_times_are_as_if_undisturbed(tmp_path):
    ten_thousand_members().to_parquet(tmp_path / "members.parquet")
    dice = random.Random()
    with bad_network() as site:
        for _ in range(5):
            before, wait = len(site.requests), dice.randint(1, 60)
            run = started(site, tmp_path, "store.sqlite", "result")
            while run.poll() is None and len(site.requests) < before + wait:
                time.sleep(0.001)
            run.kill()
            assert run.wait(60) == -signal.SIGKILL
            assert not (tmp_path / "result").exists()
        assert started(site, tmp_path, "store.sqlite", "result").wait(300) == 0
        most = site.most_in_a_second()
    with bad_network() as site:
        assert started(site, tmp_path, "another.sqlite", "undisturbed").wait(300) == 0
    assert (tmp_path / "result").read_bytes() == (tmp_path / "undisturbed").read_bytes()
    assert len(pd.read_parquet(tmp_path / "result")) == 10_000
    assert most <= 100


def test_a_position_far_from_the_commune_that_it_names_goes_to_review():
    # Saint-Étienne has 80 km²: far is over 2 + 3 × 9 = 29 km from its reference point.
    beside, far, swapped = (4.39, 45.44), (4.9, 45.9), (45.44, 4.39)
    answers = [
        service_answers.Answer(
            one(0.9)._replace(citycode="42218", longitude=longitude, latitude=latitude),
            "address_found",
        )
        for longitude, latitude in (beside, far, swapped)
    ]
    frame = service_answers.service_frame(answers, pd.RangeIndex(3), provider="ban", year=2026)
    assert frame["geocode_status"].tolist() == ["accepted", "review", "review"]
    assert frame["geocode_reason"].tolist()[1] == "position_outside_commune: 65 km"
