"""Shares of quotas, for summaries and messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from policycc.ir.cost import document_size, statement_size, string_size
from policycc.ir.statement import Statement

__all__ = ["Contributor", "contributors", "document_size", "statement_size"]


@dataclass(frozen=True, slots=True, order=True)
class Contributor:
    """Characters that the actions of one service take in the statements of some cells."""

    size: int
    service: str
    origins: tuple[str, ...]


def contributors(statements: Iterable[Statement], count: int = 5) -> tuple[Contributor, ...]:
    """The largest parts of a principal's policies, largest first. What a statement needs beside its actions is shared
    out by the size of the actions."""
    sizes: dict[tuple[str, tuple[str, ...]], float] = defaultdict(float)
    for statement in statements:
        whole = statement_size(statement) + 1
        weights = {action: string_size(action) + 1 for action in statement.actions}
        total = sum(weights.values())
        for action, weight in weights.items():
            sizes[action.partition(":")[0], tuple(sorted(statement.origins))] += whole * weight / total
    found = [Contributor(round(size), service, origins) for (service, origins), size in sizes.items()]
    return tuple(sorted(found, key=lambda item: (-item.size, item.service, item.origins))[:count])
