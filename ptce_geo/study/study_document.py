"""The text of a study file, TOML or YAML, as entries that know the line they stand on."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ptce_geo.checks import listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

SUFFIXES: Final = (".toml", ".yaml", ".yml")
# A study is a page of text; a list of members given in its place must not be parsed for minutes.
_LARGEST: Final = 1_000_000
_LONGEST_SHOWN: Final = 60
_LONGEST_KEY: Final = 80
# Categories of Unicode: controls, marks of direction, halves of pairs, ends of lines.
_STEERING: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
_LIKENESS: Final = 60  # of 100, of a word that may be meant


class StudyFileProblem(NamedTuple):
    """One thing wrong in a study file.

    Attributes
    ----------
    line : int or None
        Line of the file, the first is 1; None where it is none in particular.
    key : str
        Section and key, as in "measure.thresholds_km"; "" for the file as a whole.
    message : str
        What was found and what to do, on one line.
    """

    line: int | None
    key: str
    message: str

    def __str__(self) -> str:
        """Say it in one line, which does nothing to a terminal, whatever the file holds."""
        key = self.key if len(self.key) <= _LONGEST_KEY else f"{self.key[:_LONGEST_KEY]}…"
        where = ([] if self.line is None else [f"line {self.line}"]) + ([key] if key else [])
        said = ": ".join([", ".join(where), self.message] if where else [self.message])
        return "".join(_escaped(sign) for sign in said)


def _escaped(sign: str) -> str:
    """Return a character as it is, one that steers what prints it as its number."""
    if unicodedata.category(sign) in _STEERING:
        return sign.encode("unicode_escape").decode()
    return sign


class Written(str):
    """A text that a YAML file has without quotes: a number, yes or no may be meant by it."""

    __slots__ = ()


@dataclass(frozen=True)
class Entry:
    """A value of the file: text, number, yes or no, date, list of entries, entries by key.

    None stands for a key of a YAML file with nothing behind it.
    """

    value: object
    line: int | None


class UnreadableStudyError(Exception):
    """The text is no study at all; it holds the one `StudyFileProblem` that says why."""

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.problem = StudyFileProblem(line, "", message)


def shown(value: object) -> str:
    """Return a value of the file as a message shows it, on one line.

    Examples
    --------
    >>> shown("42"), shown(Written("42")), shown(Written("0x1")), shown(True), shown([])
    ("'42'", '42', "'0x1'", 'true', 'a list')
    """
    if isinstance(value, bool):
        return str(value).lower()
    for kind, word in ((dict, "a section"), (list, "a list"), (type(None), "nothing")):
        if isinstance(value, kind):
            return word
    number = isinstance(value, Written) and re.fullmatch(r"[+-]?\d+([.,]\d+)?", value)
    text = repr(str(value)) if isinstance(value, str) and not number else str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def nearest(word: str, known: Iterable[str], *, least: float = _LIKENESS) -> str | None:
    """Return the one of `known` that is most like `word`, None where none is.

    Parameters
    ----------
    word, known
        Compared in lower case, without accents or signs.
    least : float
        How like it must be, of 100.

    Examples
    --------
    >>> nearest("Seuils_km", ["seuil_km", "seed"]), nearest("x", ["seed"])
    ('seuil_km', None)
    """
    from rapidfuzz import fuzz, process  # a file without fault needs no likeness

    from ptce_geo.files.cells import fold

    folded = {one: fold(one) for one in known}
    # Nobody misspells a word by thousands of letters.
    found = process.extractOne(fold(word[:200]), folded, scorer=fuzz.ratio, score_cutoff=least)
    return None if found is None else str(found[2])


def likely(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?", "" where nothing is like `word`."""
    like = nearest(word, known)
    return "" if like is None else f"; did you mean {like}?"


def guess(word: str, known: Sequence[str]) -> str:
    """Return "; did you mean …?", "; known: …" where nothing is like `word`."""
    return likely(word, known) or f"; known: {listing(known, most=20)}"


def read_document(path: Path) -> tuple[Entry, list[StudyFileProblem]]:
    """Return the sections of a study file, and the keys that stand twice in them.

    Raises
    ------
    UnreadableStudyError
        When the file is missing, no TOML or YAML, or something else than a study.
    """
    if path.suffix.lower() not in SUFFIXES:
        msg = (
            f"{path.name} is no study file: these are called {', '.join(SUFFIXES)}; "
            f"to write one for a list of members: ptce-geo init LIST"
        )
        raise UnreadableStudyError(msg)
    text = _text_of(path)
    try:
        found = _toml(text) if path.suffix.lower() == ".toml" else _yaml(text)
    except RecursionError:
        msg = "brackets within brackets without end: no study; write sections, keys and values"
        raise UnreadableStudyError(msg) from None
    if not isinstance(found[0].value, dict):
        raise UnreadableStudyError(_no_study(text))
    return found


