"""What a newer catalogue does to policies that were built with an older one, before they are built again.

A pattern that stands in an emitted policy matches new actions at once, unasked: an error until the policy is built
again. A selector of the matrix matches them too, but they are granted by the next build, and not earlier.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from policycc.catalogue.catalogue import Catalogue
from policycc.iam.actions import expand

Cell = tuple[str, str]
"""A group and an environment."""


@dataclass(frozen=True, slots=True, order=True)
class PatternDrift:
    """A pattern of an emitted policy and the actions that it admits although nobody granted them."""

    path: str
    pattern: str
    admitted: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class GrantDrift:
    """What the next build grants a group in an environment besides (`gained`) or no longer (`lost`)."""

    group: str
    environment: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What became of an action in a cell: whether the policies let it through, and by which ways (`tag`, `name`), none
    for one that is granted account-wide."""

    granted: bool
    ways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class HoldingDrift:
    """Actions that a group keeps in an environment, but held in other ways than before."""

    group: str
    environment: str
    was: tuple[str, ...]
    now: tuple[str, ...]
    actions: tuple[str, ...]


def pattern_drift(
    policies: Mapping[str, Iterable[str]], granted: Collection[str], catalogue: Catalogue
) -> tuple[PatternDrift, ...]:
    """What the action patterns of policies, by path, match beside the actions for which they were built, sorted."""
    known = {action.lower() for action in granted}
    found = [
        PatternDrift(path, pattern, admitted)
        for path, patterns in policies.items()
        for pattern in sorted(set(patterns))
        if "*" in pattern or "?" in pattern
        if (admitted := tuple(action for action in expand(pattern, catalogue.known) if action.lower() not in known))
    ]
    return tuple(sorted(found))


def grant_drift(
    before: Mapping[Cell, Mapping[str, Held]], after: Mapping[Cell, Mapping[str, Held]]
) -> tuple[GrantDrift, ...]:
    """How the actions that each group may do in each environment differ, sorted; cells without a difference are left
    out. What is asked for and not granted is no difference, whichever catalogue has it."""
    found = []
    for cell in before.keys() | after.keys():
        was, now = _granted(before.get(cell, {})), _granted(after.get(cell, {}))
        if was != now:
            found.append(GrantDrift(*cell, tuple(sorted(now - was)), tuple(sorted(was - now))))
    return tuple(sorted(found))


def holding_drift(
    before: Mapping[Cell, Mapping[str, Held]], after: Mapping[Cell, Mapping[str, Held]]
) -> tuple[HoldingDrift, ...]:
    """What is granted before and after, but held in other ways, sorted: a service has gained or lost tag support."""
    found: dict[tuple[Cell, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for cell in before.keys() & after.keys():
        for action in _granted(before[cell]) & _granted(after[cell]):
            was, now = before[cell][action].ways, after[cell][action].ways
            if was != now:
                found.setdefault((cell, was, now), []).append(action)
    return tuple(
        sorted(HoldingDrift(*cell, was, now, tuple(sorted(actions))) for (cell, was, now), actions in found.items())
    )


def _granted(actions: Mapping[str, Held]) -> set[str]:
    return {action for action, held in actions.items() if held.granted}
