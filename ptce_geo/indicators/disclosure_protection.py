"""Which further cells to suppress, so that margins do not give the secret ones back.

A secret cell of value a is protected when two other tables fit what is published, one in which it
is at least a + u, one in which it is at most a - l. Each such table is found by linear programming
as a shift, how far every suppressed cell moves, and kept as proof. A contributor that stands alone
in a cell knows it: the shift must then leave out what it knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, Never, TypeAlias

import numpy as np

from ptce_geo.errors import InputError, PtceGeoError

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.optimize import OptimizeResult
    from scipy.sparse import csr_array

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

# Who attacks: the contributor of this number, or a reader that contributed to no cell alone.
READER: Final = -1
# A shift that reaches the protection level but for this share of it has reached it; above the
# tolerances of the solver, 1e-7 and 1e-6.
_REACHED: Final = 1e-5
_NOTHING: Final = 1e-9
# What a shift costs through a cell that is suppressed already, against the cheapest other cell;
# through that of a contributor alone more, since it cannot count against that contributor.
_SUPPRESSED_COST: Final = 1e-3
_ALONE_COST: Final = 1e-2


class Target(NamedTuple):
    """What must be possible: that a secret cell is `need` more (sign 1), or less (-1)."""

    cell: int
    sign: int
    need: float


class Shift(NamedTuple):
    """Another table that fits: how far these cells are from their value, the others not."""

    cells: Ints
    amounts: Floats


# Of one target: a shift that each attacker may think of.
Proofs: TypeAlias = dict[int, Shift]
Search: TypeAlias = Callable[[int], Shift | None]


@dataclass(frozen=True, eq=False)
class Protection:
    """What is to be protected, and at which loss.

    Attributes
    ----------
    values, loss, up, down : array of float
        By cell: its value, what is lost when it is suppressed, and for a secret one the
        protection levels u and l.
    secret, known : array of bool
        By cell: secret by a rule; empty, which everyone knows.
    holder : array of int
        By cell: the number of the contributor that stands alone in it, or -1.
    links : sparse array
        Sums by cells, from `margin_links`.
    """

    values: Floats
    loss: Floats
    up: Floats
    down: Floats
    secret: Flags
    known: Flags
    holder: Ints
    links: csr_array

    def targets(self) -> list[Target]:
        """Return what must be possible, the largest first."""
        both = [
            Target(int(cell), sign, float(levels[cell]))
            for cell in np.flatnonzero(self.secret)
            for sign, levels in ((1, self.up), (-1, self.down))
            if levels[cell] > 0
        ]
        return sorted(both, key=lambda target: -target.need)

    def open_to(self, attacker: int) -> Flags:
        """Return the cells that are not known to an attacker beforehand."""
        return ~self.known & ((self.holder != attacker) | (attacker == READER))


def least_loss(table: Protection) -> tuple[Flags, Ints]:
    """Choose the cells that lose least in all: exact, by cutting planes.

    min Σ w_k x_k, x_k in {0, 1}, such that every target can be reached. By the duality of linear
    programming, one that cannot with x gives an inequality that x violates and that every x with
    which it can satisfies. It joins the programme in x alone, until all targets are reached.

    Returns the cells suppressed, and for each complementary one the secret cell that it protects
    (-1 for the others).

    References
    ----------
    Fischetti, M., Salazar-González, J.-J. (2001). Solving the cell suppression problem on tabular
    data with linear constraints. Management Science 47(7), 1008–1027.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    targets = table.targets()
    proofs: list[Proofs] = [{} for _ in targets]
    suppressed = table.secret.copy()
    cuts: list[Floats] = []
    while True:
        failed = False
        for place, target in enumerate(targets):
            search = partial(_shift_or_cut, table, target, suppressed, cuts=cuts)
            found = _proofs(table, target, _within(proofs[place], suppressed), search)
            failed |= found is None
            proofs[place] = proofs[place] if found is None else found
        if not failed:
            return _pruned(table, targets, suppressed, proofs, np.full(len(suppressed), -1))
        answer = milp(
            np.where(table.secret, 0, table.loss),
            integrality=1,
            bounds=Bounds(table.secret.astype("float64"), ~table.known),
            constraints=LinearConstraint(np.array(cuts), lb=1),
            options={"mip_rel_gap": 0},
        )
        if answer.x is None:
            _refuse()
        suppressed = answer.x > 0.5


def small_loss(table: Protection) -> tuple[Flags, Ints]:
    """Choose cells that lose little: target by target, the cheapest shift, then what can go goes.

    A shift is cheapest by Σ w_k |z_k|, with w = 0 (nearly) for what is suppressed already; its
    cells are suppressed. Returns what `least_loss` does.

    References
    ----------
    Kelly, J. P., Golden, B. L., Assad, A. A. (1992). Cell suppression: disclosure protection for
    sensitive tabular data. Networks 22(4), 397–417.
    """
    targets = table.targets()
    proofs = []
    suppressed = table.secret.copy()
    first = np.full(len(suppressed), -1)
    for place, target in enumerate(targets):
        search = partial(_suppress_shift, table, target, suppressed, first=first, place=place)
        found = _proofs(table, target, {}, search)
        if found is None:
            _refuse()
        proofs.append(found)
    return _pruned(table, targets, suppressed, proofs, first)


