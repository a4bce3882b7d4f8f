"""Moves the grants of a statement into others that together hold its environments, where that is shorter.

A small statement for dev and test costs its resources and conditions; its actions may be cheaper as a few words more in
the statements for dev and for test. Exact: they are added only where the product holds nothing new, and the
environments of the statements that they go to are together those of the statement that goes.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from policycc.iam.model import Condition
from policycc.ir.conditions import is_mark, stricter
from policycc.ir.cost import statement_size
from policycc.ir.merge import ordered, union
from policycc.ir.setcover import cover
from policycc.ir.statement import Statement
from policycc.passes.context import Context
from policycc.passes.fill import Fill


def apply(statements: tuple[Statement, ...], context: Context) -> tuple[Statement, ...]:
    """The statements without those that are cheaper as parts of others."""
    current = list(ordered(statements))
    fills = _Fills(statements, context)
    for statement in sorted(current, key=lambda item: (statement_size(item), item.sort_key)):
        if statement in current:
            current = _without(statement, current, fills)
    return ordered(current)


def _without(statement: Statement, statements: list[Statement], fills: _Fills) -> list[Statement]:
    best: tuple[int, list[Statement]] = (statement_size(statement) + 1, [])
    for place, condition in enumerate(statement.conditions):
        if not is_mark(condition):
            continue
        narrower = fills.narrower(statement.conditions, place)
        hosts = [
            other
            for other in statements
            if other.conditions in narrower and other != statement and fills.fits(statement, other)
        ]
        bit = {value: 1 << i for i, value in enumerate(condition.values)}
        everything = (1 << len(bit)) - 1
        sets = [
            (
                sum(bit[value] for value in host.conditions[place].values),
                max(statement_size(_joined(host, statement)) - statement_size(host), 1),
            )
            for host in hosts
        ]
        held = 0
        for mask, _ in sets:
            held |= mask
        if held != everything:
            continue
        choice = cover(everything, sets)
        if choice.cost < best[0]:
            best = (choice.cost, [hosts[i] for i in choice.chosen])
    hosts = best[1]
    if not hosts:
        return statements
    rest = [other for other in statements if other != statement and other not in hosts]
    return rest + [_joined(host, statement) for host in hosts]


@lru_cache(maxsize=16384)
def _blank(conditions: tuple[Condition, ...], place: int) -> tuple[Condition, ...]:
    """The conditions without the values of the one at a place."""
    return (*conditions[:place], replace(conditions[place], values=()), *conditions[place + 1 :])


def _joined(host: Statement, statement: Statement) -> Statement:
    return union((host, statement))


class _Fills:
    """What may be added to whom. Moving statements about grants and takes nothing, so what the first statements say of
    it stays true for all that come of them."""

    def __init__(self, statements: tuple[Statement, ...], context: Context) -> None:
        self._statements = statements
        self._context = context
        self._known: dict[tuple[Condition, ...], Fill] = {}
        self._all = {statement.conditions for statement in statements}
        self._narrower: dict[tuple[tuple[Condition, ...], int], set[tuple[Condition, ...]]] = {}

    def narrower(self, conditions: tuple[Condition, ...], place: int) -> set[tuple[Condition, ...]]:
        """The conditions of statements that differ from these at the place alone, and there have no other values."""
        key = (conditions, place)
        if key not in self._narrower:
            frame, values = _blank(conditions, place), set(conditions[place].values)
            self._narrower[key] = {
                one
                for one in self._all
                if len(one) == len(conditions) and values.issuperset(one[place].values) and _blank(one, place) == frame
            }
        return self._narrower[key]

    def fits(self, statement: Statement, host: Statement) -> bool:
        """Whether the host may take the statement's actions and resources without granting anything new."""
        if host.conditions not in self._known:
            looser = (other for other in self._statements if stricter(host.conditions, other.conditions))
            self._known[host.conditions] = Fill(looser, self._context)
        fill = self._known[host.conditions]
        return not (fill.bars(statement.actions, host.resources) or fill.bars(host.actions, statement.resources))
