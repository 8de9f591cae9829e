"""What is accepted: each rule alone, over answers made by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo import schema
from ptce_geo.errors import InputError
from ptce_geo.geocoding import CommuneGeocoder
from ptce_geo.geocoding import policy as rules
from ptce_geo.geocoding.policy import AcceptancePolicy, check_policy, street_likeness
from ptce_geo.schema import ACCEPTED, REJECTED, REVIEW
from ptce_geo.words import LABELS

EMBEDDED = CommuneGeocoder()
ASKED = {"address": "3 rue de la République", "postcode": "42000", "city": "Saint-Étienne"}
# What a geocoder found, and no rule has anything against.
FOUND = {
    "longitude": 4.39,
    "latitude": 45.44,
    "geocode_provider": "ban",
    "geocode_precision": "housenumber",
    "geocode_score": 0.97,
    "geocode_margin": 0.5,
    "geocode_label": "3 Rue de la République 42000 Saint-Étienne",
    "geocode_status": ACCEPTED,
    "geocode_reason": "address_found",
    "code_commune": "42218",
    "found_number": "3",
    "found_street": "Rue de la République",
    "found_postcode": "42000",
    "found_city": "Saint-Étienne",
}
LABEL = FOUND["geocode_label"]


def judge(policy=None, *, asked=None, embedded=EMBEDDED, without=(), **found):
    """Return the judged answer to one query."""
    answers = pd.DataFrame([{**FOUND, **found}]).drop(columns=list(without))
    queries = pd.DataFrame([{**ASKED, **(asked or {})}])
    return (
        (policy or AcceptancePolicy())
        .judge(queries, answers, told=embedded and embedded.locate(queries))
        .iloc[0]
    )


def reason(*arguments, **others):
    judged = judge(*arguments, **others)
    assert judged["geocode_status"] in (ACCEPTED, REVIEW)
    if judged["geocode_status"] == ACCEPTED:
        assert judged["geocode_reason"] == "address_found"
        return ""
    return judged["geocode_reason"]


def test_what_breaks_no_rule_is_left_as_it_is():
    judged = judge()
    assert judged.to_dict() == FOUND


def test_only_status_and_reason_change():
    judged = judge(geocode_score=0.5)
    changed = {"geocode_status": REVIEW, "geocode_reason": f"low_score: 0.50 {LABEL}"}
    assert judged.to_dict() == FOUND | {"geocode_score": 0.5} | changed


@pytest.mark.parametrize(("score", "doubted"), [(0.8, False), (0.799, True), (0.0, True)])
def test_score(score, doubted):
    assert reason(geocode_score=score).startswith("low_score: ") == doubted
    assert reason(AcceptancePolicy(min_score=0), geocode_score=score) == ""


def test_margin():
    assert reason(geocode_margin=0.04) == ""
    assert reason(geocode_margin=0.039) == f"several_answers: {LABEL}"
    assert reason(AcceptancePolicy(min_margin=0), geocode_margin=0.0) == ""
    assert reason(AcceptancePolicy(min_margin=0.6)) == f"several_answers: {LABEL}"


def test_commune():
    saved = AcceptancePolicy(commune_must_agree=False)
    told = f"commune_contradicts: Saint-Étienne (42218) ≠ {LABEL}"
    assert reason(code_commune="42189") == told
    assert reason(saved, code_commune="42189") == ""
    # The commune is not told by the address: Saint-Denis is in two départements.
    vague = {"postcode": "", "city": "Saint-Denis"}
    assert reason(asked=vague, code_commune="93066") == ""
    assert reason(asked=vague, code_commune="97411") == ""
    # No commune is found: nothing to contradict.
    assert reason(code_commune=None) == ""
    # The answers are the embedded geocoder's own.
    assert reason(embedded=None, code_commune="42189") == ""
    # The rule is for communes too, and comes before the others.
    found = {"geocode_precision": "municipality", "code_commune": "42189", "geocode_score": 0.1}
    assert reason(**found) == told


def test_postcode():
    told = f"postcode_contradicts: 42000 ≠ {LABEL}"
    assert reason(found_postcode="43000", embedded=None) == told
    assert reason(AcceptancePolicy(postcode_must_agree=False), found_postcode="43000") == ""
    # Another post office of the same département is no contradiction; nor is a CEDEX.
    assert reason(found_postcode="42230") == ""
    assert reason(asked={"postcode": "42007", "city": "ST ETIENNE CEDEX 1"}) == ""
    for nothing in ("", None):
        assert reason(found_postcode=nothing) == ""
    assert reason(asked={"postcode": ""}) == ""
    # Overseas it takes three digits to tell two départements apart.
    guadeloupe = {"postcode": "97100", "city": "Basse-Terre"}
    assert reason(asked=guadeloupe, embedded=None, found_postcode="97400").startswith("postcode")
    there = {"found_postcode": "97120", "found_city": "Basse-Terre"}
    assert reason(asked=guadeloupe, embedded=None, **there) == ""
    # The postcode in the line counts as well.
    line = {"address": "3 rue de la République 42000 St-Etienne", "postcode": "", "city": ""}
    assert reason(asked=line, found_postcode="43000", embedded=None) == told


@pytest.mark.parametrize(
    ("asked", "found", "doubted"),
    [
        ("3 rue de la République", "Rue de la République", False),
        ("3 r de la republique", "Rue de la République", False),
        ("3 rue de la Republiqe", "Rue de la République", False),  # 0.94
        ("3 de la République", "Rue de la République", False),  # 0.96
        ("3 avenue de la République", "Rue de la République", True),  # 0.80
        ("3 rue du Moulin", "Rue du Petit Moulin", True),
        ("3 rue du 8 mai 1945", "Rue du 11 Novembre", True),
        ("3 rue des Lilas", "Rue de la République", True),
        # A service that finds a street named like the beginning of the one asked
        ("3 rue du Moulin Vert", "Rue du Moulin", True),
        # ... but here the town stands behind the street, twice.
        ("3 rue du Moulin Saint-Étienne", "Rue du Moulin", False),
        ("Maison des associations, 3 rue du Moulin", "Rue du Moulin", False),
        # Nothing to compare
        ("", "Rue de la République", False),
        ("BP 12", "Rue de la République", False),
        ("3 rue de la République", "", False),
        ("3 rue de la République", None, False),
    ],
)
def test_street(asked, found, doubted):
    expected = f"street_in_doubt: {LABEL}" if doubted else ""
    assert reason(asked={"address": asked}, found_street=found) == expected
    careless = AcceptancePolicy(min_street_likeness=0)
    assert reason(careless, asked={"address": asked}, found_street=found) == ""


def test_the_town_behind_the_street_of_a_line():
    line = {"address": "3 rue de la République Saint-Étienne", "postcode": "", "city": ""}
    assert reason(asked=line) == ""
    assert reason(asked=line, found_street="Rue de la Loire").startswith("street_in_doubt")
    assert street_likeness("rue du moulin vert", "Rue du Moulin", town_behind=True) == 1
    assert street_likeness("rue du moulin vert", "Rue du Moulin", town_behind=False) < 0.88


@pytest.mark.parametrize("least", schema.PRECISIONS)
@pytest.mark.parametrize("precision", schema.PRECISIONS)
def test_precision(least, precision):
    coarser = schema.PRECISIONS.index(precision) > schema.PRECISIONS.index(least)
    expected = f"too_coarse: {precision}" if coarser else ""
    assert reason(AcceptancePolicy(min_precision=least), geocode_precision=precision) == expected


def test_a_commune_is_judged_by_its_code_and_precision_only():
    town = {"geocode_precision": "municipality", "geocode_score": 0.4, "geocode_margin": 0.0}
    assert reason(**town, found_street="Rue Foch", found_postcode="43000") == ""


def test_the_first_rule_that_is_broken_is_told():
    broken = {
        "code_commune": "42189",
        "found_postcode": "43000",
        "geocode_score": 0.1,
        "found_street": "Rue Foch",
        "geocode_margin": 0.0,
        "geocode_precision": "locality",
    }
    policy = AcceptancePolicy(min_precision="housenumber")
    words = []
    for cell in broken:
        words.append(reason(policy, **broken).partition(":")[0])
        broken = broken | {cell: FOUND[cell]}
    assert words == [
        rules.COMMUNE_CONTRADICTS,
        rules.POSTCODE_CONTRADICTS,
        rules.LOW_SCORE,
        rules.STREET_IN_DOUBT,
        rules.SEVERAL_ANSWERS,
        rules.TOO_COARSE,
    ]
    assert reason(policy, **broken) == ""


def test_every_reason_has_a_label():
    words = [
        *(rules.COMMUNE_CONTRADICTS, rules.POSTCODE_CONTRADICTS, rules.TOO_COARSE),
        *(rules.PROVIDERS_DISAGREE, *rules.DOUBTS_OF_STREET),
    ]
    for word in words:
        french, english = LABELS[f"reason_{word}"]
        assert french and english and french != english


@pytest.mark.parametrize("status", [REVIEW, REJECTED])
def test_no_status_is_raised(status):
    judged = judge(geocode_status=status, geocode_reason="siret_closed", geocode_score=1.0)
    assert (judged["geocode_status"], judged["geocode_reason"]) == (status, "siret_closed")
    # What is not accepted is not judged either: its own reason stays.
    judged = judge(geocode_status=status, geocode_reason="x", geocode_score=0.0)
    assert (judged["geocode_status"], judged["geocode_reason"]) == (status, "x")


def test_a_geocoder_that_tells_less():
    assert reason(without=schema.FOUND_COLUMNS) == ""
    assert reason(without=["found_street"], found_postcode="43000", embedded=None) != ""
    assert reason(geocode_precision=None) == ""
    assert reason(AcceptancePolicy(min_precision="housenumber"), geocode_precision=None) == ""
    # A gazetteer without scores is taken at its word.
    assert reason(geocode_score=np.nan, geocode_margin=np.nan, geocode_label=None) == ""
    assert reason(geocode_label=None, geocode_score=0.1) == "low_score: 0.10 "


def test_queries_of_few_columns_and_rows_in_any_order():
    queries = pd.DataFrame({"city": ["Lyon", "Feurs", "Lyon"]}, index=[7, 5, 6])
    found = pd.DataFrame([FOUND] * 3, index=queries.index)
    found.loc[6, "geocode_status"] = REVIEW
    before = found.copy(deep=True)
    judged = AcceptancePolicy().judge(queries, found, told=EMBEDDED.locate(queries))
    assert judged["geocode_status"].tolist() == [REVIEW] * 3
    assert judged["geocode_reason"].tolist() == [
        f"commune_contradicts: Lyon (69123) ≠ {LABEL}",
        f"commune_contradicts: Feurs (42094) ≠ {LABEL}",
        "address_found",
    ]
    pd.testing.assert_frame_equal(found, before)
    empty = AcceptancePolicy().judge(
        queries.iloc[:0], found.iloc[:0], told=EMBEDDED.locate(queries.iloc[:0])
    )
    pd.testing.assert_frame_equal(empty, found.iloc[:0])


def test_an_answer_that_is_all_rejected():
    queries = pd.DataFrame([ASKED])
    nothing = pd.DataFrame(index=[0], columns=list(schema.GEOCODE_COLUMNS))
    nothing = nothing.astype(schema.GEOCODE_DTYPES).assign(geocode_status=REJECTED)
    judged = AcceptancePolicy().judge(queries, nothing, told=EMBEDDED.locate(queries))
    pd.testing.assert_frame_equal(judged, nothing)


TEXTS = st.one_of(st.none(), st.text(max_size=20), st.sampled_from([*map(str, FOUND.values())]))
NUMBERS = st.one_of(st.floats(0, 1), st.just(np.nan))


ANSWERS = st.fixed_dictionaries(
    {
        "geocode_precision": st.sampled_from([None, *schema.PRECISIONS]),
        "geocode_score": NUMBERS,
        "geocode_margin": NUMBERS,
        "geocode_label": TEXTS,
        "geocode_status": st.sampled_from(schema.STATUSES),
        "geocode_reason": st.just("x"),
        "code_commune": st.sampled_from([None, "42218", "69123", "?"]),
        "found_street": TEXTS,
        "found_postcode": TEXTS,
    }
)


@settings(max_examples=40)
@given(
    rows=st.lists(st.tuples(st.tuples(*[TEXTS] * 5), ANSWERS), min_size=1, max_size=4),
    limits=st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
    flags=st.tuples(st.booleans(), st.booleans()),
    precision=st.sampled_from(schema.PRECISIONS),
)
def test_no_answer_is_raised_whatever_is_asked_and_found(rows, limits, flags, precision):
    policy = AcceptancePolicy(*limits, *flags, min_precision=precision)
    asked, found = zip(*rows, strict=True)
    answers = pd.DataFrame(found).astype({"geocode_reason": "str", "geocode_status": "str"})
    queries = pd.DataFrame(asked, columns=list(schema.QUERY_COLUMNS), dtype="str")
    judged = policy.judge(queries, answers, told=EMBEDDED.locate(queries))
    before, after = (
        frame["geocode_status"].map(schema.STATUSES.index) for frame in (answers, judged)
    )
    assert (after >= before).all()
    same = judged["geocode_status"] == answers["geocode_status"]
    assert (judged["geocode_reason"] == "x").equals(same)
    words = "reason_" + judged.loc[~same, "geocode_reason"].str.split(":").str[0]
    assert words.isin(LABELS).all()
    assert set(judged["geocode_status"]) <= {*answers["geocode_status"], REVIEW}


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"min_score": 1.2}, "AcceptancePolicy: min_score is 1.2; give 0 to 1"),
        ({"min_score": -0.1}, "AcceptancePolicy: min_score is -0.1; give 0 to 1"),
        ({"min_margin": 40}, "AcceptancePolicy: min_margin is 40; give 0 to 1"),
        ({"min_street_likeness": math.nan}, "min_street_likeness is nan; give 0 to 1"),
        ({"max_distance_km": 0}, "max_distance_km is 0; give more than 0"),
        ({"max_distance_km": math.nan}, "max_distance_km is nan; give more than 0"),
        (
            {"min_precision": "rooftop"},
            "min_precision is 'rooftop'; known: housenumber, street, locality, municipality",
        ),
    ],
)
def test_settings_out_of_range(setting, message):
    with pytest.raises(InputError) as caught:
        AcceptancePolicy(**setting)
    assert message in str(caught.value)


def test_the_rules_in_a_sentence():
    assert AcceptancePolicy().describe("en") == (
        "Accepted: score of 0.80 or more, 0.04 or more above the second; street alike by 0.88 or "
        "more; SIRET and address 2.00 km apart or less; same commune as the address; same "
        "département as the postcode; precision: municipality or finer."
    )
    french = AcceptancePolicy().describe()
    assert french.startswith("Réponse acceptée : score de 0,80 au moins, 0,04 au moins devant")
    assert french.endswith("; précision : à la commune, au moins.")


@settings(max_examples=30)
@given(
    numbers=st.tuples(*[st.one_of(st.integers(0, 1), st.floats(0, 1))] * 3),
    kilometres=st.one_of(st.integers(1, 900), st.floats(0.01, 900)),
    flags=st.tuples(st.booleans(), st.booleans()),
    precision=st.sampled_from(schema.PRECISIONS),
    lang=st.sampled_from(["fr", "en"]),
)
def test_the_sentence_of_any_policy(numbers, kilometres, flags, precision, lang):
    policy = AcceptancePolicy(*numbers, *flags, min_precision=precision, max_distance_km=kilometres)
    sentence = policy.describe(lang)
    assert "{" not in sentence and "policy" not in sentence
    place = 0 if lang == "fr" else 1
    for flag, rule in zip(flags, ("commune_must_agree", "postcode_must_agree"), strict=True):
        assert (LABELS[f"policy_{rule}"][place] in sentence) == flag
    assert LABELS[precision][place] in sentence


def test_check_policy():
    policy = AcceptancePolicy(min_score=0.5)
    assert check_policy(policy) is policy
    assert check_policy(None) == AcceptancePolicy()
    for wrong in (0.8, "strict", AcceptancePolicy):
        with pytest.raises(InputError, match=r"geocode: .* is no AcceptancePolicy"):
            check_policy(wrong)


def test_scores_of_another_scale():
    queries = pd.DataFrame([{"address": "3 rue Foch", "postcode": "42000"}])
    found = SERVICE.assign(geocode_score=0.7)
    told = EMBEDDED.locate(queries)
    as_ours = AcceptancePolicy().judge(queries, found, told=told)
    assert as_ours["geocode_reason"].tolist() == ["low_score: 0.70 3 Rue Foch 42000 Saint-Étienne"]
    as_theirs = AcceptancePolicy().judge(queries, found, told=told, score_offset=0.2)
    assert as_theirs["geocode_status"].tolist() == ["accepted"]


def test_a_town_that_no_register_knows_must_be_like_the_one_found():
    found = SERVICE.assign(geocode_score=0.9)
    for town, status in (("La Ville Perdue", "review"), ("St Etiene Centre", "accepted")):
        queries = pd.DataFrame([{"address": "3 rue Foch", "postcode": "42000", "city": town}])
        judged = AcceptancePolicy().judge(queries, found, told=None)
        assert judged["geocode_status"].tolist() == [status]


SERVICE = pd.DataFrame(
    [
        {
            "geocode_status": "accepted",
            "geocode_reason": "address_found",
            "geocode_precision": "housenumber",
            "geocode_margin": 1.0,
            "geocode_label": "3 Rue Foch 42000 Saint-Étienne",
            "code_commune": "42218",
            "found_street": "Rue Foch",
            "found_postcode": "42000",
            "found_city": "Saint-Étienne",
        }
    ]
)
