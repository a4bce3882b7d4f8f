"""A role of one environment, passed to what is started in another: found where both halves can be had, and only there.

The compiler warns of the same pairs as the proof excepts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import policycc
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load_documents
from policycc.source.read import read_text
from policycc.verify import Verdict, verify

Json = dict[str, Any]
HEAD = """version = 1
name = "webshop"
[accounts.main]
id = "111111111111"
[environments."*"]
names = ["{name}-{environment}-*"]
roles = ["/{name}/{environment}/"]
[environments.dev]
[environments.prod]
"""
TWO = (
    HEAD
    + """[access.developers]
dev = ["lambda:CreateFunction"]
[access.release]
prod = ["lambda:UpdateFunctionConfiguration", "iam:PassRole"]
"""
)
ONE = (
    HEAD
    + """[access.developers]
dev = ["lambda:CreateFunction"]
prod = ["lambda:UpdateFunctionConfiguration", "iam:PassRole"]
"""
)
WORDS = "can call `lambda:CreateFunction` with a role of prod, where that is not granted"
TOGETHER = f"main: release and developers together {WORDS}"
RELEASE = "main/webshop-release.json"


def excepted(*texts: str, change: Callable[[dict[str, Json]], None] = lambda files: None) -> tuple[str, ...]:
    """What the proof excepts from the verdict on escapes, for what is built of matrices and then changed."""
    matrices, _ = load_documents([read_text(text) for text in texts])
    built = policycc.build(*texts)
    files = {path: json.loads(body) for path, body in built.files.items() if path != "manifest.json"}
    change(files)
    found = verify(matrices, load_catalogue(), {path: json.dumps(body).encode() for path, body in files.items()})
    assert found["escape"].verdict is Verdict.PROVED
    return found["escape"].exceptions


def warned(text: str) -> list[str]:
    return [one.message for one in policycc.build(text).diagnostics if one.code == "PCC412"]


def test_a_person_in_two_groups_has_both_halves() -> None:
    assert excepted(TWO) == (TOGETHER,)
    [found] = warned(TWO)
    assert found.startswith(
        "who is in `developers` and `release` can call `lambda:CreateFunction` with a role of `prod`"
    )


def test_one_group_has_both_halves() -> None:
    assert excepted(ONE) == (f"main: developers {WORDS}",)
    assert warned(ONE) == [
        "`developers` can call `lambda:CreateFunction` with a role of `prod`, where that is not granted"
    ]


def both(old: str, new: str) -> str:
    assert old in TWO
    return TWO.replace(old, new)


HARMLESS = {
    "granted to the one who passes": both('"iam:PassRole"]', '"iam:PassRole", "lambda:CreateFunction"]'),
    "granted to the one who starts": both(
        'dev = ["lambda:CreateFunction"]', '"*" = ["lambda:CreateFunction"]\nprod = ["iam:PassRole"]'
    ),
    "another service": both("lambda:CreateFunction", "ec2:RunInstances"),
    "nothing that takes a role": both("lambda:CreateFunction", "lambda:InvokeFunction"),
    "no role to pass": both(', "iam:PassRole"', ""),
    "a role and a group": TWO
    + '[groups.release]\nkind = "role"\ntrust = { github = ["acme/webshop:environment:prod"] }',
    "two permission sets": TWO + '[groups."*"]\nkind = "permission-set"',
    "roles of people": TWO + '[accounts.hub]\nid = "333333333333"\nidentity = true',
    "another account": TWO.replace("[environments.prod]", '[environments.prod]\naccount = "prod"')
    + '[accounts.prod]\nid = "222222222222"',
    "a role for each environment": ONE
    + '[groups.developers]\nkind = "role"\nper_environment = true\ntrust = { github = ["acme/webshop:environment:x"] }',
    "a call that shows the role": HEAD
    + '[access.developers]\ndev = ["cloudformation:CreateStack"]\n'
    + '[access.release]\nprod = ["cloudformation:UpdateStack", "iam:PassRole"]',
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_half_alone_is_nothing(name: str) -> None:
    assert excepted(HARMLESS[name]) == ()
    assert warned(HARMLESS[name]) == []


def test_a_call_that_would_show_the_role_is_held_to_it_only_by_the_condition() -> None:
    def drop(files: dict[str, Json]) -> None:
        for statement in _statements(files["main/webshop-developers.json"]):
            for block in statement.get("Condition", {}).values():
                block.pop("cloudformation:RoleArn", None)
            statement["Condition"] = {name: block for name, block in statement["Condition"].items() if block}

    text = HARMLESS["a call that shows the role"]
    [found] = excepted(text, change=drop)
    assert "release and developers together can call `cloudformation:CreateStack` with a role of prod" in found


def test_the_policies_are_judged_as_they_are() -> None:
    """Not the matrix: what they do not let through makes no pair, and what they deny neither."""

    def without(files: dict[str, Json]) -> None:
        files[RELEASE]["Statement"] = [
            statement for statement in _statements(files[RELEASE]) if statement["Action"] != "iam:PassRole"
        ]

    def denied(files: dict[str, Json]) -> None:
        files[RELEASE]["Statement"] = [
            *_statements(files[RELEASE]),
            {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "arn:aws:iam::*:role/webshop/prod/*"},
        ]

    def denied_elsewhere(files: dict[str, Json]) -> None:
        denied(files)
        files[RELEASE]["Statement"][-1]["Resource"] = "arn:aws:iam::*:role/webshop/prod/a*"

    assert excepted(TWO, change=without) == ()
    assert excepted(TWO, change=denied) == ()
    assert excepted(TWO, change=denied_elsewhere) == (TOGETHER,)


def test_a_call_that_is_granted_in_the_whole_account_is_one_too() -> None:
    text = (
        HEAD
        + """[access.developers]
