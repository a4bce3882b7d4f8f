"""Whether a pair of action and resource may be added to a statement without granting anything new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from policycc.ir.statement import Statement
from policycc.passes.context import Context


class Fill:
    """What may be added to statements of one list of conditions. `grants` are all statements of the policy whose
    conditions are at most as strict: what they grant may be said again."""

    def __init__(self, grants: Iterable[Statement], context: Context) -> None:
        self._context = context
        granted: dict[str, set[str]] = defaultdict(set)
        for statement in grants:
            for name in context.expand_all(statement.actions):
                granted[name].update(statement.resources)
        self._granted = {name: frozenset(resources) for name, resources in granted.items()}
        self._known: dict[tuple[object, tuple[str, ...]], int] = {}

    def barred(self, action: str, resources: tuple[str, ...]) -> int:
        """Those of the resources on which the action would be something new, a bit for each place."""
        bits = 0
        for name in self._context.expand(action):
            bits |= self._barred(name, resources)
        return bits

    def _barred(self, name: str, resources: tuple[str, ...]) -> int:
        granted = self._granted.get(name, frozenset())
        facts = self._context.facts(name)
        # Most actions of a service take the same few types, so the answer is mostly known from another action.
        key = ((name if facts is None else (facts.arns, facts.bound), granted), resources)
        if key not in self._known:
            self._known[key] = sum(
                1 << place
                for place, resource in enumerate(resources)
                if not self._context.within(name, resource, granted)
            )
        return self._known[key]
