"""Members placed by the API "Recherche d'entreprises": what it is asked, what it answers."""

import json

import pandas as pd
import pytest
from sirene_server import SireneServer, establishment, unit

from ptce_geo import schema
from ptce_geo.errors import GeocodingServiceError, InputError
from ptce_geo.files.siret import is_siret
from ptce_geo.geocoding.sirene import api as sirene_api
from ptce_geo.geocoding.sirene.geocoder import SireneGeocoder
from ptce_geo.territories import territory_table

SEAT, BRANCH, CLOSED = "73282932000074", "73282932000082", "73282932000090"
PARIS = "55208131766522"
HIDDEN = "80020303200019"


@pytest.fixture(scope="module")
def units():
    """Units as the API has them; their SIRETs pass the check."""
    seat = establishment(
        SEAT,
        est_siege=True,
        numero_voie="12",
        indice_repetition="B",
        type_voie="RUE",
        libelle_voie="DE LA PAIX",
        complement_adresse="BATIMENT A",
        adresse="BATIMENT A 12 B RUE DE LA PAIX 42000 SAINT-ETIENNE",
    )
    branch = establishment(
        BRANCH,
        adresse="ZONE INDUSTRIELLE 3 AV DE PARIS CS 10203 69603 VILLEURBANNE CEDEX",
        code_postal="69100",
        commune="69266",
        libelle_commune="VILLEURBANNE",
        latitude="45.7719",
        longitude="4.8902",
        tranche_effectif_salarie="NN",
    )
    closed = establishment(CLOSED, etat_administratif="F", adresse="LE BOURG 42140 CHEVRIERES")
    closed |= {"commune": "42062", "code_postal": "42140", "libelle_commune": "CHEVRIERES"}
    paris = establishment(
        PARIS,
        adresse="22 RUE DE LA FOLIE MERICOURT 75011 PARIS",
        code_postal="75011",
        commune="75111",
        libelle_commune="PARIS 11",
        latitude="48.8612",
        longitude="2.3722",
    )
    hidden = establishment(
        HIDDEN,
        adresse="[NON-DIFFUSIBLE]",
        code_postal="[NON-DIFFUSIBLE]",
        latitude="[ND]",
        longitude="[ND]",
        activite_principale=None,
    )
    return [
        unit("732829320", "TISSERIE DU FOREZ (TDF)", seat, branch, closed, sigle="TDF"),
        unit("552081317", "ATELIER SOLIDAIRE", paris, nature_juridique="5458", complements={}),
        unit("800203032", "JEANNE MARTIN", hidden, nature_juridique="1000"),
    ]


