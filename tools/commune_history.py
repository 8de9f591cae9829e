"""The communes since 1943 as parts of land that were never divided, and the years of each.

A part is what one commune of 1943, or one created since, consists of. Mergers put parts together
and dissolutions take them apart again, so a commune of any year is a set of parts; what two years
have in common follows from them, even where a merger was undone in between.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from sources import DECOUPAGE, EPCI_2020, decoupage, json_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

FIRST_YEAR, HISTORY_YEAR, LAST_YEAR = 1943, 2019, max(DECOUPAGE)
NOT_ENDED = "9999-12-31"

# The history of the communes leaves out the two that were communes of Guadeloupe until
# 15 July 2007 (loi organique n° 2007-223 du 21 février 2007).
LEFT_GUADELOUPE = {"97701": ("97123", 2008), "97801": ("97127", 2008)}
LEFT_GUADELOUPE_ON = "2007-07-15"

Node = dict[str, Any]


class Event(NamedTuple):
    """A change of a commune: what it was, and what it was then; "" for none."""

    date: str  # the day; of a change since 2019, the 1 January of the vintage that shows it
    event: str
    code_before: str
    nom_before: str
    code_after: str
    nom_after: str


@dataclass
class Part:
    """Land that no change since 1943 divided.

    Attributes
    ----------
    code, name : str
        Of the commune it was, or is, by itself; the last it had.
    communes : dict
        Year → code of the commune that it was of on 1 January.
    lineage : tuple of str
        Codes of what it is inside its commune of 2019, the innermost first: its own, and that of
        the commune déléguée or associée that it is a part of.
    created : str
        The date from which the history knows it; "" where from the beginning.
    """

    code: str
    name: str
    communes: dict[int, str] = field(default_factory=dict)
    lineage: tuple[str, ...] = ()
    created: str = ""


class History:
    """The dated states of communes and of their parts, 1943–2019."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {
            row["id"]: row for row in decoupage(HISTORY_YEAR, "historique-communes")
        }

    def holders(self, node: Node, date: str, *, ending: bool = False) -> list[Node]:
        """Return what holds `node` on `date`, the innermost first; the last is the commune.

        On the day of a change it is what holds it from then on, or, `ending`, until then.
        """
        held_by = []
        while node["type"] != "COM":
            node = self.nodes[node["pole"]]
            while ended(node) < date or (ended(node) == date and not ending):
                node = self.nodes[node["successeur"]]
            held_by.append(node)
        return held_by

    def commune(self, node: Node, date: str, *, ending: bool = False) -> Node:
        """Return the commune that `node` is, or is part of, on `date`."""
        return [node, *self.holders(node, date, ending=ending)][-1]

    def parts(self) -> Iterator[Part]:
        """Yield every part with its communes until `HISTORY_YEAR`."""
        for node in self.nodes.values():
            if not node.get("predecesseur") and not node.get("membres"):
                yield self._part(node)

    def _part(self, node: Node) -> Part:
        part = Part(node["code"], node["nom"], created=node.get("dateDebut", ""))
        while True:
            for year in years_of(node):
                part.communes[year] = self.commune(node, f"{year}-01-01")["code"]
            if node["type"] != "COMP":
                part.code, part.name = node["code"], node["nom"]
            if not node.get("successeur"):
                break
            node = self.nodes[node["successeur"]]
        if ended(node) == NOT_ENDED:
            inside = [node, *self.holders(node, f"{HISTORY_YEAR}-01-01")]
            codes = (part.code, *(holder["code"] for holder in inside[:-1]))
            part.lineage = tuple(dict.fromkeys(codes))
        return part

    def events(self) -> Iterator[Event]:
        """Yield every change of a commune until `HISTORY_YEAR`."""
        heirs = current_heirs()
        for node in self.nodes.values():
            if node.get("raisonDebut") == "création":
                yield Event(node["dateDebut"], "création", "", "", node["code"], node["nom"])
            if node.get("raisonFin") == "suppression":
                lost = (node["code"], node["nom"])
                yield Event(node["dateFin"], "suppression", *lost, heirs[node["code"]], "")
            if node.get("successeur"):
                date = node["dateFin"]
                before = self.commune(node, date, ending=True)
                after = self.commune(self.nodes[node["successeur"]], date)
                if before is not after:
                    names = (before["code"], before["nom"], after["code"], after["nom"])
                    yield Event(date, node["raisonFin"], *names)


