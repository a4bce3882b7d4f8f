"""Delegated access put to @cloud-copilot/iam-simulate as well: who becomes which role, and what chains reach."""

from __future__ import annotations

import copy
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

import policycc
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.catalogue.world import World
from policycc.model.load import load_documents
from policycc.model.matrix import Matrix
from policycc.source.read import read_text
from policycc.verify import Verdict, verify
from policycc.verify.holders import holders
from policycc.verify.roles import roles_of
from tests.differential import compare
from tests.mutants.test_trust_mutants import MATRIX
from tests.mutants.trust_kinds import TRUST_KINDS, mutants
from tests.support.tools import need

Json = dict[str, Any]
HUB, MAIN, PROD, STRANGER = "333333333333", "111111111111", "222222222222", "444455556666"
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}
GITHUB = "token.actions.githubusercontent.com"
CLUSTER = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"
PEOPLE: tuple[tuple[str, Json], ...] = tuple(
    (principal, {**mfa, **external, **source})
    for principal, mfa, external, source in itertools.product(
        (
            f"arn:aws:iam::{HUB}:user/alice",
            f"arn:aws:sts::{HUB}:assumed-role/helper/s",
            f"arn:aws:iam::{STRANGER}:user/mallory",
            "arn:aws:iam::555566667777:user/carol",
            "arn:aws:sts::555566667777:assumed-role/robot/s",
        ),
        (
            {},
            {"aws:MultiFactorAuthPresent": "false"},
            {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "60"},
            {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "7200"},
        ),
        ({}, {"sts:ExternalId": "abc-123"}, {"sts:ExternalId": "abc"}),
        (
            {},
            {"aws:SourceIp": "192.0.2.7"},
            {"aws:SourceIp": "198.51.100.7"},
            {"aws:SourceVpc": "vpc-0aa11bb22cc33dd44"},
        ),
    )
)
SIGNED_IN: tuple[tuple[str, str, Json], ...] = (
    *(
        (f"arn:aws:iam::{account}:oidc-provider/{GITHUB}", "sts:AssumeRoleWithWebIdentity", {**audience, **subject})
        for account, audience, subject in itertools.product(
            (MAIN, PROD, STRANGER),
            ({}, {f"{GITHUB}:aud": "sts.amazonaws.com"}, {f"{GITHUB}:aud": "other"}),
            (
                {},
                *({f"{GITHUB}:sub": f"repo:acme/shop:environment:{one}"} for one in ("dev", "prod", "test")),
                {f"{GITHUB}:sub": "repo:acme/shop:pull_request"},
            ),
        )
    ),
    *(
        (
            f"arn:aws:iam::{MAIN}:oidc-provider/{CLUSTER}",
            "sts:AssumeRoleWithWebIdentity",
            {f"{CLUSTER}:aud": a, f"{CLUSTER}:sub": s},
        )
        for a in ("sts.amazonaws.com", "other")
        for s in ("system:serviceaccount:shop:worker", "system:serviceaccount:shop:other")
    ),
    *(
        (f"arn:aws:iam::{MAIN}:saml-provider/{name}", "sts:AssumeRoleWithSAML", {"saml:aud": audience})
        for name in ("corp", "other")
        for audience in ("https://signin.aws.amazon.com/saml", "https://elsewhere.example")
    ),
    ("ec2.amazonaws.com", "sts:AssumeRole", {}),
    ("lambda.amazonaws.com", "sts:AssumeRole", {}),
)


@pytest.fixture(scope="module")
def oracle() -> Iterator[compare.IamSimulate]:
    reason = compare.oracle_missing()
    need(reason is None, reason or "")
    with compare.IamSimulate() as running:
        yield running


@cache
def built() -> tuple[tuple[Matrix, ...], dict[str, Json]]:
    matrices, diagnostics = load_documents([read_text(MATRIX)])
    assert not diagnostics.has_errors
    files = policycc.build(MATRIX).files
    return matrices, {path: json.loads(content) for path, content in files.items() if path != "manifest.json"}


