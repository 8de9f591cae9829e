"""Run a study: read, locate, attach, measure, draw and write, all or nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import listing
from ptce_geo.errors import InputError, OutputError, UnreadableFileError
from ptce_geo.files.problems import remembered
from ptce_geo.files.whole_folder import whole_folder
from ptce_geo.geocoding.specs import files_of
from ptce_geo.indicators import indicator_tables, locate_seats, pole_footprint
from ptce_geo.indicators.distances import sorted_km
from ptce_geo.indicators.published import published
from ptce_geo.labels import Language, check_language
from ptce_geo.members import member_problems
from ptce_geo.placing import OFF_SHORE_M, opened_placer, read_lists
from ptce_geo.reports.package import check_licence
from ptce_geo.study.area import study_area
from ptce_geo.study.outputs import write_outputs
from ptce_geo.study.record import (
    RECORD,
    ROWS_SET_ASIDE,
    UNANSWERED,
    files_made,
    inputs_of,
    study_record,
    tally,
    write_record,
)
from ptce_geo.study.results import StudyResult
from ptce_geo.study.settings import OUTPUT_KINDS
from ptce_geo.study.stages import StageCache, file_hash
from ptce_geo.study.target import files_to_write, require_target
from ptce_geo.study.zones import within_zones, zones_studied
from ptce_geo.territories import attach_territories, attach_zoning, read_zoning
from ptce_geo.territories.amount_files import read_amounts
from ptce_geo.territories.zonings import zoning_level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ptce_geo.geocoding.asking import Progress
    from ptce_geo.placing import Placer
    from ptce_geo.study.settings import Study
    from ptce_geo.study.stages import Frames
    from ptce_geo.territories import Zoning


def run_study(
    study: Study,
    *,
    progress: Callable[[str], None] | None = None,
    answered: Progress | None = None,
) -> StudyResult:
    """Read, locate, attach, measure, draw and write.

    Parameters
    ----------
    study : Study
        What is asked.
    progress : callable, optional
        Called with the name of each stage as it begins: "read", "locate", "measure", "write";
        those that are taken from the cache are left out.
    answered : callable, optional
        Called while members are located, with the name of the geocoder, how many rows it has
        answered, and how many there are.

    Returns
    -------
    StudyResult
        Everything computed. The folder ``study.out`` holds the files of ``study.outputs`` and
        ``study.json``. They take the place of those of an earlier run in one step, once all of them
        are written; what else lies in the folder stays.

    Raises
    ------
    InputError
        When a list or a setting cannot be used as it is; nothing is written.
    OutputError
        When the folder cannot be written to; nothing is written.
    GeocodingServiceError
        When a service failed; nothing is written, and with a store the next run goes on from there.

    Examples
    --------
    >>> import tempfile
    >>> from ptce_geo.study.settings import Study
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     members = Path(folder) / "list.csv"
    ...     table = pd.DataFrame({"Nom": ["La Fabrique"], "CP": ["42000"], "Ville": ["ST ETIENNE"]})
    ...     table.to_csv(members, index=False)
    ...     study = Study(members, out=Path(folder) / "study", outputs=["workbook"])
    ...     [file.name for file in run_study(study).files]
    ['indicators.xlsx', 'study.json']
    """
    tell = progress or (lambda _: None)
    area = _checked(study)
    with (
        whole_folder(Path(study.out), made_before=files_made) as staging,
        opened_placer(study.placing, progress=answered) as placer,
    ):
        kept = StageCache(None if study.cache is None else Path(study.cache))
        # Read once, and only where a stage is not taken from what was kept.
        zonings = cache(
            lambda: [read_zoning(path, name=name) for name, path in study.zonings.items()]
        )
        ground = _ground(study, placer)
        located = kept.found("locate", ground, lambda: _located(study, placer, zonings, tell))
        ground |= _measured_on(study, area)
        tables = kept.found(
            "measure", ground, lambda: _measured(study, area, located, zonings, tell)
        )
        record = study_record(study, area, placer, located, tables)
        tables = {**tables, "problems": located["problems"]}
        result = StudyResult(located["members"], located["poles"], tables, record)
        if study.publish:
            result = _published(result, study)
        tell("write")
        write_outputs(result, staging, study)
        names = sorted(path for path in staging.rglob("*") if path.is_file())
        files = {path.relative_to(staging).as_posix(): file_hash(path) for path in names}
        result = replace(result, record={**result.record, "files": files})
        write_record(result.record, staging)
    written = tuple(Path(study.out) / name for name in (*files, RECORD))
    return replace(result, files=written, taken=tuple(kept.taken))


def _checked(study: Study) -> list[str] | None:
    """Check the settings, cheapest first; return the départements studied."""
    check_language(study.lang)
    check_licence(study.licence)
    sorted_km(study.thresholds_km)
    sorted_km([study.white_zone_km], what="white_zone_km")
    if unknown := [kind for kind in study.outputs if kind not in OUTPUT_KINDS]:
        msg = f"unknown output {listing(unknown)}; known: {', '.join(OUTPUT_KINDS)}"
        raise InputError(msg)
    if (study.reference is None) != (study.reference_column is None):
        msg = "reference and reference_column go together: a table, and the heading of its amounts"
        raise InputError(msg)
    area = study_area(study.departements, study.regions)
    _check_inputs(study)
    return area


def _check_inputs(study: Study) -> None:
    """Raise where a file to read is missing, or is one of the results that will be replaced."""
    for path in map(Path, inputs_of(study)):
        if not path.is_file():
            msg = f"no such file: {path}"
            raise UnreadableFileError(msg)
    require_target(study)
    out = Path(study.out).resolve()
    results = {(out / name).resolve() for name in (*files_made(out), *files_to_write(study))}
    for path in map(Path, (*inputs_of(study), *study.placing.files)):
        if path.resolve() in results:
            msg = f"{path} is a file to read and would be overwritten; choose another folder"
            raise OutputError(msg)


def _ground(study: Study, placer: Placer) -> dict[str, object]:
    """Return all that placing the members rests on."""
    lists = {"members": study.members, "poles": study.poles, "review": study.review}
    # The store spares questions; only where no other may be asked does it change what is found.
    store = file_hash(study.store) if study.offline and study.store is not None else None
    indexes = [path for path in files_of(study.geocoders) if path.is_file()]
    return {
        "lists": {name: path and file_hash(path) for name, path in lists.items()},
        "columns": dict(study.columns or {}),
        "zonings": {name: file_hash(path) for name, path in study.zonings.items()},
        "lang": study.lang,
        "placing": placer.record(),
        "indexes": [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in indexes],
        "store": store,
    }


def _located(
    study: Study, placer: Placer, zonings: Callable[[], list[Zoning]], tell: Callable[[str], None]
) -> Frames:
    """Return members and poles, located and attached, and what is wrong in the lists."""
    tell("read")
    members, poles = read_lists(
        study.members, study.poles, columns=study.columns, by_siret=placer.by_siret
    )
    lists = {"members": members} if study.poles is None else {"members": members, "poles": poles}
    problems = _problems(lists, check_language(study.lang), by_siret=placer.by_siret)
    dropped = pd.Series([problem.word for problem in remembered(members)], dtype="str")
    dropped = dropped[dropped == "total_row"].value_counts()
    tell("locate")
    members = placer.attached(members, poles=poles)
    seats = locate_seats(placer.seats(poles), members)
    poles = attach_territories(seats, max_distance_m=OFF_SHORE_M)
    if study.zonings:
        members = attach_zoning(members, zonings())
    problems.attrs = {
        ROWS_SET_ASIDE: {str(word): int(count) for word, count in dropped.items()},
        UNANSWERED: placer.unanswered(),
    }
    return {"members": members, "poles": poles, "problems": problems}


def _problems(lists: Mapping[str, pd.DataFrame], lang: Language, *, by_siret: bool) -> pd.DataFrame:
    """Return what is wrong in the lists, the first column saying in which."""
    found = {
        name: member_problems(frame, lang=lang, by_siret=by_siret) for name, frame in lists.items()
    }
    return pd.concat(found, names=["list"]).reset_index("list").reset_index(drop=True)


def _measured_on(study: Study, area: Sequence[str] | None) -> dict[str, object]:
    """Return all that measuring rests on, besides where the members are."""
    return {
        "area": area,
        "levels": list(study.levels),
        "reference": study.reference and [file_hash(study.reference), study.reference_column],
        "thresholds_km": list(study.thresholds_km),
        "white_zone_km": study.white_zone_km,
        "seed": study.seed,
    }


def _measured(
    study: Study,
    area: Sequence[str] | None,
    located: Frames,
    zonings: Callable[[], list[Zoning]],
    tell: Callable[[str], None],
) -> Frames:
    """Return every table of the study."""
    tell("measure")
    members, poles = located["members"], located["poles"]
    zones = {zoning.level: zones_studied(zoning, area) for zoning in zonings()}
    reference = None
    if study.reference is not None and study.reference_column is not None:
        reference = read_amounts(study.reference, column=study.reference_column)
    return {
        **indicator_tables(
            within_zones(members, zones),
            poles=poles,
            levels=study.levels,
            zones=zones,
            reference=reference,
            thresholds_km=study.thresholds_km,
            white_zone_km=study.white_zone_km,
            seed=study.seed,
            departements=area,
            processes=2,
        ),
        "footprints": pole_footprint(members, poles=poles),
    }


def _published(result: StudyResult, study: Study) -> StudyResult:
    """Return what may be published of a study; its record says what was held back."""
    safe = published(
        result.members,
        result.tables,
        poles=result.poles,
        minimum=study.minimum,
        dominance=study.dominance,
        zonings=[zoning_level(name) for name in study.zonings],
    )
    told = {"secret": _secrets(safe.tables), "columns_left_out": safe.columns_left_out}
    # What is not published is not counted either.
    counts = {**result.record["counts"], "problems": tally(safe.tables["problems"]["kind"])}
    record = {**result.record, "counts": counts, "publication": told}
    return StudyResult(safe.members, safe.poles, safe.tables, record)


def _secrets(tables: Mapping[str, Any]) -> dict[str, int]:
    """Return of how many poles the total is secret, by measure."""
    weight = tables["economic_weight"]
    secret = (weight[schema.TOTAL] == schema.SECRET) & (weight[schema.POLE_ID] != "")
    return {
        str(name): int(count)
        for name, count in secret.groupby(weight[schema.MEASURE]).sum().items()
    }
