"""Merges statements of equal conditions whose actions and resources both differ.

The product of both holds new pairs of action and resource. It is formed only if the catalogue says of each of them
that no request can have it, or if a statement of the policy grants it anyway: relative to the catalogue the meaning
stays. Pairs with the largest saving go first.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from policycc.iam.model import Condition
from policycc.ir.conditions import stricter
from policycc.ir.cost import statement_size, string_size
from policycc.ir.globs import covers
from policycc.ir.merge import ordered, union
from policycc.ir.statement import Statement
from policycc.passes.context import Context
from policycc.passes.fill import Fill


@dataclass(slots=True)
class _Box:
    statement: Statement
    actions: frozenset[str]
    resources: int  # bits of the resources that it names
    covered: int  # bits of those that need not be named beside them, these included
    barred: int  # bits of the resources that must not be added to it


def apply(statements: tuple[Statement, ...], context: Context) -> tuple[Statement, ...]:
    """The statements, fewer where products are exact."""
    groups: dict[tuple[Condition, ...], list[Statement]] = defaultdict(list)
    for statement in ordered(statements):
        groups[statement.conditions].append(statement)
    result: list[Statement] = []
    for conditions, group in groups.items():
        if len(group) == 1:
            result += group
        else:
            grants = [s for s in statements if stricter(conditions, s.conditions)]
            result += _merged(group, Fill(grants, context), context)
    return ordered(result)


def _merged(group: list[Statement], fill: Fill, context: Context) -> list[Statement]:
    resources = tuple(sorted({resource for statement in group for resource in statement.resources}))
    sizes = [string_size(resource) + 1 for resource in resources]
    barred: dict[str, int] = {}
    for statement in group:
        for action in statement.actions:
            if action not in barred:
                barred[action] = fill.barred(action, resources)
    bits = {resource: 1 << i for i, resource in enumerate(resources)}
    covered = {
        wide: sum(1 << place for place in context.near(wide, resources) if covers(wide, resources[place]))
        for wide in resources
    }
    # Which merges go first decides which others stay possible, and neither way of counting is always the better one.
    ways = [covered] if covered == bits else [covered, bits]
    results = [_greedily(group, bits, counted, barred, sizes) for counted in ways]
    return min(results, key=lambda found: sum(_size(statement, bits, covered, sizes) + 1 for statement in found))


def _greedily(
    group: list[Statement], bits: dict[str, int], covered: dict[str, int], barred: dict[str, int], sizes: list[int]
) -> list[Statement]:
    """The group after all merges that are exact, those with the largest saving first; `covered` gives the resources
    that are saved beside a resource."""
    live = {place: _box(statement, bits, covered, barred) for place, statement in enumerate(group)}
    queue = [
        entry for i in live for j in live if i < j and (entry := _entry(i, live[i], j, live[j], sizes)) is not None
    ]
    heapify(queue)
    following = len(group)
    while queue:
        _, i, j = heappop(queue)
        if i not in live or j not in live:
            continue
        box = _box(union((live.pop(i).statement, live.pop(j).statement)), bits, covered, barred)
        for place, other in live.items():
            entry = _entry(place, other, following, box, sizes)
            if entry is not None:
                heappush(queue, entry)
        live[following] = box
        following += 1
    return [box.statement for box in live.values()]


def _box(statement: Statement, bits: dict[str, int], covered: dict[str, int], barred: dict[str, int]) -> _Box:
    bars = 0
    wide = 0
    for resource in statement.resources:
        wide |= covered[resource]
    for action in statement.actions:
        bars |= barred[action]
    return _Box(statement, frozenset(statement.actions), sum(bits[r] for r in statement.resources), wide, bars)


def _size(statement: Statement, bits: dict[str, int], covered: dict[str, int], sizes: list[int]) -> int:
    """Characters of a statement without the resources that others of it cover."""
    named = idle = 0
    for resource in statement.resources:
        named |= bits[resource]
        idle |= covered[resource] & ~bits[resource]
    return statement_size(statement) - _total(named & idle, sizes)


def _total(bits: int, sizes: list[int]) -> int:
    found = 0
    while bits:
        lowest = bits & -bits
        found += sizes[lowest.bit_length() - 1]
        bits ^= lowest
    return found


def _entry(i: int, one: _Box, j: int, other: _Box, sizes: list[int]) -> tuple[int, int, int] | None:
    """The pair as an entry of the queue, largest saving first, or None where the product is not exact. What every pair
    of the group saves, a frame with the same conditions, is left out of the saving. A resource that the other names or
    covers need not be named twice."""
    if one.barred & other.resources or other.barred & one.resources:
        return None
    saving = sum(string_size(action) + 1 for action in one.actions & other.actions)
    saving += _total((one.resources & other.covered) | (other.resources & one.covered), sizes)
    return (-saving, i, j)
