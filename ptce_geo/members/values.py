"""Cells of a list, read: repaired where that is certain, refused where the value is lost.

Every `read_…` function takes the text of one cell that says something and returns an `Outcome`.
They are pure functions; `read_cell` wraps them with what holds for every column (blank cells,
words that mean "nothing", formula errors).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from ptce_geo.members.problems import DOUBTFUL, LOST, REPAIRED, Details, Word

if TYPE_CHECKING:
    from collections.abc import Callable


class Outcome(NamedTuple):
    """What a cell was read as, and what there is to say about it (no `word`: nothing)."""

    value: str | float | None
    kind: str | None = None
    word: Word | None = None
    details: Details | None = None


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


# What people write where they have nothing to write (compared after `fold`).
MISSING_WORDS: Final = _words(
    "nc|n c|na|n a|nd|n d|nr|n r|neant|inconnu|inconnue|nan|none|null|non communique|"
    "non communiquee|non renseigne|non renseignee|non connu|non connue|non disponible|"
    "a completer|a renseigner"
)
FORMULA_ERRORS: Final = _words(
    "#N/A|#REF!|#VALUE!|#VALEUR!|#DIV/0!|#NAME?|#NOM?|#NUM!|#NOMBRE!|#NULL!|#NUL!"
)
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_LIGATURES: Final = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'"})
_TOTAL: Final = re.compile(r"(?:(?:sous|grand) )?(?:total|totaux)(?: general| generaux)?|somme")
_LA_POSTE: Final = "356000000"


def fold(text: str) -> str:
    r"""Return `text` in lower case, without accents or punctuation, single-spaced.

    Examples
    --------
    >>> fold(" N°  SIRET\n(siège) ")
    'n siret siege'
    """
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
        text = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


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


def cell_text(value: object) -> str:
    """Return the text of a cell that a workbook, a layer or a Parquet file holds as a value.

    A whole number loses its ".0", so a postcode or SIRET kept as a number is whole again.

    Examples
    --------
    >>> cell_text(42000.0), cell_text(12.5), cell_text(None), cell_text(True)
    ('42000', '12.5', '', 'true')
    """
    if value is None or (not isinstance(value, str) and str(value) in {"nan", "NaT", "<NA>"}):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)


def squeeze(text: str) -> str:
    """Return `text` on one line, single-spaced, without invisible marks or Excel's ="…" guard."""
    text = " ".join(text.translate(_INVISIBLE).split())
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        return text[2:-1].strip()
    return text


def says_nothing(text: str) -> bool:
    """Tell whether a squeezed cell is blank, a lone sign ("-", "?") or a word for "nothing"."""
    if len(text) > 20:  # longer than any of the words
        return not re.search(r"[^\W_]", text)
    folded = fold(text)
    return not folded or folded in MISSING_WORDS


def read_cell(cell: str, reader: Callable[[str], Outcome]) -> Outcome:
    """Read one cell with `reader`, after what holds for every column."""
    text = squeeze(cell)
    return read_formula(text) or (Outcome(None) if says_nothing(text) else reader(text))


def read_formula(text: str) -> Outcome | None:
    """Return the loss if the cell is a formula's error or a formula never computed, else None."""
    if text.upper() in FORMULA_ERRORS:
        return Outcome(None, LOST, "formula_error")
    if re.match(r"=[\w$('+-]", text):
        return Outcome(None, LOST, "formula_without_result")
    return None


def read_text(text: str) -> Outcome:
    """Read text as it stands."""
    return Outcome(text)


def read_extra(cell: str) -> Outcome:
    """Read a cell of a column that is not ours: only the ends are trimmed."""
    text = cell.strip()
    return read_formula(text) or Outcome(text or None)


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
    return _read_as(code, code, text)


def read_commune_code(text: str) -> Outcome:
    """Read the code that INSEE gives a commune; whether it exists is the geocoder's affair.

    Examples
    --------
    >>> read_commune_code("1001").value, read_commune_code("2a004").value
    ('01001', '2A004')
    >>> read_commune_code("Lyon").word
    'not_a_commune_code'
    """
    written = re.sub(r"[.,]0+$", "", text).replace(" ", "").upper()
    code = written.zfill(5)
    # Corsica has been 2A and 2B since 1976; 96 is no département, 99 is abroad.
    if not re.fullmatch(r"[0-9]{4,5}|2[AB][0-9]{3}", written) or code[:2] in {
        *("00", "20", "96", "99")
    }:
        return Outcome(None, LOST, "not_a_commune_code")
    return _read_as(code, code, text)


def says_total(text: str) -> bool:
    """Tell whether a cell is the title of a row of totals.

    Examples
    --------
    >>> says_total("TOTAL GÉNÉRAL :"), says_total("Total Énergies")
    (True, False)
    """
    return bool(_TOTAL.fullmatch(fold(text)))


def _read_as(value: str | float, written: str, text: str) -> Outcome:
    """Return the outcome of a value that, `written` as it should be, may differ from `text`."""
    if written == text:
        return Outcome(value)
    return Outcome(value, REPAIRED, "read_as", {"read": written})


