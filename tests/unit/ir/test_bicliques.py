from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from policycc.ir.bicliques import Values, bicliques

VALUE_COST = {"dev": 6, "test": 7, "prod": 7, "stage": 8, "live": 7, "demo": 7}


def _cheapest(classes: list[tuple[Values, int]], part_cost: int) -> int:
    """Every family of value lists, whatever use they are."""
    values = sorted(frozenset().union(*(needed for needed, _ in classes)))
    lists = [frozenset(some) for n in range(1, len(values) + 1) for some in combinations(values, n)]
    best = None
    for count in range(1, len(classes) + 3):
        for family in combinations(lists, count):
            total = sum(part_cost + sum(VALUE_COST[v] for v in part) for part in family)
            for needed, cost in classes:
                inside = [part for part in family if part <= needed]
                uses = next(
                    (
                        n
                        for n in range(1, len(inside) + 1)
                        for some in combinations(inside, n)
                        if frozenset().union(*some) == needed
                    ),
                    None,
                )
                if uses is None:
                    break
                total += uses * cost
            else:
                best = total if best is None else min(best, total)
    assert best is not None
    return best


CLASSES = st.dictionaries(
    st.frozensets(st.sampled_from(["dev", "test", "prod"]), min_size=1), st.integers(5, 200), min_size=1, max_size=5
)


@settings(max_examples=150, deadline=None)
@given(CLASSES, st.integers(50, 250))
def test_the_choice_is_the_cheapest(classes: dict[Values, int], part_cost: int) -> None:
    wanted = sorted(classes.items(), key=lambda item: sorted(item[0]))
    found = bicliques(wanted, VALUE_COST, part_cost)
    assert found.cost == found.bound == _cheapest(wanted, part_cost)
    _check(wanted, found.parts, part_cost, found.cost)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.frozensets(st.sampled_from(sorted(VALUE_COST)), min_size=1), st.integers(5, 200), min_size=6, max_size=14
    ),
    st.integers(50, 250),
)
def test_many_environments_have_a_proven_bound(classes: dict[Values, int], part_cost: int) -> None:
    wanted = sorted(classes.items(), key=lambda item: sorted(item[0]))
    found = bicliques(wanted, VALUE_COST, part_cost, effort=200)
    assert found.bound <= found.cost
    assert found.cost <= sum(part_cost + cost + sum(VALUE_COST[v] for v in needed) for needed, cost in wanted)
    _check(wanted, found.parts, part_cost, found.cost)


def _check(
    wanted: list[tuple[Values, int]], parts: tuple[tuple[Values, tuple[int, ...]], ...], part_cost: int, cost: int
) -> None:
    for number, (needed, _) in enumerate(wanted):
        assert frozenset().union(*(values for values, numbers in parts if number in numbers)) == needed
    total = sum(part_cost + sum(VALUE_COST[v] for v in values) for values, _ in parts)
    total += sum(wanted[number][1] for _, numbers in parts for number in numbers)
    assert total == cost