dev = ["ec2:RunScheduledInstances"]
[access.release]
prod = ["ec2:RunInstances", "iam:PassRole"]
[[accept]]
what = "residual"
actions = ["ec2:RunScheduledInstances"]
reason = "they are bought beforehand"
"""
    )
    pair = "release and developers together can call `ec2:RunScheduledInstances` with a role of prod"
    assert excepted(text) == (f"main: {pair}, where that is not granted",)
    assert len(warned(text)) == 1


def test_groups_of_two_matrices_may_be_one_person_s() -> None:
    other = """version = 1
name = "billing"
[accounts.main]
id = "111111111111"
[environments.stage]
names = ["billing-stage-*"]
[access.clerks]
stage = ["lambda:CreateFunction"]
"""
    pair = f"main: release and clerks together {WORDS}"
    assert excepted(TWO.replace("lambda:CreateFunction", "lambda:InvokeFunction"), other) == (pair,)


def test_what_a_create_only_takes_is_not_started_there() -> None:
    """Images and subnets of a shared environment are inputs; the instance is made where it is granted."""
    text = (
        HEAD
        + """[environments.platform]
shared = true
roles = ["/webshop/platform/"]
[access.developers]
dev = ["ec2:RunInstances", "iam:PassRole"]
prod = ["ec2:RunInstances", "iam:PassRole"]
"""
    )
    assert excepted(text) == ()
    assert warned(text) == []


def test_what_defeats_the_boundary_by_itself_is_not_said_again() -> None:
    text = (
        HEAD
        + """[access.developers]
dev = ["cloudformation:CreateResource"]
[access.release]
prod = ["cloudformation:UpdateStack", "iam:PassRole"]
[[accept]]
what = "escape"
actions = ["cloudformation:CreateResource"]
reason = "one team"
"""
    )
    assert excepted(text) == ()
    assert warned(text) == []


def _statements(document: Json) -> list[Json]:
    found = document["Statement"]
    return found if isinstance(found, list) else [found]
