"""Several geocoders in turn: who is asked for what, whose answer counts, what is compared."""

import math
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from ptce_geo import schema
from ptce_geo.geocoding import CommuneGeocoder, geocode
from ptce_geo.geocoding.ban_index import BanIndexGeocoder, build_ban_index
from ptce_geo.geocoding.policy import AcceptancePolicy
from ptce_geo.geocoding.store import AnswerStore
from ptce_geo.schema import ACCEPTED, REJECTED, REVIEW
from ptce_geo.words import LABELS

# Town hall of Saint-Étienne, about; the code of the commune.
CENTRE = (4.3873, 45.4397)


def answer(longitude=4.39, latitude=45.44, **others):
    """Return the answer of a geocoder that has found a house number in Saint-Étienne."""
    return {
        "longitude": longitude,
        "latitude": latitude,
        "geocode_provider": "fake",
        "geocode_precision": "housenumber",
        "geocode_score": 0.97,
        "geocode_margin": 0.5,
        "geocode_label": "3 Rue Foch 42000 Saint-Étienne",
        "geocode_status": ACCEPTED,
        "geocode_reason": "address_found",
        "code_commune": "42218",
        "found_street": "Rue Foch",
        "found_postcode": "42000",
        **others,
    }


NOTHING = {"geocode_status": REJECTED, "geocode_reason": "address_not_found", "geocode_score": 0.0}


@dataclass
class Fake:
    """Answers by the text of the address, and writes down what it is asked."""

    name: str
    answers: dict = field(default_factory=dict)
    default: dict = field(default_factory=lambda: NOTHING)
    register: bool = False
    needs_network: bool = False
    version: str = "1"
    asked: list = field(default_factory=list)

    @property
    def columns(self):
        return (*schema.QUERY_COLUMNS, schema.SIRET)

    def locate(self, queries):
        texts = queries["address"].fillna("").tolist()
        self.asked.append(texts)
        rows = [self.answers.get(text, self.default) for text in texts]
        known = [*schema.GEOCODE_COLUMNS, *schema.FURTHER_COLUMNS]
        columns = [name for name in known if any(name in row for row in rows)]
        columns = list(dict.fromkeys([*schema.GEOCODE_COLUMNS, *columns]))
        found = pd.DataFrame(rows, index=queries.index).reindex(columns=columns)
        return found.astype({name: schema.GEOCODE_DTYPES.get(name, "str") for name in columns})


def register(**answers):
    found = {text.replace("_", " "): one for text, one in answers.items()}
    return Fake("register", found, {**NOTHING, "geocode_reason": "siret_not_found"}, register=True)


def by_siret(longitude=4.39, latitude=45.44, **others):
    return answer(longitude, latitude, **{"geocode_reason": "siret_found", **others})


def members(*addresses, **columns):
    known = {"address": addresses, "postcode": "42000", "city": "Saint-Étienne"}
    return pd.DataFrame({**known, **columns}, index=[f"m{i}" for i in range(len(addresses))])


def run(frame, *geocoders, **options):
    return geocode(frame, geocoders, progress=False, **options)


# --- who is asked ------------------------------------------------------------------------------


def test_each_is_asked_for_what_those_before_it_left():
    first = Fake("first", {"3 rue Foch": answer()})
    second = Fake("second", {"4 rue Foch": answer(4.391)})
    third = Fake("third", {"5 rue Foch": answer(4.392)})
    frame = members("3 rue Foch", "4 rue Foch", "5 rue Foch", "6 rue Foch")
    found = run(frame, first, second, third)
    assert first.asked == [["3 rue Foch", "4 rue Foch", "5 rue Foch", "6 rue Foch"]]
    assert second.asked == [["4 rue Foch", "5 rue Foch", "6 rue Foch"]]
    assert third.asked == [["5 rue Foch", "6 rue Foch"]]
    assert found["longitude"].tolist()[:3] == [4.39, 4.391, 4.392]
    assert found["geocode_status"].tolist() == [ACCEPTED] * 3 + [REJECTED]
    assert found.index.tolist() == ["m0", "m1", "m2", "m3"]


