"""A study: from the lists of a region to located members, indicators and a map, all or nothing.

The only place that calls several stages: `Study` says what is asked, `run_study` does it.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ptce_geo import __version__, schema
from ptce_geo.checks import listing
from ptce_geo.errors import OutputError, PtceGeoError, UnknownTerritoryError
from ptce_geo.geocoding import geocode
from ptce_geo.indicators import indicator_tables, locate_seats
from ptce_geo.labels import Language, check_language
from ptce_geo.maps import pole_map, save_map
from ptce_geo.members import link_poles, member_problems, read_members, read_poles
from ptce_geo.reports import write_indicators
from ptce_geo.territories import attach_territories, catalogue, territory_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import geopandas as gpd

OUTPUTS: Final = ("members.csv", "indicators.xlsx", "map.html", "study.json")
_LIBRARIES: Final = ("folium", "geopandas", "numpy", "pandas", "pyproj", "scipy", "shapely")


@dataclass(frozen=True)
class Study:
    """What is asked.

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
    thresholds_km : sequence of float
        Distances of the coverage by reach (km).
    title, source : str, optional
        Title of the map; where the lists come from.
    """

    members: str | Path
    out: str | Path
    poles: str | Path | None = None
    lang: str = "fr"
    columns: Mapping[str, str] | None = None
    departements: Sequence[str] | None = None
    regions: Sequence[str] | None = None
    thresholds_km: Sequence[float] = (5, 10, 20, 30)
    title: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class StudyResult:
    """What came of a study.

    Attributes
    ----------
    members : GeoDataFrame
        Members, located and attached, in the order of the list.
    poles : GeoDataFrame
        Poles, their seat as geometry.
    tables : mapping of str to DataFrame
        What `indicator_tables` returns, and "problems": what is wrong in the lists, in the
        language of the study.
    record : mapping
        What ``study.json`` holds: settings, versions, vintage, inputs, counts.
    files : tuple of Path
        What was written.
    """

    members: gpd.GeoDataFrame
    poles: gpd.GeoDataFrame
    tables: Mapping[str, pd.DataFrame]
    record: Mapping[str, Any]
    files: tuple[Path, ...]


def run_study(study: Study, *, progress: Callable[[str], None] | None = None) -> StudyResult:
    """Read, locate, attach, measure, draw and write.

    Parameters
    ----------
    study : Study
        What is asked.
    progress : callable, optional
        Called with the name of each stage as it begins: "read", "locate", "measure", "draw",
        "write".

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

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     members = Path(folder) / "list.csv"
    ...     table = pd.DataFrame({"Nom": ["La Fabrique"], "CP": ["42000"], "Ville": ["ST ETIENNE"]})
    ...     table.to_csv(members, index=False)
    ...     result = run_study(Study(members, out=Path(folder) / "study"))
    ...     sorted(file.name for file in result.files)
    ['indicators.xlsx', 'map.html', 'members.csv', 'study.json']
    """
    lang = check_language(study.lang)
    area = _study_area(study)
    with _all_or_nothing(Path(study.out)) as staging:
        _tell(progress, "read")
        members, poles = _read(study)
        lists = (
            {"members": members} if study.poles is None else {"members": members, "poles": poles}
        )
        problems = _problems(lists, lang)
        _tell(progress, "locate")
        members = attach_territories(geocode(members, poles=poles))
        poles = attach_territories(locate_seats(geocode(poles), members))
        _tell(progress, "measure")
        tables = indicator_tables(
            members,
            poles=poles,
            thresholds_km=study.thresholds_km,
            departements=area,
        )
        tables["problems"] = problems
        record = _record(study, members, poles, problems)
        _tell(progress, "draw")
        page = pole_map(members, poles=poles, lang=lang, title=study.title, source=study.source)
        _tell(progress, "write")
        members.drop(columns="geometry").to_csv(staging / "members.csv", index=False)
        write_indicators(staging / "indicators.xlsx", tables, members, record, lang=lang)
        save_map(page, staging / "map.html")
        text = json.dumps(record, ensure_ascii=False, indent=2)
        (staging / "study.json").write_text(text + "\n", encoding="utf-8")
    files = tuple(Path(study.out) / name for name in OUTPUTS)
    return StudyResult(members, poles, tables, record, files)


def _tell(progress: Callable[[str], None] | None, stage: str) -> None:
    if progress is not None:
        progress(stage)


def _study_area(study: Study) -> list[str] | None:
    """Return the départements studied; None for all of France."""
    if study.departements is None and study.regions is None:
        return None
    every = territory_table("departement")["code_region"]
    known = every.unique()
    regions = study.regions or ()
    if unknown := [code for code in regions if code not in known]:
        msg = f"unknown région {listing(unknown)}; known: {listing(sorted(known), most=len(known))}"
        raise UnknownTerritoryError(msg)
    return sorted({*(study.departements or ()), *every.index[every.isin(regions)]})


def _read(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return members and poles; where no list of poles is given, those that the members name."""
    members = read_members(study.members, columns=study.columns)
    if study.poles is None:
        named = members.dropna(subset=schema.POLE_ID).drop_duplicates(schema.POLE_ID)
        named = named[[schema.POLE_ID, schema.POLE_NAME]].reset_index(drop=True)
        poles = named.reindex(columns=list(schema.POLE_COLUMNS))
        return members, poles
    poles = read_poles(study.poles)
    return link_poles(members, poles), poles


