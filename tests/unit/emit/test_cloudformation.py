"""Stacks of accounts: what is in them is what was proved, and nothing else can get in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import policycc
from policycc import _resources
from policycc.diagnostics.model import Diagnostics
from policycc.emit.cloudformation import _check_size

MATRIX = """version = 1
name = "webshop"
[accounts.main]
id = "111111111111"
[accounts.prod]
id = "222222222222"
[environments.dev]
[environments."prod.eu"]
account = "prod"
[access.developers]
dev = ["ec2:StartInstances"]
[access.deploy]
"*" = ["ec2:StopInstances"]
[groups.deploy]
kind = "role"
per_environment = true
path = "/app/"
session = 7200
trust = { services = ["ec2.amazonaws.com"] }
[output]
target = "cloudformation"
"""
MAIN, PROD = "cloudformation/stacks/main.json", "cloudformation/stacks/prod.json"


def files(text: str = MATRIX, **options: Any) -> dict[str, Any]:
    return {path: json.loads(content) for path, content in policycc.build(text, **options).files.items()}


def test_an_account_has_its_roles_and_the_policies_of_roles_and_groups() -> None:
    found = files()
    assert found[MAIN]["Resources"] == {
        "DeployDevRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": "deploy-dev",
                "Path": "/app/",
                "MaxSessionDuration": 7200,
                "AssumeRolePolicyDocument": found["main/trust/deploy-dev.json"],
            },
        },
        "WebshopDeployDevPolicy": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "ManagedPolicyName": "webshop-deploy-dev",
                "Path": "/",
                "Roles": [{"Ref": "DeployDevRole"}],
                "PolicyDocument": found["main/webshop-deploy-dev.json"],
            },
        },
        "WebshopDevelopersPolicy": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "ManagedPolicyName": "webshop-developers",
                "Path": "/",
                "Groups": ["developers"],
                "PolicyDocument": found["main/webshop-developers.json"],
            },
        },
    }
    assert sorted(found[PROD]["Resources"]) == ["DeployProdEuRole", "WebshopDeployProdEuPolicy"]
    assert [item["path"] for item in found["manifest.json"]["templates"]] == [MAIN, PROD]


def test_other_targets_write_none() -> None:
    assert not [path for path in files(target="json") if path.startswith("cloudformation/")]


def test_an_account_may_be_called_as_the_folder() -> None:
    found = files(
        MATRIX.replace("accounts.main", "accounts.cloudformation").replace(
            "[environments.dev]", '[environments.dev]\naccount = "cloudformation"'
        )
    )
    assert {"cloudformation/webshop-developers.json", "cloudformation/stacks/cloudformation.json"} <= found.keys()


def test_permission_sets_are_left_to_their_own_target() -> None:
    text = MATRIX.replace("[output]", '[groups.developers]\nkind = "permission-set"\n[output]')
    built = policycc.build(text)
    assert [item.code for item in built.diagnostics if item.code == "PCC615"] == ["PCC615"]
    assert sorted(json.loads(built.files[MAIN])["Resources"]) == ["DeployDevRole", "WebshopDeployDevPolicy"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"Type": {{ resource.type | tojson }}', '"Type": "AWS::IAM::Group"', "grants something else"),
        ("{{ resource.properties | tojson }}", '{"Roles": ["admin"]}', "grants something else"),
        ('"Resources"', '"Transform": "AWS::Include", "Resources"', "renders `Transform`"),
        ('"Type": {{', '"DeletionPolicy": "Retain", "Type": {{', "grants something else"),
        (
            "{%- for resource in resources %}",
            "{%- for resource in resources if resource.type != 'AWS::IAM::Role' %}",
            "DeployDevRole",
        ),
        ('"Resources": {', '"Resources": {"More": {"Type": "AWS::IAM::User", "Properties": {}},', "in More"),
        ('"Resources": {', '"Resources": {', None),
        ('"Description": {{ description | tojson }},', "", None),
        ('"Resources"', '"Resources" "Resources"', "does not render JSON"),
    ],
)
def test_a_template_cannot_grant_anything_else(tmp_path: Path, old: str, new: str, problem: str | None) -> None:
    text = _resources.templates().joinpath("cloudformation", "account.json.j2").read_text("utf-8")
    assert old in text
    (tmp_path / "cloudformation").mkdir()
    (tmp_path / "cloudformation" / "account.json.j2").write_text(text.replace(old, new, 1))
    if problem is None:
        assert policycc.build(MATRIX, templates=tmp_path).files
        return
    with pytest.raises(policycc.Error) as caught:
        policycc.build(MATRIX, templates=tmp_path)
    assert ("PCC613", True) in [(item.code, problem in item.message) for item in caught.value.diagnostics]


def test_a_stack_fits_what_cloudformation_takes() -> None:
    diagnostics = Diagnostics()
    _check_size("a.json", 1_000_000, 500, diagnostics)
    assert not list(diagnostics)
    _check_size("a.json", 1_000_001, 501, diagnostics)
    assert [item.code for item in diagnostics] == ["PCC616", "PCC616"]
