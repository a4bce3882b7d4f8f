"""Sets of actions, and how they stand to one another among the actions that there are.

An Action element stands for the actions that its patterns match, a NotAction element for all others, of every service.
IAM itself has no list of actions, so who asks brings one. The relations are exact for that list and say nothing of
actions that AWS may add one day; for every name that could be, compare the patterns (`policycc.iam.relations`).

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from policycc.iam.glob import action_glob, any_glob

Known = Mapping[str, Mapping[str, str]]
"""The actions that there are: by the service's prefix and then by name, both in lower case, the name as AWS spells it.
A service is looked up only where a pattern can match one of its actions, so that a list may be read piece by piece."""


@dataclass(frozen=True, slots=True)
class ActionSet:
    """What the patterns match; where `negated`, everything else."""

    patterns: tuple[str, ...]
    negated: bool = False

    def matches(self, action: str) -> bool:
        """Whether the action, in any case, is in the set. It need not be a known one."""
        return matcher(self)(action.lower())


def action_set(actions: tuple[str, ...] | None, not_actions: tuple[str, ...] | None) -> ActionSet:
    """The set that a statement's two elements stand for, of which one is None."""
    return ActionSet(not_actions or (), True) if actions is None else ActionSet(actions)


@lru_cache(maxsize=4096)
def matcher(actions: ActionSet) -> Callable[[str], bool]:
    """Whether an action in lower case is in the set, as a function to keep."""
    inside = any_glob([action_glob(pattern) for pattern in actions.patterns])
    return (lambda action: not inside(action)) if actions.negated else inside


def expand(pattern: str, known: Known) -> Iterator[str]:
    """The known actions that a pattern matches, as AWS spells them, in the order of `known`."""
    service, colon, name = pattern.lower().partition(":")
    if colon and not _is_wild(service):
        names = known.get(service, {})
        if not _is_wild(name):
            found = [names[name]] if name in names else []
        else:
            matches = action_glob(name).matches
            found = [spelled for folded, spelled in names.items() if matches(folded)]
        yield from (f"{service}:{spelled}" for spelled in found)
        return
    matches = action_glob(pattern).matches
    for prefix, names in known.items():
        yield from (f"{prefix}:{spelled}" for folded, spelled in names.items() if matches(f"{prefix}:{folded}"))


def members(actions: ActionSet, known: Known) -> Iterator[str]:
    """The known actions of the set, each once, as AWS spells them."""
    if actions.negated:
        matches = matcher(actions)
        return (action for action in expand("*", known) if matches(action.lower()))
    return iter(dict.fromkeys(action for pattern in actions.patterns for action in expand(pattern, known)))


def intersect(one: ActionSet, other: ActionSet, known: Known) -> str | None:
    """The shortest known action that is in both, the first in order among equals, or None."""
    return _shortest(_common(one, other, known))


def disjoint(one: ActionSet, other: ActionSet, known: Known) -> bool:
    """Whether no known action is in both."""
    return not any(True for _ in _common(one, other, known))


def uncovered(wide: ActionSet, narrow: ActionSet, known: Known) -> str | None:
    """The shortest known action that is in `narrow` and not in `wide`, or None."""
    return intersect(_complement(wide), narrow, known)


def covers(wide: ActionSet, narrow: ActionSet, known: Known) -> bool:
    """Whether every known action of `narrow` is in `wide`."""
    return disjoint(_complement(wide), narrow, known)


def _common(one: ActionSet, other: ActionSet, known: Known) -> Iterator[str]:
    """The known actions of both. A negated set has most of all actions, so the other one is gone through."""
    listed, asked = (other, one) if one.negated else (one, other)
    matches = matcher(asked)
    return (action for action in members(listed, known) if matches(action.lower()))


def _complement(actions: ActionSet) -> ActionSet:
    return ActionSet(actions.patterns, not actions.negated)


def _shortest(actions: Iterable[str]) -> str | None:
    return min(actions, key=lambda action: (len(action), action), default=None)


def _is_wild(text: str) -> bool:
    return "*" in text or "?" in text
