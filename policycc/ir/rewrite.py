"""The rewrite engine: passes in a fixed order, again and again, for as long as one of them makes the policy cheaper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import TypeVar

from policycc.ir.cost import Cost
from policycc.ir.statement import Statement

Context = TypeVar("Context")
Statements = tuple[Statement, ...]
Observer = Callable[[str, Statements, Statements], None]


def fixpoint(
    statements: Statements,
    passes: Sequence[Callable[[Statements, Context], Statements]],
    context: Context,
    cost: Callable[[Statements], Cost],
    observe: Observer | None = None,
) -> Statements:
    """The statements after no pass makes them cheaper any more.

    A step is accepted only when the cost falls. The cost is a total order bounded below, so this ends, and the order of
    passes decides which of several local minima is found, never whether the meaning is kept. `observe` is told of every
    accepted step: the pass's module, and the statements before and after it.
    """
    current, price = statements, cost(statements)
    idle = 0  # passes in a row that did not help: after all of them, none will
    for step in cycle(passes):
        if idle == len(passes):
            break
        idle += 1
        candidate = step(current, context)
        if candidate == current:
            continue
        new_price = cost(candidate)
        if new_price < price:
            if observe is not None:
                observe(step.__module__.rpartition(".")[2], current, candidate)
            current, price, idle = candidate, new_price, 0
    return current
