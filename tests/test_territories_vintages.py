"""Codes and amounts from one vintage to another: cases by hand, every pair of years, properties."""

from __future__ import annotations

import itertools
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptce_geo.errors import InputError, MissingColumnError, UnknownTerritoryError
from ptce_geo.territories import (
    commune_crosswalk,
    commune_history,
    commune_populations,
    convert_codes,
    detect_vintage,
    read_territories,
    territory_table,
)
from ptce_geo.territories.crosswalk import read_codes
from ptce_geo.territories.history import parts, spells, years_of_codes

# Communes of the code officiel géographique on 1 January, as INSEE publishes their number
# (métropole and DROM; 36,682 in 2012 and 2011 with the 17 of Mayotte).
INSEE_COUNTS = {
    2015: 36_658,
    2016: 35_885,
    2017: 35_416,
    2018: 35_357,
    2019: 34_970,
    2020: 34_968,
    2021: 34_965,
    2022: 34_955,
    2023: 34_945,
    2024: 34_935,
    2025: 34_875,
    2026: 34_875,
}
RECENT = range(2019, 2027)


@cache
def codes_of(year):
    known = years_of_codes()
    return known.index[known[year]]


def set_of(codes):
    """The same as a set; a list of texts is made much sooner than each text by itself."""
    return set(codes.tolist())


def shares(code, from_year, to_year, **options):
    links = commune_crosswalk(from_year=from_year, to_year=to_year, **options)
    links = links[links["code_from"] == code]
    return dict(zip(links["code_to"], links["share"].round(6), strict=True))


def successor(code, from_year, to_year):
    codes = pd.Series([code])
    return convert_codes(codes, from_year=from_year, to_year=to_year).data.item()


# The ten cases.


def test_a_merger_adds_up():
    # Premières (21507) went into Collonges-et-Premières (21183) on 28 February 2019.
    counts = pd.Series({"21183": 4.0, "21507": 3.0, "21231": 100.0})
    converted = convert_codes(counts, from_year=2019, to_year=2020)
    assert converted.data.to_dict() == {"21183": 7.0, "21231": 100.0}
    assert converted.changed["kind"].tolist() == ["merged", "merged"]


def test_a_split_back_shares_by_population():
    # Les Hauts-Talican (60054) of 2019–2023 was Beaumont-les-Nonains (339 inhabitants), Villotran
    # (276) and La Neuville-Garnier (256). In 2024 Beaumont left with the code 60054, the others
    # became 60694: 339 / 871 and 532 / 871.
    assert shares("60054", 2023, 2024) == {"60054": 0.389208, "60694": 0.610792}
    converted = convert_codes(pd.Series({"60054": 871.0}), from_year=2023, to_year=2024)
    assert converted.data.to_dict() == pytest.approx({"60054": 339.0, "60694": 532.0})
    assert converted.ambiguous["basis"].tolist() == ["population", "population"]
    # What was one commune for a while is taken apart as it was put together.
    assert shares("60455", 2018, 2026) == {"60694": 1.0}
    assert shares("60054", 2018, 2026) == {"60054": 1.0}


def test_a_merger_undone_leaves_no_trace():
    # Troarn and Sannerville were Saline (14712) from 2017 to 2019.
    for year in (2016, 2020, 2026):
        assert successor("14666", year, 2026) == "14666"
        assert successor("14712", year, 2026) == "14712"
    assert successor("14666", 2020, 2019) == "14712"
    assert set(shares("14712", 2019, 2020)) == {"14712", "14666"}


def test_a_change_of_departement():
    # Boulogne-Billancourt was in the Seine until 1968; Orsay in Seine-et-Oise.
    assert successor("75012", 1967, 1968) == "92012"
    assert successor("92012", 1968, 1967) == "75012"
    # Freigné (49144) went from Maine-et-Loire to Vallons-de-l'Erdre (44180) in 2018.
    assert successor("49144", 2017, 2018) == "44180"


def test_corsica_became_2a_and_2b_in_1976():
    assert successor("20004", 1975, 1976) == "2A004"
    assert successor("20033", 1975, 2026) == "2B033"
    before, after = codes_of(1975), codes_of(1976)
    moved = convert_codes(
        before[before.str.startswith("20")].to_series(), from_year=1975, to_year=1976
    )
    assert moved.data.str[:2].isin(["2A", "2B"]).all()
    assert not after.str.startswith("20").any()
    assert (moved.links["kind"] == "renumbered").all()


