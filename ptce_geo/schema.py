"""The columns of ptce_geo, named once.

Every room spells a column by the constants of this module; nothing else defines one.
"""

from __future__ import annotations

from typing import Final

# What the user declared, about a member structure ...
MEMBER_ID: Final = "member_id"
MEMBER_NAME: Final = "member_name"
POLE_ID: Final = "pole_id"
POLE_NAME: Final = "pole_name"
MEMBER_KIND: Final = "member_kind"
ADDRESS: Final = "address"
POSTCODE: Final = "postcode"
CITY: Final = "city"
DEPARTEMENT: Final = "departement"
SIRET: Final = "siret"
FTE: Final = "fte"
FTE_POLE: Final = "fte_pole"
TURNOVER: Final = "turnover"
TURNOVER_POLE: Final = "turnover_pole"
SECTOR: Final = "sector"
ROLE: Final = "role"
SOURCE_LINE: Final = "source_line"

MEMBER_COLUMNS: Final = (
    MEMBER_ID,
    MEMBER_NAME,
    POLE_ID,
    POLE_NAME,
    MEMBER_KIND,
    ADDRESS,
    POSTCODE,
    CITY,
    DEPARTEMENT,
    SIRET,
    FTE,
    FTE_POLE,
    TURNOVER,
    TURNOVER_POLE,
    SECTOR,
    ROLE,
)
NUMERIC_MEMBER_COLUMNS: Final = (FTE, FTE_POLE, TURNOVER, TURNOVER_POLE)

# ... and about a pole (its seat is where the pole is domiciled).
STATUS: Final = "status"
YEAR: Final = "year"
REGION: Final = "region"
POLE_COLUMNS: Final = (
    POLE_ID,
    POLE_NAME,
    SECTOR,
    STATUS,
    YEAR,
    ADDRESS,
    POSTCODE,
    CITY,
    DEPARTEMENT,
    REGION,
)

# What geocoding adds.
LONGITUDE: Final = "longitude"
LATITUDE: Final = "latitude"
GEOCODE_PROVIDER: Final = "geocode_provider"
GEOCODE_PRECISION: Final = "geocode_precision"
GEOCODE_SCORE: Final = "geocode_score"
GEOCODE_MARGIN: Final = "geocode_margin"
GEOCODE_LABEL: Final = "geocode_label"
GEOCODE_STATUS: Final = "geocode_status"
GEOCODE_REASON: Final = "geocode_reason"
CODE_COMMUNE: Final = "code_commune"

GEOCODE_NUMBERS: Final = (LONGITUDE, LATITUDE, GEOCODE_SCORE, GEOCODE_MARGIN)
GEOCODE_COLUMNS: Final = (
    LONGITUDE,
    LATITUDE,
    GEOCODE_PROVIDER,
    GEOCODE_PRECISION,
    GEOCODE_SCORE,
    GEOCODE_MARGIN,
    GEOCODE_LABEL,
    GEOCODE_STATUS,
    GEOCODE_REASON,
    CODE_COMMUNE,
)

GEOCODE_DTYPES: Final = {
    column: "float64" if column in GEOCODE_NUMBERS else "str" for column in GEOCODE_COLUMNS
}

# The cells that an address is placed by; pole_departement is the département of the member's pole.
POLE_DEPARTEMENT: Final = "pole_departement"
QUERY_COLUMNS: Final = (ADDRESS, POSTCODE, CITY, DEPARTEMENT, POLE_DEPARTEMENT)
# What a register of establishments is asked by, besides.
REGISTER_COLUMNS: Final = (SIRET, MEMBER_NAME)

# What a geocoder may give besides: the address it found, which the policy compares with the one
# asked (dropped afterwards), the answers it might have given instead ("label (score) | …"), ...
FOUND_NUMBER: Final = "found_number"
FOUND_STREET: Final = "found_street"
FOUND_POSTCODE: Final = "found_postcode"
FOUND_CITY: Final = "found_city"
FOUND_COLUMNS: Final = (FOUND_NUMBER, FOUND_STREET, FOUND_POSTCODE, FOUND_CITY)
GEOCODE_CANDIDATES: Final = "geocode_candidates"

