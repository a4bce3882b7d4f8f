"""What must hold of every decision, whatever the policies."""

from __future__ import annotations

import copy
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.differential.compare import Policycc
from tests.support import naive
from tests.support.strategies import requests

Json = dict[str, Any]

bounded = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LISTS = ("identityPolicies", "sessionPolicies", "vpcEndpointPolicies")


def decide(line: Json) -> str:
    return Policycc().decide(line)


@bounded
@given(requests())
def test_the_naive_evaluator_agrees(line: Json) -> None:
    assert decide(line) == naive.decide(line)


@bounded
@given(requests(), st.randoms(use_true_random=False))
def test_order_does_not_matter(line: Json, rng: random.Random) -> None:
    shuffled = copy.deepcopy(line)
    for name in LISTS:
        rng.shuffle(shuffled.get(name) or [])
        for policy in shuffled.get(name) or []:
            if isinstance(policy["Statement"], list):
                rng.shuffle(policy["Statement"])
    assert decide(shuffled) == decide(line)


@bounded
@given(requests())
def test_a_deny_of_everything_denies_explicitly(line: Json) -> None:
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    denied = {**line, "identityPolicies": [*line["identityPolicies"], everything]}
    assert decide(denied) == "explicitly-denied"


@bounded
@given(requests())
def test_without_any_allow_nothing_is_allowed(line: Json) -> None:
    without = {**line, "identityPolicies": [], "resourcePolicy": None}
    assert decide(without) != "allowed"


@bounded
@given(requests())
def test_one_more_identity_allow_never_takes_away(line: Json) -> None:
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    more = {**line, "identityPolicies": [*line["identityPolicies"], everything]}
    if decide(line) == "allowed":
        assert decide(more) == "allowed"


@bounded
@given(requests())
def test_the_case_of_actions_and_key_names_does_not_matter(line: Json) -> None:
    context = {key.upper(): value for key, value in line["context"].items()}
    assert decide({**line, "action": line["action"].swapcase(), "context": context}) == decide(line)


@bounded
@given(requests())
def test_two_calls_are_allowed_only_if_each_is(line: Json) -> None:
    resources = [line["resource"], "arn:aws:s3:::another"]
    if decide({**line, "resource": resources}) == "allowed":
        assert all(decide({**line, "resource": resource}) == "allowed" for resource in resources)
