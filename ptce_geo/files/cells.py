"""What a cell says, whatever its column: its text, the words for nothing, numbers, INSEE codes.

Every `read_…` function takes the text of one cell that says something and returns an `Outcome`.
`read_cell` wraps them with what holds for every column: blank cells, words for nothing, errors.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from ptce_geo.files.problems import LOST, REPAIRED, Details, Word

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
_GUARDED: Final = re.compile(r'="((?:[^"]|"")*)"')
_LIGATURES: Final = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'"})
_TOTAL: Final = re.compile(r"(?:(?:sous|grand) )?(?:total|totaux)(?: general| generaux)?|somme")


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
    text = " ".join((text if text.isascii() else text.translate(_INVISIBLE)).split())
    return unguarded(text)


def unguarded(text: str) -> str:
    """Return `text` without the ="…" that keeps Excel from making a number of a code.

    Examples
    --------
    >>> unguarded('="0123"'), unguarded('="a"&"b"')
    ('0123', '="a"&"b"')
    """
    if text.startswith('="') and (guarded := _GUARDED.fullmatch(text)):
        return guarded[1].replace('""', '"').strip()
    return text


def says_nothing(text: str) -> bool:
    """Tell whether a squeezed cell is blank, a lone sign ("-", "?") or a word for "nothing"."""
    if len(text) > 20:  # longer than any of the words
        return not re.search(r"[^\W_]", text)
    folded = fold(text)
    return not folded or folded in MISSING_WORDS


def says_total(text: str) -> bool:
    """Tell whether a cell is the title of a row of totals.

    Examples
    --------
    >>> says_total("TOTAL GÉNÉRAL :"), says_total("Total Énergies")
    (True, False)
    """
    return bool(_TOTAL.fullmatch(fold(text)))


def read_cell(cell: str, reader: Callable[[str], Outcome], *, formulas: bool = True) -> Outcome:
    """Read one cell with `reader`, after what holds for every column."""
    text = squeeze(cell)
    return read_formula(text, formulas=formulas) or (
        Outcome(None) if says_nothing(text) else reader(text)
    )


def read_formula(text: str, *, formulas: bool = True) -> Outcome | None:
    """Return the loss if the cell is a formula's error or a formula never computed, else None.

    Only a workbook holds `formulas`; the error of one is copied to other files.
    """
    if not text.startswith(("#", "=")):
        return None
    if text.upper() in FORMULA_ERRORS:
        return Outcome(None, LOST, "formula_error")
    if formulas and re.match(r"=[\w$('+-]", text):
        return Outcome(None, LOST, "formula_without_result")
    return None


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


# The headings under which people write the INSEE code of a commune.
COMMUNE_CODE_HEADINGS: Final = (
    "code_commune",
    "Code INSEE",
    "Code commune INSEE",
    "Code INSEE commune",
    "Code INSEE de la commune",
    "Code commune (INSEE)",
    "Commune (code INSEE)",
    "Code commune",
    "Code de la commune",
    "INSEE",
    "N° INSEE",
    "Numéro INSEE",
    "INSEE commune",
    "INSEE_COM",
    "INSEE_C",
    "Code géographique",
    "Code géographique INSEE",
    "Code officiel géographique",
    "CODGEO",
    "DEPCOM",
    "COM",
    "citycode",
    "insee_code",
    "Code INSEE du siège",
    "Code INSEE de la structure",
    "codeCommuneEtablissement",
)


def read_commune_code(text: str, *, old_corsica: bool = False) -> Outcome:
    """Read the code that INSEE gives a commune; whether it exists is the geocoder's affair.

    The codes of Corsica before 1976 ("20004") are also its postcodes (20200 is Bastia's): they
    are read on demand only, and not in lists of members, where postcodes stand as codes.

    Examples
    --------
    >>> read_commune_code("1001").value, read_commune_code("2a004").value
    ('01001', '2A004')
    >>> read_commune_code("Lyon").word
    'not_a_commune_code'
    """
    written = re.sub(r"[.,]0+$", "", text).replace(" ", "").upper()
    code = written.zfill(5)
    # 96 is no département, 99 is abroad.
    none = {"00", "96", "99"} if old_corsica else {"00", "20", "96", "99"}
    if not re.fullmatch(r"[0-9]{4,5}|2[AB][0-9]{3}", written) or code[:2] in none:
        return Outcome(None, LOST, "not_a_commune_code")
    return read_as(code, code, text)


def read_as(value: str | float, written: str, text: str) -> Outcome:
    """Return the outcome of a value that, `written` as it should be, may differ from `text`."""
    if written == text:
        return Outcome(value)
    return Outcome(value, REPAIRED, "read_as", {"read": written})
