"""The register of communes: found by what people call them, told with their past."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo.errors import InputError, UnknownTerritoryError
from ptce_geo.territories import (
    commune_info,
    commune_names,
    find_communes,
    read_territories,
    territory_table,
)
from ptce_geo.territories.commune_index import commune_index
from ptce_geo.territories.history import commune_history

COLUMNS = ["code_commune", "nom", "code_departement", "name", "kind", "score", "reason"]
REASONS = {
    *("name", "name_without_article", "name_run_together", "begins_with", "misspelt"),
    *("words_behind", "code", "postcode_only"),
}


def best(text, **narrowing):
    """Return code, name met, its kind and the reason of the likeliest commune."""
    found = find_communes(text, **narrowing)
    return tuple(found.loc[0, ["code_commune", "name", "kind", "reason"]])


def codes(text, **narrowing):
    return find_communes(text, **narrowing)["code_commune"].tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("st etienne", ("42218", "Saint-Étienne", "current", "name")),
        ("SAINT-ÉTIENNE ", ("42218", "Saint-Étienne", "current", "name")),
        ("Mans (Le)", ("72181", "Le Mans", "current", "name")),
        ("mans", ("72181", "Le Mans", "current", "name_without_article")),
        ("roche yon", ("85191", "La Roche-sur-Yon", "current", "name_run_together")),
        # beginnings, as one types them
        ("aix", ("13001", "Aix-en-Provence", "current", "begins_with")),
        ("saint-eti", ("42218", "Saint-Étienne", "current", "begins_with")),
        ("la roch", ("17300", "La Rochelle", "current", "begins_with")),
        ("mont", ("34172", "Montpellier", "current", "begins_with")),
        # slips and words too many
        ("monpellier", ("34172", "Montpellier", "current", "misspelt")),
        ("grenobel", ("38185", "Grenoble", "current", "misspelt")),
        ("aix en provense", ("13001", "Aix-en-Provence", "current", "misspelt")),
        ("lyon part-dieu", ("69123", "Lyon", "current", "words_behind")),
        # municipal arrondissements
        ("Paris 11e", ("75056", "Paris 11e Arrondissement", "arrondissement_municipal", "name")),
        ("Lyon III", ("69123", "Lyon 3e Arrondissement", "arrondissement_municipal", "name")),
        # the département behind the name
        ("Saint-Denis (93)", ("93066", "Saint-Denis", "current", "name")),
        ("Saint-Denis (974)", ("97411", "Saint-Denis", "current", "name")),
        ("Saint-Denis, La Réunion", ("97411", "Saint-Denis", "current", "name")),
        ("Saint-Denis La Réunion", ("97411", "Saint-Denis", "current", "name")),
        ("Saint-Denis Seine-Saint-Denis", ("93066", "Saint-Denis", "current", "name")),
        ("Valence (82)", ("82186", "Valence", "current", "name")),
        ("Aix (73)", ("73008", "Aix-les-Bains", "current", "begins_with")),
        ("Ajaccio 2A", ("2A004", "Ajaccio", "current", "name")),
        ("Nantes 3", ("44109", "Nantes", "current", "words_behind")),  # not in the Allier
        (
            "Marseille 13",
            ("13055", "Marseille 13e Arrondissement", "arrondissement_municipal", "name"),
        ),
        # words before it
        ("Ville de Lyon", ("69123", "Lyon", "current", "name")),
        ("Mairie de Rennes", ("35238", "Rennes", "current", "name")),
        ("commune de Sète", ("34301", "Sète", "current", "name")),
        ("La mairie du Mans", ("72181", "Le Mans", "current", "name_without_article")),
        ("Mairie de Saint-Denis (93)", ("93066", "Saint-Denis", "current", "name")),
        ("La Ville-du-Bois", ("91665", "La Ville-du-Bois", "current", "name")),
        # numbers
        (42218, ("42218", "Saint-Étienne", "current", "code")),
        (1004, ("01004", "Ambérieu-en-Bugey", "current", "code")),
        ("42218", ("42218", "Saint-Étienne", "current", "code")),
        ("1004", ("01004", "Ambérieu-en-Bugey", "current", "code")),
        ("2a004", ("2A004", "Ajaccio", "current", "code")),
        ("20004", ("2A004", "Ajaccio", "former", "code")),
        (
            "75111",
            ("75056", "Paris 11e Arrondissement", "arrondissement_municipal", "code"),
        ),
        ("42000", ("42218", "Saint-Étienne", "current", "postcode_only")),
        ("42 000 st-etienne", ("42218", "Saint-Étienne", "current", "name")),
        # a name of today is met before the same name of yesterday
        ("Saint-Denis 93200", ("93066", "Saint-Denis", "current", "name")),
        # the overseas collectivities are in the register, if not on the map
        ("Saint-Barthélemy 97133", ("97701", "Saint-Barthélemy", "current", "name")),
    ],
)
def test_what_people_type(text, expected):
    assert best(text) == expected


@pytest.mark.parametrize(
    ("old", "code", "nom", "kind"),
    [
        # vanished in 2019, 2020, 2021, 2022, 2023, 2024, 2025
        ("Le Chesnay", "78158", "Le Chesnay-Rocquencourt", "deleguee"),
        ("Courcouronnes", "91228", "Évry-Courcouronnes", "former"),
        ("Châtillon-en-Michaille", "01033", "Valserhône", "deleguee"),
        ("Crimolois", "21452", "Neuilly-Crimolois", "deleguee"),
        ("Saint-Martin-de-Connée", "53249", "Vimartin-sur-Orthe", "deleguee"),
        ("Cazoulès", "24325", "Pechs-de-l'Espérance", "deleguee"),
        ("Béon 01350", "01138", "Culoz-Béon", "deleguee"),
        ("Saint-Sulpice-de-Cognac", "16097", "Val-de-Cognac", "deleguee"),
        ("Pierrefitte-sur-Seine", "93066", "Saint-Denis", "deleguee"),
        ("Ruffieu", "01187", "Haut Valromey", "deleguee"),
    ],
)
def test_old_names(old, code, nom, kind):
    found = find_communes(old)
    assert found.loc[0, ["code_commune", "nom", "kind"]].tolist() == [code, nom, kind]
    assert found.loc[0, "name"] == old.removesuffix(" 01350")


def test_evry_is_rather_the_town_than_the_village():
    # Évry (89162) has some 300 inhabitants, Évry-Courcouronnes (91228) 67,000: the village's
    # score of 1 is halved, the town's is that of a beginning.
    found = find_communes("Évry").set_index("code_commune")
    assert found.index[:2].tolist() == ["91228", "89162"]
    assert found.loc["91228", "score"] == 0.85
    assert found.loc["89162", "score"] == 0.5
    assert best("Évry", departement="89")[0] == "89162"
    assert find_communes("Évry", departement="Yonne").loc[0, "score"] == 1.0


def test_what_a_town_took_in_is_as_peopled_as_it_was():
    # Villefranche in Charny Orée de Puisaye (89086) has 606 inhabitants, Boulogne in Essarts en
    # Bocage (85084) 960: twenty times less than Villefranche-sur-Saône and Boulogne-Billancourt,
    # so 0.98 is halved. Villefranche-de-Lauragais was called Villefranche, and is met as a
    # beginning like the others: the most peopled first.
    found = find_communes("Villefranche", limit=100).set_index("code_commune")
    assert found.index[:2].tolist() == ["69264", "12300"]
    assert found.loc[["31582", "89086"], "score"].tolist() == [0.85, 0.49]
    found = find_communes("Boulogne", limit=100).set_index("code_commune")
    assert found.index[:2].tolist() == ["92012", "62160"]
    assert found.loc["85084", ["score", "kind"]].tolist() == [0.49, "deleguee"]
    # Code 20004 was Ajaccio's before 1976: the same land, the same people.
    index = commune_index(2026)
    ajaccio = [index.population(name) for name in index.by_name["ajaccio"]]
    assert len(ajaccio) == 2
    assert ajaccio[1] == pytest.approx(ajaccio[0], rel=0.1)


def test_homonyms_by_population_postcode_and_departement():
    # 97411 has 155,634 inhabitants, 93066 149,077: neither is twenty times the other.
    assert codes("Saint-Denis", limit=2) == ["97411", "93066"]
    assert codes("Saint-Denis", departement="93")[0] == "93066"
    assert codes("Saint-Denis", departement="la réunion")[0] == "97411"
    assert codes("Saint-Denis", postcode="93200") == ["93066"]
    assert codes("Saint-Denis", postcode="97400") == ["97411"]
    # A spreadsheet makes numbers of codes; 1090 has lost the zero of 01090.
    assert codes("Saint-Denis", postcode=93200) == ["93066"]
    assert codes("Saint-Denis", departement=93)[0] == "93066"
    assert codes("Montceaux", postcode=1090, departement=1) == ["01258"]
    # CEDEX codes are no commune's: their département is looked in.
    assert codes("Saint-Denis", postcode="97743")[0] == "97411"
    assert codes("st etienne", postcode="42007")[0] == "42218"


def test_castillon():
    # Current communes of that name: 06036 (425 inhabitants), 14140 (368), 64181 (332), 64182 (83),
    # 65135 (73); the last two are not twenty times smaller than any that begins so (33108: 3,344).
    # 33106 and 04039 bore the name, 09085 (428) bore it too.
    found = find_communes("Castillon", limit=100).set_index("code_commune")
    assert found.index[:3].tolist() == ["06036", "14140", "64181"]
    assert found.loc[["06036", "14140", "64181"], "score"].tolist() == [1.0, 1.0, 1.0]
    assert {"64182", "65135", "33106", "04039", "09085", "33108"} <= set(found.index)
    assert codes("Castillon", departement="64") == ["64181", "64182"]
    assert codes("castillon canton de lembeye")[0] == "64182"


def test_a_postcode_lists_its_communes():
    # 01700: the communes that the table gives that postcode, the most peopled first.
    table = territory_table()
    under = table[table["postcodes"].str.split().map(lambda listed: "01700" in listed)]
    ranked = under.sort_values("population", ascending=False)
    assert len(ranked) > 2
    for found in (
        find_communes("", postcode="01700", limit=100),
        find_communes("01700", limit=100),
        find_communes("?", postcode="01 700", limit=100),
    ):
        assert found["code_commune"].tolist() == ranked.index.tolist()
        assert set(found["reason"]) == {"postcode_only"}
    assert codes("", postcode="01700", departement="69") == []


def test_a_number_may_be_code_and_postcode():
    # 69003 is Albigny-sur-Saône for INSEE and Lyon 3e for La Poste.
    assert find_communes("69003")[["code_commune", "reason"]].to_numpy().tolist() == [
        ["69003", "code"],
        ["69123", "postcode_only"],
    ]


def test_narrowing_is_not_overruled():
    assert codes("Lyon", postcode="42000") == []
    assert codes("Lyon", postcode="42000", departement="69") == []
    # ... but the right town of the département is found under a wrong postcode of it.
    assert codes("Roanne", postcode="42000") == ["42187"]


@pytest.mark.parametrize("text", ["", "   ", "😀", "xqzt", "99999", "00000", "-"])
def test_nothing_found_is_an_empty_frame_of_the_same_columns(text):
    nothing = find_communes(text)
    assert len(nothing) == 0
    pd.testing.assert_series_equal(nothing.dtypes, find_communes("Lyon").dtypes)
    assert nothing.columns.tolist() == COLUMNS


def test_what_is_refused():
    for limit in (0, -1, 1.5):
        with pytest.raises(InputError, match="limit must be positive"):
            find_communes("Lyon", limit=limit)
    for nothing in (None, float("nan"), pd.NA):
        with pytest.raises(InputError, match=f"expected text for text=, found {nothing}$"):
            find_communes(nothing)
    for option in ("postcode", "departement"):
        for odd in (69.5, pd.NA, float("nan")):
            with pytest.raises(InputError, match=f"expected text for {option}=, found {odd}$"):
                find_communes("Lyon", **{option: odd})
    with pytest.raises(InputError, match="postcode must have five digits, found 'Loire'"):
        find_communes("Lyon", postcode="Loire")
    with pytest.raises(UnknownTerritoryError, match="unknown département 'Loir'"):
        find_communes("Lyon", departement="Loir")
    with pytest.raises(UnknownTerritoryError, match="1999"):
        find_communes("Lyon", year=1999)


def test_every_current_name_finds_its_commune_in_its_departement():
    names = commune_names()
    sample = names[names["kind"] == "current"].iloc[::70]
    asked = zip(sample["name"], sample["code"], sample["code_departement"], strict=True)
    missed = [
        (name, code)
        for name, code, departement in asked
        if find_communes(name, departement=departement, limit=9)
        .query("score == 1")
        .query("code_commune == @code")
        .empty
    ]
    assert len(sample) > 490
    assert missed == []


def test_every_homonym_is_among_those_found():
    names = commune_names()
    groups = names[names["kind"] == "current"].groupby("name")["code_commune"].agg(set)
    groups = groups[groups.map(len) > 1].iloc[::5]
    assert len(groups) > 200
    for name, same in groups.items():
        found = find_communes(name, limit=10_000)
        assert same <= set(found.loc[found["reason"] == "name", "code_commune"]), name


SCRAPS = st.sampled_from(
    [
        *(
            "Saint-Étienne",
            "ST",
            "Le",
            "L'",
            "Paris",
            "11e",
            "Évry",
            "aix",
            "lyn",
            "42000",
            "42218",
        ),
        *("2A004", "(", ")", "-", " ", "\x00", "😀", "٤٢٠٠٠", "ß", "s/"),
    ]
)
TEXTS = st.one_of(st.text(max_size=30), st.lists(SCRAPS, max_size=4).map(" ".join))


@given(
    TEXTS,
    st.sampled_from([None, "", "42000", "42007", "75011", "97133", "99999", "1400"]),
    st.sampled_from([None, "42", "Loire", "2a", "974", "975"]),
    st.integers(1, 20),
)
@settings(max_examples=150, deadline=None)
def test_any_text_is_answered_in_order(text, postcode, departement, limit):
    narrowing = {"postcode": postcode, "departement": departement}
    found = find_communes(text, **narrowing, limit=limit)
    assert found.columns.tolist() == COLUMNS
    assert len(found) <= limit
    assert found["code_commune"].is_unique
    assert found["score"].between(0.3, 1).all()
    assert set(found["reason"]) <= REASONS
    # Of what bears or bore the name met: of some names, the commune bore several.
    index = commune_index(2026)
    cells = zip(*(found[column] for column in ("name", "kind", "code_commune")), strict=True)
    peopled = [
        max(
            index.population(name)
            for name in index.by_commune[code]
            if (name.text, name.kind) == (text, kind)
        )
        for text, kind, code in cells
    ]
    cells = zip(found["score"], peopled, found["code_commune"], strict=True)
    ranks = [(-score, -population, code) for score, population, code in cells]
    assert ranks == sorted(ranks)
    if departement in ("42", "Loire"):
        assert set(found["code_departement"]) <= {"42"}
    longer = find_communes(text, **narrowing, limit=limit + 5)
    pd.testing.assert_frame_equal(longer.head(len(found)), found)


def test_a_commune_of_today():
    info = commune_info("42218")
    assert (info.nom, info.kind, info.code_commune) == ("Saint-Étienne", "current", "42218")
    row = read_territories("commune", departements="42").loc["42218"]
    assert (info.population, info.area_km2) == (row["population"], row["area_km2"])
    assert (info.longitude, info.latitude) == (row["longitude"], row["latitude"])
    assert info.postcodes == ("42000", "42100", "42230")
    assert info.siren == "214202186"
    assert list(info.parents) == ["epci", "arrondissement", "departement", "region"]
    assert info.parents["epci"] == ("244200770", "Saint-Étienne Métropole")
    assert info.parents["departement"].nom == "Loire"
    assert info.other_names.to_numpy().tolist() == [
        ["Rochetaillée", "associee", "42190"],
        ["Saint-Étienne-sur-Loire", "former", "42218"],
        ["Saint-Victor-sur-Loire", "former", "42292"],
        ["Terrenoire", "former", "42309"],
    ]
    # 1969: fusion with Saint-Victor under a new name; 1970: with Terrenoire under the old one;
    # 1973: with Rochetaillée. Each tells two communes.
    assert info.history["date"].str[:4].tolist() == ["1969"] * 2 + ["1970"] * 2 + ["1973"] * 2
    assert info.history["code_before"].tolist() == [
        *("42218", "42292", "42218", "42309", "42190", "42218"),
    ]


def test_an_arrondissement_of_paris():
    info = commune_info("75111")
    assert (info.kind, info.code_commune) == ("arrondissement_municipal", "75056")
    assert list(info.parents) == ["commune", "epci", "arrondissement", "departement", "region"]
    assert info.parents["commune"] == ("75056", "Paris")
    assert info.postcodes == ("75011",)
    assert info.population < commune_info("75056").population
    assert info.siren is None


def test_a_commune_deleguee_and_a_former_one():
    info = commune_info("01091")
    assert (info.nom, info.kind, info.code_commune) == (
        *("Châtillon-en-Michaille", "deleguee", "01033"),
    )
    assert info.parents["commune"].nom == "Valserhône"
    assert info.parents["departement"].code == "01"
    assert (info.population, info.area_km2, info.longitude, info.siren) == (None,) * 4
    assert info.postcodes == ()
    assert info.other_names["name"].tolist() == ["Châtillon-de-Michaille"]
    # Bernières, then Bernières-sur-Seine, gave its code to Les Trois Lacs until 2023.
    assert commune_info("27058").nom == "Les Trois Lacs"
    assert commune_info("27058").other_names["name"].tolist() == [
        *("Bernières", "Bernières-sur-Seine"),
    ]


def test_the_history_follows_a_commune_from_one_departement_to_another():
    # Évry-Petit-Bourg (78228) took the name of Évry in 1965, went from Seine-et-Oise to Essonne in
    # 1968, where its code became 91228, and united with Courcouronnes in 2019.
    expected = ["1965-06-30", "1968-01-01", "2019-01-01", "2019-01-01"]
    assert commune_info("91228").history["date"].tolist() == expected
    assert commune_info("78228").history["date"].tolist() == expected
    assert commune_info("2A004").history["code_before"].tolist() == ["20004"]


@pytest.mark.parametrize("code", [42218, 42218.0, "42218 "])
def test_a_code_is_tidied(code):
    assert commune_info(code).code == "42218"


def test_a_lost_zero_and_small_letters():
    assert commune_info("1004").nom == "Ambérieu-en-Bugey"
    assert commune_info("2a004").nom == "Ajaccio"


def test_territories_without_some_parents():
    assert "epci" not in commune_info("29083").parents  # Île-de-Sein
    assert "arrondissement" not in commune_info("97611").parents  # Mamoudzou
    outside = commune_info("97502")  # Saint-Pierre, of Saint-Pierre-et-Miquelon
    assert (outside.kind, outside.parents, outside.population) == ("current", {}, None)


def test_every_code_of_the_names_is_told():
    names = commune_names()
    for code in names["code"].drop_duplicates().iloc[::400]:
        info = commune_info(code)
        belongs = set(names.loc[names["code"] == code, "code_commune"])
        assert info.code_commune in belongs
        assert info.nom in set(names.loc[names["code"] == code, "name"])
        assert info.history.columns.equals(commune_history().columns)
        assert info.history["date"].is_monotonic_increasing
        assert (info.population is None) == (code not in territory_table().index)
        assert str(info).startswith(f"{info.nom} ({code})")


def test_it_reads_well():
    lines = str(commune_info("01091")).splitlines()
    assert lines[:2] == [
        "Châtillon-en-Michaille (01091), commune déléguée, 2026",
        "  commune: Valserhône (01033)",
    ]
    assert lines[-1] == (
        "  2019-01-01 commune devenant déléguée: Châtillon-en-Michaille → Valserhône"
    )
    # Saint-Barthélemy left Guadeloupe: it is told what it is now, though it is not on the map.
    commune, moved = str(commune_info("97123")).splitlines()[1:]
    assert commune == "  commune: Saint-Barthélemy (97701)"
    assert moved.endswith(": Saint-Barthélemy (97123) → Saint-Barthélemy (97701)")
    # Les Hauts-Talican gave its code to Beaumont and took another; what stays is not told.
    lines = str(commune_info("60694")).splitlines()
    assert lines[-1] == (
        "  2024-01-01 rétablissement: Les Hauts-Talican (60054) → Les Hauts-Talican (60694)"
    )
    saint_etienne = commune_info("42218")
    assert len(saint_etienne.history) == 6
    assert [line for line in str(saint_etienne).splitlines() if "1973" in line] == [
        "  1973-01-01 fusion-association: Rochetaillée → Saint-Étienne"
    ]
    assert "  postcodes: 42000, 42100, 42230" in str(commune_info("42218")).splitlines()


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("4221B", r"did you mean 42218 \(Saint-Étienne\)"),
        ("42000", r"did you mean 42218 \(Saint-Étienne\)"),
        ("Saint-Étienne", r"did you mean 42218 \(Saint-Étienne\)"),
        ("", "find_communes looks names up"),
        ("xqztxqzt", "find_communes looks names up"),
    ],
)
def test_an_unknown_code_is_told_with_what_may_be_meant(code, meant):
    with pytest.raises(UnknownTerritoryError, match=f"^unknown commune code '{code}'; {meant}"):
        commune_info(code)
