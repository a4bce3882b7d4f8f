"""Random matrices as teams write them, and calls as AWS's pages describe them: nothing here comes from the compiler.

A world is a matrix with the environments that it declares. A call is an action with its parts: the resources that AWS
authorises it on, whose they are, and what IAM is shown of them. `CALLS` is the table of calls, written by hand from the
API references and the Service Authorization Reference.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Context = dict[str, Any]
REGION = "eu-west-1"
NUMBERS = {"main": "111111111111", "live": "222222222222"}


@dataclass(frozen=True)
class Env:
    """An environment as its resources know it."""

    name: str
    account: str
    tags: tuple[tuple[str, str], ...]
    shared: bool = False

    @property
    def number(self) -> str:
        return NUMBERS[self.account]


@dataclass(frozen=True)
class Kind:
    """A kind of resource: its ARN with `{n}` for what the owner chose or AWS made, and the keys that show its tags.

    `named` kinds bear a name of the environment if it has any. `feature` is the opt-in without which no tags are
    shown."""

    arn: str
    tags: tuple[str, ...] = ("aws:ResourceTag",)
    named: bool = False
    feature: str = ""


@dataclass(frozen=True)
class Part:
    """A resource of a call. `role` is `existing`, `input` (may be shared), `created`, or `beside`: an existing one on
    which the tags of what is created are shown, because that is no resource of the call. `shows` are other keys, each
    with the kind of resource whose ARN it has."""

    kind: str
    role: str = "existing"
    shows: tuple[tuple[str, str], ...] = ()


KINDS: dict[str, Kind] = {
    "instance": Kind("arn:aws:ec2:{r}:{a}:instance/i-{n}", ("aws:ResourceTag", "ec2:ResourceTag")),
    "volume": Kind("arn:aws:ec2:{r}:{a}:volume/vol-{n}", ("aws:ResourceTag", "ec2:ResourceTag")),
    "snapshot": Kind("arn:aws:ec2:{r}::snapshot/snap-{n}", ("aws:ResourceTag", "ec2:ResourceTag")),
    "image": Kind("arn:aws:ec2:{r}::image/ami-{n}", ("aws:ResourceTag", "ec2:ResourceTag")),
    "subnet": Kind("arn:aws:ec2:{r}:{a}:subnet/subnet-{n}", ("aws:ResourceTag", "ec2:ResourceTag")),
    "group": Kind("arn:aws:ec2:{r}:{a}:security-group/sg-{n}", ("aws:ResourceTag", "ec2:ResourceTag")),
    "interface": Kind("arn:aws:ec2:{r}:{a}:network-interface/eni-{n}", ("aws:ResourceTag", "ec2:ResourceTag")),
    "vpc": Kind("arn:aws:ec2:{r}:{a}:vpc/vpc-{n}", ("aws:ResourceTag", "ec2:ResourceTag")),
    "template": Kind("arn:aws:ec2:{r}:{a}:launch-template/lt-{n}", ("aws:ResourceTag", "ec2:ResourceTag")),
    "db": Kind("arn:aws:rds:{r}:{a}:db:{n}", ("aws:ResourceTag", "rds:db-tag"), named=True),
    "dbsnapshot": Kind("arn:aws:rds:{r}:{a}:snapshot:{n}", ("aws:ResourceTag", "rds:snapshot-tag"), named=True),
    "subgrp": Kind("arn:aws:rds:{r}:{a}:subgrp:{n}", ("aws:ResourceTag", "rds:subgrp-tag"), named=True),
    "pg": Kind("arn:aws:rds:{r}:{a}:pg:{n}", ("aws:ResourceTag", "rds:pg-tag"), named=True),
    "bucket": Kind("arn:aws:s3:::{n}", ("aws:ResourceTag", "s3:BucketTag"), named=True, feature="s3-abac"),
    "object": Kind("arn:aws:s3:::{n}/a/key", ("aws:ResourceTag",), named=True, feature="s3-abac"),
    "function": Kind("arn:aws:lambda:{r}:{a}:function:{n}", named=True),
    "table": Kind("arn:aws:dynamodb:{r}:{a}:table/{n}", named=True, feature="dynamodb-abac"),
    "queue": Kind("arn:aws:sqs:{r}:{a}:{n}", named=True),
    "topic": Kind("arn:aws:sns:{r}:{a}:{n}", named=True),
    "key": Kind("arn:aws:kms:{r}:{a}:key/{n}"),
    "secret": Kind(
        "arn:aws:secretsmanager:{r}:{a}:secret:{n}-a1B2c3",
        ("aws:ResourceTag", "secretsmanager:ResourceTag"),
        named=True,
    ),
    "parameter": Kind("arn:aws:ssm:{r}:{a}:parameter/{n}", ("aws:ResourceTag", "ssm:resourceTag"), named=True),
    "cluster": Kind("arn:aws:ecs:{r}:{a}:cluster/{n}", ("aws:ResourceTag", "ecs:ResourceTag"), named=True),
    "service": Kind("arn:aws:ecs:{r}:{a}:service/{n}/web", ("aws:ResourceTag", "ecs:ResourceTag"), named=True),
    "taskdef": Kind("arn:aws:ecs:{r}:{a}:task-definition/{n}:3", ("aws:ResourceTag", "ecs:ResourceTag"), named=True),
    "loggroup": Kind("arn:aws:logs:{r}:{a}:log-group:{n}", named=True),
    "balancer": Kind(
        "arn:aws:elasticloadbalancing:{r}:{a}:loadbalancer/app/{n}/50dc6c495c0c9188",
        ("aws:ResourceTag", "elasticloadbalancing:ResourceTag"),
        named=True,
    ),
    "targets": Kind(
        "arn:aws:elasticloadbalancing:{r}:{a}:targetgroup/{n}/73e2d6bc24d8a067",
        ("aws:ResourceTag", "elasticloadbalancing:ResourceTag"),
        named=True,
    ),
    "asg": Kind(
        "arn:aws:autoscaling:{r}:{a}:autoScalingGroup:930d940e:autoScalingGroupName/{n}",
        ("aws:ResourceTag", "autoscaling:ResourceTag"),
        named=True,
    ),
    "role": Kind("arn:aws:iam::{a}:role/webshop/{e}/app", ("aws:ResourceTag", "iam:ResourceTag")),
    "alarm": Kind("arn:aws:cloudwatch:{r}:{a}:alarm:{n}", named=True),
    "rule": Kind("arn:aws:events:{r}:{a}:rule/{n}", named=True),
    "machine": Kind("arn:aws:states:{r}:{a}:stateMachine:{n}", named=True),
    "repository": Kind("arn:aws:ecr:{r}:{a}:repository/{n}", ("aws:ResourceTag", "ecr:ResourceTag"), named=True),
    "filesystem": Kind("arn:aws:elasticfilesystem:{r}:{a}:file-system/fs-{n}"),
    "cache": Kind("arn:aws:elasticache:{r}:{a}:cluster:{n}", named=True),
    "stream": Kind("arn:aws:kinesis:{r}:{a}:stream/{n}", named=True),
}
NEW = {"instance": "instance/*", "volume": "volume/*", "interface": "network-interface/*"}


def own(*kinds: str) -> tuple[Part, ...]:
    return tuple(Part(kind) for kind in kinds)


def new(*kinds: str) -> tuple[Part, ...]:
    return tuple(Part(kind, "created") for kind in kinds)


def taken(*kinds: str) -> tuple[Part, ...]:
    return tuple(Part(kind, "input") for kind in kinds)


CALLS: dict[str, tuple[Part, ...]] = {
    "ec2:StartInstances": own("instance"),
    "ec2:StopInstances": own("instance"),
    "ec2:TerminateInstances": own("instance"),
    "ec2:ModifyInstanceAttribute": own("instance"),
    "ec2:GetPasswordData": own("instance"),
    "ec2:RunInstances": (
        *new("instance", "volume", "interface"),
        *taken("image", "subnet", "group"),
    ),
    "ec2:AttachVolume": own("instance", "volume"),
    "ec2:DetachVolume": own("instance", "volume"),
    "ec2:CreateVolume": (*new("volume"), *taken("snapshot")),
    "ec2:CreateSnapshot": (*own("volume"),),
    "ec2:DeleteSnapshot": own("snapshot"),
    "ec2:DeleteVolume": own("volume"),
    "ec2:CreateImage": own("instance"),
    "ec2:DeregisterImage": own("image"),
    "ec2:AuthorizeSecurityGroupIngress": own("group"),
    "ec2:DeleteSecurityGroup": own("group"),
    "ec2:CreateSubnet": own("vpc"),
    "ec2:CreateLaunchTemplateVersion": own("template"),
    "ec2:DeleteLaunchTemplate": own("template"),
    "rds:CreateDBInstance": (*new("db"), *taken("subgrp", "pg")),
    "rds:DeleteDBInstance": own("db"),
    "rds:RebootDBInstance": own("db"),
    "rds:ModifyDBInstance": own("db"),
    "rds:CreateDBSnapshot": (*own("db"), *new("dbsnapshot")),
    "rds:DeleteDBSnapshot": own("dbsnapshot"),
    "rds:RestoreDBInstanceFromDBSnapshot": (*new("db"), *taken("dbsnapshot", "subgrp")),
    "s3:GetObject": own("object"),
    "s3:PutObject": own("object"),
    "s3:DeleteObject": own("object"),
    "s3:ListBucket": own("bucket"),
    "s3:DeleteBucket": own("bucket"),
    "lambda:CreateFunction": new("function"),
    "lambda:InvokeFunction": own("function"),
    "lambda:UpdateFunctionCode": own("function"),
    "lambda:DeleteFunction": own("function"),
    "dynamodb:GetItem": own("table"),
    "dynamodb:PutItem": own("table"),
    "dynamodb:Query": own("table"),
    "dynamodb:DeleteTable": own("table"),
    "sqs:CreateQueue": new("queue"),
    "sqs:SendMessage": own("queue"),
    "sqs:ReceiveMessage": own("queue"),
    "sqs:PurgeQueue": own("queue"),
    "sns:CreateTopic": new("topic"),
    "sns:Publish": own("topic"),
    "sns:DeleteTopic": own("topic"),
    "kms:Decrypt": own("key"),
    "kms:ScheduleKeyDeletion": own("key"),
    "secretsmanager:CreateSecret": new("secret"),
    "secretsmanager:GetSecretValue": own("secret"),
    "secretsmanager:DeleteSecret": own("secret"),
    "ssm:GetParameter": own("parameter"),
    "ssm:StartSession": own("instance"),
    "ecs:CreateCluster": new("cluster"),
    "ecs:DeleteCluster": own("cluster"),
    "ecs:UpdateService": (
        Part("service", "existing", (("ecs:cluster", "cluster"), ("ecs:task-definition", "taskdef"))),
    ),
    "ecs:RunTask": (Part("taskdef", "beside", (("ecs:cluster", "cluster"),)),),
    "logs:GetLogEvents": (),
    "logs:FilterLogEvents": own("loggroup"),
    "logs:DeleteLogGroup": own("loggroup"),
    "elasticloadbalancing:DeleteLoadBalancer": own("balancer"),
    "elasticloadbalancing:RegisterTargets": own("targets"),
    "elasticloadbalancing:CreateTargetGroup": new("targets"),
    "autoscaling:SetDesiredCapacity": own("asg"),
    "autoscaling:DeleteAutoScalingGroup": own("asg"),
    "cloudwatch:DeleteAlarms": own("alarm"),
    "events:DisableRule": own("rule"),
    "states:StartExecution": own("machine"),
    "states:DeleteStateMachine": own("machine"),
    "ecr:PutImage": own("repository"),
    "ecr:BatchDeleteImage": own("repository"),
    "elasticfilesystem:DeleteFileSystem": own("filesystem"),
    "elasticache:RebootCacheCluster": own("cache"),
    "kinesis:PutRecord": own("stream"),
    "kinesis:DeleteStream": own("stream"),
}
CALLS = {action: parts for action, parts in CALLS.items() if parts}
LISTS = ("ec2:DescribeInstances", "rds:DescribeDBInstances", "s3:ListAllMyBuckets", "sqs:ListQueues", "kms:ListKeys")
TAGGING = ("ec2:CreateTags", "ec2:DeleteTags", "sqs:TagQueue", "rds:AddTagsToResource", "lambda:TagResource")


# --- matrices --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    matrix: Json
    envs: tuple[Env, ...]
    names: bool
    roles: bool
    features: dict[str, frozenset[str]]

    def env(self, name: str) -> Env:
        return next(env for env in self.envs if env.name == name)

    def wishes(self, group: str, env: Env) -> frozenset[str]:
        """What the cells give a group in an environment."""
        cells = self.matrix["access"][group]
        given = [*cells.get(env.name, ()), *(() if env.shared else cells.get("*", ()))]
        return frozenset(given)

    def alone(self, env: Env) -> bool:
        mates = [other for other in self.envs if other.account == env.account]
        return len(mates) == 1 and bool(self.matrix["accounts"][env.account].get("exclusive"))

    def exclusive(self, env: Env) -> bool:
        return bool(self.matrix["accounts"][env.account].get("exclusive"))


def world(seed: int) -> World:
    chance = random.Random(seed)
    flip = chance.random
    names = chance.sample(["dev", "test", "qa", "staging", "prod", "production"], chance.randint(2, 4))
    if {"prod", "production"} <= set(names):
        names.remove("production")
    two_tags, split, platform = flip() < 0.5, flip() < 0.4, flip() < 0.5
    key = chance.choice(["env", "env", "Stage", "environment"])
    template: Json = {"tags": {key: "{environment}", **({"app": "{name}"} if two_tags else {})}}
    with_names, with_roles = flip() < 0.6, flip() < 0.6
    if with_names:
        template["names"] = ["{name}-{environment}-*"]
    if with_roles:
        template["roles"] = ["/{name}/{environment}/"]
    accounts: Json = {"main": {"id": NUMBERS["main"]}}
    if flip() < 0.3:
        accounts["main"]["exclusive"] = True
    features = [one for one in ("s3-abac", "dynamodb-abac") if flip() < 0.4]
    if features:
        accounts["main"]["features"] = features
    environments: Json = {"*": template}
    for name in names:
        environments[name] = {}
        if flip() < 0.2:
            environments[name]["tags"] = {key: f"{name}-{chance.randint(1, 9)}"}
        if split and name in ("prod", "production", names[-1]):
            environments[name]["account"] = "live"
            accounts["live"] = {"id": NUMBERS["live"], **({"exclusive": True} if flip() < 0.5 else {})}
    if platform:
        environments["platform"] = {"shared": True}
    pool = [*CALLS, *LISTS, *TAGGING]
    access: Json = {}
    for group in chance.sample(["developers", "operators", "auditors", "testers"], chance.randint(1, 3)):
        cells: Json = {}
        for name in chance.sample([*names, "*", *(["platform"] if platform else [])], chance.randint(1, 2)):
            cells[name] = sorted(chance.sample(pool, chance.randint(4, 30)))
        access[group] = cells
    matrix: Json = {
        "version": 1,
        "name": "webshop",
        "accounts": accounts,
        "environments": environments,
        "access": access,
        "tagging": {"keys": ["Name", "owner"]},
    }
    envs = tuple(_env(name, data, template, key, two_tags) for name, data in environments.items() if name != "*")
    held = {name: frozenset(data.get("features", ())) for name, data in accounts.items()}
    return World(matrix, envs, with_names, with_roles, held)


def _env(name: str, data: Json, template: Json, key: str, two_tags: bool) -> Env:
    tags = {key: data.get("tags", {}).get(key, name), **({"app": "webshop"} if two_tags else {})}
    return Env(name, data.get("account", "main"), tuple(sorted(tags.items())), bool(data.get("shared")))


# --- calls ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """One authorisation of a call. `owner` is whose the resource is, None for nobody's."""

    action: str
    resource: str
    context: Context
    owner: Env | None
    role: str


