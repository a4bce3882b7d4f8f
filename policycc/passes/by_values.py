"""Merges statements that differ in the alternatives of one condition, such as the environment of a tag.

Exact: a request meets one of the two lists if and only if it meets their union, all else being equal. Two statements
that differ in two conditions stay apart, because the product of both unions would hold mixtures that neither granted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import lru_cache

from policycc.iam.model import Condition
from policycc.ir.conditions import is_unionable
from policycc.ir.merge import ordered, union, with_values
from policycc.ir.statement import Statement
from policycc.passes.context import Context


def apply(statements: tuple[Statement, ...], context: Context) -> tuple[Statement, ...]:
    """The statements, merged along one condition after another."""
    keys = {(c.operator, c.key) for statement in statements for c in statement.conditions if is_unionable(c)}
    current = statements
    for operator, key in sorted(keys):
        groups: dict[object, list[Statement]] = defaultdict(list)
        for statement in current:
            frame = _frame(statement.conditions, operator, key)
            groups[statement.actions, statement.resources, frame].append(statement)
        current = tuple(_merged(group, operator, key) for group in groups.values())
    return ordered(current)


@lru_cache(maxsize=16384)
def _frame(conditions: tuple[Condition, ...], operator: str, key: str) -> tuple[Condition, ...]:
    """The conditions without the values of one of them."""
    return tuple(replace(c, values=()) if (c.operator, c.key) == (operator, key) else c for c in conditions)


def _merged(group: list[Statement], operator: str, key: str) -> Statement:
    first = group[0].conditions
    place = next((i for i, c in enumerate(first) if (c.operator, c.key) == (operator, key)), None)
    if len(group) == 1 or place is None:
        return union(group)
    values = {value for statement in group for value in statement.conditions[place].values}
    return union(group, conditions=with_values(first, place, values))
