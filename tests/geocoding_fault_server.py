"""A geocoding service on the loopback interface, which can be told to misbehave.

It speaks `/search` and `/search/csv` as the national service does. What it knows is computed:
24 streets of numbers 1 to 60 in each of a few real towns, so that every query has one answer that
a test can work out.
"""

from __future__ import annotations

import csv
import email
import io
import json
import re
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from ptce_geo.territories.names import fold

# Code as the BAN has it, postcode, name, longitude, latitude.
TOWNS = (
    ("42218", "42000", "Saint-Étienne", 4.39, 45.43),
    ("67482", "67000", "Strasbourg", 7.75, 48.58),
    ("54395", "54000", "Nancy", 6.18, 48.69),
    ("29019", "29200", "Brest", -4.49, 48.39),
    ("75111", "75011", "Paris", 2.38, 48.86),
    ("69383", "69003", "Lyon", 4.85, 45.76),
    ("97411", "97400", "Saint-Denis", 55.45, -20.88),
    ("2A004", "20000", "Ajaccio", 8.74, 41.92),
)
STREETS = tuple(
    f"{kind} {name}"
    for kind in ("Rue", "Avenue", "Place", "Chemin")
    for name in ("des Lilas", "Jean Jaurès", "de la Paix", "du Moulin", "Voltaire", "des Écoles")
)
NUMBERS = range(1, 61)
COLUMNS = (
    *("longitude", "latitude", "result_score", "result_score_next", "result_label", "result_type"),
    *("result_id", "result_housenumber", "result_name", "result_street", "result_postcode"),
    *("result_city", "result_citycode", "result_status"),
)
# A query with this word is answered with 500 whatever happens.
POISON = "empoisonnee"
# A query with this word is of the status "skipped" in a file.
SKIPPED = "saute"


def known(street, town, number=None):
    """The properties of an address, its score left out, and its point."""
    code, postcode, name, x, y = TOWNS[town]
    label = STREETS[street] if number is None else f"{number} {STREETS[street]}"
    properties = {
        "label": f"{label} {postcode} {name}",
        "type": "street" if number is None else "housenumber",
        "id": f"{code}_{street:04d}" + ("" if number is None else f"_{number:05d}"),
        "name": label,
        "street": STREETS[street],
        "postcode": postcode,
        "city": name,
        "citycode": code,
    }
    if number is not None:
        properties["housenumber"] = str(number)
    shift = street * 0.001 + (number or 0) * 0.00001
    return properties, (round(x + shift, 6), round(y, 6))


def municipality(town):
    code, postcode, name, x, y = TOWNS[town]
    return {
        "label": name,
        "type": "municipality",
        "id": code,
        "name": name,
        "postcode": postcode,
        "city": name,
        "citycode": code,
    }, (x, y)


def found(text, citycode=""):
    """The likeliest addresses for a query: (properties with score, point), at most two."""
    words = f" {fold(text)} "
    number = re.match(r" ([0-9]+) ", words)
    number = int(number[1]) if number and int(number[1]) in NUMBERS else None
    street = next((n for n, name in enumerate(STREETS) if f" {fold(name)} " in words), None)
    named = next((n for n, town in enumerate(TOWNS) if f" {fold(town[2])} " in words), None)
    asked = next((n for n, town in enumerate(TOWNS) if town[0] == citycode), None)
    if citycode and asked is None:
        return []
    town = named if asked is None else asked
    if town is None:
        return []
    # A filter on another town than the one named: another street of that town, hardly like it.
    elsewhere = named is not None and town != named
    if street is None:
        return [_scored(municipality(town), 0.34 if elsewhere else 0.45)]
    if elsewhere:
        return [_scored(known((street + 1) % len(STREETS), town), 0.41)]
    first = _scored(known(street, town, number), 0.77 if number is None else 0.97)
    return [first, _scored(known((street + 6) % len(STREETS), town, number), 0.61)]


def _scored(address, score):
    properties, point = address
    return {**properties, "score": score}, point