def lines_for(arn: str, trust: Json) -> Iterator[Json]:
    """Calls of all sorts of callers, whose own policies allow them everything."""
    for principal, context in PEOPLE:
        yield line(principal, "sts:AssumeRole", arn, context, [ANYTHING], trust)
    for principal, action, context in SIGNED_IN:
        yield line(principal, action, arn, context, [], trust)


def line(principal: str, action: str, arn: str, context: Json, identity: list[Json], trust: Json) -> Json:
    return {
        "id": "1",
        "principal": principal,
        "action": action,
        "resource": arn,
        "resourceAccount": arn.split(":")[4],
        "context": context,
        "identityPolicies": identity,
        "resourcePolicy": trust,
    }


def agree(oracle: compare.IamSimulate, lines: list[Json]) -> Counter[str]:
    """How many calls are decided how; both decide all of them alike."""
    found: Counter[str] = Counter()
    evaluator = compare.Policycc()
    for start in range(0, len(lines), compare.BATCH):
        part = lines[start : start + compare.BATCH]
        oracle.ask(part)
        for one, answer in zip(part, oracle.answers(), strict=True):
            assert evaluator.decide(one) == answer, one
            found[answer] += 1
    return found


def arns() -> dict[str, str]:
    """The ARN of each role by the place of its trust policy."""
    matrices, _ = built()
    return {role.path: role.arn for role in roles_of(matrices, holders(matrices, World.of(matrices), load_catalogue()))}


def test_every_trust_policy_admits_whom_the_other_evaluator_says(oracle: compare.IamSimulate) -> None:
    _, files = built()
    lines = [one for path, arn in arns().items() for one in lines_for(arn, files[path])]
    found = agree(oracle, lines)
    assert found["allowed"] >= 20
    assert found["implicitly-denied"] > 2_000


def test_what_is_refuted_of_a_trust_policy_is_so_to_the_other_evaluator(oracle: compare.IamSimulate) -> None:
    """Counterexamples of broken trust policies, put to it as they are shown."""
    matrices, files = built()
    encoded = {path: json.dumps(body).encode() for path, body in files.items()}
    lines, expected = [], []
    # `{"Federated": "*"}` is nobody to it; we take it for every provider, which is the side on which to err.
    for kind in [kind for kind in TRUST_KINDS if kind.name != "principal-any-provider"]:
        for path in ("main/trust/partner.json", "prod/trust/deploy-prod.json"):
            for document in mutants(kind, copy.deepcopy(files[path])):
                found = verify(matrices, load_catalogue(), {**encoded, path: json.dumps(document).encode()})
                for item in found["trust"].counterexamples:
                    # Whom it cannot name: it takes ARNs, accounts and services for callers.
                    if item.request and item.request["principal"] != "*":
                        lines.append(dict(item.request))
                        expected.append("allowed" if item.statement is not None else "denied")
    oracle.ask(lines)
    answers = ["allowed" if answer == "allowed" else "denied" for answer in oracle.answers()]
    assert len(lines) > 40
    assert [
        (one, answer) for one, answer, wanted in zip(lines, answers, expected, strict=True) if answer != wanted
    ] == []


def test_people_reach_exactly_the_roles_of_their_group(oracle: compare.IamSimulate) -> None:
    _, files = built()
    context = {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "60", "aws:SourceIp": "192.0.2.7"}
    lines = [
        line(
            f"arn:aws:iam::{HUB}:user/alice",
            "sts:AssumeRole",
            arn,
            context,
            [files["hub/shop-developers.json"]],
            files[path],
        )
        for path, arn in arns().items()
    ]
    oracle.ask(lines)
    reached = [one["resource"] for one, answer in zip(lines, oracle.answers(), strict=True) if answer == "allowed"]
    assert reached == [f"arn:aws:iam::{MAIN}:role/developers", f"arn:aws:iam::{PROD}:role/developers"]


