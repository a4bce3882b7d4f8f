"""Trust policies thrown together from near misses: after `proved`, no call that is tried gets in who should not.

`POLICYCC_TRUST_POLICIES` says how many; what the matrix intends is written here a second time, by hand.
"""

from __future__ import annotations

import json
import os
import random
from typing import Any

import pytest

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.verify import Verdict, verify
from tests.differential import compare
from tests.differential.test_delegation import (
    CLUSTER,
    GITHUB,
    HUB,
    MAIN,
    PEOPLE,
    PROD,
    SIGNED_IN,
    STRANGER,
    arns,
    built,
    lines_for,
)

Json = dict[str, Any]
COUNT = int(os.environ.get("POLICYCC_TRUST_POLICIES", "400"))
SEED = int(os.environ.get("POLICYCC_PROVER_SEED", "1"))
PARTNER, PIPELINE = "main/trust/partner.json", "prod/trust/deploy-prod.json"
PROVIDER = f"arn:aws:iam::{PROD}:oidc-provider/{GITHUB}"
SUBJECT = "repo:acme/shop:environment:prod"

PRINCIPALS: tuple[Any, ...] = (
    {"AWS": f"arn:aws:iam::{HUB}:root"},
    {"AWS": HUB},
    {"AWS": [f"arn:aws:iam::{HUB}:root", f"arn:aws:iam::{HUB}:user/alice"]},
    {"AWS": f"arn:aws:iam::{HUB}:user/alice"},
    {"AWS": [f"arn:aws:iam::{HUB}:root", f"arn:aws:iam::{STRANGER}:root"]},
    {"AWS": "*"},
    "*",
    {"Federated": PROVIDER},
    {"Federated": [PROVIDER, f"arn:aws:iam::{MAIN}:oidc-provider/{CLUSTER}"]},
    {"Service": "ec2.amazonaws.com"},
)
ACTIONS = ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleW*", "sts:*", ["sts:AssumeRole"])
OPERATORS = (
    "StringEquals",
    "StringEquals",
    "StringLike",
    "StringEqualsIfExists",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
)
BOOLEAN = ("Bool", "Bool", "BoolIfExists", "StringEquals", "Null")
NUMERIC = ("NumericLessThan", "NumericLessThan", "NumericLessThanEquals")
ARNS = ("ArnLike", "StringLike", "StringNotLike")
TESTS: tuple[tuple[str, tuple[str, ...], tuple[Any, ...]], ...] = (
    ("aws:MultiFactorAuthPresent", BOOLEAN, ("true", "false", ["true", "false"])),
    ("aws:MultiFactorAuthAge", NUMERIC, ("3600", "36000", "60")),
    ("sts:ExternalId", OPERATORS, ("abc-123", "abc*", ["abc-123", "abc"])),
    ("aws:PrincipalAccount", OPERATORS, (HUB, STRANGER)),
    ("aws:PrincipalArn", ARNS, (f"arn:aws:iam::{HUB}:*", "arn:aws:iam::*:user/*")),
    (f"{GITHUB}:aud", OPERATORS, ("sts.amazonaws.com", "*")),
    (f"{GITHUB}:sub", OPERATORS, (SUBJECT, "repo:acme/shop:environment:*", [SUBJECT, "repo:acme/shop:pull_request"])),
)
"""Key, operators and values to draw from; the first ones are right."""


def statement(rng: random.Random, path: str) -> Json:
    """One statement, more often right than wrong in each of its parts."""
    right = rng.random() < 0.7
    people = path == PARTNER
    found: Json = {
        "Effect": "Deny" if rng.random() < 0.15 else "Allow",
        "Principal": (PRINCIPALS[0] if people else PRINCIPALS[7]) if right else rng.choice(PRINCIPALS),
        "Action": (ACTIONS[0] if people else ACTIONS[1]) if right else rng.choice(ACTIONS),
    }
    block: Json = {}
    wanted = TESTS[:3] if people else TESTS[5:]
    for key, operators, values in [*wanted, *([rng.choice(TESTS)] if rng.random() < 0.3 else [])]:
        draw = rng.random()
        if draw < 0.08:
            continue
        operator, given = (operators[0], values[0]) if draw < 0.8 else (rng.choice(operators), rng.choice(values))
        if operator == "Null" and isinstance(given, list):
            given = "true"
        block.setdefault(operator, {})[key] = given
    return {**found, "Condition": block} if block else found


def meant(path: str, line: Json) -> bool:
    """What the matrix says of the two roles."""
    context = line["context"]
    if path == PARTNER:
        return bool(
            line["action"] == "sts:AssumeRole"
            and f"::{HUB}:" in line["principal"]
            and context.get("aws:MultiFactorAuthPresent") == "true"
            and int(context.get("aws:MultiFactorAuthAge", "99999")) <= 3600
            and context.get("sts:ExternalId") == "abc-123"
        )
    return bool(
        line["action"] == "sts:AssumeRoleWithWebIdentity"
        and line["principal"] == PROVIDER
        and context.get(f"{GITHUB}:aud") == "sts.amazonaws.com"
        and context.get(f"{GITHUB}:sub") == SUBJECT
    )


def seen(line: Json) -> Json:
    """The call as AWS shows it: who calls is in the context too."""
    parts = line["principal"].split(":")
    if len(parts) < 6 or (parts[2] == "iam" and "provider" in parts[5]):
        return line
    arn = line["principal"]
    if parts[2] == "sts":
        arn = f"arn:aws:iam::{parts[4]}:role/{parts[5].split('/')[1]}"
    return {**line, "context": {**line["context"], "aws:PrincipalArn": arn, "aws:PrincipalAccount": parts[4]}}


@pytest.mark.parametrize("path", [PARTNER, PIPELINE])
def test_after_proved_nobody_gets_in_whom_the_matrix_does_not_name(path: str) -> None:
    matrices, files = built()
    encoded = {name: json.dumps(body).encode() for name, body in files.items()}
    rng = random.Random(f"{SEED} {path}")
    verdicts = dict.fromkeys(Verdict, 0)
    tried = 0
    for _ in range(COUNT):
        document = {
            "Version": "2012-10-17",
            "Statement": [statement(rng, path) for _ in range(rng.choice((1, 1, 2, 3)))],
        }
        found = verify(matrices, load_catalogue(), {**encoded, path: json.dumps(document).encode()})["trust"]
        verdicts[found.verdict] += 1
        evaluator = compare.Policycc()
        lines = [seen(line) for line in lines_for(arns()[path], document)]
        admitted = [line for line in lines if evaluator.decide(line) == "allowed"]
        tried += len(lines)
        strangers = [line for line in admitted if not meant(path, line)]
        kept_out = [line for line in lines if meant(path, line) and line not in admitted]
        if found.verdict is Verdict.PROVED:
            assert strangers == [], document
            assert kept_out == [], document
        if strangers:
            assert found.verdict is Verdict.REFUTED, document
    assert verdicts[Verdict.PROVED] >= COUNT // 20, verdicts
    assert verdicts[Verdict.REFUTED] >= COUNT // 4, verdicts
    assert len(PEOPLE) > 200
    assert len(SIGNED_IN) > 40
    print(path, {verdict.value: count for verdict, count in verdicts.items()}, tried)
