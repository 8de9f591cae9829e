"""Read a study file, TOML or YAML, or say all that is wrong in it at once."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.errors import InputError, PtceGeoError, PtceGeoWarning
from ptce_geo.files import read_table
from ptce_geo.files.cells import fold
from ptce_geo.geocoding import AcceptancePolicy
from ptce_geo.geocoding.review.corrections import corrections
from ptce_geo.geocoding.specs import files_of, geocoder_from
from ptce_geo.members import read_members, read_poles
from ptce_geo.members.headings import MEMBER_HEADINGS, claim, known_headings
from ptce_geo.study.settings import Study
from ptce_geo.study.study_document import (
    Entry,
    StudyFileProblem,
    UnreadableStudyError,
    guess,
    likely,
    nearest,
    read_document,
    shown,
)
from ptce_geo.study.study_keys import KEYS, NAMED, POLICY, SECTIONS
from ptce_geo.study.study_kinds import POLE
from ptce_geo.territories import read_zoning
from ptce_geo.territories.amount_files import read_amounts
from ptce_geo.territories.zonings import zoning_level

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence

    import pandas as pd

CACHE_FOLDER: Final = ".ptce-geo"
_KEYS: Final = {key.path: key for key in KEYS}
_NAMED: Final = {section.section: section for section in NAMED}
_PATHS: Final = {key.field: key.path for key in KEYS if key.section != POLICY}
# Geocoders that ask the network, whatever stands behind their "=".
_BY_NETWORK: Final = {"ban", "addok"}

# What is wrong, and the key that it is said of.
_Said = tuple[str, str]


def read_study_file(path: str | os.PathLike[str]) -> Study:
    r"""Read a study file.

    Parameters
    ----------
    path : path
        TOML, or YAML (.yaml, .yml); `study_template` writes one. Sections and keys are those of
        `ptce_geo.study.study_keys`. Paths in it are relative to the file. What it leaves out is as
        `Study` has it, but for the folder of the results, which is the file's name without its
        suffix, beside it, and that of the cache, ".ptce-geo" beside it.

    Returns
    -------
    Study
        What is asked.

    Raises
    ------
    InputError
        When anything is wrong; the message has one line for each problem that can be found without
        opening the lists (`study_file_problems` opens them).

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "members.csv").write_text("Nom;CP;Ville", encoding="utf-8")
    ...     file = Path(folder, "loire.toml")
    ...     _ = file.write_text('[lists]\nmembers = "members.csv"\n[area]\nregions = ["84"]')
    ...     study = read_study_file(file)
    >>> study.regions, study.members.name, study.out.name, study.cache.name
    (('84',), 'members.csv', 'loire', '.ptce-geo')
    """
    reading = _Reading(Path(path))
    if reading.problems:
        said = "\n".join(f"{Path(path).name}, {problem}" for problem in _sorted(reading.problems))
        raise InputError(said)
    return reading.study()


def study_file_problems(
    path: str | os.PathLike[str], *, out: str | os.PathLike[str] | None = None
) -> list[StudyFileProblem]:
    r"""Return all that is wrong in a study file and with what it names; nothing is located.

    Parameters
    ----------
    path : path
        As for `read_study_file`. Unlike there, the files that it names are opened too: lists,
        zonings, reference, review and indexes; and it is seen whether the results can be written.
    out : path, optional
        Folder of the results, in place of the one that the file says.

    Returns
    -------
    list of StudyFileProblem
        Line (None where it is none in particular), key and message of each, in the order of the
        lines; none when the study can be run.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "loire.toml")
    ...     _ = file.write_text('[lists]\nmember = "members.csv"\n[area]\nregions = "Bretagne"')
    ...     for problem in study_file_problems(file):
    ...         print(problem)
    line 2, lists.member: unknown key; did you mean members?
    line 4, area.regions: unknown region 'BRETAGNE'; write its code, '53' (Bretagne)
    lists.members: no list of members; write members = and its file in [lists]
    """
    reading = _Reading(Path(path), out=out)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PtceGeoWarning)
        reading.say(*_opened(reading.values))
    if not any(problem.key == _PATHS["out"] for problem in reading.problems):
        reading.say(*_not_writable(reading.values))
    return _sorted(reading.problems)


def _sorted(problems: list[StudyFileProblem]) -> list[StudyFileProblem]:
    """Return problems by line, those of none in particular last."""
    return sorted(problems, key=lambda problem: (problem.line is None, problem.line or 0))


class _Reading:
    """What a study file says, and what is wrong in it."""

    def __init__(self, path: Path, *, out: str | os.PathLike[str] | None = None) -> None:
        self.problems: list[StudyFileProblem] = []
        # By field of `Study`; those of the policy apart. What is wrong is not among them.
        self.values: dict[str, Any] = {}
        self.policy: dict[str, Any] = {}
        self._lines: dict[str, int | None] = {}
        self._path = path
        try:
            document, self.problems = read_document(path)
        except UnreadableStudyError as error:
            self.problems = [error.problem]
            return
        self._section(document, "")
        if "lists.members" not in self._lines:
            said = "no list of members; write members = and its file in [lists]"
            self.say(("lists.members", said))
        self._fill()
        self.say(*_contradictions(self.values, self._lines), *_overwritten(self.values, path))
        if out is not None:
            self.values["out"] = Path(out)

    def say(self, *said: _Said) -> None:
        """Add problems, each with the line of its key."""
        for key, message in said:
            line = self._lines.get(key)
            self.problems.append(StudyFileProblem(line, key, " ".join(message.split())))

    def study(self) -> Study:
        """Return what is asked; nothing may be wrong."""
        return Study(**self.values)

    def _section(self, entry: Entry, section: str) -> None:
        """Read the keys of a section, and the sections within."""
        if not isinstance(entry.value, dict):
            if entry.value is not None:  # a YAML section with nothing in it
                said = f"is a section, found {shown(entry.value)}; write keys and values under it"
                self.say((section, said))
            return
        for name, inner in entry.value.items():
            path = f"{section}.{name}" if section else name
            named, known = section in _NAMED, path in _KEYS and "." not in name
            if inner.value is None and (named or known):
                continue  # a YAML key with nothing behind it
            self._lines[path] = inner.line
            if named:
                self._named(section, name, inner)
            elif known:
                self._key(path, inner)
            elif path in SECTIONS and "." not in name:
                self._section(inner, path)
            else:
                self.say((path, _unknown(section, name)))

    def _key(self, path: str, entry: Entry) -> None:
        key = _KEYS[path]
        value, wrong = key.kind.read(entry, self._path.parent)
        self.problems += [StudyFileProblem(line, path, message) for line, message in wrong]
        if not wrong:
            (self.policy if key.section == POLICY else self.values)[key.field] = value

    def _named(self, section: str, name: str, entry: Entry) -> None:
        """Read a key whose name is the user's."""
        named = _NAMED[section]
        value, wrong = named.kind.read(entry, self._path.parent)
        try:
            named.check(name)
        except InputError as error:
            wrong.append((entry.line, str(error)))
        path = f"{section}.{name}"
        self.problems += [StudyFileProblem(line, path, message) for line, message in wrong]
        if not wrong:
            self.values.setdefault(named.field, {})[name] = value

    def _fill(self) -> None:
        """Set what `Study` has no default for."""
        if self.policy:
            self.values["policy"] = AcceptancePolicy(**self.policy)
        beside = {"out": self._path.with_suffix(""), "cache": self._path.with_name(CACHE_FOLDER)}
        for field, default in beside.items():
            if _PATHS[field] not in self._lines:
                self.values[field] = default


