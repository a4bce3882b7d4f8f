"""The mistakes that policies held by tags usually have, each asked of what is written for every reviewed service.

The numbers are those of fixtures/traps.toml, which names the tests of every trap.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from policycc import pipeline
from policycc.catalogue import language
from policycc.catalogue.facts import Part, RowFacts
from policycc.source.read import read_text
from policycc.verify.residuals import ASSUMPTIONS
from tests.support import matrices, sweep, sweep_report
from tests.support.canonical import Request, tag_keys_of
from tests.support.evaluating import Badge
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
INSTANCE = "arn:aws:ec2:eu-west-1:111111111111:instance/i-1"
UPSERTS = ("cloudwatch:PutMetricAlarm", "events:PutRule", "ssm:PutParameter")


@cache
def statements(service: str) -> tuple[tuple[str, Json], ...]:
    """Every statement that is written for an action of the service granted alone, with the action."""
    return tuple((action, one) for action in sweep.actions([service]) for one in sweep.written(action))


def holder(*written: Json) -> Badge:
    """Somebody with these statements and nothing else."""
    return Badge("main", "team", "team", None, [{"Version": "2012-10-17", "Statement": list(written)}])


def asked_of(statement: Json) -> Iterator[tuple[str, str, list[str]]]:
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            yield operator, key, values


@pytest.mark.parametrize("service", sweep_report.REVIEWED)
def test_only_allows_with_positive_tests_and_the_three_guards(service: str) -> None:
    """0.1, 0.2, 0.9, 10.1, 10.2, 10.8, 10.25, 10.26: no Deny, no negation, no IfExists; ForAllValues asks of tag
    keys alone, and Null of two things."""
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
    """5.3, 7.15, 10.7, 10.9: StringEquals with the value itself, never a pattern and never a variable of the caller."""
    for action, statement in statements(service):
        for operator, key, values in asked_of(statement):
            if "tag/" in key.lower() and operator != "Null":
                assert operator == "StringEquals", action
                assert not any(set(value) & set("*?$") for value in values), action
        assert "${" not in str(statement), action


@pytest.mark.parametrize("service", sweep_report.REVIEWED)
def test_actions_are_spelled_out_and_arns_are_whole(service: str) -> None:
    """10.12, 10.21: no action by pattern; six segments; ARNs are compared as ARNs."""
    for action, statement in statements(service):
        assert not any(set(name) & set("*?") for name in statement["Action"]), action
        for resource in statement["Resource"]:
            assert resource == "*" or resource.count(":") >= 5, (action, resource)
        for operator, _, values in asked_of(statement):
            if any(value.startswith("arn:") for value in values):
                assert operator.startswith("Arn"), action


@pytest.mark.parametrize("service", sweep_report.REVIEWED)
def test_what_a_call_creates_carries_the_tags_on_the_call_itself(service: str) -> None:
    """0.5, 2.5, 3.2, 5.1, 10.4, 10.6: the request's tags on the create, not only on the tag action, and
    no second spelling of a key."""
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
    """0.6, 3.4, 3.5, 3.7, 10.5: writers that never see the resource's tags, and removers that never see the keys."""
    assert sweep.decide(action).outcome == "omitted"


@pytest.mark.parametrize("action", ACCOUNT_WIDE)
def test_an_account_wide_write_is_never_granted(action: str) -> None:
    """0.10, 10.23: there is nothing to hold it by."""
    assert sweep.decide(action).outcome in ("split", "omitted")


@pytest.mark.parametrize("action", SHOW_SECRETS)
def test_a_read_that_shows_secrets_is_not_granted_by_default(action: str) -> None:
    """0.10: the default fallback grants reads, but not these."""
    assert sweep.decide(action).outcome in ("split", "omitted")


@pytest.mark.parametrize("action", FORBIDDEN)
def test_what_defeats_the_boundary_is_left_out(action: str) -> None:
    """0.7, 7.1, 7.2, 7.7, 7.14, 7.16, 10.23: policies, credentials, trust, sharing, switches."""
    found = sweep.decide(action)
    assert (found.outcome, found.why) == ("omitted", "escape")


@pytest.mark.parametrize("action", ["iam:PassRole", "sts:AssumeRole"])
def test_a_role_is_held_by_its_path_and_never_by_a_tag(action: str) -> None:
    """0.8, 7.3, 7.4, 7.10, 10.10: only roles under the environment's paths, passed only to the services of the cell."""
    granted = ("lambda:CreateFunction", action)
    own = [one for one in sweep.written(*granted) if action in one["Action"]]
    assert own
    for statement in own:
        assert statement["Resource"] == ["arn:aws:iam::111111111111:role/webshop/dev/*"]
        assert "ResourceTag" not in str(statement)
        if action == "iam:PassRole":
            assert statement["Condition"]["StringEquals"]["iam:PassedToService"] == ["lambda.amazonaws.com"]


