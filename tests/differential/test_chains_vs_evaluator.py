"""Random webs of roles: the prover finds exactly the chains that trying every call on the evaluator finds."""

from __future__ import annotations

import json
import os
import random
from typing import Any

import policycc
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load_documents
from policycc.source.read import read_text
from policycc.verify import Verdict, verify
from tests.differential import compare

Json = dict[str, Any]
COUNT = int(os.environ.get("POLICYCC_CHAIN_WEBS", "60"))
SEED = int(os.environ.get("POLICYCC_PROVER_SEED", "1"))
ACCOUNTS = {"main": "111111111111", "prod": "222222222222"}
ACTIONS = ("Start", "Stop", "Reboot", "Terminate", "Monitor", "Unmonitor")
ROLES = tuple((f"r{number}", "main" if number < 4 else "prod") for number in range(6))
MATRIX = (
    'version = 1\nname = "web"\n[accounts.main]\nid = "111111111111"\n[accounts.prod]\nid = "222222222222"\n'
    '[environments.dev]\n[environments.live]\naccount = "prod"\n'
    + "".join(
        f'[access.{name}]\n{"dev" if account == "main" else "live"} = ["ec2:{action}Instances"]\n'
        f'[groups.{name}]\nkind = "role"\n[groups.{name}.trust]\nservices = ["ec2.amazonaws.com"]\n'
        for (name, account), action in zip(ROLES, ACTIONS, strict=True)
    )
)
"""Every role holds an action that no other holds, so that to become another one is always more."""
CONTEXTS: tuple[Json, ...] = ({}, *({"sts:ExternalId": text} for text in ("a", "b", "ab", "a*", "other")))
"""One call of each class that the conditions below tell apart."""


def arn(role: tuple[str, str]) -> str:
    return f"arn:aws:iam::{ACCOUNTS[role[1]]}:role/{role[0]}"


def condition(rng: random.Random) -> Json:
    draw = rng.random()
    if draw < 0.5:
        return {}
    operator = rng.choice(("StringEquals", "StringLike", "StringNotEquals", "StringEqualsIfExists"))
    return {"Condition": {operator: {"sts:ExternalId": rng.choice(("a", "b", "a*"))}}}


def effect(rng: random.Random) -> str:
    return "Deny" if rng.random() < 0.15 else "Allow"


def may(rng: random.Random) -> Json:
    resource = rng.choice((arn(rng.choice(ROLES)), arn(rng.choice(ROLES)), "arn:aws:iam::*:role/r?", "*"))
    return {"Effect": effect(rng), "Action": "sts:AssumeRole", "Resource": resource, **condition(rng)}


def trusting(rng: random.Random) -> Json:
    account = f"arn:aws:iam::{rng.choice(tuple(ACCOUNTS.values()))}:root"
    principal = rng.choice((arn(rng.choice(ROLES)), arn(rng.choice(ROLES)), account, "*"))
    return {"Effect": effect(rng), "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **condition(rng)}


def closure(files: dict[str, Json]) -> set[tuple[str, str]]:
    """Who becomes which role in any number of steps, by trying every call."""
    evaluator = compare.Policycc()
    steps = set()
    for start in ROLES:
        for end in ROLES:
            calls = (
                {
                    "principal": arn(start),
                    "action": "sts:AssumeRole",
                    "resource": arn(end),
                    "resourceAccount": ACCOUNTS[end[1]],
                    "context": context,
                    "identityPolicies": [files[f"{start[1]}/web-{start[0]}.json"]],
                    "resourcePolicy": files[f"{end[1]}/trust/{end[0]}.json"],
                }
                for context in CONTEXTS
            )
            if start != end and any(evaluator.decide(call) == "allowed" for call in calls):
                steps.add((start[0], end[0]))
    while True:
        longer = {(a, d) for a, b in steps for c, d in steps if b == c and a != d} - steps
        if not longer:
            return steps
        steps |= longer


def test_chains_are_those_that_every_call_tried_gives() -> None:
    rng = random.Random(SEED)
    matrices, _ = load_documents([read_text(MATRIX)])
    correct = {path: json.loads(body) for path, body in policycc.build(MATRIX).files.items() if path != "manifest.json"}
    lengths = {Verdict.PROVED: 0, Verdict.REFUTED: 0, Verdict.UNKNOWN: 0}
    for _ in range(COUNT):
        files = json.loads(json.dumps(correct))
        for name, account in ROLES:
            policy, trust = files[f"{account}/web-{name}.json"], files[f"{account}/trust/{name}.json"]
            policy["Statement"] += [may(rng) for _ in range(rng.choice((0, 0, 1, 2)))]
            trust["Statement"] += [trusting(rng) for _ in range(rng.choice((0, 0, 1, 2)))]
        found = verify(matrices, load_catalogue(), {path: json.dumps(body).encode() for path, body in files.items()})
        told = {(one.principal, one.policy.split("/")[2][:-5]) for one in found["chains"].counterexamples if one.policy}
        reached = closure(files)
        lengths[found["chains"].verdict] += 1
        # No more than ten of one principal are shown, and there are only five roles to reach.
        assert told == reached, json.dumps(files)
        for one in found["chains"].counterexamples:
            assert policycc.evaluate({}, dict(one.request))["decision"] == "allowed"
    assert lengths[Verdict.PROVED] >= COUNT // 20
    assert lengths[Verdict.REFUTED] >= COUNT // 4
    assert lengths[Verdict.UNKNOWN] == 0
