"""What is accepted: the rules by which an answer, whoever gave it, is trusted or sent to review.

A geocoder says what it found; the policy compares that with what was asked. It only ever lowers
the status of an answer, and says why in a word.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd
from rapidfuzz.distance import OSA

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.errors import InputError
from ptce_geo.geocoding.address import read_address
from ptce_geo.geocoding.streets import key_of_words, likeness, street_key
from ptce_geo.geocoding.text import shown, text_cells
from ptce_geo.labels import Language, format_number, label
from ptce_geo.territories.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ptce_geo.geocoding.text import Town


COMMUNE_CONTRADICTS: Final = "commune_contradicts"
POSTCODE_CONTRADICTS: Final = "postcode_contradicts"
STREET_IN_DOUBT: Final = "street_in_doubt"
LOW_SCORE: Final = "low_score"
SEVERAL_ANSWERS: Final = "several_answers"
TOO_COARSE: Final = "too_coarse"
PROVIDERS_DISAGREE: Final = "providers_disagree"
_JUDGED: Final = (
    schema.GEOCODE_PRECISION,
    schema.GEOCODE_SCORE,
    schema.GEOCODE_MARGIN,
    schema.CODE_COMMUNE,
    schema.FOUND_STREET,
    schema.FOUND_POSTCODE,
    schema.FOUND_CITY,
    schema.GEOCODE_LABEL,
)
# How like the names of a town must be, where one is misspelt.
_ALIKE: Final = 0.6
# The commune is not in doubt, only where in it: such a member is placed at its commune.
DOUBTS_OF_STREET: Final = (STREET_IN_DOUBT, LOW_SCORE, SEVERAL_ANSWERS, "siret_street_probable")


@dataclass(frozen=True)
class AcceptancePolicy:
    """When an answer is accepted.

    The defaults are calibrated (``benchmarks/geocoding.py``): of the answers that they accept, at
    most 2 in 1,000 are wrong points, on queries as they are and on damaged ones.

    Attributes
    ----------
    min_score : float
        Least score of an answer (0…1), as its geocoder gives it.
    min_margin : float
        By how much the score must exceed that of the second answer.
    min_street_likeness : float
        How like the street found must be to the one asked (`streets.likeness`), whoever found it.
    commune_must_agree, postcode_must_agree : bool
        Whether an answer in another commune than the address names, or in another département
        than its postcode, goes to review.
    min_precision : str
        Coarsest precision (`schema.PRECISIONS`).
    max_distance_km : float
        How far apart the register's position and that of the address may lie (km).

    Raises
    ------
    InputError
        For a number out of its range or a precision that is none.

    Examples
    --------
    >>> AcceptancePolicy(min_precision="street").min_score
    0.8
    >>> AcceptancePolicy().describe("en")[:32]
    'Accepted: score of 0.80 or more,'
    """

    min_score: float = 0.8
    min_margin: float = 0.04
    min_street_likeness: float = 0.88
    commune_must_agree: bool = True
    postcode_must_agree: bool = True
    min_precision: str = "municipality"
    max_distance_km: float = 2.0

    def __post_init__(self) -> None:
        """Check the settings."""
        for name in ("min_score", "min_margin", "min_street_likeness"):
            if not 0 <= getattr(self, name) <= 1:
                msg = f"AcceptancePolicy: {name} is {getattr(self, name)}; give 0 to 1"
                raise InputError(msg)
        if not self.max_distance_km > 0:
            msg = f"AcceptancePolicy: max_distance_km is {self.max_distance_km}; give more than 0"
            raise InputError(msg)
        if self.min_precision not in schema.PRECISIONS:
            msg = (
                f"AcceptancePolicy: min_precision is {self.min_precision!r}; "
                f"known: {', '.join(schema.PRECISIONS)}"
            )
            raise InputError(msg)

    def describe(self, lang: Language = "fr") -> str:
        """Return the rules in a sentence a planner can read."""
        numbers = {
            key: format_number(value, lang, decimals=2)
            for key, value in asdict(self).items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        told = [label("policy_numbers", lang).format(**numbers)]
        told += [
            label(f"policy_{rule}", lang)
            for rule in ("commune_must_agree", "postcode_must_agree")
            if getattr(self, rule)
        ]
        told.append(label(self.min_precision, lang))
        semicolon = " ; " if lang == "fr" else "; "
        return label("policy", lang).format(rules=semicolon.join(told[:-1]), precision=told[-1])

    def judge(
        self,
        queries: pd.DataFrame,
        answers: pd.DataFrame,
        *,
        told: pd.DataFrame | None,
        score_offset: float = 0.0,
    ) -> pd.DataFrame:
        """Return the answers, those that break a rule to review for that reason.

        Parameters
        ----------
        queries : DataFrame
            What was asked, of a geocoder of addresses.
        answers : DataFrame
            `schema.GEOCODE_COLUMNS`, and any of `schema.FOUND_COLUMNS`, on the index of `queries`.
        told : DataFrame or None
            What `CommuneGeocoder` makes of the towns of the same queries: the commune that an
            address tells, where it accepts it. None for answers that are its own.
        score_offset : float
            By how much the scores of this geocoder are lower than those of `BanIndexGeocoder` for
            an address found as surely.
        """
        accepted = (answers[schema.GEOCODE_STATUS] == schema.ACCEPTED).to_numpy(dtype=bool)
        asked = queries[accepted]
        communes = [""] * len(asked)
        if told is not None:
            sure = told[schema.GEOCODE_STATUS] == schema.ACCEPTED
            named = told[schema.CODE_COMMUNE] + " " + told[schema.GEOCODE_LABEL]
            communes = named.where(sure, "")[accepted].tolist()
        cells = answers.loc[accepted].reindex(columns=list(_JUDGED))
        for column in set(_JUDGED) - set(schema.GEOCODE_NUMBERS):
            cells[column] = cells[column].astype("object").fillna("")
        found = zip(*(cells[column].tolist() for column in _JUDGED), strict=True)
        doubts = [
            self._doubt(query, commune, self.min_score - score_offset, *answer)
            for query, commune, answer in zip(
                zip(*text_cells(asked), strict=True), communes, found, strict=True
            )
        ]
        reasons = pd.Series(doubts, index=cells.index, dtype="str")
        reasons = reasons[reasons != ""]
        judged = answers.copy()
        judged.loc[reasons.index, schema.GEOCODE_STATUS] = schema.REVIEW
        judged.loc[reasons.index, schema.GEOCODE_REASON] = reasons
        return judged

    def _doubt(
        self,
        asked: Sequence[str],
        told: str,
        least: float,
        precision: str,
        score: float,
        margin: float,
        code: str,
        street: str,
        postcode: str,
        city: str,
        found: str,
    ) -> str:
        """Return why an answer is doubted, "" where it is not."""
        # A geocoder that tells no precision is taken at its word.
        exact = schema.PRECISIONS[: 1 + schema.PRECISIONS.index(self.min_precision)]
        coarse = bool(precision) and precision not in exact
        commune, _, name = told.partition(" ")
        if self.commune_must_agree and commune and code and commune != code:
            return f"{COMMUNE_CONTRADICTS}: {name} ({commune}) ≠ {found}"
        if precision == "municipality":
            return f"{TOO_COARSE}: {precision}" if coarse else ""
        address = read_address(*asked[:3])
        wanted = address.town.postcode
        apart = wanted and postcode and _departement(wanted) != _departement(postcode)
        if self.postcode_must_agree and apart:
            return f"{POSTCODE_CONTRADICTS}: {wanted} ≠ {found}"
        if self.commune_must_agree and not commune and city and _other_town(address.town, city):
            return f"{COMMUNE_CONTRADICTS}: {shown(address.town.name)} ≠ {found}"
        if score < least:
            return f"{LOW_SCORE}: {score:.2f} {found}"
        if street and address.street:
            town = address.town
            behind = town.where != "cell" or address.street.endswith(f" {fold(town.name)}")
            like = street_likeness(address.street, street, town_behind=behind)
            if like < self.min_street_likeness:
                return f"{STREET_IN_DOUBT}: {found}"
        if margin < self.min_margin:
            return f"{SEVERAL_ANSWERS}: {found}"
        return f"{TOO_COARSE}: {precision}" if coarse else ""


def _other_town(town: Town, city: str) -> bool:
    """Whether the town written, which no register knows for sure, is not like the one found."""
    if town.where != "cell":
        return False
    asked, found = fold(town.name), fold(city)
    if not asked or asked in found or found in asked:
        return False
    return OSA.normalized_similarity(asked, found) < _ALIKE


def _departement(postcode: str) -> str:
    return postcode[: 3 if postcode.startswith(("97", "98")) else 2]


def street_likeness(asked: str, found: str, *, town_behind: bool) -> float:
    """Return how like the street found is to the one asked, behind which the town may stand.

    Examples
    --------
    >>> street_likeness("rue du luberon chatenois", "Rue du Luberon", town_behind=True)
    1.0
    >>> street_likeness("rue du moulin vert", "Rue du Moulin", town_behind=False)
    0.6
    """
    key, words = street_key(found), asked.split()
    keys = [key_of_words(words)]
    if keys[0] == key:
        return 1.0
    if town_behind:
        keys += [key_of_words(words[:end]) for end in range(1, len(words))]
    return max(likeness(one, key) for one in keys)


def check_policy(policy: object) -> AcceptancePolicy:
    """Return `policy`, the default one for None; raise `InputError` for anything else."""
    if policy is None:
        return AcceptancePolicy()
    if not isinstance(policy, AcceptancePolicy):
        msg = f"geocode: {listing([repr(policy)])} is no AcceptancePolicy"
        raise InputError(msg)
    return policy
