"""What a study says of one territory or of one pole: what their sheets are written from.

Nothing is computed here: rows are chosen, and their labels kept, so that each figure of a sheet can
be found in the table that it comes from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import pandas as pd
from rapidfuzz import fuzz, process

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.errors import InputError, UnknownTerritoryError
from ptce_geo.reports.summary import LEVELS
from ptce_geo.territories import territory_table
from ptce_geo.territories.names import fold

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from ptce_geo.reports.findings import Findings

DECLARED_BY: Final = "declared_by"
_SUGGESTIONS: Final = 3
_LIKENESS: Final = 60  # of 100, of a name that may be meant


@dataclass(frozen=True, eq=False)
class TerritoryFindings:
    """What a study says of one territory.

    Attributes
    ----------
    level, code, name : str
        Which territory.
    members : DataFrame
        Members placed in it, to check or not, in the order of the list.
    undecided : DataFrame
        Members placed nowhere that may belong here; `DECLARED_BY` says why: "postcode",
        "departement" or "city" as the list gives them, or "pole" where the seat of their pole is
        here and the list gives no place.
    poles : list of str
        ``pole_id`` of the listed poles with a counted member or their seat here.
    around : list of (str, str)
        Level and code of the measured territories that it lies in, the nearest in size first.
    white_zones : list
        Ranks of the white zones that hold a commune of it, the most populous first.
    """

    level: str
    code: str
    name: str
    members: pd.DataFrame
    undecided: pd.DataFrame
    poles: list[str]
    around: list[tuple[str, str]]
    white_zones: list[Hashable]


@dataclass(frozen=True, eq=False)
class PoleFindings:
    """What a study says of one pole.

    Attributes
    ----------
    pole_id, name : str
        Which pole.
    pole : Series
        Its row of the list of poles; empty where the list of poles lacks it.
    members : DataFrame
        All its members, in the order of the list.
    weight : list
        Labels of its rows in the table "economic_weight".
    """

    pole_id: str
    name: str
    pole: pd.Series
    members: pd.DataFrame
    weight: list[Hashable]


def territory_findings(findings: Findings, level: str, code: str) -> TerritoryFindings:
    """Return what a study says of one territory.

    Parameters
    ----------
    findings : Findings
        What a study found.
    level : {"region", "departement", "epci", "commune"}
        Level of the territory; one that was measured.
    code : str
        INSEE code, or SIREN of the EPCI.

    Raises
    ------
    UnknownTerritoryError
        When the level was not measured, or the code is none of it.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from ptce_geo.reports.findings import Findings
    >>> members = gpd.GeoDataFrame(
    ...     {"member_name": ["La Fabrique"], "pole_id": ["p1"], "geocode_status": ["accepted"],
    ...      "code_region": ["84"]},
    ...     geometry=gpd.points_from_xy([4.39], [45.44]), crs=4326)
    >>> poles = gpd.GeoDataFrame({"pole_id": ["p1"]}, geometry=[None], crs=4326)
    >>> regions = pd.DataFrame({"nom": ["Auvergne-Rhône-Alpes"]}, index=["84"])
    >>> listed = pd.DataFrame({"pole_name": ["Culture"]}, index=["p1"])
    >>> zones = pd.DataFrame({"commune_codes": ["01001 01002", "97401"]}, index=[1, 2])
    >>> tables = {"region": regions, "poles": listed, "white_zones": zones}
    >>> found = territory_findings(Findings(members, poles, tables, {}), "region", "84")
    >>> found.name, len(found.members), found.poles, found.white_zones
    ('Auvergne-Rhône-Alpes', 1, ['p1'], [1])
    """
    measured = [known for known in LEVELS if known in findings.tables]
    if level not in measured:
        msg = f"no sheet of level {level!r}: this study has {listing(measured)}; take one of them"
        raise UnknownTerritoryError(msg)
    table = findings.tables[level]
    if code not in table.index:
        raise UnknownTerritoryError(_unknown_territory(table, level, code))
    communes = _communes_of(level, code)
    column = schema.code_column(level)
    members = pd.DataFrame(findings.members.drop(columns="geometry"))
    here = members[column] == code
    rejected = members[schema.GEOCODE_STATUS] == schema.REJECTED
    counted = here & (members[schema.GEOCODE_STATUS] == schema.ACCEPTED)
    seated = pd.Index([])
    if column in findings.poles:
        seated = pd.Index(findings.poles.loc[findings.poles[column] == code, schema.POLE_ID])
    present = seated.union(pd.Index(members.loc[counted, schema.POLE_ID].dropna()))
    return TerritoryFindings(
        level,
        code,
        str(table.loc[code, schema.NAME]),
        members[here & ~rejected],
        _undecided(members[rejected], level, communes, seated),
        [pole for pole in findings.tables["poles"].index if pole in present],
        [(over, each) for over, each in _around(level, code) if _has(findings, over, each)],
        _zones_with(findings.tables["white_zones"], set(communes.index)),
    )


def pole_findings(findings: Findings, pole_id: str) -> PoleFindings:
    """Return what a study says of one pole.

    Parameters
    ----------
    findings : Findings
        What a study found.
    pole_id : str
        Identifier of the pole.

    Raises
    ------
    InputError
        When no pole has that identifier.
    """
    table = findings.tables["poles"]
    if pole_id not in table.index:
        near = _nearest(pole_id, dict(table[schema.POLE_NAME].dropna()))
        msg = f"unknown pole {pole_id!r}; {near or f'{len(table)} poles are listed'}"
        raise InputError(msg)
    members = pd.DataFrame(findings.members.drop(columns="geometry"))
    listed = findings.poles[findings.poles[schema.POLE_ID] == pole_id]
    weight = findings.tables["economic_weight"]
    return PoleFindings(
        pole_id,
        str(table.loc[pole_id, schema.POLE_NAME]),
        listed.iloc[0] if len(listed) else pd.Series(dtype="object"),
        members[members[schema.POLE_ID] == pole_id],
        list(weight.index[weight[schema.POLE_ID] == pole_id]),
    )


def reach_rows(findings: Findings, level: str, code: str) -> dict[float, Hashable]:
    """Return where the table "coverage" tells the share within each distance of a member.

    Parameters
    ----------
    findings : Findings
        What a study found.
    level, code : str
        Of the territory; the code "" for the whole level.

    Returns
    -------
    dict
        Distance (km), ascending → label of the row.
    """
    table = findings.tables["coverage"]
    rows = table[
        (table[schema.TERRITORY] == code)
        & (table[schema.LEVEL] == level)
        & (table[schema.GROUP] == "member")
        & (table[schema.INDICATOR] == schema.SHARE_POPULATION)
    ].sort_values(schema.THRESHOLD_KM)
    return dict(zip(rows[schema.THRESHOLD_KM], rows.index, strict=True))


def quotients_say(findings: Findings, level: str) -> pd.Series:
    """Say what the location quotient of each territory of a level establishes.

    Returns
    -------
    Series
        "more" ("more_small" where fewer than 5 members were expected) or "fewer" members than the
        population lets expect, where the interval does not hold 1; else "small_number" or "even";
        "none" where there is no quotient.
    """
    table = findings.tables[level]
    flags = findings.tables["concentration"]
    flags = flags[(flags[schema.LEVEL] == level) & (flags[schema.FLAG] == "small_number")]
    small = table.index.isin(flags[schema.TERRITORY])
    says = pd.Series("even", index=table.index)
    says[small] = "small_number"
    more = table[schema.LOCATION_QUOTIENT_LOW] > 1
    says[more] = "more"
    says[more & small] = "more_small"
    says[table[schema.LOCATION_QUOTIENT_HIGH] < 1] = "fewer"
    says[table[schema.LOCATION_QUOTIENT].isna()] = "none"
    return says


def _zones_with(zones: pd.DataFrame, communes: set[str]) -> list[Hashable]:
    told = zones[schema.COMMUNE_CODES].items()
    return [rank for rank, codes in told if not communes.isdisjoint(codes.split())]


@cache
def _communes_of(level: str, code: str) -> pd.DataFrame:
    communes = territory_table("commune")
    if level == "commune":
        return communes.loc[communes.index == code]
    return communes[communes[schema.code_column(level)] == code]


def _around(level: str, code: str) -> list[tuple[str, str]]:
    """Return the level and code of the territories that one lies in, or reaches into."""
    communes = _communes_of(level, code)
    larger = LEVELS[: LEVELS.index(level)]
    return [
        (over, each)
        for over in reversed(larger)
        for each in sorted(communes[schema.code_column(over)].dropna().unique())
    ]


def _has(findings: Findings, level: str, code: str) -> bool:
    return level in findings.tables and code in findings.tables[level].index


def _undecided(
    rejected: pd.DataFrame, level: str, communes: pd.DataFrame, seated: pd.Index
) -> pd.DataFrame:
    """Return the members that may belong here, by what the list says of them."""

    def told(column: str) -> pd.Series:
        if column not in rejected:
            return pd.Series("", index=rejected.index)
        return rejected[column].fillna("").astype(str).str.strip()

    postcode, departement, city = map(told, (schema.POSTCODE, schema.DEPARTEMENT, schema.CITY))
    postcodes = {each for codes in communes["postcodes"].dropna() for each in codes.split()}
    why = pd.Series("", index=rejected.index)
    nowhere = (postcode == "") & (departement == "") & (city == "")
    why[nowhere & rejected[schema.POLE_ID].isin(seated)] = "pole"
    if level == "commune":
        why[(postcode == "") & city.map(fold).isin(communes[schema.NAME].map(fold))] = "city"
    if level in {"departement", "region"}:
        table = territory_table("departement").loc[
            sorted(communes[schema.code_column("departement")].unique())
        ]
        meant = {*table.index, *table[schema.NAME].map(fold)}
        why[departement.isin(meant) | departement.map(fold).isin(meant)] = "departement"
    why[postcode.isin(postcodes)] = "postcode"
    return rejected.assign(**{DECLARED_BY: why})[why != ""]


def _unknown_territory(table: pd.DataFrame, level: str, code: str) -> str:
    near = _nearest(code, dict(table[schema.NAME].dropna()))
    known = territory_table(level)
    if code in known.index:
        name = known.loc[code, schema.NAME]
        return f"{level} {code} ({name}) lies outside the study area, of {len(table)} {level}s"
    return f"unknown {level} {code!r}; {near or f'this study has {listing(table.index)}'}"


def _nearest(text: str, names: dict[Hashable, str]) -> str:
    """Return whose code or name is likest to `text`, as a question; "" where none is."""
    folded = {code: fold(f"{name}") for code, name in names.items()}
    asked = fold(text)
    by_name = process.extract(
        asked, folded, scorer=fuzz.WRatio, score_cutoff=_LIKENESS, limit=_SUGGESTIONS
    )
    codes: Sequence[str] = [str(code) for code in names]
    by_code = process.extract(
        text, codes, scorer=fuzz.ratio, score_cutoff=_LIKENESS, limit=_SUGGESTIONS
    )
    scored = {str(code): score for _, score, code in by_name}
    for code, score, _ in by_code:
        scored[code] = max(score, scored.get(code, 0))
    likest = sorted(scored, key=lambda code: (-scored[code], code))[:_SUGGESTIONS]
    told = {str(code): name for code, name in names.items()}
    meant = ", ".join(f"{code} ({told[code]})" for code in likest)
    return f"did you mean {meant}?" if meant else ""