def test_a_role_is_passed_to_nobody_without_an_action_that_passes() -> None:
    """7.3: nothing in the cell says to which service it would go."""
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


@pytest.mark.parametrize(
    ("operator", "value", "met"),
    [
        *(("StringEquals", "dev", "dev"), ("StringLike", "d*", "dev"), ("Bool", "true", "true")),
        *(("ArnLike", INSTANCE, INSTANCE), ("ArnEquals", INSTANCE, INSTANCE)),
        *(("IpAddress", "192.0.2.0/24", "192.0.2.1"), ("NumericLessThan", "5", "4")),
    ],
)
def test_a_test_of_an_absent_key_never_opens(operator: str, value: str, met: str) -> None:
    """0.1, 0.2: every operator that a statement tests anything with is false where the key is absent."""
    statement = {"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": "*"}
    badge = holder({**statement, "Condition": {operator: {"aws:ResourceTag/env": value}}})
    asked = Request("ec2:StopInstances", INSTANCE, "instance", "existing", {})
    assert badge.allows(asked.with_context(**{"aws:ResourceTag/env": met}))
    assert not badge.allows(asked)


@pytest.mark.parametrize("service", sweep_report.REVIEWED)
def test_each_type_of_a_call_has_its_own_statement(service: str) -> None:
    """0.3, 2.1, 10.3: no statement of an action with several types asks one type's test of another."""
    for action, row, key in tags_asked(service):
        assert key.partition("/")[0].lower() in tag_keys_of(row), (action, row.type)
        # A new resource has no tags yet, so that a test of them would never be met.
        assert row.part is not Part.CREATED or row.parents_tags, (action, row.type)


def tags_asked(service: str) -> Iterator[tuple[str, RowFacts, str]]:
    """For actions with several types: the tags of an existing resource that are asked for where the statement names a
    type, with that type."""
    for action, statement in statements(service):
        rows = facts_of(action).rows
        if len(rows) < 2 or action not in statement["Action"]:
            continue
        keys = [key for _, key, _ in asked_of(statement) if "resourcetag/" in key.lower()]
        for row in rows:
            if language.render(row.arn, "aws", "111111111111") in statement["Resource"]:
                yield from ((action, row, key) for key in keys)


def test_the_tags_of_many_types_are_asked_for() -> None:
    """Or else the test before would say nothing."""
    assert sum(1 for service in sweep_report.REVIEWED for _ in tags_asked(service)) > 1000


@pytest.mark.parametrize("service", sweep_report.REVIEWED)
def test_every_type_of_a_call_is_held_or_left_out_on_its_own(service: str) -> None:
    """2.2, 10.11: no type stays open because the catalogue calls it optional: without a statement it is closed."""
    for action in sweep.actions([service]):
        decision = sweep.decision(action)
        if decision.outcome != "granted" or len(decision.facts.rows) < 2:
            continue
        held = {row.type: row for row in decision.holding.rows}
        assert set(held) == {row.type for row in decision.facts.rows}, action
        own = [one for one in sweep.written(action) if action in one["Action"]]
        for row in held.values():
            if not row.ways and row.row is not None:
                pattern = language.render(row.row.arn, "aws", "111111111111")
                same = {
                    language.render(other.row.arn, "aws", "111111111111")
                    for other in held.values()
                    if other.ways and other.row
                }
                assert pattern in same or not any(pattern in one["Resource"] for one in own), (action, row.type)


SHARING = """version = 1
name = "webshop"
[accounts.main]
id = "111111111111"
[environments.dev]
[environments.prod]
[environments.platform]
shared = true
[access.team]
dev = ["ec2:*", "rds:*", "elasticloadbalancing:*"]
"""


