"""Lists of poles (PTCE): read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from ptce_geo import schema
from ptce_geo.checks import require_columns, require_unique
from ptce_geo.files.problems import remember
from ptce_geo.members.headings import POLE_HEADINGS
from ptce_geo.members.lists import ListKind, fill_pole_ids, read_list, require_unique_ids
from ptce_geo.members.values import digest, slug

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

_KIND: Final = ListKind(
    columns=schema.POLE_COLUMNS,
    headings=POLE_HEADINGS,
    needs=((schema.POLE_NAME,), (schema.POLE_ID,)),
    purpose="that tells the poles apart",
)


def read_poles(
    path: str | os.PathLike[str],
    *,
    columns: Mapping[str, str | None] | None = None,
    sheet: str | None = None,
) -> pd.DataFrame:
    r"""Read a list of poles and their seats.

    Parameters
    ----------
    path, columns, sheet
        As for `read_members`, with the columns of `schema.POLE_COLUMNS`.

    Returns
    -------
    pandas.DataFrame
        One row for each pole, RangeIndex: `schema.POLE_COLUMNS` (text; `year` Int64), `longitude`,
        `latitude` and `code_commune` where the list has them, `source_line`, then the file's
        other columns. A `pole_id` that the list lacks is made from the pole's name, or, without
        one, from the whole row. `member_problems` says what is wrong with the list.

    Raises
    ------
    UnreadableFileError
        The file is missing, empty, damaged, or not a table.
    MissingColumnError
        There is neither `pole_id` nor `pole_name`.
    DuplicateIdError
        Two rows have the same `pole_id`.
    InputError
        `columns` or `sheet` names something that is not there.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "ptce.csv"
    >>> _ = path.write_text("Nom du PTCE;Année\nPôle Sud Archer;2014\n", encoding="utf-8")
    >>> read_poles(path)[["pole_id", "year"]].to_numpy().tolist()
    [['pole-sud-archer', 2014]]
    """
    frame, problems, what = read_list(path, _KIND, columns=columns, sheet=sheet)
    fill_pole_ids(frame, problems)
    _fill_nameless(frame)
    advice = "one row for each pole"
    require_unique_ids(frame, schema.POLE_ID, what=what, advice=advice)
    frame[schema.YEAR] = frame[schema.YEAR].astype("Int64")
    remember(frame, problems)
    return frame


def _fill_nameless(frame: pd.DataFrame) -> None:
    """Give rows with neither `pole_id` nor name "p-" and a digest of all that they say.

    `member_problems` says that they have no name. Rows that agree in all of it are numbered.
    """
    bare = frame[frame[schema.POLE_ID].isna()].drop(columns=schema.SOURCE_LINE)
    if bare.empty:
        return
    cells = bare.astype("str").fillna("").to_numpy()
    ids = pd.Series(["p-" + digest("\x1f".join(row)) for row in cells], index=bare.index)
    number = ids.groupby(ids).cumcount() + 1
    frame[schema.POLE_ID] = frame[schema.POLE_ID].fillna(
        ids.where(number == 1, ids + "-" + number.astype("str"))
    )


def link_poles(members: pd.DataFrame, poles: pd.DataFrame) -> pd.DataFrame:
    """Return members with the `pole_id` and `pole_name` that the list of poles gives them.

    A member belongs to the pole of its `pole_id`; where the list of poles has none of that
    identifier, to the one pole of its `pole_name` or `pole_id`, however capitalised or accented.
    What meets no pole stays as it is.

    Parameters
    ----------
    members : pandas.DataFrame
        With `pole_id` and `pole_name`, as from `read_members`.
    poles : pandas.DataFrame
        With `pole_id` and `pole_name`, as from `read_poles`.

    Returns
    -------
    pandas.DataFrame
        A copy of `members`: same rows, order, index and columns.

    Raises
    ------
    MissingColumnError
        One of the two frames has no `pole_id` or no `pole_name`.
    DuplicateIdError
        Two poles have the same `pole_id`.

    Examples
    --------
    >>> import pandas as pd
    >>> poles = pd.DataFrame({"pole_id": ["P1"], "pole_name": ["Clus'Ter Jura"]})
    >>> members = pd.DataFrame({"pole_id": ["clus-ter-jura"], "pole_name": ["CLUS'TER JURA"]})
    >>> link_poles(members, poles).to_numpy().tolist()
    [['P1', "Clus'Ter Jura"]]
    """
    for frame, what in ((members, "link_poles, members"), (poles, "link_poles, poles")):
        require_columns(frame, [schema.POLE_ID, schema.POLE_NAME], what=what)
    require_unique(poles[schema.POLE_ID].dropna(), what="link_poles, poles")
    slugs = poles[schema.POLE_NAME].map(slug, na_action="ignore")
    by_name = poles.set_axis(slugs)[schema.POLE_ID]
    by_name = by_name[by_name.index.notna() & ~by_name.index.duplicated(keep=False)]
    names = poles.dropna(subset=schema.POLE_ID).set_index(schema.POLE_ID)[schema.POLE_NAME]

    linked = members.copy()
    strangers = ~members[schema.POLE_ID].isin(names.index)
    for column in (schema.POLE_NAME, schema.POLE_ID):
        met = members[column].map(slug, na_action="ignore").map(by_name)
        linked[schema.POLE_ID] = linked[schema.POLE_ID].mask(strangers & met.notna(), met)
    named = linked[schema.POLE_ID].map(names)
    linked[schema.POLE_NAME] = named.fillna(linked[schema.POLE_NAME])
    return linked
