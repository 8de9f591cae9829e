"""What the list declares of its places: codes of communes and points go before the address."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from ptce_geo import schema
from ptce_geo.errors import CrsError, GeocodingError, InputError
from ptce_geo.geocoding import CommuneGeocoder, geocode
from ptce_geo.schema import ACCEPTED, REJECTED, REVIEW
from ptce_geo.territories import attach_territories, territory_table
from ptce_geo.words import LABELS


def placed(**cells):
    """Geocode one member given by its cells."""
    return geocode(pd.DataFrame({name: [cell] for name, cell in cells.items()})).iloc[0]


def test_a_code_places_its_member_at_the_commune():
    found = placed(member_id="a", city="Saint-Denis", code_commune="93066")
    commune = territory_table().loc["93066"]
    assert (found.geometry.x, found.geometry.y) == (commune["longitude"], commune["latitude"])
    assert found[list(schema.GEOCODE_COLUMNS)].tolist() == [
        commune["longitude"],
        commune["latitude"],
        "declared",
        "municipality",
        1.0,
        1.0,
        "Saint-Denis",
        ACCEPTED,
        "declared_code",
        "93066",
    ]


def test_a_code_alone_is_enough():
    assert placed(code_commune="2a004")["geocode_label"] == "Ajaccio"


@pytest.mark.parametrize("code", [1004, 1004.0, "1004", " 01004 "])
def test_a_code_that_a_spreadsheet_took_for_a_number(code):
    assert placed(code_commune=code)["code_commune"] == "01004"


@pytest.mark.parametrize(
    ("cells", "other"),
    [
        ({"city": "Lyon"}, "Lyon (69123)"),
        ({"postcode": "42000"}, "Saint-Étienne (42218)"),
        ({"city": "Saint-Denis", "postcode": "97400"}, "Saint-Denis (97411)"),
    ],
)
def test_an_address_that_clearly_tells_another_commune(cells, other):
    found = placed(code_commune="93066", **cells)
    assert found["geocode_reason"] == f"declared_code_contradicts_town: {other}"
    assert found["geocode_status"] == REVIEW
    assert found["code_commune"] == "93066"
    assert found["geocode_score"] == 0.5
    assert found.geometry is not None


@pytest.mark.parametrize("city", ["Saint-Denis", "Montreuil", "Zzyzx", None])
def test_an_address_that_is_not_clear_contradicts_nothing(city):
    # ambiguous, to review, unknown, empty
    found = placed(code_commune="93066", city=city)
    assert (found["geocode_status"], found["geocode_reason"]) == (ACCEPTED, "declared_code")


def test_the_pole_does_not_contradict_a_code():
    members = pd.DataFrame({"pole_id": ["p"], "city": ["Saint-Denis"], "code_commune": ["93066"]})
    poles = pd.DataFrame({"pole_id": ["p"], "departement": ["974"]})
    assert geocode(members, poles=poles)["geocode_reason"].tolist() == ["declared_code"]


def test_a_municipal_arrondissement():
    eleventh = territory_table("arrondissement_municipal").loc["75111"]
    # By its own code, and by the address within the commune's.
    for cells in ({"code_commune": "75111"}, {"code_commune": "75056", "city": "Paris 11e"}):
        found = placed(**cells)
        assert (found["longitude"], found["latitude"]) == (
            eleventh["longitude"],
            eleventh["latitude"],
        )
        assert found["code_commune"] == "75056"
        assert found["geocode_reason"] == "declared_code"
        assert found["geocode_status"] == ACCEPTED
    # The code goes before the address, and both are in Paris.
    found = placed(code_commune="75111", city="Paris 12e")
    assert (found["geocode_label"], found["geocode_status"]) == (eleventh["nom"], ACCEPTED)


@pytest.mark.parametrize(
    ("old", "code"),
    [
        ("01340", "01015"),  # Saint-Bois, Arboys en Bugey since 2016
        ("36072", "36244"),  # a commune déléguée
    ],
)
def test_an_old_code_leads_to_the_commune_of_today(old, code):
    found = placed(code_commune=old)
    assert found["code_commune"] == code
    assert found["geocode_reason"] == f"declared_old_code: {old}"
    assert found["geocode_status"] == ACCEPTED
    assert placed(code_commune=old, city="Lyon")["geocode_status"] == REVIEW


def test_a_code_that_is_none_leaves_it_to_the_address_and_is_not_lost():
    members = pd.DataFrame(
        {
            "city": ["Lyon", "Zzyzx", None, "Lyon"],
            "code_commune": ["99999", "Lyon 3", "\x00\n" * 300, ""],
        }
    )
    located = geocode(members)
    assert located["code_commune"].fillna("").tolist() == ["69123", "", "", "69123"]
    assert located["geocode_reason"].iloc[[0, 1, 3]].tolist() == [
        "only_town_of_that_name: code_commune 99999 not used",
        "unknown_town: Zzyzx; code_commune LYON 3 not used",
        "only_town_of_that_name",
    ]
    assert located["geocode_reason"].iloc[2].startswith("no_town")
    assert located["geocode_reason"].map(str.isprintable).all()


def test_the_code_of_an_overseas_collectivity():
    # Marigot is in Saint-Martin, Le Marigot in Martinique.
    found = placed(code_commune="97801", city="Le Marigot")
    assert found["geocode_status"] == REJECTED
    assert found["geocode_reason"] == "outside_embedded_france: Saint-Martin (97801)"
    assert found.geometry is None


def test_coordinates_go_before_the_code_which_is_not_lost():
    found = placed(longitude=4.39, latitude=45.44, code_commune="69123")
    assert (found["longitude"], found["geocode_precision"]) == (4.39, "locality")
    assert found["geocode_status"] == REVIEW
    reason = "declared_coordinates_elsewhere: Lyon (69123); code_commune 69123 not used"
    assert found["geocode_reason"] == reason


@pytest.mark.parametrize(
    ("place", "status"),
    [
        # In Saint-Étienne; some 200 m beyond its border, in Saint-Priest-en-Jarez; in Lyon.
        ((4.3873, 45.4397), ACCEPTED),
        ((4.3832, 45.4710), ACCEPTED),
        ((4.8357, 45.7640), REVIEW),
        # Latitude and longitude exchanged: off Somalia.
        ((45.4397, 4.3873), REVIEW),
    ],
)
def test_coordinates_are_checked_against_the_commune_of_the_address(place, status):
    longitude, latitude = place
    found = placed(longitude=longitude, latitude=latitude, postcode="42000", city="Saint-Étienne")
    assert found["geocode_status"] == status
    # The point is kept as the list has it, for a person to look at.
    assert (found["longitude"], found["latitude"]) == place


def test_coordinates_at_sea_go_to_review():
    found = placed(longitude=-8, latitude=47, city="Saint-Denis")
    assert (found["geocode_status"], found["geocode_reason"]) == (
        REVIEW,
        "declared_coordinates_outside",
    )
    assert found["longitude"] == -8


def test_coordinates_without_a_sure_town_are_taken_as_they_are():
    assert placed(longitude=4.39, latitude=45.44, city="Saint-Denis")["geocode_status"] == ACCEPTED


def test_a_code_goes_before_the_geocoders():
    class Never:
        name = "never"

        def locate(self, queries):
            raise AssertionError(queries)

    members = pd.DataFrame({"city": ["Lyon", "Lyon"], "code_commune": ["69123", "97801"]})
    assert geocode(members, Never())["geocode_status"].tolist() == [ACCEPTED, REJECTED]


def test_every_commune_by_its_code_goes_to_itself():
    communes = territory_table()
    names = communes["nom"].to_numpy()
    members = pd.DataFrame({"city": names, "code_commune": communes.index}, index=communes.index)
    located = geocode(members)
    assert located["code_commune"].tolist() == communes.index.tolist()
    assert located["longitude"].equals(communes["longitude"])
    assert (located["geocode_reason"] == "declared_code").all()


def test_geocoding_again_keeps_what_the_list_declared():
    members = pd.DataFrame(
        {
            "city": ["Lyon", None, None, "Lyon", "Lyon"],
            "code_commune": ["69123", "01340", "75111", "42218", None],
        },
        index=["e", "d", "c", "b", "a"],
    )
    once = geocode(members)
    pd.testing.assert_frame_equal(pd.DataFrame(geocode(once)), pd.DataFrame(once))
    # The contradiction is gone when the town is corrected; a code that was found is not declared.
    town = geocode(once.assign(city=[None, None, None, "Saint-Étienne", "Nantes"]))
    assert town["geocode_status"].tolist() == [ACCEPTED] * 5
    assert town["code_commune"].tolist() == ["69123", "01015", "75056", "42218", "44109"]


def test_an_old_code_that_became_several_is_decided_by_the_address_or_reviewed():
    # Orsay was 78471 until 1968; Les Ulis came of it in 1977.
    members = pd.DataFrame({"code_commune": ["78471"] * 3, "city": ["Orsay", "", "Lyon"]})
    located = geocode(members)
    assert located["code_commune"].tolist() == ["91471", "91692", "91692"]
    assert located["geocode_status"].tolist() == [ACCEPTED, REVIEW, REVIEW]
    assert located["geocode_reason"].tolist() == [
        "declared_old_code: 78471",
        "declared_code_of_several_communes: 78471 (91692, 91471)",
        "declared_code_contradicts_town: Lyon (69123)",
    ]


def test_every_reason_of_a_declared_place_has_words():
    reasons = ("coordinates", "code", "old_code", "code_contradicts_town")
    for reason in (*reasons, "code_of_several_communes"):
        assert all(LABELS[f"reason_declared_{reason}"])


def test_points_are_declared_coordinates():
    points = gpd.points_from_xy([4.39, 0, 0], [45.44, 0, 0])
    members = gpd.GeoDataFrame(
        {"member_id": ["a", "b", "c"], "city": ["St-Etienne", "Lyon", "Lyon"]},
        geometry=points,
        crs="EPSG:4326",
    )
    members.geometry = [points[0], None, shapely.Point()]
    located = geocode(members)
    assert located["geocode_reason"].tolist() == [
        "declared_coordinates",
        "only_town_of_that_name",
        "only_town_of_that_name",
    ]
    assert located.geometry.iloc[0].equals(points[0])
    assert attach_territories(located)["nom_commune"].tolist() == ["Saint-Étienne", "Lyon", "Lyon"]
    # Points are enough, and may be called otherwise.
    renamed = geocode(members[["geometry"]].iloc[:1].rename_geometry("place"))
    assert renamed.columns.tolist() == [*schema.GEOCODE_COLUMNS, "geometry"]
    assert renamed["longitude"].tolist() == [4.39]


def test_points_that_cannot_be_used():
    members = gpd.GeoDataFrame(
        {"city": ["Lyon"]}, geometry=gpd.points_from_xy([4.39], [45.44]), crs="EPSG:4326"
    )
    with pytest.raises(CrsError, match="geocode: expected EPSG:4326, found EPSG:2154"):
        geocode(members.to_crs(2154))
    with pytest.raises(CrsError, match="geocode: the frame has no CRS"):
        geocode(members.set_crs(None, allow_override=True))
    with pytest.raises(InputError, match="geocode: expected points, found Polygon"):
        geocode(members.set_geometry([shapely.box(4, 45, 5, 46)], crs="EPSG:4326"))
    # Nothing is declared by points that are all missing.
    nowhere = gpd.GeoDataFrame({"city": ["Lyon"]}, geometry=[None])
    assert geocode(nowhere)["code_commune"].tolist() == ["69123"]


def test_any_iterable_of_geocoders():
    members = pd.DataFrame({"city": ["Lyon"]})
    located = geocode(members, (one for one in [CommuneGeocoder()]))
    assert located["code_commune"].tolist() == ["69123"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("ban", "'ban'"),
        (["ban", CommuneGeocoder()], "'ban'"),
        (CommuneGeocoder, "<class 'ptce_geo.geocoding.communes.CommuneGeocoder'>"),
        ([CommuneGeocoder], "<class 'ptce_geo.geocoding.communes.CommuneGeocoder'>"),
        (3, "3"),
        ([None], "None"),
    ],
)
def test_what_is_no_geocoder(given, named):
    with pytest.raises(InputError, match="give objects with name and locate") as error:
        geocode(pd.DataFrame({"city": ["Lyon"]}), given)
    assert f"geocode: no geocoder: {named};" in str(error.value)


@pytest.mark.parametrize(
    ("column", "odd", "known"),
    [
        ("geocode_status", "ok", "accepted, review, rejected"),
        ("geocode_status", np.nan, "accepted, review, rejected"),
        ("geocode_precision", "rooftop", "housenumber, street, locality, municipality"),
    ],
)
def test_a_geocoder_that_answers_with_words_of_its_own(column, odd, known):
    class Odd:
        name = "odd"

        def locate(self, queries):
            return CommuneGeocoder().locate(queries).assign(**{column: odd})

    with pytest.raises(GeocodingError) as error:
        geocode(pd.DataFrame({"city": ["Lyon"]}), Odd())
    assert str(error.value) == f"geocoder 'odd' answered {column} {odd}; known: {known}"
