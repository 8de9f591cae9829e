"""Which p of many places serve best: greedy, interchange, a bound, and the proven answer.

A place j saves demand point i the amount s_ij ≥ 0; of several places the best counts:

    F(S) = Σ_i max_(j∈S) s_ij,    to be made as large as p places can.

With s_ij the inhabitants of i where j reaches it this is maximal covering, with
s_ij = w_i (c_i - d_ij), c_i the distance without j, it is the p-median (Cornuéjols et al. 1977).
The measures with names, units and checks are in `siting` and `p_median`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from scipy.sparse import csr_array

    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

# A sum of so many numbers is good to this share of it; what is nearer counts as equal.
_ROUNDING: Final = 1e-9
# Steps of the ascent of the bound, how many without progress halve their length, how much of the
# last direction stays, and the length at which it stops. Bounds hold whatever these are.
_STEPS: Final = 1000
_PATIENCE: Final = 20
_MOMENTUM: Final = 0.8
_SHORTEST: Final = 1e-4
# The exact search is not begun with more entries than this, so that it fits into memory.
_MOST_ENTRIES: Final = 5_000_000


class Choice(NamedTuple):
    """Places chosen, and how good they are.

    Attributes
    ----------
    places : tuple of int
        Positions, the one that saves most first, then each that adds most to those before;
        fewer than asked for when no further one would add anything.
    savings : tuple of float
        What each adds.
    bound : float
        No choice of as many places saves more. Equal to the sum of `savings` when that is proven
        the largest, up to rounding.
    """

    places: tuple[int, ...]
    savings: tuple[float, ...]
    bound: float


@dataclass(frozen=True, eq=False)
class Savings:
    """What each place saves each demand point, entries above 0 only, by place and then point.

    Attributes
    ----------
    point, place : array of int
        Positions of the two.
    amount : array of float
        s, above 0.
    start : array of int
        Where the entries of each place begin, and the end of all.
    points : int
        Number of demand points.
    """

    point: Positions
    place: Positions
    amount: Floats
    start: Positions
    points: int

    @classmethod
    def of(
        cls,
        point: npt.NDArray[np.integer],
        place: npt.NDArray[np.integer],
        amount: Floats,
        *,
        points: int,
        places: int,
    ) -> Savings:
        """Sort entries in any order, each pair once; those of 0 are left out."""
        order = np.lexsort((point, place))
        order = order[amount[order] > 0]
        start = np.searchsorted(place[order], np.arange(places + 1))
        return cls(
            point[order].astype("int64"),
            place[order].astype("int64"),
            amount[order],
            start,
            points,
        )

    @property
    def places(self) -> int:
        """Number of places, those that save nothing included."""
        return len(self.start) - 1

    def of_place(self, place: int) -> tuple[Positions, Floats]:
        """Return the points that a place saves something, and what."""
        entries = slice(self.start[place], self.start[place + 1])
        return self.point[entries], self.amount[entries]

    def beyond(self, already: Floats) -> Floats:
        """Return what each place saves beyond what the points have `already`."""
        more = np.maximum(self.amount - already[self.point], 0)
        sums: Floats = np.bincount(self.place, more, minlength=self.places).astype("float64")
        return sums

    def two_best(self, places: Sequence[int]) -> tuple[Floats, Floats]:
        """Return, for each point, the largest and the second largest saving of `places`."""
        best, second = np.zeros(self.points), np.zeros(self.points)
        for place in places:
            point, amount = self.of_place(place)
            second[point] = np.maximum(second[point], np.minimum(best[point], amount))
            best[point] = np.maximum(best[point], amount)
        return best, second


def best_places(
    savings: Savings,
    p: int,
    *,
    exact: bool = True,
    start: Sequence[int] = (),
    time_limit_s: float = 60.0,
) -> Choice:
    """Choose at most `p` places that save most.

    The greedy choice, improved by interchange, is proven the best by a Lagrangian bound, or the
    few places that might be in a better one are left to a mixed-integer program. Of equal places
    the greedy choice takes the first; it is kept unless a better one is found.

    Parameters
    ----------
    savings : Savings
        s.
    p : int
        How many places, at least 1.
    exact : bool
        Search on where the bound is above what was found.
    start : sequence of int
        Places of a smaller choice: the answer saves at least as much as the best of its
        extensions, so that more places never save less.
    time_limit_s : float
        Of the mixed-integer program; it ends with the best choice so far and a bound.

    References
    ----------
    Cornuéjols, G., Fisher, M. L. and Nemhauser, G. L. (1977). Location of bank accounts to
    optimize float. Management Science 23(8), 789-810: the greedy choice (at least 1 - 1/e of the
    best), interchange, and the bound.

    Examples
    --------
    Place 1 reaches the points of 3 and 2, place 0 that of 3, place 2 that of 4.

    >>> point, place = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2])
    >>> savings = Savings.of(point, place, np.array([3.0, 3.0, 2.0, 4.0]), points=3, places=3)
    >>> best_places(savings, 2)
    Choice(places=(1, 2), savings=(5.0, 4.0), bound=9.0)
    """
    starts = [greedy(savings, p)]
    if start:
        starts.append(greedy(savings, p, start=start))
    found = [interchange(savings, chosen) for chosen in starts]
    chosen = max(found, key=lambda places: _value(savings, places))
    bound, hopeful = _lagrangian_bound(savings, p, chosen)
    if exact and bound > _value(savings, chosen):
        chosen, bound = _program(savings, p, chosen, bound, hopeful, time_limit_s)
    return _in_order(savings, chosen, bound)


def greedy(savings: Savings, p: int, *, start: Sequence[int] = ()) -> list[int]:
    """Add to `start`, up to `p` places in all, the place that saves most beyond those before."""
    chosen = list(start)
    already, _ = savings.two_best(chosen)
    while len(chosen) < p:
        more = savings.beyond(already)
        if not more.any():
            break
        place = int(more.argmax())
        chosen.append(place)
        point, amount = savings.of_place(place)
        already[point] = np.maximum(already[point], amount)
    return chosen


def interchange(savings: Savings, places: Sequence[int]) -> list[int]:
    """Exchange one place at a time for a better one, until no exchange saves more.

    References
    ----------
    Teitz, M. B. and Bart, P. (1968). Heuristic methods for estimating the generalized vertex
    median of a weighted graph. Operations Research 16(5), 955-961.
    """
    chosen = list(places)
    best, second = savings.two_best(chosen)
    improved = True
    while improved:
        improved = False
        for position, old in enumerate(chosen):
            point, amount = savings.of_place(old)
            without = best.copy()
            without[point] = np.where(amount < best[point], best[point], second[point])
            more = savings.beyond(without)
            new = int(more.argmax())
            if without.sum() + more[new] > best.sum() * (1 + _ROUNDING):
                chosen[position], improved = new, True
                best, second = savings.two_best(chosen)
    return chosen


def _value(savings: Savings, places: Sequence[int]) -> float:
    return float(savings.two_best(places)[0].sum())


def _in_order(savings: Savings, places: Sequence[int], bound: float) -> Choice:
    """Return the choice, each place after those that add more."""
    already = np.zeros(savings.points)
    left, ordered, adds = sorted(places), [], []
    while left:
        more = [
            float(np.maximum(amount - already[point], 0).sum())
            for point, amount in map(savings.of_place, left)
        ]
        place = left.pop(int(np.argmax(more)))
        if max(more) > 0:
            ordered.append(place)
            adds.append(max(more))
        point, amount = savings.of_place(place)
        already[point] = np.maximum(already[point], amount)
    value = float(sum(adds))
    proven = bound <= value * (1 + _ROUNDING)
    return Choice(tuple(ordered), tuple(adds), value if proven else float(bound))


def _lagrangian_bound(savings: Savings, p: int, chosen: Sequence[int]) -> tuple[float, Flags]:
    """Return a bound on what `p` places save, and the places that a better choice may hold.

    A point that pays v_i for being served leaves place j the surplus Σ_i max(s_ij - v_i, 0), so
    that for any v ≥ 0

        max F ≤ Σ_i v_i + (the p largest surpluses),

    and a choice with place j is at most that with j forced among the p. The prices v start
    between the best and the second best saving of `chosen`, and go down the subgradient.
    """
    best, second = savings.two_best(chosen)
    value, prices = best.sum(), (best + second) / 2
    highest = np.zeros(savings.points)
    np.maximum.at(highest, savings.point, savings.amount)
    hopeful = np.ones(savings.places, dtype=bool)
    outside = np.ones(savings.places, dtype=bool)
    outside[list(chosen)] = False
    direction, length, idle, bound = np.zeros(savings.points), 1.0, 0, np.inf
    for _ in range(_STEPS):
        surplus = np.where(hopeful, savings.beyond(prices), 0)
        top = np.argsort(-surplus, kind="stable")[:p]
        reached = float(prices.sum() + surplus[top].sum())
        last = surplus[top[-1]] if len(top) == p else 0.0
        hopeful &= reached - last + np.minimum(surplus, last) >= value * (1 - _ROUNDING)
        idle = 0 if reached < bound * (1 - _ROUNDING) else idle + 1
        bound = min(bound, reached)
        if not (hopeful & outside).any() or bound <= value * (1 + _ROUNDING):
            return float(value), hopeful
        if idle == _PATIENCE:
            length, idle = length / 2, 0
        served = np.zeros(savings.points)
        for place in top[surplus[top] > 0]:
            point, amount = savings.of_place(place)
            served[point[amount > prices[point]]] += 1
        direction = 1 - served + _MOMENTUM * direction
        direction[(prices <= 0) & (direction > 0)] = 0
        steepness = float(direction @ direction)
        if length < _SHORTEST or steepness == 0:
            break
        step = length * (reached - value) / steepness
        prices = np.clip(prices - step * direction, 0, highest)
    return max(bound, float(value)), hopeful


def _program(
    savings: Savings,
    p: int,
    chosen: list[int],
    bound: float,
    hopeful: Flags,
    time_limit_s: float,
) -> tuple[list[int], float]:
    """Return the best choice of the hopeful places by a mixed-integer program, and the bound.

    maximise Σ_r w_r y_r, with y_r ≤ Σ_(j∈r) x_j, Σ_j x_j ≤ p, x binary, 0 ≤ y ≤ 1, over the
    `rings` r. `chosen` and `bound` come back where there are too many entries, or no better was
    found in time.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, eye_array, hstack

    free = hopeful.copy()
    free[list(chosen)] = True
    entries = free[savings.place]
    names = np.flatnonzero(free)
    nested = _nested(
        Savings.of(
            savings.point[entries],
            np.searchsorted(names, savings.place[entries]),
            savings.amount[entries],
            points=savings.points,
            places=len(names),
        )
    )
    if (nested.end - nested.begin).sum() > _MOST_ENTRIES:
        return chosen, bound
    weights, sets = _distinct(nested, places=len(names))
    rows, columns = sets.shape
    at_most_p = csr_array(np.r_[np.ones(columns), np.zeros(rows)][np.newaxis])
    result = milp(
        np.r_[np.zeros(columns), -weights],
        integrality=np.r_[np.ones(columns), np.zeros(rows)],
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(hstack([-sets, eye_array(rows)], format="csr"), -np.inf, 0),
            LinearConstraint(at_most_p, -np.inf, p),
        ],
        options={"time_limit": time_limit_s, "mip_rel_gap": 0},
    )
    value = _value(savings, chosen)
    if result.x is not None:
        found = names[result.x[:columns] > 0.5].tolist()
        if _value(savings, found) > value * (1 + _ROUNDING):
            chosen, value = found, _value(savings, found)
    if result.mip_dual_bound is not None:
        bound = min(bound, max(-result.mip_dual_bound, value))
    return chosen, bound


