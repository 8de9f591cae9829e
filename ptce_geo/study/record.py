"""What must be known to do a study again and to trust it: what ``study.json`` holds."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ptce_geo import __version__, schema
from ptce_geo.indicators.inputs import MEMBERS_COUNTED, MEMBERS_SET_ASIDE
from ptce_geo.placing import placing_counts
from ptce_geo.study.stages import file_hash
from ptce_geo.territories import CURRENT_YEAR, catalogue
from ptce_geo.territories.attach import SNAPPED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from ptce_geo.placing import Placer
    from ptce_geo.study.settings import Study

RECORD: Final = "study.json"
# Entries of the attrs of the frame of problems: what reading and asking left out.
ROWS_SET_ASIDE: Final = "rows_set_aside"
UNANSWERED: Final = "unanswered"

_PLACED: Final = (schema.ACCEPTED, schema.REVIEW)
_LIBRARIES: Final = ("folium", "geopandas", "numpy", "pandas", "pyproj", "scipy", "shapely")
# What runs wrote before they recorded it.
_ONCE_MADE: Final = (
    *("members.csv", "indicators.xlsx", "map.html"),
    *("concentration.csv", "coverage.csv"),
)


def study_record(
    study: Study,
    area: Sequence[str] | None,
    placer: Placer,
    located: Mapping[str, pd.DataFrame],
    tables: Mapping[str, pd.DataFrame],
) -> dict[str, Any]:
    """Return the settings, versions, vintage, inputs and counts of a study.

    Parameters
    ----------
    study : Study
        What was asked.
    area : sequence of str or None
        The départements studied.
    placer : Placer
        What placed the members.
    located : mapping of str to DataFrame
        "members", "poles" and "problems".
    tables : mapping of str to DataFrame
        What was measured, as it was before any publication.
    """
    members, poles, problems = located["members"], located["poles"], located["problems"]
    return {
        "ptce_geo": __version__,
        "created": _now(),
        "settings": _settings(study),
        "study_area": None if area is None else list(area),
        "placing": {**placer.record(), UNANSWERED: problems.attrs[UNANSWERED]},
        "inputs": [_input(path, hashed=not study.publish) for path in inputs_of(study)],
        "vintages": {"territories": CURRENT_YEAR, "attribution": list(catalogue().attribution)},
        "versions": {
            "python": platform.python_version(),
            **{library: version(library) for library in _LIBRARIES},
        },
        "seed": study.seed,
        "stages": list(_stages(located, tables)),
        "counts": {
            **_member_counts(members, poles),
            "poles": len(poles),
            "seats": tally(poles[schema.SEAT_SOURCE].fillna("unknown")),
            "problems": tally(problems["kind"]),
        },
        "publication": None,
    }


def inputs_of(study: Study) -> list[str | Path]:
    """Return the files that a study reads, but those of its geocoders."""
    told = (study.members, study.poles, study.review, study.reference)
    return [path for path in (*told, *study.zonings.values()) if path is not None]


def write_record(record: Mapping[str, Any], folder: Path) -> None:
    """Write ``study.json``."""
    text = json.dumps(record, ensure_ascii=False, indent=2)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def files_made(folder: Path) -> dict[str, str | None]:
    """Return the files in `folder` that a run made: path within it → SHA-256, where it is known."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        recorded = record.get("files", dict.fromkeys(_ONCE_MADE))
        return {**recorded, RECORD: None} if "ptce_geo" in record else {}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _now() -> str:
    """Return the time of the run; ``SOURCE_DATE_EPOCH`` (seconds) where that is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return now.isoformat(timespec="seconds")


def _stages(
    located: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame]
) -> Iterator[dict[str, Any]]:
    """Yield what went into each stage, what came out of it, and what was set aside and why."""
    members, poles = located["members"], located["poles"]
    dropped = located["problems"].attrs[ROWS_SET_ASIDE]
    listed = len(members) + sum(dropped.values())
    yield _stage("read", "members", listed, len(members), dropped)
    status = members[schema.GEOCODE_STATUS]
    accepted = members[status == schema.ACCEPTED]
    because = placing_counts(members)["reason"]
    aside = {
        f"{word}: {reason}": count
        for word in (schema.REVIEW, schema.REJECTED)
        for reason, count in because[word].items()
    }
    yield _stage("locate", "members", len(members), len(accepted), aside)
    attached = int(accepted[schema.CODE_COMMUNE].notna().sum())
    outside = _unless_zero("outside_every_commune", len(accepted) - attached)
    yield _stage("attach", "members", len(accepted), attached, outside)
    seats = int((poles[schema.SEAT_SOURCE].notna()).sum())
    unknown = _unless_zero("unknown", len(poles) - seats)
    yield _stage("seats", "poles", len(poles), seats, unknown)
    for name, table in tables.items():
        if MEMBERS_COUNTED in table.attrs:
            counted, aside = table.attrs[MEMBERS_COUNTED], table.attrs[MEMBERS_SET_ASIDE]
            yield _stage(f"measure {name}", "members", len(members), counted, aside)


def _stage(stage: str, of: str, into: int, out: int, aside: Mapping[str, int]) -> dict[str, Any]:
    return {"stage": stage, "of": of, "in": into, "out": out, "set_aside": dict(aside)}


def _unless_zero(reason: str, count: int) -> dict[str, int]:
    return {reason: count} if count else {}


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
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value]  # type: ignore[attr-defined]


def _settings(study: Study) -> dict[str, object]:
    """Return the settings; of what is to be published, files by their names only."""
    settings = {key: _plain(value) for key, value in asdict(study).items()}
    if study.publish:
        for key in ("members", "poles", "out", "store", "review", "reference", "cache"):
            if settings[key] is not None:
                settings[key] = Path(str(settings[key])).name
        settings["zonings"] = {key: Path(path).name for key, path in study.zonings.items()}
        settings["geocoders"] = [spec.partition("=")[0] for spec in study.geocoders]
    return settings


def _input(path: str | Path, *, hashed: bool) -> dict[str, str]:
    """Return which file was read; the hash of a list would tell whether a guess at it is right."""
    if not hashed:
        return {"path": Path(path).name}
    return {"path": str(path), "sha256": file_hash(path)}


def _sums(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in counts:
        total.update(part)
    return dict(total.most_common())


def tally(values: pd.Series) -> dict[str, int]:
    """Return how often each value stands in a column."""
    return {str(key): int(count) for key, count in values.value_counts().items()}
