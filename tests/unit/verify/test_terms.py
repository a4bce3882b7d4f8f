"""Terms: what they mean, tried with every truth of their leaves, and that what is decided already is seen."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policycc.iam.model import Condition
from policycc.verify import terms
from policycc.verify.terms import ALWAYS, NEVER, All, Is, Some, TagIs, Term, every, leaves, negate, some

LEAVES = tuple(TagIs("env", value) for value in ("a", "b", None))
TERMS = st.recursive(
    st.builds(Is, st.sampled_from(LEAVES), st.booleans()) | st.sampled_from([ALWAYS, NEVER]),
    lambda inner: st.lists(inner, max_size=3).map(tuple).map(All) | st.lists(inner, max_size=3).map(tuple).map(Some),
    max_leaves=8,
)


def truth(term: Term, values: tuple[bool, ...]) -> bool:
    if isinstance(term, Is):
        return values[LEAVES.index(term.leaf)] is term.positive  # type: ignore[arg-type]
    parts = (truth(part, values) for part in term.parts)
    return all(parts) if isinstance(term, All) else any(parts)


def truths(term: Term) -> list[bool]:
    return [truth(term, values) for values in product((False, True), repeat=len(LEAVES))]


@given(st.lists(TERMS, max_size=4))
def test_every_is_and_some_is_or(parts: list[Term]) -> None:
    assert truths(every(parts)) == truths(All(tuple(parts)))
    assert truths(some(parts)) == truths(Some(tuple(parts)))


@given(TERMS)
def test_negate_is_not(term: Term) -> None:
    assert truths(negate(term)) == [not value for value in truths(term)]
    assert truths(negate(negate(term))) == truths(term)


@given(TERMS)
def test_leaves_are_all_that_stand_in_a_term(term: Term) -> None:
    def found(part: Term) -> list[object]:
        return [part.leaf] if isinstance(part, Is) else [leaf for inner in part.parts for leaf in found(inner)]

    assert list(leaves(term)) == found(term)


A, B = Is(LEAVES[0]), Is(LEAVES[1], positive=False)


def test_what_is_decided_is_seen_and_what_is_nested_is_flat() -> None:
    """So that equal demands are equal values, and a question that has its answer is never asked."""
    assert every([]) == ALWAYS
    assert some([]) == NEVER
    assert every([A]) == some([A]) == A
    assert every([A, NEVER, B]) == NEVER
    assert some([A, ALWAYS, B]) == ALWAYS
    assert every([ALWAYS, A]) == A
    assert some([NEVER, A]) == A
    assert every([All((A, B)), A]) == All((A, B, A))
    assert some([Some((A, B)), A]) == Some((A, B, A))
    assert every([Some((A, B)), A]) == All((Some((A, B)), A))
    assert negate(every([A, B])) == Some((negate(A), negate(B)))


def test_equal_tests_are_equal_whatever_spelling_their_key_has_been_folded_from() -> None:
    one = terms.Test(Condition("StringEquals", "aws:ResourceTag/Env", ("x",)))
    assert one.key == "aws:resourcetag/env"
    assert one == terms.Test(Condition("StringEquals", "aws:ResourceTag/Env", ("x",)))
    assert hash(one) == hash(terms.Test(Condition("StringEquals", "aws:ResourceTag/Env", ("x",))))
    assert one != terms.Test(one.condition, variables=False)
    assert len({one, terms.Test(one.condition), terms.Test(one.condition, variables=False)}) == 2


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (terms.test("StringLike", "aws:x", "${*}"), [("StringLike", "aws:x", ("${*}",))]),
        (terms.absent("aws:x"), [("Null", "aws:x", ("true",))]),
        (terms.requested((("env", "dev"),)), [("StringEquals", "aws:RequestTag/env", ("dev",))]),
        (
            terms.requested((("env", "dev"), ("app", "w"))),
            [("StringEquals", "aws:RequestTag/env", ("dev",)), ("StringEquals", "aws:RequestTag/app", ("w",))],
        ),
    ],
)
def test_tests_of_the_request(term: Term, expected: list[tuple[str, str, tuple[str, ...]]]) -> None:
    """All are demanded, and their values are literal text."""
    assert [leaf.condition for leaf in leaves(term) if isinstance(leaf, terms.Test)] == [
        Condition(*one) for one in expected
    ]
    assert all(isinstance(leaf, terms.Test) and not leaf.variables for leaf in leaves(term))
    parts = term.parts if isinstance(term, All) else (term,)
    assert all(isinstance(part, Is) and part.positive for part in parts)


def test_all_boundary_tags_are_demanded() -> None:
    assert terms.tagged((("env", "dev"), ("app", "w"))) == All((Is(TagIs("env", "dev")), Is(TagIs("app", "w"))))
    assert terms.tagged(()) == ALWAYS
    assert terms.requested(()) == ALWAYS
