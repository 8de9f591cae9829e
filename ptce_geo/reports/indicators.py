"""The workbook of a study: a summary, its tables, its members, its method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.geocoding import AcceptancePolicy, CommuneGeocoder
from ptce_geo.indicators.poles import WEIGHT_COLUMNS
from ptce_geo.labels import (
    Language,
    format_date,
    format_given,
    label,
    label_if_known,
    label_reason,
)
from ptce_geo.reports.concentration import by_level
from ptce_geo.reports.coverage import zones_listed
from ptce_geo.reports.summary import summary_rows
from ptce_geo.reports.table_file import sheets_of
from ptce_geo.reports.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

_LEVELS: Final = ("region", "departement", "epci", "commune")
_METHOD: Final = (
    "method_placing",
    "method_counted",
    "method_location_quotient",
    "method_interval",
    "method_gini",
    "method_herfindahl",
    "method_equivalent_number",
    "method_top_share",
    "method_hoover",
    "method_locational_gini",
    "method_theil_t",
    "method_chance",
    "method_presence",
    "method_reach",
    "method_white_zones",
    "method_distance",
    "method_article_9",
    "method_pole_type",
    "method_anchoring",
    "method_economic_weight",
)


def write_indicators(
    path: Path,
    tables: Mapping[str, pd.DataFrame],
    members: gpd.GeoDataFrame,
    record: Mapping[str, Any],
    *,
    lang: Language = "fr",
) -> None:
    """Write the indicators of a study as an Excel workbook.

    Parameters
    ----------
    path : Path
        The XLSX file.
    tables : mapping of str to DataFrame
        As `indicator_tables` returns them, and "problems", its messages in `lang`.
    members : GeoDataFrame
        Members, located and attached.
    record : mapping
        What ``study.json`` holds.
    lang : {"fr", "en"}
        Language of the titles, headings and notes.
    """
    summary = pd.DataFrame(summary_rows(record, tables, lang=lang))
    listed = pd.DataFrame(members.drop(columns="geometry"))
    frames = {
        "summary": summary,
        "reach": tables["coverage_by_reach"].reset_index(),
        "presence": _with_level_names(tables["coverage_by_presence"], lang),
        "white_zones": zones_listed(tables["white_zones"]),
        "concentration": by_level(tables["concentration"], lang),
        **{level: _by_territory(tables[level], level) for level in _LEVELS if level in tables},
        "poles": _poles(tables["poles"]),
        "composition": _composition(tables, lang),
        "economic_weight": _economic_weight(tables, lang),
        "members": _with_words(listed, lang),
        "problems": _problems_in_words(tables["problems"], lang),
        "method": _method(record, lang),
    }
    filled = {"white_zones": {"km": format_given(record["settings"]["white_zone_km"], lang)}}
    write_workbook(path, sheets_of(frames, lang, filled=filled), lang=lang)


def _by_territory(table: pd.DataFrame, level: str) -> pd.DataFrame:
    # A sheet of 35,000 communes of which a hundred hold members helps nobody; the note says so.
    shown = table[table[schema.MEMBERS] > 0] if level == "commune" else table
    return shown.rename_axis("code").reset_index()


def _with_level_names(table: pd.DataFrame, lang: Language) -> pd.DataFrame:
    return table.rename(index=lambda level: label(level, lang)).reset_index()


def _poles(poles: pd.DataFrame) -> pd.DataFrame:
    """Return what is not told by the sheets of the composition and the economic weight."""
    elsewhere = [*map(schema.family_column, schema.FAMILIES)]
    elsewhere += [name for names in WEIGHT_COLUMNS.values() for name in names.values()]
    return poles.drop(columns=elsewhere).reset_index()


def _composition(tables: Mapping[str, pd.DataFrame], lang: Language) -> pd.DataFrame:
    """Return who makes up each pole, by its name, the vocabulary in the reader's words."""
    composition = tables["composition"].copy()
    for column in (schema.ARTICLE_9_PRESENT, schema.ARTICLE_9_MISSING):
        composition[column] = composition[column].map(
            lambda families: ", ".join(
                label(f"family_{family}", lang) for family in families.split(", ") if family
            ),
            na_action="ignore",
        )
    composition[schema.POLE_TYPE] = composition[schema.POLE_TYPE].map(
        lambda kind: label(f"pole_type_{kind}", lang), na_action="ignore"
    )
    names = tables["poles"][schema.POLE_NAME]
    composition.insert(0, schema.POLE_NAME, names.reindex(composition.index))
    return composition.reset_index(drop=True)


