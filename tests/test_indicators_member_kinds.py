"""The kind of a member: rules against lists written by hand, and the real members of examples."""

import re
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptce_geo.errors import MissingColumnError
from ptce_geo.indicators.member_kinds import (
    FAMILY_OF_KIND,
    LEFT_OPEN,
    LEFT_OPEN_BY_THE_LIST,
    LEFT_OPEN_TO_THE_LIST,
    MEMBER_KIND_RULES,
    member_kind,
)
from ptce_geo.schema import FAMILIES

EXAMPLE = Path(__file__).parents[1] / "examples" / "data" / "members.csv"
SOURCES = ("sirene_legal_form", "sirene_ess", "member_kind", "member_name")


def told(**cells):
    """Kind and rule of one member."""
    return tuple(member_kind(pd.DataFrame([cells], dtype="str"))[["kind", "rule"]].iloc[0])


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        # As INSEE's nomenclature names them: SARL, SA and SA à directoire under SCOP law, ...
        *((code, "scop") for code in ("5458", "5558", "5658")),
        # ... other coopératives (banks, SARL, SA, Alsace-Moselle, CUMA, agricultural, credit), ...
        *((code, "cooperative") for code in ("5192", "5195", "5460", "5560", "5453", "6100")),
        *((code, "cooperative") for code in ("6316", "6317", "6596")),
        # ... and no coopérative: SELARL, EURL, SARL, SA, SAS, SCI, a person, a foreign company.
        *(
            (code, "enterprise")
            for code in ("5485", "5498", "5499", "5599", "5710", "6540", "1000")
        ),
        *((code, "enterprise") for code in ("3120", "3220", "6220", "9224")),
        *((code, "mutuelle") for code in ("8210", "8250", "8290", "6411")),
        *((code, "association") for code in ("9210", "9220", "9223", "9230", "9260")),
        *((code, "siae") for code in ("9221", "9222")),
        ("9300", "fondation"),
        *((code, "commune") for code in ("7210", "7312")),
        *((code, "epci") for code in ("7343", "7344", "7346", "7348")),
        # Départements, régions, syndicats and PETR are authorities or groups, but no EPCI.
        *((code, "collectivite") for code in ("7220", "7229", "7230", "7345", "7354", "7357")),
        *((code, "university") for code in ("7383", "7384")),
        ("7331", "training_body"),
        *((code, "network") for code in ("7381", "8420", "8470")),
        # SARL, SA and SA à directoire d'économie mixte: companies that authorities own.
        *((code, "public_body") for code in ("5415", "5515", "5615")),
        *((code, "public_body") for code in ("4110", "7113", "7361", "7389", "7410", "8110")),
        *((code, "other") for code in ("3210", "8310", "8510", "9110", "9240", "9900")),
        *((code, "unknown") for code in ("0000", "8999", "2014", "")),
    ],
)
def test_legal_forms(code, kind):
    found, rule = told(sirene_legal_form=code)
    assert found == kind
    assert pd.isna(rule) if kind == "unknown" else rule == f"legal form {code}"
    # A code at the beginning of the declared kind tells the same.
    assert told(member_kind=f"{code} - whatever")[0] == kind


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("Association loi 1901", "association"),
        ("ASSOCIATIONS", "association"),
        ("S.C.I.C.", "scic"),
        ("Scop", "scop"),
        ("Société coopérative d’intérêt collectif", "scic"),
        ("Coopérative d’activité et d’emploi", "cooperative"),
        ("Mutuelle", "mutuelle"),
        ("Fondation reconnue d'utilité publique", "fondation"),
        ("Entreprise d'insertion", "siae"),
        ("ETTI", "siae"),
        ("E.I.", "unknown"),  # entreprise d'insertion, or entreprise individuelle
        ("Entreprise ESS", "other_ess"),
        ("Entreprise hors ESS", "enterprise"),
        ("SAS ESUS", "other_ess"),
        ("Association de l'ESS", "association"),
        ("S.A.R.L.", "enterprise"),
        ("PME", "enterprise"),
        ("Commune", "commune"),
        ("Groupement de communes", "epci"),
        ("EPCI à fiscalité propre", "epci"),
        ("Collectivité (commune)", "commune"),
        ("Collectivités territoriales", "collectivite"),
        ("Conseil régional", "collectivite"),
        ("Service de l'État", "public_body"),
        ("Établissement d'enseignement supérieur et de recherche", "university"),
        ("Laboratoire", "research_centre"),
        ("Organisme de formation", "training_body"),
        ("Lycée agricole", "training_body"),
        ("Réseaux", "network"),
        ("Chambre de métiers et de l'artisanat", "network"),
        ("Chambre d'hôtes", "unknown"),
        ("Citoyens", "other"),
        # What is said not to be of the ESS, and who speaks for no company.
        ("Entreprise hors économie sociale et solidaire", "enterprise"),
        ("Entreprise hors de l'ESS", "enterprise"),
        ("Acteurs de la société civile", "other"),
        ("Personne physique", "other"),
        # Local public companies, public bodies by their abbreviation, companies by theirs.
        ("Société d'économie mixte", "public_body"),
        ("Sociétés publiques locales", "public_body"),
        *((one, "public_body") for one in ("SEM", "SPL", "EPCC", "E.P.I.C.", "CAF")),
        *((one, "enterprise") for one in ("GIE", "SNC", "SCI", "SELARL")),
        ("Société civile immobilière", "enterprise"),
        ("Com'com", "epci"),
        ("CC", "epci"),
        ("EPCI (communauté de communes)", "epci"),
        ("Collectivité : communauté de communes", "epci"),
        # An association, whatever it names, unless it says what it does.
        ("Association étudiante de l'Université", "association"),
        ("Association sportive du lycée", "association"),
        ("Association de communes", "association"),
        ("Association d'insertion", "siae"),
        ("Association, organisme de formation", "training_body"),
        ("Ass.", "association"),
        ("Groupement d'employeurs", "association"),
        ("Groupement d'employeurs pour l'insertion et la qualification", "siae"),
        ("École ou université", "university"),
        ("Établissement public (université)", "university"),
        ("École de commerce", "university"),
    ],
)
def test_words_of_the_list(declared, kind):
    assert told(member_kind=declared)[0] == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Fédération des entreprises d'insertion Occitanie", "network"),
        ("Union régionale des Scop", "network"),
        ("Communauté de communes Cœur de Savoie", "epci"),
        ("COMMUNAUTE D AGGLOMERATION DU PAYS DE GRASSE", "epci"),
        ("Ville de Dijon", "commune"),
        ("Université Rennes 2", "university"),
        ("Université populaire de Lyon", "association"),
        ("UMR Territoires", "research_centre"),
        ("GRETA du Haut-Doubs", "training_body"),
        # A word inside another, or that means too much in a name, tells nothing.
        ("Scopitone", "unknown"),
        ("Metropop'", "unknown"),
        ("Recherche et Plaisir", "unknown"),
        ("Formation à l'Ouest", "unknown"),
        ("Centre ville de demain", "unknown"),
        ("Toulouse Métropole Vélo", "unknown"),
        ("VRAC Toulouse Métropole", "unknown"),
        ("Épic Échoppe", "unknown"),
        # Schools and authorities lend their names to what is around them.
        ("Association des parents d'élèves du lycée Jean Moulin", "association"),
        ("Association des étudiants de Sciences Po", "association"),
        ("Association Régie de quartier des Collines", "siae"),
        ("Amicale laïque de l'Université", "association"),
        ("Fondation Université de Strasbourg", "fondation"),
        ("L'Université du Nous", "unknown"),
        ("École de Commerce Solidaire", "unknown"),
        ("Office de tourisme de la Communauté de communes", "unknown"),
        ("Club CAF randonnée", "unknown"),
        ("CAF de l'Isère", "public_body"),
        ("Commune imagination", "unknown"),
        ("Commune d'Aubagne", "commune"),
        ("Lycée Jean Moulin", "training_body"),
        ("Nantes Université", "university"),
        ("INSA Lyon", "university"),
        ("Métropole de Lyon", "epci"),
        ("Saint-Étienne Métropole", "epci"),
        ("SPL Rives et Dérives", "public_body"),
    ],
)
def test_words_of_a_name(name, kind):
    assert told(member_name=name)[0] == kind


