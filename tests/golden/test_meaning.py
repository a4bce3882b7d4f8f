"""The golden policies mean their matrices: as read back from disk, request by request, by an evaluator.

Inside: every canonical request of every grant is allowed. Outside: on everything that could be near (resources of every
environment of the account, unmarked ones, half-marked ones, marks in other letters, names that only look alike) nothing
is allowed that no grant, companion, input or listed residual asks for.
"""

from __future__ import annotations

import random
from functools import cache

import pytest

from tests.support import meaning
from tests.support.evaluating import files_in
from tests.support.matrices import fixture, fixtures

pytestmark = pytest.mark.parametrize("name", [found.name for found in fixtures()])


@cache
def golden(name: str) -> meaning.Build:
    found = fixture(name)
    return meaning.Build(found, files_in(found.policies))


def test_every_canonical_request_inside_is_allowed(name: str) -> None:
    assert sum(1 for _ in meaning.usable(golden(name))) > 0
    assert meaning.denied_inside(golden(name)) == []


def test_no_required_type_of_a_granted_action_is_left_out(name: str) -> None:
    assert list(meaning.half_granted(golden(name))) == []


def test_what_is_split_or_omitted_is_not_allowed(name: str) -> None:
    assert list(meaning.allowed_although_left_out(golden(name))) == []


def test_nothing_outside_the_grants_is_allowed(name: str) -> None:
    assert list(meaning.leaks(golden(name))) == []
    assert list(meaning.rowless_leaks(golden(name))) == []


def test_no_action_stands_in_a_policy_that_was_not_granted(name: str) -> None:
    assert list(meaning.unasked_actions(golden(name))) == []


def test_every_companion_works_on_create_and_only_there(name: str) -> None:
    named = [entry for entry in golden(name).manifest["grants"] if entry["companions"]]
    assert bool(named) == any(True for _ in meaning.companion_requests(golden(name)))
    assert list(meaning.broken_companions(golden(name))) == []


def test_companions_put_no_mark_on_what_exists(name: str) -> None:
    assert list(meaning.retags(golden(name))) == []


def test_an_unmet_requirement_denies(name: str) -> None:
    required = any("require" in source.data for source in fixture(name).sources)
    assert required == any(True for _ in meaning.unmet(golden(name)))
    assert list(meaning.unmet_but_allowed(golden(name))) == []


def test_the_naive_evaluator_agrees(name: str) -> None:
    """A sample of all requests above, decided by the one-page evaluator as well."""
    chance = random.Random(20261123)
    build = golden(name)
    for badge in build.badges:
        inside = [request for holder, _, _, request in meaning.usable(build) if holder is badge]
        outside = [request for request, _, _ in meaning.tries(build, badge)]
        for request in chance.sample(inside, min(40, len(inside))) + chance.sample(outside, min(120, len(outside))):
            assert badge.allows(request) == badge.allows_naively(request), request