class GeocodingServer:
    """Answers what `found` computes, but for the faults it is told.

    Attributes
    ----------
    faults : dict of str to list of str
        What goes wrong with the next requests of a path, one word each, "" for nothing:
        a status ("429" and "503" come with `retry_after`); "drip" (a byte now and then);
        "cut" (less than the length told); "truncated" (less, and the length told is that);
        "reordered" columns; "shuffled" rows; "lost" and "doubled" rows; "count" (a wrong
        x-rows-count); "html"; "redirect" elsewhere; "same_host" (a redirect within the server);
        "empty"; "scalar"; "garbage" (half of a JSON); "no_number" (the row numbers are gone);
        "close" (no answer at all).
    choose : callable, optional
        Given the path, the fault of a request for which `faults` names none.
    retry_after : str
        What 429 and 503 ask to wait.
    requests : list of tuple
        When each request came (`time.monotonic`), its path, and the fault it met.
    rows : list of str
        The queries of every row that a file was answered for.
    files : bool
        Whether `/search/csv` is served at all.
    filters : bool
        Whether a file may have a filter; addok 1.3 with addok-csv 1.1 fails on it.
    """

    def __init__(self, *, choose=None, retry_after="0", files=True):
        self.faults = defaultdict(list)
        self.choose, self.retry_after, self.files = choose, retry_after, files
        self.filters = True
        self.requests, self.rows, self.agents, self.queries = [], [], set(), []
        self.forms, self.sizes = [], []
        self.lock = threading.Lock()
        self.stop = threading.Event()
        handler = type("Handler", (_Handler,), {"site": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=[0.01], daemon=True).start()

    def times(self, path=None):
        return sorted(when for when, where, _ in self.requests if path in (None, where))

    def most_in_a_second(self):
        """The most requests that came within any second."""
        times = self.times()
        most = first = 0
        for last, when in enumerate(times):
            while when - times[first] >= 1:
                first += 1
            most = max(most, last - first + 1)
        return most

    def close(self):
        self.stop.set()
        self._http.shutdown()
        self._http.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    site: GeocodingServer

    def log_message(self, *words):
        pass

    def do_GET(self):
        fault = self._begin()
        if self._misbehaves(fault):
            return
        if self._path() != "/search":
            self._send(404, b'{"code":404,"message":"Not Found"}')
            return
        query = parse_qs(urlsplit(self.path).query)
        text = query.get("q", [""])[0]
        with self.site.lock:
            self.site.queries.append({key: value[0] for key, value in query.items()})
        if POISON in text:
            self._send(500, b'{"code":500,"message":"An unexpected error has occurred"}')
            return
        if not 3 <= len(text) <= 200 or not text[0].isalnum():
            said = "q: must contain between 3 and 200 chars and start with a number or a letter"
            error = {"code": 400, "message": "Failed parsing query", "detail": [said]}
            self._send(400, json.dumps(error).encode())
            return
        limit = int(query.get("limit", ["5"])[0])
        features = [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": list(point)},
                "properties": properties,
            }
            for properties, point in found(text, query.get("citycode", [""])[0])[:limit]
        ]
        body = json.dumps({"type": "FeatureCollection", "features": features}).encode()
        self._send(200, body, fault=fault)

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        fault = self._begin()
        if self._misbehaves(fault):
            return
        if self._path() != "/search/csv" or not self.site.files:
            self._send(404, b'{"code":404,"message":"Not Found"}')
            return
        file, form = _form(self.headers["Content-Type"], body)
        with self.site.lock:
            self.site.forms.append(form)
            self.site.sizes.append(len(file))
        answer = _answered(file, form, fault, self.site)
        if answer is None:
            self._send(500, b"<html>Internal Server Error</html>", kind="text/html")
            return
        text, rows = answer
        content = text.encode()
        if fault == "truncated":
            content = content[: len(content) * 2 // 3]
        count = rows + 7 if fault == "count" else rows
        self._send(200, content, kind="text/csv; charset=utf-8", fault=fault, rows=count)

    def _path(self):
        return urlsplit(self.path).path.removeprefix("/moved")

    def _begin(self):
        site, path = self.site, self._path()
        with site.lock:
            planned = site.faults[path]
            fault = planned.pop(0) if planned else site.choose(path) if site.choose else ""
            site.requests.append((time.monotonic(), path, fault))
            site.agents.add(self.headers.get("User-Agent"))
        return fault

    def _misbehaves(self, fault):
        """Answer with a fault that has nothing to do with what is asked; return whether it did."""
        if fault.isdigit():
            wait = {"Retry-After": self.site.retry_after} if fault in ("429", "503") else {}
            self._send(int(fault), b'{"code":%s,"message":"Fault"}' % fault.encode(), **wait)
        elif fault == "close":
            self.close_connection = True
        elif fault == "html":
            self._send(200, b"<!DOCTYPE html><html>Log in</html>", kind="text/html; charset=utf-8")
        elif fault == "redirect":
            self._send(302, b"", Location="http://elsewhere.invalid/search")
        elif fault == "same_host":
            self._send(307, b"", Location=f"/moved{self.path}")
        elif fault == "empty":
            self._send(200, b"")
        elif fault == "scalar":
            self._send(200, b'"hello"')
        elif fault == "garbage":
            self._send(200, b'{"type": "FeatureColl')
        else:
            return False
        return True

    def _send(self, status, body, *, kind="application/json", fault="", rows=None, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if rows is not None:
            self.send_header("x-rows-count", str(rows))
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        if fault == "cut":
            self.close_connection = True
            self.wfile.write(body[: len(body) // 2])
        elif fault == "drip":
            self.close_connection = True
            for position in range(len(body)):
                try:
                    self.wfile.write(body[position : position + 1])
                except OSError:
                    return
                if self.site.stop.wait(0.02):
                    return
        else:
            self.wfile.write(body)


def _form(kind, body):
    """The file of a form, and its other fields as pairs."""
    message = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    file, form = b"", []
    for part in message.get_payload():
        name = part.get_param("name", header="Content-Disposition")
        content = part.get_payload(decode=True)
        if name == "data":
            file = content
        else:
            form.append((name, content.decode()))
    return file, form


def _answered(file, form, fault, site):
    """The CSV that answers a file, and its number of rows; None where it breaks the server."""
    header, *rows = csv.reader(io.StringIO(file.decode(), newline=""))
    columns = [value for key, value in form if key == "columns"]
    filters = dict(form).get("citycode")
    answered = []
    for cells in rows:
        row = dict(zip(header, cells, strict=True))
        text = " ".join(row[column] for column in columns)
        if POISON in text or (filters and not site.filters):
            return None
        answered.append({**row, **_cells(text, row.get(filters, ""))})
    names = [*header, *COLUMNS]
    if fault == "lost":
        answered = [row for n, row in enumerate(answered) if n % 3 != 1]
    if fault == "doubled":
        answered = [row for n, row in enumerate(answered) for _ in range(1 + (n % 4 == 1))]
    if fault == "shuffled":
        answered.reverse()
    if fault == "reordered":
        names.reverse()
    if fault == "no_number":
        names.remove(header[0])
    with site.lock:
        site.rows += [row["q"] for row in answered if row[header[0]].isdigit()]
    output = io.StringIO()
    writer = csv.DictWriter(output, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(answered)
    return output.getvalue(), len(answered)


def _cells(text, citycode):
    if SKIPPED in text:
        return {"result_status": "skipped"}
    results = found(text, citycode)
    if not results:
        return {"result_status": "not-found"}
    properties, (x, y) = results[0]
    following = {"result_score_next": results[1][0]["score"]} if len(results) > 1 else {}
    cells = {f"result_{key}": value for key, value in properties.items()}
    return {**cells, **following, "longitude": x, "latitude": y, "result_status": "ok"}
