"""The rewrite engine: how long it goes on, and what it accepts."""

from __future__ import annotations

from policycc.ir.cost import cost
from policycc.ir.rewrite import fixpoint
from policycc.ir.statement import Statement

Statements = tuple[Statement, ...]


class Shortener:
    """A pass that takes the last action of the first statement away, down to a given number of them."""

    def __init__(self, least: int) -> None:
        self.least = least
        self.asked: list[Statements] = []

    def __call__(self, statements: Statements, context: None) -> Statements:
        self.asked.append(statements)
        first, *rest = statements
        if len(first.actions) <= self.least:
            return statements
        return (Statement(first.actions[:-1], first.resources), *rest)


def statements(count: int) -> Statements:
    return (Statement(tuple(f"app:A{i}" for i in range(count)), ("*",)),)


def test_a_pass_is_not_asked_again_of_what_it_could_not_improve() -> None:
    first, second = Shortener(3), Shortener(2)
    assert fixpoint(statements(4), (first, second), None, cost) == statements(2)
    assert [len(found[0].actions) for found in first.asked] == [4, 2]
    assert [len(found[0].actions) for found in second.asked] == [3, 2]


def test_a_step_that_costs_more_is_not_taken() -> None:
    def longer(found: Statements, context: None) -> Statements:
        return (*found, Statement(("app:Other",), ("*",)))

    assert fixpoint(statements(2), (longer,), None, cost) == statements(2)


def test_without_passes_nothing_changes() -> None:
    assert fixpoint(statements(2), (), None, cost) == statements(2)
