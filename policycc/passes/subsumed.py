"""Drops what another statement grants too: whole statements, or single actions of them.

Exact: a request that the dropped part allowed is allowed by the statement that covers it, whose conditions are met
whenever those of the dropped part are. Statements with different requirements never cover one another.
"""

from __future__ import annotations

from policycc.ir.conditions import stricter
from policycc.ir.globs import covers
from policycc.ir.merge import ordered, union
from policycc.ir.statement import Statement
from policycc.passes.context import Context


def apply(statements: tuple[Statement, ...], context: Context) -> tuple[Statement, ...]:
    """The statements without what others of them grant; what they came from goes to those others."""
    kept = list(ordered(statements))
    expanded = [context.expand_all(statement.actions) for statement in kept]
    place = 0
    while place < len(kept):
        statement = kept[place]
        looser = [
            i
            for i, other in enumerate(kept)
            if i != place
            and not expanded[place].isdisjoint(expanded[i])
            and stricter(statement.conditions, other.conditions)
        ]
        left: list[str] = []
        users: set[int] = set()
        for action in statement.actions:
            coverers = _coverers(action, statement, [(i, kept[i], expanded[i]) for i in looser], context)
            if coverers is None:
                left.append(action)
            else:
                users |= coverers
        for i in users:
            kept[i] = union((kept[i], statement), actions=kept[i].actions, resources=kept[i].resources)
        if not left:
            del kept[place], expanded[place]
            continue
        if len(left) < len(statement.actions):
            kept[place] = union((statement,), actions=left)
            expanded[place] = context.expand_all(kept[place].actions)
        place += 1
    return ordered(kept)


def _coverers(
    action: str, statement: Statement, looser: list[tuple[int, Statement, frozenset[str]]], context: Context
) -> set[int] | None:
    """The places of statements that together grant what the action does in `statement`, or None."""
    users: set[int] = set()
    for name in context.expand(action):
        for resource in statement.resources:
            found = next(
                (
                    i
                    for i, other, actions in looser
                    if name in actions and any(covers(wide, resource) for wide in other.resources)
                ),
                None,
            )
            if found is not None:
                users.add(found)
            elif context.possible(name, resource):
                return None
    return users
