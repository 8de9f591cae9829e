"""Economic weight: five structures and two poles by hand, plain loops, scipy's bootstrap."""

import math
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ptce_geo.errors import InputError, MissingColumnError
from ptce_geo.indicators.economic_weight import economic_weight

PAGE = Path(__file__).parents[1] / "docs" / "economic-weight.md"
ALL = ["members", "answers", "part", "whole", "share", "total", "total_answers"]


@pytest.fixture
def members():
    """Two poles; structure C is in both, D gave one number only, E is in error, F said nothing."""
    rows = [
        # pole, name, town, fte, fte_pole
        ("p", "A", "Lyon", 10.0, 1.0),
        ("p", "B", "Lyon", 4.0, 2.0),
        ("p", "C", "Dijon", 20.0, 3.0),
        ("q", "c", "DIJON", 20.0, 2.0),
        ("q", "D", "Lyon", 6.0, None),
        ("q", "E", "Lyon", 2.0, 5.0),
        ("q", "F", "Lyon", None, None),
        (None, "G", "Lyon", 100.0, 100.0),
    ]
    return pd.DataFrame(rows, columns=["pole_id", "member_name", "city", "fte", "fte_pole"])


def test_consolidated_by_hand(members):
    found = economic_weight(members)
    # A, B and C answered, of A…F: (1 + 2 + (3 + 2)) / (10 + 4 + 20). In all 10 + 4 + 20 + 6 + 2.
    assert found.loc["fte", ALL].to_list() == [6, 3, 8, 34, 8 / 34, 42, 5]
    assert found.loc["fte", "share_answered"] == 1 / 2
    # Of A, B and C, each drawn from 1/10, 1/2 and 5/20.
    assert 0.1 <= found.loc["fte", "low"] < 8 / 34 < found.loc["fte", "high"] <= 0.5
    assert found.loc["turnover", ["answers", "part", "whole", "total_answers"]].eq(0).all()
    assert found.loc["turnover", ["share", "low", "high", "total"]].isna().all()
    assert found.attrs == {
        "members_counted": 7,
        "members_set_aside": {"without pole_id": 1},
        "answers_set_aside": {
            "fte": {"without fte_pole": 1, "fte_pole above fte": 1, "no answer": 1},
            "turnover": {"no answer": 6},
        },
        "wholes_differ": {"fte": 0, "turnover": 0},
    }


def test_by_pole_by_hand(members):
    found = economic_weight(members, by="pole_id").xs("fte", level="measure")
    # p: (1 + 2 + 3) / (10 + 4 + 20). q: C alone, 2 / 20; in all 20 + 6 + 2.
    assert found.loc["p", ALL].to_list() == [3, 3, 6, 34, 6 / 34, 34, 3]
    assert found.loc["q", ALL].to_list() == [4, 1, 2, 20, 1 / 10, 28, 3]
    assert found.loc["q", ["low", "high"]].isna().all()
    low, high = found.loc["p", ["low", "high"]]
    # No draw of three of the shares 1/10, 1/2, 3/20 lies beyond them.
    assert 0.1 <= low < 6 / 34 < high <= 0.5


def test_two_answers_draw_three_figures():
    # 1/10 and 3/10: a draw of two gives 1/10, 2/10 or 3/10, with chances ¼, ½, ¼.
    members = pd.DataFrame({"fte": [10, 10], "fte_pole": [1, 3]})
    found = economic_weight(members, confidence=0.8).loc["fte"]
    assert found[["low", "share", "high"]].to_list() == pytest.approx([0.1, 0.2, 0.3])
    assert found["method"] == "structures"
    found = economic_weight(members, confidence=0.4).loc["fte"]
    assert found[["low", "share", "high"]].to_list() == pytest.approx([0.2, 0.2, 0.2])


def test_whole_poles_are_drawn_where_ten_have_answers():
    # The 40 members of a pole all say the same: 0 % in the first, 10 % in the second, … 90 %.
    rows = [(pole, 10, pole) for pole in range(10) for _ in range(40)]
    members = pd.DataFrame(rows, columns=["pole_id", "fte", "fte_pole"])
    ten, nine = economic_weight(members), economic_weight(members[members["pole_id"] < 9])
    assert (ten.loc["fte", "method"], nine.loc["fte", "method"]) == ("poles", "structures")
    # Wholes are equal, so R is a mean of n shares: of 10 poles (their standard deviation 0.287),
    # or of 360 structures of nine poles (0.258); it spreads by that over √n.
    assert ten.loc["fte", "high"] - ten.loc["fte", "low"] == pytest.approx(
        2 * 1.96 * 0.287 / math.sqrt(10), rel=0.1
    )
    assert nine.loc["fte", "high"] - nine.loc["fte", "low"] == pytest.approx(
        2 * 1.96 * 0.258 / math.sqrt(360), rel=0.1
    )
    assert ten.loc["turnover", "method"] == "structures"


