"""The prover against the evaluator: what is refuted replays, and what is proved no request breaks.

Policies are thrown together from near misses of correct statements; the requests that are tried on them are all
combinations of values that those policies could tell apart, and more. `POLICYCC_PROVER_POLICIES` sets how many policies
are tried, `POLICYCC_PROVER_SEED` which.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import product
from typing import Any

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.iam.evaluate import Evaluator, Policies
from policycc.iam.model import PolicyType
from policycc.iam.reader import read_policy_value
from policycc.iam.request import make_request
from policycc.verify import Verdict, verify
from tests.support.proving import ARNS, CONTEXT, PATH, TAGS, matrices, policies

POLICIES = int(os.environ.get("POLICYCC_PROVER_POLICIES", "150"))
SEED = int(os.environ.get("POLICYCC_PROVER_SEED", "1"))


def _contexts(policy: dict[str, Any]) -> Iterator[dict[str, object]]:
    """All combinations of the values of the keys that the policy speaks of."""
    text = json.dumps(policy).lower()
    used = {key: values for key, values in CONTEXT.items() if key.lower() in text}
    for values in product(*used.values()):
        context = {key: value for key, value in zip(used, values, strict=True) if value is not None}
        context.setdefault("aws:RequestedRegion", "eu-west-1")
        context.setdefault("aws:CurrentTime", "2026-06-01T00:00:00Z")
        yield context


def _broken(policy: dict[str, Any]) -> tuple[tuple[object, object], int]:
    """A request that breaks isolation, and one that breaks exactness, by trying; and how many were tried."""
    read = read_policy_value(policy, PolicyType.IDENTITY).policy
    assert read is not None
    evaluator = Evaluator(Policies(identity=(read,)))
    isolation = exactness = None
    tried = 0
    for context, tag, twin, arn in product(list(_contexts(policy)), TAGS, (False, True), ARNS):
        shown = {} if tag is None else {"aws:ResourceTag/env": tag}
        if twin and tag is not None:
            shown["ec2:ResourceTag/env"] = tag
        request = make_request(
            "arn:aws:iam::111111111111:user/x", "ec2:StartInstances", arn, context | shown, "111111111111"
        )
        tried += 1
        if not evaluator.decide(request).is_allowed:
            continue
        if tag == "prod":
            isolation = isolation or request
        if tag != "dev":
            exactness = exactness or request
        if isolation and exactness:
            break
    return (isolation, exactness), tried


def test_refutations_replay_and_proofs_hold() -> None:
    catalogue = load_catalogue()
    verdicts: dict[str, int] = {}
    after_proved = 0
    for policy in policies(POLICIES, SEED):
        if not read_policy_value(policy, PolicyType.IDENTITY).policy:
            continue
        found = verify(matrices(), catalogue, {PATH: json.dumps(policy).encode()})
        uses_variables = "${" in json.dumps(policy)
        requests, tried = _broken(policy)
        after_proved += tried * any(found[name].verdict is Verdict.PROVED for name in ("isolation", "exactness"))
        for name, broken in zip(("isolation", "exactness"), requests, strict=True):
            verdict = found[name].verdict
            verdicts[f"{name} {verdict.value}"] = verdicts.get(f"{name} {verdict.value}", 0) + 1
            if broken is not None:
                assert verdict is not Verdict.PROVED, (name, policy, broken)
            if verdict is Verdict.UNKNOWN:
                assert uses_variables, (name, policy, found[name].open)
            for example in found[name].counterexamples:
                assert _replays(example.request), (name, policy, example)
    print(f"seed {SEED}: {POLICIES} policies, {verdicts}; {after_proved} requests tried after a proof")
    assert {"isolation proved", "isolation refuted", "exactness proved", "exactness refuted"} <= set(verdicts), verdicts


def _replays(line: Any) -> bool:
    read = [read_policy_value(policy, PolicyType.IDENTITY).policy for policy in line["identityPolicies"]]
    evaluator = Evaluator(Policies(identity=tuple(policy for policy in read if policy is not None)))
    request = make_request(
        line["principal"], line["action"], line["resource"], line["context"], line["resourceAccount"]
    )
    return evaluator.decide(request).is_allowed