def _text_of(path: Path) -> str:
    """Return the text of a file, with or without byte order mark, line ends as one character."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except FileNotFoundError:
        msg = f"no such file: {shown(str(path))}{likely(path.name, _names_in(path.parent))}"
        raise UnreadableStudyError(msg) from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        msg = f"{shown(str(path))} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise UnreadableStudyError(msg) from error
    if len(data) > _LARGEST:
        msg = f"larger than {_LARGEST // 1_000_000} MB: no study file, but perhaps a list"
        raise UnreadableStudyError(msg)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"not in UTF-8 (byte {data[error.start]:#04x} found); save the file as UTF-8"
        raise UnreadableStudyError(msg, line=data[: error.start].count(b"\n") + 1) from error
    if "\0" in text:
        msg = "binary data: no study file, but perhaps a list"
        raise UnreadableStudyError(msg)
    return text.replace("\r\n", "\n")


def _names_in(folder: Path) -> list[str]:
    """Return the names of what lies in a folder; none where it cannot be looked into."""
    try:
        return sorted(one.name for one in folder.iterdir())
    except (OSError, ValueError):
        return []


def _no_study(text: str) -> str:
    found = next((line for line in text.split("\n") if line.strip()), None)
    what = f"no section, it begins with {shown(found.strip())}" if found else "nothing in it"
    return f"no study: {what}; write [lists] and members = a list, or see ptce-geo init"


# --- TOML ----------------------------------------------------------------------------------------

_TOKEN: Final = re.compile(
    r'(?P<text>"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')'
    r"|(?P<aside>\#[^\n]*|[ \t]+)|(?P<end>\n)|(?P<open>[\[{])|(?P<close>[\]}])|(?P<comma>,)"
    r"|(?P<equals>=)|(?P<bare>[^\s\[\]{}=,\#\"']+)",
    re.DOTALL,
)
_PLACE: Final = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def _toml(text: str) -> tuple[Entry, list[StudyFileProblem]]:
    try:
        found = tomllib.loads(text)
    except ValueError as error:
        raise _toml_error(text, error) from error
    lines = _toml_lines(text)

    def entry(value: object, path: tuple[str | int, ...], line: int | None) -> Entry:
        line = lines.get(path, line)
        if isinstance(value, dict):
            value = {key: entry(inner, (*path, key), line) for key, inner in value.items()}
        elif isinstance(value, list):
            value = [entry(inner, (*path, at), line) for at, inner in enumerate(value)]
        return Entry(value, line)

    return (entry(found, (), None) if found else Entry(None, None)), []


def _toml_error(text: str, error: ValueError) -> UnreadableStudyError:
    """Return what is wrong with a text that is no TOML, and in which line."""
    if not re.search(r"^\s*(\[|[\w.\"'-]+\s*=)", text, re.MULTILINE):
        return UnreadableStudyError(_no_study(text))
    lines = text.rstrip("\n").split("\n")
    place = _PLACE.fullmatch(str(error))
    said = place[1] if place else str(error)
    at = int(place[2]) if place and place[2] else len(lines) if place else None
    column = f" at column {place[3]}" if place and place[3] else ""
    found = lines[at - 1].strip() if at is not None and at <= len(lines) else ""
    hint = ""
    if re.search(r'"[^"]*\\', found):
        hint = "; between double quotes write / for \\"
    elif re.search(r"[\[,=]\s*0\d", found):
        hint = '; write a code between quotes, as in "01"'
    msg = f"not valid TOML{column}: {said[:1].lower()}{said[1:]}; found {shown(found)}{hint}"
    return UnreadableStudyError(" ".join(msg.split()), line=at)


def _toml_lines(text: str) -> dict[tuple[str | int, ...], int]:
    r"""Return on which line each section, key and item of a list begins, in a text that is TOML.

    Examples
    --------
    >>> _toml_lines('[area]\n# all\nregions = [\n"84",\n]')[("area", "regions", 0)]
    4
    """
    lines: dict[tuple[str | int, ...], int] = {}
    section: tuple[str, ...] = ()
    for statement in _toml_statements(text):
        told = [token.kind for token in statement]
        first = statement[0]
        if first.kind == "open":
            path = section = _toml_path(statement)
        else:
            equals = told.index("equals")
            path = (*section, *_toml_path(statement[:equals], " = 0"))
            for at, line in enumerate(_item_lines(statement[equals + 1 :])):
                lines.setdefault((*path, at), line)
        for end in range(1, len(path) + 1):
            lines.setdefault(path[:end], first.line)
    return lines


def _toml_statements(text: str) -> Iterator[list[_Token]]:
    """Yield the tokens of each section's heading and of each key with its value."""
    line, depth = 1, 0
    statement: list[_Token] = []
    for match in _TOKEN.finditer(f"{text}\n"):
        kind = str(match.lastgroup)
        depth += (kind == "open") - (kind == "close")
        if kind not in ("end", "aside"):
            statement.append(_Token(kind, match[0], line))
        elif kind == "end" and not depth and statement:
            yield statement
            statement = []
        line += match[0].count("\n")