def _economic_weight(tables: Mapping[str, pd.DataFrame], lang: Language) -> pd.DataFrame:
    """Return the weight of all poles together, then of each, by its name and in words."""
    weight = tables["economic_weight"]
    names = tables["poles"][schema.POLE_NAME].to_dict() | {"": label("all_poles", lang)}
    shown = weight.drop(columns=[schema.POLE_ID, schema.METHOD]).rename(
        columns={schema.LOW: "share_low", schema.HIGH: "share_high"}
    )
    shown[schema.MEASURE] = shown[schema.MEASURE].map(lambda name: label(f"measure_{name}", lang))
    shown.insert(0, schema.POLE_NAME, weight[schema.POLE_ID].map(names))
    return shown


def _with_words(members: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Return members with the vocabulary of geocoding in the reader's words."""
    for column in (schema.GEOCODE_STATUS, schema.GEOCODE_PRECISION):
        members[column] = members[column].map(lambda word: label(word, lang), na_action="ignore")
    members[schema.GEOCODE_PROVIDER] = members[schema.GEOCODE_PROVIDER].map(
        lambda name: label_if_known("provider", name, lang), na_action="ignore"
    )
    for column in (schema.GEOCODE_REASON, schema.ATTACH_REASON):
        members[column] = members[column].map(
            lambda reason: label_reason(reason, lang), na_action="ignore"
        )
    return members


def _problems_in_words(problems: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Return problems with columns named as the sheets head them, and kinds in words."""
    return problems.assign(
        list=problems["list"].map(lambda name: label(f"list_{name}", lang)),
        column=problems["column"].map(
            lambda column: label_if_known("column", column, lang), na_action="ignore"
        ),
        kind=problems["kind"].map(lambda kind: label(f"problem_{kind}", lang)),
    )


def _placing_method(record: Mapping[str, Any], lang: Language) -> list[tuple[str, str]]:
    """Return how members were placed: by the embedded geocoder, or by others and which rules."""
    heading = label("method_placing", lang)
    placing = record.get("placing")
    names = [geocoder["name"] for geocoder in placing["geocoders"]] if placing else []
    if set(names) <= {CommuneGeocoder().name}:
        return [(heading, label("method_placing_text", lang))]
    sources = ", ".join(label_if_known("provider", name, lang) for name in names)
    rules = AcceptancePolicy(**record["placing"]["policy"]).describe(lang)
    return [
        (heading, label("method_placing_by", lang).format(sources=sources)),
        (label("method_policy", lang), rules),
    ]


def _method(record: Mapping[str, Any], lang: Language) -> pd.DataFrame:
    vintage = record["vintages"]
    lines = [(label(key, lang), label(f"{key}_text", lang)) for key in _METHOD]
    lines[0:1] = _placing_method(record, lang)
    if record["publication"] is not None:
        lines.append((label("method_secret", lang), label("method_secret_text", lang)))
    lines += [
        (label("method_vintage", lang), f"COG {vintage['territories']}"),
        (label("method_sources", lang), " · ".join(vintage["attribution"])),
        (label("method_software", lang), f"ptce_geo {record['ptce_geo']}"),
        (label("method_created", lang), format_date(record["created"], lang)),
    ]
    return pd.DataFrame(lines, columns=["method", "text"])
