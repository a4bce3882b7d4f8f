"""Who may become a role, asked of the evaluator."""

from __future__ import annotations

import json
from typing import Any

import pytest

import policycc
from policycc.iam.model import PolicyType
from policycc.iam.reader import read_policy

MATRIX = """version = 1
name = "webshop"
[accounts.main]
id = "111111111111"
[accounts.prod]
id = "222222222222"
exclusive = true
[accounts.hub]
id = "333333333333"
identity = true
[environments.dev]
[environments.prod]
account = "prod"
[access.developers]
"*" = ["ec2:StartInstances"]
[access.testers]
dev = ["ec2:StopInstances"]
[access.deploy]
"*" = ["ec2:StopInstances"]
[access.partner]
dev = ["ec2:StopInstances"]
[access.staff]
dev = ["ec2:StopInstances"]
[groups.deploy]
kind = "role"
per_environment = true
[groups.deploy.trust]
github = ["acme/webshop:environment:{environment}"]
[groups.partner]
kind = "role"
path = "/ext/"
[groups.partner.trust]
accounts = ["hub"]
external_id = "abc-123"
[groups.staff]
kind = "role"
[groups.staff.trust]
saml = { provider = "corp", audience = "https://signin.aws.amazon.com/saml" }
[[require]]
groups = ["developers", "partner"]
mfa = true
"""
GITHUB = "token.actions.githubusercontent.com"


@pytest.fixture(scope="module")
def files() -> dict[str, Any]:
    return {path: json.loads(content) for path, content in policycc.build(MATRIX).files.items()}


def _decision(document: Any, principal: str, action: str, role: str, **context: str) -> str:
    request = {"principal": principal, "action": action, "resource": role, "resourceAccount": role.split(":")[4]}
    identity = [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}]
    policies = {"resourcePolicy": document, "identityPolicies": identity}
    answer = policycc.evaluate(
        policies, {**request, "context": {key.replace("__", ":"): v for key, v in context.items()}}
    )
    return str(answer.get("decision", answer))


def test_every_trust_policy_is_one_that_aws_reads(files: dict[str, Any]) -> None:
    found = {path: body for path, body in files.items() if "/trust/" in path}
    assert sorted(found) == [
        "main/trust/deploy-dev.json",
        "main/trust/developers.json",
        "main/trust/partner.json",
        "main/trust/staff.json",
        "main/trust/testers.json",
        "prod/trust/deploy-prod.json",
        "prod/trust/developers.json",
    ]
    for path, body in found.items():
        assert not read_policy(json.dumps(body), PolicyType.TRUST, path).errors


@pytest.mark.parametrize("job", ["dev", "prod"])
@pytest.mark.parametrize("role", ["dev", "prod"])
def test_a_job_becomes_only_the_role_of_its_environment(files: dict[str, Any], job: str, role: str) -> None:
    account, number = ("main", "111111111111") if role == "dev" else ("prod", "222222222222")
    [statement] = files[f"{account}/trust/deploy-{role}.json"]["Statement"]
    tests = statement["Condition"]["StringEquals"]
    assert tests[f"{GITHUB}:aud"] == "sts.amazonaws.com"
    assert (tests[f"{GITHUB}:sub"] == f"repo:acme/webshop:environment:{job}") is (job == role)
    assert statement["Principal"] == {"Federated": f"arn:aws:iam::{number}:oidc-provider/{GITHUB}"}
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"


def test_people_become_a_role_with_a_second_factor_only(files: dict[str, Any]) -> None:
    role = "arn:aws:iam::222222222222:role/developers"
    person = "arn:aws:iam::333333333333:user/alice"
    ask = {"action": "sts:AssumeRole", "role": role, "principal": person}
    document = files["prod/trust/developers.json"]
    assert _decision(document, **ask, aws__MultiFactorAuthPresent="true") == "allowed"
    assert _decision(document, **ask) == "implicitly-denied"
    assert _decision(document, **ask, aws__MultiFactorAuthPresent="false") == "implicitly-denied"
    stranger = {**ask, "principal": "arn:aws:iam::444444444444:user/mallory"}
    assert _decision(document, **stranger, aws__MultiFactorAuthPresent="true") == "implicitly-denied"


def test_a_partner_must_name_the_external_id(files: dict[str, Any]) -> None:
    ask = {
        "action": "sts:AssumeRole",
        "role": "arn:aws:iam::111111111111:role/ext/partner",
        "principal": "arn:aws:iam::333333333333:user/bob",
        "aws__MultiFactorAuthPresent": "true",
    }
    assert _decision(files["main/trust/partner.json"], **ask, sts__ExternalId="abc-123") == "allowed"
    assert _decision(files["main/trust/partner.json"], **ask, sts__ExternalId="abc-124") == "implicitly-denied"
    assert _decision(files["main/trust/partner.json"], **ask) == "implicitly-denied"


def test_saml_pins_the_audience(files: dict[str, Any]) -> None:
    assert files["main/trust/staff.json"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Federated": "arn:aws:iam::111111111111:saml-provider/corp"},
            "Action": "sts:AssumeRoleWithSAML",
            "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
        }
    ]


def test_the_identity_account_lets_a_group_become_its_own_roles_and_no_other(files: dict[str, Any]) -> None:
    assert files["hub/webshop-testers.json"]["Statement"] == [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::111111111111:role/testers"}
    ]
    [statement] = files["hub/webshop-developers.json"]["Statement"]
    assert statement["Resource"] == [
        "arn:aws:iam::111111111111:role/developers",
        "arn:aws:iam::222222222222:role/developers",
    ]


def test_a_trust_policy_beyond_the_quota_is_told_unless_the_quota_is_raised() -> None:
    subjects = ", ".join(f'"acme/repository-with-a-long-name-{number}:environment:dev"' for number in range(40))
    text = MATRIX.replace('"acme/webshop:environment:{environment}"', subjects)
    assert [item.code for item in policycc.check(text) if item.severity.value == "error"] == ["PCC507", "PCC507"]
    raised = text + "[output]\nquotas = { trust_policy_size = 8192 }\n"
    listed = [one for principal in policycc.build(raised).manifest["principals"] for one in principal["policies"]]
    assert {one["quota"] for one in listed if one["kind"] == "trust"} == {8192}
