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


TWO = """version = 1
name = "shop"
[accounts.main]
[accounts.prod]
[environments.dev]
account = "main"
[environments.live]
account = "prod"
[groups."*"]
kind = "permission-set"
[access.one]
live = ["ec2:StopInstances"]
[access.two]
dev = ["ec2:StartInstances"]
[output]
target = "identity-center"
"""


def two(one: str, other: str) -> str:
    return TWO.replace("[access.one]", f"[access.{one}]").replace("[access.two]", f"[access.{other}]")


def parameter(stack: dict[str, Any], name: str, key: str) -> str:
    [resource] = [
        one["Properties"] for one in stack["Resources"].values() if one["Properties"].get("Name", "").startswith(name)
    ]
    [logical] = [key for key, one in stack["Resources"].items() if one["Properties"] is resource]
    [found] = [
        one["Properties"][key]["Ref"]
        for one in stack["Resources"].values()
        if one["Properties"].get("PermissionSetArn") == {"Fn::GetAtt": [logical, "PermissionSetArn"]}
    ]
    return str(found)


def test_groups_whose_names_differ_in_punctuation_have_a_parameter_each() -> None:
    stack = files(two("ops-2a", "ops2a"))[SETS]
    ids = {name: parameter(stack, name, "PrincipalId") for name in ("ops-2a", "ops2a")}
    assert len(set(ids.values())) == 2
    for name, one in ids.items():
        assert stack["Parameters"][one]["Description"] == f"The id of the group {name} in the identity store"


def test_accounts_whose_names_differ_in_punctuation_have_a_parameter_each() -> None:
    text = TWO.replace("[accounts.main]", "[accounts.prod-1a]").replace("[accounts.prod]", "[accounts.prod1a]")
    stack = files(text.replace('"main"', '"prod-1a"').replace('"prod"', '"prod1a"'))[SETS]
    ids = {name: parameter(stack, f"{name}", "TargetId") for name in ("one", "two")}
    assert len(set(ids.values())) == 2
    assert stack["Parameters"][ids["one"]]["Description"] == "The id of the account prod1a"
    assert stack["Parameters"][ids["two"]]["Description"] == "The id of the account prod-1a"


@pytest.mark.parametrize(
    ("groups", "accounts"),
    [(("dev", "dev-ops"), ("ops-main", "main")), (("dev-ops", "dev"), ("main", "ops-main"))],
    ids=["one order", "the other"],
)
def test_two_permission_sets_cannot_have_one_name(groups: tuple[str, str], accounts: tuple[str, str]) -> None:
    text = two(*groups).replace("[accounts.main]", f"[accounts.{accounts[1]}]")
    text = text.replace("[accounts.prod]", f"[accounts.{accounts[0]}]").replace('"main"', f'"{accounts[1]}"')
    with pytest.raises(policycc.Error, match="PCC603 `dev-ops-main`") as raised:
        policycc.build(text.replace('"prod"', f'"{accounts[0]}"'))
    assert all(f"`{name}` in the account" in str(raised.value) for name in ("dev", "dev-ops"))


def test_two_matrices_cannot_have_one_name_for_two_sets() -> None:
    own = """version = 1
name = "NAME"
[accounts.in-NAME]
id = "ID"
[environments.dev]
account = "in-NAME"
tags = { env = "dev", app = "NAME" }
[groups.ops]
kind = "permission-set"
per_environment = true
[access.ops]
dev = ["ec2:StartInstances"]
[output]
target = "identity-center"
"""
    texts = [own.replace("NAME", name).replace("ID", digit * 12) for name, digit in (("a", "1"), ("b", "2"))]
    with pytest.raises(policycc.Error, match="PCC603 `ops-dev`"):
        policycc.build(*texts)


def test_a_set_is_not_the_assignment_of_another() -> None:
    text = TWO.replace('account = "main"', 'account = "prod"').replace("environments.live", "environments.assignment")
    text = text.replace("live =", "assignment =").replace(
        "[access.one]", "[groups.x-prod]\nper_environment = true\n[access.x-prod]"
    )
    stack = files(text.replace("access.two", "access.x"))[SETS]
    kinds = sorted(one["Type"] for one in stack["Resources"].values())
    assert kinds == ["AWS::SSO::Assignment"] * 2 + ["AWS::SSO::PermissionSet"] * 2


