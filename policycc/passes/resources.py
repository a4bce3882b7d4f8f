"""Shortens resource lists: a pattern that another one of the list covers, or that no action of the statement can meet.

Exact: covered patterns match nothing more, and for the others the catalogue has no request.
"""

from __future__ import annotations

from policycc.ir.globs import covers
from policycc.ir.merge import ordered, union
from policycc.ir.statement import Statement
from policycc.passes.context import Context


def apply(statements: tuple[Statement, ...], context: Context) -> tuple[Statement, ...]:
    """The statements with the shortest of equal resource lists."""
    return ordered(_shortened(statement, context) for statement in statements)


def _shortened(statement: Statement, context: Context) -> Statement:
    resources = list(statement.resources)
    for resource in statement.resources:
        others = [other for other in resources if other != resource]
        if not others:
            break
        if any(covers(other, resource) for other in others) or _idle(statement.actions, resource, context):
            resources = others
    return statement if len(resources) == len(statement.resources) else union((statement,), resources=resources)


def _idle(actions: tuple[str, ...], resource: str, context: Context) -> bool:
    return not any(context.possible(action, resource) for action in actions)