# ... and what the register SIRENE knows of an establishment.
SIRENE_NAME: Final = "sirene_name"
SIRENE_ADDRESS: Final = "sirene_address"
SIRENE_STATE: Final = "sirene_state"
SIRENE_LEGAL_FORM: Final = "sirene_legal_form"
SIRENE_ACTIVITY: Final = "sirene_activity"
SIRENE_STAFF_BAND: Final = "sirene_staff_band"
SIRENE_ESS: Final = "sirene_ess"
SIRENE_COLUMNS: Final = (
    SIRENE_NAME,
    SIRENE_ADDRESS,
    SIRENE_STATE,
    SIRENE_LEGAL_FORM,
    SIRENE_ACTIVITY,
    SIRENE_STAFF_BAND,
    SIRENE_ESS,
)
# Every column that an answer may have, besides GEOCODE_COLUMNS; all of them text.
FURTHER_COLUMNS: Final = (*FOUND_COLUMNS, GEOCODE_CANDIDATES, *SIRENE_COLUMNS)

# From the finest to the coarsest.
PRECISIONS: Final = ("housenumber", "street", "locality", "municipality")

ACCEPTED: Final = "accepted"
REVIEW: Final = "review"
REJECTED: Final = "rejected"
STATUSES: Final = (ACCEPTED, REVIEW, REJECTED)

# What attaching adds: code_<level>, nom_<level>, and the reason where a member has none.
ATTACH_REASON: Final = "attach_reason"


def code_column(level: str) -> str:
    """Return the column that holds the code of a territory of `level`."""
    return f"code_{level}"


def name_column(level: str) -> str:
    """Return the column that holds the name of a territory of `level`."""
    return f"nom_{level}"


def reason_column(level: str) -> str:
    """Return the column that says why a member has no zone of a zoning."""
    return f"reason_{level}"


# What a territory carries, beside its code (the index), its parents' codes and its geometry.
CODE: Final = "code"
NAME: Final = "nom"
POPULATION: Final = "population"
AREA_KM2: Final = "area_km2"

# What the measures say: coverage, ...
MEMBERS: Final = "members"
LEVEL: Final = "level"
LOCATION_QUOTIENT: Final = "location_quotient"
LOCATION_QUOTIENT_LOW: Final = "location_quotient_low"
LOCATION_QUOTIENT_HIGH: Final = "location_quotient_high"
GINI: Final = "gini"
HERFINDAHL: Final = "herfindahl"
MEMBERS_PER_100K: Final = "members_per_100k"
THRESHOLD_KM: Final = "threshold_km"
DISTANCE_KM: Final = "distance_km"
TERRITORIES: Final = "territories"
TERRITORIES_COVERED: Final = "territories_covered"
SHARE_TERRITORIES: Final = "share_territories"
POPULATION_COVERED: Final = "population_covered"
SHARE_POPULATION: Final = "share_population"
COVERAGE_COLUMNS: Final = (
    TERRITORIES,
    TERRITORIES_COVERED,
    SHARE_TERRITORIES,
    POPULATION,
    POPULATION_COVERED,
    SHARE_POPULATION,
)

# ... a figure with its uncertainty and its test, ...
TERRITORY: Final = "territory"
INDICATOR: Final = "indicator"
VALUE: Final = "value"
LOW: Final = "low"
HIGH: Final = "high"
N: Final = "n"
FLAG: Final = "flag"
METHOD: Final = "method"
STATISTIC: Final = "statistic"
EXPECTED: Final = "expected"
VARIANCE: Final = "variance"
Z: Final = "z"
P_VALUE: Final = "p_value"
P_SIM: Final = "p_sim"
P_FDR: Final = "p_fdr"
QUADRANT: Final = "quadrant"

