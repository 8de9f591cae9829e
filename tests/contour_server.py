"""A server of contours on the loopback interface, which can be told to misbehave.

What it serves is real: the embedded France, its outlines simplified, as Etalab publishes them.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import shapely

from ptce_geo.territories import read_territories, simplify_territories

YEAR, RESOLUTION = 2025, "1000m"
# Level → the word Etalab's file begins with, and its properties beside code and nom.
ETALAB = {
    "commune": ("communes", ("departement", "region", "epci")),
    "epci": ("epci", ()),
    "departement": ("departements", ("region",)),
    "region": ("regions", ()),
}
BOX = shapely.box(-61.9, 17.8, -61.8, 17.9)  # in no département


def simplified(level):
    return simplify_territories(read_territories(level), tolerance_m=5000)


def feature(code, nom, shape, **properties):
    """A GeoJSON feature as text; a property of None is left out, as JavaScript does."""
    given = {key: value for key, value in properties.items() if value is not None}
    properties = json.dumps({"code": code, "nom": nom, **given}, ensure_ascii=False)
    geometry = shape if isinstance(shape, str) else shapely.to_geojson(shape)
    return f'{{"type":"Feature","properties":{properties},"geometry":{geometry}}}'


def features(frame, parents):
    columns = [frame[f"code_{name}"] for name in parents]
    columns = [column.astype(object).where(column.notna(), None) for column in columns]
    shapes = shapely.to_geojson(frame.geometry.to_numpy())
    return [
        feature(code, nom, shape, **dict(zip(parents, given, strict=True)))
        for code, nom, shape, *given in zip(
            frame.index, frame["nom"], shapes, *columns, strict=True
        )
    ]


def packed(features):
    text = '{"type":"FeatureCollection","features":[' + ",\n".join(features) + "]}"
    return gzip.compress(text.encode(), 1)


def path_of(level):
    return f"/{YEAR}/geojson/{ETALAB[level][0]}-{RESOLUTION}.geojson.gz"


class ContourServer:
    """Serves `files` (path → bytes) with ETag and ranges, but for the faults it is told.

    Attributes
    ----------
    faults : dict of str to list of str
        What goes wrong with the next GETs of a path, one word each: a status; "cut" or "stalls"
        after half; "cut_without_etag"; "ignores_range"; "other_part" than the one asked for;
        "longer" or "shorter" than the length told.
    asked : list of tuple
        Method, path and header Range of every request.
    agents : set of str
        Who asked.
    moved_to : str or None
        Address of the server that every request is sent on to.
    """

    def __init__(self, files):
        self.files = dict(files)
        self.faults = defaultdict(list)
        self.asked, self.agents, self.moved_to = [], set(), None
        self.stalled, self.go_on = threading.Event(), threading.Event()
        handler = type("Handler", (_Handler,), {"site": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=[0.01], daemon=True).start()

    def ranges(self, path):
        return [asked for method, where, asked in self.asked if (method, where) == ("GET", path)]

    def close(self):
        self.go_on.set()
        self._http.shutdown()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: ContourServer

    def log_message(self, *words):
        pass

    def do_HEAD(self):
        self._answer(with_body=False)

    def do_GET(self):
        self._answer(with_body=True)

    def _answer(self, with_body):
        site = self.site
        site.asked.append((self.command, self.path, self.headers.get("Range")))
        site.agents.add(self.headers.get("User-Agent"))
        if site.moved_to:
            return self._status(302, Location=site.moved_to + self.path)
        faults = site.faults[self.path] if with_body else []
        fault = faults.pop(0) if faults else None
        if fault and fault.isdigit():
            return self._status(int(fault))
        if self.path not in site.files:
            return self._status(404)
        content = site.files[self.path]
        etag = f'"{hash(content)}"'
        start = 0
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and self.headers.get("If-Range") == etag and fault != "ignores_range":
            start = int(asked[1])
            if start >= len(content):
                return self._status(416, **{"Content-Range": f"bytes */{len(content)}"})
        length = len(content) - start
        told = {"longer": length + 1000, "shorter": length // 2}.get(fault, length)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(told))
        if fault == "other_part":
            start += 1
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if fault != "cut_without_etag":
            self.send_header("ETag", etag)
        self.end_headers()
        if not with_body:
            return None
        whole = content[start:][:told]
        half = whole[: len(whole) // 2]
        self.close_connection = fault is not None
        if fault in ("cut", "stalls", "cut_without_etag"):
            self.wfile.write(half)
            self.wfile.flush()
            if fault == "stalls":
                site.stalled.set()
                site.go_on.wait(30)
            return None
        self.wfile.write(whole)
        return None

    def _status(self, code, **headers):
        self.send_response(code)
        if code == 503:
            headers["Retry-After"] = "0"
        if code == 429:
            headers["Retry-After"] = "3600"
        for key, value in {"Content-Length": "0", **headers}.items():
            self.send_header(key, value)
        self.end_headers()
