"""Chooses which lists of environments to write where actions on the same resources are granted in different ones.

Actions that are granted in dev and test may stand in one statement for both, or in the one for dev and in the one for
test, whichever is shorter; `ir.bicliques` finds the cheapest choice. Exact: every action keeps the values that it had.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from policycc.iam.model import Condition
from policycc.ir.bicliques import bicliques
from policycc.ir.conditions import is_mark
from policycc.ir.cost import list_size, statement_size, string_size
from policycc.ir.merge import ordered, union, with_values
from policycc.ir.statement import Statement
from policycc.passes.context import Context


def apply(statements: tuple[Statement, ...], context: Context) -> tuple[Statement, ...]:
    """The statements, regrouped along one condition after another where that is shorter."""
    current = ordered(statements)
    keys = {(c.operator, c.key) for statement in statements for c in statement.conditions if is_mark(c)}
    for operator, key in sorted(keys):
        groups: dict[object, list[Statement]] = defaultdict(list)
        for statement in current:
            groups[_frame(statement, operator, key)].append(statement)
        current = ordered(one for group in groups.values() for one in _regrouped(group, operator, key))
    return current


def _frame(statement: Statement, operator: str, key: str) -> object:
    place = _place(statement.conditions, operator, key)
    if place is None:
        return statement
    return (statement.resources, (*statement.conditions[:place], *statement.conditions[place + 1 :]))


def _place(conditions: tuple[Condition, ...], operator: str, key: str) -> int | None:
    return next((i for i, c in enumerate(conditions) if (c.operator, c.key) == (operator, key)), None)


def _regrouped(group: list[Statement], operator: str, key: str) -> list[Statement]:
    first = group[0]
    place = _place(first.conditions, operator, key)
    if len(group) == 1 or place is None:
        return group
    values: dict[str, set[str]] = defaultdict(set)
    for statement in group:
        for action in statement.actions:
            values[action].update(statement.conditions[place].values)
    classes: dict[frozenset[str], list[str]] = defaultdict(list)
    for action in sorted(values):
        classes[frozenset(values[action])].append(action)
    wanted = sorted(classes.items(), key=lambda item: (-len(item[0]), sorted(item[0])))
    empty = replace(first, actions=(), conditions=with_values(first.conditions, place, ()))
    # One comma more than there are values or actions, and less brackets, so lists can be added up.
    part_cost = statement_size(empty) - 2 * list_size(()) + 3
    found = bicliques(
        [(needed, sum(string_size(action) + 1 for action in actions)) for needed, actions in wanted],
        {value: string_size(value) + 1 for needed, _ in wanted for value in needed},
        part_cost,
    )
    if found.cost >= sum(statement_size(statement) + 1 for statement in group):
        return group
    return [_part(group, place, needed, [a for i in numbers for a in wanted[i][1]]) for needed, numbers in found.parts]


def _part(group: list[Statement], place: int, needed: frozenset[str], actions: list[str]) -> Statement:
    sources = [
        statement
        for statement in group
        if not needed.isdisjoint(statement.conditions[place].values) and not set(actions).isdisjoint(statement.actions)
    ]
    return union(sources, actions=actions, conditions=with_values(sources[0].conditions, place, needed))