def test_nobody_is_asked_when_nothing_is_left():
    first, second = Fake("first", default=answer()), Fake("second")
    run(members("3 rue Foch"), first, second)
    assert second.asked == []


def test_one_address_is_asked_once():
    first = Fake("first", default=answer())
    found = run(members(*["3 rue Foch"] * 5, "4 rue Foch"), first)
    assert first.asked == [["3 rue Foch", "4 rue Foch"]]
    assert len(found) == 6


def test_of_those_that_reject_the_last_has_the_word():
    first = Fake("first", default={**NOTHING, "geocode_reason": "no_address"})
    second = Fake("second", default={**NOTHING, "geocode_reason": "address_not_found"})
    found = run(members("3 rue Foch"), first, second)
    assert found["geocode_reason"].tolist() == ["address_not_found"]
    assert found[["longitude", "geocode_provider"]].isna().all(axis=None)
    assert found.geometry.isna().all()


def test_what_the_list_declares_is_never_asked():
    frame = members(
        *("3 rue Foch", "4 rue Foch", "5 rue Foch"),
        longitude=[4.38, None, None],
        latitude=[45.43, None, None],
        code_commune=[None, "42218", None],
    )
    one, other = Fake("one", default=answer(4.5)), register(**{"3_rue_Foch": by_siret(4.5)})
    found = run(frame, other, one)
    assert other.asked == one.asked == [["5 rue Foch"]]
    assert found["geocode_provider"].tolist() == ["declared", "declared", "fake"]
    assert found["longitude"].iloc[0] == 4.38


def test_an_empty_frame():
    one = Fake("one", default=answer())
    found = run(members(), one, CommuneGeocoder())
    assert one.asked == []
    assert len(found) == 0
    assert isinstance(found, gpd.GeoDataFrame)


# --- doubts ------------------------------------------------------------------------------------

DOUBTS = {
    "low_score": answer(geocode_score=0.4),
    "several_answers": answer(geocode_margin=0.0),
    "street_in_doubt": answer(found_street="Rue Gambetta"),
    # What the register itself is unsure of
    "siret_street_probable": answer(
        geocode_status=REVIEW, geocode_reason="siret_street_probable: 21"
    ),
}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_doubt_of_the_street_goes_on_to_the_next_geocoder(doubt):
    first = Fake("first", default=DOUBTS[doubt])
    second = Fake("second", default=answer(4.395, geocode_provider="second"))
    found = run(members("3 rue Foch"), first, second).iloc[0]
    assert second.asked == [["3 rue Foch"]]
    assert (found["geocode_provider"], found["geocode_status"]) == ("second", ACCEPTED)
    assert (found["longitude"], found["geocode_reason"]) == (4.395, "address_found")


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("last", [NOTHING, None])
def test_a_doubt_of_the_street_that_nobody_solves_ends_at_the_commune(doubt, last):
    first = Fake("first", default=DOUBTS[doubt])
    others = [Fake("last", default=last)] if last else []
    found = run(members("3 rue Foch"), first, *others).iloc[0]
    town = CommuneGeocoder().locate(members("3 rue Foch")).iloc[0]
    assert found["geocode_status"] == ACCEPTED
    assert found["geocode_precision"] == "municipality"
    assert found["geocode_provider"] == "commune"
    assert found[["longitude", "latitude"]].equals(town[["longitude", "latitude"]])
    assert found["geocode_reason"].partition(":")[0] == doubt
    # The street found is kept for a person to choose.
    score = f"{DOUBTS[doubt]['geocode_score']:.2f}"
    assert found["geocode_candidates"] == f"3 Rue Foch 42000 Saint-Étienne ({score})"


