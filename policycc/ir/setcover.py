"""Weighted set cover: the cheapest choice of sets that holds every element, with a proven lower bound.

Reductions shrink the problem first (forced sets, dominated sets, elements that come for free), what is left falls into
independent parts, and each part is searched by branch and bound. The bound at a node is a feasible solution of the
linear programme's dual, raised element by element, so no solver is needed to trust it. A part that takes more than
`EFFORT` nodes keeps the best choice found and the bound proved at its root.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

EFFORT = 4000


@dataclass(frozen=True, slots=True)
class Cover:
    """The places of the chosen sets, ascending, their cost, and a cost below which no choice exists."""

    chosen: tuple[int, ...]
    cost: int
    bound: int


@dataclass(frozen=True, slots=True)
class _Set:
    place: int
    mask: int
    cost: int


def cover(elements: int, sets: Sequence[tuple[int, int]], effort: int = EFFORT) -> Cover:
    """The cheapest cover of the bits of `elements` by `sets` of (bits, cost), costs positive. Of equally cheap ones,
    which is taken depends on the order of the sets alone.

    Raises ValueError if some element is in no set."""
    candidates = [_Set(place, mask & elements, cost) for place, (mask, cost) in enumerate(sets) if mask & elements]
    union = 0
    for one in candidates:
        union |= one.mask
    if union != elements:
        raise ValueError("an element is in no set")
    forced, rest, candidates = _reduce(elements, candidates)
    chosen = list(forced)
    bound = sum(one.cost for one in forced)
    for part, members in _parts(rest, candidates):
        search = _Search(members, effort)
        search.run(part)
        chosen += search.best
        bound += search.bound
    return Cover(tuple(sorted(one.place for one in chosen)), sum(one.cost for one in chosen), bound)


def _bits(mask: int) -> list[int]:
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest)
        mask ^= lowest
    return found


def _holders(elements: int, sets: Sequence[_Set]) -> dict[int, list[_Set]]:
    found: dict[int, list[_Set]] = {bit: [] for bit in _bits(elements)}
    for one in sets:
        for bit in _bits(one.mask & elements):
            found[bit].append(one)
    return found


def _reduce(elements: int, sets: list[_Set]) -> tuple[list[_Set], int, list[_Set]]:
    """The sets that every cheapest cover may be taken to have, the elements still open, and the sets still useful."""
    forced: list[_Set] = []
    while True:
        before = (elements, len(sets))
        sets = _undominated(elements, sets)
        holders = _holders(elements, sets)
        only = {held[0].place: held[0] for held in holders.values() if len(held) == 1}
        for one in only.values():
            forced.append(one)
            elements &= ~one.mask
        elements = _needed(elements, holders)
        sets = [
            _Set(one.place, one.mask & elements, one.cost)
            for one in sets
            if one.place not in only and one.mask & elements
        ]
        if (elements, len(sets)) == before:
            return forced, elements, sets


def _undominated(elements: int, sets: list[_Set]) -> list[_Set]:
    """Without the sets that another one holds at no higher cost."""
    holders = _holders(elements, sets)
    kept = []
    for one in sets:
        rarest = min((holders[bit] for bit in _bits(one.mask)), key=len)
        if not any(_dominates(other, one) for other in rarest):
            kept.append(one)
    return kept


def _dominates(other: _Set, one: _Set) -> bool:
    if other.place == one.place or one.mask & ~other.mask or other.cost > one.cost:
        return False
    return (other.cost, -other.mask.bit_count(), other.place) < (one.cost, -one.mask.bit_count(), one.place)


def _needed(elements: int, holders: dict[int, list[_Set]]) -> int:
    """The elements, without those that every set for some other one holds too."""
    for bit in _bits(elements):
        if not elements & bit:
            continue
        shared = elements
        for one in holders[bit]:
            shared &= one.mask
        elements &= ~shared | bit
    return elements


def _parts(elements: int, sets: list[_Set]) -> list[tuple[int, list[_Set]]]:
    """The independent parts of the problem."""
    parts: list[tuple[int, list[_Set]]] = []
    for one in sets:
        mask, members = one.mask, [one]
        apart = []
        for part, others in parts:
            if part & mask:
                mask |= part
                members = others + members
            else:
                apart.append((part, others))
        parts = [*apart, (mask, members)]
    return [(part & elements, sorted(members, key=lambda one: one.place)) for part, members in parts]


class _Search:
    """Branch and bound over one part."""

    def __init__(self, sets: list[_Set], effort: int) -> None:
        self._sets = sets
        self._effort = effort
        self._nodes = 0
        self.best: list[_Set] = []
        self._cost = 0
        self.bound = 0

    def run(self, elements: int) -> None:
        self.best = _greedy(elements, self._sets)
        self._cost = sum(one.cost for one in self.best)
        self.bound, _ = _dual(elements, self._sets)
        if self.bound < self._cost:
            self._branch(elements, self._sets, [], 0)
            if self._nodes < self._effort:
                self.bound = self._cost

    def _branch(self, elements: int, sets: list[_Set], chosen: list[_Set], spent: int) -> None:
        forced, elements, sets = _reduce(elements, sets)
        chosen = chosen + forced
        spent += sum(one.cost for one in forced)
        if not elements:
            if spent < self._cost:
                self.best, self._cost = chosen, spent
            return
        self._nodes += 1
        if self._nodes >= self._effort:
            return
        bound, slack = _dual(elements, sets)
        if spent + bound >= self._cost:
            return
        # A set that alone would lift the bound over the best cost is in no better cover.
        sets = [one for one in sets if spent + bound + slack[one.place] < self._cost]
        union = 0
        for one in sets:
            union |= one.mask
        if union != elements:
            return
        greedy = _greedy(elements, sets)
        cost = spent + sum(one.cost for one in greedy)
        if cost < self._cost:
            self.best, self._cost = chosen + greedy, cost
        holders = _holders(elements, sets)
        bit = min(holders, key=lambda item: (len(holders[item]), item))
        for one in sorted(holders[bit], key=lambda item: (slack[item.place], item.place)):
            rest = [other for other in sets if other.place != one.place]
            self._branch(
                elements & ~one.mask,
                [_Set(o.place, o.mask & ~one.mask, o.cost) for o in rest if o.mask & ~one.mask],
                [*chosen, one],
                spent + one.cost,
            )
            sets = rest


def _greedy(elements: int, sets: list[_Set]) -> list[_Set]:
    """A good cover: the set of least cost for each new element, again and again; what became superfluous is dropped."""
    chosen: list[_Set] = []
    left = elements
    while left:
        best = min(
            (one for one in sets if one.mask & left),
            key=lambda one: (one.cost / (one.mask & left).bit_count(), one.place),
        )
        chosen.append(best)
        left &= ~best.mask
    for one in sorted(chosen, key=lambda item: (-item.cost, item.place)):
        others = 0
        for other in chosen:
            if other is not one:
                others |= other.mask
        if not elements & ~others:
            chosen.remove(one)
    return chosen


def _dual(elements: int, sets: list[_Set]) -> tuple[int, dict[int, int]]:
    """A lower bound on the cost of covering the elements, and by how much each set costs more than its elements pay.

    Every element pays what the cheapest of its sets has left, those with few sets first: no set is overpaid, so what
    all pay together is at most the cost of any cover."""
    slack = {one.place: one.cost for one in sets}
    holders = _holders(elements, sets)
    paid = 0
    for bit in sorted(holders, key=lambda item: (len(holders[item]), item)):
        price = min(slack[one.place] for one in holders[bit])
        if price:
            paid += price
            for one in holders[bit]:
                slack[one.place] -= price
    return paid, slack