# ... of concentration, ...
GROUP: Final = "group"
CHANCE_LOW: Final = "chance_low"
CHANCE_HIGH: Final = "chance_high"
SHARE_VALUES: Final = "share_values"
SHARE_WEIGHTS: Final = "share_weights"
THEIL: Final = "theil"
BETWEEN: Final = "between"
WITHIN: Final = "within"
SIZE: Final = "size"
SPECIALISATION: Final = "specialisation"
FOCUS: Final = "focus"
STARS: Final = "stars"
EMPIRICAL_BAYES: Final = "empirical_bayes"
WITHOUT_IMPRECISE: Final = "without_imprecise"

# ... of clusters and of distances, ...
RANK: Final = "rank"
CENTRE: Final = "centre"
RADIUS_KM: Final = "radius_km"
CASES: Final = "cases"
RELATIVE_RISK: Final = "relative_risk"
LOG_LIKELIHOOD_RATIO: Final = "log_likelihood_ratio"
ESTABLISHMENTS: Final = "establishments"
SHARE_COVERED: Final = "share_covered"
TERRITORY_CODES: Final = "territory_codes"
COMMUNE_CODES: Final = "commune_codes"
GLOBAL_LOW: Final = "global_low"
GLOBAL_HIGH: Final = "global_high"
BANDWIDTH_KM: Final = "bandwidth_km"

# ... the summary of a pole, with its members by family of article 9 of the law of 31 July 2014, ...
ESS_ENTERPRISE: Final = "ess_enterprise"
OTHER_ENTERPRISE: Final = "other_enterprise"
LOCAL_AUTHORITY: Final = "local_authority"
RESEARCH: Final = "research"
HIGHER_EDUCATION: Final = "higher_education"
TRAINING: Final = "training"
OTHER: Final = "other"
UNKNOWN: Final = "unknown"
FAMILIES: Final = (
    ESS_ENTERPRISE,
    OTHER_ENTERPRISE,
    LOCAL_AUTHORITY,
    RESEARCH,
    HIGHER_EDUCATION,
    TRAINING,
    OTHER,
    UNKNOWN,
)


def family_column(family: str) -> str:
    """Return the column that counts the members of a family."""
    return f"members_{family}"


LOCATED: Final = "located"
TO_REVIEW: Final = "to_review"
COMMUNES: Final = "communes"
EPCI: Final = "epci"
DEPARTEMENTS: Final = "departements"
REGIONS: Final = "regions"
FTE_ANSWERS: Final = "fte_answers"
FTE_POLE_ANSWERS: Final = "fte_pole_answers"
SHARE_FTE_ANSWERED: Final = "share_fte_answered"
SHARE_FTE_POLE: Final = "share_fte_pole"
SHARE_FTE_POLE_LOW: Final = "share_fte_pole_low"
SHARE_FTE_POLE_HIGH: Final = "share_fte_pole_high"
TURNOVER_ANSWERS: Final = "turnover_answers"
TURNOVER_POLE_ANSWERS: Final = "turnover_pole_answers"
SHARE_TURNOVER_ANSWERED: Final = "share_turnover_answered"
SHARE_TURNOVER_POLE: Final = "share_turnover_pole"
SHARE_TURNOVER_POLE_LOW: Final = "share_turnover_pole_low"
SHARE_TURNOVER_POLE_HIGH: Final = "share_turnover_pole_high"
DISTANCE_MEAN_KM: Final = "distance_to_seat_mean_km"
DISTANCE_MAX_KM: Final = "distance_to_seat_max_km"
MEMBERS_OTHER_CRS: Final = "members_other_crs"
POLE_SUMMARY_COLUMNS: Final = (
    POLE_NAME,
    MEMBERS,
    LOCATED,
    ACCEPTED,
    TO_REVIEW,
    COMMUNES,
    EPCI,
    DEPARTEMENTS,
    REGIONS,
    FTE,
    FTE_ANSWERS,
    FTE_POLE_ANSWERS,
    SHARE_FTE_ANSWERED,
    SHARE_FTE_POLE,
    SHARE_FTE_POLE_LOW,
    SHARE_FTE_POLE_HIGH,
    TURNOVER,
    TURNOVER_ANSWERS,
    TURNOVER_POLE_ANSWERS,
    SHARE_TURNOVER_ANSWERED,
    SHARE_TURNOVER_POLE,
    SHARE_TURNOVER_POLE_LOW,
    SHARE_TURNOVER_POLE_HIGH,
    *(family_column(family) for family in FAMILIES),
    DISTANCE_MEAN_KM,
    DISTANCE_MAX_KM,
    MEMBERS_OTHER_CRS,
)