def test_what_makes_two_rows_one_structure():
    def of(**cells):
        frame = pd.DataFrame({"pole_id": ["p", "q"], "fte": [8, 8], "fte_pole": [1, 1], **cells})
        return int(economic_weight(frame).loc["fte", "members"])

    assert of() == 2
    assert of(member_name="A") == 2  # a name alone does not tell
    assert of(member_name=["Éole", "EOLE"], city=["St-Étienne", "SAINT ETIENNE"]) == 1
    assert of(member_name="A", city=["Lyon", "Dijon"]) == 2
    assert of(member_name="A", code_commune="69123") == 1
    assert of(siret=["732 829 320 00074", "73282932000074"], member_name=["A", "B"]) == 1
    assert of(siret=["73282932000074", "35600000009075"], member_name="A", city="Lyon") == 2


def test_a_structure_of_several_poles_answers_for_all_of_them():
    members = pd.DataFrame(
        {"pole_id": ["p", "q"], "siret": "1", "fte": [10, 8.0], "fte_pole": [1, np.nan]}
    )
    found = economic_weight(members)
    assert found.loc["fte", ["answers", "total"]].to_list() == [0, 10]
    assert found.attrs["answers_set_aside"]["fte"] == {"without fte_pole": 1}
    assert found.attrs["wholes_differ"]["fte"] == 1
    # 6 for one pole and 5 for the other are more than the 10 there are.
    both = economic_weight(members.assign(fte_pole=[6, 5]))
    assert both.attrs["answers_set_aside"]["fte"] == {"fte_pole above fte": 1}
    # 0.1 + 0.2 is above 0.3 by rounding only.
    tenths = economic_weight(members.assign(fte=0.3, fte_pole=[0.1, 0.2]))
    assert tenths.loc["fte", "share"] == pytest.approx(1)


def test_a_row_that_repeats_a_membership_is_no_second_one():
    members = pd.DataFrame(
        {"pole_id": "p", "siret": "1", "fte": [np.nan, 10, 99], "fte_pole": [2, 3.0, np.nan]}
    )
    found = economic_weight(members, by="pole_id")
    # The first amounts given: 2 of 10.
    assert found.loc[("p", "fte"), ALL].to_list() == [1, 1, 2, 10, 0.2, 10, 1]
    assert found.attrs["members_set_aside"] == {"repeated in its pole": 2}


def test_any_index_will_do(members):
    for frame in (members, members.drop(columns="pole_id").iloc[:3]):
        for index in (list("zyxwvuts"), [7] * 8):
            found = economic_weight(frame.set_axis(index[: len(frame)]))
            pd.testing.assert_frame_equal(found, economic_weight(frame))
    assert found.loc["fte", "share"] == 6 / 34


def test_a_whole_of_nothing_has_no_share():
    members = pd.DataFrame({"fte": [0, 0], "fte_pole": [0, 0]})
    found = economic_weight(members).loc["fte"]
    assert found[["answers", "part", "whole"]].eq(0).sum() == 2
    assert found[["share", "low", "high"]].isna().all()
    empty = economic_weight(members.head(0))
    assert empty["members"].to_list() == [0, 0]
    assert empty["share_answered"].isna().all()
    assert economic_weight(members.head(0).assign(pole_id=""), by="pole_id").empty


