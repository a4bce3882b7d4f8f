"""Which actions of the catalogue the statements of a principal match, and which actions that AWS may add one day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from policycc.catalogue.catalogue import Catalogue
from policycc.iam.glob import action_glob
from policycc.verify.documents import Clause


@dataclass(frozen=True, slots=True)
class Matched:
    """The statements that match an action, by their place in the principal's list."""

    allows: tuple[int, ...]
    denies: tuple[int, ...]


def matched(clauses: Sequence[Clause], catalogue: Catalogue) -> Mapping[str, Matched]:
    """Every action that an Allow matches, with all statements that match it."""
    allows: dict[str, list[int]] = {}
    for index, clause in enumerate(clauses):
        if clause.allows:
            for action in _actions(clause, catalogue):
                allows.setdefault(action, []).append(index)
    denies = [(index, clause) for index, clause in enumerate(clauses) if not clause.allows]
    return {
        action: Matched(tuple(found), tuple(index for index, clause in denies if _matches(clause, action)))
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


def _actions(clause: Clause, catalogue: Catalogue) -> Iterable[str]:
    if clause.actions is not None:
        return dict.fromkeys(action for pattern in clause.actions for action in expand(pattern, catalogue))
    excepted = {action for pattern in clause.not_actions or () for action in expand(pattern, catalogue)}
    return [action for action in expand("*", catalogue) if action not in excepted]


def _matches(clause: Clause, action: str) -> bool:
    name = action.lower()
    if clause.actions is not None:
        return any(action_glob(pattern).matches(name) for pattern in clause.actions)
    return not any(action_glob(pattern).matches(name) for pattern in clause.not_actions or ())


@lru_cache(maxsize=16384)
def expand(pattern: str, catalogue: Catalogue) -> tuple[str, ...]:
    """The actions of the catalogue that a pattern matches, as AWS spells them."""
    if "*" not in pattern and "?" not in pattern:
        action = catalogue.action(pattern)
        return (action.id,) if action is not None else ()
    return tuple(_expand(pattern.lower(), catalogue))


def _expand(pattern: str, catalogue: Catalogue) -> Iterator[str]:
    service, colon, _ = pattern.partition(":")
    glob = action_glob(pattern)
    narrow = colon and "*" not in service and "?" not in service
    services = (service,) if narrow and catalogue.has_service(service) else () if narrow else catalogue.services()
    for prefix in services:
        for name in catalogue.service(prefix).names():
            if glob.matches(f"{prefix}:{name}".lower()):
                yield f"{prefix}:{name}"
