"""What happens to addresses in real lists, one kind of damage at a time, the same for a seed.

A kind is a function of the address, a random number generator and the places around; it gives the
damaged address, or None where this address has nothing to damage so.
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from address_cases import Written

TYPES = (
    "allée all. all|avenue av. av ave|boulevard bd bld bvd boul.|chemin chem. che ch.|cité|clos|"
    "cours crs|faubourg fg fbg|impasse imp. imp|lotissement lot. lot|montée|passage pass.|"
    "place pl. pl|quai|résidence res. rés.|rond-point|route rte rte.|rue r.|ruelle|sentier sent.|"
    "square sq. sq|traverse|venelle|voie"
)
SHORT = {long: short for long, *short in (kind.split(" ") for kind in TYPES.split("|"))}
WORDS = {
    "saint": ["St", "St."],
    "sainte": ["Ste", "Ste."],
    "général": ["Gal", "Gén."],
    "maréchal": ["Mal", "Mar."],
    "docteur": ["Dr", "Doct."],
    "professeur": ["Pr", "Prof."],
    "président": ["Pdt", "Prés."],
    "capitaine": ["Cne", "Cap."],
    "colonel": ["Col.", "Cl"],
    "commandant": ["Cdt", "Cdt."],
    "lieutenant": ["Lt"],
    "notre-dame": ["N.-D.", "ND"],
}
HOUSES = (
    "Maison des associations",
    "Tiers-lieu La Fabrique",
    "Bâtiment B, 2ème étage",
    "Chez M. Dupont",
    "Résidence Les Tilleuls",
    "ZA des Quatre Vents",
)


@dataclass(frozen=True)
class Places:
    """Towns and postcodes to take for one another.

    Attributes
    ----------
    towns : mapping of commune code to name
    postcodes : postcodes of the base, sorted
    near : mapping of a postcode to those whose addresses are nearest
    """

    towns: Mapping[str, str]
    postcodes: tuple[str, ...]
    near: Mapping[str, tuple[str, ...]]


def places_of(base: pd.DataFrame) -> Places:
    """Return the places of an address base."""
    spots = base.assign(lon=base["lon"].astype(float), lat=base["lat"].astype(float))
    middles = spots.groupby("code_postal")[["lon", "lat"]].median().sort_index()
    codes = middles.index.tolist()
    _, nearest = cKDTree(middles.to_numpy() * np.array([0.7, 1.0])).query(
        middles.to_numpy() * np.array([0.7, 1.0]), k=min(6, len(codes))
    )
    near = {
        code: tuple(codes[place] for place in row if codes[place] != code)
        for code, row in zip(codes, np.reshape(nearest, (len(codes), -1)), strict=True)
    }
    towns = base.drop_duplicates("code_insee").set_index("code_insee")["nom_commune"].to_dict()
    return Places(towns, tuple(codes), near)


def damaged(
    address: Written, kind: str, *, town: str, postcode: str, places: Places, seed: int
) -> Written | None:
    """Return an address with a damage, or None where it has nothing to damage so.

    Parameters
    ----------
    address : Written
        As somebody would write it.
    kind : str
        One of `DAMAGES`.
    town, postcode : str
        Those of the true address, for what is written with both.
    places : Places
        Where wrong postcodes are taken from.
    seed : int
        With the address and the kind, the only thing that the damage depends on.
    """
    random = Random(f"{seed}|{kind}|{address.line()}")
    result = DAMAGES[kind](Context(address, town, postcode, places), random)
    return None if result == address else result


@dataclass(frozen=True)
class Context:
    """An address, and what is true of it."""

    address: Written
    town: str
    postcode: str
    places: Places

    @property
    def full(self) -> Written:
        """The address with postcode and town, the town as written where it is."""
        return replace(
            self.address,
            postcode=self.address.postcode or self.postcode,
            city=self.address.city or self.town,
        )


def edit(text: str, random: Random) -> str:
    """Change one letter of a text: leave it out, take another, add one, or swap two."""
    places = [i for i, letter in enumerate(text) if letter.isalpha()]
    if not places:
        return text
    place, other = random.choice(places), random.choice(string.ascii_lowercase)
    swaps = [i for i in places if i + 1 in places and text[i].casefold() != text[i + 1].casefold()]
    match random.choice(("drop", "change", "add", "swap" if swaps else "drop")):
        case "drop":
            return text[:place] + text[place + 1 :]
        case "change":
            while other == text[place].casefold():
                other = random.choice(string.ascii_lowercase)
            return text[:place] + other + text[place + 1 :]
        case "add":
            return text[:place] + other + text[place:]
        case _:
            at = random.choice(swaps)
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def in_street(edits: int) -> Callable[[Context, Random], Written | None]:
    def damage(context: Context, random: Random) -> Written | None:
        street = context.address.street
        for _ in range(edits):
            street = edit(street, random)
        return replace(context.address, street=street)

    return damage


def in_town(edits: int) -> Callable[[Context, Random], Written | None]:
    def damage(context: Context, random: Random) -> Written | None:
        town = context.address.city
        for _ in range(edits):
            town = edit(town, random)
        return replace(context.address, city=town) if town else None

    return damage


def in_town_with_postcode(context: Context, random: Random) -> Written | None:
    return replace(context.full, city=edit(edit(context.full.city, random), random))


def type_missing(context: Context, random: Random) -> Written | None:
    first, _, rest = context.address.street.partition(" ")
    if first.casefold() not in SHORT or not rest:
        return None
    # "Rue de la Paix" is said "la Paix" as well as "de la Paix".
    if random.random() < 0.5:
        rest = re.sub(r"^(de |du |des |d['’])", "", rest, flags=re.IGNORECASE)
    return replace(context.address, street=rest)


def both(context: Context, _random: Random) -> Written | None:
    return context.full


def postcode_missing(context: Context, _random: Random) -> Written | None:
    return replace(context.full, postcode="")


def town_missing(context: Context, _random: Random) -> Written | None:
    return replace(context.full, city="")


def wrong_postcode(context: Context, random: Random) -> Written | None:
    other = random.choice([code for code in context.places.postcodes if code != context.postcode])
    return replace(context.full, postcode=other)


def neighbouring_postcode(context: Context, random: Random) -> Written | None:
    near = context.places.near.get(context.postcode)
    return replace(context.full, postcode=random.choice(near)) if near else None


def capitals(context: Context, _random: Random) -> Written | None:
    def shout(text: str) -> str:
        return "".join(
            letter
            for letter in unicodedata.normalize("NFKD", text.upper().replace("Œ", "OE"))
            if not unicodedata.combining(letter)
        )

    one = context.full
    return replace(one, number=shout(one.number), street=shout(one.street), city=shout(one.city))


def abbreviations(context: Context, random: Random) -> Written | None:
    def shorten(text: str) -> str:
        return re.sub(r"[\w]+(?:-dame)?", lambda word: _short(word[0], random), text)

    one = context.full
    short = replace(one, street=shorten(one.street), city=shorten(one.city))
    return None if short == one else short


def _short(word: str, random: Random) -> str:
    known = SHORT.get(word.casefold()) or WORDS.get(word.casefold())
    return random.choice(known) if known else word


def boxes(context: Context, random: Random) -> Written | None:
    """A box behind the street, and the delivery code and office of the town."""
    box = f"{random.choice(('BP', 'CS', 'B.P.', 'TSA'))} {random.randint(1, 99999)}"
    departement = context.postcode[: 3 if context.postcode.startswith("97") else 2]
    known = set(context.places.postcodes)
    digits = 5 - len(departement)
    code = context.postcode
    while code in known or code == context.postcode:
        code = f"{departement}{random.randrange(10**digits):0{digits}}"
    office = random.choice(("CEDEX", "Cedex", f"CEDEX {random.randint(1, 20)}"))
    one = context.full
    return replace(
        one, street=f"{one.street} {box}", postcode=code, city=f"{one.city.upper()} {office}"
    )


def two_lines(context: Context, random: Random) -> Written | None:
    return replace(context.full, joint=random.choice(("\n", "\r\n", " \n ", ", ")))


def named_house(context: Context, random: Random) -> Written | None:
    """The name of a house, an estate or a floor before the number."""
    one = context.full
    joint = random.choice(("\n", ", ", " - "))
    return replace(one, number=f"{random.choice(HOUSES)}{joint}{one.number}")


DAMAGES: Mapping[str, Callable[[Context, Random], Written | None]] = {
    "postcode and town": both,
    "one edit in the street": in_street(1),
    "two edits in the street": in_street(2),
    "one edit in the town": in_town(1),
    "two edits in the town": in_town(2),
    "two edits in the town, postcode": in_town_with_postcode,
    "street type missing": type_missing,
    "postcode missing": postcode_missing,
    "town missing": town_missing,
    "wrong postcode, town": wrong_postcode,
    "neighbour's postcode, town": neighbouring_postcode,
    "capitals without accents": capitals,
    "abbreviations": abbreviations,
    "box and CEDEX": boxes,
    "two lines": two_lines,
    "name before the number": named_house,
}