def test_the_street_in_doubt_stands_before_the_other_candidates():
    doubtful = answer(geocode_margin=0.0, geocode_candidates="Rue Fock 42000 Saint-Étienne (0.96)")
    found = run(members("3 rue Foch"), Fake("first", default=doubtful)).iloc[0]
    assert found["geocode_candidates"] == (
        "3 Rue Foch 42000 Saint-Étienne (0.97) | Rue Fock 42000 Saint-Étienne (0.96)"
    )


def test_a_doubt_of_the_street_stays_to_review_where_the_commune_is_not_sure_or_not_enough():
    doubtful = Fake("first", default=answer(geocode_score=0.4))
    # No town: Saint-Denis is in two départements.
    vague = members("3 rue Foch").assign(postcode=None, city="Saint-Denis")
    found = run(vague, doubtful, CommuneGeocoder()).iloc[0]
    assert (found["geocode_status"], found["longitude"]) == (REVIEW, 4.39)
    fine = AcceptancePolicy(min_precision="street")
    found = run(members("3 rue Foch"), doubtful, CommuneGeocoder(), policy=fine).iloc[0]
    assert (found["geocode_status"], found["longitude"]) == (REVIEW, 4.39)
    assert found["geocode_reason"].startswith("low_score: 0.40")


def test_a_doubt_of_the_commune_asks_nobody_else():
    first = Fake("first", default=answer(code_commune="69123"))
    second = Fake("second", default=answer())
    found = run(members("3 rue Foch"), first, second).iloc[0]
    assert second.asked == []
    assert (found["geocode_status"], found["longitude"]) == (REVIEW, 4.39)
    assert found["geocode_reason"].startswith("commune_contradicts: Saint-Étienne (42218) ≠ 3 Rue")


def test_the_better_of_two_answers_counts_and_of_two_as_good_the_first():
    frame = members("3 rue Foch")
    doubtful = Fake("first", default=answer(geocode_score=0.4, geocode_provider="first"))
    worse = Fake("second", default=answer(geocode_score=0.3, geocode_provider="second"))
    fine = AcceptancePolicy(min_precision="street")
    found = run(frame, doubtful, worse, policy=fine).iloc[0]
    assert (found["geocode_provider"], found["geocode_score"]) == ("first", 0.4)
    found = run(frame, doubtful, Fake("second"), policy=fine).iloc[0]
    assert (found["geocode_provider"], found["geocode_status"]) == ("first", REVIEW)


def test_the_policy_is_that_of_the_caller():
    one = Fake("one", default=answer(geocode_score=0.4))
    careless = AcceptancePolicy(min_score=0.3)
    assert run(members("3 rue Foch"), one, policy=careless)["geocode_status"].item() == ACCEPTED


# --- register and address ----------------------------------------------------------------------


def kilometres(one, other):
    """Return the distance of two points on a sphere of the mean radius of the Earth."""
    (x, y), (u, v) = (tuple(map(math.radians, point)) for point in (one, other))
    half = math.sin((v - y) / 2) ** 2 + math.cos(y) * math.cos(v) * math.sin((u - x) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(half))


def test_register_and_address_that_agree():
    siret = register(**{"3_rue_Foch": by_siret(sirene_name="SCOP X", sirene_state="A")})
    ban = Fake("ban", default=answer(4.391))  # 78 m to the east
    found = run(members("3 rue Foch"), siret, ban).iloc[0]
    assert ban.asked == [["3 rue Foch"]]  # to compare
    assert (found["longitude"], found["geocode_reason"]) == (4.39, "siret_found")
    assert (found["geocode_status"], found["sirene_name"]) == (ACCEPTED, "SCOP X")


