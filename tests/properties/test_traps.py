"""The mistakes that policies held by tags usually have, each asked of what is written for every reviewed service.

The numbers are those of the table in this folder's README.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from policycc.catalogue.facts import Part
from tests.support import sweep, sweep_report
from tests.support.facts import facts_of

Json = dict[str, Any]

POSITIVE = {"StringEquals", "StringLike", "ArnLike", "ArnEquals", "Bool", "IpAddress", "NumericLessThan"}
GUARDS = {"ForAllValues:StringNotEqualsIgnoreCase", "ForAllValues:StringEquals", "ForAllValues:StringNotEquals"}

SEE_NO_TAGS = (
    *("tag:TagResources", "tag:UntagResources", "route53:ChangeTagsForResource", "glacier:AddTagsToVault"),
    *("workspaces:CreateTags", "dax:TagResource", "servicediscovery:TagResource", "servicequotas:TagResource"),
    *("logs:TagLogGroup", "logs:UntagLogGroup", "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
)
ACCOUNT_WIDE = (
    *("ec2:EnableSerialConsoleAccess", "ec2:ModifyInstanceMetadataDefaults", "ec2:EnableEbsEncryptionByDefault"),
    *("ec2:ModifyEbsDefaultKmsKeyId", "ec2:CreateDefaultVpc", "ec2:ModifyVpcBlockPublicAccessOptions"),
    *("logs:PutAccountPolicy", "logs:PutResourcePolicy", "rds:ModifyCertificates", "ssm:CreateActivation"),
)
SHOW_SECRETS = (
    *("lambda:ListFunctions", "ecs:DescribeTaskDefinition", "autoscaling:DescribeLaunchConfigurations"),
    *("ec2:DescribeLaunchTemplateVersions", "ssm:GetCommandInvocation", "ssm:ListCommandInvocations"),
    *("iam:GetAccountAuthorizationDetails",),
)
FORBIDDEN = (
    *("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:PutRolePolicy", "iam:AttachRolePolicy"),
    *("iam:PutUserPolicy", "iam:AddUserToGroup", "iam:DeleteRolePermissionsBoundary", "iam:CreateAccessKey"),
    *("iam:CreateLoginProfile", "iam:UpdateAssumeRolePolicy", "iam:CreateOpenIDConnectProvider"),
    *("s3:PutBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketAbac", "dynamodb:UpdateAbacStatus"),
    *("sqs:AddPermission", "kms:PutKeyPolicy", "lambda:AddPermission", "secretsmanager:PutResourcePolicy"),
    *("ec2:ModifySnapshotAttribute", "ec2:ModifyImageAttribute", "rds:ModifyDBSnapshotAttribute"),
    *("cognito-identity:SetIdentityPoolRoles", "eks:AssociateAccessPolicy", "organizations:LeaveOrganization"),
    *("ram:CreateResourceShare",),
)
UPSERTS = ("cloudwatch:PutMetricAlarm", "events:PutRule", "ssm:PutParameter")


@cache
def statements(service: str) -> tuple[tuple[str, Json], ...]:
    """Every statement that is written for an action of the service granted alone, with the action."""
    return tuple((action, one) for action in sweep.actions([service]) for one in sweep.written(action))


def asked_of(statement: Json) -> Iterator[tuple[str, str, list[str]]]:
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            yield operator, key, values


@pytest.mark.parametrize("service", sweep_report.REVIEWED)
def test_only_allows_with_positive_tests_and_the_three_guards(service: str) -> None:
    """1, 2, 8, 14: no Deny, no negation, no IfExists; ForAllValues asks of tag keys alone, and Null of two things."""
    for action, statement in statements(service):
        assert statement["Effect"] == "Allow"
        assert not {"NotAction", "NotResource", "NotPrincipal", "Principal"} & set(statement)
        for operator, key, values in asked_of(statement):
            if operator in GUARDS:
                assert key == "aws:TagKeys", action
            elif operator == "Null":
                about_tags = "tag/" in key.lower() and values == ["true"]
                assert about_tags or (key == "aws:TagKeys" and values == ["false"]), action
            else:
                assert operator in POSITIVE, (action, operator)
            assert values and all(values), action


@pytest.mark.parametrize("service", sweep_report.REVIEWED)
def test_tags_are_compared_whole_and_with_literals(service: str) -> None:
    """7, 9: StringEquals with the value itself, never a pattern and never a variable of the caller."""
    for action, statement in statements(service):
        for operator, key, values in asked_of(statement):
            if "tag/" in key.lower() and operator != "Null":
                assert operator == "StringEquals", action
                assert not any(set(value) & set("*?$") for value in values), action
        assert "${" not in str(statement), action


@pytest.mark.parametrize("service", sweep_report.REVIEWED)
def test_actions_are_spelled_out_and_arns_are_whole(service: str) -> None:
    """12, 21: no action by pattern; six segments; ARNs are compared as ARNs."""
    for action, statement in statements(service):
        assert not any(set(name) & set("*?") for name in statement["Action"]), action
        for resource in statement["Resource"]:
            assert resource == "*" or resource.count(":") >= 5, (action, resource)
        for operator, _, values in asked_of(statement):
            if any(value.startswith("arn:") for value in values):
                assert operator.startswith("Arn"), action


@pytest.mark.parametrize("service", sweep_report.REVIEWED)
def test_what_a_call_creates_carries_the_tags_on_the_call_itself(service: str) -> None:
    """4, 5, 6: the request's tags on the create, not only on the tag action, and no second spelling of a key."""
    for action in sweep.actions([service]):
        facts = facts_of(action)
        taggable = [row for row in facts.rows if row.part is Part.CREATED and row.request_tag]
        if not taggable or sweep.decide(action).outcome != "granted":
            continue
        own = [one for one in sweep.written(action) if action in one["Action"]]
        makes = [one for one in own if "aws:RequestTag/env" in one.get("Condition", {}).get("StringEquals", {})]
        assert makes, action
        if all(row.tag_keys for row in taggable):
            assert any(GUARDS & set(one["Condition"]) for one in makes), action


