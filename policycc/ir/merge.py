"""Statements made of others: the one place that knows what merging does to lists and origins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from policycc.iam.model import Condition
from policycc.ir.statement import Statement


def union(
    statements: Iterable[Statement],
    *,
    actions: Iterable[str] | None = None,
    resources: Iterable[str] | None = None,
    conditions: tuple[Condition, ...] | None = None,
) -> Statement:
    """One statement that stands for several: its actions and resources are all of theirs, its conditions those of the
    first, its origins, ways and environments all of theirs; what is given replaces what is derived."""
    parts = list(statements)
    first = parts[0]
    if len(parts) == 1 and actions is None and resources is None and conditions is None:
        return first
    return Statement(
        tuple(sorted(set(actions) if actions is not None else {a for part in parts for a in part.actions})),
        tuple(sorted(set(resources) if resources is not None else {r for part in parts for r in part.resources})),
        first.conditions if conditions is None else conditions,
        frozenset().union(*(part.origins for part in parts)),
        frozenset().union(*(part.how for part in parts)),
        frozenset().union(*(part.environments for part in parts)),
    )


def with_values(conditions: tuple[Condition, ...], place: int, values: Iterable[str]) -> tuple[Condition, ...]:
    """The conditions with other alternatives at one place."""
    changed = replace(conditions[place], values=tuple(sorted(set(values))))
    return (*conditions[:place], changed, *conditions[place + 1 :])


def ordered(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements in their canonical order, equal ones made one."""
    groups: dict[Statement, list[Statement]] = {}
    for statement in statements:
        groups.setdefault(statement, []).append(statement)
    merged = [same[0] if len(same) == 1 else union(same) for same in groups.values()]
    return tuple(sorted(merged, key=lambda statement: statement.sort_key))