@pytest.fixture
def server(units, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    # What the service allows is another test's affair.
    monkeypatch.setattr(sirene_api, "REQUESTS_PER_SECOND", 1000)
    monkeypatch.setattr("ptce_geo.session.BACKOFF_S", 0.01)
    with SireneServer(units) as running:
        yield running


def ask(server, *rows, **kw):
    return SireneGeocoder(base_url=server.url, **kw).locate(pd.DataFrame(list(rows)))


def test_the_sirets_of_these_tests_are_some():
    assert all(map(is_siret, (SEAT, BRANCH, CLOSED, PARIS, HIDDEN)))


def test_the_establishment_of_that_very_siret_is_taken(server):
    found = ask(server, {"siret": SEAT}, {"siret": BRANCH})
    assert found["geocode_status"].tolist() == ["accepted", "accepted"]
    assert found["geocode_reason"].tolist() == ["siret_found", "siret_found"]
    assert found["longitude"].tolist() == [4.3872, 4.8902]
    assert found["code_commune"].tolist() == ["42218", "69266"]
    assert found["found_number"].tolist() == ["12 bis", "3"]
    assert found["found_street"].tolist() == ["RUE DE LA PAIX", "AV DE PARIS"]
    # not the CEDEX code, which is no postcode of the town
    assert found["found_postcode"].tolist() == ["42000", "69100"]
    assert found["found_city"].tolist() == ["SAINT-ETIENNE", "VILLEURBANNE"]
    assert found["sirene_staff_band"].tolist() == ["03", "NN"]
    assert (found["sirene_name"] == "TISSERIE DU FOREZ (TDF)").all()
    assert (found["sirene_ess"] == "true").all()
    assert (found["sirene_legal_form"] == "9220").all()
    assert (found["sirene_activity"] == "13.20Z").all()
    assert (found["geocode_precision"] == "housenumber").all()
    assert (found["geocode_score"] == 0.8).all()


def test_what_is_asked_holds_no_more_than_the_siret(server):
    ask(server, {"siret": SEAT, "member_name": "Jean", "address": "3 rue X", "city": "Lyon"})
    ask(server, {"siret": f" {SEAT[:3]} {SEAT[3:]} "}, {"siret": SEAT})
    expected = {
        "q": SEAT,
        "minimal": "true",
        "include": "siege,complements,matching_etablissements",
    }
    # The same SIRET is asked once a batch.
    assert server.queries == [expected, expected]
    assert all(agent.startswith("ptce_geo/") for agent in server.agents)


def test_an_establishment_of_the_unit_is_not_taken_for_the_one_asked(server):
    # The server knows the unit, and answers with its seat only.
    other = json.dumps({"results": [unit("732829320", "TISSERIE", establishment(BRANCH))]})
    server.failures.append((200, {}, other.encode()))
    found = ask(server, {"siret": SEAT}).iloc[0]
    assert found["geocode_status"] == "rejected"
    assert found["geocode_reason"] == f"siret_not_found: {SEAT}"
    assert pd.isna(found["longitude"])


def test_closed_ones_go_to_review_and_the_seat_is_offered(server):
    found = ask(server, {"siret": CLOSED, "city": "Chevrières", "postcode": "42140"}).iloc[0]
    assert found["geocode_status"] == "review"
    assert found["geocode_reason"] == "establishment_closed"
    assert found["sirene_state"] == "F"
    assert found["geocode_precision"] == "locality"
    seat = f"TISSERIE DU FOREZ (TDF), BATIMENT A 12 B RUE DE LA PAIX 42000 SAINT-ETIENNE, {SEAT}"
    assert found["geocode_candidates"] == seat


def test_the_arrondissement_is_not_the_commune(server):
    found = ask(server, {"siret": PARIS, "city": "Paris"}).iloc[0]
    assert (found["code_commune"], found["longitude"]) == ("75056", 2.3722)
    assert found["geocode_status"] == "accepted"
    assert pd.isna(found["sirene_ess"])  # not told


def test_what_is_not_to_be_published_is_missing_and_persons_have_no_name(server):
    found = ask(server, {"siret": HIDDEN}).iloc[0]
    commune = territory_table("commune").loc["42218"]
    assert found["geocode_reason"] == "siret_at_commune"
    assert (found["longitude"], found["latitude"]) == (commune["longitude"], commune["latitude"])
    assert found["geocode_label"] == "Saint-Étienne"
    assert found["sirene_activity"] == "94.99Z"  # of the unit, where the establishment has none
    assert pd.isna(found[["sirene_name", "sirene_address", "found_street"]]).all()
    assert "DIFFUS" not in " ".join(map(str, found))


@pytest.mark.parametrize(
    ("line", "number", "street", "precision"),
    [
        ("5 RUE DES LILAS 42000 SAINT-ETIENNE", "5", "RUE DES LILAS", "housenumber"),
        ("BAT 3 12 TER CHE DU PRE 42000 SAINT-ETIENNE", "12 ter", "CHE DU PRE", "housenumber"),
        ("5-7 BD JULES JANIN 42000 SAINT-ETIENNE", "5", "BD JULES JANIN", "housenumber"),
        ("14 LE BOURG 42140 CHEVRIERES", "14", "LE BOURG", "housenumber"),
        ("RUE DU 11 NOVEMBRE 42000 SAINT-ETIENNE", "", "RUE DU 11 NOVEMBRE", "street"),
        ("RES LE PARC ALLEE B 42000 SAINT-ETIENNE", "", "ALLEE B", "street"),
        ("LE GRAND CLOS 42140 CHEVRIERES", "", "LE GRAND CLOS", "locality"),
        ("42000 SAINT-ETIENNE", "", None, "municipality"),
        ("BP 12 42000 SAINT-ETIENNE CEDEX 2", "", None, "municipality"),
        ("", "", None, "municipality"),
    ],
)
def test_how_exact_a_point_is_is_told_by_the_address(server, line, number, street, precision):
    one = establishment(SEAT, adresse=line, code_postal=None, libelle_commune=None)
    answer = {"results": [unit("732829320", "X", one)]}
    server.failures.append((200, {}, json.dumps(answer).encode()))
    found = ask(server, {"siret": SEAT}).iloc[0]
    assert found["geocode_precision"] == precision
    assert (found["found_number"] if number else "") == number
    assert found["found_street"] == street if street else pd.isna(found["found_street"])


ODD = [
    {"latitude": "6476000.1", "longitude": "808000.2"},  # metres where degrees are told
    {"latitude": None, "longitude": None},
    {"latitude": "", "longitude": ""},
    {"latitude": ["45"], "longitude": {"x": 1}},
    {"adresse": None, "latitude": 45.44, "longitude": 4.39},
]


@pytest.mark.parametrize("cells", ODD)
def test_odd_cells_cost_the_point_and_nothing_else(server, cells):
    answer = {"results": ["?", unit("732829320", "X", establishment(SEAT, **cells)), None]}
    server.failures.append((200, {}, json.dumps(answer).encode()))
    found = ask(server, {"siret": SEAT}).iloc[0]
    assert found["geocode_reason"] == "siret_at_commune"
    assert found["code_commune"] == "42218"


def test_units_without_the_parts_asked_for(server):
    for odd in ({"siege": None}, {"matching_etablissements": None}, {"complements": None}):
        seat = establishment(SEAT)
        whole = unit("732829320", "X", seat) | {"matching_etablissements": [seat]} | odd
        server.failures.append((200, {}, json.dumps({"results": [whole]}).encode()))
        assert ask(server, {"siret": SEAT})["geocode_status"].tolist() == ["accepted"]


def test_an_establishment_abroad_is_in_no_commune(server):
    abroad = establishment(SEAT, commune=None, libelle_pays_etranger="BELGIQUE", latitude=None)
    answer = {"results": [unit("732829320", "X", abroad)]}
    server.failures.append((200, {}, json.dumps(answer).encode()))
    found = ask(server, {"siret": SEAT}).iloc[0]
    assert (found["geocode_status"], found["geocode_reason"]) == (
        "rejected",
        "other_country: BELGIQUE",
    )
    assert found["sirene_state"] == "A"


# By name.


def test_a_name_in_its_commune_goes_to_review(server):
    row = {"member_name": "Tisserie du Forez", "city": "SAINT ETIENNE", "postcode": "42000"}
    found = ask(server, row).iloc[0]
    assert server.queries[0]["q"] == "Tisserie du Forez"
    assert server.queries[0]["code_commune"] == "42218"
    assert found["geocode_status"] == "review"
    assert found["geocode_reason"] == "found_by_name: TISSERIE DU FOREZ (TDF)"
    assert found["code_commune"] == "42218"
    assert 0 < found["geocode_score"] <= 0.8
    assert found["geocode_margin"] == 1.0
    assert SEAT in found["geocode_candidates"]
    assert BRANCH not in found["geocode_candidates"]


def test_the_same_name_and_address_as_the_register_is_never_accepted(server):
    row = {
        "member_name": "TISSERIE DU FOREZ (TDF)",
        "address": "12 bis rue de la Paix",
        "postcode": "42000",
        "city": "Saint-Étienne",
    }
    assert ask(server, row)["geocode_status"].tolist() == ["review"]


def test_paris_is_searched_by_its_arrondissements(server):
    found = ask(server, {"member_name": "Atelier solidaire", "city": "Paris"}).iloc[0]
    codes = server.queries[0]["code_commune"].split(",")
    assert codes == [f"751{number:02d}" for number in range(1, 21)]
    assert (found["code_commune"], found["geocode_status"]) == ("75056", "review")


def test_without_a_sure_commune_a_name_is_searched_everywhere(server):
    found = ask(server, {"member_name": "Tisserie du Forez", "city": "Saint-Denis"}).iloc[0]
    assert "code_commune" not in server.queries[0]
    assert found["geocode_status"] == "review"
    # closed ones are no candidates
    assert CLOSED not in found["geocode_candidates"]
    assert BRANCH in found["geocode_candidates"]
    assert found["geocode_margin"] == 0.0


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"member_name": "Les Jardins du Pilat"}, "name_not_found: Les Jardins du Pilat"),
        ({"member_name": "Forez"}, "name_not_found: Forez"),
        (
            {"member_name": "Tisserie du Forez", "city": "Brest"},
            "name_not_found: Tisserie du Forez",
        ),
        ({"member_name": None}, "no_siret"),
        ({"member_name": "  "}, "no_siret"),
        ({"siret": "nc"}, "no_siret"),
    ],
)
def test_names_that_are_not_found(server, row, reason):
    found = ask(server, row).iloc[0]
    assert (found["geocode_status"], found["geocode_reason"]) == ("rejected", reason)
    assert pd.isna(found["longitude"])


