from __future__ import annotations

import json
from typing import Any

import pytest

from policycc.iam.model import Condition
from policycc.ir.cost import cost, document_size, list_size
from policycc.ir.statement import Statement

TAG = Condition("StringEquals", "aws:ResourceTag/env", ("dev", "test"))
APP = Condition("StringEquals", "aws:ResourceTag/app", ("shop",))
MFA = Condition("Bool", "aws:MultiFactorAuthPresent", ("true",))


def _document(statements: tuple[Statement, ...]) -> str:
    found: list[dict[str, Any]] = []
    for statement in statements:
        body: dict[str, Any] = {
            "Effect": "Allow",
            "Action": list(statement.actions),
            "Resource": list(statement.resources),
        }
        for condition in statement.conditions:
            operator = body.setdefault("Condition", {}).setdefault(condition.operator, {})
            operator[condition.key] = list(condition.values)
        found.append(body)
    return json.dumps({"Version": "2012-10-17", "Statement": found}, separators=(",", ":"))


@pytest.mark.parametrize(
    "statements",
    [
        (),
        (Statement(("ec2:StopInstances",), ("*",)),),
        (Statement(("a:B", "a:C"), ("x", "y"), (APP, TAG, MFA)), Statement(("a:D",), ("*",), (TAG,))),
        (Statement(("a:B",), ("*",), (Condition("StringEquals", "k", ('white space, "quotes" and ü',)),)),),
    ],
)
def test_the_size_is_that_of_the_document_without_white_space(statements: tuple[Statement, ...]) -> None:
    assert document_size(statements) == len(_document(statements))


def test_an_empty_list_has_its_brackets() -> None:
    assert list_size(()) == 2


def test_the_cost_is_a_total_order() -> None:
    one = (Statement(("a:B",), ("*",)),)
    other = (Statement(("a:C",), ("*",)),)
    assert cost(one) != cost(other)
    assert cost(one) < cost(one + other)
    assert cost(tuple(reversed(one + other))) == cost(one + other)