def test_an_account_cannot_take_the_place_of_the_permission_sets() -> None:
    text = MATRIX.replace("accounts.prod", "accounts.permission-sets").replace('"prod"', '"permission-sets"')
    found = files(text.replace("developers", "ops"))
    assert found[SETS]["Resources"]["OpsPermissionSets"]
    big = [f"ec2:{name}" for name in ("@read", "@write", "@list", "@tagging", "@permissions")]
    with pytest.raises(policycc.Error, match=r"PCC602 `identity-center/stacks/permission-sets\.json`"):
        policycc.build(
            text.replace("developers", "ops")
            .replace('["ec2:DescribeInstances"]', json.dumps(big))
            .replace("[accounts.permission-sets]", "[accounts.permission-sets]\nexclusive = true")
        )


def test_who_can_hold_nothing_has_no_set() -> None:
    text = TWO.replace('account = "prod"', 'account = "main"').replace(
        '["ec2:StopInstances"]', '["rds:DescribeEvents"]'
    )
    found = files(text)
    assert [key for key in found if key.startswith("main/")] == ["main/shop-two.json"]
    assert sorted(found[SETS]["Resources"]) == ["TwoMain", "TwoMainAssignment"]


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
        ('"Properties": {', '"Properties": {}, "Properties": {'),
        (
            '"Resources": {',
            (
                '"Resources": {"Open": {"Type": "AWS::SSO::PermissionSet", "Properties": {"Name": "developers-main", '
                '"ManagedPolicies": ["arn:aws:iam::aws:policy/Admin"]}},'
            ),
        ),
        (', "PermissionsBoundary": {"CustomerManagedPolicyReference": {{ set.boundary | tojson }}}', ""),
    ],
    ids=[
        *("aws managed", "another inline", "one more", "another type", "another policy", "no json", "a key twice"),
        *("a set twice", "no boundary"),
    ],
)
def test_a_template_of_the_users_cannot_grant_something_else(old: str, new: str, tmp_path: Path) -> None:
    own = Path(__file__).parents[3] / "templates" / "identity-center" / "permission-sets.json.j2"
    text = own.read_text("utf-8")
    assert old in text
    (tmp_path / "identity-center").mkdir()
    place = tmp_path / "identity-center" / own.name
    place.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(policycc.Error, match="PCC613 the template `identity-center/permission-sets` cannot be used"):
        policycc.build(MATRIX, templates=tmp_path)
    place.write_text(text.replace("Permission sets", "Sets"), "utf-8")
    assert SETS in policycc.build(MATRIX, templates=tmp_path).files


@pytest.mark.parametrize("text", ["{{ 1 / 0 }}", "{% for %}"], ids=["expression", "syntax"])
def test_a_template_that_does_not_render_has_the_same_name(text: str, tmp_path: Path) -> None:
    (tmp_path / "identity-center").mkdir()
    (tmp_path / "identity-center" / "permission-sets.json.j2").write_text(text, "utf-8")
    with pytest.raises(policycc.Error, match="PCC613 the template `identity-center/permission-sets` cannot be used"):
        policycc.build(MATRIX, templates=tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"TargetId": {{ set.target | tojson }}', '"TargetId": "999999999999"'),
        ('"Parameters": {', '"Transform": "Open", "Parameters": {'),
        ('"Type": "AWS::SSO::Assignment"', '"Type": "AWS::SSO::Assignment", "DeletionPolicy": "Retain"'),
    ],
    ids=["another account", "a macro", "a resource that stays"],
)
def test_a_template_of_the_users_is_proved_as_well(old: str, new: str, tmp_path: Path) -> None:
    own = Path(__file__).parents[3] / "templates" / "identity-center" / "permission-sets.json.j2"
    text = own.read_text("utf-8")
    assert old in text
    (tmp_path / "identity-center").mkdir()
    (tmp_path / "identity-center" / own.name).write_text(text.replace(old, new), "utf-8")
    with pytest.raises(policycc.Error, match="PCC701"):
        policycc.build(MATRIX, templates=tmp_path)
