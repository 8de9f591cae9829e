"""Lists of member structures: read them, and say what is wrong with them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.files.problems import (
    DOUBTFUL,
    MISSING,
    REPAIRED,
    Problem,
    Word,
    problem_frame,
    remember,
    remembered,
)
from ptce_geo.labels import check_language
from ptce_geo.members.headings import MEMBER_HEADINGS
from ptce_geo.members.lists import ListKind, fill_pole_ids, read_list, require_unique_ids
from ptce_geo.members.values import digest

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

# A SIRET is not among these: only some geocoders read it.
_LOCATING: Final = (schema.ADDRESS, schema.POSTCODE, schema.CITY, schema.CODE_COMMUNE)
_POSITION: Final = (schema.LONGITUDE, schema.LATITUDE)
_KIND: Final = ListKind(
    columns=schema.MEMBER_COLUMNS,
    headings=MEMBER_HEADINGS,
    needs=(*((column,) for column in _LOCATING), _POSITION),
    purpose="to locate members by",
    option="--column",
)
_KIND_BY_SIRET: Final = replace(_KIND, needs=(*_KIND.needs, (schema.SIRET,)))
# What makes a row this member and no other, as far as a list can tell.
_IDENTIFYING: Final = (
    schema.POLE_ID,
    schema.POLE_NAME,
    schema.MEMBER_NAME,
    schema.SIRET,
    schema.ADDRESS,
    schema.POSTCODE,
    schema.CITY,
    schema.CODE_COMMUNE,
)


def read_members(
    path: str | os.PathLike[str],
    *,
    columns: Mapping[str, str | None] | None = None,
    sheet: str | None = None,
    by_siret: bool = False,
) -> pd.DataFrame:
    r"""Read a list of member structures.

    Headings are recognised in French and English; codes are repaired where that is certain
    (1000 → 01000) and refused where they are lost (a SIRET of 4.90812E+13). Every row comes
    through; `member_problems` says what is wrong with it.

    Parameters
    ----------
    path : path
        CSV (any usual delimiter; UTF-8 or cp1252), XLSX, GeoJSON, GPKG or Parquet.
    columns : mapping of str to str or None, optional
        Column of `schema.MEMBER_COLUMNS` (or longitude, latitude, code_commune) → heading in the
        file, for headings that are not recognised; None: no heading of the file means this column.
    sheet : str, optional
        Sheet of a workbook, layer of a GPKG; by default the one with most known headings.
    by_siret : bool
        Whether a list that has nothing but SIRETs to place its members by will do: it does for
        `SireneGeocoder`.

    Returns
    -------
    pandas.DataFrame
        One row for each member, RangeIndex: `schema.MEMBER_COLUMNS` (text; `fte`, `fte_pole` in
        full-time equivalents and `turnover`, `turnover_pole` in euros a year as float64),
        `longitude` and `latitude` (degrees) and `code_commune` (INSEE) where the list has them,
        `source_line` (line of the file, the first is 1; number of the record for GeoJSON, GPKG
        and Parquet), then the file's other columns, "… (list)" where the name is one that
        `geocode` or `attach_territories` writes. A `member_id` that the list lacks is made from
        the row: the same from run to run and whatever the order of the rows.

    Raises
    ------
    UnreadableFileError
        The file is missing, empty, damaged, or not a table.
    MissingColumnError
        No column says where the members are: an address, a postcode, a town, the INSEE code of
        the commune, or longitude and latitude.
    DuplicateIdError
        Two rows have the same `member_id`.
    InputError
        `columns` or `sheet` names something that is not there.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "membres.csv"
    >>> _ = path.write_text("Raison sociale;CP;Ville\nLe Fil;1000;Bourg-en-Bresse\n")
    >>> members = read_members(path)
    >>> members.loc[0, ["member_name", "postcode", "city"]].tolist()
    ['Le Fil', '01000', 'Bourg-en-Bresse']
    >>> member_problems(members)["message"].tolist()
    ['read as 01000', 'no pole']
    """
    kind = _KIND_BY_SIRET if by_siret else _KIND
    frame, problems, what = read_list(path, kind, columns=columns, sheet=sheet)
    fill_pole_ids(frame, problems)
    advice = "correct them, or rename that heading to have identifiers made"
    require_unique_ids(frame, schema.MEMBER_ID, what=what, advice=advice)
    _fill_member_ids(frame, problems)
    remember(frame, problems)
    return frame


def _fill_member_ids(frame: pd.DataFrame, problems: list[Problem]) -> None:
    """Make the identifiers that are missing: "m-" and a digest of what identifies the row.

    Rows that agree in all of it are numbered "-2", "-3" … in the order of their other cells, so
    that the order of the rows plays no part.
    """
    bare = frame[frame[schema.MEMBER_ID].isna()].drop(columns=schema.MEMBER_ID)
    if bare.empty:
        return
    identifying = [column for column in _IDENTIFYING if column in bare]
    identity = ["\x1f".join(row) for row in bare[identifying].fillna("").to_numpy()]
    ids = pd.Series([f"m-{digest(text)}" for text in identity], index=bare.index)
    repeated = bare[ids.duplicated(keep=False)]
    rest = repeated.drop(columns=schema.SOURCE_LINE).astype("str").fillna("")
    ordered = rest.sort_values(list(rest.columns), kind="stable").index
    first_line: dict[str, int] = {}
    numbers = ids[ordered].groupby(ids[ordered]).cumcount() + 1
    for row, number in numbers.items():
        base, line = ids[row], int(frame.loc[row, schema.SOURCE_LINE])
        if number == 1:
            first_line[base] = line
            continue
        ids[row] = f"{base}-{number}"
        same = {"line": str(first_line[base])}
        problems.append(Problem(line, schema.MEMBER_ID, ids[row], DOUBTFUL, "same_as_line", same))
    frame[schema.MEMBER_ID] = frame[schema.MEMBER_ID].fillna(ids)
    if len(bare) < len(frame):
        made = {"rows": len(bare)}
        problems.append(Problem(None, schema.MEMBER_ID, None, REPAIRED, "member_ids_made", made))


def member_problems(
    members: pd.DataFrame, *, lang: str = "en", by_siret: bool = False
) -> pd.DataFrame:
    """Return everything that is wrong with a list, one row for each problem.

    What `read_members` met is remembered in the frame's `attrs` (pandas drops them where frames
    are concatenated or merged); what is missing is looked for in the frame as it is now.

    Parameters
    ----------
    members : pandas.DataFrame
        From `read_members` or `read_poles`, or made by hand.
    lang : {"en", "fr"}
        Language of `message`.
    by_siret : bool
        Whether a SIRET is enough to place a member by, as `SireneGeocoder` does.

    Returns
    -------
    pandas.DataFrame
        `line` (Int64; missing: the whole list), `column`, `value` (what the file says there;
        for what is missing, the name or identifier of the row), `message` and `kind`:
        "repaired" (what was meant is certain), "lost" (the value cannot be used), "doubtful"
        (read as it stands, look at it), "missing" (a study needs it and it is not there).

    Raises
    ------
    InputError
        The language is not one of them.

    Examples
    --------
    >>> import pandas as pd
    >>> found = member_problems(pd.DataFrame({"member_id": ["a"], "member_name": ["Le Fil"]}))
    >>> found[["value", "message"]].to_numpy().tolist()
    [['Le Fil', 'nothing to locate it by'], ['Le Fil', 'no pole']]
    """
    language = check_language(lang)
    lines = {None, *members.get(schema.SOURCE_LINE, ())}
    read = [problem for problem in remembered(members) if problem.line in lines]
    return problem_frame([*read, *_missing(members, by_siret=by_siret)], language)


def _missing(frame: pd.DataFrame, *, by_siret: bool) -> list[Problem]:
    """Return what rows lack: a name, something to locate them by, a pole."""

    def has(*columns: str) -> pd.Series:
        """Tell which rows have a value in one of `columns`."""
        return frame.reindex(columns=list(columns)).notna().any(axis=1)

    of_poles = schema.POLE_ID in frame and not {schema.MEMBER_ID, schema.MEMBER_NAME} & {*frame}
    name = schema.POLE_NAME if of_poles else schema.MEMBER_NAME
    located = has(*_LOCATING) | (has(schema.LONGITUDE) & has(schema.LATITUDE))
    if by_siret:
        located |= has(schema.SIRET)
    checks: list[tuple[str, pd.Series, Word, Word | None]] = [
        (name, has(name), "no_name", "no_names"),
        (schema.ADDRESS, located, "no_location", None),
        (schema.POLE_ID, has(schema.POLE_ID, schema.POLE_NAME), "no_pole", "no_poles"),
    ]
    named = frame.reindex(columns=[name, schema.MEMBER_ID, schema.POLE_ID]).astype(object)
    labels = named[name].fillna(named[schema.MEMBER_ID]).fillna(named[schema.POLE_ID])
    lines = frame.get(schema.SOURCE_LINE, pd.Series(pd.NA, index=frame.index))
    problems = []
    for column, present, word, of_all in checks:
        if of_all and len(frame) > 1 and not present.any():
            problems.append(Problem(None, column, None, MISSING, of_all))
            continue
        for label, line in zip(labels[~present], lines[~present], strict=True):
            value = None if pd.isna(label) else str(label)
            problems.append(
                Problem(None if pd.isna(line) else int(line), column, value, MISSING, word)
            )
    return problems