def test_register_and_address_far_apart_go_to_review():
    # One degree of latitude is 111.1 km there: 0.03 are 3.3 km.
    assert kilometres((4.39, 45.44), (4.39, 45.47)) == pytest.approx(3.34, abs=0.01)
    siret = register(**{"3_rue_Foch": by_siret()})
    ban = Fake("ban", default=answer(4.39, 45.47))
    found = run(members("3 rue Foch"), siret, ban).iloc[0]
    assert found["geocode_status"] == REVIEW
    assert found["geocode_reason"] == "providers_disagree: 3.3 km, 3 Rue Foch 42000 Saint-Étienne"
    assert found["latitude"] == 45.44  # where the register has it
    assert all(LABELS["reason_providers_disagree"])


@pytest.mark.parametrize(("east", "north"), [(0.02, 0.0), (0.0, 0.02), (0.015, 0.012), (-3, 2)])
def test_the_kilometres_are_those_of_the_globe(east, north):
    there = (4.39 + east, 45.44 + north)
    expected = kilometres((4.39, 45.44), there)
    siret = register(**{"3_rue_Foch": by_siret()})
    for limit in (expected * 0.99, expected * 1.01):  # a sphere is 0.3 % off at most
        policy = AcceptancePolicy(max_distance_km=limit)
        found = run(
            members("3 rue Foch"), siret, Fake("ban", default=answer(*there)), policy=policy
        )
        assert found["geocode_status"].item() == (REVIEW if limit < expected else ACCEPTED)
    policy = AcceptancePolicy(max_distance_km=expected / 2)
    found = run(members("3 rue Foch"), siret, Fake("ban", default=answer(*there)), policy=policy)
    told = float(found["geocode_reason"].item().split()[1])
    assert told == pytest.approx(expected, abs=0.06 + expected * 0.004)


def test_what_is_doubted_or_no_finer_than_a_commune_is_no_contradiction():
    siret = register(**{"3_rue_Foch": by_siret()})
    for other in (
        answer(4.5, geocode_score=0.3),
        answer(4.5, geocode_precision="municipality"),
        NOTHING,
    ):
        found = run(members("3 rue Foch"), siret, Fake("ban", default=other), CommuneGeocoder())
        assert found["geocode_reason"].tolist() == ["siret_found"]
        assert found["geocode_status"].tolist() == [ACCEPTED]


def test_the_embedded_geocoder_is_not_compared_with_a_register():
    siret = register(**{"3_rue_Foch": by_siret(4.5)})
    found = run(members("3 rue Foch"), siret, CommuneGeocoder())
    assert found["geocode_reason"].tolist() == ["siret_found"]


def test_where_the_register_knows_the_commune_only_the_address_is_finer():
    coarse = by_siret(
        *CENTRE,
        geocode_precision="municipality",
        geocode_reason="siret_at_commune",
        sirene_name="SCOP X",
    )
    siret = register(**{"3_rue_Foch": coarse})
    # 5 km from the town hall, in the same commune: no contradiction.
    found = run(members("3 rue Foch"), siret, Fake("ban", default=answer(4.44))).iloc[0]
    assert (found["longitude"], found["geocode_precision"]) == (4.44, "housenumber")
    assert (found["geocode_status"], found["geocode_reason"]) == (ACCEPTED, "address_found")
    assert found["sirene_name"] == "SCOP X"
    # In doubt, unknown, or no finer: the register's stays.
    for other in (answer(geocode_score=0.3), NOTHING, answer(geocode_precision="municipality")):
        found = run(members("3 rue Foch"), siret, Fake("ban", default=other)).iloc[0]
        assert (found["geocode_reason"], found["longitude"]) == ("siret_at_commune", CENTRE[0])
        assert found["geocode_status"] == ACCEPTED
    # In another commune, while the member's own does not tell which is right.
    vague = members("3 rue Foch").assign(postcode=None, city=None)
    elsewhere = answer(4.8357, 45.764, code_commune="69123", geocode_label="3 Rue Foch 69006 Lyon")
    found = run(vague, siret, Fake("ban", default=elsewhere), Fake("next", default=answer())).iloc[
        0
    ]
    assert found["geocode_status"] == REVIEW
    assert found["geocode_reason"].startswith("providers_disagree: 50.")
    assert found["longitude"] == CENTRE[0]


