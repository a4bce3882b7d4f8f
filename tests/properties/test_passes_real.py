"""Whole services of the real catalogue, minimised and packed: the evaluator answers every request as before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache

import pytest

from policycc.catalogue.catalogue import load
from policycc.catalogue.types import Action, Level
from policycc.iam.evaluate import Evaluator, Policies
from policycc.iam.model import Condition, Policy, PolicyType
from policycc.iam.reader import read_policy_value
from policycc.iam.request import make_request
from policycc.ir.cost import document_size
from policycc.ir.statement import Statement
from policycc.model.matrix import Matrix, Output, Wildcards
from policycc.passes.driver import minimise
from policycc.passes.knowledge import context_for
from policycc.plan.packing import pack
from policycc.plan.quotas import Quotas

ACCOUNT = "111111111111"
GRANTS: dict[str, str] = {
    "dev": "",
    "test": "(Get|List|Describe|Start|Stop|Attach|Add|Put)",
    "prod": "(Get|List|Describe)",
}


def _arns(action: Action) -> list[str]:
    types = [load().type(f"{action.service}:{row.type}") for row in action.rows]
    return [found.arn for found in types if found is not None]


def _filled(arn: str, value: str) -> str:
    parts = {"Partition": "aws", "Region": "eu-west-1", "Account": ACCOUNT}
    return re.sub(r"\$\{(\w+)\}", lambda match: parts.get(match[1], value), arn)


def _statements(service: str) -> list[Statement]:
    """One statement per action, type and environment; by tag, but by name for what is written in prod."""
    found = []
    for environment, pattern in GRANTS.items():
        for action in load().service(service).actions():
            if not re.match(pattern, action.name):
                continue
            if not action.rows:
                found.append(Statement((action.id,), ("*",)))
            for arn in _arns(action):
                glob = re.sub(r"\$\{\w+\}", "*", arn.replace("${Partition}", "aws"))
                tag = Condition("StringEquals", "aws:ResourceTag/env", (environment,))
                if action.level > Level.READ and environment != "dev":
                    tag = Condition("StringEquals", "aws:ResourceTag/team", (environment,))
                found.append(Statement((action.id,), (glob,), (tag,), environments=frozenset({environment})))
    return found


def _requests(service: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    for action in load().service(service).actions():
        for resource in {_filled(arn, "x-1") for arn in _arns(action)} or {"*"}:
            for key in ("env", "team"):
                for value in (*GRANTS, "other"):
                    yield action.id, resource, {f"aws:ResourceTag/{key}": value}
            yield action.id, resource, {}


def _allowed(service: str, documents: Iterable[Iterable[Statement]]) -> list[bool]:
    policies = tuple(_policy(statements) for statements in documents)
    evaluator = Evaluator(Policies(identity=policies))
    principal = f"arn:aws:iam::{ACCOUNT}:user/somebody"
    return [evaluator.decide(make_request(principal, *request)).is_allowed for request in _requests(service)]


def _policy(statements: Iterable[Statement]) -> Policy:
    body = [
        {
            "Effect": "Allow",
            "Action": list(statement.actions),
            "Resource": list(statement.resources),
            **(
                {"Condition": {c.operator: {c.key: list(c.values)} for c in statement.conditions}}
                if statement.conditions
                else {}
            ),
        }
        for statement in statements
    ]
    document = json.loads(json.dumps({"Version": "2012-10-17", "Statement": body}))
    reading = read_policy_value(document, PolicyType.IDENTITY)
    assert reading.policy is not None
    return reading.policy


@cache
def _before(service: str) -> list[bool]:
    return _allowed(service, [_statements(service)])


@pytest.mark.parametrize("wildcards", ["never", "always"])
@pytest.mark.parametrize("service", ["autoscaling", "ec2", "lambda", "rds", "s3", "sqs"])
def test_a_whole_service_means_the_same_in_fewer_words(service: str, wildcards: Wildcards) -> None:
    given = _statements(service)
    matrix = Matrix("m", "aws", None, (), (), (), (), (), output=Output(wildcards=wildcards))
    context = context_for(load(), matrix, "group")
    found = minimise(given, context)
    assert document_size(found) < document_size(given) / 3
    documents = [document.statements for document in pack(found, "group", Quotas.of(), context.possible).documents]
    assert any(_before(service))
    assert _allowed(service, documents) == _before(service)


@pytest.mark.parametrize("service", ["autoscaling", "rds", "sagemaker"])
def test_one_more_action_changes_at_most_two_documents(service: str) -> None:
    given = _statements(service)
    context = context_for(
        load(), Matrix("m", "aws", None, (), (), (), (), (), output=Output(wildcards="never")), "group"
    )

    def documents(statements: list[Statement]) -> set[tuple[Statement, ...]]:
        packing = pack(minimise(statements, context), "group", Quotas.of(), context.possible)
        return {document.statements for document in packing.documents}

    whole = documents(given)
    actions = sorted({action for statement in given for action in statement.actions})
    for action in actions[:: len(actions) // 6]:
        fewer = documents([statement for statement in given if statement.actions != (action,)])
        assert len(whole - fewer) <= 2, action