def test_the_more_trusted_source_wins_and_the_next_says_more():
    # A company whose name says SCIC is one; the two rules are shown.
    assert told(sirene_legal_form="5710", member_name="SCIC Lieux Communs") == (
        "scic",
        "legal form 5710; word 'SCIC' in member_name",
    )
    # The flag makes a company one of the ESS, and leaves open which.
    assert told(sirene_legal_form="5710", sirene_ess="O")[0] == "other_ess"
    assert told(sirene_ess="O", member_kind="SCOP")[0] == "scop"
    assert told(sirene_ess="N", member_kind="association")[0] == "association"
    assert told(sirene_legal_form="5710", sirene_ess="N")[0] == "enterprise"
    # An authority by its legal form is what the code says, whatever list and name say.
    assert told(sirene_legal_form="7210", member_kind="association", member_name="SCIC X") == (
        "commune",
        "legal form 7210",
    )
    # An activity is believed of the list, not of a name.
    assert told(sirene_legal_form="9220", member_kind="Organisme de formation")[0] == (
        "training_body"
    )
    assert told(sirene_legal_form="9220", member_name="CFA du bâtiment")[0] == "association"
    assert told(sirene_legal_form="7389", member_name="INRAE")[0] == "research_centre"
    assert told(member_kind="association", member_name="VRAC Toulouse Métropole")[0] == (
        "association"
    )
    assert told(member_kind="collectivité", member_name="Nantes Métropole")[0] == "epci"
    assert told(member_kind="collectivité", member_name="CCHS, communauté de communes")[0] == "epci"
    # Most SPL are plain SA in SIRENE: the list says whose they are, a name does not.
    assert told(sirene_legal_form="5599", member_kind="SPL")[0] == "public_body"
    assert told(sirene_legal_form="5499", member_name="Taxis de la préfecture")[0] == "enterprise"
    # The first words of a cell that say the same end it: "hors ESS" is not "ESS".
    assert told(sirene_legal_form="5710", member_kind="Entreprise hors ESS")[0] == "enterprise"