def authorises(
    found: World, action: str, env: Env, *, marks: dict[str, str] | None = None, sends: dict[str, str] | None = None
) -> Iterator[Asked]:
    """The parts of a call in which all resources are those of `env`.

    `marks` replaces the tags that existing resources bear, `sends` those that the request brings."""
    bears = dict(env.tags) if marks is None else marks
    brings = dict(env.tags) if sends is None else sends
    creates = any(part.role == "created" for part in CALLS[action])
    for part in CALLS[action]:
        kind = KINDS[part.kind]
        context: Context = {"aws:RequestedRegion": REGION}
        if part.role in ("created", "beside") or (creates and not action.startswith("ec2:")):
            context |= {f"aws:RequestTag/{key}": value for key, value in brings.items()}
            if brings:
                context["aws:TagKeys"] = sorted(brings)
        if part.role != "created" and (not kind.feature or kind.feature in found.features[env.account]):
            context |= {f"{prefix}/{key}": value for prefix in kind.tags for key, value in bears.items()}
        for key, other in part.shows:
            context[key] = arn(found, other, env)
        yield Asked(action, arn(found, part.kind, env, part.role), context, env, part.role)


def arn(found: World, kind: str, env: Env, role: str = "existing") -> str:
    number = f"webshop-{env.name}-x" if KINDS[kind].named and found.names else f"0{env.name[0]}1b2c3"
    pattern = KINDS[kind].arn
    if role == "created" and kind in NEW:
        return f"arn:aws:ec2:{REGION}:{env.number}:{NEW[kind]}"
    return pattern.format(r=REGION, a=env.number, n=number, e=env.name)