@pytest.mark.parametrize("name", ["ab", "12345678901234", "=1+1", "…", "a b", "\x00\x01"])
def test_names_that_are_none_are_not_sent(server, name):
    found = ask(server, {"member_name": name, "city": "Lyon"}).iloc[0]
    assert found["geocode_reason"].startswith(("name_not_found", "no_siret"))
    assert server.asked == []


def test_names_are_sent_on_demand_only(server):
    geocoder = SireneGeocoder(base_url=server.url, by_name=False)
    assert "member_name" not in geocoder.columns
    found = geocoder.locate(pd.DataFrame({"member_name": ["Tisserie du Forez"], "siret": [""]}))
    assert found["geocode_reason"].tolist() == ["no_siret"]
    assert server.asked == []


def test_a_siret_that_is_wrong_or_unknown_is_not_replaced_by_a_name(server):
    rows = [
        {"siret": SEAT[:-1] + "5", "member_name": "Tisserie du Forez", "city": "Saint-Étienne"},
        {"siret": "35600000009075", "member_name": "Tisserie du Forez", "city": "Saint-Étienne"},
        {"siret": "4,90812E+13", "member_name": "Tisserie du Forez", "city": "Saint-Étienne"},
    ]
    found = ask(server, *rows)
    assert found["geocode_reason"].tolist() == [
        f"siret_invalid: {rows[0]['siret']}",
        "siret_not_found: 35600000009075",
        "siret_invalid: 4,90812E+13",
    ]
    assert (found["geocode_status"] == "rejected").all()
    assert [query["q"] for query in server.queries] == ["35600000009075"]