def test_an_association_of_the_list_may_be_a_scic_by_its_name():
    assert told(member_kind="Association", member_name="SCIC Truc") == (
        "scic",
        "word 'association' in member_kind; word 'SCIC' in member_name",
    )
    assert told(member_kind="Association", member_name="Scop Truc")[0] == "scop"
    named_after = "Association de préfiguration de la SCIC Truc"
    assert told(member_kind="Association", member_name=named_after)[0] == "association"
    # A legal form does not give way.
    assert told(sirene_legal_form="9220", member_kind="Association", member_name="SCIC Truc") == (
        "association",
        "legal form 9220",
    )


def test_the_real_members():
    """What `type_membre` says is kept or said more precisely; a blank stays unknown or is named."""
    listed = pd.read_csv(EXAMPLE, dtype="str")
    members = listed.rename(columns={"type_membre": "member_kind", "nom": "member_name"})
    found = member_kind(members)
    assert found.index.equals(members.index)
    says = {
        "association": {"association"},
        "collectivite": {"collectivite", "commune", "epci"},
        "cooperative": {"cooperative", "scic", "scop"},
        "enseignement": {"university"},
        "entreprise": {"enterprise", "siae"},
        "formation": {"training_body"},
        "recherche": {"research_centre"},
    }
    for declared, kinds in says.items():
        its = found.loc[members["member_kind"] == declared, "kind"]
        assert set(its) <= kinds, declared
    by_name = found.set_index(members["member_name"])["kind"]
    assert (
        by_name[["R2D2 (entreprise d'insertion)", "Agoréa (entreprise adaptée)"]].eq("siae").all()
    )
    assert by_name[["Ville de Paris", "Commune de Saugues"]].eq("commune").all()
    assert by_name["Nantes Métropole"] == "epci"
    assert by_name["Région Bretagne"] == "collectivite"
    assert by_name["SCIC SA Station A"] == "scic"
    # Of those without a kind, the names that were read one by one and that say what they are.
    blank = members["member_kind"].isna()
    named = found[blank & (found["kind"] != "unknown")]
    told_by_name = dict(zip(members.loc[named.index, "member_name"], named["kind"], strict=True))
    assert told_by_name == {
        "CRESS Rhône-Alpes": "network",
        "Mission locale landaise": "association",
        "Chantier École Île-de-France": "network",
        "Union régionale des Scop": "network",
        "L'Entre-Deux (restaurant d'insertion)": "siae",
        "Ti Anna (restaurant d'insertion)": "siae",
        "Fédération française du bâtiment du Bas-Rhin": "network",
        "UNEA": "network",
        "Chantier École Occitanie": "network",
        "Fédération des acteurs de la solidarité Occitanie": "network",
        "Fédération des entreprises d'insertion Occitanie": "network",
        "Régie de Territoire des Deux Rives (RDT2R)": "siae",
        "Interprofession des vins de Bergerac et Duras": "network",
        "Fédération des Cuma": "network",
        "ADEME": "public_body",
    }
    assert (found["kind"] == "unknown").sum() == blank.sum() - len(told_by_name)


