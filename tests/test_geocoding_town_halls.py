"""How right the embedded geocoder is, measured on the real addresses of the town halls of France.

``town_halls.parquet`` holds the address text that the source gives of each town hall (no
coordinates) and the commune whose town hall it is; tools/build_town_halls.py writes it. Where the
source's address is another commune's, or misspelt beyond recognition, ``town_halls_misfits.csv``
says so, one line each.
"""

from pathlib import Path

import pandas as pd
import pytest

from ptce_geo.geocoding import CommuneGeocoder
from ptce_geo.schema import ACCEPTED, REJECTED, REVIEW

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def town_halls():
    return pd.read_parquet(DATA / "town_halls.parquet").set_index("code")


@pytest.fixture(scope="module")
def misfits():
    return pd.read_csv(DATA / "town_halls_misfits.csv", dtype="str").set_index("code")


@pytest.fixture(scope="module")
def by_line(town_halls):
    return CommuneGeocoder().locate(town_halls)


@pytest.fixture(scope="module")
def by_columns(town_halls):
    lines = town_halls["address"].str.rpartition("\n")
    cells = lines[2].str.extract(r"^(?P<postcode>\d+)\s+(?P<city>.+)$").assign(address=lines[0])
    assert cells["city"].notna().all()
    return CommuneGeocoder().locate(cells)


@pytest.fixture(params=["by_line", "by_columns"])
def answers(request):
    return request.getfixturevalue(request.param)


def test_right_commune(answers):
    right = answers["code_commune"] == answers.index
    assert len(answers) > 34_000
    assert right.mean() >= 0.999
    assert ((answers["geocode_status"] == ACCEPTED) & right).mean() >= 0.998


def test_hardly_any_wrong_commune_is_accepted(answers):
    wrong = (answers["code_commune"] != answers.index) & (answers["geocode_status"] == ACCEPTED)
    assert wrong.mean() <= 0.001


def test_every_wrong_answer_is_a_misfit_of_the_source(answers, misfits):
    wrong = answers.index[answers["code_commune"] != answers.index]
    assert set(wrong) == set(misfits.index)


def test_the_misfits_are_told_as_they_are(by_line, town_halls, misfits):
    assert misfits["address"].to_dict() == (
        town_halls.loc[misfits.index, "address"].str.replace("\n", ", ").to_dict()
    )
    status = by_line.loc[misfits.index, "geocode_status"]
    told = misfits["why"].str.rpartition("; ")[2]
    assert (told == "rejected").equals(status == REJECTED)
    assert (told == "to review").equals(status == REVIEW)