def _pruned(
    table: Protection,
    targets: list[Target],
    suppressed: Flags,
    proofs: list[Proofs],
    first: Ints,
) -> tuple[Flags, Ints]:
    """Publish again, the costliest first, each complementary cell that no target needs.

    `first` says for which target a cell was suppressed: where it is needed, it most often shows.
    """
    protects = np.full(len(suppressed), -1)
    complementary = np.flatnonzero(suppressed & ~table.secret)
    for cell in complementary[np.argsort(-table.loss[complementary], kind="stable")]:
        fewer = suppressed.copy()
        fewer[cell] = False
        changed = {}
        places = list(range(len(targets)))
        if first[cell] >= 0:
            places.insert(0, places.pop(first[cell]))
        for place in places:
            kept = _within(proofs[place], fewer)
            if len(kept) == len(proofs[place]):
                continue
            target = targets[place]
            found = _proofs(table, target, kept, partial(_shift, table, target, fewer))
            if found is None:
                protects[cell] = target.cell
                break
            changed[place] = found
        else:
            suppressed = fewer
            for place, found in changed.items():
                proofs[place] = found
    _require_proven(table, targets, suppressed, proofs)
    return suppressed, protects


def _proofs(table: Protection, target: Target, kept: Proofs, search: Search) -> Proofs | None:
    """Return a shift for the reader and for each contributor alone that knows a part of it.

    Those that know nothing of the reader's shift may think of that one as well.
    """
    found: Proofs = {}
    attackers = [READER]
    for attacker in attackers:
        proof = kept.get(attacker) or search(attacker)
        if proof is None:
            return None
        found[attacker] = proof
        if attacker == READER:
            attackers += _concerned(table, target, proof)
    return found


def _concerned(table: Protection, target: Target, proof: Shift) -> list[int]:
    """Return the contributors that know a part of a shift, but for the target's own."""
    return sorted(set(table.holder[proof.cells].tolist()) - {READER, table.holder[target.cell]})


def _refuse() -> Never:
    # With all cells suppressed everything can move, but for cells that one contributor knows and
    # whose margin counts more than one.
    msg = (
        "suppress: no choice of cells protects all that is secret; only_contributor gives cells to "
        "one contributor whose margins count more, correct it or leave the column out"
    )
    raise InputError(msg)


def _within(proofs: Proofs, suppressed: Flags) -> Proofs:
    return {who: proof for who, proof in proofs.items() if suppressed[proof.cells].all()}


def _shift_or_cut(
    table: Protection, target: Target, suppressed: Flags, attacker: int, *, cuts: list[Floats]
) -> Shift | None:
    """Return a shift that reaches the target, or add to `cuts` why there is none."""
    found = _shift(table, target, suppressed, attacker)
    if found is None:
        asked = _less_own_part(table, target, attacker)
        found, cut = _farthest(table, asked, suppressed, attacker)
        cuts.extend([] if cut is None else [cut])
    return found


def _suppress_shift(
    table: Protection, target: Target, suppressed: Flags, attacker: int, *, first: Ints, place: int
) -> Shift | None:
    """Return the cheapest shift, and suppress its cells: for this target `first`."""
    found = _shift(table, target, ~table.known, attacker, cheap=suppressed)
    if found is not None:
        first[found.cells[~suppressed[found.cells]]] = place
        suppressed[found.cells] = True
    return found


def _shift(
    table: Protection,
    target: Target,
    allowed: Flags,
    attacker: int,
    *,
    cheap: Flags | None = None,
) -> Shift | None:
    """Return the cheapest shift of the `allowed` cells that reaches the target, None if none does.

    What is `cheap` (by default all that is allowed) costs next to nothing.
    """
    found = _cheapest(table, target, allowed, attacker, cheap=cheap)
    if found is None and attacker != READER and target.sign < 0:
        less = _less_own_part(table, target, attacker)
        if less.need < target.need:
            found = _cheapest(table, less, allowed, attacker, cheap=cheap)
    return found


def _less_own_part(table: Protection, target: Target, attacker: int) -> Target:
    """Return what is asked against a contributor: of a margin, the share of what others gave.

    It is no secret from a contributor that a margin is at least what it gave itself. How much
    lower the margin may be when all else is suppressed is what the others gave.
    """
    if attacker == READER or target.sign > 0:
        return target
    whole = target._replace(need=float(table.values[target.cell]))
    *_, answer = _reach(table, whole, ~table.known, attacker)
    return target._replace(need=target.need * -answer.fun)


