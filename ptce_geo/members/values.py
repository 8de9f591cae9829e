"""Cells of a list, read: repaired where that is certain, refused where the value is lost.

Every `read_…` function takes the text of one cell that says something and returns an `Outcome`.
They are pure functions; `ptce_geo.files.cells.read_cell` wraps them with what holds for every
column (blank cells, words that mean "nothing", formula errors).
"""

from __future__ import annotations

import hashlib
import re

from ptce_geo.files.cells import Outcome, fold, parse_number, read_as, read_formula, unguarded
from ptce_geo.files.problems import DOUBTFUL, LOST
from ptce_geo.files.siret import is_siret as is_siret
from ptce_geo.files.siret import read_siret as read_siret


def slug(name: str) -> str:
    """Return an identifier made from `name`, the same however it is capitalised or accented.

    Examples
    --------
    >>> slug("Culture et Coopération"), slug("Clus'Ter Jura")
    ('culture-et-cooperation', 'clus-ter-jura')
    """
    return fold(name).replace(" ", "-") or "p-" + digest(name)


def digest(text: str) -> str:
    """Return 12 hexadecimal digits that depend on `text` alone (BLAKE2b)."""
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def read_text(text: str) -> Outcome:
    """Read text as it stands."""
    return Outcome(text)


def read_extra(cell: str, *, formulas: bool = True) -> Outcome:
    """Read a cell of a column that is not ours: only the ends are trimmed."""
    text = unguarded(cell.strip())
    return read_formula(text, formulas=formulas) or Outcome(text or None)


def address_lines(cell: str) -> str:
    r"""Return a cell with its lines joined by commas, as an address is written on one line.

    Examples
    --------
    >>> address_lines("Bât. B\n12 rue Camille Claudel")
    'Bât. B, 12 rue Camille Claudel'
    """
    if "\n" not in cell and "\r" not in cell and "\v" not in cell:
        return cell
    lines = (line.strip().rstrip(",").rstrip() for line in cell.splitlines())
    return ", ".join(line for line in lines if line)


_FRENCH_PREFIX = r"(?:FR?[ -]*)?"
_POSTCODE = re.compile(
    _FRENCH_PREFIX + r"([0-9]{2})[ .]?([0-9]{3})(?:[.,]0+)?(?: *cedex\b.*| *\(.*\))?",
    re.IGNORECASE,
)
_SHORT_POSTCODE = re.compile(_FRENCH_PREFIX + r"([0-9]) ?([0-9]{3})(?:[.,]0+)?", re.IGNORECASE)
_CODE_AND_TOWN = re.compile(
    _FRENCH_PREFIX + r"([0-9]{2} ?[0-9]{3})[ ,/–-]+(?!cedex)([^\W\d].*)", re.IGNORECASE
)


def split_code_and_town(text: str) -> tuple[str, str]:
    """Split "42000 Saint-Étienne" into its postcode and its town ("" where there is none).

    Examples
    --------
    >>> split_code_and_town("42000 Saint-Étienne"), split_code_and_town("42007 CEDEX")
    (('42000', 'Saint-Étienne'), ('42007 CEDEX', ''))
    """
    both = _CODE_AND_TOWN.fullmatch(text)
    return (both[1], both[2]) if both else (text, "")


def read_postcode(text: str) -> Outcome:
    """Read a French postcode.

    Examples
    --------
    >>> read_postcode("1000").value, read_postcode("42007 CEDEX 2").value
    ('01000', '42007')
    >>> read_postcode("Lyon")
    Outcome(value=None, kind='lost', word='not_a_postcode', details=None)
    """
    alone, _ = split_code_and_town(text)
    if short := _SHORT_POSTCODE.fullmatch(alone):
        code = f"0{short[1]}{short[2]}"
    elif full := _POSTCODE.fullmatch(alone):
        code = full[1] + full[2]
    else:
        return Outcome(None, LOST, "not_a_postcode")
    if code[:2] in {"00", "96", "99"}:
        return Outcome(None, LOST, "not_a_postcode")
    return read_as(code, code, text)


def read_departement(text: str) -> Outcome:
    """Read a département: its code or its name.

    Examples
    --------
    >>> read_departement("1").value, read_departement("2a").value, read_departement("Loire").value
    ('01', '2A', 'Loire')
    """
    if code := re.fullmatch(r"([0-9]{1,3})(?:[.,]0)?|(2[ab])", text, re.IGNORECASE):
        read = code[1].zfill(2) if code[1] else text.upper()
        return read_as(read, read, text)
    return Outcome(text)


def read_amount(text: str) -> Outcome:
    """Read a number that cannot be negative (full-time equivalents, euros).

    Examples
    --------
    >>> read_amount("12,5 ETP").value, read_amount("-3").kind
    (12.5, 'lost')
    """
    value = parse_number(text)
    if value is None:
        return Outcome(None, LOST, "not_a_number")
    if value < 0:
        return Outcome(None, LOST, "negative")
    if re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}(\D*)", text):
        return Outcome(value, DOUBTFUL, "decimals_or_thousands", {"number": value})
    return Outcome(value)


def read_degrees(text: str) -> Outcome:
    """Read a longitude or a latitude in degrees; the range is the caller's affair."""
    value = parse_number(text)
    return Outcome(None, LOST, "not_a_number") if value is None else Outcome(value)


def read_year(text: str) -> Outcome:
    """Read a year, alone or the only one in a date or a phrase.

    Examples
    --------
    >>> read_year("2014").value, read_year("lauréat 2014").value, read_year("14").kind
    (2014.0, 2014.0, 'lost')
    """
    years = set(re.findall(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])", text))
    if len(years) != 1:
        return Outcome(None, LOST, "not_a_year")
    year = years.pop()
    return read_as(float(year), year, text)
