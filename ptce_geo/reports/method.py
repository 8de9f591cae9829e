"""How the figures of a study were made, in words: for the workbook and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ptce_geo.geocoding import AcceptancePolicy, CommuneGeocoder
from ptce_geo.labels import Language, format_given, format_number, label, label_if_known

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINES: Final = (
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


def method_lines(record: Mapping[str, Any], lang: Language = "fr") -> list[tuple[str, str]]:
    """Return what each measure is and how members were placed: its name and a sentence.

    Parameters
    ----------
    record : mapping
        What ``study.json`` holds.
    lang : {"fr", "en"}
        Language of the words.

    Examples
    --------
    >>> method_lines({"publication": None})[0][0]
    'Localisation'
    """
    lines = _placing(record, lang)
    lines += [(label(key, lang), label(f"{key}_text", lang)) for key in _LINES]
    if record["publication"] is not None:
        lines.append((label("method_secret", lang), _secrecy(record["settings"], lang)))
    return lines


def _secrecy(settings: Mapping[str, Any], lang: Language) -> str:
    """Return what is secret, by the rules that the study was given."""
    return label("method_secret_text", lang).format(
        minimum=format_number(settings["minimum"], lang),
        dominance=format_given(100 * settings["dominance"], lang),
    )


def _placing(record: Mapping[str, Any], lang: Language) -> list[tuple[str, str]]:
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
