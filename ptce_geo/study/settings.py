"""What is asked of a study."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ptce_geo.indicators.concentration_table import LEVELS_MEASURED
from ptce_geo.placing import Placing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ptce_geo.geocoding import AcceptancePolicy

# What a study can write; study.json, which says how it was made, is always written.
OUTPUT_KINDS: Final[tuple[str, ...]] = ("workbook", "map", "report", "geopackage", "package")


@dataclass(frozen=True)
class Study:
    """What is asked.

    Examples
    --------
    >>> study = Study("members.xlsx", poles="poles.csv", out="study", regions=["76"])
    >>> study.thresholds_km
    (5, 10, 20, 30)

    Attributes
    ----------
    members : str or Path
        List of member structures (CSV, XLSX, GeoJSON, GeoPackage, Parquet).
    out : str or Path
        Folder to write to, made if need be.
    poles : str or Path, optional
        List of poles; without it the poles are those that the members name.
    lang : {"fr", "en"}
        Language of the outputs.
    columns : mapping, optional
        Column of `ptce_geo.schema` → heading in the list of members, where it is not recognised.
    departements, regions : sequence of str, optional
        Study area of the indicators, INSEE codes; all of France by default.
    levels : sequence of str
        Levels of territory to measure at, among commune, epci, departement and region.
    zonings : mapping of str to path
        Further zonings to count the members in: name → table or layer (`read_zoning`).
    reference, reference_column : optional
        Table of amounts by commune (all establishments, say), and the heading of the amounts, that
        members are compared with instead of the inhabitants (`read_amounts`).
    thresholds_km : sequence of float
        Distances of the coverage by reach (km).
    white_zone_km : float
        Distance to the nearest member from which a commune is in a white zone (km).
    seed : int
        Of what is drawn at random.
    title, source : str, optional
        Title of the map and the report; where the lists come from.
    publisher, licence : str, optional
        Of the data package: who publishes it, and its licence (`ptce_geo.reports.package`).
    geocoders : sequence of str
        Who places the members, in the order in which they are asked: ``commune``, ``ban``,
        ``addok=URL``, ``index=PATH``, ``sirene``, ``sirene=PATH`` (`ptce_geo.geocoding.specs`).
        ``commune`` is last where it is not named. Seats of poles are placed by the same, without
        ``sirene``.
    store : str or Path, optional
        File that keeps every answer of the geocoders: what it knows is not asked again.
    offline : bool
        Whether geocoders that need the network are answered from the store only.
    review : str or Path, optional
        Review (`write_review`) with what a person corrected, which goes before what was found.
    policy : AcceptancePolicy, optional
        When an answer is accepted.
    publish : bool
        Whether what is written is to be published: the amounts of structures, and of poles that
        would tell them, are then "secret", and columns that are not ours are left out
        (`ptce_geo.indicators.published`).
    minimum, dominance : int, float
        Fewest structures behind a published amount, and the largest share of one in it.
    outputs : sequence of str
        What to write, among `OUTPUT_KINDS`.
    sheets : sequence of str
        Sheets to write, one page each: "epci:244200770", "departement:42", "pole:ID".
    cache : str or Path, optional
        Folder that keeps what each stage found, to be taken from there when nothing that it rests
        on has changed. It holds the lists in clear.
    """

    members: str | Path
    out: str | Path
    poles: str | Path | None = None
    lang: str = "fr"
    columns: Mapping[str, str] | None = None
    departements: Sequence[str] | None = None
    regions: Sequence[str] | None = None
    levels: Sequence[str] = LEVELS_MEASURED
    zonings: Mapping[str, str | Path] = field(default_factory=dict)
    reference: str | Path | None = None
    reference_column: str | None = None
    thresholds_km: Sequence[float] = (5, 10, 20, 30)
    white_zone_km: float = 20
    seed: int = 0
    title: str | None = None
    source: str | None = None
    publisher: str | None = None
    licence: str | None = None
    geocoders: Sequence[str] = ("commune",)
    store: str | Path | None = None
    offline: bool = False
    review: str | Path | None = None
    policy: AcceptancePolicy | None = None
    publish: bool = False
    minimum: int = 3
    dominance: float = 0.85
    outputs: Sequence[str] = OUTPUT_KINDS
    sheets: Sequence[str] = ()
    cache: str | Path | None = None

    @property
    def placing(self) -> Placing:
        """How the members are placed."""
        return Placing(self.geocoders, self.store, self.offline, self.review, self.policy)
