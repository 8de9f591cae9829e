"""The API "Recherche d'entreprises" on the loopback interface, which can be told to misbehave."""

from __future__ import annotations

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

_SECONDARY = ("siege", "complements", "matching_etablissements", "dirigeants", "finances")


def establishment(siret, **cells):
    """An establishment as the API lists it; what seats have besides is given in `cells`."""
    return {
        "siret": siret,
        "adresse": "12 B RUE DE LA PAIX 42000 SAINT-ETIENNE",
        "code_postal": "42000",
        "commune": "42218",
        "libelle_commune": "SAINT-ETIENNE",
        "latitude": "45.4397",
        "longitude": "4.3872",
        "etat_administratif": "A",
        "activite_principale": "13.20Z",
        "tranche_effectif_salarie": "03",
        "nom_commercial": None,
        "liste_enseignes": None,
        "est_siege": False,
        "geo_id": None,
    } | cells


def unit(siren, name, *establishments, seat=None, **cells):
    """A legal unit; its first establishment is its seat where no other is given."""
    return {
        "siren": siren,
        "nom_complet": name,
        "nom_raison_sociale": name,
        "sigle": None,
        "nature_juridique": "9220",
        "activite_principale": "94.99Z",
        "etat_administratif": "A",
        "siege": seat or establishments[0],
        "complements": {"est_ess": True, "est_association": True},
        "dirigeants": [{"nom": "DUPONT", "prenoms": "JEAN", "type_dirigeant": "personne physique"}],
        "finances": {"2023": {"ca": 1, "resultat_net": 1}},
        "etablissements": list(establishments),
    } | cells


class SireneServer(ThreadingHTTPServer):
    """Serves `units` at /search.

    Parameters
    ----------
    units : list of dict
        What `unit` makes.

    Attributes
    ----------
    asked : list of (float, dict)
        When, and with what parameters.
    failures : list of (int, dict, bytes)
        Status, headers and body that the next requests are answered with, in turn.
    agents : set of str
    """

    daemon_threads = True

    def __init__(self, units=()):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.units = list(units)
        self.asked = []
        self.failures = []
        self.agents = set()
        self.per_second = None
        self.refused = 0
        self.lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def queries(self):
        return [params for _, params in self.asked]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self.shutdown()
        self.server_close()
        self._thread.join()

    def found(self, params):
        """Return the units that the API would: a direct look-up ignores every other filter."""
        term = params.get("q", "").replace(" ", "")
        if re.fullmatch(r"[0-9]{9}|[0-9]{14}", term):
            return [
                self._shown(one, params, lambda known: known["siret"].startswith(term))
                for one in self.units
                if any(known["siret"].startswith(term) for known in one["etablissements"])
            ]
        words = set(re.findall(r"\w+", params.get("q", "").lower()))
        communes = [code for code in params.get("code_commune", "").split(",") if code]
        met = []
        for one in self.units:
            names = " ".join(filter(None, (one["nom_complet"], one["sigle"]))).lower()
            there = not communes or any(k["commune"] in communes for k in one["etablissements"])
            state = params.get("etat_administratif", one["etat_administratif"])
            alike = words & set(re.findall(r"\w+", names))
            if alike and there and state == one["etat_administratif"]:
                inside = (lambda known: known["commune"] in communes) if communes else None
                met.append(self._shown(one, params, inside))
        return met[: int(params.get("per_page", 10))]

    def _shown(self, one, params, matching):
        most = int(params.get("limite_matching_etablissements", 10))
        shown = {key: value for key, value in one.items() if key != "etablissements"}
        meant = [known for known in one["etablissements"] if matching is None or matching(known)]
        shown["matching_etablissements"] = meant[:most]
        if params.get("minimal") == "true":
            kept = params.get("include", "").split(",")
            shown = {k: v for k, v in shown.items() if k not in _SECONDARY or k in kept}
        return shown


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        parts = urlsplit(self.path)
        params = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        now = time.monotonic()
        with server.lock:
            recent = sum(1 for then, _ in server.asked if then > now - 1.0)
            server.asked.append((now, params))
            server.agents.add(self.headers.get("User-Agent"))
            failure = server.failures.pop(0) if server.failures else None
            if failure is None and server.per_second and recent >= server.per_second:
                server.refused += 1
                failure = (429, {"Retry-After": "1"}, b'{"erreur": "Trop de requ\\u00eates"}')
        if failure is not None:
            self._send(*failure)
        elif parts.path != "/search":
            self._send(404, {}, b"<html>Not found</html>")
        elif len(params.get("q", "")) < 3 and "code_commune" not in params:
            self._send(400, {}, json.dumps({"erreur": "3 caractères minimum"}).encode())
        else:
            results = server.found(params)
            answer = {
                "results": results,
                "total_results": len(results),
                "page": 1,
                "per_page": 10,
                "total_pages": 1,
            }
            self._send(200, {"Content-Type": "application/json"}, json.dumps(answer).encode())

    def _send(self, status, headers, body):
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass
