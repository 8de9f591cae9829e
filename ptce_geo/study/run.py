"""Run a study: read, locate, attach, measure, draw and write, all or nothing."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ptce_geo import __version__, schema
from ptce_geo.checks import listing
from ptce_geo.errors import InputError, OutputError, PtceGeoError, UnknownTerritoryError
from ptce_geo.indicators import indicator_tables, locate_seats, pole_footprint
from ptce_geo.indicators.distances import sorted_km
from ptce_geo.indicators.published import published
from ptce_geo.labels import Language, check_language
from ptce_geo.maps import pole_map, save_map
from ptce_geo.members import member_problems
from ptce_geo.placing import OFF_SHORE_M, opened_placer, placing_counts, read_lists
from ptce_geo.reports import write_indicators
from ptce_geo.study.results import StudyResult
from ptce_geo.territories import CURRENT_YEAR, attach_territories, catalogue, territory_table
from ptce_geo.territories.attach import SNAPPED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import geopandas as gpd

    from ptce_geo.geocoding.asking import Progress
    from ptce_geo.placing import Placer
    from ptce_geo.study.settings import Study

OUTPUTS: Final = (
    "members.csv",
    "indicators.xlsx",
    "map.html",
    "study.json",
    "concentration.csv",
    "coverage.csv",
)
_PLACED: Final = (schema.ACCEPTED, schema.REVIEW)
_LIBRARIES: Final = ("folium", "geopandas", "numpy", "pandas", "pyproj", "scipy", "shapely")


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
        Called with the name of each stage as it begins: "read", "locate", "measure", "draw",
        "write".
    answered : callable, optional
        Called while members are located, with the name of the geocoder, how many rows it has
        answered, and how many there are.

    Returns
    -------
    StudyResult
        Everything computed. The folder ``study.out`` holds the files of `OUTPUTS`, which replace
        those of an earlier run only once all of them are written.

    Raises
    ------
    InputError
        When a list cannot be used as it is; nothing is written.
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
    ...     result = run_study(Study(members, out=Path(folder) / "study"))
    ...     [file.name for file in result.files if file.suffix == ".csv"]
    ['members.csv', 'concentration.csv', 'coverage.csv']
    """
    lang = check_language(study.lang)
    area = study_area(study.departements, study.regions)
    sorted_km(study.thresholds_km)
    sorted_km([study.white_zone_km], what="white_zone_km")
    _refuse_overwriting_inputs(study)
    with (
        _all_or_nothing(Path(study.out)) as staging,
        opened_placer(study.placing, progress=answered) as placer,
    ):
        _tell(progress, "read")
        members, poles = read_lists(
            study.members, study.poles, columns=study.columns, by_siret=placer.by_siret
        )
        lists = (
            {"members": members} if study.poles is None else {"members": members, "poles": poles}
        )
        problems = _problems(lists, lang, by_siret=placer.by_siret)
        _tell(progress, "locate")
        members = placer.attached(members, poles=poles)
        seats = locate_seats(placer.seats(poles), members)
        poles = attach_territories(seats, max_distance_m=OFF_SHORE_M)
        _tell(progress, "measure")
        tables = indicator_tables(
            members,
            poles=poles,
            thresholds_km=study.thresholds_km,
            white_zone_km=study.white_zone_km,
            departements=area,
        )
        tables["problems"] = problems
        tables["footprints"] = pole_footprint(members, poles=poles)
        publication = None
        if study.publish:
            safe = published(members, tables)
            members, tables = safe.members, safe.tables
            publication = {
                "secret": {measure: int(n) for measure, n in _secrets(tables).items()},
                "columns_left_out": safe.columns_left_out,
            }
        record = _record(study, area, members, poles, tables["problems"], placer)
        record["publication"] = publication
        _tell(progress, "draw")
        page = pole_map(
            members,
            poles=poles,
            summary=tables["poles"],
            footprints=tables["footprints"],
            lang=lang,
            title=study.title,
            source=study.source,
        )
        _tell(progress, "write")
        members.drop(columns="geometry").to_csv(staging / "members.csv", index=False)
        write_indicators(staging / "indicators.xlsx", tables, members, record, lang=lang)
        for name in ("concentration", "coverage"):
            tables[name].to_csv(staging / f"{name}.csv", index=False)
        save_map(page, staging / "map.html")
        text = json.dumps(record, ensure_ascii=False, indent=2)
        (staging / "study.json").write_text(text + "\n", encoding="utf-8")
    files = tuple(Path(study.out) / name for name in OUTPUTS)
    return StudyResult(members, poles, tables, record, files)


