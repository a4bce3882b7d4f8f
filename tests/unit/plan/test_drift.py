from __future__ import annotations

from policycc.catalogue.catalogue import load
from policycc.plan.drift import GrantDrift, PatternDrift, grant_drift, pattern_drift


def test_names_never_drift() -> None:
    assert pattern_drift({"main/a.json": ["sqs:ListQueues"]}, (), load()) == ()


def test_a_pattern_admits_what_was_not_granted() -> None:
    granted = {action.id for action in load().service("sqs").actions()} - {"sqs:ListQueues"}
    found = pattern_drift({"main/a.json": ["sqs:List*", "sqs:Get*", "gone:*"]}, granted, load())
    assert found == (PatternDrift("main/a.json", "sqs:List*", ("sqs:ListQueues",)),)


def test_case_makes_no_difference() -> None:
    assert pattern_drift({"main/a.json": ["SQS:listq*"]}, {"sqs:LISTQUEUES", "sqs:ListQueueTags"}, load()) == ()


def test_cells_gain_and_lose() -> None:
    before = {("developers", "dev"): {"a:B", "a:C"}, ("developers", "test"): {"a:B"}}
    after = {("developers", "dev"): {"a:B", "a:D"}, ("developers", "test"): {"a:B"}}
    assert grant_drift(before, after) == (GrantDrift("developers", "dev", ("a:D",), ("a:C",)),)


def test_a_pattern_that_names_no_service_drifts_in_all_of_them() -> None:
    (found,) = pattern_drift({"main/a.json": ["*:CreateQueue"]}, {"sqs:CreateQueue"}, load())
    assert "deadline:CreateQueue" in found.admitted
    assert "sqs:CreateQueue" not in found.admitted
