"""Stacks of permission sets are refuted where they grant, attach or assign something else than the files say."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

import policycc
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load_documents
from policycc.source.read import read_text
from policycc.verify import Verdict, verify
from tests.unit.emit.test_identity_center import MATRIX, SETS

Json = dict[str, Any]
MANAGED = "identity-center/stacks/main.json"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def built() -> dict[str, Json]:
    """With one policy by reference, as a set with more than fits inline has it."""
    files = {path: json.loads(body) for path, body in policycc.build(MATRIX).files.items() if path != "manifest.json"}
    properties = files[SETS]["Resources"]["DevelopersMain"]["Properties"]
    document = properties.pop("InlinePolicy")
    properties["CustomerManagedPolicyReferences"] = [{"Name": "webshop-developers", "Path": "/"}]
    policy = {"ManagedPolicyName": "webshop-developers", "Path": "/", "PolicyDocument": document}
    files[MANAGED] = {"Resources": {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": policy}}}
    return files


def judged(files: dict[str, Json]) -> Any:
    matrices, _ = load_documents([read_text(MATRIX)])
    encoded = {path: json.dumps(body).encode() for path, body in files.items()}
    return verify(matrices, load_catalogue(), encoded)


def test_what_repeats_the_files_is_proved() -> None:
    assert judged(built()).verdict is Verdict.PROVED


def put(path: str, logical: str, **properties: Any) -> Callable[[dict[str, Json]], None]:
    def change(files: dict[str, Json]) -> None:
        files[path]["Resources"][logical]["Properties"].update(properties)

    return change


def add(path: str, resource: Json) -> Callable[[dict[str, Json]], None]:
    def change(files: dict[str, Json]) -> None:
        files[path]["Resources"]["Extra"] = resource

    return change


def drop(path: str, logical: str) -> Callable[[dict[str, Json]], None]:
    def change(files: dict[str, Json]) -> None:
        del files[path]["Resources"][logical]

    return change


CHANGES: dict[str, Callable[[dict[str, Json]], None]] = {
    "another inline policy": put(SETS, "DevelopersProd", InlinePolicy=ALL),
    "an inline policy more": put(SETS, "DevelopersMain", InlinePolicy=ALL),
    "no inline policy": lambda files: files[SETS]["Resources"]["DevelopersProd"]["Properties"].pop("InlinePolicy"),
    "a policy of AWS": put(SETS, "DevelopersProd", ManagedPolicies=["arn:aws:iam::aws:policy/AdministratorAccess"]),
    "a policy of others": put(SETS, "DevelopersProd", CustomerManagedPolicyReferences=[{"Name": "x", "Path": "/"}]),
    "another path": put(
        SETS, "DevelopersMain", CustomerManagedPolicyReferences=[{"Name": "webshop-developers", "Path": "/x/"}]
    ),
    "another account": put(SETS, "DevelopersProdAssignment", TargetId="999999999999"),
    "a set of the other account": put(
        SETS, "DevelopersProdAssignment", PermissionSetArn={"Fn::GetAtt": ["DevelopersMain", "PermissionSetArn"]}
    ),
    "a set of somebody": put(SETS, "DevelopersProdAssignment", PermissionSetArn="arn:aws:sso:::permissionSet/x/y"),
    "another group": put(SETS, "DevelopersProdAssignment", PrincipalId="11111111-2222-3333-4444-555555555555"),
    "a person": put(SETS, "DevelopersProdAssignment", PrincipalType="USER"),
    "another name": put(SETS, "DevelopersProd", Name="administrators"),
    "a set less": drop(SETS, "DevelopersProd"),
    "another resource": add(SETS, {"Type": "AWS::IAM::User", "Properties": {}}),
    "another managed policy": put(MANAGED, "P", PolicyDocument=ALL),
    "attached": put(MANAGED, "P", Users=["mallory"]),
    "one policy more": add(
        MANAGED, {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"ManagedPolicyName": "x", "PolicyDocument": ALL}}
    ),
    "no resources": lambda files: files[SETS].pop("Resources"),
    "the sets missing": lambda files: files.pop(SETS),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_does_something_else_is_refuted(name: str) -> None:
    files = copy.deepcopy(built())
    CHANGES[name](files)
    found = judged(files)
    assert found["exactness"].verdict is Verdict.REFUTED
    assert found["exactness"].counterexamples[0].policy in (SETS, MANAGED)
