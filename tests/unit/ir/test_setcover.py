from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycc.ir.setcover import cover

SETS = st.lists(st.tuples(st.integers(1, 2**9 - 1), st.integers(1, 30)), min_size=1, max_size=9)


def _cheapest(elements: int, sets: list[tuple[int, int]]) -> int:
    costs = []
    for count in range(len(sets) + 1):
        for chosen in combinations(sets, count):
            mask = 0
            for one, _ in chosen:
                mask |= one
            if not elements & ~mask:
                costs.append(sum(cost for _, cost in chosen))
    return min(costs)


@settings(max_examples=300, deadline=None)
@given(SETS)
def test_the_cover_is_the_cheapest(sets: list[tuple[int, int]]) -> None:
    elements = 0
    for mask, _ in sets:
        elements |= mask
    found = cover(elements, sets)
    covered = 0
    for place in found.chosen:
        covered |= sets[place][0]
    assert covered == elements
    assert found.cost == sum(sets[place][1] for place in found.chosen) == _cheapest(elements, sets) == found.bound


@settings(max_examples=100, deadline=None)
@given(SETS)
def test_without_effort_the_bound_is_still_below_the_cheapest(sets: list[tuple[int, int]]) -> None:
    elements = 0
    for mask, _ in sets:
        elements |= mask
    found = cover(elements, sets, effort=1)
    assert found.bound <= _cheapest(elements, sets) <= found.cost


def test_nothing_is_covered_for_nothing() -> None:
    assert cover(0, [(1, 5)]).chosen == ()


def test_an_element_in_no_set_is_an_error() -> None:
    with pytest.raises(ValueError, match="no set"):
        cover(3, [(1, 5)])
