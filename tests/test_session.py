"""How servers are asked: patiently, politely, and every failure told in one line."""

from __future__ import annotations

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

import pytest
import requests
from geocoding_fault_server import GeocodingServer
from hypothesis import given
from hypothesis import strategies as st
from urllib3.exceptions import IncompleteRead, MaxRetryError, ReadTimeoutError, SSLError

import ptce_geo
from ptce_geo import session
from ptce_geo.errors import GeocodingServiceError, InputError
from ptce_geo.http_words import checked_base_url, retry_after_s, server_message
from ptce_geo.rate_limit import RateLimit
from ptce_geo.session import Service

QUERY = {"q": "12 rue des Lilas Nancy", "limit": 5, "citycode": None}
CSV = b"ptce_row,q\n0,12 rue des Lilas Nancy\n"
FIELDS = [("columns", "q")]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(session, "BACKOFF_S", 0.001)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server():
    with GeocodingServer() as site:
        yield site


def service(site, **options):
    return Service(getattr(site, "url", site), name="test", requests_per_second=1000, **options)


def failure(call, *arguments, **options):
    with pytest.raises(GeocodingServiceError) as caught:
        call(*arguments, **options)
    assert type(caught.value) is GeocodingServiceError
    assert "\n" not in str(caught.value)
    return caught.value


def test_json_and_csv_come_as_they_are(server):
    with service(server.url + "/") as one:
        content = one.get_json("/search", QUERY)
        assert content["features"][0]["properties"]["citycode"] == "54395"
        lines = one.post_csv("/search/csv", FIELDS, CSV).decode().splitlines()
    assert len(lines) == 2
    assert "12 Rue des Lilas 54000 Nancy" in lines[1]
    assert server.agents == {f"ptce_geo/{ptce_geo.__version__}"}
    # What is None is not asked.
    assert server.queries == [{"q": QUERY["q"], "limit": "5"}]
    assert server.forms == [FIELDS]


@pytest.mark.parametrize(
    "fault", ["408", "425", "429", "500", "502", "503", "504", "cut", "close", "empty", "garbage"]
)
def test_what_may_pass_is_asked_again(server, fault):
    server.faults["/search"] = [fault, fault]
    with service(server) as one:
        assert one.get_json("/search", QUERY)["features"]
    assert len(server.requests) == 3


@pytest.mark.parametrize("fault", ["429", "500", "503", "cut", "close", "empty"])
def test_a_file_is_sent_again_too(server, fault):
    server.faults["/search/csv"] = [fault, fault]
    with service(server) as one:
        assert b"Nancy" in one.post_csv("/search/csv", FIELDS, CSV)
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ("400", 400, "answers 400 Bad Request (Fault); correct what was asked"),
        ("401", 401, "~/.netrc"),
        ("403", 403, "proxy"),
        ("404", 404, "check the base URL"),
        ("413", 413, "send smaller files"),
        ("418", 418, "check what was asked"),
        ("html", 200, "a web page instead of JSON"),
        ("redirect", 302, "redirects to http://elsewhere.invalid, which is not followed"),
        ("scalar", 200, "answers with str"),
    ],
)
def test_what_does_not_pass_is_refused_at_once(server, fault, status, said):
    server.faults["/search"] = [fault]
    with service(server) as one:
        error = failure(one.get_json, "/search", QUERY)
    assert said in str(error)
    assert str(error).startswith(f"test ({server.url}/search): ")
    assert error.status_code == status
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ("500", 500, "answers 500 Internal Server Error (Fault); try later"),
        ("507", 507, "try later"),
        ("cut", None, "the connection broke off; check the network"),
        ("close", None, "the connection broke off; check the network"),
        ("garbage", 200, "the answer is no JSON"),
    ],
)
def test_patience_ends(server, fault, status, said):
    server.choose = lambda path: fault
    with service(server, retries=2) as one:
        error = failure(one.get_json, "/search", QUERY)
    assert said in str(error)
    assert error.status_code == status
    assert len(server.requests) == (1 if fault == "507" else 3)


def test_the_message_of_the_server_is_told(server):
    with service(server) as one:
        error = failure(one.get_json, "/search", {"q": "x"})
    assert "(q: must contain between 3 and 200 chars and start with" in str(error)


@pytest.mark.parametrize("status", ["429", "503"])
def test_what_the_server_asks_to_wait_is_waited(server, status):
    server.retry_after = "0.4"
    server.faults["/search"] = [status, status]
    with service(server) as one:
        one.get_json("/search", QUERY)
    first, second, third = server.times()
    assert second - first >= 0.4
    assert third - second >= 0.4


def test_everybody_waits_when_one_is_asked_to(server):
    server.retry_after = "0.5"
    with service(server) as one, ThreadPoolExecutor(4) as threads:
        server.faults["/search"] = ["429"]
        failed = threading.Event()

        def others():
            failed.wait(30)
            one.get_json("/search", QUERY)

        wait, one.limit.pause = one.limit.pause, lambda s: (wait(s), failed.set())
        for done in [threads.submit(one.get_json, "/search", QUERY)] + [
            threads.submit(others) for _ in range(3)
        ]:
            done.result()
    first, *rest = server.times()
    assert len(rest) == 4
    assert min(rest) - first >= 0.5


def test_a_long_wait_is_told_not_waited(server):
    server.retry_after = "3600"
    server.faults["/search"] = ["429"]
    with service(server) as one:
        error = failure(one.get_json, "/search", QUERY)
    assert (error.status_code, error.retry_after) == (429, 3600)
    assert "asks to wait 3600 s" in str(error)
    assert len(server.requests) == 1