def test_the_same_name_is_asked_once(server):
    row = {"member_name": "Tisserie du Forez", "city": "Saint-Étienne"}
    found = ask(server, row, row, row | {"city": "Villeurbanne"})
    assert len(server.asked) == 2
    assert found["code_commune"].tolist() == ["42218", "42218", "69266"]


def test_one_name_that_is_refused_does_not_cost_the_others(server):
    server.failures.append((400, {}, '{"erreur": "Paramètre non valide"}'.encode()))
    names = ["Structure étrange", "Tisserie du Forez"]
    found = ask(server, *({"member_name": name, "city": "Saint-Étienne"} for name in names))
    assert found["geocode_reason"].tolist() == [
        "name_refused: Structure étrange",
        "found_by_name: TISSERIE DU FOREZ (TDF)",
    ]


# When the service does not do as it should.


def test_too_many_requests_are_waited_for(server):
    server.failures += [(429, {"Retry-After": "0"}, b'{"erreur": "Trop"}'), (503, {}, b"")]
    assert ask(server, {"siret": SEAT})["geocode_status"].tolist() == ["accepted"]
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("failure", "status", "words"),
    [
        ((400, {}, '{"erreur": "Veuillez indiquer un paramètre."}'.encode()), 400, "Veuillez"),
        ((429, {"Retry-After": "3600"}, b"{}"), 429, "asks to wait 3600 s"),
        ((403, {"Content-Type": "text/html"}, b"<html>no</html>"), 403, "refuses"),
        ((200, {"Content-Type": "text/html"}, b"<html>login</html>"), 200, "a web page"),
        ((200, {}, b'{"features": []}'), None, "has no list of results"),
        ((200, {}, b'{"results": {}}'), None, "has no list of results"),
        ((200, {}, b"[]"), None, "has no list of results"),
    ],
)
def test_a_service_that_fails_is_told_in_one_line(server, failure, status, words):
    server.failures += [failure] * 10
    with pytest.raises(GeocodingServiceError) as caught:
        ask(server, {"siret": SEAT})
    assert caught.value.status_code == status
    assert words in str(caught.value)
    assert str(caught.value).startswith("Recherche d'entreprises (http://127.0.0.1:")
    assert "\n" not in str(caught.value)


def test_seven_requests_a_second_are_never_exceeded(units, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with SireneServer(units) as server:
        server.per_second = 7
        sirets = [siret for n in range(500) if is_siret(siret := f"732829320{n:05d}")][:20]
        # Two geocoders of one process count together.
        half = pd.DataFrame({"siret": sirets[:10]}), pd.DataFrame({"siret": sirets[10:]})
        for part in half:
            found = SireneGeocoder(base_url=server.url).locate(part)
            assert found["geocode_status"].notna().all()
        assert server.refused == 0
        times = [when for when, _ in server.asked]
        assert len(times) == 20
        # The server sees the eighth a second after the first.
        assert all(later - first >= 1.0 for first, later in zip(times, times[7:], strict=False))


def test_what_the_store_is_told():
    geocoder = SireneGeocoder()
    assert geocoder.name == "sirene"
    assert geocoder.register
    assert geocoder.needs_network
    assert geocoder.batch_size <= 100
    assert "https://recherche-entreprises.api.gouv.fr" in geocoder.version
    assert set(geocoder.columns) <= {*schema.QUERY_COLUMNS, *schema.REGISTER_COLUMNS}
    assert {"siret", "member_name"} <= set(geocoder.columns)
    elsewhere = SireneGeocoder(base_url="http://127.0.0.1:1")
    assert elsewhere.version != geocoder.version


@pytest.mark.parametrize("url", ["", "recherche", "ftp://x", "http://recherche.api.gouv.fr"])
def test_an_address_that_is_none(url):
    with pytest.raises(InputError):
        SireneGeocoder(base_url=url)