def test_paris_is_one_commune_whichever_code_stands():
    counts = pd.Series({"75056": 1.0, "75101": 2.0, "75120": 4.0, "13201": 8.0, "69381": 16.0})
    converted = convert_codes(counts, from_year=2024, to_year=2026)
    assert converted.data.to_dict() == {"13055": 8.0, "69123": 16.0, "75056": 7.0}
    assert not converted.unknown
    assert (converted.changed["kind"] == "arrondissement_municipal").sum() == 4


def test_saint_barthelemy_left_guadeloupe():
    assert successor("97123", 2007, 2008) == "97701"
    assert successor("97801", 2026, 1990) == "97127"
    event = commune_history().query("code_before == '97123'")
    assert event[["date", "code_after"]].to_numpy().tolist() == [["2007-07-15", "97701"]]


def test_the_old_code_of_a_commune_deleguee():
    # Pers was merged into Le Rouget-Pers (15268) on 1 January 2016 and is a déléguée of it since.
    names = commune_history().query("nom_before == 'Pers' and code_after == '15268'")
    pers = names["code_before"].item()
    converted = convert_codes(pd.Series([pers]), from_year=2026, to_year=2026)
    assert converted.data.tolist() == ["15268"]
    assert converted.other_year[["code_from", "year_from"]].to_numpy().tolist() == [[pers, 2015]]


def test_the_mergers_of_2025():
    # 68 codes went, 8 came: 4 communes restored out of Neussargues en Pinatelle, 4 new chefs-lieux.
    before, after = set(codes_of(2024)), set(codes_of(2025))
    assert (len(before - after), len(after - before)) == (68, 8)
    gone = convert_codes(pd.Series(sorted(before - after)), from_year=2024, to_year=2025)
    assert set(gone.data) <= after
    assert gone.ambiguous.empty
    assert successor("49069", 2024, 2025) == "49126"  # Orée d'Anjou
    restored = {"15031", "15035", "15047", "15171"}
    assert set(shares("15141", 2024, 2025)) == {"15141", *restored}
    assert (
        convert_codes(pd.Series(sorted(restored)), from_year=2025, to_year=2024)
        .data.eq("15141")
        .all()
    )


def test_a_chef_lieu_that_moved_there_and_back():
    # Les Trois Lacs: 27676, 27058 in the vintages 2021 and 2022, 27676 again.
    assert successor("27676", 2020, 2021) == "27058"
    assert successor("27058", 2022, 2023) == "27676"
    assert shares("27676", 2019, 2026) == {"27676": 1.0}


def test_a_commune_created_out_of_land_that_the_history_does_not_name():
    # Les Ulis (1977): held to be of Orsay, the longest border. 25,886 and 16,498 inhabitants.
    links = commune_crosswalk(from_year=1970, to_year=2026).query("code_from == '91471'")
    assert links["share"].round(4).tolist() == [0.3893, 0.6107]
    assert links["basis"].eq("presumed").all()
    assert shares("91692", 2026, 1970) == {"91471": 1.0}


# Every pair of years.


def test_the_number_of_communes_is_that_of_insee():
    embedded = ~years_of_codes().index.str.startswith(("975", "977", "978", "98"))
    counts = years_of_codes()[embedded].sum()
    assert {year: counts[year] for year in INSEE_COUNTS} == INSEE_COUNTS


def test_the_last_year_is_the_embedded_france():
    codes = codes_of(2026)
    assert set(territory_table().index) == set(
        codes[~codes.str.startswith(("975", "977", "978", "98"))]
    )


@pytest.mark.parametrize(("start", "end"), [*itertools.product(RECENT, RECENT)])
def test_no_code_is_lost_and_totals_are_kept(start, end):
    codes = codes_of(start)
    amounts = pd.Series(np.arange(1.0, len(codes) + 1), index=codes)
    converted = convert_codes(amounts, from_year=start, to_year=end)
    assert converted.unknown == ()
    assert converted.other_year.empty
    assert set_of(converted.data.index) == set_of(codes_of(end))
    assert abs(converted.totals["difference"].item()) <= 1e-9 * amounts.sum()
    assert set_of(converted.links["code_from"]) == set_of(codes)


