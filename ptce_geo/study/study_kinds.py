"""What the value of a key of a study file must be: kinds, each reads what is written there."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from ptce_geo import schema
from ptce_geo.errors import InputError
from ptce_geo.files.cells import fold
from ptce_geo.geocoding.specs import SPEC_FORMS, check_specs
from ptce_geo.indicators.concentration_table import LEVELS_MEASURED
from ptce_geo.study.study_document import Entry, Written, likely, nearest, shown
from ptce_geo.territories import territory_table

if TYPE_CHECKING:
    from collections.abc import Sequence

# What may stand before the ":" of a sheet.
POLE: Final = "pole"
SHEETS: Final = (*LEVELS_MEASURED, POLE)
_YES: Final = {"true", "yes", "on", "oui", "vrai"}
_NO: Final = {"false", "no", "off", "non", "faux"}
_NUMBER: Final = re.compile(r"[+-]?\d{1,300}(\.\d{1,300})?([eE][+-]?\d{1,3})?")

Wrong = tuple[int | None, str]


class Reading(NamedTuple):
    """The value of a key, and what is wrong with it, by line."""

    value: object
    wrong: list[Wrong]


class Kind(ABC):
    """What stands behind a key."""

    @abstractmethod
    def read(self, entry: Entry, folder: Path) -> Reading:
        """Return the value of `entry`; paths are relative to `folder`."""


@dataclass(frozen=True)
class Single(Kind):
    """What one value must be."""

    def read(self, entry: Entry, folder: Path) -> Reading:
        """Return the value of `entry`, or what is wrong with it."""
        try:
            return Reading(self.value(entry.value, folder), [])
        except InputError as error:
            return Reading(None, [(entry.line, str(error))])

    @abstractmethod
    def value(self, written: object, folder: Path) -> object:
        """Return what `written` stands for, or raise `InputError`."""


@dataclass(frozen=True)
class Text(Single):
    """Text that says something."""

    what: str = "text"

    def value(self, written: object, folder: Path) -> object:  # noqa: ARG002
        """Return the text."""
        if not isinstance(written, str):
            advice = "" if isinstance(written, dict | list) else "; write it between quotes"
            msg = f"expected {self.what}, found {shown(written)}{advice}"
            raise InputError(msg)
        if not written.strip():
            msg = f"expected {self.what}, found an empty text; leave the key out for none"
            raise InputError(msg)
        return str(written)


@dataclass(frozen=True)
class Choice(Single):
    """One of some words."""

    known: tuple[str, ...]
    what: str

    def value(self, written: object, folder: Path) -> object:
        """Return the word."""
        word = str(Text(f"a {self.what}").value(written, folder))
        if word not in self.known:
            known = f"known: {', '.join(self.known)}"
            msg = f"unknown {self.what} {shown(word)}; {known}{likely(word, self.known)}"
            raise InputError(msg)
        return word


@dataclass(frozen=True)
class YesNo(Single):
    """True or false."""

    def value(self, written: object, folder: Path) -> object:  # noqa: ARG002
        """Return which."""
        if isinstance(written, bool):
            return written
        if isinstance(written, Written) and written.lower() in _YES | _NO:
            return written.lower() in _YES
        msg = f"expected true or false, found {shown(written)}"
        if isinstance(written, str) and written.lower() in _YES | _NO:
            msg += "; write it without quotes"
        raise InputError(msg)


@dataclass(frozen=True)
class Number(Single):
    """A number within bounds.

    Attributes
    ----------
    least, most : float
        Bounds; both are allowed.
    unit : str
        What it counts, for messages.
    above : bool
        Whether `least` itself is not allowed.
    whole : bool
        Whether it must have no decimals.
    """

    least: float
    most: float
    unit: str = ""
    above: bool = False
    whole: bool = False

    @property
    def what(self) -> str:
        """What is expected, in words."""
        words = f"a {'whole ' if self.whole else ''}number{self.unit and ' '}{self.unit}"
        low = f"above {self.least:g}, at most" if self.above else f"from {self.least:g} to"
        return f"{words} {low} {self.most:.10g}"

    def value(self, written: object, folder: Path) -> object:  # noqa: ARG002
        """Return the number."""
        number = _number(written)
        if self.whole and isinstance(number, float):
            number = int(number) if number.is_integer() else None
        # What is not a number ("nan") is within no bounds.
        within = number is not None and self.least <= number <= self.most
        if not within or (self.above and number == self.least):
            msg = f"expected {self.what}, found {shown(written)}"
            if isinstance(written, str) and _number(written) is None:
                plain = written.strip().replace(",", ".")
                quoted = "" if isinstance(written, Written) else " without quotes"
                msg += f"; write {plain}{quoted}" if _NUMBER.fullmatch(plain) else ""
            raise InputError(msg)
        return number


def _number(written: object) -> int | float | None:
    """Return the number that a file has, None where it is none."""
    if isinstance(written, Written) and _NUMBER.fullmatch(written):
        return float(written) if re.search("[.eE]", written) else int(written)
    return written if isinstance(written, int | float) and not isinstance(written, bool) else None


@dataclass(frozen=True)
class Place(Single):
    """A path, relative to the study file.

    Attributes
    ----------
    is_folder : bool
        Whether a folder is meant, which is made if need be, and not a file.
    made : bool
        Whether a file is made where there is none.
    optional : bool
        Whether false stands for none.
    """

    is_folder: bool = False
    made: bool = False
    optional: bool = False

    def value(self, written: object, folder: Path) -> object:
        """Return the path, `folder` before it."""
        none = isinstance(written, Written) and written.lower() in _NO
        if self.optional and (written is False or none):
            return None
        what = "folder" if self.is_folder else "file"
        name = str(Text(f"the name of a {what}").value(written, folder))
        path = folder / _at_home(name)
        if self.is_folder:
            if _is(path, "file"):
                msg = f"{shown(name)} is a file; name a folder"
                raise InputError(msg)
        elif _is(path, "folder"):
            msg = f"{shown(name)} is a folder; name a file"
            raise InputError(msg)
        elif not (_is(path, "file") or (self.made and _is(path.parent, "folder"))):
            raise InputError(_missing(name, path))
        return path


def _at_home(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError:  # of somebody unknown here
        return Path(name)


def _is(path: Path, what: str) -> bool:
    """Tell whether a path is a file, or a folder; one that cannot be looked at is neither."""
    try:
        return path.is_dir() if what == "folder" else path.is_file()
    except (OSError, ValueError):
        return False


def _missing(name: str, path: Path) -> str:
    """Say that there is no file at `path`, and which there is instead."""
    if not _is(path.parent, "folder"):
        slashes = "; write / between folders" if "\\" in name else ""
        return f"no such file: {shown(name)}; there is no folder {shown(str(path.parent))}{slashes}"
    try:
        there = sorted(one.name for one in path.parent.iterdir() if one.is_file())
    except OSError:
        there = []
    return f"no such file: {shown(name)}{likely(path.name, there)}"


@dataclass(frozen=True)
class Spec(Single):
    """A geocoder in a word; the path in it is relative to the study file."""

    def value(self, written: object, folder: Path) -> object:
        """Return the spec."""
        spec = str(Text("a geocoder").value(written, folder)).strip()
        word, _, rest = (part.strip() for part in spec.partition("="))
        try:
            check_specs([spec])
        except InputError as error:
            words = sorted({form.partition("=")[0] for form in SPEC_FORMS})
            msg = f"{error}{'' if word in words else likely(word, words)}"
            raise InputError(msg) from None
        if word in {"index", "sirene"} and rest:
            return f"{word}={Place().value(rest, folder)}"
        return spec


@dataclass(frozen=True)
class Code(Single):
    """The INSEE code of a territory of a level."""

    level: str

    def value(self, written: object, folder: Path) -> object:
        """Return the code."""
        # TOML has 42 for "42"; it cannot hold 01.
        number = isinstance(written, int) and not isinstance(written, bool)
        typed = str(written) if number else written
        code = str(Text(f"the code of a {self.level}").value(typed, folder)).strip().upper()
        names = territory_table(self.level)[schema.NAME]
        if code in names.index:
            return code
        meant = [known for known, name in names.items() if fold(name) == fold(code)]
        meant = meant or [known for known in names.index if known.lstrip("0") == code.lstrip("0")]
        if meant:
            advice = f"write its code, {shown(meant[0])} ({names[meant[0]]})"
        elif len(names) > 200:
            advice = "write its INSEE code (of an EPCI, its SIREN)"
        else:
            like = nearest(code, names)
            one = None if like is None else names.index[names == like][0]
            advice = f"did you mean {shown(one)} ({like})?" if one else _span(names.index)
        msg = f"unknown {self.level} {shown(code)}; {advice}"
        raise InputError(msg)


def _span(codes: Sequence[str]) -> str:
    return f"known: {', '.join(codes)}" if len(codes) <= 20 else f"known: {codes[0]} to {codes[-1]}"


@dataclass(frozen=True)
class Sheet(Single):
    """A sheet: what of, and which, as in ``departement:42``."""

    def value(self, written: object, folder: Path) -> object:
        """Return it."""
        form = 'a sheet, as in "departement:42"'
        word, colon, code = (
            part.strip() for part in str(Text(form).value(written, folder)).partition(":")
        )
        if not colon or not code:
            msg = f"expected {form}, found {shown(written)}"
            raise InputError(msg)
        Choice(SHEETS, "kind of sheet").value(word, folder)
        return f"{word}:{code if word == POLE else Code(word).value(code, folder)}"


@dataclass(frozen=True)
class ListOf(Kind):
    """A list of things of one kind, each once; a single one stands for a list of one.

    Attributes
    ----------
    kind : Kind
        Of each.
    least : int
        How many there must be.
    increasing : bool
        Whether they must stand in increasing order.
    """

    kind: Kind
    least: int = 1
    increasing: bool = False

    def read(self, entry: Entry, folder: Path) -> Reading:
        """Return the tuple of values."""
        items = entry.value if isinstance(entry.value, list) else [entry]
        if len(items) < self.least:
            return Reading(None, [(entry.line, "an empty list; name one, or leave the key out")])
        readings = [self.kind.read(item, folder) for item in items]
        wrong = [one for reading in readings for one in reading.wrong]
        values: list[object] = []
        for item, reading in zip(items, readings, strict=True):
            value = reading.value
            if reading.wrong:
                continue
            if value in values:
                wrong.append((item.line, f"{shown(value)} stands twice; name it once"))
            elif self.increasing and values and value < values[-1]:  # type: ignore[operator]
                said = f"{value} stands after {values[-1]}; write them in increasing order"
                wrong.append((item.line, said))
            values.append(value)
        return Reading(tuple(values), wrong)
