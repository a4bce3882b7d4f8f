"""Drops what other statements grant too: actions, resources or alternatives of a condition, and with the last of them
the statement.

Exact: a request that the dropped part allowed is allowed by a statement that covers it, whose conditions are met
whenever those of the dropped part are. Statements with different requirements never cover one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from policycc.iam.model import Condition
from policycc.ir.conditions import is_mark, stricter
from policycc.ir.globs import covers
from policycc.ir.merge import ordered, union, with_values
from policycc.ir.statement import Statement
from policycc.passes.context import Context


def apply(statements: tuple[Statement, ...], context: Context) -> tuple[Statement, ...]:
    """The statements without what others of them grant; what they came from goes to those others."""
    kept = list(ordered(statements))
    place = 0
    while place < len(kept):
        others = _Others(kept, place, context)
        left = others.trimmed()
        for i in others.used:
            kept[i] = union((kept[i], kept[place]), actions=kept[i].actions, resources=kept[i].resources)
        if left is None:
            del kept[place]
        else:
            kept[place] = left
            place += 1
    return ordered(kept)


class _Others:
    """One statement beside all others that grant some action of it."""

    def __init__(self, statements: list[Statement], place: int, context: Context) -> None:
        self._context = context
        self._statement = statements[place]
        names = context.expand_all(self._statement.actions)
        self._others = [
            (i, other, shared)
            for i, other in enumerate(statements)
            if i != place and (shared := names & context.expand_all(other.actions))
        ]
        self.used: set[int] = set()
        """The places of the statements that grant what was dropped."""

    def trimmed(self) -> Statement | None:
        """What is left of the statement, None for nothing."""
        left = self._statement
        if not self._others:
            return left
        actions = self._left(left.actions, lambda action: self._granted((action,), left.resources, left.conditions))
        if not actions:
            return None
        resources = self._left(left.resources, lambda resource: self._granted(actions, (resource,), left.conditions))
        if not resources:
            return None
        if len(actions) < len(left.actions) or len(resources) < len(left.resources):
            left = union((left,), actions=actions, resources=resources)
        for place, condition in enumerate(left.conditions):
            if is_mark(condition) and len(condition.values) > 1:
                left = self._fewer_values(left, place)
        return left

    def _fewer_values(self, statement: Statement, place: int) -> Statement:
        conditions = statement.conditions
        values = self._left(
            conditions[place].values,
            lambda value: self._granted(
                statement.actions, statement.resources, with_values(conditions, place, (value,))
            ),
        )
        if len(values) == len(conditions[place].values) or not values:
            return statement
        return union((statement,), conditions=with_values(conditions, place, values))

    def _left(self, parts: tuple[str, ...], users: Callable[[str], set[int] | None]) -> tuple[str, ...]:
        left = []
        for part in parts:
            found = users(part)
            if found is None:
                left.append(part)
            else:
                self.used |= found
        return tuple(left)

    def _granted(
        self, actions: Iterable[str], resources: tuple[str, ...], conditions: tuple[Condition, ...]
    ) -> set[int] | None:
        """The places of others that together grant all these, or None."""
        users: set[int] = set()
        for name in self._context.expand_all(tuple(actions)):
            for resource in resources:
                for target in self._context.targets(name, resource):
                    found = self._granter(name, target, conditions)
                    if found is None:
                        return None
                    users.add(found)
        return users

    def _granter(self, name: str, target: str, conditions: tuple[Condition, ...]) -> int | None:
        return next(
            (
                i
                for i, other, shared in self._others
                if name in shared
                and any(covers(wide, target) for wide in other.resources)
                and stricter(conditions, other.conditions)
            ),
            None,
        )
