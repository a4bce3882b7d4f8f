"""Which lists of values to write, and which actions under each, when actions are wanted for different sets of values.

The wanted pairs of action and value form a bipartite graph; a statement is a complete part of it, and what is sought is
the cheapest cover by such parts. A part costs something for itself, something for each of its values, and something for
each of its actions, so an action that stands in two statements is paid for twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from policycc.ir.setcover import cover

EFFORT = 20_000
EXACT_VALUES = 4
"""Up to so many values that behave differently every list of values is considered. Beyond, only those that wanted sets
and their intersections make."""

Values = frozenset[str]


@dataclass(frozen=True, slots=True)
class Bicliques:
    """The chosen value lists with the places of the classes written under each, the cost, and a cost below which no
    cover by the considered lists exists."""

    parts: tuple[tuple[Values, tuple[int, ...]], ...]
    cost: int
    bound: int


def bicliques(
    classes: Iterable[tuple[Values, int]], value_cost: Mapping[str, int], part_cost: int, effort: int = EFFORT
) -> Bicliques:
    """The cheapest cover. Each class is a set of values with the cost of writing its actions once; `part_cost` is that
    of a part without values and actions."""
    wanted = list(classes)
    lists = _candidates([values for values, _ in wanted])
    costs = [part_cost + sum(value_cost[value] for value in values) for values in lists]
    search = _Search(wanted, lists, costs, effort)
    search.run()
    return search.result()


def _candidates(wanted: list[Values]) -> list[Values]:
    """Value lists that a cheapest cover may use. Values that are wanted by the same classes always go together: where
    only one of two stood, the other could follow it at no higher cost."""
    alike: dict[frozenset[int], set[str]] = {}
    for value in sorted(frozenset().union(*wanted)):
        alike.setdefault(frozenset(i for i, values in enumerate(wanted) if value in values), set()).add(value)
    atoms = [frozenset(values) for values in alike.values()]
    found: set[Values] = set(wanted) | set(atoms)
    if len(atoms) <= EXACT_VALUES:
        subsets = (frozenset().union(*some) for n in range(1, len(atoms) + 1) for some in combinations(atoms, n))
        found = {subset for subset in subsets if any(subset <= values for values in wanted)}
    else:
        fresh = set(wanted)
        while fresh:
            fresh = {one & other for one in fresh for other in wanted} - found - {frozenset()}
            found |= fresh
    return sorted(found, key=lambda values: (-len(values), sorted(values)))


class _Search:
    """Decides list after list whether it is written, and drops what can no longer beat the best."""

    def __init__(self, wanted: list[tuple[Values, int]], lists: list[Values], costs: list[int], effort: int) -> None:
        self._wanted = wanted
        self._lists = lists
        self._costs = costs
        self._effort = effort
        self._nodes = 0
        self._inside = [[i for i, values in enumerate(lists) if values <= needed] for needed, _ in wanted]
        self._best: tuple[int, ...] = ()
        self._cost = 0
        self._bound = 0

    def run(self) -> None:
        start = tuple(sorted({self._lists.index(values) for values, _ in self._wanted}))
        self._best, self._cost = start, self._price(start)
        everything = tuple(range(len(self._lists)))
        self._bound = self._below((), everything)
        self._decide((), everything)
        if self._nodes < self._effort:
            self._bound = self._cost

    def result(self) -> Bicliques:
        members: dict[int, list[int]] = {place: [] for place in self._best}
        for number in range(len(self._wanted)):
            for place in self._assigned(number, self._best) or ():
                members[place].append(number)
        parts = tuple((self._lists[place], tuple(numbers)) for place, numbers in members.items() if numbers)
        return Bicliques(parts, self._cost, self._bound)

    def _decide(self, opened: tuple[int, ...], open_to: tuple[int, ...]) -> None:
        self._nodes += 1
        if self._nodes >= self._effort or self._below(opened, open_to) >= self._cost:
            return
        price = self._price(opened)
        if 0 <= price < self._cost:
            self._best, self._cost = opened, price
        if open_to:
            first, *rest = open_to
            self._decide((*opened, first), tuple(rest))
            self._decide(opened, tuple(rest))

    def _below(self, opened: tuple[int, ...], open_to: tuple[int, ...]) -> int:
        """A cost below which no choice of `opened` and some of `open_to` lies; beyond any if there is none."""
        total = sum(self._costs[place] for place in opened)
        extra = 0
        for number, (_, cost) in enumerate(self._wanted):
            best = self._assigned(number, opened + open_to)
            if best is None:
                return self._cost + 1
            total += cost * len(best)
            if self._assigned(number, opened) is None:
                cheapest = min((self._costs[i] for i in self._inside[number] if i in open_to), default=0)
                extra = max(extra, cheapest)
        return total + extra

    def _price(self, opened: tuple[int, ...]) -> int:
        """The cost of writing exactly these lists, -1 if they do not cover."""
        total = sum(self._costs[place] for place in opened)
        for number, (_, cost) in enumerate(self._wanted):
            best = self._assigned(number, opened)
            if best is None:
                return -1
            total += cost * len(best)
        return total

    def _assigned(self, number: int, available: Iterable[int]) -> tuple[int, ...] | None:
        """The fewest of the available lists that together make the class's values."""
        needed = self._wanted[number][0]
        usable = set(available)
        inside = [place for place in self._inside[number] if place in usable]
        return _fewest(needed, [(place, self._lists[place]) for place in inside])


def _fewest(needed: Values, lists: list[tuple[int, Values]]) -> tuple[int, ...] | None:
    for place, values in lists:
        if values == needed:
            return (place,)
    if frozenset().union(*(values for _, values in lists)) != needed:
        return None
    bit: Callable[[str], int] = {value: 1 << i for i, value in enumerate(sorted(needed))}.__getitem__
    masks = [(sum(map(bit, values)), 1) for _, values in lists]
    return tuple(lists[i][0] for i in cover((1 << len(needed)) - 1, masks).chosen)
