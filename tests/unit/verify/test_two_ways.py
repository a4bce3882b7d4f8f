"""A key that is compared in two ways, as text and as a value of another type, and the empty text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load_documents
from policycc.source.read import read_text
from policycc.verify import Verdict, verify
from tests.unit.verify.test_promise import NAMED, allow, cell, proof

Json = dict[str, Any]
QUEUES = "arn:aws:sqs:*:111111111111:app-{}-*"
OWN = allow(["sqs:ReceiveMessage"], QUEUES.format("dev"))


def isolation(**condition: Json) -> Verdict:
    """What is said of a policy that opens production under a condition."""
    opened = allow(["sqs:ReceiveMessage"], QUEUES.format("prod"), **condition)
    found = proof(NAMED, OWN, opened, access=cell("sqs:ReceiveMessage"))
    return next(item.verdict for item in found.properties if item.name == "isolation")


@pytest.mark.parametrize(
    "condition",
    [
        {"StringLike": {"aws:SourceIp": "10.1.*"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"StringLike": {"aws:MultiFactorAuthAge": "5*"}, "NumericGreaterThan": {"aws:MultiFactorAuthAge": "400"}},
        {"StringLike": {"aws:CurrentTime": "2026-*"}, "DateGreaterThan": {"aws:CurrentTime": "2025-12-31T00:00:00Z"}},
        {"NumericEquals": {"aws:PrincipalTag/a": "1"}, "StringNotEquals": {"aws:PrincipalTag/a": "1"}},
        {"BinaryEquals": {"aws:PrincipalTag/a": "YQ=="}, "StringNotEquals": {"aws:PrincipalTag/a": "YQ=="}},
        {"ForAnyValue:NumericGreaterThan": {"aws:CalledVia": "40"}},
        {"StringNotLike": {"aws:PrincipalTag/a": "?*"}, "Null": {"aws:PrincipalTag/a": "false"}},
        {"StringNotLike": {"aws:ResourceTag/x": "?*"}, "Null": {"aws:ResourceTag/x": "false"}},
    ],
    ids=["address", "age", "time", "number", "bytes", "numbers", "empty", "empty tag"],
)
def test_what_lets_a_request_through_is_never_proved(condition: Json) -> None:
    assert isolation(**condition) is not Verdict.PROVED


@pytest.mark.parametrize(
    "condition",
    [
        {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}, "NotIpAddress": {"aws:SourceIp": "10.0.0.0/7"}},
        {"NumericGreaterThan": {"aws:MultiFactorAuthAge": "5"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "4"}},
        {
            "StringEquals": {"aws:PrincipalTag/a": "x", "aws:PrincipalTag/b": "x"},
            "StringNotEquals": {"aws:PrincipalTag/b": "x"},
            "NumericEquals": {"aws:PrincipalTag/a": "1"},
        },
    ],
    ids=["addresses", "numbers", "apart from what is compared in two ways"],
)
def test_what_lets_nothing_through_is_still_proved(condition: Json) -> None:
    assert isolation(**condition) is Verdict.PROVED


def test_a_pattern_with_a_variable_is_not_taken_for_one_without() -> None:
    """The principals are asked about one after the other, and what was proved of one is not asked of the other."""
    text = NAMED + cell("sqs:ReceiveMessage", group="aa") + cell("sqs:ReceiveMessage", group="bb")
    matrices, _ = load_documents([read_text(text, "matrix.toml")])
    both = allow(["sqs:ReceiveMessage"], [QUEUES.format("dev"), QUEUES.format("prod")])

    def document(denied: str) -> bytes:
        deny = {"Effect": "Deny", "Action": "sqs:ReceiveMessage", "Resource": denied}
        return json.dumps({"Version": "2012-10-17", "Statement": [both, deny]}).encode()

    surely, tied = document(QUEUES.format("prod")), document("arn:aws:sqs:*:111111111111:app-prod-${aws:username}*")
    for first, second in ((surely, tied), (tied, surely)):
        found = verify(matrices, load_catalogue(), {"main/app-aa.json": first, "main/app-bb.json": second})
        assert found.verdict is not Verdict.PROVED
    both_sure = dict.fromkeys(("main/app-aa.json", "main/app-bb.json"), surely)
    assert verify(matrices, load_catalogue(), both_sure).verdict is Verdict.PROVED


def test_half_a_character_is_refused() -> None:
    half = r'{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*",'
    half += r'"Condition":{"StringEquals":{"aws:username":"\ud800"}}}}'
    matrices, _ = load_documents([read_text(NAMED + cell("sqs:ReceiveMessage"), "matrix.toml")])
    found = verify(matrices, load_catalogue(), {"main/app-people.json": half.encode()})
    assert next(item.verdict for item in found.properties if item.name == "fit") is Verdict.REFUTED
