"""The search for the fewest accounts, against all partitions that there are."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycc.plan.partition import Problem, best, bits


def partitions(size: int) -> Iterator[tuple[int, ...]]:
    """Every way to share `size` environments out."""
    if size == 0:
        yield ()
        return
    for rest in partitions(size - 1):
        yield (*rest, 1 << size - 1)
        for place, mask in enumerate(rest):
            yield (*rest[:place], mask | 1 << size - 1, *rest[place + 1 :])


def price(problem: Problem, accounts: tuple[int, ...]) -> tuple[int, int] | None:
    """How many accounts and what they cost, counted environment by environment; None for what must not be."""
    total = 0
    for account in accounts:
        members = [index for index in range(problem.size) if account >> index & 1]
        if any(problem.apart[one] >> other & 1 for one in members for other in members) or not problem.meets(account):
            return None
        for one in members:
            for group, weight in problem.classes:
                if group >> one & 1 and any(not group >> other & 1 for other in members):
                    total += weight
    return len(accounts), total


@st.composite
def problems(draw: st.DrawFn, largest: int = 7) -> Problem:
    size = draw(st.integers(0, largest))
    apart = [0] * size
    for one, other in draw(st.lists(st.tuples(*[st.integers(0, max(size - 1, 0))] * 2), max_size=8 if size else 0)):
        if one != other:
            apart[one] |= 1 << other
            apart[other] |= 1 << one
    classes = draw(st.dictionaries(st.integers(1, max(2**size - 1, 1)), st.integers(1, 9), max_size=6 if size else 0))
    # Kinds of which no three may be together, though any two of them may: demands that cannot be met at once.
    kinds = tuple(draw(st.integers(0, 4)) for _ in range(size))
    triples = draw(st.lists(st.sets(st.integers(0, 4), min_size=3, max_size=3), max_size=3))

    def meets(mask: int) -> bool:
        here = {kinds[index] for index in bits(mask)}
        return not any(triple <= here for triple in triples)

    return Problem(size, tuple(apart), tuple(sorted(classes.items())), meets, kinds)


@settings(max_examples=300)
@given(problems())
def test_no_partition_is_better(problem: Problem) -> None:
    found = best(problem)
    assert found.exact
    prices = [price(problem, accounts) for accounts in partitions(problem.size)]
    assert (len(found.accounts), found.cost) == min(item for item in prices if item is not None)
    assert price(problem, found.accounts) == (len(found.accounts), found.cost)
    assert sorted(index for mask in found.accounts for index in bits(mask)) == list(range(problem.size))


def test_twins_that_may_not_be_together_are_not_put_together() -> None:
    """Whatever `kinds` says: what the search gives must be possible."""
    problem = Problem(3, (0, 0, 0), (), lambda mask: mask != 0b111, ((True,),) * 3)
    found = best(problem)
    assert len(found.accounts) == 2
    assert price(problem, found.accounts) == (2, 0)


def test_nothing_needs_no_account() -> None:
    assert best(Problem(0, ())).accounts == ()


def test_without_conflicts_one_account_is_enough_whatever_the_residuals() -> None:
    assert best(Problem(3, (0, 0, 0), ((0b001, 5), (0b110, 7)))).accounts == (0b111,)


def test_the_fewest_accounts_come_before_the_least_cost() -> None:
    """Three accounts would cost nothing; two are enough."""
    found = best(Problem(3, (0b010, 0b001, 0), ((0b100, 3), (0b010, 1))))
    assert (found.accounts, found.cost) == ((0b101, 0b010), 3)


def test_an_odd_ring_needs_three() -> None:
    """No three are apart from one another, and two accounts are not enough all the same."""
    ring = tuple(1 << (index + 1) % 5 | 1 << (index - 1) % 5 for index in range(5))
    assert len(best(Problem(5, ring)).accounts) == 3


def test_a_search_that_stops_early_says_so_and_gives_a_way_that_is_possible() -> None:
    size = 12
    apart = tuple(
        sum(1 << other for other in range(size) if (other - index) % size in (1, 5, 7, 11)) for index in range(size)
    )
    classes = tuple((1 << index | 1 << (index * 5 + 2) % size, 3 + index % 4) for index in range(size))
    problem = Problem(size, apart, tuple(dict(classes).items()))
    found = best(problem, limit=2)
    assert not found.exact
    assert price(problem, found.accounts) == (len(found.accounts), found.cost)
    full = best(problem)
    assert full.exact
    assert found.accounts_at_least <= len(full.accounts) <= len(found.accounts)
    if len(full.accounts) == len(found.accounts):
        assert found.cost_at_least <= full.cost <= found.cost


@pytest.mark.parametrize("seed", range(3))
def test_thirty_environments_and_fifty_groups_take_less_than_a_second(seed: int) -> None:
    import random

    chance = random.Random(seed)
    size, weights = 30, {}
    apart = [0] * size
    stages = [chance.choice("dtp") for _ in range(size)]
    for _ in range(50):
        reached = {stage for stage in "dtp" if chance.random() < 0.5}
        members = sum(1 << index for index in range(size) if (stages[index] in reached) != (chance.random() < 0.05))
        if members:
            weights[members] = chance.randint(20, 200)
        if members and chance.random() < 0.1:
            for one in bits(members):
                for other in bits(~members & (1 << size) - 1):
                    apart[one] |= 1 << other
                    apart[other] |= 1 << one
    started = time.process_time()
    found = best(Problem(size, tuple(apart), tuple(sorted(weights.items()))))
    assert time.process_time() - started < 1
    assert found.exact
