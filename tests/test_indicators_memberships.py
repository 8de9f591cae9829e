"""Of which pole and structure each member is."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptce_geo.errors import DuplicateIdError, InputError
from ptce_geo.indicators.memberships import (
    known_poles,
    listed_poles,
    pole_rows,
    seat_points,
    structure_keys,
)


def test_the_poles_of_the_list_come_first_then_those_that_only_members_name():
    members = pd.DataFrame({"pole_id": ["z", "b", None, "a"]})
    ids = known_poles(members, pd.DataFrame({"pole_id": ["m", "b"]}))
    assert ids.to_list() == ["m", "b", "a", "z"]
    assert pole_rows(members, ids).tolist() == [3, 1, -1, 2]


def test_a_pole_without_seat_has_no_place():
    poles = gpd.GeoDataFrame(
        {"pole_id": ["q", "p"]}, geometry=gpd.GeoSeries.from_wkt(["POINT (3 46)", None]), crs=4326
    )
    seats = seat_points(pd.Index(["p", "q", "r"]), poles)
    np.testing.assert_array_equal(seats, [[np.nan] * 2, [3, 46], [np.nan] * 2])
    assert np.isnan(seat_points(pd.Index(["p"]), None)).all()


def test_a_list_of_poles_must_name_each_once():
    with pytest.raises(InputError, match="poles: 1 rows have no pole_id; fill it"):
        listed_poles(pd.DataFrame({"pole_id": ["p", None]}))
    with pytest.raises(DuplicateIdError, match="p stand more than once"):
        listed_poles(pd.DataFrame({"pole_id": ["p", "p"]}))


def test_what_tells_a_structure():
    members = pd.DataFrame(
        {
            "siret": ["123 456", None, "", None, None, "123456", None],
            "member_name": [
                "A",
                "L'Épicerie",
                "L'EPICERIE",
                "L'Épicerie",
                None,
                "B",
                "L'Épicerie",
            ],
            "code_commune": [None, "26281", "26281", "38185", "26281", None, None],
            "city": [None, "Romans", "Romans", "Grenoble", "Romans", None, None],
        }
    )
    keys = structure_keys(members)
    assert keys[0] == keys[5]  # one SIRET, whatever the name
    assert keys[1] == keys[2] != keys[3]  # one name in one town
    assert keys[[4, 6]].isna().all()  # a name without town, or no name: nothing tells


def test_the_town_declared_tells_where_no_commune_is_known():
    members = pd.DataFrame({"member_name": ["A", "a"], "city": ["Saint-Étienne", "SAINT ETIENNE"]})
    first, second = structure_keys(members)
    assert first == second


@given(st.permutations(range(6)))
def test_the_order_of_the_rows_does_not_matter(order):
    members = pd.DataFrame(
        {
            "siret": ["1", "1", None, None, None, "2"],
            "member_name": ["A", "B", "C", "c", "C", "C"],
            "code_commune": ["01001", "01001", "01001", "01001", "01002", "01001"],
        }
    )
    keys = structure_keys(members)
    pd.testing.assert_series_equal(structure_keys(members.iloc[order]), keys.iloc[order])