def test_a_register_in_doubt_of_the_establishment_is_left_to_a_person():
    closed = by_siret(geocode_status=REVIEW, geocode_reason="establishment_closed")
    ban = Fake("ban", default=answer())
    found = run(members("3 rue Foch"), register(**{"3_rue_Foch": closed}), ban).iloc[0]
    assert (found["geocode_status"], found["geocode_reason"]) == (REVIEW, "establishment_closed")
    assert ban.asked == []


def test_a_register_is_asked_by_siret_and_the_rest_goes_by_its_address():
    siret = register(**{"3_rue_Foch": by_siret()})
    ban = Fake("ban", {"4 rue Foch": answer(4.392)})
    frame = members("3 rue Foch", "4 rue Foch", "5 rue Foch", siret=["1", "2", None])
    found = run(frame, siret, ban, CommuneGeocoder())
    assert siret.asked == ban.asked == [["3 rue Foch", "4 rue Foch", "5 rue Foch"]]
    assert found["geocode_provider"].tolist() == ["fake", "fake", "commune"]
    assert found["geocode_status"].tolist() == [ACCEPTED] * 3


# --- columns -----------------------------------------------------------------------------------


def test_candidates_and_facts_of_the_register_stay_and_what_was_found_goes():
    facts = dict.fromkeys(schema.SIRENE_COLUMNS, "x")
    siret = register(**{"3_rue_Foch": by_siret(**facts)})
    ban = Fake("ban", {"4 rue Foch": answer(geocode_candidates="Rue Fock (0.80)")})
    found = run(members("3 rue Foch", "4 rue Foch", "5 rue Foch"), siret, ban)
    assert not set(schema.FOUND_COLUMNS) & set(found.columns)
    assert (found.loc["m0", list(schema.SIRENE_COLUMNS)] == "x").all()
    assert found.loc[["m1", "m2"], list(schema.SIRENE_COLUMNS)].isna().all(axis=None)
    assert found["geocode_candidates"].fillna("").tolist() == ["", "Rue Fock (0.80)", ""]
    assert (found[["geocode_candidates", *schema.SIRENE_COLUMNS]].dtypes == "str").all()


def test_what_an_earlier_run_found_is_not_mixed_with_this_one():
    frame = members("3 rue Foch")
    siret = register(**{"3_rue_Foch": by_siret(sirene_name="SCOP X")})
    once = run(frame, siret)
    assert once["sirene_name"].tolist() == ["SCOP X"]
    again = run(once, Fake("ban", default=answer(4.41)))
    assert "sirene_name" not in again
    assert again["longitude"].tolist() == [4.41]


def test_the_frame_that_goes_in_is_not_changed():
    frame = members("3 rue Foch", "4 rue Foch")
    before = frame.copy(deep=True)
    run(frame, Fake("ban", default=answer()), CommuneGeocoder())
    pd.testing.assert_frame_equal(frame, before)


# --- store, offline, progress ------------------------------------------------------------------


def test_with_a_store_a_second_run_asks_nothing(tmp_path):
    frame = members("3 rue Foch", "4 rue Foch", "5 rue Foch")

    def chain():
        siret = register(**{"3_rue_Foch": by_siret(sirene_name="SCOP X")})
        return siret, Fake("ban", {"4 rue Foch": answer(geocode_score=1 / 3)}), CommuneGeocoder()

    first, second = chain(), chain()
    once = run(frame, *first, store=tmp_path / "answers.sqlite")
    again = run(frame, *second, store=tmp_path / "answers.sqlite")
    assert [one.asked for one in second[:2]] == [[], []]
    assert all(one.asked for one in first[:2])
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(once))
    # A strict policy judges what is stored anew, and asks nothing either.
    third = chain()
    strict = run(frame, *third, store=tmp_path / "answers.sqlite",
                 policy=AcceptancePolicy(min_score=0.99, min_precision="street"))  # fmt: skip
    assert [one.asked for one in third[:2]] == [[], []]
    assert strict.loc["m1", "geocode_status"] == REVIEW
    with AnswerStore(tmp_path / "answers.sqlite") as opened:
        fourth = chain()
        run(frame, *fourth, store=opened)
        assert [one.asked for one in fourth[:2]] == [[], []]
        run(frame, *fourth, store=opened)  # it is open still
    # What a geocoder depends on has changed.
    newer = Fake("ban", {"4 rue Foch": answer()}, version="2")
    run(frame, newer, store=tmp_path / "answers.sqlite")
    assert newer.asked == [["3 rue Foch", "4 rue Foch", "5 rue Foch"]]


