"""Stacks of accounts: what is in them is what was proved, and nothing else can get in."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import policycc
from policycc import _resources
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.diagnostics.model import Diagnostics
from policycc.emit.cloudformation import _check_size, emit_cloudformation
from policycc.emit.terraform import emit_terraform
from policycc.lower.templates import Templates
from policycc.pipeline import build_documents
from policycc.source.read import read_text
from policycc.verify import Verdict, verify

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


def test_a_policy_for_which_no_attachment_is_left_is_inline() -> None:
    """Such as the last part of a group that needs more than its managed policies."""
    result = build_documents([read_text(MATRIX, "matrix.toml")], target="json", prove=False)
    inline = [replace(item, kind="inline") if item.kind == "managed" else item for item in result.emitted]
    stacks = emit_cloudformation(inline, result.matrices, Templates(), Diagnostics())
    resources = json.loads(stacks[MAIN])["Resources"]
    documents = {item.name: json.loads(item.content) for item in inline if item.kind == "inline"}
    assert resources["WebshopDevelopersPolicy"] == {
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": "webshop-developers",
            "Groups": ["developers"],
            "PolicyDocument": documents["webshop-developers"],
        },
    }
    assert resources["WebshopDeployDevPolicy"]["Properties"]["Roles"] == [{"Ref": "DeployDevRole"}]
    module = json.loads(emit_terraform(inline, result.matrices, Templates())["terraform/modules/main/main.tf.json"])
    assert sorted(module["resource"]) == ["aws_iam_group_policy", "aws_iam_role", "aws_iam_role_policy"]
    assert module["resource"]["aws_iam_group_policy"]["webshop-developers"] == {
        "name": "webshop-developers",
        "group": "developers",
        "policy": '${file("${path.module}/../../../main/webshop-developers.json")}',
    }
    files = {item.path: item.content for item in inline} | stacks
    judged = verify(
        result.matrices,
        load_catalogue(),
        files,
        inline=frozenset(item.path for item in inline if item.kind == "inline"),
    )
    assert [item.name for item in judged.properties if item.verdict is not Verdict.PROVED] == []


def test_policy_variables_arrive_as_they_are() -> None:
    """Nothing stands inside `Fn::Sub`, and no text of a policy stands in a module."""
    result = build_documents([read_text(MATRIX, "matrix.toml")], target="json", prove=False)
    variable = "arn:aws:s3:::home-${aws:PrincipalTag/team}-%{if}-$${x}"
    emitted = [
        replace(item, content=item.content.replace(b"arn:aws:ec2:", f"{variable}".encode())) for item in result.emitted
    ]
    stacks = emit_cloudformation(emitted, result.matrices, Templates(), Diagnostics())
    assert variable in stacks[MAIN].decode() and "Fn::" not in stacks[MAIN].decode()
    modules = emit_terraform(emitted, result.matrices, Templates())
    assert modules == emit_terraform(result.emitted, result.matrices, Templates())