def _tell(progress: Callable[[str], None] | None, stage: str) -> None:
    if progress is not None:
        progress(stage)


def study_area(
    departements: Sequence[str] | None, regions: Sequence[str] | None
) -> list[str] | None:
    """Return the codes of the départements studied; None for all of France.

    Raises
    ------
    InputError
        When both are empty.
    UnknownTerritoryError
        When one of the codes is unknown.

    Examples
    --------
    >>> study_area(["42"], ["94"])
    ['2A', '2B', '42']
    """
    if departements is None and regions is None:
        return None
    departements, regions = _codes(departements), _codes(regions)
    if not departements and not regions:
        msg = "the study area is empty; name départements or régions, or leave both out"
        raise InputError(msg)
    every = territory_table("departement")["code_region"]
    known = sorted(every.unique())
    if unknown := [code for code in regions if code not in known]:
        msg = f"unknown région {listing(unknown)}; known: {listing(known, most=len(known))}"
        raise UnknownTerritoryError(msg)
    territory_table("departement", departements=departements or None)  # raises for unknown ones
    return sorted({*departements, *every.index[every.isin(regions)]})


def _codes(codes: Sequence[str] | None) -> list[str]:
    listed = [codes] if isinstance(codes, str) else codes or ()
    return [code.strip().upper() for code in listed if code.strip()]


def _refuse_overwriting_inputs(study: Study) -> None:
    outputs = {Path(study.out).resolve() / name for name in OUTPUTS}
    lists = [Path(path) for path in (study.members, study.poles) if path is not None]
    for path in (*lists, *study.placing.files):
        if path.resolve() in outputs:
            what = "a list" if path in lists else "a file"
            msg = f"{path} is {what} to read and would be overwritten; choose another folder"
            raise OutputError(msg)


def _problems(lists: Mapping[str, pd.DataFrame], lang: Language, *, by_siret: bool) -> pd.DataFrame:
    """Return what is wrong in the lists, the first column saying in which."""
    found = {
        name: member_problems(frame, lang=lang, by_siret=by_siret) for name, frame in lists.items()
    }
    return pd.concat(found, names=["list"]).reset_index("list").reset_index(drop=True)


def _record(
    study: Study,
    area: Sequence[str] | None,
    members: gpd.GeoDataFrame,
    poles: gpd.GeoDataFrame,
    problems: pd.DataFrame,
    placer: Placer,
) -> dict[str, Any]:
    """Return what must be known to do the study again and to trust it."""
    return {
        "ptce_geo": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": _settings(study),
        "study_area": area,
        "placing": placer.record(),
        "inputs": [
            _input(path, hashed=not study.publish)
            for path in (study.members, study.poles, study.review)
            if path is not None
        ],
        "vintages": {"territories": CURRENT_YEAR, "attribution": list(catalogue().attribution)},
        "versions": {
            "python": platform.python_version(),
            **{library: version(library) for library in _LIBRARIES},
        },
        "counts": {
            **_member_counts(members, poles),
            "poles": len(poles),
            "seats": _tally(poles[schema.SEAT_SOURCE].fillna("unknown")),
            "problems": _tally(problems["kind"]),
        },
    }