def rings(savings: Savings) -> tuple[Floats, csr_array]:
    """Return `savings` as sets of places and what it is worth that one of the set is chosen.

    The places of a point, from the best on, are nested sets r_1 ⊂ r_2 ⊂ …; one of the first k
    makes s_(k) - s_(k+1) of difference, so F(S) = Σ_r w_r 1[S ∩ r ≠ ∅]. Equal sets are one.

    Returns
    -------
    weights : array of float
        w, above 0, by set.
    sets : csr_array
        1 where a place (column) is in the set (row).

    References
    ----------
    Cornuéjols, G., Nemhauser, G. L. and Wolsey, L. A. (1980). A canonical representation of
    simple plant location problems. SIAM J. Algebraic Discrete Methods 1(3), 261-272.

    Examples
    --------
    Place 1 saves the one point 5, place 0 only 3.

    >>> savings = Savings.of(
    ...     np.array([0, 0]), np.array([0, 1]), np.array([3.0, 5.0]), points=1, places=2
    ... )
    >>> weights, sets = rings(savings)
    >>> weights.tolist(), sets.toarray().tolist()
    ([2.0, 3.0], [[0.0, 1.0], [1.0, 1.0]])
    """
    return _distinct(_nested(savings), places=savings.places)


class _Nested(NamedTuple):
    """The sets of all points: ``place[begin:end]`` of each, and what one of it is worth."""

    place: Positions
    begin: Positions
    end: Positions
    worth: Floats


def _nested(savings: Savings) -> _Nested:
    order = np.lexsort((savings.place, -savings.amount, savings.point))
    point, amount = savings.point[order], savings.amount[order]
    last = np.append(point[1:] != point[:-1], True)[: len(point)]
    worth = amount - np.where(last, 0, np.roll(amount, -1))
    end = np.flatnonzero(worth > 0)
    begin = np.searchsorted(point, point[end])
    return _Nested(savings.place[order], begin, end + 1, worth[end])


def _distinct(nested: _Nested, *, places: int) -> tuple[Floats, csr_array]:
    """Add up equal sets, each known by the bytes of its sorted places."""
    from scipy.sparse import csr_array

    rows: dict[bytes, int] = {}
    row = [
        rows.setdefault(np.sort(nested.place[begin:end]).tobytes(), len(rows))
        for begin, end in zip(nested.begin.tolist(), nested.end.tolist(), strict=True)
    ]
    weights: Floats = np.bincount(np.array(row, dtype="int64"), nested.worth).astype("float64")
    members = np.frombuffer(b"".join(rows), dtype="int64")
    start = np.cumsum([0] + [len(key) // members.itemsize for key in rows])
    return weights, csr_array((np.ones(len(members)), members, start), shape=(len(rows), places))