def test_shared_resources_are_inputs_and_nothing_else() -> None:
    """7.17, 10.17: what is shared may go into what is made, and nobody outside its own column may change it."""
    result = pipeline.check_documents([read_text(SHARING, "matrix.toml")])
    badge = Badge("main", "team", "team", None, [json.loads(item.content) for item in result.emitted])
    ((_, decisions),) = result.decisions
    seen = set()
    for decision in decisions:
        if decision.outcome != "granted":
            continue
        facts = decision.facts
        for row in facts.rows:
            context = {f"{key}/env": "platform" for key in tag_keys_of(row)}
            context |= {"aws:requesttag/env": "dev"} if row.request_tag else {}
            context |= {"aws:tagkeys": ["env"]} if row.tag_keys else {}
            arn = language.VARIABLE.sub(
                "x1", row.arn.replace("${Account}", "111111111111").replace("${Partition}", "aws")
            )
            if row.part is Part.CREATED or row.aws_owned or not context:
                continue
            if badge.allows(Request(facts.action.id, arn, row.type, "existing", {**context})):
                seen.add(facts.action.id)
                assert row.part is Part.INPUT, (facts.action.id, row.type)
    assert {"ec2:RunInstances", "ec2:CreateNetworkInterface", "rds:CreateDBInstance"} <= seen


@pytest.mark.parametrize("action", ["ec2:CreateRoute", "ec2:AuthorizeSecurityGroupIngress", "ecs:CreateService"])
def test_what_the_network_lets_through_is_an_assumption(action: str) -> None:
    """7.13: IAM sees the network resource, not what can be reached through it; the manifest says so."""
    assumed = [escape for escape, made in sweep.decision(action).escapes if made == "assumed"]
    assert "network-reach" in {escape.id for escape in assumed}


def test_nobody_chooses_the_tags_of_a_session() -> None:
    """7.15, 10.9: no statement reads the caller's tags, none lets him choose a session's, and no trust policy does."""
    for action in ("sts:TagSession", "sts:GetFederationToken", "sts:SetContext"):
        assert sweep.decide(action).why == "escape" and not sweep.written(action)
    for action in ("iam:TagUser", "sts:AssumeRole"):
        written = sweep.written(action)
        assert written and "PrincipalTag" not in str(written) and "TagSession" not in str(written)
    trusting = list(matrices.MATRICES.rglob("trust/*.json"))
    assert trusting
    for path in trusting:
        for statement in json.loads(path.read_text("utf-8"))["Statement"]:
            assert "TagSession" not in str(statement["Action"])


def test_what_aws_limits_is_counted_as_aws_counts() -> None:
    """6.1, 10.18: what does not fit is an error that names the largest part, never a wider statement
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""
    small = SHARING + "[output]\nquotas = { managed_policies_per_group = 1 }\n"
    said = [item.code for item in pipeline.check_documents([read_text(small, "matrix.toml")]).diagnostics]
    assert "PCC501" in said
    for item in pipeline.check_documents([read_text(SHARING, "matrix.toml")]).emitted:
        assert len("".join(item.content.decode().split())) <= item.quota


def test_a_proof_says_that_it_speaks_of_a_steady_state() -> None:
    """6.2, 10.20: tags of keys decide up to five minutes later, and policies take a while to spread
    (https://docs.aws.amazon.com/kms/latest/developerguide/tag-authorization.html)."""
    assert any("steady state" in words for words in ASSUMPTIONS)


def test_what_a_resource_says_of_itself_is_an_assumption() -> None:
    """0.7, 10.15, 10.26: policies of resources are outside the model, and the proof says so; none is written."""
    assert any("no resource policy, grant or trust" in words for words in ASSUMPTIONS)
    written = [path for path in matrices.MATRICES.rglob("policies/**/*.json") if "trust" not in path.parts]
    for path in written:
        assert '"Principal"' not in path.read_text("utf-8")


def test_every_trap_is_kept_out_by_a_test() -> None:
    """The numbers are complete, each test that fixtures/traps.toml names is there, and those here say their numbers."""
    traps = tomllib.loads((matrices.ROOT / "fixtures" / "traps.toml").read_text("utf-8"))["trap"]
    numbers = [trap["number"] for trap in traps]
    assert len(set(numbers)) == len(numbers)
    for section, last in (("0", 10), ("2", 6), ("3", 8), ("4", 1), ("5", 3), ("6", 2), ("7", 17), ("10", 27)):
        assert [n for n in numbers if n.split(".")[0] == section] == [f"{section}.{i}" for i in range(1, last + 1)]
    for trap in traps:
        assert trap["tests"], trap["number"]
        for test in trap["tests"]:
            path, _, name = test.partition("::")
            source = (matrices.ROOT / path).read_text("utf-8")
            assert re.search(rf"^def {name}\(", source, re.MULTILINE), test
    for name, test in globals().items():
        said = re.match(r"((?:\d+\.\d+(?:, )?)+): ", test.__doc__ or "") if name.startswith("test_") else None
        own = [one["number"] for one in traps if f"tests/properties/test_traps.py::{name}" in one["tests"]]
        assert own == (said[1].split(", ") if said else []), name
