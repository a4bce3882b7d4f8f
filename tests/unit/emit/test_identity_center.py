"""Permission sets as CloudFormation: what is in them is what was proved, and nothing else can get in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import policycc

MATRIX = """version = 1
name = "webshop"
[accounts.main]
[accounts.prod]
id = "222222222222"
[environments.dev]
[environments.prod]
account = "prod"
[access.developers]
dev = ["ec2:StartInstances"]
prod = ["ec2:DescribeInstances"]
[groups.developers]
kind = "permission-set"
session = 7200
permissions_boundary = "people/cap"
[output]
target = "identity-center"
"""
SETS = "identity-center/stacks/permission-sets.json"


def files(text: str = MATRIX, **options: Any) -> dict[str, Any]:
    return {path: json.loads(content) for path, content in policycc.build(text, **options).files.items()}


def test_a_set_for_each_account_with_its_policy_and_assignment() -> None:
    found = files()
    stack = found[SETS]
    assert sorted(stack["Parameters"]) == ["DevelopersGroupId", "InstanceArn", "MainAccountId"]
    assert stack["Resources"]["DevelopersProd"]["Properties"] == {
        "InstanceArn": {"Ref": "InstanceArn"},
        "Name": "developers-prod",
        "Description": "developers of webshop in prod",
        "SessionDuration": "PT7200S",
        "InlinePolicy": found["prod/webshop-developers.json"],
        "PermissionsBoundary": {"CustomerManagedPolicyReference": {"Name": "cap", "Path": "/people/"}},
    }
    assert stack["Resources"]["DevelopersProdAssignment"]["Properties"] == {
        "InstanceArn": {"Ref": "InstanceArn"},
        "PermissionSetArn": {"Fn::GetAtt": ["DevelopersProd", "PermissionSetArn"]},
        "TargetType": "AWS_ACCOUNT",
        "TargetId": "222222222222",
        "PrincipalType": "GROUP",
        "PrincipalId": {"Ref": "DevelopersGroupId"},
    }
    assert stack["Resources"]["DevelopersMainAssignment"]["Properties"]["TargetId"] == {"Ref": "MainAccountId"}
    assert [item["path"] for item in found["manifest.json"]["templates"]] == [SETS]
    assert any("people/cap" in text for text in found["manifest.json"]["proof"]["assumptions"])


def test_the_manifest_says_what_a_principal_is_made_with() -> None:
    listed = {one["account"]: one for one in files()["manifest.json"]["principals"]}
    assert (listed["prod"]["session"], listed["prod"]["permissions_boundary"]) == (7200, "people/cap")
    role = MATRIX.replace(
        'kind = "permission-set"', 'kind = "role"\npath = "/app/"\ntrust = { services = ["ec2.amazonaws.com"] }'
    )
    role = role.replace('permissions_boundary = "people/cap"\n', "")
    [one, _] = files(role, target="json")["manifest.json"]["principals"]
    assert (one["path"], one["session"]) == ("/app/", 7200)


def test_other_targets_write_none() -> None:
    assert not [path for path in files(target="json") if path.startswith("identity-center/")]
    assert "templates" not in files(target="json")["manifest.json"]


def test_matrices_share_one_inline_policy() -> None:
    other = MATRIX.replace('"webshop"', '"billing"').replace("[environments.dev]", "[environments.acc]")
    other = other.replace("[environments.prod]", "[environments.live]").replace("dev = ", "acc = ")
    other = other.replace("prod = [", "live = [")
    found = files_of(MATRIX, other)
    inline = found[SETS]["Resources"]["DevelopersMain"]["Properties"]
    managed = [item["Name"] for item in inline.get("CustomerManagedPolicyReferences", ())]
    assert managed == ["billing-developers", "webshop-developers"]
    stack = found["identity-center/stacks/main.json"]["Resources"].values()
    assert {item["Properties"]["ManagedPolicyName"]: item["Properties"]["PolicyDocument"] for item in stack} == {
        name: found[f"main/{name}.json"] for name in managed
    }


def files_of(*texts: str) -> dict[str, Any]:
    return {path: json.loads(content) for path, content in policycc.build(*texts).files.items()}


def test_names_that_differ_in_punctuation_only_are_two_resources() -> None:
    text = MATRIX.replace("[environments.dev]", '[environments."a.b"]\n[environments."a-b"]').replace(
        'dev = ["ec2:StartInstances"]', '"a.b" = ["ec2:StartInstances"]\n"a-b" = ["ec2:StartInstances"]'
    )
    stack = files(text.replace("session", "per_environment = true\nsession"))[SETS]
    names = [one["Properties"]["Name"] for one in stack["Resources"].values() if "PermissionSet" in one["Type"]]
    assert sorted(names) == ["developers-a-b", "developers-a.b", "developers-prod"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('[groups.developers]\nkind = "permission-set"\n', '[groups.developers]\nkind = "role"\n', "PCC223"),
        ("session = 7200", "session = 1800", "PCC107"),
        ('kind = "permission-set"\nsession = 7200\npermissions_boundary = "people/cap"\n', "", "PCC615"),
    ],
    ids=["boundary of a role", "less than an hour", "no permission set"],
)
def test_what_it_does_not_take_is_told(old: str, new: str, code: str) -> None:
    assert old in MATRIX
    assert code in [item.code for item in policycc.check(MATRIX.replace(old, new))]


def test_long_names_are_told() -> None:
    text = MATRIX.replace("developers", "developers-of-the-webshop-frontend"[:30])
    with pytest.raises(policycc.Error, match="longer than the 32 characters"):
        policycc.build(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            '"InlinePolicy": {{ set.inline | tojson }}',
            '"ManagedPolicies": ["arn:aws:iam::aws:policy/AdministratorAccess"]',
        ),
        ('"InlinePolicy": {{ set.inline | tojson }}', '"InlinePolicy": {"Version": "2012-10-17", "Statement": []}'),
        (
            '"Description": {{ set.description',
            '"ManagedPolicies": ["arn:aws:iam::aws:policy/Admin"], "Description": {{ set.description',
        ),
        ("AWS::SSO::PermissionSet", "AWS::IAM::User"),
        (
            '"Resources": {',
            '"Resources": {"Open": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"ManagedPolicyName": "x"}},',
        ),
        ('"Resources": {', '"Resources": ['),
    ],
    ids=["aws managed", "another inline", "one more", "another type", "another policy", "no json"],
)
def test_a_template_of_the_users_cannot_grant_something_else(old: str, new: str, tmp_path: Path) -> None:
    own = Path(__file__).parents[3] / "templates" / "identity-center" / "permission-sets.json.j2"
    text = own.read_text("utf-8")
    assert old in text
    (tmp_path / "identity-center").mkdir()
    place = tmp_path / "identity-center" / own.name
    place.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(policycc.Error, match="PCC613"):
        policycc.build(MATRIX, templates=tmp_path)
    place.write_text(text.replace("Permission sets", "Sets"), "utf-8")
    assert SETS in policycc.build(MATRIX, templates=tmp_path).files
