"""Drops what other statements grant too: actions, resources or alternatives of a condition, and with the last of them
the statement.

Exact: a request that the dropped part allowed is allowed by a statement that covers it, whose conditions are met
whenever those of the dropped part are. Statements with different requirements never cover one another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from policycc.iam.model import Condition
from policycc.ir.conditions import is_mark, stricter
from policycc.ir.globs import covers
from policycc.ir.merge import ordered, union, with_values
from policycc.ir.statement import Statement
from policycc.passes.context import Context


def apply(statements: tuple[Statement, ...], context: Context) -> tuple[Statement, ...]:
    """The statements without what others of them grant; what they came from goes to those others."""
    kept = _Kept(ordered(statements), context)
    for place in range(len(kept.statements)):
        kept.trim(place)
    return ordered(statement for statement in kept.statements if statement is not None)


def apart(lists: list[tuple[Statement, ...]], context: Context) -> list[tuple[Statement, ...]]:
    """Lists of statements that one principal holds together, without what a list before grants too. Which environments
    asked is a question of each list's own cells, so it is not handed on."""
    every = [statement for statements in lists for statement in statements]
    kept = _Kept(every, context)
    for place in reversed(range(len(every))):
        kept.trim(place)
    left = iter(zip(every, kept.statements, strict=True))
    parts = [[next(left) for _ in statements] for statements in lists]
    return [
        ordered(replace(after, environments=before.environments) for before, after in part if after is not None)
        for part in parts
    ]


class _Kept:
    """The statements, of which one after the other loses what the others grant; None stands for one that lost all."""

    def __init__(self, statements: Iterable[Statement], context: Context) -> None:
        self._context = context
        self.statements: list[Statement | None] = list(statements)
        self._names = [frozenset() if one is None else context.expand_all(one.actions) for one in self.statements]
        self._granters: dict[str, list[int]] = defaultdict(list)
        """The places of the statements that name an action at the beginning: nobody gains one later."""
        for place, names in enumerate(self._names):
            for name in names:
                self._granters[name].append(place)

    def trim(self, place: int) -> None:
        """Take from the statement at a place what others grant."""
        statement = self.statements[place]
        if statement is None or all(len(self._granters[name]) == 1 for name in self._names[place]):
            return
        used: set[int] = set()
        left = self.statements[place] = self._left_of(statement, place, used)
        self._names[place] = frozenset() if left is None else self._context.expand_all(left.actions)
        for i in used:
            other = self.statements[i]
            if other is not None:
                self.statements[i] = union((other, statement), actions=other.actions, resources=other.resources)

    def _left_of(self, left: Statement, place: int, used: set[int]) -> Statement | None:
        """What is left of a statement, None for nothing; the places of those who grant the rest go into `used`."""

        def granted(actions: Iterable[str], resources: tuple[str, ...], conditions: tuple[Condition, ...]) -> bool:
            found = self._granted(tuple(actions), resources, conditions, place)
            used.update(found or ())
            return found is not None

        actions = tuple(one for one in left.actions if not granted((one,), left.resources, left.conditions))
        if not actions:
            return None
        resources = tuple(one for one in left.resources if not granted(actions, (one,), left.conditions))
        if not resources:
            return None
        if len(actions) < len(left.actions) or len(resources) < len(left.resources):
            left = union((left,), actions=actions, resources=resources)
        for mark, condition in enumerate(left.conditions):
            if is_mark(condition) and len(condition.values) > 1:
                alone = [(value, with_values(left.conditions, mark, (value,))) for value in condition.values]
                values = [value for value, part in alone if not granted(left.actions, left.resources, part)]
                if values and len(values) < len(alone):
                    left = union((left,), conditions=with_values(left.conditions, mark, values))
        return left

    def _granted(
        self, actions: tuple[str, ...], resources: tuple[str, ...], conditions: tuple[Condition, ...], place: int
    ) -> set[int] | None:
        """The places of others that together grant all these, or None."""
        users: set[int] = set()
        names = self._context.expand_all(actions)
        if any(len(self._granters[name]) < 2 and self._context.meeting(name, resources) for name in names):
            return None
        for name in names:
            for met in self._context.meeting(name, resources):
                for target in self._context.targets(name, resources[met]):
                    found = self._granter(name, target, conditions, place)
                    if found is None:
                        return None
                    users.add(found)
        return users

    def _granter(self, name: str, target: str, conditions: tuple[Condition, ...], place: int) -> int | None:
        for i in self._granters[name]:
            other = self.statements[i]
            if (
                i != place
                and other is not None
                and name in self._names[i]
                and any(covers(wide, target) for wide in other.resources)
                and stricter(conditions, other.conditions)
            ):
                return i
        return None