def test_a_drip_is_not_waited_for(server):
    server.faults["/search"] = ["drip"]
    with service(server, deadline_s=0.2) as one:
        assert one.get_json("/search", QUERY)["features"]
    server.choose = lambda path: "drip"
    with service(server, deadline_s=0.2, retries=1) as one:
        error = failure(one.get_json, "/search", QUERY)
    assert "no answer in time" in str(error)


def test_a_silent_server_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        with service(url, timeout_s=(5, 0.1), retries=1) as one:
            error = failure(one.get_json, "/search", QUERY)
    assert "no answer in time" in str(error)


def test_a_server_that_is_not_there():
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
    with service(url, retries=1) as one:
        error = failure(one.get_json, "/search", QUERY)
    assert "the server cannot be reached; check the network" in str(error)
    assert error.status_code is None


def test_redirects_within_the_server_are_followed(server):
    server.faults["/search"] = ["same_host"]
    with service(server) as one:
        assert one.get_json("/search", QUERY)["features"]
        server.faults["/search/csv"] = ["same_host"]
        assert b"Nancy" in one.post_csv("/search/csv", FIELDS, CSV)
        server.choose = lambda path: "same_host"
        assert "again and again" in str(failure(one.get_json, "/search", QUERY))


@pytest.mark.parametrize("fault", ["redirect", "html"])
def test_a_file_goes_nowhere_else(server, fault):
    server.faults["/search/csv"] = [fault]
    with service(server) as one:
        failure(one.post_csv, "/search/csv", FIELDS, CSV)
    assert len(server.requests) == 1


def test_the_limit_is_never_exceeded(server):
    rate = 15
    options = {"name": "test", "requests_per_second": rate}
    # Two services at one host have one limit.
    with Service(server.url, **options) as one, Service(f"{server.url}/", **options) as other:
        assert one.limit is other.limit
        with ThreadPoolExecutor(8) as threads:
            asked = [
                threads.submit(two.get_json, "/search", QUERY) for two in (one, other) * (rate + 5)
            ]
            for search in asked:
                search.result()
    assert len(server.requests) == 2 * (rate + 5)
    assert server.most_in_a_second() <= rate


def test_retries_count_as_requests(server):
    server.choose = lambda path: "500"
    with Service(server.url, name="test", requests_per_second=4, retries=8) as one:
        failure(one.get_json, "/search", QUERY)
    assert len(server.requests) == 9
    assert server.most_in_a_second() <= 4


def test_a_slot_comes_back_a_second_after_the_answer():
    limit = RateLimit(1)
    with limit:
        began = time.monotonic()
        time.sleep(0.1)
    with limit:
        assert time.monotonic() - began >= 1.1
    limit.pause(0.2)
    asked = time.monotonic()
    with limit:
        assert time.monotonic() - asked >= 0.2


def test_a_limit_of_nothing_is_refused():
    with pytest.raises(InputError, match="requests a second: 0; give 1 or more"):
        RateLimit(0)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "data.geopf.fr",
        "ftp://data.geopf.fr",
        "https://",
        "https://host:port",
        "https://a b",
        "https://host/?q=1",
        "https://host/#x",
        "https://[half",
    ],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(InputError, match="is no address of a server"):
        checked_base_url(url, name="x")


def test_addresses_do_not_travel_unencrypted():
    for url in ("http://data.geopf.fr/geocodage", "http://recherche-entreprises.api.gouv.fr"):
        with pytest.raises(InputError, match="unencrypted"):
            Service(url, name="x", requests_per_second=1)
    # But to a server of one's own.
    assert checked_base_url("http://addok.local:7878/", name="x") == "http://addok.local:7878"


def test_passwords_stand_in_no_address():
    with pytest.raises(InputError, match="netrc") as caught:
        checked_base_url("https://me:secret@host/", name="x")
    assert "secret" not in str(caught.value)


@given(st.text())
def test_any_retry_after_can_be_read(text):
    wait = retry_after_s(text)
    assert wait is None or wait >= 0


def test_a_date_to_come_back_at():
    wait = retry_after_s(formatdate(time.time() + 1000, usegmt=True))
    assert 0 < wait <= 1000
    assert retry_after_s(formatdate(0, usegmt=True)) == 0


@given(st.binary() | st.recursive(
    st.none() | st.text() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["detail", "message"]), inner),
).map(lambda content: json.dumps(content).encode()))  # fmt: skip
def test_any_message_is_one_short_line(body):
    said = server_message(body)
    assert len(said) <= 200
    assert said == " ".join(said.split())


def test_messages_of_the_services():
    assert server_message(b'{"erreur": "Trop\\nde requ\\u00eates"}') == "Trop de requêtes"
    assert server_message(b'{"title": "Missing file"}') == "Missing file"
    assert server_message(b'{"detail": ["a", "b"]}') == "a; b"
    assert server_message(b"[1]") == server_message(b"") == ""


def test_what_went_wrong_is_told_in_words():
    untrusted = MaxRetryError(None, "/", SSLError("self-signed certificate"))
    assert "certificate" in session.told(requests.exceptions.SSLError(untrusted))
    assert session.told(ReadTimeoutError(None, "/", "slow")) == "no answer in time"
    assert session.told(IncompleteRead(1, 2)) == "the connection broke off"
    assert session.told(requests.exceptions.InvalidURL("bad\n url")) == "bad url"


def test_a_certificate_that_is_not_trusted_is_not_asked_again():
    class Untrusted(requests.Session):
        asked = 0

        def request(self, *arguments, **options):
            self.asked += 1
            reason = MaxRetryError(None, "/", SSLError("self-signed certificate"))
            raise requests.exceptions.SSLError(reason)

    one = Untrusted()
    error = failure(service("https://host", session=one).get_json, "/search")
    assert "certificate cannot be trusted" in str(error)
    assert one.asked == 1