@pytest.mark.parametrize("start", [1943, 1962, 1968, 1975, 1990, 2008, 2015])
def test_older_years_both_ways(start):
    for one, other in ((start, 2026), (2026, start)):
        amounts = pd.Series(1.0, index=codes_of(one))
        converted = convert_codes(amounts, from_year=one, to_year=other)
        assert set_of(converted.data.index) == set_of(codes_of(other))
        assert converted.data.sum() == pytest.approx(len(amounts), rel=1e-9)


def test_there_and_back_on_unchanged_communes_is_the_identity():
    links = commune_crosswalk(from_year=2019, to_year=2026)
    unchanged = links.loc[links["kind"] == "unchanged", "code_from"]
    amounts = pd.Series(np.arange(len(unchanged)) + 0.5, index=unchanged)
    there = convert_codes(amounts, from_year=2019, to_year=2026).data
    back = convert_codes(there, from_year=2026, to_year=2019).data
    assert len(unchanged) > 34_000
    pd.testing.assert_series_equal(back, amounts.sort_index(), check_names=False)


def test_every_part_is_of_one_commune_in_every_year():
    table = spells()
    assert table["part"].nunique() == len(parts())
    assert (table.groupby("part")["from_year"].min() == 1943).all()
    assert (table.groupby("part")["to_year"].max() == 2026).all()
    years = (table["to_year"] - table["from_year"] + 1).groupby(table["part"]).sum()
    assert (years == 84).all()


def test_shares_of_a_commune_sum_to_one():
    for start, end in ((2026, 1943), (1943, 2026), (2024, 2025)):
        for weights in ("population", "area", "equal"):
            links = commune_crosswalk(from_year=start, to_year=end, weights=weights)
            assert np.allclose(links.groupby("code_from")["share"].sum(), 1, atol=1e-12)
            assert links["share"].between(0, 1).all()
    # The sizes of parts that the sources do not agree on are estimated, never nothing.
    links = commune_crosswalk(from_year=2026, to_year=1960, weights="area")
    assert (links["share"] > 0).all()


def test_sizes_of_parts_add_up_to_their_commune():
    now = spells().query("to_year == 2026").join(parts(), on="part")
    people = now.groupby("code_commune")["population"].sum()
    table = territory_table()
    found = people.reindex(table.index)
    # What was counted apart in 2021 and what the commune counted in 2023 differ a little.
    assert (found - table["population"]).abs().median() == 0
    assert abs(found.sum() / table["population"].sum() - 1) < 0.001


def test_weights_are_what_they_are_called():
    # Celles (15031) left Neussargues en Pinatelle in 2025: area by the shapes of today.
    areas = read_territories(departements="15").loc[
        ["15031", "15035", "15047", "15141", "15171"], "area_km2"
    ]
    by_area = shares("15141", 2024, 2025, weights="area")
    assert by_area == pytest.approx((areas / areas.sum()).to_dict(), rel=2e-3)
    assert set(shares("15141", 2024, 2025, weights="equal").values()) == {0.2}
    links = commune_crosswalk(from_year=2024, to_year=2025, weights="equal")
    assert links.query("code_from == '15141'")["basis"].eq("equal").all()


# What goes in and out.


def test_a_series_of_codes_keeps_rows_index_and_gaps():
    codes = pd.Series(["21507", None, "21507", "nonsense"], index=list("abca"), name="insee")
    converted = convert_codes(codes, from_year=2019, to_year=2026)
    assert converted.data.fillna("-").tolist() == ["21183", "-", "21183", "NONSENSE"]
    assert converted.data.index.tolist() == ["a", "b", "c", "a"]
    assert converted.data.name == "insee"
    assert converted.unknown == ("NONSENSE",)
    assert codes.tolist()[0] == "21507"


def test_a_frame_keyed_by_column_converts_codes_row_by_row():
    members = pd.DataFrame({"member_id": ["a", "b"], "code_commune": ["21507", "42218"]})
    converted = convert_codes(members, from_year=2019, to_year=2026)
    assert converted.data.to_dict("list") == {
        "member_id": ["a", "b"],
        "code_commune": ["21183", "42218"],
    }
    assert converted.totals.empty


