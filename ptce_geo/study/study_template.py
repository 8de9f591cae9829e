"""Write a study file to begin with, by looking at the lists."""

from __future__ import annotations

import json
import os
import re
import shlex
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.files import read_table
from ptce_geo.files.cells import says_nothing
from ptce_geo.geocoding.specs import SPEC_FORMS
from ptce_geo.labels import Language, check_language, format_number, label, label_if_known
from ptce_geo.members.headings import (
    MEMBER_HEADINGS,
    POLE_HEADINGS,
    Headings,
    assign,
    claim,
    known_headings,
)
from ptce_geo.study.study_document import nearest
from ptce_geo.study.study_file import CACHE_FOLDER
from ptce_geo.study.study_keys import COLUMNS, KEYS, SECTIONS, Key, default_of
from ptce_geo.study.study_kinds import Choice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_WIDTH: Final = 96
_LONGEST_HEADING: Final = 60
# How like a known heading another must be to be shown as its nearest, of 100.
_LIKENESS: Final = 72
_PLACES: Final = {
    schema.ADDRESS,
    schema.POSTCODE,
    schema.CITY,
    schema.CODE_COMMUNE,
    schema.LONGITUDE,
    schema.SIRET,
}
# What TOML or YAML do not allow as it is, or take for the end of a line.
_UNWRITABLE: Final = re.compile(
    "[^ -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_ZONING: Final = ("ZE2020", "ze2020.csv")


def study_template(
    members: str | os.PathLike[str],
    *,
    poles: str | os.PathLike[str] | None = None,
    lang: str = "fr",
    out: str | os.PathLike[str] | None = None,
) -> str:
    r"""Return the text of a study file for a list of members.

    Every setting stands in it, with what it is for and its default; what can be left out is
    commented out. What was seen in the lists is said: rows, headings recognised and not.

    Parameters
    ----------
    members, poles : path
        Lists; see `read_members` and `read_poles`.
    lang : {"fr", "en"}
        Language of the comments and of the results.
    out : path, optional
        Where the text will be written: TOML, or YAML for .yaml and .yml. Paths in it are relative
        to that folder. By default the list's name with .toml, beside it.

    Returns
    -------
    str
        What `read_study_file` reads without a problem.

    Raises
    ------
    UnreadableFileError, InputError
        When a list cannot be read, or the language is unknown.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "membres.csv")
    ...     _ = path.write_text("Nom;CP;Ville\nLa Fabrique;42000;Saint-Étienne\n", encoding="utf-8")
    ...     text = study_template(path, lang="en")
    >>> print(*text.splitlines()[3:10], sep="\n")
    # --- Lists to start from ---
    [lists]
    # List of member structures (CSV, XLSX, GeoJSON, GeoPackage or Parquet).
    # Read: membres.csv; rows: 1, columns: 3.
    members = "membres.csv"
    # List of poles. Without it the poles are those that the members name (example).
    #poles = "poles.csv"
    """
    language = check_language(lang)
    file = Path(members).with_suffix(".toml") if out is None else Path(out)
    lists = {"members": _seen(Path(members), MEMBER_HEADINGS)}
    if poles is not None:
        lists["poles"] = _seen(Path(poles), POLE_HEADINGS)
    paths = {"members": members} if poles is None else {"members": members, "poles": poles}
    chosen = {name: _relative(Path(path), file.parent) for name, path in paths.items()}
    writer = _Writer(yaml=file.suffix.lower() != ".toml")
    writer.comment(label("study_head", language))
    writer.comment(label("study_head_optional", language))
    for section in SECTIONS:
        writer.section(section, label(f"study_section_{section}", language))
        if section == "lists.columns":
            _write_columns(writer, lists["members"], language)
        elif section == "zonings":
            writer.comment(label("study_zonings", language))
            writer.setting(*_ZONING, optional=True)
        for key in (key for key in KEYS if key.section == section):
            writer.comment(_purpose(key, language))
            for said in _remarks(key, lists, language):
                writer.comment(said)
            value = chosen.get(key.name) if section == "lists" else None
            # The language of the comments is that of the results.
            value = language if key.path == "outputs.lang" and lang != default_of(key) else value
            shown = _shown(key, file, language) if value is None else value
            writer.setting(key.name, shown, optional=value is None)
    writer.end()
    run = f"ptce-geo run {shlex.quote(file.name)}"
    check = f"{run} --check"
    for command, word in ((check, "check"), (run, "run")):
        writer.comment(f"{command:{len(check)}}  {label(f'study_foot_{word}', language)}")
    return writer.text


@dataclass(frozen=True)
class _Seen:
    """What was seen in a list: its headings by column, and which are not recognised."""

    what: str
    rows: int
    headings: list[str]
    columns: Mapping[str, str]
    filled: Mapping[str, int]
    guessed: Mapping[str, str]
    strange: list[str]
    others: str


def _seen(path: Path, kind: Headings) -> _Seen:
    """Look at a list."""
    known = known_headings(kind)

    def count(row: Sequence[str]) -> int:
        return len({found.column for cell in row if cell and (found := claim(cell, known))})

    table = read_table(path, sheet=None, count_headings=count)
    places = assign(table.headings, known, {}).positions
    used = {at for places_of in places.values() for at in places_of}
    strange = [heading for at, heading in enumerate(table.headings) if at not in used]
    aliases = {alias: column for column in kind if column not in places for alias in kind[column]}
    guessed: dict[str, str] = {}
    for heading in strange:
        like = nearest(heading, aliases, least=_LIKENESS)
        if like is not None and aliases[like] in COLUMNS:
            guessed.setdefault(aliases[like], heading)
    return _Seen(
        what=table.what,
        rows=len(table.rows),
        headings=table.headings,
        columns={
            column: table.headings[places[column][0]] for column in COLUMNS if column in places
        },
        filled={
            column: sum(not says_nothing(row[at[0]].strip()) for row in table.rows)
            for column, at in places.items()
        },
        guessed=guessed,
        strange=[heading for heading in strange if heading not in guessed.values()],
        others=next(
            (str(one.value) for one in table.problems if one.word.startswith("other_")), ""
        ),
    )


def _relative(path: Path, folder: Path) -> str:
    """Return a path as it is written in a study file of `folder`, with / on every system."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive
        return path.absolute().as_posix()


def _purpose(key: Key, lang: Language) -> str:
    """Return what a key is for."""
    kind = key.kind
    choices = ", ".join(kind.known) if isinstance(kind, Choice) else ""
    words = label(f"study_{key.section}_{key.name}", lang)
    return words.format(choices=choices, forms=", ".join(SPEC_FORMS))


def _remarks(key: Key, lists: Mapping[str, _Seen], lang: Language) -> Iterator[str]:
    """Yield what the lists have to do with a key."""
    if key.section == "lists" and key.name in lists:
        seen = lists[key.name]
        yield label("study_seen", lang).format(
            what=_plain(seen.what),
            rows=format_number(seen.rows, lang),
            columns=format_number(len(seen.headings), lang),
        )
        if seen.others:
            yield label("study_seen_other_sheets", lang).format(sheets=_plain(seen.others))
    if key.path == "locate.geocoders":
        for column in (schema.SIRET, schema.ADDRESS):
            if count := lists["members"].filled.get(column):
                number = format_number(count, lang)
                yield label(f"study_has_{column}", lang).format(count=number)


def _shown(key: Key, file: Path, lang: Language) -> object:
    """Return what is shown of a key that is commented out: its default, else an example."""
    own = {"outputs.folder": file.stem, "cache.folder": CACHE_FOLDER}
    default = own.get(key.path, default_of(key))
    if default not in (None, ()):
        return default
    if key.example is not None:
        return key.example
    return label(f"study_example_{key.name}", lang)


def _write_columns(writer: _Writer, seen: _Seen, lang: Language) -> None:
    """Write which heading each column is read from, and which headings are not recognised."""
    writer.comment(label("study_columns", lang))
    for word, found in (("recognised", seen.columns), ("guessed", seen.guessed)):
        if found:
            writer.comment(label(f"study_{word}", lang))
        for column, heading in found.items():
            meaning = label_if_known("column", column, lang)
            writer.setting(column, heading, optional=True, aside=meaning)
    if seen.strange:
        headings = listing((_plain(heading) for heading in seen.strange), most=20)
        writer.comment(label("study_strange", lang).format(headings=headings))
    if not _PLACES & seen.columns.keys():
        writer.comment(label("study_unlocatable", lang))
    others = [column for column in COLUMNS if column not in {*seen.columns, *seen.guessed}]
    if others:
        columns = ", ".join(others)
        writer.comment(label("study_columns_known", lang).format(columns=columns))


def _plain(text: str) -> str:
    """Return a text of the lists as a comment can hold it: short, on one line."""
    text = " ".join(_UNWRITABLE.sub(" ", text).split())
    return text if len(text) <= _LONGEST_HEADING else f"{text[:_LONGEST_HEADING]}…"


class _Writer:
    """Writes sections, keys and comments as TOML or as YAML."""

    def __init__(self, *, yaml: bool) -> None:
        self.text = ""
        self._yaml = yaml
        self._indent = ""

    def line(self, text: str) -> None:
        """Write a line."""
        self.text += f"{self._indent if text else ''}{text}\n"

    def comment(self, text: str) -> None:
        """Write a comment, over several lines where it is long."""
        width = _WIDTH - len(self._indent)
        for line in textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False):
            self.line(f"# {line}")

    def section(self, name: str, title: str) -> None:
        """Begin a section."""
        self._indent = "  " * name.count(".") if self._yaml else ""
        self.line("")
        self.comment(f"--- {title} ---")
        self.line(f"{name.rpartition('.')[2]}:" if self._yaml else f"[{name}]")
        self._indent += "  " if self._yaml else ""

    def end(self) -> None:
        """End the last section."""
        self._indent = ""
        self.line("")

    def setting(self, name: str, value: object, *, optional: bool, aside: str = "") -> None:
        """Write a key and its value, commented out where it is optional."""
        written = f"{name}{': ' if self._yaml else ' = '}{_written(value)}"
        said = f"  # {aside}" if aside else ""
        self.line(f"{'#' * optional}{written}{said}")


def _written(value: object) -> str:
    r"""Write a value as TOML and YAML both have it.

    Examples
    --------
    >>> print(_written(["01", True, 2.5, 'dit "Le Pôle"']))
    ["01", true, 2.5, "dit \"Le Pôle\""]
    """
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    text = json.dumps(value, ensure_ascii=False)
    return _UNWRITABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
