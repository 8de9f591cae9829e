"""SIRET numbers: the check that tells a right one from a slip, and cells that hold one."""

from __future__ import annotations

import re
from typing import Final

from ptce_geo.files.cells import Outcome
from ptce_geo.files.problems import DOUBTFUL, LOST, REPAIRED

_LA_POSTE: Final = "356000000"


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