def test_amounts_of_a_tidy_frame_are_added_up_by_the_other_columns():
    frame = pd.DataFrame(
        {
            "code_commune": ["21183", "21507", "21507"],
            "sector": ["food", "food", "wood"],
            "members": [1, 2, 4],
            "fte": [0.5, np.nan, np.nan],
        }
    )
    converted = convert_codes(frame, from_year=2019, to_year=2020, values=["members", "fte"])
    assert converted.data.columns.tolist() == ["code_commune", "sector", "members", "fte"]
    rows = converted.data.set_index("sector")
    assert rows["members"].to_dict() == {"food": 3.0, "wood": 4.0}
    assert rows.loc["food", "fte"] == 0.5
    assert pd.isna(rows.loc["wood", "fte"])
    assert converted.incomplete == ("21183",)
    assert converted.totals["before"].to_dict() == {"members": 7.0, "fte": 0.5}


def test_a_frame_indexed_by_code():
    frame = pd.DataFrame(
        {"a": [1, 2], "b": [10.0, 20.0]}, index=pd.Index(["21183", "21507"], name="code")
    )
    converted = convert_codes(frame, from_year=2019, to_year=2020)
    assert converted.data.loc["21183"].tolist() == [3.0, 30.0]
    assert converted.data.index.name == "code"
    by_year = frame.assign(year=["x", "y"])
    converted = convert_codes(by_year, from_year=2019, to_year=2020, values="a")
    assert converted.data["a"].tolist() == [1.0, 2.0]
    assert converted.data["year"].tolist() == ["x", "y"]


def test_a_column_may_be_called_as_ours_are():
    frame = pd.DataFrame({"code_commune": ["21507"], "share": ["s"], "code_to": [1], "row": [2.0]})
    converted = convert_codes(frame, from_year=2019, to_year=2020, values=["code_to", "row"])
    assert converted.data.to_dict("list") == {
        "code_commune": ["21183"],
        "share": ["s"],
        "code_to": [1.0],
        "row": [2.0],
    }


def test_codes_that_a_spreadsheet_made_numbers():
    converted = convert_codes(pd.Series({1001: 1.0, 42218: 2.0}), from_year=2026, to_year=2026)
    assert converted.data.to_dict() == {"01001": 1.0, "42218": 2.0}


def test_mixed_years_each_in_its_own():
    codes = pd.Series(["21507", "75012", "42218"])
    converted = convert_codes(codes, from_year=None, to_year=2026)
    assert converted.data.tolist() == ["21183", "92012", "42218"]
    years = converted.other_year.set_index("code_from")["year_from"].to_dict()
    assert years == {"21507": 2019, "75012": 1967}
    assert str(converted) == (
        "3 commune codes brought to 2026: 1 merged, 1 renumbered, 1 unchanged, "
        "2 read in another year (21507, 75012)"
    )


def test_the_nearest_year_and_of_two_the_earlier():
    # Sannerville was a commune until the vintage 2016 and from 2020 on.
    assert read_codes(["14666"], year=2018).item() == 2016
    assert read_codes(["14666"], year=2019).item() == 2020


def test_bad_input_has_one_clear_line():
    counts = pd.Series({"42218": 1.0})
    with pytest.raises(UnknownTerritoryError, match="in 1942; known years: 1943 to 2026"):
        convert_codes(counts, from_year=1942, to_year=2026)
    with pytest.raises(UnknownTerritoryError, match="in 2031; known years"):
        commune_crosswalk(from_year=2026, to_year=2031)
    with pytest.raises(
        InputError, match="unknown weights 'people'; known: population, area, equal"
    ):
        convert_codes(counts, from_year=2019, to_year=2026, weights="people")
    frame = pd.DataFrame({"n": [1], "name": ["a"]}, index=["42218"])
    with pytest.raises(InputError, match="name are no numbers; name the columns of amounts"):
        convert_codes(frame, from_year=2019, to_year=2026)
    with pytest.raises(MissingColumnError, match="no column fte; found n, name"):
        convert_codes(frame, from_year=2019, to_year=2026, values="fte")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pd.Series([21507, 42218]), "not by commune code, but by 0, 1; codes .* must be text"),
        (pd.Series([1, 2], dtype=object), "not by commune code"),
        (pd.Series([np.inf, 2], index=["60054", "42218"]), "an amount is infinite"),
        (["42218"], "expected a Series or DataFrame, found list"),
        (pd.DataFrame({"n": [True]}, index=["42218"]), "n are no numbers"),
        (pd.DataFrame([[1, 2]], columns=["n", "n"], index=["42218"]), "columns n stand more than"),
        (
            pd.Series([1.0], index=pd.MultiIndex.from_tuples([("42218", "a")])),
            "the index has several levels; call reset_index",
        ),
        (
            gpd.GeoDataFrame({"n": [1]}, index=["42218"], geometry=[None], crs=4326),
            "shapes cannot be added up",
        ),
    ],
)
def test_what_cannot_be_amounts_is_refused(data, message):
    with pytest.raises(InputError, match=message):
        convert_codes(data, from_year=2019, to_year=2026)


