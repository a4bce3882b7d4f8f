"""Sets of actions against a list of actions that is small enough to go through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policycc.iam.actions import (
    ActionSet,
    Known,
    action_set,
    covers,
    disjoint,
    expand,
    intersect,
    matcher,
    members,
    uncovered,
)
from policycc.iam.glob import action_glob

NAMES = {"a": ["Get", "GetAll", "Put"], "ab": ["Get", "ListB"], "c": ["X"]}
KNOWN: Known = {service: {name.lower(): name for name in names} for service, names in NAMES.items()}
EVERY = [f"{service}:{name}" for service, names in NAMES.items() for name in names]
PATTERNS = st.sampled_from(
    [
        "*",
        "a:*",
        "A:get*",
        "a*:Get",
        "?:*",
        "a:Get",
        "ab:LISTB",
        "c:X",
        "c:?",
        "*:*t",
        "a:Gone",
        "d:*",
        "d:X",
        "x",
        "a*",
    ]
)
SETS = st.builds(ActionSet, st.lists(PATTERNS, max_size=3).map(tuple), st.booleans())


def inside(actions: ActionSet) -> list[str]:
    """The members, found by asking of every action whether every pattern matches it."""
    return [
        action
        for action in EVERY
        if any(action_glob(pattern).matches(action.lower()) for pattern in actions.patterns) is not actions.negated
    ]


def shortest(actions: list[str]) -> str | None:
    return min(actions, key=lambda action: (len(action), action), default=None)


@given(SETS, SETS)
def test_relations_are_those_of_the_members(one: ActionSet, other: ActionSet) -> None:
    both = [action for action in inside(one) if action in inside(other)]
    only = [action for action in inside(other) if action not in inside(one)]
    assert intersect(one, other, KNOWN) == shortest(both)
    assert disjoint(one, other, KNOWN) is (not both)
    assert uncovered(one, other, KNOWN) == shortest(only)
    assert covers(one, other, KNOWN) is (not only)


@given(SETS)
def test_members_are_what_matches_each_once(actions: ActionSet) -> None:
    found = list(members(actions, KNOWN))
    assert sorted(found) == sorted(inside(actions))
    assert [action for action in EVERY if actions.matches(action)] == inside(actions)
    assert all(matcher(actions)(action.lower()) is (action in found) for action in EVERY)


@given(PATTERNS)
def test_a_pattern_stands_for_what_it_matches_in_the_order_of_the_list(pattern: str) -> None:
    assert list(expand(pattern, KNOWN)) == inside(ActionSet((pattern,)))


def test_case_and_spelling() -> None:
    assert list(expand("A:GETALL", KNOWN)) == ["a:GetAll"]
    assert list(expand("A:getA*", KNOWN)) == ["a:GetAll"]
    assert ActionSet(("a:get",)).matches("A:GET")
    assert list(members(ActionSet(("a:Put", "a:GET", "a:get*")), KNOWN)) == ["a:Put", "a:Get", "a:GetAll"]


def test_the_elements_of_a_statement() -> None:
    assert action_set(("a:Get",), None) == ActionSet(("a:Get",))
    assert action_set(None, ("a:Get",)) == ActionSet(("a:Get",), negated=True)
    assert action_set((), None) == ActionSet(())
    assert action_set(None, None) == ActionSet((), negated=True)


def test_an_action_that_nobody_knows_is_no_witness() -> None:
    """But it is in the sets, since a request may name it all the same."""
    gone = ActionSet(("a:Gone",))
    assert covers(ActionSet(()), gone, KNOWN)
    assert disjoint(gone, gone, KNOWN)
    assert gone.matches("a:Gone")


class Shelf(Mapping[str, Mapping[str, str]]):
    """A list that notes which services were looked up."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __getitem__(self, service: str) -> Mapping[str, str]:
        self.read.append(service)
        return KNOWN[service]

    def __iter__(self) -> Iterator[str]:
        return iter(KNOWN)

    def __len__(self) -> int:
        return len(KNOWN)


@pytest.mark.parametrize(
    ("one", "other", "read"),
    [
        (ActionSet(("a:*",)), ActionSet(("*",)), {"a"}),
        (ActionSet(("*",), negated=True), ActionSet(("a:Get", "c:*")), {"a", "c"}),
        (ActionSet(("ab:Gone",)), ActionSet(("*",)), {"ab"}),
    ],
)
def test_only_the_services_that_matter_are_read(one: ActionSet, other: ActionSet, read: set[str]) -> None:
    shelf = Shelf()
    disjoint(one, other, shelf)
    assert set(shelf.read) == read