def luhn(digits: str) -> bool:
    """Tell whether the digits pass Luhn's check (ISO/IEC 7812-1).

    Examples
    --------
    >>> luhn("73282932000074"), luhn("73282932000075")
    (True, False)
    """
    doubled = [2 * int(digit) for digit in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(n - 9 if n > 9 else n for n in doubled)) % 10 == 0


def is_siret(digits: str) -> bool:
    """Tell whether 14 digits are a SIRET: Luhn's check, and La Poste's own one for its sites.

    Source: INSEE, "numéro SIRET", and the note on La Poste (SIREN 356 000 000), whose
    establishments have a sum of digits that is a multiple of 5.

    Examples
    --------
    >>> is_siret("35600000009075"), is_siret("00000000000000")
    (True, False)
    """
    if not re.fullmatch("[0-9]{14}", digits) or digits.startswith("0" * 9):
        return False
    if digits.startswith(_LA_POSTE) and sum(map(int, digits)) % 5 == 0:
        return True
    return luhn(digits)


def read_siret(text: str) -> Outcome:
    """Read a SIRET; what fails the check stays as text, what was rounded is refused.

    Examples
    --------
    >>> read_siret("732 829 320 00074")
    Outcome(value='73282932000074', kind=None, word=None, details=None)
    >>> read_siret("4,90812E+13").kind
    'lost'
    """
    digits = re.sub(r"[ .\-/']", "", re.sub(r"[.,]0$", "", text))
    if re.fullmatch(r"[0-9]+([.,][0-9]+)? ?E ?\+? ?[0-9]+", text, re.IGNORECASE):
        return Outcome(None, LOST, "rounded_siret")
    if not re.search("[0-9]", text) or not digits.strip("0"):
        return Outcome(None, LOST, "not_a_siret")
    if is_siret(digits):
        return Outcome(digits)
    padded = digits.zfill(14)
    if len(digits) in {12, 13} and is_siret(padded) and luhn(padded[:9]):
        return Outcome(padded, REPAIRED, "leading_zero", {"siret": padded})
    if re.fullmatch("[0-9]{14}", digits):
        return Outcome(digits, DOUBTFUL, "siret_check_digit")
    if re.fullmatch("[0-9]{9}", digits):
        return Outcome(digits, DOUBTFUL, "siren")
    return Outcome(text, DOUBTFUL, "siret_length")


def read_departement(text: str) -> Outcome:
    """Read a département: its code or its name.

    Examples
    --------
    >>> read_departement("1").value, read_departement("2a").value, read_departement("Loire").value
    ('01', '2A', 'Loire')
    """
    if code := re.fullmatch(r"([0-9]{1,3})(?:[.,]0)?|(2[ab])", text, re.IGNORECASE):
        read = code[1].zfill(2) if code[1] else text.upper()
        return _read_as(read, read, text)
    return Outcome(text)


_UNIT = re.compile(
    r"(?P<k>k ?(?:€|euros?|eur)|milliers d[’']euros)"
    r"|(?P<m>(?<![^\W\d_])m ?(?:€|euros?|eur)|millions? d[’']euros)"
    r"|€|euros?|eur|etp|ht|ttc",
    re.IGNORECASE,
)
_PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:E[+-]?[0-9]{1,3})?", re.I)


def unit_factor(text: str) -> float:
    """Return 1000 if `text` speaks of thousands of euros, 1e6 if of millions, else 1.

    Examples
    --------
    >>> unit_factor("CA (k€)"), unit_factor("12 M€"), unit_factor("CA")
    (1000.0, 1000000.0, 1.0)
    """
    for unit in _UNIT.finditer(text):
        if unit["k"] or unit["m"]:
            return 1e3 if unit["k"] else 1e6
    return 1.0


def parse_number(text: str) -> float | None:
    """Return the number that `text` writes, the French or the English way; None if none.

    Examples
    --------
    >>> parse_number("1 234,5"), parse_number("1.234,50 €"), parse_number("1,234.5")
    (1234.5, 1234.5, 1234.5)
    >>> parse_number("12,5 ETP"), parse_number("10 à 12")
    (12.5, None)
    """
    number = _UNIT.sub("", text).replace("\N{MINUS SIGN}", "-").strip()
    # Spaces part thousands and nothing else: "10 12" is not a number.
    if re.search(r"[0-9]\s", number) and not re.match(
        r"[+-]?[0-9]{1,3}(\s[0-9]{3})+(\D|$)", number
    ):
        return None
    number = re.sub(r"[\s']", "", number)
    for decimal, thousands in (",.", ".,"):
        grouped = rf"([+-]?[0-9]{{1,3}}(\{thousands}[0-9]{{3}})+)(\{decimal}[0-9]*)?"
        if (match := re.fullmatch(grouped, number)) and (
            match[3] or number.count(thousands) > 1  # one mark alone is a decimal mark
        ):
            number = number.replace(thousands, "")
            break
    number = number.replace(",", ".")
    if not _PLAIN_NUMBER.fullmatch(number) or not math.isfinite(value := float(number)):
        return None
    return value * unit_factor(text)


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
    return _read_as(float(year), year, text)
