"""The report of a study: one page that opens offline and prints, for those who decide.

What it measures stands in `report_measures`; what it is made of, in `html`.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from ptce_geo import schema
from ptce_geo.labels import (
    check_language,
    format_date,
    format_number,
    format_share,
    label,
    label_if_known,
)
from ptce_geo.reports import report_measures as measures
from ptce_geo.reports.html import (
    Bar,
    Figures,
    Grid,
    Heading,
    Paragraph,
    Picture,
    Points,
    Section,
    Terms,
    Tiles,
    write_html,
)
from ptce_geo.reports.method import method_lines
from ptce_geo.reports.summary import counts_in_words
from ptce_geo.territories import territory_table
from ptce_geo.words import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ptce_geo.reports.findings import Findings
    from ptce_geo.reports.html import Block, Told

# How many rows a table of the report has; the whole is in the workbook.
_REMARKS, _REASONS = 12, 10
_LIMITS: Final = ("list", "unplaced", "distance", "small", "cause")


def write_report(
    path: Path, findings: Findings, *, pictures: Mapping[str, str], lang: str = "fr"
) -> None:
    """Write the report of a study as one HTML file.

    It asks for nothing from elsewhere, runs nothing, and prints on A4. Every figure is a cell of
    `findings.tables`, or a count of the record, and says which (``data-table``, ``data-row``,
    ``data-column``, ``data-value``).

    Parameters
    ----------
    path : Path
        The file; it is replaced in one step.
    findings : Findings
        What the study found.
    pictures : mapping of str to str
        SVG of the maps: "poles", "rate" and "white_zones"; one that is missing is left out.
        `ptce_geo.study.pictures.report_pictures` draws them.
    lang : {"fr", "en"}
        Language of the report.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    language = check_language(lang)
    figures = Figures(findings, language)
    record = findings.record
    sections: dict[str, Iterator[Block]] = {
        "key": _key(figures),
        "analysed": _analysed(figures),
        "locating": _locating(figures),
        "map": _map(figures, pictures),
        "coverage": measures.coverage(figures),
        "concentration": measures.concentration(figures),
        "territories": measures.territories(figures, pictures),
        "white_zones": measures.white_zones(figures, pictures),
        "poles": measures.poles(figures),
        "remarks": _remarks(figures),
        "method": _method(figures),
        "trace": _trace(figures),
    }
    write_html(
        path,
        "report.html",
        what="the report",
        lang=language,
        version=record["ptce_geo"],
        title=record["settings"].get("title") or label("report_title", language),
        over=label("report_over", language),
        lines=_heading(figures),
        skip=label("report_skip", language),
        contents=label("report_contents", language),
        sections=[
            Section(key.replace("_", "-"), label(f"report_{key}", language), list(blocks))
            for key, blocks in sections.items()
        ],
        footer=[
            label("report_foot", language).format(
                version=record["ptce_geo"],
                date=format_date(record["created"], language),
                year=record["vintages"]["territories"],
            ),
            " · ".join(record["vintages"]["attribution"]),
        ],
    )


def _heading(figures: Figures) -> list[Told]:
    """Return the lines under the title: where, when, of what."""
    record = figures.findings.record
    date = format_date(record["created"], figures.lang)
    lines: list[Told] = [figures.words("report_of", where=_where(figures), date=date)]
    if source := record["settings"].get("source"):
        lines.append(figures.words("report_source", source=source))
    return lines


def _where(figures: Figures) -> str:
    if figures.findings.record["study_area"] is None:
        return label("report_france", figures.lang)
    area = territory_table("departement").loc[figures.findings.record["study_area"]]
    return label("report_area", figures.lang).format(names=", ".join(area[schema.NAME]))


