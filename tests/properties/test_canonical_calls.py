"""Real calls, written by hand from AWS's pages: they work inside the environment and nowhere else."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from policycc.catalogue.catalogue import load
from tests.differential.compare import Policycc
from tests.support import building, canonical_calls, naive
from tests.support.canonical_calls import Authorised, Call
from tests.support.evaluating import badges

CALLS = canonical_calls.calls()
REFUSED = canonical_calls.refused()
ACCOUNT = "111111111111"
DELEGATING = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}}


def line(asked: Authorised, documents: list[Any]) -> dict[str, Any]:
    """A line for `simulate`. Keys and roles have policies of their own, which here leave all to the account."""
    own = None
    if asked.action.startswith("kms:"):
        own = {"Version": "2012-10-17", "Statement": [{**DELEGATING, "Action": "kms:*", "Resource": "*"}]}
    if asked.action.startswith("sts:"):
        own = {"Version": "2012-10-17", "Statement": [{**DELEGATING, "Action": asked.action}]}
    return {
        "principal": f"arn:aws:iam::{ACCOUNT}:user/developer",
        "action": asked.action,
        "resource": asked.resource,
        "resourceAccount": ACCOUNT,
        "context": asked.context,
        "identityPolicies": documents,
        "resourcePolicy": own,
    }


@cache
def team() -> list[Any]:
    """The policies of the one group of the matrix, which are proved besides."""
    (badge,) = badges(building.build([canonical_calls.MATRIX]).files)
    return badge.documents


def test_there_are_enough_and_each_says_whence() -> None:
    assert len(CALLS) >= 100
    assert len({call.id for call in CALLS}) == len(CALLS)
    for call in CALLS:
        assert call.authorises, call.id
        assert call.source.startswith("https://docs.aws.amazon.com/"), call.id


def test_every_action_exists() -> None:
    catalogue = load()
    assert [one.action for call in CALLS for one in call.authorises if catalogue.action(one.action) is None] == []


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.id)
def test_a_call_bears_marks_that_another_environment_lacks(call: Call) -> None:
    assert any(one.moved("prod") != one for one in call.authorises)
    for one in call.authorises:
        moved = one.moved("prod")
        assert re.search(r"\bdev\b", moved.resource) is None
        assert not moved.resource.endswith("DEV")
        assert "dev" not in [value for value in moved.context.values() if isinstance(value, str)]


@pytest.mark.parametrize("call", [call for call in CALLS if call.id not in REFUSED], ids=lambda call: call.id)
def test_a_call_is_allowed_inside_its_environment(call: Call) -> None:
    documents = team()
    refused = [one for one in call.authorises if Policycc().decide(line(one, documents)) != "allowed"]
    assert refused == []
    assert all(naive.decide(line(one, documents)) == "allowed" for one in call.authorises)


@pytest.mark.parametrize("call", [call for call in CALLS if call.id in REFUSED], ids=lambda call: call.id)
def test_a_call_that_cannot_be_held_is_refused_and_says_why(call: Call) -> None:
    documents = team()
    assert len(REFUSED[call.id]) > 40
    assert [one for one in call.authorises if Policycc().decide(line(one, documents)) != "allowed"] != []


def test_only_calls_that_exist_are_excused() -> None:
    assert set(REFUSED) <= {call.id for call in CALLS}
    assert len(REFUSED) * 20 < len(CALLS)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.id)
def test_a_call_is_refused_in_another_environment(call: Call) -> None:
    documents = team()
    moved = [one.moved("prod") for one in call.authorises if one.moved("prod") != one]
    assert [one for one in moved if Policycc().decide(line(one, documents)) == "allowed"] == []
