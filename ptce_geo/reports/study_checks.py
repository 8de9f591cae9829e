"""How the members of a study were placed, and what is left to check, in the reader's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.labels import Language, label, label_if_known, label_reason, reason_words

if TYPE_CHECKING:
    from ptce_geo.reports.findings import Findings

SHARE_ACCEPTED: Final = "share_accepted"

# What a person can do ("advice_…") about the reason of a member that is to check or not placed.
_ADVICE: Final = {
    "town": ("no_town", "only_a_departement"),
    "spelling": (
        *("unknown_town", "misspelt_town", "part_of_the_name"),
        *("town_in_street_line", "unknown_town_at_postcode"),
    ),
    "which_town": (
        *("ambiguous_town", "postcode_of_several_communes", "likeliest_town_of_that_name"),
    ),
    "confirm_town": (
        *("only_town_of_that_name", "town_in_departement", "town_in_pole_departement"),
        *("postcode_and_town", "postcode_of_one_commune", "declared_code", "declared_old_code"),
    ),
    "contradiction": (
        *("postcode_contradicts_town", "departement_contradicts_town"),
        *("commune_contradicts", "postcode_contradicts", "declared_code_contradicts_town"),
    ),
    "postcode": ("unknown_postcode",),
    "elsewhere": ("other_country", "outside_embedded_france"),
    "commune_code": ("declared_code_of_several_communes", "siret_commune_unknown"),
    "coordinates": (
        *("declared_coordinates_elsewhere", "declared_coordinates_outside"),
        "position_outside_commune",
    ),
    "address": (
        *("address_not_found", "no_address", "service_error", "street_in_doubt", "low_score"),
        *("too_coarse", "street_not_found", "number_not_found", "siret_street_probable"),
    ),
    "choose": ("several_answers",),
    "siret": ("siret_invalid", "siret_not_found", "no_siret"),
    "establishment": (
        *("establishment_closed", "establishment_elsewhere"),
        *("providers_disagree", "siret_positions_disagree"),
    ),
    "name": ("found_by_name", "name_not_found", "name_refused"),
    "network": ("not_in_store",),
    "settled": ("rejected_by_hand",),
}
_ADVICE_FOR: Final = {reason: key for key, reasons in _ADVICE.items() for reason in reasons}
_CORRECTED: Final = "corrected_address: "
_WHAT_TO_DO: Final = "what_to_do"
_TO_CHECK: Final = (
    *(schema.SOURCE_LINE, schema.MEMBER_NAME, schema.POLE_NAME),
    *(schema.GEOCODE_STATUS, schema.GEOCODE_REASON, _WHAT_TO_DO),
    *(schema.ADDRESS, schema.POSTCODE, schema.CITY, schema.DEPARTEMENT, schema.SIRET),
    *(schema.GEOCODE_LABEL, schema.CODE_COMMUNE, schema.name_column("commune")),
    *(schema.GEOCODE_PROVIDER, schema.GEOCODE_PRECISION, schema.GEOCODE_SCORE),
    schema.GEOCODE_CANDIDATES,
)
_GROUPED: Final = [
    *(schema.GEOCODE_STATUS, schema.GEOCODE_PRECISION),
    *(schema.GEOCODE_PROVIDER, schema.GEOCODE_REASON),
]


def listed(findings: Findings, lang: Language) -> pd.DataFrame:
    """Return all members, as listed, placed and attached."""
    return _in_words(pd.DataFrame(findings.members.drop(columns="geometry")), lang)


def quality(findings: Findings, lang: Language) -> pd.DataFrame:
    """Return how many members were placed in each way, and their share of the list.

    Ways are a status, a precision, who placed them and the word of the reason; placed members
    come first, then those to check, then those not placed, the most frequent ways first.
    """
    ways = findings.members[_GROUPED].assign(
        **{schema.GEOCODE_REASON: reason_words(findings.members[schema.GEOCODE_REASON])}
    )
    counts = ways.groupby(_GROUPED, dropna=False, sort=False).size().reset_index(name="members")
    rank = counts[schema.GEOCODE_STATUS].map(schema.STATUSES.index)
    counts = (
        counts.assign(rank=rank)
        .sort_values(["rank", schema.MEMBERS], ascending=[True, False], kind="stable")
        .drop(columns="rank")
        .reset_index(drop=True)
    )
    counts[schema.SHARE] = counts[schema.MEMBERS] / len(ways)
    return _in_words(counts, lang)


def quality_by_pole(findings: Findings, lang: Language) -> pd.DataFrame:
    """Return how many members of each pole are placed, to check, not placed; fewest placed first.

    Members without a pole make a row of their own, the last.
    """
    members = findings.members
    pole = members[schema.POLE_ID].fillna("")
    counts = (
        pd.crosstab(pole, members[schema.GEOCODE_STATUS])
        .reindex(columns=list(schema.STATUSES), fill_value=0)
        .rename_axis(index=schema.POLE_ID, columns=None)
        .rename(columns={schema.REVIEW: schema.TO_REVIEW})
    )
    counts.insert(0, schema.MEMBERS, counts.sum(axis="columns"))
    counts.insert(1, SHARE_ACCEPTED, counts[schema.ACCEPTED] / counts[schema.MEMBERS])
    names = members.groupby(pole)[schema.POLE_NAME].first().reindex(counts.index)
    names[counts.index == ""] = label("summary_members_without_pole", lang).strip()
    counts.insert(0, schema.POLE_NAME, names)
    counts = counts.assign(last=counts.index == "", less=-counts[schema.MEMBERS])
    counts = counts.sort_values(["last", SHARE_ACCEPTED, "less"], kind="stable")
    return counts.drop(columns=["last", "less"]).reset_index()


def to_check(findings: Findings, lang: Language) -> pd.DataFrame:
    """Return members to check, then those not placed: what is declared, found and to do."""
    members = pd.DataFrame(findings.members.drop(columns="geometry"))
    status = members[schema.GEOCODE_STATUS]
    shown = pd.concat([members[status == word] for word in (schema.REVIEW, schema.REJECTED)])
    shown[_WHAT_TO_DO] = [
        label(advice_key(reason), lang) for reason in shown[schema.GEOCODE_REASON].fillna("")
    ]
    return _in_words(shown[[column for column in _TO_CHECK if column in shown]], lang)


def advice_key(reason: str) -> str:
    """Return the key of the words that say what to do about a reason ("word: details").

    Examples
    --------
    >>> advice_key("ambiguous_town: Brassac (81037), Brassac (82024)")
    'advice_which_town'
    >>> advice_key("corrected_address: no_town"), advice_key("new")
    ('advice_town', 'advice_other')
    """
    word = reason.removeprefix(_CORRECTED).partition(": ")[0]
    return f"advice_{_ADVICE_FOR.get(word, 'other')}"


def problems(findings: Findings, lang: Language) -> pd.DataFrame:
    """Return the remarks on the lists: columns named as the sheets head them, kinds in words."""
    found = findings.tables["problems"]
    return found.assign(
        list=found["list"].map(lambda name: label(f"list_{name}", lang)),
        column=found["column"].map(
            lambda column: label_if_known("column", column, lang), na_action="ignore"
        ),
        kind=found["kind"].map(lambda kind: label(f"problem_{kind}", lang)),
    )


def _in_words(members: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Return members with the vocabulary of geocoding in the reader's words."""
    said = {
        schema.GEOCODE_STATUS: lambda word: label(word, lang),
        schema.GEOCODE_PRECISION: lambda word: label(word, lang),
        schema.GEOCODE_PROVIDER: lambda name: label_if_known("provider", name, lang),
        schema.GEOCODE_REASON: lambda reason: label_reason(reason, lang),
        schema.ATTACH_REASON: lambda reason: label_reason(reason, lang),
    }
    return members.assign(
        **{
            column: members[column].map(words, na_action="ignore")
            for column, words in said.items()
            if column in members
        }
    )
