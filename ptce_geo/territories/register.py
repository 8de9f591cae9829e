"""What is known of one commune, of today or vanished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.errors import UnknownTerritoryError
from ptce_geo.labels import format_number
from ptce_geo.territories.boundaries import territory_table
from ptce_geo.territories.catalogue import CURRENT_YEAR, LEVELS
from ptce_geo.territories.commune_index import commune_index
from ptce_geo.territories.commune_search import find_communes
from ptce_geo.territories.crosswalk import tidy_codes
from ptce_geo.territories.history import commune_history

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ptce_geo.territories.commune_index import CommuneIndex, Name

_KIND_WORDS: Final = {
    "current": "commune",
    "arrondissement_municipal": "municipal arrondissement",
    "deleguee": "commune déléguée",
    "associee": "commune associée",
    "former": "former commune",
}
_CURRENT: Final = "current"
_MOVED: Final = "changement de département"
_SUGGESTIONS: Final = 3


class Parent(NamedTuple):
    """A territory that a commune is part of."""

    code: str
    nom: str


@dataclass(frozen=True, eq=False)
class CommuneInfo:
    """What is known of a commune, or of what was one; `print` it to read it.

    Attributes
    ----------
    code, nom : str
        Its code and name; of a former commune, the last it had.
    kind : str
        "current", "arrondissement_municipal", "deleguee", "associee" or "former".
    year : int
        Vintage of all but the history.
    code_commune : str
        The commune it is, or belongs to, in `year`.
    parents : dict of level to Parent
        What it is part of, from the finest to the coarsest, each with ``code`` and ``nom``.
    population : int or None
        Inhabitants. This and what follows is None or empty but for communes and municipal
        arrondissements of the embedded France.
    area_km2 : float or None
        In the legal CRS.
    longitude, latitude : float or None
        Of the reference point (degrees, EPSG:4326).
    postcodes : tuple of str
    siren : str or None
        Of communes only.
    other_names : DataFrame
        ``name``, ``kind`` and ``code``: of a commune all that it and those it took in go or went
        by, else those of the code.
    history : DataFrame
        The changes up to `year` in the order of time, as in `commune_history`: those from or to
        its code, or to one it had in another département.
    """

    code: str
    nom: str
    kind: str
    year: int
    code_commune: str
    parents: Mapping[str, Parent]
    population: int | None
    area_km2: float | None
    longitude: float | None
    latitude: float | None
    postcodes: tuple[str, ...]
    siren: str | None
    other_names: pd.DataFrame
    history: pd.DataFrame

    def __str__(self) -> str:
        """Return a few lines to read in a terminal."""
        lines = [f"{self.nom} ({self.code}), {_KIND_WORDS[self.kind]}, {self.year}"]
        lines += [f"  {level}: {nom} ({code})" for level, (code, nom) in self.parents.items()]
        if self.population is not None:
            lines += [
                f"  {format_number(self.population, 'en')} inhabitants, "
                f"{format_number(self.area_km2, 'en', decimals=1)} km²",
                f"  longitude {self.longitude:.4f}, latitude {self.latitude:.4f}",
                f"  postcodes: {', '.join(self.postcodes) or '–'}",
            ]
        if others := dict.fromkeys(self.other_names["name"]):
            lines.append(f"  other names: {listing(others, most=8)}")
        return "\n".join(lines + _history_lines(self.history))


def _history_lines(history: pd.DataFrame) -> list[str]:
    """Return a line for each change of a name or code, with the codes where the name stays."""
    columns = ("date", "event", "nom_before", "nom_after", "code_before", "code_after")
    lines = []
    for date, event, *names, old, new in history[list(columns)].fillna("").to_numpy():
        told = [name for name in names if name]
        if names[0] == names[1]:
            told = [f"{name} ({code})" for name, code in zip(names, (old, new), strict=True)]
        if (names[0], old) != (names[1], new):
            lines.append(f"  {date} {event}: {' → '.join(told)}")
    return lines


def commune_info(code: str, *, year: int = CURRENT_YEAR) -> CommuneInfo:
    """Return what is known of the commune of that code, or of what was one since 1943.

    Parameters
    ----------
    code : str
        INSEE code of a commune, a municipal arrondissement, a déléguée or associée, or of a
        commune vanished; may have become a number. Where a commune and its déléguée share it, the
        commune's.
    year : int
        Vintage of the communes.

    Returns
    -------
    CommuneInfo

    Raises
    ------
    UnknownTerritoryError
        For a code that is not known, with those nearest to it, and for a year that is not.

    Examples
    --------
    >>> info = commune_info("91182")
    >>> info.nom, info.kind, info.code_commune, info.parents["commune"].nom
    ('Courcouronnes', 'former', '91228', 'Évry-Courcouronnes')
    >>> info.history[["date", "nom_after"]].to_numpy().tolist()
    [['1968-01-01', 'Courcouronnes'], ['2019-01-01', 'Évry-Courcouronnes']]
    """
    index = commune_index(year)
    written, code = str(code), tidy_codes(pd.Series([code], dtype="object")).iloc[0]
    if code not in index.names_of_code:
        raise UnknownTerritoryError(_unknown(index, written, year=year))
    history = _history(code, year=year)
    own = index.names_of_code[code][0]
    if own.kind == "former":
        last = history.loc[history["code_before"] == code, "nom_before"].tail(1)
        own = own._replace(text="".join(last) or own.text)
    facts = _facts(own, year=year)
    return CommuneInfo(
        code=code,
        nom=own.text,
        kind=own.kind,
        year=year,
        code_commune=own.code_commune,
        parents=_parents(index, own, year=year),
        population=facts.get(schema.POPULATION),
        area_km2=facts.get(schema.AREA_KM2),
        longitude=facts.get(schema.LONGITUDE),
        latitude=facts.get(schema.LATITUDE),
        postcodes=tuple(facts.get("postcodes", "").split()),
        siren=facts.get("siren"),
        other_names=_other_names(index, own),
        history=history,
    )


def _facts(own: Name, *, year: int) -> dict[str, Any]:
    """Return the row of a commune or municipal arrondissement; nothing for any other."""
    level = {_CURRENT: "commune"}.get(own.kind, own.kind)
    if level not in ("commune", "arrondissement_municipal"):
        return {}
    table = territory_table(level, year=year)
    row = table[table.index == own.code].to_dict("records")
    return {str(key): value for key, value in row[0].items() if pd.notna(value)} if row else {}


def _parents(index: CommuneIndex, own: Name, *, year: int) -> dict[str, Parent]:
    """Return what a commune, or what belongs to one, is part of; where embedded, all levels.

    Four communes have no EPCI, and Mayotte has no arrondissement.
    """
    communes = territory_table("commune", year=year)
    if own.code_commune not in communes.index:
        commune = Parent(own.code_commune, index.by_commune[own.code_commune][0].text)
        return {"commune": commune} if own.code != own.code_commune else {}
    row = communes.loc[own.code_commune].to_dict() | {schema.CODE_COMMUNE: own.code_commune}
    parents = {}
    for level in LEVELS:
        code = row.get(schema.code_column(level))
        if pd.notna(code) and code != own.code:
            names = territory_table(level, year=year)[schema.NAME]
            parents[level] = Parent(code, names[code])
    return parents


def _other_names(index: CommuneIndex, own: Name) -> pd.DataFrame:
    whose = index.by_commune[own.code] if own.kind == _CURRENT else index.names_of_code[own.code]
    others = dict.fromkeys((name.text, name.kind, name.code) for name in whose)
    others.pop((own.text, own.kind, own.code), None)
    return pd.DataFrame(list(others), columns=["name", "kind", "code"], dtype="str")


def _history(code: str, *, year: int) -> pd.DataFrame:
    """Return the changes of what has that code, or had one of another département instead."""
    changes = commune_history()
    changes = changes[changes["date"] <= f"{year}-01-01"]
    moved = changes[changes["event"] == _MOVED]
    before, after = moved["code_before"], moved["code_after"]
    codes = {code, *before[after == code], *after[before == code]}
    touched = changes["code_before"].isin(codes) | changes["code_after"].isin(codes)
    return changes[touched].reset_index(drop=True)


def _unknown(index: CommuneIndex, code: str, *, year: int) -> str:
    """Return what to say of a code that is none."""
    found = find_communes(code, limit=_SUGGESTIONS, year=year)[schema.CODE_COMMUNE]
    near = process.extract(
        code, list(index.names_of_code), scorer=OSA.distance, score_cutoff=1, limit=None
    )
    current = [index.names_of_code[other][0] for other, _, _ in near if other in index.places]
    current.sort(key=lambda name: (-index.population(name), name.code))
    codes = dict.fromkeys([*found, *(name.code for name in current)])
    meant = [f"{other} ({index.by_commune[other][0].text})" for other in codes][:_SUGGESTIONS]
    advice = f"did you mean {', '.join(meant)}?" if meant else "find_communes looks names up"
    return f"unknown commune code {code!r}; {advice}"
