"""Addresses whose right answer is known: how they are written, and how an answer is judged."""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ptce_geo import schema

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

HALVES = ("all", "tune", "check")
# The answers that a point is drawn for at an address, and not at its town.
POINTS = ("housenumber", "street", "locality")


@dataclass(frozen=True)
class Written:
    """An address as somebody writes it; what is not written is empty."""

    number: str
    street: str
    postcode: str
    city: str
    # What stands between the town and the street; a space in the cases as they are.
    joint: str = " "

    def line(self) -> str:
        """Return it on one line (or two, where `joint` says so)."""
        street = f"{self.number} {self.street}".strip()
        town = f"{self.postcode} {self.city}".strip()
        return f"{street}{self.joint}{town}".strip()

    def cells(self) -> dict[str, str]:
        """Return it as the columns of a list."""
        # With columns for the town, a cell of two lines repeats it.
        address = f"{self.number} {self.street}".strip() if self.joint == " " else self.line()
        return {schema.ADDRESS: address, schema.POSTCODE: self.postcode, schema.CITY: self.city}


def read_cases(path: Path, base: pd.DataFrame, *, half: str = "all") -> pd.DataFrame:
    """Return the cases of a half, by the hash of the address, and how each is written.

    The two ways in which most addresses are asked for stay in one half.

    Columns: query, housenumber, street, postcode, citycode (what must be found), nom_commune, and
    `written`, the query in its parts.
    """
    cases = pd.read_csv(path, dtype="str", keep_default_na=False)
    if half != "all":
        address = cases["citycode"] + cases["street"] + cases["housenumber"]
        odd = address.map(lambda text: zlib.crc32(text.encode()) % 2 == 1)
        cases = cases[odd if half == "check" else ~odd].reset_index(drop=True)
    names = base.drop_duplicates("code_insee").set_index("code_insee")["nom_commune"]
    cases["nom_commune"] = cases["citycode"].map(names).fillna("")
    cases["written"] = [
        parts(*row)
        for row in cases[["query", "housenumber", "street", "nom_commune"]].itertuples(index=False)
    ]
    return cases


def read_base(path: Path) -> pd.DataFrame:
    """Return an address base in the official BAN columns, all text."""
    return pd.read_csv(path, sep=";", dtype="str", keep_default_na=False)


def parts(query: str, number: str, street: str, town: str) -> Written:
    """Return a query in its parts: number, street, and the postcode or the town at its end."""
    rest, postcode, city = query, "", ""
    if match := re.search(r"\s(\d{5})$", query):
        rest, postcode = query[: match.start()], match[1]
    elif start := _town_start(query.split(), f"{number} {street}", town):
        rest, city = " ".join(query.split()[:start]), " ".join(query.split()[start:])
    if number and rest.startswith(f"{number} "):
        return Written(number, rest[len(number) + 1 :].strip(), postcode, city)
    return Written("", rest.strip(), postcode, city)


def _town_start(words: list[str], street: str, town: str) -> int:
    """Return where the town begins: the longest end that is its name, or what the street leaves."""
    for start in range(1, len(words)):
        if plain(" ".join(words[start:])) == plain(town):
            return start
        if plain(" ".join(words[:start])) == plain(street):
            return start
    return 0


def as_queries(written: Iterable[Written], *, columns: bool) -> pd.DataFrame:
    """Return addresses as a geocoder is asked for them: in one cell, or in three."""
    if columns:
        return pd.DataFrame([one.cells() for one in written]).astype("str")
    return pd.DataFrame({schema.ADDRESS: [one.line() for one in written]}).astype("str")


def plain(text: object) -> str:
    """Return what is compared: letters and digits, without case, accents or spaces."""
    if not isinstance(text, str):
        return ""
    text = text.casefold().replace("œ", "oe").replace("æ", "ae")
    text = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in text if letter.isalnum() and letter.isascii())


def judge(answers: pd.DataFrame, cases: pd.DataFrame, placed: pd.DataFrame) -> pd.DataFrame:
    """Return what is right in answers: commune, street, whole, accepted, ...

    Parameters
    ----------
    answers : DataFrame
        What the geocoder said, one row a case, with ``found_number`` and ``found_street``.
    cases : DataFrame
        What must be found.
    placed : DataFrame
        The same answers after the acceptance policy.

    Notes
    -----
    A point is wrong when it is said to be at a number or street which is not the one asked, or at
    a town which is not the one asked. The street itself, or the right town, is no wrong point: it
    says how fine it is.
    """
    found = answers.reindex(columns=[*answers.columns.union(list(schema.FOUND_COLUMNS))])
    commune = (found[schema.CODE_COMMUNE] == cases["citycode"]).to_numpy(bool)
    street = commune & same(found[schema.FOUND_STREET], cases["street"])
    number = same(found[schema.FOUND_NUMBER], cases["housenumber"])
    precision = placed[schema.GEOCODE_PRECISION]
    right = np.select(
        [precision == "housenumber", precision.isin(POINTS)],
        [street & number, street],
        placed[schema.CODE_COMMUNE] == cases["citycode"],
    )
    accepted = (placed[schema.GEOCODE_STATUS] == schema.ACCEPTED).to_numpy(bool)
    wrong = accepted & ~right.astype(bool)
    return pd.DataFrame(
        {
            "commune": commune,
            "street": street,
            "whole": street & number,
            "accepted": accepted,
            "wrong_point": wrong,
            "verbatim": wrong & verbatim(found, cases["written"]),
        }
    )


def verbatim(found: pd.DataFrame, written: pd.Series) -> np.ndarray:
    """Return where an answer is, word for word, what the case asked for before any damage.

    Where it is not what the case expects, the base has the address twice: in two communes of one
    postcode, or under the town whose post office serves the other.
    """
    asked = pd.DataFrame([(f"{one.number}{one.street}", one.city, one.postcode) for one in written])
    address = found[schema.FOUND_NUMBER].fillna("") + found[schema.FOUND_STREET].fillna("")
    return (
        same(address, asked[0])
        & (same(found[schema.FOUND_CITY], asked[1]) | (asked[1] == "").to_numpy())
        & (same(found[schema.FOUND_POSTCODE], asked[2]) | (asked[2] == "").to_numpy())
    )


def same(found: pd.Series, expected: pd.Series) -> np.ndarray:
    """Return where two columns say the same."""
    return found.map(plain).to_numpy() == expected.map(plain).to_numpy()
