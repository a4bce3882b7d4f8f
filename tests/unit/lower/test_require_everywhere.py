"""Every combination of `[[require]]`, on every kind of principal: proved, and denied where a key is absent."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest

import policycc

Json = dict[str, Any]
ROLE = "arn:aws:iam::111111111111:role/people"
INSTANCE = "arn:aws:ec2:eu-west-1:111111111111:instance/i-1"
HEAD = """version = 1
name = "app"
[accounts.main]
id = "111111111111"
[accounts.hub]
id = "333333333333"
[environments.dev]
[access.people]
dev = ["ec2:StopInstances"]
"""
KINDS = {
    "group": "",
    "delegated": "",
    "role of an account": '[groups.people]\nkind = "role"\ntrust = { accounts = ["hub"] }\n',
    "role of GitHub": '[groups.people]\nkind = "role"\ntrust = { github = ["a/b:environment:dev"] }\n',
    "role of a service": '[groups.people]\nkind = "role"\ntrust = { services = ["ec2.amazonaws.com"] }\n',
    "permission set": '[groups.people]\nkind = "permission-set"\n',
}
MFA_IN = {"group": "policy", "delegated": "trust", "role of an account": "trust"}
MEETS: dict[str, Json] = {
    "mfa": {"aws:MultiFactorAuthPresent": "true"},
    "mfa_max_age": {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "60"},
    "regions": {"aws:RequestedRegion": "eu-west-1"},
    "source_ips": {"aws:SourceIp": "192.0.2.7"},
    "source_vpcs": {"aws:SourceVpc": "vpc-0aa11bb22cc33dd44"},
    "source_vpc_endpoints": {"aws:SourceVpce": "vpce-0123456789abcdef0"},
    "via_aws_services": {"aws:ViaAWSService": "true"},
}
TEXTS = {
    "mfa": "mfa = true",
    "mfa_max_age": "mfa_max_age = 3600",
    "regions": 'regions = ["eu-west-1"]',
    "source_ips": 'source_ips = ["192.0.2.0/24"]',
    "source_vpcs": 'source_vpcs = ["vpc-0aa11bb22cc33dd44"]',
    "source_vpc_endpoints": 'source_vpc_endpoints = ["vpce-0123456789abcdef0"]',
    "via_aws_services": "via_aws_services = true",
}
SOURCES = ("source_ips", "source_vpcs", "source_vpc_endpoints")
COMBINATIONS = [
    chosen
    for size in range(1, len(TEXTS) + 1)
    for chosen in combinations(TEXTS, size)
    if "via_aws_services" not in chosen or set(chosen) & set(SOURCES)
]


def files(kind: str, chosen: tuple[str, ...]) -> dict[str, Json]:
    text = HEAD.replace('id = "333333333333"', 'id = "333333333333"\nidentity = true') if kind == "delegated" else HEAD
    require = "[[require]]\n" + "".join(f"{TEXTS[key]}\n" for key in chosen)
    return {path: json.loads(body) for path, body in policycc.build(text + KINDS[kind] + require).files.items()}


def decide(action: str, resource: str, principal: str, context: Json, **policies: Any) -> bool:
    request = {"principal": principal, "action": action, "resource": resource, "resourceAccount": "111111111111"}
    return bool(policycc.evaluate(policies, {**request, "context": context})["decision"] == "allowed")


def ways(chosen: tuple[str, ...], *, onward: bool) -> list[Json]:
    """The contexts that meet all demands, one for each alternative of where a call comes from."""
    common: Json = {}
    for key in chosen:
        if key in ("mfa", "mfa_max_age", "regions"):
            common |= MEETS[key]
    places = [key for key in chosen if key in SOURCES or (onward and key == "via_aws_services")]
    return [{**common, **MEETS[key]} for key in places] or [common]


@pytest.mark.parametrize("kind", KINDS)
def test_policies_and_trusts_demand_what_is_required_and_an_absent_key_fails(kind: str) -> None:
    some = [chosen for chosen in COMBINATIONS if kind in MFA_IN or not {"mfa", "mfa_max_age"} & set(chosen)]
    assert len(some) >= 15
    for chosen in some:
        found = files(kind, chosen)
        assert all(
            found["manifest.json"]["proof"][name]["verdict"] == "proved" for name in ("exactness", "trust", "usability")
        )
        _policy(kind, chosen, found["main/app-people.json"])
        if MFA_IN.get(kind) == "trust":
            _trust(chosen, found["main/trust/people.json"])


def _policy(kind: str, chosen: tuple[str, ...], document: Json) -> None:
    in_policy = tuple(key for key in chosen if MFA_IN.get(kind) == "policy" or not key.startswith("mfa"))
    person = "arn:aws:iam::111111111111:user/somebody"
    tags = {"aws:ResourceTag/env": "dev"}
    for context in ways(in_policy, onward=True):
        assert decide("ec2:StopInstances", INSTANCE, person, {**tags, **context}, identityPolicies=[document])
        for key in context:
            rest = {name: value for name, value in context.items() if name != key}
            assert not decide("ec2:StopInstances", INSTANCE, person, {**tags, **rest}, identityPolicies=[document])


def _trust(chosen: tuple[str, ...], document: Json) -> None:
    at_the_door = tuple(key for key in chosen if key not in ("regions", "via_aws_services"))
    person = "arn:aws:iam::333333333333:user/somebody"
    may = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}
    for context in ways(at_the_door, onward=False):
        assert decide("sts:AssumeRole", ROLE, person, context, identityPolicies=[may], resourcePolicy=document)
        for key in context:
            rest = {name: value for name, value in context.items() if name != key}
            assert not decide("sts:AssumeRole", ROLE, person, rest, identityPolicies=[may], resourcePolicy=document)
    if set(chosen) & set(SOURCES):
        onward = {**MEETS["mfa_max_age"], **MEETS["via_aws_services"]}
        assert not decide("sts:AssumeRole", ROLE, person, onward, identityPolicies=[may], resourcePolicy=document)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in MFA_IN])
def test_mfa_where_no_session_carries_it_is_an_error(kind: str) -> None:
    text = HEAD + KINDS[kind] + "[[require]]\nmfa = true\n"
    assert [item.code for item in policycc.check(text) if item.severity.value == "error"] == ["PCC226"]
    aged = HEAD + KINDS[kind] + "[[require]]\nmfa_max_age = 60\n"
    assert [item.code for item in policycc.check(aged) if item.severity.value == "error"] == ["PCC226"]


def test_ranges_within_one_another_leave_the_narrower() -> None:
    wide, narrow = '["10.0.0.0/8", "2001:db8::/32"]', '["10.1.0.0/16", "192.0.2.0/24"]'
    ranges = "".join(f"[[require]]\nsource_ips = {text}\n" for text in (wide, narrow))
    [statement] = json.loads(policycc.build(HEAD + ranges).files["main/app-people.json"])["Statement"]
    assert statement["Condition"]["IpAddress"] == {"aws:SourceIp": "10.1.0.0/16"}