def _key(figures: Figures) -> Iterator[Block]:
    record, of, words = figures.findings.record, figures.of, figures.words
    counts = record["counts"]
    accepted, members = counts["status"][schema.ACCEPTED], counts["members"]
    share = format_share(accepted / members if members else None, figures.lang)
    tiles: list[tuple[Told, Told, Told]] = [
        (figures.count("members"), words("report_key_members"), ""),
        (
            figures.count("status", schema.ACCEPTED),
            words("report_key_located" if record["study_area"] is None else "report_key_placed"),
            words("report_key_located_of", share=share),
        ),
        (figures.count("poles"), words("report_key_poles"), ""),
    ]
    presence, reach = "coverage_by_presence", "coverage_by_reach"
    for level in ("departement", "epci"):
        if level in figures.findings.tables[presence].index:
            named = figures.level_name(level)
            columns = (schema.TERRITORIES_COVERED, schema.TERRITORIES)
            parts = {column: of(presence, level, column) for column in columns}
            tiles.append(
                (
                    of(presence, level, schema.SHARE_TERRITORIES),
                    words(
                        "report_key_presence",
                        level=named if named.isupper() else named.lower(),
                    ),
                    words("report_key_presence_of", **parts),
                )
            )
    km = measures.main_km(figures)
    tiles.append(
        (
            of(reach, km, schema.SHARE_POPULATION),
            words("report_key_reach", km=figures.km(km)),
            words("report_key_reach_of", people=of(reach, km, schema.POPULATION_COVERED)),
        )
    )
    yield Tiles(tiles)
    if not accepted:
        yield Paragraph(words("report_nothing_located"), "warning")
    elif accepted < members:
        rest = format_share(1 - accepted / members, figures.lang)
        yield Paragraph(words("report_key_warning", share=rest), "warning")


def _analysed(figures: Figures) -> Iterator[Block]:
    record, lang, words = figures.findings.record, figures.lang, figures.words
    status = {word: figures.count("status", word) for word in schema.STATUSES}
    thresholds = ", ".join(map(figures.km, record["settings"]["thresholds_km"]))
    terms: list[tuple[str, Told]] = [
        ("lists", ", ".join(PurePath(file["path"]).name for file in record["inputs"])),
        ("counts", words("report_counts_text", members=figures.count("members"), **status)),
        ("where", _where(figures)),
        ("counted", _counted(figures)),
        ("seats", counts_in_words(record["counts"]["seats"], "summary_seat_", lang)),
        (
            "thresholds",
            words("report_thresholds_text", thresholds=thresholds, white=figures.white_km),
        ),
    ]
    if record.get("publication") is not None:
        columns = ", ".join(record["publication"]["columns_left_out"])
        columns = columns or label("report_none", lang)
        terms.append(("publication", words("report_publication_text", columns=columns)))
    yield Terms([(label(f"report_{key}", lang), text) for key, text in terms])


def _counted(figures: Figures) -> Markup:
    """Return how many members the indicators count: those placed in the study area."""
    table = figures.findings.tables["concentration"]
    whole = table[table[schema.TERRITORY] == ""]
    # EPCI may reach beyond the study area, and are counted whole.
    rows = whole.index[whole[schema.LEVEL] != "epci"].append(whole.index)
    return figures.of("concentration", rows[0], schema.N) if len(rows) else Markup("–")


def _locating(figures: Figures) -> Iterator[Block]:
    counts, lang = figures.findings.record["counts"], figures.lang
    if counts["members"]:
        parts = [
            (
                100 * counts["status"][word] / counts["members"],
                word,
                counts_in_words({word: counts["status"][word]}, "placing_", lang),
            )
            for word in schema.STATUSES
        ]
        yield Bar(parts, label("report_bar", lang))
    statuses = [word for word in (schema.ACCEPTED, schema.REVIEW) if counts["status"][word]]
    if statuses:
        yield Grid(
            label("report_precision_caption", lang),
            [
                label("report_what", lang),
                *(label(f"placing_{status}", lang).capitalize() for status in statuses),
            ],
            [*_placed(figures, statuses)],
            note=label("report_municipality_note", lang)
            if "municipality" in counts["precision"][schema.ACCEPTED]
            else "",
        )
    for key in ("rejected_because", "located_because"):
        ranked = sorted(counts[key].items(), key=lambda part: -part[1])[:_REASONS]
        if ranked:
            yield Grid(
                label(f"report_{key}", lang),
                [label("report_reason", lang), label("report_members", lang)],
                [
                    [label_if_known("reason", word, lang), figures.count(key, word)]
                    for word, _ in ranked
                ],
            )


