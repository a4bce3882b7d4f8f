"""The prover against the evaluator: what is refuted replays, and what is proved no request breaks.

Policies are thrown together from near misses of correct statements; the requests that are tried on them are all
combinations of values that those policies could tell apart, and more. `POLICYCC_PROVER_POLICIES` sets how many policies
are tried, `POLICYCC_PROVER_SEED` which.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.iam.evaluate import Evaluator, Policies
from policycc.iam.model import PolicyType
from policycc.iam.reader import read_policy_value
from policycc.iam.request import make_request
from policycc.model.load import load
from policycc.model.matrix import Matrix
from policycc.verify import Verdict, verify

POLICIES = int(os.environ.get("POLICYCC_PROVER_POLICIES", "150"))
SEED = int(os.environ.get("POLICYCC_PROVER_SEED", "1"))
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
    "aws:CalledVia": [None, ["athena.amazonaws.com"], ["cloudformation.amazonaws.com", "athena.amazonaws.com"]],
    "aws:username": [None, "dev", "prod", "i-1", "i-prod-1"],
}
TAGS: list[str | None] = [None, "dev", "prod", "Dev", "PROD", "de", "d", "dx", "pros", "zzz", "dev-2"]


@pytest.fixture(scope="module")
def matrices(tmp_path_factory: pytest.TempPathFactory) -> tuple[Matrix, ...]:
    path = tmp_path_factory.mktemp("matrix") / "matrix.toml"
    path.write_text(MATRIX)
    found, diagnostics = load([path])
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


def _policies(count: int) -> Iterator[dict[str, Any]]:
    pick = random.Random(SEED)
    for _ in range(count):
        statements = [_statement(pick) for _ in range(pick.choice([1, 1, 2, 3]))]
        yield {"Version": pick.choice(["2012-10-17"] * 5 + ["2008-10-17"]), "Statement": statements}


def _contexts(policy: dict[str, Any]) -> Iterator[dict[str, object]]:
    """All combinations of the values of the keys that the policy speaks of."""
    text = json.dumps(policy).lower()
    used = {key: values for key, values in CONTEXT.items() if key.lower() in text}
    for values in product(*used.values()):
        context = {key: value for key, value in zip(used, values, strict=True) if value is not None}
        context.setdefault("aws:RequestedRegion", "eu-west-1")
        context.setdefault("aws:CurrentTime", "2026-06-01T00:00:00Z")
        yield context


def _broken(policy: dict[str, Any]) -> tuple[object, object]:
    """A request that breaks isolation, and one that breaks exactness, by trying."""
    read = read_policy_value(policy, PolicyType.IDENTITY).policy
    assert read is not None
    evaluator = Evaluator(Policies(identity=(read,)))
    isolation = exactness = None
    for context, tag, twin, arn in product(list(_contexts(policy)), TAGS, (False, True), ARNS):
        shown = {} if tag is None else {"aws:ResourceTag/env": tag}
        if twin and tag is not None:
            shown["ec2:ResourceTag/env"] = tag
        request = make_request(
            "arn:aws:iam::111111111111:user/x", "ec2:StartInstances", arn, context | shown, "111111111111"
        )
        if not evaluator.decide(request).is_allowed:
            continue
        if tag == "prod":
            isolation = isolation or request
        if tag != "dev":
            exactness = exactness or request
        if isolation and exactness:
            break
    return isolation, exactness


def test_refutations_replay_and_proofs_hold(matrices: tuple[Matrix, ...]) -> None:
    catalogue = load_catalogue()
    verdicts: dict[str, int] = {}
    for policy in _policies(POLICIES):
        if not read_policy_value(policy, PolicyType.IDENTITY).policy:
            continue
        found = verify(matrices, catalogue, {PATH: json.dumps(policy).encode()})
        uses_variables = "${" in json.dumps(policy)
        for name, broken in zip(("isolation", "exactness"), _broken(policy), strict=True):
            verdict = found[name].verdict
            verdicts[f"{name} {verdict.value}"] = verdicts.get(f"{name} {verdict.value}", 0) + 1
            if broken is not None:
                assert verdict is not Verdict.PROVED, (name, policy, broken)
            if verdict is Verdict.UNKNOWN:
                assert uses_variables, (name, policy, found[name].open)
            for example in found[name].counterexamples:
                assert _replays(example.request), (name, policy, example)
    assert all(count for count in verdicts.values())
    assert {"isolation proved", "isolation refuted", "exactness proved", "exactness refuted"} <= set(verdicts), verdicts


def _replays(line: Any) -> bool:
    read = [read_policy_value(policy, PolicyType.IDENTITY).policy for policy in line["identityPolicies"]]
    evaluator = Evaluator(Policies(identity=tuple(policy for policy in read if policy is not None)))
    request = make_request(
        line["principal"], line["action"], line["resource"], line["context"], line["resourceAccount"]
    )
    return evaluator.decide(request).is_allowed