@pytest.mark.parametrize("year", ["2019", 2019.0, None])
def test_a_year_is_a_whole_number(year):
    with pytest.raises(UnknownTerritoryError, match=r"no history of the communes in ('?2019|None)"):
        commune_crosswalk(from_year=2019, to_year=year)


# Which years a set of codes fits.


def test_a_whole_vintage_is_recognised():
    for year in (1975, 2019, 2023, 2024):
        fit = detect_vintage(codes_of(year))
        assert year in fit.years
        assert fit.misfits.empty
        assert fit.known[year] == len(codes_of(year))


def test_codes_of_two_years_that_never_met():
    # Sarron vanished in 1951, Les Ulis was created in 1977, Paris was always there.
    fit = detect_vintage(["60606", "91692", "75056", "75101", "99999"])
    assert fit.known.max() == 2
    misfits = fit.misfits["what"].to_dict()
    assert misfits["75101"] == "arrondissement_municipal"
    assert misfits["99999"] == "unknown"
    assert fit.misfits.loc["60606", "years"] == "1943–1951"
    # Les Ulis and Paris were there together from 1978 on, Sarron and Paris until 1951.
    assert fit.years == (*range(1943, 1952), *range(1978, 2027))
    assert "91692" not in fit.misfits.index


def test_a_departement_with_a_stale_row_is_of_the_latest_year_that_fits_as_well():
    # 91182 became part of Évry-Courcouronnes (91228) in 2019; 194 communes are left.
    codes = codes_of(2026)
    fit = detect_vintage([*codes[codes.str.startswith("91")], "91182"])
    assert fit.year == 2026
    assert fit.misfits.index.tolist() == ["91182"]


def test_a_nearly_complete_list_is_not_flipped_by_a_stale_row():
    # Ever fewer communes: nearly all of those of today were communes in 2014 too.
    for year in range(2014, 2027):
        fit = detect_vintage([*codes_of(year), "21507" if year > 2019 else "60606"])
        assert set(codes_of(fit.year)) == set(codes_of(year))


def test_nothing_fits():
    fit = detect_vintage(["xyz"])
    assert fit.year is None
    assert str(fit) == "no year fits: none of the 1 codes was ever a commune's"
    assert detect_vintage([]).years == ()


@settings(max_examples=30, deadline=None)
@given(
    year=st.integers(1943, 2026),
    to_year=st.integers(1943, 2026),
    picks=st.lists(st.integers(0, 10**6), min_size=1, max_size=20),
    amounts=st.lists(st.floats(-1e6, 1e6), min_size=20, max_size=20),
)
def test_any_codes_of_any_year_to_any_other(year, to_year, picks, amounts):
    codes = codes_of(year)
    chosen = [codes[pick % len(codes)] for pick in picks]
    given_amounts = pd.Series(amounts[: len(chosen)], index=chosen)
    converted = convert_codes(given_amounts, from_year=year, to_year=to_year)
    assert set(converted.data.index) <= set(codes_of(to_year))
    assert converted.data.sum() == pytest.approx(sum(amounts[: len(chosen)]), abs=1e-6)
    assert year in detect_vintage(chosen).years


def test_populations_of_a_vintage():
    assert commune_populations(year=2026)["42218"] == territory_table().loc["42218", "population"]
    assert commune_populations(year=2020).equals(commune_populations(year=2019))
    for year in (1990, 2050):
        with pytest.raises(UnknownTerritoryError, match="known years: 2019 to 2026"):
            commune_populations(year=year)
    assert "97611" not in commune_populations(year=2019)