def _unknown(section: str, name: str) -> str:
    """Say that a section has no such key, and which is meant or where it belongs."""
    parted = [path.rpartition(".")[::2] for path in (*SECTIONS, *_KEYS)]
    here = [known for parent, known in parted if parent == section]
    elsewhere = {known: parent for parent, known in reversed(parted) if parent}
    unknown = f"unknown {'key' if section else 'section'}"
    if name in elsewhere:
        return f"{unknown}; it belongs in [{elsewhere[name]}]"
    if like := nearest(name, here):
        return f"{unknown}; did you mean {like}?"
    if like := nearest(name, elsewhere):
        return f"{unknown}; did you mean {like} in [{elsewhere[like]}]?"
    return f"{unknown}; known: {listing(here, most=20)}"


# --- what does not go together -------------------------------------------------------------------


def _contradictions(values: Mapping[str, Any], given: Container[str]) -> Iterator[_Said]:
    """Yield the settings that do not go together.

    A white zone nearer than the largest threshold is none of them: one says who is far from every
    member, the others how many are reached at each distance (by default 20 km, and up to 30).
    """
    table, amounts = "measure.reference", "measure.reference_column"
    if table in given and amounts not in given:
        yield table, "give the heading of its amounts too, reference_column"
    if amounts in given and table not in given:
        yield amounts, "of no table; give the table too, reference"
    if values.get("offline"):
        yield from _offline(values, given)
    levels = values.get("levels", Study.levels)
    for sheet in values.get("sheets", ()):
        level = sheet.partition(":")[0]
        if level not in (*levels, POLE):
            said = f"{shown(sheet)} is of a level that is not measured; add {level} to levels"
            yield "outputs.sheets", said
    named: dict[str, str] = {}
    for name in values.get("zonings", ()):
        if (first := named.setdefault(zoning_level(name), name)) != name:
            yield f"zonings.{name}", f"is called as {first}, accents and signs apart; rename one"


