"""What `explain` says of a grant: what holds each type, what the caller has to send, which statements come of it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from policycc import pipeline
from policycc.explain import Explanation, explain
from policycc.source.read import read_text

MATRIX = """
version = 1
name = "webshop"
[accounts.main]
id = "111111111111"
[environments."*"]
tags = { app = "{name}", env = "{environment}" }
names = ["{name}-{environment}-*"]
roles = ["/{name}/{environment}/"]
[environments.dev]
[environments.prod]
[environments.platform]
shared = true
names = ["{name}-common-*"]
roles = ["/{name}/common/"]
[tagging]
keys = ["Name"]
[access.team]
dev = [
  "ec2:RunInstances", "ec2:StartInstances", "rds:CreateDBInstance", "sqs:CreateQueue", "ecs:RunTask",
  "ec2:DescribeInstances", "cloudwatch:PutMetricAlarm", "ec2:CreateTags", "iam:P*Role", "kms:CreateKey",
  "secretsmanager:ReplicateSecretToRegions", "ec2:Copy*", "dynamodb:ImportTable", "cloudformation:CreateStack",
  "ssm:PutParameter",
]
"""
TAGS = "app=webshop, env=dev"


@cache
def explained(action: str) -> Explanation:
    result = pipeline.build_documents([read_text(MATRIX, "matrix.toml")], prove=False)
    assert not result.diagnostics.has_errors, [one.message for one in result.diagnostics]
    return explain(result, "team", action, "dev")


def entry(action: str) -> dict[str, Any]:
    (found,) = json.loads(explained(action).as_json())["environments"]
    return dict(found)


def lines(action: str) -> list[str]:
    return [line.strip() for line in explained(action).as_text().splitlines()]


def row(action: str, type_name: str) -> dict[str, Any]:
    return next(one for one in entry(action)["types"] if one["type"] == type_name)


def test_each_created_type_says_which_tags_the_caller_sends_for_it() -> None:
    made = {"instance", "network-interface", "volume", "secondary-interface", "spot-instances-request"}
    for one in entry("ec2:RunInstances")["types"]:
        wanted = {"app": "webshop", "env": "dev"} if one["type"] in made else {}
        assert one["must_send"] == wanted, one["type"]
    said = lines("ec2:RunInstances")
    assert said.count(f"the caller must send the tags {TAGS} for it") == len(made)
    assert said[said.index("instance: created") + 1 :][1] == f"the caller must send the tags {TAGS} for it"


def test_a_chosen_name_stands_beside_the_tags() -> None:
    found = row("rds:CreateDBInstance", "db")
    assert found["must_send"] == {"app": "webshop", "env": "dev"}
    assert found["resources"] == ["arn:aws:rds:*:111111111111:db:webshop-dev-*"]
    assert row("sqs:CreateQueue", "queue")["resources"] == ["arn:aws:sqs:*:111111111111:webshop-dev-*"]


def test_a_name_alone_asks_for_no_tags() -> None:
    assert row("dynamodb:ImportTable", "table")["must_send"] == {}
    assert not any("must send" in line for line in lines("dynamodb:ImportTable"))


def test_what_takes_no_resource_says_it_for_the_call() -> None:
    (found,) = entry("kms:CreateKey")["types"]
    assert found["must_send"] == {"app": "webshop", "env": "dev"}
    assert f"the caller must send the tags {TAGS} for it" in lines("kms:CreateKey")


def test_tags_of_what_is_made_beside_the_row() -> None:
    assert row("ecs:RunTask", "task-definition")["must_send"] == {"app": "webshop", "env": "dev"}


def test_create_or_update_says_what_works() -> None:
    assert row("ssm:PutParameter", "parameter")["partly"] == "create"
    assert "parameter: name, to create only" in lines("ssm:PutParameter")
    assert row("cloudwatch:PutMetricAlarm", "alarm")["must_send"] == {"app": "webshop", "env": "dev"}


def test_keys_that_one_of_several_ways_needs_are_no_demand_on_all() -> None:
    """An image of the environment needs no owner; one of Amazon's does."""
    image = row("ec2:RunInstances", "image")
    assert image["pins"] == []
    assert {way["how"]: way["pins"] for way in image["ways"]} == {
        "tag": [],
        "shared": [],
        "aws-owned": [{"key": "ec2:Owner", "operator": "StringEquals", "values": ["amazon"]}],
    }
    said = lines("ec2:RunInstances")
    assert "aws-owned where the call shows ec2:Owner: amazon" in said
    assert not any(line.startswith("the call must show ec2:Owner") for line in said)


def test_keys_that_every_way_needs_are_demanded() -> None:
    assert row("cloudformation:CreateStack", "stack")["pins"][0]["key"] == "cloudformation:RoleArn"
    assert any(
        line.startswith("the call must show cloudformation:RoleArn: ") for line in lines("cloudformation:CreateStack")
    )
    said = lines("secretsmanager:ReplicateSecretToRegions")
    assert "the call must show secretsmanager:ForceOverwriteReplicaSecret: false" in said


def test_what_is_not_granted_has_its_reason() -> None:
    assert entry("ec2:CopyImage")["outcome"] == "omitted"
    assert "cannot both be held" in entry("ec2:CopyImage")["reason"]
    assert entry("ec2:DescribeInstances")["outcome"] == "residual"
    assert entry("ec2:StopInstances") == {"matrix": "webshop", "environment": "dev", "outcome": "not granted"}


def test_statements_and_cells_are_those_of_the_build() -> None:
    found = entry("ec2:StartInstances")
    assert found["cells"] == [{"origin": "access.team.dev"}]
    assert found["entry"]["text"] == "ec2:StartInstances"
    assert found["statements"]


def test_names_that_do_not_exist() -> None:
    result = pipeline.build_documents([read_text(MATRIX, "matrix.toml")], prove=False)
    for group, action, environment in (
        ("teem", "ec2:StartInstances", "dev"),
        ("team", "ec2:StartInstance", "dev"),
        ("team", "ec2:StartInstances", "dve"),
    ):
        assert explain(result, group, action, environment).diagnostics.has_errors
