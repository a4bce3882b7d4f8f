"""Cells of conflicts and splits, folded: actions of one cell share a line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policycc.plan.conflicts import Cell


@dataclass(frozen=True, slots=True)
class Folded:
    """The actions that a place of the matrix asks for, of a group in an environment. `place` is `file:line:column`."""

    place: str
    group: str
    environment: str
    actions: tuple[str, ...]

    def line(self, shown: int) -> str:
        """`matrix.toml:31:9 developers dev elasticloadbalancing:SetWebAcl`."""
        more = len(self.actions) - shown
        actions = ", ".join(self.actions[:shown]) + (f" and {more} more" if more > 0 else "")
        return " ".join(part for part in (self.place, self.group, self.environment, actions) if part)


def fold(cells: Iterable[Cell]) -> tuple[Folded, ...]:
    """The cells in the order of the file."""
    found: dict[tuple[int, int, str, str, str], set[str]] = {}
    for cell in cells:
        span = cell.span
        key = (
            span.line if span else 0,
            span.column if span else 0,
            str(span) if span else "",
            cell.group,
            cell.environment,
        )
        found.setdefault(key, set()).add(cell.action)
    return tuple(
        Folded(place, group, environment, tuple(sorted(actions)))
        for (_, _, place, group, environment), actions in sorted(found.items())
    )
