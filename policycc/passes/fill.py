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
        self._granted: dict[str, set[str]] = defaultdict(set)
        for statement in grants:
            for name in context.expand_all(statement.actions):
                self._granted[name].update(statement.resources)
        self._known: dict[tuple[str, str], bool] = {}

    def allows(self, action: str, resource: str) -> bool:
        """Whether every request for the action on the resource is granted already, or cannot be."""
        key = (action, resource)
        if key not in self._known:
            self._known[key] = all(self._adds_nothing(name, resource) for name in self._context.expand(action))
        return self._known[key]

    def _adds_nothing(self, name: str, resource: str) -> bool:
        return self._context.within(name, resource, self._granted[name])