def test_offline_the_store_answers_and_the_rest_is_not_asked(tmp_path):
    store = tmp_path / "answers.sqlite"
    online = Fake("ban", default=answer(), needs_network=True)
    run(members("3 rue Foch"), online, store=store)
    frame = members("3 rue Foch", "4 rue Foch")
    offline = Fake("ban", default=answer(), needs_network=True)
    found = run(frame, offline, store=store, offline=True)
    assert offline.asked == []
    assert found["geocode_status"].tolist() == [ACCEPTED, REJECTED]
    assert found["geocode_reason"].tolist() == ["address_found", "not_in_store"]
    # One that needs no network goes on.
    found = run(frame, offline, CommuneGeocoder(), store=store, offline=True)
    assert found["geocode_provider"].tolist() == ["fake", "commune"]


def test_progress_is_told_by_geocoder():
    told = []
    frame = members("3 rue Foch", "4 rue Foch", "4 rue Foch")
    one, two = Fake("one", {"3 rue Foch": answer()}), Fake("two", default=answer())
    geocode(frame, [one, two], progress=lambda *what: told.append(what))
    assert told[-1] == ("two", 2, 2)
    assert ("one", 3, 3) in told
    for name in ("one", "two"):
        done = [count for who, count, _ in told if who == name]
        assert done == sorted(done)
    # In no terminal, nothing is shown.
    geocode(frame, [one], progress=True)


def test_a_bar_goes_to_standard_error_only(capsys):
    geocode(members("3 rue Foch"), [Fake("one", default=answer())], progress=True)
    assert capsys.readouterr() == ("", "")


# --- all of it ---------------------------------------------------------------------------------


def test_register_index_and_commune_together(tmp_path):
    rows = [
        "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat",
        "a;3;;Rue Foch;42000;42218;Saint-Étienne;4.39;45.44",
        "b;5;;Rue Foch;42000;42218;Saint-Étienne;4.391;45.44",
    ]
    (tmp_path / "42.csv").write_text("\n".join(rows), encoding="utf-8")
    build_ban_index(tmp_path / "42.csv", tmp_path / "ban.idx")
    index = BanIndexGeocoder(tmp_path / "ban.idx")
    siret = register(**{"7_rue_Foch": by_siret(4.3915), "5_rue_Foch": by_siret(4.45)})
    frame = members(
        *("3 rue Foch", "5 rue Foch", "7 rue Foch", "3 rue Fosh", "3 rue des Inconnus", None),
    )
    found = run(frame, siret, index, CommuneGeocoder())
    # "Fosh" is a slip in a short word, so the street is in doubt; the town is not.
    assert found["geocode_reason"].map(lambda text: text.partition(":")[0]).tolist() == [
        *("address_found", "providers_disagree", "siret_found"),
        *("street_in_doubt", "street_not_found", "postcode_and_town"),
    ]
    assert found["geocode_status"].tolist() == [ACCEPTED, REVIEW, *[ACCEPTED] * 4]
    assert found["geocode_precision"].tolist() == [*["housenumber"] * 3, *["municipality"] * 3]
    assert found["geocode_candidates"].iloc[3].startswith("3 Rue Foch 42000 Saint-Étienne (0.")
    assert np.isfinite(found["longitude"]).all()