def _offline(values: Mapping[str, Any], given: Container[str]) -> Iterator[_Said]:
    """Yield why the geocoders that need the network cannot be answered without it."""
    asking = [spec for spec in values.get("geocoders", ()) if _asks_network(spec)]
    if asking and "locate.store" not in given:
        said = f"{' and '.join(asking)} can be answered from a store only; give store ="
        yield "locate.offline", said
    elif asking and "store" in values and not values["store"].exists():
        said = f"no such file: {shown(values['store'].name)}; offline, answers come from it only"
        yield "locate.store", f"{said}; run once with the network"


def _asks_network(spec: str) -> bool:
    return spec == "sirene" or spec.partition("=")[0].strip() in _BY_NETWORK


def _overwritten(values: Mapping[str, Any], path: Path) -> Iterator[_Said]:
    """Yield the files to read that the folder of the results holds."""
    if "out" not in values:
        return
    out = _resolved(values["out"])
    read = [
        values[field]
        for field in ("members", "poles", "reference", "review", "store", "cache")
        if values.get(field) is not None
    ]
    read += [*values.get("zonings", {}).values(), *files_of(values.get("geocoders", ("commune",)))]
    inside = [one.name for one in (path, *read) if _resolved(one).is_relative_to(out)]
    if inside:
        yield (
            "outputs.folder",
            f"the folder of the results, {shown(out.name)}, holds what is read "
            f"({listing(dict.fromkeys(inside))}) and is replaced whole; name another folder",
        )


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a circle of links, a name that cannot be
        return path.absolute()


# --- what the files hold -------------------------------------------------------------------------


def _opened(values: Mapping[str, Any]) -> Iterator[_Said]:
    """Yield what is wrong with the files that a study names, once each is opened."""
    specs = values.get("geocoders", ())
    for spec in specs:
        if files_of([spec]):
            yield from _complaint("locate.geocoders", geocoder_from, spec)
    for name, path in values.get("zonings", {}).items():
        yield from _complaint(f"zonings.{name}", read_zoning, path, name=name)
    if "review" in values:
        yield from _complaint("locate.review", corrections, values["review"])
    if {"reference", "reference_column"} <= values.keys():
        column = values["reference_column"]
        yield from _complaint("measure.reference", read_amounts, values["reference"], column=column)
    by_siret = any(spec.partition("=")[0].strip() == "sirene" for spec in specs)
    yield from _opened_lists(values, by_siret=by_siret)


def _not_writable(values: Mapping[str, Any]) -> Iterator[_Said]:
    """Yield why the results cannot be written, as the run itself would say it."""
    from ptce_geo.study.target import require_target  # loads all that is written

    if "out" in values:
        yield from _complaint(_PATHS["out"], require_target, Study(**{"members": "", **values}))


def _complaint(
    key: str, read: Callable[..., object], given: str | Path | Study, **named: str
) -> Iterator[_Said]:
    """Yield what is wrong where something cannot be read, or written."""
    try:
        read(given, **named)
    except PtceGeoError as error:
        yield key, str(error)


def _opened_lists(values: Mapping[str, Any], *, by_siret: bool) -> Iterator[_Said]:
    """Yield what is wrong with the lists, their headings and the poles that sheets are asked of."""
    if "members" not in values:
        return
    columns = values.get("columns")
    try:
        listed = read_members(values["members"], columns=columns, by_siret=by_siret)
    except PtceGeoError as error:
        strange = list(_strange_headings(values["members"], columns or {}))
        yield from strange or [("lists.members", str(error))]
        return
    if "poles" in values:
        try:
            listed = read_poles(values["poles"])
        except PtceGeoError as error:
            yield "lists.poles", str(error)
            return
    yield from _strange_poles(values.get("sheets", ()), listed)


def _strange_headings(path: Path, columns: Mapping[str, str]) -> Iterator[_Said]:
    """Yield the headings that are not in the list."""
    known = known_headings(MEMBER_HEADINGS)
    asked = {fold(heading) for heading in columns.values()}

    def count(row: Sequence[str]) -> int:
        return sum(fold(cell) in asked or claim(cell, known) is not None for cell in row)

    try:
        headings = read_table(path, sheet=None, count_headings=count).headings
    except PtceGeoError:
        return  # the list cannot be read at all, which is said
    folded = {fold(heading) for heading in headings}
    for column, heading in columns.items():
        if fold(heading) not in folded:
            said = f"no heading {shown(heading)} in {path.name}{guess(heading, headings)}"
            yield f"lists.columns.{column}", said


def _strange_poles(sheets: Sequence[str], listed: pd.DataFrame) -> Iterator[_Said]:
    """Yield the poles that a sheet is asked of and that the lists do not name."""
    poles = set(listed[schema.POLE_ID].dropna())
    for sheet in sheets:
        level, _, pole = sheet.partition(":")
        if level == POLE and not poles:
            yield "outputs.sheets", f"{shown(sheet)}: the lists name no pole; give a list of poles"
        elif level == POLE and pole not in poles:
            yield "outputs.sheets", f"no pole {shown(pole)}{likely(pole, poles)}"
