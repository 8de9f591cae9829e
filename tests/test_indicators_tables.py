"""The tables of a study: each column is what its name says, over a hand-made list."""

from __future__ import annotations

import pandas as pd
import pytest

from ptce_geo.indicators import coverage_by_reach, indicator_tables
from ptce_geo.indicators.concentration_table import concentration_table
from ptce_geo.indicators.specialisation import location_quotient_interval
from ptce_geo.territories import attach_territories, territory_table

# Two members in Saint-Étienne, one in Saint-Denis (La Réunion).
TOWNS = ["42218", "42218", "97411"]


@pytest.fixture(scope="module")
def members():
    communes = territory_table().loc[TOWNS].reset_index()
    import geopandas as gpd

    frame = gpd.GeoDataFrame(
        {"pole_id": "p", "pole_name": "P", "fte": 1.0, "code_commune": TOWNS},
        geometry=gpd.points_from_xy(communes["longitude"], communes["latitude"]),
        crs="EPSG:4326",
    )
    return attach_territories(frame)


def test_by_territory(members):
    tables = indicator_tables(members)
    regions = tables["region"]
    assert len(regions) == 18
    assert regions["members"].to_dict() == {
        code: {"84": 2, "04": 1}.get(code, 0) for code in regions.index
    }
    people = regions["population"]
    assert people["04"] == 889_679
    # 1 member for 889,679 inhabitants is 0.1124 for 100,000.
    assert regions.loc["04", "members_per_100k"] == pytest.approx(0.1124, abs=5e-5)
    # A third of the members, over the share of the population.
    assert regions.loc["04", "location_quotient"] == pytest.approx(
        (1 / 3) / (889_679 / people.sum())
    )
    # The villages destroyed in 1916 have no inhabitants: no rate.
    assert pd.isna(tables["commune"].loc["55039", "members_per_100k"])


def test_the_other_tables_are_those_of_the_measures(members):
    tables = indicator_tables(members, thresholds_km=[10], levels=["departement"])
    counts = tables["departement"]["members"]
    pd.testing.assert_frame_equal(
        tables["concentration"], concentration_table(members, levels=["departement"])
    )
    quotients = location_quotient_interval(counts, reference=tables["departement"]["population"])
    bounds = tables["departement"][["location_quotient_low", "location_quotient_high"]]
    assert bounds.to_numpy() == pytest.approx(quotients[["low", "high"]].to_numpy(), nan_ok=True)
    pd.testing.assert_frame_equal(
        tables["coverage_by_reach"], coverage_by_reach(members, thresholds_km=[10])
    )
    assert tables["coverage_by_presence"].index.tolist() == ["departement"]
    assert tables["poles"].loc["p", "members"] == 3


def test_a_level_that_reaches_beyond_the_study_area_is_left_out(members):
    assert "region" not in indicator_tables(members, departements=["42"])
    # La Réunion is a département and a région.
    assert indicator_tables(members, departements=["974"])["region"]["members"].tolist() == [1]
