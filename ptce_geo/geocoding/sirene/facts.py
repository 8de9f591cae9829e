"""What the register SIRENE says of an establishment, however it was asked: file or API.

Pure functions over text: they never raise.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

# What INSEE and the API write where the establishment asked not to be published.
_MASKED: Final = re.compile(r"\[\s*(?:ND|NON[- ]DIFFUSIBLE)\s*\]", re.IGNORECASE)
_INDEXES: Final = {"B": "bis", "T": "ter", "Q": "quater", "C": "quinquies"}
_INDEX_WORDS: Final = ("BIS", "TER", "QUATER", "QUINQUIES")
# Abbreviated as INSEE does, and spelt out.
_TYPES: Final = (
    "ALL|ALLEES?|ALLÉES?|AV|AVENUE|BD|BVD|BOULEVARD|CAR|CARREFOUR|CHE|CHEM|CHEMIN|CHS|CHAUSSEE|"
    "CHAUSSÉE|CITE|CITÉ|CLOS|COR|CORNICHE|COTE|CÔTE|COURS?|CRS|ESP|ESPLANADE|FG|FAUBOURG|GR|IMP|"
    "IMPASSE|LOT|LOTISSEMENT|MAIL|MONTEE|MONTÉE|MTE|PAS|PASSAGE|PL|PLACE|PARVIS|PRO|PROMENADE|QU|"
    "QUAI|QUA|QUARTIER|RLE|RUELLE|ROC|ROCADE|RPT|RTE|ROUTE|RUE|SEN|SENTE|SENTIER|SQ|SQUARE|TRA|"
    "TRAVERSE|VLA|VILLA|VOIE|VEN|VENELLE"
)
_NUMBERED: Final = re.compile(
    r"(?:^|[\s,])(?P<number>[0-9]{1,5})(?:\s?[-/]\s?[0-9]{1,5})?"
    r"(?:\s?(?P<index>BIS|TER|QUATER|QUINQUIES|[A-Z])(?![^\W\d_]))?[\s,]+"
    rf"(?P<street>(?:{_TYPES})[\s.].*)$",
    re.IGNORECASE,
)
_NUMBER_FIRST: Final = re.compile(
    r"^(?P<number>[0-9]{1,4})(?:\s?(?P<index>BIS|TER|QUATER|QUINQUIES))?[\s,]+(?P<street>[^\W\d].*)$",
    re.IGNORECASE,
)
_TYPED: Final = re.compile(rf"(?:^|[\s,])(?P<street>(?:{_TYPES})[\s.].*)$", re.IGNORECASE)
_TAIL: Final = re.compile(
    r"^(?P<head>.*?)(?:^|[\s,]+)(?P<postcode>[0-9]{5})\s+(?P<city>[^\W\d].*)$"
)
_BOX: Final = re.compile(r"(?:^|[\s,]+)(?:BP|CS|TSA|B\.P\.|C\.S\.)\s*[0-9].*$", re.IGNORECASE)
_CEDEX: Final = re.compile(r"\s+C[EÉ]DEX\b.*$", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """The address of an establishment; "" for what is not told."""

    line: str = ""
    number: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True)
class Establishment:
    """An establishment as the register has it; "" and None for what is not told.

    Attributes
    ----------
    siret, name : str
        The name is empty for persons who work for their own account under no other name.
    address : Address
    code : str
        INSEE code of the commune or municipal arrondissement, of any year.
    country : str
        Where it lies in another one.
    longitude, latitude : float or None
        In degrees; both or none.
    precision : str
        Of the point; "municipality" where the point tells no more than the commune.
    score : float
        How sure the point is at that precision, 0…1.
    doubt : str
        Why the point is to be reviewed: a word of geocode_reason.
    state : str
        "A" (open) or "F" (closed).
    legal_form, activity, staff_band, ess : str
        Codes of INSEE; the ESS flag is "true" or "false".
    instead : str
        Where it is closed: the seat of the unit that it was of.
    """

    siret: str
    name: str = ""
    address: Address = Address()
    code: str = ""
    country: str = ""
    longitude: float | None = None
    latitude: float | None = None
    precision: str = "municipality"
    score: float = 0.0
    doubt: str = ""
    state: str = ""
    legal_form: str = ""
    activity: str = ""
    staff_band: str = ""
    ess: str = ""
    instead: str = ""


def candidate(one: Establishment) -> str:
    """Return how an establishment is named among those to choose from.

    Examples
    --------
    >>> candidate(Establishment("73282932000074", "TISSERIE", Address("1 RUE X 42000 LYON")))
    'TISSERIE, 1 RUE X 42000 LYON, 73282932000074'
    """
    told = ", ".join(filter(None, (one.name, one.address.line, one.siret)))
    return told.replace("|", "/")


def public_text(value: object) -> str:
    """Return what a cell says, on one line; what is not to be published says nothing.

    Examples
    --------
    >>> public_text(" RUE  DE LA PAIX "), public_text("[ND]"), public_text(None)
    ('RUE DE LA PAIX', '', '')
    """
    if value is None or isinstance(value, dict | list):
        return ""
    text = _MASKED.sub(" ", str(value))
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


def degrees(longitude: object, latitude: object) -> tuple[float, float] | tuple[None, None]:
    """Return a position as numbers, none where it is not one: empty, out of range, (0, 0).

    Examples
    --------
    >>> degrees("4.39", "45.43"), degrees("[ND]", ""), degrees("0", "0")
    ((4.39, 45.43), (None, None), (None, None))
    """
    x, y = number(longitude), number(latitude)
    if x is None or y is None or abs(x) > 180 or abs(y) > 90 or (x == 0 and y == 0):
        return None, None
    return x, y


def number(value: object) -> float | None:
    """Return a finite number, None for anything else.

    Examples
    --------
    >>> number("6536892,5"), number("1e999"), number("[ND]")
    (6536892.5, None, None)
    """
    try:
        read = float(str(value).strip().replace(",", "."))
    except ValueError:
        return None
    return read if math.isfinite(read) else None


def joined_address(
    *,
    complement: str = "",
    number: str = "",
    index: str = "",
    street_type: str = "",
    street: str = "",
    box: str = "",
    postcode: str = "",
    city: str = "",
    cedex: str = "",
    cedex_city: str = "",
) -> Address:
    """Return the address that the register holds in several cells.

    Examples
    --------
    >>> joined_address(number="12", index="B", street_type="RUE", street="DE LA PAIX",
    ...                postcode="42000", city="SAINT-ETIENNE")
    Address(line='12 B RUE DE LA PAIX 42000 SAINT-ETIENNE', number='12 bis', street='RUE DE LA PAIX', postcode='42000', city='SAINT-ETIENNE')
    """  # noqa: E501 - what Python writes
    way = f"{street_type} {street}".strip()
    number = number.lstrip("0")
    town = (cedex, cedex_city or city) if cedex else (postcode, city)
    line = " ".join(part for part in (complement, number, index, way, box, *town) if part)
    return Address(line, _house(number, index) if way else "", way, postcode, city)


def split_address(line: str, *, postcode: str = "", city: str = "") -> Address:
    """Return the parts of an address on one line, as the API joins them.

    Parameters
    ----------
    line : str
        Complement, number, index, street, box, postcode (or CEDEX) and town.
    postcode, city : str
        Where they are told besides: CEDEX codes are not those of the town.

    Examples
    --------
    >>> split_address("BAT A 12 B RUE DE LA PAIX BP 3 42007 SAINT-ETIENNE CEDEX 1")
    Address(line='BAT A 12 B RUE DE LA PAIX BP 3 42007 SAINT-ETIENNE CEDEX 1', number='12 bis', street='RUE DE LA PAIX', postcode='42007', city='SAINT-ETIENNE')
    >>> split_address("LE BOURG 42140 CHEVRIERES").street
    'LE BOURG'
    """  # noqa: E501 - what Python writes
    head = line
    if tail := _TAIL.match(line):
        head = tail["head"]
        postcode = postcode or tail["postcode"]
        city = city or _CEDEX.sub("", tail["city"])
    elif city and line.upper().endswith(city.upper()):
        head = line[: len(line) - len(city)].rstrip(" ,").removesuffix(postcode)
    head = _BOX.sub("", head).strip(" ,")
    if found := _NUMBERED.search(head) or _NUMBER_FIRST.match(head):
        house = _house(found["number"].lstrip("0"), found["index"] or "")
        return Address(line, house, found["street"].strip(" ,"), postcode, city)
    typed = _TYPED.search(head)
    return Address(line, "", typed["street"].strip(" ,") if typed else head, postcode, city)


def _house(number: str, index: str) -> str:
    if not number:
        return ""
    word = index.lower() if index.upper() in _INDEX_WORDS else _INDEXES.get(index.upper(), index)
    return f"{number} {word}".strip()


def precision_by_address(address: Address) -> str:
    """Return how exact a point can be at best, where only the address tells.

    With a number it is that of the house; with a street by its type, of the street; with another
    line, of the lieu-dit; with the town alone, of the commune.

    Examples
    --------
    >>> precision_by_address(split_address("12 RUE X 42000 SAINT-ETIENNE"))
    'housenumber'
    >>> precision_by_address(split_address("LE BOURG 42140 CHEVRIERES"))
    'locality'
    """
    if not address.street:
        return "municipality"
    if address.number:
        return "housenumber"
    return "street" if _TYPED.match(address.street) else "locality"