def began(node: Node) -> str:
    return node.get("dateDebut", f"{FIRST_YEAR}-01-01")


def ended(node: Node) -> str:
    return node.get("dateFin", NOT_ENDED)


def years_of(node: Node) -> range:
    """Return the years until `HISTORY_YEAR` on whose 1 January the node stood."""
    first = int(began(node)[:4]) + (began(node)[5:] > "01-01")
    last = int(ended(node)[:4]) - (ended(node)[5:] <= "01-01")
    return range(first, min(last, HISTORY_YEAR) + 1)


def build_parts(parents: Mapping[str, str]) -> list[Part]:
    """Return every part with its commune in each year, 1943–`LAST_YEAR`.

    Parameters
    ----------
    parents : mapping of str to str
        Code of a part created since 1943 → code of the part whose land it is held to have been.
    """
    history = History()
    parts = list(history.parts())
    by_code = {part.code: part for part in parts}
    for part in parts:
        _end_suppressed(part, by_code)
    _begin_collectivities(parts)
    for year in range(HISTORY_YEAR + 1, LAST_YEAR + 1):
        _continue(parts, year)
    for part in sorted(parts, key=lambda part: part.created):
        if part.created:
            parent = by_code[parents[part.code]]
            for year in range(FIRST_YEAR, min(part.communes)):
                part.communes[year] = parent.communes[year]
    for part in parts:
        missing = set(range(FIRST_YEAR, LAST_YEAR + 1)).difference(part.communes)
        if missing:
            message = f"{part.code} {part.name} is nowhere in {sorted(missing)}"
            raise ValueError(message)
    return parts


def _end_suppressed(part: Part, by_code: Mapping[str, Part]) -> None:
    """Give the land of a commune that was suppressed to what holds it now."""
    if HISTORY_YEAR in part.communes:
        return
    heir = by_code[current_heirs()[part.code]]
    for year in range(max(part.communes) + 1, HISTORY_YEAR + 1):
        part.communes[year] = heir.communes[year]
    part.lineage = heir.lineage


def current_heirs() -> dict[str, str]:
    """Return vanished code → commune of the last vintage that names it among its old codes."""
    return {
        old: row["code"]
        for row in decoupage(LAST_YEAR, "communes")
        for old in row.get("anciensCodes", [])
    }


def _begin_collectivities(parts: list[Part]) -> None:
    """Add the communes of the overseas collectivities, which the history leaves out."""
    known = {part.communes[HISTORY_YEAR] for part in parts}
    for row in decoupage(HISTORY_YEAR, "communes"):
        code = row["code"]
        if row["type"] == "commune-actuelle" and code not in known:
            before, until = LEFT_GUADELOUPE.get(code, ("", FIRST_YEAR))
            part = Part(code, row["nom"], lineage=(code,))
            for year in range(FIRST_YEAR, HISTORY_YEAR + 1):
                part.communes[year] = before if year < until else code
            parts.append(part)


def _continue(parts: Iterable[Part], year: int) -> None:
    """Give every part its commune of `year`, a later one than the history knows."""
    current = communes_of(year)
    source = year if year in DECOUPAGE else year + 1
    rows = decoupage(source, "communes")
    inside = {row["code"]: row["chefLieu"] for row in rows if row.get("chefLieu")}
    heirs = {old: row["code"] for row in rows for old in row.get("anciensCodes", [])}
    for part in parts:
        before = part.communes[year - 1]
        part.communes[year] = _next_commune(part, before, current, inside, heirs)


