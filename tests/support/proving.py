"""Policies thrown together from near misses of correct statements, and the matrix that they are judged by."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from policycc.model.load import load_documents
from policycc.model.matrix import Matrix
from policycc.source.read import read_text

PATH = "main/app-people.json"
MATRIX = """
version = 1
name = "app"
[environments.dev]
[environments.prod]
[access.people]
dev = ["ec2:StartInstances"]
"""

ARNS = [
    "arn:aws:ec2:eu-west-1:111111111111:instance/i-1",
    "arn:aws:ec2:us-east-1:222222222222:instance/i-prod-1",
]
RESOURCES = [
    "*",
    "arn:aws:ec2:*:*:instance/*",
    "arn:aws:ec2:eu-*:*:instance/*",
    "arn:aws:ec2:*:111111111111:instance/i-?",
    "arn:aws:ec2:*:*:volume/*",
    "arn:aws:ec2:*:*:instance/${aws:username}",
]
TAG_KEYS = ["aws:ResourceTag/env", "aws:resourcetag/ENV", "ec2:ResourceTag/env"]
TAG_VALUES = ["dev", "prod", "Dev", "de", "d*", "*", "pro?", "${aws:username}"]
TAG_OPERATORS = [
    "StringEquals",
    "StringEquals",
    "StringEquals",
    "StringLike",
    "StringNotEquals",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringEqualsIfExists",
    "StringNotEqualsIfExists",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringEquals",
    "ForAllValues:StringNotLike",
]
OTHERS: list[tuple[list[str], str, list[str]]] = [
    (["Null"], "aws:ResourceTag/env", ["true", "false"]),
    (["IpAddress", "NotIpAddress", "IpAddressIfExists"], "aws:SourceIp", ["203.0.113.0/24", "203.0.113.7"]),
    (["Bool", "BoolIfExists"], "aws:MultiFactorAuthPresent", ["true", "false"]),
    (["NumericLessThan", "NumericGreaterThanEqualsIfExists", "NumericNotEquals"], "aws:MultiFactorAuthAge", ["60"]),
    (["StringEquals", "StringNotLike"], "aws:RequestedRegion", ["eu-west-1", "eu-*"]),
    (["DateGreaterThan"], "aws:CurrentTime", ["2026-01-01T00:00:00Z"]),
    (["ForAllValues:StringEquals", "ForAnyValue:StringLike"], "aws:CalledVia", ["athena.amazonaws.com", "c*"]),
    (["StringEquals"], "ec2:Vpc", ["vpc-1"]),
]
CONTEXT: dict[str, list[object]] = {
    "aws:SourceIp": [None, "203.0.113.7", "198.51.100.1"],
    "aws:MultiFactorAuthPresent": [None, "true", "false"],
    "aws:MultiFactorAuthAge": [None, "59", "60"],
    "aws:RequestedRegion": ["eu-west-1", "eu-west-3", "us-east-1"],
    "aws:CurrentTime": ["2025-01-01T00:00:00Z", "2026-06-01T00:00:00Z"],
    "aws:CalledVia": [
        None,
        [""],
        ["glue.amazonaws.com"],
        ["athena.amazonaws.com"],
        ["", "athena.amazonaws.com"],
        ["cloudformation.amazonaws.com", "athena.amazonaws.com"],
    ],
    "aws:username": [None, "dev", "prod", "i-1", "i-prod-1"],
}
TAGS: list[str | None] = [None, "dev", "prod", "Dev", "PROD", "de", "d", "dx", "pros", "zzz", "dev-2"]


def matrices() -> tuple[Matrix, ...]:
    """One group that may start instances in dev."""
    found, diagnostics = load_documents([read_text(MATRIX, "matrix.toml")])
    assert not diagnostics.has_errors
    return found


def _statement(pick: random.Random) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Deny" if pick.random() < 0.25 else "Allow"}
    actions = pick.choice([["ec2:StartInstances"], ["ec2:StartInstances"], ["ec2:Start*"], ["EC2:startInstances"]])
    statement["Action"] = actions
    statement["NotResource" if pick.random() < 0.1 else "Resource"] = [pick.choice(RESOURCES)]
    condition: dict[str, dict[str, list[str]]] = {}
    for _ in range(pick.choice([0, 1, 1, 1, 2])):
        values = pick.sample(TAG_VALUES, pick.choice([1, 1, 2]))
        condition.setdefault(pick.choice(TAG_OPERATORS), {})[pick.choice(TAG_KEYS)] = values
    for _ in range(pick.choice([0, 0, 1, 1, 2])):
        operators, key, values = pick.choice(OTHERS)
        condition.setdefault(pick.choice(operators), {})[key] = [pick.choice(values)]
    for block in condition.values():
        # One operator may not have one key in two spellings.
        for key in [key for key in block if key.lower() in {other.lower() for other in block if other != key}][1:]:
            del block[key]
    if condition:
        statement["Condition"] = condition
    return statement


def policies(count: int, seed: int) -> Iterator[dict[str, Any]]:
    pick = random.Random(seed)
    """`count` policies, the same for every run with one seed."""
    for _ in range(count):
        statements = [_statement(pick) for _ in range(pick.choice([1, 1, 2, 3]))]
        yield {"Version": pick.choice(["2012-10-17"] * 5 + ["2008-10-17"]), "Statement": statements}
