"""Isochrones of the national service, played by a server on the loopback interface.

It draws a square: in a minute, 0.01° in each of the four directions.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo import session
from ptce_geo.errors import GeocodingServiceError, InputError, PtceGeoWarning
from ptce_geo.geocoding.store import AnswerStore
from ptce_geo.routing import IgnIsochrones
from ptce_geo.routing.ign import NAME, NATIONAL_URL, REQUESTS_PER_SECOND

A_MINUTE_DEG = 0.01
# All that is asked besides the point and the minutes.
ASKED = {
    "resource": "bdtopo-valhalla",
    "costType": "time",
    "timeUnit": "minute",
    "profile": "car",
    "direction": "arrival",
    "geometryFormat": "geojson",
}
PARIS = "2.348800,48.853400"
HERE = np.array([[3.0, 46.5]])


class IsochroneServer(ThreadingHTTPServer):
    """Draws squares, but for the faults it is told.

    Attributes
    ----------
    asked : list of (str, str)
        Point and minutes of every request.
    faults : list of (int, dict, str)
        Status, headers and body that the next requests are answered with, in turn.
    off_road : set of str
        Points that it has no road near; "*" for everywhere.
    refused : list of dict
        Queries that are not as the contract has it.
    hold_from : int
        From this request on, no answer comes until `held` is set.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked, self.faults, self.refused = [], [], []
        self.off_road, self.times = set(), []
        self.hold_from, self.held = None, threading.Event()
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/navigation"

    def handle_error(self, request, client_address):
        """Say nothing of a client that was killed."""

    def __exit__(self, *error):
        self.held.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server, parts = self.server, urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        point, minutes = query.pop("point", ""), query.pop("costValue", "")
        with server.lock:
            server.asked.append((point, minutes))
            server.times.append(time.monotonic())
            number = len(server.asked)
            fault = server.faults.pop(0) if server.faults else None
        if server.hold_from is not None and number >= server.hold_from:
            server.held.wait()
        if fault:
            self._send(*fault)
        elif parts.path != "/navigation/isochrone" or not _as_agreed(query):
            server.refused.append({"path": parts.path, **query})
            self._send(400, {}, '{"error":{"message":"not as the contract has it"}}')
        elif not point:
            self._send(400, {}, '{"message":"Parameter \'point\' not found."}')
        elif server.off_road & {point, "*"}:
            self._send(400, {}, '{"message":"No suitable edges near location"}')
        else:
            self._send(200, {}, drawn(point, minutes))

    def _send(self, status, headers, body):
        self.send_response(status)
        for key, value in ({"Content-Type": "application/json"} | headers).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *words):
        pass


def _as_agreed(query):
    return query in ({**ASKED, "profile": "car"}, {**ASKED, "profile": "pedestrian"})


def square(x, y, minutes):
    reach = A_MINUTE_DEG * minutes
    return shapely.box(x - reach, y - reach, x + reach, y + reach)


def drawn(point, minutes):
    shape = square(*map(float, point.split(",")), float(minutes))
    geometry = json.loads(shapely.to_geojson(shape))
    return json.dumps({"point": point, "costValue": minutes, "geometry": geometry})


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(session, "BACKOFF_S", 0.001)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server():
    with IsochroneServer() as site:
        yield site
        assert site.refused == []


@pytest.fixture(scope="module")
def lasting_server():
    with IsochroneServer() as site:
        yield site


def service(site, **options):
    return IgnIsochrones(base_url=site.url, **{"requests_per_second": 1000, **options})


# --- what is asked, and what comes of it ----------------------------------------------------------


def test_minutes_are_the_smallest_step_that_holds_the_origin(server):
    # The isochrone of 15 min reaches 0.15°, of 30 min 0.3°, of 45 min 0.45°, of 50 min 0.5°.
    east = [0.1, 0.2, 0.44, 0.48, 0.6]
    origins = HERE + np.array([[x, 0.0] for x in east])
    pairs = service(server).pairs(origins, HERE, minutes=50)
    assert pairs.origin.tolist() == [0, 1, 2, 3]
    assert pairs.destination.tolist() == [0, 0, 0, 0]
    assert pairs.minutes.tolist() == [15, 30, 45, 50]
    assert [part.dtype.name for part in pairs] == ["int32", "int32", "float64"]
    assert sorted(server.asked) == [("3.000000,46.500000", m) for m in ("15", "30", "45", "50")]


