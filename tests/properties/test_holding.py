"""The ladder alone: statements taken straight from holdability mean what the matrix says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.support import meaning
from tests.support.holding import held
from tests.support.matrices import Fixture, fixture, fixtures, parse_data
from tests.support.small import matrices

SERVICES = (
    *("apigateway", "athena", "autoscaling", "backup", "batch", "cloudformation", "cloudfront", "cloudwatch"),
    *("dynamodb", "ec2", "ecr", "ecs", "eks", "elasticache", "elasticfilesystem", "elasticloadbalancing", "es"),
    *("events", "firehose", "glue", "iam", "kinesis", "kms", "lambda", "logs", "rds", "redshift", "s3"),
    *("sagemaker", "secretsmanager", "sns", "sqs", "ssm", "states"),
)


@pytest.mark.parametrize("name", [found.name for found in fixtures()])
def test_the_ladder_holds_every_fixture(name: str) -> None:
    ask(held(fixture(name)))


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(matrices())
def test_the_ladder_holds_small_matrices(matrix: dict[str, Any]) -> None:
    shared = {**matrix, "accounts": {}}  # the account rung is the compiler's business
    ask(held(Fixture("small", Path(), (parse_data(shared, Path("matrix.json")),))))


@pytest.mark.parametrize("service", SERVICES)
def test_the_ladder_holds_every_action_of_a_service(service: str) -> None:
    """All actions of the service in dev, beside prod, with two boundary tags, names and roles."""
    template = {
        "tags": {"env": "{environment}", "app": "{name}"},
        "names": ["{name}-{environment}-*"],
        "roles": ["/{name}/{environment}/"],
    }
    matrix = {
        "version": 1,
        "name": "app",
        "services": [service],
        "environments": {"*": template, "dev": {}, "prod": {}},
        "access": {"developers": {"dev": ["*:@all"]}},
        "tagging": {"keys": ["Name"]},
    }
    build = held(Fixture("sweep", Path(), (parse_data(matrix, Path("matrix.json")),)))
    outcomes = Counter(entry["outcome"] for entry in build.manifest["grants"])
    assert outcomes["granted"] * 10 >= sum(outcomes.values())  # refusing everything is no pass
    ask(build)


def ask(build: meaning.Build) -> None:
    assert meaning.denied_inside(build) == []
    assert list(meaning.half_granted(build)) == []
    assert list(meaning.allowed_although_left_out(build)) == []
    assert list(meaning.leaks(build)) == []
    assert list(meaning.rowless_leaks(build)) == []