@pytest.mark.parametrize("action", SEE_NO_TAGS)
def test_a_tag_writer_that_cannot_be_judged_is_never_granted(action: str) -> None:
    """3.54, 3.25: writers that never see the resource's tags, and removers that never see the keys."""
    assert sweep.decide(action).outcome == "omitted"


@pytest.mark.parametrize("action", ACCOUNT_WIDE)
def test_an_account_wide_write_is_never_granted(action: str) -> None:
    """23: there is nothing to hold it by."""
    assert sweep.decide(action).outcome in ("split", "omitted")


@pytest.mark.parametrize("action", SHOW_SECRETS)
def test_a_read_that_shows_secrets_is_not_granted_by_default(action: str) -> None:
    """0.10: the default fallback grants reads, but not these."""
    assert sweep.decide(action).outcome in ("split", "omitted")


@pytest.mark.parametrize("action", FORBIDDEN)
def test_what_defeats_the_boundary_is_left_out(action: str) -> None:
    """7.1, 7.2, 7.7, 7.14, 7.16: policies, credentials, trust, sharing, switches."""
    found = sweep.decide(action)
    assert (found.outcome, found.why) == ("omitted", "escape")


@pytest.mark.parametrize("action", ["iam:PassRole", "sts:AssumeRole"])
def test_a_role_is_held_by_its_path_and_never_by_a_tag(action: str) -> None:
    """10, 0.8: only roles under the environment's paths, passed only to the services of the cell."""
    granted = ("lambda:CreateFunction", action)
    own = [one for one in sweep.written(*granted) if action in one["Action"]]
    assert own
    for statement in own:
        assert statement["Resource"] == ["arn:aws:iam::111111111111:role/webshop/dev/*"]
        assert "ResourceTag" not in str(statement)
        if action == "iam:PassRole":
            assert statement["Condition"]["StringEquals"]["iam:PassedToService"] == ["lambda.amazonaws.com"]


def test_a_role_is_passed_to_nobody_without_an_action_that_passes() -> None:
    assert sweep.decide("iam:PassRole").outcome == "omitted"


@pytest.mark.parametrize("action", UPSERTS)
def test_a_create_or_update_is_never_held_by_the_request_alone(action: str) -> None:
    """3.1: tags in the call say nothing of the resource that an update would hit."""
    for statement in sweep.written(action):
        if action not in statement["Action"]:
            continue
        open_names = [one for one in statement["Resource"] if "webshop-dev-" not in one]
        own = [key for _, key, _ in asked_of(statement) if "resourcetag/" in key.lower()]
        assert not open_names or own