def _problems(lists: Mapping[str, pd.DataFrame], lang: Language) -> pd.DataFrame:
    """Return what is wrong in the lists, the first column saying in which."""
    found = {name: member_problems(frame, lang=lang) for name, frame in lists.items()}
    return pd.concat(found, names=["list"]).reset_index("list").reset_index(drop=True)


def _record(
    study: Study, members: gpd.GeoDataFrame, poles: gpd.GeoDataFrame, problems: pd.DataFrame
) -> dict[str, Any]:
    """Return what must be known to do the study again and to trust it."""
    reason = members[schema.GEOCODE_REASON].str.partition(":")[0]
    rejected = members[schema.GEOCODE_STATUS] == schema.REJECTED
    listed = poles[schema.POLE_ID]
    return {
        "ptce_geo": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": {key: _plain(value) for key, value in asdict(study).items()},
        "inputs": [_input(path) for path in (study.members, study.poles) if path is not None],
        "vintages": {"territories": 2026, "attribution": list(catalogue().attribution)},
        "versions": {
            "python": platform.python_version(),
            **{library: version(library) for library in _LIBRARIES},
        },
        "counts": {
            "members": len(members),
            "status": _tally(members[schema.GEOCODE_STATUS], schema.STATUSES),
            "precision": _tally(members[schema.GEOCODE_PRECISION]),
            "located_because": _tally(reason[~rejected]),
            "rejected_because": _tally(reason[rejected]),
            "without_commune": int(members[schema.CODE_COMMUNE].isna().sum()),
            "members_without_pole": int(members[schema.POLE_ID].isna().sum()),
            "members_of_unlisted_poles": int(
                (members[schema.POLE_ID].notna() & ~members[schema.POLE_ID].isin(listed)).sum()
            ),
            "poles": len(poles),
            "seats": _tally(poles[schema.SEAT_SOURCE].fillna("unknown")),
            "problems": _tally(problems["kind"]),
        },
    }


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _input(path: str | Path) -> dict[str, str]:
    content = Path(path).read_bytes()
    return {"path": str(path), "sha256": hashlib.sha256(content).hexdigest()}


def _tally(values: pd.Series, known: Sequence[str] = ()) -> dict[str, int]:
    counts = values.value_counts()
    return {**dict.fromkeys(known, 0), **{str(key): int(n) for key, n in counts.items()}}


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[Path]:
    """Give a place to write to; what was written there moves to `folder` if nothing went wrong."""
    existed = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".ptce-geo-", dir=folder))
    except OSError as error:
        msg = f"cannot write to {folder}: {error.strerror}; choose another folder"
        raise OutputError(msg) from error
    try:
        yield staging
        for name in OUTPUTS:
            (staging / name).replace(folder / name)
    except PtceGeoError:
        raise
    except OSError as error:
        msg = f"cannot write {error.filename or folder}: {error.strerror or error}"
        raise OutputError(msg) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if not existed and not any(folder.iterdir()):
            folder.rmdir()