def test_an_isochrone_is_as_the_service_draws_it(server):
    places = np.vstack([HERE, [[np.nan, np.nan]], [[-70.0, 46.5]], [[55.5, -21.0]]])
    shapes = service(server, profile="pedestrian").isochrones(places, minutes=[12.5, 5])
    assert shapes.shape == (4, 2)
    assert [shape is not None for shape in shapes[:, 0]] == [True, False, False, True]
    assert shapes[0, 0].equals(square(3.0, 46.5, 12.5))
    assert shapes[3, 1].equals(square(55.5, -21.0, 5))
    assert len(server.asked) == 4  # what has no place in France is not asked


def test_the_national_service_is_the_default():
    travel = IgnIsochrones()
    assert travel.base_url == NATIONAL_URL == "https://data.geopf.fr/navigation"
    assert travel.requests_per_second == REQUESTS_PER_SECOND == 5
    assert travel.method == (
        "isochrones of the IGN (bdtopo-valhalla, car) in steps of 15, 30, 45, 60 min"
    )


def test_no_more_than_five_requests_in_any_second(server):
    places = HERE + np.array([[0.01 * step, 0] for step in range(12)])
    service(server, requests_per_second=REQUESTS_PER_SECOND).isochrones(places, minutes=[10])
    times = sorted(server.times)
    assert len(times) == 12
    assert all(sixth - first >= 1 for first, sixth in zip(times, times[5:], strict=False))


def test_nothing_asked_is_nothing(server):
    nowhere = np.empty((0, 2))
    assert service(server).isochrones(nowhere, minutes=[5]).shape == (0, 1)
    for origins, destinations in ((nowhere, nowhere), (HERE, nowhere), (nowhere, HERE)):
        assert len(service(server).pairs(origins, destinations, minutes=20).minutes) == 0


# --- against a slow way of our own ----------------------------------------------------------------

STEPS = (10, 20, 30)
PLACES = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).map(
        lambda cell: (3.0 + cell[0] * 0.07, 46.5 + cell[1] * 0.07)
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25)
@given(origins=PLACES, destinations=PLACES, minutes=st.sampled_from([5, 10, 25, 30, 37]))
def test_pairs_are_those_of_a_loop_over_the_squares(lasting_server, origins, destinations, minutes):
    travel = service(lasting_server, steps=STEPS)
    pairs = travel.pairs(np.array(origins), np.array(destinations), minutes=minutes)
    steps = sorted({step for step in STEPS if step < minutes} | {minutes})
    expected = []
    for row, (x, y) in enumerate(origins):
        for column, (centre_x, centre_y) in enumerate(destinations):
            apart = max(abs(x - centre_x), abs(y - centre_y))  # multiples of 0.07°, steps of 0.05°
            held = [step for step in steps if apart <= A_MINUTE_DEG * step]
            expected += [(row, column, held[0])] if held else []
    assert [*zip(*(part.tolist() for part in pairs), strict=True)] == expected


@settings(max_examples=15)
@given(origins=PLACES, minutes=st.tuples(st.integers(1, 40), st.integers(1, 40)).map(sorted))
def test_a_longer_limit_keeps_the_pairs_and_only_the_last_step_changes(
    lasting_server, origins, minutes
):
    travel = service(lasting_server, steps=STEPS)
    short, long = (
        {
            (row, column): took
            for row, column, took in zip(
                *travel.pairs(np.array(origins), HERE, minutes=limit), strict=True
            )
        }
        for limit in minutes
    )
    assert short.keys() <= long.keys()
    assert all(long[pair] == took or took == minutes[0] for pair, took in short.items())
    assert all(took <= minutes[0] for took in short.values())


# --- each is asked once ---------------------------------------------------------------------------