def test_the_interval_is_that_of_scipy():
    rng = np.random.default_rng(5)
    whole = rng.lognormal(1, 0.8, 40)
    part = whole * rng.beta(1, 8, 40)
    members = pd.DataFrame({"turnover": whole, "turnover_pole": part})
    found = economic_weight(members, draws=20_000, confidence=0.9).loc["turnover"]
    expected = stats.bootstrap(
        (part, whole),
        lambda p, w, axis: p.sum(axis=axis) / w.sum(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=20_000,
        confidence_level=0.9,
        method="percentile",
        rng=np.random.default_rng(7),
    )
    # Two draws of 20,000 differ by chance: about 1 % of the width of the interval.
    low, high = expected.confidence_interval
    assert found["low"] == pytest.approx(low, abs=0.03 * (high - low))
    assert found["high"] == pytest.approx(high, abs=0.03 * (high - low))
    assert found["share"] == pytest.approx(part.sum() / whole.sum(), rel=1e-14)


def test_the_seed_and_only_the_seed_decides(members):
    many = pd.concat([members] * 3, ignore_index=True).drop(columns="member_name")
    first = economic_weight(many, by="pole_id")
    pd.testing.assert_frame_equal(first, economic_weight(many, by="pole_id"), check_exact=True)
    other = economic_weight(many, by="pole_id", seed=1, draws=20)
    assert not other["low"].equals(first["low"])
    assert other["share"].equals(first["share"])
    # A pole's interval does not depend on the others.
    alone = economic_weight(many[many["pole_id"] == "p"], by="pole_id")
    pd.testing.assert_frame_equal(first.loc[["p"]], alone, check_exact=True)


def slow(rows):
    """Members, answers, part, whole and total by plain loops, consolidated."""
    structures: dict[str, dict[str, tuple]] = {}
    for pole, name, fte, part in rows:
        if pole is None:
            continue
        poles = structures.setdefault(name, {})
        before = poles.get(pole, (None, None))
        given = (fte, part)
        poles[pole] = tuple(given[i] if before[i] is None else before[i] for i in (0, 1))
    answers = parts = wholes = 0
    total = math.nan
    for poles in structures.values():
        given = [fte for fte, _ in poles.values() if fte is not None]
        if not given:
            continue
        whole = max(given)
        total = whole if math.isnan(total) else total + whole
        if any(part is None for _, part in poles.values()):
            continue
        part = sum(part for _, part in poles.values())
        in_error = any(fte is not None and p > fte for fte, p in poles.values())
        if part <= whole and not in_error:
            answers, parts, wholes = answers + 1, parts + part, wholes + whole
    return [len(structures), answers, parts, wholes, total]


# Quarters, so that sums are exact.
AMOUNTS = st.one_of(st.none(), st.integers(0, 40).map(lambda n: n / 4))
ROWS = st.lists(
    st.tuples(st.sampled_from(["p", "q", None]), st.sampled_from("ABCDE"), AMOUNTS, AMOUNTS),
    min_size=1,
    max_size=14,
)


@settings(max_examples=25)
@given(ROWS)
def test_against_plain_loops_and_what_must_hold(rows):
    frame = pd.DataFrame(rows, columns=["pole_id", "member_name", "fte", "fte_pole"])
    frame = frame.astype({"fte": "float64", "fte_pole": "float64"}).assign(city="Lyon")
    found = economic_weight(frame, draws=50)
    whole = found.loc["fte"]
    assert whole[["members", "answers", "part", "whole"]].to_list() == slow(rows)[:4]
    assert whole["total"] == pytest.approx(slow(rows)[4], nan_ok=True, rel=1e-15)
    by_pole = economic_weight(frame, by="pole_id", draws=50)
    for pole in set(frame["pole_id"].dropna()):
        its = [row for row in rows if row[0] == pole]
        columns = ["members", "answers", "part", "whole"]
        assert by_pole.loc[(pole, "fte"), columns].to_list() == slow(its)[:4]
    for table in (found, by_pole):
        assert table["share"].dropna().between(0, 1).all()
        assert (table["low"].dropna() <= table["high"].dropna()).all()
        assert table.loc[table["answers"] < 2, ["low", "high"]].isna().all(axis=None)
    asked = found.loc["fte", "members"]
    assert asked == found.loc["fte", "answers"] + sum(
        found.attrs["answers_set_aside"]["fte"].values()
    )
    counted = found.attrs["members_counted"] + sum(found.attrs["members_set_aside"].values())
    assert counted == len(frame)


@settings(max_examples=15)
@given(factor=st.integers(1, 8), order=st.permutations(range(7)))
def test_units_and_order_do_not_count(factor, order):
    whole = np.array([1.0, 2, 4, 8, 16, 32, 64])
    frame = pd.DataFrame({"fte": whole, "fte_pole": whole / 8 * [1, 0, 1, 2, 0, 1, 3]})
    first = economic_weight(frame, draws=30)
    scaled = economic_weight(frame * 2.0**factor, draws=30)
    pd.testing.assert_frame_equal(
        first[["share", "low", "high"]], scaled[["share", "low", "high"]], check_exact=True
    )
    turned = economic_weight(frame.iloc[list(order)], draws=30)
    assert turned.loc["fte", "share"] == first.loc["fte", "share"]


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"fte": -1.0}, {}, "fte: expected numbers of at least 0, found -1.0 for 0, -1.0 for 1, "),
        ({"fte_pole": np.inf}, {}, "fte_pole: expected numbers of at least 0, found inf for 0, "),
        ({"turnover": "many"}, {}, "turnover: expected numbers, found str; convert with pandas"),
        ({}, {"by": "sector"}, "by: expected None or 'pole_id', found 'sector'"),
        ({}, {"confidence": 1}, "confidence: expected a number between 0 and 1, found 1; try 0.95"),
        ({}, {"draws": 0}, "draws: expected at least 1 draw, found 0; try 999"),
    ],
)
def test_bad_input(members, change, options, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}"):
        economic_weight(members.assign(**change), **options)


def test_missing_columns(members):
    with pytest.raises(
        MissingColumnError, match=r"^members: no column fte nor turnover; found pole"
    ):
        economic_weight(members.drop(columns="fte"))
    with pytest.raises(MissingColumnError, match=r"^members: no column pole_id; found member_name"):
        economic_weight(members.drop(columns="pole_id"), by="pole_id")


def test_the_page_prints_what_it_says():
    """Every block of Python of the page, in order, prints the block of text that follows it."""
    blocks = re.findall(r"```(python|text)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    kinds = [kind for kind, _ in blocks]
    assert kinds == ["python", "text"] * (len(blocks) // 2)
    assert blocks
    names: dict[str, object] = {}
    for (_, code), (_, expected) in zip(blocks[::2], blocks[1::2], strict=True):
        printed = StringIO()
        with redirect_stdout(printed):
            exec(code, names)
        assert printed.getvalue() == expected
