"""What the cells ask for, with selectors resolved: one wish per group, environment and action."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policycc.model.matrix import Entry


@dataclass(frozen=True, slots=True)
class Wish:
    """An action that cells grant to a group in an environment.

    `exact` says that a cell or capability names it exactly; `entry` is the entry to point at in a diagnostic; `globs`
    are the patterns of the matrix that matched it."""

    group: str
    environment: str
    action: str
    origins: tuple[str, ...]
    exact: bool
    entry: Entry
    globs: tuple[str, ...] = ()


def merge(wishes: Iterable[Wish]) -> tuple[Wish, ...]:
    """One wish per group, environment and action: columns add up, nothing replaces."""
    merged: dict[tuple[str, str, str], Wish] = {}
    for wish in wishes:
        key = (wish.group, wish.environment, wish.action)
        other = merged.get(key)
        if other is not None:
            first = wish if wish.exact and not other.exact else other
            wish = Wish(
                *key,
                tuple(sorted({*other.origins, *wish.origins})),
                wish.exact or other.exact,
                first.entry,
                tuple(sorted({*other.globs, *wish.globs})),
            )
        merged[key] = wish
    return tuple(merged[key] for key in sorted(merged))
