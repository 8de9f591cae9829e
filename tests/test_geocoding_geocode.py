"""geocode(): the frame that goes in comes out, row by row, with a place or a reason."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from ptce_geo import schema
from ptce_geo.errors import DuplicateIdError, GeocodingError, InputError, MissingColumnError
from ptce_geo.geocoding import CommuneGeocoder, geocode
from ptce_geo.schema import ACCEPTED, REJECTED, REVIEW


@pytest.fixture
def members():
    return pd.DataFrame(
        {
            "member_id": ["m3", "m1", "m2", "m4"],
            "pole_id": ["p1", "p1", "p2", None],
            "address": ["1 rue de Paris", None, None, "Le Bourg"],
            "postcode": ["42000", None, None, None],
            "city": ["ST ETIENNE", "Saint-Denis", "Lyon", None],
            "sector": ["bois", "eau", "eau", "bois"],
        },
        index=["d", "b", "b", "a"],  # neither sorted nor unique
    )


@pytest.fixture
def poles():
    return pd.DataFrame({"pole_id": ["p1", "p2"], "departement": ["La Réunion", "69"]})


class Gazetteer:
    """A small geocoder of places that somebody knows by heart."""

    def __init__(self, **points):
        self.points = points
        self.asked = []

    @property
    def name(self):
        return "gazetteer"

    def locate(self, queries):
        self.asked += queries.get("address", pd.Series("", queries.index)).tolist()
        found = pd.DataFrame(index=queries.index, columns=list(schema.GEOCODE_COLUMNS))
        found = found.astype(schema.GEOCODE_DTYPES)
        found["geocode_status"] = REJECTED
        found["geocode_reason"] = "unknown_town"
        for row, address in zip(queries.index, self.asked[-len(queries) :], strict=True):
            if address in self.points:
                longitude, latitude = self.points[address]
                found.loc[row, ["longitude", "latitude"]] = [longitude, latitude]
                found.loc[row, "geocode_provider"] = self.name
                found.loc[row, "geocode_status"] = ACCEPTED
        return found


def test_the_rows_of_the_members_in_their_order(members):
    before = members.copy(deep=True)
    members.attrs["source"] = "list.xlsx"
    located = geocode(members)
    assert isinstance(located, gpd.GeoDataFrame)
    assert located.crs == "EPSG:4326"
    assert located.columns.tolist() == [
        *members.columns,
        *schema.GEOCODE_COLUMNS,
        "geometry",
    ]
    pd.testing.assert_frame_equal(pd.DataFrame(located)[members.columns.tolist()], before)
    pd.testing.assert_frame_equal(members, before)
    assert located.attrs == {"source": "list.xlsx"}
    assert located["member_id"].tolist() == ["m3", "m1", "m2", "m4"]
    assert located["code_commune"].fillna("").tolist() == ["42218", "", "69123", ""]
    assert located["geocode_status"].tolist() == [ACCEPTED, REJECTED, ACCEPTED, REJECTED]
    assert located["geocode_reason"].tolist()[3] == "no_town"
    assert located["geocode_reason"].tolist()[1].startswith("ambiguous_town: Saint-Denis (97411), ")


def test_points_are_the_coordinates(members):
    located = geocode(members)
    placed = located["geocode_status"] != REJECTED
    assert (located.geometry.notna() == placed).all()
    assert located.geometry[placed].x.equals(located.loc[placed, "longitude"])
    assert located.geometry[placed].y.equals(located.loc[placed, "latitude"])
    assert located.loc[~placed, ["longitude", "latitude", "geocode_provider"]].isna().all(axis=None)


@pytest.mark.parametrize("index", [["x", "y", "z", "t"], [9, 9, 9, 9], [3.5, 1.5, 2.5, 0.5]])
def test_any_index(members, index):
    located = geocode(members.set_axis(index))
    assert located.index.tolist() == index
    pd.testing.assert_frame_equal(
        pd.DataFrame(located).reset_index(drop=True),
        pd.DataFrame(geocode(members)).reset_index(drop=True),
    )


def test_the_order_of_the_rows_changes_nothing(members):
    turned = geocode(members.iloc[::-1]).iloc[::-1]
    pd.testing.assert_frame_equal(pd.DataFrame(turned), pd.DataFrame(geocode(members)))


def test_the_departement_of_the_pole_tells_towns_of_one_name_apart(members, poles):
    located = geocode(members, poles=poles)
    assert located["code_commune"].fillna("").tolist() == ["42218", "97411", "69123", ""]
    # p1 is of La Réunion, yet m3 gives a postcode: the address goes before the pole.
    assert located["geocode_reason"].tolist() == [
        "postcode_and_town",
        "town_in_pole_departement",
        "town_in_pole_departement",
        "no_town",
    ]


def test_a_declared_departement_goes_before_that_of_the_pole(members, poles):
    declared = members.assign(departement=[None, "93", None, None])
    assert geocode(declared, poles=poles)["code_commune"].iloc[1] == "93066"


def test_poles_without_departement_tell_nothing(members, poles):
    plain = geocode(members)
    for useless in (poles[["pole_id"]], poles.assign(departement=None), poles.iloc[:0]):
        assert geocode(members, poles=useless)["geocode_status"].equals(plain["geocode_status"])
    without_pole = members.drop(columns="pole_id")
    assert geocode(without_pole, poles=poles)["code_commune"].isna().sum() == 2


def test_poles_are_placed_as_members_are(poles):
    seats = geocode(poles.assign(city=["Saint-Denis", "Lyon"]))
    assert seats["code_commune"].tolist() == ["97411", "69123"]


def test_each_geocoder_is_asked_what_the_others_left(members):
    gazetteer = Gazetteer(**{"Le Bourg": (1.5, 44.8)})
    first = geocode(members, [CommuneGeocoder(), gazetteer])
    assert gazetteer.asked[-1] == "Le Bourg"
    assert len(gazetteer.asked) == 2  # m1 and m4
    providers = ["commune", "", "commune", "gazetteer"]
    assert first["geocode_provider"].fillna("").tolist() == providers
    assert first.geometry.iloc[3].coords[0] == (1.5, 44.8)
    assert first["geocode_reason"].iloc[1] == "unknown_town"  # the last one's

    gazetteer = Gazetteer(**{"1 rue de Paris": (4.39, 45.44)})
    turned = geocode(members, (gazetteer, CommuneGeocoder()))
    providers = ["gazetteer", "", "commune", ""]
    assert turned["geocode_provider"].fillna("").tolist() == providers
    assert len(gazetteer.asked) == 4


def test_one_geocoder_alone(members):
    located = geocode(members, Gazetteer(**{"Le Bourg": (1.5, 44.8)}))
    assert located["geocode_status"].tolist() == [REJECTED, REJECTED, REJECTED, ACCEPTED]
    embedded = geocode(members, CommuneGeocoder())
    pd.testing.assert_frame_equal(pd.DataFrame(embedded), pd.DataFrame(geocode(members)))


def test_a_geocoder_is_not_asked_when_nothing_is_left(members):
    gazetteer = Gazetteer()
    geocode(members.iloc[[0, 2]], [CommuneGeocoder(), gazetteer])
    assert gazetteer.asked == []


class Careless(Gazetteer):
    """Answers in another order, or not all that is asked."""

    def __init__(self, spoil):
        super().__init__()
        self.spoil = spoil

    def locate(self, queries):
        return self.spoil(super().locate(queries))


def test_a_careless_geocoder_is_found_out(members):
    for spoil in (lambda found: found[::-1], lambda found: found[1:]):
        with pytest.raises(GeocodingError, match=r"'gazetteer' answered [34] rows to 4"):
            geocode(members, Careless(spoil))
    with pytest.raises(MissingColumnError, match="'gazetteer': no column geocode_reason"):
        geocode(members, Careless(lambda found: found.drop(columns="geocode_reason")))


def test_declared_coordinates_are_kept(members):
    declared = members.assign(longitude=[4.4, np.nan, 4.8, 0.0], latitude=[45.4, 45.4, np.nan, 0.0])
    located = geocode(declared)
    first = located.iloc[0]
    assert (first["longitude"], first["latitude"]) == (4.4, 45.4)
    assert (first.geometry.x, first.geometry.y) == (4.4, 45.4)
    assert first["geocode_provider"] == "declared"
    assert first["geocode_reason"] == "declared_coordinates"
    assert first["geocode_status"] == ACCEPTED
    assert first["geocode_precision"] == "locality"
    assert pd.isna(first["code_commune"])  # the join tells it
    # Half a point, or (0, 0), is none: these go by their address.
    assert located["geocode_provider"].fillna("").tolist() == ["declared", "", "commune", ""]
    assert located["longitude"].iloc[2] == pytest.approx(4.835, abs=0.01)


def test_declared_coordinates_as_text(members):
    text = members.assign(longitude=["4,4", "", None, " 2.35 "], latitude=["45.4", "", None, "48"])
    assert geocode(text)["longitude"].round(2).fillna(0).tolist() == [4.4, 0.0, 4.84, 2.35]


@pytest.mark.parametrize(
    ("longitude", "latitude", "match"),
    [
        ("4°23'", "45.4", "longitude is not in degrees: 4°23'"),
        (792_000.0, 6_480_000.0, "out of range; give degrees"),  # Lambert-93
        (45.4, 94.4, "out of range; give degrees"),
    ],
)
def test_declared_coordinates_that_are_not_degrees(members, longitude, latitude, match):
    with pytest.raises(InputError, match=match):
        geocode(members.assign(longitude=longitude, latitude=latitude))


def test_geocoding_again_asks_again(members, poles):
    once = geocode(members)
    again = geocode(once, poles=poles)
    assert again.columns.tolist() == once.columns.tolist()
    expected = pd.DataFrame(geocode(members, poles=poles))
    pd.testing.assert_frame_equal(pd.DataFrame(again), expected)
    kept = geocode(once.assign(geocode_provider=["declared", None, None, None]))
    assert kept["geocode_reason"].iloc[0] == "declared_coordinates"


def test_what_is_to_review_has_its_point(members):
    located = geocode(members.assign(city="Montreuil", postcode=None, address=None))
    assert (located["geocode_status"] == REVIEW).all()
    assert located.geometry.notna().all()


def test_empty_frame(members):
    located = geocode(members.iloc[:0])
    assert len(located) == 0
    assert located.crs == "EPSG:4326"
    full = geocode(members)
    assert located.columns.equals(full.columns)
    columns = list(schema.GEOCODE_COLUMNS)
    assert located[columns].dtypes.equals(full[columns].dtypes)
    assert full[columns].dtypes.astype(str).to_dict() == schema.GEOCODE_DTYPES


def test_member_id_must_be_unique(members):
    with pytest.raises(DuplicateIdError, match="member_id must be unique; m1 stand more than once"):
        geocode(members.assign(member_id=["m1", "m1", "m2", "m3"]))
    unknown = members.assign(member_id=[None, None, "m2", "m3"])
    assert len(geocode(unknown)) == 4


def test_pole_id_of_the_poles_must_be_unique(members, poles):
    with pytest.raises(DuplicateIdError, match="geocode, poles: pole_id must be unique; p1"):
        geocode(members, poles=pd.concat([poles, poles.iloc[:1]]))


def test_something_to_place_by_is_needed(members):
    match = "needed one of address, postcode, city, siret, code_commune, longitude, or points; "
    with pytest.raises(MissingColumnError, match=match):
        geocode(members[["member_id", "sector"]])
    with pytest.raises(MissingColumnError, match="found no column"):
        geocode(pd.DataFrame())


def test_no_geocoder(members):
    with pytest.raises(InputError, match="no geocoder given"):
        geocode(members, [])