def test_what_was_asked_is_not_asked_again(server, tmp_path):
    store = tmp_path / "answers.sqlite"
    places = np.vstack([HERE, HERE, HERE + 0.5])
    travel = service(server, store=store)
    first = travel.isochrones(places, minutes=[10, 20])
    assert len(server.asked) == 4  # two places, two thresholds
    again = travel.isochrones(places, minutes=[20])
    assert shapely.equals(again[:, 0], first[:, 1]).all()
    other = service(server, store=store).isochrones(places, minutes=[10, 20])
    assert shapely.equals(other, first).all()
    assert len(server.asked) == 4
    # Another profile or resource is another question.
    service(server, store=store, profile="pedestrian").isochrones(HERE, minutes=[10])
    assert len(server.asked) == 5
    with pytest.raises(GeocodingServiceError):  # the server knows no such resource
        service(server, store=store, resource="bdtopo-pgr").isochrones(HERE, minutes=[10])
    server.refused.clear()


def test_offline_with_all_in_the_store(tmp_path):
    store = tmp_path / "answers.sqlite"
    with IsochroneServer() as site:
        travel = service(site, store=store)
        online = travel.pairs(HERE + 0.1, HERE, minutes=30)
    offline = service(site, store=store).pairs(HERE + 0.1, HERE, minutes=30)
    assert [part.tolist() for part in offline] == [part.tolist() for part in online]
    with pytest.raises(GeocodingServiceError, match="the server cannot be reached"):
        service(site, store=store).isochrones(HERE + 1, minutes=[30])


def test_the_store_tells_and_deletes_them_like_any_answer(server, tmp_path):
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        service(server, store=store).isochrones(HERE, minutes=[10, 20])
        (row,) = store.describe().providers.itertuples()
        assert (row.provider, row.answers) == (NAME, 2)
        assert row.version.startswith(f"{server.url} bdtopo-valhalla ")
        assert store.delete(provider=NAME) == 2
        service(server, store=store).isochrones(HERE, minutes=[10])
        assert len(server.asked) == 3


SCRIPT = """
import sys
import numpy as np
from ptce_geo.routing import IgnIsochrones
url, store = sys.argv[1:]
places = np.array([[3.0 + step / 100, 46.5] for step in range(30)])
travel = IgnIsochrones(base_url=url, store=store, requests_per_second=1000)
travel.isochrones(places, minutes=[10])
"""


def test_killed_and_gone_on_with(server, tmp_path):
    store = tmp_path / "answers.sqlite"
    server.hold_from = 21
    run = [sys.executable, "-c", SCRIPT, server.url, str(store)]
    with subprocess.Popen(run, cwd=Path(__file__).parents[1]) as process:
        while not _stored(store) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    kept = _stored(store)
    server.hold_from = None
    server.held.set()
    assert 0 < len(kept) <= 20
    server.asked.clear()
    subprocess.run(run, cwd=Path(__file__).parents[1], check=True)
    assert len(server.asked) == 30 - len(kept)
    assert not {point for point, _ in server.asked} & kept
    assert len(_stored(store)) == 30


def _stored(path):
    """The points whose isochrones are in a store, none where there is no store yet."""
    if not path.exists():
        return set()
    points = [f"{3.0 + step / 100:.6f},46.500000" for step in range(30)]
    with AnswerStore(path) as store:
        providers = store.describe().providers
        if providers.empty:
            return set()
        travel = IgnIsochrones(base_url=providers["version"][0].split()[0])
        questions = {travel._question(point, 10): point for point in points}
        return {
            questions[text] for text in store.get_texts(NAME, providers["version"][0], questions)
        }


# --- a service that fails -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        (500, {}, '{"message":"An unexpected error has occurred"}'),
        (429, {"Retry-After": "0"}, '{"message":"Too many requests"}'),
        (503, {}, ""),
        (200, {}, '{"geometry": {"type": "Polyg'),
    ],
)
def test_what_may_pass_is_asked_again(server, fault):
    server.faults = [fault, fault]
    (shape,) = service(server).isochrones(HERE, minutes=[10])[0]
    assert shape.equals(square(3.0, 46.5, 10))
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('{"geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}}', "LineString"),
        ('{"geometry": {"type": "Polygon", "coordinates": []}}', "Polygon"),
        ('{"geometry": {"type": "Polygon", "coordinates": "all"}}', "Polygon"),
        ('{"type": "FeatureCollection", "features": []}', "no geometry"),
        ("[]", "no geometry"),
    ],
)
def test_what_is_no_polygon_is_an_error_and_is_not_kept(server, tmp_path, body, found):
    server.faults = [(200, {}, body)]
    travel = service(server, store=tmp_path / "answers.sqlite")
    with pytest.raises(GeocodingServiceError) as caught:
        travel.isochrones(HERE, minutes=[10])
    assert str(caught.value) == (
        f"ign_isochrone ({server.url}/isochrone): answers with {found} that is no polygon of "
        "GeoJSON; check the base URL and the resource"
    )
    assert travel.isochrones(HERE, minutes=[10])[0, 0] is not None