def _member_counts(members: gpd.GeoDataFrame, poles: gpd.GeoDataFrame) -> dict[str, Any]:
    counts = placing_counts(members)
    rejected = members[schema.GEOCODE_STATUS] == schema.REJECTED
    pole_id = members[schema.POLE_ID]
    return {
        "members": counts["members"],
        "status": counts["status"],
        "precision": {word: counts["precision"][word] for word in _PLACED},
        "provider": {word: counts["provider"][word] for word in _PLACED},
        "located_because": _sums(counts["reason"][word] for word in _PLACED),
        "rejected_because": counts["reason"][schema.REJECTED],
        "snapped": int(members[schema.ATTACH_REASON].str.startswith(SNAPPED).sum()),
        "outside_every_commune": int((~rejected & members[schema.CODE_COMMUNE].isna()).sum()),
        "members_without_pole": int(pole_id.isna().sum()),
        "members_of_unlisted_poles": int(
            (pole_id.notna() & ~pole_id.isin(poles[schema.POLE_ID])).sum()
        ),
    }


def _plain(value: object) -> object:
    """Return a setting as JSON can hold it."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Path):
        return str(value)
    return dict(value) if isinstance(value, Mapping) else [_plain(item) for item in value]  # type: ignore[attr-defined]


def _settings(study: Study) -> dict[str, object]:
    """Return the settings; of what is to be published, files by their names only."""
    settings = {key: _plain(value) for key, value in asdict(study).items()}
    if study.publish:
        for key in ("members", "poles", "out", "store", "review"):
            if settings[key] is not None:
                settings[key] = Path(str(settings[key])).name
        settings["geocoders"] = [spec.partition("=")[0] for spec in study.geocoders]
    return settings


def _input(path: str | Path, *, hashed: bool) -> dict[str, str]:
    """Return which file was read; the hash of a list would tell whether a guess at it is right."""
    if not hashed:
        return {"path": Path(path).name}
    content = Path(path).read_bytes()
    return {"path": str(path), "sha256": hashlib.sha256(content).hexdigest()}


def _secrets(tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return of how many poles the total is secret, by measure."""
    weight = tables["economic_weight"]
    secret = (weight[schema.TOTAL] == schema.SECRET) & (weight[schema.POLE_ID] != "")
    return secret.groupby(weight[schema.MEASURE]).sum()


def _sums(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in counts:
        total.update(part)
    return dict(total.most_common())


def _tally(values: pd.Series) -> dict[str, int]:
    return {str(key): int(count) for key, count in values.value_counts().items()}


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[Path]:
    """Give a place to write to; what was written there moves to `folder` if nothing went wrong."""
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".ptce-geo-", dir=folder))
    except OSError as error:
        msg = f"cannot write to {folder}: {error.strerror}; choose another folder"
        raise OutputError(msg) from error
    try:
        yield staging
        _move_all(staging, folder)
    except PtceGeoError:
        raise
    except OSError as error:
        msg = f"cannot write to {folder}: {error.strerror or error}"
        raise OutputError(msg) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        for path in made:
            if not any(path.iterdir()):
                path.rmdir()


def _move_all(staging: Path, folder: Path) -> None:
    """Move the outputs into `folder`; if one cannot be moved, put back all that stood there."""
    for name in OUTPUTS:
        if (folder / name).is_dir():
            msg = f"cannot write {folder / name}: it is a folder; choose another folder to write to"
            raise OutputError(msg)
    aside = staging / "aside"
    aside.mkdir()
    moved: list[str] = []
    try:
        for name in OUTPUTS:
            if (folder / name).exists():
                (folder / name).replace(aside / name)
            moved.append(name)
            (staging / name).replace(folder / name)
    except OSError:
        for name in moved:
            (folder / name).unlink(missing_ok=True)
            if (aside / name).exists():
                (aside / name).replace(folder / name)
        raise