def closure(oracle: compare.IamSimulate, files: dict[str, Json]) -> set[tuple[str, str]]:
    """Who becomes which role, in any number of steps, by the other evaluator's decisions alone."""
    places = arns()
    sessions = {
        path: f"arn:aws:sts::{arn.split(':')[4]}:assumed-role/{arn.rpartition('/')[2]}/s"
        for path, arn in places.items()
    }
    policies = {path: f"{path.split('/')[0]}/shop-{path.rpartition('/')[2]}" for path in places}
    starts = {path: (sessions[path], files[policies[path]], places[path]) for path in places}
    starts["hub"] = (
        f"arn:aws:iam::{HUB}:user/alice",
        files["hub/shop-developers.json"],
        f"arn:aws:iam::{HUB}:user/alice",
    )
    context = {
        "aws:MultiFactorAuthPresent": "true",
        "aws:MultiFactorAuthAge": "60",
        "aws:SourceIp": "192.0.2.7",
        "sts:ExternalId": "abc-123",
    }
    pairs = [(start, path) for start in starts for path in places if start != path]
    oracle.ask(
        [
            line(
                starts[start][0],
                "sts:AssumeRole",
                places[path],
                {**context, "aws:PrincipalArn": starts[start][2]},
                [starts[start][1]],
                files[path],
            )
            for start, path in pairs
        ]
    )
    steps = {pair for pair, answer in zip(pairs, oracle.answers(), strict=True) if answer == "allowed"}
    while True:
        longer = {(a, d) for a, b in steps for c, d in steps if b == c and a != d} - steps
        if not longer:
            return steps
        steps |= longer


def may(*resources: str) -> Json:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": list(resources)}


def trusting(principal: str) -> Json:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}


EDITS: tuple[tuple[tuple[str, Json], ...], ...] = (
    (),
    (("prod/trust/deploy-prod.json", trusting(f"arn:aws:iam::{MAIN}:role/deploy-dev")),),
    (
        ("prod/trust/deploy-prod.json", trusting(f"arn:aws:iam::{MAIN}:role/deploy-dev")),
        ("main/shop-deploy-dev.json", may(f"arn:aws:iam::{PROD}:role/deploy-prod")),
    ),
    (("main/trust/staff.json", trusting(f"arn:aws:iam::{MAIN}:role/deploy-dev")),),
    (("main/trust/staff.json", trusting(f"arn:aws:iam::{MAIN}:root")),),
    (
        ("main/trust/staff.json", trusting(f"arn:aws:iam::{MAIN}:root")),
        ("main/shop-developers.json", may(f"arn:aws:iam::{MAIN}:role/s*")),
        ("prod/trust/deploy-prod.json", trusting(f"arn:aws:iam::{MAIN}:role/staff")),
        ("main/shop-staff.json", may("*")),
    ),
)


@pytest.mark.parametrize("edits", EDITS, ids=range(len(EDITS)))
def test_chains_are_those_of_the_other_evaluator(
    edits: tuple[tuple[str, Json], ...], oracle: compare.IamSimulate
) -> None:
    matrices, correct = built()
    files = copy.deepcopy(correct)
    for path, statement in edits:
        files[path]["Statement"].append(statement)
    meant = {("hub", "main/trust/developers.json"), ("hub", "prod/trust/developers.json")}
    reached = closure(oracle, files) - meant
    found = verify(matrices, load_catalogue(), {path: json.dumps(body).encode() for path, body in files.items()})
    told = {
        ("hub" if one.account == "hub" else f"{one.account}/trust/{one.principal}.json", one.policy)
        for one in found["chains"].counterexamples
    }
    # What leads to nothing more than is granted is no finding; here that is staff's one action, which deploy holds too.
    harmless = {pair for pair in reached if pair == ("main/trust/deploy-dev.json", "main/trust/staff.json")}
    assert told == reached - harmless
    assert (found["chains"].verdict is Verdict.REFUTED) is bool(told)