def _placed(figures: Figures, statuses: list[str]) -> Iterator[list[Told]]:
    """Yield how many members have each precision, and come from each source."""
    counts, lang = figures.findings.record["counts"], figures.lang
    for what in ("precision", "provider"):
        for word in dict.fromkeys(word for status in statuses for word in counts[what][status]):
            named = label(word, lang) if what == "precision" else label_if_known(what, word, lang)
            yield [
                figures.words(f"report_{what}_of", word=named),
                *(
                    figures.count(what, status, word) if word in counts[what][status] else "–"
                    for status in statuses
                ),
            ]


def _map(figures: Figures, pictures: Mapping[str, str]) -> Iterator[Block]:
    if "poles" in pictures:
        yield Picture(pictures["poles"], label("report_map_alt", figures.lang))
    if "map" in figures.findings.record["settings"]["outputs"]:
        link = Markup('<a href="map.html">map.html</a>')
        yield Paragraph(figures.words("report_map_text", link=link))


def _remarks(figures: Figures) -> Iterator[Block]:
    problems, lang = figures.findings.tables["problems"], figures.lang
    if problems.empty:
        yield Paragraph(label("report_remarks_none", lang))
        return
    yield Paragraph(figures.words("report_remarks_text", n=format_number(len(problems), lang)))
    named = problems.fillna({"column": "", "message": ""})
    sorts = named.groupby(["list", "column", "kind", "message"], sort=False).size()
    ranked = sorts.sort_values(ascending=False, kind="stable")
    more = len(ranked) - _REMARKS
    yield Grid(
        label("report_remarks_caption", lang),
        [
            *(label(f"column_{name}", lang) for name in ("message", "column", "kind", "list")),
            label("report_remarks_number", lang),
        ],
        [
            [
                message,
                label_if_known("column", column, lang) or "–",
                label(f"problem_{kind}", lang),
                label(f"list_{name}", lang),
                format_number(number, lang),
            ]
            for (name, column, kind, message), number in ranked[:_REMARKS].items()
        ],
        words=frozenset({0, 1, 2, 3}),
        note=figures.words(
            "report_remarks_more",
            n=format_number(more, lang),
            sheet=label("sheet_problems", lang),
        )
        if more > 0
        else "",
    )


def _method(figures: Figures) -> Iterator[Block]:
    record, lang = figures.findings.record, figures.lang
    yield Heading(label("report_limits", lang))
    yield Points([label(f"report_limit_{key}", lang) for key in _LIMITS])
    yield Heading(label("report_definitions", lang))
    yield Terms(method_lines(record, lang))


def _trace(figures: Figures) -> Iterator[Block]:
    record, lang = figures.findings.record, figures.lang
    yield Paragraph(label("report_trace_text", lang))
    versions = [f"ptce_geo {record['ptce_geo']}"]
    versions += [f"{name} {version}" for name, version in record["versions"].items()]
    inputs = [
        label("report_hash", lang).format(path=PurePath(file["path"]).name, sha256=file["sha256"])
        if "sha256" in file
        else PurePath(file["path"]).name
        for file in record["inputs"]
    ]
    terms = [
        (label("report_made", lang), format_date(record["created"], lang)),
        (label("method_vintage", lang), f"COG {record['vintages']['territories']}"),
        (label("method_sources", lang), " · ".join(record["vintages"]["attribution"])),
        (label("report_lists", lang), " · ".join(inputs)),
        (label("report_software", lang), ", ".join(versions)),
        (label("report_seed", lang), str(record.get("seed", 0))),
    ]
    yield Terms(terms)
    stages = [
        (rank, stage["stage"])
        for rank, stage in enumerate(record.get("stages", []))
        if f"method_stage_{stage['stage']}" in LABELS
    ]
    if stages:
        yield Heading(label("report_stages", lang))
        yield _stages(figures, stages)


def _stages(figures: Figures, stages: list[tuple[int, str]]) -> Grid:
    """Return what goes into stages, and what comes out or is set aside."""
    lang, record = figures.lang, figures.findings.record
    return Grid(
        label("report_stages_text", lang),
        [label(f"report_stage{part}", lang) for part in ("", "_in", "_out", "_aside")],
        [
            [
                label(f"method_stage_{name}", lang),
                figures.recorded("stages", rank, "in"),
                figures.recorded("stages", rank, "out"),
                figures.number(sum(record["stages"][rank]["set_aside"].values())),
            ]
            for rank, name in stages
        ],
    )
