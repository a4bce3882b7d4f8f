"""Whether a pair of action and resource may be added to a statement without granting anything new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from policycc.ir.statement import Statement
from policycc.passes.context import Context

Resources = tuple[str, ...]


class Fill:
    """What may be added to statements of one list of conditions. `grants` are all statements of the policy whose
    conditions are at most as strict: what they grant may be said again.

    Most actions of a service take the same few types and are granted together, so the answers are given for classes of
    actions that are alike in both, numbered as they come up."""

    def __init__(self, grants: Iterable[Statement], context: Context) -> None:
        self._context = context
        self._grants = list(grants)
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, statement in enumerate(self._grants):
            for name in context.expand_all(statement.actions):
                self._places[name].append(place)
        self._granted: dict[tuple[int, ...], frozenset[str]] = {}
        self._classes: dict[str, int] = {}
        self._numbers: dict[object, int] = {}
        self._samples: list[tuple[str, frozenset[str]]] = []
        self._known: dict[tuple[int, Resources], int] = {}
        self._lists: dict[tuple[str, ...], frozenset[int]] = {}

    def barred(self, action: str, resources: Resources) -> int:
        """Those of the resources on which the action would be something new, a bit for each place."""
        bits = 0
        for name in self._context.expand(action):
            bits |= self._barred(self._class(name), resources)
        return bits

    def bars(self, actions: tuple[str, ...], resources: Resources) -> bool:
        """Whether one of the actions would be something new on one of the resources."""
        if actions not in self._lists:
            self._lists[actions] = frozenset(self._class(name) for name in self._context.expand_all(actions))
        return any(self._barred(number, resources) for number in self._lists[actions])

    def _class(self, name: str) -> int:
        if name not in self._classes:
            places = tuple(self._places.get(name, ()))
            if places not in self._granted:
                self._granted[places] = frozenset(r for place in places for r in self._grants[place].resources)
            granted = self._granted[places]
            number = self._numbers.setdefault((self._context.kind(name), granted), len(self._samples))
            if number == len(self._samples):
                self._samples.append((name, granted))
            self._classes[name] = number
        return self._classes[name]

    def _barred(self, number: int, resources: Resources) -> int:
        key = (number, resources)
        if key not in self._known:
            name, granted = self._samples[number]
            within = self._context.within
            self._known[key] = sum(
                1 << place
                for place in self._context.meeting(name, resources)
                if not within(name, resources[place], granted)
            )
        return self._known[key]
