"""Which keys hold a list is known from the types in the catalogue; what a plain operator on one matches is not."""

from __future__ import annotations

from importlib.util import find_spec
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.iam.model import Condition
from policycc.verify import Verdict, smt, terms
from policycc.verify.domains import compiled
from policycc.verify.intent import subjects
from policycc.verify.search import Undecided, find
from policycc.verify.terms import Is, every, negate
from tests.support.tools import need
from tests.unit.verify.test_promise import NAMED, allow, cell, proof, refuted

BUSES = "arn:aws:events:*:111111111111:event-bus/app-*"
OWN = allow(["events:PutEvents"], "arn:aws:events:*:111111111111:event-bus/app-dev-*")


def test_the_catalogue_tells() -> None:
    dynamodb, events, ec2 = (load_catalogue().service(name) for name in ("dynamodb", "events", "ec2"))
    assert dynamodb.holds_list("dynamodb:leadingkeys")
    assert events.holds_list("events:source")
    assert events.holds_list("events:metadata/anything")
    assert not ec2.holds_list("ec2:instancetype")
    assert not ec2.holds_list("aws:resourcetag/env")


@pytest.mark.parametrize(
    ("condition", "leaks"),
    [
        ({"ForAnyValue:StringEquals": {"events:source": "x"}}, True),
        ({"ForAllValues:StringEquals": {"events:source": "x"}}, True),
        (
            {
                "ForAnyValue:StringEquals": {"events:source": "x"},
                "ForAnyValue:StringLike": {"events:source": "y*"},
            },
            True,
        ),
    ],
    ids=["any", "all", "two elements"],
)
def test_a_list_may_hold_several(condition: dict[str, Any], leaks: bool) -> None:
    found = proof(NAMED, OWN, allow(["events:PutEvents"], BUSES, **condition), access=cell("events:PutEvents"))
    assert ("isolation" in refuted(found)) is leaks
    assert all(item.verdict is not Verdict.UNKNOWN for item in found.properties)


@pytest.mark.parametrize("key", ["events:source", "dynamodb:LeadingKeys", "aws:PrincipalOrgPaths", "aws:CalledVia"])
@pytest.mark.parametrize("operator", ["StringEquals", "StringEqualsIfExists", "StringNotLike"])
def test_nothing_is_proved_of_a_plain_operator_on_a_list(key: str, operator: str) -> None:
    found = proof(
        NAMED, OWN, allow(["events:PutEvents"], BUSES, **{operator: {key: "x"}}), access=cell("events:PutEvents")
    )
    assert refuted(found) >= {"fit"}
    assert not any(
        item.verdict is Verdict.PROVED for item in found.properties if item.name in ("isolation", "exactness")
    )


@pytest.mark.parametrize(
    ("condition", "leaks"),
    [
        # A list of empty texts is there, and meets whatever is asked of all values: even two things at once.
        (
            {
                "Null": {"events:source": "false"},
                "ForAllValues:StringEquals": {"events:source": "x"},
                "ForAllValues:StringNotEquals": {"events:source": "x"},
            },
            True,
        ),
        # Of any value it meets nothing, though an empty text is not x; beside another one, the empty text counts.
        ({"ForAnyValue:StringEquals": {"events:source": ""}}, True),
        (
            {
                "ForAnyValue:StringEquals": {"events:source": ""},
                "ForAllValues:StringEquals": {"events:source": ["", "y"]},
                "ForAllValues:StringNotEquals": {"events:source": "y"},
            },
            False,
        ),
    ],
    ids=["all of nothing", "any beside another", "any of nothing"],
)
def test_a_list_of_empty_texts_holds_nothing(condition: dict[str, Any], leaks: bool) -> None:
    found = proof(NAMED, OWN, allow(["events:PutEvents"], BUSES, **condition), access=cell("events:PutEvents"))
    assert ("isolation" in refuted(found)) is leaks
    assert all(item.verdict is not Verdict.UNKNOWN for item in found.properties if item.name != "fit")


def test_an_element_that_no_test_names_is_no_empty_text() -> None:
    """Past two Denys, one of a list with an x and one of a list of nothing else, comes whoever shows only a y."""
    denied = [
        {**allow(["events:PutEvents"], "*", **condition), "Effect": "Deny"}
        for condition in (
            {"ForAnyValue:StringEquals": {"events:source": "x"}},
            {"ForAllValues:StringEquals": {"events:source": "x"}},
        )
    ]
    found = proof(NAMED, OWN, allow(["events:PutEvents"], BUSES), *denied, access=cell("events:PutEvents"))
    assert "isolation" in refuted(found)


ELEMENTS = ("", "x", "X", "xy", "y", "Y", "z", "zz", "x*", "X*", "?", "*")
"""The empty text, all that the conditions below name, and one that none of them names, to each of their patterns."""
CONDITIONS = st.builds(
    lambda quantifier, operator, values: Condition(f"{quantifier}:{operator}", "events:source", tuple(values)),
    st.sampled_from(("ForAllValues", "ForAnyValue")),
    st.sampled_from(("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringLike", "StringNotLike")),
    st.lists(st.sampled_from(("", "x", "x*", "y", "?", "*")), min_size=1, max_size=2, unique=True),
) | st.builds(lambda value: Condition("Null", "events:source", (value,)), st.sampled_from(("true", "false")))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CONDITIONS, st.booleans()), min_size=1, max_size=4))
def test_the_lists_that_are_found_are_those_that_there_are(asked: list[tuple[Condition, bool]]) -> None:
    """As trying every list of twelve texts on the evaluator's tests says, and what is found meets them."""
    tests = [(compiled(terms.Test(condition, False)), wanted) for condition, wanted in asked]
    lists = [list(some) for count in range(1, len(ELEMENTS) + 1) for some in combinations(ELEMENTS, count)]
    contexts = [{}, *({"events:source": tuple(some)} for some in lists)]
    exists = any(all(test(context) is wanted for test, wanted in tests) for context in contexts)
    (subject, *_) = subjects(load_catalogue(), "events:PutEvents", "aws", "111111111111", False)
    found = find(subject, every(Is(terms.Test(condition, False), wanted) for condition, wanted in asked), {})
    assert (found is not None) is exists
    if found is not None:
        assert all(test(dict(found.context)) is wanted for test, wanted in tests)


def any_of(*values: str) -> terms.Term:
    return every(terms.test("ForAnyValue:StringEquals", "events:source", value) for value in values)


def test_z3_proves_nothing_of_lists_that_are_longer_than_those_it_looks_at() -> None:
    need(find_spec("z3"), "z3-solver")
    (subject, *_) = subjects(load_catalogue(), "events:PutEvents", "aws", "111111111111", False)
    assert smt.solve(subject.shape, any_of("a", "b", "c")) is not None
    assert smt.solve(subject.shape, every((any_of("a"), negate(any_of("a"))))) is None
    assert find(subject, any_of("a", "b", "c", "d", "e"), {}) is not None
    with pytest.raises(Undecided, match="elements"):
        smt.solve(subject.shape, any_of("a", "b", "c", "d", "e"))


def test_z3_knows_of_lists_of_empty_texts() -> None:
    need(find_spec("z3"), "z3-solver")
    (subject, *_) = subjects(load_catalogue(), "events:PutEvents", "aws", "111111111111", False)
    there = terms.test("Null", "events:source", "false")
    nothing = (terms.test(f"ForAllValues:{name}", "events:source", "x") for name in ("StringEquals", "StringNotEquals"))
    assert smt.solve(subject.shape, every((there, *nothing))) is not None
