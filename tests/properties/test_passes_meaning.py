"""Every accepted step of the rewrite keeps the meaning, whatever the program."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycc.iam.model import Condition
from policycc.ir.cost import cost, document_size
from policycc.ir.statement import Statement
from policycc.model.matrix import Wildcards
from policycc.passes import PASSES
from policycc.passes.driver import minimise
from policycc.passes.normal import normal_form
from policycc.plan.packing import pack
from policycc.plan.quotas import Quotas
from tests.support.small_catalogue import ACTIONS, small_context
from tests.support.small_meaning import allowed

PATTERNS = (
    "*",
    "arn:aws:app:*:*:disk/*",
    "arn:aws:app:*:*:disk/dev-*",
    "arn:aws:app:*:*:host/*",
    "arn:aws:app:*:*:host/prod-*",
    "arn:aws:app:*::image/*",
)
ENVIRONMENTS = ("dev", "test", "prod")


def _conditions() -> st.SearchStrategy[tuple[Condition, ...]]:
    values = st.sets(st.sampled_from(ENVIRONMENTS), min_size=1).map(lambda found: tuple(sorted(found)))
    tag = st.one_of(
        values.map(lambda found: Condition("StringEquals", "aws:ResourceTag/env", found)),
        st.sampled_from(("true", "false")).map(lambda value: Condition("Null", "aws:ResourceTag/env", (value,))),
        st.sampled_from(ENVIRONMENTS).map(lambda value: Condition("StringNotEquals", "aws:ResourceTag/env", (value,))),
        st.just(Condition("StringLike", "aws:ResourceTag/env", ("d*",))),
    )
    extras = st.sampled_from(
        (
            (),
            (),
            (Condition("StringEquals", "aws:ResourceTag/app", ("shop",)),),
            (Condition("Bool", "aws:MultiFactorAuthPresent", ("true",)),),
            (Condition("StringEquals", "aws:RequestedRegion", ("eu-west-1",)),),
        )
    )
    some = st.tuples(st.one_of(st.just(()), tag.map(lambda found: (found,)), tag.map(lambda found: (found,))), extras)
    return some.map(lambda pair: tuple(sorted(pair[0] + pair[1])))


def _sorted_subset(values: tuple[str, ...], most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(values), min_size=1, max_size=most).map(lambda found: tuple(sorted(found)))


STATEMENTS = st.builds(
    Statement,
    _sorted_subset(tuple(ACTIONS), 5),
    _sorted_subset(PATTERNS, 2),
    _conditions(),
    st.sampled_from(("access.a.dev", "access.a.test")).map(lambda origin: frozenset((origin,))),
    st.just(frozenset(("tag",))),
    st.just(frozenset(("dev",))),
)
PROGRAMS = st.lists(STATEMENTS, min_size=1, max_size=9)
WRITTEN = {"dev": ("app:Describe*", "app:*Host")}


@pytest.mark.parametrize("wildcards", ["never", "as-written", "always"])
@settings(max_examples=400, deadline=None)
@given(program=PROGRAMS)
def test_every_accepted_step_keeps_the_meaning(wildcards: Wildcards, program: list[Statement]) -> None:
    context = small_context(wildcards, WRITTEN)
    intended = allowed(program)
    assert allowed(normal_form(program, context)) == intended

    def certify(name: str, before: tuple[Statement, ...], after: tuple[Statement, ...]) -> None:
        assert cost(after) < cost(before), name
        assert allowed(after) == intended, name

    assert allowed(minimise(program, context, certify)) == intended


@pytest.mark.parametrize("step", PASSES, ids=lambda step: step.__module__.rpartition(".")[2])
@settings(max_examples=200, deadline=None)
@given(program=PROGRAMS)
def test_a_pass_alone_keeps_the_meaning_of_any_statements(step: object, program: list[Statement]) -> None:
    assert callable(step)
    context = small_context("always")
    after = step(tuple(program), context)
    assert allowed(after) == allowed(program)
    assert step(tuple(reversed(program)), context) == after
    origins = {origin for statement in program for origin in statement.origins}
    assert {origin for statement in after for origin in statement.origins} <= origins


@pytest.mark.parametrize("wildcards", ["never", "always"])
@settings(max_examples=200, deadline=None)
@given(program=PROGRAMS, seed=st.integers(0, 2**16))
def test_neither_order_nor_spelling_shows_in_the_result(
    wildcards: Wildcards, program: list[Statement], seed: int
) -> None:
    context = small_context(wildcards)
    result = minimise(program, context)
    shuffled = list(program)
    random.Random(seed).shuffle(shuffled)
    assert minimise(shuffled, context) == result
    apart = [
        Statement((action,), (resource,), statement.conditions, statement.origins, statement.how)
        for statement in program
        for action in statement.actions
        for resource in statement.resources
    ]
    assert minimise(apart, context) == result
    assert minimise(result, context) == result


@settings(max_examples=200, deadline=None)
@given(program=PROGRAMS, size=st.integers(500, 1500))
def test_packing_keeps_the_meaning_and_the_limits(program: list[Statement], size: int) -> None:
    context = small_context()
    statements = minimise(program, context)
    packing = pack(
        statements,
        "group",
        Quotas.of((("managed_policy_size", size), ("managed_policies_per_group", 99))),
        context.possible,
    )
    assert packing.overflow is None
    assert all(document_size(document.statements) <= document.quota for document in packing.documents)
    assert allowed(s for document in packing.documents for s in document.statements) == allowed(program)


PLAIN = st.builds(
    Statement,
    _sorted_subset(tuple(ACTIONS), 5),
    _sorted_subset(PATTERNS, 2),
    st.sets(st.sampled_from(ENVIRONMENTS)).map(
        lambda found: (Condition("StringEquals", "aws:ResourceTag/env", tuple(sorted(found))),) if found else ()
    ),
)


def _parts(statement: Statement) -> list[Statement | None]:
    """The statement without one of its parts, and without everything."""
    found: list[Statement | None] = [None]
    found += [replace(statement, actions=rest) for rest in _shorter(statement.actions)]
    found += [replace(statement, resources=rest) for rest in _shorter(statement.resources)]
    found += [
        replace(statement, conditions=(replace(condition, values=rest),))
        for condition in statement.conditions
        for rest in _shorter(condition.values)
    ]
    return found + [replace(statement, conditions=()) for _ in statement.conditions]


def _shorter(values: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [values[:i] + values[i + 1 :] for i in range(len(values))] if len(values) > 1 else []


@settings(max_examples=300, deadline=None)
@given(program=st.lists(PLAIN, min_size=1, max_size=9))
def test_nothing_is_left_that_could_go(program: list[Statement]) -> None:
    context = small_context()
    result = minimise(program, context)
    intended = allowed(program)
    for place, statement in enumerate(result):
        for part in _parts(statement):
            changed = [*result[:place], *([part] if part else []), *result[place + 1 :]]
            assert allowed(changed) != intended, (statement, part)
