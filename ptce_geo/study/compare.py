"""What changed from one study to another: poles, members, figures, and a map of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ptce_geo import __version__, schema
from ptce_geo.checks import listing
from ptce_geo.files.whole_folder import whole_folder
from ptce_geo.indicators.changed_figures import REASON, indicator_changes, levels_of, tables_at
from ptce_geo.indicators.changes import (
    CHANGE,
    MOVED,
    NEWLY_LOCATED,
    NO_LONGER_LOCATED,
    PLACE_CHANGE,
    SAME_ADDRESS,
    STAYED,
    member_changes,
    members_at,
    pole_changes,
    territory_moves,
)
from ptce_geo.indicators.differences import DIFFERENCE
from ptce_geo.indicators.inputs import reasons_set_aside
from ptce_geo.indicators.list_matching import AFTER, AMBIGUOUS, BEFORE, MATCHED_BY, folded
from ptce_geo.labels import check_language
from ptce_geo.maps.page import save_map
from ptce_geo.reports.changes import Note, StudyComparison, write_changes
from ptce_geo.reports.findings import Findings
from ptce_geo.study.change_map import change_map
from ptce_geo.study.results import read_study

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    import geopandas as gpd
    import pandas as pd

    from ptce_geo.territories import Conversion

COMPARISON_FILES: Final = ("changes.xlsx", "changes.csv", "changes.html")


def compare_studies(
    before: Findings | str | os.PathLike[str],
    after: Findings | str | os.PathLike[str],
    *,
    moved_km: float = 1.0,
) -> StudyComparison:
    r"""Say what changed from one study to another.

    Parameters
    ----------
    before, after : Findings or path
        The two studies: what `run_study` returned, or the folder it wrote, with its data package.
    moved_km : float
        Distance (km) from which a member placed to the street or better has moved.

    Returns
    -------
    StudyComparison
        Poles and members come, gone, moved; figures with their difference, on the newer vintage;
        what must be known before they are read.

    Raises
    ------
    UnreadableFileError
        When a folder holds no study, or one without its data package (`read_study`).
    InputError
        When the findings cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> from ptce_geo import Study, run_study
    >>> def study_of(names):
    ...     with tempfile.TemporaryDirectory() as folder:
    ...         rows = "\n".join(f"{name},42000,ST ETIENNE" for name in names)
    ...         members = Path(folder) / "list.csv"
    ...         _ = members.write_text(f"Nom,CP,Ville\n{rows}\n")
    ...         out = Path(folder) / "study"
    ...         return run_study(Study(members, out=out, departements=["42"], outputs=()))
    >>> found = compare_studies(study_of(["Le Fil", "Le Clou"]), study_of(["Le Fil", "La Roue"]))
    >>> found.members["change"].to_list()
    ['stayed', 'come', 'gone']
    """
    one, other = (
        study if isinstance(study, Findings) else read_study(study) for study in (before, after)
    )
    years = {side: _year(each) for side, each in ((BEFORE, one), (AFTER, other))}
    own = {"from_year": years[BEFORE], "to_year": years[AFTER]}
    poles = pole_changes(
        one.poles,
        other.poles,
        members_before=one.members,
        members_after=other.members,
        moved_km=moved_km,
        **own,
    )
    members = member_changes(one.members, other.members, poles=poles, moved_km=moved_km, **own)
    year = max(years.values())
    brought = {side: _at(each, year) for side, each in ((BEFORE, one), (AFTER, other))}
    tables = {
        BEFORE: _tables_at(one, brought[BEFORE][0], like=other, year=year),
        AFTER: _tables_at(other, brought[AFTER][0], like=one, year=year),
    }
    attached = {side: each[0] for side, each in brought.items()}
    figures = indicator_changes(
        tables[BEFORE],
        tables[AFTER],
        moves={
            level: territory_moves(members, attached[BEFORE], attached[AFTER], level=level)
            for level in levels_of(tables[AFTER])
            if level in tables[BEFORE]
            and all(schema.code_column(level) in frame for frame in attached.values())
        },
        same_reference=_same_reference(one, other),
        same_vintage=len(set(years.values())) == 1,
    )
    notes = [
        *_notes_of_records(one.record, other.record),
        *_notes_of_vintages(years, brought),
        *_notes_of_members(members),
        *_notes_of_figures(poles, members, figures),
    ]
    return StudyComparison(
        poles,
        members,
        figures,
        tuple(sorted(notes, key=lambda note: note.kind != "warning")),
        {
            "ptce_geo": __version__,
            "year": year,
            "moved_km": moved_km,
            "counts": {
                "poles": _tally(poles[CHANGE]),
                "members": _tally(members[CHANGE]),
                "figures": _tally(figures[schema.FLAG]),
            },
            BEFORE: one.record,
            AFTER: other.record,
        },
    )


def write_comparison(
    comparison: StudyComparison,
    folder: str | os.PathLike[str],
    *,
    lang: str | None = None,
) -> tuple[Path, ...]:
    """Write what changed: a workbook, every figure as CSV, and a map.

    Parameters
    ----------
    comparison : StudyComparison
        What `compare_studies` found.
    folder : path
        Folder to write to, made if need be; its files are replaced all at once.
    lang : {"fr", "en"}, optional
        Language; that of the later study by default.

    Returns
    -------
    tuple of Path
        ``changes.xlsx``, ``changes.csv`` and ``changes.html``; the last is left out where the two
        have no territory to draw in common.

    Raises
    ------
    OutputError
        When the folder cannot be written to; what stood there is as it was.
    """
    language = comparison.lang if lang is None else check_language(lang)
    target = Path(folder)
    with whole_folder(target, made_before=lambda _: dict.fromkeys(COMPARISON_FILES)) as made:
        workbook, table, page = (made / name for name in COMPARISON_FILES)
        write_changes(workbook, comparison, lang=language)
        comparison.indicators.to_csv(table, index=False)
        drawn = change_map(comparison, lang=language)
        if drawn is not None:
            save_map(drawn, page)
        written = [path.name for path in (workbook, table, page) if path.exists()]
    return tuple(target / name for name in written)


def _year(study: Findings) -> int:
    return int(study.record["vintages"]["territories"])


def _at(study: Findings, year: int) -> tuple[gpd.GeoDataFrame, Conversion | None]:
    return members_at(study.members, from_year=_year(study), to_year=year)


def _tables_at(
    study: Findings, members: gpd.GeoDataFrame, *, like: Findings, year: int
) -> Mapping[str, pd.DataFrame]:
    if _year(study) == year:
        return study.tables
    return tables_at(study.tables, members, like=like.tables, from_year=_year(study), to_year=year)


def _same_reference(one: Findings, other: Findings) -> bool:
    """Return whether both are compared with the same amounts, which are not brought anywhere."""
    keys = ("reference", "reference_column")
    was, now = ([each.record["settings"].get(key) for key in keys] for each in (one, other))
    return was == now and (was[0] is None or _year(one) == _year(other))


def _notes_of_records(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Note]:
    """Yield what the records of the two studies tell of the differences."""
    days = {BEFORE: f"iso:{before['created']}", AFTER: f"iso:{after['created']}"}
    if before["created"][:10] > after["created"][:10]:
        yield Note("warning", "order", days)
    was, now = before["placing"] or {}, after["placing"] or {}
    geocoders = [[each["name"] for each in side.get("geocoders", ())] for side in (was, now)]
    versions = [[each.get("version") for each in side.get("geocoders", ())] for side in (was, now)]
    reviews = [record["settings"].get("review") for record in (before, after)]
    differs = {
        "geocoders": geocoders[0] != geocoders[1],
        "versions": geocoders[0] == geocoders[1] and versions[0] != versions[1],
        "policy": was.get("policy") != now.get("policy"),
        "review": reviews[0] != reviews[1],
    }
    if any(differs.values()):
        words = tuple(f"change_placing_{key}" for key, other in differs.items() if other)
        yield Note("warning", "placing", {"differs": words})
    if before["study_area"] != after["study_area"]:
        yield Note("warning", "study_area")
    if before["study_area"] is not None or after["study_area"] is not None:
        yield Note("info", "lists")
    if (before["publication"] is None) != (after["publication"] is None):
        yield Note("info", "publish")
    if before["ptce_geo"] != after["ptce_geo"]:
        yield Note("info", "version", {BEFORE: before["ptce_geo"], AFTER: after["ptce_geo"]})


def _notes_of_vintages(
    years: Mapping[str, int], brought: Mapping[str, tuple[gpd.GeoDataFrame, Conversion | None]]
) -> Iterator[Note]:
    """Yield that communes were brought to another year, and which could not be."""
    for members, conversion in brought.values():
        if conversion is None:
            continue
        # As texts: a year has no thousands.
        told = {side: str(year) for side, year in years.items()}
        newer = str(max(years.values()))
        changed = int(conversion.changed["code_from"].nunique())
        yield Note("warning", "vintage", {**told, "year": newer, "n": changed})
        lost = conversion.data[schema.CODE_COMMUNE][
            members[schema.CODE_COMMUNE].isna() & (reasons_set_aside(members) == "")
        ].dropna()
        if len(lost):
            codes = listing(sorted(lost.unique()))
            yield Note("warning", "unconverted", {"n": len(lost), "codes": codes, "year": newer})


def _notes_of_members(members: pd.DataFrame) -> Iterator[Note]:
    """Yield how far the matching and the placing can be trusted."""
    placed = members[PLACE_CHANGE].isin([NEWLY_LOCATED, NO_LONGER_LOCATED])
    if placed.any():
        yield Note("warning", "placed", {"n": int(placed.sum())})
    elsewhere = (placed | (members[PLACE_CHANGE] == MOVED)) & members[SAME_ADDRESS]
    if elsewhere.any():
        yield Note("warning", "same_address", {"n": int(elsewhere.sum())})
    if n := int((members[AMBIGUOUS] != "").sum()):
        yield Note("warning", "ambiguous", {"n": n})
    by_id = members[members[MATCHED_BY] == schema.MEMBER_ID]
    was, now = (folded(by_id[f"{schema.MEMBER_NAME}_{side}"]) for side in (BEFORE, AFTER))
    if n := int((was.notna() & now.notna() & (was != now)).sum()):
        yield Note("warning", "other_names", {"n": n})


def _notes_of_figures(
    poles: pd.DataFrame, members: pd.DataFrame, figures: pd.DataFrame
) -> Iterator[Note]:
    """Yield how much is not compared, or that nothing changed at all."""
    if left := int((figures[REASON] != "").sum()):
        yield Note("info", "not_comparable", {"n": left})
    same = all((frame[CHANGE] == STAYED).all() for frame in (poles, members))
    if same and not left and (figures[DIFFERENCE].fillna(0) == 0).all():
        yield Note("info", "nothing")


def _tally(words: pd.Series) -> dict[str, int]:
    return {str(word): int(n) for word, n in words.value_counts().items()}
