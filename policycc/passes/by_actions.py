"""Merges statements with equal actions and conditions: their resources are unioned. Exact."""

from __future__ import annotations

from collections import defaultdict

from policycc.ir.merge import ordered, union
from policycc.ir.statement import Statement
from policycc.passes.context import Context


def apply(statements: tuple[Statement, ...], context: Context) -> tuple[Statement, ...]:
    """One statement per list of actions and conditions."""
    groups: dict[object, list[Statement]] = defaultdict(list)
    for statement in statements:
        groups[statement.actions, statement.conditions].append(statement)
    return ordered(union(group) for group in groups.values())
