"""Shortens resource lists by the patterns that others of the list cover, and those that no action can meet.

Exact: whatever resource a request for an action of the statement can have is matched by what is left.
"""

from __future__ import annotations

from collections import defaultdict

from policycc.ir.merge import ordered, union
from policycc.ir.statement import Statement
from policycc.passes.context import Context


def apply(statements: tuple[Statement, ...], context: Context) -> tuple[Statement, ...]:
    """The statements with the shortest of equal resource lists."""
    return ordered(_shortened(statement, context) for statement in statements)


def _shortened(statement: Statement, context: Context) -> Statement:
    resources = statement.resources
    if len(resources) == 1:
        return statement
    # Actions of one kind meet the same resources, so one of them speaks for all.
    samples = {context.kind(name): name for name in context.expand_all(statement.actions)}.values()
    meeting: dict[int, list[str]] = defaultdict(list)
    for name in samples:
        for place in context.meeting(name, resources):
            meeting[place].append(name)
    kept = set(range(len(resources)))
    for place, resource in enumerate(resources):
        if len(kept) == 1:
            break
        others = [resources[i] for i in context.near(resource, resources) if i in kept and i != place]
        if all(context.within(name, resource, others) for name in meeting[place]):
            kept.discard(place)
    if len(kept) == len(resources):
        return statement
    return union((statement,), resources=[resources[place] for place in sorted(kept)])
