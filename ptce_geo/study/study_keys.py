"""The sections and keys of a study file, and what the value of each must be: one table.

To add a setting: a field of `Study`, a line of `KEYS`, and its words ``study_<section>_<key>``.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final, NamedTuple

from ptce_geo import schema
from ptce_geo.errors import InputError, PtceGeoError
from ptce_geo.geocoding.policy import AcceptancePolicy
from ptce_geo.indicators.concentration_table import LEVELS_MEASURED
from ptce_geo.labels import LANGUAGES
from ptce_geo.reports.package import LICENCES
from ptce_geo.study.settings import OUTPUT_KINDS, Study
from ptce_geo.study.study_document import guess
from ptce_geo.study.study_kinds import (
    Choice,
    Code,
    Kind,
    ListOf,
    Number,
    Place,
    Sheet,
    Spec,
    Text,
    YesNo,
)
from ptce_geo.territories.zonings import zoning_level

if TYPE_CHECKING:
    from collections.abc import Callable

# Columns of the list of members that a heading can be given for.
COLUMNS: Final = (
    *schema.MEMBER_COLUMNS,
    schema.LONGITUDE,
    schema.LATITUDE,
    schema.CODE_COMMUNE,
)
# No two places of France are further apart; more is metres taken for kilometres.
_LARGEST_KM: Final = 1000


class Key(NamedTuple):
    """A key of a section.

    Attributes
    ----------
    section, name : str
        Where it stands, and how it is called.
    kind : Kind
        What its value must be.
    field : str
        Field of `Study` (of `AcceptancePolicy` in locate.policy) that it sets.
    example : str or list
        What a study that `study_template` writes shows, where there is no default.
    """

    section: str
    name: str
    kind: Kind
    field: str
    example: object = None

    @property
    def path(self) -> str:
        """Section and name."""
        return f"{self.section}.{self.name}"


def _key(section: str, name: str, kind: Kind, *, field: str = "", example: object = None) -> Key:
    return Key(section, name, kind, field or name, example)


POLICY: Final = "locate.policy"
_SHARE: Final = Number(0, 1)
_KM: Final = Number(0, _LARGEST_KM, "of km", above=True)

KEYS: Final[tuple[Key, ...]] = (
    _key("lists", "members", Place()),
    _key("lists", "poles", Place(), example="poles.csv"),
    _key("lists", "title", Text()),
    _key("lists", "source", Text()),
    _key("locate", "geocoders", ListOf(Spec())),
    _key("locate", "store", Place(made=True), example="answers.sqlite"),
    _key("locate", "offline", YesNo()),
    _key("locate", "review", Place(), example="review.xlsx"),
    _key(POLICY, "min_score", _SHARE),
    _key(POLICY, "min_margin", _SHARE),
    _key(POLICY, "min_street_likeness", _SHARE),
    _key(POLICY, "commune_must_agree", YesNo()),
    _key(POLICY, "postcode_must_agree", YesNo()),
    _key(POLICY, "min_precision", Choice(schema.PRECISIONS, "precision")),
    _key(POLICY, "max_distance_km", _KM),
    _key("area", "departements", ListOf(Code("departement")), example=["01", "2A"]),
    _key("area", "regions", ListOf(Code("region")), example=["84"]),
    _key("measure", "levels", ListOf(Choice(LEVELS_MEASURED, "level"))),
    _key("measure", "thresholds_km", ListOf(_KM, increasing=True)),
    _key("measure", "white_zone_km", _KM),
    _key("measure", "reference", Place(), example="establishments.csv"),
    _key("measure", "reference_column", Text("the heading of the amounts"), example="Etabs"),
    _key("measure", "seed", Number(0, 2**32 - 1, whole=True)),
    _key("publication", "publish", YesNo()),
    _key("publication", "minimum", Number(1, 1000, "of structures", whole=True)),
    _key("publication", "dominance", Number(0, 1, above=True)),
    _key("publication", "publisher", Text()),
    _key("publication", "licence", Choice(tuple(LICENCES), "licence"), example="lov2"),
    _key("outputs", "folder", Place(is_folder=True), field="out"),
    _key("outputs", "lang", Choice(LANGUAGES, "language")),
    _key("outputs", "files", ListOf(Choice(OUTPUT_KINDS, "output"), least=0), field="outputs"),
    _key("outputs", "sheets", ListOf(Sheet(), least=0), example=["departement:42"]),
    _key("cache", "folder", Place(is_folder=True, optional=True), field="cache"),
)


class Named(NamedTuple):
    """A section whose keys the user names.

    Attributes
    ----------
    section : str
        Its name.
    kind : Kind
        What each value must be.
    field : str
        Field of `Study` that it sets.
    check : callable
        Raises `InputError` for a name that is none.
    """

    section: str
    kind: Kind
    field: str
    check: Callable[[str], object]


def _column(name: str) -> None:
    if name not in COLUMNS:
        msg = f"no column of ptce_geo{guess(name, COLUMNS)}"
        raise InputError(msg)


def _zoning(name: str) -> None:
    try:
        zoning_level(name)
    except PtceGeoError as error:
        raise InputError(str(error).replace("name=", "")) from None


NAMED: Final[tuple[Named, ...]] = (
    Named("lists.columns", Text("a heading of the list of members"), "columns", _column),
    Named("zonings", Place(), "zonings", _zoning),
)
SECTIONS: Final[tuple[str, ...]] = (
    "lists",
    "lists.columns",
    "locate",
    POLICY,
    "area",
    "measure",
    "zonings",
    "publication",
    "outputs",
    "cache",
)


def default_of(key: Key) -> object:
    """Return what holds where a key is left out; None where nothing does.

    Examples
    --------
    >>> {key.path: default_of(key) for key in KEYS}["measure.white_zone_km"]
    20
    """
    of = AcceptancePolicy if key.section == POLICY else Study
    default = {field.name: field.default for field in fields(of)}[key.field]
    return default if isinstance(default, bool | int | float | str | tuple) else None