# ... and where its seat comes from: its own town, or the member that leads it.
SEAT_SOURCE: Final = "seat_source"
DECLARED: Final = "declared"
LEAD_MEMBER: Final = "lead_member"

# ... coverage and white zones, ...
NEAREST_KM: Final = "nearest_km"
MEAN_KM: Final = "mean_km"
FARTHEST_KM: Final = "farthest_km"

# ... travel times and access, ...
ORIGIN: Final = "origin"
DESTINATION: Final = "destination"
MINUTES: Final = "minutes"
ACCESS: Final = "access"

# ... where the next pole belongs, ...
POPULATION_GAINED: Final = "population_gained"
POPULATION_SERVED: Final = "population_served"
MEAN_DISTANCE: Final = "mean_distance"
SERVED_BY: Final = "served_by"
BOUND: Final = "bound"
GAP: Final = "gap"
OPTIMAL: Final = "optimal"

# ... the kinds of members, composition and economic weight of a pole, ...
KIND: Final = "kind"
FAMILY: Final = "family"
RULE: Final = "rule"
MEMBERS_KNOWN: Final = "members_known"
ARTICLE_9_PRESENT: Final = "article_9_present"
ARTICLE_9_MISSING: Final = "article_9_missing"
SHANNON: Final = "shannon"
BLAU: Final = "blau"
POLE_TYPE: Final = "pole_type"
MEASURE: Final = "measure"
ANSWERS: Final = "answers"
SHARE_ANSWERED: Final = "share_answered"
PART: Final = "part"
WHOLE: Final = "whole"
SHARE: Final = "share"
TOTAL: Final = "total"
TOTAL_ANSWERS: Final = "total_answers"

# ... its footprint, anchoring, overlap and likeness, ...
MEMBERS_OUTSIDE: Final = "members_outside"
LEGAL_CRS_NAME: Final = "legal_crs"
HULL_AREA_KM2: Final = "hull_area_km2"
ELLIPSE_AREA_KM2: Final = "ellipse_area_km2"
STANDARD_DISTANCE_KM: Final = "standard_distance_km"
SEMI_MAJOR_KM: Final = "semi_major_km"
SEMI_MINOR_KM: Final = "semi_minor_km"
ROTATION_DEG: Final = "rotation_deg"
CENTRE_DISTANCE_MEAN_KM: Final = "distance_to_centre_mean_km"
CENTRE_DISTANCE_MAX_KM: Final = "distance_to_centre_max_km"
FOOTPRINT_REASON: Final = "footprint_reason"
OTHER_POLE_ID: Final = "other_pole_id"
SHARED: Final = "shared"
EITHER: Final = "either"
JACCARD: Final = "jaccard"


def share_column(level: str) -> str:
    """Return the column that holds the share of the members in the seat's territory of `level`."""
    return f"share_{level}"


def share_fte_column(level: str) -> str:
    """Return the column that holds the share of their FTE in the seat's territory of `level`."""
    return f"share_fte_{level}"


# ... and what may not be published.
LARGEST: Final = "largest"
ONLY_CONTRIBUTOR: Final = "only_contributor"
SECRET: Final = "secret"
PUBLISHED: Final = "published"
PROTECTS: Final = "protects"
RELATIVE_WIDTH: Final = "relative_width"

# Every column that geocoding, attaching and a study write over; a list's own columns of these
# names are renamed where the list is read.
WRITTEN_COLUMNS: Final = frozenset(
    {
        *GEOCODE_COLUMNS,
        "geometry",
        *(
            column(level)
            for level in (
                *("commune", "arrondissement_municipal", "epci"),
                *("arrondissement", "departement", "region"),
            )
            for column in (code_column, name_column)
        ),
        ATTACH_REASON,
        POLE_DEPARTEMENT,
        SEAT_SOURCE,
    }
)

WGS84: Final = "EPSG:4326"