def _next_commune(
    part: Part,
    before: str,
    current: Iterable[str],
    inside: Mapping[str, str],
    heirs: Mapping[str, str],
) -> str:
    for code in part.lineage:
        if code in current:
            return code  # a commune again, or still
        if inside.get(code) in current:
            return inside[code]
    if before in current:
        return before
    return inside.get(before) or heirs[before]


def communes_of(year: int) -> frozenset[str]:
    """Return the codes of the communes of a vintage from 2019 on."""
    return frozenset(_names(year))


def spells(parts: Iterable[Part]) -> pd.DataFrame:
    """Return the years in which each part was of one commune: part, code_commune, from, to."""
    rows = []
    for part in parts:
        start = FIRST_YEAR
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            code = part.communes[year]
            if year == LAST_YEAR or part.communes[year + 1] != code:
                rows.append((part.code, code, start, year))
                start = year + 1
    table = pd.DataFrame(rows, columns=["part", "code_commune", "from_year", "to_year"])
    table = table.astype({"from_year": "int16", "to_year": "int16"})
    return table.sort_values(["part", "from_year"]).reset_index(drop=True)


def events(parts: Sequence[Part]) -> pd.DataFrame:
    """Return every change of a commune since 1943, in the order of their dates."""
    left = [
        Event(LEFT_GUADELOUPE_ON, "collectivité d'outre-mer", old, part.name, part.code, part.name)
        for part in parts
        if (old := LEFT_GUADELOUPE.get(part.code, ("", 0))[0])
    ]
    rows = [*History().events(), *left, *_events_since(parts)]
    table = pd.DataFrame(rows, columns=list(Event._fields)).drop_duplicates()
    return table.sort_values(list(Event._fields)).reset_index(drop=True)


def _events_since(parts: Sequence[Part]) -> Iterator[Event]:
    """Yield the changes since `HISTORY_YEAR`, as the yearly packages show them."""
    names = _names(HISTORY_YEAR)
    for year in range(HISTORY_YEAR + 1, LAST_YEAR + 1):
        before, after = _parts_of(parts, year - 1), _parts_of(parts, year)
        names_before, names = names, _names(year)
        if year not in DECOUPAGE:
            # The EPCI of that year write the names another way.
            names = names_before | {
                code: name for code, name in names.items() if before.get(code) != after[code]
            }
        for part in parts:
            old, new = part.communes[year - 1], part.communes[year]
            if before[old] != after[new]:
                what = "rétablissement" if before[old] - after[new] else "fusion"
            elif old != new:
                what = "changement de chef-lieu"
            elif names_before[old] != names[new]:
                what = "changement de nom"
            else:
                continue
            yield Event(f"{year}-01-01", what, old, names_before[old], new, names[new])


@cache
def _names(year: int) -> dict[str, str]:
    """Return the communes of a vintage from `HISTORY_YEAR` on: code → name."""
    if year in DECOUPAGE:
        rows = decoupage(year, "communes")
        return {row["code"]: row["nom"] for row in rows if row["type"] == "commune-actuelle"}
    members = [m for epci in json_table(EPCI_2020, "epci") for m in epci["membres"]]
    # The communes without EPCI are the same few islands and collectivities every year.
    in_epci = {m["code"] for epci in decoupage(year - 1, "epci") for m in epci["membres"]}
    without = {code: name for code, name in _names(year - 1).items() if code not in in_epci}
    return without | {member["code"]: member["nom"] for member in members}


def _parts_of(parts: Iterable[Part], year: int) -> dict[str, frozenset[str]]:
    together: dict[str, set[str]] = defaultdict(set)
    for part in parts:
        together[part.communes[year]].add(part.code)
    return {code: frozenset(codes) for code, codes in together.items()}
