"""Every name a commune of COG 2026 goes or went by: current, déléguée, associée, vanished."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pandas as pd
from commune_history import LEFT_GUADELOUPE
from sources import DECOUPAGE, decoupage

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

YEAR = max(DECOUPAGE)
KINDS = ("current", "arrondissement_municipal", "deleguee", "associee", "former")
_KIND_OF_TYPE = {
    "commune-actuelle": "current",
    "arrondissement-municipal": "arrondissement_municipal",
    "commune-deleguee": "deleguee",
    "commune-associee": "associee",
}


def commune_names(embedded: Container[str]) -> pd.DataFrame:
    """Return one row for each name of each commune.

    Columns: name; kind (one of `KINDS`); code (of what bore the name); code_commune (of COG 2026);
    code_departement; postcodes (space separated, of current communes and municipal
    arrondissements); embedded (whether the commune has a shape in the embedded France).
    """
    rows = [*_current_rows(), *_former_rows()]
    names = pd.DataFrame(rows)
    names["kind"] = pd.Categorical(names["kind"], KINDS, ordered=True)
    names = names.sort_values(["code_commune", "kind", "code", "name"], kind="stable")
    # History repeats what the communes of today, and their déléguées, still tell.
    told = names.duplicated(["name", "code", "code_commune"]) & (names["kind"] == "former")
    names = names[~told]
    names["kind"] = names["kind"].astype(str)
    names["embedded"] = [code in embedded for code in names["code_commune"]]
    return names.reset_index(drop=True)


def _current_rows() -> Iterator[dict[str, str]]:
    for row in decoupage(YEAR, "communes"):
        yield {
            "name": row["nom"],
            "kind": _KIND_OF_TYPE[row["type"]],
            "code": row["code"],
            "code_commune": row.get("chefLieu") or row.get("commune") or row["code"],
            "code_departement": row["departement"],
            "postcodes": " ".join(row.get("codesPostaux", [])),
        }


def _former_rows() -> Iterator[dict[str, str]]:
    current = {
        row["code"]: row["departement"]
        for row in decoupage(YEAR, "communes")
        if row["type"] == "commune-actuelle"
    }
    successor = _successors(current)
    for code, name in _names_of_the_past():
        commune = successor(code)
        if commune is not None:
            yield {
                "name": name,
                "kind": "former",
                "code": code,
                "code_commune": commune,
                "code_departement": current[commune],
                "postcodes": "",
            }


def _names_of_the_past() -> Iterator[tuple[str, str]]:
    for row in decoupage(2019, "historique-communes"):
        yield row["code"], row["nom"]
    for year in DECOUPAGE:
        for row in decoupage(year, "communes"):
            if row["type"] != "arrondissement-municipal":
                yield row["code"], row["nom"]
            if row["code"] in LEFT_GUADELOUPE:
                yield LEFT_GUADELOUPE[row["code"]][0], row["nom"]


def _successors(current: Container[str]) -> Callable[[str], str | None]:
    """Return the function: code of the past → commune of COG 2026 (None: no successor)."""
    now = decoupage(YEAR, "communes")
    direct = {old: row["code"] for row in now for old in row.get("anciensCodes", [])}
    direct |= {row["code"]: row["chefLieu"] for row in now if row.get("chefLieu")}
    direct |= {old: code for code, (old, _) in LEFT_GUADELOUPE.items()}
    events = {row["id"]: row for row in decoupage(2019, "historique-communes")}
    # The events of one code stand in the order of time: the last one wins.
    last = {row["code"]: row for row in events.values()}

    @cache
    def successor(code: str) -> str | None:
        event = last.get(code)
        while code not in current and code not in direct:
            following = event and (event.get("successeur") or event.get("pole"))
            if not following:
                return None
            event = events[following]
            code = event["code"]
        return code if code in current else direct[code]

    return successor
