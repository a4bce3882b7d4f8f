"""Resources of another account are nobody's business, whatever its owner says of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

import policycc
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load_documents
from policycc.source.read import read_text
from policycc.verify import Verdict, verify

MATRIX = """version = 1
name = "app"
[accounts.main]
id = "111111111111"
[environments.dev]
arns = ["arn:aws:sqs:eu-west-1:222222222222:feed-*"]
[access.people]
dev = ["sqs:SendMessage", "ec2:StopInstances"]
"""
PATH = "main/app-people.json"


def judged(resource: str, action: str = "sqs:SendMessage", effect: str = "Allow") -> Any:
    matrices, _ = load_documents([read_text(MATRIX)])
    document = json.loads(policycc.build(MATRIX).files[PATH])
    document["Statement"].append({"Effect": effect, "Action": action, "Resource": resource})
    return verify(matrices, load_catalogue(), {PATH: json.dumps(document).encode()})


def test_a_declared_arn_of_another_account_is_the_environments() -> None:
    matrices, _ = load_documents([read_text(MATRIX)])
    assert verify(matrices, load_catalogue(), {PATH: policycc.build(MATRIX).files[PATH]}).verdict is Verdict.PROVED


@pytest.mark.parametrize("action", ["sqs:SendMessage", "sqs:DeleteQueue", "*"])
@pytest.mark.parametrize("resource", ["arn:aws:sqs:*:999999999999:*", "arn:aws:sqs:eu-west-1:222222222222:*"])
def test_any_other_is_refuted_with_file_and_line(action: str, resource: str) -> None:
    found = judged(resource, action)["exactness"]
    assert found.verdict is Verdict.REFUTED
    [example] = [one for one in found.counterexamples if one.resource == resource]
    assert example.policy == PATH
    assert example.statement is not None


def test_a_deny_names_what_it_likes() -> None:
    assert judged("arn:aws:sqs:*:999999999999:*", effect="Deny").verdict is Verdict.PROVED