def _toml_path(tokens: Iterable[_Token], rest: str = "") -> tuple[str, ...]:
    """Return the keys that a heading or a dotted key names."""
    inner: Any = tomllib.loads("".join(token.text for token in tokens) + rest)
    path: list[str] = []
    while inner and isinstance(inner, dict | list):
        if isinstance(inner, dict):
            path += inner
            inner = inner[path[-1]]
        else:
            inner = inner[0]
    return tuple(path)


def _item_lines(value: list[_Token]) -> Iterator[int]:
    """Yield the line of each item of a list."""
    if value[0].text != "[":
        return
    depth, fresh = 0, False
    for token in value:
        if depth == 1 and fresh and token.kind not in ("comma", "close"):
            yield token.line
            fresh = False
        depth += (token.kind == "open") - (token.kind == "close")
        fresh = fresh or (depth == 1 and (token.kind == "comma" or token is value[0]))


# --- YAML ----------------------------------------------------------------------------------------

_NOTHING: Final = ("", "~", "null")


def _yaml(text: str) -> tuple[Entry, list[StudyFileProblem]]:
    import yaml  # most studies are TOML

    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        raise _yaml_error(text, error) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        said = str(error).split("\n")[0]
        msg = f"not valid YAML: {said}; write text that a keyboard has"
        raise UnreadableStudyError(msg) from error
    if root is None:
        return Entry(None, None), []
    reading = _YamlEntries()
    return reading.entry(root, ""), reading.problems


def _yaml_error(text: str, error: Any) -> UnreadableStudyError:  # noqa: ANN401 - PyYAML has no types
    mark = error.problem_mark or error.context_mark
    said = ", ".join(filter(None, (error.context, error.problem)))
    at, column, found = None, "", ""
    if mark is not None:
        lines = text.split("\n")
        at, column = mark.line + 1, f" at column {mark.column + 1}"
        found = lines[mark.line].strip() if mark.line < len(lines) else ""
    hint = "; between double quotes write / for \\" if re.search(r'"[^"]*\\', found) else ""
    if found.startswith("\t") or "'\\t'" in said:
        hint = "; indent by spaces, not by tabs"
    return UnreadableStudyError(
        f"not valid YAML{column}: {' '.join(said.split())}; found {shown(found)}{hint}", line=at
    )


class _YamlEntries:
    """Makes entries of the nodes of a YAML text: scalars stay as they are typed."""

    def __init__(self) -> None:
        self.problems: list[StudyFileProblem] = []
        # What an anchor names is one node at several places: it is read once, however often.
        self._made: dict[int, Entry] = {}

    def entry(self, node: Any, path: str) -> Entry:  # noqa: ANN401 - PyYAML has no types
        """Return the entry of a node; `path` names it in problems."""
        line = node.start_mark.line + 1
        if id(node) in self._made:
            return self._made[id(node)]
        # An anchor within what it names finds nothing there.
        self._made[id(node)] = Entry(None, line)
        value: object
        if node.id == "mapping":
            value = self._mapping(node, path)
        elif node.id == "sequence":
            value = [self.entry(item, path) for item in node.value]
        elif node.style is None:
            value = None if node.value in _NOTHING else Written(node.value)
        else:
            value = node.value
        self._made[id(node)] = Entry(value, line)
        return self._made[id(node)]

    def _mapping(self, node: Any, path: str) -> dict[str, Entry]:  # noqa: ANN401
        entries: dict[str, Entry] = {}
        for key, inner in node.value:
            line = key.start_mark.line + 1
            if key.id != "scalar":
                self.problems.append(StudyFileProblem(line, path, "a key must be a word"))
                continue
            within = f"{path}.{key.value}" if path else str(key.value)
            if key.value in entries:
                said = f"stands twice, first on line {entries[key.value].line}; keep one of them"
                self.problems.append(StudyFileProblem(line, within, said))
                continue
            # The line of the key: that of a value anchored elsewhere would mislead.
            entries[key.value] = Entry(self.entry(inner, within).value, line)
        return entries
