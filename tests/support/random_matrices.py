"""Matrices as people may write them, drawn from a seed: several services, environments, accounts and groups, and every
setting that changes how a grant is held."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from policycc.catalogue.catalogue import load

Json = dict[str, Any]

USUAL = [
    *("acm", "apigateway", "athena", "autoscaling", "backup", "batch", "cloudformation", "cloudfront", "cloudwatch"),
    *("codebuild", "codepipeline", "cognito-idp", "dynamodb", "ec2", "ecr", "ecs", "eks", "elasticache"),
    *(
        "elasticfilesystem",
        "elasticloadbalancing",
        "es",
        "events",
        "firehose",
        "glue",
        "iam",
        "kinesis",
        "kms",
        "lambda",
    ),
    *(
        "logs",
        "rds",
        "redshift",
        "route53",
        "s3",
        "sagemaker",
        "secretsmanager",
        "sns",
        "sqs",
        "ssm",
        "states",
        "wafv2",
    ),
]
KEYS = ["env", "Env", "environment", "stage", "tier", "app", "application", "Project", "cost-center", "owner:team"]
NAMES = [
    ["{name}-{environment}-*"],
    ["{environment}-*", "{name}-{environment}*"],
    ["{name}/{environment}/*"],
    ["{environment}-{name}*"],
]
REQUIRED: list[Json] = [
    {"mfa": True},
    {"mfa": True, "mfa_max_age": 3600},
    {"regions": ["eu-west-1", "us-east-1"]},
    {"source_vpcs": ["vpc-0aa11bb22cc33dd44"], "source_ips": ["192.0.2.0/24"]},
]
KINDS: list[Json] = [
    {"kind": "role", "trust": {"services": ["ec2.amazonaws.com"]}},
    {"kind": "role", "per_environment": True, "trust": {"services": ["lambda.amazonaws.com"]}},
    {"kind": "permission-set"},
]


def matrix(seed: int) -> Json:
    """The matrix of a seed."""
    draw = random.Random(seed)
    services = [*draw.sample(USUAL, draw.randint(2, 6)), *draw.sample(every_service(), draw.randint(0, 2))]
    accounts = ["main", "other"][: draw.choice([1, 1, 2])]
    names = draw.sample(["dev", "test", "staging", "prod", "qa"], draw.randint(1, 4))
    data: Json = {"version": 1, "name": "shop", "accounts": {name: account(draw, name) for name in accounts}}
    data["environments"] = environments(draw, names, accounts)
    data["access"] = dict(access(draw, names, services))
    if draw.random() < 0.3:
        data["tagging"] = {"keys": draw.sample(["Name", "owner", "ticket"], 2)}
    if draw.random() < 0.7:
        data["fallback"] = {what: draw.choice(["grant", "split"]) for what in ("reads", "others")}
    if draw.random() < 0.4:
        data["require"] = [{"environments": [draw.choice(names)], **draw.choice(REQUIRED)}]
    if draw.random() < 0.3:
        data["output"] = {"wildcards": draw.choice(["never", "always"])}
    data["groups"] = {group: draw.choice(KINDS) for group in data["access"] if draw.random() < 0.3}
    return data


def account(draw: random.Random, name: str) -> Json:
    found: Json = {"id": "1" * 12 if name == "main" else "2" * 12} if draw.random() < 0.8 else {}
    if draw.random() < 0.35:
        found["exclusive"] = True
    if draw.random() < 0.3:
        found["features"] = ["s3-abac"]
    return found


def environments(draw: random.Random, names: list[str], accounts: list[str]) -> Json:
    keys = list({key.lower(): key for key in draw.sample(KEYS, draw.randint(1, 3))}.values())
    common: Json = {"tags": {key: "{name}" if place else "{environment}" for place, key in enumerate(keys)}}
    if draw.random() < 0.75:
        common["names"] = draw.choice(NAMES)
    if draw.random() < 0.5:
        common["roles"] = ["/{name}/{environment}/"]
    if draw.random() < 0.3:
        common["permissions_boundary"] = "boundary"
    found: Json = {"*": common}
    for name in names:
        found[name] = {"account": draw.choice(accounts)}
    if len(names) > 1 and draw.random() < 0.2:
        found[names[0]]["shared"] = True
    return found


def access(draw: random.Random, names: list[str], services: list[str]) -> Iterator[tuple[str, Json]]:
    for group in draw.sample(["developers", "operators", "auditors", "builders"], draw.randint(1, 3)):
        columns = [name for name in names if draw.random() < 0.6] or names[:1]
        yield group, {name: sorted(selectors(draw, services)) for name in columns}


def selectors(draw: random.Random, services: list[str]) -> set[str]:
    found: set[str] = set()
    for service in draw.sample(services, draw.randint(1, len(services))):
        levels, verbs = forms(service)
        for _ in range(draw.randint(1, 3)):
            found.add(f"{service}:{draw.choice(levels if draw.random() < 0.35 else verbs)}")
    return found


@cache
def every_service() -> list[str]:
    return [name for name in load().services() if load().service(name).names()]


@cache
def forms(service: str) -> tuple[list[str], list[str]]:
    """The access levels and the first words of a service's actions, as selectors."""
    actions = tuple(load().service(service).actions())
    levels = {f"@{action.level.name.lower()}" for action in actions}
    words = {match.group() for action in actions if (match := re.match(r"[A-Z]?[a-z0-9]*", action.name))}
    return ["@all", *sorted(levels)], sorted(f"{word}*" for word in words)
