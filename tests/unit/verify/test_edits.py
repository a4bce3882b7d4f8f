"""Edits by hand of a policy that is held by a tag, as somebody would make them who knows the corners of IAM."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load_documents
from policycc.source.read import read_text
from policycc.verify import Verdict, verify

Json = dict[str, Any]
TAG = "aws:ResourceTag/env"
INSTANCES = "arn:aws:ec2:*:111111111111:instance/*"
MATRIX = """version = 1
name = "webshop"
[accounts.main]
id = "111111111111"
[environments."*"]
names = ["{name}-{environment}-*"]
[environments.dev]
[environments.prod]
[access.people]
dev = ["ec2:RebootInstances"]
"""


def statement(condition: Json | None = None, resource: str | list[str] = INSTANCES, effect: str = "Allow") -> Json:
    found: Json = {"Effect": effect, "Action": "ec2:RebootInstances", "Resource": resource}
    return found if condition is None else {**found, "Condition": condition}


HELD = statement({"StringEquals": {TAG: "dev"}})


def verdict(*statements: Json, version: str = "2012-10-17") -> Verdict:
    matrices, _ = load_documents([read_text(MATRIX)])
    document = json.dumps({"Version": version, "Statement": list(statements)})
    return verify(matrices, load_catalogue(), {"main/webshop-people.json": document.encode()}).verdict


SAME: dict[str, list[Json]] = {
    "as a pattern": [statement({"StringLike": {TAG: "dev"}})],
    "an element of one": [statement({"ForAnyValue:StringLike": {TAG: "dev"}})],
    "there, if it is there": [statement({"Null": {TAG: False}, "StringEqualsIfExists": {TAG: "dev"}})],
    "two tests": [statement({"StringEquals": {TAG: "dev"}, "StringLike": {TAG: "d*"}})],
    "another case of the key": [statement({"StringEquals": {"AWS:RESOURCETAG/ENV": "dev"}})],
    "the service's own key": [statement({"StringEquals": {"ec2:ResourceTag/Env": "dev"}})],
    "any resource": [statement({"StringEquals": {TAG: "dev"}}, "*")],
    "any partition": [statement({"StringEquals": {TAG: "dev"}}, "arn:*:ec2:*:*:instance/?*")],
    "a pattern of the action": [{**HELD, "Action": "EC2:rebootinstance?"}],
    "less again": [HELD, statement({"StringEquals": {TAG: "dev"}}, f"{INSTANCES[:-1]}${{aws:username}}")],
    "what is never met": [HELD, statement({"Null": {TAG: "true"}, "StringEquals": {TAG: "dev"}})],
    "both twins": [HELD, statement({"StringEquals": {"ec2:ResourceTag/env": "prod", TAG: "dev"}})],
    "all but dev denied": [statement(), statement({"StringNotEquals": {TAG: "dev"}}, effect="Deny")],
    "all but dev denied, and absent": [
        statement(),
        statement({"StringNotEqualsIfExists": {TAG: "dev"}}, effect="Deny"),
    ],
    "others denied": [HELD, {"Effect": "Deny", "NotAction": "ec2:RebootInstances", "Resource": "*"}],
    "other things denied": [HELD, {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:ec2:*:*:instance/*"}],
    "a secure call": [statement({"StringEquals": {TAG: "dev"}, "Bool": {"aws:SecureTransport": True}})],
}
MORE: dict[str, Json] = {
    "a tag of the caller": {"StringEquals": {TAG: "${aws:PrincipalTag/env}"}},
    "a tag of the caller, or dev": {"StringEquals": {TAG: "${aws:PrincipalTag/env, 'dev'}"}},
    "the tag itself": {"StringEquals": {TAG: "${aws:ResourceTag/env}"}},
    "another tag": {"StringEquals": {TAG: "${aws:ResourceTag/app}"}},
    "who calls": {"StringEquals": {TAG: "${aws:username}"}},
    "where": {"StringEquals": {TAG: "${aws:RequestedRegion}"}},
    "a literal star": {"StringLike": {TAG: "dev${*}"}},
    "a literal question mark": {"StringLike": {TAG: "d${?}v"}},
    "one character": {"StringLike": {TAG: "d?v"}},
    "all but prod": {"Null": {TAG: "false"}, "StringNotEquals": {TAG: "prod"}},
    "an empty value": {"Null": {TAG: "false"}, "ForAllValues:StringEquals": {TAG: "dev"}},
    "there or not": {"Null": {TAG: ["true", "false"]}, "StringEqualsIfExists": {TAG: "dev"}},
    "an ARN": {"ArnLike": {TAG: "arn:*:*:*:*:*"}},
    "no such ARN": {"ArnNotLike": {TAG: "arn:aws:iam::1:x"}},
    "bytes": {"BinaryEquals": {TAG: "ZGV2"}},
    "a number": {"NumericLessThan": {TAG: "10"}},
    "not a number": {"NumericNotEquals": {TAG: 10}},
    "a time": {"DateLessThan": {TAG: "2030-01-01T00:00:00Z"}},
    "yes": {"Bool": {TAG: True}},
    "an address": {"IpAddress": {TAG: "0.0.0.0/0"}},
    "no address": {"NotIpAddress": {TAG: "0.0.0.0/0"}},
    "without case": {"StringEqualsIgnoreCase": {TAG: "dev"}},
    "a Kelvin sign": {"StringEqualsIgnoreCase": {TAG: "\u212a"}},
    "a dotted I": {"StringEqualsIgnoreCase": {TAG: "İ"}},
    "a sharp s": {"StringEqualsIgnoreCase": {TAG: "ß"}},
    "a final sigma": {"StringEqualsIgnoreCase": {TAG: "ΑΣ"}},
    "nothing": {"StringEquals": {TAG: ""}},
    "no test": {"StringEquals": {}},
    "a tag of the caller for one of the thing": {"StringEquals": {"aws:PrincipalTag/env": "dev"}},
    "a tag that is to come": {"Null": {"aws:RequestTag/env": "true"}},
    "a type": {"StringLike": {"ec2:InstanceType": "t3.*"}},
    "untagged": {"Null": {TAG: "true"}},
    "another tag with a Kelvin sign": {"StringEquals": {"aws:ResourceTag/\u212aind": "x"}},
}
RESOURCES = {
    "named as the caller": f"{INSTANCES[:-1]}${{aws:username}}",
    "named as the tag": f"{INSTANCES[:-1]}${{ec2:ResourceTag/env}}",
    "anything the caller's tag names": "arn:aws:ec2:*:111111111111:${aws:PrincipalTag/x}",
    "whatever the caller's tag says": "${aws:PrincipalTag/x}",
    "the caller's account": "arn:aws:ec2:*:${aws:PrincipalAccount}:instance/*",
    "a literal star": f"{INSTANCES[:-1]}${{*}}",
    "every type": "arn:aws:ec2:*:*:*/*",
}
LESS: dict[str, list[Json]] = {
    "a literal star": [statement({"StringEquals": {TAG: "de${*}v"}})],
    "never an ARN": [statement({"ArnEquals": {TAG: "arn:aws:iam::1:x"}})],
    "an old variable": [{**HELD, "Resource": f"{INSTANCES[:-1]}${{aws:username}}"}],
    "some regions": [{**HELD, "Resource": "arn:aws:ec2:eu-*:111111111111:instance/*"}],
    "ids of some length": [{**HELD, "Resource": f"{INSTANCES[:-1]}i-????????"}],
    "no second factor": [
        statement({"StringEquals": {TAG: "dev"}, "Bool": {"aws:MultiFactorAuthPresent": "false"}}),
    ],
    "in the clear": [statement({"StringEquals": {TAG: "dev"}, "Bool": {"aws:SecureTransport": "false"}})],
    "the name of a tag twice": [statement({"StringEquals": {TAG: "dev", "aws:ResourceTag/ENV": "prod"}})],
    "a Deny of marked ones only": [
        statement(),
        statement({"StringNotEquals": {TAG: "dev"}, "Null": {TAG: "false"}}, effect="Deny"),
    ],
    "a Deny of some element": [
        statement(),
        statement({"ForAnyValue:StringNotEquals": {TAG: "dev"}}, effect="Deny"),
    ],
    "a Deny with a star": [statement(), statement({"StringNotLike": {TAG: "d*"}}, effect="Deny")],
    "a Deny without case": [statement(), statement({"StringNotEqualsIgnoreCase": {TAG: "dev"}}, effect="Deny")],
}


@pytest.mark.parametrize("name", SAME)
def test_what_means_the_same_is_proved(name: str) -> None:
    assert verdict(*SAME[name]) is Verdict.PROVED


@pytest.mark.parametrize("name", MORE)
def test_what_lets_more_through_is_refuted(name: str) -> None:
    assert verdict(HELD, statement(MORE[name])) is Verdict.REFUTED


@pytest.mark.parametrize("name", RESOURCES)
def test_resources_that_are_named_in_another_way_are_refuted(name: str) -> None:
    assert verdict(HELD, statement(resource=RESOURCES[name])) is Verdict.REFUTED


@pytest.mark.parametrize("name", LESS)
def test_what_lets_something_else_through_is_refuted(name: str) -> None:
    assert verdict(*LESS[name]) is Verdict.REFUTED


@pytest.mark.parametrize("pattern", ["*", "?*", "arn:*", "arn:aws:iam::1"])
@pytest.mark.parametrize("operator", ["ArnLike", "ArnNotEquals", "ForAnyValue:ArnEqualsIfExists"])
def test_nothing_is_proved_of_an_arn_that_lacks_parts(operator: str, pattern: str) -> None:
    """What it matches AWS does not say."""
    assert verdict(HELD, statement({operator: {TAG: pattern}, "StringEquals": {TAG: "dev"}})) is Verdict.REFUTED


def test_variables_are_text_in_an_older_version() -> None:
    own = statement({"StringEquals": {TAG: ["dev", "${aws:PrincipalTag/env}"]}})
    assert verdict(own) is Verdict.REFUTED
    assert verdict(own, version="2008-10-17") is Verdict.REFUTED