def _cheapest(
    table: Protection, target: Target, allowed: Flags, attacker: int, *, cheap: Flags | None
) -> Shift | None:
    """In units of the target, z = up - down with 0 ≤ down ≤ a, min Σ w (up + down)."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import hstack

    if target.need <= _NOTHING:
        return Shift(np.empty(0, dtype="int64"), np.empty(0))
    cells = np.flatnonzero(allowed & table.open_to(attacker))
    links, _ = _touching(table.links, cells)
    room = table.values[cells] / target.need
    floor = table.loss.min()
    little = np.where(table.holder[cells] == READER, _SUPPRESSED_COST, _ALONE_COST) * floor
    cost = little if cheap is None else np.where(cheap[cells], little, table.loss[cells])
    least = np.zeros((2, len(cells)))
    most = np.stack([np.full(len(cells), np.inf), room])
    own = np.searchsorted(cells, target.cell)
    most[:, own] = least[:, own] = (1, 0) if target.sign > 0 else (0, 1)
    # A cell that can go down by a part of a unit only is lost all the same.
    down_cost = cost / np.where(room > 0, np.minimum(room, 1), 1)
    # Without whole numbers, milp is a linear programme, with less around it than linprog.
    answer = milp(
        np.concatenate([cost, down_cost]),
        bounds=Bounds(least.ravel(), most.ravel()),
        constraints=LinearConstraint(hstack([links, -links]), 0, 0) if links.shape[0] else (),
    )
    if answer.x is None:
        return None
    return _as_shift(cells, answer.x[: len(cells)] - answer.x[len(cells) :], target)


def _reach(
    table: Protection, target: Target, suppressed: Flags, attacker: int
) -> tuple[Ints, Ints, OptimizeResult]:
    """Return how far a target can move, in its units up to 1: the cells, the sums, the answer.

    max ±z_i such that the sums hold, -a ≤ z and |z_i| ≤ 1.
    """
    from scipy.optimize import linprog

    cells = np.flatnonzero(suppressed & table.open_to(attacker))
    links, touched = _touching(table.links, cells)
    own = np.searchsorted(cells, target.cell)
    bounds = np.column_stack([-table.values[cells] / target.need, np.full(len(cells), np.inf)])
    bounds[own, 1 if target.sign > 0 else 0] = target.sign
    aim = np.zeros(len(cells))
    aim[own] = -target.sign
    return cells, touched, linprog(aim, A_eq=links, b_eq=np.zeros(len(touched)), bounds=bounds)


def _farthest(
    table: Protection, target: Target, suppressed: Flags, attacker: int
) -> tuple[Shift | None, Floats | None]:
    """Return the shift that reaches a target, or the inequality c x ≥ 1 that says why none does.

    With d the reduced costs by cell, the most that a target can move is Σ d⁻ a over the suppressed;
    another one, suppressed, may add as much by going down, without end by going up. Coefficients
    above 1 are cut to 1.
    """
    cells, touched, answer = _reach(table, target, suppressed, attacker)
    if -answer.fun >= 1 - _REACHED:
        return _as_shift(cells, answer.x, target), None
    prices = np.zeros(table.links.shape[0])
    prices[touched] = answer.eqlin.marginals
    reduced = -table.links.T @ prices
    reduced[target.cell] -= target.sign
    cut = np.minimum(np.maximum(reduced, 0) * table.values / target.need, 1)
    cut[reduced < -_NOTHING] = 1
    cut[~table.open_to(attacker)] = 0
    cut[target.cell] = 0
    return None, cut


def _as_shift(cells: Ints, units: Floats, target: Target) -> Shift:
    moved = np.abs(units) > _NOTHING
    return Shift(cells[moved], units[moved] * target.need)


def _touching(links: csr_array, cells: Ints) -> tuple[csr_array, Ints]:
    """Return the sums, by these cells, that hold one of them, and which sums those are."""
    part = links[:, cells]
    rows = np.flatnonzero(np.diff(part.indptr))
    return part[rows], rows


def _require_proven(
    table: Protection, targets: list[Target], suppressed: Flags, proofs: list[Proofs]
) -> None:
    """Raise `PtceGeoError` unless every proof holds: without the solver, by arithmetic alone."""
    for target, found in zip(targets, proofs, strict=True):
        for attacker in (READER, *_concerned(table, target, found[READER])):
            proof, slack = found[attacker], _REACHED * target.need
            moved = np.zeros(len(suppressed))
            moved[proof.cells] = proof.amounts
            need = target.need
            if moved[target.cell] * target.sign < need - slack:
                need = _less_own_part(table, target, attacker).need
            holds = (
                (suppressed & table.open_to(attacker))[proof.cells].all()
                and moved[target.cell] * target.sign >= need - slack
                and (table.values + moved >= -slack).all()
                and (np.abs(table.links @ moved) <= slack).all()
            )
            if not holds:
                msg = (
                    "suppress: the solver's protection of a cell does not hold; "
                    "bring the amounts to a unit in which they are of more alike sizes"
                )
                raise PtceGeoError(msg)
