"""Pair the rows of two lists that are one member, the surest way first, one to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ptce_geo import schema
from ptce_geo.indicators.memberships import structure_texts
from ptce_geo.territories.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

BEFORE: Final = "before"
AFTER: Final = "after"
MATCHED_BY: Final = "matched_by"
AMBIGUOUS: Final = "ambiguous"
APART: Final = "\x1f"  # between the parts of a key: no text of a list holds it

_STEPS: Final = (
    *("siret", "siret", "member_id", "content"),
    *("name_and_pole", "name_and_commune"),
)
_MADE_ID: Final = "m-[0-9a-f]{12}(?:-[0-9]+)?"  # as read_members makes it, from what a row says
_SIREN_DIGITS: Final = 9


def matched_members(
    before: pd.DataFrame, after: pd.DataFrame, pole_before: pd.Series, pole_after: pd.Series
) -> pd.DataFrame:
    """Pair the members, the surest way first."""
    keys, sirens = [], []
    for frame, pole in ((before, pole_before), (after, pole_after)):
        texts = structure_texts(frame)
        ids = frame[schema.MEMBER_ID].astype("str")
        made = ids.str.fullmatch(_MADE_ID).fillna(value=False).astype(bool)
        keys.append(
            (
                texts.siret + APART + pole,
                texts.siret,
                ids[~made],
                ids[made],
                texts.name + APART + pole,
                texts.name + APART + texts.town,
            )
        )
        sirens.append(texts.siret.str[:_SIREN_DIGITS])
    steps = zip(_STEPS, *keys, strict=True)
    return matched_rows(list(steps), enterprises=(sirens[0], sirens[1]))


def matched_rows(
    steps: Sequence[tuple[str, pd.Series, pd.Series]],
    *,
    enterprises: tuple[pd.Series, pd.Series] | None = None,
) -> pd.DataFrame:
    """Pair the rows that alone have a key in both lists, step by step on what is left.

    Parameters
    ----------
    steps : sequence of (name, keys before, keys after)
        The index of the first are all the rows; a missing key pairs nothing.
    enterprises : pair of Series, optional
        Two rows of which both have one and these differ are never paired.

    Returns
    -------
    DataFrame
        ``before``, ``after``: the two rows, -1 for none; by `after`, then those gone by `before`.
        ``matched_by``, ``ambiguous``.
    """
    rows = [steps[0][1].index, steps[0][2].index]
    partner = pd.Series(-1, index=rows[1])
    matched_by = pd.Series("", index=rows[1], dtype="str")
    ambiguous = [pd.Series("", index=each, dtype="str") for each in rows]
    left = [*rows]
    for name, *keys in steps:
        free = [key.reindex(each).dropna() for key, each in zip(keys, left, strict=True)]
        shared = [one[one.isin(other)] for one, other in (free, free[::-1])]
        twice = pd.concat([each[each.duplicated(keep=False)] for each in shared]).unique()
        for told, each in zip(ambiguous, shared, strict=True):
            doubtful = each.index[each.isin(twice)]
            told[doubtful] = told[doubtful].mask(told[doubtful] == "", name)
        alone = [each[~each.isin(twice)] for each in shared]
        row_of = pd.Series(alone[0].index, index=alone[0].to_numpy(), dtype="int64")
        found = alone[1].map(row_of).astype("int64")
        if enterprises is not None:
            one = enterprises[0].reindex(found).to_numpy()
            other = enterprises[1].reindex(found.index).to_numpy()
            found = found[pd.isna(one) | pd.isna(other) | (one == other)]
        partner[found.index], matched_by[found.index] = found, name
        left = [left[0].difference(found, sort=False), left[1].difference(found.index, sort=False)]
    both = pd.DataFrame({BEFORE: partner, AFTER: rows[1], MATCHED_BY: matched_by})
    both[AMBIGUOUS] = ambiguous[1].where(both[BEFORE] < 0, "")
    gone = pd.DataFrame(
        {BEFORE: left[0], AFTER: -1, MATCHED_BY: "", AMBIGUOUS: ambiguous[0][left[0]]}
    )
    return pd.concat([both, gone.sort_values(BEFORE)], ignore_index=True)


def folded(names: pd.Series) -> pd.Series:
    """Return names in lower case, without accents or punctuation; missing where nothing is left."""
    told = names.astype("str").map(fold, na_action="ignore").astype("str").str.strip()
    return told.replace("", np.nan)
