"""Which actions of the catalogue the statements of a principal match, and which actions that AWS may add one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from policycc.catalogue.catalogue import Catalogue
from policycc.iam import actions
from policycc.iam.actions import ActionSet, action_set
from policycc.verify.documents import Clause


class Matched(NamedTuple):
    """The statements that match an action, by their place in the principal's list."""

    allows: tuple[int, ...]
    denies: tuple[int, ...]


def matched(clauses: Sequence[Clause], catalogue: Catalogue) -> Mapping[str, Matched]:
    """Every action that an Allow matches, with all statements that match it."""
    allows: dict[str, list[int]] = {}
    for index, clause in enumerate(clauses):
        if clause.allows:
            for action in _members(action_set(clause.actions, clause.not_actions), catalogue):
                allows.setdefault(action, []).append(index)
    denies = [
        (index, action_set(clause.actions, clause.not_actions))
        for index, clause in enumerate(clauses)
        if not clause.allows
    ]
    return {
        action: Matched(tuple(found), tuple(index for index, denied in denies if denied.matches(action)))
        for action, found in allows.items()
    }


def open_patterns(clauses: Iterable[Clause], catalogue: Catalogue) -> tuple[str, ...]:
    """The action patterns of Allow statements that an action of tomorrow could match, and names that are unknown."""
    found: set[str] = set()
    for clause in clauses:
        if clause.allows:
            if clause.actions is None:
                found.add("everything but " + ", ".join(sorted(clause.not_actions or ())))
            found.update(
                pattern
                for pattern in clause.actions or ()
                if "*" in pattern or "?" in pattern or catalogue.action(pattern) is None
            )
    return tuple(sorted(found))


@lru_cache(maxsize=16384)
def expand(pattern: str, catalogue: Catalogue) -> tuple[str, ...]:
    """The actions of the catalogue that a pattern matches, as AWS spells them."""
    return tuple(actions.expand(pattern, catalogue.known))


@lru_cache(maxsize=4096)
def _members(wanted: ActionSet, catalogue: Catalogue) -> tuple[str, ...]:
    if wanted.negated:
        return tuple(actions.members(wanted, catalogue.known))
    return tuple(dict.fromkeys(action for pattern in wanted.patterns for action in expand(pattern, catalogue)))