def test_the_table_is_whole():
    assert set(FAMILY_OF_KIND.values()) == set(FAMILIES)
    assert {rule.kind for rule in MEMBER_KIND_RULES} <= set(FAMILY_OF_KIND)
    for left_open in (LEFT_OPEN, LEFT_OPEN_TO_THE_LIST, LEFT_OPEN_BY_THE_LIST):
        assert set(left_open).union(*left_open.values()) <= set(FAMILY_OF_KIND)
    codes = [code for rule in MEMBER_KIND_RULES for code in rule.legal_forms.split()]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch("[1-9][0-9]{0,3}", code) for code in codes)


def words_apart(text):
    """Words of a text, by another way than the library's."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return [word.rstrip("s") if len(word) > 3 else word for word in re.findall("[a-z0-9]+", plain)]


WORDS = ["association", "SCIC", "Scop", "ville", "de", "fédération", "Métropole", "université"]
MORE = ["scopitone", "la", "Dijon", "ressource", "formation", "SARL", "commune", "lycée", "CAF"]
PARTS = st.sampled_from([*WORDS, *MORE])


@given(name=st.lists(PARTS, min_size=1, max_size=5).map(" ".join))
def test_the_first_rule_with_a_word_tells_a_name(name):
    """A slow reading of the table: the first rule of which a word stands in the name."""
    expected = "unknown"
    words = words_apart(name)
    for rule in reversed(MEMBER_KIND_RULES):
        for word in (*rule.words, *rule.named):
            sought = words_apart(word)
            starts = [0] if word.startswith("^") else range(len(words))
            ends = [len(words)] if word.endswith("$") else range(len(words) + 1)
            if any(
                words[i : i + len(sought)] == sought and i + len(sought) in ends for i in starts
            ):
                expected = rule.kind
    assert told(member_name=name)[0] == expected
    # Case, accents and blanks do not count.
    assert told(member_name=f"  {name.upper()} ")[0] == expected
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    assert told(member_name=bare)[0] == expected


CELLS = {
    "sirene_legal_form": st.sampled_from([None, "9220", "5710", "7210", "5560", "0000"]),
    "sirene_ess": st.sampled_from([None, "O", "N"]),
    "member_kind": st.sampled_from([None, "association", "SCIC", "commune", "formation", "?"]),
    "member_name": st.sampled_from([None, "La Fabrique", "Ville de Dijon", "SCOP du Fil"]),
}


@given(st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=6))
def test_each_member_is_told_alone(rows):
    members = pd.DataFrame(rows, columns=list(SOURCES), dtype="str")
    found = member_kind(members)
    assert found["family"].to_list() == [FAMILY_OF_KIND[kind] for kind in found["kind"]]
    assert found["rule"].isna().equals(found["kind"] == "unknown")
    backwards = member_kind(members.iloc[::-1])
    pd.testing.assert_frame_equal(found, backwards.sort_index())
    # What a legal form says of an authority is final.
    communes = members["sirene_legal_form"] == "7210"
    assert found.loc[communes, "kind"].eq("commune").all()


def test_cells_may_be_missing_and_indexes_repeat():
    members = pd.DataFrame({"member_name": ["SCIC X", None]}, index=["a", "a"])
    assert member_kind(members)["kind"].to_list() == ["scic", "unknown"]
    assert member_kind(members.head(0)).columns.to_list() == ["kind", "family", "rule"]


def test_bad_input():
    message = (
        "members: no column that tells the kind; found pole_id; give one of sirene_legal_form, "
        "sirene_ess, member_kind, member_name"
    )
    with pytest.raises(MissingColumnError, match=f"^{re.escape(message)}$"):
        member_kind(pd.DataFrame({"pole_id": ["p"]}))
