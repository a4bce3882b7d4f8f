from __future__ import annotations

from policycc.catalogue.catalogue import load
from policycc.plan.drift import (
    GrantDrift,
    Held,
    HoldingDrift,
    PatternDrift,
    grant_drift,
    holding_drift,
    pattern_drift,
)

DEV, TEST = ("developers", "dev"), ("developers", "test")
TAG, WIDE, LEFT = Held(True, ("tag",)), Held(True), Held(False)


def test_names_never_drift() -> None:
    assert pattern_drift({"main/a.json": ["sqs:ListQueues"]}, (), load()) == ()


def test_a_pattern_admits_what_was_not_granted() -> None:
    granted = {action.id for action in load().service("sqs").actions()} - {"sqs:ListQueues"}
    found = pattern_drift({"main/a.json": ["sqs:List*", "sqs:Get*", "gone:*"]}, granted, load())
    assert found == (PatternDrift("main/a.json", "sqs:List*", ("sqs:ListQueues",)),)


def test_case_makes_no_difference() -> None:
    assert pattern_drift({"main/a.json": ["SQS:listq*"]}, {"sqs:LISTQUEUES", "sqs:ListQueueTags"}, load()) == ()


def test_cells_gain_and_lose() -> None:
    before = {DEV: {"a:B": TAG, "a:C": TAG, "a:E": LEFT}, TEST: {"a:B": TAG}}
    after = {DEV: {"a:B": TAG, "a:D": TAG, "a:E": LEFT, "a:F": LEFT}, TEST: {"a:B": TAG}}
    assert grant_drift(before, after) == (GrantDrift("developers", "dev", ("a:D",), ("a:C",)),)
    assert holding_drift(before, after) == ()


def test_what_can_be_granted_all_at_once_is_gained() -> None:
    assert grant_drift({DEV: {"a:B": LEFT}}, {DEV: {"a:B": TAG}}) == (GrantDrift("developers", "dev", ("a:B",), ()),)
    assert grant_drift({DEV: {"a:B": WIDE}}, {DEV: {"a:B": LEFT}}) == (GrantDrift("developers", "dev", (), ("a:B",)),)


def test_what_is_held_in_another_way_is_said_of_its_cell() -> None:
    before = {DEV: {"a:B": WIDE, "a:C": WIDE, "a:D": TAG}, TEST: {"a:B": TAG}}
    after = {DEV: {"a:B": TAG, "a:C": TAG, "a:D": TAG}, TEST: {"a:B": WIDE}}
    assert grant_drift(before, after) == ()
    assert holding_drift(before, after) == (
        HoldingDrift("developers", "dev", (), ("tag",), ("a:B", "a:C")),
        HoldingDrift("developers", "test", ("tag",), (), ("a:B",)),
    )


def test_a_pattern_that_names_no_service_drifts_in_all_of_them() -> None:
    (found,) = pattern_drift({"main/a.json": ["*:CreateQueue"]}, {"sqs:CreateQueue"}, load())
    assert "deadline:CreateQueue" in found.admitted
    assert "sqs:CreateQueue" not in found.admitted
