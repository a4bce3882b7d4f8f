"""Types for which the Service Authorization Reference has two ARNs: each is a type of its own, no text holds both."""

from __future__ import annotations

import json

from policycc import build
from policycc.catalogue.catalogue import load
from tests.support.facts import facts_of

MATRIX = """
version = 1
name = "webshop"
services = ["apigateway", "greengrass", "lex"]
[accounts.main]
id = "111111111111"
[environments."*"]
names = ["{name}-{environment}-*"]
[environments.dev]
[environments.prod]
[access.team]
dev = ["apigateway:@all", "greengrass:@all", "lex:@all"]
prod = ["apigateway:@list", "lex:@read"]
[access.operators]
prod = ["apigateway:*"]
[fallback]
reads = "grant"
others = "split"
"""


def test_no_row_has_two_arns() -> None:
    actions = [
        action for service in ("apigateway", "greengrass", "lex") for action in load().service(service).actions()
    ]
    for action in actions:
        rows = facts_of(action.id).rows
        assert not any("," in row.arn or " " in row.arn for row in rows)
        assert len({row.type for row in rows}) == len(rows)


def test_each_arn_is_a_type_with_the_facts_of_the_one() -> None:
    rows = {row.type: row for row in facts_of("lex:DeleteBot").rows}
    assert rows["bot"].arn.endswith(":bot/${BotId}")
    assert rows["bot (2)"].arn.endswith(":bot:${BotName}")
    assert rows["bot"].required is rows["bot (2)"].required
    assert rows["bot"].resource_tag is rows["bot (2)"].resource_tag


def test_policies_name_both() -> None:
    made = build(MATRIX)
    resources = [
        resource
        for path, content in made.files.items()
        if path != "manifest.json"
        for statement in json.loads(content)["Statement"]
        for resource in ([statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"])
    ]
    assert "arn:aws:apigateway:*::/apis/*/stages/*" in resources
    assert "arn:aws:apigateway:*::/restapis/*/stages/*" in resources
    assert not any("," in resource for resource in resources)
    assert {found["verdict"] for name, found in made.manifest["proof"].items() if name != "assumptions"} == {"proved"}
