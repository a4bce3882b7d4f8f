"""Shortens resource lists by the patterns that others of the list cover, and those that no action can meet.

Exact: whatever resource a request for an action of the statement can have is matched by what is left.
"""

from __future__ import annotations

from policycc.ir.merge import ordered, union
from policycc.ir.statement import Statement
from policycc.passes.context import Context


def apply(statements: tuple[Statement, ...], context: Context) -> tuple[Statement, ...]:
    """The statements with the shortest of equal resource lists."""
    return ordered(_shortened(statement, context) for statement in statements)


def _shortened(statement: Statement, context: Context) -> Statement:
    names = context.expand_all(statement.actions)
    resources = list(statement.resources)
    for resource in statement.resources:
        others = [other for other in resources if other != resource]
        if others and all(context.within(name, resource, others) for name in names):
            resources = others
    return statement if len(resources) == len(statement.resources) else union((statement,), resources=resources)