def test_an_error_that_stays_ends_it_and_what_came_is_kept(server, tmp_path):
    travel = service(server, store=tmp_path / "answers.sqlite")
    travel.isochrones(HERE, minutes=[10])
    server.faults = [(403, {}, '{"message":"Forbidden"}')] * 9
    with pytest.raises(GeocodingServiceError) as caught:
        travel.isochrones(np.vstack([HERE, HERE + 1]), minutes=[10])
    assert str(caught.value) == (
        f"ign_isochrone ({server.url}/isochrone): answers 403 Forbidden (Forbidden); the service "
        "refuses us; a proxy may stand in between"
    )
    assert caught.value.status_code == 403
    server.faults.clear()
    assert travel.isochrones(HERE, minutes=[10])[0, 0] is not None


# --- places without a road ------------------------------------------------------------------------


def test_a_place_off_the_roads_is_told_and_loses_no_other(server, tmp_path):
    server.off_road = {"4.000000,46.500000"}
    places = np.array([[3.0, 46.5], [4.0, 46.5], [5.0, 46.5]])
    travel = service(server, store=tmp_path / "answers.sqlite")
    with pytest.warns(PtceGeoWarning) as caught:
        shapes = travel.isochrones(places, minutes=[10, 20])
    assert str(caught[0].message) == (
        "ign_isochrone: 1 of 3 places have no isochrone, the service knows no road near; they "
        "count as near to none"
    )
    assert [shape is None for shape in shapes[:, 0]] == [False, True, False]
    with pytest.warns(PtceGeoWarning, match="1 of 3 places"):
        pairs = travel.pairs(places, places, minutes=10)
    assert pairs.destination.tolist() == [0, 2]
    # Paris is asked for each number of minutes, and what is off the roads is known as well.
    asked = [point for point, _ in server.asked]
    assert asked.count("4.000000,46.500000") == asked.count(PARIS) == 2


def test_a_service_that_refuses_paris_too_is_an_error(server, tmp_path):
    server.off_road = {"*"}
    travel = service(server, store=tmp_path / "answers.sqlite")
    with pytest.raises(GeocodingServiceError) as caught:
        travel.isochrones(HERE, minutes=[10])
    assert str(caught.value) == (
        f"ign_isochrone ({server.url}/isochrone): answers 400 Bad Request (No suitable edges "
        "near location); correct what was asked"
    )
    server.off_road = set()
    assert travel.isochrones(HERE, minutes=[10])[0, 0] is not None


# --- what cannot be used --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"profile": "horse"}, "profile: expected one of car, pedestrian, found 'horse'"),
        ({"steps": ()}, "minutes: expected numbers above 0, each once; found ()"),
        ({"steps": (0, 10)}, "minutes: expected numbers above 0, each once; found (0, 10)"),
        ({"requests_per_second": 0}, "requests_per_second: expected 1 or more, found 0"),
        ({"requests_per_second": "a"}, "requests_per_second: expected 1 or more, found a"),
        (
            {"base_url": "data.geopf.fr"},
            "ign_isochrone: 'data.geopf.fr' is no address of a server; give one such as "
            "https://host/path",
        ),
        (
            {"base_url": "http://data.geopf.fr/navigation"},
            "ign_isochrone: http://data.geopf.fr/navigation would send addresses unencrypted; "
            "write https://",
        ),
    ],
)
def test_what_is_no_setting_is_refused(options, told):
    with pytest.raises(InputError) as caught:
        IgnIsochrones(**options)
    assert str(caught.value) == told


def test_minutes_are_checked_before_anything_is_asked(server):
    for minutes in ([0], [-5], [10, 10], [np.inf]):
        with pytest.raises(InputError, match="minutes: expected numbers above 0, each once"):
            service(server).isochrones(HERE, minutes=minutes)
    with pytest.raises(InputError, match="minutes: expected numbers above 0, each once"):
        service(server).pairs(HERE, HERE, minutes=0)
    assert server.asked == []
