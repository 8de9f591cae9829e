"""The figures of a study that are told first, on the terminal and in the workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ptce_geo import schema
from ptce_geo.labels import (
    Language,
    format_given,
    format_number,
    format_share,
    label,
    label_if_known,
    label_reason,
)
from ptce_geo.territories.zonings import zoning_level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

LEVELS: Final = ("region", "departement", "epci", "commune")  # the largest first


class SummaryRow(NamedTuple):
    """One figure: what it is, how much, which share of the whole, and what it is made of."""

    figure: str
    value: int
    share: float | None
    detail: str

    def written(self, lang: Language) -> tuple[str, str, str, str]:
        """Return the cells as a reader of `lang` expects them."""
        share = "" if self.share is None else format_share(self.share, lang)
        return self.figure, format_number(self.value, lang), share, self.detail


def summary_rows(
    record: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], *, lang: Language = "fr"
) -> list[SummaryRow]:
    """Return the main figures of a study.

    Parameters
    ----------
    record : mapping
        What ``study.json`` holds.
    tables : mapping of str to DataFrame
        As `indicator_tables` returns them.
    lang : {"fr", "en"}
        Language of the words.
    """
    counts = record["counts"]
    return [
        SummaryRow(label("summary_members", lang), counts["members"], None, ""),
        *_placing(counts, lang),
        *_study_area(record["study_area"], tables, lang),
        SummaryRow(
            label("summary_poles", lang),
            counts["poles"],
            None,
            counts_in_words(counts["seats"], "summary_seat_", lang),
        ),
        *_touched(record, tables, lang),
        *_reached(tables["coverage_by_reach"], lang),
        _white(record, tables, lang),
        SummaryRow(
            label("summary_problems", lang),
            sum(counts["problems"].values()),
            None,
            counts_in_words(counts["problems"], "summary_problem_", lang),
        ),
        *_publication(record["publication"], lang),
    ]


def measured_levels(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the names of the tables by territory: of the levels, the largest first, and zonings.

    Examples
    --------
    >>> import pandas as pd
    >>> counted = pd.DataFrame(columns=["nom", "population", "members"])
    >>> measured_levels({"ze2020": counted, "epci": counted, "poles": pd.DataFrame()})
    ['epci', 'ze2020']
    """
    told = {schema.NAME, schema.POPULATION, schema.MEMBERS}
    found = [name for name, table in tables.items() if told <= set(table.columns)]
    return [level for level in LEVELS if level in found] + [
        name for name in found if name not in LEVELS
    ]


def zoning_names(record: Mapping[str, Any]) -> dict[str, str]:
    """Return how the zonings of a study are called, by the name of their tables."""
    return {zoning_level(name): name for name in record["settings"].get("zonings", {})}


def _placing(counts: Mapping[str, Any], lang: Language) -> Iterator[SummaryRow]:
    """Yield how many members were placed, to check, not placed, and why."""
    for status in schema.STATUSES:
        number = counts["status"][status]
        share = number / counts["members"] if counts["members"] else None
        if status == schema.REJECTED:
            detail = counts_in_words(counts["rejected_because"], "reason_", lang)
        else:
            detail = counts_in_words(counts["precision"][status], "", lang)
        yield SummaryRow(label(f"summary_{status}", lang), number, share, detail)
    # What is rare is told only where it happens.
    rare = ("snapped", "outside_every_commune")
    for key in (*rare, "members_without_pole", "members_of_unlisted_poles"):
        if counts[key]:
            yield SummaryRow(label(f"summary_{key}", lang), counts[key], None, "")


def _study_area(
    area: Sequence[str] | None, tables: Mapping[str, pd.DataFrame], lang: Language
) -> Iterator[SummaryRow]:
    """Yield which départements are studied, and how many of the placed members lie there."""
    if area is not None:
        table = tables["departement"]
        names = ", ".join(table[schema.NAME])
        yield SummaryRow(label("summary_area", lang), len(area), None, names)
        inside = int(table[schema.MEMBERS].sum())
        yield SummaryRow(label("summary_area_members", lang), inside, None, "")


def _touched(
    record: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], lang: Language
) -> Iterator[SummaryRow]:
    """Yield how many territories of each level, the smallest first, have a member."""
    levels = measured_levels(tables)
    for level in (*reversed(LEVELS), *levels[len(set(levels) & set(LEVELS)) :]):
        if level not in levels:
            continue
        members = tables[level][schema.MEMBERS]
        touched = int((members > 0).sum())
        whole = format_number(len(members), lang)
        detail = label("summary_of", lang).format(whole=whole)
        if level in LEVELS:
            figure = label(f"summary_{level}", lang)
        else:
            name = zoning_names(record).get(level, level)
            figure = label("summary_zoning", lang).format(name=name)
        share = touched / len(members) if len(members) else None
        yield SummaryRow(figure, touched, share, detail)


def _reached(reach: pd.DataFrame, lang: Language) -> Iterator[SummaryRow]:
    for threshold, row in reach.iterrows():
        figure = label("summary_reach", lang).format(km=format_given(float(str(threshold)), lang))
        yield SummaryRow(
            figure,
            int(row[schema.POPULATION_COVERED]),
            row[schema.SHARE_POPULATION],
            label("summary_reach_of", lang),
        )


def _white(
    record: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], lang: Language
) -> SummaryRow:
    """Return who lives in white zones, and in how many."""
    zones = tables["white_zones"]
    km = format_given(record["settings"]["white_zone_km"], lang)
    people = int(zones[schema.POPULATION].sum())
    whole = tables["coverage_by_reach"][schema.POPULATION].max()
    return SummaryRow(
        label("summary_white", lang).format(km=km),
        people,
        people / whole if whole else None,
        label("summary_white_zones", lang).format(zones=format_number(len(zones), lang)),
    )


def _publication(publication: Mapping[str, Any] | None, lang: Language) -> Iterator[SummaryRow]:
    """Yield what was held back of a study that is to be published."""
    if publication is None:
        return
    secret, left_out = publication["secret"], publication["columns_left_out"]
    detail = counts_in_words(secret, "measure_", lang)
    yield SummaryRow(label("summary_secret", lang), max(secret.values(), default=0), None, detail)
    yield SummaryRow(label("summary_left_out", lang), len(left_out), None, ", ".join(left_out))


def counts_in_words(counts: Mapping[str, int], prefix: str, lang: Language) -> str:
    """Write counts by word, the most frequent first."""
    ranked = sorted(counts.items(), key=lambda part: -part[1])
    colon = " : " if lang == "fr" else ": "
    return " · ".join(
        f"{label(prefix + word, lang)}{colon}{format_number(number, lang)}"
        for word, number in ranked
    )


def aside_in_words(reason: str, lang: Language = "fr") -> str:
    """Put in words why members, or poles, were set aside.

    Examples
    --------
    >>> aside_in_words("rejected: no_town", "en"), aside_in_words("without fte", "en")
    ('not placed, no town given', 'without FTE')
    """
    status, _, why = reason.partition(": ")
    if why and status in schema.STATUSES:
        return f"{label(f'aside_{status}', lang)}, {label_reason(why, lang)}"
    word = reason.replace(" ", "_")
    told = label_if_known("aside", word, lang)
    if told == word and reason.startswith("without "):
        column = label_if_known("column", reason.removeprefix("without "), lang)
        return label("aside_without", lang).format(column=column)
    return label_reason(reason, lang) if told == word else told
