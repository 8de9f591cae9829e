"""Overlap and likeness of poles: by hand, against sets and loops, by their properties."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import braycurtis, cosine

from ptce_geo.errors import DuplicateIdError, InputError, MissingColumnError
from ptce_geo.indicators.overlap import pole_overlap, pole_overlap_pairs, pole_similarity

COMMUNES = pd.DataFrame({"population": [100, 200, 300, 400, 0]}, index=list("ABCDE"))
S1, S2 = "73282932000074", "73282932000082"
COLUMNS = ["pole_id", "geocode_status", "siret", "member_name", "code_commune", "sector"]


def member_frame(rows):
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(COLUMNS, "str"))


@pytest.fixture
def members():
    return member_frame(
        [
            ("p", "accepted", S1, "Atelier", "A", "crafts"),
            ("p", "accepted", None, "La Ressourcerie", "B", "crafts"),
            ("p", "accepted", None, "Épicerie", "B", "trade"),
            ("p", "accepted", None, "Épicerie", "B", "trade"),  # twice in one pole: once
            ("q", "accepted", S1, "L'atelier d'à côté", "A", "crafts"),
            ("q", "accepted", "", "la RESSOURCERIE ", "B", None),
            ("q", "accepted", None, "Épicerie", "C", "trade"),  # the same name elsewhere
            ("q", "accepted", S2, "Épicerie", "B", "farming"),  # a SIRET against none
            ("r", "accepted", None, None, "E", "farming"),
            ("r", "rejected", S1, "Atelier", "A", "crafts"),
            (None, "accepted", S1, "Atelier", "A", "crafts"),
            ("s", "accepted", None, "Jardin", None, None),
        ]
    )


def test_overlap_by_hand(members):
    # p: S1, ressourcerie, épicerie in B. q: S1, ressourcerie, épicerie in C, S2. 2 of 5.
    found = pole_overlap(members)
    assert (found.index.name, found.columns.name) == ("pole_id", "other_pole_id")
    assert found.index.to_list() == found.columns.to_list() == ["p", "q", "r", "s"]
    assert found.loc["p", ["p", "q"]].to_list() == [1, 2 / 5]
    assert found.loc["q", ["p", "q"]].to_list() == [2 / 5, 1]
    assert found.loc[["r", "s"]].isna().all(axis=None)
    assert found[["r", "s"]].isna().all(axis=None)
    assert found.attrs == {
        "members_counted": 8,
        "members_set_aside": {
            "rejected": 1,
            "without pole_id": 1,
            "without siret, nor name and town": 2,
        },
    }
    # p holds A and B, q A, B and C, r E: 2 of 3 communes, 300 of 600 inhabitants.
    by_communes = pole_overlap(members, by="communes")
    assert by_communes.loc["p"].to_list() == pytest.approx([1, 2 / 3, 0, math.nan], nan_ok=True)
    assert by_communes.attrs["members_set_aside"]["without code_commune"] == 1
    by_people = pole_overlap(members, by="population", territories=COMMUNES)
    assert by_people.loc["p"].to_list() == pytest.approx([1, 0.5, *[math.nan] * 2], nan_ok=True)


def test_pairs_by_hand(members):
    pairs = pole_overlap_pairs(members)
    assert pairs.to_dict("records") == [
        {"pole_id": "p", "other_pole_id": "q", "shared": 2, "either": 5, "jaccard": 0.4}
    ]
    assert pairs.attrs == pole_overlap(members).attrs
    people = pole_overlap_pairs(members, by="population", territories=COMMUNES)
    assert people[["shared", "either", "jaccard"]].to_numpy().tolist() == [[300, 600, 0.5]]


def test_the_closest_pair_comes_first(members):
    rows = pd.DataFrame({"pole_id": list("aabbcc"), "code_commune": list("ABABAD")})
    pairs = pole_overlap_pairs(rows, by="communes")
    found = pairs[["pole_id", "other_pole_id", "shared"]].to_numpy().tolist()
    assert found == [["a", "b", 2], ["a", "c", 1], ["b", "c", 1]]
    # Of what a and b share, nobody lives in A; c shares nothing else.
    people = pole_overlap_pairs(
        rows, by="population", territories=COMMUNES.assign(population=[0, 5, 0, 3, 0])
    )
    assert people[["pole_id", "other_pole_id", "shared"]].to_numpy().tolist() == [["a", "b", 5]]
    assert pole_overlap_pairs(rows.iloc[:1], by="communes").empty
    assert pole_overlap_pairs(members.iloc[:0]).columns.to_list() == pairs.columns.to_list()


def test_poles_without_members_are_there(members):
    poles = pd.DataFrame({"pole_id": ["z", "q"]})
    for found in (pole_overlap(members, poles=poles), pole_similarity(members, poles=poles)):
        assert found.index.to_list() == ["z", "q", "p", "r", "s"]
        assert found.loc["z"].isna().all()
        assert found.loc["p", "q"] > 0
    nothing = pole_overlap(members.iloc[:0], poles=poles)
    assert nothing.shape == (2, 2)
    assert nothing.isna().all(axis=None)
    assert pole_similarity(members.iloc[:0]).empty


def test_a_population_that_is_not_known_is_set_aside(members):
    unknown = COMMUNES.astype("float64").replace({200.0: np.nan})
    found = pole_overlap(members, by="population", territories=unknown)
    assert found.loc["p", "q"] == 100 / 400  # A, of A and C
    assert found.attrs["members_set_aside"]["without population"] == 5
    real = members.assign(code_commune=members["code_commune"].map({"A": "42218", "B": "69123"}))
    assert pole_overlap(real, by="population").loc["p", "q"] == 1


def test_similarity_by_hand(members):
    # p: crafts 2, trade 2. q: crafts 1, trade 1, farming 1. r: farming 1. s: nothing.
    found = pole_similarity(members)
    assert found.loc["p"].to_list() == pytest.approx(
        [1, 4 / np.sqrt(8 * 3), 0, math.nan], nan_ok=True
    )
    assert found.loc["q", "r"] == pytest.approx(1 / np.sqrt(3))
    hellinger = pole_similarity(members, measure="hellinger")
    assert hellinger.loc["p", "q"] == pytest.approx(2 * np.sqrt(1 / 2 * 1 / 3))
    bray_curtis = pole_similarity(members, measure="bray_curtis")
    assert bray_curtis.loc["p", "q"] == pytest.approx(2 * (1 + 1) / 7)
    assert bray_curtis.loc["q", "r"] == pytest.approx(2 * 1 / 4)
    for square in (found, hellinger, bray_curtis):
        assert square.loc["s"].isna().all()
        assert square["s"].isna().all()
    assert found.attrs == {
        "members_counted": 8,
        "members_set_aside": {"rejected": 1, "without pole_id": 1, "without sector": 2},
    }


def test_size_matters_to_bray_curtis_only(members):
    # Pole b is pole a three times.
    rows = pd.DataFrame({"pole_id": list("aab") + list("bbbbb"), "family": list("xyxyxyxy")})
    rows.loc[rows["pole_id"] == "b", "family"] = list("xxxyyy")
    for measure, expected in (("cosine", 1), ("hellinger", 1), ("bray_curtis", 2 * 2 / 8)):
        found = pole_similarity(rows, on="family", measure=measure)
        assert found.loc["a", "b"] == pytest.approx(expected, abs=1e-15)
        assert found.loc["a", "a"] == 1


names = st.sampled_from(["Atelier", "ATELIER ", "Épicerie", "epicerie", "-", "", None])
some_members = st.lists(
    st.tuples(
        st.sampled_from([*"pqrst", None]),
        st.sampled_from(["accepted", "accepted", "review"]),
        st.sampled_from([S1, S2, None, None, " "]),
        names,
        st.sampled_from([*"ABCDE", None]),
        st.sampled_from(["crafts", "trade", "farming", None]),
    ),
    max_size=30,
)
FOLDED = {"Atelier": "a", "ATELIER ": "a", "Épicerie": "e", "epicerie": "e"}


def sets_of(rows, by):
    """The set of what each pole holds, by plain loops."""
    held = {row[0]: set() for row in rows if row[0]}
    for pole, status, siret, name, commune, _ in rows:
        if pole is None or status != "accepted":
            continue
        if by != "members":
            held[pole] |= {commune} - {None}
        elif siret and siret.strip():
            held[pole].add(siret)
        elif name in FOLDED and commune:
            held[pole].add((FOLDED[name], commune))
    return held


@settings(max_examples=30)
@given(some_members, st.sampled_from(["members", "communes", "population"]), st.randoms())
def test_overlap_as_plain_sets(rows, by, random):
    members = member_frame(rows)
    options = {"by": by, "territories": COMMUNES}
    found, pairs = pole_overlap(members, **options), pole_overlap_pairs(members, **options)
    people = COMMUNES["population"].to_dict()

    def weight(things):
        return sum(people[thing] for thing in things) if by == "population" else len(things)

    held, listed = sets_of(rows, by), {}
    assert found.index.to_list() == sorted(held)
    for one, other in itertools.product(held, held):
        shared, either = weight(held[one] & held[other]), weight(held[one] | held[other])
        defined = weight(held[one]) and weight(held[other])
        expected = shared / either if defined else math.nan
        assert found.loc[one, other] == pytest.approx(expected, nan_ok=True, abs=0)
        if one < other and shared:
            listed[one, other] = (shared, either, shared / either)
    assert pairs["jaccard"].is_monotonic_decreasing
    assert pairs.set_index(["pole_id", "other_pole_id"]).T.to_dict("list") == {
        pair: list(figures) for pair, figures in listed.items()
    }
    again = pole_overlap(member_frame(random.sample(rows, len(rows))), **options)
    pd.testing.assert_frame_equal(again, found, check_exact=True)
    assert again.attrs == found.attrs


kinds_of_poles = st.lists(
    st.lists(st.integers(0, 7), min_size=3, max_size=3), min_size=1, max_size=6
)


@pytest.mark.parametrize("measure", ["cosine", "hellinger", "bray_curtis"])
@settings(max_examples=40)
@given(kinds_of_poles, st.integers(0, 99))
def test_similarity_as_scipy_pair_by_pair_and_its_properties(measure, numbers, seed):
    rows = [
        (f"p{pole}", kind)
        for pole, counts in enumerate(numbers)
        for kind, count in zip(["a", "b", "c"], counts, strict=True)
        for _ in range(count)
    ]
    poles = pd.DataFrame({"pole_id": [f"p{pole}" for pole in range(len(numbers))]})
    members = pd.DataFrame(rows, columns=["pole_id", "family"], dtype="str")
    found = pole_similarity(members, on="family", measure=measure, poles=poles)
    for (i, x), (j, y) in itertools.product(enumerate(numbers), repeat=2):
        value = found.iloc[i, j]
        if not (sum(x) and sum(y)):
            assert math.isnan(value)
            continue
        if measure == "cosine":
            expected = 1 - cosine(x, y)
        elif measure == "bray_curtis":
            expected = 1 - braycurtis(x, y)
        else:
            shares = [(a / sum(x), b / sum(y)) for a, b in zip(x, y, strict=True)]
            expected = 1 - sum((math.sqrt(p) - math.sqrt(q)) ** 2 for p, q in shares) / 2
        assert value == pytest.approx(expected, abs=1e-12)
        assert 0 <= value <= 1
        assert value == found.iloc[j, i]
        assert i != j or value == 1
    mixed = members.sample(frac=1, random_state=seed)
    again = pole_similarity(mixed, on="family", measure=measure, poles=poles)
    pd.testing.assert_frame_equal(again, found, rtol=1e-14)


def test_what_cannot_be_compared_is_refused(members):
    known = "members, communes, population"
    for function in (pole_overlap, pole_overlap_pairs):
        with pytest.raises(InputError, match=f"^by: expected one of {known}, found 'epci'$"):
            function(members, by="epci")
    with pytest.raises(InputError, match=r"^measure: expected one of cosine, .*, found 'jaccard'$"):
        pole_similarity(members, measure="jaccard")
    with pytest.raises(MissingColumnError, match=r"^members: no column family; found pole_id"):
        pole_similarity(members, on="family")
    with pytest.raises(MissingColumnError, match=r"^members: no column pole_id; found"):
        pole_overlap(members.drop(columns="pole_id"))
    nameless = members.drop(columns=["siret", "member_name"])
    with pytest.raises(MissingColumnError, match=r"^members without siret: no column member_name;"):
        pole_overlap(nameless)
    with pytest.raises(MissingColumnError, match=r"^members: no column code_commune; found"):
        pole_overlap(members.drop(columns="code_commune"), by="communes")
    assert pole_overlap(members.drop(columns=["code_commune", "member_name"])).loc["p", "q"] == 0.5
    with pytest.raises(MissingColumnError, match=r"^territories: no column population; found no"):
        pole_overlap(members, by="population", territories=COMMUNES[[]])
    unknown = r"^members: code_commune A, B is no commune of the territories; attach the members"
    with pytest.raises(InputError, match=unknown):
        pole_overlap(members, by="population", territories=COMMUNES.drop(["A", "B"]))
    with pytest.raises(DuplicateIdError, match=r"^poles: pole_id must be unique; p stand more"):
        pole_overlap(members, poles=pd.DataFrame({"pole_id": ["p", "p"]}))
    with pytest.raises(InputError, match=r"^poles: 1 rows have no pole_id; fill it$"):
        pole_similarity(members, poles=pd.DataFrame({"pole_id": ["p", None]}))
